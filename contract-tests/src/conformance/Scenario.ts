/**
 * Scenarios of the judge exchange: what a client has to do, what its driver reports, and what counts as a fault.
 *
 * @module
 */
import type * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Recorder } from "./Recorder.ts"

export type Area = "signing" | "paging" | "errors" | "answers" | "writes" | "limits" | "feed"

export const categories = ["accepted wrongly", "sent twice", "mis-signed", "lost", "leaked"] as const

export type Category = (typeof categories)[number]

export interface Finding {
  readonly category: Category
  readonly text: string
}

/** `continue` is a request to the judge. The other steps are calls of the client. */
export type Verb =
  | "get_balance"
  | "get_order"
  | "list_orders"
  | "list_orders_page"
  | "create_order"
  | "create_orders"
  | "create_orders_at_once"
  | "cancel_order"
  | "decrease_order"
  | "create_order_group"
  | "watch_book"
  | "read_book"
  | "watch_trades"
  | "read_trades"
  | "continue"

export interface Step {
  readonly do: Verb
  /** The index of the account that makes the call. Default: 0. */
  readonly account?: number
  readonly input?: Readonly<Record<string, unknown>>
}

const ReportedError = Schema.Struct({
  /** The name of the error's class or tag. */
  kind: Schema.optionalKey(Schema.String),
  status: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  code: Schema.optionalKey(Schema.NullOr(Schema.String)),
  text: Schema.optionalKey(Schema.String),
  placed: Schema.optionalKey(Schema.NullOr(Schema.Literals(["no", "maybe"]))),
  earlier_response_lost: Schema.optionalKey(Schema.Boolean)
})

export type ReportedError = typeof ReportedError.Type

const Result = Schema.Union([
  Schema.Struct({ value: Schema.Record(Schema.String, Schema.Unknown) }),
  Schema.Struct({ error: ReportedError }),
  Schema.Struct({ unsupported: Schema.String })
])

export type Result = typeof Result.Type

/** One result for each step except `continue`. */
export const Report = Schema.Struct({ results: Schema.Array(Result) })

export type Account = Omit<Sandbox.Credentials, "signer">

export interface Stage {
  readonly operator: Sandbox.Operator
  /** The accounts of the client. */
  readonly accounts: ReadonlyArray<Account>
  /** The judge's account, which places the orders that are not the client's. */
  readonly maker: Account
  readonly recorder: Recorder
  /** The time that a client gets to process the messages of the feed. */
  readonly settleMillis: number
}

export interface Plan {
  readonly steps: ReadonlyArray<Step>
  /** What the judge does at each step `continue`. */
  readonly acts?: ReadonlyArray<Effect.Effect<unknown, Sandbox.SandboxError>>
  /** Returns the findings, except findings about signatures. `results` has no entries for `continue`. */
  readonly judge: (results: ReadonlyArray<Result>) => Effect.Effect<ReadonlyArray<Finding>, Sandbox.SandboxError>
}

export interface Scenario {
  readonly id: string
  readonly area: Area
  /** What happens. */
  readonly title: string
  /** What the client must do. */
  readonly expected: string
  /** The kind of the accounts' keys. Default: the kind that the driver prefers. */
  readonly key?: "rsa" | "ed25519"
  /** The number of accounts of the client. Default: 1. */
  readonly accounts?: number
  /** The tier of the rate limits. Default: no rate limits. */
  readonly tier?: "basic"
  /** The time limit of a request, in milliseconds. A driver sets it if its client has this option. Default: 5,000. */
  readonly timeoutMillis?: number
  readonly prepare: (stage: Stage) => Effect.Effect<Plan, Sandbox.SandboxError, Scope.Scope>
}

/** The market of every scenario. */
export const ticker = "KXJUDGE-26-A"

/** The second market of scenarios of the feed. */
export const otherTicker = "KXJUDGE-26-B"

export const found = (category: Category, text: string): ReadonlyArray<Finding> => [{ category, text }]

export const nothing: ReadonlyArray<Finding> = []
