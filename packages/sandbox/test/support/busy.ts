/** A process that is busy while messages arrive. */
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Socket from "effect/socket/Socket"

/** The part of a socket of Node that reads. A paused socket reads into a buffer: only this leaves data outside. */
export interface Handle {
  readonly readStart: () => void
  readonly readStop: () => void
}

/** WebSockets on Node, and their handles in the order in which they were made. */
export const recordedSockets = () => {
  const sockets: Array<NodeWS.WebSocket> = []
  const layer = Layer.effect(
    Socket.WebSocketConstructor,
    Effect.map(Socket.WebSocketConstructor, (make) => (url, options) => {
      const socket = make(url, options)
      sockets.push(socket as NodeWS.WebSocket) // the layer below makes no others
      return socket
    })
  ).pipe(Layer.provide(NodeWS.layerWebSocketConstructor))
  const handle = (index: number): Handle => Reflect.get(Reflect.get(sockets[index]!, "_socket"), "_handle") as Handle // private in `ws` and Node
  return { layer, handle }
}

/** Waits in real time until a condition of an effect holds. */
export const poll = <E, R>(condition: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    while (!(yield* condition)) yield* Effect.sleep(1)
  })

/**
 * Reads a socket again and keeps the process busy, so that neither timers nor sockets are served. Then calls `onTimer` in a
 * timer: like all timers that are due, it runs before the socket is read.
 */
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
