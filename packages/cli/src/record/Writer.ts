/**
 * Writes the lines of a recording.
 *
 * Writes are synchronous and go through a small buffer. If the disk is slower than the feed, this process reads the
 * feed more slowly, so its memory does not grow and no line is dropped. The exchange then ends a subscription whose
 * reader is too slow, and the recording contains this loss as a line.
 *
 * @module
 */
import { CommandError } from "../app/failures.ts"
import type { End } from "./lines.ts"
import { encode } from "./lines.ts"
import { type OpenFile, reasonOf } from "./parts.ts"

export interface OpenedPart {
  readonly file: OpenFile
  /** The lines at the start of the part. */
  readonly head: string
}

export interface WriterOptions {
  readonly pathOf: (part: number) => string
  /** Opens a part. Throws like `node:fs`. */
  readonly open: (part: number) => OpenedPart
  readonly firstPart: number
  /** A part ends when its counted lines (see {@link Writer.line}) have about this many bytes. Default: never. */
  readonly rotateBytes?: number | undefined
  /** A part that contains a counted line ends at this age. Default: never. */
  readonly rotateMillis?: number | undefined
  readonly nowMillis: () => number
  /** Called once, when a write fails. No line is written after that. */
  readonly onFailure: (error: CommandError) => void
  /** Called after the start of each part except the first. */
  readonly onRotated?: (() => void) | undefined
}

/** In characters. The buffer is written at this size, or by `flush`. */
const bufferLength = 256 * 1024

export class Writer {
  readonly #options: WriterOptions
  readonly #lines: Array<string> = []
  #length = 0
  #part: number
  #opened: OpenedPart | undefined
  /** The bytes of the counted lines of the part. */
  #counted = 0
  #partMillis = 0
  #failure: CommandError | undefined
  /** All bytes of this run. */
  bytes = 0
  readonly paths: Array<string> = []

  constructor(options: WriterOptions) {
    this.#options = options
    this.#part = options.firstPart
    this.#attempt(() => this.#open())
  }

  get failure(): CommandError | undefined {
    return this.#failure
  }

  /**
   * Adds a line. A line that every part contains, such as a snapshot, is not counted. Otherwise, a small part would be
   * full immediately.
   */
  line(text: string, isCounted = true): void {
    if (this.#failure !== undefined) return
    this.#lines.push(text)
    this.#length += text.length + 1
    if (isCounted) this.#counted += Buffer.byteLength(text) + 1
    if (this.#length >= bufferLength) this.flush()
  }

  /** Writes the buffer. Then begins another part if the current part is full or too old. */
  flush(): void {
    this.#attempt(() => {
      this.#write()
      const {
        nowMillis,
        rotateBytes = Number.POSITIVE_INFINITY,
        rotateMillis = Number.POSITIVE_INFINITY
      } = this.#options
      if (this.#counted === 0) return
      if (this.#counted < rotateBytes && nowMillis() - this.#partMillis < rotateMillis) return
      this.#close("rotated")
      this.#part++
      this.#open()
      this.#options.onRotated?.()
    })
  }

  /** Closes the recording. Then all lines are on the disk, unless a write failed. */
  end(reason: End["reason"], detail?: string): void {
    if (this.#opened === undefined) return
    this.#attempt(() => {
      this.#write()
      this.#close(reason, detail)
    })
  }

  #attempt(run: () => void): void {
    if (this.#failure !== undefined) return
    try {
      run()
    } catch (error) {
      this.#failure = new CommandError({
        exit: "failed",
        message: `Cannot write the recording to ${this.#options.pathOf(this.#part)}: ${reasonOf(error)}. The recording ends here. Correct the cause, then continue with --append`,
        cause: error
      })
      this.#lines.length = 0
      this.#abandon()
      this.#options.onFailure(this.#failure)
    }
  }

  #open(): void {
    this.#opened = this.#options.open(this.#part)
    this.paths.push(this.#options.pathOf(this.#part))
    this.#counted = 0
    this.#partMillis = this.#options.nowMillis()
    this.#lines.push(this.#opened.head)
    this.#write()
  }

  #write(): void {
    if (this.#lines.length === 0 || this.#opened === undefined) return
    const bytes = Buffer.from(`${this.#lines.join("\n")}\n`)
    this.#lines.length = 0
    this.#length = 0
    let offset = 0
    while (offset < bytes.length) offset += this.#opened.file.write(bytes, offset)
    this.bytes += bytes.length
  }

  #close(reason: End["reason"], detail?: string): void {
    this.#lines.push(
      encode({ type: "end", at_ms: this.#options.nowMillis(), reason, ...(detail !== undefined && { detail }) })
    )
    this.#write()
    const file = this.#opened?.file
    file?.sync()
    this.#opened = undefined
    file?.close()
  }

  #abandon(): void {
    const file = this.#opened?.file
    this.#opened = undefined
    try {
      file?.close()
    } catch {
      // Only the first failure is reported.
    }
  }
}
