import { assert, describe, it } from "@effect/vitest"
import { combos, even, makeBatching } from "../../../support/batching.ts"
import { codeOf, unwrap } from "../../../support/floor.ts"

type Desk = ReturnType<typeof makeBatching>

describe("the execution of a batch", () => {
  it("gives makers the accepted outcome at their bids, and the creator the opposite", () => {
    const desk = makeBatching()
    const batch = desk.batch({ isObscured: true })
    desk.quote(batch, [
      [40, 50],
      [30, 60]
    ])
    const closed = desk.trade(batch, "no", [50, 60])
    assert.deepInclude(closed, { status: "closed", closeReason: "executed", isObscured: false })
    assert.deepStrictEqual(
      closed.rfqs.map(({ closeReason, isObscured, status }) => [status, closeReason, isObscured]),
      [
        ["closed", "executed", false],
        ["closed", "executed", false]
      ]
    )
    assert.deepStrictEqual(desk.positions(desk.maker), [-10, -10, 0])
    assert.deepStrictEqual(desk.positions(desk.creator), [10, 10, 0])
    assert.closeTo(desk.cash(desk.maker), 1_000 - 5 - 6, 1e-6)
    assert.closeTo(desk.cash(desk.creator), 1_000 - 5 - 4 - 0.175 - 0.168, 1e-6)
    const [quote] = desk.quotesOf(batch, desk.maker)
    assert.deepInclude(quote, { status: "executed", isRfqObscured: false })
    for (const { makerOrder, rfqOrder, status, ticker: name } of quote!.quotes) {
      assert.strictEqual(status, "executed")
      for (const [accountId, placed, isTaker] of [
        [desk.maker, makerOrder, false],
        [desk.creator, rfqOrder, true]
      ] as const) {
        const order = unwrap(desk.view().order(accountId, placed!.orderId))
        assert.deepInclude(order, { ticker: name, status: "executed", fillCount: 1_000 })
        const fills = unwrap(desk.view().listFills(accountId, { limit: 10, orderId: placed!.orderId })).items
        assert.deepStrictEqual(
          fills.map((fill) => [fill.ticker, fill.isTaker, fill.count]),
          [[name, isTaker, 1_000]]
        )
      }
    }
  })

  it("emits one executed quote per child, then the orders and trades, then the results", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    desk.quote(batch, even)
    desk.trade(batch, "yes", [40, 40])
    assert.deepStrictEqual(desk.happened(), [
      "rfqBatchCreated",
      "batchQuoteCreated",
      "rfqBatchBestQuotes",
      "rfqBatchAccepted",
      "batchQuoteAccepted",
      "batchQuoteConfirmed",
      "quoteExecuted",
      "quoteExecuted",
      "orderAccepted",
      "orderAccepted",
      "orderAccepted",
      "orderAccepted",
      "fill",
      "fill",
      "batchQuoteExecuted",
      "rfqBatchClosed",
      "rfqBatchExecuted"
    ])
    const executed = desk.events.find(({ type }) => type === "rfqBatchExecuted")
    assert.deepInclude(executed, {
      executedRfqIds: batch.rfqs.map(({ rfqId }) => rfqId),
      failedRfqIds: [],
      closeReason: "executed"
    })
  })

  const hindrances: Readonly<Record<string, (desk: Desk) => unknown>> = {
    "the market of one child is paused": (desk) => desk.execute({ type: "pauseMarket", ticker: combos[1]! }),
    "trading is paused": (desk) => desk.execute({ type: "setActive", trading: false, exchangeIndex: 1 }),
    "the creator can pay for one child only": (desk) => desk.order(desk.creator, combos[2]!, "bid", 50, 1_980),
    "a maker can pay for one child only": (desk) => desk.order(desk.maker, combos[2]!, "bid", 99, 1_003),
    "the maker's order of one child would match an order of another account": (desk) =>
      desk.order(desk.third, combos[1]!, "ask", 40, 1),
    "the maker's order of one child would match an order of the creator": (desk) =>
      desk.order(desk.creator, combos[1]!, "ask", 35, 1)
  }

  for (const [what, hinder] of Object.entries(hindrances)) {
    it(`fails for all children if ${what}`, () => {
      const desk = makeBatching()
      const batch = desk.batch({ isObscured: true })
      const quote = desk.quote(batch, even)
      unwrap(desk.accept(batch, "yes", [40, 40]))
      unwrap(desk.confirm(quote))
      hinder(desk)
      const parties = [desk.maker, desk.creator, desk.third]
      const before = parties.map((accountId) => [desk.cash(accountId), ...desk.positions(accountId)])
      const orders = () => desk.happened().filter((type) => type.startsWith("order")).length
      const ordersBefore = orders()
      desk.pass(1_000)
      assert.strictEqual(orders(), ordersBefore, "no order is placed")
      assert.deepInclude(desk.latest(batch), { closeReason: "execution failed", isObscured: true })
      assert.deepStrictEqual(
        desk.latest(batch).rfqs.map(({ closeReason }) => closeReason),
        ["notExecuted", "notExecuted"]
      )
      assert.deepStrictEqual(
        parties.map((accountId) => [desk.cash(accountId), ...desk.positions(accountId)]),
        before
      )
      assert.notInclude(desk.happened(), "fill")
      const [failed] = desk.quotesOf(batch, desk.maker)
      assert.strictEqual(failed?.status, "cancelled")
      for (const own of failed!.quotes) {
        assert.deepInclude(own, { status: "cancelled", cancelReason: "notExecuted", makerOrder: undefined })
      }
      assert.deepInclude(
        desk.events.find(({ type }) => type === "rfqBatchExecuted"),
        { executedRfqIds: [], failedRfqIds: batch.rfqs.map(({ rfqId }) => rfqId), closeReason: "execution failed" }
      )
    })
  }

  it("fails for all children if a party would have too many open orders", () => {
    for (const party of ["creator", "maker"] as const) {
      for (const { resting, closeReason } of [
        { resting: 2, closeReason: "execution failed" },
        { resting: 1, closeReason: "executed" }
      ] as const) {
        const desk = makeBatching({ assumptions: { maxRestingOrders: 3 } })
        const batch = desk.batch()
        desk.quote(batch, even)
        for (let n = 0; n < resting; n++) {
          desk.order(desk[party], combos[2]!, "bid", 1, 1)
        }
        assert.strictEqual(desk.trade(batch, "yes", [40, 40]).closeReason, closeReason)
        const placed = desk.happened().filter((type) => type === "orderAccepted").length
        assert.strictEqual(placed, resting + (closeReason === "executed" ? 4 : 0))
      }
    }
  })

  it("fails for all children if a maker's post-only order would match its own order", () => {
    for (const { postOnly, closeReason } of [
      { postOnly: true, closeReason: "execution failed" },
      { postOnly: false, closeReason: "executed" }
    ] as const) {
      const desk = makeBatching()
      const batch = desk.batch()
      desk.quote(batch, even, desk.maker, { postOnly })
      const own = desk.order(desk.maker, combos[1]!, "ask", 39, 3)
      assert.strictEqual(desk.trade(batch, "yes", [40, 40]).closeReason, closeReason)
      assert.strictEqual(desk.now(own, "status")[0], postOnly ? "resting" : "canceled")
      assert.strictEqual(desk.happened().filter((type) => type === "orderAccepted").length, postOnly ? 1 : 5)
    }
  })

  it("fills better orders in the book first, and lets remainders rest on request", () => {
    for (const restRemainder of [true, false]) {
      const desk = makeBatching()
      desk.order(desk.third, combos[0]!, "bid", 41, 4)
      const batch = desk.batch()
      desk.quote(batch, even, desk.maker, { restRemainder })
      assert.strictEqual(desk.trade(batch, "yes", [40, 40]).closeReason, "executed")
      assert.deepStrictEqual(desk.positions(desk.third), [4, 0, 0])
      assert.deepStrictEqual(desk.positions(desk.maker), [6, 10, 0])
      assert.deepStrictEqual(desk.positions(desk.creator), [-10, -10, 0])
      assert.deepStrictEqual(unwrap(desk.view().book(combos[0]!)).bid, restRemainder ? [[4_000, 400]] : [])
    }
  })

  it("does not overdraw a creator that has exactly the required money", () => {
    const desk = makeBatching()
    // The fees of tiny fills round up to more than the reserved fee.
    for (const name of combos.slice(0, 2)) {
      for (let n = 0; n < 10; n++) {
        desk.order(desk.third, name, "bid", 41, 0.01)
      }
    }
    const batch = desk.batch({
      children: combos.slice(0, 2).map((name) => ({ combo: { ticker: name }, count: 10, targetCostMicros: undefined }))
    })
    desk.quote(batch, even)
    // All children together need 2 × (0.1 × $0.60 + the fee of $0.00168).
    const cash = desk.cash(desk.creator)
    const spare = 0.1233
    const amountMicros = Math.round((cash - spare) * 1_000_000)
    const source = { instance: "event_contract", exchangeIndex: 1, subaccount: 0 } as const
    const transfer = { clientTransferId: undefined, source, destination: { ...source, exchangeIndex: 0 }, amountMicros }
    unwrap(desk.execute({ type: "transferShard", accountId: desk.creator, transfer }))
    assert.closeTo(desk.cash(desk.creator), spare, 1e-9)
    assert.strictEqual(codeOf(desk.accept(batch, "yes", [40, 40])), "INSUFFICIENT_BALANCE")
    unwrap(
      desk.execute({
        type: "transferShard",
        accountId: desk.creator,
        transfer: {
          ...transfer,
          source: transfer.destination,
          destination: source,
          amountMicros: 60
        }
      })
    )
    assert.strictEqual(desk.trade(batch, "yes", [40, 40]).closeReason, "executed")
    assert.deepStrictEqual(desk.positions(desk.creator), [-0.1, -0.1, 0])
    assert.isAtLeast(desk.cash(desk.creator), 0)
  })

  it("uses the subaccounts of the batch and of the batch quotes", () => {
    const desk = makeBatching()
    for (const accountId of [desk.creator, desk.maker]) {
      desk.fund(accountId, { exchangeIndex: 1, subaccount: 1 })
    }
    const batch = desk.batch({ subaccount: 1 })
    assert.strictEqual(codeOf(desk.offer(batch, even, desk.maker, { subaccount: 2 })), "insufficient_balance")
    desk.quote(batch, even, desk.maker, { subaccount: 1 })
    assert.strictEqual(desk.trade(batch, "yes", [40, 40]).closeReason, "executed")
    for (const [accountId, count] of [
      [desk.maker, 1_000],
      [desk.creator, -1_000]
    ] as const) {
      const { positions } = unwrap(desk.view().portfolio(accountId, 1))
      assert.deepStrictEqual(positions, { [combos[0]!]: count, [combos[1]!]: count })
    }
  })

  it("executes some children if one fill cancels an order that another child needs", () => {
    // A cancel-all of the maker also cancels the orders that it places in the next minute.
    const desk = makeBatching({ assumptions: { cancelAllMillis: 60_000 } })
    const batch = desk.batch({ isObscured: true }, combos)
    const limit = { subaccount: 0, limit: 500, exchangeIndex: 1 }
    const { groupId } = unwrap(desk.execute({ type: "createGroup", accountId: desk.third, group: limit }))
    // Another account bids for the contracts that the creator sells. After one fill, the order group of these bids
    // cancels the bids on the other combos.
    for (const name of combos) {
      desk.order(desk.third, name, "bid", 40, 10, { orderGroupId: groupId })
    }
    const quote = desk.quote(batch, [...even, [40, 50]])
    const failing = desk.quote(
      batch,
      [
        [30, 50],
        [41, 50],
        [30, 50]
      ],
      desk.second
    )
    desk.order(desk.third, combos[1]!, "bid", 41, 10, { orderGroupId: groupId })
    unwrap(desk.accept(batch, "yes", [40, 41, 40]))
    unwrap(desk.confirm(quote))
    unwrap(desk.confirm(failing))
    for (const accountId of [desk.maker, desk.second]) {
      unwrap(desk.execute({ type: "cancelAllOrders", accountId }))
    }
    desk.pass(1_000)
    const [first = "", second = "", third = ""] = batch.rfqs.map(({ rfqId }) => rfqId)
    assert.deepInclude(desk.latest(batch), { closeReason: "partially executed", isObscured: false })
    assert.deepStrictEqual(
      desk.latest(batch).rfqs.map(({ closeReason, isObscured }) => [closeReason, isObscured]),
      [
        ["executed", false],
        ["notExecuted", true],
        ["notExecuted", true]
      ]
    )
    assert.deepStrictEqual(desk.positions(desk.creator), [-10, 0, 0])
    assert.deepStrictEqual(desk.positions(desk.third), [10, 0, 0])
    const outcomes = desk.events.flatMap((event) =>
      event.type === "batchQuoteExecuted" || event.type === "rfqBatchExecuted"
        ? [[event.closeReason, event.executedRfqIds, event.failedRfqIds]]
        : []
    )
    assert.deepStrictEqual(outcomes, [
      ["partially executed", [first], [third]],
      ["execution failed", [], [second]],
      ["partially executed", [first], [second, third]]
    ])
    const statuses = (accountId: string) =>
      desk.quotesOf(batch, accountId).map(({ isRfqObscured, status }) => [status, isRfqObscured])
    assert.deepStrictEqual(statuses(desk.maker), [["partially_executed", false]])
    assert.deepStrictEqual(statuses(desk.second), [["cancelled", true]])
  })
})
