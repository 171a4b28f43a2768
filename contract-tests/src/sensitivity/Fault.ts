/**
 * Injects a fault: a small change of the project's source code that a property must detect.
 *
 * @module
 */
import * as fs from "node:fs"

export interface Fault {
  /** The faulty behavior. Example: `retries a request after a 400`. */
  readonly name: string
  /** A file or a folder, relative to the root of the repository. In a folder, only one file may match the pattern. */
  readonly in: string
  /** The pattern must match exactly once. A short pattern survives refactoring. */
  readonly pattern: RegExp
  readonly replacement: string
  /** This property must detect the fault. */
  readonly property: string
  /** The target to check: an operation, or another target of the property. */
  readonly target: string
  /** Default: 300. */
  readonly runs?: number | undefined
}

export interface Planted {
  readonly href: string
  readonly source: string
}

/** The root of the repository. Faults can be injected only there, not in a published package. */
export const root: URL = new URL("../../../", import.meta.url)

export class Stale extends Error {
  override readonly name = "Stale"
}

const filesOf = (path: string): ReadonlyArray<string> =>
  path.endsWith(".ts")
    ? [path]
    : fs
        .readdirSync(new URL(`${path}/`, root), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => `${path}/${name}`)

/**
 * Returns the source with the fault. Does not change the file.
 *
 * @throws `Stale` if the pattern does not match exactly once.
 */
export const plant = (fault: Fault): Planted => {
  const all = new RegExp(fault.pattern, "g")
  const matches = filesOf(fault.in).flatMap((path) => {
    const url = new URL(path, root)
    const source = fs.readFileSync(url, "utf8")
    return Array.from(source.matchAll(all), () => ({ href: url.href, source }))
  })
  const [only] = matches
  if (only === undefined || matches.length > 1) {
    throw new Stale(
      `"${fault.name}" cannot be injected: ${fault.in} matches ${String(fault.pattern)} ${matches.length} times, not once. Adapt the pattern to the source.`
    )
  }
  return { href: only.href, source: only.source.replace(fault.pattern, () => fault.replacement) }
}
