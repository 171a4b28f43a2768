/**
 * The sending rules, checked against the log of a scenario.
 *
 * **Details**
 *
 * The rules follow the design. They read only the log of the transport, not the client's decisions.
 */
import * as Answer from "@kalshi-effect/client/Answer"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { isObject, textOf, type JsonObject } from "../../judge/JsonSchema.ts"
import { parse } from "../../operations/Answers.ts"
import * as SendingClass from "../SendingClass.ts"
import { delayOf, expired, success, type Scenario } from "./scenario.ts"
import type { Attempt, Called, Log, Target } from "./wire.ts"
import { isSigned } from "../../operations/Signing.ts"

/** A violated rule. */
export class Broken extends Error {
  override readonly name = "Broken"
}

const must = (holds: boolean, rule: string): void => {
  if (!holds) throw new Broken(rule)
}

/**
 * The effect of an attempt at the exchange:
 *
 * - `unsent`: none, because no byte of the request was sent.
 * - `refused`: none, because the exchange refused the request temporarily (429, 425).
 * - `expired`: none, because the signature was too old.
 * - `lost`: unknown.
 * - `known`: the response states it.
 */
type Verdict = "unsent" | "refused" | "expired" | "lost" | "known"

/** Whether a status leaves the effect unknown: a timeout or a server error. */
const isUnclear = (status: number): boolean => status === 408 || Math.floor(status / 100) === 5

const verdictOn = ({ sent, signed }: Attempt): Verdict => {
  if (sent === undefined || (sent.fate._tag === "refused" && sent.ended === "failed")) return "unsent"
  if (sent.ended !== "done" || sent.fate._tag !== "answered") return "lost"
  const { code, status } = sent.fate
  if (status === 429 || status === 425) return "refused"
  if (status === 401 && code === expired && signed !== undefined) return "expired"
  return isUnclear(status) ? "lost" : "known"
}

/** Whether the attempt had no effect at the exchange. */
const isNothing = (verdict: Verdict): boolean => verdict !== "lost" && verdict !== "known"

const startOf = ({ sent, signed }: Attempt): number => signed?.atMillis ?? sent?.atMillis ?? Number.NaN
const endOf = ({ sent, signed }: Attempt): number => sent?.endMillis ?? signed?.endMillis ?? Number.NaN

/** The assumed time for which the exchange remembers a client-supplied id. */
const horizonMillis = 60_000

interface Judged {
  readonly target: Target
  readonly scenario: Scenario
  readonly called: Called
  readonly input: JsonObject
  /** Whether a retry cannot execute the request twice. */
  readonly repeatable: boolean
  readonly keyed: boolean
}

/** Each attempt is the same request with its own signature, made after every wait. */
const heldRequests = ({ called, input, target }: Judged): void => {
  const { reference } = target
  const seen = new Set<string>()
  const [first] = called.attempts.flatMap(({ sent }) => (sent === undefined ? [] : [sent]))
  for (const [i, { sent, signed, step }] of called.attempts.entries()) {
    const previous = called.attempts[i - 1]
    if (previous !== undefined)
      must(startOf({ sent, signed, step }) >= endOf(previous), "an attempt began before the previous attempt ended")
    if (sent === undefined || first === undefined) continue
    must(
      sent.method === first.method && sent.target === first.target && sent.body === first.body,
      "a repeat is another request than the first"
    )
    if (sent.body !== undefined && first.body !== undefined) {
      const body = parse(sent.body)
      const ids = isObject(body) ? SendingClass.idsOf(reference, body) : []
      must(
        textOf([...ids].map((id) => id ?? null)) ===
          textOf([...SendingClass.idsOf(reference, input)].map((id) => id ?? null)),
        "the ids that were sent are not the caller's"
      )
    }
    const { headers } = sent
    if (!isSigned(reference)) {
      must(headers["kalshi-access-signature"] === undefined, "a public operation was signed")
      continue
    }
    if (signed === undefined) throw new Broken("a request left unsigned, or with the signature of another attempt")
    const signature = headers["kalshi-access-signature"] ?? ""
    const timestamp = headers["kalshi-access-timestamp"]
    must(
      signature === signed.signature && !seen.has(signature),
      "a request was sent with the signature of another attempt"
    )
    must(
      signed.text === `${timestamp}${sent.method}${sent.target.split("?")[0]}`,
      "what was signed is not what was sent"
    )
    must(Number(timestamp) === signed.atMillis, "the timestamp is not the time of signing")
    must(sent.atMillis === signed.endMillis, "a request waited after it had been signed")
    seen.add(signature)
  }
}

