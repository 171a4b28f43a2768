/**
 * The bodies of requests in flight, and the limits of their memory.
 *
 * @module
 */

export class BodyBudget {
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Takes the bytes if they fit, and returns whether they do. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#maxBytes) {
      return false
    }
    this.#bytes += bytes
    return true
  }

  release(bytes: number): void {
    this.#bytes -= bytes
  }
}

/**
 * After the first chunk, chunks below this size are copied into blocks, because every chunk that is kept costs memory
 * besides its bytes.
 */
const minChunkBytes = 16 * 1024

const minBlockBytes = 1024
const maxBlockBytes = 64 * 1024

/**
 * A body that is arriving. If it has more than 1 KiB, it takes at most about twice its length in memory, even if every
 * chunk is one byte long.
 */
export class ArrivingBody {
  readonly #budget: BodyBudget
  readonly #maxBytes: number
  #parts: Array<Uint8Array> = []
  #block: { readonly bytes: Uint8Array; length: number } | undefined
  #length = 0
  #taken = 0

  constructor(budget: BodyBudget, maxBytes: number) {
    this.#budget = budget
    this.#maxBytes = maxBytes
  }

  /** Adds a chunk. Returns undefined, or why the chunk was not added. */
  add(chunk: Uint8Array): "tooLarge" | "noMemory" | undefined {
    this.#length += chunk.length
    if (this.#length > this.#maxBytes) {
      return "tooLarge"
    }
    const isKept = this.#parts.length === 0 || chunk.length >= minChunkBytes ? this.#keep(chunk) : this.#copy(chunk)
    return isKept ? undefined : "noMemory"
  }

  bytes(): Uint8Array {
    this.#endBlock()
    return this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
  }

  release(): void {
    this.#parts = []
    this.#block = undefined
    this.#budget.release(this.#taken)
    this.#taken = 0
  }

  #keep(chunk: Uint8Array): boolean {
    this.#endBlock()
    if (!this.#take(chunk.length)) {
      return false
    }
    this.#parts.push(chunk)
    return true
  }

  #copy(chunk: Uint8Array): boolean {
    let from = 0
    while (from < chunk.length) {
      this.#block ??= this.#newBlock()
      if (this.#block === undefined) {
        return false
      }
      const { bytes, length } = this.#block
      const copied = Math.min(chunk.length - from, bytes.length - length)
      bytes.set(chunk.subarray(from, from + copied), length)
      this.#block.length += copied
      from += copied
      if (this.#block.length === bytes.length) {
        this.#endBlock()
      }
    }
    return true
  }

  #newBlock(): { readonly bytes: Uint8Array; length: number } | undefined {
    const size = Math.min(Math.max(this.#length, minBlockBytes), maxBlockBytes)
    return this.#take(size) ? { bytes: new Uint8Array(size), length: 0 } : undefined
  }

  #endBlock(): void {
    if (this.#block !== undefined) {
      this.#parts.push(this.#block.bytes.subarray(0, this.#block.length))
      this.#block = undefined
    }
  }

  #take(bytes: number): boolean {
    const isTaken = this.#budget.take(bytes)
    this.#taken += isTaken ? bytes : 0
    return isTaken
  }
}
