/** P14: whether the suite's own values cover all constraints of the document. */
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
import { failed, type Outcome, type Property, type Run } from "./Property.ts"
import { conformance, referenceOf } from "./Subject.ts"

const id = "P14"

/** A keyword that no value of the suite violates, with the reason. */
export interface Gap {
  readonly keyword: string
  /** Whether a constraint is this gap. */
  readonly is: (argument: Json, node: SchemaObject) => boolean
  readonly because: string
}

const gap = (keyword: string, because: string, is: Gap["is"]): Gap => ({ keyword, because, is })

/** Every such keyword. */
export const gaps: ReadonlyArray<Gap> = [
  gap("additionalProperties", "it allows everything", (argument) => argument === true || isEmpty(argument)),
  gap("required", "it requires nothing", (argument) => isArray(argument) && argument.length === 0),
  gap("format", "every JSON number is a double: anything else violates the type", (argument) => argument === "double"),
  gap("format", "the enum beside it is stricter", (_, node) => node.enum !== undefined)
]

function isEmpty(value: Json): boolean {
  return isObject(value) && Object.keys(value).every((key) => !keywords.has(key))
}

/** The JSON type that a keyword constrains; undefined for a keyword of all types. */
const speaksOf: Readonly<Record<string, ReturnType<typeof typeOf>>> = {
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
    readonly [string, Json] // a schema is JSON
  >

/** The schemas that constrain a value, with references and unions followed. */
const atNode = (schema: JsonSchema, judge: Judge): ReadonlyArray<SchemaObject> => {
  if (typeof schema === "boolean") return []
  const { $ref, allOf, anyOf, oneOf } = schema
  const inner = [
    ...($ref === undefined ? [] : [judge.resolve($ref)]),
    ...(allOf ?? []),
    ...(anyOf ?? []),
    ...(oneOf ?? [])
  ]
  return [schema, ...inner.flatMap((one) => atNode(one, judge))]
}

const below = (
  schemas: ReadonlyArray<SchemaObject>,
  value: Json,
  key: string,
  judge: Judge
): ReadonlyArray<SchemaObject> =>
  schemas.flatMap(({ additionalProperties, items, prefixItems, properties }) => {
    const declared = isArray(value)
      ? (prefixItems?.[Number(key)] ?? items)
      : // An own property of that name, not an inherited one.
        ((memberOf(properties as JsonObject | undefined, key) as JsonSchema | undefined) ?? additionalProperties)
    return declared === undefined ? [] : atNode(declared, judge)
  })

/** The results of values, by schema and keyword. */
interface Met {
  readonly hit: Set<string>
  readonly violated: Set<string>
}

/** Records the results of some valid values and some mutants of them. */
const note = (
  schema: JsonSchema,
  suite: Pick<Conformance.Suite, "mutants" | "values">,
  judge: Judge
): Map<SchemaObject, Met> => {
  const met = new Map<SchemaObject, Met>()
  const of = (node: SchemaObject): Met => {
    const found = met.get(node) ?? { hit: new Set(), violated: new Set() }
    met.set(node, found)
    return found
  }
  const alone = new Map<SchemaObject, Map<string, (value: Json) => boolean>>()
  /** A keyword by itself, as judged. */
  const accepts = (node: SchemaObject, keyword: string, argument: Json): ((value: Json) => boolean) => {
    const known = alone.get(node) ?? new Map<string, (value: Json) => boolean>()
    alone.set(node, known)
    const made = known.get(keyword) ?? judge.accepts({ [keyword]: argument } as SchemaObject)
    known.set(keyword, made)
    return made
  }
  const visit = (nodes: ReadonlyArray<SchemaObject>, value: Json): void => {
    for (const node of nodes) {
      const { hit } = of(node)
      for (const [keyword] of entriesOf(node)) {
        if ((speaksOf[keyword] ?? typeOf(value)) === typeOf(value)) hit.add(keyword)
      }
    }
    if (isArray(value)) value.forEach((item, index) => visit(below(nodes, value, String(index), judge), item))
    else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) visit(below(nodes, value, key, judge), member)
    }
  }
  const root = atNode(schema, judge)
  for (const value of suite.values) visit(root, value)
  for (const { pointer, value } of suite.mutants) {
    let nodes = root
    let here: Json | undefined = value
    for (const key of [...pointerKeys(pointer), undefined]) {
      if (here === undefined) break
      for (const node of nodes) {
        const { violated } = of(node)
        for (const [keyword, argument] of entriesOf(node)) {
          if (!violated.has(keyword) && !accepts(node, keyword, argument)(here)) violated.add(keyword)
        }
      }
      if (key === undefined) break
      nodes = below(nodes, here, key, judge)
      here = memberOf(here, key)
    }
  }
  return met
}

/** Checks a schema; a test may supply its own values. */
export const hold = (
  { operation, seed }: Pick<Run, "operation" | "seed">,
  schemas: ReadonlyArray<{ readonly schema: JsonSchema; readonly suite: Pick<Conformance.Suite, "mutants" | "values"> }>
): Outcome => {
  const { judge } = conformance()
  const reached: Record<string, number> = {}
  const used = { hit: 0, violated: 0, gaps: 0 }
  for (const { schema, suite } of schemas) {
    const met = note(schema, suite, judge)
    for (const { pointer, schema: node } of reachable(schema, judge.resolve)) {
      if (typeof node === "boolean") continue
      for (const [keyword, argument] of entriesOf(node)) {
        const where = `${keyword} at ${pointer === "" ? "the root" : pointer}`
        const missing = (what: string): Outcome =>
          failed(id, operation.name, seed, {
            because: `no ${what}: ${where}`,
            pointer,
            counterexample: `${keyword}: ${JSON.stringify(argument).slice(0, 200)}`
          })
        if (met.get(node)?.hit.has(keyword) !== true) return missing("valid value comes to it")
        used.hit++
        reached[keyword] = (reached[keyword] ?? 0) + 1
        const listed = gaps.find((one) => one.keyword === keyword && one.is(argument, node))
        if (met.get(node)?.violated.has(keyword) === true) {
          if (listed !== undefined) return missing("reason for the gap that is listed")
          used.violated++
        } else if (listed !== undefined) {
          used.gaps++
          const what = `${keyword}: ${listed.because}`
          reached[what] = (reached[what] ?? 0) + 1
        } else return missing("mutant violates it")
      }
    }
  }
  return { _tag: "Held", runs: used.hit, reached: { ...used, ...reached } }
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
    ? { _tag: "Skipped", reason: "the document gives it neither an input nor a body" }
    : hold(run, schemas)
}

/** Property P14: the suite's values cover the document's constraints. */
export const P14: Property = {
  id,
  statement:
    "For every keyword of every schema that an operation reaches, some value satisfies it and some mutant violates it, except the listed exceptions.",
  run: (run) => Effect.sync(() => outcome(run))
}
