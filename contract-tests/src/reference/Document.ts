/**
 * Defines the types that the REST and the WebSocket reference documents share.
 *
 * @module
 */
import type { JsonObject, JsonSchema } from "./JsonSchema.ts"

/** A named schema. */
export interface NamedSchema {
  readonly name: string
  readonly schema: JsonSchema
  /** The JSON Pointer of the schema in the document. */
  readonly pointer: string
}

/** The origin of a document. */
export interface Source {
  /** The format of the published document, such as `OpenAPI 3.0.0`. */
  readonly format: string
  /** The version of the published document. */
  readonly version: string
  /** The date of publication, YYYY-MM-DD. Undefined if unknown. */
  readonly published: string | undefined
  /** The SHA-256 of the published document's bytes, in hexadecimal. */
  readonly sha256: string
  /** The applied overlay: this project's corrections. Undefined for older documents, which have no overlay. */
  readonly overlay: { readonly entries: number; readonly sha256: string } | undefined
}

/** Returns the version and the date of a document. The version alone is ambiguous: several documents can share it. */
export const nameOf = ({ published, version }: Source): string =>
  published === undefined ? version : `${version} (${published})`

/** A parsed reference document. */
export interface Document {
  readonly source: Source
  /** The complete document, for a validator that resolves references itself. */
  readonly document: JsonObject
  /** Every component schema, sorted by name. */
  readonly schemas: ReadonlyArray<NamedSchema>
  /** Returns the component schema with this name, or undefined. */
  readonly schema: (name: string) => JsonSchema | undefined
  /** Returns the target of a local reference (`#/components/schemas/Market`), or undefined. */
  readonly resolve: (reference: string) => JsonSchema | undefined
  /** Returns the schema itself, or the final target of its `$ref`. */
  readonly deref: (schema: JsonSchema) => JsonSchema
}

/** The error for a value that is not a reference document. */
export class InvalidDocument extends Error {
  override readonly name = "InvalidDocument"
}
