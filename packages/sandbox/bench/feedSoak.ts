/**
 * Runs the client's live order books for a long time, over real sockets, with order flow in all markets. Injects the
 * faults in turn, one every few seconds. The local exchange runs in another process and records each state of its books.
 *
 * Fails unless: every book that is read is a state that the exchange recorded with the same clock; no book is unreadable
 * for longer than the limit; all books equal the exchange's own after the flow has stopped; and no fiber, timer, socket
 * or connection is left after the scope closes. Prints the heap at intervals, and one table at the end.
 *
 * `node packages/sandbox/bench/feedSoak.ts [seconds] [markets] [changes a second] [limit in milliseconds]`
 *
 * Default: 600 s, 200 markets, 300 changes a second, 15,000 ms.
 */
import { fork } from "node:child_process"
import { availableParallelism, loadavg } from "node:os"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
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
import * as Stream from "effect/Stream"
import { digestOf, type Fault, faults, type Question, type Recorded, type Sent } from "./feedSoakBook.ts"

const [seconds = 600, markets = 200, changesPerSecond = 300, limitMillis = 15_000] = process.argv.slice(2).map(Number)
const sweepMillis = 50
/** The number of sweeps in which every book is read once. */
const sweepsPerRead = 20
/** How long the exchange's record of a state that was read may take to arrive. */
const recordMillis = 5_000
const keptRecords = 100
const settleMillis = 30_000

const english = (value: number, digits = 0): string =>
  value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits })

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void // the flag defines it
const heapMebibytes = (): number => {
  collect()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

const failures: Array<string> = []
const fail = (failure: string): void => {
  failures.push(failure)
  if (failures.length <= 20) console.log(`  FAILED: ${failure}`)
}

type Served = Extract<Sent, { readonly type: "served" }>
type Answer = Extract<Sent, { readonly type: "answer" }>

/** Compares books that were read with the states that the exchange recorded. */
class Comparison {
  readonly latest = new Map<string, Recorded>()
  reads = 0
  /** Reads with the clock of a delta but without its change: a fault sent another delta with this clock before it. */
  between = 0
  readonly #records = new Map<string, Array<Recorded>>()
  #waiting: Array<{ readonly read: Recorded; readonly sinceMillis: number; readonly fault: string }> = []

  record(books: ReadonlyArray<Recorded>): void {
    for (const book of books) {
      const [ticker] = book
      this.latest.set(ticker, book)
      const records = this.#records.get(ticker) ?? []
      records.push(book)
      if (records.length > 2 * keptRecords) records.splice(0, keptRecords)
      this.#records.set(ticker, records)
    }
  }

  read(read: Recorded, fault: string): void {
    this.reads++
    if (!this.#isRecorded(read)) this.#waiting.push({ read, sinceMillis: Date.now(), fault })
  }

  /** Compares again what was read before its record arrived. */
  settle(): void {
    this.#waiting = this.#waiting.filter(({ fault, read, sinceMillis }) => {
      if (this.#isRecorded(read)) return false
      if (Date.now() - sinceMillis < recordMillis) return true
      fail(
        `the exchange did not record the book of ${read[0]} that was read with the clock ${read[1]}, after "${fault}"`
      )
      return false
    })
  }

  #isRecorded([ticker, clock, digest]: Recorded): boolean {
    const records = this.#records.get(ticker) ?? []
    for (let index = records.length - 1; index >= 0; index--) {
      const [, recordedClock, recorded] = records[index]!
      if (recordedClock !== clock) continue
      if (recorded === digest) return true
      if (records[index - 1]?.[2] === digest) {
        this.between++
        return true
      }
    }
    return false
  }
}

interface Effects {
  times: number
  books: number
  longestMillis: number
}

/** The connections and subscriptions of the feed in one line. */
let feedNow = (): string => ""

/** How long books are unreadable, and after which fault. */
class Readability {
  readonly byFault = new Map<string, Effects>()
  longestMillis = 0
  #since = new Map<string, { readonly millis: number; readonly fault: string; isTooLong: boolean }>()

  of(fault: string): Effects {
    const effects = this.byFault.get(fault) ?? { times: 0, books: 0, longestMillis: 0 }
    this.byFault.set(fault, effects)
    return effects
  }

