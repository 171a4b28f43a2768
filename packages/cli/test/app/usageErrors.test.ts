import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { kalshi } from "../support/cli.ts"

/** Wrong command lines, and what the command says about them. */
const errors: ReadonlyArray<readonly [args: string, message: string]> = [
  ["statu", 'There is no command "kalshi statu". Did you mean status? See `kalshi --help`'],
  ["keys chek", 'There is no command "kalshi keys chek". Did you mean check? See `kalshi keys --help`'],
  ["xyz", 'There is no command "kalshi xyz". See `kalshi --help`'],
  ["markets --limt 4", '"kalshi markets" has no flag --limt. Did you mean --limit? See `kalshi markets --help`'],
  ["markets --sub 4", '"kalshi markets" has no flag --sub. Did you mean --subaccount? See `kalshi markets --help`'],
  ["markets --limit x", '--limit must be a whole number, but is "x". See `kalshi markets --help`'],
  ["markets --limit 0", '--limit must be a number of rows: 1 or more, but is "0". See `kalshi markets --help`'],
  ["markets --limit", "--limit has no value. It must be a whole number. See `kalshi markets --help`"],
  ["keys new --kind dsa --out a", '--kind must be one of ed25519, rsa, but is "dsa". See `kalshi keys new --help`'],
  ["status a", '"kalshi status" does not take "a". See `kalshi status --help`'],
  ["keys new", "--out is required. See `kalshi keys new --help`"],
  ["keys check", "The argument file is required. See `kalshi keys check --help`"],
  ["status --env", "--env has no value. Pass --env <exchange>. See `kalshi status --help`"]
]

describe("a wrong command line", () => {
  for (const [args, message] of errors) {
    it.effect(`kalshi ${args}`, () =>
      Effect.gen(function* () {
        const result = yield* kalshi(args.split(" "))
        assert.deepStrictEqual(result, { exit: "usage", code: 2, stdout: "", stderr: `Error: ${message}\n` })
      })
    )
  }

  it.effect("is one line of JSON with --json", () =>
    Effect.gen(function* () {
      const { stderr, stdout } = yield* kalshi(["statu", "--json"])
      assert.strictEqual(stdout, "")
      assert.deepInclude(JSON.parse(stderr).error, { exit: "usage", exit_code: 2, type: "Usage" })
    })
  )
})
