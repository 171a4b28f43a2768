import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Cause, type Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import type * as Errors from "../src/Errors.ts"
import type * as Events from "../src/rest/Events.ts"
import * as Exchange from "../src/rest/Exchange.ts"
import type * as Fcm from "../src/rest/Fcm.ts"
import { GetDepositsResponse, type Milestone } from "../src/generated/responses.ts"
import * as IncentivePrograms from "../src/rest/IncentivePrograms.ts"
import type { KalshiPublic, KalshiRead } from "../src/Capability.ts"
import type * as Operation from "../src/Operation.ts"
import * as Orders from "../src/trading/Orders.ts"
import * as Pages from "../src/Pages.ts"
import * as Portfolio from "../src/rest/Portfolio.ts"
import type * as Kalshi from "../src/Kalshi.ts"
import * as StructuredTargets from "../src/rest/StructuredTargets.ts"
import { collect, play } from "./support/calls.ts"
import { load, moduleNames } from "./support/modules.ts"
import { assertIsExample } from "./support/operations.ts"
import { layer, type Reply } from "./support/scripted.ts"

const target = (id: string) => ({ id })

const page = (ids: ReadonlyArray<string>, cursor?: string | null): Reply => ({
  status: 200,
  body: { structured_targets: ids.map(target), ...(cursor === undefined ? {} : { cursor }) }
})

const targets = StructuredTargets.list.items()

const read = <A>(stream: Stream.Stream<A, unknown, KalshiPublic | KalshiRead>, replies: ReadonlyArray<Reply>) =>
  Effect.map(play(collect(stream), replies), ({ sent, value }) => ({
    ...value,
    queries: sent.map(({ target }) => new URL(target, "http://x").search)
  }))

const ids = ({ items }: { readonly items: ReadonlyArray<{ readonly id?: string }> }) =>
  items.map(({ id }) => id).join(" ")

