/**
 * Placing orders so that no intent ever becomes two, and no outcome is made up.
 *
 * @module
 */
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { KalshiPublic, KalshiRead, KalshiWrite } from "../Capability.ts"
import { ContractError, InvalidRequest } from "../Errors.ts"
import * as FixedPoint from "../FixedPoint.ts"
import type { BatchCreateOrdersV2ResponseOrdersItem, CreateOrderV2Response, Order } from "../generated/responses.ts"
import { boundMillis } from "./bound.ts"
import type { OrderIntent } from "./intents.ts"
import { type Found, lookFor, mostSkewMillis } from "./lookup.ts"
import { OnLostAnswer } from "./lostAnswers.ts"
import { batchCreate, create, type CreateInput } from "./orderOperations.ts"
import {
  accepted,
  type CreateError,
  isItemOfTheId,
  isOfTheId,
  ItemRefused,
  listed,
  type NotPlaced,
  type Outcome,
  type PlaceError,
  type Placement,
  salvaged,
  type Settlement,
  type Unknown,
  verdictOf
} from "./outcomes.ts"
import { Placed, type Placing } from "./placed.ts"

/** The capabilities of `Kalshi.layer`: what is placed may have to be looked up. */
export type Capabilities = KalshiPublic | KalshiRead | KalshiWrite

export interface PlaceOptions {
  /** How long an order whose answer was lost is looked for after the last attempt. Ten seconds when left out. */
  readonly within?: Duration.Input | undefined
}

/** How far a list must be past the last attempt for its silence to end a search: its own time is approximate. */
export const marginMillis = 2_000

/** A `client_order_id` that was never used before: a random UUID of `SecureRandom` where there is one. */
export const newClientOrderId: Effect.Effect<string> = /*#__PURE__*/ Effect.flatMap(
  /*#__PURE__*/ Effect.serviceOption(SecureRandom.SecureRandom),
  /*#__PURE__*/ Option.match({
    onNone: () => Effect.sync(() => SecureRandom.uuidV4Unsafe()),
    onSome: (random) => random.uuidV4()
  })
)

/** An order on its way. */
interface Sending extends Placing {
  readonly request: CreateInput & { readonly client_order_id: string }
  /** Whether the id was made for this call. */
  readonly fresh: boolean
}

/** An order that must be looked for, and what is said of it where it is not found. */
interface Open {
  readonly sending: Sending
  readonly exists: boolean
  /** Whether an attempt may have been carried out; else the last answer is the only one. */
  readonly lost: boolean
  readonly error: CreateError | ItemRefused
}

type Step = { readonly outcome: Outcome } | Open

const prepare = (intent: OrderIntent): Effect.Effect<Sending, InvalidRequest> =>
  Effect.gen(function* () {
    const request = yield* Effect.fromResult(intent.request)
    const client_order_id = request.client_order_id ?? (yield* newClientOrderId)
    return {
      client_order_id,
      ticker: request.ticker,
      placedAtMillis: yield* Clock.currentTimeMillis,
      request: { ...request, client_order_id },
      fresh: request.client_order_id === undefined
    }
  })

const placementOf = ({ client_order_id, placedAtMillis, ticker }: Placement): Placement => ({
  client_order_id,
  ticker,
  placedAtMillis
})

/** What an error of the whole call says about an order of it; `alone`: there was no other in it. */
const readError = (sending: Sending, error: CreateError, alone: boolean): Effect.Effect<Step, PlaceError> => {
  const verdict = verdictOf(error, sending.client_order_id, sending.fresh, alone)
  switch (verdict._tag) {
    case "NothingSent":
      return Effect.fail(verdict.error)
    case "Refused":
      return Effect.succeed({ outcome: { ...placementOf(sending), _tag: "Rejected", error: verdict.error } })
    case "Salvaged":
      return Effect.succeed({ outcome: salvaged(placementOf(sending), sending.request, verdict.order_id) })
    case "Look":
      return Effect.succeed({
        sending,
        exists: verdict.exists,
        lost: !("afterLostAnswer" in error) || error.afterLostAnswer,
        error
      })
  }
}

