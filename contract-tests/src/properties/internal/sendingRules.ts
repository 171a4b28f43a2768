/**
 * Checks the sending rules against the log of a scenario, independently of the client's decisions.
 *
 * @module
 */
import * as Answer from "@kalshi-effect/client/Answer"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { isObject, stringify, type JsonObject } from "../../judge/JsonSchema.ts"
import { parse } from "../../operations/Answers.ts"
import * as SendingClass from "../SendingClass.ts"
import { delayOf, expired, success, type Scenario } from "./scenario.ts"
import type { Attempt, ObservedCall, Log, Target } from "./wire.ts"
import { isSigned } from "../../operations/Signing.ts"

export class RuleViolation extends Error {
  override readonly name = "RuleViolation"
}

const assertThat = (holds: boolean, rule: string): void => {
  if (!holds) throw new RuleViolation(rule)
}

/**
 * The effect of an attempt at the exchange:
 *
 * - `unsent`: no effect, because no byte of the request was sent.
 * - `refused`: no effect, because the exchange rejected the request temporarily (429, 425).
 * - `expired`: no effect, because the signature was too old.
 * - `lost`: the effect is unknown.
 * - `known`: the response states the effect.
 */
type Verdict = "unsent" | "refused" | "expired" | "lost" | "known"

/** A timeout or a server error leaves the effect unknown. */
const isUnclear = (status: number): boolean => status === 408 || Math.floor(status / 100) === 5

const verdictOn = ({ sent, signed }: Attempt): Verdict => {
  if (sent === undefined || (sent.fate._tag === "refused" && sent.ended === "failed")) return "unsent"
  if (sent.ended !== "done" || sent.fate._tag !== "answered") return "lost"
  const { code, status } = sent.fate
  if (status === 429 || status === 425) return "refused"
  if (status === 401 && code === expired && signed !== undefined) return "expired"
  return isUnclear(status) ? "lost" : "known"
}

const isWithoutEffect = (verdict: Verdict): boolean => verdict !== "lost" && verdict !== "known"

const startOf = ({ sent, signed }: Attempt): number => signed?.atMillis ?? sent?.atMillis ?? Number.NaN
const endOf = ({ sent, signed }: Attempt): number => sent?.endMillis ?? signed?.endMillis ?? Number.NaN

/** For this time, the client assumes that the exchange remembers a client-supplied id. */
const idWindowMillis = 60_000

interface CallLog {
  readonly target: Target
  readonly scenario: Scenario
  readonly called: ObservedCall
  readonly input: JsonObject
  /** A second execution is impossible or has no further effect. */
  readonly repeatable: boolean
  readonly keyed: boolean
}

const checkRequests = ({ called, input, target }: CallLog): void => {
  const { reference } = target
  const usedSignatures = new Set<string>()
  const [first] = called.attempts.flatMap(({ sent }) => (sent === undefined ? [] : [sent]))
  for (const [i, { sent, signed, step }] of called.attempts.entries()) {
    const previous = called.attempts[i - 1]
    if (previous !== undefined)
      assertThat(
        startOf({ sent, signed, step }) >= endOf(previous),
        "an attempt began before the previous attempt ended"
      )
    if (sent === undefined || first === undefined) continue
    assertThat(
      sent.method === first.method && sent.target === first.target && sent.body === first.body,
      "a retry sent a different request"
    )
    if (sent.body !== undefined && first.body !== undefined) {
      const body = parse(sent.body)
      const ids = isObject(body) ? SendingClass.idsOf(reference, body) : []
      assertThat(
        stringify([...ids].map((id) => id ?? null)) ===
          stringify([...SendingClass.idsOf(reference, input)].map((id) => id ?? null)),
        "the sent ids differ from the caller's ids"
      )
    }
    const { headers } = sent
    if (!isSigned(reference)) {
      assertThat(headers["kalshi-access-signature"] === undefined, "a public operation was signed")
      continue
    }
    if (signed === undefined) throw new RuleViolation("a request was sent without a new signature")
    const signature = headers["kalshi-access-signature"] ?? ""
    const timestamp = headers["kalshi-access-timestamp"]
    assertThat(
      signature === signed.signature && !usedSignatures.has(signature),
      "a request was sent with the signature of another attempt"
    )
    assertThat(
      signed.text === `${timestamp}${sent.method}${sent.target.split("?")[0]}`,
      "the signed text does not match the sent request"
    )
    assertThat(Number(timestamp) === signed.atMillis, "the timestamp is not the time of signing")
    assertThat(sent.atMillis === signed.endMillis, "a request waited after it was signed")
    usedSignatures.add(signature)
  }
}

