/**
 * Faults that the bytes of a response can have, and the required outcome of a call for each fault.
 *
 * @module
 */
import type { Socket } from "node:net"
import { gzipSync } from "node:zlib"
import type { Answer } from "./faultyServer.ts"

export interface ValidResponse {
  readonly status: number
  /** The text of the body. Empty if the operation declares no body. */
  readonly body: string
}

/**
 * The required outcome of a fault:
 *
 * - `lost`: a `TransportError` with `requestSent: "maybe"`.
 * - `timeout`: a `RequestTimeout` of the attempt, also with `requestSent: "maybe"`.
 * - `large`: a `TransportError` that a retry cannot correct.
 * - `broken`: a `ContractError`, or `Success` if the operation declares no body.
 * - `success`: `Success`, because the client must ignore the fault.
 * - `truncated`: like `broken`, or like `lost` if the HTTP parser detects the fault first.
 */
export type Outcome = "broken" | "large" | "lost" | "success" | "timeout" | "truncated"

export interface ByteFault {
  readonly name: string
  readonly outcome: Outcome
  /** Whether the fault needs a response body. A 204 response has none. */
  readonly inBody: boolean
  readonly answer: (good: ValidResponse) => Answer
}

/** The size of the largest response body that the client under test accepts. */
export const maxBodyBytes = 1024 * 1024

const gibibyte = 1024 * 1024 * 1024

const head = (status: number, headers: ReadonlyArray<string>): string =>
  [`HTTP/1.1 ${status} Some`, "content-type: application/json", ...headers, "", ""].join("\r\n")

const bytes = (text: string): Buffer => Buffer.from(text, "utf8")

const sized = (status: number, body: Buffer, headers: ReadonlyArray<string> = []): Buffer =>
  status === 204
    ? bytes(head(status, headers))
    : Buffer.concat([bytes(head(status, [...headers, `content-length: ${body.length}`])), body])

export const intactResponse =
  ({ body, status }: ValidResponse): Answer =>
  (socket) => {
    socket.write(sized(status, bytes(body)))
  }

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

const block = /*#__PURE__*/ Buffer.alloc(64 * 1024, " ")

/** Writes as fast as the client reads. Only one block is in memory. */
const flood = (socket: Socket, total: number, frame: (block: Buffer) => ReadonlyArray<Buffer | string>): void => {
  let remainingBytes = total
  const writeBlocks = (): void => {
    while (remainingBytes > 0 && socket.writable) {
      remainingBytes -= block.length
      const taken = frame(block).map((piece) => socket.write(piece))
      if (taken.includes(false)) {
        socket.once("drain", writeBlocks)
        return
      }
    }
  }
  writeBlocks()
}

const raw =
  (make: (good: ValidResponse) => string | Buffer, then: (socket: Socket) => void = () => undefined) =>
  (good: ValidResponse): Answer =>
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
    const content = make(body === "" ? "{}" : body)
    return sized(status, typeof content === "string" ? bytes(content) : content)
  })
})

const within = (text: string, more: string): string =>
  text.startsWith("{") ? `{${more}${text === "{}" ? "" : ","}${text.slice(1)}` : text

const deep = "[".repeat(100_000) + "]".repeat(100_000)

const half = (text: string): string => text.slice(0, Math.ceil(text.length / 2))

const withoutBody = (name: string, outcome: Outcome, answer: ByteFault["answer"]): ByteFault => ({
  name,
  outcome,
  inBody: false,
  answer
})

const withBody = (name: string, outcome: Outcome, answer: ByteFault["answer"]): ByteFault => ({
  name,
  outcome,
  inBody: true,
  answer
})

let bomb: ReturnType<typeof makeBomb> | undefined

const makeBomb = () => {
  const uncompressed = Buffer.alloc(8 * 1024 * 1024, " ")
  return { compressed: gzipSync(uncompressed), uncompressed }
}

