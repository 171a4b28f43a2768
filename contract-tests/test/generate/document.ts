/** A small document that uses every supported keyword of JSON Schema. */
import { resolver, type JsonSchema } from "../../src/judge/JsonSchema.ts"

export const schemas = {
  Decimal: { type: "string", pattern: "^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]{1,6})?$" },
  Side: { type: "string", enum: ["yes", "no"] },
  Everything: {
    type: "object",
    required: ["id", "status", "price", "count", "levels", "created", "flag", "tagged"],
    properties: {
      id: { type: "string", format: "uuid" },
      status: { $ref: "#/components/schemas/Side" },
      price: { $ref: "#/components/schemas/Decimal", deprecated: true },
      settled: { anyOf: [{ $ref: "#/components/schemas/Decimal" }, { type: "null" }] },
      count: { type: "integer" },
      small: { type: "integer", format: "int32", minimum: -5 },
      share: { type: ["integer", "null"], format: "int64", minimum: 0, maximum: 100, default: 1 },
      ratio: { type: "number", format: "double", exclusiveMinimum: 0, exclusiveMaximum: 1 },
      strike: { type: ["number", "null"] },
      levels: {
        type: "array",
        items: {
          type: "array",
          prefixItems: [{ $ref: "#/components/schemas/Decimal" }, { $ref: "#/components/schemas/Decimal" }],
          items: false,
          minItems: 2,
          maxItems: 2
        }
      },
      created: { type: "string", format: "date-time" },
      day: { type: "string", format: "date" },
      link: { type: "string", format: "uri" },
      mail: { type: "string", format: "email" },
      flag: { type: "boolean" },
      nickname: { type: "string", minLength: 2, maxLength: 4 },
      title: { type: ["string", "null"] },
      tags: { type: "array", items: { type: "string", enum: ["a", "b", "c"] }, uniqueItems: true, maxItems: 2 },
      flags: { type: "array", items: { type: "integer" }, minItems: 1 },
      details: { type: "object" },
      anything: {},
      sources: { type: "object", additionalProperties: { type: "string" } },
      sealed: { type: "object", properties: { a: { type: "string" } }, additionalProperties: false },
      tagged: {
        oneOf: [
          {
            type: "object",
            required: ["type", "value"],
            properties: { type: { const: "number" }, value: { type: "number" } }
          },
          {
            type: "object",
            required: ["type", "value"],
            properties: { type: { const: "text" }, value: { type: "string" } }
          }
        ]
      },
      mixed: { allOf: [{ type: "integer", minimum: 3 }, { maximum: 9 }] }
    }
  },
  Tree: {
    type: "object",
    required: ["name", "children"],
    properties: {
      name: { type: "string" },
      children: { type: "array", items: { $ref: "#/components/schemas/Tree" } },
      parent: { anyOf: [{ $ref: "#/components/schemas/Tree" }, { type: "null" }] }
    }
  }
} satisfies Record<string, JsonSchema>

export const resolve = resolver({ components: { schemas } })

export const everything: JsonSchema = { $ref: "#/components/schemas/Everything" }
export const tree: JsonSchema = { $ref: "#/components/schemas/Tree" }
