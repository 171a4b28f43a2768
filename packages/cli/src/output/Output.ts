/**
 * Where commands print: the result on the standard output, in the format that the user chose, and everything else on
 * the standard error.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import { styleText } from "node:util"
import { CommandError, OutputClosed, usage } from "../app/failures.ts"
import { Csv, Json } from "../app/settings.ts"
import { formatCsv, formatCsvHeader, formatCsvRows } from "./csv.ts"
import { formatJson, plain } from "./plain.ts"
import type { Screen } from "./Screen.ts"
import { wrapMessage } from "./wrap.ts"
import { type Column, tableParts, type TableParts } from "./table.ts"

export type { Screen } from "./Screen.ts"
export type { Column } from "./table.ts"

export type Format = "human" | "json" | "csv"

export class Output extends Context.Service<Output, Screen>()("@kalshi-effect/cli/Output") {}

const isClosed = (error: unknown): boolean =>
  Predicate.hasProperty(error, "code")
    ? error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED"
    : Predicate.hasProperty(error, "cause") && isClosed(error.cause)

export const layer: Layer.Layer<Output, never, Stdio.Stdio | Terminal.Terminal> = Layer.effect(
  Output,
  Effect.gen(function* () {
    const stdio = yield* Stdio.Stdio
    const terminal = yield* Terminal.Terminal
    const { canColor, canPrompt } = yield* TerminalCapabilities.TerminalCapabilities
    const isTerminal = yield* stdio.stdoutIsTerminal
    const columns = isTerminal ? yield* terminal.columns : 0
    return {
      isTerminal,
      canPrompt,
      columns: columns > 0 ? columns : undefined,
      // The terminal's capabilities are known, so `styleText` must not detect them again.
      paint: (style, text) => (canColor ? styleText(style, text, { validateStream: false }) : text),
      write: (text) =>
        Stream.run(Stream.make(text), stdio.stdout({ endOnDone: false })).pipe(
          Effect.mapError((error) =>
            isClosed(error)
              ? new OutputClosed()
              : new CommandError({ exit: "failed", message: `Cannot write to the standard output: ${error.message}` })
          )
        ),
      note: (line) => Effect.ignore(Stream.run(Stream.make(`${line}\n`), stdio.stderr({ endOnDone: false })))
    }
  })
)

export const format: Effect.Effect<
  Format,
  CommandError,
  Context.Service.Identifier<typeof Json> | Context.Service.Identifier<typeof Csv>
> = Effect.gen(function* () {
  const json = yield* Json
  const csv = yield* Csv
  if (json && csv) return yield* usage("--json and --csv exclude each other. Keep one of them")
  return json ? "json" : csv ? "csv" : "human"
})

/** Fails if `--csv` is set. A command that changes something calls this before the change. */
export const refuseCsv = Effect.flatMap(format, (chosen) =>
  chosen === "csv" ? usage("--csv prints lists only. Use --json") : Effect.void
)

export const line = (text: string) => Effect.flatMap(Output, ({ write }) => write(`${text}\n`))

/** Prints a hint for people, which is not part of the result. */
export const note = (text: string) => Effect.flatMap(Output, ({ columns, note }) => note(wrapMessage(text, columns)))

export const value = (json: unknown, human: (screen: Screen) => string) =>
  Effect.gen(function* () {
    const screen = yield* Output
    switch (yield* format) {
      case "json":
        return yield* screen.write(`${formatJson(json)}\n`)
      case "csv":
        return yield* usage("--csv prints lists only. Use --json")
      case "human":
        return yield* screen.write(`${human(screen)}\n`)
    }
  })

/**
 * Prints the outcome of a change. If the standard output does not accept it, prints it to the standard error, so that
 * it is not lost.
 */
export const outcome = (json: unknown, human: (screen: Screen) => string) =>
  Effect.tapError(value(json, human), () =>
    Effect.gen(function* () {
      const screen = yield* Output
      yield* screen.note((yield* format) === "json" ? formatJson(json) : human(screen))
    })
  )

