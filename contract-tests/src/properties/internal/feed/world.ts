/**
 * A client and a local exchange on virtual time, with the network between them and the record of what the exchange
 * sent.
 *
 * @module
 */
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import { layerTest, type Operator, Sandbox } from "@kalshi-effect/sandbox/Sandbox"
import * as RequestSignature from "@kalshi-effect/signing/RequestSignature"
import type * as Signer from "@kalshi-effect/signing/Signer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as VirtualTime from "../../../runner/VirtualTime.ts"
import { print } from "./ledger.ts"
import type { Behaviour } from "./link.ts"
import * as Network from "./network.ts"
import { Truth } from "./truth.ts"

export const markets: ReadonlyArray<string> = ["A", "B", "C", "D"].map((name) => `KXP11-26-${name}`)

export interface Options extends Behaviour {
  /** The number of lines: the connections that carry the same order books. */
  readonly lines: number
  /** The maximum number of markets of one subscription. */
  readonly maxMarkets: number
  readonly seed: number
  /** Called for each situation that the run covers. */
  readonly reach: (what: string) => void
}

/**
 * The times are short, because a schedule has many faults in a minute. With small batches and a low rate of commands,
 * restoring the subscriptions takes time. The client checks a subscription sooner than a connection, so that a new
 * connection does not hide the faults of a subscription.
 */
const sessionOptions = {
  dialTimeoutMillis: 2_000,
  minBackoffMillis: 50,
  maxBackoffMillis: 800,
  stableMillis: 3_000,
  commandTimeoutMillis: 1_000,
  snapshotTimeoutMillis: 1_000,
  probeMillis: 10_000,
  silenceMillis: 4_000,
  batchSize: 2,
  commandBurst: 3,
  commandIntervalMillis: 150
} as const

export interface Account {
  readonly kalshi: Context.Context<Layer.Success<ReturnType<typeof Kalshi.layer>>>
  /** The ids of the orders that the account has placed and not canceled. */
  readonly orders: Array<string>
}

export interface NewOrder {
  readonly market: string
  readonly side: "bid" | "ask"
  readonly cents: number
  readonly count: number
}

export type Client = Context.Context<Feed.KalshiFeed>

const startMillis = Date.UTC(2026, 10, 9, 12)

export class World {
  readonly time = VirtualTime.make(startMillis)
  readonly truth = new Truth()
  readonly network: Network.Network
  readonly sandbox: Operator
  readonly client: Client
  readonly accounts: ReadonlyArray<Account>
  readonly options: Options
  /** Whether maintenance has set the clocks back. A merge of lines can then wait for a line that has not restarted. */
  hasMaintained = false
  violation: Error | undefined
  readonly #exchangeScope = Scope.makeUnsafe()
  readonly #clientScope = Scope.makeUnsafe()
  readonly #dial: Socket.WebSocketConstructor["Service"]
  readonly #auditor: Signer.Signer["Service"]
  readonly #auditorKeyId: string

