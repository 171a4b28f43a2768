import { assert, describe, it } from "@effect/vitest"
import type * as Fees from "@kalshi-effect/client/Fees"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type { Event, Refusal } from "../src/exchange/Entities.ts"
import { Exchange } from "../src/exchange/Exchange.ts"
import { Model, type ModelPlace } from "./support/model.ts"
import { seed, start, terms, ticker, unwrap } from "./support/floor.ts"

type Command =
  | ({ readonly do: "place"; readonly in: number } & Omit<ModelPlace, "expiresAt" | "group">)
  | { readonly do: "cancel"; readonly order: number; readonly account: number }
  | { readonly do: "cancelAll"; readonly account: number }
  | { readonly do: "decrease"; readonly order: number; readonly by: number }
  | {
      readonly do: "amend"
      readonly order: number
      readonly price: number
      readonly count: number
      readonly expiry: number
    }
  | { readonly do: "wait"; readonly millis: number }
  | { readonly do: "createGroup"; readonly account: number; readonly limit: number }
  | { readonly do: "setLimit"; readonly group: number; readonly limit: number }
  | { readonly do: "trigger" | "reset" | "delete"; readonly group: number }

/** The initial deposits: one account can always pay, the others often cannot. */
const deposits = ["1000000", "14.50", "4.003"]
const account = fc.nat(deposits.length - 1)
const order = fc.nat(60)
const group = fc.nat(5)
const limit = fc.integer({ min: 100, max: 1_500 })
/** Odd prices and counts, so that fees and balances are rounded. */
const price = fc.integer({ min: 4_998, max: 5_003 })
const count = fc.integer({ min: 1, max: 600 })

const place = fc.record({
  do: fc.constant("place" as const),
  account,
  side: fc.constantFrom("bid" as const, "ask" as const),
  price,
  count,
  tif: fc.constantFrom("good_till_canceled", "good_till_canceled", "immediate_or_cancel", "fill_or_kill"),
  stp: fc.constantFrom("taker_at_cross" as const, "maker" as const),
  postOnly: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  reduceOnly: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  in: fc.nat(11)
})

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 20, arbitrary: place },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cancel" as const), order, account }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancelAll" as const), account }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("decrease" as const), order, by: fc.nat(300) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("amend" as const), order, price, count, expiry: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), millis: fc.integer({ min: 1, max: 9_000 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("createGroup" as const), account, limit }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("setLimit" as const), group, limit }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("trigger" as const, "reset" as const, "delete" as const), group })
  }
)

interface Rules {
  readonly rounding: Fees.Rounding
  readonly member: "direct" | "other"
}

const usual: Rules = { rounding: "microdollar", member: "direct" }

const codeOf = <A>(result: Result.Result<A, Refusal>): string | undefined =>
  Result.isFailure(result) ? result.failure.code : undefined

