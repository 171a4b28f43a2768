/**
 * Makes the input of an operation from the command line. The schema of a field decides how its text is read, so an
 * amount of money stays the text that the user wrote.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Predicate from "effect/Predicate"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { type CommandError, usage } from "../app/failures.ts"
import { didYouMean } from "../app/suggest.ts"
import type { Field, Shape } from "./fields.ts"

type Input = Record<string, unknown>

const quoted = (text: string): string => JSON.stringify(text.length <= 60 ? text : `${text.slice(0, 60)}…`)

class Unreadable {
  readonly reason: string
  /** If true, the message of the error also says how to list the fields of the operation. */
  readonly isUnknownField: boolean
  constructor(reason: string, isUnknownField = false) {
    this.reason = reason
    this.isUnknownField = isUnknownField
  }
}

const convert = (name: string, shape: Shape, text: string): unknown => {
  switch (shape._tag) {
    case "Text":
      return text
    case "Number":
      if (/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
      throw new Unreadable(`${name} must be ${shape.expected ?? "a number"}, but is ${quoted(text)}`)
    case "Boolean":
      if (text === "true" || text === "false") return text === "true"
      throw new Unreadable(`${name} must be true or false, but is ${quoted(text)}`)
    case "Enum": {
      const found = shape.values.find((value) => String(value) === text)
      if (found !== undefined) return found
      throw new Unreadable(`${name} must be one of ${shape.values.join(", ")}, but is ${quoted(text)}`)
    }
    case "List":
      if (shape.item._tag === "Object" || shape.item._tag === "List") {
        throw new Unreadable(`${name} is a list of objects. Pass ${name}.0.FIELD=…, or ${name}:= with JSON`)
      }
      return text === "" ? [] : text.split(",").map((item) => convert(name, shape.item, item))
    case "Object":
      throw new Unreadable(`${name} is an object. Pass ${name}.FIELD=…, or ${name}:= with JSON`)
    case "Other":
      throw new Unreadable(`${name} has no single type. Pass ${name}:= with JSON`)
  }
}

const parseJson = (name: string, text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new Unreadable(`${name} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

interface Place {
  readonly holder: Record<string, unknown> | Array<unknown>
  readonly key: string
  readonly shape: Shape
}

const fieldIn = (fields: ReadonlyMap<string, Field>, name: string, path: string): Field => {
  const field = fields.get(name)
  if (field !== undefined) return field
  const names = [...fields.keys()]
  throw new Unreadable(
    `There is no field ${quoted(path)}.${didYouMean(name, names) || (names.length === 0 ? " The operation has no fields." : "")}`,
    true
  )
}

const indexIn = (list: ReadonlyArray<unknown>, name: string, path: string): string => {
  if (!/^\d+$/.test(name)) throw new Unreadable(`${path} is not an item of a list. Number the items from 0`)
  if (Number(name) > list.length) {
    throw new Unreadable(`${path} skips the item ${list.length}. Number the items from 0, in order`)
  }
  return name
}

/**
 * Finds the place of a field such as `ticker`, `target.shard` or `orders.0.ticker`. Creates the objects and lists that
 * contain it.
 */
const placeOf = (root: Input, fields: ReadonlyMap<string, Field>, path: string): Place => {
  const [first = "", ...rest] = path.split(".")
  let place: Place = { holder: root, key: first, shape: fieldIn(fields, first, path).shape }
  for (const segment of rest) {
    const values = place.holder as Record<string, unknown> // the items of a list can also be read and written by index
    const { shape } = place
    if (shape._tag === "List") {
      const list = Array.isArray(values[place.key]) ? (values[place.key] as Array<unknown>) : [] // checked just before
      values[place.key] = list
      place = { holder: list, key: indexIn(list, segment, path), shape: shape.item }
    } else if (shape._tag === "Object") {
      const object = Predicate.isObject(values[place.key]) ? (values[place.key] as Record<string, unknown>) : {}
      values[place.key] = object
      place = { holder: object, key: segment, shape: fieldIn(shape.fields, segment, path).shape }
    } else {
      throw new Unreadable(`There is no field ${quoted(path)}, because ${quoted(place.key)} contains no fields.`, true)
    }
  }
  return place
}

/** An argument: `field=text`, `field=@file` or `field:=JSON`. */
interface Assignment {
  readonly path: string
  readonly isJson: boolean
  readonly text: string
}

const assignmentOf = (argument: string): Assignment => {
  const match = /^([\w.]+?)(:?=)([\s\S]*)$/.exec(argument)
  if (match === null) {
    throw new Unreadable(
      `${quoted(argument)} is not a field. Pass field=value, field:=JSON, @file.json, or - for stdin`
    )
  }
  const [, path = "", operator, text = ""] = match
  return { path, isJson: operator === ":=", text }
}

const isFile = ({ isJson, text }: Assignment): boolean => !isJson && text.startsWith("@")

/** Sets a field. If the field is a list and is set again, the new items are appended. */
const assign = (place: Place, { isJson, path, text }: Assignment, given: Set<string>): void => {
  const holder = place.holder as Record<string, unknown> // the items of a list can also be read and written by index
  const value = isJson ? parseJson(path, text) : convert(path, place.shape, text)
  const isRepeated = given.has(path)
  given.add(path)
  if (!isRepeated) {
    holder[place.key] = value
  } else if (place.shape._tag === "List" && Array.isArray(value) && Array.isArray(holder[place.key])) {
    for (const item of value) (holder[place.key] as Array<unknown>).push(item) // checked just before
  } else {
    throw new Unreadable(`${path} is set twice. Set it once. If the field is a list, separate its values by commas`)
  }
}

const readFile = (path: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    return yield* Effect.mapError(files.readFileString(path), (error) =>
      usage(`The file ${quoted(path)} cannot be read: ${error.reason._tag}. Check the path`)
    )
  })

const readStdin = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  return yield* stdio.stdin.pipe(
    Stream.decodeText,
    Stream.mkString,
    Effect.mapError((error) => usage(`The standard input cannot be read: ${error.message}`))
  )
})

const readWhole = (argument: string) =>
  Effect.gen(function* () {
    const source = argument === "-" ? "The standard input" : `The file ${quoted(argument.slice(1))}`
    const text = yield* argument === "-" ? readStdin : readFile(argument.slice(1))
    const value = yield* attempt("", () => parseJson(source, text.trim()))
    if (Predicate.isObject(value) && !Array.isArray(value)) return value as Input // every JSON object has text keys
    return yield* usage(`${source} must contain one JSON object with the fields of the operation`)
  })

const attempt = <A>(operation: string, run: () => A): Effect.Effect<A, CommandError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run())
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      const hint = ` Run \`kalshi call ${operation} --describe\` to see the fields`
      return Effect.fail(usage(`${error.reason}${error.isUnknownField ? hint : ""}`))
    }
  })

