/**
 * The help of a command.
 *
 * @module
 */
import type { FlagDoc, HelpDoc } from "effect/cli/HelpDoc"
import { displayWidth } from "effect/cli/CliOutput"
import * as Option from "effect/Option"
import type { Screen } from "./Screen.ts"
import { indented, proseWidth, wrap } from "./wrap.ts"

interface Row {
  readonly left: string
  readonly right: string
}

const usageIndent = " ".repeat("Usage: ".length)

/** The maximum width of the left column. A longer name is on a separate line. */
const widestLeft = 24

const rowsOf = (rows: ReadonlyArray<Row>, width: number, paint: (text: string) => string): string => {
  const left = Math.min(widestLeft, Math.max(...rows.map((row) => displayWidth(row.left)))) + 4
  return rows
    .map((row) => {
      const lines = wrap(row.right, Math.max(width - left, 20))
      const name = `  ${paint(row.left)}`
      const used = 2 + displayWidth(row.left)
      const [first = "", ...more] = used + 2 > left ? ["", ...lines] : lines
      const start = first === "" ? name : `${name}${" ".repeat(left - used)}${first}`
      return [start, ...more.map((line) => " ".repeat(left) + line)].join("\n")
    })
    .join("\n")
}

const flagRow = ({ aliases, description, name, type }: FlagDoc, isRequired: boolean): Row => {
  const value = type === "boolean" ? "" : ` ${/^[<[]/.test(type) ? type : `<${type}>`}`
  const text = Option.getOrElse(description, () => "")
  return { left: `${[...aliases, `--${name}`].join(", ")}${value}`, right: isRequired ? `${text} (required)` : text }
}

export const formatHelp = (doc: HelpDoc, { columns, paint }: Pick<Screen, "columns" | "paint">): string => {
  const width = proseWidth(columns)
  const heading = (text: string): string => paint("bold", text)
  const name = (text: string): string => paint("cyan", text)
  const sections: Array<string> = []
  if (doc.description !== "") sections.push(indented(doc.description, 0, width))
  const [usageLine = "", ...more] = wrap(doc.usage.replace("<subcommand>", "<command>"), width - usageIndent.length)
  sections.push([`${heading("Usage:")} ${usageLine}`, ...more.map((line) => usageIndent + line)].join("\n"))
  for (const { commands, group } of doc.subcommands ?? []) {
    const rows = commands.map((command) => ({
      left: command.name,
      right: command.shortDescription ?? command.description
    }))
    sections.push(`${heading(group ?? "Commands")}\n${rowsOf(rows, width, name)}`)
  }
  if (doc.subcommands !== undefined) {
    const [usage = ""] = doc.usage.split(" <")
    sections.push(indented(`Run \`${usage} <command> --help\` for the flags and the examples of a command.`, 0, width))
  }
  if (doc.args !== undefined) {
    const rows = doc.args.map((arg) => ({
      left: `${arg.name}${arg.variadic ? "…" : ""}`,
      right: `${Option.getOrElse(arg.description, () => "")}${arg.required ? "" : " (optional)"}`
    }))
    sections.push(`${heading("Arguments")}\n${rowsOf(rows, width, name)}`)
  }
  const flags = [...doc.flags, ...(doc.inheritedFlags ?? [])].map((flag) => flagRow(flag, flag.required))
  if (flags.length > 0) sections.push(`${heading("Flags")}\n${rowsOf(flags, width, name)}`)
  const globals = doc.globalFlags ?? []
  if (globals.length > 0) sections.push(globalSection(doc, globals, width, { heading, name }))
  if (doc.examples !== undefined) {
    const examples = doc.examples.map(
      ({ command, description }) =>
        `${description === undefined ? "" : `${paint("dim", indented(`# ${description}`, 2, width))}\n`}  ${name(command)}`
    )
    sections.push(`${heading("Examples")}\n${examples.join("\n")}`)
  }
  return sections.join("\n\n")
}

/**
 * The flags of every command: with descriptions in the help of `kalshi`, and only names in the help of its subcommands.
 */
const globalSection = (
  { commandPath = [] }: HelpDoc,
  globals: ReadonlyArray<FlagDoc>,
  width: number,
  { heading, name }: { readonly heading: (text: string) => string; readonly name: (text: string) => string }
): string => {
  const [root = ""] = commandPath
  if (commandPath.length <= 1) {
    const rows = globals.map((flag) => flagRow(flag, false))
    return `${heading("Flags of every command")}\n${rowsOf(rows, width, name)}`
  }
  const names = globals.map((flag) => `--${flag.name}`).join(", ")
  return `${heading("Flags of every command")}\n${indented(`${names}. See \`${root} --help\`.`, 2, width)}`
}
