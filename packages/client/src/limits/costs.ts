/**
 * Reads the cost of operations from the account's cost list.
 *
 * @module
 */
import type { GetAccountEndpointCostsResponse } from "../generated/responses.ts"
import type { Descriptor } from "../Operation.ts"

const root = "/trade-api/v2"

/** Splits a path into segments. Every parameter becomes `:`, and every wildcard becomes `*`. */
const segmentsOf = (path: string): ReadonlyArray<string> => {
  const below = path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : path
  return below
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => (segment.startsWith("*") ? "*" : /^(?::|\{.*\}$)/.test(segment) ? ":" : segment))
}

interface Route {
  readonly method: string
  readonly segments: ReadonlyArray<string>
  readonly cost: number
}

/**
 * Whether a route of the list matches a path. A wildcard matches the rest of the path, which is at least one segment.
 */
const matches = ({ segments }: Route, path: ReadonlyArray<string>): boolean => {
  const wild = segments.indexOf("*")
  return wild === -1
    ? segments.length === path.length && segments.every((segment, i) => segment === path[i])
    : path.length > wild && segments.slice(0, wild).every((segment, i) => segment === path[i])
}

/**
 * Ranks routes by how specific they are. A route without a wildcard is the most specific. Of two routes with wildcards,
 * the longer one is more specific.
 */
const specificity = ({ segments }: Route): number => {
  const wild = segments.indexOf("*")
  return wild === -1 ? Number.POSITIVE_INFINITY : wild
}

const isCost = (cost: number): boolean => Number.isFinite(cost) && cost >= 0

/**
 * Returns a function from an operation to its cost. Undefined if a cost in the list is not valid.
 *
 * **Details**
 *
 * The routes of the list start at the host's root. They use a router's notation, such as
 * `/trade-api/v2/portfolio/orders/:order_id` or `/trade-api/v2/cfbenchmarks/*endpoint`. A parameter matches only a
 * parameter, so `…/orders/:order_id` does not match `…/orders/batched`.
 */
export const read = (list: GetAccountEndpointCostsResponse): ((descriptor: Descriptor) => number) | undefined => {
  if (!isCost(list.default_cost) || !list.endpoint_costs.every(({ cost }) => isCost(cost))) return undefined
  const routes = list.endpoint_costs
    .map(({ cost, method, path }): Route => ({ cost, method: method.toUpperCase(), segments: segmentsOf(path) }))
    .sort((a, b) => specificity(b) - specificity(a))
  const known = new WeakMap<Descriptor, number>()
  return (descriptor) => {
    let cost = known.get(descriptor)
    if (cost === undefined) {
      const path = segmentsOf(descriptor.path)
      cost =
        routes.find((route) => route.method === descriptor.method && matches(route, path))?.cost ?? list.default_cost
      known.set(descriptor, cost)
    }
    return cost
  }
}
