import * as ExchangeOperations from "@kalshi-effect/client/Exchange"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import { assert, describe, it } from "@effect/vitest"
import { routes } from "../src/internal/routes.ts"

describe("routes", () => {
  it("serve every operation that the client has", () => {
    const described = [ExchangeOperations, OrderGroups, Orders]
      .flatMap((operations) => Object.values(operations))
      .flatMap((operation) => ("descriptor" in operation ? [operation.descriptor.operationId] : []))
    assert.deepStrictEqual(routes.map(({ descriptor }) => descriptor.operationId).sort(), described.sort())
  })
})
