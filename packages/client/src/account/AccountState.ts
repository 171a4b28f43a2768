/**
 * Combines messages of the feed and pages of REST into the orders, fills, positions and order groups of an account,
 * without I/O or timers.
 *
 * **Details**
 *
 * The messages of orders, fills and positions have no sequence number, so only a read proves that nothing is missing.
 * REST lags behind the exchange. So the read must begin at least `lagMillis` after the subscription and after the last
 * loss.
 *
 * - **Orders.** The state with the later update time is kept. If the times are equal, or one is absent, a closed order
 *   does not open again, and an order does not lose fills. If these rules do not decide, a read replaces a message only
 *   if the read began at least `lagMillis` after the message.
 * - **Fills.** Messages and REST show the same fills, so a fill is identified by `trade_id` and `order_id`.
 * - **Positions.** A read replaces a message only if the read began at least `lagMillis` after the message. A message
 *   does not contain the time of the change, so a repeated message can restore an older state. After a repeated
 *   message, the owner must therefore repeat the later messages. The feed does so after it replaces a connection.
 * - **Order groups.** They are known only from messages. After a loss of messages, their status is `unknown`, because
 *   no REST operation returns it. The account stays live.
 * - **Memory.** All open orders and positions are kept, because the exchange limits their number. Only the last
 *   `maxClosedOrders` closed orders and the newest `maxFills` fills are kept. A forgotten fill is not added again. A
 *   resting order may be an old state of a forgotten closed order: then a read by id must confirm it.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type {
  FillMessage,
  MarketPositionMessage,
  OrderGroupUpdatesMessage,
  UserOrderMessage
} from "../generated/feed.ts"
import type * as Responses from "../generated/responses.ts"
import { Fills } from "./fills.ts"
import { type AccountOrderGroup, OrderGroups } from "./groups.ts"
import { Orders, type Origin } from "./orders.ts"
import { positionKey, Positions } from "./positions.ts"
import { Read, type ReadOptions } from "./reads.ts"
import * as rows from "./rows.ts"
import type { AccountFill, AccountOrder, AccountPosition } from "./rows.ts"

/** A channel of the feed that this state follows. */
export type AccountChannel = "user_orders" | "fill" | "market_positions" | "order_group_updates"

/**
 * A loss of messages. The account is then not live, except if the channel is `order_group_updates`.
 *
 * - `outage`: the connection or the subscription was lost. Messages are ignored until the channel is subscribed again.
 * - `undecodable`: a message did not decode.
 * - `gap`: messages were lost although the subscription stayed open.
 */
export interface AccountLoss {
  readonly cause: "outage" | "undecodable" | "gap"
  readonly channel: AccountChannel
  readonly detail: string
}

/**
 * The status of an account. `sinceMillis`, in Unix milliseconds, is when the account became live or stopped being live.
 * For an account that was never live, it is when the state was made.
 *
 * - `AwaitingSnapshot`: the first lists are not complete yet, and no message was lost.
 * - `Healing`: messages may be missing. `loss` is the first loss since `sinceMillis`.
 */
export type AccountStatus =
  | { readonly _tag: "AwaitingSnapshot"; readonly sinceMillis: number }
  | { readonly _tag: "Live"; readonly sinceMillis: number }
  | { readonly _tag: "Healing"; readonly sinceMillis: number; readonly loss: AccountLoss }

/** The account cannot be read now: its first lists are not complete, or messages may be missing. */
export class AccountNotLive
  extends /*#__PURE__*/ Data.TaggedError("AccountNotLive")<{
    readonly status: Exclude<AccountStatus, { readonly _tag: "Live" }>
    /**
     * The error of the last REST read that failed in this status. Undefined if none failed. Failed reads are repeated.
     */
    readonly readError: Error | undefined
  }>
{
  override get message(): string {
    const since = new Date(this.status.sinceMillis).toISOString()
    const why =
      this.status._tag === "Healing"
        ? `messages may have been lost since ${since} (${this.status.loss.channel}, ${this.status.loss.cause}: ${this.status.loss.detail})`
        : `it has been waiting for its first lists since ${since}`
    const read = this.readError === undefined ? "" : ` (the last failed read: ${this.readError.message})`
    return `The account cannot be read: ${why}${read}. Wait with awaitLive, then read the account again`
  }
}

