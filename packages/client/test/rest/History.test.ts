import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Stream } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type { KalshiPublic, KalshiRead } from "../../src/Capability.ts"
import type * as Errors from "../../src/Errors.ts"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import * as History from "../../src/rest/History.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import type * as Pages from "../../src/Pages.ts"
import type * as Portfolio from "../../src/rest/Portfolio.ts"
import { market as recordedMarket } from "../support/bodies.ts"
import { collect } from "../support/calls.ts"
import { holds } from "../support/laws.ts"
import { assertIsExample } from "../support/operations.ts"
import { environment, signer } from "../support/scripted.ts"

const hour = 3_600_000
const day = 24 * hour

const nowMillis = 100 * day

interface Item {
  readonly id: string
  /** Undefined if the item has no time. */
  readonly atMillis: number | undefined
}

/**
 * Items before the cutoff are on the historical side of the list, and later items are on the live side. The cutoff
 * moves at set times.
 */
interface Sides {
  readonly items: ReadonlyArray<Item>
  /** The cutoffs, each with the time from which it applies. */
  readonly cutoffs: ReadonlyArray<{ readonly fromMillis: number; readonly atMillis: number }>
  /** The transit time of the n-th request. */
  readonly transitMillis: (n: number) => number
  readonly pageSize: number
  /** The time that the exchange compares with the cutoff. Default: the time of the item. */
  readonly sideMillis?: (item: Item) => number
  /** The cutoff field of the list. Default: trades_created_ts. */
  readonly cutoffField?: string
}

interface Kind {
  readonly live: string
  readonly historical: string
  readonly list: string
  readonly body: (item: Item) => unknown
}

const timeOf = (millis: number): string => new Date(millis).toISOString()

const timed = (field: string, { atMillis }: Item) => (atMillis === undefined ? {} : { [field]: timeOf(atMillis) })

const fillBody = (item: Item) => ({
  fill_id: item.id.split("/")[0],
  trade_id: item.id.split("/")[0],
  order_id: item.id.split("/")[1] ?? "o",
  ticker: "T",
  market_ticker: "T",
  outcome_side: "yes",
  book_side: "bid",
  count_fp: "1.00",
  yes_price_dollars: "0.4800",
  no_price_dollars: "0.5200",
  is_taker: true,
  fee_cost: "0.017500",
  ...timed("created_time", item)
})

const fillsKind: Kind = {
  live: "/portfolio/fills",
  historical: "/historical/fills",
  list: "fills",
  body: fillBody
}

const fixedCutoffs = {
  market_settled_ts: timeOf(0),
  orders_updated_ts: timeOf(0),
  trades_created_ts: timeOf(0)
}

const layerOf = (kind: Kind, sides: Sides, requests: Array<string> = []) => {
  const sideMillis = sides.sideMillis ?? ((item: Item) => item.atMillis ?? nowMillis)
  const field = sides.cutoffField ?? "trades_created_ts"
  const client = HttpClient.make((request, url) =>
    Effect.gen(function* () {
      const path = url.pathname.slice("/trade-api/v2".length)
      const n = requests.push(`${path}${url.search}`) - 1
      yield* Effect.sleep(sides.transitMillis(n))
      const now = yield* Clock.currentTimeMillis
      const cutoff = sides.cutoffs.findLast(({ fromMillis }) => fromMillis <= now)!.atMillis
      const body = () => {
        if (path === "/historical/cutoff") return { ...fixedCutoffs, [field]: timeOf(cutoff) }
        const isHistorical = path === kind.historical
        assert.include([kind.live, kind.historical], path)
        // A cursor is an index into all items of both sides.
        const from = Number(url.searchParams.get("cursor") ?? 0)
        const listed = sides.items
          .map((item, place) => ({ item, place }))
          .filter(({ item, place }) => place >= from && sideMillis(item) < cutoff === isHistorical)
        const page = listed.slice(0, sides.pageSize)
        const next = listed[sides.pageSize]
        const others = kind.list.endsWith("positions") ? { event_positions: [], market_positions: [] } : {}
        return {
          ...others,
          [kind.list]: page.map(({ item }) => kind.body(item)),
          cursor: next === undefined ? "" : String(next.place)
        }
      }
      return HttpClientResponse.fromWeb(request, new Response(JSON.stringify(body()), { status: 200 }))
    })
  )
  return Kalshi.layer({ environment, signer: signer(), limits: false }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
  )
}

