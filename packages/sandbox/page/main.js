/**
 * The page of a local exchange: follows its stream, and shows what changed.
 */
import { makeAccountView, makeOrderForm, showAccounts } from "./account.js"
import { makeFrames, makeRequests, showRfqs, suggestOperations } from "./activity.js"
import { follow, post } from "./api.js"
import { byId, h, makeDialog, setClass, setText } from "./dom.js"
import { makeFaults } from "./faults.js"
import { clock, day, duration } from "./format.js"
import { makeMarketList, makeMarketView } from "./market.js"

const maxTrades = 1_000
const retryMillis = 3_000

const state = {
  markets: new Map(),
  totalMarkets: 0,
  trades: [],
  accounts: [],
  clock: "real",
  time: 0,
  isTrading: true,
  selected: { market: undefined, account: undefined }
}

const nowMillis = () => (state.clock === "frozen" ? state.time : Date.now() + state.time)
const nameOf = (accountId) => state.accounts.find((account) => account.accountId === accountId)?.name ?? accountId

let hideToast
const toast = (text, kind) => {
  const element = byId("toast")
  clearTimeout(hideToast)
  element.hidden = false
  setText(element, text)
  setClass(element, `toast ${kind}`)
  hideToast = setTimeout(
    () => {
      element.hidden = true
    },
    kind === "bad" ? 8_000 : 2_500
  )
}

const run = async (change, success) => {
  try {
    await change()
    toast(success, "good")
  } catch (error) {
    toast(error.message, "bad")
  }
}

const choices = () => new URLSearchParams(location.hash.slice(1))

/** Keeps the choice in the address, and restarts the stream. */
const select = (choice) => {
  const selected = { ...state.selected, ...choice }
  if (selected.market === state.selected.market && selected.account === state.selected.account) return
  state.selected = selected
  const hash = new URLSearchParams(Object.entries(selected).filter(([, value]) => value !== undefined))
  history.replaceState(undefined, "", `#${hash}`)
  connect()
}

const showMarkets = makeMarketList((ticker) => {
  select({ market: ticker })
  if (matchMedia("(max-width: 760px)").matches) byId("market").scrollIntoView()
})
const orderForm = makeOrderForm(() => ({ ticker: state.selected.market, accountId: state.selected.account }))
const marketView = makeMarketView({ onPrice: orderForm.setPrice, run })
const showAccount = makeAccountView(run, nowMillis)
const requests = makeRequests(nameOf)
const frames = makeFrames()
const showFaults = makeFaults(run)

const showTime = () => {
  const now = nowMillis()
  setText(byId("time"), clock(now))
  byId("time").setAttribute("datetime", Number.isFinite(now) ? new Date(now).toISOString() : "")
  const moved = Math.abs(state.time) >= 1_000 && state.clock === "real"
  const ahead = `${duration(Math.abs(state.time))} ${state.time > 0 ? "ahead" : "behind"}`
  setText(byId("offset"), `${day(now)} UTC${state.clock === "frozen" ? ", stopped" : moved ? `, ${ahead}` : ""}`)
}

const showStatus = (shards) => {
  const paused = shards.filter(({ tradingActive }) => !tradingActive)
  state.isTrading = paused.length < shards.length
  const text =
    paused.length === 0
      ? "trading"
      : state.isTrading
        ? `shard ${paused.map(({ exchangeIndex }) => exchangeIndex).join(", ")} paused`
        : "paused"
  setText(byId("trading"), text)
  setClass(byId("trading"), `pill ${paused.length === 0 ? "good" : "bad"}`)
  setText(byId("pause-trading"), state.isTrading ? "Pause trading" : "Resume trading")
}

const sections = {
  status: showStatus,
  time: (time) => {
    state.time = time
    showTime()
  },
  market: marketView.showMarket,
  accounts: (accounts) => {
    state.accounts = accounts
    showAccounts(accounts, state.selected.account)
  },
  account: showAccount,
  rfqs: (rfqs) => showRfqs(rfqs, nameOf),
  faults: showFaults,
  connections: (connections) =>
    setText(byId("connections"), connections.length === 0 ? "" : `${connections.length} open`),
  requests: (added) => {
    requests.add(added)
    suggestOperations(added.items)
  },
  frames: frames.add
}

const receive = (message) => {
  const { isWhole = false, markets, trades } = message
  if (isWhole) {
    state.markets.clear()
    state.trades = []
    state.clock = message.clock
    state.totalMarkets = message.totalMarkets
    requests.clear()
  }
  for (const market of markets ?? []) {
    if (market !== null) {
      if (!isWhole && !state.markets.has(market.ticker)) state.totalMarkets++
      state.markets.set(market.ticker, market)
    }
  }
  if (markets !== undefined) {
    showMarkets({ markets: state.markets, total: state.totalMarkets, selected: state.selected.market })
  }
  if (trades !== undefined) {
    state.trades = [...state.trades, ...trades.items].slice(-maxTrades)
    marketView.showTrades(state.trades)
  }
  for (const [name, show] of Object.entries(sections)) {
    if (message[name] !== undefined) show(message[name])
  }
  if (isWhole || state.selected.market === undefined) chooseDefaults()
}

/** Selects the first market or account if none is selected, or if the selected one no longer exists. */
const chooseDefaults = () => {
  const { account, market } = state.selected
  const isKnown = state.accounts.some(({ accountId }) => accountId === account)
  select({
    // The list of a large exchange is not complete: the selected market can exist without being in the list.
    market:
      market !== undefined && (state.markets.has(market) || state.totalMarkets > state.markets.size)
        ? market
        : state.markets.keys().next().value,
    account: isKnown ? account : state.accounts[0]?.accountId
  })
}

const liveNames = { live: "live", reconnecting: "reconnecting", closed: "reconnecting" }
let end = () => {}
let retry

const connect = () => {
  end()
  clearTimeout(retry)
  end = follow(state.selected, receive, (live) => {
    setText(byId("live"), liveNames[live])
    setClass(byId("live"), `live ${live}`)
    if (live === "closed") retry = setTimeout(connect, retryMillis)
  })
}

/** @type {ReadonlyArray<readonly [string, number]>} */
const moves = [
  ["+1 s", 1_000],
  ["+15 s", 15_000],
  ["+1 min", 60_000],
  ["+1 h", 3_600_000],
  ["+1 d", 86_400_000]
]
for (const [label, millis] of moves) {
  const move = () => run(() => post("time", { millis }), `The clock moved by ${label.slice(1)}`)
  byId("moves").append(
    h(
      "button",
      { type: "button", class: "quiet", "aria-label": `Move the clock by ${label.slice(1)}`, onclick: move },
      label
    )
  )
}
byId("pause-trading").addEventListener("click", () =>
  run(() => post("active", { trading: !state.isTrading }), state.isTrading ? "Trading paused" : "Trading resumed")
)
const accountSelect = byId("account-select", HTMLSelectElement)
accountSelect.addEventListener("change", () => select({ account: accountSelect.value }))

const openNewMarket = makeDialog("market-dialog", async (read) => {
  const [ticker, title] = [read("ticker"), read("title")]
  const market = await post("markets", { ticker, ...(title === "" ? {} : { title }) })
  select({ market: market.ticker })
})
byId("new-market").addEventListener("click", openNewMarket)

setInterval(showTime, 250)
state.selected = { market: choices().get("market") ?? undefined, account: choices().get("account") ?? undefined }
marketView.showMarket(undefined)
marketView.showTrades([])
showAccount(undefined)
connect()
