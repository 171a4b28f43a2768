/**
 * The example world: some games, an election, prices and the weather.
 *
 * The teams depend only on the seed of the exchange, and the times only on the time of the creation.
 *
 * @module
 */
import * as Result from "effect/Result"
import type {
  Command,
  CommandResult,
  CommandType,
  CreateEvent,
  CreateIncentiveProgram,
  CreateMarket,
  CreateSeries
} from "../Commands.ts"
import type { Refusal } from "../Entities.ts"
import type { Exchange } from "../Exchange.ts"
import { numbersFrom } from "./random.ts"
import { durationOf, sportOf } from "./sports.ts"

interface GameExample {
  /** The ticker of the series of markets about the winner. */
  readonly winners: string
  /** The ticker of the series of markets about the total score. */
  readonly totals: string
  readonly competition: string
  /** The type of the milestone. */
  readonly type: string
  /** The prefix of the types of structured targets, such as `football` in `football_team`. */
  readonly sport: string
  /** The market about the total score resolves to YES above this number. */
  readonly line: number
  readonly startsInMinutes: number
  readonly hasPlayers: boolean
  readonly canTie?: boolean
  /** The incentive program of the game's first market. It runs for a week from the start of the game. */
  readonly program?: Omit<CreateIncentiveProgram, "ticker" | "startMillis" | "endMillis">
}

const day = 24 * 60

/** One game in progress, two games that start within two hours, and two games that start about a day later. */
const games: ReadonlyArray<GameExample> = [
  {
    winners: "KXNFLGAME",
    totals: "KXNFLTOTAL",
    competition: "Pro Football",
    type: "football_game",
    sport: "football",
    line: 45,
    startsInMinutes: -30,
    hasPlayers: true,
    program: { type: "liquidity", periodReward: "100.00", targetSize: "1000.00", discountFactorBps: 5_000 }
  },
  {
    winners: "KXEPLGAME",
    totals: "KXEPLTOTAL",
    competition: "EPL",
    type: "soccer_tournament_multi_leg",
    sport: "soccer",
    line: 2,
    startsInMinutes: 30,
    hasPlayers: false,
    canTie: true,
    program: { type: "volume", periodReward: "50.00", maxRewardPerAccount: "10.00" }
  },
  {
    winners: "KXNBAGAME",
    totals: "KXNBATOTAL",
    competition: "Pro Basketball (M)",
    type: "basketball_game",
    sport: "basketball",
    line: 160,
    startsInMinutes: 120,
    hasPlayers: true
  },
  {
    winners: "KXMLBGAME",
    totals: "KXMLBTOTAL",
    competition: "Pro Baseball",
    type: "baseball_game",
    sport: "baseball",
    line: 12,
    startsInMinutes: day,
    hasPlayers: false
  },
  {
    winners: "KXNHLGAME",
    totals: "KXNHLTOTAL",
    competition: "Pro Hockey",
    type: "hockey_match",
    sport: "hockey",
    line: 8,
    startsInMinutes: day + 120,
    hasPlayers: false
  }
]

interface SourceExample {
  readonly series: string
  readonly title: string
  readonly category: string
  readonly tag: string
  readonly source: string
  readonly strikes: ReadonlyArray<number>
}

const sources: ReadonlyArray<SourceExample> = [
  {
    series: "KXBTCD",
    title: "Bitcoin price",
    category: "Crypto",
    tag: "BTC",
    source: "BRTI",
    strikes: [63_000, 64_000, 65_000]
  },
  {
    series: "KXGOLDD",
    title: "Gold price",
    category: "Commodities",
    tag: "Gold",
    source: "Metal.XAU/USD",
    strikes: [2_600, 2_650, 2_700]
  },
  {
    series: "KXTEMPMIAH",
    title: "Temperature in Miami",
    category: "Climate and Weather",
    tag: "Hourly temperature",
    source: "miami",
    strikes: [70, 75, 80]
  }
]

