import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import * as OrderCost from "@kalshi-effect/client/OrderCost"
import * as Exchange from "@kalshi-effect/client/Exchange"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { type Credentials, type Fault, layerTest, Sandbox, type TestOptions } from "../../src/Sandbox.ts"
import { seed } from "../support/floor.ts"

const ticker = "KXTEST-26-YES"

const decimal = (hundredths: number): `${number}` =>
  // A whole number with two decimals matches the type.
  `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}` as `${number}`

/** A market without fees. At whole cents, the payment is exactly price times count. */
const market = { ticker, takerFeeRate: 0 }

const as = (by: Credentials) => (sandbox: Sandbox["Service"]) =>
  Kalshi.layer({ environment: sandbox.environment, signer: by.signer, limits: false })

const withAccounts = <A, E>(
  options: TestOptions,
  program: (world: {
    readonly sandbox: Sandbox["Service"]
    readonly me: ReturnType<ReturnType<typeof as>>
    readonly other: ReturnType<ReturnType<typeof as>>
    readonly accountId: string
    readonly credentials: Credentials
  }) => Effect.Effect<A, E, HttpClient.HttpClient>
) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const me = yield* sandbox.createAccount()
    const other = yield* sandbox.createAccount()
    return yield* program({
      sandbox,
      me: as(me)(sandbox),
      other: as(other)(sandbox),
      accountId: me.accountId,
      credentials: me
    })
  }).pipe(Effect.provide(layerTest(options)))

/** The effect of each intent on the position (YES is positive) and on cash. */
const effects = {
  buyYes: (held: number, count: number, own: number) => ({ held: held + count, cash: paid(-held, count, own) }),
  sellYes: (held: number, count: number, own: number) => ({
    held: held - count,
    cash: paid(held, count, 100 - own)
  }),
  buyNo: (held: number, count: number, own: number) => ({ held: held - count, cash: paid(held, count, own) }),
  sellNo: (held: number, count: number, own: number) => ({ held: held + count, cash: paid(-held, count, 100 - own) })
} as const

/**
 * The change of cash in ten-thousandths of a dollar. Closing the other outcome pays a dollar minus the price; opening
 * costs the price.
 */
const paid = (ofTheOther: number, count: number, own: number): number => {
  const closed = Math.min(count, Math.max(0, ofTheOther))
  return closed * (100 - own) - (count - closed) * own
}

const build = (kind: keyof typeof effects, input: Orders.IntentInput, own: number): Orders.OrderIntent => {
  switch (kind) {
    case "buyYes":
      return Orders.buyYes({ ...input, yes_price: decimal(own) })
    case "sellYes":
      return Orders.sellYes({ ...input, yes_price: decimal(own) })
    case "buyNo":
      return Orders.buyNo({ ...input, no_price: decimal(own) })
    case "sellNo":
      return Orders.sellNo({ ...input, no_price: decimal(own) })
  }
}

/** Acquires a position at half a dollar per contract. */
const hold = (
  world: { readonly me: ReturnType<ReturnType<typeof as>>; readonly other: ReturnType<ReturnType<typeof as>> },
  held: number
) => {
  if (held === 0) return Effect.void
  const count = decimal(Math.abs(held))
  const [mine, theirs] = held > 0 ? [Orders.buyYes, Orders.sellYes] : [Orders.sellYes, Orders.buyYes]
  return Effect.andThen(
    Effect.provide(Orders.place(theirs({ ticker, count, yes_price: "0.50" })), world.other),
    Effect.provide(Orders.place(mine({ ticker, count, yes_price: "0.50" })), world.me)
  )
}

