import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, type Fiber } from "effect"
import * as VirtualTime from "../../src/runner/VirtualTime.ts"

const timeOf = (fiber: Fiber.Fiber<number>): number | undefined => {
  const exit = fiber.pollUnsafe()
  return exit?._tag === "Success" ? exit.value : undefined
}

describe("VirtualTime", () => {
  it("stands still until it is advanced, and then fires what is due in order", () => {
    const time = VirtualTime.make(1_000)
    const order: Array<string> = []
    const sleeper = (name: string, millis: number) =>
      time.fork(
        Effect.andThen(
          Effect.sleep(millis),
          Effect.andThen(
            Effect.sync(() => order.push(name)),
            Clock.currentTimeMillis
          )
        )
      )
    const late = sleeper("late", 20)
    const soon = sleeper("soon", 10)
    const tied = sleeper("tied", 10)
    assert.strictEqual(time.timers(), 3)
    assert.strictEqual(time.nextMillis(), 1_010)
    time.advanceTo(1_015)
    assert.deepStrictEqual([timeOf(soon), timeOf(tied), timeOf(late)], [1_010, 1_010, undefined])
    time.advanceTo(9_000)
    assert.deepStrictEqual(order, ["soon", "tied", "late"])
    assert.strictEqual(timeOf(late), 1_020)
    assert.strictEqual(time.nowMillis(), 9_000)
  })

  it("wakes what sets a new timer while it is advanced past both", () => {
    const time = VirtualTime.make(0)
    const fiber = time.fork(Effect.andThen(Effect.sleep(5), Effect.andThen(Effect.sleep(5), Clock.currentTimeMillis)))
    time.advanceTo(10)
    assert.strictEqual(timeOf(fiber), 10)
  })

  it("counts a timer until it fires or its fiber is interrupted", () => {
    const time = VirtualTime.make(0)
    const fiber = time.fork(Effect.timeoutOption(Effect.never, 50))
    assert.strictEqual(time.timers(), 1)
    fiber.interruptUnsafe()
    time.advanceTo(0)
    assert.strictEqual(time.timers(), 0)
    assert.strictEqual(fiber.pollUnsafe()?._tag, "Failure")
  })

  it("has a monotonic clock that starts at nought", () => {
    const time = VirtualTime.make(1_700_000_000_000)
    const fiber = time.fork(Effect.andThen(Effect.sleep(1_500), Clock.monotonicTimeNanos))
    time.advanceTo(time.nowMillis() + 1_500)
    const exit = fiber.pollUnsafe()
    assert.strictEqual(exit?._tag === "Success" && exit.value, 1_500_000_000n)
  })

  it("refuses a program that never comes to rest", () => {
    const time = VirtualTime.make(0)
    assert.throws(() => time.fork(Effect.forever(Effect.yieldNow)), /does not come to rest/)
  })
})
