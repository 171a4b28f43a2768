/**
 * What may leave for an exchange that is not ours, enforced where requests leave: whatever the suite does above, nothing
 * else gets out.
 */
import type { Environment } from "@kalshi-effect/client/Environment"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import { document } from "../../properties/Subject.ts"
import type * as ReferenceDocument from "../../reference/ReferenceDocument.ts"
import { type Asked, askedOf } from "../Tap.ts"

/** Why a request may not leave; undefined for one that may. */
export type Rule = (asked: Asked) => string | undefined

/** Whether an operation of the document is what a method and a path below the API's root ask for. */
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

/** The path below the environment's root; undefined where the request goes anywhere else, be it one letter. */
export const pathIn = ({ restUrl }: Environment, { url }: Pick<Asked, "url">): string | undefined => {
  if (!URL.canParse(url)) return undefined
  const [asked, root] = [new URL(url), new URL(restUrl)]
  const isThere = asked.origin === root.origin && asked.username === "" && asked.password === ""
  return isThere && asked.pathname.startsWith(`${root.pathname}/`)
    ? asked.pathname.slice(root.pathname.length)
    : undefined
}

/** Lets reads through, as the document has them, to this environment alone. */
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

/** Lets out what the rule allows; `before` is done first, and keeps the request in where it throws. */
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
