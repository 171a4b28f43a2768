import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Frame, Line, Notice } from "../../src/record/lines.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"
import { linesOf, waitForText, waitUntil, whileRecording } from "./support/recordings.ts"

interface Message {
  readonly type: string
  readonly msg: {
    readonly ts_ms: number
    readonly delta_fp: string
    readonly yes_dollars_fp: ReadonlyArray<readonly [string, string]>
  }
}

const messageOf = (line: Line | undefined): Message | undefined =>
  line?.type === "frame" ? (line.message as Message) : undefined // the exchange sent a message

const typesOf = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  lines.map((line) => messageOf(line)?.type ?? line.type)

const frames = (lines: ReadonlyArray<Line>, type: string): ReadonlyArray<Frame> =>
  lines.filter((line): line is Frame => messageOf(line)?.type === type)

const notices = (lines: ReadonlyArray<Line>, type: Notice["type"]): ReadonlyArray<Notice> =>
  lines.filter((line): line is Notice => line.type === type)

const prepare = (name: string) =>
  Effect.gen(function* () {
    const { account, folder, run, sandbox } = yield* LocalExchange
    const ticker = `KX${name.toUpperCase()}-26-A`
    yield* sandbox.createMarket({ ticker })
    const bid = (price: string, count = "5") =>
      Effect.orDie(sandbox.placeOrder(account.accountId, { ticker, side: "bid", count, price }))
    yield* bid("0.40")
    return { ticker, file: join(folder, `${name}.ndjson`), folder, run, sandbox, bid }
  }).pipe(Effect.orDie)

