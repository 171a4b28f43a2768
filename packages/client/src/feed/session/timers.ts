/**
 * Finds and handles what becomes due over time: commands without a reply, silent connections and subscriptions, and
 * late snapshots. A line is a connection, and a slot is a subscription at the exchange (see `model.ts`).
 *
 * @module
 */
import { SnapshotMissing } from "../FeedError.ts"
import type { Core } from "./core.ts"
import { redial, refuseNames } from "./dialling.ts"
import type { Line, Slot } from "./model.ts"
import { checkSnapshots, probeBook } from "./snapshots.ts"
import { reopenSlot } from "./transitions.ts"
import { onTimeout } from "./verification.ts"

const deadlinesOf = (core: Core, line: Line): ReadonlyArray<number | undefined> => {
  switch (line.status) {
    case "idle":
      return []
    case "waiting":
      return core.dialing === undefined ? [Math.max(line.dueMillis, core.dialNotBeforeMillis)] : []
    case "dialing":
      return [line.dueMillis]
    case "open":
      return [
        line.pending.nextMillis(),
        line.checkMillis,
        line.commandMillis,
        ...line.slots.flatMap(ofSlot(core.now()))
      ]
  }
}

const ofSlot =
  (nowMillis: number) =>
  (slot: Slot): ReadonlyArray<number | undefined> => {
    if (slot.status === "open") return [slot.checkMillis, firstDeadline(slot)]
    // Once this time has passed, the slot needs no timer.
    return slot.status === "closed" && slot.notBeforeMillis > nowMillis ? [slot.notBeforeMillis] : []
  }

const firstDeadline = ({ awaited }: Slot): number | undefined => {
  for (const { deadlineMillis } of awaited.values()) return deadlineMillis
  return undefined
}

export const nextDue = (core: Core): number | undefined => {
  let next = Number.POSITIVE_INFINITY
  for (const line of core.lines) {
    for (const deadline of deadlinesOf(core, line)) if (deadline !== undefined && deadline < next) next = deadline
  }
  return next === Number.POSITIVE_INFINITY ? undefined : next
}

/** Handles what is due, but opens no connection and sends no command. */
export const runDue = (core: Core): void => {
  const nowMillis = core.now()
  core.isDirty = true
  for (const line of core.lines) {
    if (line.status === "dialing" && line.dueMillis <= nowMillis) {
      redial(core, line, { _tag: "DialTimedOut", timeoutMillis: core.settings.dialTimeoutMillis })
    } else if (line.status === "open") {
      runLine(core, line, nowMillis)
    }
  }
}

const runLine = (core: Core, line: Line, nowMillis: number): void => {
  // A timeout can end the connection. Then no command, check or open subscription is left.
  for (const sent of line.pending.expire(nowMillis)) onTimeout(core, line, sent)
  if (line.checkMillis <= nowMillis) {
    if (!line.isHeard) line.mustVerify = true
    line.isHeard = false
    line.checkMillis = nowMillis + core.settings.probeMillis
  }
  for (const slot of line.slots) if (slot.status === "open") runSlot(core, line, slot, nowMillis)
}

const runSlot = (core: Core, line: Line, slot: Slot, nowMillis: number): void => {
  if (slot.checkMillis <= nowMillis) {
    // Silence alone is not an error, because a market can be closed.
    if (slot.received === slot.receivedAtCheck) {
      if (slot.topic.isBook) probeBook(core, slot)
      else line.mustVerify = true
    }
    slot.receivedAtCheck = slot.received
    slot.checkMillis = nowMillis + core.settings.silenceMillis
  }
  const missing = checkSnapshots(core, slot)
  if (missing === undefined) return
  const { isSilent, names: markets, waitedMillis } = missing
  if (isSilent && markets.some((market) => !slot.reopenedFor.has(market))) {
    for (const market of markets) slot.reopenedFor.add(market)
    return reopenSlot(core, slot, "no snapshot arrives")
  }
  for (const market of markets) slot.reopenedFor.delete(market)
  const { channel } = slot.topic
  refuseNames(core, slot, markets, new SnapshotMissing({ channel, markets, waitedMillis }))
}
