/**
 * Reads the body of an error, in every shape the wire has.
 *
 * @module
 */
import type { ErrorBody } from "../Errors.ts"
import type { Conceal } from "./conceal.ts"

/** A body that has been looked at once: its text, and the JSON in it where it is JSON. */
export interface ParsedBody {
  readonly text: string
  /** Undefined where the text is no JSON. */
  readonly json: unknown
  /** Why the bytes could not be read as text, where the reason is known. */
  readonly unreadable?: string | undefined
}

const excerptLimit = 200

/** For each of an error's texts, which are printed and logged. */
const textLimit = 2048

const clip = (value: string, conceal: Conceal): string =>
  value.length <= textLimit ? conceal(value) : `${conceal(value, textLimit)}…`

const text = (value: unknown, conceal: Conceal): string | undefined => {
  if (typeof value === "string") return clip(value, conceal)
  if (value === undefined || value === null) return undefined
  try {
    return clip(JSON.stringify(value), conceal)
  } catch {
    return "(nested too deeply to show)" // the platform's own serializer overflows its stack
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const fromRecord = (record: Readonly<Record<string, unknown>>, conceal: Conceal, fallback: () => string): ErrorBody => {
  const code = text(record["code"], conceal)
  const details = text(record["details"], conceal)
  const service = text(record["service"], conceal)
  return {
    message: text(record["message"], conceal) ?? code ?? fallback(),
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details }),
    ...(service === undefined ? {} : { service })
  }
}

/**
 * What an error's body said. Nested under `error` on most of the wire, flat in the document and on some 404s, a bare
 * string on 429, HTML or nothing behind the CDN. Source: bodies recorded in production and demo, 2025–2026.
 *
 * `secret`: the body may hold one, so that nothing of it is quoted but what an error's own members say.
 * `conceal`: takes out what the body echoes of the request's headers.
 */
export const read = ({ json, text: raw, unreadable }: ParsedBody, secret: boolean, conceal: Conceal): ErrorBody => {
  const fallback = (): string => {
    if (unreadable !== undefined) return conceal(unreadable)
    if (raw.trim() === "") return "an empty body"
    return secret ? "an unexpected body" : `an unexpected body: ${conceal(raw, excerptLimit)}`
  }
  if (!isRecord(json)) return { message: fallback() }
  const nested = json["error"]
  if (isRecord(nested)) return fromRecord(nested, conceal, fallback)
  if (typeof nested === "string") return { ...fromRecord(json, conceal, fallback), message: clip(nested, conceal) }
  return fromRecord(json, conceal, fallback)
}
