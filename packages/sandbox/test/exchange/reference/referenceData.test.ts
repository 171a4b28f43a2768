import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type {
  Command,
  CommandResult,
  CommandType,
  CreateIncentiveProgram,
  CreateMilestone,
  CreateStructuredTarget
} from "../../../src/exchange/Commands.ts"
import { Exchange } from "../../../src/exchange/Exchange.ts"
import { MarketIds } from "../../../src/exchange/markets/marketIds.ts"
import { sampleSize, seed as propertySeed, start } from "../../support/floor.ts"
import { allPages, itemsOf, type Json, type Read, readsOf } from "../../support/reads.ts"

const minute = 60_000

const open = (seed = 1) => {
  const exchange = new Exchange({ seed })
  const read = readsOf(exchange)
  const execute = <Type extends CommandType>(command: Command<Type> & Command, atMillis = start) =>
    exchange.execute<Type>(command, atMillis)
  const made = <Type extends CommandType>(command: Command<Type> & Command) =>
    Result.getOrThrowWith(
      execute<Type>(command) as CommandResult<Type>,
      (refusal) => new Error(JSON.stringify(refusal))
    )
  for (const ticker of ["KXGAME-26-A", "KXTOTAL-26-OVER"]) {
    made({ type: "createMarket", market: { ticker } })
  }
  return {
    exchange,
    execute,
    get: (path: string, atMillis = start): Read => read(path, atMillis),
    event: (eventTicker: string, rest: object = {}) => made({ type: "createEvent", event: { eventTicker, ...rest } }),
    target: (target: CreateStructuredTarget) => made({ type: "createStructuredTarget", target }),
    milestone: (milestone: Partial<CreateMilestone> = {}) =>
      made({ type: "createMilestone", milestone: { type: "football_game", startMillis: start, ...milestone } }),
    program: (program: Partial<CreateIncentiveProgram> = {}) =>
      made({ type: "createIncentiveProgram", program: { ...volume, ...program } })
  }
}

const volume = {
  ticker: "KXGAME-26-A",
  type: "volume",
  startMillis: start,
  endMillis: start + minute,
  periodReward: "25.00"
} as const

const refusalOf = (result: Result.Result<unknown, { readonly details?: string; readonly code: string }>) =>
  Result.isFailure(result) ? (result.failure.details ?? result.failure.code) : "accepted"

const nested = (levels: number): unknown => (levels === 0 ? "" : [nested(levels - 1)])

const unknownId = "00000000-0000-4000-8000-000000000000"

