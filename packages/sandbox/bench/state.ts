/**
 * Measures the cost of a state file: orders over HTTP with and without it, its size, and the times to write a snapshot
 * and to restart from a snapshot and from a journal. This is not a test.
 */
import { type ChildProcess, fork } from "node:child_process"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { availableParallelism, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
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
import { defaults } from "../src/Assumptions.ts"
import { Exchange } from "../src/exchange/Exchange.ts"
import { nodeDisk } from "../src/persistence/disk.ts"
import { decisive, format, packageVersion } from "../src/persistence/format.ts"
import { Journal, type JournalOptions } from "../src/persistence/journal.ts"
import { readStateFile } from "../src/persistence/reading.ts"
import type { Served } from "./exchangeServer.ts"
import { order } from "./order.ts"

const [requests = 500, rounds = 31] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), "kalshi-state-bench-"))
const servers: Array<ChildProcess> = []

/** Starts an exchange. Returns a function that places a number of orders and returns how many seconds that took. */
const start = async (file?: string) => {
  const args = ["unmetered", "0", "0", ...(file === undefined ? [] : [file])]
  const server = fork(fileURLToPath(new URL("exchangeServer.ts", import.meta.url)), args)
  servers.push(server)
  const served = await new Promise<Served>((resolve) => server.once("message", (message) => resolve(message as Served)))
  const { keyId, privateKey } = served.keys.find(({ kind }) => kind === "ed25519")!
  const apiKey = await Effect.runPromise(ApiKey.fromPem({ keyId, privateKey: Redacted.make(privateKey) }))
  const environment = Result.getOrThrow(Environment.fromUrl(served.url))
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
  return async (count: number, concurrency: number): Promise<number> => {
    const begun = performance.now()
    await runtime.runPromise(Effect.forEach(Array.from({ length: count }), () => place, { concurrency, discard: true }))
    return (performance.now() - begun) / 1_000
  }
}

const median = (values: ReadonlyArray<number>): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

console.log(
  `a state file, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}, ${requests} orders a round, median of ${rounds} interleaved rounds`
)
const without = await start()
const withState = await start(join(folder, "http.jsonl"))
for (const concurrency of [1, 32, 256]) {
  const count = concurrency === 1 ? requests / 5 : requests
  const plain: Array<number> = []
  const kept: Array<number> = []
  for (let round = 0; round <= rounds; round++) {
    // The runs with and without a state file take turns at going first, so that a growing load favors neither.
    const seconds = round % 2 === 0 ? await without(count, concurrency) : undefined
    const secondsWithState = await withState(count, concurrency)
    const other = seconds ?? (await without(count, concurrency))
    if (round > 0) {
      plain.push(other) // the first round warms up
      kept.push(secondsWithState)
    }
  }
  const ratios = plain.map((seconds, round) => seconds / kept[round]!).sort((a, b) => a - b)
  const percent = (share: number): string => `${(100 * ratios[Math.floor(share * (rounds - 1))]!).toFixed(0)} %`
  console.log(
    `${String(concurrency).padStart(3)} at once: ${(count / median(plain)).toFixed(0)} orders/s without a state file, ${(count / median(kept)).toFixed(0)} with; ratio of a round: median ${percent(0.5)}, quartiles ${percent(0.25)} and ${percent(0.75)}`
  )
}
servers.forEach((server) => server.disconnect())

const seed = 1
const ticker = "KXBENCH-26-YES"

const timed = async <A>(run: () => A | Promise<A>): Promise<readonly [A, string]> => {
  const cpu = process.cpuUsage()
  const begun = performance.now()
  const result = await run()
  const elapsed = performance.now() - begun
  const { system, user } = process.cpuUsage(cpu)
  return [result, `${elapsed.toFixed(0)} ms (processor ${((system + user) / 1_000).toFixed(0)} ms)`]
}

for (const orders of [1, 1_000, 100_000]) {
  const path = join(folder, `${orders}.jsonl`)
  const exchange = new Exchange({ seed })
  const clock = { isFrozen: false, createdMillis: 0, offsetMillis: 0, furthestMillis: 0, restoredMillis: 0 }
  const origin = { format, version: packageVersion(), seed, assumptions: decisive(defaults), accounts: [] }
  const options: JournalOptions = {
    disk: nodeDisk,
    path,
    origin,
    limits: { commands: Infinity, bytes: Infinity, share: 0 },
    base: () => ({ snapshot: exchange.snapshot(0), clock }),
    report: console.error
  }
  const journal = await Journal.create(options)
  exchange.recordCommands((command, atMillis) => journal.command(command, atMillis))
  exchange.execute({ type: "createMarket", market: { ticker } }, 0)
  const { accountId } = Result.getOrThrow(exchange.execute({ type: "createAccount", name: "one" }, 0))
  for (let made = 0; made < orders; made++) {
    exchange.execute({ type: "createOrder", accountId, order: order(ticker, "bid", 100 * (1 + (made % 50))) }, made)
  }
  const [, written] = await timed(() => journal.close())
  const journalBytes = statSync(path).size
  const [, replayed] = await timed(() => readStateFile(nodeDisk, path, { seed }))
  const [compacted, snapshot] = await timed(() => Journal.create(options))
  await compacted.close()
  const [, restored] = await timed(() => readStateFile(nodeDisk, path, { seed }))
  const bytes = (size: number): string => `${(size / 1_024).toFixed(0)} KiB`
  console.log(
    `${orders.toLocaleString("en").padStart(7)} orders: journal ${bytes(journalBytes)}, written in ${written}, read in ${replayed}; snapshot ${bytes(statSync(path).size)}, written in ${snapshot}, read in ${restored}`
  )
}
rmSync(folder, { recursive: true })
process.exit(0)