layer(exchange(), { excludeTestServices: true })("kalshi record", (it) => {
  it.effect("records the market, the order book, and each message", () =>
    Effect.gen(function* () {
      const { bid, file, run, sandbox, ticker } = yield* prepare("messages")
      const result = yield* whileRecording(
        run,
        ["--out", file, ticker, "--json"],
        Effect.gen(function* () {
          yield* waitForText(file, "orderbook_snapshot")
          yield* bid("0.41", "7")
          const taker = yield* sandbox.createAccount()
          yield* sandbox.placeOrder(taker.accountId, { ticker, side: "ask", count: "2", price: "0.41" })
          yield* waitForText(file, '"type":"trade"')
        }).pipe(Effect.orDie)
      )
      assert.strictEqual(result.exit, "done", result.stderr)
      assert.strictEqual(result.stderr, "")
      const lines = linesOf(file)
      const [first, market] = lines
      assert.deepInclude(first, {
        type: "recording",
        format: 1,
        part: 1,
        environment: sandbox.environment.restUrl,
        tickers: [ticker],
        channels: ["orderbook_delta", "trade", "ticker"],
        account: false,
        continues: false
      })
      assert.propertyVal(market, "type", "market")
      const book = lines.find((line) => line.type === "order_book")
      assert.propertyVal(book, "reason", "start")
      assert.deepStrictEqual(book?.type === "order_book" ? book.message : undefined, {
        orderbook_fp: { yes_dollars: [["0.4000", "5.00"]], no_dollars: [] }
      })
      const [snapshot] = frames(lines, "orderbook_snapshot")
      assert.deepStrictEqual(messageOf(snapshot)?.msg.yes_dollars_fp, [["0.4000", "5.00"]])
      assert.deepStrictEqual(
        frames(lines, "orderbook_delta").map((line) => messageOf(line)?.msg.delta_fp),
        ["7.00", "-2.00"]
      )
      const [trade] = frames(lines, "trade")
      assert.strictEqual(trade?.exchange_ms, messageOf(trade)?.msg.ts_ms)
      assert.isAtLeast(trade?.at_ms ?? 0, trade?.exchange_ms ?? 0)
      assert.propertyVal(lines.at(-1), "reason", "stopped")
      for (const type of ["user_order", "fill", "market_position"]) assert.notInclude(typesOf(lines), type)
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      assert.deepInclude(JSON.parse(result.stdout), {
        files: [file],
        messages: lines.filter(({ type }) => type === "frame").length,
        order_books: 1,
        outages: 0,
        gaps: 0,
        bytes: statSync(file).size
      })
    })
  )

  it.effect("records private messages with --account, and prints a warning", () =>
    Effect.gen(function* () {
      const { bid, file, run, ticker } = yield* prepare("account")
      const result = yield* whileRecording(
        run,
        ["--out", file, "--account", "--channels", "trades", ticker],
        Effect.gen(function* () {
          yield* waitForText(file, '"channel":"market_positions"')
          yield* bid("0.41", "7")
          yield* waitForText(file, '"user_order"')
        })
      )
      assert.include(result.stderr, "The file will contain private data: fills, orders and positions")
      const lines = linesOf(file)
      assert.deepInclude(lines[0], { account: true, channels: ["trade", "fill", "user_orders", "market_positions"] })
      assert.notInclude(typesOf(lines), "orderbook_snapshot")
    })
  )

  it.effect("records a lost connection and reads the order books again", () =>
    Effect.gen(function* () {
      const { bid, file, run, sandbox, ticker } = yield* prepare("outage")
      const result = yield* whileRecording(
        run,
        ["--out", file, ticker],
        Effect.gen(function* () {
          yield* waitForText(file, "orderbook_snapshot")
          yield* sandbox.feed.drop({ how: "reset" })
          yield* bid("0.41")
          yield* waitForText(file, '"reason":"reconnect"')
        }).pipe(Effect.orDie)
      )
      const lines = linesOf(file)
      const book = (line: Line) => "channel" in line && line.channel === "orderbook_delta"
      const outage = notices(lines, "outage").find(book)
      const restored = notices(lines, "restored").find(book)
      assert.deepStrictEqual(outage?.markets, [ticker])
      assert.include(outage?.detail, "Closed with code 1006")
      const [before, after] = frames(lines, "orderbook_snapshot")
      assert.isBelow(lines.indexOf(before!), lines.indexOf(outage!))
      assert.isBelow(lines.indexOf(outage!), lines.indexOf(after!))
      assert.isBelow(before!.connection, after!.connection)
      assert.isDefined(restored)
      assert.strictEqual(messageOf(after)?.msg.yes_dollars_fp.length, 2)
      assert.match(result.stderr, /outage of orderbook_delta for KXOUTAGE-26-A: Closed with code 1006/)
      assert.match(result.stdout, /outages\s+1\n/)
      assert.strictEqual(result.stderr.split("outage of").length, 2)
    })
  )

  it.effect("records a gap before the message that reveals it, and requests a new snapshot", () =>
    Effect.gen(function* () {
      const { bid, file, run, sandbox, ticker } = yield* prepare("gap")
      yield* whileRecording(
        run,
        ["--out", file, "--channels", "orderbook", ticker],
        Effect.gen(function* () {
          yield* waitForText(file, "orderbook_snapshot")
          yield* sandbox.plant({ feed: "frame", channel: "orderbook_delta", change: "skip" })
          yield* bid("0.41")
          yield* bid("0.42")
          yield* waitForText(file, '"reason":"gap"')
          yield* waitUntil(Effect.sync(() => readFileSync(file, "utf8").split('"orderbook_snapshot"').length > 2))
        }).pipe(Effect.orDie)
      )
      const lines = linesOf(file)
      const types = typesOf(lines).filter((type) => type === "gap" || type.startsWith("orderbook_"))
      assert.deepStrictEqual(types, ["orderbook_snapshot", "gap", "orderbook_delta", "orderbook_snapshot"])
      const [gap] = notices(lines, "gap")
      assert.deepInclude(gap, {
        channel: "orderbook_delta",
        markets: [ticker],
        detail: "missing: expected seq 2, received 3"
      })
    })
  )

  it.effect("begins another file at --rotate-size, which can be read without the first file", () =>
    Effect.gen(function* () {
      const { bid, file, run, ticker } = yield* prepare("rotation")
      const part = (number: number) => file.replace(".ndjson", `.000${number}.ndjson`)
      const result = yield* whileRecording(
        run,
        ["--out", file, "--rotate-size", "100B", "--channels", "orderbook", ticker, "--json"],
        Effect.gen(function* () {
          yield* waitForText(part(1), "orderbook_snapshot")
          yield* bid("0.41")
          yield* waitForText(part(1), "rotated")
          yield* waitForText(part(2), "orderbook_snapshot")
        })
      )
      assert.isFalse(existsSync(file))
      const { files } = JSON.parse(result.stdout) as { readonly files: ReadonlyArray<string> }
      assert.deepStrictEqual(files.slice(0, 2), [part(1), part(2)])
      const headers = files.map((path) => linesOf(path)[0])
      assert.deepStrictEqual(
        headers.map((line) => line?.type === "recording" && line.part),
        files.map((_, index) => index + 1)
      )
      assert.strictEqual(new Set(headers.map((line) => line?.type === "recording" && line.recording_id)).size, 1)
      const replayed = yield* run(["replay", part(2), "--books", "--json"])
      const [book] = JSON.parse(replayed.stdout) as ReadonlyArray<{ readonly bids: ReadonlyArray<{ price: string }> }>
      assert.deepStrictEqual(
        book?.bids.map(({ price }) => price),
        ["0.41", "0.40"]
      )
    })
  )

  it.effect("refuses to overwrite a file, and continues a recording with --append", () =>
    Effect.gen(function* () {
      const { file, run, ticker } = yield* prepare("append")
      const args = ["record", "--out", file, "--for", "1ms", "--snapshot-every", "off", ticker]
      const started = yield* run(args, { columns: 80 })
      assert.strictEqual(started.exit, "done")
      assert.strictEqual(started.stderr, `Recording 1 market to ${file}. Press Ctrl-C to stop\n`)
      const first = readFileSync(file, "utf8")
      const refused = yield* run(args)
      assert.strictEqual(refused.exit, "usage")
      assert.include(refused.stderr, `${file} already exists. Pass another --out, or --append`)
      assert.strictEqual(readFileSync(file, "utf8"), first)
      writeFileSync(file, `${first}{"type":"fra`)
      assert.strictEqual((yield* run([...args, "--append"])).exit, "done")
      const headers = linesOf(file).filter((line) => line.type === "recording")
      assert.deepStrictEqual(
        headers.map(({ continues, removed_bytes }) => [continues, removed_bytes]),
        [
          [false, undefined],
          [true, 12]
        ]
      )
      assert.notStrictEqual(headers[0]?.recording_id, headers[1]?.recording_id)
    })
  )

  it.effect("refuses wrong arguments, and leaves no file", () =>
    Effect.gen(function* () {
      const { file, folder, run, ticker } = yield* prepare("refusals")
      for (const [args, exit, message] of [
        [
          ["KXNOTHING-26-A"],
          "refused",
          "The exchange has no market KXNOTHING-26-A. Find the right ticker with `kalshi markets`"
        ],
        [[ticker, ticker], "usage", "is listed twice"],
        [[ticker, "--csv"], "usage", "--csv prints lists only. Use --json"],
        [[ticker, "--channels", "orderbook,fills"], "usage", 'there is no channel "fills"'],
        [[ticker, "--for", "1"], "usage", "a duration such as 90s, 5m or 1h"],
        [[ticker, "--rotate-size", "many"], "usage", "a size such as 256MB or 1GB"],
        [[], "usage", "ticker"]
      ] as const) {
        const result = yield* run(["record", "--out", file, ...args])
        assert.strictEqual(result.exit, exit, result.stderr)
        assert.include(result.stderr, message)
        assert.isFalse(existsSync(file))
      }
      const nowhere = join(folder, "nothing", "day.ndjson")
      const unwritable = yield* run(["record", "--out", nowhere, ticker])
      assert.strictEqual(unwritable.exit, "failed")
      assert.include(
        unwritable.stderr,
        `Cannot write the recording to ${nowhere}: there is no such file or folder (ENOENT)`
      )
    })
  )

  it.effect("leaves no file if the exchange refuses the feed", () =>
    Effect.gen(function* () {
      const { file, run, sandbox, ticker } = yield* prepare("upgrade")
      yield* sandbox.plant({ feed: "upgrade", status: 401 }).pipe(Effect.orDie)
      const result = yield* run(["record", "--out", file, ticker])
      yield* sandbox.clearFaults
      assert.notStrictEqual(result.exit, "done")
      assert.include(result.stderr, "The exchange refused the feed with status 401")
      assert.isFalse(existsSync(file))
    })
  )

  it.effect("ends with the error of the feed, and keeps what was recorded", () =>
    Effect.gen(function* () {
      const { file, run, sandbox, ticker } = yield* prepare("refused")
      const result = yield* whileRecording(
        run,
        ["--out", file, ticker],
        Effect.gen(function* () {
          yield* waitForText(file, "orderbook_snapshot")
          yield* sandbox.feed.drop({ code: 4_001, reason: "no more" })
          return yield* Effect.never
        }).pipe(Effect.orDie)
      )
      assert.notStrictEqual(result.exit, "done")
      assert.include(result.stderr, "The exchange closed the feed with code 4001: no more")
      assert.match(result.stderr, /refused\.ndjson: \d+ messages until the error/)
      assert.propertyVal(linesOf(file).at(-1), "reason", "failed")
    })
  )
})
