/** Checks that the paths in documents, scripts and settings exist. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))

const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { encoding: "utf8", recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(join(root, path)).isFile())

/** Files that name paths. A test command silently skips a path that does not exist. */
const files: ReadonlyArray<string> = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...[".ci", ".github", "docs"].flatMap(filesIn),
  "vitest.config.ts",
  "contract-tests/take/main.ts"
]

const expand = (path: string): ReadonlyArray<string> => {
  const [whole, before = "", choices = "", after = ""] = /^([^{}]*)\{([^{}]*)\}(.*)$/.exec(path) ?? []
  return whole === undefined ? [path] : choices.split(",").flatMap((choice) => expand(`${before}${choice}${after}`))
}

/** The paths in the folders of the pattern that a text names, except paths of built files (`dist`). */
export const pathsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/(?<![\w/.@-])(?:packages|contract-tests|fixtures|docs|\.ci)\/[\w.{},/-]*[\w}]/g)].flatMap(
    ([path]) => (path.includes("/dist") ? [] : expand(path))
  )

describe("paths in documents, scripts and settings", () => {
  it("are found, and each alternative in braces is one path", () => {
    assert.deepStrictEqual(pathsIn("run `docs/{a,b/c}.md` and packages/x/src, not packages/x/dist or ./docs/d.md."), [
      "docs/a.md",
      "docs/b/c.md",
      "packages/x/src"
    ])
  })

  for (const file of files) {
    it(`${file} names only existing paths`, () => {
      const missing = pathsIn(readFileSync(join(root, file), "utf8")).filter((path) => !existsSync(join(root, path)))
      assert.deepStrictEqual(missing, [])
    })
  }
})
