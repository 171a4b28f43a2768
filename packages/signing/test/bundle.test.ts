import { assert, describe, it } from "@effect/vitest"
import * as esbuild from "esbuild"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import * as vm from "node:vm"

const source = fileURLToPath(new URL("../src/", import.meta.url))
const modules = fs
  .readdirSync(source)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -3))

const bundle = async (contents: string, platform: "browser" | "neutral" | "node", format: "esm" | "iife" = "esm") => {
  const result = await esbuild.build({
    stdin: { contents, resolveDir: source, loader: "ts" },
    bundle: true,
    write: false,
    minify: true,
    platform,
    format,
    globalName: "signing",
    metafile: true,
    logLevel: "silent"
  })
  const text = result.outputFiles[0]!.text
  const inputs = Object.entries(Object.values(result.metafile.outputs)[0]!.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => file.replaceAll("\\", "/"))
  // The imports that the bundle still has at run time: import, import() or require.
  const externals = Object.values(result.metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  return { text, inputs, externals }
}

const effect = (inputs: ReadonlyArray<string>) =>
  inputs.flatMap((file) => /\/effect\/(?:dist|src)\/(.*)\.[jt]s$/.exec(file)?.[1] ?? [])

describe("bundle", () => {
  it("covers every public module", () => {
    assert.includeMembers(modules, [
      "ApiKey",
      "KeyError",
      "NodeSigner",
      "PublicKey",
      "RequestSignature",
      "Signer",
      "SigningConfig",
      "SigningError"
    ])
  })

  it("fails if a module imports node:fs, which shows that the checks below can fail", async () => {
    for (const platform of ["browser", "neutral"] as const) {
      const outcome = await bundle(`export * from "node:fs"`, platform).then(
        () => "made",
        (error: esbuild.BuildFailure) => error.errors[0]?.text
      )
      assert.match(outcome ?? "", /Could not resolve "node:fs"/)
    }
  })

  it("reports the imports that remain in a bundle for Node, which shows that the checks below can fail", async () => {
    const contents = `import * as fs from "node:fs"; export const exists = fs.existsSync`
    const result = await bundle(contents, "node")
    assert.deepStrictEqual(result.externals, ["node:fs"])
  })

  for (const name of modules) {
    for (const platform of ["browser", "neutral"] as const) {
      it(`needs no Node: ${name} for the platform ${platform}`, async () => {
        const { externals, inputs } = await bundle(`export * from "./${name}.ts"`, platform)
        assert.deepStrictEqual(externals, [])
        assert.isTrue(inputs.some((file) => file.endsWith(`/${name}.ts`)))
      })
    }

    if (name !== "SigningConfig") {
      it(`contains neither Config nor Schema: ${name}`, async () => {
        const { inputs } = await bundle(`export * from "./${name}.ts"`, "browser")
        const pulled = effect(inputs)
        assert.isNotEmpty(pulled)
        for (const heavy of ["Config", "ConfigProvider", "Schema", "SchemaAST", "Stream"]) {
          assert.notInclude(pulled, heavy)
        }
      })
    }
  }

  it("contains Config for SigningConfig, which shows that the check above can fail", async () => {
    const pulled = effect((await bundle(`export * from "./SigningConfig.ts"`, "browser")).inputs)
    assert.includeMembers(pulled, ["Config", "ConfigProvider"])
  })

  it("contains no crypto module of Effect if a program imports only headers, fromApiKey and Signer", async () => {
    const contents = `export { headers } from "./RequestSignature.ts"; export { fromApiKey, Signer } from "./Signer.ts"`
    const pulled = effect((await bundle(contents, "browser")).inputs)
    assert.isNotEmpty(pulled)
    assert.deepStrictEqual(
      pulled.filter((file) => file.startsWith("crypto/")),
      []
    )
  })

  it("contains no module of Effect if a program imports only text and webSocketPath", async () => {
    const { inputs } = await bundle(`export { text, webSocketPath } from "./RequestSignature.ts"`, "browser")
    assert.deepStrictEqual(
      inputs.map((file) => file.split("/").at(-1)),
      ["RequestSignature.ts"]
    )
  })

  it("signs and verifies in a context with only web globals", async () => {
    const { text } = await bundle(
      `
      import * as Effect from "effect/Effect"
      import * as Redacted from "effect/Redacted"
      import * as ApiKey from "./ApiKey.ts"
      import * as PublicKey from "./PublicKey.ts"
      import * as RequestSignature from "./RequestSignature.ts"
      import * as Signer from "./Signer.ts"
      export const run = (kind) => Effect.runPromise(Effect.gen(function* () {
        const generated = yield* ApiKey.generate({ keyId: "web", kind })
        const apiKey = yield* ApiKey.fromPem({ keyId: "web", privateKey: Redacted.value(generated.privateKeyPem) })
        const request = { method: "GET", path: "/trade-api/v2/portfolio/balance" }
        const headers = yield* RequestSignature.headers(Signer.fromApiKey(apiKey), request)
        const publicKey = yield* PublicKey.fromPem(generated.publicKeyPem)
        const refusal = yield* Effect.flip(ApiKey.fromPem({ keyId: "web", privateKey: "prose" }))
        return JSON.stringify([
          yield* RequestSignature.verify(publicKey, { ...request, headers }),
          yield* RequestSignature.verify(publicKey, { ...request, path: "/other", headers }),
          refusal.reason._tag
        ])
      }))
      `,
      "browser",
      "iife"
    )
    const { clearTimeout, crypto, queueMicrotask, setTimeout, TextDecoder, TextEncoder } = globalThis
    const web = vm.createContext({
      clearTimeout,
      crypto,
      queueMicrotask,
      setTimeout,
      TextDecoder,
      TextEncoder,
      AbortController,
      AbortSignal,
      atob,
      btoa,
      performance,
      URL
    })
    assert.strictEqual(vm.runInContext("typeof process + typeof require + typeof Buffer", web), "undefined".repeat(3))
    vm.runInContext(text, web)
    for (const kind of ["rsa", "ed25519"]) {
      assert.strictEqual(await vm.runInContext(`signing.run("${kind}")`, web), `[true,false,"NoPem"]`)
    }
  })
})
