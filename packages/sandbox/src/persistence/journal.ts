/**
 * The journal of a running exchange. Commands in the same turn of the event loop share one write and one sync. Each
 * response and frame that can show the effect of a command waits until the command is on the disk.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Command } from "../exchange/Commands.ts"
import { SandboxError } from "../SandboxError.ts"
import { type Disk, type DiskFile, replaceFile } from "./disk.ts"
import type { Base, Change, ClockState, Entry, Head, Origin } from "./format.ts"
import { lineOf } from "./lines.ts"
import { toParts } from "./parts.ts"

/** A snapshot replaces a journal that reaches `commands` or `bytes`, and also reaches `share`. */
export interface Limits {
  readonly commands: number
  readonly bytes: number
  /** The size that the journal must also reach, as a share of the size of the last snapshot. */
  readonly share: number
}

export interface Size {
  /** The number of the last entry. */
  readonly seq: number
  readonly baseBytes: number
  readonly journalBytes: number
  readonly commands: number
}

export interface JournalOptions {
  readonly disk: Disk
  readonly path: string
  readonly origin: Origin
  readonly limits: Limits
  readonly base: () => Base
  /** Receives lines for the operator. */
  readonly report: (line: string) => void
}

interface Held {
  readonly seq: number
  readonly send: (failure: string | undefined) => void
}

const writeChars = 1024 * 1024

/** A snapshot replaces the pending changes if they are more than this number and more than `limits.commands`. */
const smallestBurst = 1_000

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

export class Journal {
  readonly #options: JournalOptions
  #file: DiskFile
  /** The number of the last change. */
  #seq: number
  /** The number of the last change that is on the disk. */
  #savedSeq: number
  #pending: Array<{ readonly seq: number; readonly change: Change }> = []
  #held: Array<Held> = []
  #isReleasing = false
  #baseBytes: number
  #journalBytes: number
  #commands: number
  /** The size of the journal at which to try again after a failed compaction. */
  #retryBytes = 0
  /**
   * The number of the last change that has no entry, because a snapshot will contain it. The snapshot must be written
   * before later entries.
   */
  #replacedSeq = 0
  #running: Promise<void> | undefined
  #failure: string | undefined
  readonly #onFailure: Array<() => void> = []

  private constructor(options: JournalOptions, file: DiskFile, size: Size) {
    this.#options = options
    this.#file = file
    this.#seq = size.seq
    this.#savedSeq = size.seq
    this.#baseBytes = size.baseBytes
    this.#journalBytes = size.journalBytes
    this.#commands = size.commands
  }

  /** Starts a new file with the current state. */
  static async create(options: JournalOptions): Promise<Journal> {
    const lines = baseLines(options, options.base(), 0)
    const file = await replaceFile(options.disk, options.path, lines.chunks)
    await options.disk.syncFolderOf(options.path)
    return new Journal(options, file, { seq: 0, baseBytes: lines.bytes, journalBytes: 0, commands: 0 })
  }

  /**
   * Continues an existing file, whose content must be the current state. Truncates an incomplete or damaged last write.
   */
  static async resume(options: JournalOptions, size: Size): Promise<Journal> {
    const file = await options.disk.cut(options.path, size.baseBytes + size.journalBytes)
    await file.sync()
    return new Journal(options, file, size)
  }

  /** Why the journal failed; undefined if it has not failed. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** The number of changes that wait to be written. */
  get waiting(): number {
    return this.#pending.length
  }

  /** Whether everything is on the disk, so that {@link hold} would not wait. */
  get isSaved(): boolean {
    return this.#savedSeq === this.#seq && this.#held.length === 0 && this.#failure === undefined
  }

  command(command: Command, atMillis: number): void {
    this.#add({ atMillis, command })
  }

  /** Records a change of the clock. `atMillis` is the exchange's time before the change. */
  clock(clock: ClockState, atMillis: number): void {
    this.#add({ atMillis, clock })
  }

  /** Call this after the exchange was replaced. Writes the state of the new exchange as a snapshot. */
  replaced(): void {
    this.#replacedSeq = ++this.#seq
    this.#start()
  }

  /**
   * Calls `send` as soon as every change that was recorded before this call is on the disk. The calls of `send` are in
   * the order of the calls of `hold`. If the journal fails, calls `send` with the reason.
   */
  hold(send: (failure: string | undefined) => void): void {
    if (this.#failure !== undefined || this.isSaved) {
      send(this.#failure)
    } else {
      this.#held.push({ seq: this.#seq, send })
    }
  }

  /** Waits until everything that has been recorded so far is on the disk. */
  readonly saved: Effect.Effect<void, SandboxError> = Effect.callback((resume) =>
    this.hold((failure) =>
      resume(failure === undefined ? Effect.void : Effect.fail(new SandboxError({ reason: failure })))
    )
  )

  /** Calls back once if the journal fails. */
  onFailure(callback: () => void): void {
    this.#onFailure.push(callback)
  }

  /** Closes the file after it has written the pending changes. */
  async close(): Promise<void> {
    while (this.#running !== undefined) {
      await this.#running
    }
    await this.#file.close().catch(() => {})
  }

  #add(change: Change): void {
    if (this.#failure !== undefined) {
      return
    }
    const seq = ++this.#seq
    this.#pending.push({ seq, change })
    if (this.#pending.length > Math.max(this.#options.limits.commands, smallestBurst)) {
      // An agent, such as the crowd, can execute many commands in a long move of the time. A snapshot is smaller than
      // all these commands.
      this.#pending = []
      this.#replacedSeq = seq
    }
    this.#start()
  }

