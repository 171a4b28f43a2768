/**
 * Compares the cost of a GET of one order group for undici alone, Effect's HTTP client, and this client. The signature
 * is a constant. Prints the processor time per call in the best of interleaved rounds, and the ratios. This is not a
 * test.
 *
 * `node packages/sandbox/bench/calls.ts [concurrent calls] [calls per round] [rounds]`
 */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici from "@effect/platform-node/Undici"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import * as Tracer from "effect/Tracer"

const [atOnce = 16, calls = 4_096, rounds = 9] = process.argv.slice(2).map(Number)

const server = fork(fileURLToPath(new URL("limitsServer.ts", import.meta.url)))
const port = await new Promise<number>((resolve) => server.once("message", (message) => resolve(Number(message))))
const url = `http://127.0.0.1:${port}`
const target = `${url}/trade-api/v2/portfolio/order_groups/g`
const environment = Result.getOrThrow(Environment.fromUrl(url))

interface Contender {
  readonly name: string
  readonly round: () => Promise<void>
}

const raw = (name: string, connections: number | null): Contender => {
  const agent = new Undici.Agent({ connections })
  const one = async (): Promise<void> => {
    const { body, statusCode } = await Undici.request(target, { dispatcher: agent, method: "GET" })
    JSON.parse(await body.text())
    if (statusCode !== 200) throw new Error(`status ${statusCode}`)
  }
  return {
    name,
    round: async () => {
      let left = calls
      const worker = async (): Promise<void> => {
        while (left-- > 0) await one()
      }
      await Promise.all(Array.from({ length: atOnce }, worker))
    }
  }
}

const all = <E, R>(one: Effect.Effect<unknown, E, R>): Effect.Effect<void, E, R> =>
  Effect.forEach(Array.from({ length: calls }), () => one, { concurrency: atOnce, discard: true })

const effects = (): Contender => {
  const runtime = ManagedRuntime.make(NodeHttpClient.layerUndici)
  const one = HttpClient.get(target).pipe(Effect.flatMap((response) => response.json))
  return { name: "Effect's HTTP client", round: () => runtime.runPromise(all(one)) }
}

const signature = `${"A".repeat(86)}==`
const signer = Signer.makeSync({ keyId: "bench", kind: "ed25519", sign: () => signature })
const one = OrderGroups.get({ order_group_id: "g" })

const ours = (
  name: string,
  limits: false | undefined,
  wrap: (round: Effect.Effect<void, unknown, Kalshi.KalshiRead>) => typeof round = (round) => round
): Contender => {
  const layer = Kalshi.layer({ environment, signer, ...(limits === undefined ? {} : { limits }) })
  const runtime = ManagedRuntime.make(Layer.provide(layer, NodeHttpClient.layerUndici))
  return { name, round: () => runtime.runPromise(wrap(all(one))) }
}

/** Reads the data of a span that a backend would export, so that this cost is measured, too. */
const tracer = Tracer.make({
  span: (options) => {
    const span = new Tracer.NativeSpan(options)
    const end = span.end.bind(span)
    return Object.assign(span, {
      end: (...args: Parameters<typeof end>) => {
        end(...args)
        void [span.traceId, span.spanId, ...span.attributes]
      }
    })
  }
})

const contenders = [
  raw("undici alone", null),
  raw("undici, 16 connections", 16),
  effects(),
  ours("this client, limits off", false),
  ours("this client", undefined),
  ours("this client, traced", undefined, Effect.withTracer(tracer))
]

const best = contenders.map(() => Number.POSITIVE_INFINITY)
for (let round = 0; round <= rounds; round++) {
  for (const [i, { round: run }] of contenders.entries()) {
    const cpu = process.cpuUsage()
    await run()
    const { system, user } = process.cpuUsage(cpu)
    if (round > 0) best[i] = Math.min(best[i]!, (system + user) / calls) // the first round warms up
  }
}
server.disconnect()

console.log(`GET of one order group, ${calls} calls, ${atOnce} at once, best of ${rounds} interleaved rounds`)
for (const [i, { name }] of contenders.entries()) {
  const micros = best[i]!
  console.log(
    `${name.padEnd(28)} ${micros.toFixed(1).padStart(6)} µs of CPU per call   ${(micros / best[0]!).toFixed(2)} × undici alone`
  )
}
process.exit(0)
