import { assert, describe, it } from "vitest"
import { feedPath } from "../../src/feed/line.ts"
import { type Loose, type Frame, makeFeedWorld, outline, ticker } from "../support/feedWorld.ts"

const json = (body: Uint8Array): Loose => JSON.parse(new TextDecoder().decode(body))

const connected = (assumptions: Parameters<typeof makeFeedWorld>[0] = {}) => {
  const world = makeFeedWorld(assumptions)
  world.market(ticker)
  const me = world.account()
  return { world, me, line: world.connect(me) }
}

const subscribe = (channel: string, params: object = {}, id = 1) => ({
  id,
  cmd: "subscribe",
  params: { channels: [channel], ...params }
})

const update = (action: string, params: object = {}, id = 2) => ({
  id,
  cmd: "update_subscription",
  params: { sid: 1, action, ...params }
})

const errorOf = (frames: ReadonlyArray<Frame>) => frames.map(({ msg, type }) => (type === "error" ? msg.code : type))

describe("Feed.upgrade", () => {
  it("accepts a request that is signed for the path of the feed", () => {
    const { world } = connected()
    assert.deepStrictEqual(
      world.feed.connections.map(({ id }) => id),
      [1]
    )
  })

  it("refuses an unauthenticated request with 401 and the code of the reason", () => {
    const world = makeFeedWorld()
    const me = world.account()
    const signedForRest = world.request(me, {
      headers: {
        ...world.request(me).headers,
        "kalshi-access-signature": me.sign(`${world.nowMillis()}GET/trade-api/v2/portfolio/balance`)
      }
    })
    const cases = [
      [world.request(me, { headers: {} }), "token_authentication_failure"],
      [signedForRest, "authentication_error"],
      [
        { ...signedForRest, headers: { ...signedForRest.headers, "kalshi-access-timestamp": "1" } },
        "header_timestamp_expired"
      ]
    ] as const
    for (const [request, code] of cases) {
      const { body, status } = world.refused(request)
      assert.strictEqual(status, 401)
      assert.strictEqual(json(body).error.code, code)
    }
  })

  it("ignores a query when it verifies the signature", () => {
    const world = makeFeedWorld()
    const me = world.account()
    assert.strictEqual(world.feed.upgrade(world.request(me, { path: `${feedPath}?version=1` }))._tag, "Accepted")
  })

  it("refuses a connection beyond the maximum with 429 and Retry-After", () => {
    const { me, world } = connected({ maxFeedConnections: 1 })
    const { headers, status } = world.refused(world.request(me))
    assert.strictEqual(status, 429)
    assert.strictEqual(headers["retry-after"], "1")
    assert.strictEqual(world.feed.upgrade(world.request(world.account()))._tag, "Accepted")
  })

  it("refuses connections when the account has no tokens left", () => {
    const world = makeFeedWorld()
    const me = world.account()
    world.run({ type: "setTier", accountId: me.accountId, tier: "basic" })
    const statuses = Array.from({ length: 100 }, () => world.feed.upgrade(world.request(me))._tag)
    assert.include(statuses, "Refused")
    assert.strictEqual(statuses[0], "Accepted")
  })

  it("has no connection and no due timer after the only connection has closed", () => {
    const { line, world } = connected()
    line.endpoint.closed()
    assert.deepStrictEqual(world.feed.connections, [])
    assert.strictEqual(world.feed.nextMillis() === undefined || world.feed.nextMillis()! > world.nowMillis(), true)
  })
})

