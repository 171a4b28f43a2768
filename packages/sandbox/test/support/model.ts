/**
 * The exchange as simply as it can be said: lists, sorted and searched whole at every step. It shares no code with the
 * engine; a property runs both on the same commands and compares everything.
 */

export interface ModelOrder {
  readonly account: number
  readonly side: "bid" | "ask"
  readonly price: number
  readonly group: ModelGroup | undefined
  readonly expiresAt: number
  status: "resting" | "canceled" | "executed"
  filled: number
  remaining: number
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
}

export interface ModelPlace {
  readonly account: number
  readonly side: "bid" | "ask"
  readonly price: number
  readonly count: number
  readonly tif: "good_till_canceled" | "immediate_or_cancel" | "fill_or_kill"
  readonly stp: "taker_at_cross" | "maker"
  readonly postOnly: boolean
  readonly expiresAt: number
  readonly group: number | undefined
}

export class Model {
  now: number
  orders: Array<ModelOrder> = []
  groups: Array<ModelGroup> = []
  fills: Array<ModelFill> = []

  constructor(now: number) {
    this.now = now
  }

  wait(millis: number): void {
    this.now += millis
    for (const order of this.orders) {
      if (order.status === "resting" && order.expiresAt <= this.now) {
        this.#cancel(order)
      }
    }
  }

  /** Returns the refusal's code, or undefined. */
  place(input: ModelPlace): string | undefined {
    const group = input.group === undefined ? undefined : this.groups[input.group]!
    if (group !== undefined && (group.deleted || group.triggered || group.account !== input.account)) {
      return "invalid_order"
    }
    if (input.postOnly && this.#reachable(input.side, input.price).length > 0) {
      return "invalid_order"
    }
    if (input.tif === "fill_or_kill") {
      const trial = structuredClone({ now: this.now, orders: this.orders, groups: this.groups, fills: this.fills })
      const copy = Object.assign(new Model(this.now), trial)
      copy.#accept(input, group === undefined ? undefined : copy.groups[input.group!])
      if (copy.orders.at(-1)!.filled < input.count) {
        return "fill_or_kill_insufficient_resting_volume"
      }
    }
    this.#accept(input, group)
    return undefined
  }

  /** Whether there was something to cancel. */
  cancel(order: number, account: number): boolean {
    const target = this.orders[order]
    if (target === undefined || target.account !== account || target.status !== "resting") {
      return false
    }
    this.#cancel(target)
    return true
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

  /** Counts resting by price, the best price first. */
  book(side: "bid" | "ask"): Array<[number, number]> {
    const levels = new Map<number, number>()
    for (const order of this.orders.filter((order) => order.side === side && order.status === "resting")) {
      levels.set(order.price, (levels.get(order.price) ?? 0) + order.remaining)
    }
    return [...levels].sort(([left], [right]) => (side === "bid" ? right - left : left - right))
  }

  /** Resting orders that an order would meet, in the order in which it would meet them. */
  #reachable(side: "bid" | "ask", price: number): Array<ModelOrder> {
    return this.orders
      .filter((order) => order.status === "resting" && order.side !== side)
      .filter((order) => (side === "bid" ? order.price <= price : order.price >= price))
      .map((order, index) => ({ order, index }))
      .sort((left, right) => {
        const better = side === "bid" ? left.order.price - right.order.price : right.order.price - left.order.price
        return better === 0 ? left.index - right.index : better
      })
      .map(({ order }) => order)
  }

  #accept(input: ModelPlace, group: ModelGroup | undefined): void {
    const { account, count, expiresAt, price, side } = input
    const taker: ModelOrder = { account, side, price, group, expiresAt, status: "resting", filled: 0, remaining: count }
    for (;;) {
      const maker = this.#reachable(side, price)[0]
      if (taker.status !== "resting" || maker === undefined) {
        break
      }
      if (maker.account === account) {
        this.#cancel(input.stp === "maker" ? maker : taker)
        continue
      }
      const count = Math.min(maker.remaining, taker.remaining)
      for (const order of [maker, taker]) {
        order.filled += count
        order.remaining -= count
        if (order.remaining === 0) {
          order.status = "executed"
        }
      }
      this.fills.push({ maker: this.orders.indexOf(maker), taker: this.orders.length, price: maker.price, count })
      for (const order of [maker, taker]) {
        if (order.group !== undefined) {
          order.group.fills.push({ at: this.now, count })
          if (this.window(order.group) > order.group.limit) {
            this.trigger(order.group)
            if (taker.group === order.group && taker.status === "resting") {
              this.#cancel(taker)
            }
          }
        }
      }
    }
    if (taker.status === "resting" && input.tif !== "good_till_canceled") {
      this.#cancel(taker)
    }
    this.orders.push(taker)
  }

  #cancel(order: ModelOrder): void {
    order.status = "canceled"
    order.remaining = 0
  }
}
