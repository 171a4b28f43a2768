/**
 * Simulates connections (lines) that lose, delay, repeat and garble trades at random. Checks that the merged trades
 * deliver each trade once, or report a hole (a time range) that contains the trade.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type { Trade, TradeMessage } from "../../../src/generated/feed.ts"
import type { FeedEvent } from "../../../src/feed/Feed.ts"
import type { FeedService } from "../../../src/feed/KalshiFeed.ts"
import type { Subscriber } from "../../../src/feed/session/events.ts"
import type { Interval } from "../../../src/trades/coverage.ts"
import type { TradeLines } from "../../../src/trades/lines.ts"

export const tradeOf = (number: number, millis: number, isBlock = false, market_ticker = "A"): Trade => ({
  count_fp: "1.00" as Trade["count_fp"], // the text is a count
  is_block_trade: isBlock,
  market_ticker,
  no_price_dollars: "0.6000" as Trade["no_price_dollars"], // the text is an amount
  taker_book_side: "bid",
  taker_outcome_side: "yes",
  taker_side: "yes",
  trade_id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
  ts: Math.floor(millis / 1_000),
  ts_ms: millis,
  yes_price_dollars: "0.4000" as Trade["yes_price_dollars"] // the text is an amount
})

/** Makes an event with a message of a trade. */
export const messageOf = (msg: Trade, receivedMillis: number): FeedEvent<"trade"> => {
  const message: TradeMessage = { type: "trade", sid: 1, seq: 1, msg }
  return { _tag: "Message", message, generation: 1, sid: 1, receivedMillis }
}

const lost: FeedEvent<"trade"> = {
  _tag: "Gap",
  generation: 1,
  sid: 1,
  reason: "missing",
  expectedSeq: 1,
  receivedSeq: 2,
  markets: []
}
const garbled: FeedEvent<"trade"> = {
  _tag: "Undecodable",
  generation: 1,
  sid: 1,
  market: "A",
  pointer: "",
  reason: "",
  text: ""
}
const outage: FeedEvent<"trade"> = {
  _tag: "Outage",
  cause: { _tag: "Unresponsive", timeoutMillis: 1 },
  sinceMillis: 0,
  markets: []
}
const restored: FeedEvent<"trade"> = { _tag: "Restored", sinceMillis: 0, durationMillis: 0 }
const replaced: FeedEvent<"trade"> = { _tag: "Replaced", generation: 2, sid: 1, markets: [] }

export const bounds = { disorderMillis: 1_000, lateMillis: 8_000 }

/** A subscription at the exchange, and its connection. */
class ScriptedLine {
  readonly feed: FeedService
  subscriber: Subscriber<"trade"> | undefined
  /** Whether the exchange sends trades on this line. */
  isSubscribed = false
  latencyMillis = 10
  /** The deliveries in flight, in the order of arrival. */
  flight: Array<{ readonly atMillis: number; readonly deliver: () => void }> = []
  /** Whether a message was lost after the last message that arrived. */
  isGapped = false
  skips = 0
  garbles = 0
  wasLive = false
  /** When the client notices the loss. */
  noticeMillis: number | undefined
  /** When the connection is restored. */
  restoreMillis: number | undefined
  recent: Array<Trade> = []

  constructor() {
    // Merged trades use no other members of a session.
    this.feed = {
      subscribe: (_request: unknown, subscriber: Subscriber<"trade">) => {
        this.subscriber = subscriber
        return Result.succeed({ close: () => {} })
      },
      state: Effect.die("no state")
    } as unknown as FeedService
  }

  send(nowMillis: number, deliver: () => void): void {
    const last = this.flight.at(-1)?.atMillis ?? 0
    this.flight.push({ atMillis: Math.max(last, nowMillis + this.latencyMillis), deliver })
  }
}

type Step = readonly [kind: number, line: number, size: number]

const kinds = [
  "publish",
  "publish",
  "publish",
  "publish",
  "wait",
  "wait",
  "wait",
  "skip",
  "garble",
  "drop",
  "drop",
  "late",
  "replace",
  "block",
  "silence"
] as const

/** Scripted lines, and the trades and holes that merged trades delivered. */
class World {
  nowMillis = 1_000_000
  readonly #random: (limit: number) => number
  readonly #skewMillis: number
  readonly lines: ReadonlyArray<ScriptedLine>
  readonly merged: TradeLines
  readonly arrived = new Map<string, number>()
  readonly #arrivals = new Map<string, number>()
  readonly holes: Array<Interval> = []
  readonly published: Array<{ readonly trade: Trade; readonly atMillis: number }> = []
  startedMillis: number | undefined
  problem: string | undefined
  /** The state when all lines were last complete: the number of reported holes, and the time of the last trade. */
  #settledHoles = 0
  #settledMillis = 0

