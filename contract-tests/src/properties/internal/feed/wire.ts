/**
 * Reads the frames of one connection: the ids of the subscriptions, and the books that the client can have.
 *
 * @module
 */

/** The members that the suite reads. */
export interface WireMessage {
  readonly type?: string
  readonly id?: number
  readonly sid?: number
  readonly seq?: number
  readonly cmd?: string
  readonly params?: {
    readonly action?: string
    readonly channels?: ReadonlyArray<string>
    readonly market_tickers?: ReadonlyArray<string>
    readonly market_ticker?: string
    readonly sid?: number
    readonly sids?: ReadonlyArray<number>
    readonly use_yes_price?: boolean
  }
  readonly msg?: {
    readonly channel?: string
    readonly sid?: number
    readonly market_ticker?: string
    readonly clock?: number
    readonly code?: number
  }
}

/** A type that the document does not have. */
export const unknownType = "unknown"

/** Parses a frame. Undefined if the frame is not JSON. */
export const parse = (text: string): WireMessage | undefined => {
  try {
    return JSON.parse(text) as WireMessage // Both sides of the connection write objects.
  } catch {
    return undefined
  }
}

/** The channels whose data has no `seq`. On these channels, a client cannot detect a loss within a connection. */
const unsequenced = new Set(["ticker", "fill", "market_positions", "user_orders"])

interface Subscription {
  readonly channel: string
  readonly hasYesPrices: boolean
  /** The `seq` of the last delivered frame. */
  lastSeq: number
  /** The markets whose book is complete, with the clocks of their last snapshot and of their last frame. */
  readonly whole: Map<string, { readonly snapshot: number; last: number }>
}

export class Wire {
  readonly #subscriptions = new Map<number, Subscription>()
  readonly #commands = new Map<number, WireMessage>()

  /** Records a command. Returns false if the command has no id, or an id that was used before. */
  command(command: WireMessage): boolean {
    const { id } = command
    if (id === undefined || this.#commands.has(id)) return false
    this.#commands.set(id, command)
    return true
  }

  get sids(): ReadonlyArray<number> {
    return [...this.#subscriptions.keys()]
  }

  commandOf({ id }: WireMessage): WireMessage | undefined {
    return id === undefined ? undefined : this.#commands.get(id)
  }

  /** Records a frame that the exchange has sent. */
  sent(frame: WireMessage): void {
    const { msg, type } = frame
    if (type !== "subscribed" || msg?.sid === undefined || msg.channel === undefined) return
    const hasYesPrices = this.commandOf(frame)?.params?.use_yes_price === true
    this.#subscriptions.set(msg.sid, { channel: msg.channel, hasYesPrices, lastSeq: 0, whole: new Map() })
  }

  /** Whether a client can detect that this frame is lost, repeated or out of sequence. */
  isSequenced({ sid, type }: WireMessage): boolean {
    const channel = sid === undefined ? undefined : this.#subscriptions.get(sid)?.channel
    return channel === undefined || type === "ok" || type === "unsubscribed" || !unsequenced.has(channel)
  }

  /** The last `seq` of a frame's subscription. 0 if the subscription has received no frame. */
  lastSeqOf({ sid }: WireMessage): number {
    return (sid === undefined ? undefined : this.#subscriptions.get(sid)?.lastSeq) ?? 0
  }

  /** Records a frame that the client has received. */
  delivered(text: string): void {
    const frame = parse(text)
    if (frame === undefined) return this.#undecodable(text)
    const subscription = frame.sid === undefined ? undefined : this.#subscriptions.get(frame.sid)
    if (subscription === undefined || unsequenced.has(subscription.channel) || frame.seq === undefined) return
    const { lastSeq, whole } = subscription
    if (frame.seq === lastSeq) return
    if (frame.seq !== lastSeq + 1) whole.clear()
    subscription.lastSeq = frame.seq
    const { clock = 0, market_ticker: market } = frame.msg ?? {}
    const book = market === undefined ? undefined : whole.get(market)
    if (frame.type === "orderbook_snapshot" && market !== undefined) whole.set(market, { snapshot: clock, last: clock })
    else if (frame.type === "orderbook_delta" && book !== undefined) book.last = Math.max(book.last, clock)
    else if (
      frame.type === unknownType ||
      frame.type === "unsubscribed" ||
      frame.msg?.code === 10 ||
      frame.msg?.code === 25
    )
      whole.clear()
  }

  /** Records a delta that no book can apply, because it removes more contracts than the price level has. */
  impossible(text: string): void {
    const { msg, sid = 0 } = parse(text) ?? {}
    const whole = this.#subscriptions.get(sid)?.whole
    const { clock = 0, market_ticker: market = "" } = msg ?? {}
    const book = whole?.get(market)
    // A snapshot already contains the deltas with its clock, so the client ignores such a delta.
    if (book !== undefined && clock > book.snapshot) whole?.delete(market)
  }

  /** Records that the client has dropped the book, and needs another snapshot. */
  forget(market: string): void {
    for (const { whole } of this.#subscriptions.values()) whole.delete(market)
  }

  /** The clock of a market's book with YES prices, if the client has received the book's snapshot and all later frames. */
  clockOf(market: string): number | undefined {
    for (const { hasYesPrices, whole } of this.#subscriptions.values()) {
      const book = hasYesPrices ? whole.get(market) : undefined
      if (book !== undefined) return book.last
    }
    return undefined
  }

  isWhole(market: string): boolean {
    return this.clockOf(market) !== undefined
  }

  #undecodable(text: string): void {
    const sid = /"sid":\s*(\d{1,15})\s*[,}]/.exec(text)?.[1]
    const of = sid === undefined ? undefined : this.#subscriptions.get(Number(sid))
    for (const { whole } of of === undefined ? this.#subscriptions.values() : [of]) whole.clear()
  }
}
