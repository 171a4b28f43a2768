/** Actors: accounts that execute random commands from a seed. */
import * as Result from "effect/Result"
import type { BatchQuote, Refusal, RfqBatch } from "../../src/exchange/Entities.ts"
import type { Exchange, Snapshot } from "../../src/exchange/Exchange.ts"
import { auditBatches, dealBatch } from "./actorBatches.ts"
import { start, terms, unwrap } from "./floor.ts"

/** Mulberry32, seeded so that every run of the actors is the same. */
export const makeRandom = (seed: number) => {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (percent: number): boolean => below(100) < percent,
    of: <A>(items: ReadonlyArray<A>): A => items[below(items.length)]!
  }
}

const subaccounts = 3

/** Each shard has one event, whose markets are the legs of combos. */
const shards = 4

export interface Actors {
  now: number
  readonly accounts: Array<string>
  /** The tickers of all markets without a result, combos included. */
  readonly markets: Array<string>
  readonly combos: Array<string>
  readonly orders: Array<{
    readonly account: string
    readonly orderId: string
    readonly subaccount: number
    readonly ticker: string
    readonly side: "bid" | "ask"
  }>
  readonly groups: Array<{
    readonly account: string
    readonly groupId: string
    readonly subaccount: number
    readonly exchangeIndex: number
  }>
  readonly rfqs: Array<{ readonly account: string; readonly rfqId: string }>
  readonly quotes: Array<{
    readonly account: string
    readonly quoteId: string
    readonly rfqAccount: string
    isAccepted: boolean
  }>
  readonly batches: Array<RfqBatch>
  readonly batchQuotes: Array<BatchQuote>
  readonly blocks: Array<{ readonly parties: ReadonlyArray<string>; readonly proposalId: string }>
  made: number
  done: number
  readonly refused: Map<string, number>
}

export const makeActors = (exchange: Exchange, size: number): Actors => {
  const actors: Actors = {
    now: start,
    accounts: [],
    markets: [],
    combos: [],
    orders: [],
    groups: [],
    rfqs: [],
    quotes: [],
    batches: [],
    batchQuotes: [],
    blocks: [],
    made: 0,
    done: 0,
    refused: new Map()
  }
  for (let n = 0; n < size; n++) {
    const { accountId } = unwrap(
      exchange.execute({ type: "createAccount", name: `a${n}`, dollars: String(1_000 * (n + 1)) }, start)
    )
    for (let made = 1; made < subaccounts; made++) {
      unwrap(exchange.execute({ type: "createSubaccount", accountId, exchangeIndex: 0 }, start))
    }
    for (let place = 1; place < subaccounts * 4; place++) {
      const source = { instance: "event_contract", exchangeIndex: 0, subaccount: 0 } as const
      const destination = { ...source, exchangeIndex: place % 4, subaccount: Math.floor(place / 4) }
      const amountMicros = 60_000_000 * (n + 1)
      unwrap(
        exchange.execute(
          {
            type: "transferShard",
            accountId,
            transfer: { clientTransferId: undefined, source, destination, amountMicros }
          },
          start
        )
      )
    }
    actors.accounts.push(accountId)
  }
  for (let n = 0; n < 6; n++) {
    addMarket(exchange, actors, n % shards)
  }
  const associatedEvents = Array.from({ length: shards }, (_, n) => ({ eventTicker: eventOf(n) }))
  unwrap(
    exchange.execute(
      { type: "createCollection", collection: { collectionTicker, sizeMax: 3, associatedEvents } },
      start
    )
  )
  return actors
}

const collectionTicker = "KXACTORSMVE-R"

const eventOf = (exchangeIndex: number): string => `KXACTORS${exchangeIndex}-26`

const addMarket = (exchange: Exchange, actors: Actors, exchangeIndex: number): void => {
  const ticker = `KXACTORS${exchangeIndex}-26-${++actors.made}`
  unwrap(
    exchange.execute(
      {
        type: "createMarket",
        market: {
          ticker,
          eventTicker: eventOf(exchangeIndex),
          exchangeIndex,
          // Markets without rates have the fees of their event or series.
          ...(actors.made % 2 === 0 ? { makerFeeRate: 175 } : {}),
          ...(actors.made % 6 === 0 ? { takerFeeRate: 0 } : {}),
          priceRanges: [{ start: "0.00", end: "1.00", step: actors.made % 3 === 0 ? "0.0001" : "0.01" }],
          ...(actors.made % 4 === 0 ? { closeMillis: actors.now + 600_000 } : {})
        }
      },
      actors.now
    )
  )
  actors.markets.push(ticker)
}

