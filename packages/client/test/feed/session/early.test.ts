/** Early messages arrive before the reply to the subscribe command. A sid is a subscription id. */
import { assert, describe, it } from "@effect/vitest"
import { type Early, EarlyMessages } from "../../../src/feed/session/early.ts"

const early = (text: string): Early => ({
  _tag: "Undecodable",
  error: { _tag: "InvalidMessage", pointer: "", reason: "" } as never, // no test reads the error
  text,
  seq: undefined,
  msg: undefined
})

describe("EarlyMessages", () => {
  it("returns the messages of a sid only once, and then has room for messages of other sids", () => {
    const messages = new EarlyMessages(2)
    const held = [early("a"), early("b")]
    for (const message of held) messages.hold(1, message)
    messages.hold(2, early("dropped"))
    assert.deepStrictEqual(messages.take(1), { messages: held, isIncomplete: false })
    assert.deepStrictEqual(messages.take(1), { messages: [], isIncomplete: false })
    assert.deepStrictEqual(messages.take(2), { messages: [], isIncomplete: true })
    assert.deepStrictEqual(messages.take(2), { messages: [], isIncomplete: false })
    for (const message of held) messages.hold(3, message)
    assert.deepStrictEqual(messages.take(3), { messages: held, isIncomplete: false })
  })

  it("after it was cleared, has neither messages nor a record of dropped messages", () => {
    const messages = new EarlyMessages(2)
    const held = [early("a"), early("b")]
    for (const message of held) messages.hold(1, message)
    messages.hold(2, early("dropped"))
    messages.clear()
    for (const sid of [1, 2]) assert.deepStrictEqual(messages.take(sid), { messages: [], isIncomplete: false })
    for (const message of held) messages.hold(3, message)
    assert.deepStrictEqual(messages.take(3), { messages: held, isIncomplete: false })
  })
})
