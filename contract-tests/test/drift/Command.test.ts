import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { run } from "../runner/support/command.ts"
import { edited, feed, rest, type Editable } from "./support/documents.ts"

const folderOf = (documents: Readonly<Record<string, Editable>>): ((name: string) => string) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kalshi-drift-"))
  for (const [name, document] of Object.entries(documents)) {
    fs.writeFileSync(path.join(folder, name), typeof document === "string" ? document : JSON.stringify(document))
  }
  return (name) => path.join(folder, name)
}

const release = (version: string, edit: (document: Editable) => void = () => {}): Editable =>
  edited(rest, (document) => {
    document.info.version = version
    edit(document)
  })

const breaking = (document: Editable): void => void delete document.components.schemas.Thing.properties.note
const additive = (document: Editable): void =>
  void (document.components.schemas.Thing.properties.colour = { type: "string" })

const file = folderOf({
  "a-2026-01-01.yaml": release("1.0.0"),
  "b-2026-02-01.yaml": release("1.1.0", additive),
  "c-2026-03-01.yaml": release("1.1.0", breaking),
  "feed-2026-01-01.yaml": feed,
  "feed-2026-02-01.yaml": edited(feed, (document) => delete document.components.messages.group.examples),
  "d-2026-04-01-reconstructed.yaml": "not a document",
  "notes.md": "not a document"
})

const lines = (text: string): ReadonlyArray<string> => text.trimEnd().split("\n")

describe("kalshi-contract drift", () => {
  it("exits with 0 and prints no finding if both documents are equal", async () => {
    const { code, stderr, stdout } = await run(["drift", file("a-2026-01-01.yaml"), file("a-2026-01-01.yaml")])
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.deepStrictEqual(lines(stdout), [
      "REST 1.0.0 (2026-01-01) → 1.0.0 (2026-01-01), judged by a model of a client of the old document",
      "0 breaking, 0 additive"
    ])
  })

  it("exits with 0 for additive drift, and prints one line for each finding", async () => {
    const { code, stdout } = await run(["drift", file("a-2026-01-01.yaml"), file("b-2026-02-01.yaml")])
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(lines(stdout).slice(1), [
      'additive ListThings and 2 more, response /things/*/colour: an optional field was added; at /components/schemas/Thing/properties/colour; witness: {"cursor":"text","things":[{"count":1,"id":"text","state":"open","tags":[],"colour":"text"}]}; client: unaffected (unknown fields); to do: add the field to make it available',
      "0 breaking, 1 additive"
    ])
  })

  it("exits with 5 for breaking drift, and first prints that the version did not change", async () => {
    const { code, stdout } = await run(["drift", file("b-2026-02-01.yaml"), file("c-2026-03-01.yaml")])
    assert.strictEqual(code, 5)
    assert.strictEqual(lines(stdout)[0], "the content changed, but the version is still 1.1.0")
    assert.strictEqual(lines(stdout).at(-1), "2 breaking, 0 additive")
  })

  it("exits with 3 if it cannot decide whether a change is breaking", async () => {
    const withPattern = (pattern: string) => (document: Editable) =>
      void (document.components.schemas.Thing.properties.note.pattern = pattern)
    const own = folderOf({
      "a.yaml": release("1", withPattern("^(?=ab)[a-c]b$")),
      "b.yaml": release("2", withPattern("^(?=ac)[a-c]c$"))
    })
    const { code, stdout } = await run(["drift", own("a.yaml"), own("b.yaml"), "--report", `junit=${own("r.xml")}`])
    assert.deepStrictEqual([code, lines(stdout).at(-1)], [3, "0 breaking, 0 additive, 3 undecided"])
    assert.include(fs.readFileSync(own("r.xml"), "utf8"), 'tests="3" failures="0" skipped="3"')
  })

  it("writes reports in every format", async () => {
    const formats = ["html", "json", "junit", "markdown"]
    const reports = formats.map((format) => `${format}=${file(`report.${format}`)}`).join(",")
    await run(["drift", file("b-2026-02-01.yaml"), file("c-2026-03-01.yaml"), "--report", reports])
    const [html = "", json = "", junit = "", markdown = ""] = formats.map((format) =>
      fs.readFileSync(file(`report.${format}`), "utf8")
    )
    const { comparisons, exitCode } = JSON.parse(json)
    assert.deepStrictEqual(
      [exitCode, comparisons.length, comparisons[0].isSilent, comparisons[0].totals],
      [5, 1, true, { breaking: 2, additive: 0 }]
    )
    assert.include(comparisons[0].findings[0].pointer, "/components/schemas/Thing/properties/")
    assert.include(markdown, "## REST 1.1.0 (2026-02-01) → 1.1.0 (2026-03-01): 2 breaking, 0 additive")
    assert.include(markdown, "**The content changed, but the version is still 1.1.0.**")
    assert.strictEqual(junit.match(/<failure /g)?.length, 2)
    assert.include(junit, '<testsuite name="REST 1.1.0 (2026-02-01) → 1.1.0 (2026-03-01)" tests="2" failures="2"')
    assert.include(html, "<h1>Breaking drift</h1>")
    assert.strictEqual(html.match(/<tr class="bad">/g)?.length, 2)
  })

  it("escapes text of the documents in the reports", async () => {
    const hostile = (document: Editable): void =>
      void (document.components.schemas.Thing.properties["<b>|`&"] = { type: "string" })
    const own = folderOf({ "a.yaml": release("1"), "b.yaml": release("2", hostile) })
    const reports = ["html", "junit", "markdown"].map((format) => `${format}=${own(`report.${format}`)}`).join(",")
    await run(["drift", own("a.yaml"), own("b.yaml"), "--report", reports])
    const [html = "", junit = "", markdown = ""] = ["html", "junit", "markdown"].map((format) =>
      fs.readFileSync(own(`report.${format}`), "utf8")
    )
    assert.include(html, "&lt;b&gt;|`&amp;")
    assert.notInclude(html.replace(/<style>.*<\/style>/s, ""), "<b>|")
    assert.notInclude(junit, "<b>")
    assert.include(markdown, "<b>\\|'&")
  })

  it("has exactly the flags that the README documents", async () => {
    const readme = fs.readFileSync(new URL("../../README.md", import.meta.url), "utf8")
    const section = readme.slice(readme.indexOf("## Comparing documents"), readme.indexOf("## Folders"))
    const { stdout } = await run(["drift", "--help"])
    const help = stdout.slice(0, stdout.indexOf("GLOBAL FLAGS"))
    const flags = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, flag]) => flag))]
    assert.sameMembers(flags(section, /(--[a-z]+)/g), flags(help, /^ {2}(--[a-z]+)/gm))
  })

  it("has the property P13, whose statement `kalshi-contract explain` prints", async () => {
    const { code, stdout } = await run(["explain", "P13"])
    assert.strictEqual(code, 0)
    assert.include(stdout, "P13: A client of an older document decodes every response of a newer one")
  })

  const refused: ReadonlyArray<readonly [string, ReadonlyArray<string>, RegExp]> = [
    ["one document", [file("a-2026-01-01.yaml")], /takes two documents, the old one first, or --history FOLDER/],
    [
      "three documents",
      ["a-2026-01-01.yaml", "b-2026-02-01.yaml", "c-2026-03-01.yaml"].map(file),
      /takes two documents/
    ],
    ["a missing file", [file("a-2026-01-01.yaml"), file("none.yaml")], /cannot read .*none\.yaml/],
    [
      "a file that is not a document",
      [file("a-2026-01-01.yaml"), file("notes.md")],
      /notes\.md cannot be used: .*neither/
    ],
    [
      "documents of two interfaces",
      [file("a-2026-01-01.yaml"), file("feed-2026-01-01.yaml")],
      /documents of different interfaces/
    ],
    ["a history that is not a folder", ["--history", os.devNull], /cannot read/],
    [
      "an unknown report format",
      [file("a-2026-01-01.yaml"), file("a-2026-01-01.yaml"), "--report", "pdf=x"],
      /--report takes html=FILE/
    ]
  ]
  it.each(refused)("exits with 2 and prints the reason for %s", async (_, args, message) => {
    const { code, stderr } = await run(["drift", ...args])
    assert.strictEqual(code, 2)
    assert.match(stderr, message)
  })
})

