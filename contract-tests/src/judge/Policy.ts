/**
 * Defines how a decoder must treat each kind of violation: reject it, tolerate it, or tolerate it and keep the value.
 *
 * After a new kind of violation is added, this module does not compile until the table has a treatment of this kind for
 * both directions.
 *
 * @module
 */
import type { Kind } from "../generate/Mutants.ts"

/** The direction of a value. The client writes requests and reads responses. */
export type Direction = "request" | "response"

/**
 * A kind of violation, or `unknown-field`: a member that an open object does not declare. Unknown fields are valid.
 */
export type Departure = Kind | "unknown-field"

/**
 * The required behavior of a decoder.
 *
 * **Details**
 *
 * - `reject`: fail, and report the pointer of the violation.
 * - `tolerate`: decode. The decoder may omit the unexpected member from the result.
 * - `tolerate-and-tag`: decode, and pass on the value as received, so that the caller sees the new value.
 */
export type Treatment = "reject" | "tolerate" | "tolerate-and-tag"

export interface Rule {
  readonly treatment: Treatment
  readonly reason: string
}

const reject = (reason: string): Rule => ({ treatment: "reject", reason })
const inBothDirections = (rule: Rule): Record<Direction, Rule> => ({ request: rule, response: rule })

const unsound = "the value cannot have the documented meaning"
const unreadable = "a value of another type could only be converted by guessing, and some of these values are money"
const unbounded = "the document limits the value, and a value beyond the limits has no documented meaning"

export const policy: { readonly [D in Departure]: Readonly<Record<Direction, Rule>> } = {
  "missing-required": inBothDirections(reject("a default for a missing member would be a guess")),
  "wrong-type": inBothDirections(reject(unreadable)),
  "null-where-not-nullable": inBothDirections(
    reject("null is neither absent nor empty, and has no documented meaning")
  ),
  "enum-non-member": {
    request: reject("the exchange would reject the value or misinterpret it"),
    response: {
      treatment: "tolerate-and-tag",
      reason: "the exchange adds members without notice; a client must neither fail on a new member nor hide it"
    }
  },
  "const-mismatch": inBothDirections(
    reject("a const distinguishes variants, so a different value means a different variant")
  ),
  "below-minimum": inBothDirections(reject(unbounded)),
  "above-maximum": inBothDirections(reject(unbounded)),
  "fractional-integer": inBothDirections(reject(unsound)),
  "int32-overflow": inBothDirections(reject(unbounded)),
  "unsafe-integer": inBothDirections(reject("beyond 2^53 a parsed number can differ from the number that was sent")),
  "non-finite-number": inBothDirections(
    reject("JSON has no infinity; infinity can only come from parsing a number too large for a double")
  ),
  "too-short": inBothDirections(reject(unbounded)),
  "too-long": inBothDirections(reject(unbounded)),
  "pattern-violation": inBothDirections(reject("a malformed decimal has no exact value")),
  "format-violation": inBothDirections(reject(unsound)),
  "too-few-items": inBothDirections(reject(unbounded)),
  "too-many-items": inBothDirections(reject(unbounded)),
  "duplicate-items": inBothDirections(reject(unsound)),
  "extra-property": {
    request: reject("the document closes the object, so the exchange may reject the request"),
    response: { treatment: "tolerate", reason: "the exchange adds members before they are documented" }
  },
  "unknown-field": {
    request: { treatment: "tolerate", reason: "the document leaves the object open" },
    response: { treatment: "tolerate", reason: "the exchange adds members before they are documented" }
  }
}

export const treatmentOf = (departure: Departure, direction: Direction): Treatment =>
  policy[departure][direction].treatment
