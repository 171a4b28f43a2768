/** The possible faults of the bytes of a response, and the outcome that a call must have for each. */
import type { Socket } from "node:net"
import { gzipSync } from "node:zlib"
import type { Answer } from "./faultyServer.ts"

/** A valid response of an operation. */
export interface Good {
  readonly status: number
  /** Empty if the operation declares none. */
  readonly body: string
}

/**
 * The required outcome of a fault:
 *
 * - `lost`: a `TransportError` that may have been sent; `timeout`: a `RequestTimeout` of the attempt, as well.
 * - `large`: a `TransportError` that is not recoverable by a retry.
 * - `broken`: a `ContractError`, or a success where the operation declares no body.
 * - `none`: no outcome at all; `cut`: `broken`, or `lost` if the parser noticed first.
 */
export type Outcome = "broken" | "cut" | "large" | "lost" | "none" | "timeout"

/** A fault of bytes. */
export interface ByteFault {
  readonly name: string
  readonly outcome: Outcome
  /** Whether it needs a body: a 204 response has none. */
  readonly inBody: boolean
  readonly answer: (good: Good) => Answer
}

/** The largest response that the client under test accepts. */
export const maxBodyBytes = 1024 * 1024

const gibibyte = 1024 * 1024 * 1024

const head = (status: number, headers: ReadonlyArray<string>): string =>
  [`HTTP/1.1 ${status} Some`, "content-type: application/json", ...headers, "", ""].join("\r\n")

const bytes = (text: string): Buffer => Buffer.from(text, "utf8")

const sized = (status: number, body: Buffer, headers: ReadonlyArray<string> = []): Buffer =>
  status === 204
    ? bytes(head(status, headers))
    : Buffer.concat([bytes(head(status, [...headers, `content-length: ${body.length}`])), body])

/** The response without a fault. */
export const whole =
  ({ body, status }: Good): Answer =>
  (socket) => {
    socket.write(sized(status, bytes(body)))
  }

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

const block = /*#__PURE__*/ Buffer.alloc(64 * 1024, " ")

/** Writes this many bytes, block by block, as fast as the client reads, and keeps only one block in memory. */
const flood = (socket: Socket, total: number, frame: (block: Buffer) => ReadonlyArray<Buffer | string>): void => {
  let left = total
  const more = (): void => {
    while (left > 0 && socket.writable) {
      left -= block.length
      const taken = frame(block).map((piece) => socket.write(piece))
      if (taken.includes(false)) {
        socket.once("drain", more)
        return
      }
    }
  }
  more()
}

const raw =
  (make: (good: Good) => string | Buffer, then: (socket: Socket) => void = () => undefined) =>
  (good: Good): Answer =>
  (socket) => {
    socket.write(make(good), () => then(socket))
  }

const end = (socket: Socket): void => void socket.end()
const reset = (socket: Socket): void => void socket.resetAndDestroy()

const body = (name: string, outcome: Outcome, make: (body: string) => string | Buffer): ByteFault => ({
  name,
  outcome,
  inBody: true,
  answer: raw(({ body, status }) => {
    const made = make(body === "" ? "{}" : body)
    return sized(status, typeof made === "string" ? bytes(made) : made)
  })
})

const within = (text: string, more: string): string =>
  text.startsWith("{") ? `{${more}${text === "{}" ? "" : ","}${text.slice(1)}` : text

const deep = "[".repeat(100_000) + "]".repeat(100_000)

const half = (text: string): string => text.slice(0, Math.ceil(text.length / 2))

const early = (name: string, outcome: Outcome, answer: ByteFault["answer"]): ByteFault => ({
  name,
  outcome,
  inBody: false,
  answer
})

const late = (name: string, outcome: Outcome, answer: ByteFault["answer"]): ByteFault => ({
  name,
  outcome,
  inBody: true,
  answer
})

let bomb: ReturnType<typeof fold> | undefined

const fold = () => {
  const unfolded = Buffer.alloc(8 * 1024 * 1024, " ")
  return { folded: gzipSync(unfolded), unfolded }
}

