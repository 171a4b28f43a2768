/**
 * The faults that P11 (the property of the feed) must detect: in the feed, in order books and in the live account. Most
 * of them come from the client's own tests, which must detect them too.
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

/** The faults that P11 need not detect, with the reason. The client's own tests detect them. */
export const unseen: Readonly<Record<string, string>> = {
  "accepts frames of old connections": "The socket layer already drops the frames of a socket that it has closed.",
  "delivers to users that have left": "A stream that has ended delivers no more events.",
  "removes all markets of a subscription": "The next command ends the subscription without markets.",
  "requests no snapshot for a user who joins":
    "The fault shows only if a second stream of a book starts and no disturbance follows. This is too rare in random schedules.",
  "delivers messages of a market whose removal is in flight":
    "The fault shows only if a market is added again while its removal is in flight. This is too rare in random schedules.",
  "reports the end of an outage before the markets beyond a limit are restored":
    "P11 does not check which markets are restored at the time of the event.",
  "drops the messages that the new connection held back":
    "The fault shows only if the new connection alone has a message during a change-over. This is too rare in random schedules.",
  "applies a repeated delta": "The session already drops repeated messages.",
  "applies a delta with a lower clock than the message before":
    "On the local exchange, only maintenance lowers a clock, and it closes all connections.",
  "accepts messages of a closed line":
    "Each outage gives the line another number, so no message arrives with the old number.",
  "does not start an epoch for a snapshot with a lower clock":
    "The merge starts a new epoch anyway, half a second later.",
  "does not move a line to the reader's epoch on a snapshot": "The fault only causes more requests for snapshots.",
  "treats a crossed book as invalid at once":
    "The fault shows only if the book is crossed between two deltas with the same clock. This does not occur in 600 random schedules.",
  "does not compare positions with the same clock":
    "The fault shows only if two lines have received different deltas with the same clock. This is too rare in 600 random schedules."
}

/**
 * The faults to try with one line of order books, because a second line hides them or makes them rarer. All other
 * faults use two lines.
 */
const onOneLine = new Set([
  "forgets the markets of a command without a reply",
  "delivers repeated messages",
  "reports only one outage if the connection is lost during a restore",
  "does not end subscriptions when the session closes",
  "does not notice a silent subscription",
  "does not verify a command without a reply",
  "adds a fill twice",
  "ignores changes of a position"
])

/** Faults of the live account, for which P11 has an observer. The client's own tests detect many more. */
const accountFaults: ReadonlyArray<BookFault> = [
  {
    does: "adds a fill twice",
    file: "account/fills.ts",
    text: 'if (known !== undefined) return this.#complete(known, fill) ? "completed" : "known"',
    instead: ""
  },
  {
    does: "ignores changes of a position",
    file: "account/positions.ts",
    text: "if (known !== undefined && sentMillis !== undefined && sentMillis < known.updatedMillis) return false",
    instead: "if (known !== undefined) return false"
  }
]

const client = "packages/client/src"

const runs = 600

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")

// `A` describes the exports of the module.
const load = async <A>(path: string): Promise<A> => (await import(new URL(path, root).href)) as A

/** Loads the faults. They exist only in the repository, not in a published package. */
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
    ...[...bookFaults, ...accountFaults].map(({ does, file, instead, text }) => ({
      name: does,
      in: `${client}/${file}`,
      pattern: new RegExp(escape(text)),
      replacement: instead
    }))
  ]
  const names = new Set(all.map(({ name }) => name))
  const unknown = [...Object.keys(unseen), ...onOneLine].filter((name) => !names.has(name))
  if (unknown.length > 0)
    throw new Error(
      `the client's tests do not have these faults: ${unknown.join("; ")}. Correct the names in FeedFaults.ts`
    )
  return all
    .filter(({ name }) => unseen[name] === undefined)
    .map((fault) => ({
      ...fault,
      property: "P11",
      target: onOneLine.has(fault.name) ? "one line" : "two lines",
      runs
    }))
}
