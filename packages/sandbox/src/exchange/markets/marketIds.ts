/**
 * The ids of markets: UUIDs that are computed from the tickers. The feed and the incentive programs use them.
 *
 * @module
 */
import { createHash } from "node:crypto"

/** The same ticker has the same id on every exchange. */
export const marketIdOf = (ticker: string): string => {
  const hex = createHash("sha256").update(`market ${ticker}`).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export class MarketIds {
  readonly #ids = new Map<string, string>()
  readonly #tickers = new Map<string, string>()

  /** See {@link marketIdOf}. */
  of(ticker: string): string {
    const known = this.#ids.get(ticker)
    if (known !== undefined) {
      return known
    }
    const id = marketIdOf(ticker)
    this.#ids.set(ticker, id)
    this.#tickers.set(id, ticker)
    return id
  }

  /** Finds the ticker of an id that {@link of} has returned, or that belongs to one of `tickers`. */
  tickerOf(id: string, tickers: () => ReadonlyArray<string>): string | undefined {
    const wanted = id.toLowerCase()
    return this.#tickers.get(wanted) ?? tickers().find((ticker) => this.of(ticker) === wanted)
  }
}
