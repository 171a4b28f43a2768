import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Logger } from "effect"
import * as fc from "fast-check"
import { TestClock } from "effect/testing"
import * as ClockSkew from "../src/sending/ClockSkew.ts"
import * as ExchangeOperations from "../src/rest/Exchange.ts"
import * as OrderGroups from "../src/rest/OrderGroups.ts"
import * as SendPolicy from "../src/sending/SendPolicy.ts"
import { Exchange, httpDate, layer, Machine, type Settings } from "./support/datedExchange.ts"
import { holds } from "./support/laws.ts"
import { isExample } from "./support/operations.ts"
import { errorOf, runFor } from "./support/run.ts"

const get = OrderGroups.get({ order_group_id: "g" })
const create = OrderGroups.create({ contracts_limit: 1 })

/** Some day, on a whole second. */
const day = Date.UTC(2026, 10, 22, 9, 30)

const windowMillis = 30_000

const from = (millis: number) => TestClock.setTime(day + millis)

const play = <A, E, R>(call: Effect.Effect<A, E, R>) => runFor("20 seconds", Effect.result(call))

const bounds = Effect.map(ClockSkew.measured, (skew) => skew && [skew.lowerMillis, skew.upperMillis])

describe("ClockSkew.measured", () => {
  it.effect("is undefined before the first answer, and then the second that its date tells", () =>
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

  it.effect("is below zero where this machine's clock is ahead", () =>
    Effect.gen(function* () {
      yield* from(0)
      yield* get
      assert.deepStrictEqual(yield* bounds, [-60_000, -59_000])
    }).pipe(Effect.provide(layer({ skewMillis: -60_000 })))
  )

  it.effect("is as wide as the round trip and the second of the date", () =>
    Effect.gen(function* () {
      yield* from(0)
      yield* play(get)
      assert.deepStrictEqual(yield* bounds, [4_600, 6_000])
    }).pipe(Effect.provide(layer({ skewMillis: 5_000, upMillis: 300, downMillis: 100 })))
  )

  it.effect("narrows to what all answers allow", () =>
    Effect.gen(function* () {
      yield* from(100)
      yield* get
      assert.deepStrictEqual(yield* bounds, [4_900, 5_900])
      yield* from(10_900)
      yield* get
      assert.deepStrictEqual(yield* bounds, [4_900, 5_100])
      yield* from(20_500)
      yield* get
      assert.deepStrictEqual(yield* bounds, [4_900, 5_100])
    }).pipe(Effect.provide(layer({ skewMillis: 5_000 })))
  )

  it.effect("narrows to one instant where two answers allow no other", () => {
    const settings: Settings = { skewMillis: 5_000 }
    return Effect.gen(function* () {
      yield* from(100)
      yield* get
      settings.skewMillis = 5_900
      yield* from(1_100)
      yield* get
      assert.deepStrictEqual(yield* bounds, [5_900, 5_900])
    }).pipe(Effect.provide(layer(settings)))
  })

  it.effect("begins anew where an answer contradicts it", () => {
    const settings: Settings = { skewMillis: 5_000 }
    return Effect.gen(function* () {
      yield* from(0)
      yield* get
      settings.skewMillis = 9_000
      yield* get
      assert.deepStrictEqual(yield* bounds, [9_000, 10_000])
    }).pipe(Effect.provide(layer(settings)))
  })

  it.effect("keeps its precision for minutes, and gives up what is old", () => {
    const settings: Settings = { skewMillis: 5_000 }
    return Effect.gen(function* () {
      for (const millis of [100, 10_900]) {
        yield* from(millis)
        yield* get
      }
      for (const millis of [500, 1_100, 11_900]) {
        yield* from(6 * 60_000 + millis)
        yield* get
        assert.deepStrictEqual(yield* bounds, [4_900, 5_100], "of the six minutes before")
      }
      yield* from(40 * 60_000 + 500)
      yield* get
      assert.deepStrictEqual(yield* bounds, [4_500, 5_500], "of this answer alone")
    }).pipe(Effect.provide(layer(settings)))
  })

  it.effect("narrows one measurement for five minutes, and keeps it for fifteen at most", () =>
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
        // The clock that nobody sets goes on.
        const startMillis = 3_600_000 * hour++
        const measured = Effect.gen(function* () {
          for (const millis of [100, 10_900, ...later]) {
            yield* from(startMillis + millis)
            yield* get
          }
          return yield* bounds
        })
        assert.deepStrictEqual(yield* Effect.provide(measured, layer({ skewMillis: 5_000 })), [...expected], `${later}`)
      }
    })
  )

  it.effect("forgets what it measured where this machine's clock was set, and measures anew", () => {
    const machine = new Machine()
    return Effect.gen(function* () {
      yield* from(0)
      yield* get
      machine.aheadMillis = 40_000
      assert.isUndefined(yield* ClockSkew.measured)
      yield* get
      assert.deepStrictEqual(yield* bounds, [-35_000, -34_000])
    }).pipe(machine.run, Effect.provide(layer({ skewMillis: 5_000 })))
  })

  it.effect("takes a quarter of a second between the two clocks for drift, and more for a clock that was set", () => {
    const machine = new Machine()
    return Effect.gen(function* () {
      for (const aheadMillis of [250, -250, 251, -251]) {
        machine.aheadMillis = 0
        yield* from(0)
        yield* get
        assert.isDefined(yield* ClockSkew.measured)
        machine.aheadMillis = aheadMillis
        assert.strictEqual((yield* ClockSkew.measured) === undefined, Math.abs(aheadMillis) > 250, `${aheadMillis}`)
      }
    }).pipe(machine.run, Effect.provide(layer({ skewMillis: 5_000 })))
  })

  it.effect("learns of a date at the beginning of Unix time", () =>
    Effect.gen(function* () {
      yield* get
      assert.deepStrictEqual(yield* bounds, [0, 1_000])
    }).pipe(Effect.provide(layer({ skewMillis: 0 })))
  )

  it.effect("learns nothing of an answer during which this machine's clock was set", () => {
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
    ["out of a cache, that says how old it is", (date) => ({ date, age: "7" })],
    ["out of a cache, and just come into it", (date) => ({ date, age: "0" })],
    ["that a CDN calls a hit", (date) => ({ date, "x-cache": "Hit from cloudfront" })],
    ["that a CDN asked about again", (date) => ({ date, "x-cache": "RefreshHit from cloudfront" })],
    ["with a word for a date", () => ({ date: "yesterday" })],
    ["with a number for a date", () => ({ date: "1790000000" })],
    ["with a date of another form", () => ({ date: "2026-11-22T09:30:00Z" })],
    ["with a date in another zone", (date) => ({ date: date.replace("GMT", "+0200") })],
    ["with two dates", (date) => ({ date: `${date}, ${date}` })],
    ["with a day that is not in the calendar", () => ({ date: "Sun, 99 Nov 2026 09:30:00 GMT" })],
    ["with a date before 1970", () => ({ date: "Wed, 31 Dec 1969 23:59:59 GMT" })]
  ]
  for (const [what, headers] of unfit) {
    it.effect(`learns nothing of an answer ${what}`, () =>
      Effect.gen(function* () {
        yield* from(0)
        yield* get
        assert.isUndefined(yield* ClockSkew.measured)
      }).pipe(Effect.provide(layer({ skewMillis: 60_000, headers: (_, date) => headers(date) })))
    )
  }

  for (const [name, of] of [
    ["Miss from cloudfront", "an answer that a CDN passed on"],
    ["Error from cloudfront", "an error that a CDN passed on"]
  ] as const) {
    it.effect(`learns of ${of}`, () =>
      Effect.gen(function* () {
        yield* from(0)
        yield* get
        assert.deepStrictEqual(yield* bounds, [60_000, 61_000])
      }).pipe(Effect.provide(layer({ skewMillis: 60_000, headers: (_, date) => ({ date, "x-cache": name }) })))
    )
  }

  it.effect("is of each layer by itself", () =>
    Effect.gen(function* () {
      yield* from(0)
      const there = Effect.andThen(get, ClockSkew.measured).pipe(Effect.provide(layer({ skewMillis: 60_000 })))
      assert.strictEqual((yield* there)?.lowerMillis, 60_000)
      assert.isUndefined(yield* ClockSkew.measured)
    }).pipe(Effect.provide(layer({ skewMillis: 0 })))
  )

  it.effect("is what an application warns by", () =>
    Effect.gen(function* () {
      yield* from(0)
      const warnings: Array<unknown> = []
      const warn = Effect.flatMap(ClockSkew.measured, (skew) =>
        skew !== undefined && (skew.lowerMillis > 2_000 || skew.upperMillis < -2_000)
          ? Effect.logWarning(`this machine's clock is off by about ${skew.millis} ms`)
          : Effect.void
      )
      isExample(import.meta.url, "ClockSkew", "Warn of a clock that is off")
      const logged = warn.pipe(
        Effect.provide(Logger.layer([Logger.make(({ message }) => void warnings.push(message))]))
      )
      yield* logged
      yield* get
      yield* logged
      assert.deepStrictEqual(warnings.flat(), ["this machine's clock is off by about -59500 ms"])
    }).pipe(Effect.provide(layer({ skewMillis: -60_000 })))
  )

  it("holds the true skew within its bounds, which never widen while nothing contradicts them", () =>
    holds(
      "holds the true skew within its bounds",
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

/** The error of a call that the exchange must refuse. */
const refusal = Effect.map(play(get), (result) => {
  const error = errorOf(result)
  return error._tag === "Unauthorized" ? error : assert.fail(error._tag)
})

const wrongKey = { code: "authentication_error", details: "INCORRECT_API_KEY_SIGNATURE" }

const statuses = Effect.map(Exchange, ({ served }) => served.map(({ status }) => status))

describe("Unauthorized", () => {
  it.effect("says in one line that the clock is off, where that answer's date shows it", () =>
    Effect.gen(function* () {
      yield* from(0)
      const error = yield* refusal
      assert.deepInclude(error.explanation, {
        clockSkewMillis: 0,
        measuredClockSkewMillis: -44_500,
        measuredClockSkewErrorMillis: 500
      })
      assert.include(
        error.message,
        "this machine's clock is 44500 ms (± 500 ms) ahead of the exchange's: set the clock"
      )
      assert.notInclude(error.message, "\n")
    }).pipe(Effect.provide(layer({ skewMillis: -45_000, windowMillis }, { policy: { retry: SendPolicy.noRetry } })))
  )

  it.effect("does not blame a clock that is off by no more than a date can tell", () =>
    Effect.gen(function* () {
      yield* from(0)
      const error = yield* refusal
      assert.strictEqual(error.explanation?.measuredClockSkewMillis, 1_500)
      assert.notInclude(error.message, "clock")
      assert.include(error.message, "check that the key id belongs to this private key")
    }).pipe(Effect.provide(layer({ skewMillis: 1_900, status: () => 401, refusal: wrongKey })))
  )

  it.effect("blames a clock as soon as a date can tell that it is off", () =>
    Effect.gen(function* () {
      yield* from(999)
      assert.include((yield* refusal).message, "this machine's clock is 1501 ms (± 500 ms) behind the exchange's")
    }).pipe(Effect.provide(layer({ skewMillis: 1_500, status: () => 401, refusal: wrongKey })))
  )

  it.effect("says that the timestamp expired, and what to do, where the clocks agree", () =>
    Effect.gen(function* () {
      yield* from(0)
      const { message } = yield* refusal
      assert.include(message, "the timestamp was too old although the clocks agree")
      assert.include(message, "call again")
      assert.notInclude(message, "key id belongs")
    }).pipe(Effect.provide(layer({ skewMillis: 200, status: () => 401 })))
  )

  it.effect("says so where the answer has no date, and asks to check the clock", () =>
    Effect.gen(function* () {
      yield* from(0)
      const { message } = yield* refusal
      assert.include(message, "the exchange did not accept the timestamp")
      assert.include(message, "check this machine's clock")
      assert.notInclude(message, "key id belongs")
    }).pipe(Effect.provide(layer({ skewMillis: 45_000, windowMillis, headers: () => ({}) })))
  )

  for (const [skewMillis, said] of [
    [119_500, "120000 ms (± 500 ms) behind"],
    [-120_500, "120000 ms (± 500 ms) ahead of"],
    [120_500, "2 minutes (± 500 ms) behind"],
    [-121_500, "2 minutes (± 500 ms) ahead of"],
    [299_500, "5 minutes (± 500 ms) behind"],
    [-3_600_500, "60 minutes (± 500 ms) ahead of"],
    [449_500, "7.5 minutes (± 500 ms) behind"]
  ] as const) {
    it.effect(`says a skew of ${skewMillis} ms as ${said}`, () =>
      Effect.gen(function* () {
        yield* from(500)
        assert.include((yield* refusal).message, `this machine's clock is ${said} the exchange's: set the clock`)
      }).pipe(Effect.provide(layer({ skewMillis, windowMillis }, { policy: { retry: SendPolicy.noRetry } })))
    )
  }

  it.effect("goes by the answers before where its own date is unfit, and says nothing of a cached one", () =>
    Effect.gen(function* () {
      yield* from(0)
      yield* ExchangeOperations.status()
      assert.strictEqual((yield* refusal).explanation?.measuredClockSkewMillis, 60_500)
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

describe("a 401 that blames the timestamp", () => {
  const atFirst = (n: number) => (n === 0 ? 401 : undefined)
  const blames: ReadonlyArray<readonly [what: string, settings: Settings]> = [
    ["while the clocks agree", { skewMillis: 200, status: atFirst }],
    ["without a date", { skewMillis: 0, status: atFirst, headers: () => ({}) }],
    ["out of a cache", { skewMillis: 0, status: atFirst, headers: () => ({ date: httpDate(0), age: "9" }) }],
    ["in capital letters", { skewMillis: 0, status: atFirst, refusal: { code: "HEADER_TIMESTAMP_EXPIRED" } }],
    ["under another name", { skewMillis: 0, status: atFirst, refusal: { code: "timestamp_too_old" } }],
    [
      "in its details",
      {
        skewMillis: 0,
        status: atFirst,
        refusal: {
          code: "authentication_error",
          details: "rpc error: code = Unauthenticated desc = HEADER_TIMESTAMP_EXPIRED"
        }
      }
    ]
  ]
  for (const [what, settings] of blames) {
    it.effect(`${what} makes the request be signed anew and sent once more, whatever its class`, () =>
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
    [", with correctClockSkew too", { correctClockSkew: true }]
  ] as const) {
    it.effect(`is repeated once per call${what}`, () =>
      Effect.gen(function* () {
        yield* from(0)
        for (let call = 1; call <= 2; call++) {
          assert.strictEqual((yield* refusal).attempts, 2)
          assert.strictEqual((yield* statuses).length, 2 * call)
        }
      }).pipe(
        Effect.provide(
          layer(
            {
              skewMillis: 0,
              status: () => 401,
              // Every answer tells another time.
              headers: (n) => ({ date: httpDate(day + (n + 1) * 3_600_000) })
            },
            options
          )
        )
      )
    )
  }

  it.effect("is not repeated where the policy has no repeat left", () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual((yield* refusal).attempts, 1)
    }).pipe(Effect.provide(layer({ skewMillis: 0, status: () => 401 }, { policy: { retry: SendPolicy.noRetry } })))
  )

  for (const code of ["authentication_error", "timestamp_is_missing_from_headers", "permission_denied"]) {
    it.effect(`is none with the code ${code}`, () =>
      Effect.gen(function* () {
        yield* from(0)
        assert.strictEqual((yield* refusal).attempts, 1)
      }).pipe(Effect.provide(layer({ skewMillis: 0, status: () => 401, refusal: { code } })))
    )
  }

  it.effect("is none where the operation is not signed, or the status is another", () =>
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
    it.effect(`signs by the exchange's time once it is known, ${skewMillis} ms off`, () =>
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

    it.effect(`makes an attempt once more that was refused for its time, ${skewMillis} ms off`, () =>
      Effect.gen(function* () {
        yield* from(0)
        assert.strictEqual((yield* play(get))._tag, "Success")
        assert.deepStrictEqual(yield* statuses, [401, 200])
      }).pipe(Effect.provide(layer({ skewMillis, windowMillis }, corrected)))
    )
  }

  it.effect("does so of an operation that is never repeated: a 401 was not carried out", () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual(OrderGroups.create.descriptor.retry, "never")
      assert.strictEqual((yield* play(create))._tag, "Success")
      assert.deepStrictEqual(yield* statuses, [401, 201])
    }).pipe(Effect.provide(layer({ skewMillis: 45_000, windowMillis }, corrected)))
  )

  it.effect("does so once, however often it is refused and whatever the next answer's date says", () => {
    const settings: Settings = {
      skewMillis: 45_000,
      windowMillis,
      status: () => 401,
      // Every answer tells another time.
      headers: (n) => ({ date: httpDate(day + (n + 1) * 3_600_000) })
    }
    return Effect.gen(function* () {
      yield* from(0)
      const error = yield* refusal
      assert.strictEqual(error.attempts, 2)
      assert.strictEqual((yield* Exchange).served.length, 2)
      assert.include(error.message, "added to this machine's clock")
    }).pipe(Effect.provide(layer(settings, corrected)))
  })

  it.effect("does so as one of the policy's repeats, and so not where it allows none", () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual(errorOf(yield* play(get))._tag, "Unauthorized")
      assert.strictEqual((yield* Exchange).served.length, 1)
      assert.strictEqual((yield* play(get))._tag, "Success", "the next call knows the time")
    }).pipe(
      Effect.provide(
        layer({ skewMillis: 45_000, windowMillis }, { ...corrected, policy: { retry: SendPolicy.noRetry } })
      )
    )
  )

  const notMended: ReadonlyArray<readonly [because: string, settings: Settings]> = [
    ["whose date says that the clock is right", { skewMillis: 200, status: () => 401, refusal: wrongKey }],
    [
      "whose date is out of a cache",
      { skewMillis: 0, status: () => 401, headers: () => ({ date: httpDate(0), age: "9" }), refusal: wrongKey }
    ],
    ["that has no date", { skewMillis: 45_000, windowMillis, headers: () => ({}), refusal: wrongKey }]
  ]
  for (const [because, settings] of notMended) {
    it.effect(`does not repeat a 401 that does not blame the timestamp and ${because}`, () =>
      Effect.gen(function* () {
        yield* from(0)
        assert.strictEqual(errorOf(yield* play(get))._tag, "Unauthorized")
        assert.strictEqual((yield* Exchange).served.length, 1)
      }).pipe(Effect.provide(layer(settings, corrected)))
    )
  }

  it.effect("does not repeat another refusal, however far the clock is off", () =>
    Effect.gen(function* () {
      yield* from(0)
      assert.strictEqual(errorOf(yield* play(get))._tag, "NotFound")
      assert.strictEqual((yield* Exchange).served.length, 1)
    }).pipe(Effect.provide(layer({ skewMillis: 45_000, windowMillis, status: () => 404 }, corrected)))
  )

  for (const skewMillis of [1_900, -1_500]) {
    it.effect(`leaves timestamps as they are where a date cannot tell that the clock is off, ${skewMillis} ms`, () =>
      Effect.gen(function* () {
        yield* from(0)
        yield* get
        yield* get
        assert.strictEqual((yield* Exchange).served[1]!.signedMillis, day)
      }).pipe(Effect.provide(layer({ skewMillis }, corrected)))
    )
  }

  for (const [fromMillis, skewMillis, correctionMillis] of [
    [999, 1_500, 1_501],
    [1, -1_500, -1_501]
  ] as const) {
    it.effect(`corrects as soon as a date can tell that the clock is off, ${skewMillis} ms`, () =>
      Effect.gen(function* () {
        yield* from(fromMillis)
        yield* get
        yield* get
        assert.strictEqual((yield* Exchange).served[1]!.signedMillis, day + fromMillis + correctionMillis)
      }).pipe(Effect.provide(layer({ skewMillis }, corrected)))
    )
  }

  for (const skewMillis of [45_000, -45_000]) {
    it.effect(`does not repeat a 401 whose timestamp was corrected already, ${skewMillis} ms off`, () =>
      Effect.gen(function* () {
        yield* from(0)
        yield* ExchangeOperations.status()
        assert.strictEqual((yield* refusal).attempts, 1)
      }).pipe(
        Effect.provide(layer({ skewMillis, refusal: wrongKey, status: (n) => (n === 0 ? undefined : 401) }, corrected))
      )
    )
  }

  it.effect("stops correcting when the clock is set right", () => {
    const machine = new Machine()
    return Effect.gen(function* () {
      yield* from(0)
      yield* play(get)
      machine.aheadMillis = 45_000
      yield* get
      assert.strictEqual((yield* Exchange).served.at(-1)!.signedMillis, day + 20_000 + 45_000)
    }).pipe(machine.run, Effect.provide(layer({ skewMillis: 45_000, windowMillis }, corrected)))
  })

  it.effect("is off unless told", () =>
    Effect.gen(function* () {
      yield* from(0)
      for (let call = 0; call < 2; call++) yield* refusal
      const { served } = yield* Exchange
      assert.strictEqual(served.length, 4)
      for (const { atMillis, signedMillis } of served) assert.strictEqual(signedMillis, atMillis)
    }).pipe(Effect.provide(layer({ skewMillis: 45_000, windowMillis })))
  )
})
