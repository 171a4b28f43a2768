/**
 * Changes the state of slots and their commands. A slot is a subscription at the exchange, and a line is a connection
 * (see `model.ts`).
 *
 * @module
 */
import type { Core } from "./core.ts"
import { interrupt } from "./delivery.ts"
import type { Line, Slot } from "./model.ts"
import type { Sent } from "./pending.ts"

/** Called when a `sid` (subscription id) becomes known, because messages may already wait for it. */
export type OnSid = (slot: Slot, sid: number) => void

export const settle = (core: Core, line: Line, sent: Sent<Slot>): void => {
  line.pending.settle(sent.id)
  if (line.verifying === sent) line.verifying = undefined
  const { slot } = sent
  if (slot?.lastCommandId === sent.id) {
    slot.command = undefined
    slot.leaving = undefined
    core.touch(slot)
  }
  core.isDirty = true
}

export const succeed = (core: Core, line: Line, sent: Sent<Slot>): void => {
  settle(core, line, sent)
  line.pace.accepted()
  if (sent.slot !== undefined) {
    sent.slot.unanswered = 0
    sent.slot.chunk *= 2
  }
}

export const opened = (
  core: Core,
  line: Line,
  slot: Slot,
  sid: number,
  names: ReadonlyArray<string>,
  onSid: OnSid
): void => {
  // If the exchange uses a `sid` again, the subscription that had this `sid` has ended.
  const other = line.bySid.get(sid)
  if (other !== undefined) line.mustVerify = true
  line.orphans.delete(sid)
  line.bySid.set(sid, slot)
  slot.sid = sid
  slot.status = "open"
  slot.wasOpened = true
  slot.openedMillis = core.now()
  slot.acknowledged = new Set(names)
  slot.receivedAtCheck = slot.received
  slot.checkMillis = core.now() + core.settings.silenceMillis
  slot.sinceMillis = core.clock.wallMillis()
  onSid(slot, sid)
}

/** Makes a slot closed, and forgets its subscription at the exchange. */
export const reset = (core: Core, slot: Slot): void => {
  if (slot.sid !== undefined && slot.line.bySid.get(slot.sid) === slot) slot.line.bySid.delete(slot.sid)
  // A connection that will replace another one holds messages back. The held messages of this slot would now have a
  // gap, so they are dropped.
  if (slot.line.replaces !== undefined) slot.line.held = slot.line.held.filter((held) => held.slot !== slot)
  slot.sid = undefined
  slot.status = "closed"
  slot.lastSeq = 0
  slot.acknowledged = new Set()
  slot.doubtful.clear()
  slot.leaving = undefined
  if (slot.command?.kind === "names") slot.wantsNames = true
  slot.command = undefined
  // The reply to a command in flight says nothing about the next subscription.
  slot.lastCommandId = 0
  slot.unanswered = 0
  slot.awaited.clear()
  slot.booked.clear()
  slot.requested.clear()
  slot.sinceMillis = core.clock.wallMillis()
  core.touch(slot)
}

/** Opens a subscription again after a wait, because the exchange ended it or no longer has its `sid`. */
export const reopen = (
  core: Core,
  slot: Slot,
  { code, msg }: { readonly code?: number; readonly msg: string }
): void => {
  if (slot.status === "open" && core.now() - slot.openedMillis >= core.settings.stableMillis) slot.backoff.reset()
  reset(core, slot)
  slot.notBeforeMillis = core.now() + slot.backoff.next()
  interrupt(core, slot, { _tag: "SubscriptionLost", code, reason: msg })
}

export const reopenSlot = (core: Core, slot: Slot, reason: string): void => {
  slot.reopenReason = reason
  core.touch(slot)
}

/** Called when an unsubscribe command is done, even if the exchange refused it. */
export const closed = (core: Core, slot: Slot): void => {
  const { reopenReason: reason } = slot
  reset(core, slot)
  if (reason !== undefined) interrupt(core, slot, { _tag: "SubscriptionLost", code: undefined, reason })
}

/** Called after a command that was not carried out. */
export const revert = (slot: Slot): void => {
  slot.status = slot.sid === undefined ? "closed" : "open"
}

/** Marks names or a whole subscription as leaving, because their removal is in flight or in doubt. */
export const startLeaving = (slot: Slot, { kind, names }: Sent<Slot>): void => {
  if (kind === "delete") slot.leaving = new Set(names)
  // A subscription that will be opened again keeps its users.
  else if (kind === "unsubscribe" && slot.reopenReason === undefined) slot.leaving = "all"
}

/** Marks a slot whose last command may have been carried out, and requests the exchange's list of subscriptions. */
export const doubt = (core: Core, line: Line, slot: Slot, sent: Sent<Slot>): void => {
  const { kind, names } = sent
  slot.status = "unknown"
  slot.unanswered++
  startLeaving(slot, sent)
  if (kind === "subscribe" || kind === "add" || kind === "delete") {
    for (const name of names) {
      slot.acknowledged.delete(name)
      slot.doubtful.add(name)
    }
  }
  if (kind === "names" && slot.unanswered < core.settings.commandAttempts) slot.wantsNames = true
  line.mustVerify = true
}

/** Marks a subscription without a user, so that the session ends it. */
export const orphan = (core: Core, line: Line, sid: number): void => {
  line.orphans.add(sid)
  line.early.take(sid)
  core.isDirty = true
}

export const isPresent = (line: Line, slot: Slot): boolean => line.slots.includes(slot)

/** Whether a message with this id is not a reply. The exchange treats the id 0 like a missing id. */
export const isAbsent = (id: number | undefined): boolean => id === undefined || id === 0
