/**
 * Handles the errors of the exchange. Most errors answer a command. Any other error concerns a subscription or the
 * connection.
 *
 * @module
 */
import { type ChannelName, errorCodes, type Messages } from "../../generated/feed.ts"
import { SubscriptionRefused } from "../FeedError.ts"
import type { Core } from "./core.ts"
import { end, refuse, usersOf } from "./delivery.ts"
import { dropLine, redial, refuseNames } from "./dialling.ts"
import type { Line, Slot } from "./model.ts"
import type { Sent } from "./pending.ts"
import { place, slotOf, unplace } from "./placement.ts"
import { closed, doubt, isAbsent, isPresent, reopen, reopenSlot, revert, settle } from "./transitions.ts"

/**
 * How the session reacts to an error of the exchange.
 *
 * - `refuse`: reports the error to the users.
 * - `reopen`: opens the subscription again, because the exchange no longer has it.
 * - `verify`: requests the list of subscriptions.
 * - `spread`: moves markets to another connection.
 * - `slowDown`: sends commands more slowly.
 */
type Reaction = "refuse" | "reopen" | "verify" | "spread" | "slowDown"

const reactions: Readonly<Record<number, Reaction>> = {
  // `errorCodes` contains the names of the codes.
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
    // Without the list of subscriptions, the state of the connection stays unknown.
    if (sent?.kind === "verify" && reaction === "slowDown") line.mustVerify = true
    else if (sent?.kind === "verify") {
      redial(core, line, { _tag: "ProbeRefused", code: msg.code, reason: msg.msg })
    } else if (sent?.kind === "orphan") {
      // The list of subscriptions shows whether the exchange still has the subscription.
      if (reaction === "slowDown" || reaction === "verify") line.mustVerify = true
    } else if (isAbsent(id) && reaction !== "slowDown") line.mustVerify = true
    core.isDirty = true
    return
  }
  if (sent !== undefined) onRefusedCommand(core, line, slot, sent, msg, reaction)
  // An error with an unknown command id is usually ignored. It counts only if its code says that the subscription has
  // ended or does not exist.
  else if (isAbsent(id) || reaction === "reopen") onSubscriptionError(core, line, slot, msg, reaction)
}

/** Handles an error that answers no known command. */
const onSubscriptionError = (
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
      // The old connection still carries the subscription.
      if (line.replaces !== undefined) return dropLine(core, line)
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
  // A late refusal says nothing about later commands.
  if (slot.lastCommandId !== sent.id) return
  const named = new Set([...(msg.market_tickers ?? []), msg.market_ticker])
  const culprits = sent.names.filter((name) => named.has(name))
  revert(slot)
  switch (reaction) {
    case "slowDown":
      if (sent.kind === "snapshot") for (const name of sent.names) slot.requested.add(name)
      if (sent.kind === "names") slot.wantsNames = true
      return
    case "verify":
      return doubt(core, line, slot, sent)
    case "reopen":
      return sent.kind === "unsubscribe" ? closed(core, slot) : reopen(core, slot, msg)
    case "spread":
      if (sent.kind === "subscribe" || sent.kind === "add") return spread(core, slot, sent, msg)
      return onRefused(core, slot, sent, msg, culprits)
    case "refuse":
      return onRefused(core, slot, sent, msg, culprits)
  }
}

/** Moves the surplus markets to another connection, because the exchange accepts no more in this subscription. */
const spread = (core: Core, slot: Slot, sent: Sent<Slot>, msg: Messages["error"]["msg"]): void => {
  const { topic } = slot
  if (slot.acknowledged.size === 0) {
    // The exchange refused the whole command, so the next command has half as many names. One name cannot be halved.
    if (sent.names.length > 1) slot.chunk = Math.ceil(sent.names.length / 2)
    // Names in doubt may fill the subscription.
    else if (slot.sid !== undefined && slot.doubtful.size > 0) reopenSlot(core, slot, msg.msg)
    else refuseNames(core, slot, sent.names, refusalOf(topic.channel, msg, sent.names))
    return
  }
  // This connection would replace an old connection, which still carries the markets. So the session drops this
  // connection.
  if (slot.line.replaces !== undefined) return dropLine(core, slot.line)
  slot.maxNames = slot.acknowledged.size
  const surplus = [...slot.names].filter((name) => !slot.acknowledged.has(name))
  for (const name of surplus) slot.awaited.delete(name)
  unplace(core, topic, surplus)
  const left = place(core, topic, surplus)
  // The outage lasts until the other connections have the surplus markets, too.
  for (const name of surplus) {
    const other = slotOf(topic, name)
    if (other !== undefined) other.isInterrupted ||= slot.isInterrupted
  }
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
        // The error does not say which name is invalid. Smaller commands isolate that name.
        slot.chunk = Math.ceil(names.length / 2)
        return
      }
      for (const name of names) {
        slot.awaited.delete(name)
        slot.acknowledged.delete(name)
        slot.doubtful.delete(name)
      }
      // After a refused delete, the exchange can still send messages about the name. They are dropped while no user
      // wants the name.
      return sent.kind === "delete" ? undefined : refuseNames(core, slot, names, refusalOf(topic.channel, msg, names))
    case "snapshot":
      // Most likely the exchange sends no messages of these markets, so the session adds them again.
      for (const name of names) slot.acknowledged.delete(name)
      return
    case "unsubscribe":
      // The exchange kept the subscription. The session ignores its messages, and the exchange merges a later subscribe
      // command into it.
      return closed(core, slot)
    default:
  }
}
