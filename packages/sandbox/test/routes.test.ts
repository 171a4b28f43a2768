import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { allRoutes } from "../src/rest/routes.ts"
import { source, targetUrl } from "./support/responses.ts"

const document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
} = JSON.parse(readFileSync(new URL("../../../fixtures/spec/rest.json", import.meta.url), "utf8"))

describe("allRoutes", () => {
  it("serves every operation of the published document exactly once", () => {
    const published = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId)
    )
    assert.deepStrictEqual(allRoutes.map(({ descriptor }) => descriptor.operationId).sort(), published.sort())
  })

  it("has generated schemas that match the current document", () => {
    assert.strictEqual(readFileSync(targetUrl, "utf8"), source())
  })
})
