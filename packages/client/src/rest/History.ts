/**
 * Reads live and historical data as one stream. Each item appears once, even if items move from live to historical during
 * the reading.
 *
 * **Details**
 *
 * The exchange moves old items from its live reads to `Historical`, at a cutoff that moves. The stream reads the
 * cutoff, the complete live side, the cutoff again, and then the historical side. It keeps the exchange's sequence of
 * the items on each side. No item is lost or emitted twice, for these reasons:
 *
 * 1. Items move from live to historical, never back. An item that is still live when the stream reaches it is emitted
 *    by the live side. An item that has moved is emitted later, by the historical side. So each item is emitted at
 *    least once.
 * 2. If an item moves after the live side emitted it, the historical side contains it again. Therefore the stream
 *    remembers the ids of live items that are older than the first cutoff plus `overlapMillis`, and skips these items
 *    on the historical side.
 * 3. A historical item that is younger than this limit moved during the reading. If its time is between the second
 *    cutoff and a newer cutoff, which the stream then reads, the item was live during the complete live reading: the
 *    live side has emitted it. Otherwise the stream cannot know whether the item was emitted, and fails with
 *    {@link HistoryUncertain}.
 * 4. One side can also repeat an item if its pages shift during the reading. Therefore the stream remembers the last
 *    100,000 ids of each side, and skips repeated items.
 *
 * The default of `overlapMillis` is a week. The stream also remembers the ids of live items without a time, such as a
 * market that is not settled. {@link Options.maxRemembered} limits the number of remembered ids, except the last
 * 100,000 ids of each side.
 *
 * **Gotchas**
 *
 * - Reason 1 relies on two properties that the exchange does not document: A moving item is always on at least one
 *   side, and the exchange's cursors skip no item when another item moves.
 * - You cannot resume a stream in the middle. Split a long history by `min_ts` and `max_ts`, or read the two sides
 *   separately with `.pages`.
 * - The stream accepts only filters that both sides have, and rejects others before its first request. `ticker` must be
 *   one market, although `Portfolio.fills` accepts several.
 *
 * **Example** (The exact sum of all fees)
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
import { FirstSeen } from "../firstSeen.ts"
import type * as Responses from "../generated/responses.ts"
import * as Historical from "./Historical.ts"
import * as encoding from "../sending/encode.ts"
import * as Remembered from "./remembered.ts"
import * as Markets from "./Markets.ts"
import type * as Operation from "../Operation.ts"
import * as Orders from "./orderOperations.ts"
import type * as Pages from "../Pages.ts"
import * as Portfolio from "./Portfolio.ts"

const printTime = (millis: number): string => (Number.isNaN(millis) ? "unknown" : new Date(millis).toISOString())

/**
 * The stream cannot determine whether the live side has already emitted this historical item. The stream has emitted
 * every earlier item once.
 */
export class HistoryUncertain
  extends /*#__PURE__*/ Data.TaggedError("HistoryUncertain")<{
    /** The function that failed, such as `History.fills`. */
    readonly operation: string
    /** The identity of the item. For a fill: its id and the id of its order. */
    readonly id: string
    /** The item's time, which decides its side: Unix milliseconds. */
    readonly atMillis: number
    /**
     * The first and the latest cutoff that were read, in Unix milliseconds. NaN if the exchange did not report a
     * cutoff.
     */
    readonly cutoffMillis: readonly [first: number, last: number]
    readonly overlapMillis: number
  }>
{
  override get message(): string {
    const [first, last] = this.cutoffMillis.map(printTime)
    const why =
      this.atMillis < this.cutoffMillis[1]
        ? `the cutoff moved from ${first} to ${last} during the reading, further than the overlap of ${this.overlapMillis} ms: read again with a larger overlapMillis`
        : `it is historical although its time is ${printTime(this.atMillis)} and the cutoff is ${last}: read again with overlapMillis: Infinity`
    return `${this.operation} cannot determine whether it already emitted ${JSON.stringify(this.id)}: ${why}`
  }
}

/** The stream would have to remember too many ids to emit each item once. It has emitted every earlier item once. */
export class HistoryTooLarge
  extends /*#__PURE__*/ Data.TaggedError("HistoryTooLarge")<{
    /** The function that failed, such as `History.fills`. */
    readonly operation: string
    readonly maxRemembered: number
  }>
{
  override get message(): string {
    return `${this.operation} would have to remember more than ${this.maxRemembered} ids to emit each item once: read it in parts, with filters of its input such as ticker, or raise maxRemembered`
  }
}