describe("milestones", () => {
  it("name their teams, events and ids of data providers", () => {
    const { get, milestone, target } = open()
    const [away, home] = ["Boston", "Denver"].map((name) => target({ name, type: "football_team" }).targetId)
    const { milestoneId } = milestone({
      competition: "Pro Football",
      endMillis: start + 200 * minute,
      primaryEventTickers: ["KXGAME-26"],
      relatedEventTickers: ["KXTOTAL-26", "KXGAME-26"],
      targetIds: [away!, home!],
      sourceIds: { sportradar: "sr:match:7", other: "o7" },
      details: { league: "NFL", status: "overridden" }
    })
    const got = get(`/milestones/${milestoneId.toUpperCase()}`)
    assert.deepStrictEqual(got.body["milestone"], {
      id: milestoneId,
      category: "Sports",
      type: "football_game",
      start_date: "2027-01-15T08:00:00Z",
      end_date: "2027-01-15T11:20:00Z",
      related_event_tickers: ["KXGAME-26", "KXTOTAL-26"],
      title: "Boston at Denver",
      notification_message: "Boston at Denver starts",
      source_id: "sr:match:7",
      source_ids: { sportradar: "sr:match:7", other: "o7" },
      details: {
        league: "NFL",
        competition: "Pro Football",
        away_team_id: away,
        home_team_id: home,
        main_game_event_ticker: "KXGAME-26",
        status: "live"
      },
      primary_event_tickers: ["KXGAME-26"],
      last_updated_ts: "2027-01-15T08:00:00Z"
    })
  })

  it("have a status that lags up to five minutes behind the live data", () => {
    const { get, milestone } = open()
    const [startMillis, endMillis] = [start + 12 * minute, start + 21 * minute]
    const { milestoneId } = milestone({ startMillis, endMillis })
    const seen = (atMillis: number) => {
      const shown = get(`/milestones/${milestoneId}`, atMillis).body["milestone"] as Json
      const live = get(`/live_data/milestone/${milestoneId}`, atMillis).body["live_data"] as Json
      const status = (json: Json) => (json["details"] as Json)["status"]
      const updated = itemsOf(get(`/milestones?limit=1&min_updated_ts=${start / 1_000}`, atMillis), "milestones")
      return [status(shown), status(live), shown["last_updated_ts"], updated.length]
    }
    const times = ["2027-01-15T08:00:00Z", "2027-01-15T08:15:00Z", "2027-01-15T08:25:00Z"]
    assert.deepStrictEqual(seen(startMillis - 1), ["scheduled", "scheduled", times[0], 0])
    assert.deepStrictEqual(seen(startMillis), ["scheduled", "live", times[0], 0])
    assert.deepStrictEqual(seen(start + 15 * minute), ["live", "live", times[1], 1])
    assert.deepStrictEqual(seen(endMillis), ["live", "closed", times[1], 1])
    assert.deepStrictEqual(seen(start + 25 * minute), ["closed", "closed", times[2], 1])
  })

  it("are refused for unknown references, reversed times or no type, and then use up no id", () => {
    const { execute, milestone } = open()
    const create = (change: Partial<CreateMilestone>) =>
      refusalOf(
        execute({ type: "createMilestone", milestone: { type: "football_game", startMillis: start, ...change } })
      )
    assert.strictEqual(create({ relatedEventTickers: ["KXNONE-26"] }), "no event has the ticker KXNONE-26")
    assert.strictEqual(create({ targetIds: [unknownId] }), `no structured target has the id ${unknownId}`)
    assert.strictEqual(create({ endMillis: start }), "a milestone must start before it ends")
    assert.strictEqual(create({ type: "" }), "a milestone needs a type")
    assert.include(create({ startMillis: 0.5 }), "a time must be whole Unix milliseconds")
    for (const details of [{ deep: nested(64) }, { count: 1n }, { at: new Date(0) }, { ratio: NaN }]) {
      assert.strictEqual(create({ details }), "details must be plain JSON with at most 64 levels")
    }
    assert.strictEqual(milestone().milestoneId, open().milestone().milestoneId)
  })
})

describe("structured targets", () => {
  it("are the strike of a market, under the name of their type", () => {
    const { execute, get, target } = open()
    const { targetId } = target({ name: "Boston", type: "baseball_team", details: { league: "MLB" } })
    const market = (ticker: string, structuredTargetId: string) =>
      execute({ type: "createMarket", market: { ticker, structuredTargetId } })
    assert.isTrue(Result.isSuccess(market("KXGAME-26-BOS", targetId)))
    assert.deepInclude(get("/markets/KXGAME-26-BOS").body["market"], {
      strike_type: "structured",
      custom_strike: { baseball_team: targetId }
    })
    assert.notProperty(get("/markets/KXGAME-26-A").body["market"], "custom_strike")
    assert.strictEqual(refusalOf(market("KXGAME-26-B", unknownId)), `no structured target has the id ${unknownId}`)
  })

  it("are refused without a name or a type, and with an unknown team", () => {
    const { execute } = open()
    const create = (target: CreateStructuredTarget) => refusalOf(execute({ type: "createStructuredTarget", target }))
    assert.strictEqual(create({ name: "", type: "team" }), "a structured target needs a name and a type")
    assert.strictEqual(create({ name: "Boston", type: "" }), "a structured target needs a name and a type")
    const player = { name: "A. Baker", type: "player", teamId: unknownId }
    assert.strictEqual(create(player), `no structured target has the id ${unknownId}`)
    const withDetails = (details: object) => create({ name: "Boston", type: "team", details: { ...details } })
    assert.strictEqual(withDetails({ deep: nested(64) }), "details must be plain JSON with at most 64 levels")
    assert.strictEqual(withDetails({ deep: nested(63), list: [null, true, 1.5, "text"] }), "accepted")
  })

  it("are listed by ids in the requested order, each once, without the unknown ids", () => {
    const { get, target } = open()
    const ids = ["a", "b", "c"].map((name) => target({ name, type: "team" }).targetId)
    const list = (query: string) => get(`/structured_targets?${query}`)
    const query = [ids[2], unknownId, "not-a-uuid", ids[0], ids[2]].map((id) => `ids=${id}`).join("&")
    assert.deepStrictEqual(
      itemsOf(list(query), "structured_targets").map(({ id }) => id),
      [ids[2], ids[0]]
    )
    const many = (length: number) => Array.from({ length }, () => `ids=${unknownId}`).join("&")
    assert.strictEqual(list(many(2_000)).status, 200)
    assert.strictEqual(list(many(2_001)).status, 400)
    for (const refused of ["page_size=0", "page_size=2001", "cursor=nonsense", "cursor=ms-1"]) {
      assert.strictEqual(list(refused).status, 400, refused)
    }
  })
})

