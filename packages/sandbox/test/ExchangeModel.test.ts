import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { Exchange, type Event } from "../src/Exchange.ts"
import { Model, type ModelPlace } from "./support/model.ts"
import { seed, start, terms, ticker, unwrap } from "./support/floor.ts"

type Command =
  | ({ readonly do: "place"; readonly in: number } & Omit<ModelPlace, "expiresAt" | "group">)
  | { readonly do: "cancel"; readonly order: number; readonly account: number }
  | { readonly do: "wait"; readonly millis: number }
  | { readonly do: "createGroup"; readonly account: number; readonly limit: number }
  | { readonly do: "setLimit"; readonly group: number; readonly limit: number }
  | { readonly do: "trigger" | "reset" | "delete"; readonly group: number }

const accounts = 3
const account = fc.nat(accounts - 1)
const group = fc.nat(5)
const limit = fc.integer({ min: 100, max: 1_500 })

const place = fc.record({
  do: fc.constant("place" as const),
  account,
  side: fc.constantFrom("bid" as const, "ask" as const),
  price: fc.integer({ min: 48, max: 52 }).map((cents) => cents * 100),
  count: fc.integer({ min: 1, max: 600 }),
  tif: fc.constantFrom("good_till_canceled", "good_till_canceled", "immediate_or_cancel", "fill_or_kill"),
  stp: fc.constantFrom("taker_at_cross" as const, "maker" as const),
  postOnly: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  in: fc.nat(11)
})

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 20, arbitrary: place },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cancel" as const), order: fc.nat(40), account }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), millis: fc.integer({ min: 1, max: 9_000 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("createGroup" as const), account, limit }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("setLimit" as const), group, limit }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("trigger" as const, "reset" as const, "delete" as const), group })
  }
)

/** An exchange beside the model, told the same things. Orders and groups are known by their place in line. */
const makePair = () => {
  const events: Array<Event> = []
  const exchange = new Exchange({ seed: 1, onEvent: (event) => events.push(event) })
  unwrap(exchange.createMarket({ ticker, makerFeeRate: 175 }, start))
  const accountIds = Array.from(
    { length: accounts },
    (_, n) => unwrap(exchange.createAccount(`a${n}`, start)).accountId
  )
  const groupIds: Array<string> = []
  const model = new Model(start)

  const apply = (command: Command): void => {
    switch (command.do) {
      case "place": {
        const { in: choice, ...order } = command
        const inGroup = model.groups.length === 0 || choice >= 8 ? undefined : choice % model.groups.length
        const gtc = command.tif === "good_till_canceled"
        const expiresAt = gtc && command.count % 5 === 0 ? Math.ceil(model.now / 1_000) * 1_000 + 4_000 : Infinity
        const postOnly = gtc && command.postOnly
        const expected = model.place({ ...order, postOnly, expiresAt, group: inGroup })
        const result = exchange.createOrder(
          accountIds[command.account]!,
          terms(command.side, command.price / 100, command.count / 100, {
            timeInForce: command.tif,
            selfTradePrevention: command.stp,
            postOnly,
            expirationSeconds: expiresAt === Infinity ? undefined : expiresAt / 1_000,
            orderGroupId: inGroup === undefined ? undefined : groupIds[inGroup]
          }),
          model.now
        )
        assert.strictEqual(Result.isFailure(result) ? result.failure.code : undefined, expected)
        return
      }
      case "cancel": {
        const orderId = orderIds()[command.order] ?? "none"
        const target = { orderId, subaccount: 0, exchangeIndex: undefined, marketTicker: undefined }
        const result = exchange.cancelOrder(accountIds[command.account]!, target, model.now)
        assert.strictEqual(Result.isSuccess(result), model.cancel(command.order, command.account))
        return
      }
      case "wait":
        return model.wait(command.millis)
      case "createGroup": {
        const { account, limit } = command
        const made = exchange.createGroup(accountIds[account]!, { subaccount: 0, limit, exchangeIndex: 0 }, model.now)
        groupIds.push(unwrap(made).groupId)
        model.groups.push({ account, limit, triggered: false, deleted: false, fills: [] })
        return
      }
      default: {
        const group = model.groups[command.group]
        const owner = accountIds[group?.account ?? 0]!
        const target = { groupId: groupIds[command.group] ?? "none", subaccount: 0, exchangeIndex: 0 }
        const known = group !== undefined && !group.deleted
        const result =
          command.do === "setLimit"
            ? exchange.setGroupLimit(owner, target, command.limit, model.now)
            : exchange[`${command.do}Group`](owner, target, model.now)
        assert.strictEqual(Result.isSuccess(result), known)
        if (known && command.do === "setLimit") {
          model.setLimit(group, command.limit)
        } else if (known && command.do !== "setLimit") {
          model[command.do](group)
        }
      }
    }
  }

  const orderIds = () => events.flatMap((event) => (event.type === "orderAccepted" ? [event.orderId] : []))
  const orderOf = (orderId: string, place: number) =>
    unwrap(exchange.order(accountIds[model.orders[place]!.account]!, orderId, model.now))

  /** Everything an account can see, and what the events told, against the model. */
  const compare = (): void => {
    assert.deepStrictEqual<unknown>(unwrap(exchange.book(ticker, model.now)), {
      bid: model.book("bid"),
      ask: model.book("ask")
    })
    const ids = orderIds()
    assert.deepStrictEqual(
      ids.map(orderOf).map(({ fillCount, remainingCount, status }) => [status, fillCount, remainingCount]),
      model.orders.map(({ filled, remaining, status }) => [status, filled, remaining])
    )
    assert.deepStrictEqual(
      events.flatMap((event) =>
        event.type === "fill"
          ? [
              {
                maker: ids.indexOf(event.maker.orderId),
                taker: ids.indexOf(event.taker.orderId),
                price: event.price,
                count: event.count
              }
            ]
          : []
      ),
      model.fills
    )
    model.groups.forEach((group, place) => {
      const shown = exchange.group(accountIds[group.account]!, groupIds[place]!, undefined, model.now)
      assert.deepStrictEqual(
        Result.isFailure(shown)
          ? "none"
          : { ...pick(shown.success), orders: shown.success.orderIds.map((id) => ids.indexOf(id)) },
        group.deleted
          ? "none"
          : {
              limit: group.limit,
              triggered: group.triggered,
              windowCount: model.window(group),
              orders: model.orders.flatMap((order, n) =>
                order.group === group && order.status === "resting" ? [n] : []
              )
            }
      )
    })
  }

  const holdings = () => accountIds.map((accountId) => unwrap(exchange.portfolio(accountId)))
  return { exchange, model, events, apply, compare, holdings }
}

