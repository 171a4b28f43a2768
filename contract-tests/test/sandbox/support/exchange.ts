/** Sends valid and invalid requests to the local exchange. */
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpMethod from "effect/http/HttpMethod"
import type * as Answers from "../../../src/operations/Answers.ts"
import type * as Requests from "../../../src/operations/Requests.ts"
import { signerOf, type World } from "../../../src/targets/World.ts"

/** Signs a request without checking it. */
const signed = (sent: Requests.Sent, { keyId, signer }: Sandbox.Credentials, nowMillis: number): Requests.Sent => {
  const end = sent.target.indexOf("?")
  const path = end === -1 ? sent.target : sent.target.slice(0, end)
  const timestamp = String(nowMillis)
  return {
    ...sent,
    headers: {
      accept: "application/json",
      "kalshi-access-key": keyId,
      "kalshi-access-timestamp": timestamp,
      "kalshi-access-signature": Effect.runSync(signer.sign(timestamp + sent.method + path))
    }
  }
}

export interface ReceivedResponse extends Answers.Scripted {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export const signature = ["kalshi-access-key", "kalshi-access-timestamp", "kalshi-access-signature"] as const

/** Signs and sends a request. `without`: the headers to omit. */
export const sendAsSigner =
  (world: World, without: ReadonlyArray<string> = []) =>
  (sent: Requests.Sent) =>
    Effect.gen(function* () {
      const { url } = yield* Sandbox.Sandbox
      const http = yield* HttpClient.HttpClient
      const { body, headers, method, target } = signed(
        sent,
        signerOf(world, sent.target),
        yield* Clock.currentTimeMillis
      )
      // Every POST and PUT has a JSON body, even if the document declares no body.
      const text = body ?? (method === "POST" || method === "PUT" ? "{}" : undefined)
      const response = yield* http.execute(
        HttpClientRequest.make(method as HttpMethod.HttpMethod)(url + target, {
          headers: Object.fromEntries(
            Object.entries(headers).flatMap(([name, value]) =>
              value === undefined || without.includes(name) ? [] : [[name, value]]
            )
          ),
          ...(text === undefined ? {} : { body: HttpBody.text(text, "application/json") })
        })
      )
      const got: ReceivedResponse = { status: response.status, headers: response.headers, body: yield* response.text }
      return got
    })
