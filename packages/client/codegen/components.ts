/**
 * From components to TypeScript: for each an interface or a type, and a codec of the same name.
 *
 * @module
 */
import type { Document } from "./document.ts"
import type { Fault } from "./faults.ts"
import { type Facts, looksLikeTime, unitByName } from "./facts.ts"
import { int32 } from "./schemas.ts"
import { type Component, type Field, references, type Shape } from "./shape.ts"

/** What decides between an open enum and a closed one. */
export type Direction = "requests" | "responses"

/** Names that a generated file takes from elsewhere, by the module they come from. */
export interface Imports {
  readonly value: (module: string, name: string) => string
  readonly type: (module: string, name: string) => string
  readonly print: () => string
}

/** Collects imports while code is written. */
export const makeImports = (): Imports => {
  const modules = new Map<string, Map<string, "type" | "value">>()
  const add = (module: string, name: string, kind: "type" | "value"): string => {
    const names = modules.get(module) ?? new Map<string, "type" | "value">()
    modules.set(module, names)
    if (kind === "value" || !names.has(name)) names.set(name, kind)
    return name
  }
  return {
    value: (module, name) => add(module, name, "value"),
    type: (module, name) => add(module, name, "type"),
    print: () =>
      [...modules]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([module, names]) => {
          const sorted = [...names].toSorted(([a], [b]) => (a < b ? -1 : 1))
          const isTypes = sorted.every(([, kind]) => kind === "type")
          const list = sorted.map(([name, kind]) => (kind === "type" && !isTypes ? `type ${name}` : name)).join(", ")
          return `import ${isTypes ? "type " : ""}{ ${list} } from "${module}"\n`
        })
        .join("")
  }
}

const fixedPoint = "../FixedPoint.ts"
const wire = "../internal/wire.ts"

/** A call that a bundler may drop when nobody uses what it gives. */
export const pure = (call: string): string => `/*#__PURE__*/ ${call}`

/** Text, or a number, as a literal. */
const literal = (value: string | number | boolean): string => JSON.stringify(value)

/** A key of an object type or literal. */
export const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))

const union = (members: ReadonlyArray<string | number>): string => members.map(literal).join(" | ")

/** A doc comment of some lines; nothing for none. */
export const comment = (lines: ReadonlyArray<string>): string =>
  lines.length === 0
    ? ""
    : lines.length === 1
      ? `/** ${lines[0]} */\n`
      : `/**\n${lines.map((line) => ` * ${line}`).join("\n *\n")}\n */\n`

/** Writes types and codecs of shapes. */
export interface Writer {
  readonly type: (shape: Shape) => string
  readonly codec: (component: Component) => string
}

/**
 * A writer for one direction. `isLater` says of a component that it is declared further down, so that its codec can
 * only be looked up when it is used.
 */
