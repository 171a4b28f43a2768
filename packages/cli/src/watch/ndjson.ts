/**
 * Events as newline-delimited JSON.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Output } from "../output/Output.ts"
import { formatJson } from "../output/plain.ts"
import type { LineState } from "./lineState.ts"
import { checkFirst, lineStates } from "./session.ts"

export interface Event {
  readonly type: string
  /** When the event arrived or happened, in ISO 8601. */
  readonly time: string
  readonly [member: string]: unknown
}

export const isoOf = (millis: number): string => new Date(millis).toISOString()

/**
 * Adds the states of the line (the connections to the exchange) to the events of an open subscription. The events begin
 * after the state `live`. Fails if the first connection cannot be opened.
 */
export const withLineEvents = <E, R>(events: Stream.Stream<Event, E, R>) =>
  Stream.suspend(() => {
    let last: LineState | undefined
    const states = Stream.filter(lineStates, (state) => {
      // The second stream of states begins with the last state of the first stream.
      const isNew = JSON.stringify(state) !== JSON.stringify(last)
      last = state
      return isNew
    })
    const first = Stream.takeUntil(states, ({ _tag }) => _tag === "live" || _tag === "refused")
    const checked = Stream.flatMap(first, (state) =>
      Stream.concat(Stream.fromEffect(lineEvent(state)), Stream.drain(Stream.fromEffect(checkFirst(state))))
    )
    return Stream.concat(checked, Stream.merge(Stream.mapEffect(states, lineEvent), events))
  })

const lineEvent = (state: LineState) =>
  Effect.map(Clock.currentTimeMillis, (nowMillis): Event => {
    const { _tag, ...details } = state
    const { sinceMillis: _, ...shown } = { sinceMillis: 0, ...details }
    return { type: "line", time: isoOf(nowMillis), state: _tag, ...shown }
  })

const lineOf = (event: Event): string => `${formatJson(event)}\n`

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Prints each event as one line. If many events wait, one write prints many of them. If the stream fails, for example
 * because the reader is too slow, the last line contains the reason.
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
