/**
 * Converts JSON Schemas to shapes. An unsupported keyword is a fault, and so is a keyword in a schema where it has no
 * meaning.
 *
 * @module
 */
import { type Faults, isInteger, isRecord, isText, type Json, type Keys } from "./faults.ts"
import type { Component, Default, Field, Shape } from "./shape.ts"

export const int32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }

/** A placeholder for a schema that could not be read. No code is generated from a document with a fault. */
const unreadable: Shape = { _tag: "Boolean" }

/** For example, `order_groups` becomes `OrderGroups`. */
export const pascal = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("")

const compiles = (pattern: string): boolean => {
  try {
    return new RegExp(pattern, "u").unicode
  } catch {
    return false
  }
}

export const defaultOf = (faults: Faults, json: unknown, pointer: string): Default => {
  const byDefault = isRecord(json) ? json["default"] : undefined
  if (byDefault !== undefined && !["string", "number", "boolean"].includes(typeof byDefault)) {
    faults.add(`${pointer}/default`, "only text, numbers and booleans are supported as defaults")
  }
  return byDefault as Default // The type was just checked.
}

const readEnumeration = <A extends string | number>(
  faults: Faults,
  keys: Keys,
  pointer: string,
  isNullable: boolean,
  is: (member: unknown) => member is A
): ReadonlyArray<A> => {
  const all = faults.items(keys.take("enum"), `${pointer}/enum`)
  const members = all.map(([member]) => member).filter(is)
  const hasNull = all.some(([member]) => member === null)
  if (members.length === 0) faults.add(`${pointer}/enum`, "an enum must have a member")
  if (members.length + Number(hasNull) < all.length || new Set(members).size < members.length) {
    faults.add(`${pointer}/enum`, "members must have the schema's type, and no member may appear twice")
  }
  if (hasNull !== isNullable) faults.add(`${pointer}/enum`, "null must be in both `type` and `enum`, or in neither")
  return members
}

const readPattern = (faults: Faults, keys: Keys, pointer: string): Shape => {
  const source = keys.text("pattern") ?? ""
  if (!compiles(source)) faults.add(`${pointer}/pattern`, "not a regular expression")
  return { _tag: "Pattern", pattern: source }
}

const readText = (faults: Faults, keys: Keys, pointer: string, isNullable: boolean): Shape => {
  if (keys.has("const")) return { _tag: "Literal", value: keys.text("const") ?? "" }
  if (keys.has("enum"))
    return { _tag: "Enumeration", members: readEnumeration(faults, keys, pointer, isNullable, isText) }
  if (keys.has("pattern")) return readPattern(faults, keys, pointer)
  const format = keys.text("format")
  if (format === "date-time") return { _tag: "DateTime" }
  if (format === "uuid") return { _tag: "Uuid" }
  if (format !== undefined) faults.add(`${pointer}/format`, "this format of text is not supported")
  return { _tag: "Text", minLength: keys.count("minLength") ?? 0, maxLength: keys.count("maxLength") }
}

const readInteger = (faults: Faults, keys: Keys, pointer: string, isNullable: boolean): Shape => {
  const format = keys.text("format")
  if (format !== undefined && format !== "int32" && format !== "int64") {
    faults.add(`${pointer}/format`, "this format of integers is not supported")
  }
  if (keys.has("enum"))
    return { _tag: "Choice", members: readEnumeration(faults, keys, pointer, isNullable, isInteger) }
  const bounds = format === "int32" ? int32 : { minimum: undefined, maximum: undefined }
  const minimum = keys.integer("minimum") ?? bounds.minimum
  const maximum = keys.integer("maximum") ?? bounds.maximum
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    faults.add(pointer, "no integer lies between these bounds")
  }
  return { _tag: "Integer", minimum, maximum }
}

const readDouble = (faults: Faults, keys: Keys, pointer: string): Shape => {
  const format = keys.text("format")
  if (format !== undefined && format !== "double") {
    faults.add(`${pointer}/format`, "this format of numbers is not supported")
  }
  return { _tag: "Double" }
}

/**
 * Converts schemas to components. An object with known fields inside another schema also becomes a component. Its name
 * is derived from its location.
 */
export class SchemaReader {
  readonly #faults: Faults
  readonly #known: Json
  readonly #components: Map<string, Component>
  readonly #typeName: (name: string) => string

  /** `typeName` converts the name of a component in the document to its name in the code. Default: the same name. */
  constructor(
    faults: Faults,
    known: Json,
    components: Map<string, Component>,
    typeName: (name: string) => string = (name) => name
  ) {
    this.#faults = faults
    this.#known = known
    this.#components = components
    this.#typeName = typeName
  }

  component(name: string, json: unknown, pointer: string): void {
    this.#add(name, this.#read(json, pointer, name), pointer)
  }

  /** Converts a schema inside another schema. An object with known fields becomes the component `name`. */
  inline(json: unknown, pointer: string, name: string): Shape {
    return this.#named(this.#read(json, pointer, name), pointer, name)
  }

