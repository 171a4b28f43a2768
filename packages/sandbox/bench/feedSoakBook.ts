/** The messages between `feedSoak.ts` or `feedLines.ts` and the exchange's process, `feedSoakServer.ts`. */
import { createHash } from "node:crypto"

export type Level = readonly [price: string | number, count: string | number]

/**
 * A checksum of a book. A price divided by `scale.price` is in dollars, and a count divided by `scale.count` in
 * contracts.
 */
export const digestOf = (
  bids: ReadonlyArray<Level>,
  asks: ReadonlyArray<Level>,
  scale: { readonly price: number; readonly count: number } = { price: 1, count: 1 }
): string => {
  const side = (levels: ReadonlyArray<Level>) =>
    levels.map(
      ([price, count]) =>
        `${Math.round((Number(price) / scale.price) * 10_000)}:${Math.round((Number(count) / scale.count) * 100)}`
    )
  return createHash("sha1")
    .update(`${side(bids).join()}|${side(asks).join()}`)
    .digest("base64")
}

export type Recorded = readonly [ticker: string, clock: number, digest: string]

/** The faults in the sequence in which they occur, each with the milliseconds until the next fault. */
export const faults = {
  "connection reset": 3_000,
  "delta skipped": 3_000,
  "delta not JSON": 3_000,
  "delta repeated": 3_000,
  "deltas reordered": 3_000,
  "all messages stalled": 5_000,
  "connection closed": 3_000,
  "delta cut": 3_000,
  "delta of unknown type": 3_000,
  "delta below zero": 3_000,
  "book crossed": 3_000,
  "delta of zero": 3_000,
  "snapshots skipped": 4_000,
  "snapshots reordered": 4_000,
  "commands unanswered": 5_000,
  "subscription ended (10)": 4_000,
  "reader too slow (25)": 4_000,
  "upgrades refused": 5_000,
  maintenance: 4_000,
  "connection silent": 9_000
} as const

export type Fault = keyof typeof faults

/** The faults of one connection. The answer to `stalled` or `gapped` arrives after the fault has ended. */
export type LineFault = "reset" | "closed" | "stalled" | "gapped"

/** How long the fault `stalled` lasts. */
export const stallMillis = 600

/**
 * A request to the exchange's process. `connection` is the index of a connection in the list of open connections,
 * oldest first. `calm` removes all faults, and `stop` stops the changes. Before each answer, the process sends the
 * states of all books.
 */
export type Question =
  | { readonly fault: Fault }
  | { readonly lineFault: LineFault; readonly connection: number }
  | "calm"
  | "stop"
  | "connections"

/** What the process sends: its first message, states of books, the answer to a question, or a failure. */
export type Sent =
  | {
      readonly type: "served"
      readonly restUrl: string
      readonly tickers: ReadonlyArray<string>
      readonly keyId: string
      readonly privateKey: string
    }
  | { readonly type: "recorded"; readonly books: ReadonlyArray<Recorded> }
  | { readonly type: "answer"; readonly connections: number; readonly changes: number }
  | { readonly type: "failed"; readonly reason: string }
