/** Checks responses of the exchange against the document and with the client. */
import * as Answers from "../../../src/operations/Answers.ts"
import * as ClientOperations from "../../../src/operations/ClientOperations.ts"
import * as Requests from "../../../src/operations/Requests.ts"
import * as Arbitraries from "../../../src/generate/Arbitraries.ts"
import { equals, isObject, memberOf, type Json, type JsonObject } from "../../../src/judge/JsonSchema.ts"
import * as Mutants from "../../../src/generate/Mutants.ts"
import { conformance, referenceOf } from "../../operations/support/client.ts"
import { encodeRequest } from "../../operations/support/written.ts"
import type { ReceivedResponse } from "./exchange.ts"

const { judge } = conformance

export const operations = ClientOperations.all.map((client) => {
  const reference = referenceOf(client)
  const requests = Requests.make(reference, judge)
  const suite = conformance.suite({ name: client.name, schema: requests.input, direction: "request" })
  return {
    client,
    expected: Answers.expected(reference, judge),
    outcome: Answers.outcome(client),
    reference,
    requests,
    suite
  }
})

export type Operation = (typeof operations)[number]

export const mutants = Mutants.make(judge)
export const arbitraries = Arbitraries.make(judge)

/** A request with one violation of the document. */
export interface Violation {
  readonly kind: Mutants.Kind
  readonly pointer: string
  readonly note: string
  readonly sent: Requests.Sent
}

/** Adds the undeclared members of an input to the query, if the operation has no body. */
const withSurplus = ({ reference }: Operation, sent: Requests.Sent, input: JsonObject): Requests.Sent => {
  const names = new Set(reference.parameters.map(({ name }) => name))
  const surplus = reference.requestBody === undefined ? Object.entries(input).filter(([name]) => !names.has(name)) : []
  const search = surplus.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  const joint = sent.target.includes("?") ? "&" : "?"
  return search.length === 0 ? sent : { ...sent, target: sent.target + joint + search.join("&") }
}

/** The faults of a request, except faults in its headers. */
const faultsOf = ({ requests }: Operation, sent: Requests.Sent): ReadonlyArray<string> =>
  requests.read(sent).faults.filter((fault) => /invalid|missing|ambiguous/.test(fault))

/** Whether the request can be read in several ways, for example because a segment of its path is empty. */
const isAmbiguous = (faults: ReadonlyArray<string>): boolean => faults.some((fault) => /ambiguous/.test(fault))

/** The request for an input. Undefined if no valid request can express the input. */
export const valid = (operation: Operation, input: Json): Requests.Sent | undefined => {
  const sent = isObject(input) ? encodeRequest(operation.reference, input) : undefined
  return sent === undefined || faultsOf(operation, sent).length > 0 ? undefined : sent
}

/**
 * The request with the violation of a mutant. Undefined if no request can express exactly this violation. For example,
 * the number 1 and the string "1" are equal in a URL.
 */
export const violation = (
  operation: Operation,
  { kind, note, pointer, value }: Mutants.Mutant
): Violation | undefined => {
  const plain = isObject(value) ? encodeRequest(operation.reference, value) : undefined
  if (plain === undefined || !isObject(value)) return undefined
  const sent = withSurplus(operation, plain, value)
  const faults = faultsOf(operation, sent)
  const isBroken = kind === "extra-property" || faults.length > 0
  return isBroken && !isAmbiguous(faults) ? { kind, note, pointer, sent } : undefined
}

const isText = (value: Json | undefined): value is string => typeof value === "string" && value !== ""

/** The fault in the client's outcome. Undefined if the outcome is the one that the document defines. */
const faultOf = ({ expected, outcome, reference }: Operation, got: ReceivedResponse): string | undefined => {
  const expectedTag = expected(got)
  const { fault, tag } = outcome(got)
  if (got.status === reference.success.status && expectedTag !== "Success") return `the response is a ${expectedTag}`
  return fault ?? (tag === expectedTag ? undefined : `the outcome is ${tag}, not ${expectedTag}`)
}

/**
 * The fault of a rejection. A rejection must have a reason that the client decodes. Its status must be a declared 4xx,
 * or 400.
 */
export const rejectionFault = (operation: Operation, got: ReceivedResponse): string | undefined => {
  const { outcome, reference } = operation
  if (got.status < 400 || got.status > 499) return `status ${got.status}`
  if (!reference.responses.has(got.status) && got.status !== 400) return `status ${got.status}, undeclared`
  if (!/^application\/json\b/.test(got.headers["content-type"] ?? ""))
    return "the content type of the error is not JSON"
  const error = memberOf(Answers.parse(got.body), "error")
  const [code, message, details] = ["code", "message", "details"].map((name) => memberOf(error, name))
  if (!isText(code) || !isText(message)) return `the error has no code or no message: ${got.body}`
  if (got.body.includes("[object")) return `the error does not state the reason: ${got.body}`
  const { value } = outcome(got)
  const read = typeof value === "object" && value !== null && "body" in value ? value.body : undefined
  const expectedBody = { code, message, ...(details === undefined ? {} : { details }) }
  // The decoded body of an error is plain data.
  return equals(read as Json | undefined, expectedBody)
    ? faultOf(operation, got)
    : `the client decodes ${got.body} as ${JSON.stringify(read)}`
}

/** The fault of a response, which can be a success or a rejection. Undefined if it has no fault. */
export const responseFault = (operation: Operation, got: ReceivedResponse): string | undefined =>
  got.status === operation.reference.success.status ? faultOf(operation, got) : rejectionFault(operation, got)

export const show = (
  { reference }: Operation,
  { body = "", method, target }: Requests.Sent,
  got?: ReceivedResponse
): string =>
  `${reference.id}: ${method} ${target} ${body}`.slice(0, 400) +
  (got === undefined ? "" : ` → ${got.status} ${got.body.slice(0, 300)}`)