export const act = (exchange: Exchange, actors: Actors, seed: number, times: number): void => {
  const random = makeRandom(seed)
  for (let n = 0; n < times; n++) {
    const result = step(exchange, actors, random)
    if (result !== undefined && Result.isFailure(result)) {
      const { code } = result.failure
      actors.refused.set(code, (actors.refused.get(code) ?? 0) + 1)
    } else if (result !== undefined) {
      actors.done++
    }
  }
}

export type Random = ReturnType<typeof makeRandom>

const step = (exchange: Exchange, actors: Actors, random: Random): Result.Result<unknown, Refusal> | undefined => {
  const choice = random.below(1_000)
  const account = random.of(actors.accounts)
  const { now } = actors
  if (choice < 450) {
    return order(exchange, actors, random, account)
  }
  if (choice < 530) {
    return dealBatch(exchange, actors, random, account, random.chance(70) ? 0 : random.below(subaccounts))
  }
  if (choice < 620) {
    return random.chance(20) ? dealBlock(exchange, actors, random, account) : deal(exchange, actors, random, account)
  }
  const target = actors.orders.at(-1 - random.below(Math.min(actors.orders.length, 60)))
  if (target !== undefined && choice < 850) {
    const { orderId, side, subaccount, ticker } = target
    const named = { orderId, subaccount, exchangeIndex: undefined, marketTicker: ticker }
    if (choice < 700) {
      return exchange.execute({ type: "cancelOrder", accountId: target.account, target: named }, now)
    }
    if (choice < 750) {
      return exchange.execute(
        {
          type: "decreaseOrder",
          accountId: target.account,
          order: { ...named, reduceBy: 1 + random.below(300), reduceTo: undefined }
        },
        now
      )
    }
    const amended = {
      orderId,
      subaccount,
      exchangeIndex: undefined,
      ticker,
      side,
      price: 100 * (45 + random.below(10)),
      count: 1 + random.below(2_000),
      clientOrderId: undefined,
      updatedClientOrderId: undefined,
      expirationSeconds: random.chance(20) ? Math.ceil(now / 1_000) + 30 : undefined
    }
    return exchange.execute({ type: "amendOrder", accountId: target.account, order: amended }, now)
  }
  if (choice < 900) {
    actors.now += random.below(4_000)
    return undefined
  }
  if (choice < 940) {
    return group(exchange, actors, random, account)
  }
  return choice < 985 ? money(exchange, actors, random, account) : life(exchange, actors, random, account)
}

const maxCombos = 4

/** The exchange creates the combo of the legs, or returns the existing combo. */
const combine = (exchange: Exchange, actors: Actors, random: Random, accountId: string) => {
  const singles = actors.markets.filter((market) => !actors.combos.includes(market))
  const legs = Array.from({ length: 2 + random.below(2) }, () => {
    const marketTicker = random.of(singles)
    return { marketTicker, eventTicker: marketTicker.replace(/-[^-]*$/, ""), side: random.of(["yes", "no"] as const) }
  })
  const made = exchange.execute({ type: "createCombo", accountId, collectionTicker, legs }, actors.now)
  if (Result.isSuccess(made) && !actors.combos.includes(made.success.ticker) && made.success.result === undefined) {
    actors.combos.push(made.success.ticker)
    actors.markets.push(made.success.ticker)
  }
  return made
}

const forget = (actors: Actors, isDetermined: (ticker: string) => boolean): void => {
  for (const list of [actors.markets, actors.combos]) {
    list.splice(0, list.length, ...list.filter((ticker) => !isDetermined(ticker)))
  }
}

