/**
 * Observes the live account of the client.
 *
 * @module
 */
import * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { isPermitted, type Observer } from "./observer.ts"
import type { World } from "./world.ts"

const channels = ["user_orders", "fill", "market_positions", "order_group_updates"]

const sorted = (rows: ReadonlyArray<ReadonlyArray<unknown>>): string =>
  JSON.stringify(rows.map((row) => row.join(" ")).toSorted())

/** Follows the first account. At the end, the live account must equal the lists of the exchange. */
export class AccountObserver implements Observer {
  readonly name = "account"
  isOver = false
  isClosing = false
  readonly #world: World
  readonly #scope = Scope.makeUnsafe()
  readonly #mine: AccountFeed.AccountFeedService
  /** The fills in the events so far. */
  readonly #fills = new Set<string>()

  constructor(world: World) {
    this.#world = world
    const services = Context.merge(world.client, world.accounts[0]!.kalshi)
    // The client verifies the lists often, because no later message reveals that a message was lost.
    const making = AccountFeed.make({ verifyMillis: 3_000, readTimeoutMillis: 1_000 })
    this.#mine = world.run(Effect.provideContext(Scope.provide(Effect.orDie(making), this.#scope), services))
    const events = Stream.runForEach(this.#mine.events, (event) => Effect.sync(() => this.#onEvent(event)))
    world.time.fork(Scope.provide(Effect.forkScoped(Effect.ignore(events)), this.#scope))
  }

  get wanted(): Observer["wanted"] {
    return [{ filter: "all", entries: channels.map((channel) => `${channel} all`) }]
  }

  check(): void {
    const read = Effect.runSync(Effect.result(this.#mine.read))
    if (Result.isSuccess(read)) return
    const error = read.failure
    if (error._tag === "AccountNotLive") {
      if (error.status._tag === "Healing") this.#world.reach(`account: ${error.status.loss.cause}`)
      return
    }
    this.isOver = true
    const holds = this.isClosing ? error._tag === "FeedClosed" : isPermitted("", error)
    this.#expect(holds, `it continues: ${error.message}`)
  }

  step(): void {
    this.check()
  }

  isSettled(): boolean {
    return Effect.runSync(this.#mine.status)._tag === "Live"
  }

  finish(): void {
    const read = Effect.runSync(Effect.result(this.#mine.read))
    if (Result.isFailure(read)) return this.#expect(false, `it is live at the end: ${read.failure.message}`)
    const account = read.success
    const lists = Effect.all([
      Stream.runCollect(Orders.list.items({ status: "resting", limit: 1_000 })),
      Stream.runCollect(Portfolio.fills.items({ limit: 1_000 })),
      Portfolio.positions({ limit: 1_000 })
    ])
    const { kalshi } = this.#world.accounts[0]!
    const [orders, fills, { market_positions }] = this.#world.run(Effect.provideContext(lists, kalshi))
    this.#equal(
      account.openOrders.map((order) => [order.order_id, order.remaining_count_fp]),
      orders.map((order) => [order.order_id, order.remaining_count_fp]),
      "orders"
    )
    const keys = fills.map(({ order_id, trade_id }) => [trade_id, order_id])
    this.#equal(
      account.fills.map(({ order_id, trade_id }) => [trade_id, order_id]),
      keys,
      "fills"
    )
    this.#equal(
      [...this.#fills].map((key) => [key]),
      keys.map((key) => [key.join(" ")]),
      "reported fills"
    )
    this.#equal(
      account.positions.map(({ market_ticker, position_fp }) => [market_ticker, position_fp]),
      market_positions.map(({ position_fp, ticker }) => [ticker, position_fp]),
      "positions"
    )
    this.#expect(account.unconfirmed.size === 0, "no order is unconfirmed at the end")
    this.#world.reach("account: equal")
  }

  add(): void {}

  remove(): void {}

  pause(): void {}

  resubscribe(): void {}

  close(): void {
    this.isOver = true
    this.#world.run(Scope.close(this.#scope, Exit.void))
  }

  #onEvent(event: AccountFeed.AccountEvent): void {
    const fills = event._tag === "Live" ? event.account.fills : event._tag === "Fill" ? [event.fill] : []
    for (const { order_id, trade_id } of fills) {
      const key = `${trade_id} ${order_id}`
      this.#expect(event._tag === "Live" || !this.#fills.has(key), `the fill ${key} is reported once`)
      this.#fills.add(key)
    }
  }

  #equal(
    left: ReadonlyArray<ReadonlyArray<unknown>>,
    right: ReadonlyArray<ReadonlyArray<unknown>>,
    what: string
  ): void {
    const [own, exchange] = [sorted(left), sorted(right)]
    this.#expect(own === exchange, `its ${what} equal the exchange's: ${own} ${exchange}`)
  }

  #expect(holds: boolean, what: string): void {
    this.#world.expect(holds, () => `the account breaks the rule: ${what}`)
  }
}
