/**
 * Requests about RFQ batches, by the status that they receive. `{batch}`, `{child}` and so on stand for the entities of
 * `worldBatches.ts`.
 */
import { badBodies, badPages, type Case, type Change } from "./cases.ts"
import { collectionTicker, settledTicker, ticker } from "./world.ts"
import { acceptance, batch, batchQuote, pair, takenBatchId } from "./worldBatches.ts"

const unknownId = "00000000-0000-4000-8000-000000000000"
const root = "/communications/rfq_batches"
const children = ["{child}", "{otherChild}"]
const [first, second] = pair.map((market_ticker) => ({ market_ticker }))

const changes = (jsons: ReadonlyArray<object>): ReadonlyArray<Change> => jsons.map((json) => ({ json }))

const ids = (suffix: string) => ({
  malformed: [{ path: `${root}/mine${suffix}` }],
  unknown: [{ path: `${root}/${unknownId}${suffix}` }]
})

const of = (...items: ReadonlyArray<object | undefined>) => batch({ children: items })

const legs = (selected_markets: ReadonlyArray<object>) => ({ selected_markets })
const leg = { market_ticker: ticker, event_ticker: "KXTEST-26", side: "yes" }

const readOne = (suffix: string): Case => ({
  request: { method: "GET", path: `${root}/{batch}${suffix}` },
  others: { 400: ids(suffix).malformed, 404: ids(suffix).unknown }
})

export const batchCases: Readonly<Record<string, Case>> = {
  GetRFQBatches: {
    request: { method: "GET", path: root },
    others: {
      400: [
        ...badPages(root),
        ...["limit=21", "user_filter=others", "status=nonsense", "subaccount=64"].map((query) => ({
          path: `${root}?${query}`
        }))
      ]
    }
  },
  CreateRFQBatch: {
    who: "taker",
    request: { method: "POST", path: root, json: batch() },
    others: {
      400: [
        ...badBodies,
        ...changes([
          of(first),
          of(...Array.from({ length: 58 }, (_, n) => ({ market_ticker: `KXPAIR-26-${n}` }))),
          of(first, { market_ticker: "KXNONE-1" }),
          of(first, { market_ticker: settledTicker }),
          of(first, { market_ticker: ticker }),
          of(first, first),
          of(first, {}),
          of(first, { ...second, ...legs([leg]) }),
          of(first, legs([])),
          of(first, legs([leg])),
          batch({ children: [first, legs([leg])], mve_collection_ticker: "KXNONE-R" }),
          batch({
            children: [first, legs([{ ...leg, market_ticker: settledTicker }])],
            mve_collection_ticker: collectionTicker
          }),
          of(first, { ...second, target_cost_dollars: "5.00" }),
          batch({ target_cost_dollars: "5.00" }),
          batch({ contracts_fp: undefined }),
          batch({ contracts_fp: "2.001" }),
          batch({ contracts_fp: "0" }),
          batch({ target_cost_excludes_fees: true }),
          batch({ rest_remainder: true }),
          batch({ client_batch_id: "" }),
          batch({ client_batch_id: "x".repeat(65) }),
          batch({ subaccount: 64 })
        ])
      ],
      403: [
        { json: batch({ subtrader_id: "mine" }) },
        { who: "maker" },
        { who: "balanceOnly" },
        { who: "locked", json: batch({ subaccount: 0 }) }
      ],
      409: [{ json: batch({ client_batch_id: takenBatchId }) }]
    }
  },
  GetRFQBatch: readOne(""),
  DeleteRFQBatch: {
    who: "taker",
    request: { method: "DELETE", path: `${root}/{batch}` },
    others: {
      400: [...ids("").malformed, { path: `${root}/{acceptedBatch}` }],
      404: [...ids("").unknown, { who: "maker" }, { who: "locked" }]
    }
  },
  GetRFQBatchBestQuotes: {
    ...readOne("/best_quotes"),
    who: "taker",
    others: {
      ...readOne("/best_quotes").others,
      403: [{ who: "maker" }, { who: "locked" }, { who: "balanceOnly" }]
    }
  },
  AcceptRFQBatch: {
    who: "taker",
    request: { method: "PUT", path: `${root}/{batch}/accept`, json: acceptance(children) },
    others: {
      400: [
        ...badBodies,
        ...ids("/accept").malformed,
        ...changes([
          acceptance(children, { accepted_side: "both" }),
          acceptance(["{child}"]),
          acceptance(["{child}", "{child}"]),
          acceptance(["{child}", "mine"]),
          acceptance([...children, unknownId]),
          acceptance(children, { min_bids: children.map((rfq_id) => ({ rfq_id, bid_dollars: "1.01" })) })
        ])
      ],
      403: [{ who: "maker" }, { who: "locked" }, { who: "balanceOnly" }],
      404: ids("/accept").unknown,
      409: changes([acceptance(children, { min_bids: children.map((rfq_id) => ({ rfq_id, bid_dollars: "0.41" })) })])
    }
  },
  GetRFQBatchQuotes: readOne("/quotes"),
  CreateRFQBatchQuote: {
    request: { method: "POST", path: `${root}/{batch}/quotes`, json: batchQuote(children) },
    others: {
      400: [
        ...badBodies,
        ...ids("/quotes").malformed,
        ...changes([
          batchQuote(["{child}"]),
          batchQuote(["{child}", "{child}"]),
          batchQuote(["{child}", unknownId]),
          batchQuote(["{child}", "mine"]),
          batchQuote(children, { subaccount: 64 }),
          batchQuote(children, { subaccount: 2 }),
          ...[
            ["0", "0"],
            ["0.51", "0.50"],
            ["0.4", "0.50"],
            ["0.405", "0.50"]
          ].map(([yes_bid, no_bid]) => ({
            ...batchQuote(children),
            quotes: children.map((rfq_id) => ({ rfq_id, yes_bid, no_bid }))
          }))
        ])
      ],
      403: [{ who: "taker" }, { who: "balanceOnly" }, { who: "locked", json: batchQuote(children, { subaccount: 0 }) }],
      404: ids("/quotes").unknown,
      409: [{ path: `${root}/{acceptedBatch}/quotes` }]
    }
  },
  DeleteRFQBatchQuote: {
    request: { method: "DELETE", path: `${root}/{batch}/quotes/{batchQuote}` },
    others: {
      400: [{ path: `${root}/mine/quotes/{batchQuote}` }, { path: `${root}/{batch}/quotes/mine` }],
      404: [
        { path: `${root}/${unknownId}/quotes/{batchQuote}` },
        { path: `${root}/{batch}/quotes/${unknownId}` },
        { path: `${root}/{acceptedBatch}/quotes/{batchQuote}` },
        { who: "taker" },
        { who: "basic" },
        { who: "locked" }
      ]
    }
  },
  ConfirmRFQBatchQuote: {
    request: { method: "PUT", path: `${root}/{acceptedBatch}/quotes/{acceptedBatchQuote}/confirm`, json: {} },
    others: {
      400: [
        { json: {}, contentType: "text/plain" },
        { path: `${root}/mine/quotes/{acceptedBatchQuote}/confirm` },
        { path: `${root}/{acceptedBatch}/quotes/mine/confirm` },
        { text: "[]" }
      ],
      404: [{ path: `${root}/{acceptedBatch}/quotes/${unknownId}/confirm` }, { who: "taker" }, { who: "locked" }],
      409: [{ path: `${root}/{batch}/quotes/{batchQuote}/confirm` }]
    }
  }
}
