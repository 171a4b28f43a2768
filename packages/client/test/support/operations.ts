/** Makes the tests that all operations share, and reads the examples of doc blocks. */
import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Kalshi from "../../src/Kalshi.ts"
import type { Parameter } from "../../src/Operation.ts"
import type { Capabilities } from "./calls.ts"
import { environment, isSigned, layer, layerScript, Script } from "./scripted.ts"
import { urlOf } from "./modules.ts"

const statuses = { BadRequest: 400, Unauthorized: 401, Forbidden: 403, NotFound: 404, Conflict: 409 } as const

type Named<E> = Extract<E, { readonly _tag: keyof typeof statuses }> extends { readonly _tag: infer Tag } ? Tag : never

interface ResponseError {
  readonly _tag: string
  readonly operation: string
  readonly status: number
}

const signatures = {
  never: "never signs the request",
  optional: "signs the request only if the client has a key",
  always: "always signs the request"
}

/**
 * Tests whether the request is signed, and which of the statuses 400, 401, 403, 404 and 409 have their own error class.
 */
export const itDeclares = <E>(
  call: Effect.Effect<unknown, E, Capabilities>,
  {
    errors,
    name,
    signed
  }: {
    readonly name: string
    readonly signed: keyof typeof signatures
    readonly errors: ReadonlyArray<Named<E>>
  }
): void => {
  const errorReply = (status: number) => ({ status, body: { error: { code: "some_code", message: "why" } } })

  const request = Effect.gen(function* () {
    yield* Effect.exit(call)
    return (yield* Script).sent[0]!
  })

  it.effect(signatures[signed], () =>
    Effect.gen(function* () {
      const withKey = yield* request.pipe(Effect.provide(layer([errorReply(400)])))
      assert.strictEqual(withKey.headers["kalshi-access-key"] !== undefined, signed !== "never")
      if (signed !== "never") assert.isTrue(isSigned(withKey, withKey.method, withKey.target.split("?")[0]!))
      if (signed === "always") return
      // Provides only KalshiPublic. The call must not need another service.
      const keyless = Layer.provideMerge(Kalshi.layerPublic({ environment }), layerScript([errorReply(400)]))
      const withoutKey = yield* request.pipe(Effect.provide(keyless)) as Effect.Effect<Effect.Success<typeof request>>
      assert.strictEqual(withoutKey.target, withKey.target)
      assert.isUndefined(withoutKey.headers["kalshi-access-key"])
    })
  )

  const named = errors.length === 0 ? "none" : errors.join(", ")
  it.effect(
    `fails with the class of each declared error, and otherwise with UnexpectedStatus (declared: ${named})`,
    () =>
      Effect.gen(function* () {
        for (const [tag, status] of Object.entries(statuses)) {
          const error = yield* Effect.flip(call).pipe(Effect.provide(layer([errorReply(status)])))
          const { _tag, operation, status: received } = error as unknown as ResponseError // every reply is a response
          const named = (errors as ReadonlyArray<string>).includes(tag)
          assert.deepStrictEqual(
            { _tag, operation, received },
            { _tag: named ? tag : "UnexpectedStatus", operation: name, received: status }
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

export type InputOf<Path, Query = {}> = Flat<ValuesOf<Path> & ValuesOf<Query>>

const collapseSpaces = (code: string): string => code.replaceAll(/\s+/g, " ").trim()

const example = (module: string, title: string): string => {
  const source = readFileSync(urlOf(module), "utf8")
  const after = source.split(`**Example** (${title})`)[1]
  const code = after?.split("```ts")[1]?.split("```")[0]
  if (code === undefined) throw new Error(`${module} has no example with the title ${title}`)
  const lines = code.split("\n").map((line) => line.replace(/^ \* ?/, ""))
  return collapseSpaces(lines.filter((line) => !line.startsWith("import ")).join("\n"))
}

/** Requires that the test file contains the code of the example, so that the test runs the example itself. */
export const assertIsExample = (testFile: string, module: string, title: string): void =>
  assert.include(collapseSpaces(readFileSync(new URL(testFile), "utf8")), example(module, title))
