/**
 * Validates JSON values with ajv and the reference document, independently of the client. Reduces ajv's errors to the
 * pointers at which a reader would see the fault.
 *
 * ajv alone decides validity. The judge only refines the explanation of an invalid value. ajv reports errors for every
 * branch of a union, including the null branch of a nullable schema, so some of its errors point to a place without a
 * fault.
 *
 * @module
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

export interface Violation {
  /** The JSON Pointer of the invalid value, or of the missing or surplus member. */
  readonly pointer: string
  readonly keyword: string
  readonly message: string
}

export type Verdict =
  | { readonly valid: true }
  | {
      readonly valid: false
      readonly violations: ReadonlyArray<Violation>
      /** Without duplicates. */
      readonly pointers: ReadonlyArray<string>
    }

/**
 * Validates values against a schema whose references resolve in one document.
 *
 * **Details**
 *
 * - `integer` without a format is read as `int64`, and `int64` ends at ±(2^53 − 1). Beyond this range, a parsed JSON
 *   number no longer identifies the integer that was sent.
 * - Numbers are finite: `1e400` parses to `Infinity` and is rejected.
 * - `date-time` follows RFC 3339 strictly, and `uuid` must not start with `urn:uuid:`. ajv-formats is more lenient in
 *   both.
 * - Only own members count, so a required `constructor` is not found on the prototype. `__proto__` is a member like any
 *   other. ajv itself would skip it.
 */
export interface Judge {
  (schema: JsonSchema): (value: Json) => Verdict
  /** Returns only whether a value is valid, which is faster than a full verdict. */
  readonly accepts: (schema: JsonSchema) => (value: Json) => boolean
  readonly resolve: Resolve
}

const anyBranch = "any-branch"
const oneBranch = "one-branch"

/** Replaces `__proto__` inside ajv, which skips members of that name. The NUL distinguishes it from real names. */
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

/** Rewrites a schema for ajv: only known keywords, references by registered id, and integers within the safe range. */
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
  const prepared: Record<string, unknown> = {}
  for (const keyword of Object.keys(schema)) {
    if (annotations.has(keyword)) continue
    if (!keywords.has(keyword)) throw new UnknownKeyword(keyword, `${pointer}/${keyword}`)
  }
  const { format } = schema
  if (format !== undefined && !Formats.stringFormats.has(format) && !Formats.numberFormats.has(format)) {
    throw new UnusableSchema(`unknown format ${JSON.stringify(format)}`, `${pointer}/format`)
  }
  const { $ref, additionalProperties, allOf, anyOf, items, oneOf, prefixItems, properties, required, ...rest } = schema
  for (const [keyword, argument] of Object.entries(rest)) if (keywords.has(keyword)) prepared[keyword] = argument
  if (schema.enum !== undefined) prepared["enum"] = schema.enum.map(renameKeys)
  if (schema.const !== undefined) prepared["const"] = renameKeys(schema.const)
  if ($ref !== undefined) prepared["$ref"] = refer($ref)
  if (properties !== undefined) {
    prepared["properties"] = mapValues(properties, (child, key) => inner(child, pointerTo("properties", key)))
  }
  if (required !== undefined) prepared["required"] = required.map(renameKey)
  if (additionalProperties !== undefined) {
    prepared["additionalProperties"] = inner(additionalProperties, "additionalProperties")
  }
  if (items !== undefined) prepared["items"] = inner(items, "items")
  if (prefixItems !== undefined) prepared["prefixItems"] = list(prefixItems, "prefixItems")
  if (anyOf !== undefined) prepared[unions.anyOf] = list(anyOf, "anyOf")
  if (oneOf !== undefined) prepared[unions.oneOf] = list(oneOf, "oneOf")
  const all: Array<Prepared> = allOf === undefined ? [] : list(allOf, "allOf")
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? [])
  if (types.includes("integer") && !types.includes("number")) all.push({ format: "int64" })
  if (all.length > 0) prepared["allOf"] = all
  return prepared
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
    // A schema can have constraints without a type, and can require members that a sibling in an `allOf` declares.
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

/** Whether the branch is for another kind of value: the value itself has the wrong type or literal. */
const isOffKind = (errors: ReadonlyArray<ErrorObject>): boolean =>
  errors.some((error) => error.instancePath === "" && ["type", "const", "enum", "false schema"].includes(error.keyword))

/**
 * Whether the error is about a value that distinguishes variants: a literal member directly below the root. In a
 * message of the feed, a literal member of its `msg` and the type of `msg` distinguish variants too.
 */
const isOfVariant = ({ instancePath, keyword }: ErrorObject): boolean =>
  ["const", "enum"].includes(keyword)
    ? /^(?:\/msg)?\/[^/]*$/.test(instancePath)
    : keyword === "type" && instancePath === "/msg"

