/**
 * The shape of an operation's input, read from the schemas of its descriptor.
 *
 * @module
 */
import type { Descriptor } from "@kalshi-effect/client/Operation"
import type * as SchemaAST from "effect/SchemaAST"

/** The kind of a value. It decides how the text of the value is parsed. */
export type Shape =
  | { readonly _tag: "Text"; readonly expected: string | undefined }
  | { readonly _tag: "Number"; readonly expected: string | undefined }
  | { readonly _tag: "Boolean" }
  | { readonly _tag: "Enum"; readonly values: ReadonlyArray<string | number> }
  | { readonly _tag: "List"; readonly item: Shape }
  | { readonly _tag: "Object"; readonly fields: ReadonlyMap<string, Field> }
  | { readonly _tag: "Other" }

export interface Field {
  readonly name: string
  readonly required: boolean
  readonly shape: Shape
}

/** What the first check of a schema expects, such as `an integer from 1 to 100`. */
const expectedBy = (ast: SchemaAST.AST): string | undefined => {
  const expected = ast.checks?.[0]?.annotations?.["expected"]
  return typeof expected === "string" ? expected : undefined
}

const isLiteral = (ast: SchemaAST.AST): ast is SchemaAST.Literal & { readonly literal: string | number } =>
  ast._tag === "Literal" && (typeof ast.literal === "string" || typeof ast.literal === "number")

export const shapeOf = (ast: SchemaAST.AST): Shape => {
  switch (ast._tag) {
    case "String":
      return { _tag: "Text", expected: expectedBy(ast) }
    case "Number":
      return { _tag: "Number", expected: expectedBy(ast) }
    case "Boolean":
      return { _tag: "Boolean" }
    case "Arrays":
      return ast.rest[0] === undefined ? { _tag: "Other" } : { _tag: "List", item: shapeOf(ast.rest[0]) }
    case "Objects":
      return {
        _tag: "Object",
        fields: new Map(
          ast.propertySignatures.map(({ name, type }) => [
            String(name),
            { name: String(name), required: type.context?.isOptional !== true, shape: shapeOf(type) }
          ])
        )
      }
    case "Union": {
      if (ast.types.every(isLiteral)) return { _tag: "Enum", values: ast.types.map(({ literal }) => literal) }
      // A nullable field has the shape of its other values. `field:=null` writes null.
      const present = ast.types.filter(({ _tag }) => _tag !== "Null")
      return present.length === 1 ? shapeOf(present[0]!) : { _tag: "Other" }
    }
    default:
      return { _tag: "Other" }
  }
}

export const fieldsOf = ({ body, pathParameters, query }: Descriptor): ReadonlyMap<string, Field> => {
  const fields = new Map<string, Field>()
  for (const [name, { required, schema }] of Object.entries({ ...pathParameters, ...query })) {
    fields.set(name, { name, required, shape: shapeOf(schema.ast) })
  }
  const inBody = body === undefined ? undefined : shapeOf(body.ast)
  if (inBody?._tag === "Object") for (const [name, field] of inBody.fields) fields.set(name, field)
  return fields
}

/** The fields of an object, or of the items of a list of objects. */
export const objectIn = (shape: Shape): ReadonlyMap<string, Field> | undefined =>
  shape._tag === "Object" ? shape.fields : shape._tag === "List" ? objectIn(shape.item) : undefined

export const valuesIn = (shape: Shape): ReadonlyArray<string> | undefined => {
  switch (shape._tag) {
    case "Enum":
      return shape.values.map(String)
    case "Boolean":
      return ["true", "false"]
    case "List":
      return valuesIn(shape.item)
    default:
      return undefined
  }
}
