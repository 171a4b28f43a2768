/**
 * Runs the selected cells of the suite. A cell is a pair of a property and a target. The report has a deterministic
 * order.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ClientOperations from "../operations/ClientOperations.ts"
import * as Properties from "../properties/All.ts"
import { document } from "../properties/Subject.ts"
import { nameOf } from "../reference/Document.ts"
import type * as Replay from "./Replay.ts"
import * as Cells from "./Cells.ts"
import type * as Report from "./Report.ts"

/** Runs cells, in this process or in workers. */
export interface Runner {
  /** The maximum number of cells that run concurrently. */
  readonly width: number
  readonly run: (job: Cells.Job) => Effect.Effect<Cells.Done>
}

export interface Options {
  readonly seed: number
  /** The maximum number of random cases of each cell. */
  readonly runs: number
  /** The ids of the properties, such as `P9`. Empty for all properties. */
  readonly properties: ReadonlyArray<string>
  /** The names or ids of operations, or the names of other targets, with `*` for any characters. Empty for all. */
  readonly operations: ReadonlyArray<string>
  /** Counterexamples of earlier runs. A cell checks its own counterexamples before its other cases. */
  readonly kept: ReadonlyArray<Replay.Replay>
  /** The name of the exchange, for the report. */
  readonly target: string
  /** Infinite for no limit. */
  readonly budget: Duration.Duration
  readonly onCell: (progress: Progress) => Effect.Effect<void>
  /** Called with the partial report if the run is interrupted. */
  readonly onInterrupted: (report: Report.Report) => Effect.Effect<void>
}

export interface Progress {
  readonly done: number
  readonly total: number
  readonly cell: Report.Cell
}

export class NothingToRun extends Error {
  override readonly name = "NothingToRun"
}

const matcher = (patterns: ReadonlyArray<string>) => {
  const tests = patterns.map(
    (pattern) => new RegExp(`^${pattern.replace(/[\\^$.+?()[\]{}|]/g, "\\$&").replaceAll("*", ".*")}$`, "i")
  )
  return (...names: ReadonlyArray<string>): boolean =>
    tests.length === 0 || tests.some((test) => names.some((name) => test.test(name)))
}

/** Returns the targets of a property, each with all names that can select it. */
const targetsOf = (id: string): ReadonlyArray<{ readonly target: string; readonly names: ReadonlyArray<string> }> =>
  Properties.targetProperties
    .find((property) => property.id === id)
    ?.targets.map((target) => ({ target, names: [target] })) ??
  ClientOperations.all.map(({ descriptor, name }) => ({ target: name, names: [name, descriptor.operationId] }))

/**
 * Returns the selected properties with their selected targets.
 *
 * @throws `NothingToRun` if a property or a pattern matches nothing, or if the selection has no cells.
 */
export const selected = ({ operations, properties }: Pick<Options, "operations" | "properties">) => {
  const ids = properties.map(Properties.idOf)
  for (const id of ids) {
    if (!Properties.statements.some((property) => property.id === id)) {
      throw new NothingToRun(
        `no property ${id}. The properties are ${Properties.statements.map((statement) => statement.id).join(", ")}`
      )
    }
  }
  for (const pattern of operations) {
    const matches = matcher([pattern])
    if (!Properties.statements.some(({ id }) => targetsOf(id).some(({ names }) => matches(...names)))) {
      throw new NothingToRun(`no operation matches ${pattern}. Examples: Orders.*, GetOrderGroup`)
    }
  }
  const matches = matcher(operations)
  const chosen = Properties.statements
    .filter(({ id }) => ids.length === 0 || ids.includes(id))
    .map(({ id, mustReach, statement }) => ({
      id,
      statement,
      mustReach,
      targets: targetsOf(id).flatMap(({ names, target }) => (matches(...names) ? [target] : []))
    }))
    .filter(({ targets }) => targets.length > 0)
  if (chosen.length === 0)
    throw new NothingToRun(
      `no operation matching ${operations.join(", ")} has property ${ids.join(", ")}. Check --property and --operation.`
    )
  return chosen
}

/** Runs the selected cells. Dies with `NothingToRun` if `selected` throws it. */
export const run = (runner: Runner, options: Options): Effect.Effect<Report.Report> =>
  Effect.gen(function* () {
    const properties = selected(options)
    const jobs = properties.flatMap(({ id, targets }) =>
      targets.map((target): Cells.Job => ({ property: id, target, seed: options.seed, runs: options.runs }))
    )
    const done: Array<Cells.Done | undefined> = jobs.map(() => undefined)
    let count = 0
    const startedAtMillis = yield* Clock.currentTimeMillis
    const unreached = (cells: ReadonlyArray<Report.Cell>): ReadonlyArray<Report.Cell> =>
      properties.flatMap(({ id, mustReach }) => {
        const cellsOfProperty = cells.filter(({ property }) => property === id)
        const isReached = cellsOfProperty.some(
          ({ result }) => result._tag === "Passed" && (result.reached[mustReach?.situation ?? ""] ?? 0) > 0
        )
        const isFailed = cellsOfProperty.some(({ result }) => result._tag === "Failed")
        if (mustReach === undefined || isReached || isFailed) return []
        const job = { property: id, target: "the whole run", seed: options.seed, runs: options.runs }
        return [{ property: id, target: job.target, result: Cells.failedResult(job, mustReach.note) }]
      })
    const reportAt = (ending: Report.Ending, nowMillis: number): Report.Report => {
      const byProperty: Record<string, number> = {}
      const cells = jobs.flatMap(({ property, target }, index): ReadonlyArray<Report.Cell> => {
        const found = done[index]
        if (found === undefined) return []
        byProperty[property] = (byProperty[property] ?? 0) + found.millis
        return [{ property, target, result: found.result }]
      })
      return {
        suite: "kalshi-contract",
        document: nameOf(document().source),
        target: options.target,
        seed: options.seed,
        runs: options.runs,
        ending,
        properties: properties.map(({ id, statement }) => ({ id, statement })),
        cells: ending === "finished" ? [...cells, ...unreached(cells)] : cells,
        notes: [],
        times: { startedAt: new Date(startedAtMillis).toISOString(), millis: nowMillis - startedAtMillis, byProperty }
      }
    }
    const report = (ending: Report.Ending) =>
      Effect.map(Clock.currentTimeMillis, (nowMillis) => reportAt(ending, nowMillis))
    const runOne = (job: Cells.Job): Effect.Effect<Cells.Done> =>
      Effect.gen(function* () {
        for (const { path, property, seed, target } of options.kept) {
          if (property !== job.property || target !== job.target) continue
          const found = yield* runner.run({ ...job, seed, path })
          if (found.result._tag === "Failed") return found
        }
        return yield* runner.run(job)
      })
    const all = Effect.forEach(
      jobs,
      (job, index) =>
        Effect.flatMap(runOne(job), (found) => {
          done[index] = found
          count++
          const cell = { property: job.property, target: job.target, result: found.result }
          return options.onCell({ done: count, total: jobs.length, cell })
        }),
      { concurrency: runner.width, discard: true }
    )
    return yield* all.pipe(
      Effect.as("finished" as const),
      Effect.timeoutOrElse({ duration: options.budget, orElse: () => Effect.succeed("budget" as const) }),
      Effect.flatMap(report),
      Effect.onInterrupt(() => Effect.flatMap(report("interrupted"), options.onInterrupted))
    )
  })
