/**
 * P8: checks what the client signs, and that it prints no secrets.
 *
 * @module
 */
import * as crypto from "node:crypto"
import type * as Kalshi from "@kalshi-effect/client/Kalshi"
import type * as Signer from "@kalshi-effect/signing/Signer"
import type * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Requests from "../operations/Requests.ts"
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import * as Arbitraries from "../generate/Arbitraries.ts"
import { isObject, stringify, type Json, type JsonObject } from "../judge/JsonSchema.ts"
import * as signedCalls from "./internal/signedCalls.ts"
import { checkAsync, type Outcome, type OperationProperty, type Run } from "./Property.ts"
import { conformance, referenceOf, validBody } from "./Subject.ts"
import { isSigned } from "../operations/Signing.ts"

const id = "P8"

export interface Replacements {
  readonly signer?: ((key: signedCalls.Key) => Signer.Signer["Service"]) | undefined
  readonly layer?: typeof Kalshi.layer | undefined
}

type Keys = Readonly<Record<Signer.KeyKind, signedCalls.Key>>

let keys: Promise<Keys> | undefined

const makeKeys = async (): Promise<Keys> => ({
  rsa: await signedCalls.makeKey("rsa"),
  ed25519: await signedCalls.makeKey("ed25519")
})

/** Only a quarter of the cases run, because signing is slow. */
const casesDivisor = 4

interface Case {
  readonly kind: Signer.KeyKind
  readonly input: Json
  readonly atMillis: number
  readonly fates: ReadonlyArray<signedCalls.Fate["_tag"] | "broken" | number | Echo>
}

/** A response that quotes the request's headers. */
interface Echo {
  readonly status: number
  readonly form: keyof typeof forms
  /** The number of characters before the quoted headers. */
  readonly before: number
}

const dump = (headers: signedCalls.Attempt["headers"]): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\r\n")

const base64Symbols = /[+/=]/g
const code = (sign: string): number => sign.charCodeAt(0)

/** The formats in which a response quotes the headers. */
const forms = {
  plain: (text: string) => text,
  percent: (text: string) => JSON.stringify({ message: encodeURIComponent(text) }),
  json: (text: string) => JSON.stringify({ error: { code: "blocked", message: text } }),
  "json with escapes": (text: string) =>
    `{"echo":[${JSON.stringify(text).replace(base64Symbols, (sign) => `\\u00${code(sign).toString(16)}`)}]}`,
  html: (text: string) => `<pre>${text.replace(base64Symbols, (sign) => `&#${code(sign)};`)}</pre>`
}

const casesOf = (input: fc.Arbitrary<Json>): fc.Arbitrary<Case> =>
  fc.record({
    kind: fc.constantFrom<Signer.KeyKind>("rsa", "ed25519"),
    input,
    atMillis: fc.oneof(
      fc.constantFrom(1, 2 ** 31 - 1, 2 ** 31, 999_999_999_999, 1_000_000_000_000, 9_999_999_999_999),
      fc.integer({ min: 1, max: 4_102_444_800_000 })
    ),
    fates: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom<Case["fates"][number]>("refused", 429, 503) },
        {
          weight: 2,
          arbitrary: fc.constantFrom<Case["fates"][number]>(
            "answered",
            "broken",
            "reset",
            "dies",
            "interrupted",
            200,
            401,
            404,
            500
          )
        },
        {
          weight: 3,
          arbitrary: fc.record({
            // `fateOf` replaces 200 by the operation's success status.
            status: fc.constantFrom(200, 401, 404, 418, 429, 500, 502),
            // These are the keys of `forms`.
            form: fc.constantFrom(...(Object.keys(forms) as ReadonlyArray<keyof typeof forms>)),
            // The ranges include the lengths at which errors truncate strings.
            before: fc.oneof(fc.constant(0), fc.integer({ min: 50, max: 200 }), fc.integer({ min: 1700, max: 2048 }))
          })
        }
      ),
      { minLength: 1, maxLength: 3 }
    )
  })

class Violation extends Error {}

const assertThat = (holds: boolean, rule: () => string): void => {
  if (!holds) throw new Violation(rule())
}

