/** The journal of a fault run. Each line is written immediately, so that another client can continue after a kill. */
import type * as Orders from "@kalshi-effect/client/Orders"
import { appendFileSync, existsSync, readFileSync } from "node:fs"

export interface Begun extends Orders.Placement {
  readonly number: number
}

export interface Ended {
  readonly client_order_id: string
  /** The tag of the outcome or of the settlement, or `NothingSent`. */
  readonly tag: Orders.Outcome["_tag"] | Orders.Settlement["_tag"] | "NothingSent"
  readonly order_id?: string | undefined
  readonly learned?: Orders.Accepted["source"] | undefined
  /** The placement that a later process settles, if the outcome is `Unknown`. */
  readonly placement?: Orders.Placement | undefined
}

type Line = { readonly begun: Begun } | { readonly ended: Ended }

export const write = (path: string, line: Line): void => appendFileSync(path, `${JSON.stringify(line)}\n`)

/** Reads the entries by `client_order_id`. Ignores a truncated last line. */
export const read = (
  path: string
): ReadonlyMap<string, { readonly begun: Begun; readonly ended: Ended | undefined }> => {
  const entries = new Map<string, { readonly begun: Begun; readonly ended: Ended | undefined }>()
  for (const text of existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : []) {
    const line = JSON.parse(text) as Line // written by `write`
    if ("begun" in line) {
      entries.set(line.begun.client_order_id, { begun: line.begun, ended: undefined })
    } else {
      const entry = entries.get(line.ended.client_order_id)
      if (entry === undefined) throw new Error(`${line.ended.client_order_id} has an outcome but was not begun`)
      entries.set(line.ended.client_order_id, { ...entry, ended: line.ended })
    }
  }
  return entries
}
