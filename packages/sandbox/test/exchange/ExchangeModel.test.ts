import { assert, describe, it } from "@effect/vitest"
import type * as Fees from "@kalshi-effect/client/Fees"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type { Command as AnyCommand, CommandType, CreateCollection } from "../../src/exchange/Commands.ts"
import type { Event, Refusal } from "../../src/exchange/Entities.ts"
import { Exchange } from "../../src/exchange/Exchange.ts"
import type { View } from "../../src/exchange/View.ts"
import { Model, type ModelBlock, type ModelPlace, type Rates, usualRates } from "../support/model.ts"
import { seed, start, terms, ticker, unwrap } from "../support/floor.ts"

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
  | ({ readonly do: "propose"; readonly proposer: number; readonly in: number } & Omit<
      ModelBlock,
      "accepted" | "expiresAt"
    >)
  | {
      readonly do: "createRfq"
      readonly account: number
      readonly count: number
      readonly sizing: "count" | "cost" | "costWithoutFees"
      readonly rests: boolean
      readonly replaces: boolean
    }
  | {
      readonly do: "quote"
      readonly rfq: number
      readonly account: number
      readonly yesBid: number
      readonly noBid: number
      readonly rests: boolean
      readonly postOnly: boolean
    }
  | { readonly do: "accept"; readonly quote: number; readonly account: number; readonly side: "yes" | "no" }
  | { readonly do: "confirm"; readonly quote: number; readonly account: number }
  | { readonly do: "acceptBlock"; readonly target: number; readonly account: number }
  | { readonly do: "deleteRfq"; readonly target: number; readonly account: number }
  | { readonly do: "deleteQuote"; readonly target: number; readonly account: number }

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

const target = fc.nat(39)
const side = fc.constantFrom("yes" as const, "no" as const)
const rarely = fc.integer({ min: 0, max: 5 }).map((n) => n === 0)
/** The size of a block trade or an RFQ. Accounts often cannot pay for two of them. */
const size = fc.integer({ min: 1, max: 1_200 })
/** Zero declines a side. */
const bid = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 4_996, max: 5_001 }) },
  { weight: 1, arbitrary: fc.constant(0) }
)

/** Most proposals name two different parties, and one of them makes the proposal. */
const block = fc
  .record({
    do: fc.constant("propose" as const),
    proposer: account,
    buyer: account,
    seller: account,
    makerSide: side,
    price,
    count: size,
    in: fc.integer({ min: -1, max: 20 }),
    isOdd: rarely
  })
  .map(({ isOdd, ...terms }) => {
    const seller = (terms.buyer + 1 + (terms.seller % (deposits.length - 1))) % deposits.length
    return isOdd ? terms : { ...terms, seller, proposer: terms.count % 2 === 0 ? terms.buyer : seller }
  })
const rfq = fc.record({
  do: fc.constant("createRfq" as const),
  account,
  count: size,
  sizing: fc.constantFrom("count" as const, "cost" as const, "costWithoutFees" as const),
  rests: fc.boolean(),
  replaces: fc.boolean()
})
const quote = fc.record({
  do: fc.constant("quote" as const),
  rfq: target,
  account,
  yesBid: bid,
  noBid: bid,
  rests: fc.boolean(),
  postOnly: rarely
})

const agreement: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: block },
  { weight: 7, arbitrary: fc.record({ do: fc.constant("acceptBlock" as const), target, account }) },
  { weight: 4, arbitrary: rfq },
  { weight: 9, arbitrary: quote },
  { weight: 7, arbitrary: fc.record({ do: fc.constant("accept" as const), quote: target, account, side }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("confirm" as const), quote: target, account }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("deleteRfq" as const, "deleteQuote" as const), target, account })
  }
)

const orderCommand: fc.Arbitrary<Command> = fc.oneof(
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

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 15, arbitrary: orderCommand },
  { weight: 25, arbitrary: agreement },
  // These waits are long enough to execute a quote, or just long enough to confirm it too late.
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      millis: fc.constantFrom(1_000, 3_000, 15_000, 17_500, 30_000, 30_001)
    })
  }
)

