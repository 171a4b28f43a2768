import { assert, describe, it } from "@effect/vitest"
import { InvalidDocument } from "../../src/reference/Document.ts"
import * as ReferenceDocument from "../../src/reference/ReferenceDocument.ts"

const reference = ReferenceDocument.load()

const countBy = <A>(items: Iterable<A>, key: (item: A) => string): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const item of items) {
    counts[key(item)] = (counts[key(item)] ?? 0) + 1
  }
  return counts
}

const get = (id: string): ReferenceDocument.Operation => reference.operation(id) ?? assert.fail(`no operation ${id}`)

describe("ReferenceDocument.load", () => {
  it("reads every operation", () => {
    assert.lengthOf(reference.operations, 128)
    assert.deepStrictEqual(
      countBy(reference.operations, ({ method }) => method),
      { DELETE: 11, GET: 84, POST: 21, PUT: 12 }
    )
    assert.deepStrictEqual(
      countBy(reference.operations, ({ tags }) => tags.join()),
      {
        account: 4,
        "api-keys": 4,
        communications: 28,
        events: 7,
        exchange: 4,
        fcm: 11,
        historical: 8,
        "incentive-programs": 1,
        "live-data": 7,
        market: 9,
        milestone: 2,
        multivariate: 3,
        "order-groups": 7,
        orders: 11,
        portfolio: 18,
        search: 2,
        "structured-targets": 2
      }
    )
    assert.lengthOf(
      reference.operations.filter(({ deprecated }) => deprecated),
      4
    )
  })

  it("distinguishes public from signed operations", () => {
    assert.lengthOf(
      reference.operations.filter(({ security }) => security.length === 0),
      41
    )
    const signed = ["kalshiAccessKey", "kalshiAccessSignature", "kalshiAccessTimestamp"]
    assert.deepStrictEqual(get("GetOrderGroup").security, [signed])
    assert.deepStrictEqual(get("GetFills").security, [signed, ["kalshiOauthAccessToken"]])
    assert.deepStrictEqual(get("GetExchangeStatus").security, [])
  })

  it("reads the responses, with and without a body", () => {
    const responses = reference.operations.flatMap((operation) => [...operation.responses.values()])
    // The published document has 549 responses. The overlay adds a 429 to the 123 operations that do not declare it.
    assert.lengthOf(responses, 549 + 123)
    assert.deepStrictEqual(
      countBy(responses, ({ status }) => String(status)),
      {
        200: 101,
        201: 14,
        204: 13,
        400: 90,
        401: 103,
        403: 26,
        404: 54,
        409: 11,
        429: 128,
        500: 128,
        503: 3,
        504: 1
      }
    )
    const bodiless = responses.filter(({ schema }) => schema === undefined)
    assert.deepStrictEqual(
      countBy(bodiless, ({ status }) => String(status)),
      { 200: 1, 201: 1, 204: 13 }
    )
    assert.deepStrictEqual(get("GetExchangeStatus").responses.get(503)?.schema, {
      $ref: "#/components/schemas/ExchangeStatus"
    })
  })

  it("resolves shared parameters, and makes the defaults of their keywords explicit", () => {
    assert.deepStrictEqual(get("GetOrderGroup").parameters, [
      {
        deprecated: false,
        explode: false,
        in: "path",
        name: "order_group_id",
        pointer: "/components/parameters/OrderGroupIdPath/schema",
        required: true,
        schema: { type: "string" },
        style: "simple"
      },
      {
        deprecated: false,
        explode: true,
        in: "query",
        name: "subaccount",
        pointer: "/components/parameters/SubaccountQuery/schema",
        required: false,
        schema: { minimum: 0, type: "integer" },
        style: "form"
      }
    ])
    const paged = reference.operations.filter(({ parameters }) => parameters.some(({ name }) => name === "cursor"))
    assert.lengthOf(paged, 29)
    for (const { id, parameters, path } of reference.operations) {
      const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name)
      assert.deepStrictEqual([...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name).sort(), inPath.sort(), id)
    }
  })

  it("reads required and optional request bodies", () => {
    assert.deepStrictEqual(get("CreateOrderV2").requestBody, {
      pointer: "/paths/~1portfolio~1events~1orders/post/requestBody/content/application~1json/schema",
      required: true,
      schema: { $ref: "#/components/schemas/CreateOrderV2Request" }
    })
    const bodies = reference.operations.flatMap(({ id, requestBody }) =>
      requestBody === undefined ? [] : [{ id, requestBody }]
    )
    assert.lengthOf(bodies, 33)
    assert.deepStrictEqual(
      bodies
        .filter(({ requestBody }) => !requestBody.required)
        .map(({ id }) => id)
        .sort(),
      [
        "AcceptBlockTradeProposal",
        "ConfirmQuote",
        "ConfirmRFQBatchQuote",
        "ConfirmRFQQuote",
        "CreateSubaccount",
        "ResetOrderGroup",
        "TriggerOrderGroup"
      ]
    )
  })

  it("returns schemas by name and by reference", () => {
    const schema = reference.schema("Market")
    assert.isDefined(schema)
    assert.strictEqual(reference.resolve("#/components/schemas/Market"), schema)
    assert.strictEqual(reference.deref({ $ref: "#/components/schemas/Market" }), schema)
    assert.isUndefined(reference.schema("Nothing"))
    assert.isUndefined(reference.resolve("#/components/schemas/Nothing"))
    assert.isUndefined(reference.resolve("https://example.com"))
    assert.isUndefined(reference.operation("Nothing"))
  })

  it("distinguishes the schemas that requests use from those that responses use", () => {
    const both = [...reference.requestSchemas].filter((name) => reference.responseSchemas.has(name)).sort()
    assert.deepStrictEqual(both, [
      "ApiKeyScope",
      "ApiKeyType",
      "BookSide",
      "EmptyResponse",
      "ExchangeIndex",
      "ExchangeInstance",
      "RFQBatchStatus",
      "RestingMarginReservation",
      "SelfTradePreventionType"
    ])
    const unused = reference.schemas.filter(
      ({ name }) => !reference.requestSchemas.has(name) && !reference.responseSchemas.has(name)
    )
    // No operation has used these bodies since June 2026.
    assert.deepStrictEqual(
      unused.map(({ name }) => name),
      [
        "AmendOrderRequest",
        "AmendOrderResponse",
        "BatchCancelOrdersIndividualResponse",
        "BatchCancelOrdersRequest",
        "BatchCancelOrdersRequestOrder",
        "BatchCancelOrdersResponse",
        "BatchCreateOrdersIndividualResponse",
        "BatchCreateOrdersRequest",
        "BatchCreateOrdersResponse",
        "CreateOrderRequest",
        "CreateOrderResponse"
      ]
    )
  })
})

