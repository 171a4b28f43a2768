/**
 * Places orders: at most one order for each intent, and no outcome that is not certain.
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
import { begin, note, now, type Now, observed, timesOf } from "../sending/attempts.ts"
import { boundMillis } from "../time.ts"
import { type OrderIntent, requestOf } from "./intents.ts"
import { lookFor, type Wanted, wantedOf } from "./lookup.ts"
import { OnLostAnswer } from "../sending/lostAnswers.ts"
import { batchCreate, create, type CreateInput } from "../rest/orderOperations.ts"
import {
  accepted,
  type CreateError,
  isId,
  ItemRefused,
  listed,
  type Mismatch,
  type Outcome,
  type PlaceError,
  placementOf,
  type Refusal,
  salvaged,
  saysExists,
  showsOrder,
  type Unknown,
  verdictOf
} from "./outcomes.ts"
import { Placed, type Placing, type Registry } from "./registry.ts"
import { read } from "../sending/skew.ts"

/** The capabilities of `Kalshi.layer`: what is placed may have to be looked up. */
export type Capabilities = KalshiPublic | KalshiRead | KalshiWrite

export interface PlaceOptions {
  /** How long to look for an order whose answer was lost, after the last attempt. Default: 10 seconds. */
  readonly within?: Duration.Input | undefined
}

/** A `client_order_id` that was never used before: a random UUID, of `SecureRandom` where it is provided. */
export const newClientOrderId: Effect.Effect<string> = /*#__PURE__*/ Effect.flatMap(
  /*#__PURE__*/ Effect.serviceOption(SecureRandom.SecureRandom),
  /*#__PURE__*/ Option.match({
    onNone: () => Effect.sync(() => SecureRandom.uuidV4Unsafe()),
    onSome: (random) => random.uuidV4()
  })
)

/** An order that is being sent. */
interface Sending extends Placing {
  readonly request: CreateInput & { readonly client_order_id: string }
  /** Whether the id was made for this call. */
  readonly fresh: boolean
}

/** What the answer to a request says about one of its orders. */
type Step = { readonly sending: Sending } & (
  | { readonly _tag: "Known"; readonly outcome: Outcome }
  /** The exchange refused it because an order has the id already. */
  | { readonly _tag: "Taken"; readonly error: Refusal }
  /** It may have been placed; `exists`: an answer says that there is such an order. */
  | { readonly _tag: "Look"; readonly exists: boolean; readonly error: CreateError | ItemRefused }
)

