/**
 * The state of the line. The line is the connection of a view to the exchange, or several connections. The views show
 * this state, and the JSON stream reports it.
 *
 * @module
 */
import type * as Feed from "@kalshi-effect/client/Feed"
import { durationOf } from "./format.ts"
import { type Line, span } from "./layout.ts"

export type LineState =
  /** The first connection is being opened, or the exchange has not acknowledged all subscriptions yet. */
  | { readonly _tag: "connecting" }
  | { readonly _tag: "live"; readonly sinceMillis: number }
  /**
   * The connection was lost, or could not be opened. This state lasts until all subscriptions are acknowledged again.
   */
  | { readonly _tag: "reconnecting"; readonly attempts: number; readonly reason: string }
  /** The feed has ended, and the client does not open it again. */
  | { readonly _tag: "refused"; readonly reason: string }

/** Returns the worst state of all connections and subscriptions. */
export const lineStateOf = ({
  connections,
  ended,
  subscriptions
}: Pick<Feed.SessionState, "connections" | "ended" | "subscriptions">): LineState => {
  if (ended !== undefined) return { _tag: "refused", reason: ended.message }
  const isLive =
    connections.length > 0 &&
    connections.every(({ status }) => status === "open") &&
    subscriptions.length > 0 &&
    subscriptions.every(({ status }) => status === "live")
  if (!isLive) {
    const lost =
      connections.find(({ lastLoss, status }) => status !== "open" && lastLoss !== undefined) ??
      connections.find(({ lastLoss }) => lastLoss !== undefined)
    return lost === undefined
      ? { _tag: "connecting" }
      : { _tag: "reconnecting", attempts: lost.attempts, reason: lost.lastLoss ?? "" }
  }
  return { _tag: "live", sinceMillis: Math.max(...subscriptions.map(({ sinceMillis }) => sinceMillis)) }
}

const describeLine = (state: LineState, nowMillis: number): string => {
  switch (state._tag) {
    case "connecting":
      return "connecting"
    case "live":
      return `live ${durationOf(nowMillis - state.sinceMillis)}`
    case "reconnecting":
      return `reconnecting, attempt ${state.attempts}`
    case "refused":
      return "refused"
  }
}

export const lineStateSpans = (state: LineState, nowMillis: number): Line => {
  const text = describeLine(state, nowMillis)
  switch (state._tag) {
    case "live":
      return [span("● ", "green"), span(text)]
    case "connecting":
      return [span("○ ", "yellow"), span(text, "yellow")]
    case "reconnecting":
    case "refused":
      return [span("○ ", "red"), span(text, "red")]
  }
}
