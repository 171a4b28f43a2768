/**
 * Compiles the schema of a response to one function that decodes valid values.
 *
 * **Details**
 *
 * The function returns the decoded value. For an invalid value it returns {@link invalid} without a reason, and the
 * interpreter of `effect/SchemaParser` finds the reason. The function and the interpreter accept the same values, and
 * return equal results. The compiler of `effect/schema/SchemaJITCompiler` is slower for these schemas: it leaves every
 * object with a nullable list to the interpreter.
 *
 * @module
 */
import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { isListOrNull } from "./forms.ts"

/** The result of a compiled function for a value that does not match the schema. */
export const invalid: unique symbol = /*#__PURE__*/ Symbol("invalid")

/**
 * Decodes parsed JSON. It may change the input, and the result shares parts with the input: do not use the input
 * afterwards.
 */
export type Compiled = (json: unknown) => unknown

/** Thrown for a schema that this compiler does not support. No schema of a response uses the unsupported features. */
class Unsupported extends Error {}

/** The list of a schema that `listOrNull` made. Undefined for every other schema. */
const listOf = (ast: SchemaAST.AST): SchemaAST.AST | undefined => {
  const from = isListOrNull(ast) ? ast.encoding?.[0].to : undefined
  return from?._tag === "Union" ? from.types.find(({ _tag }) => _tag !== "Null") : undefined
}

/** For a union of null and exactly one more member, returns that member. Undefined for all other unions and `oneOf`. */
const nonNullOf = ({ options, types }: SchemaAST.Union): SchemaAST.AST | undefined => {
  const [first, ...more] = types.filter(({ _tag }) => _tag !== "Null")
  return more.length === 0 && types.length === 2 && options?.mode !== "oneOf" ? first : undefined
}

const rejectUnlessObject = (input: string): string =>
  `if(typeof ${input}!=="object"||${input}===null||Array.isArray(${input}))return I`

type Lines = Array<string>

/**
 * Writes the code of schemas. In the code, `I` is {@link invalid}, `O` are the options of the parser, and `c0`, `c1` …
 * are the constants. Object types have functions of their own, and so have the members of a union, except a union of
 * null and one member. A method adds statements to `lines`, and returns the expression for the value that the
 * statements compute.
 */
class Writer {
  readonly constants: Array<unknown> = []
  readonly #functions: Lines = []
  readonly #functionNames = new Map<SchemaAST.AST, string>()
  #variables = 0

  /**
   * Writes the body of a function with the parameters `C` (the list of constants), `I` and `O`. That function returns
   * the compiled function.
   */
  write(schema: Schema.Codec<unknown>): string {
    const lines: Lines = []
    const output = this.#emit(schema.ast, "i", lines)
    const names = this.constants.map((_, index) => `c${index}`)
    return `"use strict";const [${names.join(",")}]=C;${this.#functions.join(";")};return function(i){${lines.join(";")};return ${output}}`
  }

