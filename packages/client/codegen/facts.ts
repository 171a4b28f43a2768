/**
 * Facts that the schemas of the reference document do not state: which components are decimals, the units of integers,
 * and the meaning of the fields of requests.
 *
 * @module
 */
import { type FieldDocs, fieldDocs } from "./fieldDocs.ts"

/** A component that is a decimal of `FixedPoint.ts`. */
export interface Decimal {
  /** The name of the codec in `FixedPoint.ts`. */
  readonly codec: string
  /** The name of the type that the codec decodes to. */
  readonly type: string
  readonly direction: "requests" | "responses"
  /**
   * The pattern in the document. If the document has another pattern, the generator fails, because the codec is written
   * by hand.
   */
  readonly pattern: string
}

/** Facts about a document. The generator fails if a fact does not apply to the document. */
export interface Facts {
  readonly decimals: Readonly<Record<string, Decimal>>
  /** The unit of an integer whose name does not imply it, by `Component/property` or `Operation/parameter`. */
  readonly units: Readonly<Record<string, string>>
  readonly docs: FieldDocs
}

/**
 * `writer.ts` recognizes times by these texts. In requests, the codecs of most times reject a number in the wrong unit.
 */
export const seconds = "Unix seconds."
export const milliseconds = "Unix milliseconds."
const cents = "US cents."
const centicents = "Hundredths of a cent: 10,000 to the dollar."
const centicounts = "Hundredths of a contract."

const unitByName = (name: string): string | undefined => {
  if (name.endsWith("_ts")) return seconds
  if (name.endsWith("_ms")) return milliseconds
  if (name.endsWith("centi_cents") || name.endsWith("centicents")) return centicents
  if (name.endsWith("_cents")) return cents
  if (name.endsWith("centicount")) return centicounts
  return undefined
}

/** Returns the unit of a field. Undefined if the unit is unknown. */
export const unitOf = (facts: Facts, owner: string, name: string): string | undefined =>
  facts.units[`${owner}/${name}`] ?? unitByName(name)

/** Whether a field has the name of a time, and must have a unit. */
export const looksLikeTime = (name: string): boolean => /(?:^|_)(?:at|ms|time|ts)$/.test(name)

/**
 * Facts about the Trade API, 3.34.0 (2026-10-26). The units come from the descriptions of the properties in the
 * published document. The recorded responses confirm two rules: a plain Unix timestamp is in seconds, and an integer
 * whose name ends in `_ts` is in seconds.
 */
export const facts: Facts = {
  decimals: {
    FixedPointCount: {
      codec: "Count",
      type: "Count",
      direction: "responses",
      pattern: "^-?(?:0|[1-9][0-9]*)\\.[0-9]{2}$"
    },
    FixedPointCountRequest: {
      codec: "CountInput",
      type: "CountInput",
      direction: "requests",
      pattern: "^(?:0|[1-9][0-9]*)(?:\\.[0-9]{1,2})?$"
    },
    FixedPointDollars: {
      codec: "Dollars",
      type: "Dollars",
      direction: "responses",
      pattern: "^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]{1,6})?$"
    },
    FixedPointDollarsRequest: {
      codec: "DollarsInput",
      type: "DollarsInput",
      direction: "requests",
      pattern: "^(?:0|[1-9][0-9]*)\\.[0-9]{2,4}$"
    },
    FixedPointOrderPrice: {
      codec: "OrderPriceInput",
      type: "DollarsInput",
      direction: "requests",
      pattern: "^(?:0\\.[0-9]{2,4}|1\\.0{2,4})$"
    },
    FixedPointQuotePrice: {
      codec: "QuotePriceInput",
      type: "DollarsInput",
      direction: "requests",
      pattern: "^(?:0|0\\.[0-9]{2,4}|1\\.0{2,4})$"
    }
  },
  units: {
    "AmendOrderV2Request/expiration_time": seconds,
    "CreateOrderV2Request/expiration_time": seconds,
    "Fill/ts": seconds,
    "ForecastPercentilesPoint/period_interval": "Minutes.",
    "GetBalanceResponse/balance": cents,
    "GetBalanceResponse/portfolio_value": cents,
    "GetPortfolioRestingOrderTotalValueResponse/total_resting_order_value": cents,
    "GetWeatherIndex/from": milliseconds,
    "GetWeatherIndex/to": milliseconds,
    "IncentiveProgram/max_reward_per_account": centicents,
    "IncentiveProgram/period_reward": centicents,
    "IntraExchangeInstanceTransferRequest/amount": centicents,
    "Settlement/revenue": cents,
    "Settlement/value": cents,
    "WeatherIndexPoint/t": milliseconds
  },
  docs: fieldDocs
}
