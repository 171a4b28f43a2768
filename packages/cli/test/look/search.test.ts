import { assert, describe, it, layer } from "@effect/vitest"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Effect from "effect/Effect"
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { decodeCache, encodeCache, type Listing } from "../../src/look/searchCache.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"

const listing: Listing = {
  readMillis: 1_000,
  events: [
    {
      event_ticker: "E",
      series_ticker: "S",
      title: "Título",
      sub_title: "",
      markets: [
        { ticker: "E-M", title: "t", yes_sub_title: "y", close_time: "2026-12-01T00:00:00Z", volume_fp: "1.00" }
      ]
    }
  ]
}

describe("decodeCache", () => {
  it("reads the text that encodeCache wrote", () => {
    assert.deepStrictEqual(decodeCache(encodeCache(listing, Environment.demo), Environment.demo), listing)
  })

  it("ignores the cache of another environment", () => {
    assert.isUndefined(decodeCache(encodeCache(listing, Environment.demo), Environment.production))
  })

  it("ignores a text that is not a cache", () => {
    const text = encodeCache(listing, Environment.demo)
    const changed = (change: (file: { [name: string]: unknown; events: Array<Array<unknown>> }) => void): string => {
      const file = JSON.parse(text)
      change(file)
      return JSON.stringify(file)
    }
    for (const wrong of [
      "",
      "null",
      "[]",
      "{}",
      text.slice(0, -5),
      changed((file) => void (file["format"] = "kalshi-search-0")),
      changed((file) => void (file["readMillis"] = "1000")),
      changed((file) => void (file["readMillis"] = 1e300)),
      changed((file) => void Object.assign(file, { events: {} })),
      changed((file) => void file.events.push([])),
      changed((file) => void file.events[0]?.splice(2, 1, 5)),
      changed((file) => void file.events[0]?.splice(4, 1, [["E-M", "t", "y", "z"]])),
      changed((file) => void file.events[0]?.splice(4, 1, [["E-M", "t", "y", "z", {}]]))
    ]) {
      assert.isUndefined(decodeCache(wrong, Environment.demo), wrong)
    }
  })
})

