/** Lines are parallel connections. */
import { assert, describe, it } from "@effect/vitest"
import * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import type * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { type FeedFault, layerTest } from "../../src/Sandbox.ts"
import { assertEqual, count, live, pass, seller, tags } from "../support/accountFeed.ts"
import { bid, collect, type Needs, ticker, type Trader, trading, until } from "../support/feedTrader.ts"

type Client = Layer.Success<ReturnType<typeof Kalshi.layer>>

const inMemory = <E>(
  name: string,
  test: (trader: Trader) => Effect.Effect<void, E, Needs | Feed.KalshiFeed | Client | Scope.Scope>,
  { assumptions, feed }: { assumptions?: { readLagMillis: number }; feed?: Partial<Feed.Options> } = {}
) =>
  it.effect(
    name,
    () =>
      trading(
        (trader) =>
          test(trader).pipe(
            Effect.provide(Kalshi.layer({ environment: trader.sandbox.environment, signer: trader.me.signer }))
          ),
        feed
      ).pipe(Effect.provide(layerTest(assumptions === undefined ? {} : { assumptions }))),
    60_000
  )

describe("AccountFeed.make", () => {
  inMemory("becomes live with the existing orders, and then reports each change once", (trader) =>
    Effect.gen(function* () {
      const sell = yield* seller(trader)
      const { order_id } = yield* Orders.create(bid)
      yield* sell(1)
      const mine = yield* AccountFeed.make()
      const first = yield* Effect.flip(mine.read)
      assert.include(first.message, "it has been waiting for its first lists since")
      const { events } = yield* collect(mine.events)
      yield* until(() => events.length > 0)
      assert.strictEqual(events[0]?._tag, "Live")
      yield* assertEqual(yield* mine.read)
      yield* sell(2)
      yield* until(() => events.length > 3)
      assert.deepStrictEqual(tags(events.slice(1)).toSorted(), ["Fill", "Order", "Position"])
      yield* sell(2)
      yield* until(() => count(events, "Fill") === 2)
      yield* TestClock.adjust(100)
      const account = yield* mine.read
      assert.deepStrictEqual(
        account.closedOrders.map((order) => [order.order_id, order.status]),
        [[order_id, "executed"]]
      )
      yield* assertEqual(account)
    })
  )

  inMemory("gives each consumer the account first, then all later events", (trader) =>
    Effect.gen(function* () {
      const { events, mine } = yield* live()
      yield* trader.place()
      yield* until(() => count(events, "Order") === 1)
      const late = yield* collect(mine.events)
      yield* until(() => late.events.length === 1)
      assert.strictEqual(late.events[0]?._tag === "Live" && late.events[0].account.openOrders.length, 1)
      yield* trader.place({ price: "0.41" })
      yield* until(() => count(events, "Order") === 2 && late.events.length === 2)
      assert.strictEqual(late.events[1]?._tag, "Order")
    })
  )

  inMemory(
    "reports a fill from an outage before the account is live again, and confirms closed orders later",
    (trader) =>
      Effect.gen(function* () {
        const sell = yield* seller(trader)
        const made = yield* Orders.create(bid)
        const gone = yield* Orders.create({ ...bid, price: "0.30" })
        const { events, mine } = yield* live()
        yield* trader.sandbox.plant({ feed: "upgrade", status: 503, times: 3 })
        yield* trader.sandbox.feed.drop({ how: "reset" })
        yield* until(() => count(events, "Healing") === 1)
        const error = yield* Effect.flip(mine.read)
        assert.match(
          error.message,
          /^The account cannot be read: messages may have been lost since .* outage: Closed\)/
        )
        yield* sell(5)
        yield* Orders.cancel({ order_id: gone.order_id })
        const { order_id } = yield* Orders.create({ ...bid, price: "0.35" })
        yield* until(() => count(events, "Live") === 2)
        const between = events.slice(tags(events).indexOf("Healing"), tags(events).lastIndexOf("Live"))
        assert.strictEqual(count(between, "Fill"), 1)
        const account = yield* mine.read
        assert.deepStrictEqual(
          account.openOrders.filter((order) => !account.unconfirmed.has(order.order_id)).map((order) => order.order_id),
          [order_id]
        )
        // The list of resting orders lacks the other two orders. Single reads confirm these two.
        yield* until(() => count(events, "Order") >= 5)
        const confirmed = yield* mine.read
        assert.deepStrictEqual(
          confirmed.closedOrders.map((order) => [order.order_id, order.status]).toSorted(),
          [
            [gone.order_id, "canceled"],
            [made.order_id, "executed"]
          ].toSorted()
        )
        yield* assertEqual(confirmed)
      })
  )

  const faults = ["garble", "skip", "repeat"] as const
  for (const type of ["user_order", "fill", "market_position"] as const) {
    for (const change of faults) {
      inMemory(`equals the exchange's account after the fault ${change} of a ${type} message`, (trader) =>
        Effect.gen(function* () {
          const sell = yield* seller(trader)
          yield* Orders.create(bid)
          const { events, mine } = yield* live({ verifyMillis: 20_000 })
          yield* trader.sandbox.plant({ feed: "frame", type, change } satisfies FeedFault)
          yield* sell(2)
          yield* TestClock.adjust(100)
          if (change === "garble") assert.strictEqual((yield* mine.status)._tag, "Healing")
          yield* sell(1)
          // No later message reveals a skipped message. The next verification finds the change.
          yield* TestClock.adjust(change === "skip" ? 25_000 : 5_000)
          yield* until(() => (events.at(-1)?._tag ?? "") !== "Healing")
          yield* TestClock.adjust(5_000)
          assert.strictEqual(count(events, "Fill"), 2)
          yield* assertEqual(yield* mine.read)
        })
      )
    }
  }

  inMemory(
    "waits for lists that are new enough, even if REST lags far behind",
    (trader) =>
      Effect.gen(function* () {
        const { events, mine } = yield* live()
        yield* trader.sandbox.feed.drop({ how: "reset" })
        yield* until(() => count(events, "Healing") === 1)
        const { order_id } = yield* Orders.create(bid)
        yield* until(() => count(events, "Live") === 2)
        assert.deepStrictEqual(
          (yield* mine.read).openOrders.map((order) => order.order_id),
          [order_id]
        )
      }),
    { assumptions: { readLagMillis: 7_000 }, feed: { minBackoffMillis: 3_000, maxBackoffMillis: 3_000 } }
  )

  inMemory(
    "keeps newer changes from the feed when a list shows an older state",
    (trader) =>
      Effect.gen(function* () {
        const sell = yield* seller(trader)
        yield* Orders.create(bid)
        yield* sell(1)
        const { events, mine } = yield* live()
        yield* mine.verify
        yield* pass(2_000)
        yield* sell(2)
        yield* pass(5_000)
        const positions = events.flatMap((event) => (event._tag === "Position" ? [event.position.position_fp] : []))
        assert.deepStrictEqual(positions, ["3.00"])
        const lists = (yield* trader.sandbox.requests).filter(({ operation }) => operation === "GetPositions")
        assert.strictEqual(lists.length, 2)
      }),
    { assumptions: { readLagMillis: 3_000 } }
  )

  inMemory("contains only the subaccounts that its options name", ({ me, sandbox }) =>
    Effect.gen(function* () {
      const number = yield* sandbox.createSubaccount(me.accountId)
      yield* sandbox.deposit(me.accountId, "100", { subaccount: number })
      const first = yield* Orders.create({ ...bid, subaccount: number })
      yield* Orders.create(bid)
      const { events, mine } = yield* live({ subaccounts: [number] })
      const second = yield* Orders.create({ ...bid, subaccount: number, price: "0.41" })
      yield* Orders.create({ ...bid, price: "0.42" })
      yield* until(() => count(events, "Order") === 1)
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(
        (yield* mine.read).openOrders.map((order) => order.order_id),
        [first.order_id, second.order_id]
      )
    })
  )

  inMemory("reports an order group's trigger, and its unknown status after a lost connection", (trader) =>
    Effect.gen(function* () {
      const sell = yield* seller(trader)
      const { events, mine } = yield* live()
      const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 2 })
      yield* Orders.create({ ...bid, order_group_id })
      yield* sell(3)
      const statusOf = () => events.flatMap((event) => (event._tag === "OrderGroup" ? [event.group.status] : [])).at(-1)
      yield* until(() => statusOf() === "triggered")
      yield* trader.sandbox.feed.drop({ how: "reset" })
      yield* until(() => statusOf() === "unknown")
      yield* until(() => count(events, "Live") === 2)
      yield* OrderGroups.reset({ order_group_id })
      yield* until(() => statusOf() === "active")
      assert.strictEqual((yield* mine.read).orderGroups.length, 1)
    })
  )

  inMemory("shows why a read fails, and retries the read", ({ sandbox }) =>
    Effect.gen(function* () {
      yield* sandbox.plant({ status: 401, operation: "GetFills", times: 2 })
      const mine = yield* AccountFeed.make({ readTimeoutMillis: 2_000 })
      yield* pass(3_000)
      const error = yield* Effect.flip(mine.read)
      assert.match(error.message, /the last failed read: .*401/)
      const { events } = yield* collect(mine.events)
      yield* until(() => events.length === 1)
      assert.strictEqual(events[0]?._tag, "Live")
    })
  )

  inMemory(
    "starts no second read while the first read waits for newer lists",
    ({ sandbox }) =>
      Effect.gen(function* () {
        const mine = yield* AccountFeed.make()
        yield* pass(300_000, 250)
        assert.strictEqual((yield* mine.status)._tag, "AwaitingSnapshot")
        const requests = yield* sandbox.requests
        const recent = requests.filter(({ operation }) => operation === "GetUserDataTimestamp").slice(-30)
        // Three list reads wait, and each of them requests the timestamp once per second.
        assert.isAtLeast(recent.at(-1)!.atMillis - recent[0]!.atMillis, 9_000)
        yield* pass(400_000, 250)
        assert.strictEqual((yield* mine.status)._tag, "Live")
      }),
    { assumptions: { readLagMillis: 600_000 } }
  )

  inMemory("combines live and historical fills if `fillsFromMillis` is before the cutoff", (trader) =>
    Effect.gen(function* () {
      const sell = yield* seller(trader)
      yield* Orders.create(bid)
      yield* sell(2)
      yield* TestClock.adjust("400 days")
      yield* sell(1)
      const { mine } = yield* live({ fillsFromMillis: 0 })
      assert.deepStrictEqual(
        (yield* mine.read).fills.map(({ count_fp }) => count_fp),
        ["2.00", "1.00"]
      )
    })
  )

  inMemory("fails only the slow consumer, after it has received the buffered events", (trader) =>
    Effect.gen(function* () {
      const { events, mine } = yield* live({ bufferSize: 2 })
      const taken: Array<string> = []
      const slow = yield* Effect.forkScoped(
        Effect.flip(
          Stream.runForEach(mine.events, ({ _tag }) =>
            Effect.andThen(
              Effect.sync(() => void taken.push(_tag)),
              Effect.sleep(1_000)
            )
          )
        ),
        { startImmediately: true }
      )
      for (const price of ["0.10", "0.11", "0.12", "0.13", "0.14"] as const) {
        yield* trader.place({ price })
        yield* TestClock.adjust(10)
      }
      yield* until(() => slow.pollUnsafe() !== undefined)
      const error = yield* Fiber.join(slow)
      assert.deepInclude({ ...error }, { _tag: "Lagging", channel: "account", waiting: 2 })
      assert.isAtLeast(taken.length, 2)
      yield* until(() => count(events, "Order") === 5)
    })
  )

  inMemory("ends its subscriptions when its scope closes", ({ sandbox }) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const mine = yield* AccountFeed.make({ lines: 2 }).pipe(Scope.provide(scope))
      const waiting = yield* Effect.forkScoped(mine.awaitLive, { startImmediately: true })
      yield* until(() => waiting.pollUnsafe() !== undefined)
      assert.deepStrictEqual(yield* Fiber.join(waiting), yield* mine.read)
      assert.strictEqual((yield* sandbox.feed.connections).length, 2)
      yield* Scope.close(scope, Exit.void)
      yield* pass(1_000)
      const open = yield* sandbox.feed.connections
      assert.deepStrictEqual(
        open.flatMap(({ subscriptions }) => subscriptions),
        []
      )
      assert.strictEqual((yield* Effect.flip(mine.read))._tag, "FeedClosed")
      assert.strictEqual((yield* Effect.flip(mine.awaitLive))._tag, "FeedClosed")
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(mine.events)))._tag, "FeedClosed")
    })
  )

  inMemory("ends with the feed's error after a close code that permits no reconnection", ({ sandbox }) =>
    Effect.gen(function* () {
      const { fiber, mine } = yield* live()
      yield* sandbox.feed.drop({ code: 4_000 })
      yield* until(() => fiber.pollUnsafe() !== undefined)
      assert.strictEqual((yield* Effect.flip(Fiber.join(fiber)))._tag, "ConnectionClosed")
      assert.strictEqual((yield* Effect.flip(mine.read))._tag, "ConnectionClosed")
      assert.deepStrictEqual(
        (yield* mine.lines).map(({ ended }) => ended?._tag),
        ["ConnectionClosed"]
      )
    })
  )

  inMemory("refuses invalid options before it connects", ({ sandbox }) =>
    Effect.gen(function* () {
      const invalid: ReadonlyArray<readonly [AccountFeed.Options, string]> = [
        [{ lines: 0 }, "/lines"],
        [{ lines: 1.5 }, "/lines"],
        [{ subaccounts: [] }, "/subaccounts"],
        [{ subaccounts: [64] }, "/subaccounts"],
        [{ maxFills: 0 }, "/maxFills"],
        [{ bufferSize: Number.NaN }, "/bufferSize"],
        [{ lagMillis: -1 }, "/lagMillis"],
        [{ verifyMillis: Number.NaN }, "/verifyMillis"],
        [{ fillsFromMillis: Number.POSITIVE_INFINITY }, "/fillsFromMillis"]
      ]
      for (const [options, pointer] of invalid) {
        const error = yield* Effect.flip(AccountFeed.make(options))
        assert.deepInclude({ ...error }, { _tag: "InvalidRequest", pointer })
      }
      assert.deepStrictEqual(yield* sandbox.feed.connections, [])
    })
  )
})

