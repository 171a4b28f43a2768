/**
 * P14: checks that the suite's own values cover the constraints of the document.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Requests from "../operations/Requests.ts"
import type * as Conformance from "../judge/Conformance.ts"
import type { Judge } from "../judge/Judge.ts"
import {
  isArray,
  isObject,
  keywords,
  memberOf,
  pointerKeys,
  reachable,
  typeOf,
  type Json,
  type JsonObject,
  type JsonSchema,
  type SchemaObject
} from "../judge/JsonSchema.ts"
import { failed, type Outcome, type OperationProperty, type Run } from "./Property.ts"
import { conformance, referenceOf } from "./Subject.ts"

const id = "P14"

/** A kind of constraint that no value of the suite violates, and the reason. */
export interface Gap {
  readonly keyword: string
  readonly matches: (argument: Json, node: SchemaObject) => boolean
  readonly reason: string
}

const gap = (keyword: string, reason: string, matches: Gap["matches"]): Gap => ({ keyword, reason, matches })

export const gaps: ReadonlyArray<Gap> = [
  gap("additionalProperties", "the schema allows every value", (argument) => argument === true || isEmpty(argument)),
  gap("required", "the list is empty", (argument) => isArray(argument) && argument.length === 0),
  gap(
    "format",
    "every JSON number is a double, and every other value violates the type",
    (argument) => argument === "double"
  ),
  gap("format", "the enum in the same schema is stricter", (_, node) => node.enum !== undefined)
]

function isEmpty(value: Json): boolean {
  return isObject(value) && Object.keys(value).every((key) => !keywords.has(key))
}

/** The JSON type that a keyword constrains. Keywords that constrain all types have no entry. */
const constrainedType: Readonly<Record<string, ReturnType<typeof typeOf>>> = {
  pattern: "string",
  minLength: "string",
  maxLength: "string",
  minimum: "number",
  maximum: "number",
  exclusiveMinimum: "number",
  exclusiveMaximum: "number",
  items: "array",
  prefixItems: "array",
  minItems: "array",
  maxItems: "array",
  uniqueItems: "array",
  properties: "object",
  required: "object",
  additionalProperties: "object"
}

const entriesOf = (schema: SchemaObject): ReadonlyArray<readonly [string, Json]> =>
  Object.entries(schema).filter(([keyword]) => keywords.has(keyword) && keyword !== "$ref") as ReadonlyArray<
    readonly [string, Json] // A schema is JSON.
  >

/** All schemas that constrain the value: the schema, the targets of its references and the branches of its unions. */
const atNode = (schema: JsonSchema, judge: Judge): ReadonlyArray<SchemaObject> => {
  if (typeof schema === "boolean") return []
  const { $ref, allOf, anyOf, oneOf } = schema
  const inner = [
    ...($ref === undefined ? [] : [judge.resolve($ref)]),
    ...(allOf ?? []),
    ...(anyOf ?? []),
    ...(oneOf ?? [])
  ]
  return [schema, ...inner.flatMap((schemaInside) => atNode(schemaInside, judge))]
}

const childSchemas = (
  schemas: ReadonlyArray<SchemaObject>,
  value: Json,
  key: string,
  judge: Judge
): ReadonlyArray<SchemaObject> =>
  schemas.flatMap(({ additionalProperties, items, prefixItems, properties }) => {
    const declared = isArray(value)
      ? (prefixItems?.[Number(key)] ?? items)
      : // `memberOf` ignores inherited properties.
        ((memberOf(properties as JsonObject | undefined, key) as JsonSchema | undefined) ?? additionalProperties)
    return declared === undefined ? [] : atNode(declared, judge)
  })

/** The keywords of one schema: those that valid values reach, and those that mutants violate. */
interface Coverage {
  readonly hit: Set<string>
  readonly violated: Set<string>
}

