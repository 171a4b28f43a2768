import * as Result from "effect/Result"
import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import * as Fees from "../../src/money/Fees.ts"
import * as FixedPoint from "../../src/money/FixedPoint.ts"
import * as OrderCost from "../../src/money/OrderCost.ts"
import { hold, write } from "../support/money.ts"

const quadratic: Fees.Terms = { fee_type: "quadratic", fee_multiplier: 1 }

const ok = <A, E>(result: Result.Result<A, E>): A => Result.getOrThrow(result)

const shown = (order: OrderCost.Order, market?: OrderCost.Market) => {
  const cost = ok(OrderCost.of(order, market))
  const text = <E>(of: Result.Result<string, E>) => Result.getOrElse(of, () => "unknown")
  return { ...cost, fee: text(cost.fee), worstFee: text(cost.worstFee), worstCase: text(cost.worstCase) }
}

describe("OrderCost.of", () => {
  it("prices a bid as a purchase of YES at the bid's price", () => {
    assert.deepStrictEqual(
      { ...shown({ side: "bid", price: "0.56", count: "10" }, { terms: quadratic, mostFills: 1 }) },
      {
        collateral: "5.60",
        proceeds: "0.00",
        maxPayout: "10.00",
        // 0.07 × 10 × 0.56 × 0.44
        fee: "0.17248",
        // 0.07 × 10 × 0.25, and two roundings of up to $0.0001
        worstFee: "0.1752",
        worstCase: "5.77268",
        terms: "given"
      }
    )
  })

  it("prices an ask as a purchase of NO at the complementary price", () => {
    const cost = shown({ side: "ask", price: "0.56", count: "10" }, { terms: quadratic, mostFills: 1 })
    assert.strictEqual(cost.collateral, "4.40")
    assert.strictEqual(cost.maxPayout, "10.00")
    assert.strictEqual(cost.worstCase, "4.57268")
  })

  it("adds a rounding for each hundredth of a contract if mostFills is not set", () => {
    const order = { side: "bid", price: "0.56", count: "10" } as const
    // 5.60 + 0.17248 + 1,000 × 0.0002
    assert.strictEqual(shown(order, { terms: quadratic }).worstCase, "5.97248")
    assert.strictEqual(shown(order, { terms: quadratic, mostFills: 3 }).worstCase, "5.77308")
    assert.strictEqual(shown(order, { terms: quadratic, mostFills: 1, member: "other" }).worstCase, "5.78258")
  })

  it("uses the maker fee for a post-only order, but the taker fee for its worst case", () => {
    const order = { side: "bid", price: "0.50", count: "1", post_only: true } as const
    const cost = shown(order, { terms: quadratic, mostFills: 1 })
    assert.strictEqual(cost.fee, "0.00")
    assert.strictEqual(cost.worstFee, "0.0177")
  })

  it("needs no money for contracts that close a position, and returns their proceeds", () => {
    const position = FixedPoint.countUnsafe("4")
    const cost = shown({ side: "ask", price: "0.56", count: "10" }, { terms: quadratic, position, mostFills: 1 })
    assert.strictEqual(cost.collateral, "2.64")
    assert.strictEqual(cost.proceeds, "2.24")
    assert.strictEqual(cost.maxPayout, "6.00")
    const covered = shown({ side: "ask", price: "0.56", count: "4" }, { terms: quadratic, position, mostFills: 1 })
    assert.strictEqual(covered.worstCase, "0.00")
    // A bid closes a NO position, but an ask does not.
    const no = FixedPoint.countUnsafe("-4")
    assert.strictEqual(shown({ side: "ask", price: "0.56", count: "4" }, { position: no }).collateral, "1.76")
    assert.strictEqual(shown({ side: "bid", price: "0.56", count: "4" }, { position: no }).collateral, "0.00")
  })

  it("charges only fees for a reduce-only order, even if the position is unknown", () => {
    const order = { side: "ask", price: "0.01", count: "1", reduce_only: true } as const
    const cost = shown(order, { terms: quadratic })
    assert.strictEqual(cost.collateral, "0.00")
    assert.strictEqual(cost.maxPayout, "0.00")
    // The worst fee is 0.0175 plus 100 roundings of 0.0002. The proceeds are 0.01.
    assert.strictEqual(cost.worstCase, "0.0275")
    const none = shown(order, { terms: quadratic, position: FixedPoint.countUnsafe("0") })
    assert.deepStrictEqual([none.worstFee, none.worstCase], ["0.00", "0.00"])
  })

  it("covers a small closing fill whose net fee exceeds its proceeds", () => {
    const terms = { ...quadratic, fee_multiplier: 0.5 }
    const order = { side: "ask", price: "0.0095", count: "1" } as const
    const position = FixedPoint.countUnsafe("1")
    const [price, count] = [FixedPoint.dollarsUnsafe("0.0095"), FixedPoint.countUnsafe("0.01")]
    const rest = { side: "ask", role: "taker", member: "direct", rounding: "centicent" } as const
    // The proceeds are 0.000095 and the net fee is 0.000195, so the balance loses one step of 0.0001.
    const { netFee } = ok(Fees.charge({ ...terms, ...rest, price, count }))
    assert.strictEqual(netFee, "0.000195")
    const { worstCase } = shown(order, { terms, position, mostFills: 1 })
    assert.isAtLeast(Number(worstCase), 0.0001)
  })

  it("reports assumed terms, and FeeUnknown for a fee that is not public", () => {
    const order = { side: "bid", price: "0.50", count: "1" } as const
    assert.strictEqual(shown(order).terms, "assumed")
    const flat = ok(OrderCost.of(order, { terms: { fee_type: "flat", fee_multiplier: 1 } }))
    assert.strictEqual(flat.collateral, "0.50")
    for (const unknown of [flat.fee, flat.worstFee, flat.worstCase]) {
      assert.isTrue(Result.isFailure(unknown) && unknown.failure._tag === "FeeUnknown")
    }
  })

  it("charges a fee for contracts that close a position", () => {
    const order = { side: "ask", price: "0.56", count: "10" } as const
    const position = FixedPoint.countUnsafe("4")
    // 0.07 × 10 × 0.56 × 0.44
    assert.strictEqual(shown(order, { terms: quadratic, position }).fee, "0.17248")
  })

  it("rounds a fill without a trade fee only to the step of the balance", () => {
    const terms = { ...quadratic, fee_multiplier: 0 }
    const cost = shown({ side: "bid", price: "0.50", count: "1" }, { terms, mostFills: 1 })
    assert.deepStrictEqual([cost.fee, cost.worstFee, cost.worstCase], ["0.00", "0.0001", "0.5001"])
  })

  it("uses the fee at the order's price, or at $0.50 for rates above 1", () => {
    const order = { side: "bid", price: "0.90", count: "1" } as const
    for (const [fee_multiplier, worstCase] of [
      // 0.90 + 0.9996 × 0.90 × 0.10 + 0.0002
      [14.28, "0.990164"],
      // The rate is 0.999999. It counts as 1, because the fee at half a dollar is rounded up to 0.25.
      [14.2857, "0.9902"],
      // 0.90 + 1.0003 × 0.50 × 0.50 + 0.0002
      [14.29, "1.150275"]
    ] as const) {
      assert.strictEqual(shown(order, { terms: { ...quadratic, fee_multiplier }, mostFills: 1 }).worstCase, worstCase)
    }
  })

  it("assumes the most expensive published terms if none are passed", () => {
    const order = { side: "bid", price: "0.50", count: "1", post_only: true } as const
    const terms: Fees.Terms = { fee_type: "quadratic_with_combo_maker_fees", fee_multiplier: 1 }
    assert.deepStrictEqual(shown(order), { ...shown(order, { terms }), terms: "assumed" })
    assert.strictEqual(shown(order).fee, "0.00875")
  })

  it("rejects a number of fills that is not an integer above zero", () => {
    for (const mostFills of [0, 1.5]) {
      const result = OrderCost.of({ side: "bid", price: "0.5", count: "1" }, { mostFills })
      assert.strictEqual(
        Result.isFailure(result) && result.failure.message,
        `the number of fills ${mostFills} is not an integer above zero`
      )
    }
  })

  it("rejects an invalid price, count and number of fills", () => {
    const tag = (order: Partial<OrderCost.Order>, market?: OrderCost.Market) => {
      const result = OrderCost.of({ side: "bid", price: "0.5", count: "1", ...order }, market)
      return Result.isFailure(result) ? `${result.failure._tag}: ${result.failure.message}` : "priced"
    }
    assert.strictEqual(tag({ price: "1.01" }), "OutOfRange: the price 1.01 is not from 0 to 1 dollar")
    assert.strictEqual(tag({ price: "5e-1" }).slice(0, 13), "NotFixedPoint")
    assert.strictEqual(tag({ count: "0" }), "OutOfRange: the count 0 is not above zero contracts")
    assert.strictEqual(tag({ count: "-1" }), "OutOfRange: the count -1 is not above zero contracts")
    assert.strictEqual(tag({ count: "0.001" }).slice(0, 13), "NotFixedPoint")
    assert.strictEqual(tag({}, { mostFills: 0 }).slice(0, 10), "OutOfRange")
    assert.strictEqual(tag({}, { mostFills: Number.NaN }).slice(0, 10), "OutOfRange")
  })

  it("covers the cost of any fills that the order can get", () => {
    const piece = fc.record({
      part: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant(1)),
      better: fc.oneof(fc.integer({ min: 0, max: 9_999 }), fc.constant(0))
    })
    hold(
      fc.property(
        fc.constantFrom("bid" as const, "ask" as const),
        fc.oneof(
          fc.integer({ min: 1, max: 9_999 }),
          fc.integer({ min: 1, max: 200 }),
          fc.integer({ min: 9_800, max: 9_999 })
        ),
        fc.integer({ min: -500, max: 500 }),
        fc.array(piece, { minLength: 1, maxLength: 8 }),
        fc.constantFrom("quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees"),
        fc.constantFrom(0, 0.5, 1, 7, 40),
        fc.constantFrom("direct" as const, "other" as const),
        fc.constantFrom("centicent" as const, "microdollar" as const),
        fc.constantFrom("taker" as const, "maker" as const),
        fc.boolean(),
        (side, tenThousandths, held, pieces, fee_type, fee_multiplier, member, rounding, role, oneEach) => {
          const terms = { fee_type, fee_multiplier }
          const total = pieces.reduce((sum, { part }) => sum + part, 0)
          const price = FixedPoint.dollarsUnsafe(write(BigInt(tenThousandths), 4))
          const cost = ok(
            OrderCost.of(
              { side, price, count: FixedPoint.fromHundredths(BigInt(total)) },
              {
                terms,
                member,
                position: FixedPoint.fromHundredths(BigInt(held)),
                mostFills: oneEach ? pieces.length * 2 : undefined
              }
            )
          )
          // Closing contracts bring money, and opening contracts cost money.
          let cash = 0n
          let maxCash = 0n
          let fees = 0n
          let maxFees = 0n
          let carried = FixedPoint.dollarsUnsafe("0")
          let left = side === "ask" ? Math.max(0, held) : Math.max(0, -held)
          const fill = (at: number, hundredths: number, closes: boolean) => {
            if (hundredths === 0) return
            const size = FixedPoint.fromHundredths(BigInt(hundredths))
            const yes = FixedPoint.dollarsUnsafe(write(BigInt(at), 4))
            const charge = ok(Fees.charge({ ...terms, role, rounding, member, side, price: yes, count: size, carried }))
            carried = charge.carried
            const own = side === "bid" ? at : 10_000 - at
            const money = BigInt((closes ? own - 10_000 : own) * hundredths)
            cash += money + FixedPoint.toMicros(charge.netFee)
            fees += FixedPoint.toMicros(charge.netFee)
            if (cash > maxCash) maxCash = cash
            if (fees > maxFees) maxFees = fees
          }
          for (const { better, part } of pieces) {
            const at = side === "bid" ? Math.max(0, tenThousandths - better) : Math.min(10_000, tenThousandths + better)
            const closing = Math.min(left, part)
            left -= closing
            fill(at, closing, true)
            fill(at, part - closing, false)
          }
          // An order can stop after any fill, so the cost must cover the maximum over all fills.
          assert.isAtLeast(Number(FixedPoint.toMicros(ok(cost.worstFee)) - maxFees), 0)
          assert.isAtLeast(Number(FixedPoint.toMicros(ok(cost.worstCase)) - maxCash), 0)
        }
      ),
      2_000
    )
  })
})

