/**
 * From JSON Schema to shapes. Reads the keywords that the reference document uses and no more: one that is unknown, or
 * that stands where it means nothing, is a fault and never a guess.
 *
 * @module
 */
import { type Faults, isInteger, isRecord, isText, type Json, type Keys } from "./faults.ts"
import type { Component, Default, Field, Shape } from "./shape.ts"

/** The bounds of a 32-bit integer. */
export const int32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }

/** Stands in for what could not be read; a document with a fault is never emitted. */
const unreadable: Shape = { _tag: "Boolean" }

/** `order_groups` as a piece of a type's name: `OrderGroups`. */
const pascal = (name: string): string =>
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

/** The default that a schema states. */
export const defaultOf = (faults: Faults, json: unknown, pointer: string): Default => {
  const byDefault = isRecord(json) ? json["default"] : undefined
  if (byDefault !== undefined && !["string", "number", "boolean"].includes(typeof byDefault)) {
    faults.add(`${pointer}/default`, "of defaults, only text, numbers and booleans are known")
  }
  return byDefault as Default // just checked
}

/** Reads schemas. `name` is what an object is called that stands inside another shape. */
export interface SchemaReader {
  readonly component: (name: string, json: unknown, pointer: string) => void
  readonly inline: (json: unknown, pointer: string, name: string) => Shape
}

