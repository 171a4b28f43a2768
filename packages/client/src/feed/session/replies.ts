/**
 * What the replies to commands change. A reply is matched by its id and its connection. A late one still changes the state.
 *
 * @module
 */
import { type ChannelName, errorCodes, type Messages } from "../../generated/feed.ts"
import { CommandTimedOut, MarketsNotListed, SubscriptionEnded, SubscriptionRefused } from "../FeedError.ts"
import type { Core } from "./core.ts"
import { end, interrupt, refuse, usersOf } from "./delivery.ts"
import { redial, reset } from "./dialling.ts"
import type { Line, Slot } from "./model.ts"
import type { Sent } from "./pending.ts"
import { place, unplace } from "./placement.ts"

/** Called when a `sid` became known, for the messages that were waiting for it. */
type OnSid = (slot: Slot, sid: number) => void

/** Whether a message is no reply: the exchange treats the id 0 like none. */
const isAbsent = (id: number | undefined): boolean => id === undefined || id === 0

/** A command has its reply. */
export const settle = (core: Core, line: Line, sent: Sent<Slot>): void => {
  line.pending.settle(sent.id)
  if (line.verifying === sent) line.verifying = undefined
  const { slot } = sent
  if (slot?.command === sent) {
    slot.command = undefined
    slot.leaving = undefined
    core.touch(slot)
  }
  core.isDirty = true
}

/** The exchange carried out a command. */
const succeed = (core: Core, line: Line, sent: Sent<Slot>): void => {
  settle(core, line, sent)
  line.pace.accepted()
  if (sent.slot !== undefined) {
    sent.slot.unanswered = 0
    sent.slot.chunk *= 2
  }
}

/** Whether a slot still belongs to its connection. */
const isPresent = (line: Line, slot: Slot): boolean => line.slots.includes(slot)

/** The exchange has a subscription under a `sid`. */
const opened = (core: Core, line: Line, slot: Slot, sid: number, names: ReadonlyArray<string>, onSid: OnSid): void => {
  if (slot.sid === sid) return
  // The exchange uses a `sid` again: the subscription that had it has ended.
  const other = line.bySid.get(sid)
  if (other !== undefined) line.mustVerify = true
  if (slot.sid !== undefined) line.bySid.delete(slot.sid)
  line.bySid.set(sid, slot)
  slot.sid = sid
  slot.lastSeq = 0
  slot.status = "open"
  slot.wasOpened = true
  slot.openedMillis = core.now()
  slot.acknowledged = new Set(names)
  slot.receivedAtCheck = slot.received
  slot.checkMillis = core.now() + core.settings.silenceMillis
  slot.sinceMillis = core.clock.wallMillis()
  core.touch(slot)
  onSid(slot, sid)
}

/** Ends a subscription that no one uses. */
const orphan = (core: Core, line: Line, sid: number): void => {
  line.orphans.add(sid)
  line.early.take(sid)
  core.isDirty = true
}

export const onSubscribed = (core: Core, line: Line, { id, msg }: Messages["subscribed"], onSid: OnSid): void => {
  const sent = line.pending.get(id)
  if (sent !== undefined) succeed(core, line, sent)
  const slot =
    sent?.slot ?? line.slots.find(({ status, topic }) => topic.channel === msg.channel && status === "opening")
  if (slot === undefined || !isPresent(line, slot) || slot.topic.channel !== msg.channel) {
    if (!line.bySid.has(msg.sid)) orphan(core, line, msg.sid)
  } else if (slot.status !== "open" || slot.sid === undefined) {
    opened(core, line, slot, msg.sid, sent?.names ?? [], onSid)
  }
}

