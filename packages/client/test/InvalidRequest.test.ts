import { assert, describe, it } from "@effect/vitest"
import { runInNewContext } from "node:vm"
import { Effect, Layer, Result, Schema } from "effect"
import * as Exchange from "../src/rest/Exchange.ts"
import * as LiveData from "../src/rest/LiveData.ts"
import * as Markets from "../src/rest/Markets.ts"
import * as OrderGroups from "../src/rest/OrderGroups.ts"
import * as Orders from "../src/trading/Orders.ts"
import * as encode from "../src/sending/encode.ts"
import * as Kalshi from "../src/Kalshi.ts"
import * as Operation from "../src/Operation.ts"
import { Exchange as Metered, provideExchange } from "./support/exchange.ts"
import { environment, isSigned, layer, layerScript, Script, signer } from "./support/scripted.ts"

const id = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"

/** Returns the error of a rejected input. Asserts that nothing was sent. */
const rejectionOf = (
  operation: { readonly descriptor: Operation.Operation<never, unknown, unknown, unknown>["descriptor"] },
  input: unknown
) =>
  Effect.gen(function* () {
    const sender = yield* Kalshi.KalshiWrite
    const error = yield* Effect.flip(sender.send(operation.descriptor, input))
    assert.strictEqual((yield* Script).sent.length, 0)
    if (!(error instanceof Error) || !("_tag" in error) || error._tag !== "InvalidRequest")
      return assert.fail(String(error))
    const rejected = error as unknown as { pointer: string; reason: string; message: string } // its tag is checked above
    assert.isNotEmpty(rejected.reason)
    return rejected
  }).pipe(Effect.provide(layer([])))

const encoded = (
  operation: { readonly descriptor: Operation.Operation<never, unknown, unknown, unknown>["descriptor"] },
  input: unknown
) => encode.prepare(operation.descriptor)(input)

const bodyOf = (...input: Parameters<typeof encoded>) => JSON.parse(Result.getOrThrow(encoded(...input)).body!)

const order: Orders.CreateInput = {
  ticker: "TICK-1",
  side: "bid",
  count: "1",
  price: "0.50",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
}

describe("a path parameter", () => {
  for (const [segment, reason] of [
    ["", "empty"],
    [".", "cannot be a path segment"],
    ["..", "cannot be a path segment"],
    ["a/b", "slash"],
    ["a\\b", "slash"],
    ["a%2Fb", "slash"],
    ["a%2fb", "slash"],
    ["a\r\nb", "control characters"],
    ["a\u0000b", "control characters"],
    ["\ud800", "well-formed"]
  ] as const) {
    it.effect(`is rejected if it is ${JSON.stringify(segment)}`, () =>
      Effect.gen(function* () {
        const error = yield* rejectionOf(OrderGroups.get, { order_group_id: segment })
        assert.strictEqual(error.pointer, "/order_group_id")
        assert.include(error.reason, reason)
      })
    )
  }

  it.effect("is percent-encoded, and signed in this form", () =>
    Effect.gen(function* () {
      yield* OrderGroups.get({ order_group_id: "a b?c#d%é" })
      const { sent } = yield* Script
      assert.strictEqual(sent[0]!.target, "/trade-api/v2/portfolio/order_groups/a%20b%3Fc%23d%25%C3%A9")
      assert.isTrue(isSigned(sent[0]!, "GET", sent[0]!.target))
    }).pipe(Effect.provide(layer([{ status: 200, body: { is_auto_cancel_enabled: true, orders: [] } }])))
  )
})

