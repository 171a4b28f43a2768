/**
 * How a trade command shows what its change means, asks, and sends the change.
 *
 * @module
 */
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import type * as DryRun from "@kalshi-effect/client/DryRun"
import type * as Orders from "@kalshi-effect/client/Orders"
import type { NotSent } from "@kalshi-effect/client/Errors"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import { changeConnection, type ChangeOptions, confirm, isProduction, requireShown, send } from "../app/changes.ts"
import { subaccount } from "../app/connection.ts"
import { CommandError } from "../app/failures.ts"
import * as Output from "../output/Output.ts"

export interface Connected extends Effect.Success<ReturnType<typeof changeConnection>> {
  readonly subaccount: number | undefined
}

export const connect = Effect.fnUntraced(function* (options: Pick<ChangeOptions, "dryRun">) {
  const connected = yield* changeConnection(options)
  return { ...connected, subaccount: yield* subaccount } satisfies Connected
})

export const layerOf = (connected: Connected) => Layer.fresh(Kalshi.layer(connected))

export type Field = readonly [name: string, value: string | undefined]

export interface Preview {
  readonly requests: ReadonlyArray<DryRun.Intent>
  /** The account that the change affects. Default: the subaccount of the command. */
  readonly account?: string | undefined
  /** For `--json`. */
  readonly json: Readonly<Record<string, unknown>>
  /** For people: a sentence or a table, with fields below it. */
  readonly human: (screen: Output.Screen) => { readonly text: string; readonly fields: ReadonlyArray<Field> }
}

export interface Change<E1, R1, E2, R2> {
  readonly question: string
  /** Runs before the question, and for --dry-run. With --yes alone, it does not run. */
  readonly preview: Effect.Effect<Preview, E1, R1>
  /** Sends the change, and prints its outcome. */
  readonly send: Effect.Effect<void, E2, R2>
  /** One sentence: how to find out what the exchange did, if no response says it. */
  readonly advice: string
}

const isNotSent = (error: unknown): error is NotSent => Predicate.isTagged(error, "NotSent")

/** Returns the requests that the calls would send, and sends nothing. */
export const requestsOf = <A, E>(
  connected: Connected,
  calls: ReadonlyArray<Effect.Effect<A, E | NotSent, Orders.Capabilities>>,
  marketOf?: DryRun.Options["marketOf"]
) =>
  Effect.forEach(calls, (call) =>
    call.pipe(
      Effect.flatMap(() =>
        Effect.fail(
          new CommandError({
            exit: "failed",
            message: "The dry run returned a response. This is a bug in the command: report it"
          })
        )
      ),
      Effect.catchIf(isNotSent, ({ intent }) => Effect.succeed(intent))
    )
  ).pipe(Effect.provide(Layer.fresh(Kalshi.layerDryRun({ ...connected, marketOf }))))

export const requestOf = <A, E>(
  connected: Connected,
  call: Effect.Effect<A, E | NotSent, Orders.Capabilities>,
  marketOf?: DryRun.Options["marketOf"]
) => Effect.map(requestsOf(connected, [call], marketOf), ([request]) => request!) // one request per call

const fieldsOf = (
  { environment, signer, subaccount }: Connected,
  account: string | undefined,
  screen: Output.Screen
): ReadonlyArray<Field> => [
  [
    "environment",
    isProduction(environment)
      ? screen.paint(["bold", "red"], `PRODUCTION, real money (${new URL(environment.restUrl).host})`)
      : environment.name.includes("://")
        ? environment.name
        : `${environment.name} (${new URL(environment.restUrl).host})`
  ],
  ["account", `${account ?? subaccountName(subaccount)}, key ${signer.keyId}`]
]

export const subaccountName = (subaccount: number | undefined): string =>
  subaccount === undefined || subaccount === 0 ? "primary account" : `subaccount ${subaccount}`

const print = (connected: Connected, { account, human, json, requests }: Preview, { dryRun }: ChangeOptions) =>
  Output.value(
    {
      outcome: "not_sent",
      environment: connected.environment.name,
      rest_url: connected.environment.restUrl,
      key_id: connected.signer.keyId,
      ...json,
      requests: requests.map(({ body, method, path }) => ({ method, path, body }))
    },
    (screen) => {
      const { fields, text } = human(screen)
      const shown = dryRun
        ? requests.flatMap(({ body, method, path }): ReadonlyArray<Field> => [
            ["request", `${method} ${path}`],
            ["body", body === undefined ? undefined : JSON.stringify(body)]
          ])
        : []
      return `${text}\n${Output.formatFields(screen, [...fields, ...fieldsOf(connected, account, screen), ...shown])}`
    }
  )

export const carryOut = Effect.fnUntraced(function* <E1, R1, E2, R2>(
  connected: Connected,
  options: ChangeOptions,
  change: Change<E1, R1, E2, R2>
) {
  if (options.dryRun || !options.yes) {
    const printed = print(connected, yield* change.preview, options)
    yield* options.dryRun ? printed : requireShown(printed)
  }
  if (options.dryRun) {
    yield* Effect.when(
      Output.note("This is a dry run: nothing was sent"),
      Effect.map(Output.format, (format) => format === "human")
    )
    return
  }
  yield* confirm(change.question, connected.environment, options)
  yield* send(change.send, change.advice)
})
