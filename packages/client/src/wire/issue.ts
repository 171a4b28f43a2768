/**
 * Reads a schema issue: the first place that broke, as a JSON pointer, and what was wanted there.
 *
 * @module
 */
import * as SchemaIssue from "effect/SchemaIssue"

/** Where a value broke its schema. Never holds the value. */
export interface Break {
  /** RFC 6901; for a missing field, where it should have been. */
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

/** What a union wants where a value is so far from each of its branches that none was tried. */
const typesOf = (union: SchemaIssue.AnyOf): string =>
  format(union)
    .issues.map(({ message }) => message)
    .join()

/** Of a union's branches, the one that got furthest is the one that was meant. */
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
