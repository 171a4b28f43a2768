import { assert, describe, it } from "@effect/vitest"
import { SigningError } from "@kalshi-effect/signing/SigningError"
import { Effect, Fiber, Result, Schedule } from "effect"
import { TestClock } from "effect/testing"
import type { Options } from "../src/Kalshi.ts"
import * as Orders from "../src/trading/Orders.ts"
import * as SendPolicy from "../src/sending/SendPolicy.ts"
import { failureOf, itCalls } from "./support/calls.ts"
import { Machine } from "./support/datedExchange.ts"
import { layer, type Reply, Script, signer } from "./support/scripted.ts"

const order_id = "ff9ce2b8-34ce-4cdb-8485-ea2647041e9f"
const reads = "/portfolio/orders"
const writes = "/portfolio/events/orders"

const order = {
  order_id,
  user_id: "u",
  client_order_id: "",
  ticker: "KXBTC-26NOV23-T114999.99",
  outcome_side: "no",
  book_side: "ask",
  type: "limit",
  status: "resting",
  yes_price_dollars: "0.5600",
  no_price_dollars: "0.4400",
  fill_count_fp: "4.00",
  remaining_count_fp: "5.50",
  initial_count_fp: "9.50",
  taker_fill_cost_dollars: "0.000000",
  maker_fill_cost_dollars: "1.760000",
  taker_fees_dollars: "0.000000",
  maker_fees_dollars: "0.017500",
  expiration_time: null,
  created_time: "2026-10-08T03:00:28.97871Z",
  last_update_time: "2026-10-08T03:00:28Z",
  self_trade_prevention_type: null,
  order_group_id: null,
  cancel_order_on_pause: false,
  subaccount_number: 0,
  exchange_index: 2
}

const intent = {
  ticker: "KXHIGHNY-26NOV23-T50",
  client_order_id: "1f0c8f0e-3a7c-4c55-9f5e-2b1d1c7a90aa",
  side: "bid",
  count: "10",
  price: "0.56",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
} as const

const lost = { fault: "ECONNRESET" } as const
const notFound = { status: 404, body: { error: { code: "not_found", message: "not found" } } }
const badRequest = { status: 400, body: { error: { code: "bad_request", message: "no" } } }

describe("Orders.list", () => {
  itCalls([
    {
      it: "reads a page, nulls and a status that is not known yet included",
      call: Orders.list(),
      request: `GET ${reads}`,
      reply: { status: 200, body: { orders: [order, { ...order, status: "parked" }], cursor: "" } }
    },
    {
      it: "sends every filter",
      call: Orders.list({
        ticker: "KXA-B-C",
        event_ticker: "KXA-B,KXA-C",
        min_ts: 1783300000,
        max_ts: 1783303000,
        status: "resting",
        limit: 1000,
        cursor: "c",
        subaccount: 0,
        exchange_index: 0
      }),
      request: `GET ${reads}?ticker=KXA-B-C&event_ticker=KXA-B%2CKXA-C&min_ts=1783300000&max_ts=1783303000&status=resting&limit=1000&cursor=c&subaccount=0&exchange_index=0`,
      reply: { status: 200, body: { orders: [], cursor: "" } }
    }
  ])
})

describe("Orders.get", () => {
  itCalls([
    {
      it: "reads one order and keeps its decimals as they came",
      call: Orders.get({ order_id }),
      request: `GET ${reads}/${order_id}`,
      reply: { status: 200, body: { order } }
    }
  ])
})

describe("Orders.queuePosition", () => {
  itCalls([
    {
      it: "reads the contracts ahead, parts included",
      call: Orders.queuePosition({ order_id }),
      request: `GET ${reads}/${order_id}/queue_position`,
      reply: { status: 200, body: { queue_position_fp: "1250.75" } }
    }
  ])
})

describe("Orders.queuePositions", () => {
  itCalls([
    {
      it: "reads them for some markets, or for an event, of one subaccount",
      call: Orders.queuePositions({ market_tickers: "KXA-B-C,KXA-B-D", event_ticker: "KXA-B", subaccount: 3 }),
      request: `GET ${reads}/queue_positions?market_tickers=KXA-B-C%2CKXA-B-D&event_ticker=KXA-B&subaccount=3`,
      reply: {
        status: 200,
        body: { queue_positions: [{ order_id, market_ticker: "KXA-B-C", queue_position_fp: "0.00" }] }
      }
    }
  ])
})

