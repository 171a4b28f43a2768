/**
 * The forms in which a relay sends the changes and snapshots of an order book.
 *
 * @module
 */
/** The `msg` of a delta (a change of one price level), with prices of YES. */
export interface Delta {
  readonly market_ticker: string
  readonly market_id: string
  readonly clock?: number
  readonly price_dollars: string
  readonly delta_fp: string
  readonly side: string
  readonly client_order_id?: string
  readonly subaccount?: number
}

/** A level of one side: the price of YES and the count. */
export type WireLevel = readonly [price: string, count: string]

const parts = /^(\d+)(?:\.(\d+))?$/

/** Writes a price with at least four decimals, as the exchange does. */
export const padPrice = (price: string): string => {
  const [, whole = "0", decimals = ""] = parts.exec(price) ?? []
  return `${whole}.${decimals.padEnd(4, "0")}`
}

/** Returns one dollar minus the price: exact, with as many decimals as the price. */
export const complement = (price: string): string => {
  const [, whole = "0", decimals = ""] = parts.exec(price) ?? []
  const unit = 10n ** BigInt(decimals.length)
  const left = unit - BigInt(whole + decimals)
  const digits = left.toString().padStart(decimals.length + 1, "0")
  return decimals === "" ? digits : `${digits.slice(0, -decimals.length)}.${digits.slice(-decimals.length)}`
}

export interface Form {
  /** Whether the side of NO has prices of YES. */
  readonly useYesPrice: boolean
  /**
   * Whether a change contains the `client_order_id` and the subaccount of the user's own order that caused the change.
   */
  readonly isPrivate: boolean
}

export const deltaBody = (delta: Delta, { isPrivate, useYesPrice }: Form): string => {
  const { client_order_id, price_dollars, subaccount, ...shared } = delta
  const price = useYesPrice || delta.side !== "no" ? price_dollars : complement(price_dollars)
  return JSON.stringify({
    ...shared,
    price_dollars: price,
    ...(isPrivate && client_order_id !== undefined ? { client_order_id } : {}),
    ...(isPrivate && subaccount !== undefined ? { subaccount } : {})
  })
}

export interface WireBook {
  readonly market_ticker: string
  readonly market_id: string
  /** Undefined if the exchange sends no clock. */
  readonly clock: number | undefined
  /** The best level first. */
  readonly bids: ReadonlyArray<WireLevel>
  /** The best level first. Prices of YES. */
  readonly asks: ReadonlyArray<WireLevel>
}

/** Returns the `msg` of a snapshot. As on the exchange, the best level is last, and an empty side has no key. */
export const snapshotBody = (book: WireBook, useYesPrice: boolean): string => {
  const { asks, bids, clock, market_id, market_ticker } = book
  const no = useYesPrice ? asks : asks.map(([price, count]) => [complement(price), count] as const)
  return JSON.stringify({
    market_ticker,
    market_id,
    ...(clock === undefined ? {} : { clock }),
    ...(bids.length === 0 ? {} : { yes_dollars_fp: bids.toReversed() }),
    ...(asks.length === 0 ? {} : { no_dollars_fp: no.toReversed() })
  })
}