describe("Orders.buyYes, buyNo, sellYes, sellNo and closePosition", () => {
  it("change the position and the cash as their names say", () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom("buyYes" as const, "sellYes" as const, "buyNo" as const, "sellNo" as const),
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 99 }),
        fc.integer({ min: 1, max: 1_000 }),
        (kind, held, count, own, there) =>
          withAccounts({ markets: [market] }, (world) =>
            Effect.gen(function* () {
              yield* hold(world, held)
              const before = yield* world.sandbox.portfolio(world.accountId)
              const yes = kind === "buyYes" || kind === "sellYes" ? own : 100 - own
              const buys = kind === "sellYes" || kind === "buyNo"
              const counter = (buys ? Orders.buyYes : Orders.sellYes)({
                ticker,
                count: decimal(there),
                yes_price: decimal(yes)
              })
              yield* Effect.provide(Orders.place(counter), world.other)
              const intent = build(kind, { ticker, count: decimal(count), time_in_force: "immediate_or_cancel" }, own)
              const outcome = yield* Effect.provide(Orders.place(intent), world.me)
              assert.strictEqual(outcome._tag, "Accepted")
              const filled = Math.min(count, there)
              assert.strictEqual(
                outcome._tag === "Accepted" && outcome.fill_count,
                FixedPoint.countUnsafe(decimal(filled))
              )
              const expected = effects[kind](held, filled, own)
              const after = yield* world.sandbox.portfolio(world.accountId)
              assert.strictEqual(after.positions[ticker] ?? 0, expected.held, "the position")
              assert.strictEqual(Number(after.cashMicros - before.cashMicros) / 100, expected.cash, "the cash")
              // The maximum cost is computed for the position before the trade. It must be at least the real cost.
              const cost = Result.getOrThrow(
                OrderCost.of(Result.getOrThrow(intent.request), {
                  terms: { fee_type: "quadratic", fee_multiplier: 0 },
                  position: FixedPoint.fromHundredths(BigInt(held))
                })
              )
              const worst = FixedPoint.toMicros(Result.getOrThrow(cost.worstCase))
              assert.isAtLeast(Number(worst) / 100 + expected.cash, 0, "the worst case")
            })
          ).pipe(Effect.runPromise)
      ),
      { seed, numRuns: 250 }
    ))

  it("never close more than the position with closePosition, for each outcome of the position and of the price", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -500, max: 500 }).filter((held) => held !== 0),
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 99 }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.boolean(),
        (held, count, yes, there, pricesYes) =>
          withAccounts({ markets: [market] }, (world) =>
            Effect.gen(function* () {
              yield* hold(world, held)
              const before = yield* world.sandbox.portfolio(world.accountId)
              const counter = (held > 0 ? Orders.buyYes : Orders.sellYes)({
                ticker,
                count: decimal(there),
                yes_price: decimal(yes)
              })
              yield* Effect.provide(Orders.place(counter), world.other)
              const closing = Effect.gen(function* () {
                const { market_positions } = yield* Portfolio.positions({ ticker })
                const position = market_positions?.[0] ?? assert.fail("no position was listed")
                return yield* Orders.place(
                  Orders.closePosition(position, {
                    count: decimal(count),
                    ...(pricesYes ? { yes_price: decimal(yes) } : { no_price: decimal(100 - yes) })
                  })
                )
              })
              const outcome = yield* Effect.provide(closing, world.me)
              assert.strictEqual(outcome._tag, "Accepted")
              const closed = Math.min(Math.abs(held), count, there)
              const after = yield* world.sandbox.portfolio(world.accountId)
              assert.strictEqual(after.positions[ticker] ?? 0, held > 0 ? held - closed : held + closed)
              assert.strictEqual(
                Number(after.cashMicros - before.cashMicros) / 100,
                closed * (held > 0 ? yes : 100 - yes)
              )
            })
          ).pipe(Effect.runPromise)
      ),
      { seed, numRuns: 120 }
    ))
})

const withId = (client_order_id: string) =>
  Effect.map(Orders.list({ ticker, limit: 1_000 }), ({ orders }) =>
    orders.filter((order) => order.client_order_id === client_order_id)
  )

