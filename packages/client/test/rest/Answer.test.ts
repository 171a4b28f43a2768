import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { Result } from "effect"
import * as Answer from "../../src/rest/Answer.ts"
import * as Series from "../../src/rest/Series.ts"

const series = {
  additional_prohibitions: null,
  category: "Economics",
  contract_terms_url: "https://example.com/terms",
  contract_url: "https://example.com/contract",
  fee_multiplier: 1,
  fee_type: "quadratic",
  frequency: "daily",
  settlement_sources: null,
  tags: ["rates"],
  ticker: "KXEXAMPLE",
  title: "The example",
  unknown_member: 1
}

const responseOf = (...list: ReadonlyArray<unknown>): Answer.Answer => ({
  status: 200,
  body: JSON.stringify({ series: list })
})

afterEach(() => {
  vi.unstubAllGlobals()
})

describe("Answer.decoder", () => {
  for (const compiledDecoding of [true, false]) {
    const decode = Answer.decoder(Series.list, { compiledDecoding })
    const way = compiledDecoding ? "compiled" : "interpreted"

    it(`decodes null lists as empty and omits unknown fields (${way})`, () => {
      const { unknown_member: _, ...known } = series
      const decoded = Result.getOrThrow(decode(responseOf(series)))
      assert.deepStrictEqual<unknown>(decoded.series, [
        { ...known, additional_prohibitions: [], settlement_sources: [] }
      ])
      assert.deepStrictEqual(Result.getOrThrow(decode({ status: 200, body: '{"series":null}' })), { series: [] })
    })

    it(`reports the pointer and the reason of a contract error (${way})`, () => {
      const contractError = (fields: object): object => {
        const error = Result.getOrThrow(Result.flip(decode(responseOf(series, { ...series, ...fields }))))
        return error._tag === "ContractError" ? { pointer: error.pointer, reason: error.reason } : error
      }
      assert.deepStrictEqual(
        [
          contractError({ title: 1 }),
          contractError({ title: undefined }),
          contractError({ tags: [1] }),
          contractError({ volume_fp: "1" }),
          contractError({ last_updated_ts: "2026-02-30T00:00:00Z" })
        ],
        [
          { pointer: "/series/1/title", reason: "Expected string" },
          { pointer: "/series/1/title", reason: "this field is required" },
          { pointer: "/series/1/tags/0", reason: "Expected string" },
          { pointer: "/series/1/volume_fp", reason: "expected a contract count with two decimals" },
          { pointer: "/series/1/last_updated_ts", reason: "expected an RFC 3339 date-time" }
        ]
      )
    })
  }

  it("compiles the schema once, on the first response", () => {
    const make = vi.fn(globalThis.Function)
    vi.stubGlobal("Function", make)
    const decode = Answer.decoder(Series.list)
    assert.strictEqual(make.mock.calls.length, 0)
    for (let i = 0; i < 3; i++) decode(responseOf(series))
    assert.strictEqual(make.mock.calls.length, 1)
  })

  it("does not compile without compiledDecoding", () => {
    const make = vi.fn(globalThis.Function)
    vi.stubGlobal("Function", make)
    Answer.decoder(Series.list, { compiledDecoding: false })(responseOf(series))
    assert.strictEqual(make.mock.calls.length, 0)
  })
})
