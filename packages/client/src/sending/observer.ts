/**
 * Spans and metrics of a layer's calls: `Telemetry` says which.
 *
 * A call that nobody traces pays for a few readings of the clock and two updates of histograms that were made before.
 *
 * A tracer and a registry of metrics are the application's, and may throw. An order's answer must not be lost over that:
 * each notification ignores their failures.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { constVoid } from "effect/Function"
import type * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { Descriptor } from "../Operation.ts"
import * as Names from "../Telemetry.ts"

type Attributes = Readonly<Record<string, string>>

/** What a bucket holds now. */
export interface Level {
  readonly tokens: number
  readonly capacity: number
}

/** What a layer tells. */
export interface Telemetry {
  /** Runs a call of an operation, which tells through what it is given. */
  readonly observe: <A, E>(
    descriptor: Descriptor,
    run: (observed: Observed) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E>
  /** Shows a bucket's level to whoever asks for metrics, as long as the layer lives. */
  readonly watch: (bucket: string, level: (nowMillis: number) => Level) => void
}

/** One call, as it goes along. */
export interface Observed {
  /** It has to wait for its tokens, or goes on doing so. */
  readonly waits: () => void
  /** It need not wait any longer. */
  readonly ready: () => void
  /** Wraps what sends a request. */
  readonly sends: <A, E>(send: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** The last byte of the answer is here. */
  readonly arrived: (status: number) => void
  /** An attempt is over; one that sent nothing is none. */
  readonly attempted: (exit: Exit.Exit<unknown, unknown>) => undefined
}

/** Metrics of one operation, made when they are first needed. */
interface Operation {
  readonly spanName: string
  readonly span: Readonly<Record<string, unknown>>
  readonly request: Readonly<Record<string, unknown>>
  readonly requests: Map<string | number, Metric.Metric<number, unknown>>
  readonly calls: Map<string | undefined, Metric.Metric<number, unknown>>
  readonly retries: Map<string, Metric.Metric<number, unknown>>
}

/** What all metrics and spans of a layer have in common. */
interface Shared {
  readonly server: Attributes
  readonly rootPath: string
  readonly spanServer: Readonly<Record<string, unknown>>
  readonly name: Attributes
  readonly waits: Map<string, Metric.Metric<number, unknown>>
}

/** Shorter waits are for those before it, who only ask the store. */
const shortestWaitNanos = 1_000_000n

const described = ({ description, unit }: Names.Instrument, attributes: Attributes) => ({
  description,
  attributes: { ...attributes, unit }
})

const histogram = (instrument: Names.Instrument<"histogram">, attributes: Attributes) =>
  Metric.histogram(instrument.name, {
    ...described(instrument, attributes),
    boundaries: Names.boundariesSeconds
  })

const gauge = (instrument: Names.Instrument<"gauge">, attributes: Attributes) =>
  Metric.gauge(instrument.name, described(instrument, attributes))

/** Finds a metric of a family, or makes it. */
const memberOf = <K>(
  family: Map<K, Metric.Metric<number, unknown>>,
  key: K,
  make: () => Metric.Metric<number, unknown>
): Metric.Metric<number, unknown> => {
  let member = family.get(key)
  if (member === undefined) {
    member = make()
    family.set(key, member)
  }
  return member
}

const typed = (errorType: string | undefined): Attributes =>
  errorType === undefined ? {} : { "error.type": errorType }

const tagOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error && typeof error._tag === "string"
    ? error._tag
    : "_OTHER"

/** Tells a tracer or a registry something; where it throws, the call goes on as if it had not. */
const quietly = (tell: () => void): void => {
  try {
    tell()
  } catch {
    // The notification is lost.
  }
}

/** Makes a span; none where the tracer throws. */
const quietSpan = (name: string, options: Tracer.SpanOptions): Effect.Effect<Tracer.Span | undefined> =>
  Effect.catchDefect(Effect.makeSpan(name, options), () => Effect.undefined)

const interrupted = "interrupted"
const defect = "defect"

const typeOf = (exit: Exit.Exit<unknown, unknown>): string | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  if (Cause.hasInterruptsOnly(exit.cause)) return interrupted
  const error = Exit.findErrorOption(exit)
  return Option.isSome(error) ? tagOf(error.value) : defect
}

/** A word of the exchange or the system, and nothing else: no id has this form. */
const word = /^[A-Za-z]+(?:_[A-Za-z0-9]+)*$/
const longestWord = 48

const codeOf = (exit: Exit.Exit<unknown, unknown>): string | undefined => {
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined
  const { code } = error
  return typeof code === "string" && code.length <= longestWord && word.test(code) ? code : undefined
}

/** A failure as a span has it, which a tracer prints: nothing of the call's own. */
const failed = (name: string, ...said: ReadonlyArray<string | undefined>): Exit.Exit<never, object> => {
  const message = said.filter((part) => part !== undefined).join(", ")
  return Exit.fail({ name, message: message === "" ? name : message })
}

/** Ends a span with an exit that holds neither what a call answered nor what its error says. */
const end = (
  span: Tracer.Span,
  endNanos: bigint,
  exit: Exit.Exit<unknown, unknown>,
  status: number | undefined,
  isSecret: boolean
): void => {
  const errorType = typeOf(exit)
  if (errorType === undefined) return quietly(() => span.end(endNanos, Exit.void))
  if (errorType === interrupted) return quietly(() => span.end(endNanos, Exit.interrupt()))
  const code = isSecret ? undefined : codeOf(exit)
  quietly(() => {
    span.attribute("error.type", errorType)
    if (code !== undefined) span.attribute("kalshi.error.code", code)
  })
  quietly(() => span.end(endNanos, failed(errorType, status === undefined ? undefined : `status ${status}`, code)))
}

/** Makes what a layer tells with. Metrics of bucket levels leave with the scope. */
export const make = (restUrl: string, name: string | undefined): Effect.Effect<Telemetry, never, Scope.Scope> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<never>()
    const registrations: Array<Metric.Registration> = []
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const registration of registrations) quietly(() => registration.remove())
      })
    )
    const { hostname, pathname, port, protocol } = new URL(restUrl)
    const serverPort = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port)
    const named: Attributes = name === undefined ? {} : { "kalshi.client.name": name }
    const shared: Shared = {
      rootPath: pathname,
      name: named,
      server: { "server.address": hostname, "server.port": String(serverPort), ...named },
      spanServer: { "server.address": hostname, "server.port": serverPort, ...named },
      waits: new Map()
    }
    const operations = new WeakMap<Descriptor, Operation>()
    const watched = new Set<string>()
    return {
      observe: (descriptor, run) => {
        let operation = operations.get(descriptor)
        if (operation === undefined) {
          operation = operationOf(shared, descriptor)
          operations.set(descriptor, operation)
        }
        return observe(shared, descriptor, operation, run)
      },
      watch: (bucket, level) => {
        if (watched.has(bucket)) return
        watched.add(bucket)
        const attributes = { "kalshi.rate_limit.bucket": bucket, ...shared.server }
        for (const [instrument, of] of [
          [Names.tokens, "tokens"],
          [Names.capacity, "capacity"]
        ] as const) {
          const get = (asking: Context.Context<never>) => ({
            value: level(Number(Context.get(asking, Clock.Clock).monotonicTimeNanosUnsafe()) / 1e6)[of]
          })
          const hooks = { get, update: constVoid, modify: constVoid }
          quietly(() => registrations.push(Metric.registerUnsafe(gauge(instrument, attributes), context, hooks)))
        }
      }
    }
  })

