/**
 * Saved counterexamples: kept in files, one for each property, and run first by every run.
 *
 * **Details**
 *
 * A line is JSON: the token that replays the failure, and the shrunk instance for the reader. Neither holds a date.
 * After a change of a property's generator, a token may lead to another instance. The line is then obsolete and can be
 * removed.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { isObject, type Json } from "../judge/JsonSchema.ts"
import * as Replay from "./Replay.ts"
import * as Report from "./Report.ts"

/** The project's own folder. */
export const folder: string = fileURLToPath(new URL("../../../fixtures/counterexamples/", import.meta.url))

/** The file does not have the format of this module; says where, and why. */
export class Unreadable extends Error {
  override readonly name = "Unreadable"
}

interface Kept {
  readonly token: string
  readonly instance: string
}

const linesOf = (file: string): ReadonlyArray<string> =>
  fs.existsSync(file)
    ? fs
        .readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : []

const read = (file: string): ReadonlyArray<Replay.Replay> =>
  linesOf(file).map((line, index) => {
    try {
      const json = JSON.parse(line) as Json // JSON.parse returns JSON
      const token = isObject(json) ? json["token"] : undefined
      return Replay.parse(String(token))
    } catch (error) {
      throw new Unreadable(`${file}:${index + 1} holds no counterexample: ${String(error)}`)
    }
  })

/**
 * Reads every counterexample of a folder.
 *
 * @throws `Unreadable` for an invalid line.
 */
export const load = (from: string): ReadonlyArray<Replay.Replay> =>
  fs.existsSync(from)
    ? fs
        .readdirSync(from)
        .filter((name) => name.endsWith(".jsonl"))
        .sort()
        .flatMap((name) => read(path.join(from, name)))
    : []

/** Adds the new failures of a run and returns their number. Failures on a live exchange are not saved. */
export const keep = (into: string, report: Report.Report): number => {
  let added = 0
  for (const { property, result } of Report.failures(report)) {
    if (Replay.parse(result.token).property !== property) continue
    const file = path.join(into, `${property}.jsonl`)
    const kept: Kept = { token: result.token, instance: result.instance }
    const line = JSON.stringify(kept)
    if (linesOf(file).some((other) => (JSON.parse(other) as Kept).token === kept.token)) continue
    fs.mkdirSync(into, { recursive: true })
    fs.appendFileSync(file, `${line}\n`)
    added++
  }
  return added
}
