import { assert, describe, it } from "@effect/vitest"
import * as PresentClient from "../../../src/drift/internal/presentClient.ts"
import * as Judge from "../../../src/judge/Judge.ts"
import { resolver, type Json } from "../../../src/judge/JsonSchema.ts"
import * as ReferenceDocument from "../../../src/reference/ReferenceDocument.ts"
import { edited, type Editable } from "../support/documents.ts"

const document = ReferenceDocument.load()
const present = PresentClient.rest(Judge.make(resolver(document.document)))

const operation = (of: ReferenceDocument.ReferenceDocument, id: string): ReferenceDocument.Operation =>
  of.operation(id) ?? assert.fail(`no operation ${id}`)

/** Sends an input, and returns the verdict of the changed document on the request. */
const send = (id: string, input: Json, place: string, edit: (document: Editable) => void = () => {}) => {
  const now = ReferenceDocument.make(edited(document.document, edit))
  return present.sender(operation(document, id), operation(now, id), Judge.make(resolver(now.document)))?.(input, place)
}

const group = { order_group_id: "a", subaccount: 1 }

describe("the sender of the present client", () => {
  it("sends an input that a document allows", () => {
    assert.strictEqual(send("GetOrderGroup", group, "/subaccount"), "valid")
  })

  it("reports a request with a parameter or a body field that the new document lacks", () => {
    const path = "/portfolio/order_groups/{order_group_id}"
    const withoutQuery = (copy: Editable): void => {
      copy.paths[path].get.parameters = copy.paths[path].get.parameters.filter(
        (parameter: Editable) => !JSON.stringify(parameter).includes("Subaccount")
      )
    }
    assert.strictEqual(send("GetOrderGroup", group, "/subaccount", withoutQuery), "refused")
    const order = { order_id: "a", reduce_by: "1", subaccount: 1 }
    const withoutField = (copy: Editable): void => {
      delete copy.components.schemas.DecreaseOrderV2Request.properties.reduce_by
    }
    assert.strictEqual(send("DecreaseOrderV2", order, "/reduce_by", withoutField), "refused")
  })

  it("ignores the headers, because changed security has a separate finding", () => {
    const path = "/portfolio/order_groups/{order_group_id}"
    const isPublic = (copy: Editable): void => void (copy.paths[path].get.security = [])
    assert.strictEqual(send("GetOrderGroup", group, "/subaccount", isPublic), "valid")
  })

  it("adds the fields that a rule between fields requires", () => {
    assert.strictEqual(send("DecreaseOrderV2", { order_id: "a", subaccount: 1 }, "/subaccount"), "valid")
  })

  it("does not add the absent field under test, but another field that satisfies the rule", () => {
    const required = (copy: Editable): void => {
      copy.components.schemas.DecreaseOrderV2Request.required = ["reduce_by"]
    }
    // The sender usually adds `reduce_by` to satisfy the rule. Here, `reduce_by` must stay absent, so it adds
    // `reduce_to`.
    assert.strictEqual(send("DecreaseOrderV2", { order_id: "a" }, "/reduce_by"), "valid")
    assert.strictEqual(send("DecreaseOrderV2", { order_id: "a" }, "/reduce_by", required), "refused")
  })

  it("does not send an input that the client rejects", () => {
    assert.strictEqual(send("DecreaseOrderV2", { order_id: "a", reduce_by: "1.005" }, "/reduce_by"), "not sent")
    assert.strictEqual(send("DecreaseOrderV2", { reduce_by: "1" }, "/order_id"), "not sent")
  })

  it("returns undefined if it cannot read a request, such as a request with a header parameter", () => {
    const withHeader = (copy: Editable): void => {
      const { get } = copy.paths["/portfolio/order_groups/{order_group_id}"]
      get.parameters.push({ in: "header", name: "X-Colour", schema: { type: "string" } })
    }
    assert.isUndefined(send("GetOrderGroup", group, "/subaccount", withHeader))
  })

  it("is undefined for an operation that the client does not have", () => {
    const unknown = { ...operation(document, "GetOrderGroup"), id: "Unknown" }
    assert.isUndefined(present.sender(unknown, unknown, Judge.make(resolver(document.document))))
  })
})