/** A change of an account. */
export type AccountChange =
  /**
   * An order is new, or its state or `isUnconfirmed` changed. `isUnconfirmed` is true while the order may be closed.
   */
  | { readonly _tag: "Order"; readonly order: AccountOrder; readonly isUnconfirmed: boolean }
  /**
   * A read by id did not find an unconfirmed order, so the account removes the order. `order` is its last known state.
   */
  | { readonly _tag: "OrderNotFound"; readonly order: AccountOrder }
  /** A new fill. A fill is reported at most once. */
  | { readonly _tag: "Fill"; readonly fill: AccountFill }
  | { readonly _tag: "Position"; readonly position: AccountPosition }
  /** A position is settled: the list no longer contains it. `position` is its last state. */
  | { readonly _tag: "PositionSettled"; readonly position: AccountPosition }
  | { readonly _tag: "OrderGroup"; readonly group: AccountOrderGroup }

type What =
  | { readonly _tag: "Orders" }
  /** The fills since `fromMillis`, in Unix milliseconds of the local clock. */
  | { readonly _tag: "Fills"; readonly fromMillis: number }
  | { readonly _tag: "Positions"; readonly subaccount: number }
  /** One order that may be closed. */
  | { readonly _tag: "Order"; readonly order: AccountOrder }

/**
 * What must be read over REST. A read counts only if it contains everything that happened before `asOfMillis`, in Unix
 * milliseconds of the local clock.
 */
export type Need = What & { readonly asOfMillis: number }

/** All pages of one read have the same `startedMillis`. */
export interface Page<Row> {
  readonly rows: ReadonlyArray<Row>
  /**
   * When the request of the first page was sent, in Unix milliseconds of the local clock. If REST is known to lag by
   * more than `lagMillis`, pass an earlier time: the read must contain every change before `startedMillis - lagMillis`.
   */
  readonly startedMillis: number
  /** Whether this is the last page, and all pages before it have arrived. */
  readonly isComplete: boolean
}

/** An account at one moment. It never changes. */
export interface Account {
  /** The open orders, including the unconfirmed orders. */
  readonly openOrders: ReadonlyArray<AccountOrder>
  /** The ids of the open orders that may be closed, for example because a complete list did not contain them. */
  readonly unconfirmed: ReadonlySet<string>
  /** The last orders that the account saw close, oldest first. */
  readonly closedOrders: ReadonlyArray<AccountOrder>
  /** The newest fills, oldest first. */
  readonly fills: ReadonlyArray<AccountFill>
  readonly positions: ReadonlyArray<AccountPosition>
  readonly orderGroups: ReadonlyArray<AccountOrderGroup>
}

export interface AccountOptions extends ReadOptions {
  /** When the state is made, in Unix milliseconds. */
  readonly nowMillis: number
  /** Fills are read from this time on, in Unix milliseconds. Default: `overlapMillis` before the state is made. */
  readonly fillsFromMillis?: number | undefined
  /**
   * After a loss of messages, fills are read from this many milliseconds before the loss. A verification reads fills
   * from this many milliseconds before the last read. The value must cover the time until a loss is noticed, the
   * latency of a message, and the difference between the local clock and the exchange's clock. Default: 600,000.
   */
  readonly overlapMillis?: number | undefined
  /**
   * The subaccounts to follow. Orders, fills and positions of other subaccounts are ignored. Messages of order groups
   * name no subaccount, so all order groups are kept. Default: only 0, the primary account.
   */
  readonly subaccounts?: ReadonlyArray<number> | undefined
  /** How many closed orders, and how many deleted order groups, are kept. Default: 10,000. */
  readonly maxClosedOrders?: number | undefined
  /** How many fills are kept. Default: 10,000. */
  readonly maxFills?: number | undefined
  /** Called synchronously with each change. It must not throw. */
  readonly onChange?: ((change: AccountChange) => void) | undefined
}