const order = (exchange: Exchange, actors: Actors, random: Random, account: string) => {
  const ticker = random.of(actors.markets)
  const subaccount = random.chance(70) ? 0 : random.below(subaccounts)
  const side = random.of(["bid", "ask"] as const)
  const groups = actors.groups.filter((known) => known.account === account && known.subaccount === subaccount)
  const group = random.chance(30) ? random.of([undefined, ...groups.slice(-3)]) : undefined
  const tif = random.of(["good_till_canceled", "good_till_canceled", "immediate_or_cancel", "fill_or_kill"] as const)
  const gtc = tif === "good_till_canceled"
  const made = exchange.execute(
    {
      type: "createOrder",
      accountId: account,
      order: terms(
        side,
        30 + random.below(40) + (random.chance(20) ? random.below(100) / 100 : 0),
        (1 + random.below(1_500)) / 100,
        {
          ticker,
          subaccount,
          timeInForce: tif,
          selfTradePrevention: random.of(["taker_at_cross", "maker"] as const),
          clientOrderId: random.chance(30) ? `c${random.below(1_000_000)}` : undefined,
          expirationSeconds: gtc && random.chance(20) ? Math.ceil(actors.now / 1_000) + random.below(60) : undefined,
          postOnly: gtc && random.chance(10),
          reduceOnly: tif === "immediate_or_cancel" && random.chance(20),
          cancelOnPause: random.chance(30),
          orderGroupId: group?.groupId
        }
      )
    },
    actors.now
  )
  if (Result.isSuccess(made) && made.success.status === "resting") {
    actors.orders.push({ account, orderId: made.success.orderId, subaccount, ticker, side })
  }
  return made
}

const group = (exchange: Exchange, actors: Actors, random: Random, account: string) => {
  const target = random.of(actors.groups.length === 0 ? [undefined] : actors.groups)
  const limit = 100 * (1 + random.below(40))
  if (target === undefined || random.chance(30)) {
    const [subaccount, exchangeIndex] = [random.below(subaccounts), random.below(4)]
    const made = exchange.execute(
      { type: "createGroup", accountId: account, group: { subaccount, limit, exchangeIndex } },
      actors.now
    )
    if (Result.isSuccess(made)) {
      actors.groups.push({ account, groupId: made.success.groupId, subaccount, exchangeIndex })
    }
    return made
  }
  const change = random.of(["resetGroup", "triggerGroup", "deleteGroup", "setGroupLimit"] as const)
  return change === "setGroupLimit"
    ? exchange.execute({ type: "setGroupLimit", accountId: target.account, target, limit }, actors.now)
    : exchange.execute({ type: change, accountId: target.account, target }, actors.now)
}

const deal = (exchange: Exchange, actors: Actors, random: Random, accountId: string) => {
  const { now } = actors
  const subaccount = random.chance(70) ? 0 : random.below(subaccounts)
  const rfq = actors.rfqs.at(-1 - random.below(Math.min(actors.rfqs.length, 8)))
  const quote = actors.quotes.at(-1 - random.below(Math.min(actors.quotes.length, 8)))
  const accepted = actors.quotes.slice(-12).filter(({ isAccepted }) => isAccepted)
  const target = (quoteId: string) => ({ quoteId, rfqId: undefined, subaccount: undefined })
  const choice = random.below(100)
  if (rfq === undefined || choice < 14) {
    const hasTarget = random.chance(30)
    const made = exchange.execute(
      {
        type: "createRfq",
        accountId,
        rfq: {
          ticker: random.of(actors.markets),
          subaccount,
          count: hasTarget ? undefined : 1 + random.below(1_500),
          targetCostMicros: hasTarget ? 1 + random.below(10_000_000) : undefined,
          targetCostExcludesFees: hasTarget && random.chance(50),
          isObscured: random.chance(30),
          restRemainder: random.chance(30),
          replaceExisting: random.chance(30)
        }
      },
      now
    )
    if (Result.isSuccess(made)) {
      actors.rfqs.push({ account: accountId, rfqId: made.success.rfqId })
    }
    return made
  }
  if (quote === undefined || choice < 44) {
    const yesBid = 100 * random.below(80) + (random.chance(5) ? 50 : 0)
    const noBid = random.chance(20) ? 0 : 100 * random.below(100 - Math.ceil(yesBid / 100))
    const made = exchange.execute(
      {
        type: "createQuote",
        accountId,
        quote: {
          rfqId: rfq.rfqId,
          subaccount,
          yesBid,
          noBid,
          restRemainder: random.chance(30),
          postOnly: random.chance(40)
        }
      },
      now
    )
    if (Result.isSuccess(made)) {
      const { quoteId, rfqAccountId } = made.success
      actors.quotes.push({ account: accountId, quoteId, rfqAccount: rfqAccountId, isAccepted: false })
    }
    return made
  }
  if (choice < 74) {
    const side = random.of(["yes", "no"] as const)
    const command = { type: "acceptQuote", accountId: quote.rfqAccount, target: target(quote.quoteId), side } as const
    const made = exchange.execute(command, now)
    quote.isAccepted ||= Result.isSuccess(made)
    return made
  }
  if (choice < 92 && accepted.length > 0) {
    const { account, quoteId } = random.of(accepted)
    return exchange.execute({ type: "confirmQuote", accountId: account, target: target(quoteId) }, now)
  }
  return random.chance(50)
    ? exchange.execute({ type: "deleteRfq", accountId: rfq.account, rfqId: rfq.rfqId }, now)
    : exchange.execute({ type: "deleteQuote", accountId: quote.account, target: target(quote.quoteId) }, now)
}