export const onOk = (core: Core, line: Line, message: Messages["ok"], onSid: OnSid, onCount: () => void): void => {
  const { id, msg } = message
  const sent = line.pending.get(id)
  const slot = sent?.slot
  if (slot === undefined || !isPresent(line, slot)) {
    onCount()
    if (sent === undefined) return
    succeed(core, line, sent)
    if (sent.kind === "verify" && Array.isArray(msg)) verified(core, line, sent, msg, onSid)
    return
  }
  // A late reply counts as long as nothing was sent since.
  const isLast = slot.lastCommandId === sent?.id
  const sid = "sid" in message ? message.sid : undefined
  if (sent?.kind === "subscribe" && sid !== undefined && slot.status !== "open") {
    // The channel was open: the exchange merged the command into its subscription.
    opened(core, line, slot, sid, sent.names, onSid)
  }
  onCount()
  if (sent === undefined) return
  succeed(core, line, sent)
  if (!isLast || slot.sid !== sid) return
  slot.status = "open"
  if (sent.kind === "add" || sent.kind === "subscribe") for (const name of sent.names) slot.acknowledged.add(name)
  if (sent.kind === "delete") {
    for (const name of sent.names) {
      slot.acknowledged.delete(name)
      slot.booked.delete(name)
    }
  }
  for (const name of sent.names) slot.doubtful.delete(name)
  if (sent.kind !== "snapshot") compare(core, slot, sent, listOf(slot, msg))
  core.touch(slot)
}

/** Returns the list of a reply. Undefined if it has none, which is not the empty list. */
const listOf = (slot: Slot, msg: Messages["ok"]["msg"]): ReadonlyArray<string> | undefined => {
  const parameter = slot.topic.kind?.parameter
  if (parameter === undefined || msg === undefined || Array.isArray(msg)) return undefined
  const list = (msg as Readonly<Record<string, unknown>>)[parameter] // any object can be indexed by a string
  // The schema has a list of texts in each of these members.
  return Array.isArray(list) ? (list as ReadonlyArray<string>) : undefined
}

/** Takes the exchange's list of what it sends as the truth. */
const compare = (core: Core, slot: Slot, sent: Sent<Slot>, list: ReadonlyArray<string> | undefined): void => {
  if (list === undefined) return
  slot.acknowledged = new Set(list)
  slot.doubtful.clear()
  if (sent.kind === "delete") return
  const markets = sent.names.filter((name) => slot.names.has(name) && !slot.acknowledged.has(name))
  if (markets.length === 0) return
  refuse(core, slot.topic, markets, new MarketsNotListed({ channel: slot.topic.channel, markets }))
}

export const onUnsubscribed = (core: Core, line: Line, { id, sid }: Messages["unsubscribed"]): void => {
  const sent = line.pending.get(id)
  if (sent !== undefined) {
    succeed(core, line, sent)
    const { slot } = sent
    // A late reply is about an older subscription, whose `sid` may be used again.
    const isInTime = slot?.status === "closing" || slot?.status === "unknown"
    if (slot !== undefined && isInTime && slot.sid === sid && slot.lastCommandId === sent.id) closed(core, slot)
  } else if (isAbsent(id)) {
    const slot = line.bySid.get(sid)
    if (slot === undefined) return
    const { channel } = slot.topic
    reset(core, slot)
    for (const member of usersOf(slot)) end(core, member, new SubscriptionEnded({ channel }))
  }
}

/** What an error of the exchange asks for. */
type Reaction = "refuse" | "reopen" | "verify" | "spread" | "slowDown"

const reactions: Readonly<Record<number, Reaction>> = {
  // The exchange has no such subscription.
  7: "reopen",
  10: "reopen",
  18: "verify",
  25: "reopen",
  26: "spread",
  27: "slowDown"
}

const isCode = (code: number): code is keyof typeof errorCodes => Object.hasOwn(errorCodes, code)

const refusalOf = (channel: ChannelName, msg: Messages["error"]["msg"], markets: ReadonlyArray<string>) =>
  new SubscriptionRefused({
    channel,
    code: msg.code,
    codeName: isCode(msg.code) ? errorCodes[msg.code].name : undefined,
    reason: msg.msg,
    markets
  })

export const onError = (core: Core, line: Line, { id, msg, sid }: Messages["error"]): void => {
  const sent = line.pending.get(id)
  const reaction = reactions[msg.code] ?? "refuse"
  if (sent !== undefined) settle(core, line, sent)
  if (reaction === "slowDown") line.pace.refused(core.now())
  const slot = sent?.slot ?? (sid === undefined ? undefined : line.bySid.get(sid))
  if (slot === undefined || !isPresent(line, slot)) {
    // A list that is refused decides nothing: the state of the connection is unknown.
    if (sent?.kind === "verify" && reaction === "slowDown") line.mustVerify = true
    else if (sent?.kind === "verify") {
      redial(core, line, { _tag: "ProbeRefused", code: msg.code, reason: msg.msg })
    } else if (sent === undefined && isAbsent(id) && reaction !== "slowDown") line.mustVerify = true
    core.isDirty = true
    return
  }
  if (sent !== undefined) onRefusedCommand(core, line, slot, sent, msg, reaction)
  // A late error of a command that is forgotten ends nothing.
  else if (isAbsent(id) || reaction === "reopen") onUnaskedError(core, line, slot, msg, reaction)
}

