/** Requests about multivariate event collections, by the status that they receive. */
import { badBodies, type Case } from "./cases.ts"
import { collectionTicker, settledTicker, ticker } from "./world.ts"

const path = "/multivariate_event_collections"

const leg = { market_ticker: ticker, event_ticker: "KXTEST-26", side: "yes" }

const selected = (...legs: ReadonlyArray<object>) => ({ json: { selected_markets: legs } })

export const collectionCases: Readonly<Record<string, Case>> = {
  GetMultivariateEventCollections: {
    request: { method: "GET", path },
    others: {
      400: ["limit=0", "limit=201", "limit=many", "cursor=nonsense", "status=settled"].map((query) => ({
        path: `${path}?${query}`
      }))
    }
  },
  GetMultivariateEventCollection: {
    request: { method: "GET", path: `${path}/${collectionTicker}` },
    others: { 404: [{ path: `${path}/KXNONE-R` }] },
    planted: [400]
  },
  CreateMarketInMultivariateEventCollection: {
    request: { method: "POST", path: `${path}/${collectionTicker}`, ...selected(leg) },
    others: {
      400: [
        ...badBodies,
        { path: `${path}/KXNONE-R` },
        selected(),
        selected({ ...leg, side: "maybe" }),
        selected({ ...leg, event_ticker: "KXNONE-26" }),
        selected({ ...leg, market_ticker: "KXNONE-26-YES" }),
        selected({ ...leg, market_ticker: settledTicker }),
        selected(leg, leg),
        selected(leg, { ...leg, side: "no" })
      ]
    }
  }
}
