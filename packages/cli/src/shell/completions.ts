/**
 * `kalshi completions`: completion scripts for shells.
 *
 * @module
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"
import * as Effect from "effect/Effect"
import { settings } from "../app/settings.ts"
import type { FieldEntry } from "../call/model.ts"
import * as Output from "../output/Output.ts"
import type { OperationFields } from "./scripts.ts"

/** Returns the full names of an operation's fields. A list of objects contributes only the fields of its first object. */
const namesOf = (fields: Readonly<Record<string, FieldEntry>>, path = ""): OperationFields["fields"] =>
  Object.entries(fields).flatMap(([name, { fields: inner, isList, values }]) =>
    inner === undefined
      ? [{ name: `${path}${name}`, values: values ?? [] }]
      : namesOf(inner, `${path}${name}.${isList === true ? "0." : ""}`)
  )

// The descriptor of a command does not contain the global flags. So this helper command has them as its own flags.
const everyFlag = Command.make("flags", Object.fromEntries(settings.map(({ flag, id }) => [id, flag])))

/** `root` is a function, because the root command contains this command. */
export const completionsOf = (root: () => Command.Command.Any) =>
  Command.make(
    "completions",
    {
      shell: Argument.Literals("shell", ["bash", "zsh", "fish"]).pipe(
        Argument.withDescription("The shell: bash, zsh or fish")
      )
    },
    ({ shell }) =>
      Effect.gen(function* () {
        // Both modules are loaded on demand, because they are long.
        const { completionScript } = yield* Effect.promise(() => import("./scripts.ts"))
        const { catalog } = yield* Effect.promise(() => import("../call/generated/catalog.ts"))
        const operations = catalog.map(({ fields, name }) => ({ operation: name, fields: namesOf(fields) }))
        const flags = Completions.fromCommand(everyFlag).flags
        const script = completionScript(shell, Completions.fromCommand(root()), flags, operations)
        yield* Output.value({ shell, script }, () => script)
      })
  ).pipe(
    Command.withShortDescription("Prints the completion script of a shell"),
    Command.withDescription(
      "Prints a script that makes a shell complete commands, flags, the operations of `kalshi call` and their fields, and the names of profiles"
    ),
    Command.withExamples([
      { command: "kalshi completions bash >> ~/.bashrc", description: "bash" },
      { command: "kalshi completions zsh > ~/.zsh/completions/_kalshi", description: "zsh, with this folder in fpath" },
      { command: "kalshi completions fish > ~/.config/fish/completions/kalshi.fish", description: "fish" }
    ])
  )