describe("incentive programs", () => {
  it("state rewards in hundredths of a cent, and the feed's market id", () => {
    const { get, program } = open()
    const { programId } = program({
      type: "liquidity",
      description: "Quotes",
      maxRewardPerAccount: "0.0001",
      discountFactorBps: 5_000,
      targetSize: "10.5"
    })
    assert.deepStrictEqual(itemsOf(get("/incentive_programs"), "incentive_programs"), [
      {
        id: programId,
        market_id: new MarketIds().of("KXGAME-26-A"),
        market_ticker: "KXGAME-26-A",
        incentive_type: "liquidity",
        incentive_description: "Quotes",
        start_date: "2027-01-15T08:00:00Z",
        end_date: "2027-01-15T08:01:00Z",
        period_reward: 250_000,
        paid_out: false,
        discount_factor_bps: 5_000,
        target_size_fp: "10.50",
        max_reward_per_account: 1
      }
    ])
  })

  it("are upcoming, then active, then closed, and paid out only after the operator has marked them", () => {
    const { execute, get, program } = open()
    const [startMillis, endMillis] = [start + minute, start + 2 * minute]
    const { programId } = program({ startMillis, endMillis })
    const statuses = (atMillis: number) =>
      ["all", "upcoming", "active", "closed", "paid_out"].filter(
        (status) => itemsOf(get(`/incentive_programs?status=${status}`, atMillis), "incentive_programs").length > 0
      )
    const mark = (id: string, atMillis: number) =>
      refusalOf(execute({ type: "markProgramPaidOut", programId: id }, atMillis))
    assert.deepStrictEqual(statuses(startMillis - 1), ["all", "upcoming"])
    assert.deepStrictEqual(statuses(startMillis), ["all", "active"])
    assert.strictEqual(mark(programId, endMillis - 1), "incentive_program_has_not_ended")
    assert.deepStrictEqual(statuses(endMillis), ["all", "closed"])
    assert.strictEqual(mark(unknownId, endMillis), "not_found")
    assert.strictEqual(mark(programId, endMillis), "accepted")
    assert.deepStrictEqual(statuses(endMillis), ["all", "paid_out"])
    assert.deepInclude(itemsOf(get("/incentive_programs", endMillis), "incentive_programs")[0], { paid_out: true })
  })

  it("are refused for an unknown market, reversed times and malformed amounts", () => {
    const { execute } = open()
    const create = (change: Partial<CreateIncentiveProgram>) =>
      refusalOf(execute({ type: "createIncentiveProgram", program: { ...volume, ...change } }))
    assert.strictEqual(create({ ticker: "KXNONE-26-A" }), "no market has the ticker KXNONE-26-A")
    assert.strictEqual(create({ endMillis: start }), "an incentive program must start before it ends")
    for (const change of [
      { periodReward: "0.00001" },
      { maxRewardPerAccount: "much" },
      { targetSize: "1.001" },
      { discountFactorBps: 10_001 },
      { startMillis: -1 }
    ]) {
      assert.notStrictEqual(create(change), "accepted", JSON.stringify(change))
    }
  })
})

