import { assert, describe, it } from "@effect/vitest"
import type * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import * as Feed from "@kalshi-effect/client/Feed"
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import { countUnsafe, dollarsUnsafe } from "@kalshi-effect/client/FixedPoint"
import { RepeatedCursor } from "@kalshi-effect/client/Pages"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { describeFailure } from "../../src/app/failures.ts"
import { Output, type Screen } from "../../src/output/Output.ts"
import { accountEvent } from "../../src/watch/accountEvents.ts"
import { BookStates } from "../../src/watch/bookEvents.ts"
import { lineStateOf } from "../../src/watch/lineState.ts"
import { type Event, printEvents } from "../../src/watch/ndjson.ts"
import { tradeEvents } from "../../src/watch/tradeEvents.ts"
import { accountFill, accountGroup, accountOrder, accountPosition, nowMillis } from "./support.ts"

type BookEvent = Feed.FeedEvent<"orderbook_delta">

const time = "2026-11-30T12:00:00.000Z"
const decode = FeedMessages.decoder()

const message = (
  type: "orderbook_snapshot" | "orderbook_delta",
  seq: number,
  fields: object,
  ticker = "A"
): BookEvent => {
  const market_id = "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1"
  const text = JSON.stringify({ type, sid: 1, seq, msg: { market_ticker: ticker, market_id, clock: seq, ...fields } })
  const decoded = Result.getOrThrow(decode(text))
  assert(decoded.type === "orderbook_snapshot" || decoded.type === "orderbook_delta")
  return { _tag: "Message", message: decoded, generation: 1, sid: 1, receivedMillis: nowMillis }
}

const snapshot = (seq: number, ticker?: string) =>
  message("orderbook_snapshot", seq, { yes_dollars_fp: [["0.4500", "10.00"]] }, ticker)

const delta = (seq: number, delta_fp = "5.00") =>
  message("orderbook_delta", seq, { side: "yes", price_dollars: "0.4500", delta_fp })

const loss = { _tag: "Closed" as const, code: 1006, reason: "" }

/** Returns the lines without the time and the message. */
const linesOf = (events: ReadonlyArray<BookEvent>) => {
  const states = new BookStates(["A", "B"], nowMillis)
  return events
    .flatMap((event) => states.linesOf(event, nowMillis))
    .map((event) => {
      const { msg: _, time: shown, ...line } = event
      assert.strictEqual(shown, time)
      return line
    })
}

const summaryOf = (events: ReadonlyArray<BookEvent>) =>
  linesOf(events).map((line) =>
    ["type", "ticker", "state", "cause"].flatMap((name) => (name in line ? [line[name]] : [])).join(" ")
  )

