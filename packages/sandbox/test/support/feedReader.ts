/** A reader of the feed. It keeps the received data, and compares them with the state of the exchange. */
import * as Result from "effect/Result"
import type { View } from "../../src/exchange/View.ts"
import { count, dollars, price } from "../../src/rest/wire.ts"
import type { Loose, Frame, TestLine } from "./feedWorld.ts"

const dollar = 10_000

/** The types of the data messages that have no `seq`. */
const unsequenced = new Set(["ticker", "fill", "user_order", "market_position"])

export class FeedReader {
  readonly accountId: string
  readonly line: TestLine
  readonly books = new Map<string, { clock: number; readonly levels: Map<string, number> }>()
  readonly orders = new Map<string, Loose>()
  readonly fills = new Set<string>()
  readonly trades = new Set<string>()
  readonly positions = new Map<string, Loose>()
  readonly groups = new Map<string, { triggered: boolean; limit: string }>()
  readonly tickers = new Map<string, Loose>()
  readonly markets = new Map<string, string>()
  readonly problems: Array<string> = []
  readonly types = new Map<string, number>()
  readonly #lastSeq = new Map<number, number>()
  readonly #isYesScale: boolean

  constructor(accountId: string, line: TestLine, isYesScale: boolean) {
    this.accountId = accountId
    this.line = line
    this.#isYesScale = isYesScale
  }

  /** Applies the frames that arrived since the last call. `change` simulates a faulty feed. */
  read(change: (frame: Frame) => ReadonlyArray<Frame> = (frame) => [frame]): void {
    for (const frame of this.line.take().flatMap(change)) {
      this.types.set(frame.type, (this.types.get(frame.type) ?? 0) + 1)
      this.#checkSeq(frame)
      this.#apply(frame)
    }
  }

  #checkSeq({ seq, sid, type }: Frame): void {
    if (seq === undefined) {
      return
    }
    const expected = (this.#lastSeq.get(sid!) ?? 0) + 1
    if (seq !== expected) {
      this.problems.push(`seq ${seq} of sid ${sid} (${type}) follows ${expected - 1}`)
    }
    this.#lastSeq.set(sid!, seq)
  }

  #apply({ msg, seq, type }: Frame): void {
    if (unsequenced.has(type) && seq !== undefined) {
      this.problems.push(`${type} has a seq`)
    }
    switch (type) {
      case "orderbook_snapshot":
        this.books.set(msg.market_ticker, {
          clock: msg.clock,
          levels: new Map([...this.#levels("yes", msg.yes_dollars_fp), ...this.#levels("no", msg.no_dollars_fp)])
        })
        break
      case "orderbook_delta":
        this.#applyDelta(msg)
        break
      case "user_order":
        this.orders.set(msg.order_id, msg)
        break
      case "fill":
        this.fills.add(
          `${msg.trade_id} ${msg.order_id} ${msg.count_fp} ${msg.yes_price_dollars} ${msg.fee_cost} ${msg.is_taker}`
        )
        break
      case "trade":
        this.trades.add(`${msg.trade_id} ${msg.count_fp} ${msg.yes_price_dollars} ${msg.taker_book_side}`)
        break
      case "market_position":
        this.positions.set(`${msg.market_ticker} ${msg.subaccount}`, msg)
        break
      case "order_group_updates":
        this.#applyGroup(msg)
        break
      case "ticker":
        this.tickers.set(msg.market_ticker, msg)
        break
      case "market_lifecycle_v2":
        this.markets.set(msg.market_ticker, msg.event_type)
        break
      default:
        break
    }
  }

  #levels(side: "yes" | "no", levels: ReadonlyArray<readonly [string, string]> = []) {
    return levels.map(([level, resting]) => [this.#key(side, level), cents(resting)] as const)
  }

  /** The key of a level: its book side and its YES price. */
  #key(side: "yes" | "no", text: string): string {
    const units = Math.round(Number(text) * dollar)
    return side === "yes" ? `bid ${units}` : `ask ${this.#isYesScale ? units : dollar - units}`
  }

  #applyDelta(msg: Loose): void {
    const book = this.books.get(msg.market_ticker)
    if (book === undefined) {
      this.problems.push(`a delta of ${msg.market_ticker} precedes its snapshot`)
      return
    }
    if (msg.clock < book.clock) {
      this.problems.push(`the clock of ${msg.market_ticker} falls from ${book.clock} to ${msg.clock}`)
    }
    book.clock = msg.clock
    const key = this.#key(msg.side, msg.price_dollars)
    const level = (book.levels.get(key) ?? 0) + cents(msg.delta_fp)
    if (level < 0) {
      this.problems.push(`a level of ${msg.market_ticker} is below zero`)
    }
    if (level === 0) {
      book.levels.delete(key)
    } else {
      book.levels.set(key, level)
    }
  }

