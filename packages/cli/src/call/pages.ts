/**
 * Prints the items of a list, page by page.
 *
 * @module
 */
import { PageBudgetExceeded } from "@kalshi-effect/client/Pages"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Output from "../output/Output.ts"
import { formatJson, plain } from "../output/plain.ts"
import type { Operation } from "./operations.ts"

/** Returns the items of a page. If the page has several lists, each item names its list. */
const itemsOf = (page: unknown, lists: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const fields = page as Readonly<Record<string, ReadonlyArray<unknown> | undefined>> // a response of a paged operation contains lists
  const [only, ...more] = lists
  return only !== undefined && more.length === 0
    ? (fields[only] ?? [])
    : lists.flatMap((list) => (fields[list] ?? []).map((item) => ({ [list]: item })))
}

/** Prints the items of at most `maxPages` pages. The caller must provide the client. */
export const printPages = (operation: Operation, input: unknown, maxPages: number) =>
  Stream.runForEach(operation.pages!(input, { maxPages }), (page) => {
    const lines = itemsOf(page, operation.descriptor.pages!.lists).map((item) => `${formatJson(item)}\n`)
    return lines.length === 0 ? Effect.void : Effect.flatMap(Output.Output, ({ write }) => write(lines.join("")))
  }).pipe(
    Effect.catchIf(
      (error) => error instanceof PageBudgetExceeded,
      ({ cursor }) => Output.note(`The list continues. To read on, pass cursor=${plain(cursor)}`)
    )
  )