describe("BookStates", () => {
  it("prints the values of each message unchanged", () => {
    const states = new BookStates(["A"], nowMillis)
    assert.deepStrictEqual(states.linesOf(snapshot(1), nowMillis), [
      {
        type: "orderbook_snapshot",
        time,
        ticker: "A",
        seq: 1,
        msg: {
          market_ticker: "A",
          market_id: "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1",
          clock: 1,
          yes_dollars_fp: [["0.4500", "10.00"]]
        }
      },
      { type: "book", time, ticker: "A", state: "live" }
    ])
  })

  it("reports each change of a book's state after the event that caused it", () => {
    const gap = { _tag: "Gap", generation: 1, sid: 1, reason: "missing", markets: ["A"] } as const
    const outage = { _tag: "Outage", cause: loss, sinceMillis: nowMillis, markets: [] } as const
    assert.deepStrictEqual(
      summaryOf([
        snapshot(1),
        snapshot(2, "B"),
        delta(3),
        { ...gap, expectedSeq: 4, receivedSeq: 6 },
        delta(6),
        snapshot(7),
        outage,
        { _tag: "Restored", sinceMillis: nowMillis, durationMillis: 900 }
      ]),
      [
        "orderbook_snapshot A",
        "book A live",
        "orderbook_snapshot B",
        "book B live",
        "orderbook_delta A",
        "gap",
        "book A healing gap",
        "orderbook_delta A",
        "orderbook_snapshot A",
        "book A live",
        "outage",
        "book A healing outage",
        "book B healing outage",
        "restored"
      ]
    )
  })

  it("reports a change that would make a count negative", () => {
    assert.deepStrictEqual(summaryOf([snapshot(1), delta(2, "-99.00")]).slice(2), [
      "orderbook_delta A",
      "book A healing negative"
    ])
  })

  it("reports no book state of a market that is not watched", () => {
    assert.deepStrictEqual(summaryOf([snapshot(1, "C")]), ["orderbook_snapshot C"])
  })

  it("reports losses and other events of the feed", () => {
    const shared = { generation: 1, sid: 1, text: "" }
    const unread = { _tag: "Undecodable", ...shared, pointer: "/msg/clock", reason: "expected a number" } as const
    const error = new Feed.MarketsNotListed({ channel: "orderbook_delta", markets: ["B"] })
    const healing = { type: "book", state: "healing" }
    const sequence = { expectedSeq: 4, receivedSeq: 6 }
    for (const [event, ...lines] of [
      [
        { _tag: "Gap", generation: 1, sid: 1, reason: "missing", markets: ["A"], ...sequence },
        { type: "gap", tickers: ["A"], reason: "missing", expected_seq: 4, received_seq: 6 },
        { ...healing, ticker: "A", cause: "gap", reason: "expected seq 4, got 6" }
      ],
      [
        { _tag: "Outage", cause: loss, sinceMillis: nowMillis, markets: ["A"] },
        { type: "outage", tickers: ["A"], reason: "the connection closed with code 1006" },
        { ...healing, ticker: "A", cause: "outage", reason: "the connection closed with code 1006" }
      ],
      [
        { _tag: "Restored", sinceMillis: nowMillis, durationMillis: 900 },
        { type: "restored", duration_ms: 900 }
      ],
      [
        { ...unread, market: "A" },
        { type: "undecodable", ticker: "A", reason: "expected a number at /msg/clock" },
        { ...healing, ticker: "A", cause: "undecodable", reason: "expected a number at /msg/clock" }
      ],
      [
        { ...unread, market: undefined },
        { type: "undecodable", ticker: undefined, reason: "expected a number at /msg/clock" },
        { ...healing, ticker: "A", cause: "undecodable", reason: "expected a number at /msg/clock" },
        { ...healing, ticker: "B", cause: "undecodable", reason: "expected a number at /msg/clock" }
      ],
      [
        { _tag: "UnknownMessage", ...shared, type: "orderbook_hint" },
        { type: "undecodable", reason: "a message has the unknown type orderbook_hint" },
        { ...healing, ticker: "A", cause: "undecodable", reason: "a message has the unknown type orderbook_hint" },
        { ...healing, ticker: "B", cause: "undecodable", reason: "a message has the unknown type orderbook_hint" }
      ],
      [
        { _tag: "UnknownKeys", generation: 1, sid: 1, market: "A", pointers: ["/msg/yes_levels"] },
        { type: "unknown_keys", ticker: "A", pointers: ["/msg/yes_levels"] }
      ],
      [
        { _tag: "Refused", markets: ["B"], error },
        { type: "refused", tickers: ["B"], reason: error.message }
      ],
      [
        { _tag: "Delay", isLate: true, growthMillis: 6_000 },
        { type: "delay", is_late: true, growth_ms: 6_000 }
      ],
      [
        { _tag: "Replaced", generation: 2, sid: 1, markets: ["A"] },
        { type: "replaced", tickers: ["A"] },
        { ...healing, ticker: "A", cause: "outage", reason: "the subscription moved to another connection" }
      ]
    ] satisfies ReadonlyArray<readonly [BookEvent, ...ReadonlyArray<Partial<Event>>]>) {
      assert.deepStrictEqual(linesOf([snapshot(1), snapshot(2, "B"), event]).slice(4), lines, event._tag)
    }
  })
})

const trade = {
  trade_id: "1",
  market_ticker: "A",
  count_fp: countUnsafe("1.00"),
  yes_price_dollars: dollarsUnsafe("0.45"),
  no_price_dollars: dollarsUnsafe("0.55"),
  taker_book_side: "bid",
  taker_outcome_side: "yes",
  taker_side: "yes",
  ts: nowMillis / 1_000,
  ts_ms: nowMillis
} as const

