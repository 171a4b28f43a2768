/** Compares the client's order books with the books of a local exchange. */
import { assert } from "@effect/vitest"
import type * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Operator } from "../../src/Sandbox.ts"
import { ticker } from "./feedTrader.ts"

export const levels = (books: OrderBooks.Watch, market = ticker) =>
  Effect.map(books.read(market), (book) =>
    [book.bids, book.asks].map((side) => side.map(({ count, price }) => [price.padEnd(4, "0"), count]))
  )

export const isLive =
  (books: OrderBooks.Watch, market = ticker) =>
  () =>
    books.state(market)?._tag === "Live"

export const assertEqual = (sandbox: Operator, books: OrderBooks.Watch, markets: ReadonlyArray<string> = [ticker]) =>
  Effect.gen(function* () {
    const view = yield* sandbox.view
    for (const market of markets) {
      const { ask, bid } = Result.getOrThrow(view.book(market))
      const exchange = [bid, ask].map((side) =>
        side.map(([price, count]) => [`0.${String(price / 100).padStart(2, "0")}`, `${count / 100}.00`])
      )
      const own = yield* levels(books, market)
      // Comparing strings first is cheaper than an assertion.
      if (JSON.stringify(own) !== JSON.stringify(exchange)) assert.deepStrictEqual(own, exchange, market)
    }
  })
