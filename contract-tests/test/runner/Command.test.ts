import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Replay from "../../src/runner/Replay.ts"
import { run, start } from "./support/command.ts"
import { withServedExchange, withServer } from "./support/servers.ts"

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? ""

const counts = /^\d+ passed, \d+ failed, \d+ skipped$/

const folder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), "kalshi-contract-"))

/** A valid key that no exchange knows. */
const unknownKey = {
  KALSHI_API_KEY_ID: "00000000-0000-4000-8000-00000000c0de",
  KALSHI_PRIVATE_KEY: fs.readFileSync(
    new URL("../../../fixtures/signing/keys/ed25519.pkcs8.pem", import.meta.url),
    "utf8"
  )
}

describe("kalshi-contract run", { timeout: 120_000 }, () => {
  it("exits with 0 if every check passes, prints the counts last, and prints nothing on standard error", async () => {
    const args = ["--property", "P1,P9,P12", "--operation", "OrderGroups.get", "--runs", "3", "--workers", "2"]
    const ended = await start(["run", ...args]).ended
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.match(lastLine(ended.stdout), counts)
    assert.strictEqual(ended.stderr, "")
  })

  it("writes the same report for the same seed, except for times", async () => {
    const files = [0, 1].map((n) => path.join(folder(), `${n}.json`))
    const commandLine = [
      "run",
      "--property",
      "P1,P2,P3,P5,P9,P10,P12",
      "--operation",
      "OrderGroups.*",
      "--runs",
      "5",
      "--seed",
      "42",
      "--workers",
      "2"
    ]
    await Promise.all(files.map((file) => start([...commandLine, "--report", `json=${file}`]).ended))
    const [first, second] = files.map((file) => fs.readFileSync(file, "utf8").replace(/"times": \{[\s\S]*$/, ""))
    assert.strictEqual(first, second)
    assert.include(first, '"seed": 42')
    assert.isAbove(first?.length ?? 0, 2_000)
  })

  const invalidArguments: ReadonlyArray<readonly [string, ReadonlyArray<string>, RegExp]> = [
    ["zero workers", ["--workers", "0"], /--workers must be at least 1/],
    ["a seed that is not a number", ["--seed", "x"], /--seed/],
    ["a seed of more than 32 bits", ["--seed", "99999999999"], /--seed must be a 32-bit integer, not 99999999999/],
    ["zero runs", ["--runs", "0"], /--runs must be at least 1/],
    ["an unknown property", ["--property", "P99"], /no property P99. The properties are P0, /],
    ["an unknown operation", ["--operation", "Nope"], /no operation matches Nope/],
    ["an unknown report format", ["--report", "pdf=x"], /--report takes html=FILE/],
    ["a report file that cannot be written", ["--report", "json=/nonexistent/x"], /cannot write the report/],
    ["a budget that is not a duration", ["--budget", "x"], /--budget must be a duration/],
    ["an invalid address", ["--target", "ftp://host"], /--target: .*https:\/\//],
    ["plain http beyond loopback", ["--target", "http://example.com"], /Plain http is allowed only for loopback/],
    ["an exchange without a key", ["--target", "demo"], /demo needs a key: .*KALSHI_API_KEY_ID/],
    ["an unknown flag", ["--bogus"], /--bogus/]
  ]
  it.each(invalidArguments)("exits with 2, prints the reason and runs no check for %s", async (_, args, says) => {
    const { code, stderr, stdout } = await run(["run", ...args])
    assert.deepStrictEqual([code, counts.test(lastLine(stdout))], [2, false])
    assert.match(stderr, says)
  })

  it("exits with 2 for an invalid seed or key in the environment", async () => {
    const seeded = await start(["run"], { KALSHI_CONTRACT_SEED: "x" }).ended
    assert.deepStrictEqual([seeded.code, /KALSHI_CONTRACT_SEED must be/.test(seeded.stderr)], [2, true])
    const keyed = await start(["run", "--target", "demo"], { ...unknownKey, KALSHI_PRIVATE_KEY: "secret nonsense" })
      .ended
    assert.strictEqual(keyed.code, 2)
    assert.notInclude(keyed.stderr + keyed.stdout, "secret nonsense")
  })

  it("exits with 2 for a key of another exchange", async () => {
    const { code, stderr } = await run(["run", "--target", "demo"], { ...unknownKey, KALSHI_ENV: "production" })
    assert.deepStrictEqual([code, /KALSHI_ENV states that the key belongs to production/.test(stderr)], [2, true])
  })

  it("exits with 3 and prints the reason if the time budget runs out", async () => {
    const { code, stdout } = await run(["run", "--budget", "0.001s"])
    assert.strictEqual(code, 3)
    assert.include(stdout, "the time budget ended before all checks ran")
    assert.match(lastLine(stdout), counts)
  })

  it("writes a partial report and exits with 130 when interrupted", async () => {
    const file = path.join(folder(), "report.json")
    const { child, ended } = start([
      "run",
      "--runs",
      "5000",
      "--workers",
      "1",
      "--report",
      `json=${file}`,
      "--property",
      "P9"
    ])
    const isWaiting = (): boolean => !fs.existsSync(file)
    // The command creates the file just before the run starts.
    while (isWaiting() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50))
    child.kill("SIGINT")
    const { code, stdout } = await ended
    assert.strictEqual(code, 130)
    assert.include(stdout, "interrupted; the report covers only the checks that ran")
    assert.match(lastLine(stdout), counts)
    const report = JSON.parse(fs.readFileSync(file, "utf8"))
    assert.deepStrictEqual([report.ending, report.exitCode === 0], ["interrupted", false])
  })
})

describe("kalshi-contract run --target ADDRESS", { timeout: 120_000 }, () => {
  const runOn = (url: string) => run(["run", "--target", url, "--timeout", "1s"], unknownKey)

  it("exits with 2 if the connection is refused", async () => {
    const url = await withServer(
      () => {},
      async (url) => url
    )
    const { code, stderr } = await runOn(url)
    assert.deepStrictEqual(
      [code, /does not respond like the exchange: .*did not carry out/.test(stderr)],
      [2, true],
      stderr
    )
  })

  it("exits with 2 if the response is a web page", () =>
    withServer(
      (_, response) => void response.setHeader("content-type", "text/html").end("<html>hello</html>"),
      async (url) => {
        const { code, stderr } = await runOn(url)
        assert.deepStrictEqual([code, /does not respond like the exchange: .*not JSON/.test(stderr)], [2, true], stderr)
      }
    ))

  it("exits with 2 if the exchange does not respond", () =>
    withServer(
      () => {},
      async (url) => {
        const { code, stderr } = await runOn(url)
        assert.deepStrictEqual([code, /timed out after 1000 ms/.test(stderr)], [2, true], stderr)
      }
    ))

  it("exits with 1 if no request gets a 2xx response", () =>
    withServer(
      (_, response) => {
        response.statusCode = 503
        response.setHeader("content-type", "application/json").end('{"exchange_active":false,"trading_active":false}')
      },
      async (url) => {
        const { code, stdout } = await run(
          ["run", "--target", url, "--timeout", "1s", "--operation", "Exchange.status"],
          unknownKey
        )
        assert.deepStrictEqual([code, lastLine(stdout)], [1, "1 passed, 1 failed, 0 skipped"], stdout)
        assert.include(stdout, "no request got a 2xx response")
      }
    ))

  it("stops after three calls in a row without a response", () => {
    let served = 0
    return withServer(
      (request, response) => {
        if (++served > 2) return
        const status = request.url?.endsWith("/exchange/status") === true
        response
          .setHeader("content-type", "application/json")
          .end(status ? '{"exchange_active":true,"trading_active":true}' : "{}")
      },
      async (url) => {
        const { code, stdout } = await run(["run", "--target", url, "--timeout", "0.2s"], unknownKey)
        assert.strictEqual(code, 1)
        assert.include(stdout, "no complete response arrived")
        assert.include(stdout, "stopped responding: 3 calls in a row had no response")
        assert.match(lastLine(stdout), counts)
      }
    )
  })

  it("exits with 2 if the exchange rejects the key, without printing the key id", () =>
    Effect.runPromise(
      withServedExchange(({ sandbox }) =>
        Effect.promise(async () => {
          const { code, stderr } = await runOn(sandbox.url)
          assert.deepStrictEqual([code, /rejects the key: .*status 401/.test(stderr)], [2, true], stderr)
          assert.notInclude(stderr, unknownKey.KALSHI_API_KEY_ID)
        })
      )
    ))

  it("checks reads, sends no writes, and reports the reasons for skipped operations", () =>
    Effect.runPromise(
      withServedExchange(({ key, sandbox, world }) =>
        Effect.gen(function* () {
          const before = (yield* sandbox.requests).length
          const { code, stderr, stdout } = yield* Effect.promise(() => run(["run", "--target", sandbox.url], key))
          assert.strictEqual(code, 0, stdout + stderr)
          assert.strictEqual(lastLine(stdout), "79 passed, 0 failed, 49 skipped")
          assert.match(stdout, /skipped 44: the operation is a write, but this run on http:\S+ sends only reads/)
          assert.match(stdout, /skipped 2: there is no archived market to read/)
          assert.notInclude(stdout, world.signer.keyId)
          const served = (yield* sandbox.requests).slice(before)
          assert.isAbove(served.length, 74)
          assert.deepStrictEqual([...new Set(served.map(({ method }) => method))], ["GET"])
        })
      )
    ))

  it("detects an invalid response, and reproduces the failure from its token", () =>
    Effect.runPromise(
      withServedExchange(({ key, sandbox }) =>
        Effect.gen(function* () {
          const plant = sandbox.plant({ operation: "GetSeriesList", status: 200, body: { series: 7 } })
          yield* plant
          const { code, stdout } = yield* Effect.promise(() =>
            run(["run", "--target", sandbox.url, "--operation", "Series.list"], key)
          )
          assert.strictEqual(code, 1, stdout)
          assert.include(stdout, '✗ P12 fails for Series.list at "/series"')
          assert.match(stdout, /request: curl -X GET 'http:.*\/series'/)
          const token = /REPLAY kalshi-contract replay (\S+)/.exec(stdout)?.[1] ?? ""
          assert.strictEqual(Replay.parse(token).property, `P12@${sandbox.url}`)
          const now = yield* Effect.promise(() => run(["replay", token], key))
          assert.deepStrictEqual([now.code, now.stdout.includes("passes for Series.list now")], [0, true], now.stderr)
          yield* plant
          assert.strictEqual((yield* Effect.promise(() => run(["replay", token], key))).code, 1)
        })
      )
    ))
})

describe("kalshi-contract", { timeout: 120_000 }, () => {
  it("exits with 2 for an invalid token, command or property", async () => {
    assert.strictEqual((await run(["replay", "nonsense"])).code, 2)
    assert.strictEqual((await run(["rum"])).code, 2)
    assert.strictEqual((await run(["explain", "P99"])).code, 2)
  })

  it("exits with 0 and prints the flags for --help", async () => {
    const { code, stdout } = await run(["run", "--help"])
    assert.deepStrictEqual([code, stdout.includes("--target")], [0, true])
  })
})