describe("tradeEvents", () => {
  const hole = { _tag: "Hole", sinceMillis: nowMillis - 1_000, untilMillis: nowMillis, durationMillis: 1_000 } as const
  const interval = { since: "2026-11-30T11:59:59.000Z", until: time }

  it("prints the message of a trade unchanged", () => {
    assert.deepStrictEqual(tradeEvents({ _tag: "Trade", trade, receivedMillis: nowMillis }, nowMillis + 5), [
      { type: "trade", time, ticker: "A", msg: trade }
    ])
  })

  it("prints a hole (an interval with lost trades), the trades that were read for it, and their number", () => {
    assert.deepStrictEqual(tradeEvents(hole, nowMillis), [{ type: "hole", time, ...interval }])
    assert.deepStrictEqual(tradeEvents({ _tag: "Filled", hole, trades: [trade] }, nowMillis), [
      { type: "trade", time, ticker: "A", is_from_hole: true, msg: trade },
      { type: "filled", time, ...interval, trades: 1 }
    ])
  })

  it("reports refused markets, and a hole whose trades could not be read", () => {
    const unread = new RepeatedCursor({ operation: "Markets.trades", cursor: "c", pages: 1 })
    assert.deepStrictEqual(tradeEvents({ _tag: "NotFilled", hole, error: unread }, nowMillis), [
      { type: "not_filled", time, ...interval, reason: unread.message }
    ])
    const error = new Feed.MarketsNotListed({ channel: "trade", markets: ["B"] })
    assert.deepStrictEqual(tradeEvents({ _tag: "Refused", markets: ["B"], error }, nowMillis), [
      { type: "refused", time, tickers: ["B"], reason: error.message }
    ])
  })
})

describe("accountEvent", () => {
  const order = accountOrder(1)
  const { subaccount: _, updatedMillis: __, ...sharedOrder } = order
  const wireOrder = { ...sharedOrder, subaccount_number: 0, last_updated_ts_ms: nowMillis }
  const fill = accountFill(1)
  const { filledMillis, ...sharedFill } = fill
  const wireFill = { ...sharedFill, ts_ms: filledMillis }
  const position = accountPosition("A", "3.00")
  const group = accountGroup(1, "triggered")
  const { updatedMillis: ___, ...sharedGroup } = group
  const wireGroup = { ...sharedGroup, ts_ms: nowMillis }

  it("uses the field names of the exchange", () => {
    for (const [event, line] of [
      [
        {
          _tag: "Live",
          account: {
            openOrders: [order],
            unconfirmed: new Set([order.order_id]),
            closedOrders: [],
            fills: [fill],
            positions: [position],
            orderGroups: [group]
          }
        },
        {
          type: "live",
          account: {
            open_orders: [wireOrder],
            unconfirmed: [order.order_id],
            fills: [wireFill],
            positions: [position],
            order_groups: [wireGroup]
          }
        }
      ],
      [
        { _tag: "Healing", loss: { cause: "outage", channel: "fill", detail: "Closed" } },
        { type: "healing", channel: "fill", cause: "outage", reason: "Closed" }
      ],
      [
        { _tag: "Order", order, isUnconfirmed: true },
        { type: "order", order: wireOrder, is_unconfirmed: true }
      ],
      [
        { _tag: "OrderNotFound", order },
        { type: "order_not_found", order: wireOrder }
      ],
      [
        { _tag: "Fill", fill },
        { type: "fill", fill: wireFill }
      ],
      [
        { _tag: "Position", position },
        { type: "position", position }
      ],
      [
        { _tag: "PositionSettled", position },
        { type: "position_settled", position }
      ],
      [
        { _tag: "OrderGroup", group },
        { type: "order_group", order_group: wireGroup }
      ]
    ] satisfies ReadonlyArray<readonly [AccountFeed.AccountEvent, Partial<Event>]>) {
      assert.deepStrictEqual({ ...accountEvent(event, nowMillis) }, { ...line, time } as Event, event._tag)
    }
  })
})

describe("printEvents", () => {
  const print = <E>(events: Stream.Stream<Event, E>) =>
    Effect.gen(function* () {
      const written: Array<string> = []
      const screen: Screen = {
        isTerminal: false,
        canPrompt: false,
        columns: undefined,
        paint: (_, text) => text,
        write: (text) => Effect.sync(() => void written.push(text)),
        note: () => Effect.void
      }
      const exit = yield* Effect.exit(printEvents(events).pipe(Effect.provideService(Output, screen)))
      return { exit, writes: written.length, lines: written.join("").split("\n").slice(0, -1) }
    })

  for (const count of [1, 1_000, 100_000]) {
    it.effect(`prints each of ${count} waiting events, with few writes`, () =>
      Effect.gen(function* () {
        const events = Array.from({ length: count }, (_, seq): Event => ({ type: "trade", time, seq }))
        const { lines, writes } = yield* print(Stream.fromIterable(events))
        assert.strictEqual(lines.length, count)
        assert.strictEqual(lines.at(-1), `{"type":"trade","time":"${time}","seq":${count - 1}}`)
        assert.isAtMost(writes, 1 + count / 1_000)
      })
    )
  }

  it.effect("prints the reason of a failure in the last line, and fails", () =>
    Effect.gen(function* () {
      const error = new Feed.Lagging({ channel: "trade", waiting: 65_536 })
      const { exit, lines } = yield* print(
        Stream.concat(Stream.make<ReadonlyArray<Event>>({ type: "trade", time }), Stream.fail(error))
      )
      assert.deepStrictEqual(exit, Exit.fail(error))
      assert.deepStrictEqual(
        lines.map((line) => JSON.parse(line)).map(({ reason, type }) => ({ reason, type })),
        [
          { type: "trade", reason: undefined },
          { type: "ended", reason: error.message }
        ]
      )
    })
  )
})

