import { assert, describe, it } from "@effect/vitest"
import * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"
import { describeUsage } from "../../src/app/usageErrors.ts"
import { kalshi } from "../support/cli.ts"

const errors: ReadonlyArray<readonly [args: string, message: string]> = [
  ["statu", 'There is no command "kalshi statu". Did you mean status? See `kalshi --help`'],
  ["keys chek", 'There is no command "kalshi keys chek". Did you mean check? See `kalshi keys --help`'],
  ["xyz", 'There is no command "kalshi xyz". See `kalshi --help`'],
  ["markets --limt 4", '"kalshi markets" has no flag --limt. Did you mean --limit? See `kalshi markets --help`'],
  ["markets --sub 4", '"kalshi markets" has no flag --sub. Did you mean --subaccount? See `kalshi markets --help`'],
  ["markets --limit x", '--limit must be a whole number, but is "x". See `kalshi markets --help`'],
  ["markets --limit 0", '--limit must be a whole number of at least 1, but is "0". See `kalshi markets --help`'],
  ["markets --limit", "--limit has no value. It must be a whole number. See `kalshi markets --help`"],
  ["keys new --kind dsa --out a", '--kind must be one of ed25519, rsa, but is "dsa". See `kalshi keys new --help`'],
  ["keys new --out a --kind", "--kind has no value. It must be one of ed25519, rsa. See `kalshi keys new --help`"],
  [
    "completions tcsh",
    'The argument shell must be one of bash, zsh, fish, but is "tcsh". See `kalshi completions --help`'
  ],
  [
    `markets --limit ${"a".repeat(100_000)}`,
    `--limit must be a whole number, but is "${"a".repeat(60)}…". See \`kalshi markets --help\``
  ],
  ["keys check", "The argument file is required. See `kalshi keys check --help`"],
  ["status a", '"kalshi status" does not take "a". See `kalshi status --help`'],
  [
    "keys check -- -----BEGIN PRIVATE KEY----- MC4CAQAwBQYDK2Vw -----END PRIVATE KEY-----",
    '"kalshi keys check" does not take the text of a private key. See `kalshi keys check --help`'
  ],
  ["keys new", "--out is required. See `kalshi keys new --help`"],
  ["status --env", "--env has no value. Pass --env <exchange>. See `kalshi status --help`"]
]

describe("a wrong command line", () => {
  for (const [args, message] of errors) {
    it.effect(`kalshi ${args.slice(0, 60)}`, () =>
      Effect.gen(function* () {
        const result = yield* kalshi(args.split(" "))
        assert.deepStrictEqual(result, { exit: "usage", code: 2, stdout: "", stderr: `Error: ${message}\n` })
      })
    )
  }

  it.effect("is reported as one line of JSON with --json", () =>
    Effect.gen(function* () {
      for (const flag of ["--json", "--json=true", "--json=yes"]) {
        const { stderr, stdout } = yield* kalshi(["statu", flag])
        assert.strictEqual(stdout, "")
        assert.deepInclude(JSON.parse(stderr).error, { exit: "usage", exit_code: 2, type: "Usage" })
      }
    })
  )
})

describe("describeUsage", () => {
  const names = { commands: [], flags: [] }
  const invalid = (value: string, expected: string) =>
    describeUsage(new CliError.InvalidValue({ option: "name", value, expected, kind: "flag" }), "kalshi", names)

  it("repeats what a command expects", () => {
    assert.strictEqual(invalid("5", "Expected: a number of rows"), '--name must be a number of rows, but is "5"')
    assert.strictEqual(invalid("5", "at least 6 values"), '--name must be at least 6 values, but is "5"')
    assert.strictEqual(invalid("5", "The name is taken"), "--name is invalid: The name is taken")
    assert.strictEqual(invalid("", "string"), "--name has no value. It must be a text")
    assert.strictEqual(invalid("", "Expected: <file>"), "--name has no value. Pass --name <file>")
    assert.strictEqual(invalid("5", 'Expected "a" | "b"'), '--name must be one of a, b, but is "5"')
  })

  it("repeats the message of any other error", () => {
    const error = new CliError.ValidationError({ message: "Pass --a or --b" })
    assert.strictEqual(describeUsage(error, "kalshi", names), "Pass --a or --b")
  })
})
