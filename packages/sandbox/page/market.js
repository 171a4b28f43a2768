/**
 * The list of markets, and the selected market: charts, order book, trades, and its operator actions.
 */
import { post } from "./api.js"
import { candlesOf, intervals } from "./candles.js"
import { candleChart, depthChart } from "./charts.js"
import { byId, h, makeDialog, onSize, setAttribute, setClass, setText, sync, syncOptions } from "./dom.js"
import { clock, count, decimalsOf, parseCents, price, toDollars } from "./format.js"

const statusNames = {
  initialized: "not open yet",
  active: "open",
  inactive: "paused",
  closed: "closed",
  determined: "determined",
  disputed: "disputed",
  amended: "determined again",
  finalized: "settled"
}

const shownLevels = 9
const shownTrades = 60
const shownMarkets = 200

/**
 * The operator's actions: name, label, the statuses that permit the action, and whether the action cannot be undone.
 *
 * @type {ReadonlyArray<readonly [name: string, label: string, statuses: ReadonlyArray<string>, isFinal?: boolean]>}
 */
const actions = [
  ["pause", "Pause", ["active"]],
  ["reactivate", "Resume", ["inactive"]],
  ["close", "Close", ["active", "inactive", "initialized"], true],
  ["yes", "Result YES", ["active", "inactive", "closed", "disputed"], true],
  ["no", "Result NO", ["active", "inactive", "closed", "disputed"], true],
  ["value", "Result value", ["active", "inactive", "closed", "disputed"]],
  ["dispute", "Dispute", ["determined", "amended"]],
  ["settle", "Settle", ["determined", "amended"], true]
]

const quote = (value, decimals) => (value === 0 ? "–" : price(value, decimals))

/** `onSelect` receives the ticker of a chosen market. */
export const makeMarketList = (onSelect) => {
  const find = byId("find", HTMLInputElement)
  let state = { markets: new Map(), total: 0, selected: undefined }
  const show = () => {
    const text = find.value.trim().toLowerCase()
    const all = [...state.markets.values()]
    const found =
      text === "" ? all : all.filter(({ ticker, title }) => `${ticker} ${title}`.toLowerCase().includes(text))
    sync(
      byId("market-list"),
      found.slice(0, shownMarkets),
      ({ ticker }) => ticker,
      ({ ticker }) =>
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", class: "market", onclick: () => onSelect(ticker) },
            h("span", { class: "name" }),
            h("span", { class: "last num" }),
            h("span", { class: "sub" }),
            h("span", { class: "quotes num" })
          )
        ),
      (item, market) => {
        const [button] = item.children
        const [name, last, sub, quotes] = button.children
        setAttribute(button, "aria-current", String(market.ticker === state.selected))
        setText(name, market.title)
        setText(last, market.lastPrice === 0 ? "–" : price(market.lastPrice))
        setText(sub, market.title === market.ticker ? "" : market.ticker)
        if (market.status !== "active") setText(sub, statusNames[market.status])
        setText(quotes, `${quote(market.bid)} / ${quote(market.ask)}`)
      }
    )
    setText(byId("markets-count"), state.total === 0 ? "" : String(state.total))
    byId("markets-empty").hidden = state.total > 0
    byId("market-list").hidden = state.total === 0
  }
  find.addEventListener("input", show)
  return (next) => {
    state = { ...state, ...next }
    show()
  }
}

const levelRow = (side, onPrice) => () =>
  h(
    "tr",
    { class: side },
    h(
      "td",
      {},
      h("button", {
        type: "button",
        class: "level",
        tabindex: "-1",
        onclick: ({ currentTarget }) => onPrice(Number(currentTarget.value), side)
      })
    ),
    h("td", {}),
    h("td", {}, h("span", { class: "fill" }), h("span", {}))
  )

/** Always shows the same number of rows, so that the page does not move. */
const showSide = (body, side, levels, { decimals, largest, onPrice }) => {
  let total = 0
  const rows = levels.slice(0, shownLevels).map(([level, size]) => ({ level, size, total: (total += size) }))
  while (rows.length < shownLevels) rows.push(undefined)
  const ordered = (side === "ask" ? rows.toReversed() : rows).map((row, index) => ({ row, index }))
  sync(
    body,
    ordered,
    ({ index }) => index,
    levelRow(side, onPrice),
    (element, { row }) => {
      const [first, size, cumulated] = element.children
      const [button] = first.children
      setText(button, row === undefined ? "" : price(row.level, decimals))
      button.value = String(row?.level ?? "")
      button.hidden = row === undefined
      setText(size, row === undefined ? "" : count(row.size))
      const [fill, text] = cumulated.children
      setText(text, row === undefined ? "" : count(row.total))
      fill.style.width = row === undefined ? "0" : `${Math.max(1, (row.total / largest) * 100)}%`
    }
  )
}

const facts = (list, pairs) =>
  sync(
    list,
    pairs,
    ([name]) => name,
    ([name]) => h("div", {}, h("dt", {}, name), h("dd", { class: "num" }, h("span"), h("small", { class: "muted" }))),
    (element, [, value, rest = ""]) => {
      const [main, small] = element.lastElementChild.children
      setText(main, value)
      setText(small, rest)
    }
  )

export const showFacts = facts

