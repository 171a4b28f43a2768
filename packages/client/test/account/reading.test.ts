import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as AccountState from "../../src/account/AccountState.ts"
import { readWhenNeeded } from "../../src/account/reading.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import { fillRow, orderRow, userOrder } from "../support/accounts.ts"
import { environment, signer } from "../support/scripted.ts"

const dayMillis = 86_400_000

/** The time at the start of each test. */
const startMillis = 100 * dayMillis

const lagMillis = 1_000

const timeOf = (millis: number): string => new Date(millis).toISOString()

/** An exchange, and the reads of an account. The tests set what the exchange returns. */
class World {
  readonly state: AccountState.AccountState
  readonly due = Latch.makeUnsafe(false)
  readonly subaccounts: ReadonlyArray<number>
  /** The milliseconds since the start and the path of each request, except requests for `as_of_time`. */
  readonly requests: Array<string> = []
  /** When `as_of_time` was requested, in milliseconds since the start. */
  readonly ageRequests: Array<number> = []
  /** `as_of_time`: the time up to which the lists are complete. Default: now. */
  asOfMillis: (nowMillis: number) => number = (nowMillis) => nowMillis
  /** The exchange's clock minus the client's clock. Undefined if the exchange sends no `Date` header. */
  aheadMillis: number | undefined
  /** How long the exchange needs to return an order. */
  orderMillis = 0
  /** How long the exchange needs to return the positions. */
  positionsMillis = 0
  /** Responses that replace the default responses, by path. */
  readonly responses = new Map<string, { readonly status: number; readonly body: unknown }>()
  inputs = 0

  constructor(options: Partial<AccountState.AccountOptions> = {}) {
    this.subaccounts = options.subaccounts ?? [0]
    this.state = AccountState.make({ nowMillis: startMillis, ...options })
  }

  subscribe(...channels: ReadonlyArray<AccountState.AccountChannel>): void {
    for (const channel of channels) this.state.subscribed(channel, startMillis)
    this.due.openUnsafe()
  }

  get layer(): Layer.Layer<Kalshi.KalshiPublic | Kalshi.KalshiRead> {
    const client = HttpClient.make((request, url) =>
      Effect.gen({ self: this }, function* () {
        const path = url.pathname.slice("/trade-api/v2".length)
        const nowMillis = yield* Clock.currentTimeMillis
        if (path === "/exchange/user_data_timestamp") this.ageRequests.push(nowMillis - startMillis)
        else this.requests.push(`${nowMillis - startMillis} ${path}${url.search}`)
        if (path.startsWith("/portfolio/orders/")) yield* Effect.sleep(this.orderMillis)
        if (path === "/portfolio/positions") yield* Effect.sleep(this.positionsMillis)
        const { body, status } = this.responses.get(path) ?? { status: 200, body: this.#body(path, nowMillis) }
        const headers: Record<string, string> =
          this.aheadMillis === undefined ? {} : { date: new Date(nowMillis + this.aheadMillis).toUTCString() }
        return HttpClientResponse.fromWeb(request, new Response(JSON.stringify(body), { status, headers }))
      })
    )
    return Kalshi.layer({ environment, signer: signer(), limits: false }).pipe(
      Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
    )
  }

  #body(path: string, nowMillis: number): unknown {
    if (path === "/exchange/user_data_timestamp")
      return { as_of_time: timeOf(this.asOfMillis(nowMillis) + (this.aheadMillis ?? 0)) }
    if (path === "/historical/cutoff") {
      const time = timeOf(startMillis - 2 * dayMillis)
      return { market_settled_ts: time, orders_updated_ts: time, trades_created_ts: time }
    }
    if (path.startsWith("/portfolio/orders/")) {
      return { order: orderRow({ id: path.slice("/portfolio/orders/".length), at: startMillis }) }
    }
    return { orders: [], fills: [], market_positions: [], event_positions: [], cursor: "" }
  }
}

