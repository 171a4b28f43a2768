/**
 * Imports a newly published document, generates the files that depend on it, runs the checks, and prints the remaining
 * tasks.
 *
 * `pnpm spec:take <file> [--published YYYY-MM-DD] [--since <revision>]`. The exit code is 1 if tasks remain.
 * `docs/new-document.md` describes each step. Changes and removed names are relative to the document of the git
 * revision `--since` (default: HEAD), so every run shows them.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join, relative } from "node:path"
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as NullableByIntent from "../src/reference/NullableByIntent.ts"
import * as Overlay from "../src/reference/Overlay.ts"
import { dateIn, type Imported, importDocument } from "../src/reference/SpecImport.ts"
import { isObject } from "../src/reference/internal/json.ts"
import type { JsonObject } from "../src/reference/JsonSchema.ts"
import { candidates } from "./candidates.ts"
import { changes, describeChange } from "./changes.ts"
import { linesOf } from "./lines.ts"
import * as Lost from "./lost.ts"
import { pin } from "./pins.ts"

const root = join(import.meta.dirname, "../..")
const spec = join(root, "fixtures/spec")

const documentTests = [
  "contract-tests/test/architecture/Exports.test.ts",
  "contract-tests/test/generate/referenceDocument.test.ts",
  "contract-tests/test/operations/ClientOperations.test.ts",
  "contract-tests/test/operations/Descriptors.test.ts",
  "contract-tests/test/operations/OperationTypes.test.ts",
  "contract-tests/test/operations/ResponsesInterpreted.test.ts",
  "contract-tests/test/operations/Rules.test.ts",
  "contract-tests/test/properties/DocumentIntegrity.test.ts",
  "contract-tests/test/reference",
  "contract-tests/test/sandbox/OfficialSdk.test.ts",
  "packages/cli/test/call/catalog.test.ts",
  "packages/client/test/Pages.test.ts",
  "packages/client/test/README.test.ts",
  "packages/client/test/codegen",
  "packages/sandbox/test/rest/marketLists.test.ts",
  "packages/sandbox/test/rest/metering.test.ts",
  "packages/sandbox/test/rest/permissions.test.ts",
  "packages/sandbox/test/rest/responses.test.ts",
  "packages/sandbox/test/rest/routes.test.ts",
  "packages/sandbox/test/rest/statuses.test.ts"
]

const feedTests = [
  "contract-tests/test/operations/Messages.test.ts",
  "contract-tests/test/reference",
  "packages/client/test/feed/FeedMessages.test.ts",
  "packages/client/test/codegen"
]

/** These tests run after the other tests pass. */
const slowDocumentTests = [
  "contract-tests/test/operations/Requests.test.ts",
  "contract-tests/test/operations/Responses.test.ts",
  "contract-tests/test/properties/Paging.test.ts",
  "contract-tests/test/runner/Command.test.ts",
  "contract-tests/test/runner/Demo.test.ts"
]

const overlayFile = join(spec, "overlay.json")

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { published: { type: "string" }, since: { type: "string", default: "HEAD" } }
})
const [file] = positionals
const published = values.published ?? dateIn(file ?? "")
if (file === undefined || published === undefined) {
  console.error(
    "usage: pnpm spec:take <published document> [--published YYYY-MM-DD] [--since <revision>]; --published is required if the file's name has no date"
  )
  process.exit(2)
}

const left: Array<string> = []
let sinceMillis = Date.now()

const end = (step: string, lines: ReadonlyArray<string>): void => {
  const seconds = ((Date.now() - sinceMillis) / 1000).toFixed(1)
  sinceMillis = Date.now()
  left.push(...lines)
  console.log(`${step}: ${lines.length === 0 ? "nothing left" : `${lines.length} left`} (${seconds} s)`)
  for (const line of lines) console.log(`  ${line.replaceAll("\n", "\n    ")}`)
}

const stop = (): never => {
  console.log(
    left.length === 0 ? "Nothing is left to decide." : `${left.length} left to decide: see docs/new-document.md`
  )
  return process.exit(left.length === 0 ? 0 : 1)
}

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

// The parsed files are JSON objects.
const jsonOf = (text: string): JsonObject => JSON.parse(text) as JsonObject

const git = (...args: ReadonlyArray<string>): string => {
  const { status, stderr, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 1e9 })
  // `git grep` exits with 1 if it finds nothing.
  if (status === 0 || (args[0] === "grep" && status === 1)) return stdout
  throw new Error(`git ${args.join(" ")} failed: ${stderr}`)
}

