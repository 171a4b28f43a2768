/** Opens WebSocket connections to the local exchange in memory. */
import { type Credentials, Sandbox } from "@kalshi-effect/sandbox/Sandbox"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Socket from "effect/socket/Socket"
import * as TestClock from "effect/testing/TestClock"

export interface Connection {
  readonly send: (command: object | string) => void
  /** Returns the frames that arrived since the last call. */
  readonly take: () => ReadonlyArray<string>
}

const path = "/trade-api/ws/v2"

const connect = ({ keyId, signer }: Credentials) =>
  Effect.gen(function* () {
    const { environment } = yield* Sandbox
    const makeWebSocket = yield* Socket.WebSocketConstructor
    const timestamp = String(yield* Clock.currentTimeMillis)
    return makeWebSocket(environment.feedUrl, {
      headers: {
        "kalshi-access-key": keyId,
        "kalshi-access-timestamp": timestamp,
        "kalshi-access-signature": yield* signer.sign(`${timestamp}GET${path}`)
      }
    })
  })

export const openConnection = (account: Credentials) =>
  Effect.gen(function* () {
    const socket = yield* connect(account)
    const texts: Array<string> = []
    socket.addEventListener("message", ({ data }) => void texts.push(String(data)))
    yield* TestClock.adjust("1 millis")
    const connection: Connection = {
      send: (command) => socket.send(typeof command === "string" ? command : JSON.stringify(command)),
      take: () => texts.splice(0)
    }
    return connection
  })

/** Returns the status of the response to an upgrade request: 101 if the exchange accepts it. */
export const upgradeStatus = (account: Credentials) =>
  Effect.gen(function* () {
    const socket = yield* connect(account)
    let status = 0
    socket.addEventListener("open", () => {
      status = 101
    })
    socket.addEventListener("error", (event) => {
      status = Number(/\d+$/.exec("message" in event ? String(event.message) : "")?.[0])
    })
    yield* TestClock.adjust("1 millis")
    return status
  })
