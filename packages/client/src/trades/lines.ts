/**
 * Merges the trades of several lines. Each line is a subscription to all wanted markets on its own session (a set of
 * connections).
 *
 * **Details**
 *
 * The exchange can refuse a market on one line and send it on another line. The line without the market counts as lost.
 * After a wait, it subscribes to all wanted markets again. A market that is refused on all lines is no longer wanted.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { FirstSeen } from "../firstSeen.ts"
import type { InvalidRequest } from "../Errors.ts"
import * as Feed from "../feed/Feed.ts"
import { isMarketsError, nextRetryMillis } from "../feed/lines.ts"
import type { Trade } from "../generated/feed.ts"
import { type Bounds, Coverage, type Interval, type LineStatus } from "./coverage.ts"

type FeedService = Feed.KalshiFeed["Service"]

/**
 * The minimum number of ids to remember: of delivered trades, and separately of trades read over REST. At 100 bytes per
 * id, all ids take up to 40 MB. The busiest recorded hour had about 500 messages per second: at this rate, 100,000
 * messages arrive in three minutes.
 */
const capacity = 100_000

/** A line of a watch. */
export interface LineState {
  /**
   * - `complete`: each trade that the line did not deliver was delivered by another line, or is in a reported hole.
   * - `unproven`: the line became live while another line was complete. Trades from before that moment may
   *   still be missing on every line.
   * - `lost`: the line is not live, or it is late.
   */
  readonly status: LineStatus
  /** Why the line ended. Undefined while the line lasts. A line that ended is not opened again. */
  readonly ended: Feed.FeedError | undefined
  /**
   * The connections and subscriptions of the line. The first line uses the session of the layer, which also has other
   * subscriptions.
   */
  readonly session: Feed.SessionState
}

export interface Sink {
  readonly trade: (trade: Trade, receivedMillis: number) => void
  readonly hole: (interval: Interval) => void
  readonly refused: (markets: ReadonlyArray<string>, error: Feed.MarketsError) => void
  readonly end: (error: Feed.FeedError | undefined) => void
}

/** Stands for all markets in a watch without a list. */
const everyMarket = ""

class Line {
  readonly index: number
  readonly feed: FeedService
  subscription: Feed.Subscription | undefined
  ended: Feed.FeedError | undefined
  /** Whether the exchange has acknowledged all markets that it did not refuse. */
  isLive = false
  /** The markets that the exchange refused, and why. */
  readonly refused = new Map<string, Feed.MarketsError>()
  /** Identifies the current subscription. Events of an earlier subscription are ignored. */
  attempt: object | undefined
  /** `waitMillis`: the last wait before a new subscription. `dueMillis`: when the line subscribes again. */
  waitMillis: number | undefined
  dueMillis = Number.POSITIVE_INFINITY

  constructor(index: number, feed: FeedService) {
    this.index = index
    this.feed = feed
  }
}

export class TradeLines {
  /** Called when `tick` may be due earlier than `nextMillis` returned. */
  onTimer: () => void = () => {}
  /**
   * `#read` has the ids of trades that REST returned. The ids are separate, so that a long hole does not displace the
   * delivered ids.
   */
  readonly #delivered = new FirstSeen(capacity)
  readonly #read = new FirstSeen(capacity)
  readonly #lines: ReadonlyArray<Line>
  readonly #coverage: Coverage
  readonly #nowMillis: () => number
  readonly #sink: Sink
  readonly #markets: Set<string>
  #wakesMillis = Number.POSITIVE_INFINITY
  #isOver = false

  constructor(
    feeds: ReadonlyArray<FeedService>,
    markets: ReadonlyArray<string> | undefined,
    bounds: Bounds,
    nowMillis: () => number,
    sink: Sink
  ) {
    this.#lines = feeds.map((feed, index) => new Line(index, feed))
    this.#coverage = new Coverage(feeds.length, bounds)
    this.#nowMillis = nowMillis
    this.#sink = sink
    this.#markets = new Set(markets ?? [everyMarket])
  }

  /** Subscribes all lines. Fails if no line accepts the request. */
  open(): Result.Result<void, InvalidRequest | Feed.FeedError> {
    const opened = this.#lines.map((line) => this.#subscribe(line))
    return opened.find(Result.isSuccess) ?? opened[0]!
  }

