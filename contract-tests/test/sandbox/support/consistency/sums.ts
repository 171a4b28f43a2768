/**
 * Rules about amounts and lists in the responses of different operations. Each rule returns the contradictions that it
 * finds.
 */
import { equals, isArray, memberOf, stringify, type Json, type JsonObject } from "../../../../src/judge/JsonSchema.ts"
import { amountOf, groupBy, millionths, times, Totals } from "./amounts.ts"
import { type Body, objectsIn, textIn } from "./reading.ts"

export class Responses {
  readonly nowMillis: number
  readonly #byOperation: ReadonlyMap<string, ReadonlyArray<Body>>

  constructor(bodies: ReadonlyArray<Body>, nowMillis: number) {
    this.nowMillis = nowMillis
    this.#byOperation = groupBy(bodies, ({ operation }) => operation)
  }

  bodies(operation: string): ReadonlyArray<Body> {
    return this.#byOperation.get(operation) ?? []
  }

  items(operations: ReadonlyArray<string>, member: string, account?: string): ReadonlyArray<JsonObject> {
    return operations.flatMap((operation) =>
      this.bodies(operation)
        .filter((body) => account === undefined || body.account === account)
        .flatMap(({ data }) => objectsIn(data, member))
    )
  }
}

export type Rule = (responses: Responses) => ReadonlyArray<string>

const differs = (what: string, shown: unknown, expected: unknown): ReadonlyArray<string> =>
  shown === expected ? [] : [`${what} is ${String(shown)}, but should be ${String(expected)}`]

const [trades, markets, fills, orders, positions] = [
  ["GetTrades", "GetTradesHistorical"],
  ["GetMarkets", "GetHistoricalMarkets"],
  ["GetFills", "GetFillsHistorical"],
  ["GetOrders", "GetHistoricalOrders"],
  ["GetPositions", "GetHistoricalPositions"]
]

const millisOf = (item: JsonObject, member: string): number => Date.parse(textIn(item, member))

const volumesOfMarkets: Rule = (responses) => {
  const [all, recent] = [new Totals(), new Totals()]
  const last = new Map<string, JsonObject>()
  for (const trade of responses.items(trades, "trades")) {
    const ticker = textIn(trade, "ticker")
    all.add(ticker, amountOf(trade, "count_fp"))
    if (millisOf(trade, "created_time") > responses.nowMillis - 86_400_000) {
      recent.add(ticker, amountOf(trade, "count_fp"))
    }
    if (!last.has(ticker) && trade["is_block_trade"] !== true) last.set(ticker, trade)
  }
  return responses.items(markets, "markets").flatMap((market) => {
    const ticker = textIn(market, "ticker")
    const newest = last.get(ticker)
    return [
      ...differs(`${ticker}: volume_fp`, amountOf(market, "volume_fp"), all.of(ticker)),
      ...differs(`${ticker}: volume_24h_fp`, amountOf(market, "volume_24h_fp"), recent.of(ticker)),
      ...differs(
        `${ticker}: last_price_dollars`,
        amountOf(market, "last_price_dollars"),
        newest === undefined ? 0n : amountOf(newest, "yes_price_dollars")
      )
    ]
  })
}

const volumesOfSeries: Rule = (responses) => {
  const seriesOf = new Map(
    responses
      .items(["GetEvents", "GetMultivariateEvents"], "events")
      .map((event) => [textIn(event, "event_ticker"), textIn(event, "series_ticker")])
  )
  const totals = new Totals()
  for (const market of responses.items(markets, "markets")) {
    totals.add(seriesOf.get(textIn(market, "event_ticker")) ?? "", amountOf(market, "volume_fp"))
  }
  return responses
    .items(["GetSeriesList"], "series")
    .flatMap((series) =>
      differs(
        `${textIn(series, "ticker")}: volume_fp`,
        amountOf(series, "volume_fp"),
        totals.of(textIn(series, "ticker"))
      )
    )
}

const sidesOfSubtraders = (responses: Responses): ReadonlyArray<readonly [fill: JsonObject, who: "maker" | "taker"]> =>
  responses
    .items(["GetFCMFills"], "fills")
    .flatMap((fill) =>
      (["maker", "taker"] as const)
        .filter((who) => fill[`${who}_subtrader_id`] !== undefined)
        .map((who) => [fill, who] as const)
    )

