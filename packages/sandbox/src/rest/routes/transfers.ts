/**
 * Subaccounts, and transfers within an account.
 *
 * @module
 */
import * as Subaccounts from "@kalshi-effect/client/Subaccounts"
import * as Transfers from "@kalshi-effect/client/Transfers"
import * as Result from "effect/Result"
import type { ApiKey, Location, ShardTransfer } from "../../exchange/Entities.ts"
import { type Route, route } from "../route.ts"
import { balance, cents, dollars, seconds } from "../wire.ts"

const microsPerCent = 10_000
const microsPerCenticent = 100

export const subaccounts: ReadonlyArray<Route> = [
  route(Subaccounts.balances, ({ accountId, key, userView }) =>
    Result.map(userView.balances(accountId), (balances) => ({
      subaccount_balances: balances.filter(isVisibleTo(key)).map((money) => ({
        subaccount_number: money.subaccount,
        exchange_index: money.exchangeIndex,
        balance: balance(money.cashMicros),
        updated_ts: seconds(money.updatedMillis)
      }))
    }))
  ),

  route(Subaccounts.create, ({ accountId, execute, input }) =>
    Result.map(
      execute({ type: "createSubaccount", accountId, exchangeIndex: input.exchange_index ?? 0 }),
      (subaccount_number) => ({ subaccount_number })
    )
  ),

  route(Subaccounts.netting, ({ accountId, key, view }) =>
    Result.map(view.netting(accountId), (flags) => ({
      netting_configs: flags.filter(isVisibleTo(key)).map(({ enabled, subaccount }) => ({
        subaccount_number: subaccount,
        enabled,
        exchange_index: 0
      }))
    }))
  ),

  route(Subaccounts.updateNetting, ({ accountId, execute, input }) =>
    execute({ type: "setNetting", accountId, subaccount: input.subaccount_number, enabled: input.enabled })
  ),

  route(Subaccounts.transfer, ({ accountId, execute, input }) =>
    Result.map(
      execute({
        type: "transferCash",
        accountId,
        transfer: {
          clientTransferId: input.client_transfer_id,
          fromSubaccount: input.from_subaccount,
          toSubaccount: input.to_subaccount,
          amountMicros: input.amount_cents * microsPerCent,
          exchangeIndex: input.exchange_index ?? 0
        }
      }),
      () => ({})
    )
  ),

  route(Subaccounts.transfers, ({ accountId, input, view }) =>
    Result.map(
      view.listCashTransfers(accountId, { limit: input.limit ?? 100, cursor: input.cursor }),
      ({ cursor, items }) => ({
        transfers: items.map((transfer) => ({
          transfer_id: transfer.transferId,
          from_subaccount: transfer.fromSubaccount,
          to_subaccount: transfer.toSubaccount,
          amount_cents: cents(transfer.amountMicros),
          created_ts: seconds(transfer.atMillis),
          exchange_index: transfer.exchangeIndex
        })),
        cursor
      })
    )
  )
]

export const transfers: ReadonlyArray<Route> = [
  route(Transfers.list, ({ accountId, input, view }) =>
    Result.map(
      view.listShardTransfers(accountId, { limit: input.limit ?? 100, cursor: input.cursor }),
      ({ cursor, items }) => ({ transfers: items.map(toTransfer), cursor })
    )
  ),

  route(Transfers.get, ({ accountId, input, view }) =>
    Result.map(view.shardTransfer(accountId, input.transfer_id), (transfer) => ({ transfer: toTransfer(transfer) }))
  ),

  route(Transfers.create, ({ accountId, execute, input }) =>
    Result.map(
      execute({
        type: "transferShard",
        accountId,
        transfer: {
          clientTransferId: input.client_transfer_id,
          source: locationOf(input.source, input.source_exchange_shard, input.source_subaccount),
          destination: locationOf(input.destination, input.destination_exchange_shard, input.destination_subaccount),
          amountMicros: input.amount * microsPerCenticent
        }
      }),
      ({ transferId }) => ({ transfer_id: transferId })
    )
  ),

  route(Transfers.targetBalanceAllocation, ({ accountId, view }) =>
    Result.map(view.allocation(accountId), ({ percents, reservation }) => ({
      allocations: percents.map(({ exchangeIndex, percent }) => ({ exchange_index: exchangeIndex, percent })),
      resting_margin_reservation: reservation
    }))
  ),

  route(Transfers.setTargetBalanceAllocation, ({ accountId, execute, input }) =>
    Result.map(
      execute({
        type: "setAllocation",
        accountId,
        allocation: {
          percents: input.allocations.map(({ exchange_index, percent }) => ({
            exchangeIndex: exchange_index,
            percent
          })),
          reservation: input.resting_margin_reservation ?? "sum"
        }
      }),
      () => ({})
    )
  )
]

/** A key that is locked to a subaccount sees only this subaccount. */
const isVisibleTo =
  (key: ApiKey | undefined) =>
  ({ subaccount }: { readonly subaccount: number }): boolean =>
    key?.subaccount === undefined || key.subaccount === subaccount

const locationOf = (instance: Location["instance"], exchangeIndex = 0, subaccount = 0): Location => ({
  instance,
  exchangeIndex,
  subaccount
})

const toTransfer = (transfer: ShardTransfer): Transfers.IntraExchangeInstanceTransfer => ({
  transfer_id: transfer.transferId,
  ...(transfer.clientTransferId === undefined ? undefined : { client_transfer_id: transfer.clientTransferId }),
  source: transfer.source.instance,
  destination: transfer.destination.instance,
  source_exchange_shard: transfer.source.exchangeIndex,
  destination_exchange_shard: transfer.destination.exchangeIndex,
  amount: dollars(transfer.amountMicros),
  status: transfer.complete ? "complete" : "pending",
  created_ts: seconds(transfer.atMillis)
})
