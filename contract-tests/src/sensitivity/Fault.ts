/** Planting a fault: a small change of the project's own source that one property must detect. */
import * as fs from "node:fs"

/** A client, exchange or suite with one fault. */
export interface Fault {
  /** The faulty behaviour, such as `retries a request after a 400`. */
  readonly name: string
  /**
   * The source file, relative to the root of the repository; or a folder, in which the pattern occurs in one file.
   */
  readonly in: string
  /** Short, so that it survives refactoring. It must match exactly once. */
  readonly pattern: RegExp
  readonly replacement: string
  /** The id of the property that must detect it. */
  readonly property: string
  /** The operation, or other target of the property, to check. */
  readonly target: string
  /** Random cases. Default: 300. */
  readonly runs?: number | undefined
}

/** A changed source file. */
export interface Planted {
  /** Its URL. */
  readonly href: string
  readonly source: string
}

/** The root of the repository. Faults are planted in the repository, not in a published package. */
export const root: URL = new URL("../../../", import.meta.url)

/** The fault cannot be planted: the pattern does not match exactly once. */
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
 * The source file with the fault in it. Nothing on disk changes.
 *
 * @throws `Stale` if the pattern does not match exactly once.
 */
export const plant = (fault: Fault): Planted => {
  const all = new RegExp(fault.pattern, "g")
  const found = filesOf(fault.in).flatMap((path) => {
    const url = new URL(path, root)
    const source = fs.readFileSync(url, "utf8")
    return Array.from(source.matchAll(all), () => ({ href: url.href, source }))
  })
  const [only] = found
  if (only === undefined || found.length > 1) {
    throw new Stale(
      `"${fault.name}" cannot be planted: ${fault.in} matches ${String(fault.pattern)} ${found.length} times, not once. Adapt the pattern to the source.`
    )
  }
  return { href: only.href, source: only.source.replace(fault.pattern, () => fault.replacement) }
}
