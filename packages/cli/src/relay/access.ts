/**
 * Which requests a relay accepts: requests of programs on this machine, and of pages whose origin is permitted.
 *
 * A page of another site can make a browser on this machine send requests, but it cannot change the headers `Host`,
 * `Origin` and `Sec-Fetch-Site`.
 *
 * @module
 */
import type { WireRequest } from "@kalshi-effect/sandbox/FeedServer"
import { createHash, timingSafeEqual } from "node:crypto"

export interface Rules {
  readonly port: number
  /** The origins whose pages are permitted to connect. Pages of this machine are always permitted. */
  readonly origins: ReadonlyArray<string>
  /** The token for the private channels. Undefined if the relay does not serve them. */
  readonly token: string | undefined
}

export type Decision =
  | { readonly _tag: "Accepted"; readonly isPrivate: boolean }
  | { readonly _tag: "Refused"; readonly status: 401 | 403; readonly reason: string }

/** The prefix of a WebSocket subprotocol that contains the token. A page cannot set the headers of a WebSocket. */
const subprotocol = "token."

const hostName = String.raw`(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])`

const ownOrigin = new RegExp(`^https?://${hostName}(?::\\d+)?$`, "i")

const isPermitted = (origin: string, { origins }: Rules): boolean => ownOrigin.test(origin) || origins.includes(origin)

/** Compares digests, so that the time of the comparison does not reveal the token or its length. */
const isToken = (sent: string, token: string): boolean => timingSafeEqual(digest(sent), digest(token))

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

const tokenOf = ({ headers, path }: Pick<WireRequest, "headers" | "path">): string | undefined => {
  const bearer = /^bearer\s+(\S+)$/i.exec(headers["authorization"] ?? "")?.[1]
  const protocols = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim())
  const offered = protocols.find((name) => name.startsWith(subprotocol))?.slice(subprotocol.length)
  return bearer ?? offered ?? new URLSearchParams(path.split("?")[1] ?? "").get("token") ?? undefined
}

const refuse = (status: 401 | 403, reason: string): Decision => ({ _tag: "Refused", status, reason })

export const decide = (request: Pick<WireRequest, "headers" | "path">, rules: Rules): Decision => {
  const { host = "", origin, "sec-fetch-site": site } = request.headers
  // With DNS rebinding, the host name of another site can resolve to this machine.
  if (!new RegExp(`^${hostName}:${rules.port}$`, "i").test(host)) {
    return refuse(403, `the header Host must be the address that the relay printed, such as 127.0.0.1:${rules.port}`)
  }
  if (origin !== undefined && !isPermitted(origin, rules)) {
    return refuse(
      403,
      "pages of this origin are not permitted to connect. Start the relay with --origin and the origin of the page"
    )
  }
  // A browser omits `Origin` in some requests, but `Sec-Fetch-Site` then shows that another site caused the request.
  if (origin === undefined && site === "cross-site")
    return refuse(403, "pages of another site are not permitted to read from this relay")
  const sent = tokenOf(request)
  if (sent === undefined) return { _tag: "Accepted", isPrivate: false }
  if (rules.token === undefined) {
    return refuse(401, "this relay has no token. Start it with --private, or connect without a token")
  }
  return isToken(sent, rules.token)
    ? { _tag: "Accepted", isPrivate: true }
    : refuse(401, "the token is wrong. Use the token that the relay printed when it started")
}
