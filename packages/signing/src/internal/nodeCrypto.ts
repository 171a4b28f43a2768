/**
 * Signs with `node:crypto`. The module is looked up at run time and never imported, so a bundle works in every runtime.
 */
import type { KeyKind } from "./keyKind.ts"

export type SignSync = (data: Uint8Array) => Uint8Array

interface NodeCrypto {
  readonly constants: { readonly RSA_PKCS1_PSS_PADDING: number }
  readonly createPrivateKey: (key: {
    readonly key: Uint8Array
    readonly format: "der"
    readonly type: "pkcs8"
  }) => object
  readonly sign: (hash: "sha256" | null, data: Uint8Array, key: object) => Uint8Array
}

/** `getBuiltinModule` exists since Node 20.16 and 22.3. */
interface NodeProcess {
  readonly versions?: { readonly [name: string]: string | undefined }
  readonly getBuiltinModule?: (id: string) => unknown
}

/**
 * Returns `node:crypto` if this runtime is Node. Bun and Deno do not count, because the speed of their `node:crypto` has
 * not been measured.
 */
const nodeCrypto = (): NodeCrypto | undefined => {
  // Node's types are not loaded here. Each member is checked before use, and the caller catches every exception.
  const { process } = globalThis as { readonly process?: NodeProcess | undefined }
  const versions = process?.versions
  return versions?.["node"] === undefined || versions["bun"] !== undefined || versions["deno"] !== undefined
    ? undefined
    : (process?.getBuiltinModule?.("node:crypto") as NodeCrypto | undefined)
}

/**
 * Makes a function that signs with a key. Undefined if this runtime has no `node:crypto`, or if `node:crypto` rejects
 * the key. The key object stays in the closure, so it cannot be printed.
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