const dealBlock = (exchange: Exchange, actors: Actors, random: Random, accountId: string) => {
  const { now } = actors
  const block = actors.blocks.at(-1 - random.below(Math.min(actors.blocks.length, 4)))
  if (block !== undefined && random.chance(70)) {
    const { parties, proposalId } = block
    const subaccount = random.chance(70) ? undefined : random.below(subaccounts)
    return exchange.execute({ type: "acceptBlockTrade", accountId: random.of(parties), proposalId, subaccount }, now)
  }
  const partyOf = (id: string) => ({ accountId: id, subaccount: random.chance(70) ? 0 : random.below(subaccounts) })
  const [buyer, seller] = random.chance(50)
    ? [partyOf(accountId), partyOf(random.of(actors.accounts))]
    : [partyOf(random.of(actors.accounts)), partyOf(accountId)]
  const proposal = {
    buyer,
    seller,
    ticker: random.of(actors.markets),
    price: 100 * (30 + random.below(40)),
    count: 1 + random.below(1_500),
    makerSide: random.of(["yes", "no"] as const),
    expirationMillis: now + random.below(60_000)
  }
  const made = exchange.execute({ type: "proposeBlockTrade", accountId, proposal }, now)
  if (Result.isSuccess(made)) {
    actors.blocks.push({ parties: [buyer.accountId, seller.accountId], proposalId: made.success.proposalId })
  }
  return made
}

const money = (exchange: Exchange, actors: Actors, random: Random, account: string) => {
  const place = (instance: "event_contract" | "margined", numbered: boolean) => ({
    instance,
    exchangeIndex: random.below(4),
    subaccount: numbered ? random.below(subaccounts) : 0
  })
  const amountMicros = 1 + random.below(40_000_000)
  switch (random.below(7)) {
    case 0:
      return exchange.execute({ type: "deposit", accountId: account, dollars: String(random.below(20)) }, actors.now)
    case 1:
      return exchange.execute(
        { type: "withdraw", accountId: account, dollars: (random.below(1_000) / 100).toFixed(2) },
        actors.now
      )
    case 2: {
      const [fromSubaccount, toSubaccount] = [random.below(subaccounts), random.below(subaccounts)]
      const clientTransferId = `t${random.below(1_000_000)}`
      const exchangeIndex = random.below(4)
      return exchange.execute(
        {
          type: "transferCash",
          accountId: account,
          transfer: { clientTransferId, fromSubaccount, toSubaccount, amountMicros, exchangeIndex }
        },
        actors.now
      )
    }
    case 3: {
      const [source, destination] = random.of([
        ["event_contract", "margined"],
        ["margined", "event_contract"]
      ] as const)
      return exchange.execute(
        {
          type: "transferShard",
          accountId: account,
          transfer: {
            clientTransferId: undefined,
            source: place(source, false),
            destination: place(destination, false),
            amountMicros
          }
        },
        actors.now
      )
    }
    case 4: {
      const percents = random.chance(60)
        ? []
        : [
            { exchangeIndex: 0, percent: 40 },
            { exchangeIndex: random.below(3) + 1, percent: 60 }
          ]
      return exchange.execute(
        { type: "setAllocation", accountId: account, allocation: { percents, reservation: "sum" } },
        actors.now
      )
    }
    default: {
      const [source, destination] = [place("event_contract", true), place("event_contract", true)]
      return exchange.execute(
        {
          type: "transferShard",
          accountId: account,
          transfer: { clientTransferId: undefined, source, destination, amountMicros }
        },
        actors.now
      )
    }
  }
}

