/**
 * The demonstration of `pnpm start`: shows how an order group works, on a local exchange. On a real exchange, it only
 * reads.
 *
 * @module
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Exchange from "@kalshi-effect/client/Exchange"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"

/** A step of the demonstration failed. */
export class StoryError extends Data.TaggedError("StoryError")<{ readonly step: string; readonly got: string }> {
  override get message(): string {
    return `The step "${this.step}" failed: ${this.got}`
  }
}

const printTitle = (title: string) => Console.log(`\n${title}`)
const printLine = (line: string) => Console.log(`  ${line}`)

const expect = (condition: boolean, step: string, got: unknown): Effect.Effect<void, StoryError> =>
  condition ? Effect.void : Effect.fail(new StoryError({ step, got: JSON.stringify(got) }))

const expectFailure = <A, E extends { readonly _tag: string }, R>(
  step: string,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<E, StoryError, R> =>
  Effect.matchEffect(effect, {
    onFailure: Effect.succeed,
    onSuccess: (result) => Effect.fail(new StoryError({ step, got: `it succeeded with ${JSON.stringify(result)}` }))
  })

const waitFor = <A, E, R>(step: string, read: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  read.pipe(
    Effect.repeat({ until: holds, schedule: Schedule.spaced("5 millis") }),
    Effect.timeoutOrElse({
      duration: "10 seconds",
      orElse: () => Effect.fail(new StoryError({ step, got: "it did not happen within 10 seconds" }))
    })
  )

const ticker = "KXSTORY-26-T50"

const order = (fields: Pick<Orders.CreateInput, "side" | "count" | "price"> & Partial<Orders.CreateInput>) =>
  Orders.create({
    ticker,
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
    ...fields
  })

const traders = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  /** The exchange generates the key as PEM text: RSA as PKCS#1, Ed25519 as PKCS#8. */
  const trader = Effect.fnUntraced(function* (name: string, kind: Signer.KeyKind) {
    const { keyId, privateKey } = yield* sandbox.createAccount({ name, kind })
    const apiKey = yield* ApiKey.fromPem({ keyId, privateKey })
    yield* printLine(`${name} has an ${kind === "rsa" ? "RSA" : "Ed25519"} key: ${keyId}`)
    const connection = { environment: sandbox.environment, signer: Signer.fromApiKey(apiKey) }
    return { apiKey, kalshi: Kalshi.layer(connection), feed: Feed.layer(connection) }
  })
  return { maker: yield* trader("Mira (maker)", "rsa"), taker: yield* trader("Theo (taker)", "ed25519") }
})

const openBook = Effect.gen(function* () {
  const books = yield* OrderBooks.watch([ticker])
  yield* waitFor(
    "the order book is live",
    Effect.sync(() => books.state(ticker)),
    (state) => state?._tag === "Live"
  )
  return books
})

const printBook = (book: OrderBooks.Book) =>
  Effect.forEach(
    [
      ["ask", book.asks.toReversed()],
      ["bid", book.bids]
    ] as const,
    ([side, levels]) => Effect.forEach(levels, ({ count, price }) => printLine(`  ${side} $${price} ${count}`)),
    { discard: true }
  )

