/**
 * Runs the client's live order books for a long time, over real sockets, and injects faults in turn. The local exchange
 * runs in another process and records each state of its books. Fails if one of these happens:
 *
 * - A book that was read differs from the state that the exchange recorded with the same clock (its counter of
 *   changes).
 * - A book is unreadable for longer than the limit.
 * - A book differs from the exchange's own book after the flow has stopped.
 * - A fiber, timer, socket or connection is left after the scope closes.
 *
 * `node packages/sandbox/bench/feedSoak.ts [seconds] [markets] [changes a second] [limit in milliseconds]`
 *
 * Default: 600 s, 200 markets, 300 changes a second, 15,000 ms.
 */
import { availableParallelism, loadavg } from "node:os"
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
import * as Stream from "effect/Stream"
import { type Fault, faults } from "./feedSoakBook.ts"
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

const [seconds = 600, markets = 200, changesPerSecond = 300, limitMillis = 15_000] = process.argv.slice(2).map(Number)
const sweepMillis = 50
/** A sweep reads a part of the books. Every book is read once in this number of sweeps. */
const sweepsPerRead = 20
const settleMillis = 30_000

const failures = new Failures()
const fail = failures.add

interface Effects {
  times: number
  books: number
  longestMillis: number
}

/** The state of the connections and subscriptions, as one line of text. */
let feedNow = (): string => ""

/** Records how long books are unreadable, and after which fault. */
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

const comparison = new Comparison(fail)
const readability = new Readability()
let fault = "start"

const { ask, disconnect, served } = await startExchange(markets, changesPerSecond, comparison, fail)
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
const unequal = () => comparison.unequal(books, tickers)
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
await checkLeft(before, fibers, ask, fail)

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
    `${english(changes)} changes in ${english(flowSeconds)} s, ${english(comparison.reads)} books read and compared (${english(comparison.between)} of them between two deltas with the same clock)`,
    `longest unreadable ${english(readability.longestMillis)} ms (limit ${english(limitMillis)}); all books equaled the exchange's ${english(equalMillis)} ms after the flow stopped`,
    `heap ${english(heaps[0]!, 1)} MiB at first, ${english(heaps.at(-1)!, 1)} at the end, ${english(Math.max(...heaps), 1)} at most; ` +
      `processor time of the client and of this comparison ${english((used.user + used.system) / 10_000 / flowSeconds, 1)} % of one core; load ${loadavg()[0]!.toFixed(1)}`,
    `the feed at the end: ${JSON.stringify(feedState.counters)}`,
    failures.count === 0 ? "no check failed" : `FAILED: ${english(failures.count)} checks`
  ].join("\n")
)
disconnect()
process.exit(failures.count === 0 ? 0 : 1)
