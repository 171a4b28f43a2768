/**
 * The supported formats. Each string format has a predicate, a generator, and examples of valid and of invalid values.
 *
 * The predicates of `date-time` and `uuid` are strict. `ajv-formats` is more lenient: it accepts a space between date
 * and time, an offset without a colon, and `urn:uuid:`. If the suite accepted these values, it would not detect a
 * decoder that accepts them.
 *
 * @module
 */
import { fullFormats } from "ajv-formats/dist/formats.js"
import * as fc from "fast-check"

export interface StringFormat {
  readonly accepts: (text: string) => boolean
  readonly arbitrary: () => fc.Arbitrary<string>
  /** Valid values, with edge cases. */
  readonly examples: ReadonlyArray<string>
  /** Most differ from a valid value by one fault. */
  readonly invalidExamples: ReadonlyArray<string>
}

export interface NumberFormat {
  readonly integer: boolean
  readonly minimum: number
  readonly maximum: number
}

type Definition = { readonly validate: (text: string) => boolean } | RegExp

const ajvPredicate = (name: keyof typeof fullFormats): ((text: string) => boolean) => {
  // The type of the table allows every form of an ajv format. The entries used here are predicates, regular
  // expressions, and objects with a predicate.
  const definition = fullFormats[name] as unknown as Definition | ((text: string) => boolean)
  if (typeof definition === "function") return definition
  return definition instanceof RegExp ? (text) => definition.test(text) : (text) => definition.validate(text)
}

const digits = (value: number, width: number): string => String(value).padStart(width, "0")

const daysIn = (year: number, month: number): number =>
  month === 2
    ? (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31

const dates = (): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 2015, max: 2040 }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 9999 }) },
        { weight: 1, arbitrary: fc.constantFrom(1, 1600, 1900, 1970, 2000, 2024, 9999) }
      ),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 31 })
    )
    .map(
      ([year, month, day]) => `${digits(year, 4)}-${digits(month, 2)}-${digits(Math.min(day, daysIn(year, month)), 2)}`
    )

const offsets = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant("Z") },
    { weight: 1, arbitrary: fc.constantFrom("z", "+00:00", "-00:00", "-05:00", "-04:00", "+23:59", "-23:59") },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("+", "-"), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
        .map(([sign, hours, minutes]) => `${sign}${digits(hours, 2)}:${digits(minutes, 2)}`)
    }
  )

/**
 * Zero to nine digits after the decimal point. The exchange drops trailing zeros, so the number of digits has no
 * meaning.
 */
const fractions = (): fc.Arbitrary<string> =>
  fc
    .integer({ min: 0, max: 9 })
    .chain((places) =>
      places === 0
        ? fc.constant("")
        : fc
            .array(fc.integer({ min: 0, max: 9 }), { minLength: places, maxLength: places })
            .map((made) => `.${made.join("")}`)
    )

const dateTimes = (): fc.Arbitrary<string> =>
  fc
    .tuple(
      dates(),
      fc.oneof({ weight: 12, arbitrary: fc.constant("T") }, { weight: 1, arbitrary: fc.constant("t") }),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      fc.integer({ min: 0, max: 59 }),
      fractions(),
      offsets()
    )
    .map(
      ([date, separator, hour, minute, second, fraction, offset]) =>
        `${date}${separator}${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}${fraction}${offset}`
    )

const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/
const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.constantFrom(..."0123456789abcdef"),
    minLength: length,
    maxLength: length
  })

const uuids = (): fc.Arbitrary<string> =>
  fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12), fc.integer({ min: 0, max: 9 })).map(([a, b, c, d, e, style]) => {
    const text = `${a}-${b}-${c}-${d}-${e}`
    return style === 9 ? text.toUpperCase() : text
  })

const word = (): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789"), minLength: 1, maxLength: 12 })

/**
 * `date-time` follows RFC 3339 §5.6 exactly: `T` and `Z` can be in lower case, the offset has a colon, and the day
 * exists. The predicate accepts a leap second (`23:59:60Z`), but the suite neither generates one nor uses one as an
 * invalid example. RFC 3339 allows leap seconds, but the exchange's own formatter cannot write them. So a client may
 * accept or reject them.
 */
