/**
 * The price levels of a market.
 *
 * @module
 */
import { dollar } from "../exchange/decimal.ts"
import type { PriceRange } from "../exchange/Entities.ts"
import { countWhile } from "../exchange/pages.ts"

/** The prices of a market, ascending, in ten-thousandths of a dollar. */
export type Levels = ReadonlyArray<number>

export const levelsOf = (ranges: ReadonlyArray<PriceRange>): Levels => {
  const prices = new Set<number>()
  for (const { end, start, step } of ranges) {
    for (let price = start; price <= end; price += step) {
      if (price > 0 && price < dollar) {
        prices.add(price)
      }
    }
  }
  return [...prices].sort((left, right) => left - right)
}

export const atOrBelow = (levels: Levels, price: number): number | undefined =>
  levels[countWhile(levels.length, (index) => levels[index]! <= price) - 1]

export const atOrAbove = (levels: Levels, price: number): number | undefined =>
  levels[countWhile(levels.length, (index) => levels[index]! < price)]
