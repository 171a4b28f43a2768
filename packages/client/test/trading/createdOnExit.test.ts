import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Result, Schedule } from "effect"
import * as Kalshi from "../../src/Kalshi.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import * as OrderGroups from "../../src/trading/OrderGroups.ts"
import * as Orders from "../../src/trading/Orders.ts"
import { play } from "../support/calls.ts"
import {
  asOf,
  batchCreated,
  clientOrderId,
  counts,
  create,
  createBatch,
  created,
  createResponse,
  duplicate,
  errorReply,
  intent,
  list,
  listed,
  lost,
  mismatches,
  once,
  order,
  order_id,
  playOnExit as run,
  reportOf,
  ticker,
  timestamp,
  unreachable
} from "../support/placing.ts"
import { environment, layerScript, type Reply, signer } from "../support/scripted.ts"

const input = (fields: Partial<Orders.CreateInput> = {}): Orders.CreateInput => ({
  ...Result.getOrThrow(intent.request),
  ...fields
})

const anonymous = (fields: Partial<Orders.CreateInput> = {}) => input({ client_order_id: undefined, ...fields })

const cancels = (order_id: string) => `DELETE /portfolio/events/orders/${order_id}`
const target = cancels(order_id)
const canceledAs = (order_id: string): Reply => ({ status: 200, body: { order_id, reduced_by: "10.00", ts_ms: 1 } })
const canceled = canceledAs(order_id)

const item = (order_id: string, client_order_id?: string, remaining_count = "10.00") => ({
  order_id,
  ...(client_order_id === undefined ? undefined : { client_order_id }),
  fill_count: "0.00",
  remaining_count,
  ts_ms: 1
})

const tagOf = <A, E extends { readonly _tag: string }, R>(call: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(call), ({ _tag }) => _tag)

/** Starts the call in another fiber, and ends the program after a second. */
const detached = <A, E, R>(call: Effect.Effect<A, E, R>) =>
  Effect.andThen(Effect.forkDetach(call, { startImmediately: true }), (fiber) => Effect.as(Effect.sleep(1_000), fiber))

const joined = <A, E, E2>(exit: Exit.Exit<Fiber.Fiber<A, E>, E2>) =>
  Fiber.join(Exit.isSuccess(exit) ? exit.value : assert.fail("the program failed"))

