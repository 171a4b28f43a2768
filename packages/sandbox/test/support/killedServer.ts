/** Starts the exchange with a state file in a process that a test kills. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { copyFileSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundle } from "../../bundle.ts"
import type { Served } from "./stateServer.ts"

export interface Started {
  readonly child: ChildProcess
  readonly served: Served
  readonly errors: () => string
}

/** Bundles the program into a new folder, which the caller removes. `start` takes the arguments of the program. */
export const makeServer = (prefix: string) => {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  const server = join(folder, "dist", "bin", "server.js")
  return {
    folder,
    build: async (): Promise<void> => {
      copyFileSync(fileURLToPath(new URL("../../package.json", import.meta.url)), join(folder, "package.json"))
      await bundle(server, "test/support/stateServer.ts")
    },
    start: async (...args: ReadonlyArray<string>): Promise<Started> => {
      const child = fork(server, args, { silent: true })
      let errors = ""
      child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()))
      const [message] = (await Promise.race([once(child, "message"), once(child, "exit").then(() => [undefined])])) as [
        unknown
      ]
      if (message === undefined) throw new Error(`the exchange did not start: ${errors}`)
      return { child, served: message as Served, errors: () => errors } // the program sends nothing else
    }
  }
}