/** Verifies a signature as the exchange does, without code of the client. */
const verifies = ({ kind, publicKey }: signedCalls.Key, text: string, signature: string): boolean =>
  kind === "rsa"
    ? crypto.verify(
        "sha256",
        Buffer.from(text),
        { key: publicKey, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
        Buffer.from(signature, "base64")
      )
    : crypto.verify(null, Buffer.from(text), publicKey, Buffer.from(signature, "base64"))

const headerNames = ["kalshi-access-key", "kalshi-access-timestamp", "kalshi-access-signature"] as const

const checkSigned = (keys: Keys, key: signedCalls.Key, attempt: signedCalls.Attempt, reach: (what: string) => void) => {
  const [keyId = "", timestamp = "", signature = ""] = headerNames.map((name) => attempt.headers[name])
  const { atMillis, method, path, query } = attempt
  assertThat(keyId === key.id, () => `the request has the key id ${keyId}`)
  assertThat(
    timestamp === String(atMillis),
    () => `signed at ${timestamp}, sent at ${atMillis}: the timestamp is not fresh`
  )
  assertThat(
    verifies(key, `${timestamp}${method}${path}`, signature),
    () => `the signature of ${method} ${path} does not verify`
  )
  const otherTexts: Readonly<Record<string, string>> = {
    "a millisecond more": `${Number(timestamp) + 1}${method}${path}`,
    "a millisecond less": `${Number(timestamp) - 1}${method}${path}`,
    seconds: `${Math.floor(Number(timestamp) / 1000)}${method}${path}`,
    "another method": `${timestamp}${method === "GET" ? "POST" : "GET"}${path}`,
    "a method in lower case": `${timestamp}${method.toLowerCase()}${path}`,
    "a longer path": `${timestamp}${method}${path}/`,
    "a path below the API's root": `${timestamp}${method}${path.slice(Requests.root.length)}`,
    ...(query === "" ? {} : { "the query": `${timestamp}${method}${path}${query}` })
  }
  for (const [what, text] of Object.entries(otherTexts)) {
    assertThat(!verifies(key, text, signature), () => `the signature verifies with ${what} as well: ${text}`)
  }
  const other = key.kind === "rsa" ? keys.ed25519 : keys.rsa
  assertThat(
    !verifies(other, `${timestamp}${method}${path}`, signature),
    () => "the signature verifies with another key as well"
  )
  reach(`signed with ${key.kind}`)
  if (query !== "") reach("signed without the query")
}

const assertionOf = (run: Run, instead: Replacements) => {
  const { operation } = run
  const reference = referenceOf(operation)
  const body = bodyOf(reference, validBody(operation))
  // An invalid body for a successful response. The client's error about this body can quote the response.
  const invalidBody = body.startsWith("{")
    ? `${body.slice(0, -1)}${body === "{}" ? "" : ","}"error":{"code":"some_code"}}`
    : "{"
  const requests = Requests.make(reference, conformance().judge)
  const fateOf = (fate: Case["fates"][number]): signedCalls.Fate => {
    if (fate === "broken") return { _tag: "answered", status: reference.success.status, body: invalidBody }
    if (fate === "answered") return { _tag: "answered", status: reference.success.status, body }
    if (typeof fate === "number") {
      return { _tag: "answered", status: fate, body: '{"error":{"code":"some_code"}}' }
    }
    if (typeof fate === "object") {
      const { before, form, status } = fate
      return {
        _tag: "answered",
        status: status === 200 ? reference.success.status : status,
        body: (headers) => forms[form](`${"x".repeat(before)} ${dump(headers)}`)
      }
    }
    return { _tag: fate }
  }
  return async (input: Case, reach: (what: string) => void): Promise<void> => {
    const currentKeys = await (keys ??= makeKeys())
    const key = currentKeys[input.kind]
    const { attempts, exit, printed } = await signedCalls.play({
      operation: operation.operation,
      input: sendable(requests, input),
      signer: instead.signer?.(key) ?? key.signer,
      layer: instead.layer,
      atMillis: input.atMillis,
      // The last outcome repeats. It is a success, so that the call ends.
      fates: [...input.fates, "answered" as const].map(fateOf)
    })
    const usedSignatures = new Set<string>()
    for (const attempt of attempts) {
      const signature = attempt.headers["kalshi-access-signature"]
      if (!isSigned(reference)) {
        assertThat(
          headerNames.every((name) => attempt.headers[name] === undefined),
          () => "a public operation is signed"
        )
        continue
      }
      checkSigned(currentKeys, key, attempt, reach)
      assertThat(!usedSignatures.has(signature ?? ""), () => "a retry has the signature of an earlier attempt")
      usedSignatures.add(signature ?? "")
    }
    const echoed = input.fates.slice(0, attempts.length).some((fate) => typeof fate === "object")
    if (echoed && exit._tag === "Failure") reach("failed after a response that quotes its headers")
    const signatures = [...usedSignatures].flatMap((signature) => signedCalls.partsOf(signature, 4))
    if (attempts.length > 1) reach("signed again for a retry")
    reach(attempts.length === 0 ? "rejected" : exit._tag === "Success" ? "succeeded" : "failed")
    // If the document allows any JSON object, the returned value can contain the quoted headers. This is not a leak.
    const isAnswer = exit._tag === "Success" && typeof input.fates[attempts.length - 1] === "object"
    for (const [where, text] of Object.entries(printed)) {
      if (isAnswer && where !== "metric" && where !== "signer") continue
      const leaked = [...key.secretParts, ...signatures, secret].find((piece) => text.includes(piece))
      assertThat(
        leaked === undefined,
        () =>
          `the ${where} contains ${leaked === key.id ? "the complete key id" : leaked === secret ? "the private key from the response" : "a part of the key or of a signature"}`
      )
    }
  }
}

/** A placeholder for a private key in a response. */
const secret = "-----BEGIN PRIVATE KEY-----canary-of-an-answer"

const bodyOf = ({ success }: ReferenceDocument.Operation, valid: Json): string =>
  success.schema === undefined
    ? ""
    : stringify(isObject(valid) && Object.hasOwn(valid, "private_key") ? { ...valid, private_key: secret } : valid)

/** Makes 7 of 8 inputs sendable, on average: replaces the values that the client rejects. */
const sendable = (requests: Requests.Requests, { atMillis, input }: Case): Json => {
  const object = input as JsonObject // The schema allows only objects.
  return atMillis % 8 === 0 ? object : requests.sendable(object)
}

/** Checks an operation. A test may replace parts of the client. */
export const checkOperation = (run: Run, instead: Replacements = {}): Effect.Effect<Outcome> => {
  const requests = Requests.make(referenceOf(run.operation), conformance().judge)
  const inputs = Arbitraries.make(conformance().judge).of(requests.input)
  return checkAsync(
    id,
    { ...run, runs: Math.ceil(run.runs / casesDivisor) },
    casesOf(inputs),
    assertionOf(run, instead)
  )
}

export const P8: OperationProperty = {
  id,
  statement:
    "Every attempt of a signed operation has its own signature over exactly its timestamp, method and path, verified with RSA-PSS and Ed25519. No part of the key, no signature and no complete key id appears in output, logs, spans or metrics.",
  run: (run) => checkOperation(run)
}
