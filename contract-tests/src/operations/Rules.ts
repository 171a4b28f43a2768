/**
 * Rules between the fields of a request that the document states in prose alone, so that its schemas allow what breaks
 * them: written apart from the client's, which are held against these.
 *
 * Source: the descriptions of the RFQ batch operations and their fields, October 26, 2026.
 */
import { isArray, isObject, memberOf, objectOf, textOf, type Json, type JsonObject } from "../tools/JsonSchema.ts"

/** What a valid input breaks, and how it can be sent. */
export interface Breach {
  /** Every place that a rule is broken at. */
  readonly pointers: ReadonlyArray<string>
  /** Values of fields with which the input breaks none. */
  readonly repairs: ReadonlyArray<readonly [field: string, value: Json]>
}

type Check = (input: JsonObject) => Breach

const itemsOf = (input: JsonObject, field: string): ReadonlyArray<JsonObject> => {
  const items = memberOf(input, field)
  return isArray(items) ? items.filter(isObject) : []
}

const has = (value: Json, field: string): boolean => (memberOf(value, field) ?? null) !== null

const sizes = ["contracts_fp", "target_cost_dollars"] as const
const sizesOf = (value: Json): ReadonlyArray<string> => sizes.filter((field) => has(value, field))

const legsOf = (child: JsonObject): ReadonlyArray<Json> | undefined => {
  const legs = memberOf(child, "selected_markets")
  return isArray(legs) ? legs : undefined
}

/** A combo is the same whatever the order of its legs. */
const comboOf = (child: JsonObject): string => {
  const legs = legsOf(child)
  if (has(child, "market_ticker") || legs === undefined) return `ticker ${String(memberOf(child, "market_ticker"))}`
  const leg = (value: Json): string =>
    textOf(["event_ticker", "market_ticker", "side"].map((field) => memberOf(value, field) ?? null))
  return `legs ${legs.map(leg).sort().join(" ")}`
}

const namingFaults = (child: JsonObject, at: string): ReadonlyArray<string> => {
  const ticker = memberOf(child, "market_ticker")
  const legs = legsOf(child)
  if (ticker === undefined) return legs === undefined ? [at] : legs.length === 0 ? [`${at}/selected_markets`] : []
  return legs !== undefined ? [`${at}/selected_markets`] : ticker === "" ? [`${at}/market_ticker`] : []
}

const batchFaults = (input: JsonObject): ReadonlyArray<string> => {
  const children = itemsOf(input, "children")
  const [shared] = sizesOf(input)
  const sized = children.map((child) => sizesOf(child)[0] ?? shared)
  const combos = children.map(comboOf)
  const collection = memberOf(input, "mve_collection_ticker") ?? ""
  const faults = [
    [memberOf(input, "client_batch_id") === "", "/client_batch_id"],
    [memberOf(input, "rest_remainder") === true, "/rest_remainder"],
    [collection === "" && children.some((child) => legsOf(child) !== undefined), "/mve_collection_ticker"],
    [sizesOf(input).length > 1, "/target_cost_dollars"],
    [
      memberOf(input, "target_cost_excludes_fees") === true && !sized.includes("target_cost_dollars"),
      "/target_cost_excludes_fees"
    ]
  ] as const
  return [
    ...faults.flatMap(([isBroken, pointer]) => (isBroken ? [pointer] : [])),
    ...children.flatMap((child, index) => {
      const at = `/children/${index}`
      const own = sizesOf(child)
      return [
        ...namingFaults(child, at),
        ...(combos.indexOf(comboOf(child)) < index ? [at] : []),
        ...(own.length > 1 ? [`${at}/target_cost_dollars`] : []),
        ...(sized[index] === undefined ? [at] : []),
        ...(sized[index] === sized[0] ? [] : [own[0] === undefined ? at : `${at}/${own[0]}`])
      ]
    })
  ]
}

/** Keeps as much of a batch as can stand: every second child its legs, the others their tickers, and every size that fits. */
const createBatch: Check = (input) => {
  const pointers = batchFaults(input)
  if (pointers.length === 0) return { pointers, repairs: [] }
  const children = itemsOf(input, "children")
  const excludesFees = memberOf(input, "target_cost_excludes_fees") === true
  const shared = sizesOf(input).at(-1)
  const size = excludesFees ? "target_cost_dollars" : (shared ?? sizesOf(children[0] ?? null)[0] ?? "contracts_fp")
  const seen = new Set<string>()
  const repaired = children.map((child, index) => {
    const legs = legsOf(child) ?? []
    const ticker = memberOf(child, "market_ticker") ?? ""
    const own = memberOf(child, size) ?? null
    const named = (name: string, value: Json): JsonObject =>
      objectOf([
        [name, value],
        ...(own === null ? (shared === size ? [] : [[size, "1.00"] as const]) : [[size, own] as const])
      ])
    const wanted =
      legs.length > 0 && (ticker === "" || index % 2 === 1)
        ? named("selected_markets", legs)
        : named("market_ticker", ticker === "" ? `PLAIN-${index}` : ticker)
    const kept = seen.has(comboOf(wanted)) ? named("market_ticker", `PLAIN-${index}-${seen.size}`) : wanted
    seen.add(comboOf(kept))
    return kept
  })
  const collection = memberOf(input, "mve_collection_ticker") ?? ""
  return {
    pointers,
    repairs: [
      ["children", repaired],
      ...(memberOf(input, "client_batch_id") === "" ? [["client_batch_id", "mine"] as const] : []),
      ...(memberOf(input, "rest_remainder") === true ? [["rest_remainder", false] as const] : []),
      ...(collection === "" ? [["mve_collection_ticker", "KXMVE"] as const] : []),
      ...(sizesOf(input).length > 1 ? [["contracts_fp", null] as const] : [])
    ]
  }
}

/** Each child has one entry. */
const once =
  (list: string): Check =>
  (input) => {
    const seen = new Set<Json>()
    const entries = itemsOf(input, list).map((entry, index) => {
      const id = memberOf(entry, "rfq_id") ?? null
      const isTwice = seen.has(id)
      const own = isTwice ? `child-${index}-${seen.size}` : id
      seen.add(own)
      return { isTwice, entry: objectOf([...Object.entries(entry), ["rfq_id", own]]) }
    })
    const pointers = entries.flatMap(({ isTwice }, index) => (isTwice ? [`/${list}/${index}/rfq_id`] : []))
    return { pointers, repairs: pointers.length === 0 ? [] : [[list, entries.map(({ entry }) => entry)]] }
  }

const checks: Readonly<Record<string, Check>> = {
  CreateRFQBatch: createBatch,
  AcceptRFQBatch: /*#__PURE__*/ once("min_bids"),
  CreateRFQBatchQuote: /*#__PURE__*/ once("quotes")
}

/** The rules of an operation, by its id; undefined where it has none. */
export const of = (id: string): Check | undefined => (Object.hasOwn(checks, id) ? checks[id] : undefined)

/** The ids of the operations that have rules. */
export const ids: ReadonlyArray<string> = /*#__PURE__*/ Object.keys(checks)