export interface ListOptions {
  /** Printed if there is no row. */
  readonly empty: string
  /** A line below the table that belongs to the result, such as a total. */
  readonly footer?: string | undefined
  /** Printed on the standard error, such as how to read more. */
  readonly hint?: string | undefined
}

const noteLeftOut = <Row>({ leftOut }: TableParts<Row>) => {
  const names = leftOut()
  return names.length === 0
    ? Effect.void
    : note(`Columns that do not fit: ${names.join(", ")}. Use --csv or a wider terminal`)
}

/** On a terminal, a CSV is printed without control characters. In a file, a CSV contains the unchanged texts. */
const csvColumns = <Row>(columns: ReadonlyArray<Column<Row>>, { isTerminal }: Screen): ReadonlyArray<Column<Row>> =>
  isTerminal
    ? columns.map((column) => ({ ...column, csv: (row: Row) => plain((column.csv ?? column.value)(row) ?? "") }))
    : columns

/** Prints a list. JSON contains the unchanged rows. */
export const list = <Row>(columns: ReadonlyArray<Column<Row>>, rows: ReadonlyArray<Row>, options: ListOptions) =>
  Effect.gen(function* () {
    const screen = yield* Output
    switch (yield* format) {
      case "json":
        return yield* screen.write(`${formatJson(rows)}\n`)
      case "csv":
        return yield* screen.write(formatCsv(csvColumns(columns, screen), rows))
      case "human": {
        if (rows.length === 0) return yield* screen.write(`${options.empty}\n`)
        const footer = options.footer === undefined ? "" : `${screen.paint("dim", options.footer)}\n`
        const table = tableParts(columns, screen)
        yield* screen.write(`${table.next(rows)}\n${footer}`)
        yield* noteLeftOut(table)
        return options.hint === undefined ? undefined : yield* note(options.hint)
      }
    }
  })

const rowsAtOnce = 1000

const formatParts = <Row>(
  columns: ReadonlyArray<Column<Row>>,
  table: TableParts<Row>,
  screen: Screen,
  format: Format
): ((rows: ReadonlyArray<Row>, isFirst: boolean) => string) => {
  const safe = csvColumns(columns, screen)
  switch (format) {
    case "json":
      return (rows, isFirst) => `${isFirst ? "[" : ","}${formatJson(rows).slice(1, -1)}`
    case "csv":
      return (rows, isFirst) => `${isFirst ? formatCsvHeader(safe) : ""}${formatCsvRows(safe, rows)}`
    case "human":
      return (rows) => `${table.next(rows)}\n`
  }
}

/**
 * Prints a list with only a part of it in memory at a time. If reading fails midway, the JSON array is not closed, so
 * no program can mistake it for the whole list.
 */
export const stream = <Row, E, R>(
  columns: ReadonlyArray<Column<Row>>,
  rows: Stream.Stream<Row, E, R>,
  { empty }: Pick<ListOptions, "empty">
) =>
  Effect.gen(function* () {
    const screen = yield* Output
    const chosen = yield* format
    const table = tableParts(columns, screen)
    const formatPart = formatParts(columns, table, screen, chosen)
    let isFirst = true
    yield* Stream.runForEach(Stream.grouped(rows, rowsAtOnce), (part) =>
      Effect.suspend(() => {
        const text = formatPart(part, isFirst)
        isFirst = false
        return screen.write(text)
      })
    )
    if (isFirst && chosen === "human") return yield* screen.write(`${empty}\n`)
    if (isFirst) yield* screen.write(formatPart([], true))
    if (chosen === "json") yield* screen.write("]\n")
    yield* noteLeftOut(table)
  })

export const formatFields = (
  screen: Pick<Screen, "paint">,
  fields: ReadonlyArray<readonly [name: string, value: string | undefined]>
): string => {
  const shown = fields.filter((field): field is readonly [string, string] => field[1] !== undefined)
  const width = Math.max(...shown.map(([name]) => name.length))
  return shown.map(([name, text]) => `${screen.paint("dim", name.padEnd(width))}  ${text}`).join("\n")
}
