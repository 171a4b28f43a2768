import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import * as Environment from "../../src/Environment.ts"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import * as RfqBatches from "../../src/rest/RfqBatches.ts"
import { collect, itFails, itRejects, itSendsAndDecodes, play } from "../support/calls.ts"
import { layerScript, type Reply, signer } from "../support/scripted.ts"

const rfq_batch_id = "9d1a3c1e-6a52-4a0b-9a53-0d6b5f1f4a11"
const batch_quote_id = "0fab643f-bf47-4455-a44f-2dc0b00acbbf"
const [first, second] = ["42b2770c-7bcc-423b-af6b-d954cbcb267e", "5a0e2b11-1f0c-4c8b-8f1a-3f0b6c1d2e3f"]
const batches = "/communications/rfq_batches"
const scoped = `${batches}/${rfq_batch_id}`
const [a, b] = [{ market_ticker: "KXMVE-A" }, { market_ticker: "KXMVE-B" }]

const child = (id: string, market_ticker: string) => ({
  id,
  creator_id: "c49e7bad",
  market_ticker,
  contracts_fp: "10.00",
  status: "open",
  created_ts: "2026-10-26T01:55:29.13Z"
})

const batch = {
  id: rfq_batch_id,
  creator_id: "c49e7bad",
  status: "open",
  created_ts: "2026-10-26T01:55:29.13Z",
  rfqs: [child(first, "KXMVE-A"), child(second, "KXMVE-B")],
  client_batch_id: "mine"
}

const childQuote = (rfq_id: string) => ({
  id: "q",
  rfq_id,
  creator_id: "m",
  rfq_creator_id: "c49e7bad",
  market_ticker: "KXMVE-A",
  contracts_fp: "10.00",
  yes_bid_dollars: "0.3000",
  no_bid_dollars: "0.6000",
  created_ts: "2026-10-26T01:55:30Z",
  updated_ts: "2026-10-26T01:55:30Z",
  status: "accepted"
})

