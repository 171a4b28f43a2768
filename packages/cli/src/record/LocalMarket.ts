/**
 * A market of a local exchange that follows a recorded order book.
 *
 * One account, the house, has resting orders with the recorded contracts at each price. Another account, the taker,
 * repeats the recorded trades. A repeated trade also fills a user's order when the turn of this order comes.
 * A user's order that crosses the recorded book takes contracts from it.
 *
 * - When a price level grows, the house places another order behind the orders at this price. When a level shrinks, the
 *   house cancels its newest orders first. If only a part of an order must go, the house places the remaining part
 *   again, behind the other orders.
 * - The contracts that a user takes from a price level are missing until the next recorded change of this level.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import type * as OrderBook from "@kalshi-effect/client/OrderBook"
import type * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { CommandError } from "../app/failures.ts"

type Side = OrderBook.Side

export interface Accounts {
  readonly house: string
  readonly taker: string
}

interface HouseLevel {
  readonly side: Side
  /** In ten-thousandths of a dollar. */
  readonly price: number
  /** The recorded contracts, in hundredths. */
  target: number
  /** Oldest first. Some may have been filled. */
  readonly orderIds: Array<string>
}

const unitsPerDollar = 10_000

/** The maximum number of house orders at a price. At the maximum, a larger order replaces the newest order. */
const maxOrders = 8

/** Converts a price to ten-thousandths of a dollar, the finest published price grid. */
const priceOf = (text: string): number => {
  const micros = FixedPoint.toMicros(FixedPoint.dollarsUnsafe(text))
  return Number(micros / 100n)
}

const countOf = (text: string): number => Number(FixedPoint.toHundredths(FixedPoint.countUnsafe(text)))

const printPrice = (price: number): string => `0.${String(price).padStart(4, "0")}`

const printCount = (hundredths: number): string => FixedPoint.fromHundredths(BigInt(hundredths))

/** Whether an order of this side with the limit `price` would trade at the price `other`. */
const reaches = (side: Side, price: number, other: number): boolean =>
  side === "bid" ? price >= other : price <= other

export interface RecordedTrade {
  readonly takerSide: Side
  readonly price: string
  readonly count: string
}

export class LocalMarket {
  readonly #operator: Sandbox.Operator
  readonly #accounts: Accounts
  readonly #ticker: string
  readonly #levels = new Map<string, HouseLevel>()

  constructor(operator: Sandbox.Operator, accounts: Accounts, ticker: string) {
    this.#operator = operator
    this.#accounts = accounts
    this.#ticker = ticker
  }

  follow({ asks, bids }: Pick<OrderBook.Book, "asks" | "bids">) {
    const missing = new Set(this.#levels.values())
    const changed = [
      ...bids.map(({ count, price }) => this.#aim("bid", price, count)),
      ...asks.map(({ count, price }) => this.#aim("ask", price, count))
    ]
    for (const level of changed) missing.delete(level)
    for (const level of missing) level.target = 0
    return this.#settle([...missing, ...changed])
  }

  change(levels: ReadonlyArray<{ readonly side: Side; readonly price: string; readonly count: string }>) {
    return this.#settle(levels.map(({ count, price, side }) => this.#aim(side, price, count)))
  }

  /**
   * Repeats a recorded trade, then restores the price levels: the recording also contains the changes of the book that
   * the trade caused, before or after the trade. Contracts that a user took before the trade stay missing.
   */
  trade({ count: countText, price: priceText, takerSide }: RecordedTrade) {
    return Effect.gen({ self: this }, function* () {
      const price = priceOf(priceText)
      const count = countOf(countText)
      if (price <= 0 || price >= unitsPerDollar) return
      const makerSide = takerSide === "bid" ? "ask" : "bid"
      const level = this.#level(makerSide, price)
      // The trade would have crossed these levels, so they did not exist at the time of the trade.
      const inTheWay = [...this.#levels.values()].filter(
        (other) =>
          other !== level &&
          (other.side === makerSide ? reaches(takerSide, price, other.price) : reaches(takerSide, other.price, price))
      )
      const before: Array<readonly [HouseLevel, number]> = []
      for (const other of inTheWay) {
        before.push([other, yield* this.#resting(other)])
        yield* this.#shrink(other, 0)
      }
      const resting = yield* this.#resting(level)
      before.push([level, resting])
      if (resting < count) yield* this.#place(level, count - resting)
      yield* this.#orElse(
        this.#operator.placeOrder(this.#accounts.taker, {
          ticker: this.#ticker,
          side: takerSide,
          count: printCount(count),
          price: printPrice(price),
          timeInForce: "immediate_or_cancel"
        }),
        `repeat the trade of ${countText} at ${priceText}`
      )
      yield* this.#restore(before)
    })
  }

  #level(side: Side, price: number): HouseLevel {
    const key = `${side} ${price}`
    let level = this.#levels.get(key)
    if (level === undefined) {
      level = { side, price, target: 0, orderIds: [] }
      this.#levels.set(key, level)
    }
    return level
  }

  #aim(side: Side, price: string, count: string): HouseLevel {
    const level = this.#level(side, priceOf(price))
    level.target = countOf(count)
    return level
  }

