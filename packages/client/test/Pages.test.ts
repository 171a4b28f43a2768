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
import { load, moduleNames } from "./support/modules.ts"
import { isExample } from "./support/operations.ts"
import { layer, type Reply, Script } from "./support/scripted.ts"

const target = (id: string) => ({ id })

const page = (ids: ReadonlyArray<string>, cursor?: string | null): Reply => ({
  status: 200,
  body: { structured_targets: ids.map(target), ...(cursor === undefined ? {} : { cursor }) }
})

const targets = StructuredTargets.list.items()

interface Outcome<A> {
  /** What was given before the end. */
  readonly given: ReadonlyArray<A>
  /** What it ended with; undefined for the end of the pages. */
  readonly error: unknown
  /** The queries that were sent. */
  readonly queries: ReadonlyArray<string>
}

/** Reads to the end on virtual time. */
const outcomeOf = <A>(
  stream: Stream.Stream<A, unknown, Kalshi.KalshiPublic | Kalshi.KalshiRead>,
  replies: ReadonlyArray<Reply>
): Effect.Effect<Outcome<A>> =>
  Effect.gen(function* () {
    const given: Array<A> = []
    const fiber = yield* Effect.forkChild(
      Effect.match(
        Stream.runForEach(stream, (item) => Effect.sync(() => given.push(item))),
        { onSuccess: () => undefined, onFailure: (error) => error }
      )
    )
    yield* TestClock.adjust("1 minute")
    const error = yield* Fiber.join(fiber)
    const { sent } = yield* Script
    return { given, error, queries: sent.map((one) => new URL(one.target, "http://x").search) }
  }).pipe(Effect.provide(layer(replies)))

const ids = (outcome: Outcome<{ readonly id?: string }>) => outcome.given.map(({ id }) => id).join(" ")

