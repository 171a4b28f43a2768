import { assert, describe, it } from "@effect/vitest"
import * as Pages from "@kalshi-effect/client/Pages"
import { Effect, Option, Stream } from "effect"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import * as Descriptors from "../../src/operations/Descriptors.ts"
import { P10 } from "../../src/properties/Paging.ts"
import type * as Property from "../../src/properties/Property.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { document, named, referenceOf } from "../operations/support/client.ts"

const seed = Replay.seedFrom()

const run = (operation: ClientOperations.ClientOperation, runs: number) =>
  Effect.runSync(P10.run({ operation, seed, runs }))

const reachedBy = (operation: ClientOperations.ClientOperation, runs: number): Property.Reached => {
  const outcome = run(operation, runs)
  if (outcome._tag === "Passed") return outcome.reached
  return assert.fail(outcome._tag === "Failed" ? outcome.report : outcome.reason)
}

const paged = ClientOperations.all.filter((client) => Descriptors.paging(document, referenceOf(client)) !== undefined)

describe("P10 (pages end, and lose or repeat nothing)", () => {
  it("applies to exactly the operations with a cursor", () => {
    assert.strictEqual(paged.length, 29)
    for (const client of ClientOperations.all.filter((client) => !paged.includes(client))) {
      assert.strictEqual(run(client, 1)._tag, "Skipped", client.name)
    }
  })

  it("reaches every relevant situation", () => {
    const always = [
      ...["a last cursor that is empty", "a last cursor that is null"],
      ...["an empty list that is []", "an empty page with a cursor"],
      ...["a reading that stopped early", "a failure after the first page", "pages in a cycle"]
    ]
    for (const [id, also] of [
      ["GetOrders", ["an empty list that is null"]],
      ["GetStructuredTargets", ["a last cursor that is absent", "an empty list that is absent"]],
      ["GetPositions", ["a last cursor that is absent"]]
    ] as const) {
      const reached = reachedBy(named(id), 60)
      for (const what of [...always, ...also]) assert.isAbove(reached[what] ?? 0, 0, `${id}: ${what}`)
    }
  })
})

type Fault =
  | "follows a repeated cursor"
  | "misses a cycle of several cursors"
  | "ends on an empty page"
  | "does not end on an empty cursor"
  | "does not end on a null cursor"
  | "changes the cursor"
  | "requests a page ahead"
  | "emits each page twice"
  | "drops the page size"
  | "restarts instead of resuming"
  | "ends a list early"
  | "drops the page with the repeated cursor"
  | "loses the cursor at its page limit"

interface State {
  readonly cursor: string | undefined
  readonly pages: number
  readonly asked: ReadonlySet<string>
  readonly ahead: Effect.Effect<Answer, unknown, unknown> | undefined
}

type Answer = Readonly<Record<string, unknown>>

