/**
 * Live data and play-by-play statistics of milestones in wire format.
 *
 * The document does not list the fields of `details`. The fields here are this project's choice.
 *
 * @module
 */
import type * as LiveData from "@kalshi-effect/client/LiveData"
import type { StructuredTarget } from "../../exchange/Entities.ts"
import { clockAt, periodAt, type Play, type Side } from "../../exchange/reference/game.ts"
import type { LiveGame, LiveMilestone } from "../../exchange/reference/referenceData.ts"
import { participantsOf } from "./referenceBodies.ts"

export const toLiveData = (live: LiveMilestone, withPlayers: boolean): LiveData.LiveData => {
  const { game, milestone, phase } = live
  return {
    type: milestone.type,
    milestone_id: milestone.milestoneId,
    details: {
      status: phase,
      ...participantsOf(milestone),
      ...(game === undefined ? undefined : gameOf(game)),
      ...(game === undefined || !withPlayers ? undefined : playerStatsOf(live, game))
    }
  }
}

const gameOf = ({ rules, state }: LiveGame) => {
  const { away, elapsedSeconds, home, period, phase } = state
  const clock = clockAt(rules, elapsedSeconds)
  return {
    away_points: away,
    home_points: home,
    period,
    period_count: rules.periods,
    ...(clock === undefined ? undefined : { clock }),
    elapsed_seconds: elapsedSeconds,
    ...(phase === "closed" ? { winner: home > away ? "home" : away > home ? "away" : "tie" } : undefined)
  }
}

/** Documented: the competitions with statistics of players. */
const hasPlayerStats = /^(?:Pro Football|Pro Basketball|College Basketball \(M\)|College Men's Basketball)/

/** Undefined if the competition has no statistics of players, or no players are known. */
const playerStatsOf = ({ milestone }: LiveMilestone, { players, state }: LiveGame) => {
  const statsOf = (side: Side) =>
    players[side].map(({ name, targetId }) => ({
      player_id: targetId,
      name,
      points: state.plays
        .filter((play) => scorerOf(play, players)?.targetId === targetId)
        .reduce((sum, { points }) => sum + points, 0)
    }))
  return hasPlayerStats.test(milestone.competition ?? "") && players.away.length + players.home.length > 0
    ? { player_stats: { away: statsOf("away"), home: statsOf("home") } }
    : undefined
}

/** The player who made a play; undefined if the team has no known players. */
const scorerOf = ({ player, side }: Play, players: LiveGame["players"]): StructuredTarget | undefined =>
  players[side][player % players[side].length]

/** Documented: null for milestones that are not games of a supported sport, or have no id of Sportradar. */
export const playByPlayOf = ({ game, milestone, targets }: LiveMilestone): LiveData.PlayByPlay | null => {
  if (game === undefined || milestone.sourceIds["sportradar"] === undefined) {
    return null
  }
  const { players, rules, state } = game
  const [away, home] = targets
  const periods = Array.from({ length: state.period }, (_, index) => ({
    events: state.plays
      .filter(({ second }) => periodAt(rules, second) === index + 1)
      .map((play) => {
        const team = play.side === "home" ? home : away
        const scorer = scorerOf(play, players)
        const clock = clockAt(rules, play.second)
        return {
          id: `${milestone.milestoneId}-${play.number}`,
          sequence: play.number,
          period: index + 1,
          ...(clock === undefined ? undefined : { clock }),
          type: play.what,
          description: `${scorer?.name ?? team?.name ?? play.side}: ${play.what}`,
          ...(team === undefined ? undefined : { team_id: team.targetId }),
          ...(scorer === undefined ? undefined : { player_id: scorer.targetId }),
          points: play.points,
          away_points: play.away,
          home_points: play.home
        }
      })
  }))
  return { periods }
}
