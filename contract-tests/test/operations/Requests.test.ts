import { assert, describe, it } from "@effect/vitest"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Parameters from "@kalshi-effect/client/generated/parameters"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import * as Requests from "../../src/operations/Requests.ts"
import type * as Conformance from "../../src/judge/Conformance.ts"
import {
  isArray,
  isObject,
  objectOf,
  type Json,
  type JsonSchema,
  type SchemaObject
} from "../../src/judge/JsonSchema.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { withDescriptor, conformance, document, line, named, simplestInput, referenceOf } from "./support/client.ts"
import { sampleSize } from "./support/samples.ts"

const recorder = Requests.recorder()

const checkRequests = (client: ClientOperations.ClientOperation, options?: Conformance.Options, through = recorder) =>
  Requests.checkRequests(client, referenceOf(client), conformance, through, options)

const takesInput = (client: ClientOperations.ClientOperation): boolean =>
  Requests.takesInput(Requests.make(referenceOf(client), conformance.judge))

describe("checkRequests", { timeout: 300_000 }, () => {
  /** Random inputs per operation, in addition to the fixed inputs of the suite. */
  const runs = sampleSize(50, 200)

  for (const [module, exported] of Object.entries(ClientOperations.modules)) {
    it(`${module}: sends valid inputs unchanged, and rejects violations at their pointers`, () => {
      for (const client of ClientOperations.ofModule(module, exported)) {
        const report = checkRequests(client, { runs })
        assert.deepStrictEqual(report.failures.map(line), [])
        assert.isTrue(report.passed)
        assert.isAbove(report.checks.completeness.run, runs)
        assert.strictEqual(report.checks.precision.run > 0, takesInput(client), client.name)
        assert.strictEqual(report.checks["round-trip"].run, report.checks.completeness.run)
      }
    })
  }

  it("ignores the argument of an operation without input", () => {
    const clients = ClientOperations.all.filter((client) => !takesInput(client))
    assert.isAbove(clients.length, 10)
    for (const client of clients) {
      for (const input of [undefined, {}, { limit: 1 }, null, "x", 1, [{}], () => 1]) {
        const outcome = recorder.call(client.operation, input)
        if (outcome._tag === "Refused") assert.fail(`${client.name} rejected ${String(input)}`)
        const { faults } = Requests.make(referenceOf(client), conformance.judge).read(outcome.sent)
        assert.deepStrictEqual(faults, [], client.name)
        assert.strictEqual(outcome.sent.target, `${Requests.root}${client.descriptor.path}`)
      }
    }
  })

  it("tests every kind of violation that is possible in the schemas of requests", () => {
    const kinds = new Set(
      ClientOperations.all.flatMap((client) => Object.keys(checkRequests(client, { checks: [], runs: 0 }).kinds))
    )
    assert.deepStrictEqual([...kinds].sort(), [
      "above-maximum",
      "below-minimum",
      "enum-non-member",
      "extra-property",
      "format-violation",
      "fractional-integer",
      "int32-overflow",
      "missing-required",
      "non-finite-number",
      "null-where-not-nullable",
      "pattern-violation",
      "too-few-items",
      "too-long",
      "too-many-items",
      "too-short",
      "unsafe-integer",
      "wrong-type"
    ])
  })
})

const texts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("", ".", "..", "/", "a/b", "%2F", "%2f", "%252F", "\\", "%5C", "a%", "?", "#", "&", "=", "+", "%20"),
  fc.constantFrom(
    "\r\n",
    "\u0000",
    "\u007f",
    "a\nb",
    "\u0085",
    "\u2028",
    "\ud800",
    "\udc00x",
    "é",
    "👩‍👩‍👧‍👦",
    "...",
    ".a",
    "~",
    ";",
    ":"
  ),
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" })
)