describe("the filters of a search", () => {
  it("list the tags of the existing series by category, each once", () => {
    const { exchange, get } = open()
    for (const [ticker, category, tags] of [
      ["KXA", "Sports", ["Football", "NFL"]],
      ["KXB", "Sports", ["NFL", "Awards"]],
      ["KXC", "Crypto", []]
    ] as const) {
      exchange.execute({ type: "createSeries", series: { ticker, category, tags } }, start)
    }
    assert.deepStrictEqual(get("/search/tags_by_categories").body, {
      tags_by_categories: { Local: [], Sports: ["Football", "NFL", "Awards"], Crypto: [] }
    })
  })

  it("list the sports, competitions and scopes of the existing milestones", () => {
    const { event, get, milestone } = open()
    event("KXNFL-26", { competition: "Pro Football", competitionScope: "Game" })
    event("KXMVP-26", { competition: "Pro Football", competitionScope: "Awards" })
    event("KXNCAA-26", { competitionScope: "Game" })
    milestone({ competition: "Pro Football", primaryEventTickers: ["KXNFL-26", "KXMVP-26", "KXGAME-26"] })
    milestone({ competition: "College Football", primaryEventTickers: ["KXNCAA-26"] })
    milestone({ type: "tennis_tournament_singles", category: "Sports" })
    milestone({ type: "political_race", category: "Elections", competition: "Mayors" })
    assert.deepStrictEqual(get("/search/filters_by_sport").body, {
      filters_by_sports: {
        Football: {
          scopes: ["Game", "Awards"],
          competitions: { "Pro Football": { scopes: ["Game", "Awards"] }, "College Football": { scopes: ["Game"] } }
        },
        Tennis: { scopes: [], competitions: {} }
      },
      sport_ordering: ["Football", "Tennis"]
    })
    const metadata = { competition: "Pro Football", competition_scope: "Game" }
    assert.deepInclude(get("/events/KXNFL-26/metadata").body, metadata)
    assert.deepInclude(get("/events/KXNFL-26").body["event"], { product_metadata: metadata })
    assert.notProperty(get("/events/KXGAME-26").body["event"], "product_metadata")
  })
})

describe("with_milestones", () => {
  it("adds each milestone of the listed events once", () => {
    const { get, milestone } = open()
    const both = milestone({ primaryEventTickers: ["KXGAME-26"], relatedEventTickers: ["KXTOTAL-26"] }).milestoneId
    const total = milestone({ primaryEventTickers: ["KXTOTAL-26"] }).milestoneId
    milestone()
    const ids = (query: string) => itemsOf(get(`/events?${query}`), "milestones").map(({ id }) => id)
    assert.deepStrictEqual(ids("with_milestones=true"), [both, total])
    assert.deepStrictEqual(ids("with_milestones=true&tickers=KXGAME-26"), [both])
    assert.deepStrictEqual(ids("with_milestones=true&tickers=KXNONE-26"), [])
    assert.notProperty(get("/events").body, "milestones")
  })
})

/** An event or a target is chosen by its index. */
interface Choices {
  readonly seed: number
  readonly targets: ReadonlyArray<{
    readonly type: string
    readonly league: string | undefined
    readonly tour: string | undefined
    readonly leagues: ReadonlyArray<string>
    readonly team: number | undefined
  }>
  readonly milestones: ReadonlyArray<{
    readonly type: string
    readonly category: string | undefined
    readonly competition: string | undefined
    readonly startsIn: number
    readonly endsAfter: number | undefined
    readonly primary: ReadonlyArray<number>
    readonly related: ReadonlyArray<number>
    readonly targets: ReadonlyArray<number>
    readonly source: string | undefined
  }>
  readonly programs: ReadonlyArray<{
    readonly type: "liquidity" | "volume"
    readonly description: string
    readonly startsIn: number
    readonly lasts: number
  }>
  readonly nowIn: number
  readonly limit: number
}

