/** Small published documents, and functions that change and compare them. */
import * as Effect from "effect/Effect"
import * as Documents from "../../../src/drift/Documents.ts"
import * as Drift from "../../../src/drift/Drift.ts"
import type * as Finding from "../../../src/drift/Finding.ts"
import { read } from "../../../src/reference/Integrity.ts"

// oxlint-disable-next-line typescript/no-explicit-any -- an edit reaches deep into a document of any form
export type Editable = any

const schemaRef = (name: string) => ({ $ref: `#/components/schemas/${name}` })

const json = (schema: unknown) => ({ content: { "application/json": { schema } } })

const path = (name: string, schema: unknown = { type: "string" }) => ({ name, in: "path", required: true, schema })

const query = (name: string, schema: unknown) => ({ name, in: "query", schema })

const key = [{ key: [] }]

export const rest: Editable = {
  openapi: "3.0.0",
  info: { title: "Things", version: "1.0.0" },
  servers: [{ url: "https://example.com/api" }],
  paths: {
    "/things": {
      get: {
        operationId: "ListThings",
        tags: ["things"],
        security: [],
        parameters: [
          query("limit", { type: "integer", minimum: 1, maximum: 100, default: 20 }),
          query("state", { type: "string", enum: ["open", "closed"] }),
          { ...query("ids", { type: "array", items: { type: "string" } }), explode: true }
        ],
        responses: {
          "200": {
            description: "The things",
            ...json({
              type: "object",
              required: ["things", "cursor"],
              properties: { things: { type: "array", items: schemaRef("Thing") }, cursor: { type: "string" } }
            })
          },
          "400": { description: "Malformed" }
        }
      },
      post: {
        operationId: "CreateThing",
        tags: ["things"],
        security: key,
        parameters: [],
        requestBody: { required: true, ...json(schemaRef("CreateThingRequest")) },
        responses: {
          "201": { description: "Created", ...json(schemaRef("Thing")) },
          "401": { description: "No key", ...json(schemaRef("Problem")) }
        }
      }
    },
    "/things/{thing_id}": {
      get: {
        operationId: "GetThing",
        tags: ["things"],
        security: key,
        parameters: [path("thing_id")],
        responses: {
          "200": { description: "The thing", ...json(schemaRef("Thing")) },
          "404": { description: "No such thing", ...json(schemaRef("Problem")) }
        }
      }
    }
  },
  components: {
    securitySchemes: { key: { type: "apiKey", in: "header", name: "KEY" } },
    schemas: {
      Thing: {
        type: "object",
        description: "A thing",
        required: ["id", "count", "state", "tags"],
        properties: {
          id: { type: "string", description: "Its id", example: "a" },
          count: { type: "integer", minimum: 0 },
          state: { type: "string", enum: ["open", "closed"] },
          note: { type: "string", maxLength: 10 },
          tags: { type: "array", items: { type: "string" } }
        }
      },
      CreateThingRequest: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string", maxLength: 20 },
          kind: { type: "string", enum: ["big", "small"] },
          count: { type: "integer", minimum: 0, maximum: 50, nullable: true }
        }
      },
      Problem: { type: "object", properties: { code: { type: "string" }, service: { type: "string" } } }
    }
  }
}

const serverMessage = (type: string, msg: unknown) => ({
  type: "object",
  required: ["type", "msg"],
  properties: { type: { type: "string", const: type }, sid: { type: "integer" }, msg }
})

const message = (name: string, payload: string) => ({
  name,
  contentType: "application/json",
  payload: schemaRef(payload)
})

const messageRef = (name: string) => ({ $ref: `#/components/messages/${name}` })

const channel = (address: string, ...messages: ReadonlyArray<string>) => ({
  address,
  messages: Object.fromEntries(messages.map((name) => [name, messageRef(name)]))
})

const operation = (action: "receive" | "send", of: string, ...messages: ReadonlyArray<string>) => ({
  action,
  channel: { $ref: `#/channels/${of}` },
  messages: messages.map((name) => ({ $ref: `#/channels/${of}/messages/${name}` }))
})

export const feed: Editable = {
  asyncapi: "3.0.0",
  info: { title: "Feed", version: "2.0.0" },
  servers: { production: { host: "example.com", pathname: "/ws", protocol: "wss" } },
  channels: {
    root: channel("/", "subscribe"),
    trade: channel("trade", "trade"),
    orders: channel("orders", "order", "group")
  },
  operations: {
    subscribe: operation("receive", "root", "subscribe"),
    trade: operation("send", "trade", "trade"),
    orders: operation("send", "orders", "order", "group")
  },
  components: {
    messages: {
      subscribe: message("subscribe", "subscribeCommandPayload"),
      trade: message("trade", "tradePayload"),
      order: message("order", "orderPayload"),
      group: message("group", "groupPayload")
    },
    schemas: {
      subscribeCommandPayload: {
        type: "object",
        required: ["id", "cmd", "params"],
        properties: {
          id: { type: "integer", minimum: 1 },
          cmd: { type: "string", const: "subscribe" },
          params: {
            type: "object",
            required: ["channels"],
            properties: {
              channels: { type: "array", minItems: 1, items: { type: "string", enum: ["trade", "orders"] } },
              filter: { type: "string" }
            }
          }
        }
      },
      tradePayload: serverMessage("trade", {
        type: "object",
        required: ["count", "side"],
        properties: {
          count: { type: "integer", minimum: 0 },
          side: { type: "string", enum: ["yes", "no"] },
          note: { type: "string" }
        }
      }),
      orderPayload: serverMessage("order", {
        type: "object",
        required: ["order_id"],
        properties: { order_id: { type: "string" } }
      }),
      groupPayload: serverMessage("group", {
        type: "object",
        required: ["group_id"],
        properties: { group_id: { type: "string" } }
      })
    }
  }
}

export const edited = (document: Editable, edit: (copy: Editable) => void): Editable => {
  const copy = structuredClone(document)
  edit(copy)
  return copy
}

const overlay = Documents.parseOverlay(read("overlay.json"))

export const loaded = (document: Editable, file = "document-2026-01-01.yaml"): Documents.Loaded =>
  Effect.runSync(Documents.load({ file, text: JSON.stringify(document) }, overlay))

export const drift = (old: Editable, now: Editable): Finding.Drift => Drift.compare(loaded(old), loaded(now))

export const brief = ({ class: severity, kind, pointer, subject, verdict }: Finding.Finding): string =>
  `${severity} ${kind} ${subject} ${pointer.slice(pointer.lastIndexOf("/") + 1)}${verdict === "unaffected" ? "" : `: ${verdict}`}`

/** Compares a document with a changed copy, and describes each finding in one line. */
export const planted = (document: Editable, edit: (copy: Editable) => void): ReadonlyArray<string> =>
  drift(document, edited(document, edit)).findings.map(brief)
