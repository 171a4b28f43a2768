import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { OutputClosed } from "../../src/app/failures.ts"
import { Csv, Json } from "../../src/app/settings.ts"
import * as Output from "../../src/output/Output.ts"

const recorder = (writes: Array<string>, closesAfter = Number.POSITIVE_INFINITY): Output.Screen => ({
  isTerminal: false,
  canPrompt: false,
  columns: undefined,
  paint: (_style, text) => text,
  note: () => Effect.void,
  write: (text) =>
    Effect.suspend(() => {
      if (writes.length >= closesAfter) return Effect.fail(new OutputClosed())
      writes.push(text)
      return Effect.void
    })
})

const columns: ReadonlyArray<Output.Column<number>> = [{ name: "number", value: String }]

const print = <E>(format: Output.Format, rows: Stream.Stream<number, E>, writes: Array<string>, closesAfter?: number) =>
  Output.stream(columns, rows, { empty: "nothing" }).pipe(
    Effect.provideService(Output.Output, recorder(writes, closesAfter)),
    Effect.provideService(Json, format === "json"),
    Effect.provideService(Csv, format === "csv")
  )

describe("Output.stream", () => {
  it.effect("writes a long list part by part, as one JSON array", () =>
    Effect.gen(function* () {
      const writes: Array<string> = []
      yield* print("json", Stream.range(1, 100_000), writes)
      const numbers = JSON.parse(writes.join(""))
      assert.deepStrictEqual([numbers.length, numbers[0], numbers.at(-1)], [100_000, 1, 100_000])
      assert.isAtMost(Math.max(...writes.map(({ length }) => length)), 10_000)
    })
  )

  it.effect("writes the header only once, in a table and in a CSV", () =>
    Effect.gen(function* () {
      for (const format of ["human", "csv"] as const) {
        const writes: Array<string> = []
        yield* print(format, Stream.range(1, 2500), writes)
        const lines = writes.join("").trimEnd().split(/\r?\n/)
        assert.deepStrictEqual(lines, ["number", ...Array.from({ length: 2500 }, (_, index) => String(index + 1))])
        assert.strictEqual(writes.length, 3)
      }
    })
  )

  it.effect("prints an empty list in each format", () =>
    Effect.gen(function* () {
      for (const [format, expected] of [
        ["human", "nothing\n"],
        ["csv", "number\r\n"],
        ["json", "[]\n"]
      ] as const) {
        const writes: Array<string> = []
        yield* print(format, Stream.empty, writes)
        assert.strictEqual(writes.join(""), expected)
      }
    })
  )

  it.effect("does not close the JSON array if reading fails midway", () =>
    Effect.gen(function* () {
      const writes: Array<string> = []
      const rows = Stream.concat(Stream.range(1, 1000), Stream.fail("broken"))
      assert.strictEqual(yield* Effect.flip(print("json", rows, writes)), "broken")
      assert.match(writes.join(""), /^\[1,2,[\d,]*,1000$/)
    })
  )

  it.effect("stops reading when the output is closed", () =>
    Effect.gen(function* () {
      let read = 0
      const rows = Stream.tap(Stream.range(1, 1_000_000), () => Effect.sync(() => void read++))
      const error = yield* Effect.flip(print("csv", rows, [], 1))
      assert.instanceOf(error, OutputClosed)
      assert.isBelow(read, 20_000)
    })
  )
})

describe("Output.formatFields", () => {
  it("aligns values, and omits fields without a value", () => {
    const screen = { paint: (_style: unknown, text: string) => text }
    assert.strictEqual(
      Output.formatFields(screen, [
        ["a", "1"],
        ["long name", "2"],
        ["none", undefined]
      ]),
      "a          1\nlong name  2"
    )
  })
})