/** A data table: every fault. */
export const byteFaults: ReadonlyArray<ByteFault> = [
  early("reset before the headers", "lost", () => (socket) => reset(socket)),
  early("closed before the headers", "lost", () => (socket) => end(socket)),
  early(
    "reset within the headers",
    "lost",
    raw(({ status }) => `HTTP/1.1 ${status} Some\r\ncontent-`, reset)
  ),
  late(
    "reset after the headers",
    "lost",
    raw(({ status }) => head(status, ["content-length: 100"]), reset)
  ),
  late(
    "closed after the headers",
    "lost",
    raw(({ status }) => head(status, ["content-length: 100"]), end)
  ),
  early("no response", "timeout", () => () => undefined),
  late(
    "no end of the body",
    "timeout",
    raw(({ body, status }) => head(status, [`content-length: ${Buffer.byteLength(body) + 1000}`]) + half(body))
  ),
  late("a body that drips", "timeout", ({ status }) => (socket) => {
    socket.write(head(status, ["transfer-encoding: chunked"]))
    const drip = setInterval(() => (socket.writable ? socket.write(chunk(" ")) : clearInterval(drip)), 20)
    socket.once("close", () => clearInterval(drip))
  }),
  early(
    "garbage instead of HTTP",
    "lost",
    raw(() => "\u0000\u0001garbage\r\n\r\n", end)
  ),
  early(
    "a status line of another protocol",
    "lost",
    raw(() => "ICY 200 OK\r\n\r\n", end)
  ),
  early(
    "headers without end",
    "lost",
    raw(({ status }) => head(status, [`x-long: ${"x".repeat(1024 * 1024)}`]))
  ),
  late(
    "a length that is no number",
    "lost",
    raw(({ status }) => head(status, ["content-length: many"]) + "{}", end)
  ),
  late(
    "more stated than sent",
    "lost",
    raw(({ body, status }) => head(status, [`content-length: ${Buffer.byteLength(body) + 100}`]) + body, end)
  ),
  late(
    "less stated than sent",
    "cut",
    raw(({ body, status }) => {
      const sent = body === "" ? "{}" : body
      return head(status, [`content-length: ${Math.floor(Buffer.byteLength(sent) / 2)}`]) + sent
    })
  ),
  late(
    "a second response after the response",
    "none",
    raw((good) =>
      Buffer.concat([
        sized(good.status, bytes(good.body === "" ? "{}" : good.body)),
        sized(500, bytes('{"error":{"code":"not_yours"}}'))
      ])
    )
  ),
  late(
    "chunks cut short",
    "lost",
    raw(({ body, status }) => head(status, ["transfer-encoding: chunked"]) + chunk(`${body} `) + "ff\r\n", end)
  ),
  late(
    "garbage between the chunks",
    "lost",
    raw(({ body, status }) => `${head(status, ["transfer-encoding: chunked"])}${chunk(`${body} `)}zz\r\n{}`, end)
  ),
  body("bytes that are no UTF-8", "broken", (text) =>
    Buffer.concat([bytes(within(text, '"x":"')), Buffer.from([0xc3, 0x28, 0xff])])
  ),
  body("a byte-order mark", "broken", (text) => `\ufeff${text}`),
  body("a cut body of the stated length", "broken", (text) => text.slice(0, -1)),
  body("a member named __proto__", "none", (text) => within(text, '"__proto__":{"polluted":true}')),
  body("a depth of 100,000", "broken", () => deep),
  body("a depth of 100,000 in an unknown member", "none", (text) => within(text, `"unknown_member":${deep}`)),
  late("a body of 1 GiB, stated", "large", ({ status }) => (socket) => {
    socket.write(head(status, [`content-length: ${gibibyte}`]))
    flood(socket, gibibyte, (piece) => [piece])
  }),
  late("a body of 1 GiB in chunks", "large", ({ status }) => (socket) => {
    socket.write(head(status, ["transfer-encoding: chunked"]))
    flood(socket, gibibyte, (piece) => [`${piece.length.toString(16)}\r\n`, piece, "\r\n"])
  }),
  late("a body of 1 GiB until the end", "large", ({ status }) => (socket) => {
    socket.write(head(status, ["connection: close"]))
    flood(socket, gibibyte, (piece) => [piece])
  }),
  // In 8 KiB, for a client that accepts compression; others get what they accept, of the same size.
  late("a small body that unfolds to 8 MiB", "large", ({ status }) => (socket, { headers }) => {
    const takes = (headers["accept-encoding"] ?? "").includes("gzip")
    const { folded, unfolded } = (bomb ??= fold())
    socket.write(takes ? sized(status, folded, ["content-encoding: gzip"]) : sized(status, unfolded))
  })
]
