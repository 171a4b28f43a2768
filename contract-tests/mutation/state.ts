/**
 * Shares state between the processes of a mutation run: one small file for each fact, in a folder of the run.
 *
 * @module
 */
import { randomUUID } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export interface Reached {
  readonly testFile: string
  /**
   * The mutants that are reached while modules load. Test files share loaded modules, so any test file can detect these
   * mutants.
   */
  readonly loading: ReadonlyArray<string>
  /** The number of tests that reach a mutant, by its id. */
  readonly tests: Readonly<Record<string, number>>
}

export interface Death {
  readonly test: string
  readonly reason: "failed" | "timed out"
}

const folders = ["killed", "reached", "assigned"] as const

export const make = (folder: string): void => {
  for (const name of folders) mkdirSync(join(folder, name), { recursive: true })
}

export const isKilled = (folder: string, id: string): boolean => existsSync(join(folder, "killed", id))

/** Records a killed mutant. If two processes kill a mutant at the same time, the last record stays. */
export const kill = (folder: string, id: string, death: Death): void => {
  const file = join(folder, randomUUID())
  writeFileSync(file, JSON.stringify(death))
  renameSync(file, join(folder, "killed", id))
}

export const revive = (folder: string, id: string): void => rmSync(join(folder, "killed", id), { force: true })

export const deaths = (folder: string): ReadonlyMap<string, Death> =>
  new Map(
    readdirSync(join(folder, "killed")).map((id) => [id, JSON.parse(readFileSync(join(folder, "killed", id), "utf8"))])
  )

export const writeReached = (folder: string, reached: Reached): void =>
  writeFileSync(join(folder, "reached", encodeURIComponent(reached.testFile)), JSON.stringify(reached))

export const readReached = (folder: string): ReadonlyArray<Reached> =>
  readdirSync(join(folder, "reached")).map((name) => JSON.parse(readFileSync(join(folder, "reached", name), "utf8")))

export const assign = (folder: string, testFile: string, ids: ReadonlyArray<string>): void =>
  writeFileSync(join(folder, "assigned", encodeURIComponent(testFile)), JSON.stringify(ids))

/** The mutants to test with a test file. Undefined before `assign` and after `finish`. */
export const assigned = (folder: string, testFile: string): ReadonlySet<string> | undefined => {
  const path = join(folder, "assigned", encodeURIComponent(testFile))
  return existsSync(path) ? new Set<string>(JSON.parse(readFileSync(path, "utf8"))) : undefined
}

export const finish = (folder: string, testFile: string): void =>
  rmSync(join(folder, "assigned", encodeURIComponent(testFile)), { force: true })

export const unfinished = (folder: string): ReadonlySet<string> =>
  new Set(readdirSync(join(folder, "assigned")).map(decodeURIComponent))
