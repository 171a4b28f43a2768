import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { Exchange } from "../../../src/exchange/Exchange.ts"
import { References } from "../../../src/exchange/reference/references.ts"
import { layerTest, Sandbox } from "../../../src/Sandbox.ts"
import { sampleSize, seed as propertySeed, start } from "../../support/floor.ts"
import { type Json, readsOf } from "../../support/reads.ts"
import { send } from "../../support/wire.ts"

const minute = 60_000

const gameTypes = [
  "football_game",
  "basketball_game",
  "baseball_game",
  "hockey_match",
  "soccer_game",
  "soccer_tournament_multi_leg"
]

interface GameOptions {
  readonly seed?: number
  readonly type?: string
  readonly competition?: string
  readonly isTracked?: boolean
  readonly hasPlayers?: boolean
}

const created = start - 60 * minute

/** An exchange with a game of two hours. */
const makeGame = (options: GameOptions = {}) => {
  const {
    competition = "Pro Football",
    hasPlayers = true,
    isTracked = true,
    seed = 1,
    type = "football_game"
  } = options
  const exchange = new Exchange({ seed })
  const target = (name: string, teamId?: string) => {
    const team = teamId === undefined ? {} : { teamId }
    const command = { type: "createStructuredTarget", target: { name, type: "team", ...team } } as const
    return Result.getOrThrow(exchange.execute(command, created)).targetId
  }
  const [away, home] = [target("Boston"), target("Denver")]
  const players = hasPlayers ? [target("A. Baker", away), target("B. Baker", away), target("C. Clark", home)] : []
  const milestone = {
    type,
    startMillis: start,
    endMillis: start + 120 * minute,
    competition,
    targetIds: [away, home],
    ...(isTracked ? { sourceIds: { sportradar: "sr:match:1" } } : {})
  }
  const { milestoneId } = Result.getOrThrow(exchange.execute({ type: "createMilestone", milestone }, created))
  const read = readsOf(exchange)
  const path = `/live_data/milestone/${milestoneId}`
  return {
    away,
    home,
    players,
    live: (atMillis: number) =>
      (read(`${path}?include_player_stats=true`, atMillis).body["live_data"] as Json)["details"] as Json,
    plain: (atMillis: number) => (read(path, atMillis).body["live_data"] as Json)["details"] as Json,
    pbp: (atMillis: number) =>
      read(`${path}/game_stats`, atMillis).body["pbp"] as { readonly periods: ReadonlyArray<{ events: Array<Json> }> }
  }
}

/** Seconds from the start of the game. */
const inGame = fc.integer({ min: -600, max: 121 * 60 })

