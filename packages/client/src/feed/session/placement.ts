/**
 * Decides which connection (`Line`) carries which names (markets, indices or underlyings) of a topic. A topic is a
 * channel with a filter, and a slot is a subscription at the exchange (see `model.ts`).
 *
 * The exchange has one subscription per channel and connection. It merges a second subscribe command into the first. So
 * each connection has at most one wanted slot per channel. A second filter of a channel, and markets beyond the limit
 * of a subscription, go to another connection.
 *
 * @module
 */
import type { Core } from "./core.ts"
import type { Line, Slot, Topic } from "./model.ts"

/** Whether another slot took the place of this slot. This slot then only waits for its end. */
const hasSuccessor = (slot: Slot): boolean =>
  slot.line.slots.some((other) => other !== slot && other.isWanted && other.topic.channel === slot.topic.channel)

const lineFor = (core: Core, topic: Topic): Line | undefined => {
  // A connection that will replace another connection does not count towards the maximum.
  const lines = core.lines.filter(({ replaces }) => replaces === undefined)
  const isFree = ({ slots }: Line) => slots.every((slot) => slot.topic.channel !== topic.channel || !slot.isWanted)
  return lines.find(isFree) ?? (lines.length < core.settings.maxConnections ? core.addLine() : undefined)
}

/** Adds names to a slot. Returns the names that do not fit. */
const fill = (core: Core, slot: Slot, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (hasSuccessor(slot)) return names
  const room = Math.max(0, slot.maxNames - slot.names.size)
  for (const name of names.slice(0, room)) slot.names.add(name)
  core.touch(slot)
  return names.slice(room)
}

/** Places names that no slot of the topic has. Returns the names that no connection can take. */
export const place = (core: Core, topic: Topic, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  let left = names
  for (const slot of topic.slots) left = fill(core, slot, left)
  while (left.length > 0) {
    const line = lineFor(core, topic)
    if (line === undefined) return left
    const slot = core.addSlot(topic, line, new Set())
    topic.slots.push(slot)
    left = fill(core, slot, left)
  }
  return left
}

/** Places a topic without names. Returns false if no connection can take it. */
export const placeWhole = (core: Core, topic: Topic): boolean => {
  const slot = topic.slots.find(({ isUsed }) => isUsed) ?? topic.slots.find((slot) => !hasSuccessor(slot))
  if (slot !== undefined) {
    slot.isUsed = true
    return true
  }
  const line = lineFor(core, topic)
  if (line === undefined) return false
  topic.slots.push(core.addSlot(topic, line, new Set()))
  return true
}

export const unplace = (core: Core, topic: Topic, names: Iterable<string>): void => {
  for (const name of names) {
    const slot = slotOf(topic, name)
    if (slot !== undefined) {
      slot.names.delete(name)
      core.touch(slot)
    }
  }
}

export const slotOf = (topic: Topic, name: string): Slot | undefined => topic.slots.find(({ names }) => names.has(name))

/** Forgets a slot that the exchange does not have, and its topic if no one wants it. */
export const removeSlot = (core: Core, slot: Slot): void => {
  const { line, topic } = slot
  line.slots = line.slots.filter((other) => other !== slot)
  const index = topic.slots.indexOf(slot)
  if (index >= 0) topic.slots.splice(index, 1)
  forgetIfUnused(core, topic)
}

export const forgetIfUnused = (core: Core, topic: Topic): void => {
  if (topic.members.length === 0 && topic.slots.length === 0 && core.topics.get(topic.key) === topic) {
    core.topics.delete(topic.key)
  }
}
