/** Runs the command in a process. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** The result of a process. */
export interface Ended {
  /** Undefined if a signal ended the process. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

const bin = fileURLToPath(new URL("../../../src/bin/kalshi-contract.ts", import.meta.url))

/** Starts the command, or `script`. Does not pass on environment variables with keys. */
export const start = (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
  script = bin
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("KALSHI_") && name !== "NODE_OPTIONS"
  )
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const output = { stdout: "", stderr: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text))
  const ended = once(child, "close").then(([code]: Array<unknown>) => ({
    code: typeof code === "number" ? code : undefined,
    ...output
  }))
  return { child, ended }
}

/** Runs the command to its end. */
export const run = (args: ReadonlyArray<string>, environment?: Readonly<Record<string, string>>): Promise<Ended> =>
  start(args, environment).ended
