/** Bundles the command `kalshi-sandbox` into one file, which starts four times as fast as the separate modules. */
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const here = new URL("./", import.meta.url)

/**
 * By default, bundles the command into `dist/bin`. There, the command reads its version from `package.json`, two
 * folders above.
 */
export const bundle = (
  outfile = fileURLToPath(new URL("dist/bin/kalshi-sandbox.js", here)),
  entry = "src/operator/command.ts"
): Promise<unknown> =>
  build({
    entryPoints: [fileURLToPath(new URL(entry, here))],
    outfile,
    bundle: true,
    format: "esm",
    minify: true,
    platform: "node",
    target: "node20.19",
    // The library `ws` is CommonJS, and calls `require` for Node's modules.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    legalComments: "linked"
  })

if (import.meta.main) await bundle()
