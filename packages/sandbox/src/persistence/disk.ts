/**
 * The file operations that the state file needs. They use `node:fs` instead of Effect's `FileSystem`: a layer with the
 * option `state` then needs no further service, and the journal calls them outside of any fiber.
 *
 * @module
 */
import { closeSync, openSync, readSync } from "node:fs"
import { type FileHandle, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"

/** An open file. Its content changes only at the end. */
export interface DiskFile {
  readonly append: (bytes: Uint8Array) => Promise<void>
  /** Resolves when the content would survive a power failure. */
  readonly sync: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface Disk {
  /** Reads the file in chunks. Undefined if there is no such file. */
  readonly read: (path: string) => Iterable<Uint8Array> | undefined
  /** Creates an empty file that only its owner can read, in the place of an existing file or link. */
  readonly create: (path: string) => Promise<DiskFile>
  /** Opens the file and truncates it to `length`. */
  readonly cut: (path: string, length: number) => Promise<DiskFile>
  readonly rename: (from: string, to: string) => Promise<void>
  /** Resolves when the entry of a path in its folder would survive a power failure. */
  readonly syncFolderOf: (path: string) => Promise<void>
  /** Does nothing if there is no such file. */
  readonly remove: (path: string) => Promise<void>
}

const chunkBytes = 1024 * 1024

const ownerOnly = 0o600

const fileOf = (handle: FileHandle): DiskFile => ({
  append: (bytes) => handle.writeFile(bytes),
  sync: () => handle.datasync(),
  close: () => handle.close()
})

function* chunksOf(descriptor: number): Generator<Uint8Array> {
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes)
      const length = readSync(descriptor, chunk)
      if (length === 0) {
        return
      }
      yield chunk.subarray(0, length)
    }
  } finally {
    closeSync(descriptor)
  }
}

export const hasCode = (cause: unknown, ...codes: ReadonlyArray<string>): boolean =>
  cause instanceof Error && "code" in cause && codes.includes(String(cause.code))

export const nodeDisk: Disk = {
  read: (path) => {
    try {
      return chunksOf(openSync(path, "r"))
    } catch (cause) {
      if (hasCode(cause, "ENOENT")) {
        return undefined
      }
      throw cause
    }
  },
  create: async (path) => {
    await rm(path, { force: true })
    // Creates only a new file: in a shared folder, another user can create a file or a link with this name.
    return fileOf(await open(path, "wx", ownerOnly))
  },
  cut: async (path, length) => {
    const handle = await open(path, "a")
    await handle.truncate(length)
    return fileOf(handle)
  },
  rename,
  syncFolderOf: async (path) => {
    if (process.platform === "win32") {
      return // Node cannot sync a folder on Windows
    }
    const handle = await open(dirname(path), "r")
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  remove: (path) => rm(path, { force: true })
}

/**
 * Writes the content under another name, and renames the file. So the path always has the whole old content or the
 * whole new content.
 */
export const replaceFile = async (disk: Disk, path: string, chunks: Iterable<Uint8Array>): Promise<DiskFile> => {
  const temporary = `${path}.tmp`
  const file = await disk.create(temporary)
  try {
    for (const chunk of chunks) {
      await file.append(chunk)
    }
    await file.sync()
    await disk.rename(temporary, path)
  } catch (cause) {
    await file.close().catch(() => {})
    await disk.remove(temporary).catch(() => {})
    throw cause
  }
  return file
}
