import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { parse, parseNames, type SubscriptionRequest } from "../../../src/feed/session/requests.ts"
import { User, World } from "../support/world.ts"

const refusal = (request: object) => Result.getOrThrow(Result.flip(parse(request as SubscriptionRequest))) // a JavaScript caller can pass anything
const parsed = (channel: string, params?: object) =>
  Result.getOrThrow(parse({ channel, params } as SubscriptionRequest)) // the tests name channels by text

const id = "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1"

describe("parse", () => {
  it("says which field of an invalid request is wrong", () => {
    const refusals = [
      { channel: "trades" },
      { channel: "trade", params: null },
      { channel: "fill", params: { use_yes_price: true } },
      { channel: "ticker", params: { market_tickers: ["A"], market_ids: [id] } },
      { channel: "orderbook_delta" },
      { channel: "trade", params: { market_tickers: [7] } }
    ].map((request) => refusal(request))
    for (const { operation } of refusals.slice(0, 5)) assert.strictEqual(operation, "Feed.subscribe")
    assert.match(refusals[0]!.reason, /^expected one of cfbenchmarks_value, .*trade, /)
    assert.deepInclude(refusals[1]!, { pointer: "/params", reason: "expected an object" })
    assert.strictEqual(refusals[2]!.pointer, "/params/use_yes_price")
    assert.match(refusals[2]!.reason, /^fill has no such parameter: it has \w+(?:, \w+)+$/)
    assert.deepInclude(refusals[3]!, {
      pointer: "/params/market_ids",
      reason: "this field cannot be combined with market_tickers: pass only one of them"
    })
    assert.deepInclude(refusals[4]!, { pointer: "/params/market_tickers", reason: "this field is required" })
    assert.include(refusals[5]!.pointer, "market_tickers")
  })

  it("reports that a channel has no parameters", () => {
    const { pointer, reason } = refusal({ channel: "market_lifecycle_v2", params: { market_tickers: ["A"] } })
    assert.strictEqual(pointer, "/params/market_tickers")
    assert.strictEqual(reason, "market_lifecycle_v2 has no such parameter: it has none")
  })

  it("returns the kind of names, but no names, for an index channel without indices", () => {
    const { key, kind, names } = parsed("cfbenchmarks_value")
    assert.deepStrictEqual([key, kind?.parameter, names], ["cfbenchmarks_value index_ids {}", "index_ids", []])
  })

  it("ignores parameters without a value", () => {
    assert.deepStrictEqual(parsed("fill", { use_yes_price: undefined }), parsed("fill"))
  })

  it("reads each kind of names, and drops repeated names", () => {
    const kinds = [
      parsed("trade", { market_ticker: "A" }),
      parsed("trade", { market_tickers: ["A", "B", "A"] }),
      parsed("ticker", { market_id: id }),
      parsed("ticker", { market_ids: [id] }),
      parsed("user_orders", { market_tickers: ["A"] }),
      parsed("cfbenchmarks_value", { index_ids: ["BRTI"] }),
      parsed("cfbenchmarks_value_5hz", { index_ids: ["BRTI"] }),
      parsed("pyth_value", { underlying_tickers: ["Metal.XAU/USD"] })
    ].map(({ kind, names }) => [kind?.parameter, kind?.field, kind?.actions.add, kind?.actions.delete, names])
    const markets = ["add_markets", "delete_markets"]
    assert.deepStrictEqual(kinds, [
      ["market_tickers", "market_ticker", ...markets, ["A"]],
      ["market_tickers", "market_ticker", ...markets, ["A", "B"]],
      ["market_ids", "market_id", ...markets, [id]],
      ["market_ids", "market_id", ...markets, [id]],
      ["market_tickers", "ticker", ...markets, ["A"]],
      ["index_ids", "index_id", "subscribe_indices", "unsubscribe_indices", ["BRTI"]],
      ["index_ids", "index_id", "subscribe_indices", "unsubscribe_indices", ["BRTI"]],
      ["underlying_tickers", "underlying_ticker", "subscribe_underlyings", "unsubscribe_underlyings", ["Metal.XAU/USD"]]
    ])
  })

  it("returns no kind of names for all markets, all indices and channels without markets", () => {
    const whole = [
      parsed("trade"),
      parsed("cfbenchmarks_value", { index_ids: ["BRTI", "all"] }),
      parsed("pyth_value", { underlying_tickers: ["all"] }),
      parsed("order_group_updates")
    ].map(({ key, kind, names, options }) => [key, kind, names, options])
    assert.deepStrictEqual(whole, [
      ["trade all {}", undefined, [], {}],
      ['cfbenchmarks_value all {"index_ids":["all"]}', undefined, [], { index_ids: ["all"] }],
      ['pyth_value all {"underlying_tickers":["all"]}', undefined, [], { underlying_tickers: ["all"] }],
      ["order_group_updates  {}", undefined, [], {}]
    ])
  })

  it("gives two requests the same key if and only if they can share a subscription", () => {
    const key = (channel: string, params: object) => parsed(channel, params).key
    assert.strictEqual(
      key("ticker", { market_tickers: ["A"], send_initial_snapshot: true, skip_ticker_ack: true }),
      key("ticker", { skip_ticker_ack: true, market_ticker: "B", send_initial_snapshot: true })
    )
    assert.strictEqual(
      key("ticker", { skip_ticker_ack: true, send_initial_snapshot: true }),
      key("ticker", { send_initial_snapshot: true, skip_ticker_ack: true })
    )
    assert.notStrictEqual(key("ticker", {}), key("ticker", { market_tickers: ["A"] }))
    assert.notStrictEqual(key("ticker", { market_ids: [id] }), key("ticker", { market_tickers: ["A"] }))
    assert.notStrictEqual(
      key("orderbook_delta", { market_tickers: ["A"], use_yes_price: true }),
      key("orderbook_delta", { market_tickers: ["A"] })
    )
    assert.deepStrictEqual(parsed("trade", { market_tickers: ["A"] }).options, {})
    assert.deepStrictEqual(parsed("orderbook_delta", { market_tickers: ["A"] }).options, { use_yes_price: false })
  })

  it('accepts "all" as the ticker of a market', () => {
    assert.deepStrictEqual(parsed("trade", { market_tickers: ["all"] }).names, ["all"])
  })
})

