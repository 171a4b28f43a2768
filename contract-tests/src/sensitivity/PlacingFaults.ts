/**
 * Faults of placing and cancelling orders. What must see them is the client's own tests: no document says what placing
 * promises, so that no property of the suite is of it.
 */
import { faultsOf, type Fault } from "./Fault.ts"

const test = "packages/client/test/Placing.test.ts"
const orders = "packages/client/test/Orders.test.ts"

const placing = faultsOf("packages/client/src/internal/placing.ts", test)
const outcomes = faultsOf("packages/client/src/internal/outcomes.ts", test)
const intents = faultsOf("packages/client/src/internal/intents.ts", test)
const lookup = faultsOf("packages/client/src/internal/lookup.ts", test)
const canceling = faultsOf("packages/client/src/internal/canceling.ts", test)
const operations = faultsOf("packages/client/src/internal/orderOperations.ts", orders)

/** Every one of them. */
export const placingFaults: ReadonlyArray<Fault> = [
  outcomes(
    "takes an order for rejected whose answer was lost",
    undefined,
    "afterLostAnswer ? look :",
    "false ? look :"
  ),
  outcomes(
    "takes a conflict about another thing for one about the id",
    undefined,
    'code === undefined || code === "order_already_exists" || !(fresh',
    "true || !(fresh"
  ),
  outcomes(
    "takes an answer that was cut for one that was lost",
    undefined,
    "orderIdIn(error.rawBody, clientOrderId)",
    "undefined"
  ),
  outcomes("takes another order's id out of an answer", undefined, "client === clientOrderId)", "true)"),
  outcomes(
    "takes a request that may have left for one that did not",
    undefined,
    'return error.requestSent === "no" ? { _tag: "NothingSent", error } : look',
    'return { _tag: "NothingSent", error }'
  ),
  outcomes(
    "takes the second of two ids in an answer",
    undefined,
    "members.has(key) ? undefined : JSON.parse(value)",
    "JSON.parse(value)"
  ),
  placing(
    "takes another order of the same id for its own",
    undefined,
    "if (order !== undefined && isMeant(sending, order))",
    "if (order !== undefined)"
  ),
  placing(
    "does not hear of another order in its answer",
    undefined,
    "answer.client_order_id === undefined || answer.client_order_id === sending.client_order_id",
    "true"
  ),
  placing("sends two orders of one id in a batch", undefined, "if (ids.size < sendings.length) {", "if (false) {"),
  placing(
    "says that no order was placed as soon as a list is fresh",
    undefined,
    "pastMillis: mostSkewMillis,",
    "pastMillis: 0,"
  ),
  placing(
    "takes no order for placed that was found too late",
    undefined,
    "if (order !== undefined) return listed(placementOf(one), order)",
    ""
  ),
  intents(
    "bids where it means to ask",
    undefined,
    '(outcome === "yes") ? "bid" : "ask"',
    '(outcome === "yes") ? "ask" : "bid"'
  ),
  intents("writes the price of NO as that of YES", undefined, "yes === undefined ? opposite : given", "given"),
  intents("closes a position that it does not hold", undefined, 'held < 0n ? "no" : "yes"', 'held > 0n ? "no" : "yes"'),
  intents("closes more than is held", undefined, "reduce_only: true\n", "reduce_only: false\n"),
  intents(
    "lets what should close at once rest",
    undefined,
    'time_in_force: "immediate_or_cancel"',
    'time_in_force: "good_till_canceled"'
  ),
  intents(
    "sends a price that the market does not take",
    undefined,
    "grid === undefined || PriceGrid",
    "true || PriceGrid"
  ),
  intents(
    "takes two prices for one",
    undefined,
    "(yes === undefined) === (no === undefined)",
    "yes === undefined && no === undefined"
  ),
  intents(
    "sends an order under an empty id",
    undefined,
    'if (input.client_order_id === "") return',
    "if (false) return"
  ),
  lookup(
    "believes a list that it could not read to its end",
    undefined,
    "if (whole && timeMillis !== undefined)",
    "if (timeMillis !== undefined)"
  ),
  lookup("looks at the first page alone", undefined, "return missing.size > 0\n", "return false\n"),
  lookup(
    "takes absence for an answer where the exchange said that there is an order",
    undefined,
    "!one.exists && asOfMillis",
    "asOfMillis"
  ),
  canceling(
    "takes an order for filled that was cancelled",
    undefined,
    'order.status === "canceled"',
    'order.status === "none"'
  ),
  canceling(
    "believes an answer about another order",
    undefined,
    "if (answer.success.order_id === order_id) return",
    "if (true) return"
  ),
  canceling(
    "takes an order for gone that is not listed yet",
    undefined,
    "asOfMillis > latestStart(began, yield* instant)",
    "true"
  ),
  operations(
    "sends an order to another path",
    "Orders.create",
    'name: "Orders.create",\n  method: "POST",\n  path: "/portfolio/events/orders"',
    'name: "Orders.create",\n  method: "POST",\n  path: "/portfolio/orders"',
    { seenBy: "P5" }
  ),
  operations(
    "amends with a PUT",
    "Orders.amend",
    'name: "Orders.amend",\n  method: "POST"',
    'name: "Orders.amend",\n  method: "PUT"',
    { seenBy: "P5" }
  )
]
