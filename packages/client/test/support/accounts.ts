/** Builds the messages and the REST pages of an account. Simulates an exchange that delays, repeats or loses them. */
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type {
  FillMessage,
  MarketPositionMessage,
  OrderGroupUpdatesMessage,
  UserOrderMessage
} from "../../src/generated/feed.ts"
import type * as Responses from "../../src/generated/responses.ts"
import type {
  Account,
  AccountChange,
  AccountChannel,
  AccountOptions,
  AccountState,
  Need
} from "../../src/account/AccountState.ts"
import type { AccountFill, AccountPosition } from "../../src/account/rows.ts"
import { countUnsafe, dollarsUnsafe } from "../../src/money/FixedPoint.ts"

export interface OrderRow {
  readonly id: string
  readonly subaccount?: number
  readonly status?: "resting" | "canceled" | "executed" | "unknown"
  readonly price?: string
  readonly filled?: number
  readonly remaining?: number
  /** When the exchange last updated the order. Undefined: it sends no time. */
  readonly at?: number | undefined
  /** Whether the message and the REST order lack the time `at`. */
  readonly hidesTime?: boolean
}

const sharedOrder = ({ filled = 0, id, price = "0.45", remaining = 10 - filled }: OrderRow) => ({
  order_id: id,
  client_order_id: `c-${id}`,
  ticker: "A",
  user_id: "u",
  book_side: "bid" as const,
  outcome_side: "yes" as const,
  side: "yes" as const,
  yes_price_dollars: dollarsUnsafe(price),
  initial_count_fp: countUnsafe("10"),
  fill_count_fp: countUnsafe(String(filled)),
  remaining_count_fp: countUnsafe(String(remaining)),
  maker_fees_dollars: dollarsUnsafe("0"),
  maker_fill_cost_dollars: dollarsUnsafe("0"),
  taker_fees_dollars: dollarsUnsafe("0"),
  taker_fill_cost_dollars: dollarsUnsafe("0")
})

export const userOrder = (row: OrderRow): UserOrderMessage => ({
  type: "user_order",
  sid: 1,
  msg: {
    ...sharedOrder(row),
    created_time: null,
    created_ts_ms: null,
    is_yes: true,
    status: row.status ?? "resting",
    subaccount_number: row.subaccount ?? 0,
    ...(row.at === undefined || row.hidesTime === true ? undefined : { last_updated_ts_ms: row.at })
  }
})

export const orderRow = (row: OrderRow): Responses.Order => ({
  ...sharedOrder(row),
  no_price_dollars: dollarsUnsafe("0.55"),
  type: "limit",
  // The status `unknown` does not exist in REST.
  status: row.status === undefined || row.status === "unknown" ? "resting" : row.status,
  subaccount_number: row.subaccount ?? 0,
  last_update_time: row.at === undefined || row.hidesTime === true ? null : new Date(row.at).toISOString()
})

export interface FillRow {
  readonly id: string
  readonly order: string
  readonly subaccount?: number
  readonly at: number
}

export const fillMessage = ({ at, id, order, subaccount = 0 }: FillRow): FillMessage => ({
  type: "fill",
  sid: 2,
  msg: {
    trade_id: id,
    order_id: order,
    client_order_id: `c-${order}`,
    market_ticker: "A",
    subaccount,
    action: "buy",
    book_side: "bid",
    outcome_side: "yes",
    purchased_side: "yes",
    side: "yes",
    count_fp: countUnsafe("1"),
    yes_price_dollars: dollarsUnsafe("0.45"),
    fee_cost: dollarsUnsafe("0.01"),
    is_taker: false,
    post_position_fp: countUnsafe("1"),
    ts: Math.floor(at / 1_000),
    ts_ms: at
  }
})

export const fillRow = ({ at, id, order, subaccount = 0 }: FillRow): Responses.Fill => ({
  fill_id: id,
  trade_id: id,
  order_id: order,
  market_ticker: "A",
  ticker: "A",
  subaccount_number: subaccount,
  book_side: "bid",
  outcome_side: "yes",
  count_fp: countUnsafe("1"),
  yes_price_dollars: dollarsUnsafe("0.45"),
  no_price_dollars: dollarsUnsafe("0.55"),
  fee_cost: dollarsUnsafe("0.01"),
  is_taker: false,
  created_time: new Date(at).toISOString()
})