/** Runs a test while the account reads what it needs. */
const reading = (
  name: string,
  options: Partial<AccountState.AccountOptions>,
  test: (world: World) => Effect.Effect<void, never, Scope.Scope>
) =>
  it.effect(name, () =>
    Effect.suspend(() => {
      const world = new World(options)
      const { due, state, subaccounts } = world
      return Effect.gen(function* () {
        yield* TestClock.setTime(startMillis)
        const reads = readWhenNeeded({ state, lagMillis, subaccounts, due, onInput: () => void world.inputs++ })
        yield* Effect.forkScoped(reads, { startImmediately: true })
        yield* test(world)
      }).pipe(Effect.provide(world.layer))
    })
  )

/** Adds unconfirmed orders: open orders that may be closed by now. Their reads begin one second after the start. */
const unconfirmed = ({ state }: World, count: number): void => {
  state.subscribed("user_orders", startMillis)
  for (let index = 0; index < count; index++) {
    state.userOrder(userOrder({ id: `o${index}`, status: "unknown", at: startMillis }), startMillis)
  }
  // The list of orders is complete, so that the tests see only the reads of single orders.
  const startedMillis = startMillis + lagMillis
  const rows = Array.from({ length: count }, (_, index) => orderRow({ id: `o${index}`, at: startMillis - 1 }))
  state.ordersPage({ rows, startedMillis, isComplete: true }, startMillis)
}

