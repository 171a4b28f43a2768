/**
 * Generates Unicode characters.
 *
 * @module
 */
import * as fc from "fast-check"

const surrogates = 0x800

/**
 * Any Unicode character except lone surrogates. Has the distribution of fast-check's `binary` unit, but does not need
 * its table of a million entries.
 */
export const character = (): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: 0x10ffff - surrogates }).map(
    (number) => String.fromCodePoint(number < 0xd800 ? number : number + surrogates),
    (text) => {
      const point = typeof text === "string" && [...text].length === 1 ? text.codePointAt(0)! : Number.NaN
      if (!(point < 0xd800 || point > 0xdfff)) throw new Error("not a character")
      return point < 0xd800 ? point : point - surrogates
    }
  )