describe("parseNames", () => {
  it("checks names that are added later", () => {
    const names = (channel: string, params: object, added: ReadonlyArray<string>) =>
      parseNames(parsed(channel, params), added)
    assert.deepStrictEqual(Result.getOrThrow(names("trade", { market_tickers: ["A"] }, ["B", "all", "B"])), [
      "B",
      "all"
    ])
    assert.deepStrictEqual(Result.getOrThrow(names("ticker", { market_ids: [id] }, [id])), [id])
    assert.deepStrictEqual(Result.getOrThrow(names("user_orders", { market_tickers: ["A"] }, ["all"])), ["all"])
    const failures = [
      names("trade", {}, ["A"]),
      names("cfbenchmarks_value", { index_ids: ["BRTI"] }, ["all"]),
      names("pyth_value", { underlying_tickers: ["Metal.XAU/USD"] }, ["all"])
    ].map((result) => Result.getOrThrow(Result.flip(result)))
    assert.deepInclude(failures[0]!, {
      pointer: "",
      reason: "the subscription has no list of markets to change: open another subscription"
    })
    for (const failure of failures.slice(1)) {
      assert.deepInclude(failure, { pointer: "", reason: 'the names cannot be "all": open another subscription' })
    }
    assert.isTrue(Result.isFailure(names("trade", { market_tickers: ["A"] }, [7 as never]))) // a JavaScript caller can pass anything
  })
})

describe("Session, requests", () => {
  it("refuses a misspelled parameter, and a parameter that the channel does not have", () => {
    const world = new World()
    const refusal = (channel: string, params: object) => {
      const refused = world.session.subscribe({ channel, params } as never, new User()) // a JavaScript caller can pass anything
      const failure = Result.getOrThrow(Result.flip(refused))
      return failure._tag === "InvalidRequest" ? failure.pointer : failure._tag
    }
    assert.strictEqual(refusal("trade", { market_tickerz: ["A"] }), "/params/market_tickerz")
    assert.strictEqual(refusal("trade", { use_yes_price: true }), "/params/use_yes_price")
    assert.strictEqual(refusal("orderbook_delta", {}), "/params/market_tickers")
    assert.strictEqual(refusal("trades", {}), "/channel")
    assert.strictEqual(
      refusal("ticker", { market_ticker: "A", market_ids: ["9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1"] }),
      "/params/market_ids"
    )
    assert.deepStrictEqual(world.dials, [])
    // @ts-expect-error -- no such parameter
    world.session.subscribe({ channel: "trade", params: { market_tickerz: ["A"] } }, new User())
    // @ts-expect-error -- not a parameter of this channel
    world.session.subscribe({ channel: "fill", params: { use_yes_price: true } }, new User())
  })
})
