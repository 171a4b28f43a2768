import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { examplesOf, matches, withPlaceholders } from "./support/console.ts"
import { LocalExchange } from "./support/exchange.ts"
import { readmeExchange } from "./support/readmeWorld.ts"

const file = fileURLToPath(new URL("../README.md", import.meta.url))
const readme = readFileSync(file, "utf8")

describe("examplesOf", () => {
  it("reads the commands and their outputs", () => {
    const text = '```console\n$ kalshi a "b c"\none\n\ntwo\n$ kalshi d | head -2\n$ kalshi e\nserves\n^C\n```\n'
    assert.deepStrictEqual(examplesOf(text), [
      {
        args: ["a", "b c"],
        head: undefined,
        interruptAfter: undefined,
        command: 'kalshi a "b c"',
        output: "one\n\ntwo"
      },
      { args: ["d"], head: 2, interruptAfter: undefined, command: "kalshi d | head -2", output: "" },
      { args: ["e"], head: undefined, interruptAfter: 1, command: "kalshi e", output: "serves\n^C" }
    ])
  })

  it("matches any text where the example has …", () => {
    assert.isTrue(matches("a … c\n…\nz", "a b c\n1\n2\nz\n"))
    assert.isTrue(matches("a\n…", "a\n"))
    assert.isFalse(matches("a … c\nz", "a b c\n1\nz\n"))
  })
})

describe("withPlaceholders", () => {
  it("keeps the example's lines that match the output, so that an update writes no random key", () => {
    assert.strictEqual(withPlaceholders("key …\n…\nold", "key 1\nabc\nnew"), "key …\n…\nnew")
    assert.strictEqual(withPlaceholders("key …\n…", "key 1\nabc\nnew"), "key 1\nabc\nnew")
  })
})

// UPDATE_README=1 writes the real outputs into the README.
layer(readmeExchange, { excludeTestServices: true })("README", (it) => {
  it.effect("has an example of each command", () =>
    Effect.gen(function* () {
      const { run } = yield* LocalExchange
      const { stdout } = yield* run(["commands", "--json"])
      const { commands } = JSON.parse(stdout) as {
        readonly commands: ReadonlyArray<{ readonly command: string; readonly subcommands: ReadonlyArray<string> }>
      }
      const shown = examplesOf(readme).map(({ command }) => `${command} `)
      const missing = commands
        .filter(
          ({ command, subcommands }) =>
            subcommands.length === 0 && !shown.some((line) => line.startsWith(`${command} `))
        )
        .map(({ command }) => command)
      assert.isAbove(commands.length, 40)
      assert.deepStrictEqual(missing, [])
    })
  )

  it.effect("shows the real output of each example", () =>
    Effect.gen(function* () {
      const { folder, run } = yield* LocalExchange
      let updated = readme
      for (const { args, command, head, interruptAfter, output } of examplesOf(readme)) {
        // The files that the README names are in the folder of the test.
        const inFolder = args.map((arg) => (/^[\w-]+\.(?:ndjson|json|pem)$/.test(arg) ? join(folder, arg) : arg))
        const { stderr, stdout } = yield* run(inFolder, {
          ...(head === undefined ? {} : { head }),
          ...(interruptAfter === undefined ? {} : { interruptAfter })
        })
        const actual = (stdout + stderr + (interruptAfter === undefined ? "" : "^C"))
          .replaceAll(`${folder}/`, "")
          .replaceAll("\r\n", "\n")
          .trimEnd()
        if (process.env["UPDATE_README"] === undefined) {
          assert.isTrue(matches(output, actual), `$ ${command}\nexpected:\n${output}\nactual:\n${actual}`)
        } else if (!matches(output, actual)) {
          updated = updated.replace(
            `$ ${command}\n${output === "" ? "" : `${output}\n`}`,
            () => `$ ${command}\n${withPlaceholders(output, actual)}\n`
          )
        }
      }
      if (updated !== readme) writeFileSync(file, updated)
    })
  )
})
