/**
 * Executes commands on the exchange's state.
 *
 * @module
 */
import * as Result from "effect/Result"
import * as accounts from "./accounts/accounts.ts"
import * as batchAcceptance from "./communications/batches/accepting.ts"
import * as batches from "./communications/batches/creating.ts"
import * as batchQuotes from "./communications/batches/quoting.ts"
import { toBatch, toBatchQuote } from "./communications/batches/records.ts"
import * as blockTrades from "./communications/blockTrades.ts"
import * as quotes from "./communications/quotes.ts"
import { toQuote, toRfq } from "./communications/records.ts"
import * as rfqs from "./communications/rfqs.ts"
import type { Command, CommandType, CommandResult } from "./Commands.ts"
import { parseMicros } from "./decimal.ts"
import type { Refusal } from "./Entities.ts"
import { transferPosition } from "./fcm/positionTransfers.ts"
import * as subtraders from "./fcm/subtraders.ts"
import * as catalog from "./markets/catalog.ts"
import * as fees from "./markets/feeChanges.ts"
import * as collections from "./markets/collections.ts"
import { comboOf } from "./markets/combos.ts"
import * as outcomes from "./markets/comboOutcomes.ts"
import * as lifecycle from "./markets/lifecycle.ts"
import { toMarket } from "./markets/marketView.ts"
import * as ledger from "./money/ledger.ts"
import * as transfers from "./money/transfers.ts"
import * as changes from "./orders/changes.ts"
import * as groups from "./orders/groups.ts"
import * as orders from "./orders/placing.ts"
import { beginAction } from "./orders/resting.ts"
import * as incentivePrograms from "./reference/incentivePrograms.ts"
import * as milestones from "./reference/milestones.ts"
import * as structuredTargets from "./reference/structuredTargets.ts"
import { notFound } from "./refusals.ts"
import type { AccountState, GroupState, MarketState, State } from "./state.ts"

const defaultDeposit = "1000000"

type Executor<Type extends CommandType> = (state: State, command: Command<Type>) => CommandResult<Type>

const onAccount =
  <C extends { readonly accountId: string }, A>(
    run: (state: State, account: AccountState, command: C) => Result.Result<A, Refusal>
  ) =>
  (state: State, command: C): Result.Result<A, Refusal> => {
    const account = state.accounts.get(command.accountId)
    return account === undefined ? Result.fail(notFound) : run(state, account, command)
  }

const onMarket =
  <C extends { readonly ticker: string }>(
    run: (state: State, market: MarketState, command: C) => Result.Result<void, Refusal>
  ) =>
  (state: State, command: C): Result.Result<void, Refusal> => {
    const market = state.markets.get(command.ticker)
    return market === undefined ? Result.fail(notFound) : run(state, market, command)
  }

const onGroup = <C extends Command<"resetGroup" | "triggerGroup" | "deleteGroup" | "setGroupLimit">>(
  run: (state: State, group: GroupState, command: C) => Refusal | undefined | void
): ((state: State, command: C) => Result.Result<void, Refusal>) =>
  onAccount((state, account, command) =>
    groups.change(state, account, command.target, (group) => run(state, group, command))
  )

const onMoney = (run: typeof ledger.deposit) =>
  onAccount((state, account, command: Command<"deposit" | "withdraw">) => {
    const { dollars, exchangeIndex = 0, subaccount = 0 } = command
    return run(state, account, parseMicros(dollars) ?? NaN, { exchangeIndex, subaccount })
  })

