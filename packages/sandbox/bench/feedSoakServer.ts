/**
 * A local exchange in another process for `feedSoak.ts` and `feedLines.ts`, with order flow in all its markets.
 * Arguments: the number of markets, and the changes of books a second.
 *
 * Each change affects one level of one market, so a reader of the feed never sees a part of a change. Concurrent
 * requests never change the same book.
 */
import { createPrivateKey, sign } from "node:crypto"
import { setTimeout } from "node:timers/promises"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Sandbox from "../src/Sandbox.ts"
import {
  digestOf,
  type Fault,
  type LineFault,
  type Question,
  type Recorded,
  type Sent,
  stallMillis
} from "./feedSoakBook.ts"

const [markets = 200, changesPerSecond = 300] = process.argv.slice(2).map(Number)
const tickers = Array.from({ length: markets }, (_, n) => `KXSOAK-26-M${n}`)
const requestsAtOnce = 4
const batch = 10
const fullBook = 24
const path = "/trade-api/v2/portfolio/events/orders/batched"

const notify = (message: Sent): void => void process.send?.(message)

const signingOf = ({ keyId, privateKey }: Sandbox.Credentials) => {
  const key = createPrivateKey(Redacted.value(privateKey))
  return (text: string) => ({ keyId, signature: sign(null, Buffer.from(text), key).toString("base64") })
}

interface Placed {
  readonly orders: ReadonlyArray<{ readonly order_id?: string }>
}

class Flow {
  changes = 0
  isRunning = true
  /** While true, no new request is sent. */
  isPaused = false
  #inFlight = 0
  readonly #url: string
  readonly #maker: ReturnType<typeof signingOf>
  readonly #taker: ReturnType<typeof signingOf>
  readonly #record: (tickers: ReadonlyArray<string>) => void
  readonly #resting = new Map<string, Array<string>>()

  constructor(
    url: string,
    maker: Sandbox.Credentials,
    taker: Sandbox.Credentials,
    record: (tickers: ReadonlyArray<string>) => void
  ) {
    this.#url = url
    this.#maker = signingOf(maker)
    this.#taker = signingOf(taker)
    this.#record = record
  }

  async run(): Promise<void> {
    const begun = performance.now()
    const work = async (worker: number) => {
      const own = tickers.filter((_, n) => n % requestsAtOnce === worker)
      for (let at = 0; this.isRunning;) {
        const due = (((performance.now() - begun) / 1_000) * changesPerSecond) / requestsAtOnce
        if (this.isPaused || at + batch > due) {
          await setTimeout(5)
          continue
        }
        const some = Array.from({ length: Math.min(batch, own.length) }, (_, n) => own[(at + n) % own.length]!)
        at += batch
        this.#inFlight++
        await this.#change(some)
        this.#record(some)
        this.#inFlight--
        this.changes += some.length
      }
    }
    await Promise.all(Array.from({ length: requestsAtOnce }, (_, worker) => work(worker)))
  }

