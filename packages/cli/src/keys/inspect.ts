/**
 * Reads a private key file, and says what it contains or what is wrong with it. No part of the private key leaves this
 * module.
 *
 * @module
 */
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import type { KeyError } from "@kalshi-effect/signing/KeyError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { fingerprintOfPem } from "../app/fingerprint.ts"
import { keyFileProblem, modeOf } from "../app/privateFiles.ts"

export interface KeyFacts {
  readonly kind: ApiKey.ApiKey["kind"]
  readonly bits: number
  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER) in base64. */
  readonly fingerprint: string
  /** The public key as PEM. */
  readonly publicKey: string
}

/** A key file. A usable file has facts and no problem. */
export interface KeyFile {
  /** The permission bits. Undefined if no key can be read from the file, or on Windows. */
  readonly mode: number | undefined
  readonly facts: KeyFacts | undefined
  /** What is wrong, and what to do. */
  readonly problem: string | undefined
}

const factsOf = (key: ApiKey.ApiKey): KeyFacts => {
  const publicKey = ApiKey.publicKeyPem(key)
  const { algorithm } = key.publicKey
  const bits = algorithm._tag === "RsaPss" ? algorithm.modulusLength : 256
  return { kind: key.kind, bits, fingerprint: fingerprintOfPem(publicKey), publicKey }
}

/**
 * The last part of a path. Undefined if it could be the text of a key: a file name has an extension, and a key has no
 * dot.
 */
const nameOf = (path: string): string | undefined => /(?:^|[/\\])([\w-]{1,40}\.[a-z]{1,5})$/i.exec(path)?.[1]

/** Some errors contain advice for programs. This function gives advice for the command line. */
const explain = (path: string, { message, reason }: KeyError): string => {
  const file = JSON.stringify(path)
  switch (reason._tag) {
    case "PathHoldsKey":
      return "The argument is the text of a key, not the path of a file. Save the key to a file, and pass its path. The key is now in the history of your shell: delete it there"
    case "FileUnreadable": {
      const shown = reason.path ?? nameOf(path)
      if (shown === undefined)
        return `The private key file cannot be read: ${reason.problem}. Check the path and the permissions of the file`
      return reason.problem === "NotFound"
        ? `The file ${JSON.stringify(shown)} does not exist. Check the path`
        : `The file ${JSON.stringify(shown)} cannot be read: ${reason.problem}. Check its permissions`
    }
    case "NoPem":
      if (reason.looksLike === "FilePath")
        return `${file} contains the path of a file, not a key. Pass that path instead`
      if (reason.looksLike === "Json") return `${file} contains JSON, not PEM. Save the key as PEM`
      return `${file} is not a private key. ${message}`
    default:
      return `${file} is not a private key that can sign. ${message}`
  }
}

/** Checks the file, and `keyId` if it is passed. */
export const inspectKeyFile = (path: string, keyId = "00000000-0000-0000-0000-000000000000") =>
  Effect.gen(function* () {
    const read = yield* Effect.result(ApiKey.fromFile({ keyId, path }))
    if (Result.isFailure(read)) {
      const file: KeyFile = { mode: undefined, facts: undefined, problem: explain(path, read.failure) }
      return file
    }
    const mode = yield* modeOf(path)
    const file: KeyFile = { mode, facts: factsOf(read.success), problem: keyFileProblem(path, mode) }
    return file
  })
