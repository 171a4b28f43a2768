import { generateKeyPairSync } from "node:crypto"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Exit, Fiber, FileSystem, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as DryRun from "../../src/trading/DryRun.ts"
import type { NotSent } from "../../src/Errors.ts"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import * as OrderCost from "../../src/money/OrderCost.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as RateLimits from "../../src/limits/RateLimits.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import { make as makeJournal } from "../../src/trading/journal.ts"
import { assertIsExample } from "../support/operations.ts"
import { environment, layerScript, type Reply, Script, signer } from "../support/scripted.ts"

/** A write that is sent by mistake has no scripted reply, so it dies. */
const layer = (replies: ReadonlyArray<Reply> = [], options: Partial<Kalshi.DryRunOptions> = {}) =>
  Kalshi.layerDryRun({ environment, signer: signer(), limits: false, ...options }).pipe(
    Layer.provideMerge(layerScript(replies))
  )

const order: Orders.CreateInput = {
  ticker: "TICK-1",
  client_order_id: "mine",
  side: "bid",
  count: "10",
  price: "0.56",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
}

const terms = { fee_type: "quadratic", fee_multiplier: 1 }
const known = { marketOf: () => ({ terms, mostFills: 1 }) }

const notSent = <A, E, R>(write: Effect.Effect<A, E | NotSent, R>): Effect.Effect<NotSent, void, R> =>
  Effect.flip(write).pipe(
    Effect.map((error) =>
      typeof error === "object" && error !== null && "_tag" in error && error._tag === "NotSent"
        ? (error as NotSent) // no other error has this tag
        : assert.fail(inspect(error))
    ),
    Effect.mapError(() => assert.fail("the write succeeded"))
  )

const costOf = <A, E, R>(write: Effect.Effect<A, E | NotSent, R>) =>
  Effect.map(notSent(write), ({ intent }) => intent.cost ?? assert.fail("the intent has no cost"))

