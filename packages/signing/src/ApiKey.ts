/**
 * API keys: an id and a private key, read from PEM, JWK, `CryptoKey` or file, or generated.
 *
 * Every key is imported once, so that the private part cannot be exported again, and is proved before it is handed out:
 * it signs a text that its own public key has to verify.
 *
 * @module
 */
import type * as CryptoError from "effect/crypto/CryptoError"
import * as KeyFormat from "effect/crypto/KeyFormat"
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as FileSystem from "effect/FileSystem"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as internal from "./internal/apiKey.ts"
import { isShowable, looksLikeKey } from "./internal/keyText.ts"
import { checkKeyId, load, loadSealed, provePublicKey } from "./internal/loading.ts"
import { readBlock } from "./internal/pem.ts"
import { rsaMembers, rsaProblem } from "./internal/rsaNumbers.ts"
import { privateMaterial } from "./internal/structure.ts"
import type { PrivateMaterial } from "./internal/structure.ts"
import { algorithms, keyError, orKeyError, service } from "./internal/webCrypto.ts"
import type { KeyError, KeyErrorReason } from "./KeyError.ts"
import * as PublicKey from "./PublicKey.ts"
import type { KeyKind } from "./internal/keyKind.ts"

/**
 * An API key that can sign: `keyId`, `kind`, `publicKey`, and a private key that nothing can read back.
 *
 * **Details**
 *
 * Prints as its kind and a shortened id. Two keys are equal only if they are the same object.
 */
export type ApiKey = internal.ApiKey

type PrivateKey = Signature.PrivateKey<Signature.RsaPss> | Signature.PrivateKey<Signature.Ed25519>

const refuse = (reason: KeyErrorReason): Effect.Effect<never, KeyError> => Effect.fail(keyError(reason))

const reveal = <A>(value: A | Redacted.Redacted<A>): A => (Redacted.isRedacted(value) ? Redacted.value(value) : value)

/**
 * Reads an API key from PEM: RSA in PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`), Ed25519 in PKCS#8.
 *
 * **Details**
 *
 * PKCS#8 does not name the algorithm in its label, so the kind comes from the key itself. These are accepted: line ends
 * escaped as `\n`, CRLF, a byte-order mark, UTF-16, quotes, indentation, text around the block, the whole block on one
 * line. Anything else is refused with a reason (`KeyErrorReason`) and what to do about it.
 *
 * **Gotchas**
 *
 * A damaged RSA key is always found out. An Ed25519 key has no redundancy: with one bit changed it is another good key,
 * unless its PKCS#8 carries the public key as well, and the exchange then answers 401.
 */
export const fromPem = /*#__PURE__*/ Effect.fnUntraced(function* (options: {
  readonly keyId: string
  readonly privateKey: string | Redacted.Redacted<string>
}): Effect.fn.Return<ApiKey, KeyError> {
  yield* checkKeyId(options.keyId)
  const material = Result.flatMap(readBlock(reveal(options.privateKey)), privateMaterial)
  return Result.isFailure(material) ? yield* refuse(material.failure) : yield* load(options.keyId, material.success)
})

const invalidJwk = (problem: string) => refuse({ _tag: "Malformed", problem })

const octets = (value: unknown): Uint8Array | undefined => {
  if (!Predicate.isString(value)) return undefined
  const bytes = Base64Url.decode(value)
  return Result.isSuccess(bytes) ? bytes.success : undefined
}

const jwkMaterial = /*#__PURE__*/ Effect.fnUntraced(function* (
  jwk: JsonWebKey
): Effect.fn.Return<PrivateMaterial, KeyError> {
  if (!Predicate.isObject(jwk)) return yield* invalidJwk("a JWK is an object")
  if (jwk.kty === "EC") return yield* refuse({ _tag: "UnsupportedAlgorithm", algorithm: "EC" })
  if (jwk.kty === "oct") return yield* refuse({ _tag: "UnsupportedAlgorithm", algorithm: "oct (symmetric)" })
  if (jwk.kty === "OKP" && (jwk.crv === "X25519" || jwk.crv === "X448" || jwk.crv === "Ed448")) {
    return yield* refuse({ _tag: "UnsupportedAlgorithm", algorithm: jwk.crv })
  }
  if (jwk.kty !== "RSA" && !(jwk.kty === "OKP" && jwk.crv === "Ed25519")) {
    return yield* invalidJwk("its kty and crv name neither RSA nor OKP with Ed25519")
  }
  if (jwk.d === undefined) return yield* refuse({ _tag: "PublicKey" })
  if (jwk.kty === "OKP") {
    if (jwk.alg !== undefined && jwk.alg !== "EdDSA" && jwk.alg !== "Ed25519") {
      return yield* invalidJwk("its alg is neither EdDSA nor Ed25519")
    }
    const seed = octets(jwk.d)
    const publicKey = octets(jwk.x)
    if (seed?.length !== 32) return yield* invalidJwk("its d is not 32 bytes in base64url")
    if (jwk.x !== undefined && publicKey?.length !== 32) return yield* invalidJwk("its x is not 32 bytes in base64url")
    return { kind: "ed25519", seed, publicKey }
  }
  if (jwk.alg !== undefined && jwk.alg !== "PS256") return yield* invalidJwk("its alg is not PS256")
  if (jwk.oth !== undefined) {
    return yield* refuse({ _tag: "UnsupportedAlgorithm", algorithm: "RSA with more than two primes" })
  }
  const numbers: Array<Uint8Array> = []
  for (const member of rsaMembers) {
    const value = octets(jwk[member])
    if (value === undefined || value.length === 0) return yield* invalidJwk(`its ${member} is not bytes in base64url`)
    numbers.push(value)
  }
  const problem = rsaProblem(numbers)
  if (problem !== undefined) return yield* refuse(problem)
  const privateKey = yield* Effect.andThen(
    service,
    orKeyError(KeyFormat.decodePrivate(KeyFormat.jwk, algorithms.rsa, jwk))
  )
  return yield* exported(privateKey)
})

