/** Sends requests to the exchange and records every wrong effect. */
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import type * as Requests from "../../../src/operations/Requests.ts"
import type { Json } from "../../../src/judge/JsonSchema.ts"
import type * as Mutants from "../../../src/generate/Mutants.ts"
import type { World } from "../../../src/targets/World.ts"
import type { sendAsSigner } from "./exchange.ts"
import { responseFault, type Operation, rejectionFault, show, valid, type Violation } from "./judging.ts"

export type Send = (sent: Requests.Sent) => ReturnType<ReturnType<typeof sendAsSigner>>

/** The kinds of violations that the exchange can accept, with reasons. The tests fail if an entry is not needed. */
export const tolerated: Readonly<Partial<Record<Mutants.Kind, string>>> = {
  "extra-property": "the document permits undeclared members, and the exchange ignores them"
}

export interface Tally {
  readonly findings: Array<string>
  readonly statuses: Map<number, number>
  readonly kinds: Map<Mutants.Kind, number>
  /** The kinds of tolerated violations that the exchange accepted. */
  readonly tolerated: Set<Mutants.Kind>
}

export const makeTally = (): Tally => ({
  findings: [],
  statuses: new Map(),
  kinds: new Map(),
  tolerated: new Set()
})

const count = <A>(counts: Map<A, number>, what: A): void => void counts.set(what, (counts.get(what) ?? 0) + 1)

export const total = (counts: ReadonlyMap<unknown, number>): number =>
  [...counts.values()].reduce((sum, times) => sum + times, 0)

export const describeCounts = (counts: ReadonlyMap<number | string, number>): string =>
  [...counts]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([what, times]) => `${what}×${times}`)
    .join("  ")

const serializedState = Effect.flatMap(Sandbox.Sandbox, ({ dump }) =>
  Effect.map(dump, (state) => JSON.stringify(state))
)

/**
 * Checks that every violation gets an error that the client decodes, and changes nothing. Tolerated violations can
 * succeed.
 */
export const checkRejections = (
  operation: Operation,
  asked: Send,
  violations: ReadonlyArray<Violation>,
  tally: Tally
) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    const start = yield* sandbox.snapshot
    const before = yield* serializedState
    for (const { kind, note, pointer, sent } of violations) {
      const got = yield* asked(sent)
      const after = yield* serializedState
      count(tally.statuses, got.status)
      count(tally.kinds, kind)
      const isTolerated = tolerated[kind] !== undefined && got.status === operation.reference.success.status
      if (isTolerated) tally.tolerated.add(kind)
      const fault = isTolerated
        ? responseFault(operation, got)
        : (rejectionFault(operation, got) ?? (after === before ? undefined : "rejected, but the state changed"))
      if (fault !== undefined) {
        tally.findings.push(`${kind} at ${pointer} (${note}): ${fault}; ${show(operation, sent, got)}`)
      }
      if (after !== before) yield* sandbox.restore(start)
    }
  })

const accountIn = (state: string, accountId: string): string => {
  // A dump has this type.
  const { accounts } = JSON.parse(state) as { readonly accounts: ReadonlyArray<{ readonly accountId: string }> }
  return JSON.stringify(accounts.find((account) => account.accountId === accountId))
}

/**
 * Checks that every valid request gets a valid response, that rejected requests and reads change nothing, and that the
 * account `bystander` does not change.
 */
export const checkValidRequests = (
  operation: Operation,
  asked: Send,
  { bystander }: World,
  inputs: ReadonlyArray<Json>,
  tally: Tally
) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    const start = yield* sandbox.snapshot
    const before = yield* serializedState
    const untouched = accountIn(before, bystander.accountId)
    for (const input of inputs) {
      const sent = valid(operation, input)
      if (sent === undefined) continue
      const got = yield* asked(sent)
      const after = yield* serializedState
      count(tally.statuses, got.status)
      const mayChange = operation.reference.method !== "GET" && got.status === operation.reference.success.status
      const fault =
        responseFault(operation, got) ??
        (after !== before && !mayChange
          ? "the state changed"
          : accountIn(after, bystander.accountId) === untouched
            ? undefined
            : "another account changed")
      if (fault !== undefined) tally.findings.push(`${fault}; ${show(operation, sent, got)}`)
      if (after !== before) yield* sandbox.restore(start)
    }
  })
