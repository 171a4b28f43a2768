/**
 * Compares documents that Kalshi published one after the other. The files contain only some operations and messages of
 * each document, in the form that the importer writes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { readFileSync } from "node:fs"
import * as Arbitraries from "../../src/generate/Arbitraries.ts"
import * as Coverage from "../../src/generate/Coverage.ts"
import * as Judge from "../../src/judge/Judge.ts"
import { resolver, type JsonSchema } from "../../src/judge/JsonSchema.ts"
import * as Messages from "../../src/operations/Messages.ts"
import * as FeedDocument from "../../src/reference/FeedDocument.ts"
import * as History from "../../src/drift/History.ts"
import type * as Finding from "../../src/drift/Finding.ts"
import { brief, drift, edited, loaded, rest, type Editable } from "./support/documents.ts"

const excerpt = (name: string): Editable =>
  JSON.parse(readFileSync(new URL(`documents/${name}.json`, import.meta.url), "utf8"))

const described = ({ findings }: Finding.Drift): ReadonlyArray<string> =>
  findings.map((finding) => `${brief(finding)}${finding.savedBy === undefined ? "" : ` (${finding.savedBy})`}`)

describe("the step of the REST document from 3.26.0 to 3.27.0", () => {
  const step = drift(excerpt("rest-3.26.0-2026-07-27"), excerpt("rest-3.27.0-2026-08-06"))

  it("has four breaking and four additive findings", () => {
    assert.deepStrictEqual(described(step), [
      "breaking field-removed DecreaseOrderV2 service: loses information",
      "breaking operation-removed LookupTickersForMarketInMultivariateEventCollection put: sends a request that is refused",
      "breaking constraint-tightened IntraExchangeInstanceTransfer destination_exchange_shard: sends a request that is refused",
      "breaking constraint-tightened IntraExchangeInstanceTransfer source_exchange_shard: sends a request that is refused",
      "additive operation-added GetEventLiveData get",
      "additive field-added DecreaseOrderV2 market_ticker",
      "additive nullable GetSeriesList additional_prohibitions (nulls by overlay)",
      "additive field-added GetSeriesList exchange_index (unknown fields)"
    ])
  })

  it("uses a model of the client, because the present client is generated from a newer document", () => {
    assert.deepStrictEqual([step.client, step.isSilent, step.undecided, step.notes], ["model", false, [], []])
  })

  it("has a summary of how the findings affect the client", () => {
    assert.strictEqual(
      History.summaryOf(step),
      "REST 3.26.0 (2026-07-27) → 3.27.0 (2026-08-06): 4 breaking, 4 additive; client: loses 1, sends 3 refused, unknown fields saved 1, nulls by overlay saved 1"
    )
  })

  it("lists the changes of responses as rows of a table", () => {
    assert.deepStrictEqual(History.survivalRows(step), [
      { place: "ErrorResponse.service", change: "the optional field was removed", outcome: "loses information" },
      { place: "Series.additional_prohibitions", change: "the value can be null", outcome: "nulls by overlay" },
      { place: "Series.exchange_index", change: "an optional field was added", outcome: "unknown fields" }
    ])
  })
})

describe("the step of the WebSocket document from September 6 to September 28", () => {
  const step = drift(excerpt("feed-2026-09-06"), excerpt("feed-2026-09-28"))

  it("has five breaking findings, although the version did not change", () => {
    assert.isTrue(step.isSilent)
    assert.deepStrictEqual(
      described(step).filter((line) => line.startsWith("breaking")),
      [
        "breaking field-became-optional ok id: refuses",
        "breaking constraint-loosened ticker dollar_open_interest: refuses",
        "breaking constraint-loosened ticker dollar_volume: refuses",
        "breaking nullable user_order created_time: refuses",
        "breaking nullable user_order created_ts_ms: refuses"
      ]
    )
  })

  it("reports that a message was split into two variants, and does not report the moved fields as removed", () => {
    const lines = described(step).filter((line) => line.includes("market_lifecycle_v2"))
    assert.include(lines, "additive variant-added market_lifecycle_v2 marketMetadataUpdatedPayload (unknown fields)")
    assert.deepStrictEqual(
      lines.filter((line) => line.includes("field-removed")),
      []
    )
  })
})

/** The last member name in a pointer, without the indices of lists. */
const memberOf = (pointer: string): string => pointer.split("/").findLast((token) => !/^\d*$/.test(token)) ?? ""

