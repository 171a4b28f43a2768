import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Events from "@kalshi-effect/client/Events"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as MultivariateCollections from "@kalshi-effect/client/MultivariateCollections"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundle } from "../../bundle.ts"

const folder = mkdtempSync(join(tmpdir(), "kalshi-sandbox-"))
const file = join(folder, "dist", "bin", "kalshi-sandbox.js")

beforeAll(async () => {
  for (const name of ["package.json", "page"]) {
    cpSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), join(folder, name), { recursive: true })
  }
  await bundle(file)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Starts the command. Its process stops when the scope closes. */
const start = (...options: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, [file, ...options])),
    (child) =>
      Effect.promise(async () => {
        if (child.exitCode === null && child.signalCode === null && child.kill()) await once(child, "exit")
      })
  )

/** Starts the command. Returns its process, and the text that it prints before it serves. */
const served = (...options: ReadonlyArray<string>) =>
  Effect.flatMap(start(...options), (child) =>
    Effect.callback<{ readonly child: typeof child; readonly text: string }>((resume) => {
      let text = ""
      child.stderr.pipe(process.stderr)
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString()
        if (text.endsWith("\n\n")) resume(Effect.succeed({ child, text }))
      })
      child.once("exit", () => resume(Effect.succeed({ child, text })))
    })
  )

const announced = (...options: ReadonlyArray<string>) => Effect.map(served(...options), ({ text }) => text)

const ended = (...options: ReadonlyArray<string>) =>
  Effect.flatMap(start(...options), (child) =>
    Effect.callback<{ readonly code: number | null; readonly text: string; readonly errors: string }>((resume) => {
      let [text, errors] = ["", ""]
      child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()))
      child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()))
      child.once("close", (code) => resume(Effect.succeed({ code, text: text + errors, errors })))
    })
  )

const pasted = (lines: string): Record<string, string> =>
  Object.fromEntries(
    execFileSync("sh", ["-c", `${lines}\nenv -0`], { encoding: "utf8", env: {} })
      .split("\0")
      .filter((line) => line.startsWith("KALSHI_"))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])
  )

const client = (env: Record<string, string>) =>
  Kalshi.layerConfig.pipe(
    Layer.provide([
      NodeHttpClient.layerUndici,
      NodeServices.layer,
      ConfigProvider.layer(ConfigProvider.fromEnv({ env }))
    ])
  )

const bid = {
  ticker: "KXSAMPLE-26-YES",
  side: "bid",
  count: "2",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
} as const