describe("ReferenceDocument.loadHistory", () => {
  it("reads the older documents, which have no overlay", () => {
    for (const [name, operations, schemas] of [
      ["3.28.0-2026-08-22", 107, 179],
      ["3.13.0", 89, 149]
    ] as const) {
      const older = ReferenceDocument.loadHistory(name)
      assert.lengthOf(older.operations, operations)
      assert.lengthOf(older.schemas, schemas)
      assert.strictEqual(older.source.version, name.split("-")[0])
      assert.isUndefined(older.source.overlay)
    }
  })
})

describe("ReferenceDocument.make", () => {
  it("applies the document's security to operations that declare no security", () => {
    const secured = ReferenceDocument.make({ ...reference.document, security: [{ kalshiAccessKey: [] }] })
    assert.deepStrictEqual(secured.operation("GetExchangeStatus")?.security, [["kalshiAccessKey"]])
    assert.deepStrictEqual(secured.operation("GetOrderGroup")?.security, get("GetOrderGroup").security)
  })

  const text = JSON.stringify(reference.document)

  it("rejects invalid documents", () => {
    const faults: ReadonlyArray<readonly [json: unknown, message: RegExp]> = [
      [null, /^document: expected an object$/],
      [{}, /^\/openapi: expected a string$/],
      [{ ...reference.document, openapi: "3.0.0" }, /^\/openapi: expected version 3\.1\.$/],
      [{ ...reference.document, "x-more": 1 }, /vendor extension/],
      [JSON.parse(text.replace('"type":"boolean"', '"type":"boolean","nullable":true')), /unknown schema keyword/],
      [JSON.parse(text.replace('"type":"boolean"', '"type":"bool"')), /not a type: "bool"/],
      [
        JSON.parse(text.replace('"operationId":"GetOrder"', '"operationId":"GetOrders"')),
        /^\/paths: expected distinct operation ids$/
      ],
      [
        JSON.parse(text.replace('"operationId":"GetOrder"', '"summary":"A sentence.","operationId":"GetOrder"')),
        /prose/
      ]
    ]
    for (const [json, message] of faults) {
      assert.throws(() => ReferenceDocument.make(json), InvalidDocument, message)
    }
  })
})