const types = ["football_game", "basketball_game", "soccer_game", "political_race"]
const competitions = ["Pro Football", "EPL"]
const categories = ["Sports", "Elections"]
const sources = ["sr:1", "sr:2"]
const descriptions = ["one", "two"]
const eventCount = 4

const choices: fc.Arbitrary<Choices> = fc.record({
  seed: fc.nat(),
  targets: fc.array(
    fc.record({
      type: fc.constantFrom("football_team", "football_player"),
      league: fc.option(fc.constantFrom(...competitions), { nil: undefined }),
      tour: fc.option(fc.constantFrom(...competitions), { nil: undefined }),
      leagues: fc.subarray(competitions),
      team: fc.option(fc.nat(3), { nil: undefined })
    }),
    { maxLength: 6 }
  ),
  milestones: fc.array(
    fc.record({
      type: fc.constantFrom(...types),
      category: fc.option(fc.constantFrom(...categories), { nil: undefined }),
      competition: fc.option(fc.constantFrom(...competitions), { nil: undefined }),
      startsIn: fc.integer({ min: -300, max: 300 }),
      endsAfter: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
      primary: fc.subarray([0, 1, 2, 3]),
      related: fc.subarray([0, 1, 2, 3]),
      targets: fc.subarray([0, 1, 2, 3]),
      source: fc.option(fc.constantFrom(...sources), { nil: undefined })
    }),
    { maxLength: 6 }
  ),
  programs: fc.array(
    fc.record({
      type: fc.constantFrom("liquidity", "volume"),
      description: fc.constantFrom(...descriptions),
      startsIn: fc.integer({ min: -300, max: 300 }),
      lasts: fc.integer({ min: 1, max: 300 })
    }),
    { maxLength: 6 }
  ),
  nowIn: fc.integer({ min: 0, max: 600 }),
  limit: fc.integer({ min: 1, max: 3 })
})

const eventTicker = (index: number): string => `KXEVENT${index}-26`

const makeWorld = ({ milestones, nowIn, programs, seed, targets }: Choices) => {
  const world = open(seed)
  for (let index = 0; index < eventCount; index++) {
    world.event(eventTicker(index), { competitionScope: `scope ${index}` })
  }
  const targetIds: Array<string> = []
  for (const { league, leagues, team, tour, type } of targets) {
    const details = { leagues, ...(league === undefined ? {} : { league }), ...(tour === undefined ? {} : { tour }) }
    const teamId = team === undefined ? undefined : targetIds[team]
    const target = { name: "name", type, details, ...(teamId === undefined ? {} : { teamId }) }
    targetIds.push(world.target(target).targetId)
  }
  const known = (indexes: ReadonlyArray<number>) => indexes.flatMap((index) => targetIds[index] ?? [])
  const milestoneIds = milestones.map(({ category, competition, endsAfter, primary, related, source, ...rest }) => {
    const startMillis = start + rest.startsIn * minute
    return world.milestone({
      type: rest.type,
      startMillis,
      ...(endsAfter === undefined ? {} : { endMillis: startMillis + endsAfter * minute }),
      ...(category === undefined ? {} : { category }),
      ...(competition === undefined ? {} : { competition }),
      ...(source === undefined ? {} : { sourceIds: { sportradar: source } }),
      primaryEventTickers: primary.map(eventTicker),
      relatedEventTickers: related.map(eventTicker),
      targetIds: known(rest.targets)
    }).milestoneId
  })
  const programIds = programs.map(({ description, lasts, startsIn, type }) => {
    const startMillis = start + startsIn * minute
    return world.program({ description, type, startMillis, endMillis: startMillis + lasts * minute }).programId
  })
  return { targetIds, milestoneIds, programIds, get: (path: string) => world.get(path, start + nowIn * minute) }
}

