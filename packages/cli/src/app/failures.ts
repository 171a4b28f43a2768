/**
 * What a command prints when it fails, and the exit code it ends with.
 *
 * @module
 */
import * as Errors from "@kalshi-effect/client/Errors"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Predicate from "effect/Predicate"
import { type Exit, exits } from "./exits.ts"

/** The message says what failed and why, and usually what to do. */
export class CommandError extends Data.TaggedError("CommandError")<{
  readonly exit: Exit
  readonly message: string
  /** More fields for the JSON form of the error, without secrets. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}> {}

export class NotAgreed extends Data.TaggedError("NotAgreed") {}

/**
 * The program that reads the standard output has closed it, as `head` does after its last line. This is not an error.
 */
export class OutputClosed extends Data.TaggedError("OutputClosed") {}

export interface Failure {
  readonly exit: Exit
  readonly message: string
  /** A shorter message. It is printed if neither `--json` nor `--debug` is set. Default: the message. */
  readonly brief?: string | undefined
  readonly details: Readonly<Record<string, unknown>>
}

export const usage = (message: string): CommandError => new CommandError({ exit: "usage", message })

const exitOfTag: Readonly<Record<string, Exit>> = {
  InvalidRequest: "usage",
  Unauthorized: "key",
  Forbidden: "key",
  KeyError: "key",
  SigningError: "key",
  LimitExceeded: "unavailable",
  TooManyRequests: "unavailable",
  InvalidEnvironment: "usage",
  RepeatedCursor: "unavailable",
  PageBudgetExceeded: "unavailable",
  ConfigError: "usage",
  QuitError: "interrupted",
  // The errors of the feed.
  ConnectionClosed: "unavailable",
  ConnectionLost: "unavailable",
  CommandTimedOut: "unavailable",
  SubscriptionEnded: "unavailable",
  SubscriptionRefused: "refused",
  MarketsNotListed: "refused",
  SnapshotMissing: "refused"
}

/** Whether a command only reads, or changes something. Only a change can have an unknown outcome. */
export type Effects = "reads" | "changes"

const exitOf = (error: Readonly<Record<string, unknown>>, effects: Effects): Exit => {
  const known = exitOfTag[String(error["_tag"])]
  if (known !== undefined) return known
  // The exchange refused the connection of the feed.
  if (error["_tag"] === "ConnectionRefused") {
    return error["status"] === 401 || error["status"] === 403 ? "key" : "unavailable"
  }
  // The errors for HTTP statuses have this field.
  const carriedOut = error["carriedOut"]
  if (carriedOut === "no") return "refused"
  // The exchange may have received the request, or its response does not match the published document.
  const uncertain = carriedOut !== undefined || error["requestSent"] === "maybe" || error["_tag"] === "ContractError"
  if (uncertain) return effects === "changes" ? "unknown" : "unavailable"
  return error["requestSent"] === "no" ? "unavailable" : "failed"
}

/** The fields that the JSON form contains. They contain no secret. */
const detailFields = ["operation", "status", "code", "pointer", "carriedOut", "requestSent", "attempts"] as const

/** The message without the signed text, which only helps to debug a signature. */
const briefOf = ({ afterLostAnswer, code, remedy, status }: Errors.Unauthorized): string | undefined =>
  remedy === undefined || afterLostAnswer
    ? undefined
    : `The exchange did not accept the key (status ${status}${code === undefined ? "" : `, ${code}`}): ${remedy}`

export const describeFailure = (error: unknown, effects: Effects): Failure | undefined => {
  if (error instanceof OutputClosed) return undefined
  if (error instanceof NotAgreed) return { exit: "interrupted", message: "Nothing was sent", details: {} }
  if (error instanceof CommandError) {
    const { cause, details = {}, exit, message } = error
    return { exit, message, brief: cause instanceof Errors.Unauthorized ? briefOf(cause) : undefined, details }
  }
  if (!Predicate.isObject(error)) return { exit: "failed", message: String(error), details: {} }
  const fields = error as Readonly<Record<string, unknown>> // read by name, each checked before use
  const details: Record<string, unknown> = {}
  if (typeof fields["_tag"] === "string") details["type"] = fields["_tag"]
  for (const name of detailFields) {
    if (fields[name] !== undefined) details[name] = fields[name]
  }
  const brief = error instanceof Errors.Unauthorized ? briefOf(error) : undefined
  return { exit: exitOf(fields, effects), message: String(fields["message"] ?? fields["_tag"]), brief, details }
}

export const messageOf = (defect: unknown): string => (defect instanceof Error ? defect.message : String(defect))

export const describeCause = (cause: Cause.Cause<unknown>, effects: Effects): Failure | undefined => {
  const failure = cause.reasons.find(Cause.isFailReason)
  if (failure !== undefined) return describeFailure(failure.error, effects)
  const defect = cause.reasons.find(Cause.isDieReason)
  if (defect === undefined) return { exit: "interrupted", message: "Interrupted.", details: {} }
  return {
    exit: "failed",
    message: `This is a bug in the command: ${messageOf(defect.defect)}. If the command may have changed something, check the state at the exchange first. Then run it again with --debug, and report the output`,
    details: { type: "Defect" }
  }
}

export const toJson = ({ details, exit, message }: Failure): unknown => ({
  error: { exit, exit_code: exits[exit].code, message, ...details }
})
