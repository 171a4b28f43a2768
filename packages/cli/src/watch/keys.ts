/**
 * What the keys change in each view.
 *
 * @module
 */
import { scrollLimits } from "./ladder.ts"

export interface KeyPress {
  /** The name of the key, such as `up` or `tab`. Empty for a key without a name, such as `?`. */
  readonly name: string
  readonly text: string | undefined
  readonly shift: boolean
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value))

const scrollOf = ({ name }: KeyPress, page: number): number | undefined => {
  switch (name) {
    case "up":
      return -1
    case "down":
      return 1
    case "pageup":
      return -page
    case "pagedown":
      return page
    default:
      return undefined
  }
}

const showsKeysAfter = ({ name, text }: KeyPress, { showsKeys }: { readonly showsKeys: boolean }) =>
  text === "?" ? !showsKeys : name === "escape" ? false : undefined

export class BookKeys {
  readonly #markets: number
  state = { selected: 0, scroll: 0, showsKeys: false }

  constructor(markets: number) {
    this.#markets = markets
  }

  press(
    key: KeyPress,
    { asks, bids, rows }: { readonly rows: number; readonly bids: number; readonly asks: number }
  ): void {
    const { scroll, selected } = this.state
    const rowsMoved = scrollOf(key, rows)
    const number = Number(key.name)
    const showsKeys = showsKeysAfter(key, this.state)
    if (showsKeys !== undefined) this.state = { ...this.state, showsKeys }
    else if (rowsMoved !== undefined) {
      const { max, min } = scrollLimits({ bids, asks }, rows)
      this.state = { ...this.state, scroll: clamp(scroll + rowsMoved, min, max) }
    } else if (key.name === "home") this.state = { ...this.state, scroll: 0 }
    else if (key.name === "left" || (key.name === "tab" && key.shift)) this.#select(selected - 1)
    else if (key.name === "right" || key.name === "tab") this.#select(selected + 1)
    else if (number >= 1 && number <= this.#markets) this.#select(number - 1)
  }

  #select(market: number): void {
    const selected = (market + this.#markets) % this.#markets
    if (selected !== this.state.selected) this.state = { ...this.state, selected, scroll: 0 }
  }
}

export class TradesKeys {
  state: { readonly pausedAt: number | undefined; readonly scroll: number; readonly showsKeys: boolean } = {
    pausedAt: undefined,
    scroll: 0,
    showsKeys: false
  }

  /**
   * `added` is the number of entries that were added to the tape, the list of the newest trades. `kept` is the number
   * of entries that it still has.
   */
  press(
    key: KeyPress,
    { added, kept, rows }: { readonly rows: number; readonly added: number; readonly kept: number }
  ): void {
    const { pausedAt = added, scroll } = this.state
    const rowsMoved = scrollOf(key, rows)
    const showsKeys = showsKeysAfter(key, this.state)
    if (showsKeys !== undefined) this.state = { ...this.state, showsKeys }
    else if (rowsMoved !== undefined) {
      // Scrolling pauses the tape, because moving rows cannot be read.
      const last = Math.max(0, kept - (added - pausedAt) - rows)
      this.state = { ...this.state, pausedAt, scroll: clamp(scroll + rowsMoved, 0, last) }
    } else if (key.name === "home") this.state = { ...this.state, pausedAt: undefined, scroll: 0 }
    else if (key.name === "space") {
      const isPaused = this.state.pausedAt !== undefined
      this.state = { ...this.state, pausedAt: isPaused ? undefined : added, scroll: 0 }
    }
  }
}

export class AccountKeys {
  readonly #sections: number
  state: { readonly focus: number; readonly scrolls: ReadonlyArray<number>; readonly showsKeys: boolean }

  constructor(sections: number) {
    this.#sections = sections
    this.state = { focus: 0, scrolls: Array.from({ length: sections }, () => 0), showsKeys: false }
  }

  press(key: KeyPress, { lengths, rows }: { readonly rows: number; readonly lengths: ReadonlyArray<number> }): void {
    const { focus, scrolls } = this.state
    const rowsMoved = scrollOf(key, rows)
    const showsKeys = showsKeysAfter(key, this.state)
    if (showsKeys !== undefined) this.state = { ...this.state, showsKeys }
    else if (key.name === "tab") {
      const step = key.shift ? this.#sections - 1 : 1
      this.state = { ...this.state, focus: (focus + step) % this.#sections }
    } else if (rowsMoved !== undefined) {
      const last = Math.max(0, (lengths[focus] ?? 0) - 1)
      this.#scrollTo(clamp((scrolls[focus] ?? 0) + rowsMoved, 0, last))
    } else if (key.name === "home") this.#scrollTo(0)
  }

  #scrollTo(row: number): void {
    const { focus, scrolls } = this.state
    this.state = { ...this.state, scrolls: scrolls.map((scroll, index) => (index === focus ? row : scroll)) }
  }
}
