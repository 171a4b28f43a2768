/**
 * Prints what the client's operations have left to do against the reference document, one line each with its file and
 * line. A process of its own: it loads the generated code that was just written.
 *
 * @module
 */
import { readFileSync } from "node:fs"
import { join, relative } from "node:path"
import * as ClientOperations from "../src/operations/ClientOperations.ts"
import * as Descriptors from "../src/operations/Descriptors.ts"
import * as ReferenceDocument from "../src/reference/ReferenceDocument.ts"

const root = join(import.meta.dirname, "../..")
const packageFolder = join(root, "packages/client")
const { exports }: { readonly exports: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(packageFolder, "package.json"), "utf8")
)
const fileOf = (module: string): string => join(packageFolder, exports[`./${module}`] ?? "")
const sourceOf = (module: string): string => readFileSync(fileOf(module), "utf8")

const document = ReferenceDocument.load()
const checks = [...Descriptors.checks(document), Descriptors.deprecated(document, sourceOf)]

for (const { at, check, expected, got, operation } of Descriptors.findings(ClientOperations.all, document, checks)) {
  const client = ClientOperations.all.find(({ descriptor }) => descriptor.operationId === operation)
  const file = client === undefined ? "" : fileOf(client.module)
  const line =
    client === undefined
      ? 0
      : readFileSync(file, "utf8")
          .slice(0, sourceOf(client.module).indexOf(`"${operation}"`))
          .split("\n").length
  const reference = document.operation(operation)
  const where =
    client === undefined
      ? `packages/client/src/rest (${reference?.method} ${reference?.path})`
      : `${relative(root, file)}:${line}`
  console.log(`${where}: ${operation} ${check}${at === "" ? "" : ` ${at}`}: expected ${expected}, got ${got}`)
}
