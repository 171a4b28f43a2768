/**
 * Measures the feed under load: this process has many connections, which watch books while orders over HTTP change
 * them. The local exchange runs in another process. This is not a test, but it fails if a frame or a connection was
 * lost, if a frame was unexpected or over 1 s late, or if the pace of changes was too low.
 *
 * Arguments: connections (default: 200), markets per connection (50), markets in total (200), changes a second (2,000),
 * seconds (60), orders in a request (20).
 */
import { type ChildProcess, fork } from "node:child_process"
import { createPrivateKey, sign } from "node:crypto"
import { availableParallelism, loadavg } from "node:os"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { Agent, request as send } from "node:http"
import { type Key, RawFeed, upgradeHead } from "../test/support/rawFeed.ts"
import type { FeedServed, Usage } from "./feedServer.ts"

const [connections = 200, marketsEach = 50, pool = 200, changesPerSecond = 2_000, seconds = 60, batch = 20] =
  process.argv.slice(2).map(Number)
const idleConnections = 1_000
const stallSeconds = Math.min(30, seconds)
const limitMillis = 1_000
const mebibyte = 1024 * 1024

const english = (value: number, digits = 0): string =>
  value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits })

const received = <A>(child: ChildProcess): Promise<A> =>
  new Promise((resolve) => child.once("message", (message) => resolve(message as A))) // the types of the messages are in feedServer.ts

const server = fork(fileURLToPath(new URL("feedServer.ts", import.meta.url)), [String(pool)], {
  execArgv: ["--expose-gc"]
})
const { keyId, privateKey, tickers, url } = await received<FeedServed>(server)
const port = Number(new URL(url).port)
const signingKey = createPrivateKey(privateKey)
const key: Key = { keyId, sign: (text) => sign(null, Buffer.from(text), signingKey).toString("base64") }

const usageOf = async (question: "collect" | "now"): Promise<Usage> => {
  const usage = received<Usage>(server)
  server.send(question)
  return usage
}

const openFeed = async (headers: Readonly<Record<string, string>> = {}): Promise<RawFeed> => {
  const feed = await RawFeed.connect(port)
  const status = await feed.handshake(upgradeHead(key, headers))
  if (status !== "101") throw new Error(`the upgrade was refused with ${status}`)
  return feed
}

/** The number of frames for each millisecond of lateness. The last entry also counts later frames. */
class Lateness {
  readonly #counts = new Uint32Array(10_001)
  count = 0
  maxMillis = 0

  add(millis: number): void {
    this.count++
    this.#counts[Math.max(0, Math.min(10_000, millis))]!++
    if (millis > this.maxMillis) this.maxMillis = millis
  }

  percentile(share: number): number {
    let left = this.count * share
    return this.#counts.findIndex((count) => (left -= count) <= 0)
  }
}

const numberAt = (text: string, at: number): number => {
  let value = 0
  for (let index = at; ; index++) {
    const digit = text.charCodeAt(index) - 48
    if (digit < 0 || digit > 9) return value
    value = value * 10 + digit
  }
}

/** Counts the lost frames by the gaps in `seq`, and records how late each delta was. */
class Watcher {
  snapshots = 0
  deltas = 0
  lost = 0
  other: string | undefined
  #seq = 0
  readonly #lateness: Lateness

  constructor(lateness: Lateness) {
    this.#lateness = lateness
  }

  take(text: string, nowMillis: number): void {
    const isDelta = text.startsWith('{"type":"orderbook_delta"')
    if (!isDelta && !text.startsWith('{"type":"orderbook_snapshot"')) {
      if (!text.includes('"type":"subscribed"')) this.other ??= text
      return
    }
    const seq = numberAt(text, text.indexOf('"seq":') + 6)
    this.lost += seq - this.#seq - 1
    this.#seq = seq
    if (isDelta) {
      this.deltas++
      this.#lateness.add(nowMillis - numberAt(text, text.indexOf('"ts_ms":') + 8))
    } else {
      this.snapshots++
    }
  }
}

const requestsAtOnce = 4
const agent = new Agent({ keepAlive: true, maxSockets: requestsAtOnce })

/** Sends a request, and returns the body of its response. */
const rest = (method: string, path: string, body: object): Promise<string> =>
  new Promise((resolve, reject) => {
    const text = JSON.stringify(body)
    const timestamp = String(Date.now())
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      "kalshi-access-key": key.keyId,
      "kalshi-access-timestamp": timestamp,
      "kalshi-access-signature": key.sign(`${timestamp}${method}${path}`)
    }
    const request = send({ agent, port, host: "127.0.0.1", method, path, headers }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () => {
        const answer = Buffer.concat(chunks).toString()
        if (response.statusCode! < 300) resolve(answer)
        else reject(new Error(`${method} ${path} ${response.statusCode} ${answer}`))
      })
    })
    request.on("error", reject)
    request.end(text)
  })

