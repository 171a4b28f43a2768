/**
 * A simple model of the exchange with one market. It searches its lists at every step, shares no code with the engine,
 * and computes fees with the client's code.
 */
import * as Fees from "@kalshi-effect/client/Fees"
import { countUnsafe, type Dollars, dollarsUnsafe, toMicros } from "@kalshi-effect/client/FixedPoint"
import * as Result from "effect/Result"

export interface ModelOrder {
  readonly account: number
  readonly side: "bid" | "ask"
  readonly group: ModelGroup | undefined
  readonly postOnly: boolean
  readonly stp: "taker_at_cross" | "maker"
  price: number
  expiresAt: number
  status: "resting" | "canceled" | "executed"
  filled: number
  remaining: number
  /** False while the order is being matched. */
  inBook: boolean
  /** Increases with time. Sorts the orders at one price, and the orders of one account. */
  stamp: number
  /** The rate of the reserved fee, in millionths. */
  rate: number
  carried: Dollars
}

export interface ModelGroup {
  readonly account: number
  limit: number
  triggered: boolean
  deleted: boolean
  fills: Array<{ readonly at: number; readonly count: number }>
}

export interface ModelFill {
  readonly maker: number
  readonly taker: number
  readonly price: number
  readonly count: number
  readonly isBlock: boolean
}

export interface ModelBlock {
  readonly buyer: number
  readonly seller: number
  readonly makerSide: "yes" | "no"
  readonly price: number
  readonly count: number
  readonly expiresAt: number
  readonly accepted: Array<number>
}

export interface ModelRfq {
  readonly account: number
  readonly count: number | undefined
  readonly targetCost: number | undefined
  readonly excludesFees: boolean
  readonly restRemainder: boolean
  isOpen: boolean
}

export interface ModelQuote {
  readonly account: number
  readonly rfq: ModelRfq
  readonly yesBid: number
  readonly noBid: number
  readonly yesCount: number
  readonly noCount: number
  readonly restRemainder: boolean
  readonly postOnly: boolean
  status: "open" | "accepted" | "confirmed" | "executed" | "cancelled"
  side: "yes" | "no" | undefined
  /** For an accepted quote, the time limit of the confirmation. For a confirmed quote, the time of the execution. */
  due: number
  placed: ReadonlyArray<number>
}

export interface ModelAccount {
  /** Free and reserved cash. */
  money: number
  fees: number
  position: number
}

export interface ModelPlace {
  readonly account: number
  readonly side: "bid" | "ask"
  readonly price: number
  readonly count: number
  readonly tif: "good_till_canceled" | "immediate_or_cancel" | "fill_or_kill"
  readonly stp: "taker_at_cross" | "maker"
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly expiresAt: number
  readonly group: number | undefined
}

export interface ModelAmend {
  readonly price: number
  readonly count: number
  readonly expiresAt: number | undefined
}

interface Terms {
  readonly account: number
  readonly side: "bid" | "ask"
  readonly price: number
  readonly count: number
}

/** Rates in millionths. */
export interface Rates {
  readonly taker: number
  readonly maker: number
}

/** The rates of a series with maker fees. */
export const usualRates: Rates = { taker: 70_000, maker: 17_500 }

const own = ({ price, side }: { readonly price: number; readonly side: "bid" | "ask" }): number =>
  side === "bid" ? price : 10_000 - price

const decimal = (units: number, decimals: number): string => (units / 10 ** decimals).toFixed(decimals)

/** If a method for a command returns a text, the text is the code of the refusal. */
export class Model {
  now: number
  orders: Array<ModelOrder> = []
  groups: Array<ModelGroup> = []
  fills: Array<ModelFill> = []
  blocks: Array<ModelBlock> = []
  rfqs: Array<ModelRfq> = []
  quotes: Array<ModelQuote> = []
  accounts: Array<ModelAccount>
  stamps = 0
  readonly rounding: Fees.Rounding
  readonly member: "direct" | "other"
  readonly rates: Rates
  /** Whether the market is highly volatile. Its quotes then have shorter time limits. */
  readonly isVolatile: boolean
  /** The confirmed quotes, in the order of their execution. */
  #confirmed: Array<ModelQuote> = []

