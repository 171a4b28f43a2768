/**
 * Decoders with one planted fault each, which prove that the checks are effective.
 *
 * Every reachable schema of a target gets every fault that applies to it. A fault names the check that must detect it;
 * an undetected fault is a gap in the suite.
 */
import type { Check, Codec, Decoded } from "./Conformance.ts"
import { read, type Alteration } from "./internal/interpreter.ts"
import {
  isArray,
  isObject,
  objectOf,
  reachable,
  type Json,
  type JsonSchema,
  type Resolve,
  type SchemaObject,
  type Subschema
} from "./JsonSchema.ts"
import { treatmentOf, type Position } from "./Policy.ts"

/** A decoder with a fault. */
export interface PlantedFault {
  /** The fault, such as `drops the requirement of "ticker"`. */
  readonly name: string
  /** The schema that it mishandles. */
  readonly pointer: string
  readonly codec: Codec<Json>
  /** The check that must detect it. */
  readonly seenBy: Check
}

interface Plan {
  readonly name: string
  readonly alteration: Alteration
  readonly seenBy: Check
}

const nothing: ReadonlyMap<JsonSchema, Alteration> = /*#__PURE__*/ new Map()

const codecOf = (
  schema: JsonSchema,
  resolve: Resolve,
  position: Position,
  alterations: ReadonlyMap<JsonSchema, Alteration>
): Codec<Json> => {
  const settings = { resolve, alterations, open: treatmentOf("enum-non-member", position) !== "reject" }
  return {
    decode: (input): Decoded<Json> => {
      // The decoded value comes from JSON.parse, or is a copy of such a value.
      const reading = read(schema, input as Json, settings)
      return reading.pointers.size === 0
        ? { ok: true, value: reading.value ?? null }
        : { ok: false, pointers: [...reading.pointers] }
    },
    encode: (value) => value
  }
}

/** A decoder without a fault: it must pass every check. */
export const honest = (schema: JsonSchema, resolve: Resolve, position: Position): Codec<Json> =>
  codecOf(schema, resolve, position, nothing)

const typesOf = (schema: SchemaObject): ReadonlyArray<string> =>
  schema.type === undefined ? [] : typeof schema.type === "string" ? [schema.type] : schema.type

const without = <K extends keyof SchemaObject>(schema: SchemaObject, keyword: K): SchemaObject => {
  const { [keyword]: _, ...rest } = schema
  return rest
}

const onStrings =
  (change: (text: string) => string | undefined) =>
  (value: Json): Json | undefined =>
    typeof value === "string" ? change(value) : value

const lenient = (name: string, schema: JsonSchema): Plan => ({ name, alteration: { schema }, seenBy: "precision" })
const lossy = (name: string, transforms: (value: Json) => Json | undefined): Plan => ({
  name,
  alteration: { transforms },
  seenBy: "round-trip"
})
const strict = (name: string, refuses: (value: Json) => boolean): Plan => ({
  name,
  alteration: { refuses },
  seenBy: "completeness"
})

const enumPlans = (schema: SchemaObject, members: ReadonlyArray<Json>, position: Position): ReadonlyArray<Plan> => {
  const forgets = members
    .filter((member) => member !== null)
    .map((member) => strict(`forgets ${JSON.stringify(member)}`, (value) => value === member))
  const isOther = (value: Json): boolean =>
    (typeof value === "string" || typeof value === "number") && !members.includes(value)
  return treatmentOf("enum-non-member", position) === "reject"
    ? [...forgets, lenient("lets any member pass", without(schema, "enum"))]
    : [
        ...forgets,
        { name: "refuses a new member", alteration: { refuses: isOther }, seenBy: "tolerance" },
        {
          name: "hides a new member",
          alteration: { transforms: (value) => (isOther(value) ? "unknown" : value) },
          seenBy: "tolerance"
        }
      ]
}

