/**
 * `kalshi group`: order groups. The exchange cancels the orders of a group when too many contracts fill in 15 seconds.
 *
 * @module
 */
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import type { Capabilities } from "@kalshi-effect/client/Orders"
import type { NotSent } from "@kalshi-effect/client/Errors"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Changes } from "../app/annotations.ts"
import { changeFlags, type ChangeOptions } from "../app/changes.ts"
import { readLayer, subaccount } from "../app/connection.ts"
import { CommandError } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { parseCount } from "./amounts.ts"
import {
  carryOut,
  connect,
  layerOf,
  type Connected,
  type Field,
  type Preview,
  requestOf,
  subaccountName
} from "./confirm.ts"

const groupId = Argument.String("group-id").pipe(Argument.withDescription("The id of the group"))

const contracts = FixedPoint.countUnsafe

const parseLimit = (text: string) =>
  Option.filter(
    parseCount(text),
    (count) => FixedPoint.compare(count, contracts("1")) >= 0 && FixedPoint.compare(count, contracts("1000000")) <= 0
  )

const limitExpected = "1 to 1000000 contracts"

const isMissing = (error: object): boolean => "status" in error && error.status === 404

const readGroup = (id: string, subaccount: number | undefined) =>
  Effect.catchIf(OrderGroups.get({ order_group_id: id, subaccount }), isMissing, (cause) =>
    Effect.fail(
      new CommandError({
        exit: "refused",
        message: `The ${subaccountName(subaccount)} has no order group ${JSON.stringify(id)}, or the group was deleted. Nothing was sent. List the groups with \`kalshi groups\``,
        details: { type: "NotFound", status: 404 },
        cause
      })
    )
  )

const fieldsOf = (group: OrderGroups.GetOrderGroupResponse): ReadonlyArray<Field> => [
  ["limit", group.contracts_limit_fp === undefined ? "none" : `${group.contracts_limit_fp} contracts in 15 seconds`],
  ["orders", group.orders.length === 0 ? "none" : group.orders.join(" ")],
  ["shard", group.exchange_index === undefined ? undefined : String(group.exchange_index)]
]

const getCommand = Command.make("get", { id: groupId }, ({ id }) =>
  Effect.gen(function* () {
    const group = yield* readGroup(id, yield* subaccount).pipe(Effect.provide(readLayer))
    yield* Output.value(group, (screen) => Output.formatFields(screen, fieldsOf(group)))
  })
).pipe(
  Command.withDescription(
    "Shows the limit and the orders of a group. The exchange does not say whether a group is triggered"
  ),
  Command.withShortDescription("Shows a group"),
  Command.withExamples([
    { command: "kalshi group get 0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e", description: "The orders of a group" }
  ])
)

interface GroupChange<A, E> {
  readonly call: Effect.Effect<A, E | NotSent, Capabilities>
  readonly question: string
  readonly title: string
  readonly fields: ReadonlyArray<Field>
  readonly json: Readonly<Record<string, unknown>>
  readonly done: (response: A) => { readonly json: Readonly<Record<string, unknown>>; readonly text: string }
  readonly advice: string
}

const changeGroup = <A, E>(connected: Connected, options: ChangeOptions, change: GroupChange<A, E>) =>
  carryOut(connected, options, {
    question: change.question,
    preview: Effect.map(requestOf(connected, change.call), (request): Preview => ({
      requests: [request],
      json: change.json,
      human: (screen) => ({ text: screen.paint("bold", change.title), fields: change.fields })
    })),
    send: Effect.flatMap(change.call, (response) => {
      const { json, text } = change.done(response)
      return Output.outcome({ ...json, exit_code: 0 }, (screen) => screen.paint("green", text))
    }),
    advice: change.advice
  })

const createCommand = Command.make(
  "create",
  {
    limit: Flag.String("limit").pipe(
      Flag.withDescription("How many contracts can fill in 15 seconds before the exchange cancels the group's orders"),
      Flag.filterMap(parseLimit, () => limitExpected)
    ),
    shard: Flag.Int("shard").pipe(
      Flag.withDescription("The shard of the group's markets: their exchange_index (default 0)"),
      Flag.filter(
        (shard) => shard >= 0,
        () => "a whole number of at least 0"
      ),
      Flag.optional
    ),
    ...changeFlags
  },
  ({ limit, shard, ...options }) =>
    Effect.gen(function* () {
      const connected = yield* connect(options)
      const call = OrderGroups.create({
        contracts_limit_fp: limit,
        subaccount: connected.subaccount,
        exchange_index: Option.getOrUndefined(shard)
      })
      yield* changeGroup(connected, options, {
        call,
        question: "Create this group?",
        title: `Create an order group with a limit of ${limit} contracts in 15 seconds`,
        fields: [["shard", String(Option.getOrElse(shard, () => 0))]],
        json: { contracts_limit_fp: limit },
        done: (response) => ({
          json: { outcome: "created", ...response },
          text: `Created the group ${response.order_group_id}`
        }),
        advice: "Look for the group with `kalshi groups` before you create another"
      }).pipe(Effect.provide(layerOf(connected)))
    })
).pipe(
  Command.annotate(Changes, true),
  Command.withDescription(
    "Creates an order group. Orders join it with `kalshi order place … --group ID`. If more contracts than the limit fill in 15 seconds, the exchange cancels the group's orders and accepts no new orders until the group is reset"
  ),
  Command.withShortDescription("Creates a group"),
  Command.withExamples([{ command: "kalshi group create --limit 100", description: "A limit of 100 contracts" }])
)

