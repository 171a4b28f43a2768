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

/** Property P1: the client decodes every valid body. */
export const P1: Property = /*#__PURE__*/ conforming.make({
  id: "P1",
  statement: "Every valid body decodes, also with unknown fields and new enum members.",
  checks: ["completeness", "tolerance"],
  method: "Bodies that cover every schema node, then random ones. Skipped: operations whose success has no body.",
  hold,
  nothing
})

/** Property P2: the client rejects every invalid body at the right place. */
export const P2: Property = /*#__PURE__*/ conforming.make({
  id: "P2",
  statement: "Every body with a single violation of the document is refused, and the error has exactly its pointer.",
  checks: ["precision"],
  method:
    "Every kind of violation at every place of a valid body, confirmed invalid by ajv. Skipped: operations whose success has no body.",
  hold,
  nothing
})

/** Property P3: decoding and encoding a body preserves it. */
export const P3: Property = /*#__PURE__*/ conforming.make({
  id: "P3",
  statement: "A decoded body encodes to the original: no digit is lost, and absent, null and empty stay distinct.",
  checks: ["round-trip"],
  method:
    "The bodies of P1 are decoded, encoded and compared, up to the declared normal forms. Skipped: operations whose success has no body.",
  hold,
  nothing
})
