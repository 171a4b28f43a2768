/**
 * From a shape to TypeScript: its type, and its codec.
 *
 * @module
 */
import { type Facts, milliseconds, seconds, unitOf } from "./facts.ts"
import type { Imports } from "./imports.ts"
import { int32 } from "./schemas.ts"
import type { Component, Field, Shape } from "./shape.ts"

/** What decides between an open enum and a closed one. */
export type Direction = "requests" | "responses"

/** What all declarations of a file share. */
export interface Context {
  readonly direction: Direction
  readonly facts: Facts
  readonly imports: Imports
}

const fixedPoint = "../money/FixedPoint.ts"
const wire = "../wire/forms.ts"

/** A call that a bundler may drop when nobody uses what it gives. */
export const pure = (call: string): string => `/*#__PURE__*/ ${call}`

/** Text, or a number, as a literal. */
export const literal = (value: string | number | boolean): string => JSON.stringify(value)

/** A key of an object type or literal. */
export const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))

const union = (members: ReadonlyArray<string | number>): string => members.map(literal).join(" | ")

/** Text in lines of at most 110 characters. */
const wrapped = (text: string): ReadonlyArray<string> =>
  text.split(" ").reduce<Array<string>>((lines, word) => {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= 110) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
    return lines
  }, [])

/** A doc comment of some paragraphs; nothing for none. */
export const comment = (paragraphs: ReadonlyArray<string>): string => {
  const lines = paragraphs.flatMap((text, index) => [...(index === 0 ? [] : [""]), ...wrapped(text)])
  if (lines.length === 0) return ""
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`
}

/** Writes types and codecs of shapes. */
export interface Writer {
  readonly type: (shape: Shape) => string
  readonly codec: (component: Component) => string
  /** The codec of a field, whose name may say the unit of a time. */
  readonly valueOf: (field: { readonly name: string; readonly shape: Shape }) => string
}

/**
 * A writer for one direction, of the fields of `owner`: a component, or an operation. `isLater` says of a component that
 * it is declared further down, so that its codec can only be looked up when it is used.
 */
export const makeWriter = (
  { direction, facts, imports }: Context,
  component: (name: string) => string,
  isLater: (name: string) => boolean,
  owner: string
): Writer => {
  const decimal = (name: string) => facts.decimals[name]
  const { schema } = imports

  /** A list of a response that may be null: it decodes to the empty one. */
  const nullableList = (shape: Shape & { readonly _tag: "Nullable" }): Shape | undefined =>
    direction === "responses" && shape.of._tag === "List" && shape.of.minItems === 0 ? shape.of : undefined

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
        return nullableList(shape) === undefined ? `${type(shape.of)} | null` : type(shape.of)
    }
  }

  const codec = (shape: Component): string => {
    switch (shape._tag) {
      case "Reference": {
        const known = decimal(shape.name)
        if (known !== undefined) return imports.value(fixedPoint, known.codec)
        const name = component(shape.name)
        return isLater(shape.name) ? pure(`${schema("suspend")}((): ${schema("Codec")}<${name}> => ${name})`) : name
      }
      case "Text": {
        const { maxLength, minLength } = shape
        if (maxLength !== undefined) return pure(`${imports.value(wire, "textOfLength")}(${minLength}, ${maxLength})`)
        return minLength === 0 ? schema("String") : pure(`${imports.value(wire, "textOfLength")}(${minLength})`)
      }
      case "Pattern":
        return pure(`${schema("String")}.check(${pure(`${schema("isPattern")}(${regExp(shape.pattern)})`)})`)
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
          ? pure(`${schema("Literals")}([${shape.members.map(literal).join(", ")}])`)
          : schema("Int")
      case "Integer": {
        const { maximum, minimum } = shape
        if (minimum === int32.minimum && maximum === int32.maximum) return imports.value(wire, "Int32")
        if (maximum !== undefined) {
          return pure(`${imports.value(wire, "integerBetween")}(${minimum ?? Number.MIN_SAFE_INTEGER}, ${maximum})`)
        }
        return minimum === undefined ? schema("Int") : pure(`${imports.value(wire, "integerFrom")}(${minimum})`)
      }
      case "Double":
        return schema("Finite")
      case "Boolean":
        return schema("Boolean")
      case "List": {
        const { maxItems, minItems } = shape
        const item = codec(shape.item)
        if (maxItems !== undefined) {
          return pure(`${imports.value(wire, "listOfLength")}(${item}, ${minItems}, ${maxItems})`)
        }
        return minItems === 0
          ? pure(`${schema("Array")}(${item})`)
          : pure(`${imports.value(wire, "listOfLength")}(${item}, ${minItems})`)
      }
      case "Tuple":
        return pure(`${schema("Tuple")}([${shape.items.map(codec).join(", ")}])`)
      case "Struct":
        return pure(`${schema("Struct")}({\n${shape.fields.map(property).join(",\n")}\n})`)
      case "Dictionary":
        return pure(
          `${schema("Record")}(${schema("String")}, ${shape.value === undefined ? schema("Unknown") : codec(shape.value)})`
        )
      case "Union":
        return pure(`${schema("Union")}([${shape.members.map(codec).join(", ")}])`)
      case "Nullable": {
        const list = nullableList(shape)
        return list === undefined
          ? pure(`${schema("NullOr")}(${codec(shape.of)})`)
          : pure(`${imports.value(wire, "listOrNull")}(${codec(list)})`)
      }
    }
  }

  /** The codec of a time of a request, which refuses the other unit. One with a bound of its own needs none. */
  const time = ({ name, shape }: { readonly name: string; readonly shape: Shape }): string | undefined => {
    if (direction !== "requests" || shape._tag !== "Integer" || shape.maximum !== undefined) return undefined
    switch (unitOf(facts, owner, name)) {
      case seconds:
        return shape.minimum === undefined
          ? imports.value(wire, "UnixSeconds")
          : pure(`${imports.value(wire, "unixSecondsFrom")}(${shape.minimum})`)
      case milliseconds:
        return shape.minimum === undefined ? imports.value(wire, "UnixMillis") : undefined
      default:
        return undefined
    }
  }

  const valueOf = (field: { readonly name: string; readonly shape: Shape }): string => time(field) ?? codec(field.shape)

  const property = (field: Field): string => {
    const value = valueOf(field)
    return `${key(field.name)}: ${field.required ? value : pure(`${schema("optionalKey")}(${value})`)}`
  }

  return { codec, type, valueOf }
}

/** A regular expression as a literal. */
const regExp = (pattern: string): string => String(new RegExp(pattern, "u"))
