import { assert, describe, it } from "@effect/vitest"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { describeEvent } from "../../src/relay/describe.ts"
import { mergeLines } from "../../src/relay/lines.ts"
import { levelsAt, MemoryReader, withRelay } from "./memory.ts"

const run = (test: Parameters<typeof withRelay>[0], lines = 2) =>
  Effect.runPromise(withRelay(test, { lines, lingerMillis: 5_000 }))

const errorsOf = ({ messages }: MemoryReader) =>
  messages.flatMap(({ msg, type }) => (type === "error" ? [`${msg?.["code"]}: ${msg?.["msg"]}`] : []))

/** Lets time pass in steps, because a connection needs several steps. */
const adjust = (millis: number) => Effect.repeat(TestClock.adjust(50), { times: millis / 50 })

describe("mergeLines", () => {
  it("watches a market after the exchange refused the only watched market", () =>
    run(({ account, hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const bad = new MemoryReader(hub)
        bad.subscribe(["NONE"])
        // The first line subscribes again after ten seconds. It is slower than the second line, so it is refused last.
        yield* pass(9_000)
        yield* sandbox.plant({ feed: "command", cmd: "unsubscribe", delayMillis: 2_000 })
        yield* pass(21_000)
        assert.deepStrictEqual(errorsOf(bad), ["10: Channel error: the exchange refused NONE"])
        const reader = new MemoryReader(hub)
        reader.subscribe(["A"])
        yield* pass(5_000)
        assert.isDefined(reader.levels("A"))
        yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "bid", count: "1.00", price: "0.10" })
        yield* pass(500)
        assert.deepStrictEqual(reader.levels("A"), yield* levelsAt(sandbox, "A"))
        assert.deepStrictEqual([reader.problems, errorsOf(reader)], [[], []])
      })
    ))

  it("watches all markets on the same lines, and unsubscribes a market without readers", () =>
    run(({ hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const subscribed = Effect.map(sandbox.feed.connections, (connections) =>
          connections.map(({ subscriptions }) =>
            subscriptions.flatMap(({ marketTickers }) => marketTickers ?? []).toSorted()
          )
        )
        const readers = ["A", "B"].map((ticker) => {
          const reader = new MemoryReader(hub)
          reader.subscribe([ticker])
          return reader
        })
        yield* pass(1_000)
        assert.deepStrictEqual(yield* subscribed, [
          ["A", "B"],
          ["A", "B"]
        ])
        readers[0]?.close()
        yield* pass(10_000)
        assert.deepStrictEqual(yield* subscribed, [["B"], ["B"]])
      })
    ))

  it.effect("reports the watched markets if all lines fail", () =>
    Effect.gen(function* () {
      const failed: Array<unknown> = []
      const sandbox = yield* Sandbox.Sandbox
      const { environment } = sandbox
      const { signer } = yield* sandbox.createAccount({ name: "relay" })
      const feed = yield* Layer.build(Feed.layer({ environment, signer, maxBackoffMillis: 100 }))
      const lines = yield* mergeLines(2, {
        onRead: () => {},
        onFailed: (markets, { _tag }) => void failed.push([markets, _tag])
      }).pipe(Effect.provide(feed))
      lines.add([])
      assert.deepStrictEqual(lines.liveBooks(), [])
      lines.remove(["A"])
      for (const market of ["A", "B", "C"]) lines.add([market])
      yield* adjust(1_000)
      assert.deepStrictEqual(lines.liveBooks(), [3, 3])
      lines.remove(["C"])
      yield* adjust(1_000)
      assert.deepStrictEqual(lines.liveBooks(), [2, 2])
      yield* sandbox.plant({ feed: "upgrade", status: 401, times: 10 })
      yield* sandbox.feed.drop({ how: "reset" })
      yield* adjust(5_000)
      assert.deepStrictEqual(failed, [[["A", "B"], "ConnectionRefused"]])
    }).pipe(Effect.provide(Sandbox.layerTest({ markets: [{ ticker: "A" }, { ticker: "B" }, { ticker: "C" }] })))
  )

  it("watches a market again after its last reader left", () =>
    run(({ hub, pass }) =>
      Effect.gen(function* () {
        for (let visit = 0; visit < 3; visit++) {
          const reader = new MemoryReader(hub)
          reader.subscribe(["A"])
          yield* pass(1_000)
          assert.isDefined(reader.levels("A"))
          reader.close()
          yield* pass(10_000)
          assert.deepStrictEqual(hub.upstream.sources, [])
        }
      })
    ))

  it("ends the subscription of a reader whose market cannot be watched", () =>
    run(
      ({ events, hub, pass }) =>
        Effect.gen(function* () {
          const reader = new MemoryReader(hub)
          reader.subscribe(["A"])
          yield* pass(1_000)
          const reason = "OrderBooks.watch was not sent: invalid input at /lines: expected an integer from 1 to 8"
          assert.deepStrictEqual(errorsOf(reader), [`10: Channel error: the relay cannot watch A: ${reason}`])
          const event = { type: "upstream_refused", channel: "orderbook_delta", markets: ["A"], reason } as const
          assert.deepInclude(events, event)
          assert.strictEqual(describeEvent(event), `orderbook_delta: no subscription to A: ${reason}`)
        }),
      9
    ))
})

describe("Hub", () => {
  for (const lines of [1, 2]) {
    it(`keeps a reader's book correct if another reader's unknown market interrupts the subscription (lines: ${lines})`, () =>
      run(
        ({ account, hub, pass, sandbox }) =>
          Effect.gen(function* () {
            const bad = new MemoryReader(hub)
            bad.subscribe(["NONE"])
            yield* pass(8_000)
            const reader = new MemoryReader(hub)
            reader.subscribe(["A"])
            // After ten seconds without a snapshot of NONE, the client subscribes to all books again.
            yield* pass(2_050)
            const snapshots = reader.messages.filter(({ type }) => type === "orderbook_snapshot").length
            yield* pass(13_000)
            yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "bid", count: "1.00", price: "0.10" })
            yield* pass(500)
            assert.deepStrictEqual([reader.problems, errorsOf(reader)], [[], []])
            assert.deepStrictEqual(reader.levels("A"), yield* levelsAt(sandbox, "A"))
            assert.isAtLeast(snapshots, 1)
            assert.strictEqual(errorsOf(bad).length, 1)
          }),
        lines
      ))
  }

  it("ends the subscriptions to a book if an interrupted line sends no new snapshot within a second", () =>
    run(
      ({ hub, pass, sandbox }) =>
        Effect.gen(function* () {
          new MemoryReader(hub).subscribe(["NONE"])
          const reader = new MemoryReader(hub)
          reader.subscribe(["A"])
          yield* pass(9_900)
          yield* sandbox.plant({ feed: "command", cmd: "subscribe", delayMillis: 3_000 })
          yield* pass(1_000)
          assert.deepStrictEqual(errorsOf(reader), [])
          yield* pass(500)
          assert.lengthOf(errorsOf(reader), 1)
        }),
      1
    ))
})