/** What an answer says about an order; one that speaks of another order says that there is something to find. */
const readAnswer = (sending: Sending, answer: CreateOrderV2Response, operation: string): Step =>
  answer.client_order_id === undefined || answer.client_order_id === sending.client_order_id
    ? { outcome: accepted(placementOf(sending), sending.request, answer) }
    : {
        sending,
        exists: true,
        lost: true,
        error: new ContractError({
          operation,
          status: 201,
          pointer: "/client_order_id",
          reason: "it is the id of another order",
          rawBody: "",
          attempts: 1
        })
      }

/** Whether an order that was found is the one that was meant. */
const isMeant = ({ request }: Sending, order: Order): boolean =>
  order.book_side === request.side &&
  Result.match(FixedPoint.dollars(request.price), {
    onFailure: () => false,
    onSuccess: (price) => FixedPoint.equals(price, order.yes_price_dollars)
  })

const nothing: Found = { orderOf: () => undefined, asOf: undefined, conclusive: () => false }

/** Looks for what must be looked for, and says of every order what became of it. */
const conclude = (
  steps: ReadonlyArray<Step>,
  options: PlaceOptions | undefined
): Effect.Effect<ReadonlyArray<Outcome>, never, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    const lastAttemptMillis = yield* Clock.currentTimeMillis
    const wanted = steps.flatMap((step) =>
      "outcome" in step ? [] : [{ ...placementOf(step.sending), lastAttemptMillis, exists: step.exists }]
    )
    const found: Found =
      wanted.length === 0
        ? nothing
        : yield* lookFor(wanted, {
            withinMillis: boundMillis(options?.within, "10 seconds"),
            pastMillis: marginMillis,
            historical: false
          })
    return steps.map((step): Outcome => {
      if ("outcome" in step) return step.outcome
      const { error, lost, sending } = step
      const placement = placementOf(sending)
      const order = found.orderOf(sending)
      if (order !== undefined && isMeant(sending, order)) return listed(placement, order)
      // An amend changes the price and never the side: another order has the id, and the conflict was about that one.
      const isAnothers = order !== undefined && order.book_side !== sending.request.side
      if (isAnothers && !lost && (error._tag === "Conflict" || error._tag === "ItemRefused")) {
        return { ...placement, _tag: "Rejected", error }
      }
      return { ...placement, _tag: "Unknown", lastAttemptMillis, error, notListedAsOf: found.asOf }
    })
  })

/** What is said of orders that nobody waits for any more. */
const givenUp = (sendings: ReadonlyArray<Sending>): Effect.Effect<ReadonlyArray<Outcome>> =>
  Effect.map(Clock.currentTimeMillis, (lastAttemptMillis) =>
    sendings.map((sending) => ({
      ...placementOf(sending),
      _tag: "Unknown",
      lastAttemptMillis,
      error: undefined,
      notListedAsOf: undefined
    }))
  )

/** Sends orders, written down before and after. */
const registered = <R>(
  sendings: ReadonlyArray<Sending>,
  send: Effect.Effect<ReadonlyArray<Outcome>, PlaceError, R>
): Effect.Effect<ReadonlyArray<Outcome>, PlaceError, R> =>
  Effect.flatMap(Placed, (registry) =>
    registry === undefined
      ? send
      : Effect.acquireUseRelease(
          registry.begin(sendings),
          () => Effect.raceFirst(send, Effect.andThen(registry.ended, givenUp(sendings))),
          (_, exit) => registry.end(sendings, exit)
        )
  )

