/**
 * The reads of the exchange.
 *
 * @module
 */
import * as Result from "effect/Result"
import type {
  ListBlockTrades,
  ListFcmOrders,
  PageQuery,
  TimeQuery,
  KeyOptions,
  ListFills,
  ListOrders,
  ListPositions,
  ListQuotes,
  ListRfqBatches,
  ListRfqs,
  ListSettlements,
  Page,
  QuoteTarget
} from "./Commands.ts"
import type {
  BlockTrade,
  FcmTrade,
  Subtrader,
  Account,
  Allocation,
  ApiKey,
  Balance,
  BatchQuote,
  BestQuotes,
  Fill,
  Order,
  OrderGroup,
  Payment,
  Portfolio,
  Position,
  Quote,
  Refusal,
  Rfq,
  RfqBatch,
  Settlement,
  ShardTransfer,
  SubaccountTransfer
} from "./Entities.ts"
import * as accounts from "./accounts/accounts.ts"
import { type Budget, budgetOf } from "./accounts/buckets.ts"
import { toBestQuotes } from "./communications/batches/bestQuotes.ts"
import { listBatches, listBatchQuotes } from "./communications/batches/lists.ts"
import { findBatch, findOwnBatch, toBatch } from "./communications/batches/records.ts"
import { listBlockTrades } from "./communications/blockTrades.ts"
import * as subtraders from "./fcm/subtraders.ts"
import { listFcmTrades } from "./fcm/trades.ts"
import { listQuotes, listRfqs } from "./communications/lists.ts"
import { findQuote, findRfq, toQuote, toRfq } from "./communications/records.ts"
import { ordersOf } from "./orders/ending.ts"
import { cutoffsOf, isArchived } from "./markets/history.ts"
import { positionOf, toBalance, toPosition } from "./money/ledger.ts"
import type { Era } from "./markets/marketData.ts"
import { laterPositions, makePositionList, positionsIn, positionsOfEvent } from "./money/positionList.ts"
import * as groups from "./orders/groups.ts"
import { type GroupWindow, newestGroups, newestRfqs, type QuotedRfq } from "./newest.ts"
import { countWhile, millisOf, page, within } from "./pages.ts"
import { ReferenceData } from "./reference/referenceData.ts"
import { notFound } from "./refusals.ts"
import { type AccountState, type OrderState, type PositionList, type PositionState, snapshot } from "./state.ts"

export type { Era, ListMarkets } from "./markets/marketData.ts"

/** A resting order, and the number of contracts ahead of it in the queue. */
export interface QueuePosition {
  readonly orderId: string
  readonly ticker: string
  readonly count: number
}

/** The market data, the reference data, and the accounts' own data. */
export class View extends ReferenceData {
  accounts(): ReadonlyArray<Account> {
    return Array.from(this.state.accounts.values(), accounts.view)
  }

