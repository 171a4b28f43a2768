/** Requests about events, markets and historical data, by the status that they receive. */
import { badPages, type Case } from "./cases.ts"
import { settledTicker, ticker } from "./world.ts"

const get = (path: string): Case["request"] => ({ method: "GET", path })

const bad = (path: string, ...queries: ReadonlyArray<string>) => queries.map((query) => ({ path: `${path}?${query}` }))

const isNotPerhaps = ["with_nested_markets=perhaps", "with_nested_markets=true&with_nested_markets=true"]

/** More tickers than the maximum of 100. */
const tooMany = Array.from({ length: 101 }, (_, n) => `tickers=T${n}`).join("&")

const hour = "start_ts=0&end_ts=3600&period_interval=1"

const forecast = "/series/KXTEST/events/KXTEST-26/forecast_percentile_history"

/** Invalid ranges of candlesticks. The last range is too long. */
const badRanges = [
  "start_ts=0&end_ts=3600",
  "start_ts=3601&end_ts=3600&period_interval=1",
  "start_ts=0&end_ts=3600&period_interval=5",
  "start_ts=now&end_ts=3600&period_interval=1",
  "start_ts=0&end_ts=300001&period_interval=1"
]

/** Public operations that declare 401 refuse a wrong signature. */
const signedWrongly = { signed: { path: "/" } }

/** Invalid queries for lists of archived fills or orders, which also accept a subaccount. */
const badArchive = (path: string) => [...badPages(path), ...bad(path, "subaccount=64", "min_ts=yesterday")]

