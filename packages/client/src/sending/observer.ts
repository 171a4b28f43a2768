/**
 * Records the spans and metrics of a layer's calls. `Telemetry.ts` documents them.
 *
 * The tracer and the metric registry belong to the application, and may throw. An exception must not lose the response
 * to an order. Therefore only `withSpan` and `quietly` call the tracer and the registry. Both functions ignore
 * exceptions.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { Descriptor } from "../Operation.ts"
import * as metrics from "./metrics.ts"
import { quietly } from "./metrics.ts"

export interface Telemetry {
  readonly observe: <A, E>(
    descriptor: Descriptor,
    run: (observer: CallObserver) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E>
  readonly watchLevel: metrics.WatchLevel
}

export interface CallObserver {
  /** Called when the call waits for tokens. Can be called again during the wait. */
  readonly onWait: () => void
  /** Called after the wait for tokens. */
  readonly onReady: () => void
  readonly aroundRequest: <A, E>(send: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Called when the last byte of the response has arrived. */
  readonly onResponse: (status: number) => void
  /** Called at the end of an attempt. An attempt that sent nothing is not counted. */
  readonly onAttemptEnd: (exit: Exit.Exit<unknown, unknown>) => undefined
}

type Attributes = Readonly<Record<string, unknown>>

interface Operation {
  readonly descriptor: Descriptor
  readonly metrics: metrics.OperationMetrics
  readonly waits: metrics.ByError
  readonly wait: Attributes
  readonly spanName: string
  readonly span: Attributes
  readonly request: Attributes
}

interface Instant {
  readonly monotonicNanos: bigint
  /** Zero if the tracer records no times. */
  readonly wallNanos: bigint
}

interface Request {
  readonly start: Instant
  end: Instant | undefined
  status: number | undefined
  span: Tracer.Span | undefined
}

/** The shortest wait that is recorded. A shorter wait is only the response time of the store that counts the tokens. */
const minWaitNanos = 1_000_000n

/** The `error.type` of an interrupted call, attempt or wait. */
export const interrupted = "interrupted"
const defect = "defect"

const tagOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error && typeof error._tag === "string"
    ? error._tag
    : "_OTHER"

const errorTypeOf = (exit: Exit.Exit<unknown, unknown>): string | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  if (Cause.hasInterruptsOnly(exit.cause)) return interrupted
  const error = Exit.findErrorOption(exit)
  return Option.isSome(error) ? tagOf(error.value) : defect
}

/** Matches an error code of the exchange or the operating system. Does not match a UUID or a number. */
const codePattern = /^(?=.{1,48}$)[A-Za-z]+(?:_[A-Za-z0-9]+)*$/

const codeOf = (exit: Exit.Exit<unknown, unknown>): string | undefined => {
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined
  const { code } = error
  return typeof code === "string" && codePattern.test(code) ? code : undefined
}

/** The exit that a span shows, without the result of the call and the message of its error. */
export const shownExit = (errorType: string | undefined, ...details: ReadonlyArray<string | undefined>) => {
  if (errorType === undefined) return Exit.void
  if (errorType === interrupted) return Exit.interrupt()
  const message = details.filter((detail) => detail !== undefined).join(", ")
  return Exit.fail({ name: errorType, message: message === "" ? errorType : message })
}

/** Runs an effect in a span. `keep` receives the span, so that the caller can end it. */
const withSpan = <A, E>(
  name: string,
  options: Tracer.SpanOptions,
  keep: (span: Tracer.Span) => void,
  effect: Effect.Effect<A, E>
): Effect.Effect<A, E> => {
  const made = Effect.map(Effect.makeSpan(name, options), (span) => {
    keep(span)
    return span
  })
  // Uninterruptible, because `keep` must receive every span that was started. Otherwise the span would not end.
  return Effect.flatMap(Effect.uninterruptible(Effect.catchDefect(made, () => Effect.undefined)), (span) =>
    span === undefined ? effect : Effect.provideService(effect, Tracer.ParentSpan, span)
  )
}