/** An error of a subscription that no command caused. */
const onUnaskedError = (
  core: Core,
  line: Line,
  slot: Slot,
  msg: Messages["error"]["msg"],
  reaction: Reaction
): void => {
  switch (reaction) {
    case "reopen":
      return reopen(core, slot, msg)
    case "verify":
      line.mustVerify = true
      core.isDirty = true
      return
    case "slowDown":
      return
    default:
      for (const member of usersOf(slot)) end(core, member, refusalOf(slot.topic.channel, msg, [...member.names]))
  }
}

/** The exchange ended a subscription, or has none under this `sid`: it is opened again after a wait. */
const reopen = (core: Core, slot: Slot, { code, msg }: { readonly code?: number; readonly msg: string }): void => {
  if (slot.status === "open" && core.now() - slot.openedMillis >= core.settings.stableMillis) slot.backoff.reset()
  reset(core, slot)
  slot.notBeforeMillis = core.now() + slot.backoff.next()
  interrupt(core, slot, { _tag: "SubscriptionLost", code, reason: msg })
}

/** Ends a subscription and opens it again. */
export const reopenSlot = (core: Core, slot: Slot, reason: string): void => {
  slot.reopenReason = reason
  core.touch(slot)
}

/** The exchange no longer has a subscription that the session ended. */
const closed = (core: Core, slot: Slot): void => {
  const { reopenReason: reason } = slot
  reset(core, slot)
  if (reason !== undefined) interrupt(core, slot, { _tag: "SubscriptionLost", code: undefined, reason })
}

/** The status of a slot whose command was not carried out. */
const revert = (slot: Slot): void => {
  slot.status = slot.sid === undefined ? "closed" : "open"
}

const onRefusedCommand = (
  core: Core,
  line: Line,
  slot: Slot,
  sent: Sent<Slot>,
  msg: Messages["error"]["msg"],
  reaction: Reaction
): void => {
  // A late refusal says nothing about what was sent since.
  if (slot.lastCommandId !== sent.id) return
  const named = new Set([...(msg.market_tickers ?? []), msg.market_ticker])
  const culprits = sent.names.filter((name) => named.has(name))
  revert(slot)
  switch (reaction) {
    case "slowDown":
      if (sent.kind === "snapshot") for (const name of sent.names) slot.requested.add(name)
      return
    case "verify":
      return doubt(core, line, slot, sent)
    case "reopen":
      return sent.kind === "unsubscribe" ? closed(core, slot) : reopen(core, slot, msg)
    case "spread":
      return spread(core, slot, sent, msg)
    case "refuse":
      return onRefused(core, slot, sent, msg, culprits)
  }
}

/** The exchange accepts no more markets in this subscription: others go to another connection. */
const spread = (core: Core, slot: Slot, sent: Sent<Slot>, msg: Messages["error"]["msg"]): void => {
  const { topic } = slot
  if (slot.acknowledged.size === 0) {
    // Not even so many at once. One market alone cannot be split.
    if (sent.names.length > 1) slot.chunk = Math.ceil(sent.names.length / 2)
    else refuse(core, topic, sent.names, refusalOf(topic.channel, msg, sent.names))
    return
  }
  slot.maxNames = slot.acknowledged.size
  const surplus = [...slot.names].filter((name) => !slot.acknowledged.has(name))
  for (const name of surplus) slot.awaited.delete(name)
  unplace(core, topic, surplus)
  const left = place(core, topic, surplus)
  if (left.length > 0) refuse(core, topic, left, refusalOf(topic.channel, msg, left))
}

