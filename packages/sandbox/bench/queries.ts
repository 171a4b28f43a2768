/**
 * Measures how the cost of reads depends on the size of the exchange. Prints microseconds per read, or per order if the
 * name says so, and the ratio to the cost at a tenth of the size. The ratio is 1 if the cost does not depend on the
 * size, and 10 if it is proportional to the size.
 */
import * as Result from "effect/Result"
import type { CreateOrder, CreateRfq } from "../src/exchange/Commands.ts"
import type { Refusal } from "../src/exchange/Entities.ts"
import { Exchange } from "../src/exchange/Exchange.ts"
import type { View } from "../src/exchange/View.ts"
import { order } from "./order.ts"

const start = 1_800_000_000_000
const sizes = [1_000, 10_000, 100_000]
const page = 100

const unwrap = <A>(result: Result.Result<A, Refusal>): A => {
  if (Result.isFailure(result)) {
    throw new Error(`${result.failure.code}: ${result.failure.details}`)
  }
  return result.success
}

const makeFloor = (...tickers: ReadonlyArray<string>) => {
  const exchange = new Exchange({ seed: 1, assumptions: { maxRestingOrders: 1_000_000 } })
  const account = (name: string) =>
    unwrap(exchange.execute({ type: "createAccount", name, dollars: "900000000" }, start)).accountId
  const priceRanges = [{ start: "0.00", end: "1.00", step: "0.001" }]
  for (const ticker of tickers) {
    unwrap(exchange.execute({ type: "createMarket", market: { ticker, priceRanges } }, start))
  }
  const [me, other] = [account("me"), account("other")]
  const place = (by: string, what: CreateOrder) =>
    unwrap(exchange.execute({ type: "createOrder", accountId: by, order: what }, start)).orderId
  const cancel = (by: string, orderId: string) =>
    unwrap(
      exchange.execute(
        {
          type: "cancelOrder",
          accountId: by,
          target: { orderId, subaccount: 0, exchangeIndex: undefined, marketTicker: undefined }
        },
        start
      )
    )
  return { exchange, me, other, place, cancel }
}

type Floor = ReturnType<typeof makeFloor>

interface Read {
  readonly prepare: (size: number) => Floor
  /** Reads, and returns the number by which the time is divided. */
  readonly read: (view: View, floor: Floor, size: number) => number
}

const [here, there] = ["KXBENCH-26-YES", "KXOTHER-26-YES"]

/** Places resting orders at `prices` different prices. */
const resting = (prices: number) => (size: number) => {
  const floor = makeFloor(here)
  for (let n = 0; n < size; n++) {
    floor.place(floor.me, order(here, "bid", 10 * (1 + (n % prices))))
  }
  return floor
}

/** Places many orders and cancels them. Halfway, places ten orders of each kind that the reads search for. */
const amongOld = (size: number) => {
  const floor = makeFloor(here, there)
  const old = (times: number) => {
    for (let n = 0; n < times; n++) {
      floor.cancel(floor.me, floor.place(floor.me, order(here, "bid", 4_000)))
    }
  }
  old(size / 2)
  for (let n = 0; n < 10; n++) {
    floor.place(floor.me, order(here, "bid", 4_000))
    floor.place(floor.me, order(there, "bid", 4_000))
    floor.place(floor.other, order(here, "ask", 4_100))
    floor.place(floor.me, order(here, "bid", 4_100))
  }
  old(size / 2)
  return floor
}

/** Fills orders, one of them in another market. */
const filled = (size: number) => {
  const floor = makeFloor(here, there)
  for (let n = 0; n < size; n++) {
    const ticker = n === 5 ? there : here
    floor.place(floor.other, order(ticker, "ask", 5_000))
    floor.place(floor.me, order(ticker, "bid", 5_000))
  }
  return floor
}

const tradedEachMinute = (size: number) => {
  const floor = makeFloor(here)
  for (let n = 0; n < size; n++) {
    for (const [accountId, side] of [
      [floor.other, "ask"],
      [floor.me, "bid"]
    ] as const) {
      unwrap(
        floor.exchange.execute(
          { type: "createOrder", accountId, order: order(here, side, 5_000 + 10 * (n % 7)) },
          start + n * 60_000
        )
      )
    }
  }
  return floor
}

const rfq = (ticker: string): CreateRfq => ({
  ticker,
  subaccount: 0,
  count: 100,
  targetCostMicros: undefined,
  targetCostExcludesFees: false,
  isObscured: false,
  restRemainder: false,
  replaceExisting: true
})

/**
 * Creates one old RFQ on another market, then ten open RFQs, and then many RFQs on one market, of which only the last
 * stays open. Each RFQ has a quote.
 */
