/**
 * Names that a document lost, and the lines of the repository that still have them.
 *
 * **Details**
 *
 * The compiler does not see a name inside a string, a regular expression or a README. A name with a common word as its
 * text ("transfers") would match unrelated lines, so path segments and fields count only with an underscore, and schemas
 * only with a second capital letter.
 *
 * @module
 */
import { isArray, isObject } from "../src/reference/internal/json.ts"
import type { Json } from "../src/reference/JsonSchema.ts"

interface Names {
  readonly operations: ReadonlySet<string>
  readonly paths: ReadonlySet<string>
  /** Components, path segments, parameters and fields. */
  readonly others: ReadonlySet<string>
}

const members = (value: Json | undefined): ReadonlyArray<readonly [string, Json]> =>
  isObject(value) ? Object.entries(value) : []

const textOf = (value: Json | undefined): ReadonlyArray<string> => (typeof value === "string" ? [value] : [])

/** The names of parameters and fields. */
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

/** The shortest beginning of a path that no other path has. */
const beginning = (path: string, others: ReadonlySet<string>): string => {
  const segments = path.split("/").slice(1)
  const beginnings = segments.map((_, index) => `/${segments.slice(0, index + 1).join("/")}`)
  return beginnings.find((text) => ![...others].some((other) => `${other}/`.startsWith(`${text}/`))) ?? path
}

const isDistinct = (name: string): boolean => /^[a-z].*_|^[A-Z].*[A-Z]/.test(name)

/** What a document lost. */
export interface Lost {
  readonly operations: ReadonlyArray<string>
  /** Beginnings of paths, components, path segments, parameters and fields. */
  readonly others: ReadonlyArray<string>
}

/** The names of `before` that `after` has no more. Names of `elsewhere`, a document of another kind, are kept. */
export const lost = (before: Json, after: Json, elsewhere: Json): Lost => {
  const [was, is, kept] = [namesOf(before), namesOf(after), new Set(fieldsIn(elsewhere))]
  const paths = [...was.paths].filter((path) => !is.paths.has(path)).map((path) => beginning(path, is.paths))
  const others = [...was.others].filter((name) => !is.others.has(name) && !kept.has(name) && isDistinct(name))
  return {
    operations: [...was.operations].filter((id) => !is.operations.has(id)).sort(),
    others: [...new Set([...paths, ...others])].sort()
  }
}

/** The name of the function of each operation id, by the descriptors in this source. */
export const functionsIn = (source: string): ReadonlyMap<string, string> =>
  new Map([...source.matchAll(/operationId: "(\w+)",\s+name: "([\w.]+)"/g)].map(([, id = "", name = ""]) => [id, name]))

const moduleOf = (name: string): string => name.split(".")[0] ?? name

/** Functions without an operation; a module takes the place of its functions if none is left. */
export const lostFunctions = (
  operations: ReadonlyArray<string>,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>
): { readonly functions: ReadonlyArray<string>; readonly modules: ReadonlyArray<string> } => {
  const kept = new Set([...before, ...after].flatMap(([id, name]) => (operations.includes(id) ? [] : [name])))
  const gone = operations.flatMap((id) => before.get(id) ?? []).filter((name) => !kept.has(name))
  const keptModules = new Set([...kept].map(moduleOf))
  const modules = [...new Set(gone.map(moduleOf))].filter((module) => !keptModules.has(module))
  return { functions: gone.filter((name) => !modules.includes(moduleOf(name))), modules }
}

const escaped = (text: string): string => text.replaceAll(/[/{}.*+?^$()|[\]\\]/g, "\\$&")

/** One line for each line of a file that has one of the names, or for the whole file if it is about a lost module. */
export const mentions = (
  file: string,
  text: string,
  names: ReadonlyArray<string>,
  modules: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const base = file.slice(file.lastIndexOf("/") + 1).replace(/(?:\.test)?\.ts$/, "")
  const module = modules.find((name) => name.toLowerCase() === base.toLowerCase())
  if (module !== undefined) return [`${file}:1: remove the file: ${module} is gone`]
  if (names.length + modules.length === 0) return []
  // The longest first: of two names that begin alike, the line shows the whole one.
  const alternatives = [...names, ...modules].sort((a, b) => b.length - a.length).map(escaped)
  const pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${alternatives.join("|")})(?![A-Za-z0-9_])`, "g")
  return text.split("\n").flatMap((line, index) => {
    const found = [...new Set(line.match(pattern))]
    return found.length === 0 ? [] : [`${file}:${index + 1}: gone: ${found.join(", ")}`]
  })
}
