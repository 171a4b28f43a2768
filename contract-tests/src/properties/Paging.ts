/**
 * P10: checks how the client reads paginated lists.
 *
 * @module
 */
import * as Answer from "@kalshi-effect/client/Answer"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import * as Descriptors from "../operations/Descriptors.ts"
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import * as Arbitraries from "../generate/Arbitraries.ts"
import { character } from "../generate/internal/characters.ts"
import { isObject, memberOf, objectOf, type Json, type JsonObject } from "../judge/JsonSchema.ts"
import * as paging from "./internal/paging.ts"
import { check, type Outcome, type OperationProperty, type Run } from "./Property.ts"
import * as Subject from "./Subject.ts"

const id = "P10"

interface Target {
  readonly lists: ReadonlyArray<string>
  readonly cursor: string
  readonly schema: NonNullable<ReferenceDocument.Response["schema"]>
  /** The parameter for the page size, and its maximum. Undefined if the operation has no such parameter. */
  readonly size: { readonly name: string; readonly maximum: number } | undefined
  /** Every input except the cursor and the page size. */
  readonly input: JsonObject
}

const targetOf = ({ operation }: Run, reference: ReferenceDocument.Operation): Target | undefined => {
  const document = Subject.document()
  const found = Descriptors.paging(document, reference)
  const { schema } = reference.success
  if (found?.cursor === undefined || schema === undefined) return undefined
  const parameter = reference.parameters.find(({ name }) => name === "limit" || name === "page_size")
  const bounds = parameter === undefined ? undefined : document.deref(parameter.schema)
  const plain = Subject.simplestInput(operation)
  return {
    lists: found.lists,
    cursor: found.cursor,
    schema,
    size: parameter === undefined ? undefined : { name: parameter.name, maximum: bounds?.maximum ?? 1_000 },
    input: objectOf(Object.entries(plain).filter(([key]) => key !== "cursor" && key !== parameter?.name))
  }
}

/** Cursors that often break clients. The exchange's own cursors are base64. */
const oddCursors = [" ", "+", "%2F", "a=b&cursor=c", "\u0000", "é👩‍👧", "null", "0", "#?/", "CgsI+/==", "\n"]

const cursorText = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: character(), minLength: 1, maxLength: 30 }) },
  { weight: 1, arbitrary: fc.base64String({ minLength: 4, maxLength: 400 }) },
  { weight: 1, arbitrary: fc.constantFrom(...oddCursors) }
)

interface Case {
  /** The index of the list under test in `Target.lists`. */
  readonly list: number
  readonly items: ReadonlyArray<Json>
  /** The items of the response's other list, on each page. */
  readonly others: ReadonlyArray<Json>
  /** The page sizes of two readings of the same list. */
  readonly sizes: readonly [number, number]
  /** The indices at which an empty page is inserted. An index also counts the empty pages before it. */
  readonly emptyBefore: ReadonlyArray<number>
  readonly cursors: ReadonlyArray<string>
  /** The preferred form of an empty list, and of the last cursor: 0 for empty, 1 for null, 2 for absent. */
  readonly empty: number
  readonly end: number
  /** The number of items after which the consumer stops, modulo the number of items plus one. */
  readonly take: number
  /** The index of a page, modulo the number of pages. This page fails, exceeds the budget, or closes a cycle. */
  readonly at: number
  /** Selects the earlier page whose cursor is repeated, so that the pages form a cycle. */
  readonly back: number
}

const maxItems = 12

const casesOf = ({ lists, schema }: Target, arbitraries: Arbitraries.Arbitraries): fc.Arbitrary<Case> => {
  const document = Subject.document()
  const itemsOf = (list: string) => {
    const { items } = document.deref(document.deref(schema).properties?.[list] ?? {})
    return fc.array(arbitraries.of(items ?? {}), { maxLength: maxItems, size: "max" })
  }
  return fc.nat(lists.length - 1).chain((list) =>
    fc.record({
      list: fc.constant(list),
      items: itemsOf(lists[list] ?? ""),
      others: lists.length === 1 ? fc.constant([]) : itemsOf(lists[1 - list] ?? "").map((items) => items.slice(0, 2)),
      sizes: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: maxItems + 1 })),
      emptyBefore: fc.array(fc.nat(maxItems), { maxLength: 3 }),
      // Shrinking is off: it is slow here and adds nothing.
      cursors: fc.noShrink(
        fc.uniqueArray(cursorText, { minLength: maxItems + 4, maxLength: maxItems + 4, size: "max" })
      ),
      empty: fc.nat(2),
      end: fc.nat(2),
      take: fc.nat(maxItems),
      at: fc.nat(2 * maxItems),
      back: fc.nat(2 * maxItems)
    })
  )
}

