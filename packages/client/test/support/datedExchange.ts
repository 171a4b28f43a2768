/** An exchange whose clock differs from this machine's: it dates its answers, and refuses what was signed too far off. */
import { Clock, Context, Effect, Layer } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import * as Kalshi from "../../src/Kalshi.ts"
import { environment, signer } from "./scripted.ts"

export interface Settings {
  /** Its clock minus the virtual one, which is the machine's unless the machine's was set. */
  skewMillis: number
  /** How far off a timestamp may be; any far when left out. */
  readonly windowMillis?: number
  /** How long a request is under way there, and its answer back. */
  readonly upMillis?: number
  readonly downMillis?: number
  /** In the place of the usual headers of the n-th answer, from 0, given the date they would tell. */
  readonly headers?: (n: number, date: string) => Record<string, string>
  /** In the place of the usual status of the n-th answer. */
  readonly status?: (n: number) => number | undefined
  /** The code of a 401. Default: the timestamp expired. */
  readonly refusal?: { readonly code: string; readonly details?: string }
}

export interface Served {
  readonly method: string
  readonly path: string
  readonly signedMillis: number | undefined
  /** By the clock that nobody sets. */
  readonly atMillis: number
  readonly status: number
}

export class Exchange extends Context.Service<Exchange, { readonly served: Array<Served> }>()("test/DatedExchange") {}

export const httpDate = (millis: number): string => new Date(millis).toUTCString()

const bodyOf = (status: number, refusal: Settings["refusal"]) =>
  status === 401
    ? { error: { message: "unauthorized", ...(refusal ?? { code: "header_timestamp_expired" }) } }
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
          const isOff =
            signedMillis !== undefined &&
            Math.abs(signedMillis - millis) > (settings.windowMillis ?? Number.POSITIVE_INFINITY)
          const n = served.length
          const success = request.method === "POST" ? 201 : 200
          const status = settings.status?.(n) ?? (isOff ? 401 : success)
          const date = httpDate(millis)
          served.push({ method: request.method, path: url.pathname, signedMillis, atMillis, status })
          if (settings.downMillis !== undefined) yield* Effect.sleep(settings.downMillis)
          const headers = settings.headers?.(n, date) ?? { date }
          return HttpClientResponse.fromWeb(
            request,
            new Response(JSON.stringify(bodyOf(status, settings.refusal)), { status, headers })
          )
        })
      )
      return Context.make(HttpClient.HttpClient, client).pipe(Context.add(Exchange, Exchange.of({ served })))
    })
  )

/** A whole client against such an exchange. */
export const layer = (
  settings: Settings,
  options: Partial<Kalshi.Options> = {}
): Layer.Layer<Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite | Exchange> =>
  Kalshi.layer({ environment, signer: signer(), limits: false, ...options }).pipe(
    Layer.provideMerge(layerExchange(settings))
  )

/** The wall clock of a machine that is set by hand, and the monotonic one that is not. */
export class Machine {
  aheadMillis = 0

  readonly run = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.clockWith((clock) => {
      const nanos = () => BigInt(this.aheadMillis) * 1_000_000n
      const set: Clock.Clock = {
        // What a test's clock has besides.
        ...clock,
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + this.aheadMillis,
        currentTimeMillis: Effect.map(clock.currentTimeMillis, (millis) => millis + this.aheadMillis),
        currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + nanos(),
        currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + nanos())
      }
      return Effect.provideService(effect, Clock.Clock, set)
    })
}
