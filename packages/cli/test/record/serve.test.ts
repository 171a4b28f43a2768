import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { accounts } from "../../src/record/serve.ts"
import { kalshi } from "../support/cli.ts"
import { delta, frame, header, snapshot, startMillis, trade, waitUntil } from "./support/recordings.ts"

let folder = ""
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "kalshi-serve-"))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ticker = "KXSERVED-26-A"

const write = (name: string, lines: ReadonlyArray<string>): string => {
  const file = join(folder, name)
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""))
  return file
}

const recording = [
  header({ tickers: [ticker], channels: ["orderbook_delta", "trade"] }),
  frame(0, snapshot(1, [["0.4050", "10.00"]], [["0.4700", "5.00"]], ticker)),
  frame(1_000, trade(1, "bid", "0.4700", "2.00", ticker)),
  frame(1_000, delta(2, "no", "0.4700", "-2.00", ticker)),
  frame(9_000, delta(3, "yes", "0.4600", "7.00", ticker))
]

const whileServing = <A, E>(
  args: ReadonlyArray<string>,
  act: (exchange: {
    readonly environment: Environment.Environment
    readonly keyFile: string
    /** Completes when the whole recording was served. */
    readonly ended: Effect.Effect<void>
  }) => Effect.Effect<A, E>
) =>
  Effect.gen(function* () {
    const state = mkdtempSync(join(folder, "state-"))
    const stop = yield* Deferred.make<void>()
    let stderr = ""
    const running = yield* Effect.forkChild(
      kalshi(["replay", ...args, "--serve", "--port", "0", "--json"], {
        env: { KALSHI_STATE_DIR: state },
        onStderr: (text) => void (stderr = text),
        stop: Deferred.await(stop)
      })
    )
    // The name of the key's file contains the port.
    const keyFile = () => readdirSync(state).find((name) => name.endsWith(".pem"))
    yield* waitUntil(Effect.sync(() => keyFile() !== undefined))
    const port = /\d+/.exec(keyFile() ?? "")?.[0] ?? ""
    const environment = Result.getOrThrow(Environment.fromUrl(`http://127.0.0.1:${port}`))
    const ended = waitUntil(Effect.sync(() => stderr.includes("The recording has ended")))
    const acted = yield* act({ environment, keyFile: join(state, keyFile() ?? ""), ended })
    yield* Deferred.succeed(stop, undefined)
    const result = yield* Fiber.join(running)
    assert.isUndefined(keyFile())
    return { ...result, acted }
  })

/** The id of the user's key: the same accounts and the same seed give the same ids. */
const userKeyId = Effect.provide(
  Effect.map(Sandbox.Sandbox, ({ credentials }) => credentials.at(-1)?.keyId ?? ""),
  Sandbox.layerTest({ accounts })
)

const publicLayer = (environment: Environment.Environment) =>
  Layer.provide(Kalshi.layerPublic({ environment }), NodeHttpClient.layerUndici)

const bookOf = (environment: Environment.Environment) =>
  Markets.orderbook({ ticker }).pipe(
    Effect.map(({ orderbook_fp }) => orderbook_fp),
    Effect.provide(publicLayer(environment))
  )

const waitForLevel = (environment: Environment.Environment, price: string) =>
  waitUntil(
    Effect.map(Effect.orDie(bookOf(environment)), ({ no_dollars, yes_dollars }) =>
      [...yes_dollars, ...no_dollars].some(([own]) => own === price)
    )
  )