describe("Pages.items", () => {
  it.effect("sends each cursor back unchanged until it is empty", () =>
    Effect.gen(function* () {
      const cursor = "a=/+&é %2F\u0000#?"
      const outcome = yield* read(targets, [page(["1", "2"], cursor), page(["3"], " "), page(["4"], "")])
      assert.strictEqual(ids(outcome), "1 2 3 4")
      assert.isUndefined(outcome.error)
      assert.deepStrictEqual(
        outcome.queries.map((query) => new URLSearchParams(query).get("cursor")),
        [null, cursor, " "]
      )
      assert.include(outcome.queries[1], "%252F")
    })
  )

  for (const [kind, last] of [
    ["empty", ""],
    ["null", null],
    ["absent", undefined]
  ] as const) {
    it.effect(`ends if the cursor is ${kind}`, () =>
      Effect.gen(function* () {
        const outcome = yield* read(targets, [page(["1"], "a"), page(["2"], last)])
        assert.deepStrictEqual([ids(outcome), outcome.error, outcome.queries.length], ["1 2", undefined, 2])
      })
    )
  }

  it.effect("continues while there is a cursor, even if a page is empty or lacks the list", () =>
    Effect.gen(function* () {
      const replies = [page([], "a"), { status: 200, body: { cursor: "b" } }, page(["1"], "c"), page([])]
      const outcome = yield* read(targets, replies)
      assert.deepStrictEqual([ids(outcome), outcome.error, outcome.queries.length], ["1", undefined, 4])
    })
  )

  it.effect("sends the page size and the filter for each page", () =>
    Effect.gen(function* () {
      const stream = StructuredTargets.list.items({ page_size: 2, type: "team" })
      const outcome = yield* read(stream, [page(["1", "2"], "a"), page(["3"], "")])
      assert.deepStrictEqual(outcome.queries, ["?type=team&page_size=2", "?type=team&page_size=2&cursor=a"])
    })
  )

  it.effect("requests only the pages that are consumed", () =>
    Effect.gen(function* () {
      for (const [take, requests] of [
        [0, 0],
        [1, 1],
        [2, 1],
        [3, 2],
        [4, 2]
      ] as const) {
        const replies = [page(["1", "2"], "a"), page(["3", "4"], "b")].slice(0, requests)
        const outcome = yield* read(targets.pipe(Stream.take(take)), replies)
        assert.deepStrictEqual([outcome.items.length, outcome.queries.length], [take, requests])
      }
    })
  )

  it.effect("starts over on each run", () =>
    Effect.gen(function* () {
      const twice = Stream.concat(targets, targets)
      const outcome = yield* read(twice, [page(["1"], "a"), page(["2"]), page(["1"], "a"), page(["2"])])
      assert.deepStrictEqual([ids(outcome), outcome.error], ["1 2 1 2", undefined])
    })
  )

  it.effect("starts at the cursor of the input", () =>
    Effect.gen(function* () {
      const outcome = yield* read(StructuredTargets.list.items({ cursor: "b" }), [page(["3"])])
      assert.deepStrictEqual(outcome.queries, ["?cursor=b"])
    })
  )

  it.effect("rejects an empty cursor and an invalid maxPages", () =>
    Effect.gen(function* () {
      const empty = yield* read(StructuredTargets.list.items({ cursor: "" }), [])
      assert.include(empty.error, { _tag: "InvalidRequest", operation: "StructuredTargets.list", pointer: "/cursor" })
      for (const maxPages of [0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, "2"]) {
        // Untyped callers can pass anything.
        const none = yield* read(StructuredTargets.list.items({}, { maxPages: maxPages as number }), [])
        assert.include(none.error, { _tag: "InvalidRequest", pointer: "/maxPages" })
      }
      const unlimited = StructuredTargets.list.items({}, { maxPages: Number.POSITIVE_INFINITY })
      assert.isUndefined((yield* read(unlimited, [page(["1"])])).error)
    })
  )

  it.effect("rejects an input that is a class instance, because its accessors would not be sent", () =>
    Effect.gen(function* () {
      class Input {
        get type() {
          return "team"
        }
      }
      const outcome = yield* read(StructuredTargets.list.items(new Input()), [])
      assert.include(outcome.error, { _tag: "InvalidRequest", operation: "StructuredTargets.list", pointer: "" })
    })
  )

  it.effect("uses the operation's own names for the cursor and the list", () =>
    Effect.gen(function* () {
      const program = {
        end_date: "2026-01-01T00:00:00Z",
        id: "p",
        incentive_description: "",
        incentive_type: "volume",
        market_id: "m",
        market_ticker: "T",
        paid_out: false,
        period_reward: 1,
        start_date: "2026-01-01T00:00:00Z"
      }
      const reply = (next_cursor: string | null) => ({
        status: 200,
        body: { incentive_programs: [program], next_cursor }
      })
      const outcome = yield* read(IncentivePrograms.list.items(), [reply("n"), reply(null)])
      assert.deepStrictEqual([outcome.items.length, outcome.error], [2, undefined])
      assert.deepStrictEqual(outcome.queries, ["", "?cursor=n"])
    })
  )

  it.effect("has one stream per list if a response has several lists", () =>
    Effect.gen(function* () {
      const position = {
        event_ticker: "E",
        total_cost_dollars: "0.0000",
        total_cost_shares_fp: "0.00",
        event_exposure_dollars: "0.0000",
        realized_pnl_dollars: "0.0000",
        fees_paid_dollars: "0.0000"
      }
      const replies = [
        { status: 200, body: { market_positions: [], event_positions: [position], cursor: "a" } },
        { status: 200, body: { market_positions: [], event_positions: [] } }
      ]
      const events = yield* read(Portfolio.positions.items.event_positions(), replies)
      assert.deepStrictEqual(events.items, [position as (typeof events.items)[number]])
      const markets = yield* read(Portfolio.positions.items.market_positions({ ticker: "T" }), replies)
      assert.deepStrictEqual([markets.items.length, markets.queries], [0, ["?ticker=T", "?cursor=a&ticker=T"]])
    })
  )
})

const pagedOperations = async (): Promise<ReadonlyArray<AnyPaged>> => {
  const modules = await Promise.all(moduleNames.map(load))
  return modules.flatMap((module) => Object.values(module).filter(isPaged))
}

