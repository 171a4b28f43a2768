/** Faults planted in the project's own sources. A property or a test must detect each. */
import * as fs from "node:fs"

/** A replacement of a piece of source that occurs exactly once. */
export interface Change {
  readonly find: string
  readonly replace: string
}

/** A client, exchange or suite with one fault. */
export interface Fault {
  /** The faulty behaviour, such as `repeats a request that was answered 400`. */
  readonly name: string
  /** The source file, relative to the root of the repository. */
  readonly file: string
  readonly changes: ReadonlyArray<Change>
  /**
   * The check that must detect it: a property, such as `P9`, or a test file, relative to the root of the repository.
   */
  readonly seenBy: string
  /** The operations, or other targets of the property, to check: the fewer, the faster. */
  readonly operations: ReadonlyArray<string>
  /** Random cases of each. Default: 300. */
  readonly runs?: number | undefined
  /** Why the fault is undetectable. Undefined for a detectable fault. */
  readonly equivalent?: string | undefined
}

/** Whether the check is a test file. */
export const isTest = (seenBy: string): boolean => seenBy.endsWith(".test.ts")

/** The root of the repository. Faults are planted in the repository, not in a published package. */
export const root: URL = new URL("../../../", import.meta.url)

/** The source file of a fault. */
export const sourceOf = ({ file }: Fault): URL => new URL(file, root)

/** The source of a fault has changed, so the fault cannot be planted. */
export class Stale extends Error {
  override readonly name = "Stale"
}

/**
 * Plants a fault in its source.
 *
 * @throws `Stale` if a piece does not occur exactly once.
 */
export const plant = (fault: Fault, source: string): string =>
  fault.changes.reduce((text, { find, replace }) => {
    const pieces = text.split(find)
    const [before, after] = pieces
    if (before === undefined || after === undefined || pieces.length > 2) {
      throw new Stale(
        `${fault.file} holds ${pieces.length - 1} of ${JSON.stringify(find)}: "${fault.name}" cannot be planted`
      )
    }
    return before + replace + after
  }, source)

/**
 * The source with the fault in it.
 *
 * @throws `Stale`, as {@link plant} does.
 */
export const planted = (fault: Fault): string => plant(fault, fs.readFileSync(sourceOf(fault), "utf8"))

/** A change. */
export const change = (find: string, replace: string): Change => ({ find, replace })

/** Defines faults of one source file: the faulty behaviour, the targets to check, and the changes. */
export const faultsOf =
  (file: string, seenBy: string) =>
  (name: string, operation: string | undefined, find: string, replace: string, more: Partial<Fault> = {}): Fault => ({
    name,
    file,
    changes: [change(find, replace)],
    seenBy,
    operations: operation === undefined ? [] : [operation],
    ...more
  })