describe("Orders.cancelAllOnExit, for Orders.create", () => {
  const resting = Orders.create(input())

  for (const [how, program] of [
    ["success", Effect.asVoid(resting)],
    ["failure", Effect.andThen(resting, Effect.fail("failed"))],
    ["interruption", Effect.andThen(resting, Effect.never)]
  ] as const) {
    it.effect(`cancels a resting order after ${how}`, () =>
      Effect.gen(function* () {
        const { paths, report } = yield* run<void, unknown>(program, [created, canceled])
        assert.deepStrictEqual(paths, [create, target])
        assert.deepStrictEqual(counts(report), [1, 0])
      })
    )
  }

  it.effect("returns the response of the exchange unchanged", () =>
    Effect.gen(function* () {
      const { exit, sent } = yield* run(Orders.create(anonymous()), [created, canceled])
      assert.deepStrictEqual<unknown>(exit, Exit.succeed(createResponse))
      assert.notInclude(sent[0]?.body, "client_order_id")
    })
  )

  it.effect("cancels the rest of a partially filled order, and ignores a filled order", () =>
    Effect.gen(function* () {
      const response = (fill_count: string, remaining_count: string): Reply => ({
        status: 201,
        body: { ...createResponse, fill_count, remaining_count }
      })
      assert.deepStrictEqual((yield* run(resting, [response("4.00", "6.00"), canceled])).paths, [create, target])
      assert.deepStrictEqual((yield* run(resting, [response("10.00", "0.00")])).paths, [create])
    })
  )

  it.effect("ignores orders that cannot rest", () =>
    Effect.gen(function* () {
      for (const time_in_force of ["immediate_or_cancel", "fill_or_kill"] as const) {
        const { paths, report } = yield* run(Orders.create(input({ time_in_force })), [created])
        assert.deepStrictEqual([paths, report], [[create], { ended: [], left: [] }])
      }
    })
  )

  it.effect("ignores a call that created no order", () =>
    Effect.gen(function* () {
      for (const reply of [errorReply(400, "invalid_order"), errorReply(403, "permission_denied"), duplicate]) {
        for (const request of [input(), anonymous()]) {
          const { paths, report } = yield* run(tagOf(Orders.create(request)), [reply])
          assert.deepStrictEqual([paths, report], [[create], { ended: [], left: [] }])
        }
      }
      const { report } = yield* run(tagOf(resting), [unreachable], once)
      assert.deepStrictEqual(report, { ended: [], left: [] })
      const invalid = yield* run(tagOf(Orders.create(input({ ticker: 1 as never }))), [])
      assert.deepStrictEqual([invalid.paths, invalid.report], [[], { ended: [], left: [] }])
    })
  )

  it.effect("looks up an order whose response was lost, and cancels it", () =>
    Effect.gen(function* () {
      for (const first of [lost, errorReply(503, "service_unavailable"), errorReply(409, "another_conflict")]) {
        const { paths, report } = yield* run(Effect.exit(resting), [first, asOf(60_000), listed(order), canceled], once)
        assert.deepStrictEqual(paths, [create, timestamp, list, target])
        assert.deepStrictEqual(counts(report), [1, 0])
      }
    })
  )

  it.effect("looks up an order if the response to a retry reports a duplicate", () =>
    Effect.gen(function* () {
      const { paths } = yield* run(Effect.exit(resting), [lost, duplicate, asOf(60_000), listed(order), canceled])
      assert.deepStrictEqual(paths, [create, create, timestamp, list, target])
    })
  )

  it.effect("cancels an order whose response does not decode but contains its id", () =>
    Effect.gen(function* () {
      const cut: Reply = { status: 201, text: JSON.stringify({ order_id, client_order_id: clientOrderId }) }
      const { exit, paths } = yield* run(tagOf(resting), [cut, canceled])
      assert.deepStrictEqual(exit, Exit.succeed("ContractError"))
      assert.deepStrictEqual(paths, [create, target])
    })
  )

  it.effect("reports an unlisted lost order as a placement for Orders.settle", () =>
    Effect.gen(function* () {
      const { report } = yield* run(Effect.exit(resting), [lost, asOf(60_000), listed()], once)
      const left = report?.left[0]
      if (left?.client_order_id === undefined) return assert.fail("no order with an id was left")
      assert.deepInclude(left, { client_order_id: clientOrderId, order_id: undefined, ticker, exists: false })
      assert.include(left.reason, "no list of orders as of 1970-01-01T00:01:00.000Z shows it")
      const settled = yield* play(Orders.settle(left), [asOf(200_000), listed(), listed()], { atMillis: 3_600_000 })
      assert.strictEqual(settled.value._tag, "NotPlaced")
    })
  )

  it.effect("reports `exists` for a lost order if a response shows that it exists", () =>
    Effect.gen(function* () {
      const other: Reply = { status: 201, body: { ...createResponse, client_order_id: "another" } }
      for (const replies of [[lost, duplicate], [other], [{ status: 201, body: {} }]]) {
        const { report } = yield* run(Effect.exit(resting), [...replies, asOf(60_000), listed()], {
          within: "200 millis"
        })
        assert.deepInclude(report?.left[0], { client_order_id: clientOrderId, exists: true })
      }
    })
  )

  for (const [difference, other] of mismatches) {
    it.effect(`reports but does not cancel an order that differs in ${difference}`, () =>
      Effect.gen(function* () {
        const { paths, report } = yield* run(Effect.exit(resting), [lost, asOf(60_000), listed(other)], once)
        assert.deepStrictEqual(paths, [create, timestamp, list])
        assert.include(report?.left[0]?.reason, `differs in ${difference}`)
      })
    )
  }

  it.effect("does not look up a lost order without client_order_id, but reports it", () =>
    Effect.gen(function* () {
      for (const client_order_id of [undefined, ""]) {
        const { paths, report } = yield* run(Effect.exit(Orders.create(input({ client_order_id }))), [lost], once)
        assert.deepStrictEqual(paths, [create])
        assert.deepInclude(report?.left[0], {
          client_order_id: undefined,
          order_id: undefined,
          ticker,
          placedAtMillis: 0
        })
        assert.include(report?.left[0]?.reason, "it has no client_order_id")
      }
    })
  )

  it.effect("reports each lost order without client_order_id", () =>
    Effect.gen(function* () {
      const call = Effect.exit(Orders.create(anonymous()))
      const program = Effect.andThen(call, Effect.andThen(call, call))
      const { report } = yield* run(program, [lost, lost, created, canceled], once)
      assert.deepStrictEqual(counts(report), [1, 2])
    })
  )

  it.effect("looks up an order whose call was interrupted in flight", () =>
    Effect.gen(function* () {
      const slow: Reply = { ...created, delayMillis: 8_000 }
      const { exit, paths, report } = yield* run(resting, [slow, asOf(60_000), listed(order), canceled])
      assert.isTrue(Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause))
      assert.deepStrictEqual(paths, [create, timestamp, list, target])
      assert.deepStrictEqual(report?.left, [])
    })
  )

  it.effect("looks up an order whose call failed with a defect", () =>
    Effect.gen(function* () {
      const died: Reply = { fault: "the HTTP client is broken", dies: true }
      const { exit, paths } = yield* run(resting, [died, asOf(60_000), listed(order), canceled])
      assert.isTrue(Exit.hasDies(exit))
      assert.deepStrictEqual(paths, [create, timestamp, list, target])
    })
  )

  it.effect("ignores a call that was interrupted before its first attempt", () =>
    Effect.gen(function* () {
      const stuck = { ...signer(), sign: (text: string) => (/POST/.test(text) ? Effect.never : signer().sign(text)) }
      const { paths, report } = yield* run(resting, [], { signer: stuck })
      assert.deepStrictEqual([paths, report], [[], { ended: [], left: [] }])
    })
  )

  it.effect("waits for a pending call, and cancels its order", () =>
    Effect.gen(function* () {
      const { exit, paths } = yield* run(detached(resting), [{ ...created, delayMillis: 3_000 }, canceled])
      assert.deepStrictEqual(paths, [create, target])
      assert.deepStrictEqual<unknown>(yield* joined(exit), createResponse)
    })
  )

  it.effect("stops a pending call after half of `within`, and looks up its order", () =>
    Effect.gen(function* () {
      const slow: Reply = { ...created, delayMillis: 60_000 }
      const { exit, paths, report } = yield* run(
        detached(Effect.flip(resting)),
        [slow, asOf(60_000), listed(order), canceled],
        { within: "4 seconds" }
      )
      assert.deepStrictEqual(paths, [create, timestamp, list, target])
      assert.deepStrictEqual(counts(report), [1, 0])
      const error = yield* joined(exit)
      assert.deepInclude(error, {
        _tag: "TransportError",
        operation: "Orders.create",
        requestSent: "maybe",
        attempts: 1
      })
      assert.include(error.message, "the scope of cancelAllOnExit closed")
    })
  )

  it.effect("lets a pending call send no attempt after half of `within`", () =>
    Effect.gen(function* () {
      const patient = Effect.provideService(resting, SendPolicy.Overrides, { retry: Schedule.spaced("3500 millis") })
      const slow = { ...asOf(60_000), delayMillis: 1_000 }
      const { paths } = yield* run(detached(Effect.exit(patient)), [unreachable, slow, listed()], {
        within: "4 seconds"
      })
      assert.deepStrictEqual(paths, [create, timestamp, list])
      const stuck = { ...signer(), sign: (text: string) => (/POST/.test(text) ? Effect.never : signer().sign(text)) }
      const unsent = yield* run(detached(Effect.flip(resting)), [], { signer: stuck, within: "4 seconds" })
      assert.deepInclude(yield* joined(unsent.exit), { _tag: "InvalidRequest", operation: "Orders.create" })
    })
  )

  it.effect("rejects calls after the scope has closed", () =>
    Effect.gen(function* () {
      for (const [operation, call] of [
        ["Orders.create", resting],
        ["Orders.batchCreate", Orders.batchCreate({ orders: [input()] })]
      ] as const) {
        const late = Effect.delay(
          Effect.flip(Effect.asVoid<unknown, Orders.CreateError, Kalshi.KalshiWrite>(call)),
          100
        )
        const { exit, paths } = yield* run(Effect.forkDetach(late), [])
        const error = yield* joined(exit)
        assert.deepInclude(error, { _tag: "InvalidRequest", operation, pointer: "" })
        assert.include(error.message, "is closed")
        assert.deepStrictEqual(paths, [])
      }
    })
  )

  it.effect("reports an order only to the innermost scope", () =>
    Effect.gen(function* () {
      const inner = reportOf(resting)
      const { exit, paths, report } = yield* run(inner, [created, canceled])
      assert.deepStrictEqual(Exit.isSuccess(exit) && counts(exit.value), [1, 0])
      assert.deepStrictEqual(
        [paths, counts(report)],
        [
          [create, target],
          [0, 0]
        ]
      )
    })
  )

  it.effect("does not match one order to two calls", () =>
    Effect.gen(function* () {
      const second = Orders.create(input({ client_order_id: "second" }))
      const { paths, report } = yield* run(Effect.andThen(resting, second), [
        created,
        { status: 201, body: { ...createResponse, client_order_id: "second" } },
        canceled,
        asOf(60_000),
        listed({ ...order, client_order_id: "second", order_id: "another" }),
        canceledAs("another")
      ])
      assert.sameMembers([...paths], [create, create, target, timestamp, list, cancels("another")])
      assert.deepStrictEqual(counts(report), [2, 0])
    })
  )

  it.effect("looks up an order if the response has another client_order_id or no order_id", () =>
    Effect.gen(function* () {
      for (const body of [
        { ...createResponse, client_order_id: "another" },
        { ...createResponse, order_id: "" }
      ]) {
        const { paths } = yield* run(resting, [{ status: 201, body }, asOf(60_000), listed(order), canceled])
        assert.deepStrictEqual(paths, [create, timestamp, list, target])
      }
    })
  )

  it.effect("cancels an order only once if its response was lost and a second call repeated its id", () =>
    Effect.gen(function* () {
      const { paths } = yield* run(Effect.andThen(Effect.exit(resting), resting), [lost, created, canceled], once)
      assert.deepStrictEqual(paths, [create, create, target])
    })
  )

  it.effect("does not record the calls of a dry run", () =>
    Effect.gen(function* () {
      const dryRun = Layer.provideMerge(
        Kalshi.layerDryRun({ environment, signer: signer(), limits: false }),
        layerScript([])
      )
      const report = yield* Effect.provide(reportOf(tagOf(resting)), dryRun)
      assert.deepStrictEqual(report, { ended: [], left: [] })
    })
  )
})

