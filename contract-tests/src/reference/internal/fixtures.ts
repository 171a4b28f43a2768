/**
 * Finds and reads the files below `fixtures/`.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs"

// The published package contains the folder. In the repository, the folder is in the root.
const roots: ReadonlyArray<URL> = [
  new URL("../../../fixtures/", import.meta.url),
  new URL("../../../../fixtures/", import.meta.url)
]

/** Finds a file or a folder. `path` is the path below `fixtures/`. */
export const fixture = (path: string): URL => {
  const found = roots.map((root) => new URL(path, root)).find((url) => existsSync(url))
  if (found === undefined) {
    throw new Error(`fixtures/${path} is neither in the package nor in the workspace`)
  }
  return found
}

export const readJson = (path: string): unknown => JSON.parse(readFileSync(fixture(path), "utf8"))
