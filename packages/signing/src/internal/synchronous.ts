import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import { SigningError } from "../SigningError.ts"
import type { SignSync } from "./nodeCrypto.ts"

const encoder = /*#__PURE__*/ new TextEncoder()

/** The error contains only the class of the cause, because the message of the cause could contain a secret. */
export const failedWith = (library: string, cause: unknown): SigningError =>
  new SigningError({ description: `${library} failed with ${cause instanceof Error ? cause.name : typeof cause}` })

export const signText =
  (signSync: SignSync) =>
  (text: string): Effect.Effect<string, SigningError> =>
    Effect.try({
      try: () => Base64.encode(signSync(encoder.encode(text))),
      catch: (cause) => failedWith("node:crypto", cause)
    })
