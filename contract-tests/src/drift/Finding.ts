/**
 * Defines the result of a comparison of two published documents: findings and notes.
 *
 * **Details**
 *
 * A finding is `breaking` if a client of the old document refuses a response of the new document, or loses information
 * from it. It is also `breaking` if that client makes a request that the new document refuses. Every other finding is
 * `additive`.
 *
 * @module
 */
import type { Json } from "../judge/JsonSchema.ts"

export type Kind =
  | "channel-added"
  | "channel-removed"
  | "command-added"
  | "command-removed"
  | "constraint-changed"
  | "constraint-loosened"
  | "constraint-tightened"
  | "default-changed"
  | "deprecated"
  | "encoding-changed"
  | "enum-closed"
  | "enum-member-added"
  | "enum-member-removed"
  | "enum-opened"
  | "field-added"
  | "field-became-optional"
  | "field-became-required"
  | "field-removed"
  | "message-added"
  | "message-left-channel"
  | "message-joined-channel"
  | "message-removed"
  | "not-nullable"
  | "nullable"
  | "object-closed"
  | "object-opened"
  | "operation-added"
  | "operation-moved"
  | "operation-removed"
  | "operation-renamed"
  | "parameter-renamed"
  | "response-body-added"
  | "response-body-removed"
  | "security-added"
  | "security-removed"
  | "server-added"
  | "server-removed"
  | "status-added"
  | "status-removed"
  | "success-status-changed"
  | "type-added"
  | "type-changed"
  | "type-removed"
  | "undeprecated"
  | "variant-added"
  | "variant-removed"

/**
 * What a client of the old document does with the witness. `unaffected`: the client decodes the witness without loss,
 * or its request stays valid. `refuses`: the client refuses the response. `sends a request that is refused`: the new
 * document refuses the request.
 */
export type Verdict = "unaffected" | "loses information" | "refuses" | "sends a request that is refused"

/** A habit of clients that makes a change harmless. For example, they allow unknown fields. */
export type Habit =
  | "unknown fields"
  | "open enums"
  | "nulls by overlay"
  | "optional by overlay"
  | "other overlay entries"
  | "lenient error bodies"
  | "any status"
  | "unknown messages"

/** In display order. */
export const habits: ReadonlyArray<Habit> = [
  "unknown fields",
  "open enums",
  "nulls by overlay",
  "optional by overlay",
  "other overlay entries",
  "lenient error bodies",
  "any status",
  "unknown messages"
]

export type Part = "document" | "operation" | "request" | "response" | "error response" | "feed" | "message" | "command"

/** A value that shows the change: only one document allows it, or it has an added field or lacks a removed one. */
export interface Witness {
  /** The JSON Pointer of the changed place in the value. */
  readonly pointer: string
  /** A minimal complete body, message or input, or a request line, a status or an address. */
  readonly value: Json
}

export interface Finding {
  readonly kind: Kind
  readonly class: "additive" | "breaking"
  readonly part: Part
  /** The operation's id, the name of the channel or message, or `servers`. */
  readonly subject: string
  /** Other operations or messages with the same change. */
  readonly others: ReadonlyArray<string>
  /** The changed place in the body, message or input, with `*` for list items. Empty for the complete value. */
  readonly location: string
  /** The JSON Pointer of the changed place in the new document, or in the old document if the place was removed. */
  readonly pointer: string
  /** Example: `the required field was removed`. */
  readonly change: string
  /** Undefined for a change that no value shows. Example: a deprecation. */
  readonly witness: Witness | undefined
  readonly verdict: Verdict
  /** Why the client accepts the change. */
  readonly savedBy: Habit | undefined
  /** What to change in the client. */
  readonly advice: string
}

export interface Compared {
  readonly file: string
  /** Example: `3.34.0 (2026-10-26)`. */
  readonly name: string
  readonly version: string
  readonly sha256: string
}

export interface Drift {
  readonly kind: "feed" | "rest"
  readonly old: Compared
  readonly new: Compared
  /** Whether there are findings, but the version did not change. */
  readonly isSilent: boolean
  /** The client that judged the witnesses. */
  readonly client: "model" | "present client"
  /** The breaking findings come first. */
  readonly findings: ReadonlyArray<Finding>
  /** Changes whose witness was not found, and parts that could not be compared. A person must decide about them. */
  readonly undecided: ReadonlyArray<string>
  /** Remarks about the comparison itself. */
  readonly notes: ReadonlyArray<string>
}

export const totals = ({ findings }: Drift): { readonly breaking: number; readonly additive: number } => {
  const breaking = findings.filter((finding) => finding.class === "breaking").length
  return { breaking, additive: findings.length - breaking }
}

export const exitCode = (drifts: ReadonlyArray<Drift>): 0 | 3 | 5 =>
  drifts.some((drift) => totals(drift).breaking > 0) ? 5 : drifts.some(({ undecided }) => undecided.length > 0) ? 3 : 0
