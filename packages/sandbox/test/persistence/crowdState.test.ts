/**
 * A crowd is a group of simulated traders. The file system is in memory, and can stop at any operation. A compaction
 * replaces the commands in the state file with a snapshot.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Snapshot } from "../../src/exchange/Exchange.ts"
import { linesOf } from "../../src/persistence/lines.ts"
import { readStateFile, type Stored } from "../../src/persistence/reading.ts"
import { audit } from "../support/actors.ts"
import {
  type Crowded,
  type CrowdedOptions,
  saved,
  startCrowded,
  stateAt,
  stateOf,
  throughJson
} from "../support/crowdedJournal.ts"
import { sampleSize, unwrap } from "../support/floor.ts"
import { after, never, path, turn } from "../support/journaled.ts"
import { MemoryDisk } from "../support/memoryDisk.ts"

const start = Date.UTC(2026, 10, 30, 14, 7, 30)
const minute = 60_000

const crowd = { traders: 4, pace: 20 }

const world = (change: Partial<CrowdedOptions> = {}): Promise<Crowded> =>
  startCrowded({ disk: new MemoryDisk(), limits: never, wallMillis: start, crowd, ...change })

const readFile = (disk: MemoryDisk): Stored => readStateFile(disk, path, { seed: 1 })!

/** Reads the exchange, so that the crowd acts. */
const act = ({ operator }: Crowded) => Effect.runSync(operator.view)

const accountsOf = (on: Crowded) =>
  Effect.runSync(on.operator.accounts).map(({ accountId, name }) => `${name} ${accountId}`)

const snapshotOf = ({ operator }: Crowded): Snapshot => throughJson(Effect.runSync(operator.snapshot))

describe("commands of a crowd", () => {
  it("are in the file once if they run during a compaction's snapshot", async () => {
    let acted = 0
    const on = await world({
      limits: after(1),
      // Time passes just before the snapshot, so the crowd acts while the snapshot is taken.
      beforeSnapshot: (wall) => (wall.millis += 700)
    })
    for (let step = 0; step < sampleSize(40, 150); step++) {
      on.wall.millis += 300
      act(on)
      const before = on.lastSeq()
      await saved(on)
      acted += on.lastSeq() > before ? 1 : 0
      const { exchange, size } = readFile(on.disk)
      assert.strictEqual(size.seq, on.lastSeq())
      assert.strictEqual(stateAt(exchange, on.nowMillis()), stateOf(on))
    }
    assert.isAbove(acted, 10)
  })

  it("are in the file before a move of the clock that follows them", async () => {
    const on = await world()
    on.wall.millis += 10_000
    on.move(10_000)
    act(on)
    await saved(on)
    assert.strictEqual(stateAt(readFile(on.disk).exchange, on.nowMillis()), stateOf(on))
  })

  it("are saved as a snapshot after a long move of the clock", async () => {
    const on = await world({ crowd: { traders: 4 }, limits: { commands: 1_000, bytes: Infinity, share: 1 } })
    const base = on.disk.bytes(path).length
    let changes = on.lastSeq()
    let most = 0
    for (let moves = 0; moves < 3; moves++) {
      on.move(10 * minute)
      act(on)
      await saved(on)
      assert.isAbove(on.lastSeq() - changes, 2_000)
      changes = on.lastSeq()
      const { size } = readFile(on.disk)
      most = Math.max(most, size.journalBytes)
      assert.isAtMost(size.commands, 1_000)
      assert.isAbove(size.baseBytes, base)
    }
    assert.isBelow(most, 500_000)
    assert.strictEqual(stateAt(readFile(on.disk).exchange, on.nowMillis()), stateOf(on))
  })
})

describe("a process that has a crowd and is killed at any operation of the disk", () => {
  it("loses no acknowledged change, also around resets, restored snapshots and moves of the clock", async () => {
    const stride = sampleSize(9, 1)
    let operations = Infinity
    let inCompaction = 0
    for (let stopAfter = 1; stopAfter <= operations; stopAfter += stride) {
      const on = await world({ limits: after(60) })
      const { disk } = on
      const created = disk.operations.length
      disk.stopAfter = created + stopAfter
      const snapshot = snapshotOf(on)
      let answered = 0
      for (let round = 0; round < 16 && !disk.isStopped; round++) {
        on.wall.millis += 1_300
        if (round === 4) Effect.runSync(on.operator.reset)
        if (round === 6) on.move(30 * 1_000)
        if (round === 9) Effect.runSync(on.operator.restore(snapshot))
        if (round === 12) on.move(-20 * 1_000)
        act(on)
        const seq = on.lastSeq()
        on.journal.hold(() => (answered = seq))
        const isOver = () => answered >= seq || disk.isStopped
        for (let turns = 0; turns < 40 && !isOver(); turns++) await turn()
      }
      if (!disk.isStopped) {
        operations = disk.operations.length - created
        break
      }
      inCompaction += disk.has(`${path}.tmp`) ? 1 : 0
      const left = disk.restarted()
      const stored = readFile(left)
      assert.isAtLeast(stored.size.seq, answered, `stopped at ${stopAfter}`)
      const at = Math.max(on.nowMillis(), stored.exchange.view(0).nowMillis) + minute
      assert.strictEqual(
        stateAt(stored.exchange, at),
        stateAt(on.rebuilt(stored.size.seq), at),
        `stopped at ${stopAfter}`
      )
      await checkContinued(left, on.wall.millis)
    }
    assert.isAbove(operations, 40)
    assert.isBelow(operations, 1_000)
    assert.isAbove(inCompaction, 0)
  })

  it("restarts with one crowd, whose accounts have their cash on all shards", async () => {
    const on = await world({ markets: [{ ticker: "KXA-26-1" }] })
    await saved(on)
    const whole = on.disk.bytes(path)
    const ends = Array.from(linesOf([whole]), ({ endBytes }) => endBytes)
    const base = readFile(on.disk).size.baseBytes
    const expected = snapshotOf(on)
    for (const end of ends.filter((end) => end >= base)) {
      const disk = new MemoryDisk()
      disk.set(path, whole.subarray(0, end))
      const again = await world({ disk })
      assert.deepStrictEqual(
        Effect.runSync(again.operator.accounts).map(({ name }) => name),
        ["crowd 1", "crowd 2", "crowd 3", "crowd 4"]
      )
      const { accounts, depositedMicros } = snapshotOf(again)
      assert.strictEqual(depositedMicros, expected.depositedMicros)
      accounts.forEach(({ holdings }) => assert.strictEqual(holdings.length, 4))
    }
  })
})

