/**
 * The faults of the feed and of order books that P11 must detect. The client's own laws have the same faults: their lists
 * are read from the client's tests.
 *
 * @module
 */
import { root, type Fault } from "./Fault.ts"

/** A fault of `packages/client/test/feed/support/sessionFaults.ts`. */
interface SessionFault {
  readonly name: string
  /** Below `src/feed/session`. */
  readonly file: string
  readonly pattern: RegExp
  readonly replacement: string
}

/** A fault of `packages/client/test/support/bookFaults.ts`. */
interface BookFault {
  readonly does: string
  /** Below `src`. */
  readonly file: string
  readonly text: string
  readonly instead: string
}

/** The faults that cannot be seen from outside the client, with the reason. */
export const unseen: Readonly<Record<string, string>> = {}

/** The faults that need order books over two lines. */
const onTwoLines = new Set<string>([])

const client = "packages/client/src"

const runs = 1_500

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")

const load = async <A>(path: string): Promise<A> => (await import(new URL(path, root).href)) as A // The module of the client's tests has this list.

/** Reads the faults. They exist only in the repository, not in a published package. */
export const feedFaults = async (): Promise<ReadonlyArray<Fault>> => {
  const { sessionFaults } = await load<{ readonly sessionFaults: ReadonlyArray<SessionFault> }>(
    "packages/client/test/feed/support/sessionFaults.ts"
  )
  const { bookFaults } = await load<{ readonly bookFaults: ReadonlyArray<BookFault> }>(
    "packages/client/test/support/bookFaults.ts"
  )
  const all = [
    ...sessionFaults.map(({ file, name, pattern, replacement }) => ({
      name,
      in: `${client}/feed/session/${file}`,
      pattern,
      replacement
    })),
    ...bookFaults.map(({ does, file, instead, text }) => ({
      name: does,
      in: `${client}/${file}`,
      pattern: new RegExp(escape(text)),
      replacement: instead
    }))
  ]
  return all
    .filter(({ name }) => unseen[name] === undefined)
    .map((fault) => ({
      ...fault,
      property: "P11",
      target: onTwoLines.has(fault.name) ? "two lines" : "one line",
      runs
    }))
}
