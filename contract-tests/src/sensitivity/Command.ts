/**
 * The subcommand `kalshi-contract sensitivity`: injects faults and reports whether they are detected.
 *
 * @module
 */
import * as fs from "node:fs"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Ended, refuse } from "../runner/internal/ending.ts"
import * as Replay from "../runner/Replay.ts"
import { root } from "./Fault.ts"
import { faults as general } from "./Faults.ts"
import { feedFaults } from "./FeedFaults.ts"
import * as Sensitivity from "./Sensitivity.ts"

export const sensitivityCommand = Command.make(
  "sensitivity",
  {
    name: Flag.String("fault").pipe(Flag.withDescription("Only the fault with this name"), Flag.optional),
    workers: Flag.Int("workers").pipe(
      Flag.withDescription("Number of faults to try concurrently"),
      Flag.withDefault(2)
    ),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("A 32-bit integer. The default seed is known to detect every fault"),
      Flag.withDefault(Replay.defaultSeed)
    )
  },
  Effect.fnUntraced(function* ({ name, seed, workers }) {
    if (workers < 1) return yield* refuse("--workers must be at least 1")
    if (!fs.existsSync(new URL("packages/client/src", root))) {
      return yield* refuse(
        "faults are injected into the sources, which a published package does not have. Run this command in the repository"
      )
    }
    const faults = [...general, ...(yield* Effect.promise(feedFaults))]
    const chosen = Option.match(name, {
      onNone: () => faults,
      onSome: (text) => faults.filter((fault) => fault.name === text)
    })
    if (chosen.length === 0) {
      return yield* refuse(
        ["no fault has this name. The faults are", ...faults.map((fault) => fault.name)].join("\n  ")
      )
    }
    const unsound = yield* Sensitivity.unsound(chosen, seed, workers)
    for (const check of unsound) yield* Console.log(`UNSOUND   the check fails without a fault: ${check}`)
    const unproved = Option.isSome(name) ? [] : Sensitivity.unproved(faults)
    for (const id of unproved) yield* Console.log(`UNPROVED  no fault exists for ${id}`)
    const trials = yield* Effect.forEach(
      chosen,
      (fault) => Effect.tap(Sensitivity.tryFault(fault, seed), (trial) => Console.log(Sensitivity.line(trial))),
      { concurrency: workers }
    )
    const missed = trials.filter(({ problem }) => problem !== undefined).length
    const failed = missed + unsound.length + unproved.length
    yield* Console.log(`${trials.length - missed} passed, ${failed} failed, 0 skipped`)
    if (failed > 0) return yield* new Ended({ code: 1 })
  })
).pipe(Command.withDescription("Inject one fault at a time into the sources: exit code 1 if a fault is not detected"))
