/**
 * Which requests the operator interface accepts: requests of programs on this machine, and requests of its own page.
 *
 * A page of another site can make a browser on this machine send requests. But it cannot change the headers `Host`,
 * `Origin` and `Sec-Fetch-Site` that the browser sets.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { failure, type RestResponse } from "../rest/errorBody.ts"
import type { WireRequest } from "../rest/handler.ts"

/** Who sent a request: a program, or the operator's page. */
export type Sender = "program" | "page"

/** With this header the page proves that this exchange served it. */
export const tokenHeader = "x-sandbox-token"

/**
 * Finds who sent a request, or the response that refuses it.
 *
 * **Details**
 *
 * A host name of another machine is refused: with DNS rebinding, the host name of another site resolves to this
 * machine. An `Origin` is refused if it is not `http://` with the request's own host and port. A browser sends no
 * `Origin` with some reads, but then it sends `Sec-Fetch-Site`. A change by the page needs the token. Programs send
 * neither `Origin` nor `Sec-Fetch-Site`. They need no token, because they could read it from the page.
 */
export const senderOf = ({ headers, method }: Omit<WireRequest, "body">, token: string): Sender | RestResponse => {
  const { host = "", origin, "sec-fetch-site": site } = headers
  if (!isOwnName(host)) {
    return forbidden("the header Host must have the address that the exchange printed, such as 127.0.0.1:8787")
  }
  if (origin === undefined && site === undefined) {
    return "program"
  }
  if ((origin !== undefined && origin !== `http://${host}`) || !isOwnSite(site)) {
    return forbidden("the operator interface is only for programs on this machine and for its own page")
  }
  return method === "GET" || isToken(headers[tokenHeader], token)
    ? "page"
    : forbidden(`the header ${tokenHeader} must have the token of this run. Load the page again`)
}

/** Whether a browser opens the page. Links on other sites may open it, because no site can show it in a frame. */
export const isNavigation = ({ headers, method }: WireRequest): boolean =>
  method === "GET" &&
  headers["sec-fetch-mode"] === "navigate" &&
  headers["sec-fetch-dest"] === "document" &&
  headers["origin"] === undefined &&
  isOwnName(headers["host"] ?? "")

const forbidden = (details: string): RestResponse => failure(403, "permission_denied", details)

const isOwnName = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host)

/** Whether no other site made the request. A browser sends `none` if its user typed the address. */
const isOwnSite = (site: string | undefined): boolean => site === undefined || site === "same-origin" || site === "none"

/** Compares digests, so that the time of the comparison shows neither the token nor its length. */
const isToken = (sent: string | undefined, token: string): boolean =>
  sent !== undefined && timingSafeEqual(digest(sent), digest(token))

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()
