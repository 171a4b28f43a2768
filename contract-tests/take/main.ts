/**
 * Takes a published document: imports it, generates what follows from it, runs the checks, and prints what is left for a
 * person to decide.
 *
 * `pnpm spec:take <file> [--published YYYY-MM-DD]`. Exits with 1 while something is left. `docs/new-document.md` tells
 * how each kind of line is answered.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { basename, join, relative } from "node:path"
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as NullableByIntent from "../src/reference/NullableByIntent.ts"
import * as Overlay from "../src/reference/Overlay.ts"
import { dateIn, type Imported, importDocument } from "../src/reference/SpecImport.ts"
import type { JsonObject } from "../src/reference/JsonSchema.ts"
import { candidates } from "./candidates.ts"
import { changes, sentence } from "./changes.ts"
import { linesOf } from "./lines.ts"

const root = join(import.meta.dirname, "../..")
const spec = join(root, "fixtures/spec")

/** Tests that pin what the document says, or compare something with it as a whole. */
const documentTests = [
  "contract-tests/test/reference",
  "contract-tests/test/operations/Descriptors.test.ts",
  "contract-tests/test/operations/OperationTypes.test.ts",
  "contract-tests/test/operations/ClientOperations.test.ts",
  "packages/client/test/codegen",
  "packages/client/test/README.test.ts",
  "packages/sandbox/test/responses.test.ts",
  "packages/sandbox/test/routes.test.ts"
]
const overlayFile = join(spec, "overlay.json")

const { positionals, values } = parseArgs({ allowPositionals: true, options: { published: { type: "string" } } })
const [file] = positionals
const published = values.published ?? dateIn(file ?? "")
if (file === undefined || published === undefined) {
  console.error(
    "usage: pnpm spec:take <published document> [--published YYYY-MM-DD, unless the file's name has the date]"
  )
  process.exit(2)
}

const left: Array<string> = []
let sinceMillis = Date.now()

/** Ends a step: prints what it left, and how long it took. */
const end = (step: string, lines: ReadonlyArray<string>): void => {
  const seconds = ((Date.now() - sinceMillis) / 1000).toFixed(1)
  sinceMillis = Date.now()
  left.push(...lines)
  console.log(`${step}: ${lines.length === 0 ? "nothing left" : `${lines.length} left`} (${seconds} s)`)
  for (const line of lines) console.log(`  ${line}`)
}

const stop = (): never => {
  console.log(
    left.length === 0 ? "Nothing is left to decide." : `${left.length} left to decide: see docs/new-document.md`
  )
  return process.exit(left.length === 0 ? 0 : 1)
}

/** A program of the repository; its output, without colours. */
const run = (
  command: string,
  ...args: ReadonlyArray<string>
): { readonly code: number | null; readonly text: string } => {
  const { status, stderr, stdout } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    maxBuffer: 1e9
  })
  return { code: status, text: stdout + stderr }
}

const node = (script: string): ReturnType<typeof run> => run(process.execPath, join(root, script))
const bin = (name: string): string => join(root, "node_modules/.bin", name)

// What is read here is JSON.
const jsonOf = (text: string): JsonObject => JSON.parse(text) as JsonObject

const text = readFileSync(file, "utf8")
const lineOf = linesOf(text)
const at = (pointer: string): string => `${basename(file)}:${lineOf(pointer)}`

// 1. The document, as it is.
const raw = Effect.runSync(Effect.result(importDocument(text, { published })))
if (Result.isFailure(raw)) {
  end(
    "import",
    raw.failure.issues.map(({ message, pointer }) => `${at(pointer)}: ${pointer}: ${message}`)
  )
  stop()
}
const { kind, version } = Result.getOrThrow(raw)
end(`import of ${kind} ${version} (${published})`, [])

// 2. The overlay, for this document.
const target = join(spec, `${kind}.json`)
const current = jsonOf(readFileSync(target, "utf8"))
const overlayText = readFileSync(overlayFile, "utf8")
const facts = jsonOf(Result.getOrThrow(raw).text)
const source = (facts["info"] as JsonObject)["x-source"] as JsonObject // the importer stamps both
const decoded = Schema.decodeSync(Schema.fromJsonString(Overlay.Overlay))(overlayText)
const { appliesTo } = decoded[kind]
const nextOverlay = overlayText
  .replace(`"${appliesTo.sha256}"`, `"${String(source["sha256"])}"`)
  .replace(
    `"version": "${appliesTo.version}",\n      "sha256": "${String(source["sha256"])}"`,
    `"version": "${version}",\n      "sha256": "${String(source["sha256"])}"`
  )