const fillsOfTrades: Rule = (responses) => {
  const sides = new Map<string, Array<string>>()
  const add = (id: string, side: string) => sides.set(id, [...(sides.get(id) ?? []), side])
  for (const fill of responses.items(fills, "fills")) add(textIn(fill, "trade_id"), textIn(fill, "book_side"))
  for (const [fill, who] of sidesOfSubtraders(responses)) {
    const taker = fill["taker_outcome_side"] === "yes"
    add(textIn(fill, "fill_id"), taker === (who === "taker") ? "bid" : "ask")
  }
  return responses
    .items(trades, "trades")
    .flatMap((trade) =>
      differs(
        `the sides of the trade ${textIn(trade, "trade_id")}`,
        sides.get(textIn(trade, "trade_id"))?.toSorted().join(),
        "ask,bid"
      )
    )
}

/** The price of the outcome that a fill buys: YES for a bid, NO for an ask. */
const priceOf = (fill: JsonObject): bigint =>
  amountOf(fill, fill["book_side"] === "bid" ? "yes_price_dollars" : "no_price_dollars")

const fillsOfOrders: Rule = (responses) => {
  const totals = new Totals()
  for (const fill of responses.items(fills, "fills")) {
    const [id, role] = [textIn(fill, "order_id"), fill["is_taker"] === true ? "taker" : "maker"]
    totals.add(id, amountOf(fill, "count_fp"))
    totals.add(`${id} ${role} fees`, amountOf(fill, "fee_cost"))
    totals.add(`${id} ${role} cost`, times(amountOf(fill, "count_fp"), priceOf(fill)))
  }
  return responses.items(orders, "orders").flatMap((order) => {
    const id = textIn(order, "order_id")
    return [
      ...differs(`the order ${id}: fill_count_fp`, amountOf(order, "fill_count_fp"), totals.of(id)),
      ...["maker", "taker"].flatMap((role) => [
        ...differs(
          `the order ${id}: ${role}_fees_dollars`,
          amountOf(order, `${role}_fees_dollars`),
          totals.of(`${id} ${role} fees`)
        ),
        ...differs(
          `the order ${id}: ${role}_fill_cost_dollars`,
          amountOf(order, `${role}_fill_cost_dollars`),
          totals.of(`${id} ${role} cost`)
        )
      ]),
      ...(order["status"] === "resting"
        ? []
        : differs(`the order ${id}: remaining_count_fp`, amountOf(order, "remaining_count_fp"), 0n))
    ]
  })
}

const fillsOfSubtraderOrders: Rule = (responses) => {
  const totals = new Totals()
  for (const [fill, who] of sidesOfSubtraders(responses)) {
    totals.add(textIn(fill, `${who}_order_id`), amountOf(fill, "count_fp"))
  }
  return responses.items(["GetFCMOrders"], "orders").flatMap((order) => {
    const id = textIn(order, "order_id")
    return differs(`the order ${id}: fill_count_fp`, amountOf(order, "fill_count_fp"), totals.of(id))
  })
}

/**
 * The list of quotes contains the quotes of every accepted batch quote. The best quotes of an RFQ batch cover exactly
 * the RFQs (children) of the batch.
 */
const batches: Rule = (responses) => {
  const idsOf = (data: Json | undefined) =>
    objectsIn(data, "rfqs")
      .map((rfq) => String(rfq["id"] ?? rfq["rfq_id"]))
      .toSorted()
      .join()
  const children = new Map(
    responses.items(["GetRFQBatches"], "rfq_batches").map((batch) => [textIn(batch, "id"), idsOf(batch)])
  )
  const best = responses.items(["GetRFQBatchBestQuotes"], "best_quotes").flatMap((quotes) => {
    const id = textIn(quotes, "rfq_batch_id")
    return differs(`the children in the best quotes of ${id}`, idsOf(quotes), children.get(id))
  })
  const won = responses.bodies("GetRFQBatchQuotes").flatMap(({ account, data }) => {
    const known = new Map(
      responses.items(["GetQuotes"], "quotes", account).map((quote) => [textIn(quote, "id"), quote])
    )
    return objectsIn(data, "batch_quotes").flatMap((batchQuote) =>
      objectsIn(batchQuote, "quotes").flatMap((quote) => {
        const [id, listed] = [textIn(quote, "id"), known.get(textIn(quote, "id"))]
        if (listed === undefined) {
          return /open|cancelled/.test(textIn(batchQuote, "status")) ? [] : [`GetQuotes does not list the quote ${id}`]
        }
        return Object.keys(quote)
          .filter((name) => listed[name] !== undefined && !equals(listed[name], quote[name]))
          .map((name) => `GetQuotes shows another ${name} of the quote ${id}`)
      })
    )
  })
  return [...best, ...won]
}

