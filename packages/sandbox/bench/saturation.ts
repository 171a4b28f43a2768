/**
 * Measures the client's rate limiter at saturation, against a metered local exchange in another process. The first run
 * has one client process. The second run has two, which share the account's budget through Redis, and the clock of one
 * of them is two seconds ahead. Fails if the exchange returned a 429, if a call failed, or if less than `minShare` or
 * more than all of the available tokens were used.
 *
 * The available tokens are the maximum that the exchange's buckets grant in thirty seconds: the capacity plus the
 * refill. The used tokens are the tokens that the exchange charged.
 *
 * Argument: the tier (default: `advanced`). The run starts its own `redis-server`, and stops it at the end.
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

const minShare = 0.95
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

/** Returns the next message of a process. Rejects if the process ends. */
const next = <A>(child: ChildProcess): Promise<A> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`${child.spawnargs.at(1)} ended with ${code}`))
    child.once("exit", ended)
    child.once("message", (message) => {
      child.off("exit", ended)
      resolve(message as A) // the file that the process runs declares the types of its messages
    })
  })

const startRedis = async () => {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const { port } = probe.address() as AddressInfo // the address of a TCP server is an object
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

/** Returns whether the run had no 429 and no failure, and used at least `minShare` and at most all of the tokens. */
const measure = async ({ aheadMillis, name, redisPort }: Shape): Promise<boolean> => {
  const exchange = start("exchangeServer.ts", tier, "10000000")
  const workers = aheadMillis.map((millis) => ({ millis, child: start("saturationWorker.ts") }))
  try {
    const { keys, ticker, url } = await next<Served>(exchange)
    const { keyId, privateKey } = keys.find(({ kind }) => kind === "ed25519")!
    const { capacity } = budgetOf(tier, "write")
    const learned = workers.map(({ child, millis }) => {
      const message = next<"learned">(child)
      child.send({ url, ticker, keyId, privateKey, redisPort, aheadMillis: millis, capacity } satisfies Setting)
      return message
    })
    await Promise.all(learned)
    // This is longer than any bucket needs to fill, at the client and at the exchange.
    await setTimeout(4_000)
    const beganMillis = Date.now()
    const done = workers.map(({ child }) => {
      const message = next<Outcome>(child)
      child.send(runMillis + 200)
      return message
    })
    const outcomes = await Promise.all(done)
    const served = next<ReadonlyArray<Request>>(exchange)
    exchange.send(beganMillis)
    const requests = await served
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
    `${name}: ${within.length.toLocaleString("en")} requests in ${runMillis / 1_000} s, ${refused} with status 429; load ${loadavg()[0]!.toFixed(1)}`
  )
  let isAsClaimed = refused === 0
  for (const kind of kinds) {
    let used = 0
    for (const { operation, status } of within) {
      const price = prices.get(operation ?? "")
      if (price?.kind === kind && status !== 429) used += price.cost
    }
    const { capacity, rate } = budgetOf(tier, kind)
    const available = capacity + (rate * runMillis) / 1_000
    const share = used / available
    isAsClaimed &&= share >= minShare && share <= 1
    console.log(
      `  ${kind.padEnd(6)} ${used.toLocaleString("en").padStart(9)} tokens used of ${available.toLocaleString("en").padStart(9)} available` +
        ` (${capacity.toLocaleString("en")} at the start, ${rate.toLocaleString("en")} a second): ${(share * 100).toFixed(2)} %`
    )
  }
  for (const { failed } of outcomes) {
    for (const [tag, count] of Object.entries(failed)) {
      isAsClaimed = false
      console.log(`  ${count} calls failed with ${tag}`)
    }
  }
  if (!isAsClaimed)
    console.log(`  FAILED: expected no 429, no failure, and ${minShare * 100} % to 100 % of the tokens used`)
  return isAsClaimed
}

console.log(
  `the limiter at saturation, tier ${tier}, the exchange in another process, ${availableParallelism()} cores, Node ${process.version}`
)
const alone = await measure({ name: "one process", aheadMillis: [0], redisPort: undefined })
const redis = await startRedis()
const together = await measure({
  name: "two processes on one Redis, the clock of one 2 s ahead",
  aheadMillis: [0, 2_000],
  redisPort: redis.port
}).finally(redis.stop)
process.exit(alone && together ? 0 : 1)
