/**
 * The records of a state file: a head, the parts of a snapshot, and the entries of the journal since the snapshot.
 *
 * @module
 */
import type { KeyKind } from "@kalshi-effect/signing/Signer"
import { readFileSync } from "node:fs"
import type { Assumptions } from "../Assumptions.ts"
import type { Command } from "../exchange/Commands.ts"
import type { Snapshot } from "../exchange/Exchange.ts"

export const format = 1

/** The clock of the exchange. `Host` in `operator/operator.ts` explains its fields. */
export interface ClockState {
  readonly isFrozen: boolean
  /** The time of a frozen clock before it was ever moved. */
  readonly createdMillis: number
  readonly offsetMillis: number
  readonly furthestMillis: number
  readonly restoredMillis: number
}

/** An initial account, without its private key. */
export interface InitialAccount {
  readonly name: string | undefined
  readonly kind: KeyKind
  readonly accountId: string
  readonly keyId: string
  readonly publicKey: string
}

/** The part of the head that never changes. */
export interface Origin {
  readonly format: number
  /** The version of this package. Another version may execute the same commands differently. */
  readonly version: string
  readonly seed: number
  readonly assumptions: Partial<Assumptions>
  readonly accounts: ReadonlyArray<InitialAccount>
}

/** The first record of a state file. */
export interface Head extends Origin {
  /** The number of parts of the snapshot. */
  readonly parts: number
  /** The number of the last entry whose effect is in the snapshot. */
  readonly seq: number
  readonly clock: ClockState
}

export interface Entry {
  readonly seq: number
  /** The number of the first entry that was written together with this entry. */
  readonly batch: number
  readonly change: Change
}

/** A command, or a change of the clock. `atMillis` is the exchange's time at the command, or before the change. */
export type Change =
  | { readonly atMillis: number; readonly command: Command }
  | { readonly atMillis: number; readonly clock: ClockState }

export interface Base {
  readonly snapshot: Snapshot
  readonly clock: ClockState
}

/** The assumptions that change responses, but not the state. */
const stateless: ReadonlyArray<keyof Assumptions> = [
  "timestampWindowMillis",
  "rsaSalt",
  "groupAutoCancelFlag",
  "groupOrders",
  "undeclaredStatuses",
  "marketLiquidity",
  "maxFeedConnections",
  "maxFeedMarkets",
  "maxFeedCommandsPerSecond",
  "maxFeedWaitingFrames",
  "pongTimeoutMillis",
  "pythFeed"
]

/** The assumptions that decide the state: a replay with other values would give another state. */
export const decisive = (assumptions: Assumptions): Partial<Assumptions> => {
  const kept: Partial<Assumptions> = { ...assumptions }
  for (const name of stateless) {
    delete (kept as Partial<Record<keyof Assumptions, unknown>>)[name] // this changes only the copy
  }
  return kept
}

/**
 * Reads the version of this package. The path of `package.json` is the same for the source, the compiled file and the
 * bundle.
 */
export const packageVersion = (): string => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string // every package.json has a version
  }
  return version
}