  #array(keys: Keys, pointer: string, name: string): Shape {
    const minItems = keys.count("minItems") ?? 0
    const maxItems = keys.count("maxItems")
    if (!keys.has("prefixItems")) {
      return {
        _tag: "List",
        item: this.inline(keys.take("items"), `${pointer}/items`, `${name}Item`),
        minItems,
        maxItems
      }
    }
    const items = this.#faults
      .items(keys.take("prefixItems"), `${pointer}/prefixItems`)
      .map(([item, at], index) => this.inline(item, at, `${name}Item${index}`))
    if (keys.take("items") !== false || minItems !== items.length || (maxItems ?? items.length) !== items.length) {
      this.#faults.add(pointer, "only tuples of a fixed length are supported")
    }
    return { _tag: "Tuple", items }
  }

  #field(key: string, json: unknown, pointer: string, name: string, required: boolean): Field {
    // If the field were absent from an object, code would read the member of the prototype instead.
    if (key in {}) this.#faults.add(pointer, "every JavaScript object has a member of this name")
    return {
      name: key,
      shape: this.inline(json, pointer, `${name}${pascal(key)}`),
      required,
      deprecated: isRecord(json) && json["deprecated"] === true,
      byDefault: defaultOf(this.#faults, json, pointer)
    }
  }

  #object(keys: Keys, pointer: string, name: string): Component {
    if (!keys.has("properties")) {
      const value = keys.take("additionalProperties") ?? true
      const shape = value === true ? undefined : this.inline(value, `${pointer}/additionalProperties`, `${name}Value`)
      return { _tag: "Dictionary", value: shape }
    }
    const required = new Set(this.#faults.items(keys.take("required"), `${pointer}/required`).map(([key]) => key))
    const fields = this.#faults
      .entries(keys.take("properties"), `${pointer}/properties`)
      .map(([key, property, at]) => this.#field(key, property, at, name, required.delete(key)))
    for (const key of required)
      this.#faults.add(`${pointer}/required`, `${JSON.stringify(key)} is required, but is not a property`)
    return { _tag: "Struct", fields }
  }

  #anyOf(keys: Keys, pointer: string, name: string): Shape {
    const all = this.#faults.items(keys.take("anyOf"), `${pointer}/anyOf`)
    const some = all.filter(([member]) => !(isRecord(member) && member["type"] === "null"))
    const shapes = some.map(([member, at], index) =>
      this.inline(member, at, some.length === 1 ? name : `${name}Option${index}`)
    )
    const [first] = shapes
    if (first === undefined) {
      this.#faults.add(`${pointer}/anyOf`, "expected at least one member that is not null")
      return unreadable
    }
    const shape: Shape = shapes.length === 1 ? first : { _tag: "Union", members: shapes }
    return some.length < all.length ? { _tag: "Nullable", of: shape } : shape
  }

  #reference(ref: string | undefined, pointer: string): Shape {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(ref ?? "")?.[1]
    if (name !== undefined && Object.hasOwn(this.#known, name)) {
      return { _tag: "Reference", name: this.#typeName(name) }
    }
    this.#faults.add(`${pointer}/$ref`, "expected a reference to a schema of the document")
    return unreadable
  }

  #typed(keys: Keys, pointer: string, name: string): Component {
    const types = keys.take("type")
    const isNullable = Array.isArray(types) && types.includes("null")
    const [type, ...others] = (Array.isArray(types) ? types : [types]).filter((item) => item !== "null")
    const shape = others.length > 0 ? undefined : this.#ofType(type, keys, pointer, name, isNullable)
    if (shape === undefined) {
      this.#faults.add(`${pointer}/type`, "expected one supported type, alone or together with null")
      return unreadable
    }
    return isNullable ? { _tag: "Nullable", of: this.#named(shape, pointer, name) } : shape
  }

  #ofType(type: unknown, keys: Keys, pointer: string, name: string, isNullable: boolean): Component | undefined {
    switch (type) {
      case "string":
        return readText(this.#faults, keys, pointer, isNullable)
      case "integer":
        return readInteger(this.#faults, keys, pointer, isNullable)
      case "number":
        return readDouble(this.#faults, keys, pointer)
      case "boolean":
        return { _tag: "Boolean" }
      case "array":
        return this.#array(keys, pointer, name)
      case "object":
        return this.#object(keys, pointer, name)
      default:
        return undefined
    }
  }

  #read(json: unknown, pointer: string, name: string): Component {
    const keys = this.#faults.keys(json, pointer)
    keys.take("default")
    keys.flag("deprecated")
    const shape = keys.has("$ref")
      ? this.#reference(keys.text("$ref"), pointer)
      : keys.has("anyOf")
        ? this.#anyOf(keys, pointer, name)
        : this.#typed(keys, pointer, name)
    keys.finish()
    return shape
  }

  #add(known: string, component: Component, pointer: string): void {
    const name = this.#typeName(known)
    if (this.#components.has(name)) this.#faults.add(pointer, `there are two components ${name}`)
    this.#components.set(name, component)
  }

  /**
   * Adds an object with known fields as a component, and returns a reference to it. Returns any other shape unchanged.
   */
  #named(component: Component, pointer: string, name: string): Shape {
    if (component._tag !== "Struct") return component
    this.#add(name, component, pointer)
    return { _tag: "Reference", name: this.#typeName(name) }
  }
}