export interface PositionRow {
  readonly ticker: string
  readonly subaccount?: number
  readonly count: number
  readonly at: number
}

export const positionMessage = ({ at, count, subaccount = 0, ticker }: PositionRow): MarketPositionMessage => ({
  type: "market_position",
  sid: 3,
  sending_ts_ms: at,
  msg: {
    market_ticker: ticker,
    user_id: "u",
    subaccount,
    position_fp: countUnsafe(String(count)),
    position_cost_dollars: dollarsUnsafe("0"),
    position_fee_cost_dollars: dollarsUnsafe("0"),
    fees_paid_dollars: dollarsUnsafe("0"),
    realized_pnl_dollars: dollarsUnsafe("0"),
    volume_fp: countUnsafe("0")
  }
})

export const positionRow = ({ at, count, ticker }: PositionRow): Responses.MarketPosition => ({
  ticker,
  position_fp: countUnsafe(String(count)),
  market_exposure_dollars: dollarsUnsafe("0"),
  fees_paid_dollars: dollarsUnsafe("0"),
  realized_pnl_dollars: dollarsUnsafe("0"),
  total_traded_dollars: dollarsUnsafe("0"),
  last_updated_ts: new Date(at).toISOString()
})

export const groupMessage = (
  event_type: string,
  ts_ms: number,
  order_group_id = "g",
  limit?: string
): OrderGroupUpdatesMessage =>
  ({
    type: "order_group_updates",
    sid: 4,
    seq: 1,
    msg: { event_type, order_group_id, ts_ms, ...(limit === undefined ? undefined : { contracts_limit_fp: limit }) }
  }) as unknown as OrderGroupUpdatesMessage // tests also pass unknown types and plain text

const lagMillis = 5

/** The subaccounts that the client follows. The exchange also changes subaccount 2, which the client must ignore. */
const followed = [0, 1]

const channels = ["user_orders", "fill", "market_positions"] as const

type Channel = (typeof channels)[number]

type Message = UserOrderMessage | FillMessage | MarketPositionMessage

interface View {
  readonly millis: number
  readonly orders: ReadonlyMap<string, OrderRow>
  readonly fills: ReadonlyArray<FillRow>
  readonly positions: ReadonlyMap<string, PositionRow>
}

/** An exchange with one account. Keeps every past state. */
class ReferenceExchange {
  readonly history: Array<View> = [{ millis: 0, orders: new Map(), fills: [], positions: new Map() }]
  #ids = 0

  get now(): View {
    return this.history.at(-1)!
  }

  asOf(millis: number): View {
    return this.history.findLast((view) => view.millis <= millis) ?? this.history[0]!
  }

  act(seed: number, millis: number): ReadonlyArray<Message> {
    const resting = [...this.now.orders.values()].filter(({ status }) => status === "resting")
    const order = resting[(seed >> 4) % Math.max(1, resting.length)]
    const kind = seed % 8
    if (order === undefined || kind < 2) {
      const number = ++this.#ids
      const placed = { id: `o${number}`, subaccount: (seed >> 4) % 3, status: "resting", at: millis } as const
      return this.#change({ ...placed, hidesTime: number % 5 === 0 }, millis)
    }
    const { filled = 0 } = order
    if (kind === 2) return this.#settle(seed >> 4, millis)
    if (kind === 3) return this.#change({ ...order, price: `0.${10 + ((seed >> 4) % 80)}`, at: millis }, millis)
    if (kind === 4) return this.#change({ ...order, status: "canceled", remaining: 0, at: millis }, millis)
    const size = kind === 5 ? 10 - filled : 1
    const status = filled + size === 10 ? "executed" : "resting"
    return this.#fill({ ...order, filled: filled + size, status, at: millis }, size, millis)
  }