const numberPlans = (schema: SchemaObject, isPart: boolean): ReadonlyArray<Plan> => {
  const { maximum, minimum } = schema
  const isInteger = typesOf(schema).includes("integer")
  const nullable = typesOf(schema).includes("null")
  return [
    ...(minimum === undefined
      ? []
      : [
          lenient("off by one at the minimum", { ...schema, minimum: minimum - 1 }),
          strict("excludes the minimum", (value) => value === minimum)
        ]),
    ...(maximum === undefined
      ? []
      : [
          lenient("off by one at the maximum", { ...schema, maximum: maximum + 1 }),
          strict("excludes the maximum", (value) => value === maximum)
        ]),
    ...(schema.exclusiveMinimum === undefined
      ? []
      : [
          lenient("includes the minimum", { ...without(schema, "exclusiveMinimum"), minimum: schema.exclusiveMinimum })
        ]),
    ...(schema.exclusiveMaximum === undefined
      ? []
      : [
          lenient("includes the maximum", { ...without(schema, "exclusiveMaximum"), maximum: schema.exclusiveMaximum })
        ]),
    ...(isInteger
      ? [
          lenient("lets fractions pass", {
            ...without(schema, "format"),
            type: nullable ? ["number", "null"] : "number"
          }),
          {
            name: "lets unsafe integers pass",
            alteration: { passes: (value: Json) => typeof value === "number" && Math.abs(value) === 2 ** 53 },
            seenBy: "precision" as const
          }
        ]
      : [lossy("reads numbers as 32-bit floats", (value) => (typeof value === "number" ? finite(value) : value))]),
    ...(isInteger && schema.format === "int32"
      ? [lenient("forgets that 32 bits end", { ...schema, format: "int64" })]
      : []),
    // Beside another part of an `allOf` the range may be narrower than it looks.
    ...(isInteger && !isPart && schema.format !== "int32" && (maximum ?? Number.POSITIVE_INFINITY) > 2 ** 31
      ? [lossy("keeps 32 bits", (value) => (typeof value === "number" ? value | 0 : value))]
      : []),
    ...(isPart
      ? []
      : [
          {
            name: "lets infinity pass",
            alteration: { passes: (value: Json) => typeof value === "number" && !Number.isFinite(value) },
            seenBy: "precision" as const
          }
        ])
  ]
}

const finite = (value: number): number => (Number.isFinite(Math.fround(value)) ? Math.fround(value) : 0)

const decimalPlans = (schema: SchemaObject): ReadonlyArray<Plan> => [
  lenient("does not look at the form", without(schema, "pattern")),
  lossy(
    "reads decimals through a double",
    onStrings((text) => String(Number(text)))
  ),
  ...(["0", "0.123"].some((text) => accepted(schema, text))
    ? [
        lossy(
          "keeps two places",
          onStrings((text) => text.replace(/(\.[0-9]{2})[0-9]+$/, "$1").replace(/^([^.]*)$/, "$1.00"))
        )
      ]
    : []),
  {
    name: "trims the form",
    alteration: {
      passes: (value) => typeof value === "string" && value !== value.trim() && accepted(schema, value.trim())
    },
    seenBy: "precision"
  },
  {
    name: "takes what a number constructor takes",
    alteration: { passes: (value) => typeof value === "string" && value !== "" && Number.isFinite(Number(value)) },
    seenBy: "precision"
  }
]

const accepted = (schema: SchemaObject, text: string): boolean => new RegExp(schema.pattern ?? "", "u").test(text)

const timePlans = (schema: SchemaObject): ReadonlyArray<Plan> => [
  lenient("does not look at the form", without(schema, "format")),
  lenient("looks at the shape of a time alone", {
    ...without(schema, "format"),
    pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
  }),
  {
    name: "takes what Date.parse takes",
    alteration: { passes: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)) },
    seenBy: "precision"
  },
  strict("wants a fraction", (value) => typeof value === "string" && !value.includes(".")),
  strict("wants UTC as Z", (value) => typeof value === "string" && /[+-][0-9]{2}:[0-9]{2}$/.test(value)),
  strict("wants at most six digits", (value) => typeof value === "string" && /[.][0-9]{7,}/.test(value)),
  lossy(
    "reads times through a Date",
    onStrings((text) => new Date(text).toISOString())
  )
]

