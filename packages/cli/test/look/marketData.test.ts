import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"

const ticker = "KXLOOK-26-A"

const hostileTitle = `\u001b[31mred\u001b]0;title\u0007 \u202e漢字 ${"x".repeat(10_000)}`

/** An exchange with two markets, a trade of three contracts, and orders on both sides of the first market. */
const prepare = Effect.gen(function* () {
  const local = yield* LocalExchange
  const { account, sandbox } = local
  const view = yield* sandbox.view
  if (Result.isSuccess(view.market(ticker, "live"))) return local
  yield* sandbox.createMarket({ ticker, title: "Look at A" })
  yield* sandbox.createMarket({ ticker: "KXLOOK-26-B", title: hostileTitle })
  const other = yield* sandbox.createAccount({ name: "other" })
  for (const [side, price, count] of [
    ["bid", "0.40", "5"],
    ["bid", "0.45", "10"],
    ["ask", "0.55", "20"],
    ["ask", "0.60", "1.5"]
  ] as const) {
    yield* sandbox.placeOrder(account.accountId, { ticker, side, price, count })
  }
  yield* sandbox.placeOrder(other.accountId, { ticker, side: "ask", price: "0.45", count: "3" })
  return local
}).pipe(Effect.orDie)

layer(exchange(), { excludeTestServices: true })("Look at the markets", (it) => {
  describe("kalshi status", () => {
    it.effect("names the shards whose state differs from the state of the exchange", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* prepare
        yield* sandbox.setActive({ trading: false, exchangeIndex: 2 })
        const { stdout } = yield* run(["status"])
        assert.match(stdout, /^exchange +up\ntrading +active\nshard 2[^\n]* up, trading paused\n$/)
        yield* sandbox.setActive({ trading: true, exchangeIndex: 2 })
      })
    )

    it.effect("prints the status that a failed response contains", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* prepare
        const body = { exchange_active: false, trading_active: false }
        yield* sandbox.plant({ operation: "GetExchangeStatus", status: 503, times: 10, body })
        const result = yield* run(["status"])
        yield* sandbox.clearFaults
        assert.deepStrictEqual([result.exit, result.stdout], ["done", "exchange  down\ntrading   paused\n"])
      })
    )
  })

  describe("kalshi markets", () => {
    it.effect("lists the markets of the exchange as JSON", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* prepare
        const { stdout } = yield* run(["markets", "--json"])
        const rows: ReadonlyArray<Record<string, unknown>> = JSON.parse(stdout)
        const view = yield* sandbox.view
        assert.sameMembers(
          rows.map((row) => row["ticker"]),
          [...view.tickers()]
        )
        const market = rows.find((row) => row["ticker"] === ticker)
        assert.deepInclude(market, { yes_bid_dollars: "0.4500", yes_ask_dollars: "0.5500", volume_fp: "3.00" })
      })
    )

    it.effect("says that there are more rows, and reads them all with --all", () =>
      Effect.gen(function* () {
        const { run } = yield* prepare
        const some = yield* run(["markets", "--limit", "1"])
        assert.strictEqual(some.stdout.split("\n").length, 3)
        assert.notInclude(some.stdout, "first row")
        assert.include(some.stderr, "This is the first row. Pass --limit or --all to see more")
        const csv = yield* run(["markets", "--limit", "1", "--csv"])
        assert.strictEqual(csv.stdout.split("\r\n").length, 3)
        assert.strictEqual(csv.stderr, "This is the first row. Pass --limit or --all to see more\n")
        const both = yield* run(["markets", "--limit", "2", "--csv"])
        assert.deepStrictEqual([both.stdout.split("\r\n").length, both.stderr], [4, ""])
        const all = yield* run(["markets", "--all", "--csv"])
        assert.deepStrictEqual([all.stdout.split("\r\n").length, all.stderr], [4, ""])
        const json = yield* run(["markets", "--all", "--json"])
        assert.strictEqual(JSON.parse(json.stdout).length, 2)
      })
    )

    it.effect("shows a hostile title on one line that fits the terminal", () =>
      Effect.gen(function* () {
        const { run } = yield* prepare
        const { stdout } = yield* run(["markets"], { columns: 80 })
        assert.strictEqual(stdout.split("\n").length, 4)
        assert.notInclude(stdout, "\u001b")
        assert.notInclude(stdout, "\u202e")
        for (const line of stdout.split("\n")) assert.isAtMost(line.length, 80)
        const csv = yield* run(["markets", "--csv"], { columns: 80 })
        assert.notInclude(csv.stdout, "\u001b")
        const detail = yield* run(["market", "KXLOOK-26-B"], { columns: 80 })
        assert.notInclude(detail.stdout, "\u001b")
      })
    )

    it.effect("says what to do if nothing matches", () =>
      Effect.gen(function* () {
        const { run } = yield* prepare
        const { stdout } = yield* run(["markets", "--status", "settled"])
        assert.strictEqual(stdout, "No markets found. Pass another --status, --series or --event\n")
        assert.strictEqual((yield* run(["markets", "--status", "settled", "--json"])).stdout, "[]\n")
        const csv = yield* run(["markets", "--status", "settled", "--all", "--csv"])
        assert.strictEqual(csv.stdout, "ticker,status,yes_bid,yes_ask,last,volume,close_time,title\r\n")
        assert.strictEqual((yield* run(["markets", "--status", "settled", "--all", "--json"])).stdout, "[]\n")
      })
    )
  })

  describe("kalshi market, event, series", () => {
    it.effect("show one entity", () =>
      Effect.gen(function* () {
        const { run } = yield* prepare
        const market = yield* run(["market", ticker])
        assert.match(
          market.stdout,
          /\nyes bid +\$0\.4500 for 7\.00\nyes ask +\$0\.5500 for 20\.00\nlast price +\$0\.4500\n/
        )
        assert.strictEqual(JSON.parse((yield* run(["market", ticker, "--json"])).stdout).market.ticker, ticker)
        const event = yield* run(["event", "KXLOOK-26"])
        assert.match(event.stdout, /^event +KXLOOK-26\n[\s\S]*\n\nticker +status [^\n]*\nKXLOOK-26-A +active +0\.4500 /)
        const series = yield* run(["series", "KXLOOK"])
        assert.match(series.stdout, /^series +KXLOOK\n/)
        assert.match((yield* run(["series"])).stdout, /^ticker [^\n]*\nKXLOOK /)
        assert.match((yield* run(["events"])).stdout, /^event_ticker [^\n]*\nKXLOOK-26 +KXLOOK/)
      })
    )
  })

  describe("kalshi book", () => {
    it.effect("prints a ladder of the exchange's book", () =>
      Effect.gen(function* () {
        const { run } = yield* prepare
        const { stdout } = yield* run(["book", ticker])
        assert.strictEqual(
          stdout,
          `${ticker}
side  yes_price  count  total
ask      0.6000   1.50  21.50
ask      0.5500  20.00  20.00
spread 0.1000
bid      0.4500   7.00   7.00
bid      0.4000   5.00  12.00
`
        )
      })
    )

    it.effect("prints several books in the sequence of the arguments, each up to a depth", () =>
      Effect.gen(function* () {
        const { run } = yield* prepare
        const { stdout } = yield* run(["book", "KXLOOK-26-B", ticker, "--depth", "1"])
        assert.match(stdout, /^KXLOOK-26-B\nThe book is empty\n\nKXLOOK-26-A\n[^\n]*\nask [^\n]*0\.5500 [^\n]*\nspread/)
        assert.include(stdout, "2 more levels. Pass --depth N to see more, or --depth 0 to see all")
        const json = yield* run(["book", ticker, "--depth", "1", "--json"])
        assert.deepStrictEqual(JSON.parse(json.stdout), [
          { ticker, orderbook_fp: { yes_dollars: [["0.4500", "7.00"]], no_dollars: [["0.4500", "20.00"]] } }
        ])
        const csv = yield* run(["book", ticker, "--csv"])
        assert.strictEqual(csv.stdout.split("\r\n")[1], `${ticker},ask,0.6000,1.50,21.50`)
      })
    )

    it.effect("refuses more than 100 tickers, before it sends a request", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* prepare
        const before = (yield* sandbox.requests).length
        const result = yield* run(["book", ...Array.from({ length: 101 }, () => ticker)])
        assert.strictEqual(result.exit, "usage")
        assert.strictEqual((yield* sandbox.requests).length, before)
      })
    )
  })

  describe("kalshi trades", () => {
    it.effect("lists the trades of the exchange, newest first", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* prepare
        const view = yield* sandbox.view
        const json = yield* run(["trades", ticker, "--json"])
        const [trade] = Result.getOrThrow(view.listTrades({ ticker, limit: 10 })).items
        const { trade_id, yes_price_dollars, taker_outcome_side, count_fp } = JSON.parse(json.stdout)[0]
        assert.deepStrictEqual(
          [trade_id, yes_price_dollars, taker_outcome_side, count_fp],
          [trade?.tradeId, "0.4500", "no", "3.00"]
        )
        assert.strictEqual((yield* run(["trades", "--until", "1h"])).stdout, "No trades found\n")
      })
    )
  })

  describe("kalshi candles", () => {
    it.effect("lists the candlesticks of a range, including the current candlestick", () =>
      Effect.gen(function* () {
        const { run } = yield* prepare
        const csv = yield* run(["candles", ticker, "--period", "1d", "--csv"])
        const [header, row] = csv.stdout.split("\r\n")
        assert.strictEqual(header, "end_period_ts,open,high,low,close,volume,yes_bid,yes_ask,open_interest")
        assert.match(row ?? "", /^\d+,0\.4500,0\.4500,0\.4500,0\.4500,3\.00,0\.4500,0\.5500,3\.00$/)
        const none = yield* run(["candles", ticker, "--since", "2w", "--until", "1w"])
        assert.strictEqual(none.stdout, "No candlesticks found in this range. Pass an earlier --since\n")
      })
    )
  })

  describe("exit codes", () => {
    it.effect("3: the exchange does not know the ticker", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* prepare
        for (const command of ["market", "event", "series", "book", "trades", "candles"]) {
          const { exit, stderr, stdout } = yield* run([command, "KXNONE"])
          assert.deepStrictEqual([command, exit, stdout], [command, "refused", ""])
          assert.match(stderr, /^Error: The exchange has no (?:market|event|series) "KXNONE"\. /)
        }
        assert.strictEqual((yield* run(["book", ticker, "KXNONE", "--json"])).exit, "refused")
        yield* sandbox.plant({ operation: "GetMarket", status: 404, times: 1, body: {} })
        assert.include((yield* run(["market", ticker])).stderr, `The exchange has no market "${ticker}"`)
        const lower = yield* run(["market", "kxlook-26-b"])
        assert.deepStrictEqual(lower.exit, "refused")
        assert.include(lower.stderr, "Did you mean KXLOOK-26-B?")
        const event = yield* run(["market", "KXLOOK-26"])
        assert.strictEqual(event.exit, "refused")
        assert.include(
          event.stderr,
          '"KXLOOK-26" is an event, not a market. Show its markets with `kalshi event KXLOOK-26`'
        )
      })
    )

    it.effect("2: a wrong flag or argument, before anything is sent", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* prepare
        const before = (yield* sandbox.requests).length
        for (const args of [
          ["markets", "--limit", "0"],
          ["markets", "--limit", "1", "--all"],
          ["markets", "--json", "--csv"],
          ["markets", "--status", "resting"],
          ["market", ticker, "--csv"],
          ["market"],
          ["book"],
          ["book", ticker, "--depth", "-1"],
          ["trades", "--since", "yesterday"],
          ["trades", "--since", "1h", "--until", "2h"],
          ["candles", ticker, "--period", "5m"],
          ["candles", ticker, "--period", "1m", "--since", "1900-01-01"],
          ["candles", ticker, "--since", "2999-01-01"],
          ["series", "KXLOOK", "--tag", "x"],
          ["search"],
          ["search", " "]
        ]) {
          const { exit, stdout } = yield* run(args)
          assert.deepStrictEqual([args, exit, stdout], [args, "usage", ""])
        }
        assert.strictEqual((yield* sandbox.requests).length, before)
      })
    )

    it.effect("0: the reader of a long list closes the output", () =>
      Effect.gen(function* () {
        const { runProcess, sandbox } = yield* prepare
        // The list is longer than the buffer of a pipe, so the command is still writing when the reader closes the
        // pipe.
        for (let number = 0; number < 1_500; number++) yield* sandbox.createMarket({ ticker: `KXMANY-26-${number}` })
        const { code, stderr, stdout } = yield* runProcess(["markets", "--all", "--csv"], { head: 2 })
        assert.deepStrictEqual([code, stderr], [0, ""])
        assert.match(stdout, /^ticker,[^\n]*\nKX[^\n]*\n$/)
      })
    )
  })
})
