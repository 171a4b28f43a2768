/**
 * Flags and helpers that the commands of this folder share.
 *
 * @module
 */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { usage } from "../app/failures.ts"
import * as Output from "../output/Output.ts"

const rowsByDefault = 20

export const limit = Flag.Int("limit").pipe(
  Flag.withDescription(`The number of rows (default ${rowsByDefault})`),
  Flag.filter(
    (rows) => rows >= 1,
    () => "a whole number of at least 1"
  ),
  Flag.optional
)

export const extent = {
  limit,
  all: Flag.Boolean("all").pipe(Flag.withDescription("Print the whole list, page by page"), Flag.withDefault(false))
}

export interface Extent {
  readonly limit: Option.Option<number>
  readonly all: boolean
}

export const ofMarket = Flag.String("ticker").pipe(Flag.withDescription("Only this market"), Flag.optional)

export const ofEvent = Flag.String("event").pipe(Flag.withDescription("Only markets of this event"), Flag.optional)

export const ticker = Argument.String("ticker").pipe(Argument.withDescription("The ticker of the market"))

/** The number of rows to print. Undefined for the whole list. */
export const rowsOf = ({ all, limit }: Extent) =>
  all && Option.isSome(limit)
    ? Effect.fail(usage("--limit and --all exclude each other. Keep one of them"))
    : Effect.succeed(all ? undefined : Option.getOrElse(limit, () => rowsByDefault))

/** The smallest page size that suffices for `rows` rows and one more row, which shows whether the list continues. */
export const pageSize = (rows: number | undefined, largest: number): number =>
  rows === undefined ? largest : Math.min(rows + 1, largest)

export const take = <A, E, R>(
  items: Stream.Stream<A, E, R>,
  rows: number
): Effect.Effect<{ readonly rows: ReadonlyArray<A>; readonly hasMore: boolean }, E, R> =>
  Effect.map(Stream.runCollect(Stream.take(items, rows + 1)), (found) => ({
    rows: found.slice(0, rows),
    hasMore: found.length > rows
  }))

export const moreRows = (rows: number): string =>
  `${rows === 1 ? "This is the first row" : `These are the first ${rows} rows`}. Pass --limit or --all to see more`

export interface ListOptions<Row> {
  /** Printed if there is no row. */
  readonly empty: string
  /** A line below the table if the table shows the whole list. Not printed with `--all`. */
  readonly total?: (rows: ReadonlyArray<Row>) => string
}

/** Prints a list. `items` receives the number of rows to print, so that it can choose the page size. */
export const print = <Row, E, R>(
  columns: ReadonlyArray<Output.Column<Row>>,
  extent: Extent,
  items: (rows: number | undefined) => Stream.Stream<Row, E, R>,
  { empty, total }: ListOptions<Row>
) =>
  Effect.gen(function* () {
    // Refuses wrong flags before it reads anything.
    yield* Output.format
    const rows = yield* rowsOf(extent)
    if (rows === undefined) return yield* Output.stream(columns, items(rows), { empty })
    const found = yield* take(items(rows), rows)
    yield* printFound(columns, found, { empty, total: total?.(found.rows) })
  })

export const printFound = <Row>(
  columns: ReadonlyArray<Output.Column<Row>>,
  { hasMore, rows }: { readonly rows: ReadonlyArray<Row>; readonly hasMore: boolean },
  { empty, total }: { readonly empty: string; readonly total?: string | undefined }
) =>
  Effect.gen(function* () {
    // A total of only the first rows would look like the total of the list.
    yield* Output.list(columns, rows, { empty, footer: hasMore ? undefined : total })
    if (hasMore) yield* Output.note(moreRows(rows.length))
  })

/** Prints a value. Refuses `--csv` before the value is read. */
export const printValue = <A, E, R>(read: Effect.Effect<A, E, R>, human: (value: A, screen: Output.Screen) => string) =>
  Effect.gen(function* () {
    if ((yield* Output.format) === "csv") return yield* usage("--csv prints lists only. Use --json")
    const value = yield* read
    yield* Output.value(value, (screen) => human(value, screen))
  })
