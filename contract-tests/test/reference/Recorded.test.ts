import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { fixture } from "../../src/reference/internal/fixtures.ts"
import * as ReferenceDocument from "../../src/reference/ReferenceDocument.ts"
import { judge } from "./support.ts"

interface Recording {
  readonly file: string
  readonly operation?: string
  readonly schema?: string
  readonly status: number
  readonly body: unknown
}

const folder = fixture("recorded/")

const recordings: ReadonlyArray<Recording> = readdirSync(folder)
  .filter((name) => name.endsWith(".jsonl"))
  .sort()
  .flatMap((file) =>
    readFileSync(new URL(file, folder), "utf8")
      .trimEnd()
      .split("\n")
      .map((line): Recording => ({ file, ...JSON.parse(line) }))
  )

const pointerOf = (reference: ReferenceDocument.ReferenceDocument, { operation, schema, status }: Recording): string =>
  schema === undefined
    ? (reference.operation(operation ?? "")?.responses.get(status)?.pointer ?? assert.fail(`${operation} ${status}`))
    : `/components/schemas/${schema}`

const violations = (reference: ReferenceDocument.ReferenceDocument): ReadonlyArray<string> => {
  const accepts = judge(reference.document)
  return recordings.flatMap((recording) => {
    const fault = accepts(pointerOf(reference, recording), recording.body)
    return fault === undefined ? [] : [`${recording.file} ${recording.operation ?? recording.schema}: ${fault}`]
  })
}

const reference = ReferenceDocument.load()

const valuesOf = (name: string): ReadonlyArray<unknown> => {
  const found: Array<unknown> = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(visit)
    } else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        if (key === name) {
          found.push(member)
        }
        visit(member)
      }
    }
  }
  recordings.forEach(({ body }) => visit(body))
  return found
}

describe("fixtures/recorded", () => {
  it("contains fifty responses", () => {
    assert.lengthOf(recordings, 50)
  })

  it("contains only bodies that are valid in the reference document", () => {
    assert.deepStrictEqual(violations(reference), [])
  })

  it("lacks three fields in some bodies, so the overlay must make these fields optional", () => {
    const required: ReadonlyArray<readonly [schema: string, field: string, bodies: number]> = [
      ["Fill", "exchange_index", 8],
      ["MarketPosition", "exchange_index", 6],
      ["Market", "settlement_bounds_type", 4]
    ]
    for (const [schema, field, bodies] of required) {
      const strict = structuredClone(reference.document) as {
        readonly components: { readonly schemas: Record<string, { required: Array<string> }> }
      }
      strict.components.schemas[schema]?.required.push(field)
      const faults = violations(ReferenceDocument.make(strict))
      assert.lengthOf(faults, bodies, `${schema}.${field}`)
      assert.isTrue(faults.every((fault) => fault.includes(`must have required property '${field}'`)))
    }
  })

  it("has consistent ids of orders, RFQs and fills", () => {
    const orders = new Set(valuesOf("order_id"))
    const created = new Set(valuesOf("id"))
    const quoted = valuesOf("creator_order_id")
    const requested = valuesOf("rfq_id")
    assert.lengthOf(quoted, 2)
    assert.lengthOf(requested, 4)
    assert.isTrue(quoted.every((id) => orders.has(id)))
    assert.isTrue(requested.every((id) => created.has(id)))
    assert.deepStrictEqual(valuesOf("fill_id"), valuesOf("trade_id"))
  })

  it("has amounts with the decimal places of the exchange", () => {
    const places = (name: string): ReadonlyArray<number> => [
      ...new Set(valuesOf(name).map((value) => String(value).split(".")[1]?.length ?? 0))
    ]
    assert.deepStrictEqual(places("market_exposure_dollars"), [6])
    assert.deepStrictEqual(places("balance_dollars"), [4])
    assert.deepStrictEqual(places("position_fp"), [2])
  })
})
