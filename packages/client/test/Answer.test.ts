import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { Result } from "effect"
import * as Answer from "../src/rest/Answer.ts"
import * as Series from "../src/rest/Series.ts"

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

const answerOf = (...list: ReadonlyArray<unknown>): Answer.Answer => ({
  status: 200,
  body: JSON.stringify({ series: list })
})

afterEach(() => {
  vi.unstubAllGlobals()
})

describe("decoder", () => {
  for (const compiledDecoding of [true, false]) {
    const decode = Answer.decoder(Series.list, { compiledDecoding })
    const way = compiledDecoding ? "compiled" : "interpreted"

    it(`reads null lists as empty and leaves unknown members out, ${way}`, () => {
      const { unknown_member: _, ...known } = series
      const decoded = Result.getOrThrow(decode(answerOf(series)))
      assert.deepStrictEqual<unknown>(decoded.series, [
        { ...known, additional_prohibitions: [], settlement_sources: [] }
      ])
      assert.deepStrictEqual(Result.getOrThrow(decode({ status: 200, body: '{"series":null}' })), { series: [] })
    })

    it(`names the place and the reason of a break, ${way}`, () => {
      const breakOf = (broken: object): object => {
        const error = Result.getOrThrow(Result.flip(decode(answerOf(series, { ...series, ...broken }))))
        return error._tag === "ContractError" ? { pointer: error.pointer, reason: error.reason } : error
      }
      assert.deepStrictEqual(
        [
          breakOf({ title: 1 }),
          breakOf({ title: undefined }),
          breakOf({ tags: [1] }),
          breakOf({ volume_fp: "1" }),
          breakOf({ last_updated_ts: "2026-02-30T00:00:00Z" })
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

  it("makes code of a schema on the first answer, and once", () => {
    const make = vi.fn(globalThis.Function)
    vi.stubGlobal("Function", make)
    const decode = Answer.decoder(Series.list)
    assert.strictEqual(make.mock.calls.length, 0)
    for (let i = 0; i < 3; i++) decode(answerOf(series))
    assert.strictEqual(make.mock.calls.length, 1)
  })

  it("makes no code without compiled decoding", () => {
    const make = vi.fn(globalThis.Function)
    vi.stubGlobal("Function", make)
    Answer.decoder(Series.list, { compiledDecoding: false })(answerOf(series))
    assert.strictEqual(make.mock.calls.length, 0)
  })
})