/**
 * Places an order, and says what became of it: `Accepted`, `Rejected` or `Unknown`, never a guess.
 *
 * **Details**
 *
 * The order has one `client_order_id` from before its first attempt, and the exchange takes no second order with it: so
 * every attempt whose answer is lost is repeated, for at most a minute. Where all that leaves it open, and where the
 * exchange says that it has the id already, the order is looked for in the lists, until they are fresher than the last
 * attempt or `within` is over.
 *
 * - `Accepted`: there is such an order. It is the same whether the answer came, or was no good and held its id, or was
 *   lost and a list shows the order.
 * - `Rejected`: the exchange said no, and no earlier answer of this call was lost. That a list does not show the order is
 *   never enough.
 * - `Unknown`: neither could be found out in time. {@link settle} it, and do not place the same intent anew before: under
 *   another id it could become two, and a refusal of the same id would say nothing of this call.
 *
 * It fails only where nothing was sent: the intent is wrong (`InvalidRequest`), there were no tokens (`LimitExceeded`),
 * no signature could be made (`SigningError`), no connection either (`TransportError` and `RequestTimeout` whose
 * `requestSent` is `"no"`), or it is a dry run (`NotSent`).
 *
 * **Gotchas**
 *
 * - An interruption says nothing about the order: it may have been taken. Give the intent a `client_order_id` of your own
 *   and write it down before, and {@link settle} it after; or place under {@link cancelAllOnExit}.
 * - For how long the exchange remembers an id is not documented: an id is good for one call.
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
      onSuccess: (answer) => Effect.succeed(readAnswer(sending, answer, create.descriptor.name))
    })
    const outcomes = yield* registered(
      [sending],
      Effect.flatMap(send, (step) => conclude([step], options))
    )
    return outcomes[0]! // one for each
  })

/**
 * Places several orders in one request, and says of each what became of it, in the order of the intents.
 *
 * **Details**
 *
 * Each is as in {@link place}, with a `client_order_id` of its own; a refusal of one alone is an `ItemRefused`, and a
 * refusal of the whole request is taken for one of each order: whether a batch can be refused and carried out in part is
 * not documented. Fails only where nothing was sent, and then nothing of the whole batch.
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
    if (intents.length === 0) return []
    const sendings = yield* Effect.forEach(intents, (intent, index) =>
      Effect.mapError(
        prepare(intent),
        ({ pointer, reason }) =>
          new InvalidRequest({ operation: "Orders.placeAll", pointer: `/${index}${pointer}`, reason })
      )
    )
    const ids = new Set(sendings.map(({ client_order_id }) => client_order_id))
    if (ids.size < sendings.length) {
      const reason = "two intents have the same client_order_id"
      return yield* new InvalidRequest({ operation: "Orders.placeAll", pointer: "", reason })
    }
    let lost = false
    const send = Effect.matchEffect(batchCreate({ orders: sendings.map(({ request }) => request) }), {
      onFailure: (error) => Effect.forEach(sendings, (sending) => readError(sending, error, false)),
      onSuccess: ({ orders }) => Effect.succeed(sendings.map((sending) => readItem(sending, orders, lost)))
    }).pipe(
      Effect.provideService(OnLostAnswer, () => {
        lost = true
      })
    )
    return yield* registered(
      sendings,
      Effect.flatMap(send, (steps) => conclude(steps, options))
    )
  })

/** What a batch's answer says about one of its orders. */
const readItem = (
  sending: Sending,
  items: ReadonlyArray<BatchCreateOrdersV2ResponseOrdersItem>,
  lost: boolean
): Step => {
  const operation = batchCreate.descriptor.name
  const broken = (reason: string): Step => ({
    sending,
    exists: false,
    lost: true,
    error: new ContractError({ operation, status: 201, pointer: "/orders", reason, rawBody: "", attempts: 1 })
  })
  const own = items.filter(({ client_order_id }) => client_order_id === sending.client_order_id)
  const [item] = own
  if (item === undefined || own.length > 1) {
    return broken(`${own.length} items have the client_order_id ${sending.client_order_id}`)
  }
  const { error: body, fill_count, order_id, remaining_count } = item
  if (body) {
    const error = new ItemRefused({ operation, code: body.code, body })
    if (isItemOfTheId(body.code, sending.fresh)) return { sending, exists: true, lost, error }
    return lost
      ? { sending, exists: false, lost, error }
      : { outcome: { ...placementOf(sending), _tag: "Rejected", error } }
  }
  if (order_id === undefined)
    return broken(`the item of ${sending.client_order_id} has neither an order_id nor an error`)
  return {
    outcome: {
      ...salvaged(placementOf(sending), sending.request, order_id),
      learned: "answer",
      fill_count: fill_count ?? undefined,
      remaining_count: remaining_count ?? undefined,
      average_fill_price: item.average_fill_price ?? undefined,
      average_fee_paid: item.average_fee_paid ?? undefined,
      ts_ms: item.ts_ms ?? undefined
    }
  }
}