describe("subscribe", () => {
  it("gets the reply `subscribed` for each channel, followed by the snapshot on orderbook_delta", () => {
    const { line } = connected()
    const frames = line.ask({
      id: 1,
      cmd: "subscribe",
      params: { channels: ["orderbook_delta", "trade", "fill"], market_ticker: ticker }
    })
    assert.deepStrictEqual(outline(frames), [
      "subscribed id 1",
      "orderbook_snapshot sid 1 seq 1",
      "subscribed id 1",
      "subscribed id 1"
    ])
    assert.deepStrictEqual(
      frames.filter(({ type }) => type === "subscribed").map(({ msg }) => msg),
      [
        { channel: "orderbook_delta", sid: 1 },
        { channel: "trade", sid: 2 },
        { channel: "fill", sid: 3 }
      ]
    )
  })

  it("is merged into an open subscription of the channel, and gets the reply `ok`", () => {
    const { line, world } = connected()
    world.market("KXOTHER-26-A")
    line.send(subscribe("orderbook_delta", { market_tickers: [ticker] }))
    const frames =
      line.take() && line.ask(subscribe("orderbook_delta", { market_tickers: ["KXOTHER-26-A", ticker] }, 2))
    assert.deepStrictEqual(outline(frames), ["ok id 2 sid 1 seq 2", "orderbook_snapshot sid 1 seq 3"])
    assert.deepStrictEqual(frames[0]!.msg, { market_tickers: [ticker, "KXOTHER-26-A"] })
    assert.strictEqual(frames[1]!.msg.market_ticker, "KXOTHER-26-A")
  })

  it("opens the other channels if one channel fails", () => {
    const { line } = connected()
    const frames = line.ask({ id: 1, cmd: "subscribe", params: { channels: ["trade", "no_channel", "ticker"] } })
    assert.deepStrictEqual(errorOf(frames), ["subscribed", 8, "subscribed"])
  })

  it("omits the list of markets from the reply if skip_ticker_ack is set", () => {
    const { line } = connected()
    line.send(subscribe("ticker", { market_ticker: ticker, skip_ticker_ack: true }))
    line.take()
    assert.deepStrictEqual(line.ask(update("add_markets", { market_ticker: "KXOTHER-26-A" }))[0]!.msg, {})
  })

  it("sends no snapshot of an unknown market until the market exists", () => {
    const { line, world } = connected()
    assert.deepStrictEqual(outline(line.ask(subscribe("orderbook_delta", { market_ticker: "KXNEW-26-A" }))), [
      "subscribed id 1"
    ])
    world.market("KXNEW-26-A")
    assert.deepStrictEqual(outline(line.take()), ["orderbook_snapshot sid 1 seq 1"])
  })

  it("treats the id 0 as absent", () => {
    const { line } = connected()
    assert.strictEqual("id" in line.ask({ id: 0, cmd: "subscribe", params: { channels: ["trade"] } })[0]!, false)
  })

  it("sends the current ticker if send_initial_snapshot is set", () => {
    const { line, me, world } = connected()
    world.order(me, { price: 4_000 })
    const frames = line.ask(subscribe("ticker", { market_ticker: ticker, send_initial_snapshot: true }))
    assert.deepStrictEqual(outline(frames), ["subscribed id 1", "ticker sid 1"])
    assert.strictEqual(frames[1]!.msg.yes_bid_dollars, "0.4000")
    assert.strictEqual(frames[1]!.msg.yes_ask_dollars, "1.0000")
  })

  it("accepts market ids on the ticker channel", () => {
    const { line, me, world } = connected()
    line.send(subscribe("orderbook_delta", { market_ticker: ticker }))
    const [, snapshot] = line.take()
    const id = snapshot!.msg.market_id
    assert.deepStrictEqual(errorOf(line.ask(subscribe("ticker", { market_ids: [id] }, 2))), ["subscribed"])
    world.order(me, {})
    assert.deepStrictEqual(
      line.take().map(({ msg, type }) => [type, msg.market_id]),
      [
        ["orderbook_delta", id],
        ["ticker", id]
      ]
    )
    assert.deepStrictEqual(line.ask(update("delete_markets", { sid: 2, market_id: id }))[0]!.msg, { market_ids: [] })
  })

  it("accepts the same market twice in one command", () => {
    const { line } = connected()
    assert.strictEqual(line.ask(subscribe("orderbook_delta", { market_tickers: [ticker, ticker] })).length, 2)
  })
})