  #record(change: Partial<View>, millis: number): void {
    this.history.push({ ...this.now, ...change, millis })
  }

  #change(order: OrderRow, millis: number): ReadonlyArray<Message> {
    this.#record({ orders: new Map(this.now.orders).set(order.id, order) }, millis)
    return [userOrder(order)]
  }

  #fill(order: OrderRow, size: number, millis: number): ReadonlyArray<Message> {
    const subaccount = order.subaccount ?? 0
    const fill = { id: `t${(this.#ids += 1)}`, order: order.id, subaccount, at: millis }
    const ticker = "ABC"[Number(order.id.slice(1)) % 3]!
    const position = this.#position(ticker, subaccount, size, millis)
    this.#record(
      {
        orders: new Map(this.now.orders).set(order.id, order),
        fills: [...this.now.fills, fill],
        positions: new Map(this.now.positions).set(`${subaccount} ${ticker}`, position)
      },
      millis
    )
    return [userOrder(order), fillMessage(fill), positionMessage(position)]
  }

  #position(ticker: string, subaccount: number, change: number, millis: number): PositionRow {
    const count = (this.now.positions.get(`${subaccount} ${ticker}`)?.count ?? 0) + change
    return { ticker, subaccount, count, at: millis }
  }

  #settle(seed: number, millis: number): ReadonlyArray<Message> {
    const positions = new Map(this.now.positions)
    const key = [...positions.keys()][seed % Math.max(1, positions.size)]
    const position = positions.get(key ?? "")
    if (key === undefined || position === undefined) return []
    positions.delete(key)
    this.#record({ positions }, millis)
    return [positionMessage({ ...position, count: 0, at: millis })]
  }
}

type Step =
  | { readonly do: "act"; readonly seed: number }
  | { readonly do: "deliver"; readonly channel: Channel; readonly messages: number }
  | { readonly do: "repeat"; readonly channel: Channel; readonly messages: number }
  | { readonly do: "garble"; readonly channel: Channel }
  | { readonly do: "verify"; readonly channel: Channel }
  | { readonly do: "restore"; readonly channel: Channel }
  | { readonly do: "drop"; readonly channel: Channel | "all" }
  | { readonly do: "read"; readonly place: number; readonly lag: number; readonly pages: number }
  | { readonly do: "page"; readonly place: number; readonly lag: number; readonly pages: number }
  | { readonly do: "stray"; readonly place: number; readonly lag: number }
  | { readonly do: "wait"; readonly millis: number }
  | { readonly do: "heal"; readonly lag: number }

const channel = fc.constantFrom(...channels)
const place = fc.nat({ max: 50 })
const lag = fc.nat({ max: lagMillis })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant("act" as const), seed: fc.nat({ max: 10_000 }) }) },
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant("deliver" as const), channel, messages: fc.integer({ min: 1, max: 6 }) })
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("repeat" as const), channel, messages: fc.integer({ min: 1, max: 3 }) })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("garble" as const), channel }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("restore" as const), channel }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("verify" as const), channel }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("drop" as const), channel: fc.constantFrom(...channels, "all" as const) })
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("read" as const), place, lag, pages: fc.nat({ max: 3 }) })
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("page" as const), place, lag, pages: fc.integer({ min: 1, max: 3 }) })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("stray" as const), place, lag }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("heal" as const), lag }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("wait" as const), millis: fc.integer({ min: 1, max: 8 }) }) }
)

export const plays = fc.record({
  maxClosedOrders: fc.constantFrom(1, 2, 100),
  maxFills: fc.constantFrom(2, 4, 100),
  steps: fc.array(step, { maxLength: 120, size: "max" })
})

type Make = new (options: AccountOptions) => AccountState

interface Play {
  readonly maxClosedOrders: number
  readonly maxFills: number
  readonly steps: ReadonlyArray<Step>
}

/** Plays the steps. Throws if a property does not hold. */
export const play = (make: Make, input: Play): void => {
  const simulation = new Simulation(make, input)
  simulation.run(input.steps)
  simulation.finish()
}

/** A read in progress. `pages` are the pages that have not arrived yet. */
interface Pending {
  readonly need: Need
  readonly startedMillis: number
  readonly pages: Array<(receivedMillis: number) => void>
}

class ChannelMessages {
  inFlight: Array<Message | "garbled"> = []
  delivered: Array<Message> = []
  isSubscribed = false
  /** A read that started before this time may be older than the subscription or the last loss. */
  fromMillis = Number.POSITIVE_INFINITY
}

