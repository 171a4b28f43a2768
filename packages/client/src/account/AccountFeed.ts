/**
 * The live state of an account: its orders, fills, positions and order groups.
 *
 * **Example** (Printing the number of resting orders and each fill)
 *
 * ```ts
 * import * as AccountFeed from "@kalshi-effect/client/AccountFeed"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const program = Effect.gen(function* () {
 *   const mine = yield* AccountFeed.make()
 *   yield* Stream.runForEach(mine.events, (event) => {
 *     switch (event._tag) {
 *       case "Live":
 *         return Console.log(`${event.account.openOrders.length} orders rest`)
 *       case "Fill":
 *         return Console.log(`${event.fill.count_fp} of ${event.fill.market_ticker}`)
 *       default:
 *         return Effect.void
 *     }
 *   })
 * })
 * ```
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { KalshiPublic, KalshiRead } from "../Capability.ts"
import type { InvalidRequest } from "../Errors.ts"
import { defaultBufferSize } from "../feed/consumer.ts"
import * as Feed from "../feed/Feed.ts"
import { checkLines, sessionsOf } from "../feed/lines.ts"
import { PushedOrders } from "../trading/pushed.ts"
import * as AccountState from "./AccountState.ts"
import { type AccountEvent, Events } from "./events.ts"
import { Following } from "./following.ts"
import { faultIn, type Options } from "./options.ts"
import { Pushed } from "./pushedOrders.ts"
import { readWhenNeeded } from "./reading.ts"

export {
  type Account,
  type AccountChange,
  type AccountChannel,
  type AccountLoss,
  AccountNotLive,
  type AccountStatus
} from "./AccountState.ts"
export type { AccountEvent } from "./events.ts"
export type { Options } from "./options.ts"
export type { AccountOrderGroup } from "./groups.ts"
export type { AccountFill, AccountOrder, AccountPosition } from "./rows.ts"

/** The live account. It ends when its scope closes. */
export interface AccountFeedService {
  /**
   * Returns the account. While the account is not live, fails with `AccountNotLive`, which states why and since when.
   * After the feed has ended, fails with the feed's error.
   */
  readonly read: Effect.Effect<AccountState.Account, AccountState.AccountNotLive | Feed.FeedError>
  /** Returns the account even while messages may be missing. Parts of it may then be missing or out of date. */
  readonly known: Effect.Effect<AccountState.Account>
  /** Waits until the account is live, and returns it. */
  readonly awaitLive: Effect.Effect<AccountState.Account, Feed.FeedError>
  readonly status: Effect.Effect<AccountState.AccountStatus>
  /**
   * A stream of events. The first event is `Live`. If the account is live already, the stream emits this event at once.
   * If the message about a change was lost, the stream emits the change when a REST read finds it. Each consumer has a
   * separate buffer.
   */
  readonly events: Stream.Stream<AccountEvent, Feed.FeedError>
  /** Requests a new read of all lists, and does not wait for it. */
  readonly verify: Effect.Effect<void>
  /**
   * Returns the session of each line (one connection), and why the line ended. `ended` is undefined while the line is
   * open.
   */
  readonly lines: Effect.Effect<
    ReadonlyArray<{ readonly ended: Feed.FeedError | undefined; readonly session: Feed.SessionState }>
  >
}

/** Provides the live state of an account. */
export class AccountFeed extends Context.Service<AccountFeed, AccountFeedService>()(
  "@kalshi-effect/client/AccountFeed"
) {}

const accountOf = (event: AccountEvent): Result.Result<AccountState.Account, undefined> =>
  event._tag === "Live" ? Result.succeed(event.account) : Result.fail(undefined)