describe("update_subscription", () => {
  it("adds and deletes markets, and gets the whole list as the reply", () => {
    const { line, me, world } = connected()
    world.market("KXOTHER-26-A")
    line.send(subscribe("orderbook_delta", { market_ticker: ticker }))
    line.take()
    const added = line.ask(update("add_markets", { market_tickers: ["KXOTHER-26-A"] }))
    assert.deepStrictEqual(outline(added), ["ok id 2 sid 1 seq 2", "orderbook_snapshot sid 1 seq 3"])
    assert.deepStrictEqual(added[0]!.msg, { market_tickers: [ticker, "KXOTHER-26-A"] })
    const deleted = line.ask(update("delete_markets", { sids: [1], sid: undefined, market_ticker: ticker }, 3))
    assert.deepStrictEqual(outline(deleted), ["ok id 3 sid 1 seq 4"])
    world.order(me, {})
    world.order(me, { ticker: "KXOTHER-26-A" })
    assert.deepStrictEqual(
      line.take().map(({ msg, seq }) => [msg.market_ticker, seq]),
      [["KXOTHER-26-A", 5]]
    )
  })

  it("gets a snapshot with the command's id as the reply to get_snapshot", () => {
    const { line, me, world } = connected()
    line.send(subscribe("orderbook_delta", { market_ticker: ticker }))
    world.order(me, {})
    line.take()
    const frames = line.ask(update("get_snapshot", { market_tickers: [ticker] }, 9))
    assert.deepStrictEqual(outline(frames), ["orderbook_snapshot id 9 sid 1 seq 3"])
    assert.deepStrictEqual(frames[0]!.msg.yes_dollars_fp, [["0.4000", "5.00"]])
    assert.strictEqual("no_dollars_fp" in frames[0]!.msg, false)
  })

  it("gets an error instead of a snapshot of an unsubscribed market", () => {
    const { line } = connected()
    line.send(subscribe("orderbook_delta", { market_ticker: ticker }))
    line.take()
    const [frame] = line.ask(update("get_snapshot", { market_tickers: ["KXOTHER-26-A"] }))
    assert.strictEqual(frame!.msg.code, 11)
    assert.deepStrictEqual(frame!.msg.market_tickers, ["KXOTHER-26-A"])
    assert.strictEqual(frame!.seq, 2)
  })

  it("adds, removes and lists reference prices", () => {
    const { line } = connected()
    line.send(subscribe("cfbenchmarks_value"))
    line.take()
    assert.deepStrictEqual(line.ask(update("subscribe_indices", { index_ids: ["BRTI", "ETHUSD_RTI"] }))[0]!.msg, {
      index_ids: ["BRTI", "ETHUSD_RTI"]
    })
    assert.deepStrictEqual(line.ask(update("subscribe_indices", { index_ids: ["all"] }))[0]!.msg, {
      index_ids: ["all"]
    })
    assert.deepStrictEqual(line.ask(update("unsubscribe_indices", { index_ids: ["all", "BRTI"] }))[0]!.msg, {
      index_ids: ["ETHUSD_RTI"]
    })
    const [list] = line.ask(update("indexlist"))
    assert.strictEqual(list!.type, "cfbenchmarks_value_indexlist")
    assert.include(list!.msg.index_ids, "SHIBUSD_RTI")
    line.send(subscribe("pyth_value", { underlying_tickers: ["all"] }, 3))
    line.take()
    assert.strictEqual(line.ask(update("underlying_list", { sid: 2 }))[0]!.type, "pyth_value_underlying_list")
  })
})

describe("unsubscribe and list_subscriptions", () => {
  it("ends subscriptions with a reply that has a seq, and reports an unknown sid", () => {
    const { line, me, world } = connected()
    line.send(subscribe("trade"))
    line.send(subscribe("fill"))
    line.take()
    const frames = line.ask({ id: 5, cmd: "unsubscribe", params: { sids: [1, 7, 2] } })
    assert.deepStrictEqual(outline(frames), [
      "unsubscribed id 5 sid 1 seq 1",
      "error id 5",
      "unsubscribed id 5 sid 2 seq 1"
    ])
    assert.strictEqual(frames[1]!.msg.code, 7)
    world.order(me, {})
    assert.deepStrictEqual(line.take(), [])
  })

  it("lists the open subscriptions", () => {
    const { line } = connected()
    assert.deepStrictEqual(line.ask({ id: 1, cmd: "list_subscriptions" })[0]!.msg, [])
    line.send(subscribe("trade"))
    line.take()
    const [frame] = line.ask({ id: 2, cmd: "list_subscriptions" })
    assert.deepStrictEqual(frame!.msg, [{ channel: "trade", sid: 1 }])
    assert.strictEqual("seq" in frame!, false)
  })

  it("gives a new subscription of the channel a new sid and seq 1", () => {
    const { line } = connected()
    line.send(subscribe("orderbook_delta", { market_ticker: ticker }))
    line.send({ id: 2, cmd: "unsubscribe", params: { sids: [1] } })
    line.take()
    assert.deepStrictEqual(outline(line.ask(subscribe("orderbook_delta", { market_ticker: ticker }, 3))), [
      "subscribed id 3",
      "orderbook_snapshot sid 2 seq 1"
    ])
  })
})

