/**
 * The view of an account: its balance, positions, resting orders, fills and order groups.
 *
 * @module
 */
import type * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import { type Cells, fitColumns, headerLine, rowLine } from "./cells.ts"
import { durationOf, priceOf, timeOf } from "./format.ts"
import { framed, type FrameState, type KeyHelp } from "./frame.ts"
import { beside, ends, fitRows, type Line, lineWidth, type Size, span } from "./layout.ts"

export type BalanceState =
  | { readonly _tag: "Unknown" }
  | {
      readonly _tag: "Known"
      readonly balance: FixedPoint.Dollars
      /** In cents. */
      readonly portfolioCents: number
      readonly readMillis: number
    }
  | { readonly _tag: "Failed"; readonly reason: string }

/** An order group of a REST list. The list does not contain the status. */
export interface ListedGroup {
  readonly id: string
  readonly contracts_limit_fp?: FixedPoint.Count
}

export interface AccountViewState extends Omit<FrameState, "title"> {
  readonly account: AccountFeed.Account
  readonly status: AccountFeed.AccountStatus
  /** The error of the last failed read, while the account is not live. */
  readonly readError: string | undefined
  readonly subaccount: number
  readonly balance: BalanceState
  /** The order groups that REST listed. The feed shows a group only when it changes. */
  readonly listedGroups: ReadonlyArray<ListedGroup>
  /** The section that the keys scroll. */
  readonly focus: number
  /** The number of rows by which each section is scrolled. */
  readonly scrolls: ReadonlyArray<number>
}

export const accountKeys: ReadonlyArray<KeyHelp> = [
  ["Tab", "section"],
  ["↑↓", "scroll"],
  ["Home", "first row"],
  ["PgUp PgDn", "scroll by a screen"]
]

export const sectionCount = 4

/** The smallest width at which the sections are in two columns. */
const twoColumns = 150

const sideStyle = (side: string) => (side === "bid" ? ("green" as const) : ("red" as const))
const sideOf = (side: string): string => (side === "bid" ? "buy" : "sell")

const moneyOf = (amount: FixedPoint.Dollars): string => priceOf(FixedPoint.fromMicros(FixedPoint.toMicros(amount)))

const positionColumns: ReadonlyArray<Cells<AccountFeed.AccountPosition>> = [
  { name: "market", value: ({ market_ticker }) => market_ticker },
  { name: "position", width: 11, align: "right", value: ({ position_fp }) => position_fp },
  { name: "realized", width: 12, align: "right", value: ({ realized_pnl_dollars }) => moneyOf(realized_pnl_dollars) },
  {
    name: "fees",
    width: 10,
    align: "right",
    dropOrder: 1,
    value: ({ fees_paid_dollars }) => moneyOf(fees_paid_dollars)
  }
]

const orderColumns: ReadonlyArray<Cells<AccountFeed.AccountOrder & { readonly isUnconfirmed: boolean }>> = [
  { name: "market", value: ({ ticker }) => ticker },
  {
    name: "side",
    width: 4,
    value: ({ book_side }) => sideOf(book_side),
    style: ({ book_side }) => sideStyle(book_side)
  },
  { name: "price", width: 7, align: "right", value: ({ yes_price_dollars }) => priceOf(yes_price_dollars) },
  { name: "rests", width: 10, align: "right", value: ({ remaining_count_fp }) => remaining_count_fp },
  { name: "filled", width: 10, align: "right", dropOrder: 1, value: ({ fill_count_fp }) => fill_count_fp },
  { name: "", width: 7, dropOrder: 2, value: ({ isUnconfirmed }) => (isUnconfirmed ? "closed?" : "") },
  { name: "order", width: 36, dropOrder: 3, value: ({ order_id }) => order_id }
]

const fillColumns: ReadonlyArray<Cells<AccountFeed.AccountFill>> = [
  {
    name: "time UTC",
    width: 8,
    dropOrder: 1,
    value: ({ filledMillis }) => (filledMillis === 0 ? "" : timeOf(filledMillis))
  },
  { name: "market", value: ({ market_ticker }) => market_ticker },
  {
    name: "side",
    width: 4,
    value: ({ book_side }) => sideOf(book_side),
    style: ({ book_side }) => sideStyle(book_side)
  },
  { name: "price", width: 7, align: "right", value: ({ yes_price_dollars }) => priceOf(yes_price_dollars) },
  { name: "count", width: 10, align: "right", value: ({ count_fp }) => count_fp },
  { name: "fee", width: 8, align: "right", dropOrder: 2, value: ({ fee_cost }) => moneyOf(fee_cost) },
  { name: "", width: 5, dropOrder: 3, value: ({ is_taker }) => (is_taker ? "taker" : "maker") }
]

