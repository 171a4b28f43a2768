/**
 * An observer of coverage that shares nothing with what makes the coverage: it walks the schema as written and says
 * which choices there are, walks values and says which were taken.
 */
import {
  equals,
  isArray,
  isObject,
  memberOf,
  type Json,
  type JsonSchema,
  type Resolve
} from "../../src/judge/JsonSchema.ts"
import type { Judge } from "../../src/judge/Judge.ts"

const typeList = (schema: Exclude<JsonSchema, boolean>): ReadonlyArray<string> =>
  schema.type === undefined ? [] : typeof schema.type === "string" ? [schema.type] : schema.type

const isOf = (type: string, value: Json): boolean => {
  switch (type) {
    case "null":
      return value === null
    case "array":
      return isArray(value)
    case "object":
      return isObject(value)
    case "integer":
    case "number":
      return typeof value === "number"
    default:
      return typeof value === type
  }
}

/** The choices of one schema, by name, each with a test of whether a value takes it. */
const local = (
  schema: Exclude<JsonSchema, boolean>,
  judge: Judge,
  isPart: boolean
): ReadonlyArray<readonly [string, (v: Json) => boolean]> => {
  const found: Array<readonly [string, (value: Json) => boolean]> = []
  const types = typeList(schema)
  if (types.length > 1) for (const type of types) found.push([`is ${type}`, (value) => isOf(type, value)])
  for (const member of schema.enum ?? []) found.push([`= ${JSON.stringify(member)}`, (value) => equals(value, member)])
  for (const union of [schema.anyOf, schema.oneOf]) {
    union?.forEach((branch, index) => found.push([`branch ${index}`, (value) => judge.accepts(branch)(value)]))
  }
  if (types.includes("boolean")) {
    found.push(["is true", (value) => value === true], ["is false", (value) => value === false])
  }
  for (const keyword of ["minimum", "maximum"] as const) {
    const bound = schema[keyword]
    if (bound !== undefined) {
      found.push(
        [`at ${keyword}`, (value) => value === bound],
        [`off ${keyword}`, (value) => typeof value === "number" && value !== bound]
      )
    }
  }
  if (schema.format === "int32") {
    if (schema.minimum === undefined) found.push(["int32 least", (value) => value === -(2 ** 31)])
    if (schema.maximum === undefined) found.push(["int32 greatest", (value) => value === 2 ** 31 - 1])
  }
  // Another part of an `allOf` may set the bound that this one does not.
  const isLong = types.includes("integer") && schema.format !== "int32" && schema.enum === undefined && !isPart
  if (isLong && schema.maximum === undefined) {
    found.push(["2^53 - 1", (value) => value === 2 ** 53 - 1])
  }
  if (isLong && schema.minimum === undefined) {
    found.push(["-(2^53 - 1)", (value) => value === -(2 ** 53 - 1)])
  }
  for (const keyword of ["minLength", "maxLength"] as const) {
    const bound = schema[keyword]
    if (bound !== undefined) {
      found.push([`${keyword} ${bound}`, (value) => typeof value === "string" && [...value].length === bound])
    }
  }
  if (schema.format === "date-time") {
    for (let places = 0; places <= 9; places++) {
      const form = new RegExp(places === 0 ? ":[0-9]{2}[^.0-9]" : `[.][0-9]{${places}}[^0-9]`)
      found.push([`${places} digits of a second`, (value) => typeof value === "string" && form.test(value)])
    }
    found.push(["an offset", (value) => typeof value === "string" && /[+-][0-9]{2}:[0-9]{2}$/.test(value)])
    found.push(["lower case", (value) => typeof value === "string" && /t.*z$/.test(value)])
  }
  if (types.includes("array")) {
    const { maxItems = Number.POSITIVE_INFINITY, minItems = 0 } = schema
    for (const length of new Set([0, 1, 2, minItems, ...(maxItems < 200 ? [maxItems] : [])])) {
      if (length >= minItems && length <= maxItems) {
        found.push([`${length} items`, (value) => isArray(value) && value.length === length])
      }
    }
  }
  return found
}

type Visit = (
  place: string,
  choices: ReadonlyArray<readonly [string, (value: Json) => boolean]>,
  value: Json | undefined
) => void

/** Walks a schema; with a value only where the value goes. */
const walk = (
  schema: JsonSchema,
  value: Json | undefined,
  place: string,
  resolve: Resolve,
  judge: Judge,
  visit: Visit
): void => {
  if (typeof schema === "boolean") return
  const on = (inner: JsonSchema, member: Json | undefined, at: string): void =>
    walk(inner, member, `${place}/${at}`, resolve, judge, visit)
  const absent = value === undefined
  visit(place, local(schema, judge, /allOf[/][0-9]+$/.test(place)), value)
  if (schema.$ref !== undefined) on(resolve(schema.$ref), value, "$ref")
  schema.allOf?.forEach((part, index) => on(part, value, `allOf/${index}`))
  for (const keyword of ["anyOf", "oneOf"] as const) {
    schema[keyword]?.forEach((branch, index) => {
      if (absent || judge.accepts(branch)(value)) on(branch, value, `${keyword}/${index}`)
    })
  }
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    if (schema.required?.includes(key) !== true) {
      visit(
        `${place}/${key}`,
        [
          ["present", (object) => memberOf(object, key) !== undefined],
          ["absent", (object) => isObject(object) && !Object.hasOwn(object, key)]
        ],
        value
      )
    }
    const member = memberOf(value, key)
    if (absent || member !== undefined) on(inner, member, `properties/${key}`)
  }
  if (schema.additionalProperties !== undefined) {
    const others = isObject(value)
      ? Object.keys(value).filter((key) => !Object.hasOwn(schema.properties ?? {}, key))
      : []
    if (absent) on(schema.additionalProperties, undefined, "*")
    for (const key of others) on(schema.additionalProperties, memberOf(value, key), "*")
  }
  schema.prefixItems?.forEach((inner, index) => {
    const element = isArray(value) ? value[index] : undefined
    if (absent || element !== undefined) on(inner, element, `prefixItems/${index}`)
  })
  if (schema.items !== undefined && typeof schema.items !== "boolean") {
    if (absent) on(schema.items, undefined, "items")
    else if (isArray(value)) {
      for (const element of value.slice(schema.prefixItems?.length ?? 0)) on(schema.items, element, "items")
    }
  }
}

/** The choices of a schema that no value takes. */
export const untaken = (schema: JsonSchema, values: ReadonlyArray<Json>, judge: Judge): ReadonlyArray<string> => {
  const open = new Set<string>()
  walk(schema, undefined, "", judge.resolve, judge, (place, choices) => {
    for (const [name] of choices) open.add(`${place}: ${name}`)
  })
  for (const value of values) {
    walk(schema, value, "", judge.resolve, judge, (place, choices, at) => {
      for (const [name, takes] of choices) if (at !== undefined && takes(at)) open.delete(`${place}: ${name}`)
    })
  }
  return [...open]
}

/** How many choices a schema has. */
export const countChoices = (schema: JsonSchema, judge: Judge): number => untaken(schema, [], judge).length
