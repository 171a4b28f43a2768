import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import * as FeedMessages from "../../src/feed/FeedMessages.ts"
import type { ChannelMessage, Command, ErrorCode } from "../../src/generated/feed.ts"
import type { Dollars } from "../../src/money/FixedPoint.ts"

const examples = readFileSync(new URL("../../../../fixtures/feed/examples.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line): { readonly message: string; readonly payload: Readonly<Record<string, unknown>> } => JSON.parse(line))

const decode = FeedMessages.decoder()

const errorOf = (message: unknown) => Result.getOrThrow(Result.flip(decode(JSON.stringify(message))))

const refusalOf = (command: unknown) => {
  const { operation, pointer, reason } = Result.getOrThrow(
    Result.flip(FeedMessages.encode(command as Command)) // a JavaScript caller can pass anything
  )
  return { operation, pointer, reason }
}

describe("FeedMessages.decoder", () => {
  it("decodes every example message of the AsyncAPI document without a change, compiled and interpreted", () => {
    const messages = examples.filter(({ payload }) => "type" in payload)
    for (const { message, payload } of messages) {
      for (const compiledDecoding of [true, false]) {
        const decoded = FeedMessages.decoder({ compiledDecoding })(JSON.stringify(payload))
        assert.deepStrictEqual(Result.getOrThrow(decoded), payload as never, message)
      }
    }
    assert.strictEqual(new Set(messages.map(({ message }) => message)).size, 36)
  })

  it("decodes the replies of type ok to updates of indices, underlyings and markets", () => {
    for (const msg of [{ index_ids: ["BRTI"] }, { underlying_tickers: ["Metal.XAU/USD"] }, { market_ids: [] }]) {
      const reply = { id: 3, msg, seq: 2, sid: 1, type: "ok" }
      assert.deepStrictEqual(Result.getOrThrow(decode(JSON.stringify(reply))), reply as never)
    }
    assert.deepInclude(errorOf({ id: 3, msg: { index_ids: 1 }, seq: 2, sid: 1, type: "ok" }), {
      pointer: "/msg/index_ids"
    })
    const none = { id: 3, type: "ok", msg: null }
    assert.deepStrictEqual(Result.getOrThrow(decode(JSON.stringify(none))), { ...none, msg: [] } as never)
  })

  it("keeps and checks the fields that only a metadata_updated event has", () => {
    const message = (msg: object) => ({
      type: "market_lifecycle_v2",
      sid: 1,
      seq: 1,
      msg: { market_ticker: "A", ...msg }
    })
    const updated = message({ event_type: "metadata_updated", floor_strike: 95000 })
    assert.deepStrictEqual(Result.getOrThrow(decode(JSON.stringify(updated))), updated as never)
    const { pointer } = errorOf(
      message({ event_type: "metadata_updated", floor_strike: "95000" })
    ) as FeedMessages.InvalidMessage
    assert.strictEqual(pointer, "/msg/floor_strike")
    const later = message({ event_type: "paused" })
    assert.deepStrictEqual(Result.getOrThrow(decode(JSON.stringify(later))), later as never)
  })

  it("accepts a snapshot without sides and clock, but rejects a side that is null", () => {
    const snapshot = (msg: object) => ({ type: "orderbook_snapshot", sid: 1, seq: 1, msg })
    const market = { market_ticker: "A-T1.5", market_id: "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1" }
    assert.isTrue(Result.isSuccess(decode(JSON.stringify(snapshot(market)))))
    for (const [msg, pointer] of [
      [{ ...market, yes_dollars_fp: null }, "/msg/yes_dollars_fp"],
      [{ ...market, yes_dollars_fp: [["0.5", "1"]] }, "/msg/yes_dollars_fp/0/1"],
      [{ ...market, no_dollars_fp: {} }, "/msg/no_dollars_fp"],
      [{ ...market, clock: "7" }, "/msg/clock"],
      [{ market_id: market.market_id }, "/msg/market_ticker"],
      [{ ...market, clock: -1 }, "/msg/clock"]
    ] as const) {
      assert.deepInclude(errorOf(snapshot(msg)), { _tag: "InvalidMessage", type: "orderbook_snapshot", pointer })
    }
  })

  it("decodes a ticker message with an empty price, of a market that never traded", () => {
    const { payload } = examples.find(({ message }) => message === "ticker")!
    const quiet = { ...payload, msg: { ...(payload["msg"] as object), price_dollars: "" } } // the example has a msg
    assert.deepStrictEqual(Result.getOrThrow(decode(JSON.stringify(quiet))), quiet as never)
    const priceOf = ({ msg }: ChannelMessage<"ticker">): Dollars | "" => msg.price_dollars
    assert.strictEqual(priceOf(quiet as never), "")
    // @ts-expect-error -- the price can be empty
    const price: (message: ChannelMessage<"ticker">) => Dollars = priceOf
    assert.isFunction(price)
  })

  it("has types for the messages of a channel and for the error codes", () => {
    const marketOf = ({ msg, seq, type }: ChannelMessage<"orderbook_delta">): readonly [string, string, number] => [
      msg.market_ticker,
      type === "orderbook_delta" ? msg.delta_fp : "",
      seq
    ]
    assert.isFunction(marketOf)
    const overflow: ErrorCode = 25
    // @ts-expect-error -- the exchange has retired this code
    const retired: ErrorCode = 17
    assert.notStrictEqual<number>(overflow, retired)
    // @ts-expect-error -- a fill carries no seq
    assert.isUndefined(({ sid: 1, type: "fill" } as ChannelMessage<"fill">).seq)
  })

  it("reports the name of an unknown type", () => {
    const unknown = errorOf({ type: "order_amended", sid: 1 })
    assert.deepInclude(unknown, { _tag: "UnknownMessage", type: "order_amended" })
    assert.strictEqual(
      unknown.message,
      'A message of the feed has the unknown type "order_amended": look for a newer version of this client'
    )
    assert.strictEqual(errorOf({ type: "constructor" })._tag, "UnknownMessage")
  })

  it("says where and why a message does not decode", () => {
    for (const [text, pointer, reason] of [
      ["", "", "it is not JSON"],
      ['{"type":"fill"', "", "it is not JSON"],
      ["[]", "", "expected an object"],
      ["null", "", "expected an object"],
      ["{}", "/type", "expected the name of a type"],
      ['{"type":"unsubscribed","sid":1}', "/seq", "this field is required"]
    ] as const) {
      const error = Result.getOrThrow(Result.flip(decode(text)))
      assert.deepInclude(error, { _tag: "InvalidMessage", pointer, reason }, text)
    }
    assert.strictEqual(
      errorOf({ type: "unsubscribed", sid: 0, seq: 1 }).message,
      "A message of type unsubscribed breaks the contract at /sid: expected an integer of at least 1"
    )
  })
})

describe("FeedMessages.encode", () => {
  it("encodes every example command of the AsyncAPI document without a change", () => {
    const commands = examples.filter(({ payload }) => "cmd" in payload)
    for (const { message, payload } of commands) {
      const text = Result.getOrThrow(FeedMessages.encode(payload as unknown as Command)) // the example is a command
      assert.deepStrictEqual(JSON.parse(text), payload, message)
    }
    assert.strictEqual(new Set(commands.map(({ message }) => message)).size, 9)
  })

  it("rejects misspelled parameters, unknown channels, commands and actions, and values that are not commands", () => {
    const subscribe = (params: object) => ({ id: 1, cmd: "subscribe", params })
    assert.deepStrictEqual(refusalOf(subscribe({ channels: ["trade"], market_tickerz: ["A"] })), {
      operation: "subscribe",
      pointer: "/params/market_tickerz",
      reason: "there is no such field"
    })
    assert.strictEqual(refusalOf(subscribe({ channels: ["trades"] })).pointer, "/params/channels/0")
    assert.strictEqual(refusalOf(subscribe({ channels: [] })).pointer, "/params/channels")
    assert.strictEqual(refusalOf({ id: 1, cmd: "constructor" }).pointer, "/cmd")
    assert.strictEqual(refusalOf({ id: 1, cmd: "update_subscription" }).pointer, "/params")
    assert.deepStrictEqual(refusalOf({ id: 1, cmd: "update_subscription", params: { action: "add", sid: 1 } }), {
      operation: "Feed",
      pointer: "/params/action",
      reason:
        "expected one of subscribe_indices, unsubscribe_indices, indexlist, subscribe_underlyings, unsubscribe_underlyings, underlying_list, add_markets, delete_markets, get_snapshot"
    })
    assert.strictEqual(refusalOf(undefined).pointer, "")
  })

  it("does not compile with a misspelled parameter or an unknown channel", () => {
    const channels = ["trade"] as const
    // @ts-expect-error -- no such parameter
    FeedMessages.encode({ id: 1, cmd: "subscribe", params: { channels, market_tickerz: ["A"] } })
    // @ts-expect-error -- no such channel
    FeedMessages.encode({ id: 1, cmd: "subscribe", params: { channels: ["trades"] } })
    // @ts-expect-error -- no such action
    FeedMessages.encode({ id: 1, cmd: "update_subscription", params: { action: "add" } })
    assert.isTrue(Result.isSuccess(FeedMessages.encode({ id: 1, cmd: "subscribe", params: { channels } })))
  })
})
