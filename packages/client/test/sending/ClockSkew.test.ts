import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger } from "effect"
import * as fc from "fast-check"
import { TestClock } from "effect/testing"
import * as ClockSkew from "../../src/sending/ClockSkew.ts"
import * as ExchangeOperations from "../../src/rest/Exchange.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import * as Events from "../../src/rest/Events.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import * as Markets from "../../src/rest/Markets.ts"
import { Exchange, httpDate, layer, layerExchange, Machine, type Settings } from "../support/datedExchange.ts"
import { holds } from "../support/laws.ts"
import { assertIsExample } from "../support/operations.ts"
import { errorOf, runFor } from "../support/run.ts"
import { environment } from "../support/scripted.ts"

const get = OrderGroups.get({ order_group_id: "g" })
const create = OrderGroups.create({ contracts_limit: 1 })

const day = Date.UTC(2026, 10, 22, 9, 30)

const windowMillis = 30_000

const from = (millis: number) => TestClock.setTime(day + millis)

const play = <A, E, R>(call: Effect.Effect<A, E, R>) => runFor("20 seconds", Effect.result(call))

/** Calls the exchange at a time. `millis` counts from `day`. */
const getAt = (millis: number) => Effect.andThen(from(millis), get)

const bounds = Effect.map(ClockSkew.measured, (skew) => skew && [skew.lowerMillis, skew.upperMillis])

