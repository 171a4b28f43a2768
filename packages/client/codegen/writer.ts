/**
 * Writes the type and the codec of a shape as TypeScript.
 *
 * @module
 */
import { type Facts, milliseconds, seconds, unitOf } from "./facts.ts"
import type { Imports } from "./imports.ts"
import { int32 } from "./schemas.ts"
import type { Component, Field, Shape } from "./shape.ts"

/** Enums are closed in requests and open in responses. */
export type Direction = "requests" | "responses"

export interface Context {
  readonly direction: Direction
  readonly facts: Facts
  readonly imports: Imports
  /** The doc comments of interfaces that have no entry in the facts, by name. */
  readonly about?: ReadonlyMap<string, string>
}

const fixedPoint = "../money/FixedPoint.ts"
const wire = "../wire/forms.ts"

/** Marks a call as pure, so that a bundler can drop it if its result is unused. */
export const pure = (call: string): string => `/*#__PURE__*/ ${call}`

export const literal = (value: string | number | boolean): string => JSON.stringify(value)

export const key = (name: string): string =>
  /^(?:[A-Za-z_$][\w$]*|0|[1-9]\d*)$/.test(name) ? name : JSON.stringify(name)

const union = (members: ReadonlyArray<string | number>): string => members.map(literal).join(" | ")

/** Wraps a text at 110 characters. */
const wrapped = (text: string): ReadonlyArray<string> =>
  text.split(" ").reduce<Array<string>>((lines, word) => {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= 110) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
    return lines
  }, [])

