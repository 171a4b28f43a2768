/**
 * The reference document, loaded on first use, and its operation for each operation of the client.
 *
 * @module
 */
import type { ClientOperation } from "../operations/ClientOperations.ts"
import * as Requests from "../operations/Requests.ts"
import * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import * as Conformance from "../judge/Conformance.ts"
import * as Coverage from "../generate/Coverage.ts"
import { resolver, type Json, type JsonObject, type JsonSchema } from "../judge/JsonSchema.ts"

const lazy = <A>(make: () => A): (() => A) => {
  let cached: { readonly value: A } | undefined
  return () => (cached ??= { value: make() }).value
}

export const document: () => ReferenceDocument.ReferenceDocument = /*#__PURE__*/ lazy(() => ReferenceDocument.load())

export const conformance: () => Conformance.Conformance = /*#__PURE__*/ lazy(() =>
  Conformance.make(resolver(document().document))
)

const coverage = /*#__PURE__*/ lazy(() => Coverage.make(conformance().judge))

/**
 * Returns the operation of the document.
 *
 * @throws If the document does not have the operation.
 */
export const referenceOf = ({ descriptor, name }: ClientOperation): ReferenceDocument.Operation => {
  const reference = document().operation(descriptor.operationId)
  if (reference === undefined) throw new Error(`${name}: the document has no operation ${descriptor.operationId}`)
  return reference
}

export const simplestInput = (client: ClientOperation): JsonObject => {
  const { input, sendable } = Requests.make(referenceOf(client), conformance().judge)
  return sendable(coverage().of(input)[0] as JsonObject) // The schema allows only objects.
}

export const coverageOf = (schema: JsonSchema): ReadonlyArray<Json> => coverage().of(schema)

export const validBody = (client: ClientOperation): Json => {
  const { schema } = referenceOf(client).success
  return schema === undefined ? {} : (coverageOf(schema)[0] ?? null)
}
