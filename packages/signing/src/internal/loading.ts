import * as KeyFormat from "effect/crypto/KeyFormat"
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import type { KeyError } from "../KeyError.ts"
import * as PublicKey from "../PublicKey.ts"
import type { KeyKind } from "./keyKind.ts"
import { ApiKey } from "./apiKey.ts"
import type { Signing } from "./apiKey.ts"
import { keyIdProblem } from "./keyId.ts"
import * as nodeCrypto from "./nodeCrypto.ts"
import { pkcs1Problem } from "./rsaNumbers.ts"
import type { PrivateMaterial } from "./structure.ts"
import { algorithms, keyError, orKeyError, rejectedByRuntime, service, subtle } from "./webCrypto.ts"

export const checkKeyId = (keyId: string): Effect.Effect<void, KeyError> =>
  Effect.suspend(() => {
    const problem = keyIdProblem(keyId)
    return problem === undefined ? Effect.void : Effect.fail(keyError(problem))
  })

// The trial text starts with a letter. The signed text of a request starts with a digit, so this signature is useless
// for requests.
const trialText = /*#__PURE__*/ new TextEncoder().encode("kalshi-effect: a trial signature")

const verifies = (publicKey: PublicKey.PublicKey, signature: Uint8Array): Effect.Effect<boolean, KeyError> =>
  Effect.flatMap(service, (service) => orKeyError(service.verify(publicKey, signature, trialText)))

const selfCheck = /*#__PURE__*/ Effect.fnUntraced(function* (
  kind: KeyKind,
  signing: Pick<Signing, "cryptoKey" | "subtle">,
  publicKey: PublicKey.PublicKey,
  problem: string
): Effect.fn.Return<void, KeyError> {
  const failed = keyError({ _tag: "SelfCheckFailed", problem })
  const signature = yield* Effect.tryPromise({
    try: () => ApiKey.sign(kind, signing, trialText),
    catch: () => failed
  })
  if (!(yield* verifies(publicKey, signature))) return yield* failed
})

/**
 * Makes a function that signs with `node:crypto`. Undefined if `node:crypto` cannot sign, or its trial signature does
 * not verify. WebCrypto signs then.
 */
const checkedSignSync = /*#__PURE__*/ Effect.fnUntraced(function* (
  kind: KeyKind,
  pkcs8: Uint8Array,
  publicKey: PublicKey.PublicKey
): Effect.fn.Return<nodeCrypto.SignSync | undefined> {
  const signSync = nodeCrypto.signSync(kind, pkcs8)
  if (signSync === undefined) return undefined
  const isVerified = Effect.flatMap(
    Effect.try({ try: () => signSync(trialText), catch: () => keyError(rejectedByRuntime) }),
    (signature) => (signature instanceof Uint8Array ? verifies(publicKey, signature) : Effect.succeed(false))
  )
  return (yield* Effect.orElseSucceed(isVerified, () => false)) ? signSync : undefined
})

const importParameters: Record<KeyKind, AlgorithmIdentifier | RsaHashedImportParams> = {
  rsa: { name: "RSA-PSS", hash: "SHA-256" },
  ed25519: { name: "Ed25519" }
}

/** Imports a private key, which is then not extractable. */
const importKey = /*#__PURE__*/ Effect.fnUntraced(function* (
  keyId: string,
  kind: KeyKind,
  privateKey: Signature.PrivateKey<Signature.RsaPss> | Signature.PrivateKey<Signature.Ed25519>,
  publicKey: PublicKey.PublicKey
): Effect.fn.Return<ApiKey, KeyError> {
  const crypto = yield* subtle
  const pkcs8 = yield* orKeyError(KeyFormat.encode(KeyFormat.pkcs8, privateKey))
  const cryptoKey = yield* Effect.tryPromise({
    try: () => crypto.importKey("pkcs8", new Uint8Array(pkcs8), importParameters[kind], false, ["sign"]),
    catch: () => keyError(rejectedByRuntime)
  })
  yield* selfCheck(
    kind,
    { subtle: crypto, cryptoKey },
    publicKey,
    "its public key does not verify the signature of its private key"
  )
  const signSync = yield* checkedSignSync(kind, pkcs8, publicKey)
  return new ApiKey(keyId, publicKey, {
    subtle: crypto,
    cryptoKey,
    publicKeyPem: yield* PublicKey.toPem(publicKey),
    isSealed: false,
    signSync,
    prefersSync: signSync !== undefined && kind === "ed25519" && crypto === globalThis.crypto?.subtle
  })
})

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

/** Loads a key. The caller must have checked its id. */
export const load = /*#__PURE__*/ Effect.fnUntraced(function* (
  keyId: string,
  material: PrivateMaterial
): Effect.fn.Return<ApiKey, KeyError> {
  const signature = yield* service
  if (material.kind === "rsa") {
    const problem = pkcs1Problem(material.pkcs1)
    if (problem !== undefined) return yield* keyError(problem)
    const privateKey = yield* orKeyError(KeyFormat.decodePrivate(KeyFormat.pkcs1, algorithms.rsa, material.pkcs1))
    return yield* importKey(keyId, "rsa", privateKey, yield* orKeyError(signature.publicKeyOf(privateKey)))
  }
  const privateKey = yield* orKeyError(Signature.privateKey(algorithms.ed25519, material.seed))
  const publicKey = yield* orKeyError(signature.publicKeyOf(privateKey))
  if (
    material.publicKey !== undefined &&
    !sameBytes(material.publicKey, yield* orKeyError(Signature.toBytes(publicKey)))
  ) {
    return yield* keyError({
      _tag: "SelfCheckFailed",
      problem: "the stored public key does not match the private key"
    })
  }
  return yield* importKey(keyId, "ed25519", privateKey, publicKey)
})

export const loadSealed = /*#__PURE__*/ Effect.fnUntraced(function* (
  keyId: string,
  cryptoKey: CryptoKey,
  publicKey: PublicKey.PublicKey
): Effect.fn.Return<ApiKey, KeyError> {
  const signing: Signing = {
    subtle: yield* subtle,
    cryptoKey,
    publicKeyPem: yield* PublicKey.toPem(publicKey),
    isSealed: true,
    signSync: undefined,
    prefersSync: false
  }
  yield* selfCheck(PublicKey.kind(publicKey), signing, publicKey, "the public key does not match the private key")
  return new ApiKey(keyId, publicKey, signing)
})

export const checkPublicKey = (apiKey: ApiKey, publicKey: PublicKey.PublicKey): Effect.Effect<void, KeyError> =>
  selfCheck(apiKey.kind, ApiKey.signing(apiKey), publicKey, "the public key does not match the private key")
