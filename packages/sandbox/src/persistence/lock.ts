/**
 * The lock of a state file: a file that names the process that uses the state file. The lock of a process that no
 * longer runs is ignored. On Linux, the start time of the process shows whether another process has the same id now.
 *
 * @module
 */
import { randomUUID } from "node:crypto"
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { hasCode } from "./disk.ts"

interface Owner {
  readonly host: string
  readonly pid: number
  /** The start time of the process. Empty if the system does not report it. */
  readonly started: string
  readonly id: string
}

/** Returns a function that unlocks the path, or why it cannot be locked. */
export const lock = (path: string): (() => void) | string => {
  const file = `${path}.lock`
  const own: Owner = { host: hostname(), pid: process.pid, started: startOf(process.pid), id: randomUUID() }
  const text = JSON.stringify(own)
  const temporary = `${file}.${own.id}`
  // A link creates the lock together with its content.
  writeFileSync(temporary, text, { mode: 0o600 })
  try {
    // Tries only twice, so that a race with other processes ends.
    for (const isLast of [false, true]) {
      if (link(temporary, file)) {
        return () => {
          if (read(file) === text) {
            rmSync(file, { force: true })
          }
        }
      }
      const found = read(file)
      const owner = ownerOf(found)
      if (owner !== undefined && (isLast || isRunning(owner))) {
        return `the state file ${path} is in use by process ${owner.pid} on ${owner.host}. Stop that process, or name another file. If that process no longer runs, remove ${file}`
      }
      removeStale(file, found, `${temporary}.stale`)
    }
    return `the state file ${path} is in use by another process that started just now. Name another file`
  } finally {
    rmSync(temporary, { force: true })
  }
}

const link = (from: string, to: string): boolean => {
  try {
    linkSync(from, to)
    return true
  } catch (cause) {
    if (hasCode(cause, "EEXIST")) {
      return false
    }
    throw cause
  }
}

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

/** Reads the process from a lock. Undefined if the lock is incomplete, which only a power failure leaves behind. */
const ownerOf = (text = ""): Owner | undefined => {
  try {
    const owner = JSON.parse(text) as Partial<Owner> // the fields are checked below
    const { host, id, pid, started } = owner
    return typeof host === "string" && typeof pid === "number" && typeof started === "string" && typeof id === "string"
      ? { host, id, pid, started }
      : undefined
  } catch {
    return undefined
  }
}

/** Whether the owner may still run. True for every process on another machine. */
const isRunning = ({ host, pid, started }: Owner): boolean => {
  if (host !== hostname()) {
    return true
  }
  try {
    process.kill(pid, 0)
  } catch (cause) {
    return !hasCode(cause, "ESRCH")
  }
  return startOf(pid) === started
}

/** The boot id and the start time on Linux; empty elsewhere. */
const startOf = (pid: number): string => {
  const boot = read("/proc/sys/kernel/random/boot_id")?.trim()
  const stat = read(`/proc/${pid}/stat`)
  // The name of the process, in parentheses, may contain spaces. The start time is the 20th field after it.
  const started = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19]
  return boot === undefined || started === undefined ? "" : `${boot} ${started}`
}

/** Removes the stale lock. If another process has replaced it meanwhile, puts that new lock back. */
const removeStale = (file: string, stale: string | undefined, aside: string): void => {
  try {
    renameSync(file, aside)
  } catch {
    return // another process was faster
  }
  if (read(aside) !== stale) {
    link(aside, file)
  }
  rmSync(aside, { force: true })
}
