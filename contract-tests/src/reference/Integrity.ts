/**
 * Checks the reference files:
 *
 * - The documents are in normal form and state their source.
 * - Every entry of the overlay takes effect.
 * - The lists of nulls that the importer adds are complete. The importer adds null to a schema if the specification
 *   ignores its `nullable`, but the publisher clearly intends null.
 *
 * A check reads files through a function, so that a test can inject a fault into any file.
 *
 * @module
 */
import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Judge from "../judge/Judge.ts"
import { resolver } from "../judge/JsonSchema.ts"
import { fixture } from "./internal/fixtures.ts"
import { at, equal, isArray, isObject, parsePointer, print } from "./internal/json.ts"
import { schemasOf, verifyDocument } from "./internal/verify.ts"
import type { Json, JsonObject } from "./JsonSchema.ts"
import * as NullableByIntent from "./NullableByIntent.ts"
import * as Overlay from "./Overlay.ts"
import { overlaySha256 } from "./SpecImport.ts"

/** Returns the content of a file below `fixtures/spec`. */
export type Read = (name: string) => string

export const read: Read = (name) => readFileSync(fixture(`spec/${name}`), "utf8")

export interface Checked {
  readonly findings: ReadonlyArray<string>
  readonly reached: Readonly<Record<string, number>>
}

// JSON.parse returns JSON.
const jsonOf = (text: string): Json => JSON.parse(text) as Json

const objectOf = (text: string): JsonObject => {
  const json = jsonOf(text)
  return isObject(json) ? json : {}
}

const canonical = (text: string): ReadonlyArray<string> =>
  text === print(jsonOf(text)) ? [] : ["is not in the canonical format"]

const compare = (what: string, expected: Json | undefined, got: Json | undefined): ReadonlyArray<string> =>
  equal(expected, got) ? [] : [`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`]

const rejectExcess = { onExcessProperty: "error" } as const

const decodeOverlay = /*#__PURE__*/ Schema.decodeUnknownResult(/*#__PURE__*/ Schema.fromJsonString(Overlay.Overlay))

/** Checks a document. A current document must state the overlay that was applied. An older document must state none. */
export const document = (name: string, read: Read): Checked => {
  const text = read(name)
  const json = objectOf(text)
  const findings = [...canonical(text)]
  verifyDocument(json, (pointer, message) => findings.push(`${pointer}: ${message}`))
  const stamp = at(json, "/info/x-source")
  const stamped = ["format", "sha256", "version", ...(name.startsWith("history/") ? [] : ["published"])]
  if (!isObject(stamp) || stamped.some((key) => typeof stamp[key] !== "string")) {
    findings.push(`/info/x-source must contain ${stamped.join(", ")}`)
  } else if (name.startsWith("history/")) {
    findings.push(...compare("the overlay of an older document", undefined, stamp["overlay"]))
  } else {
    const overlay = objectOf(read("overlay.json"))
    const part = name === "rest.json" ? "rest" : "feed"
    const entries = at(overlay, `/${part}/entries`)
    const expected = {
      entries: isArray(entries) ? entries.length : 0,
      sha256: overlaySha256(read("overlay.json"), part)
    }
    findings.push(...compare("the applied overlay", expected, stamp["overlay"]))
    const of = { sha256: stamp["sha256"] ?? null, version: stamp["version"] ?? null }
    findings.push(...compare("the document of the overlay", of, at(overlay, `/${part}/appliesTo`)))
  }
  return { findings, reached: { schemas: schemasOf(json).length } }
}

/** Returns the value at a pointer. Follows the references on the way. */
const valueThroughReferences = (document: JsonObject, pointer: string): Json | undefined => {
  const follow = (value: Json | undefined): Json | undefined =>
    isObject(value) && typeof value["$ref"] === "string" ? follow(at(document, value["$ref"].slice(1))) : value
  const tokens = parsePointer(pointer) ?? []
  return tokens.reduce<Json | undefined>((value, token) => {
    const inside = follow(value)
    return isArray(inside) ? inside[Number(token)] : isObject(inside) ? inside[token] : undefined
  }, document)
}

const nullAt = (document: JsonObject): ((pointer: string) => boolean) => {
  const judge = Judge.make(resolver(document))
  return (pointer) =>
    at(document, pointer) !== undefined &&
    judge.accepts({ $ref: `#${pointer.split("/").map(encodeURIComponent).join("/")}` })(null)
}