  constructor(make: typeof TradeLines, count: number, skewMillis: number, seed: number) {
    let state = seed
    this.#random = (limit) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * limit)
    }
    this.#skewMillis = skewMillis
    this.lines = Array.from({ length: count }, () => new ScriptedLine())
    this.merged = new make(
      this.lines.map(({ feed }) => feed),
      undefined,
      bounds,
      () => this.nowMillis,
      {
        trade: ({ trade_id }) => {
          this.arrived.set(trade_id, (this.arrived.get(trade_id) ?? 0) + 1)
          this.#arrivals.set(trade_id, this.nowMillis)
        },
        hole: (interval) => void this.holes.push(interval),
        refused: () => {},
        end: (error) => (this.problem ??= `ended with ${error?._tag}`)
      }
    )
    Result.getOrThrow(this.merged.open())
    // The first line becomes live before the other lines, so it is complete.
    for (const [index, line] of this.lines.entries())
      line.restoreMillis = this.nowMillis + (index === 0 ? 0 : this.#random(2_000))
  }

  /** Advances the time, and delivers everything that is due. */
  pass(millis: number): void {
    const end = this.nowMillis + millis
    while (true) {
      let next = this.merged.nextMillis() ?? Number.POSITIVE_INFINITY
      for (const { flight, noticeMillis, restoreMillis } of this.lines) {
        next = Math.min(next, flight[0]?.atMillis ?? next, noticeMillis ?? next, restoreMillis ?? next)
      }
      if (next > end) break
      this.nowMillis = Math.max(this.nowMillis, next)
      if ((this.merged.nextMillis() ?? Number.POSITIVE_INFINITY) <= this.nowMillis) this.merged.tick()
      for (const line of this.lines) this.#advance(line)
    }
    this.nowMillis = end
  }