interface AnyPaged {
  readonly descriptor: Operation.Descriptor
  readonly pages: (input: object) => Stream.Stream<object, unknown, KalshiPublic | KalshiRead>
}

const isPaged = (value: unknown): value is AnyPaged =>
  typeof value === "function" && "descriptor" in value && "pages" in value

describe("Pages of every operation", () => {
  for (const [kind, end] of [
    ["empty", { cursor: "" }],
    ["null", { cursor: null }],
    ["absent", {}]
  ] as const) {
    it.effect(`ends if the cursor is ${kind}`, () =>
      Effect.gen(function* () {
        const operations = yield* Effect.promise(pagedOperations)
        assert.strictEqual(operations.length, 29)
        for (const { descriptor, pages } of operations) {
          const { cursor, lists } = descriptor.pages!
          const required = Object.entries(descriptor.query).filter(([, parameter]) => parameter.required)
          const input = Object.fromEntries(required.map(([name]) => [name, name === "limit" ? 1 : "x"]))
          const body = Object.fromEntries([
            ...lists.map((list) => [list, []]),
            ...Object.values(end).map((value) => [cursor, value])
          ])
          const outcome = yield* read(pages(input), [{ status: descriptor.success.status, body }])
          assert.deepStrictEqual([descriptor.name, outcome.error, outcome.items], [descriptor.name, undefined, [body]])
        }
      })
    )
  }
})

describe("Pages.pages", () => {
  const pages = StructuredTargets.list.pages()

  it.effect("emits each response unchanged, even if its list is empty", () =>
    Effect.gen(function* () {
      const outcome = yield* read(pages, [page(["1"], "a"), page([], "b"), page(["2"], "")])
      assert.deepStrictEqual(outcome.items, [
        { structured_targets: [target("1")], cursor: "a" },
        { structured_targets: [], cursor: "b" },
        { structured_targets: [target("2")], cursor: "" }
      ])
    })
  )

  it.effect("fails with the operation's error, and can restart at the last cursor", () =>
    Effect.gen(function* () {
      const errorReply = { status: 401, body: { error: { code: "authentication_error", message: "no" } } }
      const failed = yield* read(pages, [page(["1"], "a"), page(["2"], "b"), errorReply])
      assert.include(failed.error, { _tag: "Unauthorized", operation: "StructuredTargets.list" })
      const last = failed.items.at(-1)?.cursor
      assert.strictEqual(last, "b")
      const rest = yield* read(StructuredTargets.list.pages({ cursor: "b" }), [page(["3"])])
      assert.deepStrictEqual(rest.queries, ["?cursor=b"])
    })
  )
})

describe("Pages: example of continuing after a failure", () => {
  const readAll = <E, R>(keep: (page: Orders.GetOrdersResponse) => Effect.Effect<void, E, R>) =>
    Effect.suspend(() => {
      let cursor: string | undefined
      return Effect.suspend(() =>
        Stream.runForEach(Orders.list.pages({ limit: 1000, cursor }), (page) =>
          Effect.tap(keep(page), () => Effect.sync(() => void (cursor = page.cursor ?? undefined)))
        )
      ).pipe(Effect.retry({ times: 3 }))
    })

  const orders = (cursor: string) => ({ status: 200, body: { orders: [], cursor } })

  it.effect("continues at the last cursor and reads no page twice", () =>
    Effect.gen(function* () {
      assertIsExample(import.meta.url, "Pages", "Continuing after a failure")
      const errorReply = { status: 400, body: { code: "bad_request" } }
      const kept: Array<unknown> = []
      const program = readAll(({ cursor }) => Effect.sync(() => kept.push(cursor)))
      const replies = [orders("a"), errorReply, orders("b"), errorReply, errorReply, orders("")]
      const { sent } = yield* play(program, replies)
      assert.deepStrictEqual(kept, ["a", "b", ""])
      assert.deepStrictEqual(
        sent.map((one) => new URL(one.target, "http://x").searchParams.get("cursor")),
        [null, "a", "a", "b", "b", "b"]
      )
    })
  )

  it.effect("reads the whole list on each run", () =>
    Effect.gen(function* () {
      const kept: Array<unknown> = []
      const program = readAll(({ cursor }) => Effect.sync(() => kept.push(cursor)))
      yield* play(Effect.andThen(program, program), [orders("a"), orders(""), orders("a"), orders("")])
      assert.deepStrictEqual(kept, ["a", "", "a", ""])
    })
  )
})

