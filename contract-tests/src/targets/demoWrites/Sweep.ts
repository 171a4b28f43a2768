/**
 * Cleans up after a run. Each round finds the run's orders and groups, and removes them. The cleanup ends when two
 * rounds in a row find none, or after ten rounds.
 *
 * @module
 */
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Provide } from "../Live.ts"
import { prefixOf } from "./TradingRule.ts"

/** How a round recognizes the orders and groups of the run. */
export interface Marks {
  readonly runId: string
  /** The limit of the run's order groups. */
  readonly limit: string
  readonly groupsBefore: ReadonlyArray<string>
  readonly groups: ReadonlySet<string>
}

export interface CleanupResult {
  readonly orders: number
  readonly groups: number
  /**
   * The entities that the last round found, or a note if the round could not read them. Empty if two rounds in a row
   * found no entity.
   */
  readonly left: ReadonlyArray<string>
}

const rounds = 10

/** Reads can lag behind writes, so two reads in a row must show no entity. */
const betweenMillis = 1_000

const plain = (decimal: string): string => decimal.replace(/\.?0+$/, "")

export const sweep = (
  provide: Provide,
  { groups, groupsBefore, limit, runId }: Marks,
  owned: Set<string>
): Effect.Effect<CleanupResult> =>
  Effect.gen(function* () {
    const before = new Set(groupsBefore)
    const canceled = new Set<string>()
    const deleted = new Set<string>()
    const findEntities = provide(
      Effect.gen(function* () {
        const resting = yield* Stream.runCollect(Orders.list.items({ status: "resting", limit: 200 }, { maxPages: 50 }))
        const { order_groups = [] } = yield* OrderGroups.list({})
        return {
          orders: [...resting].filter(({ client_order_id }) => client_order_id.startsWith(prefixOf(runId))),
          groups: order_groups.filter(
            ({ contracts_limit_fp = "", id }) =>
              groups.has(id) || (!before.has(id) && plain(contracts_limit_fp) === plain(limit))
          )
        }
      })
    )
    let remaining: ReadonlyArray<string> = []
    let clean = 0
    for (let round = 0; round < rounds && clean < 2; round++) {
      if (round > 0) yield* Effect.sleep(betweenMillis)
      const found = yield* Effect.result(findEntities)
      if (Result.isFailure(found)) {
        remaining = [`unknown entities (cannot read the lists: ${found.failure.message})`]
        clean = 0
        continue
      }
      for (const { order_id } of found.success.orders) {
        owned.add(order_id)
        const done = yield* Effect.result(provide(Orders.cancel({ order_id })))
        if (Result.isSuccess(done)) canceled.add(order_id)
      }
      for (const { id } of found.success.groups) {
        owned.add(id)
        const done = yield* Effect.result(provide(OrderGroups.delete({ order_group_id: id })))
        if (Result.isSuccess(done)) deleted.add(id)
      }
      remaining = [
        ...found.success.orders.map(({ client_order_id, order_id }) => `order ${order_id} (${client_order_id})`),
        ...found.success.groups.map(({ id }) => `order group ${id}`)
      ]
      clean = remaining.length === 0 ? clean + 1 : 0
    }
    const left = clean === 1 ? ["unknown entities (only the last read found none)"] : remaining
    return { orders: canceled.size, groups: deleted.size, left: clean >= 2 ? [] : left }
  })
