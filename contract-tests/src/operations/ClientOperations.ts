/**
 * Lists every operation that the client exports.
 *
 * **Details**
 *
 * The modules are listed by hand. A test that reads the client's folder checks that no module with operations is
 * missing. The comparison with the document checks that no operation is missing.
 *
 * @module
 */
import * as Account from "@kalshi-effect/client/Account"
import * as ApiKeys from "@kalshi-effect/client/ApiKeys"
import * as BlockTrades from "@kalshi-effect/client/BlockTrades"
import type * as Capability from "@kalshi-effect/client/Capability"
import type * as Errors from "@kalshi-effect/client/Errors"
import * as Events from "@kalshi-effect/client/Events"
import * as Exchange from "@kalshi-effect/client/Exchange"
import * as Fcm from "@kalshi-effect/client/Fcm"
import * as Historical from "@kalshi-effect/client/Historical"
import * as IncentivePrograms from "@kalshi-effect/client/IncentivePrograms"
import * as LiveData from "@kalshi-effect/client/LiveData"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Milestones from "@kalshi-effect/client/Milestones"
import * as MultivariateCollections from "@kalshi-effect/client/MultivariateCollections"
import type { Descriptor, Operation } from "@kalshi-effect/client/Operation"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Quotes from "@kalshi-effect/client/Quotes"
import * as RfqBatches from "@kalshi-effect/client/RfqBatches"
import * as Rfqs from "@kalshi-effect/client/Rfqs"
import * as Search from "@kalshi-effect/client/Search"
import * as Series from "@kalshi-effect/client/Series"
import * as StructuredTargets from "@kalshi-effect/client/StructuredTargets"
import * as Subaccounts from "@kalshi-effect/client/Subaccounts"
import * as Transfers from "@kalshi-effect/client/Transfers"

/** The error classes that operations declare. */
export type NamedError =
  | Errors.BadRequest
  | Errors.Unauthorized
  | Errors.Forbidden
  | Errors.NotFound
  | Errors.Conflict
  | Errors.InternalServerError<unknown>
  | Errors.ServiceUnavailable<unknown>
  | Errors.GatewayTimeout<unknown>

export type AnyOperation = Operation<
  unknown,
  unknown,
  NamedError,
  Capability.KalshiPublic | Capability.KalshiRead | Capability.KalshiWrite
>

export interface ClientOperation {
  /** Example: `OrderGroups.get`. */
  readonly name: string
  readonly module: string
  readonly export: string
  readonly descriptor: Descriptor
  readonly operation: AnyOperation
}

/** As `import *` returns it. */
export type Module = Readonly<Record<string, unknown>>

export const modules: Readonly<Record<string, Module>> = {
  Account,
  ApiKeys,
  BlockTrades,
  Events,
  Exchange,
  Fcm,
  Historical,
  IncentivePrograms,
  LiveData,
  Markets,
  Milestones,
  MultivariateCollections,
  OrderGroups,
  Orders,
  Portfolio,
  Quotes,
  RfqBatches,
  Rfqs,
  Search,
  Series,
  StructuredTargets,
  Subaccounts,
  Transfers
}

const isOperation = (value: unknown): value is AnyOperation =>
  typeof value === "function" &&
  "descriptor" in value &&
  typeof value.descriptor === "object" &&
  value.descriptor !== null &&
  "operationId" in value.descriptor

export const ofModule = (module: string, exported: Module): ReadonlyArray<ClientOperation> =>
  Object.keys(exported)
    .sort()
    .flatMap((name) => {
      const operation = exported[name]
      return isOperation(operation)
        ? [{ name: `${module}.${name}`, module, export: name, descriptor: operation.descriptor, operation }]
        : []
    })

export const all: ReadonlyArray<ClientOperation> = /*#__PURE__*/ Object.entries(modules).flatMap(([name, exported]) =>
  ofModule(name, exported)
)
