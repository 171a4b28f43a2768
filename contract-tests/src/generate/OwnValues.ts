/**
 * Creates wire values that a client's own schema accepts. The judge (the validator ajv) then checks these values
 * against the document.
 *
 * **Details**
 *
 * The structure of the values comes from the Effect schema. Together, the values contain each choice at least once,
 * such as each branch of a union. The candidates for the leaves come from the document: valid and almost valid values
 * for every pattern, format, enum and bound. The Effect schema decides which candidates are used.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as fc from "fast-check"
import { stringFormats } from "./internal/formats.ts"
import * as Pattern from "./internal/pattern.ts"
import { objectOf, reachable, type Json, type JsonSchema, type Resolve } from "../judge/JsonSchema.ts"

/** The suite cannot check a client whose schemas have this form. */
export class UnknownForm extends Error {
  override readonly name = "UnknownForm"
}

export interface OwnValues {
  /** The values contain each choice of the schema at least once. The same schema gives the same values. */
  readonly coverage: (schema: Schema.Constraint) => ReadonlyArray<Json>
  /** The leaves are candidates from the document, as in `coverage`. */
  readonly arbitrary: (schema: Schema.Constraint) => fc.Arbitrary<Json>
}

const absent = Symbol("absent")

const plainStrings = ["text", "", " ", "0", "1", "null", "𝒳é\u2028", "__proto__", "x".repeat(300)]

const plainNumbers = [
  ...[0, 1, -1, 2, 0.5, -0.5, 1e-7, 0.1, 100, 1e21, -1e21, 1.7976931348623157e308, 5e-324],
  ...[2 ** 31, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 1 - 2 ** 53],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
]

const anything: ReadonlyArray<Json> = ["text", 0, true, null, [], [null, 1], {}, { a: { b: [1] } }]

const noLeaf = (ast: SchemaAST.AST): never => {
  throw new UnknownForm(`the suite cannot create values for a schema of the form ${ast._tag}`)
}

interface Candidates {
  readonly pools: Readonly<Record<"Boolean" | "Null" | "Number" | "String", ReadonlyArray<Json>>>
  readonly lengths: ReadonlyArray<number>
}

const candidatesOf = (schemas: ReadonlyArray<JsonSchema>, resolve: Resolve): Candidates => {
  const grammar = Pattern.reader()
  const texts = new Set<string>(plainStrings)
  const numbers = new Set<number>(plainNumbers)
  const lengths = new Set<number>()
  for (const { examples, invalidExamples } of stringFormats.values()) {
    for (const text of [...examples, ...invalidExamples]) texts.add(text)
  }
  for (const schema of schemas.flatMap((root) => reachable(root, resolve)).map((place) => place.schema)) {
    if (typeof schema === "boolean") continue
    if (schema.pattern !== undefined) {
      const { matchingExamples, invalidExamples: nearMisses } = grammar(schema.pattern)
      for (const text of [...matchingExamples, ...nearMisses]) texts.add(text)
    }
    for (const value of [...(schema.enum ?? []), schema.const]) {
      if (typeof value === "string") for (const text of [value, value.toUpperCase(), `${value}_new`]) texts.add(text)
      if (typeof value === "number") numbers.add(value)
    }
    for (const bound of [schema.minimum, schema.maximum, schema.exclusiveMinimum, schema.exclusiveMaximum]) {
      for (const step of bound === undefined ? [] : [-1, -0.5, 0, 0.5, 1]) numbers.add((bound ?? 0) + step)
    }
    for (const length of [schema.minLength, schema.maxLength]) {
      for (const step of length === undefined ? [] : [-1, 0, 1])
        texts.add("x".repeat(Math.max(0, (length ?? 0) + step)))
    }
    for (const count of [schema.minItems, schema.maxItems]) {
      for (const step of count === undefined ? [] : [-1, 0, 1]) lengths.add(Math.max(0, (count ?? 0) + step))
    }
  }
  return {
    pools: { Boolean: [true, false], Null: [null], Number: [...numbers], String: [...texts] },
    lengths: [...lengths]
  }
}

const accepted = <A extends Json>(ast: SchemaAST.AST, values: ReadonlyArray<A>): ReadonlyArray<A> =>
  ast.checks === undefined ? values : values.filter(Schema.is(Schema.make(ast)))

const leafOf = ({ pools }: Candidates, ast: SchemaAST.AST): ReadonlyArray<Json> | undefined => {
  switch (ast._tag) {
    case "Boolean":
    case "Null":
    case "Number":
    case "String": {
      const found = accepted<Json>(ast, pools[ast._tag])
      if (found.length === 0)
        throw new UnknownForm(`a schema of the form ${ast._tag} accepts none of the candidate values`)
      return found
    }
    case "Literal":
      return typeof ast.literal === "bigint" ? noLeaf(ast) : [ast.literal]
    case "Unknown":
      return anything
    default:
      return undefined
  }
}

