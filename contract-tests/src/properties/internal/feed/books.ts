/**
 * Observes the live order books of the client.
 *
 * @module
 */
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { showLevels } from "./ledger.ts"
import { isPermitted, type Observer } from "./observer.ts"
import { markets, type World } from "./world.ts"

interface Seen {
  /** The index of the book in the exchange's history. */
  place: number
  epoch: number
  isReadable: boolean
  /** What a reader sees: the text of the book, or `none`. */
  view: string
  /** The `view` at the end of the last step. */
  announced: string
  /** The text of the last book, and a function that prints this book again. */
  kept: { readonly text: string; readonly again: () => string } | undefined
}

/** Watches the books of markets, over as many lines (sessions with the same subscriptions) as the run has. */
export class BooksObserver implements Observer {
  readonly name = "books"
  isOver = false
  isClosing = false
  readonly #world: World
  readonly #markets = new Map<string, Seen>()
  readonly #changed = new Set<string>()
  readonly #scope = Scope.makeUnsafe()
  readonly #watch: OrderBooks.Watch

  constructor(world: World, wanted: ReadonlyArray<string>) {
    this.#world = world
    this.#forget(wanted)
    const watching = OrderBooks.watch(wanted, {
      lines: world.options.lines,
      snapshotTimeoutMillis: 1_000,
      catchUpMillis: 500
    })
    // The first line uses the session of the layer. The watch opens a session for each further line. The seed
    // determines the random waits between their dials.
    this.#watch = world.run(
      Random.withSeed(Effect.provideContext(Scope.provide(watching, this.#scope), world.client), world.options.seed)
    )
    for (const market of wanted) this.#expectMarket(market)
    const changes = Stream.runForEach(this.#watch.changes, (market) => Effect.sync(() => this.#changed.add(market)))
    world.time.fork(
      Scope.provide(
        Effect.forkScoped(Effect.onError(changes, () => Effect.sync(() => (this.isOver = true)))),
        this.#scope
      )
    )
  }

  get wanted(): Observer["wanted"] {
    const entries = [...this.#markets.keys()].map((market) => `orderbook_delta ${market}`)
    return Array.from({ length: this.#world.options.lines }, (_, line) => ({ filter: `yes ${line}`, entries }))
  }

  check(isPartial: boolean): void {
    for (const market of [...this.#markets.keys()]) this.#checkMarket(market, isPartial)
  }

  step(): void {
    this.check(false)
    for (const [market, seen] of this.#markets) {
      this.#checkNewest(market, seen)
      this.#expect(seen.view === seen.announced || this.#changed.has(market), market, "a change is announced")
      seen.announced = seen.view
    }
    this.#changed.clear()
  }

  isSettled(): boolean {
    const lines = this.#world.run(this.#watch.lines)
    return (
      [...this.#markets.values()].every(({ isReadable }) => isReadable) &&
      lines.every(({ ended, liveBooks }) => ended !== undefined || liveBooks === this.#markets.size)
    )
  }

  finish(): void {
    this.check(false)
    for (const [market, { view }] of this.#markets) {
      this.#expect(view === this.#world.book(market), market, `equals the exchange's own book at the end: ${view}`)
    }
    const ended = this.#world.run(this.#watch.lines).find((line) => line.ended !== undefined)?.ended
    this.#expect(ended === undefined, "", `no line ends: ${ended?.message}`)
  }

  add(markets: ReadonlyArray<string>): void {
    this.#forget(markets)
    const added = this.#world.run(Effect.result(this.#watch.add(markets)))
    if (Result.isSuccess(added)) for (const market of markets) this.#expectMarket(market)
    else this.#expect(added.failure._tag === "TooManyConnections", "", `adds markets: ${added.failure.message}`)
  }

  remove(markets: ReadonlyArray<string>): void {
    for (const market of markets) this.#markets.delete(market)
    this.#world.run(this.#watch.remove(markets))
  }

  pause(): void {}

  resubscribe(): void {}

  close(): void {
    this.isOver = true
    this.#world.run(Scope.close(this.#scope, Exit.void))
  }

  #expect(holds: boolean, market: string, what: string): void {
    this.#world.expect(holds, () => `the book of ${market} breaks the rule: ${what}`)
  }

  /** The book of an added market starts from a new snapshot, so the books recorded before are discarded. */
  #forget(added: ReadonlyArray<string>): void {
    for (const market of added) {
      if (!this.#markets.has(market)) for (const { wire } of this.#world.network.links) wire.forget(market)
    }
  }

  #expectMarket(market: string): void {
    if (this.#markets.has(market)) return
    const seen = { place: 0, epoch: 0, isReadable: false, view: "none", announced: "none", kept: undefined }
    this.#markets.set(market, seen)
  }

  #checkMarket(market: string, isPartial: boolean): void {
    const seen = this.#markets.get(market)!
    const read = Effect.runSync(Effect.result(this.#watch.read(market)))
    const state = this.#watch.state(market)?._tag
    if (Result.isFailure(read)) {
      const error = read.failure
      if (error._tag === "NotWatched") return this.#onRefused(market, error.refusal)
      if (error._tag !== "BookNotLive") {
        // If the exchange refuses the last market of a watch, the watch ends with this error.
        this.isOver = true
        const holds = this.isClosing ? error._tag === "FeedClosed" : isPermitted(market, error)
        return this.#expect(holds, market, `the watch continues: ${error.message}`)
      }
      this.#expect(state !== "Live", market, "a book that is live can be read")
      const stays = seen.isReadable && this.#isReplaced(market, seen, error.state)
      this.#expect(!stays, market, `stays readable on an undisturbed line: ${error.message}`)
      if (seen.isReadable)
        this.#world.reach(`unreadable: ${error.state._tag === "Healing" ? error.state.loss.cause : ""}`)
      seen.isReadable = false
      seen.view = "none"
      return
    }
    const book = read.success
    const text = showLevels(book.bids, book.asks)
    this.#expect(state === "Live", market, "a book that can be read is live")
    this.#expect(!(Number(book.bestBid?.price) >= Number(book.bestAsk?.price)), market, `is not crossed: ${text}`)
    if (isPartial) return
    seen.isReadable = true
    seen.view = text
    this.#expect(
      this.#world.network.open.some(({ wire }) => wire.isWhole(market)),
      market,
      "is unreadable after a gap, until it is complete again"
    )
    if (seen.kept !== undefined)
      this.#expect(seen.kept.again() === seen.kept.text, market, "a book that was read does not change")
    seen.kept = { text, again: () => showLevels(book.depth("bid", 99), book.depth("ask", 99)) }
    const moments = this.#world.truth.moments(market)
    let place = book.epoch > seen.epoch ? 0 : seen.place
    while (place < moments.length && (moments[place]!.clock !== book.clock || moments[place]!.text !== text)) place++
    const what = `${text} at clock ${book.clock}, epoch ${book.epoch} is a state of the exchange, and within an epoch not older than the last one seen`
    this.#expect(place < moments.length, market, what)
    if (place > seen.place) this.#world.reach("newer books")
    seen.place = place
    seen.epoch = book.epoch
  }

  /**
   * Checks that a book is readable and as new as its newest version on an undisturbed line. After maintenance, does not
   * check runs with several lines.
   */
  #checkNewest(market: string, { isReadable, view }: Seen): void {
    const clock = this.#undisturbedClock(market)
    const newest = this.#world.truth.moments(market).at(-1)
    if (clock === undefined || newest === undefined) return
    if (this.#world.hasMaintained && this.#world.options.lines > 1) return
    this.#expect(isReadable, market, "is readable on an undisturbed line")
    if (clock !== newest.clock) return
    this.#expect(view === newest.text, market, `is as new as its newest line: ${newest.text}, not ${view}`)
  }

  /**
   * Whether an undisturbed connection can replace the connection whose book was read. If a loss shows that the read book
   * was wrong, the undisturbed connection must have reached the clock of that book.
   */
  #isReplaced(market: string, { place }: Seen, state: OrderBooks.State): boolean {
    const clock = this.#undisturbedClock(market)
    if (clock === undefined) return false
    const isWrong = state._tag === "Healing" && (state.loss.cause === "negative" || state.loss.cause === "crossed")
    return !isWrong || clock >= (this.#world.truth.moments(market)[place]?.clock ?? 0)
  }

  /**
   * The newest clock of the book on the undisturbed connections, which have had no fault. Undefined if there are none,
   * or if a session can have several connections: an unreadable message on one connection can then disturb the markets
   * of another connection.
   */
  #undisturbedClock(market: string): number | undefined {
    const { network, options } = this.#world
    if (options.maxMarkets < markets.length) return undefined
    const clocks = network.open.flatMap(({ isClean, wire }) => (isClean ? (wire.clockOf(market) ?? []) : []))
    return clocks.length === 0 ? undefined : Math.max(...clocks)
  }

  #onRefused(market: string, refusal: { readonly _tag: string; readonly message: string } | undefined): void {
    this.#expect(
      refusal !== undefined && isPermitted(market, refusal),
      market,
      `is not refused: ${refusal?.message ?? "without a reason"}`
    )
    this.#markets.delete(market)
    this.#world.reach(`book refused: ${refusal?._tag}`)
  }
}