interface Rules {
  readonly rounding: Fees.Rounding
  readonly member: "direct" | "other"
  readonly rates?: Rates
  /** Whether the market is a combo of the markets `KXA-26-YES` and `KXB-26-YES`. */
  readonly isCombo?: boolean
  /** Whether a quote must be confirmed within 3 seconds, and is executed 1 second later. Combos are always volatile. */
  readonly isVolatile?: boolean
}

const legs = [
  { marketTicker: "KXA-26-YES", eventTicker: "KXA-26", side: "yes" },
  { marketTicker: "KXB-26-YES", eventTicker: "KXB-26", side: "no" }
] as const

const usual: Rules = { rounding: "microdollar", member: "direct" }

const codeOf = <A>(result: Result.Result<A, Refusal>): string | undefined =>
  Result.isFailure(result) ? result.failure.code : undefined

/** An exchange and the model, which execute the same commands. Orders and groups are named by their index. */
class Pair {
  readonly events: Array<Event> = []
  readonly exchange: Exchange
  readonly model: Model
  readonly refused = new Map<string, number>()
  readonly ticker: string
  readonly #accountIds: ReadonlyArray<string>
  readonly #groupIds: Array<string> = []
  readonly #blockIds: Array<string> = []
  readonly #rfqIds: Array<string> = []
  readonly #quoteIds: Array<string> = []

