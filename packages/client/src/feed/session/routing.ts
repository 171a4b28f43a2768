/**
 * Routes the messages of a connection. Counts messages, delivers data to the users of the subscription, and passes
 * replies to their handlers. A slot is a subscription at the exchange, and a line is a connection (see `model.ts`).
 *
 * @module
 */
import type { Message } from "../../generated/feed.ts"
import { isRecord } from "../../record.ts"
import { unknownKeys } from "../unknownKeys.ts"
import type { Core } from "./core.ts"
import { deliver, emit } from "./delivery.ts"
import type { Early } from "./early.ts"
import type { GapReason, SessionEvent } from "./events.ts"
import type { Line, Slot, Topic } from "./model.ts"
import { onError } from "./refusals.ts"
import { onOk, onSubscribed, onUnsubscribed } from "./replies.ts"
import { verdictOf } from "./seq.ts"
import { settle } from "./transitions.ts"

type Reply = Extract<Message, { readonly type: "subscribed" | "ok" | "unsubscribed" | "error" }>
type DataMessage = Exclude<Message, Reply>

/** Handles a decoded message. `text` is its frame. */
export const route = (core: Core, line: Line, message: Message, receivedMillis: number, text: string): void => {
  switch (message.type) {
    case "subscribed":
      onSubscribed(core, line, message, (slot, sid) => releaseEarly(core, line, slot, sid))
      return
    case "ok":
      // An `ok` can answer a subscribe command that the exchange merged into an existing subscription. `onOk` must know
      // the `sid` of that subscription before it counts the reply.
      onOk(
        core,
        line,
        message,
        (slot, sid) => releaseEarly(core, line, slot, sid),
        () => countReply(core, line, message)
      )
      return
    case "unsubscribed":
      countReply(core, line, message)
      onUnsubscribed(core, line, message)
      return
    case "error":
      countReply(core, line, message)
      onError(core, line, message)
      return
    default:
      onData(core, line, { message, receivedMillis, text })
  }
}

const countReply = (core: Core, line: Line, reply: Exclude<Reply, { readonly type: "subscribed" }>): void => {
  if (!("sid" in reply)) return
  const { seq, sid } = reply
  const slot = sid === undefined ? undefined : line.bySid.get(sid)
  if (slot !== undefined && seq !== undefined) count(core, slot, seq)
}

/** Counts a message. Returns false for a repeated message. */
const count = (core: Core, slot: Slot, seq: number): boolean => {
  // On channels that are not sequenced, replies carry a `seq`, but data does not.
  if (!slot.topic.isSequenced) return true
  const { lastSeq } = slot
  const verdict = verdictOf(lastSeq, seq)
  slot.lastSeq = seq
  if (verdict === "next") return true
  if (verdict === "duplicate") {
    core.counters.duplicates++
    return false
  }
  gap(core, slot, verdict, lastSeq + 1, seq)
  return true
}

const gap = (core: Core, slot: Slot, reason: GapReason, expectedSeq: number, receivedSeq: number): void => {
  core.counters.gaps++
  core.outside.observer?.onGap(slot.topic.channel, reason)
  const { line, names, sid } = slot
  // A slot that receives messages has an id (`sid`), and its connection has a number (`generation`).
  emit(core, slot, undefined, {
    _tag: "Gap",
    generation: line.generation!,
    sid: sid!,
    reason,
    expectedSeq,
    receivedSeq,
    markets: [...names]
  })
}

/** Whether the reply to a subscribe command is still expected. */
const isOpening = ({ sid, status }: Slot): boolean =>
  status === "opening" || (status === "unknown" && sid === undefined)

/** A data message, and its frame. */
interface Data {
  readonly message: DataMessage
  readonly receivedMillis: number
  readonly text: string
}

const onData = (core: Core, line: Line, data: Data): void => {
  const { sid } = data.message
  const slot = line.bySid.get(sid)
  if (slot === undefined) {
    if (line.slots.some(isOpening)) line.early.hold(sid, { _tag: "Decoded", ...data })
    else core.counters.stray++
    return
  }
  deliverData(core, line, slot, data)
}

