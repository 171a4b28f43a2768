/**
 * The event stream of the page. A reader receives the latest state of each section that changed, and the latest trades,
 * requests and frames, so the data that waits for a slow reader is bounded. A reader that leaves bytes waiting for a
 * while is dropped. Its browser connects again, and then receives the whole state.
 *
 * @module
 */
import type { Trade } from "../exchange/Entities.ts"
import type { LogEntry } from "../exchange/Exchange.ts"
import type { View } from "../exchange/View.ts"
import type { FeedFrame } from "../feed/line.ts"
import type { Source, Watcher } from "../operator/watch.ts"
import type { BodyStream, ServedRequest } from "../rest/handler.ts"
import * as sections from "./sections.ts"

/** The shortest time between two messages to a reader. */
const periodMillis = 200
/** Building messages takes at most about this share of the time. */
const maxLoad = 0.1
/**
 * How often an idle exchange is moved to the current time, so that orders expire, and old fills leave the 15-second
 * windows of order groups.
 */
const idleMillis = 1_000
/** A reader that leaves bytes waiting for longer than this is dropped. */
const maxBehindMillis = 20_000
const maxReaders = 16
/** A change of the exchange's time, relative to this machine's time, is sent only if it is at least this large. */
const timePrecisionMillis = 50
/** The maximum number of markets in the list (`maxMarkets`), and in one message (`maxLines`). */
const maxMarkets = 1_000
const maxLines = 200
const maxRecent = 100
const maxRecentTrades = 300
/** The maximum length of a frame or a path, in characters. */
const maxText = 600

export interface Selection {
  readonly ticker: string | undefined
  readonly accountId: string | undefined
}

/** Keeps the latest items. `#discarded` counts the older items that were dropped. */
class Recent<A> {
  readonly #limit: number
  #items: Array<A> = []
  #discarded = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get length(): number {
    return this.#items.length
  }

  add(item: A): void {
    this.#items.push(item)
    // Removes many at once, so that an addition costs little.
    if (this.#items.length >= 2 * this.#limit) {
      this.#cut()
    }
  }

  /** Returns and removes the items. Undefined if there are none. */
  take(): { readonly items: ReadonlyArray<A>; readonly discarded: number } | undefined {
    this.#cut()
    const [items, discarded] = [this.#items, this.#discarded]
    this.#items = []
    this.#discarded = 0
    return items.length === 0 ? undefined : { items, discarded }
  }

  #cut(): void {
    const surplus = Math.max(0, this.#items.length - this.#limit)
    this.#items = this.#items.slice(surplus)
    this.#discarded += surplus
  }
}

const shownRequest = ({ atMillis, keyId, method, operation, path, status }: ServedRequest, view: View) => ({
  atMillis,
  method,
  path: path.slice(0, maxText),
  operation,
  accountId: keyId === undefined ? undefined : view.key(keyId)?.accountId,
  status
})

const shownFrame = ({ connectionId, direction, text }: FeedFrame, atMillis: number) => ({
  atMillis,
  connectionId,
  direction,
  text: text.slice(0, maxText),
  isCut: text.length > maxText
})

/** JSON has no infinity and no big integers. */
const replacer = (_key: string, value: unknown): unknown =>
  value === Infinity ? null : typeof value === "bigint" ? String(value) : value

class Reader {
  readonly body: BodyStream
  #selection: Selection
  readonly #source: Source
  #isNew = true
  readonly #markets = new Set<string>()
  #listed = new Set<string>()
  #trades = new Recent<Trade>(maxRecentTrades)
  readonly #requests = new Recent<ServedRequest>(maxRecent)
  readonly #frames = new Recent<ReturnType<typeof shownFrame>>(maxRecent)
  /** The JSON that was last sent of each section. */
  readonly #sent = new Map<string, string>()
  #sentTime = -Infinity
  /** When the reader fell behind. Undefined if it keeps up. */
  behindSince: number | undefined

  constructor(source: Source, body: BodyStream, selection: Selection) {
    this.#source = source
    this.body = body
    this.#selection = selection
  }

