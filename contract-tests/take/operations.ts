/**
 * Prints what the client's operations have left to do against the reference document, one line each with its file and
 * line. A process of its own: it loads the generated code that was just written.
 *
 * @module
 */
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import * as ClientOperations from "../src/operations/ClientOperations.ts"
import * as Descriptors from "../src/operations/Descriptors.ts"
import { document, inputs, modules, sourceOf } from "../test/operations/support/client.ts"

const root = join(import.meta.dirname, "../..")
const checks = [...Descriptors.checks(document), Descriptors.deprecated(document, sourceOf, inputs)]

for (const { at, check, expected, got, operation } of Descriptors.findings(ClientOperations.all, document, checks)) {
  const client = ClientOperations.all.find(({ descriptor }) => descriptor.operationId === operation)
  const url = client === undefined ? undefined : modules.get(client.module)
  const file = url === undefined ? "" : fileURLToPath(url)
  const line =
    client === undefined
      ? 0
      : sourceOf(client.module)
          .slice(0, sourceOf(client.module).indexOf(`"${operation}"`))
          .split("\n").length
  const reference = document.operation(operation)
  const where =
    client === undefined
      ? `packages/client/src/rest (${reference?.method} ${reference?.path})`
      : `${relative(root, file)}:${line}`
  console.log(`${where}: ${operation} ${check}${at === "" ? "" : ` ${at}`}: expected ${expected}, got ${got}`)
}