export const byteFaults: ReadonlyArray<ByteFault> = [
  withoutBody("reset before the headers", "lost", () => (socket) => reset(socket)),
  withoutBody("closed before the headers", "lost", () => (socket) => end(socket)),
  withoutBody(
    "reset within the headers",
    "lost",
    raw(({ status }) => `HTTP/1.1 ${status} Some\r\ncontent-`, reset)
  ),
  withBody(
    "reset after the headers",
    "lost",
    raw(({ status }) => head(status, ["content-length: 100"]), reset)
  ),
  withBody(
    "closed after the headers",
    "lost",
    raw(({ status }) => head(status, ["content-length: 100"]), end)
  ),
  withoutBody("no response", "timeout", () => () => undefined),
  withBody(
    "a body that does not end",
    "timeout",
    raw(({ body, status }) => head(status, [`content-length: ${Buffer.byteLength(body) + 1000}`]) + half(body))
  ),
  withBody("a body that arrives one byte at a time", "timeout", ({ status }) => (socket) => {
    socket.write(head(status, ["transfer-encoding: chunked"]))
    const drip = setInterval(() => (socket.writable ? socket.write(chunk(" ")) : clearInterval(drip)), 20)
    socket.once("close", () => clearInterval(drip))
  }),
  withoutBody(
    "garbage instead of HTTP",
    "lost",
    raw(() => "\u0000\u0001garbage\r\n\r\n", end)
  ),
  withoutBody(
    "a status line of another protocol",
    "lost",
    raw(() => "ICY 200 OK\r\n\r\n", end)
  ),
  withoutBody(
    "headers that do not end",
    "lost",
    raw(({ status }) => head(status, [`x-long: ${"x".repeat(1024 * 1024)}`]))
  ),
  withBody(
    "a content-length that is not a number",
    "lost",
    raw(({ status }) => head(status, ["content-length: many"]) + "{}", end)
  ),
  withBody(
    "a content-length above the body's length",
    "lost",
    raw(({ body, status }) => head(status, [`content-length: ${Buffer.byteLength(body) + 100}`]) + body, end)
  ),
  withBody(
    "a content-length below the body's length",
    "truncated",
    raw(({ body, status }) => {
      const sent = body === "" ? "{}" : body
      return head(status, [`content-length: ${Math.floor(Buffer.byteLength(sent) / 2)}`]) + sent
    })
  ),
  withBody(
    "a second response after the response",
    "success",
    raw((good) =>
      Buffer.concat([
        sized(good.status, bytes(good.body === "" ? "{}" : good.body)),
        sized(500, bytes('{"error":{"code":"not_yours"}}'))
      ])
    )
  ),
  withBody(
    "a truncated chunk",
    "lost",
    raw(({ body, status }) => head(status, ["transfer-encoding: chunked"]) + chunk(`${body} `) + "ff\r\n", end)
  ),
  withBody(
    "garbage between the chunks",
    "lost",
    raw(({ body, status }) => `${head(status, ["transfer-encoding: chunked"])}${chunk(`${body} `)}zz\r\n{}`, end)
  ),
  body("invalid UTF-8", "broken", (text) =>
    Buffer.concat([bytes(within(text, '"x":"')), Buffer.from([0xc3, 0x28, 0xff])])
  ),
  body("a byte-order mark", "broken", (text) => `\ufeff${text}`),
  body("truncated JSON with a matching content-length", "broken", (text) => text.slice(0, -1)),
  body("a member named __proto__", "success", (text) => within(text, '"__proto__":{"polluted":true}')),
  body("a body nested 100,000 levels deep", "broken", () => deep),
  body("an unknown member nested 100,000 levels deep", "success", (text) => within(text, `"unknown_member":${deep}`)),
  withBody("a 1 GiB body with a content-length", "large", ({ status }) => (socket) => {
    socket.write(head(status, [`content-length: ${gibibyte}`]))
    flood(socket, gibibyte, (piece) => [piece])
  }),
  withBody("a 1 GiB body in chunks", "large", ({ status }) => (socket) => {
    socket.write(head(status, ["transfer-encoding: chunked"]))
    flood(socket, gibibyte, (piece) => [`${piece.length.toString(16)}\r\n`, piece, "\r\n"])
  }),
  withBody("a 1 GiB body that ends with the connection", "large", ({ status }) => (socket) => {
    socket.write(head(status, ["connection: close"]))
    flood(socket, gibibyte, (piece) => [piece])
  }),
  // A client that does not accept gzip receives the 8 MiB uncompressed.
  withBody("a small body that decompresses to 8 MiB", "large", ({ status }) => (socket, { headers }) => {
    const acceptsGzip = (headers["accept-encoding"] ?? "").includes("gzip")
    const { compressed, uncompressed } = (bomb ??= makeBomb())
    socket.write(acceptsGzip ? sized(status, compressed, ["content-encoding: gzip"]) : sized(status, uncompressed))
  })
]
