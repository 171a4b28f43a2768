/**
 * Turns the schema of a response into one function that decodes valid values.
 *
 * **Details**
 *
 * The function answers the decoded value, or {@link invalid} and no reason: the schema itself finds out why. It does what
 * the interpreter of `effect/SchemaParser` does with the same schema, in less time than the compiler of
 * `effect/schema/SchemaJITCompiler`, which leaves every object with a null list in it to the interpreter, and grows an
 * object with optional members one member at a time.
 *
 * @module
 */
import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { isListOrNull } from "./forms.ts"

/** What a compiled function answers for a value that breaks the schema. */
export const invalid: unique symbol = /*#__PURE__*/ Symbol("invalid")

/** Decodes parsed JSON that nobody else holds: what the schema leaves as it is becomes part of the answer. */
export type Compiled = (json: unknown) => unknown

/** A schema holds something that responses do not need. */
class Unsupported extends Error {}

/** The list of a list that may be null. */
const listOf = (ast: SchemaAST.AST): SchemaAST.AST | undefined => {
  const from = isListOrNull(ast) ? ast.encoding?.[0].to : undefined
  return from?._tag === "Union" ? from.types.find(({ _tag }) => _tag !== "Null") : undefined
}

/** The one other member of a union with null; undefined where there are more. */
const nonNullOf = ({ options, types }: SchemaAST.Union): SchemaAST.AST | undefined => {
  const [first, ...more] = types.filter(({ _tag }) => _tag !== "Null")
  return more.length === 0 && types.length === 2 && options?.mode !== "oneOf" ? first : undefined
}

/**
 * Writes the code of schemas. In it, `I` is {@link invalid}, `O` the options of the parser, `c0`, `c1` … the constants, and
 * each object type a function of its own. Statements are pushed to `lines`; what they leave is the expression answered.
 */
