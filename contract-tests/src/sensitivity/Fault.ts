/** Faults that are planted in the project's own sources, each to be seen by a property or by a test. */
import * as fs from "node:fs"

/** A piece of a source that is put in the place of another, which stands there exactly once. */
export interface Change {
  readonly find: string
  readonly replace: string
}

/** A client with one mistake; or an exchange, or a suite. */
export interface Fault {
  /** What it does wrong, such as `repeats a request that was answered 400`. */
  readonly name: string
  /** The source, from the root of the repository. */
  readonly file: string
  readonly changes: ReadonlyArray<Change>
  /** What must see it: a property, such as `P9`, or a file of tests, from the root of the repository. */
  readonly seenBy: string
  /** The operations that it is looked for in, or what else the property is of, by name: the fewer, the faster. */
  readonly operations: ReadonlyArray<string>
  /** Random cases of each; 300 where nothing is said. */
  readonly runs?: number | undefined
  /** Why nothing can see it. A fault that is seen has none. */
  readonly equivalent?: string | undefined
}

/** Whether it is a file of tests that must see a fault. */
export const isTest = (seenBy: string): boolean => seenBy.endsWith(".test.ts")

/** The root of the repository: sources are planted where they are kept, not in a published package. */
export const root: URL = new URL("../../../", import.meta.url)

/** Where a fault's source is. */
export const sourceOf = ({ file }: Fault): URL => new URL(file, root)

/** A fault whose source has changed, so that nothing would be planted. */
export class Stale extends Error {
  override readonly name = "Stale"
}

/**
 * Plants a fault in its source.
 *
 * @throws `Stale` where a piece does not stand there exactly once.
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

/** Writes faults of one source: what each does wrong, where it is looked for, and what is changed. */
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
