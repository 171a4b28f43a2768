/** Adds and multiplies the decimals in responses without rounding errors. */
import type { JsonObject } from "../../../../src/judge/JsonSchema.ts"
import { textIn } from "./reading.ts"

export const millionths = (text: string): bigint => {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".")
  const size = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, "0"))
  return text.startsWith("-") ? -size : size
}

/** An amount in a response, in millionths. */
export const amountOf = (object: JsonObject, member: string): bigint => millionths(textIn(object, member))

/** The factors and the product are in millionths. */
export const times = (left: bigint, right: bigint): bigint => (left * right) / 1_000_000n

export class Totals {
  readonly #totals = new Map<string, bigint>()

  add(key: string, amount: bigint): void {
    this.#totals.set(key, this.of(key) + amount)
  }

  of(key: string): bigint {
    return this.#totals.get(key) ?? 0n
  }

  keys(): ReadonlyArray<string> {
    return [...this.#totals.keys()]
  }
}

export const groupBy = <A>(
  items: ReadonlyArray<A>,
  keyOf: (item: A) => string
): ReadonlyMap<string, ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const item of items) {
    const [key, group] = [keyOf(item), groups.get(keyOf(item))]
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