  entry(entry: LogEntry): void {
    switch (entry.type) {
      case "fill":
        if (entry.ticker === this.#selection.ticker) {
          const { atMillis, count, isBlock, price, taker, ticker, tradeId } = entry
          this.#trades.add({ tradeId, ticker, price, count, takerSide: taker.side, isBlock, atMillis })
        }
        this.#mark(entry.ticker)
        break
      case "market":
        if (entry.change === "created" && this.#listed.size < maxMarkets) {
          this.#listed.add(entry.ticker)
        }
        this.#mark(entry.ticker)
        break
      case "book":
        this.#mark(entry.ticker)
        break
    }
  }

  /** The number of items that wait to be sent. */
  get waiting(): number {
    return this.#markets.size + this.#trades.length + this.#requests.length + this.#frames.length
  }

  request(request: ServedRequest): void {
    this.#requests.add(request)
  }

  frame(frame: ReturnType<typeof shownFrame>): void {
    this.#frames.add(frame)
  }

  /** Makes the next message contain the whole state. */
  restart(): void {
    this.#isNew = true
    this.#sent.clear()
    this.#sentTime = -Infinity
    this.#markets.clear()
    this.#trades.take()
  }

  /** Sends the changes, or the whole state to a new reader. Returns whether more changed markets wait. */
  send(view: View, wallMillis: number): boolean {
    const message = this.#isNew ? this.#whole(view, wallMillis) : this.#changes(view, wallMillis)
    this.#isNew = false
    if (Object.keys(message).length > 0) {
      this.body.write(`data: ${JSON.stringify(message, replacer)}\n\n`)
    }
    return this.#markets.size > 0
  }

  #mark(ticker: string): void {
    if (this.#listed.has(ticker)) {
      this.#markets.add(ticker)
    }
  }

  #whole(view: View, wallMillis: number): object {
    const tickers = view.tickers()
    this.#listed = new Set(tickers.slice(-maxMarkets))
    const selected = this.#selection.ticker
    const requests = this.#source.requests.slice(-maxRecent).map((request) => shownRequest(request, view))
    // The lists below contain all items. So the waiting items are discarded: `#changes` would replace the lists with them.
    this.#markets.clear()
    this.#trades.take()
    this.#requests.take()
    return {
      isWhole: true,
      clock: this.#source.clock,
      totalMarkets: tickers.length,
      markets: [...this.#listed].map((ticker) => sections.marketLine(view, ticker)),
      trades: { items: selected === undefined ? [] : sections.tradesOf(view, selected), discarded: 0 },
      requests: { items: requests, discarded: 0 },
      ...this.#changes(view, wallMillis)
    }
  }

  #changes(view: View, wallMillis: number): object {
    const { accountId, ticker } = this.#selection
    const lines = [...this.#markets].slice(0, maxLines)
    lines.forEach((changed) => this.#markets.delete(changed))
    const trades = this.#trades.take()
    const requests = this.#requests.take()
    const frames = this.#frames.take()
    return {
      ...(lines.length === 0 ? undefined : { markets: lines.map((changed) => sections.marketLine(view, changed)) }),
      ...(trades === undefined ? undefined : { trades }),
      ...(requests === undefined
        ? undefined
        : { requests: { ...requests, items: requests.items.map((request) => shownRequest(request, view)) } }),
      ...(frames === undefined ? undefined : { frames }),
      ...this.#time(view.nowMillis, wallMillis),
      ...this.#changed("status", sections.statusSection(view)),
      ...this.#changed("market", ticker === undefined ? undefined : sections.marketSection(view, ticker)),
      ...this.#changed("accounts", sections.accountLines(view)),
      ...this.#changed("account", accountId === undefined ? undefined : sections.accountSection(view, accountId)),
      ...this.#changed("rfqs", sections.rfqsSection(view)),
      ...this.#changed("faults", sections.faultsSection(this.#source)),
      ...this.#changed("connections", sections.connectionsSection(this.#source))
    }
  }

  /** How far the exchange's time is ahead of this machine's time; with a frozen clock, the exchange's time. */
  #time(nowMillis: number, wallMillis: number): object | undefined {
    const time = this.#source.clock === "frozen" ? nowMillis : nowMillis - wallMillis
    if (Math.abs(time - this.#sentTime) < timePrecisionMillis) {
      return undefined
    }
    this.#sentTime = time
    return { time }
  }

  /** Returns the section; undefined if it has not changed since it was last sent. */
  #changed(name: string, section: unknown): object | undefined {
    const json = JSON.stringify(section ?? null, replacer)
    if (this.#sent.get(name) === json) {
      return undefined
    }
    this.#sent.set(name, json)
    return { [name]: section ?? null }
  }
}

