/**
 * Runs the client's order books for a long time, over several lines, which are independent connections to the feed.
 * Each second, a fault hits the next line, but only after every line has all its books again. A constant delay per
 * connection keeps one line ahead of the others. The local exchange runs in another process and records each state of
 * its books. Fails if one of these happens:
 *
 * - A book is not live, even between two reads.
 * - The clock of a book (the exchange's counter of changes) goes back.
 * - The epoch of a book changes, which permits the client to show an older book.
 * - A book that was read differs from the state that the exchange recorded with the same clock.
 * - A book that was read is more than 250 ms behind the records, not counting pauses of this process.
 * - A fault does not reach its line.
 * - A book differs from the exchange's own book after the flow has stopped.
 * - A fiber, timer, socket or connection is left after the scope closes.
 *
 * `node packages/sandbox/bench/feedLines.ts [seconds] [markets] [changes a second] [lines] [longest wait]`
 *
 * Default: 600 s, 100 markets, 500 changes a second, 2 lines, and a wait of at most 100 ms before a connection. With
 * one line, the command fails, because each fault interrupts the books.
 */
import { availableParallelism, loadavg } from "node:os"
import { createHistogram } from "node:perf_hooks"
import { setTimeout } from "node:timers/promises"
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Feed from "@kalshi-effect/client/Feed"
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import { type LineFault, stallMillis } from "./feedSoakBook.ts"
import {
  checkLeft,
  Comparison,
  digestOfBook,
  english,
  Failures,
  Fibers,
  heapMebibytes,
  recordMillis,
  resources,
  startExchange
} from "./feedSoakReader.ts"

const [seconds = 600, markets = 100, changesPerSecond = 500, lines = 2, longestWaitMillis = 100] = process.argv
  .slice(2)
  .map(Number)
/** The intended time between two reads of all books. */
const sweepMillis = 3
/** A longer time between two reads counts as running time only up to this length. */
const lateSweepMillis = 10
/** How far a read may be behind the records, not counting pauses of this process. */
const behindLimitMillis = 250
const faultMillis = 1_000
const pollMillis = 5
/** The longest delay of a connection's messages. */
const longestDelayMillis = 50
const settleMillis = 30_000

/**
 * - `reset`, `closed`: the exchange ends the connection.
 * - `stalled`: the exchange discards the messages of the connection for a while. The next message shows the gap.
 * - `late`: the client's socket is paused for a while. Then all messages arrive together.
 * - `gapped`: at least one message is discarded.
 */
const kinds = ["reset", "stalled", "gapped", "closed", "late"] as const
type Kind = (typeof kinds)[number]

const failures = new Failures()
const fail = failures.add
const comparison = new Comparison(fail)

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0

const delay = (socket: Socket.WebSocketLike, delayMillis: number): void => {
  const listen = socket.addEventListener.bind(socket)
  socket.addEventListener = (type, listener, options) =>
    listen(
      type,
      type === "message" ? (event) => void setTimeout(delayMillis).then(() => listener(event)) : listener,
      options
    )
}

/** The open sockets, oldest first, as the exchange lists its connections. */
class Sockets {
  #open: Array<{ readonly line: number; readonly socket: NodeWS.WebSocket }> = []

