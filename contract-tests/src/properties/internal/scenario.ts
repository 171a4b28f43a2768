/**
 * Generates test cases for the sending rules: random policies, and a scripted outcome for each attempt.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
import * as fc from "fast-check"

export type Pace =
  | { readonly _tag: "default" }
  | { readonly _tag: "spaced"; readonly millis: number; readonly times: number }
  | { readonly _tag: "doubling"; readonly millis: number; readonly times: number }
  /**
   * The schedule permits `times` retries, then dies, throws or hangs. If it `is never built`, it permits no retries.
   */
  | {
      readonly _tag: "faulty"
      readonly millis: number
      readonly times: number
      readonly how: "dies" | "throws" | "hangs" | "is never built"
    }

export type RetryAfter =
  | { readonly _tag: "seconds"; readonly seconds: number }
  /** A date, relative to the time of the response. */
  | { readonly _tag: "date"; readonly inMillis: number }
  | { readonly _tag: "garbage"; readonly text: string }

export type Fate =
  | { readonly _tag: "refused"; readonly code: "ECONNREFUSED" | "ENOTFOUND"; readonly afterMillis: number }
  /** The connection breaks while the client waits for the response. The code can be the same as for `refused`. */
  | { readonly _tag: "reset"; readonly code: "ECONNRESET" | "ECONNREFUSED"; readonly afterMillis: number }
  | { readonly _tag: "stalled" }
  | {
      readonly _tag: "answered"
      readonly status: number
      readonly afterMillis: number
      readonly retryAfter?: RetryAfter | undefined
      /** The code in the body of an error. Default: `some_code`. */
      readonly code?: string | undefined
      /** `broken`: the body is complete, but does not conform to the document. */
      readonly body: "whole" | "broken" | "cut" | "stalled"
      /** Whether the response has a `content-length`. */
      readonly stated: boolean
    }

/** The script of one attempt: the outcome of signing, then the outcome of the request. */
export interface Step {
  readonly sign:
    | { readonly _tag: "after"; readonly millis: number }
    | { readonly _tag: "fails" }
    | { readonly _tag: "hangs" }
  readonly fate: Fate
}

export interface Call {
  readonly startMillis: number
  /** The scripts of the first attempts, in order. All further attempts succeed. */
  readonly steps: ReadonlyArray<Step>
  /** In milliseconds after the start. Undefined for no interruption. */
  readonly interruptedAfter: number | undefined
}

export interface Scenario {
  /** The index of the input among the operation's variants, modulo the number of variants. */
  readonly variant: number
  readonly pace: Pace
  readonly totalMillis: number
  readonly attemptMillis: number
  readonly calls: ReadonlyArray<Call>
  /** Whether the client limits the rate of its calls. */
  readonly metered: boolean
  /** The seed of the policy's jitter. */
  readonly jitter: number
}

/**
 * The decision after failure `n`, counted from 0: the bounds of the delay in milliseconds, `ended` for no further
 * retry, or `stuck` for a schedule that hangs.
 */
export const delayOf = (pace: Pace, n: number): readonly [least: number, most: number] | "ended" | "stuck" => {
  switch (pace._tag) {
    case "default":
      return n < 3 ? [0, Math.min(250 * 2 ** n, 5_000)] : "ended"
    case "spaced":
      return n < pace.times ? [pace.millis, pace.millis] : "ended"
    case "doubling":
      return n < pace.times ? [pace.millis * 2 ** n, pace.millis * 2 ** n] : "ended"
    case "faulty":
      if (pace.how === "is never built") return "ended"
      return n < pace.times ? [pace.millis, pace.millis] : pace.how === "hangs" ? "stuck" : "ended"
  }
}

const paced = (delay: (n: number) => Effect.Effect<number, Cause.Done>): Schedule.Schedule<unknown> =>
  Schedule.fromStep(
    Effect.sync(() => {
      let n = 0
      return () => Effect.map(delay(n++), (millis) => [n, Duration.millis(millis)] as [number, Duration.Duration])
    })
  )

/** Makes the schedule of a pace. Only the default schedule uses Effect's combinators. */
export const scheduleOf = (pace: Pace): Schedule.Schedule<unknown> => {
  if (pace._tag === "default") return SendPolicy.defaultRetry
  if (pace._tag === "faulty" && pace.how === "is never built") {
    return Schedule.fromStep(Effect.die(new Error("a policy that cannot be built")))
  }
  return paced((n) => {
    const delay = delayOf(pace, n)
    if (typeof delay !== "string") return Effect.succeed(delay[0])
    if (delay === "stuck") return Effect.never
    if (pace._tag !== "faulty") return Cause.done()
    if (pace.how === "throws") throw new Error("a policy that throws")
    return Effect.die(new Error("a policy that dies"))
  })
}

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max })

const pace: fc.Arbitrary<Pace> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Pace>({ _tag: "default" }) },
  {
    weight: 5,
    arbitrary: fc.record({
      _tag: fc.constant("spaced" as const),
      millis: fc.oneof(fc.constant(0), upTo(2_000), upTo(50_000)),
      times: upTo(6)
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({ _tag: fc.constant("doubling" as const), millis: upTo(4_000), times: upTo(6) })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("faulty" as const),
      millis: upTo(2_000),
      times: upTo(3),
      how: fc.constantFrom("dies" as const, "throws" as const, "hangs" as const, "is never built" as const)
    })
  }
)