/** Runs all steps on the local exchange of the context. */
export const local = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  yield* printTitle("A local exchange")
  yield* printLine(`It listens at ${sandbox.url} and checks every signature. No data leaves this machine`)
  yield* sandbox.createMarket({ ticker })
  const { maker, taker } = yield* traders
  const asMaker = Effect.provide(maker.kalshi)
  const asTaker = Effect.provide(taker.kalshi)
  const withFeed = Effect.provide(yield* Layer.build(maker.feed))
  const books = yield* openBook.pipe(withFeed)
  yield* printLine("Mira opens the feed: one WebSocket for the order book and the events of order groups")

  yield* printTitle("An order group with a limit of 10 filled contracts in 15 seconds")
  const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 10 }).pipe(asMaker)
  const group = yield* OrderGroups.watch(order_group_id).pipe(withFeed)
  yield* printLine(`Mira creates the group ${order_group_id}, and watches it`)
  for (const price of ["0.45", "0.44", "0.43"] as const) {
    const placed = yield* order({ side: "bid", count: "6", price, order_group_id }).pipe(asMaker)
    yield* expect(placed.remaining_count === "6.00", "an order rests in the group", placed)
    yield* printLine(`Mira bids for 6 contracts at $${price}: the order rests`)
  }
  const book = yield* waitFor("the book shows the bids", books.read(ticker), (book) => book.bids.length === 3)
  yield* printLine("the feed delivers the order book:")
  yield* printBook(book)
  const before = yield* OrderGroups.get({ order_group_id }).pipe(asMaker)
  yield* expect(before.orders.length === 3, "the group contains three orders", before)
  yield* printLine(`OrderGroups.get: ${before.orders.length} orders, limit ${before.contracts_limit_fp}`)

  yield* printTitle("Another trader sells to the orders of the group within 15 seconds")
  for (const [count, price] of [
    ["6", "0.45"],
    ["5", "0.44"]
  ] as const) {
    const sold = yield* order({ side: "ask", count, price, time_in_force: "immediate_or_cancel" }).pipe(asTaker)
    yield* expect(sold.fill_count === `${count}.00`, "the sale fills", sold)
    yield* printLine(`Theo sells ${count} at $${price}: filled ${sold.fill_count} at ${sold.average_fill_price}`)
  }
  yield* Effect.timeout(group.triggered, "10 seconds")
  yield* printLine("the feed notifies Mira immediately: the group is triggered")
  const after = yield* OrderGroups.get({ order_group_id }).pipe(asMaker)
  yield* expect(after.orders.length === 0, "the exchange canceled the group's orders", after)
  yield* printLine(
    `11 contracts exceed the limit, so the exchange cancels the remaining orders. OrderGroups.get: ${after.orders.length} orders`
  )

  yield* printTitle("A triggered group accepts no orders until it is reset")
  const bid = order({ side: "bid", count: "1", price: "0.40", order_group_id }).pipe(asMaker)
  const refusal = yield* expectFailure("an order in a triggered group is refused", bid)
  yield* expect(refusal._tag === "BadRequest", "the refusal is a BadRequest", refusal)
  yield* printLine(`${refusal._tag}: ${refusal.message}`)
  yield* OrderGroups.reset({ order_group_id }).pipe(asMaker)
  const reopened = yield* bid
  yield* expect(reopened.remaining_count === "1.00", "after the reset the order rests", reopened)
  yield* printLine("Mira resets the group, and the same order rests")

  yield* printTitle("Errors are typed values")
  yield* OrderGroups.delete({ order_group_id }).pipe(asMaker)
  const deleted = yield* expectFailure(
    "reading a deleted group fails",
    OrderGroups.get({ order_group_id }).pipe(asMaker)
  )
  yield* expect(deleted._tag === "NotFound", "reading a deleted group fails with NotFound", deleted)
  yield* printLine(`${deleted._tag}: ${deleted.message}`)

  const stranger = yield* ApiKey.generate({ keyId: maker.apiKey.keyId, kind: "ed25519" })
  const asStranger = Kalshi.layerReadOnly({ environment: sandbox.environment, signer: Signer.fromApiKey(stranger) })
  const unsigned = yield* expectFailure("a wrong key is refused", OrderGroups.list().pipe(Effect.provide(asStranger)))
  yield* expect(unsigned._tag === "Unauthorized", "a request signed with a wrong key fails with Unauthorized", unsigned)
  yield* printLine(`${unsigned._tag}: ${unsigned.message.replaceAll("\n", "\n    ")}`)

  yield* printTitle("An injected fault: the exchange responds to the next read with 503")
  yield* sandbox.plant({ operation: "GetOrderGroups", status: 503, times: 1 })
  const seenBefore = (yield* sandbox.requests).length
  yield* OrderGroups.list().pipe(asMaker)
  const statuses = (yield* sandbox.requests).slice(seenBefore).map(({ status }) => status)
  yield* expect(statuses.join() === "503,200", "a read is retried after 503", statuses)
  yield* printLine(`the client retried the read: ${statuses.join(", then ")}`)

  const { trading_active } = yield* Exchange.status().pipe(asTaker)
  yield* expect(trading_active, "trading is active", { trading_active })
  yield* printTitle("Every step succeeded.")
}).pipe(Effect.scoped)

/** Starts a local exchange on a free port and runs {@link local} on it. */
export const onLocalExchange = local.pipe(
  Effect.provide(Layer.mergeAll(Sandbox.layer(), NodeHttpClient.layerUndici, NodeWS.layerWebSocketConstructor))
)

/** Runs only the reads, with the client of the context. */
export const readOnly = Effect.gen(function* () {
  yield* printTitle("Read only: this run cannot send writes")
  const { exchange_active, trading_active } = yield* Exchange.status()
  yield* printLine(`Exchange.status: ${exchange_active ? "up" : "down"}, ${trading_active ? "trading" : "not trading"}`)
  const { order_groups = [] } = yield* OrderGroups.list()
  yield* printLine(`OrderGroups.list: ${order_groups.length} groups`)
  for (const { contracts_limit_fp, id } of order_groups.slice(0, 5)) {
    const { orders } = yield* OrderGroups.get({ order_group_id: id })
    yield* printLine(`OrderGroups.get ${id}: ${orders.length} orders, limit ${contracts_limit_fp ?? "none"}`)
  }
  const { orders } = yield* Orders.list({ limit: 5 })
  yield* printLine(`Orders.list: the newest ${orders.length} orders`)
})
