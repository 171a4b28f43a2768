/** Lists the public modules of the package's exports map. */
import { readFileSync } from "node:fs"

const manifestUrl = new URL("../../package.json", import.meta.url)
const manifest: { readonly exports: Readonly<Record<string, string>> } = JSON.parse(readFileSync(manifestUrl, "utf8"))

const urls: ReadonlyMap<string, URL> = new Map(
  Object.entries(manifest.exports).flatMap(([path, file]) =>
    file.endsWith(".ts") ? [[path.slice("./".length), new URL(file, manifestUrl)] as const] : []
  )
)

/** The names of the public modules, without generated modules. */
export const moduleNames: ReadonlyArray<string> = [...urls.keys()].filter((name) => !name.includes("/"))

export const urlOf = (name: string): URL => {
  const url = urls.get(name)
  if (url === undefined) throw new Error(`the package does not export ${name}`)
  return url
}

export const load = (name: string): Promise<Readonly<Record<string, unknown>>> => import(urlOf(name).href)
