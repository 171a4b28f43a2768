import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { parseLine } from "../../src/record/lines.ts"
import { play, type Playback } from "../../src/record/play.ts"
import type { Entry } from "../../src/record/reading.ts"
import { frame, header, startMillis } from "./support/recordings.ts"

const entryOf = (text: string): Entry => ({ text, line: parseLine(text)! }) // a valid line

const all: Playback = { speed: undefined, from: undefined, until: undefined }

/** Plays lines in virtual time. Returns the time of each played line, and the number of lines before each flush. */
const times = (lines: ReadonlyArray<string>, playback: Partial<Playback>) =>
  Effect.gen(function* () {
    const startedMillis = yield* Clock.currentTimeMillis
    const played: Array<readonly [afterMillis: number, playedMillis: number]> = []
    const before: Array<number> = []
    let waiting = 0
    const flushed: Array<number> = []
    const running = yield* Effect.forkChild(
      play(
        Stream.make(lines.map(entryOf)),
        { ...all, ...playback },
        {
          before: ({ line }) => void before.push(line.at_ms - startMillis),
          play: ({ line }) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              waiting++
              played.push([line.at_ms - startMillis, now - startedMillis])
            }),
          flush: Effect.sync(() => {
            if (waiting > 0) flushed.push(waiting)
            waiting = 0
          })
        }
      )
    )
    yield* TestClock.adjust("1 hour")
    yield* Fiber.join(running)
    return { played, before, flushed }
  })

const second = (run: string, afterMillis: number) => header({ recording_id: run, at_ms: startMillis + afterMillis })

describe("play", () => {
  const lines = [header(), frame(0, {}), frame(2_000, {}), frame(2_000, {}), frame(10_000, {})]

  it.effect("plays all lines without waiting if there is no speed", () =>
    Effect.gen(function* () {
      const { flushed, played } = yield* times(lines, {})
      assert.deepStrictEqual(
        played.map(([, millis]) => millis),
        [0, 0, 0, 0, 0]
      )
      assert.deepStrictEqual(flushed, [5])
    })
  )

  it.effect("plays lines at the recorded times divided by the speed, and flushes before each wait", () =>
    Effect.gen(function* () {
      const { flushed, played } = yield* times(lines, { speed: 2 })
      assert.deepStrictEqual(
        played.map(([, millis]) => millis),
        [0, 0, 1_000, 1_000, 5_000]
      )
      assert.deepStrictEqual(flushed, [2, 2, 1])
    })
  )

  it.effect("does not wait for the time between two runs of `kalshi record`", () =>
    Effect.gen(function* () {
      const { played } = yield* times([...lines, second("two", 900_000), frame(901_000, {}, 1)], { speed: 1 })
      assert.deepStrictEqual(played.slice(-3), [
        [10_000, 10_000],
        [900_000, 10_000],
        [901_000, 11_000]
      ])
    })
  )

  it.effect("skips the lines before --from without waiting, and stops after --until", () =>
    Effect.gen(function* () {
      const range = { speed: 1, from: { after: 1_000 }, until: { at: startMillis + 5_000 } }
      const { before, played } = yield* times(lines, range)
      assert.deepStrictEqual(before, [0, 0])
      assert.deepStrictEqual(played, [
        [2_000, 0],
        [2_000, 0]
      ])
    })
  )
})
