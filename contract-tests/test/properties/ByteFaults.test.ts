import { assert, describe, it } from "@effect/vitest"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import { Effect, Schema } from "effect"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { byteFaults } from "../../src/properties/internal/byteFaults.ts"
import * as P7 from "../../src/properties/ByteFaults.ts"
import * as SendingClass from "../../src/properties/SendingClass.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { withDescriptor, named, referenceOf } from "../operations/support/client.ts"

const seed = Replay.seedFrom()

const run = (operation: ClientOperations.ClientOperation, layer?: typeof Kalshi.layer) =>
  Effect.runPromise(P7.check({ operation, seed, runs: 1 }, layer))

describe("P7 (faults in the bytes of a connection)", () => {
  // One operation of each sending class: idempotent, keyed by an id from the caller, never repeated.
  for (const id of ["GetOrderGroup", "CreateOrderV2", "CancelAllOrders"]) {
    it(`${id} passes for every fault that its response can have, on fetch and on undici`, async () => {
      const outcome = await run(named(id))
      if (outcome._tag !== "Passed") return assert.fail(outcome._tag === "Failed" ? outcome.report : outcome.reason)
      assert.isAbove(outcome.runs, 0)
      const kinds =
        id === "CancelAllOrders" ? ["lost", "timeout"] : ["lost", "timeout", "large", "broken", "success", "truncated"]
      for (const client of ["fetch", "undici"]) {
        for (const kind of kinds)
          assert.isAbove(outcome.reached[`${kind} on ${client}`] ?? 0, 0, `${kind} on ${client}`)
      }
    })
  }

  it("covers every operation, and every fault with every sending class, for different seeds", () => {
    for (const from of [seed, 0, -1, 2 ** 31 - 1]) {
      const covered = new Set<string>()
      for (const operation of ClientOperations.all) {
        const faults = P7.faultsOf(operation, from)
        assert.isAbove(faults.length, 0, operation.name)
        for (const { inBody, name } of faults) {
          if (inBody && referenceOf(operation).success.status === 204) continue
          covered.add(`${name} of ${SendingClass.of(referenceOf(operation))}`)
        }
      }
      assert.strictEqual(covered.size, byteFaults.length * 3)
    }
  })
})

describe("P7 with an injected fault", () => {
  const client = named("GetOrderGroup")
  // The cast is needed because an operation with a fault has other types than every real operation.
  const wrapped = (wrap: (effect: Effect.Effect<unknown, { readonly _tag: string }, never>) => unknown) =>
    Object.assign((input: unknown) => wrap(client.operation(input) as never), {
      descriptor: client.descriptor
    }) as unknown as ClientOperations.AnyOperation

  const faults: ReadonlyArray<readonly [string, RegExp, ClientOperations.ClientOperation, typeof Kalshi.layer?]> = [
    [
      "a retried write",
      /got 2|sent twice|expected TransportError, got Success/,
      withDescriptor("CreateOrderGroup", () => ({ retry: "idempotent" }))
    ],
    [
      "a read without retries",
      /expected Success, got TransportError/,
      withDescriptor("GetOrderGroup", () => ({ retry: "never" }))
    ],
    [
      "a body without a schema",
      /expected ContractError, got Success/,
      withDescriptor("GetOrderGroup", ({ success }) => ({
        success: { ...success, body: Schema.Unknown as Schema.Codec<unknown> }
      }))
    ],
    [
      "a size limit that is too large",
      /decompresses .* expected TransportError, got ContractError/,
      client,
      (options) => Kalshi.layer({ ...options, policy: { maxBodyBytes: 16 * 1024 * 1024 } })
    ],
    [
      "a lost response that is decoded as an empty response",
      /expected TransportError, got Success/,
      { ...client, operation: wrapped((effect) => Effect.orElseSucceed(effect, () => ({}))) }
    ],
    [
      "a request that may have arrived but is reported as not sent",
      /requestSent is no/,
      {
        ...client,
        operation: wrapped((effect) =>
          Effect.mapError(effect, (error) => ({ ...error, _tag: error._tag, requestSent: "no" }))
        )
      }
    ]
  ]
  for (const [what, reason, operation, layer] of faults) {
    it(`detects ${what}`, async () => {
      const outcome = await run(operation, layer)
      if (outcome._tag !== "Failed") return assert.fail("the injected fault was not detected")
      assert.match(outcome.reason, reason)
      assert.match(outcome.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
    })
  }
})