class Violation extends Error {}

const assertThat = (condition: boolean, what: () => string): void => {
  if (!condition) throw new Violation(what())
}

const assertSame = (got: ReadonlyArray<string>, expected: ReadonlyArray<string>, what: string): void =>
  assertThat(got.length === expected.length && got.every((text, index) => text === expected[index]), () => {
    const at = expected.findIndex((text, index) => text !== got[index])
    return `${what}: ${got.length} instead of ${expected.length}, first difference at index ${at < 0 ? expected.length : at}`
  })

const tagOf = (error: unknown): unknown => (error === undefined ? "the end" : memberOf(error as Json, "_tag"))

const assertEndsWith = ({ error }: paging.Reading, tag: string, what: string): void =>
  assertThat(tagOf(error) === tag, () => `${what}: expected ${tag}, got ${String(tagOf(error))}`)

interface Reach {
  (what: string): void
}

/** The list of one case, split into pages. */
interface Model {
  readonly input: Case
  readonly target: Target
  readonly readers: ReturnType<typeof paging.readersOf>
  readonly itemsReader: ReturnType<ReturnType<typeof paging.readersOf>["items"]>
  readonly split: (size: number, emptyBefore: ReadonlyArray<number>) => ReadonlyArray<paging.Page>
  readonly inputOf: (size: number) => JsonObject
  /** The serialized items of the pages. */
  readonly itemsOf: (pages: ReadonlyArray<paging.Page>) => ReadonlyArray<string>
  readonly decoded: (body: JsonObject) => JsonObject
  readonly pages: ReadonlyArray<paging.Page>
  /** The items of all pages, serialized. */
  readonly all: ReadonlyArray<string>
  readonly firstInput: JsonObject
}

const modelOf = ({ operation }: Run, target: Target) => {
  const { judge } = Subject.conformance()
  const accepts = judge.accepts(target.schema)
  const decode = Answer.decoder(operation.operation)
  const decoded = (body: JsonObject): JsonObject => {
    const result = decode({ status: 200, body: JSON.stringify(body) })
    const value: unknown = Result.isSuccess(result) ? result.success : undefined
    if (!isObject(value as Json)) throw new Violation(`a valid page does not decode: ${JSON.stringify(body)}`)
    return value as JsonObject // an object that was decoded from JSON
  }

  return (input: Case, reach: Reach): Model => {
    const list = target.lists[input.list] ?? ""
    const other = target.lists.find((name) => name !== list)
    const readers = paging.readersOf(operation, target.lists)

    /** Chooses one of the forms of a body that the document allows. */
    const bodyOf = (items: ReadonlyArray<Json>, cursor: string | undefined): JsonObject => {
      const lists: ReadonlyArray<Json | undefined> = items.length > 0 ? [items] : [[], null, undefined]
      const cursors: ReadonlyArray<Json | undefined> = cursor === undefined ? ["", null, undefined] : [cursor]
      const bodies = lists.flatMap((value, writing) =>
        cursors.flatMap((text, ending) => {
          const members: ReadonlyArray<readonly [string, Json | undefined]> = [
            [list, value],
            [target.cursor, text],
            ...(other === undefined ? [] : [[other, input.others] as const])
          ]
          const body = objectOf(members.flatMap(([key, member]) => (member === undefined ? [] : [[key, member]])))
          return accepts(body) ? [{ body, writing, ending }] : []
        })
      )
      const chosen =
        bodies.find(({ ending, writing }) => writing === input.empty && ending === input.end) ??
        bodies.find(({ ending }) => ending === input.end) ??
        bodies[0]
      if (chosen === undefined) throw new Error("the document allows no form of this page")
      if (cursor === undefined) reach(`a last cursor that is ${["empty", "null", "absent"][chosen.ending]}`)
      if (items.length === 0) reach(`an empty list that is ${["[]", "null", "absent"][chosen.writing]}`)
      return chosen.body
    }

    const split = (size: number, emptyBefore: ReadonlyArray<number>): ReadonlyArray<paging.Page> => {
      const slices: Array<ReadonlyArray<Json>> = []
      for (let from = 0; from === 0 || from < input.items.length; from += size) {
        for (const index of emptyBefore) if (index === slices.length) slices.push([])
        slices.push(input.items.slice(from, from + size))
      }
      return slices.map((items, index) => ({
        requestCursor: index === 0 ? undefined : input.cursors[index - 1],
        body: bodyOf(items, index === slices.length - 1 ? undefined : input.cursors[index])
      }))
    }

    const inputOf = (size: number): JsonObject =>
      target.size === undefined
        ? target.input
        : objectOf([...Object.entries(target.input), [target.size.name, Math.min(size, target.size.maximum)]])
    const itemsOf = (pages: ReadonlyArray<paging.Page>): ReadonlyArray<string> =>
      pages.flatMap(({ body }) => {
        const items = decoded(body)[list]
        return Array.isArray(items) ? items.map(paging.serialize) : []
      })

    const pages = split(input.sizes[0], input.emptyBefore)
    const all = itemsOf(pages)
    assertSame(all, itemsOf(split(input.sizes[1], [])), "the model's own items")
    if (input.emptyBefore.some((index) => index < pages.length)) reach("an empty page with a cursor")
    return {
      ...{ all, firstInput: inputOf(input.sizes[0]), split, decoded, input, inputOf, itemsOf },
      ...{ itemsReader: readers.items(list), pages, readers, target }
    }
  }
}

