/**
 * Cash, positions and fees, to the last micro-dollar.
 *
 * A position is a signed count: positive is YES, negative is NO. A pair of YES and NO is worth a dollar whoever holds
 * it, so buying YES against a NO position gives the dollar back: cash, a dollar for every pair outstanding, and the
 * fees taken always add up to what was deposited. Amounts are bigints here, because they add up without a bound.
 *
 * @module
 */
import { dollar } from "./decimal.ts"

/** What one subaccount holds. */
export interface Holding {
  cashMicros: bigint
  feesMicros: bigint
  /** By market ticker, in hundredths of a contract. A market without a position has no entry. */
  readonly positions: Map<string, number>
}

export const makeHolding = (cashMicros: bigint): Holding => ({ cashMicros, feesMicros: 0n, positions: new Map() })

/** Books one fill for one of its parties. `price` is that of YES, in ten-thousandths of a dollar. */
export const bookFill = (
  holding: Holding,
  ticker: string,
  side: "bid" | "ask",
  count: number,
  price: number,
  feeMicros: number
): void => {
  const before = holding.positions.get(ticker) ?? 0
  const after = side === "bid" ? before + count : before - count
  const closed = Math.min(count, side === "bid" ? Math.max(0, -before) : Math.max(0, before))
  const ownPrice = side === "bid" ? price : dollar - price
  // Opening costs the price of the own side. Closing pays that price too and returns the dollar of the pair.
  holding.cashMicros += BigInt(closed * dollar - count * ownPrice - feeMicros)
  holding.feesMicros += BigInt(feeMicros)
  if (after === 0) {
    holding.positions.delete(ticker)
  } else {
    holding.positions.set(ticker, after)
  }
}
