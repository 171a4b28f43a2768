/**
 * The positions of an account, per subaccount and market.
 *
 * @module
 */
import { type AccountPosition, isSame } from "./rows.ts"

interface Entry {
  position: AccountPosition
  pushedMillis: number
  /** When the last read began that showed the position. */
  readMillis: number
  /** The exchange's time of what a read showed. */
  updatedMillis: number
}

const never = Number.NEGATIVE_INFINITY

export const positionKey = (subaccount: number, ticker: string): string => `${subaccount} ${ticker}`

export class Positions {
  readonly #lagMillis: number
  readonly #entries = new Map<string, Entry>()
  /** When the last complete list of each subaccount began. */
  readonly #completeMillis = new Map<number, number>()

  constructor(lagMillis: number) {
    this.#lagMillis = lagMillis
  }

  all(): ReadonlyArray<AccountPosition> {
    return Array.from(this.#entries.values(), ({ position }) => position)
  }

  /** A message carries no time of its change. If it was sent before what a read showed, it is older. */
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

  /** A row of a read. It may be older than a message, unless the read began late enough after it. */
  read(position: AccountPosition, updatedMillis: number, startedMillis: number): boolean {
    const key = positionKey(position.subaccount, position.market_ticker)
    const known = this.#entries.get(key)
    if (known === undefined) {
      // The list that began later does not contain it.
      if (startedMillis < (this.#completeMillis.get(position.subaccount) ?? never)) return false
    } else {
      if (startedMillis < known.pushedMillis + this.#lagMillis || startedMillis < known.readMillis) return false
      if (updatedMillis < known.updatedMillis) return false
    }
    this.#entries.set(key, {
      position,
      pushedMillis: known?.pushedMillis ?? never,
      readMillis: startedMillis,
      updatedMillis
    })
    return known === undefined || !isSame(known.position, position)
  }

  /** A complete list does not contain what is not in `seen`: it is settled. Returns the settled positions. */
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
