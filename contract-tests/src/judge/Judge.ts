/**
 * An independent judge of JSON values: ajv on the reference document. It reduces ajv's errors to the pointers that a
 * reader would blame.
 *
 * ajv alone decides validity. The judge only refines the explanation of an invalid value, because ajv reports every
 * branch of a union, including the null branch of a nullable, and so names places without a fault.
 */
import { Ajv2020 } from "ajv/dist/2020.js"
import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js"
import * as Formats from "../generate/internal/formats.ts"
import {
  annotations,
  isArray,
  isObject,
  keywords,
  objectOf,
  pointerKeys,
  pointerTo,
  subschemas,
  UnknownKeyword,
  UnusableSchema,
  type Json,
  type JsonSchema,
  type Resolve,
  type SchemaObject
} from "./JsonSchema.ts"

/** One violation: its location and keyword. */
export interface Violation {
  /** The JSON Pointer of the offending value; for a missing or surplus member, of that member. */
  readonly pointer: string
  readonly keyword: string
  readonly message: string
}

/** The verdict on a value. */
export type Verdict =
  | { readonly valid: true }
  | {
      readonly valid: false
      readonly violations: ReadonlyArray<Violation>
      /** The distinct pointers of the violations, in order. */
      readonly pointers: ReadonlyArray<string>
    }

/**
 * Judges values by a schema whose references resolve in one document.
 *
 * **Details**
 *
 * - `integer` without a format is read as `int64`, and `int64` ends at ±(2^53 − 1): beyond, a parsed JSON number no
 *   longer identifies the integer that was sent.
 * - Numbers are finite: `1e400` parses to `Infinity` and is refused.
 * - `date-time` is RFC 3339 to the letter and `uuid` the bare form (ajv-formats is looser in both).
 * - Only own members count, so a required `constructor` is not found on the prototype, and `__proto__` is a member
 *   like any other (ajv skips it).
 */
export interface Judge {
  (schema: JsonSchema): (value: Json) => Verdict
  /** Only the verdict, faster. */
  readonly accepts: (schema: JsonSchema) => (value: Json) => boolean
  readonly resolve: Resolve
}

const anyBranch = "any-branch"
const oneBranch = "one-branch"

/** Stands for `__proto__` inside ajv, which skips members of that name. NUL separates it from real names. */
const proto = "\u0000proto"

const renameKey = (key: string): string => (key === "__proto__" ? proto : key)

const renameKeys = (value: Json): Json =>
  isArray(value)
    ? value.map(renameKeys)
    : isObject(value)
      ? objectOf(Object.entries(value).map(([key, member]) => [renameKey(key), renameKeys(member)] as const))
      : value

const mapValues = <A>(record: { readonly [key: string]: JsonSchema }, f: (schema: JsonSchema, key: string) => A) =>
  Object.fromEntries(Object.entries(record).map(([key, schema]) => [renameKey(key), f(schema, key)]))

type Prepared = boolean | { readonly [keyword: string]: unknown }

/** Rewrites a schema for ajv: known keywords only, references by registered id, integers safe. */
const prepare = (
  schema: JsonSchema,
  pointer: string,
  refer: (ref: string) => string,
  unions: { readonly anyOf: string; readonly oneOf: string }
): Prepared => {
  if (typeof schema === "boolean") return schema
  const inner = (child: JsonSchema, at: string): Prepared => prepare(child, `${pointer}/${at}`, refer, unions)
  const list = (children: ReadonlyArray<JsonSchema>, keyword: string) =>
    children.map((child, index) => inner(child, `${keyword}/${index}`))
  const made: Record<string, unknown> = {}
  for (const keyword of Object.keys(schema)) {
    if (annotations.has(keyword)) continue
    if (!keywords.has(keyword)) throw new UnknownKeyword(keyword, `${pointer}/${keyword}`)
  }
  const { format } = schema
  if (format !== undefined && !Formats.stringFormats.has(format) && !Formats.numberFormats.has(format)) {
    throw new UnusableSchema(`unknown format ${JSON.stringify(format)}`, `${pointer}/format`)
  }
  const { $ref, additionalProperties, allOf, anyOf, items, oneOf, prefixItems, properties, required, ...rest } = schema
  for (const [keyword, argument] of Object.entries(rest)) if (keywords.has(keyword)) made[keyword] = argument
  if (schema.enum !== undefined) made["enum"] = schema.enum.map(renameKeys)
  if (schema.const !== undefined) made["const"] = renameKeys(schema.const)
  if ($ref !== undefined) made["$ref"] = refer($ref)
  if (properties !== undefined) {
    made["properties"] = mapValues(properties, (child, key) => inner(child, pointerTo("properties", key)))
  }
  if (required !== undefined) made["required"] = required.map(renameKey)
  if (additionalProperties !== undefined) {
    made["additionalProperties"] = inner(additionalProperties, "additionalProperties")
  }
  if (items !== undefined) made["items"] = inner(items, "items")
  if (prefixItems !== undefined) made["prefixItems"] = list(prefixItems, "prefixItems")
  if (anyOf !== undefined) made[unions.anyOf] = list(anyOf, "anyOf")
  if (oneOf !== undefined) made[unions.oneOf] = list(oneOf, "oneOf")
  const all: Array<Prepared> = allOf === undefined ? [] : list(allOf, "allOf")
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? [])
  if (types.includes("integer") && !types.includes("number")) all.push({ format: "int64" })
  if (all.length > 0) made["allOf"] = all
  return made
}

