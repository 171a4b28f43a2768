/**
 * Measures signed orders over HTTP, from this client to the local exchange in another process. This is not a test.
 */
import { fork } from "node:child_process"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Served } from "./exchangeServer.ts"

const requests = 2_000
const rounds = 7
const atOnce = 32

const server = fork(fileURLToPath(new URL("exchangeServer.ts", import.meta.url)))
const served = await new Promise<Served>((resolve) => server.once("message", (message) => resolve(message as Served)))
const environment = Result.getOrThrow(Environment.fromUrl(served.url))

console.log(
  `signed orders over HTTP, ${requests.toLocaleString("en")} a round, ${atOnce} at once, best of ${rounds} rounds, ${availableParallelism()} cores, Node ${process.version}`
)
for (const { keyId, kind, privateKey } of served.keys) {
  const apiKey = await Effect.runPromise(ApiKey.fromPem({ keyId, privateKey: Redacted.make(privateKey) }))
  const runtime = ManagedRuntime.make(
    Kalshi.layer({ environment, signer: Signer.fromApiKey(apiKey), limits: false }).pipe(
      Layer.provide(NodeHttpClient.layerUndici)
    )
  )
  const place = Orders.create({
    ticker: served.ticker,
    side: "bid",
    count: "1",
    price: "0.40",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross"
  })
  const all = Effect.forEach(Array.from({ length: requests }), () => place, { concurrency: atOnce, discard: true })
  let best = { wall: Infinity, cpu: Infinity }
  for (let round = 0; round <= rounds; round++) {
    const cpu = process.cpuUsage()
    const begun = performance.now()
    await runtime.runPromise(all)
    const wall = (performance.now() - begun) / 1_000
    const { system, user } = process.cpuUsage(cpu)
    if (round > 0 && wall < best.wall) {
      best = { wall, cpu: (system + user) / requests } // the first round warms up
    }
  }
  const rate = Math.round(requests / best.wall).toLocaleString("en")
  console.log(
    `${kind.padEnd(8)} ${rate.padStart(7)} orders/s, ${best.cpu.toFixed(0)} µs of processor time per order in the client`
  )
}
server.disconnect()
process.exit(0)
