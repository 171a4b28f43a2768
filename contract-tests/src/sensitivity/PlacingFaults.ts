/**
 * Faults of placing and cancelling orders. The client's own tests must detect them: the document does not specify
 * placing, so no property of the suite covers it.
 */
import { faultsOf, type Fault } from "./Fault.ts"

const test = "packages/client/test/Placing.test.ts"
const settlingTest = "packages/client/test/Settling.test.ts"
const exitTest = "packages/client/test/CancelAllOnExit.test.ts"
const orders = "packages/client/test/Orders.test.ts"

const placing = faultsOf("packages/client/src/trading/placing.ts", test)
const outcomes = faultsOf("packages/client/src/trading/outcomes.ts", test)
const intents = faultsOf("packages/client/src/trading/intents.ts", test)
const attempts = faultsOf("packages/client/src/sending/attempts.ts", test)
const lookup = faultsOf("packages/client/src/trading/lookup.ts", settlingTest)
const settling = faultsOf("packages/client/src/trading/settling.ts", settlingTest)
const cancelOnExit = faultsOf("packages/client/src/trading/cancelOnExit.ts", exitTest)
const canceling = faultsOf("packages/client/src/trading/canceling.ts", test)
const operations = faultsOf("packages/client/src/rest/orderOperations.ts", orders)

/** Every one of them. */
export const placingFaults: ReadonlyArray<Fault> = [
  outcomes(
    "takes an order for rejected whose answer was lost",
    undefined,
    "error.afterLostAnswer ? look(exists)",
    "false ? look(exists)"
  ),
  outcomes(
    "takes a conflict about another thing for one about the id",
    undefined,
    "notAboutTheId.has(code) ?",
    "false ?"
  ),
  outcomes(
    "takes an answer that was cut for one that was lost",
    undefined,
    "orderIdIn(error.rawBody, clientOrderId)",
    "undefined"
  ),
  outcomes("takes an order's id that stands beside an error", undefined, "!namesError.test(body)", "true"),
  outcomes("takes another order's id out of an answer", undefined, "client === clientOrderId)", "true)"),
  outcomes(
    "takes a request that may have left for one that did not",
    undefined,
    'return error.requestSent === "no" ? { _tag: "NothingSent", error } : look(false)',
    'return { _tag: "NothingSent", error }'
  ),
  outcomes(
    "takes the second of two ids in an answer",
    undefined,
    "members.has(key) ? undefined : JSON.parse(value)",
    "JSON.parse(value)"
  ),
  outcomes("takes a request that timed out for one that was refused", undefined, "402, 404,", "402, 408, 404,"),
  outcomes(
    "takes an order that exists for one that was refused",
    undefined,
    'return refusalOf(error, saysExists(error.body))\n    case "Conflict"',
    'return refusalOf(error, false)\n    case "Conflict"'
  ),
  ...(
    [
      ["in another market", 'order.ticker === ticker ? [] : ["ticker"]', "[]"],
      ["of another subaccount", "(order.subaccount_number ?? 0) !== (request.subaccount ?? 0)", "false"],
      ["of the other side", "order.book_side !== request.side", "false"],
      ["at another price", "!isSame(FixedPoint.dollars(request.price), order.yes_price_dollars)", "false"],
      ["of another size", "!isSameCount(request, order.initial_count_fp)", "false"]
    ] as const
  ).map(([which, find, replace]) => outcomes(`takes an order ${which} for its own`, undefined, find, replace)),
  placing(
    "does not hear of another order in its answer",
    undefined,
    "client_order_id !== sending.client_order_id\n      ?",
    "false\n      ?"
  ),
  placing("takes one order for that of two intents", undefined, "return isShared ||", "return false ||"),
  placing("takes a refused item for refused that shows an order", undefined, "if (showsOrder(item))", "if (false)"),
  attempts(
    "does not notice that the clock was set while an order was sent",
    undefined,
    "attempts.clockChanged ||= jumped(attempts.last, reading)",
    ""
  ),
  attempts(
    "forgets the timestamp of the last signature",
    undefined,
    "Math.max(one.signedMillis ?? signedMillis, signedMillis)",
    "one.signedMillis ?? signedMillis"
  ),
  placing(
    "sends two orders of one id in a batch",
    undefined,
    "if (ids.size < sendings.length) return",
    "if (false) return"
  ),
  settling(
    "says that no order was placed as soon as a list is fresh",
    undefined,
    "Number.POSITIVE_INFINITY : mostSkewMillis)\n    }\n  }\n  const",
    "Number.POSITIVE_INFINITY : 0)\n    }\n  }\n  const"
  ),
  settling(
    "takes no order for placed that was found too late",
    undefined,
    "if (order !== undefined) return listed(placementOf(placement), order)",
    ""
  ),
  settling(
    "says that no order was placed where the clock was set while it was sent",
    undefined,
    "clockChanged === true ||",
    "false ||"
  ),
  settling(
    "takes absence for an answer where the exchange said that there is an order",
    undefined,
    "exists === true ||",
    "false ||"
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
    "if (whole && fresh !== undefined)",
    "if (fresh !== undefined)"
  ),
  lookup("looks at the first page alone", undefined, "return missing.size > 0\n", "return false\n"),
  lookup(
    "believes a list that says to be fresher than the exchange's own time",
    undefined,
    "return millis <= mostMillis",
    "return true"
  ),
  lookup("looks from the last of several orders on", undefined, ": Math.min(least, one)", ": Math.max(least, one)"),
  cancelOnExit(
    "lets an order rest whose answer does not say what remains of it",
    undefined,
    "(remaining === undefined || !isZero(remaining))",
    "(remaining !== undefined && !isZero(remaining))"
  ),
  cancelOnExit(
    "forgets an order whose placing died",
    undefined,
    "!Cause.hasInterrupts(exit.cause) && !Cause.hasDies(exit.cause)",
    "!Cause.hasInterrupts(exit.cause)"
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
    "asOfMillis > latestStart(began, yield* now)",
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
