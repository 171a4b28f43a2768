import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { folder, modules } from "./support/client.ts"

describe("modules", () => {
  it("lists exactly the client's modules that export operations", async () => {
    const found: Array<string> = []
    for (const [module, { href }] of modules) {
      const exported = (await import(href)) as ClientOperations.Module // Every module of the client has this type.
      if (ClientOperations.ofModule(module, exported).length > 0) found.push(module)
    }
    assert.deepStrictEqual(found.sort(), Object.keys(ClientOperations.modules).sort())
  })

  it("does not limit `ofModule`, which finds the operations of an unlisted module", () => {
    const { Orders } = ClientOperations.modules
    assert.isAbove(ClientOperations.ofModule("Elsewhere", Orders ?? {}).length, 0)
  })
})

describe("all", () => {
  it("contains each operation that the sources declare, exactly once", () => {
    const declared = fs
      .readdirSync(folder, { encoding: "utf8", recursive: true })
      .filter((file) => file.endsWith(".ts") && file !== "Operation.ts")
      .flatMap((file) => [...fs.readFileSync(new URL(file, folder), "utf8").matchAll(/operationId: "(\w+)"/g)])
      .map((match) => match[1] ?? "")
    const found = ClientOperations.all.map(({ descriptor }) => descriptor.operationId)
    assert.deepStrictEqual([...found].sort(), [...declared].sort())
  })

  it("omits exports that are not operations, such as a plain function or a descriptor", () => {
    const exported = { list: () => undefined, ListInput: undefined, descriptor: { operationId: "GetOrders" } }
    assert.deepStrictEqual(ClientOperations.ofModule("Lists", exported), [])
  })
})
