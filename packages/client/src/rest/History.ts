/**
 * Reads live and historical data as one stream: each item once, also while items move from one side to the other.
 *
 * **Details**
 *
 * The exchange moves what is old from its live reads to `Historical`, at a cutoff that moves. The live side is read first
 * and to its end, then the historical side, each in the order of the exchange. Why no item is lost or emitted twice:
 *
 * 1. Items move from live to historical, never back. What has not moved when the live reading reaches it is emitted from
 *    the live side. What has moved is historical by then, and the historical side is read later. So each item is emitted
 *    at least once.
 * 2. An item can come twice if the live side gave it and it moved afterwards. A live item that is older than the first
 *    cutoff plus `overlapMillis` is remembered by its id, and skipped on the historical side.
 * 3. A historical item that is younger than that moved during the reading. The cutoff is read again between the two sides:
 *    what is younger than it then was live during the whole live reading, so it has been emitted. For an older item
 *    neither is certain, and the stream fails with {@link HistoryUncertain} instead of guessing.
 * 4. One side can repeat an item too, when its pages shift during the reading. The last 100,000 ids of a side
 *    are remembered for that, and a repeated item is skipped.
 *
 * So ids are kept for the overlap only, a week by default, and not for three months of trades; and for items without a
 * time, such as a market that is not settled. {@link Options.maxRemembered} limits them.
 *
 * **Gotchas**
 *
 * - The first step relies on what is not documented: that an item that moves is never on neither side, and that the
 *   exchange's cursors skip no item because another one moved.
 * - A reading cannot be resumed in the middle: split a long one by `min_ts` and `max_ts`, or read the two sides separately
 *   with `.pages`.
 * - It takes the filters that both sides have, and refuses others before its first request. `ticker` is one market,
 *   although the live fills take several.
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
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { KalshiPublic, KalshiRead } from "../Capability.ts"
import { type BadRequest, InvalidRequest, type NotFound, type Unauthorized } from "../Errors.ts"
import type * as Responses from "../generated/responses.ts"
import * as Historical from "./Historical.ts"
import * as encoding from "../sending/encode.ts"
import * as Remembered from "./remembered.ts"
import * as Markets from "./Markets.ts"
import type * as Operation from "../Operation.ts"
import * as Orders from "./orderOperations.ts"
import type * as Pages from "../Pages.ts"
import * as Portfolio from "./Portfolio.ts"

const shownTime = (millis: number): string => (Number.isNaN(millis) ? "unknown" : new Date(millis).toISOString())

/**
 * It cannot be known whether the live side gave an item of the historical side already. Everything before it was emitted
 * once.
 */
export class HistoryUncertain
  extends /*#__PURE__*/ Data.TaggedError("HistoryUncertain")<{
    /** What was read, such as `History.fills`. */
    readonly operation: string
    /** What identifies the item: for a fill, its id and its order's. */
    readonly id: string
    /** The item's time, which decides its side: Unix milliseconds. */
    readonly atMillis: number
    /** The first cutoff and the latest one that was read: Unix milliseconds, NaN if the exchange did not say. */
    readonly cutoffMillis: readonly [first: number, last: number]
    readonly overlapMillis: number
  }>
{
  override get message(): string {
    const [first, last] = this.cutoffMillis.map(shownTime)
    const why =
      this.atMillis < this.cutoffMillis[1]
        ? `the cutoff moved from ${first} to ${last} during the reading, further than the overlap of ${this.overlapMillis} ms: read again with a larger overlapMillis`
        : `it is historical although its time is ${shownTime(this.atMillis)} and the cutoff is ${last}: read again with overlapMillis: Infinity`
    return `${this.operation} cannot tell whether it has emitted ${JSON.stringify(this.id)} already: ${why}`
  }
}

/** A reading would have to remember too many ids to emit each item once. Everything before was emitted once. */
export class HistoryTooLarge
  extends /*#__PURE__*/ Data.TaggedError("HistoryTooLarge")<{
    /** What was read, such as `History.fills`. */
    readonly operation: string
    readonly maxRemembered: number
  }>
{
  override get message(): string {
    return `${this.operation} would have to remember more than ${this.maxRemembered} ids to emit each item once: read it in parts, by min_ts and max_ts or by ticker, or raise maxRemembered`
  }
}

