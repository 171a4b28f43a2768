/** P1, P2 and P3: how the client decodes the body of a success. */
import * as Answers from "../operations/Answers.ts"
import * as conforming from "./internal/conforming.ts"
import type { Property } from "./Property.ts"
import { conformance, referenceOf } from "./Subject.ts"

const hold: conforming.Hold = ({ operation, path, runs, seed }, checks) =>
  Answers.hold(operation, referenceOf(operation), conformance(), {
    checks,
    runs,
    seed,
    ...(path === undefined ? {} : { path })
  })

const nothing = "the document declares no body for its success"

/** Completeness. */
export const P1: Property = /*#__PURE__*/ conforming.make({
  id: "P1",
  statement: "Every body that the document allows decodes, with unknown members and new enum members in it as well.",
  checks: ["completeness", "tolerance"],
  held: "Every schema node of the body is covered once, then bodies are random. Passed over: operations whose success has no body in the document.",
  hold,
  nothing
})

/** Precision. */
export const P2: Property = /*#__PURE__*/ conforming.make({
  id: "P2",
  statement: "Every body with a single violation of the document is refused, and the error names exactly its place.",
  checks: ["precision"],
  held: "Every kind of violation at every place of a valid body, re-judged invalid by ajv. Passed over: operations whose success has no body in the document.",
  hold,
  nothing
})

/** Round trip. */
export const P3: Property = /*#__PURE__*/ conforming.make({
  id: "P3",
  statement: "What was decoded encodes to what it was: no digit lost, absent, null and empty kept apart.",
  checks: ["round-trip"],
  held: "The bodies of P1, decoded and encoded, compared up to the declared normal forms. Passed over: operations whose success has no body in the document.",
  hold,
  nothing
})
