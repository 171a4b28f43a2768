/**
 * Routes of the operator interface over HTTP.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import type { SandboxError } from "../SandboxError.ts"
import type { Operator } from "./operatorSide.ts"

const formatIssue = /*#__PURE__*/ SchemaIssue.makeFormatterDefault()

export type Action = Effect.Effect<unknown, SandboxError>

export interface Control {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** Segments after `/sandbox`. A leading colon marks a parameter. */
  readonly path: ReadonlyArray<string>
  /** The operator's page cannot use a route whose response has a private key. */
  readonly hasPrivateKey?: boolean
  /** `parts` are the segments of the request's path after `/sandbox`. */
  readonly run: (operator: Operator, parts: ReadonlyArray<string>, body: unknown) => Result.Result<Action, string>
}

export const post = <A>(
  path: string,
  body: Schema.Codec<A>,
  run: (operator: Operator, body: A, part: string) => Action,
  method: "POST" | "PUT" = "POST"
): Control => {
  const decode = SchemaParser.decodeUnknownResult(body, { onExcessProperty: "error" })
  return {
    method,
    path: path.split("/"),
    run: (operator, [, part = ""], json) =>
      // Checked first, because a schema without fields would accept any value except null.
      Predicate.isObject(json)
        ? Result.mapBoth(decode(json), {
            onFailure: formatIssue,
            onSuccess: (input) => run(operator, input, part)
          })
        : Result.fail("the body must be a JSON object")
  }
}

export const get = (path: string, read: (operator: Operator) => Action): Control => ({
  method: "GET",
  path: path.split("/"),
  run: (operator) => Result.succeed(read(operator))
})

/** A DELETE of a path such as `accounts/:id/orders/:orderId`. */
export const remove = (
  path: string,
  run: (operator: Operator, part: string, innerPart: string) => Action
): Control => ({
  method: "DELETE",
  path: path.split("/"),
  run: (operator, [, part = "", , innerPart = ""]) => Result.succeed(run(operator, part, innerPart))
})

export const withPrivateKey = (control: Control): Control => ({ ...control, hasPrivateKey: true })
