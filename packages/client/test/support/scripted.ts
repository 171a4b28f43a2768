/**
 * The one double of the HTTP boundary: plays scripted replies in order, keeps what it was sent, and dies on a request
 * that nobody scripted or on a reply that nobody asked for.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto"
import { Clock, Context, Effect, Layer } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Environment from "../../src/Environment.ts"
import * as Kalshi from "../../src/Kalshi.ts"

export interface Sent {
  readonly method: string
  /** Path and query, from the host root. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string | undefined
  readonly atMillis: number
}

export type Reply =
  | {
      readonly status: number
      readonly body?: unknown
      /** Sent as it stands, instead of `body` as JSON; made of the request by a server that echoes. */
      readonly text?: string | ((sent: Sent) => string)
      readonly headers?: Record<string, string>
      readonly delayMillis?: number
    }
  /** No answer: a fault with this code, of connecting unless another system call is named. */
  | {
      readonly fault: string
      readonly syscall?: string
      /** How further addresses of the host failed. */
      readonly others?: ReadonlyArray<{ readonly fault: string; readonly syscall: string }>
      /** The HTTP client dies of it, instead of failing. */
      readonly dies?: boolean
      readonly delayMillis?: number
    }

export class Script extends Context.Service<Script, { readonly sent: Array<Sent>; readonly unused: () => number }>()(
  "test/Script"
) {}

/** Statuses whose answers the platform's own Response refuses to carry a body for. */
const bodyless = new Set([101, 103, 204, 205, 304])

const toResponse = (reply: Exclude<Reply, { fault: string }>, sent: Sent): Response => {
  const said = typeof reply.text === "function" ? reply.text(sent) : reply.text
  const text = said ?? (reply.body === undefined ? "" : JSON.stringify(reply.body))
  const body = bodyless.has(reply.status) || text === "" ? null : text
  const init = { headers: { "content-type": "application/json", ...reply.headers } }
  if (reply.status >= 200) return new Response(body, { ...init, status: reply.status })
  // Response refuses 1xx; a client that gets one all the same must still make something of it.
  return Object.defineProperty(new Response(body, init), "status", { value: reply.status })
}

/** `aside` answers requests that belong to no script, such as those that learn the account's limits. */
export const layerScript = (
  replies: ReadonlyArray<Reply>,
  aside: (path: string) => Reply | undefined = () => undefined
): Layer.Layer<HttpClient.HttpClient | Script> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const sent: Array<Sent> = []
      const left = [...replies]
      yield* Effect.addFinalizer(() =>
        left.length === 0 ? Effect.void : Effect.die(new Error(`${left.length} scripted replies were never asked for`))
      )
      const client = HttpClient.make((request, url) =>
        Effect.gen(function* () {
          const atMillis = yield* Clock.currentTimeMillis
          const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : undefined
          const one: Sent = {
            method: request.method,
            target: url.pathname + url.search,
            headers: { ...request.headers },
            body,
            atMillis
          }
          const apart = aside(url.pathname)
          if (apart === undefined) sent.push(one)
          const reply = apart ?? left.shift()
          if (reply === undefined)
            return yield* Effect.die(new Error(`unscripted request: ${request.method} ${url.href}`))
          if (reply.delayMillis !== undefined) yield* Effect.sleep(reply.delayMillis)
          if ("fault" in reply) {
            if (reply.dies === true) return yield* Effect.die(new Error(reply.fault))
            const syscall = reply.syscall ?? (reply.fault === "ENOTFOUND" ? "getaddrinfo" : "connect")
            const errors = [{ fault: reply.fault, syscall }, ...(reply.others ?? [])].map(({ fault, syscall }) =>
              Object.assign(new Error(`${syscall} ${fault}`), { code: fault, syscall })
            )
            // Node gathers the faults of several addresses under the code of the first.
            const cause =
              errors.length === 1 ? errors[0] : Object.assign(new AggregateError(errors), { code: reply.fault })
            return yield* new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, cause })
            })
          }
          return HttpClientResponse.fromWeb(request, toResponse(reply, one))
        })
      )
      return Context.make(HttpClient.HttpClient, client).pipe(
        Context.add(Script, Script.of({ sent, unused: () => left.length }))
      )
    })
  )

type KeyPair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject }

const keys = new Map<string, KeyPair>()

/** PKCS#8 of an Ed25519 key, up to its 32 bytes. */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex")

/** A key made from its id: the same signatures in every run. */
const keyOf = (keyId: string): KeyPair => {
  const known = keys.get(keyId)
  if (known !== undefined) return known
  const seed = createHash("sha256").update(keyId).digest()
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" })
  const made = { privateKey, publicKey: createPublicKey(privateKey) }
  keys.set(keyId, made)
  return made
}

/** Signs for real, and synchronously: WebCrypto's promises do not finish under virtual time. */
export const signer = (keyId = "key-a"): Signer.Signer["Service"] =>
  Signer.makeSync({
    keyId,
    kind: "ed25519",
    sign: (text) => sign(null, Buffer.from(text), keyOf(keyId).privateKey).toString("base64")
  })

/** Whether a request carries its own key's signature of exactly this method and path at the time it names. */
export const isSigned = ({ headers }: Sent, method: string, path: string): boolean =>
  verify(
    null,
    Buffer.from(`${headers["kalshi-access-timestamp"]}${method}${path}`),
    keyOf(headers["kalshi-access-key"]!).publicKey,
    Buffer.from(headers["kalshi-access-signature"]!, "base64")
  )

export const environment: Environment.Environment = { ...Environment.sandbox, name: "test" }

/** A whole client against a script, which meters nothing unless told to. */
export const layer = (
  replies: ReadonlyArray<Reply>,
  options: Partial<Kalshi.Options> = {}
): Layer.Layer<Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite | Script> =>
  Kalshi.layer({ environment, signer: signer(), limits: false, ...options }).pipe(
    Layer.provideMerge(layerScript(replies))
  )
