import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { CommandEntry } from "../../src/exchange/Commands.ts"
import type { Fill, Order, Position } from "../../src/exchange/Entities.ts"
import { Exchange, type LogEntry, type Snapshot } from "../../src/exchange/Exchange.ts"
import { act, type Actors, makeActors } from "../support/actors.ts"
import { makeFloor, seed, start, terms, ticker, unwrap } from "../support/floor.ts"

const assumptions = { transferMillis: 3_000 }

const makeRecorded = (actions: number) => {
  const exchange = new Exchange({ seed: 5, assumptions })
  const log: Array<LogEntry> = []
  exchange.subscribe((entry) => log.push(entry))
  const actors = makeActors(exchange, 6)
  act(exchange, actors, seed, actions)
  return { exchange, actors, log }
}

const isCommand = (entry: LogEntry): entry is CommandEntry => entry.type === "command"

const throughJson = <A>(value: A): A => JSON.parse(JSON.stringify(value)) as A

const replay = (exchange: Exchange, log: ReadonlyArray<LogEntry>): void => {
  for (const { atMillis, command } of throughJson(log.filter(isCommand))) {
    exchange.execute(command, atMillis)
  }
}

describe("Exchange.execute", () => {
  it("rebuilds the state from the logged commands, on an empty exchange", () => {
    const { actors, exchange, log } = makeRecorded(6_000)
    assert.isAbove(log.filter(isCommand).length, 4_000)
    const replayed = new Exchange({ seed: 5, assumptions })
    replay(replayed, log)
    assert.deepStrictEqual(throughJson(replayed.dump(actors.now)), throughJson(exchange.dump(actors.now)))
  })

  it("rebuilds the state from a snapshot and the commands after it", () => {
    const { actors, exchange, log } = makeRecorded(3_000)
    const snapshot: Snapshot = throughJson(exchange.snapshot(actors.now))
    const { length } = log
    act(exchange, actors, seed + 1, 3_000)
    const replayed = Exchange.restore(snapshot, { assumptions })
    replay(replayed, log.slice(length))
    assert.deepStrictEqual(throughJson(replayed.dump(actors.now)), throughJson(exchange.dump(actors.now)))
  })

  it("gives the same state and the same log on a second run", () => {
    const [one, other] = [makeRecorded(2_000), makeRecorded(2_000)]
    assert.deepStrictEqual(other.log, one.log)
    assert.deepStrictEqual(other.exchange.dump(other.actors.now), one.exchange.dump(one.actors.now))
  })

  it("gives the same state with and without a subscriber", () => {
    const { actors, exchange } = makeRecorded(2_000)
    const silent = new Exchange({ seed: 5, assumptions })
    const other = makeActors(silent, 6)
    act(silent, other, seed, 2_000)
    assert.deepStrictEqual(other, actors)
    assert.deepStrictEqual(silent.snapshot(actors.now), exchange.snapshot(actors.now))
  })
})

describe("Exchange.recordCommands", () => {
  it("reports each command, even a refused one, before its execution", () => {
    const exchange = new Exchange({ seed: 5 })
    const recorded: Array<string> = []
    exchange.recordCommands(({ type }, atMillis) => {
      recorded.push(`${type} ${atMillis - start}, ${exchange.view(0).accounts().length} accounts`)
    })
    exchange.execute({ type: "createAccount", name: "one" }, start)
    exchange.execute({ type: "deposit", accountId: "unknown", dollars: "1" }, start + 5)
    // The exchange's time never goes back, so this command is recorded at `start + 5`.
    exchange.execute({ type: "deposit", accountId: "unknown", dollars: "1" }, start)
    exchange.recordCommands(undefined)
    exchange.execute({ type: "createAccount", name: "other" }, start + 10)
    assert.deepStrictEqual(recorded, ["createAccount 0, 0 accounts", "deposit 5, 1 accounts", "deposit 5, 1 accounts"])
  })
})

