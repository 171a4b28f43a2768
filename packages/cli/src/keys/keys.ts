/**
 * `kalshi keys`: checks and creates private keys. A private key is never printed.
 *
 * @module
 */
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { CommandError } from "../app/failures.ts"
import { fingerprintOfPem } from "../app/fingerprint.ts"
import { createPrivateFile, formatMode, shellQuoted, writeSecret } from "../app/privateFiles.ts"
import * as Output from "../output/Output.ts"
import { inspectKeyFile, type KeyFacts } from "./inspect.ts"

const kindName = { ed25519: "Ed25519", rsa: "RSA" } as const

const factFields = ({ bits, fingerprint, kind }: KeyFacts) =>
  [
    ["kind", kindName[kind]],
    ["bits", String(bits)],
    ["fingerprint", fingerprint]
  ] as const

const check = Command.make(
  "check",
  { file: Argument.Path("file", { pathType: "file" }).pipe(Argument.withDescription("The file of the private key")) },
  ({ file }) =>
    Effect.gen(function* () {
      const { facts, mode, problem } = yield* inspectKeyFile(file)
      const bad = problem === undefined ? undefined : new CommandError({ exit: "key", message: problem })
      if (facts === undefined) return yield* bad ?? Effect.void
      const modeText = mode === undefined ? undefined : formatMode(mode)
      yield* Output.value(
        {
          file,
          kind: facts.kind,
          bits: facts.bits,
          fingerprint: facts.fingerprint,
          mode: modeText,
          public_key: facts.publicKey,
          usable: problem === undefined
        },
        (screen) => Output.formatFields(screen, [["file", file], ...factFields(facts), ["mode", modeText]])
      )
      if (bad !== undefined) return yield* bad
    })
).pipe(
  Command.withShortDescription("Checks a private key file"),
  Command.withDescription(
    "Checks a private key file: its kind, its size, the fingerprint of its public key, and who can read it. If something is wrong, the command says how to repair it. The private key is never printed"
  ),
  Command.withExamples([{ command: "kalshi keys check key.pem", description: "Check the key in a file" }])
)

const next = (file: string, kind: keyof typeof kindName) =>
  [
    `The private key is in ${file}. Keep it secret: it never leaves this machine.`,
    "To use this key at the exchange:",
    "  1. Register the public key on the website of the exchange (account settings, API keys), or with an existing key:",
    `     kalshi call ApiKeys.create name=NAME public_key=@public.pem`,
    "  2. The exchange shows the id of the key. Create a profile with it:",
    `     kalshi profile add NAME --env demo --key-id ID --key-file ${shellQuoted(file)}`,
    ...(kind === "rsa" ? ["An Ed25519 key signs faster. Omit --kind to create one"] : [])
  ].join("\n")

const create = Command.make(
  "new",
  {
    kind: Flag.Literals("kind", ["ed25519", "rsa"]).pipe(
      Flag.withDescription("The kind of the key (default ed25519)"),
      Flag.withDefault("ed25519")
    ),
    out: Flag.Path("out", { pathType: "file" }).pipe(Flag.withDescription("The new file for the private key"))
  },
  ({ kind, out }) =>
    Effect.gen(function* () {
      yield* Output.refuseCsv
      yield* createPrivateFile(out)
      const files = yield* FileSystem.FileSystem
      const pair = yield* ApiKey.generateKeyPair({ kind }).pipe(
        Effect.tap(({ privateKeyPem }) => writeSecret(out, privateKeyPem)),
        Effect.onError(() => Effect.ignore(files.remove(out))),
        Effect.catchTag("PlatformError", (error) =>
          Effect.fail(
            new CommandError({
              exit: "failed",
              message: `The file ${JSON.stringify(out)} cannot be written: ${error.reason._tag}. Choose another --out`
            })
          )
        )
      )
      yield* Output.value(
        {
          kind,
          private_key_path: out,
          fingerprint: fingerprintOfPem(pair.publicKeyPem),
          public_key: pair.publicKeyPem
        },
        () => pair.publicKeyPem.trimEnd()
      )
      yield* Output.note(next(out, kind))
    })
).pipe(
  Command.withShortDescription("Creates a private key"),
  Command.withDescription(
    "Creates a private key in a new file that only you can read, and prints the public key to register at the exchange. An existing file is never replaced"
  ),
  Command.withExamples([
    {
      command: "kalshi keys new --out key.pem > public.pem",
      description: "A private key, and the public key to register"
    }
  ])
)

export const keys = Command.make("keys").pipe(
  Command.withSubcommands([check, create]),
  Command.withDescription("Checks and creates private keys"),
  Command.withExamples([{ command: "kalshi keys check key.pem", description: "Check the key in a file" }])
)