const pick = ({ limit, triggered, windowCount }: { limit: number; triggered: boolean; windowCount: number }) => ({
  limit,
  triggered,
  windowCount
})

const commands = fc.array(command, { minLength: 20, maxLength: 80, size: "max" })

/** Fails with a line that replays the counterexample: the seed and the path. */
const forAll = (runs: number, law: (commands: ReadonlyArray<Command>) => void): void =>
  fc.assert(fc.property(commands, law), { seed, numRuns: runs })

describe("Exchange, against a model", () => {
  it("fills, rests, cancels and triggers as the model does, after every command", () => {
    const seen = { fills: 0, triggers: 0, expiries: 0, killed: 0, selfTrades: 0 }
    forAll(500, (commands) => {
      const pair = makePair()
      for (const command of commands) {
        pair.apply(command)
        pair.compare()
      }
      const canceled = (reason: string) =>
        pair.events.filter((event) => event.type === "orderCanceled" && event.order.cancelReason === reason).length
      seen.fills += pair.model.fills.length
      seen.triggers += canceled("orderGroup")
      seen.expiries += canceled("expired")
      seen.selfTrades += canceled("selfTrade")
      seen.killed += canceled("immediateOrCancel")
    })
    // The commands reach everything they are meant to reach.
    for (const [what, times] of Object.entries(seen)) {
      assert.isAbove(times, 50, what)
    }
  })

  it("never fills an order beyond its limit price or its count", () => {
    forAll(100, (commands) => {
      const { apply, events } = makePair()
      commands.forEach(apply)
      for (const event of events) {
        if (event.type === "fill") {
          for (const order of [event.maker, event.taker]) {
            assert.isTrue(order.side === "bid" ? event.price <= order.price : event.price >= order.price)
            assert.isAtMost(order.fillCount, order.initialCount)
          }
        }
      }
    })
  })

  it("keeps open interest of YES and NO equal, and every micro-dollar", () => {
    forAll(100, (commands) => {
      const { apply, holdings } = makePair()
      for (const command of commands) {
        apply(command)
        const held = holdings()
        const positions = held.map((holding) => holding.positions[ticker] ?? 0)
        const yes = positions.filter((position) => position > 0).reduce((sum, position) => sum + position, 0)
        assert.strictEqual(
          positions.reduce((sum, position) => sum + position, 0),
          0
        )
        const total = held.reduce((sum, { cashMicros, feesMicros }) => sum + cashMicros + feesMicros, 0n)
        assert.strictEqual(total + BigInt(yes * 10_000), BigInt(accounts) * 1_000_000_000_000n)
      }
    })
  })

  it("gives the same dump for the same seed and commands", () => {
    const run = (commands: ReadonlyArray<Command>) => {
      const { apply, exchange, model } = makePair()
      commands.forEach(apply)
      return JSON.stringify(exchange.dump(model.now))
    }
    forAll(50, (commands) => assert.strictEqual(run(commands), run(commands)))
  })

  it("changes nothing by cancelling twice", () => {
    forAll(50, (commands) => {
      const { apply, exchange, model } = makePair()
      commands.forEach(apply)
      model.orders.forEach(({ account }, order) => apply({ do: "cancel", order, account }))
      const once = JSON.stringify(exchange.dump(model.now))
      model.orders.forEach(({ account }, order) => apply({ do: "cancel", order, account }))
      assert.strictEqual(JSON.stringify(exchange.dump(model.now)), once)
    })
  })
})
