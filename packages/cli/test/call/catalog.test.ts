import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { catalogSource } from "../../codegen/catalog.ts"
import { catalog } from "../../src/call/generated/catalog.ts"
import { fieldsOf } from "../../src/call/fields.ts"
import { load } from "../../src/call/operations.ts"

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8")

const documented = (): ReadonlyArray<string> => {
  const { paths } = JSON.parse(read("../../../../fixtures/spec/rest.json")) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>
  }
  return Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ operationId }) => operationId ?? [])
  )
}

describe("catalog", () => {
  it("has every operation of the published document, once", () => {
    assert.deepStrictEqual(catalog.map(({ id }) => id).toSorted(), documented().toSorted())
    assert.strictEqual(new Set(catalog.map(({ name }) => name.toLowerCase())).size, catalog.length)
  })

  it("has as many operations as the README says", () => {
    assert.include(read("../../README.md"), `reaches all ${catalog.length} operations`)
  })

  it("has the operations, fields and docs of the client: `pnpm codegen:cli` updates it", async () => {
    assert.strictEqual(read("../../src/call/generated/catalog.ts"), await catalogSource())
  })

  it("documents the operations and their fields", () => {
    const undocumented = catalog.flatMap(({ doc, fields, name }) => [
      ...(doc === "" ? [name] : []),
      ...Object.entries(fields).flatMap(([field, entry]) => (entry.doc === "" ? [`${name} ${field}`] : []))
    ])
    assert.deepStrictEqual(undocumented, [])
  })
})

describe("load", () => {
  it("loads the operation of every name", async () => {
    for (const { id, name } of catalog) assert.strictEqual((await load(name)).descriptor.operationId, id)
  })
})

describe("fieldsOf", () => {
  it("knows the shape of every field of every operation", async () => {
    for (const { name } of catalog) {
      for (const field of fieldsOf((await load(name)).descriptor).values()) {
        assert.notStrictEqual(field.shape._tag, "Other", `${name} ${field.name}`)
      }
    }
  })
})
