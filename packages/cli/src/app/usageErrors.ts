/**
 * Errors of the command line in words: what is wrong, and what to do.
 *
 * @module
 */
import type * as CliError from "effect/cli/CliError"
import { didYouMean, similar } from "./suggest.ts"

export interface Names {
  /** The names of the subcommands. */
  readonly commands: ReadonlyArray<string>
  /** The names of the flags, with their hyphens. */
  readonly flags: ReadonlyArray<string>
}

const quoted = (text: string): string => JSON.stringify(text.length <= 60 ? text : `${text.slice(0, 60)}…`)

/** Translates the parser's description of a value, which is for programmers. */
const expectation = (expected: string): string => {
  const text = expected.replace(/^Expected:? /, "")
  if (/finite number|^integer$/.test(text)) return "must be a whole number"
  if (text === "string") return "must be a text"
  const choices = [...text.matchAll(/"([^"]*)"/g)].map(([, choice]) => choice)
  if (/^"[^"]*"(?: \| "[^"]*")*$/.test(text)) return `must be one of ${choices.join(", ")}`
  if (/^[\w-]+(?: \| [\w-]+)+$/.test(text)) return `must be one of ${text.replaceAll(" | ", ", ")}`
  return /^(?:an?|one|the|at least|at most|\d)\b/.test(text) ? `must be ${text}` : `is invalid: ${text}`
}

const invalidValue = ({ expected, kind, option, value }: CliError.InvalidValue): string => {
  const name = kind === "flag" ? `--${option}` : `The argument ${option}`
  const must = expectation(expected)
  if (value === "") {
    const known = must.startsWith("must")
    return known
      ? `${name} has no value. It ${must}`
      : `${name} has no value. Pass ${name} ${expected.replace(/^Expected:? /, "")}`
  }
  return must.startsWith("must") ? `${name} ${must}, but is ${quoted(value)}` : `${name} ${must}`
}

/** Describes an error of the command line, without a final period. */
export const describeUsage = (error: CliError.NonShowHelpErrors, command: string, names: Names): string => {
  switch (error._tag) {
    case "UnrecognizedOption": {
      const question = didYouMean(error.option, similar(error.option, names.flags))
      return `${quoted(command)} has no flag ${error.option}.${question}`.replace(/[.]$/, "")
    }
    case "UnknownSubcommand": {
      const question = didYouMean(error.subcommand, names.commands)
      return `There is no command ${quoted(`${command} ${error.subcommand}`)}.${question}`.replace(/[.]$/, "")
    }
    case "MissingOption":
      return `--${error.option} is required`
    case "MissingArgument":
      return `The argument ${error.argument} is required`
    case "UnexpectedArgument":
      // A shell has split a private key into several arguments. Without its first line, `conceal` does not recognize
      // the key.
      return error.arguments.some((argument) => argument.startsWith("KEY-----"))
        ? `${quoted(command)} does not take the text of a private key`
        : `${quoted(command)} does not take ${error.arguments.map(quoted).join(", ")}`
    case "InvalidValue":
      return invalidValue(error)
    default:
      return error.message
  }
}
