/**
 * Incentive programs: how they are created, marked as paid out, and listed.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateIncentiveProgram, ListIncentivePrograms, Page } from "../Commands.ts"
import { parseCount, parseMicros } from "../decimal.ts"
import type { IncentiveProgram, Refusal } from "../Entities.ts"
import { page } from "../pages.ts"
import { invalidParameters, invalidTime, notFound, refusal } from "../refusals.ts"
import type { State } from "../state.ts"
import { isTime } from "../times.ts"
import { addProgram, type ProgramRecord } from "./records.ts"

export const create = (state: State, input: CreateIncentiveProgram): Result.Result<IncentiveProgram, Refusal> => {
  const { discountFactorBps, endMillis, startMillis, ticker, type } = input
  if (!state.markets.has(ticker)) {
    return Result.fail(invalidParameters(`no market has the ticker ${ticker}`))
  }
  if (!isTime(startMillis) || !isTime(endMillis)) {
    return Result.fail(invalidTime)
  }
  if (startMillis >= endMillis) {
    return Result.fail(invalidParameters("an incentive program must start before it ends"))
  }
  if (discountFactorBps !== undefined && !(Number.isInteger(discountFactorBps) && isFraction(discountFactorBps))) {
    return Result.fail(invalidParameters("the discount factor must be whole basis points from 0 to 10,000"))
  }
  return Result.flatMap(readReward(input.periodReward), (periodReward) =>
    Result.flatMap(optional(input.maxRewardPerAccount, readReward), (maxRewardPerAccount) =>
      Result.map(optional(input.targetSize, readSize), (targetSize) => {
        const program: ProgramRecord = {
          programId: state.ids.next(),
          ticker,
          type,
          description: input.description ?? `${type} in ${ticker}`,
          startMillis,
          endMillis,
          periodReward,
          maxRewardPerAccount,
          discountFactorBps,
          targetSize,
          isPaidOut: false
        }
        addProgram(state.reference, program)
        return toProgram(state, program)
      })
    )
  )
}

const isFraction = (basisPoints: number): boolean => basisPoints >= 0 && basisPoints <= 10_000

const optional = <A>(
  text: string | undefined,
  read: (text: string) => Result.Result<A, Refusal>
): Result.Result<A | undefined, Refusal> => (text === undefined ? Result.succeed(undefined) : read(text))

/** The unit of rewards, one ten-thousandth of a dollar, in micro-dollars. */
const micros = 100

const readReward = (dollars: string): Result.Result<number, Refusal> => {
  const amount = parseMicros(dollars)
  return amount === undefined || amount % micros !== 0
    ? Result.fail(invalidParameters("a reward must be dollars with at most four decimals"))
    : Result.succeed(amount / micros)
}

const readSize = (text: string): Result.Result<number, Refusal> => {
  const size = parseCount(text)
  return size === undefined
    ? Result.fail(invalidParameters("the target size must be contracts with at most two decimals"))
    : Result.succeed(size)
}

/** Marks a program as paid out. The program must have ended. A second call changes nothing. */
export const markPaidOut = (state: State, programId: string): Result.Result<void, Refusal> => {
  const program = state.reference.programs.get(programId.toLowerCase())
  if (program === undefined) {
    return Result.fail(notFound)
  }
  if (state.nowMillis < program.endMillis) {
    return Result.fail(refusal("conflict", "incentive_program_has_not_ended"))
  }
  program.isPaidOut = true
  return Result.void
}

const statusOf = ({ nowMillis }: State, program: ProgramRecord): IncentiveProgram["status"] =>
  program.isPaidOut
    ? "paid_out"
    : nowMillis < program.startMillis
      ? "upcoming"
      : nowMillis < program.endMillis
        ? "active"
        : "closed"

const toProgram = (state: State, program: ProgramRecord): IncentiveProgram => {
  const { isPaidOut: _isPaidOut, ...shown } = program
  return { ...shown, status: statusOf(state, program) }
}

/** Lists incentive programs, oldest first. */
export const list = (state: State, query: ListIncentivePrograms): Result.Result<Page<IncentiveProgram>, Refusal> =>
  page(state.reference.programList, query, {
    mark: "ip-",
    maxLimit: 10_000,
    order: "oldestFirst",
    isListed: (program) =>
      (query.status === undefined || query.status === statusOf(state, program)) &&
      (query.type === undefined || query.type === program.type) &&
      (query.description === undefined || query.description === program.description),
    show: (program) => toProgram(state, program)
  })