interface Verb {
  readonly name: string
  readonly title: string
  readonly outcome: string
  readonly done: string
  readonly effect: string
  readonly description: string
}

const changeExisting = <A, E>(
  id: string,
  options: ChangeOptions,
  { done, effect, outcome, title }: Pick<Verb, "done" | "effect" | "outcome" | "title">,
  call: (input: OrderGroups.ChangeInput) => Effect.Effect<A, E | NotSent, Capabilities>
) =>
  Effect.gen(function* () {
    const connected = yield* connect(options)
    yield* Effect.gen(function* () {
      const group = yield* readGroup(id, connected.subaccount)
      yield* changeGroup(connected, options, {
        call: call({ order_group_id: id, subaccount: connected.subaccount, exchange_index: group.exchange_index }),
        question: `${title} this group?`,
        title: `${title} the group ${id}`,
        fields: [...fieldsOf(group), ["effect", effect]],
        json: { order_group_id: id, ...group },
        done: () => ({ json: { outcome, order_group_id: id }, text: `${done} the group ${id}` }),
        advice: `Look at the group with \`kalshi group get ${id}\``
      })
    }).pipe(Effect.provide(layerOf(connected)))
  })

const existing = <A, E>(
  verb: Verb,
  call: (input: OrderGroups.ChangeInput) => Effect.Effect<A, E | NotSent, Capabilities>
) =>
  Command.make(verb.name, { id: groupId, ...changeFlags }, ({ id, ...options }) =>
    changeExisting(id, options, verb, call)
  ).pipe(
    Command.annotate(Changes, true),
    Command.withDescription(verb.description),
    Command.withExamples([
      {
        command: `kalshi group ${verb.name} 0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e`,
        description: "By the id of the group"
      }
    ])
  )

const resetCommand = existing(
  {
    name: "reset",
    title: "Reset",
    outcome: "reset",
    done: "Reset",
    effect: "the counter of the group starts at zero, and the group accepts orders again",
    description: "Resets a group, so that it accepts orders again after a trigger"
  },
  OrderGroups.reset
)

const triggerCommand = existing(
  {
    name: "trigger",
    title: "Trigger",
    outcome: "triggered",
    done: "Triggered",
    effect: "the exchange cancels the group's orders, and accepts no new orders until the group is reset",
    description:
      "Triggers a group: the exchange cancels the group's orders, and accepts no new orders until the group is reset"
  },
  OrderGroups.trigger
)

const deleteCommand = existing(
  {
    name: "delete",
    title: "Delete",
    outcome: "deleted",
    done: "Deleted",
    effect: "the exchange cancels the group's orders, and removes the group",
    description: "Deletes a group, and cancels the group's orders"
  },
  OrderGroups.delete
)

const limitCommand = Command.make(
  "limit",
  {
    id: groupId,
    limit: Argument.String("contracts").pipe(
      Argument.withDescription("The new limit: contracts in 15 seconds"),
      Argument.filterMap(parseLimit, () => limitExpected)
    ),
    ...changeFlags
  },
  ({ id, limit, ...options }) =>
    changeExisting(
      id,
      options,
      {
        title: `Set a limit of ${limit} for`,
        outcome: "limit_updated",
        done: `Set a limit of ${limit} for`,
        effect: "if more than the new limit filled in the last 15 seconds, the group triggers immediately"
      },
      (input) => OrderGroups.updateLimit({ ...input, contracts_limit_fp: limit })
    )
).pipe(
  Command.annotate(Changes, true),
  Command.withDescription("Sets the limit of a group"),
  Command.withExamples([
    { command: "kalshi group limit 0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e 50", description: "50 contracts in 15 seconds" }
  ])
)

export const group = Command.make("group").pipe(
  Command.withSubcommands([getCommand, createCommand, limitCommand, resetCommand, triggerCommand, deleteCommand]),
  Command.withDescription("Order groups: a limit on the contracts that fill in 15 seconds")
)
