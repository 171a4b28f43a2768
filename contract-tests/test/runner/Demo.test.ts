import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { run, start } from "./support/command.ts"
import { redirectDemoTo } from "./support/redirectDemoTo.ts"
import { withServedExchange, type Served } from "./support/servers.ts"

const script = fileURLToPath(new URL("support/demo.ts", import.meta.url))

const folder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), "kalshi-contract-"))

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? ""

/** Starts the command in a new process, with a local exchange in place of the demo exchange. */
const startOn = (
  { key, sandbox }: Served,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
) => start(args, { DEMO_URL: sandbox.url, KALSHI_ENV: "demo", ...key, ...environment }, script)

/** Runs the command in this process, with a local exchange in place of the demo exchange. */
const runOn = ({ key, sandbox }: Served, args: ReadonlyArray<string>) =>
  Effect.promise(() => run(args, { KALSHI_ENV: "demo", ...key }, redirectDemoTo(sandbox.url)))

const resting = ({ sandbox, world }: Served) =>
  Effect.map(sandbox.dump, (dump) => {
    // A dump has this type.
    const { accounts } = dump as {
      readonly accounts: ReadonlyArray<{
        readonly accountId: string
        readonly groups: ReadonlyArray<{ readonly groupId: string }>
        readonly orders: ReadonlyArray<{ readonly orderId: string; readonly status: string }>
      }>
    }
    const signer = accounts.find(({ accountId }) => accountId === world.signer.accountId)
    return {
      groups: (signer?.groups ?? []).map(({ groupId }) => groupId).sort(),
      orders: (signer?.orders ?? []).flatMap(({ orderId, status }) => (status === "resting" ? [orderId] : [])).sort()
    }
  })

const journalOf = (journals: string): { readonly runId: string; readonly lines: ReadonlyArray<string> } => {
  const [file = ""] = fs.readdirSync(journals)
  return {
    runId: /^ct-(.*)\.jsonl$/.exec(file)?.[1] ?? "",
    lines: fs.readFileSync(path.join(journals, file), "utf8").trimEnd().split("\n")
  }
}

const withExchange = <A, E>(use: (served: Served) => Effect.Effect<A, E>) => Effect.runPromise(withServedExchange(use))

const runWithWrites = (journals: string, ...more: ReadonlyArray<string>) => [
  "run",
  "--target",
  "demo",
  "--allow-writes",
  "--journal",
  journals,
  ...more
]

