/** Checks responses of the exchange against the document and with the client. */
import * as Answers from "../../../src/operations/Answers.ts"
import * as ClientOperations from "../../../src/operations/ClientOperations.ts"
import * as Requests from "../../../src/operations/Requests.ts"
import * as Arbitraries from "../../../src/generate/Arbitraries.ts"
import { equals, isObject, memberOf, type Json, type JsonObject } from "../../../src/judge/JsonSchema.ts"
import * as Mutants from "../../../src/generate/Mutants.ts"
import { conformance, referenceOf } from "../../operations/support/client.ts"
import { written } from "../../operations/support/written.ts"
import type { Got } from "./exchange.ts"

const { judge } = conformance

/** Every operation with the tools to make its requests. */
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

/** A request that breaks the document in one place. */
export interface Violation {
  readonly kind: Mutants.Kind
  readonly pointer: string
  readonly note: string
  readonly sent: Requests.Sent
}

/** Adds undeclared members of an input to the query if there is no body. */
const withSurplus = ({ reference }: Operation, sent: Requests.Sent, input: JsonObject): Requests.Sent => {
  const names = new Set(reference.parameters.map(({ name }) => name))
  const surplus = reference.requestBody === undefined ? Object.entries(input).filter(([name]) => !names.has(name)) : []
  const search = surplus.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  const joint = sent.target.includes("?") ? "&" : "?"
  return search.length === 0 ? sent : { ...sent, target: sent.target + joint + search.join("&") }
}

/** The violations of a request on the wire, without its headers. */
const faultsOf = ({ requests }: Operation, sent: Requests.Sent): ReadonlyArray<string> =>
  requests.read(sent).faults.filter((fault) => /invalid|missing|ambiguous/.test(fault))

/** Whether the path is ambiguous: an empty segment, or a segment with a slash. */
const isAstray = (faults: ReadonlyArray<string>): boolean => faults.some((fault) => /ambiguous/.test(fault))

/** The request of a valid input, or undefined if it has none. */
export const valid = (operation: Operation, input: Json): Requests.Sent | undefined => {
  const sent = isObject(input) ? written(operation.reference, input) : undefined
  return sent === undefined || faultsOf(operation, sent).length > 0 ? undefined : sent
}

/**
 * The request of a mutant, or undefined if it is valid on the wire: in a URL, the number 1 and the text "1" are the
 * same.
 */
export const violation = (
  operation: Operation,
  { kind, note, pointer, value }: Mutants.Mutant
): Violation | undefined => {
  const plain = isObject(value) ? written(operation.reference, value) : undefined
  if (plain === undefined || !isObject(value)) return undefined
  const sent = withSurplus(operation, plain, value)
  const faults = faultsOf(operation, sent)
  const isBroken = kind === "extra-property" || faults.length > 0
  return isBroken && !isAstray(faults) ? { kind, note, pointer, sent } : undefined
}

const isText = (value: Json | undefined): value is string => typeof value === "string" && value !== ""

/** The fault of the client's outcome for a response, if any, judged by the document. */
const faultOf = ({ expected, outcome, reference }: Operation, got: Got): string | undefined => {
  const wanted = expected(got)
  const { fault, tag } = outcome(got)
  if (got.status === reference.success.status && wanted !== "Success") return `the answer is a ${wanted}`
  return fault ?? (tag === wanted ? undefined : `the client reads ${tag}, not ${wanted}`)
}

/** Whether the document declares 400 or 404 for an operation. */
const declaresRefusal = ({ reference }: Operation): boolean =>
  [400, 404].some((status) => reference.responses.has(status))

/** The fault of a refusal, if any: it must have a declared status and a reason that the client decodes. */
export const refusalFault = (operation: Operation, got: Got): string | undefined => {
  const { outcome, reference } = operation
  if (got.status < 400 || got.status > 499) return `status ${got.status}`
  if (!reference.responses.has(got.status) && declaresRefusal(operation)) return `status ${got.status}, undeclared`
  if (!/^application\/json\b/.test(got.headers["content-type"] ?? "")) return "the refusal is not said to be JSON"
  const error = memberOf(Answers.parse(got.body), "error")
  const [code, message, details] = ["code", "message", "details"].map((name) => memberOf(error, name))
  if (!isText(code) || !isText(message)) return `the refusal has no code or no message: ${got.body}`
  if (got.body.includes("[object")) return `the refusal does not say what is wrong: ${got.body}`
  const { value } = outcome(got)
  const read = typeof value === "object" && value !== null && "body" in value ? value.body : undefined
  const said = { code, message, ...(details === undefined ? {} : { details }) }
  // An error's body is plain data.
  return equals(read as Json | undefined, said)
    ? faultOf(operation, got)
    : `the client reads ${JSON.stringify(read)} of ${got.body}`
}

/** The fault of a response to a valid request, if any: success or refusal, each by the document. */
export const answerFault = (operation: Operation, got: Got): string | undefined =>
  got.status === operation.reference.success.status ? faultOf(operation, got) : refusalFault(operation, got)

export const show = ({ reference }: Operation, { body = "", method, target }: Requests.Sent, got?: Got): string =>
  `${reference.id}: ${method} ${target} ${body}`.slice(0, 400) +
  (got === undefined ? "" : ` → ${got.status} ${got.body.slice(0, 300)}`)
