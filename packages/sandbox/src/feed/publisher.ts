/**
 * Sends the events of the exchange as data messages to the subscriptions that receive them.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Event } from "../exchange/Entities.ts"
import type { View } from "../exchange/View.ts"
import { contract } from "../exchange/decimal.ts"
import { toBatchCommunication } from "./batches.ts"
import type { ChannelName } from "./channels.ts"
import { isInShard, toCommunication } from "./communications.ts"
import type { FeedFaults, FrameFault } from "./faults.ts"
import type { MarketIds } from "../exchange/markets/marketIds.ts"
import * as messages from "./messages.ts"
import type { Audience } from "./audience.ts"
import type { Subscription } from "./connection.ts"

type BookEvent = Extract<Event, { readonly type: "book" }>
type FillEvent = Extract<Event, { readonly type: "fill" }>
type MarketEvent = Extract<Event, { readonly type: "market" }>

export class Publisher {
  readonly #audience: Audience
  readonly #faults: FeedFaults
  readonly #marketIds: MarketIds
  readonly #view: () => View
  /** The last `ticker` message of each market. */
  readonly #lastTickers = new Map<string, string>()

  /** `view` must not advance the time of the exchange. */
  constructor(audience: Audience, faults: FeedFaults, marketIds: MarketIds, view: () => View) {
    this.#audience = audience
    this.#faults = faults
    this.#marketIds = marketIds
    this.#view = view
  }

  send(subscription: Subscription, type: string, body: string, ticker?: string, id?: number): void {
    const fault = this.#faults.takeFrame(subscription.name, type, ticker)
    subscription.connection.sendData(subscription, type, body, fault, id)
  }

  publish(event: Event): void {
    switch (event.type) {
      case "book":
        this.#sendDelta(event)
        this.#sendTicker(event.ticker, event.atMillis)
        break
      case "fill":
        this.#sendFill(event)
        this.#sendTicker(event.ticker, event.atMillis)
        break
      case "orderAccepted":
        this.#sendOrder(event.order, undefined)
        break
      case "orderChanged":
        this.#sendOrder(event.order, event.change === "amend" ? "Amend" : "Decrease")
        break
      case "orderCanceled":
        this.#sendOrder(event.order, messages.cancelReasonOf(event.order))
        break
      case "position":
        this.#sendPrivate("market_positions", "market_position", event.position, messages.toPosition(event.position))
        break
      case "orderGroup": {
        const body = JSON.stringify(messages.toGroupUpdate(event.change, event.group, event.atMillis))
        for (const subscription of this.#audience.of("order_group_updates")) {
          if (subscription.isOwn(event.group.accountId, event.group.subaccount)) {
            this.send(subscription, "order_group_updates", body)
          }
        }
        break
      }
      case "market":
        this.#sendLifecycle(event)
        if (event.change === "settled") {
          // The market's open interest is now zero.
          this.#sendTicker(event.ticker, event.atMillis)
        }
        break
      case "eventCreated":
        this.#sendToAll(lifecycleOf(event.event), "event_lifecycle", messages.toEventCreation(event.event))
        break
      case "eventFee":
        // Documented: only this channel carries the message, even for combos.
        this.#sendToAll("market_lifecycle_v2", "event_fee_update", messages.toEventFeeUpdate(event.change))
        break
      default:
        this.#sendCommunication(event)
    }
  }

  /** Sends a snapshot. Sends nothing if the market does not exist. */
  sendSnapshot(subscription: Subscription, ticker: string, id?: number): void {
    const book = this.#view().book(ticker)
    if (Result.isSuccess(book)) {
      const body = messages.toSnapshot(ticker, this.#marketIds.of(ticker), book.success, subscription.useYesPrice)
      this.send(subscription, "orderbook_snapshot", JSON.stringify(body), ticker, id)
    }
  }

  /** Sends the current ticker. Sends nothing if the market does not exist. */
  sendCurrentTicker(subscription: Subscription, ticker: string): void {
    const view = this.#view()
    const market = view.ticker(ticker)
    if (Result.isSuccess(market)) {
      const body = {
        ...messages.toTicker(this.#marketIds.of(ticker), market.success),
        ...messages.tickerTimes(view.nowMillis)
      }
      this.send(subscription, "ticker", JSON.stringify(body), ticker)
    }
  }

  /** Forgets the last tickers. Called after the last connection has closed. */
  reset(): void {
    this.#lastTickers.clear()
  }

  /** Serializes each of the four forms of a delta only once, for all subscriptions. */
  #sendDelta(event: BookEvent): void {
    const bodies: Array<string | undefined> = []
    const deltaBody = (delta: BookEvent, useYesPrice: boolean, isOwn: boolean): string =>
      JSON.stringify(messages.toDelta(delta, this.#marketIds.of(delta.ticker), useYesPrice, isOwn))
    this.#audience.forEach("orderbook_delta", event.ticker, (subscription) => {
      const isOwn = subscription.isOwn(event.accountId, event.subaccount)
      const form = (subscription.useYesPrice ? 2 : 0) + (isOwn ? 1 : 0)
      const body = (bodies[form] ??= deltaBody(event, subscription.useYesPrice, isOwn))
      const fault = this.#faults.takeFrame(subscription.name, "orderbook_delta", event.ticker)
      for (const extra of extraDeltas(event, fault)) {
        subscription.connection.sendData(
          subscription,
          "orderbook_delta",
          deltaBody(extra, subscription.useYesPrice, false)
        )
      }
      subscription.connection.sendData(subscription, "orderbook_delta", body, fault)
    })
  }

  /** Sends the market's `ticker` message only if it differs from the last one. */
  #sendTicker(ticker: string, atMillis: number): void {
    if (!this.#audience.has("ticker", ticker)) {
      this.#lastTickers.delete(ticker)
      return
    }
    const market = this.#view().ticker(ticker)
    if (Result.isFailure(market)) {
      return
    }
    const fields = messages.toTicker(this.#marketIds.of(ticker), market.success)
    const text = JSON.stringify(fields)
    if (this.#lastTickers.get(ticker) !== text) {
      this.#lastTickers.set(ticker, text)
      const body = JSON.stringify({ ...fields, ...messages.tickerTimes(atMillis) })
      this.#audience.forEach("ticker", ticker, (subscription) => this.send(subscription, "ticker", body, ticker))
    }
  }

  #sendFill(event: FillEvent): void {
    const { ticker } = event
    const trade = JSON.stringify(messages.toTrade(event))
    this.#audience.forEach("trade", ticker, (subscription) => this.send(subscription, "trade", trade, ticker))
    for (const party of ["maker", "taker"] as const) {
      this.#sendPrivate("fill", "fill", event[party], messages.toFill(event, party))
      this.#sendOrder(event[party], "Trade")
    }
  }

  #sendOrder(...[order, reason]: Parameters<typeof messages.toUserOrder>): void {
    this.#sendPrivate("user_orders", "user_order", order, messages.toUserOrder(order, reason))
  }

  #sendPrivate(
    name: ChannelName,
    type: string,
    owner: { readonly accountId: string; readonly subaccount: number; readonly ticker: string },
    body: object
  ): void {
    let text: string | undefined
    this.#audience.forEach(name, owner.ticker, (subscription) => {
      if (subscription.isOwn(owner.accountId, owner.subaccount)) {
        this.send(subscription, type, (text ??= JSON.stringify(body)), owner.ticker)
      }
    })
  }

  #sendCommunication(event: Event): void {
    const message = toCommunication(event) ?? toBatchCommunication(event)
    if (message === undefined) {
      return
    }
    for (const subscription of this.#audience.of("communications")) {
      if (message.isFor(subscription) && isInShard(subscription, message.shardedBy)) {
        this.send(subscription, message.type, JSON.stringify(message.bodyFor(subscription.connection.key.accountId)))
      }
    }
  }

  #sendLifecycle({ atMillis, change, market, ticker }: MarketEvent): void {
    if (change === "created") {
      // Subscriptions that named the market before it existed now receive its first snapshot.
      this.#audience.forEach("orderbook_delta", ticker, (subscription) => this.sendSnapshot(subscription, ticker))
    }
    const name = lifecycleOf(market)
    const body = messages.toLifecycle(change, market, atMillis, name === "market_lifecycle_v2")
    if (body !== undefined) {
      this.#sendToAll(name, name, body)
    }
  }

  #sendToAll(name: ChannelName, type: string, body: object): void {
    const text = JSON.stringify(body)
    for (const subscription of this.#audience.of(name)) {
      this.send(subscription, type, text)
    }
  }
}

const lifecycleOf = ({ multivariate }: { readonly multivariate: boolean }) =>
  multivariate ? "multivariate_market_lifecycle" : "market_lifecycle_v2"

/** A YES price that is high enough to cross almost every ask. */
const crossingPrice = 9_900

const extraDeltas = (event: BookEvent, fault: FrameFault | undefined): ReadonlyArray<BookEvent> => {
  switch (fault?.change) {
    case "zeroDelta":
      return [{ ...event, delta: 0 }]
    case "belowZero":
      return [{ ...event, delta: -(Math.max(event.count, event.count - event.delta) + contract) }]
    case "cross":
      return [contract, -contract].map((delta) => ({ ...event, side: "bid", price: crossingPrice, delta }))
    default:
      return []
  }
}
