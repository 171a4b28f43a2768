import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Result from "effect/Result"
import { route } from "../src/rest/route.ts"

// A route does not compile where it answers or reads what the client's types do not have.

route(OrderGroups.delete, () => Result.succeed({}))

// @ts-expect-error is_auto_cancel_enabled is missing
route(OrderGroups.get, () => Result.succeed({ orders: [] }))

// @ts-expect-error a limit is no number on the wire
route(OrderGroups.get, () => Result.succeed({ orders: [], is_auto_cancel_enabled: false, contracts_limit_fp: 1 }))

// @ts-expect-error the operation has no such input
route(OrderGroups.get, ({ input }) => Result.succeed({ orders: [input.ticker], is_auto_cancel_enabled: false }))