/** Each city has the code that tickers contain. */
const cities = [
  ["ATL", "Atlanta"],
  ["BOS", "Boston"],
  ["CHI", "Chicago"],
  ["DAL", "Dallas"],
  ["DEN", "Denver"],
  ["DET", "Detroit"],
  ["HOU", "Houston"],
  ["LAX", "Los Angeles"],
  ["MIA", "Miami"],
  ["NYC", "New York"],
  ["PHI", "Philadelphia"],
  ["SEA", "Seattle"]
] as const

const surnames = ["Adams", "Baker", "Clark", "Davis", "Evans", "Foster"]

/** Creates the example world. Series that exist already are kept. */
export const createWorld = (exchange: Exchange, nowMillis: number): Result.Result<void, Refusal> => {
  const site: Site = {
    seed: exchange.seed,
    nowMillis,
    hasSeries: (ticker) =>
      exchange
        .view(nowMillis)
        .series()
        .some((series) => series.ticker === ticker),
    execute: (command) => exchange.execute(command, nowMillis)
  }
  return Result.gen(function* () {
    for (const example of games) {
      yield* createGame(site, example)
    }
    yield* createElection(site)
    for (const example of sources) {
      yield* createSource(site, example)
    }
  })
}

interface Site {
  readonly seed: number
  readonly nowMillis: number
  readonly hasSeries: (ticker: string) => boolean
  readonly execute: <Type extends CommandType>(command: Command<Type> & Command) => CommandResult<Type>
}

const minute = 60_000
const hour = 60 * minute
const quarter = 15 * minute
const week = 7 * day * minute

const createGame = (site: Site, example: GameExample): Result.Result<void, Refusal> => {
  const { competition, line, totals, type, winners } = example
  const next = numbersFrom(`world ${site.seed} ${winners}`)
  const first = next(cities.length)
  const second = (first + 1 + next(cities.length - 1)) % cities.length
  const startMillis = roundedIn(site, example.startsInMinutes)
  const endMillis = startMillis + durationOf(type)
  const closeMillis = endMillis + 3 * hour
  const teams = [cities[first]!, cities[second]!]
  const code = `${dayOf(startMillis)}${teams.map(([short]) => short).join("")}`
  const [winner, total] = [`${winners}-${code}`, `${totals}-${code}`]
  const title = teams.map(([, name]) => name).join(" at ")
  const game = { competition, competitionScope: "Game" }
  const market = (input: CreateMarket) => site.execute({ type: "createMarket", market: { ...input, closeMillis } })
  return Result.gen(function* () {
    const common = { category: "Sports", tags: [sportOf(type)] }
    yield* createSeries(site, { ticker: winners, title: `${competition} game`, ...common })
    yield* createSeries(site, { ticker: totals, title: `${competition} total score`, ...common })
    yield* createEvent(site, { eventTicker: winner, title: `${title}: winner`, mutuallyExclusive: true, ...game })
    yield* createEvent(site, { eventTicker: total, title: `${title}: total score`, ...game })
    const targetIds: Array<string> = []
    for (const [short, name] of teams) {
      const targetId = yield* createTeam(site, example, name, short, next)
      targetIds.push(targetId)
      yield* market({ ticker: `${winner}-${short}`, title: `${name} wins`, structuredTargetId: targetId })
    }
    if (example.canTie === true) {
      yield* market({ ticker: `${winner}-TIE`, title: "Tie" })
    }
    yield* market({ ticker: `${total}-${line}`, title: `More than ${line} in total` })
    const sourceIds = { sportradar: `sr:match:${10_000_000 + next(90_000_000)}` }
    const tickers = { primaryEventTickers: [winner], relatedEventTickers: [total] }
    const details = { league: competition }
    const milestone = { type, startMillis, endMillis, competition, title, ...tickers, targetIds, sourceIds, details }
    yield* site.execute({ type: "createMilestone", milestone })
    if (example.program !== undefined) {
      const ticker = `${winner}-${teams[0]![0]}`
      const program = { ...example.program, ticker, startMillis, endMillis: startMillis + week }
      yield* site.execute({ type: "createIncentiveProgram", program })
    }
  })
}