describe("Kalshi.layerDryRun", () => {
  it.effect("fails a write with the intended request, without key or signature", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000)
      const error = yield* notSent(Orders.create({ ...order, reduce_only: undefined }))
      const { cost, ...intent } = error.intent
      assert.deepStrictEqual(intent, {
        number: 1,
        atMillis: 1_000,
        operation: "Orders.create",
        operationId: "CreateOrderV2",
        method: "POST",
        path: "/trade-api/v2/portfolio/events/orders",
        body: { ...order }
      })
      assert.strictEqual(cost?.worstCase, "5.77268")
      assert.strictEqual(error.requestSent, "no")
      assert.strictEqual(
        error.message,
        "Orders.create was not sent: the layer is a dry run; it would POST /trade-api/v2/portfolio/events/orders, and cost at most $5.77268"
      )
      assert.notMatch(inspect(error, { depth: null }), /key-a|signature|KALSHI/i)
      assert.strictEqual((yield* Script).sent.length, 0)
    }).pipe(Effect.provide(layer([], known)))
  )

  it.effect("reports the path with its query, and the body if there is one", () =>
    Effect.gen(function* () {
      const { intent } = yield* notSent(Orders.cancel({ order_id: "o-1", exchange_index: 2, market_ticker: "T'1" }))
      assert.deepStrictEqual(
        [intent.method, intent.path, intent.body, intent.cost],
        [
          "DELETE",
          "/trade-api/v2/portfolio/events/orders/o-1?exchange_index=2&market_ticker=T%271",
          undefined,
          undefined
        ]
      )
      assert.deepStrictEqual((yield* notSent(OrderGroups.reset({ order_group_id: "g" }))).intent.body, {})
    }).pipe(Effect.provide(layer()))
  )

  it.effect("sends and signs reads", () =>
    Effect.gen(function* () {
      yield* notSent(OrderGroups.trigger({ order_group_id: "g" }))
      assert.deepStrictEqual(yield* OrderGroups.list(), { order_groups: [] })
      const { sent } = yield* Script
      assert.deepStrictEqual(
        sent.map(({ method, target }) => `${method} ${target}`),
        ["GET /trade-api/v2/portfolio/order_groups"]
      )
      assert.strictEqual(sent[0]!.headers["kalshi-access-key"], "key-a")
    }).pipe(Effect.provide(layer([{ status: 200, body: { order_groups: [] } }])))
  )

  it.effect("rejects invalid input and does not record it", () =>
    Effect.gen(function* () {
      const journal = yield* DryRun.DryRun
      const invalid = yield* Effect.flip(Orders.create({ ...order, price: "0.56.1" as "0.56" }))
      assert.deepInclude({ ...invalid }, { _tag: "InvalidRequest", pointer: "/price" })
      const policy = yield* Effect.flip(Orders.create(order)).pipe(
        Effect.provideService(SendPolicy.Overrides, { attemptTimeout: 0 })
      )
      assert.strictEqual(policy._tag, "InvalidRequest")
      assert.deepStrictEqual(yield* journal.intents, [])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("uses neither signer nor limits for a write", () => {
    const not = () => Effect.die(new Error("this must not be called"))
    const untouched = { take: not, giveUp: not, arrived: not, giveBack: not, drain: not, waitFor: not }
    return Effect.gen(function* () {
      for (let n = 0; n < 50; n++) yield* notSent(Orders.create(order))
      assert.strictEqual(yield* RateLimits.waitFor(Orders.create), 0)
      assert.strictEqual((yield* Script).sent.length, 0)
    }).pipe(
      Effect.provide(
        Kalshi.layerDryRun({ environment, signer: { ...signer(), sign: not } }).pipe(
          Layer.provideMerge([layerScript([]), Layer.succeed(RateLimits.Store, untouched)])
        )
      )
    )
  })

  it.effect("does not retry a write", () =>
    Effect.gen(function* () {
      yield* notSent(Orders.create(order))
      assert.strictEqual((yield* (yield* DryRun.DryRun).intents).length, 1)
    }).pipe(Effect.provide(layer([], { policy: { retry: SendPolicy.defaultRetry } })))
  )
})

describe("DryRun.Intent.cost", () => {
  it.effect("is the cost under the terms that marketOf returns", () =>
    Effect.gen(function* () {
      const cost = yield* costOf(Orders.create(order))
      assert.deepStrictEqual(cost.terms, "given")
      assert.strictEqual(cost.unknownBecause, undefined)
      assert.strictEqual(cost.orders[0]?.collateral, "5.60")
    }).pipe(Effect.provide(layer([], known)))
  )

  it.effect("uses assumed terms, and says so, if there is no marketOf", () =>
    Effect.gen(function* () {
      const error = yield* notSent(Orders.create(order))
      const { worstCase } = OrderCost.of(order).pipe((cost) =>
        cost._tag === "Success" ? cost.success : assert.fail("the order has no cost")
      )
      assert.strictEqual(error.intent.cost?.terms, "assumed")
      assert.strictEqual(error.intent.cost?.worstCase, worstCase._tag === "Success" ? worstCase.success : undefined)
      assert.include(error.message, "with assumed fees")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("sums the costs of the orders in a batch", () =>
    Effect.gen(function* () {
      const single = yield* costOf(Orders.create(order))
      const batch = yield* costOf(Orders.batchCreate({ orders: [order, { ...order, ticker: "TICK-2" }] }))
      assert.strictEqual(batch.worstCase, FixedPoint.sum([single.worstCase!, single.worstCase!]))
      assert.strictEqual(batch.orders.length, 2)
    }).pipe(Effect.provide(layer([], known)))
  )

  it.effect("depends on the sequence of a closing order and a reduce_only order", () => {
    const marketOf = () => ({ terms, mostFills: 1, position: FixedPoint.countUnsafe("-100") })
    const resting = { ...order, price: "0.40", count: "100" } as const
    const reducing = {
      ...order,
      price: "0.97",
      count: "100",
      time_in_force: "immediate_or_cancel",
      reduce_only: true
    } as const
    return Effect.gen(function* () {
      const first = yield* costOf(Orders.batchCreate({ orders: [resting, reducing] }))
      assert.strictEqual(first.worstCase, "97.2039")
      const second = yield* costOf(Orders.batchCreate({ orders: [reducing, resting] }))
      assert.strictEqual(second.worstCase, "41.6802")
    }).pipe(Effect.provide(layer([], { marketOf })))
  })

  it.effect("reports assumed terms if marketOf does not know the market of one order", () =>
    Effect.gen(function* () {
      const other = { ...order, ticker: "OTHER-1", client_order_id: "other" }
      const { terms: source } = yield* costOf(Orders.batchCreate({ orders: [order, other] }))
      assert.strictEqual(source, "assumed")
    }).pipe(Effect.provide(layer([], { marketOf: ({ ticker }) => (ticker === "TICK-1" ? { terms } : undefined) })))
  )

  it.effect("reduces the collateral by the position only for the first order of each ticker and subaccount", () => {
    const marketOf = () => ({ terms, mostFills: 1, position: FixedPoint.countUnsafe("-10") })
    return Effect.gen(function* () {
      const cost = yield* costOf(
        Orders.batchCreate({ orders: [order, order, { ...order, ticker: "TICK-2" }, { ...order, subaccount: 1 }] })
      )
      assert.deepStrictEqual(
        cost.orders.map((order) => String(order?.collateral)),
        ["0.00", "5.60", "0.00", "0.00"]
      )
    }).pipe(Effect.provide(layer([], { marketOf })))
  })

  it.effect("is zero for an empty batch", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* costOf(Orders.batchCreate({ orders: [] }))).worstCase, "0.00")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("is unknown, with a reason, if the fee is not public", () =>
    Effect.gen(function* () {
      const cost = yield* costOf(Orders.batchCreate({ orders: [{ ...order, ticker: "TICK-0" }, order] }))
      assert.isUndefined(cost.worstCase)
      assert.match(cost.unknownBecause ?? "", /^order 2 of 2: .*not public/)
      assert.strictEqual(cost.orders[1]?.collateral, "5.60")
      const error = yield* notSent(Orders.create(order))
      assert.include(error.message, "at an unknown cost")
    }).pipe(
      Effect.provide(
        layer([], {
          marketOf: ({ ticker }) => ({ terms: ticker === "TICK-1" ? { ...terms, fee_type: "flat" } : terms })
        })
      )
    )
  )

  it.effect("is unknown, with a reason, if the count is zero", () =>
    Effect.gen(function* () {
      const cost = yield* costOf(Orders.create({ ...order, count: "0" }))
      assert.isUndefined(cost.worstCase)
      assert.match(cost.unknownBecause ?? "", /count/)
      assert.deepStrictEqual(cost.orders, [undefined])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("uses assumed terms if marketOf returns undefined", () =>
    Effect.gen(function* () {
      const cost = yield* costOf(Orders.create(order))
      assert.strictEqual(cost.terms, "assumed")
      assert.isDefined(cost.worstCase)
    }).pipe(Effect.provide(layer([], { marketOf: () => undefined })))
  )

  // Untyped code can return anything.
  const faulty: ReadonlyArray<readonly [string, () => unknown, RegExp]> = [
    [
      "throws",
      () => {
        throw new TypeError("no such market")
      },
      /^marketOf failed: no such market$/
    ],
    [
      "throws a string",
      () => {
        // oxlint-disable-next-line no-throw-literal -- the test needs a thrown string
        throw "no market"
      },
      /^marketOf failed: no market$/
    ],
    ["returns a promise", async () => ({ terms }), /^marketOf must return an object or undefined, not a promise$/],
    ["returns a string", () => "TICK-1", /^marketOf must return an object or undefined, not a promise$/],
    ["returns an invalid position", () => ({ position: "many" }), /many/],
    ["returns an unknown member", () => ({ member: "none" }), /^the result of marketOf is invalid: /]
  ]
  for (const [fault, marketOf, because] of faulty) {
    it.effect(`is unknown, with a reason, if marketOf ${fault}`, () =>
      Effect.gen(function* () {
        const cost = yield* costOf(Orders.create(order))
        assert.isUndefined(cost.worstCase)
        assert.match(cost.unknownBecause ?? "", because)
        assert.deepStrictEqual(cost.orders, [undefined])
        assert.lengthOf(yield* (yield* DryRun.DryRun).intents, 1)
      }).pipe(Effect.provide(layer([], { marketOf: marketOf as () => undefined })))
    )
  }

  it.effect("names the order for which marketOf failed", () => {
    const marketOf = ({ ticker }: Orders.CreateInput) => {
      if (ticker === "TICK-2") throw new Error("no such market")
      return { terms }
    }
    return Effect.gen(function* () {
      const cost = yield* costOf(Orders.batchCreate({ orders: [order, { ...order, ticker: "TICK-2" }] }))
      assert.strictEqual(cost.unknownBecause, "order 2 of 2: marketOf failed: no such market")
      assert.deepStrictEqual(
        cost.orders.map((order) => order?.collateral),
        ["5.60", undefined]
      )
    }).pipe(Effect.provide(layer([], { marketOf })))
  })

  it.effect("is undefined for writes that place no orders", () =>
    Effect.gen(function* () {
      for (const write of [OrderGroups.create({ contracts_limit: 1 }), Orders.cancelAll({ subaccount: 0 })]) {
        assert.isUndefined((yield* notSent(write)).intent.cost)
      }
    }).pipe(Effect.provide(layer()))
  )
})

describe("DryRun.DryRun", () => {
  const write = (id: string) => notSent(OrderGroups.trigger({ order_group_id: id }))
  const ids = (intents: ReadonlyArray<DryRun.Intent>) =>
    intents.map(({ number, path }) => `${number} ${path.split("/").at(-2)}`)

  it.effect("keeps the last `keepIntents` intents in sequence, and numbers all intents", () =>
    Effect.gen(function* () {
      const journal = yield* DryRun.DryRun
      for (const id of ["a", "b", "c", "d"]) yield* write(id)
      assert.deepStrictEqual(ids(yield* journal.intents), ["2 b", "3 c", "4 d"])
      assert.deepStrictEqual(ids(yield* journal.intents), ["2 b", "3 c", "4 d"])
    }).pipe(Effect.provide(layer([], { keepIntents: 3 })))
  )

  it.effect("keeps one intent if keepIntents is 1, and does not change earlier results", () =>
    Effect.gen(function* () {
      const journal = yield* DryRun.DryRun
      yield* write("a")
      const before = yield* journal.intents
      yield* write("b")
      assert.deepStrictEqual(ids(before), ["1 a"])
      assert.deepStrictEqual(ids(yield* journal.intents), ["2 b"])
    }).pipe(Effect.provide(layer([], { keepIntents: 1 })))
  )

  it.effect("keeps ten thousand intents by default", () =>
    Effect.gen(function* () {
      const { recordWrite, service } = yield* makeJournal({})
      const wire = { path: "/x", query: "", body: undefined, keyed: false, input: {} }
      for (let count = 0; count < 10_001; count++) {
        yield* Effect.exit(recordWrite(Orders.cancelAll.descriptor, wire, "https://example.test/x"))
      }
      const intents = yield* service.intents
      assert.deepStrictEqual([intents.length, intents[0]!.number], [10_000, 2])
    }).pipe(Effect.scoped)
  )

  it.effect("takes each intent only once", () =>
    Effect.gen(function* () {
      const journal = yield* DryRun.DryRun
      yield* write("a")
      assert.deepStrictEqual(ids(yield* journal.take), ["1 a"])
      yield* write("b")
      assert.deepStrictEqual(ids(yield* journal.take), ["2 b"])
      assert.deepStrictEqual(yield* journal.take, [])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("streams the kept intents and then new intents, each once", () =>
    Effect.gen(function* () {
      const journal = yield* DryRun.DryRun
      yield* write("a")
      const reader = yield* Effect.forkChild(Stream.runCollect(Stream.take(journal.changes, 4)))
      yield* write("b")
      yield* Effect.yieldNow
      for (const id of ["c", "d", "e"]) yield* write(id)
      assert.deepStrictEqual(ids(yield* Fiber.join(reader)), ["1 a", "2 b", "3 c", "4 d"])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("ends the stream `changes` when the layer closes", () =>
    Effect.gen(function* () {
      const reader = yield* Effect.gen(function* () {
        const { changes } = yield* DryRun.DryRun
        const seen: Array<DryRun.Intent> = []
        const fiber = yield* Effect.forkDetach(
          Stream.runForEach(changes, (intent) => Effect.sync(() => seen.push(intent)))
        )
        yield* Effect.yieldNow
        yield* write("a")
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(ids(seen), ["1 a"])
        return fiber
      }).pipe(Effect.provide(layer()))
      assert.strictEqual((yield* Fiber.await(reader))._tag, "Success")
    })
  )

  it.effect("keeps only the intents of its own layer", () =>
    Effect.gen(function* () {
      yield* write("a")
      const other = yield* Effect.andThen(
        write("b"),
        Effect.flatMap(DryRun.DryRun, ({ intents }) => intents)
      ).pipe(Effect.provide(layer()))
      assert.deepStrictEqual(ids(other), ["1 b"])
      assert.deepStrictEqual(ids(yield* (yield* DryRun.DryRun).intents), ["1 a"])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("rejects an invalid keepIntents", () =>
    Effect.gen(function* () {
      for (const keepIntents of [0, -1, 1.5, Number.NaN]) {
        const exit = yield* Effect.exit(Effect.scoped(Layer.build(layer([], { keepIntents }))))
        assert.include(Exit.isFailure(exit) ? inspect(exit.cause, { depth: null }) : "", "keepIntents")
      }
    })
  )

  it.effect("runs the documented example, which lists the writes of a program", () =>
    Effect.gen(function* () {
      const dryRun = Effect.gen(function* () {
        const journal = yield* DryRun.DryRun
        yield* Effect.ignore(Orders.cancel({ order_id: "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e", exchange_index: 0 }))
        return (yield* journal.intents).map(({ method, path }) => `${method} ${path}`)
      })
      assertIsExample(import.meta.url, "DryRun", "Listing the writes of a program")
      assert.deepStrictEqual(yield* dryRun, [
        "DELETE /trade-api/v2/portfolio/events/orders/0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e?exchange_index=0"
      ])
    }).pipe(Effect.provide(layer()))
  )
})

describe("Kalshi.layerDryRunConfig", () => {
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString()
  const run = (variables: Record<string, string>) =>
    notSent(OrderGroups.trigger({ order_group_id: "g" })).pipe(
      Effect.provide(
        Layer.provideMerge(Kalshi.layerDryRunConfig, [layerScript([]), FileSystem.layerNoop({})]).pipe(
          Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(variables)))
        )
      ),
      Effect.exit
    )
  const variables = { KALSHI_ENV: "production", KALSHI_API_KEY_ID: "k", KALSHI_PRIVATE_KEY: pem }

  it.live("reads the variables of Kalshi.layerConfig and sends nothing to production", () =>
    Effect.gen(function* () {
      assert.isTrue(Exit.isSuccess(yield* run(variables)))
      assert.isTrue(Exit.isFailure(yield* run({ ...variables, KALSHI_ENV: "prod" })))
    })
  )

  it.live("is a dry run even if KALSHI_DRY_RUN or DRY_RUN is false", () =>
    Effect.gen(function* () {
      for (const name of ["KALSHI_DRY_RUN", "DRY_RUN"]) {
        assert.isTrue(Exit.isSuccess(yield* run({ ...variables, [name]: "false" })))
      }
    })
  )
})
