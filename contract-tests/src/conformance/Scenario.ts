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

/** The subject of a scenario. */
export type Area = "signing" | "paging" | "errors" | "answers" | "writes" | "limits" | "feed"

/** The kinds of faults of a client. */
export const categories = ["accepted wrongly", "sent twice", "mis-signed", "lost", "leaked"] as const

export type Category = (typeof categories)[number]

/** A fault of a client. */
export interface Finding {
  readonly category: Category
  readonly text: string
}

/** The kinds of steps. `continue` is a request to the judge. Every other step is a call of the client. */
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

/** A step of a scenario. */
export interface Step {
  readonly do: Verb
  /** The index of the account that makes the call. Default: 0. */
  readonly account?: number
  readonly input?: Readonly<Record<string, unknown>>
}

/** What the driver knows about a failed call. A field that the client does not expose is absent or null. */
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

/** What a driver reports about a step: a value, an error, or that its client lacks what the step needs. */
const Result = Schema.Union([
  Schema.Struct({ value: Schema.Record(Schema.String, Schema.Unknown) }),
  Schema.Struct({ error: ReportedError }),
  Schema.Struct({ unsupported: Schema.String })
])

export type Result = typeof Result.Type

/** The body of the request that ends a scenario: one result for each step except `continue`. */
export const Report = Schema.Struct({ results: Schema.Array(Result) })

/** An account with a key. */
export type Account = Omit<Sandbox.Credentials, "signer">

/** The exchange of a scenario, its accounts, and the recorder of the client's requests. */
export interface Stage {
  readonly operator: Sandbox.Operator
  /** The accounts of the client. */
  readonly accounts: ReadonlyArray<Account>
  /** The account of the judge. It places the orders that are not the client's. */
  readonly maker: Account
  readonly recorder: Recorder
  /** The time that a client gets to process the messages of the exchange. */
  readonly settleMillis: number
}

/** A prepared scenario. */
export interface Plan {
  readonly steps: ReadonlyArray<Step>
  /** What the judge does at each step `continue`. */
  readonly acts?: ReadonlyArray<Effect.Effect<unknown, Sandbox.SandboxError>>
  /** Returns the client's faults, except faults of signatures. `results` has no entries for `continue`. */
  readonly judge: (results: ReadonlyArray<Result>) => Effect.Effect<ReadonlyArray<Finding>, Sandbox.SandboxError>
}

/** A scenario. */
export interface Scenario {
  readonly id: string
  readonly area: Area
  /** What happens, in one sentence. */
  readonly title: string
  /** What the client must do, in one sentence. */
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