  readonly layer = Layer.effect(
    Socket.WebSocketConstructor,
    Effect.map(Socket.WebSocketConstructor, (make) => (url, options) => {
      const socket = make(url, options)
      delay(socket, Math.random() * longestDelayMillis)
      // The new socket belongs to the line without a socket. At the start, the first line connects first.
      const line = Array.from({ length: lines }, (_, n) => n).find((n) => this.place(n) < 0) ?? lines
      const opened = { line, socket: socket as NodeWS.WebSocket } // the layer below creates only such sockets
      this.#open.push(opened)
      socket.addEventListener("close", () => (this.#open = this.#open.filter((open) => open !== opened)))
      return socket
    })
  ).pipe(Layer.provide(NodeWS.layerWebSocketConstructor))

  /** The place of the line's socket among the open sockets; negative if the line has none. */
  place(line: number): number {
    return this.#open.findIndex((open) => open.line === line)
  }

  socket(line: number): NodeWS.WebSocket {
    return this.#open[this.place(line)]!.socket
  }
}

interface Last {
  readonly book: OrderBooks.Book
  /** When the book became live. It changes if the book was not live between two reads. */
  readonly sinceMillis: number
}

class Reader {
  reads = 0
  unreadable = 0
  interrupted = 0
  back = 0
  newEpochs = 0
  longestBehindMillis = 0
  /** How far the books were behind when they were read, in microseconds. */
  readonly behind = createHistogram()
  /** The times between two reads of all books, in microseconds. */
  readonly sweeps = createHistogram()
  lateSweeps = 0
  #sweptMillis = performance.now()
  #runMillis = 0
  readonly #last = new Map<string, Last>()
  readonly #books: OrderBooks.Watch
  readonly #tickers: ReadonlyArray<string>

  constructor(books: OrderBooks.Watch, tickers: ReadonlyArray<string>) {
    this.#books = books
    this.#tickers = tickers
  }

  sweep(): void {
    const now = performance.now()
    const millis = now - this.#sweptMillis
    this.#runMillis += Math.min(millis, lateSweepMillis)
    this.sweeps.record(Math.max(1, Math.round(millis * 1_000)))
    if (millis > lateSweepMillis) this.lateSweeps++
    this.#sweptMillis = now
    for (const ticker of this.#tickers) this.read(ticker)
  }

  /** A clock that stands still during pauses of this process. */
  runMillis(): number {
    return this.#runMillis + Math.min(performance.now() - this.#sweptMillis, lateSweepMillis)
  }

  read(ticker: string): void {
    this.reads++
    const read = Effect.runSyncExit(this.#books.read(ticker))
    const state = this.#books.state(ticker)
    if (!Exit.isSuccess(read) || state === undefined) {
      this.unreadable++
      return fail(`${ticker} is unreadable after ${doing}: ${JSON.stringify(state)}`)
    }
    const book = read.value
    const last = this.#last.get(ticker)
    this.#last.set(ticker, { book, sinceMillis: state.sinceMillis })
    const clock = book.clock ?? Number.NaN
    if (last !== undefined) {
      if (state.sinceMillis !== last.sinceMillis) {
        this.interrupted++
        fail(`${ticker} was not live between two reads, after ${doing}`)
      }
      if (book.epoch !== last.book.epoch) {
        this.newEpochs++
        fail(`${ticker} has the epoch ${book.epoch} after ${doing}`)
      } else if (!(clock >= last.book.clock!)) {
        this.back++
        fail(`${ticker} went from the clock ${last.book.clock} back to ${clock}, after ${doing}`)
      }
    }
    const behindMillis = comparison.behindMillis(ticker, clock)
    if (behindMillis > behindLimitMillis && this.longestBehindMillis <= behindLimitMillis) {
      fail(`${ticker} is ${english(behindMillis)} ms behind the exchange, after ${doing}`)
    }
    this.longestBehindMillis = Math.max(this.longestBehindMillis, behindMillis)
    this.behind.record(Math.max(1, Math.round(behindMillis * 1_000)))
    // If two reads share their arrays of levels, the state is the same.
    const isSame =
      last !== undefined &&
      last.book.clock === book.clock &&
      last.book.bids === book.bids &&
      last.book.asks === book.asks
    if (!isSame) comparison.read(digestOfBook(book), doing)
  }
}

/** The last fault, for failure messages. */
let doing = "the start"

const { ask, disconnect, served } = await startExchange(markets, changesPerSecond, comparison, fail)
const { keyId, privateKey, tickers } = served
const environment = Result.getOrThrow(Environment.fromUrl(served.restUrl))
const apiKey = await Effect.runPromise(ApiKey.fromPem({ keyId, privateKey: Redacted.make(privateKey) }))
const fibers = new Fibers()
const sockets = new Sockets()

console.log(
  `order books of ${lines} lines for ${english(seconds)} s, ${english(markets)} markets, ${english(changesPerSecond)} changes a second, the exchange in another process,` +
    ` ${availableParallelism()} cores, Node ${process.version}`
)
await setTimeout(100)
const before = resources()
const scope = Scope.makeUnsafe()
const inScope = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(effect.pipe(Scope.provide(scope), Effect.provideService(Metric.FiberRuntimeMetrics, fibers)))
const books = await inScope(
  Effect.gen(function* () {
    const context = yield* Layer.build(
      Feed.layer({
        environment,
        signer: Signer.fromApiKey(apiKey),
        minBackoffMillis: Math.min(500, longestWaitMillis / 5),
        maxBackoffMillis: longestWaitMillis
      }).pipe(Layer.provide(sockets.layer))
    )
    return yield* OrderBooks.watch(tickers, { lines }).pipe(Effect.provide(context))
  })
)
const states = () => Effect.runSync(books.lines)
const areComplete = (): boolean => states().every(({ liveBooks }) => liveBooks === markets)

const started = performance.now()
while (!areComplete() && performance.now() - started < settleMillis) await setTimeout(pollMillis)
if (!areComplete()) fail("the lines are not complete after the start")
const reader = new Reader(books, tickers)
comparison.nowMillis = () => reader.runMillis()
await inScope(
  Effect.forkScoped(
    Stream.runForEach(books.changes, (ticker) => Effect.sync(() => reader.read(ticker))).pipe(
      Effect.tapCause((cause) => Effect.sync(() => scope.state._tag === "Open" && fail(`the books ended: ${cause}`)))
    )
  )
)
const sweeping = setInterval(() => reader.sweep(), sweepMillis)
const settling = setInterval(() => comparison.settle(), 1_000)

const begun = performance.now()
const cpu = process.cpuUsage()
const elapsed = (): number => (performance.now() - begun) / 1_000
const heaps: Array<number> = []
const reportEvery = Math.max(5, seconds / 20)
const report = (): void => {
  const heap = heapMebibytes()
  heaps.push(heap)
  console.log(
    `  ${english(elapsed()).padStart(5)} s   heap ${english(heap, 1)} MiB   ${english(reader.reads)} reads   ` +
      `${english(reader.unreadable)} unreadable   longest behind ${english(reader.longestBehindMillis)} ms   load ${loadavg()[0]!.toFixed(1)}`
  )
}

/** The times from the start of a fault until its line was complete again. */
const repairs = new Map<Kind, Array<number>>(kinds.map((kind) => [kind, []]))

/** Returns a function that tells whether the line has noticed the fault. */
const inject = async (kind: Kind, line: number): Promise<() => boolean> => {
  const counters = () => states()[line]!.session.counters
  if (kind === "late") {
    const socket = sockets.socket(line)
    socket.pause()
    await setTimeout(stallMillis / 2)
    const { messages } = counters()
    await setTimeout(stallMillis / 2)
    if (counters().messages !== messages) fail(`line ${line} received messages while its socket was paused`)
    socket.resume()
    return () => counters().messages > messages
  }
  const { gaps, losses } = counters()
  await ask({ lineFault: kind satisfies LineFault, connection: sockets.place(line) })
  return kind === "reset" || kind === "closed" ? () => counters().losses > losses : () => counters().gaps > gaps
}

let faults = 0
let nextReport = 0
for (let dueMillis = begun; elapsed() < seconds; faults++) {
  dueMillis = Math.max(dueMillis + faultMillis, performance.now())
  await setTimeout(Math.max(0, dueMillis - performance.now()))
  const line = faults % lines
  const kind = kinds[Math.floor(faults / lines) % kinds.length]!
  doing = `${kind} of line ${line} at ${english(elapsed(), 1)} s`
  const injected = performance.now()
  const isNoticed = await inject(kind, line)
  while (!(isNoticed() && areComplete())) {
    if (performance.now() - injected > settleMillis) {
      fail(`${isNoticed() ? "the lines are not complete" : "the line did not notice the fault"} after ${doing}`)
      break
    }
    await setTimeout(pollMillis)
  }
  repairs.get(kind)!.push(performance.now() - injected)
  if (elapsed() >= nextReport) {
    report()
    nextReport = elapsed() + reportEvery
  }
}

doing = "the end"
await setTimeout(1_000)
const { changes } = await ask("stop")
const flowSeconds = elapsed()
const used = process.cpuUsage(cpu)
const unequal = () => comparison.unequal(books, tickers)
const stopped = performance.now()
while (unequal().length > 0 && performance.now() - stopped < settleMillis) await setTimeout(pollMillis)
const equalMillis = performance.now() - stopped
for (const ticker of unequal()) fail(`${ticker} differs from the exchange's book at the end`)
report()
const counters = states().map(({ session }) => session.counters)
await setTimeout(recordMillis)
clearInterval(sweeping)
clearInterval(settling)
comparison.settle()
if (comparison.between > 0) fail(`${comparison.between} books were read that differ from the record with their clock`)

await Effect.runPromise(Scope.close(scope, Exit.void))
await checkLeft(before, fibers, ask, fail)

const { back, behind, interrupted, longestBehindMillis, newEpochs, reads, sweeps, unreadable } = reader
const total = (name: "dials" | "gaps" | "losses" | "messages"): string =>
  counters.map((line) => english(line[name])).join(" and ")
console.log(
  `\n  ${"fault".padEnd(10)}${"times".padStart(7)}${"line complete again after, ms: median".padStart(40)}${"longest".padStart(10)}`
)
for (const [kind, millis] of repairs) {
  console.log(
    `  ${kind.padEnd(10)}${english(millis.length).padStart(7)}${english(median(millis)).padStart(40)}${english(Math.max(0, ...millis)).padStart(10)}`
  )
}
console.log(
  [
    "",
    `${english(faults)} faults and ${english(changes)} changes in ${english(flowSeconds)} s; ${total("messages")} messages, ${total("losses")} connections lost, ${total("dials")} opened, ${total("gaps")} gaps`,
    `${english(reads)} reads: ${english(unreadable)} unreadable, ${english(interrupted)} not live since the last read, ${english(back)} went back, ${english(newEpochs)} new epochs; ${english(comparison.reads)} states compared`,
    `all books were read every ${english(sweeps.percentile(50) / 1_000, 1)} ms (median; 99 %: ${english(sweeps.percentile(99) / 1_000, 1)}, longest ${english(sweeps.max / 1_000, 1)}; ` +
      `${english((100 * reader.lateSweeps) / sweeps.count, 2)} % over ${lateSweepMillis} ms)`,
    `behind the exchange, without pauses of this process: 99.9 % of the reads at most ${english(behind.percentile(99.9) / 1_000, 1)} ms, longest ${english(longestBehindMillis, 1)} ms`,
    `all books equaled the exchange's ${english(equalMillis)} ms after the flow stopped`,
    `heap ${english(heaps[0]!, 1)} MiB at first, ${english(heaps.at(-1)!, 1)} at the end, ${english(Math.max(...heaps), 1)} at most; ` +
      `processor time of the client and of the checks ${english((used.user + used.system) / 10_000 / flowSeconds, 1)} % of one core; load ${loadavg()[0]!.toFixed(1)}`,
    failures.count === 0 ? "no check failed" : `FAILED: ${english(failures.count)} checks`
  ].join("\n")
)
disconnect()
process.exit(failures.count === 0 ? 0 : 1)