  #start(): void {
    if (this.#running === undefined && this.#failure === undefined) {
      // Starts after the current turn of the event loop, so that all requests of the turn share one write.
      this.#running = new Promise((resolve) => setImmediate(() => void this.#run().then(resolve)))
    }
  }

  async #run(): Promise<void> {
    try {
      while (this.#savedSeq < this.#seq) {
        if (this.#replacedSeq > this.#savedSeq) {
          await this.#compact()
        } else {
          await this.#flush()
          if (this.#isDue()) {
            await this.#tryToCompact()
          }
        }
      }
    } catch (cause) {
      this.#fail(cause)
    }
    this.#running = undefined
  }

  async #flush(): Promise<void> {
    const batch = this.#pending
    this.#pending = []
    const first = batch[0]!.seq
    let text = ""
    for (const { change, seq } of batch) {
      text += lineOf(JSON.stringify({ seq, batch: first, change } satisfies Entry))
      if (text.length > writeChars) {
        await this.#append(text)
        text = ""
      }
    }
    await this.#append(text)
    await this.#file.sync()
    this.#commands += batch.length
    this.#savedSeq = batch.at(-1)!.seq
    this.#release()
  }

  async #append(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    await this.#file.append(bytes)
    this.#journalBytes += bytes.length
  }

  #isDue(): boolean {
    const { bytes, commands, share } = this.#options.limits
    return (
      (this.#commands >= commands || this.#journalBytes >= bytes) &&
      this.#journalBytes >= Math.max(this.#retryBytes, share * this.#baseBytes)
    )
  }

  /** Compacts the file. If this fails before the file is replaced, the journal continues in the old file. */
  async #tryToCompact(): Promise<void> {
    try {
      await this.#compact()
    } catch (cause) {
      if (cause instanceof Fatal) {
        throw cause
      }
      this.#retryBytes = this.#journalBytes * 2
      this.#options.report(
        `kalshi-sandbox: cannot compact the state file ${this.#options.path}: ${reasonOf(cause)}. The file keeps growing until this succeeds`
      )
    }
  }

  async #compact(): Promise<void> {
    const { disk, path } = this.#options
    const state = this.#options.base()
    // Reading the state can execute commands of an agent, which the state then contains.
    const seq = this.#seq
    const lines = baseLines(this.#options, state, seq)
    const file = await replaceFile(disk, path, lines.chunks)
    try {
      await disk.syncFolderOf(path)
      await this.#file.close()
    } catch (cause) {
      throw new Fatal(reasonOf(cause))
    }
    this.#file = file
    this.#baseBytes = lines.bytes
    this.#journalBytes = 0
    this.#commands = 0
    this.#retryBytes = 0
    this.#pending = this.#pending.filter((pending) => pending.seq > seq)
    this.#savedSeq = seq
    this.#release()
  }

  #release(): void {
    if (this.#isReleasing) {
      return
    }
    this.#isReleasing = true
    let released = 0
    // A call of `send` can hold another response, which is then the last in `#held`.
    while (released < this.#held.length && this.#held[released]!.seq <= this.#savedSeq) {
      deliver(this.#held[released++]!, undefined)
    }
    this.#held = this.#held.slice(released)
    this.#isReleasing = false
  }

  #fail(cause: unknown): void {
    const { path, report } = this.#options
    this.#failure = `cannot write the state file ${path}: ${reasonOf(cause)}. The exchange executes no more requests. Remove the cause and restart: the file has every change that was confirmed`
    report(`kalshi-sandbox: ${this.#failure}`)
    this.#pending = []
    const held = this.#held
    this.#held = []
    for (const waiting of held) {
      deliver(waiting, this.#failure)
    }
    for (const callback of this.#onFailure) {
      callback()
    }
  }
}

/**
 * An exception of `send` is not a failure of the journal: it is thrown again in a microtask, where nothing catches it.
 */
const deliver = ({ send }: Held, failure: string | undefined): void => {
  try {
    send(failure)
  } catch (defect) {
    queueMicrotask(() => {
      throw defect
    })
  }
}

/** The file was replaced, but it is unknown whether the new file would survive a power failure. */
class Fatal extends Error {}

const baseLines = ({ origin }: JournalOptions, { clock, snapshot }: Base, seq: number) => {
  const parts = toParts(snapshot)
  const head: Head = { ...origin, parts: parts.length, seq, clock }
  const chunks = [JSON.stringify(head), ...parts].map((json) => Buffer.from(lineOf(json)))
  return { chunks, bytes: chunks.reduce((sum, { length }) => sum + length, 0) }
}