interface Outcome<A> {
  readonly items: ReadonlyArray<A>
  readonly error: unknown
  readonly requests: ReadonlyArray<string>
}

const read = <A>(
  stream: Stream.Stream<A, unknown, KalshiPublic | KalshiRead>,
  sides: Sides,
  kind: Kind = fillsKind
): Effect.Effect<Outcome<A>> => {
  const requests: Array<string> = []
  return Effect.gen(function* () {
    yield* TestClock.setTime(nowMillis)
    const fiber = yield* Effect.forkChild(collect(stream))
    yield* TestClock.adjust(day)
    return { ...(yield* Fiber.join(fiber)), requests }
  }).pipe(Effect.provide(layerOf(kind, sides, requests)))
}

const fixedCutoff = (cutoffMillis: number): Omit<Sides, "items"> => ({
  cutoffs: [{ fromMillis: 0, atMillis: cutoffMillis }],
  transitMillis: () => 10,
  pageSize: 2
})

const item = (id: string, atMillis: number | undefined): Item => ({ id, atMillis })

const idsOf = ({ items }: Outcome<Portfolio.Fill>) => items.map(({ fill_id }) => fill_id).join(" ")

const cutoffMillis = 80 * day

/** Items on both sides of the cutoff, newest first. */
const items = [
  item("now", nowMillis),
  item("near", cutoffMillis + 3 * hour),
  item("next", cutoffMillis + hour),
  item("past", cutoffMillis - hour),
  item("old", 0)
]

