/** Simulates an exchange that sends order book messages over faulty connections (lines), and checks the merged book. */
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type { OrderbookDeltaMessage, OrderbookSnapshotMessage } from "../../src/generated/feed.ts"
import type { MergedBook, MergeOptions } from "../../src/book/merge.ts"
import type { Book, Level, OrderBook } from "../../src/book/OrderBook.ts"

const market = { market_ticker: "A", market_id: "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1" }

type Levels = ReadonlyArray<readonly [price: string, count: string]>

/** The cast allows prices and counts as they appear on the wire, such as `0.4500`. */
export const snapshot = (
  seq: number,
  clock: number | undefined,
  yes?: Levels,
  no?: Levels,
  id?: number
): OrderbookSnapshotMessage =>
  ({
    type: "orderbook_snapshot",
    sid: 1,
    seq,
    ...(id === undefined ? undefined : { id }),
    msg: {
      ...market,
      ...(clock === undefined ? undefined : { clock }),
      ...(yes === undefined ? undefined : { yes_dollars_fp: yes }),
      ...(no === undefined ? undefined : { no_dollars_fp: no })
    }
  }) as unknown as OrderbookSnapshotMessage

export const delta = (
  seq: number,
  clock: number | undefined,
  side: string,
  price_dollars: string,
  delta_fp: string
): OrderbookDeltaMessage =>
  ({
    type: "orderbook_delta",
    sid: 1,
    seq,
    msg: { ...market, ...(clock === undefined ? undefined : { clock }), side, price_dollars, delta_fp }
  }) as unknown as OrderbookDeltaMessage

const print = (sides: ReadonlyArray<ReadonlyArray<Level>>): string =>
  sides.map((side) => side.map(({ count, price }) => `${price}×${count}`).join(" ")).join(" | ")

/** Levels as text, such as `0.45×10.00 | 0.56×5.00`. */
export const show = ({ asks, bids }: Book): string => print([bids, asks])

/** Like {@link show}, but reads the levels from `depth`, which the book does not cache. */
const showDepth = (book: Book): string => print([book.depth("bid", 99), book.depth("ask", 99)])

/** Returns the levels of a book, or the reason why the book is not live. */
export const read = (book: OrderBook | MergedBook, nowMillis = 0): string =>
  Result.match(book.read(nowMillis), {
    onSuccess: show,
    onFailure: ({ state }) => (state._tag === "Healing" ? state.loss.cause : state._tag)
  })

/** In cents and whole contracts. */
interface Change {
  readonly side: "yes" | "no"
  readonly cents: number
  readonly contracts: number
}

interface Moment {
  readonly clock: number
  readonly book: string
}

const decimal = (hundredths: number): string => (hundredths / 100).toFixed(2)

/** An exchange with one market. Keeps every past state. */
class ReferenceExchange {
  readonly #levels = { yes: new Map<number, number>(), no: new Map<number, number>() }
  readonly history: Array<Moment> = []
  #epoch = 0
  #clock: number

  constructor() {
    this.#clock = this.#base()
    this.#record()
  }

