/** The common parts of the readers of the REST and the WebSocket reference documents. */
import type { JsonObject, JsonSchema } from "./JsonSchema.ts"

/** A named schema. */
export interface NamedSchema {
  readonly name: string
  readonly schema: JsonSchema
  /** JSON pointer of the schema in the document. */
  readonly pointer: string
}

/** The origin of a document. */
export interface Source {
  /** The format of the published document, as `OpenAPI 3.0.0`. */
  readonly format: string
  /** The published document's own version. */
  readonly version: string
  /** The date of publication: YYYY-MM-DD. Undefined if unknown. */
  readonly published: string | undefined
  /** SHA-256 of the published document's bytes, in hexadecimal. */
  readonly sha256: string
  /** The overlay that was applied, or undefined for an older document, which has none. */
  readonly overlay: { readonly entries: number; readonly sha256: string } | undefined
}

/** A document's version and date: several documents share one version. */
export const nameOf = ({ published, version }: Source): string =>
  published === undefined ? version : `${version} (${published})`

/** A reference document, read. */
export interface Document {
  readonly source: Source
  /** The whole document, for a validator that resolves references itself. */
  readonly document: JsonObject
  /** Every component schema, by name. */
  readonly schemas: ReadonlyArray<NamedSchema>
  /** The component schema of this name, or undefined. */
  readonly schema: (name: string) => JsonSchema | undefined
  /** The target of a local reference (`#/components/schemas/Market`), or undefined. */
  readonly resolve: (reference: string) => JsonSchema | undefined
  /** The schema itself, or the final target of its `$ref`. */
  readonly deref: (schema: JsonSchema) => JsonSchema
}

/** The value is not a reference document. */
export class InvalidDocument extends Error {
  override readonly name = "InvalidDocument"
}