const onRefused = (
  core: Core,
  slot: Slot,
  sent: Sent<Slot>,
  msg: Messages["error"]["msg"],
  culprits: ReadonlyArray<string>
): void => {
  const { topic } = slot
  switch (sent.kind) {
    case "subscribe":
    case "add": {
      const names = culprits.length > 0 ? culprits : sent.names
      for (const name of names) slot.awaited.delete(name)
      if (culprits.length === 0 && names.length > 1) {
        // Which one is at fault is not known: halves find it, and the others are kept.
        slot.chunk = Math.ceil(names.length / 2)
        return
      }
      return refuse(core, topic, names, refusalOf(topic.channel, msg, names))
    }
    case "snapshot":
      // Most likely the exchange does not send these markets: they are added again.
      for (const name of culprits.length > 0 ? culprits : sent.names) slot.acknowledged.delete(name)
      return
    case "delete":
      // What it sends of them nevertheless has no user.
      for (const name of sent.names) {
        slot.acknowledged.delete(name)
        slot.doubtful.delete(name)
      }
      return
    case "unsubscribe":
      // What it still sends is ignored, and a later subscribe is merged with it.
      return closed(core, slot)
    default:
  }
}

/** The list of the exchange decides about commands without a reply, and about silent subscriptions. */
const verified = (
  core: Core,
  line: Line,
  sent: Sent<Slot>,
  list: ReadonlyArray<{ readonly channel: string; readonly sid: number }>,
  onSid: OnSid
): void => {
  const sids = new Map(list.map(({ channel, sid }) => [sid, channel]))
  for (const slot of line.slots) {
    // What was sent after the list was requested is not in it.
    if (slot.command !== undefined || slot.lastCommandId > sent.id) continue
    const { channel } = slot.topic
    slot.leaving = undefined
    if (slot.sid !== undefined && sids.get(slot.sid) === channel) {
      slot.status = "open"
      core.touch(slot)
      giveUp(core, slot)
    } else if (slot.sid !== undefined) {
      if (slot.isWanted) reopen(core, slot, { msg: "it is not in the list of subscriptions" })
      else reset(core, slot)
    } else if (slot.status === "unknown") {
      const found = list.find((item) => item.channel === channel && !line.bySid.has(item.sid))
      if (found === undefined) slot.status = "closed"
      else opened(core, line, slot, found.sid, [], onSid)
      core.touch(slot)
      giveUp(core, slot)
    }
  }
  const isPending = ({ command, topic }: Slot, channel: string): boolean =>
    topic.channel === channel && command !== undefined
  for (const [sid, channel] of sids) {
    if (!line.bySid.has(sid) && !line.slots.some((slot) => isPending(slot, channel))) orphan(core, line, sid)
  }
}

/** Ends what the exchange does not acknowledge, although it answers other commands. */
const giveUp = (core: Core, slot: Slot): void => {
  const { commandAttempts, commandTimeoutMillis } = core.settings
  if (slot.unanswered < commandAttempts || !slot.isWanted) return
  const { channel, kind } = slot.topic
  const markets = kind === undefined ? [] : [...slot.names].filter((name) => !slot.acknowledged.has(name))
  const error = new CommandTimedOut({
    channel,
    markets,
    timeoutMillis: commandTimeoutMillis,
    attempts: slot.unanswered
  })
  slot.unanswered = 0
  if (kind === undefined ? slot.sid === undefined : markets.length > 0) refuse(core, slot.topic, markets, error)
}

/** A command was not answered in time: the list of subscriptions decides what came of it. */
export const onTimeout = (core: Core, line: Line, sent: Sent<Slot>): void => {
  const { slot } = sent
  if (sent.kind === "verify") {
    return redial(core, line, { _tag: "Unresponsive", timeoutMillis: core.settings.commandTimeoutMillis })
  }
  if (slot?.command !== sent) return
  slot.command = undefined
  doubt(core, line, slot, sent)
}

/** Whether a command was carried out is unknown. */
const doubt = (core: Core, line: Line, slot: Slot, { kind, names }: Sent<Slot>): void => {
  slot.status = "unknown"
  slot.unanswered++
  if (kind === "delete") slot.leaving = new Set(names)
  if (kind === "subscribe" || kind === "add" || kind === "delete") {
    for (const name of names) {
      slot.acknowledged.delete(name)
      slot.doubtful.add(name)
    }
  }
  line.mustVerify = true
  core.isDirty = true
}
