/** Loads keys, verifies signatures with node:crypto, and replaces the global `process`. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import * as nodeCrypto from "node:crypto"
import * as ApiKey from "../src/ApiKey.ts"
import * as RequestSignature from "../src/RequestSignature.ts"
import type * as Signer from "../src/Signer.ts"
import { fixture, keyId } from "./vectors.ts"

export const load = (name: string) => ApiKey.fromPem({ keyId, privateKey: fixture(`keys/${name}.pkcs8.pem`) })

export const judge = (name: string, text: string, signature: string): boolean => {
  const key = fixture(`keys/${name}.public.pem`)
  return name === "ed25519"
    ? nodeCrypto.verify(null, Buffer.from(text), key, Buffer.from(signature, "base64"))
    : nodeCrypto.verify(
        "sha256",
        Buffer.from(text),
        { key, padding: nodeCrypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
        Buffer.from(signature, "base64")
      )
}

export const isSynchronous = (signer: Signer.Signer["Service"]): boolean =>
  Exit.isSuccess(Effect.runSyncExit(signer.sign("text")))

export const signNow = (signer: Signer.Signer["Service"], text: string): string => Effect.runSync(signer.sign(text))

/**
 * Runs an effect while `process.getBuiltinModule` returns `module` for every id. If `module` is undefined, the runtime
 * has no `getBuiltinModule`.
 */
export const withBuiltin = <A, E, R>(module: unknown, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  withProcess({ ...process, getBuiltinModule: module === undefined ? undefined : () => module }, effect)

export const withProcess = <A, E, R>(other: unknown, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const real = globalThis.process
      Reflect.set(globalThis, "process", other)
      return real
    }),
    () => effect,
    (real) => Effect.sync(() => void Reflect.set(globalThis, "process", real))
  )

/** Runs four attempts, one second apart, in one adjustment of `TestClock`. Returns their timestamps and the failure. */
export const retryOnTestClock = (signer: Signer.Signer["Service"]) =>
  Effect.gen(function* () {
    const stamps: Array<string> = []
    const fiber = yield* RequestSignature.headers(signer, { method: "GET", path: "/" }).pipe(
      Effect.tap((headers) => Effect.sync(() => void stamps.push(headers["KALSHI-ACCESS-TIMESTAMP"]))),
      Effect.andThen(Effect.fail("again" as const)),
      Effect.retry({ schedule: Schedule.spaced("1 second"), times: 3 }),
      Effect.flip,
      Effect.forkChild
    )
    yield* TestClock.adjust("3 seconds")
    return { failure: yield* Fiber.join(fiber), stamps }
  })