describe("segments of a path", { timeout: 300_000 }, () => {
  const clients = ClientOperations.all.filter((client) => Object.keys(client.descriptor.pathParameters).length > 0)
  const places = clients.flatMap((client) =>
    Object.keys(client.descriptor.pathParameters).map((field) => ({ client, field, input: simplestInput(client) }))
  )

  it("are sent unchanged, or rejected before any I/O with the pointer of the parameter", () => {
    assert.isAbove(places.length, clients.length)
    for (const { client, field, input } of places) {
      const requests = Requests.make(referenceOf(client), conformance.judge)
      const assertSentOrRejected = (text: string): void => {
        const outcome = recorder.call(client.operation, objectOf([...Object.entries(input), [field, text]]))
        if (Requests.segmentLimit(text) !== undefined) {
          assert.strictEqual(outcome._tag === "Refused" ? outcome.pointer : "sent", `/${field}`, JSON.stringify(text))
          return
        }
        if (outcome._tag === "Refused") {
          assert.fail(`${client.name} rejected ${JSON.stringify(text)}: ${outcome.reason}`)
        }
        const read = requests.read(outcome.sent)
        assert.deepStrictEqual(read.faults, [])
        assert.deepStrictEqual(read.input, { ...input, [field]: text })
      }
      for (const text of [
        "",
        ".",
        "..",
        "/",
        "a/b",
        "%2F",
        "%2f",
        "\\",
        "%5c",
        "\r\n",
        "a\rb",
        "\n",
        "\u0000",
        "\ud800"
      ]) {
        assert.isDefined(Requests.segmentLimit(text))
        assertSentOrRejected(text)
      }
      Replay.assertProperty("P5 segments", fc.property(texts, assertSentOrRejected), {
        numRuns: 50,
        target: `${client.name} ${field}`
      })
    }
  })
})

describe("free strings of a query", { timeout: 300_000 }, () => {
  const places = ClientOperations.all.flatMap((client) =>
    referenceOf(client).parameters.flatMap(({ in: place, name, schema }) =>
      place === "query" && document.deref(schema).type === "string" && document.deref(schema).enum === undefined
        ? [{ client, field: name, format: document.deref(schema).format, input: simplestInput(client) }]
        : []
    )
  )

  it("can be any string except lone surrogates, which are rejected with the pointer of the field", () => {
    assert.isAbove(places.length, 80)
    for (const { client, field, format, input } of places) {
      if (format !== undefined) continue
      const requests = Requests.make(referenceOf(client), conformance.judge)
      Replay.assertProperty(
        "P5 queries",
        fc.property(texts, (text) => {
          const outcome = recorder.call(client.operation, objectOf([...Object.entries(input), [field, text]]))
          if (!text.isWellFormed()) {
            assert.strictEqual(outcome._tag === "Refused" ? outcome.pointer : "sent", `/${field}`)
            return
          }
          if (outcome._tag === "Refused")
            assert.fail(`${client.name} rejected ${JSON.stringify(text)}: ${outcome.reason}`)
          const read = requests.read(outcome.sent)
          assert.deepStrictEqual(read.faults, [])
          assert.deepStrictEqual(read.input, { ...input, [field]: text })
        }),
        { numRuns: 25, target: `${client.name} ${field}` }
      )
    }
  })
})

