/**
 * Where `NullableByIntent.ts` has a place, or where a new one goes.
 *
 * @module
 */

/** A place as the file spells it: `properties("Name", "field")`. */
const parts = (pointer: string): { readonly owner: string; readonly field: string } | undefined => {
  const [, owner, field] = /^\/components\/schemas\/(.+)\/properties\/([^/]+)$/.exec(pointer) ?? []
  return owner === undefined || field === undefined ? undefined : { owner, field }
}

const lineOf = (source: string, pattern: RegExp): number => {
  const index = source.search(pattern)
  return index < 0 ? 1 : source.slice(0, index).split("\n").length
}

/** The line to change, and the change in the code's own form. */
export const pin = (source: string, action: "add" | "remove", pointer: string, beside: string): string => {
  const place = parts(pointer)
  const group = `all("${beside}", […])`
  const groupLine = lineOf(source, new RegExp(`all\\("${beside.replace("$", "\\$")}"`))
  if (place === undefined) return `${groupLine}: ${action} "${pointer}" in ${group}`
  const { field, owner } = place
  // The file abbreviates the end of an owner that is nested.
  const [name = owner] = owner.split("/")
  const line = lineOf(source, new RegExp(`properties\\(\\s*["\`]${name}(?:/[^"\`]*)?["\`],[^)]*`))
  return action === "add"
    ? `${groupLine}: add ...properties("${owner}", "${field}") in ${group}`
    : `${line}: remove ${field} from ...properties("${owner}", "…") in ${group}; remove the call if no field is left`
}
