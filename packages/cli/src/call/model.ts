/**
 * The entries of the catalog: the names, fields and docs of the operations. With the catalog, the command lists and
 * completes operations without loading them.
 *
 * @module
 */

/** A field of an operation's input, or of an object inside it. */
export interface FieldEntry {
  readonly doc: string
  readonly required: boolean
  /** The permitted values. Undefined if the schema does not list them. */
  readonly values?: ReadonlyArray<string>
  /** The fields of the object, or of each object in the list. Undefined if the field contains no object. */
  readonly fields?: Readonly<Record<string, FieldEntry>>
  /** Whether the field is a list of objects. */
  readonly isList?: true
}

export interface OperationEntry {
  /** The name by which users call it, such as `OrderGroups.get`. */
  readonly name: string
  /** The id in the published document, such as `GetOrderGroup`. */
  readonly id: string
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly path: string
  readonly access: "public" | "read" | "write"
  readonly doc: string
  /** Whether the response is a page of a list. */
  readonly paged: boolean
  /** Whether the response contains a private key. */
  readonly secret: boolean
  /** The fields of the input, by name: path, query and body. */
  readonly fields: Readonly<Record<string, FieldEntry>>
}