describe("errors of commands", () => {
  const cases: ReadonlyArray<readonly [code: number, what: string, command: object | string]> = [
    [1, "text that is not JSON", "{"],
    [1, "a list", "[]"],
    [1, "an id that is not an integer", { id: "1", cmd: "list_subscriptions" }],
    [1, "a negative id", { id: -1, cmd: "list_subscriptions" }],
    [2, "no params", { id: 1, cmd: "subscribe" }],
    [3, "no channels", { id: 1, cmd: "subscribe", params: {} }],
    [3, "an empty list of channels", { id: 1, cmd: "subscribe", params: { channels: [] } }],
    [4, "no sids", { id: 1, cmd: "unsubscribe", params: {} }],
    [5, "an unknown command", { id: 1, cmd: "no_command" }],
    [5, "no command", { id: 1 }],
    [7, "an unknown sid", { id: 1, cmd: "unsubscribe", params: { sids: [9] } }],
    [
      7,
      "an update of an unknown sid",
      { id: 1, cmd: "update_subscription", params: { sid: 9, action: "add_markets" } }
    ],
    [8, "an unknown channel", subscribe("no_channel")],
    [8, "a channel with the name of a property of Object.prototype", subscribe("constructor")],
    [11, "channels that are not a list", { id: 1, cmd: "subscribe", params: { channels: "trade" } }],
    [11, "market_ticker and market_tickers", subscribe("trade", { market_ticker: ticker, market_tickers: [ticker] })],
    [11, "a market id on a channel that does not accept ids", subscribe("trade", { market_id: "x" })],
    [11, "an unknown market id", subscribe("ticker", { market_id: "x" })],
    [11, "a flag that is text", subscribe("trade", { skip_ticker_ack: "yes" })],
    [
      12,
      "two sids in an update",
      { id: 1, cmd: "update_subscription", params: { sids: [1, 2], action: "add_markets" } }
    ],
    [12, "sid and sids", { id: 1, cmd: "update_subscription", params: { sid: 1, sids: [1], action: "add_markets" } }],
    [13, "an action of another channel", update("indexlist")],
    [14, "a book without markets", subscribe("orderbook_delta")],
    [14, "add_markets without a market", update("add_markets")],
    [15, "no action", { id: 1, cmd: "update_subscription", params: { sid: 1 } }],
    [19, "shard_factor 0", subscribe("communications", { shard_factor: 0 })],
    [20, "shard_key without shard_factor", subscribe("communications", { shard_key: 0 })],
    [21, "shard_key too large", subscribe("communications", { shard_factor: 2, shard_key: 2 })],
    [22, "shard_factor 101", subscribe("communications", { shard_factor: 101 })],
    [24, "no index", update("subscribe_indices", { sid: 2 })],
    [28, "no underlying", update("subscribe_underlyings", { sid: 3, underlying_tickers: [] })]
  ]
  for (const [code, what, command] of cases) {
    it(`${code}: ${what}`, () => {
      const { line } = connected()
      line.send(subscribe("trade"))
      line.send(subscribe("cfbenchmarks_value"))
      line.send(subscribe("pyth_value"))
      line.take()
      const frames = line.ask(command)
      assert.deepStrictEqual(errorOf(frames), [code])
      assert.isString(frames[0]!.msg.msg)
      // The connection and its subscriptions stay open.
      assert.strictEqual(line.ask({ id: 99, cmd: "list_subscriptions" })[0]!.msg.length, 3)
    })
  }

  it("9: a private channel without the scope read", () => {
    const world = makeFeedWorld()
    const line = world.connect(world.account({ scopes: ["read::portfolio_balance"] }))
    assert.deepStrictEqual(errorOf(line.ask(subscribe("fill"))), [9])
    assert.deepStrictEqual(errorOf(line.ask(subscribe("trade"))), ["subscribed"])
  })

  it("9: pyth_value if pythFeed is refused", () => {
    const { line } = connected({ pythFeed: "refused" })
    assert.deepStrictEqual(errorOf(line.ask(subscribe("pyth_value"))), [9])
  })

  it("26: more markets than a subscription may have, and the earlier markets stay", () => {
    const { line } = connected({ maxFeedMarkets: 2 })
    line.send(subscribe("trade", { market_tickers: ["A", "B"] }))
    line.take()
    const [frame] = line.ask(update("add_markets", { market_tickers: ["B", "C"] }))
    assert.deepStrictEqual([frame!.msg.code, frame!.msg.market_tickers], [26, ["C"]])
    assert.deepStrictEqual(errorOf(line.ask(subscribe("trade", { market_tickers: ["C"] }, 3))), [26])
    assert.deepStrictEqual(line.ask(update("delete_markets", { market_ticker: "A" }))[0]!.msg, {
      market_tickers: ["B"]
    })
  })

  it("27: more commands than a connection may send in a second", () => {
    const { line, world } = connected({ maxFeedCommandsPerSecond: 2 })
    const list = { id: 1, cmd: "list_subscriptions" }
    assert.deepStrictEqual(
      [list, list, list].map((command) => errorOf(line.ask(command))[0]),
      ["ok", "ok", 27]
    )
    world.pass(1_000)
    assert.deepStrictEqual(errorOf(line.ask(list)), ["ok"])
  })
})

