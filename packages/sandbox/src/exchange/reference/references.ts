/**
 * Reference prices: indices of CF Benchmarks and underlyings of Pyth, generated from the seed or set by the operator. A
 * generated value depends only on its name, its time and the seed, so it needs no history.
 *
 * @module
 */

import { fractionOf, hashOf } from "./random.ts"

/** The usual levels in dollars. Source of the names: the published document of October 26, 2026. */
const indices: Readonly<Record<string, number>> = {
  BRTI: 64_000,
  ETHUSD_RTI: 3_100,
  SOLUSD_RTI: 150,
  XRPUSD_RTI: 0.55,
  DOGEUSD_RTI: 0.12,
  AAVEUSD_RTI: 95,
  ADAUSD_RTI: 0.4,
  BCHUSD_RTI: 380,
  BNBUSD_RTI: 560,
  DOTUSD_RTI: 6,
  HBARUSD_RTI: 0.07,
  HYPEUSD_RTI: 30,
  LINKUSD_RTI: 14,
  LTCUSD_RTI: 75,
  NEARUSD_RTI: 5,
  SHIBUSD_RTI: 0.000_02,
  SUIUSD_RTI: 1.2,
  VVVUSD_RTI: 2,
  WLDUSD_RTI: 2.5,
  XLMUSD_RTI: 0.1,
  ZECUSD_RTI: 40
}

/** A commodity can also be a currency, a yield or a stock index. */
export type ReferenceKind = "crypto" | "commodity"

/** Returns the kind of an index or underlying. Undefined for an unknown name. */
export const kindOf = (name: string): ReferenceKind | undefined =>
  Object.hasOwn(indices, name) ? "crypto" : Object.hasOwn(underlyings, name) ? "commodity" : undefined

/** Documented: the indices of the channel with five updates a second. */
const fastIndices = ["BRTI", "ETHUSD_RTI", "SOLUSD_RTI", "XRPUSD_RTI", "DOGEUSD_RTI"]

/**
 * The usual levels: an exchange rate for a currency pair, percent for a Treasury yield, otherwise dollars. Source of
 * the names: the document.
 */
const underlyings: Readonly<Record<string, number>> = {
  "Metal.XAG/USD": 31,
  "Metal.XAU/USD": 2_650,
  "Metal.XPD/USD": 1_000,
  "Metal.XPT/USD": 980,
  "Metal.Index.GOLD/USD": 2_650,
  "Metal.Index.1OZGOLD/USD": 2_650,
  "Metal.Index.SILVER/USD": 31,
  "Commodities.Index.PYTHOIL/USD": 71,
  "Commodities.Index.WTI1M/USD": 70,
  "Commodities.Index.BRENT/USD": 74,
  "Commodities.Index.NATGAS/USD": 2.6,
  "Commodities.Index.CU/USD": 4.3,
  "Commodities.Index.COPPER/USD": 4.3,
  "Equity.Index.US30/USD": 42_000,
  "InterestRate.US2Y": 4,
  "InterestRate.US5Y": 3.9,
  "InterestRate.US10Y": 4.1,
  "InterestRate.US30Y": 4.4,
  "FX.EUR/USD": 1.09,
  "FX.GBP/USD": 1.3,
  "FX.AUD/USD": 0.67,
  "FX.NZD/USD": 0.61,
  "FX.USD/JPY": 149,
  "FX.USD/CAD": 1.38,
  "FX.USD/CHF": 0.86,
  "FX.USD/NOK": 10.7,
  "FX.USD/SEK": 10.4,
  "FX.USD/MXN": 19.4,
  "FX.USD/INR": 84,
  "FX.USD/BRL": 5.6
}

export type ReferenceChannel = "cfbenchmarks_value" | "cfbenchmarks_value_5hz" | "pyth_value"

export const periodMillis: Readonly<Record<ReferenceChannel, number>> = {
  cfbenchmarks_value: 1_000,
  cfbenchmarks_value_5hz: 200,
  pyth_value: 1_000
}

/** Values are whole hundred-millionths, so they are exact. */
const scale = 100_000_000

const minute = 60_000
const quarterHour = 15 * minute

