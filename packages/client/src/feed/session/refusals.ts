/**
 * What the errors of the exchange change: an error that answers a command, or that ends a subscription by itself.
 *
 * @module
 */
import { type ChannelName, errorCodes, type Messages } from "../../generated/feed.ts"
import { SubscriptionRefused } from "../FeedError.ts"
import type { Core } from "./core.ts"
import { end, refuse, usersOf } from "./delivery.ts"
import { dropLine, redial } from "./dialling.ts"
import type { Line, Slot } from "./model.ts"
import type { Sent } from "./pending.ts"
import { place, unplace } from "./placement.ts"
import { closed, doubt, isAbsent, isPresent, reopen, revert, settle } from "./transitions.ts"

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
  // The old connection carries them: it stays.
  if (slot.line.replaces !== undefined) return dropLine(core, slot.line)
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
  const names = culprits.length > 0 ? culprits : sent.names
  switch (sent.kind) {
    case "subscribe":
    case "add":
    case "delete":
      if (culprits.length === 0 && names.length > 1) {
        // Which one is at fault is not known: halves find it, and the others are carried out.
        slot.chunk = Math.ceil(names.length / 2)
        return
      }
      for (const name of names) {
        slot.awaited.delete(name)
        slot.acknowledged.delete(name)
        slot.doubtful.delete(name)
      }
      // What the exchange still sends of a name that it does not remove has no user.
      return sent.kind === "delete" ? undefined : refuse(core, topic, names, refusalOf(topic.channel, msg, names))
    case "snapshot":
      // Most likely the exchange does not send these markets: they are added again.
      for (const name of names) slot.acknowledged.delete(name)
      return
    case "unsubscribe":
      // What it still sends is ignored, and a later subscribe is merged with it.
      return closed(core, slot)
    default:
  }
}
