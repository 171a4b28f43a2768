/** Blocks the event loop while messages arrive. */
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Socket from "effect/socket/Socket"

/** A paused Node socket still reads into a buffer. After `readStop`, it reads nothing. */
export interface Handle {
  readonly readStart: () => void
  readonly readStop: () => void
}

/** Records the sockets that `layer` makes. `handle` takes the index of a socket. */
export const recordedSockets = () => {
  const sockets: Array<NodeWS.WebSocket> = []
  const layer = Layer.effect(
    Socket.WebSocketConstructor,
    Effect.map(Socket.WebSocketConstructor, (make) => (url, options) => {
      const socket = make(url, options)
      sockets.push(socket as NodeWS.WebSocket) // `NodeWS.layerWebSocketConstructor` makes sockets of this type
      return socket
    })
  ).pipe(Layer.provide(NodeWS.layerWebSocketConstructor))
  const handle = (index: number): Handle => Reflect.get(Reflect.get(sockets[index]!, "_socket"), "_handle") as Handle // `_socket` and `_handle` are private, so no type declares them
  return { layer, handle }
}

/** Waits in real time until an effect returns true. */
export const poll = <E, R>(condition: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    while (!(yield* condition)) yield* Effect.sleep(1)
  })

/** Blocks the event loop for `millis`. After that, a due timer calls `onTimer` before the event loop reads the socket. */
export const busyFor = (millis: number, handle: Handle, onTimer: () => void): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    setImmediate(() => {
      handle.readStart()
      setTimeout(() => {
        onTimer()
        resume(Effect.void)
      }, 1)
      const begun = performance.now()
      while (performance.now() - begun < millis);
    })
  })
