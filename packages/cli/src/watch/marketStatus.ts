/**
 * Whether the watched markets trade: their status at the start, at their closing time, and after each change.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export interface WatchedMarket {
  readonly ticker: string
  readonly title: string
  /** The status on the wire: `active` if the market trades. */
  readonly status: string
  readonly closeMillis: number
}

/** The longest time between two reads of the status. A market can pause or settle at any time. */
const rereadMillis = 60_000
/** The wait after the closing time: the exchange may need a moment to close a market. */
const settleMillis = 1_000
/** After this status, nothing changes. */
const final = "finalized"

/**
 * The status at a time. After its closing time, an active market counts as closed, even before its status is read
 * again.
 */
export const statusAt = (
  { closeMillis, status }: Pick<WatchedMarket, "closeMillis" | "status">,
  nowMillis: number
): string => (status === "active" && nowMillis >= closeMillis ? "closed" : status)

const words: Readonly<Record<string, string>> = {
  initialized: "not open yet",
  inactive: "paused",
  closed: "closed",
  determined: "closed, the result is determined",
  disputed: "closed, the result is disputed",
  amended: "closed, the result was amended",
  finalized: "settled"
}

export const standstillOf = (market: WatchedMarket, nowMillis: number): string | undefined => {
  const status = statusAt(market, nowMillis)
  return status === "active" ? undefined : (words[status] ?? status)
}

const waitOf = (markets: ReadonlyArray<WatchedMarket>, nowMillis: number): number =>
  Math.min(
    rereadMillis,
    ...markets.flatMap(({ closeMillis }) => (closeMillis > nowMillis ? [closeMillis - nowMillis + settleMillis] : []))
  )

/**
 * Reads the status again when a market closes, and once a minute. Reports each market whose status or closing time
 * changed. A read that fails is repeated. Ends when all markets are settled.
 */
export const followStatuses = <E, R, R2>(
  start: ReadonlyArray<WatchedMarket>,
  read: Effect.Effect<ReadonlyArray<WatchedMarket>, E, R>,
  report: (market: WatchedMarket) => Effect.Effect<unknown, never, R2>
) =>
  Effect.gen(function* () {
    const reported = new Map<string, string>()
    let markets = start
    // The status at the start is known to the caller. A market that has closed since the start is reported.
    for (const market of markets) reported.set(market.ticker, `${market.status} ${market.closeMillis}`)
    while (!markets.every(({ status }) => status === final)) {
      yield* Effect.sleep(waitOf(markets, yield* Clock.currentTimeMillis))
      markets = yield* Effect.orElseSucceed(read, () => markets)
      const nowMillis = yield* Clock.currentTimeMillis
      for (const market of markets) {
        const known = `${statusAt(market, nowMillis)} ${market.closeMillis}`
        if (reported.get(market.ticker) === known) continue
        reported.set(market.ticker, known)
        yield* report(market)
      }
    }
  })
