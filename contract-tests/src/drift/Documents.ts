/**
 * Reads the documents to compare: published OpenAPI or AsyncAPI documents, or imported reference documents. This
 * project's overlay lists how the exchange deviates from the documents.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Document } from "../reference/Document.ts"
import * as FeedDocument from "../reference/FeedDocument.ts"
import { isObject, valueAt, type Json, type JsonObject } from "../judge/JsonSchema.ts"
import * as Overlay from "../reference/Overlay.ts"
import * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import { dateIn, importDocument } from "../reference/SpecImport.ts"

export type Loaded = LoadedRest | LoadedFeed

interface Common<Kind extends "feed" | "rest", D extends Document> {
  readonly kind: Kind
  readonly file: string
  /** The document as it was read. It contains the overlay only if it was imported with this project's overlay. */
  readonly facts: D
  /** The document with the overlay entries that apply to it. A client of this project is generated from this form. */
  readonly refined: D
  /** Why overlay entries do not apply to the document. Entries that refer to a missing component are left out. */
  readonly unapplied: ReadonlyArray<string>
}

export interface LoadedRest extends Common<"rest", ReferenceDocument.ReferenceDocument> {}

export interface LoadedFeed extends Common<"feed", FeedDocument.FeedDocument> {}

export class UnusableDocument
  extends /*#__PURE__*/ Schema.TaggedError<UnusableDocument>()("UnusableDocument", {
    file: Schema.String,
    reason: Schema.String
  })
{
  override get message(): string {
    return `${this.file} cannot be used: ${this.reason}`
  }
}

export const parseOverlay: (text: string) => Overlay.Overlay = /*#__PURE__*/ Schema.decodeUnknownSync(
  /*#__PURE__*/ Schema.fromJsonString(Overlay.Overlay)
)

/**
 * Entries that the overlay had until a published document made the same change. A client of an older document was
 * generated with these entries.
 */
const formerEntries: ReadonlyArray<Overlay.Entry> = [
  {
    op: "remove",
    at: ["/components/schemas/marketTicker/pattern"],
    was: "^[A-Z0-9-]+$",
    because: "Real tickers contain dots, and so does the document's own example.",
    source: "examples in the AsyncAPI of October 2026"
  }
]

const parseReference = (text: string): JsonObject | undefined => {
  if (!text.trimStart().startsWith("{")) return undefined
  try {
    const json: Json = JSON.parse(text)
    const info = isObject(json) ? json["info"] : undefined
    return isObject(json) && isObject(info) && info["x-source"] !== undefined ? json : undefined
  } catch {
    return undefined
  }
}

const isUsable =
  (document: JsonObject, entries: ReadonlyArray<Overlay.Entry>) =>
  (entry: Overlay.Entry): boolean => {
    if (entry.op !== "add-response" && entry.op !== "add-error-body") return true
    const pointer = (entry.op === "add-response" ? entry.response : entry.schema).$ref.slice(1)
    return (
      valueAt(document, pointer) !== undefined ||
      entries.some((other) => other.op === "add" && other.at.some((added) => added === pointer))
    )
  }

/** Applies the overlay. Entries that refer to a missing component are skipped, and not reported. */
const refine = (document: JsonObject, part: Overlay.Part, unapplied: (reason: string) => void): JsonObject => {
  const components = isObject(document["components"]) ? document["components"] : {}
  // The overlay adds components to these objects, so they must exist.
  const prepared = { ...document, components: { parameters: {}, responses: {}, schemas: {}, ...components } }
  const entries = part.entries.filter(isUsable(prepared, part.entries))
  const refined = Overlay.apply(prepared, { ...part, entries }, (pointer, message) =>
    unapplied(`${pointer}: ${message}`)
  )
  return Overlay.apply(refined, { ...part, entries: formerEntries }, () => {})
}

export interface Source {
  readonly file: string
  readonly text: string
}

/** Reads a document. `overlay` is this project's overlay. */
export const load = /*#__PURE__*/ Effect.fnUntraced(function* (
  { file, text }: Source,
  overlay: Overlay.Overlay
): Effect.fn.Return<Loaded, UnusableDocument> {
  const unusable = (reason: string): UnusableDocument => new UnusableDocument({ file, reason })
  const reference = parseReference(text)
  const facts: JsonObject =
    reference ??
    (yield* Effect.map(
      Effect.mapError(importDocument(text, { published: dateIn(file) }), ({ message }) => unusable(message)),
      // The importer prints JSON.
      (imported) => JSON.parse(imported.text) as JsonObject
    ))
  const hasOverlay = reference !== undefined && isObject(facts["info"]) && hasStamp(facts["info"])
  return yield* Effect.try({
    try: (): Loaded => {
      const kind = facts["openapi"] === undefined ? "feed" : "rest"
      const unapplied: Array<string> = []
      const refined = hasOverlay ? facts : refine(facts, overlay[kind], (reason) => void unapplied.push(reason))
      const common = { file, unapplied }
      return kind === "rest"
        ? { ...common, kind, facts: ReferenceDocument.make(facts), refined: ReferenceDocument.make(refined) }
        : { ...common, kind, facts: FeedDocument.make(facts), refined: FeedDocument.make(refined) }
    },
    catch: (error) => unusable(error instanceof Error ? error.message : String(error))
  })
})

const hasStamp = (info: JsonObject): boolean => {
  const stamp = info["x-source"]
  return isObject(stamp) && stamp["overlay"] !== undefined
}

/**
 * If one of the documents was imported with the overlay, both are returned with it, so that the overlay causes no
 * finding.
 */
export const comparable = <L extends Loaded>(old: L, now: L): readonly [old: L["facts"], now: L["facts"]] => {
  const isRefined = ({ facts }: Loaded): boolean => facts.source.overlay !== undefined
  return isRefined(old) || isRefined(now) ? [old.refined, now.refined] : [old.facts, now.facts]
}
