/**
 * Defines the report of a run: a cell for each pair of property and target.
 *
 * **Details**
 *
 * A report is plain data. Two finished runs on the local exchange with the same seed have the same report, except for
 * `times`.
 *
 * @module
 */

/** The result of a cell. */
export type Result =
  | {
      readonly _tag: "Passed"
      /** The number of checked cases. */
      readonly runs: number
      /** The number of times that the run reached each situation that is relevant for the property. */
      readonly reached: Readonly<Record<string, number>>
    }
  | {
      readonly _tag: "Failed"
      readonly runs: number
      readonly reason: string
      /** The JSON Pointer of the failure, if it has one. */
      readonly pointer: string | undefined
      readonly expected: string | undefined
      readonly got: string | undefined
      /** The shrunk instance, as a string without secrets. */
      readonly instance: string
      /** The token that replays the failure in another process. */
      readonly token: string
      /** The request as a command line with placeholders for secrets, if a request was made. */
      readonly curl: string | undefined
    }
  | { readonly _tag: "Skipped"; readonly reason: string }

/** A property, checked for one target. */
export interface Cell {
  readonly property: string
  /** The name of an operation, such as `Orders.create`, or the name of another target of the property. */
  readonly target: string
  readonly result: Result
}

/** How a run ended. Only a `finished` run can pass. */
export type Ending = "finished" | "budget" | "interrupted"

/** The report of a run. */
export interface Report {
  readonly suite: string
  /** The version and the date of the published document against which the client was checked. */
  readonly document: string
  /** The exchange: `sandbox`, `demo`, `production` or an address. */
  readonly target: string
  readonly seed: number
  /** The maximum number of random cases of each cell. */
  readonly runs: number
  readonly ending: Ending
  /** The properties, in display order. */
  readonly properties: ReadonlyArray<{ readonly id: string; readonly statement: string }>
  readonly cells: ReadonlyArray<Cell>
  /** Additional notes. Each is one sentence. */
  readonly notes: ReadonlyArray<string>
  readonly times: {
    /** The start of the run, in the format of RFC 3339. */
    readonly startedAt: string
    readonly millis: number
    /** The duration of each property, in milliseconds. */
    readonly byProperty: Readonly<Record<string, number>>
  }
}

/** The number of cells by result. */
export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Why a run is incomplete. Undefined for a finished run. */
export const unfinished: Readonly<Record<Ending, string | undefined>> = {
  finished: undefined,
  budget: "the time budget ended before all checks ran; the report covers only the checks that ran",
  interrupted: "interrupted; the report covers only the checks that ran"
}

/** Counts the cells by result, for all properties or for one property. */
export const totals = ({ cells }: Report, property?: string): Totals => {
  const count = (tag: Result["_tag"]): number =>
    cells.filter((cell) => cell.result._tag === tag && (property === undefined || cell.property === property)).length
  return { passed: count("Passed"), failed: count("Failed"), skipped: count("Skipped") }
}

/** Returns the last line of a run. */
export const lastLine = (report: Report): string => {
  const { failed, passed, skipped } = totals(report)
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/** Returns whether the run passed: it finished, at least one cell passed, and no cell failed. */
export const isGreen = (report: Report): boolean => {
  const { failed, passed } = totals(report)
  return report.ending === "finished" && failed === 0 && passed > 0
}

/** Returns the exit code: 1 if a property failed, otherwise 0 if the run passed, otherwise 3. */
export const exitCode = (report: Report): 0 | 1 | 3 => (totals(report).failed > 0 ? 1 : isGreen(report) ? 0 : 3)

/** Returns the distinct targets of a report, in the order of their first cells. */
export const targets = ({ cells }: Report): ReadonlyArray<string> => [...new Set(cells.map(({ target }) => target))]

/** Returns the cells by target and property. */
export const cellsByTarget = ({ cells }: Report): ReadonlyMap<string, ReadonlyMap<string, Cell>> => {
  const found = new Map<string, Map<string, Cell>>()
  for (const cell of cells) {
    const row = found.get(cell.target) ?? new Map<string, Cell>()
    found.set(cell.target, row.set(cell.property, cell))
  }
  return found
}

/** Returns the failed cells, in the order of the report. */
export const failures = (
  report: Report
): ReadonlyArray<Cell & { readonly result: Extract<Result, { readonly _tag: "Failed" }> }> =>
  report.cells.flatMap((cell) => (cell.result._tag === "Failed" ? [{ ...cell, result: cell.result }] : []))

/** Returns the skipped cells by reason. */
export const skips = ({ cells }: Report): ReadonlyMap<string, ReadonlyArray<Cell>> => {
  const found = new Map<string, Array<Cell>>()
  for (const cell of cells) {
    if (cell.result._tag !== "Skipped") continue
    const { reason } = cell.result
    found.set(reason, [...(found.get(reason) ?? []), cell])
  }
  return found
}