/** A reader with at most one fault. It uses no code of the client's readers. */
const reader =
  ({ name, operation }: ClientOperations.ClientOperation, list: string | undefined, fault: Fault | undefined) =>
  (input: Answer = {}, { maxPages = Number.POSITIVE_INFINITY }: Pages.Options = {}) => {
    // The function accepts any input and returns any response.
    const call = operation as unknown as (given: Answer) => Effect.Effect<Answer, unknown, unknown>
    const isEnd = (cursor: unknown): boolean =>
      cursor === undefined ||
      (cursor === null && fault !== "does not end on a null cursor") ||
      (cursor === "" && fault !== "does not end on an empty cursor")
    const step = (state: State) =>
      Effect.gen(function* () {
        const { asked, cursor, pages } = state
        const isRepeated =
          fault === "misses a cycle of several cursors" ? [...asked].at(-1) === cursor : asked.has(`${cursor}`)
        if (cursor !== undefined && pages > 0 && isRepeated && fault !== "follows a repeated cursor") {
          return yield* new Pages.RepeatedCursor({ operation: name, cursor, pages })
        }
        if (pages >= maxPages) {
          if (fault === "ends a list early") return [[], Option.none<State>()] as const
          const nextCursor = fault === "loses the cursor at its page limit" ? "" : `${cursor}`
          return yield* new Pages.PageBudgetExceeded({ operation: name, maxPages, cursor: nextCursor })
        }
        const { cursor: _begin, ...beginless } = input
        const { limit: _size, ...sizeless } = input
        const of =
          fault === "drops the page size" && pages > 0
            ? sizeless
            : fault === "restarts instead of resuming"
              ? beginless
              : input
        const sent = fault === "changes the cursor" && cursor !== undefined ? encodeURIComponent(cursor) : cursor
        const askFor = (pageCursor: string | undefined) =>
          call(pageCursor === undefined ? of : { ...of, cursor: pageCursor })
        const answer = yield* state.ahead ?? askFor(sent)
        const next = answer["cursor"]
        const items = list === undefined ? [answer] : ((answer[list] ?? []) as ReadonlyArray<unknown>)
        const emitted = fault === "emits each page twice" ? [...items, ...items] : items
        const usedCursors = new Set(cursor === undefined ? asked : [...asked, cursor])
        if (isEnd(next) || (fault === "ends on an empty page" && items.length === 0)) {
          return [emitted, Option.none<State>()] as const
        }
        const follows = String(next ?? "")
        const ahead = fault === "requests a page ahead" ? Effect.succeed(yield* askFor(follows)) : undefined
        const dropped = fault === "drops the page with the repeated cursor" && usedCursors.has(follows)
        const state2 = { cursor: follows, pages: pages + 1, asked: usedCursors, ahead }
        return [dropped ? [] : emitted, Option.some<State>(state2)] as const
      })
    const first = fault === "restarts instead of resuming" ? undefined : (input["cursor"] as string | undefined)
    return Stream.paginate<State, unknown, unknown, unknown>(
      { cursor: first, pages: 0, asked: new Set(), ahead: undefined },
      step
    )
  }

const withReader = (fault: Fault | undefined): ClientOperations.ClientOperation => {
  const client = named("GetDeposits")
  const call = (...input: Parameters<typeof client.operation>) => client.operation(...input)
  const operation = Object.assign(call, {
    descriptor: client.descriptor,
    pages: reader(client, undefined, fault),
    items: reader(client, "deposits", fault)
  })
  return { ...client, operation }
}

describe("P10 with the readers of this test", () => {
  it("passes for a reader without a fault", () => void reachedBy(withReader(undefined), 40))

  const reasons: Readonly<Record<Fault, RegExp>> = {
    "follows a repeated cursor": /pages in a cycle|does not stop requesting pages/,
    "misses a cycle of several cursors": /in a cycle|before the cycle|does not stop requesting pages/,
    "ends on an empty page": /the items of the complete list|the cursors that were sent/,
    "does not end on an empty cursor": /the complete list: expected the end, got/,
    "does not end on a null cursor": /the complete list: expected the end, got/,
    "changes the cursor": /the complete list: expected the end, got BadRequest/,
    "requests a page ahead": /was requested after|requests/,
    "emits each page twice": /the items of the complete list|the responses/,
    "drops the page size": /with a different input/,
    "restarts instead of resuming": /a resumed reading|items after a failure/,
    "ends a list early": /a budget of \d+ pages: expected PageBudgetExceeded, got the end/,
    "drops the page with the repeated cursor": /the items before the cycle/,
    "loses the cursor at its page limit": /budget error contains a different cursor/
  }
  for (const [fault, why] of Object.entries(reasons) as ReadonlyArray<[Fault, RegExp]>) {
    it(`detects a reader that ${fault}`, () => {
      const outcome = run(withReader(fault), 60)
      if (outcome._tag !== "Failed") return assert.fail("the injected fault was not detected")
      assert.match(outcome.reason, why)
      assert.match(outcome.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
    })
  }

  it("detects an operation without pages", () => {
    const client = named("GetOrders")
    const operation = Object.assign((...input: Parameters<typeof client.operation>) => client.operation(...input), {
      descriptor: client.descriptor
    })
    const outcome = run({ ...client, operation }, 1)
    assert.strictEqual(outcome._tag === "Failed" && outcome.reason, "Orders.list has no pages")
  })
})
