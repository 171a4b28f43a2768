import { assert, describe, it } from "@effect/vitest"
import * as Answer from "@kalshi-effect/client/Answer"
import type { Operation } from "@kalshi-effect/client/Operation"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { allRoutes, routes } from "../src/rest/routes.ts"
import { layerTest, Sandbox } from "../src/Sandbox.ts"
import { everyRequest } from "./support/requests.ts"
import { send } from "./support/wire.ts"
import { makeWorld } from "./support/world.ts"

const served = new Set(routes.map(({ descriptor }) => descriptor.operationId))

/** The response of an operation on a new exchange. */
const responseTo = ({ request }: (typeof everyRequest)[number], seed = 1) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const world = yield* makeWorld
    // Archives the settled items.
    if (request(world).path.startsWith("/historical/")) {
      yield* sandbox.moveClock(100 * 86_400_000)
    }
    return yield* send(request(world))
  }).pipe(Effect.provide(layerTest({ seed, assumptions: { timestampWindowMillis: Infinity } })))

describe("allRoutes", () => {
  for (const requested of everyRequest) {
    it.effect(`returns a response to ${requested.operationId} that the client decodes`, () =>
      Effect.gen(function* () {
        const got = yield* responseTo(requested)
        assert.strictEqual(got.status, requested.success, JSON.stringify(got.body))
        const { descriptor } = allRoutes.find((route) => route.descriptor.operationId === requested.operationId)!
        // The decoder reads only the descriptor of an operation.
        const decode = Answer.decoder({ descriptor } as Operation<unknown, unknown, never, unknown>)
        const decoded = decode({
          status: got.status,
          headers: { "content-type": "application/json" },
          body: got.body === "" ? "" : JSON.stringify(got.body)
        })
        assert.isTrue(Result.isSuccess(decoded), Result.isFailure(decoded) ? String(decoded.failure) : "")
      })
    )
  }

  it.effect("generates the same response for the same request and seed, and mostly another for another seed", () =>
    Effect.gen(function* () {
      const made = everyRequest.filter(({ operationId }) => !served.has(operationId))
      assert.isAbove(made.length, 40)
      let differing = 0
      for (const requested of made) {
        const [one, same, other] = yield* Effect.all([
          responseTo(requested),
          responseTo(requested),
          responseTo(requested, 2)
        ])
        assert.deepStrictEqual(same, one, requested.operationId)
        differing += JSON.stringify(one.body) === JSON.stringify(other.body) ? 0 : 1
      }
      assert.isAbove(differing, 30)
    })
  )
})
