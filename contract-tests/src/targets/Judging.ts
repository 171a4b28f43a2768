/**
 * Checks a response of the exchange against the document, and against the client's outcome.
 *
 * @module
 */
import * as Result from "effect/Result"
import * as Answers from "../operations/Answers.ts"
import type { ClientOperation } from "../operations/ClientOperations.ts"
import { conformance, referenceOf } from "../properties/Subject.ts"
import type { Json } from "../judge/JsonSchema.ts"
import type { Redactions } from "./Redactions.ts"
import type { Answer, SentRequest, Exchanged } from "./Tap.ts"
import { isSigned } from "../operations/Signing.ts"

export interface Traffic {
  readonly exchanged: ReadonlyArray<Exchanged>
  readonly result: Result.Result<unknown, { readonly _tag: string; readonly message: string }>
}

export interface Finding {
  readonly reason: string
  readonly pointer: string | undefined
  readonly expected: string | undefined
  readonly got: string | undefined
  readonly instance: string
  readonly curl: string | undefined
}

/** Returns a curl command with placeholders for the values of the signing headers. */
export const curlOf = (client: ClientOperation, { body, method, url }: SentRequest): string => {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
  const signed = isSigned(referenceOf(client))
  return [
    `curl -X ${method} ${quoted(url)}`,
    ...(signed
      ? [
          "-H 'KALSHI-ACCESS-KEY: <key id>'",
          "-H 'KALSHI-ACCESS-TIMESTAMP: <unix milliseconds>'",
          "-H 'KALSHI-ACCESS-SIGNATURE: <signature>'"
        ]
      : []),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `--data-raw ${quoted(body)}`])
  ].join(" ")
}

const describeResponse = ({ descriptor, module }: ClientOperation, { body, status }: Answer): string =>
  descriptor.secret === true || module === "ApiKeys"
    ? `${status}; the body is not shown, because it can contain keys`
    : `${status} ${new TextDecoder().decode(body)}`

const faultOf = (
  client: ClientOperation,
  answer: Answer
): Pick<Finding, "reason" | "expected" | "got" | "pointer"> | undefined => {
  const reference = referenceOf(client)
  const { judge } = conformance()
  const { status } = answer
  const json = Answers.parse(answer.body)
  const declared = reference.responses.get(status)
  const expectedTag = Answers.expected(reference, judge)(answer)
  const { fault, tag } = Answers.outcome(client)(answer)
  const schemaFault = (body: Json | undefined) => {
    if (declared?.schema === undefined) return undefined
    const verdict = body === undefined ? undefined : judge(declared.schema)(body)
    if (verdict?.valid === true) return undefined
    const [violation] = verdict?.violations ?? []
    return {
      reason: `the response violates the document: ${violation?.message ?? "its body is not JSON"}`,
      pointer: violation?.pointer ?? "",
      expected: `the body that the document declares for ${status}`,
      got: violation?.message ?? "a body that is not JSON"
    }
  }
  if (status >= 400 && declared === undefined && expectedTag === "UnexpectedStatus") {
    return {
      reason: `the response has the undeclared status ${status}`,
      pointer: undefined,
      expected: `one of ${[...reference.responses.keys()].join(", ")}`,
      got: String(status)
    }
  }
  const invalid = schemaFault(json)
  if (invalid !== undefined) return invalid
  if (status < 400 && expectedTag !== "Success") {
    return {
      reason: `the response has status ${status}, which is not the documented success status`,
      pointer: undefined,
      expected: String(reference.success.status),
      got: expectedTag
    }
  }
  if (fault !== undefined || tag !== expectedTag) {
    return {
      reason: "the client decodes the response incorrectly",
      pointer: undefined,
      expected: expectedTag,
      got: fault ?? tag
    }
  }
  return undefined
}

/** Finds the first fault of a call. If `succeeds` is true, only a successful response is correct. */
export const findingOf = (
  client: ClientOperation,
  { exchanged, result }: Traffic,
  succeeds: boolean,
  redacted: Redactions
): Finding | undefined => {
  const findingFor = (
    fault: Pick<Finding, "reason" | "expected" | "got" | "pointer">,
    exchange: Exchanged | undefined
  ): Finding => ({
    reason: redacted(fault.reason),
    pointer: fault.pointer,
    expected: fault.expected === undefined ? undefined : redacted(fault.expected),
    got: fault.got === undefined ? undefined : redacted(fault.got),
    instance: exchange?.answer === undefined ? "no response" : redacted(describeResponse(client, exchange.answer)),
    curl: exchange === undefined ? undefined : redacted(curlOf(client, exchange.request))
  })
  for (const exchange of exchanged) {
    const fault = exchange.answer === undefined ? undefined : faultOf(client, exchange.answer)
    if (fault !== undefined) return findingFor(fault, exchange)
  }
  const last = exchanged.at(-1)
  const tag = Result.isSuccess(result) ? "Success" : result.failure._tag
  const outcome = Result.isSuccess(result) ? tag : `${tag}: ${result.failure.message}`
  if (last === undefined) {
    return findingFor({ reason: "nothing was sent", pointer: undefined, expected: "a request", got: outcome }, last)
  }
  if (last.answer === undefined) {
    return findingFor(
      { reason: "no complete response arrived", pointer: undefined, expected: "a response", got: outcome },
      last
    )
  }
  const read = Answers.outcome(client)(last.answer).tag
  if (read !== tag) {
    return findingFor(
      {
        reason: "the outcome of the call does not match the response",
        pointer: undefined,
        expected: read,
        got: outcome
      },
      last
    )
  }
  return succeeds && tag !== "Success"
    ? findingFor(
        {
          reason: `the response has status ${last.answer.status}`,
          pointer: undefined,
          expected: "a successful response",
          got: outcome
        },
        last
      )
    : undefined
}

/** Counts the responses of each status. All 2xx responses share one count. */
export const reachedBy = (traffic: ReadonlyArray<Traffic>): Readonly<Record<string, number>> => {
  const reached: Record<string, number> = { "2xx": 0 }
  for (const { answer } of traffic.flatMap(({ exchanged }) => exchanged)) {
    if (answer === undefined) continue
    const { status } = answer
    if (status >= 200 && status < 300) reached["2xx"] = (reached["2xx"] ?? 0) + 1
    else reached[status] = (reached[status] ?? 0) + 1
  }
  return reached
}
