/**
 * Enforces a rule for requests to a live exchange. A request that the rule does not permit is not sent.
 *
 * @module
 */
import type { Environment } from "@kalshi-effect/client/Environment"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import { document } from "../../properties/Subject.ts"
import type * as ReferenceDocument from "../../reference/ReferenceDocument.ts"
import { type SentRequest, sentRequestOf } from "../Tap.ts"

/** Returns why a request must not be sent. Undefined if it is permitted. */
export type Rule = (request: SentRequest) => string | undefined

/** Whether a request is a call of an operation. `path` is the path below the API's root. */
export const isOf = (
  { method, path }: Pick<ReferenceDocument.Operation, "method" | "path">,
  request: { readonly method: string; readonly path: string }
): boolean =>
  method === request.method &&
  new RegExp(
    `^${path
      .split(/\{[^}]*\}/)
      .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
      .join("[^/]+")}$`
  ).test(request.path)

/** Returns the path of a URL below the API's root. Undefined if the URL does not start with exactly this root. */
export const pathIn = ({ restUrl }: Environment, { url }: Pick<SentRequest, "url">): string | undefined => {
  if (!URL.canParse(url)) return undefined
  const [requestUrl, root] = [new URL(url), new URL(restUrl)]
  const isSameOrigin = requestUrl.origin === root.origin && requestUrl.username === "" && requestUrl.password === ""
  return isSameOrigin && requestUrl.pathname.startsWith(`${root.pathname}/`)
    ? requestUrl.pathname.slice(root.pathname.length)
    : undefined
}

/** Permits only the document's reads, and only to this environment. */
export const reads = (environment: Environment): Rule => {
  const allowed = document().operations.filter(({ method }) => method === "GET")
  return (request) => {
    const path = pathIn(environment, request)
    if (path === undefined) return `the URL is not below ${environment.restUrl}`
    if (request.method !== "GET" || request.body !== undefined)
      return `this run on ${environment.name} sends only reads`
    return allowed.some((operation) => isOf(operation, { method: "GET", path }))
      ? undefined
      : "the document has no such read"
  }
}

/** Makes a client that sends only permitted requests. It calls `before` first. If `before` throws, nothing is sent. */
export const make = (
  client: HttpClient.HttpClient,
  rule: Rule,
  before?: (request: SentRequest) => void
): HttpClient.HttpClient =>
  HttpClient.mapRequestEffect(client, (request) =>
    Effect.suspend(() => {
      const sentRequest = sentRequestOf(request)
      const reason = rule(sentRequest)
      if (reason === undefined) {
        before?.(sentRequest)
        return Effect.succeed(request)
      }
      const description = `not sent: ${reason}`
      return Effect.fail(
        new HttpClientError.HttpClientError({ reason: new HttpClientError.InvalidUrlError({ request, description }) })
      )
    })
  )
