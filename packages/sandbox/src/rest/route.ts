/**
 * What one operation does, typed by the client's own description of it: a route cannot read an input or give an answer
 * that the client's types do not have.
 *
 * @module
 */
import type { Descriptor, Operation } from "@kalshi-effect/client/Operation"
import type * as Result from "effect/Result"
import type { ApiKey, Refusal } from "../exchange/Entities.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import type { View } from "../exchange/View.ts"

/** A request that is signed, where it has to be, and whose input fits the operation's schemas. */
export interface Call<out Input> {
  readonly exchange: Exchange
  /** The exchange now. */
  readonly view: View
  /** The account's own orders, positions and money as readers see them, which may lag behind. */
  readonly userView: View
  /** Empty where nobody signed. */
  readonly accountId: string
  /** Undefined where nobody signed. */
  readonly key: ApiKey | undefined
  readonly nowMillis: number
  readonly input: Input
}

export interface Route {
  readonly descriptor: Descriptor
  readonly answer: (call: Call<unknown>) => Result.Result<unknown, Refusal>
}

/** A route is typed by its operation: its input is what the client sends, its answer what the client expects. */
export const route = <Input, Output, E, Capability>(
  operation: Operation<Input, Output, E, Capability>,
  answer: (call: Call<Input>) => Result.Result<Output, Refusal>
): Route => ({
  descriptor: operation.descriptor,
  // The router hands over inputs that it decoded by this very descriptor.
  answer: answer as Route["answer"]
})

/** A route whose answer on the wire is not what the client makes of it, such as a secret that the client wraps. */
export const wireRoute = <Input, Output, E, Capability>(
  operation: Operation<Input, Output, E, Capability>,
  answer: (call: Call<Input>) => Result.Result<{ readonly [K in keyof Output]: unknown }, Refusal>
): Route => ({
  descriptor: operation.descriptor,
  // As above; the answer has the fields that the client expects.
  answer: answer as Route["answer"]
})
