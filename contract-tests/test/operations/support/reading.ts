/** Creates operations that decode their responses with one mistake. */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import type { ClientOperation } from "../../../src/operations/ClientOperations.ts"
import { withDescriptor } from "./client.ts"

/** Makes an operation that applies `read` to its response before it decodes the response. */
export const reading = (id: string, read: (body: unknown) => unknown): ClientOperation =>
  withDescriptor(id, ({ success }) => ({
    success: {
      ...success,
      body: Schema.Unknown.pipe(
        Schema.decodeTo(success.body as Schema.Codec<unknown>, {
          decode: SchemaGetter.transform(read),
          encode: SchemaGetter.transform((value: unknown) => value)
        })
      ) as Schema.Codec<unknown>
    }
  }))

/** Changes every member with the name `key`, at any depth. `undefined` removes the member. */
export const at =
  (key: string, change: (value: unknown) => unknown) =>
  (body: unknown): unknown => {
    if (Array.isArray(body)) return body.map(at(key, change))
    if (typeof body !== "object" || body === null) return body
    const members = Object.entries(body).map(
      ([name, value]) => [name, name === key ? change(value) : at(key, change)(value)] as const
    )
    return Object.fromEntries(members.filter(([, value]) => value !== undefined))
  }

export const orElse =
  (key: string, value: unknown) =>
  (body: unknown): unknown =>
    typeof body === "object" && body !== null && !Array.isArray(body) && !Object.hasOwn(body, key)
      ? { ...body, [key]: value }
      : body
