/**
 * Sizes, durations and times on the command line of `kalshi record` and `kalshi replay`.
 *
 * @module
 */
import { parseDuration } from "../app/parameters.ts"

const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30
}

/** Returns the number of bytes of a size such as `256MB` or `1GiB`. */
export const parseSize = (text: string): number | undefined => {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([KMG]i?B|B)$/i.exec(text) ?? []
  const bytes = number === undefined ? 0 : Math.round(Number(number) * (unitBytes[unit.toUpperCase()] ?? 0))
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined
}

/** In milliseconds: `at` is Unix time, and `after` counts from the start of the recording. */
export type Time = { readonly at: number } | { readonly after: number }

/** Parses ISO 8601 with a zone, Unix milliseconds, or a duration after the start of the recording. */
export const parseTime = (text: string): Time | undefined => {
  const after = parseDuration(text)
  if (after !== undefined) return { after }
  if (/^\d{12,14}$/.test(text)) return { at: Number(text) }
  const at = /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : { at }
}

export const formatBytes = (bytes: number): string => {
  for (const [unit, size] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3]
  ] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`
  }
  return plural(bytes, "byte")
}

export const formatDuration = (millis: number): string => {
  const seconds = Math.round(millis / 1_000)
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}

export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`