describe("kalshi replay --serve", () => {
  it.live("serves the recorded book, and removes the key at the end", () =>
    Effect.gen(function* () {
      const { acted, exit, stderr, stdout } = yield* whileServing(
        [write("day.ndjson", recording), "--speed", "max"],
        ({ ended, environment, keyFile }) =>
          Effect.gen(function* () {
            yield* ended
            const book = yield* bookOf(environment)
            assert.strictEqual(statSync(keyFile).mode & 0o777, 0o600)
            return { book, environment }
          })
      )
      assert.strictEqual(exit, "done")
      assert.deepStrictEqual<unknown>(acted.book, {
        yes_dollars: [
          ["0.4050", "10.00"],
          ["0.4600", "7.00"]
        ],
        no_dollars: [["0.5300", "3.00"]]
      })
      const printed = JSON.parse(stdout) as Record<string, unknown>
      assert.deepInclude(printed, { url: acted.environment.restUrl.replace("/trade-api/v2", ""), tickers: [ticker] })
      assert.include(stderr, "The recording has ended. The exchange keeps its last books until Ctrl-C")
      assert.notInclude(stdout + stderr, "PRIVATE KEY")
    })
  )

  it.live("starts with the book at --from, and continues at --speed", () =>
    Effect.gen(function* () {
      // After --from, the other market changes first. At this speed, the next eight recorded seconds take over two
      // hours.
      const other = frame(1_000, snapshot(1, [["0.10", "1.00"]], [], "KXOTHER-26-B", 7))
      const file = write("slow.ndjson", [...recording.slice(0, 2), other, recording[4]!])
      const { acted } = yield* whileServing([file, "--from", "500ms", "--speed", "0.001"], ({ environment }) =>
        Effect.andThen(waitForLevel(environment, "0.4050"), bookOf(environment))
      )
      assert.deepStrictEqual<unknown>(acted.yes_dollars, [["0.4050", "10.00"]])
    })
  )

  it.live("lets a user trade on the recorded market with the printed key", () =>
    Effect.gen(function* () {
      const { acted, stdout } = yield* whileServing(
        [write("day.ndjson", recording), "--speed", "max"],
        ({ environment, keyFile }) =>
          Effect.gen(function* () {
            yield* waitForLevel(environment, "0.4600")
            const apiKey = yield* ApiKey.fromFile({ keyId: yield* userKeyId, path: keyFile })
            return yield* Orders.create({
              ticker,
              side: "bid",
              count: "2",
              price: "0.47",
              time_in_force: "good_till_canceled",
              self_trade_prevention_type: "taker_at_cross"
            }).pipe(
              Effect.provide(
                Layer.provide(
                  Kalshi.layer({ environment, signer: Signer.fromApiKey(apiKey) }),
                  NodeHttpClient.layerUndici
                )
              )
            )
          }).pipe(Effect.provide(NodeServices.layer))
      )
      assert.deepStrictEqual<unknown>([acted.fill_count, acted.average_fill_price], ["2.00", "0.4700"])
      assert.strictEqual((JSON.parse(stdout) as { readonly key_id: string }).key_id, yield* userKeyId)
    })
  )

  it.live("serves only the markets of --ticker", () =>
    Effect.gen(function* () {
      const other = frame(10, snapshot(1, [["0.10", "1.00"]], [], "KXOTHER-26-B", 7))
      const otherTrade = frame(10, trade(1, "bid", "0.4700", "2.00", "KXOTHER-26-B"))
      const file = write("two.ndjson", [...recording.slice(0, 1), other, otherTrade, ...recording.slice(1, 2)])
      const { acted } = yield* whileServing([file, "--speed", "max", "--ticker", ticker], ({ environment }) =>
        Effect.gen(function* () {
          yield* waitForLevel(environment, "0.4050")
          const { markets } = yield* Markets.list().pipe(Effect.provide(publicLayer(environment)))
          return markets.map((market) => market.ticker)
        })
      )
      assert.deepStrictEqual(acted, [ticker])
    })
  )

  it.live("plays the recorded trades, except block trades", () =>
    Effect.gen(function* () {
      const block = JSON.stringify(trade(2, "bid", "0.4700", "9.00", ticker)).replace(
        '"trade_id"',
        '"is_block_trade":true,"trade_id"'
      )
      const file = write("trades.ndjson", [
        ...recording.slice(0, 3),
        frame(1_000, JSON.parse(block) as object),
        ...recording.slice(3)
      ])
      const { acted } = yield* whileServing([file, "--speed", "max"], ({ environment }) =>
        Effect.gen(function* () {
          yield* waitForLevel(environment, "0.4600")
          return yield* Markets.trades({ ticker }).pipe(Effect.provide(publicLayer(environment)))
        })
      )
      assert.deepStrictEqual<unknown>(
        acted.trades.map(({ count_fp, taker_book_side, yes_price_dollars }) => [
          taker_book_side,
          count_fp,
          yes_price_dollars
        ]),
        [["bid", "2.00", "0.4700"]]
      )
    })
  )

  it.live("says that the book does not change if an outage affects the book, not if it affects only the trades", () =>
    Effect.gen(function* () {
      const outage = (channel: string) =>
        JSON.stringify({ type: "outage", at_ms: startMillis + 500, channel, markets: [ticker], detail: "Closed" })
      const file = write("outage.ndjson", [...recording.slice(0, 2), outage("trade"), outage("orderbook_delta")])
      const { stderr } = yield* whileServing([file, "--speed", "max"], ({ ended }) => ended)
      assert.include(stderr, `outage of trade for ${ticker}: Closed\n`)
      assert.include(
        stderr,
        `outage of orderbook_delta for ${ticker}: Closed. The book does not change until its next snapshot\n`
      )
    })
  )

  it.live("fails with advice if the port is in use", () =>
    Effect.gen(function* () {
      const server = createServer().listen(0, "127.0.0.1")
      yield* Effect.promise(() => new Promise<void>((resolve) => server.once("listening", () => resolve())))
      const { port } = server.address() as AddressInfo // it listens on TCP
      const file = write("day.ndjson", recording)
      const result = yield* kalshi(["replay", file, "--serve", "--port", `${port}`], {
        env: { KALSHI_STATE_DIR: folder }
      })
      server.close()
      assert.strictEqual(result.exit, "failed")
      assert.include(
        result.stderr,
        `Cannot listen on port ${port}: another program uses this port (EADDRINUSE). Pass another --port`
      )
    })
  )
})
