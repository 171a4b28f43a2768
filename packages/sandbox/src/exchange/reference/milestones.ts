/**
 * Milestones: how they are created, found and listed.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateMilestone, ListMilestones, Page } from "../Commands.ts"
import type { Milestone, Phase, Refusal, StructuredTarget } from "../Entities.ts"
import { page } from "../pages.ts"
import { isPlainJson, maxJsonDepth } from "../plainJson.ts"
import { invalidParameters, invalidTime, notFound } from "../refusals.ts"
import type { State } from "../state.ts"
import { isTime } from "../times.ts"
import { addMilestone, type MilestoneRecord } from "./records.ts"
import { durationOf, rulesOf } from "./sports.ts"

export const create = (state: State, input: CreateMilestone): Result.Result<Milestone, Refusal> => {
  const { details = {}, endMillis, sourceIds = {}, startMillis, type } = input
  const primaryEventTickers = [...new Set(input.primaryEventTickers ?? [])]
  const relatedEventTickers = [...new Set([...primaryEventTickers, ...(input.relatedEventTickers ?? [])])]
  const unknown = relatedEventTickers.find((ticker) => !state.events.has(ticker))
  if (type === "") {
    return Result.fail(invalidParameters("a milestone needs a type"))
  }
  if (!isPlainJson(details)) {
    return Result.fail(invalidParameters(`details must be plain JSON with at most ${maxJsonDepth} levels`))
  }
  if (unknown !== undefined) {
    return Result.fail(invalidParameters(`no event has the ticker ${unknown}`))
  }
  if (!isTime(startMillis) || (endMillis !== undefined && !isTime(endMillis))) {
    return Result.fail(invalidTime)
  }
  if (endMillis !== undefined && startMillis >= endMillis) {
    return Result.fail(invalidParameters("a milestone must start before it ends"))
  }
  return Result.map(targetsOf(state, input.targetIds ?? []), (targets) => {
    const title = input.title ?? (targets.length === 0 ? type : targets.map(({ name }) => name).join(" at "))
    const milestone: MilestoneRecord = {
      milestoneId: state.ids.next(),
      category: input.category ?? (rulesOf(type) === undefined ? "Local" : "Sports"),
      type,
      competition: input.competition,
      title,
      notificationMessage: input.notificationMessage ?? `${title} starts`,
      startMillis,
      endMillis,
      relatedEventTickers,
      primaryEventTickers,
      targetIds: targets.map(({ targetId }) => targetId),
      sourceIds,
      details,
      createdMillis: state.nowMillis
    }
    addMilestone(state.reference, milestone)
    return toMilestone(state, milestone)
  })
}

/** Finds structured targets by id. Refuses an unknown id. */
const targetsOf = (state: State, ids: ReadonlyArray<string>): Result.Result<Array<StructuredTarget>, Refusal> => {
  const targets: Array<StructuredTarget> = []
  for (const id of new Set(ids.map((text) => text.toLowerCase()))) {
    const target = state.reference.targets.get(id)
    if (target === undefined) {
      return Result.fail(invalidParameters(`no structured target has the id ${id}`))
    }
    targets.push(target)
  }
  return Result.succeed(targets)
}

type Times = Pick<Milestone, "type" | "startMillis" | "endMillis">

export const endOf = ({ endMillis, startMillis, type }: Times): number => endMillis ?? startMillis + durationOf(type)

export const phaseAt = (milestone: Times, atMillis: number): Phase =>
  atMillis < milestone.startMillis ? "scheduled" : atMillis < endOf(milestone) ? "live" : "closed"

/** The interval of the job that updates the phases of milestones. */
const jobMillis = 300_000

/**
 * Adds the fields that depend on the time. Documented: a job updates the phase, so the phase lags behind the live data.
 */
export const toMilestone = ({ nowMillis }: State, milestone: MilestoneRecord): Milestone => {
  const { createdMillis, startMillis } = milestone
  const lastRun = Math.floor(nowMillis / jobMillis) * jobMillis
  const changes = [startMillis, endOf(milestone)].map((millis) => Math.ceil(millis / jobMillis) * jobMillis)
  return {
    ...milestone,
    phase: phaseAt(milestone, Math.max(createdMillis, lastRun)),
    updatedMillis: Math.max(createdMillis, ...changes.filter((millis) => millis <= nowMillis))
  }
}

export const find = (state: State, milestoneId: string): Result.Result<MilestoneRecord, Refusal> => {
  const milestone = state.reference.milestones.get(milestoneId.toLowerCase())
  return milestone === undefined ? Result.fail(notFound) : Result.succeed(milestone)
}

/** Lists milestones, oldest first. */
export const list = (state: State, query: ListMilestones): Result.Result<Page<Milestone>, Refusal> => {
  const { milestoneList, milestonesByEvent } = state.reference
  const { eventTicker, minStartMillis, minUpdatedSeconds, sourceId } = query
  return page(eventTicker === undefined ? milestoneList : (milestonesByEvent.get(eventTicker) ?? []), query, {
    mark: eventTicker === undefined ? "ms-" : "mse-",
    maxLimit: 500,
    order: "oldestFirst",
    isListed: (milestone) =>
      (query.category === undefined || query.category === milestone.category) &&
      (query.competition === undefined || query.competition === milestone.competition) &&
      (query.type === undefined || query.type === milestone.type) &&
      (sourceId === undefined || Object.values(milestone.sourceIds).includes(sourceId)) &&
      (minStartMillis === undefined || milestone.startMillis >= minStartMillis) &&
      (minUpdatedSeconds === undefined || toMilestone(state, milestone).updatedMillis > minUpdatedSeconds * 1_000),
    show: (milestone) => toMilestone(state, milestone)
  })
}

/** Lists the milestones of some events, each once. */
export const relatedTo = (state: State, eventTickers: ReadonlyArray<string>): ReadonlyArray<Milestone> => {
  const { milestonesByEvent } = state.reference
  const related = eventTickers.flatMap((eventTicker) => milestonesByEvent.get(eventTicker) ?? [])
  return Array.from(new Set(related), (milestone) => toMilestone(state, milestone))
}