  #advance(line: ScriptedLine): void {
    while (line.flight[0] !== undefined && line.flight[0].atMillis <= this.nowMillis) line.flight.shift()!.deliver()
    if (line.noticeMillis !== undefined && line.noticeMillis <= this.nowMillis) {
      line.noticeMillis = undefined
      line.isGapped = false
      line.subscriber!.onEvent(outage)
    }
    if (line.noticeMillis === undefined && line.restoreMillis !== undefined && line.restoreMillis <= this.nowMillis) {
      line.restoreMillis = undefined
      line.isSubscribed = true
      line.recent = []
      line.send(this.nowMillis, () => {
        this.startedMillis ??= this.nowMillis
        if (line.wasLive) line.subscriber!.onEvent(restored)
        else line.subscriber!.onLive?.()
        line.wasLive = true
      })
    }
  }

  publish(isBlock: boolean): void {
    // Times are out of order by up to `disorderMillis`. A block trade is much older.
    const age = isBlock ? 10_000 + this.#random(50_000) : this.#random(bounds.disorderMillis)
    const trade = tradeOf(this.published.length, this.nowMillis - age + this.#skewMillis, isBlock)
    this.published.push({ trade, atMillis: this.nowMillis })
    for (const line of this.lines) {
      if (!line.isSubscribed) continue
      const event = line.skips > 0 ? "skip" : line.garbles > 0 ? "garble" : "deliver"
      if (event === "skip") line.skips--
      if (event === "garble") line.garbles--
      line.send(this.nowMillis, () => {
        if (event === "skip") {
          line.isGapped = true
          return
        }
        if (line.isGapped) line.subscriber!.onEvent(lost)
        // A loss opens a new connection, which repeats no older trades.
        if (line.isGapped || event === "garble") line.recent = []
        line.isGapped = false
        if (event === "garble") return line.subscriber!.onEvent(garbled)
        line.recent = [...line.recent.slice(-5), trade]
        line.subscriber!.onEvent(messageOf(trade, this.nowMillis))
      })
    }
  }

  step([kind, index, size]: Step, isSafe: (line: ScriptedLine) => boolean): void {
    const line = this.lines[index % this.lines.length]!
    const name = kinds[kind % kinds.length]!
    if (name === "publish" || name === "block") {
      for (let left = name === "block" ? 1 : 1 + (size % 4); left > 0; left--) {
        this.publish(name === "block" || this.#random(3) === 0)
        this.pass(this.#random(size < 6 ? 30 : 300))
      }
    } else if (name === "wait") {
      this.pass(this.#random(size % 3 === 0 ? 20_000 : 500))
    } else if (isSafe(line)) {
      // A safe line is never interrupted, and its latency stays below `lateMillis`.
      if (name === "late") line.latencyMillis = [10, 300, 2_000][size % 3]!
    } else if (name === "skip") {
      line.skips += 1
    } else if (name === "garble") {
      line.garbles += 1
    } else if (name === "late") {
      line.latencyMillis = [10, 300, 4_000, 20_000][size % 4]!
    } else if (name === "replace") {
      if (!line.isSubscribed) return
      line.send(this.nowMillis, () => {
        line.subscriber!.onEvent(replaced)
        for (const trade of line.recent) line.subscriber!.onEvent(messageOf(trade, this.nowMillis))
      })
    } else if (line.isSubscribed) {
      // The messages in flight are lost.
      line.isSubscribed = false
      line.flight = []
      line.noticeMillis = this.nowMillis + (name === "silence" ? 120_000 : [0, 200, 2_000, 20_000][size % 4]!)
      line.restoreMillis = line.noticeMillis + this.#random(size < 6 ? 100 : 1_500)
    }
  }

  /** Passes time, restores all lines, and waits until each line is complete. */
  settle(): void {
    for (let count = 0; count < 8; count++) {
      this.publish(false)
      this.pass(3 * bounds.disorderMillis)
      this.checkInTime()
    }
    for (const line of this.lines) {
      line.latencyMillis = 10
      line.skips = 0
      line.garbles = 0
    }
    this.pass(200_000)
    for (let count = 0; count < 10; count++) {
      this.publish(false)
      this.pass(3 * bounds.disorderMillis)
    }
    this.pass(60_000)
  }

  /** Returns the trades that did not arrive, and that no hole contains. */
  #missing(): ReadonlyArray<Trade> {
    const { startedMillis } = this
    if (startedMillis === undefined) return []
    return this.published.flatMap(({ atMillis, trade }) => {
      if (this.arrived.has(trade.trade_id) || atMillis < startedMillis) return []
      const millis = trade.is_block_trade === true ? atMillis + this.#skewMillis : trade.ts_ms
      const isReported = this.holes.some(
        // The end of a hole is a time of this machine's clock.
        ({ sinceMillis, untilMillis }) => sinceMillis <= millis && millis <= untilMillis + Math.max(0, this.#skewMillis)
      )
      return isReported ? [] : [trade]
    })
  }

  /**
   * While a line is live, checks that a missing trade (no block trade) was reported soon after a later trade arrived.
   */
  checkInTime(): void {
    const overdueMillis = this.nowMillis - 2 * bounds.lateMillis
    if (this.lines.every((_, index) => this.merged.statusOf(index) === "lost")) return
    for (const { is_block_trade, trade_id, ts_ms } of this.#missing()) {
      const later = this.published.find(
        ({ trade }) =>
          trade.is_block_trade !== true &&
          is_block_trade !== true &&
          trade.ts_ms > ts_ms + 3 * bounds.disorderMillis &&
          (this.#arrivals.get(trade.trade_id) ?? this.nowMillis) < overdueMillis
      )
      if (later !== undefined) this.problem ??= `${trade_id} is missing, and not reported in time`
    }
  }

  verdict(isFirstSafe: boolean): string | undefined {
    if (this.problem !== undefined) return this.problem
    for (const [id, count] of this.arrived) if (count > 1) return `${id} arrived ${count} times`
    if (isFirstSafe && this.holes.length > 0) return `a hole although one line was never interrupted`
    const [missing] = this.#missing()
    if (missing !== undefined) return `${missing.trade_id} of ${missing.ts_ms} is missing, and no hole contains it`
    for (const { sinceMillis, untilMillis } of this.holes.slice(this.#settledHoles)) {
      if (untilMillis < sinceMillis) return "a hole ends before it begins"
      if (sinceMillis < this.#settledMillis) return "a hole begins before all lines were complete"
    }
    this.#settledHoles = this.holes.length
    this.#settledMillis = (this.published.at(-1)?.trade.ts_ms ?? 0) - bounds.disorderMillis
    for (const index of this.lines.keys()) {
      if (this.merged.statusOf(index) !== "complete") return `line ${index} is not complete at the end`
    }
    return undefined
  }
}

export type Play = readonly [
  count: number,
  skewMillis: number,
  isFirstSafe: boolean,
  seed: number,
  steps: ReadonlyArray<Step>
]

export const plays: fc.Arbitrary<Play> = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.constantFrom(0, 0, -4_000, 4_000),
  fc.boolean(),
  fc.nat(),
  fc.array(fc.tuple(fc.nat(100), fc.nat(7), fc.nat(11)), { minLength: 1, maxLength: 60 })
)

/**
 * Plays random steps with merged lines. Throws if the property does not hold. With `isFirstSafe`, the first line is
 * never interrupted.
 */
export const play = (make: typeof TradeLines, [count, skewMillis, isFirstSafe, seed, steps]: Play): void => {
  const world = new World(make, count, skewMillis, seed)
  world.pass(3_000)
  const half = Math.floor(steps.length / 2)
  for (const part of [steps.slice(0, half), steps.slice(half)]) {
    for (const step of part) {
      world.step(step, (line) => isFirstSafe && line === world.lines[0])
      world.checkInTime()
    }
    world.settle()
    const verdict = world.verdict(isFirstSafe)
    if (verdict !== undefined) throw new Error(verdict)
  }
}
