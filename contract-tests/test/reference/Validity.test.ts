import { assert, describe, it } from "@effect/vitest"
import { Validator } from "@seriousme/openapi-schema-validator"
import Ajv from "ajv"
import addFormats from "ajv-formats"
import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fixture } from "../../src/reference/internal/fixtures.ts"

const read = (name: string): Record<string, unknown> => JSON.parse(readFileSync(fixture(`spec/${name}`), "utf8"))

const named = (prefix: string): ReadonlyArray<string> => [
  `${prefix}.json`,
  ...readdirSync(fixture("spec/history/")).flatMap((name) => (name.startsWith(`${prefix}-`) ? [`history/${name}`] : []))
]

describe("fixtures/spec", () => {
  it("contains REST documents that are valid OpenAPI 3.1", async () => {
    for (const name of named("rest")) {
      const validator = new Validator()
      const result = await validator.validate(read(name))
      assert.deepStrictEqual(result.errors ?? [], [], name)
      assert.isTrue(result.valid, name)
      assert.strictEqual(validator.version, "3.1", name)
    }
  })

  it("contains feed documents that are valid AsyncAPI 3", () => {
    // The main entry of the package would load every version of the AsyncAPI schema.
    const schema: object = createRequire(import.meta.url)("@asyncapi/specs/schemas/3.0.0.json")
    const ajv = new Ajv.default({ allErrors: true, logger: false, meta: false, strict: false, validateSchema: false })
    addFormats.default(ajv)
    const validate = ajv.compile(schema)
    for (const name of named("feed")) {
      assert.isTrue(validate(read(name)), `${name}: ${ajv.errorsText(validate.errors)}`)
    }
  })
})