/** How both sides are joined. */
export interface Options {
  /**
   * Milliseconds that the cutoff may advance while the live side is read. Live items that are no younger than the cutoff
   * plus this are remembered by their id; with `Infinity` all of them. Default: a week.
   */
  readonly overlapMillis?: number | undefined
  /**
   * How many ids may be remembered: a whole number from 1 up. One takes 80 to 120 bytes. Where more would be needed the
   * stream fails with {@link HistoryTooLarge}. Default: 10,000,000.
   */
  readonly maxRemembered?: number | undefined
}

/** Reads both sides of a history. */
export interface Reader<Input, out A, out E, out Capability> {
  (
    input?: Input,
    options?: Options
  ): Stream.Stream<A, E | Pages.RepeatedCursor | HistoryUncertain | HistoryTooLarge, Capability | KalshiPublic>
}

const weekMillis = 7 * 24 * 60 * 60 * 1000

/** How far back a side may repeat an item: more than an exchange adds between two requests. */
const recentIds = 100_000

interface Sides<A, E1, R1, E2, R2> {
  readonly operation: string
  readonly input: object | undefined
  readonly live: () => Stream.Stream<A, E1, R1>
  readonly historical: () => Stream.Stream<A, E2, R2>
  /** Of the operations that read them: each must be able to take the input. */
  readonly descriptors: ReadonlyArray<Operation.Descriptor>
  /** The cutoff of these items. */
  readonly cutoff: (cutoffs: Responses.GetHistoricalCutoffResponse) => string | undefined
  readonly idOf: (item: A) => string
  /** The time that decides an item's side, in Unix milliseconds; NaN if it is unknown. */
  readonly atMillis: (item: A) => number
}

const millisOf = (time: string | null | undefined): number => Date.parse(time ?? "")

const isCursor = (input: unknown): boolean =>
  typeof input === "object" && input !== null && "cursor" in input && input.cursor !== undefined

/** What is wrong with a call, before anything is sent: a side that refused it later would do so in mid-stream. */
const faultOf = (
  operation: string,
  input: unknown,
  descriptors: ReadonlyArray<Operation.Descriptor>,
  overlapMillis: number,
  maxRemembered: number
): InvalidRequest | undefined => {
  const invalid = (pointer: string, reason: string) => new InvalidRequest({ operation, pointer, reason })
  if (!(typeof overlapMillis === "number" && overlapMillis >= 0)) {
    return invalid("/overlapMillis", "must be a number of milliseconds from 0 up")
  }
  if (!(Number.isInteger(maxRemembered) && maxRemembered >= 1)) {
    return invalid("/maxRemembered", "must be a whole number from 1 up")
  }
  if (isCursor(input)) return invalid("/cursor", "a history has no cursor: its two sides have each their own")
  for (const descriptor of descriptors) {
    const encoded = encoding.prepare(descriptor)(input ?? {})
    if (Result.isFailure(encoded)) return invalid(encoded.failure.pointer, encoded.failure.reason)
  }
  return undefined
}

const join = <A, E1, R1, E2, R2>(
  { atMillis, cutoff, descriptors, historical, idOf, input, live, operation }: Sides<A, E1, R1, E2, R2>,
  options: Options | undefined
) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const overlapMillis = options?.overlapMillis ?? weekMillis
      const maxRemembered = options?.maxRemembered ?? 10_000_000
      const fault = faultOf(operation, input, descriptors, overlapMillis, maxRemembered)
      if (fault !== undefined) return yield* fault
      const readCutoff = Effect.map(Historical.cutoff(), (cutoffs) => millisOf(cutoff(cutoffs)))
      const first = yield* readCutoff
      let last = first
      let betweenSides = first
      const boundary = first + overlapMillis
      // Without a cutoff, or with a boundary in the future, any live item could become historical: all are remembered.
      const remembersAll = !(boundary <= (yield* Clock.currentTimeMillis))
      // An item whose time is unknown is remembered as well.
      const isInOverlap = (item: A): boolean => remembersAll || !(atMillis(item) >= boundary)
      const overlap = Remembered.all({ most: maxRemembered })
      const recentLive = Remembered.recent(recentIds)
      const recentHistorical = Remembered.recent(recentIds)

      const isNewOfLive: IsNew<A, HistoryTooLarge, never> = (item) => {
        const id = idOf(item)
        if (overlap.has(id) || recentLive.has(id)) return false
        if (!isInOverlap(item)) recentLive.add(id)
        else if (!overlap.add(id)) return Effect.fail(new HistoryTooLarge({ operation, maxRemembered }))
        return true
      }
      const secondCutoff = Stream.fromEffectDrain(
        Effect.tap(readCutoff, (millis) => Effect.sync(() => void (betweenSides = last = millis)))
      )
      /** An item that is too young to have been remembered: it has been emitted, or nobody knows. */
      const isYoung = (item: A, id: string) =>
        Effect.gen(function* () {
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
      const isNewOfHistorical = (item: A) => {
        const id = idOf(item)
        if (overlap.has(id) || recentHistorical.has(id)) return false
        if (!isInOverlap(item)) return isYoung(item, id)
        recentHistorical.add(id)
        return true
      }
      return keep(live(), isNewOfLive).pipe(
        Stream.concat(secondCutoff),
        Stream.concat(keep(historical(), isNewOfHistorical))
      )
    })
  )