/** A request is not retried if it may have been executed and must not be executed twice. */
const heldRepeats = ({ called, keyed, repeatable }: Judged): void => {
  let lostAt: number | undefined
  let expirations = 0
  for (const [i, attempt] of called.attempts.entries()) {
    const verdict = verdictOn(attempt)
    const previous = called.attempts[i - 1]
    if (previous !== undefined) {
      const before = verdictOn(previous)
      must(before !== "known", "retried after a final response")
      if (before === "expired") must(++expirations === 1, "signed again more than once after expiry")
      must(before !== "lost" || repeatable, "retried although the request may have been executed")
    }
    if (keyed && lostAt !== undefined) {
      const latest = attempt.sent?.atMillis ?? startOf(attempt)
      must(latest - lostAt <= horizonMillis, "retried when the exchange may have forgotten the id")
    }
    if (verdict === "lost") lostAt ??= attempt.sent?.atMillis
  }
  if (repeatable) return
  const risky = called.attempts.filter((attempt) => ["lost", "known"].includes(verdictOn(attempt)))
  must(risky.length <= 1, "sent twice although the first request may have been executed")
}

/**
 * Attempts, waits and the whole call follow the policy. A retryable request is retried as long as the policy allows.
 */
const heldPolicy = ({ called, keyed, repeatable, scenario }: Judged, reach: (what: string) => void): void => {
  const { attemptMillis, metered, pace, totalMillis } = scenario
  const { attempts, endMillis, interruptedAt } = called
  const mustEndBy = called.startMillis + totalMillis
  must(endMillis <= mustEndBy, `the call took ${endMillis - called.startMillis} of ${totalMillis} ms`)
  let lostAt: number | undefined
  let expirations = 0
  for (const [i, attempt] of attempts.entries()) {
    const start = startOf(attempt)
    const end = endOf(attempt)
    must(start < mustEndBy, "an attempt began after the call's time limit")
    must(
      attempt.sent === undefined || attempt.sent.atMillis <= mustEndBy,
      "a request was sent after the call's time limit"
    )
    must(end - start <= attemptMillis, `an attempt took ${end - start} of ${attemptMillis} ms`)
    const verdict = verdictOn(attempt)
    if (verdict === "lost") lostAt ??= attempt.sent?.atMillis
    const next = attempts[i + 1]
    const delay = delayOf(pace, i)
    const asked = verdict === "refused" || verdict === "lost" ? (attempt.sent?.askedMillis ?? 0) : 0
    const failedToSign = attempt.signed?.ended === "failed"
    const isFirstExpired = verdict === "expired" && ++expirations === 1
    const may =
      !failedToSign &&
      (verdict === "unsent" || verdict === "refused" || isFirstExpired || (verdict === "lost" && repeatable))
    if (next !== undefined) {
      if (typeof delay === "string") throw new Broken(`attempt ${i + 2} exceeds the policy's number of attempts`)
      must(startOf(next) - end >= Math.max(delay[0], asked), "retried before the wait was over")
      const waited = startOf(next) - end
      must(metered || waited <= Math.max(delay[1], asked), "retried later than the policy allows")
      if (asked > delay[1]) reach("waited for Retry-After")
      if (isFirstExpired) reach("signed again after expiry")
      continue
    }
    if (metered || interruptedAt !== undefined || !may) continue
    if (delay === "stuck") {
      must(endMillis === mustEndBy, "the call did not wait for its policy")
      continue
    }
    const wait = typeof delay === "string" ? Number.NaN : Math.max(delay[0], asked)
    const exact = typeof delay !== "string" && (delay[0] === delay[1] || asked >= delay[1])
    const late = keyed && lostAt !== undefined && end + wait - lostAt > horizonMillis
    if (late) reach("stopped before its id may be forgotten")
    must(!exact || late || end + wait >= mustEndBy, "the call failed although the policy allowed another attempt")
    must(endMillis === end, "the call failed later than necessary")
  }
}

