import { afterEach, assert, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import * as esbuild from "esbuild"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const readme = fs.readFileSync(path.join(root, "README.md"), "utf8")
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!)

const run = async (example: string): Promise<ReadonlyArray<string>> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kalshi-signing-readme-"))
  try {
    const outfile = path.join(folder, "example.mjs")
    await esbuild.build({
      stdin: {
        contents: `export const printed: Array<string> = []
const console = { log: (value: unknown) => void printed.push(String(value)) }
${example}`,
        resolveDir: root,
        loader: "ts"
      },
      bundle: true,
      outfile,
      platform: "node",
      format: "esm",
      target: "node22",
      logLevel: "silent"
    })
    const { printed } = (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as {
      readonly printed: ReadonlyArray<string>
    }
    return printed
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

describe("README", () => {
  it("has four examples", () => {
    assert.strictEqual(examples.length, 4)
  })

  afterEach(() => {
    vi.unstubAllEnvs()
  })

  for (const [index, example] of examples.entries()) {
    const expected = [...example.matchAll(/ \/\/ => (.*)$/gm)].map((match) => match[1]!)

    it(`prints the documented output in example ${index + 1}`, async () => {
      assert.isNotEmpty(expected)
      // The examples assume that no key is configured.
      for (const name of ["KALSHI_API_KEY_ID", "KALSHI_PRIVATE_KEY", "KALSHI_PRIVATE_KEY_PATH"]) {
        vi.stubEnv(name, undefined)
      }
      assert.deepStrictEqual(await run(example), expected)
    })
  }
})