describe("kalshi-contract drift --history", () => {
  it("compares each document of a folder with the next one, and prints a summary line for each step", async () => {
    const { code, stderr, stdout } = await run(["drift", "--history", file(".")])
    assert.deepStrictEqual([code, stderr], [5, ""])
    assert.deepStrictEqual(lines(stdout), [
      "REST 1.0.0 (2026-01-01) → 1.1.0 (2026-02-01): 0 breaking, 1 additive; client: unknown fields saved 1",
      "REST 1.1.0 (2026-02-01) → 1.1.0 (2026-03-01): 2 breaking, 0 additive; the content changed, but the version is still 1.1.0; client: loses 2",
      "feed 2.0.0 (2026-01-01) → 2.0.0 (2026-02-01): 0 breaking, 0 additive",
      "3 steps, 1 with breaking drift"
    ])
  })

  it("includes documents from the arguments, and reports how each change affects a client", async () => {
    const newer = folderOf({ "e-2026-05-01.yaml": release("1.2.0", additive) })("e-2026-05-01.yaml")
    const { stdout } = await run(["drift", "--history", file("."), newer, "--report", `markdown=${file("all.md")}`])
    assert.include(stdout, "REST 1.1.0 (2026-03-01) → 1.2.0 (2026-05-01): 0 breaking, 2 additive")
    const markdown = fs.readFileSync(file("all.md"), "utf8")
    assert.include(markdown, "## Effects on a client of the old document")
    assert.include(markdown, "### REST 1.0.0 (2026-01-01) → 1.1.0 (2026-02-01)\n")
    assert.include(markdown, "| `Thing.colour` | an optional field was added | unknown fields |")
  })
})
