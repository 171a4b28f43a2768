/**
 * Records a run's writes on disk before each write is sent. If a run is killed, another process can use its journal to
 * clean up.
 *
 * @module
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { isObject, memberOf, type Json, type JsonObject } from "../../judge/JsonSchema.ts"

export type Entry =
  /** The start of the run. The order groups in `groupsBefore` already existed, so they do not belong to the run. */
  | {
      readonly kind: "run"
      readonly runId: string
      readonly environment: string
      /** The limit of the run's groups. It identifies a group if the response with the id is lost. */
      readonly limit: string
      readonly groupsBefore: ReadonlyArray<string>
    }
  /** A request that is about to be sent, without signing headers. */
  | { readonly kind: "sending"; readonly method: string; readonly path: string; readonly body: string | undefined }
  /** The run created an order or a group. The exchange assigned the id. */
  | { readonly kind: "order" | "group"; readonly id: string }
  /** The cleanup has ended. `left` lists the entities that could not be removed. */
  | { readonly kind: "swept"; readonly left: ReadonlyArray<string> }

export interface Journal {
  readonly file: string
  /** Writes an entry. Returns after the line is on disk. */
  readonly append: (entry: Entry) => void
  readonly close: () => void
}

/** Whether a text is the id of a run. Run ids are safe in file names and in order ids. */
export const isRunId = (text: string): boolean => /^[a-z0-9]{6,24}$/.test(text)

const fileOf = (folder: string, runId: string): string => path.join(folder, `ct-${runId}.jsonl`)

const sync = (folder: string): void => {
  const descriptor = fs.openSync(folder, "r")
  fs.fsyncSync(descriptor)
  fs.closeSync(descriptor)
}

/** Opens the journal of a new or an existing run. */
export const open = (folder: string, runId: string): Journal => {
  fs.mkdirSync(folder, { recursive: true })
  const file = fileOf(folder, runId)
  const descriptor = fs.openSync(file, "a", 0o600)
  sync(folder)
  return {
    file,
    append: (entry) => {
      fs.writeSync(descriptor, `${JSON.stringify(entry)}\n`)
      fs.fsyncSync(descriptor)
    },
    close: () => fs.closeSync(descriptor)
  }
}

export interface Read {
  readonly run: Extract<Entry, { readonly kind: "run" }>
  /** The ids of the orders, as far as a response contained them. */
  readonly orders: ReadonlyArray<string>
  readonly groups: ReadonlyArray<string>
}

const parsed = (line: string): JsonObject | undefined => {
  try {
    const json = JSON.parse(line) as Json // JSON.parse returns JSON.
    return isObject(json) ? json : undefined
  } catch {
    // The line is empty, or the run was killed while it wrote the line. If the line is a request, the request was not
    // sent.
    return undefined
  }
}

/** Reads a journal. Returns undefined if it does not exist or does not contain the start of the run. */
export const read = (folder: string, runId: string): Read | undefined => {
  const file = fileOf(folder, runId)
  if (!fs.existsSync(file)) return undefined
  const entries: ReadonlyArray<JsonObject> = fs
    .readFileSync(file, "utf8")
    .split("\n")
    .map(parsed)
    .filter((entry) => entry !== undefined)
  const first = entries.find((entry) => entry["kind"] === "run")
  if (first === undefined) return undefined
  const idsOf = (kind: string): ReadonlyArray<string> =>
    entries.flatMap((entry) => {
      const id = memberOf(entry, "id")
      return entry["kind"] === kind && typeof id === "string" ? [id] : []
    })
  // Only this module writes such lines.
  return { run: first as unknown as Read["run"], orders: idsOf("order"), groups: idsOf("group") }
}
