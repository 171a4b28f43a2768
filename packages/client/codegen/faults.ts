/**
 * Reads JSON strictly: a key that the reader does not know is a fault.
 *
 * @module
 */

/** A part of the document that the generator does not support. */
export interface Fault {
  /** JSON pointer into the document. */
  readonly pointer: string
  readonly reason: string
}

export type Json = Readonly<Record<string, unknown>>

export const isRecord = (json: unknown): json is Json =>
  typeof json === "object" && json !== null && !Array.isArray(json)

export const segment = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1")

/** Compares by code unit, independently of the locale. */
export const alphabetical = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Reads the keys of an object, and remembers which keys were read. */
export interface Keys {
  readonly has: (key: string) => boolean
  readonly take: (key: string) => unknown
  readonly text: (key: string) => string | undefined
  readonly flag: (key: string) => boolean
  readonly integer: (key: string) => number | undefined
  readonly count: (key: string) => number | undefined
  /** Reports each key that was not read. */
  readonly finish: () => void
}

/** Collects the faults of a document, so that one run reports all of them. */
export interface Faults {
  readonly found: ReadonlyArray<Fault>
  readonly add: (pointer: string, reason: string) => void
  readonly keys: (json: unknown, pointer: string) => Keys
  /** Returns key, value and pointer of each member of an object, sorted by key. */
  readonly entries: (json: unknown, pointer: string) => ReadonlyArray<readonly [string, unknown, string]>
  /** Returns each item of a list with its pointer. */
  readonly items: (json: unknown, pointer: string) => ReadonlyArray<readonly [unknown, string]>
}

export const isText = (value: unknown): value is string => typeof value === "string"
const isFlag = (value: unknown): value is boolean => typeof value === "boolean"
/** Whether a value is an integer that a double represents exactly. */
export const isInteger = (value: unknown): value is number => Number.isSafeInteger(value)
const isCount = (value: unknown): value is number => isInteger(value) && value >= 0

export const makeFaults = (): Faults => {
  const found: Array<Fault> = []
  const add = (pointer: string, reason: string): void => {
    found.push({ pointer, reason })
  }
  const record = (json: unknown, pointer: string): Json => {
    if (isRecord(json)) return json
    if (json !== undefined) add(pointer, "expected an object")
    return {}
  }
  return {
    found,
    add,
    keys: (json, pointer) => {
      const object = record(json, pointer)
      const left = new Set(Object.keys(object))
      const take = (key: string): unknown => {
        left.delete(key)
        return Object.hasOwn(object, key) ? object[key] : undefined
      }
      const typed =
        <A>(is: (value: unknown) => value is A, expected: string) =>
        (key: string): A | undefined => {
          const value = take(key)
          if (value === undefined || is(value)) return value
          add(`${pointer}/${segment(key)}`, `expected ${expected}`)
          return undefined
        }
      const flag = typed(isFlag, "true or false")
      return {
        has: (key) => left.has(key),
        take,
        text: typed(isText, "text"),
        flag: (key) => flag(key) === true,
        integer: typed(isInteger, "a safe integer"),
        count: typed(isCount, "a count"),
        finish: () => {
          for (const key of left) add(`${pointer}/${segment(key)}`, "unknown key")
        }
      }
    },
    entries: (json, pointer) =>
      Object.entries(record(json, pointer))
        .toSorted(([a], [b]) => alphabetical(a, b))
        .map(([key, value]) => [key, value, `${pointer}/${segment(key)}`] as const),
    items: (json, pointer) => {
      if (json !== undefined && !Array.isArray(json)) add(pointer, "expected a list")
      return Array.isArray(json) ? json.map((item: unknown, index) => [item, `${pointer}/${index}`] as const) : []
    }
  }
}
