import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { overlaySha256 } from "../../src/reference/SpecImport.ts"
import { overlayFor, replacePart, published, publishedFeed, sha256 } from "./support.ts"

const command = fileURLToPath(new URL("../../src/bin/spec.ts", import.meta.url))

const withFolder = (
  files: { readonly [name: string]: string | Uint8Array },
  use: (
    run: (...args: ReadonlyArray<string>) => { readonly code: number | null; readonly err: string },
    read: (name: string) => string
  ) => void
): void => {
  const folder = mkdtempSync(join(tmpdir(), "spec-"))
  try {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text)
    }
    use(
      (...args) => {
        const { status, stderr } = spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: "utf8" })
        return { code: status, err: stderr }
      },
      (name) => readFileSync(join(folder, name), "utf8")
    )
  } finally {
    rmSync(folder, { force: true, recursive: true })
  }
}

// Each test starts processes, which are slow on a busy machine.
describe("spec import", { timeout: 120_000 }, () => {
  it("applies the overlay, and writes the same bytes each time", () => {
    withFolder({ "overlay.json": overlayFor(published), "published.yaml": published }, (run, read) => {
      for (const out of ["a.json", "b.json"]) {
        assert.deepStrictEqual(run("import", "published.yaml", "--out", out, "--overlay", "overlay.json"), {
          code: 0,
          err: ""
        })
      }
      assert.strictEqual(sha256(read("a.json")), sha256(read("b.json")))
      const stamp: unknown = JSON.parse(read("a.json")).info["x-source"]
      assert.deepStrictEqual(stamp, {
        format: "OpenAPI 3.0.3",
        overlay: { entries: 9, sha256: overlaySha256(overlayFor(published), "rest") },
        sha256: sha256(published),
        version: "1.2.3"
      })
    })
  })

  it("imports without an overlay if --out is set without --overlay", () => {
    withFolder({ "published-feed.yaml": publishedFeed }, (run, read) => {
      assert.deepStrictEqual(run("import", "published-feed.yaml", "--out", "feed.json"), { code: 0, err: "" })
      assert.notProperty(JSON.parse(read("feed.json")).info["x-source"], "overlay")
    })
  })

  it("prints one line per fault, exits with 2, and writes nothing", () => {
    const faulty = replacePart(published, "format: int64", "format: int64, minGrace: 1")
    withFolder({ "faulty.yaml": faulty, "latin1.yaml": Uint8Array.of(0xff, 0xfe, 0x61) }, (run, read) => {
      assert.deepStrictEqual(run("import", "faulty.yaml", "--out", "out.json"), {
        code: 2,
        err: "/components/schemas/Order/properties/count/minGrace: unknown schema keyword\n"
      })
      assert.deepStrictEqual(run("import", "latin1.yaml", "--out", "out.json"), {
        code: 2,
        err: "latin1.yaml is not UTF-8\n"
      })
      const missing = run("import", "missing.yaml", "--out", "out.json")
      assert.strictEqual(missing.code, 2)
      assert.include(missing.err, "missing.yaml")
      assert.throws(() => read("out.json"))
    })
  })
})