describe("free strings of a body", { timeout: 300_000 }, () => {
  const strings = ClientOperations.all.flatMap((client) => {
    const { requestBody } = referenceOf(client)
    const { properties } = requestBody === undefined ? {} : document.deref(requestBody.schema)
    return Object.entries(properties ?? {}).flatMap(([field, schema]) => {
      const { enum: members, format, maxLength, minLength, pattern, type } = document.deref(schema)
      const isFree = [members, format, maxLength, minLength, pattern].every((keyword) => keyword === undefined)
      return type === "string" && isFree ? [{ client, field, input: simplestInput(client) }] : []
    })
  })

  it("can be any string, except that lone surrogates and violations of a rule are rejected with their pointer", () => {
    assert.isAbove(strings.length, 20)
    for (const { client, field, input } of strings) {
      const requests = Requests.make(referenceOf(client), conformance.judge)
      Replay.assertProperty(
        "P5 bodies",
        fc.property(texts, (text) => {
          const changedInput = objectOf([...Object.entries(input), [field, text]])
          const outcome = recorder.call(client.operation, changedInput)
          const [limited] = requests.limited(changedInput)
          if (limited !== undefined) {
            // A rule between fields can restrict a string more than its schema does.
            assert.deepStrictEqual(outcome._tag === "Refused" ? [outcome.pointer] : [], limited.pointers)
            return
          }
          if (!text.isWellFormed()) {
            assert.strictEqual(outcome._tag === "Refused" ? outcome.pointer : "sent", `/${field}`)
            return
          }
          if (outcome._tag === "Refused") assert.fail(`${client.name} rejected ${JSON.stringify(text)}`)
          assert.deepStrictEqual(requests.read(outcome.sent), { faults: [], input: { ...input, [field]: text } })
        }),
        { numRuns: 25, target: `${client.name} ${field}` }
      )
    }
  })
})

describe("lists joined by commas", { timeout: 300_000 }, () => {
  // The document has no list joined by commas, but the client and the suite support such lists.
  const client = withDescriptor("GetStructuredTargets", ({ query }) => ({
    query: { ...query, ids: { ...query["ids"]!, style: "comma" } }
  }))
  const reference = referenceOf(client)
  const joined = {
    ...reference,
    parameters: reference.parameters.map((parameter) =>
      parameter.name === "ids" ? { ...parameter, explode: false } : parameter
    )
  }

  it("are sent as one value, and rejected if the list or an item is empty, or if an item contains a comma", () => {
    const report = Requests.checkRequests(client, joined, conformance, recorder)
    assert.deepStrictEqual(report.failures.map(line), [])
    const outcome = recorder.call(client.operation, { ids: ["a", "b c"] })
    assert.strictEqual(
      outcome._tag === "Sent" ? outcome.sent.target : "",
      `${Requests.root}/structured_targets?ids=a%2Cb%20c`
    )
    for (const ids of [[], [""], ["a", "b,c"]]) {
      const refused = recorder.call(client.operation, { ids })
      assert.strictEqual(refused._tag === "Refused" ? refused.pointer : "", "/ids")
    }
  })
})