const makeCoverage = (candidates: Candidates) => {
  const known = new WeakMap<SchemaAST.AST, ReadonlyArray<Json>>()
  const valuesOf = (ast: SchemaAST.AST): ReadonlyArray<Json> => {
    const values = known.get(ast) ?? leafOf(candidates, ast) ?? treeOf(ast)
    known.set(ast, values)
    return values
  }

  const treeOf = (ast: SchemaAST.AST): ReadonlyArray<Json> => {
    switch (ast._tag) {
      case "Union":
        return accepted(ast, ast.types.flatMap(valuesOf))
      case "Arrays":
        return accepted(ast, arraysOf(ast))
      case "Objects":
        return accepted(ast, objectsOf(ast))
      default:
        return noLeaf(ast)
    }
  }

  const arraysOf = ({ elements, rest }: SchemaAST.Arrays): ReadonlyArray<Json> => {
    const head = elements.map(valuesOf)
    const tail = rest[0] === undefined ? [] : valuesOf(rest[0])
    const rows = Math.max(1, ...head.map((values) => values.length), Math.ceil(tail.length / 2))
    const row = (index: number, more: number): Json => [
      ...head.map((values) => values[index % values.length] ?? null),
      ...Array.from({ length: more }, (_, item) => tail[(index * more + item) % tail.length] ?? null)
    ]
    const all = Array.from({ length: rows }, (_, index) => row(index, tail.length === 0 ? 0 : 2))
    return tail.length === 0 ? all : [...all, ...[0, 1, ...candidates.lengths].map((length) => row(0, length))]
  }

  const objectsOf = ({ indexSignatures, propertySignatures }: SchemaAST.Objects): ReadonlyArray<Json> => {
    const columns = propertySignatures.map(({ name, type }) => {
      const values: ReadonlyArray<Json | typeof absent> = valuesOf(type)
      return [String(name), SchemaAST.isOptional(type) ? [...values, absent] : values] as const
    })
    const extraValues = indexSignatures.flatMap(({ type }) => valuesOf(type))
    const rows = Math.max(1, extraValues.length, ...columns.map(([, values]) => values.length))
    return Array.from({ length: rows }, (_, index) =>
      objectOf([
        ...columns.flatMap(([name, values]): ReadonlyArray<readonly [string, Json]> => {
          const value = values[index % values.length]
          return value === undefined || typeof value === "symbol" ? [] : [[name, value]]
        }),
        ...(extraValues.length === 0
          ? []
          : [[index % 2 === 0 ? "first" : "__proto__", extraValues[index % extraValues.length] ?? null] as const])
      ])
    )
  }

  return valuesOf
}

const checked = (ast: SchemaAST.AST, arbitrary: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  ast.checks === undefined ? arbitrary : arbitrary.filter(Schema.is(Schema.make(ast)))

const makeArbitraries = (candidates: Candidates) => {
  const arbitraries = new WeakMap<SchemaAST.AST, fc.Arbitrary<Json>>()
  const arbitraryOf = (ast: SchemaAST.AST): fc.Arbitrary<Json> => {
    const leaf = leafOf(candidates, ast)
    const arbitrary = arbitraries.get(ast) ?? (leaf === undefined ? treeArbitrary(ast) : fc.constantFrom(...leaf))
    arbitraries.set(ast, arbitrary)
    return arbitrary
  }
  const treeArbitrary = (ast: SchemaAST.AST): fc.Arbitrary<Json> => {
    switch (ast._tag) {
      case "Union":
        return checked(ast, fc.oneof(...ast.types.map(arbitraryOf)))
      case "Arrays": {
        const [item] = ast.rest
        const tail = item === undefined ? fc.constant([]) : fc.array(arbitraryOf(item), { maxLength: 3 })
        return checked(
          ast,
          fc.tuple(fc.tuple(...ast.elements.map(arbitraryOf)), tail).map(([head, more]) => [...head, ...more])
        )
      }
      case "Objects": {
        const fields = ast.propertySignatures.map(({ name, type }) => {
          const value = arbitraryOf(type).map((made): ReadonlyArray<readonly [string, Json]> => [[String(name), made]])
          return SchemaAST.isOptional(type) ? fc.option(value, { nil: [] }) : value
        })
        const extraMembers = ast.indexSignatures.map(({ type }) =>
          fc.array(fc.tuple(fc.string({ maxLength: 5 }), arbitraryOf(type)), { maxLength: 2 })
        )
        return checked(
          ast,
          fc
            .tuple(fc.tuple(...fields), fc.tuple(...extraMembers))
            .map(([own, more]) => objectOf([...more.flat(), ...own.flat()]))
        )
      }
      default:
        return noLeaf(ast)
    }
  }

  return arbitraryOf
}

export const make = (schemas: ReadonlyArray<JsonSchema>, resolve: Resolve): OwnValues => {
  const candidates = candidatesOf(schemas, resolve)
  const arbitraryOf = makeArbitraries(candidates)
  const valuesOf = makeCoverage(candidates)
  const wire = (schema: Schema.Constraint): SchemaAST.AST => SchemaAST.toEncoded(schema.ast)
  return { arbitrary: (schema) => arbitraryOf(wire(schema)), coverage: (schema) => valuesOf(wire(schema)) }
}
