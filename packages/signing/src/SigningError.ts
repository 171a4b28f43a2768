/**
 * The failure of a signature.
 *
 * @module
 */
import * as Data from "effect/Data"

/**
 * A request could not be signed, so it was not sent.
 *
 * **When to use**
 *
 * Fail with it from your own signer (see `Signer.make`) when a KMS or HSM declines or cannot be reached.
 *
 * **Details**
 *
 * `description` is one sentence without a full stop, and must hold no secret: it reaches logs. `cause` is there for
 * signers of your own; signers made from an `ApiKey` leave it out.
 *
 * **Example** (A KMS that declined)
 *
 * ```ts
 * new SigningError({ description: "the KMS answered AccessDeniedException" })
 * ```
 */
export class SigningError
  extends /*#__PURE__*/ Data.TaggedError("SigningError")<{
    readonly description: string
    readonly cause?: unknown
  }>
{
  override get message(): string {
    return `The request could not be signed: ${this.description}.`
  }
}
