/**
 * Measures the exchange in this process, without HTTP: orders per second, and the memory of resting orders. This is not
 * a test. Run with `node --expose-gc` to measure the memory.
 */
import { PerformanceObserver } from "node:perf_hooks"
import * as Result from "effect/Result"
import { Exchange } from "../src/exchange/Exchange.ts"
import { Ids } from "../src/exchange/ids.ts"
import { order } from "./order.ts"

const start = 1_800_000_000_000
const rounds = 7
const orders = 100_000
const ticker = "KXBENCH-26-YES"

interface Floor {
  readonly exchange: Exchange
  readonly makers: ReadonlyArray<string>
  readonly taker: string
}

/** A market with a tick of $0.001, ten makers and a taker. Each account has a hundred million dollars. */
const makeFloor = (): Floor => {
  const exchange = new Exchange({ seed: 1, assumptions: { maxRestingOrders: 1_000_000 } })
  const account = (name: string) =>
    Result.getOrThrow(exchange.execute({ type: "createAccount", name, dollars: "100000000" }, start)).accountId
  Result.getOrThrow(
    exchange.execute(
      {
        type: "createMarket",
        market: { ticker, makerFeeRate: 175, priceRanges: [{ start: "0.00", end: "1.00", step: "0.001" }] }
      },
      start
    )
  )
  return { exchange, makers: Array.from({ length: 10 }, (_, n) => account(`maker ${n}`)), taker: account("taker") }
}

/** Random numbers from a fixed seed. */
const makeNumbers = () => {
  let state = 1
  return (below: number): number => {
    state = Math.imul(state, 1_103_515_245) + 12_345
    return ((state >>> 8) & 0xffffff) % below
  }
}

const placed = (result: Result.Result<{ readonly orderId: string }, { readonly code: string }>): string => {
  if (Result.isFailure(result)) {
    throw new Error(result.failure.code)
  }
  return result.success.orderId
}

/** Each workload runs on a new exchange, and returns the number of its commands and its seconds. */
const works: Readonly<Record<string, (floor: Floor) => { readonly count: number; readonly seconds: number }>> = {
  "place and rest": ({ exchange, makers }) => {
    const number = makeNumbers()
    const begun = performance.now()
    for (let n = 0; n < orders; n++) {
      placed(
        exchange.execute(
          {
            type: "createOrder",
            accountId: makers[n % 10]!,
            order: order(ticker, "bid", 10 * (1 + number(490)), 100 + number(900))
          },
          start + n
        )
      )
    }
    return { count: orders, seconds: (performance.now() - begun) / 1_000 }
  },
  "place, and fill half of the orders": ({ exchange, makers, taker }) => {
    const number = makeNumbers()
    const begun = performance.now()
    for (let n = 0; n < orders; n += 2) {
      const price = 10 * (400 + number(100))
      placed(
        exchange.execute(
          { type: "createOrder", accountId: makers[n % 10]!, order: order(ticker, "bid", price, 500) },
          start + n
        )
      )
      placed(
        exchange.execute({ type: "createOrder", accountId: taker, order: order(ticker, "ask", price, 500) }, start + n)
      )
    }
    return { count: orders, seconds: (performance.now() - begun) / 1_000 }
  },
  "place, amend and cancel, in a book of 10,000": ({ exchange, makers }) => {
    const number = makeNumbers()
    for (let n = 0; n < 10_000; n++) {
      placed(
        exchange.execute(
          { type: "createOrder", accountId: makers[n % 10]!, order: order(ticker, "bid", 10 * (1 + number(490)), 500) },
          start
        )
      )
    }
    const rest = { subaccount: 0, exchangeIndex: undefined }
    const begun = performance.now()
    for (let n = 0; n < orders; n += 3) {
      const account = makers[n % 10]!
      const price = 10 * (1 + number(490))
      const orderId = placed(
        exchange.execute(
          { type: "createOrder", accountId: account, order: order(ticker, "bid", price, 500) },
          start + n
        )
      )
      const amended = { ...rest, orderId, ticker, side: "bid", price: 10 * (1 + number(490)), count: 600 } as const
      const names = { clientOrderId: undefined, updatedClientOrderId: undefined, expirationSeconds: undefined }
      Result.getOrThrow(
        exchange.execute({ type: "amendOrder", accountId: account, order: { ...amended, ...names } }, start + n)
      )
      Result.getOrThrow(
        exchange.execute(
          { type: "cancelOrder", accountId: account, target: { ...rest, orderId, marketTicker: ticker } },
          start + n
        )
      )
    }
    return { count: orders, seconds: (performance.now() - begun) / 1_000 }
  }
}

/** Measures, in seconds, what any engine needs at least: creates the ids, and indexes an object by each id. */
const idsAlone = (): number => {
  const ids = Ids.fromSeed(1)
  const byId = new Map<string, object>()
  const begun = performance.now()
  for (let n = 0; n < orders; n++) {
    byId.set(ids.next(), {})
  }
  return (performance.now() - begun) / 1_000
}

let collecting = 0
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    collecting += duration / 1_000
  }
})
observer.observe({ entryTypes: ["gc"] })

/** Waits until the garbage collections have been reported. */
const counted = () => new Promise((resolve) => setTimeout(resolve, 10))

const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`

const weigh = (): void => {
  const { gc } = globalThis
  if (gc === undefined) {
    console.log("run with --expose-gc to measure the memory of resting orders")
    return
  }
  const { exchange, makers } = makeFloor()
  const number = makeNumbers()
  gc()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < orders; n++) {
    placed(
      exchange.execute(
        {
          type: "createOrder",
          accountId: makers[n % 10]!,
          order: order(ticker, "bid", 10 * (1 + number(490)), 100 + number(900))
        },
        start + n
      )
    )
  }
  gc()
  const { heapUsed, rss } = process.memoryUsage()
  const each = Math.round((heapUsed - before) / orders)
  // Uses the exchange after the measurement, so that it is not garbage-collected earlier.
  const levels = Result.getOrThrow(exchange.view(start).book(ticker)).bid.length
  console.log(
    `${orders.toLocaleString("en")} orders resting at ${levels} prices take ${mebibytes(heapUsed - before)}, ${each} bytes each; the whole process takes ${mebibytes(rss)}`
  )
}

console.log(
  `engine in process, ${orders.toLocaleString("en")} orders, best of ${rounds} rounds, Node ${process.version}`
)
weigh()
for (const [name, work] of Object.entries(works)) {
  let best = Infinity
  let worked = 0
  await counted()
  collecting = 0
  for (let round = 0; round <= rounds; round++) {
    const { count, seconds } = work(makeFloor())
    worked += seconds
    if (round > 0) {
      best = Math.min(best, seconds / count) // the first round warms up
    }
  }
  await counted()
  const rate = Math.round(1 / best).toLocaleString("en")
  const collector = Math.round((collecting / worked) * 100)
  console.log(`${name.padEnd(48)} ${rate.padStart(10)} orders/s, ${collector} % of the time in the garbage collector`)
}
const floor = Math.min(...Array.from({ length: rounds }, idsAlone)) / orders
console.log(
  `for comparison: creating an id and indexing an object by it, ${Math.round(1 / floor).toLocaleString("en")} per second`
)
observer.disconnect()
