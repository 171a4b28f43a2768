/**
 * Changes a connection over to a new one: the new one has all subscriptions before the old one ends.
 *
 * @module
 */
import type { Core } from "./core.ts"
import { emit, restore } from "./delivery.ts"
import { dropLine } from "./dialling.ts"
import type { Line, Slot } from "./model.ts"

/** Starts to replace the open connections. */
export const changeOver = (core: Core): void => {
  for (const line of core.lines) {
    const isReplaced = core.lines.some(({ replaces }) => replaces === line)
    if (line.status !== "open" || line.replaces !== undefined || line.slots.length === 0 || isReplaced) continue
    core.addLine().replaces = line
    core.isDirty = true
  }
}

const twinOf = (line: Line, { topic }: Slot): Slot | undefined => line.slots.find((slot) => slot.topic === topic)

/**
 * Gives new connections the slots of the connections that they replace, with the same names. Drops a new connection if
 * it holds back too many messages, or if the old connection is lost.
 */
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

/** Whether the exchange sends on a new connection what it sends on the old one. */
const isReady = (line: Line, replaces: Line): boolean =>
  line.status === "open" &&
  replaces.slots.every((slot) => {
    if (!slot.isWanted) return true
    const twin = twinOf(line, slot)
    return twin?.status === "open" && twin.isSettled && twin.awaited.size === 0
  })

/** Lets new connections that are ready take over, and ends the old ones. */
export const takeOver = (core: Core): void => {
  for (const line of core.lines) {
    const { replaces } = line
    if (replaces === undefined || !isReady(line, replaces)) continue
    const { held, slots } = line
    line.replaces = undefined
    line.held = []
    for (const slot of slots) {
      const index = slot.topic.slots.findIndex((other) => other.line === replaces)
      if (index >= 0) {
        slot.isInterrupted = slot.topic.slots[index]!.isInterrupted
        slot.topic.slots[index]!.isInterrupted = false
        slot.topic.slots[index] = slot
      }
    }
    const { slots: ended } = replaces
    dropLine(core, replaces)
    // Slots without a twin are no longer wanted.
    for (const slot of ended) restore(core, slot)
    for (const slot of slots) {
      const { sid } = slot
      // An open connection has a generation.
      if (sid !== undefined) {
        const markets = [...slot.names]
        emit(core, slot, undefined, { _tag: "Replaced", generation: line.generation!, sid, markets })
      }
      restore(core, slot)
    }
    for (const { event, name, slot } of held) {
      // The name may have been removed since, or moved to another connection.
      if (slot.isWanted && (name === undefined || slot.names.has(name))) emit(core, slot, name, event)
    }
    core.isDirty = true
  }
}
