import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { once } from "node:events"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { Agent } from "node:http"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import type { Snapshot } from "../../src/exchange/Exchange.ts"
import { nodeDisk } from "../../src/persistence/disk.ts"
import { readStateFile } from "../../src/persistence/reading.ts"
import { audit } from "../support/actors.ts"
import { sampleSize } from "../support/floor.ts"
import { makeServer, type Started } from "../support/killedServer.ts"
import { operatorRead, type Trader, tradersOf } from "../support/killedTrader.ts"
import type { Served } from "../support/stateServer.ts"

const { build, folder, start: startServer } = makeServer("kalshi-kill-")

beforeAll(build)
afterAll(() => rmSync(folder, { recursive: true }))

/** After ten or more commands, a snapshot replaces the saved commands, so that many kills interrupt this compaction. */
const start = (file: string): Promise<Started> => startServer(file, "10")

/** The dump without its time, because time passes between two dumps. */
const stable = (dump: unknown): unknown =>
  JSON.parse(
    JSON.stringify({ ...(dump as object), nowMillis: 0 }, (_, value: unknown) => (value === Infinity ? null : value))
  )

const kills = sampleSize(10, 100)
const killsPerFile = 5
/** A kill waits for a random number of responses, at most this many. */
const mostAnswers = 300
const streamsPerAccount = 8

const check = async (
  served: Served,
  agent: Agent,
  traders: ReadonlyArray<Trader>,
  expected: unknown
): Promise<void> => {
  assert.deepStrictEqual(stable(await operatorRead(served.url, agent, "dump")), stable(expected))
  const wrong = await Promise.all(traders.map((trader) => trader.check(served.url, agent)))
  assert.deepStrictEqual(wrong.flat(), [])
  const snapshot = (await operatorRead(served.url, agent, "snapshot")) as Snapshot // the exchange sends this form
  assert.deepStrictEqual(audit(snapshot), [])
}

describe("an exchange that is killed at a random point", () => {
  it(
    `after each of ${kills} restarts, has every acknowledged change exactly once`,
    async () => {
      const found = { kills: 0, answered: 0, fills: 0, duringCompaction: 0, compactions: 0, interruptedWrites: 0 }
      for (let part = 0; part < kills / killsPerFile; part++) {
        const file = join(folder, `${part}.jsonl`)
        let traders: ReadonlyArray<Trader> | undefined
        for (let kill = 0; kill <= killsPerFile; kill++) {
          const expected = kill === 0 ? undefined : readStateFile(nodeDisk, file, { seed: 1 })
          const agent = new Agent({ keepAlive: true })
          const { child, errors, served } = await start(file)
          try {
            traders ??= tradersOf(served)
            assert.deepStrictEqual(
              served.keys,
              traders.map(({ key }) => key)
            )
            if (expected !== undefined) {
              found.interruptedWrites += expected.reports.length
              await check(served, agent, traders, expected.exchange.dump(0))
            }
            const lines = errors()
              .split("\n")
              .filter((line) => line !== "")
            assert.strictEqual(lines.length, expected?.reports.length ?? 0, errors())
            if (kill === killsPerFile) continue
            const before = headOf(file)
            const trading = traders.flatMap((trader) =>
              Array.from({ length: streamsPerAccount }, () => trader.trade(served.url, agent, Math.random))
            )
            const answered = answeredBy(traders) + Math.random() * mostAnswers
            while (answeredBy(traders) < answered) await setTimeout(1)
            await setTimeout(Math.random() * 10)
            child.kill("SIGKILL")
            await once(child, "exit")
            await Promise.all(trading)
            found.kills++
            found.duringCompaction += existsSync(`${file}.tmp`) ? 1 : 0
            found.compactions += headOf(file) === before ? 0 : 1
          } finally {
            agent.destroy()
            if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
          }
        }
        for (const trader of traders ?? []) {
          found.answered += trader.answered
          found.fills += trader.fills.size
        }
      }
      console.log(JSON.stringify(found))
      assert.strictEqual(found.kills, kills)
      assert.isAbove(found.answered, kills * 20)
      assert.isAbove(found.compactions, kills / 3)
      assert.isAbove(found.fills, 0)
    },
    sampleSize(120_000, 1_800_000)
  )
})

const answeredBy = (traders: ReadonlyArray<Trader>): number => traders.reduce((sum, { answered }) => sum + answered, 0)

/** Each compaction changes the first line. */
const headOf = (file: string): string => readFileSync(file, "utf8").split("\n", 1)[0] ?? ""