/** Creates a team and its players. Returns the id of the team. */
const createTeam = (
  site: Site,
  { competition: league, hasPlayers, sport }: GameExample,
  name: string,
  abbreviation: string,
  next: (below: number) => number
): Result.Result<string, Refusal> =>
  Result.gen(function* () {
    const team = { type: `${sport}_team`, name, details: { abbreviation, league } }
    const { targetId } = yield* site.execute({ type: "createStructuredTarget", target: team })
    for (const initial of hasPlayers ? ["A", "B", "C"] : []) {
      const player = { type: `${sport}_player`, name: `${initial}. ${surnames[next(surnames.length)]!}` }
      const target = { ...player, teamId: targetId, details: { league } }
      yield* site.execute({ type: "createStructuredTarget", target })
    }
    return targetId
  })

const candidates = [
  ["BAK", "A. Baker"],
  ["EVA", "B. Evans"]
] as const

const createElection = (site: Site): Result.Result<void, Refusal> => {
  const startMillis = roundedIn(site, 7 * day)
  const endMillis = startMillis + day * minute
  const eventTicker = `KXMAYOR-${dayOf(startMillis)}`
  const title = "Mayor election"
  const category = "Elections"
  return Result.gen(function* () {
    yield* createSeries(site, { ticker: "KXMAYOR", title, category, tags: ["Local"] })
    yield* createEvent(site, { eventTicker, title: "Who becomes mayor?", mutuallyExclusive: true })
    const targetIds: Array<string> = []
    for (const [short, name] of candidates) {
      const { targetId } = yield* site.execute({ type: "createStructuredTarget", target: { name, type: "politician" } })
      targetIds.push(targetId)
      const strike = { structuredTargetId: targetId, closeMillis: endMillis }
      yield* site.execute({
        type: "createMarket",
        market: { ticker: `${eventTicker}-${short}`, title: name, ...strike }
      })
    }
    const milestone = { type: "political_race", startMillis, endMillis, category, title, targetIds }
    yield* site.execute({ type: "createMilestone", milestone: { ...milestone, primaryEventTickers: [eventTicker] } })
  })
}

const createSource = (site: Site, example: SourceExample): Result.Result<void, Refusal> => {
  const { category, series, source, strikes, tag, title } = example
  const closeMillis = (Math.floor(site.nowMillis / hour) + 2) * hour
  const hourOfDay = String(new Date(closeMillis).getUTCHours()).padStart(2, "0")
  const eventTicker = `${series}-${dayOf(closeMillis)}${hourOfDay}`
  return Result.gen(function* () {
    yield* createSeries(site, { ticker: series, title, category, frequency: "hourly", tags: [tag] })
    yield* createEvent(site, { eventTicker, title, liveSource: source })
    for (const strike of strikes) {
      const market = { ticker: `${eventTicker}-T${strike}`, title: `${title} above ${strike}`, closeMillis }
      yield* site.execute({ type: "createMarket", market })
    }
  })
}

const createSeries = (site: Site, series: CreateSeries): Result.Result<unknown, Refusal> =>
  site.hasSeries(series.ticker) ? Result.void : site.execute({ type: "createSeries", series })

const createEvent = (site: Site, event: CreateEvent): Result.Result<unknown, Refusal> =>
  site.execute({ type: "createEvent", event })

/** The time in `minutes` minutes, rounded down to a quarter of an hour, but not before 1970. */
const roundedIn = ({ nowMillis }: Site, minutes: number): number =>
  Math.max(0, Math.floor((nowMillis + minutes * minute) / quarter) * quarter)

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

/** The date in the format of tickers, such as `26NOV30`. */
const dayOf = (millis: number): string => {
  const date = new Date(millis)
  const [year, dayOfMonth] = [date.getUTCFullYear() % 100, date.getUTCDate()].map((part) =>
    String(part).padStart(2, "0")
  )
  return `${year}${months[date.getUTCMonth()]}${dayOfMonth}`
}
