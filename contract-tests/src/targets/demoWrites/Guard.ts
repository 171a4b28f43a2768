/** Enforces the rule for requests to a live exchange on outgoing requests: no other request is sent. */
import type { Environment } from "@kalshi-effect/client/Environment"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import { document } from "../../properties/Subject.ts"
import type * as ReferenceDocument from "../../reference/ReferenceDocument.ts"
import { type Asked, askedOf } from "../Tap.ts"

/** Why a request may not be sent; undefined for a permitted one. */
export type Rule = (asked: Asked) => string | undefined

/** Whether a method and a path below the API's root match an operation of the document. */
export const isOf = (
  { method, path }: Pick<ReferenceDocument.Operation, "method" | "path">,
  asked: { readonly method: string; readonly path: string }
): boolean =>
  method === asked.method &&
  new RegExp(
    `^${path
      .split(/\{[^}]*\}/)
      .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
      .join("[^/]+")}$`
  ).test(asked.path)

/** The path below the environment's root; undefined if the request goes anywhere else, even by one character. */
export const pathIn = ({ restUrl }: Environment, { url }: Pick<Asked, "url">): string | undefined => {
  if (!URL.canParse(url)) return undefined
  const [asked, root] = [new URL(url), new URL(restUrl)]
  const isThere = asked.origin === root.origin && asked.username === "" && asked.password === ""
  return isThere && asked.pathname.startsWith(`${root.pathname}/`)
    ? asked.pathname.slice(root.pathname.length)
    : undefined
}

/** Permits the document's reads, to this environment only. */
export const reads = (environment: Environment): Rule => {
  const allowed = document().operations.filter(({ method }) => method === "GET")
  return (asked) => {
    const path = pathIn(environment, asked)
    if (path === undefined) return `it does not go to ${environment.restUrl}`
    if (asked.method !== "GET" || asked.body !== undefined) return `${environment.name} is only read`
    return allowed.some((operation) => isOf(operation, { method: "GET", path }))
      ? undefined
      : "the document has no such read"
  }
}

/** Sends what the rule permits. `before` runs first; if it throws, the request is not sent. */
export const make = (
  client: HttpClient.HttpClient,
  rule: Rule,
  before?: (asked: Asked) => void
): HttpClient.HttpClient =>
  HttpClient.mapRequestEffect(client, (request) =>
    Effect.suspend(() => {
      const asked = askedOf(request)
      const refused = rule(asked)
      if (refused === undefined) {
        before?.(asked)
        return Effect.succeed(request)
      }
      const description = `kept in: ${refused}`
      return Effect.fail(
        new HttpClientError.HttpClientError({ reason: new HttpClientError.InvalidUrlError({ request, description }) })
      )
    })
  )
