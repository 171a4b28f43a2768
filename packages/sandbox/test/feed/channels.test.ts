import { assert, describe, it } from "vitest"
import { type Frame, makeFeedWorld, outline, type TestAccount, ticker } from "../support/feedWorld.ts"

const setup = (assumptions: Parameters<typeof makeFeedWorld>[0] = {}) => {
  const world = makeFeedWorld(assumptions)
  world.market(ticker)
  const [me, other] = [world.account(), world.account()]
  const listen = (account: TestAccount, channel: string, params: object = {}) => {
    const line = world.connect(account)
    line.send({ id: 1, cmd: "subscribe", params: { channels: [channel], ...params } })
    line.take()
    return line
  }
  return { world, me, other, listen }
}

const book = { market_ticker: ticker, use_yes_price: false }

const deltas = (frames: ReadonlyArray<Frame>) =>
  frames.map(({ msg }) => [msg.side, msg.price_dollars, msg.delta_fp, msg.client_order_id])

describe("orderbook_delta", () => {
  it("shows prices of NO on the side no, or prices of YES with use_yes_price", () => {
    const { listen, me, other, world } = setup()
    const [onOwnScale, onYesScale] = [
      listen(other, "orderbook_delta", book),
      listen(other, "orderbook_delta", { ...book, use_yes_price: true })
    ]
    world.order(me, { side: "bid", price: 4_000, count: 500 })
    world.order(me, { side: "ask", price: 6_500, count: 250 })
    assert.deepStrictEqual(deltas(onOwnScale.take()), [
      ["yes", "0.4000", "5.00", undefined],
      ["no", "0.3500", "2.50", undefined]
    ])
    assert.deepStrictEqual(deltas(onYesScale.take()), [
      ["yes", "0.4000", "5.00", undefined],
      ["no", "0.6500", "2.50", undefined]
    ])
  })

  it("shows the client order id only to the owner of the order", () => {
    const { listen, me, other, world } = setup()
    const [mine, theirs] = [listen(me, "orderbook_delta", book), listen(other, "orderbook_delta", book)]
    world.order(me, { clientOrderId: "mine-1", subaccount: 0 })
    assert.deepStrictEqual(deltas(mine.take()), [["yes", "0.4000", "5.00", "mine-1"]])
    assert.deepStrictEqual(deltas(theirs.take()), [["yes", "0.4000", "5.00", undefined]])
  })

  it("gives all deltas of one action the same clock on every connection", () => {
    const { listen, me, other, world } = setup()
    const [first, second] = [listen(me, "orderbook_delta", book), listen(other, "orderbook_delta", book)]
    world.order(me, { side: "ask", price: 6_000, count: 100 })
    world.order(me, { side: "ask", price: 6_100, count: 100 })
    world.order(other, { side: "bid", price: 6_100, count: 200 })
    const clocks = (frames: ReadonlyArray<Frame>) => frames.map(({ msg }) => msg.clock)
    const seen = clocks(first.take())
    assert.deepStrictEqual(clocks(second.take()), seen)
    assert.strictEqual(seen[2], seen[3])
    assert.isBelow(seen[0], seen[1])
    assert.isBelow(seen[1], seen[2])
    const get = { id: 3, cmd: "update_subscription", params: { sid: 1, action: "get_snapshot", market_ticker: ticker } }
    assert.strictEqual(first.ask(get)[0]!.msg.clock, seen[3])
  })

  it("sends the current book as a snapshot, and then deltas with higher clocks", () => {
    const { me, other, world } = setup()
    world.order(me, { price: 4_000 })
    world.order(me, { price: 3_900 })
    const line = world.connect(other)
    const [, snapshot] = line.ask({ id: 1, cmd: "subscribe", params: { channels: ["orderbook_delta"], ...book } })
    assert.deepStrictEqual(snapshot!.msg.yes_dollars_fp, [
      ["0.3900", "5.00"],
      ["0.4000", "5.00"]
    ])
    world.order(me, { price: 3_800 })
    const [delta] = line.take()
    assert.isAbove(delta!.msg.clock, snapshot!.msg.clock)
  })

  it("has the clock 0 for a market that never changed", () => {
    const { other, world } = setup()
    const [, snapshot] = world
      .connect(other)
      .ask({ id: 1, cmd: "subscribe", params: { channels: ["orderbook_delta"], ...book } })
    assert.strictEqual(snapshot!.msg.clock, 0)
    assert.deepStrictEqual(Object.keys(snapshot!.msg).sort(), ["clock", "market_id", "market_ticker"])
  })
})

