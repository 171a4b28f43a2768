/**
 * Calls every method of the official Python SDK on a seeded local exchange, and checks each response against the
 * document and against the request.
 *
 * Arguments: the Python interpreter with the SDK, and the program that makes the calls (`official_python.py`). Before
 * each call, the exchange is restored to its seeded state. Prints the faults and a summary. Fails if there is a fault.
 *
 * @module
 */
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawn, spawnSync } from "node:child_process"
import { createInterface } from "node:readline"
import { objectOf, type JsonObject } from "../src/judge/JsonSchema.ts"
import { parse } from "../src/operations/Answers.ts"
import * as Working from "../src/targets/Working.ts"
import { alwaysEmpty, differences, emptyLists, faultsOf } from "../test/sandbox/support/answers.ts"
import { operations } from "../test/sandbox/support/judging.ts"
import * as World from "../test/sandbox/support/world.ts"

interface Result {
  readonly status?: number
  readonly contentType?: string | null
  readonly body?: string
  readonly error?: string
  /** The input fields that were not sent, because the method has no argument for them. */
  readonly missing?: ReadonlyArray<string>
}

const [python = "python3", program = "official_python.py"] = process.argv.slice(2)

/** Operation ids in lower case. */
const methods = new Set<string>(JSON.parse(spawnSync(python, [program, "methods"], { encoding: "utf8" }).stdout))

const makeCall = (sandbox: Sandbox.Operator, { keyId, privateKey }: Sandbox.Credentials) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(python, [program], {
        stdio: ["pipe", "pipe", "inherit"],
        env: {
          ...process.env,
          LOCAL_EXCHANGE: `${sandbox.url}/trade-api/v2`,
          KALSHI_API_KEY_ID: keyId,
          KALSHI_PRIVATE_KEY: Redacted.value(privateKey)
        }
      })
      return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
    }),
    ({ child }) => Effect.sync(() => child.kill())
  ).pipe(
    Effect.map(
      ({ child, lines }) =>
        (operation: string, input: JsonObject) =>
          Effect.promise(async (): Promise<Result> => {
            child.stdin.write(`${JSON.stringify({ operation, input })}\n`)
            const { done, value } = await lines.next()
            return done === true ? { error: "the program ended" } : (JSON.parse(value) as Result) // the program's own line
          })
    )
  )

const judge = (operation: string, input: JsonObject, { body = "", contentType, error, status = 0 }: Result) => {
  if (error !== undefined) return { faults: [`the SDK failed: ${error}`], empty: [] }
  const data = body === "" ? "" : (parse(body) ?? "")
  return {
    faults: [...faultsOf(operation, { status, contentType: contentType ?? "", data }), ...differences(input, data)],
    empty: emptyLists(data)
  }
}

/**
 * Fields that the SDK writes in a format that the document does not permit. Such a field is first sent, to show that
 * the exchange refuses it, and then omitted. The SDK writes the offset of a time without a colon (`+0000`), which
 * violates RFC 3339.
 */
const wronglyWritten: Readonly<Record<string, string>> = { GetMilestones: "minimum_start_date" }

const checkAll = Effect.gen(function* () {
  const world = yield* World.World
  const sandbox = yield* Sandbox.Sandbox
  const calls = {
    member: yield* makeCall(sandbox, world.rsaOf("/fcm/")),
    other: yield* makeCall(sandbox, world.rsaOf(""))
  }
  const faults: Array<string> = []
  const missing = new Set<string>()
  let made = 0
  const called = operations.filter(({ reference }) => methods.has(reference.id.toLowerCase()))
  for (const { reference, suite } of called) {
    const call = reference.path.startsWith("/fcm/") ? calls.member : calls.other
    const inputs = Working.working(world, reference.id, suite.values) as ReadonlyArray<JsonObject> // inputs are objects
    // Each list in the responses must have an item for at least one input. `alwaysEmpty` names the exceptions.
    const empty: Array<ReadonlyArray<string>> = []
    const wrong = wronglyWritten[reference.id]
    for (const full of inputs) {
      yield* world.refreshed
      if (wrong !== undefined && wrong in full) {
        const { error = "nothing was refused" } = yield* call(reference.id, full)
        const isShown = error.includes(`${wrong}: is not a valid value`)
        if (isShown)
          console.log(`the exchange refuses the format in which the SDK writes ${reference.id} ${wrong}: ${error}`)
        else faults.push(`${reference.id}: expected a refusal of ${wrong}, but ${error}`)
        yield* world.refreshed
      }
      const input = objectOf(Object.entries(full).filter(([name]) => name !== wrong))
      const answer = yield* call(reference.id, input)
      const result = judge(reference.id, input, answer)
      for (const field of answer.missing ?? []) missing.add(`${reference.id} ${field}`)
      faults.push(...result.faults.map((fault) => `${reference.id}: ${fault}\n  ${JSON.stringify(input)}`))
      empty.push(result.empty)
      made++
    }
    const always = (empty[0] ?? []).filter((pointer) => empty.every((pointers) => pointers.includes(pointer)))
    const unexpected = always.filter((pointer) => !alwaysEmpty[reference.id]?.includes(pointer))
    faults.push(...unexpected.map((pointer) => `${reference.id}: the list ${pointer} is empty`))
  }
  for (const field of missing) console.log(`the SDK cannot send ${field}`)
  for (const fault of faults) console.log(`FAILED ${fault}`)
  console.log(
    `the official Python SDK: ${called.length} of ${methods.size} methods called, ${made} calls, ${faults.length} faults`
  )
  return faults.length === 0 && called.length === methods.size
})

const passed = await Effect.runPromise(checkAll.pipe(Effect.scoped, Effect.provide(World.layer)))
process.exit(passed ? 0 : 1)
