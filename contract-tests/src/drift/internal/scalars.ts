/**
 * Compares strings, numbers and booleans of two schemas, and finds values that only one of them allows.
 *
 * @module
 */
import type * as Shape from "../../generate/internal/shape.ts"
import { equals, typeOf, type Json } from "../../judge/JsonSchema.ts"
import type { Kind } from "../Finding.ts"
import { orNone, schemaOf, type Place, type Scalar } from "./nodes.ts"

/** An enum belongs to the families of its members. */
export const families = ["boolean", "number", "string"] as const

export type Family = (typeof families)[number]

export interface ScalarDifference {
  readonly kind: Kind
  readonly detail: string
  /** A value that only the new schema allows. */
  readonly grown: Json | undefined
  /** A value that only the old schema allows. */
  readonly shrunk: Json | undefined
}

interface Members {
  readonly literals: ReadonlyArray<Json>
  readonly isConst: boolean
  readonly plain: ReadonlyArray<Exclude<Scalar, Shape.LiteralAlternative>>
}

const familyOf = (alternatives: ReadonlyArray<Shape.Alternative>, family: Family): Members | undefined => {
  const literals = alternatives.flatMap((alternative) =>
    alternative.kind === "literal" ? alternative.values.filter((value) => typeOf(value) === family) : []
  )
  // Except for literals, the kind of a scalar alternative is its family.
  const plain = alternatives.flatMap((alternative) =>
    alternative.kind === family ? [alternative as Exclude<Scalar, Shape.LiteralAlternative>] : []
  )
  const isConst = alternatives.some((alternative) => alternative.kind === "literal" && alternative.by === "const")
  return literals.length + plain.length === 0 ? undefined : { isConst, literals, plain }
}

export const familiesOf = (alternatives: ReadonlyArray<Shape.Alternative>): ReadonlyArray<Family> =>
  families.filter((family) => familyOf(alternatives, family) !== undefined)

const show = (value: Json): string => JSON.stringify(value)

/** Returns the limits by keyword, as the document writes them. */
const limitsOf = ({ plain }: Members): Readonly<Record<string, string>> => {
  const limits: Record<string, Array<string>> = {}
  const add = (name: string, value: number | string): void => {
    ;(limits[name] ??= []).push(String(value))
  }
  for (const alternative of plain) {
    if (alternative.kind === "number") {
      if (alternative.integer) add("whole numbers", "only")
      for (const { by, exclusive, value } of [...alternative.lower, ...alternative.upper]) {
        if (by === "double" || by === "int64") continue
        if (by === "int32") limits["format"] = ["int32"]
        else add(by, exclusive && !by.startsWith("exclusive") ? `${value} (exclusive)` : value)
      }
    } else if (alternative.kind === "string") {
      if (alternative.minLength > 0) add("minLength", alternative.minLength)
      if (alternative.maxLength !== Number.POSITIVE_INFINITY) add("maxLength", alternative.maxLength)
      alternative.patterns.forEach((pattern) => add("pattern", pattern))
      alternative.formats.forEach((format) => add("format", format))
    }
  }
  return Object.fromEntries(
    Object.entries(limits).map(([name, values]) => [name, [...new Set(values)].sort().join(" and ")])
  )
}