  /** Waits until all changes are recorded. Nothing more is sent until `isPaused` is false again. */
  async pause(): Promise<void> {
    this.isPaused = true
    while (this.#inFlight > 0) await setTimeout(1)
  }

  async #change(some: ReadonlyArray<string>): Promise<void> {
    const roll = Math.random()
    if (roll < 0.2) return this.#take(some)
    const full = some.filter((ticker) => (this.#resting.get(ticker)?.length ?? 0) > (roll < 0.5 ? 4 : fullBook))
    return full.length > some.length / 2 ? this.#cancel(full) : this.#place(some)
  }

  async #place(some: ReadonlyArray<string>): Promise<void> {
    const orders = some.map((ticker) => {
      const isBid = Math.random() < 0.5
      const cents = Math.floor(Math.random() * 40)
      return {
        ticker,
        side: isBid ? "bid" : "ask",
        price: `0.${isBid ? 10 + cents : 51 + cents}`,
        count: String(1 + Math.floor(Math.random() * 20)),
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "maker"
      }
    })
    const placed = (await this.#send("POST", this.#maker, { orders })) as Placed // the response to a batch
    placed.orders.forEach(({ order_id }, n) => {
      const ticker = some[n]!
      if (order_id === undefined) throw new Error(`an order was refused: ${JSON.stringify(placed.orders[n])}`)
      this.#resting.set(ticker, [...(this.#resting.get(ticker) ?? []), order_id])
    })
  }

  /** Cancels a random order of each market. The cancel of a filled order is refused, and changes nothing. */
  async #cancel(some: ReadonlyArray<string>): Promise<void> {
    const orders = some.map((ticker) => {
      const resting = this.#resting.get(ticker)!
      const [order_id] = resting.splice(Math.floor(Math.random() * resting.length), 1)
      return { order_id, exchange_index: 0 }
    })
    await this.#send("DELETE", this.#maker, { orders })
  }

  /** Trades one contract with a best order of each market, so that one level of each book changes. */
  async #take(some: ReadonlyArray<string>): Promise<void> {
    const orders = some.map((ticker) => {
      const isBid = Math.random() < 0.5
      return {
        ticker,
        side: isBid ? "bid" : "ask",
        price: isBid ? "0.99" : "0.01",
        count: "1",
        time_in_force: "immediate_or_cancel",
        self_trade_prevention_type: "maker"
      }
    })
    await this.#send("POST", this.#taker, { orders })
  }

  async #send(method: string, signing: ReturnType<typeof signingOf>, body: object): Promise<unknown> {
    const timestamp = String(Date.now())
    const { keyId, signature } = signing(`${timestamp}${method}${path}`)
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        "kalshi-access-key": keyId,
        "kalshi-access-timestamp": timestamp,
        "kalshi-access-signature": signature
      },
      body: JSON.stringify(body)
    })
    const text = await response.text()
    if (response.status >= 300) throw new Error(`${method} ${path} ${response.status} ${text}`)
    return JSON.parse(text)
  }
}

/** An effect that injects a fault. For `all messages stalled`, it completes after two seconds, when the fault ends. */
const inject = (sandbox: Sandbox.Operator, accountId: string, fault: Fault) => {
  const delta = { feed: "frame", type: "orderbook_delta" } as const
  const snapshot = { feed: "frame", type: "orderbook_snapshot" } as const
  const drop = sandbox.feed.drop({ how: "reset", accountId })
  const skip = sandbox.plant({ ...delta, change: "skip" })
  switch (fault) {
    case "connection reset":
      return drop
    case "connection closed":
      return sandbox.feed.drop({ how: "close", accountId })
    case "connection silent":
      return sandbox.feed.drop({ how: "silence", accountId })
    case "delta skipped":
      return skip
    case "delta not JSON":
      return sandbox.plant({ ...delta, change: "garble" })
    case "delta cut":
      return sandbox.plant({ ...delta, change: "cut" })
    case "delta repeated":
      return sandbox.plant({ ...delta, change: "repeat", times: 20 })
    case "delta of unknown type":
      return sandbox.plant({ ...delta, change: "unknownType" })
    case "delta below zero":
      return sandbox.plant({ ...delta, change: "belowZero", times: 5 })
    case "book crossed":
      return sandbox.plant({ ...delta, change: "cross", times: 5 })
    case "delta of zero":
      return sandbox.plant({ ...delta, change: "zeroDelta", times: 20 })
    case "deltas reordered":
      return sandbox.plant({ ...delta, delayMillis: 100, times: 5 })
    case "snapshots skipped":
      return Effect.andThen(sandbox.plant({ ...snapshot, change: "skip", times: 3 }), skip)
    case "snapshots reordered":
      return Effect.andThen(sandbox.plant({ ...snapshot, delayMillis: 100, times: 3 }), skip)
    case "commands unanswered":
      return Effect.andThen(sandbox.plant({ feed: "command", cmd: "update_subscription", isSilent: true }), skip)
    case "subscription ended (10)":
      return sandbox.feed.fail(10, { accountId })
    case "reader too slow (25)":
      return sandbox.feed.fail(25, { accountId })
    case "upgrades refused":
      return Effect.andThen(sandbox.plant({ feed: "upgrade", status: 503, times: 2 }), drop)
    case "maintenance":
      return sandbox.feed.maintenance
    case "all messages stalled":
      return sandbox.feed
        .stall({ accountId })
        .pipe(Effect.andThen(Effect.sleep("2 seconds")), Effect.andThen(sandbox.feed.resume({ accountId })))
  }
}

