/**
 * Replaces each string of an input with strings that cannot be sent. The client must reject each input before it
 * sends anything, and must report the pointer of the replaced string.
 *
 * @module
 */
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import { isArray, isObject, objectOf, pointerTo, type Json, type JsonObject } from "../judge/JsonSchema.ts"
import type { ClientOperation } from "./ClientOperations.ts"
import type { Recorder } from "./Requests.ts"

/**
 * Strings that cannot be sent. No part of a request can contain half a surrogate pair, because UTF-8 cannot encode it.
 * In a path, the other strings would change the request or address another resource.
 */
const invalidStrings = {
  path: ["", ".", "..", "a/b", "a\\b", "a%2Fb", "a%5cb", "a\r\nb", "a\tb", "\u0000", "\u007f", "\ud800", "a\udc00b"],
  query: ["\ud800", "a\udc00b"],
  body: ["\ud800", "a\udc00b"]
}

interface Unsendable {
  readonly input: JsonObject
  readonly pointer: string
  readonly text: string
}

const replacements = (
  value: Json,
  pointer: string,
  strings: ReadonlyArray<string>
): ReadonlyArray<{ readonly value: Json; readonly pointer: string; readonly text: string }> => {
  if (typeof value === "string") return strings.map((text) => ({ value: text, pointer, text }))
  if (isArray(value)) {
    return value.flatMap((item, index) =>
      replacements(item, pointerTo(pointer, String(index)), strings).map((replacement) => ({
        ...replacement,
        value: value.with(index, replacement.value)
      }))
    )
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) =>
    replacements(member, pointerTo(pointer, key), strings).map((replacement) => ({
      ...replacement,
      value: objectOf([...Object.entries(value).filter(([name]) => name !== key), [key, replacement.value]])
    }))
  )
}

const unsendable = ({ parameters }: ReferenceDocument.Operation, input: JsonObject): ReadonlyArray<Unsendable> =>
  Object.entries(input).flatMap(([field, value]) => {
    const place = parameters.find(({ name }) => name === field)?.in ?? "body"
    if (place !== "path" && place !== "query" && place !== "body") return []
    return replacements(value, pointerTo("", field), invalidStrings[place]).map(
      ({ pointer, text, value: invalidValue }) => ({
        input: objectOf([...Object.entries(input).filter(([name]) => name !== field), [field, invalidValue]]),
        // The client may report a query list at the pointer of the list or at the pointer of the item.
        pointer: place === "query" ? pointerTo("", field) : pointer,
        text
      })
    )
  })

export interface Finding extends Unsendable {
  readonly got: string
}

export const check = (
  client: ClientOperation,
  reference: ReferenceDocument.Operation,
  recorder: Recorder,
  input: JsonObject
): { readonly runs: number; readonly findings: ReadonlyArray<Finding> } => {
  const cases = unsendable(reference, input)
  const got = (testCase: Unsendable): string | undefined => {
    try {
      const outcome = recorder.call(client.operation, testCase.input)
      if (outcome._tag === "Sent") return `sent as ${outcome.sent.target}`
      const isAtPointer = outcome.pointer === testCase.pointer || outcome.pointer.startsWith(`${testCase.pointer}/`)
      return isAtPointer ? undefined : `rejected at ${JSON.stringify(outcome.pointer)}: ${outcome.reason}`
    } catch (error) {
      return `threw ${String(error)}`
    }
  }
  return {
    runs: cases.length,
    findings: cases.flatMap((testCase) => {
      const found = got(testCase)
      return found === undefined ? [] : [{ ...testCase, got: found }]
    })
  }
}