layer(exchange(), { excludeTestServices: true })("kalshi search", (it) => {
  const prepare = Effect.gen(function* () {
    const local = yield* LocalExchange
    const { env, sandbox } = local
    const view = yield* sandbox.view
    if (!view.tickers().includes("KXFIND-26-A")) {
      yield* sandbox.createMarket({ ticker: "KXFIND-26-A", title: "Málaga wins" })
      yield* sandbox.createMarket({ ticker: "KXFIND-26-B", title: "Madrid wins" })
      yield* sandbox.createMarket({ ticker: "KXFIND-26-PAUSED", title: "Málaga draws" })
      yield* sandbox.pauseMarket("KXFIND-26-PAUSED")
    }
    const folder = env["KALSHI_CACHE_DIR"] ?? ""
    rmSync(folder, { recursive: true, force: true })
    const requests = Effect.map(
      sandbox.requests,
      (all) => all.filter(({ operation }) => operation === "GetEvents").length
    )
    const path = () => join(folder, readdirSync(folder)[0] ?? "")
    return { ...local, folder, path, requests }
  }).pipe(Effect.orDie)

  const note = /^The list of open events is (\d+ \w+) old\. Pass --refresh to read it again\n$/

  it.effect("finds open markets that contain all words, and no paused market", () =>
    Effect.gen(function* () {
      const { run } = yield* prepare
      const terminal = yield* run(["search", "malaga", "--refresh"], { columns: 80 })
      assert.match(terminal.stderr, /^Reading the open events of the exchange…\n/)
      const { stderr, stdout } = yield* run(["search", "malaga", "kxfind", "--refresh"])
      assert.match(stdout, /^type +ticker [^\n]*\nmarket +KXFIND-26-A +KXFIND-26 +Málaga wins [^\n]*\n$/)
      assert.strictEqual(stderr, "")
      assert.strictEqual(
        (yield* run(["search", "none"])).stdout,
        "No open event or market contains all of these words\n"
      )
    })
  )

  it.effect("omits other columns before it shortens a title", () =>
    Effect.gen(function* () {
      const { run, sandbox } = yield* prepare
      const [ticker, title] = ["KXFINDLONG-26NOV30MIADEN-MI", "Miami beats Denver"]
      yield* sandbox.createMarket({ ticker, title })
      const { stderr, stdout } = yield* run(["search", "miami", "--refresh"], { columns: 80 })
      assert.include(stdout, title)
      assert.match(stderr, /Columns that do not fit: type, close_time\./)
    })
  )

  it.effect("reuses the list of open events for ten minutes, and prints its age", () =>
    Effect.gen(function* () {
      const { requests, run } = yield* prepare
      const nowMillis = Date.now()
      const before = yield* requests
      assert.strictEqual((yield* run(["search", "wins"], { nowMillis })).stderr, "")
      const second = yield* run(["search", "wins", "--json"], { nowMillis: nowMillis + 180_000 })
      assert.strictEqual(note.exec(second.stderr)?.[1], "3 minutes")
      assert.deepStrictEqual(
        JSON.parse(second.stdout).map(({ ticker }: { ticker: string }) => ticker),
        ["KXFIND-26-A", "KXFIND-26-B"]
      )
      assert.strictEqual((yield* requests) - before, 1)
      const refreshed = yield* run(["search", "wins", "--refresh"], { nowMillis: nowMillis + 180_000 })
      assert.deepStrictEqual([refreshed.stderr, (yield* requests) - before], ["", 2])
      yield* run(["search", "wins"], { nowMillis: nowMillis + 180_000 + 600_001 })
      assert.strictEqual((yield* requests) - before, 3)
      // The clock was set back: the age of the list is not known.
      yield* run(["search", "wins"], { nowMillis })
      assert.strictEqual((yield* requests) - before, 4)
    })
  )

  it.effect("keeps the list in a file that only the user can read", () =>
    Effect.gen(function* () {
      const { folder, path, run } = yield* prepare
      yield* run(["search", "wins"])
      assert.strictEqual(statSync(path()).mode & 0o777, 0o600)
      assert.strictEqual(statSync(folder).mode & 0o777, 0o700)
      assert.lengthOf(readdirSync(folder), 1)
    })
  )

  it.effect("replaces a file that contains no valid list", () =>
    Effect.gen(function* () {
      const { path, requests, run } = yield* prepare
      yield* run(["search", "wins"])
      const before = yield* requests
      const good = readFileSync(path(), "utf8")
      writeFileSync(path(), good.slice(0, 50))
      const result = yield* run(["search", "wins"])
      assert.deepStrictEqual([result.exit, result.stderr, (yield* requests) - before], ["done", "", 1])
      assert.strictEqual(readFileSync(path(), "utf8").length, good.length)
    })
  )

  it.effect("finds markets even if the list cannot be kept, and prints a note", () =>
    Effect.gen(function* () {
      const { folder, run } = yield* prepare
      writeFileSync(folder, "a file, not a folder")
      const { exit, stderr, stdout } = yield* run(["search", "wins", "--csv"])
      rmSync(folder)
      assert.strictEqual(exit, "done")
      assert.include(stderr, "The list of open events was not kept for the next search")
      assert.strictEqual(stdout.split("\r\n").length, 4)
    })
  )

  it.effect("leaves no part of a file behind if the list cannot be replaced", () =>
    Effect.gen(function* () {
      const { folder, path, run } = yield* prepare
      yield* run(["search", "wins"])
      const file = path()
      rmSync(file)
      mkdirSync(join(file, "in the way"), { recursive: true })
      const { exit, stderr } = yield* run(["search", "wins"])
      assert.strictEqual(exit, "done")
      assert.include(stderr, "was not kept")
      assert.lengthOf(readdirSync(folder), 1)
    })
  )
})