/** Injects a fault into one line. `place` is the position of its connection in the list of open connections. */
const injectInLine = (sandbox: Sandbox.Operator, fault: LineFault, place: number) =>
  Effect.gen(function* () {
    const { connectionId, subscriptions } = (yield* sandbox.feed.connections)[place]!
    if (fault === "reset") return yield* sandbox.feed.drop({ how: "reset", connectionId })
    if (fault === "closed") return yield* sandbox.feed.drop({ how: "close", connectionId })
    const [{ seq }] = subscriptions as [(typeof subscriptions)[number]] // the reader has one subscription, to the books
    yield* sandbox.feed.stall({ connectionId })
    if (fault === "stalled") yield* Effect.sleep(stallMillis)
    // Waits until at least one message has been discarded.
    const lastSeq = Effect.map(
      sandbox.feed.connections,
      (connections) => connections.find((connection) => connection.connectionId === connectionId)?.subscriptions[0]?.seq
    )
    while ((yield* lastSeq) === seq) yield* Effect.sleep(1)
    return yield* sandbox.feed.resume({ connectionId })
  })

const program = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const [maker, taker, reader] = [
    yield* sandbox.createAccount(),
    yield* sandbox.createAccount(),
    yield* sandbox.createAccount()
  ]
  const context = yield* Effect.context<never>()
  const [runPromise, runSync] = [Effect.runPromiseWith(context), Effect.runSyncWith(context)]
  const record = (some: ReadonlyArray<string>): void => {
    const view = runSync(sandbox.view)
    const books = some.map((ticker): Recorded => {
      const { ask, bid, clock } = Result.getOrThrow(view.book(ticker))
      return [ticker, clock, digestOf(bid, ask, { price: 10_000, count: 100 })]
    })
    notify({ type: "recorded", books })
  }
  const flow = new Flow(sandbox.url, maker, taker, record)
  notify({
    type: "served",
    restUrl: sandbox.url,
    tickers,
    keyId: reader.keyId,
    privateKey: Redacted.value(reader.privateKey)
  })
  record(tickers)
  const running = flow.run()
  const failed = (error: unknown): void => notify({ type: "failed", reason: String(error) })
  running.catch(failed)
  const answer = async (question: Question): Promise<void> => {
    if (question === "calm") await runPromise(Effect.andThen(sandbox.clearFaults, sandbox.feed.resume()))
    else if (question === "stop") {
      flow.isRunning = false
      await running
    } else if (question !== "connections" && "lineFault" in question) {
      await runPromise(injectInLine(sandbox, question.lineFault, question.connection))
    } else if (question !== "connections") {
      // Maintenance sets the clocks of the books back. So every earlier state must already be recorded.
      if (question.fault === "maintenance") await flow.pause()
      await runPromise(inject(sandbox, reader.accountId, question.fault))
    }
    record(tickers)
    flow.isPaused = false
    const connections = runSync(sandbox.feed.connections).length
    notify({ type: "answer", connections, changes: flow.changes })
  }
  process.on("message", (question) => void answer(question as Question).catch(failed))
  return yield* Effect.never
})

process.on("disconnect", () => process.exit())
await Effect.runPromise(
  program.pipe(Effect.provide(Sandbox.layer({ markets: tickers.map((ticker) => ({ ticker })), keepRequests: 0 })))
)
