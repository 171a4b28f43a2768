import { assert, describe, it } from "@effect/vitest"
import { build } from "esbuild"
import { fileURLToPath } from "node:url"

const source = fileURLToPath(new URL("../../src/", import.meta.url))

/** Bundles a program without the modules of Effect. */
const bundle = async (contents: string): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: source, loader: "ts" },
    bundle: true,
    external: ["effect/*"],
    format: "esm",
    platform: "neutral",
    write: false
  })
  return outputFiles[0]!.text
}

const declared = (code: string): ReadonlyArray<string> => [...code.matchAll(/^var (\w+) =/gm)].map(([, name]) => name!)

describe("a bundle of generated files", () => {
  it("contains only one component and the components that it uses", async () => {
    const code = await bundle(`export { GetOrderGroupResponse } from "./generated/responses.ts"`)
    assert.deepStrictEqual(declared(code), ["countPattern", "Count", "ExchangeIndex", "GetOrderGroupResponse"])
  })

  it("contains only the parameters of one operation", async () => {
    const code = await bundle(`export { CancelOrderV2Query } from "./generated/parameters.ts"`)
    assert.deepStrictEqual(declared(code), [
      "optional",
      "isIntegerFrom",
      "integerFrom",
      "ExchangeIndex",
      "SubaccountQueryDefaultPrimary",
      "CancelOrderV2Query"
    ])
  })

  it("contains only one enum of requests", async () => {
    const code = await bundle(`export { BookSide } from "./generated/requests.ts"`)
    assert.deepStrictEqual(declared(code), ["closed", "BookSide"])
  })

  it("contains only one message of the feed and the components that it uses", async () => {
    const code = await bundle(`export { OrderGroupUpdatesMessage } from "./generated/feed.ts"`)
    assert.deepStrictEqual(declared(code), [
      "countPattern",
      "Count",
      "open",
      "isIntegerFrom",
      "integerFrom",
      "SendingTimestampMs",
      "SequenceNumber",
      "SubscriptionId",
      "OrderGroupUpdates",
      "OrderGroupUpdatesMessage"
    ])
  })

  it("contains no message of the feed if the program only encodes commands", async () => {
    const code = await bundle(`export { encode } from "./feed/FeedMessages.ts"`)
    assert.include(code, "SubscribeCommand = ")
    for (const other of ["TickerMessage", "UnknownMessage", "errorCodes"]) assert.notInclude(code, other)
  })

  it("contains only the used operation of a resource", async () => {
    const code = await bundle(`export { get } from "./rest/OrderGroups.ts"`)
    assert.include(code, "GetOrderGroupResponse = ")
    for (const other of [
      "GetOrderGroupsResponse",
      "CreateOrderGroupRequest",
      "UpdateOrderGroupLimitQuery",
      "EmptyResponse",
      "SubscribeCommand",
      "TickerMessage"
    ]) {
      assert.notInclude(code, other)
    }
  })
})
