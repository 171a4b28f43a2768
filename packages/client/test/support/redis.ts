/** A temporary `redis-server` on loopback, and Effect's `Redis` service over a socket to it. */
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type AddressInfo, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer, type Scope } from "effect"
import { Redis } from "effect/persistence"

/** The reason why no server can be started, if there is one. */
export const missing: string | undefined =
  spawnSync("redis-server", ["--version"]).error === undefined ? undefined : "no redis-server on this machine"

const freePort: Effect.Effect<number> = Effect.callback((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
    server.close(() => resume(Effect.succeed(port)))
  })
})

export interface RedisServer {
  readonly port: number
  /** Suspends the process, so that it does not respond. */
  readonly hang: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
}

/** Starts a server that persists nothing, and stops it when the scope closes. */
export const serve: Effect.Effect<RedisServer, never, Scope.Scope> = Effect.acquireRelease(
  Effect.gen(function* () {
    const port = yield* freePort
    const folder = mkdtempSync(join(tmpdir(), "kalshi-redis-"))
    const settings = { port, bind: "127.0.0.1", save: "", appendonly: "no", dir: folder }
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
    const child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] })
    yield* Effect.callback<void>((resume) => {
      child.stdout.on("data", (chunk: Buffer) => {
        if (chunk.toString().includes("Ready to accept connections")) resume(Effect.void)
      })
      child.once("exit", (code) => resume(Effect.die(new Error(`redis-server ended with ${code}`))))
    })
    return { port, child, folder }
  }),
  ({ child, folder }) =>
    Effect.callback<void>((resume) => {
      child.once("exit", () => {
        rmSync(folder, { recursive: true, force: true })
        resume(Effect.void)
      })
      child.kill("SIGKILL")
    })
).pipe(
  Effect.map(({ child, port }) => ({
    port,
    hang: Effect.sync(() => void child.kill("SIGSTOP")),
    resume: Effect.sync(() => void child.kill("SIGCONT"))
  }))
)

type Reply = string | number | null | Error | ReadonlyArray<Reply>

/** Reads one reply. Returns undefined if the reply is incomplete. */
const read = (text: string, at: number): { readonly reply: Reply; readonly end: number } | undefined => {
  const end = text.indexOf("\r\n", at)
  if (end === -1) return undefined
  const line = text.slice(at + 1, end)
  const next = end + 2
  switch (text[at]) {
    case "+":
      return { reply: line, end: next }
    case "-":
      return { reply: new Error(line), end: next }
    case ":":
      return { reply: Number(line), end: next }
    case "$": {
      const length = Number(line)
      if (length === -1) return { reply: null, end: next }
      return text.length < next + length + 2
        ? undefined
        : { reply: text.slice(next, next + length), end: next + length + 2 }
    }
    case "*": {
      const items: Array<Reply> = []
      let from = next
      for (let i = 0; i < Number(line); i++) {
        const item = read(text, from)
        if (item === undefined) return undefined
        items.push(item.reply)
        from = item.end
      }
      return { reply: items, end: from }
    }
    default:
      return { reply: new Error(`not a RESP2 reply: ${line}`), end: next }
  }
}

const open = (port: number): Effect.Effect<Socket, Redis.RedisError> =>
  Effect.callback((resume) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => resume(Effect.succeed(socket)))
    socket.once("error", (cause) => resume(Effect.fail(new Redis.RedisError({ cause }))))
  })

const connection = Effect.fnUntraced(function* (port: number) {
  const socket = yield* Effect.acquireRelease(open(port), (socket) => Effect.sync(() => void socket.destroy()))
  const waiting: Array<(reply: Reply) => void> = []
  let text = ""
  socket.setEncoding("latin1")
  socket.on("data", (chunk) => {
    text += String(chunk)
    for (let found = read(text, 0); found !== undefined; found = read(text, 0)) {
      text = text.slice(found.end)
      waiting.shift()?.(found.reply)
    }
  })
  socket.on("close", () => {
    for (const resolve of waiting.splice(0)) resolve(new Error("the connection is closed"))
  })
  return <A>(...command: ReadonlyArray<string>) =>
    Effect.callback<A, Redis.RedisError>((resume) => {
      waiting.push((reply) =>
        resume(
          reply instanceof Error ? Effect.fail(new Redis.RedisError({ cause: reply })) : Effect.succeed(reply as A) // the caller knows the type of the reply
        )
      )
      const words = command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
      socket.write(`*${command.length}\r\n${words.join("")}`)
    })
})

/** Effect's `Redis` service, without subscriptions and reserved connections. */
export const layer = (port: number): Layer.Layer<Redis.Redis, Redis.RedisError> =>
  Layer.effect(
    Redis.Redis,
    Effect.flatMap(connection(port), (send) =>
      Redis.make({
        send,
        subscribe: () => Effect.die(new Error("subscriptions are not supported")),
        connect: Effect.die(new Error("reserved connections are not supported"))
      })
    )
  )