/** After a restart, the crowd must continue with its earlier accounts, and the file must have the crowd's commands. */
const checkContinued = async (disk: MemoryDisk, wallMillis: number): Promise<void> => {
  const before = readFile(disk).exchange.view(0).accounts().length
  const on = await world({ disk, wallMillis: wallMillis + 5_000 })
  assert.strictEqual(new Set(accountsOf(on)).size, 4)
  assert.isAtMost(before, 4)
  on.wall.millis += 2 * minute
  assert.deepStrictEqual(audit(snapshotOf(on)), [])
  await saved(on)
  assert.strictEqual(stateAt(readFile(disk).exchange, on.nowMillis()), stateOf(on))
}

describe("a crowd under a frozen clock", () => {
  const frozen = { clock: "frozen" as const }
  const end = 5 * minute

  it("gives the same state with and without restarts", async () => {
    const whole = await world(frozen)
    whole.move(end)
    act(whole)
    const expected = stateOf(whole)
    const disk = new MemoryDisk()
    for (let moved = 0; moved < end; moved += end / 10) {
      // The real time of a restart does not matter.
      const on = await world({ ...frozen, disk, wallMillis: start + moved * 10 })
      if (moved % (end / 5) === 0) act(on)
      on.move(end / 10)
      if (moved % (end / 5) !== 0) act(on)
      await saved(on)
    }
    const last = await world({ ...frozen, disk, wallMillis: start })
    assert.strictEqual(stateOf(last), expected)
    await saved(last)
    assert.strictEqual(stateAt(readFile(disk).exchange, last.nowMillis()), expected)
  })

  it("keeps its orders during a run without the crowd, and continues afterwards", async () => {
    const on = await world(frozen)
    on.move(minute)
    const accounts = accountsOf(on)
    const { restingCount } = snapshotOf(on).accounts[0]!
    const seq = on.lastSeq()
    await saved(on)
    const without = await startCrowded({ ...frozen, disk: on.disk, limits: never, wallMillis: start })
    assert.deepStrictEqual(accountsOf(without), accounts)
    assert.strictEqual(snapshotOf(without).accounts[0]!.restingCount, restingCount)
    assert.strictEqual(without.lastSeq(), seq)
    without.move(20 * minute)
    const closed = unwrap(act(without).market("KXCROWD-26NOV301415-T" + strikeOf(without)))
    assert.deepStrictEqual([closed.status, closed.result], ["closed", undefined])
    await saved(without)
    const again = await world({ ...frozen, disk: on.disk })
    again.move(minute)
    assert.deepStrictEqual(accountsOf(again), accounts)
    assert.isDefined(unwrap(act(again).market(closed.ticker)).result)
    assert.deepStrictEqual(audit(snapshotOf(again)), [])
  })
})

/** The strike in the ticker of the short market that closes at 14:15. */
const strikeOf = (on: Crowded): string =>
  act(on)
    .tickers()
    .find((ticker) => ticker.startsWith("KXCROWD-26NOV301415-T"))!
    .slice("KXCROWD-26NOV301415-T".length)

describe("a crowd whose clock was moved back before a restart", () => {
  it("waits until the clock reaches the exchange's time again", async () => {
    const on = await world()
    on.move(10 * minute)
    act(on)
    on.move(-10 * minute)
    on.wall.millis += 10_000
    act(on)
    const seq = on.lastSeq()
    await saved(on)
    const again = await world({ disk: on.disk, wallMillis: on.wall.millis })
    again.wall.millis += 5 * minute
    act(again)
    assert.strictEqual(again.lastSeq(), seq)
    again.wall.millis += 6 * minute
    act(again)
    assert.isAbove(again.lastSeq(), seq + 100)
  })
})