describe("RfqBatches.list", () => {
  itSendsAndDecodes([
    {
      it: "lists the batches of all users",
      call: RfqBatches.list(),
      request: `GET ${batches}`,
      reply: { status: 200, body: { rfq_batches: [batch], cursor: "next" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: RfqBatches.list({ cursor: "c=", subaccount: 3, limit: 20, status: "accepted", user_filter: "self" }),
      request: `GET ${batches}?cursor=c%3D&subaccount=3&limit=20&status=accepted&user_filter=self`,
      reply: { status: 200, body: { rfq_batches: null } },
      value: { rfq_batches: [] }
    }
  ])

  it.effect("reads pages of different lengths until the last page", () =>
    Effect.gen(function* () {
      const page = (ids: ReadonlyArray<string>, cursor?: string) => ({
        status: 200,
        body: { rfq_batches: ids.map((id) => ({ ...batch, id })), cursor }
      })
      const { sent, value } = yield* play(collect(RfqBatches.list.items({ limit: 20 })), [
        page(["1"], "+1"),
        page(["2", "3"], "+2"),
        page([])
      ])
      assert.deepStrictEqual(
        value.items.map(({ id }) => id),
        ["1", "2", "3"]
      )
      assert.deepStrictEqual(
        sent.map(({ target }) => target.split("?")[1]),
        ["limit=20", "cursor=%2B1&limit=20", "cursor=%2B2&limit=20"]
      )
    })
  )

  itRejects("rejects a limit over 20", [[RfqBatches.list({ limit: 21 }), "/limit"]])
})

describe("RfqBatches.get", () => {
  itSendsAndDecodes([
    {
      it: "reads one batch with an unknown status",
      call: RfqBatches.get({ rfq_batch_id }),
      request: `GET ${scoped}`,
      reply: { status: 200, body: { rfq_batch: { ...batch, status: "a status of tomorrow" } } }
    }
  ])
})

describe("RfqBatches.create", () => {
  const legs = [
    { event_ticker: "E1", market_ticker: "M1", side: "yes" },
    { event_ticker: "E2", market_ticker: "M2", side: "no" }
  ] as const
  const whole: RfqBatches.CreateInput = {
    children: [
      { ...a, target_cost_dollars: "25.00" },
      { selected_markets: legs, target_cost_dollars: "5.00" }
    ],
    mve_collection_ticker: "KXMVE",
    target_cost_excludes_fees: true,
    rest_remainder: false,
    replace_existing: true,
    obscure_creator_id: true,
    client_batch_id: "mine",
    subaccount: 63
  }
  itSendsAndDecodes([
    {
      it: "requests the same count for every child",
      call: RfqBatches.create({ children: [a, b], contracts_fp: "10" }),
      request: `POST ${batches}`,
      body: { children: [a, b], contracts_fp: "10" },
      reply: { status: 201, body: { rfq_batch: batch } }
    },
    {
      it: "requests contracts for a target cost, with combos by ticker and by legs",
      call: RfqBatches.create(whole),
      request: `POST ${batches}`,
      body: whole,
      reply: { status: 201, body: { rfq_batch: batch } }
    }
  ])

  const one = RfqBatches.create({ children: [a, b], contracts_fp: "10", client_batch_id: "mine" })

  itFails(
    "retries with the same client_batch_id after a lost response and sets afterLostAnswer",
    one,
    [
      { fault: "ECONNRESET", syscall: "read" },
      { status: 409, body: { code: "conflict" } }
    ],
    { _tag: "Conflict", afterLostAnswer: true }
  )

  itFails(
    "does not retry a batch without client_batch_id after a lost response",
    RfqBatches.create({ children: [a, b], contracts_fp: "10" }),
    [{ fault: "ECONNRESET", syscall: "read" }],
    { _tag: "TransportError", requestSent: "maybe" }
  )

  itFails(
    "fails with Forbidden if the member cannot use batches",
    one,
    [{ status: 403, body: { error: { code: "rfq_batch_unavailable" } } }],
    { _tag: "Forbidden", code: "rfq_batch_unavailable" }
  )

  const invalid: ReadonlyArray<readonly [string, RfqBatches.CreateInput, pointer: string, reason: string]> = [
    [
      "an empty id",
      { children: [a, b], contracts_fp: "1", client_batch_id: "" },
      "/client_batch_id",
      "the id is empty: pass your own id, or leave this field out"
    ],
    [
      "a remainder that rests",
      { children: [a, b], contracts_fp: "1", rest_remainder: true },
      "/rest_remainder",
      "a batch cannot leave a resting order: pass false, or leave this field out"
    ],
    [
      "a child that names no combo",
      { children: [a, {}], contracts_fp: "1" },
      "/children/1",
      "this child names no combo: pass market_ticker or selected_markets"
    ],
    [
      "a child that names its combo twice",
      { children: [{ ...a, selected_markets: legs }, b], contracts_fp: "1", mve_collection_ticker: "KXMVE" },
      "/children/0/selected_markets",
      "this child names its combo twice: pass market_ticker or selected_markets, not both"
    ],
    [
      "an empty ticker",
      { children: [a, { market_ticker: "" }], contracts_fp: "1" },
      "/children/1/market_ticker",
      "the ticker is empty: pass the combo's ticker"
    ],
    [
      "a combo without legs",
      { children: [a, { selected_markets: [] }], contracts_fp: "1", mve_collection_ticker: "KXMVE" },
      "/children/1/selected_markets",
      "a combo needs legs: pass 1 to 6 legs"
    ],
    [
      "legs without their collection",
      { children: [a, { selected_markets: legs }], contracts_fp: "1" },
      "/mve_collection_ticker",
      "this field is required because a child has selected_markets: pass the collection of its combo"
    ],
    [
      "the same ticker twice",
      { children: [a, b, a], contracts_fp: "1" },
      "/children/2",
      "an earlier child has the same combo: pass each combo once"
    ],
    [
      "the same legs in another sequence",
      {
        children: [{ selected_markets: legs }, { selected_markets: legs.toReversed() }],
        contracts_fp: "1",
        mve_collection_ticker: "KXMVE"
      },
      "/children/1",
      "an earlier child has the same combo: pass each combo once"
    ],
    [
      "two sizes of the batch",
      { children: [a, b], contracts_fp: "1", target_cost_dollars: "1.00" },
      "/target_cost_dollars",
      "there are two sizes: pass contracts_fp or target_cost_dollars, not both"
    ],
    [
      "two sizes of a child",
      { children: [a, { ...b, contracts_fp: "1", target_cost_dollars: "1.00" }], contracts_fp: "1" },
      "/children/1/target_cost_dollars",
      "there are two sizes: pass contracts_fp or target_cost_dollars, not both"
    ],
    [
      "a child without a size",
      { children: [{ ...a, contracts_fp: "1" }, b], contracts_fp: null },
      "/children/1",
      "this child has no size: set contracts_fp or target_cost_dollars on the child or on the batch"
    ],
    [
      "children sized by contracts and by cost",
      { children: [a, { ...b, target_cost_dollars: "1.00" }], contracts_fp: "1" },
      "/children/1/target_cost_dollars",
      "every child must be sized the same way: the first has contracts_fp, so set contracts_fp for this child too"
    ],
    [
      "a batch sized by contracts whose first child is sized by cost",
      { children: [{ ...a, target_cost_dollars: "1.00" }, b], contracts_fp: "1" },
      "/children/1",
      "every child must be sized the same way: the first has target_cost_dollars, so set target_cost_dollars for this child too"
    ],
    [
      "target_cost_excludes_fees with a size in contracts",
      { children: [a, b], contracts_fp: "1", target_cost_excludes_fees: true },
      "/target_cost_excludes_fees",
      "the children are sized by contracts: leave this field out, or size the children by target_cost_dollars"
    ],
    ["fewer than two children", { children: [a], contracts_fp: "1" }, "/children", "expected a list of 2 to 57 items"]
  ]
  for (const [fault, input, pointer, reason] of invalid) {
    itFails(`rejects ${fault}, and says why`, RfqBatches.create(input), [], {
      _tag: "InvalidRequest",
      operation: "RfqBatches.create",
      pointer,
      reason
    })
  }
})

describe("RfqBatches.delete", () => {
  itSendsAndDecodes([
    {
      it: "sends no body and returns nothing",
      call: RfqBatches.delete({ rfq_batch_id }),
      request: `DELETE ${scoped}`,
      reply: { status: 204 }
    }
  ])

  itFails(
    "retries after a lost response and sets afterLostAnswer",
    RfqBatches.delete({ rfq_batch_id }),
    [
      { fault: "ECONNRESET", syscall: "read" },
      { status: 404, body: { code: "not_found" } }
    ],
    { _tag: "NotFound", afterLostAnswer: true }
  )
})

const best = {
  rfq_batch_id,
  status: "open",
  version: 7,
  yes_complete: false,
  no_complete: true,
  rfqs: [
    { rfq_id: first, market_ticker: "KXMVE-A", no_bid_dollars: "0.6000", no_contracts_offered_fp: "10.00" },
    { rfq_id: second, market_ticker: "KXMVE-B", yes_bid_dollars: "0.2000", no_bid_dollars: "0.4000" }
  ]
}

describe("RfqBatches.bestQuotes", () => {
  itSendsAndDecodes([
    {
      it: "reads a side without bids as absent",
      call: RfqBatches.bestQuotes({ rfq_batch_id }),
      request: `GET ${scoped}/best_quotes`,
      reply: { status: 200, body: { best_quotes: best } }
    }
  ])
})

describe("RfqBatches.accept", () => {
  const min_bids: ReadonlyArray<RfqBatches.MinBid> = [
    { rfq_id: first, bid_dollars: "0.6000" },
    { rfq_id: second, bid_dollars: "0.50" }
  ]
  const input = { rfq_batch_id, accepted_side: "no", min_bids } as const
  const accepted: Reply = {
    status: 200,
    body: { accepted_side: "no", quotes: [childQuote(first), childQuote(second)] }
  }

  itSendsAndDecodes([
    {
      it: "sends one minimum bid per child",
      call: RfqBatches.accept({ ...input, client_order_id: "mine" }),
      request: `PUT ${scoped}/accept`,
      body: { accepted_side: "no", min_bids, client_order_id: "mine" },
      reply: accepted
    }
  ])

  it.effect("retries with the same id after a lost response and returns the result", () =>
    Effect.gen(function* () {
      const call = RfqBatches.accept({ ...input, client_order_id: "mine" })
      const { sent, value } = yield* play(call, [{ fault: "ECONNRESET", syscall: "read" }, accepted])
      assert.strictEqual(value.accepted_side, "no")
      assert.lengthOf(sent, 2)
      assert.strictEqual(sent[1]!.body, sent[0]!.body)
    })
  )

  for (const id of [{}, { client_order_id: "" }]) {
    itFails(
      `does not retry after a lost response if the id is ${"client_order_id" in id ? "empty" : "absent"}`,
      RfqBatches.accept({ ...input, ...id }),
      [{ fault: "ECONNRESET", syscall: "read" }],
      { _tag: "TransportError", requestSent: "maybe" }
    )
  }

  const twice = [...min_bids, { rfq_id: first, bid_dollars: "0.10" } as const]
  itFails(
    "rejects two minimum bids for one child, and says why",
    RfqBatches.accept({ ...input, min_bids: twice }),
    [],
    {
      _tag: "InvalidRequest",
      pointer: "/min_bids/2/rfq_id",
      reason: "an earlier entry is for the same child: pass exactly one entry for each child of the batch"
    }
  )

  // The status of this error and the position of the children in its body are undocumented. These values are examples.
  const changed = { code: "rfq_batch_quotes_changed", message: "bids got worse", details: [{ rfq_id: second }] }

  it.effect("reports worse bids by their error code, with status 400, 409 or 422", () =>
    Effect.gen(function* () {
      for (const [status, body] of [
        [409, { error: changed }],
        [400, changed],
        [422, changed]
      ] as const) {
        const { error, sent } = yield* play(RfqBatches.accept(input), [{ status, body }])
        assert.lengthOf(sent, 1)
        assert.isTrue("code" in error && error.code === "rfq_batch_quotes_changed")
        assert.isTrue("body" in error && error.body.details === JSON.stringify(changed.details))
      }
    })
  )

  it.effect("the first documented example finds the worse bids with bestQuotes", () =>
    Effect.gen(function* () {
      const worse = RfqBatches.accept(input).pipe(
        Effect.as<ReadonlyArray<string>>([]),
        Effect.catchIf(
          (error) => "code" in error && error.code === "rfq_batch_quotes_changed",
          () =>
            Effect.map(RfqBatches.bestQuotes({ rfq_batch_id }), ({ best_quotes }) =>
              min_bids.flatMap(({ bid_dollars, rfq_id }) => {
                const now = best_quotes.rfqs.find((one) => one.rfq_id === rfq_id)?.no_bid_dollars
                const isWorse = now === undefined || FixedPoint.compare(now, FixedPoint.dollarsUnsafe(bid_dollars)) < 0
                return isWorse ? [rfq_id] : []
              })
            )
        )
      )
      const { value } = yield* play(worse, [
        { status: 409, body: { error: changed } },
        { status: 200, body: { best_quotes: best } }
      ])
      assert.deepStrictEqual(value, [second])
    })
  )

  it.effect("the second documented example reads the complete error body with an HTTP client", () => {
    const shown: Array<string> = []
    const showing = Layer.effect(
      HttpClient.HttpClient,
      Effect.map(HttpClient.HttpClient, (client) =>
        HttpClient.transformResponse(
          client,
          Effect.flatMap((response) =>
            response.status < 400
              ? Effect.succeed(response)
              : Effect.map(response.text, (text) => {
                  shown.push(text)
                  const { headers, status } = response
                  return HttpClientResponse.fromWeb(response.request, new Response(text, { headers, status }))
                })
          )
        )
      )
    )
    const body = { error: changed, rfqs: [{ rfq_id: second, best: "0.4" }] }
    return Effect.gen(function* () {
      const error = yield* Effect.flip(RfqBatches.accept(input))
      assert.include(error, { _tag: "Conflict", code: "rfq_batch_quotes_changed" })
      assert.deepStrictEqual(shown, [JSON.stringify(body)])
    }).pipe(
      Effect.provide(
        Kalshi.layer({ environment: Environment.sandbox, signer: signer(), limits: false }).pipe(
          Layer.provide(showing),
          Layer.provide(layerScript([{ status: 409, body }]))
        )
      )
    )
  })
})

describe("RfqBatches.quotes", () => {
  const one = {
    id: batch_quote_id,
    rfq_batch_id,
    creator_id: "m",
    rfq_creator_id: "c49e7bad",
    status: "accepted",
    created_ts: "2026-10-26T01:55:30Z",
    updated_ts: "2026-10-26T01:55:31Z",
    accepted_side: "no",
    quotes: [childQuote(second)]
  }
  itSendsAndDecodes([
    {
      it: "reads a batch quote with its accepted children",
      call: RfqBatches.quotes({ rfq_batch_id }),
      request: `GET ${scoped}/quotes`,
      reply: { status: 200, body: { batch_quotes: [one] } }
    }
  ])
})

describe("RfqBatches.quote", () => {
  const quotes: ReadonlyArray<RfqBatches.ChildQuote> = [
    { rfq_id: first, yes_bid: "0.30", no_bid: "0.60" },
    { rfq_id: second, yes_bid: "0.20", no_bid: "0.4000" }
  ]
  const input = { rfq_batch_id, quotes, rest_remainder: false }
  itSendsAndDecodes([
    {
      it: "sends a price for both sides of each child",
      call: RfqBatches.quote({ ...input, post_only: true, subaccount: 0 }),
      request: `POST ${scoped}/quotes`,
      body: { quotes, rest_remainder: false, post_only: true, subaccount: 0 },
      reply: { status: 201, body: { id: batch_quote_id } }
    }
  ])

  it.effect("retries after a lost response, because a new quote replaces the older one", () =>
    Effect.gen(function* () {
      const replies = [
        { fault: "ECONNRESET", syscall: "read" },
        { status: 201, body: { id: batch_quote_id } }
      ]
      const { sent, value } = yield* play(RfqBatches.quote(input), replies)
      assert.deepStrictEqual(value, { id: batch_quote_id })
      assert.lengthOf(sent, 2)
    })
  )

  const twice = [quotes[0]!, { ...quotes[1]!, rfq_id: first }]
  itFails("rejects two prices for one child, and says why", RfqBatches.quote({ ...input, quotes: twice }), [], {
    _tag: "InvalidRequest",
    pointer: "/quotes/1/rfq_id",
    reason: "an earlier entry is for the same child: pass exactly one entry for each child of the batch"
  })
})

const own = { rfq_batch_id, batch_quote_id }

describe("RfqBatches.deleteQuote", () => {
  itSendsAndDecodes([
    {
      it: "sends no body and returns nothing",
      call: RfqBatches.deleteQuote(own),
      request: `DELETE ${scoped}/quotes/${batch_quote_id}`,
      reply: { status: 204 }
    }
  ])

  itFails(
    "retries after a lost response and sets afterLostAnswer",
    RfqBatches.deleteQuote(own),
    [
      { fault: "ECONNRESET", syscall: "read" },
      { status: 404, body: { code: "not_found" } }
    ],
    { _tag: "NotFound", afterLostAnswer: true }
  )
})

describe("RfqBatches.confirmQuote", () => {
  itSendsAndDecodes([
    {
      it: "sends an empty object, because the exchange requires a body",
      call: RfqBatches.confirmQuote(own),
      request: `PUT ${scoped}/quotes/${batch_quote_id}/confirm`,
      body: {},
      reply: { status: 204 }
    }
  ])

  itFails(
    "retries after a lost response and sets afterLostAnswer",
    RfqBatches.confirmQuote(own),
    [
      { fault: "ECONNRESET", syscall: "read" },
      { status: 409, body: { code: "conflict" } }
    ],
    { _tag: "Conflict", afterLostAnswer: true }
  )
})
