/**
 * Finds the first violation in a schema issue: its JSON pointer, and what was expected.
 *
 * @module
 */
import * as SchemaIssue from "effect/SchemaIssue"

/** A violation does not contain the invalid value. */
export interface Violation {
  /** The JSON pointer (RFC 6901) of the value. For a missing field: where it is expected. */
  readonly pointer: string
  readonly reason: string
}

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

const typesOf = (union: SchemaIssue.AnyOf): string =>
  format(union)
    .issues.map(({ message }) => message)
    .join()

/**
 * Returns the deepest violation. The union branch with this violation matched furthest, so it is most likely the
 * intended branch.
 */
const deepest = (found: ReadonlyArray<Violation & { readonly depth: number }>) =>
  found.reduce((best, next) => (next.depth > best.depth ? next : best))

const walk = (issue: SchemaIssue.Issue, pointer: string, depth: number): Violation & { readonly depth: number } => {
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
      const description = SchemaIssue.defaultCheckHook(issue)
      const expected = issue.filter.annotations?.["expected"]
      return {
        pointer,
        depth,
        reason: description ?? (typeof expected === "string" ? `expected ${expected}` : "the value is out of range")
      }
    }
    case "AnyOf": {
      const branches = issue.issues.map((branch) => walk(branch, pointer, depth))
      const deeper = branches.filter((branch) => branch.depth > depth)
      if (deeper.length > 0) return deepest(deeper)
      const reasons = [...new Set(branches.map((branch) => branch.reason))]
      return { pointer, depth, reason: reasons.join(", or ") || typesOf(issue) }
    }
    default:
      return { pointer, depth, reason: reasonOf(issue) }
  }
}

export const firstViolation = (issue: SchemaIssue.Issue): Violation => {
  const { pointer, reason } = walk(issue, "", 0)
  return { pointer, reason }
}
