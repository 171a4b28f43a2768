/**
 * Finds the line of `NullableByIntent.ts` at which a pointer is listed or must be added.
 *
 * @module
 */

/** `NullableByIntent.ts` lists a pointer as `properties("Name", "field")`. Returns these two arguments. */
const parts = (pointer: string): { readonly owner: string; readonly field: string } | undefined => {
  const [, owner, field] = /^\/components\/schemas\/(.+)\/properties\/([^/]+)$/.exec(pointer) ?? []
  return owner === undefined || field === undefined ? undefined : { owner, field }
}

const lineOf = (source: string, pattern: RegExp): number => {
  const index = source.search(pattern)
  return index < 0 ? 1 : source.slice(0, index).split("\n").length
}

export const pin = (source: string, action: "add" | "remove", pointer: string, beside: string): string => {
  const place = parts(pointer)
  const group = `all("${beside}", […])`
  const groupLine = lineOf(source, new RegExp(`all\\("${beside.replace("$", "\\$")}"`))
  if (place === undefined) return `${groupLine}: ${action} "${pointer}" in ${group}`
  const { field, owner } = place
  // In `NullableByIntent.ts`, a variable can replace the end of a nested owner, so only its first part is searched.
  const [name = owner] = owner.split("/")
  const line = lineOf(source, new RegExp(`properties\\(\\s*["\`]${name}(?:/[^"\`]*)?["\`],[^)]*`))
  return action === "add"
    ? `${groupLine}: add ...properties("${owner}", "${field}") in ${group}`
    : `${line}: remove ${field} from ...properties("${owner}", "…") in ${group}; remove the call if no field is left`
}
