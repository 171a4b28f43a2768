/** A valid instance of a component, made from its shape, and edited copies of the instance. */
import type { Document } from "../../../codegen/document.ts"
import { facts } from "../../../codegen/facts.ts"
import type { Component } from "../../../codegen/shape.ts"

/** Makes an instance with every field, and with one item in every list. */
export const sample = (document: Document, component: Component): unknown => {
  switch (component._tag) {
    case "Reference":
      return facts.decimals[component.name] === undefined
        ? sample(document, document.components.get(component.name)!)
        : "1.00"
    case "Text":
      return "text"
    case "Pattern":
      return "1.00"
    case "DateTime":
      return "2026-10-09T14:05:06.5Z"
    case "Uuid":
      return "0c6a5a3e-8f0a-4d2b-9c1e-7b6f5a4d3c2b"
    case "Literal":
      return component.value
    case "Enumeration":
    case "Choice":
      return component.members[0]
    case "Integer":
      return component.minimum ?? 1
    case "Double":
      return 0.5
    case "Boolean":
      return true
    case "List":
      return [sample(document, component.item)]
    case "Tuple":
      return component.items.map((item) => sample(document, item))
    case "Struct":
      return Object.fromEntries(component.fields.map(({ name, shape }) => [name, sample(document, shape)]))
    case "Dictionary":
      return { key: component.value === undefined ? { any: [1] } : sample(document, component.value) }
    case "Union":
      return sample(document, component.members[0]!)
    case "Nullable":
      return sample(document, component.of)
  }
}

const replacements: ReadonlyArray<unknown> = [null, 1.5, 1e300, "", "1.00", true, [], {}, { key: null }]

/** Returns edited copies of a value. Each copy has one part removed, replaced or added. */
export const edits = function* (value: unknown): Generator<unknown> {
  yield* replacements
  if (Array.isArray(value)) {
    yield [...value, null]
    for (const [index, item] of value.entries()) for (const edit of edits(item)) yield value.with(index, edit)
  } else if (typeof value === "object" && value !== null) {
    yield { ...value, "not/known": 1 }
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _, ...without } = value as Readonly<Record<string, unknown>> // any object is a record
      yield without
      for (const edit of edits(item)) yield { ...value, [key]: edit }
    }
  }
}
