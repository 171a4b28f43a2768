import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as AccountFeed from "../../src/account/AccountFeed.ts"
import * as Feed from "../../src/feed/Feed.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import { PushedOrders } from "../../src/trading/pushed.ts"
import { channels, Line } from "../support/accountLine.ts"
import { userOrder } from "../support/accounts.ts"
import { environment, signer } from "../support/scripted.ts"

/** The feed and the lists of an account without orders, fills or positions. */
class World {
  readonly line = new Line()
  /** The paths of the lists, in the sequence in which they were requested. */
  readonly lists: Array<string> = []

  get layer() {
    const client = HttpClient.make((request, url) =>
      Effect.gen({ self: this }, function* () {
        const path = url.pathname.slice("/trade-api/v2".length)
        const nowMillis = yield* Clock.currentTimeMillis
        const isAge = path === "/exchange/user_data_timestamp"
        if (!isAge) {
          this.lists.push(path)
          assert.strictEqual(url.searchParams.get("subaccount"), "0")
        }
        // With the default `lagMillis`, a list that lags by 400 ms is new enough one second after the subscription.
        const body = isAge
          ? { as_of_time: new Date(nowMillis - 400).toISOString() }
          : { orders: [], fills: [], market_positions: [], event_positions: [], cursor: "" }
        return HttpClientResponse.fromWeb(request, new Response(JSON.stringify(body), { status: 200 }))
      })
    )
    return Layer.merge(
      Kalshi.layer({ environment, signer: signer(), limits: false }).pipe(
        Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
      ),
      Layer.succeed(Feed.KalshiFeed, this.line.service)
    )
  }
}

type Needs = Feed.KalshiFeed | Kalshi.KalshiPublic | Kalshi.KalshiRead | Scope.Scope

const withWorld = (name: string, test: (world: World) => Effect.Effect<void, unknown, Needs>) =>
  it.effect(name, () =>
    Effect.suspend(() => {
      const world = new World()
      return Effect.andThen(TestClock.setTime(1_000_000_000), test(world)).pipe(Effect.provide(world.layer))
    })
  )

describe("AccountFeed.make", () => {
  withWorld("is live one second after its subscriptions, and reads all lists again every minute", ({ line, lists }) =>
    Effect.gen(function* () {
      const mine = yield* AccountFeed.make()
      const waiting = yield* Effect.forkScoped(mine.awaitLive, { startImmediately: true })
      line.live(...channels)
      yield* TestClock.adjust(999)
      assert.strictEqual((yield* mine.status)._tag, "AwaitingSnapshot")
      assert.strictEqual((yield* mine.known).openOrders.length, 0)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* Fiber.join(waiting), yield* mine.read)
      assert.strictEqual(lists.length, 3)
      yield* TestClock.adjust(59_999)
      assert.strictEqual(lists.length, 3)
      yield* TestClock.adjust(1)
      assert.strictEqual(lists.length, 6)
      yield* TestClock.adjust(60_000)
      assert.strictEqual(lists.length, 9)
    })
  )

  withWorld("reads no list again if `verifyMillis` is Infinity, except after `verify`", ({ line, lists }) =>
    Effect.gen(function* () {
      const mine = yield* AccountFeed.make({ verifyMillis: Number.POSITIVE_INFINITY })
      line.live(...channels)
      yield* TestClock.adjust(600_000)
      assert.strictEqual(lists.length, 3)
      yield* mine.verify
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual(lists.slice(3), ["/portfolio/orders", "/portfolio/fills", "/portfolio/positions"])
    })
  )

  withWorld("subscribes again after the exchange ended a subscription", ({ line }) =>
    Effect.gen(function* () {
      const mine = yield* AccountFeed.make()
      line.live(...channels)
      yield* TestClock.adjust(1_000)
      line.end("fill", new Feed.SubscriptionEnded({ channel: "fill" }))
      assert.strictEqual((yield* mine.status)._tag, "Healing")
      yield* TestClock.adjust(4_999)
      assert.strictEqual(line.opened.length, 4)
      yield* TestClock.adjust(1)
      assert.strictEqual(line.opened.length, 5)
      line.live("fill")
      yield* TestClock.adjust(1_000)
      assert.strictEqual((yield* mine.status)._tag, "Live")
    })
  )

  withWorld("names the operation in the error of an invalid option", () =>
    Effect.gen(function* () {
      for (const options of [{ lines: 0 }, { maxFills: 0 }]) {
        const error = yield* Effect.flip(AccountFeed.make(options))
        assert.deepInclude({ ...error }, { _tag: "InvalidRequest", operation: "AccountFeed.make" })
      }
    })
  )
})

describe("AccountFeed.layer", () => {
  withWorld("provides `PushedOrders`, which shows each new message of a watched order", ({ line }) =>
    Effect.gen(function* () {
      const pushed = yield* PushedOrders
      line.live(...channels)
      const shown: Array<string> = []
      const stop = pushed!.watch(new Set(["c-a"]), ({ order_id }) => void shown.push(order_id))
      line.message("user_orders", userOrder({ id: "a", at: 1 }))
      line.message("user_orders", userOrder({ id: "b", at: 1 }))
      stop()
      line.message("user_orders", userOrder({ id: "a", at: 2 }))
      assert.deepStrictEqual(shown, ["a"])
      assert.strictEqual((yield* (yield* AccountFeed.AccountFeed).known).openOrders.length, 2)
    }).pipe(Effect.provide(AccountFeed.layer()))
  )
})
