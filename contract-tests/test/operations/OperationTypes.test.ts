import type * as Errors from "@kalshi-effect/client/Errors"
import type * as Orders from "@kalshi-effect/client/Orders"
import type * as Parameters from "@kalshi-effect/client/generated/parameters"
import { assert, describe, expectTypeOf, it } from "vitest"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { named } from "./support/client.ts"
import { assertionsOf, failing } from "./support/operationTypes.ts"
import type { Signature, Values } from "./support/signature.ts"

describe("the types of the operations", () => {
  it("match the document", () => {
    assert.deepStrictEqual(failing(ClientOperations.all.flatMap(assertionsOf)), [])
  })

  it("are really compared: each wrong assertion fails to compile", () => {
    const parts = ["fails", "required", "optional", "input", "response", "needs", "refuses", "dryRun"]
    const wrong: ReadonlyArray<readonly [part: string, code: string]> = [
      ["fails", 'expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized>()'],
      [
        "fails",
        'expectTypeOf<Call["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound | Errors.Conflict>()'
      ],
      ["required", 'expectTypeOf<Call["required"]>().toEqualTypeOf<never>()'],
      ["optional", 'expectTypeOf<Call["optional"]>().toEqualTypeOf<"subaccount">()'],
      ["input", 'expectTypeOf<{ readonly order_id: number }>().toExtend<Call["input"]>()'],
      ["response", 'expectTypeOf<Call["response"]>().toEqualTypeOf<Responses.GetOrdersResponse>()'],
      ["needs", 'expectTypeOf<Call["needs"]>().toEqualTypeOf<KalshiWrite>()'],
      ["refuses", 'expectTypeOf<Call["refuses"]>().toEqualTypeOf<never>()'],
      ["dryRun", 'expectTypeOf<Call["dryRun"]>().toEqualTypeOf<Errors.NotSent>()']
    ]
    const assertions = wrong.map(([part, code], index) => ({
      subject: `${index} ${part}`,
      code: code.replace("Call", "Signature<typeof Orders.get>")
    }))
    assert.deepStrictEqual(
      failing([...assertionsOf(named("GetOrder")), ...assertions]),
      assertions.map(({ subject }) => subject)
    )
    assert.sameMembers([...new Set(wrong.map(([part]) => part))], parts)
    const subjects = assertionsOf(named("GetOrder")).map(({ subject }) => subject)
    assert.sameMembers(
      subjects,
      parts.map((part) => `Orders.get ${part}`)
    )
  })
})

describe("Signature", () => {
  it("has the declared errors", () => {
    expectTypeOf<Signature<typeof Orders.get>["fails"]>().toEqualTypeOf<Errors.Unauthorized | Errors.NotFound>()
  })
})

describe("Values", () => {
  it("has a field for each parameter", () => {
    expectTypeOf<Values<typeof Parameters.GetOrderPath>>().toExtend<{ readonly order_id: string }>()
  })
})
