/**
 * Dry runs record the writes of a program, without sending them.
 *
 * **When to use**
 *
 * Use `Kalshi.layerDryRun` instead of `Kalshi.layer` to test a bot, or to observe its decisions on the real market.
 *
 * **Details**
 *
 * Public operations and reads go to the exchange. A write is encoded and checked as usual, so invalid input causes the
 * same `InvalidRequest`. Then the layer records the write as an {@link Intent}, and the call fails with `NotSent`. The
 * error contains the intent. The write is not signed and takes no rate-limit tokens.
 *
 * **Gotchas**
 *
 * - Only the layer turns a dry run on. There is no environment variable for it. If such a variable were misspelled, the
 *   program would send real orders without notice. A program that needs `DryRun` does not compile without the layer.
 * - The checks of the exchange (cash, valid prices, whether the market is open) do not run. So the exchange could still
 *   refuse a recorded write. To get responses to writes, use the local exchange of `@kalshi-effect/sandbox`.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Market } from "../money/OrderCost.ts"
import type { CreateInput } from "../rest/orderOperations.ts"
import type { Intent } from "../UnsentRequest.ts"

export type { Cost, Intent } from "../UnsentRequest.ts"

/** Options of a dry run. */
export interface Options {
  /**
   * Returns what is known about the market and the account of an order: fee terms, and the position before the request.
   * Return undefined for an unknown market. For missing fee terms, `OrderCost.assumedTerms` apply, and the cost has
   * `terms: "assumed"`. If the function throws, the cost is unknown. Default: returns undefined.
   */
  readonly marketOf?: ((order: CreateInput) => Market | undefined) | undefined
  /** How many intents are kept. Later intents replace the oldest. Default: 10,000. */
  readonly keepIntents?: number | undefined
}

/**
 * The journal of a dry run.
 *
 * **Example** (Listing the writes of a program)
 *
 * ```ts
 * import * as DryRun from "@kalshi-effect/client/DryRun"
 * import * as Orders from "@kalshi-effect/client/Orders"
 * import * as Effect from "effect/Effect"
 *
 * const dryRun = Effect.gen(function* () {
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
      /** The kept intents, oldest first. */
      readonly intents: Effect.Effect<ReadonlyArray<Intent>>
      /** The kept intents, then each further intent when it is recorded. Ends with the layer. */
      readonly changes: Stream.Stream<Intent>
      /** Returns the kept intents and removes them. Later intents continue the numbering. */
      readonly take: Effect.Effect<ReadonlyArray<Intent>>
    }
  >()("@kalshi-effect/client/DryRun") {}