export interface StreamClock {
  readonly nowMillis: () => number
  /** Calls `run` after the delay. Returns a function that cancels this call. */
  readonly later: (delayMillis: number, run: () => void) => () => void
}

const realClock: StreamClock = {
  nowMillis: Date.now,
  later: (delayMillis, run) => {
    const timer = setTimeout(run, delayMillis)
    timer.unref()
    return () => clearTimeout(timer)
  }
}

/** Watches the exchange only while a stream is open. */
export class Streams implements Watcher {
  readonly #source: Source
  readonly #clock: StreamClock
  readonly #onDefect: (defect: unknown) => void
  readonly #readers = new Set<Reader>()
  #cancel: (() => void) | undefined
  #dueMillis = Infinity
  #restsUntil = 0
  // The exchange calls these functions without `this`.
  readonly entry: Watcher["entry"]
  readonly served: Watcher["served"]
  readonly frame: Watcher["frame"]

  constructor(source: Source, onDefect: (defect: unknown) => void, clock: StreamClock = realClock) {
    this.#source = source
    this.#onDefect = onDefect
    this.#clock = clock
    this.entry = (entry) => this.#forEach((reader) => reader.entry(entry))
    this.served = (request) => this.#forEach((reader) => reader.request(request))
    this.frame = (frame) => {
      const shown = shownFrame(frame, this.#source.nowMillis())
      this.#forEach((reader) => reader.frame(shown))
    }
  }

  /** The number of items that wait to be sent, over all readers. */
  get waiting(): number {
    return [...this.#readers].reduce((total, { waiting }) => total + waiting, 0)
  }

  get isFull(): boolean {
    return this.#readers.size >= maxReaders
  }

  replaced(): void {
    this.#forEach((reader) => reader.restart())
  }

  /** Starts a stream. Returns a function that ends it. */
  open(body: BodyStream, selection: Selection): () => void {
    const reader = new Reader(this.#source, body, selection)
    if (this.#readers.size === 0) {
      this.#source.watch(this)
    }
    this.#readers.add(reader)
    // The browser waits this long before it connects again.
    body.write("retry: 1000\n\n")
    this.#schedule(0)
    return () => this.#close(reader)
  }

  #close(reader: Reader): void {
    this.#readers.delete(reader)
    if (this.#readers.size === 0) {
      this.#cancel?.()
      this.#cancel = undefined
      this.#dueMillis = Infinity
      this.#source.watch(undefined)
    }
  }

  #forEach(run: (reader: Reader) => void): void {
    this.#readers.forEach(run)
    this.#schedule(periodMillis)
  }

  #schedule(delayMillis: number): void {
    const now = this.#clock.nowMillis()
    const due = Math.max(now + delayMillis, this.#restsUntil)
    if (due < this.#dueMillis && this.#readers.size > 0) {
      this.#cancel?.()
      this.#dueMillis = due
      this.#cancel = this.#clock.later(due - now, () => this.#send())
    }
  }

  #send(): void {
    this.#cancel = undefined
    const started = this.#clock.nowMillis()
    let hasMore = false
    try {
      // Reading the state may fire timers of the exchange. The messages below contain the events of these timers.
      const view = this.#source.view()
      for (const reader of this.#readers) {
        hasMore = this.#sendTo(reader, view, started) || hasMore
      }
    } catch (defect) {
      this.#onDefect(defect)
      this.#readers.forEach((reader) => reader.body.drop())
    }
    const ended = this.#clock.nowMillis()
    this.#dueMillis = Infinity
    this.#restsUntil = ended + Math.max(periodMillis, (ended - started) / maxLoad)
    this.#schedule(hasMore ? periodMillis : idleMillis)
  }

  #sendTo(reader: Reader, view: View, nowMillis: number): boolean {
    if (!reader.body.isBehind()) {
      reader.behindSince = undefined
      return reader.send(view, nowMillis)
    }
    reader.behindSince ??= nowMillis
    if (nowMillis - reader.behindSince > maxBehindMillis) {
      reader.body.drop()
    }
    return false
  }
}
