/**
 * Functions for JSON values and JSON Pointers.
 *
 * @module
 */
import type { Json, JsonObject } from "../JsonSchema.ts"

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

// Array.isArray does not narrow readonly arrays.
export const isArray = (value: unknown): value is ReadonlyArray<Json> => Array.isArray(value)

export const escapeToken = (token: string): string => token.replaceAll("~", "~0").replaceAll("/", "~1")

export const child = (pointer: string, token: string | number): string => `${pointer}/${escapeToken(String(token))}`

/** Splits a JSON Pointer into its keys. Returns undefined if the string is not a JSON Pointer. */
export const parsePointer = (pointer: string): ReadonlyArray<string> | undefined =>
  pointer === ""
    ? []
    : pointer.startsWith("/")
      ? pointer
          .slice(1)
          .split("/")
          .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"))
      : undefined

const step = (value: Json | undefined, token: string): Json | undefined => {
  if (isArray(value)) {
    return /^(?:0|[1-9][0-9]*)$/.test(token) ? value[Number(token)] : undefined
  }
  return isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined
}

export const at = (document: Json, pointer: string): Json | undefined =>
  parsePointer(pointer)?.reduce<Json | undefined>(step, document)

export const resolve = (document: Json, reference: string): Json | undefined =>
  reference.startsWith("#") ? at(document, reference.slice(1)) : undefined

// Compares UTF-16 code units and ignores the locale, so the order is the same on every machine.
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Sorts the keys of all objects. Arrays keep their sequence. */
export const sortKeys = (value: Json): Json =>
  isArray(value)
    ? value.map(sortKeys)
    : isObject(value)
      ? Object.fromEntries(
          Object.keys(value)
            .sort(byCodeUnit)
            .flatMap((key) => {
              const member = value[key]
              return member === undefined ? [] : [[key, sortKeys(member)]]
            })
        )
      : value

/** The canonical format: sorted keys, an indent of two spaces, a final newline. */
export const print = (value: Json): string => `${JSON.stringify(sortKeys(value), null, 2)}\n`

export const equal = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && JSON.stringify(sortKeys(a)) === JSON.stringify(sortKeys(b)))

export const sorted = (names: Iterable<string>): ReadonlyArray<string> => [...names].sort(byCodeUnit)