/** These fields show more to some accounts than to others, so the rule skips them. */
const partial = new Set(["buyer_user_id", "rfqs", "seller_user_id"])

const sameForAllAccounts: Rule = (responses) =>
  (
    [
      ["GetBlockTradeProposals", "block_trade_proposals"],
      ["GetQuotes", "quotes"],
      ["GetRFQBatches", "rfq_batches"],
      ["GetRFQs", "rfqs"]
    ] as const
  ).flatMap(([operation, member]) =>
    [...groupBy(responses.items([operation], member), (item) => textIn(item, "id"))].flatMap(([id, items]) => {
      const [first = {}, ...others] = items
      return others.flatMap((other) =>
        Object.keys(other)
          .filter((name) => !partial.has(name) && first[name] !== undefined && !equals(first[name], other[name]))
          .map((name) => `${operation} shows two values of ${name} for ${id}`)
      )
    })
  )

const signed = (fill: JsonObject): bigint =>
  fill["book_side"] === "bid" ? amountOf(fill, "count_fp") : -amountOf(fill, "count_fp")

const isSettled = (market: JsonObject): boolean => market["settlement_ts"] !== undefined

const marketsByTicker = (responses: Responses): ReadonlyMap<string, JsonObject> =>
  new Map(responses.items(markets, "markets").map((market) => [textIn(market, "ticker"), market]))

/** Until a market settles, a position in it is the sum of the account's fills. */
const positionsOfFills: Rule = (responses) => {
  const [counts, fees] = [new Totals(), new Totals()]
  for (const operation of fills) {
    for (const { account, data } of responses.bodies(operation)) {
      for (const fill of objectsIn(data, "fills")) {
        const key = `${account}/${String(fill["subaccount_number"])} ${textIn(fill, "ticker")}`
        counts.add(key, signed(fill))
        fees.add(key, amountOf(fill, "fee_cost"))
      }
    }
  }
  const known = marketsByTicker(responses)
  const seen = new Set<string>()
  const faults = positions.flatMap((operation) =>
    responses.bodies(operation).flatMap(({ account, data, input }) =>
      objectsIn(data, "market_positions").flatMap((position) => {
        const ticker = textIn(position, "ticker")
        const key = `${account}/${String(input["subaccount"])} ${ticker}`
        const market = known.get(ticker)
        seen.add(key)
        return [
          ...differs(
            `${key}: position_fp`,
            amountOf(position, "position_fp"),
            market === undefined || isSettled(market) ? 0n : counts.of(key)
          ),
          ...differs(`${key}: fees_paid_dollars`, amountOf(position, "fees_paid_dollars"), fees.of(key))
        ]
      })
    )
  )
  const missing = counts.keys().filter((key) => !seen.has(key))
  return [...faults, ...missing.map((key) => `${key} has fills, but no position`)]
}

const positionsOfSubtraders: Rule = (responses) => {
  const counts = new Totals()
  for (const [fill, who] of sidesOfSubtraders(responses)) {
    const isBid = (fill["taker_outcome_side"] === "yes") === (who === "taker")
    const count = amountOf(fill, "count_fp")
    counts.add(`${textIn(fill, `${who}_subtrader_id`)} ${textIn(fill, "ticker")}`, isBid ? count : -count)
  }
  return responses.bodies("GetFCMPositions").flatMap(({ data, input }) =>
    objectsIn(data, "market_positions").flatMap((position) => {
      const key = `${textIn(input, "subtrader_id")} ${textIn(position, "ticker")}`
      return differs(`${key}: position_fp`, amountOf(position, "position_fp"), counts.of(key))
    })
  )
}

