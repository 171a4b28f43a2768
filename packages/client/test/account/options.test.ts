import { assert, describe, it } from "@effect/vitest"
import { faultIn, type Options } from "../../src/account/options.ts"

const describeFault = (options: Options): string | undefined => {
  const fault = faultIn(options)
  return fault && `${fault.operation} ${fault.pointer} ${fault.reason}`
}

describe("faultIn", () => {
  it("accepts the defaults, and extreme values of the options", () => {
    const accepted: ReadonlyArray<Options> = [
      {},
      { subaccounts: [0] },
      { subaccounts: [63, 1] },
      { maxClosedOrders: 1, maxFills: 1, bufferSize: 1 },
      { lagMillis: 0.1, overlapMillis: 0.1, readTimeoutMillis: 0.1, verifyMillis: 0.1 },
      { verifyMillis: Number.POSITIVE_INFINITY },
      { fillsFromMillis: -1 }
    ]
    for (const options of accepted) assert.isUndefined(describeFault(options))
  })

  const subaccounts = [[], [-1], [64], [1.5], [0, 64], 0] as unknown as ReadonlyArray<ReadonlyArray<number>> // the last value has a wrong type
  for (const value of subaccounts) {
    it(`refuses the subaccounts ${JSON.stringify(value)}`, () => {
      assert.strictEqual(
        describeFault({ subaccounts: value }),
        "AccountFeed.make /subaccounts expected at least one integer, each from 0 to 63"
      )
    })
  }

  for (const name of ["maxClosedOrders", "maxFills", "bufferSize"] as const) {
    for (const value of [0, -1, 1.5, Number.POSITIVE_INFINITY]) {
      it(`refuses ${name}: ${value}`, () => {
        const expected = `AccountFeed.make /${name} expected an integer of at least 1`
        assert.strictEqual(describeFault({ [name]: value }), expected)
      })
    }
  }

  for (const name of ["lagMillis", "overlapMillis", "readTimeoutMillis"] as const) {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      it(`refuses ${name}: ${value}`, () => {
        const expected = `AccountFeed.make /${name} expected a positive, finite number`
        assert.strictEqual(describeFault({ [name]: value }), expected)
      })
    }
  }

  for (const value of [0, -1, Number.NaN, Number.NEGATIVE_INFINITY]) {
    it(`refuses verifyMillis: ${value}`, () => {
      const expected = "AccountFeed.make /verifyMillis expected a positive number"
      assert.strictEqual(describeFault({ verifyMillis: value }), expected)
    })
  }

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses fillsFromMillis: ${value}`, () => {
      const expected = "AccountFeed.make /fillsFromMillis expected a time in milliseconds"
      assert.strictEqual(describeFault({ fillsFromMillis: value }), expected)
    })
  }
})
