/**
 * The suite's own order book. It shares no code with the client.
 *
 * @module
 */

/** The levels of a market. Keys: YES prices in ten-thousandths of a dollar. Values: hundredths of a contract. */
export interface Ledger {
  readonly yes: Map<number, number>
  readonly no: Map<number, number>
}

/** The members of the `msg` of a snapshot or a delta. */
export interface BookMessage {
  readonly market_ticker: string
  readonly clock: number
  readonly yes_dollars_fp?: ReadonlyArray<readonly [string, string]>
  readonly no_dollars_fp?: ReadonlyArray<readonly [string, string]>
  readonly side?: "yes" | "no"
  readonly price_dollars?: string
  readonly delta_fp?: string
}

const dollar = 10_000

const scaled = (text: string, factor: number): number => Math.round(Number(text) * factor)

/** The key of a price. With `hasYesPrices`, the subscription has YES prices on both sides. */
const keyOf = (side: "yes" | "no", price: string, hasYesPrices: boolean): number =>
  side === "yes" || hasYesPrices ? scaled(price, dollar) : dollar - scaled(price, dollar)

export const fromSnapshot = (msg: BookMessage, hasYesPrices: boolean): Ledger => {
  const levels = (side: "yes" | "no") =>
    new Map(
      (side === "yes" ? msg.yes_dollars_fp : msg.no_dollars_fp)?.map(
        ([price, count]) => [keyOf(side, price, hasYesPrices), scaled(count, 100)] as const
      )
    )
  return { yes: levels("yes"), no: levels("no") }
}

export const apply = (ledger: Ledger, { delta_fp, price_dollars, side }: BookMessage, hasYesPrices: boolean): void => {
  if (side === undefined || price_dollars === undefined || delta_fp === undefined) return
  const key = keyOf(side, price_dollars, hasYesPrices)
  const count = (ledger[side].get(key) ?? 0) + scaled(delta_fp, 100)
  if (count === 0) ledger[side].delete(key)
  else ledger[side].set(key, count)
}

/** Prints a book whose sides are sorted, best level first. All books of the suite are compared in this form. */
export const print = (bids: ReadonlyArray<readonly [number, number]>, asks: ReadonlyArray<readonly [number, number]>) =>
  [bids, asks].map((side) => side.map(([price, count]) => `${price}×${count}`).join(" ")).join(" | ")

export const show = ({ no, yes }: Ledger): string =>
  print(
    [...yes].toSorted(([left], [right]) => right - left),
    [...no].toSorted(([left], [right]) => left - right)
  )

export const showLevels = (
  bids: ReadonlyArray<{ readonly price: string; readonly count: string }>,
  asks: ReadonlyArray<{ readonly price: string; readonly count: string }>
): string => {
  const pairs = (levels: typeof bids) =>
    levels.map(({ count, price }) => [scaled(price, dollar), scaled(count, 100)] as const)
  return print(pairs(bids), pairs(asks))
}