const positionsOfEvents: Rule = (responses) => {
  const known = marketsByTicker(responses)
  const columns = [
    ["event_exposure_dollars", "market_exposure_dollars"],
    ["fees_paid_dollars", "fees_paid_dollars"],
    ["realized_pnl_dollars", "realized_pnl_dollars"],
    ["total_cost_dollars", "total_traded_dollars"]
  ] as const
  return [...positions, "GetFCMPositions"].flatMap((operation) =>
    responses.bodies(operation).flatMap(({ account, data }) => {
      const totals = new Totals()
      for (const position of objectsIn(data, "market_positions")) {
        const event = String(known.get(textIn(position, "ticker"))?.["event_ticker"])
        for (const [, name] of columns) totals.add(`${event} ${name}`, amountOf(position, name))
      }
      return objectsIn(data, "event_positions").flatMap((event) =>
        columns.flatMap(([name, ofMarket]) => {
          const ticker = textIn(event, "event_ticker")
          return differs(`${account} ${ticker}: ${name}`, amountOf(event, name), totals.of(`${ticker} ${ofMarket}`))
        })
      )
    })
  )
}

/** The open interest of a market is the number of held YES contracts, and also the number of held NO contracts. */
const openInterest: Rule = (responses) => {
  const [long, short] = [new Totals(), new Totals()]
  for (const position of responses.items([...positions, "GetFCMPositions"], "market_positions")) {
    const count = amountOf(position, "position_fp")
    if (count > 0n) long.add(textIn(position, "ticker"), count)
    else short.add(textIn(position, "ticker"), -count)
  }
  return responses.items(markets, "markets").flatMap((market) => {
    const ticker = textIn(market, "ticker")
    const shown = amountOf(market, "open_interest_fp")
    return [
      ...differs(`${ticker}: open_interest_fp`, shown, long.of(ticker)),
      ...differs(`${ticker}: open_interest_fp of NO`, shown, short.of(ticker))
    ]
  })
}

const centsOf = (amount: bigint): number => Number(amount / 10_000n)

const sumOf = (items: ReadonlyArray<JsonObject>, member: string): bigint =>
  items.reduce((sum, item) => sum + amountOf(item, member), 0n)

const balances: Rule = (responses) =>
  responses.bodies("GetBalance").flatMap(({ account, data, input }) => {
    const own = responses
      .items(["GetSubaccountBalances"], "subaccount_balances", account)
      .filter(({ subaccount_number }) => subaccount_number === input["subaccount"])
    const breakdown = objectsIn(data, "balance_breakdown")
    const total = millionths(textIn(data, "balance_dollars"))
    const name = `the balance of ${account}/${String(input["subaccount"])}`
    return [
      ...differs(name, total, sumOf(breakdown, "balance")),
      ...differs(`${name} in the list of subaccounts`, sumOf(own, "balance"), total),
      ...own.flatMap((row) => {
        const shard = breakdown.find(({ exchange_index }) => exchange_index === row["exchange_index"])
        return differs(`${name} on a shard`, shard?.["balance"], row["balance"])
      }),
      ...differs(`${name} in cents`, memberOf(data, "balance"), centsOf(total))
    ]
  })

const restingValue: Rule = (responses) =>
  responses.bodies("GetPortfolioRestingOrderTotalValue").flatMap(({ account, data }) => {
    const total = sumOf(objectsIn(data, "resting_order_value_breakdown"), "balance")
    return differs(
      `the value of resting orders of ${account}`,
      memberOf(data, "total_resting_order_value"),
      centsOf(total)
    )
  })

/**
 * The cash of an account, plus the cash that its resting orders reserve, is the result of its payments, fills and
 * settlements.
 */