  constructor(options: Options) {
    this.options = options
    const { lines, maxMarkets, seed } = options
    const exchange = this.#build(
      layerTest({
        markets: markets.map((ticker) => ({ ticker })),
        accounts: [{}, {}],
        assumptions: { maxFeedMarkets: maxMarkets }
      }),
      this.#exchangeScope
    )
    this.sandbox = Context.get(exchange, Sandbox)
    this.#dial = Context.get(exchange, Socket.WebSocketConstructor)
    this.network = this.run(Effect.provideService(Network.make(this.#dial, options), Scope.Scope, this.#exchangeScope))
    this.network.maxDials = lines
    this.network.onViolation = (reason) => this.fail(reason)
    const { credentials, environment } = this.sandbox
    const [own, other] = credentials
    if (own === undefined || other === undefined) throw new Error("the exchange has no accounts")
    const { keyId, signer } = this.run(this.sandbox.createKey(own.accountId, "ed25519"))
    this.#auditor = signer
    this.#auditorKeyId = keyId
    this.run(this.#audit)
    const sockets = Layer.succeed(Socket.WebSocketConstructor, this.network.make)
    this.client = this.#build(
      Layer.provide(Feed.layer({ environment, signer: own.signer, ...sessionOptions }), sockets),
      this.#clientScope,
      seed
    )
    this.accounts = [own, other].map(({ signer: key }) => ({
      kalshi: this.#build(
        Layer.provide(Kalshi.layer({ environment, signer: key, limits: false }), Layer.succeedContext(exchange)),
        this.#exchangeScope
      ),
      orders: []
    }))
  }

  /** Runs an effect, which must end without a wait. */
  run<A, E>(effect: Effect.Effect<A, E>): A {
    const exit = this.time.fork(effect).pollUnsafe()
    if (exit === undefined) throw new Error("the effect waits for time to pass")
    if (Exit.isFailure(exit)) throw new Error(`the effect failed: ${String(exit.cause)}`)
    return exit.value
  }

  reach(what: string): void {
    this.options.reach(what)
  }

  fail(reason: string): void {
    this.violation ??= new Error(reason)
  }

  expect(holds: boolean, reason: () => string): void {
    if (!holds) this.fail(reason())
  }

  pass(millis: number): void {
    this.time.advanceTo(this.time.nowMillis() + millis)
  }

  place(account: Account, orders: ReadonlyArray<NewOrder>): void {
    const input = {
      orders: orders.map(({ cents, count, market, side }) => ({
        ticker: market,
        side,
        price: `0.${cents}` as "0.50", // Two digits.
        count: `${count}` as "1", // A digit.
        time_in_force: "good_till_canceled" as const,
        self_trade_prevention_type: "taker_at_cross" as const
      }))
    }
    const placed = this.run(Effect.provideContext(Orders.batchCreate(input), account.kalshi))
    // A paused market accepts no order.
    for (const { order_id } of placed.orders) if (order_id !== undefined) account.orders.push(order_id)
  }

  /** Cancels an order, which may no longer rest. */
  cancel(account: Account, index: number): void {
    const [order] = account.orders.splice(index % Math.max(1, account.orders.length), 1)
    if (order === undefined) return
    this.run(Effect.result(Effect.provideContext(Orders.cancel({ order_id: order }), account.kalshi)))
  }

  group(account: Account): void {
    this.run(Effect.provideContext(OrderGroups.create({ contracts_limit: 10 }), account.kalshi))
  }

  /** Closes all connections and sets the clocks of all books back. */
  maintain(): void {
    this.hasMaintained = true
    // The recording connections must open before the client connects again.
    this.run(Effect.andThen(this.sandbox.feed.maintenance, this.#audit))
  }

  book(market: string): string {
    const { ask, bid } = Result.getOrThrow(this.run(this.sandbox.view).book(market))
    return print(bid, ask)
  }

  connectionIds(): ReadonlyArray<number> {
    return this.#connections().map(({ connectionId }) => connectionId)
  }

  /** Returns the client's subscriptions at the exchange: each channel with each of its markets. */
  subscribed(): ReadonlyArray<string> {
    return this.#connections()
      .flatMap(({ subscriptions }) => subscriptions)
      .flatMap(({ channel, marketTickers }) => entriesOf(marketTickers).map((market) => `${channel} ${market}`))
  }

  closeClient(): void {
    this.run(Scope.close(this.#clientScope, Exit.void))
    this.pass(0)
    this.expect(this.network.open.length === 0, () => "a connection is open after the client has closed")
  }

  close(): void {
    this.run(Scope.close(this.#exchangeScope, Exit.void))
  }

  /** Opens connections that have no faults and record what the exchange sends. */
  readonly #audit = Effect.suspend(() => {
    const { maxMarkets } = this.options
    const request = { method: "GET", path: RequestSignature.webSocketPath }
    return Effect.map(RequestSignature.headers(this.#auditor, request), (headers) => {
      for (let from = 0; from < markets.length; from += maxMarkets) {
        const socket = this.#dial(this.sandbox.environment.feedUrl, { headers: { ...headers } })
        this.truth.record(socket, markets.slice(from, from + maxMarkets), from === 0)
      }
    })
  })

  #connections() {
    return this.run(this.sandbox.feed.connections).filter(({ keyId }) => keyId !== this.#auditorKeyId)
  }

  #build<A, E>(layer: Layer.Layer<A, E>, scope: Scope.Closeable, seed = 1): Context.Context<A> {
    return this.run(Random.withSeed(Layer.buildWithScope(layer, scope), seed))
  }
}

/** A subscription without markets counts too, as `none`. */
const entriesOf = (tickers: ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  tickers === undefined ? ["all"] : tickers.length === 0 ? ["none"] : tickers