export class References {
  #seed: number
  /** The latest values that the operator set, by name, oldest first. Each value applies until the time of the next. */
  readonly #set = new Map<string, Array<{ readonly fromMillis: number; readonly value: bigint }>>()

  constructor(seed: number) {
    this.#seed = seed
  }

  names(channel: ReferenceChannel): ReadonlyArray<string> {
    return channel === "pyth_value"
      ? Object.keys(underlyings)
      : channel === "cfbenchmarks_value"
        ? Object.keys(indices)
        : fastIndices
  }

  /** The value with eight decimals. */
  valueAt(name: string, atMillis: number): string {
    return print(this.#value(name, atMillis))
  }

  /** Replaces the generated values from `fromMillis` on. */
  set(name: string, value: bigint, fromMillis: number): void {
    this.#set.set(name, [...(this.#set.get(name) ?? []).slice(-1_000), { fromMillis, value }])
  }

  /** Restarts with a seed, and removes the values that the operator set. */
  restart(seed: number): void {
    this.#seed = seed
    this.#set.clear()
  }

  body(channel: ReferenceChannel, name: string, atMillis: number): object {
    const value = print(this.#value(name, atMillis))
    if (channel === "pyth_value") {
      return { underlying_ticker: name, value_usd: value, source_ts_ms: atMillis, received_at: atMillis }
    }
    const data = JSON.stringify({ type: "value", id: name, value, time: atMillis })
    return channel === "cfbenchmarks_value_5hz"
      ? { index_id: name, value_usd: value, source_ts_ms: atMillis, received_at: atMillis, data }
      : { index_id: name, received_at: atMillis, data, ...this.#averages(name, atMillis) }
  }

  /**
   * The documented windows: the 60 ticks (one value a second) before this tick and, in the last minute of a
   * quarter-hour, the ticks of that minute up to this tick.
   */
  #averages(name: string, atMillis: number) {
    const close = Math.ceil(atMillis / quarterHour) * quarterHour
    const start = close - minute
    return {
      avg_60s_data: this.#average(name, atMillis - minute, atMillis, atMillis - 1_000),
      ...(atMillis > start
        ? { last_60s_windowed_average_15min: this.#average(name, start + 1_000, close + 1, atMillis) }
        : undefined)
    }
  }

  #average(name: string, startMillis: number, endExclusiveMillis: number, lastMillis: number) {
    let sum = 0n
    let size = 0
    for (let tick = startMillis; tick <= lastMillis; tick += 1_000) {
      sum += this.#value(name, tick)
      size++
    }
    return {
      value: print(size === 0 ? this.#value(name, lastMillis) : sum / BigInt(size)),
      window_size: size,
      window_start_ts_ms: startMillis,
      window_end_ts_exclusive: endExclusiveMillis
    }
  }

  #value(name: string, atMillis: number): bigint {
    const set = this.#set.get(name)?.findLast(({ fromMillis }) => fromMillis <= atMillis)
    return set?.value ?? generated(name, this.#seed, atMillis)
  }
}

/** The usual level, changed by at most 2 % by three waves. The phase of the waves comes from the name and the seed. */
const generated = (name: string, seed: number, atMillis: number): bigint => {
  const level = indices[name] ?? underlyings[name] ?? 1
  const phase = fractionOf(hashOf(`${seed} ${name}`))
  const wave = (periodSeconds: number, weight: number) =>
    weight * Math.sin(((atMillis / 1_000 / periodSeconds + phase) % 1) * 2 * Math.PI)
  return BigInt(Math.round(level * (1 + wave(86_400, 0.012) + wave(3_600, 0.005) + wave(47, 0.003)) * scale))
}

const print = (value: bigint): string => {
  const digits = String(value < 0n ? -value : value).padStart(9, "0")
  return `${value < 0n ? "-" : ""}${digits.slice(0, -8)}.${digits.slice(-8)}`
}

/** Parses a value with at most eight decimals. Undefined if the text is invalid. */
export const parseReference = (text: string): bigint | undefined => {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,8}))?$/.exec(text)
  return match === null ? undefined : BigInt(`${match[1]}${match[2]}${(match[3] ?? "").padEnd(8, "0")}`)
}