/** Every item is read once, in order, and a page is requested only after all earlier items are read. */
const readsAll = ({ all, firstInput, itemsOf, itemsReader, pages, target }: Model): void => {
  const reading = paging.read((items) => items(firstInput), itemsReader, pages)
  assertEndsWith(reading, "the end", "the complete list")
  assertSame(reading.items, all, "the items of the complete list")
  assertSame(
    reading.requests.map(({ cursor }) => paging.serialize([cursor])),
    pages.map(({ requestCursor }) => paging.serialize([requestCursor])),
    "the cursors that were sent"
  )
  for (const [index, { after, rest }] of reading.requests.entries()) {
    const before = itemsOf(pages.slice(0, index)).length
    assertThat(
      after === before,
      () => `page ${index + 1} was requested after ${after} of the ${before} items before it`
    )
    assertThat(rest === reading.requests[0]?.rest, () => `page ${index + 1} was requested with a different input`)
  }
  const { name } = target.size ?? { name: undefined }
  if (name !== undefined) {
    const sent = new URLSearchParams(reading.requests[0]?.rest).get(name)
    assertThat(sent === String(firstInput[name]), () => `${name}: expected ${String(firstInput[name])}, got ${sent}`)
  }
}

/** The items do not depend on the page size, and no more pages are requested than needed. */
const readsAnySize = ({ all, split, input, inputOf, itemsReader }: Model): void => {
  const [size, otherSize] = input.sizes
  const resized = split(otherSize, [])
  const resizedReading = paging.read((items) => items(inputOf(otherSize)), itemsReader, resized)
  assertSame(resizedReading.items, all, `the items in pages of ${otherSize} instead of ${size}`)
  const minRequests = Math.max(1, Math.ceil(all.length / otherSize))
  assertThat(
    resizedReading.requests.length === minRequests,
    () => `${resizedReading.requests.length} requests for ${all.length} items`
  )
}

/** The reader of pages returns one response for each page. */
const readsPages = ({ firstInput, decoded, pages, readers }: Model): void => {
  const responses = paging.read((reader) => reader(firstInput), readers.pages, pages)
  assertSame(
    responses.items,
    pages.map(({ body }) => paging.serialize(decoded(body))),
    "the responses"
  )
}

/** The client sends no request after the consumer has stopped. */
const stopsEarly = ({ all, firstInput, input, itemsOf, itemsReader, pages }: Model, reach: Reach): void => {
  const take = input.take % (all.length + 1)
  const reading = paging.read((items) => Stream.take(items(firstInput), take), itemsReader, pages)
  assertSame(reading.items, all.slice(0, take), `the first ${take}`)
  const needed = take === 0 ? 0 : 1 + pages.findIndex((_, index) => itemsOf(pages.slice(0, index + 1)).length >= take)
  assertThat(
    reading.requests.length === needed,
    () => `${reading.requests.length} requests for ${take} items, not ${needed}`
  )
  if (needed < pages.length) reach("a reading that stopped early")
}