  constructor({ isCombo = false, isVolatile = isCombo, member, rates = usualRates, rounding }: Rules = usual) {
    const assumptions = { feeRounding: rounding, balanceSteps: member === "direct" ? "centicent" : "cent" } as const
    const exchange = new Exchange({ seed: 1, assumptions, onEvent: (event) => this.events.push(event) })
    const priceRanges = [{ start: "0.00", end: "1.00", step: "0.0001" }]
    const feeRates = { takerFeeRate: rates.taker / 100, makerFeeRate: rates.maker / 100 }
    unwrap(
      exchange.execute(
        { type: "createMarket", market: { ticker, ...feeRates, priceRanges, isHighlyVolatile: isVolatile } },
        start
      )
    )
    this.exchange = exchange
    this.#accountIds = deposits.map(
      (dollars, n) => unwrap(exchange.execute({ type: "createAccount", name: `a${n}`, dollars }, start)).accountId
    )
    const money = deposits.map((dollars) => Math.round(Number(dollars) * 1_000_000))
    this.ticker = isCombo ? this.#createCombo(priceRanges) : ticker
    this.model = new Model(start, money, rounding, member, rates, isVolatile)
  }

  #createCombo(priceRanges: NonNullable<CreateCollection["priceRanges"]>): string {
    const run = <Type extends CommandType>(command: AnyCommand<Type> & AnyCommand) =>
      unwrap(this.exchange.execute<Type>(command, start))
    for (const { marketTicker } of legs) {
      run({ type: "createMarket", market: { ticker: marketTicker } })
    }
    const collectionTicker = "KXMVE-R"
    run({ type: "createSeries", series: { ticker: "KXMVE", feeType: "quadratic_with_maker_fees" } })
    run({
      type: "createCollection",
      collection: { collectionTicker, exchangeIndex: 0, priceRanges, associatedEvents: legs }
    })
    return run({ type: "createCombo", accountId: this.#accountIds[0]!, collectionTicker, legs }).ticker
  }

  readonly apply = (command: Command): void => {
    switch (command.do) {
      case "place":
        return this.#place(command)
      case "cancel":
        return this.#cancel(command)
      case "cancelAll":
        return this.#cancelAll(command)
      case "decrease":
        return this.#decrease(command)
      case "amend":
        return this.#amend(command)
      case "wait":
        return this.#wait(command.millis)
      case "createGroup":
        return this.#createGroup(command)
      case "propose":
        return this.#propose(command)
      case "acceptBlock":
        return this.#acceptBlock(command)
      case "createRfq":
        return this.#createRfq(command)
      case "deleteRfq":
        return this.#deleteRfq(command)
      case "quote":
        return this.#createQuote(command)
      case "deleteQuote":
        return this.#deleteQuote(command)
      case "accept":
        return this.#accept(command)
      case "confirm":
        return this.#confirm(command)
      default:
        return this.#changeGroup(command)
    }
  }

  /**
   * The model and the exchange execute the quotes that are due, so that later commands find the orders of these quotes.
   */
  #wait(millis: number): void {
    this.model.wait(millis)
    this.exchange.view(this.model.now)
  }

  #place(command: Of<"place">): void {
    const { in: choice, ...order } = command
    const inGroup = this.model.groups.length === 0 || choice >= 8 ? undefined : choice % this.model.groups.length
    const gtc = command.tif === "good_till_canceled"
    const expiresAt = gtc && command.count % 5 === 0 ? this.#soon() : Infinity
    const postOnly = gtc && command.postOnly
    const reduceOnly = command.tif === "immediate_or_cancel" && command.reduceOnly
    const expected = this.model.place({ ...order, postOnly, reduceOnly, expiresAt, group: inGroup })
    const result = this.exchange.execute(
      {
        type: "createOrder",
        accountId: this.#accountIds[command.account]!,
        order: terms(command.side, command.price / 100, command.count / 100, {
          ticker: this.ticker,
          timeInForce: command.tif,
          selfTradePrevention: command.stp,
          postOnly,
          reduceOnly,
          expirationSeconds: expiresAt === Infinity ? undefined : expiresAt / 1_000,
          orderGroupId: inGroup === undefined ? undefined : this.#groupIds[inGroup]
        })
      },
      this.model.now
    )
    return this.#agree(codeOf(result), expected)
  }

  #cancel(command: Of<"cancel">): void {
    const result = this.exchange.execute(
      { type: "cancelOrder", accountId: this.#accountIds[command.account]!, target: this.#targetOf(command.order) },
      this.model.now
    )
    assert.strictEqual(Result.isSuccess(result), this.model.cancel(command.order, command.account))
    return
  }

  #cancelAll(command: Of<"cancelAll">): void {
    const canceled = unwrap(
      this.exchange.execute({ type: "cancelAllOrders", accountId: this.#accountIds[command.account]! }, this.model.now)
    )
    assert.strictEqual(canceled, this.model.cancelAll(command.account))
    return
  }

  #decrease(command: Of<"decrease">): void {
    const index = this.#choose(command.order)
    const owner = this.model.orders[index]?.account ?? 0
    const left = Math.max(0, (this.model.orders[index]?.remaining ?? 0) - command.by)
    const by = { reduceBy: command.by, reduceTo: undefined }
    // About half of the decreases use `reduceTo`, with the same effect.
    const how = command.by % 2 === 0 || left === 0 ? by : { reduceBy: undefined, reduceTo: left }
    const result = this.exchange.execute(
      { type: "decreaseOrder", accountId: this.#accountIds[owner]!, order: { ...this.#targetOf(index), ...how } },
      this.model.now
    )
    return this.#agree(codeOf(result), this.model.decrease(index, owner, command.by))
  }

  #amend(command: Of<"amend">): void {
    const index = this.#choose(command.order)
    const target = this.model.orders[index]
    const owner = target?.account ?? 0
    const expiresAt = command.expiry === 0 ? Infinity : command.expiry === 1 ? this.#soon() : undefined
    const input = {
      orderId: this.#orderIds()[index] ?? "none",
      subaccount: 0,
      exchangeIndex: undefined,
      ticker: this.ticker,
      side: target?.side ?? "bid",
      price: command.price,
      count: command.count,
      clientOrderId: undefined,
      updatedClientOrderId: undefined,
      expirationSeconds: expiresAt === undefined ? undefined : expiresAt === Infinity ? 0 : expiresAt / 1_000
    } as const
    const result = this.exchange.execute(
      { type: "amendOrder", accountId: this.#accountIds[owner]!, order: input },
      this.model.now
    )
    return this.#agree(codeOf(result), this.model.amend(index, owner, { ...command, expiresAt }))
  }

  #createGroup(command: Of<"createGroup">): void {
    const { account, limit } = command
    const made = this.exchange.execute(
      { type: "createGroup", accountId: this.#accountIds[account]!, group: { subaccount: 0, limit, exchangeIndex: 0 } },
      this.model.now
    )
    this.#groupIds.push(unwrap(made).groupId)
    this.model.groups.push({ account, limit, triggered: false, deleted: false, fills: [] })
    return
  }

  #changeGroup(command: Of<"setLimit" | "trigger" | "reset" | "delete">): void {
    const group = this.model.groups[command.group]
    const owner = this.#accountIds[group?.account ?? 0]!
    const target = { groupId: this.#groupIds[command.group] ?? "none", subaccount: 0, exchangeIndex: 0 }
    const known = group !== undefined && !group.deleted
    const result =
      command.do === "setLimit"
        ? this.exchange.execute(
            { type: "setGroupLimit", accountId: owner, target, limit: command.limit },
            this.model.now
          )
        : this.exchange.execute({ type: `${command.do}Group`, accountId: owner, target }, this.model.now)
    assert.strictEqual(Result.isSuccess(result), known)
    if (known && command.do === "setLimit") {
      this.model.setLimit(group, command.limit)
    } else if (known && command.do !== "setLimit") {
      this.model[command.do](group)
    }
  }

  #propose({ do: _do, in: seconds, proposer, ...terms }: Of<"propose">): void {
    const expiresAt = this.model.now + seconds * 1_000
    const party = (account: number) => ({ accountId: this.#accountIds[account]!, subaccount: 0 })
    const { buyer, count, makerSide, price, seller } = terms
    const proposal = {
      buyer: party(buyer),
      seller: party(seller),
      ticker: this.ticker,
      price,
      count,
      makerSide,
      expirationMillis: expiresAt
    }
    const accountId = this.#accountIds[proposer]!
    const result = this.exchange.execute({ type: "proposeBlockTrade", accountId, proposal }, this.model.now)
    this.#blockIds.push(...Result.match(result, { onFailure: () => [], onSuccess: ({ proposalId }) => [proposalId] }))
    return this.#agree(codeOf(result), this.model.propose(proposer, { ...terms, expiresAt }))
  }

  /** Most random numbers select a party that has not accepted a block trade, usually before it expires. */
  #acceptBlock(command: Of<"acceptBlock">): void {
    const earliest = command.target % 5 === 0 ? 0 : this.model.now + 1
    const waiting = this.model.blocks.flatMap(({ accepted, buyer, expiresAt, seller }, index) =>
      accepted.length === 2 || expiresAt < earliest
        ? []
        : [buyer, seller].filter((party) => !accepted.includes(party)).map((party) => [index, party] as const)
    )
    const [index, account] = often(command.target, waiting) ?? [command.target - usually, command.account]
    const proposalId = this.#blockIds[index] ?? "none"
    const accountId = this.#accountIds[account]!
    const result = this.exchange.execute({ type: "acceptBlockTrade", accountId, proposalId }, this.model.now)
    return this.#agreeOn("block", codeOf(result), this.model.acceptBlock(index, account))
  }

  #createRfq({ account, count, replaces, rests, sizing }: Of<"createRfq">): void {
    const size = {
      count: sizing === "count" ? count : undefined,
      // The approximate cost of the count at $0.50, not rounded. Some costs are too small for 0.01 contracts.
      targetCost: sizing === "count" ? undefined : count * 5_003 - 4_321 + (count % 7),
      excludesFees: sizing === "costWithoutFees"
    }
    const rfq = {
      ticker: this.ticker,
      subaccount: 0,
      count: size.count,
      targetCostMicros: size.targetCost,
      targetCostExcludesFees: size.excludesFees,
      isObscured: false,
      restRemainder: rests,
      replaceExisting: replaces
    }
    const accountId = this.#accountIds[account]!
    const result = this.exchange.execute({ type: "createRfq", accountId, rfq }, this.model.now)
    this.#rfqIds.push(...Result.match(result, { onFailure: () => [], onSuccess: ({ rfqId }) => [rfqId] }))
    return this.#agree(codeOf(result), this.model.createRfq({ account, ...size, restRemainder: rests }, replaces))
  }

  #deleteRfq({ account, target }: Of<"deleteRfq">): void {
    const open = this.model.rfqs.flatMap((rfq, index) => (rfq.isOpen ? [[index, rfq.account] as const] : []))
    const [index, owner] = often(target, open) ?? [target - usually, account]
    const accountId = this.#accountIds[owner]!
    const rfqId = this.#rfqIds[index] ?? "none"
    const result = this.exchange.execute({ type: "deleteRfq", accountId, rfqId }, this.model.now)
    return this.#agree(codeOf(result), this.model.deleteRfq(index, owner))
  }

  /** Most random numbers select an open RFQ. */
  #createQuote({ account, noBid, postOnly, rests, rfq, yesBid }: Of<"quote">): void {
    const index =
      often(
        rfq,
        [...this.model.rfqs.keys()].filter((n) => this.model.rfqs[n]!.isOpen)
      ) ?? rfq - usually
    const terms = { yesBid, noBid, restRemainder: rests, postOnly }
    const quote = { rfqId: this.#rfqIds[index] ?? "none", subaccount: 0, ...terms }
    const accountId = this.#accountIds[account]!
    const result = this.exchange.execute({ type: "createQuote", accountId, quote }, this.model.now)
    this.#quoteIds.push(...Result.match(result, { onFailure: () => [], onSuccess: ({ quoteId }) => [quoteId] }))
    return this.#agreeOn("quote", codeOf(result), this.model.createQuote(index, { account, ...terms }))
  }

  #deleteQuote({ account, target }: Of<"deleteQuote">): void {
    const [index, maker] = this.#quoteIn("open", target) ?? [target - usually, account]
    const command = {
      type: "deleteQuote",
      accountId: this.#accountIds[maker]!,
      target: this.#quoteTarget(index)
    } as const
    const result = this.exchange.execute(command, this.model.now)
    return this.#agree(codeOf(result), this.model.deleteQuote(index, maker))
  }

  #accept({ account, quote, side }: Of<"accept">): void {
    const [index, creator] = this.#quoteIn("open", quote, "creator") ?? [quote - usually, account]
    const target = this.#quoteTarget(index)
    const accountId = this.#accountIds[creator]!
    const result = this.exchange.execute({ type: "acceptQuote", accountId, target, side }, this.model.now)
    return this.#agreeOn("accept", codeOf(result), this.model.acceptQuote(index, creator, side))
  }

  #confirm({ account, quote }: Of<"confirm">): void {
    if (this.model.now % 1_000 === 0) {
      // Orders expire on whole seconds. Quotes are executed at other times, so their sequence is always clear.
      this.#wait(1)
    }
    const [index, maker] = this.#quoteIn("accepted", quote) ?? [quote - usually, account]
    const target = this.#quoteTarget(index)
    const result = this.exchange.execute(
      { type: "confirmQuote", accountId: this.#accountIds[maker]!, target },
      this.model.now
    )
    return this.#agreeOn("confirm", codeOf(result), this.model.confirmQuote(index, maker))
  }

  /**
   * Most random numbers select a quote with this status, and the account that can act on it. An accepted quote can
   * usually still be confirmed.
   */
  #quoteIn(status: "open" | "accepted", number: number, party: "maker" | "creator" = "maker") {
    const earliest = status === "open" || number % 5 === 0 ? 0 : this.model.now + 1
    return often(
      number,
      this.model.quotes.flatMap((quote, index) =>
        quote.status === status && quote.due >= earliest
          ? [[index, party === "maker" ? quote.account : quote.rfq.account] as const]
          : []
      )
    )
  }

  #quoteTarget(index: number) {
    return { quoteId: this.#quoteIds[index] ?? "none", rfqId: undefined, subaccount: undefined }
  }

  readonly compare = (): void => {
    const view = this.exchange.view(this.model.now)
    const ids = this.#orderIds()
    this.#compareOrders(view, ids)
    this.#compareGroups(view, ids)
    this.#compareAgreements(view, ids)
    assert.deepStrictEqual(
      this.holdings().map(({ cashMicros, collateralMicros, feesMicros, positions }) => [
        cashMicros,
        collateralMicros,
        feesMicros,
        positions[this.ticker] ?? 0
      ]),
      this.model.accounts.map(({ fees, money, position }, account) => {
        const reserved = this.model.reserved(account)
        return [BigInt(money - reserved), BigInt(reserved), BigInt(fees), position]
      })
    )
  }

  #compareOrders(view: View, ids: ReadonlyArray<string>): void {
    const { ask, bid } = unwrap(view.book(this.ticker))
    assert.deepStrictEqual<unknown>([bid, ask], [this.model.book("bid"), this.model.book("ask")])
    const orders = ids.map((id, index) => unwrap(view.order(this.#accountIds[this.model.orders[index]!.account]!, id)))
    assert.deepStrictEqual(
      orders.map(({ fillCount, price, remainingCount, status }) => [status, price, fillCount, remainingCount]),
      this.model.orders.map(({ filled, price, remaining, status }) => [status, price, filled, remaining])
    )
    this.model.orders.forEach((order, index) => {
      const found = view.queuePosition(this.#accountIds[order.account]!, ids[index]!)
      assert.strictEqual(
        Result.isSuccess(found) ? found.success.count : undefined,
        order.status === "resting" ? this.model.ahead(order) : undefined
      )
    })
    assert.deepStrictEqual(
      this.events.flatMap((event) =>
        event.type === "fill"
          ? [
              {
                maker: ids.indexOf(event.maker.orderId),
                taker: ids.indexOf(event.taker.orderId),
                price: event.price,
                count: event.count,
                isBlock: event.isBlock
              }
            ]
          : []
      ),
      this.model.fills
    )
  }

  #compareGroups(view: View, ids: ReadonlyArray<string>): void {
    this.model.groups.forEach((group, index) => {
      const shown = view.group(this.#accountIds[group.account]!, this.#groupIds[index]!, undefined)
      assert.deepStrictEqual(
        Result.isFailure(shown)
          ? "none"
          : { ...pick(shown.success), orders: shown.success.orderIds.map((id) => ids.indexOf(id)) },
        group.deleted
          ? "none"
          : {
              limit: group.limit,
              triggered: group.triggered,
              windowCount: this.model.window(group),
              orders: this.model.orders.flatMap((order, n) =>
                order.group === group && order.status === "resting" ? [n] : []
              )
            }
      )
    })
  }

  #compareAgreements(view: View, ids: ReadonlyArray<string>): void {
    assert.deepStrictEqual(
      this.model.rfqs.map((_, index) => unwrap(view.rfq(this.#rfqIds[index]!)).status === "open"),
      this.model.rfqs.map(({ isOpen }) => isOpen)
    )
    const quotes = this.model.quotes.map(({ account }, index) =>
      unwrap(view.quote(this.#accountIds[account]!, this.#quoteTarget(index)))
    )
    assert.deepStrictEqual(
      quotes.map(({ acceptedSide, makerOrder, noCount, rfqOrder, status, yesCount }) => ({
        status,
        side: acceptedSide,
        counts: [yesCount, noCount],
        placed: [makerOrder, rfqOrder].flatMap((order) => (order === undefined ? [] : [ids.indexOf(order.orderId)]))
      })),
      this.model.quotes.map(({ noCount, placed, side, status, yesCount }) => ({
        status,
        side,
        counts: [yesCount, noCount],
        placed
      }))
    )
  }

  readonly holdings = () =>
    this.#accountIds.map((accountId) => unwrap(this.exchange.view(this.model.now).portfolio(accountId)))

  #agree(result: string | undefined, expected: string | undefined): void {
    assert.strictEqual(result, expected)
    this.refused.set(expected ?? "done", (this.refused.get(expected ?? "done") ?? 0) + 1)
  }

  #agreeOn(kind: string, result: string | undefined, expected: string | undefined): void {
    this.#agree(result, expected)
    const key = `${kind}: ${expected ?? "done"}`
    this.refused.set(key, (this.refused.get(key) ?? 0) + 1)
  }

  /** An expiry on a whole second, as on the wire. */
  #soon(): number {
    return Math.ceil(this.model.now / 1_000) * 1_000 + 4_000
  }

  /** About half of the numbers select a resting order, if there is one. The others select any order, or no order. */
  #choose(number: number): number {
    const resting = [...this.model.orders.keys()].filter((index) => this.model.orders[index]!.status === "resting")
    return number < 30 ? (resting[number % Math.max(1, resting.length)] ?? number) : number - 30
  }

  #orderIds(): ReadonlyArray<string> {
    return this.events.flatMap((event) => (event.type === "orderAccepted" ? [event.orderId] : []))
  }

  #targetOf(order: number) {
    return {
      orderId: this.#orderIds()[order] ?? "none",
      subaccount: 0,
      exchangeIndex: undefined,
      marketTicker: undefined
    }
  }
}

