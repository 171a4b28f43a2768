/**
 * Events as newline-delimited JSON.
 *
 * @module
 */
import type * as Feed from "@kalshi-effect/client/Feed"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Output } from "../output/Output.ts"
import { lineStates, requireConnection } from "./session.ts"

/** An event: a line of the output. */
export interface Event {
  readonly type: string
  /** When it arrived or happened: ISO 8601. */
  readonly time: string
  readonly [member: string]: unknown
}

/** A time as the events have it. */
export const isoOf = (millis: number): string => new Date(millis).toISOString()

const lineEvents: Stream.Stream<Event, never, Feed.KalshiFeed> = Stream.mapEffect(
  lineStates,
  ({ _tag, ...details }) =>
    Effect.map(Clock.currentTimeMillis, (nowMillis) => {
      const { sinceMillis: _, ...shown } = { sinceMillis: 0, ...details }
      return { type: "line", time: isoOf(nowMillis), state: _tag, ...shown }
    })
)

/** Adds the states of the line to the events of a subscription. Fails if the first connection cannot be opened. */
export const withLineEvents = <E, R>(events: Stream.Stream<Event, E, R>) =>
  Stream.merge(lineEvents, events).pipe(Stream.merge(Stream.drain(Stream.fromEffect(requireConnection))))

const lineOf = (event: Event): string => `${JSON.stringify(event)}\n`

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Prints events, many at once if many wait. If the stream fails, for example because the reader is too slow, the last line
 * says why no event follows.
 */
export const printEvents = <E, R>(events: Stream.Stream<Event, E, R>) =>
  Effect.gen(function* () {
    const screen = yield* Output
    const ended = Effect.fnUntraced(function* (error: E) {
      const time = isoOf(yield* Clock.currentTimeMillis)
      yield* screen.write(lineOf({ type: "ended", time, reason: messageOf(error) }))
      return yield* Effect.fail(error)
    })
    const guarded = Stream.catch(events, (error) => Stream.fromEffect(ended(error)))
    return yield* Stream.runForEachArray(guarded, (batch) => screen.write(batch.map(lineOf).join("")))
  })