  #variable(): string {
    return `v${this.#variables++}`
  }

  #constant(value: unknown): string {
    const known = this.constants.indexOf(value)
    return `c${known === -1 ? this.constants.push(value) - 1 : known}`
  }

  #functionOf(ast: SchemaAST.AST): string {
    const known = this.#functionNames.get(ast)
    if (known !== undefined) return known
    const name = `f${this.#functionNames.size}`
    this.#functionNames.set(ast, name)
    const lines: Lines = []
    const output = this.#inline(ast, "i", lines)
    this.#functions.push(`function ${name}(i){${lines.join(";")};return ${output}}`)
    return name
  }

  #emit(ast: SchemaAST.AST, input: string, lines: Lines): string {
    const list = listOf(ast)
    if (list !== undefined) return this.#unlessNull(list, input, lines, "[]")
    if (ast._tag !== "Objects") return this.#inline(ast, input, lines)
    const output = this.#variable()
    lines.push(`const ${output}=${this.#functionOf(ast)}(${input})`, `if(${output}===I)return I`)
    return output
  }

  #inline(ast: SchemaAST.AST, input: string, lines: Lines): string {
    if (ast.encoding !== undefined || ("encodingChecks" in ast && ast.encodingChecks !== undefined)) {
      throw new Unsupported()
    }
    const output = this.#base(ast, input, lines)
    this.#check(ast.checks ?? [], ast, output, lines)
    return output
  }

  #check(checks: ReadonlyArray<SchemaAST.Check<unknown>>, ast: SchemaAST.AST, output: string, lines: Lines): void {
    for (const item of checks) {
      if (item._tag === "FilterGroup") this.#check(item.checks, ast, output, lines)
      else lines.push(`if(${this.#constant(item)}.run(${output},${this.#constant(ast)},O)!==void 0)return I`)
    }
  }

  #unlessNull(ast: SchemaAST.AST, input: string, lines: Lines, whenNull: string): string {
    const output = this.#variable()
    const inner: Lines = []
    const value = this.#emit(ast, input, inner)
    lines.push(`let ${output}=${whenNull}`, `if(${input}!==null){${inner.join(";")};${output}=${value}}`)
    return output
  }

  #base(ast: SchemaAST.AST, input: string, lines: Lines): string {
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
        lines.push(`if(${input}!==${this.#constant(ast.literal)})return I`)
        return input
      case "Union":
        return this.#union(ast, input, lines)
      case "Arrays":
        return ast.rest.length === 0 ? this.#tuple(ast, input, lines) : this.#list(ast, input, lines)
      case "Objects":
        return ast.indexSignatures.length === 0 ? this.#struct(ast, input, lines) : this.#dictionary(ast, input, lines)
      default:
        throw new Unsupported()
    }
  }

  #union(ast: SchemaAST.Union, input: string, lines: Lines): string {
    const nonNull = nonNullOf(ast)
    if (nonNull?.encoding === undefined && nonNull !== undefined) return this.#unlessNull(nonNull, input, lines, "null")
    if (ast.options?.mode === "oneOf") throw new Unsupported()
    const output = this.#variable()
    lines.push(`let ${output}=I`)
    for (const type of ast.types) lines.push(`if(${output}===I)${output}=${this.#functionOf(type)}(${input})`)
    lines.push(`if(${output}===I)return I`)
    return output
  }

  #tuple({ elements }: SchemaAST.Arrays, input: string, lines: Lines): string {
    if (elements.some(SchemaAST.isOptional)) throw new Unsupported()
    lines.push(`if(!Array.isArray(${input})||${input}.length!==${elements.length})return I`)
    const items = elements.map((element, index) => {
      const item = this.#variable()
      lines.push(`const ${item}=${input}[${index}]`)
      return { item, output: this.#emit(element, item, lines) }
    })
    const isSame = items.every(({ item, output }) => output === item)
    return isSame ? input : `[${items.map(({ output }) => output).join(",")}]`
  }

  #list({ elements, rest }: SchemaAST.Arrays, input: string, lines: Lines): string {
    if (elements.length > 0 || rest.length > 1) throw new Unsupported()
    const [index, item, output] = [this.#variable(), this.#variable(), this.#variable()]
    const inner = [`const ${item}=${input}[${index}]`]
    const value = this.#emit(rest[0]!, item, inner)
    const isSame = value === item
    lines.push(`if(!Array.isArray(${input}))return I`)
    if (!isSame) {
      lines.push(`const ${output}=new Array(${input}.length)`)
      inner.push(`${output}[${index}]=${value}`)
    }
    lines.push(`for(let ${index}=0;${index}<${input}.length;${index}++){${inner.join(";")}}`)
    return isSame ? input : output
  }

  #dictionary({ indexSignatures, propertySignatures }: SchemaAST.Objects, input: string, lines: Lines): string {
    const [{ parameter, type }, ...more] = indexSignatures as readonly [SchemaAST.IndexSignature] // not empty
    if (propertySignatures.length > 0 || more.length > 0 || parameter !== SchemaAST.string) throw new Unsupported()
    const [key, item] = [this.#variable(), this.#variable()]
    const inner = [`const ${item}=${input}[${key}]`]
    const value = this.#emit(type, item, inner)
    lines.push(rejectUnlessObject(input))
    if (value === item && inner.length === 1) return input
    // Changes the input itself. The key may be any string, even `__proto__`, but it is an own key of the input, so the
    // assignment is safe.
    if (value !== item) inner.push(`${input}[${key}]=${value}`)
    lines.push(`for(const ${key} of Object.keys(${input})){${inner.join(";")}}`)
    return input
  }

  #struct({ propertySignatures }: SchemaAST.Objects, input: string, lines: Lines): string {
    const output = this.#variable()
    const required: Lines = []
    const optional: Lines = []
    lines.push(rejectUnlessObject(input))
    for (const { name, type } of propertySignatures) {
      if (typeof name !== "string" || name in {}) throw new Unsupported()
      const key = JSON.stringify(name)
      const value = this.#variable()
      const read = `const ${value}=${input}[${key}]`
      if (SchemaAST.isOptional(type)) {
        const inner = [read]
        const result = this.#emit(type, value, inner)
        optional.push(`if(${key} in ${input}){${inner.join(";")};${output}[${key}]=${result}}`)
      } else {
        // JSON has no undefined, so the member is absent.
        lines.push(read, `if(${value}===void 0)return I`)
        required.push(`${key}:${this.#emit(type, value, lines)}`)
      }
    }
    lines.push(`const ${output}={${required.join(",")}}`, ...optional)
    return output
  }
}

/**
 * Undefined if the schema contains an unsupported part, or if the runtime does not allow code generation. An
 * unsupported part is, for example, a transformation that is not from `listOrNull`.
 */
export const compile = (schema: Schema.Codec<unknown>): Compiled | undefined => {
  const writer = new Writer()
  try {
    const text = writer.write(schema)
    // The code depends only on the schema. It contains no part of a response.
    const make = globalThis.Function("C", "I", "O", text) as (
      constants: ReadonlyArray<unknown>,
      invalid: symbol,
      options: SchemaAST.ParseOptions
    ) => Compiled // the parameters and the result that `write` declares
    return make(writer.constants, invalid, {})
  } catch {
    // The interpreter then decodes the responses, with equal results but more slowly.
    return undefined
  }
}