describe("History.fills", () => {
  it.effect("reads the live side and then the historical side, newest first", () =>
    Effect.gen(function* () {
      const outcome = yield* read(History.fills({ limit: 2, ticker: "T" }), { items, ...fixedCutoff(cutoffMillis) })
      assert.strictEqual(idsOf(outcome), "now near next past old")
      assert.deepStrictEqual(outcome.requests, [
        "/historical/cutoff",
        "/portfolio/fills?ticker=T&limit=2",
        "/portfolio/fills?ticker=T&limit=2&cursor=2",
        "/historical/cutoff",
        "/historical/fills?ticker=T&limit=2"
      ])
    })
  )

  it.effect("emits an item once if it becomes historical after the live side was read", () =>
    Effect.gen(function* () {
      // The cutoff moves between the live and the historical reads.
      const cutoffs = [
        { fromMillis: 0, atMillis: cutoffMillis },
        { fromMillis: nowMillis + 35, atMillis: cutoffMillis + 4 * hour }
      ]
      const outcome = yield* read(History.fills(), { items, ...fixedCutoff(0), cutoffs })
      assert.strictEqual(idsOf(outcome), "now near next past old")
    })
  )

  it.effect("emits an item once if it becomes historical before the live side is read", () =>
    Effect.gen(function* () {
      const cutoffs = [
        { fromMillis: 0, atMillis: cutoffMillis },
        { fromMillis: nowMillis + 25, atMillis: cutoffMillis + 4 * hour }
      ]
      const outcome = yield* read(History.fills(), { items, ...fixedCutoff(0), cutoffs })
      assert.strictEqual(idsOf(outcome), "now near next past old")
      assert.strictEqual(outcome.items.length, 5)
    })
  )

  it.effect("skips historical items that it emitted as live, even after a large cutoff move", () =>
    Effect.gen(function* () {
      // The cutoff moves during the historical reads.
      const cutoffs = [
        { fromMillis: 0, atMillis: cutoffMillis },
        { fromMillis: nowMillis + 45, atMillis: nowMillis - 1 },
        { fromMillis: nowMillis + 65, atMillis: nowMillis + 1 }
      ]
      const outcome = yield* read(History.fills({}, { overlapMillis: 2 * hour }), {
        items,
        ...fixedCutoff(0),
        cutoffs
      })
      assert.isUndefined(outcome.error)
      assert.strictEqual(idsOf(outcome), "now near next past old")
    })
  )

  it.effect("distinguishes the fills of two own orders that share a fill id", () =>
    Effect.gen(function* () {
      const pair = [item("f/maker", cutoffMillis), item("f/taker", cutoffMillis - 1)]
      const outcome = yield* read(History.fills(), { items: pair, ...fixedCutoff(cutoffMillis) })
      assert.deepStrictEqual(
        outcome.items.map(({ order_id }) => order_id),
        ["maker", "taker"]
      )
    })
  )

  it.effect("emits items without a time", () =>
    Effect.gen(function* () {
      const cutoffs = [
        { fromMillis: 0, atMillis: cutoffMillis },
        { fromMillis: nowMillis + 25, atMillis: nowMillis + 1 }
      ]
      const withoutTime = [item("a", undefined), item("b", undefined)]
      const outcome = yield* read(History.fills(), { items: withoutTime, ...fixedCutoff(0), cutoffs })
      assert.strictEqual(idsOf(outcome), "a b")
    })
  )

  it.effect("sends no more requests after the consumer has taken enough items", () =>
    Effect.gen(function* () {
      const outcome = yield* read(History.fills().pipe(Stream.take(2)), { items, ...fixedCutoff(cutoffMillis) })
      assert.deepStrictEqual(outcome.requests, ["/historical/cutoff", "/portfolio/fills"])
    })
  )

  for (const [how, offsetMillis] of [
    ["live pages shift", 10 * day],
    ["live pages shift within the overlap", hour],
    ["historical pages shift", -hour]
  ] as const) {
    it.effect(`emits an item exactly once if one side repeats it: ${how}`, () =>
      Effect.gen(function* () {
        // A new item moves the last item of a page to the next page.
        const repeated = ["f3", "f2", "f2", "f1"].map((id, index) => item(id, cutoffMillis + offsetMillis - index))
        const outcome = yield* read(History.fills(), { items: repeated, ...fixedCutoff(cutoffMillis) })
        assert.strictEqual(idsOf(outcome), "f3 f2 f1")
        assert.isUndefined(outcome.error)
      })
    )
  }

  it.effect("emits an item exactly once if both sides list it twice", () =>
    Effect.gen(function* () {
      const old = cutoffMillis - hour
      const repeated = ["a", "b", "a", "b", "c"].map((id) => item(id, old))
      const cutoffs = [
        { fromMillis: 0, atMillis: 0 },
        { fromMillis: nowMillis + 45, atMillis: cutoffMillis }
      ]
      const stream = History.fills({}, { overlapMillis: Number.POSITIVE_INFINITY })
      const outcome = yield* read(stream, { items: repeated, ...fixedCutoff(0), cutoffs })
      assert.strictEqual(idsOf(outcome), "a b c")
    })
  )

  it.effect("rejects invalid options and sends nothing", () =>
    Effect.gen(function* () {
      // Untyped callers can pass anything.
      const options: ReadonlyArray<readonly [string, unknown]> = [
        ...[-1, Number.NaN, "5"].map((overlapMillis) => ["/overlapMillis", { overlapMillis }] as const),
        ...[0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5"].map(
          (maxRemembered) => ["/maxRemembered", { maxRemembered }] as const
        )
      ]
      for (const [pointer, invalid] of options) {
        const outcome = yield* read(History.fills({}, invalid as History.Options), {
          items,
          ...fixedCutoff(cutoffMillis)
        })
        assert.include(outcome.error, { _tag: "InvalidRequest", operation: "History.fills", pointer })
        assert.isEmpty(outcome.requests)
      }
    })
  )

  it.effect("rejects input that either side rejects, and sends nothing", () =>
    Effect.gen(function* () {
      class Filter {
        get ticker() {
          return "T"
        }
      }
      const calls: ReadonlyArray<readonly [Stream.Stream<unknown, unknown, KalshiRead | KalshiPublic>, string]> = [
        // Only the live side has these filters.
        [History.orders({ status: "resting" } as History.OrdersInput), "/status"],
        [History.fills({ order_id: "o" } as History.FillsInput), "/order_id"],
        // A cursor is valid on one side only.
        [History.trades({ cursor: "c" } as History.TradesInput), "/cursor"],
        [History.markets({ limit: -1 }), "/limit"],
        [History.positions.market_positions(new Filter() as History.PositionsInput), ""]
      ]
      for (const [stream, pointer] of calls) {
        const outcome = yield* read(stream, { items, ...fixedCutoff(cutoffMillis) })
        assert.include(outcome.error, { _tag: "InvalidRequest", pointer })
        assert.isTrue(String((outcome.error as Errors.InvalidRequest).operation).startsWith("History."))
        assert.isEmpty(outcome.requests)
      }
    })
  )
})

