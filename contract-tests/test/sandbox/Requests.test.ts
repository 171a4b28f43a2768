/**
 * Checks that the local exchange rejects invalid requests, and that its responses to valid requests follow the
 * document.
 */
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
import { sendAsSigner, type ReceivedResponse, signature } from "./support/exchange.ts"
import {
  type Send,
  describeCounts,
  checkValidRequests,
  checkRejections,
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

/** The message starts with the seed that reproduces the failure. */
const failureMessage = (findings: ReadonlyArray<string>): string =>
  [`KALSHI_CONTRACT_SEED=${seed}`, ...findings.slice(0, 20)].join("\n")

const timeMillis = 1_790_000_000_000

const inMemory = <A, E, R>(test: (world: World) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(timeMillis)
    return yield* Effect.flatMap(makeWorld(TestClock.adjust), test).pipe(Effect.provide(Sandbox.layerTest()))
  })

/** Runs a test over HTTP. The clock of the exchange advances only during the seeding. */
const overSockets = <A, E, R>(test: (world: World) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Sandbox.Sandbox, ({ moveClock }) => Effect.flatMap(makeWorld(moveClock), test)).pipe(
    Effect.provide([Sandbox.layer({ clock: "frozen" }), NodeHttpClient.layerUndici])
  )

/** The violations of an operation. Violations of inputs that otherwise succeed come first. */
const violations = (operation: Operation, world: World): ReadonlyArray<Violation> => {
  const { reference, requests, suite } = operation
  const workingInputs = working(world, reference.id, suite.values)
  const survey = mutants.survey(requests.input)([...workingInputs, ...suite.values])
  return [...survey.mutants, ...suite.mutants].flatMap((mutant) => violation(operation, mutant) ?? [])
}

const randomViolations = (operation: Operation): ReadonlyArray<Violation> => {
  const { requests } = operation
  const inputs = fc.sample(arbitraries.of(requests.input), { numRuns: sampleSize(2, 6), seed })
  return inputs.flatMap((input) => {
    const all = mutants
      .of(requests.input)(input)
      .flatMap((mutant) => violation(operation, mutant) ?? [])
    return all.length === 0 ? [] : fc.sample(fc.constantFrom(...all), { numRuns: 8, seed })
  })
}

const validInputs = ({ reference, requests, suite }: Operation, world: World): ReadonlyArray<Json> => {
  const any = [...suite.values, ...fc.sample(arbitraries.of(requests.input), { numRuns: sampleSize(5, 15), seed })]
  return [...any, ...any.map((input) => known(world, input)), ...working(world, reference.id, suite.values)]
}

