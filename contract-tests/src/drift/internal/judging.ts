/**
 * Judges differences by their witnesses. A witness is a value that shows a difference. The judgment states which
 * document allows the witness, and what a client of the old document does with it.
 *
 * @module
 */
import { equals, isArray, isObject, pointerTo, valueAt, type Json, type JsonSchema } from "../../judge/JsonSchema.ts"
import type { Verdict as JudgeVerdict } from "../../judge/Judge.ts"
import type { Finding, Habit, Kind, Part, Verdict, Witness } from "../Finding.ts"
import { adviceFor } from "./advice.ts"
import type { Difference } from "./difference.ts"

export type JudgeOf = (value: Json) => JudgeVerdict

export type ClientOf = (
  value: Json
) =>
  | { readonly ok: true; /** What the client returns to its caller, if known. */ readonly kept?: Json }
  | { readonly ok: false; readonly pointers: ReadonlyArray<string> }

/**
 * Whether the new document allows the request that a client sends for an input. `place` is the changed place in the
 * input. Undefined if the request cannot be judged.
 */
export type Sent = (input: Json, place: string) => "not sent" | "refused" | "valid" | undefined

/** A pair of schemas whose differences are judged. */
export interface Root {
  readonly part: Part
  readonly subject: string
  readonly old: JudgeOf
  readonly new: JudgeOf
  /** Judges the body of a response, or the input of a request. */
  readonly client: ClientOf
  /** Undefined for responses and messages, and if only a model of a client judges. */
  readonly sent: Sent | undefined
  /** Whether a variant of the schema declares the member at `location`. */
  readonly isDeclared: (location: string, side: "new" | "old") => boolean
  readonly pointerOf: (schema: JsonSchema | undefined, side: "new" | "old") => string | undefined
}

/** The judged differences. `undecided` has the changes that a person must decide about. */
export interface Judged {
  readonly findings: ReadonlyArray<Finding>
  readonly undecided: ReadonlyArray<string>
}

/** These kinds have no witness, because both documents allow the same values. */
const hasNoWitness = (kind: Kind): boolean =>
  kind === "deprecated" || kind === "undeprecated" || kind === "default-changed"

/** For these kinds, the old document can allow the witness too, because it allows unknown members. */
const isPresence = (kind: Kind): boolean => kind === "field-added" || kind === "variant-added"

const isSent = (part: Part): boolean => part === "request" || part === "command"

const concerns = (reported: string, place: string): boolean =>
  reported === place || reported.startsWith(`${place}/`) || place.startsWith(`${reported}/`)

const refusesAt = (result: ReturnType<ClientOf>, place: string): boolean =>
  !result.ok && (result.pointers.length === 0 || result.pointers.some((pointer) => concerns(pointer, place)))

/** Whether the client returns a different value at `pointer`. An empty list instead of null does not count. */
const isChanged = (result: ReturnType<ClientOf>, witness: Json, pointer: string): boolean => {
  if (!result.ok || result.kept === undefined) return false
  const [sent, kept] = [valueAt(witness, pointer), valueAt(result.kept, pointer)]
  return sent !== undefined && !equals(sent, kept) && !(sent === null && isArray(kept) && kept.length === 0)
}

/** Creates a judge on its first use, because most schemas have no difference. */
export const lazily = (create: () => JudgeOf): JudgeOf => {
  let judge: JudgeOf | undefined
  return (value) => (judge ??= create())(value)
}

/** A model of the client. `judge` uses the schema from which the client was generated. */
export const modelOf =
  (judge: JudgeOf): ClientOf =>
  (value) =>
    asClient(judge(value))

const asClient = (verdict: JudgeVerdict): ReturnType<ClientOf> =>
  verdict.valid ? { ok: true } : { ok: false, pointers: verdict.pointers }

