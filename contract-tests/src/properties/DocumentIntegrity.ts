/**
 * P0: checks the reference documents on which the other properties rely.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Integrity from "../reference/Integrity.ts"
import { failed, type Outcome, type TargetProperty, type Settings } from "./Property.ts"

const id = "P0"

const documents = [
  "rest.json",
  "feed.json",
  "history/feed-2.0.0-2026-08-22.json",
  "history/rest-3.13.0.json",
  "history/rest-3.28.0-2026-08-22.json"
]

const checks: Readonly<Record<string, (read: Integrity.Read) => Integrity.Checked>> = {
  ...Object.fromEntries(documents.map((name) => [name, (read: Integrity.Read) => Integrity.document(name, read)])),
  "overlay.json": Integrity.overlay,
  "nullable-by-intent.rest.json": (read) => Integrity.nullableByIntent("rest", read),
  "nullable-by-intent.feed.json": (read) => Integrity.nullableByIntent("feed", read)
}

export const checkFile = (target: string, { seed }: Settings, read: Integrity.Read = Integrity.read): Outcome => {
  const check = checks[target]
  if (check === undefined) return { _tag: "Skipped", reason: "not a reference file" }
  const { findings, reached } = check(read)
  const [finding] = findings
  const runs = Object.values(reached).reduce((sum, count) => sum + count, 0)
  return finding === undefined
    ? { _tag: "Passed", runs, reached }
    : failed(id, target, seed, { runs, reason: finding, counterexample: findings.join("\n") })
}

export const P0: TargetProperty = {
  id,
  statement:
    "The reference documents are in normal form, use only known keywords and state their source. Every overlay entry (a correction by this project) applies and has a reason. The intentionally nullable fields match the pinned list.",
  targets: Object.keys(checks),
  runOn: (target, settings) => Effect.sync(() => checkFile(target, settings))
}
