/**
 * `kalshi groups`: order groups.
 *
 * @module
 */
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { readLayer, subaccount } from "../app/connection.ts"
import * as Output from "../output/Output.ts"
import { plain } from "../output/plain.ts"
import { numberColumn, text } from "./columns.ts"
import { extent, print, printValue } from "./options.ts"
import { explainUnknown } from "./unknown.ts"

const yesOrNo = (value: boolean): string => (value ? "yes" : "no")

const columns: ReadonlyArray<Output.Column<OrderGroups.OrderGroup>> = [
  { name: "id", value: ({ id }) => id },
  numberColumn("contracts_limit", ({ contracts_limit_fp }) => contracts_limit_fp),
  { name: "auto_cancel_enabled", value: ({ is_auto_cancel_enabled }) => yesOrNo(is_auto_cancel_enabled) },
  numberColumn("exchange_index", ({ exchange_index }) => text(exchange_index), { dropOrder: 1 })
]

const formatGroup = (group: OrderGroups.GetOrderGroupResponse, screen: Output.Screen): string =>
  Output.formatFields(screen, [
    ["contracts_limit", group.contracts_limit_fp],
    ["auto_cancel_enabled", yesOrNo(group.is_auto_cancel_enabled)],
    ["exchange_index", text(group.exchange_index)],
    ["resting orders", group.orders.length === 0 ? "none" : `${group.orders.length}:`],
    ...group.orders.map((id) => ["", plain(id)] as const)
  ])

const knownGroup = (id: string, subaccount: number | undefined) =>
  OrderGroups.get({ order_group_id: id, subaccount }).pipe(
    explainUnknown("order group", id, "List the order groups with `kalshi groups`")
  )

const flags = {
  id: Argument.String("id").pipe(
    Argument.withDescription("The id of one group, to see its resting orders"),
    Argument.optional
  ),
  ...extent
}

export const groups = Command.make("groups", flags, ({ id, ...extent }) =>
  Effect.gen(function* () {
    const chosen = yield* subaccount
    if (Option.isSome(id)) {
      return yield* printValue(knownGroup(id.value, chosen), formatGroup)
    }
    const list = Effect.map(OrderGroups.list({ subaccount: chosen }), ({ order_groups }) => order_groups ?? [])
    yield* print(columns, extent, () => Stream.fromIterableEffect(list), { empty: "No order groups found" })
  }).pipe(Effect.provide(readLayer))
).pipe(
  Command.withDescription(
    "Lists order groups with their limits on the contracts that fill in 15 seconds, or shows one group with its resting orders. The exchange does not say whether a group is triggered. A triggered group has no resting orders, and accepts no new orders"
  ),
  Command.withShortDescription("Lists order groups"),
  Command.withExamples([
    { command: "kalshi groups", description: "The groups of all subaccounts" },
    { command: "kalshi groups 2c5d3e1a-6c1f-4a0e-9f57-0d2b6f1f7a11", description: "One group and its resting orders" }
  ])
)
