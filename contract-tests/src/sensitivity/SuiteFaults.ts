/** Faults of the local exchange, and of the suite itself. */
import { faultsOf, type Fault } from "./Fault.ts"

const groups = faultsOf("packages/sandbox/src/rest/routes/orderGroups.ts", "P12")
const wireTests = "packages/sandbox/test/requests.test.ts"
const wire = faultsOf("packages/sandbox/src/rest/wire.ts", wireTests)
const placing = faultsOf("packages/sandbox/src/exchange/orders/placing.ts", wireTests)
const ledger = faultsOf("packages/sandbox/src/exchange/money/ledger.ts", "packages/sandbox/test/Ledger.test.ts")
const assumptions = faultsOf("packages/sandbox/src/Assumptions.ts", "packages/sandbox/test/Exchange.test.ts")
const indexTests = "packages/sandbox/test/ViewIndexes.test.ts"
const book = faultsOf("packages/sandbox/src/exchange/orders/book.ts", indexTests)
const fills = faultsOf("packages/sandbox/src/exchange/orders/fillList.ts", indexTests)
const orderList = faultsOf(
  "packages/sandbox/src/exchange/orders/orderList.ts",
  "packages/sandbox/test/orderList.test.ts"
)
const json = faultsOf("contract-tests/src/reference/internal/json.ts", "P0")
const nulls = faultsOf("contract-tests/src/reference/NullableByIntent.ts", "P0")
const property = faultsOf("contract-tests/src/properties/Property.ts", "P15")
const mutants = faultsOf("contract-tests/src/generate/Mutants.ts", "P14")

/** Every one of them. */
export const suiteFaults: ReadonlyArray<Fault> = [
  groups("answers a group without its orders", "OrderGroups.get", "  orders: group.orderIds,\n", ""),
  groups("answers a list of groups without their ids", "OrderGroups.list", "  id: group.groupId,\n", ""),
  wire("reports a sale as a purchase", undefined, 'side === "bid" ? "buy" : "sell"', '"buy"'),
  wire(
    "rounds an average up instead of truncating it",
    undefined,
    "(micros - (micros % hundredths)) / hundredths",
    "Math.ceil(micros / hundredths)"
  ),
  placing(
    "accepts orders at 0 and 1 dollar",
    undefined,
    "price <= 0 || price >= dollar",
    "price < 0 || price > dollar"
  ),
  ledger("rebates fees that were not paid", undefined, "order.carriedMicros - (owed - fee)", "order.carriedMicros"),
  assumptions(
    "rounds the exchange's fees by the older rule by default",
    undefined,
    'feeRounding: "microdollar",',
    'feeRounding: "centicent",'
  ),
  book(
    "ignores a decrease in a long queue",
    undefined,
    "addToBlock(order.level, order.arrival, -count)",
    "addToBlock(order.level, order.arrival, 0)"
  ),
  fills(
    "lists only the last fill of an order",
    undefined,
    "this.#earlier.push(order.lastFill)",
    "this.#earlier.push(-1)"
  ),
  orderList("archives no order", undefined, "    this.#ended.push(order)\n", ""),
  orderList(
    "lists an executed order as a cancelled one",
    undefined,
    "to][status].add(index)",
    'to]["canceled"].add(index)'
  ),
  json("sorts keys by length", "rest.json", "a < b ? -1 : a > b ? 1 : 0", "a.length - b.length"),
  nulls(
    "knows one null by intent too few",
    "nullable-by-intent.rest.json",
    '...properties("MveSelectedLeg", "yes_settlement_value_dollars"),',
    ""
  ),
  property("tells another seed than it ran with", "P9", "seed: details.seed, path", "seed: 1, path"),
  mutants(
    "never tries an item too many",
    "Markets.orderbooks",
    "maxItems !== Number.POSITIVE_INFINITY && last",
    "false && last"
  )
]
