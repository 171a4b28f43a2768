/**
 * The version of the package.
 *
 * @module
 */
import { readFileSync } from "node:fs"

export const version: string = readVersion()

function readVersion(): string {
  // The package's own file, which always has a version.
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string
  }
  return version
}