const text = readFileSync(file, "utf8")
const lineOf = linesOf(text)
const at = (pointer: string): string => `${basename(file)}:${lineOf(pointer)}`

// 1. Import the document without the overlay.
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

// 2. Apply the overlay to this document.
const target = join(spec, `${kind}.json`)
const current = jsonOf(readFileSync(target, "utf8"))
const earlier = jsonOf(git("show", `${values.since}:fixtures/spec/${kind}.json`))
const overlayText = readFileSync(overlayFile, "utf8")
const facts = jsonOf(Result.getOrThrow(raw).text)
const source = (facts["info"] as JsonObject)["x-source"] as JsonObject // The importer adds `info` and `x-source`.
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
  const why = entry?.op === "add-response" ? responsesThatDiffer(entry.status) : ""
  misfits.push(`${relative(root, overlayFile)}:${line}: ${entry?.op} ${pointer}: ${message}${why}`)
})

console.log(`\nWhat changed since ${values.since}:`)
for (const change of changes(earlier, next)) {
  // A removed value has no line in the new document.
  console.log(`  ${change.after === undefined ? basename(file) : at(change.pointer)} ${describeChange(change)}`)
}
console.log("")

end("overlay: entries that no longer apply", misfits)
end(
  "overlay: new facts that may need an entry",
  candidates(current, next).map(({ pointer, question }) => `${at(pointer)}: ${pointer} ${question}`)
)
if (misfits.length > 0) {
  console.log("No file was written. Correct the entries that no longer apply, then run this command again.")
  stop()
}

// 3. Write the files.
const imported: Imported = Effect.runSync(importDocument(text, { overlay: nextOverlay, published }))
writeFileSync(overlayFile, nextOverlay)
writeFileSync(target, imported.text)
writeFileSync(join(spec, `nullable-by-intent.${kind}.json`), imported.nullableText)
const pins = "contract-tests/src/reference/NullableByIntent.ts"
const pinsText = readFileSync(join(root, pins), "utf8")
const keyOf = ({ beside, pointer }: { readonly beside: string; readonly pointer: string }) => `${beside} ${pointer}`
const [pinned, found] = [NullableByIntent.pinned[kind], imported.nullableByIntent]
const [pinnedKeys, foundKeys] = [new Set(pinned.map(keyOf)), new Set(found.map(keyOf))]
end("files of fixtures/spec: intentionally nullable fields", [
  ...found
    .filter((place) => !pinnedKeys.has(keyOf(place)))
    .map(({ beside, pointer }) => `${pins}:${pin(pinsText, "add", pointer, beside)}`),
  ...pinned
    .filter((place) => !foundKeys.has(keyOf(place)))
    .map(({ beside, pointer }) => `${pins}:${pin(pinsText, "remove", pointer, beside)}`)
])
// 4. Find what must be removed by hand.
const rest = "packages/client/src/rest"
const functions = Lost.functionsIn(git("grep", "-h", "-A1", "operationId: ", values.since, "--", rest))
const gone = Lost.lost(earlier, next, jsonOf(readFileSync(join(spec, "feed.json"), "utf8")))
if (kind === "rest") end("names that were removed from the document", mentions())

// 5. Generate code.
const generated = node("packages/client/codegen/main.ts")
if (generated.code !== 0) {
  // The first fault comes after the time and the name of the error.
  const faults = linesIn(generated.text.replace(/^.*?Refused: /, "")).filter((line) => /^[A-Z/]/.test(line))
  end("codegen", faults.length === 0 ? [`codegen failed: ${linesIn(generated.text)[0]}`] : faults.map(codegenFault))
  stop()
}
end(
  "codegen",
  linesIn(generated.text).filter((line) => line.startsWith("packages/client/codegen/"))
)
// 6. Check the hand-written code. The document of the feed has no operations and no responses.
if (kind === "rest") end("operations", operations())
end(
  "types",
  linesIn(run(bin("tsc"), "-b").text)
    .filter((line) => /^\S+\.ts\(\d+,\d+\)/.test(line))
    .map((line) => line.replace(/\((\d+),\d+\)/, ":$1").slice(0, 240))
)
checkTests("tests of the document", ...(kind === "feed" ? feedTests : documentTests))
if (kind === "rest") checkTests("slow tests of the document", ...slowDocumentTests)
stop()

