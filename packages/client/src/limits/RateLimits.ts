/**
 * Client-side rate limits: a signed call waits for the account's tokens, so that the exchange does not return 429.
 *
 * **Details**
 *
 * The exchange keeps a read and a write token bucket per account, and a write bucket for each further shard. Buckets
 * refill continuously, and every signed request pays from them; a batch of orders pays per order. Every layer that
 * signs limits its calls, unless its options contain `limits: false`.
 *
 * Budgets and costs depend on the account. The layer fetches them from `Account.limits` and `Account.endpointCosts`:
 * when half of a default bucket is spent, when a call has to wait or seems too large, after a 429, and again after ten
 * minutes of use. Until the first fetch succeeds, the {@link defaults} and the documented costs apply. The layer
 * rejects no call before it has tried to fetch the budgets. A call that is about to be rejected makes the layer fetch
 * them again, at most every ten seconds.
 *
 * Calls wait in the order of their arrival, but urgent calls go first: cancels, and calls that {@link Overrides} mark
 * as urgent. The wait counts towards the total time of the call, but not towards the time of an attempt. A 429 empties
 * the local bucket.
 *
 * **Gotchas**
 *
 * - Only signed calls are limited, because the limits of unsigned calls are not documented. Source: the rate-limit
 *   guide of October 2026.
 * - The layer rejects a cancel only if its latest attempt to fetch the budgets succeeded. Otherwise it sends a cancel
 *   whose wait would be too long.
 * - A layer does not know how many tokens other programs take from the same account. Give each program a `share`, or
 *   share one store: {@link layerMemory} within a process, `RateLimitsRedis` across processes.
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
 * The budgets that apply until the budgets of the account are known: the budgets of the lowest tier, with a capacity of
 * one second's tokens. Source: the rate-limit guide of October 2026, and the basic tier recorded in demo in July 2026.
 */
export const defaults: { readonly read: Budget; readonly write: Budget } = {
  read: { refillRate: 200, capacity: 200 },
  write: { refillRate: 100, capacity: 100 }
}

/** Options for how a layer limits its calls. */
export interface Options {
  /**
   * The name of the account in a shared {@link Store}. Two keys of one account share its buckets: give their layers the
   * same name. Default: the key's id.
   */
  readonly account?: string | undefined
  /**
   * The part of the account's budget that this layer may use: more than 0 and at most 1. If the part is smaller than
   * the default cost of a request, the layer can still send one such request at a time. Default: 1.
   */
  readonly share?: number | undefined
  /**
   * How long a request may take to reach the exchange. Default: 500 ms.
   *
   * A full bucket does not refill until the exchange receives the first request of a burst. So after a burst, the layer
   * assumes that the refill began with the first response. Without a response, it assumes that the refill begins
   * `latency` after the request at the earliest. At a steady rate, a longer latency costs nothing. With zero, every
   * request counts as received when it is sent.
   */
  readonly latency?: Duration.Input | undefined
  /** The age at which the layer fetches costs and budgets again. Default: ten minutes. */
  readonly refreshAfter?: Duration.Input | undefined
  /**
   * The number of shards of the exchange. An order that the exchange routes by ticker pays on all shards. Default: 4.
   */
  readonly shards?: number | undefined
}

/** Options for how the limiter treats a call. */
export interface CallOptions {
  /**
   * The longest wait for tokens. A call that would wait longer fails with `LimitExceeded` at once. With zero, a call
   * fails instead of waiting. Default: the remaining total time of the call.
   */
  readonly maxWait?: Duration.Input | undefined
  /**
   * Whether the call goes before the calls that are not urgent and wait for the same bucket. Use it, for example, for a
   * read that settles an order. Default: the value of the operation, which is true for cancels and similar operations.
   */
  readonly urgent?: boolean | undefined
}

/**
 * Sets how the limiter treats the calls that run under this reference.
 *
 * **Example** (Sending a quote only if no wait is necessary)
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

/** A store counts the tokens in the buckets of accounts. */
export type Store = StoreService

/**
 * The store of the layers that are built under this reference. Default: undefined, so each layer has a store of its
 * own.
 */
export const Store: Context.Reference<Store | undefined> = /*#__PURE__*/ Context.Reference<Store | undefined>(
  "@kalshi-effect/client/RateLimits/Store",
  { defaultValue: () => undefined }
)

/**
 * Provides a store in memory, for several layers of one account in one process.
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
 * Returns how many milliseconds a call would wait if it were made now. `Infinity`: the call can never be sent.
 *
 * **Details**
 *
 * Without an input, an order counts as an order that pays on every shard, and a batch as a batch of one order. A call
 * that is not limited does not wait.
 *
 * **Gotchas**
 *
 * The result is an estimate: more urgent calls that arrive later go first.
 *
 * **Example** (Skipping a round instead of waiting)
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
  // The type of the operation states its capability, which matches the `access` of the descriptor.
  const sender = capability(descriptor.access) as unknown as Effect.Effect<
    { readonly waitFor: (descriptor: typeof operation.descriptor, input: unknown) => Effect.Effect<number> },
    never,
    Capability
  >
  return Effect.flatMap(sender, (sender) => sender.waitFor(descriptor, input))
}