export const endSpan = (
  span: Tracer.Span,
  endNanos: bigint,
  attributes: Attributes,
  exit: Exit.Exit<unknown, unknown>
) => {
  quietly(() => {
    for (const [key, value] of Object.entries(attributes)) span.attribute(key, value)
  })
  quietly(() => span.end(endNanos, exit))
}

type Server = Pick<URL, "hostname" | "port" | "protocol">

export const make = (
  restRoot: Server & Pick<URL, "pathname">,
  name: string | undefined
): Effect.Effect<Telemetry, never, Scope.Scope> =>
  Effect.map(metrics.levels(serverOf(restRoot, name)), (watchLevel) => {
    const client = clientOf(name)
    const server = serverOf(restRoot, name)
    const waitsOf = metrics.ofWaits(server)
    const spanServer = { ...server, "server.port": Number(server["server.port"]) }
    const operations = new WeakMap<Descriptor, Operation>()
    const operationOf = (descriptor: Descriptor): Operation => {
      let operation = operations.get(descriptor)
      if (operation === undefined) {
        const { limits, method, name, operationId } = descriptor
        const template = restRoot.pathname + descriptor.path
        operation = {
          descriptor,
          metrics: metrics.ofOperation(server, descriptor, template),
          waits: waitsOf(limits.bucket),
          wait: { "kalshi.rate_limit.bucket": limits.bucket, ...client },
          spanName: `${method} ${template}`,
          span: { "kalshi.operation.name": name, "kalshi.operation.id": operationId, ...client },
          request: { "http.request.method": method, "url.template": template, ...spanServer }
        }
        operations.set(descriptor, operation)
      }
      return operation
    }
    return { observe: (descriptor, run) => observe(operationOf(descriptor), run), watchLevel }
  })

const clientOf = (name: string | undefined) => (name === undefined ? {} : { "kalshi.client.name": name })

export const serverOf = ({ hostname, port, protocol }: Server, name: string | undefined) => ({
  "server.address": hostname,
  "server.port": port === "" ? (protocol === "https:" || protocol === "wss:" ? "443" : "80") : port,
  ...clientOf(name)
})

const observe = <A, E>(
  operation: Operation,
  run: (observer: CallObserver) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) => {
    const call = new ObservedCall(operation, fiber)
    const keep = (span: Tracer.Span) => {
      call.span = span
    }
    const traced =
      call.tracer === undefined
        ? run(call)
        : withSpan(operation.descriptor.name, { attributes: operation.span }, keep, run(call))
    return Effect.onExitPrimitive(traced, (exit) => call.onEnd(exit))
  })

class ObservedCall implements CallObserver {
  /** Undefined if tracing is off, or if the program provides no tracer. Effect's default tracer records nothing. */
  readonly tracer: Tracer.Tracer | undefined
  span: Tracer.Span | undefined = undefined

  readonly #operation: Operation
  readonly #fiber: Fiber.Fiber<unknown, unknown>
  /** The context at the start of the call, without services that the call itself provides. */
  readonly #context: Context.Context<never>
  readonly #clock: Clock.Clock
  readonly #hasTimes: boolean
  readonly #startedNanos: bigint
  #requests = 0
  #waitStart: Instant | undefined = undefined
  #request: Request | undefined = undefined
  #lastErrorType: string | undefined = undefined
  #lastStatus: number | undefined = undefined

  constructor(operation: Operation, fiber: Fiber.Fiber<unknown, unknown>) {
    this.#operation = operation
    this.#fiber = fiber
    this.#context = fiber.context
    this.#clock = fiber.getRef(Clock.Clock)
    this.tracer = fiber.cache.tracerEnabled ? fiber.cache.tracer : undefined
    this.#hasTimes = this.tracer !== undefined && fiber.getRef(References.TracerTimingEnabled)
    this.#startedNanos = this.#clock.monotonicTimeNanosUnsafe()
  }

