/**
 * Live data of events in wire format: prices and the weather.
 *
 * @module
 */
import type * as LiveData from "@kalshi-effect/client/LiveData"
import type { MarketEvent } from "../../exchange/Entities.ts"
import { sourceKindOf } from "../../exchange/reference/liveSources.ts"
import type { Call } from "../route.ts"

interface Range {
  readonly lengthMillis: number
  readonly stepMillis: number
}

const second = 1_000

const ranges: Readonly<Record<string, Range>> = {
  "15min": { lengthMillis: 900 * second, stepMillis: 15 * second },
  "1h": { lengthMillis: 3_600 * second, stepMillis: 60 * second },
  "1d": { lengthMillis: 86_400 * second, stepMillis: 900 * second }
}

const types = { crypto: "crypto_price", commodity: "commodity_price", weather: "weather_observation" } as const

type Reads = Pick<Call<unknown>, "view" | "referenceAt">

/** Returns undefined for an event without live data. */
export const toEventLiveData = (
  { referenceAt, view }: Reads,
  { eventTicker, liveSource }: MarketEvent,
  range: string | undefined
): LiveData.EventLiveData | undefined => {
  const kind = liveSource === undefined ? undefined : sourceKindOf(liveSource)
  if (liveSource === undefined || kind === undefined) {
    return undefined
  }
  const options = kind === "weather" ? ["1h", "1d"] : ["15min", "1h", "1d"]
  const preset = kind === "weather" ? "1d" : "1h"
  const chosen = range !== undefined && options.includes(range) ? range : preset
  const { lengthMillis, stepMillis } = ranges[chosen]!
  const maturity = kind === "crypto" ? view.maturityOf(eventTicker) : undefined
  const endMillis = maturity ?? view.nowMillis
  const common = {
    type: types[kind],
    ...(kind === "crypto" ? { is_historical: maturity !== undefined } : undefined),
    default_range: preset,
    range_options: options
  }
  if (kind === "weather") {
    const points = view.weatherPoints(liveSource, endMillis - lengthMillis, endMillis) ?? []
    const timeseries = points.flatMap(({ atMillis, value }) => (value === undefined ? [] : [{ t: atMillis, v: value }]))
    return { ...common, details: { city: liveSource, units: "fahrenheit", range: chosen, timeseries } }
  }
  const last = Math.floor(endMillis / stepMillis)
  const times = Array.from(
    { length: Math.min(last, lengthMillis / stepMillis) + 1 },
    (_, index) => (last - index) * stepMillis
  ).reverse()
  const timeseries = times.map((t) => ({ t, v: referenceAt(liveSource, t) }))
  return { ...common, details: { source: liveSource, range: chosen, value: timeseries.at(-1)?.v, timeseries } }
}