/** The account, rebuilt only from the changes that {@link AccountState} reports. */
class Shadow {
  readonly #open = new Map<string, string>()
  readonly #fills = new Set<string>()
  readonly #positions = new Map<string, string>()

  apply(change: AccountChange): void {
    switch (change._tag) {
      case "Order": {
        const { order_id, status } = change.order
        if (status === "resting" || status === "unknown") {
          this.#open.set(order_id, JSON.stringify([change.order, change.isUnconfirmed]))
        } else this.#open.delete(order_id)
        break
      }
      case "OrderNotFound":
        this.#open.delete(change.order.order_id)
        break
      case "Fill": {
        const key = keyOfFill(change.fill)
        if (this.#fills.has(key)) throw new Error(`violated: the fill ${key} is reported only once`)
        this.#fills.add(key)
        break
      }
      case "Position":
        this.#positions.set(keyOfPosition(change.position), JSON.stringify(change.position))
        break
      case "PositionSettled":
        this.#positions.delete(keyOfPosition(change.position))
    }
  }

  check({ fills, openOrders, positions, unconfirmed }: Account): void {
    const isEqual = (left: Iterable<unknown>, right: Iterable<unknown>, what: string) => {
      const [own, reported] = [[...left].toSorted(), [...right].toSorted()].map((list) => JSON.stringify(list))
      if (own !== reported)
        throw new Error(
          `violated: the reported changes add up to the ${what} of the account: expected ${own}, received ${reported}`
        )
    }
    isEqual(
      openOrders.map((order) => JSON.stringify([order, unconfirmed.has(order.order_id)])),
      this.#open.values(),
      "open orders"
    )
    isEqual(
      positions.map((position) => JSON.stringify(position)),
      this.#positions.values(),
      "positions"
    )
    for (const fill of fills) {
      const key = keyOfFill(fill)
      if (!this.#fills.has(key)) throw new Error(`violated: the fill ${key} is reported`)
    }
  }
}

const keyOfFill = ({ order_id, trade_id }: AccountFill): string => `${trade_id} ${order_id}`
const keyOfPosition = ({ market_ticker, subaccount }: AccountPosition): string => `${subaccount} ${market_ticker}`

class Simulation {
  readonly exchange = new ReferenceExchange()
  readonly state: AccountState
  readonly #maxClosed: number
  readonly #maxFills: number
  readonly #channels = {
    user_orders: new ChannelMessages(),
    fill: new ChannelMessages(),
    market_positions: new ChannelMessages()
  }
  /** When the latest complete read of each list started. */
  readonly #proofs = new Map<string, number>()
  #pending: Array<Pending> = []
  #nowMillis = 1
  readonly #closedOnce = new Set<string>()
  /** The largest fill count of each order so far. */
  readonly #filled = new Map<string, number>()
  #open: ReadonlyArray<string> = []
  readonly #shadow = new Shadow()

  constructor(make: Make, { maxClosedOrders, maxFills }: Play) {
    this.#maxClosed = maxClosedOrders
    this.#maxFills = maxFills
    this.state = new make({
      nowMillis: 1,
      fillsFromMillis: 0,
      lagMillis,
      readTimeoutMillis: 20,
      overlapMillis: 100_000,
      subaccounts: followed,
      maxClosedOrders,
      maxFills,
      onChange: (change) => this.#shadow.apply(change)
    })
  }

  run(steps: ReadonlyArray<Step>): void {
    for (const step of steps) {
      this.#play(step)
      this.#check()
    }
  }

  /** Plays without faults. Then, the client's account must equal the exchange's account. */
  finish(): void {
    for (let round = 0; round < 6; round++) {
      this.#nowMillis += 70_000
      this.#heal(lagMillis)
      while (this.#pending.length > 0) this.#deliverPages(0, Number.POSITIVE_INFINITY)
      this.#check()
    }
    this.#expect(this.state.status._tag === "Live", "the account is live at the end")
    this.#expect(this.state.nextMillis() === undefined, "no read is due at the end")
    this.#expect(this.state.known().unconfirmed.size === 0, "no order is unconfirmed at the end")
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) throw new Error(`violated: ${what}`)
  }

  #equal(left: unknown, right: unknown, what: string): void {
    this.#expect(JSON.stringify(left) === JSON.stringify(right), `${what}: ${JSON.stringify([left, right])}`)
  }

