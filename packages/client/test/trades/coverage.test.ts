/**
 * Lines are connections that deliver the same trades. `src/trades/coverage.ts` explains when a line is lost, unproven or
 * complete.
 */
import { assert, describe, it } from "@effect/vitest"
import { Coverage, type Interval } from "../../src/trades/coverage.ts"

const bounds = { disorderMillis: 1_000, lateMillis: 8_000 }

/** A coverage of `count` lines, and the holes that it has reported. */
const make = (count: number) => {
  const coverage = new Coverage(count, bounds)
  const holes: Array<Interval> = []
  const add = (hole: Interval | undefined) => void (hole !== undefined && holes.push(hole))
  return {
    coverage,
    holes,
    live: (line: number, nowMillis = 0) => add(coverage.live(line, nowMillis)),
    lost: (line: number) => add(coverage.lost(line)),
    trade: (line: number, atMillis: number, nowMillis = 0) => add(coverage.trade(line, atMillis, nowMillis)),
    statuses: () => Array.from({ length: count }, (_, line) => coverage.statusOf(line))
  }
}

/** Two complete lines, whose last trades are both at 13,000. */
const complete = () => {
  const made = make(2)
  made.live(0)
  made.live(1)
  for (const atMillis of [10_000, 13_000]) for (const line of [0, 1]) made.trade(line, atMillis)
  assert.deepStrictEqual(made.statuses(), ["complete", "complete"])
  return made
}

