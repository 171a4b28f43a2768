/**
 * Compares `Feed.subscribe` with `ws` and `JSON.parse`, over sockets on this machine, with one subscriber and with
 * many. The local exchange sends from another process. Prints the processor time of this process in the best of
 * interleaved rounds, and the ratios. This is not a test, but it fails if a frame is missing.
 *
 * `node packages/sandbox/bench/feedRate.ts [rounds] [frames] [subscribers]`
 */
import { fork } from "node:child_process"
import { createPrivateKey, sign } from "node:crypto"
import { availableParallelism, loadavg } from "node:os"
import { setImmediate, setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Feed from "@kalshi-effect/client/Feed"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { WebSocket } from "ws"
import type { RateServed, Wanted } from "./feedRateServer.ts"

const [rounds = 15, frames = 20_000, subscribers = 1_000] = process.argv.slice(2).map(Number)

const server = fork(fileURLToPath(new URL("feedRateServer.ts", import.meta.url)), [String(subscribers)])
const { accounts, tickers, url } = await new Promise<RateServed>((resolve) =>
  server.once("message", (message) => resolve(message as RateServed))
)
const environment = Result.getOrThrow(Environment.fromUrl(url))
type Account = RateServed["accounts"][number]

interface Contender {
  readonly name: string
  readonly accountId: string
  /** The number of frames in a round. */
  readonly frames: number
  /** The number of markets over which the frames are spread. */
  readonly markets: number
  /** The number of consumers that receive each frame. */
  readonly copies: number
  /** The number of frames that consumers have received since the start. */
  readonly received: () => number
  bestMicros: number
}

const plain = async ({ accountId, keyId, privateKey }: Account): Promise<Contender> => {
  const timestamp = String(Date.now())
  const path = new URL(environment.feedUrl).pathname
  const signature = sign(null, Buffer.from(`${timestamp}GET${path}`), createPrivateKey(privateKey)).toString("base64")
  const socket = new WebSocket(environment.feedUrl, {
    headers: {
      "kalshi-access-key": keyId,
      "kalshi-access-timestamp": timestamp,
      "kalshi-access-signature": signature
    }
  })
  let received = 0
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as { readonly type: string } // every message has a type
    if (message.type === "orderbook_delta") received++
  })
  await new Promise((resolve) => socket.once("open", resolve))
  const params = { channels: ["orderbook_delta"], market_tickers: [tickers[0]], use_yes_price: true }
  socket.send(JSON.stringify({ id: 1, cmd: "subscribe", params }))
  return {
    name: "ws and JSON.parse",
    accountId,
    frames,
    markets: 1,
    copies: 1,
    received: () => received,
    bestMicros: Number.POSITIVE_INFINITY
  }
}

const subscribed = async (
  name: string,
  { accountId, keyId, privateKey }: Account,
  consumers: number,
  markets: number
): Promise<Contender> => {
  const apiKey = await Effect.runPromise(ApiKey.fromPem({ keyId, privateKey: Redacted.make(privateKey) }))
  const layer = Feed.layer({ environment, signer: Signer.fromApiKey(apiKey) })
  const runtime = ManagedRuntime.make(layer.pipe(Layer.provide(NodeWS.layerWebSocketConstructor)))
  let received = 0
  for (let n = 0; n < consumers; n++) {
    const stream = Feed.subscribe("orderbook_delta", { market_tickers: [tickers[n % markets]!], use_yes_price: true })
    runtime.runFork(
      Stream.runForEach(stream, (event) =>
        Effect.sync(() => {
          if (event._tag === "Message" && event.message.type === "orderbook_delta") received++
          else if (event._tag !== "Message") console.log(`${name}: ${event._tag}`)
        })
      )
    )
  }
  const copies = consumers / markets
  return {
    name,
    accountId,
    frames: Math.max(200, frames / copies),
    markets,
    copies,
    received: () => received,
    bestMicros: Number.POSITIVE_INFINITY
  }
}

/** Returns the processor time per delivered frame. */
const run = async ({ accountId, copies, frames, markets, name, received }: Contender): Promise<number> => {
  const expected = received() + frames * copies
  const begun = performance.now()
  const cpu = process.cpuUsage()
  server.send({ accountId, frames, markets } satisfies Wanted)
  while (received() < expected) {
    // Waits with a timer. Only for the last 100 frames, checks in each turn of the event loop.
    await (received() > expected - 100 ? setImmediate() : setTimeout(1))
    if (performance.now() - begun > 30_000) throw new Error(`${name}: ${expected - received()} frames are missing`)
  }
  const { system, user } = process.cpuUsage(cpu)
  return (system + user) / (frames * copies)
}

const [plainAccount, oneAccount, sameAccount, ownAccount] = accounts as [Account, Account, Account, Account] // the exchange makes four accounts
const baseline = await plain(plainAccount)
const one = await subscribed("Feed.subscribe, one subscriber", oneAccount, 1, 1)
const same = await subscribed(`${subscribers} subscribers of one market`, sameAccount, subscribers, 1)
const own = await subscribed(`${subscribers} subscribers of their own markets`, ownAccount, subscribers, subscribers)
const contenders = [baseline, one, same, own]
await setTimeout(3_000)
for (let round = 0; round < rounds; round++) {
  for (const contender of contenders) contender.bestMicros = Math.min(contender.bestMicros, await run(contender))
}
console.log(
  `deltas of one book, ${frames} a round, best of ${rounds} interleaved rounds, the exchange in another process,` +
    ` ${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`
)
for (const { bestMicros, name } of contenders) {
  console.log(`  ${name.padEnd(40)} ${bestMicros.toFixed(2).padStart(7)} µs of processor time per delivered frame`)
}
console.log(
  [
    `  one subscriber: ${(baseline.bestMicros / one.bestMicros).toFixed(2)} × the frame rate of ws and JSON.parse (target: 0.35)`,
    `  ${subscribers} of one market: ${(same.bestMicros / one.bestMicros).toFixed(2)} × the cost of one subscriber, per delivered frame (target: 2)`,
    `  ${subscribers} of their own markets: ${(own.bestMicros / one.bestMicros).toFixed(2)} × (target: 2)`
  ].join("\n")
)
server.disconnect()
process.exit(0)
