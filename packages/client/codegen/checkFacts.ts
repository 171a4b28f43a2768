/**
 * Compares the decimals and units of the handwritten facts (`facts.ts`, `feedFacts.ts`) with the document. Each fact
 * must apply to the document, and each time must have a unit.
 *
 * @module
 */
import type { Document } from "./document.ts"
import { type Facts, looksLikeTime, unitOf } from "./facts.ts"
import type { Fault } from "./faults.ts"
import { isInteger } from "./shape.ts"

export const checkFacts = (document: Document, facts: Facts): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  const at = (...segments: ReadonlyArray<string>) => ["/components/schemas", ...segments].join("/")
  for (const [name, decimal] of Object.entries(facts.decimals)) {
    const shape = document.components.get(name)
    if (shape?._tag !== "Pattern" || shape.pattern !== decimal.pattern) {
      faults.push({ pointer: at(name), reason: `the pattern differs from the pattern of ${decimal.codec}` })
    }
    const other = decimal.direction === "requests" ? document.inResponses : document.inRequests
    if (other.has(name)) faults.push({ pointer: at(name), reason: `this decimal is only for ${decimal.direction}` })
  }
  const fields = [...document.components].flatMap(([name, shape]) =>
    shape._tag === "Struct"
      ? shape.fields.map((field) => ({ owner: name, field, pointer: at(name, "properties", field.name) }))
      : []
  )
  const parameters = document.operations.flatMap(({ id, parameters }) =>
    parameters.map((field) => ({ owner: id, field, pointer: `${id}/${field.name}` }))
  )
  const integers = [...fields, ...parameters].filter(({ field }) => isInteger(field.shape, document.components))
  for (const { field, owner, pointer } of integers) {
    if (looksLikeTime(field.name) && unitOf(facts, owner, field.name) === undefined) {
      faults.push({ pointer, reason: "the unit of this time is unknown: add it to units" })
    }
  }
  for (const path of Object.keys(facts.units)) {
    if (!integers.some(({ field, owner }) => path === `${owner}/${field.name}`)) {
      faults.push({ pointer: at(path.replace("/", "/properties/")), reason: "the document has no such integer" })
    }
  }
  return faults
}
