/** The local exchange against the document: invalid requests are refused, and valid ones succeed. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import type { Json } from "../../src/judge/JsonSchema.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { known, operationIds, working } from "../../src/targets/Working.ts"
import { makeWorld, type World } from "../../src/targets/World.ts"
import { sampleSize } from "../operations/support/samples.ts"
import { ask, type Got, signature } from "./support/exchange.ts"
import {
  type Ask,
  counted,
  holdAnswered,
  holdRefused,
  makeTally,
  type Tally,
  tolerated,
  total
} from "./support/holding.ts"
import {
  arbitraries,
  mutants,
  type Operation,
  operations,
  valid,
  type Violation,
  violation
} from "./support/judging.ts"

const seed = Replay.seedFrom()

/** The message of a failure: how to reproduce it, and what was found. */
const replayed = (findings: ReadonlyArray<string>): string =>
  [`KALSHI_CONTRACT_SEED=${seed}`, ...findings.slice(0, 20)].join("\n")

const timeMillis = 1_790_000_000_000

/** An exchange in memory, under a clock that the test moves. */
const inMemory = <A, E, R>(test: (world: World) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(timeMillis)
    return yield* Effect.flatMap(makeWorld(TestClock.adjust), test).pipe(Effect.provide(Sandbox.layerTest()))
  })

/** The same exchange over HTTP with a stopped clock. */
const overSockets = <A, E, R>(test: (world: World) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Sandbox.Sandbox, ({ moveClock }) => Effect.flatMap(makeWorld(moveClock), test)).pipe(
    Effect.provide([Sandbox.layer({ clock: "frozen" }), NodeHttpClient.layerUndici])
  )

/** Every kind of violation at every place, first in an input that succeeds without it. */
const violations = (operation: Operation, world: World): ReadonlyArray<Violation> => {
  const { reference, requests, suite } = operation
  const whole = working(world, reference.id, suite.values)
  const survey = mutants.survey(requests.input)([...whole, ...suite.values])
  return [...survey.mutants, ...suite.mutants].flatMap((mutant) => violation(operation, mutant) ?? [])
}

/** Violations of random inputs. */
const randomViolations = (operation: Operation): ReadonlyArray<Violation> => {
  const { requests } = operation
  const made = fc.sample(arbitraries.of(requests.input), { numRuns: sampleSize(2, 6), seed })
  return made.flatMap((input) => {
    const all = mutants
      .of(requests.input)(input)
      .flatMap((mutant) => violation(operation, mutant) ?? [])
    return all.length === 0 ? [] : fc.sample(fc.constantFrom(...all), { numRuns: 8, seed })
  })
}

/** Valid inputs: the coverage set and random ones, as they are and with entities of the exchange. */
const validInputs = ({ reference, requests, suite }: Operation, world: World): ReadonlyArray<Json> => {
  const any = [...suite.values, ...fc.sample(arbitraries.of(requests.input), { numRuns: sampleSize(5, 15), seed })]
  return [...any, ...any.map((input) => known(world, input)), ...working(world, reference.id, suite.values)]
}