/** Returns the target of a reference, which can be nullable. */
const target = (schema: JsonSchema | undefined): string | undefined => {
  if (schema === undefined || typeof schema === "boolean") return undefined
  if (schema.$ref !== undefined) return schema.$ref.slice(1)
  const branches = (schema.anyOf ?? []).filter((branch) => typeof branch === "boolean" || branch.type !== "null")
  return branches.length === 1 ? target(branches[0]) : undefined
}

const pointerFor = (root: Root, { isInside, schemas }: Difference): string => {
  const side = schemas.new === undefined ? "old" : "new"
  const schema = schemas[side]
  return (isInside ? target(schema) : undefined) ?? root.pointerOf(schema, side) ?? ""
}

const habitOf = (kind: Kind, part: Part): Habit | undefined => {
  if (part === "error response") return "lenient error bodies"
  switch (kind) {
    case "field-added":
    case "object-opened":
    case "variant-added":
      return "unknown fields"
    case "enum-member-added":
    case "enum-opened":
      return "open enums"
    case "nullable":
      return "nulls by overlay"
    case "field-became-optional":
    case "field-removed":
      return "optional by overlay"
    default:
      return "other overlay entries"
  }
}

const finding = (
  root: Root,
  difference: Difference,
  result: { readonly verdict: Verdict; readonly witness: Json | undefined; readonly savedBy?: Habit | undefined }
): Finding => {
  const { savedBy, verdict, witness } = result
  const shown: Witness | undefined = witness === undefined ? undefined : { pointer: difference.pointer, value: witness }
  return {
    kind: difference.kind,
    class: verdict === "unaffected" ? "additive" : "breaking",
    part: root.part,
    subject: root.subject,
    others: [],
    location: difference.location,
    pointer: pointerFor(root, difference),
    change: difference.detail,
    witness: shown,
    verdict,
    savedBy,
    advice: adviceFor(difference.kind, verdict, root.part)
  }
}

/** `same`: both documents allow the same values. `unproved`: no witness was found. */
type Outcome = Finding | "same" | "unproved"

const judgeReceived = (root: Root, difference: Difference): Outcome => {
  const { kind, pointer } = difference
  const isError = root.part === "error response"
  if (kind === "field-added" && root.isDeclared(difference.location, "old")) return "same"
  const grown = difference.grown?.()
  const isAllowed = grown !== undefined && root.new(grown).valid
  if (kind === "field-removed") {
    // Another variant of the new schema has the member.
    if (root.isDeclared(difference.location, "new")) return "same"
    const witness = isAllowed ? grown : undefined
    const isRefused = !isError && witness !== undefined && refusesAt(root.client(witness), pointer)
    const wasRequired = witness !== undefined && refusesAt(asClient(root.old(witness)), pointer)
    return finding(root, difference, {
      verdict: isRefused ? "refuses" : "loses information",
      witness,
      savedBy: isRefused || !wasRequired ? undefined : habitOf(kind, root.part)
    })
  }
  if (isAllowed && (isPresence(kind) || refusesAt(asClient(root.old(grown)), pointer))) {
    const result = root.client(grown)
    const isRefused = !isError && refusesAt(result, pointer)
    const isLost = !isPresence(kind) && isChanged(result, grown, pointer)
    return finding(root, difference, {
      verdict: isRefused ? "refuses" : isLost ? "loses information" : "unaffected",
      witness: grown,
      savedBy: isRefused || isLost ? undefined : habitOf(kind, root.part)
    })
  }
  const shrunk = difference.shrunk?.()
  if (shrunk === undefined || !root.old(shrunk).valid) return isAllowed ? "same" : "unproved"
  return refusesAt(asClient(root.new(shrunk)), pointer)
    ? finding(root, difference, { verdict: "unaffected", witness: shrunk })
    : "same"
}