  #now(): Instant {
    return {
      monotonicNanos: this.#clock.monotonicTimeNanosUnsafe(),
      wallNanos: this.#hasTimes ? this.#clock.currentTimeNanosUnsafe() : 0n
    }
  }

  #record(metric: metrics.NumberMetric, value: number): void {
    quietly(() => metric.updateUnsafe(value, this.#context))
  }

  #recordTime(metric: metrics.NumberMetric, fromNanos: bigint, toNanos: bigint): void {
    this.#record(metric, Number(toNanos - fromNanos) / 1e9)
  }

  onWait(): void {
    this.#waitStart ??= this.#now()
  }

  onReady(): void {
    this.#endWait(undefined)
  }

  #endWait(errorType: string | undefined): void {
    const start = this.#waitStart
    if (start === undefined) return
    this.#waitStart = undefined
    const end = this.#now()
    if (end.monotonicNanos - start.monotonicNanos < minWaitNanos) return
    this.#recordTime(this.#operation.waits(errorType), start.monotonicNanos, end.monotonicNanos)
    const { span: parent, tracer } = this
    if (tracer === undefined || parent === undefined) return
    const attributes = {
      ...this.#fiber.getRef(References.TracerSpanAnnotations),
      ...this.#operation.wait,
      ...metrics.errorAttribute(errorType)
    }
    quietly(() => {
      const span = tracer.span({
        name: "wait for tokens",
        parent: Option.some(parent),
        annotations: Context.empty(),
        links: [],
        startTime: start.wallNanos,
        kind: "internal",
        root: false,
        sampled: parent.sampled
      })
      endSpan(span, end.wallNanos, attributes, shownExit(errorType))
    })
  }

  aroundRequest<A, E>(send: Effect.Effect<A, E>): Effect.Effect<A, E> {
    const resends = this.#requests++
    if (resends > 0) this.#record(this.#operation.metrics.retries(this.#lastErrorType ?? "_OTHER"), 1)
    const request: Request = { start: this.#now(), end: undefined, status: undefined, span: undefined }
    this.#request = request
    if (this.span === undefined) return send
    const { request: common, spanName } = this.#operation
    const attributes = resends === 0 ? common : { ...common, "http.request.resend_count": resends }
    return withSpan(spanName, { kind: "client", attributes }, (span) => (request.span = span), send)
  }

  onResponse(status: number): void {
    if (this.#request === undefined) return
    this.#request.end = this.#now()
    this.#request.status = status
  }

  onAttemptEnd(exit: Exit.Exit<unknown, unknown>): undefined {
    const request = this.#request
    if (request === undefined) return
    this.#request = undefined
    const { end = this.#now(), span, start, status } = request
    const errorType = errorTypeOf(exit)
    this.#recordTime(this.#operation.metrics.requests(status)(errorType), start.monotonicNanos, end.monotonicNanos)
    this.#lastErrorType = errorType
    this.#lastStatus = status
    if (span === undefined) return
    this.#end(span, end, exit, errorType, status === undefined ? {} : { "http.response.status_code": status })
  }

  onEnd(exit: Exit.Exit<unknown, unknown>): undefined {
    const errorType = errorTypeOf(exit)
    this.#endWait(errorType === interrupted || errorType === defect ? errorType : "LimitExceeded")
    const end = this.#now()
    this.#recordTime(this.#operation.metrics.calls(errorType), this.#startedNanos, end.monotonicNanos)
    if (this.span !== undefined) {
      this.#end(this.span, end, exit, errorType, { "kalshi.attempts": this.#requests })
    }
  }

  #end(
    span: Tracer.Span,
    end: Instant,
    exit: Exit.Exit<unknown, unknown>,
    errorType: string | undefined,
    attributes: Attributes
  ): void {
    if (errorType === undefined || errorType === interrupted) {
      return endSpan(span, end.wallNanos, attributes, shownExit(errorType))
    }
    const code = this.#operation.descriptor.secret ? undefined : codeOf(exit)
    const status = this.#lastStatus === undefined ? undefined : `status ${this.#lastStatus}`
    endSpan(
      span,
      end.wallNanos,
      { ...attributes, "error.type": errorType, ...(code === undefined ? {} : { "kalshi.error.code": code }) },
      shownExit(errorType, status, code)
    )
  }
}