describe("items", () => {
  it.effect("goes from page to page, each cursor sent back as it came, until one is empty", () =>
    Effect.gen(function* () {
      const cursor = "a=/+&é %2F\u0000#?"
      const outcome = yield* outcomeOf(targets, [page(["1", "2"], cursor), page(["3"], " "), page(["4"], "")])
      assert.strictEqual(ids(outcome), "1 2 3 4")
      assert.isUndefined(outcome.error)
      assert.deepStrictEqual(
        outcome.queries.map((query) => new URLSearchParams(query).get("cursor")),
        [null, cursor, " "]
      )
      assert.include(outcome.queries[1], "%252F")
    })
  )

  for (const [what, last] of [
    ["empty", ""],
    ["null", null],
    ["absent", undefined]
  ] as const) {
    it.effect(`ends at a cursor that is ${what}`, () =>
      Effect.gen(function* () {
        const outcome = yield* outcomeOf(targets, [page(["1"], "a"), page(["2"], last)])
        assert.deepStrictEqual([ids(outcome), outcome.error, outcome.queries.length], ["1 2", undefined, 2])
      })
    )
  }

  it.effect("goes on over empty pages, and over those without the list, as long as there is a cursor", () =>
    Effect.gen(function* () {
      const replies = [page([], "a"), { status: 200, body: { cursor: "b" } }, page(["1"], "c"), page([])]
      const outcome = yield* outcomeOf(targets, replies)
      assert.deepStrictEqual([ids(outcome), outcome.error, outcome.queries.length], ["1", undefined, 4])
    })
  )

  it.effect("takes the size of a page and every filter from the input, on each page", () =>
    Effect.gen(function* () {
      const stream = StructuredTargets.list.items({ page_size: 2, type: "team" })
      const outcome = yield* outcomeOf(stream, [page(["1", "2"], "a"), page(["3"], "")])
      assert.deepStrictEqual(outcome.queries, ["?type=team&page_size=2", "?type=team&page_size=2&cursor=a"])
    })
  )

  it.effect("asks for nothing before it is run, nor for a page that nobody wants", () =>
    Effect.gen(function* () {
      for (const [take, requests] of [
        [0, 0],
        [1, 1],
        [2, 1],
        [3, 2],
        [4, 2]
      ] as const) {
        const replies = [page(["1", "2"], "a"), page(["3", "4"], "b")].slice(0, requests)
        const outcome = yield* outcomeOf(targets.pipe(Stream.take(take)), replies)
        assert.deepStrictEqual([outcome.given.length, outcome.queries.length], [take, requests])
      }
    })
  )

  it.effect("reads anew each time that it is run", () =>
    Effect.gen(function* () {
      const twice = Stream.concat(targets, targets)
      const outcome = yield* outcomeOf(twice, [page(["1"], "a"), page(["2"]), page(["1"], "a"), page(["2"])])
      assert.deepStrictEqual([ids(outcome), outcome.error], ["1 2 1 2", undefined])
    })
  )

  it.effect("begins at the cursor of the input", () =>
    Effect.gen(function* () {
      const outcome = yield* outcomeOf(StructuredTargets.list.items({ cursor: "b" }), [page(["3"])])
      assert.deepStrictEqual(outcome.queries, ["?cursor=b"])
    })
  )

  it.effect("refuses to begin at an empty cursor, which is an end, and to read no page at all", () =>
    Effect.gen(function* () {
      const empty = yield* outcomeOf(StructuredTargets.list.items({ cursor: "" }), [])
      assert.include(empty.error, { _tag: "InvalidRequest", operation: "StructuredTargets.list", pointer: "/cursor" })
      for (const maxPages of [0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, "2"]) {
        // A program in JavaScript may pass anything.
        const none = yield* outcomeOf(StructuredTargets.list.items({}, { maxPages: maxPages as number }), [])
        assert.include(none.error, { _tag: "InvalidRequest", pointer: "/maxPages" })
      }
      const unlimited = StructuredTargets.list.items({}, { maxPages: Number.POSITIVE_INFINITY })
      assert.isUndefined((yield* outcomeOf(unlimited, [page(["1"])])).error)
    })
  )

  it.effect("refuses an instance of a class, whose accessors would not be sent", () =>
    Effect.gen(function* () {
      class Input {
        get type() {
          return "team"
        }
      }
      const outcome = yield* outcomeOf(StructuredTargets.list.items(new Input()), [])
      assert.include(outcome.error, { _tag: "InvalidRequest", operation: "StructuredTargets.list", pointer: "" })
    })
  )

  it.effect("reads the cursor and the list under the names that an operation has for them", () =>
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
      const outcome = yield* outcomeOf(IncentivePrograms.list.items(), [reply("n"), reply(null)])
      assert.deepStrictEqual([outcome.given.length, outcome.error], [2, undefined])
      assert.deepStrictEqual(outcome.queries, ["", "?cursor=n"])
    })
  )

  it.effect("has a reader for each list where an answer has more than one", () =>
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
      const events = yield* outcomeOf(Portfolio.positions.items.event_positions(), replies)
      assert.deepStrictEqual(events.given, [position as (typeof events.given)[number]])
      const markets = yield* outcomeOf(Portfolio.positions.items.market_positions({ ticker: "T" }), replies)
      assert.deepStrictEqual([markets.given.length, markets.queries], [0, ["?ticker=T", "?cursor=a&ticker=T"]])
    })
  )
})

/** Every operation that reads a page. */
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

describe("every operation with pages", () => {
  for (const [what, end] of [
    ["empty", { cursor: "" }],
    ["null", { cursor: null }],
    ["absent", {}]
  ] as const) {
    it.effect(`ends at a cursor that is ${what}`, () =>
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
          const outcome = yield* outcomeOf(pages(input), [{ status: descriptor.success.status, body }])
          assert.deepStrictEqual([descriptor.name, outcome.error, outcome.given], [descriptor.name, undefined, [body]])
        }
      })
    )
  }
})