const checkRetries = ({ called, keyed, repeatable }: CallLog): void => {
  let lostAt: number | undefined
  let expirations = 0
  for (const [i, attempt] of called.attempts.entries()) {
    const verdict = verdictOn(attempt)
    const previous = called.attempts[i - 1]
    if (previous !== undefined) {
      const before = verdictOn(previous)
      assertThat(before !== "known", "retried after a final response")
      if (before === "expired") assertThat(++expirations === 1, "signed again more than once after expiry")
      assertThat(before !== "lost" || repeatable, "retried although the request may have been executed")
    }
    if (keyed && lostAt !== undefined) {
      const latest = attempt.sent?.atMillis ?? startOf(attempt)
      assertThat(latest - lostAt <= idWindowMillis, "retried when the exchange may have forgotten the id")
    }
    if (verdict === "lost") lostAt ??= attempt.sent?.atMillis
  }
  if (repeatable) return
  const risky = called.attempts.filter((attempt) => ["lost", "known"].includes(verdictOn(attempt)))
  assertThat(risky.length <= 1, "sent twice although the first request may have been executed")
}

const checkPolicy = ({ called, keyed, repeatable, scenario }: CallLog, reach: (what: string) => void): void => {
  const { attemptMillis, metered, pace, totalMillis } = scenario
  const { attempts, endMillis, interruptedAt } = called
  const mustEndBy = called.startMillis + totalMillis
  assertThat(
    endMillis <= mustEndBy,
    `the call took ${endMillis - called.startMillis} ms, but its limit is ${totalMillis} ms`
  )
  let lostAt: number | undefined
  let expirations = 0
  for (const [i, attempt] of attempts.entries()) {
    const start = startOf(attempt)
    const end = endOf(attempt)
    assertThat(start < mustEndBy, "an attempt began after the call's time limit")
    assertThat(
      attempt.sent === undefined || attempt.sent.atMillis <= mustEndBy,
      "a request was sent after the call's time limit"
    )
    assertThat(end - start <= attemptMillis, `an attempt took ${end - start} ms, but its limit is ${attemptMillis} ms`)
    const verdict = verdictOn(attempt)
    if (verdict === "lost") lostAt ??= attempt.sent?.atMillis
    const next = attempts[i + 1]
    const delay = delayOf(pace, i)
    const retryAfterMillis = verdict === "refused" || verdict === "lost" ? (attempt.sent?.retryAfterMillis ?? 0) : 0
    const failedToSign = attempt.signed?.ended === "failed"
    const isFirstExpired = verdict === "expired" && ++expirations === 1
    const isRetryable =
      !failedToSign &&
      (verdict === "unsent" || verdict === "refused" || isFirstExpired || (verdict === "lost" && repeatable))
    if (next !== undefined) {
      if (typeof delay === "string") throw new RuleViolation(`attempt ${i + 2} exceeds the policy's number of attempts`)
      assertThat(startOf(next) - end >= Math.max(delay[0], retryAfterMillis), "retried before the end of the delay")
      const waited = startOf(next) - end
      assertThat(metered || waited <= Math.max(delay[1], retryAfterMillis), "retried later than the policy allows")
      if (retryAfterMillis > delay[1]) reach("waited for Retry-After")
      if (isFirstExpired) reach("signed again after expiry")
      continue
    }
    if (metered || interruptedAt !== undefined || !isRetryable) continue
    if (delay === "stuck") {
      assertThat(endMillis === mustEndBy, "the call did not wait for its retry schedule")
      continue
    }
    const wait = typeof delay === "string" ? Number.NaN : Math.max(delay[0], retryAfterMillis)
    const exact = typeof delay !== "string" && (delay[0] === delay[1] || retryAfterMillis >= delay[1])
    const isTooLate = keyed && lostAt !== undefined && end + wait - lostAt > idWindowMillis
    if (isTooLate) reach("stopped before the exchange may forget the id")
    assertThat(
      !exact || isTooLate || end + wait >= mustEndBy,
      "the call failed although the policy allowed another attempt"
    )
    assertThat(endMillis === end, "the call failed later than necessary")
  }
}

