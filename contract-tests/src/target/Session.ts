/** A run against an exchange that is there. */
import type * as Environment from "@kalshi-effect/client/Environment"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as ClientOperations from "../operations/ClientOperations.ts"
import type { Outcome, Run } from "../properties/Property.ts"
import * as Cells from "../suite/Cells.ts"
import type { Runner } from "../suite/Suite.ts"
import * as Guard from "./Guard.ts"
import * as Live from "./Live.ts"
import * as Target from "./Target.ts"

/** An exchange to hold P12 against. */
export interface Session {
  /** As `--target` takes it. */
  readonly name: string
  readonly hold: (run: Run) => Effect.Effect<Outcome>
}

/** How it is held. */
export interface Options {
  /** For one answer. */
  readonly timeoutMillis: number
}

const keyOf = Effect.map(
  Effect.catch(Config.option(Config.String("KALSHI_ENV")), () => Effect.succeedNone),
  Option.getOrUndefined
)

/** Connects to an exchange with the key of the environment variables. */
export const open = (
  environment: Environment.Environment,
  { timeoutMillis }: Options
): Effect.Effect<Session, Target.Unusable, FileSystem.FileSystem | HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const remote = yield* Target.remote(environment, yield* keyOf)
    const live = yield* Live.connect(remote, {
      timeoutMillis,
      rule: Guard.reads(environment),
      unwritten: `it writes, and ${remote.name} is only read`
    })
    return { name: remote.name, hold: (run) => live.hold(run) }
  })

/** Holds P12 against an exchange, one call at a time; the rest is done by others. */
export const runner = ({ hold }: Session, others: Runner | undefined): Runner => {
  const turn = Semaphore.makeUnsafe(1)
  return {
    width: others === undefined ? 1 : others.width + 1,
    run: (job) => {
      const operation = ClientOperations.all.find(({ name }) => name === job.target)
      if (job.property !== "P12" || operation === undefined) {
        return others === undefined ? Cells.run(job) : others.run(job)
      }
      return Semaphore.withPermits(
        turn,
        1
      )(
        Effect.gen(function* () {
          const begun = performance.now()
          const { runs, seed } = job
          const outcome = yield* hold({ operation, seed, runs })
          return { result: Cells.resultOf(outcome), millis: performance.now() - begun }
        })
      )
    }
  }
}