const closedRfqs = (size: number) => {
  const floor = makeFloor(here, there, ...Array.from({ length: 10 }, (_, n) => `KXOPEN-26-N${n}`))
  const create = (ticker: string) => {
    const { rfqId } = unwrap(
      floor.exchange.execute({ type: "createRfq", accountId: floor.me, rfq: rfq(ticker) }, start)
    )
    const quote = { rfqId, subaccount: 0, yesBid: 4_000, noBid: 5_000, restRemainder: false, postOnly: false }
    unwrap(floor.exchange.execute({ type: "createQuote", accountId: floor.other, quote }, start))
  }
  create(there)
  for (let n = 0; n < 10; n++) {
    create(`KXOPEN-26-N${n}`)
  }
  for (let n = 0; n < size; n++) {
    create(here)
  }
  return floor
}

/** Positions in `size` markets. All except the last ten are settled. Each event has ten markets. */
const positions = (size: number) => {
  const tickers = Array.from({ length: size }, (_, n) => `KXPOS${Math.floor(n / 10)}-26-N${n}`)
  const floor = makeFloor(...tickers)
  tickers.forEach((ticker, n) => {
    floor.place(floor.other, order(ticker, "ask", 5_000))
    floor.place(floor.me, order(ticker, "bid", 5_000))
    if (n < size - 10) {
      unwrap(floor.exchange.execute({ type: "determineMarket", ticker, outcome: "yes" }, start))
      unwrap(floor.exchange.execute({ type: "settleMarket", ticker }, start))
    }
  })
  return floor
}

const allPositions = {
  ticker: undefined,
  eventTicker: undefined,
  subaccount: 0,
  exchangeIndex: undefined,
  nonZero: [],
  limit: page
} as const

const noTimes = {
  ticker: undefined,
  eventTicker: undefined,
  subaccount: undefined,
  minSeconds: undefined,
  maxSeconds: undefined,
  limit: page
}

const fail = (what: string): never => {
  throw new Error(`the number of ${what} is wrong`)
}

const allQuotes = {
  isMaker: true,
  isRfqCreator: false,
  makerAccountId: undefined,
  rfqAccountId: undefined,
  rfqId: undefined,
  subaccount: undefined,
  status: undefined,
  minSeconds: undefined,
  maxSeconds: undefined,
  limit: page
}

const allRfqs = {
  ticker: undefined,
  eventTicker: undefined,
  subaccount: undefined,
  status: undefined,
  accountId: undefined,
  isOwn: false,
  limit: page
}

const walk = (
  next: (cursor: string | undefined) => { readonly items: ReadonlyArray<unknown>; readonly cursor: string }
) => {
  let count = 0
  let cursor: string | undefined
  do {
    const part = next(cursor)
    count += part.items.length
    cursor = part.cursor
  } while (cursor !== "")
  return count
}