/** An exchange and the model, which execute the same commands. Orders and groups are named by their index. */
const makePair = ({ member, rounding }: Rules = usual) => {
  const events: Array<Event> = []
  const assumptions = { feeRounding: rounding, balanceSteps: member === "direct" ? "centicent" : "cent" } as const
  const exchange = new Exchange({ seed: 1, assumptions, onEvent: (event) => events.push(event) })
  const priceRanges = [{ start: "0.00", end: "1.00", step: "0.0001" }]
  unwrap(exchange.execute({ type: "createMarket", market: { ticker, makerFeeRate: 175, priceRanges } }, start))
  const accountIds = deposits.map(
    (dollars, n) => unwrap(exchange.execute({ type: "createAccount", name: `a${n}`, dollars }, start)).accountId
  )
  const groupIds: Array<string> = []
  const money = deposits.map((dollars) => Math.round(Number(dollars) * 1_000_000))
  const model = new Model(start, money, rounding, member)
  const refused = new Map<string, number>()

  const agree = (result: string | undefined, expected: string | undefined): void => {
    assert.strictEqual(result, expected)
    refused.set(expected ?? "done", (refused.get(expected ?? "done") ?? 0) + 1)
  }

  /** An expiry on a whole second, as on the wire. */
  const soon = () => Math.ceil(model.now / 1_000) * 1_000 + 4_000

  /** Most numbers select a resting order, some any order or none. */
  const choose = (number: number): number => {
    const resting = [...model.orders.keys()].filter((place) => model.orders[place]!.status === "resting")
    return number < 30 ? (resting[number % Math.max(1, resting.length)] ?? number) : number - 30
  }

  const apply = (command: Command): void => {
    switch (command.do) {
      case "place": {
        const { in: choice, ...order } = command
        const inGroup = model.groups.length === 0 || choice >= 8 ? undefined : choice % model.groups.length
        const gtc = command.tif === "good_till_canceled"
        const expiresAt = gtc && command.count % 5 === 0 ? soon() : Infinity
        const postOnly = gtc && command.postOnly
        const reduceOnly = command.tif === "immediate_or_cancel" && command.reduceOnly
        const expected = model.place({ ...order, postOnly, reduceOnly, expiresAt, group: inGroup })
        const result = exchange.execute(
          {
            type: "createOrder",
            accountId: accountIds[command.account]!,
            order: terms(command.side, command.price / 100, command.count / 100, {
              timeInForce: command.tif,
              selfTradePrevention: command.stp,
              postOnly,
              reduceOnly,
              expirationSeconds: expiresAt === Infinity ? undefined : expiresAt / 1_000,
              orderGroupId: inGroup === undefined ? undefined : groupIds[inGroup]
            })
          },
          model.now
        )
        return agree(codeOf(result), expected)
      }
      case "cancel": {
        const result = exchange.execute(
          { type: "cancelOrder", accountId: accountIds[command.account]!, target: targetOf(command.order) },
          model.now
        )
        assert.strictEqual(Result.isSuccess(result), model.cancel(command.order, command.account))
        return
      }
      case "cancelAll": {
        const canceled = unwrap(
          exchange.execute({ type: "cancelAllOrders", accountId: accountIds[command.account]! }, model.now)
        )
        assert.strictEqual(canceled, model.cancelAll(command.account))
        return
      }
      case "decrease": {
        const place = choose(command.order)
        const owner = model.orders[place]?.account ?? 0
        const left = Math.max(0, (model.orders[place]?.remaining ?? 0) - command.by)
        const by = { reduceBy: command.by, reduceTo: undefined }
        // Every other time the same decrease is written with the other field.
        const how = command.by % 2 === 0 || left === 0 ? by : { reduceBy: undefined, reduceTo: left }
        const result = exchange.execute(
          { type: "decreaseOrder", accountId: accountIds[owner]!, order: { ...targetOf(place), ...how } },
          model.now
        )
        return agree(codeOf(result), model.decrease(place, owner, command.by))
      }
      case "amend": {
        const place = choose(command.order)
        const target = model.orders[place]
        const owner = target?.account ?? 0
        const expiresAt = command.expiry === 0 ? Infinity : command.expiry === 1 ? soon() : undefined
        const input = {
          orderId: orderIds()[place] ?? "none",
          subaccount: 0,
          exchangeIndex: undefined,
          ticker,
          side: target?.side ?? "bid",
          price: command.price,
          count: command.count,
          clientOrderId: undefined,
          updatedClientOrderId: undefined,
          expirationSeconds: expiresAt === undefined ? undefined : expiresAt === Infinity ? 0 : expiresAt / 1_000
        } as const
        const result = exchange.execute({ type: "amendOrder", accountId: accountIds[owner]!, order: input }, model.now)
        return agree(codeOf(result), model.amend(place, owner, { ...command, expiresAt }))
      }
      case "wait":
        return model.wait(command.millis)
      case "createGroup": {
        const { account, limit } = command
        const made = exchange.execute(
          { type: "createGroup", accountId: accountIds[account]!, group: { subaccount: 0, limit, exchangeIndex: 0 } },
          model.now
        )
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
            ? exchange.execute({ type: "setGroupLimit", accountId: owner, target, limit: command.limit }, model.now)
            : exchange.execute({ type: `${command.do}Group`, accountId: owner, target }, model.now)
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
  const targetOf = (order: number) => ({
    orderId: orderIds()[order] ?? "none",
    subaccount: 0,
    exchangeIndex: undefined,
    marketTicker: undefined
  })

  /** Compares everything that an account can see, and the events, with the model. */
  const compare = (): void => {
    const view = exchange.view(model.now)
    assert.deepStrictEqual<unknown>(unwrap(view.book(ticker)), { bid: model.book("bid"), ask: model.book("ask") })
    const ids = orderIds()
    const orders = ids.map((id, place) => unwrap(view.order(accountIds[model.orders[place]!.account]!, id)))
    assert.deepStrictEqual(
      orders.map(({ fillCount, price, remainingCount, status }) => [status, price, fillCount, remainingCount]),
      model.orders.map(({ filled, price, remaining, status }) => [status, price, filled, remaining])
    )
    model.orders.forEach((order, place) => {
      const found = view.queuePosition(accountIds[order.account]!, ids[place]!)
      assert.strictEqual(
        Result.isSuccess(found) ? found.success.count : undefined,
        order.status === "resting" ? model.ahead(order) : undefined
      )
    })
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
      const shown = view.group(accountIds[group.account]!, groupIds[place]!, undefined)
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
    assert.deepStrictEqual(
      holdings().map(({ cashMicros, collateralMicros, feesMicros, positions }) => [
        cashMicros,
        collateralMicros,
        feesMicros,
        positions[ticker] ?? 0
      ]),
      model.accounts.map(({ fees, money, position }, account) => {
        const reserved = model.reserved(account)
        return [BigInt(money - reserved), BigInt(reserved), BigInt(fees), position]
      })
    )
  }

  const holdings = () => accountIds.map((accountId) => unwrap(exchange.view(model.now).portfolio(accountId)))
  return { exchange, model, events, apply, compare, holdings, refused }
}

const pick = ({ limit, triggered, windowCount }: { limit: number; triggered: boolean; windowCount: number }) => ({
  limit,
  triggered,
  windowCount
})

const commands = fc.array(command, { minLength: 20, maxLength: 80, size: "max" })

/** Fails with the seed and the path that replay the counterexample. */
const forAll = (runs: number, law: (commands: ReadonlyArray<Command>) => void): void =>
  fc.assert(fc.property(commands, law), { seed, numRuns: runs })

describe("Exchange, compared with a model", () => {
  it("fills, rests, pays, cancels and triggers like the model, after every command", () => {
    const seen = { fills: 0, triggers: 0, expiries: 0, killed: 0, selfTrades: 0, amended: 0, decreased: 0, poor: 0 }
    forAll(500, (commands) => {
      const pair = makePair()
      for (const command of commands) {
        pair.apply(command)
        pair.compare()
      }
      const canceled = (reason: string) =>
        pair.events.filter((event) => event.type === "orderCanceled" && event.order.cancelReason === reason).length
      const changed = (change: string) =>
        pair.events.filter((event) => event.type === "orderChanged" && event.change === change).length
      seen.fills += pair.model.fills.length
      seen.triggers += canceled("orderGroup")
      seen.expiries += canceled("expired")
      seen.selfTrades += canceled("selfTrade")
      seen.killed += canceled("immediateOrCancel")
      seen.amended += changed("amend")
      seen.decreased += changed("decrease")
      seen.poor += pair.refused.get("insufficient_balance") ?? 0
    })
    // The random commands cover every kind of event.
    for (const [what, times] of Object.entries(seen)) {
      assert.isAbove(times, 50, what)
    }
  })

  it.each<Rules>([
    { rounding: "microdollar", member: "other" },
    { rounding: "centicent", member: "direct" },
    { rounding: "centicent", member: "other" }
  ])("rounds fees as the client computes them: $rounding, $member", (rules) => {
    forAll(60, (commands) => {
      const { apply, compare } = makePair(rules)
      commands.forEach(apply)
      compare()
    })
  })

  it("never fills an order beyond its limit price", () => {
    forAll(100, (commands) => {
      const { apply, events } = makePair()
      commands.forEach(apply)
      for (const event of events) {
        if (event.type === "fill") {
          for (const order of [event.maker, event.taker]) {
            assert.isTrue(order.side === "bid" ? event.price <= order.price : event.price >= order.price)
          }
        }
      }
    })
  })

  it("keeps the open interest of YES and NO equal and conserves money, also when settled at any value", () => {
    forAll(100, (commands) => {
      const { apply, exchange, holdings, model } = makePair()
      const total = () =>
        holdings().reduce(
          (sum, { cashMicros, collateralMicros, feesMicros }) => sum + cashMicros + collateralMicros + feesMicros,
          0n
        )
      const deposited = total()
      for (const command of commands) {
        apply(command)
        const positions = holdings().map((holding) => holding.positions[ticker] ?? 0)
        const yes = positions.filter((position) => position > 0).reduce((sum, position) => sum + position, 0)
        assert.strictEqual(
          positions.reduce((sum, position) => sum + position, 0),
          0
        )
        assert.strictEqual(unwrap(exchange.view(model.now).market(ticker)).openInterest, yes)
        assert.strictEqual(total() + BigInt(yes * 10_000), deposited)
      }
      const value = (commands.length * 1_237) % 10_001
      const text = (value / 10_000).toFixed(4)
      unwrap(exchange.execute({ type: "determineMarket", ticker, outcome: { scalar: text } }, model.now))
      unwrap(exchange.execute({ type: "settleMarket", ticker }, model.now))
      model.settle(value)
      assert.deepStrictEqual(
        holdings().map(({ cashMicros, collateralMicros, feesMicros }) => [cashMicros, collateralMicros, feesMicros]),
        model.accounts.map(({ fees, money }) => [BigInt(money), 0n, BigInt(fees)])
      )
      assert.strictEqual(total(), deposited)
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

  it("changes nothing when an order is cancelled twice", () => {
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
