/**
 * The required reaction of a decoder to each kind of violation: reject it, or tolerate it and how.
 *
 * The table is closed: a new kind of violation does not compile until both positions define its treatment.
 */
import type { Kind } from "../generate/Mutants.ts"

/** The direction of a value: written by the client, or read by it. */
export type Position = "request" | "response"

/**
 * A kind of violation, or the one departure from a schema that is valid: a member that an open object does not name.
 */
export type Departure = Kind | "unknown-field"

/**
 * The required behaviour of a decoder.
 *
 * **Details**
 *
 * - `reject`: fail, and name exactly the pointer of the violation.
 * - `tolerate`: decode; the departure itself may be dropped.
 * - `tolerate-and-tag`: decode, and pass on the value as received, so that the reader sees the new value.
 */
export type Treatment = "reject" | "tolerate" | "tolerate-and-tag"

/** A treatment and its reason. */
export interface Rule {
  readonly treatment: Treatment
  readonly because: string
}

const reject = (because: string): Rule => ({ treatment: "reject", because })
const both = (rule: Rule): Record<Position, Rule> => ({ request: rule, response: rule })

const unsound = "the value cannot have the documented meaning"
const unreadable = "a value of another type would be converted by guesswork, and money is among them"
const unbounded = "the document bounds the value, and what lies outside was never agreed"

/** The table. */
export const policy: { readonly [D in Departure]: Readonly<Record<Position, Rule>> } = {
  "missing-required": both(reject("a default in place of a missing member would be an invention")),
  "wrong-type": both(reject(unreadable)),
  "null-where-not-nullable": both(reject("null is neither absent nor empty, and has no documented meaning")),
  "enum-non-member": {
    request: reject("the exchange would refuse it, or understand something else"),
    response: {
      treatment: "tolerate-and-tag",
      because: "the exchange adds members without notice; a client that breaks on one is down, one that hides it lies"
    }
  },
  "const-mismatch": both(reject("a fixed value distinguishes variants of a message")),
  "below-minimum": both(reject(unbounded)),
  "above-maximum": both(reject(unbounded)),
  "fractional-integer": both(reject(unsound)),
  "int32-overflow": both(reject(unbounded)),
  "unsafe-integer": both(reject("beyond 2^53 a parsed number is no longer the number that was sent")),
  "non-finite-number": both(reject("JSON knows no infinity: it is what is left of a number too large for a double")),
  "too-short": both(reject(unbounded)),
  "too-long": both(reject(unbounded)),
  "pattern-violation": both(reject("a decimal that is not in its form has no exact value")),
  "format-violation": both(reject(unsound)),
  "too-few-items": both(reject(unbounded)),
  "too-many-items": both(reject(unbounded)),
  "duplicate-items": both(reject(unsound)),
  "extra-property": {
    request: reject("the document closes the object, so the exchange may refuse the whole request"),
    response: { treatment: "tolerate", because: "the exchange adds members before they are documented" }
  },
  "unknown-field": {
    request: { treatment: "tolerate", because: "the document leaves the object open" },
    response: { treatment: "tolerate", because: "the exchange adds members before they are documented" }
  }
}

/** The treatment of a departure in a position. */
export const treatmentOf = (departure: Departure, position: Position): Treatment =>
  policy[departure][position].treatment
