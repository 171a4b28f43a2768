/**
 * Reads paginated lists as streams. Every operation with a cursor has `.pages` and `.items`.
 *
 * **Details**
 *
 * The stream requests a page only when its consumer needs the page. A consumer that stops early causes no further
 * requests. Each request is an ordinary call of the operation, with its retries, limits and errors. The input `limit`
 * of the operation sets the size of a page (`page_size` for `StructuredTargets.list`).
 *
 * The pages end at a cursor that is empty, null or absent. An empty page with a cursor is not the end. The client sends
 * each cursor back unchanged.
 *
 * **Gotchas**
 *
 * - `Stream.retry` reads the list from its beginning and repeats items. To continue after a failure, read `.pages`,
 *   keep the cursor of the last page that you received, and start from that cursor.
 * - A list can change while you read it. Items can then be missing or appear twice. The exchange does not document how
 *   its cursors behave in this case.
 *
 * **Example** (Continuing after a failure)
 *
 * ```ts
 * import * as Orders from "@kalshi-effect/client/Orders"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const readAll = <E, R>(keep: (page: Orders.GetOrdersResponse) => Effect.Effect<void, E, R>) =>
 *   Effect.suspend(() => {
 *     let cursor: string | undefined
 *     return Effect.suspend(() =>
 *       Stream.runForEach(Orders.list.pages({ limit: 1000, cursor }), (page) =>
 *         Effect.tap(keep(page), () => Effect.sync(() => void (cursor = page.cursor ?? undefined)))
 *       )
 *     ).pipe(Effect.retry({ times: 3 }))
 *   })
 * ```
 *
 * @module
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import { InvalidRequest } from "./Errors.ts"
import * as Operation from "./Operation.ts"

const printCursor = (cursor: string): string =>
  JSON.stringify(cursor.length <= 100 ? cursor : `${cursor.slice(0, 100)}…`)

/**
 * A page returned a cursor that was used before, so the pages form a cycle.
 *
 * **Details**
 *
 * The stream has emitted every page up to that page once. The stream remembers its cursors and never follows a cursor a
 * second time. A cursor of 64 characters takes about 100 bytes, so ten thousand pages take 1 MB.
 */
export class RepeatedCursor
  extends /*#__PURE__*/ Data.TaggedError("RepeatedCursor")<{
    /** The name of the operation's function, such as `Orders.list`. */
    readonly operation: string
    readonly cursor: string
    /** The number of pages that the stream has read. */
    readonly pages: number
  }>
{
  override get message(): string {
    return `${this.operation} received the cursor ${printCursor(this.cursor)} a second time, in page ${this.pages}, so its pages form a cycle: the rest of the list cannot be read by cursor`
  }
}

/**
 * The list has more pages than `maxPages`. The stream has emitted `maxPages` pages. `cursor` requests the next page.
 */
export class PageBudgetExceeded
  extends /*#__PURE__*/ Data.TaggedError("PageBudgetExceeded")<{
    /** The name of the operation's function, such as `Orders.list`. */
    readonly operation: string
    readonly maxPages: number
    /** Pass it as the input's `cursor` to continue. */
    readonly cursor: string
  }>
{
  override get message(): string {
    return `${this.operation} has more than ${this.maxPages} ${this.maxPages === 1 ? "page" : "pages"}: continue with the cursor ${printCursor(this.cursor)}`
  }
}

/** Options of a stream of pages. */
export interface Options {
  /**
   * The maximum number of pages to request: an integer, at least 1. If the list has more pages, the stream fails with
   * {@link PageBudgetExceeded} after `maxPages` pages, so that an incomplete list never looks complete. Use
   * `Stream.take` to read only a part. Default: no limit.
   */
  readonly maxPages?: number | undefined
}

/**
 * Reads a list from its beginning, or from the `cursor` of the input. The cursor must not be empty, because an empty
 * cursor marks the last page.
 */
export interface Reader<Input, out A, out E, out Capability> {
  (...input: Operation.ArgumentsOf<Input>): Stream.Stream<A, E | RepeatedCursor, Capability>
  (
    input: {} extends Input ? Input | undefined : Input,
    options: Options
  ): Stream.Stream<A, E | RepeatedCursor | PageBudgetExceeded, Capability>
}

type ItemOf<Output, List extends PropertyKey> =
  Output extends Readonly<Partial<Record<List, infer Items>>>
    ? NonNullable<Items> extends ReadonlyArray<infer Item>
      ? Item
      : never
    : never

type ItemsOf<Input, Output, E, Capability, List extends string> = [List] extends [Types.UnionToIntersection<List>]
  ? Reader<Input, ItemOf<Output, List>, E, Capability>
  : { readonly [L in List]: Reader<Input, ItemOf<Output, L>, E, Capability> }

/** An operation whose response is a page of `List`. A call reads one page. */
export interface Paged<Input, out Output, in out E, out Capability, List extends string> extends Operation.Operation<
  Input,
  Output,
  E,
  Capability