export class AccountState {
  readonly #lagMillis: number
  readonly #overlapMillis: number
  readonly #orders: Orders
  readonly #fills: Fills
  readonly #positions: Positions
  readonly #groups: OrderGroups
  readonly #orderRead: Read
  readonly #fillRead: Read
  readonly #positionReads: ReadonlyMap<number, Read>
  readonly #subscribed = new Set<AccountChannel>()
  readonly #onChange: ((change: AccountChange) => void) | undefined
  #fillsFromMillis: number
  /** All fills until `overlapMillis` before this time were read. */
  #fillsReadMillis: number
  #status: AccountStatus
  #readError: Error | undefined
  #version = 0
  #ignored = 0
  #account: Account | undefined

  constructor(options: AccountOptions) {
    const timeoutMillis = options.readTimeoutMillis ?? 10_000
    const maxClosed = options.maxClosedOrders ?? 10_000
    const read = () => new Read(timeoutMillis, Number.POSITIVE_INFINITY, 2)
    this.#lagMillis = options.lagMillis ?? 1_000
    this.#overlapMillis = options.overlapMillis ?? 600_000
    this.#fillsFromMillis = options.fillsFromMillis ?? options.nowMillis - this.#overlapMillis
    this.#fillsReadMillis = this.#fillsFromMillis + this.#overlapMillis
    this.#orders = new Orders(this.#lagMillis, timeoutMillis, maxClosed)
    this.#fills = new Fills(options.maxFills ?? 10_000)
    this.#positions = new Positions(this.#lagMillis)
    this.#groups = new OrderGroups(maxClosed)
    this.#orderRead = read()
    this.#fillRead = read()
    this.#positionReads = new Map((options.subaccounts ?? [0]).map((subaccount) => [subaccount, read()]))
    this.#onChange = options.onChange
    this.#status = { _tag: "AwaitingSnapshot", sinceMillis: options.nowMillis }
  }

  get status(): AccountStatus {
    return this.#status
  }

  /** Increases with each change of the account or its status. */
  get version(): number {
    return this.#version
  }

  /** The number of inputs, such as messages and rows, that did not change the account. */
  get ignored(): number {
    return this.#ignored
  }

