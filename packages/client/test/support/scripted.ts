/** A scripted HTTP client. Dies on an unscripted request or an unused reply. */
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
      /** The body as text, instead of `body` as JSON. A function can echo parts of the request. */
      readonly text?: string | ((sent: Sent) => string)
      readonly headers?: Record<string, string>
      readonly delayMillis?: number
    }
  /** The request gets no response, but fails with the code `fault`. */
  | {
      readonly fault: string
      /** Default: `connect`, or `getaddrinfo` for `ENOTFOUND`. */
      readonly syscall?: string
      /** The faults of the host's other addresses. */
      readonly others?: ReadonlyArray<{ readonly fault: string; readonly syscall: string }>
      readonly dies?: boolean
      readonly delayMillis?: number
    }

export class Script extends Context.Service<Script, { readonly sent: Array<Sent> }>()("test/Script") {}

/** Statuses for which the platform's `Response` accepts no body. */
const bodyless = new Set([101, 103, 204, 205, 304])

const toResponse = (reply: Exclude<Reply, { fault: string }>, sent: Sent): Response => {
  const literal = typeof reply.text === "function" ? reply.text(sent) : reply.text
  const text = literal ?? (reply.body === undefined ? "" : JSON.stringify(reply.body))
  const body = bodyless.has(reply.status) || text === "" ? null : text
  const init = { headers: { "content-type": "application/json", ...reply.headers } }
  if (reply.status >= 200) return new Response(body, { ...init, status: reply.status })
  // `Response` rejects a status of 1xx, but a server can send one.
  return Object.defineProperty(new Response(body, init), "status", { value: reply.status })
}

/** `unscripted` replies to requests outside the script, such as requests for the account's limits. */
export const layerScript = (
  replies: ReadonlyArray<Reply>,
  unscripted: (path: string) => Reply | undefined = () => undefined
): Layer.Layer<HttpClient.HttpClient | Script> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const sent: Array<Sent> = []
      const remaining = [...replies]
      yield* Effect.addFinalizer(() =>
        remaining.length === 0
          ? Effect.void
          : Effect.die(new Error(`${remaining.length} scripted replies were not used`))
      )
      const client = HttpClient.make((request, url) =>
        Effect.gen(function* () {
          const atMillis = yield* Clock.currentTimeMillis
          const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : undefined
          const recorded: Sent = {
            method: request.method,
            target: url.pathname + url.search,
            headers: { ...request.headers },
            body,
            atMillis
          }
          const other = unscripted(url.pathname)
          if (other === undefined) sent.push(recorded)
          const reply = other ?? remaining.shift()
          if (reply === undefined)
            return yield* Effect.die(new Error(`unscripted request: ${request.method} ${url.href}`))
          if (reply.delayMillis !== undefined) yield* Effect.sleep(reply.delayMillis)
          if ("fault" in reply) {
            if (reply.dies === true) return yield* Effect.die(new Error(reply.fault))
            const syscall = reply.syscall ?? (reply.fault === "ENOTFOUND" ? "getaddrinfo" : "connect")
            const errors = [{ fault: reply.fault, syscall }, ...(reply.others ?? [])].map(({ fault, syscall }) =>
              Object.assign(new Error(`${syscall} ${fault}`), { code: fault, syscall })
            )
            // Node reports the faults of several addresses as one error, which has the code of the first fault.
            const cause =
              errors.length === 1 ? errors[0] : Object.assign(new AggregateError(errors), { code: reply.fault })
            return yield* new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, cause })
            })
          }
          return HttpClientResponse.fromWeb(request, toResponse(reply, recorded))
        })
      )
      return Context.make(HttpClient.HttpClient, client).pipe(Context.add(Script, Script.of({ sent })))
    })
  )

type KeyPair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject }

const keys = new Map<string, KeyPair>()

/** The PKCS#8 prefix before the 32 bytes of an Ed25519 key. */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex")

/** A key that is derived from its id, so that every run makes the same signatures. */
const keyOf = (keyId: string): KeyPair => {
  const known = keys.get(keyId)
  if (known !== undefined) return known
  const seed = createHash("sha256").update(keyId).digest()
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" })
  const made = { privateKey, publicKey: createPublicKey(privateKey) }
  keys.set(keyId, made)
  return made
}

/** A synchronous signer, because WebCrypto's promises do not resolve on virtual time. */
export const signer = (keyId = "key-a"): Signer.Signer["Service"] =>
  Signer.makeSync({
    keyId,
    kind: "ed25519",
    sign: (text) => sign(null, Buffer.from(text), keyOf(keyId).privateKey).toString("base64")
  })

export const isSigned = ({ headers }: Sent, method: string, path: string): boolean =>
  verify(
    null,
    Buffer.from(`${headers["kalshi-access-timestamp"]}${method}${path}`),
    keyOf(headers["kalshi-access-key"]!).publicKey,
    Buffer.from(headers["kalshi-access-signature"]!, "base64")
  )

export const environment: Environment.Environment = { ...Environment.sandbox, name: "test" }

export const layerChanged = (change: (client: HttpClient.HttpClient) => HttpClient.HttpClient) =>
  Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, change))

/** A client without rate limits, unless `options` sets them. */
export const layer = (
  replies: ReadonlyArray<Reply>,
  options: Partial<Kalshi.Options> = {}
): Layer.Layer<Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite | Script> =>
  Kalshi.layer({ environment, signer: signer(), limits: false, ...options }).pipe(
    Layer.provideMerge(layerScript(replies))
  )
