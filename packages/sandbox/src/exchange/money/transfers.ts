/**
 * Transfers within an account: between subaccounts, between shards, and by allocation.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { SetAllocation, TransferCash, TransferShard } from "../Commands.ts"
import type { Location, Refusal, ShardTransfer, SubaccountTransfer } from "../Entities.ts"
import { cashOf, hasSubaccount, holdingOf, pay, checkCash } from "./ledger.ts"
import { invalidParameters, refusal } from "../refusals.ts"
import { schedule, unschedule } from "../schedule.ts"
import { isShard, shards } from "../shards.ts"
import { type AccountState, type State, type TransferState, checkNotPaused } from "../state.ts"

/** The interval at which an allocation spreads the cash. Documented. */
const spreadMillis = 10_000

const isAmount = (micros: number): boolean => Number.isSafeInteger(micros) && micros > 0

/**
 * The id under which a transfer is remembered. Documented: a client transfer id is unique per instance and shard of the
 * source.
 */
const idOf = ({ exchangeIndex, instance }: Omit<Location, "subaccount">, clientTransferId: string): string =>
  `${instance} ${exchangeIndex} ${clientTransferId.toLowerCase()}`

const checkId = (account: AccountState, id: string | undefined): Refusal | undefined =>
  id !== undefined && account.clientTransferIds.has(id) ? refusal("conflict", "transfer_already_exists") : undefined

export const transferCash = (
  state: State,
  account: AccountState,
  input: TransferCash
): Result.Result<SubaccountTransfer, Refusal> => {
  const { amountMicros, exchangeIndex, fromSubaccount, toSubaccount } = input
  const id = idOf({ instance: "event_contract", exchangeIndex }, input.clientTransferId)
  const refused =
    (isShard(exchangeIndex) ? undefined : invalidParameters("exchange_index must be 0 to 3")) ??
    checkNotPaused(state, exchangeIndex) ??
    checkId(account, id) ??
    (isAmount(amountMicros) ? undefined : invalidParameters("the amount must be greater than zero")) ??
    (fromSubaccount === toSubaccount ? invalidParameters("the two subaccounts must differ") : undefined) ??
    checkSubaccount(account, fromSubaccount) ??
    checkSubaccount(account, toSubaccount) ??
    checkCash(state, cashOf(account, fromSubaccount, exchangeIndex), amountMicros)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  pay(state, holdingOf(account, fromSubaccount, exchangeIndex), -amountMicros)
  pay(state, holdingOf(account, toSubaccount, exchangeIndex), amountMicros)
  account.clientTransferIds.add(id)
  const transfer: SubaccountTransfer = {
    transferId: state.ids.next(),
    fromSubaccount,
    toSubaccount,
    exchangeIndex,
    amountMicros,
    atMillis: state.nowMillis
  }
  account.cashTransfers.push(transfer)
  state.emit?.({ type: "subaccountTransfer", accountId: account.accountId, transfer })
  return Result.succeed(transfer)
}

const checkSubaccount = (account: AccountState, subaccount: number): Refusal | undefined =>
  hasSubaccount(account, subaccount) ? undefined : invalidParameters(`subaccount ${subaccount} does not exist`)

/** Transfers cash between shards, or to or from the margined exchange. The cash arrives after `transferMillis`. */
export const transferShard = (
  state: State,
  account: AccountState,
  input: TransferShard
): Result.Result<ShardTransfer, Refusal> => {
  const { clientTransferId, destination, source } = input
  const id = clientTransferId === undefined ? undefined : idOf(source, clientTransferId)
  const refused =
    checkLocationNotPaused(state, source) ??
    checkLocationNotPaused(state, destination) ??
    checkId(account, id) ??
    checkShardTransfer(state, account, input)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  if (id !== undefined) {
    account.clientTransferIds.add(id)
  }
  return Result.succeed({ ...send(state, account, input) })
}

/** Pauses do not concern the margined exchange. */
const checkLocationNotPaused = (state: State, { exchangeIndex, instance }: Location): Refusal | undefined =>
  instance === "margined" ? undefined : checkNotPaused(state, exchangeIndex)

const checkShardTransfer = (state: State, account: AccountState, input: TransferShard): Refusal | undefined => {
  const { amountMicros, clientTransferId, destination, source } = input
  if (!isAmount(amountMicros)) {
    return invalidParameters("the amount must be greater than zero")
  }
  const numbered = source.subaccount !== 0 || destination.subaccount !== 0
  if (numbered && (source.instance === "margined" || destination.instance === "margined")) {
    return invalidParameters("only subaccount 0 may exchange cash with the margined exchange")
  }
  if (numbered && clientTransferId !== undefined) {
    return invalidParameters("client_transfer_id is only for transfers of subaccount 0")
  }
  for (const location of [source, destination]) {
    if (location.instance === "event_contract" && !isShard(location.exchangeIndex)) {
      return invalidParameters("a shard must be 0 to 3")
    }
    const refused = checkSubaccount(account, location.subaccount)
    if (refused !== undefined) {
      return refused
    }
  }
  if (isSame(source, destination)) {
    return invalidParameters("the source and the destination must differ")
  }
  const { exchangeIndex, instance, subaccount } = source
  const cash = instance === "margined" ? account.marginedMicros : cashOf(account, subaccount, exchangeIndex)
  return checkCash(state, cash, amountMicros)
}

