/**
 * Reads what the exchange has split in two, the live reads and what has aged out of them, as one stream: each thing once,
 * also while things change sides.
 *
 * **Details**
 *
 * The live side is read first and to its end, the historical side after it: within each side in the order of the exchange.
 * Why nothing is lost, and nothing given twice:
 *
 * 1. Things move from live to historical, never back. What has not moved when the live side comes to it is given by the
 *    live side; what has is historical by then, and the historical side is read later. So each thing is given at least
 *    once.
 * 2. Twice can only be given what the live side gave and what moved afterwards. Whatever of the live side is older than
 *    the cutoff at the beginning plus `overlapMillis` is remembered by its id, and is passed over on the historical side.
 * 3. What is younger than that, and historical all the same, moved while this was read. The cutoff is read once more
 *    between the two sides: what is younger than it then was live as long as the live side was read, so it has been given.
 *    For what is older neither holds, and the stream fails with {@link HistoryUncertain} rather than guess.
 *
 * So ids are kept for the overlap alone, with the default of a week, and not for three months of trades; and for what shows
 * no time, as a market that is not settled.
 *
 * **Gotchas**
 *
 * - The first step stands on what is not documented: that a thing that moves is never for a moment on neither side, and
 *   that the exchange's cursors do not skip a thing because another one went.
 * - It cannot be resumed in the middle: split what is long by `min_ts` and `max_ts`, or read the two sides by
 *   themselves with `.pages`.
 * - It takes the filters that both sides have. `ticker` is one market, although the live fills would take several.
 *
 * **Example** (All fees ever paid, each exact)
 *
 * ```ts
 * import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
 * import * as History from "@kalshi-effect/client/History"
 * import * as Stream from "effect/Stream"
 *
 * const fees = History.fills({ limit: 1000 }).pipe(
 *   Stream.map((fill) => FixedPoint.toMicros(fill.fee_cost)),
 *   Stream.runFold(
 *     () => 0n,
 *     (sum, fee) => sum + fee
 *   )
 * )
 * ```
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { KalshiPublic, KalshiRead } from "./Capability.ts"
import { type BadRequest, InvalidRequest, type NotFound, type Unauthorized } from "./Errors.ts"
import type * as Responses from "./generated/responses.ts"
import * as Historical from "./Historical.ts"
import * as Markets from "./Markets.ts"
import type * as Operation from "./Operation.ts"
import * as Orders from "./Orders.ts"
import type * as Pages from "./Pages.ts"
import * as Portfolio from "./Portfolio.ts"

/**
 * Whether a thing of the historical side was given by the live side already cannot be known. All that was given before it
 * was given once.
 */
export class HistoryUncertain
  extends /*#__PURE__*/ Data.TaggedError("HistoryUncertain")<{
    /** What was read, such as `History.fills`. */
    readonly operation: string
    /** What identifies the thing: for a fill, its id and its order's. */
    readonly id: string
    /** The thing's time, by which it changes sides: Unix milliseconds. */
    readonly atMillis: number
    /** The cutoff at the beginning, and the latest one that was read: Unix milliseconds. */
    readonly cutoffMillis: readonly [first: number, last: number]
    readonly overlapMillis: number
  }>
{
  override get message(): string {
    const [first, last] = this.cutoffMillis.map((millis) => new Date(millis).toISOString())
    const why =
      this.atMillis < this.cutoffMillis[1]
        ? `the cutoff moved from ${first} to ${last} while it was read, further than the overlap of ${this.overlapMillis} ms: read again, with a larger overlapMillis`
        : `it is historical although it is of ${new Date(this.atMillis).toISOString()}, and the cutoff is ${last}: read again with overlapMillis: Infinity`
    return `${this.operation} cannot tell whether it has given ${JSON.stringify(this.id)} already: ${why}`
  }
}

/** How both sides are joined. */
export interface Options {
  /**
   * Milliseconds that the cutoff may move on while the live side is read. A week unless told; what is live and no older
   * than that before the cutoff is remembered by its id, with `Infinity` all of it.
   */
  readonly overlapMillis?: number | undefined
}