const field = (error: unknown, name: string): unknown =>
  typeof error === "object" && error !== null ? (error as Readonly<Record<string, unknown>>)[name] : undefined

/** An interrupted call and its request end at once. */
const heldInterruption = (
  { attempts, endMillis }: Called,
  exit: Exit.Exit<unknown, unknown>,
  interruptedAt: number,
  reach: (what: string) => void
): void => {
  must(
    Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause),
    "an interrupted call did not end with an interruption"
  )
  must(endMillis === interruptedAt, "an interrupted call continued")
  const last = attempts.at(-1)
  if (last === undefined) return
  must((last.sent ?? last.signed)?.ended !== undefined, "an interrupted call left its request open")
  must(startOf(last) <= interruptedAt, "retried after the interruption")
  if (last.sent?.ended === "interrupted") reach("interrupted on the wire")
}

/** The value of a success is the decoded last response. It does not depend on earlier attempts. */
const heldSuccess = ({ called, target }: Judged, value: unknown, reach: (what: string) => void): void => {
  const { attempts } = called
  const before = attempts.slice(0, -1).map(verdictOn)
  const { fate } = attempts.at(-1)?.sent ?? {}
  must(
    fate?._tag === "answered" && fate.status === success && fate.body === "whole",
    "a success without a complete successful response"
  )
  const once = Answer.decoder(target.client.operation)({
    status: target.reference.success.status,
    body: target.body
  })
  must(
    Result.isSuccess(once) && JSON.stringify(once.success) === JSON.stringify(value),
    "earlier attempts changed the value of a success"
  )
  if (before.some(isNothing)) reach("succeeded after refusals")
  if (before.includes("lost")) reach("succeeded after a lost response")
}

/** The fields of an error about its attempts are correct. */
const heldFields = ({ attempts }: Called, error: unknown, reach: (what: string) => void): void => {
  const sends = attempts.filter(({ sent }) => sent !== undefined).length
  const verdicts = attempts.map(verdictOn)
  const lostBefore = verdicts.slice(0, -1).includes("lost")
  if (field(error, "attempts") !== undefined)
    must(
      field(error, "attempts") === sends,
      `expected ${sends} attempts in the error, got ${String(field(error, "attempts"))}`
    )
  const says = field(error, "requestSent")
  if (says !== undefined) {
    const nothing = verdicts.every(isNothing)
    must(says === (nothing ? "no" : "maybe"), `expected requestSent ${nothing ? "no" : "maybe"}, got ${String(says)}`)
    if (!nothing && verdicts.at(-1) === "unsent") reach("reported that an earlier attempt may have been sent")
  }
  const echo = field(error, "afterLostResponse")
  if (echo !== undefined) {
    must(echo === lostBefore, `expected afterLostResponse ${lostBefore}, got ${String(echo)}`)
    if (echo === true) reach(`afterLostResponse on ${String(field(error, "status"))}`)
  }
  const carriedOut = field(error, "carriedOut")
  if (carriedOut !== undefined) {
    const status = Number(field(error, "status"))
    const isOpen = lostBefore || status < 400 || isUnclear(status)
    must(carriedOut === (isOpen ? "maybe" : "no"), `unexpected carriedOut for status ${status}: ${String(carriedOut)}`)
    if (!lostBefore && isOpen && status !== 302) reach("reported that it may have taken effect")
  }
}