describe("kalshi-contract run --target demo --allow-writes", { timeout: 120_000 }, () => {
  it("places, changes and cancels its own orders, and leaves the resting orders and order groups as they were", () =>
    withExchange((served) =>
      Effect.gen(function* () {
        const journals = folder()
        const before = yield* resting(served)
        const { code, stderr, stdout } = yield* Effect.promise(() => startOn(served, runWithWrites(journals)).ended)
        assert.strictEqual(code, 0, stdout + stderr)
        assert.strictEqual(lastLine(stdout), "90 passed, 0 failed, 38 skipped")
        assert.match(stdout, /cleaned up after \w+: \d+ orders canceled, \d+ order groups deleted, nothing remains/)
        assert.deepStrictEqual(yield* resting(served), before)
        const { lines } = journalOf(journals)
        assert.isAbove(lines.filter((line) => line.includes('"sending"')).length, 20)
        assert.include(lines.at(-1) ?? "", '{"kind":"swept","left":[]}')
        const text = lines.join("\n")
        for (const secret of [served.key.KALSHI_API_KEY_ID, "signature", "PRIVATE"]) assert.notInclude(text, secret)
        const writes = (yield* served.sandbox.requests).filter(({ method }) => method !== "GET")
        assert.isAtLeast(writes.length, 20)
      })
    ))

  it("sends no writes without --allow-writes", () =>
    withExchange((served) =>
      Effect.gen(function* () {
        const count = (yield* served.sandbox.requests).length
        const { code, stdout } = yield* runOn(served, ["run", "--target", "demo"])
        assert.strictEqual(code, 0, stdout)
        assert.match(stdout, /skipped 44: the operation is a write, but this run on demo sends only reads/)
        const methods = (yield* served.sandbox.requests).slice(count).map(({ method }) => method)
        assert.deepStrictEqual([...new Set(methods)], ["GET"])
      })
    ))

  for (const killedAt of [1, 2, 5, 12]) {
    it(`leaves entities if it is killed at write ${killedAt}, and the command cleanup removes them`, () =>
      withExchange((served) =>
        Effect.gen(function* () {
          const journals = folder()
          const before = yield* resting(served)
          const args = runWithWrites(journals, "--operation", "Order*")
          const killed = yield* Effect.promise(() => startOn(served, args, { KILLED_AT: `${killedAt}` }).ended)
          assert.isUndefined(killed.code)
          assert.notDeepEqual(yield* resting(served), before)
          const { runId } = journalOf(journals)
          const cleaned = yield* runOn(served, ["cleanup", "--run-id", runId, "--journal", journals])
          assert.strictEqual(cleaned.code, 0, cleaned.stdout + cleaned.stderr)
          assert.match(cleaned.stdout, /nothing remains/)
          assert.deepStrictEqual(yield* resting(served), before)
        })
      ))
  }

  it("removes its entities if the run is interrupted", () =>
    withExchange((served) =>
      Effect.gen(function* () {
        const journals = folder()
        const before = yield* resting(served)
        // The response to this write is slow, so the write is still pending when the run is interrupted.
        yield* served.sandbox.plant({ operation: "CreateOrderV2", delayMillis: 3_000 })
        const { child, ended } = startOn(served, runWithWrites(journals, "--operation", "Orders.*"))
        yield* Effect.promise(async () => {
          const hasSentWrites = (): boolean =>
            fs.existsSync(journals) && fs.readdirSync(journals).length > 0 && journalOf(journals).lines.length > 4
          while (!hasSentWrites() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50))
        })
        child.kill("SIGINT")
        const { code, stderr, stdout } = yield* Effect.promise(() => ended)
        assert.strictEqual(code, 130, stdout + stderr)
        assert.include(stdout, "interrupted; the report covers only the checks that ran")
        assert.match(stderr, /cleaned up after .*nothing remains/)
        assert.deepStrictEqual(yield* resting(served), before)
      })
    ))

  it("exits with 4 and lists the entities that it cannot remove", () =>
    withExchange((served) =>
      Effect.gen(function* () {
        const journals = folder()
        for (let n = 0; n < 40; n++) {
          yield* served.sandbox.plant({ operation: "DeleteOrderGroup", status: 503 })
        }
        const { code, stdout } = yield* runOn(served, runWithWrites(journals, "--operation", "OrderGroups.create"))
        assert.strictEqual(code, 4, stdout)
        assert.match(stdout, /cleanup of \w+ failed: order group \S+ remain; run kalshi-contract cleanup --run-id \w+/)
      })
    ))

  const invalidRuns: ReadonlyArray<readonly [string, ReadonlyArray<string>, Readonly<Record<string, string>>, RegExp]> =
    [
      [
        "on production",
        ["run", "--target", "production", "--allow-writes"],
        { KALSHI_ENV: "production" },
        /only on the demo exchange/
      ],
      [
        "on a local address",
        ["run", "--target", "http://127.0.0.1:9", "--allow-writes"],
        {},
        /only on the demo exchange/
      ],
      [
        "without KALSHI_ENV=demo",
        ["run", "--target", "demo", "--allow-writes"],
        { KALSHI_ENV: "" },
        /needs KALSHI_ENV=demo/
      ],
      ["for a cleanup of an unknown run", ["cleanup", "--run-id", "abcdef123456"], {}, /has no journal of the run/],
      ["for a cleanup with a path as run id", ["cleanup", "--run-id", "../../secret"], {}, /--run-id must be a run id/]
    ]
  it.each(invalidRuns)("exits with 2 %s", async (_, args, environment, says) => {
    const key = { KALSHI_API_KEY_ID: "x", KALSHI_PRIVATE_KEY: "y", KALSHI_ENV: "demo" }
    const closed = redirectDemoTo("http://127.0.0.1:9")
    const { code, stderr } = await run([...args, "--journal", folder()], { ...key, ...environment }, closed)
    assert.strictEqual(code, 2, stderr)
    assert.match(stderr, says)
  })
})