describe("ticker and trade", () => {
  it("ticker sends a market's state once after each action that changed this state", () => {
    const { listen, me, other, world } = setup()
    const line = listen(other, "ticker")
    world.order(me, { side: "ask", price: 6_000, count: 300 })
    world.order(me, { side: "ask", price: 7_000, count: 300 })
    world.order(other, { side: "bid", price: 6_000, count: 100 })
    assert.deepStrictEqual(
      line
        .take()
        .map(({ msg }) => [
          msg.price_dollars,
          msg.yes_ask_dollars,
          msg.yes_ask_size_fp,
          msg.volume_fp,
          msg.last_trade_size_fp
        ]),
      [
        ["0.0000", "0.6000", "3.00", "0.00", "0.00"],
        ["0.6000", "0.6000", "2.00", "1.00", "1.00"]
      ]
    )
  })

  it("trade sends the public trades of the chosen markets, or of all markets", () => {
    const { listen, me, other, world } = setup()
    world.market("KXOTHER-26-A")
    const [all, one] = [listen(other, "trade"), listen(other, "trade", { market_ticker: ticker })]
    for (const market of [ticker, "KXOTHER-26-A"]) {
      world.order(me, { ticker: market, side: "ask", price: 6_000, count: 100 })
      world.order(other, { ticker: market, side: "bid", price: 6_000, count: 100 })
    }
    assert.deepStrictEqual(
      all.take().map(({ msg, seq }) => [msg.market_ticker, msg.yes_price_dollars, msg.taker_book_side, seq]),
      [
        [ticker, "0.6000", "bid", 1],
        ["KXOTHER-26-A", "0.6000", "bid", 2]
      ]
    )
    assert.strictEqual(one.take().length, 1)
  })
})

describe("fill, user_orders and market_positions", () => {
  it("show each party of a trade only the party's own fill", () => {
    const { listen, me, other, world } = setup()
    const [mine, theirs] = [listen(me, "fill"), listen(other, "fill")]
    world.order(me, { side: "ask", price: 6_000, count: 100, clientOrderId: "quote" })
    world.order(other, { side: "bid", price: 6_000, count: 100 })
    const part = (frames: ReadonlyArray<Frame>) =>
      frames.map(({ msg, seq }) => [msg.is_taker, msg.outcome_side, msg.post_position_fp, msg.client_order_id, seq])
    assert.deepStrictEqual(part(mine.take()), [[false, "no", "-1.00", "quote", undefined]])
    assert.deepStrictEqual(part(theirs.take()), [[true, "yes", "1.00", undefined, undefined]])
  })

  it("report every change of an order, and give a reason for trades and decreases", () => {
    const { listen, me, other, world } = setup()
    const line = listen(me, "user_orders")
    const { orderId } = world.order(me, { side: "ask", price: 6_000, count: 300 })
    world.order(other, { side: "bid", price: 6_000, count: 100 })
    const target = { orderId, subaccount: 0, exchangeIndex: 0, marketTicker: ticker }
    world.run({
      type: "decreaseOrder",
      accountId: me.accountId,
      order: { ...target, reduceBy: 50, reduceTo: undefined }
    })
    world.run({ type: "cancelOrder", accountId: me.accountId, target })
    assert.deepStrictEqual(
      line.take().map(({ msg }) => [msg.status, msg.fill_count_fp, msg.remaining_count_fp, msg.last_update_reason]),
      [
        ["resting", "0.00", "3.00", undefined],
        ["resting", "1.00", "2.00", "Trade"],
        ["resting", "1.00", "1.50", "Decrease"],
        ["canceled", "1.00", "0.00", undefined]
      ]
    )
  })

  it("report an expired order at its expiry, even if no request arrives", () => {
    const { listen, me, world } = setup()
    const line = listen(me, "user_orders")
    world.order(me, { expirationSeconds: Math.floor(world.nowMillis() / 1_000) + 60 })
    line.take()
    world.pass(59_000)
    assert.deepStrictEqual(line.take(), [])
    world.pass(2_000)
    assert.deepStrictEqual(
      line.take().map(({ msg }) => [msg.status, msg.last_update_reason]),
      [["canceled", "ExpiryCancel"]]
    )
  })

  it("report positions after a trade and after the settlement", () => {
    const { listen, me, other, world } = setup()
    const line = listen(me, "market_positions")
    world.order(other, { side: "ask", price: 4_000, count: 100 })
    world.order(me, { side: "bid", price: 4_000, count: 100 })
    world.run({ type: "determineMarket", ticker, outcome: "yes" })
    world.run({ type: "settleMarket", ticker })
    assert.deepStrictEqual(
      line.take().map(({ msg }) => [msg.position_fp, msg.position_cost_dollars, msg.volume_fp]),
      [
        ["1.00", "0.400000", "1.00"],
        ["0.00", "0.000000", "1.00"]
      ]
    )
  })

  it("show no order of another subaccount to a key that is locked to a subaccount", () => {
    const { listen, me, world } = setup()
    world.run({ type: "createSubaccount", accountId: me.accountId, exchangeIndex: 0 })
    const { keyId } = world.run({
      type: "registerKey",
      accountId: me.accountId,
      publicKey: world.view().key(me.keyId)!.publicKey,
      options: { subaccount: 1 }
    })
    const [locked, whole] = [listen({ ...me, keyId }, "user_orders"), listen(me, "user_orders")]
    world.order(me, {})
    assert.strictEqual(locked.take().length, 0)
    assert.strictEqual(whole.take().length, 1)
  })
})

