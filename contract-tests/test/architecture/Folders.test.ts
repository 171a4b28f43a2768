/** Checks the imports between the folders of a package, including type imports. ARCHITECTURE.md explains the rules. */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))

/**
 * The folders that each folder imports. `.` is the root folder of the sources. An inner folder or a file with its own
 * key does not count as a part of the folder that contains it.
 */
type Arrows = Readonly<Record<string, ReadonlyArray<string>>>

const packages: Readonly<Record<string, Arrows>> = {
  "packages/client/src": {
    wire: [],
    money: ["generated"],
    generated: [".", "money", "wire"],
    ".": ["money"],
    sending: [".", "wire"],
    limits: [".", "generated", "sending"],
    rest: [".", "generated", "sending"],
    feed: [".", "feed/session", "generated", "sending", "wire"],
    "feed/session": [".", "feed", "generated"],
    book: [".", "feed", "generated", "money", "rest"],
    trades: [".", "feed", "generated", "rest"],
    account: [".", "feed", "generated", "money", "rest", "sending", "trading"],
    trading: [".", "feed", "generated", "limits", "money", "rest", "sending"],
    "Kalshi.ts": [".", "limits", "rest", "sending", "trading"]
  },
  "packages/sandbox/src": {
    ".": [],
    exchange: ["."],
    crowd: ["exchange"],
    rest: [".", "exchange"],
    feed: [".", "exchange", "rest"],
    serving: ["feed", "rest"],
    persistence: [".", "exchange", "feed", "rest"],
    operator: [".", "Cli.ts", "Sandbox.ts", "crowd", "exchange", "feed", "page", "persistence", "rest"],
    page: ["exchange", "feed", "operator", "rest"],
    "Cli.ts": ["operator", "persistence"],
    "FeedServer.ts": ["feed", "rest", "serving"],
    "Sandbox.ts": [".", "crowd", "feed", "operator", "page", "persistence", "rest", "serving"]
  },
  "packages/cli/src": {
    app: [],
    output: ["app"],
    look: ["app", "output"],
    record: ["app", "output"],
    trade: ["app", "output"],
    watch: ["app", "output"],
    "call/generated": ["call"],
    call: ["app", "call/generated", "output"],
    keys: ["app", "output"],
    shell: ["app", "call", "call/generated", "output"],
    relay: ["app", "output"],
    local: ["app", "output", "watch"],
    bin: [".", "output"],
    story: ["."],
    ".": ["app", "call", "keys", "local", "look", "output", "record", "relay", "shell", "trade", "watch"]
  },
  "packages/signing/src": {
    internal: ["."],
    ".": ["internal"]
  }
}

const importsOf = (text: string): ReadonlyArray<string> =>
  [...text.replaceAll(/\/\*[\s\S]*?\*\//g, "").matchAll(/(?:from|import\(?)\s*"(\.{1,2}\/[^"]+)"/g)].map(
    ([, path = ""]) => path
  )

const arrowsOf = (files: ReadonlyMap<string, string>, rows: ReadonlyArray<string>): Arrows => {
  const rowOf = (path: string): string => {
    if (rows.includes(path)) return path
    const folder = dirname(path)
    return rows.includes(folder) || !folder.includes("/") ? folder : rowOf(folder)
  }
  const found = new Map(rows.map((row) => [row, new Set<string>()]))
  for (const [file, text] of files) {
    for (const path of importsOf(text)) {
      const [from, to] = [rowOf(file), rowOf(normalize(join(dirname(file), path)))]
      if (from !== to) (found.get(from) ?? found.set(from, new Set()).get(from))?.add(to)
    }
  }
  return Object.fromEntries([...found].map(([row, to]) => [row, [...to].toSorted()]))
}

const sources = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(join(root, folder), { encoding: "utf8", recursive: true })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => [file, readFileSync(join(root, folder, file), "utf8")])
  )

describe("the folders of a package", () => {
  for (const [folder, arrows] of Object.entries(packages)) {
    it(`${folder}: import each other exactly as listed in this file`, () => {
      assert.deepStrictEqual(arrowsOf(sources(folder), Object.keys(arrows)), arrows)
    })
  }

  it("count as importing each other by each form of import, and by re-exports, but not by comments", () => {
    const files = new Map([
      ["money/a.ts", 'import type { B } from "../rest/b.ts"\n/** import type { C } from "../trading/c.ts" */'],
      ["rest/b.ts", 'export * from "../Errors.ts"\nconst late = () => import("../money/a.ts")'],
      ["rest/inner/deep/d.ts", 'export * from "../../b.ts"'],
      ["wire/e.ts", 'import "../money/a.ts"'],
      ["Errors.ts", 'import "effect"']
    ])
    assert.deepStrictEqual(arrowsOf(files, ["money", "rest", "rest/inner", "wire", "."]), {
      money: ["rest"],
      rest: [".", "money"],
      "rest/inner": ["rest"],
      wire: ["money"],
      ".": []
    })
  })
})