/** Whether to keep an item. One that needs an effect to tell is looked at again if the effect fails. */
type IsNew<A, E, R> = (item: A) => boolean | Effect.Effect<boolean, E, R>

/** Keeps the new items of a stream. A failure comes after all items before it, unlike that of `Stream.filterEffect`. */
const keep = <A, E, R, E2, R2>(
  stream: Stream.Stream<A, E, R>,
  isNew: IsNew<A, E2, R2>
): Stream.Stream<A, E | E2, R | R2> =>
  Stream.transformPull(stream, (pull) =>
    Effect.sync(() => {
      let items: ReadonlyArray<A> = []
      let index = 0
      const next: Pull.Pull<Arr.NonEmptyReadonlyArray<A>, E | E2, void, R2> = Effect.suspend(() => {
        const found: Array<A> = []
        for (; index < items.length; index++) {
          const item = items[index]!
          const verdict = isNew(item)
          if (typeof verdict === "boolean") {
            if (verdict) found.push(item)
          } else if (found.length > 0) {
            break
          } else {
            return Effect.flatMap(verdict, (isKept) => {
              index++
              return isKept ? Effect.succeed(Arr.of(item)) : next
            })
          }
        }
        if (Arr.isArrayNonEmpty(found)) return Effect.succeed(found)
        return Effect.flatMap(pull, (more) => {
          items = more
          index = 0
          return next
        })
      })
      return next
    })
  )

/** Input of {@link fills}: what both sides take. */
export interface FillsInput extends Omit<Historical.FillsInput, "cursor"> {}

/**
 * Reads the account's fills, however old: {@link Portfolio.fills} and {@link Historical.fills}.
 *
 * **Details**
 *
 * `fill_id` and `order_id` together identify a fill: where two orders of one account met, both have one `fill_id`.
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
      input,
      live: () => Portfolio.fills.items(input),
      historical: () => Historical.fills.items(input),
      descriptors: [Portfolio.fills.descriptor, Historical.fills.descriptor],
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
      input,
      live: () => Orders.list.items(input),
      historical: () => Historical.orders.items(input),
      descriptors: [Orders.list.descriptor, Historical.orders.descriptor],
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
        input,
        live: () => Portfolio.positions.items.market_positions({ ...input, settlement_status: "all" }),
        historical: () => Historical.positions.items.market_positions(input),
        descriptors: [Portfolio.positions.descriptor, Historical.positions.descriptor],
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
        input,
        live: () => Portfolio.positions.items.event_positions({ ...input, settlement_status: "all" }),
        historical: () => Historical.positions.items.event_positions(input),
        descriptors: [Portfolio.positions.descriptor, Historical.positions.descriptor],
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

/** Reads all public trades, however old: {@link Markets.trades} and {@link Historical.trades}. */
export const trades: Reader<
  TradesInput,
  Responses.Trade,
  Operation.FailureOf<BadRequest | NotFound, KalshiPublic>,
  KalshiPublic
> = (input, options) =>
  join(
    {
      operation: "History.trades",
      input,
      live: () => Markets.trades.items(input),
      historical: () => Historical.trades.items(input),
      descriptors: [Markets.trades.descriptor, Historical.trades.descriptor],
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
      input,
      live: () => Markets.list.items(input),
      historical: () => Historical.markets.items(input),
      descriptors: [Markets.list.descriptor, Historical.markets.descriptor],
      cutoff: ({ market_settled_ts }) => market_settled_ts,
      idOf: ({ ticker }) => ticker,
      atMillis: ({ settlement_ts }) => millisOf(settlement_ts)
    },
    options
  )