const depthOf = (errors: ReadonlyArray<ErrorObject>): number =>
  Math.max(...errors.map((error) => pointerKeys(violationOf(error).pointer).length))

const highest = <A>(entries: ReadonlyArray<A>, score: (entry: A) => number): ReadonlyArray<A> => {
  const maxScore = Math.max(...entries.map(score))
  return entries.filter((entry) => score(entry) === maxScore)
}

const samePlaces = (left: ReadonlyArray<ErrorObject>, right: ReadonlyArray<ErrorObject>): boolean => {
  const places = (errors: ReadonlyArray<ErrorObject>): string =>
    [...new Set(errors.map((error) => violationOf(error).pointer))].sort().join("\n")
  return places(left) === places(right)
}

/**
 * The errors of the branch that the value was clearly meant for. Undefined if the choice is ambiguous. Considers only
 * the branches of the value's kind and variant. Prefers the fewest errors, then the deepest errors. If no branch has
 * the value's variant, returns only the errors of the members that distinguish variants.
 */
const meantBranch = (branches: ReadonlyArray<ReadonlyArray<ErrorObject>>): ReadonlyArray<ErrorObject> | undefined => {
  const ofKind = branches.filter((errors) => !isOffKind(errors))
  const [only] = ofKind
  if (ofKind.length === 1) return only
  const ofVariant = ofKind.filter((errors) => !errors.some(isOfVariant))
  const candidates = ofVariant.length > 0 ? ofVariant : ofKind.map((errors) => errors.filter(isOfVariant))
  const [meant, ...others] = highest(
    highest(candidates, (errors) => -errors.length),
    depthOf
  )
  return meant !== undefined && others.every((other) => samePlaces(other, meant)) ? meant : undefined
}

interface Compiled {
  readonly accepts: (value: Json) => boolean
  readonly explain: (value: Json) => ReadonlyArray<ErrorObject>
}

const wrap = (schema: Prepared) => (typeof schema === "boolean" ? { allOf: [schema] } : schema)

const plainUnions = { anyOf: "anyOf", oneOf: "oneOf" }
const explainedUnions = { anyOf: anyBranch, oneOf: oneBranch }

/** Describes a mismatch by the errors of `meantBranch`, or else by one error of the union. */
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
    const unionError = { keyword, instancePath: at, schemaPath: "", params: {}, message: `matches ${matches} branches` }
    const meant = matches === 0 ? meantBranch(failed) : undefined
    validate.errors =
      meant === undefined
        ? [unionError]
        : meant.map((error) => ({ ...error, instancePath: `${at}${error.instancePath}` }))
    return false
  }
  return validate
}

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
 * `resolve` is the `resolver` of the document.
 *
 * @throws `UnknownKeyword` or `UnusableSchema` on the first use of an unsupported schema.
 */
export const make = (resolve: Resolve): Judge => {
  const fast = makeAjv(false)
  const thorough = makeThorough()
  const registered = new Set<string>()
  let usesProto = false

  const id = (ref: string): string => `urn:ref:${encodeURIComponent(ref)}`
  const refer = (ref: string): string => {
    if (registered.has(ref)) return id(ref)
    // The reference is registered before its schema is read, because the schema can be recursive.
    registered.add(ref)
    try {
      const target = resolve(ref)
      findProto(target)
      fast.addSchema(wrap(prepare(target, ref, refer, plainUnions)), id(ref))
      thorough.addSchema(wrap(prepare(target, ref, refer, explainedUnions)), id(ref))
    } catch (error) {
      registered.delete(ref)
      throw error
    }
    return id(ref)
  }
  const findProto = (schema: JsonSchema): void => {
    if (typeof schema !== "boolean" && mentionsProto(schema)) usesProto = true
    for (const inner of subschemas(schema)) findProto(inner.schema)
  }
  const cache = new WeakMap<object, Compiled>()
  const compile = (schema: JsonSchema): Compiled => {
    const key = typeof schema === "boolean" ? undefined : schema
    const known = key === undefined ? undefined : cache.get(key)
    if (known !== undefined) return known
    findProto(schema)
    const validator = fast.compile(wrap(prepare(schema, "", refer, plainUnions)))
    let explainer: ValidateFunction | undefined
    const compiled: Compiled = {
      accepts: (value) => validator(usesProto ? renameKeys(value) : value),
      explain: (value) => {
        explainer ??= thorough.compile(wrap(prepare(schema, "", refer, explainedUnions)))
        if (explainer(usesProto ? renameKeys(value) : value)) {
          throw new Error("the judge found no violation in a rejected value: its two compiled schemas differ")
        }
        return explainer.errors ?? []
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
