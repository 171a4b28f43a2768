/**
 * An index of all subscriptions, by channel and market.
 *
 * @module
 */
import type { ChannelName } from "./channels.ts"
import type { Subscription } from "./connection.ts"

/** The subscriptions of all connections. */
export class Audience {
  readonly #channels = new Map<ChannelName, Set<Subscription>>()
  /** Subscriptions to all markets. */
  readonly #toAll = new Map<ChannelName, Set<Subscription>>()
  readonly #byMarket = new Map<ChannelName, Map<string, Set<Subscription>>>()

  /**
   * Adds a subscription. To replace its `markets`, the caller must first remove the subscription, and then add it
   * again.
   */
  add(subscription: Subscription): void {
    setOf(this.#channels, subscription.name).add(subscription)
    if (subscription.markets === undefined) {
      setOf(this.#toAll, subscription.name).add(subscription)
    } else {
      this.addMarkets(subscription, subscription.markets)
    }
  }

  remove(subscription: Subscription): void {
    this.#channels.get(subscription.name)?.delete(subscription)
    this.#toAll.get(subscription.name)?.delete(subscription)
    this.deleteMarkets(subscription, subscription.markets ?? [])
  }

  addMarkets(subscription: Subscription, tickers: Iterable<string>): void {
    const markets = this.#markets(subscription.name)
    for (const ticker of tickers) {
      setOf(markets, ticker).add(subscription)
    }
  }

  deleteMarkets(subscription: Subscription, tickers: Iterable<string>): void {
    const markets = this.#markets(subscription.name)
    for (const ticker of tickers) {
      const subscriptions = markets.get(ticker)
      subscriptions?.delete(subscription)
      if (subscriptions?.size === 0) {
        markets.delete(ticker)
      }
    }
  }

  /** All subscriptions of a channel. */
  of(name: ChannelName): Iterable<Subscription> {
    return this.#channels.get(name) ?? []
  }

  /** Whether any subscription of a channel receives a market. */
  has(name: ChannelName, ticker: string): boolean {
    return (this.#toAll.get(name)?.size ?? 0) > 0 || this.#markets(name).has(ticker)
  }

  /** Calls back with every subscription of a channel that receives a market. */
  forEach(name: ChannelName, ticker: string, callback: (subscription: Subscription) => void): void {
    this.#toAll.get(name)?.forEach(callback)
    this.#markets(name).get(ticker)?.forEach(callback)
  }

  #markets(name: ChannelName): Map<string, Set<Subscription>> {
    let markets = this.#byMarket.get(name)
    if (markets === undefined) {
      markets = new Map()
      this.#byMarket.set(name, markets)
    }
    return markets
  }
}

const setOf = <Key>(sets: Map<Key, Set<Subscription>>, key: Key): Set<Subscription> => {
  let set = sets.get(key)
  if (set === undefined) {
    set = new Set()
    sets.set(key, set)
  }
  return set
}