const mentionsProto = (schema: SchemaObject): boolean =>
  schema.required?.includes("__proto__") === true ||
  (schema.properties !== undefined && Object.hasOwn(schema.properties, "__proto__")) ||
  [schema.const, ...(schema.enum ?? [])].some(
    (value) => value !== undefined && JSON.stringify(value).includes("__proto__")
  )

const makeAjv = (allErrors: boolean): Ajv2020 => {
  const ajv = new Ajv2020({
    allErrors,
    strict: true,
    // A document may constrain without repeating the type, and require members that a sibling of an `allOf` declares.
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    ownProperties: true,
    validateSchema: false,
    addUsedSchema: false
  })
  for (const [name, format] of Formats.stringFormats) ajv.addFormat(name, { type: "string", validate: format.accepts })
  for (const [name, format] of Formats.numberFormats) {
    ajv.addFormat(name, {
      type: "number",
      validate: (value: number) =>
        (!format.integer || Number.isInteger(value)) && value >= format.minimum && value <= format.maximum
    })
  }
  return ajv
}

const violationOf = (error: ErrorObject): Violation => {
  const member: unknown = error.params["missingProperty"] ?? error.params["additionalProperty"]
  const pointer = typeof member === "string" ? pointerTo(error.instancePath, member) : error.instancePath
  return {
    pointer: pointer.replaceAll(proto, "__proto__"),
    keyword: error.keyword,
    message: (error.message ?? "is invalid").replaceAll(proto, "__proto__")
  }
}

/** Whether a branch is of another kind than the value: it fails at the root, by type or by literal. */
const isOffKind = (errors: ReadonlyArray<ErrorObject>): boolean =>
  errors.some((error) => error.instancePath === "" && ["type", "const", "enum", "false schema"].includes(error.keyword))

/**
 * Whether an error concerns what tells variants apart: a literal member directly below the root, and in a message of the
 * feed a literal member of its `msg`, or the type of the `msg`.
 */
const isOfVariant = ({ instancePath, keyword }: ErrorObject): boolean =>
  ["const", "enum"].includes(keyword)
    ? /^(?:\/msg)?\/[^/]*$/.test(instancePath)
    : keyword === "type" && instancePath === "/msg"

const depthOf = (errors: ReadonlyArray<ErrorObject>): number =>
  Math.max(...errors.map((error) => pointerKeys(violationOf(error).pointer).length))

/** The entries of the highest score. */
const best = <A>(entries: ReadonlyArray<A>, score: (entry: A) => number): ReadonlyArray<A> => {
  const most = Math.max(...entries.map(score))
  return entries.filter((entry) => score(entry) === most)
}

const samePlaces = (left: ReadonlyArray<ErrorObject>, right: ReadonlyArray<ErrorObject>): boolean => {
  const places = (errors: ReadonlyArray<ErrorObject>): string =>
    [...new Set(errors.map((error) => violationOf(error).pointer))].sort().join("\n")
  return places(left) === places(right)
}

/**
 * The errors of the one branch that the value was clearly meant for, or `undefined` if no branch stands out: of the
 * branches of the value's own kind and variant, the one with the fewest errors, then the one that got furthest. If no
 * branch has the value's variant, the discriminator is the error.
 */
const meantBranch = (branches: ReadonlyArray<ReadonlyArray<ErrorObject>>): ReadonlyArray<ErrorObject> | undefined => {
  const ofKind = branches.filter((errors) => !isOffKind(errors))
  const [only] = ofKind
  if (ofKind.length === 1) return only
  const ofVariant = ofKind.filter((errors) => !errors.some(isOfVariant))
  const candidates = ofVariant.length > 0 ? ofVariant : ofKind.map((errors) => errors.filter(isOfVariant))
  const [meant, ...others] = best(
    best(candidates, (errors) => -errors.length),
    depthOf
  )
  return meant !== undefined && others.every((other) => samePlaces(other, meant)) ? meant : undefined
}

interface Compiled {
  readonly accepts: (value: Json) => boolean
  readonly explain: (value: Json) => ReadonlyArray<ErrorObject>
}

