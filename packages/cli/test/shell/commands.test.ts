import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { kalshi } from "../../src/Cli.ts"
import { exits } from "../../src/app/exits.ts"
import { describeCommand, nodesOf } from "../../src/shell/commands.ts"
import { kalshi as run } from "../support/cli.ts"

const described = Effect.forEach(nodesOf(kalshi), (node) => describeCommand(kalshi, node)).pipe(
  Effect.provide(NodeServices.layer)
)

describe("every command", () => {
  it.effect("has a description, and examples that start with its name", () =>
    Effect.gen(function* () {
      for (const { command, description, examples, subcommands } of yield* described) {
        assert.notStrictEqual(description, "", command)
        // A group of commands needs no examples: its commands have examples.
        if (subcommands.length === 0) assert.isNotEmpty(examples, command)
        for (const example of examples) {
          assert.isTrue(example.command.startsWith(command), example.command)
          assert.isNotEmpty(example.description, example.command)
        }
      }
    })
  )

  it.effect("that changes something can be tried with --dry-run, and sent without a question with --yes", () =>
    Effect.gen(function* () {
      const changing = (yield* described).filter(({ changes }) => changes)
      assert.isNotEmpty(changing)
      for (const { command, flags } of changing) {
        const names = flags.map(({ name }) => name)
        assert.includeMembers(names, ["--dry-run", "--yes"], command)
      }
    })
  )

  it.effect("that changes nothing has neither --dry-run nor --yes", () =>
    Effect.gen(function* () {
      for (const { changes, command, flags } of yield* described) {
        if (changes) continue
        const names = flags.map(({ name }) => name)
        assert.notIncludeMembers(names, ["--dry-run"], command)
        assert.notIncludeMembers(names, ["--yes"], command)
      }
    })
  )

  it.effect("describes each of its flags and arguments", () =>
    Effect.gen(function* () {
      for (const { arguments: args, command, flags } of yield* described) {
        for (const { description, name } of [...args, ...flags])
          assert.notStrictEqual(description, "", `${command} ${name}`)
      }
    })
  )
})

describe("kalshi commands", () => {
  it.effect("shows the tree of commands, and marks commands that change something", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* run(["commands"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, /^kalshi\n/)
      assert.match(stdout, /^ {2}call +\* Calls any operation/m)
      assert.match(stdout, /^ {2}keys + {2}Checks and creates private keys\n {4}check + {2}Checks a private key file$/m)
    })
  )

  it.effect("fits the terminal", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["commands"], { columns: 60 })
      assert.isTrue(stdout.split("\n").every((line) => line.length <= 60))
    })
  )

  it.effect("prints arguments, flags, exit codes and `changes` of each command as JSON", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["commands", "--json"])
      const all = JSON.parse(stdout)
      assert.deepStrictEqual(
        all.exit_codes.map(({ code, name }: { readonly code: number; readonly name: string }) => [name, code]),
        Object.entries(exits).map(([name, { code }]) => [name, code])
      )
      const find = (command: string) =>
        all.commands.find((entry: { readonly command: string }) => entry.command === command)
      assert.deepInclude(find("kalshi call"), {
        changes: true,
        group: "Everything",
        exit_codes: [0, 1, 2, 3, 4, 5, 6, 130]
      })
      assert.deepInclude(find("kalshi keys check"), {
        changes: false,
        exit_codes: [0, 1, 2, 3, 4, 6, 130],
        arguments: [
          { name: "file", type: "path", required: true, variadic: false, description: "The file of the private key" }
        ]
      })
      assert.deepInclude(find("kalshi keys new").flags, {
        name: "--out",
        aliases: [],
        type: "path",
        required: true,
        description: "The new file for the private key"
      })
    })
  )
})
