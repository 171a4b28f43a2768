/**
 * Handles commands without a reply. The exchange's list of subscriptions shows which subscriptions are open. A slot is
 * a subscription at the exchange, and a line is a connection (see `model.ts`).
 *
 * @module
 */
import { CommandTimedOut } from "../FeedError.ts"
import type { Core } from "./core.ts"
import { redial, refuseNames } from "./dialling.ts"
import type { Line, Slot } from "./model.ts"
import type { Sent } from "./pending.ts"
import { doubt, opened, orphan, type OnSid, reopen, reset } from "./transitions.ts"

export const onTimeout = (core: Core, line: Line, sent: Sent<Slot>): void => {
  const { slot } = sent
  if (sent.kind === "verify") {
    return redial(core, line, { _tag: "Unresponsive", timeoutMillis: core.settings.commandTimeoutMillis })
  }
  // An earlier timeout can have ended the connection.
  if (sent.kind === "orphan" && line.status === "open") line.mustVerify = true
  if (slot?.command !== sent) return
  slot.command = undefined
  doubt(core, line, slot, sent)
}

export const verified = (
  core: Core,
  line: Line,
  sent: Sent<Slot>,
  list: ReadonlyArray<{ readonly channel: string; readonly sid: number }>,
  onSid: OnSid
): void => {
  const sids = new Map(list.map(({ channel, sid }) => [sid, channel]))
  for (const slot of line.slots) {
    // The list does not show the effect of commands that were sent after the request for the list.
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

/** Refuses the names that the exchange did not acknowledge in several attempts, although it answers other commands. */
const giveUp = (core: Core, slot: Slot): void => {
  const { commandAttempts, commandTimeoutMillis } = core.settings
  if (slot.unanswered < commandAttempts || !slot.isWanted) return
  const { channel, kind } = slot.topic
  // If a name is neither acknowledged nor doubtful, no command has contained it yet.
  const isUnanswered = (name: string): boolean => slot.doubtful.has(name) && !slot.acknowledged.has(name)
  const markets = [...slot.names].filter(isUnanswered)
  const error = new CommandTimedOut({
    channel,
    markets,
    timeoutMillis: commandTimeoutMillis,
    attempts: slot.unanswered
  })
  slot.unanswered = 0
  if (kind === undefined ? slot.sid === undefined : markets.length > 0) refuseNames(core, slot, markets, error)
}
