import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Timers } from "../../src/exchange/timers.ts"
import { seed } from "../support/floor.ts"

const atMillis = fc.nat(20)
const key = fc.constantFrom("a", "b", "c", "d", undefined)
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("add" as const), atMillis, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), key: fc.constantFrom("a", "b", "c", "d") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("take" as const), atMillis }) }
)

describe("Timers", () => {
  it("fires timers by their time, then in the order in which they were added, and keeps one timer per key", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60, size: "max" }), (commands) => {
        const timers = new Timers<number>()
        let model: Array<{ readonly atMillis: number; readonly value: number; readonly key: string | undefined }> = []
        for (const [value, command] of commands.entries()) {
          if (command.do === "take") {
            const first = model[0]
            const due = first !== undefined && first.atMillis <= command.atMillis ? first.value : undefined
            assert.strictEqual(timers.take(command.atMillis)?.value, due)
            model = due === undefined ? model : model.slice(1)
          } else {
            model = model.filter((timer) => timer.key === undefined || timer.key !== command.key)
            if (command.do === "add") {
              timers.add(command.atMillis, value, command.key)
              model.push({ atMillis: command.atMillis, value, key: command.key })
              model.sort((left, right) => left.atMillis - right.atMillis || left.value - right.value)
            } else {
              timers.delete(command.key)
            }
          }
          assert.strictEqual(timers.nextMillis(), model[0]?.atMillis)
          assert.deepStrictEqual(
            timers.inOrder().map((timer) => timer.value),
            model.map((timer) => timer.value)
          )
        }
      }),
      { seed, numRuns: 300 }
    )
  })
})
