/**
 * An exchange with token buckets. A signed request takes tokens on arrival. If there are too few, the response is 429.
 */
import { Clock, Context, Effect, Layer } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"
import * as Kalshi from "../../src/Kalshi.ts"
import { environment, signer } from "./scripted.ts"

export interface Budget {
  readonly rate: number
  readonly capacity: number
}

export interface Arrived {
  /** Method and target below the API's root. */
  readonly request: string
  /** The `client_order_id`, or the last segment of the path. */
  readonly mark: string
  readonly atMillis: number
  readonly sentMillis: number
  /** The signed time; undefined if the request is unsigned. */
  readonly signedMillis: number | undefined
  readonly cost: number
  readonly status: number
}

export interface ExchangeResponse {
  readonly status: number
  readonly body?: unknown
}

export interface Settings {
  readonly read?: Budget
  readonly write?: Budget
  /** The transit time of the n-th request. `n` starts at 0. Default: 0. */
  readonly transitMillis?: (n: number) => number
  /** Replaces the usual response. A text is the code of a failed connection. */
  readonly respond?: (request: string, mark: string) => ExchangeResponse | string | undefined
  /** The response to a request for the account's limits. Default: the actual limits. */
  readonly limits?: unknown
  /** Default: {@link recordedCosts}. */
  readonly costs?: unknown
}

/** The documented costs of the operations in these tests, in tokens. */
const costOf = (request: string): number =>
  request.startsWith("DELETE /portfolio/events/orders") || /^GET \/portfolio\/orders\/[^/?]+$/.test(request) ? 2 : 10

const success = (method: string, path: string): ExchangeResponse => {
  if (path === "/portfolio/events/orders/batched") {
    return { status: method === "POST" ? 201 : 200, body: { orders: [] } }
  }
  if (path === "/portfolio/events/orders") {
    return { status: 201, body: { order_id: "o", fill_count: "0.00", remaining_count: "1.00", ts_ms: 1 } }
  }
  if (path.startsWith("/portfolio/events/orders/")) {
    return { status: 200, body: { order_id: "o", reduced_by: "1.00", ts_ms: 1 } }
  }
  if (path === "/exchange/status") return { status: 200, body: { exchange_active: true, trading_active: true } }
  if (path === "/communications/quotes") return { status: 201, body: { id: "q" } }
  return { status: 200, body: { is_auto_cancel_enabled: false, orders: [] } }
}

interface Bucket {
  thousandths: number
  atMillis: number
}

/** The buckets that pay for a request, computed without the client's code. */
const bucketsOf = (method: string, path: string, query: URLSearchParams, body: Record<string, unknown>) => {
  if (method === "GET") return ["read"]
  if (path.startsWith("/communications/")) return ["write 1"]
  const single = /^\/portfolio\/events\/orders(?:\/(?!batched)[^/]+(?:\/(?:amend|decrease))?)?$/.test(path)
  if (!single || (method === "DELETE" && path === "/portfolio/events/orders")) return ["write 0"]
  const index = body["exchange_index"] ?? query.get("exchange_index")
  const ticker = body["ticker"] ?? query.get("market_ticker") ?? body["market_ticker"]
  if (index !== null && index !== undefined && Number(index) >= 0) return [`write ${String(index)}`]
  const hasTarget = (index ?? ticker) !== null && (index ?? ticker) !== undefined
  return hasTarget ? ["write 0", "write 1", "write 2", "write 3"] : ["write 0"]
}

export class Exchange extends Context.Service<
  Exchange,
  {
    /** In the order of arrival. */
    readonly arrived: Array<Arrived>
    /** The requests that arrived, without those for the account's limits and costs. */
    readonly calls: () => ReadonlyArray<Arrived>
    readonly refused: () => number
  }
>()("test/Exchange") {}

export const basic: { readonly read: Budget; readonly write: Budget } = {
  read: { rate: 200, capacity: 200 },
  write: { rate: 100, capacity: 100 }
}

