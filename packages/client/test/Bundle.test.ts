import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import { build } from "esbuild"

const source = (module: string) => fileURLToPath(new URL(`../src/${module}.ts`, import.meta.url))

/** Bundles a module's text for a browser, as an application would. */
const bundle = async (text: string) => {
  const { metafile, outputFiles } = await build({
    stdin: { contents: text, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    metafile: true,
    logLevel: "silent"
  })
  const output = outputFiles[0]!.text
  const kept = Object.values(metafile.outputs)[0]!.inputs
  const modules = Object.entries(kept)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path)
  return { output, modules, gzipBytes: gzipSync(output).length }
}

const one = `
  import { get } from ${JSON.stringify(source("OrderGroups"))}
  import { layer } from ${JSON.stringify(source("Kalshi"))}
  export { get, layer }
`

describe("a browser's bundle of one operation and its layer", () => {
  it("holds that operation and no other", async () => {
    const { output } = await bundle(one)
    assert.include(output, "GetOrderGroup")
    for (const other of [
      "GetOrderGroups",
      "CreateOrderGroup",
      "ResetOrderGroup",
      "CreateOrderV2",
      "GetExchangeStatus"
    ]) {
      assert.notInclude(output, `"${other}"`)
    }
  })

  it("needs no Node module, and leaves out the configuration it does not use", async () => {
    const { modules } = await bundle(one)
    for (const absent of ["/Config.ts", "/Config.js", "SigningConfig", "/ConfigProvider", "node:", "platform-node"]) {
      assert.isUndefined(
        modules.find((path) => path.includes(absent)),
        absent
      )
    }
  })
})
