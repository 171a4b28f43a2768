/**
 * Handles the replies to commands. A reply is matched by its id and its connection. A late reply can still change the
 * state. A slot is a subscription at the exchange, and a line is a connection (see `model.ts`).
 *
 * @module
 */
import type { Messages } from "../../generated/feed.ts"
import { MarketsNotListed, SubscriptionEnded } from "../FeedError.ts"
import type { Core } from "./core.ts"
import { end, interrupt, usersOf } from "./delivery.ts"
import { dropLine, refuseNames } from "./dialling.ts"
import type { Line, Slot } from "./model.ts"
import type { Sent } from "./pending.ts"
import { closed, isAbsent, isPresent, opened, orphan, type OnSid, reopen, reset, succeed } from "./transitions.ts"
import { verified } from "./verification.ts"

export const onSubscribed = (core: Core, line: Line, { id, msg }: Messages["subscribed"], onSid: OnSid): void => {
  const sent = line.pending.get(id)
  // If the reply is about another channel, the command counts as unanswered.
  if (sent !== undefined && sent.slot?.topic.channel === msg.channel) succeed(core, line, sent)
  const slot =
    sent?.slot ?? line.slots.find(({ status, topic }) => topic.channel === msg.channel && status === "opening")
  if (slot === undefined || !isPresent(line, slot) || slot.topic.channel !== msg.channel) {
    if (!line.bySid.has(msg.sid)) orphan(core, line, msg.sid)
  } else if (slot.sid === undefined) {
    opened(core, line, slot, msg.sid, sent?.names ?? [], onSid)
  }
}

export const onOk = (core: Core, line: Line, message: Messages["ok"], onSid: OnSid, onCount: () => void): void => {
  const { id, msg } = message
  const sid = "sid" in message ? message.sid : undefined
  const sent = line.pending.get(id)
  if (sent === undefined) return onCount()
  const { kind, names, slot } = sent
  if (slot === undefined || !isPresent(line, slot)) {
    onCount()
    if (kind === "verify") {
      // Without a list, the request for the list of subscriptions counts as unanswered.
      if (!Array.isArray(msg)) return
      succeed(core, line, sent)
      line.verifiedId = id!
      return verified(core, line, sent, msg, onSid)
    }
    if (kind === "subscribe" && sid !== undefined && !line.bySid.has(sid)) orphan(core, line, sid)
    return
  }
  if (kind === "subscribe" && sid !== undefined && slot.sid === undefined) {
    // The channel already had a subscription, and the exchange merged the command into it.
    opened(core, line, slot, sid, names, onSid)
  }
  onCount()
  // These commands count as unanswered, so the session requests the list of subscriptions: a command whose reply is
  // about another subscription, a subscribe command whose reply has no `sid`, and an unsubscribe command, whose reply is
  // `unsubscribed`.
  if (slot.sid === undefined || (sid !== undefined && sid !== slot.sid) || kind === "unsubscribe") return
  succeed(core, line, sent)
  // A late reply counts only if it answers the last command of the slot.
  if (slot.lastCommandId !== sent.id) return
  slot.status = "open"
  for (const name of names) {
    if (kind === "delete") {
      slot.acknowledged.delete(name)
      slot.booked.delete(name)
    } else slot.acknowledged.add(name)
    slot.doubtful.delete(name)
  }
  if (kind !== "snapshot") compare(core, slot, sent, listOf(slot, msg))
}

const listOf = (slot: Slot, msg: Messages["ok"]["msg"]): ReadonlyArray<string> | undefined => {
  const parameter = slot.topic.kind?.parameter
  if (parameter === undefined || msg === undefined || Array.isArray(msg)) return undefined
  const list = (msg as Readonly<Record<string, unknown>>)[parameter] // any object can be indexed by a string
  // The cast is safe: in the schema, each of these members is a list of strings.
  return Array.isArray(list) ? (list as ReadonlyArray<string>) : undefined
}

/**
 * Replaces the acknowledged names with the exchange's list. Refuses added names that are not in the list. Reports an
 * outage of other names that are no longer in the list.
 */
const compare = (core: Core, slot: Slot, sent: Sent<Slot>, list: ReadonlyArray<string> | undefined): void => {
  if (list === undefined) return
  const listed = new Set(list)
  const lost = [...slot.acknowledged].filter(
    (name) => slot.names.has(name) && !listed.has(name) && !sent.names.includes(name)
  )
  slot.acknowledged = listed
  slot.doubtful.clear()
  if (lost.length > 0) {
    for (const name of lost) slot.booked.delete(name)
    interrupt(
      core,
      slot,
      { _tag: "SubscriptionLost", code: undefined, reason: "the exchange no longer lists it" },
      lost
    )
  }
  if (sent.kind === "delete") return
  const markets = sent.names.filter((name) => slot.names.has(name) && !slot.acknowledged.has(name))
  if (markets.length === 0) return
  refuseNames(core, slot, markets, new MarketsNotListed({ channel: slot.topic.channel, markets }))
}

export const onUnsubscribed = (core: Core, line: Line, { id, sid }: Messages["unsubscribed"]): void => {
  const sent = line.pending.get(id)
  if (sent !== undefined) {
    const { slot } = sent
    // A late reply can be about an older subscription. Then it is no reply to this command.
    if (slot !== undefined && slot.sid !== sid) return
    succeed(core, line, sent)
    // While the command was in flight, a slot took over the subscription.
    if (sent.kind === "orphan" && line.bySid.has(sid)) line.mustVerify = true
    if (slot?.lastCommandId !== sent.id) return
    // After a timeout, the list of subscriptions can still contain the subscription, and a user can want it again.
    if (slot.status === "open" && slot.isWanted) reopen(core, slot, { msg: "a late reply ended it" })
    else closed(core, slot)
  } else if (isAbsent(id)) {
    const slot = line.bySid.get(sid)
    if (slot === undefined) return
    // The old connection still carries the subscription.
    if (line.replaces !== undefined) return dropLine(core, line)
    const { channel } = slot.topic
    reset(core, slot)
    for (const member of usersOf(slot)) end(core, member, new SubscriptionEnded({ channel }))
  }
}
