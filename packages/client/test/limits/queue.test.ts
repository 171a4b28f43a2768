import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import { type Waiting, WaitingQueue } from "../../src/limits/queue.ts"
import { hold } from "../support/money.ts"

const waiting = fc.record({
  cost: fc.integer({ min: 1, max: 9 }),
  urgent: fc.boolean(),
  deadlineMillis: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 50 })),
  isInStore: fc.boolean()
})

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("enqueue" as const), call: waiting }) },
  fc.record({ do: fc.constantFrom("remove" as const, "markInStore" as const), index: fc.nat() }),
  fc.record({ do: fc.constant("postpone" as const), byMillis: fc.nat({ max: 20 }) })
)

const total = (calls: ReadonlyArray<Waiting>): number => calls.reduce((sum, { cost }) => sum + cost, 0)

const earliest = (calls: ReadonlyArray<Waiting>): number => Math.min(...calls.map((call) => call.deadlineMillis))

describe("WaitingQueue", () => {
  it("serves urgent calls first, then the others in order of arrival, even if calls leave the queue", () => {
    hold(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new WaitingQueue<Waiting>()
        const all: Array<Waiting> = []
        const queued: Array<Waiting> = []
        for (const action of steps) {
          if (action.do === "enqueue") {
            const call = { ...action.call }
            all.push(call)
            queued.push(call)
            queue.enqueue(call)
          } else if (action.do === "postpone") {
            const first = queue.nextDeadline()
            const deadlineMillis = (first?.deadlineMillis ?? 0) + action.byMillis
            if (first !== undefined) queue.postpone(first, deadlineMillis)
            assert.strictEqual(first?.deadlineMillis ?? deadlineMillis, deadlineMillis)
          } else if (all.length > 0) {
            const call = all[action.index % all.length]!
            if (action.do === "markInStore") {
              queue.markInStore(call)
              assert.isTrue(call.isInStore)
            } else {
              queue.remove(call)
              if (queued.includes(call)) queued.splice(queued.indexOf(call), 1)
            }
          }
          const urgent = queued.filter((call) => call.urgent)
          const served = [...urgent, ...queued.filter((call) => !call.urgent)]
          // Asks for one call more than the queue holds. A circular list would return the first call again.
          assert.deepStrictEqual(queue.first(served.length + 1), served)
          assert.deepStrictEqual(queue.first(2), served.slice(0, 2))
          assert.deepStrictEqual([...queue], served)
          assert.strictEqual(queue.size, queued.length)
          for (const call of all) assert.strictEqual(queue.has(call), queued.includes(call))
          for (const [index, call] of served.entries()) {
            assert.strictEqual(queue.costBefore(call), total(served.slice(0, index)))
          }
          assert.deepStrictEqual([queue.costAhead(true), queue.costAhead(false)], [total(urgent), total(queued)])
          assert.deepStrictEqual(
            [queue.costAheadOutsideStore(true), queue.costAheadOutsideStore(false)],
            [total(urgent.filter((call) => !call.isInStore)), total(queued.filter((call) => !call.isInStore))]
          )
          const next = queue.nextDeadline()
          if (earliest(queued) === Number.POSITIVE_INFINITY) assert.isUndefined(next)
          else assert.strictEqual(next?.deadlineMillis, earliest(queued))
          if (next !== undefined) assert.include(queued, next)
        }
      }),
      100
    )
  })

  it("returns the deadlines of the waiting calls in ascending order, however many calls have left", () => {
    for (const staying of [1, 2, 3, 4, 7, 50]) {
      const queue = new WaitingQueue<Waiting>()
      // The deadlines are distinct and unsorted.
      const calls = Array.from({ length: 400 }, (_, index) => ({
        cost: 1,
        urgent: false,
        deadlineMillis: (index * 7_919) % 1_009,
        isInStore: false
      }))
      for (const call of calls) queue.enqueue(call)
      for (const [index, call] of calls.entries()) if (index % staying !== 0) queue.remove(call)
      const deadlines = calls.filter((call) => queue.has(call)).map((call) => call.deadlineMillis)
      const returned: Array<number> = []
      for (let next = queue.nextDeadline(); next !== undefined; next = queue.nextDeadline()) {
        returned.push(next.deadlineMillis)
        if (returned.length > calls.length) break
        queue.remove(next)
      }
      assert.deepStrictEqual(
        returned,
        deadlines.toSorted((a, b) => a - b)
      )
    }
  })

  it("returns the earliest deadline while hundreds of calls arrive and leave", () => {
    const queue = new WaitingQueue<Waiting>()
    const left: Array<number> = []
    const serveFirst = () => {
      const next = queue.nextDeadline()
      assert.strictEqual(next?.deadlineMillis, Math.min(...left))
      left.splice(left.indexOf(next!.deadlineMillis), 1)
      queue.remove(next!)
    }
    for (let step = 1; step <= 600; step++) {
      const deadlineMillis = (step * 7_919) % 1_009
      left.push(deadlineMillis)
      queue.enqueue({ cost: 1, urgent: false, deadlineMillis, isInStore: false })
      if (step % 3 === 0) serveFirst()
    }
    while (left.length > 0) serveFirst()
    assert.isUndefined(queue.nextDeadline())
  })

  it("releases the memory of calls that left, even while a call with an earlier deadline waits", async () => {
    setFlagsFromString("--expose-gc")
    const collectGarbage: () => void = runInNewContext("gc")
    const queue = new WaitingQueue<Waiting>()
    queue.enqueue({ cost: 1, urgent: false, deadlineMillis: 0, isInStore: false })
    const enqueueAll = (): ReadonlyArray<Waiting> =>
      Array.from({ length: 1_000 }, (_, index) => {
        const call = { cost: 1, urgent: false, deadlineMillis: 1 + index, isInStore: false }
        queue.enqueue(call)
        return call
      })
    const comeAndGo = (): ReadonlyArray<WeakRef<Waiting>> =>
      enqueueAll().map((call) => {
        queue.remove(call)
        return new WeakRef(call)
      })
    const calls = comeAndGo()
    // JavaScript keeps the target of a new WeakRef until the current job ends.
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    assert.isBelow(calls.filter((call) => call.deref() !== undefined).length, 100)
  })
})
