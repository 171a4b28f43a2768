/**
 * P1, P2 and P3: the client decodes the body of a successful response as the document defines.
 *
 * @module
 */
import * as Answers from "../operations/Answers.ts"
import * as conforming from "./internal/conforming.ts"
import type { OperationProperty } from "./Property.ts"
import { conformance, referenceOf } from "./Subject.ts"

const checkResponses: conforming.Check = ({ operation, path, runs, seed }, checks) =>
  Answers.checkResponses(operation, referenceOf(operation), conformance(), {
    checks,
    runs,
    seed,
    ...(path === undefined ? {} : { path })
  })

const noBody = "the document declares no response body for this operation"

export const P1: OperationProperty = /*#__PURE__*/ conforming.make({
  id: "P1",
  statement: "Every valid body decodes, even with unknown fields or new enum members.",
  checks: ["completeness", "tolerance"],
  method:
    "The client decodes bodies that cover every schema node, and random bodies. Skipped: operations without a response body.",
  check: checkResponses,
  skipReason: noBody
})

export const P2: OperationProperty = /*#__PURE__*/ conforming.make({
  id: "P2",
  statement:
    "The client rejects every body that has exactly one violation, and the error has the pointer of that violation. New enum members and unknown fields are not violations.",
  checks: ["precision"],
  method:
    "Mutants of valid bodies have exactly one violation each. ajv confirms that each mutant is invalid. Skipped: operations without a response body.",
  check: checkResponses,
  skipReason: noBody
})

export const P3: OperationProperty = /*#__PURE__*/ conforming.make({
  id: "P3",
  statement:
    "A decoded body encodes to the original: no digit is lost, and absent, null and empty stay distinct. Only a null list becomes an empty list.",
  checks: ["round-trip"],
  method:
    "The bodies of P1 are decoded, encoded, and compared after normalization. Skipped: operations without a response body.",
  check: checkResponses,
  skipReason: noBody
})