const orders = "/trade-api/v2/portfolio/events/orders/batched"

/** Changes books over HTTP, and counts the changes of each book. */
class Driver {
  readonly changes = new Map<string, number>()
  total = 0
  #placed = 0
  #resting: Array<{ readonly order_id: string; readonly ticker: string }> = []

  async run(seconds: number): Promise<void> {
    const begun = performance.now()
    const endMillis = seconds * 1_000
    let issued = 0
    const send = async () => {
      for (let elapsed = 0; elapsed < endMillis; elapsed = performance.now() - begun) {
        if ((elapsed / 1_000) * changesPerSecond - issued < batch) {
          await setTimeout(2)
          continue
        }
        issued += batch
        await (this.#resting.length > 10 * batch ? this.#cancel() : this.#place())
      }
    }
    await Promise.all(Array.from({ length: requestsAtOnce }, send))
  }

  async #place(): Promise<void> {
    const placing = Array.from({ length: batch }, () => {
      const n = this.#placed++
      const ticker = tickers[n % tickers.length]!
      const cents = 10 + (Math.floor(n / tickers.length) % 30)
      const [side, price] = n % 3 === 0 ? ["ask", `0.${cents + 50}`] : ["bid", `0.${cents}`]
      return {
        ticker,
        side,
        price,
        count: "1",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "maker"
      }
    })
    const response = JSON.parse(await rest("POST", orders, { orders: placing })) as {
      readonly orders: ReadonlyArray<{ readonly order_id?: string }> // the response to a batch
    }
    for (const [n, { order_id }] of response.orders.entries()) {
      const { ticker } = placing[n]!
      if (order_id === undefined) throw new Error(`an order was refused: ${JSON.stringify(response.orders[n])}`)
      this.#resting.push({ order_id, ticker })
      this.#count(ticker)
    }
  }

  async #cancel(): Promise<void> {
    const canceling = this.#resting.splice(0, batch)
    await rest("DELETE", orders, { orders: canceling.map(({ order_id }) => ({ order_id, exchange_index: 0 })) })
    for (const { ticker } of canceling) this.#count(ticker)
  }

  #count(ticker: string): void {
    this.total++
    this.changes.set(ticker, (this.changes.get(ticker) ?? 0) + 1)
  }
}

const measureIdle = async (kind: string, headers: Readonly<Record<string, string>>): Promise<void> => {
  const before = await usageOf("collect")
  const feeds: Array<RawFeed> = []
  while (feeds.length < idleConnections) feeds.push(await openFeed(headers))
  const after = await usageOf("collect")
  const perConnection = (of: (usage: Usage) => number) => english((of(after) - of(before)) / idleConnections / 1024, 1)
  console.log(
    `${english(idleConnections)} idle connections, ${kind}: ${perConnection((usage) => usage.residentBytes)} KiB resident each,` +
      ` of which ${perConnection((usage) => usage.heapBytes)} KiB heap and ${perConnection((usage) => usage.externalBytes)} KiB buffers`
  )
  for (const { socket } of feeds) socket.destroy()
  await setTimeout(500)
}

/** Waits until no frame has arrived for half a second. */
const settle = async (countOf: () => number): Promise<void> => {
  for (let last = -1; last !== countOf();) {
    last = countOf()
    await setTimeout(500)
  }
}

const lateness = new Lateness()
const driver = new Driver()

const watch = async (number: number) => {
  const feed = await openFeed()
  const watcher = new Watcher(lateness)
  const watched = Array.from({ length: marketsEach }, (_, n) => tickers[(number * marketsEach + n) % pool]!)
  feed.onText = (bytes, start, end) => watcher.take(bytes.toString("latin1", start, end), Date.now())
  const params = { channels: ["orderbook_delta"], market_tickers: watched, use_yes_price: true }
  feed.command({ id: 1, cmd: "subscribe", params })
  return { feed, watched, watcher }
}