const field = (error: unknown, name: string): unknown =>
  typeof error === "object" && error !== null ? (error as Readonly<Record<string, unknown>>)[name] : undefined

const checkInterruption = (
  { attempts, endMillis }: ObservedCall,
  exit: Exit.Exit<unknown, unknown>,
  interruptedAt: number,
  reach: (what: string) => void
): void => {
  assertThat(
    Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause),
    "an interrupted call did not end with an interruption"
  )
  assertThat(endMillis === interruptedAt, "an interrupted call continued")
  const last = attempts.at(-1)
  if (last === undefined) return
  assertThat((last.sent ?? last.signed)?.ended !== undefined, "an interrupted call left its request open")
  assertThat(startOf(last) <= interruptedAt, "retried after the interruption")
  if (last.sent?.ended === "interrupted") reach("interrupted while a request was pending")
}

const checkSuccess = ({ called, target }: CallLog, value: unknown, reach: (what: string) => void): void => {
  const { attempts } = called
  const before = attempts.slice(0, -1).map(verdictOn)
  const { fate } = attempts.at(-1)?.sent ?? {}
  assertThat(
    fate?._tag === "answered" && fate.status === success && fate.body === "whole",
    "the call succeeded without a complete successful response"
  )
  const decoded = Answer.decoder(target.client.operation)({
    status: target.reference.success.status,
    body: target.body
  })
  assertThat(
    Result.isSuccess(decoded) && JSON.stringify(decoded.success) === JSON.stringify(value),
    "the returned value is not the decoded last response"
  )
  if (before.some(isWithoutEffect)) reach("succeeded after rejections")
  if (before.includes("lost")) reach("succeeded after a lost response")
}

const checkErrorFields = ({ attempts }: ObservedCall, error: unknown, reach: (what: string) => void): void => {
  const sends = attempts.filter(({ sent }) => sent !== undefined).length
  const verdicts = attempts.map(verdictOn)
  const lostBefore = verdicts.slice(0, -1).includes("lost")
  if (field(error, "attempts") !== undefined)
    assertThat(
      field(error, "attempts") === sends,
      `expected ${sends} attempts in the error, got ${String(field(error, "attempts"))}`
    )
  const requestSent = field(error, "requestSent")
  if (requestSent !== undefined) {
    const hadNoEffect = verdicts.every(isWithoutEffect)
    assertThat(
      requestSent === (hadNoEffect ? "no" : "maybe"),
      `expected requestSent ${hadNoEffect ? "no" : "maybe"}, got ${String(requestSent)}`
    )
    if (!hadNoEffect && verdicts.at(-1) === "unsent") reach("reported that an earlier attempt may have been sent")
  }
  const afterLostAnswer = field(error, "afterLostAnswer")
  if (afterLostAnswer !== undefined) {
    assertThat(afterLostAnswer === lostBefore, `expected afterLostAnswer ${lostBefore}, got ${String(afterLostAnswer)}`)
    if (afterLostAnswer === true) reach(`afterLostAnswer on ${String(field(error, "status"))}`)
  }
  const carriedOut = field(error, "carriedOut")
  if (carriedOut !== undefined) {
    const status = Number(field(error, "status"))
    const isOpen = lostBefore || status < 400 || isUnclear(status)
    assertThat(
      carriedOut === (isOpen ? "maybe" : "no"),
      `unexpected carriedOut for status ${status}: ${String(carriedOut)}`
    )
    if (!lostBefore && isOpen && status !== 302) reach("reported that the request may have been executed")
  }
}