  /** Returns the trades that no line has delivered and no earlier REST read has returned. */
  unread(trades: ReadonlyArray<Trade>): ReadonlyArray<Trade> {
    return trades.filter(({ trade_id }) => !this.#delivered.has(trade_id) && this.#read.add(trade_id))
  }

  close(): void {
    this.#end(undefined)
  }

  lineStates(): Effect.Effect<ReadonlyArray<LineState>> {
    return Effect.forEach(this.#lines, ({ ended, feed, index }) =>
      Effect.map(feed.state, (session) => ({ status: this.statusOf(index), ended, session }))
    )
  }

  statusOf(index: number): LineStatus {
    return this.#coverage.statusOf(index)
  }

  nextMillis(): number | undefined {
    let next = Number.POSITIVE_INFINITY
    if (!this.#isOver) {
      next = this.#coverage.nextMillis() ?? next
      for (const { dueMillis } of this.#lines) next = Math.min(next, dueMillis)
    }
    this.#wakesMillis = next
    return next === Number.POSITIVE_INFINITY ? undefined : next
  }

  tick(): void {
    const nowMillis = this.#nowMillis()
    for (const hole of this.#coverage.tick(nowMillis)) this.#sink.hole(hole)
    for (const line of this.#lines) if (line.dueMillis <= nowMillis) this.#subscribe(line)
  }

  #living(): ReadonlyArray<Line> {
    return this.#lines.filter(({ ended }) => ended === undefined)
  }

  /** Subscribes a line. The new subscription replaces the former subscription. */
  #subscribe(line: Line): Result.Result<void, InvalidRequest | Feed.FeedError> {
    const { subscription: former } = line
    const attempt = {}
    line.attempt = attempt
    line.subscription = undefined
    line.isLive = false
    line.refused.clear()
    line.dueMillis = Number.POSITIVE_INFINITY
    const params = this.#markets.has(everyMarket) ? {} : { market_tickers: [...this.#markets] }
    const opened = line.feed.subscribe<"trade">(
      { channel: "trade", params },
      {
        onEvent: (event) => {
          if (line.attempt === attempt) this.#onEvent(line, event)
        },
        onLive: () => {
          if (line.attempt === attempt) this.#setLive(line, true)
        },
        onEnd: (error) => {
          if (line.attempt === attempt) this.#onEnd(line, error ?? new Feed.FeedClosed())
        }
      }
    )
    if (Result.isSuccess(opened)) {
      if (line.attempt === attempt) line.subscription = opened.success
      else opened.success.close()
    } else if (opened.failure._tag === "TooManyConnections") {
      this.#retryLater(line)
    } else if (opened.failure._tag !== "InvalidRequest") {
      this.#endLine(line, opened.failure)
    }
    // The new and the former subscription share one subscription at the exchange. To keep the shared subscription open,
    // close the former only after the new one is open.
    former?.close()
    return Result.map(opened, () => undefined)
  }

  #onEvent(line: Line, event: Feed.FeedEvent<"trade">): void {
    switch (event._tag) {
      case "Message":
        this.#apply(line, event.message.msg, event.receivedMillis)
        break
      case "Gap":
      case "Undecodable":
      case "UnknownMessage":
        // This line may have missed trades before this event. It stays live.
        this.#report(this.#coverage.lost(line.index))
        this.#setLive(line, line.isLive)
        break
      case "Outage":
        this.#setLive(line, false)
        break
      case "Restored":
        this.#setLive(line, true)
        break
      case "Refused":
        this.#refuse(line, event.markets, event.error)
        break
      // A replaced subscription misses no trade. A line with late trades is judged by `lateMillis`, not by this event.
      case "Replaced":
      case "Delay":
      // Only snapshots of books cause this event.
      case "UnknownKeys":
        break
    }
  }

  #apply(line: Line, trade: Trade, receivedMillis: number): void {
    // A block trade can be reported late, so its time does not show how far the line has come.
    if (trade.is_block_trade !== true) {
      this.#report(this.#coverage.trade(line.index, trade.ts_ms, this.#nowMillis()))
      const due = this.#coverage.nextMillis()
      if (due !== undefined && due < this.#wakesMillis) this.onTimer()
    }
    const { trade_id } = trade
    if (!this.#read.has(trade_id) && this.#delivered.add(trade_id)) this.#sink.trade(trade, receivedMillis)
  }

  #report(hole: Interval | undefined): void {
    if (hole !== undefined) this.#sink.hole(hole)
  }

  #setLive(line: Line, isLive: boolean): void {
    line.isLive = isLive
    const isWhole = isLive && line.refused.size === 0
    if (isWhole) line.waitMillis = undefined
    this.#report(isWhole ? this.#coverage.live(line.index, this.#nowMillis()) : this.#coverage.lost(line.index))
  }

  #onEnd(line: Line, error: Feed.FeedError): void {
    line.attempt = undefined
    line.subscription = undefined
    line.isLive = false
    if (isMarketsError(error)) this.#refuse(line, [...this.#markets], error)
    else this.#endLine(line, error)
  }

  #refuse(line: Line, markets: ReadonlyArray<string>, error: Feed.MarketsError): void {
    for (const market of markets) if (this.#markets.has(market)) line.refused.set(market, error)
    this.#retryLater(line)
  }

  /** Subscribes a line again after a wait. */
  #retryLater(line: Line): void {
    line.waitMillis = nextRetryMillis(line.waitMillis)
    line.dueMillis = this.#nowMillis() + line.waitMillis
    this.#forgetRefused()
    if (this.#isOver) return
    this.#setLive(line, line.isLive)
    this.onTimer()
  }

  #forgetRefused(): void {
    for (const market of this.#markets) {
      const errors = this.#living().map(({ refused }) => refused.get(market))
      const [error] = errors
      if (error === undefined || errors.includes(undefined)) continue
      this.#markets.delete(market)
      if (this.#markets.size === 0) return this.#end(error)
      this.#sink.refused([market], error)
      for (const line of this.#living()) {
        line.refused.delete(market)
        if (line.refused.size > 0) continue
        line.dueMillis = Number.POSITIVE_INFINITY
        this.#setLive(line, line.isLive)
      }
    }
  }

  #endLine(line: Line, error: Feed.FeedError): void {
    line.ended = error
    line.dueMillis = Number.POSITIVE_INFINITY
    this.#report(this.#coverage.lost(line.index))
    if (this.#living().length === 0) this.#end(error)
    else this.#forgetRefused()
  }

  #end(error: Feed.FeedError | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const line of this.#lines) {
      line.attempt = undefined
      line.dueMillis = Number.POSITIVE_INFINITY
      line.subscription?.close()
    }
    this.#sink.end(error)
  }
}
