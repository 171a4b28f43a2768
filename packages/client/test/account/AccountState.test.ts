import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as AccountState from "../../src/account/AccountState.ts"
import {
  fillMessage,
  fillRow,
  goLive,
  groupMessage,
  orderRow,
  positionMessage,
  positionRow,
  userOrder
} from "../support/accounts.ts"

/** An account that has been live (complete and up to date) since 1,000 ms. The tests send messages from 2,000 ms on. */
const live = (options?: Partial<AccountState.AccountOptions>) => {
  const state = AccountState.make({ nowMillis: 0, ...options })
  goLive(state, 0)
  return state
}

const open = (state: AccountState.AccountState) =>
  state
    .known()
    .openOrders.map(({ fill_count_fp, order_id, yes_price_dollars }) =>
      [order_id, yes_price_dollars, fill_count_fp].join(" ")
    )

const closed = (state: AccountState.AccountState) =>
  state.known().closedOrders.map(({ order_id, status }) => `${order_id} ${status}`)

const positions = (state: AccountState.AccountState) =>
  state
    .known()
    .positions.map(({ market_ticker, position_fp, subaccount }) => [subaccount, market_ticker, position_fp].join(" "))

const outage = (channel: AccountState.AccountChannel): AccountState.AccountLoss => ({
  cause: "outage",
  channel,
  detail: "closed"
})

const page = <Row>(startedMillis: number, ...rows: ReadonlyArray<Row>): AccountState.Page<Row> => ({
  rows,
  startedMillis,
  isComplete: true
})

