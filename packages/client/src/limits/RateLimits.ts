/**
 * Client-side rate limits: a signed call waits for the account's tokens, so that the exchange does not return 429.
 *
 * **Details**
 *
 * For each account, the exchange keeps a read bucket and a write bucket of tokens. The exchange consists of shards, and
 * each shard after the first has its own write bucket. The buckets refill continuously. Every signed request pays
 * tokens. A batch of orders pays for each order. The calls of a layer with a key are limited by default. The option
 * `limits: false` turns this off.
 *
 * The budget of a bucket (its refill rate and capacity) and the cost of a request depend on the account. The layer
 * fetches them from `Account.limits` and `Account.endpointCosts` in these cases:
 *
 * - While they are not known: a call has to wait, or more than half of a default bucket is spent.
 * - A call seems too large for its bucket.
 * - The exchange returned 429.
 * - The known values are ten minutes old (option `refreshAfter`).
 *
 * Until the first fetch succeeds, the {@link defaults} and the documented costs apply. The layer rejects no call before
 * it has begun to fetch the budgets. Each rejection makes the layer fetch them again, at most every ten seconds.
 *
 * Urgent calls go first: cancels, similar operations, and calls that {@link Overrides} marks as urgent. Otherwise,
 * calls that pay from the same buckets are sent in the sequence of their arrival. The wait counts toward the total time
 * of the call, but not toward the time of an attempt. A 429 empties the local buckets of the call.
 *
 * **Gotchas**
 *
 * - Only signed calls are limited, because the limits of unsigned calls are not documented. Source: the rate-limit
 *   guide of October 2026.
 * - Unless the layer's latest attempt to fetch the budgets succeeded, the layer does not reject cancels. It sends a
 *   cancel even if the tokens do not become available in time.
 * - A layer does not know how many tokens other programs take from the same account. Limit each program with the option
 *   `share`, or let them use one store: {@link layerMemory} within a process, `RateLimitsRedis` across processes.
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
 * The budgets of the lowest tier, with a capacity of one second's tokens. They apply until the account's budgets are
 * known. Source: the rate-limit guide of October 2026, and the basic tier recorded in demo in July 2026.
 */
export const defaults: { readonly read: Budget; readonly write: Budget } = {
  read: { refillRate: 200, capacity: 200 },
  write: { refillRate: 100, capacity: 100 }
}

/** The rate-limit options of a layer. */
export interface Options {
  /**
   * The name of the account in a shared {@link Store}. Two keys of one account share its buckets. Give the layers of
   * both keys the same name. Default: the key's id.
   */
  readonly account?: string | undefined
  /**
   * The part of the account's budget that this layer may use: more than 0 and at most 1. Even the smallest part allows
   * one request of the default cost at a time. Default: 1.
   */
  readonly share?: number | undefined
  /**
   * The longest time that a request needs to reach the exchange. Default: 500 ms.
   *
   * A full bucket does not refill until the exchange receives the first request of a burst. So after a burst, the layer
   * assumes that the refill began with the first response. Without a response, it assumes that the refill begins one to
   * two times `latency` after the request was sent. At a steady request rate, a longer latency does not slow the calls
   * down. With zero, every request counts as received when it is sent.
   */
  readonly latency?: Duration.Input | undefined
  /** The age at which the layer fetches costs and budgets again. Default: ten minutes. */
  readonly refreshAfter?: Duration.Input | undefined
  /**
   * The number of shards of the exchange. An order that the exchange routes by ticker pays on all shards. Default: 4.
   */
  readonly shards?: number | undefined
}

/** The rate-limit options of a call. */
export interface CallOptions {
  /**
   * The longest wait for tokens. A call that would wait longer fails with `LimitExceeded`. With zero, a call fails
   * instead of waiting. Default: the remaining total time of the call.
   */
  readonly maxWait?: Duration.Input | undefined
  /**
   * Whether the call goes before waiting calls that are not urgent. Use it, for example, for a read that determines the
   * outcome of an order. Default: true for cancels and similar operations, otherwise false.
   */
  readonly urgent?: boolean | undefined
}

/**
 * Sets the rate-limit options for all calls of the effect that receives this reference.
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

/** The store of the layers that receive this reference. Default: undefined, so each layer makes its own store. */
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
 * Returns how many milliseconds a call would wait if it were made now. Returns `Infinity` if the call is known to be
 * too large for its bucket.
 *
 * **Details**
 *
 * Without an input, the estimate assumes that an order pays on every shard, and that a batch contains one order. A call
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
  // The cast is safe: `Capability` is the service that `descriptor.access` selects.
  const sender = capability(descriptor.access) as unknown as Effect.Effect<
    { readonly waitFor: (descriptor: typeof operation.descriptor, input: unknown) => Effect.Effect<number> },
    never,
    Capability
  >
  return Effect.flatMap(sender, (sender) => sender.waitFor(descriptor, input))
}