describe("ClockSkew.measured", () => {
  it.effect("is undefined before the first response, and then precise to one second", () =>
    Effect.gen(function* () {
      yield* from(250)
      assert.isUndefined(yield* ClockSkew.measured)
      yield* get
      assert.strictEqual((yield* ClockSkew.measured)?.ageMillis, 0)
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* ClockSkew.measured, {
        millis: 60_250,
        lowerMillis: 59_750,
        upperMillis: 60_750,
        ageMillis: 3_000
      })
    }).pipe(Effect.provide(layer({ skewMillis: 60_000 })))
  )

  it.effect("is negative if this machine's clock is ahead", () =>
    Effect.gen(function* () {
      yield* getAt(0)
      assert.deepStrictEqual(yield* bounds, [-60_000, -59_000])
    }).pipe(Effect.provide(layer({ skewMillis: -60_000 })))
  )

  it.effect("has an interval as wide as the round trip plus one second", () =>
    Effect.gen(function* () {
      yield* from(0)
      yield* play(get)
      assert.deepStrictEqual(yield* bounds, [4_600, 6_000])
    }).pipe(Effect.provide(layer({ skewMillis: 5_000, upMillis: 300, downMillis: 100 })))
  )

  it.effect("narrows to the interval that all responses allow", () =>
    Effect.gen(function* () {
      yield* getAt(100)
      assert.deepStrictEqual(yield* bounds, [4_900, 5_900])
      yield* getAt(10_900)
      assert.deepStrictEqual(yield* bounds, [4_900, 5_100])
      yield* getAt(20_500)
      assert.deepStrictEqual(yield* bounds, [4_900, 5_100])
    }).pipe(Effect.provide(layer({ skewMillis: 5_000 })))
  )

  it.effect("narrows to one instant if two responses leave only one possible skew", () => {
    const settings: Settings = { skewMillis: 5_000 }
    return Effect.gen(function* () {
      yield* getAt(100)
      settings.skewMillis = 5_900
      yield* getAt(1_100)
      assert.deepStrictEqual(yield* bounds, [5_900, 5_900])
    }).pipe(Effect.provide(layer(settings)))
  })

  it.effect("starts again with a response that contradicts the earlier ones", () => {
    const settings: Settings = { skewMillis: 5_000 }
    return Effect.gen(function* () {
      yield* getAt(0)
      settings.skewMillis = 9_000
      yield* get
      assert.deepStrictEqual(yield* bounds, [9_000, 10_000])
    }).pipe(Effect.provide(layer(settings)))
  })

  it.effect("keeps its precision for minutes, and drops old measurements", () => {
    const settings: Settings = { skewMillis: 5_000 }
    return Effect.gen(function* () {
      for (const millis of [100, 10_900]) {
        yield* getAt(millis)
      }
      for (const millis of [500, 1_100, 11_900]) {
        yield* getAt(6 * 60_000 + millis)
        assert.deepStrictEqual(yield* bounds, [4_900, 5_100], "from the last six minutes")
      }
      yield* getAt(40 * 60_000 + 500)
      assert.deepStrictEqual(yield* bounds, [4_500, 5_500], "from this response alone")
    }).pipe(Effect.provide(layer(settings)))
  })

  it.effect("lets later responses narrow a measurement for five minutes, and drops it after fifteen", () =>
    Effect.gen(function* () {
      let hour = 0
      for (const [later, expected] of [
        [
          [300_099, 600_100],
          [4_901, 5_100]
        ],
        [
          [300_100, 600_100],
          [4_900, 5_900]
        ],
        [[900_099], [4_901, 5_100]],
        [[900_100], [4_900, 5_900]]
      ] as const) {
        // The monotonic clock cannot go back, so the cases are an hour apart.
        const startMillis = 3_600_000 * hour++
        const measured = Effect.gen(function* () {
          for (const millis of [100, 10_900, ...later]) {
            yield* getAt(startMillis + millis)
          }
          return yield* bounds
        })
        assert.deepStrictEqual(yield* Effect.provide(measured, layer({ skewMillis: 5_000 })), [...expected], `${later}`)
      }
    })
  )

  it.effect("restarts after this machine's clock was set", () => {
    const machine = new Machine()
    return Effect.gen(function* () {
      yield* getAt(0)
      machine.aheadMillis = 40_000
      assert.isUndefined(yield* ClockSkew.measured)
      yield* get
      assert.deepStrictEqual(yield* bounds, [-35_000, -34_000])
    }).pipe(machine.run, Effect.provide(layer({ skewMillis: 5_000 })))
  })

  it.effect("tolerates a drift of 250 ms between the wall clock and the monotonic clock", () => {
    const machine = new Machine()
    return Effect.gen(function* () {
      for (const aheadMillis of [250, -250, 251, -251]) {
        machine.aheadMillis = 0
        yield* getAt(0)
        assert.isDefined(yield* ClockSkew.measured)
        machine.aheadMillis = aheadMillis
        assert.strictEqual((yield* ClockSkew.measured) === undefined, Math.abs(aheadMillis) > 250, `${aheadMillis}`)
      }
    }).pipe(machine.run, Effect.provide(layer({ skewMillis: 5_000 })))
  })

  it.effect("accepts a date at the start of Unix time", () =>
    Effect.gen(function* () {
      yield* get
      assert.deepStrictEqual(yield* bounds, [0, 1_000])
    }).pipe(Effect.provide(layer({ skewMillis: 0 })))
  )

  it.effect("ignores a response if this machine's clock was set during the call", () => {
    const machine = new Machine()
    return Effect.gen(function* () {
      yield* from(0)
      const fiber = yield* Effect.forkChild(get)
      yield* TestClock.adjust("1 second")
      machine.aheadMillis = 40_000
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      assert.isUndefined(yield* ClockSkew.measured)
    }).pipe(machine.run, Effect.provide(layer({ skewMillis: 5_000, upMillis: 1_000, downMillis: 1_000 })))
  })

  const unfit: ReadonlyArray<readonly [what: string, headers: (date: string) => Record<string, string>]> = [
    ["without a date", () => ({})],
    ["from a cache, with an age", (date) => ({ date, age: "7" })],
    ["from a cache, with age 0", (date) => ({ date, age: "0" })],
    ["with a CDN's cache hit", (date) => ({ date, "x-cache": "Hit from cloudfront" })],
    ["with a CDN's revalidated cache hit", (date) => ({ date, "x-cache": "RefreshHit from cloudfront" })],
    ["whose date is a word", () => ({ date: "yesterday" })],
    ["whose date is a number", () => ({ date: "1790000000" })],
    ["with a date in another format", () => ({ date: "2026-11-22T09:30:00Z" })],
    ["with a date in another zone", (date) => ({ date: date.replace("GMT", "+0200") })],
    ["with two dates", (date) => ({ date: `${date}, ${date}` })],
    ["with an invalid day", () => ({ date: "Sun, 99 Nov 2026 09:30:00 GMT" })],
    ["with a date before 1970", () => ({ date: "Wed, 31 Dec 1969 23:59:59 GMT" })]
  ]
  for (const [what, headers] of unfit) {
    it.effect(`ignores a response ${what}`, () =>
      Effect.gen(function* () {
        yield* getAt(0)
        assert.isUndefined(yield* ClockSkew.measured)
      }).pipe(Effect.provide(layer({ skewMillis: 60_000, headers: (_, date) => headers(date) })))
    )
  }

  for (const [name, what] of [
    ["Miss from cloudfront", "a response that a CDN forwarded"],
    ["Error from cloudfront", "an error that a CDN forwarded"]
  ] as const) {
    it.effect(`measures ${what}`, () =>
      Effect.gen(function* () {
        yield* getAt(0)
        assert.deepStrictEqual(yield* bounds, [60_000, 61_000])
      }).pipe(Effect.provide(layer({ skewMillis: 60_000, headers: (_, date) => ({ date, "x-cache": name }) })))
    )
  }

  it.effect("is separate for each layer", () =>
    Effect.gen(function* () {
      yield* from(0)
      const other = Effect.andThen(get, ClockSkew.measured).pipe(Effect.provide(layer({ skewMillis: 60_000 })))
      assert.strictEqual((yield* other)?.lowerMillis, 60_000)
      assert.isUndefined(yield* ClockSkew.measured)
    }).pipe(Effect.provide(layer({ skewMillis: 0 })))
  )

  it.effect("lets an application warn about a wrong clock", () =>
    Effect.gen(function* () {
      yield* from(0)
      const warnings: Array<unknown> = []
      const warn = Effect.flatMap(ClockSkew.measured, (skew) =>
        skew !== undefined && (skew.lowerMillis > 2_000 || skew.upperMillis < -2_000)
          ? Effect.logWarning(`this machine's clock is off by about ${skew.millis} ms`)
          : Effect.void
      )
      assertIsExample(import.meta.url, "ClockSkew", "Warning about a wrong clock")
      const logged = warn.pipe(
        Effect.provide(Logger.layer([Logger.make(({ message }) => void warnings.push(message))]))
      )
      yield* logged
      yield* get
      yield* logged
      assert.deepStrictEqual(warnings.flat(), ["this machine's clock is off by about -59500 ms"])
    }).pipe(Effect.provide(layer({ skewMillis: -60_000 })))
  )

  it("contains the true skew, and does not widen while the skew is constant", () =>
    holds(
      "contains the true skew, and does not widen while the skew is constant",
      fc.record({
        skewMillis: fc.integer({ min: -100_000, max: 100_000 }),
        trips: fc.array(fc.record({ waitMillis: fc.nat(20_000), upMillis: fc.nat(900), downMillis: fc.nat(900) }), {
          minLength: 1,
          maxLength: 12
        })
      }),
      ({ skewMillis, trips }) => {
        const settings = { skewMillis, upMillis: 0, downMillis: 0 }
        return Effect.gen(function* () {
          yield* from(0)
          let width = Number.POSITIVE_INFINITY
          for (const { downMillis, upMillis, waitMillis } of trips) {
            yield* TestClock.adjust(waitMillis)
            Object.assign(settings, { upMillis, downMillis })
            const fiber = yield* Effect.forkChild(ExchangeOperations.status())
            yield* TestClock.adjust(upMillis)
            yield* TestClock.adjust(downMillis)
            yield* Fiber.join(fiber)
            const { lowerMillis, upperMillis } = (yield* ClockSkew.measured)!
            assert.isTrue(lowerMillis <= skewMillis && skewMillis <= upperMillis, `${lowerMillis}…${upperMillis}`)
            assert.isAtMost(upperMillis - lowerMillis, Math.min(width, 1_000 + upMillis + downMillis))
            width = upperMillis - lowerMillis
          }
        }).pipe(Effect.provide(layer(settings)))
      }
    ))
})