type Group = Pick<AccountFeed.AccountOrderGroup, "contracts_limit_fp" | "order_group_id" | "status">

const groupColumns: ReadonlyArray<Cells<Group>> = [
  { name: "group", width: 36, value: ({ order_group_id }) => order_group_id },
  {
    name: "status",
    width: 9,
    value: ({ status }) => status,
    style: ({ status }) => (status === "triggered" ? "red" : undefined)
  },
  {
    name: "limit",
    width: 10,
    align: "right",
    dropOrder: 1,
    value: ({ contracts_limit_fp }) => contracts_limit_fp ?? ""
  }
]

interface Section {
  readonly title: string
  readonly length: number
  readonly names: (width: number) => Line
  readonly lines: (width: number, from: number, count: number, isLive: boolean) => ReadonlyArray<Line>
}

const section = <Row>(title: string, columns: ReadonlyArray<Cells<Row>>, rows: ReadonlyArray<Row>): Section => ({
  title,
  length: rows.length,
  names: (width) => headerLine(fitColumns(columns, width)),
  lines: (width, from, count, isLive) => {
    const fitted = fitColumns(columns, width)
    return rows.slice(from, from + count).map((row) => rowLine(fitted, row, isLive ? undefined : "dim"))
  }
})

const groupsOf = ({ orderGroups }: AccountFeed.Account, listed: ReadonlyArray<ListedGroup>): ReadonlyArray<Group> => {
  const shown = new Set(orderGroups.map(({ order_group_id }) => order_group_id))
  return [
    ...orderGroups.filter(({ status }) => status !== "deleted"),
    ...listed
      .filter(({ id }) => !shown.has(id))
      .map(({ contracts_limit_fp, id }) => ({ order_group_id: id, status: "unknown" as const, contracts_limit_fp }))
  ]
}

export const sectionsOf = (account: AccountFeed.Account, listedGroups: ReadonlyArray<ListedGroup>) => {
  const { fills, openOrders, positions, unconfirmed } = account
  const orders = openOrders.map((order) => ({ ...order, isUnconfirmed: unconfirmed.has(order.order_id) }))
  return [
    section(
      "Positions",
      positionColumns,
      positions.filter(({ position_fp }) => !FixedPoint.isZero(position_fp))
    ),
    section("Resting orders", orderColumns, orders),
    section("Fills", fillColumns, fills.toReversed()),
    section("Order groups", groupColumns, groupsOf(account, listedGroups))
  ]
}

/**
 * Rows go first to the headings, then in equal parts to all sections. Rows that a section does not need go to the other
 * sections. Rows that cannot be divided go first to the section that the keys scroll.
 */
export const shareRows = (wanted: ReadonlyArray<number>, rows: number, focus: number): ReadonlyArray<number> => {
  const shares = wanted.map(() => 0)
  const order = [...wanted.keys()].toSorted((a, b) => Number(b === focus) - Number(a === focus))
  let free = Math.max(0, rows)
  let isHeading = true
  while (free > 0) {
    const hungry = order.filter((index) => shares[index]! < wanted[index]!)
    if (hungry.length === 0) break
    const part = isHeading ? 1 : Math.max(1, Math.floor(free / hungry.length))
    isHeading = false
    for (const index of hungry) {
      const added = Math.min(part, wanted[index]! - shares[index]!, free)
      shares[index]! += added
      free -= added
    }
  }
  return shares
}

interface SectionOptions {
  readonly isFocused: boolean
  readonly status: AccountFeed.AccountStatus["_tag"]
  readonly scroll: number
}

const caveats = { Live: "", AwaitingSnapshot: " so far", Healing: ", last known" }

const sectionLines = (
  { length, lines, names, title }: Section,
  rows: number,
  width: number,
  { isFocused, scroll, status }: SectionOptions
): ReadonlyArray<Line> => {
  if (rows <= 0) return []
  const isLive = status === "Live"
  // With few rows, a row of the section is more useful than the names of its columns.
  const head = rows < 3 ? 1 : 2
  const visible = rows - head
  const from = Math.max(0, Math.min(scroll, length - visible))
  const shown = Math.min(visible, length - from)
  const range = length > visible && shown > 0 ? ` ${from + 1} to ${from + shown} of ${length}` : ` ${length}`
  const heading: Line = [
    span(`${isFocused ? "›" : " "} `, "bold"),
    span(title, isFocused ? ["bold", "underline"] : "bold"),
    span(`${range}${caveats[status]}`, "dim")
  ]
  if (length === 0) return fitRows([heading], rows)
  const above = head === 1 ? [heading] : [heading, names(width)]
  return fitRows([...above, ...lines(width, from, visible, isLive)], rows)
}

