/** Faults of limits. */
import { faultsOf, type Fault } from "./Fault.ts"

const test = "packages/client/test/RateLimits.test.ts"
const learning = "packages/client/test/RateLimitsLearning.test.ts"
const laws = "packages/client/test/RateLimitsLaws.test.ts"

const budget = "packages/client/test/RateLimitsBudget.test.ts"

const limits = faultsOf("packages/client/src/limits/limiter.ts", test)
const billing = faultsOf("packages/client/src/limits/billing.ts", test)
const learned = faultsOf("packages/client/src/limits/learned.ts", budget)
const queue = faultsOf("packages/client/src/limits/queue.ts", test)
const memory = faultsOf("packages/client/src/limits/memory.ts", laws)
const costs = faultsOf("packages/client/src/limits/costs.ts", learning)

/** Every one of them. */
export const limitFaults: ReadonlyArray<Fault> = [
  memory("refills twice as fast", "OrderGroups.create", "* refillRate) / 1000)", "* refillRate) / 500)", {
    seenBy: "P9",
    runs: 1000
  }),
  memory(
    "saves up more than a bucket holds",
    "OrderGroups.create",
    "Math.min(capacity, state.tokens + (",
    "Math.min(capacity * 9, state.tokens + (",
    { seenBy: laws }
  ),
  memory(
    "books what it takes twice as late",
    undefined,
    "state.tokens = levelAt(state, budget, atMillis) - cost",
    "state.tokens = levelAt(state, budget, atMillis)"
  ),
  memory("lets no one go first", undefined, "          : other.urgent\n", "          : false\n", { seenBy: laws }),
  memory("forgets who was there before", undefined, "other.account !== want.account || other.id === want.id", "true", {
    seenBy: test
  }),
  memory("does not empty a bucket", undefined, "      state.tokens = held\n", "", { seenBy: test }),
  billing(
    "pays for a batch as for one",
    "Orders.batchCreate",
    "Array.isArray(orders) ? Math.max(1, orders.length) : 1",
    "1",
    { seenBy: "P9", runs: 1000 }
  ),
  billing(
    "pays for reads with tokens for writes",
    undefined,
    'descriptor.bucket === "read") return read',
    "false) return read"
  ),
  billing(
    "pays for an order on one shard alone",
    undefined,
    "shard === undefined) return all",
    "shard === undefined) return common"
  ),
  limits(
    "goes on after a 429 as before",
    undefined,
    "Effect.andThen(quietly(store.drain(want)), learned.learn(endedMillis))",
    "learned.learn(endedMillis)"
  ),
  limits(
    "does not give back what was never sent",
    undefined,
    "Effect.andThen(quietly(store.giveBack(want)), Effect.sync(pokeAll))",
    "Effect.sync(pokeAll)"
  ),
  limits(
    "stays in the queue when it is interrupted",
    undefined,
    "        line.queue.leave(waiter)\n        return",
    "        return"
  ),
  limits("refuses a cancel because of a guess", undefined, "bill.descriptor.urgent && !learned.isCertain()", "false", {
    seenBy: budget
  }),
  learned("believes any budget", undefined, " && capacity >= oneRequest", ""),
  learned(
    "takes an old budget for a fact when it cannot be confirmed",
    undefined,
    "isCertain = named !== undefined && ",
    "if (named === undefined) return\n      isCertain = "
  ),
  learned("waits for the bucket in doubt", undefined, "overrides === learning", "false"),
  queue("serves urgent calls last", undefined, "[this.#urgent, this.#normal]", "[this.#normal, this.#urgent]"),
  costs("takes a wildcard for nothing at all", undefined, "path.length > wild", "path.length >= wild"),
  costs("does not look at a route's method", undefined, "route.method === descriptor.method && ", ""),
  costs("does not know the list's root", undefined, "? path.slice(root.length) : path", "? path : path"),
  costs("knows no default cost", undefined, "?? list.default_cost", "?? 10"),
  costs("takes the widest route", undefined, "nearness(b) - nearness(a)", "nearness(a) - nearness(b)")
]
