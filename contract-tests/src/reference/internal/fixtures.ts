import { existsSync, readFileSync } from "node:fs"

// Inside the published package, or beside it in the workspace.
const roots: ReadonlyArray<URL> = [
  new URL("../../../fixtures/", import.meta.url),
  new URL("../../../../fixtures/", import.meta.url)
]

/** The address of a fixture, by its path below `fixtures/`. */
export const fixture = (path: string): URL => {
  const found = roots.map((root) => new URL(path, root)).find((url) => existsSync(url))
  if (found === undefined) {
    throw new Error(`fixtures/${path} is neither in the package nor in the workspace`)
  }
  return found
}

/** A fixture's JSON. */
export const readJson = (path: string): unknown => JSON.parse(readFileSync(fixture(path), "utf8"))