const reads: Readonly<Record<string, Read>> = {
  "queue positions of all orders, per order": {
    prepare: resting(490),
    read: (view, { me }) => unwrap(view.queuePositions(me, 0, { tickers: [here], eventTicker: undefined })).length
  },
  "queue position of the last order, 490 prices": {
    prepare: resting(490),
    read: (view, floor) => {
      const { items } = unwrap(view.listOrders(floor.me, { limit: 1 }))
      return unwrap(view.queuePosition(floor.me, items[0]!.orderId)).count > 0 ? 1 : 0
    }
  },
  "queue position of the last order, one price": {
    prepare: resting(1),
    read: (view, floor) => {
      const { items } = unwrap(view.listOrders(floor.me, { limit: 1 }))
      return unwrap(view.queuePosition(floor.me, items[0]!.orderId)).count > 0 ? 1 : 0
    }
  },
  "20 resting orders among old ones": {
    prepare: amongOld,
    read: (view, { me }) => Math.min(1, unwrap(view.listOrders(me, { status: "resting", limit: page })).items.length)
  },
  "10 resting orders of one ticker among old ones": {
    prepare: amongOld,
    read: (view, { me }) =>
      Math.min(1, unwrap(view.listOrders(me, { status: "resting", ticker: here, limit: page })).items.length)
  },
  "10 executed orders of one event among old ones": {
    prepare: amongOld,
    read: (view, { me }) =>
      Math.min(
        1,
        unwrap(view.listOrders(me, { status: "executed", eventTickers: ["KXBENCH-26"], limit: page })).items.length
      )
  },
  "10 orders of another ticker among old ones": {
    prepare: amongOld,
    read: (view, { me }) => Math.min(1, unwrap(view.listOrders(me, { ticker: there, limit: page })).items.length)
  },
  "pages of 100 of all resting orders, per order": {
    prepare: resting(490),
    read: (view, { me }) =>
      walk((cursor) => unwrap(view.listOrders(me, { status: "resting", ticker: here, limit: page, cursor })))
  },
  "one fill of one order among others": {
    prepare: filled,
    read: (view, { me }) => {
      const [first] = unwrap(view.listFills(me, { tickers: [there], limit: 1 })).items
      return unwrap(view.listFills(me, { orderId: first!.orderId, limit: page })).items.length
    }
  },
  "100 trades of all markets": {
    prepare: filled,
    read: (view) => (unwrap(view.listTrades({ ticker: undefined, limit: page })).items.length === page ? 1 : 0)
  },
  "100 candlesticks of a minute": {
    prepare: tradedEachMinute,
    read: (view) => {
      const endSeconds = Math.floor(view.nowMillis / 1_000)
      const range = { startSeconds: endSeconds - 6_000, endSeconds, minutes: 1, withLatestBefore: true }
      return unwrap(view.candles(here, range, "live")).length >= page ? 1 : 0
    }
  },
  "12 open RFQs among closed ones": {
    prepare: closedRfqs,
    read: (view, { me }) =>
      unwrap(view.listRfqs(me, { ...allRfqs, status: "open" })).items.length === 12 ? 1 : fail("RFQs")
  },
  "one RFQ of one ticker among closed ones": {
    prepare: closedRfqs,
    read: (view, { me }) => unwrap(view.listRfqs(me, { ...allRfqs, ticker: there })).items.length
  },
  "12 open quotes among canceled ones": {
    prepare: closedRfqs,
    read: (view, { other }) =>
      unwrap(view.listQuotes(other, { ...allQuotes, status: "open" })).items.length === 12 ? 1 : fail("quotes")
  },
  "quotes on one RFQ among others": {
    prepare: closedRfqs,
    read: (view, { me, other }) => {
      const [old] = unwrap(view.listRfqs(me, { ...allRfqs, ticker: there })).items
      return unwrap(view.listQuotes(other, { ...allQuotes, rfqId: old!.rfqId })).items.length
    }
  },
  "10 unsettled positions among settled ones": {
    prepare: positions,
    read: (view, { me }) =>
      unwrap(view.listPositions(me, { ...allPositions, settlement: "unsettled" })).items.length === 10
        ? 1
        : fail("positions")
  },
  "one position of one ticker among others": {
    prepare: positions,
    read: (view, { me }) =>
      unwrap(view.listPositions(me, { ...allPositions, settlement: "all", ticker: "KXPOS5-26-N55" })).items.length
  },
  "totals of one event among others": {
    prepare: positions,
    read: (view, { me }) =>
      unwrap(view.positionsOfEvent(me, "KXPOS5-26", { ...allPositions, settlement: "all" })).length === 10
        ? 1
        : fail("totals")
  },
  "one settlement of one ticker among others": {
    prepare: positions,
    read: (view, { me }) => unwrap(view.listSettlements(me, { ...noTimes, ticker: "KXPOS5-26-N55" })).items.length
  },
  "an empty range of settlements among others": {
    prepare: positions,
    read: (view, { me }) =>
      1 + unwrap(view.listSettlements(me, { ...noTimes, maxSeconds: start / 1_000 - 1 })).items.length
  },
  "balances with all positions": {
    prepare: positions,
    read: (view, { me }) => unwrap(view.balances(me)).length
  },
  "a market with its volume of a day": {
    prepare: filled,
    read: (view) => (unwrap(view.market(here)).volume24h > 0 ? 1 : 0)
  }
}

/** Returns the microseconds per unit of the fastest round. Each round lasts at least two milliseconds. */
const timed = (read: () => number): number => {
  let best = Infinity
  const until = performance.now() + 600
  for (let round = 0; round < 3 || (round < 9 && performance.now() < until); round++) {
    const begun = performance.now()
    let count = 0
    do {
      count += read()
    } while (performance.now() - begun < 2)
    best = Math.min(best, ((performance.now() - begun) * 1_000) / count)
  }
  return best
}

console.log(`reads of the exchange in process, best of up to 9 rounds, Node ${process.version}`)
for (const [name, { prepare, read }] of Object.entries(reads)) {
  let before: number | undefined
  const columns = sizes.map((size) => {
    const floor = prepare(size)
    const view = floor.exchange.view(start)
    const micros = timed(() => read(view, floor, size))
    const ratio = before === undefined ? "" : ` (×${(micros / before).toFixed(1)})`
    before = micros
    return `${size.toLocaleString("en")}: ${micros < 10 ? micros.toFixed(2) : Math.round(micros).toLocaleString("en")} µs${ratio}`
  })
  console.log(`${name.padEnd(48)} ${columns.map((column) => column.padEnd(28)).join("")}`)
}
