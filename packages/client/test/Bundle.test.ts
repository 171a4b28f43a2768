import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { build, transform } from "esbuild"
import { rollup } from "rollup"
import { assert, describe, it } from "vitest"
import { load, moduleNames, urlOf } from "./support/modules.ts"

const folder = new URL("../src/", import.meta.url)
const source = (module: string) => fileURLToPath(urlOf(module))

interface Bundle {
  readonly output: string
  readonly modules: ReadonlyArray<string>
}

const withEsbuild = async (text: string): Promise<Bundle> => {
  const { metafile, outputFiles } = await build({
    stdin: { contents: text, resolveDir: fileURLToPath(folder), loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    metafile: true,
    logLevel: "silent"
  })
  const kept = Object.entries(Object.values(metafile.outputs)[0]!.inputs)
  return {
    output: outputFiles[0]!.text,
    modules: kept.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []))
  }
}

const withRollup = async (text: string): Promise<Bundle> => {
  const entry = "\0entry"
  const bundle = await rollup({
    input: entry,
    logLevel: "silent",
    plugins: [
      {
        name: "typescript",
        resolveId: (id, importer) =>
          id === entry || id.startsWith("/")
            ? id
            : fileURLToPath(
                import.meta.resolve(
                  id,
                  importer === undefined || importer === entry ? folder.href : `file://${importer}`
                )
              ),
        load: (id) => (id === entry ? text : null),
        transform: async (code, id) =>
          id.endsWith(".ts") ? (await transform(code, { loader: "ts", target: "esnext" })).code : null
      }
    ],
    treeshake: { moduleSideEffects: false }
  })
  const { output } = await bundle.generate({ format: "esm" })
  const { code, modules } = output[0]
  const kept = Object.entries(modules).flatMap(([path, { renderedLength }]) => (renderedLength > 0 ? [path] : []))
  return { output: (await transform(code, { minify: true })).code, modules: kept }
}

const one = `
  import { get } from ${JSON.stringify(source("OrderGroups"))}
  import { layer } from ${JSON.stringify(source("Kalshi"))}
  export { get, layer }
`

const operationIds = async (): Promise<ReadonlyArray<string>> => {
  const ids: Array<string> = []
  for (const name of moduleNames) {
    for (const value of Object.values(await load(name))) {
      if (typeof value === "function" && "descriptor" in value) {
        ids.push((value.descriptor as { readonly operationId: string }).operationId) // every descriptor has an id
      }
    }
  }
  return ids
}

for (const [name, bundle] of [
  ["esbuild", withEsbuild],
  ["rollup", withRollup]
] as const) {
  describe(`a browser bundle of one operation and its layer, by ${name}`, () => {
    it("contains only this operation and the two operations that fetch limits", { timeout: 60_000 }, async () => {
      const { output } = await bundle(one)
      console.log(`${name}: ${(gzipSync(output).length / 1000).toFixed(1)} kB min+gzip`)
      const ids = await operationIds()
      assert.deepStrictEqual(
        ids.filter((id) => new RegExp(`["'\`]${id}["'\`]`).test(output)),
        ["GetAccountApiLimits", "GetAccountEndpointCosts", "GetOrderGroup"]
      )
    })

    for (const [operation, operationId] of [
      ["get", "GetOrder"],
      ["create", "CreateOrderV2"]
    ] as const) {
      it(`omits order placement if only Orders.${operation} is used`, { timeout: 60_000 }, async () => {
        const { modules, output } = await bundle(`
          import { ${operation} } from ${JSON.stringify(source("Orders"))}
          import { layer } from ${JSON.stringify(source("Kalshi"))}
          export { layer, ${operation} }
        `)
        assert.include(output, operationId)
        assert.deepStrictEqual(
          modules.filter((path) => /[/]trading[/]/.test(path) && !/[/](?:DryRun|journal)[.]ts$/.test(path)),
          []
        )
      })
    }

    it("requires no Node module, and omits unused configuration and streams", { timeout: 60_000 }, async () => {
      const { modules } = await bundle(one)
      assert.isDefined(modules.find((path) => path.includes("OrderGroups")))
      for (const absent of [
        /[/]Config\.[jt]s$/,
        /SigningConfig/,
        /[/]ConfigProvider\./,
        /node:/,
        /platform-node/,
        /client[/]src[/]Pages\.ts$/,
        /client[/]src[/](?:feed|book|account)[/]/,
        /generated[/]feed\.ts$/
      ]) {
        assert.isUndefined(
          modules.find((path) => absent.test(path)),
          String(absent)
        )
      }
    })
  })

  describe(`a browser bundle of one channel and OrderBooks.watch, by ${name}`, () => {
    it("is smaller than 90 kB min+gzip, and contains no operation", { timeout: 60_000 }, async () => {
      const { output } = await bundle(`
        import { layer, messages } from ${JSON.stringify(source("Feed"))}
        import { watch } from ${JSON.stringify(source("OrderBooks"))}
        export const trades = messages("trade")
        export { layer, watch }
      `)
      const bytes = gzipSync(output).length
      console.log(`${name}, feed: ${(bytes / 1000).toFixed(1)} kB min+gzip`)
      assert.isBelow(bytes, 90_000)
      assert.include(output, "orderbook_snapshot")
      assert.notInclude(output, "OrderBooks.audit")
      const ids = await operationIds()
      assert.deepStrictEqual(
        ids.filter((id) => new RegExp(`["'\`]${id}["'\`]`).test(output)),
        []
      )
    })
  })
}

describe("a browser bundle of Feed.layer and Trades.watch", () => {
  it("is smaller than 90 kB min+gzip, and contains no operation", { timeout: 60_000 }, async () => {
    const { modules, output } = await withEsbuild(`
      import { layer } from ${JSON.stringify(source("Feed"))}
      import { watch } from ${JSON.stringify(source("Trades"))}
      export { layer, watch }
    `)
    const bytes = gzipSync(output).length
    console.log(`trades: ${(bytes / 1000).toFixed(1)} kB min+gzip`)
    assert.isBelow(bytes, 90_000)
    assert.isUndefined(modules.find((path) => /client[/]src[/](?:book|rest)[/]/.test(path)))
    const ids = await operationIds()
    assert.deepStrictEqual(
      ids.filter((id) => new RegExp(`["'\`]${id}["'\`]`).test(output)),
      []
    )
  })
})
