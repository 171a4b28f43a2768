/**
 * Checks that the comments in `src` and the documents do not contain the words below. Each word has a plainer
 * replacement.
 */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))

const folders = ["packages/signing", "packages/client", "packages/sandbox", "packages/cli", "contract-tests"]
const documents = ["README.md", "ARCHITECTURE.md", "AGENTS.md", "docs", "fixtures", ...folders]

const words: ReadonlyArray<readonly [word: RegExp, instead: string]> = [
  [/\bunless told\b/i, "Default: x."],
  [/\bwhen left out\b/i, "Default: x."],
  [/\bastray\b/i, "not found"],
  [/\bspoilt\b/i, "corrupted"],
  [/\breckon\w*\b/i, "compute, count"],
  [/\bshall\b/i, "must, will"],
  [/\btold\b/i, "configured, notified, reported"],
  [/\bmay mend\b/i, "recoverable"],
  [/\b(?:nobody|somebody|whoever|whatever)\b/i, "no one, any, every"],
  [/\blost answers?\b/i, "lost response"],
  [/\banew\b/i, "again"]
]

const filesIn = (path: string, ending: string): ReadonlyArray<string> =>
  path.endsWith(ending)
    ? [path]
    : readdirSync(join(root, path), { encoding: "utf8", recursive: true })
        .filter((file) => file.endsWith(ending) && !/(?:^|\/)(?:node_modules|dist|generated)\//.test(file))
        .filter((file) => !file.endsWith("CHANGELOG.md"))
        .map((file) => `${path}/${file}`)

/** Replaces code by spaces, so that the comments keep their line numbers. */
const commentsOf = (text: string): string => {
  const blank = (code: string): string => code.replaceAll(/[^\n]/g, " ")
  let prose = ""
  let end = 0
  for (const match of text.matchAll(
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
  )) {
    const [found] = match
    prose += blank(text.slice(end, match.index)) + (found.startsWith("/") ? found : blank(found))
    end = match.index + found.length
  }
  return prose + blank(text.slice(end))
}

const misused = (file: string, prose: string): ReadonlyArray<string> =>
  prose
    .split("\n")
    .flatMap((line, index) =>
      words.flatMap(([word, instead]) =>
        word.test(line) ? [`${file}:${index + 1}: ${word.exec(line)?.[0]} (${instead}): ${line.trim()}`] : []
      )
    )

describe("the comments of the sources", () => {
  it("contain none of the listed words", () => {
    const found = folders
      .flatMap((folder) => filesIn(`${folder}/src`, ".ts"))
      .flatMap((file) => misused(file, commentsOf(readFileSync(join(root, file), "utf8"))))
    assert.deepStrictEqual(found, [])
  })
})

describe("the documents", () => {
  it("contain none of the listed words", () => {
    const found = documents
      .flatMap((path) => filesIn(path, ".md"))
      .flatMap((file) => misused(file, readFileSync(join(root, file), "utf8")))
    assert.deepStrictEqual(found, [])
  })
})

describe("a listed word", () => {
  it("is reported in comments, but not in code", () => {
    const text = 'const told = "unless told"\n// unless it is told\n/**\n * It shall wait.\n */\n'
    assert.deepStrictEqual(
      misused("a.ts", commentsOf(text)).map((line) => line.split(" (")[0]),
      ["a.ts:2: told", "a.ts:4: shall"]
    )
  })
})
