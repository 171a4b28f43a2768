/** Checks properties on random inputs. Each input has its own virtual clock. */
import { Effect, type Scope } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"

/** Set `FC_SEED` and `FC_PATH` to replay a failure. */
const seed = Number(process.env["FC_SEED"] ?? 20_261_122)
const path = process.env["FC_PATH"]

/** Fails with the counterexample and the command that replays it. */
export const holds = async <A>(
  name: string,
  inputs: fc.Arbitrary<A>,
  check: (input: A) => Effect.Effect<void, unknown, Scope.Scope>,
  numRuns = 100
): Promise<void> => {
  const property = fc.asyncProperty(inputs, (input) =>
    Effect.runPromise(Effect.scoped(check(input)).pipe(Effect.provide(TestClock.layer())))
  )
  const outcome = await fc.check(property, { seed, numRuns, ...(path === undefined ? {} : { path }) })
  if (!outcome.failed) return
  const replay = `FC_SEED=${outcome.seed} FC_PATH=${outcome.counterexamplePath} npx vitest run -t ${JSON.stringify(name)}`
  throw new Error(`${name}: ${fc.stringify(outcome.counterexample)}\nreplay: ${replay}`, {
    cause: outcome.errorInstance
  })
}