  constructor(
    now: number,
    money: ReadonlyArray<number>,
    rounding: Fees.Rounding,
    member: "direct" | "other",
    rates: Rates,
    isVolatile = false
  ) {
    this.rates = rates
    this.isVolatile = isVolatile
    this.now = now
    this.accounts = money.map((micros) => ({ money: micros, fees: 0, position: 0 }))
    this.rounding = rounding
    this.member = member
  }

  /** Advances the time. Executes the confirmed quotes that are due, each at its own time. */
  wait(millis: number): void {
    const end = this.now + millis
    for (let next = this.#confirmed[0]; next !== undefined && next.due <= end; next = this.#confirmed[0]) {
      this.#advance(next.due)
      this.#confirmed.shift()
      this.#execute(next)
    }
    this.#advance(end)
  }

  #advance(now: number): void {
    this.now = now
    for (const order of this.orders) {
      if (order.status === "resting" && order.expiresAt <= this.now) {
        this.#cancel(order)
      }
    }
  }

  place(input: ModelPlace): string | undefined {
    const group = input.group === undefined ? undefined : this.groups[input.group]!
    if (group !== undefined && (group.deleted || group.triggered || group.account !== input.account)) {
      return "invalid_order"
    }
    const count = input.reduceOnly ? Math.min(input.count, this.#closable(input.account, input.side)) : input.count
    if (count === 0 || (input.postOnly && this.#reachable(input.side, input.price).length > 0)) {
      return "invalid_order"
    }
    const { expiresAt, postOnly, stp } = input
    const order: ModelOrder = { ...this.#order({ ...input, count }, 0), group, postOnly, stp, expiresAt }
    order.rate = this.#rateOf(order, input.tif)
    if (!this.#canPay(order)) {
      return "insufficient_balance"
    }
    if (input.tif === "fill_or_kill" && !this.#fillsCompletely(order)) {
      return "fill_or_kill_insufficient_resting_volume"
    }
    this.#accept(order, input.tif)
    return undefined
  }

  cancel(order: number, account: number): boolean {
    const target = this.#own(order, account)
    if (target !== undefined) {
      this.#cancel(target)
    }
    return target !== undefined
  }

  cancelAll(account: number): number {
    const resting = this.orders.filter((order) => order.account === account && order.status === "resting")
    for (const order of resting) {
      this.#cancel(order)
    }
    return resting.length
  }

  decrease(order: number, account: number, by: number): string | undefined {
    const target = this.#own(order, account)
    if (target === undefined) {
      return "not_found"
    }
    if (by === 0 || by > target.remaining) {
      return "invalid_order_size"
    }
    target.remaining -= by
    if (target.remaining === 0) {
      this.#cancel(target)
    }
    return undefined
  }

  amend(order: number, account: number, { count, expiresAt, price }: ModelAmend): string | undefined {
    const target = this.#own(order, account)
    if (target === undefined) {
      return "not_found"
    }
    const remaining = count - target.filled
    if (remaining < 0) {
      return "invalid_order"
    }
    const keeps = price === target.price && remaining <= target.remaining
    if (!keeps && remaining > 0) {
      const reachable = this.#reachable(target.side, price)
      if (target.postOnly && reachable.length > 0) {
        return "invalid_order"
      }
      let ahead = 0
      for (const other of reachable) {
        if (ahead >= remaining) {
          break
        }
        if (other.account === account) {
          return "invalid_order"
        }
        ahead += other.remaining
      }
      const changed = { ...target, price, remaining, inBook: false, stamp: Infinity }
      changed.rate = this.#rateOf(changed, "good_till_canceled")
      const others = this.orders.filter((other) => other !== target)
      const required = this.#required(account, [...others, changed])
      if (required > this.#required(account, this.orders) && required > this.accounts[account]!.money) {
        return "insufficient_balance"
      }
    }
    target.expiresAt = expiresAt ?? target.expiresAt
    if (remaining === 0) {
      this.#cancel(target)
    } else if (keeps) {
      target.remaining = remaining
    } else {
      Object.assign(target, { price, remaining, inBook: false, stamp: ++this.stamps })
      target.rate = this.#rateOf(target, "good_till_canceled")
      this.#match(target)
      this.#rest(target, "good_till_canceled")
    }
    return undefined
  }

  propose(proposer: number, block: Omit<ModelBlock, "accepted">): string | undefined {
    if (proposer !== block.buyer && proposer !== block.seller) {
      return "permission_denied"
    }
    if (block.buyer === block.seller || block.expiresAt <= this.now) {
      return "invalid_parameters"
    }
    this.blocks.push({ ...block, accepted: [] })
    return undefined
  }

  /** The second party's acceptance executes the block trade. */
  acceptBlock(index: number, account: number): string | undefined {
    const block = this.blocks[index]
    if (block === undefined || (account !== block.buyer && account !== block.seller)) {
      return "not_found"
    }
    if (block.accepted.includes(account)) {
      return "bad_request"
    }
    if (this.now >= block.expiresAt) {
      return "expired"
    }
    const { buyer, count, makerSide, price, seller } = block
    const rate = (side: "yes" | "no") => this.rates[side === makerSide ? "maker" : "taker"]
    const buy = this.#order({ account: buyer, side: "bid", price, count }, rate("yes"))
    const sell = this.#order({ account: seller, side: "ask", price, count }, rate("no"))
    const payers = [...block.accepted, account]
    if ([buy, sell].some((order) => payers.includes(order.account) && !this.#canPay(order))) {
      return "INSUFFICIENT_BALANCE"
    }
    block.accepted.push(account)
    if (payers.length === 2) {
      const [maker, taker] = makerSide === "yes" ? [buy, sell] : [sell, buy]
      this.orders.push(maker, taker)
      this.#trade(maker, taker, price, true)
    }
    return undefined
  }

  createRfq(rfq: Omit<ModelRfq, "isOpen">, replaces: boolean): string | undefined {
    const existing = this.rfqs.find(({ account, isOpen }) => isOpen && account === rfq.account)
    if (existing !== undefined) {
      if (!replaces || this.#hasAccepted(existing)) {
        return "conflict"
      }
      this.#close(existing)
    }
    this.rfqs.push({ ...rfq, isOpen: true })
    return undefined
  }

  deleteRfq(index: number, account: number): string | undefined {
    const rfq = this.rfqs[index]
    if (rfq === undefined || rfq.account !== account || !rfq.isOpen) {
      return "not_found"
    }
    this.#close(rfq)
    return undefined
  }

  createQuote(
    index: number,
    input: Pick<ModelQuote, "account" | "yesBid" | "noBid" | "restRemainder" | "postOnly">
  ): string | undefined {
    const { account, noBid, yesBid } = input
    const rfq = this.rfqs[index]
    if (rfq === undefined) {
      return "not_found"
    }
    if (!rfq.isOpen) {
      return "RFQ_CLOSED"
    }
    if (yesBid + noBid === 0 || yesBid + noBid > 10_000) {
      return "invalid_parameters"
    }
    const quote: ModelQuote = {
      ...input,
      rfq,
      yesCount: this.#quoted(rfq, yesBid),
      noCount: this.#quoted(rfq, noBid),
      status: "open",
      side: undefined,
      due: 0,
      placed: []
    }
    const sides = [yesBid > 0 ? this.#ordersOf(quote, "yes") : [], noBid > 0 ? this.#ordersOf(quote, "no") : []]
    const offers = sides.flatMap(([maker]) => maker ?? [])
    if (offers.some(({ remaining }) => remaining === 0)) {
      return "invalid_parameters"
    }
    if (!offers.every((offer) => this.#canPay(offer))) {
      return "insufficient_balance"
    }
    for (const older of this.quotes) {
      if (older.rfq === rfq && older.account === account && older.status === "open") {
        older.status = "cancelled"
      }
    }
    this.quotes.push(quote)
    return undefined
  }

  deleteQuote(index: number, account: number): string | undefined {
    const quote = this.quotes[index]
    if (quote === undefined || quote.account !== account || quote.status !== "open") {
      return "not_found"
    }
    quote.status = "cancelled"
    return undefined
  }

  acceptQuote(index: number, account: number, side: "yes" | "no"): string | undefined {
    const quote = this.quotes[index]
    if (quote === undefined || quote.rfq.account !== account) {
      return "not_found"
    }
    if (!quote.rfq.isOpen) {
      return "RFQ_CLOSED"
    }
    if (quote.status !== "open" || this.#hasAccepted(quote.rfq)) {
      return "bad_request"
    }
    const [maker, creator] = this.#ordersOf(quote, side)
    if (maker.remaining === 0) {
      return "invalid_parameters"
    }
    if (!this.#canPay(creator)) {
      return "INSUFFICIENT_BALANCE"
    }
    Object.assign(quote, { status: "accepted", side, due: this.now + (this.isVolatile ? 3_000 : 30_000) })
    return undefined
  }

  confirmQuote(index: number, account: number): string | undefined {
    const quote = this.quotes[index]
    if (quote === undefined || quote.account !== account) {
      return "not_found"
    }
    if (quote.status !== "accepted") {
      return "bad_request"
    }
    if (this.now >= quote.due) {
      return "expired"
    }
    if (!this.#canPay(this.#ordersOf(quote, quote.side!)[0])) {
      return "INSUFFICIENT_BALANCE"
    }
    Object.assign(quote, { status: "confirmed", due: this.now + (this.isVolatile ? 1_000 : 15_000) })
    this.#confirmed.push(quote)
    return undefined
  }

  window(group: ModelGroup): number {
    return group.fills.filter(({ at }) => this.now - at < 15_000).reduce((sum, { count }) => sum + count, 0)
  }

  trigger(group: ModelGroup): void {
    group.triggered = true
    for (const order of this.orders) {
      if (order.group === group && order.status === "resting") {
        this.#cancel(order)
      }
    }
  }

  reset(group: ModelGroup): void {
    group.triggered = false
    group.fills = []
  }

  setLimit(group: ModelGroup, limit: number): void {
    group.limit = limit
    if (this.window(group) > limit) {
      this.trigger(group)
    }
  }

  delete(group: ModelGroup): void {
    const triggered = group.triggered
    this.trigger(group)
    group.triggered = triggered
    group.deleted = true
  }

  /** Returns one side of the book. The best price comes first. */
  book(side: "bid" | "ask"): Array<[number, number]> {
    const levels = new Map<number, number>()
    for (const order of this.orders.filter((order) => order.side === side && order.status === "resting")) {
      levels.set(order.price, (levels.get(order.price) ?? 0) + order.remaining)
    }
    return [...levels].sort(([left], [right]) => (side === "bid" ? right - left : left - right))
  }

  ahead(order: ModelOrder): number {
    const other = order.side === "bid" ? "ask" : "bid"
    const line = this.#reachable(other, order.price)
    return line.slice(0, line.indexOf(order)).reduce((sum, { remaining }) => sum + remaining, 0)
  }

  reserved(account: number): number {
    return this.#required(account, this.orders)
  }

  /**
   * Each YES contract pays `value`, and each NO contract pays one dollar minus `value`. The payout of an account is
   * truncated to whole cents.
   */
  settle(value: number): void {
    for (const account of this.accounts) {
      const worth = Math.abs(account.position) * (account.position > 0 ? value : 10_000 - value)
      account.money += worth - (worth % 10_000)
      account.fees += worth % 10_000
      account.position = 0
    }
  }

  /** The value of a combo is the product of the values of its legs, rounded down to a ten-thousandth. */
  settleCombo(legs: ReadonlyArray<{ readonly value: number; readonly side: "yes" | "no" }>): void {
    let product = 1n
    for (const { side, value } of legs) {
      product *= BigInt(side === "yes" ? value : 10_000 - value)
    }
    this.settle(Number(product / 10_000n ** BigInt(legs.length - 1)))
  }

  /** Whether a quote on an RFQ waits for its confirmation or its execution. */
  #hasAccepted(rfq: ModelRfq): boolean {
    return this.quotes.some(
      (quote) =>
        quote.rfq === rfq && (quote.status === "confirmed" || (quote.status === "accepted" && this.now < quote.due))
    )
  }

  #close(rfq: ModelRfq): void {
    rfq.isOpen = false
    for (const quote of this.quotes) {
      if (quote.rfq === rfq && quote.status === "open") {
        quote.status = "cancelled"
      }
    }
  }

  /**
   * Returns the count of a quote. For a target cost, this is the largest count that the target cost pays. The target
   * cost pays the fee too, unless the RFQ excludes fees.
   */
  #quoted({ count, excludesFees, targetCost }: ModelRfq, bid: number): number {
    if (bid === 0 || targetCost === undefined) {
      return bid === 0 ? 0 : count!
    }
    const cost = (count: number): number => {
      const { netFee } = this.#charge("taker", "ask", bid, count, dollarsUnsafe("0.00"))
      return count * (10_000 - bid) + (excludesFees ? 0 : Number(toMicros(netFee)))
    }
    let largest = Math.floor(targetCost / (10_000 - bid))
    while (largest > 0 && cost(largest) > targetCost) {
      largest--
    }
    return largest
  }

  #ordersOf(quote: ModelQuote, accepted: "yes" | "no"): readonly [maker: ModelOrder, creator: ModelOrder] {
    const isYes = accepted === "yes"
    const price = isYes ? quote.yesBid : 10_000 - quote.noBid
    const count = isYes ? quote.yesCount : quote.noCount
    const { maker, taker } = this.rates
    return [
      this.#order({ account: quote.account, side: isYes ? "bid" : "ask", price, count }, maker),
      this.#order({ account: quote.rfq.account, side: isYes ? "ask" : "bid", price, count }, taker)
    ]
  }

  /** Places the maker's order, and then the order of the RFQ's creator. Both can match the orders in the book. */
  #execute(quote: ModelQuote): void {
    const { postOnly, restRemainder, rfq } = quote
    quote.status = "cancelled"
    const [maker, creator] = this.#ordersOf(quote, quote.side!)
    if (maker.account === creator.account || !this.#canPay(creator)) {
      return
    }
    const place = ({ account, price, remaining, side }: ModelOrder, rests: boolean, postOnly: boolean) =>
      this.place({
        account,
        side,
        price,
        count: remaining,
        tif: rests ? "good_till_canceled" : "immediate_or_cancel",
        stp: "maker",
        postOnly,
        reduceOnly: false,
        expiresAt: Infinity,
        group: undefined
      })
    if (place(maker, true, postOnly) !== undefined) {
      return
    }
    const index = this.orders.length - 1
    const refused = place(creator, rfq.restRemainder, false)
    if (this.orders[index]!.status === "resting" && (refused !== undefined || !restRemainder)) {
      this.#cancel(this.orders[index]!)
    }
    if (refused === undefined) {
      quote.status = "executed"
      quote.placed = [index, index + 1]
      this.#close(rfq)
    }
  }

  #own(order: number, account: number): ModelOrder | undefined {
    const target = this.orders[order]
    return target === undefined || target.account !== account || target.status !== "resting" ? undefined : target
  }

  #copy(): Model {
    const copy = new Model(this.now, [], this.rounding, this.member, this.rates)
    const { accounts, fills, groups, orders, stamps } = structuredClone({
      accounts: this.accounts,
      fills: this.fills,
      groups: this.groups,
      orders: this.orders,
      stamps: this.stamps
    })
    return Object.assign(copy, { accounts, fills, groups, orders, stamps })
  }

  #order({ account, count, price, side }: Terms, rate: number): ModelOrder {
    return {
      account,
      side,
      group: undefined,
      postOnly: false,
      stp: "taker_at_cross",
      price,
      expiresAt: Infinity,
      status: "resting",
      filled: 0,
      remaining: count,
      inBook: false,
      stamp: ++this.stamps,
      rate,
      carried: dollarsUnsafe("0.00")
    }
  }

  /** Whether the account can pay for the order in addition to its other orders. */
  #canPay(order: ModelOrder): boolean {
    return this.#required(order.account, [...this.orders, order]) <= this.accounts[order.account]!.money
  }

  #closable(account: number, side: "bid" | "ask"): number {
    const { position } = this.accounts[account]!
    return Math.max(0, side === "ask" ? position : -position)
  }

  /**
   * Returns the money that the resting orders of an account reserve. Contracts that the account holds cover its oldest
   * closing orders, instead of money.
   */
  #required(account: number, orders: ReadonlyArray<ModelOrder>): number {
    let micros = 0
    for (const side of ["bid", "ask"] as const) {
      let cover = this.#closable(account, side)
      const resting = orders
        .filter((order) => order.account === account && order.side === side && order.status === "resting")
        .sort((left, right) => left.stamp - right.stamp)
      for (const order of resting) {
        const covered = Math.min(cover, order.remaining)
        cover -= covered
        const bare = order.remaining - covered
        const fee =
          (BigInt(order.rate) * BigInt(order.price) * BigInt(10_000 - order.price) * BigInt(bare)) / 10_000_000_000n
        micros += bare * own(order) + Number(fee)
      }
    }
    return micros
  }

  /** Returns the rate of the fee to reserve for an incoming order until the order rests. */
  #rateOf(order: ModelOrder, tif: ModelPlace["tif"]): number {
    const { maker, taker } = this.rates
    if (this.#reachable(order.side, order.price).length === 0) {
      return maker
    }
    return maker > taker && tif === "good_till_canceled" && !this.#fillsCompletely(order) ? maker : taker
  }

  #fillsCompletely(order: ModelOrder): boolean {
    const trial = this.#copy()
    const group = order.group === undefined ? undefined : trial.groups[this.groups.indexOf(order.group)]
    const again = { ...order, group }
    trial.#accept(again, "fill_or_kill")
    return again.status === "executed"
  }

  /** Returns the orders in the book that an order at this price can match, in the order of the matches. */
  #reachable(side: "bid" | "ask", price: number): Array<ModelOrder> {
    return this.orders
      .filter((order) => order.status === "resting" && order.inBook && order.side !== side)
      .filter((order) => (side === "bid" ? order.price <= price : order.price >= price))
      .sort((left, right) => {
        const better = side === "bid" ? left.price - right.price : right.price - left.price
        return better === 0 ? left.stamp - right.stamp : better
      })
  }

  #accept(order: ModelOrder, tif: ModelPlace["tif"]): void {
    this.orders.push(order)
    this.#match(order)
    this.#rest(order, tif)
  }

  #rest(order: ModelOrder, tif: ModelPlace["tif"]): void {
    order.rate = this.rates.maker
    if (order.status === "resting" && tif !== "good_till_canceled") {
      this.#cancel(order)
    }
    order.inBook = true
  }

  #match(taker: ModelOrder): void {
    for (;;) {
      const maker = this.#reachable(taker.side, taker.price)[0]
      if (taker.status !== "resting" || maker === undefined) {
        return
      }
      if (maker.account === taker.account) {
        this.#cancel(taker.stp === "maker" ? maker : taker)
        continue
      }
      this.#trade(maker, taker, maker.price, false)
    }
  }

  #trade(maker: ModelOrder, taker: ModelOrder, price: number, isBlock: boolean): void {
    const count = Math.min(maker.remaining, taker.remaining)
    this.fills.push({ maker: this.orders.indexOf(maker), taker: this.orders.indexOf(taker), price, count, isBlock })
    this.#fill(maker, "maker", price, count)
    this.#fill(taker, "taker", price, count)
    for (const order of [maker, taker]) {
      if (order.remaining === 0) {
        order.status = "executed"
      }
    }
    for (const { group } of [maker, taker]) {
      if (group !== undefined) {
        group.fills.push({ at: this.now, count })
        if (this.window(group) > group.limit) {
          this.trigger(group)
        }
      }
    }
  }

  #charge(role: "maker" | "taker", side: "bid" | "ask", price: number, count: number, carried: Dollars): Fees.Charge {
    return Result.getOrThrow(
      Fees.charge({
        fee_type: "quadratic_with_maker_fees",
        fee_multiplier: this.rates[role] / usualRates[role],
        role,
        side,
        price: dollarsUnsafe(decimal(price, 4)),
        count: countUnsafe(decimal(count, 2)),
        rounding: this.rounding,
        member: this.member,
        carried
      })
    )
  }

  #fill(order: ModelOrder, role: "maker" | "taker", price: number, count: number): void {
    const account = this.accounts[order.account]!
    const closed = Math.min(count, this.#closable(order.account, order.side))
    order.filled += count
    order.remaining -= count
    account.position += order.side === "bid" ? count : -count
    account.money += closed * 10_000 - count * own({ side: order.side, price })
    const charge = this.#charge(role, order.side, price, count, order.carried)
    const owed = Number(toMicros(charge.netFee))
    const fee = Math.min(owed, account.money - this.#required(order.account, this.orders))
    order.carried = dollarsUnsafe(decimal(Math.max(0, Number(toMicros(charge.carried)) - (owed - fee)), 6))
    account.money -= fee
    account.fees += fee
  }

  #cancel(order: ModelOrder): void {
    order.status = "canceled"
    order.remaining = 0
  }
}