/** Numbers below this value select a target that fits the command, if such a target exists. */
const usually = 32

const often = <A>(number: number, targets: ReadonlyArray<A>): A | undefined =>
  number < usually ? targets[number % Math.max(1, targets.length)] : undefined

type Of<Kind extends Command["do"]> = Extract<Command, { readonly do: Kind }>

const pick = ({ limit, triggered, windowCount }: { limit: number; triggered: boolean; windowCount: number }) => ({
  limit,
  triggered,
  windowCount
})

const orderCommands = fc.array(orderCommand, { minLength: 20, maxLength: 80, size: "max" })
const commands = fc.array(command, { minLength: 40, maxLength: 120, size: "max" })

/** The minimum number of times that the random commands must cause each case. */
const covered = {
  "a block trade": 150,
  "an executed quote": 100,
  "a target cost with fees": 30,
  "a target cost without fees": 30,
  "a resting order that a quote matches": 30,
  "a remainder that rests": 10,
  "a quote that is not executed": 50,
  "a replaced quote": 100,
  "block: INSUFFICIENT_BALANCE": 100,
  "block: bad_request": 20,
  "block: expired": 100,
  "block: not_found": 100,
  "quote: RFQ_CLOSED": 20,
  "quote: insufficient_balance": 50,
  "quote: invalid_parameters": 50,
  "accept: INSUFFICIENT_BALANCE": 100,
  "accept: RFQ_CLOSED": 10,
  "accept: bad_request": 100,
  "accept: invalid_parameters": 50,
  "confirm: INSUFFICIENT_BALANCE": 1,
  "confirm: bad_request": 20,
  "confirm: expired": 50,
  conflict: 100
}

