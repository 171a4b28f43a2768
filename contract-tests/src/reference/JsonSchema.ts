/**
 * Defines the schemas of the reference documents: JSON Schema 2020-12, reduced to the keywords that the importer
 * accepts. A reference document has no other keyword, so tools need to support only this table.
 *
 * @module
 */

export type JsonType = "array" | "boolean" | "integer" | "null" | "number" | "object" | "string"

export type Json = boolean | null | number | string | ReadonlyArray<Json> | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * A schema of a reference document. Null is always a type: `["string", "null"]`, or the branch `{ "type": "null" }` of
 * an `anyOf`. `nullable` does not occur. `default` and `deprecated` are the only keywords that a schema has beside a
 * `$ref` or beside an `anyOf` with null.
 */
export interface JsonSchema {
  readonly $ref?: string
  readonly additionalProperties?: JsonSchema | boolean
  readonly allOf?: ReadonlyArray<JsonSchema>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly const?: Json
  readonly default?: Json
  readonly deprecated?: boolean
  readonly enum?: ReadonlyArray<Json>
  readonly exclusiveMaximum?: number
  readonly exclusiveMinimum?: number
  readonly format?: Format
  readonly items?: JsonSchema | false
  readonly maxItems?: number
  readonly maxLength?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly minLength?: number
  readonly minimum?: number
  readonly oneOf?: ReadonlyArray<JsonSchema>
  readonly pattern?: string
  readonly prefixItems?: ReadonlyArray<JsonSchema>
  readonly properties?: { readonly [name: string]: JsonSchema }
  readonly required?: ReadonlyArray<string>
  readonly type?: JsonType | ReadonlyArray<JsonType>
  readonly uniqueItems?: boolean
}

export type Format = "date-time" | "double" | "int32" | "int64" | "uuid"

/** A function can walk a schema by these kinds, without handling each keyword. */
export type KeywordKind =
  | "boolean"
  | "format"
  | "json"
  | "json-list"
  | "name-list"
  | "natural"
  | "number"
  | "pattern"
  | "reference"
  | "schema"
  | "schema-list"
  | "schema-map"
  | "schema-or-boolean"
  | "type"

export const keywords: { readonly [K in keyof Required<JsonSchema>]: KeywordKind } = {
  $ref: "reference",
  additionalProperties: "schema-or-boolean",
  allOf: "schema-list",
  anyOf: "schema-list",
  const: "json",
  default: "json",
  deprecated: "boolean",
  enum: "json-list",
  exclusiveMaximum: "number",
  exclusiveMinimum: "number",
  format: "format",
  items: "schema-or-boolean",
  maxItems: "natural",
  maxLength: "natural",
  maximum: "number",
  minItems: "natural",
  minLength: "natural",
  minimum: "number",
  oneOf: "schema-list",
  pattern: "pattern",
  prefixItems: "schema-list",
  properties: "schema-map",
  required: "name-list",
  type: "type",
  uniqueItems: "boolean"
}

export const formats: ReadonlyArray<Format> = ["date-time", "double", "int32", "int64", "uuid"]

export const types: ReadonlyArray<JsonType> = ["array", "boolean", "integer", "null", "number", "object", "string"]