const executors: { readonly [Type in CommandType]: Executor<Type> } = {
  createAccount: (state, { dollars = defaultDeposit, name, tier = "unmetered" }) =>
    Result.map(accounts.create(state, name, dollars, tier), accounts.view),
  setTier: onAccount((state, account, { tier }) => {
    accounts.setTier(state, account, tier)
    return Result.void
  }),
  upgradeTier: onAccount(accounts.upgrade),
  registerKey: onAccount((state, account, { options = {}, publicKey }) =>
    accounts.registerKey(state, account, publicKey, options)
  ),
  deleteKey: onAccount((state, account, { keyId }) => accounts.deleteKey(state, account, keyId)),
  deposit: onMoney(ledger.deposit),
  withdraw: onMoney(ledger.withdraw),
  createSubaccount: onAccount((state, account, { exchangeIndex }) =>
    accounts.createSubaccount(state, account, exchangeIndex)
  ),
  setNetting: onAccount((state, account, { enabled, subaccount }) =>
    accounts.setNetting(state, account, subaccount, enabled)
  ),
  transferCash: onAccount((state, account, { transfer }) => transfers.transferCash(state, account, transfer)),
  transferShard: onAccount((state, account, { transfer }) => transfers.transferShard(state, account, transfer)),
  setAllocation: onAccount((state, account, { allocation }) => transfers.setAllocation(state, account, allocation)),
  createSeries: (state, { series }) =>
    Result.map(catalog.createSeries(state, series), (created) => {
      const { volume: _volume, ...shown } = catalog.toSeries(created)
      return shown
    }),
  createEvent: (state, { event }) => Result.map(catalog.createEvent(state, event), catalog.toEvent),
  createMarket: (state, { market }) =>
    Result.map(catalog.createMarket(state, market), (created) => toMarket(state, created)),
  changeSeriesFee: fees.changeSeriesFee,
  changeEventFee: fees.changeEventFee,
  createStructuredTarget: (state, { target }) => structuredTargets.create(state, target),
  createMilestone: (state, { milestone }) => milestones.create(state, milestone),
  createIncentiveProgram: (state, { program }) => incentivePrograms.create(state, program),
  markProgramPaidOut: (state, { programId }) => incentivePrograms.markPaidOut(state, programId),
  createCollection: (state, { collection }) =>
    Result.map(collections.create(state, collection), collections.toCollection),
  createCombo: onAccount((state, account, { collectionTicker, legs }) =>
    Result.map(comboOf(state, collectionTicker, legs, account), (combo) => toMarket(state, combo))
  ),
  pauseMarket: onMarket(lifecycle.pause),
  reactivateMarket: onMarket(lifecycle.reactivate),
  setMarketClose: onMarket((state, market, { closeMillis }) => outcomes.setClose(state, market, closeMillis)),
  determineMarket: onMarket((state, market, { outcome }) => outcomes.determine(state, market, outcome)),
  disputeMarket: onMarket(outcomes.dispute),
  settleMarket: onMarket(lifecycle.settle),
  setActive: lifecycle.setActive,
  restartClocks: lifecycle.restartClocks,
  createOrder: onAccount((state, account, { order }) => orders.place(state, account, order)),
  cancelOrder: onAccount((state, account, { target }) => changes.cancel(state, account, target)),
  cancelAllOrders: onAccount((state, account, { subaccount }) => changes.cancelAll(state, account, subaccount)),
  amendOrder: onAccount((state, account, { order }) => changes.amend(state, account, order)),
  decreaseOrder: onAccount((state, account, { order }) => changes.decrease(state, account, order)),
  createGroup: onAccount((state, account, { group }) => groups.create(state, account, group)),
  resetGroup: onGroup(groups.reset),
  triggerGroup: onGroup(groups.trigger),
  setGroupLimit: onGroup((state, group, { limit }) => groups.setLimit(state, group, limit)),
  deleteGroup: onGroup(groups.remove),
  createRfq: onAccount((state, account, { rfq }) => Result.map(rfqs.create(state, account, rfq), toRfq)),
  deleteRfq: onAccount((state, account, { rfqId, subaccount }) => rfqs.remove(state, account, rfqId, subaccount)),
  createQuote: onAccount((state, account, { quote }) => Result.map(quotes.create(state, account, quote), toQuote)),
  deleteQuote: onAccount((state, account, { target }) => quotes.remove(state, account, target)),
  acceptQuote: onAccount((state, account, { side, target }) => quotes.accept(state, account, target, side)),
  confirmQuote: onAccount((state, account, { target }) => quotes.confirm(state, account, target)),
  createRfqBatch: onAccount((state, account, { batch }) => Result.map(batches.create(state, account, batch), toBatch)),
  deleteRfqBatch: onAccount((state, account, { batchId, subaccount }) =>
    batches.remove(state, account, batchId, subaccount)
  ),
  createBatchQuote: onAccount((state, account, { quote }) =>
    Result.map(batchQuotes.create(state, account, quote), toBatchQuote)
  ),
  deleteBatchQuote: onAccount((state, account, { target }) => batchQuotes.remove(state, account, target)),
  acceptRfqBatch: onAccount((state, account, { acceptance }) => batchAcceptance.accept(state, account, acceptance)),
  confirmBatchQuote: onAccount((state, account, { target }) => batchAcceptance.confirm(state, account, target)),
  proposeBlockTrade: onAccount((state, account, { proposal }) => blockTrades.propose(state, account, proposal)),
  acceptBlockTrade: onAccount((state, account, { proposalId, subaccount }) =>
    blockTrades.accept(state, account, proposalId, subaccount)
  ),
  enableFcm: onAccount((state, account, { errorAccountId }) => subtraders.enable(state, account, errorAccountId)),
  createSubtrader: onAccount((state, account, { suffix }) => subtraders.create(state, account, suffix)),
  setSubtraderCap: onAccount((_state, account, { capMicros, subtraderId }) =>
    subtraders.setCap(account, subtraderId, capMicros)
  ),
  setBlockedCategory: onAccount((state, account, command) => subtraders.setBlocked(state, account, command)),
  transferPosition: onAccount((state, account, { transfer }) => transferPosition(state, account, transfer))
}

/** Executes a command. A refused command can use up an id, so a replay must include refused commands. */
export const execute = <Type extends CommandType>(state: State, command: Command<Type>): CommandResult<Type> => {
  const type: Type = command.type
  const executor: Executor<Type> = executors[type]
  beginAction(state)
  return executor(state, command)
}
