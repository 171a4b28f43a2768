/**
 * Implements one operation, typed by the client's own descriptor. `route` has the client's types for the input and the
 * output. `wireRoute` has the client's type for the input, but only the client's field names for the output.
 *
 * @module
 */
import type { Descriptor, Operation } from "@kalshi-effect/client/Operation"
import type * as Result from "effect/Result"
import type { Command, CommandType, CommandResult } from "../exchange/Commands.ts"
import type { ApiKey, Refusal } from "../exchange/Entities.ts"
import type { View } from "../exchange/View.ts"

/**
 * A request whose input fits the operation's schemas. The signature is verified if the operation requires one or the
 * request has one.
 */
export interface Call<out Input> {
  readonly execute: <Type extends CommandType>(command: Command<Type> & Command) => CommandResult<Type>
  readonly view: View
  /**
   * For reads of orders, groups, fills, positions, settlements and money. This view lags behind the exchange by
   * `readLagMillis`.
   */
  readonly userView: View
  /** Empty for an unsigned request. */
  readonly accountId: string
  /** Undefined for an unsigned request. */
  readonly key: ApiKey | undefined
  readonly nowMillis: number
  /** The value of an index or underlying of the feed, with eight decimals. */
  readonly referenceAt: (name: string, atMillis: number) => string
  readonly input: Input
}

export interface Route {
  readonly descriptor: Descriptor
  readonly handle: (call: Call<unknown>) => Result.Result<unknown, Refusal>
}

/** Implements an operation. The input is what the client sends, and the output is what the client expects. */
export const route = <Input, Output, E, Capability>(
  operation: Operation<Input, Output, E, Capability>,
  handle: (call: Call<Input>) => Result.Result<Output, Refusal>
): Route => ({
  descriptor: operation.descriptor,
  // The router decodes inputs with this descriptor.
  handle: handle as Route["handle"]
})

/**
 * Implements an operation whose wire response differs from the client's value: for example, the client wraps a secret.
 */
export const wireRoute = <Input, Output, E, Capability>(
  operation: Operation<Input, Output, E, Capability>,
  handle: (call: Call<Input>) => Result.Result<{ readonly [K in keyof Output]: unknown }, Refusal>
): Route => ({
  descriptor: operation.descriptor,
  // The router decodes inputs with this descriptor. The response has the fields that the client expects.
  handle: handle as Route["handle"]
})