describe("the live data of a game", () => {
  it("is scheduled, then live with its clock, then closed with a winner", () => {
    const { away, home, plain } = makeGame()
    const teams = { away_team_id: away, home_team_id: home }
    const initial = { ...teams, away_points: 0, home_points: 0, period_count: 4, clock: "15:00", elapsed_seconds: 0 }
    assert.deepStrictEqual(plain(start - 1), { status: "scheduled", period: 0, ...initial })
    assert.deepStrictEqual(plain(start), { status: "live", period: 1, ...initial })
    const half = plain(start + 60 * minute)
    assert.deepInclude(half, { status: "live", period: 3, clock: "15:00", elapsed_seconds: 30 * 60 })
    const over = plain(start + 120 * minute)
    assert.deepInclude(over, { status: "closed", period: 4, clock: "00:00", elapsed_seconds: 60 * 60 })
    assert.strictEqual(over["winner"], Number(over["home_points"]) > Number(over["away_points"]) ? "home" : "away")
  })

  it("never goes back, and is equal at the same time on exchanges with the same seed", () => {
    const order = ["scheduled", "live", "closed"]
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...gameTypes), inGame, inGame, (seed, type, one, other) => {
        const { live, plain } = makeGame({ seed, type })
        const [early, late] = [Math.min(one, other), Math.max(one, other)].map((second) => start + second * 1_000)
        const [before, after] = [live(early!), live(late!)]
        for (const name of ["away_points", "home_points", "period", "elapsed_seconds"]) {
          assert.isAtMost(Number(before[name]), Number(after[name]), name)
        }
        assert.isAtMost(order.indexOf(String(before["status"])), order.indexOf(String(after["status"])))
        assert.deepStrictEqual(makeGame({ seed, type }).live(late!), after)
        assert.notProperty(plain(late!), "player_stats")
      }),
      { seed: propertySeed, numRuns: sampleSize(100, 2_000) }
    )
  })

  it("ends with a winner, or with a tie in soccer", () => {
    const winners = new Map<string, Set<unknown>>()
    for (const type of gameTypes) {
      const seen = new Set<unknown>()
      for (let seed = 0; seed < 25; seed++) {
        seen.add(makeGame({ seed, type }).plain(start + 120 * minute)["winner"])
      }
      winners.set(type, seen)
    }
    for (const [type, seen] of winners) {
      assert.deepStrictEqual(
        [...seen].sort(),
        type.startsWith("soccer") ? ["away", "home", "tie"] : ["away", "home"],
        type
      )
    }
  })

  it("has plays whose points add up to the score, and players whose points add up to the score", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom("football_game", "basketball_game"), inGame, (seed, type, second) => {
        const { away, home, live, pbp, players } = makeGame({ seed, type })
        const at = start + second * 1_000
        const score = live(at)
        const events = pbp(at).periods.flatMap(({ events }) => events)
        const pointsOf = (team: string) =>
          events.filter(({ team_id }) => team_id === team).reduce((sum, { points }) => sum + Number(points), 0)
        assert.deepStrictEqual([pointsOf(away), pointsOf(home)], [score["away_points"], score["home_points"]])
        assert.strictEqual(pbp(at).periods.length, score["period"])
        const last = events.at(-1)
        if (last !== undefined) {
          assert.deepStrictEqual(
            [last["away_points"], last["home_points"]],
            [score["away_points"], score["home_points"]]
          )
        }
        const stats = score["player_stats"] as Record<"away" | "home", ReadonlyArray<Json>>
        const sum = (side: "away" | "home") => stats[side].reduce((total, { points }) => total + Number(points), 0)
        assert.deepStrictEqual([sum("away"), sum("home")], [score["away_points"], score["home_points"]])
        assert.deepStrictEqual(
          [...stats.away, ...stats.home].map(({ player_id }) => player_id),
          players
        )
      }),
      { seed: propertySeed, numRuns: sampleSize(60, 1_000) }
    )
  })

  it("has points of players only in certain competitions, and only if the players are known", () => {
    const at = start + 60 * minute
    for (const competition of ["Pro Football", "Pro Basketball (M)", "College Basketball (M)"]) {
      assert.property(makeGame({ competition }).live(at), "player_stats", competition)
    }
    for (const competition of ["College Football", "College Basketball (W)", "Pro Hockey"]) {
      assert.notProperty(makeGame({ competition }).live(at), "player_stats", competition)
    }
    assert.notProperty(makeGame({ hasPlayers: false }).live(at), "player_stats")
  })

  it("has play-by-play statistics only for games of certain sports with an id of Sportradar", () => {
    assert.deepStrictEqual(makeGame().pbp(start - 1), { periods: [] })
    assert.deepStrictEqual(makeGame().pbp(start), { periods: [{ events: [] }] })
    assert.isNull(makeGame({ isTracked: false }).pbp(start))
    assert.isNull(makeGame({ type: "political_race" }).pbp(start))
    assert.isNull(makeGame({ type: "tennis_tournament_singles" }).pbp(start))
  })
})

const makeEvent = (liveSource: string | undefined) => {
  const exchange = new Exchange({ seed: 1 })
  const event = { eventTicker: "KXLIVE-26", ...(liveSource === undefined ? {} : { liveSource }) }
  const result = exchange.execute({ type: "createEvent", event }, start)
  const market = { ticker: "KXLIVE-26-A", closeMillis: start + 60 * minute }
  exchange.execute({ type: "createMarket", market }, start)
  const read = readsOf(exchange)
  const get = (atMillis: number, query = "") => read(`/live_data/events/KXLIVE-26${query}`, atMillis)
  return {
    exchange,
    result,
    get,
    live: (atMillis: number, query = "") => get(atMillis, query).body["live_data"] as Json
  }
}