describe("slow readers", () => {
  it("receive all frames in order after the network accepts data again", () => {
    const { line, me, world } = connected()
    line.send(subscribe("orderbook_delta", { market_ticker: ticker }))
    line.block(true)
    line.take()
    for (const price of [3_000, 3_100, 3_200]) {
      world.order(me, { price })
    }
    assert.deepStrictEqual(line.take(), [])
    assert.strictEqual(world.feed.connections[0]!.waiting, 3)
    line.block(false)
    assert.deepStrictEqual(
      line.take().map(({ seq }) => seq),
      [2, 3, 4]
    )
  })

  it("lose a subscription with error 25 if too many of its frames wait", () => {
    const { line, me, world } = connected({ maxFeedWaitingFrames: 3 })
    line.send(subscribe("orderbook_delta", { market_ticker: ticker }))
    line.send(subscribe("order_group_updates"))
    line.take()
    line.block(true)
    for (let price = 3_000; price < 3_500; price += 100) {
      world.order(me, { price })
    }
    line.block(false)
    const frames = line.take()
    assert.deepStrictEqual(errorOf(frames), [25])
    assert.strictEqual(frames[0]!.sid, 1)
    assert.deepStrictEqual(line.ask({ id: 3, cmd: "list_subscriptions" })[0]!.msg, [
      { channel: "order_group_updates", sid: 2 }
    ])
  })

  it("lose the connection if too many replies wait", () => {
    const { line } = connected({ maxFeedCommandsPerSecond: 1_000_000 })
    line.block(true)
    for (let id = 0; id <= 100_000; id++) {
      line.send('{"id":1,"cmd":"list_subscriptions"}')
    }
    assert.strictEqual(line.ended(), "reset")
  })
})

describe("pings", () => {
  it("are sent every ten seconds, and a connection without pongs is dropped", () => {
    const { line, world } = connected({ pongTimeoutMillis: 60_000 })
    world.pass(35_000)
    assert.strictEqual(line.pings(), 3)
    line.mute()
    world.pass(50_000)
    assert.strictEqual(line.ended(), undefined)
    world.pass(20_000)
    assert.strictEqual(line.ended(), "reset")
    assert.deepStrictEqual(world.feed.connections, [])
  })
})
