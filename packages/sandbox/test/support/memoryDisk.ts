/**
 * A file system in memory. It can stop, as a killed process does, and can lose unsynced data, as in a power failure.
 */
import type { Disk, DiskFile } from "../../src/persistence/disk.ts"

interface Node {
  bytes: Buffer
  /** The length that would survive a power failure. */
  synced: number
}

export type DiskFault = "append" | "sync" | "create" | "rename" | "syncFolder"

export class MemoryDisk implements Disk {
  #nodes = new Map<string, Node>()
  /** The entries of the folder that would survive a power failure. */
  #durable = new Map<string, Node>()
  readonly operations: Array<string> = []
  /** The operation with this number and later operations do not complete. */
  stopAfter = Infinity
  /** Operations that fail as on a full disk. */
  readonly failing = new Set<DiskFault>()
  /** If set, every sync waits for it. */
  gate: Promise<void> | undefined

  get isStopped(): boolean {
    return this.operations.length >= this.stopAfter
  }

  /**
   * The disk after a restart. Without `kept`, the process was killed. With `kept`, the power failed, and `kept` returns
   * random numbers from 0 to 1 that set how much of the unsynced data survives.
   */
  restarted(kept?: () => number): MemoryDisk {
    const disk = new MemoryDisk()
    const entries = kept === undefined || kept() < 0.5 ? this.#nodes : this.#durable
    for (const [path, { bytes, synced }] of entries) {
      const length = kept === undefined ? bytes.length : synced + Math.floor(kept() * (bytes.length - synced + 1))
      const node = { bytes: Buffer.from(bytes.subarray(0, length)), synced: length }
      disk.#nodes.set(path, node)
      disk.#durable.set(path, node)
    }
    return disk
  }

  bytes(path: string): Buffer {
    return this.#node(path).bytes
  }

  set(path: string, bytes: Uint8Array): void {
    const node = { bytes: Buffer.from(bytes), synced: bytes.length }
    this.#nodes.set(path, node)
    this.#durable.set(path, node)
  }

  has(path: string): boolean {
    return this.#nodes.has(path)
  }

  read(path: string): Iterable<Uint8Array> | undefined {
    const node = this.#nodes.get(path)
    return node === undefined ? undefined : [node.bytes]
  }

  async create(path: string): Promise<DiskFile> {
    await this.#step("create")
    const node = { bytes: Buffer.alloc(0), synced: 0 }
    this.#nodes.set(path, node)
    return this.#fileOf(node)
  }

  async cut(path: string, length: number): Promise<DiskFile> {
    await this.#step("cut")
    const node = this.#node(path)
    node.bytes = Buffer.from(node.bytes.subarray(0, length))
    node.synced = Math.min(node.synced, length)
    return this.#fileOf(node)
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step("rename")
    const node = this.#node(from)
    this.#nodes.delete(from)
    this.#nodes.set(to, node)
  }

  async syncFolderOf(): Promise<void> {
    await this.#step("syncFolder")
    this.#durable = new Map(this.#nodes)
  }

  async remove(path: string): Promise<void> {
    await this.#step("remove")
    this.#nodes.delete(path)
  }

  #fileOf(node: Node): DiskFile {
    return {
      append: async (bytes) => {
        // A process can be killed in the middle of a write.
        const half = Buffer.from(bytes.subarray(0, bytes.length >> 1))
        node.bytes = Buffer.concat([node.bytes, half])
        await this.#step("append")
        node.bytes = Buffer.concat([node.bytes, bytes.subarray(half.length)])
      },
      sync: async () => {
        await this.#step("sync")
        await this.gate
        node.synced = node.bytes.length
      },
      close: async () => {}
    }
  }

  #node(path: string): Node {
    const node = this.#nodes.get(path)
    if (node === undefined) throw new Error(`ENOENT: ${path}`)
    return node
  }

  async #step(name: DiskFault | "cut" | "remove"): Promise<void> {
    this.operations.push(name)
    // An operation that reaches the limit has only a part of its effect, or none.
    await new Promise((resolve) => (this.isStopped ? undefined : setImmediate(resolve)))
    if (this.failing.has(name as DiskFault)) {
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })
    }
  }
}