const checkError = ({ called, scenario, target }: CallLog, error: unknown): void => {
  const tag = field(error, "_tag")
  const last = called.attempts.at(-1)
  if (last === undefined) {
    // The call's time limit can expire while the call waits for tokens.
    assertThat(
      scenario.metered && (tag === "LimitExceeded" || tag === "RequestTimeout"),
      `the call failed with ${String(tag)}, but sent nothing`
    )
    assertThat(
      tag !== "RequestTimeout" || field(error, "requestSent") === "no",
      "nothing was sent, but requestSent is maybe"
    )
    return
  }
  const { sent, signed } = last
  const { fate } = sent ?? {}
  // The call's time limit can expire while a retry waits for tokens.
  if (scenario.metered && tag === "RequestTimeout" && field(error, "limit") === "total") return
  if (sent?.ended === "done" && fate?._tag === "answered") {
    const status = fate.status === success ? target.reference.success.status : fate.status
    assertThat(field(error, "status") === status, `the error is ${String(tag)}, but the response has status ${status}`)
    return
  }
  const expected =
    sent === undefined
      ? signed?.ended === "interrupted"
        ? "RequestTimeout"
        : // After a lost response, the client does not send a request that was signed after the id window.
          called.attempts.slice(0, -1).some((attempt) => verdictOn(attempt) === "lost") || signed?.ended === "done"
          ? "TransportError"
          : "SigningError"
      : sent.ended === "interrupted"
        ? "RequestTimeout"
        : "TransportError"
  assertThat(tag === expected, `expected ${expected}, got ${String(tag)}`)
}

const checkOutcome = (judged: CallLog, reach: (what: string) => void): void => {
  const { called } = judged
  const { exit, interruptedAt } = called
  if (exit === undefined) throw new RuleViolation("the call never ended")
  if (interruptedAt !== undefined) return checkInterruption(called, exit, interruptedAt, reach)
  if (Exit.isSuccess(exit)) return checkSuccess(judged, exit.value, reach)
  const [reason] = exit.cause.reasons
  if (reason?._tag !== "Fail" || exit.cause.reasons.length > 1)
    throw new RuleViolation(`the call ended with ${Cause.pretty(exit.cause)}`)
  if (called.attempts.length > 0) checkErrorFields(called, reason.error, reach)
  checkError(judged, reason.error)
}

/** The lowest tier: tokens per second, and the capacity of a bucket. */
const budgets = { read: { rate: 200, capacity: 200 }, write: { rate: 100, capacity: 100 } }

/** Checks that in every time window, the spent tokens do not exceed the bucket's capacity plus its refill. */
const checkBudget = ({ reference }: Target, input: JsonObject, log: Log, reach: (what: string) => void): void => {
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
      const maxTokens = capacity + ((atMillis - first.atMillis) * rate) / 1000
      assertThat(
        sum <= maxTokens + 1e-3,
        `${sum} tokens were spent within ${atMillis - first.atMillis} ms, but only ${maxTokens} were available`
      )
    }
    if (sum > capacity) reach("spent more than a full bucket")
  }
}

/** Checks all calls of a log. Throws if a rule is violated. */
export const checkRules = (target: Target, scenario: Scenario, log: Log, reach: (what: string) => void): void => {
  const { reference } = target
  const input = target.inputs[scenario.variant % target.inputs.length] ?? {}
  const kind = SendingClass.of(reference)
  const keyed = kind === "keyed" && SendingClass.isKeyed(reference, input)
  for (const called of log.calls) {
    const judged = { target, scenario, called, input, keyed, repeatable: kind === "idempotent" || keyed }
    checkRequests(judged)
    checkRetries(judged)
    checkPolicy(judged, reach)
    checkOutcome(judged, reach)
    if (called.attempts.length > 1) reach("sent again")
  }
  assertThat(log.timersLeft === 0, `${log.timersLeft} timers are still active after every call ended`)
  assertThat(log.sentAfterwards === 0, "a request was sent after every call ended")
  if (scenario.metered && isSigned(reference)) checkBudget(target, input, log, reach)
}
