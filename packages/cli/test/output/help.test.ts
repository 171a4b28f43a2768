import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { kalshi as tree } from "../../src/Cli.ts"
import { version } from "../../src/app/version.ts"
import { wrap, wrapMessage } from "../../src/output/wrap.ts"
import { nodesOf } from "../../src/shell/commands.ts"
import { kalshi } from "../support/cli.ts"

describe("wrap", () => {
  it("breaks a text between words", () => {
    assert.deepStrictEqual(wrap("one two three", 7), ["one two", "three"])
    assert.deepStrictEqual(wrap("", 7), [])
    assert.deepStrictEqual(wrap("  one\n two ", 80), ["one two"])
  })

  it("keeps a word that is longer than a line", () => {
    assert.deepStrictEqual(wrap("a kalshi.com/long b", 5), ["a", "kalshi.com/long", "b"])
  })

  it("counts wide characters as two columns", () => {
    assert.deepStrictEqual(wrap("日本 日本", 8), ["日本", "日本"])
  })

  it("breaks 100,000 words", () => {
    assert.lengthOf(wrap("word ".repeat(100_000), 14), 33_334)
  })
})

describe("wrapMessage", () => {
  it("breaks long lines between words, and keeps commands to copy", () => {
    assert.strictEqual(
      wrapMessage("Error: one two three\n  twelve eleven thirteen\n  kalshi profile add NAME", 22),
      "Error: one two three\n  twelve eleven\n  thirteen\n  kalshi profile add NAME"
    )
    assert.strictEqual(wrapMessage("word ".repeat(40), undefined), "word ".repeat(40))
  })

  it.effect("is applied to errors on a terminal", () =>
    Effect.gen(function* () {
      const { stderr } = yield* kalshi(["status"], { columns: 80 })
      const lines = stderr.trimEnd().split("\n")
      assert.isAbove(lines.length, 1)
      for (const line of lines) assert.isAtMost(line.length, 80)
      assert.strictEqual(lines.join(" "), (yield* kalshi(["status"])).stderr.trimEnd())
    })
  )
})

describe("--help", () => {
  it.effect("lists the commands by group before the flags", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* kalshi(["--help"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, /^Read market data, watch it live, and trade/)
      assert.match(stdout, /\n\nLook\n {2}status +Shows whether/)
      assert.isTrue(stdout.indexOf("\nLook\n") < stdout.indexOf("\nFlags of every command\n"))
      assert.notMatch(stdout, /wizard|log-level/)
    })
  )

  it.effect("of every command fits into 80 columns, except for examples", () =>
    Effect.gen(function* () {
      for (const { path } of nodesOf(tree)) {
        const { stdout } = yield* kalshi([...path.slice(1), "--help"], { columns: 80 })
        const long = stdout.split("\n").filter((line) => line.length > 80 && !/^ {2}kalshi/.test(line))
        assert.deepStrictEqual(long, [], path.join(" "))
      }
    })
  )

  it.effect("never says that a flag with a default is required", () =>
    Effect.gen(function* () {
      const { stdout } = yield* kalshi(["replay", "--help"], { columns: 80 })
      assert.match(stdout, /--ticker <string> +Only this market; can be repeated \(default: all\)\n/)
      for (const { path } of nodesOf(tree)) {
        const help = (yield* kalshi([...path.slice(1), "--help"])).stdout
        assert.notMatch(help, /\(default[^()]*\)\s+\(required\)/, path.join(" "))
      }
    })
  )

  it.effect("is printed if the subcommand is missing", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* kalshi([])).stdout, (yield* kalshi(["--help"])).stdout)
      assert.strictEqual((yield* kalshi(["keys"])).stdout, (yield* kalshi(["keys", "--help"])).stdout)
    })
  )

  it.effect("has colors only if the terminal has colors", () =>
    Effect.gen(function* () {
      assert.notInclude((yield* kalshi(["--help"], { columns: 80 })).stdout, "\u001b")
      assert.include((yield* kalshi(["--help"], { columns: 80, color: true })).stdout, "\u001b[36mstatus\u001b[39m")
    })
  )
})

describe("--version", () => {
  it.effect("prints the name and the version", () =>
    Effect.gen(function* () {
      const { stdout } = yield* kalshi(["--version"])
      assert.strictEqual(stdout, `kalshi ${version}\n`)
    })
  )
})
