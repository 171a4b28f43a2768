import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { documentOf, filesOf, type Json } from "./support/documents.ts"

const client = fileURLToPath(new URL("../../", import.meta.url))
const tsc = fileURLToPath(new URL("../../../../node_modules/typescript/bin/tsc", import.meta.url))

/** Compiles generated code together with a module that uses it. Returns the compiler's output. */
const compile = async (document: Json, use: string): Promise<string> => {
  // The folder is inside the package, so that imports of its modules and its dependencies resolve.
  await mkdir(`${client}node_modules/.cache`, { recursive: true })
  const folder = await mkdtemp(`${client}node_modules/.cache/codegen-`)
  try {
    const pathOf = (name: string) => `${folder}/${name}`
    const withSourcePaths = (text: string) => text.replaceAll('"../', '"../../../src/')
    for (const [name, text] of await filesOf(document)) await writeFile(pathOf(name), withSourcePaths(text))
    await writeFile(pathOf("use.ts"), use)
    const config = { extends: `${client}tsconfig.test.json`, include: ["*.ts"], references: [] }
    await writeFile(
      pathOf("tsconfig.json"),
      JSON.stringify({ ...config, compilerOptions: { rootDir: client, incremental: false, plugins: [] } })
    )
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", folder]).catch(
      (failed: { stdout: string }) => failed
    )
    return stdout.replaceAll(/^.*codegen-\w+\//gm, "")
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe("the generated types", () => {
  it("are correct for many schema forms", { timeout: 60_000 }, async () => {
    const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
    const list = (items: Json, more: Json = {}): Json => ({ type: "array", items, ...more })
    const properties: Json = {
      text: { type: "string", minLength: 1 },
      form: { type: "string", pattern: "^a$" },
      when: { type: "string", format: "date-time" },
      id: { type: "string", format: "uuid" },
      side: { type: "string", enum: ["yes", "no"] },
      step: { type: "integer", enum: [1, 60] },
      size: { type: "integer", minimum: 1 },
      ratio: { type: ["number", "null"] },
      flag: { type: "boolean" },
      pairs: list({
        type: "array",
        prefixItems: [ref("Name"), { type: "integer" }],
        items: false,
        minItems: 2,
        maxItems: 2
      }),
      few: list({ type: "string" }, { maxItems: 2 }),
      any: { type: "object" },
      map: { type: "object", additionalProperties: ref("Tree") },
      either: { anyOf: [ref("Name"), ref("Tree"), { type: "null" }] },
      inner: { type: "object", properties: { "odd-name": { type: "string" } } }
    }
    const schemas: Json = {
      Name: { type: "string" },
      Free: { type: "object" },
      Tree: { type: "object", required: ["free"], properties: { free: ref("Free"), branches: list(ref("Tree")) } },
      All: { type: "object", required: Object.keys(properties), properties },
      None: { type: "object", properties: { all: ref("All") } }
    }
    const use = `
import * as Schema from "effect/Schema"
import * as Requests from "./requests.ts"
import * as Responses from "./responses.ts"
declare const response: Responses.All
declare const request: Requests.All
export const member: string = response.side
// @ts-expect-error -- an open enum has further members
export const known: "yes" | "no" = response.side
export const closed: "yes" | "no" = request.side
export const step: 1 | 60 = request.step
// @ts-expect-error -- an open enum has further members
export const open: 1 | 60 = response.step
export const pair: readonly [string, number] | undefined = response.pairs[0]
export const deep: ReadonlyArray<Responses.Tree> | undefined = response.map["x"]?.branches?.[0]?.branches
export const odd: string | undefined = response.inner["odd-name"]
export const codec: Schema.Codec<Responses.None> = Responses.None
// @ts-expect-error -- an optional field can be absent, but not undefined
export const none: Requests.None = { all: undefined }
// @ts-expect-error -- readonly
response.flag = true
`
    const document = documentOf({ schemas, requests: ["None"], responses: ["None"] })
    assert.strictEqual(await compile(document, use), "")
  })
})
