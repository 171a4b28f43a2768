/**
 * Places at most one order for each intent. Reports `Accepted` or `Rejected` only if that is certain.
 *
 * @module
 */
import * as SecureRandom from "effect/crypto/SecureRandom"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { KalshiPublic, KalshiRead, KalshiWrite } from "../Capability.ts"
import { ContractError, InvalidRequest } from "../Errors.ts"
import type { BatchCreateOrdersV2ResponseOrdersItem, CreateOrderV2Response } from "../generated/responses.ts"
import { begin, now, type Now, Recorded, recordReading, timesOf } from "../sending/attemptTimes.ts"
import { boundMillis } from "../time.ts"
import { type OrderIntent, requestOf } from "./intents.ts"
import { lookFor, type Wanted, wantedOf } from "./lookup.ts"
import { batchCreate, create, type CreateInput } from "../rest/orderOperations.ts"
import {
  accepted,
  type CreateError,
  isId,
  ItemRefused,
  type Mismatch,
  type Outcome,
  type PlaceError,
  placementOf,
  type Refusal,
  reportsExisting,
  showsOrder,
  type Unknown,
  type Verdict,
  verdictOf,
  verdictOfBatch
} from "./outcomes.ts"
import { OrderRegistry, type PendingOrder } from "./registry.ts"

/** The services that `Kalshi.layer` provides. `KalshiRead` is needed to look up an order whose response was lost. */
export type Capabilities = KalshiPublic | KalshiRead | KalshiWrite

export interface PlaceOptions {
  /** How long to look for an order whose response was lost, after the last attempt has ended. Default: 10 seconds. */
  readonly within?: Duration.Input | undefined
}

/** Generates a new `client_order_id`: a random UUID. Uses the `SecureRandom` service if it is provided. */
export const newClientOrderId: Effect.Effect<string> = /*#__PURE__*/ Effect.flatMap(
  /*#__PURE__*/ Effect.serviceOption(SecureRandom.SecureRandom),
  /*#__PURE__*/ Option.match({
    onNone: () => Effect.sync(() => SecureRandom.uuidV4Unsafe()),
    onSome: (random) => random.uuidV4()
  })
)

interface Sending extends PendingOrder {
  readonly request: CreateInput & { readonly client_order_id: string }
  readonly generatedId: boolean
}

/** What a request showed about one of its orders, before lists of orders are read. */
type Finding = { readonly sending: Sending } & (
  | { readonly _tag: "Decided"; readonly outcome: Outcome }
  /** The exchange refused the order because another order has the id. */
  | { readonly _tag: "IdInUse"; readonly error: Refusal }
  /** A response says that the order exists, but does not identify it. */
  | { readonly _tag: "Exists"; readonly error: CreateError | ItemRefused }
  | { readonly _tag: "MayExist"; readonly error: CreateError | ItemRefused }
)

const prepare = (intent: OrderIntent, attempts: PendingOrder["attempts"]): Effect.Effect<Sending, InvalidRequest> =>
  Effect.gen(function* () {
    const input = yield* Effect.fromResult(requestOf(intent))
    const client_order_id = input.client_order_id ?? (yield* newClientOrderId)
    return {
      client_order_id,
      ticker: input.ticker,
      placedAtMillis: attempts.began.wallMillis,
      request: { ...input, client_order_id },
      generatedId: input.client_order_id === undefined,
      attempts
    }
  })

const unknown = (
  sending: Sending,
  now: Now,
  rest: {
    readonly exists: boolean
    readonly error: CreateError | ItemRefused | undefined
    readonly notListedAsOf: string | undefined
    readonly mismatch: Mismatch | undefined
  }
): Unknown => ({ ...placementOf(sending), ...timesOf(sending.attempts, now), _tag: "Unknown", ...rest })

const decided = (sending: Sending, outcome: Outcome): Finding => ({ _tag: "Decided", sending, outcome })

const contractError = (operation: string, pointer: string, reason: string): ContractError =>
  new ContractError({ operation, status: 201, pointer, reason, rawBody: "", attempts: 1 })