const recordCoverage = (
  schema: JsonSchema,
  suite: Pick<Conformance.Suite, "mutants" | "values">,
  judge: Judge
): Map<SchemaObject, Coverage> => {
  const coverage = new Map<SchemaObject, Coverage>()
  const coverageOf = (node: SchemaObject): Coverage => {
    const found = coverage.get(node) ?? { hit: new Set(), violated: new Set() }
    coverage.set(node, found)
    return found
  }
  const singleKeywordValidators = new Map<SchemaObject, Map<string, (value: Json) => boolean>>()
  const accepts = (node: SchemaObject, keyword: string, argument: Json): ((value: Json) => boolean) => {
    const known = singleKeywordValidators.get(node) ?? new Map<string, (value: Json) => boolean>()
    singleKeywordValidators.set(node, known)
    const validator = known.get(keyword) ?? judge.accepts({ [keyword]: argument } as SchemaObject)
    known.set(keyword, validator)
    return validator
  }
  const visit = (nodes: ReadonlyArray<SchemaObject>, value: Json): void => {
    for (const node of nodes) {
      const { hit } = coverageOf(node)
      for (const [keyword] of entriesOf(node)) {
        if ((constrainedType[keyword] ?? typeOf(value)) === typeOf(value)) hit.add(keyword)
      }
    }
    if (isArray(value)) value.forEach((item, index) => visit(childSchemas(nodes, value, String(index), judge), item))
    else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) visit(childSchemas(nodes, value, key, judge), member)
    }
  }
  const root = atNode(schema, judge)
  for (const value of suite.values) visit(root, value)
  for (const { pointer, value } of suite.mutants) {
    let nodes = root
    let current: Json | undefined = value
    for (const key of [...pointerKeys(pointer), undefined]) {
      if (current === undefined) break
      for (const node of nodes) {
        const { violated } = coverageOf(node)
        for (const [keyword, argument] of entriesOf(node)) {
          if (!violated.has(keyword) && !accepts(node, keyword, argument)(current)) violated.add(keyword)
        }
      }
      if (key === undefined) break
      nodes = childSchemas(nodes, current, key, judge)
      current = memberOf(current, key)
    }
  }
  return coverage
}

/** Checks the values of the suite, or the values that a test supplies. */
export const checkCoverage = (
  { operation, seed }: Pick<Run, "operation" | "seed">,
  schemas: ReadonlyArray<{ readonly schema: JsonSchema; readonly suite: Pick<Conformance.Suite, "mutants" | "values"> }>
): Outcome => {
  const { judge } = conformance()
  const reached: Record<string, number> = {}
  const totals = { hit: 0, violated: 0, gaps: 0 }
  for (const { schema, suite } of schemas) {
    const coverage = recordCoverage(schema, suite, judge)
    for (const { pointer, schema: node } of reachable(schema, judge.resolve)) {
      if (typeof node === "boolean") continue
      for (const [keyword, argument] of entriesOf(node)) {
        const where = `${keyword} at ${pointer === "" ? "the root" : pointer}`
        const missing = (reason: string): Outcome =>
          failed(id, operation.name, seed, {
            reason,
            pointer,
            counterexample: `${keyword}: ${JSON.stringify(argument).slice(0, 200)}`
          })
        if (coverage.get(node)?.hit.has(keyword) !== true) return missing(`no valid value reaches ${where}`)
        totals.hit++
        reached[keyword] = (reached[keyword] ?? 0) + 1
        const listed = gaps.find((gap) => gap.keyword === keyword && gap.matches(argument, node))
        if (coverage.get(node)?.violated.has(keyword) === true) {
          if (listed !== undefined) {
            return missing(`the listed gap is no longer needed: a mutant violates ${where}`)
          }
          totals.violated++
        } else if (listed !== undefined) {
          totals.gaps++
          const what = `${keyword}: ${listed.reason}`
          reached[what] = (reached[what] ?? 0) + 1
        } else return missing(`no mutant violates ${where}`)
      }
    }
  }
  return { _tag: "Passed", runs: totals.hit, reached: { ...totals, ...reached } }
}

const outcome = (run: Run): Outcome => {
  const reference = referenceOf(run.operation)
  const { judge, suite } = conformance()
  const requests = Requests.make(reference, judge)
  const { schema } = reference.success
  const of = (schema: JsonSchema, direction: "request" | "response") => ({
    schema,
    suite: suite({ name: run.operation.name, schema, direction })
  })
  const schemas = [
    ...(Requests.takesInput(requests) ? [of(requests.input, "request")] : []),
    ...(schema === undefined ? [] : [of(schema, "response")])
  ]
  return schemas.length === 0
    ? { _tag: "Skipped", reason: "the operation has neither input nor response body" }
    : checkCoverage(run, schemas)
}

export const P14: OperationProperty = {
  id,
  statement:
    "Every keyword of every schema that an operation uses is satisfied by some valid value of the suite and violated by some invalid value, except for the listed exceptions.",
  run: (run) => Effect.sync(() => outcome(run))
}
