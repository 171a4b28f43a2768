import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Der from "../../src/internal/der.ts"
import { integer, nothing, octets, sequence } from "../asn1.ts"

const members = (bytes: ArrayLike<number>) => Der.members(Uint8Array.from(bytes))

/** Returns what is wrong with the bytes. Empty if they are a valid sequence. */
const problem = (bytes: ArrayLike<number>): string => {
  const result = members(bytes)
  return Result.isFailure(result)
    ? `${result.failure._tag} ${"problem" in result.failure && result.failure.problem}`
    : ""
}

const tooShort = "Truncated its data is shorter than its stated length"
const notSequence = "Malformed its data is not a DER sequence"
const tooLong = "Malformed its data is longer than its stated length"
const broken = "Malformed its DER sequence is invalid"

describe("members", () => {
  it("reads lengths of up to three bytes", () => {
    for (const length of [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff]) {
      const [member] = Result.getOrThrow(members(sequence(octets(new Uint8Array(Math.max(0, length - 4))))))
      assert.strictEqual(member?.contents.length, Math.max(0, length - 4))
    }
    const contents = octets(new Uint8Array(0xfffc))
    assert.strictEqual(contents.length, 0x10000)
    const [member] = Result.getOrThrow(members([0x30, 0x83, 0x01, 0x00, 0x00, ...contents]))
    assert.strictEqual(member?.contents.length, 0xfffc)
  })

  it("reads lengths that are longer than necessary", () => {
    for (const length of [[2], [0x81, 2], [0x82, 0, 2], [0x83, 0, 0, 2]]) {
      const found = Result.getOrThrow(members([0x30, ...length, ...nothing]))
      assert.deepStrictEqual(
        found.map(({ tag }) => tag),
        [Der.tags.null]
      )
    }
  })

  it("rejects an indefinite length and a length of four bytes", () => {
    assert.strictEqual(problem([0x30, 0x80, 0x05, 0x00, 0x00, 0x00]), notSequence)
    assert.strictEqual(problem([0x30, 0x84, 0x00, 0x00, 0x00, 0x02, 0x05, 0x00]), notSequence)
    assert.strictEqual(problem([0x30, 0x85, 0x00, 0x00, 0x00, 0x00, 0x02, 0x05, 0x00]), notSequence)
  })

  it("reports data that ends too early", () => {
    for (const bytes of [[], [0x30], [0x30, 0x02], [0x30, 0x02, 0x05], [0x30, 0x82, 0x01], [0x30, 0x81]]) {
      assert.strictEqual(problem(bytes), tooShort, String(bytes))
    }
  })

  it("reports data that is not a sequence", () => {
    for (const bytes of [[0x31], [0x31, 0x00], [0x02, 0x01, 0x00], [0x00, 0x00]])
      assert.strictEqual(problem(bytes), notSequence)
  })

  it("reports data after the stated length", () => {
    assert.strictEqual(problem([...sequence(nothing), 0x00]), tooLong)
    assert.strictEqual(problem([0x30, 0x00, 0x00]), tooLong)
  })

  it("rejects members that do not fill the sequence exactly", () => {
    for (const inside of [
      [0x02],
      [0x02, 0x05, 0x01],
      [0x05],
      [0x05, 0x01],
      [...nothing, 0x02],
      [...nothing, 0x02, 0x02, 0x01]
    ]) {
      assert.strictEqual(problem(sequence(inside)), broken, String(inside))
    }
  })
})

describe("only", () => {
  it("reads an element only if it has the expected tag and fills the bytes exactly", () => {
    assert.deepStrictEqual(Der.only(integer(5), Der.tags.integer)?.contents, Uint8Array.from([5]))
    assert.isUndefined(Der.only(integer(5), Der.tags.octetString))
    assert.isUndefined(Der.only(Uint8Array.from([...integer(5), 0]), Der.tags.integer))
    assert.isUndefined(Der.only(integer(5).subarray(0, 2), Der.tags.integer))
    assert.isUndefined(Der.only(integer(5).subarray(0, 0), Der.tags.integer))
  })
})

describe("dotted", () => {
  const dotted = (...bytes: ReadonlyArray<number>) => Der.dotted(Uint8Array.from(bytes))

  it("writes an object identifier in decimals", () => {
    for (const [bytes, text] of [
      [[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01], "1.2.840.113549.1.1.1"],
      [[0x2b, 0x65, 0x70], "1.3.101.112"],
      [[0], "0.0"],
      [[39], "0.39"],
      [[40], "1.0"],
      [[79], "1.39"],
      [[80], "2.0"],
      [[120], "2.40"],
      [[0x88, 0x37], "2.999"],
      [[0x88, 0x37, 3], "2.999.3"],
      [[0x55, 4, 3], "2.5.4.3"],
      [[0x2b, 0x81, 0x80, 0], "1.3.16384"],
      [[0x2a, 0x80, 0x01], "1.2.1"],
      [[0x2a, 0x7f], "1.2.127"],
      [[], "0.0"]
    ] as const) {
      assert.strictEqual(dotted(...bytes), text)
    }
  })

  it("writes at most 32 bytes of an object identifier, so that an error stays short", () => {
    assert.strictEqual(dotted(...Array.from({ length: 40 }, () => 1)).split(".").length, 33)
  })
})
