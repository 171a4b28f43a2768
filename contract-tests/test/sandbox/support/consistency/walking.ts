/** Follows every reference in a response, and compares the fields that the referring object and its target share. */
import * as Effect from "effect/Effect"
import { equals, isArray, isObject, stringify, type Json, type JsonObject } from "../../../../src/judge/JsonSchema.ts"
import type { Body, Reader } from "./reading.ts"
import { type Exception, keysOf } from "./exceptions.ts"
import { fields, idsIn, isReference, type Kind, kinds, texts, unread } from "./references.ts"

interface Reference {
  readonly body: Body
  /** The name of the member that contains the object with the reference. */
  readonly place: string
  readonly field: string
  readonly kind: Kind
  readonly id: string
  /** The object with the reference. Undefined if the reference is an item of a list. */
  readonly holder: JsonObject | undefined
}

export interface Walk {
  readonly faults: ReadonlyArray<string>
  /** The number of followed references, by member and field, for example `fills.order_id`. */
  readonly followed: ReadonlyMap<string, number>
  /** The keys of the exceptions that excused a difference. */
  readonly excused: ReadonlySet<string>
}

const ownOf = (place: string, name: string): string => `${place}.${name}`

/** Finds the references in a response. `unknown`: the names of reference fields that are in no table of references. */
const referencesOf = (body: Body): { readonly references: ReadonlyArray<Reference>; readonly unknown: Set<string> } => {
  const references: Array<Reference> = []
  const unknown = new Set<string>()
  const visit = (value: Json, place: string): void => {
    if (isArray(value)) return value.forEach((item) => visit(item, place))
    if (!isObject(value)) return
    for (const [name, member] of Object.entries(value)) {
      visit(member, name)
      const text = texts[name]
      const ids = text === undefined ? idsIn(member) : idsIn(member).flatMap((list) => list.split(","))
      const kind = text ?? fields[ownOf(place, name)] ?? fields[name]
      const names = [name, ownOf(place, name), `${body.operation} ${ownOf(place, name)}`]
      if (ids.length === 0 || names.some((name) => Object.hasOwn(unread, name))) continue
      if (kind === undefined) {
        if (isReference(name)) unknown.add(ownOf(place, name))
        continue
      }
      const holder = isArray(member) || text !== undefined ? undefined : value
      for (const id of ids) references.push({ body, place, field: name, kind, id, holder })
    }
  }
  visit(body.data, "")
  return { references, unknown }
}

export const walk = (reader: Reader, bodies: ReadonlyArray<Body>, exceptions: ReadonlyArray<Exception>) =>
  Effect.gen(function* () {
    const faults = new Set<string>()
    const followed = new Map<string, number>()
    const excused = new Set<string>()
    const permitted = new Set(keysOf(exceptions))
    const isExcused = ({ kind, place }: Reference, name: string): boolean => {
      const key = `${place} ${kind} ${name}`
      if (permitted.has(key)) excused.add(key)
      return permitted.has(key)
    }
    for (const body of bodies) {
      const { references, unknown } = referencesOf(body)
      for (const name of unknown) faults.add(`${body.operation}: ${name} is in no table of references`)
      for (const reference of references) {
        const { field, holder, id, kind, place } = reference
        const name = ownOf(place, field)
        followed.set(name, (followed.get(name) ?? 0) + 1)
        for (const { operation, value } of yield* kinds[kind](reader, body.account, id, holder ?? {})) {
          if (value === undefined) {
            faults.add(`${body.operation}: ${operation} does not find the ${kind} ${id} of ${name}`)
          } else if (holder !== undefined) {
            for (const member of Object.keys(holder)) {
              const [here, there] = [holder[member], value[member]]
              if (there === undefined || equals(here, there) || isExcused(reference, member)) continue
              const [one = "", other = ""] = [here, there].map((shown) => stringify(shown ?? null).slice(0, 80))
              faults.add(
                `${body.operation}: ${place}.${member} is ${one}, but ${operation} shows ${other} for the ${kind} ${id}`
              )
            }
          }
        }
      }
    }
    const result: Walk = { faults: [...faults], followed, excused }
    return result
  })