const findingOfError = (sending: Sending, error: CreateError, verdict: Verdict): Effect.Effect<Finding, PlaceError> => {
  switch (verdict._tag) {
    case "NothingSent":
      return Effect.fail(verdict.error)
    case "Refused":
      return Effect.succeed(decided(sending, { ...placementOf(sending), _tag: "Rejected", error: verdict.error }))
    case "HasId":
      return Effect.succeed(
        decided(sending, accepted(placementOf(sending), sending.request, verdict, "undecodedResponse"))
      )
    case "IdInUse":
      return Effect.succeed({ _tag: "IdInUse", sending, error: verdict.error })
    case "Exists":
    case "MayExist":
      return Effect.succeed({ _tag: verdict._tag, sending, error })
  }
}

const readResponse = (sending: Sending, response: CreateOrderV2Response): Finding => {
  const { client_order_id = sending.client_order_id, order_id } = response
  const operation = create.descriptor.name
  const error =
    client_order_id !== sending.client_order_id
      ? contractError(operation, "/client_order_id", "this is the id of another order")
      : isId(order_id)
        ? undefined
        : contractError(operation, "/order_id", "the id is empty")
  return error === undefined
    ? decided(sending, accepted(placementOf(sending), sending.request, response))
    : { _tag: "Exists", sending, error }
}

const readItem = (sending: Sending, items: ReadonlyArray<BatchCreateOrdersV2ResponseOrdersItem>): Finding => {
  const operation = batchCreate.descriptor.name
  const ownItems = items.filter(({ client_order_id }) => client_order_id === sending.client_order_id)
  const [item] = ownItems
  if (item === undefined || ownItems.length > 1) {
    const reason = `${ownItems.length} items have the client_order_id ${sending.client_order_id}`
    const error = contractError(operation, "/orders", reason)
    return { _tag: ownItems.some(showsOrder) ? "Exists" : "MayExist", sending, error }
  }
  const { error: errorBody, order_id } = item
  if (errorBody) {
    const { responseLost } = sending.attempts
    const error = new ItemRefused({ operation, code: errorBody.code, body: errorBody })
    if (showsOrder(item)) return { _tag: "Exists", sending, error }
    if (reportsExisting(errorBody)) return { _tag: responseLost ? "Exists" : "IdInUse", sending, error }
    // A refusal without a code can mean that another order already has the caller's id.
    return responseLost || (errorBody.code === undefined && !sending.generatedId)
      ? { _tag: "MayExist", sending, error }
      : decided(sending, { ...placementOf(sending), _tag: "Rejected", error })
  }
  if (!isId(order_id)) {
    const reason = `the item of ${sending.client_order_id} has neither an order_id nor an error`
    return {
      _tag: showsOrder(item) ? "Exists" : "MayExist",
      sending,
      error: contractError(operation, "/orders", reason)
    }
  }
  return decided(sending, accepted(placementOf(sending), sending.request, { ...item, order_id }))
}

const acceptedIdOf = (finding: Finding): string | undefined =>
  finding._tag === "Decided" && finding.outcome._tag === "Accepted" ? finding.outcome.order_id : undefined

const sharedId = (order_id: string) =>
  contractError(create.descriptor.name, "/order_id", `${order_id} is also the id of another order`)

/** An intent that received the `order_id` of another order is undecided. The lists can then show whose order it is. */
const distinct = (findings: ReadonlyArray<Finding>, registry: OrderRegistry | undefined): ReadonlyArray<Finding> => {
  const ids = findings.map(acceptedIdOf)
  return findings.map((finding, index): Finding => {
    const id = ids[index]
    if (id === undefined) return finding
    const { client_order_id } = finding.sending
    const isShared = ids.indexOf(id) !== ids.lastIndexOf(id)
    return isShared || (registry?.clientOrderIdOf(id) ?? client_order_id) !== client_order_id
      ? { _tag: "Exists", sending: finding.sending, error: sharedId(id) }
      : finding
  })
}