  #settle(levels: ReadonlyArray<HouseLevel>) {
    return this.#restore(levels.map((level) => [level, level.target]))
  }

  /**
   * Gives each level its contracts, in hundredths. Shrinks levels before it grows other levels, because a level of the
   * old book can cross the new book.
   */
  #restore(levels: ReadonlyArray<readonly [HouseLevel, number]>) {
    return Effect.gen({ self: this }, function* () {
      const missing: Array<readonly [HouseLevel, number]> = []
      for (const [level, count] of levels) missing.push([level, count - (yield* this.#shrink(level, count))])
      for (const [level, count] of missing) if (count > 0) yield* this.#place(level, count)
      for (const [level] of levels) {
        if (level.target === 0 && level.orderIds.length === 0) this.#levels.delete(`${level.side} ${level.price}`)
      }
    })
  }

  /** Cancels orders until at most `target` contracts rest. Returns the contracts that still rest, in hundredths. */
  #shrink(level: HouseLevel, target: number) {
    return Effect.gen({ self: this }, function* () {
      let resting = yield* this.#resting(level)
      while (resting > target && level.orderIds.length > 0) resting -= yield* this.#cancelNewest(level)
      return resting
    })
  }

  /** Counts the resting contracts of a level, and forgets its orders that no longer rest. */
  #resting(level: HouseLevel) {
    return Effect.gen({ self: this }, function* () {
      let sum = 0
      const kept: Array<string> = []
      for (const orderId of level.orderIds) {
        const remaining = yield* this.#remaining(orderId)
        if (remaining > 0) kept.push(orderId)
        sum += remaining
      }
      if (kept.length < level.orderIds.length) level.orderIds.splice(0, level.orderIds.length, ...kept)
      return sum
    })
  }

  #remaining(orderId: string): Effect.Effect<number> {
    return Effect.map(this.#operator.view, (view) =>
      Result.match(view.order(this.#accounts.house, orderId), {
        onFailure: () => 0,
        onSuccess: ({ remainingCount, status }) => (status === "resting" ? remainingCount : 0)
      })
    )
  }

  #place(level: HouseLevel, count: number) {
    return Effect.gen({ self: this }, function* () {
      const replaced = level.orderIds.length < maxOrders ? 0 : yield* this.#cancelNewest(level)
      const [price, contracts] = [printPrice(level.price), printCount(count + replaced)]
      const { orderId } = yield* this.#orElse(
        this.#operator.placeOrder(this.#accounts.house, {
          ticker: this.#ticker,
          side: level.side,
          count: contracts,
          price
        }),
        `place an order for ${contracts} contracts at ${price}`
      )
      level.orderIds.push(orderId)
    })
  }

  /** Cancels the newest order. Returns the contracts that remained in it. */
  #cancelNewest(level: HouseLevel) {
    return Effect.gen({ self: this }, function* () {
      const orderId = level.orderIds.pop()
      const remaining = orderId === undefined ? 0 : yield* this.#remaining(orderId)
      if (orderId !== undefined && remaining > 0) {
        yield* this.#orElse(this.#operator.cancelOrder(this.#accounts.house, orderId), "cancel an order of the house")
      }
      return remaining
    })
  }

  #orElse<A>(effect: Effect.Effect<A, Sandbox.SandboxError>, action: string): Effect.Effect<A, CommandError> {
    return Effect.mapError(
      effect,
      (error) =>
        new CommandError({
          exit: "failed",
          message: `The local exchange cannot ${action} in ${this.#ticker}: ${error.reason}. The replay ends here, because its book would differ from the recorded book`
        })
    )
  }
}
