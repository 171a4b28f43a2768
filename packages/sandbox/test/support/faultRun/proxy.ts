/**
 * A proxy that breaks connections, as a network does. The faults come from a seed: two runs with the same sequence of
 * connections, requests and responses have the same faults.
 */
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

const kinds = ["refused", "before", "late", "after", "truncated", "stalled", "delayed"] as const

/**
 * The fault of a request.
 *
 * - `refused`: the connection is reset when it opens.
 * - `before`: the connection is reset before the exchange receives the request.
 * - `late`: the connection is reset, and the exchange receives the request some time later.
 * - `after`: the connection is reset after the exchange has responded.
 * - `truncated`: the connection is reset in the middle of the response.
 * - `stalled`: the response never arrives.
 * - `delayed`: the response arrives later.
 */
export type Kind = (typeof kinds)[number]

export interface FaultProxy {
  readonly url: string
  readonly counts: { requests: number } & Record<Kind, number>
  readonly close: () => Promise<void>
}

/** Random numbers from 0 to 1, from a seed (mulberry32). */
const makeRandom = (seed: number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** `refused` is drawn once per connection, the other kinds once per request. */
export const startFaultProxy = async (target: URL, share: number, seed: number): Promise<FaultProxy> => {
  const random = makeRandom(seed)
  const counts: FaultProxy["counts"] = {
    requests: 0,
    refused: 0,
    before: 0,
    late: 0,
    after: 0,
    truncated: 0,
    stalled: 0,
    delayed: 0
  }
  const open = new Set<Socket>()
  const track = (socket: Socket): Socket => {
    open.add(socket)
    socket.on("error", () => socket.destroy())
    socket.on("close", () => open.delete(socket))
    return socket
  }
  const faults: Faults = {
    counts,
    random,
    draw: (from) => {
      if (random() >= (share * from.length) / kinds.length) return undefined
      const kind = from[Math.floor(random() * from.length)]!
      counts[kind]++
      return kind
    }
  }
  const server = createServer((client) =>
    serve(track(client), () => track(connect(Number(target.port), target.hostname)), faults)
  )
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo // the address of a TCP server
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    close: async () => {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, "close")
    }
  }
}

interface Faults {
  readonly counts: FaultProxy["counts"]
  readonly random: () => number
  readonly draw: (from: ReadonlyArray<Kind>) => Kind | undefined
}

const serve = (client: Socket, connectUpstream: () => Socket, { counts, draw, random }: Faults): void => {
  if (draw(["refused"]) !== undefined) {
    counts.requests++
    client.resetAndDestroy()
    return
  }
  let exchange: Socket | undefined
  let fault: Kind | undefined
  // The client sends one request at a time on a connection. So the first data after a response begin a request.
  let hasResponse = true
  const respond = (chunk: Buffer) => {
    hasResponse = true
    deliver(client, chunk, fault, random)
  }
  client.on("data", (chunk) => {
    if (hasResponse) {
      hasResponse = false
      counts.requests++
      fault = draw(kinds.slice(1))
    }
    if (fault === "before") {
      client.resetAndDestroy()
      return
    }
    if (fault === "late") {
      client.resetAndDestroy()
      setTimeout(() => connectUpstream().end(chunk), 2_000 * random())
      return
    }
    if (exchange === undefined) {
      exchange = connectUpstream()
      exchange.on("data", respond)
      exchange.on("close", () => client.destroy())
      client.on("close", () => exchange?.end())
    }
    exchange.write(chunk)
  })
}

const deliver = (client: Socket, chunk: Buffer, fault: Kind | undefined, random: () => number): void => {
  switch (fault) {
    case "after":
      client.resetAndDestroy()
      return
    case "truncated":
      client.write(chunk.subarray(0, Math.floor(chunk.length * random())), () => client.resetAndDestroy())
      return
    case "stalled":
      return
    case "delayed":
      setTimeout(() => client.writable && client.write(chunk), 20 + 200 * random())
      return
    default:
      if (client.writable) client.write(chunk)
  }
}