const cash: Rule = (responses) => {
  const known = marketsByTicker(responses)
  return responses.bodies("GetPortfolioRestingOrderTotalValue").flatMap(({ account, data }) => {
    const payments = (operation: string, member: string) =>
      responses
        .items([operation], member, account)
        .reduce((sum, { amount_cents }) => sum + BigInt(Number(amount_cents)) * 10_000n, 0n)
    const counts = new Totals()
    let expected = payments("GetDeposits", "deposits") - payments("GetWithdrawals", "withdrawals")
    for (const fill of responses.items(fills, "fills", account)) {
      counts.add(`${String(fill["subaccount_number"])} ${textIn(fill, "ticker")}`, signed(fill))
      expected -= amountOf(fill, "fee_cost") + times(signed(fill), amountOf(fill, "yes_price_dollars"))
    }
    for (const key of counts.keys()) {
      const market = known.get(key.split(" ")[1] ?? "")
      const count = counts.of(key)
      // Until the market settles, the exchange holds one dollar per sold YES contract.
      if (market !== undefined && isSettled(market)) {
        expected += times(count, amountOf(market, "settlement_value_dollars"))
      } else if (count < 0n) expected += count
    }
    const own = responses.items(["GetSubaccountBalances"], "subaccount_balances", account)
    const shown = [...own, ...objectsIn(data, "resting_order_value_breakdown")]
    const lost = expected - sumOf(shown, "balance")
    // The exchange rounds each shown amount down to $0.0001.
    return lost >= 0n && lost < 100n * BigInt(shown.length)
      ? []
      : [`the cash of ${account} is ${lost} millionths less than it should be`]
  })
}

const levelsOf = (
  book: Json | undefined,
  side: "no_dollars" | "yes_dollars"
): ReadonlyArray<readonly [string, string]> => {
  const levels = memberOf(book, side)
  return isArray(levels) ? levels.filter(isArray).map(([price, count]) => [String(price), String(count)] as const) : []
}

const resting = (responses: Responses): ReadonlyArray<JsonObject> =>
  responses.items(["GetOrders", "GetFCMOrders"], "orders").filter(({ status }) => status === "resting")

const booksOfOrders: Rule = (responses) => {
  const [expected, shown] = [new Totals(), new Totals()]
  for (const order of resting(responses)) {
    const price = textIn(order, order["book_side"] === "bid" ? "yes_price_dollars" : "no_price_dollars")
    const key = `${textIn(order, "ticker")} ${String(order["outcome_side"])} ${price}`
    expected.add(key, amountOf(order, "remaining_count_fp"))
  }
  for (const { data, input } of responses.bodies("GetMarketOrderbook")) {
    const book = memberOf(data, "orderbook_fp")
    for (const side of ["yes", "no"] as const) {
      for (const [price, count] of levelsOf(book, `${side}_dollars`)) {
        shown.add(`${textIn(input, "ticker")} ${side} ${price}`, millionths(count))
      }
    }
  }
  return [...new Set([...expected.keys(), ...shown.keys()])].flatMap((level) =>
    differs(`the level ${level}`, shown.of(level), expected.of(level))
  )
}

/** A market shows the best prices of its book. Both operations that read books show the same book. */
const bestPrices: Rule = (responses) => {
  const known = marketsByTicker(responses)
  const others = new Map(
    responses.items(["GetMarketOrderbooks"], "orderbooks").map((book) => [textIn(book, "ticker"), book])
  )
  return responses.bodies("GetMarketOrderbook").flatMap(({ data, input }) => {
    const ticker = textIn(input, "ticker")
    const book = memberOf(data, "orderbook_fp")
    const other = memberOf(others.get(ticker), "orderbook_fp")
    const market = known.get(ticker)
    if (market === undefined) return [`${ticker} has a book, but is no market`]
    const [bid, no] = [levelsOf(book, "yes_dollars").at(-1), levelsOf(book, "no_dollars").at(-1)]
    const dollar = 1_000_000n
    const [yesBid, noBid] = [bid, no].map((level) => (level === undefined ? 0n : millionths(level[0])))
    const [bidCount, askCount] = [bid, no].map((level) => (level === undefined ? 0n : millionths(level[1])))
    const expected = {
      yes_bid_dollars: yesBid,
      yes_ask_dollars: dollar - (noBid ?? 0n),
      no_bid_dollars: noBid,
      no_ask_dollars: dollar - (yesBid ?? 0n),
      yes_bid_size_fp: bidCount,
      yes_ask_size_fp: askCount
    }
    return [
      ...(equals(book, other) ? [] : [`the two books of ${ticker} differ`]),
      ...Object.entries(expected).flatMap(([name, value]) =>
        differs(`${ticker}: ${name}`, amountOf(market, name), value)
      )
    ]
  })
}

