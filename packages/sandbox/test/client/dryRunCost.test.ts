import * as Environment from "@kalshi-effect/client/Environment"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import type * as OrderCost from "@kalshi-effect/client/OrderCost"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { afterAll, assert, describe, it } from "vitest"
import type { Assumptions } from "../../src/Assumptions.ts"
import type { Series } from "../../src/exchange/Entities.ts"
import { Exchange } from "../../src/exchange/Exchange.ts"
import { sampleSize, seed, start, unwrap } from "../support/floor.ts"

const tickers = ["KXONE-26-YES", "KXTWO-26-YES"] as const
type Ticker = (typeof tickers)[number]

type Side = "bid" | "ask"

interface Floor {
  readonly feeType: Series["feeType"]
  readonly feeMultiplier: number
  /** The position, in hundredths of a contract. */
  readonly held: number
  /** Whether the client knows the position. */
  readonly isKnown: boolean
}

/** The price is in ten-thousandths of a dollar, the count in hundredths of a contract. */
interface Other {
  readonly ticker: Ticker
  readonly side: Side
  readonly price: number
  readonly count: number
}

interface Own extends Other {
  readonly kind: "resting" | "post_only" | "immediate" | "all" | "reduce_only"
}

interface Case {
  readonly floors: readonly [Floor, Floor]
  readonly before: ReadonlyArray<Other>
  readonly batch: ReadonlyArray<Own>
  readonly after: ReadonlyArray<Other>
  readonly assumptions: Pick<Assumptions, "balanceSteps" | "feeRounding">
  /** Whether the client knows the maximum number of fills. */
  readonly isCounted: boolean
}

const price = fc.oneof(
  fc.integer({ min: 1, max: 9_999 }),
  fc.constantFrom(1, 95, 100, 4_000, 5_000, 9_700, 9_905, 9_999)
)
const count = fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constantFrom(1, 100, 10_000))
const ticker = fc.oneof(
  { weight: 3, arbitrary: fc.constant(tickers[0]) },
  { weight: 1, arbitrary: fc.constant(tickers[1]) }
)
const other: fc.Arbitrary<Other> = fc.record({ ticker, side: fc.constantFrom("bid", "ask"), price, count })
const floor: fc.Arbitrary<Floor> = fc.record({
  feeType: fc.constantFrom("quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees"),
  feeMultiplier: fc.constantFrom(0, 0.01, 0.5, 1, 2, 10),
  held: fc.oneof(fc.integer({ min: -400, max: 400 }), fc.constantFrom(-10_000, -100, -1, 0, 1, 100, 10_000)),
  isKnown: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) })
})

const cases: fc.Arbitrary<Case> = fc.record({
  floors: fc.tuple(floor, floor),
  before: fc.array(other, { maxLength: 6 }),
  batch: fc.array(
    fc.record({
      ticker,
      side: fc.constantFrom("bid", "ask"),
      price,
      count,
      kind: fc.constantFrom("resting", "post_only", "immediate", "all", "reduce_only")
    }),
    { minLength: 1, maxLength: 6 }
  ),
  after: fc.array(other, { maxLength: 4 }),
  assumptions: fc.record({
    balanceSteps: fc.constantFrom("centicent", "cent"),
    feeRounding: fc.constantFrom("centicent", "microdollar")
  }),
  isCounted: fc.boolean()
})

const timeInForce = {
  resting: "good_till_canceled",
  post_only: "good_till_canceled",
  immediate: "immediate_or_cancel",
  all: "fill_or_kill",
  reduce_only: "immediate_or_cancel"
} as const

const command = ({ count, kind, price, side, ticker }: Own) => ({
  ticker,
  side,
  price,
  count,
  clientOrderId: undefined,
  timeInForce: timeInForce[kind],
  selfTradePrevention: "taker_at_cross" as const,
  expirationSeconds: undefined,
  postOnly: kind === "post_only",
  reduceOnly: kind === "reduce_only",
  cancelOnPause: false,
  subaccount: 0,
  orderGroupId: undefined,
  exchangeIndex: undefined
})

const toInput = ({ count, kind, price, side, ticker }: Own): Orders.CreateInput => ({
  ticker,
  side,
  price: FixedPoint.fromMicros(BigInt(price) * 100n),
  count: FixedPoint.fromHundredths(BigInt(count)),
  time_in_force: timeInForce[kind],
  self_trade_prevention_type: "taker_at_cross",
  ...(kind === "post_only" ? { post_only: true } : {}),
  ...(kind === "reduce_only" ? { reduce_only: true } : {})
})

