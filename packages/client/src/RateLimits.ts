/**
 * Token buckets on this side of the wire: a signed call waits for its tokens here instead of being answered 429 there.
 *
 * **Details**
 *
 * The exchange keeps a read and a write bucket per account, and write buckets of their own for its shards. Each refills
 * all the time and pays for every signed request; a batch of orders is paid per order. Every layer that signs meters its
 * calls unless told not to (`limits: false`). Costs and budgets are the account's own, learned from
 * `Account.endpointCosts` and `Account.limits` in the background once half of a default bucket has been spent, after a
 * 429, and before a batch that the default would not hold; and again every ten minutes of use. Before that, and where
 * they cannot be learned, the {@link defaults} and the documented costs apply.
 *
 * Calls wait in the order in which they came, cancels before all else of the write bucket, and whatever
 * {@link Overrides} call urgent before the rest. The wait is part of the call's total time, and not of any attempt's. A
 * 429 empties the bucket on this side too.
 *
 * **Gotchas**
 *
 * - Only signed calls are metered: what the exchange allows to those that are not signed is not documented. Source: the
 *   rate-limit guide of October 2026.
 * - A layer knows nothing of what other programs spend of the same account. Give each a `share`, or one store to all:
 *   {@link layerMemory} within a process, `RateLimitsRedis` across processes.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { capability } from "./Capability.ts"
import * as memory from "./internal/limitsMemory.ts"
import type { Operation } from "./Operation.ts"

/** A token bucket's size: tokens. */
export interface Budget {
  /** Tokens a second. */
  readonly refillRate: number
  /** Tokens when it is full. */
  readonly capacity: number
}

/**
 * The budgets until the account's own are known: those of the lowest tier, with one second's tokens each. Source: the
 * rate-limit guide of October 2026, and the basic tier recorded in demo in July 2026.
 */
export const defaults: { readonly read: Budget; readonly write: Budget } = {
  read: { refillRate: 200, capacity: 200 },
  write: { refillRate: 100, capacity: 100 }
}

/** How a layer meters its calls. */
export interface Options {
  /**
   * Names the account in a {@link Store} that others use too; the key's id unless told. Two keys of one account share
   * its buckets: give their layers the same name.
   */
  readonly account?: string | undefined
  /** Which part of the account's budget this layer may use, more than 0 and at most 1; all of it unless told. */
  readonly share?: number | undefined
  /**
   * How long a request may be on its way to the exchange; 500 ms unless told.
   *
   * A full bucket there goes on being full until the first request of a burst arrives, and gains nothing meanwhile. So
   * the refill after a burst counts from when the first answers are here, or from this long after it at least where none
   * come. It costs nothing at a steady rate. Zero counts every request as arrived when it is sent.
   */
  readonly latency?: Duration.Input | undefined
  /** How old learned costs and budgets may grow before they are learned anew; ten minutes unless told. */
  readonly refreshAfter?: Duration.Input | undefined
  /** How many shards the exchange has; 4 unless told. An order that the exchange has to route bills all of them. */
  readonly shards?: number | undefined
}

/** What a call may ask of the limiter, besides what its operation says. */
export interface CallOptions {
  /**
   * How long it may wait for its tokens: longer, and it fails with `LimitExceeded` at once. Zero fails instead of
   * waiting. Unless told, what is left of the call's total time.
   */
  readonly maxWait?: Duration.Input | undefined
  /** Whether it goes before whatever else waits for the same bucket: a read that settles an order, say. */
  readonly urgent?: boolean | undefined
}

/**
 * Tells the limiter how to treat what runs under it.
 *
 * **Example** (Quote only if it can be sent now)
 *
 * ```ts
 * import * as Quotes from "@kalshi-effect/client/Quotes"
 * import * as RateLimits from "@kalshi-effect/client/RateLimits"
 * import * as Effect from "effect/Effect"
 *
 * const quote = (rfq_id: string) =>
 *   Quotes.create({ rfq_id, yes_bid: "0.40", no_bid: "0.55", rest_remainder: false }).pipe(
 *     Effect.provideService(RateLimits.Overrides, { maxWait: 0 }),
 *     Effect.catchTag("LimitExceeded", ({ waitMillis }) => Effect.succeed({ tooLateBy: waitMillis }))
 *   )
 * ```
 */
export const Overrides: Context.Reference<CallOptions> = /*#__PURE__*/ Context.Reference<CallOptions>(
  "@kalshi-effect/client/RateLimits/Overrides",
  { defaultValue: () => noOverrides }
)

const noOverrides: CallOptions = {}

/** One of an account's buckets, as a {@link Store} is asked about it. */
export interface Bucket extends Budget {
  /** `read`, `write`, or `write/1` and so on: those of the shards. */
  readonly name: string
  /** False for a default: what somebody else has learned of the same bucket is better. */
  readonly learned: boolean
}

