/**
 * Edits that a publisher can make to a node of a response schema. Each edit has witnesses: values that the edited
 * schema allows.
 *
 * @module
 */
import * as Coverage from "../../generate/Coverage.ts"
import {
  isArray,
  isObject,
  memberOf,
  objectOf,
  pointerTo,
  typeOf,
  UnusableSchema,
  type Json,
  type JsonObject,
  type JsonSchema,
  type SchemaObject,
  type TypeName
} from "../../judge/JsonSchema.ts"
import type { Judge } from "../../judge/Judge.ts"

export interface Edit {
  /** Example: `the member becomes optional`. */
  readonly name: string
  /** `additive`: clients must continue as before. `breaking`: clients must report the violation. */
  readonly kind: "additive" | "breaking"
  readonly edited: JsonSchema
  /** `member` is the member that was added or removed. Without `member`, the edit changed the value itself. */
  readonly witnesses: ReadonlyArray<{ readonly value: Json; readonly member?: string }>
}

export interface SchemaNode {
  readonly schema: SchemaObject
  readonly isNullable: boolean
  readonly value: Json
  readonly pointer: string
  /** The pointer with `*` for list indices. The indices of tuples stay. */
  readonly location: string
}

/** Resolves the references of a schema, and removes null from its types. */
const single = (schema: JsonSchema, judge: Judge): { readonly schema: SchemaObject; readonly isNullable: boolean } => {
  if (typeof schema === "boolean") return { schema: {}, isNullable: true }
  if (schema.$ref !== undefined) return single(judge.resolve(schema.$ref), judge)
  const { allOf, anyOf, oneOf } = schema
  if (anyOf !== undefined) {
    const branches = anyOf.filter((branch) => typeof branch === "boolean" || branch.type !== "null")
    const [only] = branches
    if (only !== undefined && branches.length === 1) {
      return { schema: single(only, judge).schema, isNullable: branches.length < anyOf.length }
    }
  }
  if (anyOf !== undefined || allOf !== undefined || oneOf !== undefined) {
    throw new UnusableSchema("unsupported union", "")
  }
  const types = typesOf(schema)
  if (!types.includes("null")) return { schema, isNullable: types.length === 0 && schema.enum === undefined }
  const { enum: members, ...rest } = schema
  const nonNull = members?.filter((member) => member !== null)
  const nonNullTypes = types.filter((type) => type !== "null")
  const [type] = nonNullTypes
  if (type === undefined || nonNullTypes.length > 1) throw new UnusableSchema("several types in one schema", "")
  return { schema: { ...rest, type, ...(nonNull === undefined ? {} : { enum: nonNull }) }, isNullable: true }
}

const typesOf = ({ type }: SchemaObject): ReadonlyArray<TypeName> =>
  type === undefined ? [] : typeof type === "string" ? [type] : type

/**
 * The schema nodes that the values reach, each with the largest value that reaches it. Null is used only if no other
 * value reaches the node.
 */
export const nodes = (schema: JsonSchema, values: ReadonlyArray<Json>, judge: Judge): ReadonlyArray<RootedNode> => {
  const found = new Map<string, RootedNode>()
  const visit = (at: JsonSchema, value: Json, pointer: string, location: string, base: Json): void => {
    const { isNullable, schema } = single(at, judge)
    const known = found.get(location)
    if (known === undefined || (known.value === null && value !== null) || isSmaller(known.value, value)) {
      found.set(location, { schema, isNullable, value, pointer, location, base })
    }
    if (isArray(value)) {
      value.forEach((item, index) => {
        const prefixed = schema.prefixItems?.[index]
        const inner = prefixed ?? schema.items ?? true
        visit(inner, item, pointerTo(pointer, index), pointerTo(location, prefixed === undefined ? "*" : index), base)
      })
    } else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        const declared = memberOf(schema.properties as JsonObject | undefined, key) as JsonSchema | undefined
        if (declared !== undefined) visit(declared, member, pointerTo(pointer, key), pointerTo(location, key), base)
      }
    }
  }
  for (const value of values) visit(schema, value, "", "", value)
  return [...found.values()]
}

/** The node of a value within the root value `base`. */
export interface RootedNode extends SchemaNode {
  readonly base: Json
}