  #check(): void {
    const isLive = this.state.status._tag === "Live"
    this.#expect(Result.isSuccess(this.state.read()) === isLive, "an account is readable while it is live")
    const { closedOrders, fills, openOrders, unconfirmed } = this.state.known()
    const { now } = this.exchange
    const ids = [...openOrders, ...closedOrders].map(({ order_id }) => order_id)
    this.#expect(new Set(ids).size === ids.length, "an order is listed only once")
    for (const { order_id, subaccount } of [...openOrders, ...closedOrders]) {
      this.#expect(followed.includes(subaccount), `${order_id} belongs to the account`)
    }
    for (const { order_id } of closedOrders) {
      this.#expect(now.orders.get(order_id)?.status !== "resting", `${order_id} is closed`)
      this.#closedOnce.add(order_id)
    }
    for (const { order_id } of openOrders) {
      this.#expect(
        unconfirmed.has(order_id) || !this.#closedOnce.has(order_id),
        `${order_id} was closed, so it is open only if it is unconfirmed`
      )
    }
    for (const { fill_count_fp, order_id } of openOrders) {
      if (unconfirmed.has(order_id)) continue
      const filled = Number(fill_count_fp)
      this.#expect(filled >= (this.#filled.get(order_id) ?? 0), `${order_id} does not lose fills`)
      this.#filled.set(order_id, filled)
    }
    for (const id of this.#open) {
      const mayLeave = this.#maxClosed < 100 || id.endsWith("3")
      this.#expect(mayLeave || ids.includes(id), `${id} leaves the open orders only when it closes`)
    }
    this.#open = openOrders.map(({ order_id }) => order_id)
    const keys = fills.map(({ order_id, trade_id }) => `${trade_id} ${order_id}`)
    this.#expect(new Set(keys).size === keys.length, "a fill is listed only once")
    this.#expect(fills.length <= this.#maxFills, "the number of fills is at most maxFills")
    this.#shadow.check(this.state.known())
    if (!isLive) return
    for (const [name, channel] of [
      ["Orders", "user_orders"],
      ["Fills", "fill"],
      ...followed.map((subaccount) => [`Positions ${subaccount}`, "market_positions"] as const)
    ] as const) {
      const proof = this.#proofs.get(name) ?? Number.NEGATIVE_INFINITY
      this.#expect(proof >= this.#channels[channel].fromMillis, `${name} are read after the last loss`)
    }
    if (channels.every((channel) => this.#channels[channel].inFlight.length === 0)) this.#checkWhole()
  }

  /** Requires that a live account equals the exchange's account while no message is in flight. */
  #checkWhole(): void {
    const { closedOrders, fills, openOrders, positions, unconfirmed } = this.state.known()
    const { now } = this.exchange
    const isFollowed = ({ subaccount = 0 }: { readonly subaccount?: number }) => followed.includes(subaccount)
    const own = [...now.orders.values()].filter(isFollowed)
    for (const { id, status } of own) {
      this.#expect(
        status !== "resting" || openOrders.some(({ order_id }) => order_id === id),
        `the resting order ${id} is listed`
      )
    }
    for (const order of [...openOrders.filter(({ order_id }) => !unconfirmed.has(order_id)), ...closedOrders]) {
      const row = now.orders.get(order.order_id)
      this.#equal(
        [order.status, order.yes_price_dollars, order.fill_count_fp, order.updatedMillis],
        [
          row?.status,
          row?.price ?? "0.45",
          countUnsafe(String(row?.filled ?? 0)),
          row?.hidesTime === true ? undefined : row?.at
        ],
        `the order ${order.order_id} is up to date`
      )
    }
    const key = (id: string, at: number) => `${String(at).padStart(9, "0")} ${id}`
    this.#equal(
      fills.map(({ filledMillis, order_id, trade_id }) => key(`${trade_id} ${order_id}`, filledMillis)),
      now.fills
        .filter(isFollowed)
        .map(({ at, id, order }) => key(`${id} ${order}`, at))
        .toSorted((left, right) => (left < right ? -1 : 1))
        .slice(-this.#maxFills),
      "the newest fills are listed"
    )
    this.#equal(
      positions
        .filter(({ position_fp }) => position_fp !== "0.00")
        .map(({ market_ticker, position_fp, subaccount }) => `${subaccount} ${market_ticker} ${position_fp}`)
        .toSorted(),
      [...now.positions.values()]
        .filter(isFollowed)
        .map(({ count, subaccount, ticker }) => `${subaccount} ${ticker} ${countUnsafe(String(count))}`)
        .toSorted(),
      "the positions equal the exchange's positions"
    )
  }

  #play(step: Step): void {
    if (step.do === "act") return this.#act(step.seed)
    if (step.do === "wait") return void (this.#nowMillis += step.millis)
    if (step.do === "read") {
      const needs = this.state.needs(this.#nowMillis)
      const need = needs[step.place % Math.max(1, needs.length)]
      if (need === undefined) return
      this.#begin(need, step.lag)
      return this.#deliverPages(this.#pending.length - 1, step.pages)
    }
    if (step.do === "heal") return this.#heal(step.lag)
    if (step.do === "verify") return this.state.verify(step.channel, this.#nowMillis)
    if (step.do === "stray") return this.#begin(this.#strayNeed(step.place), step.lag)
    if (step.do === "page") return this.#deliverPages(step.place % Math.max(1, this.#pending.length), step.pages)
    if (step.do === "drop") {
      for (const channel of step.channel === "all" ? channels : [step.channel]) this.#drop(channel)
      return
    }
    const stream = this.#channels[step.channel]
    if (step.do === "deliver") {
      for (let left = Math.min(step.messages, stream.inFlight.length); left > 0; left--) {
        this.#receive(step.channel, stream.inFlight.shift()!)
        this.#check()
      }
    } else if (step.do === "repeat") stream.inFlight.unshift(...stream.delivered.slice(-step.messages))
    else if (step.do === "garble" && stream.inFlight.length > 0) stream.inFlight[0] = "garbled"
    else if (step.do === "restore" && !stream.isSubscribed) {
      stream.isSubscribed = true
      stream.fromMillis = this.#nowMillis + lagMillis
      this.state.subscribed(step.channel, this.#nowMillis)
    }
  }

  /** Restores all channels and completes all reads that the account needs. Other reads stay in flight. */
  #heal(lag: number): void {
    for (const channel of channels) {
      this.#play({ do: "restore", channel })
      this.#play({ do: "deliver", channel, messages: Number.POSITIVE_INFINITY })
    }
    this.#nowMillis += lagMillis
    for (const need of this.state.needs(this.#nowMillis)) {
      this.#begin(need, lag)
      this.#deliverPages(this.#pending.length - 1, Number.POSITIVE_INFINITY)
    }
  }

  #act(seed: number): void {
    for (const sent of this.exchange.act(seed, this.#nowMillis)) {
      const message = seed % 11 === 0 ? withUnknownStatus(sent) : sent
      const channel =
        message.type === "user_order" ? "user_orders" : message.type === "fill" ? "fill" : "market_positions"
      const stream = this.#channels[channel]
      if (stream.isSubscribed) stream.inFlight.push(message)
    }
  }

  #drop(channel: Channel): void {
    const stream = this.#channels[channel]
    const [late] = stream.inFlight
    stream.inFlight = []
    stream.delivered = []
    stream.isSubscribed = false
    stream.fromMillis = Number.POSITIVE_INFINITY
    this.state.lost({ cause: "outage", channel, detail: "closed" }, this.#nowMillis)
    // A message of the old connection can still arrive after the loss.
    if (late !== undefined && late !== "garbled") this.#pass(late)
  }

  #receive(channel: Channel, message: Message | "garbled"): void {
    const stream = this.#channels[channel]
    if (message === "garbled") {
      stream.fromMillis = this.#nowMillis + lagMillis
      // The step `repeat` sends the last messages again as one sequence, which a garbled message interrupts.
      stream.delivered = []
      this.state.lost({ cause: "undecodable", channel, detail: "not JSON" }, this.#nowMillis)
      return
    }
    stream.delivered.push(message)
    this.#pass(message)
  }

  #pass(message: Message): void {
    if (message.type === "user_order") this.state.userOrder(message, this.#nowMillis)
    else if (message.type === "fill") this.state.fill(message)
    else this.state.marketPosition(message, this.#nowMillis)
  }

  #strayNeed(place: number): Need {
    const needs: ReadonlyArray<Need> = [
      { _tag: "Orders", asOfMillis: 0 },
      { _tag: "Fills", fromMillis: 0, asOfMillis: 0 },
      ...followed.map((subaccount): Need => ({ _tag: "Positions", subaccount, asOfMillis: 0 }))
    ]
    return needs[place % needs.length]!
  }

  /** Starts a read, which returns the exchange's state of `lag` milliseconds ago. */
  #begin(need: Need, lag: number): void {
    const startedMillis = this.#nowMillis
    const view = this.exchange.asOf(startedMillis - lag)
    this.state.requested(need, startedMillis)
    this.#pending.push({ need, startedMillis, pages: this.#pagesOf(need, view, startedMillis) })
  }

  #pagesOf(need: Need, view: View, startedMillis: number): Array<(receivedMillis: number) => void> {
    const { state } = this
    if (need._tag === "Orders") {
      const resting = [...view.orders.values()].filter(({ status }) => status === "resting").map(orderRow)
      return cut(resting, (rows, isComplete, now) => state.ordersPage({ rows, startedMillis, isComplete }, now))
    }
    if (need._tag === "Fills") {
      const fills = view.fills
        .filter(({ at }) => at >= need.fromMillis)
        .toReversed()
        .map(fillRow)
      return cut(fills, (rows, isComplete, now) => state.fillsPage({ rows, startedMillis, isComplete }, now))
    }
    if (need._tag === "Positions") {
      const { subaccount } = need
      const rows = [...view.positions.values()].filter((row) => row.subaccount === subaccount).map(positionRow)
      return cut(rows, (rows, isComplete, now) =>
        state.positionsPage(subaccount, { rows, startedMillis, isComplete }, now)
      )
    }
    const id = need.order.order_id
    const row = view.orders.get(id)
    // Some closed orders are only in the historical tier, which this read does not search.
    const isThere = row !== undefined && (row.status === "resting" || !id.endsWith("3"))
    return [
      (now) => (isThere ? state.orderRead(orderRow(row), startedMillis, now) : state.orderNotFound(id, startedMillis))
    ]
  }

  #deliverPages(place: number, pages: number): void {
    const read = this.#pending[place]
    if (read === undefined) return
    for (const page of read.pages.splice(0, pages)) {
      page(this.#nowMillis)
      const name = read.need._tag === "Positions" ? `Positions ${read.need.subaccount}` : read.need._tag
      const proof = this.#proofs.get(name) ?? Number.NEGATIVE_INFINITY
      if (read.pages.length === 0) this.#proofs.set(name, Math.max(proof, read.startedMillis))
      this.#check()
    }
    if (read.pages.length === 0) this.#pending = this.#pending.filter((other) => other !== read)
  }
}