const clocksOf = (log: ReadonlyArray<LogEntry>) =>
  log.flatMap((entry) => (entry.type === "book" ? [[entry.ticker, entry.clock] as const] : []))

const other = "KXOTHER-26-YES"

/** Makes an exchange with two markets. Two orders rest in the first market. */
const makeTwoMarkets = () => {
  const floor = makeFloor()
  const [maker, taker] = [floor.account("maker"), floor.account("taker")]
  unwrap(floor.execute({ type: "createMarket", market: { ticker: other } }))
  floor.place(maker, terms("ask", 50, 1))
  floor.place(maker, terms("ask", 51, 1))
  const clocks = () => [ticker, other].map((market) => unwrap(floor.view().book(market)).clock)
  return { floor, maker, taker, clocks }
}

describe("the clock (version number) of a book", () => {
  it("rises once for each command or timer that changes a book", () => {
    const { clocks, floor, maker, taker } = makeTwoMarkets()
    assert.deepStrictEqual(clocks(), [2, 0])
    floor.place(maker, terms("bid", 40, 1, { ticker: other, expirationSeconds: start / 1_000 + 5 }))
    floor.place(taker, terms("bid", 52, 3))
    assert.deepStrictEqual(clocks(), [4, 3])
    floor.time += 5_000
    assert.deepStrictEqual(clocks(), [4, 5])
    assert.deepStrictEqual(clocksOf(floor.events), [
      [ticker, 1],
      [ticker, 2],
      [other, 3],
      [ticker, 4],
      [ticker, 4],
      [ticker, 4],
      [other, 5]
    ])
  })

  it("stays the same at a refused command, or without a book change", () => {
    const { clocks, floor, maker, taker } = makeTwoMarkets()
    floor.refused(taker, terms("bid", 51, 3, { timeInForce: "fill_or_kill" }))
    floor.refused(taker, terms("bid", 51, 1, { postOnly: true }))
    assert.isTrue(Result.isFailure(floor.cancel(maker, "none")))
    floor.group(maker, 5)
    assert.strictEqual(
      floor.place(taker, terms("bid", 40, 1, { timeInForce: "immediate_or_cancel" })).status,
      "canceled"
    )
    assert.deepStrictEqual(clocks(), [2, 0])
    floor.place(taker, terms("bid", 40, 1))
    assert.deepStrictEqual(clocks(), [3, 0])
  })

  it("continues after a restored snapshot", () => {
    const { clocks, floor, taker } = makeTwoMarkets()
    const restored = Exchange.restore(throughJson(floor.exchange.snapshot(start)))
    const command = { type: "createOrder", accountId: taker, order: terms("bid", 40, 1) } as const
    floor.place(taker, command.order)
    unwrap(restored.execute(command, start))
    assert.deepStrictEqual(clocks(), [3, 0])
    assert.strictEqual(unwrap(restored.view(start).book(ticker)).clock, 3)
    assert.deepStrictEqual(throughJson(restored.dump(start)), throughJson(floor.exchange.dump(start)))
  })

  it("goes back to 1 at restartClocks, and rises from there", () => {
    const { clocks, floor, maker, taker } = makeTwoMarkets()
    floor.events.length = 0
    unwrap(floor.execute({ type: "restartClocks" }))
    assert.deepStrictEqual(clocks(), [1, 0])
    floor.place(maker, terms("bid", 40, 1, { ticker: other }))
    floor.place(taker, terms("bid", 40, 1))
    assert.deepStrictEqual(clocks(), [3, 2])
    assert.strictEqual(floor.events[0]?.type, "maintenance")
  })

  it("is the same when the logged commands are executed on an empty exchange", () => {
    const { actors, exchange, log } = makeRecorded(1_500)
    exchange.execute({ type: "restartClocks" }, actors.now)
    act(exchange, actors, seed + 1, 1_500)
    const replayed = new Exchange({ seed: 5, assumptions })
    const again: Array<LogEntry> = []
    replayed.subscribe((entry) => again.push(entry))
    replay(replayed, log)
    const clocks = clocksOf(log)
    assert.isAbove(clocks.length, 1_000)
    assert.deepStrictEqual(clocksOf(again), clocks)
    const restart = log.findIndex(({ type }) => type === "maintenance")
    for (const part of [log.slice(0, restart), log.slice(restart)].map(clocksOf)) {
      const values = part.map(([, clock]) => clock)
      assert.deepStrictEqual(
        values,
        values.toSorted((left, right) => left - right)
      )
    }
  })
})

