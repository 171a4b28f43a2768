/**
 * The operator requests that create reference data.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import { type Control, post } from "./controlRoute.ts"

const optional = Schema.optionalKey

const json = Schema.Record(Schema.String, Schema.Unknown)
const sourceIds = Schema.Record(Schema.String, Schema.String)
const texts = Schema.Array(Schema.String)

const newTarget = Schema.Struct({
  name: Schema.String,
  type: Schema.String,
  teamId: optional(Schema.String),
  details: optional(json),
  sourceIds: optional(sourceIds)
})

const newMilestone = Schema.Struct({
  type: Schema.String,
  startMillis: Schema.Int,
  endMillis: optional(Schema.Int),
  category: optional(Schema.String),
  competition: optional(Schema.String),
  title: optional(Schema.String),
  notificationMessage: optional(Schema.String),
  primaryEventTickers: optional(texts),
  relatedEventTickers: optional(texts),
  targetIds: optional(texts),
  sourceIds: optional(sourceIds),
  details: optional(json)
})

const newProgram = Schema.Struct({
  ticker: Schema.String,
  type: Schema.Literals(["liquidity", "volume"]),
  description: optional(Schema.String),
  startMillis: Schema.Int,
  endMillis: Schema.Int,
  periodReward: Schema.String,
  maxRewardPerAccount: optional(Schema.String),
  discountFactorBps: optional(Schema.Int),
  targetSize: optional(Schema.String)
})

export const referenceControls: ReadonlyArray<Control> = [
  post("structured-targets", newTarget, (operator, input) => operator.createStructuredTarget(input)),
  post("milestones", newMilestone, (operator, input) => operator.createMilestone(input)),
  post("incentive-programs", newProgram, (operator, input) => operator.createIncentiveProgram(input)),
  post("incentive-programs/:id/paid-out", Schema.Struct({}), (operator, _, programId) =>
    operator.markProgramPaidOut(programId)
  )
]
