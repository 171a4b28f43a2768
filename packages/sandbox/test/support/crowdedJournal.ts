/** A running exchange with a crowd (simulated traders) and a journal, on a file system in memory. */
import * as Environment from "@kalshi-effect/client/Environment"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { defaults } from "../../src/Assumptions.ts"
import type { Command } from "../../src/exchange/Commands.ts"
import { Exchange, type Snapshot } from "../../src/exchange/Exchange.ts"
import { run, type Running, type Saved } from "../../src/operator/operator.ts"
import type { Operator, TestOptions } from "../../src/operator/operatorSide.ts"
import { decisive, format, packageVersion } from "../../src/persistence/format.ts"
import { Journal, type JournalOptions, type Limits } from "../../src/persistence/journal.ts"
import { readStateFile } from "../../src/persistence/reading.ts"
import { unwrap } from "./floor.ts"
import { path, turn } from "./journaled.ts"
import type { MemoryDisk } from "./memoryDisk.ts"

/** A change that has a number in the journal. */
type Step =
  | { readonly replacedBy: Snapshot }
  | { readonly command: Command; readonly atMillis: number }
  | { readonly isMove: true }

const digest = (dump: unknown): string => createHash("sha256").update(JSON.stringify(dump)).digest("hex")

/** Advances the exchange to `atMillis`, and returns a digest of its state. */
export const stateAt = (exchange: Exchange, atMillis: number): string => digest(exchange.dump(atMillis))

export const stateOf = ({ operator }: Crowded): string => digest(Effect.runSync(operator.dump))

const seed = 1

export interface Crowded {
  readonly disk: MemoryDisk
  readonly journal: Journal
  readonly operator: Operator
  readonly running: Running
  /** The real time. Moves of the exchange's clock do not change it. */
  readonly wall: { millis: number }
  readonly lastSeq: () => number
  readonly move: (millis: number) => void
  readonly nowMillis: () => number
  readonly rebuilt: (seq: number) => Exchange
}

export interface CrowdedOptions extends TestOptions {
  readonly disk: MemoryDisk
  readonly limits: Limits
  readonly wallMillis: number
  readonly clock?: "real" | "frozen"
  /** Runs before each snapshot that the journal takes. */
  readonly beforeSnapshot?: (world: { millis: number }) => void
}

export const startCrowded = async ({
  beforeSnapshot,
  clock = "real",
  disk,
  limits,
  wallMillis,
  ...options
}: CrowdedOptions): Promise<Crowded> => {
  const wall = { millis: wallMillis }
  const stored = readStateFile(disk, path, { seed })
  const saved: Saved | undefined = stored && { exchange: stored.exchange, clock: stored.clock, accounts: [] }
  const running = unwrap(run({ ...options, seed }, clock, () => wall.millis, saved))
  const journalOptions: JournalOptions = {
    disk,
    path,
    limits,
    origin: { format, version: packageVersion(), seed, assumptions: decisive(defaults), accounts: [] },
    base: () => {
      beforeSnapshot?.(wall)
      return running.base()
    },
    report: () => {}
  }
  // The time of a saved exchange must not advance before its crowd begins.
  const first = throughJson(stored === undefined ? running.base().snapshot : stored.exchange.snapshot(0))
  const journal =
    stored === undefined ? await Journal.create(journalOptions) : await Journal.resume(journalOptions, stored.size)
  running.recordTo(journal)
  const firstSeq = stored?.size.seq ?? 0
  const steps: Array<Step> = []
  const { source } = running
  source.watch({
    entry: (entry) => {
      if (entry.type === "command") steps.push({ command: entry.command, atMillis: entry.atMillis })
    },
    frame: () => {},
    served: () => {},
    replaced: () => steps.push({ replacedBy: throughJson(running.base().snapshot) })
  })
  const operator = running.operate(Environment.sandbox)
  return {
    disk,
    journal,
    operator,
    running,
    wall,
    lastSeq: () => firstSeq + steps.length,
    move: (millis) => {
      Effect.runSync(operator.moveClock(millis))
      // The exchange reports the commands of the crowd during the move, so their steps come before the step of the
      // move.
      steps.push({ isMove: true })
    },
    nowMillis: () => source.nowMillis(),
    rebuilt: (seq) => {
      const until = steps.slice(0, seq - firstSeq)
      const last = until.findLastIndex((step) => "replacedBy" in step)
      const from = until[last]
      const exchange = Exchange.restore(from !== undefined && "replacedBy" in from ? from.replacedBy : first)
      for (const step of until.slice(last + 1)) {
        if ("command" in step) exchange.execute<Command["type"]>(step.command, step.atMillis)
      }
      return exchange
    }
  }
}

export const throughJson = <A>(value: A): A => JSON.parse(JSON.stringify(value)) as A // a JSON round trip

export const saved = async ({ journal }: Crowded): Promise<void> => {
  while (!journal.isSaved && journal.failure === undefined) await turn()
}
