/**
 * The entries of the catalog: the names, fields and docs of the operations. With the catalog, the command lists and
 * completes operations without loading them.
 *
 * @module
 */

export interface FieldEntry {
  readonly doc: string
  readonly required: boolean
  /** The permitted values of an enum or a boolean. */
  readonly values?: ReadonlyArray<string>
  /** The fields of the object, or of each object in the list. */
  readonly fields?: Readonly<Record<string, FieldEntry>>
  /** Whether the field is a list of objects. */
  readonly isList?: true
}

export interface OperationEntry {
  /** The name by which users call the operation, such as `OrderGroups.get`. */
  readonly name: string
  /** The id in the published document, such as `GetOrderGroup`. */
  readonly id: string
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly path: string
  readonly access: "public" | "read" | "write"
  readonly doc: string
  readonly paged: boolean
  /** Whether the response contains a private key. */
  readonly secret: boolean
  readonly fields: Readonly<Record<string, FieldEntry>>
}