describe("Coverage", () => {
  it("keeps a lost line lost if it delivers a trade", () => {
    const { lost, statuses, trade } = complete()
    const fresh = make(1)
    fresh.trade(0, 10_000)
    assert.deepStrictEqual(fresh.statuses(), ["lost"])
    lost(1)
    trade(1, 14_000)
    assert.deepStrictEqual(statuses(), ["complete", "lost"])
  })

  it("keeps a late line lost after its next trade if it has also lost messages", () => {
    const { coverage, lost, statuses, trade } = complete()
    trade(0, 20_000)
    assert.deepStrictEqual(coverage.tick(8_000), [])
    assert.deepStrictEqual(statuses(), ["complete", "lost"])
    lost(1)
    trade(1, 20_000, 8_000)
    assert.deepStrictEqual(statuses(), ["complete", "lost"])
  })

  it("begins the next hole no later than the last trade of a complete line, even if a lost line has later trades", () => {
    const { holes, live, lost, trade } = complete()
    for (const line of [0, 1]) lost(line)
    trade(0, 40_000)
    live(0, 30_000)
    lost(0)
    live(0, 50_000)
    assert.deepStrictEqual(holes, [
      { sinceMillis: 12_000, untilMillis: 30_000 },
      { sinceMillis: 12_000, untilMillis: 50_000 }
    ])
  })

  it("begins the next hole no later than the last trade of a line that has become complete", () => {
    const { holes, live, lost, statuses, trade } = complete()
    lost(1)
    live(1, 20_000)
    trade(1, 20_000)
    trade(1, 40_000)
    trade(0, 22_001)
    assert.deepStrictEqual(statuses(), ["complete", "complete"])
    for (const line of [0, 1]) lost(line)
    live(0, 50_000)
    assert.deepStrictEqual(holes, [{ sinceMillis: 39_000, untilMillis: 50_000 }])
  })

  it("completes the unproven line that became live first, whatever its index", () => {
    for (const [order, expected] of [
      [
        [1, 2],
        ["lost", "complete", "unproven"]
      ],
      [
        [2, 1],
        ["lost", "unproven", "complete"]
      ]
    ] as const) {
      const { holes, live, lost, statuses } = make(3)
      live(0, 1_000)
      for (const [place, line] of order.entries()) live(line, 2_000 + place)
      lost(0)
      assert.deepStrictEqual<ReadonlyArray<string>>(statuses(), expected)
      assert.deepStrictEqual(holes, [{ sinceMillis: -59_000, untilMillis: 2_000 }])
    }
  })

  it("completes the unproven line with the lowest index if several became live at the same time", () => {
    const { live, lost, statuses } = make(3)
    live(0, 1_000)
    for (const line of [2, 1]) live(line, 2_000)
    lost(0)
    assert.deepStrictEqual(statuses(), ["lost", "complete", "unproven"])
  })

  it("reports no hole while another line is complete", () => {
    const { holes, live, lost, statuses, trade } = make(3)
    for (const line of [0, 1, 2]) live(line)
    for (const line of [0, 1]) trade(line, 10_000)
    trade(0, 12_001)
    assert.deepStrictEqual(statuses(), ["complete", "complete", "unproven"])
    lost(0)
    assert.deepStrictEqual(statuses(), ["lost", "complete", "unproven"])
    assert.deepStrictEqual(holes, [])
  })

  it("completes an unproven line if a complete line has a trade more than twice disorderMillis after the unproven line's first trade", () => {
    const { live, lost, statuses, trade } = complete()
    lost(1)
    live(1)
    trade(1, 20_000)
    trade(0, 22_000)
    assert.deepStrictEqual(statuses(), ["complete", "unproven"])
    trade(0, 22_001)
    assert.deepStrictEqual(statuses(), ["complete", "complete"])
  })

  it("begins a hole no later than the last trade of the complete line, even if an unproven line has later trades", () => {
    const { holes, live, lost, trade } = complete()
    lost(1)
    live(1, 20_000)
    trade(1, 30_000)
    lost(0)
    assert.deepStrictEqual(holes, [{ sinceMillis: 12_000, untilMillis: 20_000 }])
  })

  it("returns a hole if the only complete line is too late, and treats this line as live after its next trade", () => {
    const { coverage, live, lost, statuses, trade } = complete()
    lost(1)
    live(1, 20_000)
    trade(1, 30_000, 30_000)
    assert.strictEqual(coverage.nextMillis(), 38_000)
    assert.deepStrictEqual(coverage.tick(37_999), [])
    assert.deepStrictEqual(coverage.tick(38_000), [{ sinceMillis: 12_000, untilMillis: 20_000 }])
    assert.deepStrictEqual(statuses(), ["lost", "complete"])
    trade(0, 29_000, 40_000)
    assert.deepStrictEqual(statuses(), ["unproven", "complete"])
  })

  it("completes two unproven lines at once if the first has delivered the trades that the second lacks", () => {
    const { live, lost, statuses, trade } = make(3)
    live(0, 1_000)
    live(1, 2_000)
    live(2, 3_000)
    trade(2, 10_000)
    trade(1, 10_000)
    trade(1, 12_001)
    assert.deepStrictEqual(statuses(), ["complete", "unproven", "unproven"])
    lost(0)
    assert.deepStrictEqual(statuses(), ["lost", "complete", "complete"])
  })

  it("keeps the deadline of a line until the line delivers a trade with the time of the missing trade", () => {
    const { coverage, trade } = complete()
    trade(0, 20_000, 1_000)
    assert.strictEqual(coverage.nextMillis(), 9_000)
    trade(1, 19_999, 2_000)
    assert.strictEqual(coverage.nextMillis(), 9_000)
    trade(1, 20_000, 3_000)
    assert.isUndefined(coverage.nextMillis())
  })

  it("has no deadline for an unproven or lost line, or for a line that is at most disorderMillis behind", () => {
    const { coverage, live, lost, trade } = complete()
    trade(0, 14_000)
    assert.isUndefined(coverage.nextMillis())
    trade(0, 14_001)
    assert.strictEqual(coverage.nextMillis(), 8_000)
    lost(1)
    trade(0, 20_000)
    assert.isUndefined(coverage.nextMillis())
    live(1)
    trade(0, 30_000)
    assert.isUndefined(coverage.nextMillis())
  })

  it("is due at the earliest deadline of the late lines", () => {
    for (const [early, late] of [
      [1, 2],
      [2, 1]
    ] as const) {
      const { coverage, live, statuses, trade } = make(3)
      for (const line of [0, 1, 2]) live(line)
      for (const atMillis of [10_000, 13_000]) for (const line of [0, 1, 2]) trade(line, atMillis)
      trade(late, 20_000, 1_000)
      trade(0, 20_000, 1_000)
      trade(0, 30_000, 2_000)
      assert.strictEqual(coverage.nextMillis(), 9_000)
      assert.deepStrictEqual(coverage.tick(9_000), [])
      assert.strictEqual(statuses()[early], "lost")
      assert.strictEqual(coverage.nextMillis(), 10_000)
    }
  })
})