const prepare = (intent: OrderIntent): Effect.Effect<Sending, InvalidRequest> =>
  Effect.gen(function* () {
    const input = yield* Effect.fromResult(requestOf(intent))
    const client_order_id = input.client_order_id ?? (yield* newClientOrderId)
    const began = yield* Effect.clockWith((clock) => Effect.sync(() => read(clock)))
    return {
      client_order_id,
      ticker: input.ticker,
      placedAtMillis: began.wallMillis,
      request: { ...input, client_order_id },
      fresh: input.client_order_id === undefined,
      attempts: begin(began)
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

const known = (sending: Sending, outcome: Outcome): Step => ({ _tag: "Known", sending, outcome })

/** An answer that breaks the contract about one order. */
const broken = (operation: string, pointer: string, reason: string): ContractError =>
  new ContractError({ operation, status: 201, pointer, reason, rawBody: "", attempts: 1 })

/** What an error of the whole request says about an order of it; `alone`: there was no other in it. */
const readError = (sending: Sending, error: CreateError, alone: boolean): Effect.Effect<Step, PlaceError> => {
  const verdict = verdictOf(error, sending.client_order_id, alone)
  switch (verdict._tag) {
    case "NothingSent":
      return Effect.fail(verdict.error)
    case "Refused":
      return Effect.succeed(known(sending, { ...placementOf(sending), _tag: "Rejected", error: verdict.error }))
    case "Salvaged":
      return Effect.succeed(known(sending, salvaged(placementOf(sending), sending.request, verdict.order_id)))
    case "Taken":
      return Effect.succeed({ _tag: "Taken", sending, error: verdict.error })
    case "Look":
      return Effect.succeed({ _tag: "Look", sending, exists: verdict.exists, error })
  }
}

/** What an answer says about an order. */
const readAnswer = (sending: Sending, answer: CreateOrderV2Response): Step => {
  const { client_order_id = sending.client_order_id, order_id } = answer
  const operation = create.descriptor.name
  const error =
    client_order_id !== sending.client_order_id
      ? broken(operation, "/client_order_id", "it is the id of another order")
      : isId(order_id)
        ? undefined
        : broken(operation, "/order_id", "it is empty")
  return error === undefined
    ? known(sending, accepted(placementOf(sending), sending.request, answer))
    : { _tag: "Look", sending, exists: true, error }
}

/** What a batch's answer says about one of its orders. */
const readItem = (
  sending: Sending,
  items: ReadonlyArray<BatchCreateOrdersV2ResponseOrdersItem>,
  lost: boolean
): Step => {
  const operation = batchCreate.descriptor.name
  const own = items.filter(({ client_order_id }) => client_order_id === sending.client_order_id)
  const [item] = own
  if (item === undefined || own.length > 1) {
    const reason = `${own.length} items have the client_order_id ${sending.client_order_id}`
    return { _tag: "Look", sending, exists: own.some(showsOrder), error: broken(operation, "/orders", reason) }
  }
  const { error: body, fill_count, order_id, remaining_count } = item
  if (body) {
    const error = new ItemRefused({ operation, code: body.code, body })
    if (showsOrder(item)) return { _tag: "Look", sending, exists: true, error }
    if (saysExists(body)) {
      return lost ? { _tag: "Look", sending, exists: true, error } : { _tag: "Taken", sending, error }
    }
    // All refusals of items are alike but for their code: without one it can be about an id that was used before.
    return lost || (body.code === undefined && !sending.fresh)
      ? { _tag: "Look", sending, exists: false, error }
      : known(sending, { ...placementOf(sending), _tag: "Rejected", error })
  }
  if (!isId(order_id)) {
    const reason = `the item of ${sending.client_order_id} has neither an order_id nor an error`
    return { _tag: "Look", sending, exists: showsOrder(item), error: broken(operation, "/orders", reason) }
  }
  return known(sending, {
    ...salvaged(placementOf(sending), sending.request, order_id),
    learned: "answer",
    fill_count: fill_count ?? undefined,
    remaining_count: remaining_count ?? undefined,
    average_fill_price: item.average_fill_price ?? undefined,
    average_fee_paid: item.average_fee_paid ?? undefined,
    ts_ms: item.ts_ms ?? undefined
  })
}

const acceptedAs = (step: Step): string | undefined =>
  step._tag === "Known" && step.outcome._tag === "Accepted" ? step.outcome.order_id : undefined

const shared = (order_id: string) => broken(create.descriptor.name, "/order_id", `${order_id} is another order's too`)

/** Believes no answer that gives one order to two intents: the lists show whose it is. */
const distinct = (steps: ReadonlyArray<Step>, registry: Registry | undefined): ReadonlyArray<Step> => {
  const ids = steps.map(acceptedAs)
  return steps.map((step, index): Step => {
    const id = ids[index]
    if (id === undefined) return step
    const { client_order_id } = step.sending
    const isShared = ids.indexOf(id) !== ids.lastIndexOf(id)
    return isShared || (registry?.clientOrderIdOf(id) ?? client_order_id) !== client_order_id
      ? { _tag: "Look", sending: step.sending, exists: true, error: shared(id) }
      : step
  })
}

/** Looks for what must be looked for, and says of every order what became of it. */
const conclude = (
  steps: ReadonlyArray<Step>,
  options: PlaceOptions | undefined
): Effect.Effect<ReadonlyArray<Outcome>, never, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    const wanted = new Map<Step, Wanted>()
    for (const step of steps) {
      if (step._tag !== "Known") wanted.set(step, wantedOf(step.sending, step._tag === "Taken" || step.exists))
    }
    if (wanted.size === 0) return steps.flatMap((step) => (step._tag === "Known" ? [step.outcome] : []))
    const sent = yield* now
    for (const { sending } of wanted.keys()) note(sending.attempts, sent)
    const found = yield* lookFor([...wanted.values()], {
      withinMillis: boundMillis(options?.within, "10 seconds"),
      historical: false
    })
    const ended = yield* now
    const listedIds = new Set(Array.from(wanted.values(), (one) => found.orderOf(one)?.order_id))
    return steps.map((step): Outcome => {
      const { sending } = step
      if (step._tag === "Known") {
        const id = acceptedAs(step)
        return id !== undefined && listedIds.has(id)
          ? unknown(sending, ended, { exists: true, error: shared(id), notListedAsOf: undefined, mismatch: undefined })
          : step.outcome
      }
      const one = wanted.get(step)!
      const order = found.orderOf(one)
      if (order !== undefined) return listed(placementOf(sending), order)
      const { error } = step
      const mismatch = found.mismatchOf(one)
      // An amend never changes the side: the id is another order's, and the refusal was about that one.
      return step._tag === "Taken" && mismatch?.differs.includes("side") === true
        ? { ...placementOf(sending), _tag: "Rejected", error: step.error }
        : unknown(sending, ended, {
            exists: step._tag === "Taken" || step.exists,
            error,
            notListedAsOf: found.asOf,
            mismatch
          })
    })
  })

/** What is said of orders whose scope ended before their outcome was known. */
const abandoned = (sendings: ReadonlyArray<Sending>): Effect.Effect<ReadonlyArray<Outcome>, never, KalshiPublic> =>
  Effect.map(now, (ended) =>
    sendings.map((sending) => {
      note(sending.attempts, ended)
      return unknown(sending, ended, {
        exists: false,
        error: undefined,
        notListedAsOf: undefined,
        mismatch: undefined
      })
    })
  )

/** Sends orders and finds out what became of them, registered before and after where there is a registry. */
const sendAll = (
  sendings: ReadonlyArray<Sending>,
  send: Effect.Effect<ReadonlyArray<Step>, PlaceError, KalshiWrite>,
  options: PlaceOptions | undefined
): Effect.Effect<ReadonlyArray<Outcome>, PlaceError, Capabilities> =>
  Effect.flatMap(Placed, (registry) => {
    const attempts = sendings.map((sending) => sending.attempts)
    const whole = Effect.flatMap(observed(attempts)(send), (steps) => conclude(distinct(steps, registry), options))
    return registry === undefined
      ? whole
      : Effect.acquireUseRelease(
          registry.begin(sendings),
          () => Effect.raceFirst(whole, Effect.andThen(registry.ended, abandoned(sendings))),
          (_, exit) => registry.end(sendings, exit)
        )
  })

/**
 * Places an order, and says what became of it: `Accepted`, `Rejected` or `Unknown`, never a guess.
 *
 * **Details**
 *
 * The order has one `client_order_id` from before its first attempt, and the exchange takes no second order with it. So
 * an attempt whose answer is lost is repeated, for at most a minute. Where that leaves the order unknown, and where the
 * exchange says that it has the id already, the lists are read until they show the order, are fresher than the last
 * attempt, or `within` is over.
 *
 * - `Accepted`: there is such an order: by its answer, by the id in an answer that does not decode, or by a list that shows
 *   an order with this id and with the market, subaccount, side, price and count of the intent.
 * - `Rejected`: the exchange refused the order, and no earlier answer of this call was lost. Absence from a list is never
 *   enough.
 * - `Unknown`: all else, such as an answer that contradicts itself, or another order under the id. {@link settle} it before
 *   you place the same intent again: under another id it could become two orders, and a refusal of the same id would say
 *   nothing of this call.
 *
 * It fails only where nothing was sent: the intent is wrong (`InvalidRequest`), there were no tokens (`LimitExceeded`),
 * no signature could be made (`SigningError`), no connection was made (`TransportError` and `RequestTimeout` whose
 * `requestSent` is `"no"`), or it is a dry run (`NotSent`).
 *
 * **Gotchas**
 *
 * - An interruption says nothing about the order: the exchange may have taken it. Give the intent a `client_order_id` of
 *   your own, write it down before, and {@link settle} it after; or place under {@link cancelAllOnExit}.
 * - How long the exchange remembers an id is not documented: use an id for one call.
 * - An order does not show that it was amended. One whose price or count was amended before it is found is `Unknown`, and
 *   `mismatch` shows it.
 *
 * **Example** (Ten YES at 56 cents)
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
 *       return `resting as ${outcome.order_id}`
 *     case "Rejected":
 *       return `refused: ${outcome.error.message}`
 *     case "Unknown":
 *       return `settle ${outcome.client_order_id} later`
 *   }
 * })
 * ```
 */
export const place = (intent: OrderIntent, options?: PlaceOptions): Effect.Effect<Outcome, PlaceError, Capabilities> =>
  Effect.gen(function* () {
    const sending = yield* prepare(intent)
    const send = Effect.matchEffect(create(sending.request), {
      onFailure: (error) => readError(sending, error, true),
      onSuccess: (answer) => Effect.succeed(readAnswer(sending, answer))
    })
    const outcomes = yield* sendAll(
      [sending],
      Effect.map(send, (step) => [step]),
      options
    )
    return outcomes[0]! // one for each
  })

/**
 * Places several orders in one request, and says of each what became of it, in the order of the intents.
 *
 * **Details**
 *
 * Each is as in {@link place}, with a `client_order_id` of its own. The refusal of one order alone is an `ItemRefused`. A
 * refusal of the whole request counts as a refusal of each order: whether a batch can be refused and carried out in part
 * is not documented. Fails only where nothing of the whole batch was sent.
 *
 * **Gotchas**
 *
 * The batch must fit into the write bucket whole. Source: the rate-limit guide of October 2026.
 */
export const placeAll = (
  intents: ReadonlyArray<OrderIntent>,
  options?: PlaceOptions
): Effect.Effect<ReadonlyArray<Outcome>, PlaceError, Capabilities> =>
  Effect.gen(function* () {
    const invalid = (pointer: string, reason: string) =>
      new InvalidRequest({ operation: "Orders.placeAll", pointer, reason })
    if (!Array.isArray(intents)) return yield* invalid("", "the intents are not an array")
    if (intents.length === 0) return []
    const sendings = yield* Effect.forEach(intents, (intent, index) =>
      Effect.mapError(prepare(intent), ({ pointer, reason }) => invalid(`/${index}${pointer}`, reason))
    )
    const ids = new Set(sendings.map(({ client_order_id }) => client_order_id))
    if (ids.size < sendings.length) return yield* invalid("", "two intents have the same client_order_id")
    let lost = false
    const send = Effect.matchEffect(batchCreate({ orders: sendings.map(({ request }) => request) }), {
      onFailure: (error) => Effect.forEach(sendings, (sending) => readError(sending, error, false)),
      onSuccess: ({ orders }) => Effect.succeed(sendings.map((sending) => readItem(sending, orders, lost)))
    }).pipe(
      Effect.provideService(OnLostAnswer, () => {
        lost = true
      })
    )
    return yield* sendAll(sendings, send, options)
  })
