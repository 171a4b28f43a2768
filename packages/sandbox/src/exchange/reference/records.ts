/**
 * The reference data of the exchange: how milestones, structured targets and incentive programs are kept.
 *
 * @module
 */
import type { IncentiveProgram, Milestone, StructuredTarget } from "../Entities.ts"

/** A milestone without the fields that depend on the time. */
export type MilestoneRecord = Omit<Milestone, "phase" | "updatedMillis">

/** An incentive program without its status, which depends on the time. */
export interface ProgramRecord extends Omit<IncentiveProgram, "status"> {
  isPaidOut: boolean
}

/** Lists are oldest first. */
export interface ReferenceState {
  readonly targets: Map<string, StructuredTarget>
  readonly targetList: Array<StructuredTarget>
  /** By the team's id. */
  readonly players: Map<string, Array<StructuredTarget>>
  readonly milestones: Map<string, MilestoneRecord>
  readonly milestoneList: Array<MilestoneRecord>
  /** By the event's ticker. */
  readonly milestonesByEvent: Map<string, Array<MilestoneRecord>>
  readonly programs: Map<string, ProgramRecord>
  readonly programList: Array<ProgramRecord>
}

export const emptyReference = (): ReferenceState => ({
  targets: new Map(),
  targetList: [],
  players: new Map(),
  milestones: new Map(),
  milestoneList: [],
  milestonesByEvent: new Map(),
  programs: new Map(),
  programList: []
})

const add = <A>(lists: Map<string, Array<A>>, key: string, item: A): void => {
  const list = lists.get(key)
  if (list === undefined) {
    lists.set(key, [item])
  } else {
    list.push(item)
  }
}

export const addTarget = (reference: ReferenceState, target: StructuredTarget): void => {
  reference.targets.set(target.targetId, target)
  reference.targetList.push(target)
  if (target.teamId !== undefined) {
    add(reference.players, target.teamId, target)
  }
}

export const addMilestone = (reference: ReferenceState, milestone: MilestoneRecord): void => {
  reference.milestones.set(milestone.milestoneId, milestone)
  reference.milestoneList.push(milestone)
  for (const eventTicker of milestone.relatedEventTickers) {
    add(reference.milestonesByEvent, eventTicker, milestone)
  }
}

export const addProgram = (reference: ReferenceState, program: ProgramRecord): void => {
  reference.programs.set(program.programId, program)
  reference.programList.push(program)
}

export const dumpReference = ({ milestoneList, programList, targetList }: ReferenceState) => ({
  targets: [...targetList],
  milestones: [...milestoneList],
  programs: programList.map((program) => ({ ...program }))
})

export const restoreReference = (
  { reference }: { readonly reference: ReferenceState },
  from: ReturnType<typeof dumpReference>
): void => {
  // A dump in JSON omits undefined fields. The copies below have these fields again.
  for (const target of from.targets) {
    addTarget(reference, { ...target, teamId: target.teamId })
  }
  for (const milestone of from.milestones) {
    const { competition, endMillis } = milestone
    addMilestone(reference, { ...milestone, competition, endMillis })
  }
  for (const program of from.programs) {
    const { discountFactorBps, maxRewardPerAccount, targetSize } = program
    addProgram(reference, { ...program, maxRewardPerAccount, discountFactorBps, targetSize })
  }
}
