/** Runs a trading session with accepted and rejected requests. */
import * as Account from "@kalshi-effect/client/Account"
import * as Markets from "@kalshi-effect/client/Markets"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import type { Credentials, Operator } from "@kalshi-effect/sandbox/Sandbox"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import { clientOf, unknownId, order } from "./world.ts"

interface PageRequest {
  readonly limit: number
  readonly cursor?: string
}

interface Page {
  readonly cursor?: string | null | undefined
}

const pagesOf = <A extends Page, E, R>(
  list: (page: PageRequest) => Effect.Effect<A, E, R>
): Effect.Effect<number, E, R> =>
  Effect.gen(function* () {
    let number = 1
    for (let { cursor } = yield* list({ limit: 1 }); typeof cursor === "string" && cursor !== ""; number++) {
      cursor = (yield* list({ limit: 1, cursor })).cursor
    }
    return number
  })

const expectError = <A, E extends { readonly _tag: string }, R>(tag: E["_tag"], call: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.flip(call), (error) =>
    error._tag === tag ? Effect.void : Effect.die(new Error(`expected ${tag}, got ${error._tag}`))
  )

export const trading = (trader: Credentials, counterparty: Credentials, ticker: string, sandbox: Operator) =>
  Effect.gen(function* () {
    const as = ({ signer }: Pick<Credentials, "signer">) => Effect.provide(clientOf(signer, sandbox.environment))
    const [mine, theirs] = [as(trader), as(counterparty)]
    const bid = order(ticker)
    const ask = { ...bid, side: "ask" } as const

    const { order_id } = yield* mine(Orders.create({ ...bid, client_order_id: "first" }))
    yield* expectError("Conflict", mine(Orders.create({ ...bid, client_order_id: "first" })))
    yield* mine(Orders.amend({ order_id, ticker, side: "bid", price: "0.4200", count: "9.00" }))
    yield* mine(Orders.decrease({ order_id, reduce_by: "1.00" }))
    yield* mine(Orders.queuePosition({ order_id }))
    yield* theirs(Markets.orderbook({ ticker }))
    yield* theirs(Orders.create({ ...ask, price: "0.4200", count: "3.00", time_in_force: "immediate_or_cancel" }))
    yield* expectError("Conflict", theirs(Orders.create({ ...ask, price: "0.9000", time_in_force: "fill_or_kill" })))
    yield* mine(Orders.get({ order_id }))
    yield* mine(Orders.cancel({ order_id }))
    yield* expectError("NotFound", mine(Orders.cancel({ order_id })))
    yield* expectError("BadRequest", mine(Orders.create({ ...bid, price: "0.4050" })))
    const batch = yield* mine(Orders.batchCreate({ orders: [bid, { ...bid, price: "0.4050" }] }))
    const orders = batch.orders.flatMap(({ order_id }) => (typeof order_id === "string" ? [{ order_id }] : []))
    yield* mine(Orders.batchCancel({ orders: [...orders, { order_id: unknownId }] }))

    const { order_group_id } = yield* mine(OrderGroups.create({ contracts_limit: 5 }))
    yield* mine(Orders.create({ ...bid, price: "0.5000", order_group_id }))
    yield* theirs(Orders.create({ ...ask, price: "0.5000" }))
    yield* mine(OrderGroups.get({ order_group_id }))
    yield* expectError("BadRequest", mine(Orders.create({ ...bid, order_group_id })))
    yield* mine(OrderGroups.reset({ order_group_id }))
    yield* mine(Orders.create({ ...bid, price: "0.1000", order_group_id }))
    yield* mine(OrderGroups.updateLimit({ order_group_id, contracts_limit_fp: "7.50" }))
    yield* mine(OrderGroups.trigger({ order_group_id }))
    yield* mine(OrderGroups.list({}))
    yield* mine(OrderGroups.delete({ order_group_id }))
    yield* expectError("NotFound", mine(OrderGroups.get({ order_group_id })))

    const forger = Signer.makeSync({
      keyId: trader.keyId,
      kind: "ed25519",
      sign: () => Buffer.alloc(64).toString("base64")
    })
    yield* expectError("Unauthorized", as({ signer: forger })(Portfolio.balance({})))
    const reader = yield* sandbox.createKey(trader.accountId, "ed25519", { scopes: ["read"] })
    yield* expectError("Forbidden", as(reader)(Orders.create(bid)))
    yield* mine(Account.limits())

    yield* mine(Orders.cancelAll({}))
    yield* sandbox.closeMarket(ticker)
    yield* expectError("BadRequest", mine(Orders.create(bid)))
    yield* sandbox.determineMarket(ticker, "no")
    yield* sandbox.settleMarket(ticker)
    yield* mine(Markets.get({ ticker }))
    yield* expectError("BadRequest", mine(Orders.list({ cursor: "none" })))
    return {
      orders: yield* mine(pagesOf((page) => Orders.list({ ...page, ticker }))),
      fills: yield* mine(pagesOf(Portfolio.fills)),
      positions: yield* mine(pagesOf((page) => Portfolio.positions({ ...page, settlement_status: "all" }))),
      settlements: yield* mine(pagesOf(Portfolio.settlements)),
      trades: yield* mine(pagesOf((page) => Markets.trades({ ...page, ticker })))
    }
  })