describe("Orders.create", () => {
  const resting = {
    order_id,
    client_order_id: intent.client_order_id,
    fill_count: "0.00",
    remaining_count: "10.00",
    ts_ms: 1791428428978
  }
  itCalls([
    {
      it: "sends the intent as it stands; an answer without fills has no averages",
      call: Orders.create(intent),
      request: `POST ${writes}`,
      body: intent,
      reply: { status: 201, body: resting }
    },
    {
      it: "sends every option, and leaves out what is undefined",
      call: Orders.create({
        ...intent,
        client_order_id: undefined,
        expiration_time: 1791500000,
        post_only: true,
        cancel_order_on_pause: true,
        reduce_only: false,
        subaccount: 3,
        order_group_id: "g",
        exchange_index: -1
      }),
      request: `POST ${writes}`,
      body: {
        ticker: intent.ticker,
        side: "bid",
        count: "10",
        price: "0.56",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "taker_at_cross",
        expiration_time: 1791500000,
        post_only: true,
        cancel_order_on_pause: true,
        reduce_only: false,
        subaccount: 3,
        order_group_id: "g",
        exchange_index: -1
      },
      reply: {
        status: 201,
        body: { ...resting, fill_count: "2.50", average_fill_price: "0.5550", average_fee_paid: "0.0172" }
      }
    }
  ])

  it.effect("is repeated under its own id after a lost answer, and marks the echo", () =>
    Effect.gen(function* () {
      const { error, requests } = yield* failureOf(Orders.create(intent), [
        lost,
        { status: 409, body: { error: { code: "order_already_exists", message: "order already exists" } } }
      ])
      assert.strictEqual(requests, 2)
      assert.include(error, { _tag: "Conflict", code: "order_already_exists", afterLostAnswer: true })
    })
  )

  it.effect("is not repeated after a lost answer without an id of its own", () =>
    Effect.gen(function* () {
      const { error, requests } = yield* failureOf(Orders.create({ ...intent, client_order_id: undefined }), [lost])
      assert.strictEqual(requests, 1)
      assert.include(error, { _tag: "TransportError", requestSent: "maybe" })
    })
  )

  it.effect("says why it was refused", () =>
    Effect.gen(function* () {
      const { error } = yield* failureOf(Orders.create(intent), [
        { status: 400, body: { error: { code: "invalid_order", message: "invalid order", details: "off the grid" } } }
      ])
      assert.include(error, { _tag: "BadRequest", code: "invalid_order" })
      assert.include(String(error), "off the grid")
    })
  )

  it.effect("surfaces the 404 of a market that does not exist, which the document does not declare", () =>
    Effect.gen(function* () {
      const { error } = yield* failureOf(Orders.create(intent), [
        { status: 404, body: { error: { code: "market_not_found", message: "market not found" } } }
      ])
      assert.include(error, { _tag: "UnexpectedStatus", status: 404, code: "market_not_found" })
    })
  )
})

