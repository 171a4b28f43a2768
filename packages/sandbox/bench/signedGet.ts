/**
 * Compares a signed GET of one order group by this client and by the official SDK, in interleaved rounds. This is not a
 * test.
 */
import { fork } from "node:child_process"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as Axios from "axios" with { "resolution-mode": "require" }
import type * as Sdk from "kalshi-typescript" with { "resolution-mode": "require" }
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

const requests = 1_000
const rounds = 7
const atOnce = 16
const order_group_id = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"

const server = fork(fileURLToPath(new URL("limitsServer.ts", import.meta.url)))
const port = await new Promise<number>((resolve) => server.once("message", (message) => resolve(Number(message))))
const url = `http://127.0.0.1:${port}`
const environment = Result.getOrThrow(Environment.fromUrl(url))

const rsa = await Effect.runPromise(ApiKey.generate({ keyId: "bench-rsa", kind: "rsa" }))
const ed25519 = await Effect.runPromise(ApiKey.generate({ keyId: "bench-ed25519", kind: "ed25519" }))

/** `round` sends all requests, with a fixed concurrency. */
type Contender = { readonly name: string; readonly round: () => Promise<void> }

const ours = (name: string, key: ApiKey.ApiKey, httpClient: Layer.Layer<HttpClient.HttpClient>): Contender => {
  const runtime = ManagedRuntime.make(
    Kalshi.layer({ environment, signer: Signer.fromApiKey(key) }).pipe(Layer.provide(httpClient))
  )
  const all = Effect.forEach(Array.from({ length: requests }), () => OrderGroups.get({ order_group_id }), {
    concurrency: atOnce,
    discard: true
  })
  return { name, round: () => runtime.runPromise(all) }
}

const require = createRequire(import.meta.url)
// The SDK's ESM build does not load in Node. Its CommonJS build has the same types.
const { Configuration, OrderGroupsApi } = require("kalshi-typescript") as typeof Sdk
const axios = require("axios") as typeof Axios

const official = (): Contender => {
  const configuration = new Configuration({
    apiKey: "bench-rsa",
    privateKeyPem: Redacted.value(rsa.privateKeyPem),
    basePath: `${url}/trade-api/v2`
  })
  const api = new OrderGroupsApi(configuration, undefined, axios.default.create())
  return {
    name: "official SDK 3.30.0, RSA (axios)",
    round: async () => {
      let left = requests
      const worker = async () => {
        while (left-- > 0) await api.getOrderGroup(order_group_id)
      }
      await Promise.all(Array.from({ length: atOnce }, worker))
    }
  }
}

const contenders = [
  official(),
  ours("kalshi-effect, RSA (undici)", rsa, NodeHttpClient.layerUndici),
  ours("kalshi-effect, Ed25519 (undici)", ed25519, NodeHttpClient.layerUndici),
  ours("kalshi-effect, RSA (fetch)", rsa, FetchHttpClient.layer)
]

interface Best {
  wallMicros: number
  cpuMicros: number
}
const best = new Map<string, Best>()

for (let round = 0; round <= rounds; round++) {
  for (const { name, round: run } of contenders) {
    const cpu = process.cpuUsage()
    const start = performance.now()
    await run()
    const wallMicros = ((performance.now() - start) * 1000) / requests
    const { system, user } = process.cpuUsage(cpu)
    if (round === 0) continue // warm-up
    const cpuMicros = (system + user) / requests
    const known = best.get(name) ?? { wallMicros: Infinity, cpuMicros: Infinity }
    best.set(name, {
      wallMicros: Math.min(known.wallMicros, wallMicros),
      cpuMicros: Math.min(known.cpuMicros, cpuMicros)
    })
  }
}
server.disconnect()

const base = best.get(contenders[0]!.name)!
console.log(
  `signed GET of one order group, ${requests} requests, ${atOnce} at once, best of ${rounds} interleaved rounds`
)
for (const [name, { cpuMicros, wallMicros }] of best) {
  const ratio = (mine: number, theirs: number) => (theirs / mine).toFixed(2)
  console.log(
    `${name.padEnd(36)} ${wallMicros.toFixed(0).padStart(6)} µs wall ${cpuMicros.toFixed(0).padStart(6)} µs CPU per request` +
      `   ${ratio(wallMicros, base.wallMicros)} × the SDK's rate, ${ratio(base.cpuMicros, cpuMicros)} × its CPU`
  )
}
process.exit(0)