describe("AccountFeed.make with two lines", () => {
  inMemory("stays live while one line is lost, and reports nothing twice", (trader) =>
    Effect.gen(function* () {
      const sell = yield* seller(trader)
      yield* Orders.create({ ...bid, count: "100" })
      const { events, mine } = yield* live({ lines: 2 })
      // A line covers the loss of the other line only if it has been live for ten seconds.
      yield* TestClock.adjust(11_000)
      for (let round = 0; round < 10; round++) {
        const connections = yield* trader.sandbox.feed.connections
        yield* trader.sandbox.feed.drop({
          how: "reset",
          connectionId: connections[round % connections.length]!.connectionId
        })
        for (let step = 0; step < 5; step++) {
          yield* sell(1)
          yield* mine.read
          yield* TestClock.adjust(3_000)
        }
      }
      yield* TestClock.adjust(5_000)
      assert.strictEqual(count(events, "Fill"), 50)
      assert.strictEqual(count(events, "Live"), 1)
      assert.strictEqual(count(events, "Healing"), 0)
      yield* assertEqual(yield* mine.read)
    })
  )

  inMemory("is not live after both lines are lost, until the lists are read", (trader) =>
    Effect.gen(function* () {
      const { events, mine } = yield* live({ lines: 2 })
      yield* trader.sandbox.feed.drop({ how: "reset" })
      yield* until(() => count(events, "Healing") === 1)
      yield* trader.place()
      yield* until(() => count(events, "Live") === 2)
      yield* assertEqual(yield* mine.read)
    })
  )

  inMemory("is not live if the second line is lost soon after the first line was restored", (trader) =>
    Effect.gen(function* () {
      const { events, mine } = yield* live({ lines: 2 })
      // A line covers the loss of the other line only if it has been live for ten seconds.
      yield* TestClock.adjust(11_000)
      const [first, second] = yield* trader.sandbox.feed.connections
      yield* trader.sandbox.feed.drop({ how: "reset", connectionId: first!.connectionId })
      yield* TestClock.adjust(2_000)
      assert.strictEqual((yield* mine.status)._tag, "Live")
      yield* trader.sandbox.feed.drop({ how: "reset", connectionId: second!.connectionId })
      yield* until(() => count(events, "Healing") === 1)
      yield* until(() => count(events, "Live") === 2)
    })
  )
})

