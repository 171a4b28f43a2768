/** The subcommand `kalshi-contract sensitivity`: plants every fault and reports what detects it. */
import * as fs from "node:fs"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Ended, refuse } from "../runner/internal/ending.ts"
import * as Replay from "../runner/Replay.ts"
import { faults } from "./All.ts"
import { root } from "./Fault.ts"
import * as Trials from "./Trials.ts"

/** The subcommand. */
export const sensitivityCommand = Command.make(
  "sensitivity",
  {
    name: Flag.String("fault").pipe(Flag.withDescription("This fault alone, by its name"), Flag.optional),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Ask every property of each fault, and show all that see it"),
      Flag.withDefault(false)
    ),
    workers: Flag.Int("workers").pipe(Flag.withDescription("How many faults at once"), Flag.withDefault(2)),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("A 32-bit integer; the faults are known to be seen with the one that is taken without it"),
      Flag.withDefault(Replay.defaultSeed)
    )
  },
  Effect.fnUntraced(function* ({ all, name, seed, workers }) {
    if (workers < 1) return yield* refuse("--workers takes a number of at least 1")
    if (!fs.existsSync(new URL("packages/client/src", root))) {
      return yield* refuse("faults are planted in the sources: run it in the repository, not from the package")
    }
    const chosen = Option.match(name, {
      onNone: () => faults,
      onSome: (text) => faults.filter((fault) => fault.name === text)
    })
    if (chosen.length === 0) {
      return yield* refuse(["there is no such fault; there are", ...faults.map((fault) => fault.name)].join("\n  "))
    }
    const run = yield* Trials.run(chosen, {
      workers,
      seed,
      all,
      onTrial: (trial) => Console.log(Trials.line(trial))
    })
    const unproved = Option.isSome(name) ? [] : Trials.unproved(faults)
    for (const id of unproved) yield* Console.log(`UNPROVED  no fault is there for ${id} to see`)
    yield* Console.log(Trials.summary(run))
    if (!Trials.holds(run) || unproved.length > 0) return yield* new Ended({ code: 1 })
  })
).pipe(Command.withDescription("Plant faults in the client: 1 where one is not seen"))
