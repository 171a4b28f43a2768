/**
 * Signs requests: the signed text, the three headers, and their verification.
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
 * Add these names to `Headers.CurrentRedactedNames` of `effect/http`. Otherwise printed requests contain signatures.
 */
export const headerNames = ["kalshi-access-key", "kalshi-access-signature", "kalshi-access-timestamp"] as const

/** The path of the WebSocket. For its upgrade request, sign the method `GET` and this path. */
export const webSocketPath = "/trade-api/ws/v2"

const withoutQuery = (path: string): string => {
  const end = path.search(/[?#]/)
  return end === -1 ? path : path.slice(0, end)
}

/**
 * Returns the text to sign: the Unix time in milliseconds, the METHOD and the path, without separators.
 *
 * **Details**
 *
 * `path` starts at the root of the host (`/trade-api/v2/portfolio/balance`) and is percent-encoded exactly as in the
 * sent request. The query and the fragment are not signed: the exchange responds with 401 to a signature that includes
 * them.
 *
 * **Gotchas**
 *
 * This function does not validate its input. `headers` does.
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
 * The headers of one signed request. Pass the headers to an HTTP client, or spread them into other headers. They print
 * without the signature.
 *
 * **Gotchas**
 *
 * `JSON.stringify` omits the signature too. To send the headers to another process, spread them first.
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

/** The input of {@link headers}: the signed parts of a request, and the clock skew. */
export interface Request {
  /** The method, in upper or lower case. It is signed in upper case. */
  readonly method: string
  /**
   * The path from the root of the host, percent-encoded exactly as in the sent request. The query and the fragment are
   * not signed.
   */
  readonly path: string
  /**
   * The exchange's clock minus this machine's clock, in milliseconds. It is added to the time of Effect's `Clock`.
   * Default: 0.
   */
  readonly clockSkewMillis?: number | undefined
}

const requestProblem = (keyId: string, request: Request, timestampMillis: number): string | undefined => {
  const path = withoutQuery(request.path)
  if (keyIdProblem(keyId) !== undefined) return "the signer's key id cannot be sent as a header"
  if (!/^[A-Za-z]+$/.test(request.method)) return "the method must contain only letters"
  if (!request.path.startsWith("/")) return "the path must start with a slash, at the root of the host"
  if (!/^[!-~]*$/.test(path) || /["<>\\^`{|}]/.test(path)) {
    return "the path contains a character that must be percent-encoded: sign the path as it is sent"
  }
  if (/\/\.{1,2}(?:\/|$)/.test(path)) {
    return "the path contains a . or .. segment, which clients resolve before sending: sign the path as it is sent"
  }
  return Number.isSafeInteger(timestampMillis) && timestampMillis >= 0
    ? undefined
    : "the clock plus the skew is not a valid time"
}

// Ed25519 signatures have 64 bytes. RSA signatures are as long as the modulus: 256 bytes or more.
const signatureShapes: Record<KeyKind, RegExp> = {
  rsa: /^[A-Za-z0-9+/]{342,}={0,2}$/,
  ed25519: /^[A-Za-z0-9+/]{86}==$/
}

/** Converts a defect of a custom signer to a failure. */
const signSafely = (signer: Signer["Service"], text: string): Effect.Effect<string, SigningError> =>
  Effect.catchDefect(
    Effect.suspend(() => signer.sign(text)),
    (cause) => Effect.fail(new SigningError({ description: "the signer threw", cause }))
  )

/**
 * Signs a request at the current time of Effect's `Clock`, and returns the headers to send with it.
 *
 * **Details**
 *
 * The exchange refuses old timestamps and does not document its tolerance. Therefore sign every attempt separately. If
 * an attempt waits first, sign it after the wait.
 *
 * Fails with `SigningError` if the signer fails, or if the method, path, time, key id or signature is invalid.
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
    return Effect.flatMap(signSafely(signer, join(timestamp, request.method, request.path)), (signature) =>
      signatureShapes[signer.kind].test(signature)
        ? Effect.succeed(new RedactedHeaders(signer.keyId, signature, timestamp))
        : Effect.fail(
            new SigningError({
              description: `the signer did not return an ${signer.kind} signature in standard base64`
            })
          )
    )
  })

/**
 * A received request, with either all its headers (names in upper or lower case) or only its timestamp and signature.
 */
export type SignedRequest = { readonly method: string; readonly path: string } & (
  | { readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>> }
  | {
      /** Unix time in milliseconds. A string must be the exact value of the header. */
      readonly timestamp: string | number
      /** Standard base64. */
      readonly signature: string
    }
)

const singleHeader = (
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
      ? [
          singleHeader(request.headers, "kalshi-access-timestamp"),
          singleHeader(request.headers, "kalshi-access-signature")
        ]
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
  // Several base64 strings decode to the same bytes. Only the canonical string is accepted, so that every changed bit
  // is detected.
  return Result.isSuccess(bytes) && Base64.encode(bytes.success) === signature ? [timestamp, bytes.success] : undefined
}

/** Returns whether a request has a valid signature for one public key. */
export type Verifier = (request: SignedRequest) => Effect.Effect<boolean, KeyError>

const encoder = /*#__PURE__*/ new TextEncoder()

const isSupported = (algorithm: Signature.Algorithm): boolean =>
  algorithm._tag === "Ed25519" ||
  (algorithm._tag === "RsaPss" && algorithm.hash.name === "SHA-256" && algorithm.saltLength === 32)

/**
 * Prepares the verification of many requests against one public key. The key is imported once.
 *
 * **Details**
 *
 * Fails with `KeyError` if the algorithm is not RSA-PSS (SHA-256, salt of 32 bytes) or Ed25519, or if the runtime has
 * no `crypto.subtle`. The returned verifier fails with `KeyError` if the runtime does not support the algorithm. See
 * {@link verify} for the rules.
 */
export const verifier = /*#__PURE__*/ Effect.fnUntraced(function* (
  publicKey: Signature.PublicKey
): Effect.fn.Return<Verifier, KeyError> {
  if (!isSupported(publicKey.algorithm)) {
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
 * Returns whether the public key verifies the signature of a request.
 *
 * **When to use**
 *
 * Use it in servers and tests. To verify many requests with the same key, use {@link verifier}.
 *
 * **Details**
 *
 * Returns `false` for missing or repeated headers, a timestamp that is not decimal digits, and base64 that is not
 * standard. The query of the path is ignored, because it is not signed.
 *
 * **Gotchas**
 *
 * The key id and the age of the timestamp are not checked. The server must check both.
 */
export const verify = (publicKey: Signature.PublicKey, request: SignedRequest): Effect.Effect<boolean, KeyError> =>
  Effect.flatMap(verifier(publicKey), (verifies) => verifies(request))

/** The details of a signature, with a shortened key id. Contains neither the key nor the signature. */
export interface Explanation {
  readonly signedText: string
  readonly timestampMillis: number
  readonly kind: KeyKind
  readonly algorithm: string
  /** The first eight characters of the id. An id of at most twelve characters is not shortened. */
  readonly keyId: string
  /** The skew added to this machine's clock, in milliseconds. */
  readonly clockSkewMillis: number
}

const algorithmNames: Record<KeyKind, string> = {
  rsa: "RSA-PSS, SHA-256, MGF1 with SHA-256, salt of 32 bytes",
  ed25519: "Ed25519"
}

/** Returns the details of a signature as plain data, which you can log if the exchange refuses the request. */
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