describe("Exchange.userView", () => {
  it("shows the state of readLagMillis ago", () => {
    const readLagMillis = 20_000
    const exchange = new Exchange({ seed: 5, assumptions: { ...assumptions, readLagMillis } })
    const log: Array<LogEntry> = []
    exchange.subscribe((entry) => log.push(entry))
    const actors = makeActors(exchange, 6)
    act(exchange, actors, seed, 2_000)
    const thenMillis = actors.now - readLagMillis
    const earlier = log.filter(({ atMillis }) => atMillis <= thenMillis)
    const replayed = new Exchange({ seed: 5, assumptions })
    replay(replayed, earlier)
    const [lagging, expected] = [exchange.userView(actors.now), replayed.view(thenMillis)]
    assert.strictEqual(lagging.nowMillis, thenMillis)
    for (const accountId of actors.accounts) {
      assert.deepStrictEqual(lagging.balances(accountId), expected.balances(accountId))
      assert.deepStrictEqual(
        lagging.listOrders(accountId, { limit: 1_000 }),
        expected.listOrders(accountId, { limit: 1_000 })
      )
    }
    assert.notDeepEqual(
      actors.accounts.map((accountId) => lagging.balances(accountId)),
      actors.accounts.map((accountId) => exchange.view(actors.now).balances(accountId))
    )
  })

  it("also lags after a snapshot is restored", () => {
    const options = { seed: 5, assumptions: { ...assumptions, readLagMillis: 20_000 } }
    const exchange = new Exchange(options)
    const actors = makeActors(exchange, 6)
    act(exchange, actors, seed, 2_000)
    const reads = (of: Exchange, nowMillis: number) => {
      const view = of.userView(nowMillis)
      return actors.accounts.map((accountId) => [
        view.nowMillis,
        unwrap(view.balances(accountId)),
        unwrap(view.listOrders(accountId, { limit: 1_000 }))
      ])
    }
    unwrap(exchange.execute({ type: "createMarket", market: { ticker, closeMillis: Infinity } }, actors.now))
    unwrap(exchange.execute({ type: "setMarketClose", ticker, closeMillis: Infinity }, actors.now))
    const restored = Exchange.restore(throughJson(exchange.snapshot(actors.now)), options)
    for (const waited of [0, 10_000, 20_000, 30_000]) {
      const now = actors.now + waited
      assert.deepStrictEqual(throughJson(reads(restored, now)), throughJson(reads(exchange, now)), `${waited} ms later`)
    }
    const status = unwrap(restored.userView(actors.now + 30_000).market(ticker)).status
    assert.strictEqual(status, "active")
  })
})

