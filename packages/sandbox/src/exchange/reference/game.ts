/**
 * Generated games: their scores, their clock and their plays.
 *
 * A game depends only on its milestone and on the time. Its clock and its scores never go back.
 *
 * @module
 */
import type { Milestone, Phase } from "../Entities.ts"
import { endOf, phaseAt } from "./milestones.ts"
import { numbersFrom } from "./random.ts"
import type { GameRules } from "./sports.ts"

export type Side = "home" | "away"

/** A play that scored. */
export interface Play {
  /** Numbered from 1, in chronological order. */
  readonly number: number
  /** Since the beginning of the game, on its clock. */
  readonly second: number
  readonly side: Side
  readonly what: string
  readonly points: number
  /** The score after the play. */
  readonly home: number
  readonly away: number
  /** A number that selects the player who scored. */
  readonly player: number
}

export interface Game {
  readonly phase: Phase
  /** Since the beginning of the game, on its clock. */
  readonly elapsedSeconds: number
  /** Numbered from 1; 0 before the game. */
  readonly period: number
  readonly home: number
  readonly away: number
  readonly plays: ReadonlyArray<Play>
}

type Scheduled = Pick<Milestone, "milestoneId" | "type" | "startMillis" | "endMillis">

export const gameAt = (milestone: Scheduled, rules: GameRules, atMillis: number): Game => {
  const phase = phaseAt(milestone, atMillis)
  const total = rules.periods * rules.periodSeconds
  const { startMillis } = milestone
  const passed = Math.floor(((atMillis - startMillis) * total) / (endOf(milestone) - startMillis))
  const elapsedSeconds = Math.max(0, Math.min(total, passed))
  const plays = phase === "scheduled" ? [] : playsOf(milestone, rules).filter(({ second }) => second <= elapsedSeconds)
  const last = plays.at(-1)
  return {
    phase,
    elapsedSeconds,
    period: phase === "scheduled" ? 0 : periodAt(rules, elapsedSeconds),
    home: last?.home ?? 0,
    away: last?.away ?? 0,
    plays
  }
}

/** Periods are numbered from 1. */
export const periodAt = ({ periodSeconds, periods }: GameRules, second: number): number =>
  Math.min(periods, Math.floor(second / periodSeconds) + 1)

/** Returns the clock in minutes and seconds. Undefined for a sport without a clock. */
export const clockAt = (rules: GameRules, second: number): string | undefined => {
  if (rules.clock === "none") {
    return undefined
  }
  const shown = rules.clock === "elapsed" ? second : periodAt(rules, second) * rules.periodSeconds - second
  return `${String(Math.floor(shown / 60)).padStart(2, "0")}:${String(shown % 60).padStart(2, "0")}`
}

type Unscored = Omit<Play, "number" | "home" | "away">

const playsOf = ({ milestoneId }: Scheduled, rules: GameRules): ReadonlyArray<Play> => {
  const next = numbersFrom(`game ${milestoneId}`)
  const total = rules.periods * rules.periodSeconds
  const unscored: Array<Unscored> = (["away", "home"] as const)
    .flatMap((side) => {
      // In a sport with many scores, both teams score often.
      const least = Math.floor(rules.maxScores / 2.5)
      return Array.from({ length: least + next(rules.maxScores - least + 1) }, () => side)
    })
    .map((side): Unscored => ({ side, second: next(total - 1), player: next(1_000), ...scoreOf(rules, next) }))
    .sort((left, right) => left.second - right.second)
  const sumOf = (side: Side): number => unscored.reduce((sum, play) => sum + (play.side === side ? play.points : 0), 0)
  if (!rules.canTie && sumOf("home") === sumOf("away")) {
    const side = next(2) === 0 ? "home" : "away"
    unscored.push({ side, second: total - 1, player: next(1_000), ...scoreOf(rules, next) })
  }
  const score = { home: 0, away: 0 }
  return unscored.map((play, index) => {
    score[play.side] += play.points
    return { ...play, number: index + 1, ...score }
  })
}

const scoreOf = ({ scores }: GameRules, next: (below: number) => number) => {
  let left = next(scores.reduce((sum, { weight }) => sum + weight, 0))
  const score = scores.find(({ weight }) => (left -= weight) < 0) ?? scores[0]!
  return { what: score.what, points: score.points }
}
