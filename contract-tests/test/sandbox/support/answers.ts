/** Checks the responses that the official SDKs receive from the local exchange. */
import { isArray, isObject, pointerTo, type Json, type JsonObject } from "../../../src/judge/JsonSchema.ts"
import { conformance, document } from "../../operations/support/client.ts"

export interface Received {
  readonly status: number
  readonly contentType: string
  /** The parsed body, or `""` if the response has no body. */
  readonly data: Json
}

export const faultsOf = (operation: string, { contentType, data, status }: Received): ReadonlyArray<string> => {
  const declared = document.operation(operation)?.success
  if (declared?.status !== status) return [`status ${status}, but the document declares ${declared?.status}`]
  if (declared.schema === undefined) {
    // Without a declared body, the exchange responds with an empty object, or with 204 and no body.
    const expected = status === 204 ? '""' : "{}"
    return JSON.stringify(data) === expected ? [] : [`the body is ${JSON.stringify(data)}, not ${expected}`]
  }
  if (!contentType.startsWith("application/json")) return [`the content type is ${contentType}`]
  const verdict = conformance.judge(declared.schema)(data)
  return verdict.valid ? [] : verdict.violations.map(({ message, pointer }) => `${pointer} ${message}`)
}

/** The pointers of lists that are always empty, so their items were not checked. Uses `*` in place of indices. */
export const emptyLists = (data: Json): ReadonlyArray<string> => {
  const longest = new Map<string, number>()
  const visit = (value: Json, pointer: string): void => {
    if (isArray(value)) {
      longest.set(pointer, Math.max(longest.get(pointer) ?? 0, value.length))
      for (const item of value) visit(item, `${pointer}/*`)
    } else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) visit(member, pointerTo(pointer, key))
    }
  }
  visit(data, "")
  return [...longest].flatMap(([pointer, length]) => (length === 0 ? [pointer] : []))
}

/**
 * The request fields that select entities. If an entity in the response has such a field, its value must be the same.
 */
const selecting = new Set([
  "api_key",
  "batch_quote_id",
  "block_trade_proposal_id",
  "collection_ticker",
  "event_ticker",
  "market_ticker",
  "milestone_id",
  "order_group_id",
  "order_id",
  "quote_id",
  "rfq_batch_id",
  "rfq_id",
  "series_ticker",
  "structured_target_id",
  "ticker",
  "transfer_id"
])

/**
 * Lists the selecting fields that differ between the request and the response. Checks the outermost object of the
 * response, its members, and the items of its lists.
 */
export const differences = (input: JsonObject, data: Json): ReadonlyArray<string> => {
  const asked = Object.entries(input).filter(
    (entry): entry is [string, string] => selecting.has(entry[0]) && typeof entry[1] === "string"
  )
  const compare = (value: Json, pointer: string, depth: number): ReadonlyArray<string> => {
    if (isArray(value)) return value.flatMap((item, index) => compare(item, `${pointer}/${index}`, depth))
    if (!isObject(value) || depth === 0) return []
    const own = asked.flatMap(([name, expected]) => {
      const got = value[name]
      return typeof got === "string" && got.toLowerCase() !== expected.toLowerCase()
        ? [`${pointer}/${name} is ${got}, but the request asks for ${expected}`]
        : []
    })
    return [
      ...own,
      ...Object.entries(value).flatMap(([key, member]) => compare(member, pointerTo(pointer, key), depth - 1))
    ]
  }
  return compare(data, "", 2)
}

export const alwaysEmpty: Readonly<Record<string, ReadonlyArray<string>>> = {
  GetAccountApiLimits: ["/grants"],
  GetEvent: ["/event/settlement_sources"],
  GetEventFeeChanges: ["/event_fee_changes"],
  // No market of the seeded exchange has a strike.
  GetEventForecastPercentilesHistory: ["/forecast_history"],
  GetEventMetadata: ["/settlement_sources"],
  GetEvents: ["/events/*/settlement_sources"],
  GetExchangeSchedule: ["/schedule/maintenance_windows"],
  GetMultivariateEventCollections: ["/multivariate_contracts/*/associated_events/*/active_quoters"],
  GetMultivariateEventCollection: ["/multivariate_contract/associated_events/*/active_quoters"],
  GetMultivariateEvents: ["/events/*/settlement_sources"],
  GetSeries: ["/series/settlement_sources", "/series/additional_prohibitions"],
  GetSeriesList: ["/series/*/settlement_sources", "/series/*/additional_prohibitions"]
}
