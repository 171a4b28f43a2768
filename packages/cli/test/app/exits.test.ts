import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { exits } from "../../src/app/exits.ts"

const readme = readFileSync(fileURLToPath(new URL("../../README.md", import.meta.url)), "utf8")

describe("exits", () => {
  it("match the exit codes in the README", () => {
    const rows = [...readme.matchAll(/^\| (\d+) +\| (\w+) +\| (.+?) +\|$/gm)].map(([, code, name, meaning]) => [
      name,
      { code: Number(code), meaning }
    ])
    assert.deepStrictEqual(Object.fromEntries(rows), exits)
  })

  it("have different codes, each valid in a shell", () => {
    const codes = Object.values(exits).map(({ code }) => code)
    assert.strictEqual(new Set(codes).size, codes.length)
    assert.isTrue(codes.every((code) => (code >= 0 && code < 128) || code === 130))
  })
})