/** Whether an error says that there is such an order, so that absence from a list tells nothing. */
const saysExists = (error: CreateError | ItemRefused): boolean => {
  switch (error._tag) {
    case "Conflict":
      return isOfTheId(error.code, true)
    case "ItemRefused":
      return error.code !== undefined && isItemOfTheId(error.code, false)
    // A success of a batch says of none of its orders that it was placed.
    case "ContractError":
      return error.operation === create.descriptor.name && error.pointer !== "/error"
    case "UnexpectedStatus":
      return error.operation === create.descriptor.name && error.status >= 200 && error.status < 300
    default:
      return false
  }
}

export interface SettleOptions {
  /** How long to look. Two minutes when left out: absence proves nothing before the last attempt is a minute old. */
  readonly within?: Duration.Input | undefined
}

/**
 * Finds out what became of an order that was placed earlier, by this process or by one that is gone.
 *
 * **Details**
 *
 * Looks for its `client_order_id` in the market's live and old orders, and places nothing. It fails never; where nothing
 * can be read it is `Unknown`.
 *
 * - `Accepted`: a list shows it.
 * - `NotPlaced`: no list shows it, and every list that was read is more than a minute fresher than the last attempt.
 *   Until then a request that was stuck on its way could still be carried out; afterwards its signature is too old for
 *   the exchange. Whether it was refused or never arrived is not to be known any more.
 * - `Unknown`: `within` was over before; or the exchange itself said that there is such an order, and no list shows it.
 *
 * **When to use**
 *
 * Use on an `Unknown`, or at start on what a journal holds without an outcome: the journal needs the `client_order_id`,
 * the market and the time, written down before the order is placed.
 *
 * **Gotchas**
 *
 * - How old a signature may be is documented nowhere. Others measured that 30 seconds pass or fail by a hair, and that 60
 *   are refused.
 * - An order whose `client_order_id` was changed by an amend is not found.
 * - A placement of another machine is settled anywhere, unless that one signed with a corrected time (`correctClockSkew`):
 *   then its clock may be off by more than what is allowed for here, and it has to settle its orders itself.
 *
 * **Example** (After a crash)
 *
 * ```ts
 * import * as Orders from "@kalshi-effect/client/Orders"
 *
 * const atStart = (journal: ReadonlyArray<Orders.Placement>) => Orders.settleAll(journal, { within: "3 minutes" })
 * ```
 */
export const settle = (
  placement: Placement,
  options?: SettleOptions
): Effect.Effect<Settlement, never, KalshiPublic | KalshiRead> =>
  Effect.map(settleAll([placement], options), (settlements) => settlements[0]!) // one for each

/** As {@link settle}, of many orders with the same few reads, in their order. */
export const settleAll = (
  placements: ReadonlyArray<Placement>,
  options?: SettleOptions
): Effect.Effect<ReadonlyArray<Settlement>, never, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const wanted = placements.map((placement) => {
      // An Unknown is the one placement that has an error.
      const error = "error" in placement ? (placement as Unknown).error : undefined
      return {
        ...placementOf(placement),
        lastAttemptMillis: placement.lastAttemptMillis ?? now,
        exists: error !== undefined && saysExists(error),
        error
      }
    })
    if (wanted.length === 0) return []
    const { asOf, conclusive, orderOf } = yield* lookFor(wanted, {
      withinMillis: boundMillis(options?.within, "2 minutes"),
      pastMillis: mostSkewMillis,
      historical: true
    })
    return wanted.map((one): Settlement => {
      const order = orderOf(one)
      if (order !== undefined) return listed(placementOf(one), order)
      return asOf !== undefined && conclusive(one)
        ? ({ ...placementOf(one), _tag: "NotPlaced", notListedAsOf: asOf } satisfies NotPlaced)
        : {
            ...placementOf(one),
            _tag: "Unknown",
            lastAttemptMillis: one.lastAttemptMillis,
            error: one.error,
            notListedAsOf: asOf
          }
    })
  })