describe("History: example of fees", () => {
  const fees = History.fills({ limit: 1000 }).pipe(
    Stream.map((fill) => FixedPoint.toMicros(fill.fee_cost)),
    Stream.runFold(
      () => 0n,
      (sum, fee) => sum + fee
    )
  )

  it.effect("adds up the fees of both sides", () =>
    Effect.gen(function* () {
      assertIsExample(import.meta.url, "History", "The exact sum of all fees")
      const outcome = yield* read(Stream.fromEffect(fees), { items, ...fixedCutoff(cutoffMillis) })
      assert.deepStrictEqual(outcome.items, [5n * 17_500n])
    })
  )
})

describe("History.HistoryUncertain", () => {
  it.effect("ends the stream if the cutoff moves further than overlapMillis", () =>
    Effect.gen(function* () {
      const cutoffs = [
        { fromMillis: 0, atMillis: cutoffMillis },
        { fromMillis: nowMillis + 25, atMillis: cutoffMillis + 4 * hour }
      ]
      const sides = { items, ...fixedCutoff(0), cutoffs }
      const outcome = yield* read(History.fills({}, { overlapMillis: 2 * hour }), sides)
      assert.strictEqual(idsOf(outcome), "now near")
      assert.instanceOf(outcome.error, History.HistoryUncertain)
      assert.strictEqual(
        (outcome.error as Error).message,
        'History.fills cannot determine whether it already emitted "near o": the cutoff moved from 1970-03-22T00:00:00.000Z to 1970-03-22T04:00:00.000Z during the reading, further than the overlap of 7200000 ms: read again with a larger overlapMillis'
      )
      const again = yield* read(History.fills({}, { overlapMillis: 5 * hour }), sides)
      assert.strictEqual(idsOf(again), "now near next past old")
    })
  )

  it.effect("ends the stream if a historical item is newer than the cutoff", () =>
    Effect.gen(function* () {
      const sides = { items: [item("a", nowMillis - 1)], ...fixedCutoff(cutoffMillis), sideMillis: () => 0 }
      const outcome = yield* read(History.fills(), sides)
      assert.include(outcome.error, { _tag: "HistoryUncertain", id: "a o" })
      assert.include((outcome.error as Error).message, "overlapMillis: Infinity")
      const all = yield* read(History.fills({}, { overlapMillis: Number.POSITIVE_INFINITY }), sides)
      assert.strictEqual(idsOf(all), "a")
    })
  )
})

describe("History.HistoryUncertain without a cutoff", () => {
  it("says that the cutoff is unknown", () => {
    const error = new History.HistoryUncertain({
      operation: "History.fills",
      id: "f o",
      atMillis: 0,
      cutoffMillis: [0, Number.NaN],
      overlapMillis: 1
    })
    assert.include(error.message, "the cutoff is unknown")
  })
})

