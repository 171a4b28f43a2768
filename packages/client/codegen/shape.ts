/**
 * The shapes of values on the wire that the generator supports.
 *
 * @module
 */

/** The shape of a component. It is the same in requests and in responses. */
export type Component = Shape | Struct

/** An object with known fields. Only a component can be a struct: other shapes refer to it by name. */
export interface Struct {
  readonly _tag: "Struct"
  readonly fields: ReadonlyArray<Field>
}

export type Shape =
  | { readonly _tag: "Reference"; readonly name: string }
  | { readonly _tag: "Text"; readonly minLength: number; readonly maxLength: number | undefined }
  | { readonly _tag: "Pattern"; readonly pattern: string }
  | { readonly _tag: "DateTime" }
  | { readonly _tag: "Uuid" }
  /** Exactly this text. A field of this shape tells what kind of object contains it. */
  | { readonly _tag: "Literal"; readonly value: string }
  | { readonly _tag: "Enumeration"; readonly members: ReadonlyArray<string> }
  /** One of a few integers. */
  | { readonly _tag: "Choice"; readonly members: ReadonlyArray<number> }
  | { readonly _tag: "Integer"; readonly minimum: number | undefined; readonly maximum: number | undefined }
  | { readonly _tag: "Double" }
  | { readonly _tag: "Boolean" }
  | { readonly _tag: "List"; readonly item: Shape; readonly minItems: number; readonly maxItems: number | undefined }
  | { readonly _tag: "Tuple"; readonly items: ReadonlyArray<Shape> }
  /** An object with any keys. If `value` is undefined, the values can be anything. */
  | { readonly _tag: "Dictionary"; readonly value: Shape | undefined }
  | { readonly _tag: "Union"; readonly members: ReadonlyArray<Shape> }
  | { readonly _tag: "Nullable"; readonly of: Shape }

/** The value that the exchange assumes for an absent field. */
export type Default = string | number | boolean | undefined

export interface Field {
  readonly name: string
  readonly shape: Shape
  readonly required: boolean
  readonly deprecated: boolean
  readonly byDefault: Default
}

export const references = (shape: Component): ReadonlyArray<string> => {
  switch (shape._tag) {
    case "Reference":
      return [shape.name]
    case "List":
      return references(shape.item)
    case "Tuple":
      return shape.items.flatMap(references)
    case "Struct":
      return shape.fields.flatMap((field) => references(field.shape))
    case "Dictionary":
      return shape.value === undefined ? [] : references(shape.value)
    case "Union":
      return shape.members.flatMap(references)
    case "Nullable":
      return references(shape.of)
    default:
      return []
  }
}

/** Whether the shape is an integer, or a nullable integer. A reference is followed only if `components` is set. */
export const isInteger = (shape: Component, components?: ReadonlyMap<string, Component>): boolean => {
  switch (shape._tag) {
    case "Nullable":
      return isInteger(shape.of, components)
    case "Reference": {
      const target = components?.get(shape.name)
      return target !== undefined && isInteger(target, components)
    }
    default:
      return shape._tag === "Integer" || shape._tag === "Choice"
  }
}