  /** Each maintenance starts a new epoch, whose clock starts far below the clock of the epoch before. */
  #base(): number {
    return 1_000_000 - this.#epoch * 10_000
  }

  /** Plays one action. Bids stay below 50 cents and asks above 50 cents, so no action leaves the book crossed. */
  act(seeds: ReadonlyArray<number>): ReadonlyArray<(seq: number) => OrderbookDeltaMessage> {
    this.#clock += 1 + (seeds[0]! % 3)
    return seeds.flatMap((seed) => this.#changes(seed).map((change) => this.#apply(change)))
  }

  /** Starts an epoch, and removes all YES levels without deltas. */
  maintain(): void {
    this.#epoch++
    this.#clock = this.#base()
    this.#levels.yes.clear()
    this.#record()
  }

  snapshot(): (seq: number, id: number | undefined) => OrderbookSnapshotMessage {
    const clock = this.#clock
    const [yes, no] = [this.#levels.yes, this.#levels.no].map((side) =>
      side.size === 0
        ? undefined
        : [...side].map(([cents, contracts]) => [`${decimal(cents)}00`, `${contracts}.00`] as const)
    )
    return (seq, id) => snapshot(seq, clock, yes, no, id)
  }

  /** Sometimes returns a change of zero contracts, or three changes of which the first one crosses the book. */
  #changes(seed: number): ReadonlyArray<Change> {
    const side = seed % 2 === 0 ? "yes" : "no"
    const cents = (side === "yes" ? 45 : 51) + ((seed >> 1) % 4)
    const resting = this.#levels[side].get(cents) ?? 0
    const contracts = (seed >> 3) % 4 === 0 ? -resting : 1 + ((seed >> 3) % 5)
    if (seed % 11 === 0) return [{ side, cents, contracts: 0 }]
    if (seed % 7 > 0) return [{ side, cents, contracts }]
    const other = side === "yes" ? "no" : "yes"
    const [target] = [...this.#levels[other]]
    if (target === undefined) return [{ side, cents, contracts }]
    const [price, size] = target
    return [
      { side, cents: price, contracts: size },
      { side: other, cents: price, contracts: -size },
      { side, cents: price, contracts: -size }
    ]
  }

  #apply({ cents, contracts, side }: Change): (seq: number) => OrderbookDeltaMessage {
    const levels = this.#levels[side]
    const resting = (levels.get(cents) ?? 0) + contracts
    if (resting === 0) levels.delete(cents)
    else levels.set(cents, resting)
    this.#record()
    const clock = this.#clock
    return (seq) => delta(seq, clock, side, decimal(cents), `${contracts}.00`)
  }

  #record(): void {
    const text = (side: "yes" | "no", sign: number) =>
      [...this.#levels[side]]
        .toSorted(([left], [right]) => sign * (left - right))
        .map(([cents, contracts]) => `${decimal(cents)}×${contracts}.00`)
        .join(" ")
    this.history.push({ clock: this.#clock, book: `${text("yes", -1)} | ${text("no", 1)}` })
  }
}

const line = fc.nat({ max: 2 })

const doing = <Name extends string>(...names: ReadonlyArray<Name>): fc.Arbitrary<Name> => fc.constantFrom(...names)

const seeds = fc.array(fc.nat({ max: 10_000 }), { minLength: 1, maxLength: 3 })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: doing("act"), seeds }) },
  { weight: 10, arbitrary: fc.record({ do: doing("deliver"), line, frames: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ do: doing("heal"), line }) },
  { weight: 4, arbitrary: fc.record({ do: doing("lose", "repeat", "garble", "restart"), line }) },
  { weight: 2, arbitrary: fc.record({ do: doing("wait") }) },
  { weight: 1, arbitrary: fc.record({ do: doing("maintain"), drops: fc.boolean() }) }
)

export const plays = fc.record({
  lines: fc.integer({ min: 1, max: 3 }),
  steps: fc.array(step, { maxLength: 120, size: "max" })
})

type Make = new (ticker: string, options: MergeOptions) => MergedBook

export const play = (
  make: Make,
  { lines, steps }: { readonly lines: number; readonly steps: ReadonlyArray<Step> }
): void => {
  const simulation = new Simulation(make, lines)
  simulation.run(steps)
  simulation.finish()
}

/** `line` is the index of a line. */
type Step =
  | { readonly do: "act"; readonly seeds: ReadonlyArray<number> }
  | { readonly do: "deliver"; readonly line: number; readonly frames: number }
  | { readonly do: "lose" | "repeat" | "garble" | "restart" | "heal"; readonly line: number }
  | { readonly do: "wait" }
  | { readonly do: "maintain"; readonly drops: boolean }

