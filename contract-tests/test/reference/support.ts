/** Small documents and functions for the tests of the importer. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import Ajv2020 from "ajv/dist/2020.js"
import addFormats from "ajv-formats"
import * as Effect from "effect/Effect"
import type { Document } from "../../src/reference/Document.ts"
import type { ImportError, Issue } from "../../src/reference/SpecImport.ts"
import { importDocument } from "../../src/reference/SpecImport.ts"

const read = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8")

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex")

export const published: string = read("published.yaml")

export const publishedFeed: string = read("published-feed.yaml")

/** Returns an overlay that applies to `document`. */
export const overlayFor = (document: string): string => read("overlay.json").replaceAll("@sha256", sha256(document))

/** Replaces `piece` by `fault`. Throws if `piece` does not occur exactly once. */
export const replacePart = (text: string, piece: string, fault: string): string => {
  if (text.split(piece).length !== 2) {
    throw new Error(`${JSON.stringify(piece)} does not occur exactly once`)
  }
  return text.replace(piece, () => fault)
}

export const issuesOf = (text: string, overlay?: string): Effect.Effect<ReadonlyArray<Issue>, string> =>
  importDocument(text, { overlay }).pipe(
    Effect.flip,
    Effect.map((error: ImportError) => error.issues),
    Effect.mapError((imported) => `the import must fail, but it succeeded: ${imported.text.slice(0, 200)}`)
  )

/** Validates a value with ajv against the schema at a pointer. */
export const judge = (document: Document["document"]): ((pointer: string, value: unknown) => string | undefined) => {
  const ajv = new Ajv2020.default({ allErrors: true, strict: false })
  addFormats.default(ajv)
  ajv.addSchema(document, "reference")
  return (pointer, value) => {
    const fragment = pointer.split("/").map(encodeURIComponent).join("/")
    const validate = ajv.getSchema(`reference#${fragment}`)
    if (validate === undefined) {
      throw new Error(`no schema at ${pointer}`)
    }
    return validate(value) === true ? undefined : ajv.errorsText(validate.errors, { separator: "\n" })
  }
}
