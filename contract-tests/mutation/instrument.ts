/**
 * Creates the mutants of source files. The instrumented source of a file contains all its mutants, each behind a
 * switch.
 *
 * StrykerJS parses, mutates and prints. This module adds two mutators that StrykerJS lacks: a changed number, and a
 * removed statement.
 *
 * @module
 */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"
import { Instrumenter } from "@stryker-mutator/instrumenter"

export interface Mutant {
  readonly id: string
  /** An absolute path. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1. */
  readonly column: number
  readonly mutator: string
  readonly original: string
  readonly replacement: string
  /** The changed lines of the file, joined to one line. */
  readonly mutated: string
}

export interface Instrumented {
  /** The keys are absolute paths. */
  readonly sources: ReadonlyMap<string, string>
  readonly mutants: ReadonlyArray<Mutant>
}

/** A syntax node of Babel. */
interface Node {
  readonly type: string
  readonly [member: string]: unknown
}

interface Mutator {
  readonly name: string
  readonly mutate: (path: { readonly node: Node; readonly parent: Node }) => Iterable<Node>
}

/** A number from 10 on is only doubled, because a change by one rarely matters. */
const replacementsOf = (value: number): ReadonlyArray<number> =>
  value >= 10 ? [value * 2] : value > 0 ? [value + 1, value - 1] : [value + 1]

const numberLiteral: Mutator = {
  name: "NumberLiteral",
  *mutate({ node, parent }) {
    if (parent.type === "ObjectProperty" && parent["key"] === node) return
    if (node.type !== "NumericLiteral" && node.type !== "BigIntLiteral") return
    for (const value of replacementsOf(Number(node["value"]))) {
      yield { type: node.type, value: node.type === "BigIntLiteral" ? String(BigInt(value)) : value }
    }
  }
}

const statementDeletion: Mutator = {
  name: "StatementDeletion",
  *mutate({ node, parent }) {
    if (node.type !== "ExpressionStatement" || parent.type !== "BlockStatement") return
    // StrykerJS empties blocks, so a block with one statement would give the same mutant twice.
    const siblings = parent["body"]
    if (Array.isArray(siblings) && siblings.length > 1) yield { type: "EmptyStatement" }
  }
}

/** Adds the mutators to StrykerJS's own list, because StrykerJS has no extension point for mutators. */
const addMutators = async (): Promise<void> => {
  const main = pathToFileURL(createRequire(import.meta.url).resolve("@stryker-mutator/instrumenter"))
  const { allMutators }: { allMutators: Array<Mutator> } = await import(new URL("mutators/mutate.js", main).href)
  for (const mutator of [numberLiteral, statementDeletion]) {
    if (!allMutators.includes(mutator)) allMutators.push(mutator)
  }
}

const silent = () => {}
const isDisabled = () => false
const logger = {
  isTraceEnabled: isDisabled,
  isDebugEnabled: isDisabled,
  isInfoEnabled: isDisabled,
  isWarnEnabled: isDisabled,
  isErrorEnabled: isDisabled,
  isFatalEnabled: isDisabled,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  fatal: silent
}

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim()

/** Instruments files. The paths must be absolute. */
export const instrument = async (paths: ReadonlyArray<string>): Promise<Instrumented> => {
  await addMutators()
  const texts = new Map(paths.map((path) => [path, readFileSync(path, "utf8")]))
  const files = [...texts].map(([name, content]) => ({ name, content, mutate: true }))
  const { files: instrumented, mutants } = await new Instrumenter(logger).instrument(files, {
    plugins: null,
    ignorers: [],
    excludedMutations: []
  })
  return {
    sources: new Map(instrumented.map(({ content, name }) => [name, content])),
    mutants: mutants.map(({ fileName, id, location: { end, start }, mutatorName, replacement = "" }) => {
      const lines = texts
        .get(fileName)!
        .split("\n")
        .slice(start.line, end.line + 1)
      const head = lines[0]!.slice(0, start.column)
      const tail = lines.at(-1)!.slice(end.column)
      const text = lines.join("\n")
      return {
        id,
        file: fileName,
        line: start.line + 1,
        column: start.column + 1,
        mutator: mutatorName,
        original: onOneLine(text.slice(start.column, text.length - tail.length)),
        replacement: onOneLine(replacement),
        mutated: onOneLine(head + replacement + tail)
      }
    })
  }
}
