import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { compare } from "../../src/book/compare.ts"
import * as OrderBook from "../../src/book/OrderBook.ts"
import { snapshot } from "../support/books.ts"

type Levels = ReadonlyArray<readonly [price: string, count: string]>

/** Makes the states of a book, oldest first. */
const statesOf = (...sides: ReadonlyArray<readonly [yes: Levels, no: Levels]>) => {
  const book = OrderBook.make("A", { nowMillis: 0 })
  return sides.map(([yes, no], index) => {
    book.snapshot(snapshot(index + 1, index + 1, yes, no), 0)
    return Result.getOrThrow(book.read(0))
  })
}

/** Compares states with a REST book. In REST, a NO level has a NO price. Levels are strings, as on the wire. */
const differences = (yes: Levels, no: Levels, states: ReturnType<typeof statesOf>) =>
  compare({ yes_dollars: yes, no_dollars: no } as never, states)?.map(
    ({ live, price, rest, side }) => `${side} ${price}: ${live} live, ${rest} in REST`
  )

const state = statesOf([[["0.4500", "10.00"]], [["0.5600", "5.00"]]])

describe("compare", () => {
  it("finds no difference in equal books, with any number of decimals", () => {
    assert.deepStrictEqual(differences([["0.45", "10.00"]], [["0.440000", "5.00"]], state), [])
    assert.deepStrictEqual(
      differences(
        [
          ["0.45", "10.00"],
          ["0.3", "0.00"]
        ],
        [["0.44", "5.00"]],
        state
      ),
      []
    )
    assert.deepStrictEqual(differences([], [], statesOf([[], []])), [])
  })

  it("finds a different size, an extra level and a missing level, best first", () => {
    const yes = [
      ["0.4000", "1.00"],
      ["0.4300", "2.00"],
      ["0.4500", "9.99"]
    ] as const
    const no = [
      ["0.3000", "4.00"],
      ["0.4300", "3.00"]
    ] as const
    assert.deepStrictEqual(differences(yes, no, state), [
      "bid 0.45: 10.00 live, 9.99 in REST",
      "bid 0.43: 0.00 live, 2.00 in REST",
      "bid 0.40: 0.00 live, 1.00 in REST",
      "ask 0.56: 5.00 live, 0.00 in REST",
      "ask 0.57: 0.00 live, 3.00 in REST",
      "ask 0.70: 0.00 live, 4.00 in REST"
    ])
  })

  it("finds a single difference", () => {
    assert.deepStrictEqual(differences([["0.45", "10.01"]], [["0.44", "5.00"]], state), [
      "bid 0.45: 10.00 live, 10.01 in REST"
    ])
    assert.deepStrictEqual(differences([["0.45", "10.00"]], [], state), ["ask 0.56: 5.00 live, 0.00 in REST"])
  })

  it("reports both prices if REST sends a YES price for a NO level", () => {
    assert.deepStrictEqual(differences([["0.45", "10.00"]], [["0.56", "5.00"]], state), [
      "ask 0.44: 0.00 live, 5.00 in REST",
      "ask 0.56: 5.00 live, 0.00 in REST"
    ])
  })

  it("accepts a level that equals the level in one of the states, and otherwise compares it with the newest state", () => {
    const states = statesOf(
      [[["0.45", "1.00"]], []],
      [
        [
          ["0.45", "2.00"],
          ["0.44", "7.00"]
        ],
        []
      ],
      [[["0.45", "3.00"]], [["0.60", "1.00"]]]
    )
    for (const yes of [
      [["0.45", "1.00"]],
      [
        ["0.45", "2.00"],
        ["0.44", "7.00"]
      ],
      [
        ["0.45", "3.00"],
        ["0.44", "7.00"]
      ],
      [["0.45", "3.00"]]
    ] as const) {
      assert.deepStrictEqual(differences(yes, [], states), [])
    }
    assert.deepStrictEqual(
      differences(
        [
          ["0.45", "4.00"],
          ["0.44", "6.00"]
        ],
        [["0.4", "1.00"]],
        states
      ),
      ["bid 0.45: 3.00 live, 4.00 in REST", "bid 0.44: 0.00 live, 6.00 in REST"]
    )
  })

  it("returns undefined for a price or a count with too many decimals", () => {
    assert.isUndefined(differences([["0.45000001", "10.00"]], [], state))
    assert.isUndefined(differences([], [["0.44", "5.001"]], state))
  })
})
