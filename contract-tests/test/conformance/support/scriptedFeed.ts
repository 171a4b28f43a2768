/**
 * The feed of the scripted client: books and trades over several connections. It does not replace a lost connection.
 */
import { WebSocket } from "@effect/platform-node/NodeWS"
import type { Fault } from "./faults.ts"

type Fields = Readonly<Record<string, unknown>>

type Levels = ReadonlyArray<readonly [string, string]>

interface Frame {
  readonly id?: number
  readonly type: string
  readonly sid?: number
  readonly seq?: number
  readonly msg: {
    readonly market_ticker: string
    readonly yes_dollars_fp?: Levels
    readonly no_dollars_fp?: Levels
    readonly side: "yes" | "no"
    readonly price_dollars: string
    readonly delta_fp: string
    readonly trade_id: string
    readonly clock?: number
  }
}

const snapshotMembers = new Set(["market_ticker", "market_id", "yes_dollars_fp", "no_dollars_fp", "clock", "ts_ms"])

const hundredths = (text: string): number => Math.round(Number(text) * 100)

/** Key: the price in ten-thousandths of a dollar. Value: the count in hundredths of a contract. */
type Side = Map<number, number>

const sideOf = (levels: Levels): Side =>
  new Map(levels.map(([price, count]) => [Math.round(Number(price) * 10_000), hundredths(count)]))

const levelsOf = (side: Side) =>
  [...side].map(([price, count]) => [(price / 10_000).toFixed(4), (count / 100).toFixed(2)])

interface Book {
  readonly yes: Side
  readonly no: Side
  /** Whether the snapshot has members that the client does not know. */
  warning: boolean
  applied: number
  clock: number | undefined
}

/** One connection. */
class Line {
  readonly books = new Map<string, Book>()
  readonly tradeIds: Array<string> = []
  failure: string | undefined
  seq = 0
  hasGap = false
  readonly socket: InstanceType<typeof WebSocket>
  readonly #faults: ReadonlySet<Fault>
  #commands = 0