describe("AccountFeed.layer", () => {
  const intent = Orders.buyYes({ ticker, count: "5", yes_price: "0.40" })

  const named = (count: "5" | "6") => Orders.buyYes({ ticker, count, yes_price: "0.40", client_order_id: "mine-1" })

  /** After the account is live, every response to a create is lost, and every list of orders fails. */
  const blind = (test: Effect.Effect<void, unknown, Client | AccountFeed.AccountFeed>) => (trader: Trader) =>
    Effect.gen(function* () {
      const mine = yield* AccountFeed.AccountFeed
      const waiting = yield* Effect.forkScoped(mine.awaitLive, { startImmediately: true })
      yield* until(() => waiting.pollUnsafe() !== undefined)
      yield* trader.sandbox.plant({ operation: "CreateOrderV2", reset: "after", times: 100 })
      yield* trader.sandbox.plant({ operation: "GetOrders", status: 503, times: 10_000 })
      const running = yield* Effect.forkScoped(test, { startImmediately: true })
      yield* until(() => running.pollUnsafe() !== undefined, 300_000)
      yield* Fiber.join(running)
    }).pipe(Effect.provide(AccountFeed.layer()))

  inMemory(
    "uses the feed to settle an order whose response was lost, even if every list fails",
    blind(
      Effect.gen(function* () {
        const outcome = yield* Orders.place(intent)
        const mine = yield* AccountFeed.AccountFeed
        const { openOrders } = yield* mine.read
        assert.deepInclude(outcome, { _tag: "Accepted", source: "feed", order_id: openOrders[0]!.order_id })
        assert.strictEqual(openOrders.length, 1)
      })
    )
  )

  inMemory(
    "settles an earlier placement from an order that the account already contains",
    blind(
      Effect.gen(function* () {
        const outcome = yield* Orders.place(named("5"))
        const settlement = yield* Orders.settle({ client_order_id: "mine-1", ticker, placedAtMillis: 0 })
        assert.strictEqual(outcome._tag, "Accepted")
        assert.deepInclude(settlement, { _tag: "Accepted", source: "feed" })
        const other = yield* Orders.settle(
          { client_order_id: "mine-2", ticker, placedAtMillis: 0 },
          { within: "5 seconds" }
        )
        assert.strictEqual(other._tag, "Unknown")
      })
    )
  )

  inMemory(
    "ignores an order of the feed that has the intent's id but different terms",
    blind(
      Effect.gen(function* () {
        const outcome = yield* Orders.place(named("5"))
        assert.strictEqual(outcome._tag, "Accepted")
        const again = yield* Orders.place(named("6"), { within: "5 seconds" })
        assert.strictEqual(again._tag, "Unknown")
      })
    )
  )

  inMemory("on exit, cancels an order whose response was lost, even if every list fails", (trader) =>
    Effect.gen(function* () {
      yield* blind(
        Effect.gen(function* () {
          const placing = yield* Effect.forkScoped(Orders.place(intent), { startImmediately: true })
          yield* Effect.sleep(50)
          yield* Fiber.interrupt(placing)
        }).pipe(Effect.scoped, Effect.provide(Orders.cancelAllOnExit({ within: "20 seconds" })))
      )(trader)
      const view = yield* trader.sandbox.view
      assert.strictEqual((yield* Effect.fromResult(view.listGroups(trader.me.accountId, undefined))).length, 0)
      assert.deepStrictEqual(Object.keys((yield* trader.sandbox.portfolio(trader.me.accountId)).positions), [])
      const book = yield* Effect.fromResult(view.book(ticker))
      assert.deepStrictEqual(book.bid, [])
    })
  )
})