/** A failure prints the seed and the path that replay the counterexample. */
const forAll = (runs: number, law: (commands: ReadonlyArray<Command>) => void, from = commands): void =>
  fc.assert(fc.property(from, law), { seed, numRuns: runs })

describe("Exchange, compared with a model", () => {
  it("has the same fills, resting orders, cash and group triggers as the model after every command", () => {
    const seen = { fills: 0, triggers: 0, expiries: 0, killed: 0, selfTrades: 0, amended: 0, decreased: 0, poor: 0 }
    forAll(
      500,
      (commands) => {
        const pair = new Pair()
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
      },
      orderCommands
    )
    for (const [what, times] of Object.entries(seen)) {
      assert.isAbove(times, 50, what)
    }
  })

  it("executes block trades and quotes like the model, after every command", () => {
    const seen = new Map<string, number>()
    const see = (what: string, times: number) => seen.set(what, (seen.get(what) ?? 0) + times)
    forAll(500, (commands) => {
      const pair = new Pair({ ...usual, isVolatile: commands.length % 2 === 0 })
      for (const command of commands) {
        pair.apply(command)
        pair.compare()
      }
      const { fills, orders, quotes } = pair.model
      see("a block trade", fills.filter(({ isBlock }) => isBlock).length)
      const executed = quotes.filter(({ status }) => status === "executed")
      see("an executed quote", executed.length)
      see("a target cost with fees", executed.filter(({ rfq }) => rfq.count === undefined && !rfq.excludesFees).length)
      see("a target cost without fees", executed.filter(({ rfq }) => rfq.excludesFees).length)
      const inQuote = new Set(executed.flatMap(({ placed }) => placed))
      const placed = executed.map((quote) => quote.placed.map((index) => orders[index]!))
      const meets = fills.filter(({ maker, taker }) => inQuote.has(taker) && !inQuote.has(maker))
      see("a resting order that a quote matches", meets.length)
      see(
        "a remainder that rests",
        placed.filter((both) => both.some((order) => order.inBook && order.remaining > 0)).length
      )
      const deleted = (reason: string) =>
        pair.events.filter((event) => event.type === "quoteDeleted" && event.quote.cancelReason === reason)
      see("a quote that is not executed", deleted("notExecuted").length)
      see("a replaced quote", deleted("replaced").length)
      for (const refused of pair.refused.keys()) {
        see(refused, pair.refused.get(refused)!)
      }
    })
    for (const [what, times] of Object.entries(covered)) {
      assert.isAtLeast(seen.get(what) ?? 0, times, what)
    }
  })

  it.each<Rules>([
    { rounding: "microdollar", member: "other" },
    { rounding: "centicent", member: "direct" },
    { rounding: "centicent", member: "other" }
  ])("rounds fees as the client computes them: $rounding, $member", (rules) => {
    forAll(60, (commands) => {
      const { apply, compare } = new Pair(rules)
      commands.forEach(apply)
      compare()
    })
  })

  it("overdraws no account if the maker's fee rate is above the taker's fee rate", () => {
    let poor = 0
    forAll(80, (commands) => {
      const { apply, compare, holdings, refused } = new Pair({ ...usual, rates: { taker: 0, maker: 350_000 } })
      for (const command of commands) {
        apply(command)
        compare()
        assert.isTrue(holdings().every(({ cashMicros }) => cashMicros >= 0n))
      }
      poor += refused.get("insufficient_balance") ?? 0
    })
    assert.isAbove(poor, 50)
  })

  it("never fills an order beyond its limit price", () => {
    forAll(100, (commands) => {
      const { apply, events } = new Pair()
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

  it("neither creates nor loses money, even in a scalar settlement", () => {
    forAll(100, (commands) => {
      const { apply, exchange, holdings, model } = new Pair()
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

  it("trades combos like markets, and settles them at their legs' product", () => {
    const settled = new Set<string>()
    forAll(60, (commands) => {
      const { apply, compare, exchange, holdings, model, ticker } = new Pair({ ...usual, isCombo: true })
      commands.forEach(apply)
      compare()
      const values = [(commands.length * 1_237) % 10_001, (commands.length * 911) % 10_001]
      const determined = legs.map(({ marketTicker, side }, index) => {
        const value = commands.length % 3 === 0 ? 10_000 * (index % 2) : values[index]!
        const outcome = { scalar: (value / 10_000).toFixed(4) }
        unwrap(exchange.execute({ type: "determineMarket", ticker: marketTicker, outcome }, model.now))
        return { value, side }
      })
      settled.add(unwrap(exchange.view(model.now).market(ticker)).result ?? "none")
      unwrap(exchange.execute({ type: "settleMarket", ticker }, model.now))
      model.settleCombo(determined)
      assert.deepStrictEqual(
        holdings().map(({ cashMicros, collateralMicros, feesMicros }) => [cashMicros, collateralMicros, feesMicros]),
        model.accounts.map(({ fees, money }) => [BigInt(money), 0n, BigInt(fees)])
      )
    })
    assert.deepStrictEqual([...settled].sort(), ["no", "scalar"])
  })

  it("gives the same dump for the same seed and commands", () => {
    const run = (commands: ReadonlyArray<Command>) => {
      const { apply, exchange, model } = new Pair()
      commands.forEach(apply)
      return JSON.stringify(exchange.dump(model.now))
    }
    forAll(50, (commands) => assert.strictEqual(run(commands), run(commands)))
  })

  it("changes nothing when a canceled order is canceled again", () => {
    forAll(50, (commands) => {
      const { apply, exchange, model } = new Pair()
      commands.forEach(apply)
      model.orders.forEach(({ account }, order) => apply({ do: "cancel", order, account }))
      const once = JSON.stringify(exchange.dump(model.now))
      model.orders.forEach(({ account }, order) => apply({ do: "cancel", order, account }))
      assert.strictEqual(JSON.stringify(exchange.dump(model.now)), once)
    })
  })
})