const afterMillis = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, upTo(100), upTo(5_000), upTo(40_000))

const retryAfter: fc.Arbitrary<RetryAfter | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("seconds" as const), seconds: fc.oneof(upTo(3), upTo(90)) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("date" as const),
      inMillis: fc.integer({ min: -60_000, max: 90_000 })
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      _tag: fc.constant("garbage" as const),
      text: fc.constantFrom("", "soon", "-1", "1.5", "1, 2")
    })
  }
)

/** The code of a 401 for an expired signature. */
export const expired = "header_timestamp_expired"

const answer = (
  statuses: ReadonlyArray<number>,
  bodies: ReadonlyArray<Extract<Fate, { _tag: "answered" }>["body"]>,
  header: fc.Arbitrary<RetryAfter | undefined> = fc.constant(undefined),
  code: string | undefined = undefined
): fc.Arbitrary<Fate> =>
  fc.record({
    _tag: fc.constant("answered" as const),
    status: fc.constantFrom(...statuses),
    afterMillis,
    retryAfter: header,
    code: fc.constant(code),
    body: fc.constantFrom(...bodies),
    stated: fc.boolean()
  })

/** A placeholder for the operation's success status. */
export const success = 0

const fate: fc.Arbitrary<Fate> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      _tag: fc.constant("refused" as const),
      code: fc.constantFrom("ECONNREFUSED" as const, "ENOTFOUND" as const),
      afterMillis
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      _tag: fc.constant("reset" as const),
      code: fc.constantFrom("ECONNRESET" as const, "ECONNREFUSED" as const),
      afterMillis
    })
  },
  { weight: 1, arbitrary: fc.constant<Fate>({ _tag: "stalled" }) },
  { weight: 5, arbitrary: answer([429, 429, 429, 425], ["whole"], retryAfter) },
  { weight: 3, arbitrary: answer([500, 502, 503, 503, 504], ["whole", "broken"], retryAfter) },
  { weight: 3, arbitrary: answer([408, 501, 520, 522, 524, 530, 598], ["whole", "broken"], retryAfter) },
  { weight: 1, arbitrary: answer([success, 429, 503, 404, 401], ["cut", "stalled"]) },
  { weight: 4, arbitrary: answer([401], ["whole"], retryAfter, expired) },
  { weight: 2, arbitrary: answer([success], ["whole", "broken"]) },
  { weight: 4, arbitrary: answer([400, 401, 403, 404, 404, 409, 409, 418, 302], ["whole"]) }
)

const sign: fc.Arbitrary<Step["sign"]> = fc.oneof(
  { weight: 14, arbitrary: fc.constant<Step["sign"]>({ _tag: "after", millis: 0 }) },
  {
    weight: 4,
    arbitrary: fc.record({ _tag: fc.constant("after" as const), millis: fc.oneof(upTo(50), upTo(20_000)) })
  },
  { weight: 1, arbitrary: fc.constant<Step["sign"]>({ _tag: "fails" }) },
  { weight: 1, arbitrary: fc.constant<Step["sign"]>({ _tag: "hangs" }) }
)

const call = (maxSteps: number, startMillis: fc.Arbitrary<number>): fc.Arbitrary<Call> =>
  fc.record({
    startMillis,
    steps: fc.array(fc.record({ sign, fate }), { maxLength: maxSteps, size: "max" }),
    interruptedAfter: fc.option(fc.oneof(upTo(10), upTo(2_000), upTo(60_000)), { nil: undefined, freq: 4 })
  })

const common = {
  variant: upTo(3),
  pace,
  totalMillis: fc.oneof(fc.constant(30_000), fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 200_000 })),
  attemptMillis: fc.oneof(
    fc.constant(10_000),
    fc.integer({ min: 1, max: 2_000 }),
    fc.constant(60_000),
    fc.constant(Number.POSITIVE_INFINITY)
  ),
  jitter: upTo(1_000)
}

export const scenarios = (metered: boolean): fc.Arbitrary<Scenario> => {
  const alone = fc.record({
    ...common,
    metered: fc.constant(false),
    calls: fc.array(call(7, fc.constant(0)), { minLength: 1, maxLength: 1 })
  })
  const crowd = fc.record({
    ...common,
    // The time limit is often the wait of the first or second call that finds too few tokens, or one millisecond
    // longer.
    totalMillis: fc.oneof(fc.constantFrom(50, 100, 101, 201), common.totalMillis),
    metered: fc.constant(true),
    // Most calls start at the same time. At the default cost, a full bucket of the lowest tier allows 10 writes or 20
    // reads.
    calls: fc.array(call(3, fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, upTo(500), upTo(5_000))), {
      minLength: 5,
      maxLength: 30,
      size: "max"
    })
  })
  return metered ? fc.oneof({ weight: 11, arbitrary: alone }, { weight: 1, arbitrary: crowd }) : alone
}
