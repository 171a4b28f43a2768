import { assert, describe, it } from "@effect/vitest"
import { formatMode, keyFileProblem, shellQuoted } from "../../src/app/privateFiles.ts"

describe("formatMode", () => {
  it("shows the permission bits with four digits", () => {
    assert.deepStrictEqual([0o100600, 0o644, 0o7, 0].map(formatMode), ["0600", "0644", "0007", "0000"])
  })
})

describe("shellQuoted", () => {
  it("quotes what a shell would split or expand", () => {
    assert.strictEqual(shellQuoted("/home/me/key-1.pem"), "/home/me/key-1.pem")
    assert.strictEqual(shellQuoted("my key.pem"), "'my key.pem'")
    assert.strictEqual(shellQuoted("$(it's)"), String.raw`'$(it'\''s)'`)
  })
})

describe("keyFileProblem", () => {
  it("reports every permission of the group and of other users", () => {
    for (const mode of [0o640, 0o620, 0o610, 0o604, 0o602, 0o601]) {
      assert.include(keyFileProblem("key.pem", mode), "Run: chmod 600 key.pem")
    }
    for (const mode of [0o600, 0o400, 0o700, undefined]) assert.isUndefined(keyFileProblem("key.pem", mode))
  })
})