const mine = "1f0c8f0e-3a7c-4c55-9f5e-2b1d1c7a90aa"
const intent = Orders.buyYes({ ticker, count: "10", yes_price: "0.40", client_order_id: mine })

const placing = (
  faults: ReadonlyArray<Fault>,
  assumptions: TestOptions["assumptions"] = {},
  options?: Orders.PlaceOptions
) =>
  withAccounts({ markets: [{ ticker }], assumptions }, ({ me, sandbox }) =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      for (const fault of faults) yield* sandbox.plant({ operation: "CreateOrderV2", ...fault })
      const fiber = yield* Effect.forkChild(Orders.place(intent, options))
      yield* TestClock.adjust("2 minutes")
      const outcome = yield* Fiber.join(fiber)
      const orders = yield* withId(mine)
      return { outcome, orders }
    }).pipe(Effect.provide(me))
  )

describe("Orders.place", () => {
  for (const [how, faults] of [
    ["is missing because the order did not arrive", [{ reset: "before" }]],
    ["is lost after the order is executed", [{ reset: "after" }]],
    ["is cut short", [{ mangle: "truncated" }]],
    ["is lost four times", [{ reset: "before" }, { reset: "after" }, { reset: "after" }, { status: 504 }]],
    ["comes too late", [{ delayMillis: 30_000 }]]
  ] as const) {
    it.effect(`places one order if the response ${how}`, () =>
      Effect.gen(function* () {
        const { orders, outcome } = yield* placing(faults)
        assert.strictEqual(orders.length, 1)
        assert.deepInclude(outcome, { _tag: "Accepted", order_id: orders[0]!.order_id })
      })
    )
  }

  it.effect("returns the order's id if the response does not decode", () =>
    Effect.gen(function* () {
      const { orders, outcome } = yield* placing([{ mangle: "garbled" }])
      assert.strictEqual(orders.length, 1)
      assert.deepInclude(outcome, { _tag: "Accepted", source: "undecodedResponse", order_id: orders[0]!.order_id })
    })
  )

  it.effect("waits until lagging reads show the order", () =>
    Effect.gen(function* () {
      const { orders, outcome } = yield* placing([{ reset: "after" }], { readLagMillis: 3_000 })
      assert.strictEqual(orders.length, 1)
      assert.deepInclude(outcome, { _tag: "Accepted", source: "list", order_id: orders[0]!.order_id })
      // If reads lag longer than the search, the outcome is unknown although the order exists.
      const late = yield* placing([{ reset: "after" }], { readLagMillis: 30_000 })
      assert.strictEqual(late.orders.length, 1)
      assert.deepInclude(late.outcome, { _tag: "Unknown", client_order_id: mine })
    })
  )

  it.effect("does not report a rejection when only a retry was refused", () =>
    Effect.gen(function* () {
      // The first attempt is executed, and the retry is refused before its id is checked.
      const { orders, outcome } = yield* placing([{ reset: "after" }, { status: 400 }])
      assert.strictEqual(orders.length, 1)
      assert.strictEqual(outcome._tag, "Accepted")
      const never = yield* placing([{ reset: "before" }, { status: 400 }])
      assert.strictEqual(never.orders.length, 0)
      assert.strictEqual(never.outcome._tag, "Unknown")
    })
  )
})

describe("Exchange.readAfter", () => {
  it.effect("delays a read until it includes an earlier write", () =>
    withAccounts({ markets: [{ ticker }], assumptions: { readLagMillis: 1_500 } }, ({ me }) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("1 hour")
        const outcome = yield* Orders.place(intent)
        const ts_ms = outcome._tag === "Accepted" ? outcome.ts_ms! : assert.fail("it is accepted")
        assert.strictEqual((yield* withId(mine)).length, 0)
        const fiber = yield* Effect.forkChild(Effect.andThen(Exchange.readAfter({ ts_ms }), withId(mine)))
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual((yield* Fiber.join(fiber)).length, 1)
      }).pipe(Effect.provide(me))
    )
  )
})