/** The state of an exchange, built only from the events of its log. */
const makeMirror = () => {
  const books = new Map<string, Map<number, number>>()
  const orders = new Map<string, Order>()
  const balances = new Map<string, ReadonlyArray<number>>()
  const positions = new Map<string, Position>()
  const fills = new Map<string, Array<Pick<Fill, "tradeId" | "orderId" | "price" | "count" | "feeMicros">>>()
  const wrong: Array<string> = []

  const addFill = (
    { accountId, orderId }: Order,
    { count, price, tradeId }: LogEntry & { readonly type: "fill" },
    feeMicros: number
  ): void => {
    fills.set(accountId, [...(fills.get(accountId) ?? []), { tradeId, orderId, price, count, feeMicros }])
  }

  const read = (entry: LogEntry): void => {
    switch (entry.type) {
      case "orderAccepted":
      case "orderChanged":
      case "orderCanceled":
        orders.set(entry.order.orderId, entry.order)
        break
      case "fill":
        for (const order of [entry.maker, entry.taker]) {
          orders.set(order.orderId, order)
        }
        addFill(entry.maker, entry, entry.makerFeeMicros)
        addFill(entry.taker, entry, entry.takerFeeMicros)
        break
      case "book": {
        const side = `${entry.ticker} ${entry.side}`
        const levels = books.get(side) ?? new Map<number, number>()
        const count = (levels.get(entry.price) ?? 0) + entry.delta
        if (count !== entry.count) {
          wrong.push(`${side} at ${entry.price}: ${count}, logged as ${entry.count}`)
        }
        levels.delete(entry.price)
        books.set(side, count === 0 ? levels : levels.set(entry.price, count))
        break
      }
      case "balance":
        balances.set(`${entry.accountId} ${entry.subaccount} ${entry.exchangeIndex}`, [
          entry.cashMicros,
          entry.collateralMicros,
          entry.feesMicros
        ])
        break
      case "position":
        positions.set(
          `${entry.position.accountId} ${entry.position.subaccount} ${entry.position.ticker}`,
          entry.position
        )
        break
      default:
    }
  }
  return { books, orders, balances, positions, fills, wrong, read }
}

const compare = (mirror: ReturnType<typeof makeMirror>, exchange: Exchange, { accounts, now }: Actors): void => {
  const view = exchange.view(now)
  assert.deepStrictEqual(mirror.wrong, [])
  for (const market of view.tickers()) {
    const book = unwrap(view.book(market))
    for (const side of ["bid", "ask"] as const) {
      const levels = [...(mirror.books.get(`${market} ${side}`) ?? [])]
      assert.deepStrictEqual(
        levels.toSorted(([left], [right]) => (side === "bid" ? right - left : left - right)),
        book[side]
      )
    }
  }
  // An order's reserved money is not compared, because it changes without an entry in the log when held contracts cover
  // another order.
  const shown = ({ fillCount, orderId, price, remainingCount, status }: Order) => ({
    fillCount,
    orderId,
    price,
    remainingCount,
    status
  })
  for (const { orderId, ...order } of mirror.orders.values()) {
    assert.deepStrictEqual(shown({ orderId, ...order }), shown(unwrap(view.order(order.accountId, orderId))))
  }
  for (const accountId of accounts) {
    for (const balance of unwrap(view.balances(accountId))) {
      assert.deepStrictEqual(
        mirror.balances.get(`${accountId} ${balance.subaccount} ${balance.exchangeIndex}`) ?? [0, 0, 0],
        [balance.cashMicros, balance.collateralMicros, balance.feesMicros]
      )
    }
    for (const subaccount of [0, 1, 2]) {
      const query = { subaccount, settlement: "all", nonZero: [], limit: 1_000 } as const
      for (const position of unwrap(view.allPositions(accountId, query))) {
        assert.deepStrictEqual(mirror.positions.get(`${accountId} ${subaccount} ${position.ticker}`), position)
      }
    }
    const { items } = unwrap(view.listFills(accountId, { limit: 1_000 }))
    assert.deepStrictEqual(
      (mirror.fills.get(accountId) ?? []).slice(-items.length),
      items
        .map(({ count, feeMicros, orderId, price, tradeId }) => ({ tradeId, orderId, price, count, feeMicros }))
        .toReversed()
    )
  }
}

