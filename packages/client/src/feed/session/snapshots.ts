/**
 * Tracks the snapshots of books that must arrive, each with a deadline. A slot is a subscription at the exchange (see
 * `model.ts`).
 *
 * @module
 */
import type { Core } from "./core.ts"
import type { Slot, Topic } from "./model.ts"
import { slotOf } from "./placement.ts"

/** A market that already waits keeps its deadline. */
export const expectSnapshots = (core: Core, slot: Slot, names: ReadonlyArray<string>): void => {
  const now = core.now()
  for (const name of names) {
    if (!slot.awaited.has(name)) {
      slot.awaited.set(name, {
        deadlineMillis: now + core.settings.snapshotTimeoutMillis,
        sinceMillis: now,
        requestedAt: undefined,
        isLastRequest: false
      })
    }
  }
}

const request = (core: Core, slot: Slot, name: string, sinceMillis: number, isLastRequest: boolean): void => {
  // The entry is deleted first, so that the entries stay in the order of their deadlines.
  slot.awaited.delete(name)
  slot.awaited.set(name, {
    deadlineMillis: core.now() + core.settings.snapshotTimeoutMillis,
    sinceMillis,
    requestedAt: slot.received,
    isLastRequest
  })
  slot.requested.add(name)
  core.touch(slot)
}

/** Restarts the deadlines of these snapshots, because their request is sent now. */
export const requestSent = (core: Core, slot: Slot, names: ReadonlyArray<string>): void => {
  const deadlineMillis = core.now() + core.settings.snapshotTimeoutMillis
  for (const name of names) {
    const awaited = slot.awaited.get(name)
    if (awaited === undefined) continue
    slot.awaited.delete(name)
    slot.awaited.set(name, { ...awaited, deadlineMillis, requestedAt: slot.received })
  }
}

export const requestSnapshots = (core: Core, topic: Topic, names: Iterable<string>): void => {
  for (const name of names) {
    const slot = slotOf(topic, name)
    // If a market is not subscribed yet, the exchange will send its first snapshot without a request.
    const isOpen = slot !== undefined && (slot.acknowledged.has(name) || slot.booked.has(name))
    if (isOpen && !slot.awaited.has(name)) {
      request(core, slot, name, core.now(), false)
    }
  }
}

export interface Missing {
  /** Markets whose snapshot did not arrive on request. */
  readonly names: ReadonlyArray<string>
  readonly waitedMillis: number
  /** Whether no message arrived since the request. If so, the subscription may have failed silently. */
  readonly isSilent: boolean
}

/** Requests late snapshots once more. Returns the markets whose snapshot is late again. */
export const checkSnapshots = (core: Core, slot: Slot): Missing | undefined => {
  const now = core.now()
  const late: Array<string> = []
  for (const [name, { deadlineMillis }] of slot.awaited) {
    if (deadlineMillis > now) break
    late.push(name)
  }
  const missing: Array<string> = []
  let waitedMillis = 0
  let isSilent = false
  for (const name of late) {
    const awaited = slot.awaited.get(name)!
    if (!slot.names.has(name)) {
      slot.awaited.delete(name)
    } else if (awaited.isLastRequest && !slot.requested.has(name)) {
      slot.awaited.delete(name)
      missing.push(name)
      waitedMillis = Math.max(waitedMillis, now - awaited.sinceMillis)
      isSilent ||= awaited.requestedAt === slot.received
    } else {
      // The snapshot is late for the first time, or its request could not be sent yet.
      request(core, slot, name, awaited.sinceMillis, awaited.isLastRequest || !slot.requested.has(name))
    }
  }
  return missing.length === 0 ? undefined : { names: missing, waitedMillis, isSilent }
}

/** Tests a silent subscription to books by a request for the snapshot of one market. The markets take turns. */
export const probeBook = (core: Core, slot: Slot): void => {
  for (const name of slot.acknowledged) {
    if (!slot.awaited.has(name)) {
      slot.acknowledged.delete(name)
      slot.acknowledged.add(name)
      request(core, slot, name, core.now(), true)
    }
    return
  }
}
