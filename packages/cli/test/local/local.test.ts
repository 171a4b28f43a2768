import { createServer } from "node:net"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { kalshi } from "../support/cli.ts"

const usedPort = Effect.map(
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer().listen(0, "127.0.0.1")
      await once(server, "listening")
      return server
    }),
    (server) => Effect.sync(() => server.close())
  ),
  (server) => (server.address() as AddressInfo).port // a server that listens on a port has this kind of address
)

const key = { KALSHI_API_KEY_ID: "a", KALSHI_PRIVATE_KEY_PATH: "/nowhere" }

describe("kalshi demo", () => {
  it.live("without a terminal, prints how to connect and then the market data, and ends after --for", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* kalshi(["demo", "--for", "1500ms"])
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /^A local exchange with simulated traders runs at http:\/\/127\.0\.0\.1:\d+\./)
      assert.match(
        stdout,
        /^ {2}export KALSHI_PRIVATE_KEY='-----BEGIN PRIVATE KEY-----\\n\S+\\n-----END PRIVATE KEY-----'$/m
      )
      assert.match(stdout, /^\d\d:\d\d:\d\d {2}KXNFLGAME-\S+ {2}best {3}0\.\d{4} \/ 0\.\d{4}$/m)
      assert.strictEqual(stderr, "")
    })
  )

  it.live("with --json, prints one JSON value per line", () =>
    Effect.gen(function* () {
      const { stdout } = yield* kalshi(["demo", "--for", "60s", "--json"], { head: 3 })
      const [started, ...events] = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
      assert.hasAllKeys(started, ["type", "url", "page", "markets", "env"])
      assert.isTrue(events.length > 0 && events.every(({ type }) => type === "ticker" || type === "trade"))
    })
  )

  it.live("on a terminal, shows the books of a game, and does not use the user's profiles", () =>
    Effect.gen(function* () {
      const env = { KALSHI_PROFILE: "missing", KALSHI_ENV: "production", ...key }
      const { code, stderr, stdout } = yield* kalshi(["demo", "--for", "60s"], {
        columns: 100,
        keys: [],
        env,
        until: (stdout) => stdout.includes("KXNFLGAME-")
      })
      assert.strictEqual(code, 0, stderr)
      assert.include(stdout, "Order books")
      assert.include(stdout, "KXNFLGAME-")
      assert.match(stderr, /^The page of the local exchange: http:\/\/127\.0\.0\.1:\d+\/sandbox\/$/m)
    })
  )

  it.live("refuses a duration without a unit", () =>
    Effect.gen(function* () {
      const { exit, stderr } = yield* kalshi(["demo", "--for", "2"])
      assert.strictEqual(exit, "usage")
      assert.include(stderr, "a duration such as 30s, 5m or 1h")
    })
  )

  it.live("refuses a port that is in use", () =>
    Effect.gen(function* () {
      const port = yield* usedPort
      const { exit, stderr } = yield* kalshi(["demo", "--port", String(port)])
      assert.strictEqual(exit, "failed")
      assert.include(stderr, `it cannot listen on port ${port}. Pass another --port`)
    })
  )
})

describe("kalshi sandbox", () => {
  it.live("prints one error with the reason if the exchange does not start", () =>
    Effect.gen(function* () {
      const { exit, stderr, stdout } = yield* kalshi(["sandbox", "--host", "0.0.0.0"])
      assert.strictEqual(exit, "failed")
      assert.strictEqual(stdout, "")
      assert.match(stderr, /^Error: The local exchange did not start: 0\.0\.0\.0 is not a loopback address\..*\n$/)
    })
  )
})

describe("kalshi relay", () => {
  it.live("refuses wrong flags before it connects", () =>
    Effect.gen(function* () {
      for (const [flag, value, reason] of [
        ["--lines", "9", "a number of lines from 1 to 8"],
        ["--port", "65536", "a port from 0 to 65535"]
      ] as const) {
        const { exit, stderr } = yield* kalshi(["relay", flag, value])
        assert.strictEqual(exit, "usage")
        assert.include(stderr, reason)
      }
    })
  )

  it.live("needs a key", () =>
    Effect.gen(function* () {
      const { exit } = yield* kalshi(["relay", "--env", "http://127.0.0.1:1"], {
        env: { KALSHI_CONFIG_DIR: "/nowhere" }
      })
      assert.strictEqual(exit, "key")
    })
  )
})