/**
 * The queue position of an order is the number of contracts before it: at better prices, or earlier at the same price.
 */
const queues: Rule = (responses) => {
  const single = new Map(
    responses
      .bodies("GetOrderQueuePosition")
      .map(({ data, input }) => [textIn(input, "order_id"), textIn(data, "queue_position_fp")])
  )
  const listed = responses
    .items(["GetOrderQueuePositions"], "queue_positions")
    .flatMap((item) =>
      differs(
        `the queue position of ${textIn(item, "order_id")} in the list`,
        item["queue_position_fp"],
        single.get(textIn(item, "order_id"))
      )
    )
  const sides = groupBy(resting(responses), (order) => `${textIn(order, "ticker")} ${textIn(order, "book_side")}`)
  const queued = [...sides].flatMap(([side, orders]) => {
    const queue = orders.map((order) => ({ order, position: single.get(textIn(order, "order_id")) }))
    // No operation shows the queue position of a subtrader's order.
    if (queue.some(({ position }) => position === undefined)) return []
    let before = 0n
    return queue
      .map(({ order, position = "" }) => ({ order, position: millionths(position) }))
      .toSorted((left, right) => Number(left.position - right.position))
      .flatMap(({ order, position }) => {
        const expected = before
        before += amountOf(order, "remaining_count_fp")
        return differs(`the queue position of ${textIn(order, "order_id")} at ${side}`, position, expected)
      })
  })
  return [...listed, ...queued]
}

const ordersOfGroups: Rule = (responses) => {
  const byGroup = groupBy(
    resting(responses).filter((order) => order["order_group_id"] !== undefined),
    (order) => textIn(order, "order_group_id")
  )
  return responses.bodies("GetOrderGroup").flatMap(({ data, input }) => {
    const id = textIn(input, "order_group_id")
    const shown = memberOf(data, "orders")
    const expected = (byGroup.get(id) ?? []).map((order) => textIn(order, "order_id")).toSorted()
    return differs(
      `the orders of the group ${id}`,
      isArray(shown) ? shown.map(String).toSorted().join() : shown,
      expected.join()
    )
  })
}

const settlements: Rule = (responses) => {
  const known = marketsByTicker(responses)
  return responses.bodies("GetSettlements").flatMap(({ account, data }) => {
    const [counts, fees, paid, charged] = [new Totals(), new Totals(), new Totals(), new Totals()]
    for (const fill of responses.items(fills, "fills", account)) {
      counts.add(textIn(fill, "ticker"), signed(fill))
      fees.add(textIn(fill, "ticker"), amountOf(fill, "fee_cost"))
    }
    const listed = new Set<string>()
    const each = objectsIn(data, "settlements").flatMap((settlement) => {
      const ticker = textIn(settlement, "ticker")
      const market = known.get(ticker)
      if (market === undefined || !isSettled(market)) return [`${account} ${ticker}: the market is not settled`]
      const value = amountOf(market, "settlement_value_dollars")
      const [yes, no] = [amountOf(settlement, "yes_count_fp"), amountOf(settlement, "no_count_fp")]
      paid.add(ticker, yes - no)
      charged.add(ticker, amountOf(settlement, "fee_cost"))
      listed.add(ticker)
      const revenue = centsOf(times(yes, value) + times(no, 1_000_000n - value))
      return [
        ...differs(`${account} ${ticker}: revenue`, settlement["revenue"], revenue),
        ...differs(`${account} ${ticker}: value`, settlement["value"], centsOf(value)),
        ...differs(`${account} ${ticker}: market_result`, settlement["market_result"], market["result"]),
        ...differs(`${account} ${ticker}: settled_time`, settlement["settled_time"], market["settlement_ts"])
      ]
    })
    const settled = counts.keys().filter((ticker) => isSettled(known.get(ticker) ?? {}))
    return [
      ...each,
      ...settled.flatMap((ticker) => [
        ...differs(`${account} ${ticker}: the settled count`, paid.of(ticker), counts.of(ticker)),
        // A position that was closed before the settlement has no settlement.
        ...(listed.has(ticker) ? differs(`${account} ${ticker}: fee_cost`, charged.of(ticker), fees.of(ticker)) : [])
      ])
    ]
  })
}

