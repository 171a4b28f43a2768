/**
 * The sources of an event's live data.
 *
 * @module
 */
import { kindOf, type ReferenceKind } from "./references.ts"
import { isCity } from "./weather/cities.ts"

/** Returns the kind of a source. Undefined for an unknown source. */
export const sourceKindOf = (source: string): ReferenceKind | "weather" | undefined =>
  isCity(source) ? "weather" : kindOf(source)

export const isLiveSource = (source: string): boolean => sourceKindOf(source) !== undefined
