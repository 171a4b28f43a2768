/**
 * Reads a schema issue: where a value first breaks its schema, as a JSON pointer, and what was expected there.
 *
 * @module
 */
import * as SchemaIssue from "effect/SchemaIssue"

/** Where a value breaks its schema. Never contains the value. */
export interface Break {
  /** RFC 6901. For a missing field, where it should be. */
  readonly pointer: string
  readonly reason: string
}

/** One key of a JSON pointer. */
export const escapePointer = (key: PropertyKey): string => String(key).replaceAll("~", "~0").replaceAll("/", "~1")

const reasonOf = (leaf: SchemaIssue.Leaf): string => {
  switch (leaf._tag) {
    case "MissingKey":
      return "this field is required"
    case "UnexpectedKey":
      return "there is no such field"
    default:
      return SchemaIssue.defaultLeafHook(leaf)
  }
}

const format = /*#__PURE__*/ SchemaIssue.makeFormatterStandardSchemaV1()

/** What a union expects, if the value matches the type of none of its branches. */
const typesOf = (union: SchemaIssue.AnyOf): string =>
  format(union)
    .issues.map(({ message }) => message)
    .join()

/** The branch of a union that matched furthest is taken as the intended one. */
const furthest = (found: ReadonlyArray<Break & { readonly depth: number }>) =>
  found.reduce((best, next) => (next.depth > best.depth ? next : best))

const walk = (issue: SchemaIssue.Issue, pointer: string, depth: number): Break & { readonly depth: number } => {
  switch (issue._tag) {
    case "Pointer":
      return walk(
        issue.issue,
        issue.path.reduce<string>((path, key) => `${path}/${escapePointer(key)}`, pointer),
        depth + issue.path.length
      )
    case "Composite":
      return walk(issue.issues[0], pointer, depth)
    case "Encoding":
      return walk(issue.issue, pointer, depth)
    case "Filter": {
      const said = SchemaIssue.defaultCheckHook(issue)
      const expected = issue.filter.annotations?.["expected"]
      return {
        pointer,
        depth,
        reason: said ?? (typeof expected === "string" ? `expected ${expected}` : "the value is out of range")
      }
    }
    case "AnyOf": {
      const branches = issue.issues.map((branch) => walk(branch, pointer, depth))
      const deeper = branches.filter((branch) => branch.depth > depth)
      if (deeper.length > 0) return furthest(deeper)
      const reasons = [...new Set(branches.map((branch) => branch.reason))]
      return { pointer, depth, reason: reasons.join(", or ") || typesOf(issue) }
    }
    default:
      return { pointer, depth, reason: reasonOf(issue) }
  }
}

/** The first break of an issue. */
export const firstBreak = (issue: SchemaIssue.Issue): Break => {
  const { pointer, reason } = walk(issue, "", 0)
  return { pointer, reason }
}
