/**
 * Loads the operations of the client on demand, one module of the client at a time.
 *
 * @module
 */
import type { Descriptor } from "@kalshi-effect/client/Operation"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"

type Reader = (input: unknown, options?: { readonly maxPages?: number }) => Stream.Stream<unknown, unknown, never>

/** A call needs the client as a service, although this type does not say so. */
export interface Operation {
  (input: unknown): Effect.Effect<unknown, unknown, never>
  readonly descriptor: Descriptor
  readonly pages?: Reader
}

type Module = Readonly<Record<string, unknown>>

export const modules: Readonly<Record<string, () => Promise<Module>>> = {
  Account: () => import("@kalshi-effect/client/Account"),
  ApiKeys: () => import("@kalshi-effect/client/ApiKeys"),
  BlockTrades: () => import("@kalshi-effect/client/BlockTrades"),
  Events: () => import("@kalshi-effect/client/Events"),
  Exchange: () => import("@kalshi-effect/client/Exchange"),
  Fcm: () => import("@kalshi-effect/client/Fcm"),
  Historical: () => import("@kalshi-effect/client/Historical"),
  IncentivePrograms: () => import("@kalshi-effect/client/IncentivePrograms"),
  LiveData: () => import("@kalshi-effect/client/LiveData"),
  Markets: () => import("@kalshi-effect/client/Markets"),
  Milestones: () => import("@kalshi-effect/client/Milestones"),
  MultivariateCollections: () => import("@kalshi-effect/client/MultivariateCollections"),
  OrderGroups: () => import("@kalshi-effect/client/OrderGroups"),
  Orders: () => import("@kalshi-effect/client/Orders"),
  Portfolio: () => import("@kalshi-effect/client/Portfolio"),
  Quotes: () => import("@kalshi-effect/client/Quotes"),
  RfqBatches: () => import("@kalshi-effect/client/RfqBatches"),
  Rfqs: () => import("@kalshi-effect/client/Rfqs"),
  Search: () => import("@kalshi-effect/client/Search"),
  Series: () => import("@kalshi-effect/client/Series"),
  StructuredTargets: () => import("@kalshi-effect/client/StructuredTargets"),
  Subaccounts: () => import("@kalshi-effect/client/Subaccounts"),
  Transfers: () => import("@kalshi-effect/client/Transfers")
}

export const isOperation = (value: unknown): value is Operation =>
  typeof value === "function" &&
  "descriptor" in value &&
  typeof value.descriptor === "object" &&
  value.descriptor !== null &&
  "operationId" in value.descriptor

/** A bug: the catalog contains an operation that the client does not have. */
class NoOperation extends Data.TaggedError("NoOperation")<{ readonly message: string }> {}

export const load = async (name: string): Promise<Operation> => {
  const [module = "", exported = ""] = name.split(".")
  const operation = (await modules[module]?.())?.[exported]
  if (!isOperation(operation)) throw new NoOperation({ message: `The client has no operation ${name}` })
  return operation
}
