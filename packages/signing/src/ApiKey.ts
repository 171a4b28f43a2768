/**
 * API keys: an id with a private key, from PEM, JWK, `CryptoKey` or a file, or generated.
 *
 * An API key keeps its private key in a form that cannot be exported. A constructor returns a key only after a
 * self-check: the key signs a text, and its public key must verify the signature.
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
import { checkKeyId, load, loadSealed, checkPublicKey } from "./internal/loading.ts"
import { readBlock } from "./internal/pem.ts"
import { rsaMembers, rsaProblem } from "./internal/rsaNumbers.ts"
import { privateMaterial } from "./internal/structure.ts"
import type { PrivateMaterial } from "./internal/structure.ts"
import { algorithms, keyError, orKeyError, service } from "./internal/webCrypto.ts"
import type { KeyError, KeyErrorReason } from "./KeyError.ts"
import * as PublicKey from "./PublicKey.ts"
import type { KeyKind } from "./internal/keyKind.ts"

/**
 * An API key: `keyId`, `kind`, `publicKey`, and a private key that signs but cannot be read.
 *
 * **Details**
 *
 * A key prints only its kind and a shortened id. Two keys are equal only if they are the same object.
 */
export type ApiKey = internal.ApiKey

type PrivateKey = Signature.PrivateKey<Signature.RsaPss> | Signature.PrivateKey<Signature.Ed25519>

const failWith = (reason: KeyErrorReason): Effect.Effect<never, KeyError> => Effect.fail(keyError(reason))

const reveal = <A>(value: A | Redacted.Redacted<A>): A => (Redacted.isRedacted(value) ? Redacted.value(value) : value)

/**
 * Reads an API key from PEM: RSA in PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`), Ed25519 in PKCS#8.
 *
 * **Details**
 *
 * The PKCS#8 label (`PRIVATE KEY`) does not contain the algorithm, so the algorithm is read from the key itself.
 * Accepted variants: line ends escaped as `\n`, CRLF, a byte-order mark, UTF-16, quotes, indentation, text around the
 * block, and the whole block on one line.
 *
 * **Gotchas**
 *
 * A damaged RSA key is detected. An Ed25519 key has no redundancy: if one bit changes, the result is a different valid
 * key, and the exchange responds with 401. Such damage is detected only if the PKCS#8 also contains the public key.
 */
export const fromPem = /*#__PURE__*/ Effect.fnUntraced(function* (options: {
  readonly keyId: string
  readonly privateKey: string | Redacted.Redacted<string>
}): Effect.fn.Return<ApiKey, KeyError> {
  yield* checkKeyId(options.keyId)
  const material = Result.flatMap(readBlock(reveal(options.privateKey)), privateMaterial)
  return Result.isFailure(material) ? yield* failWith(material.failure) : yield* load(options.keyId, material.success)
})

const invalidJwk = (problem: string) => failWith({ _tag: "Malformed", problem })

const decodeBytes = (value: unknown): Uint8Array | undefined => {
  if (!Predicate.isString(value)) return undefined
  const bytes = Base64Url.decode(value)
  return Result.isSuccess(bytes) ? bytes.success : undefined
}