const column = (
  sections: ReadonlyArray<Section>,
  indices: ReadonlyArray<number>,
  state: AccountViewState,
  { columns, rows }: Size
): ReadonlyArray<Line> => {
  // A section with rows needs a heading and the names of its columns.
  const chosen = indices.map((index) => sections[index]!)
  const wanted = chosen.map(({ length }) => (length === 0 ? 1 : length + 2))
  const between = rows >= 4 * chosen.length ? 1 : 0
  const shares = shareRows(wanted, rows - between * (chosen.length - 1), indices.indexOf(state.focus))
  return chosen.flatMap((section, place) => {
    const index = indices[place]!
    const options = { isFocused: state.focus === index, status: state.status._tag, scroll: state.scrolls[index] ?? 0 }
    const lines = sectionLines(section, shares[place]!, columns, options)
    return place > 0 && between === 1 ? [[], ...lines] : lines
  })
}

const cents = (value: number): string => FixedPoint.fromMicros(BigInt(value) * 10_000n)

const balanceLine = ({ balance, nowMillis, subaccount }: AccountViewState, columns: number): Line => {
  const whose = span(subaccount === 0 ? "Primary account" : `Subaccount ${subaccount}`, "bold")
  switch (balance._tag) {
    case "Unknown":
      return [whose, span("   balance –", "dim")]
    case "Failed":
      return [whose, span("   balance not known: ", "dim"), span(balance.reason, "yellow")]
    case "Known": {
      const amounts: Line = [
        whose,
        span("   balance ", "dim"),
        span(`$${balance.balance}`, "bold"),
        span("   positions ", "dim"),
        span(`$${cents(balance.portfolioCents)}`)
      ]
      const age: Line = [span(`read ${durationOf(nowMillis - balance.readMillis)} ago`, "dim")]
      return lineWidth(amounts) + lineWidth(age) < columns ? ends(amounts, age, columns) : amounts
    }
  }
}

const statusLine = ({ nowMillis, readError, status }: AccountViewState): Line => {
  const read = readError === undefined ? "" : ` (${readError})`
  const since = durationOf(nowMillis - status.sinceMillis)
  switch (status._tag) {
    case "Live":
      return [span("live", "green"), span(` for ${since}`, "dim")]
    case "AwaitingSnapshot":
      return [span(`NOT LIVE for ${since}: reading the lists${read}`, ["bold", "yellow"])]
    case "Healing": {
      const { cause, channel, detail } = status.loss
      const text = `NOT LIVE for ${since}: ${channel}, ${cause}: ${detail}. Reading the lists again${read}`
      return [span(text, ["bold", "yellow"])]
    }
  }
}

/** The rows above the sections: the balance, the status and an empty row. */
const headLines = 3

/** PgUp and PgDn scroll by this number of rows. */
export const pageRows = ({ rows }: Size): number => Math.max(1, ((rows - 2 - headLines) >> 1) - 2)

export const renderAccount = (state: AccountViewState, size: Size): ReadonlyArray<Line> =>
  framed({ ...state, title: "Account" }, accountKeys, size, (inner) => {
    const sections = sectionsOf(state.account, state.listedGroups)
    const head = [balanceLine(state, inner.columns), statusLine(state), ...(inner.rows < 12 ? [] : [[]])]
    const rows = inner.rows - head.length
    const body =
      inner.columns < twoColumns
        ? column(sections, [0, 1, 2, 3], state, { columns: inner.columns, rows })
        : twoBlocks(sections, state, { columns: inner.columns, rows })
    return [...head, ...body]
  })

const twoBlocks = (sections: ReadonlyArray<Section>, state: AccountViewState, { columns, rows }: Size) => {
  const width = (columns - 3) >> 1
  return beside(
    [
      { lines: column(sections, [0, 1], state, { columns: width, rows }), width },
      { lines: column(sections, [2, 3], state, { columns: width, rows }), width }
    ],
    rows,
    span(" │ ", "dim")
  )
}