describe("the client, in contrast to the document", { timeout: 300_000 }, () => {
  const targetOf = (name: string, input: unknown): string => {
    const outcome = recorder.call(named(name).operation, input)
    return outcome._tag === "Sent" ? `${outcome.sent.method} ${outcome.sent.target}` : `${outcome.pointer}`
  }

  it("rejects an empty list in a query, even if the list is optional", () => {
    const lists = ClientOperations.all.flatMap((client) =>
      referenceOf(client)
        .parameters.filter(({ schema }) => document.deref(schema).type === "array")
        .map(({ name }) => [client.descriptor.operationId, name] as const)
    )
    assert.deepStrictEqual(lists, [
      ["GetEventForecastPercentilesHistory", "percentiles"],
      ["GetLiveDatas", "milestone_ids"],
      ["GetMarketOrderbooks", "tickers"],
      ["GetStructuredTargets", "ids"]
    ])
    for (const [name, field] of lists) {
      assert.strictEqual(targetOf(name, { ...simplestInput(named(name)), [field]: [] }), `/${field}`)
    }
  })

  it("rejects a time in the wrong unit, in every field that is in seconds or milliseconds", () => {
    type Keys = ReadonlyArray<string | number>
    const integers = (schema: JsonSchema, keys: Keys): ReadonlyArray<{ keys: Keys; schema: SchemaObject }> =>
      typeof schema === "boolean"
        ? []
        : schema.type === "integer"
          ? schema.enum === undefined
            ? [{ keys, schema }]
            : []
          : [
              ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => integers(inner, [...keys, key])),
              ...(schema.items === undefined ? [] : integers(schema.items, [...keys, 0]))
            ]
    const put = (into: Json, [key, ...rest]: Keys, value: Json): Json =>
      key === undefined
        ? value
        : typeof key === "number"
          ? [put((isArray(into) ? into[0] : undefined) ?? null, rest, value)]
          : {
              ...(isObject(into) ? into : {}),
              [key]: put((isObject(into) ? into[key] : undefined) ?? null, rest, value)
            }

    const found = { seconds: new Set<string>(), milliseconds: new Set<string>(), none: new Set<string>() }
    for (const client of ClientOperations.all) {
      const { input } = Requests.make(referenceOf(client), conformance.judge)
      for (const { keys, schema } of integers(input, [])) {
        const name = String(keys.findLast((key) => typeof key === "string"))
        const unit = Requests.timeUnit(name, schema)
        found[unit ?? "none"].add(name)
        // The two values are the same time, in milliseconds and in seconds.
        for (const [value, isRefused] of [
          [1_764_390_000_000, unit === "seconds"],
          [1_764_390_000, unit === "milliseconds"]
        ] as const) {
          if (unit === undefined && !conformance.judge.accepts(schema)(value)) continue
          const outcome = recorder.call(client.operation, put(simplestInput(client), keys, value))
          const got = outcome._tag === "Refused" ? outcome.pointer : "sent"
          assert.strictEqual(got, isRefused ? `/${keys.join("/")}` : "sent", client.name)
          if (outcome._tag === "Refused") assert.match(outcome.reason, /did you pass (?:milli)?seconds\?$/)
        }
      }
    }
    assert.deepStrictEqual([...found.seconds].sort(), [
      "end_ts",
      "expiration_time",
      "max_close_ts",
      "max_created_ts",
      "max_settled_ts",
      "max_ts",
      "max_updated_ts",
      "min_close_ts",
      "min_created_ts",
      "min_settled_ts",
      "min_ts",
      "min_updated_ts",
      "start_ts"
    ])
    assert.deepStrictEqual([...found.milliseconds].sort(), ["from", "to"])
    // These fields are not times. If the document adds a field, check its unit.
    assert.deepStrictEqual([...found.none].sort(), [
      "amount",
      "amount_cents",
      "buyer_subaccount",
      "centicount",
      "contracts",
      "contracts_limit",
      "depth",
      "destination_exchange_shard",
      "destination_subaccount",
      "exchange_index",
      "from_subaccount",
      "last_sec",
      "limit",
      "page_size",
      "percent",
      "percentiles",
      "period_interval",
      "position_centicount",
      "price_centi_cents",
      "price_centicents",
      "seller_subaccount",
      "source_exchange_shard",
      "source_subaccount",
      "subaccount",
      "subaccount_number",
      "target_cost_centi_cents",
      "to_subaccount"
    ])
  })

  it("rejects an undeclared member, also inside a list", () => {
    const order = simplestInput(named("CreateOrderV2"))
    assert.strictEqual(targetOf("CreateOrderV2", { ...order, prise: "0.56" }), "/prise")
    assert.strictEqual(
      targetOf("BatchCreateOrdersV2", { orders: [order, { ...order, reduceOnly: true }] }),
      "/orders/1/reduceOnly"
    )
  })

  it("sends the body {} where the document allows an absent body", () => {
    const bodies = ClientOperations.all.flatMap((client) => {
      const { method, requestBody } = referenceOf(client)
      if (method === "GET" || method === "DELETE" || requestBody?.required === true) return []
      const required = Object.keys(client.descriptor.pathParameters).map((field) => [field, "x"] as const)
      const outcome = recorder.call(client.operation, Object.fromEntries(required))
      return [`${client.descriptor.operationId} ${outcome._tag === "Sent" ? outcome.sent.body : outcome.reason}`]
    })
    assert.deepStrictEqual(bodies, [
      "UpgradeAccountApiUsageLevel {}",
      "AcceptBlockTradeProposal {}",
      "ResetOrderGroup {}",
      "TriggerOrderGroup {}",
      "ConfirmRFQQuote {}",
      "ConfirmQuote {}",
      "ConfirmRFQBatchQuote {}",
      "CreateSubaccount {}"
    ])
  })

  it("sends no OAuth token, which three operations accept from partners", () => {
    const withAlternatives = document.operations.filter(({ security }) => security.length > 1)
    assert.deepStrictEqual(
      withAlternatives.map(({ id }) => id),
      ["GetFillsHistorical", "GetFills", "GetPositions"]
    )
    assert.deepStrictEqual(
      [...new Set(document.operations.flatMap(({ security }) => security.map((schemes) => schemes.join(" "))))],
      ["kalshiAccessKey kalshiAccessSignature kalshiAccessTimestamp", "kalshiOauthAccessToken"]
    )
    for (const { id } of withAlternatives) {
      const outcome = recorder.call(named(id).operation, simplestInput(named(id)))
      if (outcome._tag === "Refused") return assert.fail(`the client rejected ${id}`)
      assert.notProperty(outcome.sent.headers, "authorization", id)
    }
  })
})