/** A call that wants tokens. */
export interface Want {
  /** One of a kind, among all that share the store. */
  readonly id: string
  readonly account: string
  /** All of them pay the cost, or none does. */
  readonly buckets: ReadonlyArray<Bucket>
  /** Tokens. */
  readonly cost: number
  readonly urgent: boolean
  /** The call goes without waiting: the store takes the tokens in any case, and the bucket owes what it lacks. */
  readonly forced: boolean
  /** For how long it has been waiting: of two that are as urgent, the one that came first is first. */
  readonly waitedMillis: number
  /** {@link Options.latency}, in milliseconds. */
  readonly latencyMillis: number
}

/**
 * Where the tokens are kept.
 *
 * **Details**
 *
 * A store cannot fail: one that stands on something that can has to know what to do without it. Its effects are not
 * interrupted, so that none of them may take long.
 */
export interface Store {
  /** True where every effect ends at once, without asking another process. */
  readonly isLocal?: boolean
  /**
   * Takes the tokens and gives 0; or takes none, and gives in how many milliseconds it is worth asking again.
   *
   * One that was refused has its place: nobody who comes after it, and is not more urgent, takes what it waits for.
   */
  readonly take: (want: Want) => Effect.Effect<number>
  /** Gives up the place of one that was refused. */
  readonly giveUp: (want: Want) => Effect.Effect<void>
  /** The exchange has answered: a request that took its tokens no longer ago than its latency is under way no more. */
  readonly arrived: (want: Want) => Effect.Effect<void>
  /** Gives back tokens that were taken, no longer ago than the latency, and not spent. */
  readonly giveBack: (want: Want) => Effect.Effect<void>
  /** The exchange had too few tokens for this one: empties its buckets. */
  readonly drain: (want: Want) => Effect.Effect<void>
  /** How many milliseconds it would have to wait. */
  readonly waitFor: (want: Want) => Effect.Effect<number>
  /**
   * Tokens in a bucket now and when it is full, for metrics; of a store that knows without asking anybody. The time is
   * of the monotonic clock.
   */
  readonly level?: (
    account: string,
    bucket: Bucket,
    nowMillis: number
  ) => { readonly tokens: number; readonly capacity: number }
}

/** The store that layers use which are built under it; undefined, which is the default, gives each one of its own. */
export const Store: Context.Reference<Store | undefined> = /*#__PURE__*/ Context.Reference<Store | undefined>(
  "@kalshi-effect/client/RateLimits/Store",
  { defaultValue: () => undefined }
)

/**
 * A store in memory, for several layers of one account in one process.
 *
 * **Example** (A dashboard and a bot on one budget)
 *
 * ```ts
 * import * as Kalshi from "@kalshi-effect/client/Kalshi"
 * import * as RateLimits from "@kalshi-effect/client/RateLimits"
 * import * as Layer from "effect/Layer"
 *
 * declare const options: Kalshi.Options
 *
 * const limits = { account: "mine" }
 * const dashboard = Kalshi.layerReadOnly({ ...options, limits }).pipe(Layer.provide(RateLimits.layerMemory))
 * const bot = Kalshi.layer({ ...options, limits }).pipe(Layer.provide(RateLimits.layerMemory))
 * ```
 */
export const layerMemory: Layer.Layer<never> = /*#__PURE__*/ Layer.effect(
  Store,
  /*#__PURE__*/ Effect.sync(() => memory.make())
)

/**
 * Tells in how many milliseconds a call would be sent if it were made now: 0 at once, `Infinity` never.
 *
 * **Details**
 *
 * Without an input, what is not known of the call is taken to be what waits longest: an order that bills every shard,
 * though a batch of one. A call that is not metered does not wait.
 *
 * **Gotchas**
 *
 * It promises nothing: more urgent calls that come later go first.
 *
 * **Example** (Skip a round rather than queue)
 *
 * ```ts
 * import * as Orders from "@kalshi-effect/client/Orders"
 * import * as RateLimits from "@kalshi-effect/client/RateLimits"
 * import * as Effect from "effect/Effect"
 *
 * const requote = (orders: ReadonlyArray<Orders.CreateInput>) =>
 *   Effect.flatMap(RateLimits.waitFor(Orders.batchCreate, { orders }), (millis) =>
 *     millis > 50 ? Effect.succeed("too busy") : Orders.batchCreate({ orders })
 *   )
 * ```
 */
export const waitFor = <Input, Output, E, Capability>(
  operation: Operation<Input, Output, E, Capability>,
  input?: Input
): Effect.Effect<number, never, Capability> => {
  const { descriptor } = operation
  // The operation's own type names its capability, which is what its descriptor's access says.
  const sender = capability(descriptor.access) as unknown as Effect.Effect<
    { readonly waitFor: (descriptor: typeof operation.descriptor, input: unknown) => Effect.Effect<number> },
    never,
    Capability
  >
  return Effect.flatMap(sender, (sender) => sender.waitFor(descriptor, input))
}
