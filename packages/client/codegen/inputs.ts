/**
 * Writes the interface of each operation's input, from its parameters and its body.
 *
 * **Details**
 *
 * In an input, optional fields also accept `undefined`, at any depth. Therefore a component inside a body gets an input
 * interface if it has optional fields, directly or indirectly. All other components are imported from `requests.ts`.
 *
 * @module
 */
import { docOf } from "./docs.ts"
import type { Document, Operation } from "./document.ts"
import { alphabetical } from "./faults.ts"
import { type Field, references, type Struct } from "./shape.ts"
import { comment, type Context, key, Writer } from "./writer.ts"

const structOf = ({ components }: Document, name: string | undefined): Struct | undefined => {
  const shape = name === undefined ? undefined : components.get(name)
  return shape?._tag === "Struct" ? shape : undefined
}

const inputName = (name: string): string => `${name}Input`

/** Maps components inside bodies to the names of their input interfaces. */
const innerInputs = (document: Document): ReadonlyMap<string, string> => {
  const isOptional = (name: string, above: ReadonlySet<string>): boolean =>
    !above.has(name) &&
    (structOf(document, name)?.fields ?? []).some(
      ({ required, shape }) =>
        !required || references(shape).some((inner) => isOptional(inner, new Set([...above, name])))
    )
  // If the component is the body of an operation without parameters, the operation's input interface can be used.
  const bodyInputs = new Map(
    document.operations.flatMap(({ body, id, parameters }) =>
      body !== undefined && parameters.length === 0 ? [[body, inputName(id)] as const] : []
    )
  )
  const inner = new Set(
    document.operations.flatMap(({ body }) =>
      (structOf(document, body)?.fields ?? []).flatMap(({ shape }) => references(shape))
    )
  )
  for (const name of inner) {
    for (const { shape } of structOf(document, name)?.fields ?? []) {
      for (const next of references(shape)) inner.add(next)
    }
  }
  return new Map(
    [...inner]
      .filter((name) => isOptional(name, new Set()))
      .map((name) => [name, bodyInputs.get(name) ?? inputName(name)] as const)
  )
}

/** Writes all input interfaces, without the imports that they need. */
export const writeInputs = (document: Document, context: Context): string => {
  const { facts, imports } = context
  const inner = innerInputs(document)
  const writer = new Writer(context, {
    owner: "",
    component: (name) => inner.get(name) ?? imports.type("./requests.ts", name)
  })

  const member = (owner: string, field: Field & { readonly shared?: string | undefined }): string => {
    const suggested = facts.docs.suggestions[`${owner}/${field.name}`]
    const type = suggested === undefined ? writer.type(field.shape) : imports.type("./responses.ts", suggested)
    return `${comment(docOf(facts, { owner, ...field }).lines)}readonly ${key(field.name)}${
      field.required ? `: ${type}` : `?: ${type} | undefined`
    }\n`
  }

  const declaration = (name: string, doc: ReadonlyArray<string>, members: ReadonlyArray<string>): string =>
    `${comment(doc)}export interface ${name} {\n${members.join("")}}\n\n`

  const inputDoc = (name: string): ReadonlyArray<string> => {
    const doc = facts.docs.inputs[name]
    return doc === undefined ? [] : [doc]
  }

  const membersOf = (owner: string, { fields }: Struct): ReadonlyArray<string> =>
    [...fields.filter(({ required }) => required), ...fields.filter(({ required }) => !required)].map((field) =>
      member(owner, field)
    )

  const input = ({ body, id, parameters }: Operation): string => {
    const struct = structOf(document, body)
    const members = [
      ...parameters.map((parameter) => member(id, parameter)),
      ...(struct === undefined ? [] : membersOf(body!, struct))
    ]
    return members.length === 0
      ? ""
      : declaration(inputName(id), [[`Input of the operation \`${id}\`.`, ...inputDoc(id)].join(" ")], members)
  }

  const named = new Set(document.operations.map(({ id }) => inputName(id)))
  return [
    ...document.operations.map(input),
    ...[...inner]
      .filter(([, name]) => !named.has(name))
      .toSorted(([a], [b]) => alphabetical(a, b))
      .map(([component, name]) =>
        declaration(name, inputDoc(component), membersOf(component, structOf(document, component)!))
      )
  ].join("")
}
