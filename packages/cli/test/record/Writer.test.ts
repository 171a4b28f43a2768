import mutableFs, * as fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { CommandError } from "../../src/app/failures.ts"
import {
  checkContinued,
  continueFile,
  create,
  existingParts,
  type OpenFile,
  partPath,
  plan
} from "../../src/record/parts.ts"
import { Writer, type WriterOptions } from "../../src/record/Writer.ts"

let folder = ""
beforeAll(() => void (folder = fs.mkdtempSync(join(tmpdir(), "kalshi-writer-"))))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const header = (part: number) => `{"type":"recording","at_ms":0,"part":${part}}`

/** A writer in memory, whose file takes at most `space` bytes and at most `chunk` bytes per write. */
const inMemory = (options: Partial<WriterOptions> & { readonly space?: number; readonly chunk?: number } = {}) => {
  const { chunk = Number.POSITIVE_INFINITY, space = Number.POSITIVE_INFINITY } = options
  const files: Array<string> = []
  const calls: Array<string> = []
  const failures: Array<CommandError> = []
  let used = 0
  const open = (part: number): OpenFile => {
    const index = files.push("") - 1
    calls.push(`open ${part}`)
    return {
      write: (bytes, offset) => {
        const length = Math.min(bytes.length - offset, chunk, space - used)
        if (length <= 0) throw Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" })
        used += length
        files[index] += Buffer.from(bytes.subarray(offset, offset + length)).toString()
        return length
      },
      sync: () => void calls.push(`sync ${part}`),
      close: () => void calls.push(`close ${part}`)
    }
  }
  const writer = new Writer({
    firstPart: 1,
    pathOf: (part) => `part ${part}`,
    open: (part) => ({ file: open(part), head: header(part) }),
    nowMillis: () => 0,
    onFailure: (error) => void failures.push(error),
    ...options
  })
  return { writer, files, calls, failures }
}

const end = '{"type":"end","at_ms":0,"reason":"stopped"}'

