import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { Agent } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundle } from "../../bundle.ts"
import type { Snapshot } from "../../src/exchange/Exchange.ts"
import { nodeDisk } from "../../src/persistence/disk.ts"
import type { Head } from "../../src/persistence/format.ts"
import { linesOf, recordOf } from "../../src/persistence/lines.ts"
import { audit } from "../support/actors.ts"
import { sampleSize } from "../support/floor.ts"
import { moveClock, operatorRead } from "../support/killedTrader.ts"

const folder = mkdtempSync(join(tmpdir(), "kalshi-endurance-"))
const command = join(folder, "dist", "bin", "kalshi-sandbox.js")

beforeAll(async () => {
  for (const name of ["package.json", "page"]) {
    cpSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), join(folder, name), { recursive: true })
  }
  await bundle(command)
})
afterAll(() => rmSync(folder, { recursive: true }))

const mebi = 1024 * 1024

/** In each of 32 markets, three makers have three orders on each side. Takers have at most 100 orders, which expire. */
const mostResting = 32 * 3 * 2 * 3 + 100

/** The clock is frozen, so that the work does not depend on the speed of the machine. */
const start = async (file: string): Promise<{ readonly child: ChildProcess; readonly url: string }> => {
  const flags = ["--port", "0", "--clock", "frozen", "--crowd", "20", "--state", file]
  const child = spawn(process.execPath, [command, ...flags], { stdio: ["ignore", "pipe", "inherit"] })
  let text = ""
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    text += chunk.toString()
    const url = /at (http:\S+)\/trade-api/.exec(text)?.[1]
    if (url !== undefined) return { child, url }
  }
  throw new Error(`the command did not start: ${text}`)
}

interface Sizes {
  readonly minutes: number
  readonly baseBytes: number
  readonly journalBytes: number
  readonly snapshotBytes: number
  readonly residentBytes: number
  readonly orders: number
  readonly resting: number
  readonly trades: number
  readonly timers: number
  readonly openMarkets: number
}

const residentOf = ({ pid }: ChildProcess): number =>
  1024 * Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }))

const partsOf = (file: string): { readonly baseBytes: number; readonly journalBytes: number } => {
  let baseBytes = 0
  let lines = 0
  let parts = Infinity
  for (const { endBytes, text } of linesOf(nodeDisk.read(file) ?? [])) {
    if (lines === 0) parts = (recordOf(text) as Head).parts
    if (lines++ <= parts) baseBytes = endBytes
  }
  return { baseBytes, journalBytes: statSync(file).size - baseBytes }
}

const measure = (minutes: number, file: string, snapshot: Snapshot, residentBytes: number): Sizes => ({
  minutes,
  ...partsOf(file),
  snapshotBytes: JSON.stringify(snapshot).length,
  residentBytes,
  orders: snapshot.accounts.reduce((sum, { orders }) => sum + orders.length, 0),
  resting: snapshot.accounts.reduce((sum, { restingCount }) => sum + restingCount, 0),
  trades: snapshot.traded.length,
  timers: snapshot.timers.length,
  openMarkets: snapshot.markets.filter(({ result }) => result === undefined).length
})

/** The maximum size of the journal in bytes, except for the commands of the last write. The README explains it. */
const mostJournal = (baseBytes: number): number => Math.max(baseBytes, 64 * mebi)

/**
 * Only in full mode: runs six more hours, and then moves the clock by twelve hours at once. In this time, at least two
 * compactions must replace the commands in the file with a snapshot.
 */
const checkLater = async (url: string, agent: Agent, file: string): Promise<void> => {
  if (sampleSize(0, 1) === 0) return
  let compactions = 0
  let before = partsOf(file).baseBytes
  for (const minutes of [...Array.from({ length: 72 }, () => 5), 720]) {
    await moveClock(url, agent, minutes * 60_000)
    await operatorRead(url, agent, "time")
    const { baseBytes, journalBytes } = partsOf(file)
    assert.isAtMost(journalBytes, mostJournal(baseBytes) + 3 * mebi)
    compactions += baseBytes === before ? 0 : 1
    before = baseBytes
    if (minutes === 720) console.log(JSON.stringify({ baseBytes, journalBytes, compactions }))
  }
  assert.isAtLeast(compactions, 2)
}

describe("kalshi-sandbox --crowd 20 --state FILE", () => {
  it("stays within its bounds for an hour, and loses nothing when killed", async () => {
    const file = join(folder, "exchange.jsonl")
    const agent = new Agent({ keepAlive: true })
    const children: Array<ChildProcess> = []
    try {
      const { child, url } = await start(file)
      children.push(child)
      const read = async <A>(path: string) => (await operatorRead(url, agent, path)) as A
      const sizes: Array<Sizes> = []
      for (let minutes = 0; minutes <= 60; minutes++) {
        if (minutes > 0) await moveClock(url, agent, 60_000)
        // The crowd acts before this read, and the response waits for the disk.
        await read("time")
        if ([0, 10, 60].includes(minutes)) {
          const resident = residentOf(child)
          sizes.push(measure(minutes, file, await read<Snapshot>("snapshot"), resident))
        }
      }
      const [first, ten, hour] = sizes as [Sizes, Sizes, Sizes]
      console.log(sizes.map((size) => JSON.stringify(size)).join("\n"))
      assert.isAbove(hour.trades, 2_000)
      for (const { openMarkets, resting, timers } of [ten, hour]) {
        assert.isAtMost(resting, mostResting)
        assert.isAtMost(timers, 100)
        assert.isAtMost(openMarkets, first.openMarkets + 2)
      }
      assert.isAtMost(hour.snapshotBytes - first.snapshotBytes, 8_000_000)
      for (const { baseBytes, journalBytes } of sizes) assert.isAtMost(journalBytes, mostJournal(baseBytes))
      assert.isAtMost(Math.max(ten.residentBytes, hour.residentBytes), 256 * mebi)
      await checkLater(url, agent, file)

      const before = await read<Snapshot>("snapshot")
      assert.deepStrictEqual(audit(before), [])
      child.kill("SIGKILL")
      await once(child, "exit")
      const again = await start(file)
      children.push(again.child)
      assert.deepStrictEqual(await operatorRead(again.url, agent, "snapshot"), before)
    } finally {
      agent.destroy()
      for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
    }
  }, 600_000)
})
