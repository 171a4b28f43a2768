/**
 * The error of a failed signature.
 *
 * @module
 */
import * as Data from "effect/Data"

/**
 * A request could not be signed, so it was not sent.
 *
 * **When to use**
 *
 * Fail with this error in a custom signer (see `Signer.make`), for example if a KMS or HSM refuses the request or is
 * unreachable.
 *
 * **Details**
 *
 * `description` is one sentence without a final period. It is logged, so it must not contain a secret. `cause` is for
 * custom signers. Signers of an `ApiKey` do not set it.
 *
 * **Example** (A KMS that refuses)
 *
 * ```ts
 * new SigningError({ description: "the KMS returned AccessDeniedException" })
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