describe("Writer", () => {
  it("writes the header, the lines and an end, and syncs before it closes", () => {
    const { calls, files, writer } = inMemory({ chunk: 7 })
    writer.line("one")
    writer.line("two")
    assert.deepStrictEqual(files, [`${header(1)}\n`])
    writer.flush()
    assert.deepStrictEqual(files, [`${header(1)}\none\ntwo\n`])
    writer.end("stopped")
    writer.end("failed")
    assert.deepStrictEqual(files, [`${header(1)}\none\ntwo\n${end}\n`])
    assert.deepStrictEqual(calls, ["open 1", "sync 1", "close 1"])
  })

  for (const count of [1, 1_000, 100_000]) {
    it(`writes ${count} lines at once, and holds at most one buffer`, () => {
      const { files, writer } = inMemory()
      const line = "x".repeat(200)
      let largestHeld = 0
      for (let index = 1; index <= count; index++) {
        writer.line(line)
        largestHeld = Math.max(largestHeld, index * 201 - (writer.bytes - header(1).length - 1))
      }
      writer.end("stopped")
      assert.strictEqual(files[0]?.split("\n").length, count + 3)
      assert.isAtMost(largestHeld, 257 * 1024)
    })
  }

  it("begins another part at rotateBytes, and writes a header into each part", () => {
    const { calls, files, writer } = inMemory({ rotateBytes: 20 })
    for (const line of ["one", "two", "three"]) {
      writer.line(`${line} ${"x".repeat(20)}`)
      writer.flush()
    }
    writer.end("stopped")
    assert.deepStrictEqual(
      files.map((text) => text.split("\n").map((line) => line.slice(0, 42))),
      [
        [header(1), "one xxxxxxxxxxxxxxxxxxxx", '{"type":"end","at_ms":0,"reason":"rotated"', ""],
        [header(2), "two xxxxxxxxxxxxxxxxxxxx", '{"type":"end","at_ms":0,"reason":"rotated"', ""],
        [header(3), "three xxxxxxxxxxxxxxxxxxxx", '{"type":"end","at_ms":0,"reason":"rotated"', ""],
        [header(4), '{"type":"end","at_ms":0,"reason":"stopped"', ""]
      ]
    )
    assert.deepStrictEqual(calls.slice(0, 4), ["open 1", "sync 1", "close 1", "open 2"])
  })

  it("compares rotateBytes with bytes, not with characters", () => {
    const { files, writer } = inMemory({ rotateBytes: 20 })
    // With the line break: 10 characters, and 19 bytes.
    writer.line("é".repeat(9))
    writer.flush()
    assert.strictEqual(files.length, 1)
    writer.line("")
    writer.flush()
    assert.strictEqual(files.length, 2)
  })

  it("begins another part after rotateMillis", () => {
    let now = 0
    const { files, writer } = inMemory({ rotateMillis: 1_000, nowMillis: () => now })
    for (now of [500, 999, 1_000, 1_500, 2_000, 9_000]) {
      if (now < 9_000) writer.line("one")
      writer.flush()
    }
    assert.strictEqual(files.length, 3)
  })

  it("begins no other part if the current part has only uncounted lines, such as snapshots", () => {
    const { files, writer } = inMemory({ rotateBytes: 1, rotateMillis: 1 })
    writer.line("snapshot", false)
    writer.flush()
    assert.strictEqual(files.length, 1)
    writer.line("message")
    writer.flush()
    assert.strictEqual(files.length, 2)
  })

  it("reports a full disk once, and writes nothing after that", () => {
    const { calls, failures, files, writer } = inMemory({ space: 60 })
    writer.line("x".repeat(40))
    writer.flush()
    writer.line("after")
    writer.flush()
    writer.end("stopped")
    assert.strictEqual(files[0]?.length, 60)
    assert.notInclude(files[0], "after")
    assert.deepStrictEqual(calls, ["open 1", "close 1"])
    assert.deepStrictEqual(
      failures.map(({ exit, message }) => [exit, message]),
      [
        [
          "failed",
          "Cannot write the recording to part 1: no space is left on the disk (ENOSPC). The recording ends here. Correct the cause, then continue with --append"
        ]
      ]
    )
  })

  it("reports that the next part cannot be created", () => {
    const files = join(folder, "parts.ndjson")
    const failures: Array<string> = []
    fs.writeFileSync(partPath(files, 2), "")
    const writer = new Writer({
      firstPart: 1,
      rotateBytes: 1,
      pathOf: (part) => partPath(files, part),
      open: (part) => ({ file: create(partPath(files, part)), head: header(part) }),
      nowMillis: () => 0,
      onFailure: ({ message }) => void failures.push(message)
    })
    writer.line("one")
    writer.flush()
    assert.match(failures.join(), /^Cannot write the recording to .*parts\.0002\.ndjson: .*EEXIST/)
  })
})

