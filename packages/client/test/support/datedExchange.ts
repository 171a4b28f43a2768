/** An exchange whose clock differs from the client's clock. Rejects timestamps outside its window. */
import { Clock, Context, Effect, Layer } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import * as Kalshi from "../../src/Kalshi.ts"
import { environment, signer } from "./scripted.ts"

export interface Settings {
  /** How far the exchange's clock is ahead of the virtual clock. */
  skewMillis: number
  /** The largest accepted difference between a timestamp and the exchange's clock. Default: no limit. */
  readonly windowMillis?: number
  /** The transit time of a request. Default: 0. */
  readonly upMillis?: number
  /** The transit time of a response. Default: 0. */
  readonly downMillis?: number
  /** The headers of the n-th response. `n` starts at 0. Default: only `date`. */
  readonly headers?: (n: number, date: string) => Record<string, string>
  /** The status of the n-th response. Default: 401 for a rejected timestamp, 201 for POST, and otherwise 200. */
  readonly status?: (n: number) => number | undefined
  /** The error body of a 401. Default: the code `header_timestamp_expired`. */
  readonly rejection?: { readonly code: string; readonly details?: string }
}

export interface Served {
  readonly method: string
  readonly path: string
  readonly signedMillis: number | undefined
  /** When the request arrived, by the monotonic clock. */
  readonly atMillis: number
  readonly status: number
}

export class Exchange extends Context.Service<Exchange, { readonly served: Array<Served> }>()("test/DatedExchange") {}

export const httpDate = (millis: number): string => new Date(millis).toUTCString()

const bodyOf = (status: number, rejection: Settings["rejection"]) =>
  status === 401
    ? { error: { message: "unauthorized", ...(rejection ?? { code: "header_timestamp_expired" }) } }
    : status < 300
      ? {
          is_auto_cancel_enabled: false,
          orders: [],
          order_group_id: "g",
          subaccount: 0,
          exchange_active: true,
          trading_active: true
        }
      : {}

export const layerExchange = (settings: Settings): Layer.Layer<HttpClient.HttpClient | Exchange> =>
  Layer.effectContext(
    Effect.sync(() => {
      const served: Array<Served> = []
      const client = HttpClient.make((request, url) =>
        Effect.gen(function* () {
          if (settings.upMillis !== undefined) yield* Effect.sleep(settings.upMillis)
          const atMillis = Number((yield* Clock.monotonicTimeNanos) / 1_000_000n)
          const millis = atMillis + settings.skewMillis
          const timestamp = request.headers["kalshi-access-timestamp"]
          const signedMillis = timestamp === undefined ? undefined : Number(timestamp)
          const isOutside =
            signedMillis !== undefined &&
            Math.abs(signedMillis - millis) > (settings.windowMillis ?? Number.POSITIVE_INFINITY)
          const n = served.length
          const success = request.method === "POST" ? 201 : 200
          const status = settings.status?.(n) ?? (isOutside ? 401 : success)
          const date = httpDate(millis)
          served.push({ method: request.method, path: url.pathname, signedMillis, atMillis, status })
          if (settings.downMillis !== undefined) yield* Effect.sleep(settings.downMillis)
          const headers = settings.headers?.(n, date) ?? { date }
          return HttpClientResponse.fromWeb(
            request,
            new Response(JSON.stringify(bodyOf(status, settings.rejection)), { status, headers })
          )
        })
      )
      return Context.make(HttpClient.HttpClient, client).pipe(Context.add(Exchange, Exchange.of({ served })))
    })
  )

export const layer = (
  settings: Settings,
  options: Partial<Kalshi.Options> = {}
): Layer.Layer<Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite | Exchange> =>
  Kalshi.layer({ environment, signer: signer(), limits: false, ...options }).pipe(
    Layer.provideMerge(layerExchange(settings))
  )

/** A machine whose wall clock tests can set, independent of its monotonic clock. */
export class Machine {
  aheadMillis = 0

  readonly run = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.clockWith((clock) => {
      const nanos = () => BigInt(this.aheadMillis) * 1_000_000n
      const shifted: Clock.Clock = {
        // Keeps the members that a test clock has in addition to `Clock.Clock`.
        ...clock,
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + this.aheadMillis,
        currentTimeMillis: Effect.map(clock.currentTimeMillis, (millis) => millis + this.aheadMillis),
        currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + nanos(),
        currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + nanos())
      }
      return Effect.provideService(effect, Clock.Clock, shifted)
    })
}
