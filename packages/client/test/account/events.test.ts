import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as AccountState from "../../src/account/AccountState.ts"
import { Events } from "../../src/account/events.ts"
import * as Feed from "../../src/feed/Feed.ts"
import { fillMessage, goLive } from "../support/accounts.ts"

const make = (bufferSize = 10) => {
  const counts = { accounts: 0 }
  const state = AccountState.make({ nowMillis: 0, onChange: (change) => events.publish(change) })
  const known = state.known.bind(state)
  state.known = () => {
    counts.accounts++
    return known()
  }
  const events: Events = new Events(() => state, bufferSize)
  const loss: AccountState.AccountLoss = { cause: "outage", channel: "fill", detail: "closed" }
  return {
    events,
    state,
    /** How often a `Live` event was made. */
    counts,
    live: (nowMillis: number) => {
      goLive(state, nowMillis)
      events.publishStatus()
    },
    lose: (nowMillis: number) => {
      state.lost(loss, nowMillis)
      events.publishStatus()
    }
  }
}

/** Starts a consumer, and collects the tags of the events that it receives. */
const consume = (events: Events) =>
  Effect.gen(function* () {
    const tags: Array<string> = []
    const fiber = yield* Effect.forkScoped(
      Effect.flip(Stream.runForEach(events.stream, ({ _tag }) => Effect.sync(() => void tags.push(_tag)))),
      { startImmediately: true }
    )
    yield* TestClock.adjust(0)
    return { tags, fiber }
  })

describe("Events", () => {
  it.effect("emits `Live` first, even if messages were lost before the account was live", () =>
    Effect.gen(function* () {
      const { events, live, lose, state } = make()
      const early = yield* consume(events)
      events.publishStatus()
      state.subscribed("fill", 0)
      state.fill(fillMessage({ id: "early", order: "a", at: 50 }))
      lose(100)
      live(1_000)
      const late = yield* consume(events)
      events.publishStatus()
      state.fill(fillMessage({ id: "t", order: "a", at: 2_000 }))
      lose(3_000)
      live(4_000)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(early.tags, ["Live", "Fill", "Healing", "Live"])
      assert.deepStrictEqual(late.tags, early.tags)
    })
  )

  it.effect("emits nothing before `Live` to a consumer that starts while messages may be missing", () =>
    Effect.gen(function* () {
      const { events, live, lose, state } = make()
      live(0)
      lose(2_000)
      const { tags } = yield* consume(events)
      state.lost({ cause: "outage", channel: "order_group_updates", detail: "" }, 2_500)
      events.publishStatus()
      assert.deepStrictEqual(tags, [])
      live(3_000)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(tags, ["Live"])
    })
  )

  it.effect("ends all streams with the first error, and then serves no new consumer", () =>
    Effect.gen(function* () {
      const { counts, events, live } = make()
      const { fiber, tags } = yield* consume(events)
      const error = new Feed.ConnectionClosed({ code: 4_000, reason: "" })
      events.end(error)
      events.end(new Feed.FeedClosed())
      live(0)
      assert.strictEqual(yield* Fiber.join(fiber), error)
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(events.stream)), error)
      assert.deepStrictEqual([tags, counts.accounts], [[], 0])
    })
  )

  it.effect("makes no event after the end, even for a consumer that is still busy", () =>
    Effect.gen(function* () {
      const { counts, events, live, lose } = make()
      live(0)
      const busy = Effect.flip(Stream.runForEach(events.stream, () => Effect.sleep(1_000)))
      const fiber = yield* Effect.forkScoped(busy, { startImmediately: true })
      yield* TestClock.adjust(0)
      events.end(new Feed.FeedClosed())
      lose(2_000)
      live(3_000)
      assert.strictEqual(counts.accounts, 1)
      yield* TestClock.adjust(1_000)
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "FeedClosed")
    })
  )

  it.effect("serves no consumer that has stopped or is too slow", () =>
    Effect.gen(function* () {
      const { counts, events, live, lose } = make(1)
      const scope = yield* Scope.make()
      yield* consume(events).pipe(Scope.provide(scope))
      yield* Scope.close(scope, Exit.void)
      live(0)
      assert.strictEqual(counts.accounts, 0)
      const slow = yield* Effect.forkScoped(Effect.flip(Stream.runForEach(events.stream, () => Effect.sleep(1_000))), {
        startImmediately: true
      })
      yield* TestClock.adjust(0)
      for (let nowMillis = 2_000; nowMillis < 20_000; nowMillis += 2_000) {
        lose(nowMillis)
        live(nowMillis + 100)
      }
      assert.isAtMost(counts.accounts, 3)
      yield* TestClock.adjust(60_000)
      assert.deepInclude({ ...(yield* Fiber.join(slow)) }, { _tag: "Lagging", channel: "account", waiting: 1 })
    })
  )
})
