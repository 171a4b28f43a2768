/**
 * Sends commands. Each command has its own id.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Command, SubscribeCommandParams } from "../../generated/feed.ts"
import * as FeedMessages from "../FeedMessages.ts"
import type { Core } from "./core.ts"
import { announceBooks, announceRequest } from "./delivery.ts"
import type { Line, Slot } from "./model.ts"
import type { CommandKind, Sent } from "./pending.ts"
import { expectSnapshots } from "./snapshots.ts"
import { startLeaving } from "./transitions.ts"

/** A command to send for a slot (a subscription at the exchange). */
export interface Step {
  readonly kind: Exclude<CommandKind, "verify" | "orphan">
  readonly names: ReadonlyArray<string>
}

/** Builds the command of a step. Its parameters were checked when the subscription was requested. */
const commandOf = (id: number, slot: Slot, { kind, names }: Step): Command => {
  const { channel, kind: nameKind, options } = slot.topic
  const named = names.length === 0 ? {} : { [nameKind!.parameter]: names }
  switch (kind) {
    case "subscribe": {
      const params = { ...options, ...named, channels: [channel] } satisfies SubscribeCommandParams
      return { id, cmd: "subscribe", params }
    }
    case "unsubscribe":
      return { id, cmd: "unsubscribe", params: { sids: [slot.sid!] } }
    default: {
      const action =
        kind === "snapshot"
          ? "get_snapshot"
          : kind === "names"
            ? channel === "pyth_value"
              ? "underlying_list"
              : "indexlist"
            : nameKind!.actions[kind]
      const first = kind === "add" && options["send_initial_snapshot"] === true ? { send_initial_snapshot: true } : {}
      // The cast is safe: the action and the parameter of the names belong to the same channel.
      return { id, cmd: "update_subscription", params: { action, sid: slot.sid!, ...first, ...named } } as Command
    }
  }
}

const register = (
  core: Core,
  line: Line,
  kind: CommandKind,
  slot: Slot | undefined,
  names: ReadonlyArray<string>
): Sent<Slot> => {
  const deadlineMillis = core.now() + core.settings.commandTimeoutMillis
  const sent = { id: ++core.lastCommandId, kind, slot, names, deadlineMillis }
  line.pending.add(sent)
  line.pace.take()
  return sent
}

const transmit = (core: Core, line: Line, command: Command): void =>
  core.outside.send(line.generation!, Result.getOrThrow(FeedMessages.encode(command)))

export const send = (core: Core, slot: Slot, step: Step): void => {
  const { kind, names } = step
  const sent = register(core, slot.line, kind, slot, names)
  const command = commandOf(sent.id, slot, step)
  slot.command = sent
  slot.lastCommandId = sent.id
  if (kind === "subscribe") slot.status = "opening"
  if (kind === "unsubscribe") slot.status = "closing"
  startLeaving(slot, sent)
  if (slot.topic.isBook && (kind === "subscribe" || kind === "add")) {
    expectSnapshots(core, slot, names)
    announceBooks(core, slot, names)
  }
  if (kind === "snapshot") announceRequest(core, slot, sent.id, names)
  transmit(core, slot.line, command)
}

export const sendVerify = (core: Core, line: Line): void => {
  line.mustVerify = false
  line.verifying = register(core, line, "verify", undefined, [])
  transmit(core, line, { id: line.verifying.id, cmd: "list_subscriptions" })
}

/** Ends the orphans: the subscriptions that no one uses. */
export const sendOrphans = (core: Core, line: Line): void => {
  const sids = [...line.orphans]
  line.orphans.clear()
  const { id } = register(core, line, "orphan", undefined, [])
  transmit(core, line, { id, cmd: "unsubscribe", params: { sids } })
}