describe("an input", () => {
  it.effect("is rejected if a required field is missing", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* rejectionOf(OrderGroups.get, {})).pointer, "/order_group_id")
      const { side: _, ...withoutSide } = order
      const error = yield* rejectionOf(Orders.create, withoutSide)
      assert.strictEqual(error.pointer, "/side")
      assert.strictEqual(error.message, "Orders.create was not sent: invalid input at /side: this field is required")
    })
  )

  it.effect("is rejected if it has an unknown field, such as a misspelled order_group_id", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* rejectionOf(Orders.create, { ...order, order_group: id })).pointer, "/order_group")
      assert.strictEqual((yield* rejectionOf(OrderGroups.get, { order_group_id: id, sub: 1 })).pointer, "/sub")
      const odd = yield* rejectionOf(OrderGroups.get, { order_group_id: id, "a/b~c": 1 })
      assert.strictEqual(odd.pointer, "/a~1b~0c")
    })
  )

  it.effect("is rejected if a value has the wrong type", () =>
    Effect.gen(function* () {
      for (const [field, value] of [
        ["side", "buy"],
        ["count", 10],
        ["count", "1.005"],
        ["count", "-1"],
        ["price", "0,50"],
        ["price", "1e3"],
        ["price", ""],
        ["price", "NaN"],
        ["post_only", "yes"],
        ["subaccount", -1],
        ["subaccount", 1.5],
        ["subaccount", Number.NaN],
        ["expiration_time", 2 ** 53],
        ["time_in_force", "GTT"]
      ] as const) {
        assert.strictEqual(
          (yield* rejectionOf(Orders.create, { ...order, [field]: value })).pointer,
          `/${field}`,
          String(value)
        )
      }
      assert.strictEqual((yield* rejectionOf(OrderGroups.list, { subaccount: "1" })).pointer, "/subaccount")
      assert.strictEqual((yield* rejectionOf(Orders.list, { limit: 0 })).pointer, "/limit")
      assert.strictEqual((yield* rejectionOf(Orders.list, { limit: 1001 })).pointer, "/limit")
    })
  )

  it.effect("is rejected with a hint if a time is in milliseconds instead of seconds", () =>
    Effect.gen(function* () {
      const milliseconds = 1_764_390_000_000
      for (const [operation, input, pointer] of [
        [Orders.list, { min_ts: milliseconds }, "/min_ts"],
        [Orders.list, { max_ts: 4_102_444_801 }, "/max_ts"],
        [Markets.list, { min_close_ts: milliseconds }, "/min_close_ts"],
        [Orders.create, { ...order, expiration_time: milliseconds }, "/expiration_time"],
        [
          Orders.batchCreate,
          { orders: [order, { ...order, expiration_time: milliseconds }] },
          "/orders/1/expiration_time"
        ],
        [
          Orders.amend,
          { order_id: id, ticker: "T", side: "bid", price: "0.50", count: "1", expiration_time: milliseconds },
          "/expiration_time"
        ]
      ] as const) {
        const error = yield* rejectionOf(operation, input)
        assert.strictEqual(error.pointer, pointer)
        assert.include(error.reason, "did you pass milliseconds?")
      }
    })
  )

  it("is accepted if its times are Unix seconds up to 2100, or 0, which clears a time", () => {
    for (const [operation, input] of [
      [Orders.list, { min_ts: 0, max_ts: 4_102_444_800 }],
      [Orders.list, { min_ts: -1 }],
      [Orders.create, { ...order, expiration_time: 4_102_444_800 }],
      [Orders.amend, { order_id: id, ticker: "T", side: "bid", price: "0.50", count: "1", expiration_time: 0 }]
    ] as const) {
      const result = encoded(operation, input)
      assert.isTrue(Result.isSuccess(result), JSON.stringify(input))
    }
  })

  it.effect("is rejected with a hint if a time is in seconds instead of milliseconds", () =>
    Effect.gen(function* () {
      for (const field of ["from", "to"]) {
        for (const seconds of [1_000_000_000, 1_764_390_000, 99_999_999_999]) {
          const error = yield* rejectionOf(LiveData.weatherIndex, { city: "NYC", [field]: seconds })
          assert.strictEqual(error.pointer, `/${field}`)
          assert.include(error.reason, "did you pass seconds?")
        }
        for (const milliseconds of [-1, 0, 999_999_999, 100_000_000_000, 1_764_390_000_000]) {
          assert.isTrue(Result.isSuccess(encoded(LiveData.weatherIndex, { city: "NYC", [field]: milliseconds })))
        }
      }
    })
  )

  it.effect("is sent without its undefined fields, even nested ones", () =>
    Effect.gen(function* () {
      yield* Orders.batchCreate({ orders: [{ ...order, client_order_id: "mine", subaccount: undefined }] })
      const { sent } = yield* Script
      assert.deepStrictEqual(JSON.parse(sent[0]!.body!), { orders: [{ ...order, client_order_id: "mine" }] })
    }).pipe(Effect.provide(layer([{ status: 201, body: { orders: [] } }])))
  )

  it.effect("is rejected if it is a class instance, whose accessors would not be sent", () =>
    Effect.gen(function* () {
      class Intent {
        readonly ticker = "TICK-1"
        readonly side = "bid"
        readonly count = "1"
        readonly price = "0.50"
        readonly time_in_force = "immediate_or_cancel"
        readonly self_trade_prevention_type = "maker"
        get client_order_id() {
          return "mine"
        }
        get reduce_only() {
          return true
        }
      }
      assert.include((yield* rejectionOf(Orders.create, new Intent())).reason, "plain object")
      assert.strictEqual((yield* rejectionOf(Orders.batchCreate, { orders: [new Intent()] })).pointer, "/orders/0")
    })
  )

  it.effect("is rejected if a list has a method toJSON, which would replace the items", () =>
    Effect.gen(function* () {
      class Batch extends Array<Orders.CreateInput> {
        toJSON() {
          return [{ ...order, count: "100" }]
        }
      }
      const error = yield* rejectionOf(Orders.batchCreate, { orders: Batch.from([order]) })
      assert.strictEqual(error.pointer, "/orders")
      assert.include(error.reason, "plain array")
      const own = Object.assign([order], { toJSON: () => [{ ...order, count: "100" }] })
      assert.strictEqual((yield* rejectionOf(Orders.batchCreate, { orders: own })).pointer, "/orders")
      const method = { ...order, toJSON: () => ({ ...order, count: "100" }) }
      assert.strictEqual((yield* rejectionOf(Orders.create, method)).pointer, "/toJSON")
    })
  )

  it.effect("is rejected while Array.prototype has a method toJSON, which would replace every list", () =>
    Effect.gen(function* () {
      const pollute = Effect.sync(() =>
        Reflect.defineProperty(Array.prototype, "toJSON", { configurable: true, value: () => ["replaced"] })
      )
      const restore = Effect.sync(() => Reflect.deleteProperty(Array.prototype, "toJSON"))
      const foreign = runInNewContext("(order) => [order]") as (item: Orders.CreateInput) => Array<Orders.CreateInput>
      for (const orders of [[order], foreign(order)]) {
        const result = yield* Effect.acquireUseRelease(
          pollute,
          () => Effect.sync(() => encoded(Orders.batchCreate, { orders })),
          () => restore
        )
        assert.include(Result.isFailure(result) ? result.failure : {}, { pointer: "/orders" })
      }
    })
  )

  it("is read exactly once, so that the client sends the values that it checked", () => {
    let reads = 0
    const firstThenLater = <A>(first: A, later: A): A => (reads++ === 0 ? first : later)
    const getter = {
      ...order,
      get count() {
        return firstThenLater("1", "1000")
      }
    }
    assert.strictEqual(bodyOf(Orders.create, getter).count, "1")
    assert.strictEqual(reads, 1)
    reads = 0
    const id = {
      ...order,
      get client_order_id() {
        return firstThenLater("mine", "")
      }
    }
    const { body, input, keyed } = Result.getOrThrow(encoded(Orders.batchCreate, { orders: [id] }))
    assert.isTrue(keyed)
    assert.strictEqual(JSON.parse(body!).orders[0].client_order_id, "mine")
    // The rate limits count the items of `input`.
    assert.deepStrictEqual({ ...(input as object) }, JSON.parse(body!))
  })

  it.effect("is read exactly once, even if the rate limits count its items", () =>
    Effect.gen(function* () {
      const keys = Array.from({ length: 30 }, (_, index) => ({ ...order, client_order_id: `o${index}` }))
      let reads = 0
      const sender = yield* Kalshi.KalshiWrite
      yield* sender.send(Orders.batchCreate.descriptor, {
        get orders() {
          // Thirty orders cost more than the bucket's capacity.
          return reads++ === 0 ? keys.slice(0, 1) : keys
        }
      })
      assert.strictEqual(reads, 1)
      assert.strictEqual((yield* Metered).calls().length, 1)
    }).pipe(provideExchange())
  )

  it("is read exactly once if it is a Proxy", () => {
    const reads = new Map<PropertyKey, number>()
    const changing = <A extends object>(target: A): A =>
      new Proxy(target, {
        get: (on, key, receiver) => {
          const read = (reads.get(key) ?? 0) + 1
          reads.set(key, read)
          const value: unknown = Reflect.get(on, key, receiver)
          return read === 1 || typeof value === "symbol" ? value : typeof value === "number" ? 0 : "changed"
        }
      })
    const input = changing({ orders: changing([changing(order)]) })
    assert.deepStrictEqual(bodyOf(Orders.batchCreate, input), { orders: [order] })
    const got = encoded(OrderGroups.get, new Proxy({ order_group_id: id, subaccount: 1 }, {}))
    assert.include(Result.isSuccess(got) ? got.success : {}, { query: "?subaccount=1" })
  })

  it.effect("is rejected if a field cannot be read", () =>
    Effect.gen(function* () {
      const withThrowingGetter = {
        ...order,
        get price(): string {
          throw new TypeError("canary-value")
        }
      }
      const error = yield* rejectionOf(Orders.create, withThrowingGetter)
      assert.strictEqual(error.pointer, "/price")
      assert.notInclude(error.message, "canary-value")
      assert.strictEqual(
        (yield* rejectionOf(Orders.batchCreate, { orders: [order, withThrowingGetter] })).pointer,
        "/orders/1/price"
      )
      const revoked = Proxy.revocable<Array<object>>([], {})
      revoked.revoke()
      assert.strictEqual((yield* rejectionOf(Orders.batchCreate, { orders: revoked.proxy })).pointer, "/orders")
      assert.strictEqual((yield* rejectionOf(Orders.batchCreate, revoked.proxy)).pointer, "")
    })
  )

  it.effect("is rejected at the first missing item of a sparse list", () =>
    Effect.gen(function* () {
      const holes = [order, order, order]
      delete holes[1]
      assert.strictEqual((yield* rejectionOf(Orders.batchCreate, { orders: holes })).pointer, "/orders/1")
      assert.strictEqual((yield* rejectionOf(Orders.batchCreate, { orders: [order, undefined] })).pointer, "/orders/1")
      // A copy of this list would exhaust the memory.
      assert.strictEqual(
        (yield* rejectionOf(Orders.batchCreate, { orders: Object.assign([], { length: 2 ** 32 - 1 }) })).pointer,
        "/orders/0"
      )
    })
  )

  it.effect("is rejected if a value cannot be represented in JSON", () =>
    Effect.gen(function* () {
      for (const value of [10n, Symbol("s"), () => "1", new Date(0), new String("1"), new Map(), new Uint8Array(2)]) {
        assert.strictEqual((yield* rejectionOf(Orders.create, { ...order, count: value })).pointer, "/count")
      }
    })
  )

  it.effect("is rejected if its prototype has fields, which would not be sent", () =>
    Effect.gen(function* () {
      const bare: object = Object.assign(Object.create(null), { reduce_only: true })
      for (const prototype of [bare, { reduce_only: true }]) {
        const input: object = Object.assign(Object.create(prototype), order)
        assert.include((yield* rejectionOf(Orders.create, input)).reason, "plain object")
      }
    })
  )

  it("is `keyed` (retryable by id) if it has orders and each has a non-empty id", () => {
    const keyed = (operation: Parameters<typeof encoded>[0], input: unknown) =>
      Result.getOrThrow(encoded(operation, input)).keyed
    assert.isTrue(keyed(Orders.create, { ...order, client_order_id: "a" }))
    assert.isFalse(keyed(Orders.create, { ...order, client_order_id: "" }))
    assert.isFalse(keyed(Orders.create, order))
    const one = { ...order, client_order_id: "a" }
    assert.isTrue(keyed(Orders.batchCreate, { orders: [one, { ...one, client_order_id: "b" }] }))
    assert.isFalse(keyed(Orders.batchCreate, { orders: [one, { ...one, client_order_id: "" }] }))
    assert.isFalse(keyed(Orders.batchCreate, { orders: [] }))
  })

  it("is accepted if it comes from another realm, is frozen or has no prototype", () => {
    const foreign = runInNewContext(`(order) => ({ orders: [{ ...order }] })`) as (item: object) => object
    const bare: object = Object.assign(Object.create(null), { orders: [order] })
    const frozen = Object.freeze({ orders: Object.freeze([Object.freeze(order)]) })
    for (const input of [foreign(order), bare, frozen]) {
      assert.deepStrictEqual(bodyOf(Orders.batchCreate, input), { orders: [order] })
    }
  })

  it.effect("is rejected if it is circular", () =>
    Effect.gen(function* () {
      const circle: { ticker: string; self?: unknown } = { ticker: "T" }
      circle.self = circle
      assert.include((yield* rejectionOf(Orders.create, circle)).reason, "cycle")
    })
  )

  it.effect("is rejected if a string has a lone surrogate", () =>
    Effect.gen(function* () {
      const orders = [{ ...order, client_order_id: "\ud800" }]
      assert.strictEqual((yield* rejectionOf(Orders.batchCreate, { orders })).pointer, "/orders/0/client_order_id")
      assert.strictEqual((yield* rejectionOf(Orders.create, orders[0])).pointer, "/client_order_id")
    })
  )

  it.effect("is rejected if it has a field named __proto__", () =>
    Effect.gen(function* () {
      const input: unknown = JSON.parse(`{"order_group_id":"${id}","__proto__":{"subaccount":1}}`)
      assert.strictEqual((yield* rejectionOf(OrderGroups.get, input)).pointer, "/__proto__")
    })
  )

  it.effect("is rejected if it is not an object", () =>
    Effect.gen(function* () {
      for (const input of [null, "x", 3, [id]])
        assert.strictEqual((yield* rejectionOf(OrderGroups.get, input)).pointer, "")
    })
  )

  it.effect("is not quoted in the error", () =>
    Effect.gen(function* () {
      const error = yield* rejectionOf(Orders.create, { ...order, price: "canary-value" })
      assert.notInclude(error.message + JSON.stringify(error), "canary-value")
    })
  )
})