const jwkMaterial = /*#__PURE__*/ Effect.fnUntraced(function* (
  jwk: JsonWebKey
): Effect.fn.Return<PrivateMaterial, KeyError> {
  if (!Predicate.isObject(jwk)) return yield* invalidJwk("a JWK must be an object")
  if (jwk.kty === "EC") return yield* failWith({ _tag: "UnsupportedAlgorithm", algorithm: "EC" })
  if (jwk.kty === "oct") return yield* failWith({ _tag: "UnsupportedAlgorithm", algorithm: "oct (symmetric)" })
  if (jwk.kty === "OKP" && (jwk.crv === "X25519" || jwk.crv === "X448" || jwk.crv === "Ed448")) {
    return yield* failWith({ _tag: "UnsupportedAlgorithm", algorithm: jwk.crv })
  }
  if (jwk.kty !== "RSA" && !(jwk.kty === "OKP" && jwk.crv === "Ed25519")) {
    return yield* invalidJwk("its kty must be RSA, or OKP with the crv Ed25519")
  }
  if (jwk.d === undefined) return yield* failWith({ _tag: "PublicKey" })
  if (jwk.kty === "OKP") {
    if (jwk.alg !== undefined && jwk.alg !== "EdDSA" && jwk.alg !== "Ed25519") {
      return yield* invalidJwk("its alg must be EdDSA or Ed25519")
    }
    const seed = decodeBytes(jwk.d)
    const publicKey = decodeBytes(jwk.x)
    if (seed?.length !== 32) return yield* invalidJwk("its d is not 32 bytes in base64url")
    if (jwk.x !== undefined && publicKey?.length !== 32) return yield* invalidJwk("its x is not 32 bytes in base64url")
    return { kind: "ed25519", seed, publicKey }
  }
  if (jwk.alg !== undefined && jwk.alg !== "PS256") return yield* invalidJwk("its alg must be PS256")
  if (jwk.oth !== undefined) {
    return yield* failWith({ _tag: "UnsupportedAlgorithm", algorithm: "RSA with more than two primes" })
  }
  const numbers: Array<Uint8Array> = []
  for (const member of rsaMembers) {
    const value = decodeBytes(jwk[member])
    if (value === undefined || value.length === 0) return yield* invalidJwk(`its ${member} is not bytes in base64url`)
    numbers.push(value)
  }
  const problem = rsaProblem(numbers)
  if (problem !== undefined) return yield* failWith(problem)
  const privateKey = yield* Effect.andThen(
    service,
    orKeyError(KeyFormat.decodePrivate(KeyFormat.jwk, algorithms.rsa, jwk))
  )
  return yield* exportMaterial(privateKey)
})

const exportMaterial = (privateKey: PrivateKey): Effect.Effect<PrivateMaterial, KeyError> =>
  Effect.flatMap(orKeyError(KeyFormat.encode(KeyFormat.pkcs8, privateKey)), (der) => {
    const material = privateMaterial({ label: "PRIVATE KEY", der })
    return Result.isSuccess(material) ? Effect.succeed(material.success) : failWith(material.failure)
  })

/**
 * Reads an API key from a private JWK: `RSA` with all its private members, or `OKP` with `Ed25519`.
 *
 * **Details**
 *
 * If `alg` is set, it must be `PS256` for RSA, and `EdDSA` or `Ed25519` for Ed25519. If `x` of an Ed25519 key is set, it
 * must match `d`. `use`, `key_ops` and `ext` are ignored.
 */
export const fromJwk = /*#__PURE__*/ Effect.fnUntraced(function* (options: {
  readonly keyId: string
  readonly privateKey: JsonWebKey | Redacted.Redacted<JsonWebKey>
}): Effect.fn.Return<ApiKey, KeyError> {
  yield* checkKeyId(options.keyId)
  return yield* load(options.keyId, yield* jwkMaterial(reveal(options.privateKey)))
})

const unusable = (problem: string) => failWith({ _tag: "UnsupportedCryptoKey", problem })

const orUnusable = <A>(effect: Effect.Effect<A, CryptoError.CryptoError>): Effect.Effect<A, KeyError> =>
  Effect.catchTag(effect, "CryptoError", (error) => unusable(error.reason.message))

/** Converts a public key to one that can be exported and works with every `WebCrypto`. */
const importPublicKey = /*#__PURE__*/ Effect.fnUntraced(function* (
  key: CryptoKey | PublicKey.PublicKey,
  kind: KeyKind
): Effect.fn.Return<PublicKey.PublicKey, KeyError> {
  const wrapped = Signature.isPublicKey(key)
    ? (key as PublicKey.PublicKey) // `PublicKey.fromPem` below rejects other algorithms
    : yield* orUnusable<PublicKey.PublicKey>(
        kind === "rsa"
          ? Signature.publicKeyFromCryptoKey(algorithms.rsa, key)
          : Signature.publicKeyFromCryptoKey(algorithms.ed25519, key)
      )
  const pem = yield* Effect.catchTag(KeyFormat.encode(KeyFormat.pem(KeyFormat.spki), wrapped), "CryptoError", () =>
    unusable("its public key must be extractable")
  )
  return yield* PublicKey.fromPem(pem)
})

