/**
 * Dry runs: what a program would have sent, without sending it.
 *
 * **When to use**
 *
 * Use `Kalshi.layerDryRun` instead of `Kalshi.layer` to watch a bot decide on the real market, and to test it.
 *
 * **Details**
 *
 * Public operations and reads go to the exchange. A write is encoded and checked as for sending, so that wrong input is
 * the same `InvalidRequest`. Then it is recorded here and fails with `NotSent`, which carries the recorded intent. It is
 * not signed and takes no tokens.
 *
 * **Gotchas**
 *
 * - The layer is the only switch, on purpose: there is no environment variable for it. A variable that is misspelled, or
 *   read by a version that does not know it, would send real orders without notice. A program without the layer does not
 *   compile.
 * - The exchange's own checks (cash, the price grid, whether the market is open) are not made: it could still refuse what
 *   is recorded here. For responses to writes use the local exchange of `@kalshi-effect/sandbox`.
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

/** How a dry run prices orders, and how many intents it keeps. */
export interface Options {
  /**
   * The market and the account of an order: fee terms, and the position before the request. Return undefined for an
   * unknown market. `OrderCost` assumes what is missing, and the cost says so. If it
   * throws, the cost is unknown. Default: nothing is known.
   */
  readonly marketOf?: ((order: CreateInput) => Market | undefined) | undefined
  /** How many of the last intents are kept. Default: 10,000. */
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
      /** The kept intents, oldest first. */
      readonly intents: Effect.Effect<ReadonlyArray<Intent>>
      /** The kept intents, then every further one as it is recorded. Ends with the layer. */
      readonly changes: Stream.Stream<Intent>
      /** Answers the kept intents and keeps none of them. Numbers continue. */
      readonly take: Effect.Effect<ReadonlyArray<Intent>>
    }
  >()("@kalshi-effect/client/DryRun") {}