/** A wall clock for the client, independent of its monotonic clock and of the exchange's clock. */
const machineClock = () => {
  let aheadMillis = 0
  const run = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.clockWith((clock) => {
      const nanos = () => BigInt(aheadMillis) * 1_000_000n
      return Effect.provideService(effect, Clock.Clock, {
        ...clock,
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + aheadMillis,
        currentTimeMillis: Effect.map(clock.currentTimeMillis, (millis) => millis + aheadMillis),
        currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + nanos(),
        currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + nanos())
      })
    })
  const set = (millis: number) => Effect.sync(() => void (aheadMillis = millis))
  return { run, set }
}

/** Breaks the connection of every order after 2 seconds, and delivers the order later. */
const lateOrders = (lateMillis: number): Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) =>
      HttpClient.transform(client, (send, request) =>
        request.method === "POST"
          ? Effect.gen(function* () {
              yield* Effect.forkDetach(Effect.delay(send, 2_000 + lateMillis))
              yield* Effect.sleep(2_000)
              const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" })
              return yield* new HttpClientError.HttpClientError({
                reason: new HttpClientError.TransportError({ request, cause })
              })
            })
          : send
      )
    )
  )

const journaled = (outcome: Orders.Outcome): Orders.Placement => JSON.parse(JSON.stringify(outcome))

/** Settles the outcome within five minutes. Also returns the number of orders with the id of the outcome. */
const settled = (outcome: Orders.Outcome) =>
  Effect.gen(function* () {
    const settling = yield* Effect.forkChild(Orders.settle(journaled(outcome)))
    yield* TestClock.adjust("5 minutes")
    const { _tag } = yield* Fiber.join(settling)
    return [_tag, (yield* withId(mine)).length] as const
  })

describe("Orders.settle, after the client's clock was changed", () => {
  const once = { retry: Schedule.recurs(0) }

  it.effect("waits for an order that was in flight while the clock was an hour behind", () =>
    withAccounts({ markets: [{ ticker }] }, ({ credentials, sandbox }) =>
      Effect.gen(function* () {
        const machine = machineClock()
        yield* TestClock.adjust("2 hours")
        const client = Kalshi.layer({
          environment: sandbox.environment,
          signer: credentials.signer,
          limits: false,
          policy: once
        })
        const program = Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(Orders.place(intent, { within: "1 second" }))
          yield* TestClock.adjust("1 second")
          yield* machine.set(-3_600_000)
          yield* TestClock.adjust("3 seconds")
          const outcome = yield* Fiber.join(fiber)
          assert.strictEqual(outcome._tag, "Unknown")
          yield* machine.set(0)
          assert.deepStrictEqual(yield* settled(outcome), ["Accepted", 1])
        })
        yield* machine.run(program).pipe(Effect.provide(Layer.provide(client, lateOrders(20_000))))
      })
    )
  )

  for (const [how, aheadMillis] of [
    ["fast", 300_000],
    ["slow", -300_000]
  ] as const) {
    it.effect(`finds an order that was signed with the exchange's time, if the clock is five minutes ${how}`, () =>
      withAccounts({ markets: [{ ticker }], assumptions: { readLagMillis: 30_000 } }, ({ credentials, sandbox }) =>
        Effect.gen(function* () {
          const machine = machineClock()
          yield* machine.set(aheadMillis)
          yield* TestClock.adjust("2 hours")
          const client = Kalshi.layer({
            environment: sandbox.environment,
            signer: credentials.signer,
            limits: false,
            correctClockSkew: true
          })
          const program = Effect.gen(function* () {
            // The responses to the client's first requests contain the exchange's time.
            const learning = yield* Effect.forkChild(Orders.list())
            yield* TestClock.adjust("1 minute")
            yield* Fiber.join(learning)
            yield* sandbox.plant({ operation: "CreateOrderV2", reset: "after", times: 10 })
            const fiber = yield* Effect.forkChild(Orders.place(intent, { within: "1 second" }))
            yield* TestClock.adjust("20 seconds")
            const outcome = yield* Fiber.join(fiber)
            assert.strictEqual(outcome._tag, "Unknown")
            yield* machine.set(0)
            yield* TestClock.adjust("10 minutes")
            const byHand = { client_order_id: mine, ticker, placedAtMillis: outcome.placedAtMillis }
            for (const placement of [journaled(outcome), byHand]) {
              const settling = yield* Effect.forkChild(Orders.settle(placement))
              yield* TestClock.adjust("5 minutes")
              const { _tag } = yield* Fiber.join(settling)
              assert.deepStrictEqual([_tag, (yield* withId(mine)).length], ["Accepted", 1])
            }
          })
          yield* machine.run(program).pipe(Effect.provide(client))
        })
      )
    )
  }

  it.effect("waits for a late order while the clock is five minutes slow", () =>
    withAccounts({ markets: [{ ticker }] }, ({ credentials, sandbox }) =>
      Effect.gen(function* () {
        const machine = machineClock()
        yield* machine.set(-300_000)
        yield* TestClock.adjust("2 hours")
        const client = Kalshi.layer({
          environment: sandbox.environment,
          signer: credentials.signer,
          limits: false,
          correctClockSkew: true,
          policy: { retry: Schedule.recurs(1) }
        })
        const program = Effect.gen(function* () {
          const learning = yield* Effect.forkChild(Orders.list())
          yield* TestClock.adjust("1 minute")
          yield* Fiber.join(learning)
          const fiber = yield* Effect.forkChild(Orders.place(intent, { within: "1 second" }))
          yield* TestClock.adjust("6 seconds")
          const outcome = yield* Fiber.join(fiber)
          assert.strictEqual(outcome._tag, "Unknown")
          yield* machine.set(0)
          assert.deepStrictEqual(yield* settled(outcome), ["Accepted", 1])
        })
        yield* machine.run(program).pipe(Effect.provide(Layer.provide(client, lateOrders(20_000))))
      })
    )
  )
})

