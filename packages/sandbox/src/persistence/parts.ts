/**
 * Converts a snapshot to JSON in parts, because the text of a large snapshot does not fit into one string. A reference
 * replaces each long array.
 *
 * @module
 */
import * as Predicate from "effect/Predicate"

/** Items of a long array, or the snapshot itself. */
export type Part = { readonly list: number; readonly items: ReadonlyArray<unknown> } | { readonly whole: unknown }

/** An array whose JSON has at least this many characters becomes one or several parts. */
const longText = 256 * 1024

/**
 * The first item of a reference, which is an array with this text and the number of the list. An array of the snapshot
 * that starts with this text becomes a separate part, so that it is not read as a reference.
 */
const reference = "$list"

/** Converts a snapshot to parts. A part refers only to earlier parts. The last part is the snapshot. */
export const toParts = (value: unknown): ReadonlyArray<string> => {
  const parts: Array<string> = []
  let lists = 0
  const textOfList = (items: ReadonlyArray<unknown>): string => {
    let list: number | undefined
    let waiting: Array<string> = []
    let length = 0
    const addPart = (): void => {
      list ??= ++lists
      parts.push(`{"list":${list},"items":[${waiting.join(",")}]}`)
      waiting = []
      length = 0
    }
    for (const item of items) {
      const text = textOf(item) ?? "null"
      waiting.push(text)
      length += text.length + 1
      if (length >= longText) {
        addPart()
      }
    }
    if (list === undefined && items[0] !== reference) {
      return `[${waiting.join(",")}]`
    }
    if (waiting.length > 0) {
      addPart()
    }
    return `["${reference}",${list}]`
  }
  const textOf = (item: unknown): string | undefined => {
    if (Array.isArray(item)) {
      return textOfList(item)
    }
    if (!Predicate.isObject(item) || !Object.values(item).some(Predicate.isObjectOrArray)) {
      return JSON.stringify(item)
    }
    const fields: Array<string> = []
    for (const [name, field] of Object.entries(item)) {
      const text = textOf(field)
      if (text !== undefined) {
        fields.push(`${JSON.stringify(name)}:${text}`)
      }
    }
    return `{${fields.join(",")}}`
  }
  const whole = textOf(value)
  return [...parts, `{"whole":${whole}}`]
}

/** Joins parts in the order of {@link toParts}. */
export class Joined {
  readonly #lists = new Map<number, Array<unknown>>()
  #whole: unknown

  add(part: Part): void {
    if ("whole" in part) {
      this.#whole = this.#resolve(part.whole)
      return
    }
    const items = this.#lists.get(part.list) ?? []
    this.#lists.set(part.list, items)
    for (const item of part.items) {
      items.push(this.#resolve(item))
    }
  }

  /** The joined snapshot. Undefined before the last part was added. */
  get whole(): unknown {
    return this.#whole
  }

  #resolve(value: unknown): unknown {
    if (Array.isArray(value)) {
      if (value[0] === reference) {
        return this.#lists.get(value[1] as number) // written by `toParts`
      }
      for (let index = 0; index < value.length; index++) {
        value[index] = this.#resolve(value[index])
      }
      return value
    }
    if (!Predicate.isObject(value)) {
      return value
    }
    for (const name in value) {
      const field: unknown = Reflect.get(value, name)
      if (Predicate.isObjectOrArray(field)) {
        Reflect.set(value, name, this.#resolve(field))
      }
    }
    return value
  }
}
