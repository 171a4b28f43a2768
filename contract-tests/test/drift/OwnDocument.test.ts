/**
 * Compares the document from which the client is generated with changed copies. Runs the client on a witness of each
 * change: a value that shows the change.
 */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import * as FeedDocument from "../../src/reference/FeedDocument.ts"
import * as ReferenceDocument from "../../src/reference/ReferenceDocument.ts"
import { brief, drift, edited, type Editable } from "./support/documents.ts"

const read = (url: URL): Editable => JSON.parse(readFileSync(url, "utf8"))

/** The current REST document with only three paths, and with the `x-source` of the complete document. */
const rest = edited(read(ReferenceDocument.url()), (document) => {
  const kept = ["/portfolio/order_groups/{order_group_id}", "/portfolio/events/orders", "/markets/{ticker}/orderbook"]
  document.paths = Object.fromEntries(kept.map((path) => [path, document.paths[path]]))
})

const feed = read(FeedDocument.url())

const schemas = (document: Editable): Editable => document.components.schemas

const found = (document: Editable, edit: (copy: Editable) => void): ReadonlyArray<string> => {
  const result = drift(document, edited(document, edit))
  assert.strictEqual(result.client, "present client")
  return result.findings.map(brief)
}

describe("the present client", () => {
  it("refuses a response without a field that it requires", () => {
    const edit = (document: Editable): void => {
      const group = schemas(document).GetOrderGroupResponse
      group.required = group.required.filter((name: string) => name !== "is_auto_cancel_enabled")
    }
    assert.deepStrictEqual(found(rest, edit), [
      "breaking field-became-optional GetOrderGroup is_auto_cancel_enabled: refuses"
    ])
  })

  it("ignores an unknown field", () => {
    const edit = (document: Editable): void => {
      schemas(document).GetOrderGroupResponse.properties.colour = { type: "string" }
    }
    assert.deepStrictEqual(found(rest, edit), ["additive field-added GetOrderGroup colour"])
  })

  it("is broken by a tighter bound only if it sends values beyond the bound", () => {
    const [post] = [rest.paths["/portfolio/events/orders"].post]
    const name = post.requestBody.content["application/json"].schema.$ref.split("/").at(-1)
    const tighter = found(rest, (document) => {
      const { properties } = schemas(document)[name]
      properties.client_order_id.maxLength = 8
    })
    assert.deepStrictEqual(tighter, [
      "breaking constraint-tightened CreateOrderV2 client_order_id: sends a request that is refused"
    ])
    // The client knows that the price of an order is between 0 and 1, so it never sends 2.
    const never = found(rest, (document) => {
      schemas(document).FixedPointOrderPrice.pattern = "^(?:0\\.[0-9]{2,4}|1\\.0{2,4})$"
      schemas(document)[name].properties.expiration_time.minimum = -5_000_000_000_000
    })
    assert.deepStrictEqual(
      never.filter((line) => line.includes("price")),
      []
    )
  })

  it("is not broken by a maximum that every valid time in seconds satisfies", () => {
    const edit = (document: Editable): void => {
      schemas(document).CreateOrderV2Request.properties.expiration_time.maximum = 9_999_999_999
    }
    assert.deepStrictEqual(found(rest, edit), ["additive constraint-tightened CreateOrderV2 expiration_time"])
  })

  it("gets one finding if an operation newly requires a key, in addition to the other findings of the operation", () => {
    const edit = (document: Editable): void => {
      const { get } = document.paths["/markets/{ticker}/orderbook"]
      get.security = rest.paths["/portfolio/events/orders"].post.security
      get.parameters.push({ in: "query", name: "colour", schema: { type: "string" } })
    }
    assert.deepStrictEqual(found(rest, edit), [
      "breaking security-added GetMarketOrderbook security: sends a request that is refused",
      "additive field-added GetMarketOrderbook schema"
    ])
  })

  it("passes on a new member of an enum of a message, and refuses null", () => {
    const edit = (document: Editable): void => {
      const { msg } = schemas(document).tradePayload.properties
      msg.properties.trade_id = { ...msg.properties.trade_id, type: ["string", "null"] }
      schemas(document).lastUpdateReason.enum.push("Eclipse")
    }
    assert.deepStrictEqual(found(feed, edit), [
      "breaking nullable trade trade_id: refuses",
      "additive enum-member-added user_order lastUpdateReason"
    ])
  })

  it("gets no finding for the published document without the overlay, because the comparison applies the overlay", () => {
    const published = edited(rest, (document) => {
      // The overlay narrows the price of an order.
      const { properties } = schemas(document).CreateOrderV2Request
      assert.strictEqual(properties.price.$ref, "#/components/schemas/FixedPointOrderPrice")
      properties.price.$ref = "#/components/schemas/FixedPointDollars"
      delete document.info["x-source"].overlay
    })
    assert.deepStrictEqual(drift(rest, published).findings, [])
    assert.deepStrictEqual(drift(published, rest).findings, [])
  })

  it("gets no finding for its own document", () => {
    assert.deepStrictEqual([drift(rest, rest).findings, drift(feed, feed).findings], [[], []])
  })
})