/** `onPrice` receives a clicked price of the order book and its side. */
export const makeMarketView = ({ onPrice, run }) => {
  const interval = byId("interval", HTMLSelectElement)
  syncOptions(interval, [
    { value: "", text: "fitted" },
    ...intervals.map(([millis, text]) => ({ value: String(millis), text }))
  ])
  const sizes = { candles: [0, 0], depth: [0, 0] }
  let market
  let trades = []

  const showCandles = () => {
    const [width, height] = sizes.candles
    const chosen = interval.value === "" ? undefined : Number(interval.value)
    if (width > 0) byId("candles").replaceChildren(candleChart(width, height, candlesOf(trades, chosen)))
  }
  const showDepth = () => {
    const [width, height] = sizes.depth
    if (width > 0) byId("depth").replaceChildren(depthChart(width, height, market?.book ?? { bid: [], ask: [] }))
  }
  onSize(byId("candles"), (...size) => {
    sizes.candles = size
    showCandles()
  })
  onSize(byId("depth"), (...size) => {
    sizes.depth = size
    showDepth()
  })
  interval.addEventListener("change", showCandles)

  const act = (name) => {
    const path = `markets/${encodeURIComponent(market.ticker)}`
    return name === "yes" || name === "no" ? post(`${path}/determine`, { outcome: name }) : post(`${path}/${name}`)
  }
  const openValue = makeDialog("value-dialog", async (read) => {
    const cents = parseCents(read("value"))
    if (cents === undefined) throw new Error("The value must be cents from 0 to 100, with at most two decimals.")
    await post(`markets/${encodeURIComponent(market.ticker)}/determine`, { outcome: { scalar: toDollars(cents) } })
  })
  const buttons = actions.map(([name, label, statuses, isFinal]) => {
    const button = h("button", { type: "button", class: "quiet" }, label)
    // An action that cannot be undone needs a second click.
    const reset = () => {
      setText(button, label)
      setAttribute(button, "aria-pressed", "false")
    }
    button.addEventListener("blur", reset)
    button.addEventListener("click", () => {
      // Uses `aria-disabled`, because a disabled button would lose the focus.
      if (button.getAttribute("aria-disabled") === "true") return
      if (isFinal && button.getAttribute("aria-pressed") !== "true") {
        setText(button, `Confirm: ${label}`)
        setAttribute(button, "aria-pressed", "true")
        return
      }
      reset()
      if (name === "value") openValue()
      else run(() => act(name), `${label}: ${market.ticker}`)
    })
    return { button, statuses }
  })
  byId("manage").append(...buttons.map(({ button }) => button))

  const showBook = ({ ask, bid, hidden }) => {
    const shown = [...bid.slice(0, shownLevels), ...ask.slice(0, shownLevels)]
    const decimals = decimalsOf(shown.map(([level]) => level))
    const sizeOf = (levels) => levels.slice(0, shownLevels).reduce((total, [, size]) => total + size, 0)
    const options = { decimals, onPrice, largest: Math.max(1, sizeOf(bid), sizeOf(ask)) }
    showSide(byId("asks"), "ask", ask, options)
    showSide(byId("bids"), "bid", bid, options)
    const spread = bid.length > 0 && ask.length > 0 ? `Spread ${price(ask[0][0] - bid[0][0], decimals)}` : "No spread"
    sync(
      byId("middle"),
      [spread],
      () => "middle",
      () => h("tr", {}, h("td", { colspan: 3 })),
      (row) => setText(row.firstElementChild, spread)
    )
    const more = Math.max(0, bid.length - shownLevels) + Math.max(0, ask.length - shownLevels) + hidden
    setText(byId("book-note"), more === 0 ? "" : `${more} more levels`)
  }

  return {
    showMarket: (next) => {
      market = next ?? undefined
      const { status, title } = market ?? {}
      setText(byId("market-title"), title ?? "No market")
      const result =
        market?.result === undefined
          ? ""
          : `, result ${market.result === "scalar" ? price(market.settlementValue) : market.result.toUpperCase()}`
      setText(
        byId("market-ticker"),
        market === undefined
          ? "Select a market, or create one."
          : `${market.ticker === title ? "" : `${market.ticker} · `}${statusNames[status]}${result}`
      )
      setClass(byId("market-ticker"), `muted status ${status ?? ""}`)
      const value = (of) => (market === undefined ? "–" : of(market))
      facts(byId("market-facts"), [
        ["Last", value(({ lastPrice }) => quote(lastPrice))],
        ["Bid", value(({ bid }) => quote(bid))],
        ["Ask", value(({ ask }) => quote(ask))],
        ["Volume", value(({ volume }) => count(volume))],
        ["Open interest", value(({ openInterest }) => count(openInterest))]
      ])
      for (const { button, statuses } of buttons) {
        setAttribute(button, "aria-disabled", String(!statuses.includes(status)))
      }
      showBook(market?.book ?? { bid: [], ask: [], hidden: 0 })
      showDepth()
    },
    showTrades: (all) => {
      trades = all
      const newest = all.slice(-shownTrades).toReversed()
      const decimals = decimalsOf(newest.map((trade) => trade.price))
      sync(
        byId("trades"),
        newest,
        ({ tradeId }) => tradeId,
        () => h("tr", {}, h("td", { class: "muted" }), h("td", {}), h("td", {}), h("td", {})),
        (row, trade) => {
          const [time, taker, level, size] = row.children
          setText(time, clock(trade.atMillis))
          setText(taker, `${trade.takerSide === "bid" ? "YES" : "NO"}${trade.isBlock ? " block" : ""}`)
          setClass(taker, trade.takerSide)
          setText(level, price(trade.price, decimals))
          setText(size, count(trade.count))
        }
      )
      byId("trades-empty").hidden = all.length > 0
      showCandles()
    }
  }
}