describe("the rules of Operation.make", () => {
  const checked: Array<unknown> = []
  const description = {
    operationId: "X",
    name: "X.x",
    method: "POST",
    path: "/x/{id}",
    pathParameters: { id: Operation.required(Schema.String) },
    success: { status: 200, body: undefined },
    errors: [],
    access: "write",
    retry: "never"
  } as const
  const withBody = Operation.make({
    ...description,
    body: Schema.Struct({ low: Schema.Int, high: Schema.Int }),
    rules: [
      (input) => {
        checked.push({ ...input })
        return input.low > input.high ? { pointer: "/high", reason: "the value is below low: raise it" } : undefined
      },
      ({ high }) => (high > 9 ? { pointer: "/high", reason: "the value is too high: lower it" } : undefined)
    ]
  })
  const withoutBody = Operation.make({
    ...description,
    rules: [({ id }) => (id === "x" ? { pointer: "/id", reason: "the value is x: pass another id" } : undefined)]
  })

  it.effect("reject an input, and report the pointer and the reason of the first violated rule", () =>
    Effect.gen(function* () {
      assert.include(yield* rejectionOf(withBody, { id: "a", low: 20, high: 10 }), {
        pointer: "/high",
        reason: "the value is below low: raise it"
      })
      assert.include(yield* rejectionOf(withBody, { id: "a", low: 1, high: 10 }), {
        reason: "the value is too high: lower it"
      })
      assert.include(yield* rejectionOf(withoutBody, { id: "x" }), {
        pointer: "/id",
        reason: "the value is x: pass another id"
      })
    })
  )

  it("receive the complete input (path and body) after the schemas have accepted it", () => {
    checked.length = 0
    for (const input of [
      { id: "a", low: 20 },
      { id: "a", low: "2", high: 1 },
      { low: 2, high: 1 }
    ]) {
      assert.isTrue(Result.isFailure(encoded(withBody, input)))
    }
    assert.deepStrictEqual(checked, [])
    assert.isTrue(Result.isSuccess(encoded(withBody, { id: "a", low: 1, high: 2 })))
    assert.deepStrictEqual(checked, [{ id: "a", low: 1, high: 2 }])
    assert.isTrue(Result.isSuccess(encoded(withoutBody, { id: "y" })))
  })
})