/** Reads both sides of a history. */
export interface Reader<Input, out A, out E, out Capability> {
  (
    input?: Input,
    options?: Options
  ): Stream.Stream<A, E | Pages.RepeatedCursor | HistoryUncertain, Capability | KalshiPublic>
}

const weekMillis = 7 * 24 * 60 * 60 * 1000

interface Sides<A, E1, R1, E2, R2> {
  readonly operation: string
  readonly live: Stream.Stream<A, E1, R1>
  readonly historical: Stream.Stream<A, E2, R2>
  /** The time of a cutoff that belongs to these. */
  readonly cutoff: (cutoffs: Responses.GetHistoricalCutoffResponse) => string | undefined
  readonly idOf: (item: A) => string
  /** The time by which a thing changes sides, in Unix milliseconds; NaN where it is unknown. */
  readonly atMillis: (item: A) => number
}

const millisOf = (time: string | null | undefined): number => Date.parse(time ?? "")

const join = <A, E1, R1, E2, R2>(
  { atMillis, cutoff, historical, idOf, live, operation }: Sides<A, E1, R1, E2, R2>,
  { overlapMillis = weekMillis }: Options = {}
) =>
  Stream.unwrap(
    Effect.gen(function* () {
      if (!(overlapMillis >= 0)) {
        const reason = "must be a number of milliseconds from 0 up"
        return yield* new InvalidRequest({ operation, pointer: "/overlapMillis", reason })
      }
      const readCutoff = Effect.map(Historical.cutoff(), (cutoffs) => millisOf(cutoff(cutoffs)))
      const first = yield* readCutoff
      let last = first
      let betweenSides = first
      const boundary = first + overlapMillis
      // Without a cutoff, or with a boundary that what happens now could fall behind, all of the live side is remembered.
      const remembersAll = !(boundary <= (yield* Clock.currentTimeMillis))
      // An unknown time is no reason to forget.
      const isRemembered = (item: A): boolean => remembersAll || !(atMillis(item) >= boundary)
      const given = new Set<string>()

      const liveSide = Stream.map(live, (item) => {
        if (isRemembered(item)) given.add(idOf(item))
        return item
      })
      const secondCutoff = Stream.fromEffectDrain(
        Effect.tap(readCutoff, (millis) => Effect.sync(() => void (betweenSides = last = millis)))
      )
      const isNew = (item: A) =>
        Effect.gen(function* () {
          const id = idOf(item)
          if (given.has(id)) return false
          if (isRemembered(item)) return true
          const at = atMillis(item)
          if (at >= last) last = yield* readCutoff
          if (at >= betweenSides && at < last) return false
          return yield* new HistoryUncertain({
            operation,
            id,
            atMillis: at,
            cutoffMillis: [first, last],
            overlapMillis
          })
        })
      return liveSide.pipe(Stream.concat(secondCutoff), Stream.concat(Stream.filterEffect(historical, isNew)))
    })
  )

/** Input of {@link fills}: what both sides take. */
export interface FillsInput extends Omit<Historical.FillsInput, "cursor"> {}

/**
 * Reads the account's fills, however old: {@link Portfolio.fills} and {@link Historical.fills}.
 *
 * **Details**
 *
 * A fill is one by its `fill_id` and its `order_id` together: two orders of one account that met have it under one
 * `fill_id`.
 */
export const fills: Reader<
  FillsInput,
  Responses.Fill,
  Operation.FailureOf<BadRequest | Unauthorized | NotFound, KalshiRead>,
  KalshiRead
> = (input, options) =>
  join(
    {
      operation: "History.fills",
      live: Portfolio.fills.items(input),
      historical: Historical.fills.items(input),
      cutoff: ({ trades_created_ts }) => trades_created_ts,
      idOf: ({ fill_id, order_id }) => `${fill_id} ${order_id}`,
      atMillis: ({ created_time }) => millisOf(created_time)
    },
    options
  )