const stringPlans = (schema: SchemaObject): ReadonlyArray<Plan> => {
  if (schema.enum !== undefined || schema.const !== undefined) return []
  const { maxLength, minLength } = schema
  return [
    ...(minLength === undefined || minLength === 0
      ? []
      : [lenient("off by one at the least length", { ...schema, minLength: minLength - 1 })]),
    ...(maxLength === undefined
      ? []
      : [
          lenient("off by one at the greatest length", { ...schema, maxLength: maxLength + 1 }),
          strict("counts UTF-16 units", (value) => typeof value === "string" && value.length > maxLength)
        ]),
    ...(schema.pattern === undefined ? [] : decimalPlans(schema)),
    ...(schema.format === "date-time" ? timePlans(schema) : []),
    ...(schema.format === "uuid"
      ? [
          lenient("does not look at the form", without(schema, "format")),
          strict("wants lower case", (value) => typeof value === "string" && value !== value.toLowerCase())
        ]
      : []),
    ...(schema.format === undefined && schema.pattern === undefined
      ? [
          ...(minLength === undefined && maxLength === undefined
            ? [
                strict("refuses the empty string", (value) => value === ""),
                lossy("reads empty as null", (value) => (value === "" ? null : value))
              ]
            : []),
          lossy(
            "keeps the basic plane",
            onStrings((text) => text.replaceAll(/[\u{10000}-\u{10FFFF}]/gu, "?"))
          )
        ]
      : [])
  ]
}

const arrayPlans = (schema: SchemaObject): ReadonlyArray<Plan> => {
  const { items, maxItems, minItems, prefixItems } = schema
  const fixed = prefixItems !== undefined
  const reads = items !== undefined && items !== true && items !== false
  return [
    ...(minItems === undefined || minItems === 0
      ? []
      : [lenient("off by one at the least length", { ...schema, minItems: minItems - 1 })]),
    ...(maxItems === undefined
      ? []
      : [
          lenient("off by one at the greatest length", {
            ...(schema.items === false ? without(schema, "items") : schema),
            maxItems: maxItems + 1
          })
        ]),
    ...(schema.uniqueItems === true ? [lenient("lets duplicates pass", without(schema, "uniqueItems"))] : []),
    ...(reads && !fixed
      ? [lenient("reads the first item alone", { ...schema, prefixItems: [items], items: true })]
      : []),
    ...(fixed || (minItems ?? 0) > 0
      ? []
      : [
          strict("refuses an empty list", (value) => isArray(value) && value.length === 0),
          lossy("reads an empty list as null", (value) => (isArray(value) && value.length === 0 ? null : value))
        ]),
    ...((maxItems ?? 2) > 1 && (minItems ?? 0) < 2
      ? [lossy("keeps the first item", (value) => (isArray(value) ? value.slice(0, 1) : value))]
      : [])
  ]
}

const assigned = (value: Json): Json => {
  if (!isObject(value)) return value
  const made: Record<string, Json> = {}
  for (const [key, member] of Object.entries(value)) made[key] = member
  return made
}

const objectPlans = (schema: SchemaObject): ReadonlyArray<Plan> => {
  const properties = Object.keys(schema.properties ?? {})
  const required = schema.required ?? []
  const named = (value: Json, key: string): boolean => isObject(value) && Object.hasOwn(value, key)
  const isRecord = properties.length === 0
  return [
    ...required.map((key) =>
      lenient(`drops the requirement of ${JSON.stringify(key)}`, {
        ...schema,
        required: required.filter((other) => other !== key)
      })
    ),
    ...properties
      .filter((key) => !required.includes(key))
      .map((key) => ({
        name: `requires ${JSON.stringify(key)}`,
        alteration: { schema: { ...schema, required: [...required, key] } },
        seenBy: "completeness" as const
      })),
    ...properties.map((key) =>
      lossy(`loses ${JSON.stringify(key)}`, (value) =>
        isObject(value) ? objectOf(Object.entries(value).filter(([name]) => name !== key)) : value
      )
    ),
    ...properties
      .filter((key) => !required.includes(key))
      .map((key) =>
        lossy(`writes null where ${JSON.stringify(key)} is absent`, (value) =>
          isObject(value) && !named(value, key) ? objectOf([...Object.entries(value), [key, null]]) : value
        )
      ),
    ...(isRecord && schema.additionalProperties !== false
      ? [
          lossy("builds records by assignment", assigned),
          lossy("empties records", (value) => (isObject(value) ? {} : value))
        ]
      : []),
    ...(isRecord || schema.additionalProperties !== undefined
      ? []
      : [
          {
            name: "refuses unknown members",
            alteration: {
              refuses: (value: Json) => isObject(value) && Object.keys(value).some((key) => !properties.includes(key))
            },
            seenBy: "tolerance" as const
          }
        ])
  ]
}