describe("plan", () => {
  const decide = (file: string, options: { append: boolean; rotates: boolean }) =>
    Result.match(plan(join(folder, file), options), {
      onSuccess: ({ continues, exists, part, path }) => [path.slice(folder.length + 1), part, continues, exists],
      onFailure: ({ message }) => message.replaceAll(`${folder}/`, "")
    })

  it("starts with the file itself, or with part 1 if the recording rotates", () => {
    assert.deepStrictEqual(decide("new.ndjson", { append: false, rotates: false }), ["new.ndjson", 1, false, false])
    assert.deepStrictEqual(decide("new.ndjson", { append: true, rotates: true }), ["new.0001.ndjson", 1, false, false])
  })

  it("refuses a file that exists, except with append", () => {
    fs.writeFileSync(join(folder, "old.ndjson"), "")
    fs.writeFileSync(join(folder, "many.0007.ndjson"), "")
    fs.writeFileSync(join(folder, "many.other.ndjson"), "")
    assert.strictEqual(
      decide("old.ndjson", { append: false, rotates: false }),
      "old.ndjson already exists. Pass another --out, or --append to continue the recording"
    )
    assert.include(decide("many.ndjson", { append: false, rotates: true }), "many.0007.ndjson already exists")
    assert.deepStrictEqual(decide("old.ndjson", { append: true, rotates: false }), ["old.ndjson", 1, true, true])
    assert.deepStrictEqual(decide("many.ndjson", { append: true, rotates: true }), ["many.0008.ndjson", 8, true, false])
  })

  it("refuses to mix one file with numbered parts", () => {
    assert.include(
      decide("old.ndjson", { append: true, rotates: true }),
      "Continue it without --rotate-size and --rotate-every"
    )
    assert.include(decide("many.ndjson", { append: true, rotates: false }), "Continue it with --rotate-size")
  })

  it("lists numbered parts in the order of their numbers", () => {
    for (const part of [10_000, 9_999, 2]) fs.writeFileSync(partPath(join(folder, "long.ndjson"), part), "")
    assert.deepStrictEqual(
      existingParts(join(folder, "long.ndjson")).map(({ part }) => part),
      [2, 9_999, 10_000]
    )
  })
})

describe("continueFile", () => {
  it("removes an incomplete last line", () => {
    const file = join(folder, "torn.ndjson")
    for (const [text, kept] of [
      ["one\ntwo\nthr", "one\ntwo\n"],
      ["one\n", "one\n"],
      ["thr", ""],
      [`one\n${"x".repeat(200_000)}`, "one\n"]
    ] as const) {
      fs.writeFileSync(file, text)
      const { opened, removedBytes } = continueFile(file)
      opened.write(Buffer.from("new\n"), 0)
      opened.close()
      assert.strictEqual(fs.readFileSync(file, "utf8"), `${kept}new\n`)
      assert.strictEqual(removedBytes, text.length - kept.length)
    }
  })

  it("closes the file if it cannot remove the incomplete last line", () => {
    const file = join(folder, "locked.ndjson")
    fs.writeFileSync(file, "one\ntwo\nthr")
    const { closeSync, ftruncateSync } = fs
    const closed: Array<number> = []
    try {
      mutableFs.ftruncateSync = () => {
        throw new Error("EIO: the disk failed")
      }
      mutableFs.closeSync = (descriptor) => {
        closed.push(descriptor)
        closeSync(descriptor)
      }
      syncBuiltinESMExports()
      assert.throws(() => continueFile(file), "EIO: the disk failed")
    } finally {
      Object.assign(mutableFs, { closeSync, ftruncateSync })
      syncBuiltinESMExports()
    }
    assert.strictEqual(closed.length, 1)
  })
})

describe("checkContinued", () => {
  const check = (text: string) => {
    const file = join(folder, "check.ndjson")
    fs.writeFileSync(file, text)
    return Result.match(checkContinued(file, "https://exchange"), {
      onSuccess: () => "continues",
      onFailure: ({ message }) => message.replace(file, "FILE")
    })
  }
  const first = (format: number, environment: string) =>
    `${JSON.stringify({ type: "recording", at_ms: 1, format, environment })}\n`

  it("accepts a recording of the same exchange, and an empty file", () => {
    assert.strictEqual(check(first(1, "https://exchange")), "continues")
    assert.strictEqual(check(""), "continues")
  })

  it("refuses a recording of another exchange or format, and any other file", () => {
    assert.include(check(first(1, "https://demo")), "FILE is a recording of https://demo, not of https://exchange")
    assert.include(check(first(2, "https://exchange")), "FILE has the format 2, not 1")
    assert.include(check("ticker,price\nA,0.50\n"), "FILE is not a recording, so --append does not change it")
    assert.include(check("notes without a line break"), "FILE is not a recording")
  })
})