describe("History.HistoryTooLarge", () => {
  it.effect("ends the stream before it would remember more than maxRemembered ids", () =>
    Effect.gen(function* () {
      const sides = { items, ...fixedCutoff(0) }
      const all = { overlapMillis: Number.POSITIVE_INFINITY }
      const outcome = yield* read(History.fills({}, { ...all, maxRemembered: 3 }), sides)
      assert.strictEqual(idsOf(outcome), "now near next")
      assert.instanceOf(outcome.error, History.HistoryTooLarge)
      assert.strictEqual(
        (outcome.error as Error).message,
        "History.fills would have to remember more than 3 ids to emit each item once: read it in parts, with filters of its input such as ticker, or raise maxRemembered"
      )
      const enough = yield* read(History.fills({}, { ...all, maxRemembered: 5 }), sides)
      assert.strictEqual(idsOf(enough), "now near next past old")
      assert.isUndefined(enough.error)
    })
  )

  it.effect("remembers no items that are newer than the cutoff plus overlapMillis", () =>
    Effect.gen(function* () {
      const options = { overlapMillis: 2 * hour, maxRemembered: 1 }
      const outcome = yield* read(History.fills({}, options), { items, ...fixedCutoff(cutoffMillis) })
      assert.strictEqual(idsOf(outcome), "now near next past old")
    })
  )
})

