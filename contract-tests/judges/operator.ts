/**
 * Shared code of the judges' scripts: requests to the operator interface of a local exchange, and clients of its
 * accounts.
 *
 * @module
 */
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** The exchange rejected a request of the operator, or an order of a batch. */
export class Rejected extends Data.TaggedError("Rejected")<{ readonly code: string }> {}

type Trader = Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite

export type As = <A, E>(effect: Effect.Effect<A, E, Trader>) => Effect.Effect<A, E>

const credentials = Schema.Struct({ accountId: Schema.String, keyId: Schema.String, privateKey: Schema.String })

export const order = {
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  exchange_index: 0
} as const

export const sendAsOperator = (url: string, path: string, body: object, method: "POST" | "PUT" = "POST") =>
  Effect.gen(function* () {
    const request = HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.make(method)(`${url}/sandbox/${path}`), body)
    const response = yield* HttpClient.execute(request)
    return response.status === 200
      ? yield* response.json
      : yield* new Rejected({ code: `${path} ${response.status} ${yield* response.text}` })
  })

export const createAccount = (url: string, name: string, kind: "rsa" | "ed25519") =>
  Effect.flatMap(sendAsOperator(url, "accounts", { name, kind }), Schema.decodeUnknownEffect(credentials))

/**
 * Makes a client of an account. Its rate limiter is off, because the exchange does not limit the rate of these
 * accounts.
 */
export const makeAs = (url: string, { keyId, privateKey }: typeof credentials.Type) =>
  Effect.gen(function* () {
    const environment = yield* Effect.fromResult(Environment.fromUrl(url))
    const key = yield* ApiKey.fromPem({ keyId, privateKey: Redacted.make(privateKey) })
    const context = yield* Layer.build(Kalshi.layer({ environment, signer: Signer.fromApiKey(key), limits: false }))
    const as: As = (effect) => Effect.provide(effect, context)
    return as
  })
