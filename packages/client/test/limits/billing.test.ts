import { assert, describe, it } from "vitest"
import type { Descriptor } from "../../src/Operation.ts"
import * as billing from "../../src/limits/billing.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import * as Quotes from "../../src/rest/Quotes.ts"
import * as Orders from "../../src/trading/Orders.ts"

const create = Orders.create.descriptor
const everyShard = ["write", "write/1", "write/2", "write/3"]

describe("billing.make", () => {
  const shardOf: ReadonlyArray<readonly [what: string, input: unknown, names: ReadonlyArray<string>]> = [
    ["with an exchange_index to that shard's bucket", { ticker: "T", exchange_index: 2 }, ["write/2"]],
    ["with exchange_index 0 to the common bucket", { ticker: "T", exchange_index: 0 }, ["write"]],
    ["with a negative exchange_index to every shard's bucket", { exchange_index: -1 }, everyShard],
    ["with a ticker alone to every shard's bucket", { ticker: "T" }, everyShard],
    ["with a market_ticker alone to every shard's bucket", { market_ticker: "T" }, everyShard],
    ["without a valid ticker to the common bucket", { ticker: 1, exchange_index: "2" }, ["write"]],
    ["without an input to every shard's bucket", undefined, everyShard]
  ]
  for (const [what, input, names] of shardOf) {
    it(`bills an order ${what}`, () => {
      const { buckets, descriptor, items } = billing.make(4)(create, input)
      assert.deepStrictEqual(buckets, { kind: "write", names })
      assert.strictEqual(descriptor, create)
      assert.strictEqual(items, 1)
    })
  }

  it("bills a read, a batch and a quote to one bucket each", () => {
    const billOf = billing.make(4)
    const input = { ticker: "T", exchange_index: 2 }
    const bucketsOf = (descriptor: Descriptor) => billOf(descriptor, input).buckets
    assert.deepStrictEqual(bucketsOf(OrderGroups.get.descriptor), { kind: "read", names: ["read"] })
    assert.deepStrictEqual(bucketsOf(Orders.batchCreate.descriptor), { kind: "write", names: ["write"] })
    assert.deepStrictEqual(bucketsOf(Quotes.create.descriptor), { kind: "write", names: ["write/1"] })
  })

  it("counts the orders of a batch, and an empty batch as one order", () => {
    const itemsOf = (input: unknown) => billing.make(4)(Orders.batchCreate.descriptor, input).items
    assert.deepStrictEqual(
      [{ orders: [{}, {}, {}] }, { orders: [{}] }, { orders: [] }, { orders: "ab" }, undefined].map(itemsOf),
      [3, 1, 1, 1, 1]
    )
    assert.strictEqual(billing.make(4)(create, { orders: [{}, {}] }).items, 1)
  })

  it("returns the same object for the same buckets, so that their calls share a queue", () => {
    const billOf = billing.make(2)
    const bucketsOf = (input: unknown) => billOf(create, input).buckets
    assert.strictEqual(bucketsOf({ exchange_index: 1 }), bucketsOf({ exchange_index: 1 }))
    assert.strictEqual(bucketsOf({ exchange_index: 1 }), billOf(Quotes.create.descriptor, {}).buckets)
    assert.strictEqual(bucketsOf({ exchange_index: 0 }), billOf(Orders.batchCreate.descriptor, {}).buckets)
    assert.strictEqual(bucketsOf({ ticker: "T" }), bucketsOf({ ticker: "T" }))
    const before = bucketsOf({ ticker: "T" })
    assert.deepStrictEqual(bucketsOf({ exchange_index: 1 }).names, ["write/1"])
    assert.strictEqual(bucketsOf({ ticker: "T" }), before)
  })

  it("bills an order without a shard also to each shard that an earlier call named", () => {
    const billOf = billing.make(1)
    const routed = () => billOf(create, { ticker: "T" }).buckets
    assert.strictEqual(routed(), billOf(create, { exchange_index: 0 }).buckets)
    assert.deepStrictEqual(billOf(create, { exchange_index: 9 }).buckets.names, ["write/9"])
    assert.deepStrictEqual(routed().names, ["write", "write/9"])
    assert.strictEqual(routed(), routed())
  })
})
