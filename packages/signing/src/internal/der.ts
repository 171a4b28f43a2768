import * as Result from "effect/Result"
import type { KeyErrorReason } from "../KeyError.ts"

export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  sequence: 0x30,
  /** `[1] IMPLICIT BIT STRING`: the public key in a PKCS#8 of version 2 (RFC 5958). */
  implicitPublicKey: 0x81
} as const

export interface Element {
  readonly tag: number
  readonly contents: Uint8Array
  /** The bytes of tag, length and contents. */
  readonly encoded: Uint8Array
}

const parse = (bytes: Uint8Array): Element | "truncated" | "malformed" => {
  const tag = bytes[0]
  const first = bytes[1]
  if (tag === undefined || first === undefined) return "truncated"
  let start = 2
  let length = first
  if (first >= 0x80) {
    const size = first & 0x7f
    if (size === 0 || size > 3) return "malformed"
    length = 0
    for (; start < 2 + size; start++) {
      const byte = bytes[start]
      if (byte === undefined) return "truncated"
      length = length * 256 + byte
    }
  }
  const end = start + length
  return end > bytes.length
    ? "truncated"
    : { tag, contents: bytes.subarray(start, end), encoded: bytes.subarray(0, end) }
}

/** Returns the elements of a parent. Undefined if they do not fill the parent exactly. */
export const children = (parent: Element): ReadonlyArray<Element> | undefined => {
  const elements: Array<Element> = []
  let rest = parent.contents
  while (rest.length > 0) {
    const element = parse(rest)
    if (typeof element === "string") return undefined
    elements.push(element)
    rest = rest.subarray(element.encoded.length)
  }
  return elements
}

/** Parses one element. Returns undefined if it has another tag or does not fill the bytes. */
export const only = (bytes: Uint8Array, tag: number): Element | undefined => {
  const element = parse(bytes)
  return typeof element !== "string" && element.tag === tag && element.encoded.length === bytes.length
    ? element
    : undefined
}

export const members = (bytes: Uint8Array): Result.Result<ReadonlyArray<Element>, KeyErrorReason> => {
  const element = bytes.length > 0 && bytes[0] !== tags.sequence ? "malformed" : parse(bytes)
  if (element === "truncated") {
    return Result.fail({ _tag: "Truncated", problem: "its data is shorter than its stated length" })
  }
  if (element === "malformed") return Result.fail({ _tag: "Malformed", problem: "its data is not a DER sequence" })
  if (element.encoded.length < bytes.length) {
    return Result.fail({ _tag: "Malformed", problem: "its data is longer than its stated length" })
  }
  const inside = children(element)
  return inside === undefined
    ? Result.fail({ _tag: "Malformed", problem: "its DER sequence is invalid" })
    : Result.succeed(inside)
}

/** Writes the dotted decimals of an OBJECT IDENTIFIER (X.690, 8.19). */
export const dotted = (contents: Uint8Array): string => {
  const arcs: Array<number> = []
  let arc = 0
  for (const byte of contents.subarray(0, 32)) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...rest].join(".")
}