describe("kalshi-sandbox", () => {
  for (const keys of ["ed25519", "rsa"]) {
    it.live(`prints shell lines with which a client connects (${keys} keys)`, () =>
      Effect.gen(function* () {
        const [, one = "", other = ""] = (yield* announced("--port", "0", "--keys", keys)).split("\n\n")
        const placed = yield* Orders.create(bid).pipe(Effect.provide(client(pasted(one))))
        const taken = yield* Orders.create({ ...bid, side: "ask" }).pipe(Effect.provide(client(pasted(other))))
        assert.deepStrictEqual([placed.fill_count, taken.fill_count], ["0.00", "2.00"])
      }).pipe(Effect.scoped)
    )
  }

  it.live("creates a collection for combos of its markets", () =>
    Effect.gen(function* () {
      const text = yield* announced("--port", "0")
      assert.include(text, "# Markets: KXSAMPLE-26-YES, KXOTHER-26-YES. Collection of their events: KXMVESAMPLE-R")
      const legs = ["KXSAMPLE-26", "KXOTHER-26"].map((event_ticker) => ({
        event_ticker,
        market_ticker: `${event_ticker}-YES`,
        side: "yes" as const
      }))
      const combo = MultivariateCollections.createMarket({ collection_ticker: "KXMVESAMPLE-R", selected_markets: legs })
      const { market_ticker } = yield* combo.pipe(Effect.provide(client(pasted(text.split("\n\n")[1] ?? ""))))
      assert.match(market_ticker, /^KXMVESAMPLE-/)
    }).pipe(Effect.scoped)
  )

  it.live("creates the markets of --market, and stops the clock with --clock frozen", () =>
    Effect.gen(function* () {
      const text = yield* announced("--port", "0", "--clock", "frozen", "--market", "KXA-26-1", "--market", "KXB-26-1")
      assert.include(text, "# Markets: KXA-26-1, KXB-26-1")
      const env = pasted(text.split("\n\n")[1] ?? "")
      const order = Orders.create({ ...bid, ticker: "KXB-26-1" })
      const balances = Effect.all([Portfolio.balance(), order, Effect.sleep("20 millis"), Portfolio.balance()])
      const [before, , , after] = yield* balances.pipe(Effect.provide(client(env)))
      assert.strictEqual(after.updated_ts, before.updated_ts)
      assert.strictEqual(before.balance - after.balance, 80)
    }).pipe(Effect.scoped)
  )

  it.live("with --crowd, serves a market in which simulated accounts trade", () =>
    Effect.gen(function* () {
      const text = yield* announced("--port", "0", "--crowd", "5")
      assert.include(text, "# A crowd of 5 traders")
      const order = { ...bid, price: "0.99", time_in_force: "immediate_or_cancel" } as const
      const placed = yield* Orders.create(order).pipe(Effect.provide(client(pasted(text.split("\n\n")[1] ?? ""))))
      assert.strictEqual(placed.fill_count, "2.00")
    }).pipe(Effect.scoped)
  )

  it.live("gives accounts and keys the same ids for the same seed", () =>
    Effect.gen(function* () {
      const ids = (text: string) => text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g)
      const first = ids(yield* announced("--port", "0", "--seed", "7"))
      assert.strictEqual(first?.length, 4)
      assert.deepStrictEqual(ids(yield* announced("--port", "0", "--seed", "7")), first)
      assert.notDeepEqual(ids(yield* announced("--port", "0", "--seed", "8")), first)
    }).pipe(Effect.scoped)
  )

  it.live("creates the example world by default, but not with --no-world", () =>
    Effect.gen(function* () {
      const events = (...options: ReadonlyArray<string>) =>
        Effect.gen(function* () {
          const text = yield* announced("--port", "0", ...options)
          const tickers = yield* Events.list().pipe(
            Effect.map((page) => page.events.map(({ event_ticker }) => event_ticker.replace(/-.*$/, ""))),
            Effect.provide(client(pasted(text.split("\n\n")[1] ?? "")))
          )
          return { tickers, isAnnounced: text.includes("--no-world") }
        })
      const [full, empty] = [yield* events(), yield* events("--no-world")]
      assert.isTrue(full.isAnnounced)
      assert.includeMembers([...full.tickers], ["KXSAMPLE", "KXNFLGAME", "KXBTCD"])
      assert.deepStrictEqual(empty, { tickers: ["KXSAMPLE", "KXOTHER"], isAnnounced: false })
    }).pipe(Effect.scoped)
  )

  it.live("continues from the file of --state after SIGKILL, with the same keys", () =>
    Effect.gen(function* () {
      const options = ["--port", "0", "--state", join(folder, "state.jsonl")]
      const withoutPort = (text: string) => text.replaceAll(/127\.0\.0\.1:\d+|[0-9a-f]{64}/g, "")
      const first = yield* Effect.scoped(
        Effect.gen(function* () {
          const { child, text } = yield* served(...options)
          yield* Orders.create(bid).pipe(Effect.provide(client(pasted(text.split("\n\n")[1] ?? ""))))
          child.kill("SIGKILL")
          yield* Effect.promise(() => once(child, "exit"))
          return text
        })
      )
      const second = yield* announced(...options)
      assert.strictEqual(withoutPort(second), withoutPort(first))
      const env = pasted(second.split("\n\n")[2] ?? "")
      const taken = yield* Orders.create({ ...bid, side: "ask" }).pipe(Effect.provide(client(env)))
      assert.strictEqual(taken.fill_count, "2.00")
      const { code, text } = yield* ended(...options)
      assert.strictEqual(code, 1)
      assert.include(text, "is in use by process")
    }).pipe(Effect.scoped)
  )

  it.live("prints the address of its page, and permits an origin of --cors", () =>
    Effect.gen(function* () {
      const origin = "http://localhost:3000"
      const text = yield* announced("--port", "0", "--cors", "https://app.example.com", "--cors", origin)
      const [, url = "", token] = /# Its page: (\S+) \(token for changes: ([0-9a-f]{64})\)/.exec(text) ?? []
      yield* Effect.promise(async () => {
        const page = await (await fetch(url)).text()
        assert.include(page, `content="${token}"`)
        assert.strictEqual((await fetch(new URL("page/main.js", url))).status, 200)
        const status = await fetch(new URL("/trade-api/v2/exchange/status", url), { headers: { origin } })
        assert.strictEqual(status.headers.get("access-control-allow-origin"), origin)
      })
      assert.include((yield* ended("--port", "0", "--cors", "localhost")).text, "is not an origin")
    }).pipe(Effect.scoped)
  )

  it.live("refuses to serve other machines without --allow-remote", () =>
    Effect.gen(function* () {
      const { code, text } = yield* ended("--port", "0", "--host", "0.0.0.0")
      assert.strictEqual(code, 1)
      assert.include(text, "0.0.0.0 is not a loopback address")
      assert.include(text, "--allow-remote")
    }).pipe(Effect.scoped)
  )

  it.live("reports a port in use", () =>
    Effect.gen(function* () {
      const taken = createServer().listen(0, "127.0.0.1")
      yield* Effect.addFinalizer(() => Effect.sync(() => taken.close()))
      yield* Effect.promise(() => once(taken, "listening"))
      const { port } = taken.address() as AddressInfo // the address of a TCP server
      const { code, text } = yield* ended("--port", String(port))
      assert.strictEqual(code, 1)
      assert.include(text, `cannot listen on 127.0.0.1:${port}`)
      assert.include(text, "EADDRINUSE")
    }).pipe(Effect.scoped)
  )

  it.live("explains an invalid option", () =>
    Effect.gen(function* () {
      for (const [options, reason] of [
        [["--port", "70000"], "a port from 0 to 65535"],
        [["--port", "-1"], "a port from 0 to 65535"],
        [["--port", "1.5"], "an integer"],
        [["--seed", "-1"], "a whole number from 0 to 9007199254740991"],
        [["--clock", "slow"], '"real" | "frozen"'],
        [["--crowd", "1001"], "a number of traders from 0 to 1000"],
        [["--colour", "red"], "Unrecognized flag"],
        [["--port", "0", "--market", "KXA-1", "--market", "KXA-1"], "market already exists: KXA-1"]
      ] as const) {
        const { code, errors } = yield* ended(...options)
        assert.strictEqual(code, 1, options.join(" "))
        // The command prints its help to stdout. To stderr, it prints a heading and one line.
        const lines = errors.split("\n").filter((line) => line.trim() !== "")
        assert.deepStrictEqual([lines.length, lines[0]], [2, "ERROR"], errors)
        assert.include(lines[1], reason)
      }
    }).pipe(Effect.scoped)
  )
})
