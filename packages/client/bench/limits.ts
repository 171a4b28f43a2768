/**
 * Measures the cost of waiting for tokens: the CPU time per call of a burst, with and without limits. The bucket
 * refills for a thousand calls per millisecond and has capacity for two thousand calls. So nearly all calls of a large
 * burst wait.
 */
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Environment from "../src/Environment.ts"
import * as Kalshi from "../src/Kalshi.ts"
import * as OrderGroups from "../src/rest/OrderGroups.ts"

const bucket = { bucket_capacity: 20_000, refill_rate: 10_000_000 }
const bodies = {
  limits: { grants: [], usage_tier: "bench", read: bucket, write: bucket },
  endpoint_costs: { default_cost: 10, endpoint_costs: [] },
  g: { is_auto_cancel_enabled: false, orders: [] }
}
const responses = new Map(
  Object.entries(bodies).map(([name, value]) => {
    const body = new TextEncoder().encode(JSON.stringify(value))
    const headers = new Headers({ "content-length": String(body.length) })
    // Has only the members that the client uses, because a real Response costs more than the call itself.
    const response = { status: 200, headers, arrayBuffer: () => Promise.resolve(body.buffer) } as unknown as Response
    return [name, response]
  })
)
const httpClient = Layer.succeed(
  HttpClient.HttpClient,
  HttpClient.make((request, url) =>
    Effect.succeed(HttpClientResponse.fromWeb(request, responses.get(url.pathname.split("/").at(-1) ?? "")!))
  )
)
const signature = `${"A".repeat(86)}==`
const signer = Signer.makeSync({ keyId: "bench", kind: "ed25519", sign: () => signature })
const policy = { totalTimeout: "5 minutes", attemptTimeout: "5 minutes" } as const

const runtimeOf = (limits: false | object) =>
  ManagedRuntime.make(
    Kalshi.layer({ environment: Environment.sandbox, signer, policy, limits }).pipe(Layer.provide(httpClient))
  )
const contenders = [
  ["without limits", runtimeOf(false)],
  ["waiting", runtimeOf({})]
] as const
const call = OrderGroups.get({ order_group_id: "g" })

for (const count of [10, 1_000, 10_000, 100_000]) {
  const burst = Effect.forEach(Array.from({ length: count }), () => call, { concurrency: "unbounded", discard: true })
  const best = contenders.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < (count > 10_000 ? 5 : 15); round++) {
    for (const [i, [, runtime]] of contenders.entries()) {
      const cpu = process.cpuUsage()
      await runtime.runPromise(burst)
      const { system, user } = process.cpuUsage(cpu)
      best[i] = Math.min(best[i]!, (system + user) / count)
    }
  }
  const [without, waiting] = best as [number, number]
  console.log(
    `${String(count).padStart(7)} calls at once: ${without.toFixed(1)} µs of CPU per call without limits, ` +
      `${waiting.toFixed(1)} µs waiting (${(waiting / without).toFixed(2)} ×)`
  )
}
process.exit(0)
