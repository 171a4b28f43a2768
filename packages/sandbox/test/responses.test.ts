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

/** What an operation answers on an exchange of its own. */
const answerOf = ({ request }: (typeof everyRequest)[number], seed = 1) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const world = yield* makeWorld
    // What was settled is in the archive, and there is something there.
    if (request(world).path.startsWith("/historical/")) {
      yield* sandbox.moveClock(100 * 86_400_000)
    }
    return yield* send(request(world))
  }).pipe(Effect.provide(layerTest({ seed, assumptions: { timestampWindowMillis: Infinity } })))

describe("every operation of the document", () => {
  for (const asked of everyRequest) {
    it.effect(`answers ${asked.operationId} so that the client reads it`, () =>
      Effect.gen(function* () {
        const got = yield* answerOf(asked)
        assert.strictEqual(got.status, asked.success, JSON.stringify(got.body))
        const { descriptor } = allRoutes.find((route) => route.descriptor.operationId === asked.operationId)!
        // Of an operation, the decoder looks at nothing but its description.
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

  it.effect("makes up the same for the same request and seed, and something else for another", () =>
    Effect.gen(function* () {
      const made = everyRequest.filter(({ operationId }) => !served.has(operationId))
      assert.isAbove(made.length, 40)
      let differing = 0
      for (const asked of made) {
        const [one, same, other] = yield* Effect.all([answerOf(asked), answerOf(asked), answerOf(asked, 2)])
        assert.deepStrictEqual(same, one, asked.operationId)
        differing += JSON.stringify(one.body) === JSON.stringify(other.body) ? 0 : 1
      }
      assert.isAbove(differing, 30)
    })
  )
})