describe("History", () => {
  const order = ({ atMillis, id }: Item) => ({
    order_id: id,
    user_id: "u",
    client_order_id: "",
    ticker: "T",
    outcome_side: "yes",
    book_side: "bid",
    type: "limit",
    status: atMillis === undefined ? "resting" : "canceled",
    yes_price_dollars: "0.4800",
    no_price_dollars: "0.5200",
    fill_count_fp: "0.00",
    remaining_count_fp: "0.00",
    initial_count_fp: "1.00",
    taker_fees_dollars: "0.0000",
    maker_fees_dollars: "0.0000",
    taker_fill_cost_dollars: "0.0000",
    maker_fill_cost_dollars: "0.0000",
    ...timed("last_update_time", { atMillis, id })
  })
  const trade = (one: Item) => ({
    trade_id: one.id,
    ticker: "T",
    count_fp: "1.00",
    yes_price_dollars: "0.4800",
    no_price_dollars: "0.5200",
    taker_outcome_side: "yes",
    taker_book_side: "bid",
    is_block_trade: false,
    ...timed("created_time", one)
  })
  const position = (one: Item) => ({
    ticker: one.id,
    exchange_index: 0,
    fees_paid_dollars: "0.0000",
    market_exposure_dollars: "0.0000",
    position_fp: "0.00",
    realized_pnl_dollars: "0.0000",
    total_traded_dollars: "0.0000",
    ...timed("last_updated_ts", one)
  })
  const market = (one: Item) => ({
    ...recordedMarket,
    ticker: one.id,
    status: one.atMillis === undefined ? "active" : "finalized",
    ...timed("settlement_ts", one)
  })

  interface Row {
    readonly name: string
    readonly stream: Stream.Stream<unknown, unknown, KalshiPublic | KalshiRead>
    readonly kind: Kind
    readonly cutoffField: string
    readonly idOf: (item: never) => string
    readonly query?: string
    /** Whether the list has open items. These are live, and have no time until they close. */
    readonly open: boolean
  }

  const rows: ReadonlyArray<Row> = [
    {
      name: "orders",
      stream: History.orders(),
      kind: { live: "/portfolio/orders", historical: "/historical/orders", list: "orders", body: order },
      cutoffField: "orders_updated_ts",
      idOf: ({ order_id }: { readonly order_id: string }) => order_id,
      open: true
    },
    {
      name: "trades",
      stream: History.trades(),
      kind: { live: "/markets/trades", historical: "/historical/trades", list: "trades", body: trade },
      cutoffField: "trades_created_ts",
      idOf: ({ trade_id }: { readonly trade_id: string }) => trade_id,
      open: false
    },
    {
      name: "positions",
      stream: History.positions.market_positions(),
      kind: {
        live: "/portfolio/positions",
        historical: "/historical/positions",
        list: "market_positions",
        body: position
      },
      cutoffField: "market_positions_last_updated_ts",
      idOf: ({ ticker }: { readonly ticker: string }) => ticker,
      query: "?settlement_status=all",
      open: false
    },
    {
      name: "positions without a cutoff",
      stream: History.positions.market_positions(),
      kind: {
        live: "/portfolio/positions",
        historical: "/historical/positions",
        list: "market_positions",
        body: position
      },
      cutoffField: "unknown_ts",
      idOf: ({ ticker }: { readonly ticker: string }) => ticker,
      query: "?settlement_status=all",
      open: false
    },
    {
      name: "markets",
      stream: History.markets(),
      kind: { live: "/markets", historical: "/historical/markets", list: "markets", body: market },
      cutoffField: "market_settled_ts",
      idOf: ({ ticker }: { readonly ticker: string }) => ticker,
      open: true
    }
  ]

  for (const { cutoffField, idOf, kind, name, open, query = "", stream } of rows) {
    it.effect(`emits each item of ${name} once while the cutoff moves`, () =>
      Effect.gen(function* () {
        const cutoffs = [
          { fromMillis: 0, atMillis: cutoffMillis },
          { fromMillis: nowMillis + 25, atMillis: cutoffMillis + 2 * hour },
          { fromMillis: nowMillis + 45, atMillis: cutoffMillis + 4 * hour }
        ]
        const all = open ? [...items, item("open", undefined)] : items
        const sides = {
          items: all,
          ...fixedCutoff(0),
          cutoffs,
          cutoffField,
          sideMillis: ({ atMillis }: Item) => atMillis ?? Infinity
        }
        const outcome = yield* read(stream, sides, kind)
        assert.isUndefined(outcome.error)
        assert.deepStrictEqual(outcome.items.map((one) => idOf(one as never)).sort(), all.map(({ id }) => id).sort())
        assert.strictEqual(outcome.requests[1], `${kind.live}${query}`)
        assert.isAtLeast(outcome.requests.filter((request) => request.startsWith(kind.historical)).length, 1)
      })
    )
  }

  it.effect("distinguishes event positions by event", () =>
    Effect.gen(function* () {
      const body = ({ id }: Item): unknown => ({
        event_ticker: id,
        total_cost_dollars: "0.0000",
        total_cost_shares_fp: "0.00",
        event_exposure_dollars: "0.0000",
        realized_pnl_dollars: "0.0000",
        fees_paid_dollars: "0.0000"
      })
      const kind = { live: "/portfolio/positions", historical: "/historical/positions", list: "event_positions", body }
      const cutoffs = [
        { fromMillis: 0, atMillis: cutoffMillis },
        { fromMillis: nowMillis + 35, atMillis: cutoffMillis + 4 * hour }
      ]
      const sides = { items, ...fixedCutoff(0), cutoffs, cutoffField: "market_positions_last_updated_ts" }
      const outcome = yield* read(History.positions.event_positions(), sides, kind)
      assert.deepStrictEqual(
        outcome.items.map(({ event_ticker }) => event_ticker),
        items.map(({ id }) => id)
      )
    })
  )
})

