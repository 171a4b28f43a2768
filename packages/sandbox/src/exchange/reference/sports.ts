/**
 * The sports of milestones, and the rules by which their games are generated.
 *
 * @module
 */

export interface Score {
  readonly what: string
  readonly points: number
  /** The relative frequency of this score. */
  readonly weight: number
}

export interface GameRules {
  readonly periods: number
  readonly periodSeconds: number
  /** The remaining time of the period, or the elapsed time of the game. Baseball has no clock. */
  readonly clock: "remaining" | "elapsed" | "none"
  readonly scores: ReadonlyArray<Score>
  /** The maximum number of scores of one team in a game, before a tie is broken. */
  readonly maxScores: number
  readonly canTie: boolean
  /** The duration of a game whose milestone has no end. */
  readonly durationMillis: number
}

const minutes = (count: number): number => count * 60_000

const soccer: GameRules = {
  periods: 2,
  periodSeconds: 45 * 60,
  clock: "elapsed",
  scores: [{ what: "goal", points: 1, weight: 1 }],
  maxScores: 4,
  canTie: true,
  durationMillis: minutes(115)
}

/** The rules by the type of the milestone. */
const rules: Readonly<Record<string, GameRules>> = {
  football_game: {
    periods: 4,
    periodSeconds: 15 * 60,
    clock: "remaining",
    scores: [
      { what: "touchdown", points: 7, weight: 5 },
      { what: "field goal", points: 3, weight: 4 },
      { what: "safety", points: 2, weight: 1 }
    ],
    maxScores: 8,
    canTie: false,
    durationMillis: minutes(195)
  },
  basketball_game: {
    periods: 4,
    periodSeconds: 12 * 60,
    clock: "remaining",
    scores: [
      { what: "two-point shot", points: 2, weight: 5 },
      { what: "three-point shot", points: 3, weight: 3 },
      { what: "free throw", points: 1, weight: 3 }
    ],
    maxScores: 60,
    canTie: false,
    durationMillis: minutes(150)
  },
  baseball_game: {
    periods: 9,
    periodSeconds: 20 * 60,
    clock: "none",
    scores: [
      { what: "run", points: 1, weight: 6 },
      { what: "two-run home run", points: 2, weight: 1 },
      { what: "grand slam", points: 4, weight: 1 }
    ],
    maxScores: 7,
    canTie: false,
    durationMillis: minutes(180)
  },
  hockey_match: {
    periods: 3,
    periodSeconds: 20 * 60,
    clock: "remaining",
    scores: [{ what: "goal", points: 1, weight: 1 }],
    maxScores: 6,
    canTie: false,
    durationMillis: minutes(150)
  },
  soccer_game: soccer,
  soccer_tournament_multi_leg: soccer
}

/** Undefined if milestones of the type are not games. */
export const rulesOf = (type: string): GameRules | undefined => (Object.hasOwn(rules, type) ? rules[type] : undefined)

const dayMillis = minutes(24 * 60)

/** The duration of a milestone that states no end. */
export const durationOf = (type: string): number => rulesOf(type)?.durationMillis ?? dayMillis

/** The sport of a type of milestone: `Football` for `football_game`. */
export const sportOf = (type: string): string => {
  const first = type.replace(/_.*$/, "")
  return first.charAt(0).toUpperCase() + first.slice(1)
}