type Frame = OrderbookSnapshotMessage | OrderbookDeltaMessage

class Connection {
  readonly id: number
  readonly inFlight: Array<Frame | "garbled"> = []
  sent = 0
  received = 0
  /** Whether a snapshot has arrived since the last detected loss. */
  isWhole = false
  clock = 0

  constructor(id: number) {
    this.id = id
  }

  hasAll(clock: number): boolean {
    return this.isWhole && this.inFlight.length === 0 && this.received === this.sent && this.clock === clock
  }

  /** Whether the next message is new and is not sent twice. Only then is garbling it a loss. */
  canGarble(): boolean {
    const [next, second] = this.inFlight
    return typeof next === "object" && next.seq > this.received && next !== second
  }
}

class Simulation {
  readonly exchange = new ReferenceExchange()
  readonly merged: MergedBook
  readonly #connections: Array<Connection>
  #ids = 0
  #nowMillis = 0
  /** The index of the newest state that the reader has seen, in the exchange's history. */
  #seen = 0
  #wasReadable = false
  /** The text of a book when it was read, and a function that prints the book again. */
  #kept: { readonly text: string; readonly again: () => string } | undefined
  #hadMaintenance = false

  /** The time limits are longer than all steps, so that only the steps decide how late a line is. */
  constructor(make: Make, lines: number) {
    this.merged = new make("A", { nowMillis: 0, catchUpMillis: 1e9, crossedGraceMillis: 1e9 })
    this.#connections = Array.from({ length: lines }, () => this.#open())
  }

  run(steps: ReadonlyArray<Step>): void {
    for (const step of steps) {
      this.#nowMillis++
      this.#play(step)
      this.#check()
    }
  }

