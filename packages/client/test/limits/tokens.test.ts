import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import * as Errors from "../../src/Errors.ts"
import type { Store, Want } from "../../src/limits/RateLimits.ts"
import { isLimited, Tokens } from "../../src/limits/tokens.ts"
import type { CallFailure } from "../../src/sending/decode.ts"

const want: Want = {
  id: "a",
  account: "account",
  buckets: [{ name: "write", capacity: 100, refillRate: 100, learned: true }],
  cost: 10,
  urgent: false,
  forced: false,
  waitedMillis: 0,
  latencyMillis: 500
}

const operation = "Orders.cancel"
const fields = { operation, body: { message: "why" }, attempts: 1, afterLostAnswer: false }

const transportError = (requestSent: "no" | "maybe") =>
  new Errors.TransportError({ operation, requestSent, code: undefined, reason: "", attempts: 1 })
const timeout = new Errors.RequestTimeout({
  operation,
  limit: "attempt",
  timeoutMillis: 1,
  requestSent: "maybe",
  attempts: 1
})
const limited = new Errors.TooManyRequests({ ...fields, retryAfterMillis: undefined })

/** Records the calls to the store. The entry `freed` stands for a notification of the queues. */
const make = (changes: Partial<Store> = {}, locality: Pick<Store, "isLocal"> = { isLocal: true }) =>
  Effect.map(Effect.scope, (scope) => {
    const calls: Array<string> = []
    const record = (name: string) => () => Effect.sync(() => void calls.push(name))
    const store: Store = {
      ...locality,
      take: () => Effect.succeed(0),
      giveUp: record("giveUp"),
      arrived: record("arrived"),
      giveBack: record("giveBack"),
      drain: record("drain"),
      waitFor: () => Effect.succeed(0),
      ...changes
    }
    return { calls, tokens: new Tokens(store, scope, () => void calls.push("freed")) }
  })

describe("Tokens", () => {
  it.effect("allows one concurrent request to a local store, and eight to a remote store", () =>
    Effect.gen(function* () {
      for (const [locality, width] of [
        [{ isLocal: true }, 1],
        [{ isLocal: false }, 8],
        [{}, 8]
      ] as const) {
        assert.strictEqual((yield* make({}, locality)).tokens.width, width)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("notifies the queues after refund and withdraw, but not after giveUp", () =>
    Effect.gen(function* () {
      const { calls, tokens } = yield* make()
      yield* tokens.giveUp(want)
      yield* tokens.refund({ want, atMillis: 0 }, 0)
      yield* tokens.withdraw(want)
      assert.deepStrictEqual(calls, ["giveUp", "giveBack", "freed", "giveUp", "freed"])
    }).pipe(Effect.scoped)
  )

  it.effect("ignores a defect of the store", () =>
    Effect.gen(function* () {
      const broken = () => Effect.die(new Error("a fault of the store"))
      const { calls, tokens } = yield* make({ arrived: broken, drain: broken, giveBack: broken, giveUp: broken })
      yield* tokens.refund({ want, atMillis: 0 }, 0)
      yield* tokens.withdraw(want)
      yield* tokens.settle({ want, atMillis: 0 }, true, Exit.fail(limited), 0)
      assert.deepStrictEqual(calls, ["freed", "freed"])
    }).pipe(Effect.scoped)
  )
})

describe("Tokens.settle", () => {
  const success = Exit.succeed(undefined)
  const refunded = ["giveBack", "freed"]
  const cases: ReadonlyArray<
    readonly [
      what: string,
      wasSent: boolean,
      exit: Exit.Exit<unknown, CallFailure>,
      inTime: ReadonlyArray<string>,
      late: ReadonlyArray<string>
    ]
  > = [
    ["a call that sent nothing", false, Exit.interrupt(), refunded, []],
    ["a refused connection", true, Exit.fail(transportError("no")), refunded, []],
    ["a success", true, success, ["arrived"], []],
    ["a refusal", true, Exit.fail(new Errors.NotFound(fields)), ["arrived"], []],
    ["a 429", true, Exit.fail(limited), ["arrived", "drain"], ["drain"]],
    ["a lost response", true, Exit.fail(transportError("maybe")), [], []],
    ["a timeout", true, Exit.fail(timeout), [], []],
    ["an interruption", true, Exit.interrupt(), [], []],
    ["a defect", true, Exit.die(new Error("a fault")), [], []]
  ]
  for (const [what, wasSent, exit, inTime, late] of cases) {
    it.effect(
      `runs ${inTime.join(" and ") || "nothing"} after ${what} within the latency, and ${late.join() || "nothing"} after a later one`,
      () =>
        Effect.gen(function* () {
          for (const [nowMillis, expected] of [
            [1_000, inTime],
            [1_500, inTime],
            [1_501, late]
          ] as const) {
            const { calls, tokens } = yield* make()
            yield* tokens.settle({ want, atMillis: 1_000 }, wasSent, exit, nowMillis)
            assert.deepStrictEqual(calls, [...expected], `at ${nowMillis}`)
          }
        }).pipe(Effect.scoped)
    )
  }

  it.effect("refunds tokens after any time if the latency is zero", () =>
    Effect.gen(function* () {
      for (const [latencyMillis, expected] of [
        [0, refunded],
        [1, []]
      ] as const) {
        const { calls, tokens } = yield* make()
        yield* tokens.settle({ want: { ...want, latencyMillis }, atMillis: 0 }, false, Exit.interrupt(), 9_000)
        assert.deepStrictEqual(calls, [...expected])
      }
    }).pipe(Effect.scoped)
  )

  it.effect("does not wait for a remote store", () =>
    Effect.gen(function* () {
      for (const locality of [{ isLocal: false }, {}]) {
        let isCalled = false
        const arrived = () =>
          Effect.andThen(
            Effect.sync(() => void (isCalled = true)),
            Effect.never
          )
        const { tokens } = yield* make({ arrived }, locality)
        yield* tokens.settle({ want, atMillis: 0 }, true, success, 0)
        assert.isTrue(isCalled)
      }
    }).pipe(Effect.scoped)
  )
})

describe("isLimited", () => {
  it("is true only for TooManyRequests", () => {
    assert.isTrue(isLimited(Exit.fail(limited)))
    for (const exit of [Exit.succeed(limited), Exit.fail(timeout), Exit.interrupt(), Exit.die(limited)]) {
      assert.isFalse(isLimited(exit))
    }
  })
})