/** Whether `known` is smaller than `value`. A larger value allows more edits. */
const isSmaller = (known: Json, value: Json): boolean =>
  ((isArray(known) && isArray(value)) || (isObject(known) && isObject(value))) &&
  Object.keys(known).length < Object.keys(value).length

const allTypes: ReadonlyArray<Exclude<TypeName, "integer" | "null">> = [
  "boolean",
  "number",
  "string",
  "array",
  "object"
]

/** The keywords whose removal makes a schema allow more values. */
const droppable = ["pattern", "format", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"] as const

const without = (schema: SchemaObject, key: string): SchemaObject =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key))

const maxWitnesses = 2

const newMember = (schema: SchemaObject, members: ReadonlyArray<Json>): Edit => ({
  name: "the enum has a new member",
  kind: "additive",
  edited: { ...schema, enum: [...members, "a_new_member"] },
  witnesses: [{ value: "a_new_member" }]
})

const editsOfObject = ({ schema }: SchemaNode, value: JsonObject): ReadonlyArray<Edit> => {
  const members = (keep: (key: string) => boolean): JsonObject =>
    objectOf(Object.entries(value).filter(([key]) => keep(key)))
  const removals = (schema.required ?? []).map((member): Edit => ({
    name: `the member becomes optional`,
    kind: "breaking",
    edited: { ...schema, required: (schema.required ?? []).filter((name) => name !== member) },
    witnesses: [{ value: members((key) => key !== member), member }]
  }))
  const name = "a_new_member"
  const added = [null, "text", 1, true, [], {}, [{ a: null }]]
  return [
    ...removals,
    ...(schema.properties === undefined
      ? []
      : [
          {
            name: "the object has a new member",
            kind: "additive",
            edited: { ...schema, properties: { ...schema.properties, [name]: true } },
            witnesses: added.map((extra) => ({ value: { ...value, [name]: extra }, member: name }))
          } satisfies Edit
        ])
  ]
}

export const make = (judge: Judge) => {
  const coverage = Coverage.make(judge)
  const cached = new WeakMap<object, ReadonlyArray<Edit>>()

  const newlyAllowed = (edited: JsonSchema, schema: SchemaObject): Edit["witnesses"] => {
    const accepts = judge.accepts(schema)
    return coverage
      .of(edited)
      .filter((value) => !accepts(value))
      .slice(0, maxWitnesses)
      .map((value) => ({ value }))
  }

  /** The edits that do not depend on the value. */
  const editsOfSchema = (schema: SchemaObject): ReadonlyArray<Edit> => {
    const known = cached.get(schema)
    if (known !== undefined) return known
    const breaking = (name: string, edited: JsonSchema): Edit => ({
      name,
      kind: "breaking",
      edited,
      witnesses: newlyAllowed(edited, schema)
    })
    const types = typesOf(schema)
    const closed = types.length > 0 || schema.enum !== undefined
    const edits = !closed
      ? []
      : [
          ...allTypes
            .filter((type) => !types.includes(type))
            .map((type) => breaking(`the type becomes ${type}`, { type })),
          ...droppable.flatMap((keyword) =>
            schema[keyword] === undefined ? [] : [breaking(`${keyword} is dropped`, without(schema, keyword))]
          ),
          ...(schema.enum === undefined ? [] : [newMember(schema, schema.enum)])
        ]
    cached.set(schema, edits)
    return edits
  }

  return (place: SchemaNode): ReadonlyArray<Edit> => {
    const { isNullable, schema, value } = place
    if (value === null) return []
    const nullable: Edit = {
      name: "the value becomes nullable",
      kind: "breaking",
      edited: { anyOf: [schema, { type: "null" }] },
      witnesses: [{ value: null }]
    }
    const known = typesOf(schema)
    const type = typeOf(value)
    if (known.length > 0 && !known.includes(type) && !(type === "number" && known.includes("integer"))) {
      throw new Error(`found a value of type ${type}, expected ${known.join(" or ")}`)
    }
    return [
      ...editsOfSchema(schema),
      ...(isNullable ? [] : [nullable]),
      ...(isObject(value) ? editsOfObject(place, value) : [])
    ]
  }
}
