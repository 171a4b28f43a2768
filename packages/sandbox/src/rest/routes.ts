/**
 * All routes.
 *
 * @module
 */
import type { Route } from "./route.ts"
import { account, apiKeys } from "./routes/account.ts"
import { blockTrades } from "./routes/blockTrades.ts"
import { candlesticks } from "./routes/candlesticks.ts"
import { quotes, rfqs } from "./routes/communications.ts"
import { exchange } from "./routes/exchange.ts"
import { feeChanges } from "./routes/feeChanges.ts"
import { fcm } from "./routes/fcm.ts"
import { historical } from "./routes/historical.ts"
import { liveData } from "./routes/liveData.ts"
import { events, markets, series } from "./routes/markets.ts"
import { collections } from "./routes/collections.ts"
import { orderGroups } from "./routes/orderGroups.ts"
import { orders } from "./routes/orders.ts"
import { portfolio } from "./routes/portfolio.ts"
import { rfqBatches } from "./routes/rfqBatches.ts"
import { incentivePrograms, milestones, search, structuredTargets } from "./routes/reference.ts"
import { subaccounts, transfers } from "./routes/transfers.ts"

/** All operations of the published document. */
export const routes: ReadonlyArray<Route> = [
  ...exchange,
  ...orderGroups,
  ...orders,
  ...portfolio,
  ...subaccounts,
  ...transfers,
  ...account,
  ...apiKeys,
  ...markets,
  ...events,
  ...series,
  ...candlesticks,
  ...feeChanges,
  ...collections,
  ...historical,
  ...rfqs,
  ...quotes,
  ...rfqBatches,
  ...milestones,
  ...structuredTargets,
  ...incentivePrograms,
  ...search,
  ...liveData,
  ...blockTrades,
  ...fcm
]
