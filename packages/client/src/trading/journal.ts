/**
 * The journal of a dry run: the requests that were not sent, with their costs.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Cost, DryRun, Intent, Options } from "./DryRun.ts"
import { NotSent } from "../Errors.ts"
import * as FixedPoint from "../money/FixedPoint.ts"
import type { Dollars } from "../money/FixedPoint.ts"
import type { Descriptor } from "../Operation.ts"
import * as OrderCost from "../money/OrderCost.ts"
import type { CreateInput } from "../rest/orderOperations.ts"
import type { RecordWrite } from "../sending/sender.ts"

interface Journal {
  readonly service: DryRun["Service"]
  readonly recordWrite: RecordWrite
}

/** The casts are safe: the request was checked against its schema. */
const ordersOf = (descriptor: Descriptor, body: Intent["body"]): ReadonlyArray<CreateInput> | undefined => {
  switch (descriptor.operationId) {
    case "CreateOrderV2":
      return [body as unknown as CreateInput]
    case "BatchCreateOrdersV2":
      return body?.["orders"] as ReadonlyArray<CreateInput>
    default:
      return undefined
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Calls `marketOf`. If it fails, the dry run continues: only the cost of the write is unknown. */
const marketFrom = (
  marketOf: Options["marketOf"],
  order: CreateInput
): Result.Result<OrderCost.Market, { readonly message: string }> => {
  try {
    const market = marketOf?.(order) ?? {}
    return typeof market !== "object" || "then" in market
      ? Result.fail({ message: "marketOf must return an object or undefined, not a promise" })
      : Result.succeed(market)
  } catch (error) {
    return Result.fail({ message: `marketOf failed: ${messageOf(error)}` })
  }
}

type Priced = Result.Result<OrderCost.OrderCost, { readonly message: string }>

const pricesOf = (orders: ReadonlyArray<CreateInput>, marketOf: Options["marketOf"]): ReadonlyArray<Priced> => {
  const markets = orders.map((order) => marketFrom(marketOf, order))
  try {
    const prices = OrderCost.ofBatch(orders, (_order, index) => Result.getOrElse(markets[index]!, () => ({})))
    return prices.map((price, index) => Result.flatMap(markets[index]!, (): Priced => price))
  } catch (error) {
    // The types exclude this, but a JavaScript program may return anything.
    return orders.map(() => Result.fail({ message: `the result of marketOf is invalid: ${messageOf(error)}` }))
  }
}

const costOf = (orders: ReadonlyArray<CreateInput>, marketOf: Options["marketOf"]): Cost => {
  const costs = pricesOf(orders, marketOf)
  const worst = costs.map((cost) =>
    Result.flatMap(cost, ({ worstCase }): Result.Result<Dollars, { readonly message: string }> => worstCase)
  )
  const unknown = worst.findIndex(Result.isFailure)
  const which = orders.length === 1 ? "" : `order ${unknown + 1} of ${orders.length}: `
  const failed = worst[unknown]
  return {
    worstCase: failed === undefined ? FixedPoint.sum(worst.map(Result.getOrThrow)) : undefined,
    unknownBecause: failed !== undefined && Result.isFailure(failed) ? which + failed.failure.message : undefined,
    terms: costs.some((cost) => Result.isSuccess(cost) && cost.success.terms === "assumed") ? "assumed" : "given",
    orders: costs.map((cost) => (Result.isSuccess(cost) ? cost.success : undefined))
  }
}

export const make = ({ keepIntents = 10_000, marketOf }: Options): Effect.Effect<Journal, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (!Number.isSafeInteger(keepIntents) || keepIntents <= 0) {
      return yield* Effect.die(new Error("keepIntents must be an integer above zero"))
    }
    const published = yield* Effect.acquireRelease(PubSub.unbounded<Intent>(), PubSub.shutdown)
    let kept: Array<Intent> = []
    let number = 0

    const recordWrite: RecordWrite = (descriptor, wire, address) =>
      Effect.clockWith((clock) => {
        // The body is parsed from the text that would have been sent.
        const body = wire.body === undefined ? undefined : (JSON.parse(wire.body) as NonNullable<Intent["body"]>)
        // `URL` also encodes some characters that the encoder does not encode.
        const { pathname, search } = new URL(address)
        const orders = ordersOf(descriptor, body)
        const intent: Intent = {
          number: ++number,
          atMillis: clock.currentTimeMillisUnsafe(),
          operation: descriptor.name,
          operationId: descriptor.operationId,
          method: descriptor.method,
          path: pathname + search,
          body,
          cost: orders === undefined ? undefined : costOf(orders, marketOf)
        }
        kept.push(intent)
        if (kept.length > keepIntents) kept.shift()
        PubSub.publishUnsafe(published, intent)
        return Effect.fail(new NotSent({ operation: descriptor.name, intent }))
      })

    const changes = Stream.unwrap(
      Effect.map(PubSub.subscribe(published), (subscription) => {
        const before = kept.slice()
        const last = number
        // An intent that is recorded while the subscription starts is in both streams. The filter removes the second
        // copy.
        return Stream.concat(
          Stream.fromIterable(before),
          Stream.filter(Stream.fromSubscription(subscription), (intent) => intent.number > last)
        )
      })
    )

    return {
      recordWrite,
      service: {
        intents: Effect.sync(() => kept.slice()),
        changes,
        take: Effect.sync(() => {
          const taken = kept
          kept = []
          return taken
        })
      }
    }
  })
