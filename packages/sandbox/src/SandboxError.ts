/**
 * Why a local exchange did not do what its operator asked for.
 *
 * @module
 */
import * as Data from "effect/Data"

/** The local exchange did not do what its operator asked for. */
export class SandboxError extends /*#__PURE__*/ Data.TaggedError("SandboxError")<{ readonly reason: string }> {
  override get message(): string {
    return this.reason
  }
}
