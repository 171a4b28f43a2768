/** Faults of limits. */
import { faultsOf, type Fault } from "./Fault.ts"

const test = "packages/client/test/RateLimits.test.ts"
const learning = "packages/client/test/RateLimitsLearning.test.ts"
const laws = "packages/client/test/RateLimitsLaws.test.ts"

const limits = faultsOf("packages/client/src/internal/limits.ts", test)
const memory = faultsOf("packages/client/src/internal/limitsMemory.ts", laws)
const costs = faultsOf("packages/client/src/internal/limitsCosts.ts", learning)

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
  memory("lets no one go first", undefined, "          : other.urgent\n", "          : false\n", { seenBy: test }),
  memory("forgets who was there before", undefined, "other.account !== want.account || other.id === want.id", "true", {
    seenBy: test
  }),
  memory("does not empty a bucket", undefined, "      state.tokens = held\n", "", { seenBy: test }),
  limits(
    "pays for a batch as for one",
    "Orders.batchCreate",
    "Array.isArray(orders) ? Math.max(1, orders.length) : 1",
    "1",
    { seenBy: "P9", runs: 1000 }
  ),
  limits(
    "goes on after a 429 as before",
    undefined,
    "Effect.andThen(store.drain(want), learn(endedMillis))",
    "learn(endedMillis)"
  ),
  limits(
    "does not give back what was never sent",
    undefined,
    "? Effect.andThen(store.giveBack(want), Effect.sync(nudgeAll))",
    "? Effect.sync(nudgeAll)"
  ),
  limits("stays in line when it is interrupted", undefined, "        leave(line, waiter)\n", ""),
  limits("pays for reads with tokens for writes", undefined, 'return ["read"]', "return [writeBucket(0)]"),
  limits(
    "pays for an order on one shard alone",
    undefined,
    "return [...shards].map(writeBucket)",
    "return [writeBucket(0)]"
  ),
  costs("takes a wildcard for nothing at all", undefined, "path.length > wild", "path.length >= wild"),
  costs("does not look at a route's method", undefined, "route.method === descriptor.method && ", ""),
  costs("does not know the list's root", undefined, "? path.slice(root.length) : path", "? path : path"),
  costs("knows no default cost", undefined, "?? list.default_cost", "?? 10"),
  costs("takes the widest route", undefined, "nearness(b) - nearness(a)", "nearness(a) - nearness(b)")
]
