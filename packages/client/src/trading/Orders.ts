/**
 * Orders: place, read, amend, decrease and cancel, one by one and in batches.
 *
 * **When to use**
 *
 * {@link place} and {@link placeAll} place one order for each intent (for example {@link buyYes}) and return the
 * outcome. {@link ensureCanceled} cancels an order and returns its state. {@link settle} finds the outcome of an order
 * after a crash. {@link cancelAllOnExit} cancels the resting orders of a program at its end. The operations
 * ({@link create}, {@link batchCreate}, {@link cancel} …) correspond to single requests of the exchange's API.
 *
 * **Details**
 *
 * In the operations, every price and side refers to the YES book. A `bid` buys YES at `price`. An `ask` sells YES at
 * `price`, which is the same as buying NO at one dollar minus `price`.
 *
 * **Gotchas**
 *
 * - The exchange consists of shards. A market is on one of them, and only cash on that shard backs orders in the market.
 * - The id of an order does not show its shard. So an operation that changes an order needs `exchange_index` or a
 *   ticker. With only the ticker, the exchange has to find the order. The search takes time, and costs tokens in the
 *   write bucket of every shard. Source: the rate-limit guide of October 2026.
 * - In the weekly pause (Thursdays 03:00–05:00 Eastern), you can cancel orders, but not place or amend them. After a
 *   market closes, you cannot change its orders, and the exchange cancels them. Source: the guides on hours and on the
 *   life of a market, 2026.
 * - Reads lag behind writes. `Exchange.userDataTimestamp` returns the time up to which reads are complete.
 *
 * @module
 */
export * from "../rest/orderOperations.ts"
export {
  buyNo,
  buyYes,
  closePosition,
  type CloseInput,
  type IntentInput,
  type NoInput,
  noPrice,
  type NoPrice,
  type OrderIntent,
  sellNo,
  sellYes,
  type YesInput,
  yesPrice,
  type YesPrice
} from "./intents.ts"
export type { ExchangeWindow } from "../sending/attemptTimes.ts"
export {
  type Accepted,
  type CreateError,
  type Difference,
  ItemRefused,
  type Mismatch,
  type NotPlaced,
  type Outcome,
  type PlaceError,
  type Placement,
  type Refusal,
  type Rejected,
  type Settlement,
  type Unknown
} from "./outcomes.ts"
export { type Capabilities, newClientOrderId, place, placeAll, type PlaceOptions } from "./placing.ts"
export { settle, settleAll, type SettleOptions } from "./settling.ts"
export {
  type AlreadyCanceled,
  type Canceled,
  type Cancellation,
  type CancelError,
  type CancelOptions,
  type CancelTarget,
  ensureCanceled,
  type EnsureCanceledError,
  type Executed,
  type MayRest,
  type NoSuchOrder
} from "./canceling.ts"
export {
  cancelAllOnExit,
  type ExitOptions,
  type ExitReport,
  type Left,
  type LeftPlacement,
  type LeftWithoutId
} from "./cancelOnExit.ts"