const rejectedCall = Effect.map(play(get), (result) => {
  const error = errorOf(result)
  return error._tag === "Unauthorized" ? error : assert.fail(error._tag)
})

const wrongKey = { code: "authentication_error", details: "INCORRECT_API_KEY_SIGNATURE" }

const statuses = Effect.map(Exchange, ({ served }) => served.map(({ status }) => status))

describe("Unauthorized", () => {
  it.effect("says in one line that the clock is wrong if the date of the response shows this", () =>
    Effect.gen(function* () {
      yield* from(0)
      const error = yield* rejectedCall
      assert.deepInclude(error.explanation, {
        clockSkewMillis: 0,
        measuredClockSkewMillis: -44_500,
        measuredClockSkewErrorMillis: 500
      })
      assert.include(
        error.message,
        "this machine's clock is 44500 ms (± 500 ms) ahead of the exchange's clock: set the clock"
      )
      assert.notInclude(error.message, "\n")
    }).pipe(Effect.provide(layer({ skewMillis: -45_000, windowMillis }, { policy: { retry: SendPolicy.noRetry } })))
  )

  it.effect("does not blame a clock whose skew may be within the resolution of a date", () =>
    Effect.gen(function* () {
      yield* from(0)
      const error = yield* rejectedCall
      assert.strictEqual(error.explanation?.measuredClockSkewMillis, 1_500)
      assert.notInclude(error.message, "clock")
      assert.include(error.message, "check that the key id belongs to this private key")
    }).pipe(Effect.provide(layer({ skewMillis: 1_900, status: () => 401, rejection: wrongKey })))
  )

  it.effect("blames a clock whose skew certainly exceeds the resolution of a date", () =>
    Effect.gen(function* () {
      yield* from(999)
      assert.include((yield* rejectedCall).message, "this machine's clock is 1501 ms (± 500 ms) behind the exchange's")
    }).pipe(Effect.provide(layer({ skewMillis: 1_500, status: () => 401, rejection: wrongKey })))
  )

  it.effect("says that the timestamp expired, and what to do, if the clocks agree", () =>
    Effect.gen(function* () {
      yield* from(0)
      const { message } = yield* rejectedCall
      assert.include(message, "the timestamp was too old although the clocks agree")
      assert.include(message, "call again")
      assert.notInclude(message, "key id belongs")
    }).pipe(Effect.provide(layer({ skewMillis: 200, status: () => 401 })))
  )

  it.effect("asks to check the clock if the response has no date", () =>
    Effect.gen(function* () {
      yield* from(0)
      const { message } = yield* rejectedCall
      assert.include(message, "the exchange did not accept the timestamp")
      assert.include(message, "check this machine's clock")
      assert.notInclude(message, "key id belongs")
    }).pipe(Effect.provide(layer({ skewMillis: 45_000, windowMillis, headers: () => ({}) })))
  )

  for (const [skewMillis, text] of [
    [119_500, "120000 ms (± 500 ms) behind"],
    [-120_500, "120000 ms (± 500 ms) ahead of"],
    [120_500, "2 minutes (± 500 ms) behind"],
    [-121_500, "2 minutes (± 500 ms) ahead of"],
    [299_500, "5 minutes (± 500 ms) behind"],
    [-3_600_500, "60 minutes (± 500 ms) ahead of"],
    [449_500, "7.5 minutes (± 500 ms) behind"]
  ] as const) {
    it.effect(`shows a skew of ${skewMillis} ms as ${text}`, () =>
      Effect.gen(function* () {
        yield* from(500)
        assert.include(
          (yield* rejectedCall).message,
          `this machine's clock is ${text} the exchange's clock: set the clock`
        )
      }).pipe(Effect.provide(layer({ skewMillis, windowMillis }, { policy: { retry: SendPolicy.noRetry } })))
    )
  }

  it.effect("measures the skew by earlier responses if the rejection came from a cache", () =>
    Effect.gen(function* () {
      yield* from(0)
      yield* ExchangeOperations.status()
      assert.strictEqual((yield* rejectedCall).explanation?.measuredClockSkewMillis, 60_500)
    }).pipe(
      Effect.provide(
        layer({
          skewMillis: 60_000,
          windowMillis,
          headers: (n, date) => (n === 0 ? { date } : { date: httpDate(day - 3_600_000), age: "3600" })
        })
      )
    )
  )
})

