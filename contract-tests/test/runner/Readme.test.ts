import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { run } from "./support/command.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))

const readme = fs.readFileSync(new URL("../../README.md", import.meta.url), "utf8")

const section = readme.slice(readme.indexOf("## The command"), readme.indexOf("## Importing a document"))

describe("the section of the README about the command", { timeout: 120_000 }, () => {
  it("has an example that exits with 0", async () => {
    const [, line = ""] = /```sh\n(.*)\n```/.exec(section) ?? []
    assert.include(line, "kalshi-contract.ts run")
    const env = { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env["PATH"] ?? ""}` }
    // `execFile` rejects if the command does not exit with 0.
    const { stdout } = await promisify(execFile)("bash", ["-c", line], { cwd: root, env })
    assert.match(stdout.trimEnd().split("\n").at(-1) ?? "", /^\d+ passed, 0 failed, \d+ skipped$/)
  })

  it("documents only existing commands, and every flag of run, cleanup and serve except --counterexamples", async () => {
    const options = new Set([...section.matchAll(/(--[a-z][a-z-]+)/g)].map(([, flag = ""]) => flag))
    const helps = await Promise.all([["run"], ["cleanup"], ["serve"]].map((of) => run([...of, "--help"])))
    const flags = new Set(
      helps.flatMap(({ stdout }) =>
        [...stdout.slice(0, stdout.indexOf("GLOBAL FLAGS")).matchAll(/^ {2}(--[a-z][a-z-]+)/gm)].map(
          ([, flag = ""]) => flag
        )
      )
    )
    const undocumented = new Set(["--counterexamples"])
    assert.deepStrictEqual([...options].sort(), [...flags].filter((flag) => !undocumented.has(flag)).sort())
    const commands = [...section.matchAll(/^\| `([a-z]+)/gm)].map(([, name = ""]) => name).sort()
    const { stdout } = await run(["--help"])
    const subcommands = [...stdout.slice(stdout.indexOf("SUBCOMMANDS")).matchAll(/^ {2}([a-z]+) {2,}/gm)].map(
      ([, name = ""]) => name
    )
    for (const name of commands) assert.include(subcommands, name)
    assert.isAbove(commands.length, 4)
  })
})
