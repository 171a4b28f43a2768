import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { fileURLToPath } from "node:url"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import * as Properties from "../../src/properties/All.ts"
import { faults } from "../../src/sensitivity/All.ts"
import * as Fault from "../../src/sensitivity/Fault.ts"

describe("faults", () => {
  it("are many, and each has a name of its own", () => {
    assert.isAtLeast(faults.length, 100)
    assert.strictEqual(new Set(faults.map(({ name }) => name)).size, faults.length)
  })

  it("can be planted in the sources as they stand, and leave them a program", () => {
    for (const fault of faults) {
      const source = fs.readFileSync(Fault.sourceOf(fault), "utf8")
      const planted = Fault.plant(fault, source)
      assert.notStrictEqual(planted, source, fault.name)
      assert.doesNotThrow(() => stripTypeScriptTypes(planted), fault.name)
    }
  })

  it("are looked for where there is something to look at", () => {
    const operations = new Set(ClientOperations.all.map(({ name }) => name))
    for (const { name, operations: named, seenBy } of faults) {
      if (Fault.isTest(seenBy)) {
        assert.isTrue(fs.existsSync(fileURLToPath(new URL(seenBy, Fault.root))), `${name}: ${seenBy}`)
        continue
      }
      const other = Properties.others.find(({ id }) => id === seenBy)
      assert.isTrue(other !== undefined || Properties.all.some(({ id }) => id === seenBy), `${name}: ${seenBy}`)
      assert.isNotEmpty(named, name)
      const targets = other === undefined ? operations : new Set(other.targets)
      for (const target of named) assert.isTrue(targets.has(target), `${name}: ${target}`)
    }
  })
})
