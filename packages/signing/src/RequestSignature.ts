/**
 * What is signed for a request, its three headers, and their verification.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import type * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { keyIdProblem, shortKeyId } from "./internal/keyId.ts"
import { Printable } from "./internal/printable.ts"
import { keyError, orKeyError, service } from "./internal/webCrypto.ts"
import type { KeyError } from "./KeyError.ts"
import type { KeyKind, Signer } from "./Signer.ts"
import { SigningError } from "./SigningError.ts"

/**
 * The names of the three headers, in lower case.
 *
 * **When to use**
 *
 * Add them to `Headers.CurrentRedactedNames` of `effect/http`, which does not know them, so that printed requests do not
 * show signatures.
 */
export const headerNames = ["kalshi-access-key", "kalshi-access-signature", "kalshi-access-timestamp"] as const

/** The path of the WebSocket; its upgrade is signed as `GET` of this path. */
export const webSocketPath = "/trade-api/ws/v2"

const withoutQuery = (path: string): string => {
  const end = path.search(/[?#]/)
  return end === -1 ? path : path.slice(0, end)
}

/**
 * The text that is signed: milliseconds, METHOD and path, with nothing between them.
 *
 * **Details**
 *
 * `timestampMillis` is Unix time in milliseconds. `path` starts at the host's root (`/trade-api/v2/portfolio/balance`), as
 * it goes over the wire; a query and a fragment are left out, because the exchange answers 401 to a signature over them.
 *
 * **Gotchas**
 *
 * This only joins its parts. `headers` refuses a path, a method or a time that no request can have.
 *
 * **Example** (A request for the balance)
 *
 * ```ts
 * RequestSignature.text({ timestampMillis: 1703123456789, method: "get", path: "/trade-api/v2/portfolio/balance?x=1" })
 * // => "1703123456789GET/trade-api/v2/portfolio/balance"
 * ```
 */
export const text = (options: {
  readonly timestampMillis: number
  readonly method: string
  readonly path: string
}): string => join(String(options.timestampMillis), options.method, options.path)

const join = (timestamp: string, method: string, path: string): string =>
  `${timestamp}${method.toUpperCase()}${withoutQuery(path)}`

/**
 * The headers of one signed request. Spread them or hand them to an HTTP client; they print without the signature.
 *
 * **Gotchas**
 *
 * `JSON.stringify` leaves the signature out as well: to send them to another process, spread them first.
 */
export type AuthHeaders = {
  readonly "KALSHI-ACCESS-KEY": string
  readonly "KALSHI-ACCESS-SIGNATURE": string
  /** Unix time in milliseconds, as decimal digits. */
  readonly "KALSHI-ACCESS-TIMESTAMP": string
}

class RedactedHeaders extends Printable implements AuthHeaders {
  readonly "KALSHI-ACCESS-KEY": string
  readonly "KALSHI-ACCESS-SIGNATURE": string
  readonly "KALSHI-ACCESS-TIMESTAMP": string

  constructor(keyId: string, signature: string, timestamp: string) {
    super()
    this["KALSHI-ACCESS-KEY"] = keyId
    this["KALSHI-ACCESS-SIGNATURE"] = signature
    this["KALSHI-ACCESS-TIMESTAMP"] = timestamp
  }

  override toJSON(): unknown {
    return {
      _id: "kalshi/AuthHeaders",
      keyId: shortKeyId(this["KALSHI-ACCESS-KEY"]),
      timestamp: this["KALSHI-ACCESS-TIMESTAMP"]
    }
  }
}

/** A request as `headers` signs it. */
export interface Request {
  /** In any case; it is signed in upper case. */
  readonly method: string
  /** From the host's root, percent-encoded as it goes over the wire; query and fragment are not signed. */
  readonly path: string
  /** The exchange's clock minus this machine's, in milliseconds, added to Effect's `Clock`. 0 where it is left out. */
  readonly clockSkewMillis?: number | undefined
}

const requestProblem = (keyId: string, request: Request, timestampMillis: number): string | undefined =>
  keyIdProblem(keyId) !== undefined
    ? "the signer's key id cannot be sent as a header"
    : !/^[A-Za-z]+$/.test(request.method)
      ? "the method is not a word"
      : !request.path.startsWith("/")
        ? "the path does not start with a slash at the host's root"
        : !/^[!-~]*$/.test(withoutQuery(request.path)) || /["<>\\^`{|}]/.test(withoutQuery(request.path))
          ? "the path holds a character that is percent-encoded on the wire: sign it as it is sent"
          : /\/\.{1,2}(?:\/|$)/.test(withoutQuery(request.path))
            ? "the path holds a . or .. segment, which is resolved before it is sent: sign it as it is sent"
            : !Number.isSafeInteger(timestampMillis) || timestampMillis < 0
              ? "the clock and its skew do not give a time in milliseconds"
              : undefined

// Ed25519 signatures have 64 bytes; RSA's have as many as the modulus, 256 or more.
const signatureShapes: Record<KeyKind, RegExp> = {
  rsa: /^[A-Za-z0-9+/]{342,}={0,2}$/,
  ed25519: /^[A-Za-z0-9+/]{86}==$/
}

/** A signer of somebody's own may throw instead of failing. */
const signed = (signer: Signer["Service"], text: string): Effect.Effect<string, SigningError> =>
  Effect.catchDefect(
    Effect.suspend(() => signer.sign(text)),
    (cause) => Effect.fail(new SigningError({ description: "the signer threw", cause }))
  )

/**
 * Signs a request now: the headers to send with it, with the time from Effect's `Clock`.
 *
 * **Details**
 *
 * Sign each attempt anew, after every wait: the exchange refuses old timestamps, and documents no tolerance. For the
 * WebSocket's upgrade, sign `GET` of {@link webSocketPath}.
 *
 * Fails with `SigningError` where the signer fails, and for a method, path, time, key id or signature that no request
 * can carry.
 *
 * **Example** (A request for the balance)
 *
 * ```ts
 * const headers = yield* RequestSignature.headers(yield* Signer.Signer, {
 *   method: "GET",
 *   path: "/trade-api/v2/portfolio/balance"
 * })
 * ```
 */
export const headers = (signer: Signer["Service"], request: Request): Effect.Effect<AuthHeaders, SigningError> =>
  Clock.clockWith((clock) => {
    const timestampMillis = Math.round(clock.currentTimeMillisUnsafe() + (request.clockSkewMillis ?? 0))
    const description = requestProblem(signer.keyId, request, timestampMillis)
    if (description !== undefined) return Effect.fail(new SigningError({ description }))
    const timestamp = String(timestampMillis)
    return Effect.flatMap(signed(signer, join(timestamp, request.method, request.path)), (signature) =>
      signatureShapes[signer.kind].test(signature)
        ? Effect.succeed(new RedactedHeaders(signer.keyId, signature, timestamp))
        : Effect.fail(
            new SigningError({
              description: `the signer's answer is not an ${signer.kind} signature in standard base64`
            })
          )
    )
  })

/** A request as it came in, with its headers (names in any case) or with the two values out of them. */
export type SignedRequest = { readonly method: string; readonly path: string } & (
  | { readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>> }
  | {
      /** Unix time in milliseconds; as text, exactly what the header held. */
      readonly timestamp: string | number
      /** Standard base64. */
      readonly signature: string
    }
)

const header = (
  fields: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>,
  name: (typeof headerNames)[number]
): string | undefined => {
  const values = Object.entries(fields).filter(([key]) => key.toLowerCase() === name)
  const value = values[0]?.[1]
  return values.length === 1 && Predicate.isString(value) ? value : undefined
}

const signedParts = (request: SignedRequest): readonly [timestamp: string, signature: Uint8Array] | undefined => {
  const [timestamp, signature] =
    "headers" in request
      ? [header(request.headers, "kalshi-access-timestamp"), header(request.headers, "kalshi-access-signature")]
      : [String(request.timestamp), request.signature]
  if (
    timestamp === undefined ||
    !/^\d{1,16}$/.test(timestamp) ||
    signature === undefined ||
    !/^[A-Za-z0-9+/]+={0,2}$/.test(signature) ||
    !/^[A-Za-z]+$/.test(request.method) ||
    !request.path.startsWith("/")
  ) {
    return undefined
  }
  const bytes = Base64.decode(signature)
  // Of several base64 texts for the same bytes only the canonical one is taken, so that each bit of the header counts.
  return Result.isSuccess(bytes) && Base64.encode(bytes.success) === signature ? [timestamp, bytes.success] : undefined
}

/** Judges requests against one public key. */
export type Verifier = (request: SignedRequest) => Effect.Effect<boolean, KeyError>

const encoder = /*#__PURE__*/ new TextEncoder()

const judges = (algorithm: Signature.Algorithm): boolean =>
  algorithm._tag === "Ed25519" ||
  (algorithm._tag === "RsaPss" && algorithm.hash.name === "SHA-256" && algorithm.saltLength === 32)

/**
 * Prepares the verification of many requests against one public key, which is imported once.
 *
 * **Details**
 *
 * Fails with `KeyError` for a key of another algorithm than RSA-PSS (SHA-256, salt of 32 bytes) and Ed25519, or where the
 * runtime lacks it. See {@link verify} for what it says of a request.
 */
export const verifier = /*#__PURE__*/ Effect.fnUntraced(function* (
  publicKey: Signature.PublicKey
): Effect.fn.Return<Verifier, KeyError> {
  if (!judges(publicKey.algorithm)) {
    return yield* keyError({ _tag: "UnsupportedAlgorithm", algorithm: publicKey.algorithm.name })
  }
  const signatures = yield* service
  return (request) => {
    const parts = signedParts(request)
    if (parts === undefined) return Effect.succeed(false)
    const [timestamp, signature] = parts
    const data = encoder.encode(join(timestamp, request.method, request.path))
    return orKeyError(signatures.verify(publicKey, signature, data))
  }
})

/**
 * Says whether a request carries a signature that the public key verifies.
 *
 * **When to use**
 *
 * Use in servers and tests; {@link verifier} where the same key judges many requests.
 *
 * **Details**
 *
 * Missing or doubled headers, a timestamp that is not decimal digits, and base64 that is not standard give `false`. The
 * path's query is ignored, as it is in signing.
 *
 * **Gotchas**
 *
 * It does not look at how old the timestamp is, nor at the key id: both are the server's to check.
 */
export const verify = (publicKey: Signature.PublicKey, request: SignedRequest): Effect.Effect<boolean, KeyError> =>
  Effect.flatMap(verifier(publicKey), (judge) => judge(request))

/** What was signed, without the key, its whole id or the signature. */
export interface Explanation {
  readonly signedText: string
  readonly timestampMillis: number
  readonly kind: KeyKind
  readonly algorithm: string
  /** The first eight characters of the id. */
  readonly keyId: string
  /** What was added to this machine's clock, in milliseconds. */
  readonly clockSkewMillis: number
}

const algorithmNames: Record<KeyKind, string> = {
  rsa: "RSA-PSS, SHA-256, MGF1 with SHA-256, salt of 32 bytes",
  ed25519: "Ed25519"
}

/** Explains a signature that the exchange refused, as plain data to log. */
export const explain = (
  signer: Pick<Signer["Service"], "keyId" | "kind">,
  request: Request & { readonly timestampMillis: number }
): Explanation => ({
  signedText: text(request),
  timestampMillis: request.timestampMillis,
  kind: signer.kind,
  algorithm: algorithmNames[signer.kind],
  keyId: shortKeyId(signer.keyId),
  clockSkewMillis: request.clockSkewMillis ?? 0
})
