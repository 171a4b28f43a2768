/**
 * The limiter at saturation, against a metered local exchange in a process of its own: one process, and then two that
 * share the account's budget by Redis, the clock of one two seconds ahead. Fails where the exchange answered a single 429,
 * or where less was used than `leastShare` of what there was.
 *
 * What there was is what the exchange's buckets would have granted at most: each is full when the thirty seconds begin, so
 * its capacity, the initial burst, and what refills in that time. The processes have learned the budget by then, and have
 * been idle for as long as a bucket takes to fill. What was used is what the exchange has charged.
 *
 * Argument: the tier, `advanced` unless told. Redis is a `redis-server` of this run's own, which is stopped at its end.
 */
import { type ChildProcess, fork, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { availableParallelism, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import { budgetOf, tiers } from "../src/exchange/accounts/buckets.ts"
import { costOf } from "../src/rest/costs.ts"
import type { Request, Served } from "./exchangeServer.ts"
import type { Outcome, Setting } from "./saturationWorker.ts"

const leastShare = 0.95
const runMillis = 30_000

const tier = tiers.find((tier) => tier === (process.argv[2] ?? "advanced"))
if (tier === undefined || tier === "unmetered")
  throw new Error(`the tier must be one of ${tiers.slice(0, -1).join(", ")}`)

const kinds = ["read", "write"] as const
const prices = new Map(
  [OrderGroups.list, Orders.create, Orders.cancel].map(({ descriptor }) => [
    descriptor.operationId,
    { kind: descriptor.limits.bucket, cost: costOf(descriptor, undefined) }
  ])
)

const start = (file: string, ...args: ReadonlyArray<string>) =>
  fork(fileURLToPath(new URL(file, import.meta.url)), args)

/** The next message of a process, which fails with it. */
const next = <A>(child: ChildProcess): Promise<A> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`${child.spawnargs.at(1)} ended with ${code}`))
    child.once("exit", ended)
    child.once("message", (message) => {
      child.off("exit", ended)
      resolve(message as A) // what it sends first and next is typed in its own file
    })
  })

const startRedis = async () => {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const { port } = probe.address() as AddressInfo // a TCP server has no other kind of address
  probe.close()
  const folder = mkdtempSync(join(tmpdir(), "kalshi-saturation-"))
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
  const child = spawn("redis-server", settings, { stdio: ["ignore", "pipe", "inherit"] })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("Ready to accept connections")) resolve()
    })
    child.once("error", reject)
    child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)))
  })
  const stop = async () => {
    child.kill("SIGKILL")
    await once(child, "exit")
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, stop }
}

interface Shape {
  readonly name: string
  readonly aheadMillis: ReadonlyArray<number>
  readonly redisPort: number | undefined
}

/** Runs so many processes against an exchange of their own, and tells whether the claim holds. */
const measure = async ({ aheadMillis, name, redisPort }: Shape): Promise<boolean> => {
  const exchange = start("exchangeServer.ts", tier, "10000000")
  const workers = aheadMillis.map((millis) => ({ millis, child: start("saturationWorker.ts") }))
  try {
    const { keys, ticker, url } = await next<Served>(exchange)
    const { keyId, privateKey } = keys.find(({ kind }) => kind === "ed25519")!
    const { capacity } = budgetOf(tier, "write")
    const learned = workers.map(({ child, millis }) => {
      const answer = next<"learned">(child)
      child.send({ url, ticker, keyId, privateKey, redisPort, aheadMillis: millis, capacity } satisfies Setting)
      return answer
    })
    await Promise.all(learned)
    // Longer than any bucket takes to fill, on either side.
    await setTimeout(4_000)
    const beganMillis = Date.now()
    const done = workers.map(({ child }) => {
      const answer = next<Outcome>(child)
      child.send(runMillis + 200)
      return answer
    })
    const outcomes = await Promise.all(done)
    const told = next<ReadonlyArray<Request>>(exchange)
    exchange.send(beganMillis)
    const requests = await told
    return report(name, requests, beganMillis, outcomes)
  } finally {
    for (const child of [...workers.map(({ child }) => child), exchange]) {
      child.disconnect()
      if (child.exitCode === null) await once(child, "exit")
    }
  }
}

const report = (
  name: string,
  requests: ReadonlyArray<Request>,
  beganMillis: number,
  outcomes: ReadonlyArray<Outcome>
): boolean => {
  const refused = requests.filter(({ status }) => status === 429).length
  const within = requests.filter(({ atMillis }) => atMillis < beganMillis + runMillis)
  console.log(
    `${name}: ${within.length.toLocaleString("en")} requests in ${runMillis / 1_000} s, ${refused} answered 429; load ${loadavg()[0]!.toFixed(1)}`
  )
  let holds = refused === 0
  for (const kind of kinds) {
    let used = 0
    for (const { operation, status } of within) {
      const price = prices.get(operation ?? "")
      if (price?.kind === kind && status !== 429) used += price.cost
    }
    const { capacity, rate } = budgetOf(tier, kind)
    const most = capacity + (rate * runMillis) / 1_000
    const share = used / most
    holds &&= share >= leastShare && share <= 1
    console.log(
      `  ${kind.padEnd(6)} ${used.toLocaleString("en").padStart(9)} tokens used of ${most.toLocaleString("en").padStart(9)} granted at most` +
        ` (${capacity.toLocaleString("en")} at the start, ${rate.toLocaleString("en")} a second): ${(share * 100).toFixed(2)} %`
    )
  }
  for (const { failed } of outcomes) {
    for (const [tag, count] of Object.entries(failed)) {
      holds = false
      console.log(`  ${count} calls failed with ${tag}`)
    }
  }
  if (!holds) console.log(`  THE CLAIM DOES NOT HOLD: no 429, no failure, and ${leastShare * 100} % to 100 % used`)
  return holds
}

console.log(
  `the limiter at saturation, tier ${tier}, the exchange in a process of its own, ${availableParallelism()} cores, Node ${process.version}`
)
const alone = await measure({ name: "one process", aheadMillis: [0], redisPort: undefined })
const redis = await startRedis()
const together = await measure({
  name: "two processes on one Redis, the clock of one 2 s ahead",
  aheadMillis: [0, 2_000],
  redisPort: redis.port
}).finally(redis.stop)
process.exit(alone && together ? 0 : 1)
