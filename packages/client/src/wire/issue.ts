/**
 * Finds the first violation in a schema issue: its JSON pointer, and what was expected.
 *
 * @module
 */
import * as SchemaIssue from "effect/SchemaIssue"

/** A violation of a schema. It never contains the value. */
export interface Violation {
  /** The JSON pointer (RFC 6901) of the value. For a missing field: where it is expected. */
  readonly pointer: string
  readonly reason: string
}

/** Escapes one key of a JSON pointer. */
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

/** Describes the expected types of a union, if the value matches the type of no branch. */
const typesOf = (union: SchemaIssue.AnyOf): string =>
  format(union)
    .issues.map(({ message }) => message)
    .join()

/** A violation, with the number of keys that lead to it, and the number of violations in the same value. */
interface Found extends Violation {
  readonly depth: number
  readonly count: number
}

/**
 * Returns the violation of the union branch that is assumed to be the intended one: the branch with the fewest
 * violations, and among equal ones the branch that matched furthest. A parser that stops at the first violation gives
 * each branch one.
 */
const closest = (found: ReadonlyArray<Found>): Found =>
  found.reduce((best, next) =>
    next.count < best.count || (next.count === best.count && next.depth > best.depth) ? next : best
  )

const walk = (issue: SchemaIssue.Issue, pointer: string, depth: number): Found => {
  switch (issue._tag) {
    case "Pointer":
      return walk(
        issue.issue,
        issue.path.reduce<string>((path, key) => `${path}/${escapePointer(key)}`, pointer),
        depth + issue.path.length
      )
    case "Composite": {
      const [first, ...more] = issue.issues
      const found = walk(first, pointer, depth)
      return { ...found, count: more.reduce((sum, next) => sum + walk(next, pointer, depth).count, found.count) }
    }
    case "Encoding":
      return walk(issue.issue, pointer, depth)
    case "Filter": {
      const description = SchemaIssue.defaultCheckHook(issue)
      const expected = issue.filter.annotations?.["expected"]
      return {
        pointer,
        depth,
        count: 1,
        reason: description ?? (typeof expected === "string" ? `expected ${expected}` : "the value is out of range")
      }
    }
    case "AnyOf": {
      const branches = issue.issues.map((branch) => walk(branch, pointer, depth))
      const deeper = branches.filter((branch) => branch.depth > depth)
      if (deeper.length > 0) return closest(deeper)
      const reasons = [...new Set(branches.map((branch) => branch.reason))]
      return { pointer, depth, count: 1, reason: reasons.join(", or ") || typesOf(issue) }
    }
    default:
      return { pointer, depth, count: 1, reason: reasonOf(issue) }
  }
}

/** Returns the first violation of an issue. */
export const firstViolation = (issue: SchemaIssue.Issue): Violation => {
  const { pointer, reason } = walk(issue, "", 0)
  return { pointer, reason }
}
