/**
 * Milestones, structured targets and incentive programs in wire format.
 *
 * @module
 */
import type * as IncentivePrograms from "@kalshi-effect/client/IncentivePrograms"
import type * as Milestones from "@kalshi-effect/client/Milestones"
import type * as StructuredTargets from "@kalshi-effect/client/StructuredTargets"
import type { IncentiveProgram, Milestone, StructuredTarget } from "../../exchange/Entities.ts"
import { marketIdOf } from "../../exchange/markets/marketIds.ts"
import { rulesOf } from "../../exchange/reference/sports.ts"
import { count, time } from "../wire.ts"

/** The document has one field for the first id, and one field for all ids. */
const sourcesOf = (sourceIds: Readonly<Record<string, string>>) => {
  const first = Object.values(sourceIds)[0]
  return { ...(first === undefined ? undefined : { source_id: first }), source_ids: sourceIds }
}

export const participantsOf = ({ targetIds, type }: Milestone) => {
  const [away, home] = targetIds
  return rulesOf(type) !== undefined && away !== undefined && home !== undefined
    ? { away_team_id: away, home_team_id: home }
    : targetIds.length === 0
      ? {}
      : { target_ids: targetIds }
}

export const toMilestone = (milestone: Milestone): Milestones.Milestone => {
  const { competition, endMillis, primaryEventTickers } = milestone
  const main = primaryEventTickers[0]
  return {
    id: milestone.milestoneId,
    category: milestone.category,
    type: milestone.type,
    start_date: time(milestone.startMillis),
    end_date: endMillis === undefined ? null : time(endMillis),
    related_event_tickers: milestone.relatedEventTickers,
    title: milestone.title,
    notification_message: milestone.notificationMessage,
    ...sourcesOf(milestone.sourceIds),
    details: {
      ...milestone.details,
      ...(competition === undefined ? undefined : { competition }),
      ...participantsOf(milestone),
      ...(main === undefined ? undefined : { main_game_event_ticker: main }),
      status: milestone.phase
    },
    primary_event_tickers: primaryEventTickers,
    last_updated_ts: time(milestone.updatedMillis)
  }
}

export const toStructuredTarget = (target: StructuredTarget): StructuredTargets.StructuredTarget => ({
  id: target.targetId,
  name: target.name,
  type: target.type,
  details: { ...target.details, ...(target.teamId === undefined ? undefined : { team_id: target.teamId }) },
  ...sourcesOf(target.sourceIds),
  last_updated_ts: time(target.updatedMillis)
})

export const toIncentiveProgram = (program: IncentiveProgram): IncentivePrograms.IncentiveProgram => {
  const { discountFactorBps, maxRewardPerAccount, targetSize } = program
  return {
    id: program.programId,
    market_id: marketIdOf(program.ticker),
    market_ticker: program.ticker,
    incentive_type: program.type,
    incentive_description: program.description,
    start_date: time(program.startMillis),
    end_date: time(program.endMillis),
    period_reward: program.periodReward,
    paid_out: program.status === "paid_out",
    ...(discountFactorBps === undefined ? undefined : { discount_factor_bps: discountFactorBps }),
    ...(targetSize === undefined ? undefined : { target_size_fp: count(targetSize) }),
    ...(maxRewardPerAccount === undefined ? undefined : { max_reward_per_account: maxRewardPerAccount })
  }
}