const overlayLine = linesOf(overlayText)
const misfits: Array<string> = []
const next = Overlay.apply(facts, decoded[kind], (where, message) => {
  const [, index = "0", pointer = ""] = /^\/entries\/(\d+) \([^)]*\) ?(.*)$/.exec(where) ?? []
  const entry = decoded[kind].entries[Number(index)]
  const places: ReadonlyArray<string> = entry !== undefined && "at" in entry ? entry.at : []
  const place = places.indexOf(pointer)
  const within = place >= 0 ? `/at/${place}` : entry !== undefined && "places" in entry ? "/places" : ""
  const line = overlayLine(`/${kind}/entries/${index}${within}`)
  misfits.push(`${relative(root, overlayFile)}:${line}: ${entry?.op} ${pointer}: ${message}`)
})

console.log("\nWhat changed:")
for (const change of changes(current, next)) {
  // What is gone has no line any more.
  console.log(`  ${change.after === undefined ? basename(file) : at(change.pointer)} ${sentence(change)}`)
}
console.log("")

end("overlay: entries that no longer apply", misfits)
end(
  "overlay: new facts that may need an entry",
  candidates(current, next).map(({ pointer, question }) => `${at(pointer)}: ${pointer} ${question}`)
)
if (misfits.length > 0) {
  console.log("Nothing was written: mend the entries that no longer apply, then run this again.")
  stop()
}

// 3. The files.
const imported: Imported = Effect.runSync(importDocument(text, { overlay: nextOverlay, published }))
writeFileSync(overlayFile, nextOverlay)
writeFileSync(target, imported.text)
writeFileSync(join(spec, `nullable-by-intent.${kind}.json`), imported.nullableText)
const pinned = NullableByIntent.pinned[kind].map(({ beside, pointer }) => `${pointer} (beside ${beside})`)
const found = imported.nullableByIntent.map(({ beside, pointer }) => `${pointer} (beside ${beside})`)
const pins = "contract-tests/src/reference/NullableByIntent.ts"
end("files of fixtures/spec: nulls that are read by intent", [
  ...found.filter((place) => !pinned.includes(place)).map((place) => `${pins}: add ${place}`),
  ...pinned.filter((place) => !found.includes(place)).map((place) => `${pins}: remove ${place}`)
])
if (kind === "feed") {
  checkTests("contract-tests/test/reference")
  stop()
}

// 4. What is generated.
const generated = node("packages/client/codegen/main.ts")
if (generated.code !== 0) {
  end(
    "codegen",
    linesIn(generated.text)
      .filter((line) => /^[A-Z/]/.test(line))
      .map((line) => `packages/client/codegen/${line.startsWith("/docs/") ? "fieldDocs" : "facts"}.ts: ${line}`)
  )
  stop()
}
end(
  "codegen",
  linesIn(generated.text).filter((line) => line.startsWith("packages/client/codegen/"))
)
// 5. What follows by hand.
end("operations", linesIn(node("contract-tests/take/operations.ts").text))
const responses = "packages/sandbox/test/support/responses.ts"
if (left.length === 0) {
  // It loads every operation, so it would stop at a missing or surplus one.
  const { code, text } = node(responses)
  end(responses, code === 0 ? [] : [`${responses}: ${linesIn(text).find((line) => /Error/.test(line)) ?? "failed"}`])
} else console.log(`${responses}: not run while something above is left`)
end(
  "types",
  linesIn(run(bin("tsc"), "-b").text)
    .filter((line) => /^\S+\.ts\(\d+,\d+\)/.test(line))
    .map((line) => line.replace(/\((\d+),\d+\)/, ":$1").slice(0, 240))
)
if (left.length === 0) checkTests(...documentTests)
else console.log("tests of the document: not run while something above is left")
stop()

function checkTests(...folders: ReadonlyArray<string>): void {
  const { text } = run(bin("vitest"), "run", ...folders)
  end(
    "tests of the document",
    linesIn(text)
      .filter((line) => line.startsWith(" FAIL "))
      .map((line) => line.slice(" FAIL ".length).trim())
  )
}

function linesIn(text: string): ReadonlyArray<string> {
  return text.split("\n").filter((line) => line.trim() !== "")
}
