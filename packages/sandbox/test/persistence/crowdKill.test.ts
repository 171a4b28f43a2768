/**
 * A crowd is a group of simulated traders. The state file is compacted (a snapshot replaces its commands) so often that
 * many kills interrupt a compaction.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { once } from "node:events"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { Agent } from "node:http"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { WebSocket } from "ws"
import type { Snapshot } from "../../src/exchange/Exchange.ts"
import { feedPath } from "../../src/feed/line.ts"
import { nodeDisk } from "../../src/persistence/disk.ts"
import { readStateFile } from "../../src/persistence/reading.ts"
import { audit } from "../support/actors.ts"
import { sampleSize } from "../support/floor.ts"
import { makeServer, type Started } from "../support/killedServer.ts"
import { feedHeaders, moveClock, operatorRead, type Trader, tradersOf } from "../support/killedTrader.ts"

const { build, folder, start: startServer } = makeServer("kalshi-crowd-kill-")

beforeAll(build)
afterAll(() => rmSync(folder, { recursive: true }))

const kills = sampleSize(6, 100)
const killsPerFile = sampleSize(3, 5)
/** The index of the restart without a crowd. Index 0 is the first start. */
const withoutCrowd = 2
const size = 20
const compactAfterCommands = "10"
/** A kill waits for a random number of responses, at most this many. */
const mostAnswers = 150
const streamsPerAccount = 4

type Clock = "real" | "frozen"

const start = (file: string, clock: Clock, traders: number): Promise<Started> =>
  startServer(file, compactAfterCommands, String(traders), clock)

interface Known {
  readonly traders: ReadonlyArray<Trader>
  crowd: ReadonlyArray<string>
  readonly trades: Set<string>
  readonly beginMillis: number
  /** The sum of the clock moves that got a response, and the sum of all sent moves, in milliseconds. */
  movedMillis: number
  sentMillis: number
}

const stable = (dump: unknown): unknown =>
  JSON.parse(JSON.stringify(dump, (_, value: unknown) => (value === Infinity ? null : value)))

const dumpOf = async (url: string, agent: Agent): Promise<{ readonly nowMillis: number }> =>
  (await operatorRead(url, agent, "dump")) as { readonly nowMillis: number } // the exchange sends this form

const crowdOf = ({ accounts }: Snapshot): ReadonlyArray<string> =>
  accounts.flatMap(({ accountId, name }) => (name.startsWith("crowd ") ? [`${name} ${accountId}`] : []))

const snapshotOf = async (url: string, agent: Agent): Promise<Snapshot> =>
  (await operatorRead(url, agent, "snapshot")) as Snapshot // the exchange sends this form

const check = async (url: string, agent: Agent, clock: Clock, known: Known): Promise<void> => {
  const wrong = await Promise.all(known.traders.map((trader) => trader.check(url, agent)))
  assert.deepStrictEqual(wrong.flat(), [])
  const snapshot = await snapshotOf(url, agent)
  assert.deepStrictEqual(audit(snapshot), [])
  assert.deepStrictEqual(crowdOf(snapshot), known.crowd)
  assert.deepStrictEqual(
    known.crowd.map((account) => account.split(" ")[1]),
    Array.from({ length: size }, (_, index) => String(index + 1))
  )
  const ids = snapshot.markets.flatMap(({ trades }) => trades.map(({ tradeId }) => tradeId))
  const found = new Set(ids)
  assert.strictEqual(found.size, ids.length)
  assert.deepStrictEqual(
    [...known.trades].filter((id) => !found.has(id)),
    []
  )
  if (clock === "frozen") {
    const moved = snapshot.nowMillis - known.beginMillis
    assert.isTrue(known.movedMillis <= moved && moved <= known.sentMillis, `${known.movedMillis} ${moved}`)
    known.movedMillis = known.sentMillis = moved
  }
}

const follow = async (url: string, { traders, trades }: Known): Promise<WebSocket> => {
  const socket = new WebSocket(url.replace("http", "ws") + feedPath, { headers: feedHeaders(traders[0]!.key) })
  socket.on("error", () => {})
  socket.on("message", (data: Buffer) => {
    const { msg, type } = JSON.parse(data.toString()) as {
      readonly type: string
      readonly msg: { readonly trade_id: string }
    }
    if (type === "trade") trades.add(msg.trade_id)
  })
  await once(socket, "open")
  socket.send(JSON.stringify({ id: 1, cmd: "subscribe", params: { channels: ["trade"] } }))
  return socket
}

