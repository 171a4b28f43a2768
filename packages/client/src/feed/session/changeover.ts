/**
 * Replaces a connection with a new connection. The old connection ends after the new connection has all subscriptions,
 * and the old connection has then answered a command.
 * A line is a connection, and a slot is a subscription at the exchange (see `model.ts`).
 *
 * @module
 */
import type { Core } from "./core.ts"
import { announceLive, emit, restore } from "./delivery.ts"
import { dropLine } from "./dialling.ts"
import type { Line, Slot } from "./model.ts"

export const changeOver = (core: Core): void => {
  for (const line of core.lines) {
    const isReplaced = core.lines.some(({ replaces }) => replaces === line)
    if (line.status !== "open" || line.replaces !== undefined || line.slots.length === 0 || isReplaced) continue
    core.addLine().replaces = line
    core.isDirty = true
  }
}

const twinOf = (line: Line, { topic }: Slot): Slot | undefined => line.slots.find((slot) => slot.topic === topic)

export const copySlots = (core: Core): void => {
  for (const line of core.lines) {
    const { replaces } = line
    if (replaces === undefined) continue
    if (replaces.status !== "open" || line.held.length > core.settings.maxEarlyMessages) {
      dropLine(core, line)
      continue
    }
    for (const slot of replaces.slots) {
      const twin = twinOf(line, slot)
      if (twin === undefined && slot.isWanted) core.addSlot(slot.topic, line, slot.names)
      if (twin === undefined) continue
      twin.isUsed = slot.isUsed
      twin.isSettled = false
    }
  }
}

/** Whether the exchange sends on a new connection everything that it sends on the old connection. */
const isReady = (line: Line, replaces: Line): boolean =>
  line.status === "open" &&
  replaces.slots.every((slot) => {
    if (!slot.isWanted) return true
    const twin = twinOf(line, slot)
    return twin?.status === "open" && twin.isSettled && twin.awaited.size === 0
  })

/**
 * Whether the old connection has delivered all messages from before the new connection became ready. Its reply to a
 * later command proves this. Without the proof, the messages of a dead connection would be missing without a notice.
 */
const isComplete = (core: Core, line: Line, replaces: Line): boolean => {
  if (line.readyId === undefined) {
    line.readyId = core.lastCommandId
    replaces.mustVerify = true
    core.isDirty = true
  }
  return replaces.verifiedId > line.readyId
}

export const takeOver = (core: Core): void => {
  for (const line of core.lines) {
    const { replaces } = line
    if (replaces === undefined) continue
    if (!isReady(line, replaces)) {
      line.readyId = undefined
      continue
    }
    if (!isComplete(core, line, replaces)) continue
    const { held, slots } = line
    line.replaces = undefined
    line.held = []
    for (const slot of slots) {
      const index = slot.topic.slots.findIndex((other) => other.line === replaces)
      if (index >= 0) {
        const old = slot.topic.slots[index]!
        slot.isInterrupted = old.isInterrupted
        // The old connection ends before it sends a requested list of indices or underlyings.
        if (old.wantsNames || old.command?.kind === "names") {
          slot.wantsNames = true
          core.touch(slot)
        }
        slot.topic.slots[index] = slot
      }
    }
    const { slots: ended } = replaces
    dropLine(core, replaces)
    // A slot that was not copied to the new connection is no longer wanted.
    for (const slot of ended) restore(core, slot)
    for (const slot of slots) {
      const { sid } = slot
      // An open connection has a generation (its number).
      if (sid !== undefined) {
        const markets = [...slot.names]
        emit(core, slot, undefined, { _tag: "Replaced", generation: line.generation!, sid, markets })
      }
      restore(core, slot)
    }
    for (const { event, name, slot } of held) {
      // In the meantime, the name may have been removed, or moved to another connection.
      if (slot.isWanted && (name === undefined || slot.names.has(name))) emit(core, slot, name, event)
    }
    // A user may have joined or added names during the changeover.
    for (const { topic } of [...ended, ...slots]) announceLive(core, topic)
  }
}