describe("OrderCost.ofBatch", () => {
  const ticker = "KXEXAMPLE-26"
  const bid = (price: `${number}`, count: `${number}`, more: Partial<OrderCost.BatchOrder> = {}) =>
    ({ ticker, side: "bid", price, count, ...more }) as const
  const ask = (price: `${number}`, count: `${number}`, more: Partial<OrderCost.BatchOrder> = {}) =>
    ({ ticker, side: "ask", price, count, ...more }) as const
  const reduce = { reduce_only: true } as const

  /** Returns the payout of each order: one dollar per contract that the order opens. */
  const opened = (orders: ReadonlyArray<OrderCost.BatchOrder>, position?: string) =>
    OrderCost.ofBatch(orders, () => ({
      terms: quadratic,
      mostFills: 1,
      position: position === undefined ? undefined : FixedPoint.countUnsafe(position)
    })).map((cost) => ok(cost).maxPayout)

  it("applies a position to the orders in sequence, and opens the remaining contracts", () => {
    assert.deepStrictEqual(opened([bid("0.40", "60"), bid("0.41", "60"), bid("0.42", "60")], "-100"), [
      "0.00",
      "20.00",
      "60.00"
    ])
    assert.deepStrictEqual(opened([ask("0.40", "60"), ask("0.41", "60")], "100"), ["0.00", "20.00"])
    // An order on the other side opens contracts, and does not use the position.
    assert.deepStrictEqual(opened([ask("0.50", "60"), bid("0.40", "100")], "-100"), ["60.00", "0.00"])
  })

  it("treats the second of two closing orders as opening if the first uses up the position", () => {
    const resting = bid("0.40", "100")
    const reducing = bid("0.97", "100", reduce)
    assert.deepStrictEqual(opened([resting, reducing], "-100"), ["0.00", "100.00"])
    assert.deepStrictEqual(opened([reducing, resting], "-100"), ["0.00", "100.00"])
    const sum = (orders: ReadonlyArray<OrderCost.BatchOrder>) =>
      FixedPoint.sum(
        OrderCost.ofBatch(orders, () => ({
          terms: quadratic,
          mostFills: 1,
          position: FixedPoint.countUnsafe("-100")
        })).map((cost) => ok(ok(cost).worstCase))
      )
    // 97.00 + 0.07 × 100 × 0.97 × 0.03 + 0.0002, and 40.00 + 0.07 × 100 × 0.40 × 0.60 + 0.0002
    assert.strictEqual(sum([resting, reducing]), "97.2039")
    assert.strictEqual(sum([reducing, resting]), "41.6802")
  })

  it("lets a reduce-only order close an unknown position only if it is the first order", () => {
    const reducing = bid("0.97", "100", reduce)
    assert.deepStrictEqual(opened([reducing, reducing]), ["0.00", "100.00"])
    assert.deepStrictEqual(opened([bid("0.40", "100"), reducing]), ["100.00", "100.00"])
    assert.deepStrictEqual(opened([reducing, bid("0.40", "100")]), ["0.00", "100.00"])
  })

  it("lets a reduce-only order close contracts that earlier orders of the batch bought", () => {
    assert.deepStrictEqual(opened([bid("0.40", "50"), ask("0.60", "80", reduce)], "0"), ["50.00", "0.00"])
  })

  it("limits a reduce-only order to the position plus what earlier orders can add", () => {
    const proceedsOfLast = (orders: ReadonlyArray<OrderCost.BatchOrder>, position: string) =>
      ok(OrderCost.ofBatch(orders, () => ({ terms: quadratic, position: FixedPoint.countUnsafe(position) })).at(-1)!)
        .proceeds
    assert.strictEqual(proceedsOfLast([bid("0.40", "50"), ask("0.60", "80", reduce)], "0"), "30.00")
    assert.strictEqual(proceedsOfLast([bid("0.40", "50"), ask("0.60", "80", reduce)], "20"), "42.00")
    assert.strictEqual(proceedsOfLast([ask("0.60", "50"), bid("0.40", "80", reduce)], "0"), "30.00")
    assert.strictEqual(proceedsOfLast([ask("0.60", "50"), bid("0.40", "80", reduce)], "-20"), "42.00")
  })

  it("keeps markets and subaccounts separate", () => {
    const orders = [bid("0.40", "10"), bid("0.40", "10", { ticker: "OTHER-26" }), bid("0.40", "10", { subaccount: 1 })]
    assert.deepStrictEqual(opened(orders, "-10"), ["0.00", "0.00", "0.00"])
    assert.deepStrictEqual(opened([bid("0.40", "10"), bid("0.40", "10", { subaccount: 0 })], "-10"), ["0.00", "10.00"])
  })

  it("prices the other orders if one order is invalid", () => {
    const costs = OrderCost.ofBatch([bid("1.01", "10"), bid("0.40", "10")], (_order, index) => ({
      position: FixedPoint.countUnsafe(index === 0 ? "0" : "-10")
    }))
    assert.deepStrictEqual(
      costs.map((cost) => (Result.isSuccess(cost) ? cost.success.collateral : cost.failure._tag)),
      ["OutOfRange", "0.00"]
    )
  })
})