const open = ({ assumptions, before, floors }: Case) => {
  const exchange = new Exchange({ seed: 1, assumptions })
  const account = (name: string) => unwrap(exchange.execute({ type: "createAccount", name }, start)).accountId
  const me = account("me")
  const place = (accountId: string, order: Own) =>
    exchange.execute({ type: "createOrder", accountId, order: command(order) }, start)
  for (const [index, { feeMultiplier, feeType, held }] of floors.entries()) {
    const ticker = tickers[index]!
    const seriesTicker = ticker.split("-")[0]!
    unwrap(exchange.execute({ type: "createSeries", series: { ticker: seriesTicker, feeType, feeMultiplier } }, start))
    const priceRanges = [{ start: "0.0001", end: "0.9999", step: "0.0001" }]
    unwrap(exchange.execute({ type: "createMarket", market: { ticker, priceRanges } }, start))
    if (held === 0) continue
    const order = { ticker, price: 5_000, count: Math.abs(held), kind: "resting" } as const
    unwrap(place(account("counterparty"), { ...order, side: held > 0 ? "ask" : "bid" }))
    unwrap(place(me, { ...order, side: held > 0 ? "bid" : "ask" }))
  }
  const trade = (others: ReadonlyArray<Other>): void => {
    for (const one of others) unwrap(place(account("other"), { ...one, kind: "resting" }))
  }
  trade(before)
  const cash = () => unwrap(exchange.view(start).balances(me))[0]!.cashMicros
  return { exchange, me, place: (order: Own) => place(me, order), trade, cash }
}

const noRequest = HttpClient.make((request) => Effect.die(new Error(`a dry run sent ${request.method} ${request.url}`)))

let marketOf: (order: Orders.CreateInput) => OrderCost.Market = () => ({})

const runtime = ManagedRuntime.make(
  Kalshi.layerDryRun({
    environment: Environment.sandbox,
    limits: false,
    signer: { keyId: "k", kind: "ed25519", sign: () => Effect.die(new Error("a dry run signs nothing")) },
    marketOf: (order) => marketOf(order)
  }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, noRequest)))
)

afterAll(() => runtime.dispose())

/** The worst case in micro-dollars. */
const worstCase = ({ after, assumptions, batch, before, floors, isCounted }: Case): bigint => {
  marketOf = ({ ticker }) => {
    const { feeMultiplier, feeType, held, isKnown } = floors[tickers.indexOf(ticker as Ticker)]!
    return {
      terms: { fee_type: feeType, fee_multiplier: feeMultiplier },
      member: assumptions.balanceSteps === "cent" ? "other" : "direct",
      ...(isKnown ? { position: FixedPoint.fromHundredths(BigInt(held)) } : {}),
      ...(isCounted ? { mostFills: Math.max(1, before.length + after.length) } : {})
    }
  }
  const error = runtime.runSync(Effect.flip(Orders.batchCreate({ orders: batch.map(toInput) })))
  const worst = error._tag === "NotSent" ? error.intent.cost?.worstCase : undefined
  return FixedPoint.toMicros(worst ?? assert.fail(`no cost: ${String(error)}`))
}

const hold = (law: (input: Case) => void): void => {
  fc.assert(fc.property(cases, law), { seed, numRuns: sampleSize(600, 3_000) })
}

describe("DryRun, the worst case of a batch", () => {
  it("is enough cash for every order of the batch", () => {
    hold((input) => {
      const { cash, exchange, me, place } = open(input)
      const worst = worstCase(input)
      const rest = BigInt(cash()) - worst
      unwrap(exchange.execute({ type: "withdraw", accountId: me, dollars: FixedPoint.fromMicros(rest) }, start))
      for (const order of input.batch) {
        const placed = place(order)
        if (Result.isFailure(placed)) assert.notStrictEqual(placed.failure.code, exchange.assumptions.noMoneyCode)
      }
    })
  })

  it("is never less than the charges for the batch, immediately or later", () => {
    hold((input) => {
      const { cash, place, trade } = open(input)
      const worst = worstCase(input)
      const before = cash()
      for (const order of input.batch) {
        place(order)
        assert.isAtMost(before - cash(), Number(worst))
      }
      for (const order of input.after) {
        trade([order])
        assert.isAtMost(before - cash(), Number(worst))
      }
    })
  })
})
