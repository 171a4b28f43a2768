/**
 * Reads members of values whose type is unknown.
 *
 * @module
 */

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Reads a member. Returns undefined if the value is not an object. */
export const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name] // any object can be indexed by a string
    : undefined