describe("order_group_updates", () => {
  it("reports the creation, trigger, reset, new limit and deletion of a group", () => {
    const { listen, me, other, world } = setup()
    const [mine, theirs] = [listen(me, "order_group_updates"), listen(other, "order_group_updates")]
    const { groupId } = world.run({
      type: "createGroup",
      accountId: me.accountId,
      group: { subaccount: 0, limit: 100, exchangeIndex: 0 }
    })
    const target = { groupId, subaccount: 0, exchangeIndex: 0 }
    world.order(me, { side: "ask", price: 6_000, count: 300, orderGroupId: groupId })
    world.order(other, { side: "bid", price: 6_000, count: 200 })
    world.run({ type: "resetGroup", accountId: me.accountId, target })
    world.run({ type: "setGroupLimit", accountId: me.accountId, target, limit: 500 })
    world.run({ type: "deleteGroup", accountId: me.accountId, target })
    const frames = mine.take()
    assert.deepStrictEqual(
      frames.map(({ msg }) => [msg.event_type, msg.contracts_limit_fp]),
      [
        ["created", "1.00"],
        ["triggered", undefined],
        ["reset", undefined],
        ["limit_updated", "5.00"],
        ["deleted", undefined]
      ]
    )
    assert.deepStrictEqual(
      frames.map(({ seq }) => seq),
      [1, 2, 3, 4, 5]
    )
    assert.deepStrictEqual(theirs.take(), [])
  })
})