  account(accountId: string): Result.Result<Account, Refusal> {
    return Result.map(this.#account(accountId), accounts.view)
  }

  /** Returns the account's token budgets. */
  budgets(accountId: string): Result.Result<{ readonly read: Budget; readonly write: Budget }, Refusal> {
    return Result.map(this.#account(accountId), ({ tier }) => ({
      read: budgetOf(tier, "read"),
      write: budgetOf(tier, "write")
    }))
  }

  keys(accountId: string): Result.Result<ReadonlyArray<ApiKey>, Refusal> {
    return Result.map(this.#account(accountId), ({ keys }) => [...keys])
  }

  /** Checks a key's name, scopes and subaccount, but not its public key. Returns undefined if they are valid. */
  checkKey(accountId: string, options: KeyOptions): Refusal | undefined {
    const account = this.state.accounts.get(accountId)
    return account === undefined ? notFound : accounts.checkKey(account, options)
  }

  key(keyId: string): ApiKey | undefined {
    return this.state.keys.get(keyId)
  }

  /** Finds an order by id. A subaccount narrows the search. */
  order(accountId: string, orderId: string, subaccount?: number): Result.Result<Order, Refusal> {
    return Result.map(this.#order(accountId, orderId, subaccount), snapshot)
  }

  /** Lists orders, newest first. Orders that ended before the cutoff are only in the era `historical`. */
  listOrders(accountId: string, query: ListOrders, era: Era = "live"): Result.Result<Page<Order>, Refusal> {
    const { eventTickers, exchangeIndex, status, subaccount, ticker } = query
    return Result.flatMap(this.#account(accountId), ({ orders }) =>
      page(orders.all, query, {
        mark: era === "live" ? "o" : "ho",
        before: orders.before({
          tickers: ticker === undefined ? eventTickers?.flatMap((event) => this.#tickersOf(event)) : [ticker],
          status,
          isArchived: era === "historical",
          archiveMillis: cutoffsOf(this.state).orderMillis,
          ...millisOf(query)
        }),
        isListed: (order) =>
          (eventTickers === undefined || eventTickers.includes(order.market.event.eventTicker)) &&
          (subaccount === undefined || order.subaccount === subaccount) &&
          (exchangeIndex === undefined || order.exchangeIndex === exchangeIndex),
        show: snapshot
      })
    )
  }

  /** Returns the number of contracts that match before a resting order. */
  queuePosition(accountId: string, orderId: string, subaccount?: number): Result.Result<QueuePosition, Refusal> {
    return Result.flatMap(this.#order(accountId, orderId, subaccount), (order) =>
      order.status === "resting"
        ? Result.succeed(toQueuePosition(order, order.market.book[order.side].ahead(order)))
        : Result.fail(notFound)
    )
  }

  /**
   * Returns the queue positions of a subaccount's resting orders. `query` can limit them to some markets or to one
   * event.
   */
  queuePositions(
    accountId: string,
    subaccount: number,
    query: { readonly tickers: ReadonlyArray<string> | undefined; readonly eventTicker: string | undefined }
  ): Result.Result<ReadonlyArray<QueuePosition>, Refusal> {
    const { eventTicker, tickers } = query
    return Result.map(this.#positions(accountId, subaccount), (list) => {
      const positions =
        tickers !== undefined
          ? positionsIn(
              list,
              [...new Set(tickers)].map((ticker) => this.state.markets.get(ticker))
            )
          : eventTicker !== undefined
            ? positionsOfEvent(list, this.state.events.get(eventTicker))
            : list.all
      return positions
        .filter(({ market }) => eventTicker === undefined || market.event.eventTicker === eventTicker)
        .flatMap((position) => sides.flatMap((side) => queuePositionsOf(position, side)))
    })
  }

  /** Finds an order group by id. A subaccount narrows the search. */
  group(accountId: string, groupId: string, subaccount: number | undefined): Result.Result<OrderGroup, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) => groups.get(this.state, account, groupId, subaccount))
  }

  listGroups(accountId: string, subaccount: number | undefined): Result.Result<ReadonlyArray<OrderGroup>, Refusal> {
    return Result.map(this.#account(accountId), (account) => groups.list(this.state, account, subaccount))
  }

  /** Returns the money of every used subaccount and shard of the account, sorted by subaccount and then by shard. */
  balances(accountId: string): Result.Result<ReadonlyArray<Balance>, Refusal> {
    return Result.map(this.#account(accountId), ({ holdings }) =>
      Array.from(holdings.values(), toBalance).sort(
        (left, right) => left.subaccount - right.subaccount || left.exchangeIndex - right.exchangeIndex
      )
    )
  }

  /** Returns the totals of one subaccount over all shards. */
  portfolio(accountId: string, subaccount = 0): Result.Result<Portfolio, Refusal> {
    return Result.map(this.#account(accountId), (account) => {
      const holdings = [...account.holdings.values()].filter((holding) => holding.subaccount === subaccount)
      const sum = (of: "cashMicros" | "collateralMicros" | "feesMicros") =>
        holdings.reduce((total, holding) => total + BigInt(holding[of]), 0n)
      const positions = holdings.flatMap((holding) => Array.from(holding.positions.values()))
      return {
        cashMicros: sum("cashMicros"),
        collateralMicros: sum("collateralMicros"),
        feesMicros: sum("feesMicros"),
        positions: Object.fromEntries(
          positions.flatMap(({ count, market }) => (count === 0 ? [] : [[market.ticker, count]]))
        )
      }
    })
  }

  /** Returns the count of a subaccount's position in a market: positive for YES, negative for NO. */
  positionCount(accountId: string, ticker: string, subaccount = 0): number {
    const [account, market] = [this.state.accounts.get(accountId), this.state.markets.get(ticker)]
    return account === undefined || market === undefined ? 0 : positionOf(account, subaccount, market).count
  }

  /**
   * Lists positions in markets that the subaccount has traded. Positions that settled before the cutoff are only in the
   * era `historical`.
   */
  listPositions(accountId: string, query: ListPositions, era: Era = "live"): Result.Result<Page<Position>, Refusal> {
    return Result.flatMap(this.#positions(accountId, query.subaccount), (positions) =>
      page(positions.all, query, {
        mark: `${era === "live" ? "p" : "hp"}${query.settlement}-`,
        order: "oldestFirst",
        after: laterPositions(positions, this.state, query),
        isListed: this.#isListed(query, era),
        show: toPosition
      })
    )
  }

  /** Returns all positions that {@link listPositions} returns in pages. */
  allPositions(
    accountId: string,
    query: ListPositions,
    era: Era = "live"
  ): Result.Result<ReadonlyArray<Position>, Refusal> {
    return Result.map(this.#positions(accountId, query.subaccount), (positions) =>
      positions.all.filter(this.#isListed(query, era)).map(toPosition)
    )
  }

  /** Like {@link allPositions}, but only in the markets of an event. */
  positionsOfEvent(
    accountId: string,
    eventTicker: string,
    query: ListPositions,
    era: Era = "live"
  ): Result.Result<ReadonlyArray<Position>, Refusal> {
    return Result.map(this.#positions(accountId, query.subaccount), (positions) =>
      positionsOfEvent(positions, this.state.events.get(eventTicker)).filter(this.#isListed(query, era)).map(toPosition)
    )
  }

  /** Lists fills, newest first. Fills before the cutoff are only in the era `historical`. */
  listFills(accountId: string, query: ListFills, era: Era = "live"): Result.Result<Page<Fill>, Refusal> {
    const { exchangeIndex, orderId, subaccount, tickers } = query
    return Result.flatMap(this.#account(accountId), (account) => {
      const { fills } = account
      const order = orderId === undefined ? undefined : this.state.orders.get(orderId.toLowerCase())
      return page(fills.all, query, {
        mark: era === "live" ? "f" : "hf",
        before: this.within(
          fills.all,
          query,
          era,
          orderId !== undefined
            ? fills.beforeOfOrder(order?.account === account ? order : undefined)
            : tickers !== undefined
              ? fills.beforeOfTickers(tickers)
              : undefined
        ),
        isListed: (fill) =>
          (tickers === undefined || tickers.includes(fill.ticker)) &&
          (subaccount === undefined || subaccount === fill.subaccount) &&
          (exchangeIndex === undefined || exchangeIndex === fill.exchangeIndex),
        show: (fill) => fill
      })
    })
  }

  /** Returns the number of contracts that the account has traded since a time in Unix seconds. */
  volumeSince(accountId: string, fromSeconds: number): Result.Result<number, Refusal> {
    return Result.map(this.#account(accountId), ({ fills: { all } }) =>
      all
        .slice(countWhile(all.length, (index) => all[index]!.atMillis < fromSeconds * 1_000))
        .reduce((total, { count }) => total + count, 0)
    )
  }

  /** Lists settlements, newest first. */
  listSettlements(accountId: string, query: ListSettlements): Result.Result<Page<Settlement>, Refusal> {
    const { eventTicker, ticker } = query
    const { maxMillis, minMillis } = millisOf(query)
    return Result.flatMap(this.#account(accountId), ({ settlements, settlementsByTicker }) =>
      page(settlements, query, {
        mark: "s",
        before: within(
          settlements,
          (atMillis) => atMillis < minMillis,
          (atMillis) => atMillis > maxMillis,
          ticker === undefined && eventTicker === undefined
            ? undefined
            : settlementsByTicker.before(ticker === undefined ? this.#tickersOf(eventTicker!) : [ticker])
        ),
        isListed: (settlement) =>
          (eventTicker === undefined || eventTicker === settlement.eventTicker) &&
          (query.subaccount === undefined || query.subaccount === settlement.subaccount),
        show: (settlement) => settlement
      })
    )
  }

  /** Lists deposits or withdrawals, newest first. */
  listPayments(
    accountId: string,
    kind: "deposits" | "withdrawals",
    query: PageQuery
  ): Result.Result<Page<Payment>, Refusal> {
    return this.#all(accountId, query, kind === "deposits" ? "d" : "w", 500, (account) => account[kind])
  }

  /** Lists transfers between subaccounts, newest first. */
  listCashTransfers(accountId: string, query: PageQuery): Result.Result<Page<SubaccountTransfer>, Refusal> {
    return this.#all(accountId, query, "c", 1_000, ({ cashTransfers }) => cashTransfers)
  }

  /** Lists transfers between shards, and to and from the margined exchange, newest first. */
  listShardTransfers(accountId: string, query: PageQuery): Result.Result<Page<ShardTransfer>, Refusal> {
    return Result.flatMap(this.#account(accountId), ({ shardTransfers }) =>
      page(shardTransfers, query, { mark: "x", maxLimit: 500, show: (transfer) => ({ ...transfer }) })
    )
  }

  shardTransfer(accountId: string, transferId: string): Result.Result<ShardTransfer, Refusal> {
    return Result.flatMap(this.#account(accountId), ({ shardTransfers }) => {
      const found = shardTransfers.find((transfer) => transfer.transferId === transferId.toLowerCase())
      return found === undefined ? Result.fail(notFound) : Result.succeed({ ...found })
    })
  }

  allocation(accountId: string): Result.Result<Allocation, Refusal> {
    return Result.map(this.#account(accountId), ({ allocation }) => allocation)
  }

  /** Returns the netting flags of the primary subaccount and of every created subaccount. Default: off. */
  netting(
    accountId: string
  ): Result.Result<ReadonlyArray<{ readonly subaccount: number; readonly enabled: boolean }>, Refusal> {
    return Result.map(this.#account(accountId), ({ netting, subaccounts }) =>
      Array.from({ length: subaccounts + 1 }, (_, subaccount) => ({
        subaccount,
        enabled: netting.get(subaccount) ?? false
      }))
    )
  }

  /** Returns the public id of the account as a creator of RFQs and quotes. */
  communicationsId(accountId: string): Result.Result<string, Refusal> {
    return Result.map(this.#account(accountId), (account) => account.communicationsId)
  }

  /** Finds an RFQ of any account. */
  rfq(rfqId: string): Result.Result<Rfq, Refusal> {
    return Result.map(findRfq(this.state, rfqId), toRfq)
  }

  /** Returns the accepted quotes that can still be confirmed, sorted by id. Quotes on RFQ batches are not included. */
  quotesToConfirm(): ReadonlyArray<Quote> {
    const found: Array<Quote> = []
    for (const timer of this.state.timers.values()) {
      if ("lapse" in timer) {
        found.push(toQuote(timer.lapse))
      }
    }
    return found.sort((left, right) => (left.quoteId < right.quoteId ? -1 : 1))
  }

  /**
   * Returns the open RFQs of all accounts, without RFQs of batches. Each RFQ has the quotes on it that are not
   * canceled.
   */
  openRfqs(): ReadonlyArray<{ readonly rfq: Rfq; readonly quotes: ReadonlyArray<Quote> }> {
    const found: Array<{ readonly rfq: Rfq; readonly quotes: ReadonlyArray<Quote> }> = []
    for (const { openRfqs } of this.state.accounts.values()) {
      if (openRfqs.size > 0) {
        for (const rfq of openRfqs.values()) {
          found.push({
            rfq: toRfq(rfq),
            quotes: rfq.quotes.filter(({ status }) => status !== "cancelled").map(toQuote)
          })
        }
      }
    }
    return found
  }

  /** Lists RFQs of all accounts, newest first. */
  listRfqs(accountId: string, query: ListRfqs): Result.Result<Page<Rfq>, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) => listRfqs(this.state, account, query))
  }

  /** Finds a quote that the account made, or a quote on an RFQ of the account. */
  quote(accountId: string, target: QuoteTarget): Result.Result<Quote, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) =>
      Result.map(findQuote(this.state, account, target, "maker", "rfqCreator"), toQuote)
    )
  }

  /** Lists quotes that the account made, or quotes on its RFQs, newest first. */
  listQuotes(accountId: string, query: ListQuotes): Result.Result<Page<Quote>, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) => listQuotes(this.state, account, query))
  }

  /** Finds an RFQ batch of any account. */
  rfqBatch(batchId: string): Result.Result<RfqBatch, Refusal> {
    return Result.map(findBatch(this.state, batchId), toBatch)
  }

  /** Lists RFQ batches of all accounts, most recently updated first. */
  listRfqBatches(accountId: string, query: ListRfqBatches): Result.Result<Page<RfqBatch>, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) => listBatches(this.state, account, query))
  }

  /** Returns the best bids on an RFQ batch of the account. */
  bestQuotes(accountId: string, batchId: string, subaccount: number | undefined): Result.Result<BestQuotes, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) =>
      Result.map(findOwnBatch(this.state, account, batchId, subaccount), toBestQuotes)
    )
  }

  /** Returns those batch quotes on an RFQ batch that the account may see. */
  batchQuotes(
    accountId: string,
    batchId: string,
    subaccount: number | undefined
  ): Result.Result<ReadonlyArray<BatchQuote>, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) =>
      listBatchQuotes(this.state, account, batchId, subaccount)
    )
  }

  /** Returns the newest order groups of the account, newest first. Each group has the newest fills of its window. */
  newestGroups(accountId: string, limit: number): Result.Result<ReadonlyArray<GroupWindow>, Refusal> {
    return Result.map(this.#account(accountId), (account) => newestGroups(this.state, account, limit))
  }

  /**
   * Returns the newest RFQs of all accounts, newest first, with the newest quotes on them. Only for the operator,
   * because quotes are private.
   */
  newestRfqs(limit: number): ReadonlyArray<QuotedRfq> {
    return newestRfqs(this.state, limit)
  }

  /** Returns the subtraders of an FCM member. */
  subtraders(accountId: string): Result.Result<ReadonlyArray<Subtrader>, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) => subtraders.list(this.state, account))
  }

  /** Finds a subtrader of an FCM member. For a key that is bound to a subtrader, the id can be omitted. */
  subtrader(accountId: string, subtraderId: string | undefined): Result.Result<Subtrader, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) =>
      Result.map(subtraders.find(account, subtraderId), (found) => subtraders.toSubtrader(this.state, found))
    )
  }

  /** Lists orders of an FCM's subtraders, newest first. */
  listFcmOrders(accountId: string, query: ListFcmOrders): Result.Result<Page<Order>, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) => subtraders.listOrders(this.state, account, query))
  }

  /** Lists trades of an FCM's subtraders, newest first. */
  listFcmTrades(accountId: string, query: PageQuery & TimeQuery): Result.Result<Page<FcmTrade>, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) => listFcmTrades(account, query))
  }

  /** Lists proposed block trades to which the account is a party, newest first. */
  listBlockTrades(accountId: string, query: ListBlockTrades): Result.Result<Page<BlockTrade>, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) => listBlockTrades(this.state, account, query))
  }

  #account(accountId: string): Result.Result<AccountState, Refusal> {
    const account = this.state.accounts.get(accountId)
    return account === undefined ? Result.fail(notFound) : Result.succeed(account)
  }

  #order(accountId: string, orderId: string, subaccount: number | undefined): Result.Result<OrderState, Refusal> {
    const order = this.state.orders.get(orderId.toLowerCase())
    return order?.accountId === accountId && (subaccount === undefined || order.subaccount === subaccount)
      ? Result.succeed(order)
      : Result.fail(notFound)
  }

  #tickersOf(eventTicker: string): ReadonlyArray<string> {
    return (this.state.events.get(eventTicker)?.markets ?? []).map(({ ticker }) => ticker)
  }

  #positions(accountId: string, subaccount: number): Result.Result<PositionList, Refusal> {
    return Result.map(this.#account(accountId), ({ positions }) => positions.get(subaccount) ?? makePositionList())
  }

  #isListed(query: ListPositions, era: Era): (position: PositionState) => boolean {
    const cutoffs = cutoffsOf(this.state)
    return (position) =>
      position.tradedCount > 0 &&
      isArchived.position(position, cutoffs) === (era === "historical") &&
      (query.settlement === "all" || position.settled === (query.settlement === "settled")) &&
      (query.ticker === undefined || position.market.ticker === query.ticker) &&
      (query.eventTicker === undefined || position.market.event.eventTicker === query.eventTicker) &&
      (query.exchangeIndex === undefined || position.holding.exchangeIndex === query.exchangeIndex) &&
      (query.nonZero.length === 0 || query.nonZero.some((what) => isNonZero(position, what)))
  }

  #all<A>(
    accountId: string,
    query: PageQuery,
    mark: string,
    maxLimit: number,
    items: (account: AccountState) => ReadonlyArray<A>
  ): Result.Result<Page<A>, Refusal> {
    return Result.flatMap(this.#account(accountId), (account) =>
      page(items(account), query, {
        mark,
        maxLimit,
        show: (item) => item
      })
    )
  }
}

const sides = ["bid", "ask"] as const

const toQueuePosition = ({ orderId, ticker }: OrderState, count: number): QueuePosition => ({ orderId, ticker, count })

const queuePositionsOf = (position: PositionState, side: "bid" | "ask"): ReadonlyArray<QueuePosition> => {
  const orders = ordersOf(position[side])
  const counts = position.market.book[side].aheadOfEach(orders)
  return orders.map((order, index) => toQueuePosition(order, counts[index]!))
}

const isNonZero = (position: PositionState, what: "position" | "total_traded"): boolean =>
  what === "position" ? position.count !== 0 : position.tradedMicros !== 0n
