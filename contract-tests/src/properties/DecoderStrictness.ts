/**
 * P1′: finds invalid values that the client accepts.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Judge from "../judge/Judge.ts"
import {
  isArray,
  isObject,
  objectOf,
  resolver,
  valueAt,
  type Json,
  type JsonObject,
  type JsonSchema
} from "../judge/JsonSchema.ts"
import * as OwnValues from "../generate/OwnValues.ts"
import { treatmentOf, type Departure } from "../judge/Policy.ts"
import { check, failed, type Outcome, type OperationProperty, type Run } from "./Property.ts"
import { conformance, document, referenceOf } from "./Subject.ts"

const id = "P1′"

/** A kind of response value that the client's schema accepts but the document does not allow. */
export interface Leniency {
  readonly operation: string
  /** The JSON Pointer in the response body, with `*` for array indices. */
  readonly at: string
  /** The keyword of the document that the client does not enforce. */
  readonly keyword: string
  readonly reason: string
}

/** New enum members and unknown members need no entry, because the policy tolerates them. */
export const leniencies: ReadonlyArray<Leniency> = []

/** Drops `enum` and `additionalProperties: false`, if the policy tolerates their violations in responses. */
const opened = (value: Json): Json => {
  if (isArray(value)) return value.map(opened)
  if (!isObject(value)) return value
  const isSchema = (["type", "properties"] as const).some((key) => Object.hasOwn(value, key))
  return objectOf(
    Object.entries(value).flatMap(([key, member]) => {
      if (isSchema && key === "enum" && isArray(member) && isTolerated("enum-non-member")) return []
      if (isSchema && key === "additionalProperties" && member === false && isTolerated("extra-property")) return []
      return [[key, opened(member)] as const]
    })
  )
}

const isTolerated = (departure: Departure): boolean => treatmentOf(departure, "response") !== "reject"

const locationOf = (pointer: string): string => pointer.replaceAll(/\/\d+(?=\/|$)/g, "/*")

class Lenient extends Error {
  override readonly name = "Lenient"
  readonly pointer: string
  constructor(pointer: string, keyword: string, message: string) {
    super(
      `the client accepts a value that the document does not allow, at ${JSON.stringify(pointer)} (${keyword}): ${message}`
    )
    this.pointer = pointer
  }
}

const lazy = <A>(make: () => A): (() => A) => {
  let cached: { readonly value: A } | undefined
  return () => (cached ??= { value: make() }).value
}

const clientValues = lazy(() =>
  OwnValues.make(
    document().operations.flatMap(({ success }) => (success.schema === undefined ? [] : [success.schema])),
    conformance().judge.resolve
  )
)

const lenientJudge = lazy(() => {
  const open = opened(document().document)
  const judge = Judge.make(resolver(open as JsonObject)) // `opened` returns an object for an object.
  return (pointer: string) => judge(valueAt(open, pointer) as JsonSchema) // `open` has its schemas at the same pointers as the document.
})

export const checkOperation = (run: Run, listed: ReadonlyArray<Leniency> = leniencies): Outcome => {
  const { operation, path = "", seed } = run
  const reference = referenceOf(operation)
  const { schema } = reference.success
  const { body } = operation.descriptor.success
  if (schema === undefined)
    return { _tag: "Skipped", reason: "the document declares no response body for this operation" }
  if (body === undefined) return { _tag: "Skipped", reason: "the client reads no body; P4 checks this" }
  const accepts = conformance().judge.accepts(schema)
  const judge = lenientJudge()(reference.success.pointer)
  const ownLeniencies = listed.filter((leniency) => leniency.operation === reference.id)
  const used = new Set<Leniency>()
  let tolerated = 0
  const assertion = (value: Json): void => {
    const verdict = judge(value)
    if (verdict.valid) {
      if (!accepts(value)) tolerated++
      return
    }
    for (const { keyword, message, pointer } of verdict.violations) {
      const leniency = ownLeniencies.find(
        (candidate) => candidate.keyword === keyword && candidate.at === locationOf(pointer)
      )
      if (leniency === undefined) throw new Lenient(pointer, keyword, message)
      used.add(leniency)
    }
  }
  const values = path === "" ? clientValues().coverage(body) : []
  for (const value of values) {
    try {
      assertion(value)
    } catch (error) {
      if (!(error instanceof Lenient)) throw error
      const counterexample = JSON.stringify(value)
      return failed(id, operation.name, seed, { reason: error.message, pointer: error.pointer, counterexample })
    }
  }
  const random = check(id, run, clientValues().arbitrary(body), assertion)
  if (random._tag !== "Passed") return random
  const stale = path === "" ? ownLeniencies.find((leniency) => !used.has(leniency)) : undefined
  if (stale !== undefined) {
    const reason = `a listed leniency is no longer needed: ${stale.keyword} at ${stale.at}`
    return failed(id, operation.name, seed, { reason, counterexample: stale.reason })
  }
  return {
    _tag: "Passed",
    runs: values.length + random.runs,
    reached: { coverage: values.length, random: random.runs, "new members of enums": tolerated, leniencies: used.size }
  }
}

export const P1Prime: OperationProperty = {
  id,
  statement:
    "Every body that the client's schema accepts conforms to the document, except for new enum members, unknown members and the listed exceptions.",
  run: (run) => Effect.sync(() => checkOperation(run))
}
