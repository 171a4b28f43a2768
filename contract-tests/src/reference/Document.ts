/**
 * Defines the types that the REST and the WebSocket reference documents share.
 *
 * @module
 */
import type { JsonObject, JsonSchema } from "./JsonSchema.ts"

export interface NamedSchema {
  readonly name: string
  readonly schema: JsonSchema
  /** The JSON Pointer of the schema in the document. */
  readonly pointer: string
}

export interface Source {
  /** Example: `OpenAPI 3.0.0`. */
  readonly format: string
  readonly version: string
  /** YYYY-MM-DD. Undefined if unknown. */
  readonly published: string | undefined
  /** Of the published document's bytes, in hexadecimal. */
  readonly sha256: string
  /** This project's corrections. Undefined for a document without an overlay. */
  readonly overlay: { readonly entries: number; readonly sha256: string } | undefined
}

/** The version alone is ambiguous: several documents can share it. */
export const nameOf = ({ published, version }: Source): string =>
  published === undefined ? version : `${version} (${published})`

export interface Document {
  readonly source: Source
  /** The complete document, for a validator that resolves references itself. */
  readonly document: JsonObject
  /** Sorted by name. */
  readonly schemas: ReadonlyArray<NamedSchema>
  readonly schema: (name: string) => JsonSchema | undefined
  /** Example of a reference: `#/components/schemas/Market`. */
  readonly resolve: (reference: string) => JsonSchema | undefined
  /** Follows `$ref` to the final target. */
  readonly deref: (schema: JsonSchema) => JsonSchema
}

export class InvalidDocument extends Error {
  override readonly name = "InvalidDocument"
}
