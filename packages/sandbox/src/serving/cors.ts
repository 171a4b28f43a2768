/**
 * Cross-origin requests to the API (CORS), from the pages that the user permits.
 *
 * @module
 */
import { toWire, type WireRequest, type WireResponse } from "../rest/handler.ts"

const apiPath = "/trade-api/v2/"

/** The signature headers, the content type, and the headers that tracing adds. */
const requestHeaders = [
  "kalshi-access-key",
  "kalshi-access-timestamp",
  "kalshi-access-signature",
  "content-type",
  "traceparent",
  "tracestate",
  "b3"
].join(", ")

/** Returns why the text is not an origin. Undefined if it is an origin. */
export const checkOrigin = (text: string): string | undefined =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text
    ? undefined
    : `${JSON.stringify(text)} is not an origin. Write it as the browser sends it, such as http://localhost:3000`

/** Permits pages of these origins to call the API. They need the same signatures as all other clients. */
export const permitOrigins =
  (origins: ReadonlyArray<string>) =>
  (request: WireRequest, respond: () => WireResponse): WireResponse => {
    const { headers, method, path } = request
    const origin = headers["origin"]
    if (origin === undefined || !origins.includes(origin) || !path.startsWith(apiPath)) {
      return respond()
    }
    const permission = { "access-control-allow-origin": origin, vary: "origin" }
    if (method === "OPTIONS" && headers["access-control-request-method"] !== undefined) {
      return toWire(
        {
          status: 204,
          body: undefined,
          headers: {
            ...permission,
            "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
            "access-control-allow-headers": requestHeaders,
            "access-control-max-age": "600"
          }
        },
        Date.now()
      )
    }
    const response = respond()
    return {
      ...response,
      headers: { ...response.headers, ...permission, "access-control-expose-headers": "date, retry-after" }
    }
  }