export const stringFormats: ReadonlyMap<string, StringFormat> = /*#__PURE__*/ new Map<string, StringFormat>([
  [
    "date-time",
    {
      accepts: (text) => rfc3339.test(text) && ajvPredicate("date-time")(text),
      arbitrary: dateTimes,
      examples: [
        "2026-10-09T14:05:06Z",
        ...Array.from({ length: 9 }, (_, index) => `2026-01-31T23:59:59.${"987654321".slice(0, index + 1)}Z`),
        "2026-08-22T00:00:00.000000Z",
        "2026-08-22T00:00:00.5+05:30",
        "2026-08-22T09:30:00-04:00",
        "2026-08-22T09:30:00+00:00",
        "2026-08-22T09:30:00-00:00",
        "2026-08-22T09:30:00+23:59",
        "2024-02-29T12:00:00Z",
        "2000-02-29T12:00:00Z",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "2026-08-22t09:30:00z"
      ],
      invalidExamples: [
        "",
        "2026-08-22",
        "2026-08-22T09:30:00",
        "2026-08-22 09:30:00Z",
        "2026-08-22T09:30Z",
        "2026-08-22T09:30:00+0530",
        "2026-08-22T09:30:00+05",
        "2026-08-22T09:30:00+24:00",
        "2026-08-22T09:30:00.Z",
        "2026-08-22T09:30:00,5Z",
        "2026-08-22T24:00:00Z",
        "2026-08-22T09:60:00Z",
        "2026-08-22T09:30:61Z",
        "2026-13-22T09:30:00Z",
        "2026-00-22T09:30:00Z",
        "2026-02-29T09:30:00Z",
        "1900-02-29T09:30:00Z",
        "2026-04-31T09:30:00Z",
        "2026-08-00T09:30:00Z",
        "26-08-22T09:30:00Z",
        "+02026-08-22T09:30:00Z",
        "2026-8-22T09:30:00Z",
        " 2026-08-22T09:30:00Z",
        "2026-08-22T09:30:00Z ",
        "2026-08-22T09:30:00Z\n",
        "2026-08-22T09:30:00ZZ",
        "٢٠٢٦-08-22T09:30:00Z",
        "1761000000",
        "Sat, 22 Aug 2026 09:30:00 GMT"
      ]
    }
  ],
  [
    "date",
    {
      accepts: ajvPredicate("date"),
      arbitrary: dates,
      examples: ["2026-10-09", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"],
      invalidExamples: [
        "",
        "2026-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-04-31",
        "2026-01-00",
        "2026-1-1",
        "20260101",
        "2026-01-01T00:00:00Z",
        "2026-01-01\n",
        " 2026-01-01",
        "26-01-01"
      ]
    }
  ],
  [
    "uuid",
    {
      accepts: (text) => canonicalUuid.test(text),
      arbitrary: uuids,
      examples: [
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "0c6a5a3e-8f0a-4d2b-9c1e-7b6f5a4d3c2b",
        "0C6A5A3E-8F0A-4D2B-9C1E-7B6F5A4D3C2B"
      ],
      invalidExamples: [
        "",
        "0c6a5a3e8f0a4d2b9c1e7b6f5a4d3c2b",
        "{0c6a5a3e-8f0a-4d2b-9c1e-7b6f5a4d3c2b}",
        "urn:uuid:0c6a5a3e-8f0a-4d2b-9c1e-7b6f5a4d3c2b",
        "0c6a5a3e-8f0a-4d2b-9c1e-7b6f5a4d3c2",
        "0c6a5a3e-8f0a-4d2b-9c1e-7b6f5a4d3c2b0",
        "0c6a5a3e-8f0a-4d2b-9c1e-7b6f5a4d3c2g",
        "0c6a5a3e-8f0a-4d2b-9c1e-7b6f5a4d3c2b\n",
        " 0c6a5a3e-8f0a-4d2b-9c1e-7b6f5a4d3c2b"
      ]
    }
  ],
  [
    "uri",
    {
      accepts: ajvPredicate("uri"),
      arbitrary: () =>
        fc
          .tuple(fc.constantFrom("https", "http", "urn", "ftp"), word(), fc.array(word(), { maxLength: 3 }), word())
          .map(([scheme, host, path, query]) =>
            scheme === "urn"
              ? `urn:${host}:${query}`
              : `${scheme}://${host}.com${path.map((part) => `/${part}`).join("")}?q=${query}`
          ),
      examples: [
        "https://example.com",
        "https://example.com:8443/a/b%20c?x=1&y=%C3%BC#top",
        "https://[2001:db8::1]/",
        "urn:isbn:0451450523",
        "mailto:a@example.com"
      ],
      invalidExamples: ["", "example.com/a", "/relative", "https://exa mple.com", "https://example.com/<a>", "://a"]
    }
  ],
  [
    "email",
    {
      accepts: ajvPredicate("email"),
      arbitrary: () =>
        fc
          .tuple(word(), fc.constantFrom("", ".b", "+tag"), word())
          .map(([user, tag, host]) => `${user}${tag}@${host}.com`),
      examples: ["a@example.com", "first.last+tag@sub.example.co", "A_b-c'd@example.org"],
      invalidExamples: ["", "a", "a@", "@example.com", "a@b@example.com", "a b@example.com", "a@example.com\n"]
    }
  ]
])

/** The range of `int64` ends at ±(2^53 − 1), because a double cannot represent every larger integer. */
export const numberFormats: ReadonlyMap<string, NumberFormat> = /*#__PURE__*/ new Map<string, NumberFormat>([
  ["int32", { integer: true, minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }],
  ["int64", { integer: true, minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }],
  ["float", { integer: false, minimum: -3.4028234663852886e38, maximum: 3.4028234663852886e38 }],
  ["double", { integer: false, minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE }]
])