describe("market_lifecycle_v2 and multivariate_market_lifecycle", () => {
  it("follow a market from its creation to its settlement", () => {
    const { listen, other, world } = setup()
    const line = listen(other, "market_lifecycle_v2")
    const later = world.nowMillis() + 60_000
    world.run({
      type: "createMarket",
      market: { ticker: "KXLIFE-26-A", openMillis: later, closeMillis: later + 3_600_000 }
    })
    world.pass(60_000)
    world.run({ type: "pauseMarket", ticker: "KXLIFE-26-A" })
    world.run({ type: "reactivateMarket", ticker: "KXLIFE-26-A" })
    world.run({ type: "setMarketClose", ticker: "KXLIFE-26-A", closeMillis: later + 7_200_000 })
    world.run({ type: "determineMarket", ticker: "KXLIFE-26-A", outcome: { scalar: "0.25" } })
    world.run({ type: "settleMarket", ticker: "KXLIFE-26-A" })
    const frames = line.take()
    assert.deepStrictEqual(
      frames.map(({ msg, type }) => [type, msg.event_type]),
      [
        ["event_lifecycle", undefined],
        ["market_lifecycle_v2", "created"],
        ["market_lifecycle_v2", "activated"],
        ["market_lifecycle_v2", "deactivated"],
        ["market_lifecycle_v2", "activated"],
        ["market_lifecycle_v2", "close_date_updated"],
        ["market_lifecycle_v2", "determined"],
        ["market_lifecycle_v2", "settled"]
      ]
    )
    assert.strictEqual(frames[6]!.msg.settlement_value, "0.2500")
  })

  it("send the events and markets of combos only on multivariate_market_lifecycle", () => {
    const { listen, other, world } = setup()
    const [combos, others] = [listen(other, "multivariate_market_lifecycle"), listen(other, "market_lifecycle_v2")]
    world.run({ type: "createEvent", event: { eventTicker: "KXCOMBO-26", multivariate: true } })
    world.run({ type: "createMarket", market: { ticker: "KXCOMBO-26-A", eventTicker: "KXCOMBO-26" } })
    assert.deepStrictEqual(outline(combos.take()), [
      "event_lifecycle sid 1 seq 1",
      "multivariate_market_lifecycle sid 1 seq 2"
    ])
    assert.deepStrictEqual(others.take(), [])
  })
})

describe("reference prices", () => {
  it("are sent once a second, but five times a second on the 5 Hz channel", () => {
    const { listen, other, world } = setup()
    const [slow, fast, pyth] = [
      listen(other, "cfbenchmarks_value", { index_ids: ["BRTI"] }),
      listen(other, "cfbenchmarks_value_5hz", { index_ids: ["all"] }),
      listen(other, "pyth_value", { underlying_tickers: ["Metal.XAU/USD", "FX.EUR/USD"] })
    ]
    world.pass(3_000)
    assert.deepStrictEqual(
      slow.take().map(({ msg, seq }) => [msg.index_id, seq]),
      [
        ["BRTI", 1],
        ["BRTI", 2],
        ["BRTI", 3]
      ]
    )
    assert.strictEqual(fast.take().length, 75)
    const values = pyth.take().map(({ msg }) => msg)
    assert.strictEqual(values.length, 6)
    assert.match(values[0].value_usd, /^\d+\.\d{8}$/)
    assert.strictEqual(values[0].source_ts_ms % 1_000, 0)
  })

  it("are no longer sent after the last name was removed from the subscription", () => {
    const { listen, other, world } = setup()
    const line = listen(other, "cfbenchmarks_value", { index_ids: ["BRTI"] })
    line.send({
      id: 2,
      cmd: "update_subscription",
      params: { sid: 1, action: "unsubscribe_indices", index_ids: ["BRTI"] }
    })
    line.take()
    world.pass(5_000)
    assert.deepStrictEqual(line.take(), [])
  })

  it("have averages over the documented windows", () => {
    const { listen, other, world } = setup()
    const line = listen(other, "cfbenchmarks_value", { index_ids: ["BRTI"] })
    world.feed.references.set("BRTI", 6_000_000_000_000n, 0)
    const quarter = 900_000
    world.pass(quarter - (world.nowMillis() % quarter) - 61_000)
    line.take()
    world.pass(62_000)
    const frames = line.take().map(({ msg }) => msg)
    const sizes = frames.map((msg) => msg.last_60s_windowed_average_15min?.window_size)
    assert.deepStrictEqual(sizes, [undefined, ...Array.from({ length: 60 }, (_, index) => index + 1), undefined])
    for (const { avg_60s_data: average, data } of frames) {
      assert.strictEqual(average.window_size, 60)
      assert.strictEqual(average.value, "60000.00000000")
      assert.strictEqual(average.window_end_ts_exclusive - average.window_start_ts_ms, 60_000)
      assert.strictEqual(JSON.parse(data).value, "60000.00000000")
    }
  })
})