/** Options for joining the two sides. */
export interface Options {
  /**
   * How far the cutoff can advance while the stream reads the live side, in milliseconds. The stream remembers the ids
   * of live items that are older than the first cutoff plus this duration. With `Infinity`, it remembers all ids.
   * Default: a week.
   */
  readonly overlapMillis?: number | undefined
  /**
   * The maximum number of ids to remember, in addition to the last 100,000 ids of each side: an integer, at least 1. An
   * id takes 80 to 120 bytes. If the stream needs more, it fails with {@link HistoryTooLarge}. Default: 10,000,000.
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

/** How many ids per side are remembered to detect repeated items: more than the exchange adds between two requests. */
const recentIds = 100_000

interface Sides<A, E1, R1, E2, R2> {
  readonly operation: string
  readonly input: object | undefined
  readonly live: () => Stream.Stream<A, E1, R1>
  readonly historical: () => Stream.Stream<A, E2, R2>
  /** The descriptors of the operations that read the sides. Each must accept the input. */
  readonly descriptors: ReadonlyArray<Operation.Descriptor>
  readonly cutoff: (cutoffs: Responses.GetHistoricalCutoffResponse) => string | undefined
  readonly idOf: (item: A) => string
  /** Returns the time that determines the side of an item, in Unix milliseconds. NaN if it is unknown. */
  readonly atMillis: (item: A) => number
}

const millisOf = (time: string | null | undefined): number => Date.parse(time ?? "")

const hasCursor = (input: unknown): boolean =>
  typeof input === "object" && input !== null && "cursor" in input && input.cursor !== undefined

/**
 * Checks the input before the stream starts. Otherwise, the historical side would reject the input only in the middle
 * of the stream.
 */
const faultOf = (
  operation: string,
  input: unknown,
  descriptors: ReadonlyArray<Operation.Descriptor>,
  overlapMillis: number,
  maxRemembered: number
): InvalidRequest | undefined => {
  const invalid = (pointer: string, reason: string) => new InvalidRequest({ operation, pointer, reason })
  if (!(typeof overlapMillis === "number" && overlapMillis >= 0)) {
    return invalid("/overlapMillis", "must be a number of milliseconds of at least 0")
  }
  if (!(Number.isInteger(maxRemembered) && maxRemembered >= 1)) {
    return invalid("/maxRemembered", "must be an integer of at least 1")
  }
  if (hasCursor(input))
    return invalid("/cursor", "must be absent, because the live and the historical side have different cursors")
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
      // Without a cutoff, or with a boundary in the future, any live item can become historical: remember all ids.
      const remembersAll = !(boundary <= (yield* Clock.currentTimeMillis))
      // An item without a time is remembered too.
      const isInOverlap = (item: A): boolean => remembersAll || !(atMillis(item) >= boundary)
      const overlap = Remembered.all({ maxIds: maxRemembered })
      const recentLive = new FirstSeen(recentIds)
      const recentHistorical = new FirstSeen(recentIds)

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
      /** Returns false if the live side has certainly emitted the item. Otherwise fails. */
      const checkYoungItem = (item: A, id: string) =>
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
        if (!isInOverlap(item)) return checkYoungItem(item, id)
        recentHistorical.add(id)
        return true
      }
      return keep(live(), isNewOfLive).pipe(
        Stream.concat(secondCutoff),
        Stream.concat(keep(historical(), isNewOfHistorical))
      )
    })
  )

/** Decides whether an item is new. If the decision is an effect that fails, the next pull repeats it. */
type IsNew<A, E, R> = (item: A) => boolean | Effect.Effect<boolean, E, R>

/** Emits the new items of a stream. Unlike `Stream.filterEffect`, emits the items that precede a failure. */
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

/** Input of {@link fills}: the fields that both sides accept. */
export interface FillsInput extends Omit<Historical.FillsInput, "cursor"> {}

/**
 * Reads the account's fills of any age: {@link Portfolio.fills} and {@link Historical.fills}.
 *
 * **Details**
 *
 * `fill_id` and `order_id` together identify a fill. If two orders of one account traded with each other, both fills
 * have the same `fill_id`.
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

/** Input of {@link orders}: the fields that both sides accept. */
export interface OrdersInput extends Omit<Historical.OrdersInput, "cursor"> {}

/** Reads the account's orders of any age: {@link Orders.list} and {@link Historical.orders}. */
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

/** Input of {@link positions}: the fields that both sides accept. */
export interface PositionsInput extends Omit<Historical.PositionsInput, "cursor"> {}

type PositionsFailure = Operation.FailureOf<BadRequest | Unauthorized, KalshiRead>

const positionsCutoff = (cutoffs: Responses.GetHistoricalCutoffResponse) => cutoffs.market_positions_last_updated_ts

/**
 * Reads the positions of one account, including settled and archived positions, per market or per event:
 * {@link Portfolio.positions} and {@link Historical.positions}.
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
        // An event position has no time.
        atMillis: () => Number.NaN
      },
      options
    )
}

/** Input of {@link trades}: the fields that both sides accept. */
export interface TradesInput extends Omit<Historical.TradesInput, "cursor"> {}

/** Reads public trades of any age: {@link Markets.trades} and {@link Historical.trades}. */
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

/** Input of {@link markets}: the fields that both sides accept. */
export interface MarketsInput extends Omit<Historical.MarketsInput, "cursor"> {}

/** Reads markets, including old settled markets: {@link Markets.list} and {@link Historical.markets}. */
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
