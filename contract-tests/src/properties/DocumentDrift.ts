/** P6: compatibility with future versions of the document. */
import * as Effect from "effect/Effect"
import * as Answers from "../operations/Answers.ts"
import type * as Conformance from "../judge/Conformance.ts"
import * as Coverage from "../generate/Coverage.ts"
import { equals, firstDifference, pointerKeys, pointerTo, updateAt, valueAt, type Json } from "../judge/JsonSchema.ts"
import * as edits from "./internal/edits.ts"
import { failed, type Outcome, type Property, type Run } from "./Property.ts"
import { conformance, referenceOf } from "./Subject.ts"

const id = "P6"

const once = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

const editor = once(() => edits.make(conformance().judge))
const coverage = once(() => Coverage.make(conformance().judge))

const said = (decoded: Conformance.Decoded<unknown>): string =>
  decoded.ok ? "it decoded" : `it was refused at ${JSON.stringify(decoded.pointers[0] ?? "no place")}`

/** A tuple decoder may blame the missing or surplus item where JSON Schema blames the list. */
const isAt = (got: string, pointer: string, edit: string): boolean =>
  got === pointer || (/Items is dropped/.test(edit) && got.startsWith(`${pointer}/`))

const outcome = ({ operation, seed }: Run): Outcome => {
  const reference = referenceOf(operation)
  const { schema } = reference.success
  if (schema === undefined) return { _tag: "Skipped", reason: "the document declares no body for its success" }
  const { judge } = conformance()
  const verdict = judge(schema)
  const normal = Answers.normalForm(schema, judge.resolve)
  const codec = Answers.codec(operation, reference, normal)
  const decode = (value: Json): Conformance.Decoded<unknown> => {
    try {
      return codec.decode(value)
    } catch (error) {
      return { ok: false, pointers: [`a throw: ${String(error)}`] }
    }
  }
  // The decoded value consists of the JSON input.
  const read = (value: unknown): Json => (codec.encode === undefined ? value : codec.encode(value)) as Json
  const reached: Record<string, number> = {}
  const reach = (what: string): void => {
    reached[what] = (reached[what] ?? 0) + 1
  }

  for (const place of edits.places(schema, coverage().of(schema), judge)) {
    for (const edit of editor()(place)) {
      const allows = judge.accepts(edit.edited)
      for (const { member, value } of edit.witnesses) {
        const witness = updateAt(place.base, pointerKeys(place.pointer), () => value)
        if (witness === undefined || !allows(value)) throw new Error(`${edit.name}: no witness at ${place.location}`)
        const pointer = member === undefined ? place.pointer : pointerTo(place.pointer, member)
        const decoded = decode(witness)
        const broken = (expected: string, got: string): Outcome =>
          failed(id, operation.name, seed, {
            because: `${edit.name} at ${JSON.stringify(place.location)}: expected ${expected}, got ${got}`,
            pointer,
            expected,
            got,
            counterexample: JSON.stringify(witness)
          })
        if (edit.kind === "breaking") {
          const before = verdict(witness)
          // Values that the document already allows are not drift. Values that also break another place do not test
          // this edit.
          if (before.valid || before.pointers.length !== 1 || before.pointers[0] !== pointer) {
            reach(before.valid ? "allowed already" : "blamed elsewhere")
            continue
          }
          reach(`broke: ${edit.name}`)
          if (decoded.ok || decoded.pointers.length !== 1 || !isAt(decoded.pointers[0] ?? "", pointer, edit.name)) {
            return broken(`a refusal at ${JSON.stringify(pointer)}`, said(decoded))
          }
          continue
        }
        reach(`continued:  ${edit.name}`)
        if (!decoded.ok) return broken("decoding", said(decoded))
        const got = read(decoded.value)
        const surfaced = valueAt(got, pointer)
        if (
          member === undefined
            ? !equals(surfaced, value)
            : surfaced !== undefined && !equals(surfaced, valueAt(witness, pointer))
        ) {
          return broken(JSON.stringify(valueAt(witness, pointer)), JSON.stringify(surfaced ?? null))
        }
        // Apart from the new member, which may be dropped, the value is unchanged.
        const rest = (json: Json): Json =>
          member === undefined ? json : (updateAt(json, pointerKeys(pointer), () => undefined) ?? json)
        const changed = firstDifference(rest(normal(witness)), rest(normal(got)))
        if (changed !== undefined) return broken("the rest as it came", `it changed at ${JSON.stringify(changed)}`)
      }
    }
  }
  const runs = Object.values(reached).reduce((sum, count) => sum + count, 0)
  return { _tag: "Held", runs, reached }
}

/** Compatibility. */
export const P6: Property = {
  id,
  statement:
    "Additions to the document do not break an operation, and new enum members are passed on unchanged. Breaking changes (a removed field, null, another type, a wider range) are reported at their place.",
  run: (run) => Effect.sync(() => outcome(run))
}