/** A failure loses no earlier items, and a new reading from the last cursor returns all later items. */
const resumes = ({ all, firstInput, input, itemsOf, itemsReader, pages }: Model, reach: Reach): void => {
  const at = input.at % pages.length
  const before = pages.slice(0, at)
  const rest = pages.slice(at)
  const failedReading = paging.read(
    (items) => items(firstInput),
    itemsReader,
    pages,
    (n) => (n === at ? 500 : undefined)
  )
  assertEndsWith(failedReading, "InternalServerError", "a page that fails")
  assertSame(failedReading.items, itemsOf(before), "the items before a failure")
  const repeatedReading = paging.read(
    (items) => paging.repeating(items(firstInput)),
    itemsReader,
    pages,
    (n) => (n === at ? 500 : undefined)
  )
  assertEndsWith(repeatedReading, "the end", "a reading that repeats a failed pull")
  assertSame(repeatedReading.items, all, "the items of a reading that repeats a failed pull")
  const resume = rest[0]?.requestCursor
  if (resume !== undefined) {
    reach("a failure after the first page")
    const from = objectOf([...Object.entries(firstInput), ["cursor", resume]])
    const resumed = paging.read((items) => items(from), itemsReader, rest)
    assertEndsWith(resumed, "the end", "a resumed reading")
    assertSame(resumed.items, itemsOf(rest), "the items after a failure")

    // A page budget ends the list with an error that contains the next cursor.
    const budget = paging.read((items) => items(firstInput, { maxPages: at }), itemsReader, pages)
    assertEndsWith(budget, "PageBudgetExceeded", `a budget of ${at} pages`)
    assertSame(budget.items, itemsOf(before), "the items within a budget")
    assertThat(
      memberOf(budget.error as Json, "cursor") === resume,
      () => "the budget error contains a different cursor"
    )
  }
  const enough = paging.read((items) => items(firstInput, { maxPages: pages.length }), itemsReader, pages)
  assertEndsWith(enough, "the end", "a budget equal to the number of pages")
}

/** A reading of a cycle of cursors fails after each page was read once. */
const endsCycles = ({ firstInput, input, itemsOf, itemsReader, pages, target }: Model, reach: Reach): void => {
  const at = input.at % pages.length
  const rest = pages.slice(at)
  const resume = rest[0]?.requestCursor
  const cycle = (of: ReadonlyArray<paging.Page>, last: number, to: string, from: JsonObject): void => {
    const round = of.map((page, index) =>
      index === last ? { ...page, body: objectOf([...Object.entries(page.body), [target.cursor, to]]) } : page
    )
    const cycleReading = paging.read((items) => items(from), itemsReader, round)
    assertEndsWith(cycleReading, "RepeatedCursor", "pages in a cycle")
    assertSame(cycleReading.items, itemsOf(round.slice(0, last + 1)), "the items before the cycle")
    assertThat(
      cycleReading.requests.length === last + 1,
      () => `${cycleReading.requests.length} requests before the cycle`
    )
  }
  const repeated = pages[1 + (input.back % Math.max(1, at))]?.requestCursor
  if (resume !== undefined && repeated !== undefined) {
    reach("pages in a cycle")
    cycle(pages, at, repeated, firstInput)
    cycle(rest, rest.length - 1, resume, objectOf([...Object.entries(firstInput), ["cursor", resume]]))
  }
}

const assertionOf = (run: Run, target: Target) => {
  const make = modelOf(run, target)
  return (input: Case, reach: Reach): void => {
    const model = make(input, reach)
    readsAll(model)
    readsAnySize(model)
    readsPages(model)
    stopsEarly(model, reach)
    resumes(model, reach)
    endsCycles(model, reach)
  }
}

const outcome = (run: Run): Outcome => {
  const target = targetOf(run, Subject.referenceOf(run.operation))
  if (target === undefined) return { _tag: "Skipped", reason: "the operation is not paginated" }
  const arbitraries = Arbitraries.make(Subject.conformance().judge)
  return check(id, run, casesOf(target, arbitraries), assertionOf(run, target))
}

export const P10: OperationProperty = {
  id,
  statement:
    "The client reads a list to its end, reads each item once and requests no page before it is needed, for any page size and any cursor. Cursor cycles, failures and the page budget end the reading without losing earlier items.",
  method:
    "Random items are split into pages of random sizes, with empty pages, unusual cursors, failures and cycles, and read through the client. Skipped: operations that are not paginated.",
  run: (run) => Effect.sync(() => outcome(run))
}
