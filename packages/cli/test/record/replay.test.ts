import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { kalshi, type Options } from "../support/cli.ts"
import { delta, frame, header, snapshot, startMillis, trade } from "./support/recordings.ts"

let folder = ""
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "kalshi-replay-"))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, lines: ReadonlyArray<string>): string => {
  const file = join(folder, name)
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""))
  return file
}

const replay = (args: ReadonlyArray<string>, options?: Options) =>
  Effect.map(kalshi(["replay", ...args], options), ({ stderr, ...result }) => ({
    ...result,
    stderr: stderr.replaceAll(`${folder}/`, "")
  }))

const at = (afterMillis: number) => startMillis + afterMillis

/** A recording with two books, two changes, a trade, and a lost connection. */
const day = [
  header({ tickers: ["A", "B"], channels: ["orderbook_delta", "trade"] }),
  frame(10, { id: 1, type: "subscribed", msg: { channel: "orderbook_delta", sid: 1 } }),
  frame(10, snapshot(1, [["0.4500", "10.00"]], [["0.4700", "5.00"]])),
  frame(10, snapshot(2, [["0.1000", "1.00"]], [], "B")),
  frame(1_000, delta(3, "yes", "0.4600", "7.00")),
  frame(2_000, delta(4, "no", "0.4700", "-2.00")),
  frame(2_000, trade(1, "bid", "0.4700", "2.00")),
  `{"type":"outage","at_ms":${at(3_000)},"channel":"orderbook_delta","markets":["A","B"],"detail":"Closed with code 1006"}`,
  frame(4_000, snapshot(1, [["0.4000", "1.00"]], [["0.6000", "2.00"]]), 2),
  frame(4_000, snapshot(2, [["0.2000", "3.00"]], [], "B"), 2),
  `{"type":"end","at_ms":${at(5_000)},"reason":"stopped"}`
]

interface FinalBook {
  readonly market_ticker: string
  readonly is_live: boolean
  readonly bids?: ReadonlyArray<{ readonly price: string; readonly count: string }>
  readonly asks?: ReadonlyArray<{ readonly price: string; readonly count: string }>
}

const bookOf = (file: string, ...args: ReadonlyArray<string>) =>
  Effect.map(replay([file, "--books", "--json", ...args]), ({ stderr, stdout }) => ({
    levels: (JSON.parse(stdout) as ReadonlyArray<FinalBook>).flatMap(({ asks, bids, is_live, market_ticker }) => {
      assert.deepStrictEqual([asks !== undefined, bids !== undefined], [is_live, is_live])
      const text = (side: string) => (level: { readonly price: string; readonly count: string }) =>
        `${market_ticker} ${side} ${level.price} ${level.count}`
      return [...(asks ?? []).map(text("ask")), ...(bids ?? []).map(text("bid"))]
    }),
    stderr
  }))

