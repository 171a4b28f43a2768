/**
 * Writes the type tests of all operations from the document: what each takes, answers, names as errors and needs.
 *
 * Run it with node to write `OperationTypes.test.ts` anew.
 */
import * as fs from "node:fs"
import * as ClientOperations from "../../../src/operations/ClientOperations.ts"
import * as Descriptors from "../../../src/operations/Descriptors.ts"
import { signingOf } from "../../../src/operations/Signing.ts"
import type * as ReferenceDocument from "../../../src/reference/ReferenceDocument.ts"
import { document, referenceOf } from "./client.ts"

export const target = new URL("../OperationTypes.test.ts", import.meta.url)

/** Answers that are not the document's type, and why. */
const otherAnswers: Readonly<Record<string, string>> = {
  // The private key is wrapped, so that it is never printed.
  GenerateApiKey: "ApiKeys.GeneratedApiKey"
}

const componentOf = (schema: ReferenceDocument.Response["schema"]): string => {
  const name = schema?.$ref?.slice("#/components/schemas/".length)
  if (name === undefined) throw new Error("a body that is no component")
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
      const name = Descriptors.named.get(status)
      return name === undefined ? [] : [`Errors.${name}`]
    }),
    ...payloads.map(
      ({ schema, status }) => `Errors.${Descriptors.common.get(status)}<Responses.${componentOf(schema)}>`
    ),
    ...(signingOf(reference) === "withKey" ? ["SigningError", "Errors.LimitExceeded"] : [])
  ])
}

/** The generated types of what an operation takes. */
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

const test = (client: ClientOperations.ClientOperation): string => {
  const reference = referenceOf(client)
  const { id, method, parameters, path, requestBody, success } = reference
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
  const answers =
    success.schema === undefined ? "void" : (otherAnswers[id] ?? `Responses.${componentOf(success.schema)}`)
  return `
  it("${client.name}: ${method} ${path}", () => {
    type Call = Signature<typeof ${client.name}>
    expectTypeOf<Call["required"]>().toEqualTypeOf<${names(required)}>()
    expectTypeOf<Call["optional"]>().toEqualTypeOf<${names(optional)}>()
    expectTypeOf<${wire(reference)}>().toExtend<Call["input"]>()
    expectTypeOf<Call["answers"]>().toEqualTypeOf<${answers}>()
    expectTypeOf<Call["fails"]>().toEqualTypeOf<${fails(reference)}>()
    expectTypeOf<Call["needs"]>().toEqualTypeOf<${needs(reference)}>()
    expectTypeOf<Call["refuses"]>().toEqualTypeOf<Errors.InvalidRequest>()
    expectTypeOf<Call["rehearses"]>().toEqualTypeOf<${needs(reference) === "KalshiWrite" ? "Errors.NotSent" : "never"}>()
  })
`
}

/** The whole file, but for the formatter's line breaks. */
export const render = (): string => {
  const modules = Object.keys(ClientOperations.modules)
  const tests = modules.map((module) => {
    const clients = ClientOperations.ofModule(module, ClientOperations.modules[module] ?? {})
    return `describe("${module}", () => {${clients.map(test).join("")}})\n`
  })
  return `/**
 * What the compiler knows of each operation, against the document: \`tsc -b\` judges it. Written by
 * \`node contract-tests/test/operations/support/operationTypes.ts\`, and compared with what that writes by the first test.
 */
import * as fs from "node:fs"
${modules.map((module) => `import type * as ${module} from "@kalshi-effect/client/${module}"`).join("\n")}
import type { KalshiPublic, KalshiRead, KalshiWrite } from "@kalshi-effect/client/Capability"
import type * as Errors from "@kalshi-effect/client/Errors"
import type * as Parameters from "@kalshi-effect/client/generated/parameters"
import type * as Requests from "@kalshi-effect/client/generated/requests"
import type * as Responses from "@kalshi-effect/client/generated/responses"
import type { SigningError } from "@kalshi-effect/signing/SigningError"
import { assert, describe, expectTypeOf, it } from "vitest"
import { normal, render, target } from "./support/operationTypes.ts"
import type { Signature, Values } from "./support/signature.ts"

describe("the type tests", () => {
  it("are those that the document asks for", () => {
    assert.strictEqual(normal(fs.readFileSync(target, "utf8")), normal(render()))
  })
})

describe("Signature", () => {
  type Call = Signature<typeof Orders.get>

  it("sees what is declared and not listed, and what is listed and not declared", () => {
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
    // @ts-expect-error -- it can be answered 404
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()
    // @ts-expect-error -- it is never answered 409
    expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound | Errors.Conflict>()
    // @ts-expect-error -- it takes an id
    expectTypeOf<Call["required"]>().toEqualTypeOf<never>()
    // @ts-expect-error -- it takes nothing else
    expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount">()
    // @ts-expect-error -- the id is no number
    expectTypeOf<{ readonly order_id: number }>().toExtend<Call["input"]>()
    // @ts-expect-error -- it answers one order
    expectTypeOf<Call["answers"]>().toEqualTypeOf<Responses.GetOrdersResponse>()
    // @ts-expect-error -- it changes nothing
    expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()
  })
})

${tests.join("\n")}`
}

/** A text without what a formatter may change: white space, and the bar before the first member of a union. */
export const normal = (text: string): string => text.replaceAll(/\s+/g, "").replaceAll("<|", "<").replaceAll("=|", "=")

if (import.meta.main) fs.writeFileSync(target, render())
