import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { readFileSync } from "node:fs"
import { Result, type Schema, SchemaParser } from "effect"
import { readDocument } from "../../codegen/document.ts"
import { facts } from "../../codegen/facts.ts"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import * as Parameters from "../../src/generated/parameters.ts"
import * as Requests from "../../src/generated/requests.ts"
import * as Responses from "../../src/generated/responses.ts"

const json = JSON.parse(readFileSync(new URL("../../../../fixtures/spec/rest.json", import.meta.url), "utf8"))
const document = Result.getOrThrowWith(readDocument(json), (faults) => new Error(JSON.stringify(faults)))
const published: ReadonlyArray<string> = Object.keys(json.components.schemas)

describe("the generated components", () => {
  it("are all components that a request or a response uses, except decimals", () => {
    const reached = published.filter((name) => document.inRequests.has(name) || document.inResponses.has(name))
    const missing = reached.filter((name) => {
      if (facts.decimals[name] !== undefined) return !Object.hasOwn(FixedPoint, facts.decimals[name].codec)
      return (
        (document.inRequests.has(name) && !Object.hasOwn(Requests, name)) ||
        (!document.inRequests.has(name) && !Object.hasOwn(Responses, name)) ||
        (document.inResponses.has(name) && !Object.hasOwn(Responses, name))
      )
    })
    assert.deepStrictEqual(missing, [])
    assert.isAtLeast(reached.length, 198)
  })

  it("are components of the document or objects inside components", () => {
    const inside = [...Object.keys(Requests), ...Object.keys(Responses)].filter((name) => !published.includes(name))
    assert.deepStrictEqual(inside.toSorted(), [
      "BatchCancelOrdersV2RequestOrdersItem",
      "BatchCancelOrdersV2ResponseOrdersItem",
      "BatchCreateOrdersV2ResponseOrdersItem",
      "ErrorBodyNestedError",
      "PlayByPlayPeriodsItem"
    ])
  })
})

describe("the generated parameters", () => {
  it("exist for every operation with parameters", () => {
    const expected = document.operations.flatMap(({ id, parameters }) => [
      ...(parameters.some(({ place }) => place === "path") ? [`${id}Path`] : []),
      ...(parameters.some(({ place }) => place === "query") ? [`${id}Query`] : [])
    ])
    assert.deepStrictEqual(Object.keys(Parameters).toSorted(), expected.toSorted())
  })

  it("repeat the query key for each item of a list in exactly four queries", () => {
    const repeated = Object.entries(Parameters).flatMap(([constant, parameters]) =>
      Object.entries(parameters).flatMap(([name, { style }]) =>
        style === "single" ? [] : [`${constant}.${name} ${style}`]
      )
    )
    assert.deepStrictEqual(repeated.toSorted(), [
      "GetEventForecastPercentilesHistoryQuery.percentiles repeated",
      "GetLiveDatasQuery.milestone_ids repeated",
      "GetMarketOrderbooksQuery.tickers repeated",
      "GetStructuredTargetsQuery.ids repeated"
    ])
  })
})

describe("the decimals of FixedPoint", () => {
  const seed = 20261009
  const codecs: Readonly<Record<string, Schema.Codec<string>>> = {
    Count: FixedPoint.Count,
    CountInput: FixedPoint.CountInput,
    Dollars: FixedPoint.Dollars,
    DollarsInput: FixedPoint.DollarsInput,
    OrderPriceInput: FixedPoint.OrderPriceInput,
    QuotePriceInput: FixedPoint.QuotePriceInput
  }
  const characters = fc.constantFrom(..."0123456789.-+e ,\n", "")
  const edited = (texts: fc.Arbitrary<string>) =>
    fc
      .tuple(texts, fc.nat({ max: 9 }), fc.nat({ max: 1 }), characters)
      .map(([text, at, length, by]) => text.slice(0, at) + by + text.slice(at + length))

  for (const [name, { codec, pattern }] of Object.entries(facts.decimals)) {
    it(`${codec} accepts exactly the values that ${name} of the document accepts`, () => {
      const accepts = SchemaParser.is(codecs[codec]!)
      const documented = new RegExp(pattern, "u")
      const members = fc.stringMatching(new RegExp(pattern))
      fc.assert(
        fc.property(fc.oneof(members, edited(members), edited(edited(members))), (text) => {
          assert.strictEqual(accepts(text), documented.test(text), JSON.stringify(text))
        }),
        { seed, numRuns: 2000 }
      )
    })
  }
})
