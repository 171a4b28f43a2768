/**
 * Reads the body of an error, in every shape the wire has.
 *
 * @module
 */
import type { ErrorBody } from "../Errors.ts"

/** A body that has been looked at once: its text, and the JSON in it where it is JSON. */
export interface ParsedBody {
  readonly text: string
  /** Undefined where the text is no JSON. */
  readonly json: unknown
}

const excerptLimit = 200

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : value === undefined || value === null ? undefined : JSON.stringify(value)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const fromRecord = (record: Readonly<Record<string, unknown>>, fallback: string): ErrorBody => {
  const code = text(record["code"])
  const details = text(record["details"])
  const service = text(record["service"])
  return {
    message: text(record["message"]) ?? code ?? fallback,
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details }),
    ...(service === undefined ? {} : { service })
  }
}

/**
 * What an error's body said. Nested under `error` on most of the wire, flat in the document and on some 404s, a bare
 * string on 429, HTML or nothing behind the CDN. Source: bodies recorded in production and demo, 2025–2026.
 */
export const read = ({ json, text: raw }: ParsedBody): ErrorBody => {
  const fallback = raw.trim() === "" ? "an empty body" : `an unexpected body: ${raw.slice(0, excerptLimit)}`
  if (!isRecord(json)) return { message: fallback }
  const nested = json["error"]
  if (isRecord(nested)) return fromRecord(nested, fallback)
  if (typeof nested === "string") return { ...fromRecord(json, fallback), message: nested }
  return fromRecord(json, fallback)
}