const conclude = (
  findings: ReadonlyArray<Finding>,
  options: PlaceOptions | undefined
): Effect.Effect<ReadonlyArray<Outcome>, never, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    const wanted = new Map<Finding, Wanted>()
    for (const finding of findings) {
      if (finding._tag !== "Decided") wanted.set(finding, wantedOf(finding.sending, finding._tag !== "MayExist"))
    }
    if (wanted.size === 0) return findings.flatMap((finding) => (finding._tag === "Decided" ? [finding.outcome] : []))
    const lookupStart = yield* now
    for (const { sending } of wanted.keys()) recordReading(sending.attempts, lookupStart)
    const found = yield* lookFor([...wanted.values()], {
      withinMillis: boundMillis(options?.within, "10 seconds"),
      historical: false
    })
    const lookupEnd = yield* now
    const listedIds = new Set(Array.from(wanted.values(), (search) => found.acceptedOf(search)?.order_id))
    return findings.map((finding): Outcome => {
      const { sending } = finding
      if (finding._tag === "Decided") {
        const id = acceptedIdOf(finding)
        return id !== undefined && listedIds.has(id)
          ? unknown(sending, lookupEnd, {
              exists: true,
              error: sharedId(id),
              notListedAsOf: undefined,
              mismatch: undefined
            })
          : finding.outcome
      }
      const search = wanted.get(finding)!
      const accepted = found.acceptedOf(search)
      if (accepted !== undefined) return accepted
      const mismatch = found.mismatchOf(search)
      // An amend does not change the side. So the order in the list is another order, and the exchange refused this
      // one.
      return finding._tag === "IdInUse" && mismatch?.differs.includes("side") === true
        ? { ...placementOf(sending), _tag: "Rejected", error: finding.error }
        : unknown(sending, lookupEnd, {
            exists: finding._tag !== "MayExist",
            error: finding.error,
            notListedAsOf: found.asOf,
            mismatch
          })
    })
  })

const abandoned = (pending: ReadonlyArray<Sending>): Effect.Effect<ReadonlyArray<Outcome>, never, KalshiPublic> =>
  Effect.map(now, (endedAt) =>
    pending.map((sending) => {
      recordReading(sending.attempts, endedAt)
      return unknown(sending, endedAt, {
        exists: false,
        error: undefined,
        notListedAsOf: undefined,
        mismatch: undefined
      })
    })
  )

const sendAll = (
  pending: ReadonlyArray<Sending>,
  attempts: PendingOrder["attempts"],
  send: Effect.Effect<ReadonlyArray<Finding>, PlaceError, KalshiWrite>,
  options: PlaceOptions | undefined
): Effect.Effect<ReadonlyArray<Outcome>, PlaceError, Capabilities> =>
  Effect.flatMap(OrderRegistry, (registry) => {
    const recorded = Effect.provideService(send, Recorded, attempts)
    const outcomes = Effect.flatMap(recorded, (findings) => conclude(distinct(findings, registry), options))
    return registry === undefined
      ? outcomes
      : Effect.acquireUseRelease(
          registry.begin(pending),
          () => Effect.raceFirst(outcomes, Effect.andThen(registry.ended, abandoned(pending))),
          (_, exit) => registry.end(pending, exit)
        )
  })

