/**
 * Checks the TypeScript types of the operations against the document. Writes type assertions to a temporary module, and
 * compiles this module.
 */
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import * as ClientOperations from "../../../src/operations/ClientOperations.ts"
import * as Descriptors from "../../../src/operations/Descriptors.ts"
import { signingOf } from "../../../src/operations/Signing.ts"
import type * as ReferenceDocument from "../../../src/reference/ReferenceDocument.ts"
import { document, referenceOf } from "./client.ts"

/** The responses whose type in the client differs from the document, each with this type. */
const otherResponses: Readonly<Record<string, string>> = {
  // The private key is wrapped in Redacted, so that it is never printed.
  GenerateApiKey: "ApiKeys.GeneratedApiKey"
}

const componentOf = (schema: ReferenceDocument.Response["schema"]): string => {
  const name = schema?.$ref?.slice("#/components/schemas/".length)
  if (name === undefined) throw new Error("the schema of a body must refer to a component")
  return name
}

const union = (members: ReadonlyArray<string>): string => (members.length === 0 ? "never" : members.join(" | "))

const names = (fields: ReadonlyArray<string>): string => union(fields.map((field) => JSON.stringify(field)))

const needs = ({ method, security }: ReferenceDocument.Operation): string =>
  security.length === 0 ? "KalshiPublic" : method === "GET" ? "KalshiRead" : "KalshiWrite"

const fails = (reference: ReferenceDocument.Operation): string => {
  const payloads = Descriptors.payloads(reference)
  return union([
    ...reference.errors.flatMap(({ status }) => {
      const name = Descriptors.declaredErrors.get(status)
      return name === undefined ? [] : [`Errors.${name}`]
    }),
    ...payloads.map(
      ({ schema, status }) => `Errors.${Descriptors.commonErrors.get(status)}<Responses.${componentOf(schema)}>`
    ),
    ...(signingOf(reference) === "withKey" ? ["SigningError", "Errors.LimitExceeded"] : [])
  ])
}

/** The generated type of the input. */
const wire = ({ id, parameters, requestBody }: ReferenceDocument.Operation): string => {
  const has = (place: string): boolean => parameters.some((parameter) => parameter.in === place)
  const properties = requestBody === undefined ? undefined : document.deref(requestBody.schema).properties
  const parts = [
    ...(has("path") ? [`Values<typeof Parameters.${id}Path>`] : []),
    ...(has("query") ? [`Values<typeof Parameters.${id}Query>`] : []),
    ...(properties === undefined ? [] : [`Requests.${componentOf(requestBody?.schema)}`])
  ]
  return parts.length === 0 ? "void" : parts.join(" & ")
}

export interface Assertion {
  readonly subject: string
  /** One line, so that the line number of an error identifies the assertion. */
  readonly code: string
}

export const assertionsOf = (client: ClientOperations.ClientOperation): ReadonlyArray<Assertion> => {
  const reference = referenceOf(client)
  const { id, parameters, requestBody, success } = reference
  const body = requestBody === undefined ? {} : document.deref(requestBody.schema)
  const members = Object.keys(body.properties ?? {})
  const isRequired = (name: string): boolean => body.required?.includes(name) === true
  const required = [
    ...parameters.flatMap((parameter) => (parameter.required ? [parameter.name] : [])),
    ...members.filter(isRequired)
  ]
  const optional = [
    ...parameters.flatMap((parameter) => (parameter.required ? [] : [parameter.name])),
    ...members.filter((name) => !isRequired(name))
  ]
  const response =
    success.schema === undefined ? "void" : (otherResponses[id] ?? `Responses.${componentOf(success.schema)}`)
  const call = `Signature<typeof ${client.name}>`
  const equals = (part: string, type: string): Assertion => ({
    subject: `${client.name} ${part}`,
    code: `expectTypeOf<${call}["${part}"]>().toEqualTypeOf<${type}>()`
  })
  return [
    equals("required", names(required)),
    equals("optional", names(optional)),
    { subject: `${client.name} input`, code: `expectTypeOf<${wire(reference)}>().toExtend<${call}["input"]>()` },
    equals("response", response),
    equals("fails", fails(reference)),
    equals("needs", needs(reference)),
    equals("refuses", "Errors.InvalidRequest"),
    equals("dryRun", needs(reference) === "KalshiWrite" ? "Errors.NotSent" : "never")
  ]
}

const imports = [
  ...Object.keys(ClientOperations.modules).map(
    (module) => `import type * as ${module} from "@kalshi-effect/client/${module}"`
  ),
  'import type { KalshiPublic, KalshiRead, KalshiWrite } from "@kalshi-effect/client/Capability"',
  'import type * as Errors from "@kalshi-effect/client/Errors"',
  'import type * as Parameters from "@kalshi-effect/client/generated/parameters"',
  'import type * as Requests from "@kalshi-effect/client/generated/requests"',
  'import type * as Responses from "@kalshi-effect/client/generated/responses"',
  'import type { SigningError } from "@kalshi-effect/signing/SigningError"',
  'import { expectTypeOf } from "vitest"',
  `import type { Signature, Values } from ${JSON.stringify(fileURLToPath(new URL("signature.ts", import.meta.url)))}`
]

const inPackage = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** Returns the subjects of the wrong assertions. Throws if the compiler reports another error. */
export const failing = (assertions: ReadonlyArray<Assertion>): ReadonlyArray<string> => {
  const cache = inPackage("node_modules/.cache")
  fs.mkdirSync(cache, { recursive: true })
  // The folder is inside the package, so that the imports of the module resolve.
  const folder = fs.mkdtempSync(`${cache}/operation-types-`)
  try {
    fs.writeFileSync(`${folder}/types.ts`, [...imports, ...assertions.map(({ code }) => code)].join("\n"))
    const compilerOptions = {
      noEmit: true,
      composite: false,
      incremental: false,
      types: ["node"],
      noUnusedLocals: false
    }
    fs.writeFileSync(
      `${folder}/tsconfig.json`,
      JSON.stringify({
        extends: inPackage("../tsconfig.base.json"),
        compilerOptions: {
          ...compilerOptions,
          rewriteRelativeImportExtensions: false,
          allowImportingTsExtensions: true
        },
        files: ["types.ts"]
      })
    )
    const tsc = inPackage("../node_modules/typescript/lib/tsc.js")
    const { status, stderr, stdout } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8"
    })
    const errors = `${stdout}${stderr}`.split("\n").filter((line) => /^\S/.test(line))
    const subjects = errors.map((error) => {
      const line = Number(/^types\.ts\((\d+),/.exec(error)?.[1])
      const assertion = assertions[line - imports.length - 1]
      if (assertion === undefined) throw new Error(`the compiler failed: ${error}`)
      return assertion.subject
    })
    if ((status === 0) !== (subjects.length === 0)) throw new Error(`the compiler ended with exit code ${status}`)
    return [...new Set(subjects)]
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}
