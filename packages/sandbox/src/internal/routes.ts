/**
 * All routes.
 *
 * @module
 */
import type { Route } from "./route.ts"
import { exchange } from "./routes/exchange.ts"
import { orderGroups } from "./routes/orderGroups.ts"
import { orders } from "./routes/orders.ts"

export const routes: ReadonlyArray<Route> = [...exchange, ...orderGroups, ...orders]