/** A key of effect/crypto as material, through its PKCS#8. */
const exported = (privateKey: PrivateKey): Effect.Effect<PrivateMaterial, KeyError> =>
  Effect.flatMap(orKeyError(KeyFormat.encode(KeyFormat.pkcs8, privateKey)), (der) => {
    const material = privateMaterial({ label: "PRIVATE KEY", der })
    return Result.isSuccess(material) ? Effect.succeed(material.success) : refuse(material.failure)
  })

/**
 * Reads an API key from a private JWK: `RSA` with all its private members, or `OKP` with `Ed25519`.
 *
 * **Details**
 *
 * `alg`, where present, has to be `PS256`, `EdDSA` or `Ed25519`. An Ed25519 key may lack `x`; where it is present it has
 * to be its own. `use`, `key_ops` and `ext` are ignored.
 */
export const fromJwk = /*#__PURE__*/ Effect.fnUntraced(function* (options: {
  readonly keyId: string
  readonly privateKey: JsonWebKey | Redacted.Redacted<JsonWebKey>
}): Effect.fn.Return<ApiKey, KeyError> {
  yield* checkKeyId(options.keyId)
  return yield* load(options.keyId, yield* jwkMaterial(reveal(options.privateKey)))
})

const unusable = (problem: string) => refuse({ _tag: "UnsupportedCryptoKey", problem })

const orUnusable = <A>(effect: Effect.Effect<A, CryptoError.CryptoError>): Effect.Effect<A, KeyError> =>
  Effect.catchTag(effect, "CryptoError", (error) => unusable(error.reason.message))

/** A public key as bytes, so that it can be written and be used with every layer. */
const readPublicKey = /*#__PURE__*/ Effect.fnUntraced(function* (
  given: CryptoKey | PublicKey.PublicKey,
  kind: KeyKind
): Effect.fn.Return<PublicKey.PublicKey, KeyError> {
  const wrapped = isOpaque(given)
    ? given
    : yield* orUnusable<PublicKey.PublicKey>(
        kind === "rsa"
          ? Signature.publicKeyFromCryptoKey(algorithms.rsa, given)
          : Signature.publicKeyFromCryptoKey(algorithms.ed25519, given)
      )
  const pem = yield* Effect.catchTag(KeyFormat.encode(KeyFormat.pem(KeyFormat.spki), wrapped), "CryptoError", () =>
    unusable("its public key has to be extractable")
  )
  return yield* PublicKey.fromPem(pem)
})

const isOpaque = (given: CryptoKey | PublicKey.PublicKey): given is PublicKey.PublicKey => Signature.isPublicKey(given)

/**
 * Makes an API key of a private `CryptoKey`: RSA-PSS with SHA-256, or Ed25519, with the usage `sign`.
 *
 * **When to use**
 *
 * Use when the key lives in the browser's IndexedDB or another place that hands out `CryptoKey`s.
 *
 * **Details**
 *
 * From an extractable key the public one is derived. One that is not extractable needs `publicKey`, which has to be
 * extractable, and the pair is proved. The key has to come from the `Crypto` object of the `WebCrypto` reference.
 */
