/**
 * Plays the lines of a recording: as fast as possible, or at their recorded times.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Entry } from "./reading.ts"
import type { Time } from "./units.ts"

export interface Playback {
  /** The speed relative to the recording. Undefined: as fast as possible. */
  readonly speed: number | undefined
  readonly from: Time | undefined
  readonly until: Time | undefined
}

export interface Player<E, R> {
  /** Called instead of `play` for each line before `from`. */
  readonly before: (entry: Entry) => void
  readonly play: (entry: Entry) => Effect.Effect<void, E, R> | undefined
  /** Called before a wait, and after each chunk of lines. */
  readonly flush: Effect.Effect<void, E, R>
}

const absolute = (time: Time, startMillis: number): number => ("at" in time ? time.at : startMillis + time.after)

class Pace {
  readonly #speed: number
  readonly #nowMillis: () => number
  /** The recorded and the played time of the first line after a restart. */
  #origin: { readonly recordedMillis: number; readonly playedMillis: number } | undefined

  constructor(speed: number, nowMillis: () => number) {
    this.#speed = speed
    this.#nowMillis = nowMillis
  }

  waitMillis(atMillis: number): number {
    this.#origin ??= { recordedMillis: atMillis, playedMillis: this.#nowMillis() }
    const { playedMillis, recordedMillis } = this.#origin
    return playedMillis + (atMillis - recordedMillis) / this.#speed - this.#nowMillis()
  }

  /** Skips the time between the last line of one run of `kalshi record` and the first line of the next. */
  restart(): void {
    this.#origin = undefined
  }
}

const shortestWaitMillis = 1

export const play = <E, R, E2, R2>(
  entries: Stream.Stream<ReadonlyArray<Entry>, E, R>,
  playback: Playback,
  player: Player<E2, R2>
): Effect.Effect<void, E | E2, R | R2> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const nowMillis = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
    const pace = playback.speed === undefined ? undefined : new Pace(playback.speed, nowMillis)
    let run: string | undefined
    let fromMillis: number | undefined
    let untilMillis = Number.POSITIVE_INFINITY
    const playEntry = (entry: Entry, atMillis: number) =>
      Effect.gen(function* () {
        const waitMillis = pace?.waitMillis(atMillis) ?? 0
        if (waitMillis >= shortestWaitMillis) {
          yield* player.flush
          yield* Effect.sleep(waitMillis)
        }
        yield* player.play(entry) ?? Effect.void
      })
    yield* Stream.runForEachWhile(entries, (chunk) =>
      Effect.gen(function* () {
        for (const entry of chunk) {
          const { line } = entry
          if (line.type === "recording" && line.recording_id !== run) {
            run = line.recording_id
            pace?.restart()
          }
          if (fromMillis === undefined) {
            fromMillis = playback.from === undefined ? Number.NEGATIVE_INFINITY : absolute(playback.from, line.at_ms)
            if (playback.until !== undefined) untilMillis = absolute(playback.until, line.at_ms)
          }
          if (line.at_ms > untilMillis) return false
          if (line.at_ms < fromMillis) {
            player.before(entry)
            continue
          }
          // Without a pace, no line waits, and `play` returns no effect for most lines.
          if (pace !== undefined) yield* playEntry(entry, line.at_ms)
          else yield* player.play(entry) ?? Effect.void
        }
        yield* player.flush
        return true
      })
    )
    yield* player.flush
  })