describe("Orders.cancelAllOnExit, for Orders.batchCreate", () => {
  it.effect("cancels the resting orders of a batch, and ignores refused and filled orders", () =>
    Effect.gen(function* () {
      const ids = ["a", "b", "c", "d"]
      const program = Orders.batchCreate({
        orders: ids.map((client_order_id) =>
          input({
            client_order_id,
            time_in_force: client_order_id === "d" ? "immediate_or_cancel" : "good_till_canceled"
          })
        )
      })
      const refused = { client_order_id: "b", error: { code: "invalid_order", message: "no" } }
      const response = batchCreated(item("4", "d"), item("3", "c", "0.00"), refused, item("1", "a"))
      const { paths, report } = yield* run(program, [response, canceledAs("1")])
      assert.deepStrictEqual(paths, [createBatch, cancels("1")])
      assert.deepStrictEqual(counts(report), [1, 0])
    })
  )

  it.effect("looks up the orders that the response describes unclearly or not at all", () =>
    Effect.gen(function* () {
      const program = Orders.batchCreate({
        orders: ["a", "b", "c", "d", "e"].map((client_order_id) => input({ client_order_id }))
      })
      const found = (client_order_id: string, order_id: string) => ({ ...order, client_order_id, order_id })
      const { paths, report } = yield* run(program, [
        batchCreated(
          item("1", "a"),
          item("2", "b"),
          item("2", "b"),
          { client_order_id: "c" },
          { ...item("4", "d"), error: { code: "internal", message: "no" } }
        ),
        canceledAs("1"),
        asOf(60_000),
        listed(found("b", "2"), found("c", "3"), found("d", "4")),
        canceledAs("2"),
        canceledAs("3"),
        canceledAs("4")
      ])
      assert.deepStrictEqual(paths.slice(0, 4).toSorted(), [cancels("1"), timestamp, list, createBatch].toSorted())
      assert.deepStrictEqual(
        report?.ended.map(({ order_id }) => order_id),
        ["1", "2", "3", "4"]
      )
      assert.deepStrictEqual(
        report?.left.map(({ client_order_id }) => client_order_id),
        ["e"]
      )
    })
  )

  it.effect("looks up an order that the exchange refuses as a duplicate when the batch is retried", () =>
    Effect.gen(function* () {
      const refused = { client_order_id: clientOrderId, error: { code: "order_already_exists", message: "no" } }
      const { report } = yield* run(Orders.batchCreate({ orders: [input()] }), [
        lost,
        batchCreated(refused),
        asOf(60_000),
        listed(order),
        canceled
      ])
      assert.deepStrictEqual(counts(report), [1, 0])
    })
  )

  it.effect("looks up the orders with an id if the response to their batch was lost or unreadable", () =>
    Effect.gen(function* () {
      const program = Effect.exit(Orders.batchCreate({ orders: [input(), anonymous()] }))
      for (const reply of [lost, { status: 201, body: { orders: 1 } }, errorReply(500, "internal")]) {
        const { paths, report } = yield* run(program, [reply, asOf(60_000), listed(order), canceled])
        assert.deepStrictEqual(paths, [createBatch, timestamp, list, target])
        assert.deepStrictEqual(counts(report), [1, 1])
        assert.strictEqual(report?.left[0]?.client_order_id, undefined)
      }
      const refused = yield* run(program, [errorReply(400, "bad_request")])
      assert.deepStrictEqual(refused.report, { ended: [], left: [] })
    })
  )

  it.effect("assigns the items without a matching id to the orders without an id, in the sequence of the batch", () =>
    Effect.gen(function* () {
      const orders = [anonymous({ ticker: "A" }), input(), anonymous({ ticker: "B" }), anonymous({ ticker: "C" })]
      const { report, sent } = yield* run(Orders.batchCreate({ orders }), [
        batchCreated(item("1", "generated"), item("2", clientOrderId), item("3")),
        canceledAs("1"),
        canceledAs("2"),
        canceledAs("3")
      ])
      const tickers = sent.slice(1).map(({ target }) => new URLSearchParams(target.split("?")[1]).get("market_ticker"))
      assert.sameMembers(tickers, ["A", ticker, "B"])
      assert.strictEqual(report?.ended.length, 3)
      assert.deepStrictEqual(
        report?.left.map(({ order_id, ticker }) => [order_id, ticker]),
        [[undefined, "C"]]
      )
    })
  )

  it.effect("cancels a resting order without an id, even if the items are reordered", () =>
    Effect.gen(function* () {
      const orders = [anonymous({ time_in_force: "immediate_or_cancel" }), anonymous()]
      const { report } = yield* run(Orders.batchCreate({ orders }), [
        batchCreated(item("1"), item("2", undefined, "0.00")),
        canceledAs("1")
      ])
      assert.deepStrictEqual(counts(report), [1, 0])
    })
  )

  it.effect("ignores an order without an id that cannot rest, even if other orders of the batch rest", () =>
    Effect.gen(function* () {
      const orders = [anonymous({ time_in_force: "immediate_or_cancel" }), input()]
      const { paths } = yield* run(Orders.batchCreate({ orders }), [
        batchCreated(item("1"), item("2", clientOrderId)),
        canceledAs("2")
      ])
      assert.deepStrictEqual(paths, [createBatch, cancels("2")])
    })
  )

  it.effect("looks up orders for which the response repeats one order_id", () =>
    Effect.gen(function* () {
      const program = Orders.batchCreate({ orders: [input(), input({ client_order_id: "b" })] })
      const { report } = yield* run(program, [
        batchCreated(item(order_id, clientOrderId), item(order_id, "b")),
        asOf(60_000),
        listed(order, { ...order, client_order_id: "b", order_id: "2" }),
        canceled,
        canceledAs("2")
      ])
      assert.deepStrictEqual(counts(report), [2, 0])
    })
  )

  it.effect("cancels 1,000 orders", () =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 1_000 }, (_, index) => `order-${index}`)
      const program = Orders.batchCreate({ orders: ids.map((client_order_id) => input({ client_order_id })) })
      const { report } = yield* run(program, [
        batchCreated(...ids.map((id) => item(id, id))),
        ...ids.map((order_id) => ({ ...canceledAs(order_id), delayMillis: 100 }))
      ])
      assert.deepStrictEqual(counts(report), [1_000, 0])
    })
  )
})

