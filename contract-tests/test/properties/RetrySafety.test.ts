import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { P9 } from "../../src/properties/RetrySafety.ts"
import type * as Property from "../../src/properties/Property.ts"
import * as SendingClass from "../../src/properties/SendingClass.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { withDescriptor, document, named, referenceOf } from "../operations/support/client.ts"

const seed = Replay.seedFrom()

const reachedBy = (operation: ClientOperations.ClientOperation, runs: number): Property.Reached => {
  const outcome = Effect.runSync(P9.run({ operation, seed, runs }))
  if (outcome._tag === "Passed") return outcome.reached
  return assert.fail(outcome._tag === "Failed" ? outcome.report : outcome.reason)
}

describe("P9 (a request is repeated only if that is safe)", () => {
  it("reaches every relevant situation with operations of every retry class", () => {
    const always = ["sent again", "succeeded after rejections", "interrupted while a request was pending"]
    const signed = ["signed again after expiry"]
    const lost = [
      ...["succeeded after a lost response", "reported that an earlier attempt may have been sent"],
      ...["afterLostAnswer on 409", "waited for Retry-After"],
      "reported that the request may have been executed"
    ]
    for (const [id, expected] of [
      ["GetOrderGroup", [...always, ...lost, ...signed, "spent more than a full bucket"]],
      ["DeleteOrderGroup", [...always, ...lost, "afterLostAnswer on 404", "spent more than a full bucket"]],
      ["CreateOrderV2", [...always, ...lost, "stopped before the exchange may forget the id"]],
      ["BatchCreateOrdersV2", always],
      ["CreateOrderGroup", [...always, ...signed, "spent more than a full bucket"]],
      ["GetMarkets", [...always, ...lost]]
    ] as const) {
      const reached = reachedBy(named(id), 800)
      for (const what of expected) assert.isAbove(reached[what] ?? 0, 0, `${id}: ${what}`)
    }
  })

  it("fails for a descriptor whose retry class differs from the suite's own list", () => {
    for (const [id, retry] of [
      ["CreateOrderGroup", "idempotent"],
      ["CancelAllOrders", "idempotent"],
      ["CreateOrderV2", "idempotent"],
      ["CreateOrderV2", "never"],
      ["GetOrderGroup", "never"],
      ["DeleteOrderGroup", "keyed"]
    ] as const) {
      const outcome = Effect.runSync(P9.run({ operation: withDescriptor(id, () => ({ retry })), seed, runs: 300 }))
      assert.strictEqual(outcome._tag, "Failed", `${id} as ${retry}`)
    }
  })

  it("shrinks a failure, and reproduces it from its token", () => {
    const operation = withDescriptor("CreateOrderGroup", () => ({ retry: "idempotent" }))
    const failed = Effect.runSync(P9.run({ operation, seed, runs: 300 }))
    if (failed._tag !== "Failed") return assert.fail("the injected fault was not detected")
    assert.include(failed.reason, "although the request may have been executed")
    const replay = Replay.parse(Replay.token(failed.replay))
    assert.deepInclude(replay, { property: "P9", target: "OrderGroups.create", seed })
    const again = Effect.runSync(P9.run({ operation, seed: replay.seed, runs: 1, path: replay.path }))
    assert.strictEqual(again._tag === "Failed" && again.counterexample, failed.counterexample)
    assert.match(failed.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
  })
})

describe("SendingClass", () => {
  it("lists only operations of the document", () => {
    for (const id of SendingClass.listed) assert.isDefined(document.operation(id), id)
  })

  it("equals the retry class of every descriptor", () => {
    for (const client of ClientOperations.all) {
      assert.strictEqual(client.descriptor.retry, SendingClass.of(referenceOf(client)), client.name)
    }
  })
})
