/**
 * Compares the operations of two REST documents. A witness is a value that shows a change (see `Drift.ts`).
 *
 * @module
 */
import { pointerKeys, type Json, type JsonSchema, type SchemaObject } from "../judge/JsonSchema.ts"
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import type { Finding, Habit, Kind, Part, Verdict } from "./Finding.ts"
import { adviceFor } from "./internal/advice.ts"
import {
  collector,
  lazily,
  modelOf,
  pointersOf,
  type ClientOf,
  type Collector,
  type Judged,
  type Root,
  undecidedText
} from "./internal/judging.ts"
import { declares, placeOf, toolsOf, type Tools } from "./internal/nodes.ts"
import * as PresentClient from "./internal/presentClient.ts"
import { closed, dereferenced, isList, opened, openedDocument } from "./internal/schemas.ts"
import * as Walk from "./internal/walk.ts"

type Document = ReferenceDocument.ReferenceDocument
type Operation = ReferenceDocument.Operation
type Response = ReferenceDocument.Response

/** `client` is the document from which the client is generated. */
export interface Documents {
  readonly old: Document
  readonly new: Document
  readonly client: Document
  /**
   * Whether `client` is the document of this project's present client. If so, the code of that client judges the
   * witnesses.
   */
  readonly isPresent: boolean
  /** The pointers of required lists for which the exchange never sends null. */
  readonly neverNull: ReadonlySet<string>
}

interface Context {
  readonly documents: Documents
  readonly tools: { readonly old: Tools; readonly new: Tools; readonly requests: Tools; readonly responses: Tools }
  readonly present: PresentClient.PresentRest | undefined
  readonly pointerOf: Root["pointerOf"]
  readonly collect: Collector
}

const about = (
  { id, pointer }: Operation,
  kind: Kind,
  change: string,
  details: {
    readonly verdict?: Verdict
    readonly witness?: Json
    readonly at?: string
    readonly part?: Part
    readonly savedBy?: Habit
  } = {}
): Finding => {
  const { at = pointer, part = "operation", savedBy, verdict = "unaffected", witness } = details
  return {
    kind,
    class: verdict === "unaffected" ? "additive" : "breaking",
    part,
    subject: id,
    others: [],
    location: "",
    pointer: at,
    change,
    witness: witness === undefined ? undefined : { pointer: "", value: witness },
    verdict,
    savedBy,
    advice: adviceFor(kind, verdict, part)
  }
}

const lineOf = ({ method, path }: Operation): string => `${method} ${path}`

/** Operations with equal skeletons have the same method and the same URLs. */
const skeleton = ({ method, path }: Operation): string => `${method} ${path.replaceAll(/\{[^}]*\}/g, "{}")}`

const pathNames = ({ path }: Operation): ReadonlyArray<string> =>
  [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = ""]) => name)

/** Pairs the operations by id, and the remaining operations by method and URL. */
const pairs = ({
  new: now,
  old
}: Documents): ReadonlyArray<readonly [Operation | undefined, Operation | undefined]> => {
  const bySkeleton = new Map(
    now.operations
      .filter(({ id }) => old.operation(id) === undefined)
      .map((operation) => [skeleton(operation), operation])
  )
  const used = new Set<Operation>()
  const matched = old.operations.map((operation) => {
    const found = now.operation(operation.id) ?? bySkeleton.get(skeleton(operation))
    if (found !== undefined) used.add(found)
    return [operation, found] as const
  })
  return [
    ...matched,
    ...now.operations.filter((operation) => !used.has(operation)).map((operation) => [undefined, operation] as const)
  ]
}