describe("Orders.settle", () => {
  it.effect("settles the orders of a journal after a crash", () =>
    withAccounts({ markets: [{ ticker }] }, ({ me, sandbox }) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("1 hour")
        const ids = ["executed", "never-arrived"]
        yield* sandbox.plant({ operation: "CreateOrderV2", delayMillis: 600_000 })
        yield* sandbox.plant({ operation: "CreateOrderV2", reset: "before", times: 100 })
        // The interruption stands for a killed process: the fibers end without an outcome while orders are in flight.
        const placedAtMillis = 3_600_000
        yield* Effect.forEach(ids, (client_order_id) =>
          Effect.forkChild(
            Orders.place(Orders.buyYes({ ticker, count: "1", yes_price: "0.40", client_order_id }))
          ).pipe(
            Effect.tap(() => TestClock.adjust(1)),
            Effect.flatMap(Fiber.interrupt)
          )
        )
        const second = Orders.settleAll(ids.map((client_order_id) => ({ client_order_id, ticker, placedAtMillis })))
        const fiber = yield* Effect.forkChild(second)
        // The journal lacks the time of the last attempt. So in the first two minutes, a missing order may still arrive.
        yield* TestClock.adjust("2 minutes")
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 minute")
        const settled = yield* Fiber.join(fiber)
        assert.deepStrictEqual(
          settled.map(({ _tag, client_order_id }) => [client_order_id, _tag]),
          [
            ["executed", "Accepted"],
            ["never-arrived", "NotPlaced"]
          ]
        )
      }).pipe(Effect.provide(me))
    )
  )

  it.effect("finds an archived order", () =>
    withAccounts({ markets: [{ ticker }] }, ({ me }) =>
      Effect.gen(function* () {
        const outcome = yield* Orders.place(intent)
        const order = outcome._tag === "Accepted" ? outcome : assert.fail("it is accepted")
        assert.strictEqual((yield* Orders.ensureCanceled(order))._tag, "Canceled")
        assert.strictEqual((yield* Orders.ensureCanceled(order))._tag, "AlreadyCanceled")
        yield* TestClock.adjust("30 days")
        assert.strictEqual((yield* withId(mine)).length, 0)
        const { _tag } = yield* Orders.settle({ client_order_id: mine, ticker, placedAtMillis: 0 })
        assert.strictEqual(_tag, "Accepted")
      }).pipe(Effect.provide(me))
    )
  )
})

