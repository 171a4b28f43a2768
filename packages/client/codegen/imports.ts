/**
 * The imports of a generated file, collected while its code is written.
 *
 * @module
 */
import { alphabetical } from "./faults.ts"

export interface Imports {
  /** Imports `effect/Schema`, and returns the code of one of its members. */
  readonly schema: (member: string) => string
  readonly value: (module: string, name: string) => string
  readonly type: (module: string, name: string) => string
  readonly print: () => string
}

export const makeImports = (): Imports => {
  const modules = new Map<string, Map<string, "type" | "value">>()
  let needsSchema = false
  const add = (module: string, name: string, kind: "type" | "value"): string => {
    const names = modules.get(module) ?? new Map<string, "type" | "value">()
    modules.set(module, names)
    if (kind === "value" || !names.has(name)) names.set(name, kind)
    return name
  }
  return {
    schema: (member) => {
      needsSchema = true
      return `Schema.${member}`
    },
    value: (module, name) => add(module, name, "value"),
    type: (module, name) => add(module, name, "type"),
    print: () =>
      (needsSchema ? `import * as Schema from "effect/Schema"\n` : "") +
      [...modules]
        .toSorted(([a], [b]) => alphabetical(a, b))
        .map(([module, names]) => {
          const sorted = [...names].toSorted(([a], [b]) => alphabetical(a, b))
          const isTypes = sorted.every(([, kind]) => kind === "type")
          const list = sorted.map(([name, kind]) => (kind === "type" && !isTypes ? `type ${name}` : name)).join(", ")
          return `import ${isTypes ? "type " : ""}{ ${list} } from "${module}"\n`
        })
        .join("")
  }
}
