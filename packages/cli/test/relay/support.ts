/** A relay between readers and a local exchange, connected by sockets on this machine. */
import { createPrivateKey, sign } from "node:crypto"
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type Relay, serve, type ServeOptions } from "../../src/relay/serve.ts"

export interface World {
  readonly sandbox: Sandbox.Sandbox["Service"]
  readonly account: Sandbox.Credentials
  readonly relay: Relay
  readonly port: number
}

export class RelayWorld extends Context.Service<RelayWorld, World>()("test/RelayWorld") {}

export const token = "0123456789abcdef"

export interface WorldOptions extends Partial<ServeOptions> {
  readonly sandbox?: Sandbox.Options
}

export const layer = ({ sandbox: options, ...relayOptions }: WorldOptions = {}) =>
  Layer.effect(
    RelayWorld,
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const account = yield* sandbox.createAccount({ name: "relay" })
      const { environment } = sandbox
      const context = yield* Layer.build(Feed.layer({ environment, signer: account.signer, maxBackoffMillis: 100 }))
      const relay = yield* Effect.provide(
        serve({ port: 0, origins: [], token, lines: 1, lingerMillis: 100, ...relayOptions }),
        context
      )
      return { sandbox, account, relay, port: Number(new URL(relay.url).port) }
    })
  ).pipe(
    Layer.provide(Sandbox.layer({ markets: [{ ticker: "A" }, { ticker: "B" }, { ticker: "C" }], ...options })),
    Layer.provide(NodeWS.layerWebSocketConstructor),
    Layer.orDie
  )

export const readerLayer = (url: string, signer: Sandbox.Credentials["signer"]) =>
  Feed.layer({
    environment: Result.getOrThrow(Environment.fromUrl(url)),
    signer,
    maxBackoffMillis: 100
  }).pipe(Layer.provide(NodeWS.layerWebSocketConstructor))

export interface Message {
  readonly type: string
  readonly id?: number
  readonly sid?: number
  readonly seq?: number
  readonly msg?: Readonly<Record<string, unknown>>
}

export const signedHeaders = ({ keyId, privateKey }: Sandbox.Credentials): Readonly<Record<string, string>> => {
  const timestamp = String(Date.now())
  const key = createPrivateKey(Redacted.value(privateKey))
  return {
    "kalshi-access-key": keyId,
    "kalshi-access-timestamp": timestamp,
    "kalshi-access-signature": sign(null, Buffer.from(`${timestamp}GET/trade-api/ws/v2`), key).toString("base64")
  }
}

/** A reader with a plain WebSocket, like a page in a browser. */
export class PlainReader {
  readonly messages: Array<Message> = []
  readonly socket: WebSocket
  closed: number | undefined
  #wake: () => void = () => {}
  #lastId = 0

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.addEventListener("message", ({ data }) => {
      this.messages.push(JSON.parse(String(data)) as Message) // every frame of the relay has this form
      this.#wake()
    })
    socket.addEventListener("close", ({ code }) => {
      this.closed = code
      this.#wake()
    })
  }

  static open(port: number, query = "", headers: Readonly<Record<string, string>> = {}) {
    return Effect.acquireRelease(
      Effect.tryPromise(async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/trade-api/ws/v2${query}`, {
          headers
        } as never) // Node's own WebSocket accepts headers
        const reader = new PlainReader(socket)
        await new Promise((resolve, reject) => {
          socket.addEventListener("open", resolve)
          socket.addEventListener("error", reject)
        })
        return reader
      }),
      (reader) => Effect.sync(() => reader.socket.close())
    )
  }

  send(cmd: string, params?: object): number {
    const id = ++this.#lastId
    this.socket.send(JSON.stringify({ id, cmd, ...(params === undefined ? {} : { params }) }))
    return id
  }

  until(is: (message: Message) => boolean, from = 0) {
    return Effect.promise(async () => {
      for (;;) {
        const found = this.messages.slice(from).find(is)
        if (found !== undefined) return found
        if (this.closed !== undefined) throw new Error(`the connection closed with ${this.closed}`)
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    })
  }

  request(cmd: string, params?: object) {
    const id = this.send(cmd, params)
    return this.until((message) => message.id === id)
  }
}
