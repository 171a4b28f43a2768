import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { levelsAt, MemoryReader, withRelay } from "./memory.ts"

const tickers = ["A", "B", "C"] as const

const markets = fc.uniqueArray(fc.constantFrom(...tickers), { minLength: 1 })
const reader = fc.nat(3)

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      _tag: fc.constant("order" as const),
      ticker: fc.constantFrom(...tickers),
      side: fc.constantFrom("bid" as const, "ask" as const),
      // These prices are close together, so orders often cross. One action then causes several changes.
      cents: fc.integer({ min: 45, max: 55 }),
      count: fc.integer({ min: 1, max: 30 })
    })
  },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("cancel" as const), index: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({ _tag: fc.constant("join" as const), reader, markets, useYesPrice: fc.boolean() })
  },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("leave" as const), reader }) },
  {
    weight: 3,
    arbitrary: fc.record({
      _tag: fc.constant("update" as const),
      reader,
      markets,
      action: fc.constantFrom("add_markets" as const, "delete_markets" as const, "get_snapshot" as const)
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("fault" as const),
      change: fc.constantFrom("skip", "repeat", "garble", "cut", "zeroDelta", "belowZero", "cross")
    })
  },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("drop" as const), how: fc.constantFrom("close", "reset") }) },
  {
    weight: 4,
    arbitrary: fc.record({ _tag: fc.constant("pass" as const), millis: fc.constantFrom(0, 50, 300, 1_500) })
  }
)

type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

const play = (steps: ReadonlyArray<Step>) =>
  withRelay(
    ({ account, hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const readers = new Map<number, MemoryReader>()
        const all: Array<MemoryReader> = []
        const orders: Array<string> = []
        for (const now of steps) {
          switch (now._tag) {
            case "order": {
              const price = `0.${now.cents}`
              const order = yield* sandbox.placeOrder(account.accountId, {
                ...now,
                price,
                count: `${now.count}.00`,
                selfTradePrevention: "maker"
              })
              orders.push(order.orderId)
              break
            }
            case "cancel":
              yield* Effect.ignore(sandbox.cancelOrder(account.accountId, orders[now.index] ?? ""))
              break
            case "join": {
              if (readers.has(now.reader)) break
              const joined = new MemoryReader(hub, now)
              joined.subscribe(now.markets)
              readers.set(now.reader, joined)
              all.push(joined)
              break
            }
            case "leave":
              readers.get(now.reader)?.close()
              readers.delete(now.reader)
              break
            case "update":
              readers.get(now.reader)?.update(now.action, now.markets)
              break
            case "fault":
              yield* sandbox.plant({ feed: "frame", channel: "orderbook_delta", change: now.change as "skip" }) // one of the listed changes
              break
            case "drop":
              yield* sandbox.feed.drop({ how: now.how as "close" }) // one of the listed ways
              break
            case "pass":
              yield* pass(now.millis)
          }
        }
        yield* sandbox.clearFaults
        yield* pass(5_000)
        // Readers whose subscription was ended subscribe again, as the client does.
        for (const reader of readers.values()) {
          if (reader.sid === undefined) reader.subscribe([...reader.books.keys()])
        }
        // One more change in each market reveals messages that were lost at the end.
        for (const ticker of tickers) {
          yield* sandbox.placeOrder(account.accountId, { ticker, side: "bid", price: "0.10", count: "1.00" })
        }
        yield* pass(20_000)
        assert.deepStrictEqual(
          all.flatMap(({ problems }) => problems),
          []
        )
        for (const reader of readers.values()) {
          for (const ticker of reader.books.keys()) {
            const { ask, bid } = yield* levelsAt(sandbox, ticker)
            assert.deepStrictEqual(
              reader.levels(ticker),
              { bid: bid.map(([...level]) => level), ask: ask.map(([...level]) => level) },
              ticker
            )
          }
        }
      }),
    { lingerMillis: 1_000 }
  )

describe("Hub", () => {
  it("gives the readers the books of the exchange, with consecutive `seq`, even if messages are lost", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), (steps) => Effect.runPromise(play(steps))),
      { numRuns: process.env["TEST_MODE"] === "full" ? 1_000 : 60 }
    )
  })
})