const tampering = (tamper: (sent: Requests.Sent) => Requests.Sent): Requests.Recorder => ({
  call: (operation, input) => {
    const outcome = recorder.call(operation, input)
    return outcome._tag === "Sent" ? { _tag: "Sent", sent: tamper(outcome.sent) } : outcome
  }
})

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

describe("checkRequests with an injected fault", { timeout: 300_000 }, () => {
  const { string, integer } = { string: Schema.String, integer: Schema.Int }
  const query = Parameters.GetOrdersQuery

  const descriptors: ReadonlyArray<readonly [string, Conformance.Check, ClientOperations.ClientOperation]> = [
    [
      "a renamed parameter",
      "completeness",
      withDescriptor("GetOrderGroup", ({ query: { subaccount, ...rest } }) => ({
        query: { ...rest, sub_account: subaccount! }
      }))
    ],
    ["a missing parameter", "completeness", withDescriptor("GetOrderGroup", () => ({ query: {} }))],
    [
      "an optional parameter that is required",
      "completeness",
      withDescriptor("GetOrders", () => ({ query: { ...query, limit: { ...query.limit, required: true } } }))
    ],
    [
      "a required parameter that is optional",
      "precision",
      withDescriptor("GetLiveDatas", (descriptor) => ({
        query: { ...descriptor.query, milestone_ids: { ...descriptor.query["milestone_ids"]!, required: false } }
      }))
    ],
    [
      "a query sent as body",
      "completeness",
      withDescriptor("GetOrders", () => ({ query: {}, body: Schema.Struct({ limit: Schema.optionalKey(integer) }) }))
    ],
    [
      "a body sent as query",
      "completeness",
      withDescriptor("AcceptRFQQuote", () => ({
        body: undefined,
        query: { accepted_side: { schema: string, required: true, style: "single" } }
      }))
    ],
    [
      "a loosened enum in a query",
      "precision",
      withDescriptor("GetMarkets", (descriptor) => ({
        query: { ...descriptor.query, status: { schema: string, required: false, style: "single" } }
      }))
    ],
    [
      "a bound that is off by one",
      "precision",
      withDescriptor("GetOrders", () => ({
        query: {
          ...query,
          limit: { ...query.limit, schema: integer.check(Schema.isBetween({ minimum: 1, maximum: 1001 })) }
        }
      }))
    ],
    [
      "a list joined by commas",
      "completeness",
      withDescriptor("GetMarketOrderbooks", (descriptor) => ({
        query: { tickers: { ...descriptor.query["tickers"]!, style: "comma" } }
      }))
    ],
    ["another method", "completeness", withDescriptor("ResetOrderGroup", () => ({ method: "POST" }))],
    [
      "another path",
      "completeness",
      withDescriptor("ResetOrderGroup", () => ({ path: "/portfolio/order_groups/{order_group_id}/trigger" }))
    ],
    ["an unexpected signature", "completeness", withDescriptor("GetExchangeStatus", () => ({ auth: "required" }))],
    ["a missing signature", "completeness", withDescriptor("GetOrders", () => ({ auth: "none" }))],
    [
      "a body schema that accepts everything",
      "precision",
      withDescriptor("CreateOrderV2", () => ({ body: Schema.Record(string, Schema.Unknown) }))
    ]
  ]
  for (const [fault, check, client] of descriptors) {
    it(`detects ${fault}`, () => {
      assert.isTrue(
        checkRequests(named(client.descriptor.operationId), { runs: 20 }).passed,
        "the operation without the fault must pass"
      )
      assert.isAbove(checkRequests(client, { runs: 20 }).checks[check].failed, 0)
    })
  }

  const pipelines: ReadonlyArray<readonly [string, Conformance.Check, string, (sent: Requests.Sent) => Requests.Sent]> =
    [
      [
        "a path that is not encoded",
        "completeness",
        "GetMarket",
        (sent) => ({ ...sent, target: sent.target.split("/").map(decoded).join("/") })
      ],
      [
        "a query that is not encoded",
        "completeness",
        "GetOrders",
        (sent) => ({ ...sent, target: sent.target.replace(/=[^&]*/g, decoded) })
      ],
      [
        "a space written as plus",
        "completeness",
        "GetOrders",
        (sent) => ({ ...sent, target: sent.target.replaceAll("%20", "+") })
      ],
      [
        "a path encoded twice",
        "round-trip",
        "GetMarket",
        (sent) => ({ ...sent, target: sent.target.replaceAll("%", "%25") })
      ],
      [
        "a body with a wrong content type",
        "completeness",
        "CreateOrderV2",
        (sent) => ({ ...sent, contentType: "text/plain" })
      ],
      ["an absent body instead of {}", "completeness", "ResetOrderGroup", (sent) => ({ ...sent, body: undefined })],
      [
        "a decimal sent as a number",
        "completeness",
        "CreateOrderV2",
        (sent) => ({ ...sent, body: sent.body?.replace(/"price":"([0-9.]+)"/, '"price":$1') })
      ],
      [
        "a default that the caller did not pass",
        "completeness",
        "GetOrders",
        (sent) => ({ ...sent, target: `${sent.target}${sent.target.includes("?") ? "&" : "?"}event_ticker=` })
      ],
      [
        "another account's key",
        "completeness",
        "GetOrders",
        (sent) => ({ ...sent, headers: { ...sent.headers, "kalshi-access-key": "other" } })
      ],
      [
        "a signature of another text",
        "completeness",
        "GetOrders",
        (sent) => ({ ...sent, headers: { ...sent.headers, "kalshi-access-signature": "of another text" } })
      ]
    ]
  for (const [fault, check, id, tamper] of pipelines) {
    it(`detects ${fault}`, () => {
      assert.isAbove(checkRequests(named(id), { runs: 50 }, tampering(tamper)).checks[check].failed, 0)
    })
  }

  it("detects a client that changes invalid input and sends it", () => {
    const repairingRecorder: Requests.Recorder = {
      call: (operation, input) => {
        const outcome = recorder.call(operation, input)
        return outcome._tag === "Sent" || outcome.pointer !== "/order_group_id"
          ? outcome
          : recorder.call(operation, { order_group_id: "x" })
      }
    }
    const { failures } = checkRequests(named("GetOrderGroup"), { runs: 20 }, repairingRecorder)
    assert.isTrue(failures.some(({ got }) => got.includes("must reject, but sent: an empty path segment")))
  })

  it("detects a request that is sent twice", () => {
    const retryingRecorder = Requests.recorder((options) =>
      Kalshi.layer({ ...options, policy: { retry: Schedule.recurs(1) } })
    )
    assert.throws(() => retryingRecorder.call(named("GetOrders").operation, {}), /2 requests/)
  })
})
