/**
 * Operations that the exchange does not implement. They return a generated success. The same request, seed, time and
 * markets give the same success.
 *
 * @module
 */
import * as BlockTrades from "@kalshi-effect/client/BlockTrades"
import * as Events from "@kalshi-effect/client/Events"
import * as Fcm from "@kalshi-effect/client/Fcm"
import * as Historical from "@kalshi-effect/client/Historical"
import * as IncentivePrograms from "@kalshi-effect/client/IncentivePrograms"
import * as LiveData from "@kalshi-effect/client/LiveData"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Milestones from "@kalshi-effect/client/Milestones"
import * as MultivariateCollections from "@kalshi-effect/client/MultivariateCollections"
import type { Descriptor } from "@kalshi-effect/client/Operation"
import * as RfqBatches from "@kalshi-effect/client/RfqBatches"
import * as Search from "@kalshi-effect/client/Search"
import * as StructuredTargets from "@kalshi-effect/client/StructuredTargets"
import * as Result from "effect/Result"
import { exampleOf, type ExampleInput } from "../examples.ts"
import { operations, schemas } from "../generated/responses.ts"
import type { Route } from "../route.ts"

const modules = [
  BlockTrades,
  Events,
  Fcm,
  Historical,
  IncentivePrograms,
  LiveData,
  Markets,
  Milestones,
  MultivariateCollections,
  RfqBatches,
  Search,
  StructuredTargets
]

const seededRoute = (descriptor: Descriptor): Route => ({
  descriptor,
  handle: ({ input, nowMillis, seed, view }) => {
    const schema = operations[descriptor.operationId]
    return Result.succeed(
      schema === undefined || schema === null
        ? undefined
        : exampleOf(schema, {
            schemas,
            seed: `${seed} ${descriptor.operationId} ${JSON.stringify(input)}`,
            nowMillis,
            known: idsOf(descriptor, input),
            tickers: view.tickers()
          })
    )
  }
})

/**
 * The ids of a request, which the response repeats. If the path ends in an id, this is the id of the returned entity.
 */
const idsOf = ({ path, pathParameters }: Descriptor, input: unknown): ExampleInput["known"] => {
  const fields = input as Readonly<Record<string, unknown>> // the router's inputs are objects
  const names = Object.keys(pathParameters)
  const last = names.at(-1)
  return {
    anywhere: Object.fromEntries(names.map((name) => [name, fields[name]])),
    outermost: last !== undefined && path.endsWith(`{${last}}`) && last.endsWith("_id") ? { id: fields[last] } : {}
  }
}

/** A route for every operation of these modules that has no other route. */
export const seeded: ReadonlyArray<Route> = modules
  .flatMap((module): ReadonlyArray<unknown> => Object.values(module))
  .flatMap((operation) => (hasDescriptor(operation) ? [operation.descriptor] : []))
  .filter(({ operationId }) => operationId in operations)
  .map(seededRoute)

function hasDescriptor(value: unknown): value is { readonly descriptor: Descriptor } {
  return typeof value === "function" && "descriptor" in value
}
