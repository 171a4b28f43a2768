/** Writes the command `kalshi-sandbox` as one file, which starts in a quarter of the time that its modules take one by one. */
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const here = new URL("./", import.meta.url)

/** Bundles the command; beside the file's folder lies what `package.json` says of its version. */
export const bundle = (outfile = fileURLToPath(new URL("dist/bin/kalshi-sandbox.js", here))): Promise<unknown> =>
  build({
    entryPoints: [fileURLToPath(new URL("src/operator/command.ts", here))],
    outfile,
    bundle: true,
    format: "esm",
    minify: true,
    platform: "node",
    target: "node20.19",
    legalComments: "linked"
  })

if (import.meta.main) await bundle()
