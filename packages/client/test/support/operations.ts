/** What holds of an operation whatever it answers: who signs it, and what each status of an error becomes. */
import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { KalshiPublic, KalshiRead, KalshiWrite } from "../../src/Capability.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import type { Parameter } from "../../src/Operation.ts"
import { environment, isSigned, layer, layerScript, Script } from "./scripted.ts"
import { urlOf } from "./modules.ts"

const statuses = { BadRequest: 400, Unauthorized: 401, Forbidden: 403, NotFound: 404, Conflict: 409 } as const

type Named<E> = Extract<E, { readonly _tag: keyof typeof statuses }> extends { readonly _tag: infer Tag } ? Tag : never

interface Answered {
  readonly _tag: string
  readonly operation: string
  readonly status: number
}

/**
 * Two tests: who signs the call, and that of the statuses 400, 401, 403, 404 and 409 it fails by name with those of
 * `errors` and takes the others for unexpected.
 */
export const itIs = <E>(
  call: Effect.Effect<unknown, E, KalshiPublic | KalshiRead | KalshiWrite>,
  expected: {
    readonly name: string
    readonly signed: "never" | "where there is a key" | "always"
    readonly errors: ReadonlyArray<Named<E>>
  }
): void => {
  const { errors, name, signed } = expected
  const refusal = (status: number) => ({ status, body: { error: { code: "some_code", message: "why" } } })

  const sent = Effect.gen(function* () {
    yield* Effect.exit(call)
    return (yield* Script).sent[0]!
  })

  it.effect(signed === "where there is a key" ? `is signed ${signed}` : `is ${signed} signed`, () =>
    Effect.gen(function* () {
      const withKey = yield* sent.pipe(Effect.provide(layer([refusal(400)])))
      assert.strictEqual(withKey.headers["kalshi-access-key"] !== undefined, signed !== "never")
      if (signed !== "never") assert.isTrue(isSigned(withKey, withKey.method, withKey.target.split("?")[0]!))
      if (signed === "always") return
      // The capabilities that a public operation lacks here are the ones it does not ask for.
      const keyless = Layer.provideMerge(Kalshi.layerPublic({ environment }), layerScript([refusal(400)]))
      const without = yield* sent.pipe(Effect.provide(keyless)) as Effect.Effect<Effect.Success<typeof sent>>
      assert.strictEqual(without.target, withKey.target)
      assert.isUndefined(without.headers["kalshi-access-key"])
    })
  )

  it.effect(
    errors.length === 0 ? "names no error of its own" : `fails by name with ${errors.join(", ")}, and no other`,
    () =>
      Effect.gen(function* () {
        for (const [tag, status] of Object.entries(statuses)) {
          const error = yield* Effect.flip(call).pipe(Effect.provide(layer([refusal(status)])))
          const { _tag, operation, status: got } = error as unknown as Answered // every refusal is answered
          const named = (errors as ReadonlyArray<string>).includes(tag)
          assert.deepStrictEqual(
            { _tag, operation, got },
            { _tag: named ? tag : "UnexpectedStatus", operation: name, got: status }
          )
        }
      })
  )
}

type ValuesOf<P> = {
  readonly [K in keyof P as P[K] extends Parameter<infer _, true> ? K : never]: P[K] extends Parameter<infer A>
    ? A
    : never
} & {
  readonly [K in keyof P as P[K] extends Parameter<infer _, true> ? never : K]?:
    | (P[K] extends Parameter<infer A> ? A : never)
    | undefined
}

type Flat<A> = { readonly [K in keyof A]: A[K] }

/** The input that a document's parameters make. */
export type InputOf<Path, Query = {}> = Flat<ValuesOf<Path> & ValuesOf<Query>>

const squeeze = (code: string): string => code.replaceAll(/\s+/g, " ").trim()

/** The code of an example in a module's doc blocks, without its imports. */
const example = (module: string, title: string): string => {
  const source = readFileSync(urlOf(module), "utf8")
  const after = source.split(`**Example** (${title})`)[1]
  const code = after?.split("```ts")[1]?.split("```")[0]
  if (code === undefined) throw new Error(`${module} has no example called ${title}`)
  const lines = code.split("\n").map((line) => line.replace(/^ \* ?/, ""))
  return squeeze(lines.filter((line) => !line.startsWith("import ")).join("\n"))
}

/** Asserts that a test's own file holds an example word for word, so that what it runs is what the example says. */
export const isExample = (testFile: string, module: string, title: string): void =>
  assert.include(squeeze(readFileSync(new URL(testFile), "utf8")), example(module, title))
