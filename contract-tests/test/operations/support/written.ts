/** Encodes any input as a request, without the checks of the client. */
import type * as ReferenceDocument from "../../../src/reference/ReferenceDocument.ts"
import { root, type Sent } from "../../../src/operations/Requests.ts"
import { isArray, memberOf, objectOf, stringify, type Json, type JsonObject } from "../../../src/judge/JsonSchema.ts"

const scalar = (value: Json): string => (typeof value === "string" ? value : stringify(value))

/** Encodes an input. Returns undefined if a path parameter is missing. */
export const encodeRequest = (reference: ReferenceDocument.Operation, input: JsonObject): Sent | undefined => {
  let target = root + reference.path
  const query: Array<string> = []
  const taken = new Set<string>()
  for (const { explode, in: place, name } of reference.parameters) {
    taken.add(name)
    const value = memberOf(input, name)
    if (place === "path") {
      if (value === undefined) return undefined
      target = target.replace(`{${name}}`, () => encodeURIComponent(scalar(value)))
      continue
    }
    if (value === undefined) continue
    const texts = isArray(value) ? value.map(scalar) : [scalar(value)]
    for (const text of explode ? texts : [texts.join(",")]) query.push(`${name}=${encodeURIComponent(text)}`)
  }
  const body =
    reference.requestBody === undefined
      ? undefined
      : stringify(objectOf(Object.entries(input).filter(([key]) => !taken.has(key))))
  return {
    method: reference.method,
    target: query.length === 0 ? target : `${target}?${query.join("&")}`,
    headers: {
      accept: "application/json",
      ...(reference.security.length === 0
        ? {}
        : {
            "kalshi-access-key": "key",
            "kalshi-access-timestamp": "1",
            "kalshi-access-signature": "signature"
          })
    },
    body,
    contentType: body === undefined ? undefined : "application/json"
  }
}
