import { assert, describe, it } from "@effect/vitest"
import { AccountKeys, BookKeys, type KeyPress, TradesKeys } from "../../src/watch/keys.ts"

const key = (name: string, shift = false): KeyPress => ({ name, text: undefined, shift })
const help: KeyPress = { name: "", text: "?", shift: false }

describe("BookKeys", () => {
  const levels = { rows: 11, bids: 40, asks: 8 }
  const after = (...pressed: ReadonlyArray<KeyPress>) => {
    const keys = new BookKeys(3)
    for (const one of pressed) keys.press(one, levels)
    return keys.state
  }

  it("select a market, and wrap around at both ends", () => {
    assert.strictEqual(after(key("right")).selected, 1)
    assert.strictEqual(after(key("left")).selected, 2)
    assert.strictEqual(after(key("tab")).selected, 1)
    assert.strictEqual(after(key("tab"), key("tab"), key("tab")).selected, 0)
    assert.strictEqual(after(key("tab", true)).selected, 2)
    assert.strictEqual(after(key("2")).selected, 1)
    assert.strictEqual(after(key("3"), key("1")).selected, 0)
    assert.strictEqual(after(key("3")).selected, 2)
  })

  it("ignore an unknown key", () => {
    for (const name of ["0", "4", "x", "", "end"]) {
      assert.deepStrictEqual(after(key("right"), key("down"), key(name)), { selected: 1, scroll: 1, showsKeys: false })
    }
    assert.strictEqual(after(key("right", true)).selected, 1)
  })

  it("scroll no further than the levels, so that the opposite key works immediately", () => {
    assert.strictEqual(after(key("down"), key("down")).scroll, 2)
    assert.strictEqual(after(key("pagedown"), key("up")).scroll, 10)
    assert.strictEqual(after(key("pagedown"), key("pagedown"), key("pageup")).scroll, 11)
    assert.strictEqual(after(...Array.from({ length: 100 }, () => key("up"))).scroll, -3)
    assert.strictEqual(after(...Array.from({ length: 100 }, () => key("pagedown"))).scroll, 35)
    assert.strictEqual(after(key("pagedown"), key("home")).scroll, 0)
  })

  it("show the best prices of a newly selected market", () => {
    assert.strictEqual(after(key("down"), key("right")).scroll, 0)
    assert.strictEqual(after(key("down"), key("1")).scroll, 1)
  })

  it("show and hide the list of keys", () => {
    assert.isTrue(after(help).showsKeys)
    assert.isFalse(after(help, help).showsKeys)
    assert.isFalse(after(help, key("escape")).showsKeys)
    assert.isFalse(after(key("escape")).showsKeys)
  })
})

describe("TradesKeys", () => {
  const tape = { rows: 20, added: 500, kept: 100 }
  const after = (...pressed: ReadonlyArray<KeyPress>) => {
    const keys = new TradesKeys()
    for (const one of pressed) keys.press(one, tape)
    return keys.state
  }

  it("pause and continue the tape", () => {
    assert.deepInclude(after(key("space")), { pausedAt: 500, scroll: 0 })
    assert.deepInclude(after(key("space"), key("space")), { pausedAt: undefined, scroll: 0 })
  })

  it("pause the tape when they scroll, and scroll no further than the kept trades", () => {
    assert.deepInclude(after(key("down")), { pausedAt: 500, scroll: 1 })
    assert.deepInclude(after(...Array.from({ length: 9 }, () => key("pagedown"))), { pausedAt: 500, scroll: 80 })
    assert.deepInclude(after(key("down"), key("up"), key("up")), { pausedAt: 500, scroll: 0 })
    const keys = new TradesKeys()
    keys.press(key("down"), { rows: 20, added: 480, kept: 100 })
    for (let count = 0; count < 9; count++) keys.press(key("pagedown"), tape)
    assert.deepInclude(keys.state, { pausedAt: 480, scroll: 60 })
    const short = new TradesKeys()
    short.press(key("down"), { rows: 20, added: 3, kept: 3 })
    assert.deepInclude(short.state, { pausedAt: 3, scroll: 0 })
  })

  it("ignore an unknown key", () => {
    assert.deepInclude(after(key("left")), { pausedAt: undefined, scroll: 0 })
  })

  it("return to the newest trade", () => {
    assert.deepInclude(after(key("pagedown"), key("home")), { pausedAt: undefined, scroll: 0 })
  })

  it("show the list of keys", () => assert.isTrue(after(help).showsKeys))
})

describe("AccountKeys", () => {
  const rows = { rows: 5, lengths: [3, 100, 0, 1] }
  const after = (...pressed: ReadonlyArray<KeyPress>) => {
    const keys = new AccountKeys(4)
    for (const one of pressed) keys.press(one, rows)
    return keys.state
  }

  it("move the focus from section to section", () => {
    assert.strictEqual(after(key("tab"), key("tab")).focus, 2)
    assert.strictEqual(after(key("tab", true)).focus, 3)
  })

  it("scroll the focused section", () => {
    assert.deepStrictEqual(after(key("tab"), key("pagedown"), key("down")).scrolls, [0, 6, 0, 0])
    assert.deepStrictEqual(after(key("pagedown"), key("pagedown")).scrolls, [2, 0, 0, 0])
    assert.deepStrictEqual(after(key("pagedown"), key("home")).scrolls, [0, 0, 0, 0])
    assert.deepStrictEqual(after(key("tab"), key("tab"), key("down")).scrolls, [0, 0, 0, 0])
    assert.deepStrictEqual(after(key("down"), key("left")).scrolls, [1, 0, 0, 0])
  })

  it("show the list of keys", () => assert.isTrue(after(help).showsKeys))
})
