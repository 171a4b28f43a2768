/** Checks that the tests of a package are in the same folders as its sources. ARCHITECTURE.md explains the rule. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))

/** The test folders without a folder of the same name in `src`. */
const others: Readonly<Record<string, ReadonlyArray<string>>> = {
  "packages/signing": [],
  "packages/client": ["codegen"],
  // These tests run the client on the local exchange.
  "packages/sandbox": ["client"],
  "packages/cli": [],
  "contract-tests": ["architecture", "mutation", "sandbox", "take"]
}

const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { encoding: "utf8", recursive: true })

describe("the tests of a package", () => {
  for (const [folder, more] of Object.entries(others)) {
    const tests = filesIn(`${folder}/test`).filter((file) => file.endsWith(".test.ts"))
    const sources = filesIn(`${folder}/src`).filter((file) => file.endsWith(".ts") && !file.includes("generated/"))
    const isOther = (file: string) => more.includes(file.split("/")[0] ?? "")

    it(`${folder}: are in folders that \`src\` also has`, () => {
      const unknown = tests.filter((file) => !isOther(file) && !existsSync(join(root, folder, "src", dirname(file))))
      assert.deepStrictEqual(unknown, [])
    })

    // A test of the contract suite can be named after a property or a command, which several modules implement.
    if (folder === "contract-tests") continue
    it(`${folder}: are in the same folder as the module that they are named after`, () => {
      const misplaced = tests.filter((file) => {
        const name = basename(file, ".test.ts")
        const same = sources.filter((source) => basename(source, ".ts").toLowerCase() === name.toLowerCase())
        return same.length > 0 && !isOther(file) && !same.includes(file.replace(/\.test\.ts$/, ".ts"))
      })
      assert.deepStrictEqual(misplaced, [])
    })
  }
})