describe("pages", () => {
  const pages = StructuredTargets.list.pages()

  it.effect("gives each answer as it is, empty ones too", () =>
    Effect.gen(function* () {
      const outcome = yield* outcomeOf(pages, [page(["1"], "a"), page([], "b"), page(["2"], "")])
      assert.deepStrictEqual(outcome.given, [
        { structured_targets: [target("1")], cursor: "a" },
        { structured_targets: [], cursor: "b" },
        { structured_targets: [target("2")], cursor: "" }
      ])
    })
  )

  it.effect("ends with the operation's own error, after what came before, whose cursor goes on from there", () =>
    Effect.gen(function* () {
      const refusal = { status: 401, body: { error: { code: "authentication_error", message: "no" } } }
      const broken = yield* outcomeOf(pages, [page(["1"], "a"), page(["2"], "b"), refusal])
      assert.include(broken.error, { _tag: "Unauthorized", operation: "StructuredTargets.list" })
      const last = broken.given.at(-1)?.cursor
      assert.strictEqual(last, "b")
      const rest = yield* outcomeOf(StructuredTargets.list.pages({ cursor: "b" }), [page(["3"])])
      assert.deepStrictEqual(rest.queries, ["?cursor=b"])
    })
  )
})

describe("the example of continuing", () => {
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

  it.effect("reads no page twice, and continues where it failed", () =>
    Effect.gen(function* () {
      isExample(import.meta.url, "Pages", "Continuing where a failure ended the reading")
      const refusal = { status: 400, body: { code: "bad_request" } }
      const kept: Array<unknown> = []
      const program = readAll(({ cursor }) => Effect.sync(() => kept.push(cursor)))
      const { sent } = yield* Effect.andThen(program, Script).pipe(
        Effect.provide(layer([orders("a"), refusal, orders("b"), refusal, refusal, orders("")]))
      )
      assert.deepStrictEqual(kept, ["a", "b", ""])
      assert.deepStrictEqual(
        sent.map((one) => new URL(one.target, "http://x").searchParams.get("cursor")),
        [null, "a", "a", "b", "b", "b"]
      )
    })
  )

  it.effect("reads the whole list each time that it runs", () =>
    Effect.gen(function* () {
      const kept: Array<unknown> = []
      const program = readAll(({ cursor }) => Effect.sync(() => kept.push(cursor)))
      yield* Effect.andThen(program, program).pipe(
        Effect.provide(layer([orders("a"), orders(""), orders("a"), orders("")]))
      )
      assert.deepStrictEqual(kept, ["a", "", "a", ""])
    })
  )
})

describe("RepeatedCursor", () => {
  for (const period of [1, 2, 3, 7]) {
    it.effect(`ends pages that go round by ${period}, each given once`, () =>
      Effect.gen(function* () {
        const cursors = Array.from({ length: period }, (_, index) => `c${index}`)
        const replies = [page(["0"], "before"), page(["1"], cursors[0])]
        for (const [index] of cursors.entries()) replies.push(page([String(index + 2)], cursors[(index + 1) % period]))
        const outcome = yield* outcomeOf(targets, replies)
        assert.instanceOf(outcome.error, Pages.RepeatedCursor)
        assert.include(outcome.error, { operation: "StructuredTargets.list", cursor: "c0", pages: period + 2 })
        assert.deepStrictEqual(
          outcome.given.map(({ id }) => id),
          replies.map((_, index) => String(index))
        )
      })
    )
  }

  it.effect("sees the cursor that the reading began with", () =>
    Effect.gen(function* () {
      const outcome = yield* outcomeOf(StructuredTargets.list.items({ cursor: "a" }), [
        page(["1"], "b"),
        page(["2"], "a")
      ])
      assert.include(outcome.error, { _tag: "RepeatedCursor", cursor: "a", pages: 2 })
      assert.strictEqual(
        String((outcome.error as Error).message),
        'StructuredTargets.list received the cursor "a" a second time, in page 2: its pages form a circle, and the rest of the list cannot be read this way'
      )
    })
  )
})

