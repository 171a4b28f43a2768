/**
 * Measures the cost of telemetry per call. There are no rate limits, and the signer returns a constant, so that little
 * else is measured.
 */
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Tracer from "effect/Tracer"
import * as Environment from "../src/Environment.ts"
import * as Kalshi from "../src/Kalshi.ts"
import * as OrderGroups from "../src/rest/OrderGroups.ts"

const calls = 100
const rounds = 1_500

const body = new TextEncoder().encode(JSON.stringify({ is_auto_cancel_enabled: false, orders: [] }))
const headers = new Headers({ "content-type": "application/json", "content-length": String(body.length) })
// A response with only the members that the client uses, because a real Response costs more than the call itself.
const response = { status: 200, headers, arrayBuffer: () => Promise.resolve(body.buffer) } as unknown as Response
const httpClient = Layer.succeed(
  HttpClient.HttpClient,
  HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, response)))
)
const signature = `${"A".repeat(86)}==`
const signer = Signer.makeSync({ keyId: "bench", kind: "ed25519", sign: () => signature })
const runtime = ManagedRuntime.make(
  Kalshi.layer({ environment: Environment.sandbox, signer, limits: false }).pipe(Layer.provide(httpClient))
)

const call = OrderGroups.get({ order_group_id: "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e" })
const all = Effect.forEach(Array.from({ length: calls }), () => call, { discard: true })

/** A tracer whose spans store the data that an exporter reads. */
const keepingTracer = Tracer.make({ span: (options) => new Tracer.NativeSpan(options) })
const readingTracer = Tracer.make({
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

const contenders: ReadonlyArray<readonly [name: string, round: Effect.Effect<void, unknown, Kalshi.KalshiRead>]> = [
  ["no tracer", all],
  ["a tracer that keeps spans", Effect.withTracer(all, keepingTracer)],
  ["a tracer that reads spans", Effect.withTracer(all, readingTracer)]
]

const best = contenders.map(() => Number.POSITIVE_INFINITY)
for (let round = 0; round < rounds; round++) {
  for (const [i, [, all]] of contenders.entries()) {
    const start = performance.now()
    await runtime.runPromise(all)
    best[i] = Math.min(best[i]!, ((performance.now() - start) * 1000) / calls)
  }
}
await runtime.dispose()

console.log(`${calls} calls, best of ${rounds}`)
for (const [i, [name]] of contenders.entries()) {
  const micros = best[i]!
  const rate = Math.round(1e6 / micros).toLocaleString("en")
  console.log(
    `${name.padEnd(28)} ${micros.toFixed(2).padStart(6)} µs   ${rate.padStart(8)} calls/s   ${(micros / best[0]!).toFixed(2)} ×`
  )
}
