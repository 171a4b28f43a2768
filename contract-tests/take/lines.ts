/**
 * Finds the line of a JSON Pointer in a YAML or JSON file.
 *
 * @module
 */
import { isNode, LineCounter, parseDocument } from "yaml"
import { parsePointer } from "../src/reference/internal/json.ts"

/** Makes a function that returns the line of a pointer, or of its nearest existing parent. Lines count from 1. */
export const linesOf = (text: string): ((pointer: string) => number) => {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  return (pointer) => {
    const tokens = parsePointer(pointer) ?? []
    for (let length = tokens.length; length > 0; length--) {
      const found: unknown = document.getIn(tokens.slice(0, length), true)
      if (isNode(found) && found.range) return counter.linePos(found.range[0]).line
    }
    return 1
  }
}
