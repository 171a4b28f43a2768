import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { exits } from "../src/app/exits.ts"
import { layer as exchange, LocalExchange } from "./support/exchange.ts"
import { kalshi } from "./support/cli.ts"

layer(exchange(), { excludeTestServices: true })("kalshi", (it) => {
  describe("exit codes and errors", () => {
    it.effect("0: the command succeeds", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const result = yield* run(["status"])
        assert.deepStrictEqual(result, {
          exit: "done",
          code: 0,
          stdout: "exchange  up\ntrading   active\n",
          stderr: ""
        })
      })
    )

    it.effect("2: the command line is wrong; the standard output stays empty", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const result = yield* run(["statu"])
        assert.strictEqual(result.exit, "usage")
        assert.strictEqual(result.stdout, "")
        assert.strictEqual(
          result.stderr,
          'Error: There is no command "kalshi statu". Did you mean status? See `kalshi --help`\n'
        )
      })
    )

    it.effect("2: no exchange is chosen", () =>
      Effect.gen(function* () {
        const { env } = yield* LocalExchange
        const { KALSHI_ENV: _, ...others } = env
        const result = yield* kalshi(["status"], { env: others })
        assert.strictEqual(result.exit, "usage")
        assert.include(result.stderr, "No exchange is chosen. Pass --env production, --env demo")
      })
    )

    it.effect("6: nothing listens at the address", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const result = yield* run(["status", "--env", "http://127.0.0.1:1"])
        assert.strictEqual(result.exit, "unavailable")
        assert.include(result.stderr, "ECONNREFUSED")
      })
    )

    it.effect("text from the exchange in an error cannot control the terminal", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* LocalExchange
        const message = "\u001b]0;title\u0007\u001b[2Jred\u202etxt"
        for (const flags of [[], ["--json"], ["--debug"]]) {
          yield* sandbox.plant({ operation: "GetMarkets", status: 400, times: 1, body: { code: "a", message } })
          const { exit, stderr } = yield* run(["markets", ...flags])
          assert.strictEqual(exit, "refused")
          assert.include(stderr, "red")
          assert.notMatch(stderr, /(?!\n)[\p{Cc}\u202e]/u)
        }
      })
    )

    it.effect("the JSON of an error contains the exit code", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const { code, stderr, stdout } = yield* run(["status", "--env", "http://127.0.0.1:1", "--json"])
        assert.strictEqual(stdout, "")
        const { error } = JSON.parse(stderr)
        assert.deepInclude(error, { exit: "unavailable", exit_code: code, type: "TransportError" })
        assert.strictEqual(code, exits.unavailable.code)
      })
    )

    it.effect("the process `kalshi` exits with the code of its command", () =>
      Effect.gen(function* () {
        const { runProcess } = yield* LocalExchange
        const [done, wrong] = yield* Effect.all([runProcess(["status"]), runProcess(["statu"])], { concurrency: 2 })
        assert.deepStrictEqual([done.code, wrong.code], [0, 2])
        assert.strictEqual(done.stdout, "exchange  up\ntrading   active\n")
      })
    )
  })
})
