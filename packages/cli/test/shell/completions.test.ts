import { execFile } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { kalshi } from "../support/cli.ts"

const folder = mkdtempSync(join(tmpdir(), "kalshi-completions-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// Replaces the command `kalshi`, from which the scripts read the names of profiles.
writeFileSync(join(folder, "kalshi"), "#!/bin/sh\nprintf 'name,environment\\r\\npaper,demo\\r\\nlocal,sandbox\\r\\n'\n")
chmodSync(join(folder, "kalshi"), 0o755)

const execute = async (shell: string, args: ReadonlyArray<string>, program: string): Promise<string | undefined> => {
  const path = join(folder, `program.${shell}`)
  writeFileSync(path, program)
  const env = { ...process.env, HOME: folder, PATH: `${folder}${delimiter}${process.env["PATH"]}` }
  try {
    return (await promisify(execFile)(shell, [...args, path], { env })).stdout
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

const script = (shell: string) => Effect.map(kalshi(["completions", shell]), ({ stdout }) => stdout)

/**
 * A command line, and the candidates that a shell offers at its end. `all` lists all candidates, `some` only a part of
 * them.
 */
type Case = readonly [line: string, completes: { readonly all?: string; readonly some?: string }]

const bashCases: ReadonlyArray<Case> = [
  ["kalshi cal", { all: "call" }],
  ["kalshi keys ", { all: "check new" }],
  ["kalshi call OrderGroups.u", { all: "OrderGroups.updateLimit" }],
  ["kalshi call Orders.create si", { all: "side=" }],
  ["kalshi call Orders.create side=", { all: "bid ask" }],
  ["kalshi call Orders.create side=b", { all: "bid" }],
  ["kalshi call --env demo Orders.create ticker=A cou", { all: "count=" }],
  ["kalshi call Orders.batchCreate orders.0.ti", { all: "orders.0.ticker= orders.0.time_in_force=" }],
  ["kalshi call Orders.create --dr", { all: "--dry-run" }],
  ["kalshi call --", { some: "--list --describe --yes --json --env" }],
  ["kalshi status --profile p", { all: "paper" }],
  ["kalshi profile show ", { all: "paper local" }],
  ["kalshi profile remove l", { all: "local" }]
]

// fish completes whole words, so a candidate for a value contains the name of the field. fish offers flags everywhere.
const fishCases: ReadonlyArray<Case> = [
  ["kalshi cal", { all: "call" }],
  ["kalshi keys ", { some: "check new" }],
  ["kalshi call OrderGroups.u", { all: "OrderGroups.updateLimit" }],
  ["kalshi call Orders.create si", { all: "side=ask side=bid" }],
  ["kalshi call --env demo Orders.create ticker=A cou", { all: "count=" }],
  ["kalshi call Orders.create --dr", { all: "--dry-run" }],
  ["kalshi status --profile p", { all: "paper" }],
  ["kalshi profile show ", { some: "paper local" }]
]

const check = (found: string, cases: ReadonlyArray<Case>): void => {
  const lines = found.trimEnd().split("\n")
  assert.lengthOf(lines, cases.length)
  for (const [index, [line, { all, some }]] of cases.entries()) {
    const candidates = lines[index]!.split(" ").filter((candidate) => candidate !== "")
    if (all !== undefined) assert.sameMembers(candidates, all.split(" "), line)
    if (some !== undefined) assert.includeMembers(candidates, some.split(" "), line)
  }
}

describe("kalshi completions", () => {
  it.effect("bash: completes commands, flags, operations, fields, values and profiles", (context) =>
    Effect.gen(function* () {
      // Readline splits words at = and :, and passes the line up to the cursor.
      const lines = bashCases.map(([line]) => `complete_line '${line}'`).join("\n")
      const found = yield* script("bash").pipe(
        Effect.flatMap((text) =>
          Effect.promise(() =>
            execute(
              "bash",
              ["--norc"],
              `${text}
complete_line() {
  local word
  COMP_LINE="$1" COMP_POINT=\${#1} COMP_WORDS=() COMPREPLY=()
  for word in $1; do
    while [[ "$word" == *=* ]]; do COMP_WORDS+=("\${word%%=*}" "="); word="\${word#*=}"; done
    [[ -n "$word" ]] && COMP_WORDS+=("$word")
  done
  [[ "$1" == *' ' ]] && COMP_WORDS+=("")
  COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
  _kalshi_names kalshi "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
  echo "\${COMPREPLY[*]}"
}
${lines}
complete -p kalshi >&2`
            )
          )
        )
      )
      if (found === undefined) return context.skip("bash is not installed")
      check(found, bashCases)
    })
  )

  it.effect("fish: completes commands, flags, operations, fields, values and profiles", (context) =>
    Effect.gen(function* () {
      const text = yield* script("fish")
      const lines = fishCases
        .map(([line]) => `string join -- ' ' (complete -C '${line}' | string split -f1 \\t)`)
        .join("\n")
      const found = yield* Effect.promise(() => execute("fish", ["--no-config"], `${text}\n${lines}`))
      if (found === undefined) return context.skip("fish is not installed")
      check(found, fishCases)
    })
  )

  it.effect("zsh: completes fields, values and profiles, and leaves the rest to the standard script", (context) =>
    Effect.gen(function* () {
      const text = yield* script("zsh")
      const own = [
        "call Orders.create 'si'",
        "call Orders.create side=b",
        "profile show ''",
        "status --profile ''",
        "call ''"
      ]
      const found = yield* Effect.promise(() =>
        execute(
          "zsh",
          ["-f"],
          // Some builtins of zsh work only during a completion. These functions replace them and print their arguments.
          `compdef() { print "compdef $@"; }
${text}
compadd() { print -- "$@"; }
compset() { }
_arguments() { print arguments; return 1; }
complete_line() { words=(kalshi "$@"); CURRENT=$#words; _kalshi_names; }
${own.map((line) => `complete_line ${line}`).join("\n")}`
        )
      )
      if (found === undefined) return context.skip("zsh is not installed")
      const [registered, fields, values, ...others] = found.trimEnd().split("\n")
      assert.strictEqual(registered, "compdef _kalshi_names kalshi")
      assert.match(fields!, /^-S {2}-- .*\bside= /)
      assert.deepStrictEqual([values, ...others], ["-- bid ask", "-- paper local", "-- paper local", "arguments"])
    })
  )

  it.effect("refuses an unknown shell", () =>
    Effect.gen(function* () {
      const { exit, stderr } = yield* kalshi(["completions", "tcsh"])
      assert.strictEqual(exit, "usage")
      assert.include(stderr, 'The argument shell must be one of bash, zsh, fish, but is "tcsh"')
    })
  )
})