describe("a value that the newer document allows and the older document refuses", () => {
  /** Returns how many generated values the older document refuses, and the refused fields that no finding names. */
  const unexplained = (
    names: ReadonlyArray<string>,
    old: { readonly judge: Judge.Judge; readonly schema: JsonSchema },
    now: { readonly judge: Judge.Judge; readonly schema: JsonSchema }
  ) => {
    const judge = old.judge(old.schema)
    const random = fc.sample(Arbitraries.make(now.judge).of(now.schema), { numRuns: 30, seed: 20261026 })
    const verdicts = [...Coverage.make(now.judge).of(now.schema), ...random].map(judge)
    const refused = verdicts.flatMap((verdict) => (verdict.valid ? [] : [verdict.pointers.map(memberOf)]))
    return { refused: refused.length, places: [...new Set(refused.flat())].filter((name) => !names.includes(name)) }
  }

  it("belongs to a finding about the message that contains it", () => {
    const [older, newer] = ["feed-2026-09-06", "feed-2026-09-28"].map((name) => FeedDocument.make(excerpt(name)))
    const { findings } = drift(excerpt("feed-2026-09-06"), excerpt("feed-2026-09-28"))
    const results = Messages.kindsOf(older!).flatMap(({ name, schema, sender }) => {
      const now = Messages.kindsOf(newer!).find((kind) => kind.name === name && kind.sender === "server")
      if (sender !== "server" || now === undefined) return []
      const names = findings
        .filter(({ subject }) => subject === name)
        .map(({ witness }) => memberOf(witness?.pointer ?? ""))
      const judges = [older!, newer!].map(({ document }) => Judge.make(resolver(document)))
      return [unexplained(names, { judge: judges[0]!, schema }, { judge: judges[1]!, schema: now.schema })]
    })
    assert.deepStrictEqual(
      results.flatMap(({ places }) => places),
      []
    )
    assert.isAbove(
      results.reduce((sum, { refused }) => sum + refused, 0),
      50
    )
  })
})

describe("ordered and steps", () => {
  const release = (version: string, file: string) =>
    loaded(
      edited(rest, (document) => (document.info.version = version)),
      file
    )

  it("sorts documents by version and date: a month without a day comes after its days, and an undated document comes last", () => {
    const files = [
      ["3.9.0", "z.yaml"],
      ["3.10.0", "c-2026-09.yaml"],
      ["3.10.0", "a-2026-09-20.yaml"],
      ["3.10.0", "b.yaml"],
      ["3.10.0", "d-2026-09-06.yaml"]
    ] as const
    const ordered = History.ordered(files.map(([version, file]) => release(version, file)))
    assert.deepStrictEqual(
      ordered.map(({ file }) => file),
      ["z.yaml", "d-2026-09-06.yaml", "a-2026-09-20.yaml", "c-2026-09.yaml", "b.yaml"]
    )
  })

  it("compares REST documents only with REST documents", () => {
    const documents = [release("2", "b.yaml"), loaded(excerpt("feed-2026-09-06"), "f.json"), release("1", "a.yaml")]
    assert.deepStrictEqual(
      History.steps(documents).map(([old, now]) => [old.file, now.file]),
      [["a.yaml", "b.yaml"]]
    )
  })
})

describe("isDocument", () => {
  it("rejects files of other types, and reconstructed documents", () => {
    const names = ["openapi-1.yaml", "asyncapi.yml", "README.md", "openapi-1-reconstructed.yaml"]
    assert.deepStrictEqual(names.filter(History.isDocument), ["openapi-1.yaml", "asyncapi.yml"])
  })
})