describe("Unauthorized because of the timestamp", () => {
  const atFirst = (n: number) => (n === 0 ? 401 : undefined)
  const blames: ReadonlyArray<readonly [what: string, settings: Settings]> = [
    ["with clocks that agree", { skewMillis: 200, status: atFirst }],
    ["without a date header", { skewMillis: 0, status: atFirst, headers: () => ({}) }],
    [
      "with a response from a cache",
      { skewMillis: 0, status: atFirst, headers: () => ({ date: httpDate(0), age: "9" }) }
    ],
    [
      "with a code in capital letters",
      { skewMillis: 0, status: atFirst, rejection: { code: "HEADER_TIMESTAMP_EXPIRED" } }
    ],
    ["with another code", { skewMillis: 0, status: atFirst, rejection: { code: "timestamp_too_old" } }],
    [
      "with the code in the details of the error",
      {
        skewMillis: 0,
        status: atFirst,
        rejection: {
          code: "authentication_error",
          details: "rpc error: code = Unauthenticated desc = HEADER_TIMESTAMP_EXPIRED"
        }
      }
    ]
  ]
  for (const [what, settings] of blames) {
    it.effect(`makes the client sign and send the request again, even with retry "never": ${what}`, () =>
      Effect.gen(function* () {
        yield* from(0)
        assert.strictEqual((yield* play(create))._tag, "Success")
        assert.deepStrictEqual(yield* statuses, [401, 201])
        const [first, second] = (yield* Exchange).served
        assert.strictEqual(second!.signedMillis, second!.atMillis)
        assert.isAbove(second!.signedMillis!, first!.signedMillis!)
        // The response takes a millisecond, so that the two signing times differ.
      }).pipe(Effect.provide(layer({ ...settings, downMillis: 1 })))
    )
  }

  for (const [what, options] of [
    ["", {}],
    [" with correctClockSkew", { correctClockSkew: true }]
  ] as const) {
    it.effect(`is retried once per call${what}`, () =>
      Effect.gen(function* () {
        yield* from(0)
        for (let call = 1; call <= 2; call++) {
          assert.strictEqual((yield* rejectedCall).attempts, 2)
          assert.strictEqual((yield* statuses).length, 2 * call)
        }
      }).pipe(
        Effect.provide(
          layer(
            {
              skewMillis: 0,
              status: () => 401,
              // Each response has a different date.
              headers: (n) => ({ date: httpDate(day + (n + 1) * 3_600_000) })
            },
            options
          )
        )
      )
    )
  }

  it.effect("is not retried if the policy allows no retry", () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual((yield* rejectedCall).attempts, 1)
    }).pipe(Effect.provide(layer({ skewMillis: 0, status: () => 401 }, { policy: { retry: SendPolicy.noRetry } })))
  )

  for (const code of ["authentication_error", "timestamp_is_missing_from_headers", "permission_denied"]) {
    it.effect(`is not retried with the code ${code}`, () =>
      Effect.gen(function* () {
        yield* from(0)
        assert.strictEqual((yield* rejectedCall).attempts, 1)
      }).pipe(Effect.provide(layer({ skewMillis: 0, status: () => 401, rejection: { code } })))
    )
  }

  it.effect("is not retried without a key", () => {
    const settings: Settings = { skewMillis: 0, status: () => 401 }
    return Effect.gen(function* () {
      const sender = yield* Kalshi.KalshiPublic
      const result = yield* play(sender.send(Markets.orderbook.descriptor, { ticker: "T" }))
      assert.deepInclude(errorOf(result), { _tag: "Unauthorized", attempts: 1 })
    }).pipe(Effect.provide(Layer.provideMerge(Kalshi.layerPublic({ environment }), layerExchange(settings))))
  })

  it.effect("is not retried for an unsigned operation", () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual(errorOf(yield* play(ExchangeOperations.status()))._tag, "UnexpectedStatus")
      assert.deepStrictEqual(yield* statuses, [401])
    }).pipe(Effect.provide(layer({ skewMillis: 0, status: () => 401 })))
  )
})

