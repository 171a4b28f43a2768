/**
 * Writes components as TypeScript: an interface or a type, and a codec of the same name.
 *
 * @module
 */
import type { Document } from "./document.ts"
import { docOf } from "./docs.ts"
import { unitOf } from "./facts.ts"
import { type Field, isInteger, references } from "./shape.ts"
import { comment, type Context, key, Writer } from "./writer.ts"

/**
 * Sorts components so that each component comes after the components that it uses. In a cycle, this is not possible.
 */
const ordered = (document: Document, names: ReadonlySet<string>): ReadonlyArray<string> => {
  const order = new Set<string>()
  const visited = new Set<string>()
  const visit = (name: string): void => {
    if (visited.has(name)) return
    visited.add(name)
    for (const next of [...references(document.components.get(name)!)].toSorted()) if (names.has(next)) visit(next)
    order.add(name)
  }
  for (const name of [...names].toSorted()) visit(name)
  return [...order]
}

const remarks = (
  component: string,
  field: Field,
  { components }: Document,
  { direction, facts }: Context
): ReadonlyArray<string> => {
  if (direction === "requests") return docOf(facts, { owner: component, ...field }).lines
  const unit = isInteger(field.shape, components) ? unitOf(facts, component, field.name) : undefined
  return [...(unit === undefined ? [] : [unit]), ...(field.deprecated ? ["@deprecated"] : [])]
}

const declaration = (name: string, document: Document, context: Context, writer: Writer): string => {
  const shape = document.components.get(name)!
  const codec = `export const ${name}: ${context.imports.schema("Codec")}<${name}> = ${writer.codec(shape)}\n`
  switch (shape._tag) {
    case "Struct": {
      const doc =
        (context.direction === "requests" ? context.facts.docs.inputs[name] : undefined) ?? context.about?.get(name)
      const members = shape.fields.map(
        (field) =>
          comment(remarks(name, field, document, context)) +
          `readonly ${key(field.name)}${field.required ? "" : "?"}: ${writer.type(field.shape)}\n`
      )
      return `${comment(doc === undefined ? [] : [doc])}export interface ${name} {\n${members.join("")}}\n${codec}`
    }
    case "Dictionary": {
      const value = shape.value === undefined ? "unknown" : writer.type(shape.value)
      return `export interface ${name} {\nreadonly [key: string]: ${value}\n}\n${codec}`
    }
    default:
      return `export type ${name} = ${writer.type(shape)}\n${codec}`
  }
}

/** Writes components. Returns the code without its imports. */
export const writeComponents = (
  document: Document,
  context: Context,
  all: ReadonlySet<string> = context.direction === "requests" ? document.inRequests : document.inResponses
): string => {
  const { facts } = context
  const names = ordered(document, all).filter((name) => facts.decimals[name] === undefined)
  const position = new Map(names.map((name, index) => [name, index]))
  return names
    .map((name, index) => {
      const isLater = (other: string) => position.get(other)! >= index
      const writer = new Writer(context, { owner: name, component: (other) => other, isLater })
      return declaration(name, document, context, writer)
    })
    .join("\n")
}
