/**
 * The rules between the fields of a request. The document states these rules only in prose, so its schemas allow
 * violations. This module is written independently of the client's rules, because the suite compares the two.
 *
 * Source: the descriptions of the operations and their fields, October 26, 2026.
 *
 * @module
 */
import { isArray, isObject, memberOf, objectOf, stringify, type Json, type JsonObject } from "../judge/JsonSchema.ts"

export interface Breach {
  readonly pointers: ReadonlyArray<string>
  /** With these values, the input satisfies all rules. */
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

/** Identifies the market of an RFQ by the ticker, or by the sorted legs. */
const comboOf = (child: JsonObject): string => {
  const legs = legsOf(child)
  if (has(child, "market_ticker") || legs === undefined) return `ticker ${String(memberOf(child, "market_ticker"))}`
  const leg = (value: Json): string =>
    stringify(["event_ticker", "market_ticker", "side"].map((field) => memberOf(value, field) ?? null))
  return `legs ${legs.map(leg).sort().join(" ")}`
}

/** A child is one RFQ of a batch. It names its market either by a ticker or by legs. */
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
  const first = sized.find((size) => size !== undefined)
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
      const childSizes = sizesOf(child)
      return [
        ...namingFaults(child, at),
        ...(combos.indexOf(comboOf(child)) < index ? [at] : []),
        ...(childSizes.length > 1 ? [`${at}/target_cost_dollars`] : []),
        ...(sized[index] === undefined
          ? [at]
          : sized[index] === first
            ? []
            : [childSizes[0] === undefined ? at : `${at}/${childSizes[0]}`])
      ]
    })
  ]
}

/**
 * Repairs a batch, whose children are RFQs. The repair gives every child either a ticker or legs. A child with both
 * keeps its legs if its index is odd, and its ticker otherwise. A repeated child gets a new ticker. Only sizes of one
 * kind are kept. A child without such a size gets one, unless the batch has one.
 */