describe("correctClockSkew", () => {
  const corrected = { correctClockSkew: true }

  for (const skewMillis of [45_000, -45_000]) {
    it.effect(`signs with the exchange's time once it is known (skew: ${skewMillis} ms)`, () =>
      Effect.gen(function* () {
        yield* from(400)
        yield* ExchangeOperations.status()
        yield* get
        yield* TestClock.adjust("10 minutes")
        yield* get
        const { served } = yield* Exchange
        assert.deepStrictEqual(
          served.map(({ status }) => status),
          [200, 200, 200]
        )
        const exchangeMillis = day + 400 + skewMillis
        assert.closeTo(served[1]!.signedMillis!, exchangeMillis, 500)
        assert.closeTo(served[2]!.signedMillis!, exchangeMillis + 600_000, 500)
      }).pipe(Effect.provide(layer({ skewMillis, windowMillis }, corrected)))
    )

    it.effect(`retries an attempt that was rejected for its timestamp (skew: ${skewMillis} ms)`, () =>
      Effect.gen(function* () {
        yield* from(0)
        assert.strictEqual((yield* play(get))._tag, "Success")
        assert.deepStrictEqual(yield* statuses, [401, 200])
      }).pipe(Effect.provide(layer({ skewMillis, windowMillis }, corrected)))
    )
  }

  it.effect('retries a 401 of an operation with retry "never", because the exchange did not carry it out', () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual(OrderGroups.create.descriptor.retry, "never")
      assert.strictEqual((yield* play(create))._tag, "Success")
      assert.deepStrictEqual(yield* statuses, [401, 201])
    }).pipe(Effect.provide(layer({ skewMillis: 45_000, windowMillis }, corrected)))
  )

  it.effect("retries a rejected attempt only once, even if the second response has a different date", () => {
    const settings: Settings = {
      skewMillis: 45_000,
      windowMillis,
      status: () => 401,
      // Each response has a different date.
      headers: (n) => ({ date: httpDate(day + (n + 1) * 3_600_000) })
    }
    return Effect.gen(function* () {
      yield* from(0)
      const error = yield* rejectedCall
      assert.strictEqual(error.attempts, 2)
      assert.strictEqual((yield* Exchange).served.length, 2)
      assert.include(error.message, "added to this machine's clock")
    }).pipe(Effect.provide(layer(settings, corrected)))
  })

  it.effect("retries a 401 with another code if its date reveals a wrong clock", () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual((yield* play(get))._tag, "Success")
      assert.deepStrictEqual(yield* statuses, [401, 200])
    }).pipe(Effect.provide(layer({ skewMillis: 45_000, windowMillis, rejection: wrongKey }, corrected)))
  )

  it.effect("does not retry a 401 for an unsigned operation, and does not explain it", () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual(errorOf(yield* play(ExchangeOperations.status()))._tag, "UnexpectedStatus")
      const error = errorOf(yield* play(Events.list()))
      assert.isTrue(error._tag === "Unauthorized" && error.explanation === undefined)
      assert.deepStrictEqual(yield* statuses, [401, 401])
    }).pipe(Effect.provide(layer({ skewMillis: 45_000, status: () => 401 }, corrected)))
  )

  it.effect("does not retry a rejected attempt if the policy allows no retry", () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual(errorOf(yield* play(get))._tag, "Unauthorized")
      assert.strictEqual((yield* Exchange).served.length, 1)
      assert.strictEqual((yield* play(get))._tag, "Success", "the next call uses the corrected time")
    }).pipe(
      Effect.provide(
        layer({ skewMillis: 45_000, windowMillis }, { ...corrected, policy: { retry: SendPolicy.noRetry } })
      )
    )
  )

  const unrelated: ReadonlyArray<readonly [what: string, settings: Settings]> = [
    ["with a date that agrees with the clock", { skewMillis: 200, status: () => 401, rejection: wrongKey }],
    [
      "with a date from a cache",
      { skewMillis: 0, status: () => 401, headers: () => ({ date: httpDate(0), age: "9" }), rejection: wrongKey }
    ],
    ["without a date", { skewMillis: 45_000, windowMillis, headers: () => ({}), rejection: wrongKey }]
  ]
  for (const [what, settings] of unrelated) {
    it.effect(`does not retry a 401 with another code ${what}`, () =>
      Effect.gen(function* () {
        yield* from(0)
        assert.strictEqual(errorOf(yield* play(get))._tag, "Unauthorized")
        assert.strictEqual((yield* Exchange).served.length, 1)
      }).pipe(Effect.provide(layer(settings, corrected)))
    )
  }

  it.effect("does not retry a status other than 401, even with a wrong clock", () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual(errorOf(yield* play(get))._tag, "NotFound")
      assert.strictEqual((yield* Exchange).served.length, 1)
    }).pipe(Effect.provide(layer({ skewMillis: 45_000, windowMillis, status: () => 404 }, corrected)))
  )

  for (const skewMillis of [1_900, -1_500]) {
    it.effect(`does not correct a skew that may be within the resolution of a date: ${skewMillis} ms`, () =>
      Effect.gen(function* () {
        yield* getAt(0)
        yield* get
        assert.strictEqual((yield* Exchange).served[1]!.signedMillis, day)
      }).pipe(Effect.provide(layer({ skewMillis }, corrected)))
    )
  }

  for (const [fromMillis, skewMillis, correctionMillis] of [
    [999, 1_500, 1_501],
    [1, -1_500, -1_501]
  ] as const) {
    it.effect(`corrects a skew that certainly exceeds the resolution of a date: ${skewMillis} ms`, () =>
      Effect.gen(function* () {
        yield* getAt(fromMillis)
        yield* get
        assert.strictEqual((yield* Exchange).served[1]!.signedMillis, day + fromMillis + correctionMillis)
      }).pipe(Effect.provide(layer({ skewMillis }, corrected)))
    )
  }

  for (const skewMillis of [45_000, -45_000]) {
    it.effect(`does not retry a 401 after it signed with a corrected timestamp (skew: ${skewMillis} ms)`, () =>
      Effect.gen(function* () {
        yield* from(0)
        yield* ExchangeOperations.status()
        assert.strictEqual((yield* rejectedCall).attempts, 1)
      }).pipe(
        Effect.provide(
          layer({ skewMillis, rejection: wrongKey, status: (n) => (n === 0 ? undefined : 401) }, corrected)
        )
      )
    )
  }

  it.effect("stops the correction when this machine's clock is set correctly", () => {
    const machine = new Machine()
    return Effect.gen(function* () {
      yield* from(0)
      yield* play(get)
      machine.aheadMillis = 45_000
      yield* get
      assert.strictEqual((yield* Exchange).served.at(-1)!.signedMillis, day + 20_000 + 45_000)
    }).pipe(machine.run, Effect.provide(layer({ skewMillis: 45_000, windowMillis }, corrected)))
  })

  it.effect("is off by default", () =>
    Effect.gen(function* () {
      yield* from(0)
      for (let call = 0; call < 2; call++) yield* rejectedCall
      const { served } = yield* Exchange
      assert.strictEqual(served.length, 4)
      for (const { atMillis, signedMillis } of served) assert.strictEqual(signedMillis, atMillis)
    }).pipe(Effect.provide(layer({ skewMillis: 45_000, windowMillis })))
  )
})
