/**
 * Reads a state file.
 *
 * @module
 */
import * as Predicate from "effect/Predicate"
import { type Assumptions, defaults } from "../Assumptions.ts"
import type { Command } from "../exchange/Commands.ts"
import { Exchange, type Options, type Snapshot } from "../exchange/Exchange.ts"
import { restoreDelayed } from "../exchange/restore.ts"
import type { Disk } from "./disk.ts"
import { type ClockState, decisive, type Entry, format, type Head, packageVersion } from "./format.ts"
import type { Size } from "./journal.ts"
import { type Line, linesOf, recordOf } from "./lines.ts"
import { Joined, type Part } from "./parts.ts"

export class Unusable extends Error {}

/** The contents of a state file. `exchange` has executed the commands of the file. */
export interface Stored {
  readonly head: Head
  readonly exchange: Exchange
  readonly clock: ClockState
  readonly size: Size
  /** Warnings for the operator. */
  readonly reports: ReadonlyArray<string>
}

/**
 * Executes the commands of the file. Undefined if there is no such file.
 *
 * The last write before a crash can be incomplete. No request in this write got a response, so its incomplete line is
 * ignored. After a power failure, any part of the last write can be damaged; the write is then ignored from the first
 * damaged line on. Other damage throws {@link Unusable}.
 */
export const readStateFile = (disk: Disk, path: string, options: Options): Stored | undefined => {
  const chunks = disk.read(path)
  if (chunks === undefined) {
    return undefined
  }
  const lines = linesOf(chunks)
  const { baseBytes, head, snapshot } = readBase(lines, path, options)
  const exchange = restored(snapshot, path, options)
  const replay = new Replay(exchange, head.clock)
  const reading = readEntries(lines, head, baseBytes, path, (entry) => replay.apply(entry))
  const reports: Array<string> = []
  if (reading.lostBytes > 0) {
    const ignored = `ignored ${reading.lostBytes} bytes after byte ${baseBytes + reading.journalBytes}`
    reports.push(
      reading.isTorn
        ? `the last write to the state file ${path} was interrupted: ${ignored}. No request in this write got a response`
        : `the last write to the state file ${path} is damaged: ${ignored}. Unless the power failed during the write, these bytes can contain commands that got a response`
    )
  }
  if (replay.defects > 0) {
    reports.push(
      `${replay.defects} commands in the state file ${path} failed because of a defect of this package. Please report it`
    )
  }
  const { journalBytes, seq } = reading
  return {
    head,
    exchange,
    clock: replay.clock,
    size: { seq, baseBytes, journalBytes, commands: seq - head.seq },
    reports
  }
}

const isText = (line: Line | undefined): line is Line => line !== undefined && line.isComplete

const startAfresh = (path: string): string =>
  `Restore the file from a copy, or remove it together with ${path}.keys to start a new exchange`

const readBase = (lines: Iterator<Line>, path: string, options: Options) => {
  const next = (): Line | undefined => {
    const { done, value } = lines.next()
    return done === true ? undefined : value
  }
  let line = next()
  const record = isText(line) ? recordOf(line.text) : undefined
  if (!Predicate.isObject(record) || !("format" in record)) {
    throw new Unusable(
      `${path} is not a state file, or its first line is corrupted. Name another file with --state. ${startAfresh(path)}`
    )
  }
  if (record.format !== format) {
    throw new Unusable(
      `the state file ${path} has format ${String(record.format)}, but this version needs format ${format}. Use the version that wrote the file, or name another file`
    )
  }
  const head = record as unknown as Head // its checksum and its format are correct
  checkOrigin(head, path, options)
  const joined = new Joined()
  for (let part = 0; part < head.parts; part++) {
    line = next()
    const record = isText(line) ? recordOf(line.text) : undefined
    if (record === undefined) {
      throw new Unusable(
        `the state file ${path} is corrupted at line ${part + 2}, in its snapshot. ${startAfresh(path)}`
      )
    }
    joined.add(record as Part) // its checksum is correct
  }
  const snapshot = joined.whole as Snapshot // written by `toParts`
  return { head, snapshot, baseBytes: line?.endBytes ?? 0 }
}