function checkTests(step: string, ...folders: ReadonlyArray<string>): void {
  if (left.length > 0) return console.log(`${step}: not run, because tasks above remain`)
  const { code, text } = run(
    bin("vitest"),
    "run",
    "--reporter",
    join(root, "contract-tests/take/failures.ts"),
    ...folders
  )
  const failures: Array<string> = []
  for (const line of linesIn(text)) {
    if (line.startsWith("FAIL ")) failures.push(line.slice("FAIL ".length))
    else if (line.startsWith("| ") && failures.length > 0) failures.push(`${failures.pop()}\n${line.slice(2)}`)
  }
  end(step, code === 0 || failures.length > 0 ? failures : [`vitest failed: ${linesIn(text).at(-1) ?? "no output"}`])
}

function codegenFault(fault: string): string {
  const [, key] = /^\/docs\/\w+\/([^:\s]+)/.exec(fault) ?? []
  const [facts, docs] = kind === "rest" ? ["facts.ts", "fieldDocs.ts"] : ["feedFacts.ts", "feedFacts.ts"]
  if (key === undefined) return `packages/client/codegen/${facts}: ${fault}`
  const file = `packages/client/codegen/${docs}`
  const lines = readFileSync(join(root, file), "utf8")
    .split("\n")
    .map((line) => line.trim())
  const line = lines.findIndex((line) => line.startsWith(`${key}:`) || line.startsWith(`"${key}":`))
  return `${file}:${line + 1}: ${fault}`
}

function mentions(): ReadonlyArray<string> {
  const tracked = git("ls-files").split("\n")
  const files = tracked.filter(
    (file) =>
      file !== "" &&
      existsSync(join(root, file)) &&
      !/^fixtures\/|^\.changeset\/|\/generated\/|CHANGELOG\.md$|^pnpm-lock|^docs\/(?:measurements|new-document)\.md$/.test(
        file
      )
  )
  const sources = files
    .filter((file) => file.startsWith(`${rest}/`))
    .map((file) => readFileSync(join(root, file), "utf8"))
  const { functions: names, modules } = Lost.lostFunctions(
    gone.operations,
    functions,
    new Map(sources.flatMap((source) => [...Lost.functionsIn(source)]))
  )
  const searchedNames = [...gone.operations, ...gone.others, ...names]
  return searchedNames.length === 0
    ? []
    : files.flatMap((file) => Lost.mentions(file, readFileSync(join(root, file), "utf8"), searchedNames, modules))
}

/** Returns the lines that `operations.ts` prints. If a module does not load, returns one line with the error. */
function operations(): ReadonlyArray<string> {
  const { code, text } = node("contract-tests/take/operations.ts")
  if (code === 0) return linesIn(text)
  const [frame = rest] = /packages\/client\/src\/rest\/\w+\.ts:\d+/.exec(text) ?? []
  const error = linesIn(text).find((line) => /^\w*Error\b/.test(line)) ?? "no error was printed"
  const [module] = /\w+(?=\.ts:)/.exec(frame) ?? []
  const ids = gone.operations.filter((id) => functions.get(id)?.startsWith(`${module}.`))
  return [
    `${frame}: the module does not load: ${error}. ${ids.length === 0 ? "" : `The document no longer has ${ids.join(", ")}. `}The other operations are compared after the module loads`
  ]
}

/** Lists the operations that can change `places`, the number of responses to which an `add-response` entry applies. */
function responsesThatDiffer(status: string): string {
  const declaring = (document: JsonObject): ReadonlyMap<string, boolean> =>
    new Map(
      Object.values(isObject(document["paths"]) ? document["paths"] : {}).flatMap((item) =>
        Object.values(isObject(item) ? item : {}).flatMap((operation) =>
          isObject(operation) && typeof operation["operationId"] === "string"
            ? [[operation["operationId"], isObject(operation["responses"]) && status in operation["responses"]]]
            : []
        )
      )
    )
  // The new document is compared without the overlay. For the earlier document, only the result of the overlay exists.
  const [was, is] = [declaring(earlier), declaring(facts)]
  const list = (ids: ReadonlyArray<string>): string => (ids.length === 0 ? "none" : ids.join(", "))
  const declaringIds = [...is].flatMap(([id, declares]) => (declares ? [id] : []))
  return [
    "",
    `removed operations: ${list([...was.keys()].filter((id) => !is.has(id)))}`,
    `new operations: ${list([...is.keys()].filter((id) => !was.has(id)))}`,
    `operations that declare ${status} themselves and therefore do not count: ${list(declaringIds)}`
  ].join("\n")
}

function linesIn(text: string): ReadonlyArray<string> {
  return text.split("\n").filter((line) => line.trim() !== "")
}