const isSame = (left: Location, right: Location): boolean =>
  left.instance === right.instance &&
  (left.instance === "margined" || (left.exchangeIndex === right.exchangeIndex && left.subaccount === right.subaccount))

const credit = (state: State, account: AccountState, location: Location, micros: number): void => {
  if (location.instance === "margined") {
    account.marginedMicros += micros
  } else {
    pay(state, holdingOf(account, location.subaccount, location.exchangeIndex), micros)
  }
}

const send = (state: State, account: AccountState, input: TransferShard): TransferState => {
  const { amountMicros, clientTransferId, destination, source } = input
  credit(state, account, source, -amountMicros)
  const transfer: TransferState = {
    transferId: state.ids.next(),
    clientTransferId,
    source,
    destination,
    amountMicros,
    complete: false,
    atMillis: state.nowMillis
  }
  account.shardTransfers.push(transfer)
  report(state, account, transfer)
  if (state.assumptions.transferMillis === 0) {
    arrive(state, account, transfer)
  } else {
    schedule(state, state.nowMillis + state.assumptions.transferMillis, { arrive: transfer, account })
  }
  return transfer
}

export const arrive = (state: State, account: AccountState, transfer: TransferState): void => {
  credit(state, account, transfer.destination, transfer.amountMicros)
  transfer.complete = true
  report(state, account, transfer)
}

const report = (state: State, { accountId }: AccountState, transfer: TransferState): void =>
  state.emit?.({ type: "shardTransfer", accountId, transfer: { ...transfer } })

/**
 * From now on, spreads the primary subaccount's free cash over the shards every ten seconds. An empty allocation stops
 * this.
 */
export const setAllocation = (
  state: State,
  account: AccountState,
  input: SetAllocation
): Result.Result<void, Refusal> => {
  const { percents } = input
  const sum = percents.reduce((total, { percent }) => total + percent, 0)
  const refused =
    checkNotPaused(state) ??
    (percents.every(({ exchangeIndex, percent }) => isShard(exchangeIndex) && Number.isInteger(percent) && percent >= 0)
      ? undefined
      : invalidParameters("an allocation needs shards from 0 to 3 and whole percents")) ??
    (new Set(percents.map(({ exchangeIndex }) => exchangeIndex)).size === percents.length
      ? undefined
      : invalidParameters("an allocation may name a shard only once")) ??
    (percents.length === 0 || sum === 100 ? undefined : invalidParameters("the percents must add up to 100"))
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  if (percents.length === 0) {
    unschedule(state, { spread: account })
  } else if (account.allocation.percents.length === 0) {
    spreadLater(state, account)
  }
  account.allocation = { percents: percents.map((part) => ({ ...part })), reservation: input.reservation }
  return Result.void
}

const spreadLater = (state: State, account: AccountState): void =>
  schedule(state, state.nowMillis + spreadMillis, { spread: account })

/**
 * Spreads the primary subaccount's free cash over the shards. The amount on a shard is a multiple of the step of
 * balances, but the first shard of the allocation also gets the remainder. Spreads nothing if this would change the
 * cash of a paused shard.
 */
export const spread = (state: State, account: AccountState): void => {
  const { percents } = account.allocation
  const holdings = Array.from({ length: shards }, (_, shard) => holdingOf(account, 0, shard))
  const total = holdings.reduce((sum, { cashMicros }) => sum + cashMicros, 0)
  const { balanceStep } = state.rounding
  const targets = holdings.map(({ exchangeIndex }) => {
    const percent = percents.find((part) => part.exchangeIndex === exchangeIndex)?.percent ?? 0
    const part = Math.floor(total / 100) * percent
    return part - (part % balanceStep)
  })
  targets[percents[0]!.exchangeIndex]! += total - targets.reduce((sum, target) => sum + target, 0)
  const changed = holdings.filter(({ cashMicros, exchangeIndex }) => targets[exchangeIndex] !== cashMicros)
  if (changed.every(({ exchangeIndex }) => state.exchangeActive[exchangeIndex])) {
    for (const holding of changed) {
      pay(state, holding, targets[holding.exchangeIndex]! - holding.cashMicros)
    }
  }
  spreadLater(state, account)
}
