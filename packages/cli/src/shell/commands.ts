/**
 * `kalshi commands`: all commands, for scripts and assistants.
 *
 * @module
 */
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import type { ArgDoc, FlagDoc, HelpDoc } from "effect/cli/HelpDoc"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Changes } from "../app/annotations.ts"
import { exits } from "../app/exits.ts"
import { version } from "../app/version.ts"
import * as Output from "../output/Output.ts"
import { wrap } from "../output/wrap.ts"

type AnyCommand = Command.Command.Any

export interface Node {
  readonly path: ReadonlyArray<string>
  readonly command: AnyCommand
  readonly group: string | undefined
}

/** Returns all commands except the root. A command comes before its subcommands. */
export const nodesOf = (root: AnyCommand): ReadonlyArray<Node> => {
  const below = (path: ReadonlyArray<string>, command: AnyCommand, group: string | undefined): ReadonlyArray<Node> =>
    command.subcommands.flatMap((inner) =>
      inner.commands.flatMap((child) => {
        const node = { path: [...path, child.name], command: child, group: group ?? inner.group }
        return [node, ...below(node.path, child, node.group)]
      })
    )
  return below([root.name], root, undefined)
}

export const helpOf = (root: AnyCommand, path: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    let found: HelpDoc | undefined
    const presenter: CliOutput.Presenter = {
      present: (event) =>
        Effect.sync(() => {
          if (event._tag === "Help") found = event.helpDoc
        })
    }
    // `--help` does not run the command, so the services and the errors of the command do not matter.
    const run = Command.runWith(root as Command.Command<string, unknown, unknown, never, never>, { version })
    yield* run([...path.slice(1), "--help"]).pipe(Effect.provideService(CliOutput.Presenter, presenter), Effect.orDie)
    return found!
  })

const argumentOf = ({ description, name, required, type, variadic }: ArgDoc) => ({
  name,
  type,
  required,
  variadic,
  description: Option.getOrElse(description, () => "")
})

const flagOf = ({ aliases, description, name, required, type }: FlagDoc) => ({
  name: `--${name}`,
  aliases,
  type,
  required,
  description: Option.getOrElse(description, () => "")
})

/** A command that only reads never ends with the exit code `unknown`. */
export const describeCommand = (root: AnyCommand, { command, group, path }: Node) =>
  Effect.map(helpOf(root, path), (help) => {
    const changes = Context.get(help.annotations, Changes)
    const codes = Object.entries(exits).filter(([name]) => changes || name !== "unknown")
    return {
      command: path.join(" "),
      group,
      description: help.description,
      changes,
      arguments: (help.args ?? []).map(argumentOf),
      flags: [...help.flags, ...(help.inheritedFlags ?? [])].map(flagOf),
      examples: (help.examples ?? []).map(({ command, description }) => ({ command, description })),
      exit_codes: codes.map(([, { code }]) => code),
      subcommands: command.subcommands.flatMap(({ commands }) => commands.map(({ name }) => name))
    }
  })

const formatTree = (
  root: AnyCommand,
  nodes: ReadonlyArray<Node>,
  { columns, paint }: Pick<Output.Screen, "columns" | "paint">
): string => {
  const rows = nodes.map(({ command, path }) => ({
    indentation: "  ".repeat(path.length - 1),
    name: command.name,
    mark: Context.get(command.annotations, Changes) ? "*" : " ",
    text: command.shortDescription ?? command.description ?? ""
  }))
  const width = Math.max(...rows.map(({ indentation, name }) => indentation.length + name.length))
  return [
    root.name,
    ...rows.map(({ indentation, mark, name, text }) => {
      const gap = " ".repeat(width - indentation.length - name.length)
      const available = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(columns - width - 3, 20)
      const lines = wrap(text, available).join(`\n${" ".repeat(width + 3)}`)
      return `${indentation}${paint("cyan", name)}${gap} ${mark} ${lines}`
    }),
    "* changes something at the exchange"
  ].join("\n")
}

/** `root` is a function, because the root command contains this command. */
export const commandsOf = (root: () => AnyCommand) =>
  Command.make("commands", {}, () =>
    Effect.gen(function* () {
      const tree = root()
      const nodes = nodesOf(tree)
      const [described, help] = yield* Effect.all([
        Effect.forEach(nodes, (node) => describeCommand(tree, node)),
        helpOf(tree, [tree.name])
      ])
      const json = {
        name: tree.name,
        version,
        exit_codes: Object.entries(exits).map(([name, { code, meaning }]) => ({ code, name, meaning })),
        flags: (help.globalFlags ?? []).map(flagOf),
        commands: described
      }
      yield* Output.value(json, (screen) => formatTree(tree, nodes, screen))
    })
  ).pipe(
    Command.withDescription("Shows all commands; with --json also their arguments, flags and exit codes"),
    Command.withExamples([
      { command: "kalshi commands", description: "The tree of the commands" },
      { command: "kalshi commands --json", description: "Everything that --help says, for a script or an assistant" }
    ])
  )