  constructor(socket: InstanceType<typeof WebSocket>, faults: ReadonlySet<Fault>) {
    this.socket = socket
    this.#faults = faults
    socket.on("message", (data: Buffer) => this.#receive(data.toString()))
    socket.on("close", () => this.#fail("closed"))
    socket.on("error", () => this.#fail("refused"))
  }

  command(cmd: string, params: object): void {
    const send = () => this.socket.send(JSON.stringify({ id: ++this.#commands, cmd, params }))
    if (this.socket.readyState === WebSocket.OPEN) send()
    else this.socket.once("open", send)
  }

  /**
   * Waits for the reply to a command, or for the end of the connection. The reply arrives after all earlier messages,
   * even on a slow machine.
   */
  roundTrip(): Promise<void> {
    const { readyState } = this.socket
    if (readyState === WebSocket.CONNECTING || readyState === WebSocket.CLOSED) return Promise.resolve()
    return new Promise((resolve) => {
      this.socket.on("close", resolve)
      if (readyState === WebSocket.CLOSING) return
      const id = this.#commands + 1
      this.socket.on("message", (data: Buffer) => data.toString().includes(`"id":${id},`) && resolve())
      this.command("list_subscriptions", {})
    })
  }

  #fail(why: string): void {
    if (!this.#faults.has("keeps books after a lost connection")) this.books.clear()
    this.failure ??= why
  }

  #receive(text: string): void {
    let frame: Frame
    try {
      frame = JSON.parse(text) as Frame // the exchange sends this type
    } catch {
      return // The `seq` of the next frame reveals the loss.
    }
    if (frame.type === "error") {
      const isIgnored = this.#faults.has(
        frame.id === undefined ? "does not notice that a subscription ended" : "ignores refusals"
      )
      if (!isIgnored) this.#fail("subscription refused")
      return
    }
    const isReply = frame.type === "ok" || frame.type === "subscribed"
    if (frame.seq !== undefined && !(isReply && this.#faults.has("ignores the seq of replies"))) {
      if (frame.seq === this.seq && !this.#faults.has("applies repeated messages")) return
      const dropsLate = this.#faults.has("drops late messages")
      if (dropsLate && frame.seq < this.seq) return
      if (frame.seq > this.seq + 1 && !dropsLate && !this.#faults.has("ignores gaps")) {
        this.hasGap = true
        this.#fail("gap")
        return
      }
      this.seq = frame.seq
    }
    if (frame.type === "orderbook_snapshot") this.#snapshot(frame)
    else if (frame.type === "orderbook_delta") this.#delta(frame)
    else if (frame.type === "trade" && !(this.#faults.has("drops trades") && this.seq % 2 === 0)) {
      this.tradeIds.push(frame.msg.trade_id)
    } else if (!isReply && frame.type !== "trade" && !this.#faults.has("ignores unknown messages")) {
      this.#fail("unknown message")
    }
  }

  #snapshot({ msg }: Frame): void {
    const { market_ticker, no_dollars_fp, yes_dollars_fp } = msg
    if (
      this.#faults.has("ignores snapshots with one side") &&
      (no_dollars_fp === undefined || yes_dollars_fp === undefined)
    )
      return
    const warning =
      !this.#faults.has("ignores unknown members") && Object.keys(msg).some((name) => !snapshotMembers.has(name))
    this.books.set(market_ticker, {
      yes: sideOf(yes_dollars_fp ?? []),
      no: sideOf(no_dollars_fp ?? []),
      warning,
      applied: 1,
      clock: undefined
    })
  }

  #delta({ msg }: Frame): void {
    const book = this.books.get(msg.market_ticker)
    if (book === undefined || this.#faults.has("ignores deltas")) return
    if (this.#faults.has("ignores all messages after the hundredth") && book.applied >= 100) return
    if (this.#faults.has("drops a second message with the same clock") && msg.clock === book.clock) return
    book.clock = msg.clock
    book.applied++
    const price = Math.round(Number(msg.price_dollars) * 10_000)
    const side = book[msg.side]
    const count = (side.get(price) ?? 0) + hundredths(msg.delta_fp)
    if (count < 0 && !this.#faults.has("deletes levels with a negative count")) {
      this.#fail("impossible")
      return
    }
    const isDeleted = this.#faults.has("deletes levels at a change by zero") && Number(msg.delta_fp) === 0
    if (count <= 0 || isDeleted) side.delete(price)
    else side.set(price, count)
  }
}

const until = async (isDone: () => boolean, millis: number): Promise<void> => {
  for (const end = Date.now() + millis; !isDone() && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

export class ScriptedFeed {
  readonly #url: string
  readonly #headers: () => Record<string, string>
  readonly #faults: ReadonlySet<Fault>
  readonly #lines: Array<Line> = []

  constructor(url: string, headers: () => Record<string, string>, faults: ReadonlySet<Fault>) {
    this.#url = url
    this.#headers = headers
    this.#faults = faults
  }

  async #open(lines: number): Promise<boolean> {
    if (this.#lines.length > 0) return false
    const dials = this.#faults.has("opens thirty connections at once") ? 30 : lines
    for (let index = 0; index < dials; index++) {
      this.#lines.push(new Line(new WebSocket(this.#url, { headers: this.#headers() }), this.#faults))
    }
    return true
  }

  async watchBook(ticker: string, lines: number): Promise<Fields> {
    const isFirst = await this.#open(lines)
    for (const line of this.#lines) {
      if (isFirst) line.command("subscribe", { channels: ["orderbook_delta"], market_tickers: [ticker] })
      else line.command("update_subscription", { sids: [1], action: "add_markets", market_tickers: [ticker] })
    }
    const isSettled = () => this.#lines.every(({ books, failure }) => failure !== undefined || books.has(ticker))
    await until(
      isSettled,
      this.#faults.has("ignores refusals") || this.#faults.has("ignores snapshots with one side") ? 50 : 10_000
    )
    const failure = this.#lines.find(({ failure }) => failure !== undefined)?.failure
    if (failure !== undefined && !this.#faults.has("ignores refusals")) throw new Error(failure)
    if (!isSettled() || failure !== undefined) throw new Error("timeout")
    return {}
  }

  async readBook(ticker: string): Promise<Fields> {
    await Promise.all(this.#lines.map((line) => line.roundTrip()))
    if (this.#faults.has("shows books without a subscription")) return { yes: [], no: [] }
    const lines = this.#faults.has("reads only the first connection") ? this.#lines.slice(0, 1) : this.#lines
    const books = lines.flatMap(({ books }) => books.get(ticker) ?? [])
    // The connection that has applied the most messages has the newest book.
    const [book] = books.sort((one, other) => other.applied - one.applied)
    if (book === undefined) throw new Error("no book")
    return { yes: levelsOf(book.yes), no: levelsOf(book.no), warning: book.warning }
  }

  async watchTrades(ticker: string, lines: number): Promise<Fields> {
    await this.#open(lines)
    for (const line of this.#lines) line.command("subscribe", { channels: ["trade"], market_tickers: [ticker] })
    return {}
  }

  async readTrades(): Promise<Fields> {
    await Promise.all(this.#lines.map((line) => line.roundTrip()))
    const all = this.#lines.flatMap(({ tradeIds }) => tradeIds)
    return {
      trade_ids: this.#faults.has("reports each trade once per connection") ? all : [...new Set(all)],
      warning: this.#lines.every(({ hasGap }) => hasGap)
    }
  }

  close(): void {
    for (const { socket } of this.#lines) socket.terminate()
  }
}