/** The schema of an input: parameters and body in one object. */
const inputOf = (
  operation: Operation,
  tools: Tools,
  aliases: ReadonlyMap<string, string>,
  isClosed: boolean
): SchemaObject => {
  const { resolve } = tools.judge
  const own = (schema: JsonSchema): JsonSchema => (isClosed ? closed(schema, resolve) : schema)
  const nameOf = (name: string): string => aliases.get(name) ?? name
  const { parameters, requestBody } = operation
  const body = requestBody === undefined ? undefined : dereferenced(requestBody.schema, resolve)
  const isPlain =
    body !== undefined && typeof body !== "boolean" && body.properties !== undefined && body.anyOf === undefined
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(parameters.map(({ name, schema }) => [nameOf(name), own(schema)])),
      ...(isPlain
        ? Object.fromEntries(Object.entries(body.properties ?? {}).map(([key, schema]) => [key, own(schema)]))
        : body === undefined
          ? {}
          : { body: own(body) })
    },
    required: [
      ...parameters.flatMap(({ name, required }) => (required ? [nameOf(name)] : [])),
      ...(isPlain ? (body.required ?? []) : body !== undefined && requestBody?.required === true ? ["body"] : [])
    ],
    additionalProperties: false
  }
}

/** Compares ids and URLs. Returns a map from new to old names of renamed path parameters. */
const compareUrls = ({ collect }: Context, old: Operation, now: Operation): ReadonlyMap<string, string> => {
  if (old.id !== now.id) {
    collect.add(
      about(now, "operation-renamed", `the operation id changed from ${old.id} to ${now.id}`, { witness: lineOf(now) })
    )
  }
  if (skeleton(old) !== skeleton(now)) {
    collect.add(
      about(now, "operation-moved", `the operation moved from ${lineOf(old)} to ${lineOf(now)}`, {
        verdict: "sends a request that is refused",
        witness: lineOf(old)
      })
    )
    return new Map()
  }
  const names = pathNames(now)
  const renamed = pathNames(old).flatMap((name, index) => {
    const other = names[index] ?? name
    return other === name ? [] : [[other, name] as const]
  })
  for (const [other, name] of renamed) {
    const parameter = now.parameters.find((candidate) => candidate.in === "path" && candidate.name === other)
    collect.add(
      about(now, "parameter-renamed", `the path parameter ${name} was renamed to ${other}`, {
        witness: lineOf(now),
        part: "request",
        ...(parameter === undefined ? {} : { at: parameter.pointer })
      })
    )
  }
  return new Map(renamed)
}

const compareSecurity = ({ collect }: Context, old: Operation, now: Operation): void => {
  const at = `${now.pointer}/security`
  const sets = ({ security }: Operation): ReadonlyArray<string> =>
    security.map((schemes) => [...schemes].sort().join("+"))
  const [before, after] = [sets(old), sets(now)]
  if (before.length > 0 && after.length === 0) {
    collect.add(
      about(now, "security-removed", "the operation is public now", { at, witness: `${lineOf(now)} without a key` })
    )
    return
  }
  if (before.length === 0 && after.length > 0) {
    collect.add(
      about(now, "security-added", "the operation needs a key now", {
        at,
        verdict: "sends a request that is refused",
        witness: `${lineOf(now)} without a key`
      })
    )
    return
  }
  for (const scheme of after.filter((one) => !before.includes(one))) {
    collect.add(
      about(now, "security-added", `${scheme} is accepted too`, { at, witness: `${lineOf(now)} with ${scheme}` })
    )
  }
  for (const scheme of before.filter((one) => !after.includes(one))) {
    collect.add(
      about(now, "security-removed", `${scheme} is no longer accepted`, {
        at,
        verdict: "sends a request that is refused",
        witness: `${lineOf(now)} with ${scheme}`
      })
    )
  }
}