/** A call fails with the error of its last attempt. */
const heldError = ({ called, scenario, target }: Judged, error: unknown): void => {
  const tag = field(error, "_tag")
  const last = called.attempts.at(-1)
  if (last === undefined) {
    // Its time limit can expire while it waits for tokens.
    must(
      scenario.metered && (tag === "LimitExceeded" || tag === "RequestTimeout"),
      `${String(tag)} before anything was sent`
    )
    must(tag !== "RequestTimeout" || field(error, "requestSent") === "no", "nothing was sent, but requestSent is maybe")
    return
  }
  const { sent, signed } = last
  const { fate } = sent ?? {}
  // Its time limit can expire while a retry waits for tokens.
  if (scenario.metered && tag === "RequestTimeout" && field(error, "limit") === "total") return
  if (sent?.ended === "done" && fate?._tag === "answered") {
    const status = fate.status === success ? target.reference.success.status : fate.status
    must(field(error, "status") === status, `${String(tag)} of a response with ${status}`)
    return
  }
  const expected =
    sent === undefined
      ? signed?.ended === "interrupted"
        ? "RequestTimeout"
        : // It is not sent if it was signed too late for its id.
          called.attempts.slice(0, -1).some((attempt) => verdictOn(attempt) === "lost") || signed?.ended === "done"
          ? "TransportError"
          : "SigningError"
      : sent.ended === "interrupted"
        ? "RequestTimeout"
        : "TransportError"
  must(tag === expected, `expected ${expected}, got ${String(tag)}`)
}

/** A call reports its outcome correctly. */
const heldOutcome = (judged: Judged, reach: (what: string) => void): void => {
  const { called } = judged
  const { exit, interruptedAt } = called
  if (exit === undefined) throw new Broken("the call never ended")
  if (interruptedAt !== undefined) return heldInterruption(called, exit, interruptedAt, reach)
  if (Exit.isSuccess(exit)) return heldSuccess(judged, exit.value, reach)
  const [reason] = exit.cause.reasons
  if (reason?._tag !== "Fail" || exit.cause.reasons.length > 1) throw new Broken(`ended in ${Cause.pretty(exit.cause)}`)
  if (called.attempts.length > 0) heldFields(called, reason.error, reach)
  heldError(judged, reason.error)
}

/** The budgets of the lowest tier: tokens per second, and the capacity of a bucket. */
const budgets = { read: { rate: 200, capacity: 200 }, write: { rate: 100, capacity: 100 } }

/** In every time window, spending stays within the bucket's content plus its refill. */
const heldBudget = ({ reference }: Target, input: JsonObject, log: Log, reach: (what: string) => void): void => {
  const kind = reference.method === "GET" ? "read" : "write"
  const { capacity, rate } = budgets[kind]
  const cost = SendingClass.costOf(reference, input)
  const spent = [
    ...log.calls.flatMap(({ attempts }) =>
      attempts.flatMap((attempt) =>
        attempt.sent === undefined || verdictOn(attempt) === "unsent" ? [] : [{ atMillis: attempt.sent.atMillis, cost }]
      )
    ),
    ...(kind === "read" ? log.learning.map((atMillis) => ({ atMillis, cost: 10 })) : [])
  ].sort((a, b) => a.atMillis - b.atMillis)
  for (const [from, first] of spent.entries()) {
    let sum = 0
    for (const { atMillis, cost } of spent.slice(from)) {
      sum += cost
      const most = capacity + ((atMillis - first.atMillis) * rate) / 1000
      must(sum <= most + 1e-3, `${sum} tokens of ${most} were spent within ${atMillis - first.atMillis} ms`)
    }
    if (sum > capacity) reach("spent more than a full bucket")
  }
}

/** Throws if a rule is violated; reports the situations that the scenario reached. */
export const judge = (target: Target, scenario: Scenario, log: Log, reach: (what: string) => void): void => {
  const { reference } = target
  const input = target.inputs[scenario.variant % target.inputs.length] ?? {}
  const kind = SendingClass.of(reference)
  const keyed = kind === "keyed" && SendingClass.isKeyed(reference, input)
  for (const called of log.calls) {
    const judged = { target, scenario, called, input, keyed, repeatable: kind === "idempotent" || keyed }
    heldRequests(judged)
    heldRepeats(judged)
    heldPolicy(judged, reach)
    heldOutcome(judged, reach)
    if (called.attempts.length > 1) reach("sent again")
  }
  must(log.timersLeft === 0, `${log.timersLeft} timers are set after every call ended`)
  must(log.sentAfterwards === 0, "a request was sent after every call ended")
  if (scenario.metered && isSigned(reference)) heldBudget(target, input, log, reach)
}
