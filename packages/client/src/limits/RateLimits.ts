/**
 * Client-side rate limits: a signed call waits for the account's tokens, so that the exchange does not answer 429.
 *
 * **Details**
 *
 * The exchange keeps a read and a write token bucket per account, and a write bucket for each further shard. Buckets
 * refill continuously, and every signed request pays from them; a batch of orders pays per order. Every layer that signs
 * limits its calls. `limits: false` switches that off.
 *
 * Budgets and costs are the account's own: the layer learns them from `Account.limits` and `Account.endpointCosts`. It
 * learns when half of a default bucket is spent, when a call has to wait or seems too large, after a 429, and again after
 * ten minutes of use. Until then the {@link defaults} and the documented costs apply, and calls wait: no call is refused
 * before the layer has tried to learn. A call that is about to be refused starts to learn as well, at most every ten
 * seconds.
 *
 * Calls wait in the order of their arrival. Cancels go before other writes, and calls that {@link Overrides} mark as
 * urgent go first. The wait counts towards the call's total time and not towards an attempt's. A 429 empties the local
 * bucket.
 *
 * **Gotchas**
 *
 * - Only signed calls are limited: the limits of unsigned ones are not documented. Source: the rate-limit guide of October
 *   2026.
 * - While the budget is a guess, a cancel is never refused locally. It is sent when its wait would be too long.
 * - A layer does not know what other programs spend of the same account. Give each a `share`, or share one store:
 *   {@link layerMemory} within a process, `RateLimitsRedis` across processes.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { capability } from "../Capability.ts"
import * as memory from "./memory.ts"
import type { Operation } from "../Operation.ts"
import type { Budget, Store as StoreService } from "./Store.ts"

export type { Bucket, Budget, Want } from "./Store.ts"

/**
 * The budgets until the account's own are known: those of the lowest tier, with one second's tokens each. Source: the
 * rate-limit guide of October 2026, and the basic tier recorded in demo in July 2026.
 */
export const defaults: { readonly read: Budget; readonly write: Budget } = {
  read: { refillRate: 200, capacity: 200 },
  write: { refillRate: 100, capacity: 100 }
}

/** How a layer limits its calls. */
export interface Options {
  /**
   * Names the account in a shared {@link Store}. Default: the key's id. Two keys of one account share its buckets: give
   * their layers the same name.
   */
  readonly account?: string | undefined
  /**
   * The part of the account's budget that this layer may use: more than 0 and at most 1. Default: 1. A part that would not
   * pay for one request still pays for one at a time.
   */
  readonly share?: number | undefined
  /**
   * How long a request may take to reach the exchange. Default: 500 ms.
   *
   * A full bucket does not refill until the exchange receives the first request of a burst. So the refill after a burst
   * counts from the first responses. If no response arrives, it counts from this long after the request at the earliest.
   * At a steady rate, a longer latency costs nothing. With zero, every request counts as received when it is sent.
   */
  readonly latency?: Duration.Input | undefined
  /** The age at which learned costs and budgets are learned again. Default: ten minutes. */
  readonly refreshAfter?: Duration.Input | undefined
  /** How many shards the exchange has. Default: 4. An order that the exchange routes by its ticker pays on all of them. */
  readonly shards?: number | undefined
}

/** How the limiter treats a call. */
export interface CallOptions {
  /**
   * The longest wait for tokens. A call that would wait longer fails with `LimitExceeded` at once. With zero, a call fails
   * instead of waiting. Default: what is left of the call's total time.
   */
  readonly maxWait?: Duration.Input | undefined
  /**
   * Whether the call goes before all others that wait for the same bucket, such as a read that settles an order. Default:
   * that of the operation: true for cancels and the like.
   */
  readonly urgent?: boolean | undefined
}

/**
 * Sets how the limiter treats the calls that run under it.
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

/** Counts the tokens of an account's buckets. */
export type Store = StoreService

/** The store of the layers that are built under it. Default: undefined, and each layer has a store of its own. */
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
 * In how many milliseconds a call would be sent if it were made now. 0: at once. `Infinity`: never.
 *
 * **Details**
 *
 * Without an input, an order counts as one that pays on every shard, and a batch as one of a single order. A call that is
 * not limited does not wait.
 *
 * **Gotchas**
 *
 * It is an estimate: more urgent calls that come later go first.
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
