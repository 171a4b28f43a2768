import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Runtime } from "effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { check, firstDifference, type Paths, write } from "../../codegen/command.ts"

const client = fileURLToPath(new URL("../../", import.meta.url))
const rest = fileURLToPath(new URL("../../../../fixtures/spec/rest.json", import.meta.url))
const feed = fileURLToPath(new URL("../../../../fixtures/spec/feed.json", import.meta.url))
const committed: Paths = { rest, feed, folder: `${client}src/generated/` }

const copied = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = `${yield* fs.makeTempDirectoryScoped()}/generated/`
  yield* fs.copy(committed.folder, folder)
  return { rest, feed, folder }
})

const command = (...args: ReadonlyArray<string>) =>
  Effect.callback<{ readonly code: number; readonly output: string }>((resume) => {
    execFile(process.execPath, [`${client}codegen/main.ts`, ...args], (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1
      resume(Effect.succeed({ code, output: stdout + stderr }))
    })
  })

describe("check", () => {
  it.effect("passes on the committed files", () => check(committed).pipe(Effect.provide(NodeServices.layer)))

  it.effect("fails on an edited file, and shows the first lines that differ", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const paths = yield* copied
      const file = `${paths.folder}requests.ts`
      const text = yield* fs.readFileString(file)
      yield* fs.writeFileString(file, text.replace("integerBetween(0, 63)", "integerBetween(0, 64)"))
      const stale = yield* Effect.flip(check(paths))
      const { message } = stale
      assert.strictEqual(Runtime.getErrorExitCode(stale), 1)
      assert.match(message, /^requests\.ts: line \d+\n- .*integerBetween\(0, 64\)/)
      assert.match(message, /\n\+ .*integerBetween\(0, 63\)/)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("fails on a missing file and on a file that is not generated", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const paths = yield* copied
      yield* fs.rename(`${paths.folder}parameters.ts`, `${paths.folder}older.ts`)
      const { message } = yield* Effect.flip(check(paths))
      assert.strictEqual(message, "parameters.ts: is missing\nolder.ts: is not generated")
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("fails on a field without a doc, and names the file that needs it", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const paths = { ...(yield* copied), rest: `${yield* fs.makeTempDirectoryScoped()}/rest.json` }
      const json = JSON.parse(yield* fs.readFileString(rest))
      json.paths["/search/tags_by_categories"].get.parameters = [
        { name: "sport", in: "query", schema: { type: "string" } }
      ]
      yield* fs.writeFileString(paths.rest, JSON.stringify(json))
      yield* write(paths)
      const { message } = yield* Effect.flip(check(paths))
      assert.strictEqual(
        message,
        "packages/client/codegen/fieldDocs.ts: fields: GetTagsForSeriesCategories/sport has no doc"
      )
    }).pipe(Effect.provide(NodeServices.layer))
  )
})

describe("write", () => {
  it.effect("writes files that pass check", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = `${yield* fs.makeTempDirectoryScoped()}/`
      yield* write({ rest, feed, folder })
      yield* check({ rest, feed, folder })
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("writes nothing if the document has a fault", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = `${yield* fs.makeTempDirectoryScoped()}/`
      const broken = `${folder}rest.json`
      yield* fs.writeFileString(broken, (yield* fs.readFileString(rest)).replace('"minimum"', '"atLeast"'))
      const refused = yield* Effect.flip(write({ rest: broken, feed, folder }))
      assert.match(refused.message, /\/atLeast: unknown key$/)
      assert.deepStrictEqual(yield* fs.readDirectory(folder), ["rest.json"])
    }).pipe(Effect.provide(NodeServices.layer))
  )
})

describe("the command", () => {
  it.live("exits with code 0 if --check finds no stale file", () =>
    Effect.map(command("--check"), ({ code, output }) => {
      assert.strictEqual(code, 0, output)
    })
  )

  it.live("rejects unknown arguments", () =>
    Effect.map(command("--chek"), ({ code, output }) => {
      assert.strictEqual(code, 1)
      assert.include(output, "--chek")
    })
  )
})

describe("firstDifference", () => {
  it("shows both sides from the first line that differs", () => {
    assert.strictEqual(firstDifference("a\nb", "a\nb"), undefined)
    assert.strictEqual(firstDifference("a\nb\nc", "a\nx\nc"), "line 2\n- b\n- c\n+ x\n+ c")
    assert.strictEqual(firstDifference("a", "a\nb"), "line 2\n+ b")
  })
})
