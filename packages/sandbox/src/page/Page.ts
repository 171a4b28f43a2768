/**
 * The operator's page: its files and its event stream.
 *
 * @module
 */
import { failure, type RestResponse } from "../rest/errorBody.ts"
import { type BodyStream, toWire, type WireRequest, type WireResponse } from "../rest/handler.ts"
import type { Source } from "../operator/watch.ts"
import { isNavigation, senderOf } from "./access.ts"
import { makeFiles, safeHeaders } from "./files.ts"
import { Streams } from "./stream.ts"

export const pagePath = "/sandbox/"
const filesPath = "/sandbox/page/"
const streamPath = "/sandbox/stream"

export class Page {
  readonly #token: string
  readonly #streams: Streams
  readonly #file: (name: string) => RestResponse

  constructor(source: Source, token: string, onDefect: (defect: unknown) => void) {
    this.#token = token
    this.#streams = new Streams(source, onDefect)
    this.#file = makeFiles(token)
  }

  /** Responds to a GET of the page, its files or its stream. Undefined for other requests. */
  respond(request: WireRequest): WireResponse | undefined {
    const { method } = request
    const { pathname, searchParams } = urlOf(request)
    const isOurs = [pagePath, streamPath, "/"].includes(pathname) || pathname.startsWith(filesPath)
    if (!isOurs || method !== "GET") {
      return undefined
    }
    const sender = isNavigation(request) && pathname !== streamPath ? "page" : senderOf(request, this.#token)
    if (typeof sender !== "string") {
      return pathname === "/" ? undefined : wire(sender)
    }
    if (pathname === "/") {
      return wire({ status: 302, body: undefined, headers: { location: pagePath } })
    }
    return pathname === streamPath
      ? this.#stream(searchParams)
      : wire(this.#file(pathname === pagePath ? "index.html" : pathname.slice(filesPath.length)))
  }

  #stream(query: URLSearchParams): WireResponse {
    if (this.#streams.isFull) {
      return wire(failure(503, "service_unavailable", "too many pages are open. Close one"))
    }
    const selection = {
      ticker: query.get("market") ?? undefined,
      accountId: query.get("account") ?? undefined
    }
    return {
      ...wire({ status: 200, body: undefined, headers: { "content-type": "text/event-stream" } }),
      stream: (body: BodyStream) => this.#streams.open(body, selection)
    }
  }
}

const wire = (response: RestResponse): WireResponse =>
  toWire({ ...response, headers: { ...safeHeaders, ...response.headers } }, Date.now())

const urlOf = ({ path }: WireRequest): { readonly pathname: string; readonly searchParams: URLSearchParams } => {
  const end = path.indexOf("?")
  return {
    pathname: end === -1 ? path : path.slice(0, end),
    searchParams: new URLSearchParams(end === -1 ? "" : path.slice(end + 1))
  }
}
