/**
 * The shared parts of `feedSoak.ts` and `feedLines.ts`: the exchange in another process, the comparison of books with
 * its records, and the checks for resources that are left after the scope has closed.
 */
import { fork } from "node:child_process"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Metric from "effect/Metric"
import { digestOf, type Question, type Recorded, type Sent } from "./feedSoakBook.ts"

export type Served = Extract<Sent, { readonly type: "served" }>
export type Answer = Extract<Sent, { readonly type: "answer" }>

/** The exchange must send its record of a book within this time after the book was read. */
export const recordMillis = 5_000
const keptRecords = 100

export const english = (value: number, digits = 0): string =>
  value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits })

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void // the flag defines `gc`
export const heapMebibytes = (): number => {
  collect()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

/** Counts the failures, and prints the first twenty of them immediately. */
export class Failures {
  count = 0
  readonly add = (failure: string): void => {
    this.count++
    if (this.count <= 20) console.log(`  FAILED: ${failure}`)
  }
}

interface Kept {
  readonly clock: number
  readonly digest: string
  readonly arrivedMillis: number
}

/** Compares books that were read with the states that the exchange recorded. */
export class Comparison {
  /** Returns the current time for {@link behindMillis}. */
  nowMillis = (): number => performance.now()
  readonly latest = new Map<string, Recorded>()
  reads = 0
  /**
   * The number of books that were read after an extra delta and before the real delta. Some faults first send an extra
   * delta with the clock of the real delta. The book then has the new clock, but the previous levels.
   */
  between = 0
  readonly #fail: (failure: string) => void
  readonly #records = new Map<string, Array<Kept>>()
  #waiting: Array<{ readonly read: Recorded; readonly sinceMillis: number; readonly fault: string }> = []

  constructor(fail: (failure: string) => void) {
    this.#fail = fail
  }

  record(books: ReadonlyArray<Recorded>): void {
    const arrivedMillis = this.nowMillis()
    for (const book of books) {
      const [ticker, clock, digest] = book
      this.latest.set(ticker, book)
      const records = this.#records.get(ticker) ?? []
      records.push({ clock, digest, arrivedMillis })
      if (records.length > 2 * keptRecords) records.splice(0, keptRecords)
      this.#records.set(ticker, records)
    }
  }

  read(read: Recorded, fault: string): void {
    this.reads++
    if (!this.#isRecorded(read)) this.#waiting.push({ read, sinceMillis: Date.now(), fault })
  }

  /** Compares the books whose records had not yet arrived when the books were read. */
  settle(): void {
    this.#waiting = this.#waiting.filter(({ fault, read, sinceMillis }) => {
      if (this.#isRecorded(read)) return false
      if (Date.now() - sinceMillis < recordMillis) return true
      this.#fail(
        `the exchange never recorded the book of ${read[0]} that was read with the clock ${read[1]}, after "${fault}"`
      )
      return false
    })
  }

  /** Returns the markets whose books cannot be read, or differ from the newest record. */
  unequal(books: OrderBooks.Watch, tickers: ReadonlyArray<string>): ReadonlyArray<string> {
    return tickers.filter((ticker) => {
      const book = Effect.runSyncExit(books.read(ticker))
      const [, clock, digest] = this.latest.get(ticker)!
      if (!Exit.isSuccess(book)) return true
      const [, readClock, readDigest] = digestOfBook(book.value)
      return readClock !== clock || readDigest !== digest
    })
  }

  /** How long ago a later state of the book was first recorded; 0 if there is none. */
  behindMillis(ticker: string, clock: number): number {
    const records = this.#records.get(ticker) ?? []
    let sinceMillis = Number.POSITIVE_INFINITY
    for (let index = records.length - 1; index >= 0 && records[index]!.clock > clock; index--) {
      sinceMillis = records[index]!.arrivedMillis
    }
    return Math.max(0, this.nowMillis() - sinceMillis)
  }

  #isRecorded([ticker, clock, digest]: Recorded): boolean {
    const records = this.#records.get(ticker) ?? []
    for (let index = records.length - 1; index >= 0; index--) {
      const recorded = records[index]!
      if (recorded.clock !== clock) continue
      if (recorded.digest === digest) return true
      if (records[index - 1]?.digest === digest) {
        this.between++
        return true
      }
    }
    return false
  }
}

export const digestOfBook = ({ asks, bids, clock, market_ticker }: OrderBooks.Book): Recorded => {
  const side = (levels: ReadonlyArray<{ readonly price: string; readonly count: string }>) =>
    levels.map(({ count, price }) => [price, count] as const)
  return [market_ticker, clock ?? Number.NaN, digestOf(side(bids), side(asks))]
}

export const startExchange = async (
  markets: number,
  changesPerSecond: number,
  comparison: Comparison,
  fail: (failure: string) => void
) => {
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
  return { served: await serving, ask, disconnect: () => server.disconnect() }
}

export class Fibers implements Metric.FiberRuntimeMetricsService {
  running = 0
  recordFiberStart(): void {
    this.running++
  }
  recordFiberEnd(): void {
    this.running--
  }
}

export const resources = (): Readonly<Record<string, number>> => {
  // Uses both output streams first, because a pipe counts as a resource from its first use on.
  void [process.stdout, process.stderr]
  const counts: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** Fails if a fiber, timer, socket or connection is left a second after the scope has closed. */
export const checkLeft = async (
  before: Readonly<Record<string, number>>,
  fibers: Fibers,
  ask: (question: Question) => Promise<Answer>,
  fail: (failure: string) => void
): Promise<void> => {
  await setTimeout(1_000)
  for (const [name, count] of Object.entries(resources())) {
    if (count > (before[name] ?? 0)) fail(`left after the scope: ${count} ${name}, before: ${before[name] ?? 0}`)
  }
  if (fibers.running !== 0) fail(`left after the scope: ${fibers.running} fibers`)
  const { connections } = await ask("connections")
  if (connections !== 0) fail(`left after the scope: ${connections} connections at the exchange`)
}
