/**
 * Records which user wants which names (markets, indices or underlyings) of which topic. A topic is a channel with a
 * filter. All users of a topic share its subscriptions.
 *
 * @module
 */
import type { Core } from "./core.ts"
import type { Subscriber } from "./events.ts"
import { Member, Topic } from "./model.ts"
import { forgetIfUnused, place, placeWhole, unplace } from "./placement.ts"
import type { Parsed } from "./requests.ts"
import { requestSnapshots } from "./snapshots.ts"

/** Adds a user to a topic. Returns undefined, and adds nothing, if the names need too many connections. */
export const join = (core: Core, parsed: Parsed, subscriber: Subscriber): Member | undefined => {
  let topic = core.topics.get(parsed.key)
  if (topic === undefined) {
    topic = new Topic(parsed)
    core.topics.set(topic.key, topic)
  }
  const member = new Member(topic, subscriber, [])
  topic.members = [...topic.members, member]
  const isPlaced = topic.kind === undefined ? placeWhole(core, topic) : addNames(core, member, parsed.names)
  if (isPlaced) {
    // If the subscription is already live, the new user is notified.
    for (const slot of topic.slots) core.touch(slot)
    return member
  }
  leave(core, member)
  return undefined
}

/**
 * Adds names for a user, and requests new snapshots of books that are already live. Returns false, and adds nothing, if
 * the names need too many connections.
 */
export const addNames = (core: Core, member: Member, names: ReadonlyArray<string>): boolean => {
  const { topic } = member
  const added = names.filter((name) => !member.names.has(name))
  const fresh = added.filter((name) => !topic.byName.has(name))
  for (const name of added) {
    member.names.add(name)
    topic.byName.set(name, [...(topic.byName.get(name) ?? []), member])
  }
  if (place(core, topic, fresh).length > 0) {
    removeNames(core, member, added)
    return false
  }
  if (topic.isBook) requestSnapshots(core, topic, added)
  return true
}

export const removeNames = (core: Core, member: Member, names: Iterable<string>): void => {
  const { topic } = member
  const unused: Array<string> = []
  for (const name of names) {
    if (!member.names.delete(name)) continue
    const others = (topic.byName.get(name) ?? []).filter((other) => other !== member)
    if (others.length > 0) {
      topic.byName.set(name, others)
    } else {
      topic.byName.delete(name)
      topic.latest?.delete(name)
      unused.push(name)
    }
  }
  unplace(core, topic, unused)
}

export const leave = (core: Core, member: Member): void => {
  member.isOver = true
  const { topic } = member
  topic.members = topic.members.filter((other) => other !== member)
  removeNames(core, member, [...member.names])
  if (topic.members.length === 0) {
    for (const slot of topic.slots) {
      slot.isUsed = false
      core.touch(slot)
    }
  }
  forgetIfUnused(core, topic)
}

export const isUserOf = ({ names, topic }: { readonly names: ReadonlySet<string>; readonly topic: Topic }) => {
  const isWhole = topic.kind === undefined || topic.slots.length === 1
  return (member: Member): boolean => isWhole || [...member.names].some((name) => names.has(name))
}