describe("readWhenNeeded", () => {
  reading("reads the lists `lagMillis` after the subscription, and nothing more", {}, (world) =>
    Effect.gen(function* () {
      world.subscribe("user_orders", "fill", "market_positions")
      yield* TestClock.adjust(999)
      assert.deepStrictEqual([world.requests, world.inputs], [[], 0])
      yield* TestClock.adjust(1)
      const minSeconds = startMillis / 1_000 - 600
      assert.deepStrictEqual(world.requests, [
        "1000 /portfolio/orders?status=resting&limit=1000&subaccount=0",
        `1000 /portfolio/fills?min_ts=${minSeconds}&limit=1000&subaccount=0`,
        "1000 /portfolio/positions?limit=1000&subaccount=0"
      ])
      assert.deepStrictEqual([world.state.status._tag, world.inputs], ["Live", 3])
      yield* TestClock.adjust(dayMillis)
      assert.strictEqual(world.requests.length, 3)
      assert.strictEqual(world.ageRequests.length, 3)
    })
  )

  reading(
    "reads the orders and fills of all subaccounts together, and the positions of each subaccount separately",
    { subaccounts: [1, 2] },
    (world) =>
      Effect.gen(function* () {
        world.subscribe("user_orders", "fill", "market_positions")
        yield* TestClock.adjust(1_000)
        assert.deepStrictEqual(
          world.requests.map((request) => request.replace(/min_ts=\d+&/, "")),
          [
            "1000 /portfolio/orders?status=resting&limit=1000",
            "1000 /portfolio/fills?limit=1000",
            "1000 /portfolio/positions?limit=1000&subaccount=1",
            "1000 /portfolio/positions?limit=1000&subaccount=2"
          ]
        )
        assert.strictEqual(world.state.status._tag, "Live")
      })
  )

  reading("rounds `fillsFromMillis` down to seconds", { fillsFromMillis: startMillis - 1 }, (world) =>
    Effect.gen(function* () {
      world.subscribe("fill")
      yield* TestClock.adjust(1_000)
      assert.include(world.requests[0], `min_ts=${startMillis / 1_000 - 1}&`)
    })
  )

  const oldest = startMillis + lagMillis - dayMillis
  reading("reads only the live list if the fills begin exactly one day ago", { fillsFromMillis: oldest }, (world) =>
    Effect.gen(function* () {
      world.subscribe("fill")
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual(
        world.requests.map((request) => request.replace(/\?.*/, "")),
        ["1000 /portfolio/fills"]
      )
    })
  )

  reading("also reads the historical list if fills begin over a day ago", { fillsFromMillis: oldest - 1 }, (world) =>
    Effect.gen(function* () {
      const row = fillRow({ id: "t", order: "a", at: oldest })
      world.responses.set("/historical/fills", { status: 200, body: { fills: [row], cursor: "" } })
      world.subscribe("fill")
      yield* TestClock.adjust(1_000)
      const paths = world.requests.map((request) => request.replace(/\?.*/, ""))
      assert.includeMembers(paths, ["1000 /portfolio/fills", "1000 /historical/fills"])
      assert.strictEqual(world.state.known().fills.length, 1)
    })
  )

  reading("requests fills from time 0 on if `fillsFromMillis` is negative", { fillsFromMillis: -5_000 }, (world) =>
    Effect.gen(function* () {
      world.subscribe("fill")
      yield* TestClock.adjust(1_000)
      assert.isTrue(world.requests.some((request) => request.includes("/portfolio/fills?min_ts=0&")))
    })
  )

  reading("waits until the lists contain everything before the subscription", {}, (world) =>
    Effect.gen(function* () {
      // Half of `lagMillis` is subtracted, because the exchange's `as_of_time` is approximate.
      const enough = startMillis + lagMillis / 2
      world.asOfMillis = () => enough - 1
      world.subscribe("user_orders")
      yield* TestClock.adjust(4_700)
      assert.deepStrictEqual(world.ageRequests, [1_000, 1_050, 1_150, 1_350, 1_750, 2_550, 3_550, 4_550])
      assert.deepStrictEqual(world.requests, [])
      world.asOfMillis = () => enough
      yield* TestClock.adjust(1_000)
      assert.strictEqual(world.requests.length, 1)
      assert.isUndefined(world.state.nextMillis())
    })
  )

  reading("converts `as_of_time` to the local clock if the exchange's clock is ahead", {}, (world) =>
    Effect.gen(function* () {
      world.aheadMillis = 10_000
      world.asOfMillis = (nowMillis) => nowMillis - 3_000
      world.subscribe("user_orders")
      yield* TestClock.adjust(3_499)
      assert.deepStrictEqual(world.requests, [])
      yield* TestClock.adjust(2_001)
      assert.strictEqual(world.requests.length, 1)
    })
  )

  reading("starts no second read of a list while the first read waits", { readTimeoutMillis: 100 }, (world) =>
    Effect.gen(function* () {
      world.asOfMillis = () => startMillis
      world.subscribe("user_orders")
      yield* TestClock.adjust(60_000)
      assert.isAtMost(world.ageRequests.length, 66)
      world.asOfMillis = (nowMillis) => nowMillis
      yield* TestClock.adjust(2_000)
      assert.strictEqual(world.requests.length, 1)
    })
  )

  reading("treats a read as if it had begun earlier if the lists lag far behind", {}, (world) =>
    Effect.gen(function* () {
      const { state } = world
      world.asOfMillis = (nowMillis) => startMillis + (nowMillis < startMillis + 5_000 ? 0 : 600)
      world.subscribe("user_orders")
      yield* TestClock.adjust(20_000)
      assert.strictEqual(world.requests.length, 1)
      // The read contains everything before 100 ms, as if it had begun at 1,100 ms.
      const row = orderRow({ id: "a", at: startMillis })
      state.orderRead(row, startMillis + 1_101, startMillis + 20_000)
      assert.strictEqual(state.known().unconfirmed.size, 0)
      state.orderRead({ ...row, order_id: "b" }, startMillis + 1_100, startMillis + 20_000)
      assert.deepStrictEqual([...state.known().unconfirmed], ["b"])
    })
  )

  reading("shows a read's error, and repeats the read after the timeout with a new `as_of_time`", {}, (world) =>
    Effect.gen(function* () {
      world.responses.set("/portfolio/orders", { status: 400, body: { error: { code: "bad", message: "bad" } } })
      world.subscribe("user_orders")
      yield* TestClock.adjust(1_000)
      const read = world.state.read()
      assert.include(Result.isFailure(read) ? read.failure.message : "", "the last failed read:")
      assert.strictEqual(world.inputs, 1)
      world.responses.clear()
      yield* TestClock.adjust(9_999)
      assert.strictEqual(world.requests.length, 1)
      yield* TestClock.adjust(1)
      assert.strictEqual(world.requests.length, 2)
      assert.deepStrictEqual(world.ageRequests, [1_000, 11_000])
      assert.isUndefined(world.state.nextMillis())
    })
  )
})

