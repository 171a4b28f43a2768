/**
 * The private keys of the initial accounts, in a file beside the state file, so that the printed `KALSHI_PRIVATE_KEY`
 * works after a restart. The state file itself contains only public keys, so that it can be shown to others.
 *
 * @module
 */
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { type KeyPair, keyPairOf } from "../exchange/accounts/keys.ts"
import { type Disk, replaceFile } from "./disk.ts"
import type { InitialAccount } from "./format.ts"
import { Unusable } from "./reading.ts"

const pathOf = (path: string): string => `${path}.keys`

export const writeKeys = async (
  disk: Disk,
  path: string,
  pairs: ReadonlyArray<{ readonly publicKey: string; readonly privateKey: Redacted.Redacted<string> }>
): Promise<void> => {
  const keys = pairs.map(({ privateKey, publicKey }) => ({ publicKey, privateKey: Redacted.value(privateKey) }))
  const file = await replaceFile(disk, pathOf(path), [Buffer.from(`${JSON.stringify({ keys }, undefined, 2)}\n`)])
  await file.close()
  await disk.syncFolderOf(path)
}

export const readKeys = (disk: Disk, path: string, accounts: ReadonlyArray<InitialAccount>): ReadonlyArray<KeyPair> => {
  if (accounts.length === 0) {
    return []
  }
  const known = knownKeys(disk, path)
  return accounts.map(({ kind, publicKey }) => {
    const privateKey = known.get(publicKey)
    const pair = privateKey === undefined ? undefined : keyPairOf(kind, privateKey)
    if (pair?.publicKeyPem !== publicKey) {
      throw new Unusable(
        `${pathOf(path)} does not have the private keys of the initial accounts of ${path}. Put the original file back, or remove both files to start a new exchange`
      )
    }
    return pair
  })
}

/** The private keys in the file, by public key. */
const knownKeys = (disk: Disk, path: string): ReadonlyMap<string, string> => {
  const chunks = disk.read(pathOf(path))
  const known = new Map<string, string>()
  try {
    const parsed: unknown = JSON.parse(Buffer.concat([...(chunks ?? [])]).toString())
    const keys: unknown = Predicate.isObject(parsed) ? Reflect.get(parsed, "keys") : undefined
    for (const key of Array.isArray(keys) ? (keys as ReadonlyArray<unknown>) : []) {
      if (Predicate.isObject(key)) {
        known.set(String(Reflect.get(key, "publicKey")), String(Reflect.get(key, "privateKey")))
      }
    }
  } catch {
    // The file is not JSON with keys. `readKeys` reports this.
  }
  return known
}
