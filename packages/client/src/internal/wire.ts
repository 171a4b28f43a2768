/**
 * The few schema forms that components on the wire are built from.
 *
 * @module
 */
import * as Schema from "effect/Schema"

/**
 * An enum in a response. Members known today complete in an editor; one that is new tomorrow decodes and surfaces as
 * itself.
 */
export type Open<Known extends string> = Known | (string & {})

/** Codec of an {@link Open} enum. */
export const open = <const Known extends string>(_known: ReadonlyArray<Known>): Schema.Codec<Open<Known>> =>
  Schema.String as Schema.Codec<Open<Known>> // every string is a member of the open enum

/** Codec of a closed enum, for requests: a member the exchange does not know is refused before it is sent. */
export const closed = <const Known extends string>(known: ReadonlyArray<Known>): Schema.Codec<Known> =>
  Schema.Literals(known)

const dateTimePattern =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** An instant as RFC 3339 text, kept as it came: the exchange drops trailing zeros of the fraction. */
export const DateTimeString: Schema.Codec<string> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.isPattern(dateTimePattern, { expected: "an RFC 3339 date-time" })
)

/** An integer of at least `minimum`, safe as a JavaScript number. */
export const integerFrom = (minimum: number): Schema.Codec<number> =>
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(minimum))
