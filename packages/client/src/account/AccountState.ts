/**
 * Orders, fills, positions and order groups of an account, from the messages of the feed and from REST pages, without I/O
 * and without timers.
 *
 * **Details**
 *
 * The owner subscribes to the channels, passes on messages, losses and pages, and reads over REST what `needs` returns. The
 * channels of orders, fills and positions have no `seq`, so only a read proves that nothing is missing: it must begin
 * after the subscription, and later than the last loss by `lagMillis`, because REST lags behind the exchange.
 *
 * - **Orders.** The newest state by the exchange's time of update. Without a difference in time, an order neither opens
 *   again nor loses fills, and a read that began before a message does not replace it.
 * - **Fills.** Each once, by `trade_id` and `order_id`, from both sources.
 * - **Positions.** A message replaces what is known, unless REST showed a later change. A row of a read replaces a message
 *   only if the read began at least `lagMillis` after it. A repeated message must be followed by the later ones, as after a
 *   changeover: it carries no time of its change.
 * - **Order groups.** Only from messages. A loss makes their status unknown, and the account stays live: no REST operation
 *   returns the status.
 * - **Memory.** Open orders and positions are kept without a limit: the exchange has one. Of the closed orders, the last
 *   that closed are kept, and of the fills, the newest by time. A forgotten fill is not added again. A resting order
 *   that may be a forgotten closed one is to be confirmed.
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
 * Why an account is not live.
 *
 * - `outage`: there is no connection or no subscription. Messages are ignored until `subscribed`.
 * - `undecodable`: a message did not decode.
 * - `gap`: messages were lost otherwise.
 */
export interface AccountLoss {
  readonly cause: "outage" | "undecodable" | "gap"
  readonly channel: AccountChannel
  readonly detail: string
}

/** The status of an account: since when, and why it is not live. */
export type AccountStatus =
  | { readonly _tag: "AwaitingSnapshot"; readonly sinceMillis: number }
  | { readonly _tag: "Live"; readonly sinceMillis: number }
  | { readonly _tag: "Healing"; readonly sinceMillis: number; readonly loss: AccountLoss }

/** The account cannot be read now: its first lists are not complete, or something may be missing. */
export class AccountNotLive
  extends /*#__PURE__*/ Data.TaggedError("AccountNotLive")<{
    readonly status: Exclude<AccountStatus, { readonly _tag: "Live" }>
    /** Why the last REST read failed. Undefined if it succeeded. The read is repeated. */
    readonly readError: Error | undefined
  }>
{
  override get message(): string {
    const since = new Date(this.status.sinceMillis).toISOString()
    const why =
      this.status._tag === "Healing"
        ? `it has been healing since ${since} (${this.status.loss.channel}, ${this.status.loss.cause}: ${this.status.loss.detail})`
        : `its first lists have been awaited since ${since}`
    const read = this.readError === undefined ? "" : ` (the last read failed: ${this.readError.message})`
    return `The account cannot be read: ${why}${read}. Read it again after the next complete lists`
  }
}

/** A change of an account. */
export type AccountChange =
  /** An order is new or has another state, or it became uncertain whether it still rests. */
  | { readonly _tag: "Order"; readonly order: AccountOrder; readonly isUnconfirmed: boolean }
  /** An unconfirmed order is not there any more, and is not shown with its last state either. */
  | { readonly _tag: "OrderNotFound"; readonly order: AccountOrder }
  /** A new fill. Each one once. */
  | { readonly _tag: "Fill"; readonly fill: AccountFill }
  | { readonly _tag: "Position"; readonly position: AccountPosition }
  /** A position is settled: the list no longer contains it. `position` is its last state. */
  | { readonly _tag: "PositionSettled"; readonly position: AccountPosition }
  | { readonly _tag: "OrderGroup"; readonly group: AccountOrderGroup }

type What =
  /** All resting orders, of all subaccounts. */
  | { readonly _tag: "Orders" }
  /** The fills since this time, of all subaccounts. The time is of the local clock, and early enough. */
  | { readonly _tag: "Fills"; readonly fromMillis: number }
  /** The positions of a subaccount. */
  | { readonly _tag: "Positions"; readonly subaccount: number }
  /** One order: whether it still rests. */
  | { readonly _tag: "Order"; readonly order: AccountOrder }

