/** Reads the local exchange as each of its accounts, so that the responses of different operations can be compared. */
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { isArray, isObject, memberOf, stringify, type Json, type JsonObject } from "../../../../src/judge/JsonSchema.ts"
import * as ClientOperations from "../../../../src/operations/ClientOperations.ts"

/** Reads the state of the exchange at one point in time. Sends each request only once, and remembers the response. */
export interface Reader {
  /** The ids of all accounts except subtraders. FCM members read the data of their subtraders. */
  readonly accounts: ReadonlyArray<string>
  /** The ids of the FCM members. */
  readonly members: ReadonlyArray<string>
  readonly nowMillis: number
  /** Reads all pages of an operation as an account. Returns `undefined` for an entity that does not exist. */
  readonly read: (account: string, operation: string, input?: JsonObject) => Effect.Effect<Json | undefined>
}

const operations = new Map(
  ClientOperations.all.map(({ descriptor, operation }) => [descriptor.operationId, { descriptor, operation }])
)

const joined = (before: JsonObject, page: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(page).map(([name, value]) => {
      const start = before[name]
      return [name, isArray(value) && isArray(start) ? [...start, ...value] : value]
    })
  )

const cursorOf = (page: Json): string | undefined =>
  ["cursor", "next_cursor"]
    .map((name) => memberOf(page, name))
    .find((value): value is string => typeof value === "string" && value !== "")

/** Makes a reader. Adds a key to each account, and removes the rate limits of the accounts. */
export const make = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const http = Layer.succeed(HttpClient.HttpClient, yield* HttpClient.HttpClient)
  const view = yield* sandbox.view
  const all = view.accounts().map(({ accountId }) => accountId)
  const subtradersOf = (account: string) => Result.getOrElse(view.subtraders(account), () => [])
  const ofSubtraders = new Set(all.flatMap((account) => subtradersOf(account).map(({ accountId }) => accountId)))
  const accounts = all.filter((account) => !ofSubtraders.has(account))
  const clients = new Map<string, Context.Context<Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite>>()
  for (const account of accounts) {
    yield* sandbox.setTier(account, "unmetered")
    const { signer } = yield* sandbox.createKey(account, "ed25519", { name: "reader" })
    const options = { environment: sandbox.environment, signer, policy: { retry: SendPolicy.noRetry } }
    clients.set(account, yield* Layer.build(Kalshi.layer({ ...options, limits: false }).pipe(Layer.provide(http))))
  }
  const known = new Map<string, Json | undefined>()

  const readPage = (account: string, operation: string, input: JsonObject) =>
    Effect.gen(function* () {
      const called = operations.get(operation)
      const client = clients.get(account)
      if (called === undefined || client === undefined) return yield* Effect.die(`${account} cannot call ${operation}`)
      const exit = yield* Effect.exit(called.operation(input).pipe(Effect.provide(client)))
      // The client returns the JSON of the response, except for responses with secrets. No read has such a response.
      if (Exit.isSuccess(exit)) return exit.value as Json
      const text = Cause.pretty(exit.cause)
      // For an unknown series, the exchange responds with 400 and the code not_found.
      if (/NotFound|: not_found: /.test(text)) return undefined
      return yield* Effect.die(`${operation} ${stringify(input)} as ${account}: ${text}`)
    })

  const readAll = (account: string, operation: string, input: JsonObject) =>
    Effect.gen(function* () {
      const first = yield* readPage(account, operation, input)
      if (!isObject(first)) return first
      let all: JsonObject = first
      for (let cursor = cursorOf(first); cursor !== undefined;) {
        const page = yield* readPage(account, operation, { ...input, cursor })
        if (!isObject(page)) return yield* Effect.die(`${operation} has no page at the cursor ${cursor}`)
        all = joined(all, page)
        cursor = cursorOf(page)
      }
      return all
    })

  const read = (account: string, operation: string, input: JsonObject = {}): Effect.Effect<Json | undefined> =>
    Effect.suspend(() => {
      const request = `${account} ${operation} ${stringify(input)}`
      if (known.has(request)) return Effect.succeed(known.get(request))
      return Effect.tap(readAll(account, operation, input), (data) => Effect.sync(() => known.set(request, data)))
    })

  const members = accounts.filter((account) => Result.isSuccess(view.subtraders(account)))
  const reader: Reader = { accounts, members, nowMillis: view.nowMillis, read }
  return reader
})

export type Tamper = (operation: string, data: Json, account: string) => Json

export const tampered = (reader: Reader, tamper: Tamper): Reader => {
  const known = new Map<Json, Json>()
  return {
    ...reader,
    read: (account, operation, input) =>
      Effect.map(reader.read(account, operation, input), (data) => {
        if (data === undefined) return undefined
        const changed = known.get(data) ?? tamper(operation, data, account)
        known.set(data, changed)
        return changed
      })
  }
}

export interface Body {
  readonly account: string
  readonly operation: string
  readonly input: JsonObject
  readonly data: Json
}

export const objectsIn = (data: Json | undefined, member: string): ReadonlyArray<JsonObject> => {
  const value = memberOf(data, member)
  return isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : []
}

export const textIn = (object: Json | undefined, member: string): string => {
  const value = memberOf(object, member)
  if (typeof value !== "string") throw new Error(`${member} is not text in ${stringify(object ?? null)}`)
  return value
}