const compareEncodings = ({ collect, tools }: Context, old: Operation, now: Operation): void => {
  for (const before of old.parameters) {
    const after = now.parameters.find(({ in: place, name }) => place === before.in && name === before.name)
    if (after === undefined) continue
    if (before.deprecated !== after.deprecated) {
      const kind = after.deprecated ? "deprecated" : "undeprecated"
      const change = `the parameter ${after.name} is ${after.deprecated ? "deprecated" : "no longer deprecated"}`
      collect.add(about(now, kind, change, { part: "request", at: after.pointer }))
    }
    const areLists = isList(before.schema, tools.old.judge.resolve) && isList(after.schema, tools.new.judge.resolve)
    if (!areLists || (before.explode === after.explode && before.style === after.style)) continue
    const form = ({ explode }: ReferenceDocument.Parameter): string => (explode ? "repeated" : "joined by commas")
    collect.add(
      about(now, "encoding-changed", `the list ${after.name} is ${form(after)} instead of ${form(before)}`, {
        part: "request",
        at: after.pointer,
        verdict: "sends a request that is refused",
        witness: before.explode ? `?${before.name}=a&${before.name}=b` : `?${before.name}=a,b`
      })
    )
  }
}

const compareRequests = (
  context: Context,
  old: Operation,
  now: Operation,
  aliases: ReadonlyMap<string, string>
): void => {
  const { collect, documents, present, tools } = context
  const client = documents.client.operation(old.id) ?? old
  const judgeOf = (operation: Operation, own: Tools, names: ReadonlyMap<string, string>) =>
    lazily(() => own.judge(inputOf(operation, own, names, true)))
  const none = new Map<string, string>()
  const root: Root = {
    part: "request",
    subject: now.id,
    old: judgeOf(old, tools.old, none),
    new: judgeOf(now, tools.new, aliases),
    client: modelOf(judgeOf(client, tools.requests, none)),
    sent: present?.sender(client, now, tools.new.judge),
    isDeclared: () => false,
    pointerOf: (schema, side) => context.pointerOf(schema, side) ?? now.pointer
  }
  const walk = Walk.make({
    closed: true,
    report: (difference) => collect.judge(root, difference),
    undecided: (location, detail) => collect.leave(undecidedText(now.id, "request", location, detail))
  })
  walk({
    old: placeOf(tools.old, inputOf(old, tools.old, none, false)),
    new: placeOf(tools.new, inputOf(now, tools.new, aliases, false)),
    client: placeOf(tools.requests, inputOf(client, tools.requests, none, false))
  })
}

const comparePair = (
  context: Context,
  pair: { readonly part: Part; readonly subject: string; readonly old: Response; readonly new: Response },
  client: JsonSchema | undefined,
  decoder: ClientOf | undefined
): void => {
  const { collect, tools } = context
  const { new: now, old, part, subject } = pair
  const [before, after] = [old.schema, now.schema]
  if (before === undefined || after === undefined) return
  const read = client === undefined ? undefined : opened(client)
  const places = { old: placeOf(tools.old, before), new: placeOf(tools.new, after) }
  const root: Root = {
    part,
    subject,
    old: lazily(() => tools.old.judge(before)),
    new: lazily(() => tools.new.judge(after)),
    client: decoder ?? modelOf(lazily(() => tools.responses.judge(read ?? true))),
    sent: undefined,
    isDeclared: (location, side) => declares(side === "old" ? places.old : places.new, pointerKeys(location)),
    pointerOf: (schema, side) => context.pointerOf(schema, side) ?? now.pointer
  }
  const walk = Walk.make({
    closed: false,
    report: (difference) => collect.judge(root, difference),
    undecided: (location, detail) => collect.leave(undecidedText(subject, part, location, detail))
  })
  walk({
    ...places,
    client: read === undefined ? undefined : placeOf(tools.responses, read)
  })
}

const compareBodies = (context: Context, part: Part, operation: Operation, old: Response, now: Response): void => {
  const isError = part === "error response"
  if (old.schema === undefined && now.schema !== undefined) {
    const habit = isError ? { savedBy: "lenient error bodies" as const } : {}
    const change = isError ? "an error body was declared" : "a body was declared"
    context.collect.add(
      about(operation, "response-body-added", change, { part, at: now.pointer, witness: now.status, ...habit })
    )
  }
  if (old.schema !== undefined && now.schema === undefined) {
    const change = isError ? "the error body is no longer declared" : "the body was removed"
    const verdict: Verdict = isError ? "unaffected" : "refuses"
    context.collect.add(
      about(operation, "response-body-removed", change, { part, at: now.pointer, witness: now.status, verdict })
    )
  }
}

