/**
 * The failure of an operator's command.
 *
 * @module
 */
import * as Data from "effect/Data"

/** The local exchange did not execute its operator's command. */
export class SandboxError extends /*#__PURE__*/ Data.TaggedError("SandboxError")<{ readonly reason: string }> {
  override get message(): string {
    return this.reason
  }
}
