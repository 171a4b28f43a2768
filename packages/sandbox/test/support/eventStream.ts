/**
 * A reader of the page's event stream.
 */
import * as Effect from "effect/Effect"
import { once } from "node:events"
import { get, type IncomingMessage } from "node:http"

export type Data = Readonly<Record<string, unknown>>

export interface EventStream {
  readonly response: IncomingMessage
  readonly messages: ReadonlyArray<Data>
  /** Finds a message. If it has not arrived yet, waits for it. */
  readonly find: (isFound: (message: Data) => boolean) => Effect.Effect<Data>
  readonly closed: Effect.Effect<void>
}

/** Opens the stream until the scope closes. */
export const openStream = (url: string, query = "") =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const request = get(`${url}/sandbox/stream${query}`)
        const [response] = (await once(request, "response")) as [IncomingMessage] // the value of this event
        request.on("error", () => {})
        response.on("error", () => {})
        return response
      }),
      (response) => Effect.sync(() => response.destroy())
    ),
    (response): EventStream => {
      const messages: Array<Data> = []
      const waiting = new Set<() => void>()
      let text = ""
      let isClosed = false
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => {
        const parts = (text + chunk).split("\n\n")
        text = parts.pop() ?? ""
        for (const part of parts) {
          if (part.startsWith("data: ")) messages.push(JSON.parse(part.slice(6)) as Data) // the stream sends objects
        }
        waiting.forEach((check) => check())
      })
      response.on("close", () => {
        isClosed = true
        waiting.forEach((check) => check())
      })
      const wait = <A>(take: () => A | undefined) =>
        Effect.callback<A>((resume) => {
          const check = () => {
            const found = take()
            if (found !== undefined) {
              waiting.delete(check)
              resume(Effect.succeed(found))
            }
          }
          waiting.add(check)
          check()
        })
      return {
        response,
        messages,
        find: (isFound) => wait(() => messages.find(isFound)),
        closed: Effect.asVoid(wait(() => isClosed || undefined))
      }
    }
  )