/**
 * Places an order and returns its outcome: `Accepted`, `Rejected` or `Unknown`. The outcome is never a guess.
 *
 * **Details**
 *
 * The order gets its `client_order_id` before the first attempt, and the exchange accepts no second order with the same
 * id. So the client can repeat an attempt whose response was lost, for at most a minute. After that, the outcome can
 * still be unknown, or the exchange can report that an order has the id already. Then the client reads the lists of
 * orders. It stops when the order is found, when newer lists would prove nothing more, or when `within` has elapsed.
 *
 * - `Accepted`: the order exists. The proof is a response, or the id in a response that does not decode. A list or a
 *   live `AccountFeed` is also a proof, if it shows an order with this id and with the market, subaccount, side, price
 *   and count of the intent.
 * - `Rejected`: the exchange refused the order, and no earlier response of this call was lost. The absence of the order
 *   from a list is never sufficient.
 * - `Unknown`: all other cases, such as a response that contradicts itself, or another order with the same id.
 *   {@link settle} the outcome before you place the same intent again.
 *
 * `place` fails only if nothing was sent:
 *
 * - `InvalidRequest`: for example, the intent is invalid.
 * - `LimitExceeded`: no rate-limit tokens were available in time.
 * - `SigningError`: the request could not be signed.
 * - `TransportError` or `RequestTimeout` with `requestSent: "no"`: for example, no connection was made.
 * - `NotSent`: the layer is a dry run.
 *
 * **Gotchas**
 *
 * - After an interruption the outcome is not known: the exchange may have accepted the order. Give the intent your own
 *   `client_order_id`, store the id before the call, and {@link settle} the placement afterwards. Or place the order
 *   under {@link cancelAllOnExit}.
 * - The exchange does not document how long it remembers an id. Use each id for only one call.
 * - An order does not show that it was amended. If the price or the count was amended before the client finds the
 *   order, the outcome is `Unknown`, and `mismatch` contains the order.
 *
 * **Example** (Ten YES contracts at 56 cents)
 *
 * ```ts
 * import * as Orders from "@kalshi-effect/client/Orders"
 * import * as Effect from "effect/Effect"
 *
 * const intent = Orders.buyYes({ ticker: "KXHIGHNY-26NOV23-T50", count: "10", yes_price: "0.56" })
 *
 * const program = Effect.gen(function* () {
 *   const outcome = yield* Orders.place(intent)
 *   switch (outcome._tag) {
 *     case "Accepted":
 *       return `accepted as ${outcome.order_id}`
 *     case "Rejected":
 *       return `rejected: ${outcome.error.message}`
 *     case "Unknown":
 *       return `settle ${outcome.client_order_id} later`
 *   }
 * })
 * ```
 */
export const place = (intent: OrderIntent, options?: PlaceOptions): Effect.Effect<Outcome, PlaceError, Capabilities> =>
  Effect.gen(function* () {
    const attempts = yield* begin
    const sending = yield* prepare(intent, attempts)
    const send = Effect.matchEffect(create(sending.request), {
      onFailure: (error) => findingOfError(sending, error, verdictOf(error, sending.client_order_id)),
      onSuccess: (response) => Effect.succeed(readResponse(sending, response))
    })
    const findings = Effect.map(send, (finding) => [finding])
    const outcomes = yield* sendAll([sending], attempts, findings, options)
    return outcomes[0]! // one outcome per order
  })

/**
 * Places several orders in one request, and returns their outcomes in the sequence of the intents.
 *
 * **Details**
 *
 * Each order has its own `client_order_id` and its own outcome, as in {@link place}. If the exchange refuses one order
 * of the batch, the `error` of its outcome is an `ItemRefused`. If the exchange refuses the whole request, the orders
 * count as refused. The OpenAPI document does not say whether the exchange can refuse a batch and still carry out a
 * part of it. `placeAll` fails only if nothing was sent.
 *
 * **Gotchas**
 *
 * The cost of the batch must not exceed the capacity of the write bucket. Source: the rate-limit guide of October 2026.
 */
export const placeAll = (
  intents: ReadonlyArray<OrderIntent>,
  options?: PlaceOptions
): Effect.Effect<ReadonlyArray<Outcome>, PlaceError, Capabilities> =>
  Effect.gen(function* () {
    const invalid = (pointer: string, reason: string) =>
      new InvalidRequest({ operation: "Orders.placeAll", pointer, reason })
    if (!Array.isArray(intents)) return yield* invalid("", "the value is not an array; pass an array of intents")
    if (intents.length === 0) return []
    const attempts = yield* begin
    const pending = yield* Effect.forEach(intents, (intent, index) =>
      Effect.mapError(prepare(intent, attempts), ({ pointer, reason }) => invalid(`/${index}${pointer}`, reason))
    )
    const ids = new Set(pending.map(({ client_order_id }) => client_order_id))
    if (ids.size < pending.length)
      return yield* invalid("", "two intents have the same client_order_id; use each id once")
    const send = Effect.matchEffect(batchCreate({ orders: pending.map(({ request }) => request) }), {
      onFailure: (error) =>
        Effect.forEach(pending, (sending) =>
          findingOfError(sending, error, verdictOfBatch(error, sending.client_order_id))
        ),
      onSuccess: ({ orders }) => Effect.succeed(pending.map((sending) => readItem(sending, orders)))
    })
    return yield* sendAll(pending, attempts, send, options)
  })
