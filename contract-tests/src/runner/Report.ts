/**
 * The report of a run: a cell for each pair of property and target. A report is plain data. Two finished runs on the
 * local exchange with the same options have the same report, except for `times`.
 *
 * @module
 */

export type Result =
  | {
      readonly _tag: "Passed"
      /** The number of checked cases. */
      readonly runs: number
      /** How often the run reached each situation that is relevant for the property. */
      readonly reached: Readonly<Record<string, number>>
    }
  | {
      readonly _tag: "Failed"
      readonly runs: number
      readonly reason: string
      readonly pointer: string | undefined
      readonly expected: string | undefined
      readonly got: string | undefined
      /** The failing case, without secrets. */
      readonly instance: string
      /** Replays the failure in another process. */
      readonly token: string
      /** The request as a command line with placeholders for secrets. */
      readonly curl: string | undefined
    }
  | { readonly _tag: "Skipped"; readonly reason: string }

export interface Cell {
  readonly property: string
  /** The name of an operation, or of another target of the property. Example: `Orders.create`. */
  readonly target: string
  readonly result: Result
}

/** Only a `finished` run can pass. */
export type Ending = "finished" | "budget" | "interrupted"

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
  /** In display order. */
  readonly properties: ReadonlyArray<{ readonly id: string; readonly statement: string }>
  readonly cells: ReadonlyArray<Cell>
  readonly notes: ReadonlyArray<string>
  readonly times: {
    /** In the format of RFC 3339. */
    readonly startedAt: string
    readonly millis: number
    /** In milliseconds. */
    readonly byProperty: Readonly<Record<string, number>>
  }
}

export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const unfinished: Readonly<Record<Ending, string | undefined>> = {
  finished: undefined,
  budget: "the time budget ended before all checks ran; the report covers only the checks that ran",
  interrupted: "interrupted; the report covers only the checks that ran"
}

export const totals = ({ cells }: Report, property?: string): Totals => {
  const count = (tag: Result["_tag"]): number =>
    cells.filter((cell) => cell.result._tag === tag && (property === undefined || cell.property === property)).length
  return { passed: count("Passed"), failed: count("Failed"), skipped: count("Skipped") }
}

export const lastLine = (report: Report): string => {
  const { failed, passed, skipped } = totals(report)
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

export const isGreen = (report: Report): boolean => {
  const { failed, passed } = totals(report)
  return report.ending === "finished" && failed === 0 && passed > 0
}

export const exitCode = (report: Report): 0 | 1 | 3 => (totals(report).failed > 0 ? 1 : isGreen(report) ? 0 : 3)

/** Returns the targets in the order of their first cells. */
export const targets = ({ cells }: Report): ReadonlyArray<string> => [...new Set(cells.map(({ target }) => target))]

export const cellsByTarget = ({ cells }: Report): ReadonlyMap<string, ReadonlyMap<string, Cell>> => {
  const found = new Map<string, Map<string, Cell>>()
  for (const cell of cells) {
    const row = found.get(cell.target) ?? new Map<string, Cell>()
    found.set(cell.target, row.set(cell.property, cell))
  }
  return found
}

export const failures = (
  report: Report
): ReadonlyArray<Cell & { readonly result: Extract<Result, { readonly _tag: "Failed" }> }> =>
  report.cells.flatMap((cell) => (cell.result._tag === "Failed" ? [{ ...cell, result: cell.result }] : []))

export const skips = ({ cells }: Report): ReadonlyMap<string, ReadonlyArray<Cell>> => {
  const found = new Map<string, Array<Cell>>()
  for (const cell of cells) {
    if (cell.result._tag !== "Skipped") continue
    const { reason } = cell.result
    found.set(reason, [...(found.get(reason) ?? []), cell])
  }
  return found
}