> {
  /** The pages, including empty ones. */
  readonly pages: Reader<Input, Output, Operation.FailureOf<E, Capability>, Capability>
  /**
   * The items of the pages, one by one. If a response has more than one list, each list has its own reader, such as
   * `Portfolio.positions.items.market_positions`.
   */
  readonly items: ItemsOf<Input, Output, Operation.FailureOf<E, Capability>, Capability, List>
}

type Page = Readonly<Record<string, unknown>>
type Input = Readonly<Record<string, unknown>>
type Read<A> = (input?: Input, options?: Options) => Stream.Stream<A, unknown, unknown>

const invalid = (operation: string, pointer: string, reason: string) =>
  Effect.fail(new InvalidRequest({ operation, pointer, reason }))

/** Copies an input with its prototype, so that the operation still rejects an instance of a class. */
const copyOf = (input: Input | undefined): Record<string, unknown> =>
  Object.assign(Object.create(Object.getPrototypeOf(input ?? {}) as object | null), input)

/** Makes a reader. `elements` returns what the stream emits for a page. */
const reader =
  <A>(
    operation: (input: Input) => Effect.Effect<Page, unknown, unknown>,
    { name }: Operation.Descriptor,
    cursorField: string,
    elements: (page: Page) => ReadonlyArray<A>
  ): Read<A> =>
  (input, options) =>
    Stream.fromPull(
      Effect.sync(() => {
        const maxPages = options?.maxPages ?? Number.POSITIVE_INFINITY
        const request = copyOf(input)
        // The cursors of all pages that arrived. Comparing only with one earlier cursor would detect a cycle too late.
        const read = new Set<unknown>()
        let cursor = request["cursor"]
        let pages = 0
        const next: Pull.Pull<Arr.NonEmptyReadonlyArray<A>, unknown, void, unknown> = Effect.suspend(() => {
          if (pages === 0) {
            if (cursor === "") {
              return invalid(
                name,
                "/cursor",
                "an empty cursor marks the end of the pages: leave it out to read from the beginning"
              )
            }
            if (!(maxPages >= 1 && (Number.isInteger(maxPages) || maxPages === Number.POSITIVE_INFINITY))) {
              return invalid(name, "/maxPages", "must be an integer of at least 1")
            }
          } else {
            if (typeof cursor !== "string" || cursor === "") return Cause.done()
            if (read.has(cursor)) return Effect.fail(new RepeatedCursor({ operation: name, cursor, pages }))
            if (pages >= maxPages) return Effect.fail(new PageBudgetExceeded({ operation: name, maxPages, cursor }))
          }
          return Effect.flatMap(operation(Object.assign(copyOf(request), { cursor })), (page) => {
            // The state changes only after success, because a failed pull may be repeated.
            read.add(cursor)
            pages++
            cursor = page[cursorField]
            const found = elements(page)
            return Arr.isReadonlyArrayNonEmpty(found) ? Effect.succeed(found) : next
          })
        })
        return next
      })
    )

/** Makes an operation from its description, with readers of its pages and items. */
export const make = <
  Access extends "public" | "read" | "write",
  Success extends Schema.Codec<unknown> | undefined,
  const D extends ReadonlyArray<Operation.Declared>,
  const List extends keyof Operation.SuccessOf<Success> & string,
  Path extends Readonly<Record<string, Operation.Parameter<unknown, true>>> = {},
  Query extends Readonly<Record<string, Operation.Parameter>> = {},
  Body extends Schema.Codec<unknown> | undefined = undefined,
  const Auth extends "none" | "optional" | "required" = "required"
>(
  description: Operation.Description<Access, Path, Query, Body, Success, D, Auth> & {
    readonly pages: Operation.Paging<List> & { readonly cursor: keyof Operation.SuccessOf<Success> }
  }
): Paged<
  Operation.InputFor<Path, Query, Body>,
  Operation.SuccessOf<Success>,
  Operation.ErrorsFor<D, Auth>,
  Operation.CapabilityOf<Access>,
  List
> => {
  const { cursor, lists } = description.pages
  const operation = Operation.make(description)
  // The pages have the operation's types, which this generic code cannot see. The return type states them.
  const call = operation as unknown as (input: Input) => Effect.Effect<Page, unknown, unknown>
  const read = <A>(elements: (page: Page) => ReadonlyArray<A>) => reader(call, operation.descriptor, cursor, elements)
  // A response can lack a list that the OpenAPI document does not require.
  const of = (list: string) => read((page) => (page[list] ?? []) as ReadonlyArray<unknown>)
  const [first, ...more] = lists
  return Object.assign(operation, {
    pages: read((page) => [page]),
    items:
      first !== undefined && more.length === 0 ? of(first) : Object.fromEntries(lists.map((list) => [list, of(list)]))
  }) as never
}