const moveOn = async (url: string, agent: Agent, known: Known): Promise<void> => {
  try {
    for (;;) {
      const millis = 1 + Math.floor(Math.random() * 400)
      known.sentMillis += millis
      await moveClock(url, agent, millis)
      known.movedMillis += millis
    }
  } catch {
    // The exchange was killed.
  }
}

describe("an exchange with a crowd, killed at random points", () => {
  it(
    `has each acknowledged change once after each of ${kills} restarts, and keeps the accounts of its crowd`,
    async () => {
      const found = { kills: 0, answered: 0, trades: 0, duringCompaction: 0, compactions: 0, interruptedWrites: 0 }
      for (let part = 0; part < kills / killsPerFile; part++) {
        const file = join(folder, `${part}.jsonl`)
        const clock: Clock = part % 2 === 0 ? "frozen" : "real"
        let known: Known | undefined
        for (let kill = 0; kill <= killsPerFile; kill++) {
          const isWithout = kill === withoutCrowd
          const expected = kill === 0 ? undefined : readStateFile(nodeDisk, file, { seed: 1 })
          const agent = new Agent({ keepAlive: true })
          const { child, errors, served } = await start(file, clock, isWithout ? 0 : size)
          try {
            if (expected !== undefined && isWithout) {
              const dump = await dumpOf(served.url, agent)
              assert.deepStrictEqual(stable(dump), stable(expected.exchange.dump(dump.nowMillis)))
            }
            known ??= {
              traders: tradersOf(served),
              crowd: crowdOf(await snapshotOf(served.url, agent)),
              trades: new Set(),
              beginMillis: (await dumpOf(served.url, agent)).nowMillis,
              movedMillis: 0,
              sentMillis: 0
            }
            await check(served.url, agent, clock, known)
            if (clock === "frozen") {
              // With a frozen clock, nothing happens between requests, so the file has the whole state.
              const dump = await dumpOf(served.url, agent)
              const stored = readStateFile(nodeDisk, file, { seed: 1 })
              assert.deepStrictEqual(stable(dump), stable(stored?.exchange.dump(dump.nowMillis)))
            }
            found.interruptedWrites += expected?.reports.length ?? 0
            const lines = errors()
              .split("\n")
              .filter((line) => line !== "")
            assert.strictEqual(lines.length, expected?.reports.length ?? 0, errors())
            if (kill === killsPerFile) continue
            const before = headOf(file)
            const { traders } = known
            const socket = await follow(served.url, known)
            const trading = traders.flatMap((trader) =>
              Array.from({ length: streamsPerAccount }, () => trader.trade(served.url, agent, Math.random))
            )
            if (clock === "frozen") trading.push(moveOn(served.url, agent, known))
            const answered = answeredBy(traders) + Math.random() * mostAnswers
            while (answeredBy(traders) < answered) await setTimeout(1)
            await setTimeout(Math.random() * 10)
            child.kill("SIGKILL")
            await once(child, "exit")
            await Promise.all(trading)
            if (socket.readyState !== WebSocket.CLOSED) await once(socket, "close")
            found.kills++
            found.duringCompaction += existsSync(`${file}.tmp`) ? 1 : 0
            found.compactions += headOf(file) === before ? 0 : 1
          } finally {
            agent.destroy()
            if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
          }
        }
        found.answered += answeredBy(known?.traders ?? [])
        found.trades += known?.trades.size ?? 0
      }
      console.log(JSON.stringify(found))
      assert.strictEqual(found.kills, kills)
      assert.isAbove(found.answered, kills * 10)
      assert.isAbove(found.compactions, kills / 3)
      assert.isAbove(found.trades, kills)
    },
    sampleSize(120_000, 1_800_000)
  )
})

const answeredBy = (traders: ReadonlyArray<Trader>): number => traders.reduce((sum, { answered }) => sum + answered, 0)

/** Each compaction changes the first line. */
const headOf = (file: string): string => readFileSync(file, "utf8").split("\n", 1)[0] ?? ""