/** Input of {@link orders}: what both sides take. */
export interface OrdersInput extends Omit<Historical.OrdersInput, "cursor"> {}

/** Reads the account's orders, however old: {@link Orders.list} and {@link Historical.orders}. */
export const orders: Reader<
  OrdersInput,
  Responses.Order,
  Operation.FailureOf<BadRequest | Unauthorized, KalshiRead>,
  KalshiRead
> = (input, options) =>
  join(
    {
      operation: "History.orders",
      live: Orders.list.items(input),
      historical: Historical.orders.items(input),
      cutoff: ({ orders_updated_ts }) => orders_updated_ts,
      idOf: ({ order_id }) => order_id,
      atMillis: ({ last_update_time }) => millisOf(last_update_time)
    },
    options
  )

/** Input of {@link positions}: what both sides take. */
export interface PositionsInput extends Omit<Historical.PositionsInput, "cursor"> {}

type PositionsFailure = Operation.FailureOf<BadRequest | Unauthorized, KalshiRead>

const positionsCutoff = (cutoffs: Responses.GetHistoricalCutoffResponse) => cutoffs.market_positions_last_updated_ts

/**
 * Reads the positions of one subaccount, settled ones and archived ones too: {@link Portfolio.positions} and
 * {@link Historical.positions}, per market or per event.
 */
export const positions: {
  readonly market_positions: Reader<PositionsInput, Responses.MarketPosition, PositionsFailure, KalshiRead>
  readonly event_positions: Reader<PositionsInput, Responses.EventPosition, PositionsFailure, KalshiRead>
} = {
  market_positions: (input, options) =>
    join(
      {
        operation: "History.positions",
        live: Portfolio.positions.items.market_positions({ ...input, settlement_status: "all" }),
        historical: Historical.positions.items.market_positions(input),
        cutoff: positionsCutoff,
        idOf: ({ ticker }) => ticker,
        atMillis: ({ last_updated_ts }) => millisOf(last_updated_ts)
      },
      options
    ),
  event_positions: (input, options) =>
    join(
      {
        operation: "History.positions",
        live: Portfolio.positions.items.event_positions({ ...input, settlement_status: "all" }),
        historical: Historical.positions.items.event_positions(input),
        cutoff: positionsCutoff,
        idOf: ({ event_ticker }) => event_ticker,
        // It carries no time.
        atMillis: () => Number.NaN
      },
      options
    )
}

/** Input of {@link trades}: what both sides take. */
export interface TradesInput extends Omit<Historical.TradesInput, "cursor"> {}

/** Reads everybody's trades, however old: {@link Markets.trades} and {@link Historical.trades}. */
export const trades: Reader<
  TradesInput,
  Responses.Trade,
  Operation.FailureOf<BadRequest | NotFound, KalshiPublic>,
  KalshiPublic
> = (input, options) =>
  join(
    {
      operation: "History.trades",
      live: Markets.trades.items(input),
      historical: Historical.trades.items(input),
      cutoff: ({ trades_created_ts }) => trades_created_ts,
      idOf: ({ trade_id }) => trade_id,
      atMillis: ({ created_time }) => millisOf(created_time)
    },
    options
  )

/** Input of {@link markets}: what both sides take. */
export interface MarketsInput extends Omit<Historical.MarketsInput, "cursor"> {}

/** Reads markets, also those settled long ago: {@link Markets.list} and {@link Historical.markets}. */
export const markets: Reader<
  MarketsInput,
  Responses.Market,
  Operation.FailureOf<BadRequest | Unauthorized, KalshiPublic>,
  KalshiPublic
> = (input, options) =>
  join(
    {
      operation: "History.markets",
      live: Markets.list.items(input),
      historical: Historical.markets.items(input),
      cutoff: ({ market_settled_ts }) => market_settled_ts,
      idOf: ({ ticker }) => ticker,
      atMillis: ({ settlement_ts }) => millisOf(settlement_ts)
    },
    options
  )