const idsOf = (items: ReadonlyArray<Json>): ReadonlyArray<unknown> => items.map(({ id }) => id)

const textsUnder = (json: unknown, names: RegExp): ReadonlyArray<string> => {
  const own = (name: string, value: unknown): ReadonlyArray<string> =>
    names.test(name) ? [value].flat().map(String) : textsUnder(value, names)
  return typeof json === "object" && json !== null
    ? Object.entries(json).flatMap(([name, value]) => own(name, value))
    : []
}

const runs = { seed: propertySeed, numRuns: sampleSize(60, 1_000) }

describe("reference data", () => {
  it("contains every entity whose id or ticker its responses name, for any contents", () => {
    fc.assert(
      fc.property(choices, (chosen) => {
        const { get, milestoneIds, programIds, targetIds } = makeWorld(chosen)
        const { limit } = chosen
        const milestones = allPages(get, `/milestones?limit=${limit}`, "milestones")
        const targets = allPages(get, `/structured_targets?page_size=${limit}`, "structured_targets")
        const programs = allPages(get, `/incentive_programs?limit=${limit}`, "incentive_programs", "next_cursor")
        assert.deepStrictEqual([milestones, targets, programs].map(idsOf), [milestoneIds, targetIds, programIds])
        const responses: Array<unknown> = [milestones, targets, programs]
        for (const milestone of milestones) {
          const { id, type } = milestone
          assert.deepStrictEqual(get(`/milestones/${id}`).body, { milestone })
          const live = get(`/live_data/milestone/${id}?include_player_stats=true`)
          assert.deepInclude(live.body["live_data"], { milestone_id: id, type })
          assert.deepStrictEqual(get(`/live_data/${type}/milestone/${id}?include_player_stats=true`), live)
          const batch = get(
            `/live_data/batch?milestone_ids=${id}&milestone_ids=${unknownId}&milestone_ids=${id}&include_player_stats=true`
          )
          assert.deepStrictEqual(batch.body, { live_datas: [live.body["live_data"]] })
          const stats = get(`/live_data/milestone/${id}/game_stats`)
          assert.strictEqual(stats.status, 200)
          responses.push(live.body, stats.body)
        }
        responses.push(get("/events?with_milestones=true").body)
        for (const ticker of textsUnder(responses, /event_tickers?$/)) {
          assert.strictEqual(get(`/events/${ticker}`).status, 200, ticker)
        }
        for (const ticker of textsUnder(responses, /^market_ticker$/)) {
          assert.strictEqual(get(`/markets/${ticker}`).status, 200, ticker)
        }
        for (const id of textsUnder(responses, /(?:team|player|target)_ids?$/)) {
          assert.strictEqual(get(`/structured_targets/${id}`).status, 200, id)
        }
      }),
      runs
    )
  })

  it("is filtered to exactly the items that match the query, for any contents", () => {
    fc.assert(
      fc.property(choices, (chosen) => {
        const { get, milestoneIds, programIds, targetIds } = makeWorld(chosen)
        const now = chosen.nowIn
        const lists = {
          milestones: { path: `/milestones?limit=${chosen.limit}`, ids: milestoneIds, cursor: "cursor" },
          structured_targets: {
            path: `/structured_targets?page_size=${chosen.limit}`,
            ids: targetIds,
            cursor: "cursor"
          },
          incentive_programs: {
            path: `/incentive_programs?limit=${chosen.limit}`,
            ids: programIds,
            cursor: "next_cursor"
          }
        }
        const check = <A>(
          list: keyof typeof lists,
          query: string,
          created: ReadonlyArray<A>,
          isExpected: (item: A) => boolean
        ) => {
          const { cursor, ids, path } = lists[list]
          assert.deepStrictEqual(
            idsOf(allPages(get, `${path}&${query}`, list, cursor)),
            ids.filter((_, index) => isExpected(created[index]!)),
            query
          )
        }
        const { milestones, programs, targets } = chosen
        const isoIn = (minutes: number) => encodeURIComponent(new Date(start + minutes * minute).toISOString())
        for (const type of [...types, "unknown"]) {
          check("milestones", `type=${type}`, milestones, (milestone) => milestone.type === type)
        }
        for (const competition of [...competitions, "unknown"]) {
          const query = `competition=${encodeURIComponent(competition)}`
          check("milestones", query, milestones, (milestone) => milestone.competition === competition)
          check("structured_targets", query, targets, ({ league, leagues, tour }) =>
            [league, tour, ...leagues].includes(competition)
          )
        }
        for (const category of [...categories, "Local"]) {
          check("milestones", `category=${category}`, milestones, (milestone) => {
            const usual = milestone.type === "political_race" ? "Local" : "Sports"
            return (milestone.category ?? usual) === category
          })
        }
        for (const source of [...sources, "unknown"]) {
          check("milestones", `source_id=${source}`, milestones, (milestone) => milestone.source === source)
        }
        for (let index = 0; index <= eventCount; index++) {
          const query = `related_event_ticker=${eventTicker(index)}`
          check("milestones", query, milestones, ({ primary, related }) => [...primary, ...related].includes(index))
        }
        for (const minutes of [-300, 0, 1]) {
          const query = `minimum_start_date=${isoIn(minutes)}`
          check("milestones", query, milestones, ({ startsIn }) => startsIn >= minutes)
        }
        for (const type of ["football_team", "football_player", "unknown"]) {
          check("structured_targets", `type=${type}`, targets, (target) => target.type === type)
        }
        for (const type of ["all", "liquidity", "volume", "margin_maker_volume"]) {
          check("incentive_programs", `type=${type}`, programs, (program) => type === "all" || program.type === type)
        }
        for (const text of [...descriptions, "unknown"]) {
          const query = `incentive_description=${text}`
          check("incentive_programs", query, programs, ({ description }) => description === text)
        }
        for (const [status, isExpected] of Object.entries({
          upcoming: (from: number) => from > now,
          active: (from: number, to: number) => from <= now && to > now,
          closed: (_: number, to: number) => to <= now,
          paid_out: () => false
        })) {
          check("incentive_programs", `status=${status}`, programs, ({ lasts, startsIn }) =>
            isExpected(startsIn, startsIn + lasts)
          )
        }
      }),
      runs
    )
  })

  it("is the same after a snapshot is converted to JSON and restored", () => {
    fc.assert(
      fc.property(choices, (chosen) => {
        const world = open(chosen.seed)
        world.event("KXLIVE-26", { liveSource: "BRTI", competition: "Pro Football" })
        const { targetId } = world.target({ name: "Boston", type: "football_team" })
        world.target({ name: "A. Baker", type: "football_player", teamId: targetId })
        world.milestone({ targetIds: [targetId], primaryEventTickers: ["KXLIVE-26"] })
        world.program()
        world.execute({ type: "createMarket", market: { ticker: "KXLIVE-26-A", structuredTargetId: targetId } })
        const at = start + chosen.nowIn * minute
        const json = JSON.stringify(world.exchange.snapshot(at))
        const restored = Exchange.restore(JSON.parse(json))
        assert.deepStrictEqual(restored.dump(at), world.exchange.dump(at))
        const read = readsOf(restored)
        for (const path of [
          "/milestones?limit=5&related_event_ticker=KXLIVE-26",
          "/structured_targets",
          "/incentive_programs",
          "/events?with_milestones=true&with_nested_markets=true",
          "/live_data/events/KXLIVE-26",
          "/live_data/weather/miami?last_sec=600&detailed=true",
          "/live_data/weather/miami/calibrations"
        ]) {
          assert.deepStrictEqual(read(path, at), world.get(path, at), path)
        }
        const next = { type: "createStructuredTarget", target: { name: "Denver", type: "football_team" } } as const
        assert.deepStrictEqual(restored.execute(next, at), world.exchange.execute(next, at))
      }),
      { seed: propertySeed, numRuns: sampleSize(10, 200) }
    )
  })
})
