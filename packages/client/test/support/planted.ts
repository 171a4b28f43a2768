/** Loads a module of the client with a fault in one of its sources. Does not change any file. */
import * as esbuild from "esbuild"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const sources = fileURLToPath(new URL("../../src/", import.meta.url))

export interface Fault {
  readonly does: string
  /** A path below `src`. */
  readonly file: string
  /** Occurs exactly once in the file. */
  readonly text: string
  readonly instead: string
}

export const inFile =
  (file: string) =>
  (does: string, text: string, instead: string): Fault => ({ does, file, text, instead })

export const load = async (module: string, { file, instead, text }: Fault): Promise<unknown> => {
  const faulty = path.join(sources, file)
  const parts = fs.readFileSync(faulty, "utf8").split(text)
  if (parts.length !== 2)
    throw new Error(`cannot plant a fault: ${file} must contain this text exactly once (update the fault): ${text}`)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kalshi-client-fault-"))
  try {
    const outfile = path.join(folder, "faulty.mjs")
    await esbuild.build({
      entryPoints: [path.join(sources, module)],
      plugins: [
        {
          name: "fault",
          setup: (build) =>
            build.onLoad({ filter: /\.ts$/ }, ({ path: loaded }) =>
              loaded === faulty ? { contents: parts.join(instead), loader: "ts" } : undefined
            )
        }
      ],
      bundle: true,
      outfile,
      platform: "node",
      format: "esm",
      target: "node22",
      logLevel: "silent"
    })
    return await import(/* @vite-ignore */ pathToFileURL(outfile).href)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