describe("kalshi replay", () => {
  it.live("prints one line per event for people, and no replies of the feed", () =>
    Effect.gen(function* () {
      const result = yield* replay([write("day.ndjson", day)])
      assert.strictEqual(result.exit, "done")
      assert.strictEqual(
        result.stdout,
        `# Recorded 2026-11-30T12:00:00.000Z from https://exchange/trade-api/v2: A, B (orderbook_delta, trade)
12:00:00.010Z  book       A  1 bid, best 0.4500 x 10.00; 1 ask, best 0.4700 x 5.00
12:00:00.010Z  book       B  1 bid, best 0.1000 x 1.00; 0 asks
12:00:01.000Z  change     A  bid 0.4600  +7.00
12:00:02.000Z  change     A  ask 0.4700  -2.00
12:00:02.000Z  trade      A  taker buys 2.00 YES at 0.4700
12:00:03.000Z  outage     A,B  orderbook_delta Closed with code 1006
12:00:04.000Z  book       A  1 bid, best 0.4000 x 1.00; 1 ask, best 0.6000 x 2.00
12:00:04.000Z  book       B  1 bid, best 0.2000 x 3.00; 0 asks
12:00:05.000Z  end        the recording stopped
`
      )
      assert.strictEqual(result.stderr, "")
    })
  )

  it.live("prints the unchanged lines with --json, filtered by --ticker, --from and --until", () =>
    Effect.gen(function* () {
      const file = write("day.ndjson", day)
      const whole = yield* replay([file, "--json"])
      assert.strictEqual(whole.stdout, readFileSync(file, "utf8"))
      const some = yield* replay([
        file,
        "--json",
        "--ticker",
        "B",
        "--from",
        "5ms",
        "--until",
        "2026-11-30T12:00:03.5Z"
      ])
      assert.strictEqual(some.stdout, `${day[3]}\n${day[7]}\n`)
      const exact = yield* replay([file, "--json", "--from", `${at(1_000)}`, "--until", `${at(1_000)}`])
      assert.strictEqual(exact.stdout, `${day[4]}\n`)
    })
  )

  it.live("prints the books at --until, or at the end", () =>
    Effect.gen(function* () {
      const file = write("day.ndjson", day)
      assert.deepStrictEqual(yield* bookOf(file, "--until", "1s"), {
        levels: ["A ask 0.47 5.00", "A bid 0.46 7.00", "A bid 0.45 10.00", "B bid 0.10 1.00"],
        stderr: ""
      })
      assert.deepStrictEqual(yield* bookOf(file, "--ticker", "A"), {
        levels: ["A ask 0.60 2.00", "A bid 0.40 1.00"],
        stderr: ""
      })
      const table = yield* replay([file, "--books", "--ticker", "B"])
      assert.strictEqual(table.stdout, "market_ticker  side  price  count\nB              bid    0.20   3.00\n")
    })
  )

  it.live("shows no book while messages are missing", () =>
    Effect.gen(function* () {
      const unknown = (file: string, ...args: ReadonlyArray<string>) =>
        Effect.map(bookOf(file, ...args), ({ levels, stderr }) => {
          assert.deepStrictEqual(levels, [])
          assert.include(stderr, "The book of A is not known at this time, because earlier messages are missing")
        })
      const start = frame(0, snapshot(1, [["0.4500", "10.00"]], []))
      const outage = write("outage.ndjson", day)
      yield* unknown(outage, "--until", "3500ms", "--ticker", "A")
      // Three reasons: a gap in `seq`, a new start of `kalshi record` in the file (twice), and a missing part.
      yield* unknown(write("gap.ndjson", [header(), start, frame(1, delta(3, "yes", "0.4500", "1.00"))]))
      const next = header({ recording_id: "two" })
      yield* unknown(write("run.ndjson", [header(), start, next, frame(1, delta(2, "yes", "0.4500", "1.00"))]))
      yield* unknown(write("restart.ndjson", [header(), start, next]))
      const missing = [header({ part: 3 }), frame(1, delta(2, "yes", "0.4500", "1.00"))]
      write("missing.0001.ndjson", [header(), start])
      write("missing.0003.ndjson", missing)
      yield* unknown(join(folder, "missing.ndjson"))
      const undecodable = frame(1, { type: "orderbook_delta", sid: 1, seq: 2, msg: { market_ticker: "A" } })
      yield* unknown(write("undecodable.ndjson", [header(), start, undecodable]))
    })
  )

  it.live("ignores a repeated message, and accepts the seq that follows a reply", () =>
    Effect.gen(function* () {
      const change = frame(1, delta(2, "yes", "0.4500", "1.00"))
      const reply = frame(2, { type: "ok", id: 3, sid: 1, seq: 3, msg: { market_tickers: ["A"] } })
      const after = frame(3, delta(4, "yes", "0.4500", "1.00"))
      const start = frame(0, snapshot(1, [["0.4500", "10.00"]], []))
      const file = write("repeated.ndjson", [header(), start, change, change, reply, after])
      assert.deepStrictEqual((yield* bookOf(file)).levels, ["A bid 0.45 12.00"])
    })
  )

  it.live("finds parts by the name of the recording, reads compressed parts, and sorts parts by time", () =>
    Effect.gen(function* () {
      const parts = [1, 2, 3].map((part) => [
        header({ part, at_ms: at(part) }),
        frame(part, part === 1 ? snapshot(1, [["0.4500", "10.00"]], []) : delta(part, "yes", "0.4500", "1.00"))
      ])
      const files = parts.map((lines, index) => write(`long.000${index + 1}.ndjson`, lines))
      const expected = ["A bid 0.45 12.00"]
      assert.deepStrictEqual((yield* bookOf(join(folder, "long.ndjson"))).levels, expected)
      const [first = "", second = "", third = ""] = files
      const compressed = `${second}.gz`
      writeFileSync(compressed, gzipSync(readFileSync(second)))
      assert.deepStrictEqual((yield* bookOf(third, compressed, first)).levels, expected)
    })
  )

  it.live("ignores an incomplete last line, with a note", () =>
    Effect.gen(function* () {
      const file = write("torn.ndjson", day.slice(0, 3))
      appendFileSync(file, day[4]!.slice(0, 50))
      const result = yield* replay([file, "--json"])
      assert.strictEqual(result.stdout, `${day.slice(0, 3).join("\n")}\n`)
      assert.strictEqual(
        result.stderr,
        "torn.ndjson ends with an incomplete line of 50 bytes, which is ignored. The recording was not closed\n"
      )
      // Only the line break is missing.
      const whole = write("whole.ndjson", day.slice(0, 3))
      appendFileSync(whole, day[4]!)
      assert.strictEqual((yield* replay([whole, "--json"])).stdout, `${day.slice(0, 3).join("\n")}\n${day[4]}\n`)
    })
  )

  it.live("skips a file without a complete line", () =>
    Effect.gen(function* () {
      const empty = write("empty.ndjson", [])
      const result = yield* replay([empty, write("day.ndjson", day), "--json"])
      assert.strictEqual(result.exit, "done")
      assert.strictEqual(result.stderr, "empty.ndjson is skipped, because it contains no complete line\n")
      assert.strictEqual(result.stdout.split("\n").length, day.length + 1)
    })
  )

  it.live("refuses files and flags that are not valid", () =>
    Effect.gen(function* () {
      for (const [args, exit, message] of [
        [["nothing.ndjson"], "usage", "There is no file"],
        [[write("other.csv", ["a,b"])], "usage", "other.csv is not a recording. Pass a file of `kalshi record`"],
        [[write("newer.ndjson", [header({ format: 2 })])], "usage", "Install a newer version"],
        [[write("older.ndjson", [header({ format: 0 })])], "usage", "Install an older version"],
        [
          [write("damaged.ndjson", [header(), "{", day[2]!])],
          "failed",
          "Line 2 of damaged.ndjson is not a line of a recording, so the file is damaged"
        ],
        [[write("day.ndjson", day), "--books", "--serve"], "usage", "exclude each other"],
        [[write("day.ndjson", day), "--port", "1"], "usage", "--port needs --serve"],
        [[write("day.ndjson", day), "--csv"], "usage", "Use --json, or --books"],
        [[write("day.ndjson", day), "--speed", "0"], "usage", "a number above 0, or max"],
        [[write("day.ndjson", day), "--from", "noon"], "usage", "a time after the start (90s, 5m)"],
        [[], "usage", "file"]
      ] as const) {
        const result = yield* replay(args)
        assert.strictEqual(result.exit, exit, args.join(" "))
        assert.include(result.stderr, message)
        assert.strictEqual(result.stdout, "")
      }
    })
  )

  it.live("ends without an error if the reader closes the output", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 2_000 }, (_, index) => frame(index, delta(index + 2, "yes", "0.4500", "1.00")))
      const result = yield* replay([write("many.ndjson", [header(), ...many])], { head: 2 })
      assert.deepStrictEqual([result.exit, result.stderr, result.stdout.split("\n").length], ["done", "", 3])
    })
  )

  it.live("shows text from the exchange without control characters", () =>
    Effect.gen(function* () {
      const evil = frame(1, delta(2, "yes", "0.4500", "1.00", "A\u001b[2J\u202e"))
      const { stdout } = yield* replay([write("evil.ndjson", [header({ environment: "x\u001b[31m" }), evil])])
      for (const control of ["\u001b", "\u202e"]) assert.notInclude(stdout, control)
    })
  )

  it.live("escapes control characters in the JSON of a book, and keeps the ticker", () =>
    Effect.gen(function* () {
      const ticker = "A\u009b2J\u202e"
      const book = frame(1, snapshot(1, [["0.4500", "1.00"]], [], ticker))
      const { stdout } = yield* replay([write("evil-book.ndjson", [header(), book]), "--books", "--json"])
      for (const control of ["\u009b", "\u202e"]) assert.notInclude(stdout, control)
      assert.deepInclude(JSON.parse(stdout)[0], { market_ticker: ticker })
    })
  )
})