describe("History.fills: properties", () => {
  const scenario = fc.record({
    /** In hours after the first cutoff. Undefined if the item has no time. */
    hours: fc.array(fc.option(fc.integer({ min: -30, max: 60 }), { freq: 12, nil: undefined }), { maxLength: 40 }),
    newestFirst: fc.boolean(),
    pageSize: fc.integer({ min: 1, max: 7 }),
    transits: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 12 }),
    moves: fc.array(
      fc.record({ afterMillis: fc.integer({ min: 0, max: 12_000 }), hours: fc.integer({ min: 0, max: 24 }) }),
      { maxLength: 6 }
    ),
    overlapHours: fc.oneof(fc.constantFrom(0, 480, Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 150 }))
  })

  const scenarioOf = ({
    hours,
    moves,
    newestFirst,
    overlapHours,
    pageSize,
    transits
  }: typeof scenario extends fc.Arbitrary<infer A> ? A : never) => {
    const all = hours.map((hoursAfter, index) =>
      item(`${index}`, hoursAfter === undefined ? undefined : cutoffMillis + hoursAfter * hour)
    )
    // An item without a time is on one of the two sides, too.
    const sideMillis = (one: Item) => one.atMillis ?? cutoffMillis + (Number(one.id) - 3) * hour
    let atMillis = cutoffMillis
    const cutoffs = [
      { fromMillis: 0, atMillis },
      ...[...moves]
        .sort((left, right) => left.afterMillis - right.afterMillis)
        .map((move) => ({ fromMillis: nowMillis + move.afterMillis, atMillis: (atMillis += move.hours * hour) }))
    ]
    const listed = newestFirst ? [...all].sort((left, right) => sideMillis(right) - sideMillis(left)) : all
    const sides: Sides = {
      items: listed,
      cutoffs,
      pageSize,
      sideMillis,
      transitMillis: (n) => transits[n % transits.length]!
    }
    return { sides, stream: History.fills({}, { overlapMillis: overlapHours * hour }), furthestMillis: atMillis }
  }

  it("emits each item exactly once while the cutoff moves", { timeout: 60_000 }, () => {
    let moved = 0
    return holds(
      "emits each item exactly once",
      scenario,
      (input) =>
        Effect.gen(function* () {
          const { furthestMillis, stream, sides } = scenarioOf({ ...input, overlapHours: 480 })
          const outcome = yield* read(stream, sides)
          assert.isUndefined(outcome.error)
          assert.deepStrictEqual(
            outcome.items.map(({ fill_id }) => fill_id).sort(),
            sides.items.map(({ id }) => id).sort()
          )
          if (furthestMillis > cutoffMillis) moved++
        }),
      200
    ).then(() => assert.isAbove(moved, 50))
  })

  it("with any overlap, emits no item twice, and fails if it would miss one", { timeout: 60_000 }, () => {
    const ends = { uncertain: 0, complete: 0 }
    return holds(
      "emits no item twice, and fails if it cannot emit every item",
      scenario,
      (input) =>
        Effect.gen(function* () {
          const { stream, sides } = scenarioOf(input)
          const outcome = yield* read(stream, sides)
          const ids = outcome.items.map(({ fill_id }) => fill_id)
          assert.strictEqual(new Set(ids).size, ids.length)
          if (outcome.error === undefined) {
            assert.strictEqual(ids.length, sides.items.length)
            ends.complete++
          } else {
            assert.instanceOf(outcome.error, History.HistoryUncertain)
            ends.uncertain++
          }
        }),
      200
    ).then(() => {
      assert.isAbove(ends.complete, 25)
      assert.isAbove(ends.uncertain, 5)
    })
  })
})

describe("History: types", () => {
  it("have exactly the items, errors and required services of both sides", () => {
    expectTypeOf(History.fills()).toEqualTypeOf<
      Stream.Stream<
        Portfolio.Fill,
        | Errors.BadRequest
        | Errors.Unauthorized
        | Errors.NotFound
        | Kalshi.Failure
        | Pages.RepeatedCursor
        | History.HistoryUncertain
        | History.HistoryTooLarge,
        KalshiRead | KalshiPublic
      >
    >()
    expectTypeOf<Stream.Services<ReturnType<typeof History.trades>>>().toEqualTypeOf<KalshiPublic>()
    // @ts-expect-error -- the historical side has no filter by order_id
    void (() => History.fills({ order_id: "o" }))
  })
})
