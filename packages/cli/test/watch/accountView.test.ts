import { assert, describe, it } from "@effect/vitest"
import type * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import { countUnsafe, dollarsUnsafe } from "@kalshi-effect/client/FixedPoint"
import * as fc from "fast-check"
import { type AccountViewState, renderAccount, shareRows } from "../../src/watch/accountView.ts"
import {
  accountFill as fill,
  accountGroup as group,
  accountOrder as order,
  accountPosition as position,
  assertFits,
  assertScreen,
  hostileText,
  nowMillis,
  size,
  textsOf
} from "./support.ts"

const account: AccountFeed.Account = {
  openOrders: [order(1), order(2), order(3)],
  unconfirmed: new Set([order(3).order_id]),
  closedOrders: [],
  fills: [fill(1), fill(2)],
  positions: [position("KXHIGHNY-26NOV30-T50", "-3.00"), position("KXHIGHNY-26NOV30-T52", "0.00")],
  orderGroups: [group(1, "active"), group(2, "triggered"), group(3, "deleted")]
}

const state: AccountViewState = {
  environment: "demo",
  line: { _tag: "live", sinceMillis: nowMillis - 42_000 },
  nowMillis,
  showsKeys: false,
  account,
  status: { _tag: "Live", sinceMillis: nowMillis - 40_000 },
  readError: undefined,
  subaccount: 0,
  balance: { _tag: "Known", balance: dollarsUnsafe("999.4625"), portfolioCents: 4_805, readMillis: nowMillis - 7_000 },
  listedGroups: [
    { id: group(1, "active").order_group_id, contracts_limit_fp: countUnsafe("100.00") },
    { id: group(9, "active").order_group_id }
  ],
  focus: 0,
  scrolls: [0, 0, 0, 0]
}

const healing: AccountViewState = {
  ...state,
  status: {
    _tag: "Healing",
    sinceMillis: nowMillis - 12_000,
    loss: { cause: "outage", channel: "fill", detail: "Closed" }
  },
  readError: "Portfolio.fills failed with status 503"
}

describe("renderAccount", () => {
  it("shows all sections below each other at 80x24", () => {
    assertScreen("account-80x24", renderAccount(state, { columns: 80, rows: 24 }))
  })

  it("shows the sections in two columns at 200x50", () => {
    assertScreen("account-200x50", renderAccount(state, { columns: 200, rows: 50 }))
  })

  it("shows the headings at 40x10", () => {
    assertScreen("account-40x10", renderAccount(state, { columns: 40, rows: 10 }))
  })

  it("says that the account is not live, and that all rows are the last known rows", () => {
    assertScreen("account-healing-80x24", renderAccount(healing, { columns: 80, rows: 24 }))
    const rows = renderAccount(healing, { columns: 80, rows: 24 }).slice(1, -1)
    const styles = new Set(rows.flatMap((line) => line.map(({ style }) => style)))
    assert.isFalse(styles.has("green"))
    assert.isFalse(styles.has("red"))
  })

  it("shows a section from the row to which it is scrolled", () => {
    const many = { ...account, openOrders: Array.from({ length: 100 }, (_, index) => order(index, `KX-${index}`)) }
    const texts = (scroll: number) =>
      textsOf(
        renderAccount({ ...state, account: many, focus: 1, scrolls: [0, scroll, 0, 0] }, { columns: 80, rows: 24 })
      ).join("\n")
    assert.match(texts(0), /› Resting orders 1 to \d+ of 100\n.*\nKX-0 /)
    assert.match(texts(50), /› Resting orders 51 to \d+ of 100\n.*\nKX-50 /)
    assert.match(texts(1_000), /of 100\n[^]*KX-99 /)
  })

  it("shows why the balance is not known", () => {
    const texts = textsOf(
      renderAccount({ ...state, balance: { _tag: "Failed", reason: "status 503" } }, { columns: 80, rows: 24 })
    )
    assert.strictEqual(texts[1], "Primary account   balance not known: status 503")
  })

  it("fits every terminal, even if the texts contain control characters", () => {
    const ticker = hostileText
    const accounts = fc.record({
      openOrders: fc.array(
        fc.tuple(fc.nat(), ticker).map(([index, ticker]) => order(index, ticker)),
        { maxLength: 30 }
      ),
      fills: fc.array(
        fc.tuple(fc.nat(59), ticker).map(([index, ticker]) => fill(index, ticker)),
        { maxLength: 30 }
      ),
      positions: fc.array(
        ticker.map((ticker) => position(ticker, "1.00")),
        { maxLength: 30 }
      )
    })
    fc.assert(
      fc.property(
        accounts,
        fc.nat(3),
        fc.array(fc.nat(40), { minLength: 4, maxLength: 4 }),
        hostileText,
        size,
        (rows, focus, scrolls, readError, size) => {
          assertFits(
            renderAccount({ ...healing, account: { ...account, ...rows }, focus, scrolls, readError }, size),
            size
          )
        }
      ),
      { numRuns: 60 }
    )
  })
})

describe("shareRows", () => {
  it("gives each section the same number of rows, and unneeded rows to sections that need more", () => {
    assert.deepStrictEqual(shareRows([4, 4, 4, 4], 100, 0), [4, 4, 4, 4])
    assert.deepStrictEqual(shareRows([100, 100, 100, 100], 20, 0), [5, 5, 5, 5])
    assert.deepStrictEqual(shareRows([1, 100, 1, 100], 20, 0), [1, 9, 1, 9])
    assert.deepStrictEqual(shareRows([3, 3], -1, 0), [0, 0])
  })

  it("gives a row that cannot be divided to the section that the keys scroll", () => {
    assert.deepStrictEqual(shareRows([9, 9, 9, 9], 5, 2), [1, 1, 2, 1])
    assert.deepStrictEqual(shareRows([9, 9, 9, 9], 1, 3), [0, 0, 0, 1])
  })

  it("distributes all rows, and never more rows than a section needs", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 6 }), fc.nat(100), fc.nat(5), (wanted, rows, focus) => {
        const shares = shareRows(wanted, rows, focus)
        const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)
        assert.strictEqual(sum(shares), Math.min(rows, sum(wanted)))
        for (const [index, share] of shares.entries()) assert.isAtMost(share, wanted[index]!)
      })
    )
  })
})
