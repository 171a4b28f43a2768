/**
 * Rehearsals: what a program would have sent, without sending it.
 *
 * **When to use**
 *
 * Use `Kalshi.layerDryRun` in the place of `Kalshi.layer` to watch a bot decide on the real market, and to test it.
 *
 * **Details**
 *
 * Public operations and reads go to the exchange. A write is encoded and checked as for sending, so that wrong input is
 * the same `InvalidRequest`; then it is written down here and fails with `NotSent`, which carries what was written down.
 * Nothing of it is signed, and it takes no tokens.
 *
 * **Gotchas**
 *
 * - The layer is the switch, on purpose: there is no environment variable for it. A variable that is misspelt, or read
 *   by a version that does not know it, would turn real orders on in silence; a layer that is not there does not compile.
 * - The exchange's own checks (cash, the price grid, whether the market is open) are not made: what is written down could
 *   still be refused. For answers to writes use the local exchange of `@kalshi-effect/sandbox`.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Dollars } from "./FixedPoint.ts"
import type { Market, OrderCost } from "./OrderCost.ts"
import type { CreateInput } from "./Orders.ts"

/** What the orders of an {@link Intent} can cost, as `OrderCost` reckons it. */
export interface Cost {
  /** The most cash that all of them together can take, fees included; undefined where that cannot be known. */
  readonly worstCase: Dollars | undefined
  /** Why it cannot be known. */
  readonly unknownBecause: string | undefined
  /** Whether the fees of all go by terms that were given, or those of some by `OrderCost.assumedTerms`. */
  readonly terms: "given" | "assumed"
  /** Of each, in the order of the request; undefined for one whose price or count is none. */
  readonly orders: ReadonlyArray<OrderCost | undefined>
}

/** A write that was not sent, as it would have gone on the wire; without key, signature and time of signing. */
export interface Intent {
  /** From 1, in the order in which the layer was asked. */
  readonly number: number
  /** Unix milliseconds, by Effect's `Clock`. */
  readonly atMillis: number
  /** The operation as you called it, such as `Orders.create`. */
  readonly operation: string
  /** Its id in the published document, such as `CreateOrderV2`. */
  readonly operationId: string
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** From the host's root, with its query: `/trade-api/v2/portfolio/events/orders`. */
  readonly path: string
  /** The JSON body, read back from what would have been sent; undefined where there is none. */
  readonly body: Readonly<Record<string, unknown>> | undefined
  /** Of `Orders.create` and `Orders.batchCreate`; undefined of every other write. */
  readonly cost: Cost | undefined
}

/** How a dry run prices orders, and how much it keeps. */
export interface Options {
  /**
   * What is known of an order's market and of the account: the terms of its fees, the position held. What is left out is
   * assumed as `OrderCost` says, and the cost says so. In a batch, a position is taken to be closed by the first order
   * of its ticker alone.
   */
  readonly marketOf?: ((order: CreateInput) => Market) | undefined
  /** How many of the last intents are kept. 10,000 when left out. */
  readonly keepIntents?: number | undefined
}

/**
 * The journal of a dry run.
 *
 * **Example** (What would it have done?)
 *
 * ```ts
 * import * as DryRun from "@kalshi-effect/client/DryRun"
 * import * as Orders from "@kalshi-effect/client/Orders"
 * import * as Effect from "effect/Effect"
 *
 * const rehearsal = Effect.gen(function* () {
 *   const journal = yield* DryRun.DryRun
 *   yield* Effect.ignore(Orders.cancel({ order_id: "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e", exchange_index: 0 }))
 *   return (yield* journal.intents).map(({ method, path }) => `${method} ${path}`)
 * })
 * ```
 */
export class DryRun
  extends /*#__PURE__*/ Context.Service<
    DryRun,
    {
      /** What is kept, oldest first. */
      readonly intents: Effect.Effect<ReadonlyArray<Intent>>
      /** What is kept, then each intent as it comes, all of them; it ends with the layer. */
      readonly changes: Stream.Stream<Intent>
      /** Takes what is kept, so that nothing of it is kept any more; numbers go on. */
      readonly take: Effect.Effect<ReadonlyArray<Intent>>
    }
  >()("@kalshi-effect/client/DryRun") {}
