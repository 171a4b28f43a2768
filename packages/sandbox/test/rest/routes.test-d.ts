import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Result from "effect/Result"
import { route } from "../../src/rest/route.ts"

route(OrderGroups.delete, () => Result.succeed({}))

// @ts-expect-error is_auto_cancel_enabled is missing
route(OrderGroups.get, () => Result.succeed({ orders: [] }))

// @ts-expect-error a limit is not a number on the wire
route(OrderGroups.get, () => Result.succeed({ orders: [], is_auto_cancel_enabled: false, contracts_limit_fp: 1 }))

// @ts-expect-error the operation does not have this input
route(OrderGroups.get, ({ input }) => Result.succeed({ orders: [input.ticker], is_auto_cancel_enabled: false }))