  #applyGroup(msg: Loose): void {
    const known = this.groups.get(msg.order_group_id)
    switch (msg.event_type) {
      case "created":
        this.groups.set(msg.order_group_id, { triggered: false, limit: msg.contracts_limit_fp })
        break
      case "deleted":
        this.groups.delete(msg.order_group_id)
        break
      case "limit_updated":
        known!.limit = msg.contracts_limit_fp
        break
      default:
        known!.triggered = msg.event_type === "triggered"
    }
  }

  /**
   * Returns how the received data differ from the exchange. `isComplete` also compares lists. For this, the reader must
   * have subscribed before the first command.
   */
  differences(view: View, isComplete: boolean): ReadonlyArray<string> {
    const found = [...this.problems]
    const compare = (what: string, own: unknown, exchange: unknown): void => {
      const [left, right] = [JSON.stringify(own), JSON.stringify(exchange)]
      if (left !== right) {
        found.push(`${what}: feed ${left}, exchange ${right}`)
      }
    }
    for (const [ticker, book] of this.books) {
      const { ask, bid, clock } = Result.getOrThrow(view.book(ticker))
      const levels = [
        ...bid.map(([at, resting]) => [`bid ${at}`, resting]),
        ...ask.map(([at, resting]) => [`ask ${at}`, resting])
      ]
      compare(`book ${ticker}`, [...book.levels].sort(), levels.sort())
      compare(`clock ${ticker}`, book.clock, clock)
    }
    for (const [ticker, own] of this.tickers) {
      const now = Result.getOrThrow(view.ticker(ticker))
      compare(
        `ticker ${ticker}`,
        [
          own.price_dollars,
          own.yes_bid_dollars,
          own.yes_bid_size_fp,
          own.yes_ask_size_fp,
          own.volume_fp,
          own.open_interest_fp
        ],
        [
          price(now.lastPrice),
          price(now.bid),
          count(now.bidCount),
          count(now.askCount),
          count(now.volume),
          count(now.openInterest)
        ]
      )
    }
    for (const [orderId, own] of this.orders) {
      const order = Result.getOrThrow(view.order(this.accountId, orderId))
      compare(
        `order ${orderId}`,
        [
          own.status,
          own.fill_count_fp,
          own.remaining_count_fp,
          own.yes_price_dollars,
          own.taker_fees_dollars,
          own.maker_fees_dollars,
          own.last_updated_ts_ms
        ],
        [
          order.status,
          count(order.fillCount),
          count(order.remainingCount),
          price(order.price),
          dollars(order.takerFeesMicros),
          dollars(order.makerFeesMicros),
          order.updatedMillis
        ]
      )
    }
    if (isComplete) {
      this.#compareLists(view, compare)
    }
    return found
  }

  #compareLists(view: View, compare: (what: string, own: unknown, exchange: unknown) => void): void {
    const orders = all((cursor) => view.listOrders(this.accountId, { limit: 1_000, cursor }))
    compare("orders", [...this.orders.keys()].sort(), orders.map(({ orderId }) => orderId).sort())
    const fills = all((cursor) => view.listFills(this.accountId, { limit: 1_000, cursor }))
    compare(
      "fills",
      [...this.fills].sort(),
      fills
        .map(
          (fill) =>
            `${fill.tradeId} ${fill.orderId} ${count(fill.count)} ${price(fill.price)} ${dollars(fill.feeMicros)} ${fill.isTaker}`
        )
        .sort()
    )
    const trades = all((cursor) => view.listTrades({ limit: 1_000, cursor, ticker: undefined }))
    compare(
      "trades",
      [...this.trades].sort(),
      trades.map((trade) => `${trade.tradeId} ${count(trade.count)} ${price(trade.price)} ${trade.takerSide}`).sort()
    )
    for (let subaccount = 0; subaccount < 3; subaccount++) {
      const query = { subaccount, settlement: "all", nonZero: [], limit: 1_000 } as const
      for (const position of Result.getOrThrow(view.allPositions(this.accountId, query))) {
        const own = this.positions.get(`${position.ticker} ${subaccount}`)
        compare(
          `position ${position.ticker}`,
          [
            own?.position_fp,
            own?.position_cost_dollars,
            own?.realized_pnl_dollars,
            own?.fees_paid_dollars,
            own?.volume_fp
          ],
          [
            count(position.count),
            dollars(position.exposureMicros),
            dollars(position.realizedMicros),
            dollars(position.feesMicros),
            count(position.tradedCount)
          ]
        )
      }
    }
    const groups = Result.getOrThrow(view.listGroups(this.accountId, undefined))
    compare(
      "groups",
      [...this.groups].map(([id, { limit, triggered }]) => [id, limit, triggered]).sort(),
      groups.map(({ groupId, limit, triggered }) => [groupId, count(limit), triggered]).sort()
    )
  }
}

/** Hundredths of a contract. */
const cents = (text: string): number => Math.round(Number(text) * 100)

const all = <A>(
  list: (
    cursor: string | undefined
  ) => Result.Result<{ readonly items: ReadonlyArray<A>; readonly cursor: string }, unknown>
): ReadonlyArray<A> => {
  const found: Array<A> = []
  for (let cursor: string | undefined; cursor !== "";) {
    const page = Result.getOrThrow(list(cursor))
    found.push(...page.items)
    cursor = page.cursor
  }
  return found
}