describe("lineStateOf", () => {
  type Session = Feed.SessionState
  const connection = { generation: 1, sinceMillis: 0, attempts: 0, lastLoss: undefined, commandsInFlight: 0 }
  const subscription: Session["subscriptions"][number] = {
    channel: "trade",
    options: {},
    status: "live",
    sinceMillis: 5,
    generation: 1,
    sid: 1,
    seq: 1,
    users: 1,
    names: new Set(),
    acknowledged: new Set(),
    received: 0
  }
  const session = (
    connections: Session["connections"],
    subscriptions: Session["subscriptions"] = [subscription],
    ended?: Feed.FeedError
  ): Pick<Session, "connections" | "ended" | "subscriptions"> => ({ connections, subscriptions, ended })

  it("is live if all connections are open and all subscriptions are live", () => {
    const open = { ...connection, status: "open" as const }
    assert.deepStrictEqual(lineStateOf(session([open])), { _tag: "live", sinceMillis: 5 })
    assert.deepStrictEqual(lineStateOf(session([open], [subscription, { ...subscription, status: "restoring" }])), {
      _tag: "connecting"
    })
    assert.deepStrictEqual(lineStateOf(session([open, { ...connection, status: "dialing" }])), { _tag: "connecting" })
    assert.deepStrictEqual(lineStateOf(session([])), { _tag: "connecting" })
  })

  it("is reconnecting after a loss, and says why", () => {
    const lost = { ...connection, status: "waiting" as const, attempts: 2, lastLoss: "the handshake failed" }
    assert.deepStrictEqual(lineStateOf(session([lost])), {
      _tag: "reconnecting",
      attempts: 2,
      reason: "the handshake failed"
    })
  })

  it("is reconnecting until the subscriptions are live again", () => {
    const open = { ...connection, status: "open" as const, attempts: 1, lastLoss: "the handshake failed" }
    assert.strictEqual(lineStateOf(session([open], [{ ...subscription, status: "restoring" }]))._tag, "reconnecting")
  })

  it("is live after a loss if the connection is open again", () => {
    const open = { ...connection, status: "open" as const, lastLoss: "the handshake failed" }
    assert.strictEqual(lineStateOf(session([open]))._tag, "live")
  })

  it("is refused if the session has ended", () => {
    const ended = new Feed.FeedClosed()
    assert.deepStrictEqual(lineStateOf(session([], [], ended)), { _tag: "refused", reason: ended.message })
  })
})

describe("the exit code of a feed error", () => {
  const body = { message: "no" }
  for (const [error, exit] of [
    [new Feed.ConnectionRefused({ status: 401, body, explanation: undefined }), "key"],
    [new Feed.ConnectionRefused({ status: 403, body, explanation: undefined }), "key"],
    [new Feed.ConnectionRefused({ status: 451, body, explanation: undefined }), "unavailable"],
    [new Feed.ConnectionClosed({ code: 4_000, reason: "" }), "unavailable"],
    [new Feed.ConnectionLost({ cause: loss, attempts: 1, reconnects: true }), "unavailable"],
    [new Feed.MarketsNotListed({ channel: "trade", markets: ["A"] }), "refused"],
    [new Feed.SnapshotMissing({ channel: "trade", markets: ["A"], waitedMillis: 1 }), "refused"],
    [new Feed.Lagging({ channel: "trade", waiting: 1 }), "failed"]
  ] as const) {
    it(`is ${exit} for ${error._tag}`, () => {
      assert.strictEqual(describeFailure(error, "reads")?.exit, exit)
    })
  }
})
