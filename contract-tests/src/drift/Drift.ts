/**
 * Compares two published documents by witnesses.
 *
 * **Details**
 *
 * A witness is a value that shows a change: only one of the documents allows it, or it has an added field or lacks a
 * removed one. If the present client was generated from the old document, the client's own code judges the witness.
 * Otherwise, a model of a client of the old document judges it. In responses, the model allows unknown fields, unknown
 * members of enums, and everything that `fixtures/spec/overlay.json` allows.
 *
 * @module
 */
import { basename } from "node:path"
import { equals, isObject, type Json, type JsonObject } from "../judge/JsonSchema.ts"
import { nameOf, type Document } from "../reference/Document.ts"
import * as FeedDocument from "../reference/FeedDocument.ts"
import type { PropertyInfo } from "../properties/Property.ts"
import { document as presentRest } from "../properties/Subject.ts"
import * as Channels from "./Channels.ts"
import { comparable, type Loaded, type LoadedFeed, type LoadedRest } from "./Documents.ts"
import type { Compared, Drift, Finding } from "./Finding.ts"
import { adviceFor } from "./internal/advice.ts"
import type { Judged } from "./internal/judging.ts"
import { neverNullIn } from "./internal/schemas.ts"
import * as Operations from "./Operations.ts"

/** The property that `kalshi-contract drift` checks. */
export const P13: PropertyInfo = {
  id: "P13",
  statement:
    "A client of an older document decodes every response of a newer one without loss, and the newer document allows the client's requests.",
  method:
    "`kalshi-contract drift OLD NEW` walks the schemas of both documents in parallel. For each difference it creates a minimal value, and checks with ajv that only one of the documents allows the value, or that the value has the added field. If the present client was generated from the old document, the client's own code judges the value. Otherwise, a model of a client of the old document judges it. A removed field breaks its readers even if it was optional."
}

export class DifferentKinds extends Error {
  override readonly name = "DifferentKinds"
}

const lazy = <A>(make: () => A): (() => A) => {
  let cached: { readonly value: A } | undefined
  return () => (cached ??= { value: make() }).value
}

const presentFeed = /*#__PURE__*/ lazy(() => FeedDocument.load())

const comparedOf = (file: string, { source }: Document): Compared => ({
  file,
  name: source.published === undefined ? `${source.version} (${basename(file)})` : nameOf(source),
  version: source.version,
  sha256: source.sha256
})

/** Maps each address in `servers` to its key. */
const serversOf = (document: JsonObject): ReadonlyMap<string, string> => {
  const servers = document["servers"] ?? []
  const entries: ReadonlyArray<readonly [string, Json]> = isObject(servers)
    ? Object.entries(servers)
    : Object.entries(servers as ReadonlyArray<Json>) // The importer accepts only a list or an object.
  return new Map(
    entries.flatMap(([key, server]) =>
      isObject(server)
        ? [
            [
              String(
                server["url"] ??
                  `${String(server["protocol"])}://${String(server["host"])}${String(server["pathname"] ?? "")}`
              ),
              key
            ] as const
          ]
        : []
    )
  )
}

const compareServers = (old: Document, now: Document): ReadonlyArray<Finding> => {
  const [before, after] = [serversOf(old.document), serversOf(now.document)]
  const finding = (address: string, key: string, isNew: boolean): Finding => ({
    kind: isNew ? "server-added" : "server-removed",
    class: isNew ? "additive" : "breaking",
    part: "document",
    subject: "servers",
    others: [],
    location: "",
    pointer: `/servers/${key}`,
    change: `the address ${address} was ${isNew ? "added" : "removed"}`,
    witness: { pointer: "", value: address },
    verdict: isNew ? "unaffected" : "sends a request that is refused",
    savedBy: undefined,
    advice: adviceFor(
      isNew ? "server-added" : "server-removed",
      isNew ? "unaffected" : "sends a request that is refused",
      "document"
    )
  })
  return [
    ...[...before].filter(([address]) => !after.has(address)).map(([address, key]) => finding(address, key, false)),
    ...[...after].filter(([address]) => !before.has(address)).map(([address, key]) => finding(address, key, true))
  ]
}

/** Leaves out `info`, which contains the version and the source. */
const contentOf = ({ document }: Document): JsonObject => {
  const { info: _, ...rest } = document
  return rest
}

const order = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> => {
  const rank = (finding: Finding): string =>
    [finding.class === "breaking" ? 0 : 1, finding.part, finding.subject, finding.pointer, finding.change].join("\n")
  return [...findings].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
}

/** An overlay entry whose target does not exist is left out, because it cannot cause a finding. */
const overlayNotes = (old: Loaded, now: Loaded): ReadonlyArray<string> => {
  const isRefined = ({ facts }: Loaded): boolean => facts.source.overlay !== undefined
  if (!isRefined(old) && !isRefined(now)) return []
  return [old, now].flatMap(({ file, unapplied }) =>
    unapplied
      .filter((reason) => !/does not exist|has no parent object|applies \d+ times|applies nowhere/.test(reason))
      .map(
        (reason) =>
          `an overlay entry does not apply to ${file}, so the overlay can be the cause of a finding at this place: ${reason}`
      )
  )
}

const compareKind = (old: Loaded, now: Loaded): Judged => {
  if (old.kind === "rest" && now.kind === "rest") {
    const [before, after] = comparable<LoadedRest>(old, now)
    const present = presentRest()
    const isPresent = before.source.sha256 === present.source.sha256
    return Operations.compare({
      old: before,
      new: after,
      client: isPresent ? present : old.refined,
      isPresent,
      neverNull: neverNullIn(present.schemas)
    })
  }
  if (old.kind === "feed" && now.kind === "feed") {
    const [before, after] = comparable<LoadedFeed>(old, now)
    const present = presentFeed()
    const isPresent = before.source.sha256 === present.source.sha256
    return Channels.compare({
      old: before,
      new: after,
      client: isPresent ? present : old.refined,
      isPresent,
      neverNull: neverNullIn(present.schemas)
    })
  }
  throw new DifferentKinds(
    `${old.file} and ${now.file} are documents of different interfaces, REST and WebSocket; compare two documents of one interface`
  )
}

/**
 * Compares two documents.
 *
 * @throws `DifferentKinds` for a REST and a WebSocket document.
 */
export const compare = (old: Loaded, now: Loaded): Drift => {
  const [before, after]: readonly [Document, Document] = comparable<Loaded>(old, now)
  const isSame = old.kind === now.kind && equals(contentOf(before), contentOf(after))
  const judged: Judged = isSame ? { findings: [], undecided: [] } : compareKind(old, now)
  const findings = order([...compareServers(before, after), ...judged.findings])
  const compared = { old: comparedOf(old.file, old.facts), new: comparedOf(now.file, now.facts) }
  const present = old.kind === "rest" ? presentRest() : presentFeed()
  const isUnchanged = findings.length === 0 && judged.undecided.length === 0
  return {
    kind: old.kind,
    ...compared,
    isSilent: compared.old.version === compared.new.version && findings.length > 0,
    client: before.source.sha256 === present.source.sha256 ? "present client" : "model",
    findings,
    undecided: judged.undecided,
    notes: [
      ...(isUnchanged && compared.old.sha256 !== compared.new.sha256
        ? [
            "the documents allow the same values: they differ only in details such as prose, examples, the sequence of keys, or unused parts"
          ]
        : []),
      ...overlayNotes(old, now)
    ]
  }
}
