/**
 * Exact money arithmetic for tests, independent of the library: decimals as fractions of integers.
 *
 * @module
 */
import * as fc from "fast-check"
import { recorded as recordedBodies } from "./calls.ts"

/** The seed of every property. Set `FC_SEED` to use another. */
export const seed = Number(process.env["FC_SEED"] ?? 20_261_010)

/** Checks a property. A failure prints the seed and the path that replay it. */
export const hold = (property: fc.IRawProperty<unknown>, numRuns = 1_000): void => {
  fc.assert(property as fc.IProperty<unknown>, { seed, numRuns })
}

/** `over` is positive. */
export interface Fraction {
  readonly of: bigint
  readonly over: bigint
}

export const fraction = (text: string): Fraction => {
  const [whole = "", decimals = ""] = text.split(".")
  return { of: BigInt(whole + decimals), over: 10n ** BigInt(decimals.length) }
}

export const plus = (a: Fraction, b: Fraction): Fraction => ({
  of: a.of * b.over + b.of * a.over,
  over: a.over * b.over
})

export const minus = (a: Fraction, b: Fraction): Fraction => plus(a, { of: -b.of, over: b.over })

export const times = (a: Fraction, b: Fraction): Fraction => ({ of: a.of * b.of, over: a.over * b.over })

/** Negative, zero or positive as `a` is below, at or above `b`. */
export const difference = (a: Fraction, b: Fraction): bigint => minus(a, b).of

export const same = (a: Fraction, b: Fraction): boolean => difference(a, b) === 0n

export const isMultiple = (a: Fraction, step: Fraction): boolean => (a.of * step.over) % (a.over * step.of) === 0n

/** A decimal with exactly these places. */
export const write = (units: bigint, places: number): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0")
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
  return units < 0n ? `-${text}` : text
}

/** Decimals with zero to `places` places, small or far beyond a double's 15 digits. */
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

/** Counts from 0 up with two decimals. */
export const size: fc.Arbitrary<string> = fc
  .oneof(fc.bigInt({ min: 0n, max: 10_000n }), fc.bigInt({ min: 0n, max: 10n ** 20n }))
  .map((hundredths) => write(hundredths, 2))

/** The recorded bodies of one operation. */
export const recorded = (operation: string) => recordedBodies(operation) as ReadonlyArray<Record<string, unknown>> // every body is an object