/**
 * What must be read over REST. A read counts only if it contains everything that happened before `asOfMillis`, in Unix
 * milliseconds of the local clock.
 */
export type Need = What & { readonly asOfMillis: number }

/** A page of a list. All pages of a read have the time at which the read began. */
export interface Page<Row> {
  readonly rows: ReadonlyArray<Row>
  /**
   * When the request of the first page was sent, in Unix milliseconds of the local clock. An earlier time, if REST is
   * known to lag by more than `lagMillis`: the page contains everything that is older than this time minus `lagMillis`.
   */
  readonly startedMillis: number
  /** Whether this is the last page, and all pages before it have arrived. */
  readonly isComplete: boolean
}

/** An account at one moment. It never changes. */
export interface Account {
  /** Orders that rest, the unconfirmed ones included. */
  readonly openOrders: ReadonlyArray<AccountOrder>
  /** The ids of the open orders that may be closed: a list did not show them. */
  readonly unconfirmed: ReadonlySet<string>
  /** The orders that closed last, oldest first. */
  readonly closedOrders: ReadonlyArray<AccountOrder>
  /** The newest fills, oldest first. */
  readonly fills: ReadonlyArray<AccountFill>
  readonly positions: ReadonlyArray<AccountPosition>
  readonly orderGroups: ReadonlyArray<AccountOrderGroup>
}

/** Options of an account's state. */
export interface AccountOptions extends ReadOptions {
  /** The time at which the state is made, in Unix milliseconds. */
  readonly nowMillis: number
  /** The first time of which fills are read. Default: `nowMillis`, minus `overlapMillis`. */
  readonly fillsFromMillis?: number | undefined
  /**
   * How much earlier than a loss the fills are read. It covers the time until a loss is noticed, the way of a message, and
   * the difference of the two clocks. Default: 600,000.
   */
  readonly overlapMillis?: number | undefined
  /** The subaccounts to follow. What belongs to another one is ignored. Default: only 0, the primary account. */
  readonly subaccounts?: ReadonlyArray<number> | undefined
  /** How many closed orders, and how many deleted order groups, are kept. Default: 10,000. */
  readonly maxClosedOrders?: number | undefined
  /** How many fills are kept. Default: 10,000. */
  readonly maxFills?: number | undefined
  /** Receives each change, synchronously. It must not throw. Default: none. */
  readonly onChange?: ((change: AccountChange) => void) | undefined
}

