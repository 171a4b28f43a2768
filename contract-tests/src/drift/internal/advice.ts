/**
 * What to change in the client for each kind of finding.
 *
 * @module
 */
import type { Kind, Part, Verdict } from "../Finding.ts"

type Advice = string | ((verdict: Verdict, part: Part) => string)

const isSent = (part: Part): boolean => part === "request" || part === "command"

const nothing = "nothing is necessary"

const widened: Advice = (verdict, part) =>
  isSent(part)
    ? "regenerate the schema to allow the new values"
    : verdict === "refuses"
      ? "widen the schema before the exchange sends such a value"
      : verdict === "loses information"
        ? "pass the value on as received"
        : nothing

const narrowed: Advice = (verdict, part) =>
  !isSent(part)
    ? nothing
    : verdict === "unaffected"
      ? nothing
      : "reject the value before sending, or send another value"

const changed: Advice = (verdict, part) =>
  (isSent(part) && verdict !== "unaffected" ? narrowed : widened)(verdict, part)

const advice: { readonly [K in Kind]: Advice } = {
  "channel-added": "add the channel to make it available",
  "channel-removed": "remove the channel; subscribing to it will fail",
  "command-added": "add the command to make it available",
  "command-removed": "stop sending the command",
  "constraint-changed": changed,
  "constraint-loosened": widened,
  "constraint-tightened": narrowed,
  "default-changed": "send the value explicitly where the default matters",
  deprecated: "stop using the deprecated part before the exchange removes it",
  "encoding-changed": "change the encoding of the list",
  "enum-closed": narrowed,
  "enum-member-added": (_, part) => (isSent(part) ? "add the member" : "add the member to the documented members"),
  "enum-member-removed": (_, part) => (isSent(part) ? "remove the member; the exchange refuses it" : nothing),
  "enum-opened": widened,
  "field-added": (verdict, part) =>
    isSent(part)
      ? verdict === "unaffected"
        ? "add the field to make it available"
        : "send the field in every request"
      : "add the field to make it available",
  "field-became-optional": (verdict) =>
    verdict === "refuses" ? "make the field optional before the exchange omits it" : nothing,
  "field-became-required": (_, part) => (isSent(part) ? "send the field in every request" : nothing),
  "field-removed": (verdict, part) =>
    isSent(part)
      ? "stop sending the field"
      : verdict === "refuses"
        ? "make the field optional now; later remove it, or keep it with an overlay entry if the exchange still sends it"
        : "remove the field, or keep it with an overlay entry if the exchange still sends it",
  "message-added": "add the message to decode it",
  "message-joined-channel": "route the message to the streams of the channel",
  "message-left-channel": "subscribe to the channel that has the message now",
  "message-removed": "remove the message",
  "not-nullable": narrowed,
  nullable: widened,
  "object-closed": narrowed,
  "object-opened": widened,
  "operation-added": "add the operation to make it available",
  "operation-moved": "change the method and the path",
  "operation-removed": "remove the operation",
  "operation-renamed": "change the operation id; requests stay the same",
  "parameter-renamed": "rename the input; the URL stays the same",
  "response-body-added": "add the body's schema to make it available",
  "response-body-removed": (verdict) => (verdict === "refuses" ? "stop reading the body" : nothing),
  "security-added": (verdict) => (verdict === "unaffected" ? nothing : "sign the request"),
  "security-removed": (verdict) =>
    verdict === "unaffected" ? "the request can be sent without a key" : "authenticate in another way",
  "server-added": nothing,
  "server-removed": "change the address",
  "status-added": "declare the status to give its error a type",
  "status-removed": nothing,
  "success-status-changed": "change the success status; the client handles the new status as an error",
  "type-added": widened,
  "type-changed": changed,
  "type-removed": narrowed,
  undeprecated: nothing,
  "variant-added": widened,
  "variant-removed": narrowed
}

export const adviceFor = (kind: Kind, verdict: Verdict, part: Part): string => {
  const found = advice[kind]
  return typeof found === "string" ? found : found(verdict, part)
}
