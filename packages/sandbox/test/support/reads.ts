/**
 * Unsigned reads of an exchange over REST, without a client and without a clock.
 */
import type { Exchange } from "../../src/exchange/Exchange.ts"
import { References } from "../../src/exchange/reference/references.ts"
import { Faults } from "../../src/rest/faults.ts"
import { makeHandler } from "../../src/rest/handler.ts"

export type Json = Readonly<Record<string, unknown>>

export interface Read {
  readonly status: number
  readonly body: Json
}

const decoder = new TextDecoder()

/** Moves the exchange to a time, and reads a path below the API's root. */
export const readsOf = (exchange: Exchange): ((path: string, nowMillis: number) => Read) => {
  const references = new References(exchange.seed)
  const handle = makeHandler(
    exchange,
    new Faults(),
    () => {},
    (name, atMillis) => references.valueAt(name, atMillis)
  )
  return (path, nowMillis) => {
    const request = { method: "GET", path: `/trade-api/v2${path}`, headers: {}, body: new Uint8Array() }
    const now = { exchangeMillis: nowMillis, wallMillis: nowMillis, tokenMillis: nowMillis }
    const { body, status } = handle(request, now)
    return { status, body: JSON.parse(decoder.decode(body)) as Json } // every response of a read is an object
  }
}

export const itemsOf = ({ body }: Read, name: string): ReadonlyArray<Json> => body[name] as ReadonlyArray<Json> // a wrong name fails the test

export const allPages = (
  read: (path: string) => Read,
  path: string,
  items: string,
  cursorName = "cursor"
): ReadonlyArray<Json> => {
  const found: Array<Json> = []
  let cursor = ""
  do {
    const got = read(`${path}${cursor === "" ? "" : `&cursor=${cursor}`}`)
    found.push(...itemsOf(got, items))
    cursor = String(got.body[cursorName])
  } while (cursor !== "")
  return found
}