const operationOf = (shared: Shared, { method, name, operationId, path }: Descriptor): Operation => {
  const template = shared.rootPath + path
  return {
    spanName: `${method} ${template}`,
    span: { "kalshi.operation.name": name, "kalshi.operation.id": operationId, ...shared.name },
    request: { "http.request.method": method, "url.template": template, ...shared.spanServer },
    requests: new Map(),
    calls: new Map(),
    retries: new Map()
  }
}

const observe = <A, E>(
  shared: Shared,
  descriptor: Descriptor,
  operation: Operation,
  run: (observed: Observed) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) => {
    const call = new Call(shared, descriptor, operation, fiber)
    if (call.tracer === undefined) return Effect.onExitPrimitive(run(call), (exit) => call.ended(exit))
    const made = quietSpan(descriptor.name, { attributes: operation.span })
    // A span that was made is one that will be ended.
    const kept = Effect.uninterruptible(Effect.map(made, (span) => (call.span = span)))
    const traced = Effect.flatMap(kept, (span) =>
      span === undefined ? run(call) : Effect.provideService(run(call), Tracer.ParentSpan, span)
    )
    return Effect.onExitPrimitive(traced, (exit) => call.ended(exit))
  })

class Call implements Observed {
  /** Undefined where nobody traces: the tracer that Effect has by itself keeps nothing. */
  readonly tracer: Tracer.Tracer | undefined
  span: Tracer.Span | undefined

