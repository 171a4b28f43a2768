import { assert, describe, it } from "@effect/vitest"
import { SigningError } from "@kalshi-effect/signing/SigningError"
import { Effect, Schedule } from "effect"
import * as Orders from "../src/trading/Orders.ts"
import * as SendPolicy from "../src/sending/SendPolicy.ts"
import { itFails, itRejects, itSendsAndDecodes, play, type Setting } from "./support/calls.ts"
import { type Reply, signer } from "./support/scripted.ts"

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
  itSendsAndDecodes([
    {
      it: "reads a page with nulls and an unknown status",
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
  itSendsAndDecodes([
    {
      it: "reads one order and keeps its decimals unchanged",
      call: Orders.get({ order_id }),
      request: `GET ${reads}/${order_id}`,
      reply: { status: 200, body: { order } }
    }
  ])
})

describe("Orders.queuePosition", () => {
  itSendsAndDecodes([
    {
      it: "reads the contracts ahead, fractions included",
      call: Orders.queuePosition({ order_id }),
      request: `GET ${reads}/${order_id}/queue_position`,
      reply: { status: 200, body: { queue_position_fp: "1250.75" } }
    }
  ])
})

describe("Orders.queuePositions", () => {
  itSendsAndDecodes([
    {
      it: "filters by markets, event and subaccount",
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
  itSendsAndDecodes([
    {
      it: "sends the input unchanged and accepts a response without averages",
      call: Orders.create(intent),
      request: `POST ${writes}`,
      body: intent,
      reply: { status: 201, body: resting }
    },
    {
      it: "sends every option and omits undefined fields",
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

  itFails(
    "retries with its id after a lost response and marks the error",
    Orders.create(intent),
    [lost, { status: 409, body: { error: { code: "order_already_exists", message: "order already exists" } } }],
    { _tag: "Conflict", code: "order_already_exists", afterLostAnswer: true }
  )

  itFails(
    "does not retry after a lost response without an id",
    Orders.create({ ...intent, client_order_id: undefined }),
    [lost],
    { _tag: "TransportError", requestSent: "maybe" }
  )

  it.effect("reports the reason of a rejection", () =>
    Effect.gen(function* () {
      const { error } = yield* play(Orders.create(intent), [
        { status: 400, body: { error: { code: "invalid_order", message: "invalid order", details: "off the grid" } } }
      ])
      assert.include(error, { _tag: "BadRequest", code: "invalid_order" })
      assert.include(String(error), "off the grid")
    })
  )

  itFails(
    "fails with UnexpectedStatus on the undocumented 404 of an unknown market",
    Orders.create(intent),
    [{ status: 404, body: { error: { code: "market_not_found", message: "market not found" } } }],
    { _tag: "UnexpectedStatus", status: 404, code: "market_not_found" }
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

  itSendsAndDecodes([
    {
      it: "returns success with an error on the rejected item only",
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
      it: "accepts an item that has only an error",
      call: Orders.batchCreate({ orders: [intent] }),
      request: `POST ${writes}/batched`,
      body: { orders: [intent] },
      reply: {
        status: 201,
        body: { orders: [{ error: refusal, fill_count: null, remaining_count: null, ts_ms: null }] }
      }
    }
  ])

  it.effect("returns rejected items that can be filtered, as its example shows", () =>
    Effect.gen(function* () {
      const rejectedOf = (batch: ReadonlyArray<Orders.CreateOrderV2Request>) =>
        Effect.map(Orders.batchCreate({ orders: batch }), (response) =>
          response.orders.flatMap(({ client_order_id, error }) => (error ? [{ client_order_id, error }] : []))
        )
      const items = [
        { client_order_id: intent.client_order_id, order_id, error: null },
        { client_order_id: second.client_order_id, error: refusal }
      ]
      const { value } = yield* play(rejectedOf(orders), [{ status: 201, body: { orders: items } }])
      assert.deepStrictEqual(value, [{ client_order_id: second.client_order_id, error: refusal }])
    })
  )

  itFails(
    "fails with ContractError if a success status has an error for the whole batch",
    Orders.batchCreate({ orders }),
    [{ status: 201, body: { orders: [], error: refusal } }],
    { _tag: "ContractError", pointer: "/error" }
  )

  itFails("retries after a lost response if every order has an id", Orders.batchCreate({ orders }), [lost, badRequest])

  itFails(
    "does not retry after a lost response if an order has no id",
    Orders.batchCreate({ orders: [intent, { ...second, client_order_id: undefined }] }),
    [lost]
  )

  itRejects("rejects a batch with an invalid order and names its field", [
    [Orders.batchCreate({ orders: [intent, { ...second, price: "1.5" }] }), "/orders/1/price"]
  ])
})

describe("Orders.amend", () => {
  const amendment = { ticker: intent.ticker, side: "bid", price: "0.55", count: "10" } as const
  itSendsAndDecodes([
    {
      it: "sends the order in the path, the subaccount in the query and the rest in the body; accepts null counts",
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
      it: "omits the expiration to keep it; accepts missing counts",
      call: Orders.amend({ order_id, ...amendment }),
      request: `POST ${writes}/${order_id}/amend`,
      body: amendment,
      reply: { status: 200, body: { order_id, ts_ms: 1791428428978 } }
    }
  ])

  itFails("does not retry after a lost response", Orders.amend({ order_id, ...amendment }), [{ status: 503 }])
})

describe("Orders.decrease", () => {
  const left = { status: 200, body: { order_id, remaining_count: "3.50", ts_ms: 1791428428978 } }
  itSendsAndDecodes([
    {
      it: "decreases by a count on the shard of a market",
      call: Orders.decrease({ order_id, reduce_by: "6.5", market_ticker: intent.ticker }),
      request: `POST ${writes}/${order_id}/decrease`,
      body: { reduce_by: "6.5", market_ticker: intent.ticker },
      reply: left
    },
    {
      it: "decreases to a count on a shard of a subaccount",
      call: Orders.decrease({ order_id, reduce_by: undefined, reduce_to: "3.5", subaccount: 0, exchange_index: 1 }),
      request: `POST ${writes}/${order_id}/decrease?subaccount=0`,
      body: { reduce_to: "3.5", exchange_index: 1 },
      reply: left
    }
  ])

  itFails(
    "does not retry after a lost response: it would decrease twice",
    Orders.decrease({ order_id, reduce_by: "1" }),
    [lost]
  )
})

describe("Orders.cancel", () => {
  itSendsAndDecodes([
    {
      it: "sends the location of the order in the query and no body",
      call: Orders.cancel({ order_id, subaccount: 3, exchange_index: -1, market_ticker: "KXBTC-26NOV23-T114999.99" }),
      request: `DELETE ${writes}/${order_id}?subaccount=3&exchange_index=-1&market_ticker=KXBTC-26NOV23-T114999.99`,
      reply: { status: 200, body: { order_id, client_order_id: "c", reduced_by: "5.50", ts_ms: 1791428428978 } }
    }
  ])

  itFails("retries after a lost response and marks the error", Orders.cancel({ order_id }), [lost, notFound], {
    _tag: "NotFound",
    afterLostAnswer: true
  })
})

describe("Orders.batchCancel", () => {
  const orders = [
    { order_id, market_ticker: intent.ticker },
    { order_id: "gone", exchange_index: 0, subaccount: 3 }
  ]
  itSendsAndDecodes([
    {
      it: "sends a DELETE with a body and returns an error on the item that was not canceled",
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

  itFails("retries after a lost response", Orders.batchCancel({ orders }), [lost, badRequest])
})

describe("Orders.cancelAll", () => {
  itSendsAndDecodes([
    {
      it: "cancels the orders of all subaccounts by default and returns nothing",
      call: Orders.cancelAll(),
      request: `DELETE ${writes}`,
      reply: { status: 204 }
    },
    {
      it: "cancels the orders of the primary account if the subaccount is 0",
      call: Orders.cancelAll({ subaccount: 0 }),
      request: `DELETE ${writes}?subaccount=0`,
      reply: { status: 204 }
    }
  ])

  itFails("does not retry after a lost response: it would cancel newer orders", Orders.cancelAll(), [{ status: 504 }])
})

describe("Orders.ensureCanceled", () => {
  const target = { order_id, ticker: order.ticker }
  const is = (status: string): Reply => ({ status: 200, body: { order: { ...order, status } } })
  const canceled: Reply = { status: 200, body: { order_id, reduced_by: "5.50", ts_ms: 1 } }
  const asOf: Reply = { status: 200, body: { as_of_time: "1969-12-31T00:00:00Z" } }
  const reset: Reply = { fault: "ECONNRESET", syscall: "read" }
  const unreachable: Reply = { fault: "ENOTFOUND" }
  const refusal = (status: number): Reply => ({ status, body: { error: { code: "some_code", message: "why" } } })

  /** Sends each request once: a cancel, a read, and in every later round the freshness of the reads first. */
  const cancel = (
    replies: ReadonlyArray<Reply>,
    {
      target: canceledOrder = target,
      within,
      ...setting
    }: Setting & Orders.CancelOptions & { readonly target?: Orders.CancelTarget } = {}
  ) =>
    play(Orders.ensureCanceled(canceledOrder, { within }), replies, {
      policy: { retry: SendPolicy.noRetry },
      ...setting
    })

  /** Time for two rounds after the first. */
  const within = 350

  const mayRest = (cancellation: Orders.Cancellation): Orders.MayRest =>
    cancellation._tag === "MayRest" ? cancellation : assert.fail(cancellation._tag)

  const methods = (sent: ReadonlyArray<{ readonly method: string; readonly target: string }>) =>
    sent.map(({ method, target }) => (target.includes("user_data_timestamp") ? "TIME" : method))

  const losses: ReadonlyArray<readonly [what: string, reply: Reply]> = [
    ["whose connection broke", reset],
    ["that timed out", { ...canceled, delayMillis: 15_000 }],
    ["whose response does not decode", { status: 200, body: {} }],
    ...[408, 500, 502, 503, 504, 520, 524, 598].map(
      (status) => [`that failed with status ${status}`, { status, text: "" }] as const
    ),
    ...[202, 204, 302].map((status) => [`that failed with status ${status}`, { status, text: "" }] as const)
  ]

  for (const [what, loss] of losses) {
    it.effect(`reports that a cancel may have been sent after one ${what}`, () =>
      Effect.gen(function* () {
        const { sent, value } = yield* cancel(
          [loss, unreachable, asOf, unreachable, unreachable, asOf, unreachable, unreachable],
          { within }
        )
        assert.deepStrictEqual(methods(sent), ["DELETE", "GET", "TIME", "DELETE", "GET", "TIME", "DELETE", "GET"])
        const { error } = mayRest(value)
        assert.deepInclude(error, { _tag: "TransportError", requestSent: "maybe", code: "ENOTFOUND" })
        assert.notInclude(String(error?.message), "nothing was sent")
        assert.include(String(error?.message), "was lost")
      })
    )

    it.effect(`sets afterLostAnswer on a later rejection after a cancel ${what}`, () =>
      Effect.gen(function* () {
        for (const [status, tag] of [
          [401, "Unauthorized"],
          [403, "UnexpectedStatus"],
          [404, "NotFound"],
          [429, "TooManyRequests"]
        ] as const) {
          const rejected = refusal(status)
          const replies = [loss, notFound, asOf, rejected, unreachable, asOf, rejected, unreachable]
          const { error } = mayRest((yield* cancel(replies, { within })).value)
          if (error === undefined || !("carriedOut" in error)) return assert.fail(`no error with a status: ${status}`)
          assert.strictEqual(error._tag, tag)
          assert.deepStrictEqual([error.status, error.afterLostAnswer, error.carriedOut], [status, true, "maybe"])
        }
      })
    )
  }

  it.effect("reports a lost attempt among several attempts of a call", () =>
    Effect.gen(function* () {
      const policy = { retry: Schedule.recurs(1) }
      const replies = [
        reset,
        unreachable,
        unreachable,
        unreachable,
        asOf,
        unreachable,
        unreachable,
        unreachable,
        unreachable
      ]
      const { error } = mayRest((yield* cancel(replies, { within: 150, policy })).value)
      assert.deepInclude(error, { _tag: "TransportError", requestSent: "maybe", code: "ENOTFOUND" })
      const denied = [reset, refusal(401), notFound, asOf, refusal(401), notFound]
      const last = mayRest((yield* cancel(denied, { within: 150, policy })).value)
      assert.deepInclude(last.error, { _tag: "Unauthorized", afterLostAnswer: true })
    })
  )

  it.effect("reports a lost attempt even if a later cancel cannot be signed", () =>
    Effect.gen(function* () {
      let signs = 2
      const flaky: NonNullable<Setting["signer"]> = {
        ...signer(),
        sign: (text) =>
          signs-- > 0 ? signer().sign(text) : Effect.fail(new SigningError({ description: "the KMS declined" }))
      }
      const unsigned = mayRest((yield* cancel([reset, unreachable, asOf, asOf], { within, signer: flaky })).value)
      assert.deepInclude(unsigned.error, { _tag: "TransportError", requestSent: "maybe", attempts: 1 })
      assert.include(String(unsigned.error?.message), "the KMS declined")
    })
  )

  it.effect("makes cancelAllOnExit report that a cancel may have been sent", () =>
    Effect.gen(function* () {
      const reports: Array<Orders.ExitReport> = []
      const onExit = (report: Orders.ExitReport) => Effect.sync(() => void reports.push(report))
      const round = [asOf, unreachable, unreachable]
      const placed = { status: 201, body: { order_id, fill_count: "0.00", remaining_count: "10.00", ts_ms: 1 } }
      const bid = Orders.buyYes({ ticker: intent.ticker, count: "10", yes_price: "0.56" })
      yield* play(
        Effect.provide(Orders.place(bid), Orders.cancelAllOnExit({ within: "1 second", onExit })),
        [placed, unreachable, reset, unreachable, ...round, ...round, ...round],
        { policy: { retry: SendPolicy.noRetry } }
      )
      const { left } = reports[0]!
      assert.deepStrictEqual(
        left.map((one) => one.order_id),
        [order_id]
      )
      assert.notInclude(left[0]!.reason, "nothing was sent")
    })
  )

  it.effect("finds the effect of a lost cancel even if later cancels are not sent", () =>
    Effect.gen(function* () {
      const { value } = yield* cancel([
        reset,
        unreachable,
        asOf,
        unreachable,
        unreachable,
        asOf,
        unreachable,
        is("canceled")
      ])
      assert.deepInclude(value, { _tag: "AlreadyCanceled", afterLostAnswer: true })
      const executed = yield* cancel([reset, unreachable, asOf, refusal(401), is("executed")])
      assert.strictEqual(executed.value._tag, "Executed")
    })
  )

  it.effect("fails at once if no cancel can have been executed", () =>
    Effect.gen(function* () {
      for (const [reply, tag] of [
        [unreachable, "TransportError"],
        [refusal(401), "Unauthorized"],
        [refusal(403), "UnexpectedStatus"],
        [refusal(425), "UnexpectedStatus"],
        [refusal(429), "TooManyRequests"]
      ] as const) {
        for (const before of [[], [notFound, is("resting"), asOf]]) {
          const { error } = yield* cancel([...before, reply])
          assert.strictEqual(error._tag, tag)
          if ("afterLostAnswer" in error) assert.isFalse(error.afterLostAnswer)
          if ("requestSent" in error) assert.strictEqual(error.requestSent, "no")
        }
      }
    })
  )

  it.effect("does not set afterLostAnswer if no response was lost", () =>
    Effect.gen(function* () {
      const { value } = yield* cancel([notFound, is("canceled")])
      assert.deepInclude(value, { _tag: "AlreadyCanceled", afterLostAnswer: false })
    })
  )

  it.effect("counts a cancel in flight at the time limit as lost", () =>
    Effect.gen(function* () {
      const replies: ReadonlyArray<Reply> = [notFound, is("resting"), asOf, { ...canceled, delayMillis: 5_000 }]
      const { error, order: last } = mayRest((yield* cancel(replies, { within })).value)
      assert.deepInclude(error, { _tag: "NotFound", afterLostAnswer: true })
      assert.strictEqual(last?.status, "resting")
    })
  )

  it.effect("does not set afterLostAnswer on a 404 if no response was lost and no cancel was in flight", () =>
    Effect.gen(function* () {
      const replies = [notFound, is("resting"), asOf, notFound, is("resting")]
      const { error } = mayRest((yield* cancel(replies, { within: 150 })).value)
      assert.deepInclude(error, { _tag: "NotFound", afterLostAnswer: false })
    })
  )

  it.effect("counts a response about another order as a cancel that may have been executed", () =>
    Effect.gen(function* () {
      const other: Reply = { status: 200, body: { order_id: "o", reduced_by: "5.50", ts_ms: 1 } }
      const { sent, value } = yield* cancel(
        [other, unreachable, unreachable, unreachable, asOf, unreachable, unreachable],
        { within }
      )
      assert.deepStrictEqual(methods(sent), ["DELETE", "GET", "DELETE", "GET", "TIME", "DELETE", "GET"])
      assert.deepInclude(mayRest(value).error, { _tag: "TransportError", requestSent: "maybe" })
    })
  )

  it.effect("returns NoSuchOrder only if both the cancel and a fresh read get 404", () =>
    Effect.gen(function* () {
      const fresh: Reply = { status: 200, body: { as_of_time: "2026-10-08T03:00:28Z" } }
      const other: Reply = { status: 200, body: { order_id: "o", reduced_by: "5.50", ts_ms: 1 } }
      for (const round of [
        [fresh, notFound, unreachable],
        [fresh, notFound, { status: 503 }],
        [fresh, other, notFound],
        [fresh, { status: 502 }, notFound],
        [unreachable, notFound, notFound],
        [{ status: 200, body: { as_of_time: "soon" } }, notFound, notFound]
      ] as const) {
        mayRest((yield* cancel([notFound, notFound, ...round], { within: 150 })).value)
      }
      const { value } = yield* cancel([notFound, notFound, fresh, notFound, notFound])
      assert.strictEqual(value._tag, "NoSuchOrder")
    })
  )

  it.effect("uses the exchange's clock as measured at its start if the local clock was set since", () =>
    Effect.gen(function* () {
      const startMillis = 36_000_000
      const dated: Reply = {
        status: 200,
        body: { orders: [], cursor: "" },
        headers: { date: new Date(startMillis + 10_000).toUTCString() }
      }
      const freshness = { status: 200, body: { as_of_time: new Date(startMillis + 9_000).toISOString() } }
      const { value } = yield* play(
        Effect.andThen(Orders.list(), Orders.ensureCanceled(target, { within: 150 })),
        [dated, { ...notFound, delayMillis: 10 }, notFound, freshness, notFound, notFound],
        { atMillis: startMillis, clockSteps: [[1, -5_000]] }
      )
      assert.strictEqual(value._tag, "MayRest")
    })
  )

  for (const [what, exchange_index, query] of [
    ["by its market if its shard is unknown", undefined, `?market_ticker=${order.ticker}`],
    ["by its market if the exchange routed it", -1, `?market_ticker=${order.ticker}`],
    ["on shard 0 by its index", 0, "?exchange_index=0"],
    ["on shard 2 by its index", 2, "?exchange_index=2"]
  ] as const) {
    it.effect(`cancels an order ${what}`, () =>
      Effect.gen(function* () {
        const { sent } = yield* cancel([canceled], { target: { ...target, exchange_index } })
        assert.strictEqual(sent[0]!.target, `/trade-api/v2${writes}/${order_id}${query}`)
      })
    )
  }

  it.effect("uses the subaccount of an Accepted or of a listed order", () =>
    Effect.gen(function* () {
      for (const [fields, subaccount] of [
        [{ subaccount: 3 }, "3"],
        [{ subaccount: 0 }, "0"],
        [{ subaccount_number: 4 }, "4"],
        [{ subaccount: 0, subaccount_number: 4 }, "0"],
        [{ subaccount_number: null }, null],
        [{}, null]
      ] as const) {
        const { sent } = yield* cancel([canceled], { target: { ...target, exchange_index: 1, ...fields } })
        assert.strictEqual(new URL(sent[0]!.target, "http://x").searchParams.get("subaccount"), subaccount)
      }
    })
  )

  it.effect("returns NoSuchOrder only if the lists are newer than the call, even if the local clock was set", () =>
    Effect.gen(function* () {
      const atMillis = 36_000_000
      // The local clock is one hour behind and then set right.
      const clocks = { aheadMillis: -3_600_000, clockSteps: [[1, 0]] } as const
      for (const [listMillis, expected] of [
        [atMillis - 60_000, "MayRest"],
        [atMillis + 60_000, "NoSuchOrder"]
      ] as const) {
        const freshness = { status: 200, body: { as_of_time: new Date(listMillis).toISOString() } }
        const replies = [{ ...notFound, delayMillis: 10 }, notFound, freshness, notFound, notFound]
        const { value } = yield* cancel(replies, { ...clocks, atMillis, within: 150 })
        assert.strictEqual(value._tag, expected)
      }
    })
  )

  it.effect("returns NoSuchOrder only if the lists are newer than the call by the exchange's clock", () =>
    Effect.gen(function* () {
      const startMillis = 36_000_000
      for (const [skewMillis, asOfMillis, expected] of [
        [undefined, 0, "MayRest"],
        [undefined, 1, "NoSuchOrder"],
        // The exchange is ten to eleven seconds ahead.
        [10_000, 10_500, "MayRest"],
        [10_000, 11_001, "NoSuchOrder"],
        // The exchange is behind, so the local time counts.
        [-10_000, -1_000, "MayRest"],
        [-10_000, 1, "NoSuchOrder"]
      ] as const) {
        const headers: Record<string, string> =
          skewMillis === undefined ? {} : { date: new Date(startMillis + skewMillis).toUTCString() }
        const none = { ...notFound, headers }
        const freshness = { status: 200, body: { as_of_time: new Date(startMillis + asOfMillis).toISOString() } }
        const { value } = yield* cancel([none, none, freshness, none, none], { atMillis: startMillis, within: 150 })
        assert.strictEqual(value._tag, expected, `${skewMillis} ${asOfMillis}`)
      }
    })
  )

  it.effect("reports no error after a response about another order", () =>
    Effect.gen(function* () {
      const other: Reply = { status: 200, body: { order_id: "another", reduced_by: "5.50", ts_ms: 1 } }
      const { value } = yield* cancel([other, is("resting"), { ...canceled, delayMillis: 5_000 }], { within })
      assert.deepInclude(mayRest(value), { error: undefined })
    })
  )

  it.effect("reports the attempts of the last cancel if an earlier one was lost", () =>
    Effect.gen(function* () {
      const replies = [
        reset,
        reset,
        is("resting"),
        asOf,
        unreachable,
        unreachable,
        is("resting"),
        { ...asOf, delayMillis: 5_000 }
      ]
      const { value } = yield* cancel(replies, { within, policy: { retry: Schedule.recurs(1) } })
      assert.deepInclude(mayRest(value).error, { _tag: "TransportError", requestSent: "maybe", attempts: 2 })
    })
  )

  it.effect("increases the wait between rounds up to one second", () =>
    Effect.gen(function* () {
      const round: ReadonlyArray<Reply> = [asOf, notFound, is("resting")]
      const rounds = [1, 2, 3, 4, 5, 6, 7].flatMap(() => round)
      const { sent } = yield* cancel([notFound, is("resting"), ...rounds, asOf, canceled])
      const cancels = sent.filter(({ method }) => method === "DELETE").map(({ atMillis }) => atMillis)
      assert.deepStrictEqual(
        cancels.slice(1).map((atMillis, i) => atMillis - cancels[i]!),
        [100, 100, 200, 400, 800, 1_000, 1_000, 1_000]
      )
    })
  )

  it.effect("stops after five seconds by default", () =>
    Effect.gen(function* () {
      const round: ReadonlyArray<Reply> = [asOf, notFound, is("resting")]
      const rounds = [1, 2, 3, 4, 5, 6, 7, 8].flatMap(() => round)
      const { sent } = yield* cancel([notFound, is("resting"), ...rounds])
      assert.strictEqual(sent.at(-1)!.atMillis, 4_600)
    })
  )
})