export const makeWriter = (
  direction: Direction,
  facts: Facts,
  imports: Imports,
  component: (name: string) => string,
  isLater: (name: string) => boolean
): Writer => {
  const decimal = (name: string) => facts.decimals[name]

  const type = (shape: Shape): string => {
    switch (shape._tag) {
      case "Reference": {
        const known = decimal(shape.name)
        return known === undefined ? component(shape.name) : imports.type(fixedPoint, known.type)
      }
      case "Text":
      case "Pattern":
      case "DateTime":
      case "Uuid":
        return "string"
      case "Enumeration":
        return direction === "requests"
          ? union(shape.members)
          : `${imports.type(wire, "Open")}<${union(shape.members)}>`
      case "Choice":
        return direction === "requests" ? union(shape.members) : "number"
      case "Integer":
      case "Double":
        return "number"
      case "Boolean":
        return "boolean"
      case "List":
        return `ReadonlyArray<${type(shape.item)}>`
      case "Tuple":
        return `readonly [${shape.items.map(type).join(", ")}]`
      case "Dictionary":
        return `Readonly<Record<string, ${shape.value === undefined ? "unknown" : type(shape.value)}>>`
      case "Union":
        return shape.members.map(type).join(" | ")
      case "Nullable":
        return `${type(shape.of)} | null`
    }
  }

  const codec = (shape: Component): string => {
    switch (shape._tag) {
      case "Reference": {
        const known = decimal(shape.name)
        if (known !== undefined) return imports.value(fixedPoint, known.codec)
        const name = component(shape.name)
        return isLater(shape.name) ? pure(`Schema.suspend((): Schema.Codec<${name}> => ${name})`) : name
      }
      case "Text": {
        const { maxLength, minLength } = shape
        if (maxLength !== undefined) return pure(`${imports.value(wire, "textOfLength")}(${minLength}, ${maxLength})`)
        return minLength === 0 ? "Schema.String" : pure(`${imports.value(wire, "textOfLength")}(${minLength})`)
      }
      case "Pattern":
        return pure(`${imports.value(wire, "matching")}(${regExp(shape.pattern)})`)
      case "DateTime":
        return imports.value(wire, "DateTimeString")
      case "Uuid":
        return imports.value(wire, "Uuid")
      case "Enumeration":
        return pure(
          `${imports.value(wire, direction === "requests" ? "closed" : "open")}([${shape.members.map(literal).join(", ")}])`
        )
      case "Choice":
        return direction === "requests"
          ? pure(`Schema.Literals([${shape.members.map(literal).join(", ")}])`)
          : "Schema.Int"
      case "Integer": {
        const { maximum, minimum } = shape
        if (minimum === int32.minimum && maximum === int32.maximum) return imports.value(wire, "Int32")
        if (maximum !== undefined) {
          return pure(`${imports.value(wire, "integerBetween")}(${minimum ?? Number.MIN_SAFE_INTEGER}, ${maximum})`)
        }
        return minimum === undefined ? "Schema.Int" : pure(`${imports.value(wire, "integerFrom")}(${minimum})`)
      }
      case "Double":
        return "Schema.Finite"
      case "Boolean":
        return "Schema.Boolean"
      case "List": {
        const { maxItems, minItems } = shape
        const item = codec(shape.item)
        if (maxItems !== undefined) {
          return pure(`${imports.value(wire, "listOfLength")}(${item}, ${minItems}, ${maxItems})`)
        }
        return minItems === 0
          ? pure(`Schema.Array(${item})`)
          : pure(`${imports.value(wire, "listOfLength")}(${item}, ${minItems})`)
      }
      case "Tuple":
        return pure(`Schema.Tuple([${shape.items.map(codec).join(", ")}])`)
      case "Struct":
        return pure(`Schema.Struct({\n${shape.fields.map(property).join(",\n")}\n})`)
      case "Dictionary":
        return pure(
          `Schema.Record(Schema.String, ${shape.value === undefined ? "Schema.Unknown" : codec(shape.value)})`
        )
      case "Union":
        return pure(`Schema.Union([${shape.members.map(codec).join(", ")}])`)
      case "Nullable":
        return pure(`Schema.NullOr(${codec(shape.of)})`)
    }
  }

  const property = (field: Field): string => {
    const value = codec(field.shape)
    return `${key(field.name)}: ${field.required ? value : pure(`Schema.optionalKey(${value})`)}`
  }

  return { codec, type }
}

/** A regular expression as a literal. */
const regExp = (pattern: string): string => String(new RegExp(pattern, "u"))

/** Components such that each stands after those it is made of; those that lead back to themselves stand as they come. */
const ordered = (document: Document, names: ReadonlySet<string>): ReadonlyArray<string> => {
  const order = new Set<string>()
  const begun = new Set<string>()
  const visit = (name: string): void => {
    if (begun.has(name)) return
    begun.add(name)
    for (const next of [...references(document.components.get(name)!)].toSorted()) visit(next)
    order.add(name)
  }
  for (const name of [...names].toSorted()) visit(name)
  return [...order]
}

