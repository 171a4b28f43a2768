import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type { BatchQuote } from "../../../src/exchange/Entities.ts"
import { type Bids, combos, makeBatching } from "../../support/batching.ts"
import { audit } from "../../support/actors.ts"
import { refusalOf, sampleSize, seed, terms, unwrap } from "../../support/floor.ts"

type Side = "yes" | "no"

/** The latest batch quote of one maker in the model. */
interface Offer {
  readonly bids: Bids
  readonly sentMillis: number
  readonly since: ReadonlyArray<Readonly<Record<Side, number>>>
}

type Step =
  | { readonly kind: "quote"; readonly maker: number; readonly bids: Bids }
  | { readonly kind: "repeat"; readonly maker: number }
  | { readonly kind: "withdraw"; readonly maker: number }
  | { readonly kind: "wait"; readonly millis: number }
  | {
      readonly kind: "order"
      readonly account: number
      readonly child: number
      readonly side: "bid" | "ask"
      readonly cents: number
      readonly contracts: number
    }

const makers = 3
const children = combos.length

const cents = fc.oneof({ arbitrary: fc.constantFrom(40, 41, 42), weight: 4 }, { arbitrary: fc.constant(0), weight: 1 })
const bids = fc.array(
  fc.tuple(cents, cents).map(([yes, no]) => (yes + no === 0 ? ([40, 0] as const) : ([yes, no] as const))),
  { minLength: children, maxLength: children }
)
const maker = fc.nat({ max: makers - 1 })

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant("quote" as const), maker, bids }), weight: 8 },
  { arbitrary: fc.record({ kind: fc.constant("repeat" as const), maker }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant("withdraw" as const), maker }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constant("wait" as const), millis: fc.nat({ max: 20_000 }) }), weight: 3 }
)

/** Orders in the books of the children (the RFQs of the batch). Many of them do not match the bids. */
const order: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("order" as const),
  account: fc.nat({ max: makers }),
  child: fc.nat({ max: children - 1 }),
  side: fc.constantFrom("bid", "ask"),
  cents: fc.constantFrom(35, 38, 41, 44, 55, 59, 62, 65),
  contracts: fc.integer({ min: 1, max: 15 })
})

const scenario = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 25 }),
  side: fc.constantFrom<Side>("yes", "no"),
  confirms: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: makers, maxLength: makers }),
  orders: fc.array(order, { maxLength: 3 })
})

/** An exchange with an open batch, and a model that searches all bids at every step. */
const makeWorld = () => {
  const desk = makeBatching()
  const accounts = [desk.maker, desk.second, desk.third]
  const batch = desk.batch({}, combos)
  const offers = new Map<number, Offer>()
  const quotes = new Map<number, BatchQuote>()
  let steps = 0
  const counts = (offer: Offer): boolean => desk.time - offer.sentMillis < 30_000
  const bidOf = ({ bids: own }: Offer, child: number, side: Side): number => own[child]![side === "yes" ? 0 : 1]
  const best = (child: number, side: Side) =>
    [...offers]
      .filter(([, offer]) => counts(offer) && bidOf(offer, child, side) > 0)
      .map(([who, offer]) => ({ who, bid: bidOf(offer, child, side), since: offer.since[child]![side] }))
      .sort((left, right) => right.bid - left.bid || left.since - right.since)[0]
  const quote = (who: number, own: Bids): void => {
    const older = offers.get(who)
    const sinceOf = (child: number, side: Side): number =>
      older !== undefined && counts(older) && bidOf(older, child, side) === own[child]![side === "yes" ? 0 : 1]
        ? older.since[child]![side]
        : steps
    quotes.set(who, desk.quote(batch, own, accounts[who]))
    offers.set(who, {
      bids: own,
      sentMillis: desk.time,
      since: own.map((_, child) => ({ yes: sinceOf(child, "yes"), no: sinceOf(child, "no") }))
    })
  }
  const perform = (next: Step): void => {
    steps++
    switch (next.kind) {
      case "quote":
        return quote(next.maker, next.bids)
      case "repeat": {
        const known = offers.get(next.maker)
        return known === undefined ? undefined : quote(next.maker, known.bids)
      }
      case "withdraw": {
        const known = quotes.get(next.maker)
        if (known !== undefined) {
          unwrap(desk.withdraw(known))
          offers.delete(next.maker)
          quotes.delete(next.maker)
        }
        return
      }
      case "wait":
        return desk.pass(next.millis)
      case "order":
        // A refused order changes nothing.
        desk.execute({
          type: "createOrder",
          accountId: [...accounts, desk.creator][next.account]!,
          order: terms(next.side, next.cents, next.contracts, { ticker: combos[next.child]! })
        })
    }
  }
  const bestBids = (): Bids => combos.map((_, child) => [best(child, "yes")?.bid ?? 0, best(child, "no")?.bid ?? 0])
  return { desk, accounts, batch, best, bestBids, perform }
}

