/**
 * Orders are placed, filled and canceled, and connections, messages and reads fail. Some time after the last fault, the
 * client's account must equal the exchange's account.
 */
import { assert, describe, it } from "@effect/vitest"
import * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { layerTest } from "../../src/Sandbox.ts"
import { assertEqual, count, pass, seller } from "../support/accountFeed.ts"
import { bid, collect, ticker, trading, until } from "../support/feedTrader.ts"
import { sampleSize, seed } from "../support/floor.ts"

const types = ["user_order", "fill", "market_position", "order_group_updates"] as const
const changes = ["skip", "repeat", "garble", "cut", "unknownType"] as const

type Step =
  | { readonly do: "place"; readonly cents: number; readonly contracts: number }
  | { readonly do: "sell"; readonly contracts: number }
  | { readonly do: "cancel" | "amend"; readonly which: number }
  | { readonly do: "drop"; readonly which: number; readonly all: boolean }
  | { readonly do: "frame"; readonly type: (typeof types)[number]; readonly change: (typeof changes)[number] }
  | { readonly do: "late"; readonly type: (typeof types)[number]; readonly millis: number }
  | { readonly do: "rest"; readonly operation: string; readonly status: number }
  | { readonly do: "refuse"; readonly times: number }
  | { readonly do: "verify" | "changeOver" }
  | { readonly do: "wait"; readonly millis: number }

const tag = <Tag extends Step["do"]>(name: Tag) => fc.constant(name)

const which = fc.nat({ max: 100 })
const type = fc.constantFrom(...types)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: tag("place"),
      cents: fc.integer({ min: 30, max: 40 }),
      contracts: fc.integer({ min: 1, max: 9 })
    })
  },
  { weight: 6, arbitrary: fc.record({ do: tag("sell"), contracts: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 3, arbitrary: fc.record({ do: tag("cancel"), which }) },
  { weight: 2, arbitrary: fc.record({ do: tag("amend"), which }) },
  { weight: 2, arbitrary: fc.record({ do: tag("drop"), which, all: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: tag("frame"), type, change: fc.constantFrom(...changes) }) },
  { weight: 1, arbitrary: fc.record({ do: tag("late"), type, millis: fc.integer({ min: 10, max: 3_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: tag("rest"),
      operation: fc.constantFrom("GetOrders", "GetFills", "GetPositions", "GetOrder", "GetUserDataTimestamp"),
      status: fc.constantFrom(401, 500, 503)
    })
  },
  { weight: 1, arbitrary: fc.record({ do: tag("refuse"), times: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: tag("verify") }) },
  { weight: 1, arbitrary: fc.record({ do: tag("changeOver") }) },
  { weight: 6, arbitrary: fc.record({ do: tag("wait"), millis: fc.integer({ min: 1, max: 4_000 }) }) }
)

const plays = fc.record({
  lines: fc.constantFrom(1, 2),
  /** If false, the test skips the steps whose fault only a verification of the lists can find. */
  isVerified: fc.boolean(),
  readLagMillis: fc.constantFrom(0, 0, 400, 2_500),
  steps: fc.array(step, { minLength: 5, maxLength: 40, size: "max" })
})

interface Play {
  readonly lines: number
  readonly isVerified: boolean
  readonly readLagMillis: number
  readonly steps: ReadonlyArray<Step>
}

/** Whether only a verification can find the change that the step hides. */
const isSilent = (step: Step, lines: number): boolean =>
  (step.do === "frame" && step.change === "skip" && lines === 1) ||
  (step.do === "late" && step.type === "market_position")

const run = ({ isVerified, lines, readLagMillis, steps }: Play) =>
  trading(
    (trader) =>
      Effect.gen(function* () {
        const { sandbox } = trader
        const sell = yield* seller(trader)
        const mine = yield* AccountFeed.make({
          lines,
          verifyMillis: isVerified ? 15_000 : Number.POSITIVE_INFINITY,
          readTimeoutMillis: 2_000
        })
        const { events } = yield* collect(mine.events)
        const ids: Array<string> = []
        const act = (step: Step) =>
          Effect.gen(function* () {
            switch (step.do) {
              case "place": {
                const price = `0.${step.cents}` as "0.30" // a decimal
                const { order_id } = yield* Orders.create({ ...bid, price, count: `${step.contracts}` as "1" }) // a whole number
                return void ids.push(order_id)
              }
              case "sell":
                return yield* sell(step.contracts, "0.30")
              case "cancel":
                return yield* Orders.cancel({ order_id: ids[step.which % ids.length] ?? "none" })
              case "amend": {
                const order_id = ids[step.which % ids.length] ?? "none"
                return yield* Orders.amend({ order_id, ticker, side: "bid", price: "0.29", count: "9" })
              }
              case "drop": {
                const open = yield* sandbox.feed.connections
                const connectionId = open[step.which % Math.max(1, open.length)]?.connectionId
                if (connectionId === undefined) return
                return yield* sandbox.feed.drop({ how: "reset", ...(step.all ? undefined : { connectionId }) })
              }
              case "frame":
                return yield* sandbox.plant({ feed: "frame", type: step.type, change: step.change })
              case "late":
                return yield* sandbox.plant({ feed: "frame", type: step.type, delayMillis: step.millis })
              case "rest":
                return yield* sandbox.plant({ operation: step.operation, status: step.status })
              case "refuse":
                return yield* sandbox.plant({ feed: "upgrade", status: 503, times: step.times })
              case "verify":
                return yield* mine.verify
              case "changeOver":
                return yield* Feed.changeOver
              case "wait":
                return yield* TestClock.adjust(step.millis)
            }
          })
        for (const step of steps) {
          if ((step.do === "verify" || isSilent(step, lines)) && !isVerified) continue
          const acting = yield* Effect.forkScoped(Effect.exit(act(step)), { startImmediately: true })
          yield* until(() => acting.pollUnsafe() !== undefined, 120_000)
          yield* TestClock.adjust(10)
          if (step.do === "wait" && events.length > 0) assert.strictEqual(events[0]?._tag, "Live")
        }
        yield* sandbox.clearFaults
        // After this wait, delayed frames have arrived, and a verification has found the changes of dropped frames.
        yield* pass(isVerified ? 60_000 : 30_000, 250)
        const account = yield* mine.read
        yield* assertEqual(account)
        const known = new Set<string>()
        for (const event of events) {
          const fills = event._tag === "Live" ? event.account.fills : event._tag === "Fill" ? [event.fill] : []
          for (const { order_id, trade_id } of fills) {
            const key = `${trade_id} ${order_id}`
            assert.isFalse(event._tag === "Fill" && known.has(key), `${key} is reported once`)
            known.add(key)
          }
        }
        assert.strictEqual(known.size, account.fills.length)
        assert.isAtLeast(count(events, "Live"), 1)
      }).pipe(
        Effect.provide(
          Kalshi.layer({ environment: trader.sandbox.environment, signer: trader.me.signer, limits: false })
        )
      ),
    { minBackoffMillis: 50, maxBackoffMillis: 500 }
  ).pipe(Effect.provide(Layer.provideMerge(layerTest({ assumptions: { readLagMillis } }), TestClock.layer())))

describe("AccountFeed", () => {
  it("equals the exchange's account after random faults, and reports each fill once", async () => {
    await fc.assert(
      fc.asyncProperty(plays, (play) => Effect.runPromise(run(play))),
      { seed, numRuns: sampleSize(60, 1_000) }
    )
  }, 600_000)
})