/** Lists the locations at which an entry has no effect. */
export const missingEffects = (document: JsonObject): ((entry: Overlay.Entry) => ReadonlyArray<string>) => {
  const acceptsNull = nullAt(document)
  const paths = document["paths"]
  const operations = Object.values(isObject(paths) ? paths : {}).flatMap((path) =>
    Object.values(isObject(path) ? path : {})
  )
  const isBodiless = ([status, response]: readonly [string, Json]): boolean =>
    Number(status) >= 400 && isObject(response) && response["content"] === undefined && response["$ref"] === undefined
  return (entry) => {
    if (entry.op === "add-response" || entry.op === "add-error-body") {
      return operations.flatMap((operation) => {
        const responses = at(operation, "/responses")
        const declared = isObject(responses) ? responses : {}
        const holds =
          entry.op === "add-response" ? entry.status in declared : !Object.entries(declared).some(isBodiless)
        return holds ? [] : [`${entry.op}: ${String(at(operation, "/operationId"))}`]
      })
    }
    return entry.at.filter((pointer) => {
      const value = valueThroughReferences(document, pointer)
      switch (entry.op) {
        case "add":
        case "replace":
          return !equal(value, entry.value)
        case "remove":
          return value !== undefined
        case "make-nullable":
          return value === undefined || !acceptsNull(pointer)
        case "make-optional": {
          const [, owner = "", name = ""] = /^(.*)\/properties\/([^/]+)$/.exec(pointer) ?? []
          const required = valueThroughReferences(document, `${owner}/required`)
          return value === undefined || (isArray(required) && required.includes(name))
        }
        case "extract":
          return !equal(at(document, pointer), { $ref: `#${entry.to}` })
        case "add-enum-member": {
          const values = isObject(value) ? value["enum"] : undefined
          return !isArray(values) || !values.some((member) => equal(member, entry.value))
        }
      }
    })
  }
}

/**
 * Checks that every entry of the overlay has a reason and a source, and takes effect in its document. An entry for the
 * REST document must also be necessary: version 3.28.0, which has no overlay, must lack the change in at least one
 * place.
 */
export const overlay = (read: Read): Checked => {
  const decoded = decodeOverlay(read("overlay.json"), rejectExcess)
  if (Result.isFailure(decoded)) return { findings: [decoded.failure.message], reached: {} }
  const { feed, rest } = decoded.success
  const findings: Array<string> = []
  const older = missingEffects(objectOf(read("history/rest-3.28.0-2026-08-22.json")))
  for (const [name, { entries }] of [["rest.json", rest] as const, ["feed.json", feed] as const]) {
    const faults = missingEffects(objectOf(read(name)))
    entries.forEach((entry, index) => {
      const label = `/entries/${index} (${entry.op}) of ${name}`
      if (!/^[A-Z].{20,}\.$/.test(entry.because)) findings.push(`${label} has no valid reason: ${entry.because}`)
      if (entry.source.length <= 10) findings.push(`${label} has no valid source: ${entry.source}`)
      findings.push(...faults(entry).map((at) => `${label} has no effect at ${at}`))
      if (name === "rest.json" && older(entry).length === 0) {
        findings.push(`${label} is unnecessary: version 3.28.0 has this change without an overlay`)
      }
    })
  }
  return { findings, reached: { entries: rest.entries.length + feed.entries.length } }
}

/**
 * Checks the schemas to which the importer has added null, although the specification ignores their `nullable`. Their
 * list must equal the pinned list. Each schema must accept null, except where the overlay removes the null.
 */
export const nullableByIntent = (kind: "feed" | "rest", read: Read): Checked => {
  const text = read(`nullable-by-intent.${kind}.json`)
  const list = objectOf(text)
  const places = list["places"]
  const document = objectOf(read(`${kind}.json`))
  const acceptsNull = nullAt(document)
  const pinned = NullableByIntent.pinned[kind]
  const expected: Json = pinned.map(({ beside, pointer }) => ({ beside, pointer }))
  const findings = [
    ...canonical(text),
    ...compare("the document", at(document, "/info/x-source/sha256"), at(list, "/source/sha256")),
    ...(equal(expected, places) ? [] : [`the list differs from the ${pinned.length} pinned pointers`]),
    ...pinned.flatMap(({ isTakenBack, pointer }) =>
      acceptsNull(pointer) !== isTakenBack
        ? []
        : [isTakenBack ? `${pointer} accepts null, but the overlay removes null` : `${pointer} does not accept null`]
    )
  ]
  return { findings, reached: { lists: 1, places: pinned.length } }
}