  /** Returns the account if it is live: the same object until something changes. */
  read(): Result.Result<Account, AccountNotLive> {
    return this.#status._tag === "Live"
      ? Result.succeed(this.known())
      : Result.fail(new AccountNotLive({ status: this.#status, readError: this.#readError }))
  }

  /** Returns the account even while it is not live: parts may then be missing or out of date. */
  known(): Account {
    return (this.#account ??= Object.freeze({
      openOrders: Object.freeze(this.#orders.open()),
      unconfirmed: this.#orders.doubted(),
      closedOrders: Object.freeze(this.#orders.closed()),
      fills: Object.freeze(this.#fills.all()),
      positions: Object.freeze(this.#positions.all()),
      orderGroups: Object.freeze(this.#groups.all())
    }))
  }

  /** Records that a channel is subscribed. Until this call, messages of the channel are ignored. */
  subscribed(channel: AccountChannel, nowMillis: number): void {
    this.#subscribed.add(channel)
    for (const read of this.#readsOf(channel)) if (read.isWanted) read.want(nowMillis + this.#lagMillis)
  }

  /** Makes `needs` return the lists of a channel again, although no message was lost. The status stays the same. */
  verify(channel: AccountChannel, sinceMillis: number): void {
    // Some losses are not noticed, so fills may be missing since the last read.
    if (channel === "fill") this.#wantFills(Math.min(sinceMillis, this.#fillsReadMillis))
    for (const read of this.#readsOf(channel)) if (!read.isWanted) read.want(sinceMillis + this.#lagMillis)
  }

  lost(loss: AccountLoss, sinceMillis: number): void {
    if (loss.cause === "outage") this.#subscribed.delete(loss.channel)
    if (loss.channel === "order_group_updates") {
      for (const group of this.#groups.lost()) this.#changed({ _tag: "OrderGroup", group })
      return
    }
    const isSubscribed = this.#subscribed.has(loss.channel)
    const fromMillis = isSubscribed ? sinceMillis + this.#lagMillis : Number.POSITIVE_INFINITY
    if (loss.channel === "fill") this.#wantFills(sinceMillis)
    for (const read of this.#readsOf(loss.channel)) read.want(fromMillis)
    if (this.#status._tag === "Healing") return
    const from = this.#status._tag === "Live" ? sinceMillis : this.#status.sinceMillis
    this.#readError = undefined
    this.#status = { _tag: "Healing", sinceMillis: from, loss }
    this.#changed()
  }

  userOrder({ msg }: UserOrderMessage, receivedMillis: number): void {
    const order = rows.orderOfFeed(msg)
    if (!this.#follows("user_orders", order.subaccount)) return this.#ignore()
    this.#mergeOrder(order, { _tag: "Push", receivedMillis })
  }

  fill({ msg }: FillMessage): void {
    const fill = rows.fillOfFeed(msg)
    if (!this.#follows("fill", fill.subaccount)) return this.#ignore()
    this.#addFill(fill)
    this.#fills.complete()
  }

  marketPosition({ msg, sending_ts_ms }: MarketPositionMessage, receivedMillis: number): void {
    const position = rows.positionOfFeed(msg)
    if (!this.#follows("market_positions", position.subaccount)) return this.#ignore()
    if (!this.#positions.push(position, sending_ts_ms, receivedMillis)) return this.#ignore()
    this.#changed({ _tag: "Position", position })
  }

  orderGroup({ msg }: OrderGroupUpdatesMessage): void {
    const group = this.#subscribed.has("order_group_updates") ? this.#groups.update(msg) : undefined
    if (group === undefined) return this.#ignore()
    this.#changed({ _tag: "OrderGroup", group })
  }

  ordersPage({ isComplete, rows: found, startedMillis }: Page<Responses.Order>, receivedMillis: number): void {
    for (const row of found) this.#mergeRead(row, startedMillis, receivedMillis)
    const ids = found.map(({ order_id }) => order_id)
    const seen = this.#orderRead.page(ids, startedMillis, isComplete, receivedMillis)
    if (seen === undefined) return
    for (const order of this.#orders.complete(seen, startedMillis, receivedMillis)) {
      this.#changed({ _tag: "Order", order, isUnconfirmed: true })
    }
    this.#settle(receivedMillis)
  }

  fillsPage({ isComplete, rows: found, startedMillis }: Page<Responses.Fill>, receivedMillis: number): void {
    for (const row of found) {
      const fill = rows.fillOfRest(row)
      if (this.#positionReads.has(fill.subaccount)) this.#addFill(fill)
      else this.#ignore()
    }
    if (isComplete) this.#fills.complete()
    if (this.#fillRead.page([], startedMillis, isComplete, receivedMillis) === undefined) return
    const isWhole = this.#fillsFromMillis <= this.#fillsReadMillis - this.#overlapMillis
    if (isWhole) this.#fillsReadMillis = startedMillis
    this.#settle(receivedMillis)
  }

  positionsPage(
    subaccount: number,
    { isComplete, rows: found, startedMillis }: Page<Responses.MarketPosition>,
    receivedMillis: number
  ): void {
    const read = this.#positionReads.get(subaccount)
    if (read === undefined) return this.#ignore()
    for (const row of found) {
      const position = rows.positionOfRest(row, subaccount)
      const isChanged = this.#positions.read(position, rows.positionUpdatedMillis(row), startedMillis)
      if (isChanged) this.#changed({ _tag: "Position", position })
      else this.#ignore()
    }
    const keys = found.map(({ ticker }) => positionKey(subaccount, ticker))
    const seen = read.page(keys, startedMillis, isComplete, receivedMillis)
    if (seen === undefined) return
    for (const position of this.#positions.complete(subaccount, seen, startedMillis)) {
      this.#changed({ _tag: "PositionSettled", position })
    }
    this.#settle(receivedMillis)
  }

  orderRead(row: Responses.Order, startedMillis: number, receivedMillis: number): void {
    this.#mergeRead(row, startedMillis, receivedMillis)
  }

  orderNotFound(order_id: string, startedMillis: number): void {
    const order = this.#orders.notFound(order_id, startedMillis)
    if (order === undefined) this.#ignore()
    else this.#changed({ _tag: "OrderNotFound", order })
  }

  /** Records why a read failed. `needs` returns this read again when it is due. */
  readFailed(error: Error): void {
    this.#readError = error
  }

  /**
   * Returns what must be read now, with at most `maxOrders` single orders. Report the start of each read to
   * `requested`.
   */
  needs(nowMillis: number, maxOrders = Number.POSITIVE_INFINITY): ReadonlyArray<Need> {
    return [
      ...this.#lists().filter(([, read]) => (read.dueMillis() ?? Number.POSITIVE_INFINITY) <= nowMillis),
      ...this.#orders.due(nowMillis, maxOrders).map(([order, read]) => [{ _tag: "Order", order }, read] as const)
    ].map(([what, read]) => ({ ...what, asOfMillis: read.fromMillis - this.#lagMillis }))
  }

  /** Records that a read began. If it is not complete in time (see `readTimeoutMillis`), `needs` returns it again. */
  requested(need: Need, nowMillis: number): void {
    if (need._tag === "Orders") this.#orderRead.requested(nowMillis)
    else if (need._tag === "Fills") this.#fillRead.requested(nowMillis)
    else if (need._tag === "Positions") this.#positionReads.get(need.subaccount)?.requested(nowMillis)
    else this.#orders.requested(need.order.order_id, nowMillis)
  }

  /** When `needs` must be called next with the same `maxOrders`. Undefined if nothing will be due. */
  nextMillis(maxOrders = Number.POSITIVE_INFINITY): number | undefined {
    let next = maxOrders > 0 ? this.#orders.nextMillis() : Number.POSITIVE_INFINITY
    for (const [, read] of this.#lists()) next = Math.min(next, read.dueMillis() ?? Number.POSITIVE_INFINITY)
    return next === Number.POSITIVE_INFINITY ? undefined : next
  }

  #lists(): ReadonlyArray<readonly [What, Read]> {
    return [
      [{ _tag: "Orders" }, this.#orderRead],
      [{ _tag: "Fills", fromMillis: this.#fillsFromMillis }, this.#fillRead],
      ...Array.from(this.#positionReads, ([subaccount, read]): readonly [What, Read] => [
        { _tag: "Positions", subaccount },
        read
      ])
    ]
  }

  #readsOf(channel: AccountChannel): Iterable<Read> {
    if (channel === "user_orders") return [this.#orderRead]
    if (channel === "fill") return [this.#fillRead]
    return channel === "market_positions" ? this.#positionReads.values() : []
  }

  /** A read of fills that is already wanted keeps its start, because that is earlier than `sinceMillis`. */
  #wantFills(sinceMillis: number): void {
    if (!this.#fillRead.isWanted) this.#fillsFromMillis = sinceMillis - this.#overlapMillis
  }

  #follows(channel: AccountChannel, subaccount: number): boolean {
    return this.#subscribed.has(channel) && this.#positionReads.has(subaccount)
  }

  #mergeRead(row: Responses.Order, startedMillis: number, receivedMillis: number): void {
    const order = rows.orderOfRest(row)
    if (!this.#positionReads.has(order.subaccount)) return this.#ignore()
    this.#mergeOrder(order, { _tag: "Read", startedMillis, receivedMillis })
  }

  #mergeOrder(next: AccountOrder, origin: Origin): void {
    const { order_id } = next
    const order = this.#orders.merge(next, origin) ? this.#orders.get(order_id) : undefined
    if (order === undefined) return this.#ignore()
    this.#changed({ _tag: "Order", order, isUnconfirmed: this.#orders.isDoubted(order_id) })
  }

  #addFill(fill: AccountFill): void {
    const added = this.#fills.add(fill)
    if (added === "known") this.#ignore()
    else this.#changed(added === "new" ? { _tag: "Fill", fill } : undefined)
  }

  #ignore(): void {
    this.#ignored++
  }

  #changed(change?: AccountChange): void {
    this.#version++
    this.#account = undefined
    if (change !== undefined) this.#onChange?.(change)
  }

  #settle(nowMillis: number): void {
    const reads = [this.#orderRead, this.#fillRead, ...this.#positionReads.values()]
    if (this.#status._tag === "Live" || reads.some(({ isWanted }) => isWanted)) return
    this.#status = { _tag: "Live", sinceMillis: nowMillis }
    this.#changed()
  }
}

export const make = (options: AccountOptions): AccountState => new AccountState(options)
