/**
 * Schemas that the generated schemas of requests, responses and feed messages share.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaTransformation from "effect/SchemaTransformation"

/** An open enum in a response. Editors complete the known members. A new member decodes unchanged. */
export type Open<Known extends string> = Known | (string & {})

export const open = <const Known extends string>(_known: ReadonlyArray<Known>): Schema.Codec<Open<Known>> =>
  Schema.String as Schema.Codec<Open<Known>> // every string is a member of the open enum

/** For requests: an unknown member is rejected before anything is sent. */
export const closed = <const Known extends string>(known: ReadonlyArray<Known>): Schema.Codec<Known> =>
  Schema.Literals(known)

const dateTimePattern =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

const daysIn = (year: number, month: number): number =>
  month === 2 ? (isLeapYear(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31

/** Reads two digits without allocating a string. */
const twoDigits = (text: string, at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528

const isDateTime = (text: string): boolean => {
  if (!dateTimePattern.test(text)) return false
  const day = twoDigits(text, 8)
  return day <= 28 || day <= daysIn(twoDigits(text, 0) * 100 + twoDigits(text, 2), twoDigits(text, 5))
}

/**
 * An instant as an RFC 3339 string. The string is kept unchanged, because the exchange omits trailing zeros of the
 * fraction.
 *
 * **Details**
 *
 * The day must exist. A leap second is rejected, because the exchange's formatter cannot write it, and a `Date` cannot
 * represent it.
 */
export const DateTimeString: Schema.Codec<string> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.makeFilter(isDateTime, { expected: "an RFC 3339 date-time" })
)

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A UUID of any version, in lower or upper case. */
export const Uuid: Schema.Codec<string> = /*#__PURE__*/ Schema.String.check(
  /*#__PURE__*/ Schema.makeFilter((text: string) => uuidPattern.test(text), { expected: "a UUID" })
)

const isIntegerFrom = (minimum: number) =>
  Schema.makeFilter((value: number) => Number.isSafeInteger(value) && value >= minimum, {
    expected: minimum > Number.MIN_SAFE_INTEGER ? `an integer of at least ${minimum}` : "an integer"
  })

export const integerFrom = (minimum: number): Schema.Codec<number> =>
  // @effect-diagnostics-next-line schemaNumber:off -- a safe integer is finite
  Schema.Number.check(isIntegerFrom(minimum))

/** Both ends are included. */
export const integerBetween = (minimum: number, maximum: number): Schema.Codec<number> =>
  // @effect-diagnostics-next-line schemaNumber:off -- a safe integer is finite
  Schema.Number.check(
    Schema.makeFilter((value) => Number.isSafeInteger(value) && value >= minimum && value <= maximum, {
      expected: `an integer from ${minimum} to ${maximum}`
    })
  )

/** The first second of the year 2100. */
const lastSecond = 4_102_444_800

/**
 * A time in a request: Unix seconds, at least `minimum`. If a program passes milliseconds, the exchange reads them as
 * seconds and finds nothing. So a time after the start of 2100 is rejected with a hint.
 */
export const unixSecondsFrom = (minimum: number): Schema.Codec<number> =>
  // @effect-diagnostics-next-line schemaNumber:off -- a safe integer is finite
  Schema.Number.check(
    isIntegerFrom(minimum),
    Schema.makeFilter((value) => value <= lastSecond, {
      expected: "Unix seconds, not after the start of 2100: did you pass milliseconds?"
    })
  )

/** A time in a request, in Unix seconds. */
export const UnixSeconds: Schema.Codec<number> = /*#__PURE__*/ unixSecondsFrom(-9_007_199_254_740_991)

/**
 * Unix seconds from September 2001 on are at least `firstSecond`. Unix milliseconds from March 1973 on are at least
 * `firstMillisecond`.
 */
const firstSecond = 1_000_000_000
const firstMillisecond = 100_000_000_000

/**
 * A time in a request, in Unix milliseconds. A number from `firstSecond` up to `firstMillisecond` is rejected with a
 * hint, because it is most likely in seconds. In milliseconds it would be a time between 1970 and 1973, for which the
 * exchange has no data.
 */
export const UnixMillis: Schema.Codec<number> = /*#__PURE__*/ Schema.Int.check(
  /*#__PURE__*/ Schema.makeFilter((value) => value < firstSecond || value >= firstMillisecond, {
    expected: "Unix milliseconds: did you pass seconds?"
  })
)

export const Int32: Schema.Codec<number> = /*#__PURE__*/ integerBetween(-2_147_483_648, 2_147_483_647)

/** Lengths are in code points, as in JSON Schema. */
export const textOfLength = (minimum: number, maximum = Number.POSITIVE_INFINITY): Schema.Codec<string> =>
  Schema.String.check(
    Schema.makeFilter(
      (text) => {
        // A code point is one or two code units, so most strings need no counting.
        const units = text.length
        if (units < minimum) return false
        if (units <= maximum && units >= 2 * minimum) return true
        const length = [...text].length
        return length >= minimum && length <= maximum
      },
      { expected: `text of ${sizes(minimum, maximum, "character", "characters")}` }
    )
  )

export const listOfLength = <A>(
  item: Schema.Codec<A>,
  minimum: number,
  maximum = Number.POSITIVE_INFINITY
): Schema.Codec<ReadonlyArray<A>> =>
  Schema.Array(item).check(
    Schema.makeFilter((items) => items.length >= minimum && items.length <= maximum, {
      expected: `a list of ${sizes(minimum, maximum, "item", "items")}`
    })
  )

const sizes = (minimum: number, maximum: number, one: string, many: string): string => {
  const last = maximum === Number.POSITIVE_INFINITY ? minimum : maximum
  const unit = last === 1 ? one : many
  if (maximum === Number.POSITIVE_INFINITY) return `at least ${minimum} ${unit}`
  return minimum === 0 ? `at most ${maximum} ${unit}` : `${minimum} to ${maximum} ${unit}`
}

/** Shared by every {@link listOrNull}, so that {@link isListOrNull} recognizes the schema. */
const nullIsEmpty = /*#__PURE__*/ SchemaTransformation.makeTransformation({
  decode: /*#__PURE__*/ SchemaGetter.transform((list: unknown) => list ?? []),
  encode: /*#__PURE__*/ SchemaGetter.transform((list: unknown) => list)
})

/**
 * For responses, because the exchange writes some empty lists as null. Decodes null to an empty list, and does not
 * encode to null.
 */
export const listOrNull = <A>(list: Schema.Codec<ReadonlyArray<A>>): Schema.Codec<ReadonlyArray<A>> =>
  // The list is checked before it is transformed. Checking it again would double the cost.
  Schema.NullOr(list).pipe(Schema.decodeTo(Schema.Unknown, nullIsEmpty as never)) as unknown as Schema.Codec<
    ReadonlyArray<A>
  >

export const isListOrNull = ({ encoding }: SchemaAST.AST): boolean =>
  encoding?.length === 1 && encoding[0].transformation === nullIsEmpty