const judgeSent = (root: Root, difference: Difference): Outcome => {
  const { pointer } = difference
  const shrunk = difference.shrunk?.()
  if (shrunk !== undefined && refusesAt(asClient(root.new(shrunk)), pointer)) {
    const sends = root.client(shrunk).ok
    const own = sends ? root.sent?.(shrunk, pointer) : "not sent"
    const isRefused = own === undefined ? sends : own === "refused"
    return finding(root, difference, {
      verdict: isRefused ? "sends a request that is refused" : "unaffected",
      witness: shrunk
    })
  }
  const grown = difference.grown?.()
  if (grown === undefined || !root.new(grown).valid) return shrunk === undefined ? "unproved" : "same"
  return refusesAt(asClient(root.old(grown)), pointer)
    ? finding(root, difference, { verdict: "unaffected", witness: grown })
    : "same"
}

const judge = (root: Root, difference: Difference): Outcome =>
  hasNoWitness(difference.kind)
    ? finding(root, difference, { verdict: "unaffected", witness: undefined })
    : isSent(root.part)
      ? judgeSent(root, difference)
      : judgeReceived(root, difference)

/** Collects findings. A change of a shared schema is one finding for all operations that it affects alike. */
export interface Collector {
  readonly add: (finding: Finding) => void
  /** Records a change that a person must decide about. */
  readonly leave: (undecided: string) => void
  readonly judge: (root: Root, difference: Difference) => void
  readonly result: () => Judged
}

/** Equal changes of these kinds are one finding, even if their pointers differ. */
const isAnywhere = (kind: Kind): boolean => /^(?:status|security|response-body)-/.test(kind)

/** Identifies a change: findings with the same key are the same change, even if the client reacts differently. */
const changeKeyOf = ({ change, kind, part, pointer }: Finding): string =>
  [part, kind, change, isAnywhere(kind) ? "" : pointer].join("\n")

const keyOf = (finding: Finding): string => [changeKeyOf(finding), finding.verdict, finding.savedBy ?? ""].join("\n")

export const undecidedText = (subject: string, part: Part, location: string, detail: string): string =>
  `${subject} ${part} ${location}: ${detail}, but no value that shows the change was found`

export const collector = (): Collector => {
  const found = new Map<string, { readonly finding: Finding; readonly subjects: Set<string> }>()
  const proved = new Set<string>()
  const unproved = new Map<string, string>()
  const left = new Set<string>()
  const add = (next: Finding): void => {
    const key = keyOf(next)
    const known = found.get(key)
    if (known === undefined) found.set(key, { finding: next, subjects: new Set([next.subject]) })
    else known.subjects.add(next.subject)
  }
  return {
    add,
    leave: (undecided) => void left.add(undecided),
    judge: (root, difference) => {
      const judged = judge(root, difference)
      if (judged === "same") return
      if (judged !== "unproved") {
        proved.add(changeKeyOf(judged))
        return add(judged)
      }
      unproved.set(
        changeKeyOf(finding(root, difference, { verdict: "unaffected", witness: undefined })),
        undecidedText(root.subject, root.part, difference.location, difference.detail)
      )
    },
    result: () => ({
      findings: [...found.values()].map(({ finding, subjects }) => ({ ...finding, others: [...subjects].slice(1) })),
      // If one operation proves the change of a shared schema, the change is decided for the other operations too.
      undecided: [...left, ...[...unproved].flatMap(([key, text]) => (proved.has(key) ? [] : [text]))]
    })
  }
}

export const pointersOf = (document: Json): ((schema: JsonSchema | undefined) => string | undefined) => {
  const pointers = new Map<unknown, string>()
  const visit = (value: Json, pointer: string): void => {
    if (typeof value !== "object" || value === null) return
    pointers.set(value, pointer)
    if (isObject(value)) for (const [key, member] of Object.entries(value)) visit(member, pointerTo(pointer, key))
    else value.forEach((item, index) => visit(item, pointerTo(pointer, index)))
  }
  visit(document, "")
  return (schema) => pointers.get(schema)
}
