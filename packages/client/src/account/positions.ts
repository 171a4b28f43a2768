/**
 * The positions of an account, per subaccount and market.
 *
 * @module
 */
import { type AccountPosition, isSame } from "./rows.ts"

interface Entry {
  position: AccountPosition
  pushedMillis: number
  /** When the last read that showed the position began. */
  readMillis: number
  /** The exchange's time of the last change that a read showed. */
  updatedMillis: number
}

const never = Number.NEGATIVE_INFINITY

export const positionKey = (subaccount: number, ticker: string): string => `${subaccount} ${ticker}`

export class Positions {
  readonly #lagMillis: number
  readonly #entries = new Map<string, Entry>()
  /** When the read of the last complete list began, by subaccount. */
  readonly #completeMillis = new Map<number, number>()

  constructor(lagMillis: number) {
    this.#lagMillis = lagMillis
  }

  all(): ReadonlyArray<AccountPosition> {
    return Array.from(this.#entries.values(), ({ position }) => position)
  }

  /**
   * Applies a message. Returns whether the position changed. A message contains the time when it was sent, not the time
   * of the change. A message is ignored if it was sent before the last change that a read showed.
   */
  push(position: AccountPosition, sentMillis: number | undefined, receivedMillis: number): boolean {
    const key = positionKey(position.subaccount, position.market_ticker)
    const known = this.#entries.get(key)
    if (known !== undefined && sentMillis !== undefined && sentMillis < known.updatedMillis) return false
    this.#entries.set(key, {
      readMillis: never,
      updatedMillis: never,
      ...known,
      position,
      pushedMillis: receivedMillis
    })
    return known === undefined || !isSame(known.position, position)
  }

  /**
   * Applies a row of a read. Returns whether the position changed. A read that began less than `lagMillis` after the
   * last message may show an older position, and is ignored.
   */
  read(position: AccountPosition, updatedMillis: number, startedMillis: number): boolean {
    const key = positionKey(position.subaccount, position.market_ticker)
    const known = this.#entries.get(key)
    if (known === undefined) {
      // A complete list whose read began later did not contain the position.
      if (startedMillis < (this.#completeMillis.get(position.subaccount) ?? never)) return false
    } else {
      if (startedMillis < known.pushedMillis + this.#lagMillis || startedMillis < known.readMillis) return false
      if (updatedMillis < known.updatedMillis) return false
    }
    // A read that begins after this one also begins late enough after the last message, so that time is dropped.
    this.#entries.set(key, { position, pushedMillis: never, readMillis: startedMillis, updatedMillis })
    return known === undefined || !isSame(known.position, position)
  }

  /**
   * `seen` contains the keys in a complete list. Removes and returns the positions that are settled, because the list
   * does not contain them.
   */
  complete(subaccount: number, seen: ReadonlySet<string>, startedMillis: number): ReadonlyArray<AccountPosition> {
    const settled: Array<AccountPosition> = []
    this.#completeMillis.set(subaccount, startedMillis)
    for (const [key, { position, pushedMillis, readMillis }] of this.#entries) {
      if (position.subaccount !== subaccount || seen.has(key)) continue
      if (pushedMillis + this.#lagMillis > startedMillis || readMillis > startedMillis) continue
      this.#entries.delete(key)
      settled.push(position)
    }
    return settled
  }
}