const deliverData = (core: Core, line: Line, slot: Slot, { message, receivedMillis, text: frame }: Data): void => {
  const { topic } = slot
  // The schema of a sequenced channel's messages requires `seq`.
  if ("seq" in message && !count(core, slot, message.seq)) return
  slot.received++
  core.counters.messages++
  core.outside.observer?.onMessage(topic.channel, message.sending_ts_ms, receivedMillis)
  if (!topic.types.has(message.type)) {
    core.counters.undecodable++
    core.outside.observer?.onUndecodable("InvalidMessage")
    const reason = `a message of type ${message.type} is not part of ${topic.channel}`
    const text = JSON.stringify(message).slice(0, maxText)
    const shared = { generation: line.generation!, sid: message.sid, market: undefined, text } as const
    return emit(core, slot, undefined, { _tag: "Undecodable", pointer: "/type", reason, ...shared })
  }
  const name = nameIn(topic, message.msg)
  // A reply about a name that is not wanted any more still completes its command.
  if ("id" in message) onDataReply(core, line, slot, message.id)
  const isSnapshot = message.type === "orderbook_snapshot"
  if (isSnapshot && name !== undefined) onSnapshotReply(core, slot, name)
  if (isLeaving(slot, name)) return
  if (isSnapshot) {
    if (name !== undefined) onSnapshot(core, slot, name)
    reportUnknownKeys(core, slot, name, message, frame)
  }
  emit(core, slot, name, { _tag: "Message", message, generation: line.generation!, sid: message.sid, receivedMillis })
  if (message.sending_ts_ms !== undefined) onDelay(core, line, message.sending_ts_ms, receivedMillis)
}

const nameIn = ({ kind }: Topic, msg: unknown): string | undefined => {
  const name = kind === undefined || !isRecord(msg) ? undefined : msg[kind.field]
  return typeof name === "string" ? name : undefined
}

/** Whether to drop a message. A user who joins during a removal receives messages only after the removal. */
const isLeaving = ({ isWanted, leaving, names }: Slot, name: string | undefined): boolean =>
  !isWanted || leaving === "all" || (name !== undefined && (!names.has(name) || leaving?.has(name) === true))

/** A list of indices or underlyings is both a data message and the reply to a command. */
const onDataReply = (core: Core, line: Line, slot: Slot, id: number | undefined): void => {
  const sent = line.pending.get(id)
  if (sent?.slot === slot && sent.kind === "names") settle(core, line, sent)
}

/**
 * Completes the request for a snapshot. A snapshot can lack the id of the command. The snapshot of any market of the
 * command shows that the exchange carried out the command.
 */
const onSnapshotReply = (core: Core, slot: Slot, name: string): void => {
  const { command } = slot
  if (command?.kind === "snapshot" && command.names.includes(name)) settle(core, slot.line, command)
}

const onSnapshot = (core: Core, slot: Slot, name: string): void => {
  slot.reopenedFor.delete(name)
  slot.awaited.delete(name)
  slot.booked.add(name)
  slot.requested.delete(name)
  // This can be the last snapshot that a connection waits for before it takes over.
  if (slot.line.replaces !== undefined) core.isDirty = true
}

const onDelay = (core: Core, line: Line, sendingMillis: number, receivedMillis: number): void => {
  const growthMillis = line.delay.observe(sendingMillis, receivedMillis)
  if (growthMillis === undefined) return
  const event = { _tag: "Delay", isLate: line.delay.isLate, growthMillis } as const
  for (const slot of line.slots) emit(core, slot, undefined, event)
}

const releaseEarly = (core: Core, line: Line, slot: Slot, sid: number): void => {
  const { isIncomplete, messages } = line.early.take(sid)
  for (const early of messages) {
    // A user can end the connection while a message is delivered.
    if (line.bySid.get(sid) !== slot) return
    if (early._tag === "Undecodable") deliverUndecodable(core, line, slot, early)
    // A decoded message that waits is a data message.
    else deliverData(core, line, slot, { ...early, message: early.message as DataMessage })
  }
  // No subscription is being opened, so the other messages are not needed. They would use up the room of later
  // subscriptions.
  if (!line.slots.some(isOpening)) {
    core.counters.stray += line.early.size
    line.early.clear()
  }
  if (isIncomplete) gap(core, slot, "overflow", slot.lastSeq + 1, slot.lastSeq + 1)
}

