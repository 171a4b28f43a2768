/**
 * The error of a local exchange.
 *
 * @module
 */
import * as Data from "effect/Data"

/** The local exchange did not start, or did not execute a command of its operator. */
export class SandboxError extends /*#__PURE__*/ Data.TaggedError("SandboxError")<{ readonly reason: string }> {
  override get message(): string {
    return this.reason
  }
}