describe("Orders.batchCreate", () => {
  const second = {
    ...intent,
    client_order_id: "2a0c8f0e-3a7c-4c55-9f5e-2b1d1c7a90bb",
    side: "ask",
    price: "0.58"
  } as const
  const orders = [intent, second]
  const refusal = { code: "insufficient_balance", message: "insufficient balance" }

  itCalls([
    {
      it: "gives success with an error on the item that was refused, and on that one alone",
      call: Orders.batchCreate({ orders }),
      request: `POST ${writes}/batched`,
      body: { orders },
      reply: {
        status: 201,
        body: {
          orders: [
            { client_order_id: second.client_order_id, error: { ...refusal, details: "shard 0" }, order_id: "" },
            {
              client_order_id: intent.client_order_id,
              order_id,
              fill_count: "10.00",
              remaining_count: "0.00",
              average_fill_price: "0.5600",
              average_fee_paid: "0.0175",
              ts_ms: 1791428428978,
              error: null
            }
          ]
        }
      }
    },
    {
      it: "takes an item of which nothing is there but its error",
      call: Orders.batchCreate({ orders: [intent] }),
      request: `POST ${writes}/batched`,
      body: { orders: [intent] },
      reply: {
        status: 201,
        body: { orders: [{ error: refusal, fill_count: null, remaining_count: null, ts_ms: null }] }
      }
    }
  ])

  it.effect("lets the refused items be picked out, as its example does", () =>
    Effect.gen(function* () {
      const refused = (batch: ReadonlyArray<Orders.CreateOrderV2Request>) =>
        Effect.map(Orders.batchCreate({ orders: batch }), (answer) =>
          answer.orders.flatMap(({ client_order_id, error }) => (error ? [{ client_order_id, error }] : []))
        )
      assert.deepStrictEqual(yield* refused(orders), [{ client_order_id: second.client_order_id, error: refusal }])
    }).pipe(
      Effect.provide(
        layer([
          {
            status: 201,
            body: {
              orders: [
                { client_order_id: intent.client_order_id, order_id, error: null },
                { client_order_id: second.client_order_id, error: refusal }
              ]
            }
          }
        ])
      )
    )
  )

  it.effect("is a ContractError where the error is of the whole batch, under a success status", () =>
    Effect.gen(function* () {
      const { error } = yield* failureOf(Orders.batchCreate({ orders }), [
        { status: 201, body: { orders: [], error: refusal } }
      ])
      assert.include(error, { _tag: "ContractError", pointer: "/error" })
    })
  )

  it.effect("is repeated after a lost answer only where every order has an id of its own", () =>
    Effect.gen(function* () {
      const all = yield* failureOf(Orders.batchCreate({ orders }), [lost, badRequest])
      assert.strictEqual(all.requests, 2)
      const { client_order_id: _, ...anonymous } = second
      const some = yield* failureOf(Orders.batchCreate({ orders: [intent, anonymous] }), [lost])
      assert.strictEqual(some.requests, 1)
    })
  )

  it.effect("names the field of the order that cannot be sent", () =>
    Effect.gen(function* () {
      const { error, requests } = yield* failureOf(
        Orders.batchCreate({ orders: [intent, { ...second, price: "1.5" }] }),
        []
      )
      assert.include(error, { _tag: "InvalidRequest", pointer: "/orders/1/price" })
      assert.strictEqual(requests, 0)
    })
  )
})

describe("Orders.amend", () => {
  const amendment = { ticker: intent.ticker, side: "bid", price: "0.55", count: "10" } as const
  itCalls([
    {
      it: "puts the order in the path, the subaccount in the query and the rest in the body; counts may be null",
      call: Orders.amend({
        order_id,
        subaccount: 3,
        ...amendment,
        client_order_id: "a",
        updated_client_order_id: "b",
        expiration_time: 0,
        exchange_index: 2
      }),
      request: `POST ${writes}/${order_id}/amend?subaccount=3`,
      body: {
        ...amendment,
        client_order_id: "a",
        updated_client_order_id: "b",
        expiration_time: 0,
        exchange_index: 2
      },
      reply: {
        status: 200,
        body: {
          order_id,
          client_order_id: "b",
          ts_ms: 1791428428978,
          remaining_count: null,
          fill_count: null,
          average_fill_price: null,
          average_fee_paid: null
        }
      }
    },
    {
      it: "keeps the expiry by leaving it out; counts may be absent",
      call: Orders.amend({ order_id, ...amendment }),
      request: `POST ${writes}/${order_id}/amend`,
      body: amendment,
      reply: { status: 200, body: { order_id, ts_ms: 1791428428978 } }
    }
  ])

  it.effect("is not repeated after a lost answer", () =>
    Effect.gen(function* () {
      const { requests } = yield* failureOf(Orders.amend({ order_id, ...amendment }), [{ status: 503 }])
      assert.strictEqual(requests, 1)
    })
  )
})