/**
 * Reports the unknown members of a snapshot that lacks a side. An absent side is normally an empty side, but the
 * exchange may have renamed it. Other snapshots are not searched, because the search parses the text a second time.
 */
const reportUnknownKeys = (
  core: Core,
  slot: Slot,
  name: string | undefined,
  { msg, sid }: Extract<DataMessage, { readonly type: "orderbook_snapshot" }>,
  text: string
): void => {
  const { market_ticker: market, no_dollars_fp, yes_dollars_fp } = msg
  if (yes_dollars_fp !== undefined && no_dollars_fp !== undefined) return
  // The text was decoded, so it is JSON.
  const pointers = unknownKeys(JSON.parse(text))
  if (pointers.length === 0) return
  emit(core, slot, name, { _tag: "UnknownKeys", generation: slot.line.generation!, sid, market, pointers })
}

const maxText = 500

/** The readable parts of a message that does not decode. */
interface Peeked {
  readonly sid: number | undefined
  readonly seq: number | undefined
  readonly msg: unknown
}

const peek = (text: string): Peeked => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    const sid = /"sid":\s*(\d{1,15})\s*[,}]/.exec(text)?.[1]
    // Text that is not JSON may have been cut, so its `seq` is not counted. The next message shows the loss.
    return { sid: sid === undefined ? undefined : Number(sid), seq: undefined, msg: undefined }
  }
  const number = (value: unknown): number | undefined =>
    typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined
  return isRecord(json)
    ? { sid: number(json["sid"]), seq: number(json["seq"]), msg: json["msg"] }
    : { sid: undefined, seq: undefined, msg: undefined }
}

type Undecodable = Omit<Extract<Early, { readonly _tag: "Undecodable" }>, "_tag">

const eventOf = (
  line: Line,
  sid: number | undefined,
  market: string | undefined,
  { error, text }: Undecodable
): SessionEvent => {
  const shared = { generation: line.generation!, sid, text: text.slice(0, maxText) }
  return error._tag === "UnknownMessage"
    ? { _tag: "UnknownMessage", type: error.type, ...shared }
    : { _tag: "Undecodable", market, pointer: error.pointer, reason: error.reason, ...shared }
}

const deliverUndecodable = (core: Core, line: Line, slot: Slot, undecodable: Undecodable): void => {
  if (undecodable.seq !== undefined) count(core, slot, undecodable.seq)
  // A message of unknown type goes to all users, because it may concern more markets than the market that it names.
  const name = undecodable.error._tag === "UnknownMessage" ? undefined : nameIn(slot.topic, undecodable.msg)
  const market = name !== undefined && slot.names.has(name) ? name : undefined
  emit(core, slot, market, eventOf(line, slot.sid, market, undecodable))
}

/**
 * Delivers an event about a message that did not decode. If no subscription has its `sid`, all users of the connection
 * receive the event, with two exceptions. While a subscription is being opened, an event with a `sid` is held. A
 * connection that has not taken over yet delivers nothing.
 */
export const routeUndecodable = (core: Core, line: Line, error: Undecodable["error"], text: string): void => {
  core.counters.undecodable++
  core.outside.observer?.onUndecodable(error._tag)
  const { msg, seq, sid } = peek(text)
  const slot = sid === undefined ? undefined : line.bySid.get(sid)
  const undecodable = { error, text, seq, msg }
  if (slot !== undefined) deliverUndecodable(core, line, slot, undecodable)
  else if (sid !== undefined && line.slots.some(isOpening))
    line.early.hold(sid, { _tag: "Undecodable", ...undecodable })
  else if (line.replaces === undefined) {
    deliver(
      core,
      [...new Set(line.slots.flatMap(({ topic }) => topic.members))],
      eventOf(line, sid, undefined, undecodable)
    )
  }
}
