/**
 * Checks parsed JSON against a schema. Compiled code decodes valid values. For an invalid value, the interpreter of
 * `effect/SchemaParser` finds the reason.
 *
 * @module
 */
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import { compile, invalid } from "./compile.ts"

/**
 * Decodes parsed JSON. It may change the input, and the result shares parts with the input: do not use the input
 * afterwards.
 */
export type Check = (json: unknown) => Result.Result<unknown, SchemaIssue.Issue>

/**
 * Makes the check of a schema. With `compiled`, the schema is compiled on first use. If it cannot be compiled, it stays
 * interpreted.
 */
export const checker = (schema: Schema.Codec<unknown>, compiled: boolean): Check => {
  const interpret = SchemaParser.decodeUnknownResult(schema)
  if (!compiled) return interpret
  let check: Check | undefined
  const prepared = (): Check => {
    const run = compile(schema)
    if (run === undefined) return interpret
    return (json) => {
      const value = run(json)
      // Only the interpreter returns the reason.
      return value === invalid ? interpret(json) : Result.succeed(value)
    }
  }
  return (json) => (check ??= prepared())(json)
}