describe("a request with a single violation", { timeout: 300_000 }, () => {
  it.effect("is refused with a decodable error and changes nothing, for every kind and place", () =>
    inMemory((world) =>
      Effect.gen(function* () {
        const tally = makeTally()
        for (const operation of operations) {
          const before = total(tally.kinds)
          yield* holdRefused(operation, ask(world), violations(operation, world), tally)
          assert.isAbove(total(tally.kinds), before, `violations of ${operation.reference.id}`)
        }
        console.log(
          `${total(tally.kinds)} violations of ${operations.length} operations: ${counted(tally.statuses)}\n${counted(tally.kinds)}`
        )
        assert.deepStrictEqual(tally.findings, [], replayed(tally.findings))
        assert.deepStrictEqual(
          [...tally.tolerated].sort(),
          Object.keys(tolerated).sort(),
          "every exception is needed, and no other"
        )
        assert.deepStrictEqual([...tally.kinds.keys()].sort(), [
          "above-maximum",
          "below-minimum",
          "enum-non-member",
          "extra-property",
          "format-violation",
          "fractional-integer",
          "int32-overflow",
          "missing-required",
          "non-finite-number",
          "null-where-not-nullable",
          "pattern-violation",
          "too-few-items",
          "too-long",
          "too-many-items",
          "too-short",
          "unsafe-integer",
          "wrong-type"
        ])
      })
    )
  )

  it.effect("is refused in random inputs too", () =>
    inMemory((world) =>
      Effect.gen(function* () {
        const tally = makeTally()
        for (const operation of operations) {
          yield* holdRefused(operation, ask(world), randomViolations(operation), tally)
        }
        console.log(`${total(tally.kinds)} random violations, seed ${seed}: ${counted(tally.statuses)}`)
        assert.deepStrictEqual(tally.findings, [], replayed(tally.findings))
        assert.isAbove(total(tally.kinds), sampleSize(1_000, 3_000))
      })
    )
  )

  it.effect("is refused without any part of its signature if the document requires one", () =>
    inMemory((world) =>
      Effect.gen(function* () {
        const tally = makeTally()
        const secured = operations.filter(({ reference }) => reference.security.length > 0)
        let asked = 0
        for (const operation of secured) {
          const { id } = operation.reference
          for (const without of [signature, ...signature.map((name) => [name])]) {
            const [input] = working(world, id, operation.suite.values)
            const sent = input === undefined ? undefined : valid(operation, input)
            if (sent === undefined) assert.fail(`${id} has no request`)
            const violation = { kind: "missing-required", pointer: without.join(), note: "headers", sent } as const
            yield* holdRefused(operation, ask(world, without), [violation], tally)
            asked++
          }
        }
        assert.deepStrictEqual(tally.findings, [], replayed(tally.findings))
        assert.deepStrictEqual([...tally.statuses], [[401, asked]])
        assert.strictEqual(asked, 4 * secured.length)
        console.log(`${total(tally.statuses)} requests without a signature: ${counted(tally.statuses)}`)
      })
    )
  )

  /** A sample of an operation's violations. Node refuses targets longer than its header limit. */
  const some = (operation: Operation, world: World): ReadonlyArray<Violation> => {
    const all = violations(operation, world).filter(({ sent }) => sent.target.length < 8_000)
    const step = Math.max(1, Math.floor(all.length / 5))
    return all.filter((_, index) => index % step === 0)
  }

  /** Records the responses; times in successes differ. */
  const keeping =
    (asked: Ask, kept: Array<unknown>): Ask =>
    (sent) =>
      Effect.tap(asked(sent), ({ body, status }) =>
        Effect.sync(() => kept.push(status < 400 ? [sent.target, status] : [sent.target, status, body]))
      )

  it.live("has the same response over sockets and in memory", () =>
    Effect.gen(function* () {
      // Both worlds have the same ids, because they use the same seed.
      const given = new Map<Operation, ReadonlyArray<Violation>>()
      const answersIn = (world: World) =>
        Effect.gen(function* () {
          const tally = makeTally()
          const kept: Array<unknown> = []
          for (const operation of operations) {
            const chosen = given.get(operation) ?? some(operation, world)
            given.set(operation, chosen)
            yield* holdRefused(operation, keeping(ask(world), kept), chosen, tally)
          }
          assert.deepStrictEqual(tally.findings, [], replayed(tally.findings))
          return kept
        })
      const memory = yield* Effect.provide(inMemory(answersIn), TestClock.layer())
      const sockets = yield* overSockets(answersIn)
      console.log(`${sockets.length} violations over sockets`)
      assert.deepStrictEqual(sockets, memory)
      assert.isAbove(sockets.length, 400)
    })
  )
})

describe("a valid request", { timeout: 300_000 }, () => {
  it.effect("has a valid response and changes no other account", () =>
    inMemory((world) =>
      Effect.gen(function* () {
        const all = makeTally()
        const table: Array<string> = []
        for (const operation of operations) {
          const { reference } = operation
          const tally: Tally = { ...makeTally(), findings: all.findings }
          yield* holdAnswered(operation, ask(world), world, validInputs(operation, world), tally)
          assert.isAbove(tally.statuses.get(reference.success.status) ?? 0, 0, `${reference.id} succeeds`)
          table.push(`${reference.id.padEnd(42)} ${counted(tally.statuses)}`)
          for (const [status, times] of tally.statuses) {
            all.statuses.set(status, (all.statuses.get(status) ?? 0) + times)
          }
        }
        console.log(["operation, and the statuses of its valid requests:", ...table.sort()].join("\n"))
        console.log(`${total(all.statuses)} valid requests, seed ${seed}: ${counted(all.statuses)}`)
        assert.deepStrictEqual(all.findings, [], replayed(all.findings))
        for (const id of operationIds)
          assert.include(
            operations.map(({ reference }) => reference.id),
            id
          )
      })
    )
  )

  it.effect("succeeds for every base of a violation, so the violation alone is refused", () =>
    inMemory((world) =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox.Sandbox
        const start = yield* sandbox.snapshot
        for (const operation of operations) {
          const { reference, suite } = operation
          for (const input of working(world, reference.id, suite.values)) {
            const tally = makeTally()
            yield* holdAnswered(operation, ask(world), world, [input], tally)
            assert.deepStrictEqual([...tally.statuses.keys()], [reference.success.status], reference.id)
            yield* sandbox.restore(start)
          }
        }
      })
    )
  )
})

/** An exchange with a fault that changes requests or responses. */
interface Faulty {
  readonly name: string
  readonly operation: string
  readonly finds: RegExp
  readonly through: (asked: Ask, world: World) => Ask
}