describe("Pages.RepeatedCursor", () => {
  for (const period of [1, 2, 3, 7]) {
    it.effect(`ends a cycle of length ${period} after emitting each page once`, () =>
      Effect.gen(function* () {
        const cursors = Array.from({ length: period }, (_, index) => `c${index}`)
        const replies = [page(["0"], "before"), page(["1"], cursors[0])]
        for (const [index] of cursors.entries()) replies.push(page([String(index + 2)], cursors[(index + 1) % period]))
        const outcome = yield* read(targets, replies)
        assert.instanceOf(outcome.error, Pages.RepeatedCursor)
        assert.include(outcome.error, { operation: "StructuredTargets.list", cursor: "c0", pages: period + 2 })
        assert.deepStrictEqual(
          outcome.items.map(({ id }) => id),
          replies.map((_, index) => String(index))
        )
      })
    )
  }

  it.effect("detects that the start cursor repeats", () =>
    Effect.gen(function* () {
      const outcome = yield* read(StructuredTargets.list.items({ cursor: "a" }), [page(["1"], "b"), page(["2"], "a")])
      assert.include(outcome.error, { _tag: "RepeatedCursor", cursor: "a", pages: 2 })
      assert.strictEqual(
        String((outcome.error as Error).message),
        'StructuredTargets.list received the cursor "a" a second time, in page 2, so its pages form a cycle: the rest of the list cannot be read by cursor'
      )
    })
  )
})

describe("Pages.items: repeated pulls", () => {
  const pulls = (count: number, timeout: Duration.Input, replies: ReadonlyArray<Reply>) =>
    Effect.gen(function* () {
      const pull = yield* Stream.toPull(targets)
      const once = pull.pipe(
        Effect.timeout(timeout),
        Effect.match({
          onSuccess: (items) => items.map(({ id }) => id).join(" "),
          onFailure: (error) => (Cause.isDone(error) ? "done" : error._tag)
        })
      )
      const outcomes: Array<string> = []
      for (let i = 0; i < count; i++) {
        const fiber = yield* Effect.forkChild(once)
        yield* TestClock.adjust("1 minute")
        outcomes.push(yield* Fiber.join(fiber))
      }
      return outcomes
    }).pipe(Effect.scoped, Effect.provide(layer(replies)))

  it.effect("continue after a failed request", () =>
    Effect.gen(function* () {
      const errorReply: Reply = { status: 401, body: { code: "authentication_error" } }
      const outcomes = yield* pulls(5, "1 hour", [errorReply, page(["1"], "a"), errorReply, page(["2"], "")])
      assert.deepStrictEqual(outcomes, ["Unauthorized", "1", "Unauthorized", "2", "done"])
    })
  )

  it.effect("continue after a timeout", () =>
    Effect.gen(function* () {
      const slow = { ...page(["2"], "b"), delayMillis: 5000 }
      const outcomes = yield* pulls(4, "1 second", [page(["1"], "a"), slow, page(["2"], "b"), page(["3"], "")])
      assert.deepStrictEqual(outcomes, ["1", "TimeoutError", "2", "3"])
    })
  )

  it.effect("detect a cycle of pages", () =>
    Effect.gen(function* () {
      const errorReply: Reply = { status: 401, body: { code: "authentication_error" } }
      const outcomes = yield* pulls(4, "1 hour", [page(["1"], "a"), errorReply, page(["2"], "a")])
      assert.deepStrictEqual(outcomes, ["1", "Unauthorized", "2", "RepeatedCursor"])
    })
  )
})