  observe(ticker: string, state: OrderBooks.State | undefined, fault: string): void {
    const now = performance.now()
    const since = this.#since.get(ticker)
    if (state?._tag === "Live") {
      this.#since.delete(ticker)
    } else if (since === undefined) {
      this.#since.set(ticker, { millis: now, fault, isTooLong: false })
      this.of(fault).books++
    }
    if (since === undefined) return
    const millis = now - since.millis
    const effects = this.of(since.fault)
    effects.longestMillis = Math.max(effects.longestMillis, millis)
    this.longestMillis = Math.max(this.longestMillis, millis)
    if (millis > limitMillis && !since.isTooLong) {
      since.isTooLong = true
      fail(
        `${ticker} is unreadable for ${english(millis)} ms since "${since.fault}": ${JSON.stringify(state)}; ${feedNow()}`
      )
    }
  }
}

const comparison = new Comparison()
const readability = new Readability()
let fault = "start"

const server = fork(fileURLToPath(new URL("feedSoakServer.ts", import.meta.url)), [
  String(markets),
  String(changesPerSecond)
])
let onServed: (served: Served) => void
const serving = new Promise<Served>((resolve) => (onServed = resolve))
let onAnswer: (answer: Answer) => void
server.on("message", (message) => {
  const sent = message as Sent // the types of the messages are in feedSoakBook.ts
  if (sent.type === "recorded") comparison.record(sent.books)
  else if (sent.type === "served") onServed(sent)
  else if (sent.type === "answer") onAnswer(sent)
  else fail(`the exchange's process: ${sent.reason}`)
})
const ask = (question: Question): Promise<Answer> => {
  const answer = new Promise<Answer>((resolve) => (onAnswer = resolve))
  server.send(question)
  return answer
}

/** Counts the fibers that run. */
class Fibers implements Metric.FiberRuntimeMetricsService {
  alive = 0
  recordFiberStart(): void {
    this.alive++
  }
  recordFiberEnd(): void {
    this.alive--
  }
}

/** The numbers of this process's timers, sockets and other handles. */
const resources = (): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

const digestOfBook = ({ asks, bids, clock, market_ticker }: OrderBooks.Book): Recorded => {
  const side = (levels: ReadonlyArray<{ readonly price: string; readonly count: string }>) =>
    levels.map(({ count, price }) => [price, count] as const)
  return [market_ticker, clock ?? Number.NaN, digestOf(side(bids), side(asks))]
}

const served = await serving
const { keyId, privateKey, tickers } = served
const environment = Result.getOrThrow(Environment.fromUrl(served.restUrl))
const apiKey = await Effect.runPromise(ApiKey.fromPem({ keyId, privateKey: Redacted.make(privateKey) }))
const fibers = new Fibers()

const read = (books: OrderBooks.Watch, ticker: string): void => {
  readability.observe(ticker, books.state(ticker), fault)
  const book = Effect.runSyncExit(books.read(ticker))
  if (Exit.isSuccess(book)) comparison.read(digestOfBook(book.value), fault)
}

console.log(
  `order books for ${english(seconds)} s, ${english(markets)} markets, ${english(changesPerSecond)} changes a second, the exchange in another process,` +
    ` ${availableParallelism()} cores, Node ${process.version}`
)
await setTimeout(100)
const before = resources()
const scope = Scope.makeUnsafe()
const inScope = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(effect.pipe(Scope.provide(scope), Effect.provideService(Metric.FiberRuntimeMetrics, fibers)))
const { books, state } = await inScope(
  Effect.gen(function* () {
    const context = yield* Layer.build(
      Feed.layer({
        environment,
        signer: Signer.fromApiKey(apiKey),
        probeMillis: 2_000,
        commandTimeoutMillis: 2_000,
        snapshotTimeoutMillis: 2_000,
        maxBackoffMillis: 2_000
      }).pipe(Layer.provide(NodeWS.layerWebSocketConstructor))
    )
    const books = yield* OrderBooks.watch(tickers).pipe(Effect.provide(context))
    yield* Effect.forkScoped(
      Stream.runForEach(books.changes, (ticker) => Effect.sync(() => read(books, ticker))).pipe(
        Effect.tapCause((cause) => Effect.sync(() => scope.state._tag === "Open" && fail(`the books ended: ${cause}`)))
      )
    )
    return { books, state: Feed.state.pipe(Effect.provide(context)) }
  })
)

feedNow = () => {
  const { connections, subscriptions } = Effect.runSync(state)
  const subscribed = subscriptions.map(
    ({ acknowledged, names, status }) => `${status} with ${acknowledged.size} of ${names.size} markets`
  )
  return `${JSON.stringify(connections)}, ${subscribed.join()}`
}

