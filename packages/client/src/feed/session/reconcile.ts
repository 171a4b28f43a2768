/**
 * Compares the wanted subscriptions with the subscriptions that the exchange has, and sends the next command of each
 * subscription. A subscription has at most one command in flight. A slot is a subscription at the exchange, and a line
 * is a connection (see `model.ts`).
 *
 * Therefore the session does not track single changes. For example, if a market is added and removed while a command is
 * in flight, no command contains it. If a user leaves before the reply, the session ends the subscription when the
 * reply arrives.
 *
 * @module
 */
import { send, sendOrphans, sendVerify, type Step } from "./commands.ts"
import type { Core } from "./core.ts"
import { announceLive, restore } from "./delivery.ts"
import type { Line, Slot } from "./model.ts"
import { removeSlot } from "./placement.ts"
import { requestSent } from "./snapshots.ts"

/** Returns up to `most` items that `other` does not have. */
const missingIn = (items: ReadonlySet<string>, other: ReadonlySet<string>, most: number): Array<string> => {
  const missing: Array<string> = []
  for (const item of items) {
    if (missing.length >= most) break
    if (!other.has(item)) missing.push(item)
  }
  return missing
}

const none: ReadonlyArray<string> = []

/** Returns the next command of a slot that has no command in flight. */
const nextStep = (core: Core, slot: Slot): Step | undefined => {
  const { acknowledged, names, requested, status, topic } = slot
  if (!slot.isWanted || slot.reopenReason !== undefined)
    return status === "open" ? { kind: "unsubscribe", names: none } : undefined
  const most = Math.min(core.settings.batchSize, slot.chunk)
  if (status === "closed") return { kind: "subscribe", names: missingIn(names, new Set(), most) }
  if (topic.kind !== undefined) {
    const removed = missingIn(acknowledged, names, most)
    // A delete command does not remove the last name, because an empty list could mean all markets. If no acknowledged
    // name is wanted, the session ends the subscription. It opens the subscription again if other names are wanted.
    if (removed.length > 0) {
      return removed.length === acknowledged.size
        ? { kind: "unsubscribe", names: none }
        : { kind: "delete", names: removed }
    }
    const added = missingIn(names, acknowledged, most)
    if (added.length > 0) return { kind: "add", names: added }
    const doubted = missingIn(slot.doubtful, names, most)
    if (doubted.length > 0) return { kind: "delete", names: doubted }
  }
  if (requested.size > 0) {
    const batch = missingIn(requested, new Set(), most)
    for (const name of batch) requested.delete(name)
    const current = batch.filter((name) => names.has(name))
    requestSent(core, slot, current)
    return current.length > 0 ? { kind: "snapshot", names: current } : nextStep(core, slot)
  }
  if (slot.wantsNames) {
    slot.wantsNames = false
    return { kind: "names", names: none }
  }
  return undefined
}

/** Whether another slot of the channel must end first, because the exchange would merge the two subscriptions. */
const mustWait = (slot: Slot): boolean =>
  slot.line.slots.find(({ topic }) => topic.channel === slot.topic.channel) !== slot

const isReady = (slot: Slot, nowMillis: number): boolean =>
  slot.command === undefined &&
  !slot.isSettled &&
  slot.status !== "unknown" &&
  slot.notBeforeMillis <= nowMillis &&
  !mustWait(slot)

/** Forgets a slot that is neither wanted nor open at the exchange. */
const sweep = (core: Core, slot: Slot): void => {
  if (slot.status !== "closed") return
  slot.reopenReason = undefined
  if (slot.isWanted) return
  removeSlot(core, slot)
  // A removed slot no longer counts as interrupted. Perhaps all remaining slots of the topic are live.
  restore(core, slot)
  announceLive(core, slot.topic)
}

export const reconcile = (core: Core, line: Line): void => {
  for (const slot of line.slots) sweep(core, slot)
  line.commandMillis = undefined
  if (line.status !== "open") return
  const nowMillis = core.now()
  /** The owner of the session can end the connection during a send. */
  const isFree = (): boolean => {
    if (line.status !== "open") return false
    line.commandMillis = line.pace.wait(nowMillis)
    return line.commandMillis === undefined
  }
  const mustVerify = line.mustVerify && line.verifying === undefined
  if (mustVerify && !isFree()) return
  if (mustVerify) sendVerify(core, line)
  if (line.orphans.size > 0 && isFree()) sendOrphans(core, line)
  for (const slot of line.slots) {
    if (!isReady(slot, nowMillis)) continue
    if (!isFree()) return
    const step = nextStep(core, slot)
    if (step === undefined) settle(core, slot)
    else send(core, slot, step)
  }
}

const settle = (core: Core, slot: Slot): void => {
  slot.isSettled = true
  if (slot.status === "open") {
    slot.chunk = Number.POSITIVE_INFINITY
    restore(core, slot)
    announceLive(core, slot.topic)
  }
}
