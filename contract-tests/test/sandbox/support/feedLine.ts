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

/** Starts to open a connection of an account. */
const dial = ({ keyId, signer }: Credentials) =>
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

/** Opens a connection of an account. */
export const openLine = (account: Credentials) =>
  Effect.gen(function* () {
    const socket = yield* dial(account)
    const texts: Array<string> = []
    socket.addEventListener("message", ({ data }) => void texts.push(String(data)))
    yield* TestClock.adjust("1 millis")
    const line: Line = {
      send: (command) => socket.send(typeof command === "string" ? command : JSON.stringify(command)),
      take: () => texts.splice(0)
    }
    return line
  })

/** The status of an upgrade: 101 if it was accepted. */
export const upgrade = (account: Credentials) =>
  Effect.gen(function* () {
    const socket = yield* dial(account)
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