describe("Orders.decrease", () => {
  const left = { status: 200, body: { order_id, remaining_count: "3.50", ts_ms: 1791428428978 } }
  itCalls([
    {
      it: "takes off a number of contracts, on the shard of a market",
      call: Orders.decrease({ order_id, reduce_by: "6.5", market_ticker: intent.ticker }),
      request: `POST ${writes}/${order_id}/decrease`,
      body: { reduce_by: "6.5", market_ticker: intent.ticker },
      reply: left
    },
    {
      it: "leaves a number of contracts, on a shard, of a subaccount",
      call: Orders.decrease({ order_id, reduce_by: undefined, reduce_to: "3.5", subaccount: 0, exchange_index: 1 }),
      request: `POST ${writes}/${order_id}/decrease?subaccount=0`,
      body: { reduce_to: "3.5", exchange_index: 1 },
      reply: left
    }
  ])

  it.effect("is not repeated after a lost answer: it would take off twice", () =>
    Effect.gen(function* () {
      const { requests } = yield* failureOf(Orders.decrease({ order_id, reduce_by: "1" }), [lost])
      assert.strictEqual(requests, 1)
    })
  )
})

describe("Orders.cancel", () => {
  itCalls([
    {
      it: "says where the order is, and sends no body",
      call: Orders.cancel({ order_id, subaccount: 3, exchange_index: -1, market_ticker: "KXBTC-26NOV23-T114999.99" }),
      request: `DELETE ${writes}/${order_id}?subaccount=3&exchange_index=-1&market_ticker=KXBTC-26NOV23-T114999.99`,
      reply: { status: 200, body: { order_id, client_order_id: "c", reduced_by: "5.50", ts_ms: 1791428428978 } }
    }
  ])

  it.effect("is repeated after a lost answer, and marks the echo", () =>
    Effect.gen(function* () {
      const { error, requests } = yield* failureOf(Orders.cancel({ order_id }), [lost, notFound])
      assert.strictEqual(requests, 2)
      assert.include(error, { _tag: "NotFound", afterLostAnswer: true })
    })
  )
})

describe("Orders.batchCancel", () => {
  const orders = [
    { order_id, market_ticker: intent.ticker },
    { order_id: "gone", exchange_index: 0, subaccount: 3 }
  ]
  itCalls([
    {
      it: "sends a DELETE with a body, and gives success with an error on the item that was not cancelled",
      call: Orders.batchCancel({ orders }),
      request: `DELETE ${writes}/batched`,
      body: { orders },
      reply: {
        status: 200,
        body: {
          orders: [
            { order_id, client_order_id: null, reduced_by: "5.50", ts_ms: 1791428428978 },
            { order_id: "gone", reduced_by: "0.00", error: { code: "not_found", message: "not found" } }
          ]
        }
      }
    }
  ])

  it.effect("is repeated after a lost answer", () =>
    Effect.gen(function* () {
      const { requests } = yield* failureOf(Orders.batchCancel({ orders }), [lost, badRequest])
      assert.strictEqual(requests, 2)
    })
  )
})

describe("Orders.cancelAll", () => {
  itCalls([
    {
      it: "says nothing of subaccounts unless told, which means all of them, and answers nothing",
      call: Orders.cancelAll(),
      request: `DELETE ${writes}`,
      reply: { status: 204 }
    },
    {
      it: "cancels the primary account alone where 0 is given",
      call: Orders.cancelAll({ subaccount: 0 }),
      request: `DELETE ${writes}?subaccount=0`,
      reply: { status: 204 }
    }
  ])

  it.effect("is not repeated after a lost answer: orders placed in between would go too", () =>
    Effect.gen(function* () {
      const { requests } = yield* failureOf(Orders.cancelAll(), [{ status: 504 }])
      assert.strictEqual(requests, 1)
    })
  )
})