const isInteger = (shape: Shape): boolean =>
  shape._tag === "Nullable" ? isInteger(shape.of) : shape._tag === "Integer" || shape._tag === "Choice"

/** What a field's name and type leave unsaid. */
const remarks = (component: string, field: Field, direction: Direction, facts: Facts): ReadonlyArray<string> => {
  const unit =
    facts.units[`${component}/${field.name}`] ?? (isInteger(field.shape) ? unitByName(field.name) : undefined)
  return [
    ...(unit === undefined ? [] : [unit]),
    ...(direction === "requests" && field.byDefault !== undefined
      ? [`\`${literal(field.byDefault)}\` when left out.`]
      : []),
    ...(field.deprecated ? ["@deprecated"] : [])
  ]
}

const declaration = (name: string, shape: Component, direction: Direction, facts: Facts, writer: Writer): string => {
  const codec = `export const ${name}: Schema.Codec<${name}> = ${writer.codec(shape)}\n`
  switch (shape._tag) {
    case "Struct": {
      const members = shape.fields.map(
        (field) =>
          comment(remarks(name, field, direction, facts)) +
          `readonly ${key(field.name)}${field.required ? "" : "?"}: ${writer.type(field.shape)}\n`
      )
      return `export interface ${name} {\n${members.join("")}}\n${codec}`
    }
    case "Dictionary": {
      const value = shape.value === undefined ? "unknown" : writer.type(shape.value)
      return `export interface ${name} {\nreadonly [key: string]: ${value}\n}\n${codec}`
    }
    default:
      return `export type ${name} = ${writer.type(shape)}\n${codec}`
  }
}

/** The declarations of all components of one direction, without imports. */
export const writeComponents = (document: Document, facts: Facts, direction: Direction, imports: Imports): string => {
  const all = direction === "requests" ? document.inRequests : notOnlyInRequests(document)
  const names = ordered(document, all).filter((name) => facts.decimals[name] === undefined)
  const position = new Map(names.map((name, index) => [name, index]))
  return names
    .map((name, index) => {
      const isLater = (other: string) => position.get(other)! >= index
      const writer = makeWriter(direction, facts, imports, (other) => other, isLater)
      return declaration(name, document.components.get(name)!, direction, facts, writer)
    })
    .join("\n")
}

/** What no operation reaches is written as a response, so that nothing of the document is missing. */
const notOnlyInRequests = (document: Document): ReadonlySet<string> =>
  new Set(
    [...document.components.keys()].filter((name) => document.inResponses.has(name) || !document.inRequests.has(name))
  )

/** What is wrong between a document and the facts about it. */
export const checkFacts = (document: Document, facts: Facts): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  const at = (...segments: ReadonlyArray<string>) => ["/components/schemas", ...segments].join("/")
  for (const [name, decimal] of Object.entries(facts.decimals)) {
    const shape = document.components.get(name)
    if (shape?._tag !== "Pattern" || shape.pattern !== decimal.pattern) {
      faults.push({ pointer: at(name), reason: `the pattern is not that of ${decimal.codec}` })
    }
    const other = decimal.direction === "requests" ? document.inResponses : document.inRequests
    if (other.has(name)) faults.push({ pointer: at(name), reason: `stands for ${decimal.direction} alone` })
  }
  const fields = [...document.components].flatMap(([name, shape]) =>
    shape._tag === "Struct" ? shape.fields.map((field) => [`${name}/${field.name}`, name, field] as const) : []
  )
  for (const [place, name, field] of fields) {
    if (!isInteger(field.shape) || !looksLikeTime(field.name)) continue
    if (unitByName(field.name) === undefined && facts.units[place] === undefined) {
      faults.push({ pointer: at(name, "properties", field.name), reason: "the unit of this time is not known" })
    }
  }
  for (const place of Object.keys(facts.units)) {
    if (!fields.some(([known, , field]) => known === place && isInteger(field.shape))) {
      faults.push({ pointer: at(place.replace("/", "/properties/")), reason: "a unit is known for no such integer" })
    }
  }
  return faults
}
