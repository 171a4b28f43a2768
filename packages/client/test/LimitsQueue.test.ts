import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import { Queue, type Waiting } from "../src/limits/queue.ts"
import { hold } from "./support/money.ts"

const waiting = fc.record({
  cost: fc.integer({ min: 1, max: 9 }),
  urgent: fc.boolean(),
  deadlineMillis: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 50 })),
  isPlaced: fc.boolean()
})

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("enter" as const), call: waiting }) },
  fc.record({ do: fc.constantFrom("leave" as const, "place" as const), index: fc.nat() }),
  fc.record({ do: fc.constant("postpone" as const), byMillis: fc.nat({ max: 20 }) })
)

const total = (calls: ReadonlyArray<Waiting>): number => calls.reduce((sum, { cost }) => sum + cost, 0)

const earliest = (calls: ReadonlyArray<Waiting>): number => Math.min(...calls.map((call) => call.deadlineMillis))

describe("Queue", () => {
  it("serves urgent calls first and each urgency in the order of arrival, whoever leaves", () => {
    hold(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new Queue<Waiting>()
        const everyone: Array<Waiting> = []
        const here: Array<Waiting> = []
        for (const one of steps) {
          if (one.do === "enter") {
            const call = { ...one.call }
            everyone.push(call)
            here.push(call)
            queue.enter(call)
          } else if (one.do === "postpone") {
            const first = queue.nextDeadline()
            const deadlineMillis = (first?.deadlineMillis ?? 0) + one.byMillis
            if (first !== undefined) queue.postpone(first, deadlineMillis)
            assert.strictEqual(first?.deadlineMillis ?? deadlineMillis, deadlineMillis)
          } else if (everyone.length > 0) {
            // It may have left before.
            const call = everyone[one.index % everyone.length]!
            if (one.do === "place") {
              queue.place(call)
              assert.isTrue(call.isPlaced)
            } else {
              queue.leave(call)
              if (here.includes(call)) here.splice(here.indexOf(call), 1)
            }
          }
          const urgent = here.filter((call) => call.urgent)
          const served = [...urgent, ...here.filter((call) => !call.urgent)]
          // Asked for one more than there are: a list that went round in a circle would have no end.
          assert.deepStrictEqual(queue.first(served.length + 1), served)
          assert.deepStrictEqual(queue.first(2), served.slice(0, 2))
          assert.deepStrictEqual([...queue], served)
          assert.strictEqual(queue.size, here.length)
          for (const call of everyone) assert.strictEqual(queue.has(call), here.includes(call))
          assert.deepStrictEqual([queue.costAhead(true), queue.costAhead(false)], [total(urgent), total(here)])
          assert.deepStrictEqual(
            [queue.unplacedCostAhead(true), queue.unplacedCostAhead(false)],
            [total(urgent.filter((call) => !call.isPlaced)), total(here.filter((call) => !call.isPlaced))]
          )
          const next = queue.nextDeadline()
          if (earliest(here) === Number.POSITIVE_INFINITY) assert.isUndefined(next)
          else assert.strictEqual(next?.deadlineMillis, earliest(here))
          if (next !== undefined) assert.include(here, next)
        }
      }),
      100
    )
  })

  it("gives deadlines in their order where hundreds of calls wait and most of them leave", () => {
    for (const staying of [1, 2, 3, 4, 7, 50]) {
      const queue = new Queue<Waiting>()
      // All different, and in no order.
      const calls = Array.from({ length: 400 }, (_, index) => ({
        cost: 1,
        urgent: false,
        deadlineMillis: (index * 7_919) % 1_009,
        isPlaced: false
      }))
      for (const call of calls) queue.enter(call)
      for (const [index, call] of calls.entries()) if (index % staying !== 0) queue.leave(call)
      const deadlines = calls.filter((call) => queue.has(call)).map((call) => call.deadlineMillis)
      const given: Array<number> = []
      for (let next = queue.nextDeadline(); next !== undefined; next = queue.nextDeadline()) {
        given.push(next.deadlineMillis)
        if (given.length > calls.length) break
        queue.leave(next)
      }
      assert.deepStrictEqual(
        given,
        deadlines.toSorted((a, b) => a - b)
      )
    }
  })
})
