/** The subject of the properties: the reference document, and each operation's place in it. Loaded on first use. */
import type { ClientOperation } from "../operations/ClientOperations.ts"
import * as Requests from "../operations/Requests.ts"
import * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import * as Conformance from "../judge/Conformance.ts"
import * as Coverage from "../generate/Coverage.ts"
import { resolver, type Json, type JsonObject, type JsonSchema } from "../judge/JsonSchema.ts"

const once = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

/** The project's reference document. */
export const document: () => ReferenceDocument.ReferenceDocument = /*#__PURE__*/ once(() => ReferenceDocument.load())

/** The conformance checks for the reference document's schemas. */
export const conformance: () => Conformance.Conformance = /*#__PURE__*/ once(() =>
  Conformance.make(resolver(document().document))
)

const coverage = /*#__PURE__*/ once(() => Coverage.make(conformance().judge))

/**
 * The document's operation that a client's operation refers to.
 *
 * @throws If the document does not have it.
 */
export const referenceOf = ({ descriptor, name }: ClientOperation): ReferenceDocument.Operation => {
  const reference = document().operation(descriptor.operationId)
  if (reference === undefined) throw new Error(`${name}: the document has no operation ${descriptor.operationId}`)
  return reference
}

/** The plainest valid input that the client sends for an operation, with every field present. */
export const plainest = (client: ClientOperation): JsonObject => {
  const { input, sendable } = Requests.make(referenceOf(client), conformance().judge)
  return sendable(coverage().of(input)[0] as JsonObject) // the schema is that of an object
}

/** Valid values that cover a schema, the plainest first. */
export const coverageOf = (schema: JsonSchema): ReadonlyArray<Json> => coverage().of(schema)

/** The plainest valid body of an operation's success; `{}` if it has none. */
export const validBody = (client: ClientOperation): Json => {
  const { schema } = referenceOf(client).success
  return schema === undefined ? {} : (coverageOf(schema)[0] ?? null)
}
