/**
 * P6: checks that the client is compatible with future versions of the document.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Answers from "../operations/Answers.ts"
import type * as Conformance from "../judge/Conformance.ts"
import * as Coverage from "../generate/Coverage.ts"
import { equals, firstDifference, pointerKeys, pointerTo, updateAt, valueAt, type Json } from "../judge/JsonSchema.ts"
import * as edits from "./internal/edits.ts"
import { failed, type Outcome, type OperationProperty, type Run } from "./Property.ts"
import { conformance, referenceOf } from "./Subject.ts"

const id = "P6"

const lazy = <A>(make: () => A): (() => A) => {
  let cached: { readonly value: A } | undefined
  return () => (cached ??= { value: make() }).value
}

const editor = lazy(() => edits.make(conformance().judge))
const coverage = lazy(() => Coverage.make(conformance().judge))

const describeResult = (decoded: Conformance.Decoded<unknown>): string =>
  decoded.ok ? "a decoded value" : `a rejection at ${JSON.stringify(decoded.pointers[0] ?? "no pointer")}`

/**
 * Whether `got` reports the violation at `pointer` that an edit of the schema caused. JSON Schema reports a list of the
 * wrong length, but a tuple decoder can report the missing or surplus item.
 */
const isAt = (got: string, pointer: string, edit: string): boolean =>
  got === pointer || (/Items is dropped/.test(edit) && got.startsWith(`${pointer}/`))

const outcome = ({ operation, seed }: Run): Outcome => {
  const reference = referenceOf(operation)
  const { schema } = reference.success
  if (schema === undefined)
    return { _tag: "Skipped", reason: "the document declares no response body for this operation" }
  const { judge } = conformance()
  const verdict = judge(schema)
  const normal = Answers.normalForm(schema, judge.resolve)
  const codec = Answers.codec(operation, reference, normal)
  const decode = (value: Json): Conformance.Decoded<unknown> => {
    try {
      return codec.decode(value)
    } catch (error) {
      return { ok: false, pointers: [`an exception: ${String(error)}`] }
    }
  }
  // The value was decoded from JSON.
  const read = (value: unknown): Json => (codec.encode === undefined ? value : codec.encode(value)) as Json
  const reached: Record<string, number> = {}
  const reach = (what: string): void => {
    reached[what] = (reached[what] ?? 0) + 1
  }

  for (const place of edits.nodes(schema, coverage().of(schema), judge)) {
    for (const edit of editor()(place)) {
      const allows = judge.accepts(edit.edited)
      for (const { member, value } of edit.witnesses) {
        const witness = updateAt(place.base, pointerKeys(place.pointer), () => value)
        if (witness === undefined || !allows(value)) throw new Error(`${edit.name}: no witness at ${place.location}`)
        const pointer = member === undefined ? place.pointer : pointerTo(place.pointer, member)
        const decoded = decode(witness)
        const fail = (expected: string, got: string): Outcome =>
          failed(id, operation.name, seed, {
            reason: `${edit.name} at ${JSON.stringify(place.location)}: expected ${expected}, got ${got}`,
            pointer,
            expected,
            got,
            counterexample: JSON.stringify(witness)
          })
        if (edit.kind === "breaking") {
          const before = verdict(witness)
          // A value that the document already allows is not drift. A value with a second violation at another pointer
          // does not test this edit.
          if (before.valid || before.pointers.length !== 1 || before.pointers[0] !== pointer) {
            reach(before.valid ? "already allowed" : "violates another constraint")
            continue
          }
          reach(`broke: ${edit.name}`)
          if (decoded.ok || decoded.pointers.length !== 1 || !isAt(decoded.pointers[0] ?? "", pointer, edit.name)) {
            return fail(`a rejection at ${JSON.stringify(pointer)}`, describeResult(decoded))
          }
          continue
        }
        reach(`continued: ${edit.name}`)
        if (!decoded.ok) return fail("a decoded value", describeResult(decoded))
        const got = read(decoded.value)
        const decodedValue = valueAt(got, pointer)
        if (
          member === undefined
            ? !equals(decodedValue, value)
            : decodedValue !== undefined && !equals(decodedValue, valueAt(witness, pointer))
        ) {
          return fail(JSON.stringify(valueAt(witness, pointer)), JSON.stringify(decodedValue ?? null))
        }
        // The client may drop the new member, but must not change the rest of the value.
        const rest = (json: Json): Json =>
          member === undefined ? json : (updateAt(json, pointerKeys(pointer), () => undefined) ?? json)
        const changed = firstDifference(rest(normal(witness)), rest(normal(got)))
        if (changed !== undefined) return fail("the rest unchanged", `a change at ${JSON.stringify(changed)}`)
      }
    }
  }
  const runs = Object.values(reached).reduce((sum, count) => sum + count, 0)
  return { _tag: "Passed", runs, reached }
}

export const P6: OperationProperty = {
  id,
  statement:
    "Additions to the document do not break an operation. The client passes on new enum members unchanged. It reports breaking changes (a removed field, null, another type, a wider range) at their pointer.",
  run: (run) => Effect.sync(() => outcome(run))
}
