/** The journal of a state file: a snapshot, then commands. A compaction replaces the commands with a new snapshot. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as fc from "fast-check"
import { Journal } from "../../src/persistence/journal.ts"
import { linesOf, lineOf } from "../../src/persistence/lines.ts"
import { Joined, type Part, toParts } from "../../src/persistence/parts.ts"
import { Unusable } from "../../src/persistence/reading.ts"
import { sampleSize, seed } from "../support/floor.ts"
import {
  after,
  makeJournaled,
  never,
  options,
  path,
  prepare,
  read,
  stateOf,
  stepTo,
  turn
} from "../support/journaled.ts"
import { MemoryDisk } from "../support/memoryDisk.ts"

const reasonOf = (run: () => unknown): string => {
  try {
    run()
  } catch (cause) {
    return cause instanceof Unusable ? cause.message : `not a clear error: ${String(cause)}`
  }
  return "did not fail"
}

const count = (disk: MemoryDisk, name: string): number => disk.operations.filter((other) => other === name).length

describe("Journal", () => {
  it("restores the state after a restart", async () => {
    const world = await makeJournaled(never)
    stepTo(world, 200)
    await world.journal.close()
    const stored = read(world.disk.restarted(() => 1))
    assert.strictEqual(stored?.size.seq, 200)
    assert.strictEqual(stored && stateOf(stored.exchange), world.states[200])
  })

  it("syncs the disk once for all commands of one turn of the event loop", async () => {
    const world = await makeJournaled(never)
    const before = count(world.disk, "sync")
    stepTo(world, 50)
    await world.journal.close()
    assert.strictEqual(count(world.disk, "sync"), before + 1)
    assert.strictEqual(read(world.disk)?.size.seq, 50)
  })

  it("holds responses, in their order, until the changes before them are on the disk", async () => {
    const world = await makeJournaled(never)
    const sent: Array<string> = []
    let finish = (): void => {}
    const promise = new Promise<void>((resolve) => (finish = resolve))
    world.journal.hold(() => sent.push("before any change"))
    world.disk.gate = promise
    stepTo(world, 1)
    world.journal.hold(() => {
      sent.push("first")
      world.journal.hold(() => sent.push("held by first"))
    })
    world.journal.hold(() => sent.push("second"))
    for (let turns = 0; turns < 20; turns++) await turn()
    assert.deepStrictEqual(sent, ["before any change"])
    assert.isFalse(world.journal.isSaved)
    finish()
    await world.journal.close()
    assert.deepStrictEqual(sent, ["before any change", "first", "second", "held by first"])
    assert.isTrue(world.journal.isSaved)
  })

  it("holds the response to a read until the changes that it shows are on the disk", async () => {
    const world = await makeJournaled(never)
    stepTo(world, 1)
    const sent: Array<number> = []
    // The first write has begun, and a second change follows.
    await turn()
    stepTo(world, 2)
    world.journal.hold(() => sent.push(read(world.disk)?.size.seq ?? 0))
    await world.journal.close()
    assert.deepStrictEqual(sent, [2])
  })

  it("continues an existing file", async () => {
    const world = await makeJournaled(never)
    stepTo(world, 20)
    await world.journal.close()
    const stored = read(world.disk)!
    world.disk.set(path, Buffer.concat([world.disk.bytes(path), Buffer.from('["0011')]))
    const journal = await Journal.resume(world.journalOptions, stored.size)
    stored.exchange.recordCommands((command, atMillis) => journal.command(command, atMillis))
    stored.exchange.execute({ type: "createMarket", market: { ticker: "KXNEW-26-YES" } }, 0)
    await journal.close()
    const again = read(world.disk)
    assert.strictEqual(again?.size.seq, 21)
    assert.deepStrictEqual(again?.reports, [])
    assert.strictEqual(again && stateOf(again.exchange), stateOf(stored.exchange))
  })
})

describe("a state file", () => {
  it("that is cut at any byte of its journal gives the state after the last whole entry", async () => {
    const world = await makeJournaled(never)
    const { length: baseBytes } = world.disk.bytes(path)
    for (let changes = 1; changes <= sampleSize(6, 20); changes += 1 + (changes % 4)) {
      stepTo(world, changes)
      await turn()
      await world.journal.close()
    }
    const whole = world.disk.bytes(path)
    const ends = Array.from(linesOf([whole]), ({ endBytes }) => endBytes).filter((end) => end > baseBytes)
    const disk = new MemoryDisk()
    for (let length = baseBytes; length <= whole.length; length++) {
      disk.set(path, whole.subarray(0, length))
      const stored = read(disk)!
      const expected = ends.filter((end) => end <= length).length
      assert.strictEqual(stored.size.seq, expected, `cut at ${length}`)
      assert.strictEqual(stateOf(stored.exchange), world.states[expected], `cut at ${length}`)
      const isTorn = length !== baseBytes && !ends.includes(length)
      assert.strictEqual(/No request in this write got a response/.test(stored.reports.join()), isTorn)
    }
  }, 600_000)

  it("that is cut in its snapshot is refused", async () => {
    const { disk } = await makeJournaled(never)
    const whole = disk.bytes(path)
    for (let length = 0; length < whole.length; length += 1 + (length >> 6)) {
      disk.set(path, whole.subarray(0, length))
      assert.match(
        reasonOf(() => read(disk)),
        /(is not a state file|is corrupted at line 2, in its snapshot).*Restore the file from a copy, or remove it/
      )
    }
  })

  it("with one wrong byte gives an earlier state, or is refused", async () => {
    const world = await makeJournaled(never)
    for (let changes = 5; changes <= 40; changes += 5) {
      stepTo(world, changes)
      await world.journal.close()
    }
    const whole = world.disk.bytes(path)
    const disk = new MemoryDisk()
    const found = { earlier: 0, refused: 0 }
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(whole)
        damaged[at] = damaged[at]! ^ change
        disk.set(path, damaged)
        const reason = reasonOf(() => {
          const stored = read(disk)!
          assert.isBelow(stored.size.seq, 40)
          // Only the entries of the write that contains the damaged line are ignored.
          assert.isAtLeast(stored.size.seq, 35)
          assert.strictEqual(stateOf(stored.exchange), world.states[stored.size.seq])
          assert.strictEqual(stored.reports.length, 1)
        })
        assert.match(reason, /did not fail|is corrupted|is not a state file/)
        found[reason === "did not fail" ? "earlier" : "refused"]++
      }),
      { seed, numRuns: sampleSize(300, 5_000) }
    )
    assert.isAbove(Math.min(found.earlier, found.refused), 10)
  })

  it("with a damaged line before later writes is refused, with advice", async () => {
    const world = await makeJournaled(never)
    for (const changes of [3, 6, 9]) {
      stepTo(world, changes)
      await world.journal.close()
    }
    const lines = world.disk
      .bytes(path)
      .toString()
      .split(/(?<=\n)/)
    const base = lines.length - 9
    const disk = new MemoryDisk()
    const withLines = (changed: ReadonlyArray<string>): MemoryDisk => {
      disk.set(path, Buffer.from(changed.join("")))
      return disk
    }
    const garbled = (index: number) => lines.with(index, lines[index]!.replace("{", "#"))
    const bytes = Buffer.byteLength(lines.slice(0, base + 1).join(""))
    for (const changed of [garbled(base + 1), lines.toSpliced(base + 1, 1)]) {
      assert.include(
        reasonOf(() => read(withLines(changed))),
        `is corrupted at line ${base + 2} (byte ${bytes}), and later lines are intact, so this is not an interrupted write. Restore the file from a copy. To lose everything from this line on instead, keep a copy of the file and cut it: head -c ${bytes} ${path}`
      )
    }
    // In the last write, the first of three entries is damaged or missing, or lines that are no entries follow.
    for (const changed of [garbled(base + 6), lines.toSpliced(base + 6, 1), [...lines, lineOf("1"), "\n"]]) {
      const stored = read(withLines(changed))
      assert.strictEqual(stored?.size.seq, changed.length > lines.length ? 9 : 6)
      assert.match(
        stored?.reports.join() ?? "",
        /is damaged: ignored \d+ bytes after byte \d+\. Unless the power failed during the write, these bytes can contain/
      )
    }
  })

  it("of another format, version, seed or assumption is refused", async () => {
    const { disk } = await makeJournaled(never)
    const [head = "", ...rest] = disk
      .bytes(path)
      .toString()
      .split(/(?<=\n)/)
    const json = head.slice(12, -2)
    const other = new MemoryDisk()
    const withHead = (from: RegExp, to: string): MemoryDisk => {
      other.set(path, Buffer.from(lineOf(json.replace(from, to)) + rest.join("")))
      return other
    }
    const reason = (on: MemoryDisk, change: object = {}) => reasonOf(() => read(on, { ...options, ...change }))
    assert.strictEqual(reason(withHead(/$^/, "")), "did not fail")
    assert.match(reason(withHead(/"format":1/, '"format":2')), /has format 2, but this version needs format 1\. Use /)
    assert.match(
      reason(withHead(/"version":"[^"]*"/, '"version":"9.9.9"')),
      /version 9\.9\.9 wrote .* Use version 9\.9\.9/
    )
    assert.match(reason(disk, { seed: 6 }), /has seed 5, not 6\. Use seed 5, or/)
    assert.match(
      reason(disk, { assumptions: { transferMillis: 0 } }),
      /with the assumption transferMillis: 3000, not 0\. Use the value of the file, or/
    )
    assert.strictEqual(reason(disk, { assumptions: { transferMillis: 3_000, pythFeed: "refused" } }), "did not fail")
    other.set(path, Buffer.from("a text\n"))
    assert.match(reason(other), /is not a state file, or its first line is corrupted\. Name another file/)
  })

  it("is absent or whole after its creation was interrupted", async () => {
    const found = { none: 0, whole: 0 }
    for (let stopAfter = 1; stopAfter < 10; stopAfter++) {
      const disk = new MemoryDisk()
      disk.stopAfter = stopAfter
      const { options, states } = prepare(never, disk)
      const created = Journal.create(options)
      await Promise.race([
        created,
        (async () => {
          while (!disk.isStopped) await turn()
        })()
      ])
      for (const kept of [() => 0, () => 0.9, () => 1, undefined]) {
        const stored = read(disk.restarted(kept))
        found[stored === undefined ? "none" : "whole"]++
        if (stored !== undefined) assert.strictEqual(stateOf(stored.exchange), states[0])
      }
    }
    assert.isAbove(Math.min(found.none, found.whole), 3)
  })
})

describe("a compaction", () => {
  it("keeps the state, and bounds the journal", async () => {
    const world = await makeJournaled(after(10))
    for (let changes = 1; changes <= 100; changes++) {
      stepTo(world, changes)
      await world.journal.close()
      const stored = read(world.disk)
      assert.isAtMost(stored?.size.commands ?? Infinity, 10)
      assert.strictEqual(stored && stateOf(stored.exchange), world.states.at(-1))
    }
    assert.approximately(count(world.disk, "rename"), 11, 1)
    assert.isFalse(world.disk.has(`${path}.tmp`))
  })

  it("waits by default until the journal is as large as the snapshot", async () => {
    const world = await makeJournaled({ commands: 1, bytes: Infinity, share: 1 })
    for (let changes = 1; changes <= 150; changes++) {
      stepTo(world, changes)
      await world.journal.close()
      const { baseBytes = 0, journalBytes = Infinity } = read(world.disk)?.size ?? {}
      assert.isAtMost(journalBytes, baseBytes + 1_000)
    }
    assert.isAtMost(count(world.disk, "rename"), 8)
    assert.isAtLeast(count(world.disk, "rename"), 2)
  })

  for (const [name, kept] of [
    ["the end of the process", () => undefined],
    ["a power failure", (random: () => number) => random]
  ] as const) {
    it(`loses no acknowledged change if ${name} interrupts a disk operation`, async () => {
      const random = randomOf(seed)
      let operations = Infinity
      let interrupted = 0
      for (let stopAfter = 1; stopAfter <= operations; stopAfter++) {
        const world = await makeJournaled(after(7))
        const { disk } = world
        const created = disk.operations.length
        disk.stopAfter = created + stopAfter
        let answered = 0
        for (let round = 0; round < 12 && !disk.isStopped; round++) {
          for (let commands = 0; commands < 3; commands++) world.step()
          if (round === 6) world.reset()
          const seq = world.states.length - 1
          world.journal.hold(() => (answered = seq))
          const isOver = () => answered >= seq || disk.isStopped
          for (let turns = 0; turns < 12 && !isOver(); turns++) await turn()
        }
        if (!disk.isStopped) {
          operations = disk.operations.length - created
          break
        }
        interrupted += disk.operations.at(-1) === "sync" && disk.has(`${path}.tmp`) ? 1 : 0
        const stored = read(disk.restarted(kept(random)))
        assert.isDefined(stored)
        assert.isAtLeast(stored.size.seq, answered, `stopped at ${stopAfter}`)
        assert.strictEqual(stateOf(stored.exchange), world.states[stored.size.seq], `stopped at ${stopAfter}`)
      }
      assert.isAbove(operations, 30)
      assert.isBelow(operations, 200)
      assert.isAbove(interrupted, 0)
    })
  }

  it("that fails is reported and tried again later, and the journal continues", async () => {
    const world = await makeJournaled(after(5))
    world.disk.failing.add("create")
    for (let changes = 1; changes <= 40; changes++) {
      stepTo(world, changes)
      await world.journal.close()
    }
    assert.isUndefined(world.journal.failure)
    assert.isAtLeast(world.reports.length, 2)
    assert.isAtMost(world.reports.length, 6)
    assert.match(world.reports[0] ?? "", /cannot compact the state file .*ENOSPC/)
    assert.strictEqual(read(world.disk)?.size.seq, 40)
    world.disk.failing.clear()
    stepTo(world, 200)
    await world.journal.close()
    assert.strictEqual(read(world.disk)?.size.commands, 0)
    assert.strictEqual(stateOf(read(world.disk)!.exchange), world.states[200])
  })
})

describe("a journal on a failing disk", () => {
  for (const operation of ["append", "sync"] as const) {
    it(`stops if the disk cannot ${operation}, and keeps the acknowledged changes`, async () => {
      const world = await makeJournaled(never)
      stepTo(world, 10)
      await world.journal.close()
      world.disk.failing.add(operation)
      stepTo(world, 12)
      const answers: Array<string | undefined> = []
      let failures = 0
      world.journal.onFailure(() => failures++)
      world.journal.hold((failure) => answers.push(failure))
      await world.journal.close()
      world.disk.failing.clear()
      stepTo(world, 15)
      world.journal.hold((failure) => answers.push(failure))
      await world.journal.close()
      assert.strictEqual(failures, 1)
      assert.strictEqual(answers.length, 2)
      for (const answer of answers) {
        assert.match(answer ?? "", /cannot write the state file .*ENOSPC.*Remove the cause and restart/)
      }
      assert.deepStrictEqual(world.reports, [`kalshi-sandbox: ${world.journal.failure}`])
      assert.strictEqual(world.journal.waiting, 0)
      assert.isTrue(Exit.isFailure(await Effect.runPromiseExit(world.journal.saved)))
      const stored = read(world.disk.restarted(() => 0))
      assert.isAtLeast(stored?.size.seq ?? 0, 10)
      assert.strictEqual(stored && stateOf(stored.exchange), world.states[stored?.size.seq ?? 0])
    })
  }

  it("stops if it cannot save a reset, and keeps the state before the reset", async () => {
    const world = await makeJournaled(never)
    stepTo(world, 10)
    await world.journal.close()
    world.disk.failing.add("create")
    world.reset()
    const answers: Array<string | undefined> = []
    world.journal.hold((failure) => answers.push(failure))
    await world.journal.close()
    assert.match(answers.join(), /cannot write the state file/)
    assert.strictEqual(stateOf(read(world.disk)!.exchange), world.states[10])
  })
})

describe("the parts of a snapshot", () => {
  const joined = (value: unknown): unknown => {
    const parts = new Joined()
    toParts(value).forEach((text) => parts.add(JSON.parse(text) as Part))
    return parts.whole
  }

  it("give the original value when they are joined", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        assert.deepStrictEqual(joined(value), JSON.parse(JSON.stringify(value)))
      }),
      { seed, numRuns: sampleSize(200, 2_000) }
    )
  })

  it("give the original value even if it looks like a reference to a part", () => {
    const value = { details: { $list: 1 }, one: ["$list", 1], other: [["$list"], { deep: ["$list", ["$list", 2]] }] }
    assert.deepStrictEqual(joined(value), value)
  })

  it("are short even if arrays are long and deep", () => {
    const order = { id: "x".repeat(100), undefined, nested: { list: [1, 2, 3] } }
    const value = {
      few: [1, 2, 3],
      accounts: Array.from({ length: 3_000 }, (_, account) => ({
        account,
        orders: Array.from({ length: account === 7 ? 20_000 : 3 }, () => order),
        holdings: [{ positions: Array.from({ length: account === 8 ? 9_000 : 1 }, () => order) }]
      }))
    }
    const parts = toParts(value)
    assert.isAbove(parts.length, 10)
    assert.isBelow(Math.max(...parts.map(({ length }) => length)), 600_000)
    assert.deepStrictEqual(joined(value), JSON.parse(JSON.stringify(value)))
  })
})

const randomOf = (from: number) => {
  let state = from >>> 0
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}