describe("Orders.ensureCanceled", () => {
  const target = { order_id, ticker: order.ticker }
  const is = (status: string): Reply => ({ status: 200, body: { order: { ...order, status } } })
  const canceled: Reply = { status: 200, body: { order_id, reduced_by: "5.50", ts_ms: 1 } }
  const asOf: Reply = { status: 200, body: { as_of_time: "1969-12-31T00:00:00Z" } }
  const reset: Reply = { fault: "ECONNRESET", syscall: "read" }
  const away: Reply = { fault: "ENOTFOUND" }
  const refusal = (status: number): Reply => ({ status, body: { error: { code: "some_code", message: "why" } } })

  /** Runs to the end on virtual time, each request once: a cancel, a read, and in every later round the time first. */
  const play = (
    replies: ReadonlyArray<Reply>,
    options: Orders.CancelOptions & { readonly target?: Orders.CancelTarget } & Partial<Options> = {}
  ) => {
    const { target: given = target, within, ...rest } = options
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.result(Orders.ensureCanceled(given, { within })))
      yield* TestClock.adjust("1 minute")
      const result = yield* Fiber.join(fiber)
      return { result, sent: (yield* Script).sent }
    }).pipe(Effect.provide(layer(replies, { policy: { retry: SendPolicy.noRetry }, ...rest })))
  }

  /** Time for two rounds after the first. */
  const within = 350

  const mayRest = (result: Result.Result<Orders.Cancellation, unknown>): Orders.MayRest => {
    const cancellation = Result.getOrThrow(result)
    return cancellation._tag === "MayRest" ? cancellation : assert.fail(cancellation._tag)
  }

  const methods = (sent: ReadonlyArray<{ readonly method: string; readonly target: string }>) =>
    sent.map(({ method, target }) => (target.includes("user_data_timestamp") ? "TIME" : method))

  const losses: ReadonlyArray<readonly [what: string, reply: Reply]> = [
    ["whose connection broke", reset],
    ["that had no answer in time", { ...canceled, delayMillis: 15_000 }],
    ["whose answer does not decode", { status: 200, body: {} }],
    ...[408, 500, 502, 503, 504, 520, 524, 598].map(
      (status) => [`that failed with status ${status}`, { status, text: "" }] as const
    ),
    ...[202, 204, 302].map((status) => [`that failed with status ${status}`, { status, text: "" }] as const)
  ]

  for (const [what, loss] of losses) {
    it.effect(`does not say that nothing was sent after a cancel ${what}`, () =>
      Effect.gen(function* () {
        const { result, sent } = yield* play([loss, away, asOf, away, away, asOf, away, away], { within })
        assert.deepStrictEqual(methods(sent), ["DELETE", "GET", "TIME", "DELETE", "GET", "TIME", "DELETE", "GET"])
        const { error } = mayRest(result)
        assert.deepInclude(error, { _tag: "TransportError", requestSent: "maybe", code: "ENOTFOUND" })
        assert.notInclude(String(error?.message), "nothing was sent")
        assert.include(String(error?.message), "was lost")
      })
    )

    it.effect(`gives a later refusal afterLostAnswer after a cancel ${what}`, () =>
      Effect.gen(function* () {
        for (const [status, tag] of [
          [401, "Unauthorized"],
          [403, "UnexpectedStatus"],
          [404, "NotFound"],
          [429, "TooManyRequests"]
        ] as const) {
          const refused = refusal(status)
          const replies = [loss, notFound, asOf, refused, away, asOf, refused, away]
          const { error } = mayRest((yield* play(replies, { within })).result)
          if (error === undefined || !("carriedOut" in error)) return assert.fail(`no answered error, status ${status}`)
          assert.strictEqual(error._tag, tag)
          assert.deepStrictEqual([error.status, error.afterLostAnswer, error.carriedOut], [status, true, "maybe"])
        }
      })
    )
  }

  it.effect("says the same where the lost attempt was one of several of a call", () =>
    Effect.gen(function* () {
      const policy = { retry: Schedule.recurs(1) }
      const replies = [reset, away, away, away, asOf, away, away, away, away]
      const { error } = mayRest((yield* play(replies, { within: 150, policy })).result)
      assert.deepInclude(error, { _tag: "TransportError", requestSent: "maybe", code: "ENOTFOUND" })
      const denied = [reset, refusal(401), notFound, asOf, refusal(401), notFound]
      const last = mayRest((yield* play(denied, { within: 150, policy })).result)
      assert.deepInclude(last.error, { _tag: "Unauthorized", afterLostAnswer: true })
    })
  )

  it.effect("says the same where a later cancel cannot be signed", () =>
    Effect.gen(function* () {
      let signs = 2
      const flaky: Options["signer"] = {
        ...signer(),
        sign: (text) =>
          signs-- > 0 ? signer().sign(text) : Effect.fail(new SigningError({ description: "the KMS declined" }))
      }
      const unsigned = mayRest((yield* play([reset, away, asOf, asOf], { within, signer: flaky })).result)
      assert.deepInclude(unsigned.error, { _tag: "TransportError", requestSent: "maybe", attempts: 1 })
      assert.include(String(unsigned.error?.message), "the KMS declined")
    })
  )

  it.effect("does not make cancelAllOnExit report that nothing was sent", () => {
    const reports: Array<Orders.ExitReport> = []
    const onExit = (report: Orders.ExitReport) => Effect.sync(() => void reports.push(report))
    const round = [asOf, away, away]
    const placed: Reply = {
      status: 201,
      body: { order_id, fill_count: "0.00", remaining_count: "10.00", ts_ms: 1 }
    }
    return Effect.gen(function* () {
      const bid = Orders.buyYes({ ticker: intent.ticker, count: "10", yes_price: "0.56" })
      const scoped = Effect.provide(Orders.place(bid), Orders.cancelAllOnExit({ within: "1 second", onExit }))
      const fiber = yield* Effect.forkChild(scoped)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      const { left } = reports[0]!
      assert.deepStrictEqual(
        left.map((one) => one.order_id),
        [order_id]
      )
      assert.notInclude(left[0]!.reason, "nothing was sent")
    }).pipe(
      Effect.provide(
        layer([placed, away, reset, away, ...round, ...round, ...round], { policy: { retry: SendPolicy.noRetry } })
      )
    )
  })

  it.effect("finds what a lost cancel did, however often later ones do not leave", () =>
    Effect.gen(function* () {
      const { result } = yield* play([reset, away, asOf, away, away, asOf, away, is("canceled")])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "AlreadyCanceled", afterLostAnswer: true })
      const refused = yield* play([reset, away, asOf, refusal(401), is("executed")])
      assert.strictEqual(Result.getOrThrow(refused.result)._tag, "Executed")
    })
  )

  it.effect("fails at once where no cancel can have been carried out", () =>
    Effect.gen(function* () {
      for (const [reply, tag] of [
        [away, "TransportError"],
        [refusal(401), "Unauthorized"],
        [refusal(403), "UnexpectedStatus"],
        [refusal(425), "UnexpectedStatus"],
        [refusal(429), "TooManyRequests"]
      ] as const) {
        for (const before of [[], [notFound, is("resting"), asOf]]) {
          const { result } = yield* play([...before, reply])
          const error = Result.isFailure(result) ? result.failure : assert.fail("it must fail")
          assert.strictEqual(error._tag, tag)
          if ("afterLostAnswer" in error) assert.isFalse(error.afterLostAnswer)
          if ("requestSent" in error) assert.strictEqual(error.requestSent, "no")
        }
      }
    })
  )

  it.effect("does not call an order cancelled before where an answer that was not lost said that nothing rests", () =>
    Effect.gen(function* () {
      const { result } = yield* play([notFound, is("canceled")])
      assert.deepInclude(Result.getOrThrow(result), { _tag: "AlreadyCanceled", afterLostAnswer: false })
    })
  )

  it.effect("counts a cancel that was under way when its time was up", () =>
    Effect.gen(function* () {
      const replies: ReadonlyArray<Reply> = [notFound, is("resting"), asOf, { ...canceled, delayMillis: 5_000 }]
      const { error, order: last } = mayRest((yield* play(replies, { within })).result)
      assert.deepInclude(error, { _tag: "NotFound", afterLostAnswer: true })
      assert.strictEqual(last?.status, "resting")
    })
  )

  it.effect("says of a 404 that no answer was lost where none was, and no cancel was under way at the end", () =>
    Effect.gen(function* () {
      const replies = [notFound, is("resting"), asOf, notFound, is("resting")]
      const { error } = mayRest((yield* play(replies, { within: 150 })).result)
      assert.deepInclude(error, { _tag: "NotFound", afterLostAnswer: false })
    })
  )

  it.effect("counts an answer about another order as a cancel that may have been carried out", () =>
    Effect.gen(function* () {
      const other: Reply = { status: 200, body: { order_id: "o", reduced_by: "5.50", ts_ms: 1 } }
      const { result, sent } = yield* play([other, away, away, away, asOf, away, away], { within })
      assert.deepStrictEqual(methods(sent), ["DELETE", "GET", "DELETE", "GET", "TIME", "DELETE", "GET"])
      assert.deepInclude(mayRest(result).error, { _tag: "TransportError", requestSent: "maybe" })
    })
  )

  it.effect("says that there is no such order only where the cancel and the read both did not find it", () =>
    Effect.gen(function* () {
      const fresh: Reply = { status: 200, body: { as_of_time: "2026-10-08T03:00:28Z" } }
      const other: Reply = { status: 200, body: { order_id: "o", reduced_by: "5.50", ts_ms: 1 } }
      for (const round of [
        [fresh, notFound, away],
        [fresh, notFound, { status: 503 }],
        [fresh, other, notFound],
        [fresh, { status: 502 }, notFound],
        [away, notFound, notFound],
        [{ status: 200, body: { as_of_time: "soon" } }, notFound, notFound]
      ] as const) {
        mayRest((yield* play([notFound, notFound, ...round], { within: 150 })).result)
      }
      const { result } = yield* play([notFound, notFound, fresh, notFound, notFound])
      assert.strictEqual(Result.getOrThrow(result)._tag, "NoSuchOrder")
    })
  )

  it.effect("goes by what was known of the exchange's clock when it began, where the machine's was set since", () => {
    const machine = new Machine()
    const startMillis = 36_000_000
    const dated: Reply = {
      status: 200,
      body: { orders: [], cursor: "" },
      headers: { date: new Date(startMillis + 10_000).toUTCString() }
    }
    const freshness = { status: 200, body: { as_of_time: new Date(startMillis + 9_000).toISOString() } }
    return Effect.gen(function* () {
      yield* TestClock.setTime(startMillis)
      yield* Orders.list()
      const fiber = yield* Effect.forkChild(Orders.ensureCanceled(target, { within: 150 }))
      yield* TestClock.adjust(1)
      machine.aheadMillis = -5_000
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "MayRest")
    }).pipe(
      machine.run,
      Effect.provide(layer([dated, { ...notFound, delayMillis: 10 }, notFound, freshness, notFound, notFound]))
    )
  })

  for (const [what, exchange_index, query] of [
    ["by its market where its shard is not known", undefined, `?market_ticker=${order.ticker}`],
    ["by its market where the exchange was asked to route it", -1, `?market_ticker=${order.ticker}`],
    ["on shard 0 by its index", 0, "?exchange_index=0"],
    ["on shard 2 by its index", 2, "?exchange_index=2"]
  ] as const) {
    it.effect(`cancels an order ${what}`, () =>
      Effect.gen(function* () {
        const { sent } = yield* play([canceled], { target: { ...target, exchange_index } })
        assert.strictEqual(sent[0]!.target, `/trade-api/v2${writes}/${order_id}${query}`)
      })
    )
  }

  it.effect("cancels in the subaccount of the order, as an Accepted or a list names it", () =>
    Effect.gen(function* () {
      for (const [given, subaccount] of [
        [{ subaccount: 3 }, "3"],
        [{ subaccount: 0 }, "0"],
        [{ subaccount_number: 4 }, "4"],
        [{ subaccount: 0, subaccount_number: 4 }, "0"],
        [{ subaccount_number: null }, null],
        [{}, null]
      ] as const) {
        const { sent } = yield* play([canceled], { target: { ...target, exchange_index: 1, ...given } })
        assert.strictEqual(new URL(sent[0]!.target, "http://x").searchParams.get("subaccount"), subaccount)
      }
    })
  )

  it.effect(
    "does not say that there is no such order by a list that is older than the call, whoever sets the clock",
    () => {
      const machine = new Machine()
      // It is ten o'clock, and the machine believes that it is nine.
      const tenMillis = 36_000_000
      machine.aheadMillis = -3_600_000
      const older: Reply = { status: 200, body: { as_of_time: new Date(tenMillis - 60_000).toISOString() } }
      const fresher: Reply = { status: 200, body: { as_of_time: new Date(tenMillis + 60_000).toISOString() } }
      const found = (freshness: Reply) =>
        Effect.gen(function* () {
          yield* TestClock.setTime(tenMillis)
          const fiber = yield* Effect.forkChild(Orders.ensureCanceled(target, { within: 150 }))
          yield* TestClock.adjust(1)
          machine.aheadMillis = 0
          yield* TestClock.adjust("1 minute")
          return (yield* Fiber.join(fiber))._tag
        }).pipe(
          machine.run,
          Effect.provide(layer([{ ...notFound, delayMillis: 10 }, notFound, freshness, notFound, notFound]))
        )
      return Effect.gen(function* () {
        assert.strictEqual(yield* found(older), "MayRest")
        machine.aheadMillis = -3_600_000
        assert.strictEqual(yield* found(fresher), "NoSuchOrder")
      })
    }
  )

  it.effect(
    "says that there is no such order only by a list that is fresher than the call, by the exchange's clock",
    () =>
      Effect.gen(function* () {
        const startMillis = 36_000_000
        for (const [skewMillis, asOfMillis, expected] of [
          [undefined, 0, "MayRest"],
          [undefined, 1, "NoSuchOrder"],
          // The exchange is ahead by ten seconds, or by eleven.
          [10_000, 10_500, "MayRest"],
          [10_000, 11_001, "NoSuchOrder"],
          // It is behind: this machine's time is the later one.
          [-10_000, -1_000, "MayRest"],
          [-10_000, 1, "NoSuchOrder"]
        ] as const) {
          const headers: Record<string, string> =
            skewMillis === undefined ? {} : { date: new Date(startMillis + skewMillis).toUTCString() }
          const none = { ...notFound, headers }
          const freshness = { status: 200, body: { as_of_time: new Date(startMillis + asOfMillis).toISOString() } }
          const tag = yield* Effect.gen(function* () {
            yield* TestClock.setTime(startMillis)
            const fiber = yield* Effect.forkChild(Orders.ensureCanceled(target, { within: 150 }))
            yield* TestClock.adjust("1 minute")
            return (yield* Fiber.join(fiber))._tag
          }).pipe(Effect.provide(layer([none, none, freshness, none, none])))
          assert.strictEqual(tag, expected, `${skewMillis} ${asOfMillis}`)
        }
      })
  )

  it.effect("has no error of a cancel that was answered, but about another order", () =>
    Effect.gen(function* () {
      const other: Reply = { status: 200, body: { order_id: "another", reduced_by: "5.50", ts_ms: 1 } }
      const { result } = yield* play([other, is("resting"), { ...canceled, delayMillis: 5_000 }], { within })
      assert.deepInclude(mayRest(result), { error: undefined })
    })
  )

  it.effect("says how often the last cancel was tried, where an earlier one was lost", () =>
    Effect.gen(function* () {
      const replies = [reset, reset, is("resting"), asOf, away, away, is("resting"), { ...asOf, delayMillis: 5_000 }]
      const { result } = yield* play(replies, { within, policy: { retry: Schedule.recurs(1) } })
      assert.deepInclude(mayRest(result).error, { _tag: "TransportError", requestSent: "maybe", attempts: 2 })
    })
  )

  it.effect("waits longer from round to round, up to a second", () =>
    Effect.gen(function* () {
      const round: ReadonlyArray<Reply> = [asOf, notFound, is("resting")]
      const rounds = [1, 2, 3, 4, 5, 6, 7].flatMap(() => round)
      const { sent } = yield* play([notFound, is("resting"), ...rounds, asOf, canceled])
      const cancels = sent.filter(({ method }) => method === "DELETE").map(({ atMillis }) => atMillis)
      assert.deepStrictEqual(
        cancels.slice(1).map((atMillis, i) => atMillis - cancels[i]!),
        [100, 100, 200, 400, 800, 1_000, 1_000, 1_000]
      )
    })
  )

  it.effect("looks for five seconds unless it is given another time", () =>
    Effect.gen(function* () {
      const round: ReadonlyArray<Reply> = [asOf, notFound, is("resting")]
      const rounds = [1, 2, 3, 4, 5, 6, 7, 8].flatMap(() => round)
      const { sent } = yield* play([notFound, is("resting"), ...rounds])
      assert.strictEqual(sent.at(-1)!.atMillis, 4_600)
    })
  )
})