const describeLimits = (old: Members, now: Members): string => {
  const [before, after] = [limitsOf(old), limitsOf(now)]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name} ${before[name] ?? "none"} → ${after[name] ?? "none"}`)
    .join(", ")
}

const maxBases = 4

const maxIntegers = 200

const allIntegers = (alternative: Scalar): ReadonlyArray<number> =>
  alternative.kind === "number" && alternative.integer && alternative.maximum - alternative.minimum < maxIntegers
    ? Array.from({ length: alternative.maximum - alternative.minimum + 1 }, (_, index) => alternative.minimum + index)
    : []

/** Values to try on both schemas: values that one schema allows, and values that it almost allows. */
const candidates = ({ tools }: Place, { literals, plain }: Members, family: Family): ReadonlyArray<Json> => {
  const values = plain.flatMap((alternative) => tools.scalars(alternative))
  const mutants = plain.flatMap((alternative) => {
    const mutate = tools.mutants.of(schemaOf(alternative))
    return tools
      .scalars(alternative)
      .slice(0, maxBases)
      .flatMap((value) => orNone(() => mutate(value)))
      .map((mutant) => mutant.value)
  })
  return [...literals, ...values, ...mutants, ...plain.flatMap(allIntegers)].filter(
    (value) => typeOf(value) === family && (typeof value !== "number" || Number.isFinite(value))
  )
}

/** The shortest value. The empty string is the last choice, because it says the least about the difference. */
const shortest = (values: ReadonlyArray<Json>): Json | undefined =>
  [...values].sort((a, b) => Number(a === "") - Number(b === "") || show(a).length - show(b).length)[0]

const literalDifferences = (old: Members, now: Members): ReadonlyArray<ScalarDifference> => {
  const missing = (from: Members, to: Members): ReadonlyArray<Json> =>
    from.literals.filter((value) => !to.literals.some((other) => equals(value, other)))
  const [added, removed] = [missing(now, old), missing(old, now)]
  if (old.isConst && now.isConst && added.length > 0) {
    return [
      {
        kind: "constraint-changed",
        detail: `the constant changed from ${old.literals.map(show).join(", ")} to ${now.literals.map(show).join(", ")}`,
        grown: added[0],
        shrunk: removed[0]
      }
    ]
  }
  return [
    ...added.map((value): ScalarDifference => ({
      kind: "enum-member-added",
      detail: `the enum has the new member ${show(value)}`,
      grown: value,
      shrunk: undefined
    })),
    ...removed.map((value): ScalarDifference => ({
      kind: "enum-member-removed",
      detail: `the enum lost the member ${show(value)}`,
      grown: undefined,
      shrunk: value
    }))
  ]
}

const kindOf = (old: Members, now: Members, grown: Json | undefined, shrunk: Json | undefined): Kind => {
  if (old.literals.length > 0 && now.literals.length === 0) return "enum-opened"
  if (old.literals.length === 0 && now.literals.length > 0) return "enum-closed"
  if (grown !== undefined && shrunk !== undefined) return "constraint-changed"
  return grown === undefined ? "constraint-tightened" : "constraint-loosened"
}

/** Compares one family. Calls `undecided` if the constraints differ, but no value was found that shows this. */
export const compareScalars = (
  old: Place & { readonly alternatives: ReadonlyArray<Shape.Alternative> },
  now: Place & { readonly alternatives: ReadonlyArray<Shape.Alternative> },
  family: Family,
  undecided: (detail: string) => void
): ReadonlyArray<ScalarDifference> => {
  const before = familyOf(old.alternatives, family)
  const after = familyOf(now.alternatives, family)
  if (before === undefined || after === undefined) return []
  if (before.plain.length === 0 && after.plain.length === 0) return literalDifferences(before, after)
  const limits = describeLimits(before, after)
  const areSame = (left: Members, right: Members): boolean =>
    left.literals.every((value) => right.literals.some((other) => equals(value, other)))
  const isMixed = before.plain.length > 0 && after.plain.length > 0
  if (isMixed && limits === "" && areSame(before, after) && areSame(after, before)) return []
  const all = [...candidates(now, after, family), ...candidates(old, before, family)]
  const [isOld, isNew] = [old.tools.accepts(old.node), now.tools.accepts(now.node)]
  const grown = shortest(all.filter((value) => isNew(value) && !isOld(value)))
  const shrunk = shortest(all.filter((value) => isOld(value) && !isNew(value)))
  const opened = after.literals.length === 0 && before.literals.length > 0
  const closed = before.literals.length === 0 && after.literals.length > 0
  const detail = opened
    ? "the value is no longer limited to an enum"
    : closed
      ? `the value is now limited to the enum ${after.literals.map(show).join(", ")}`
      : limits
  if (grown === undefined && shrunk === undefined) {
    undecided(detail)
    return []
  }
  return [{ kind: kindOf(before, after, grown, shrunk), detail, grown, shrunk }]
}