export const layerExchange = (settings: Settings = {}): Layer.Layer<HttpClient.HttpClient | Exchange> =>
  Layer.effectContext(
    Effect.sync(() => {
      const read = settings.read ?? basic.read
      const write = settings.write ?? basic.write
      const arrived: Array<Arrived> = []
      const buckets = new Map<string, Bucket>()
      let requests = 0
      const charge = (names: ReadonlyArray<string>, cost: number, nowMillis: number): boolean => {
        const billed = names.map((name) => {
          const { capacity, rate } = name === "read" ? read : write
          const bucket = buckets.get(name) ?? { thousandths: capacity * 1000, atMillis: nowMillis }
          buckets.set(name, bucket)
          bucket.thousandths = Math.min(
            capacity * 1000,
            bucket.thousandths + Math.max(0, nowMillis - bucket.atMillis) * rate
          )
          bucket.atMillis = nowMillis
          return bucket
        })
        if (billed.some(({ thousandths }) => thousandths < cost * 1000)) return false
        for (const bucket of billed) bucket.thousandths -= cost * 1000
        return true
      }
      const client = HttpClient.make((request, url) =>
        Effect.gen(function* () {
          const sentMillis = yield* Clock.currentTimeMillis
          const n = requests++
          const path = url.pathname.slice("/trade-api/v2".length)
          const line = `${request.method} ${path}${url.search}`
          const body = (
            request.body._tag === "Uint8Array" ? JSON.parse(new TextDecoder().decode(request.body.body)) : {}
          ) as Record<string, unknown>
          const delay = settings.transitMillis?.(n) ?? 0
          if (delay > 0) yield* Effect.sleep(delay)
          const atMillis = yield* Clock.currentTimeMillis
          const timestamp = request.headers["kalshi-access-timestamp"]
          const orders = Array.isArray(body["orders"]) ? Math.max(1, body["orders"].length) : 1
          const cost = timestamp === undefined ? 0 : costOf(line) * orders
          const paid = cost === 0 || charge(bucketsOf(request.method, path, url.searchParams, body), cost, atMillis)
          const usual = (): ExchangeResponse => {
            if (!paid) return { status: 429, body: { error: "too many requests" } }
            if (path === "/account/endpoint_costs") return { status: 200, body: settings.costs ?? recordedCosts }
            return path === "/account/limits"
              ? { status: 200, body: settings.limits ?? limitsOf(read, write) }
              : success(request.method, path)
          }
          const mark = String(body["client_order_id"] ?? path.split("/").at(-1))
          const response = settings.respond?.(line, mark) ?? usual()
          const status = typeof response === "string" ? 0 : response.status
          arrived.push({
            request: line,
            mark,
            atMillis,
            sentMillis,
            signedMillis: timestamp === undefined ? undefined : Number(timestamp),
            cost,
            status
          })
          if (typeof response === "string") {
            const cause = Object.assign(new Error(response), { code: response, syscall: "connect" })
            return yield* new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, cause })
            })
          }
          const text = response.body === undefined ? null : JSON.stringify(response.body)
          return HttpClientResponse.fromWeb(request, new Response(text, { status }))
        })
      )
      const isLimitRequest = ({ request }: Arrived) => request.startsWith("GET /account/")
      return Context.make(HttpClient.HttpClient, client).pipe(
        Context.add(
          Exchange,
          Exchange.of({
            arrived,
            calls: () => arrived.filter((request) => !isLimitRequest(request)),
            refused: () => arrived.filter(({ status }) => status === 429).length
          })
        )
      )
    })
  )

export const limitsOf = (read: Budget, write: Budget) => ({
  grants: [],
  usage_tier: "basic",
  read: { bucket_capacity: read.capacity, refill_rate: read.rate },
  write: { bucket_capacity: write.capacity, refill_rate: write.rate }
})

/** The costs of endpoints, in the notation of a response from demo in July 2026. */
export const recordedCosts = {
  default_cost: 10,
  endpoint_costs: [
    { cost: 50, method: "GET", path: "/trade-api/v2/cfbenchmarks/*endpoint" },
    { cost: 2, method: "DELETE", path: "/trade-api/v2/portfolio/events/orders" },
    { cost: 2, method: "DELETE", path: "/trade-api/v2/portfolio/events/orders/:order_id" },
    { cost: 2, method: "DELETE", path: "/trade-api/v2/portfolio/events/orders/batched" },
    { cost: 2, method: "GET", path: "/trade-api/v2/portfolio/orders/:order_id" }
  ]
}

export const layer = (
  settings: Settings = {},
  options: Partial<Kalshi.Options> = {}
): Layer.Layer<Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite | Exchange> =>
  Kalshi.layer({ environment, signer: signer(), ...options }).pipe(Layer.provideMerge(layerExchange(settings)))

/** By default, the client assumes a latency of 0. */
export const provideExchange = (settings: Settings = {}, options: Partial<Kalshi.Options> = {}) =>
  Effect.provide(layer(settings, { limits: { latency: 0 }, ...options }))
