import { assert, describe, it } from "@effect/vitest"
import * as Answer from "@kalshi-effect/client/Answer"
import type { Operation } from "@kalshi-effect/client/Operation"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { routes } from "../../src/rest/routes.ts"
import { layerTest, Sandbox } from "../../src/Sandbox.ts"
import { everyRequest } from "../support/requests.ts"
import { send } from "../support/wire.ts"
import { makeWorld } from "../support/world.ts"

const responseTo = ({ request }: (typeof everyRequest)[number]) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const world = yield* makeWorld
    // Moves the clock, so that the settled items are archived.
    if (request(world).path.startsWith("/historical/")) {
      yield* sandbox.moveClock(100 * 86_400_000)
    }
    return yield* send(request(world))
  }).pipe(Effect.provide(layerTest({ assumptions: { timestampWindowMillis: Infinity } })))

describe("the response of every operation", () => {
  for (const requested of everyRequest) {
    it.effect(`can be decoded by the client: ${requested.operationId}`, () =>
      Effect.gen(function* () {
        const got = yield* responseTo(requested)
        assert.strictEqual(got.status, requested.success, JSON.stringify(got.body))
        const { descriptor } = routes.find((route) => route.descriptor.operationId === requested.operationId)!
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
})
