/**
 * Prints the response of an operation.
 *
 * @module
 */
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { plain } from "../output/plain.ts"

const mapText = (value: unknown, map: (text: string) => string): unknown => {
  if (typeof value === "string") return map(value)
  if (Array.isArray(value)) return value.map((item) => mapText(item, map))
  if (!Predicate.isObject(value) || Redacted.isRedacted(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [plain(key), mapText(item, map)]))
}

/** Prints a value as YAML. Amounts of money are quoted, because they are text. */
export const toYaml = async (value: unknown): Promise<string> => {
  // The YAML module is loaded on demand: loading takes time, and `--json` does not need it.
  const { stringify } = await import("yaml")
  return stringify(mapText(value, plain), { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()
}