  readonly #shared: Shared
  readonly #descriptor: Descriptor
  readonly #operation: Operation
  readonly #fiber: Fiber.Fiber<unknown, unknown>
  readonly #context: Context.Context<never>
  readonly #clock: Clock.Clock
  readonly #timing: boolean
  readonly #startedNanos: bigint
  #attempts = 0
  #waitedFrom: Instant | undefined
  #request: Request | undefined
  #lastError: string | undefined
  #lastStatus: number | undefined

  constructor(shared: Shared, descriptor: Descriptor, operation: Operation, fiber: Fiber.Fiber<unknown, unknown>) {
    this.#shared = shared
    this.#descriptor = descriptor
    this.#operation = operation
    this.#fiber = fiber
    this.#context = fiber.context
    this.#clock = fiber.getRef(Clock.Clock)
    this.tracer = fiber.cache.tracerEnabled ? fiber.cache.tracer : undefined
    this.#timing = this.tracer !== undefined && fiber.getRef(References.TracerTimingEnabled)
    this.#startedNanos = this.#clock.monotonicTimeNanosUnsafe()
  }

  #now(): Instant {
    return {
      monotonicNanos: this.#clock.monotonicTimeNanosUnsafe(),
      wallNanos: this.#timing ? this.#clock.currentTimeNanosUnsafe() : 0n
    }
  }

  #record(metric: Metric.Metric<number, unknown>, from: bigint, to: bigint): void {
    quietly(() => metric.updateUnsafe(Number(to - from) / 1e9, this.#context))
  }

  waits(): void {
    this.#waitedFrom ??= this.#now()
  }

  ready(): void {
    this.#waited(undefined)
  }

  #waited(errorType: string | undefined): void {
    const from = this.#waitedFrom
    if (from === undefined) return
    this.#waitedFrom = undefined
    const to = this.#now()
    if (to.monotonicNanos - from.monotonicNanos < shortestWaitNanos) return
    const { bucket } = this.#descriptor.limits
    const attributes = { "kalshi.rate_limit.bucket": bucket, ...typed(errorType) }
    const metric = memberOf(this.#shared.waits, `${bucket} ${errorType}`, () =>
      histogram(Names.waitDuration, { ...this.#shared.server, ...attributes })
    )
    this.#record(metric, from.monotonicNanos, to.monotonicNanos)
    const { span: parent, tracer } = this
    if (tracer === undefined || parent === undefined) return
    quietly(() => {
      const span = tracer.span({
        name: "wait for tokens",
        parent: Option.some(parent),
        annotations: Context.empty(),
        links: [],
        startTime: from.wallNanos,
        kind: "internal",
        root: false,
        sampled: parent.sampled
      })
      const all = { ...this.#fiber.getRef(References.TracerSpanAnnotations), ...this.#shared.name, ...attributes }
      for (const [key, value] of Object.entries(all)) span.attribute(key, value)
      span.end(
        to.wallNanos,
        errorType === undefined ? Exit.void : errorType === interrupted ? Exit.interrupt() : failed(errorType)
      )
    })
  }

  sends<A, E>(send: Effect.Effect<A, E>): Effect.Effect<A, E> {
    const resends = this.#attempts++
    if (resends > 0) {
      const errorType = this.#lastError ?? "_OTHER"
      const metric = memberOf(this.#operation.retries, errorType, () =>
        Metric.counter(Names.retries.name, {
          ...described(Names.retries, {
            "kalshi.operation.name": this.#descriptor.name,
            "error.type": errorType,
            ...this.#shared.server
          }),
          incremental: true
        })
      )
      quietly(() => metric.updateUnsafe(1, this.#context))
    }
    const request: Request = { from: this.#now(), to: undefined, status: undefined, span: undefined }
    this.#request = request
    if (this.span === undefined) return send
    const { request: attributes, spanName } = this.#operation
    const made = quietSpan(spanName, {
      kind: "client",
      attributes: resends === 0 ? attributes : { ...attributes, "http.request.resend_count": resends }
    })
    // A span that was made is one that will be ended.
    const kept = Effect.uninterruptible(Effect.map(made, (span) => (request.span = span)))
    return Effect.flatMap(kept, (span) =>
      span === undefined ? send : Effect.provideService(send, Tracer.ParentSpan, span)
    )
  }

  arrived(status: number): void {
    if (this.#request === undefined) return
    this.#request.to = this.#now()
    this.#request.status = status
  }

  attempted(exit: Exit.Exit<unknown, unknown>): undefined {
    const request = this.#request
    if (request === undefined) return
    this.#request = undefined
    const { from, span, status, to = this.#now() } = request
    const errorType = typeOf(exit)
    const metric = memberOf(
      this.#operation.requests,
      errorType === undefined && status !== undefined ? status : `${status} ${errorType}`,
      () => {
        const { "http.request.method": method, "url.template": template } = this.#operation.request
        return histogram(Names.requestDuration, {
          "http.request.method": String(method),
          "url.template": String(template),
          ...(status === undefined ? {} : { "http.response.status_code": String(status) }),
          ...typed(errorType),
          ...this.#shared.server
        })
      }
    )
    this.#record(metric, from.monotonicNanos, to.monotonicNanos)
    this.#lastError = errorType
    this.#lastStatus = status
    if (span === undefined) return
    if (status !== undefined) quietly(() => span.attribute("http.response.status_code", status))
    end(span, to.wallNanos, exit, status, this.#descriptor.secret)
  }

  ended(exit: Exit.Exit<unknown, unknown>): undefined {
    const errorType = typeOf(exit)
    this.#waited(errorType === interrupted || errorType === defect ? errorType : "LimitExceeded")
    const metric = memberOf(this.#operation.calls, errorType, () =>
      histogram(Names.operationDuration, {
        "kalshi.operation.name": this.#descriptor.name,
        ...typed(errorType),
        ...this.#shared.server
      })
    )
    const { monotonicNanos, wallNanos } = this.#now()
    this.#record(metric, this.#startedNanos, monotonicNanos)
    const { span } = this
    if (span === undefined) return
    quietly(() => span.attribute("kalshi.attempts", this.#attempts))
    end(span, wallNanos, exit, this.#lastStatus, this.#descriptor.secret)
  }
}

interface Instant {
  readonly monotonicNanos: bigint
  /** Zero where no span has a time. */
  readonly wallNanos: bigint
}

/** A request under way. */
interface Request {
  readonly from: Instant
  to: Instant | undefined
  status: number | undefined
  span: Tracer.Span | undefined
}
