import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import { Queue, type Waiting } from "../src/internal/limitsQueue.ts"
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
            if (first !== undefined) queue.postpone(first, first.deadlineMillis + one.byMillis)
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
          assert.strictEqual(next?.deadlineMillis ?? Number.POSITIVE_INFINITY, earliest(here))
          if (next !== undefined) assert.include(here, next)
        }
      }),
      100
    )
  })

  it("gives deadlines in their order where hundreds of calls wait and most of them leave", () => {
    hold(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 1_000 }), fc.nat({ max: 3 })), { minLength: 100, maxLength: 300 }),
        (calls) => {
          const queue = new Queue<Waiting>()
          const here = new Set<Waiting>()
          for (const [deadlineMillis] of calls) {
            const call = { cost: 1, urgent: false, deadlineMillis, isPlaced: false }
            here.add(call)
            queue.enter(call)
          }
          for (const [index, call] of [...here].entries()) {
            if (calls[index]![1] === 0) continue
            here.delete(call)
            queue.leave(call)
          }
          const deadlines = Array.from(here, (call) => call.deadlineMillis).sort((a, b) => a - b)
          const given: Array<number> = []
          for (let next = queue.nextDeadline(); next !== undefined; next = queue.nextDeadline()) {
            given.push(next.deadlineMillis)
            if (given.length > deadlines.length) break
            queue.leave(next)
          }
          assert.deepStrictEqual(given, deadlines)
        }
      ),
      30
    )
  })
})
