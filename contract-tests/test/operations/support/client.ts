/** The document, the client's operations, and functions that inject faults into operations. */
import * as fs from "node:fs"
import * as Operation from "@kalshi-effect/client/Operation"
import * as ClientOperations from "../../../src/operations/ClientOperations.ts"
import * as Subject from "../../../src/properties/Subject.ts"
import type * as Conformance from "../../../src/judge/Conformance.ts"

export { simplestInput, referenceOf, validBody } from "../../../src/properties/Subject.ts"

export const document = Subject.document()

export const conformance = Subject.conformance()

export const folder = new URL("../../../../packages/client/src/", import.meta.url)

const { exports }: { readonly exports: Readonly<Record<string, string>> } = JSON.parse(
  fs.readFileSync(new URL("../package.json", folder), "utf8")
)

/** The exported modules of the client and their source files, without generated modules. */
export const modules: ReadonlyMap<string, URL> = new Map(
  Object.entries(exports).flatMap(([path, file]) =>
    /^\.\/\w+$/.test(path) ? [[path.slice("./".length), new URL(`../${file}`, folder)] as const] : []
  )
)

export const sourceOf = (module: string): string => {
  const url = modules.get(module)
  if (url === undefined) throw new Error(`the client exports no ${module}`)
  return fs.readFileSync(url, "utf8")
}

/** The source of the input interfaces. */
export const inputs = fs.readFileSync(new URL("generated/inputs.ts", folder), "utf8")

export const named = (id: string): ClientOperations.ClientOperation => {
  const found = ClientOperations.all.find((client) => client.descriptor.operationId === id)
  if (found === undefined) throw new Error(`the client has no ${id}`)
  return found
}

export const withDescriptor = (
  id: string,
  change: (descriptor: Operation.Descriptor) => Partial<Operation.Descriptor>
): ClientOperations.ClientOperation => {
  const client = named(id)
  const descriptor: Operation.Descriptor = { ...client.descriptor, ...change(client.descriptor) }
  // The types of an operation with a fault match no real operation.
  const operation = Operation.make(descriptor as never) as unknown as ClientOperations.AnyOperation
  return { ...client, descriptor, operation }
}

/** Returns all operations, with `fault` in place of the operation with the same name. */
export const allWith = (fault: ClientOperations.ClientOperation): ReadonlyArray<ClientOperations.ClientOperation> =>
  ClientOperations.all.map((client) => (client.name === fault.name ? fault : client))

export const line = ({ check, expected, got, instance, note, pointer, replay, target }: Conformance.Failure): string =>
  `${target}: ${check} at ${JSON.stringify(pointer)} (${note}): expected ${expected}, got ${got}; ${JSON.stringify(instance).slice(0, 300)}${
    replay === undefined ? "" : `\n${replay}`
  }`
