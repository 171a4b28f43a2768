import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { routes } from "../../src/rest/routes.ts"

const document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
} = JSON.parse(readFileSync(new URL("../../../../fixtures/spec/rest.json", import.meta.url), "utf8"))

describe("routes", () => {
  it("serves every operation of the published document exactly once", () => {
    const published = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId)
    )
    assert.deepStrictEqual(routes.map(({ descriptor }) => descriptor.operationId).sort(), published.sort())
  })
})