const volumeProgress: Rule = (responses) =>
  responses.bodies("GetAccountApiUsageLevelVolumeProgress").flatMap(({ account, data }) => {
    const since = responses.nowMillis - 30 * 86_400_000
    const recent = responses.items(fills, "fills", account).filter((fill) => millisOf(fill, "created_time") >= since)
    return objectsIn(data, "volume_progress").flatMap((progress) =>
      differs(`the volume of ${account}`, amountOf(progress, "trailing_30d_volume_fp"), sumOf(recent, "count_fp"))
    )
  })

const marketsOfEvents: Rule = (responses) => {
  const own = groupBy(responses.items(["GetMarkets"], "markets"), (market) => textIn(market, "event_ticker"))
  const listOf = (items: ReadonlyArray<JsonObject>, name: string) =>
    items
      .map((item) => textIn(item, name))
      .toSorted()
      .join()
  const nested = responses.items(["GetEvents", "GetMultivariateEvents"], "events").flatMap((event) => {
    const ticker = textIn(event, "event_ticker")
    const expected = listOf(own.get(ticker) ?? [], "ticker")
    return differs(`the markets in ${ticker}`, listOf(objectsIn(event, "markets"), "ticker"), expected)
  })
  const read = responses.bodies("GetEvent").flatMap(({ data, input }) => {
    const ticker = textIn(input, "event_ticker")
    const expected = listOf(own.get(ticker) ?? [], "ticker")
    return differs(`the markets beside ${ticker}`, listOf(objectsIn(data, "markets"), "ticker"), expected)
  })
  const described = responses.bodies("GetEventMetadata").flatMap(({ data, input }) => {
    const ticker = textIn(input, "event_ticker")
    const shown = listOf(objectsIn(data, "market_details"), "market_ticker")
    return differs(`the markets in the metadata of ${ticker}`, shown, listOf(own.get(ticker) ?? [], "ticker"))
  })
  return [...nested, ...read, ...described]
}

const tiers: Rule = (responses) =>
  (
    [
      [trades, "trades", "trade_id"],
      [markets, "markets", "ticker"],
      [orders, "orders", "order_id"]
    ] as const
  ).flatMap(([operations, member, id]) => {
    const seen = new Set<string>()
    return responses.items(operations, member).flatMap((item) => {
      const key = textIn(item, id)
      const isSecond = seen.has(key)
      seen.add(key)
      return isSecond ? [`${operations.join(" and ")} list ${key} twice`] : []
    })
  })

const tags: Rule = (responses) => {
  const used = new Map<string, Set<string>>()
  for (const series of responses.items(["GetSeriesList"], "series")) {
    const [category, own] = [textIn(series, "category"), series["tags"]]
    const known = used.get(category) ?? new Set()
    if (isArray(own)) for (const tag of own) known.add(String(tag))
    used.set(category, known)
  }
  return responses.bodies("GetTagsForSeriesCategories").flatMap(({ data }) => {
    const listed = memberOf(data, "tags_by_categories")
    return [...used].flatMap(([category, own]) => {
      const shown = memberOf(listed, category)
      return differs(
        `the tags of ${category}`,
        isArray(shown) ? shown.map(String).toSorted().join() : "",
        [...own].toSorted().join()
      )
    })
  })
}

/** Before its start, a game has no points. */
const games: Rule = (responses) => {
  const live = new Map(
    responses
      .items(["GetLiveDataByMilestone"], "live_data")
      .map((game) => [textIn(game, "milestone_id"), memberOf(game, "details")])
  )
  return responses.bodies("GetGameStats").flatMap(({ data, input }) => {
    const periods = objectsIn(memberOf(data, "pbp"), "periods")
    const last = periods.flatMap((period) => objectsIn(period, "events")).at(-1)
    const details = live.get(textIn(input, "milestone_id"))
    return ["away_points", "home_points"].flatMap((name) =>
      differs(`${stringify(input)}: ${name} of the last play`, last?.[name] ?? 0, memberOf(details, name) ?? 0)
    )
  })
}

