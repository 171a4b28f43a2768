/**
 * Defines the normal forms that a codec may declare. Two wire values with the same normal form have the same meaning,
 * so a round trip may replace one by the other.
 *
 * @module
 */
import * as Shape from "../generate/internal/shape.ts"
import { isArray, isObject, objectOf, typeOf, type Json, type JsonSchema } from "./JsonSchema.ts"
import type { Judge } from "./Judge.ts"

/**
 * Replaces null by the empty list, wherever the schema allows both.
 *
 * **When to use**
 *
 * For a codec that returns an empty list where the exchange writes null. Null anywhere else, and an absent list, keep
 * their meaning.
 */
export const nullListsAreEmpty = (judge: Judge): ((schema: JsonSchema) => (wire: Json) => Json) => {
  const shapes = Shape.make(judge.resolve)

  const normal = (node: Shape.Node, value: Json): Json => {
    const alternatives = shapes.alternatives(node)
    if (value === null) return alternatives.some(({ kind }) => kind === "array") ? [] : null
    const fitting = alternatives.filter((alternative) => Shape.typesOf(alternative).includes(typeOf(value)))
    const taken = fitting.length < 2 ? fitting[0] : fitting.find(({ schema }) => judge.accepts(schema)(value))
    if (taken?.kind === "array" && isArray(value)) {
      return value.map((element, index) => normal(taken.prefix[index] ?? taken.items, element))
    }
    if (taken?.kind === "object" && isObject(value)) {
      return objectOf(
        Object.entries(value).map(
          ([key, member]) => [key, normal(taken.properties.get(key) ?? taken.additional, member)] as const
        )
      )
    }
    return value
  }

  return (schema) => (wire) => normal(shapes.root(schema), wire)
}
