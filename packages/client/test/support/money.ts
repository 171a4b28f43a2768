/**
 * Exact decimal arithmetic for tests. Uses fractions of integers, and no code of the library.
 *
 * @module
 */
import * as fc from "fast-check"
import { recorded as recordedBodies } from "./calls.ts"

/** The seed of every property. Set `FC_SEED` to use another seed. */
export const seed = Number(process.env["FC_SEED"] ?? 20_261_010)

/** A failure prints the seed and the path that replay it. */
export const hold = (property: fc.IRawProperty<unknown>, numRuns = 1_000): void => {
  fc.assert(property as fc.IProperty<unknown>, { seed, numRuns })
}

/** A fraction with a positive denominator. */
export interface Fraction {
  readonly numerator: bigint
  readonly denominator: bigint
}

export const fraction = (text: string): Fraction => {
  const [whole = "", decimals = ""] = text.split(".")
  return { numerator: BigInt(whole + decimals), denominator: 10n ** BigInt(decimals.length) }
}

export const plus = (a: Fraction, b: Fraction): Fraction => ({
  numerator: a.numerator * b.denominator + b.numerator * a.denominator,
  denominator: a.denominator * b.denominator
})

export const minus = (a: Fraction, b: Fraction): Fraction =>
  plus(a, { numerator: -b.numerator, denominator: b.denominator })

export const times = (a: Fraction, b: Fraction): Fraction => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator
})

/** Returns a negative number, zero or a positive number if `a` is below, equal to or above `b`. */
export const difference = (a: Fraction, b: Fraction): bigint => minus(a, b).numerator

export const same = (a: Fraction, b: Fraction): boolean => difference(a, b) === 0n

export const isMultiple = (a: Fraction, step: Fraction): boolean =>
  (a.numerator * step.denominator) % (a.denominator * step.numerator) === 0n

/** Writes `units` times 10^-`places` as a decimal. */
export const write = (units: bigint, places: number): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0")
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
  return units < 0n ? `-${text}` : text
}

/** Decimals with zero to `places` decimal places. Some are small, and some have more than the 15 digits of a double. */
export const decimal = (places: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.oneof(
        fc.bigInt({ min: -2_000_000n, max: 2_000_000n }),
        fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
        fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
      ),
      fc.integer({ min: 0, max: places })
    )
    .map(([units, written]) => write(units, written))

/** Prices from 0 to 1 dollar with zero to `places` decimals. */
export const price = (places: number): fc.Arbitrary<string> =>
  fc
    .integer({ min: 0, max: places })
    .chain((written) =>
      fc
        .oneof(fc.bigInt({ min: 0n, max: 10n ** BigInt(written) }), fc.constantFrom(0n, 10n ** BigInt(written)))
        .map((units) => write(units, written))
    )

/** Counts of at least 0 with two decimals. */
export const size: fc.Arbitrary<string> = fc
  .oneof(fc.bigInt({ min: 0n, max: 10_000n }), fc.bigInt({ min: 0n, max: 10n ** 20n }))
  .map((hundredths) => write(hundredths, 2))

export const recorded = (operation: string) => recordedBodies(operation) as ReadonlyArray<Record<string, unknown>> // every body is an object
