/**
 * Saves counterexamples to files, one file for each property. A later run of a cell (a property with its target) checks
 * the cell's counterexamples first.
 *
 * A line is JSON: the token that replays the failure, and the instance for the reader. After a change of a property's
 * generator, a token can give a different instance. The line is then obsolete and can be removed.
 *
 * @module
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { isObject, type Json } from "../judge/JsonSchema.ts"
import * as Replay from "./Replay.ts"
import * as Report from "./Report.ts"

export const folder: string = fileURLToPath(new URL("../../../fixtures/counterexamples/", import.meta.url))

export class Unreadable extends Error {
  override readonly name = "Unreadable"
}

interface SavedLine {
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
      const json = JSON.parse(line) as Json // The cast is safe: JSON.parse returns JSON.
      const token = isObject(json) ? json["token"] : undefined
      return Replay.parse(String(token))
    } catch (error) {
      throw new Unreadable(`${file}:${index + 1} is not a counterexample: ${String(error)}. Remove this line`)
    }
  })

/**
 * Reads the counterexamples of a folder.
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

/** Saves new failures, except those on a live exchange. Returns their number. */
export const keep = (into: string, report: Report.Report): number => {
  let added = 0
  for (const { property, result } of Report.failures(report)) {
    if (Replay.parse(result.token).property !== property) continue
    const file = path.join(into, `${property}.jsonl`)
    const saved: SavedLine = { token: result.token, instance: result.instance }
    const line = JSON.stringify(saved)
    if (linesOf(file).some((other) => (JSON.parse(other) as SavedLine).token === saved.token)) continue
    fs.mkdirSync(into, { recursive: true })
    fs.appendFileSync(file, `${line}\n`)
    added++
  }
  return added
}