  /** Heals all lines and delivers all messages. After that, the merged book must equal the exchange's book. */
  finish(): void {
    for (let round = 0; round < 4; round++) {
      this.#nowMillis += 100_000
      this.#send(this.exchange.act([3]))
      for (const line of this.#connections.keys()) {
        this.#play({ do: "heal", line })
        this.#play({ do: "deliver", line, frames: Number.POSITIVE_INFINITY })
      }
      this.#check()
    }
    this.#expect(this.#wasReadable, "the book is readable at the end")
    this.#expect(this.#view() === this.exchange.history.at(-1)?.book, "the book equals the exchange's book at the end")
    for (const { id } of this.#connections) {
      this.#expect(this.merged.lines().get(id)?._tag === "Live", `line ${id} is live at the end`)
    }
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) throw new Error(`violated: ${what}`)
  }

  #view(): string | undefined {
    return Result.match(this.merged.read(this.#nowMillis), { onSuccess: show, onFailure: () => undefined })
  }

  /**
   * The reader must see a state of the exchange, and never a state older than the last one that it saw. The book must
   * stay readable while a line is whole.
   */
  #check(): void {
    const book = this.merged.read(this.#nowMillis)
    const isReadable = Result.isSuccess(book)
    const isWhole = this.#connections.some((connection) => connection.isWhole)
    if (this.#wasReadable) this.#expect(isReadable || !isWhole, "a book with a whole line stays readable")
    this.#expect(isWhole || !isReadable, "a book without a whole line is not readable")
    this.#wasReadable = isReadable
    const { history } = this.exchange
    const last = history.at(-1)!
    if (isReadable && this.#connections.some((connection) => connection.hasAll(last.clock))) {
      this.#expect(show(book.success) === last.book, "the book is as new as its newest line")
    }
    if (this.#kept !== undefined)
      this.#expect(this.#kept.again() === this.#kept.text, "a book that was read does not change")
    if (!isReadable) return
    const text = show(book.success)
    const { bestAsk, bestBid } = book.success
    this.#expect(!(Number(bestBid?.price) >= Number(bestAsk?.price)), "a book is never crossed")
    this.#kept = { text, again: () => showDepth(book.success) }
    let place = this.#seen
    while (place < history.length && (history[place]!.clock !== book.success.clock || history[place]!.book !== text))
      place++
    this.#expect(
      place < history.length,
      `${text} at clock ${book.success.clock} is the last seen state or a later state`
    )
    this.#seen = place
  }

  #open(): Connection {
    const connection = new Connection(++this.#ids)
    this.merged.open(connection.id, this.#nowMillis)
    connection.inFlight.push(this.exchange.snapshot()(++connection.sent, undefined))
    return connection
  }

  #send(frames: ReadonlyArray<(seq: number) => Frame>): void {
    for (const connection of this.#connections) {
      connection.inFlight.push(...frames.map((frame) => frame(++connection.sent)))
    }
  }

  #play(step: Step): void {
    if (step.do === "act") return this.#send(this.exchange.act(step.seeds))
    if (step.do === "wait") return void (this.#nowMillis += 300)
    if (step.do === "maintain") return this.#maintain(step.drops)
    const place = step.line % this.#connections.length
    const connection = this.#connections[place]!
    const { inFlight } = connection
    if (step.do === "deliver") {
      for (const frame of inFlight.splice(0, step.frames)) {
        this.#receive(connection, frame)
        this.#check()
      }
    } else if (step.do === "lose") inFlight.shift()
    else if (step.do === "repeat" && typeof inFlight[0] === "object") inFlight.unshift(inFlight[0])
    else if (step.do === "garble" && connection.canGarble()) inFlight[0] = "garbled"
    else if (step.do === "restart") this.#connections[place] = this.#restart(connection)
    else if (step.do === "heal" && this.merged.requests(this.#nowMillis).includes(connection.id)) {
      const id = ++this.#ids
      this.merged.requested(connection.id, id, this.#nowMillis)
      inFlight.push(this.exchange.snapshot()(++connection.sent, id))
    }
  }

  #restart(connection: Connection): Connection {
    this.merged.close(connection.id, { cause: "outage", detail: "closed" }, this.#nowMillis)
    connection.isWhole = false
    this.#check()
    // A frame of the old connection can arrive after the restart.
    const late = connection.inFlight.find((frame) => frame !== "garbled")
    if (late !== undefined) this.#pass(connection.id, late)
    return this.#open()
  }

  #maintain(drops: boolean): void {
    // Only one maintenance is simulated. In reality, no message stays in flight from one maintenance to the next.
    if (this.#hadMaintenance) return
    this.#hadMaintenance = true
    // Maintenance takes longer than the wait for a first snapshot, so connections that have received nothing restart.
    const dropped = [...this.#connections.entries()].filter(([, { received }]) => drops || received === 0)
    this.exchange.maintain()
    for (const [place, connection] of dropped) this.#connections[place] = this.#restart(connection)
  }

  #pass(line: number, frame: Frame): void {
    if (frame.type === "orderbook_snapshot") this.merged.snapshot(line, frame, this.#nowMillis)
    else this.merged.delta(line, frame, this.#nowMillis)
  }

  #receive(connection: Connection, frame: Frame | "garbled"): void {
    if (frame === "garbled") {
      connection.received++
      connection.isWhole = false
      this.merged.lost(connection.id, { cause: "undecodable", detail: "not JSON" }, this.#nowMillis)
      return
    }
    if (frame.seq <= connection.received) return this.#pass(connection.id, frame)
    if (frame.seq > connection.received + 1) {
      connection.isWhole = false
      const detail = `expected ${connection.received + 1}, received ${frame.seq}`
      this.merged.lost(connection.id, { cause: "gap", detail }, this.#nowMillis)
      this.#check()
    }
    connection.received = frame.seq
    const clock = frame.msg.clock!
    if (frame.type === "orderbook_snapshot") connection.isWhole = true
    else if (clock < connection.clock) connection.isWhole = false
    connection.clock = clock
    this.#pass(connection.id, frame)
  }
}