let sweeps = 0
const sweeping = setInterval(() => {
  sweeps++
  tickers.forEach((ticker, n) => {
    readability.observe(ticker, books.state(ticker), fault)
    if ((n + sweeps) % sweepsPerRead === 0) read(books, ticker)
  })
  comparison.settle()
}, sweepMillis)

const begun = performance.now()
const cpu = process.cpuUsage()
const elapsed = (): number => (performance.now() - begun) / 1_000
const heaps: Array<number> = []
const reportEvery = Math.max(5, seconds / 20)
const report = (): void => {
  const heap = heapMebibytes()
  heaps.push(heap)
  console.log(
    `  ${english(elapsed()).padStart(5)} s   heap ${english(heap, 1)} MiB   ${english(comparison.reads)} reads   ` +
      `longest unreadable ${english(readability.longestMillis)} ms   load ${loadavg()[0]!.toFixed(1)}   ${fault}`
  )
}

const kinds = Object.keys(faults) as ReadonlyArray<Fault>
await setTimeout(3_000)
for (let n = 0, nextReport = 0; elapsed() < seconds; n++) {
  fault = kinds[n % kinds.length]!
  readability.of(fault).times++
  const holdMillis = faults[fault as Fault]
  await Promise.all([ask({ fault: fault as Fault }), setTimeout(holdMillis)])
  if (elapsed() >= nextReport) {
    report()
    nextReport = elapsed() + reportEvery
  }
}

fault = "the end"
await ask("calm")
await setTimeout(3_000)
const { changes } = await ask("stop")
const flowSeconds = elapsed()
const used = process.cpuUsage(cpu)
const unequal = (): ReadonlyArray<string> =>
  tickers.filter((ticker) => {
    const book = Effect.runSyncExit(books.read(ticker))
    const [, clock, digest] = comparison.latest.get(ticker)!
    if (!Exit.isSuccess(book)) return true
    const [, readClock, readDigest] = digestOfBook(book.value)
    return readClock !== clock || readDigest !== digest
  })
const stopped = performance.now()
while (unequal().length > 0 && performance.now() - stopped < settleMillis) await setTimeout(50)
const equalMillis = performance.now() - stopped
for (const ticker of unequal()) fail(`${ticker} differs from the exchange's book at the end`)
const feedState = await Effect.runPromise(state)
report()
await setTimeout(recordMillis)
clearInterval(sweeping)
comparison.settle()

await Effect.runPromise(Scope.close(scope, Exit.void))
await setTimeout(1_000)
const after = resources()
for (const name of Object.keys(after)) {
  if (after[name]! > (before[name] ?? 0))
    fail(`left after the scope: ${after[name]} ${name}, before: ${before[name] ?? 0}`)
}
if (fibers.alive !== 0) fail(`left after the scope: ${fibers.alive} fibers`)
const { connections } = await ask("connections")
if (connections !== 0) fail(`left after the scope: ${connections} connections at the exchange`)

console.log(
  `\n  ${"fault".padEnd(26)}${"times".padStart(7)}${"books unreadable".padStart(20)}${"longest, ms".padStart(14)}`
)
for (const [name, { books, longestMillis, times }] of readability.byFault) {
  console.log(
    `  ${name.padEnd(26)}${english(times).padStart(7)}${english(books).padStart(20)}${english(longestMillis).padStart(14)}`
  )
}
console.log(
  [
    "",
    `${english(changes)} changes in ${english(flowSeconds)} s, ${english(comparison.reads)} books read and compared (${english(comparison.between)} between two deltas of one clock)`,
    `longest unreadable ${english(readability.longestMillis)} ms (limit ${english(limitMillis)}); all equal ${english(equalMillis)} ms after the flow stopped`,
    `heap ${english(heaps[0]!, 1)} MiB at first, ${english(heaps.at(-1)!, 1)} at the end, ${english(Math.max(...heaps), 1)} at most; ` +
      `processor time of the client and of this comparison ${english((used.user + used.system) / 10_000 / flowSeconds, 1)} % of one core; load ${loadavg()[0]!.toFixed(1)}`,
    `the feed at the end: ${JSON.stringify(feedState.counters)}`,
    failures.length === 0 ? "no check failed" : `FAILED: ${english(failures.length)} checks`
  ].join("\n")
)
server.disconnect()
process.exit(failures.length === 0 ? 0 : 1)