/**
 * Makes an API key from a private `CryptoKey`: RSA-PSS with SHA-256, or Ed25519, with the usage `sign`.
 *
 * **When to use**
 *
 * Use it if the key is stored as a `CryptoKey`, for example in the browser's IndexedDB.
 *
 * **Details**
 *
 * If the private key is extractable, its public key is derived. Otherwise pass `publicKey`, which must be extractable
 * and must match the private key. The private key must come from the `Crypto` object that the `WebCrypto` reference of
 * effect/crypto contains.
 */
export const fromCryptoKey = /*#__PURE__*/ Effect.fnUntraced(function* (options: {
  readonly keyId: string
  readonly privateKey: CryptoKey
  readonly publicKey?: CryptoKey | PublicKey.PublicKey | undefined
}): Effect.fn.Return<ApiKey, KeyError> {
  const { keyId, privateKey } = options
  yield* checkKeyId(keyId)
  yield* service
  if (privateKey.type === "public") return yield* failWith({ _tag: "PublicKey" })
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
  const publicKey = options.publicKey === undefined ? undefined : yield* importPublicKey(options.publicKey, kind)
  if (publicKey !== undefined && PublicKey.kind(publicKey) !== kind) {
    return yield* failWith({
      _tag: "SelfCheckFailed",
      problem: "the public key is of another kind than the private key"
    })
  }
  if (privateKey.extractable) {
    const apiKey = yield* load(keyId, yield* exportMaterial(wrapped))
    if (publicKey !== undefined) yield* checkPublicKey(apiKey, publicKey)
    return apiKey
  }
  return publicKey === undefined
    ? yield* failWith({ _tag: "PublicKeyNeeded" })
    : yield* loadSealed(keyId, privateKey, publicKey)
})

/**
 * Reads an API key from a PEM file, through Effect's `FileSystem`.
 *
 * **Details**
 *
 * Accepts the same variants of PEM as `fromPem`. If the path is the text of a key, no file is opened. An error contains
 * the path only if the path does not look like a key.
 */
export const fromFile = /*#__PURE__*/ Effect.fnUntraced(function* (options: {
  readonly keyId: string
  readonly path: string
}): Effect.fn.Return<ApiKey, KeyError, FileSystem.FileSystem> {
  const { keyId, path } = options
  yield* checkKeyId(keyId)
  if (looksLikeKey(path)) return yield* failWith({ _tag: "PathHoldsKey" })
  const fileSystem = yield* FileSystem.FileSystem
  const text = yield* Effect.catchTag(fileSystem.readFileString(path), "PlatformError", (error) =>
    failWith({ _tag: "FileUnreadable", path: isShowable(path) ? path : undefined, problem: error.reason._tag })
  )
  return yield* fromPem({ keyId, privateKey: text })
})

/** A new key pair as text, without an id. */
export interface KeyPair {
  readonly kind: KeyKind
  /** The private key in PKCS#8. */
  readonly privateKeyPem: Redacted.Redacted<string>
  /** SubjectPublicKeyInfo, the format of `POST /api_keys`. */
  readonly publicKeyPem: string
}

/**
 * Generates a new key pair.
 *
 * **When to use**
 *
 * Use it to register a public key with `POST /api_keys`. The response contains the id: pass the id to `fromPem`
 * together with `privateKeyPem`.
 *
 * **Details**
 *
 * `modulusLength` is in bits and applies only to `rsa`. Default: 2048.
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

/** A generated API key, with its private and its public key as text. */
export interface GeneratedApiKey extends ApiKey, KeyPair {
  readonly kind: KeyKind
}

/** Generates a new API key, for tests and for exchanges that let the caller choose the id. */
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

/** Returns the public key as PEM (SubjectPublicKeyInfo), for the registration at the exchange. */
export const publicKeyPem = (apiKey: ApiKey): string => internal.ApiKey.signing(apiKey).publicKeyPem
