/**
 * A clock and a scheduler. Only `advanceTo` advances their time. Programs run synchronously, so a thousand calls of one
 * minute each finish immediately and deterministically.
 *
 * Effect's `TestClock` waits for the event loop between two steps. This module runs the fibers itself, which makes
 * properties with many cases fast, and it counts the active timers. A program must not wait for a real promise.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Scheduler from "effect/Scheduler"

interface Timer {
  readonly atMillis: number
  readonly fire: () => void
}

export interface VirtualTime {
  readonly nowMillis: () => number
  readonly timers: () => number
  /** The time of the next timer. Undefined if no timer is active. */
  readonly nextMillis: () => number | undefined
  /** Runs the program until it waits. */
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  /** Runs everything that is due until `millis`, in order. */
  readonly advanceTo: (millis: number) => void
}

/** A program that takes more than this number of steps while the time stands still counts as an endless loop. */
const stepsPerMoment = 1_000_000

/** Makes a clock that starts at the Unix time `startMillis`. */
export const make = (startMillis: number): VirtualTime => {
  let now = startMillis
  const timers: Array<Timer> = []
  let tasks: Array<() => void> = []

  const sleep = (duration: Duration.Duration): Effect.Effect<void> => {
    const millis = Duration.toMillis(duration)
    if (millis <= 0) return Effect.yieldNow
    if (millis === Number.POSITIVE_INFINITY) return Effect.never
    return Effect.callback((resume) => {
      const timer: Timer = { atMillis: now + millis, fire: () => resume(Effect.void) }
      const later = timers.findIndex(({ atMillis }) => atMillis > timer.atMillis)
      timers.splice(later === -1 ? timers.length : later, 0, timer)
      return Effect.sync(() => {
        const index = timers.indexOf(timer)
        if (index !== -1) timers.splice(index, 1)
      })
    })
  }
  const nanos = (): bigint => BigInt(Math.round(now * 1_000)) * 1_000n
  const sinceStart = (): bigint => BigInt(Math.round((now - startMillis) * 1_000)) * 1_000n
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => Math.floor(now),
    currentTimeMillis: Effect.sync(() => Math.floor(now)),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: sinceStart,
    monotonicTimeNanos: Effect.sync(sinceStart),
    sleep
  }

  const settle = (): void => {
    for (let steps = 0; tasks.length > 0; steps++) {
      if (steps > stepsPerMoment) throw new Error("the program never becomes idle")
      const due = tasks
      tasks = []
      for (const task of due) task()
    }
  }
  const scheduler: Scheduler.Scheduler = {
    executionMode: "async",
    shouldYield: () => false,
    makeDispatcher: () => ({ scheduleTask: (task) => void tasks.push(task), flush: settle })
  }

  return {
    nowMillis: () => now,
    timers: () => timers.length,
    nextMillis: () => timers[0]?.atMillis,
    fork: (effect) => {
      const fiber = Effect.runFork(Effect.provideService(effect, Clock.Clock, clock), { scheduler })
      settle()
      return fiber
    },
    advanceTo: (millis) => {
      settle()
      for (let next = timers[0]; next !== undefined && next.atMillis <= millis; next = timers[0]) {
        timers.shift()
        now = Math.max(now, next.atMillis)
        next.fire()
        settle()
      }
      now = Math.max(now, millis)
    }
  }
}