describe("readWhenNeeded of unconfirmed orders", () => {
  reading("reads four orders at the same time, with one request for `as_of_time`", {}, (world) =>
    Effect.gen(function* () {
      world.orderMillis = 100
      unconfirmed(world, 10)
      world.due.openUnsafe()
      yield* TestClock.adjust(999)
      assert.deepStrictEqual(world.requests, [])
      const begun = (millis: number) => world.requests.filter((request) => request.startsWith(`${millis} `)).length
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual([begun(1_000), begun(1_100), begun(1_200), world.requests.length], [4, 4, 2, 10])
      assert.strictEqual(world.requests[0], "1000 /portfolio/orders/o0")
      assert.deepStrictEqual([world.state.known().unconfirmed.size, world.inputs], [0, 10])
      assert.deepStrictEqual(new Set(world.ageRequests), new Set([1_000]))
    })
  )

  reading("reads a list without a wait, even while four orders are being read and other orders wait", {}, (world) =>
    Effect.gen(function* () {
      world.orderMillis = 5_000
      unconfirmed(world, 6)
      world.state.subscribed("market_positions", startMillis + 1)
      world.due.openUnsafe()
      yield* TestClock.adjust(1_002)
      assert.deepStrictEqual(world.requests.slice(4), ["1001 /portfolio/positions?limit=1000&subaccount=0"])
    })
  )

  reading("reads four orders at the same time, even while lists are being read", { subaccounts: [0, 1, 2] }, (world) =>
    Effect.gen(function* () {
      world.orderMillis = 100
      world.positionsMillis = 5_000
      unconfirmed(world, 8)
      world.subscribe("market_positions")
      yield* TestClock.adjust(1_000)
      assert.strictEqual(world.requests.filter((request) => request.startsWith("1000 /portfolio/orders/")).length, 4)
      yield* TestClock.adjust(100)
      assert.strictEqual(world.requests.filter((request) => request.startsWith("1100 ")).length, 4)
    })
  )

  reading("removes an order that is not found", {}, (world) =>
    Effect.gen(function* () {
      const error = { error: { code: "not_found", message: "not found" } }
      world.responses.set("/portfolio/orders/o0", { status: 404, body: error })
      unconfirmed(world, 2)
      world.due.openUnsafe()
      yield* TestClock.adjust(1_000)
      const { openOrders, unconfirmed: left } = world.state.known()
      assert.deepStrictEqual([openOrders.map(({ order_id }) => order_id), left.size], [["o1"], 0])
    })
  )

  reading("requests `as_of_time` again only if the last known time is too early", {}, (world) =>
    Effect.gen(function* () {
      const { state } = world
      const enough = startMillis + lagMillis / 2
      world.asOfMillis = () => enough
      unconfirmed(world, 1)
      world.due.openUnsafe()
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual([world.ageRequests, state.known().unconfirmed.size], [[1_000], 0])
      // The last known time is just late enough.
      state.userOrder(userOrder({ id: "late", status: "unknown", at: startMillis }), startMillis)
      world.due.openUnsafe()
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([world.ageRequests, state.known().unconfirmed.size], [[1_000], 0])
      state.userOrder(userOrder({ id: "later", status: "unknown", at: startMillis }), startMillis + 1)
      world.asOfMillis = (nowMillis) => nowMillis
      world.due.openUnsafe()
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([world.ageRequests, state.known().unconfirmed.size], [[1_000, 1_001], 0])
    })
  )
})