describe("Pages.PageBudgetExceeded", () => {
  it.effect("fails after maxPages pages of a longer list, and reports the next cursor", () =>
    Effect.gen(function* () {
      const stream = StructuredTargets.list.items({}, { maxPages: 2 })
      const outcome = yield* read(stream, [page(["1"], "a"), page(["2"], "x".repeat(200))])
      assert.strictEqual(ids(outcome), "1 2")
      assert.include(outcome.error, { _tag: "PageBudgetExceeded", maxPages: 2, cursor: "x".repeat(200) })
      assert.strictEqual(
        (outcome.error as Error).message,
        `StructuredTargets.list has more than 2 pages: continue with the cursor "${"x".repeat(100)}…"`
      )
      const one = new Pages.PageBudgetExceeded({ operation: "Orders.list", maxPages: 1, cursor: "next" })
      assert.strictEqual(one.message, 'Orders.list has more than 1 page: continue with the cursor "next"')
    })
  )

  it.effect("does not fail if the list ends, or the consumer stops, within maxPages pages", () =>
    Effect.gen(function* () {
      const fits = yield* read(StructuredTargets.list.items({}, { maxPages: 2 }), [page(["1"], "a"), page(["2"], "")])
      assert.isUndefined(fits.error)
      const few = StructuredTargets.list.items({}, { maxPages: 1 }).pipe(Stream.take(1))
      assert.isUndefined((yield* read(few, [page(["1"], "a")])).error)
    })
  )

  it.effect("counts empty pages", () =>
    Effect.gen(function* () {
      const stream = StructuredTargets.list.items({}, { maxPages: 3 })
      const outcome = yield* read(stream, [page([], "a"), page([], "b"), page([], "c")])
      assert.include(outcome.error, { _tag: "PageBudgetExceeded", cursor: "c" })
    })
  )
})

describe("Pages: types", () => {
  type ReadFailure = Errors.BadRequest | Errors.Unauthorized | Kalshi.Failure | Pages.RepeatedCursor

  it("are exact for items, errors and required services", () => {
    expectTypeOf(Orders.list.items({ limit: 1000 })).toEqualTypeOf<
      Stream.Stream<Orders.Order, ReadFailure, KalshiRead>
    >()
    expectTypeOf(Orders.list.pages()).toEqualTypeOf<Stream.Stream<Orders.GetOrdersResponse, ReadFailure, KalshiRead>>()
    expectTypeOf(StructuredTargets.list.items()).toEqualTypeOf<
      Stream.Stream<
        StructuredTargets.StructuredTarget,
        Errors.Unauthorized | Kalshi.PublicFailure | Pages.RepeatedCursor,
        KalshiPublic
      >
    >()
  })

  it("include PageBudgetExceeded if maxPages is set", () => {
    expectTypeOf(Orders.list.items(undefined, { maxPages: 3 })).toEqualTypeOf<
      Stream.Stream<Orders.Order, ReadFailure | Pages.PageBudgetExceeded, KalshiRead>
    >()
  })

  it("name each list if there are several", () => {
    expectTypeOf(Portfolio.positions.items.market_positions()).toEqualTypeOf<
      Stream.Stream<Portfolio.MarketPosition, ReadFailure, KalshiRead>
    >()
    expectTypeOf<keyof typeof Fcm.listPositions.items>().toEqualTypeOf<"market_positions" | "event_positions">()
    expectTypeOf<Stream.Success<ReturnType<typeof Events.list.items.milestones>>>().toEqualTypeOf<Milestone>()
    // @ts-expect-error -- the list must be named
    void (() => Portfolio.positions.items())
  })

  it("exist only for operations with a cursor", () => {
    // @ts-expect-error -- the operation has no pages
    assert.isUndefined(Exchange.status.pages)
    // @ts-expect-error -- the operation has no such field
    void (() => Orders.list.items({ page_size: 3 }))
  })

  it("reject a list or cursor that the response does not have", () => {
    const { descriptor } = Portfolio.deposits
    const description = {
      ...descriptor,
      query: {},
      pathParameters: {},
      body: undefined,
      auth: "required",
      access: "read",
      errors: []
    } as const
    const make = () =>
      Pages.make({
        ...description,
        success: { status: 200, body: GetDepositsResponse },
        // @ts-expect-error -- the fields are deposits and cursor
        pages: { cursor: "next_cursor", lists: ["payments"] }
      })
    void make
  })
})
