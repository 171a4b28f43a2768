/**
 * Lists the schemas whose `nullable` has no effect by the standard, but is clearly intended. The list is written by
 * hand, so that a person reviews every removed or added schema.
 *
 * @module
 */

export interface PinnedSchema {
  /** The keyword beside `nullable` in the published document. `asyncapi`: AsyncAPI does not have `nullable`. */
  readonly beside: "$ref" | "allOf" | "asyncapi" | "enum"
  readonly pointer: string
  /** Whether the overlay removes the null that the importer adds. */
  readonly isTakenBack: boolean
}

const schema = (path: string): string => `/components/schemas/${path}`

const properties = (name: string, fields: string): ReadonlyArray<string> =>
  fields.split(" ").map((field) => schema(`${name}/properties/${field}`))

const all = (
  beside: PinnedSchema["beside"],
  pointers: ReadonlyArray<string>,
  isTakenBack = false
): ReadonlyArray<PinnedSchema> => pointers.map((pointer) => ({ beside, pointer, isTakenBack }))

const item = "properties/orders/items"
const prices = "average_fee_paid average_fill_price fill_count remaining_count"

const byPointer = (left: PinnedSchema, right: PinnedSchema): number => (left.pointer < right.pointer ? -1 : 1)

const rest: ReadonlyArray<PinnedSchema> = [
  ...all("$ref", [
    // No operation has used AmendOrderRequest or CreateOrderRequest since June 2026.
    ...properties("AmendOrderRequest", "count_fp"),
    ...properties("CreateOrderRequest", "count_fp"),
    ...properties("AmendOrderV2Response", prices),
    ...properties(`BatchCreateOrdersV2Response/${item}`, prices),
    ...properties("CreateOrderGroupRequest", "contracts_limit_fp"),
    ...properties("CreateRFQRequest", "contracts_fp"),
    ...properties("CreateRFQBatchChild", "contracts_fp"),
    ...properties("CreateRFQBatchRequest", "contracts_fp"),
    ...properties("DecreaseOrderV2Request", "reduce_by reduce_to"),
    ...properties("IncentiveProgram", "target_size_fp"),
    ...properties("Market", "settlement_floor_dollars settlement_value_dollars"),
    ...properties("MveSelectedLeg", "yes_settlement_value_dollars"),
    ...properties("Order", "self_trade_prevention_type"),
    ...properties(
      "PriceDistribution",
      "close_dollars high_dollars low_dollars max_dollars mean_dollars min_dollars open_dollars previous_dollars"
    ),
    ...properties("UpdateOrderGroupLimitRequest", "contracts_limit_fp")
  ]),
  ...all("allOf", [
    ...properties(`BatchCancelOrdersV2Response/${item}`, "error"),
    ...properties(`BatchCreateOrdersV2Response/${item}`, "error"),
    ...properties("BatchCancelOrdersIndividualResponse", "error order"),
    ...properties("BatchCreateOrdersIndividualResponse", "error order"),
    ...properties("EventFeeChange", "fee_type_override"),
    ...properties("PriceDistributionHistorical", "close high low mean open previous")
  ]),
  // A query string cannot express null.
  ...all("enum", ["/components/parameters/MveHistoricalFilterQuery/schema"], true)
]

/** Sorted by pointer. */
export const pinned: { readonly [kind in "feed" | "rest"]: ReadonlyArray<PinnedSchema> } = {
  feed: [],
  rest: [...rest].sort(byPointer)
}
