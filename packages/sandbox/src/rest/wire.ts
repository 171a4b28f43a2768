/**
 * Values in wire format.
 *
 * @module
 */
import type { Count, Dollars } from "@kalshi-effect/client/FixedPoint"
import * as Result from "effect/Result"
import type { Refusal } from "../exchange/Entities.ts"
import { parseCount, parseMicros, parsePrice, printCount, printMicros, printPrice } from "../exchange/decimal.ts"
import { invalidParameters } from "../exchange/refusals.ts"

// The print functions write exactly the formats that the branded types require.
export const count = (hundredths: number): Count => printCount(hundredths) as Count
export const price = (tenThousandths: number): Dollars => printPrice(tenThousandths) as Dollars
export const dollars = (micros: number | bigint): Dollars => printMicros(micros) as Dollars

/** An amount, truncated to the four decimals of balances. */
export const balance = (micros: number): Dollars => price(Math.floor(micros / 100))

/** An amount, truncated to whole cents. */
export const cents = (micros: number): number => Math.trunc(micros / 10_000)

/** A time as RFC 3339, without trailing zeros in the fraction. */
export const time = (millis: number): string => new Date(millis).toISOString().replace(/\.?0+Z$/, "Z")

export const seconds = (millis: number): number => Math.floor(millis / 1_000)

/** Dollars per contract, truncated to four decimals: $0.5491 for 43 contracts was recorded as `"0.0127"`. */
export const average = (micros: number, hundredths: number): Dollars =>
  price((micros - (micros % hundredths)) / hundredths)

/** `buy` or `sell`: the action on YES, because no order of the current API names NO. */
export const action = (side: "bid" | "ask"): "buy" | "sell" => (side === "bid" ? "buy" : "sell")

export const readCount = (text: string, name: string): Result.Result<number, Refusal> =>
  orInvalid(parseCount(text), `${name} is not a number of contracts`)

export const readPrice = (text: string): Result.Result<number, Refusal> =>
  orInvalid(parsePrice(text), "price must be dollars with two to four decimals")

/** Reads a bid. `"0"` declines a side. */
export const readBid = (text: string, name: string): Result.Result<number, Refusal> =>
  orInvalid(/^0+$/.test(text) ? 0 : parsePrice(text), `${name} must be "0", or dollars with two to four decimals`)

export const readMicros = (text: string, name: string): Result.Result<number, Refusal> =>
  orInvalid(parseMicros(text), `${name} must be less than a billion dollars, with at most six decimals`)

const orInvalid = (value: number | undefined, details: string): Result.Result<number, Refusal> =>
  value === undefined ? Result.fail(invalidParameters(details)) : Result.succeed(value)