export const marketCases: Readonly<Record<string, Case>> = {
  GetEvents: {
    request: get("/events?with_nested_markets=true"),
    others: {
      400: [...bad("/events", ...isNotPerhaps, "limit=0", "limit=201", "cursor=nonsense", "status=perhaps")]
    }
  },
  GetMultivariateEvents: {
    request: get("/events/multivariate"),
    others: { 400: bad("/events/multivariate", ...isNotPerhaps, "limit=0", "limit=201") }
  },
  GetEventFeeChanges: {
    request: get("/events/fee_changes"),
    others: { 400: bad("/events/fee_changes", "limit=0", "limit=many", "limit=1&limit=2") }
  },
  GetEvent: {
    request: get("/events/KXTEST-26"),
    others: { 400: bad("/events/KXTEST-26", ...isNotPerhaps), 404: [{ path: "/events/KXNONE-26" }] }
  },
  GetEventMetadata: {
    request: get("/events/KXTEST-26/metadata"),
    others: { 404: [{ path: "/events/KXNONE-26/metadata" }] },
    planted: [400]
  },

  GetMarkets: {
    request: get("/markets"),
    others: {
      400: bad(
        "/markets",
        "limit=-1",
        "limit=1001",
        "cursor=nonsense",
        "status=perhaps",
        "mve_filter=perhaps",
        "min_close_ts=tomorrow",
        "min_close_ts=1&min_settled_ts=1",
        "min_close_ts=1&status=open"
      )
    }
  },
  GetMarket: { request: get(`/markets/${ticker}`), others: { 404: [{ path: "/markets/KXNONE-26-YES" }] } },
  GetMarketOrderbook: {
    request: get(`/markets/${ticker}/orderbook?depth=1`),
    others: {
      404: [{ path: "/markets/KXNONE-26-YES/orderbook" }]
    }
  },
  GetMarketOrderbooks: {
    request: get(`/markets/orderbooks?tickers=${ticker}&tickers=${settledTicker}`),
    others: { 400: [{ path: "/markets/orderbooks" }, ...bad("/markets/orderbooks", tooMany)] }
  },
  GetTrades: {
    request: get(`/markets/trades?ticker=${ticker}`),
    others: {
      400: bad("/markets/trades", "limit=-1", "limit=1001", "cursor=nonsense", "min_ts=now", "is_block_trade=perhaps")
    }
  },
  GetSeriesList: {
    request: get("/series?include_volume=true"),
    others: { 400: bad("/series", "include_volume=perhaps", "min_updated_ts=now") }
  },
  GetSeries: {
    request: get("/series/KXTEST"),
    others: { 400: [{ path: "/series/KXNONE" }, ...bad("/series/KXTEST", "include_volume=perhaps")] }
  },

  GetMarketCandlesticks: {
    request: get(`/series/KXTEST/markets/${ticker}/candlesticks?${hour}`),
    others: {
      400: bad(`/series/KXTEST/markets/${ticker}/candlesticks`, ...badRanges),
      404: [
        { path: `/series/KXTEST/markets/KXNONE-26-YES/candlesticks?${hour}` },
        { path: `/series/KXNONE/markets/${ticker}/candlesticks?${hour}` }
      ]
    }
  },
  BatchGetMarketCandlesticks: {
    request: get(`/markets/candlesticks?market_tickers=${ticker},${settledTicker}&${hour}`),
    others: {
      400: [
        ...bad("/markets/candlesticks", hour),
        ...bad("/markets/candlesticks", `market_tickers=${ticker}&start_ts=0&end_ts=3600&period_interval=0`),
        ...bad(
          "/markets/candlesticks",
          `market_tickers=${Array.from({ length: 101 }, (_, n) => `T${n}`).join()}&${hour}`
        )
      ],
      401: [signedWrongly]
    }
  },
  GetMarketCandlesticksByEvent: {
    request: get(`/series/KXTEST/events/KXTEST-26/candlesticks?${hour}`),
    others: {
      400: [
        ...bad("/series/KXTEST/events/KXTEST-26/candlesticks", ...badRanges.slice(0, -1)),
        { path: `/series/KXTEST/events/KXNONE-26/candlesticks?${hour}` },
        { path: `/series/KXNONE/events/KXTEST-26/candlesticks?${hour}` }
      ],
      401: [signedWrongly]
    }
  },
  GetEventForecastPercentilesHistory: {
    request: get(`${forecast}?percentiles=5000&${hour}`),
    others: {
      400: [
        ...bad(forecast, hour, ...badRanges.map((range) => `percentiles=5000&${range}`)),
        ...bad(forecast, `percentiles=10000&${hour}`, `percentiles=many&${hour}`),
        ...bad(forecast, `${Array.from({ length: 11 }, (_, n) => `percentiles=${n}&`).join("")}${hour}`),
        { path: `${forecast.replace("KXTEST-26", "KXNONE-26")}?percentiles=5000&${hour}` },
        { path: `${forecast.replace("/KXTEST/", "/KXNONE/")}?percentiles=5000&${hour}` }
      ]
    }
  },
  GetMarketCandlesticksHistorical: {
    request: get(`/historical/markets/${settledTicker}/candlesticks?${hour}`),
    others: {
      400: bad(`/historical/markets/${settledTicker}/candlesticks`, ...badRanges),
      404: [
        { path: `/historical/markets/${ticker}/candlesticks?${hour}` },
        { path: `/historical/markets/KXNONE-26-YES/candlesticks?${hour}` }
      ]
    }
  },

  GetHistoricalCutoff: { request: get("/historical/cutoff") },
  GetFillsHistorical: {
    request: get(`/historical/fills?ticker=${settledTicker}`),
    others: { 400: badArchive("/historical/fills"), 404: bad("/historical/fills", "ticker=KXNONE-26-YES") }
  },
  GetHistoricalMarkets: {
    request: get("/historical/markets"),
    others: { 400: bad("/historical/markets", "limit=-1", "limit=1001", "cursor=nonsense", "mve_filter=perhaps") }
  },
  GetHistoricalMarket: {
    request: get(`/historical/markets/${settledTicker}`),
    others: { 404: [{ path: `/historical/markets/${ticker}` }, { path: "/historical/markets/KXNONE-26-YES" }] }
  },
  GetHistoricalOrders: { request: get("/historical/orders"), others: { 400: badArchive("/historical/orders") } },
  GetHistoricalPositions: {
    request: get("/historical/positions"),
    others: { 400: [...badPages("/historical/positions"), ...bad("/historical/positions", "subaccount=64")] }
  },
  GetTradesHistorical: {
    request: get(`/historical/trades?ticker=${settledTicker}`),
    others: {
      400: bad("/historical/trades", "limit=-1", "limit=1001", "min_ts=now", "is_block_trade=perhaps"),
      404: bad("/historical/trades", "ticker=KXNONE-26-YES")
    }
  }
}
