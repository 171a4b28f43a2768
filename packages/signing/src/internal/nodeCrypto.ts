/**
 * Signing with `node:crypto`, which is found at run time: nothing here imports a module of Node, so that a bundle runs
 * in every runtime.
 */
import type { KeyKind } from "./keyKind.ts"

/** Signs at once, without a promise. */
export type SignSync = (data: Uint8Array) => Uint8Array

/** What is used of `node:crypto`. */
interface NodeCrypto {
  readonly constants: { readonly RSA_PKCS1_PSS_PADDING: number }
  readonly createPrivateKey: (key: {
    readonly key: Uint8Array
    readonly format: "der"
    readonly type: "pkcs8"
  }) => object
  readonly sign: (hash: "sha256" | null, data: Uint8Array, key: object) => Uint8Array
}

/** What is used of the global `process`. `getBuiltinModule` is there since Node 20.16 and 22.3. */
interface NodeProcess {
  readonly versions?: { readonly [name: string]: string | undefined }
  readonly getBuiltinModule?: (id: string) => unknown
}

/** `node:crypto` on Node. Bun and Deno have one too, in which nothing has been measured. */
const nodeCrypto = (): NodeCrypto | undefined => {
  // No type of Node is loaded here; every member is checked before it is used, and every call is guarded by the caller.
  const { process } = globalThis as { readonly process?: NodeProcess | undefined }
  const versions = process?.versions
  return versions?.["node"] === undefined || versions["bun"] !== undefined || versions["deno"] !== undefined
    ? undefined
    : (process?.getBuiltinModule?.("node:crypto") as NodeCrypto | undefined)
}

/**
 * A private key in PKCS#8 as a function that signs, or undefined where this runtime has none. The key object stays in the
 * function's closure, where nothing can print it.
 */
export const signSync = (kind: KeyKind, pkcs8: Uint8Array): SignSync | undefined => {
  try {
    const crypto = nodeCrypto()
    if (crypto === undefined) return undefined
    const key = crypto.createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })
    if (kind === "ed25519") return (data) => crypto.sign(null, data, key)
    const pss = { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    return (data) => crypto.sign("sha256", data, pss)
  } catch {
    return undefined
  }
}