/** The state of an account. `version` changes whenever reads may return something else. */
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

  /** Changes whenever reads may return something else. */
  get version(): number {
    return this.#version
  }

  /** The number of messages and rows that changed nothing, or that belong to another subaccount. */
  get ignored(): number {
    return this.#ignored
  }

  /** Returns the account, if it is live. Costs little if nothing changed since the last read. */
  read(): Result.Result<Account, AccountNotLive> {
    return this.#status._tag === "Live"
      ? Result.succeed(this.known())
      : Result.fail(new AccountNotLive({ status: this.#status, readError: this.#readError }))
  }

  /** Returns what is known, also if the account is not live: something may then be missing or out of date. */
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

  /** A channel is subscribed, for the first time or again. Its messages arrive from now on. */
  subscribed(channel: AccountChannel, nowMillis: number): void {
    this.#subscribed.add(channel)
    for (const read of this.#readsOf(channel)) if (read.isWanted) read.want(nowMillis + this.#lagMillis)
  }

  /** Reads the lists of a channel again, although nothing is known to be missing. The account stays as it is. */
  verify(channel: AccountChannel, sinceMillis: number): void {
    if (!this.#subscribed.has(channel)) return
    if (channel === "fill") this.#wantFills(sinceMillis)
    for (const read of this.#readsOf(channel)) if (!read.isWanted) read.want(sinceMillis + this.#lagMillis)
  }

  /** Messages of a channel were lost. */
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
    this.#status = { _tag: "Healing", sinceMillis: from, loss }
    this.#changed()
  }

  /** Applies a message of `user_orders`. */
  userOrder({ msg }: UserOrderMessage, receivedMillis: number): void {
    const order = rows.orderOfFeed(msg)
    if (!this.#follows("user_orders", order.subaccount)) return this.#ignore()
    this.#mergeOrder(order, { _tag: "Push", receivedMillis })
  }

  /** Applies a message of `fill`. */
  fill({ msg }: FillMessage): void {
    const fill = rows.fillOfFeed(msg)
    if (!this.#follows("fill", fill.subaccount)) return this.#ignore()
    this.#addFill(fill)
    this.#fills.complete()
  }

  /** Applies a message of `market_positions`. */
  marketPosition({ msg, sending_ts_ms }: MarketPositionMessage, receivedMillis: number): void {
    const position = rows.positionOfFeed(msg)
    if (!this.#follows("market_positions", position.subaccount)) return this.#ignore()
    if (!this.#positions.push(position, sending_ts_ms, receivedMillis)) return this.#ignore()
    this.#changed({ _tag: "Position", position })
  }

  /** Applies a message of `order_group_updates`. */
  orderGroup({ msg }: OrderGroupUpdatesMessage): void {
    const group = this.#subscribed.has("order_group_updates") ? this.#groups.update(msg) : undefined
    if (group === undefined) return this.#ignore()
    this.#changed({ _tag: "OrderGroup", group })
  }

  /** Applies a page of the resting orders. */
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

  /** Applies a page of the fills. */
  fillsPage({ isComplete, rows: found, startedMillis }: Page<Responses.Fill>, receivedMillis: number): void {
    for (const row of found) {
      const fill = rows.fillOfRest(row)
      if (this.#positionReads.has(fill.subaccount)) this.#addFill(fill)
      else this.#ignore()
    }
    if (isComplete) this.#fills.complete()
    if (this.#fillRead.page([], startedMillis, isComplete, receivedMillis) !== undefined) this.#settle(receivedMillis)
  }

  /** Applies a page of the positions of a subaccount. */
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

  /** Applies one order that was read by its id. */
  orderRead(row: Responses.Order, startedMillis: number, receivedMillis: number): void {
    this.#mergeRead(row, startedMillis, receivedMillis)
  }

  /** An order that is to be confirmed does not exist. */
  orderNotFound(order_id: string, startedMillis: number): void {
    const order = this.#orders.notFound(order_id, startedMillis)
    if (order === undefined) this.#ignore()
    else this.#changed({ _tag: "OrderNotFound", order })
  }

  /** A read failed. It is repeated when it is due again. */
  readFailed(error: Error): void {
    this.#readError = error
  }

  /** What must be read now, with at most `maxOrders` single orders. Report each read with `requested`. */
  needs(nowMillis: number, maxOrders = Number.POSITIVE_INFINITY): ReadonlyArray<Need> {
    return [
      ...this.#lists().filter(([, read]) => (read.dueMillis() ?? Number.POSITIVE_INFINITY) <= nowMillis),
      ...this.#orders.due(nowMillis, maxOrders).map(([order, read]) => [{ _tag: "Order", order }, read] as const)
    ].map(([what, read]) => ({ ...what, asOfMillis: read.fromMillis - this.#lagMillis }))
  }

  /** A read began. It is due again after `readTimeoutMillis` without its last page. */
  requested(need: Need, nowMillis: number): void {
    if (need._tag === "Orders") this.#orderRead.requested(nowMillis)
    else if (need._tag === "Fills") this.#fillRead.requested(nowMillis)
    else if (need._tag === "Positions") this.#positionReads.get(need.subaccount)?.requested(nowMillis)
    else this.#orders.requested(need.order.order_id, nowMillis)
  }

  /** When `needs` must be called next. Undefined if nothing is due. */
  nextMillis(): number | undefined {
    let next = this.#orders.nextMillis()
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

  /** Fills may be missing since a time. An earlier time that is still wanted stays. */
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

  /** Counts a message or a row that changed nothing. */
  #ignore(): void {
    this.#ignored++
  }

  #changed(change?: AccountChange): void {
    this.#version++
    this.#account = undefined
    if (change !== undefined) this.#onChange?.(change)
  }

  /** The account is live as soon as no list is wanted. */
  #settle(nowMillis: number): void {
    const reads = [this.#orderRead, this.#fillRead, ...this.#positionReads.values()]
    if (this.#status._tag === "Live" || reads.some(({ isWanted }) => isWanted)) return
    this.#status = { _tag: "Live", sinceMillis: nowMillis }
    this.#readError = undefined
    this.#changed()
  }
}

/** Makes the state of an account. It awaits its first lists. */
export const make = (options: AccountOptions): AccountState => new AccountState(options)
