/**
 * `kalshi order`: places, changes and cancels orders.
 *
 * @module
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { readLayer, subaccount } from "../app/connection.ts"
import * as Output from "../output/Output.ts"
import { amendCommand, decreaseCommand } from "./amend.ts"
import { cancelCommand } from "./cancel.ts"
import { cancelAllCommand } from "./cancelAll.ts"
import { closeCommand } from "./close.ts"
import { orderId, orderWords, readOrder } from "./orders.ts"
import { placeCommand } from "./place.ts"
import { settleCommand } from "./settle.ts"

const getCommand = Command.make("get", { id: orderId }, ({ id }) =>
  Effect.gen(function* () {
    const order = yield* readOrder(id, yield* subaccount).pipe(Effect.provide(readLayer))
    yield* Output.value(order, (screen) =>
      Output.formatFields(screen, [
        ["order", orderWords(order)],
        ["status", order.status],
        ["fill_count", order.fill_count_fp],
        ["remaining_count", order.remaining_count_fp],
        ["expires", order.expiration_time ?? undefined],
        ["group", order.order_group_id ?? undefined],
        ["client_order_id", order.client_order_id]
      ])
    )
  })
).pipe(
  Command.withDescription("Shows one order"),
  Command.withExamples([
    { command: "kalshi order get 0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e", description: "By its order_id" }
  ])
)

export const order = Command.make("order").pipe(
  Command.withSubcommands([
    placeCommand,
    closeCommand,
    getCommand,
    amendCommand,
    decreaseCommand,
    cancelCommand,
    cancelAllCommand,
    settleCommand
  ]),
  Command.withDescription("Places, changes and cancels orders")
)