const createBatch: Check = (input) => {
  const pointers = batchFaults(input)
  if (pointers.length === 0) return { pointers, repairs: [] }
  const children = itemsOf(input, "children")
  const excludesFees = memberOf(input, "target_cost_excludes_fees") === true
  const shared = sizesOf(input).at(-1)
  const size = excludesFees ? "target_cost_dollars" : (shared ?? sizesOf(children[0] ?? null)[0] ?? "contracts_fp")
  const usedCombos = new Set<string>()
  const repaired = children.map((child, index) => {
    const legs = legsOf(child) ?? []
    const ticker = memberOf(child, "market_ticker") ?? ""
    const childSize = memberOf(child, size) ?? null
    const childWith = (name: string, value: Json): JsonObject =>
      objectOf([
        [name, value],
        ...(childSize === null ? (shared === size ? [] : [[size, "1.00"] as const]) : [[size, childSize] as const])
      ])
    const repairedChild =
      legs.length > 0 && (ticker === "" || index % 2 === 1)
        ? childWith("selected_markets", legs)
        : childWith("market_ticker", ticker === "" ? `PLAIN-${index}` : ticker)
    const distinctChild = usedCombos.has(comboOf(repairedChild))
      ? childWith("market_ticker", `PLAIN-${index}-${usedCombos.size}`)
      : repairedChild
    usedCombos.add(comboOf(distinctChild))
    return distinctChild
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

const distinctIds =
  (list: string): Check =>
  (input) => {
    const usedIds = new Set<Json>()
    const entries = itemsOf(input, list).map((entry, index) => {
      const id = memberOf(entry, "rfq_id") ?? null
      const isTwice = usedIds.has(id)
      const distinctId = isTwice ? `child-${index}-${usedIds.size}` : id
      usedIds.add(distinctId)
      return { isTwice, entry: objectOf([...Object.entries(entry), ["rfq_id", distinctId]]) }
    })
    const pointers = entries.flatMap(({ isTwice }, index) => (isTwice ? [`/${list}/${index}/rfq_id`] : []))
    return { pointers, repairs: pointers.length === 0 ? [] : [[list, entries.map(({ entry }) => entry)]] }
  }

/** An order is decreased either by a count or to a count. */
const decrease: Check = (input) => {
  const presentFields = ["reduce_by", "reduce_to"].filter((field) => has(input, field)).length
  if (presentFields === 1) return { pointers: [], repairs: [] }
  return presentFields === 0
    ? { pointers: [""], repairs: [["reduce_by", "1.00"]] }
    : { pointers: ["/reduce_to"], repairs: [["reduce_to", null]] }
}

/** A request does not both omit and include the markets of an event. */
const event: Check = (input) =>
  memberOf(input, "exclude_markets") === true && memberOf(input, "with_nested_markets") === true
    ? { pointers: ["/exclude_markets"], repairs: [["exclude_markets", false]] }
    : { pointers: [], repairs: [] }

const checks: Readonly<Record<string, Check>> = {
  CreateRFQBatch: createBatch,
  DecreaseOrderV2: decrease,
  GetEvent: event,
  AcceptRFQBatch: /*#__PURE__*/ distinctIds("min_bids"),
  CreateRFQBatchQuote: /*#__PURE__*/ distinctIds("quotes")
}

export const of = (id: string): Check | undefined => (Object.hasOwn(checks, id) ? checks[id] : undefined)

export const ids: ReadonlyArray<string> = /*#__PURE__*/ Object.keys(checks)

/** An input that the document's schemas allow, and the expected reaction of the client. */
export interface Case {
  readonly name: string
  readonly input: JsonObject
  /** Where the client must report a violation. Undefined if the client must send the input. */
  readonly pointer: string | undefined
}

type Changes = Readonly<Record<string, Json | undefined>>

const withChanges = (input: JsonObject, changes: Changes): JsonObject =>
  objectOf(
    Object.entries({ ...input, ...changes }).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))
  )

const [childA, childB, childC] = [{ market_ticker: "A" }, { market_ticker: "B" }, { market_ticker: "C" }]
const yesLeg = { event_ticker: "E", market_ticker: "M", side: "yes" }
const noLeg = { ...yesLeg, side: "no" }
const otherLeg = { ...yesLeg, market_ticker: "N" }
const legs = (...selected_markets: ReadonlyArray<Json>): JsonObject => ({ selected_markets })
const mve_collection_ticker = "KXMVE"
const unsized = { contracts_fp: undefined }
const counted = { contracts_fp: "1.00" }
const priced = { target_cost_dollars: "1.00" }

const refusedBatches: ReadonlyArray<readonly [name: string, pointer: string, changes: Changes]> = [
  ["an empty batch id", "/client_batch_id", { client_batch_id: "" }],
  ["true as rest_remainder", "/rest_remainder", { rest_remainder: true }],
  ["a child without a ticker or legs", "/children/1", { children: [childA, {}] }],
  ["a child with an empty ticker", "/children/1/market_ticker", { children: [childA, { market_ticker: "" }] }],
  [
    "a child with an empty list of legs",
    "/children/1/selected_markets",
    { children: [childA, legs()], mve_collection_ticker }
  ],
  [
    "a child with a ticker and legs",
    "/children/1/selected_markets",
    { children: [childA, { ...childB, ...legs(yesLeg) }], mve_collection_ticker }
  ],
  ["legs without a collection", "/mve_collection_ticker", { children: [childA, legs(yesLeg)] }],
  [
    "legs with an empty collection",
    "/mve_collection_ticker",
    { children: [childA, legs(yesLeg)], mve_collection_ticker: "" }
  ],
  ["the same ticker twice", "/children/2", { children: [childA, childB, childA] }],
  [
    "the same legs in another sequence",
    "/children/1",
    { children: [legs(yesLeg, otherLeg), legs(otherLeg, yesLeg)], mve_collection_ticker }
  ],
  ["two sizes for the batch", "/target_cost_dollars", priced],
  [
    "two sizes for a child",
    "/children/1/target_cost_dollars",
    { children: [childA, { ...childB, ...counted, ...priced }] }
  ],
  ["a child without a size", "/children/1", { ...unsized, children: [{ ...childA, ...counted }, childB] }],
  ["a first child without a size", "/children/0", { ...unsized, children: [childA, { ...childB, ...counted }] }],
  [
    "a batch and a child whose sizes are null",
    "/children/1",
    {
      contracts_fp: null,
      children: [
        { ...childA, ...counted },
        { ...childB, contracts_fp: null }
      ]
    }
  ],
  [
    "a child whose kind of size differs from the batch's",
    "/children/1/target_cost_dollars",
    { children: [childA, { ...childB, ...priced }] }
  ],
  [
    "a batch whose kind of size differs from the first child's",
    "/children/1",
    { children: [{ ...childA, ...priced }, childB] }
  ],
  [
    "children with different kinds of sizes",
    "/children/1/contracts_fp",
    {
      ...unsized,
      children: [
        { ...childA, ...priced },
        { ...childB, ...counted }
      ]
    }
  ],
  ["fees excluded from a number of contracts", "/target_cost_excludes_fees", { target_cost_excludes_fees: true }]
]

const sentBatches: ReadonlyArray<readonly [name: string, changes: Changes]> = [
  ["a size for the batch", {}],
  [
    "a size for each child",
    { ...unsized, children: [childA, childB, childC].map((child) => ({ ...child, ...counted })) }
  ],
  ["a size for the batch and another for one child", { children: [{ ...childA, ...counted }, childB] }],
  [
    "a size of the batch that every child overrides",
    { children: [childA, childB].map((child) => ({ ...child, ...priced })) }
  ],
  ["a cost for the batch, without fees", { ...unsized, ...priced, target_cost_excludes_fees: true }],
  [
    "a cost for each child, without fees",
    { children: [childA, childB].map((child) => ({ ...child, ...priced })), target_cost_excludes_fees: true }
  ],
  ["a cost, and null as the number of contracts", { contracts_fp: null, ...priced }],
  ["false for the flags that must not be true", { rest_remainder: false, target_cost_excludes_fees: false }],
  ["no batch id", { client_batch_id: undefined }],
  [
    "children whose legs differ only in the side",
    { children: [legs(yesLeg), legs(noLeg), childA], mve_collection_ticker }
  ],
  ["children that share some legs", { children: [legs(yesLeg, otherLeg), legs(yesLeg)], mve_collection_ticker }],
  ["the maximum number of children", { children: Array.from({ length: 57 }, (_, i) => ({ market_ticker: `T${i}` })) }]
]

const batchCases = (plain: JsonObject): ReadonlyArray<Case> => {
  const input = withChanges(plain, {
    children: [childA, childB, childC],
    mve_collection_ticker: undefined,
    contracts_fp: "10.00",
    target_cost_dollars: undefined,
    target_cost_excludes_fees: undefined,
    rest_remainder: undefined,
    client_batch_id: "mine"
  })
  return [
    ...refusedBatches.map(([name, pointer, changes]) => ({ name, pointer, input: withChanges(input, changes) })),
    ...sentBatches.map(([name, changes]) => ({ name, pointer: undefined, input: withChanges(input, changes) }))
  ]
}

const distinctIdCases =
  (list: string) =>
  (plain: JsonObject): ReadonlyArray<Case> => {
    const [entry = {}] = itemsOf(plain, list)
    const of = (...ids: ReadonlyArray<string>): JsonObject =>
      withChanges(plain, { [list]: ids.map((rfq_id) => ({ ...entry, rfq_id })) })
    return [
      { name: "a child twice", pointer: `/${list}/1/rfq_id`, input: of("a", "a") },
      { name: "a child again after another child", pointer: `/${list}/2/rfq_id`, input: of("a", "b", "a") },
      { name: "two children", pointer: undefined, input: of("a", "b") },
      {
        name: "the maximum number of children",
        pointer: undefined,
        input: of(...Array.from({ length: 57 }, (_, i) => `c${i}`))
      }
    ]
  }

const decreaseCases = (plain: JsonObject): ReadonlyArray<Case> => {
  const of = (reduce_by: Json | undefined, reduce_to: Json | undefined): JsonObject =>
    withChanges(plain, { reduce_by, reduce_to })
  return [
    { name: "neither reduce_by nor reduce_to", pointer: "", input: of(undefined, undefined) },
    { name: "null as reduce_by and reduce_to", pointer: "", input: of(null, null) },
    { name: "reduce_by and reduce_to", pointer: "/reduce_to", input: of("1.00", "1.00") },
    { name: "only reduce_by", pointer: undefined, input: of("1.00", undefined) },
    { name: "zero as reduce_to", pointer: undefined, input: of(null, "0.00") }
  ]
}

const eventCases = (plain: JsonObject): ReadonlyArray<Case> => {
  const of = (exclude_markets: boolean, with_nested_markets: boolean): JsonObject =>
    withChanges(plain, { exclude_markets, with_nested_markets })
  return [
    { name: "markets omitted and included", pointer: "/exclude_markets", input: of(true, true) },
    { name: "markets omitted", pointer: undefined, input: of(true, false) },
    { name: "markets included", pointer: undefined, input: of(false, true) }
  ]
}

const caseMakers: Readonly<Record<string, (plain: JsonObject) => ReadonlyArray<Case>>> = {
  CreateRFQBatch: batchCases,
  DecreaseOrderV2: decreaseCases,
  GetEvent: eventCases,
  AcceptRFQBatch: /*#__PURE__*/ distinctIdCases("min_bids"),
  CreateRFQBatchQuote: /*#__PURE__*/ distinctIdCases("quotes")
}

/** Inputs that violate one rule each, and inputs that only just satisfy the rules. */
export const casesOf = (id: string, plain: JsonObject): ReadonlyArray<Case> => caseMakers[id]?.(plain) ?? []
