/** An exchange with a journal on a file system in memory. */
import { createHash } from "node:crypto"
import * as Predicate from "effect/Predicate"
import { defaults } from "../../src/Assumptions.ts"
import { Exchange, type Options } from "../../src/exchange/Exchange.ts"
import { type ClockState, decisive, format, packageVersion } from "../../src/persistence/format.ts"
import { Journal, type JournalOptions, type Limits } from "../../src/persistence/journal.ts"
import { readStateFile, type Stored } from "../../src/persistence/reading.ts"
import { act, makeActors } from "./actors.ts"
import { seed } from "./floor.ts"
import { MemoryDisk } from "./memoryDisk.ts"

export const path = "/state/exchange.jsonl"

export const options: Options = { seed: 5, assumptions: { transferMillis: 3_000 } }

const clock: ClockState = { isFrozen: false, createdMillis: 0, offsetMillis: 0, furthestMillis: 0, restoredMillis: 0 }

/** Never replaces the commands of the journal with a snapshot. */
export const never: Limits = { commands: Infinity, bytes: Infinity, share: 0 }

/** Compacts the journal after a number of commands: a snapshot replaces them. */
export const after = (commands: number): Limits => ({ commands, bytes: Infinity, share: 0 })

/** Returns JSON with sorted fields. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, field: unknown) =>
    Predicate.isObject(field) ? Object.fromEntries(Object.entries(field).sort()) : field
  )

/** Returns a digest of the state. Does not advance the time of the exchange. */
export const stateOf = (exchange: Exchange): string =>
  createHash("sha256")
    .update(sorted(exchange.dump(0)))
    .digest("hex")

export const read = (disk: MemoryDisk, from: Options = options): Stored | undefined => readStateFile(disk, path, from)

/** The returned function `step` lets the actors act once. This executes any number of commands, or none. */
export const makeJournaled = async (limits: Limits, disk = new MemoryDisk()) => {
  const { options: journalOptions, ...world } = prepare(limits, disk)
  const journal = await Journal.create(journalOptions)
  world.recordTo(journal)
  return { ...world, disk, journal, journalOptions }
}

export const prepare = (limits: Limits, disk: MemoryDisk) => {
  let exchange = new Exchange(options)
  let actors = makeActors(exchange, 2)
  const reports: Array<string> = []
  const journalOptions: JournalOptions = {
    disk,
    path,
    limits,
    origin: {
      format,
      version: packageVersion(),
      seed: options.seed,
      assumptions: decisive({ ...defaults, ...options.assumptions }),
      accounts: []
    },
    base: () => ({ snapshot: exchange.snapshot(0), clock }),
    report: (line) => reports.push(line)
  }
  let journal: Journal | undefined
  /** The state after each change. The index is the number of the change. */
  const states = [stateOf(exchange)]
  const record = (): void =>
    exchange.recordCommands((command, atMillis) => {
      // One step can execute several commands.
      states[states.length - 1] ||= stateOf(exchange)
      states.push("")
      journal?.command(command, atMillis)
    })
  let steps = 0
  return {
    options: journalOptions,
    states,
    reports,
    recordTo: (started: Journal): void => {
      journal = started
      record()
    },
    step: (): void => {
      act(exchange, actors, seed + steps++, 1)
      states[states.length - 1] = stateOf(exchange)
    },
    reset: (): void => {
      exchange = new Exchange(options)
      actors = makeActors(exchange, 2)
      record()
      states.push(stateOf(exchange))
      journal?.replaced()
    }
  }
}

export const stepTo = ({ states, step }: Awaited<ReturnType<typeof makeJournaled>>, changes: number): void => {
  while (states.length <= changes) {
    step()
  }
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