/** A reader that puts components, those of objects inside objects included, where it is told. */
export const makeSchemaReader = (faults: Faults, known: Json, components: Map<string, Component>): SchemaReader => {
  const enumeration = <A extends string | number>(
    keys: Keys,
    pointer: string,
    isNullable: boolean,
    is: (member: unknown) => member is A
  ): ReadonlyArray<A> => {
    const all = faults.items(keys.take("enum"), `${pointer}/enum`)
    const members = all.map(([member]) => member).filter(is)
    const hasNull = all.some(([member]) => member === null)
    if (members.length === 0) faults.add(`${pointer}/enum`, "an enum without members")
    if (members.length + Number(hasNull) < all.length || new Set(members).size < members.length) {
      faults.add(`${pointer}/enum`, "members are of the schema's type, each once")
    }
    if (hasNull !== isNullable) faults.add(`${pointer}/enum`, "null is a member and no type, or the reverse")
    return members
  }

  const pattern = (keys: Keys, pointer: string): Shape => {
    const source = keys.text("pattern") ?? ""
    if (!compiles(source)) faults.add(`${pointer}/pattern`, "not a regular expression")
    return { _tag: "Pattern", pattern: source }
  }

  const text = (keys: Keys, pointer: string, isNullable: boolean): Shape => {
    if (keys.has("enum")) return { _tag: "Enumeration", members: enumeration(keys, pointer, isNullable, isText) }
    if (keys.has("pattern")) return pattern(keys, pointer)
    const format = keys.text("format")
    if (format === "date-time") return { _tag: "DateTime" }
    if (format === "uuid") return { _tag: "Uuid" }
    if (format !== undefined) faults.add(`${pointer}/format`, "this format of text is not known")
    return { _tag: "Text", minLength: keys.count("minLength") ?? 0, maxLength: keys.count("maxLength") }
  }

  const integer = (keys: Keys, pointer: string, isNullable: boolean): Shape => {
    const format = keys.text("format")
    if (format !== undefined && format !== "int32" && format !== "int64") {
      faults.add(`${pointer}/format`, "this format of integers is not known")
    }
    if (keys.has("enum")) return { _tag: "Choice", members: enumeration(keys, pointer, isNullable, isInteger) }
    const bounds = format === "int32" ? int32 : { minimum: undefined, maximum: undefined }
    const minimum = keys.integer("minimum") ?? bounds.minimum
    const maximum = keys.integer("maximum") ?? bounds.maximum
    if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
      faults.add(pointer, "no integer lies between these bounds")
    }
    return { _tag: "Integer", minimum, maximum }
  }

  const double = (keys: Keys, pointer: string): Shape => {
    const format = keys.text("format")
    if (format !== undefined && format !== "double") {
      faults.add(`${pointer}/format`, "this format of numbers is not known")
    }
    return { _tag: "Double" }
  }

  const array = (keys: Keys, pointer: string, name: string): Shape => {
    const minItems = keys.count("minItems") ?? 0
    const maxItems = keys.count("maxItems")
    if (!keys.has("prefixItems")) {
      return { _tag: "List", item: inline(keys.take("items"), `${pointer}/items`, `${name}Item`), minItems, maxItems }
    }
    const items = faults
      .items(keys.take("prefixItems"), `${pointer}/prefixItems`)
      .map(([item, at], index) => inline(item, at, `${name}Item${index}`))
    if (keys.take("items") !== false || minItems !== items.length || (maxItems ?? items.length) !== items.length) {
      faults.add(pointer, "of tuples, only those of a fixed length are known")
    }
    return { _tag: "Tuple", items }
  }

  const field = (key: string, json: unknown, pointer: string, name: string, required: boolean): Field => {
    // Absent from the JSON, it would still be found: on the prototype.
    if (key in {}) faults.add(pointer, "every object has a member of this name")
    return {
      name: key,
      shape: inline(json, pointer, `${name}${pascal(key)}`),
      required,
      deprecated: isRecord(json) && json["deprecated"] === true,
      byDefault: defaultOf(faults, json, pointer)
    }
  }

  const object = (keys: Keys, pointer: string, name: string): Component => {
    if (!keys.has("properties")) {
      const value = keys.take("additionalProperties") ?? true
      const shape = value === true ? undefined : inline(value, `${pointer}/additionalProperties`, `${name}Value`)
      return { _tag: "Dictionary", value: shape }
    }
    const required = new Set(faults.items(keys.take("required"), `${pointer}/required`).map(([key]) => key))
    const fields = faults
      .entries(keys.take("properties"), `${pointer}/properties`)
      .map(([key, property, at]) => field(key, property, at, name, required.delete(key)))
    for (const key of required) faults.add(`${pointer}/required`, `${JSON.stringify(key)} is not described`)
    return { _tag: "Struct", fields }
  }

  const anyOf = (keys: Keys, pointer: string, name: string): Shape => {
    const all = faults.items(keys.take("anyOf"), `${pointer}/anyOf`)
    const some = all.filter(([member]) => !(isRecord(member) && member["type"] === "null"))
    const shapes = some.map(([member, at], index) =>
      inline(member, at, some.length === 1 ? name : `${name}Option${index}`)
    )
    const [first] = shapes
    if (first === undefined) {
      faults.add(`${pointer}/anyOf`, "at least one member that is not null is expected here")
      return unreadable
    }
    const shape: Shape = shapes.length === 1 ? first : { _tag: "Union", members: shapes }
    return some.length < all.length ? { _tag: "Nullable", of: shape } : shape
  }

  const reference = (ref: string | undefined, pointer: string): Shape => {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(ref ?? "")?.[1]
    if (name !== undefined && Object.hasOwn(known, name)) return { _tag: "Reference", name }
    faults.add(`${pointer}/$ref`, "a reference to a schema of the document is expected here")
    return unreadable
  }

  const typed = (keys: Keys, pointer: string, name: string): Component => {
    const types = keys.take("type")
    const isNullable = Array.isArray(types) && types.includes("null")
    const [type, ...others] = (Array.isArray(types) ? types : [types]).filter((item) => item !== "null")
    const shape = others.length > 0 ? undefined : ofType(type, keys, pointer, name, isNullable)
    if (shape === undefined) {
      faults.add(`${pointer}/type`, "one known type is expected here, or one and null")
      return unreadable
    }
    return isNullable ? { _tag: "Nullable", of: named(shape, pointer, name) } : shape
  }

  const ofType = (
    type: unknown,
    keys: Keys,
    pointer: string,
    name: string,
    isNullable: boolean
  ): Component | undefined => {
    switch (type) {
      case "string":
        return text(keys, pointer, isNullable)
      case "integer":
        return integer(keys, pointer, isNullable)
      case "number":
        return double(keys, pointer)
      case "boolean":
        return { _tag: "Boolean" }
      case "array":
        return array(keys, pointer, name)
      case "object":
        return object(keys, pointer, name)
      default:
        return undefined
    }
  }

  const read = (json: unknown, pointer: string, name: string): Component => {
    const keys = faults.keys(json, pointer)
    keys.take("default")
    keys.flag("deprecated")
    const shape = keys.has("$ref")
      ? reference(keys.text("$ref"), pointer)
      : keys.has("anyOf")
        ? anyOf(keys, pointer, name)
        : typed(keys, pointer, name)
    keys.finish()
    return shape
  }

  const add = (name: string, component: Component, pointer: string): void => {
    if (components.has(name)) faults.add(pointer, `there are two components ${name}`)
    components.set(name, component)
  }

  /** Objects inside other shapes become components of their own, named after the place where they stand. */
  const named = (component: Component, pointer: string, name: string): Shape => {
    if (component._tag !== "Struct") return component
    add(name, component, pointer)
    return { _tag: "Reference", name }
  }

  const inline = (json: unknown, pointer: string, name: string): Shape =>
    named(read(json, pointer, name), pointer, name)

  return { component: (name, json, pointer) => add(name, read(json, pointer, name), pointer), inline }
}
