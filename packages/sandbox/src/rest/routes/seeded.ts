/**
 * Operations that the exchange does not implement: a generated success, the same for the same request and seed.
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
import * as Quotes from "@kalshi-effect/client/Quotes"
import * as RfqBatches from "@kalshi-effect/client/RfqBatches"
import * as Rfqs from "@kalshi-effect/client/Rfqs"
import * as Search from "@kalshi-effect/client/Search"
import * as StructuredTargets from "@kalshi-effect/client/StructuredTargets"
import * as Result from "effect/Result"
import { exampleOf } from "../examples.ts"
import { operations, schemas } from "../generated/answers.ts"
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
  Quotes,
  RfqBatches,
  Rfqs,
  Search,
  StructuredTargets
]

const seededRoute = (descriptor: Descriptor): Route => ({
  descriptor,
  answer: ({ input, nowMillis, seed, view }) => {
    const schema = operations[descriptor.operationId]
    const known = asked(descriptor, input)
    return Result.succeed(
      schema === undefined || schema === null
        ? undefined
        : exampleOf(schema, {
            schemas,
            seed: `${seed} ${descriptor.operationId} ${JSON.stringify(input)}`,
            nowMillis,
            known,
            tickers: view.tickers()
          })
    )
  }
})

/** The named entities of a request, which the response repeats. The last path parameter is the id of its entity. */
const asked = ({ pathParameters }: Descriptor, input: unknown): Readonly<Record<string, unknown>> => {
  const given = input as Readonly<Record<string, unknown>> // the router's inputs are objects
  const names = Object.keys(pathParameters)
  const last = names.at(-1)
  return {
    ...Object.fromEntries(names.map((name) => [name, given[name]])),
    ...(last !== undefined && last.endsWith("_id") ? { id: given[last] } : undefined)
  }
}

/** A route for every operation of these modules without another route. */
export const seeded: ReadonlyArray<Route> = modules
  .flatMap((module): ReadonlyArray<unknown> => Object.values(module))
  .flatMap((operation) => (hasDescriptor(operation) ? [operation.descriptor] : []))
  .filter(({ operationId }) => operationId in operations)
  .map(seededRoute)

function hasDescriptor(value: unknown): value is { readonly descriptor: Descriptor } {
  return typeof value === "function" && "descriptor" in value
}