const withUnknownStatus = (message: Message): Message =>
  message.type === "user_order" ? { ...message, msg: { ...message.msg, status: "unknown" } } : message

/** Splits a list into pages with one row each. The last page completes the read. */
const cut = <Row>(
  rows: ReadonlyArray<Row>,
  deliver: (rows: ReadonlyArray<Row>, isComplete: boolean, receivedMillis: number) => void
): Array<(receivedMillis: number) => void> =>
  Array.from({ length: Math.max(1, rows.length) }, (_, page) => (receivedMillis: number) => {
    deliver(rows.slice(page, page + 1), page + 1 >= rows.length, receivedMillis)
  })

/** Marks all channels as subscribed, and completes each needed read with an empty page. */
export const goLive = (state: AccountState, nowMillis: number): void => {
  const all: ReadonlyArray<AccountChannel> = [...channels, "order_group_updates"]
  for (const channel of all) state.subscribed(channel, nowMillis)
  const startedMillis = nowMillis + 1_000
  const page = { rows: [], startedMillis, isComplete: true }
  for (const need of state.needs(startedMillis)) {
    state.requested(need, startedMillis)
    if (need._tag === "Orders") state.ordersPage(page, startedMillis)
    if (need._tag === "Fills") state.fillsPage(page, startedMillis)
    if (need._tag === "Positions") state.positionsPage(need.subaccount, page, startedMillis)
  }
}