const admitsNull = (schema: JsonSchema, resolve: Resolve): boolean => {
  if (typeof schema === "boolean") return schema
  if (schema.enum !== undefined && !schema.enum.includes(null)) return false
  if (schema.const !== undefined && schema.const !== null) return false
  const types = typesOf(schema)
  if (types.length > 0 && !types.includes("null")) return false
  return (
    (schema.$ref === undefined || admitsNull(resolve(schema.$ref), resolve)) &&
    (schema.allOf ?? []).every((part) => admitsNull(part, resolve)) &&
    [schema.anyOf, schema.oneOf].every((branches) => branches?.some((branch) => admitsNull(branch, resolve)) ?? true)
  )
}

const scalarTypes = /*#__PURE__*/ new Set(["string", "number", "integer", "boolean"])

/** The faults of one schema, by itself. */
const plansFor = (place: Subschema, resolve: Resolve, position: Position): ReadonlyArray<Plan> => {
  const { pointer, schema } = place
  if (typeof schema === "boolean") return []
  const types = typesOf(schema)
  const admits = admitsNull(schema, resolve)
  // Nullability is decided where a schema is used: siblings can hide a branch, and references a component.
  const isWhole = /^$|\/properties\/[^/]*$|\/(items|additionalProperties|prefixItems\/[0-9]+)$/.test(pointer)
  return [
    ...(isWhole && admits
      ? [
          strict("refuses null", (value) => value === null),
          lossy("reads null as absent", (value) => (value === null ? undefined : value)),
          lossy("reads null as empty", (value) => (value === null ? "" : value))
        ]
      : []),
    ...(isWhole && !admits
      ? [
          {
            name: "lets null pass",
            alteration: { passes: (value: Json) => value === null },
            seenBy: "precision" as const
          }
        ]
      : []),
    ...(types.some((type) => scalarTypes.has(type)) && schema.enum === undefined
      ? [
          {
            name: "converts between strings, numbers and booleans",
            alteration: {
              passes: (value: Json) =>
                ["string", "number", "boolean"].includes(typeof value) &&
                !types.some((type) => (type === "integer" ? "number" : type) === typeof value)
            },
            seenBy: "precision" as const
          }
        ]
      : []),
    ...(schema.const === undefined ? [] : [lenient("does not look at the constant", without(schema, "const"))]),
    ...(schema.enum === undefined ? [] : enumPlans(schema, schema.enum, position)),
    ...(types.includes("integer") || types.includes("number")
      ? numberPlans(schema, /[/]allOf[/][0-9]+$/.test(pointer))
      : []),
    ...(types.includes("string") ? stringPlans(schema) : []),
    ...(types.includes("boolean")
      ? [lossy("reads false as absent", (value) => (value === false ? undefined : value))]
      : []),
    ...(types.includes("array") ? arrayPlans(schema) : []),
    ...(types.includes("object") || schema.properties !== undefined ? objectPlans(schema) : [])
  ]
}

/** Every planted fault of a target. */
export const plant = (schema: JsonSchema, resolve: Resolve, position: Position): ReadonlyArray<PlantedFault> => {
  const seen = new Set<JsonSchema>()
  return reachable(schema, resolve).flatMap((place) => {
    if (seen.has(place.schema)) return []
    seen.add(place.schema)
    return plansFor(place, resolve, position).map(({ alteration, name, seenBy }) => ({
      name,
      pointer: place.pointer,
      seenBy,
      codec: codecOf(schema, resolve, position, new Map([[place.schema, alteration]]))
    }))
  })
}