const start = (options: Options = {}) =>
  Effect.gen(function* () {
    yield* checkLines("AccountFeed.make", options.lines ?? 1)
    const fault = faultIn(options)
    if (fault !== undefined) return yield* fault
    const { bufferSize = defaultBufferSize, lines = 1, verifyMillis = 60_000 } = options
    const feeds = yield* sessionsOf(lines)
    const clock = yield* Clock.clockWith(Effect.succeed)
    const nowMillis = () => clock.currentTimeMillisUnsafe()
    const due = Latch.makeUnsafe(false)
    const runLater = yield* FiberSet.makeRuntime<never, void>()
    const events: Events = new Events(() => state, bufferSize)
    const state: AccountState.AccountState = AccountState.make({
      ...options,
      nowMillis: nowMillis(),
      onChange: (change) => {
        if (change._tag === "Order") pushed.onOrder(change.order)
        events.publish(change)
      }
    })
    const pushed: Pushed = new Pushed(() => state.known())
    const onInput = () => {
      events.publishStatus()
      due.openUnsafe()
    }
    const following = new Following(state, feeds, {
      nowMillis,
      onInput,
      later: (millis, run) => void runLater(Effect.delay(Effect.sync(run), millis)),
      onEnd: (error) => events.end(error)
    })
    const verify = Effect.sync(() => {
      for (const channel of ["user_orders", "fill", "market_positions"] as const) state.verify(channel, nowMillis())
      due.openUnsafe()
    })
    const subaccounts = options.subaccounts ?? [0]
    yield* Effect.acquireRelease(
      Effect.sync(() => following.start()),
      () =>
        Effect.sync(() => {
          following.close()
          events.end(new Feed.FeedClosed())
        })
    )
    const reads = readWhenNeeded({ state, lagMillis: options.lagMillis ?? 1_000, subaccounts, due, onInput })
    yield* Effect.forkScoped(reads, { startImmediately: true })
    if (verifyMillis !== Number.POSITIVE_INFINITY) {
      yield* Effect.forkScoped(Effect.repeat(Effect.delay(verify, verifyMillis), Schedule.forever))
    }
    const readNow = (): Result.Result<AccountState.Account, AccountState.AccountNotLive | Feed.FeedError> =>
      events.ended === undefined ? state.read() : Result.fail(events.ended)
    const service: AccountFeedService = {
      read: Effect.suspend(() => Effect.fromResult(readNow())),
      known: Effect.sync(() => state.known()),
      awaitLive: Effect.flatMap(Stream.runHead(Stream.filterMap(events.stream, accountOf)), (live) =>
        // `live` is never `None`, because a stream that ends before `Live` fails.
        Effect.orDie(Effect.fromOption(live))
      ),
      status: Effect.sync(() => state.status),
      events: events.stream,
      verify,
      lines: Effect.forEach(feeds, ({ state }, index) =>
        Effect.map(state, (session) => ({ ended: following.ends[index], session }))
      )
    }
    return { service, pushed }
  })

/**
 * Follows an account until the scope closes.
 *
 * **Details**
 *
 * The account subscribes to `user_orders`, `fill`, `market_positions` and `order_group_updates`. Then it reads the
 * resting orders, the fills and the positions over REST. The account is live when these lists are complete and new
 * enough that no change can be missing. After an outage or a message that does not decode, the account is not live
 * until the affected lists are read again. All lists are also read again every `verifyMillis`.
 *
 * A list counts only if `Exchange.userDataTimestamp` shows that it is new enough. Fills from more than a day ago are
 * also read from `Historical.fills`. Without `subaccounts`, only the primary account is followed.
 *
 * With `lines: 2`, the account stays live while one of two connections is lost, if the other connection was live
 * without a loss for the last ten seconds. The lists are read again after the loss anyway. If one connection is behind
 * the other, a position can briefly show an older state.
 *
 * If the feed fails permanently, for example because the exchange refuses the key, `read`, `awaitLive` and `events`
 * fail with the feed's error.
 *
 * **Gotchas**
 *
 * - The status of an order group is known only from messages. After a loss of messages, the status is `unknown`, even
 *   while the account is live.
 * - Reading all lists again costs one request per page of each list, and at least one request to check the age of each
 *   list. With the defaults and lists of one page, that is at least six requests a minute.
 */
export const make = (
  options?: Options
): Effect.Effect<AccountFeedService, InvalidRequest, Feed.KalshiFeed | KalshiPublic | KalshiRead | Scope.Scope> =>
  Effect.map(start(options), ({ service }) => service)

/**
 * Provides an {@link AccountFeed}, which ends with the layer. See {@link make}.
 *
 * **Details**
 *
 * If the response to an order was lost, `Orders.place`, `Orders.settle` and `Orders.cancelAllOnExit` find the order
 * under this layer as soon as a message of the feed shows it. They also search the lists of REST, for example for an
 * order of a subaccount that is not followed.
 */
export const layer = (
  options?: Options
): Layer.Layer<AccountFeed, InvalidRequest, Feed.KalshiFeed | KalshiPublic | KalshiRead> =>
  Layer.effectContext(
    Effect.map(start(options), ({ pushed, service }) =>
      Context.make(AccountFeed, service).pipe(Context.add(PushedOrders, pushed))
    )
  )
