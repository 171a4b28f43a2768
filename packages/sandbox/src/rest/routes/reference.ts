/**
 * Milestones, structured targets, incentive programs, and the filters of a search.
 *
 * @module
 */
import * as IncentivePrograms from "@kalshi-effect/client/IncentivePrograms"
import * as Milestones from "@kalshi-effect/client/Milestones"
import * as Search from "@kalshi-effect/client/Search"
import * as StructuredTargets from "@kalshi-effect/client/StructuredTargets"
import * as Result from "effect/Result"
import { type Route, route } from "../route.ts"
import { toIncentiveProgram, toMilestone, toStructuredTarget } from "./referenceBodies.ts"

export const milestones: ReadonlyArray<Route> = [
  route(Milestones.list, ({ input, view }) =>
    Result.map(
      view.listMilestones({
        // The schema accepts only RFC 3339.
        minStartMillis: input.minimum_start_date === undefined ? undefined : Date.parse(input.minimum_start_date),
        category: input.category,
        competition: input.competition,
        sourceId: input.source_id,
        type: input.type,
        eventTicker: input.related_event_ticker,
        minUpdatedSeconds: input.min_updated_ts,
        limit: input.limit,
        cursor: input.cursor
      }),
      ({ cursor, items }) => ({ milestones: items.map(toMilestone), cursor })
    )
  ),

  route(Milestones.get, ({ input, view }) =>
    Result.map(view.milestone(input.milestone_id), (milestone) => ({ milestone: toMilestone(milestone) }))
  )
]

export const structuredTargets: ReadonlyArray<Route> = [
  route(StructuredTargets.list, ({ input, view }) =>
    Result.map(
      view.listStructuredTargets({
        ids: input.ids,
        type: input.type,
        competition: input.competition,
        limit: input.page_size ?? 100,
        cursor: input.cursor
      }),
      ({ cursor, items }) => ({ structured_targets: items.map(toStructuredTarget), cursor })
    )
  ),

  route(StructuredTargets.get, ({ input, view }) =>
    Result.map(view.structuredTarget(input.structured_target_id), (target) => ({
      structured_target: toStructuredTarget(target)
    }))
  )
]

const unlessAll = (filter: string | undefined): string | undefined => (filter === "all" ? undefined : filter)

export const incentivePrograms: ReadonlyArray<Route> = [
  route(IncentivePrograms.list, ({ input, view }) =>
    Result.map(
      view.listIncentivePrograms({
        status: unlessAll(input.status),
        type: unlessAll(input.type),
        description: input.incentive_description,
        limit: input.limit ?? 100,
        cursor: input.cursor
      }),
      ({ cursor, items }) => ({ incentive_programs: items.map(toIncentiveProgram), next_cursor: cursor })
    )
  )
]

export const search: ReadonlyArray<Route> = [
  route(Search.tagsByCategories, ({ view }) =>
    Result.succeed({
      tags_by_categories: Object.fromEntries(
        Array.from(view.tagsByCategories(), ([category, tags]) => [category, [...tags]])
      )
    })
  ),

  route(Search.filtersBySport, ({ view }) => {
    const filters = view.sportFilters()
    return Result.succeed({
      filters_by_sports: Object.fromEntries(
        filters.map(({ competitions, scopes, sport }) => [
          sport,
          {
            scopes,
            competitions: Object.fromEntries(competitions.map(({ competition, scopes }) => [competition, { scopes }]))
          }
        ])
      ),
      sport_ordering: filters.map(({ sport }) => sport)
    })
  })
]
