/**
 * Checks that values which the operator passes survive a round trip through JSON.
 *
 * @module
 */
import * as Predicate from "effect/Predicate"

/** The maximum number of levels of nested values. Writing much deeper values as JSON exceeds the stack. */
export const maxJsonDepth = 64

/** Whether JSON represents the value exactly, with at most `depth` levels. */
export const isPlainJson = (value: unknown, depth: number = maxJsonDepth): boolean => {
  if (Predicate.isObjectOrArray(value)) {
    const isPlain = Array.isArray(value) || isPlainObject(value)
    return depth > 0 && isPlain && Object.values(value).every((item) => isPlainJson(item, depth - 1))
  }
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)
}

/** Whether a value is an object literal (of any realm), or an object without a prototype. */
const isPlainObject = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