const life = (exchange: Exchange, actors: Actors, random: Random, account: string) => {
  const closed = actors.markets.filter((market) => unwrap(exchange.view(actors.now).market(market)).status !== "active")
  const ticker = random.of(random.chance(70) && closed.length > 0 ? closed : actors.markets)
  const { now } = actors
  if (actors.combos.length < maxCombos && random.chance(40)) {
    return combine(exchange, actors, random, account)
  }
  switch (random.below(11)) {
    case 0:
      return exchange.execute({ type: "pauseMarket", ticker }, now)
    case 10:
      return changeFee(exchange, actors, random, ticker)
    case 1:
    case 2:
      return exchange.execute({ type: "reactivateMarket", ticker }, now)
    case 3:
      return exchange.execute({ type: "setMarketClose", ticker, closeMillis: now + random.below(1_000_000) }, now)
    case 4:
    case 5:
    case 6: {
      const value = (random.below(10_001) / 10_000).toFixed(4)
      const determined = exchange.execute(
        { type: "determineMarket", ticker, outcome: random.of(["yes", "no", { scalar: value }] as const) },
        now
      )
      if (Result.isSuccess(determined)) {
        const isDetermined = (known: string) => unwrap(exchange.view(now).market(known)).result !== undefined
        for (const combo of actors.combos.filter((known) => isDetermined(known) && random.chance(50))) {
          unwrap(exchange.execute({ type: "settleMarket", ticker: combo }, now))
        }
        forget(actors, isDetermined)
        addMarket(exchange, actors, random.below(shards))
        // Half of the markets settle now. The other half settle later, by their timers.
        return random.chance(50) ? exchange.execute({ type: "settleMarket", ticker }, now) : determined
      }
      return determined
    }
    case 7: {
      const exchangeIndex = random.below(4)
      exchange.execute({ type: "setActive", trading: false, exchangeIndex }, now)
      exchange.execute({ type: "setActive", exchange: false, exchangeIndex }, now)
      return exchange.execute({ type: "setActive", exchange: true, trading: true, exchangeIndex }, now)
    }
    case 8:
      return exchange.execute(
        {
          type: "cancelAllOrders",
          accountId: account,
          subaccount: random.chance(50) ? undefined : random.below(subaccounts)
        },
        now
      )
    default:
      return order(exchange, actors, random, account)
  }
}

const changeFee = (exchange: Exchange, { now }: Actors, random: Random, ticker: string) => {
  const { eventTicker, seriesTicker } = unwrap(exchange.view(now).market(ticker))
  const fee = {
    feeType: random.of(["quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees"] as const),
    feeMultiplier: random.below(1_001) / 100
  }
  const atMillis = random.chance(50) ? now : now + random.below(600_000)
  return random.chance(50)
    ? exchange.execute({ type: "changeSeriesFee", seriesTicker, ...fee, atMillis }, now)
    : exchange.execute({ type: "changeEventFee", eventTicker, override: random.chance(70) ? fee : null, atMillis }, now)
}

/**
 * The product of the legs' values. Undefined while the legs do not determine it: no leg is worth zero, and the result
 * of a leg is missing or disputed.
 */
const productOf = (
  legs: ReadonlyArray<{ readonly ticker: string; readonly side: "yes" | "no" }>,
  markets: ReadonlyMap<string, Snapshot["markets"][number]>
): number | undefined => {
  const values = legs.map(({ side, ticker }) => {
    const { challenge, settlementValue } = markets.get(ticker)!
    return settlementValue === undefined || challenge === "disputed"
      ? undefined
      : BigInt(side === "yes" ? settlementValue : 10_000 - settlementValue)
  })
  if (values.includes(0n)) {
    return 0
  }
  return values.includes(undefined)
    ? undefined
    : Number(values.reduce((product, value) => product! * value!, 1n)! / 10_000n ** BigInt(legs.length - 1))
}