const makeWriter = () => {
  const constants: Array<unknown> = []
  const functions: Array<string> = []
  const functionNames = new Map<SchemaAST.AST, string>()
  let variables = 0

  const variable = (): string => `v${variables++}`

  const constant = (value: unknown): string => {
    const known = constants.indexOf(value)
    return `c${known === -1 ? constants.push(value) - 1 : known}`
  }

  const functionOf = (ast: SchemaAST.AST): string => {
    const known = functionNames.get(ast)
    if (known !== undefined) return known
    const name = `f${functionNames.size}`
    functionNames.set(ast, name)
    const lines: Array<string> = []
    const output = inline(ast, "i", lines)
    functions.push(`function ${name}(i){${lines.join(";")};return ${output}}`)
    return name
  }

  const emit = (ast: SchemaAST.AST, input: string, lines: Array<string>): string => {
    const list = listOf(ast)
    if (list !== undefined) return unlessNull(list, input, lines, "[]")
    if (ast._tag !== "Objects") return inline(ast, input, lines)
    const output = variable()
    lines.push(`const ${output}=${functionOf(ast)}(${input})`, `if(${output}===I)return I`)
    return output
  }

  const inline = (ast: SchemaAST.AST, input: string, lines: Array<string>): string => {
    if (ast.encoding !== undefined || ("encodingChecks" in ast && ast.encodingChecks !== undefined)) {
      throw new Unsupported()
    }
    const output = base(ast, input, lines)
    check(ast.checks ?? [], ast, output, lines)
    return output
  }

  const check = (
    checks: ReadonlyArray<SchemaAST.Check<unknown>>,
    ast: SchemaAST.AST,
    output: string,
    lines: Array<string>
  ): void => {
    for (const item of checks) {
      if (item._tag === "FilterGroup") check(item.checks, ast, output, lines)
      else lines.push(`if(${constant(item)}.run(${output},${constant(ast)},O)!==void 0)return I`)
    }
  }

  const unlessNull = (ast: SchemaAST.AST, input: string, lines: Array<string>, whenNull: string): string => {
    const output = variable()
    const inner: Array<string> = []
    const value = emit(ast, input, inner)
    lines.push(`let ${output}=${whenNull}`, `if(${input}!==null){${inner.join(";")};${output}=${value}}`)
    return output
  }

  const base = (ast: SchemaAST.AST, input: string, lines: Array<string>): string => {
    switch (ast._tag) {
      case "Unknown":
        return input
      case "Null":
        lines.push(`if(${input}!==null)return I`)
        return input
      case "String":
      case "Number":
      case "Boolean":
        lines.push(`if(typeof ${input}!=="${ast._tag.toLowerCase()}")return I`)
        return input
      case "Literal":
        lines.push(`if(${input}!==${constant(ast.literal)})return I`)
        return input
      case "Union":
        return union(ast, input, lines)
      case "Arrays":
        return ast.rest.length === 0 ? tuple(ast, input, lines) : list(ast, input, lines)
      case "Objects":
        return ast.indexSignatures.length === 0 ? struct(ast, input, lines) : dictionary(ast, input, lines)
      default:
        throw new Unsupported()
    }
  }

  const union = (ast: SchemaAST.Union, input: string, lines: Array<string>): string => {
    const nonNull = nonNullOf(ast)
    if (nonNull?.encoding === undefined && nonNull !== undefined) return unlessNull(nonNull, input, lines, "null")
    if (ast.options?.mode === "oneOf") throw new Unsupported()
    const output = variable()
    lines.push(`let ${output}=I`)
    for (const type of ast.types) lines.push(`if(${output}===I)${output}=${functionOf(type)}(${input})`)
    lines.push(`if(${output}===I)return I`)
    return output
  }

  const tuple = ({ elements }: SchemaAST.Arrays, input: string, lines: Array<string>): string => {
    if (elements.some(SchemaAST.isOptional)) throw new Unsupported()
    lines.push(`if(!Array.isArray(${input})||${input}.length!==${elements.length})return I`)
    const items = elements.map((element, index) => {
      const item = variable()
      lines.push(`const ${item}=${input}[${index}]`)
      return { item, output: emit(element, item, lines) }
    })
    const isSame = items.every(({ item, output }) => output === item)
    return isSame ? input : `[${items.map(({ output }) => output).join(",")}]`
  }

  const list = ({ elements, rest }: SchemaAST.Arrays, input: string, lines: Array<string>): string => {
    if (elements.length > 0 || rest.length > 1) throw new Unsupported()
    const [index, item, output] = [variable(), variable(), variable()]
    const inner = [`const ${item}=${input}[${index}]`]
    const value = emit(rest[0]!, item, inner)
    const isSame = value === item
    lines.push(`if(!Array.isArray(${input}))return I`)
    if (!isSame) {
      lines.push(`const ${output}=new Array(${input}.length)`)
      inner.push(`${output}[${index}]=${value}`)
    }
    lines.push(`for(let ${index}=0;${index}<${input}.length;${index}++){${inner.join(";")}}`)
    return isSame ? input : output
  }

  const object = (input: string): string =>
    `if(typeof ${input}!=="object"||${input}===null||Array.isArray(${input}))return I`

  const dictionary = (
    { indexSignatures, propertySignatures }: SchemaAST.Objects,
    input: string,
    lines: Array<string>
  ): string => {
    const [{ parameter, type }, ...more] = indexSignatures as readonly [SchemaAST.IndexSignature] // it has at least one
    if (propertySignatures.length > 0 || more.length > 0 || parameter !== SchemaAST.string) throw new Unsupported()
    const [key, item] = [variable(), variable()]
    const inner = [`const ${item}=${input}[${key}]`]
    const value = emit(type, item, inner)
    lines.push(object(input))
    if (value === item && inner.length === 1) return input
    // In place: the key may be any text, `__proto__` too, and here it is an own one already.
    if (value !== item) inner.push(`${input}[${key}]=${value}`)
    lines.push(`for(const ${key} of Object.keys(${input})){${inner.join(";")}}`)
    return input
  }

  const struct = ({ propertySignatures }: SchemaAST.Objects, input: string, lines: Array<string>): string => {
    const output = variable()
    const required: Array<string> = []
    const optional: Array<string> = []
    lines.push(object(input))
    for (const { name, type } of propertySignatures) {
      if (typeof name !== "string" || name in {}) throw new Unsupported()
      const key = JSON.stringify(name)
      const value = variable()
      const read = `const ${value}=${input}[${key}]`
      if (SchemaAST.isOptional(type)) {
        const inner = [read]
        const result = emit(type, value, inner)
        optional.push(`if(${key} in ${input}){${inner.join(";")};${output}[${key}]=${result}}`)
      } else {
        // JSON has no undefined: the member is absent.
        lines.push(read, `if(${value}===void 0)return I`)
        required.push(`${key}:${emit(type, value, lines)}`)
      }
    }
    lines.push(`const ${output}={${required.join(",")}}`, ...optional)
    return output
  }

  return {
    constants,
    /** The text of a function that makes the compiled one, given its constants, `I` and `O`. */
    write: (schema: Schema.Codec<unknown>): string => {
      const lines: Array<string> = []
      const output = emit(schema.ast, "i", lines)
      const names = constants.map((_, index) => `c${index}`)
      return `"use strict";const [${names.join(",")}]=C;${functions.join(";")};return function(i){${lines.join(";")};return ${output}}`
    }
  }
}

/**
 * Compiles a schema. Undefined where the schema holds what this does not know, as a transformation other than that of null
 * lists, and where the runtime does not make code from text.
 */
export const compile = (schema: Schema.Codec<unknown>): Compiled | undefined => {
  const writer = makeWriter()
  try {
    const text = writer.write(schema)
    // The text is made of the schema alone: nothing of an answer is in it.
    const make = globalThis.Function("C", "I", "O", text) as (
      constants: ReadonlyArray<unknown>,
      invalid: symbol,
      options: SchemaAST.ParseOptions
    ) => Compiled // as written above
    return make(writer.constants, invalid, {})
  } catch {
    // The interpreter decodes the same values, so whatever went wrong here costs time alone.
    return undefined
  }
}
