/**
 * Finds the names that were removed from a document, and the lines of the repository that still use them.
 *
 * The compiler does not check names in strings, regular expressions and READMEs. A name that is a common word
 * ("transfers") would match unrelated lines. So path segments and fields count only with an underscore, and schemas
 * only with a second capital letter.
 *
 * @module
 */
import { isArray, isObject } from "../src/reference/internal/json.ts"
import type { Json } from "../src/reference/JsonSchema.ts"

interface Names {
  readonly operations: ReadonlySet<string>
  readonly paths: ReadonlySet<string>
  /** The names of components, path segments, parameters and fields. */
  readonly others: ReadonlySet<string>
}

const members = (value: Json | undefined): ReadonlyArray<readonly [string, Json]> =>
  isObject(value) ? Object.entries(value) : []

const textOf = (value: Json | undefined): ReadonlyArray<string> => (typeof value === "string" ? [value] : [])

const fieldsIn = (value: Json): ReadonlyArray<string> => {
  if (isArray(value)) return value.flatMap(fieldsIn)
  if (!isObject(value)) return []
  return [
    ...members(value["properties"]).map(([name]) => name),
    ...(value["in"] === undefined ? [] : textOf(value["name"])),
    ...Object.values(value).flatMap(fieldsIn)
  ]
}

const namesOf = (document: Json): Names => {
  const { components, paths } = isObject(document) ? document : {}
  const templates = members(paths)
  return {
    operations: new Set(
      templates.flatMap(([, item]) =>
        members(item).flatMap(([, operation]) => (isObject(operation) ? textOf(operation["operationId"]) : []))
      )
    ),
    paths: new Set(templates.map(([path]) => path)),
    others: new Set([
      ...members(components).flatMap(([, kind]) => members(kind).map(([name]) => name)),
      ...templates.flatMap(([path]) => path.split(/[/{}]+/)),
      ...fieldsIn(document)
    ])
  }
}

/** The shortest prefix of a path that no other path has. */
const distinctPrefix = (path: string, others: ReadonlySet<string>): string => {
  const segments = path.split("/").slice(1)
  const beginnings = segments.map((_, index) => `/${segments.slice(0, index + 1).join("/")}`)
  return beginnings.find((text) => ![...others].some((other) => `${other}/`.startsWith(`${text}/`))) ?? path
}

const isDistinct = (name: string): boolean => /^[a-z].*_|^[A-Z].*[A-Z]/.test(name)

export interface Lost {
  readonly operations: ReadonlyArray<string>
  /** The components, path segments, parameters and fields that were lost, and prefixes of the lost paths. */
  readonly others: ReadonlyArray<string>
}

/** Finds the names that only `before` has. Ignores names that fields of another document (`elsewhere`) still have. */
export const lost = (before: Json, after: Json, elsewhere: Json): Lost => {
  const [was, is, kept] = [namesOf(before), namesOf(after), new Set(fieldsIn(elsewhere))]
  const paths = [...was.paths].filter((path) => !is.paths.has(path)).map((path) => distinctPrefix(path, is.paths))
  const others = [...was.others].filter((name) => !is.others.has(name) && !kept.has(name) && isDistinct(name))
  return {
    operations: [...was.operations].filter((id) => !is.operations.has(id)).sort(),
    others: [...new Set([...paths, ...others])].sort()
  }
}

/** Returns the names of the functions by operation id, from the descriptors in a source. */
export const functionsIn = (source: string): ReadonlyMap<string, string> =>
  new Map([...source.matchAll(/operationId: "(\w+)",\s+name: "([\w.]+)"/g)].map(([, id = "", name = ""]) => [id, name]))

const moduleOf = (name: string): string => name.split(".")[0] ?? name

/** Finds the functions of lost operations. A module that lost all its functions is only in `modules`. */
export const lostFunctions = (
  operations: ReadonlyArray<string>,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>
): { readonly functions: ReadonlyArray<string>; readonly modules: ReadonlyArray<string> } => {
  const keptNames = new Set([...before, ...after].flatMap(([id, name]) => (operations.includes(id) ? [] : [name])))
  const gone = operations.flatMap((id) => before.get(id) ?? []).filter((name) => !keptNames.has(name))
  const keptModules = new Set([...keptNames].map(moduleOf))
  const modules = [...new Set(gone.map(moduleOf))].filter((module) => !keptModules.has(module))
  return { functions: gone.filter((name) => !modules.includes(moduleOf(name))), modules }
}

const escaped = (text: string): string => text.replaceAll(/[/{}.*+?^$()|[\]\\]/g, "\\$&")

/** Lists the lines that mention a lost name. For the file of a lost module, the only message is to remove the file. */
export const mentions = (
  file: string,
  text: string,
  names: ReadonlyArray<string>,
  modules: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const base = file.slice(file.lastIndexOf("/") + 1).replace(/(?:\.test)?\.ts$/, "")
  const module = modules.find((name) => name.toLowerCase() === base.toLowerCase())
  if (module !== undefined) return [`${file}:1: remove the file: the module ${module} has no operations left`]
  if (names.length + modules.length === 0) return []
  // Longer names come first, so that a name is matched completely and not only by its prefix.
  const alternatives = [...names, ...modules].sort((a, b) => b.length - a.length).map(escaped)
  const pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${alternatives.join("|")})(?![A-Za-z0-9_])`, "g")
  return text.split("\n").flatMap((line, index) => {
    const found = [...new Set(line.match(pattern))]
    return found.length === 0 ? [] : [`${file}:${index + 1}: no longer in the document: ${found.join(", ")}`]
  })
}
