/**
 * The interface between a feed and its WebSockets, over the network and in memory.
 *
 * @module
 */
import { feedPath, type Upgrade } from "../feed/line.ts"
import { failure } from "../rest/errorBody.ts"
import { toWire, type WireRequest, type WireResponse } from "../rest/handler.ts"

/** The documented maximum. */
export const maxMessageBytes = 64 * 1024 * 1024

export interface Upgrades {
  readonly upgrade: (request: WireRequest) => Upgrade
}

/** Passes an upgrade at the feed's path to the feed. Refuses an upgrade at any other path with 404. */
export const decide = (feed: Upgrades, request: WireRequest): Upgrade =>
  pathOf(request) === feedPath
    ? feed.upgrade(request)
    : { _tag: "Refused", response: toWire(failure(404, "not_found", "no feed has this path"), Date.now()) }

/** The response to an ordinary GET of the feed's path. Undefined for any other request. */
export const upgradeRequired = (request: WireRequest): WireResponse | undefined => {
  if (request.method !== "GET" || pathOf(request) !== feedPath) {
    return undefined
  }
  const response = failure(426, "upgrade_required", "this path accepts WebSockets only")
  return toWire({ ...response, headers: { upgrade: "websocket", connection: "upgrade" } }, Date.now())
}

const pathOf = ({ path }: WireRequest): string => path.replace(/\?.*$/s, "")