/** Writes a doc comment, or an empty string if there are no paragraphs. */
export const comment = (paragraphs: ReadonlyArray<string>): string => {
  const lines = paragraphs.flatMap((text, index) => [...(index === 0 ? [] : [""]), ...wrapped(text)])
  if (lines.length === 0) return ""
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`
}

interface Named {
  readonly name: string
  readonly shape: Shape
}

/** How a {@link Writer} names components. */
export interface Names {
  /** The component or the operation whose fields are written. */
  readonly owner: string
  readonly component: (name: string) => string
  /**
   * Whether a component is declared later in the file, so that its codec must be resolved lazily. Default: false for
   * every component.
   */
  readonly isLater?: (name: string) => boolean
}

export class Writer {
  readonly #context: Context
  readonly #names: Names

  constructor(context: Context, names: Names) {
    this.#context = context
    this.#names = names
  }

  type(shape: Shape): string {
    switch (shape._tag) {
      case "Reference": {
        const known = this.#context.facts.decimals[shape.name]
        return known === undefined
          ? this.#names.component(shape.name)
          : this.#context.imports.type(fixedPoint, known.type)
      }
      case "Text":
      case "Pattern":
      case "DateTime":
      case "Uuid":
        return "string"
      case "Literal":
        return literal(shape.value)
      case "Enumeration":
        return this.#context.direction === "requests"
          ? union(shape.members)
          : `${this.#context.imports.type(wire, "Open")}<${union(shape.members)}>`
      case "Choice":
        return this.#context.direction === "requests" ? union(shape.members) : "number"
      case "Integer":
      case "Double":
        return "number"
      case "Boolean":
        return "boolean"
      case "List":
        return `ReadonlyArray<${this.type(shape.item)}>`
      case "Tuple":
        return `readonly [${shape.items.map((of) => this.type(of)).join(", ")}]`
      case "Dictionary":
        return `Readonly<Record<string, ${shape.value === undefined ? "unknown" : this.type(shape.value)}>>`
      case "Union":
        return shape.members.map((of) => this.type(of)).join(" | ")
      case "Nullable":
        return this.#nullableList(shape) === undefined ? `${this.type(shape.of)} | null` : this.type(shape.of)
    }
  }

  codec(shape: Component): string {
    switch (shape._tag) {
      case "Reference":
        return this.#reference(shape)
      case "Text":
        return this.#text(shape)
      case "Pattern":
        return pure(
          `${this.#context.imports.schema("String")}.check(${pure(`${this.#context.imports.schema("isPattern")}(${regExp(shape.pattern)})`)})`
        )
      case "DateTime":
        return this.#context.imports.value(wire, "DateTimeString")
      case "Uuid":
        return this.#context.imports.value(wire, "Uuid")
      case "Literal":
        return pure(`${this.#context.imports.schema("Literal")}(${literal(shape.value)})`)
      case "Enumeration":
        return pure(
          `${this.#context.imports.value(wire, this.#context.direction === "requests" ? "closed" : "open")}([${shape.members.map(literal).join(", ")}])`
        )
      case "Choice":
        return this.#context.direction === "requests"
          ? pure(`${this.#context.imports.schema("Literals")}([${shape.members.map(literal).join(", ")}])`)
          : this.#context.imports.schema("Int")
      case "Integer":
        return this.#integer(shape)
      case "Double":
        return this.#context.imports.schema("Finite")
      case "Boolean":
        return this.#context.imports.schema("Boolean")
      case "List":
        return this.#list(shape)
      case "Tuple":
        return pure(`${this.#context.imports.schema("Tuple")}([${shape.items.map((of) => this.codec(of)).join(", ")}])`)
      case "Struct":
        return pure(
          `${this.#context.imports.schema("Struct")}({\n${shape.fields.map((field) => this.#property(field)).join(",\n")}\n})`
        )
      case "Dictionary":
        return pure(
          `${this.#context.imports.schema("Record")}(${this.#context.imports.schema("String")}, ${shape.value === undefined ? this.#context.imports.schema("Unknown") : this.codec(shape.value)})`
        )
      case "Union":
        return pure(
          `${this.#context.imports.schema("Union")}([${shape.members.map((of) => this.codec(of)).join(", ")}])`
        )
      case "Nullable": {
        const list = this.#nullableList(shape)
        return list === undefined
          ? pure(`${this.#context.imports.schema("NullOr")}(${this.codec(shape.of)})`)
          : pure(`${this.#context.imports.value(wire, "listOrNull")}(${this.codec(list)})`)
      }
    }
  }

  /** The codec of a time depends on the unit, which the name of the field can imply. */
  valueOf(field: Named): string {
    return this.#time(field) ?? this.codec(field.shape)
  }

  #property(field: Field): string {
    const value = this.valueOf(field)
    return `${key(field.name)}: ${field.required ? value : pure(`${this.#context.imports.schema("optionalKey")}(${value})`)}`
  }

  #reference(shape: Shape & { readonly _tag: "Reference" }): string {
    const known = this.#context.facts.decimals[shape.name]
    if (known !== undefined) return this.#context.imports.value(fixedPoint, known.codec)
    const name = this.#names.component(shape.name)
    return this.#names.isLater?.(shape.name) === true
      ? pure(
          `${this.#context.imports.schema("suspend")}((): ${this.#context.imports.schema("Codec")}<${name}> => ${name})`
        )
      : name
  }

  #text(shape: Shape & { readonly _tag: "Text" }): string {
    const { maxLength, minLength } = shape
    if (maxLength !== undefined)
      return pure(`${this.#context.imports.value(wire, "textOfLength")}(${minLength}, ${maxLength})`)
    return minLength === 0
      ? this.#context.imports.schema("String")
      : pure(`${this.#context.imports.value(wire, "textOfLength")}(${minLength})`)
  }

  #integer(shape: Shape & { readonly _tag: "Integer" }): string {
    const { maximum, minimum } = shape
    if (minimum === int32.minimum && maximum === int32.maximum) return this.#context.imports.value(wire, "Int32")
    if (maximum !== undefined) {
      return pure(
        `${this.#context.imports.value(wire, "integerBetween")}(${minimum ?? Number.MIN_SAFE_INTEGER}, ${maximum})`
      )
    }
    return minimum === undefined
      ? this.#context.imports.schema("Int")
      : pure(`${this.#context.imports.value(wire, "integerFrom")}(${minimum})`)
  }

  #list(shape: Shape & { readonly _tag: "List" }): string {
    const { maxItems, minItems } = shape
    const item = this.codec(shape.item)
    if (maxItems !== undefined) {
      return pure(`${this.#context.imports.value(wire, "listOfLength")}(${item}, ${minItems}, ${maxItems})`)
    }
    return minItems === 0
      ? pure(`${this.#context.imports.schema("Array")}(${item})`)
      : pure(`${this.#context.imports.value(wire, "listOfLength")}(${item}, ${minItems})`)
  }

  /** Returns a list whose null decodes to an empty list. Returns undefined for any other shape. */
  #nullableList(shape: Shape & { readonly _tag: "Nullable" }): Shape | undefined {
    return this.#context.direction === "responses" && shape.of._tag === "List" && shape.of.minItems === 0
      ? shape.of
      : undefined
  }

  /**
   * Codecs of times in requests reject a number in the wrong unit. A time with an upper bound needs no such codec.
   */
  #time({ name, shape }: Named): string | undefined {
    if (this.#context.direction !== "requests" || shape._tag !== "Integer" || shape.maximum !== undefined)
      return undefined
    switch (unitOf(this.#context.facts, this.#names.owner, name)) {
      case seconds:
        return shape.minimum === undefined
          ? this.#context.imports.value(wire, "UnixSeconds")
          : pure(`${this.#context.imports.value(wire, "unixSecondsFrom")}(${shape.minimum})`)
      case milliseconds:
        return shape.minimum === undefined ? this.#context.imports.value(wire, "UnixMillis") : undefined
      default:
        return undefined
    }
  }
}

const regExp = (pattern: string): string => String(new RegExp(pattern, "u"))
