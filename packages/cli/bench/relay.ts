/**
 * Measures the throughput, the delay and the memory of `kalshi relay`. The exchange is simulated in the relay's
 * process. The readers are in a separate process, which parses only a sample of the frames. This is not a test, but it
 * fails if frames are missing.
 *
 * `node packages/cli/bench/relay.ts [readers] [changes per second] [seconds] [readers per market]`
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { connect } from "node:net"
import { fileURLToPath } from "node:url"
import { listen, WebSockets } from "@kalshi-effect/sandbox/FeedServer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { Hub, type HubOptions } from "../src/relay/Hub.ts"

const [readers = 1_000, rate = 2_000, seconds = 5, perMarket = 10] = process.argv.slice(2).map(Number)
const markets = Math.max(1, Math.ceil(readers / perMarket))
const tickers = Array.from({ length: markets }, (_, index) => `KXBENCH-${index}`)

/** A text that each change of a book (`orderbook_delta`) contains once. */
const mark = '"delta_fp"'

/** Runs in the process with the readers. */
const read = async (port: number): Promise<void> => {
  let frames = 0
  const late: Array<number> = []
  let sockets = 0
  for (let index = 0; index < readers; index++) {
    const socket = connect(port, "127.0.0.1")
    await once(socket, "connect")
    socket.write(
      `GET /trade-api/ws/v2 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`
    )
    await once(socket, "data")
    const params = { channels: ["orderbook_delta"], market_tickers: [tickers[index % markets]], use_yes_price: true }
    const body = Buffer.from(JSON.stringify({ id: 1, cmd: "subscribe", params }))
    const head = Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 0xff, 0, 0, 0, 0])
    socket.write(Buffer.concat([head, body]))
    sockets++
    let tail = Buffer.alloc(0)
    socket.on("data", (received: Buffer) => {
      // Every 50th reader measures the delay of the first change in a chunk.
      const chunk = Buffer.concat([tail, received])
      for (let at = chunk.indexOf(mark); at !== -1; at = chunk.indexOf(mark, at + 1)) frames++
      tail = Buffer.from(chunk.subarray(-(mark.length - 1)))
      if (index % 50 === 0) {
        const found = /"ts_ms":(\d+)/.exec(chunk.subarray(0, 400).toString("latin1"))
        if (found !== null) late.push(Date.now() - Number(found[1]))
      }
    })
  }
  process.send?.({ type: "ready", sockets })
  process.on("message", () => {
    const sorted = late.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
    process.send?.({ type: "done", frames, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) })
  })
}

interface Done {
  readonly frames: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

type Subscriber = Parameters<HubOptions["feed"]["subscribe"]>[1]

const measure = async (): Promise<void> => {
  let subscriber: Subscriber | undefined
  let seq = 0
  const deliver = (type: string, msg: object): void =>
    subscriber?.onEvent({
      _tag: "Message",
      generation: 1,
      sid: 1,
      receivedMillis: Date.now(),
      message: { type, sid: 1, seq: ++seq, msg }
    } as never)
  const market_id = "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1"
  const clocks = new Map<string, number>()
  const snapshot = (names: ReadonlyArray<string>): void => {
    for (const market_ticker of names) {
      clocks.set(market_ticker, 0)
      const yes_dollars_fp = Array.from({ length: 40 }, (_, index) => [`0.${String(10 + index)}00`, "100.00"])
      const no_dollars_fp = Array.from({ length: 40 }, (_, index) => [`0.${String(99 - index)}00`, "100.00"])
      deliver("orderbook_snapshot", { market_ticker, market_id, clock: 0, yes_dollars_fp, no_dollars_fp })
    }
  }
  const feed = {
    subscribe: (request: { readonly params?: object | undefined }, given: Subscriber) => {
      subscriber = given
      const names = Reflect.get(request.params ?? {}, "market_tickers") as ReadonlyArray<string> // the relay sends a list
      setImmediate(() => {
        given.onLive?.()
        snapshot(names)
      })
      const add = (added: ReadonlyArray<string>) => {
        setImmediate(() => snapshot(added))
        return Result.succeed(undefined)
      }
      return Result.succeed({ add, remove() {}, snapshot() {}, list() {}, resubscribe() {}, close() {} })
    }
  }
  let slow = 0
  const hub = new Hub({
    feed: feed as never, // the relay uses only `subscribe`
    nowMillis: () => Date.now(),
    rules: () => ({ port, origins: [], token: undefined }),
    onEvent: ({ type }) => void (type === "reader_too_slow" && slow++),
    onEnded: () => {}
  })
  const scope = Scope.makeUnsafe()
  const webSockets = new WebSockets(hub, console.error, { compresses: false })
  const listening = listen(() => ({}) as never, "127.0.0.1", 0, { webSockets, maxConnections: 60_000 }) // the readers send no HTTP requests except upgrades
  const port = await Effect.runPromise(Scope.provide(listening, scope))
  const ticking = setInterval(() => hub.tick(), 50)
  const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), "--reader", String(port)])
  await once(child, "message")
  global.gc?.()
  const before = process.memoryUsage()
  const startedCpu = process.cpuUsage()
  const started = performance.now()
  let sent = 0
  let peak = 0
  while (performance.now() - started < seconds * 1_000) {
    const due = Math.floor(((performance.now() - started) / 1_000) * rate)
    for (; sent < due; sent++) {
      const market_ticker = tickers[sent % markets]!
      const clock = (clocks.get(market_ticker) ?? 0) + 1
      clocks.set(market_ticker, clock)
      const delta_fp = clock % 2 === 1 ? "1.00" : "-1.00"
      const shared = { market_ticker, market_id, clock, price_dollars: "0.4500", side: "yes", ts_ms: Date.now() }
      deliver("orderbook_delta", { ...shared, delta_fp })
    }
    peak = Math.max(peak, process.memoryUsage().rss)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const elapsed = (performance.now() - started) / 1_000
  const cpu = process.cpuUsage(startedCpu)
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  const done = once(child, "message")
  child.send("stop")
  const [{ frames, max, p50, p99 }] = (await done) as [Done] // the process with the readers sends this message
  const perChange = readers / markets
  console.log(
    `${readers} readers, ${markets} markets, ${Math.round(sent / elapsed)} changes/s: ` +
      `${Math.round(frames / elapsed)} frames/s of ${Math.round((sent * perChange) / elapsed)}, ` +
      `delay p50 ${p50} ms, p99 ${p99} ms, max ${max} ms, ` +
      `CPU ${Math.round(((cpu.user + cpu.system) / 1e6 / elapsed) * 100)}%, ` +
      `memory ${Math.round(before.rss / 2 ** 20)} MiB idle, ${Math.round(peak / 2 ** 20)} MiB peak, slow readers ${slow}`
  )
  child.kill()
  clearInterval(ticking)
  await Effect.runPromise(Scope.close(scope, Exit.void))
  if (slow === 0 && Math.abs(frames - sent * perChange) > perChange * markets) {
    throw new Error(`Frames are missing: ${frames} arrived, but ${sent * perChange} were expected`)
  }
}

const reader = process.argv.indexOf("--reader")
await (reader === -1 ? measure() : read(Number(process.argv[reader + 1])))
