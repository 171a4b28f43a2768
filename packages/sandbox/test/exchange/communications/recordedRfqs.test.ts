import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { readFileSync } from "node:fs"
import { type Credentials, layerTest, Sandbox } from "../../../src/Sandbox.ts"
import { errorOf, type Got, send, type Sent } from "../../support/wire.ts"

interface Recorded {
  readonly operation?: string
  readonly schema?: string
  readonly body: unknown
}

/** The recorded bodies of one operation or schema, in the order of recording. */
const recorded = (file: string, of: string): ReadonlyArray<unknown> =>
  readFileSync(new URL(`../../../../../fixtures/recorded/demo-2026-07-${file}.jsonl`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line): Recorded => JSON.parse(line))
    .flatMap(({ body, operation, schema }) => (operation === of || schema === of ? [body] : []))

const isId = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f-]{27}$|^[0-9a-f]{64}$/.test(text)

const isTime = (name: string): boolean => /(?:^|_)(?:ts|time)$/.test(name)

/** Fields that are no longer in the documents, or that differ as the README says. */
const ignored = new Set(["resting_orders_count", "action"])

/**
 * A body must have every recorded field with the recorded value. Each recorded id must correspond to exactly one id of
 * the bodies. For a time, only its type is compared.
 */
const makeAssertShows = () => {
  const ours = new Map<string, string>()
  const theirs = new Map<string, string>()
  const shows = (got: unknown, expected: unknown, at: string): void => {
    const name = at.split(".").at(-1)!
    if (Array.isArray(expected)) {
      assert.isArray(got, at)
      assert.strictEqual((got as ReadonlyArray<unknown>).length, expected.length, at)
      expected.forEach((item, index) => shows((got as ReadonlyArray<unknown>)[index], item, `${at}.${index}`))
    } else if (typeof expected === "object" && expected !== null) {
      for (const [key, value] of Object.entries(expected)) {
        if (!ignored.has(key)) shows((got as Readonly<Record<string, unknown>>)[key], value, `${at}.${key}`)
      }
    } else if (isTime(name)) {
      assert.strictEqual(typeof got, typeof expected, at)
    } else if (typeof expected === "string" && isId(expected)) {
      const text = String(got)
      assert.isTrue(isId(text), at)
      assert.strictEqual(ours.get(expected) ?? text, text, at)
      assert.strictEqual(theirs.get(text) ?? expected, expected, at)
      ours.set(expected, text)
      theirs.set(text, expected)
    } else {
      assert.deepStrictEqual(got, expected, at)
    }
  }
  return shows
}

const ticker = "KXMLBGAME-26JUL081840NYYTB-NYY"

const makeParties = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  yield* sandbox.createMarket({ ticker })
  const account = (name: string) => sandbox.createAccount({ name, dollars: "1000" })
  return { maker: yield* account("maker"), requester: yield* account("requester") }
})

const call = (by: Credentials, method: Sent["method"], path: string, json?: unknown) =>
  send({ method, path, by, ...(json === undefined ? undefined : { json }) })

const created = (got: Got): string => {
  assert.strictEqual(got.status, 201, JSON.stringify(got.body))
  return (got.body as { readonly id: string }).id
}

/** The recorded steps up to an accepted quote. */
const accepted = (parties: Effect.Success<typeof makeParties>, accepted_side: "yes" | "no") =>
  Effect.gen(function* () {
    const { maker, requester } = parties
    const rfq = { market_ticker: ticker, contracts: 1, rest_remainder: false, replace_existing: true }
    const rfqId = created(yield* call(requester, "POST", "/communications/rfqs", rfq))
    const terms = { rfq_id: rfqId, yes_bid: "0.48", no_bid: "0.48", rest_remainder: false }
    const quoteId = created(yield* call(maker, "POST", "/communications/quotes", terms))
    const quote = `/communications/rfqs/${rfqId}/quotes/${quoteId}`
    const got = yield* call(requester, "PUT", `${quote}/accept`, { accepted_side })
    assert.deepStrictEqual([got.status, got.body], [204, ""])
    return quote
  })

const quoteIn = (got: Got): unknown => (got.body as { readonly quote: unknown }).quote

describe("the trades recorded on the demo exchange in July 2026", () => {
  it.effect("have the same quotes, fills, positions and balances on the local exchange", () =>
    Effect.gen(function* () {
      const parties = yield* makeParties
      const shows = makeAssertShows()
      /** The maker's portfolio was recorded first. */
      const assertPortfolios = (file: string, from: number) =>
        Effect.gen(function* () {
          for (const [index, who] of [parties.maker, parties.requester].entries()) {
            for (const [operation, path, more] of [
              ["GetBalance", "/portfolio/balance", 0],
              ["GetPositions", "/portfolio/positions", 0],
              // After a trade, one extra GetFills was recorded before the portfolios.
              ["GetFills", "/portfolio/fills", from > 0 ? 1 : 0]
            ] as const) {
              const got = yield* call(who, "GET", path)
              const expected = recorded(file, operation)[from + more + index]
              const { balance_breakdown: _shards, ...body } = expected as Readonly<Record<string, unknown>>
              shows(got.body, body, `${file} ${operation} ${index}`)
            }
          }
        })
      yield* assertPortfolios("accept-yes", 0)
      for (const side of ["yes", "no"] as const) {
        const path = yield* accepted(parties, side)
        const confirmed = yield* call(parties.maker, "PUT", `${path}/confirm`, {})
        assert.deepStrictEqual([confirmed.status, confirmed.body], [204, ""])
        yield* TestClock.adjust("15 seconds")
        const quote = quoteIn(yield* call(parties.maker, "GET", path))
        shows(quote, recorded(`accept-${side}`, "Quote")[0], side)
        const got = yield* call(parties.requester, "GET", path)
        assert.notProperty(quoteIn(got), "creator_order_id")
        yield* assertPortfolios(`accept-${side}`, 2)
      }
      const market = yield* call(parties.maker, "GET", `/markets/${ticker}`)
      const [{ market: after }] = recorded("lapse", "GetMarket") as readonly [{ readonly market: object }]
      const { last_price_dollars, open_interest_fp, volume_fp } = after as Readonly<Record<string, string>>
      shows(market.body, { market: { last_price_dollars, open_interest_fp, volume_fp } }, "market")
    }).pipe(Effect.provide(layerTest({ assumptions: { timestampWindowMillis: Infinity } })))
  )

  it.effect("include a confirmation and a withdrawal that came too late", () =>
    Effect.gen(function* () {
      const parties = yield* makeParties
      const late = yield* accepted(parties, "yes")
      yield* TestClock.adjust("30 seconds")
      const refused = yield* call(parties.maker, "PUT", `${late}/confirm`, {})
      assert.deepStrictEqual([refused.status, errorOf(refused).code], [400, "expired"])
      makeAssertShows()(quoteIn(yield* call(parties.maker, "GET", late)), recorded("lapse", "Quote")[0], "lapse")

      const kept = yield* accepted(parties, "yes")
      const removed = yield* call(parties.maker, "DELETE", kept)
      assert.deepStrictEqual([removed.status, errorOf(removed).code], [404, "not_found"])
      const [quote] = recorded("delete-after-accept", "Quote")
      makeAssertShows()(quoteIn(yield* call(parties.maker, "GET", kept)), quote, "delete-after-accept")
    }).pipe(Effect.provide(layerTest({ assumptions: { timestampWindowMillis: Infinity } })))
  )
})