describe("a pull that is repeated", () => {
  /** The outcome of some pulls, each an item or the tag of an error, with `interval` to wait for each. */
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

  it.effect("continues after a request that failed", () =>
    Effect.gen(function* () {
      const refusal: Reply = { status: 401, body: { code: "authentication_error" } }
      const outcomes = yield* pulls(5, "1 hour", [refusal, page(["1"], "a"), refusal, page(["2"], "")])
      assert.deepStrictEqual(outcomes, ["Unauthorized", "1", "Unauthorized", "2", "done"])
    })
  )

  it.effect("continues after a time-out", () =>
    Effect.gen(function* () {
      const slow = { ...page(["2"], "b"), delayMillis: 5000 }
      const outcomes = yield* pulls(4, "1 second", [page(["1"], "a"), slow, page(["2"], "b"), page(["3"], "")])
      assert.deepStrictEqual(outcomes, ["1", "TimeoutError", "2", "3"])
    })
  )

  it.effect("still sees pages that form a circle", () =>
    Effect.gen(function* () {
      const refusal: Reply = { status: 401, body: { code: "authentication_error" } }
      const outcomes = yield* pulls(4, "1 hour", [page(["1"], "a"), refusal, page(["2"], "a")])
      assert.deepStrictEqual(outcomes, ["1", "Unauthorized", "2", "RepeatedCursor"])
    })
  )
})

describe("PageBudgetExceeded", () => {
  it.effect("ends a list that is longer, after all that the budget allowed, and says where to go on", () =>
    Effect.gen(function* () {
      const stream = StructuredTargets.list.items({}, { maxPages: 2 })
      const outcome = yield* outcomeOf(stream, [page(["1"], "a"), page(["2"], "x".repeat(200))])
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

  it.effect("is no error of a list that fits, nor of one of which no more was wanted", () =>
    Effect.gen(function* () {
      const fits = yield* outcomeOf(StructuredTargets.list.items({}, { maxPages: 2 }), [
        page(["1"], "a"),
        page(["2"], "")
      ])
      assert.isUndefined(fits.error)
      const few = StructuredTargets.list.items({}, { maxPages: 1 }).pipe(Stream.take(1))
      assert.isUndefined((yield* outcomeOf(few, [page(["1"], "a")])).error)
    })
  )

  it.effect("counts empty pages, so that a list without end ends", () =>
    Effect.gen(function* () {
      const stream = StructuredTargets.list.items({}, { maxPages: 3 })
      const outcome = yield* outcomeOf(stream, [page([], "a"), page([], "b"), page([], "c")])
      assert.include(outcome.error, { _tag: "PageBudgetExceeded", cursor: "c" })
    })
  )
})

describe("the types", () => {
  type ReadFailure = Errors.BadRequest | Errors.Unauthorized | Kalshi.Failure | Pages.RepeatedCursor

  it("are exact: items, errors, and the operation's own capability", () => {
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

  it("have the error of a budget where there is one", () => {
    expectTypeOf(Orders.list.items(undefined, { maxPages: 3 })).toEqualTypeOf<
      Stream.Stream<Orders.Order, ReadFailure | Pages.PageBudgetExceeded, KalshiRead>
    >()
  })

  it("name each list where there is more than one", () => {
    expectTypeOf(Portfolio.positions.items.market_positions()).toEqualTypeOf<
      Stream.Stream<Portfolio.MarketPosition, ReadFailure, KalshiRead>
    >()
    expectTypeOf<keyof typeof Fcm.listPositions.items>().toEqualTypeOf<"market_positions" | "event_positions">()
    expectTypeOf<Stream.Success<ReturnType<typeof Events.list.items.milestones>>>().toEqualTypeOf<Milestone>()
    // @ts-expect-error -- which of the two is meant must be said
    void (() => Portfolio.positions.items())
  })

  it("are of operations with a cursor alone", () => {
    // @ts-expect-error -- its answer is whole
    assert.isUndefined(Exchange.status.pages)
    // @ts-expect-error -- it takes no such field
    void (() => Orders.list.items({ page_size: 3 }))
  })

  it("hold the description: a list or a cursor that the answer does not have does not compile", () => {
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
        // @ts-expect-error -- the list is called deposits, and the cursor cursor
        pages: { cursor: "next_cursor", lists: ["payments"] }
      })
    void make
  })
})
