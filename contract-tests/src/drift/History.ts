/**
 * Sorts the documents of a folder, and counts how the changes of each document affect a client of the previous
 * document.
 *
 * @module
 */
import type { Loaded } from "./Documents.ts"
import { habits, totals, type Drift, type Finding, type Habit } from "./Finding.ts"

/** Whether the file is a published document. A reconstructed document was never published. */
export const isDocument = (file: string): boolean => /\.ya?ml$/.test(file) && !file.includes("reconstructed")

/** Pads the numbers of a version, so that versions can be sorted as texts. */
const versionKey = (version: string): string => version.replaceAll(/\d+/g, (digits) => digits.padStart(6, "0"))

/** The date as a text to sort by. A month without a day sorts after its days. A missing date sorts last. */
const dateKey = ({ facts, file }: Loaded): string =>
  facts.source.published ?? /(\d{4}-\d{2})(?!\d)[^/\\]*$/.exec(file)?.[1]?.concat("-~") ?? "~"

export const ordered = (documents: ReadonlyArray<Loaded>): ReadonlyArray<Loaded> => {
  const keyOf = (document: Loaded): string =>
    [
      document.kind === "rest" ? 0 : 1,
      versionKey(document.facts.source.version),
      dateKey(document),
      document.file
    ].join("\n")
  return [...documents].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

export const steps = (documents: ReadonlyArray<Loaded>): ReadonlyArray<readonly [old: Loaded, now: Loaded]> => {
  const sorted = ordered(documents)
  return sorted.flatMap((now, index) => {
    const old = sorted[index - 1]
    return old === undefined || old.kind !== now.kind ? [] : [[old, now] as const]
  })
}

/** Numbers of findings by their effect on a client of the old document. */
export interface Survival {
  readonly savedBy: Readonly<Record<Habit, number>>
  readonly refuses: number
  readonly loses: number
  /** Findings where the client sends a request that the new document refuses. */
  readonly sends: number
}

export const survivalOf = ({ findings }: Drift): Survival => {
  const count = (is: (finding: Finding) => boolean): number => findings.filter(is).length
  return {
    // The type of Object.fromEntries does not contain the keys.
    savedBy: Object.fromEntries(
      habits.map((habit) => [habit, count(({ savedBy }) => savedBy === habit)])
    ) as Survival["savedBy"],
    refuses: count(({ verdict }) => verdict === "refuses"),
    loses: count(({ verdict }) => verdict === "loses information"),
    sends: count(({ verdict }) => verdict === "sends a request that is refused")
  }
}

export const titleOf = (drift: Drift): string =>
  `${drift.kind === "rest" ? "REST" : "feed"} ${drift.old.name} → ${drift.new.name}`

export const silence = (drift: Drift): string | undefined =>
  drift.isSilent ? `the content changed, but the version is still ${drift.new.version}` : undefined

export const summaryOf = (drift: Drift): string => {
  const { additive, breaking } = totals(drift)
  const { loses, refuses, savedBy, sends } = survivalOf(drift)
  const parts = [
    ...(refuses > 0 ? [`refuses ${refuses}`] : []),
    ...(loses > 0 ? [`loses ${loses}`] : []),
    ...(sends > 0 ? [`sends ${sends} refused`] : []),
    ...habits.filter((habit) => savedBy[habit] > 0).map((habit) => `${habit} saved ${savedBy[habit]}`)
  ]
  const silent = silence(drift)
  return [
    `${titleOf(drift)}: ${breaking} breaking, ${additive} additive`,
    ...(drift.undecided.length === 0 ? [] : [`${drift.undecided.length} undecided`]),
    ...(silent === undefined ? [] : [silent]),
    ...(parts.length === 0 ? [] : [`client: ${parts.join(", ")}`])
  ].join("; ")
}

/** `place` lists up to three places. If there are more, it states the changed member and the number of places. */
export interface Row {
  readonly place: string
  readonly change: string
  readonly outcome: string
}

const isReceived = ({ kind, part }: Finding): boolean =>
  ["response", "error response", "message", "feed"].includes(part) && kind !== "deprecated" && kind !== "undeprecated"

const lastToken = (pointer: string): string => pointer.slice(pointer.lastIndexOf("/") + 1)

const shortPlace = ({ pointer, subject }: Finding): string => {
  const component = /^\/components\/schemas\/(.+)$/.exec(pointer)
  const path = component?.[1]?.replaceAll(/\/(?:properties|items)(?=\/)/g, "").replaceAll("/", ".")
  return path ?? (pointer.startsWith("/paths/") ? `${subject} ${lastToken(pointer)}` : subject)
}

/**
 * The changes that a client receives, without deprecations. Equal changes of members with the same name are one row.
 */
export const survivalRows = ({ findings }: Drift): ReadonlyArray<Row> => {
  const groups = new Map<string, ReadonlyArray<Finding>>()
  for (const finding of findings.filter(isReceived)) {
    const { change, pointer, savedBy, verdict } = finding
    const isMember = pointer.includes("/properties/")
    const key = [isMember ? lastToken(pointer) : shortPlace(finding), change, verdict, savedBy].join("\n")
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const outcome = first.verdict === "unaffected" ? (first.savedBy ?? "unaffected") : first.verdict
    const places =
      group.length > 3
        ? `${lastToken(first.pointer)} in ${group.length} places`
        : [...new Set(group.map(shortPlace))].join(", ")
    return [{ place: places, change: first.change, outcome }]
  })
}
