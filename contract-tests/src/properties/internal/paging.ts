/**
 * Reads a paginated list from a simulated exchange, and records the requests and the items.
 *
 * @module
 */
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import type * as Capability from "@kalshi-effect/client/Capability"
import type * as Pages from "@kalshi-effect/client/Pages"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ClientOperation } from "../../operations/ClientOperations.ts"
import * as Requests from "../../operations/Requests.ts"
import { stringify, type Json, type JsonObject } from "../../judge/JsonSchema.ts"

export interface Page {
  /** Undefined for the first page. */
  readonly requestCursor: string | undefined
  readonly body: JsonObject
}

/** Returns the status of an error response to the request with this index. Undefined: the response is the page. */
export type Fault = (request: number) => number | undefined

export interface Reading {
  /** The serialized items. */
  readonly items: ReadonlyArray<string>
  /** Undefined after the last page, or if the consumer stopped. */
  readonly error: unknown
  readonly requests: ReadonlyArray<{
    readonly cursor: string | undefined
    /** The query without the cursor. */
    readonly rest: string
    /** The number of items that were received before the request. */
    readonly after: number
  }>
}

export const serialize = (value: unknown): string => JSON.stringify(value)

type AnyReader = Pages.Reader<JsonObject, unknown, unknown, Capability.KalshiPublic>

/**
 * Returns the readers of an operation.
 *
 * @throws If a reader is missing.
 */
export const readersOf = (
  { name, operation }: ClientOperation,
  lists: ReadonlyArray<string>
): { readonly pages: AnyReader; readonly items: (list: string) => AnyReader } => {
  // The type of `operation` does not show its readers.
  const members = operation as unknown as Readonly<Record<string, unknown>>
  const reader = (value: unknown, what: string): AnyReader => {
    if (typeof value !== "function") throw new Error(`${name} has no ${what}`)
    return value as AnyReader
  }
  return {
    pages: reader(members["pages"], "pages"),
    items: (list) =>
      lists.length === 1
        ? reader(members["items"], "items")
        : reader((members["items"] as Readonly<Record<string, unknown>> | undefined)?.[list], `items.${list}`)
  }
}

/** Retries each failed pull once. */
export const repeating = <A, E, R>(stream: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
  Stream.scoped(
    Stream.fromPull(
      Effect.map(Stream.toPull(stream), (pull) =>
        Effect.retry(pull, { times: 1, while: (error) => !Cause.isDone(error) })
      )
    )
  )

/** Reads a list synchronously, through `Kalshi.layer`. */
export const read = (
  stream: (reader: AnyReader) => Stream.Stream<unknown, unknown, Capability.KalshiPublic>,
  reader: AnyReader,
  pages: ReadonlyArray<Page>,
  fault: Fault = () => undefined
): Reading => {
  const received: Array<string> = []
  const requests: Array<Reading["requests"][number]> = []
  const byCursor = new Map(pages.map((page) => [page.requestCursor, page.body]))
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      const parameters = new URLSearchParams(url.search)
      const cursor = parameters.get("cursor") ?? undefined
      parameters.delete("cursor")
      const failure = fault(requests.length)
      requests.push({ cursor, rest: parameters.toString(), after: received.length })
      if (requests.length > 2 * pages.length + 10) throw new Error("the reader does not stop requesting pages")
      const body = byCursor.get(cursor)
      const status = failure ?? (body === undefined ? 400 : 200)
      const answer: Json = status === 200 ? (body ?? {}) : { error: { code: "some_code", message: "why" } }
      const bytes = new TextEncoder().encode(stringify(answer))
      const headers = { "content-type": "application/json", "content-length": String(bytes.length) }
      return Object.defineProperties(HttpClientResponse.fromWeb(request, new Response(null, { status, headers })), {
        arrayBuffer: { value: Effect.succeed(bytes.buffer) },
        stream: { value: Stream.succeed(bytes) }
      })
    })
  )
  const error = Effect.runSync(
    Effect.scoped(
      Effect.gen(function* () {
        const layer = Layer.provide(Kalshi.layer(Requests.layerOptions), Layer.succeed(HttpClient.HttpClient, http))
        const context: Context.Context<Capability.KalshiPublic> = yield* Layer.buildWithScope(layer, yield* Scope.Scope)
        return yield* Effect.match(
          Stream.runForEach(stream(reader), (value) => Effect.sync(() => received.push(serialize(value)))),
          { onSuccess: () => undefined, onFailure: (failure) => failure }
        ).pipe(Effect.provideContext(context))
      })
    )
  )
  return { items: received, error, requests }
}
