/** A feed that echoes messages. A test uses its lines (server ends of connections) directly. */
import type { Endpoint, Line } from "../../src/feed/line.ts"
import { failure } from "../../src/rest/errorBody.ts"
import { toWire, type WireRequest, type WireResponse } from "../../src/rest/handler.ts"
import type { Upgrade } from "../../src/feed/line.ts"

export const refusal = (status: number, change: Partial<WireResponse> = {}): WireResponse => ({
  ...toWire(failure(status, "refused", "by the test"), 0),
  ...change
})

export interface Connection {
  readonly line: Line
  readonly received: Array<string>
  pongs: number
  drains: number
  closed: number
}

export const makeFakeFeed = () => {
  const feed = {
    requests: [] as Array<WireRequest>,
    connections: [] as Array<Connection>,
    /** Refuses the next upgrades with these responses, in order. */
    refusals: [] as Array<WireResponse>,
    /** Called with the line of each accepted connection, before its endpoint exists. */
    onOpen: (_line: Line): void => {},
    onMessage: (text: string, { line }: Connection): void => line.send(text),
    upgrade: (request: WireRequest): Upgrade => {
      feed.requests.push(request)
      const response = feed.refusals.shift()
      return response === undefined ? { _tag: "Accepted", open } : { _tag: "Refused", response }
    }
  }
  const open = (line: Line): Endpoint => {
    const connection: Connection = { line, received: [], pongs: 0, drains: 0, closed: 0 }
    feed.connections.push(connection)
    feed.onOpen(line)
    return {
      receive: (text) => {
        connection.received.push(text)
        feed.onMessage(text, connection)
      },
      pong: () => void connection.pongs++,
      drained: () => void connection.drains++,
      closed: () => void connection.closed++
    }
  }
  return feed
}
