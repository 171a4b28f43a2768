/** A WebSocket to the local exchange in memory, and the texts that it receives. */
import { type Credentials, Sandbox } from "@kalshi-effect/sandbox/Sandbox"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Socket from "effect/socket/Socket"
import * as TestClock from "effect/testing/TestClock"

export interface Line {
  readonly send: (command: object | string) => void
  /** The texts since the last call. */
  readonly take: () => ReadonlyArray<string>
}

const path = "/trade-api/ws/v2"

/** Opens a connection of an account. */
export const openLine = ({ keyId, signer }: Credentials) =>
  Effect.gen(function* () {
    const { environment } = yield* Sandbox
    const makeWebSocket = yield* Socket.WebSocketConstructor
    const timestamp = String(yield* Clock.currentTimeMillis)
    const socket = makeWebSocket(environment.feedUrl, {
      headers: {
        "kalshi-access-key": keyId,
        "kalshi-access-timestamp": timestamp,
        "kalshi-access-signature": yield* signer.sign(`${timestamp}GET${path}`)
      }
    })
    const texts: Array<string> = []
    socket.addEventListener("message", ({ data }) => void texts.push(String(data)))
    yield* TestClock.adjust("1 millis")
    const line: Line = {
      send: (command) => socket.send(typeof command === "string" ? command : JSON.stringify(command)),
      take: () => texts.splice(0)
    }
    return line
  })