describe("Orders.ensureCanceled", () => {
  it.effect("finds the order's shard by its market, and returns how the order ended", () =>
    withAccounts({ markets: [{ ticker, exchangeIndex: 2 }] }, ({ accountId, me, other, sandbox }) =>
      Effect.gen(function* () {
        yield* sandbox.deposit(accountId, "100", { exchangeIndex: 2 })
        const [theirs] = yield* Effect.map(sandbox.accounts, (accounts) =>
          accounts.filter((account) => account.accountId !== accountId)
        )
        yield* sandbox.deposit(theirs!.accountId, "100", { exchangeIndex: 2 })
        const place = Effect.map(Orders.place(Orders.buyYes({ ticker, count: "10", yes_price: "0.40" })), (outcome) =>
          outcome._tag === "Accepted" ? outcome : assert.fail("it is accepted")
        )
        const first = yield* place
        assert.deepInclude(yield* Orders.ensureCanceled(first), {
          _tag: "Canceled",
          reduced_by: FixedPoint.countUnsafe("10")
        })
        const second = yield* place
        yield* Effect.provide(Orders.place(Orders.buyNo({ ticker, count: "10", no_price: "0.60" })), other)
        assert.strictEqual((yield* Orders.ensureCanceled(second))._tag, "Executed")
        yield* TestClock.adjust(1)
        const fiber = yield* Effect.forkChild(Orders.ensureCanceled({ order_id: mine, ticker }))
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* Fiber.join(fiber))._tag, "NoSuchOrder")
      }).pipe(Effect.provide(me))
    )
  )

  it.effect("takes the order's subaccount from the placed order or from a list", () =>
    withAccounts({ markets: [{ ticker }] }, ({ accountId, me, sandbox }) =>
      Effect.gen(function* () {
        const subaccount = yield* sandbox.createSubaccount(accountId)
        yield* sandbox.deposit(accountId, "100", { subaccount })
        const place = Orders.place(Orders.buyYes({ ticker, count: "10", yes_price: "0.40", subaccount }))
        const placed = yield* place
        const order = placed._tag === "Accepted" ? placed : assert.fail("it is accepted")
        assert.strictEqual((yield* Orders.ensureCanceled(order))._tag, "Canceled")
        yield* place
        const { orders } = yield* Orders.list({ ticker, status: "resting" })
        assert.strictEqual((yield* Orders.ensureCanceled(orders[0]!))._tag, "Canceled")
      }).pipe(Effect.provide(me))
    )
  )
})

