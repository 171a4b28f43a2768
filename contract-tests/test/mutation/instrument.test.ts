import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { instrument } from "../../mutation/instrument.ts"

const mutantsOf = async (text: string) => {
  const folder = mkdtempSync(join(tmpdir(), "instrument-"))
  try {
    const path = join(folder, "source.ts")
    writeFileSync(path, text)
    const { mutants, sources } = await instrument([path])
    assert.include(sources.get(path), "stryMutAct")
    return mutants
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("instrument", () => {
  it("changes a small number by one, and doubles a large number", async () => {
    const mutants = await mutantsOf(
      "export const f = (a: number, b: bigint) => [a + 0, a + 3, a + 408, b + 2n, b + 100n]"
    )
    const changes = mutants
      .filter(({ mutator }) => mutator === "NumberLiteral")
      .map(({ original, replacement }) => `${original} to ${replacement}`)
    assert.deepStrictEqual(changes, [
      "0 to 1",
      "3 to 4",
      "3 to 2",
      "408 to 816",
      "2n to 3n",
      "2n to 1n",
      "100n to 200n"
    ])
  })

  it("removes each statement of a block with several statements", async () => {
    const mutants = await mutantsOf("export const f = (log: (text: string) => void) => {\n  log(`a`)\n  log(`b`)\n}")
    const changes = mutants.filter(({ mutator }) => mutator === "StatementDeletion")
    assert.deepStrictEqual(
      changes.map(({ line, original }) => [line, original]),
      [
        [2, "log(`a`)"],
        [3, "log(`b`)"]
      ]
    )
  })

  it("reports the position, the original code and the changed code of a mutant", async () => {
    const mutants = await mutantsOf("export const least = (a: number, b: number) =>\n  Math.min(a, b)")
    const mutant = mutants.find(({ mutator }) => mutator === "MethodExpression")
    assert.deepInclude(mutant, { line: 2, column: 3, original: "Math.min(a, b)", mutated: "Math.max(a, b)" })
  })
})