export const parseInput = (
  operation: string,
  fields: ReadonlyMap<string, Field>,
  args: ReadonlyArray<string>
): Effect.Effect<Input, CommandError, FileSystem.FileSystem | Stdio.Stdio> =>
  Effect.gen(function* () {
    const isWhole = (argument: string) => argument === "-" || argument.startsWith("@")
    const whole = args.filter(isWhole)
    if (whole.length > 1)
      return yield* usage(
        `Only one argument can be the whole input, but there are ${whole.join(" and ")}. Keep one of them`
      )
    const input: Input = whole[0] === undefined ? {} : { ...(yield* readWhole(whole[0])) }
    const written = yield* attempt(operation, () =>
      args.filter((argument) => !isWhole(argument)).map((argument) => assignmentOf(argument))
    )
    const files = written.filter(isFile).map(({ text }) => text)
    const texts = new Map(
      yield* Effect.forEach(files, (file) => Effect.map(readFile(file.slice(1)), (text) => [file, text] as const))
    )
    yield* attempt(operation, () => {
      const given = new Set<string>()
      for (const assignment of written) {
        const text = isFile(assignment) ? texts.get(assignment.text)!.trimEnd() : assignment.text
        assign(placeOf(input, fields, assignment.path), { ...assignment, text }, given)
      }
    })
    return input
  })