describe("Orders.cancelAllOnExit, for orders that the program changed", () => {
  const resting = Orders.create(input())
  const route = { order_id, market_ticker: ticker }

  for (const [how, change, reply, request] of [
    ["Orders.cancel", Orders.cancel(route), canceled, target],
    [
      "Orders.batchCancel",
      Orders.batchCancel({ orders: [route] }),
      { status: 200, body: { orders: [{ order_id, reduced_by: "10.00", error: null }] } },
      "DELETE /portfolio/events/orders/batched"
    ],
    [
      "Orders.decrease",
      Orders.decrease({ ...route, reduce_to: "0" }),
      { status: 200, body: { order_id, remaining_count: "0.00", ts_ms: 1 } },
      `POST /portfolio/events/orders/${order_id}/decrease`
    ],
    [
      "Orders.amend, which filled it",
      Orders.amend({ order_id, ticker, side: "bid", price: "0.60", count: "10" }),
      { status: 200, body: { order_id, remaining_count: "0.00", ts_ms: 1 } },
      `POST /portfolio/events/orders/${order_id}/amend`
    ]
  ] as const) {
    it.effect(`ignores an order after ${how}`, () =>
      Effect.gen(function* () {
        for (const program of [resting, Orders.place(intent)]) {
          const changed = Effect.andThen(
            program as Effect.Effect<unknown, Orders.CreateError, Orders.Capabilities>,
            change as Effect.Effect<unknown, Orders.CreateError, Orders.Capabilities>
          )
          const { paths, report } = yield* run(changed, [created, reply])
          assert.deepStrictEqual(paths, [create, request])
          assert.deepStrictEqual(report, { ended: [], left: [] })
        }
      })
    )
  }

  it.effect("cancels an order if it still rests after a change, or if the change failed", () =>
    Effect.gen(function* () {
      const amend = Orders.amend({ order_id, ticker, side: "bid", price: "0.55", count: "10" })
      const decrease = Orders.decrease({ ...route, reduce_to: "1" })
      const cancel = Orders.cancel(route)
      const batchCancel = Orders.batchCancel({ orders: [route] })
      for (const [change, reply] of [
        [amend, { status: 200, body: { order_id, ts_ms: 1 } }],
        [amend, { status: 200, body: { order_id, remaining_count: null, ts_ms: 1 } }],
        [amend, { status: 200, body: { order_id, remaining_count: "6.00", ts_ms: 1 } }],
        [amend, lost],
        [decrease, { status: 200, body: { order_id, remaining_count: "1.00", ts_ms: 1 } }],
        [decrease, { status: 200, body: { order_id: "another", remaining_count: "0.00", ts_ms: 1 } }],
        [cancel, errorReply(404, "not_found")],
        [cancel, canceledAs("another")],
        [batchCancel, { status: 200, body: { orders: [{ order_id, reduced_by: "0.00", error: { code: "no" } }] } }],
        [batchCancel, { status: 200, body: { orders: [{ order_id, reduced_by: "0.00" }] } }],
        [
          Orders.batchCancel({ orders: [{ order_id: "x" }] }),
          { status: 200, body: { orders: [{ order_id, reduced_by: "1.00" }] } }
        ]
      ] as ReadonlyArray<readonly [Effect.Effect<unknown, unknown, Orders.Capabilities>, Reply]>) {
        const { exit, paths, report } = yield* run(
          Effect.andThen(resting, Effect.exit(change)),
          [created, reply, canceled],
          once
        )
        assert.isFalse(Exit.isSuccess(exit) && Exit.hasDies(exit.value))
        assert.deepStrictEqual([paths.length, paths.at(-1)], [3, target])
        assert.deepStrictEqual(counts(report), [1, 0])
      }
    })
  )

  it.effect("cancels both orders if the response to a change of one order describes the other", () =>
    Effect.gen(function* () {
      const other = { ...createResponse, order_id: "another", client_order_id: "b" }
      const both = Effect.andThen(resting, Orders.create(input({ client_order_id: "b" })))
      for (const [change, body] of [
        [Orders.cancel(route), { order_id: "another", reduced_by: "10.00", ts_ms: 1 }],
        [Orders.batchCancel({ orders: [route] }), { orders: [{ order_id: "another", reduced_by: "10.00" }] }],
        [Orders.decrease({ ...route, reduce_to: "0" }), { order_id: "another", remaining_count: "0.00", ts_ms: 1 }],
        [
          Orders.amend({ order_id, ticker, side: "bid", price: "0.55", count: "10" }),
          { order_id: "another", client_order_id: "b", remaining_count: "0.00", ts_ms: 1 }
        ]
      ] as ReadonlyArray<readonly [Effect.Effect<unknown, unknown, Orders.Capabilities>, object]>) {
        const { report } = yield* run(Effect.andThen(both, Effect.exit(change)), [
          created,
          { status: 201, body: other },
          { status: 200, body },
          canceled,
          canceledAs("another")
        ])
        assert.deepStrictEqual(
          report?.ended.map((ended) => ended.order_id),
          [order_id, "another"]
        )
      }
    })
  )

  it.effect("ignores an order that Orders.ensureCanceled has found filled", () =>
    Effect.gen(function* () {
      const filled: Reply = { status: 200, body: { order: { ...order, status: "executed" } } }
      const { paths } = yield* run(Effect.andThen(resting, Orders.ensureCanceled({ order_id, ticker })), [
        created,
        errorReply(404, "not_found"),
        filled
      ])
      assert.deepStrictEqual(paths, [create, target, `GET /portfolio/orders/${order_id}`])
    })
  )

  it.effect("ignores writes that change no order", () =>
    Effect.gen(function* () {
      const { paths } = yield* run(Effect.andThen(resting, OrderGroups.trigger({ order_group_id: "group" })), [
        created,
        { status: 200, body: {} },
        canceled
      ])
      assert.strictEqual(paths.at(-1), target)
    })
  )

  it.effect("cancels the old and the new order_id of an amended order if the response has its client_order_id", () =>
    Effect.gen(function* () {
      const amend = (fields: Partial<Orders.AmendInput>) =>
        Orders.amend({ order_id, ticker, side: "bid", price: "0.55", count: "10", ...fields })
      const gone: Reply = { status: 200, body: { order: { ...order, status: "canceled" } } }
      const exitReplies = [errorReply(404, "not_found"), canceledAs("new"), gone]
      for (const [fields, echoed] of [
        [{ updated_client_order_id: "renamed" }, "renamed"],
        [{}, clientOrderId]
      ] as const) {
        const response: Reply = { status: 200, body: { order_id: "new", client_order_id: echoed, ts_ms: 1 } }
        const { report } = yield* run(Effect.andThen(resting, amend(fields)), [created, response, ...exitReplies])
        assert.sameMembers(report?.ended.map(({ order_id }) => order_id) ?? [], [order_id, "new"])
      }
      // These responses do not show whether they describe the amended order.
      const unknown = { order_id: "new", client_order_id: undefined, ts_ms: 1 }
      for (const [request, response] of [
        [input(), { ...unknown, client_order_id: "another" }],
        [input(), unknown],
        [anonymous(), unknown]
      ] as const) {
        const amended: Reply = { status: 200, body: response }
        const { paths } = yield* run(Effect.andThen(Orders.create(request), amend({})), [created, amended, canceled])
        assert.strictEqual(paths.at(-1), target)
        assert.strictEqual(paths.length, 3)
      }
      // The amended order was not created in this scope.
      const { exit, report } = yield* run(amend({}), [{ status: 200, body: unknown }])
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(report, { ended: [], left: [] })
    })
  )
})