describe("AccountState", () => {
  it("is live only after complete lists whose reads start at least `lagMillis` after the subscription", () => {
    const state = AccountState.make({ nowMillis: 0 })
    assert.deepStrictEqual(state.needs(5_000), [])
    state.subscribed("user_orders", 100)
    assert.deepStrictEqual([state.needs(1_099).length, state.nextMillis()], [0, 1_100])
    assert.deepStrictEqual(state.needs(1_100), [{ _tag: "Orders", asOfMillis: 100 }])
    state.subscribed("fill", 100)
    state.subscribed("market_positions", 100)
    const tags = state.needs(1_100).map(({ _tag }) => _tag)
    assert.deepStrictEqual(tags, ["Orders", "Fills", "Positions"])
    state.ordersPage(page(1_099), 1_200)
    state.fillsPage(page(1_100), 1_200)
    state.positionsPage(0, page(1_100), 1_200)
    assert.strictEqual(state.status._tag, "AwaitingSnapshot")
    state.ordersPage(page(1_100), 1_300)
    assert.deepStrictEqual(state.status, { _tag: "Live", sinceMillis: 1_300 })
  })

  it("fails a `read` with the reason and the time while it is not live, but `known` still returns the state", () => {
    const state = live()
    state.userOrder(userOrder({ id: "a", at: 2_000 }), 2_000)
    assert.isTrue(Result.isSuccess(state.read()))
    state.lost(outage("fill"), 3_000)
    state.lost(outage("user_orders"), 3_500)
    const error = Result.merge(Result.flip(state.read()))
    assert.instanceOf(error, AccountState.AccountNotLive)
    assert.include(String(error), "messages may have been lost since 1970-01-01T00:00:03.000Z (fill, outage: closed)")
    assert.deepStrictEqual(open(state), ["a 0.45 0.00"])
  })

  it("states why it cannot be read, with the error of the last failed read", () => {
    const state = AccountState.make({ nowMillis: 1_000 })
    const error = () => {
      const read = state.read()
      return Result.isFailure(read) ? read.failure : assert.fail("the account is live")
    }
    assert.strictEqual(error()._tag, "AccountNotLive")
    const end = ". Wait with awaitLive, then read the account again"
    const why = "The account cannot be read: it has been waiting for its first lists since 1970-01-01T00:00:01.000Z"
    assert.strictEqual(error().message, `${why}${end}`)
    state.readFailed(new Error("refused"))
    assert.strictEqual(error().message, `${why} (the last failed read: refused)${end}`)
    state.lost({ cause: "gap", channel: "fill", detail: "missing" }, 2_000)
    const lost = "The account cannot be read: messages may have been lost since 1970-01-01T00:00:01.000Z"
    assert.strictEqual(error().message, `${lost} (fill, gap: missing)${end}`)
  })

  it("starts with version 0 and no ignored messages, and increments the version when the status changes", () => {
    const state = AccountState.make({ nowMillis: 0 })
    assert.deepStrictEqual([state.version, state.ignored], [0, 0])
    goLive(state, 0)
    assert.strictEqual(state.version, 1)
    state.lost(outage("fill"), 2_000)
    state.lost(outage("user_orders"), 2_000)
    assert.strictEqual(state.version, 2)
  })

  it("reports its creation time as the start of a loss that occurs before it is live", () => {
    const state = AccountState.make({ nowMillis: 500 })
    state.lost(outage("fill"), 2_000)
    assert.strictEqual(state.status.sinceMillis, 500)
    goLive(state, 3_000)
    state.lost(outage("fill"), 9_000)
    assert.strictEqual(state.status.sinceMillis, 9_000)
  })

  it("by default, reads fills of the last ten minutes, and repeats a read without a result after ten seconds", () => {
    const state = AccountState.make({ nowMillis: 700_000 })
    for (const channel of ["user_orders", "fill", "market_positions"] as const) state.subscribed(channel, 700_000)
    const needs = state.needs(701_000)
    assert.deepStrictEqual(needs, [
      { _tag: "Orders", asOfMillis: 700_000 },
      { _tag: "Fills", fromMillis: 100_000, asOfMillis: 700_000 },
      { _tag: "Positions", subaccount: 0, asOfMillis: 700_000 }
    ])
    for (const need of needs) state.requested(need, 701_000)
    assert.deepStrictEqual([state.needs(710_999), state.nextMillis()], [[], 711_000])
    assert.deepStrictEqual(state.needs(711_000), needs)
    state.requested({ _tag: "Positions", subaccount: 7, asOfMillis: 0 }, 711_000)
    assert.deepStrictEqual(state.needs(711_000), needs)
  })

  it("by default, keeps 10,000 closed orders and 10,000 fills", () => {
    const state = live()
    for (let index = 0; index <= 10_000; index++) {
      state.userOrder(userOrder({ id: `o${index}`, status: "canceled", at: 2_000 }), 2_000)
      state.fill(fillMessage({ id: `t${index}`, order: "a", at: 2_000 + index }))
    }
    assert.deepStrictEqual([state.known().closedOrders.length, state.known().fills.length], [10_000, 10_000])
  })

  it("reads fills from `fillsFromMillis` on", () => {
    const state = AccountState.make({ nowMillis: 700_000, fillsFromMillis: 5 })
    state.subscribed("fill", 700_000)
    assert.deepStrictEqual(state.needs(701_000), [{ _tag: "Fills", fromMillis: 5, asOfMillis: 700_000 }])
  })

  it("needs no list again if a channel is subscribed a second time without a loss", () => {
    const state = live()
    state.subscribed("user_orders", 5_000)
    assert.deepStrictEqual(state.needs(99_000), [])
  })

  it("repeats an incomplete read, after a longer wait each time", () => {
    const state = AccountState.make({ nowMillis: 0, readTimeoutMillis: 10 })
    state.subscribed("user_orders", 0)
    const need = { _tag: "Orders", asOfMillis: 0 } as const
    state.requested(need, 1_000)
    assert.strictEqual(state.nextMillis(), 1_010)
    state.ordersPage({ rows: [], startedMillis: 1_000, isComplete: false }, 1_008)
    assert.strictEqual(state.nextMillis(), 1_018)
    state.requested(need, 1_018)
    assert.strictEqual(state.nextMillis(), 1_038)
  })

  it("keeps the newest state of an order by the exchange's time, even if an older state arrives later", () => {
    const state = live()
    state.userOrder(userOrder({ id: "a", price: "0.47", at: 2_000 }), 2_000)
    state.ordersPage(page(9_000, orderRow({ id: "a", price: "0.46", at: 1_900 })), 9_100)
    assert.deepStrictEqual(open(state), ["a 0.47 0.00"])
    state.ordersPage(page(1_500, orderRow({ id: "a", price: "0.48", at: 2_100 })), 9_200)
    assert.deepStrictEqual(open(state), ["a 0.48 0.00"])
  })

  it("replaces a pushed state by a row without a time only if the read started `lagMillis` after the message", () => {
    const state = live()
    state.userOrder(userOrder({ id: "a", price: "0.47" }), 2_000)
    state.ordersPage(page(1_900, orderRow({ id: "a", price: "0.46" })), 5_000)
    state.ordersPage(page(2_999, orderRow({ id: "a", price: "0.46" })), 5_000)
    assert.deepStrictEqual(open(state), ["a 0.47 0.00"])
    state.ordersPage(page(3_000, orderRow({ id: "a", price: "0.46" })), 5_000)
    assert.deepStrictEqual(open(state), ["a 0.46 0.00"])
  })

  it("keeps the closed status and the larger fill count if two messages have the same time", () => {
    const state = live()
    state.userOrder(userOrder({ id: "a", filled: 2, at: 2_000 }), 2_000)
    state.userOrder(userOrder({ id: "a", filled: 1, at: 2_000 }), 2_001)
    assert.deepStrictEqual(open(state), ["a 0.45 2.00"])
    state.userOrder(userOrder({ id: "a", filled: 2, status: "canceled", at: 2_000 }), 2_002)
    state.userOrder(userOrder({ id: "a", filled: 3, at: 2_000 }), 2_003)
    assert.deepStrictEqual([open(state), closed(state)], [[], ["a canceled"]])
  })

  it("needs a read of each open order that a complete list should contain but lacks", () => {
    const state = live()
    for (const id of ["a", "b", "c"]) state.userOrder(userOrder({ id, at: 2_000 }), 2_000)
    state.lost(outage("user_orders"), 3_000)
    state.subscribed("user_orders", 4_000)
    state.userOrder(userOrder({ id: "new", at: 4_500 }), 4_500)
    state.ordersPage({ rows: [orderRow({ id: "a", at: 2_000 })], startedMillis: 5_000, isComplete: false }, 5_100)
    state.ordersPage(page(5_000), 5_200)
    assert.strictEqual(state.status._tag, "Live")
    assert.deepStrictEqual([...state.known().unconfirmed], ["b", "c"])
    const needs = state.needs(6_200).map((need) => (need._tag === "Order" ? need.order.order_id : need._tag))
    assert.deepStrictEqual(needs, ["b", "c"])
    for (const need of state.needs(6_200)) state.requested(need, 6_200)
    assert.deepStrictEqual([state.needs(16_199), state.needs(16_200).length], [[], 2])
    assert.deepStrictEqual([state.nextMillis(), state.nextMillis(1), state.nextMillis(0)], [16_200, 16_200, undefined])
    state.orderRead(orderRow({ id: "b", status: "executed", filled: 10, at: 3_500 }), 6_200, 6_300)
    state.orderNotFound("c", 6_200)
    assert.deepStrictEqual([open(state).length, closed(state)], [2, ["b executed"]])
    assert.deepStrictEqual([state.known().unconfirmed.size, state.nextMillis()], [0, undefined])
  })

  it("needs a read of an order whose status is `unknown`", () => {
    const state = live()
    state.userOrder(userOrder({ id: "a", status: "unknown", at: 2_000 }), 2_000)
    assert.deepStrictEqual([...state.known().unconfirmed], ["a"])
    state.orderRead(orderRow({ id: "a", at: 2_000 }), 3_000, 3_100)
    assert.deepStrictEqual([state.known().unconfirmed.size, open(state)], [0, ["a 0.45 0.00"]])
  })

  it("keeps only the last closed orders, and marks a forgotten order as unconfirmed if a list shows it as open", () => {
    const state = live({ maxClosedOrders: 1 })
    for (const id of ["a", "b"]) state.userOrder(userOrder({ id, status: "canceled", at: 2_000 }), 2_000)
    assert.deepStrictEqual(closed(state), ["b canceled"])
    state.ordersPage(page(1_500, orderRow({ id: "a", at: 1_000 })), 2_500)
    assert.deepStrictEqual([...state.known().unconfirmed], ["a"])
  })

  it("keeps a fill once if both the feed and REST send it, and keeps two own fills of one trade", () => {
    const state = live({ subaccounts: [0, 1] })
    state.fillsPage(page(2_000, fillRow({ id: "t", order: "a", at: 1_500 })), 2_000)
    state.fill(fillMessage({ id: "t", order: "a", at: 1_500 }))
    state.fill(fillMessage({ id: "t", order: "b", subaccount: 1, at: 1_500 }))
    state.fillsPage(page(2_500, fillRow({ id: "t", order: "b", subaccount: 1, at: 1_500 })), 2_500)
    const fills = state.known().fills.map(({ client_order_id, subaccount }) => [client_order_id, subaccount].join(" "))
    assert.deepStrictEqual(fills, ["c-a 0", "c-b 1"])
  })

  it("keeps the newest fills, and never adds a forgotten fill again", () => {
    const state = live({ maxFills: 2 })
    for (const at of [3, 1, 2]) state.fill(fillMessage({ id: `t${at}`, order: "a", at }))
    state.fillsPage(page(2_000, fillRow({ id: "t1", order: "a", at: 1 })), 2_000)
    assert.deepStrictEqual(
      state.known().fills.map(({ trade_id }) => trade_id),
      ["t2", "t3"]
    )
  })

  it("reports only fills that are newer than each fill that an earlier message or list displaced", () => {
    const reported: Array<string> = []
    const state = live({
      maxFills: 1,
      onChange: (change) => void (change._tag === "Fill" && reported.push(change.fill.trade_id))
    })
    for (const at of [5, 3, 2]) state.fill(fillMessage({ id: `m${at}`, order: "a", at }))
    const row = (at: number) => fillRow({ id: `r${at}`, order: "a", at })
    state.fillsPage({ rows: [row(9), row(7)], startedMillis: 3_000, isComplete: false }, 3_000)
    state.fillsPage(page(3_000, row(6)), 3_000)
    state.fillsPage(page(4_000, row(6), row(4)), 4_000)
    assert.deepStrictEqual(reported, ["m5", "m3", "r9", "r7", "r6"])
  })

  it("counts the messages and rows that change nothing", () => {
    const state = live()
    const ignoredBy = (input: () => void) => {
      const { ignored, version } = state
      input()
      assert.strictEqual(state.version, version)
      return state.ignored - ignored
    }
    state.userOrder(userOrder({ id: "a", at: 2_000 }), 2_000)
    state.fill(fillMessage({ id: "t", order: "a", at: 2_000 }))
    state.positionsPage(0, page(2_000, positionRow({ ticker: "A", count: 1, at: 1_000 })), 2_000)
    const other = { id: "other", order: "a", subaccount: 1, at: 2_000 }
    const counts = [
      ignoredBy(() => state.orderNotFound("a", 9_000)),
      ignoredBy(() => state.orderNotFound("other", 9_000)),
      ignoredBy(() => state.orderRead(orderRow({ id: "a", at: 2_000 }), 9_000, 9_000)),
      ignoredBy(() => state.fill(fillMessage({ id: "t", order: "a", at: 2_000 }))),
      ignoredBy(() => state.fillsPage(page(9_000, fillRow(other)), 9_000)),
      ignoredBy(() => state.ordersPage(page(9_000, orderRow({ id: "b", subaccount: 1 })), 9_000)),
      ignoredBy(() => state.positionsPage(0, page(9_000, positionRow({ ticker: "A", count: 1, at: 1_000 })), 9_000))
    ]
    assert.deepStrictEqual(counts, [1, 1, 1, 1, 1, 1, 1])
  })

  it("reads fills from `overlapMillis` before the first of two losses", () => {
    const state = live({ overlapMillis: 100 })
    state.lost(outage("fill"), 5_000)
    state.lost(outage("fill"), 6_000)
    state.subscribed("fill", 7_000)
    assert.deepStrictEqual(state.needs(8_000), [{ _tag: "Fills", fromMillis: 4_900, asOfMillis: 7_000 }])
  })

  it("keeps positions per subaccount, and replaces a pushed position only by a read that began `lagMillis` later", () => {
    const state = live({ subaccounts: [0, 1] })
    state.marketPosition(positionMessage({ ticker: "A", count: 5, at: 2_000 }), 2_000)
    state.marketPosition(positionMessage({ ticker: "A", subaccount: 1, count: 7, at: 2_000 }), 2_000)
    state.positionsPage(0, page(2_500, positionRow({ ticker: "A", count: 4, at: 1_900 })), 2_600)
    assert.deepStrictEqual(positions(state), ["0 A 5.00", "1 A 7.00"])
    state.positionsPage(0, page(3_000, positionRow({ ticker: "A", count: 6, at: 2_900 })), 3_100)
    state.marketPosition(positionMessage({ ticker: "A", count: 5, at: 2_800 }), 3_200)
    assert.deepStrictEqual(positions(state), ["0 A 6.00", "1 A 7.00"])
  })

  it("ignores messages and lists of a subaccount that it does not follow", () => {
    const state = live()
    const { ignored, version } = state
    state.userOrder(userOrder({ id: "a", subaccount: 1, at: 2_000 }), 2_000)
    state.fill(fillMessage({ id: "t", order: "a", subaccount: 1, at: 2_000 }))
    state.marketPosition(positionMessage({ ticker: "A", subaccount: 1, count: 1, at: 2_000 }), 2_000)
    state.positionsPage(1, page(3_000), 3_000)
    assert.deepStrictEqual([state.version, state.ignored], [version, ignored + 4])
  })

  it("follows order groups, and makes their status unknown after a loss", () => {
    const state = live()
    const group = () =>
      state.known().orderGroups.map(({ contracts_limit_fp, status }) => [status, contracts_limit_fp].join(" "))
    state.orderGroup(groupMessage("created", 10, "g", "5.00"))
    state.orderGroup(groupMessage("triggered", 20))
    state.orderGroup(groupMessage("reset", 15))
    assert.deepStrictEqual(group(), ["triggered 5.00"])
    state.lost({ cause: "gap", channel: "order_group_updates", detail: "expected 3, received 5" }, 3_000)
    assert.deepStrictEqual([state.status._tag, group()], ["Live", ["unknown 5.00"]])
    state.orderGroup(groupMessage("limit_updated", 30, "g", "6.00"))
    assert.deepStrictEqual(group(), ["unknown 6.00"])
    state.orderGroup(groupMessage("deleted", 40))
    state.orderGroup(groupMessage("created", 10, "g", "5.00"))
    assert.deepStrictEqual(group(), ["deleted 6.00"])
  })

  it("reports each new fill once, even if one list has more fills than the account keeps", () => {
    const reported: Array<string> = []
    const state = live({
      maxFills: 2,
      onChange: (change) => void (change._tag === "Fill" && reported.push(change.fill.trade_id))
    })
    for (const at of [2_000, 2_001]) state.fill(fillMessage({ id: `t${at}`, order: "a", at }))
    state.lost(outage("fill"), 3_000)
    state.subscribed("fill", 4_000)
    const rows = [3_005, 3_004, 3_003, 2_001, 2_000].map((at) => fillRow({ id: `t${at}`, order: "a", at }))
    state.fillsPage(page(5_000, ...rows), 5_100)
    state.fillsPage(page(6_000, ...rows), 6_100)
    assert.deepStrictEqual(reported, ["t2000", "t2001", "t3005", "t3004", "t3003"])
    assert.deepStrictEqual(
      state.known().fills.map(({ trade_id }) => trade_id),
      ["t3004", "t3005"]
    )
  })

  it("needs the lists again after `verify`, and stays live meanwhile", () => {
    const state = live()
    state.verify("user_orders", 10_000)
    state.verify("fill", 10_000)
    assert.deepStrictEqual(
      state.needs(11_000).map(({ _tag }) => _tag),
      ["Orders", "Fills"]
    )
    assert.strictEqual(state.status._tag, "Live")
    state.ordersPage(page(11_000, orderRow({ id: "missed", at: 9_000 })), 11_100)
    assert.deepStrictEqual(open(state), ["missed 0.45 0.00"])
    state.fillsPage(page(11_000), 11_100)
    assert.deepStrictEqual(state.status, { _tag: "Live", sinceMillis: 1_000 })
  })

  it("waits `lagMillis` after `verify`, then reads the fills since `overlapMillis` before the last read", () => {
    const state = live({ overlapMillis: 100 })
    state.verify("order_group_updates", 5_000)
    assert.isUndefined(state.nextMillis())
    state.verify("fill", 10_000)
    assert.deepStrictEqual(state.needs(10_999), [])
    assert.deepStrictEqual(state.needs(11_000), [{ _tag: "Fills", fromMillis: 900, asOfMillis: 10_000 }])
  })

  it("after `verify`, reads all fills since the last read that left out no fill", () => {
    const state = live({ overlapMillis: 100 })
    const fromMillis = (nowMillis: number) =>
      state.needs(nowMillis).map((need) => (need._tag === "Fills" ? need.fromMillis : need._tag))
    state.lost({ cause: "gap", channel: "fill", detail: "" }, 1_001)
    assert.deepStrictEqual(fromMillis(6_000), [901])
    state.fillsPage(page(6_000), 6_000)
    // The read after the loss left out the fills before 901 ms.
    state.verify("fill", 10_000)
    assert.deepStrictEqual(fromMillis(11_000), [900])
    state.fillsPage({ rows: [], startedMillis: 11_000, isComplete: false }, 11_000)
    state.fillsPage(page(11_000), 11_500)
    state.verify("fill", 20_000)
    assert.deepStrictEqual(fromMillis(21_000), [10_900])
    state.fillsPage(page(21_000), 21_000)
    state.lost({ cause: "gap", channel: "fill", detail: "" }, 15_000)
    state.fillsPage(page(22_000), 22_000)
    state.verify("fill", 21_500)
    assert.deepStrictEqual(fromMillis(30_000), [21_400])
  })

  it("does not postpone a list that is already needed when `verify` is called", () => {
    const state = live()
    state.lost({ cause: "undecodable", channel: "user_orders", detail: "" }, 3_000)
    state.verify("user_orders", 3_500)
    assert.deepStrictEqual(state.needs(4_000), [{ _tag: "Orders", asOfMillis: 3_000 }])
    state.lost(outage("user_orders"), 5_000)
    state.verify("user_orders", 5_500)
    assert.deepStrictEqual(state.needs(99_000), [])
  })

  it("reports the changes that reads find", () => {
    const reported: Array<string> = []
    const state = live({
      onChange: (change) => {
        if (change._tag === "Order") reported.push(`${change.order.order_id} ${change.isUnconfirmed}`)
        else if (change._tag === "OrderNotFound") reported.push(`${change.order.order_id} not found`)
        else if (change._tag === "Fill") reported.push(change.fill.trade_id)
        else if (change._tag === "Position") reported.push(`${change.position.market_ticker} held`)
        else if (change._tag === "PositionSettled") reported.push(`${change.position.market_ticker} settled`)
      }
    })
    const verify = (sinceMillis: number) => {
      for (const channel of ["user_orders", "fill", "market_positions"] as const) state.verify(channel, sinceMillis)
    }
    verify(2_000)
    state.ordersPage(page(3_000, orderRow({ id: "a", at: 2_000 }), orderRow({ id: "b", at: 2_000 })), 3_000)
    state.fillsPage(page(3_000, fillRow({ id: "t", order: "a", at: 2_000 })), 3_000)
    const positions = [positionRow({ ticker: "A", count: 1, at: 1 }), positionRow({ ticker: "B", count: 1, at: 1 })]
    state.positionsPage(0, page(3_000, ...positions), 3_000)
    assert.deepStrictEqual(reported.splice(0), ["a false", "b false", "t", "A held", "B held"])
    verify(4_000)
    state.ordersPage(page(5_000), 5_000)
    state.fillsPage(page(5_000), 5_000)
    state.positionsPage(0, page(5_000, positions[0]!), 5_000)
    assert.deepStrictEqual(reported.splice(0), ["a true", "b true", "B settled"])
    state.orderRead(orderRow({ id: "a", at: 2_000 }), 6_000, 6_000)
    state.orderNotFound("b", 6_000)
    const { version } = state
    state.fill(fillMessage({ id: "t", order: "a", at: 2_000 }))
    assert.deepStrictEqual(reported, ["a false", "b not found"])
    assert.strictEqual(state.version, version + 1)
  })

  it("reports each order group whose status becomes unknown after a loss", () => {
    const reported: Array<AccountState.AccountChange> = []
    const state = live({ onChange: (change) => void reported.push(change) })
    state.orderGroup(groupMessage("created", 10, "g", "5.00"))
    state.lost(outage("order_group_updates"), 3_000)
    const groups = state.known().orderGroups
    assert.deepStrictEqual(
      groups.map(({ status }) => status),
      ["unknown"]
    )
    assert.deepStrictEqual(
      reported.slice(1),
      groups.map((group) => ({ _tag: "OrderGroup", group }))
    )
    state.orderGroup(groupMessage("reset", 20))
    assert.strictEqual(reported.length, 2)
  })

  it("reports only changes, and does not report a repeated message", () => {
    const tags: Array<string> = []
    const state = live({ onChange: ({ _tag }) => void tags.push(_tag) })
    const { version } = state
    for (let times = 0; times < 2; times++) {
      state.userOrder(userOrder({ id: "a", at: 2_000 }), 2_000)
      state.marketPosition(positionMessage({ ticker: "A", count: 1, at: 2_000 }), 2_000)
      state.orderGroup(groupMessage("triggered", 2_000))
    }
    assert.deepStrictEqual(tags, ["Order", "Position", "OrderGroup"])
    assert.strictEqual(state.version, version + 3)
  })

  it("shows the error of a failed read until the next loss or the next complete lists", () => {
    const state = live()
    const errorOf = () => {
      const read = state.read()
      return Result.isFailure(read) ? read.failure.readError?.message : "live"
    }
    state.readFailed(new Error("old"))
    state.lost(outage("fill"), 3_000)
    assert.isUndefined(errorOf())
    state.readFailed(new Error("new"))
    assert.strictEqual(errorOf(), "new")
    state.subscribed("fill", 4_000)
    state.fillsPage(page(5_000), 5_100)
    assert.strictEqual(errorOf(), "live")
  })
})
