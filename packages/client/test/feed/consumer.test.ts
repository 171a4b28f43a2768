import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Consumer, defaultBufferSize } from "../../src/feed/consumer.ts"

describe("Consumer", () => {
  it.effect("counts the waiting events, and reports the first event that does not fit into the buffer", () =>
    Effect.gen(function* () {
      const consumer = yield* Consumer.make<number>("trade", 2)
      assert.strictEqual(consumer.size, 0)
      assert.deepStrictEqual(
        [1, 2, 3, 4].map((event) => consumer.offer(event)),
        [true, true, false, true]
      )
      assert.strictEqual(consumer.size, 2)
    })
  )

  it("has room for 65,536 events by default", () => {
    assert.strictEqual(defaultBufferSize, 65_536)
  })
})