/** The last candlestick of an active market shows the state of the market. */
const candlesticks: Rule = (responses) => {
  const known = marketsByTicker(responses)
  const others = new Map<string, Json | undefined>()
  for (const { data, input } of responses.bodies("BatchGetMarketCandlesticks")) {
    others.set(textIn(input, "market_tickers"), memberOf(objectsIn(data, "markets")[0], "candlesticks"))
  }
  const single = responses.bodies("GetMarketCandlesticks").flatMap(({ data, input }) => {
    const ticker = textIn(input, "ticker")
    const candles = objectsIn(data, "candlesticks")
    const market = known.get(ticker)
    if (market === undefined) return [`${ticker} has candlesticks, but is no market`]
    const last = candles.at(-1)
    const open = market["status"] === "active" && last !== undefined
    return [
      ...differs(
        `${ticker}: the volume of the candlesticks`,
        sumOf(candles, "volume_fp"),
        amountOf(market, "volume_fp")
      ),
      ...(equals(memberOf(data, "candlesticks"), others.get(ticker)) ? [] : [`the candlesticks of ${ticker} differ`]),
      ...(open
        ? [
            ...differs(`${ticker}: the open interest`, last["open_interest_fp"], market["open_interest_fp"]),
            ...["yes_bid", "yes_ask"].flatMap((name) =>
              differs(`${ticker}: ${name}`, memberOf(last[name], "close_dollars"), market[`${name}_dollars`])
            )
          ]
        : [])
    ]
  })
  const archived = responses.bodies("GetMarketCandlesticksHistorical").flatMap(({ data, input }) => {
    const ticker = textIn(input, "ticker")
    const volume = sumOf(objectsIn(data, "candlesticks"), "volume")
    return differs(
      `${ticker}: the volume of the historical candlesticks`,
      volume,
      amountOf(known.get(ticker) ?? {}, "volume_fp")
    )
  })
  const ofEvents = responses.bodies("GetMarketCandlesticksByEvent").flatMap(({ data }) => {
    const [tickers, lists] = [memberOf(data, "market_tickers"), memberOf(data, "market_candlesticks")]
    if (!isArray(tickers) || !isArray(lists)) return []
    return tickers.flatMap((ticker, index) => {
      const volumes = objectsIn({ list: lists[index] ?? [] }, "list")
      return differs(
        `${String(ticker)}: the volume of the candlesticks of its event`,
        sumOf(volumes, "volume_fp"),
        amountOf(known.get(String(ticker)) ?? {}, "volume_fp")
      )
    })
  })
  return [...single, ...archived, ...ofEvents]
}

export const rules = {
  "the volume of a market equals the volume of its trades": volumesOfMarkets,
  "the volume of a series equals the volume of its markets": volumesOfSeries,
  "a trade has two fills": fillsOfTrades,
  "the totals of an order are the sums of its fills": fillsOfOrders,
  "the filled count of a subtrader's order is the sum of its fills": fillsOfSubtraderOrders,
  "batch quotes and quotes agree": batches,
  "all accounts see the same values": sameForAllAccounts,
  "the totals of a position are the sums of its fills": positionsOfFills,
  "the position of a subtrader is the sum of its fills": positionsOfSubtraders,
  "the totals of an event are the sums of its markets": positionsOfEvents,
  "open interest is the number of contracts held": openInterest,
  "a balance is the sum of the balances on the shards": balances,
  "the value of resting orders is the sum of the values on the shards": restingValue,
  "cash is the result of payments, fills and settlements": cash,
  "an order book contains exactly the resting orders": booksOfOrders,
  "the best prices of a market equal the best prices of its book": bestPrices,
  "a queue position is the number of contracts before the order": queues,
  "an order group lists its resting orders": ordersOfGroups,
  "a settlement pays the position at the value of the market": settlements,
  "the volume for usage levels equals the volume of the fills": volumeProgress,
  "every form of an event lists its markets": marketsOfEvents,
  "an entity is either live or historical": tiers,
  "the tags of a category equal the tags of its series": tags,
  "the candlesticks of a market agree with its volume and its state": candlesticks,
  "the points of a game equal the points after its last play": games
} satisfies Readonly<Record<string, Rule>>
