/** Checks a response of the exchange against the document and against the client that reads it. */
import * as Result from "effect/Result"
import * as Answers from "../operations/Answers.ts"
import type { ClientOperation } from "../operations/ClientOperations.ts"
import { conformance, referenceOf } from "../properties/Subject.ts"
import type { Json } from "../judge/JsonSchema.ts"
import type { Redactions } from "./Redactions.ts"
import type { Answer, Asked, Exchanged } from "./Tap.ts"
import { isSigned } from "../operations/Signing.ts"

/** The traffic of one call. */
export interface Heard {
  readonly exchanged: ReadonlyArray<Exchanged>
  /** The client's result. */
  readonly result: Result.Result<unknown, { readonly _tag: string; readonly message: string }>
}

/** A fault of a response. */
export interface Finding {
  readonly reason: string
  readonly pointer: string | undefined
  readonly expected: string | undefined
  readonly got: string | undefined
  readonly instance: string
  readonly curl: string | undefined
}

/** The request as a command line, with placeholders for the signing headers. */
export const curlOf = (client: ClientOperation, { body, method, url }: Asked): string => {
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

/** The response as text, or empty if it contains keys. */
const shownOf = ({ descriptor, module }: ClientOperation, { body, status }: Answer): string =>
  descriptor.secret === true || module === "ApiKeys"
    ? `${status}, with a body that is not shown: it is about keys`
    : `${status} ${new TextDecoder().decode(body)}`

/** The fault of one response. */
const faultOf = (
  client: ClientOperation,
  answer: Answer
): Pick<Finding, "reason" | "expected" | "got" | "pointer"> | undefined => {
  const reference = referenceOf(client)
  const { judge } = conformance()
  const { status } = answer
  const json = Answers.parse(answer.body)
  const declared = reference.responses.get(status)
  const wanted = Answers.expected(reference, judge)(answer)
  const { fault, tag } = Answers.outcome(client)(answer)
  const broken = (body: Json | undefined) => {
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
  if (status >= 400 && declared === undefined && wanted === "UnexpectedStatus") {
    return {
      reason: `the response has the undeclared status ${status}`,
      pointer: undefined,
      expected: `one of ${[...reference.responses.keys()].join(", ")}`,
      got: String(status)
    }
  }
  const invalid = broken(json)
  if (invalid !== undefined) return invalid
  if (status < 400 && wanted !== "Success") {
    return {
      reason: `the response has status ${status}, which is not the documented success`,
      pointer: undefined,
      expected: String(reference.success.status),
      got: wanted
    }
  }
  if (fault !== undefined || tag !== wanted) {
    return { reason: "the client misreads the response", pointer: undefined, expected: wanted, got: fault ?? tag }
  }
  return undefined
}

/** The fault in the traffic of a call, if any; with `succeeds`, only a success is correct. */
export const findingOf = (
  client: ClientOperation,
  { exchanged, result }: Heard,
  succeeds: boolean,
  redacted: Redactions
): Finding | undefined => {
  const found = (
    fault: Pick<Finding, "reason" | "expected" | "got" | "pointer">,
    one: Exchanged | undefined
  ): Finding => ({
    reason: redacted(fault.reason),
    pointer: fault.pointer,
    expected: fault.expected === undefined ? undefined : redacted(fault.expected),
    got: fault.got === undefined ? undefined : redacted(fault.got),
    instance: one?.answer === undefined ? "no response" : redacted(shownOf(client, one.answer)),
    curl: one === undefined ? undefined : redacted(curlOf(client, one.asked))
  })
  for (const one of exchanged) {
    const fault = one.answer === undefined ? undefined : faultOf(client, one.answer)
    if (fault !== undefined) return found(fault, one)
  }
  const last = exchanged.at(-1)
  const tag = Result.isSuccess(result) ? "Success" : result.failure._tag
  const said = Result.isSuccess(result) ? tag : `${tag}: ${result.failure.message}`
  if (last === undefined) {
    return found({ reason: "nothing was sent", pointer: undefined, expected: "a request", got: said }, last)
  }
  if (last.answer === undefined) {
    return found(
      { reason: "no complete response arrived", pointer: undefined, expected: "a response", got: said },
      last
    )
  }
  const read = Answers.outcome(client)(last.answer).tag
  if (read !== tag) {
    return found(
      { reason: "the call's outcome differs from its response", pointer: undefined, expected: read, got: said },
      last
    )
  }
  return succeeds && tag !== "Success"
    ? found(
        {
          reason: `the response has status ${last.answer.status}`,
          pointer: undefined,
          expected: "a success",
          got: said
        },
        last
      )
    : undefined
}

/** The number of responses by status, and the number of successes. */
export const reachedBy = (heard: ReadonlyArray<Heard>): Readonly<Record<string, number>> => {
  const reached: Record<string, number> = { "2xx": 0 }
  for (const { answer } of heard.flatMap(({ exchanged }) => exchanged)) {
    if (answer === undefined) continue
    const { status } = answer
    if (status >= 200 && status < 300) reached["2xx"] = (reached["2xx"] ?? 0) + 1
    else reached[status] = (reached[status] ?? 0) + 1
  }
  return reached
}
