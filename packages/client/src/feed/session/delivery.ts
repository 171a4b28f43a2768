/**
 * Delivers events to the users of subscriptions, and ends subscriptions. A member is one user of a topic (a channel
 * with a filter). A slot is a subscription at the exchange (see `model.ts`).
 *
 * @module
 */
import { type FeedError, HandlerFailed, type LossCause, type MarketsError } from "../FeedError.ts"
import type { Core } from "./core.ts"
import type { SessionEvent, Subscriber } from "./events.ts"
import type { Member, Slot, Topic } from "./model.ts"
import { isUserOf, leave, removeNames } from "./wanted.ts"

/** Calls users. If a user throws, only that user's subscription ends. */
const notify = (core: Core, members: ReadonlyArray<Member>, call: (subscriber: Subscriber) => void): void => {
  for (const member of members) {
    if (member.isOver) continue
    try {
      call(member.subscriber)
    } catch (cause) {
      end(core, member, new HandlerFailed({ channel: member.topic.channel, cause }))
    }
  }
}

export const deliver = (core: Core, members: ReadonlyArray<Member>, event: SessionEvent): void =>
  // The cast is safe: the subscriber's channel has all types of messages that its topic delivers.
  notify(core, members, (subscriber) => subscriber.onEvent(event as never))

export const announceRequest = (core: Core, slot: Slot, id: number, markets: ReadonlyArray<string>): void =>
  notify(core, usersOf(slot), (subscriber) => subscriber.onSnapshotRequest?.(id, markets))

export const announceBooks = (core: Core, slot: Slot, markets: ReadonlyArray<string>): void => {
  if (slot.line.replaces === undefined) notify(core, usersOf(slot), ({ onBookRequest }) => onBookRequest?.(markets))
}

export const usersOf = (slot: Slot): ReadonlyArray<Member> => slot.topic.members.filter(isUserOf(slot))

/** Delivers an event. An event of a connection that has not taken over yet is held back. */
export const emit = (core: Core, slot: Slot, name: string | undefined, event: SessionEvent): void => {
  if (slot.line.replaces !== undefined) {
    slot.line.held.push({ slot, name, event })
    return
  }
  const { topic } = slot
  if (name === undefined) deliver(core, topic.slots.length === 1 ? topic.members : usersOf(slot), event)
  else {
    if (event._tag === "Message") topic.latest?.set(name, event)
    const members = topic.byName.get(name)
    if (members !== undefined) deliver(core, members, event)
  }
}

/** Delivers the last messages to a user who joins a subscription, because the exchange does not send them again. */
export const deliverLatest = (core: Core, member: Member, names: ReadonlyArray<string>): void => {
  for (const name of names) {
    const event = member.topic.latest?.get(name)
    if (event !== undefined) deliver(core, [member], event)
  }
}

export const end = (core: Core, member: Member, error: FeedError | undefined): void => {
  if (member.isOver) return
  leave(core, member)
  try {
    member.subscriber.onEnd(error)
  } catch {
    // The subscription is already over.
  }
}

export const refuse = (core: Core, topic: Topic, names: ReadonlyArray<string>, error: MarketsError): void => {
  if (topic.kind === undefined) {
    for (const member of topic.members) end(core, member, error)
    return
  }
  const refused = new Set(names)
  const affected = topic.members.flatMap((member) => {
    const markets = [...member.names].filter((name) => refused.has(name))
    return markets.length === 0 ? [] : [{ member, markets }]
  })
  for (const { markets, member } of affected) removeNames(core, member, markets)
  for (const { markets, member } of affected) {
    if (member.names.size === 0) end(core, member, error)
    else deliver(core, [member], { _tag: "Refused", markets, error })
  }
}

/** Reports an outage to the users. Reports it again only if the slot was opened after the last report. */
export const interrupt = (core: Core, slot: Slot, cause: LossCause): void => {
  // The old connection delivers messages until the new connection takes over.
  if (slot.line.replaces !== undefined) return
  if (!slot.isWanted || (slot.isInterrupted && !slot.wasOpened)) return
  slot.isInterrupted = true
  slot.wasOpened = false
  for (const name of slot.names) slot.topic.latest?.delete(name)
  const sinceMillis = core.clock.wallMillis()
  const users = usersOf(slot)
  for (const member of users) member.outage ??= { sinceMillis, sinceMonotonicMillis: core.now() }
  deliver(core, users, { _tag: "Outage", cause, sinceMillis, markets: [...slot.names] })
}

export const announceLive = (core: Core, { members, slots }: Topic): void => {
  if (slots.length === 0 || slots.some((slot) => slot.isWanted && !(slot.isSettled && slot.status === "open"))) return
  const fresh = members.filter(({ wasLive }) => !wasLive)
  for (const member of fresh) member.wasLive = true
  notify(core, fresh, (subscriber) => subscriber.onLive?.())
}

/** Marks a slot as restored. When all slots of the topic are restored, notifies the users. */
export const restore = (core: Core, slot: Slot): void => {
  if (!slot.isInterrupted) return
  slot.isInterrupted = false
  const { members, slots } = slot.topic
  if (slots.some(({ isInterrupted }) => isInterrupted)) return
  for (const member of members) {
    const { outage } = member
    if (outage === undefined) continue
    member.outage = undefined
    const durationMillis = core.now() - outage.sinceMonotonicMillis
    deliver(core, [member], { _tag: "Restored", sinceMillis: outage.sinceMillis, durationMillis })
  }
}