describe("an operation without input", () => {
  it.effect("ignores an argument that a combinator passes", () =>
    Effect.gen(function* () {
      const status = yield* Effect.flatMap(Effect.succeed({ not: "for it" }), Exchange.status)
      assert.isTrue(status.trading_active)
    }).pipe(Effect.provide(layer([{ status: 200, body: { exchange_active: true, trading_active: true } }])))
  )
})

describe("a layer", () => {
  it.effect("that is read-only rejects a write at run time", () =>
    Effect.gen(function* () {
      const sender = yield* Kalshi.KalshiRead
      const error = yield* Effect.flip(sender.send(OrderGroups.reset.descriptor, { order_group_id: id }))
      assert.include(
        String(error),
        "OrderGroups.reset was not sent: this layer is read-only; provide Kalshi.layer to send writes"
      )
      assert.strictEqual((yield* Script).sent.length, 0)
    }).pipe(
      Effect.provide(Layer.provideMerge(Kalshi.layerReadOnly({ environment, signer: signer() }), layerScript([])))
    )
  )

  it.effect("without a key sends a public operation", () =>
    Effect.gen(function* () {
      const sender = yield* Kalshi.KalshiPublic
      yield* Effect.exit(sender.send(Exchange.status.descriptor, undefined))
      assert.strictEqual((yield* Script).sent.length, 1)
    }).pipe(Effect.provide(Layer.provideMerge(Kalshi.layerPublic({ environment }), layerScript([{ status: 404 }]))))
  )

  it.effect("without a key rejects a signed operation", () =>
    Effect.gen(function* () {
      const sender = yield* Kalshi.KalshiPublic
      const error = yield* Effect.flip(sender.send(OrderGroups.get.descriptor, { order_group_id: id }))
      assert.include(String(error), "no key")
      assert.deepInclude(error as object, { _tag: "InvalidRequest", pointer: "" })
    }).pipe(Effect.provide(Layer.provideMerge(Kalshi.layerPublic({ environment }), layerScript([]))))
  )
})
