import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { encodeFrame, encodeRead, messageText, parseLine } from "../../src/record/lines.ts"

const again = (text: string): string | undefined => {
  const encoded = encodeFrame({ text, generation: 3, receivedMillis: 17 })
  // `includes` is used because Chai would format both texts, which is slow.
  assert.isFalse(encoded.includes("\n"))
  const line = parseLine(encoded)
  return line?.type === "frame" ? messageText(line, encoded) : undefined
}

describe("encodeFrame", () => {
  it("keeps the message as it was received, with its numbers and spaces", () => {
    const text =
      '{"type":"trade", "sid":2,"n":12345678901234567890.10,"n":1e999,"msg":{"ts_ms":5,"s":"}\\"message\\":{"}}'
    assert.strictEqual(
      encodeFrame({ text, generation: 3, receivedMillis: 17 }),
      `{"type":"frame","at_ms":17,"exchange_ms":5,"connection":3,"message":${text}}`
    )
    assert.strictEqual(again(text), text)
  })

  it("takes the exchange's time from `ts_ms`, or else from `sending_ts_ms`", () => {
    const timeOf = (text: string) => parseLine(encodeFrame({ text, generation: 1, receivedMillis: 9 }))
    assert.propertyVal(timeOf('{"sending_ts_ms":7,"msg":{"ts_ms":5}}'), "exchange_ms", 5)
    assert.propertyVal(timeOf('{"sending_ts_ms":7,"msg":{}}'), "exchange_ms", 7)
    assert.notProperty(timeOf('{"msg":{"ts_ms":"5"}}'), "exchange_ms")
  })

  it("writes a message that is not one line of JSON as a text", () => {
    for (const text of ["{", "", '{\n"a":1}', "\ud800", "null}"]) {
      assert.strictEqual(again(text), text, JSON.stringify(text))
      assert.include(encodeFrame({ text, generation: 1, receivedMillis: 1 }), '"text":')
    }
  })

  it("keeps every message unchanged", () => {
    const json = fc.tuple(fc.json({ maxDepth: 2 }), fc.constantFrom("", " ", "\n")).map(([text, end]) => text + end)
    // Any UTF-16 code units, including unpaired surrogates.
    const units = fc.array(fc.nat({ max: 0xffff })).map((codes) => String.fromCharCode(...codes))
    fc.assert(fc.property(fc.oneof(json, units), (text) => again(text) === text))
  })
})

describe("encodeRead", () => {
  it("keeps the response as it was received", () => {
    const text = '{"orderbook_fp":{"yes_dollars":[["0.4500","10.00"]]},"new":1.50}'
    const read = { type: "order_book", at_ms: 2, requested_ms: 1, ticker: "A", reason: "start", text } as const
    const encoded = encodeRead(read)
    const line = parseLine(encoded)
    assert.propertyVal(line, "ticker", "A")
    assert.strictEqual(line?.type === "order_book" ? messageText(line, encoded) : undefined, text)
  })
})

describe("parseLine", () => {
  it("accepts only objects with a type and a time", () => {
    for (const text of [
      "",
      "{",
      "1",
      "[]",
      '{"type":"frame"}',
      '{"at_ms":1}',
      '{"type":1,"at_ms":1}',
      '{"type":"frame","at_ms":1'
    ]) {
      assert.isUndefined(parseLine(text), text)
    }
  })
})
