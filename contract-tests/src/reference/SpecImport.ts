/**
 * Imports a published OpenAPI 3.0 or AsyncAPI 3 document: removes descriptions and examples, converts the rest to a
 * normal form, and applies the overlay.
 *
 * @module
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { parse } from "yaml"
import { fromAsyncApi } from "./internal/asyncapi.ts"
import { isObject, print } from "./internal/json.ts"
import type { Beside, Context } from "./internal/normaliseSchema.ts"
import { fromOpenApi } from "./internal/openapi.ts"
import { verifyDocument } from "./internal/verify.ts"
import type { Json, JsonObject } from "./JsonSchema.ts"
import * as Overlay from "./Overlay.ts"

export const Issue = /*#__PURE__*/ Schema.Struct({ message: Schema.String, pointer: Schema.String })

export type Issue = typeof Issue.Type

/** Contains the problems of the step that failed. */
export class ImportError
  extends /*#__PURE__*/ Schema.TaggedError<ImportError>()("ImportError", {
    issues: /*#__PURE__*/ Schema.NonEmptyArray(Issue)
  })
{
  override get message(): string {
    const lines = this.issues
      .slice(0, 20)
      .map(({ message, pointer }) => `${pointer === "" ? "document" : pointer}: ${message}`)
    return [...lines, ...(this.issues.length > 20 ? [`and ${this.issues.length - 20} more`] : [])].join("\n")
  }
}

/** A schema whose `nullable` has no effect by the standard, and the keyword beside `nullable`. */
export interface NullableByIntent {
  readonly beside: Beside
  readonly pointer: string
}

export interface Imported {
  readonly kind: "feed" | "rest"
  readonly version: string
  /** YYYY-MM-DD. Undefined if unknown. */
  readonly published: string | undefined
  /** The content of the file with the reference document. */
  readonly text: string
  /** The content of the file that lists `nullableByIntent`. */
  readonly nullableText: string
  readonly nullableByIntent: ReadonlyArray<NullableByIntent>
}

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex")

/** The hash of one part of the overlay. It does not depend on the other part or on the formatting of the file. */
export const overlaySha256 = (overlay: string, kind: "feed" | "rest"): string => {
  const json: Json = JSON.parse(overlay)
  return sha256(print((isObject(json) ? json[kind] : undefined) ?? null))
}

/** Returns the date in a file name. Example: 2026-10-26 in openapi-3.34.0-2026-10-26.yaml. */
export const dateIn = (file: string): string | undefined => /(\d{4}-\d{2}-\d{2})[^/\\]*$/.exec(file)?.[1]

const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)

const fail = (issues: ReadonlyArray<Issue>): Effect.Effect<never, ImportError> => {
  const [first, ...rest] = issues
  return first === undefined
    ? Effect.die("an ImportError without an issue")
    : new ImportError({ issues: [first, ...rest] })
}

const parseYaml = (text: string): Effect.Effect<unknown, ImportError> =>
  Effect.try({
    try: (): unknown => parse(text, { uniqueKeys: true }),
    catch: (cause) =>
      new ImportError({ issues: [{ message: cause instanceof Error ? cause.message : "not YAML", pointer: "" }] })
  })

const decodeJson = /*#__PURE__*/ Schema.decodeUnknownEffect(Schema.Json)

const decodeOverlay = /*#__PURE__*/ Schema.decodeUnknownEffect(/*#__PURE__*/ Schema.fromJsonString(Overlay.Overlay), {
  onExcessProperty: "error"
})

const readOverlay = (text: string): Effect.Effect<Overlay.Overlay, ImportError> =>
  Effect.mapError(
    decodeOverlay(text),
    (error) => new ImportError({ issues: [{ message: `the overlay: ${error.message}`, pointer: "" }] })
  )

/**
 * `overlay` is the content of an overlay file. The importer applies the part for this kind of document. The version and
 * the sha256 in this part must match the document. `published` is the date of publication, YYYY-MM-DD. It distinguishes
 * documents that share a version. The same document, overlay and date give the same bytes.
 *
 * Checks `published`, parses and converts the document, applies the overlay, and then verifies the result. Fails at the
 * first step that finds a problem, with the problems of this step. Examples: an unknown key or schema keyword, a
 * constraint beside `$ref`, an overlay entry that does not apply, a dangling reference.
 */
export const importDocument = /*#__PURE__*/ Effect.fnUntraced(function* (
  text: string,
  options?: { readonly overlay?: string | undefined; readonly published?: string | undefined }
): Effect.fn.Return<Imported, ImportError> {
  const published = options?.published
  if (published !== undefined && !isDate(published)) {
    return yield* fail([{ message: `${published} is not a date of the form YYYY-MM-DD`, pointer: "" }])
  }
  const document: Json = yield* Effect.mapError(Effect.flatMap(parseYaml(text), decodeJson), (error) =>
    error._tag === "ImportError" ? error : new ImportError({ issues: [{ message: error.message, pointer: "" }] })
  )
  const root: JsonObject = isObject(document) ? document : {}
  const kind =
    typeof root["openapi"] === "string" && root["openapi"].startsWith("3.0.")
      ? ("rest" as const)
      : typeof root["asyncapi"] === "string" && root["asyncapi"].startsWith("3.")
        ? ("feed" as const)
        : undefined
  if (kind === undefined) {
    return yield* fail([{ message: "neither OpenAPI 3.0 nor AsyncAPI 3", pointer: "" }])
  }
  const issues: Array<Issue> = []
  const nullableByIntent: Array<NullableByIntent> = []
  const issue = (pointer: string, message: string): void => {
    issues.push({ message, pointer })
  }
  const context: Context = {
    dialect: kind === "rest" ? "openapi-3.0" : "asyncapi-3.0",
    document: root,
    issue,
    nullableByIntent: (pointer, beside) => {
      nullableByIntent.push({ beside, pointer })
    }
  }
  const facts = kind === "rest" ? fromOpenApi(root, context) : fromAsyncApi(root, context)
  const info = isObject(facts["info"]) ? facts["info"] : {}
  const version = String(info["version"])
  const source = {
    format: `${kind === "rest" ? "OpenAPI" : "AsyncAPI"} ${String(root["openapi"] ?? root["asyncapi"])}`,
    ...(published === undefined ? {} : { published }),
    sha256: sha256(text),
    version
  }
  if (issues.length > 0) {
    return yield* fail(issues)
  }
  let refined = facts
  let overlay: JsonObject = {}
  if (options?.overlay !== undefined) {
    const part = (yield* readOverlay(options.overlay))[kind]
    if (part.appliesTo.version !== version || part.appliesTo.sha256 !== source.sha256) {
      return yield* fail([
        {
          message: `the overlay is for ${part.appliesTo.version} (${part.appliesTo.sha256}), but the document is ${version} (${source.sha256})`,
          pointer: "/info/version"
        }
      ])
    }
    refined = Overlay.apply(facts, part, issue)
    overlay = { overlay: { entries: part.entries.length, sha256: overlaySha256(options.overlay, kind) } }
  }
  const stamped: JsonObject = { ...refined, info: { ...info, "x-source": { ...source, ...overlay } } }
  if (issues.length === 0) {
    verifyDocument(stamped, issue)
  }
  if (issues.length > 0) {
    return yield* fail(issues)
  }
  const places = nullableByIntent
    .map(({ beside, pointer }) => ({ beside, pointer }))
    .sort((a, b) => (a.pointer < b.pointer ? -1 : 1))
  return {
    kind,
    nullableByIntent: places,
    nullableText: print({ places, source }),
    published,
    text: print(stamped),
    version
  }
})