describe("Orders.cancelAllOnExit", () => {
  const resting = Effect.map(Orders.list({ ticker, status: "resting" }), ({ orders }) => orders.length)

  for (const [how, end] of [
    ["success", Effect.void],
    ["failure", Effect.fail("failed")],
    ["a defect", Effect.die("died")],
    ["an interruption", Effect.interrupt]
  ] as const) {
    it.effect(`cancels its own orders and no other orders after ${how}`, () =>
      withAccounts({ markets: [{ ticker }] }, ({ me, sandbox }) =>
        Effect.gen(function* () {
          yield* TestClock.adjust("1 hour")
          yield* Orders.place(intent)
          const program = Effect.gen(function* () {
            yield* Orders.place(Orders.buyYes({ ticker, count: "1", yes_price: "0.30" }))
            yield* Orders.placeAll([
              Orders.buyYes({ ticker, count: "1", yes_price: "0.20" }),
              Orders.buyNo({ ticker, count: "1", no_price: "0.20" })
            ])
            // The response comes too late, and the fiber that waits for it is interrupted.
            yield* sandbox.plant({ operation: "CreateOrderV2", delayMillis: 60_000 })
            const orphan = yield* Effect.forkChild(
              Orders.place(Orders.buyYes({ ticker, count: "1", yes_price: "0.10" }))
            )
            yield* Effect.sleep(1)
            yield* Fiber.interrupt(orphan)
            assert.strictEqual(yield* resting, 5)
            return yield* end
          })
          const scoped = Effect.provide(program, Orders.cancelAllOnExit())
          const fiber = yield* Effect.forkChild(scoped)
          yield* TestClock.adjust("1 minute")
          const exit = yield* Fiber.await(fiber)
          assert.strictEqual(exit._tag, how === "success" ? "Success" : "Failure")
          assert.strictEqual(yield* resting, 1)
          assert.strictEqual((yield* withId(mine))[0]!.status, "resting")
        }).pipe(Effect.provide(me))
      )
    )
  }

  it.effect("cancels the orders of create and batchCreate, and no other orders", () =>
    withAccounts({ markets: [{ ticker }] }, ({ me, other, sandbox }) =>
      Effect.gen(function* () {
        const input = (price: `${number}`, fields: Partial<Orders.CreateInput> = {}): Orders.CreateInput => ({
          ticker,
          side: "bid",
          count: "10",
          price,
          time_in_force: "good_till_canceled",
          self_trade_prevention_type: "taker_at_cross",
          ...fields
        })
        const reports: Array<Orders.ExitReport> = []
        const program = Effect.gen(function* () {
          const amended = yield* Orders.create(input("0.30"))
          yield* Orders.amend({
            order_id: amended.order_id,
            ticker,
            side: "bid",
            price: "0.35",
            count: "12",
            updated_client_order_id: "amended"
          })
          const canceled = yield* Orders.create(input("0.31"))
          yield* Orders.cancel({ order_id: canceled.order_id, market_ticker: ticker })
          yield* Orders.batchCreate({
            orders: [
              input("0.20"),
              input("0.21", { client_order_id: "of-a-batch" }),
              input("0.205", { client_order_id: "refused" }),
              input("0.22", { time_in_force: "immediate_or_cancel" })
            ]
          })
          yield* Orders.create(input("0.60"))
          yield* Effect.provide(Orders.create(input("0.60", { side: "ask", count: "4" })), other)
          yield* sandbox.plant({ operation: "CreateOrderV2", reset: "after", times: 10 })
          yield* Effect.flip(Orders.create(input("0.10", { client_order_id: "lost" })))
          yield* sandbox.clearFaults
          yield* sandbox.plant({ operation: "CreateOrderV2", reset: "after", times: 1 })
          yield* Effect.flip(Orders.create(input("0.11")))
          assert.strictEqual(yield* resting, 7)
        })
        yield* TestClock.adjust("1 hour")
        yield* Orders.create(input("0.40", { client_order_id: mine }))
        const onExit = (report: Orders.ExitReport) => Effect.sync(() => void reports.push(report))
        const fiber = yield* Effect.forkChild(Effect.provide(program, Orders.cancelAllOnExit({ onExit })))
        yield* TestClock.adjust("2 minutes")
        yield* Fiber.join(fiber)
        assert.deepStrictEqual<unknown>(
          reports.map(({ ended, left }) => [ended.map(({ _tag }) => _tag), left.map(({ request }) => request?.price)]),
          [[Array.from({ length: 5 }, () => "Canceled"), ["0.11"]]]
        )
        const { orders } = yield* Orders.list({ ticker, status: "resting" })
        assert.deepStrictEqual(orders.map(({ yes_price_dollars }) => Number(yes_price_dollars)).toSorted(), [0.11, 0.4])
      }).pipe(Effect.provide(me))
    )
  )
})
