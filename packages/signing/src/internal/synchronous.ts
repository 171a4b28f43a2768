import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import { SigningError } from "../SigningError.ts"
import type { SignSync } from "./nodeCrypto.ts"

const encoder = /*#__PURE__*/ new TextEncoder()

/** Signs texts with a function that signs at once. */
export const signText =
  (signSync: SignSync) =>
  (text: string): Effect.Effect<string, SigningError> =>
    Effect.try({
      try: () => Base64.encode(signSync(encoder.encode(text))),
      catch: (cause) =>
        new SigningError({
          description: `node:crypto failed with ${cause instanceof Error ? cause.name : typeof cause}`
        })
    })
