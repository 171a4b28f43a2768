/**
 * The reads of reference data: milestones, structured targets, incentive programs and generated live data.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { ListIncentivePrograms, ListMilestones, ListStructuredTargets, Page } from "../Commands.ts"
import type { IncentiveProgram, Milestone, Refusal, StructuredTarget } from "../Entities.ts"
import { MarketData } from "../markets/marketData.ts"
import { type Game, gameAt } from "./game.ts"
import * as incentivePrograms from "./incentivePrograms.ts"
import * as milestones from "./milestones.ts"
import { type GameRules, rulesOf, sportOf } from "./sports.ts"
import * as structuredTargets from "./structuredTargets.ts"
import { type Calibration, calibrationsBy } from "./weather/calibrations.ts"
import { cityOf } from "./weather/cities.ts"
import { type IndexPoint, pointsOf } from "./weather/weatherIndex.ts"

/** A milestone at the current time: its phase, its participants, and its game if it has one. */
export interface LiveMilestone {
  readonly milestone: Milestone
  readonly phase: Milestone["phase"]
  readonly targets: ReadonlyArray<StructuredTarget>
  readonly game: LiveGame | undefined
}

/** A game, its rules and the players of its teams. A team without players has an empty list. */
export interface LiveGame {
  readonly rules: GameRules
  readonly state: Game
  readonly players: { readonly away: ReadonlyArray<StructuredTarget>; readonly home: ReadonlyArray<StructuredTarget> }
}

/** The filters of one sport. */
export interface SportFilters {
  readonly sport: string
  readonly scopes: ReadonlyArray<string>
  readonly competitions: ReadonlyArray<{ readonly competition: string; readonly scopes: ReadonlyArray<string> }>
}

export class ReferenceData extends MarketData {
  structuredTarget(targetId: string): Result.Result<StructuredTarget, Refusal> {
    return structuredTargets.find(this.state, targetId)
  }

  /** Lists structured targets, oldest first, or in the order of the requested ids. */
  listStructuredTargets(query: ListStructuredTargets): Result.Result<Page<StructuredTarget>, Refusal> {
    return structuredTargets.list(this.state, query)
  }

  milestone(milestoneId: string): Result.Result<Milestone, Refusal> {
    return Result.map(milestones.find(this.state, milestoneId), (found) => milestones.toMilestone(this.state, found))
  }

  /** Lists milestones, oldest first. */
  listMilestones(query: ListMilestones): Result.Result<Page<Milestone>, Refusal> {
    return milestones.list(this.state, query)
  }

  /** Returns the milestones that are related to some events, each once. */
  milestonesOf(eventTickers: ReadonlyArray<string>): ReadonlyArray<Milestone> {
    return milestones.relatedTo(this.state, eventTickers)
  }

  /** Returns a milestone with its live data. */
  liveMilestone(milestoneId: string): Result.Result<LiveMilestone, Refusal> {
    return Result.map(this.milestone(milestoneId), (milestone) => {
      const targets = milestone.targetIds.flatMap((id) => this.state.reference.targets.get(id) ?? [])
      const rules = rulesOf(milestone.type)
      const { nowMillis } = this.state
      const players = (index: number) => this.state.reference.players.get(milestone.targetIds[index] ?? "") ?? []
      return {
        milestone,
        phase: milestones.phaseAt(milestone, nowMillis),
        targets,
        game:
          rules === undefined
            ? undefined
            : {
                rules,
                state: gameAt(milestone, rules, nowMillis),
                players: { away: [...players(0)], home: [...players(1)] }
              }
      }
    })
  }

  /**
   * Returns when the last market of an event closed. Undefined if the event has no markets, or if one of them is not
   * closed yet.
   */
  maturityOf(eventTicker: string): number | undefined {
    const markets = this.state.events.get(eventTicker)?.markets ?? []
    const isOver = markets.every(({ closeMillis }) => closeMillis <= this.state.nowMillis)
    return markets.length > 0 && isOver ? Math.max(...markets.map(({ closeMillis }) => closeMillis)) : undefined
  }

  /** Lists incentive programs, oldest first. */
  listIncentivePrograms(query: ListIncentivePrograms): Result.Result<Page<IncentiveProgram>, Refusal> {
    return incentivePrograms.list(this.state, query)
  }

  /** Returns the tags of each category of series, in the order of the series. */
  tagsByCategories(): ReadonlyMap<string, ReadonlySet<string>> {
    const tags = new Map<string, Set<string>>()
    for (const series of this.state.series.values()) {
      const known = tags.get(series.category) ?? new Set()
      tags.set(series.category, known)
      for (const tag of series.tags) {
        known.add(tag)
      }
    }
    return tags
  }

  /**
   * Returns the sports of all milestones of the category `Sports`, with their competitions, and the scopes of the
   * related events.
   */
  sportFilters(): ReadonlyArray<SportFilters> {
    const sports = new Map<string, Map<string, Set<string>>>()
    for (const { category, competition, relatedEventTickers, type } of this.state.reference.milestoneList) {
      if (category !== "Sports") {
        continue
      }
      const competitions = sports.get(sportOf(type)) ?? new Map<string, Set<string>>()
      sports.set(sportOf(type), competitions)
      for (const name of competition === undefined ? [] : [competition]) {
        const scopes = competitions.get(name) ?? new Set<string>()
        competitions.set(name, scopes)
        for (const ticker of relatedEventTickers) {
          const scope = this.state.events.get(ticker)?.competitionScope
          if (scope !== undefined) {
            scopes.add(scope)
          }
        }
      }
    }
    return Array.from(sports, ([sport, competitions]) => ({
      sport,
      scopes: [...new Set([...competitions.values()].flatMap((scopes) => [...scopes]))],
      competitions: Array.from(competitions, ([competition, scopes]) => ({ competition, scopes: [...scopes] }))
    }))
  }

  /** Returns the published configurations of a city's weather index, oldest first. Undefined for an unknown city. */
  weatherCalibrations(name: string): ReadonlyArray<Calibration> | undefined {
    const city = cityOf(name)
    return city === undefined ? undefined : calibrationsBy(this.state.seed, name, city, this.state.nowMillis)
  }

  /** Returns the points of a city's weather index in a window, both bounds inclusive. Undefined for an unknown city. */
  weatherPoints(name: string, fromMillis: number, toMillis: number): ReadonlyArray<IndexPoint> | undefined {
    const city = cityOf(name)
    return city === undefined
      ? undefined
      : pointsOf(this.state.seed, name, city, { fromMillis, toMillis }, this.state.nowMillis)
  }
}