const sentOtherwise =
  (pattern: RegExp, replacement: string) =>
  (asked: Ask): Ask =>
  (sent) =>
    asked({
      ...sent,
      target: sent.target.replace(pattern, replacement),
      body: sent.body?.replace(pattern, replacement)
    })

const answeredOtherwise =
  (change: (got: Got) => Partial<Got>) =>
  (asked: Ask): Ask =>
  (sent) =>
    Effect.map(asked(sent), (got) => (got.status < 400 ? got : { ...got, ...change(got) }))

describe("planted faults in the exchange", () => {
  const refusals: ReadonlyArray<Faulty> = [
    {
      name: "that passes over a limit",
      operation: "GetOrders",
      finds: /at \/limit .*status 200/,
      through: sentOtherwise(/limit=[^&]*/, "limit=10")
    },
    {
      name: "that takes any side for a bid",
      operation: "CreateOrderV2",
      finds: /at \/side .*status 201/,
      through: sentOtherwise(/"side":(?:"[^"]*"|\w+|\[.*?\]|\{\})/, '"side":"bid"')
    },
    {
      name: "that reads counts leniently",
      operation: "CreateOrderV2",
      finds: /at \/count .*status 201/,
      through: sentOtherwise(/"count":(?:"[^"]*"|\w+)/, '"count":"1"')
    },
    {
      name: "that answers a page of HTML",
      operation: "GetOrders",
      finds: /no code or no message/,
      through: answeredOtherwise(() => ({ body: "<html>400 Bad Request</html>" }))
    },
    {
      name: "that answers an error without a code",
      operation: "GetOrders",
      finds: /no code or no message/,
      through: answeredOtherwise(() => ({ body: '{"error":"bad request"}' }))
    },
    {
      name: "that answers a status that is not declared",
      operation: "GetOrders",
      finds: /status 422, undeclared/,
      through: answeredOtherwise(() => ({ status: 422 }))
    },
    {
      name: "that fails",
      operation: "GetOrders",
      finds: /status 500/,
      through: answeredOtherwise(() => ({ status: 500 }))
    },
    {
      name: "that does not say what is wrong",
      operation: "GetOrders",
      finds: /does not say what is wrong/,
      through: answeredOtherwise(({ body }) => ({
        body: body.replace(/"details":"[^"]*"/, '"details":"[object Object]"')
      }))
    },
    {
      name: "that does something before it refuses",
      operation: "GetOrders",
      finds: /refused, and the state changed/,
      through:
        (asked, { signer }) =>
        (sent) =>
          Effect.gen(function* () {
            yield* Effect.orDie((yield* Sandbox.Sandbox).deposit(signer.accountId, "1"))
            return yield* asked(sent)
          })
    }
  ]
  const answers: ReadonlyArray<Faulty> = [
    {
      name: "that leaves a field out",
      operation: "GetOrders",
      finds: /the answer is a ContractError/,
      through: (asked) => (sent) =>
        Effect.map(asked(sent), (got) => ({ ...got, body: got.body.replaceAll('"order_id":', '"id":') }))
    },
    {
      name: "that changes something where it only reads",
      operation: "GetOrders",
      finds: /the state changed/,
      through:
        (asked, { signer }) =>
        (sent) =>
          Effect.gen(function* () {
            yield* Effect.orDie((yield* Sandbox.Sandbox).deposit(signer.accountId, "1"))
            return yield* asked(sent)
          })
    },
    {
      name: "that charges somebody else",
      operation: "CancelAllOrders",
      finds: /another account changed/,
      through:
        (asked, { bystander }) =>
        (sent) =>
          Effect.gen(function* () {
            yield* Effect.orDie((yield* Sandbox.Sandbox).withdraw(bystander.accountId, "1"))
            return yield* asked(sent)
          })
    }
  ]
  const named = (id: string): Operation => operations.find(({ reference }) => reference.id === id)!

  it.effect.each(refusals)("$name", ({ finds, operation, through }) =>
    inMemory((world) =>
      Effect.gen(function* () {
        const tally = makeTally()
        const faulty = through(ask(world), world)
        yield* holdRefused(named(operation), faulty, violations(named(operation), world), tally)
        assert.isTrue(
          tally.findings.some((finding) => finds.test(finding)),
          tally.findings[0] ?? "nothing was found"
        )
      })
    )
  )

  it.effect.each(answers)("$name", ({ finds, operation, through }) =>
    inMemory((world) =>
      Effect.gen(function* () {
        const tally = makeTally()
        const faulty = through(ask(world), world)
        yield* holdAnswered(named(operation), faulty, world, validInputs(named(operation), world), tally)
        assert.isTrue(
          tally.findings.some((finding) => finds.test(finding)),
          tally.findings[0] ?? "nothing was found"
        )
      })
    )
  )
})
