import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Schedule from "effect/Schedule"
import { generateKeyPairSync } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { kalshi, key, type Result } from "../support/cli.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"

const ticker = "KXWATCH-26-A"
const other = "KXWATCH-26-B"

interface Event {
  readonly type: string
  readonly time: string
  readonly [member: string]: unknown
}

const eventsOf = ({ stdout }: Result): ReadonlyArray<Event> =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event) // each line is an event, which the assertions check

const typesOf = (result: Result): ReadonlyArray<string> => eventsOf(result).map(({ type }) => type)

/** Runs the command until its output matches `end`. Runs `act` when the connection is live. */
const stream = <E, R>(args: ReadonlyArray<string>, end: RegExp, act: Effect.Effect<unknown, E, R>) =>
  Effect.gen(function* () {
    const { run } = yield* LocalExchange
    const isLive = Latch.makeUnsafe(false)
    const until = (stdout: string) => {
      if (/"line".*"live"/.test(stdout)) isLive.openUnsafe()
      return end.test(stdout)
    }
    const acting = isLive.await.pipe(Effect.andThen(act), Effect.andThen(Effect.never))
    return yield* Effect.raceFirst(run(["watch", ...args, "--json"], { until }), acting)
  })

layer(
  exchange({
    markets: [
      { ticker, title: "A" },
      { ticker: other, title: "B" }
    ]
  }),
  { excludeTestServices: true }
)("kalshi watch", (it) => {
  const place = (side: "bid" | "ask", price: string, count = "1") =>
    Effect.flatMap(LocalExchange, ({ account, sandbox }) =>
      sandbox.placeOrder(account.accountId, { ticker, side, price, count, selfTradePrevention: "taker_at_cross" })
    )

  describe("without a terminal", () => {
    for (const args of [["book", ticker], ["trades"], ["account"]]) {
      it.effect(`${args[0]} refuses to draw, and says what to do`, () =>
        Effect.gen(function* () {
          const { run } = yield* LocalExchange
          const { exit, stderr, stdout } = yield* run(["watch", ...args])
          assert.deepStrictEqual([exit, stdout], ["usage", ""])
          assert.include(stderr, `\`kalshi watch ${args[0]}\` draws on the whole terminal`)
          assert.include(stderr, "Pass --json")
        })
      )

      it.effect(`${args[0]} refuses --csv`, () =>
        Effect.gen(function* () {
          const { run } = yield* LocalExchange
          const { exit, stderr } = yield* run(["watch", ...args, "--csv"])
          assert.strictEqual(exit, "usage")
          assert.include(stderr, "Use --json for a stream of events")
        })
      )
    }
  })

  describe("on a terminal", () => {
    for (const args of [["book", ticker, other], ["trades"], ["account"]]) {
      it.effect(`${args[0]} restores the screen after q, and exits with 0`, () =>
        Effect.gen(function* () {
          const { run } = yield* LocalExchange
          const { exit, stdout, stderr } = yield* run(["watch", ...args], { columns: 80, keys: [key("q")] })
          assert.deepStrictEqual([exit, stderr], ["done", ""])
          assert.isTrue(stdout.startsWith("\u001B[?1049h"))
          assert.isTrue(stdout.endsWith("\u001B[?1049l"))
        })
      )
    }

    it.effect("restores the screen and exits with 4 if the exchange does not know the API key", () =>
      Effect.gen(function* () {
        const { env, folder } = yield* LocalExchange
        const path = join(folder, "unknown.pem")
        const { privateKey } = generateKeyPairSync("ed25519")
        writeFileSync(path, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 })
        const wrong = { ...env, KALSHI_PRIVATE_KEY_PATH: path }
        const { exit, stderr, stdout } = yield* kalshi(["watch", "trades"], { env: wrong, columns: 80, keys: [] })
        assert.strictEqual(exit, "key")
        assert.isTrue(stdout.endsWith("\u001B[?1049l"))
        assert.include(stderr, "The exchange refused the feed with status 401")
      })
    )
  })

  describe("exit codes", () => {
    it.effect("3: the exchange does not know the market", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const { exit, stderr } = yield* run(["watch", "book", ticker, "KXNONE", "--json"])
        assert.strictEqual(exit, "refused")
        assert.include(stderr, "The exchange has no market KXNONE.")
      })
    )

    it.effect("2: a text that cannot be a ticker", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const { exit, stderr } = yield* run(["watch", "book", "a,b"], { columns: 80 })
        assert.strictEqual(exit, "usage")
        assert.include(stderr, '"a,b" is not the ticker of a market')
      })
    )

    it.effect("2: no market is named", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        assert.strictEqual((yield* run(["watch", "book", "--json"])).exit, "usage")
      })
    )

    it.effect("4: no key is set", () =>
      Effect.gen(function* () {
        const { env } = yield* LocalExchange
        const { KALSHI_API_KEY_ID: _, KALSHI_PRIVATE_KEY_PATH: __, ...others } = env
        assert.strictEqual((yield* kalshi(["watch", "trades", "--json"], { env: others })).exit, "key")
      })
    )

    it.effect("6: the feed cannot be reached", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const result = yield* run(["watch", "trades", "--json", "--env", "http://127.0.0.1:1"])
        assert.strictEqual(result.exit, "unavailable")
        assert.include(result.stderr, "The feed cannot be reached: ")
        assert.deepInclude(eventsOf(result).at(-1), { type: "ended" })
      })
    )
  })

  describe("book --json", () => {
    it.effect("prints the snapshot, then a change, with ticker, seq and time", () =>
      Effect.gen(function* () {
        const result = yield* stream(["book", ticker], /orderbook_delta/, place("bid", "0.40"))
        assert.deepStrictEqual([result.exit, result.stderr], ["done", ""])
        const events = eventsOf(result)
        const messages = events.filter(({ type }) => type.startsWith("orderbook"))
        assert.deepStrictEqual(
          messages.map(({ seq, ticker, type }) => ({ seq, ticker, type })),
          [
            { seq: 1, ticker, type: "orderbook_snapshot" },
            { seq: 2, ticker, type: "orderbook_delta" }
          ]
        )
        assert.deepInclude(messages[1]?.["msg"], { price_dollars: "0.4000", delta_fp: "1.00", side: "yes" })
        for (const { time } of events) assert.strictEqual(new Date(time).toISOString(), time)
      })
    )

    it.effect("says that a market does not trade", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* LocalExchange
        yield* sandbox.createMarket({ ticker: "KXWATCH-26-C" })
        yield* sandbox.pauseMarket("KXWATCH-26-C")
        const args = ["watch", "book", "KXWATCH-26-C", "--json"]
        const result = yield* run(args, { until: (stdout) => /"type":"market"/.test(stdout) })
        const event = eventsOf(result).find(({ type }) => type === "market")
        assert.deepInclude(event, { ticker: "KXWATCH-26-C", status: "inactive" })
      })
    )

    it.effect("reports lost messages, and whether the book is live", () =>
      Effect.gen(function* () {
        const { sandbox } = yield* LocalExchange
        const lose = Effect.gen(function* () {
          yield* sandbox.plant({ feed: "frame", change: "skip", type: "orderbook_delta", times: 1 })
          yield* place("bid", "0.41")
          yield* place("bid", "0.42")
        })
        const result = yield* stream(["book", ticker], /"healing"[^]*"type":"book"[^\n]*"live"/, lose)
        const events = eventsOf(result)
        const gap = events.findIndex(({ type }) => type === "gap")
        assert.deepInclude(events[gap], { tickers: [ticker], expected_seq: 2, received_seq: 3 })
        const after = events.slice(gap + 1)
        assert.isTrue(after.some(({ type }) => type === "orderbook_snapshot"))
        assert.deepStrictEqual(
          events.flatMap(({ state, type }) => (type === "book" ? [state] : [])),
          ["live", "healing", "live"]
        )
      })
    )

    it.effect("reports that the connection was lost, and that it was restored", () =>
      Effect.gen(function* () {
        const { sandbox } = yield* LocalExchange
        const drop = sandbox.feed.drop({ how: "close", code: 1001, reason: "restart" })
        const result = yield* stream(["book", ticker], /outage(?=[^]*restored)(?=[^]*orderbook_snapshot)/, drop)
        const types = typesOf(result)
        const outage = eventsOf(result).find(({ type }) => type === "outage")
        assert.include(String(outage?.["reason"]), "the connection closed with code 1001, restart")
        assert.isAbove(types.indexOf("restored"), types.indexOf("outage"))
        assert.isAbove(types.lastIndexOf("orderbook_snapshot"), types.indexOf("outage"))
      })
    )
  })

  describe("trades --json", () => {
    it.effect("prints a trade with the taker's side", () =>
      Effect.gen(function* () {
        const { sandbox } = yield* LocalExchange
        const taker = yield* sandbox.createAccount()
        yield* place("ask", "0.60")
        const take = sandbox.placeOrder(taker.accountId, { ticker, side: "bid", price: "0.60", count: "1" })
        const result = yield* stream(["trades", ticker], /"type":"trade"/, take)
        const trade = eventsOf(result).find(({ type }) => type === "trade")
        assert.strictEqual(trade?.["ticker"], ticker)
        assert.deepInclude(trade?.["msg"], {
          yes_price_dollars: "0.6000",
          count_fp: "1.00",
          taker_book_side: "bid",
          taker_outcome_side: "yes"
        })
      })
    )
  })

  describe("account --json", () => {
    it.effect("prints the account, its balance, its order groups, and a new order", () =>
      Effect.gen(function* () {
        // An order that is placed before the account is known is part of the account, and causes no `order` event.
        const placing = Effect.repeat(place("bid", "0.10"), Schedule.spaced(300))
        const until = /^(?=[^]*"type":"order")(?=[^]*"type":"balance")/
        const result = yield* stream(["account"], until, placing)
        const events = eventsOf(result)
        const types = typesOf(result)
        const live = events.find(({ type }) => type === "live")
        assert.containsAllKeys(live?.["account"], ["open_orders", "fills", "positions", "order_groups"])
        assert.include(types, "balance")
        assert.include(types, "order_groups")
        const order = events.find(({ type }) => type === "order")
        assert.deepInclude(order?.["order"], {
          ticker,
          book_side: "bid",
          yes_price_dollars: "0.1000",
          remaining_count_fp: "1.00",
          subaccount_number: 0
        })
      })
    )

    it.effect("refuses a subaccount that cannot exist", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        assert.strictEqual((yield* run(["watch", "account", "--json", "--subaccount", "64"])).exit, "usage")
      })
    )
  })
})
