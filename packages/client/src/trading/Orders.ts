/**
 * Orders: place, read, amend, decrease and cancel, singly and in batches.
 *
 * **When to use**
 *
 * {@link place} and {@link placeAll} place one order for each intent and return its outcome. {@link ensureCanceled}
 * cancels an order and returns the state that it found. {@link settle} finds the outcome after a crash. {@link cancelAllOnExit} cancels at the
 * end of a program what {@link place} and {@link placeAll} left resting, and nothing that {@link create} or
 * {@link batchCreate} placed. The operations ({@link create}, {@link batchCreate}, {@link cancel} …) are the exchange's
 * own, one request each.
 *
 * **Details**
 *
 * Every price and side is of the YES book: `bid` buys YES at `price`; `ask` sells YES, which is buying NO at one dollar
 * less the price.
 *
 * **Gotchas**
 *
 * - A market lives on one shard, and an order is backed by the cash on that shard alone.
 * - An order's id does not name its shard: an operation that changes an order needs `exchange_index`, or a ticker.
 *   Finding it costs time, and tokens of every shard's write bucket. Source: the rate-limit guide of October 2026.
 * - In the weekly pause (Thursdays 03:00–05:00 Eastern) orders can be cancelled, but neither placed nor amended. After a
 *   market's close its orders cannot be changed, and the exchange cancels them. Source: the guides on hours
 *   and on the life of a market, 2026.
 * - Reads lag writes: `Exchange.userDataTimestamp` returns their time.
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
export { cancelAllOnExit, type ExitOptions, type ExitReport, type Left } from "./cancelOnExit.ts"
