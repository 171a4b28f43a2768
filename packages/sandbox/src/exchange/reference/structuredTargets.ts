/**
 * Structured targets: how they are created, found and listed.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateStructuredTarget, ListStructuredTargets, Page } from "../Commands.ts"
import type { Refusal, StrikeTarget, StructuredTarget } from "../Entities.ts"
import { page } from "../pages.ts"
import { isPlainJson, maxJsonDepth } from "../plainJson.ts"
import { invalidParameters, notFound } from "../refusals.ts"
import type { State } from "../state.ts"
import { addTarget } from "./records.ts"

export const create = (state: State, input: CreateStructuredTarget): Result.Result<StructuredTarget, Refusal> => {
  const { details = {}, name, sourceIds = {}, teamId, type } = input
  if (name === "" || type === "") {
    return Result.fail(invalidParameters("a structured target needs a name and a type"))
  }
  if (!isPlainJson(details)) {
    return Result.fail(invalidParameters(`details must be plain JSON with at most ${maxJsonDepth} levels`))
  }
  const team = teamId === undefined ? undefined : state.reference.targets.get(teamId.toLowerCase())
  if (teamId !== undefined && team === undefined) {
    return Result.fail(invalidParameters(`no structured target has the id ${teamId}`))
  }
  const target: StructuredTarget = {
    targetId: state.ids.next(),
    name,
    type,
    teamId: team?.targetId,
    details,
    sourceIds,
    updatedMillis: state.nowMillis
  }
  addTarget(state.reference, target)
  return Result.succeed(target)
}

export const find = (state: State, targetId: string): Result.Result<StructuredTarget, Refusal> => {
  const target = state.reference.targets.get(targetId.toLowerCase())
  return target === undefined ? Result.fail(notFound) : Result.succeed(target)
}

/** The structured target of a strike. Undefined if no target has the id. */
export const strikeTargetOf = (state: State, targetId: string | undefined): StrikeTarget | undefined => {
  const target = targetId === undefined ? undefined : state.reference.targets.get(targetId.toLowerCase())
  return target === undefined ? undefined : { type: target.type, targetId: target.targetId }
}

/** Lists structured targets: oldest first, or in the sequence of the requested ids. */
export const list = (state: State, query: ListStructuredTargets): Result.Result<Page<StructuredTarget>, Refusal> => {
  const { targetList, targets } = state.reference
  const requested = query.ids?.flatMap((id) => targets.get(id.toLowerCase()) ?? [])
  return page(requested === undefined ? targetList : [...new Set(requested)], query, {
    mark: requested === undefined ? "st-" : "sti-",
    maxLimit: 2_000,
    order: "oldestFirst",
    isListed: (target) =>
      (query.type === undefined || query.type === target.type) &&
      (query.competition === undefined || competitionsOf(target).includes(query.competition)),
    show: (target) => target
  })
}

/** The values that the filter by competition matches. Documented: these details, and each entry of `leagues`. */
const competitionsOf = ({ details }: StructuredTarget): ReadonlyArray<unknown> => {
  const { conference, division, league, leagues, tour } = details
  return [league, conference, division, tour, ...(Array.isArray(leagues) ? leagues : [])]
}
