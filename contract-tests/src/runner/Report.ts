/**
 * The results of a suite run: one cell for each pair of property and target.
 *
 * **Details**
 *
 * A report is plain data. Except for `times`, it is the same for the same seed.
 */

/** The result of one cell. */
export type Result =
  | {
      readonly _tag: "Passed"
      /** The number of values or cases checked. */
      readonly runs: number
      /** How often the run reached each situation that the property is about. */
      readonly reached: Readonly<Record<string, number>>
    }
  | {
      readonly _tag: "Failed"
      readonly runs: number
      readonly reason: string
      /** JSON Pointer, if the failure has one. */
      readonly pointer: string | undefined
      readonly expected: string | undefined
      readonly got: string | undefined
      /** The shrunk instance, as text, without secrets. */
      readonly instance: string
      /** The token that replays it in another process. */
      readonly token: string
      /** The request as a command line with placeholders for secrets, if a request was made. */
      readonly curl: string | undefined
    }
  | { readonly _tag: "Skipped"; readonly reason: string }

/** One property, checked against one target. */
export interface Cell {
  readonly property: string
  /** An operation as a user calls it, such as `Orders.create`, or another name of the property's own. */
  readonly target: string
  readonly result: Result
}

/** Why a run ended. Only `finished` can be green. */
export type Ending = "finished" | "budget" | "interrupted"

/** A whole run. */
export interface Report {
  readonly suite: string
  /** Version and date of the published document that the client was checked against. */
  readonly document: string
  /** Where it ran: `sandbox`, `demo`, `production` or an address. */
  readonly target: string
  readonly seed: number
  /** Random cases of each cell, at most. */
  readonly runs: number
  readonly ending: Ending
  /** In display order. */
  readonly properties: ReadonlyArray<{ readonly id: string; readonly statement: string }>
  readonly cells: ReadonlyArray<Cell>
  /** Additional notes: one sentence each. */
  readonly notes: ReadonlyArray<string>
  readonly times: {
    /** RFC 3339. */
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

/** Why a run is incomplete; undefined for a finished run. */
export const unfinished: Readonly<Record<Ending, string | undefined>> = {
  finished: undefined,
  budget: "the time budget ended before all checks ran; the report covers only those that did",
  interrupted: "interrupted; the report covers only the checks that ran"
}

/** Counts the cells, optionally of one property. */
export const totals = ({ cells }: Report, property?: string): Totals => {
  const count = (tag: Result["_tag"]): number =>
    cells.filter((cell) => cell.result._tag === tag && (property === undefined || cell.property === property)).length
  return { passed: count("Passed"), failed: count("Failed"), skipped: count("Skipped") }
}

/** The last line of a run. */
export const lastLine = (report: Report): string => {
  const { failed, passed, skipped } = totals(report)
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/** True if the run is a success: it finished, something passed, and nothing failed. */
export const isGreen = (report: Report): boolean => {
  const { failed, passed } = totals(report)
  return report.ending === "finished" && failed === 0 && passed > 0
}

/** The exit code: 0 all passed, 1 a property failed, 3 ended before every check ran. */
export const exitCode = (report: Report): 0 | 1 | 3 => (totals(report).failed > 0 ? 1 : isGreen(report) ? 0 : 3)

/** The targets of a report, each once, in the order of their first cells. */
export const targets = ({ cells }: Report): ReadonlyArray<string> => [...new Set(cells.map(({ target }) => target))]

/** The cell of a property and a target. */
export const cellsByTarget = ({ cells }: Report): ReadonlyMap<string, ReadonlyMap<string, Cell>> => {
  const found = new Map<string, Map<string, Cell>>()
  for (const cell of cells) {
    const row = found.get(cell.target) ?? new Map<string, Cell>()
    found.set(cell.target, row.set(cell.property, cell))
  }
  return found
}

/** Failures, in the order of the cells. */
export const failures = (
  report: Report
): ReadonlyArray<Cell & { readonly result: Extract<Result, { readonly _tag: "Failed" }> }> =>
  report.cells.flatMap((cell) => (cell.result._tag === "Failed" ? [{ ...cell, result: cell.result }] : []))

/** The reasons for skipped cells, with the number of cells for each reason. */
export const skips = ({ cells }: Report): ReadonlyMap<string, ReadonlyArray<Cell>> => {
  const found = new Map<string, Array<Cell>>()
  for (const cell of cells) {
    if (cell.result._tag !== "Skipped") continue
    const { reason } = cell.result
    found.set(reason, [...(found.get(reason) ?? []), cell])
  }
  return found
}
