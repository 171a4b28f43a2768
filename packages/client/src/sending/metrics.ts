/**
 * The metrics of a layer. Each metric is made on first use. `Telemetry.ts` documents the metrics.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { constVoid } from "effect/Function"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import type { Descriptor } from "../Operation.ts"
import * as Telemetry from "../Telemetry.ts"
import { monotonicMillis } from "../time.ts"

type Attributes = Readonly<Record<string, string>>

export type NumberMetric = Metric.Metric<number, unknown>

/** Returns the metric for an error type. If `errorType` is undefined, returns the metric for success. */
export type ByError = (errorType: string | undefined) => NumberMetric

export interface OperationMetrics {
  readonly calls: ByError
  readonly requests: (status: number | undefined) => ByError
  readonly retries: (errorType: string) => NumberMetric
}

export interface Level {
  readonly tokens: number
  readonly capacity: number
}

/** The bucket is watched until the layer closes. */
export type WatchLevel = (bucket: string, level: (nowMillis: number) => Level) => void

/** Tracers and metric registries belong to the application. Their exceptions must not fail a call. */
export const quietly = (notify: () => void): void => {
  try {
    notify()
  } catch {
    // An exception here has no effect on the call.
  }
}

export const memoized = <K, V>(make: (key: K) => V): ((key: K) => V) => {
  const known = new Map<K, V>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) {
      value = make(key)
      known.set(key, value)
    }
    return value
  }
}

export const errorAttribute = (errorType: string | undefined): Attributes =>
  errorType === undefined ? {} : { "error.type": errorType }

export const options = ({ description, unit }: Telemetry.Instrument, attributes: Attributes) => ({
  description,
  attributes: { ...attributes, unit }
})

/** Makes a histogram of durations in seconds. */
export const histogram = (instrument: Telemetry.Instrument<"histogram">, attributes: Attributes): NumberMetric =>
  Metric.histogram(instrument.name, {
    ...options(instrument, attributes),
    boundaries: Telemetry.boundariesSeconds
  })

export const counter = (instrument: Telemetry.Instrument<"counter">, attributes: Attributes): NumberMetric =>
  Metric.counter(instrument.name, { ...options(instrument, attributes), incremental: true })

/** `server` contains the attributes that all metrics of a layer have. */
export const ofOperation = (server: Attributes, descriptor: Descriptor, template: string): OperationMetrics => {
  const operation = { "kalshi.operation.name": descriptor.name, ...server }
  const request = { "http.request.method": descriptor.method, "url.template": template, ...server }
  return {
    calls: memoized((errorType) =>
      histogram(Telemetry.operationDuration, { ...operation, ...errorAttribute(errorType) })
    ),
    requests: memoized((status) =>
      memoized((errorType) =>
        histogram(Telemetry.requestDuration, {
          ...request,
          ...(status === undefined ? {} : { "http.response.status_code": String(status) }),
          ...errorAttribute(errorType)
        })
      )
    ),
    retries: memoized((errorType) => counter(Telemetry.retries, { ...operation, "error.type": errorType }))
  }
}

export const ofWaits = (server: Attributes): ((bucket: string) => ByError) =>
  memoized((bucket) =>
    memoized((errorType) =>
      histogram(Telemetry.waitDuration, {
        ...server,
        "kalshi.rate_limit.bucket": bucket,
        ...errorAttribute(errorType)
      })
    )
  )

export const levels = (server: Attributes): Effect.Effect<WatchLevel, never, Scope.Scope> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<never>()
    const registrations: Array<Metric.Registration> = []
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const registration of registrations) quietly(() => registration.remove())
      })
    )
    const watched = new Set<string>()
    return (bucket, level) => {
      if (watched.has(bucket)) return
      watched.add(bucket)
      const attributes = { "kalshi.rate_limit.bucket": bucket, ...server }
      const register = (instrument: Telemetry.Instrument<"gauge">, member: keyof Level) => {
        const gauge = Metric.gauge(instrument.name, options(instrument, attributes))
        const get = (reader: Context.Context<never>) => ({
          value: level(monotonicMillis(Context.get(reader, Clock.Clock)))[member]
        })
        const hooks = { get, update: constVoid, modify: constVoid }
        quietly(() => registrations.push(Metric.registerUnsafe(gauge, context, hooks)))
      }
      register(Telemetry.tokens, "tokens")
      register(Telemetry.capacity, "capacity")
    }
  })