type World = ReturnType<typeof makeWorld>

/** Whether the maker's order for a child would match a resting order of another account. */
const isBlocked = ({ desk, accounts }: World, child: number, maker: string, side: Side, bid: number): boolean =>
  [...accounts, desk.creator]
    .filter((accountId) => accountId !== maker)
    .flatMap((accountId) => unwrap(desk.view().listOrders(accountId, { limit: 100, status: "resting" })).items)
    .some(
      (resting) =>
        resting.ticker === combos[child] &&
        (side === "yes"
          ? resting.side === "ask" && resting.price <= bid * 100
          : resting.side === "bid" && resting.price >= 10_000 - bid * 100)
    )

const seen = { accepted: 0, executed: 0, failed: 0, expired: 0, changed: 0 }

const checkScenario = ({
  confirms,
  orders,
  side,
  steps
}: typeof scenario extends fc.Arbitrary<infer A> ? A : never) => {
  const world = makeWorld()
  const { accounts, batch, best, bestBids, desk, perform } = world
  let version = 0
  for (const next of steps) {
    const before = JSON.stringify(desk.bestBids(batch))
    perform(next)
    assert.deepStrictEqual(desk.bestBids(batch), bestBids(), "the best bids")
    const { isNoComplete, isYesComplete, version: newer } = desk.best(batch)
    assert.strictEqual(
      isYesComplete,
      bestBids().every(([yes]) => yes > 0)
    )
    assert.strictEqual(
      isNoComplete,
      bestBids().every(([, no]) => no > 0)
    )
    assert.isTrue(before === JSON.stringify(bestBids()) ? newer >= version : newer > version, "the version")
    version = newer
  }
  const winners = combos.map((_, child) => best(child, side))
  const accepted = desk.accept(
    batch,
    side,
    winners.map((winner) => winner?.bid ?? 0)
  )
  if (winners.includes(undefined)) {
    seen.changed++
    assert.strictEqual(refusalOf(accepted).code, "rfq_batch_quotes_changed")
    return
  }
  seen.accepted++
  assert.deepStrictEqual(audit(desk.exchange.snapshot(desk.time)), [])
  const won = winners.map((winner) => ({ accountId: accounts[winner!.who]!, bid: winner!.bid }))
  assert.deepStrictEqual(
    unwrap(accepted).quotes.map((quote) => ({
      accountId: quote.accountId,
      bid: (side === "yes" ? quote.yesBid : quote.noBid) / 100
    })),
    won
  )
  for (const next of orders) perform(next)
  const confirmed = new Set<string>()
  for (const quote of desk.quotesOf(batch, desk.creator)) {
    if (confirms[accounts.indexOf(quote.accountId)] !== 0 && Result.isSuccess(desk.confirm(quote))) {
      confirmed.add(quote.accountId)
    }
  }
  const isConfirmed = won.every(({ accountId }) => confirmed.has(accountId))
  const blocked = won.some(({ accountId, bid }, child) => isBlocked(world, child, accountId, side, bid))
  const before = desk.positions(desk.creator)
  desk.pass(3_000)
  const expected = !isConfirmed ? "expired" : blocked ? "execution failed" : "executed"
  seen[expected === "execution failed" ? "failed" : expected]++
  assert.strictEqual(desk.latest(batch).closeReason, expected)
  const after = desk.positions(desk.creator)
  const bought = side === "yes" ? -10 : 10
  assert.deepStrictEqual(
    after.map((count, child) => count - before[child]!),
    combos.map(() => (expected === "executed" ? bought : 0)),
    "every child is traded, or none"
  )
  assert.deepStrictEqual(audit(desk.exchange.snapshot(desk.time)), [])
}

describe("RFQ batches, against a simple model", () => {
  it("trade every RFQ at the best bid of the makers, or trade no RFQ", { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(scenario, (input) => checkScenario(input)),
      { seed, numRuns: sampleSize(400, 5_000) }
    )
    console.log(JSON.stringify(seen))
    for (const [what, times] of Object.entries(seen)) {
      assert.isAbove(times, 5, what)
    }
  })
})