const seriesOf = (live: Json) => (live["details"] as Json)["timeseries"] as ReadonlyArray<{ t: number; v: unknown }>

describe("the live data of an event", () => {
  it("has the prices of the feed, in the requested range", () => {
    const references = new References(1)
    for (const [source, type] of [
      ["BRTI", "crypto_price"],
      ["Metal.XAU/USD", "commodity_price"]
    ] as const) {
      const { live } = makeEvent(source)
      for (const [query, minutes, count] of [
        ["", 60, 61],
        ["?range=15min", 15, 61],
        ["?range=1d", 1_440, 97],
        ["?range=unknown", 60, 61]
      ] as const) {
        const shown = live(start, query)
        const timeseries = seriesOf(shown)
        assert.deepInclude(shown, { type, default_range: "1h", range_options: ["15min", "1h", "1d"] })
        assert.deepStrictEqual(
          [timeseries.length, timeseries[0]?.t, timeseries.at(-1)?.t],
          [count, start - minutes * minute, start]
        )
        for (const { t, v } of timeseries) {
          assert.strictEqual(v, references.valueAt(source, t))
        }
        assert.strictEqual((shown["details"] as Json)["value"], timeseries.at(-1)?.v)
      }
    }
  })

  it("no longer changes for crypto after the event has matured, even if the event is archived", () => {
    const { exchange, live } = makeEvent("BRTI")
    assert.deepInclude(live(start + 59 * minute), { is_historical: false })
    const frozen = live(start + 60 * minute)
    assert.deepInclude(frozen, { is_historical: true })
    assert.strictEqual(seriesOf(frozen).at(-1)?.t, start + 60 * minute)
    const determined = { type: "determineMarket", ticker: "KXLIVE-26-A", outcome: "yes" } as const
    exchange.execute(determined, start + 61 * minute)
    for (const days of [1, 400]) {
      assert.deepStrictEqual(live(start + days * 1_440 * minute), frozen)
    }
    assert.notProperty(makeEvent("Metal.XAU/USD").live(start + 61 * minute), "is_historical")
  })

  it("has the values of the weather index", () => {
    const { exchange, live } = makeEvent("miami")
    const read = readsOf(exchange)
    for (const [query, seconds] of [
      ["", 86_400],
      ["?range=1h", 3_600],
      ["?range=15min", 86_400]
    ] as const) {
      const shown = live(start, query)
      assert.deepInclude(shown, { type: "weather_observation", default_range: "1d", range_options: ["1h", "1d"] })
      const index = read(`/live_data/weather/miami?last_sec=${seconds}`, start).body[
        "timeseries"
      ] as ReadonlyArray<Json>
      assert.deepStrictEqual(
        seriesOf(shown),
        index.map(({ t, v }) => ({ t: Number(t), v }))
      )
    }
  })

  it("is not found if the event has no source, and an unknown source is refused", () => {
    assert.strictEqual(makeEvent(undefined).get(start).status, 404)
    for (const source of ["", "atlantis", "constructor"]) {
      assert.isTrue(Result.isFailure(makeEvent(source).result), source)
    }
  })

  it.effect("follows the prices that the operator sets", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.createEvent({ eventTicker: "KXLIVE-26", liveSource: "BRTI" })
      yield* TestClock.adjust("1 hour")
      yield* sandbox.feed.setReference("BRTI", "12345.5")
      const got = yield* send({ method: "GET", path: "/live_data/events/KXLIVE-26" })
      const live = (got.body as { readonly live_data: Json }).live_data
      const values = seriesOf(live).map(({ v }) => v)
      assert.strictEqual(values.at(-1), "12345.50000000")
      assert.notStrictEqual(values.at(-2), "12345.50000000")
    }).pipe(Effect.provide(layerTest()))
  )
})
