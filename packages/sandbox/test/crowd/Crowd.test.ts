/** The crowd: simulated traders on the local exchange, with markets of their own. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { attachCrowd, type CrowdOptions } from "../../src/crowd/Crowd.ts"
import { atOrAbove, atOrBelow, levelsOf } from "../../src/crowd/grid.ts"
import { OwnMarkets } from "../../src/crowd/ownMarkets.ts"
import { bound, scoreOf, volatility } from "../../src/crowd/value.ts"
import type { Event, Market } from "../../src/exchange/Entities.ts"
import { Exchange, type LogEntry, type Snapshot } from "../../src/exchange/Exchange.ts"
import { rfqTerms } from "../support/dealing.ts"
import { audit } from "../support/actors.ts"
import { sampleSize, seed, terms, unwrap } from "../support/floor.ts"

const start = Date.UTC(2026, 10, 30, 14, 7, 30)
const minute = 60_000
const hour = 60 * minute

const makeCrowded = (options: Partial<CrowdOptions> = {}, ownSeed = 1) => {
  const exchange = new Exchange({ seed: ownSeed })
  attachCrowd(exchange, { traders: 12, ...options }, start)
  return exchange
}

const dumpAt = (exchange: Exchange, atMillis: number): unknown => throughJson(exchange.dump(atMillis))

const throughJson = <A>(value: A): A => JSON.parse(JSON.stringify(value)) as A // a JSON round trip keeps the type

const marketsAt = (exchange: Exchange, atMillis: number): ReadonlyArray<Market> =>
  unwrap(exchange.view(atMillis).listMarkets({ era: "live", limit: 1_000, isListed: () => true })).items

const openAt = (exchange: Exchange, atMillis: number): ReadonlyArray<string> =>
  exchange.view(atMillis).activeTickers(1_000)

const named = (exchange: Exchange, atMillis: number): ReadonlyArray<string> =>
  exchange
    .view(atMillis)
    .accounts()
    .map(({ name }) => name)

const restingOf = (exchange: Exchange, name: string, atMillis: number): number => {
  const view = exchange.view(atMillis)
  const account = view.accounts().find((known) => known.name === name)!
  return unwrap(view.listOrders(account.accountId, { status: "resting", limit: 1_000 })).items.length
}

describe("a book of the crowd", () => {
  // The crowd quotes at full seconds, so the test reads the books at full seconds.
  it("has two sides around the hidden value, at most eight cents apart", () => {
    const exchange = makeCrowded()
    const values = new OwnMarkets(1)
    const distances: Array<number> = []
    for (let atMillis = start; atMillis <= start + hour / 2; atMillis += 1_000) {
      const view = exchange.view(atMillis)
      for (const ticker of view.activeTickers(100)) {
        const { ask, bid } = unwrap(view.ticker(ticker))
        const where = `${ticker} at ${(atMillis - start) / 1_000} s: ${bid} ${ask}`
        assert.isTrue(bid > 0 && ask > bid, where)
        assert.isAtMost(ask - bid, 800, where)
        distances.push(Math.abs((bid + ask) / 2 - 10_000 * values.value(ticker, atMillis)))
      }
    }
    const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length
    assert.isBelow(mean, 100, "a cent, on average")
  })

  it("has quotes again within a second after an order filled a whole side", () => {
    const exchange = makeCrowded()
    const ticker = openAt(exchange, start)[0]!
    const { accountId } = unwrap(exchange.execute({ type: "createAccount", name: "user" }, start))
    const order = terms("bid", 99, 5_000, { ticker, timeInForce: "immediate_or_cancel" })
    const at = start + minute
    assert.isAbove(unwrap(exchange.execute({ type: "createOrder", accountId, order }, at)).fillCount, 1_000)
    assert.strictEqual(unwrap(exchange.view(at).ticker(ticker)).ask, 0)
    assert.isAbove(unwrap(exchange.view(at + 1_000).ticker(ticker)).ask, 0)
  })

  it("keeps both sides while a user buys 30,000 contracts", () => {
    const exchange = makeCrowded()
    const ticker = "KXCROWDLONG-A-YES"
    const { accountId } = unwrap(exchange.execute({ type: "createAccount", name: "user" }, start))
    let bought = 0
    for (let at = start; bought < 3_000_000; at += 1_000) {
      const order = terms("bid", 99, 5_000, { ticker, timeInForce: "immediate_or_cancel" })
      bought += unwrap(exchange.execute({ type: "createOrder", accountId, order }, at)).fillCount
      const { ask, bid } = unwrap(exchange.view(at + 1_000).ticker(ticker))
      assert.isTrue(bid > 0 && ask > bid && ask - bid <= 800, `${bid} ${ask}`)
    }
  })

  it("changes its last price within minutes", () => {
    const exchange = makeCrowded()
    const ticker = openAt(exchange, start)[0]!
    const prices = [1, 2, 3, 4, 5, 6, 7, 8].map(
      (minutes) => unwrap(exchange.view(start + minutes * minute).ticker(ticker)).lastPrice
    )
    assert.isAbove(new Set(prices).size, 3, prices.join())
  })
})

describe("the markets of the crowd", () => {
  it("are, at any time, four short markets and three markets that stay open", () => {
    const exchange = makeCrowded({ traders: 2, pace: 0.5 })
    for (let atMillis = start; atMillis <= start + 6 * hour; atMillis += 5 * minute) {
      const tickers = openAt(exchange, atMillis)
      const short = tickers.filter((ticker) => ticker.startsWith("KXCROWD-"))
      assert.deepStrictEqual([tickers.length, short.length], [7, 4])
    }
  })

  it("close on the quarter hour, are determined a minute after the close, and pay another minute later", () => {
    const exchange = makeCrowded()
    const closeMillis = Date.UTC(2026, 10, 30, 14, 15)
    const ticker = openAt(exchange, start).find((open) => open.startsWith("KXCROWD-26NOV301415-"))!
    const statuses = [-1, 0, minute - 1, minute, 2 * minute - 1, 2 * minute].map(
      (millis) => unwrap(exchange.view(closeMillis + millis).market(ticker)).status
    )
    assert.deepStrictEqual(statuses, ["active", "closed", "closed", "determined", "determined", "finalized"])
  })

  it("are determined as their last price indicated, in more than 80 % of cases", () => {
    const exchange = makeCrowded({ pace: 3 })
    const last = new Map<string, number>()
    for (let atMillis = start; atMillis < start + 6 * hour; atMillis += minute) {
      for (const { lastPrice, ticker } of openAt(exchange, atMillis).map((ticker) =>
        unwrap(exchange.view(atMillis).ticker(ticker))
      )) {
        last.set(ticker, lastPrice)
      }
    }
    const finished = marketsAt(exchange, start + 6 * hour).filter(({ result }) => result !== undefined)
    const expected = finished.filter(({ result, ticker }) => last.get(ticker)! > 5_000 === (result === "yes"))
    assert.isAbove(finished.length, 20)
    assert.isAbove(expected.length, finished.length * 0.8)
    assert.strictEqual(new Set(finished.map(({ result }) => result)).size, 2, "both results occur")
  })

  it("get their results even if the crowd did not act when they closed", () => {
    const exchange = makeCrowded()
    const closed = Exchange.restore(throughJson(exchange.snapshot(start)), { seed: 1 })
    const ticker = openAt(exchange, start).find((open) => open.startsWith("KXCROWD-26NOV301415-"))!
    const later = start + 40 * hour
    assert.strictEqual(unwrap(closed.view(later).market(ticker)).status, "closed")
    attachCrowd(closed, { traders: 12 }, later)
    assert.isDefined(unwrap(closed.view(later).market(ticker)).result)
    assert.isDefined(unwrap(exchange.view(start + hour).market(ticker)).result)
    assert.strictEqual(
      unwrap(closed.view(later).market(ticker)).result,
      unwrap(exchange.view(start + hour).market(ticker)).result
    )
  })
})

describe("the traders of the crowd", () => {
  it("trade in the exchange's other markets too, also on another shard and price grid", () => {
    const exchange = makeCrowded()
    const fine = [{ start: "0.00", end: "1.00", step: "0.0001" }]
    for (const market of [{ ticker: "KXA-26-1" }, { ticker: "KXB-26-1", exchangeIndex: 2, priceRanges: fine }]) {
      unwrap(exchange.execute({ type: "createMarket", market }, start))
    }
    const view = exchange.view(start + 10 * minute)
    assert.isAbove(unwrap(view.ticker("KXA-26-1")).volume, 0)
    assert.isAbove(unwrap(view.ticker("KXB-26-1")).volume, 0)
  })

  it('trade only in their own markets if markets is "own"', () => {
    const exchange = makeCrowded({ markets: "own" })
    unwrap(exchange.execute({ type: "createMarket", market: { ticker: "KXA-26-1" } }, start))
    const { bid, volume } = unwrap(exchange.view(start + 10 * minute).ticker("KXA-26-1"))
    assert.deepStrictEqual([bid, volume], [0, 0])
    assert.isAbove(unwrap(exchange.view(start + 10 * minute).ticker("KXCROWDLONG-A-YES")).volume, 0)
  })

  it("conserve money and contracts, and keep their positions small", () => {
    const exchange = makeCrowded({ pace: 20 })
    for (let atMillis = start; atMillis <= start + sampleSize(1, 24) * hour; atMillis += 20 * minute) {
      const snapshot = exchange.snapshot(atMillis)
      assert.deepStrictEqual(audit(throughJson(snapshot) as unknown as Snapshot), [])
      for (const { holdings } of snapshot.accounts) {
        for (const { cashMicros, positions } of holdings) {
          assert.isAbove(cashMicros, 100_000_000_000)
          positions.forEach(({ count, ticker }) => assert.isAtMost(Math.abs(count), 250_000, ticker))
        }
      }
    }
  })

  it("have bounded orders and timers, and a snapshot below 8 MB after an hour", () => {
    const exchange = makeCrowded({ traders: 20 })
    const { accounts, markets, timers } = exchange.snapshot(start + hour)
    const resting = accounts.reduce((sum, { restingCount }) => sum + restingCount, 0)
    assert.isAtMost(resting, 300)
    assert.isAtMost(timers.length, 100)
    assert.isAtMost(markets.length, 12)
    assert.isBelow(JSON.stringify(exchange.snapshot(start + hour)).length, 8_000_000)
  })

  it("place, amend and cancel 5 to 20 orders per second at the default pace", () => {
    const exchange = makeCrowded({ traders: 20 })
    let commands = 0
    exchange.subscribe((entry) => {
      commands += entry.type === "command" && entry.command.type.endsWith("Order") ? 1 : 0
    })
    exchange.view(start + hour)
    assert.isTrue(commands > 5 * 3_600 && commands < 20 * 3_600, `${commands}`)
  })

  it("send no command that the exchange refuses", () => {
    const exchange = makeCrowded()
    const refused = new Set<string>()
    const execute = exchange.execute.bind(exchange)
    exchange.execute = (command, atMillis) => {
      const result = execute(command, atMillis)
      if (result._tag === "Failure") refused.add(`${command.type} ${result.failure.code}`)
      return result
    }
    exchange.view(start + hour)
    assert.deepStrictEqual([...refused], [])
  })

  it("wait while trading is paused, and continue after the pause", () => {
    const exchange = makeCrowded()
    const at = start + minute
    unwrap(exchange.execute({ type: "setActive", trading: false }, at))
    const before = unwrap(exchange.view(at).listTrades({ limit: 1_000, ticker: undefined })).items.length
    const paused = unwrap(exchange.view(at + minute).listTrades({ limit: 1_000, ticker: undefined })).items.length
    unwrap(exchange.execute({ type: "setActive", trading: true }, at + minute))
    const after = unwrap(exchange.view(at + 2 * minute).listTrades({ limit: 1_000, ticker: undefined })).items.length
    assert.strictEqual(paused, before)
    assert.isAbove(after, before)
  })

  it("get a deposit when they have less than half of their initial cash", () => {
    const exchange = makeCrowded({ traders: 1 })
    const { accountId } = exchange.view(start).accounts()[0]!
    unwrap(exchange.execute({ type: "withdraw", accountId, dollars: "600000" }, start))
    const cash = (atMillis: number) => unwrap(exchange.view(atMillis).balances(accountId))[0]!.cashMicros
    assert.isBelow(cash(start), 500_000_000_000)
    assert.isAbove(cash(start + minute), 1_000_000_000_000)
  })
})

describe("the quotes of the crowd", () => {
  const requestQuotes = (exchange: Exchange, ticker: string, contracts: number) => {
    const { accountId } = unwrap(exchange.execute({ type: "createAccount", name: "user", dollars: "5000000" }, start))
    const { rfqId } = unwrap(
      exchange.execute({ type: "createRfq", accountId, rfq: rfqTerms(contracts, { ticker }) }, start)
    )
    return (atMillis: number) =>
      unwrap(
        exchange.view(atMillis).listQuotes(accountId, {
          isMaker: false,
          isRfqCreator: true,
          rfqId,
          status: undefined,
          makerAccountId: undefined,
          rfqAccountId: undefined,
          subaccount: undefined,
          limit: 500
        })
      ).items
  }

  it("follow the value of the RFQ's market, at most every ten seconds per maker", () => {
    const exchange = makeCrowded()
    const ticker = openAt(exchange, start).find((open) => open.startsWith("KXCROWD-26NOV301500-"))!
    const quotesAt = requestQuotes(exchange, ticker, 10)
    const values = new OwnMarkets(1)
    for (let atMillis = start + 12_000; atMillis <= start + 20 * minute; atMillis += 12_000) {
      const open = quotesAt(atMillis).filter(({ status }) => status === "open")
      assert.strictEqual(open.length, 3)
    }
    const quotes = quotesAt(start + 20 * minute)
    const open = quotes.filter(({ status }) => status === "open")
    const value = 10_000 * values.value(ticker, start + 20 * minute)
    for (const { noBid, yesBid } of open) assert.isAtMost(Math.abs((yesBid + 10_000 - noBid) / 2 - value), 400)
    assert.isAbove(quotes.length, 10)
    for (const { accountId } of open) {
      const times = quotes.filter((quote) => quote.accountId === accountId).map(({ createdMillis }) => createdMillis)
      times.slice(1).forEach((older, index) => assert.isAtLeast(times[index]! - older, 10_000))
    }
  })

  it("are confirmed within a second, even if the RFQ is deleted", () => {
    const exchange = makeCrowded()
    const quotesAt = requestQuotes(exchange, "KXCROWDLONG-A-YES", 10)
    const at = start + 5_100
    const { quoteId, rfqAccountId: accountId, rfqId } = quotesAt(at)[0]!
    const target = { quoteId, rfqId: undefined, subaccount: undefined }
    unwrap(exchange.execute({ type: "acceptQuote", accountId, target, side: "yes" }, at))
    unwrap(exchange.execute({ type: "deleteRfq", accountId, rfqId }, at))
    const later = unwrap(exchange.view(at + 1_000).quote(accountId, target))
    assert.strictEqual(later.status, "confirmed")
    assert.strictEqual(unwrap(exchange.view(at + 17_000).quote(accountId, target)).status, "executed")
    assert.strictEqual(quotesAt(at + 17_000).length, 3)
  })

  it("are missing for an RFQ that would make a position too large", () => {
    const exchange = makeCrowded()
    assert.deepStrictEqual(requestQuotes(exchange, "KXCROWDLONG-A-YES", 60_000)(start + minute), [])
  })

  it("price combos as the product of their legs, only in reply to RFQs", () => {
    const exchange = makeCrowded()
    const legs = [
      { marketTicker: "KXCROWDLONG-A-YES", eventTicker: "KXCROWDLONG-A", side: "yes" },
      { marketTicker: "KXCROWDLONG-C-YES", eventTicker: "KXCROWDLONG-C", side: "no" }
    ] as const
    const collectionTicker = "KXMVE-R"
    const associatedEvents = legs.map(({ eventTicker }) => ({ eventTicker }))
    unwrap(exchange.execute({ type: "createCollection", collection: { collectionTicker, associatedEvents } }, start))
    const { accountId } = unwrap(exchange.execute({ type: "createAccount", name: "combiner" }, start))
    const { ticker } = unwrap(exchange.execute({ type: "createCombo", accountId, collectionTicker, legs }, start))
    const at = start + 2_000
    const quotes = requestQuotes(exchange, ticker, 10)(at)
    const values = new OwnMarkets(1)
    const [first, second] = legs.map(({ marketTicker }) => values.value(marketTicker, at))
    const price = 10_000 * first! * (1 - second!)
    assert.strictEqual(quotes.length, 3)
    for (const { noBid, yesBid } of quotes) assert.isTrue(yesBid < price && price < 10_000 - noBid, `${price}`)
    for (const { noBid, yesBid } of quotes) assert.isAtMost(10_000 - noBid - yesBid, 1_000)
    assert.strictEqual(unwrap(exchange.view(start + minute).ticker(ticker)).bid, 0)
  })

  it("are missing for RFQs of the crowd's own accounts", () => {
    const exchange = makeCrowded()
    const { accountId } = exchange.view(start).accounts()[0]!
    const rfq = rfqTerms(10, { ticker: "KXCROWDLONG-A-YES" })
    unwrap(exchange.execute({ type: "createRfq", accountId, rfq }, start))
    assert.deepStrictEqual(
      exchange
        .view(start + minute)
        .openRfqs()
        .map(({ quotes }) => quotes),
      [[]]
    )
  })
})

describe("Exchange.attach", () => {
  it("before a command or read, runs the agent and the timers in the sequence of their times", () => {
    const exchange = new Exchange({ seed: 1 })
    unwrap(
      exchange.execute({ type: "createMarket", market: { ticker: "KXA-26-1", closeMillis: start + 1_500 } }, start)
    )
    const seen: Array<readonly [millis: number, status: string]> = []
    let next = start + 1_000
    exchange.attach({
      nextMillis: () => next,
      actUntil: (nowMillis) => {
        for (; next <= nowMillis; next += 1_000) {
          seen.push([next - start, unwrap(exchange.view(next).market("KXA-26-1")).status])
        }
      }
    })
    assert.strictEqual(exchange.nextTimerMillis(), start + 1_000)
    exchange.view(start + 999)
    assert.deepStrictEqual(seen, [])
    exchange.execute({ type: "restartClocks" }, start + 2_000)
    assert.deepStrictEqual(seen, [
      [1_000, "active"],
      [2_000, "closed"]
    ])
    assert.strictEqual(exchange.nextTimerMillis(), start + 3_000)
  })

  it("shows the effects of the agent's commands to lagging reads only after the lag", () => {
    const exchange = new Exchange({ seed: 1, assumptions: { readLagMillis: 5_000 } })
    attachCrowd(exchange, { traders: 12 }, start)
    const { accountId } = exchange.view(start).accounts()[0]!
    const balances = new Map<number, unknown>()
    for (let atMillis = start; atMillis <= start + minute; atMillis += 1_000) {
      balances.set(atMillis, unwrap(exchange.view(atMillis).balances(accountId)))
      const lagging = balances.get(atMillis - 5_000)
      if (lagging !== undefined)
        assert.deepStrictEqual(unwrap(exchange.userView(atMillis).balances(accountId)), lagging)
    }
    assert.isAbove(new Set([...balances.values()].map((value) => JSON.stringify(value))).size, 10)
  })
})

describe("attachCrowd", () => {
  it("gives the same state for the same seed, and another state for another seed", () => {
    const end = start + 20 * minute
    const dump = dumpAt(makeCrowded(), end)
    assert.deepStrictEqual(dumpAt(makeCrowded(), end), dump)
    assert.notDeepEqual(dumpAt(makeCrowded({}, 2), end), dump)
  })

  it("gives the same state for any sequence of clock moves", () => {
    const end = start + 3 * minute
    const expected = dumpAt(makeCrowded(), end)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 * minute }), { maxLength: 60 }), (moves) => {
        const exchange = makeCrowded()
        for (const millis of moves.toSorted((left, right) => left - right)) exchange.view(start + millis)
        assert.deepStrictEqual(dumpAt(exchange, end), expected)
      }),
      { seed, numRuns: sampleSize(15, 200) }
    )
  })

  it("continues from any snapshot as if it had never stopped", () => {
    const end = start + 3 * minute
    const expected = dumpAt(makeCrowded(), end)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 * minute }), (millis) => {
        const at = start + millis
        const restored = Exchange.restore(throughJson(makeCrowded().snapshot(at)), { seed: 1 })
        attachCrowd(restored, { traders: 12 }, at)
        assert.strictEqual(named(restored, at).length, 12)
        assert.deepStrictEqual(dumpAt(restored, end), expected)
      }),
      { seed, numRuns: sampleSize(15, 200) }
    )
  })

  it("executes commands that give the same state when they are replayed without a crowd", () => {
    const log: Array<LogEntry> = []
    const exchange = new Exchange({ seed: 1 })
    exchange.subscribe((entry) => log.push(entry))
    attachCrowd(exchange, { traders: 12 }, start)
    const end = start + 20 * minute
    const expected = dumpAt(exchange, end)
    const replayed = new Exchange({ seed: 1 })
    for (const entry of log) {
      if (entry.type === "command") replayed.execute(entry.command, entry.atMillis)
    }
    assert.deepStrictEqual(dumpAt(replayed, end), expected)
  })

  it("cancels the orders of accounts that a smaller crowd no longer uses", () => {
    const exchange = makeCrowded({ traders: 12 })
    const at = start + minute
    assert.isAbove(restingOf(exchange, "crowd 4", at), 0)
    attachCrowd(exchange, { traders: 3 }, at)
    assert.strictEqual(restingOf(exchange, "crowd 4", at), 0)
    assert.strictEqual(named(exchange, at).length, 12)
  })

  it("quotes both sides of each book even with a single trader", () => {
    const exchange = makeCrowded({ traders: 1 })
    const view = exchange.view(start + 5 * minute)
    for (const ticker of view.activeTickers(100)) {
      const { ask, bid } = unwrap(view.ticker(ticker))
      assert.isTrue(bid > 0 && ask > 0, ticker)
    }
  })

  it("if the time moves by three days, acts only in the last 24 hours", () => {
    const exchange = makeCrowded({ traders: 2, pace: 0.1 })
    const end = start + 72 * hour
    const trades: Array<Event> = []
    exchange.subscribe((entry) => {
      if (entry.type === "fill") trades.push(entry)
    })
    const markets = marketsAt(exchange, end)
    assert.isAbove(trades.length, 0)
    assert.isTrue(trades.every(({ atMillis }) => atMillis >= end - 24 * hour))
    // 24 hours have 96 short markets. Four short markets and three others existed at the start.
    assert.isTrue(markets.length > 100 && markets.length < 112, `${markets.length}`)
    const unfinished = markets.filter(
      ({ closeMillis, result }) => closeMillis < end - 2 * minute && result === undefined
    )
    assert.deepStrictEqual(unfinished, [])
  })
})

describe("scoreOf", () => {
  it("stays within its bounds, and moves with its volatility", () => {
    let squares = 0
    const seconds = 20_000
    for (let second = 0; second < seconds; second++) {
      const score = scoreOf(7, "KXA-26-1", 1_800_000_000 + second)
      assert.isAtMost(Math.abs(score), bound)
      squares += (scoreOf(7, "KXA-26-1", 1_800_000_001 + second) - score) ** 2
    }
    const measured = Math.sqrt(squares / seconds)
    assert.isTrue(measured > volatility && measured < 2 * volatility, `${measured}: with jumps`)
  })

  it("depends on the seed and on the name", () => {
    const scores = [scoreOf(1, "a", 1_000), scoreOf(2, "a", 1_000), scoreOf(1, "b", 1_000), scoreOf(1, "a", 1_000)]
    assert.strictEqual(new Set(scores).size, 3)
    assert.strictEqual(scores[0], scores[3])
  })
})

describe("levelsOf", () => {
  const levels = levelsOf([
    { start: 0, end: 1_000, step: 10 },
    { start: 1_000, end: 9_000, step: 100 },
    { start: 9_000, end: 10_000, step: 10 }
  ])

  it("has every price of the ranges once, without $0 and $1", () => {
    assert.deepStrictEqual([levels.length, levels[0], levels.at(-1)], [100 + 80 + 99, 10, 9_990])
  })

  it("finds the closest level at or below a price, and at or above it", () => {
    const found = [15, 1_050, 1_100, 9_999].map((price) => [atOrBelow(levels, price), atOrAbove(levels, price)])
    assert.deepStrictEqual(found, [
      [10, 20],
      [1_000, 1_100],
      [1_100, 1_100],
      [9_990, undefined]
    ])
  })
})
