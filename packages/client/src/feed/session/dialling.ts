/**
 * Decides when to dial (to open a connection). No other module dials, and at most one dial is in flight. A line is a
 * connection, and a slot is a subscription at the exchange (see `model.ts`).
 *
 * @module
 */
import { type ErrorBody, type Explanation } from "../../Errors.ts"
import { isLostStatus, isRefusedForNow } from "../../statuses.ts"
import {
  ConnectionClosed,
  ConnectionLost,
  ConnectionRefused,
  type FeedError,
  type LossCause,
  type MarketsError
} from "../FeedError.ts"
import type { Core } from "./core.ts"
import { end, interrupt, refuse, usersOf } from "./delivery.ts"
import type { Line, Slot } from "./model.ts"
import { removeSlot } from "./placement.ts"
import { reset } from "./transitions.ts"

export type Refusal =
  /** The exchange refused the WebSocket upgrade. */
  | {
      readonly _tag: "Response"
      readonly status: number
      readonly body: ErrorBody
      /** The wait that the header `Retry-After` requests. */
      readonly retryAfterMillis?: number | undefined
      /** Whether the timestamp of the signature is probably the cause. If so, another signature may succeed. */
      readonly blamesClock?: boolean | undefined
      readonly explanation?: Explanation | undefined
    }
  /** No response arrived. */
  | { readonly _tag: "Transport"; readonly reason: string }

export const finish = (core: Core, error: FeedError): void => {
  if (core.ended !== undefined) return
  core.ended = error
  const { lines } = core
  core.lines = []
  const members = [...core.topics.values()].flatMap((topic) => topic.members)
  for (const line of lines) hangUp(core, line)
  for (const member of members) end(core, member, error)
  core.topics.clear()
  for (const recorder of core.recorders) recorder.onEnd(error)
}

export const hangUp = (core: Core, line: Line): void => {
  const { generation } = line
  release(core, line)
  if (generation !== undefined) core.outside.abandon(generation)
}

const release = (core: Core, line: Line): void => {
  if (line.generation !== undefined) core.byGeneration.delete(line.generation)
  if (core.dialing === line) core.dialing = undefined
  line.generation = undefined
  line.status = "idle"
  line.sinceMillis = core.clock.wallMillis()
  line.pending.clear()
  line.early.clear()
  line.orphans.clear()
  line.verifying = undefined
  line.mustVerify = false
  for (const slot of line.slots) reset(core, slot)
}

/** Handles a connection that was lost, or could not be opened. */
export const lose = (core: Core, line: Line, cause: LossCause, minWaitMillis = 0): void => {
  core.counters.losses++
  if (line.status === "open" && core.now() - line.openedMillis >= core.settings.stableMillis) line.backoff.reset()
  release(core, line)
  line.lastCause = cause
  core.isDirty = true
  for (const slot of line.slots) slot.notBeforeMillis = 0
  if (line.replaces !== undefined) return dropLine(core, line)
  const waitMillis = Math.max(minWaitMillis, line.backoff.next())
  if (line.backoff.attempts > core.settings.maxAttempts) {
    const error = new ConnectionLost({
      cause,
      attempts: line.backoff.attempts - 1,
      reconnects: core.settings.reconnects
    })
    line.backoff.reset()
    for (const member of line.slots.flatMap(usersOf)) end(core, member, error)
    return
  }
  for (const slot of line.slots) interrupt(core, slot, cause)
  line.status = "waiting"
  line.redialCause = cause
  line.dueMillis = core.now() + waitMillis
}

export const redial = (core: Core, line: Line, cause: LossCause): void => {
  const { generation } = line
  lose(core, line, cause)
  if (generation !== undefined) core.outside.abandon(generation, cause)
}

/** Removes a line. Call this only if another line has its subscriptions, or no user wants them. */
export const dropLine = (core: Core, line: Line): void => {
  hangUp(core, line)
  core.removeLine(line)
  for (const slot of line.slots) removeSlot(core, slot)
}

/**
 * Refuses names of a slot. If the slot's connection would replace another connection, which still carries the names,
 * the new connection is dropped instead.
 */
export const refuseNames = (core: Core, slot: Slot, names: ReadonlyArray<string>, error: MarketsError): void =>
  slot.line.replaces === undefined ? refuse(core, slot.topic, names, error) : dropLine(core, slot.line)

export const dial = (core: Core): void => {
  for (const line of core.lines) {
    const isUnused = line.slots.length === 0
    if (isUnused && core.lines.length > 1) dropLine(core, line)
    else if (isUnused && line.status === "waiting") line.status = "idle"
    else if (!isUnused && line.status === "idle") {
      line.status = "waiting"
      line.redialCause = undefined
      line.dueMillis = core.now()
    }
  }
  if (core.dialing !== undefined) return
  const nowMillis = core.now()
  const due = core.lines.find(({ dueMillis, status }) => status === "waiting" && dueMillis <= nowMillis)
  if (due === undefined || core.dialNotBeforeMillis > nowMillis) return
  core.dialing = due
  core.counters.dials++
  due.status = "dialing"
  due.generation = ++core.lastGeneration
  due.dueMillis = nowMillis + core.settings.dialTimeoutMillis
  due.sinceMillis = core.clock.wallMillis()
  core.byGeneration.set(due.generation, due)
  core.outside.dial(due.generation, due.redialCause)
}

export const open = (core: Core, line: Line): void => {
  core.dialing = undefined
  core.clockRefusals = 0
  line.status = "open"
  line.openedMillis = core.now()
  line.sinceMillis = core.clock.wallMillis()
  line.isHeard = true
  line.checkMillis = core.now() + core.settings.probeMillis
  line.delay = core.newDelay()
  core.isDirty = true
}

export const refuseDial = (core: Core, line: Line, refusal: Refusal): void => {
  if (refusal._tag === "Transport") return lose(core, line, { _tag: "Unreachable", reason: refusal.reason })
  const { blamesClock, body, explanation, retryAfterMillis = 0, status } = refusal
  const cause: LossCause = { _tag: "Refused", status, reason: body.message }
  if (status === 401 && blamesClock === true && core.clockRefusals++ === 0) {
    // With `correctClockSkew`, the next signature uses the measured clock. The backoff does not count the refused
    // attempt.
    line.backoff.attempts--
    lose(core, line, cause)
    line.dueMillis = core.now()
    return
  }
  if (!isLostStatus(status) && !isRefusedForNow(status) && line.replaces === undefined) {
    return finish(core, new ConnectionRefused({ status, body, explanation }))
  }
  core.dialNotBeforeMillis = Math.max(core.dialNotBeforeMillis, core.now() + retryAfterMillis)
  lose(core, line, cause, retryAfterMillis)
}

/**
 * Whether a close code means that reconnecting cannot help: a code of RFC 6455 for a permanent failure, or a code for
 * private use.
 */
const isFinal = (code: number): boolean =>
  code === 1002 || code === 1003 || (code >= 1007 && code <= 1010) || (code >= 4000 && code <= 4999)

export const close = (core: Core, line: Line, code: number, reason: string): void =>
  isFinal(code) && line.replaces === undefined
    ? finish(core, new ConnectionClosed({ code, reason }))
    : lose(core, line, { _tag: "Closed", code, reason })