export const fromCryptoKey = /*#__PURE__*/ Effect.fnUntraced(function* (options: {
  readonly keyId: string
  readonly privateKey: CryptoKey
  readonly publicKey?: CryptoKey | PublicKey.PublicKey | undefined
}): Effect.fn.Return<ApiKey, KeyError> {
  const { keyId, privateKey } = options
  yield* checkKeyId(keyId)
  yield* service
  if (privateKey.type === "public") return yield* refuse({ _tag: "PublicKey" })
  const name = privateKey.algorithm.name
  if (name !== "RSA-PSS" && name !== "Ed25519") {
    return yield* unusable(`its algorithm is ${name}; import it as RSA-PSS with SHA-256, or as Ed25519`)
  }
  const kind = name === "RSA-PSS" ? "rsa" : "ed25519"
  const wrapped = yield* orUnusable<PrivateKey>(
    kind === "rsa"
      ? Signature.privateKeyFromCryptoKey(algorithms.rsa, privateKey)
      : Signature.privateKeyFromCryptoKey(algorithms.ed25519, privateKey)
  )
  const publicKey = options.publicKey === undefined ? undefined : yield* readPublicKey(options.publicKey, kind)
  if (publicKey !== undefined && PublicKey.kind(publicKey) !== kind) {
    return yield* refuse({ _tag: "SelfCheckFailed", problem: "the public key given is of another kind" })
  }
  if (privateKey.extractable) {
    const apiKey = yield* load(keyId, yield* exported(wrapped))
    if (publicKey !== undefined) yield* provePublicKey(apiKey, publicKey)
    return apiKey
  }
  return publicKey === undefined
    ? yield* refuse({ _tag: "PublicKeyNeeded" })
    : yield* loadSealed(keyId, privateKey, publicKey)
})

/**
 * Reads an API key from a PEM file, through Effect's `FileSystem`.
 *
 * **Details**
 *
 * The file's text is read as by `fromPem`. A path that is itself a key's text is refused before anything is opened. An
 * error shows the path only where it cannot be a key.
 */
export const fromFile = /*#__PURE__*/ Effect.fnUntraced(function* (options: {
  readonly keyId: string
  readonly path: string
}): Effect.fn.Return<ApiKey, KeyError, FileSystem.FileSystem> {
  const { keyId, path } = options
  yield* checkKeyId(keyId)
  if (looksLikeKey(path)) return yield* refuse({ _tag: "PathHoldsKey" })
  const fileSystem = yield* FileSystem.FileSystem
  const text = yield* Effect.catchTag(fileSystem.readFileString(path), "PlatformError", (error) =>
    refuse({ _tag: "FileUnreadable", path: isShowable(path) ? path : undefined, problem: error.reason._tag })
  )
  return yield* fromPem({ keyId, privateKey: text })
})

/** A fresh pair of keys without an id, as text. */
export interface KeyPair {
  readonly kind: KeyKind
  /** PKCS#8. */
  readonly privateKeyPem: Redacted.Redacted<string>
  /** SubjectPublicKeyInfo, as `POST /api_keys` takes it. */
  readonly publicKeyPem: string
}

/**
 * Makes a fresh pair of keys.
 *
 * **When to use**
 *
 * Use to register a public key with `POST /api_keys`, whose answer brings the id: then `fromPem` with that id and
 * `privateKeyPem`.
 *
 * **Details**
 *
 * `modulusLength` is in bits and read for `rsa` alone; 2048 where it is left out.
 */
export const generateKeyPair = /*#__PURE__*/ Effect.fnUntraced(function* (options: {
  readonly kind: KeyKind
  readonly modulusLength?: 2048 | 3072 | 4096 | undefined
}): Effect.fn.Return<KeyPair, KeyError> {
  const signature = yield* service
  const { privateKey, publicKey } = yield* orKeyError<PrivateAndPublic>(
    options.kind === "rsa"
      ? signature.generateKeyPair<Signature.RsaPss>({
          ...algorithms.rsa,
          modulusLength: options.modulusLength ?? algorithms.rsa.modulusLength
        })
      : signature.generateKeyPair(algorithms.ed25519)
  )
  const privateKeyPem = yield* orKeyError(KeyFormat.encode(KeyFormat.pem(KeyFormat.pkcs8), privateKey))
  return {
    kind: options.kind,
    privateKeyPem: Redacted.make(privateKeyPem, { label: "private key" }),
    publicKeyPem: yield* PublicKey.toPem(publicKey)
  }
})

interface PrivateAndPublic {
  readonly privateKey: PrivateKey
  readonly publicKey: PublicKey.PublicKey
}

/** An API key with its texts, which only a generated key keeps. */
export interface GeneratedApiKey extends ApiKey, KeyPair {
  readonly kind: KeyKind
}

/** Makes a fresh API key, for tests and for exchanges that let the caller choose the id. */
export const generate = /*#__PURE__*/ Effect.fnUntraced(function* (options: {
  readonly keyId: string
  readonly kind: KeyKind
  readonly modulusLength?: 2048 | 3072 | 4096 | undefined
}): Effect.fn.Return<GeneratedApiKey, KeyError> {
  yield* checkKeyId(options.keyId)
  const pair = yield* generateKeyPair(options)
  const apiKey = yield* fromPem({ keyId: options.keyId, privateKey: pair.privateKeyPem })
  return Object.assign(apiKey, { privateKeyPem: pair.privateKeyPem, publicKeyPem: pair.publicKeyPem })
})

/** The public key as PEM (SubjectPublicKeyInfo), for registering it. */
export const publicKeyPem = (apiKey: ApiKey): string => internal.ApiKey.signing(apiKey).publicKeyPem