const measureLoad = async (): Promise<boolean> => {
  const watching: Array<Awaited<ReturnType<typeof watch>>> = []
  while (watching.length < connections) watching.push(await watch(watching.length))
  const countOf = () => watching.reduce((sum, { watcher }) => sum + watcher.snapshots + watcher.deltas, 0)
  await settle(countOf)
  const [usageBefore, ownBefore, begun] = [await usageOf("now"), process.cpuUsage(), performance.now()]
  await driver.run(seconds)
  const elapsedMillis = performance.now() - begun
  const [usageAfter, own] = [await usageOf("now"), process.cpuUsage(ownBefore)]
  await settle(countOf)
  const expected = watching.reduce(
    (sum, { watched }) => sum + watched.reduce((own, ticker) => own + (driver.changes.get(ticker) ?? 0), 0),
    0
  )
  const lostBySeq = watching.reduce((sum, { watcher }) => sum + watcher.lost, 0)
  const ended = watching.filter(({ feed }) => feed.isEnded).length
  const other = watching.find(({ watcher }) => watcher.other !== undefined)?.watcher.other
  const share = (cpuMillis: number) => `${english((cpuMillis / elapsedMillis) * 100)} %`
  console.log(
    [
      `${english(connections)} connections × ${marketsEach} of ${pool} markets, ${english(driver.total / (elapsedMillis / 1_000))} changes a second` +
        ` (of ${english(changesPerSecond)}), ${batch} in a request, for ${english(elapsedMillis / 1_000)} s`,
      `  deltas expected ${english(expected)}, received ${english(lateness.count)} (${english(lateness.count / (elapsedMillis / 1_000))} a second), lost by seq ${lostBySeq}, connections lost ${ended}`,
      `  lateness: p50 ${lateness.percentile(0.5)} ms, p99 ${lateness.percentile(0.99)} ms, max ${lateness.maxMillis} ms`,
      `  processor time: exchange ${share(usageAfter.cpuMillis - usageBefore.cpuMillis)} of one core, clients ${share((own.system + own.user) / 1_000)}; load ${loadavg()[0]!.toFixed(1)}`,
      ...(other === undefined ? [] : [`  unexpected frame: ${other.slice(0, 300)}`])
    ].join("\n")
  )
  const isSound =
    lateness.count === expected &&
    lostBySeq === 0 &&
    ended === 0 &&
    other === undefined &&
    lateness.maxMillis <= limitMillis &&
    driver.total >= 0.98 * changesPerSecond * seconds
  if (!isSound) console.log(`  FAILED: expected every delta within ${limitMillis} ms, at the wanted pace`)
  for (const { feed } of watching) feed.socket.destroy()
  return isSound
}

/** The memory that the exchange uses after a garbage collection. */
const usedBytes = async (): Promise<number> => {
  const { externalBytes, heapBytes } = await usageOf("collect")
  return heapBytes + externalBytes
}

/**
 * Measures the memory that a reader costs after it has stopped reading, while books change. Subtracts the memory of the
 * orders that the exchange keeps.
 */
const measureStall = async (): Promise<void> => {
  const stepSeconds = 5
  const steps = Math.ceil(stallSeconds / stepSeconds)
  await setTimeout(500)
  const [usedWithout, changesWithout] = [await usedBytes(), driver.total]
  await driver.run(stallSeconds)
  const [usedBefore, changesBefore] = [await usedBytes(), driver.total]
  const bytesPerChange = (usedBefore - usedWithout) / (changesBefore - changesWithout)
  const feed = await openFeed()
  feed.command({ id: 1, cmd: "subscribe", params: { channels: ["orderbook_delta"], market_tickers: tickers } })
  await feed.next()
  feed.socket.pause()
  const costs: Array<number> = []
  while (costs.length < steps) {
    await driver.run(stepSeconds)
    costs.push((await usedBytes()) - usedBefore - (driver.total - changesBefore) * bytesPerChange)
  }
  feed.socket.resume()
  await settle(() => feed.messages.length)
  const end = feed.messages.findLast((text) => text.includes('"type":"error"'))
  console.log(
    [
      `a reader that stops: ${costs.map((bytes) => english(bytes / mebibyte, 1)).join(", ")} MiB after each ${stepSeconds} s`,
      `  ${english(feed.messages.length)} frames waited for it; the last error: ${end ?? "none"}`
    ].join("\n")
  )
  feed.socket.destroy()
}

console.log(`the feed, the exchange in another process, ${availableParallelism()} cores, Node ${process.version}`)
await measureIdle("plain", {})
await measureIdle("compression agreed", { "sec-websocket-extensions": "permessage-deflate" })
const isSound = await measureLoad()
await measureStall()
server.disconnect()
process.exit(isSound ? 0 : 1)
