import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { layerTest, Sandbox, type TestOptions } from "../../../src/Sandbox.ts"
import type { Json } from "../../support/reads.ts"
import { send } from "../../support/wire.ts"

const list = (path: string, items: string) =>
  Effect.map(
    send({ method: "GET", path }),
    ({ body }) => (body as Readonly<Record<string, ReadonlyArray<Json>>>)[items]!
  )

const names = ["KXNFLGAME", "KXEPLGAME", "KXNBAGAME", "KXMLBGAME", "KXNHLGAME"]

const inWorld = (options: TestOptions = {}) => Effect.provide(layerTest({ world: true, ...options }))

const eventsAt = (date: string, options: TestOptions) =>
  Effect.andThen(
    TestClock.setTime(Date.parse(date)),
    list("/events", "events").pipe(
      Effect.map((events) => events.map(({ event_ticker }) => String(event_ticker))),
      inWorld(options)
    )
  )

describe("the example world", () => {
  it.effect("has games with milestones, an election, prices and the weather", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-30T12:10:00Z"))
      yield* Effect.gen(function* () {
        const milestones = yield* list("/milestones?limit=100", "milestones")
        assert.deepStrictEqual(
          milestones.map(({ type }) => type),
          [
            "football_game",
            "soccer_tournament_multi_leg",
            "basketball_game",
            "baseball_game",
            "hockey_match",
            "political_race"
          ]
        )
        assert.deepStrictEqual(
          milestones.map(({ details }) => (details as Json)["status"]),
          ["live", ...Array.from({ length: 5 }, () => "scheduled")]
        )
        const events = yield* list("/events?with_milestones=true&with_nested_markets=true", "events")
        assert.strictEqual(events.length, 14)
        for (const { event_ticker, markets } of events) {
          assert.isNotEmpty(markets, String(event_ticker))
        }
        const live = yield* Effect.forEach(
          ["KXBTCD-26NOV3014", "KXGOLDD-26NOV3014", "KXTEMPMIAH-26NOV3014"],
          (ticker) => send({ method: "GET", path: `/live_data/events/${ticker}` })
        )
        assert.deepStrictEqual(
          live.map(({ status }) => status),
          [200, 200, 200]
        )
        assert.strictEqual((yield* list("/incentive_programs?status=active", "incentive_programs")).length, 1)
        assert.strictEqual((yield* list("/incentive_programs?status=upcoming", "incentive_programs")).length, 1)
        const { body } = yield* send({ method: "GET", path: "/search/filters_by_sport" })
        assert.deepInclude(body, { sport_ordering: ["Football", "Soccer", "Basketball", "Baseball", "Hockey"] })
      }).pipe(inWorld())
    })
  )

  it.effect("depends on the seed, and has other games on another day", () =>
    Effect.gen(function* () {
      const monday = yield* eventsAt("2026-11-30T12:10:00Z", { seed: 1 })
      assert.deepStrictEqual(yield* eventsAt("2026-11-30T12:10:00Z", { seed: 1 }), monday)
      assert.notDeepEqual(yield* eventsAt("2026-11-30T12:10:00Z", { seed: 2 }), monday)
      const tuesday = yield* eventsAt("2026-12-01T12:10:00Z", { seed: 1 })
      const games = (tickers: ReadonlyArray<string>) =>
        tickers.filter((ticker) => names.includes(ticker.split("-")[0]!))
      assert.strictEqual(games(monday).length, names.length)
      assert.isFalse(games(tuesday).some((ticker) => monday.includes(ticker)))
    })
  )

  it.effect("exists for any seed, even at the beginning of 1970", () =>
    Effect.gen(function* () {
      for (let seed = 0; seed < 50; seed++) {
        assert.strictEqual((yield* list("/milestones?limit=100", "milestones").pipe(inWorld({ seed }))).length, 6)
      }
    })
  )

  it.effect("does not change account and key ids, and is restored by a reset", () =>
    Effect.gen(function* () {
      const accounts = [{ name: "one" }, { name: "other" }]
      const ids = Effect.gen(function* () {
        const { credentials } = yield* Sandbox
        return credentials.map(({ accountId, keyId }) => [accountId, keyId])
      })
      const without = yield* ids.pipe(Effect.provide(layerTest({ accounts })))
      assert.deepStrictEqual(yield* ids.pipe(inWorld({ accounts })), without)
      yield* Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const milestones = list("/milestones?limit=100", "milestones")
        const before = yield* milestones
        yield* sandbox.createMilestone({ type: "football_game", startMillis: 0 })
        assert.strictEqual((yield* milestones).length, before.length + 1)
        yield* sandbox.reset
        assert.deepStrictEqual(yield* milestones, before)
      }).pipe(inWorld())
    })
  )

  it.effect("can be created if one of its series exists, and is absent by default", () =>
    Effect.gen(function* () {
      yield* list("/milestones?limit=1", "milestones").pipe(inWorld({ markets: [{ ticker: "KXBTCD-25-A" }] }))
      assert.deepStrictEqual(yield* list("/events", "events").pipe(Effect.provide(layerTest())), [])
    })
  )
})