const compareResponses = (context: Context, old: Operation, now: Operation): void => {
  const { collect, documents, present } = context
  const client = documents.client.operation(old.id)
  const [before, after] = [old.success, now.success]
  if (before.status !== after.status) {
    collect.add(
      about(now, "success-status-changed", `the success status changed from ${before.status} to ${after.status}`, {
        part: "response",
        at: after.pointer,
        verdict: "refuses",
        witness: { status: after.status }
      })
    )
  }
  compareBodies(context, "response", now, before, after)
  const decoder = client && present?.decoder(client)
  comparePair(context, { part: "response", subject: now.id, old: before, new: after }, client?.success.schema, decoder)
  for (const status of new Set([...old.responses.keys(), ...now.responses.keys()])) {
    if (status === before.status || status === after.status) continue
    const [was, is] = [old.responses.get(status), now.responses.get(status)]
    if (was !== undefined && is !== undefined) {
      compareBodies(context, "error response", now, was, is)
      const own = client?.responses.get(status)?.schema
      comparePair(context, { part: "error response", subject: now.id, old: was, new: is }, own, undefined)
      continue
    }
    const kind = was === undefined ? "status-added" : "status-removed"
    const change = `the status ${status} was ${was === undefined ? "added" : "removed"}`
    const at = `${was === undefined ? now.pointer : old.pointer}/responses/${status}`
    const habit = was === undefined ? { savedBy: "any status" as const } : {}
    collect.add(about(now, kind, change, { part: "error response", at, witness: { status }, ...habit }))
  }
}

const compareOperation = (context: Context, old: Operation, now: Operation): void => {
  const { collect } = context
  if (old.deprecated !== now.deprecated) {
    const kind = now.deprecated ? "deprecated" : "undeprecated"
    collect.add(about(now, kind, `the operation is ${now.deprecated ? "deprecated" : "no longer deprecated"}`))
  }
  const aliases = compareUrls(context, old, now)
  compareSecurity(context, old, now)
  compareEncodings(context, old, now)
  compareRequests(context, old, now, aliases)
  compareResponses(context, old, now)
}

export const compare = (documents: Documents): Judged => {
  const { client, isPresent, neverNull, new: now, old } = documents
  const [oldPointer, newPointer] = [pointersOf(old.document), pointersOf(now.document)]
  const requests = toolsOf(client.document)
  const context: Context = {
    documents,
    tools: {
      old: toolsOf(old.document),
      new: toolsOf(now.document),
      requests,
      responses: toolsOf(openedDocument(client.document, neverNull))
    },
    present: isPresent ? PresentClient.rest(requests.judge) : undefined,
    pointerOf: (schema, side) => (side === "old" ? oldPointer : newPointer)(schema),
    collect: collector()
  }
  const { collect } = context
  for (const [before, after] of pairs(documents)) {
    if (before === undefined && after !== undefined) {
      collect.add(about(after, "operation-added", `${lineOf(after)} was added`, { witness: lineOf(after) }))
    } else if (before !== undefined && after === undefined) {
      collect.add(
        about(before, "operation-removed", `${lineOf(before)} was removed`, {
          verdict: "sends a request that is refused",
          witness: lineOf(before)
        })
      )
    } else if (before !== undefined && after !== undefined) {
      try {
        compareOperation(context, before, after)
      } catch (error) {
        collect.leave(
          `${after.id} was not compared completely: ${error instanceof Error ? error.message : String(error)}`
        )
      }
    }
  }
  return collect.result()
}
