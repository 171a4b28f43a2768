/**
 * Stands between a client and an exchange, and does to connections what networks do: from a seed, so that a run can be
 * had again as far as the order of requests is the same.
 */
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

const kinds = ["refused", "before", "late", "after", "truncated", "stalled", "delayed"] as const

/**
 * What becomes of a request: its connection is reset when it is made; before the exchange got the request; before, and
 * the exchange gets it some time later all the same; when the exchange has answered; or in the middle of the answer. Or
 * the answer never comes, or comes later.
 */
export type Kind = (typeof kinds)[number]

export interface FaultProxy {
  readonly url: string
  readonly counts: { requests: number } & Record<Kind, number>
  readonly close: () => Promise<void>
}

/** Numbers from 0 to 1 from a seed (mulberry32). */
const makeRandom = (seed: number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Listens for clients of the exchange at `target`; `share` of all requests meet a fault, each kind as often. */
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
  const draw = (from: ReadonlyArray<Kind>): Kind | undefined => {
    if (random() >= (share * from.length) / kinds.length) return undefined
    const kind = from[Math.floor(random() * from.length)]!
    counts[kind]++
    return kind
  }

  const upstream = (): Socket => {
    const socket = connect(Number(target.port), target.hostname)
    open.add(socket)
    socket.on("error", () => socket.destroy())
    socket.on("close", () => open.delete(socket))
    return socket
  }

  const server = createServer((client) => {
    open.add(client)
    client.on("close", () => open.delete(client))
    client.on("error", () => client.destroy())
    if (draw(["refused"]) !== undefined) {
      counts.requests++
      client.resetAndDestroy()
      return
    }
    let exchange: Socket | undefined
    let fault: Kind | undefined
    // A request begins when the client speaks after an answer: this client sends one at a time on a connection.
    let answered = true
    const answer = (chunk: Buffer) => {
      answered = true
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
    client.on("data", (chunk) => {
      if (answered) {
        answered = false
        counts.requests++
        fault = draw(kinds.slice(1))
      }
      if (fault === "before") {
        client.resetAndDestroy()
        return
      }
      if (fault === "late") {
        client.resetAndDestroy()
        setTimeout(() => upstream().end(chunk), 2_000 * random())
        return
      }
      if (exchange === undefined) {
        exchange = upstream()
        exchange.on("data", answer)
        exchange.on("close", () => client.destroy())
        client.on("close", () => exchange?.end())
      }
      exchange.write(chunk)
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
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
