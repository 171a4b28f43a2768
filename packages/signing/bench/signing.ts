/**
 * Compares signatures on WebCrypto's threads with synchronous signatures of `node:crypto`: one request after a pause,
 * as in an idle client, and 64 requests at once. CPU time includes all threads of the process, minus the CPU time of
 * the pause. Prints the medians of the rounds, and their ratios to WebCrypto.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as sleep } from "node:timers/promises"
import * as Effect from "effect/Effect"
import * as ApiKey from "../src/ApiKey.ts"
import * as NodeSigner from "../src/NodeSigner.ts"
import * as RequestSignature from "../src/RequestSignature.ts"
import * as Signer from "../src/Signer.ts"

const rounds = 9
const pauseMillis = 2

interface Figures {
  /** The time from the call until all concurrent requests have their headers. */
  readonly wallMicros: number
  readonly cpuMicros: number
  /** The event-loop delay, at the 95th percentile. */
  readonly delayMillis: number
}

type Variant = readonly [name: string, sign: () => Effect.Effect<unknown, unknown>]

const variantsOf = async (kind: Signer.KeyKind): Promise<ReadonlyArray<Variant>> => {
  const key = await Effect.runPromise(ApiKey.generate({ keyId: "a952bcbe-ec3b-4b5b-b8f9-11dae589608c", kind }))
  const request = { method: "GET", path: "/trade-api/v2/portfolio/orders/0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e" }
  const by = (signer: Signer.Signer["Service"]) => () => RequestSignature.headers(signer, request)
  return [
    ["nothing", () => Effect.void],
    ["WebCrypto", by(Signer.fromApiKey(key, { synchronous: false }))],
    ["node:crypto", by(await Effect.runPromise(NodeSigner.fromApiKey(key)))]
  ]
}

const round = async ([, sign]: Variant, times: number, width: number): Promise<Figures> => {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const all = Effect.forEach(Array.from({ length: width }), sign, { concurrency: "unbounded", discard: true })
  let wallMillis = 0
  delay.enable()
  const before = process.cpuUsage()
  for (let time = 0; time < times; time++) {
    await sleep(pauseMillis)
    const start = performance.now()
    await Effect.runPromise(all)
    wallMillis += performance.now() - start
  }
  const { system, user } = process.cpuUsage(before)
  delay.disable()
  return {
    wallMicros: (wallMillis * 1000) / times,
    cpuMicros: (system + user) / times,
    delayMillis: delay.percentile(95) / 1e6
  }
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

console.log(
  `Node ${process.version}; medians of ${rounds} rounds, a pause of ${pauseMillis} ms before each measurement`
)
for (const kind of ["ed25519", "rsa"] as const) {
  const variants = await variantsOf(kind)
  for (const [width, times] of [
    [1, 100],
    [64, 15]
  ] as const) {
    const figures = new Map(variants.map(([name]): [string, Array<Figures>] => [name, []]))
    for (const variant of variants) await round(variant, times, width)
    for (let count = 0; count < rounds; count++) {
      for (const variant of variants) figures.get(variant[0])!.push(await round(variant, times, width))
    }
    const of = (name: string, field: keyof Figures) => median(figures.get(name)!.map((sample) => sample[field]))
    const cpu = (name: string) => (of(name, "cpuMicros") - of("nothing", "cpuMicros")) / width
    for (const name of ["WebCrypto", "node:crypto"]) {
      console.log(
        `${kind} ×${width}`.padEnd(12),
        name.padEnd(12),
        `${of(name, "wallMicros").toFixed(0).padStart(6)} µs until signed (${(of(name, "wallMicros") / of("WebCrypto", "wallMicros")).toFixed(2)} ×)`,
        `${cpu(name).toFixed(0).padStart(6)} µs of CPU each (${(cpu(name) / cpu("WebCrypto")).toFixed(2)} ×)`,
        `${of(name, "delayMillis").toFixed(1).padStart(6)} ms event-loop delay, p95`
      )
    }
  }
}