const checkOrigin = (head: Head, path: string, { assumptions, seed }: Options): void => {
  const other = "or name another file with --state (the option state)"
  const version = packageVersion()
  if (head.version !== version) {
    throw new Unusable(
      `version ${head.version} wrote the state file ${path}, and this is version ${version}, which can execute its commands differently. Use version ${head.version}, ${other}`
    )
  }
  if (head.seed !== seed) {
    throw new Unusable(`the state file ${path} has seed ${head.seed}, not ${seed}. Use seed ${head.seed}, ${other}`)
  }
  const wanted = decisive({ ...defaults, ...assumptions })
  const names = new Set([...Object.keys(wanted), ...Object.keys(head.assumptions)]) as Set<keyof Assumptions>
  for (const name of names) {
    if (head.assumptions[name] !== wanted[name]) {
      throw new Unusable(
        `the state file ${path} was written with the assumption ${name}: ${JSON.stringify(head.assumptions[name])}, not ${JSON.stringify(wanted[name])}. Use the value of the file, ${other}`
      )
    }
  }
}

const restored = (snapshot: Snapshot, path: string, options: Options): Exchange => {
  try {
    return Exchange.restore(snapshot, options)
  } catch (cause) {
    throw new Unusable(`cannot restore the snapshot in the state file ${path}: ${String(cause)}. ${startAfresh(path)}`)
  }
}

class Replay {
  readonly #exchange: Exchange
  clock: ClockState
  /** The number of commands that threw. They also threw before the restart. */
  defects = 0

  constructor(exchange: Exchange, clock: ClockState) {
    this.#exchange = exchange
    this.clock = clock
  }

  apply({ change }: Entry): void {
    if ("clock" in change) {
      this.clock = change.clock
      // Fires the timers that were due before the clock was moved.
      this.#exchange.view(change.atMillis)
      return
    }
    const { command } = restoreDelayed(change)
    try {
      this.#exchange.execute<Command["type"]>(command, change.atMillis)
    } catch {
      this.defects++
    }
  }
}

const entryOf = (text: string): Entry | undefined => {
  const record = recordOf(text)
  // The checksum is correct, so every record with a change is an entry.
  return Predicate.isObject(record) && "change" in record ? (record as unknown as Entry) : undefined
}

/** Applies the entries before the first damage. */
const readEntries = (
  lines: Iterable<Line>,
  head: Head,
  baseBytes: number,
  path: string,
  apply: (entry: Entry) => void
): { readonly seq: number; readonly journalBytes: number; readonly lostBytes: number; readonly isTorn: boolean } => {
  let { seq } = head
  let validBytes = baseBytes
  let endBytes = baseBytes
  let line = head.parts + 1
  let damagedLine: number | undefined
  let isTorn = false
  for (const { endBytes: end, isComplete, text } of lines) {
    line++
    endBytes = end
    const entry = isComplete ? entryOf(text) : undefined
    if (damagedLine === undefined && entry?.seq === seq + 1) {
      apply(entry)
      seq++
      validBytes = end
      continue
    }
    damagedLine ??= line
    isTorn = !isComplete && damagedLine === line
    // Every batch was on the disk before the next batch was written. So an interrupted write damages only the last batch.
    if (entry !== undefined && entry.batch > seq + 1) {
      throw new Unusable(
        `the state file ${path} is corrupted at line ${damagedLine} (byte ${validBytes}), and later lines are intact, so this is not an interrupted write. Restore the file from a copy. To lose everything from this line on instead, keep a copy of the file and cut it: head -c ${validBytes} ${path}`
      )
    }
  }
  return { seq, journalBytes: validBytes - baseBytes, lostBytes: endBytes - validBytes, isTorn }
}