describe("Exchange.subscribe", () => {
  it("logs enough to rebuild books, orders, fills, balances and positions", () => {
    const exchange = new Exchange({ seed: 5, assumptions })
    const mirror = makeMirror()
    exchange.subscribe(mirror.read)
    const actors = makeActors(exchange, 6)
    for (let part = 0; part < 40; part++) {
      act(exchange, actors, seed + part, 100)
      compare(mirror, exchange, actors)
    }
    const sizes = [mirror.books, mirror.orders, mirror.fills, mirror.positions].map(({ size }) => size)
    assert.isTrue(
      sizes.every((size) => size > 5),
      String(sizes)
    )
  })

  it("never changes an entry after its delivery", () => {
    const exchange = new Exchange({ seed: 5, assumptions })
    const log: Array<LogEntry> = []
    const copies: Array<LogEntry> = []
    exchange.subscribe((entry) => {
      log.push(entry)
      copies.push(structuredClone(entry))
    })
    act(exchange, makeActors(exchange, 6), seed, 2_000)
    assert.deepStrictEqual(log, copies)
  })

  it("numbers the entries without a gap, in the order of their times", () => {
    const { log } = makeRecorded(2_000)
    assert.deepStrictEqual(
      log.map(({ seq }) => seq),
      log.map((_, index) => index + 1)
    )
    assert.isTrue(log.every(({ atMillis }, index) => index === 0 || atMillis >= log[index - 1]!.atMillis))
  })

  it("logs a command before its events, and timer events before the next command", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    const log: Array<LogEntry> = []
    floor.exchange.subscribe((entry) => log.push(entry))
    const typesAndTimes = () => log.splice(0).map(({ atMillis, type }) => `${type} ${atMillis - start}`)
    floor.place(maker, terms("ask", 50, 3, { expirationSeconds: start / 1_000 + 5 }))
    assert.deepStrictEqual(typesAndTimes(), ["command 0", "orderAccepted 0", "book 0", "balance 0"])
    floor.place(taker, terms("bid", 50, 1))
    assert.deepStrictEqual(typesAndTimes(), [
      "command 0",
      "orderAccepted 0",
      "book 0",
      "fill 0",
      "balance 0",
      "balance 0",
      "position 0",
      "position 0"
    ])
    floor.time += 6_000
    assert.strictEqual(Result.isFailure(floor.cancel(taker, "none")), true)
    assert.deepStrictEqual(typesAndTimes(), ["book 5000", "orderCanceled 5000", "balance 5000", "command 6000"])
  })

  it("logs positions after each fill, and the resting order's client id", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    floor.place(maker, terms("ask", 50, 1))
    floor.place(maker, terms("ask", 51, 1, { clientOrderId: "mine" }))
    floor.place(taker, terms("bid", 51, 2))
    assert.deepStrictEqual(
      floor.events.flatMap((event) => (event.type === "fill" ? [[event.makerPosition, event.takerPosition]] : [])),
      [
        [-100, 100],
        [-200, 200]
      ]
    )
    assert.deepStrictEqual(
      floor.events.flatMap((event) => (event.type === "book" ? [[event.price, event.delta, event.clientOrderId]] : [])),
      [
        [5_000, 100, undefined],
        [5_100, 100, "mine"],
        [5_000, -100, undefined],
        [5_100, -100, "mine"]
      ]
    )
  })

  it("logs payments and transfers, and the balances that they change", () => {
    const floor = makeFloor({ assumptions: { transferMillis: 1_000 } })
    const accountId = floor.account("one", "10")
    const { exchange } = floor
    unwrap(exchange.execute({ type: "createSubaccount", accountId, exchangeIndex: 0 }, start))
    floor.events.length = 0
    unwrap(exchange.execute({ type: "withdraw", accountId, dollars: "1" }, start))
    const transfer = { fromSubaccount: 0, toSubaccount: 1, amountMicros: 2_000_000, exchangeIndex: 0 }
    unwrap(
      exchange.execute({ type: "transferCash", accountId, transfer: { clientTransferId: "a", ...transfer } }, start)
    )
    const source = { instance: "event_contract", exchangeIndex: 0, subaccount: 0 } as const
    const destination = { ...source, exchangeIndex: 1 }
    unwrap(
      exchange.execute(
        {
          type: "transferShard",
          accountId,
          transfer: { clientTransferId: undefined, source, destination, amountMicros: 3_000_000 }
        },
        start
      )
    )
    exchange.view(start + 1_000)
    assert.deepStrictEqual(
      floor.events.map((event) =>
        event.type === "balance"
          ? [event.type, event.subaccount, event.exchangeIndex, event.cashMicros]
          : event.type === "shardTransfer"
            ? [event.type, event.transfer.complete]
            : [event.type]
      ),
      [
        ["payment"],
        ["balance", 0, 0, 9_000_000],
        ["subaccountTransfer"],
        ["balance", 0, 0, 7_000_000],
        ["balance", 1, 0, 2_000_000],
        ["shardTransfer", false],
        ["balance", 0, 0, 4_000_000],
        ["shardTransfer", true],
        ["balance", 0, 1, 3_000_000]
      ]
    )
  })

  it("logs a created event, the state of a market after each change, and a pause", () => {
    const { events, exchange } = makeFloor()
    unwrap(exchange.execute({ type: "determineMarket", ticker, outcome: "yes" }, start))
    unwrap(exchange.execute({ type: "setActive", trading: false, exchangeIndex: 2 }, start))
    assert.deepStrictEqual(
      events.flatMap((event): ReadonlyArray<ReadonlyArray<unknown>> =>
        event.type === "market"
          ? [[event.change, event.market.status, event.market.result]]
          : event.type === "eventCreated"
            ? [[event.event.eventTicker]]
            : event.type === "status"
              ? [[event.exchangeIndex, event.exchangeActive, event.tradingActive]]
              : []
      ),
      [
        ["KXTEST-26"],
        ["created", "active", undefined],
        ["closed", "closed", undefined],
        ["determined", "determined", "yes"],
        [2, true, false]
      ]
    )
  })

  it("creates no entries without a subscriber, and continues the numbering at the next subscription", () => {
    const exchange = new Exchange({ seed: 7 })
    const createAccount = (name: string) => unwrap(exchange.execute({ type: "createAccount", name }, start))
    const log: Array<LogEntry> = []
    const end = exchange.subscribe((entry) => log.push(entry))
    createAccount("one")
    const { seq } = log.at(-1)!
    end()
    log.length = 0
    createAccount("other")
    assert.deepStrictEqual(log, [])
    exchange.subscribe((entry) => log.push(entry))
    createAccount("third")
    assert.strictEqual(log[0]?.seq, seq + 1)
  })

  it("lets a subscriber execute a command, and then delivers the entries of this command to another subscriber", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    const log: Array<string> = []
    floor.exchange.subscribe((entry) => {
      if (entry.type === "orderAccepted" && entry.order.accountId === maker) {
        floor.place(taker, terms("bid", 50, 1))
      }
    })
    floor.exchange.subscribe(({ type }) => log.push(type))
    floor.place(maker, terms("ask", 50, 1))
    assert.deepStrictEqual(
      log.filter((type) => type !== "balance" && type !== "position"),
      ["command", "orderAccepted", "book", "command", "orderAccepted", "book", "fill"]
    )
  })

  it("throws the error of a subscriber, but keeps the state and delivers every entry", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const log: Array<string> = []
    const all = ["command", "orderAccepted", "book", "balance"]
    floor.exchange.subscribe(({ type }) => log.push(type))
    floor.exchange.subscribe(({ type }) => {
      if (type === "orderAccepted" || type === "book") {
        throw new Error(`the subscriber failed at ${type}`)
      }
    })
    floor.exchange.subscribe(({ type }) => log.push(type))
    assert.throws(() => floor.place(one, terms("bid", 50, 1)), "the subscriber failed at orderAccepted")
    assert.deepStrictEqual(floor.book().bid, [[5_000, 100]])
    assert.deepStrictEqual(
      log,
      all.flatMap((type) => [type, type])
    )
    floor.view()
    assert.strictEqual(log.length, 8)
  })
})