describe("a request with a single violation", { timeout: 300_000 }, () => {
  it.effect("changes nothing and gets an error that the client decodes, unless its kind is tolerated", () =>
    inMemory((world) =>
      Effect.gen(function* () {
        const tally = makeTally()
        for (const operation of operations) {
          const before = total(tally.kinds)
          yield* checkRejections(operation, sendAsSigner(world), violations(operation, world), tally)
          assert.isAbove(total(tally.kinds), before, `violations of ${operation.reference.id}`)
        }
        console.log(
          `${total(tally.kinds)} violations of ${operations.length} operations: ${describeCounts(tally.statuses)}\n${describeCounts(tally.kinds)}`
        )
        assert.deepStrictEqual(tally.findings, [], failureMessage(tally.findings))
        assert.deepStrictEqual(
          [...tally.tolerated].sort(),
          Object.keys(tolerated).sort(),
          "exactly the listed exceptions must occur"
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

  it.effect("is rejected or tolerated, even if the input is random", () =>
    inMemory((world) =>
      Effect.gen(function* () {
        const tally = makeTally()
        for (const operation of operations) {
          yield* checkRejections(operation, sendAsSigner(world), randomViolations(operation), tally)
        }
        console.log(`${total(tally.kinds)} random violations, seed ${seed}: ${describeCounts(tally.statuses)}`)
        assert.deepStrictEqual(tally.findings, [], failureMessage(tally.findings))
        assert.isAbove(total(tally.kinds), sampleSize(1_000, 3_000))
      })
    )
  )

  it.effect("gets 401 if a header of a required signature is missing", () =>
    inMemory((world) =>
      Effect.gen(function* () {
        const tally = makeTally()
        const secured = operations.filter(({ reference }) => reference.security.length > 0)
        let sentRequests = 0
        for (const operation of secured) {
          const { id } = operation.reference
          for (const without of [signature, ...signature.map((name) => [name])]) {
            const [input] = working(world, id, operation.suite.values)
            const sent = input === undefined ? undefined : valid(operation, input)
            if (sent === undefined) assert.fail(`${id} has no request`)
            const violation = { kind: "missing-required", pointer: without.join(), note: "headers", sent } as const
            yield* checkRejections(operation, sendAsSigner(world, without), [violation], tally)
            sentRequests++
          }
        }
        assert.deepStrictEqual(tally.findings, [], failureMessage(tally.findings))
        assert.deepStrictEqual([...tally.statuses], [[401, sentRequests]])
        assert.strictEqual(sentRequests, 4 * secured.length)
        console.log(`${total(tally.statuses)} requests without a signature: ${describeCounts(tally.statuses)}`)
      })
    )
  )

  /** A few violations of an operation, without requests that exceed Node's limit for the request head. */
  const sampleOf = (operation: Operation, world: World): ReadonlyArray<Violation> => {
    const all = violations(operation, world).filter(({ sent }) => sent.target.length < 8_000)
    const step = Math.max(1, Math.floor(all.length / 5))
    return all.filter((_, index) => index % step === 0)
  }

  /** Records the responses, without the bodies of successful responses, because the times in these bodies differ. */
  const recording =
    (send: Send, kept: Array<unknown>): Send =>
    (sent) =>
      Effect.tap(send(sent), ({ body, status }) =>
        Effect.sync(() => kept.push(status < 400 ? [sent.target, status] : [sent.target, status, body]))
      )

  it.live("gets the same response over sockets and in memory", () =>
    Effect.gen(function* () {
      // Both exchanges have the same ids, because they use the same seed.
      const chosenByOperation = new Map<Operation, ReadonlyArray<Violation>>()
      const answersIn = (world: World) =>
        Effect.gen(function* () {
          const tally = makeTally()
          const recorded: Array<unknown> = []
          for (const operation of operations) {
            const chosen = chosenByOperation.get(operation) ?? sampleOf(operation, world)
            chosenByOperation.set(operation, chosen)
            yield* checkRejections(operation, recording(sendAsSigner(world), recorded), chosen, tally)
          }
          assert.deepStrictEqual(tally.findings, [], failureMessage(tally.findings))
          return recorded
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
  it.effect("gets a valid response, and changes no other account", () =>
    inMemory((world) =>
      Effect.gen(function* () {
        const all = makeTally()
        const table: Array<string> = []
        for (const operation of operations) {
          const { reference } = operation
          const tally: Tally = { ...makeTally(), findings: all.findings }
          yield* checkValidRequests(operation, sendAsSigner(world), world, validInputs(operation, world), tally)
          assert.isAbove(tally.statuses.get(reference.success.status) ?? 0, 0, `${reference.id} must succeed`)
          table.push(`${reference.id.padEnd(42)} ${describeCounts(tally.statuses)}`)
          for (const [status, times] of tally.statuses) {
            all.statuses.set(status, (all.statuses.get(status) ?? 0) + times)
          }
        }
        console.log(["operation, and the statuses of its valid requests:", ...table.sort()].join("\n"))
        console.log(`${total(all.statuses)} valid requests, seed ${seed}: ${describeCounts(all.statuses)}`)
        assert.deepStrictEqual(all.findings, [], failureMessage(all.findings))
        for (const id of operationIds)
          assert.include(
            operations.map(({ reference }) => reference.id),
            id
          )
      })
    )
  )

  it.effect("succeeds with each input that is known to work on the seeded exchange", () =>
    inMemory((world) =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox.Sandbox
        const start = yield* sandbox.snapshot
        for (const operation of operations) {
          const { reference, suite } = operation
          for (const input of working(world, reference.id, suite.values)) {
            const tally = makeTally()
            yield* checkValidRequests(operation, sendAsSigner(world), world, [input], tally)
            assert.deepStrictEqual([...tally.statuses.keys()], [reference.success.status], reference.id)
            yield* sandbox.restore(start)
          }
        }
      })
    )
  )
})

/** A simulated fault of the exchange: the test changes requests, responses or balances. */
interface Faulty {
  readonly name: string
  readonly operation: string
  readonly finds: RegExp
  readonly through: (asked: Send, world: World) => Send
}

const withChangedRequest =
  (pattern: RegExp, replacement: string) =>
  (asked: Send): Send =>
  (sent) =>
    asked({
      ...sent,
      target: sent.target.replace(pattern, replacement),
      body: sent.body?.replace(pattern, replacement)
    })

const withChangedResponse =
  (change: (got: ReceivedResponse) => Partial<ReceivedResponse>) =>
  (asked: Send): Send =>
  (sent) =>
    Effect.map(asked(sent), (got) => (got.status < 400 ? got : { ...got, ...change(got) }))

describe("the checks of this file, with an injected fault", () => {
  const refusals: ReadonlyArray<Faulty> = [
    {
      name: "an exchange that ignores a limit",
      operation: "GetOrders",
      finds: /at \/limit .*status 200/,
      through: withChangedRequest(/limit=[^&]*/, "limit=10")
    },
    {
      name: "an exchange that handles any side as a bid",
      operation: "CreateOrderV2",
      finds: /at \/side .*status 201/,
      through: withChangedRequest(/"side":(?:"[^"]*"|\w+|\[.*?\]|\{\})/, '"side":"bid"')
    },
    {
      name: "an exchange that decodes counts leniently",
      operation: "CreateOrderV2",
      finds: /at \/count .*status 201/,
      through: withChangedRequest(/"count":(?:"[^"]*"|\w+)/, '"count":"1"')
    },
    {
      name: "an exchange that responds with HTML",
      operation: "GetOrders",
      finds: /no code or no message/,
      through: withChangedResponse(() => ({ body: "<html>400 Bad Request</html>" }))
    },
    {
      name: "an exchange that responds with an error without a code",
      operation: "GetOrders",
      finds: /no code or no message/,
      through: withChangedResponse(() => ({ body: '{"error":"bad request"}' }))
    },
    {
      name: "an exchange that responds with an undeclared status",
      operation: "GetOrders",
      finds: /status 422, undeclared/,
      through: withChangedResponse(() => ({ status: 422 }))
    },
    {
      name: "an exchange that responds with status 500",
      operation: "GetOrders",
      finds: /status 500/,
      through: withChangedResponse(() => ({ status: 500 }))
    },
    {
      name: "an exchange whose error does not state the reason",
      operation: "GetOrders",
      finds: /does not state the reason/,
      through: withChangedResponse(({ body }) => ({
        body: body.replace(/"details":"[^"]*"/, '"details":"[object Object]"')
      }))
    },
    {
      name: "an exchange that changes its state before it rejects a request",
      operation: "GetOrders",
      finds: /rejected, but the state changed/,
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
      name: "an exchange that omits a field",
      operation: "GetOrders",
      finds: /the response is a ContractError/,
      through: (asked) => (sent) =>
        Effect.map(asked(sent), (got) => ({ ...got, body: got.body.replaceAll('"order_id":', '"id":') }))
    },
    {
      name: "an exchange that changes its state in a read",
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
      name: "an exchange that charges another account",
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

  it.effect.each(refusals)("detect $name", ({ finds, operation, through }) =>
    inMemory((world) =>
      Effect.gen(function* () {
        const tally = makeTally()
        const faulty = through(sendAsSigner(world), world)
        yield* checkRejections(named(operation), faulty, violations(named(operation), world), tally)
        assert.isTrue(
          tally.findings.some((finding) => finds.test(finding)),
          tally.findings[0] ?? "nothing was found"
        )
      })
    )
  )

  it.effect.each(answers)("detect $name", ({ finds, operation, through }) =>
    inMemory((world) =>
      Effect.gen(function* () {
        const tally = makeTally()
        const faulty = through(sendAsSigner(world), world)
        yield* checkValidRequests(named(operation), faulty, world, validInputs(named(operation), world), tally)
        assert.isTrue(
          tally.findings.some((finding) => finds.test(finding)),
          tally.findings[0] ?? "nothing was found"
        )
      })
    )
  )
})
