/**
 * What a run has sent that changes something, in a file that is on the disk before it is sent: a run that is killed
 * leaves behind what another process needs to clean up after it.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { isObject, memberOf, type Json, type JsonObject } from "../../judge/JsonSchema.ts"

/** One line. */
export type Entry =
  /** The run began; the order groups that were there before it are not its own. */
  | {
      readonly kind: "run"
      readonly runId: string
      readonly environment: string
      /** The limit by which its groups are known, should the answer that told an id be lost. */
      readonly limit: string
      readonly groupsBefore: ReadonlyArray<string>
    }
  /** A request that is about to leave. Nothing that signs it is here. */
  | { readonly kind: "sending"; readonly method: string; readonly path: string; readonly body: string | undefined }
  /** Something of the run's own, as the exchange named it. */
  | { readonly kind: "order" | "group"; readonly id: string }
  /** The run was cleaned up after; what could not be is in `left`. */
  | { readonly kind: "swept"; readonly left: ReadonlyArray<string> }

/** An open journal. */
export interface Journal {
  readonly file: string
  /** Returns when the line is on the disk. */
  readonly append: (entry: Entry) => void
  readonly close: () => void
}

/** Ids that are safe in a file's name and in an order's. */
export const isRunId = (text: string): boolean => /^[a-z0-9]{6,24}$/.test(text)

const fileOf = (folder: string, runId: string): string => path.join(folder, `ct-${runId}.jsonl`)

const sync = (folder: string): void => {
  const descriptor = fs.openSync(folder, "r")
  fs.fsyncSync(descriptor)
  fs.closeSync(descriptor)
}

/** Opens the journal of a run, new or old. */
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

/** What a journal says of its run. */
export interface Read {
  readonly run: Extract<Entry, { readonly kind: "run" }>
  /** Ids of its orders and its groups, as far as answers told them. */
  readonly orders: ReadonlyArray<string>
  readonly groups: ReadonlyArray<string>
}

const parsed = (line: string): JsonObject | undefined => {
  try {
    const json = JSON.parse(line) as Json // what JSON.parse answers is JSON
    return isObject(json) ? json : undefined
  } catch {
    // The last line of a run that was killed while it wrote: what it announced was not sent.
    return undefined
  }
}

/** Reads the journal of a run; undefined where there is none. */
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
  // This file alone writes such lines.
  return { run: first as unknown as Read["run"], orders: idsOf("order"), groups: idsOf("group") }
}
