/** Small documents, and the code that the generator writes for them. */
import * as Effect from "effect/Effect"
import { build, type Plugin } from "esbuild"
import { fileURLToPath } from "node:url"
import type { Facts } from "../../../codegen/facts.ts"
import { type Generated, generate } from "../../../codegen/generate.ts"

export type Json = { readonly [key: string]: unknown }

interface Parts {
  readonly schemas?: Json
  /** Components that are the body of a request. */
  readonly requests?: ReadonlyArray<string>
  /** Components that are the body of a response. */
  readonly responses?: ReadonlyArray<string>
  readonly shared?: Json
  readonly paths?: Json
}

const body = (name: string) => ({
  content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } }
})

export const documentOf = ({ paths = {}, requests = [], responses = [], schemas = {}, shared = {} }: Parts): Json => ({
  openapi: "3.1.0",
  info: { title: "test", version: "1.2.3", "x-source": { version: "1.2.3", published: "2026-01-02", sha256: "5ba0" } },
  components: { schemas, parameters: shared },
  paths: {
    ...Object.fromEntries(
      requests.map((name) => [
        `/in/${name}`,
        { post: { operationId: `Post${name}`, requestBody: body(name), responses: { "204": { description: "" } } } }
      ])
    ),
    ...Object.fromEntries(
      responses.map((name) => [
        `/out/${name}`,
        { get: { operationId: `Get${name}`, responses: { "200": body(name) } } }
      ])
    ),
    ...paths
  }
})

export const responseOf = (schema: Json, others: Json = {}): Json =>
  documentOf({ schemas: { ...others, Out: schema }, responses: ["Out"] })

export const noFacts: Facts = {
  decimals: {},
  units: {},
  docs: { fields: {}, replacements: {}, inputs: {}, suggestions: {} }
}

export const filesOf = (document: Json, facts: Facts = noFacts): Promise<ReadonlyMap<string, string>> =>
  Effect.runPromise(
    Effect.map(
      generate(document, facts),
      ({ files }) => new Map(files.map(({ name, text }): [string, string] => [name, text]))
    )
  )

export const faultsOf = (document: Json, facts: Facts = noFacts): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(
    Effect.match(generate(document, facts), {
      onFailure: ({ message }) => message.split("\n"),
      onSuccess: ({ files }: Generated) => files.map(({ name }) => `generated ${name}`)
    })
  )

/** Removes the imports, the header and the purity annotations from generated code. */
export const declarationsOf = (text: string): string =>
  text
    .slice(text.search(/^(?:const|export) /m))
    .replaceAll("/*#__PURE__*/ ", "")
    .trim()

export type Outcome = { readonly value: unknown } | { readonly pointer: string; readonly reason: string }

export interface Running {
  readonly decode: (file: "requests" | "responses", name: string, value: unknown) => Outcome
  readonly parameters: Readonly<
    Record<string, Readonly<Record<string, { readonly required: boolean; readonly style: string }>>>
  >
  readonly decodeParameter: (constant: string, name: string, value: unknown) => Outcome
}

const generated = fileURLToPath(new URL("../../../src/generated/", import.meta.url))

const entry = `
import * as Result from "effect/Result"
import * as SchemaParser from "effect/SchemaParser"
import { firstViolation } from "../wire/issue.ts"
import * as parameters from "./parameters.ts"
import * as requests from "./requests.ts"
import * as responses from "./responses.ts"
const files = { requests, responses }
const decodeWith = (schema, value, options) => {
  const result = SchemaParser.decodeUnknownResult(schema, options)(value)
  return Result.isSuccess(result) ? { value: result.success } : firstViolation(result.failure)
}
export const decode = (file, name, value) =>
  decodeWith(files[file][name], value, file === "requests" ? { onExcessProperty: "error" } : undefined)
export const decodeParameter = (constant, name, value) => decodeWith(parameters[constant][name].schema, value)
export { parameters }
`

export const run = async (document: Json, facts: Facts = noFacts): Promise<Running> => {
  const files = await filesOf(document, facts)
  const virtual: Plugin = {
    name: "generated",
    setup: ({ onLoad, onResolve }) => {
      onResolve({ filter: /^\.\/(?:parameters|requests|responses)\.ts$/ }, ({ path }) => ({
        path: path.slice(2),
        namespace: "generated"
      }))
      onLoad({ filter: /.*/, namespace: "generated" }, ({ path }) => ({
        contents: files.get(path)!,
        loader: "ts",
        resolveDir: generated
      }))
    }
  }
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: generated, loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "neutral",
    plugins: [virtual],
    write: false
  })
  const code = Buffer.from(outputFiles[0]!.contents).toString("base64")
  return (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as Running // the entry exports these functions
}