/** ajv compiles objects only. */
const wrap = (schema: Prepared) => (typeof schema === "boolean" ? { allOf: [schema] } : schema)

const plainUnions = { anyOf: "anyOf", oneOf: "oneOf" }
const explainedUnions = { anyOf: anyBranch, oneOf: oneBranch }

/** Validates the branches of a union with `thorough`, and explains a mismatch by the branch that was meant. */
const explainUnion = (thorough: Ajv2020, keyword: string, exactly: boolean) => {
  const branchValidators = new WeakMap<object, ReadonlyArray<ValidateFunction>>()
  const validate: {
    (branches: ReadonlyArray<Prepared>, data: unknown, parent: unknown, context?: { instancePath: string }): boolean
    errors?: Array<Partial<ErrorObject>>
  } = (branches, data, _parent, context) => {
    const at = context?.instancePath ?? ""
    let validators = branchValidators.get(branches)
    if (validators === undefined) {
      validators = branches.map((branch) => thorough.compile(wrap(branch)))
      branchValidators.set(branches, validators)
    }
    const failed: Array<ReadonlyArray<ErrorObject>> = []
    let matches = 0
    for (const branch of validators) {
      if (branch(data)) matches++
      else failed.push(branch.errors ?? [])
    }
    if (exactly ? matches === 1 : matches > 0) return true
    const own = { keyword, instancePath: at, schemaPath: "", params: {}, message: `matches ${matches} branches` }
    const meant = matches === 0 ? meantBranch(failed) : undefined
    validate.errors =
      meant === undefined ? [own] : meant.map((error) => ({ ...error, instancePath: `${at}${error.instancePath}` }))
    return false
  }
  return validate
}

/** An ajv that reports every error, with those of unions reduced to one branch. */
const makeThorough = (): Ajv2020 => {
  const thorough = makeAjv(true)
  for (const [keyword, name, exactly] of [
    [anyBranch, "anyOf", false],
    [oneBranch, "oneOf", true]
  ] as const) {
    const validate = explainUnion(thorough, name, exactly)
    thorough.addKeyword({ keyword, schemaType: "array", errors: "full", validate })
  }
  return thorough
}

/**
 * Creates a judge for the schemas of a document, given the document's `resolver`.
 *
 * @throws `UnknownKeyword` or `UnusableSchema` on the first use of an invalid schema.
 */
export const make = (resolve: Resolve): Judge => {
  const fast = makeAjv(false)
  const thorough = makeThorough()
  const registered = new Set<string>()
  let renames = false

  const id = (ref: string): string => `urn:ref:${encodeURIComponent(ref)}`
  const refer = (ref: string): string => {
    if (registered.has(ref)) return id(ref)
    // Registered before it is read: it may be recursive.
    registered.add(ref)
    try {
      const target = resolve(ref)
      note(target)
      fast.addSchema(wrap(prepare(target, ref, refer, plainUnions)), id(ref))
      thorough.addSchema(wrap(prepare(target, ref, refer, explainedUnions)), id(ref))
    } catch (error) {
      registered.delete(ref)
      throw error
    }
    return id(ref)
  }
  const note = (schema: JsonSchema): void => {
    if (typeof schema !== "boolean" && mentionsProto(schema)) renames = true
    for (const inner of subschemas(schema)) note(inner.schema)
  }
  const cache = new WeakMap<object, Compiled>()
  const compile = (schema: JsonSchema): Compiled => {
    const key = typeof schema === "boolean" ? undefined : schema
    const known = key === undefined ? undefined : cache.get(key)
    if (known !== undefined) return known
    note(schema)
    const plain = fast.compile(wrap(prepare(schema, "", refer, plainUnions)))
    let explaining: ValidateFunction | undefined
    const compiled: Compiled = {
      accepts: (value) => plain(renames ? renameKeys(value) : value),
      explain: (value) => {
        explaining ??= thorough.compile(wrap(prepare(schema, "", refer, explainedUnions)))
        if (explaining(renames ? renameKeys(value) : value)) {
          throw new Error("the judge refuses a value without a reason: its two compiled schemas differ")
        }
        return explaining.errors ?? []
      }
    }
    if (key !== undefined) cache.set(key, compiled)
    return compiled
  }

  const judge = (schema: JsonSchema) => {
    const compiled = compile(schema)
    return (value: Json): Verdict => {
      if (compiled.accepts(value)) return { valid: true }
      const violations = compiled.explain(value).map(violationOf)
      return { valid: false, violations, pointers: [...new Set(violations.map((violation) => violation.pointer))] }
    }
  }
  return Object.assign(judge, { accepts: (schema: JsonSchema) => compile(schema).accepts, resolve })
}