/** Returns the violated invariants. */
export const audit = (state: Snapshot): ReadonlyArray<string> => {
  const violations: Array<string> = []
  const check = (isTrue: boolean, law: string): void => {
    if (!isTrue) {
      violations.push(law)
    }
  }
  let micros = 0
  const positions = new Map<string, Array<number>>()
  const resting = new Map<string, number>()
  const due: Array<string> = []
  for (const account of state.accounts) {
    micros += account.marginedMicros
    for (const transfer of account.shardTransfers) {
      micros += transfer.complete ? 0 : transfer.amountMicros
    }
    let reserved = 0
    for (const order of account.orders) {
      reserved += order.reservedMicros
      check(order.status === "resting" || order.remainingCount === 0, "an ended order has no remaining count")
      check(order.status !== "resting" || order.remainingCount > 0, "a resting order has a remaining count")
      check(
        order.coveredCount >= 0 && order.coveredCount <= order.remainingCount,
        "the covered count is at most the remaining count"
      )
      if (order.status === "resting") {
        const key = `${order.ticker} ${order.side}`
        resting.set(key, (resting.get(key) ?? 0) + 1)
        due.push(...(order.expirationMillis === undefined ? [] : [`expire ${order.orderId} ${order.expirationMillis}`]))
      }
    }
    let collateral = 0
    const traded = new Map<string, number>()
    for (const { count, side, subaccount, ticker } of account.fills) {
      const key = `${subaccount} ${ticker}`
      traded.set(key, (traded.get(key) ?? 0) + (side === "bid" ? count : -count))
    }
    for (const holding of account.holdings) {
      micros += holding.cashMicros + holding.collateralMicros + holding.feesMicros
      collateral += holding.collateralMicros
      check(holding.cashMicros >= 0, "no subaccount is overdrawn")
      let fees = 0
      for (const { count, exposureMicros, feesMicros, settled, ticker } of holding.positions) {
        fees += feesMicros
        const net = traded.get(`${holding.subaccount} ${ticker}`) ?? 0
        check(count === (settled ? 0 : net), "a position is the count bought minus the count sold, until it settles")
        positions.set(ticker, [...(positions.get(ticker) ?? []), count])
        check(count !== 0 || exposureMicros === 0, "a closed position has no exposure")
        check(exposureMicros >= 0 && exposureMicros <= Math.abs(count) * 10_000, "a contract costs at most a dollar")
      }
      check(holding.feesMicros === fees, "the fees of a holding are the fees of its positions")
    }
    check(collateral === reserved, "the collateral is the reserved money of the orders")
    check(
      account.restingCount === account.orders.filter(({ status }) => status === "resting").length,
      "the number of resting orders is correct"
    )
  }
  const orders = new Set(state.accounts.flatMap(({ orders }) => orders.map(({ orderId }) => orderId)))
  for (const { makerOrder, rfqOrder, status } of state.quotes) {
    const isPlaced = [makerOrder, rfqOrder].map((order) => order !== undefined && orders.has(order.orderId))
    check(
      isPlaced.every((placed) => placed === (status === "executed")),
      "an executed quote has two orders, and any other quote has none"
    )
  }
  const open = state.rfqs.flatMap(({ accountId, batchId, status, ticker }) =>
    status === "open" && batchId === undefined ? [accountId + ticker] : []
  )
  check(new Set(open).size === open.length, "an account has at most one open RFQ per market")
  auditBatches(state, check)
  const byTicker = new Map(state.markets.map((market) => [market.ticker, market]))
  for (const market of state.markets) {
    if (market.combo !== undefined) {
      const value = productOf(market.combo.legs, byTicker)
      // A settled combo keeps its value if a leg is disputed later. A disputed combo counts as one without a value.
      const own = market.challenge === "disputed" ? undefined : market.settlementValue
      const isChallenged = market.combo.legs.some(({ ticker }) => byTicker.get(ticker)?.challenge !== undefined)
      check(
        own === value || (market.settledMillis !== undefined && isChallenged),
        "a combo has the product of its legs' values as soon as the legs determine it"
      )
    }
    const counts = positions.get(market.ticker) ?? []
    const yes = counts.filter((count) => count > 0).reduce((sum, count) => sum + count, 0)
    check(counts.reduce((sum, count) => sum + count, 0) === 0, "the counts of YES and NO are equal")
    check(market.openInterest === yes, "the open interest is the count of YES")
    micros += yes * 10_000
    if (market.result === undefined && market.closeMillis !== null && market.closeMillis > state.nowMillis) {
      due.push(`close ${market.ticker} ${market.closeMillis}`)
    }
    for (const side of ["bid", "ask"] as const) {
      check(
        market[side].length === (resting.get(`${market.ticker} ${side}`) ?? 0),
        "the book contains exactly the resting orders"
      )
    }
  }
  const scheduled = state.timers.flatMap(({ atMillis, of, what }) =>
    what === "expire" || what === "close" ? [`${what} ${of} ${atMillis}`] : []
  )
  check(
    scheduled.sort().join() === due.sort().join(),
    "every expiration of a resting order and every market close has exactly one timer"
  )
  check(micros === state.depositedMicros, `money is conserved: ${micros} of ${state.depositedMicros}`)
  return [...new Set(violations)]
}
