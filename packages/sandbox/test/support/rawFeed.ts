/** A WebSocket client without a library: a test controls each byte that it sends, and reading costs little time. */
import { once } from "node:events"
import { connect, type Socket } from "node:net"

export interface FrameOptions {
  /** Default: 1, a text frame. */
  readonly opcode?: number
  /** Whether this is the last frame of its message. Default: true. */
  readonly fin?: boolean
  /** The three reserved bits. 4 marks a compressed message. Default: 0. */
  readonly reserved?: number
  /** Default: true, as the protocol requires for a client. */
  readonly masked?: boolean
  /** The length to declare. Default: the length of the payload. */
  readonly length?: number
}

/** Makes a frame. The mask is zero, so the payload stays readable. */
export const frame = (payload: string | Buffer, options: FrameOptions = {}): Buffer => {
  const { fin = true, masked = true, opcode = 1, reserved = 0 } = options
  const body = typeof payload === "string" ? Buffer.from(payload) : payload
  const { length = body.length } = options
  const maskBit = masked ? 0x80 : 0
  const size = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const head = Buffer.alloc(2 + size + (masked ? 4 : 0))
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode
  head[1] = maskBit | (size === 0 ? length : size === 2 ? 126 : 127)
  if (size === 2) head.writeUInt16BE(length, 2)
  if (size === 8) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, body])
}

export interface Key {
  readonly keyId: string
  readonly sign: (text: string) => string
}

export const feedPath = "/trade-api/ws/v2"

/** `headers` adds or replaces headers. A header with the value undefined is omitted. */
export const upgradeHead = (
  key: Key | undefined,
  headers: Readonly<Record<string, string | undefined>> = {}
): string => {
  const timestamp = String(Date.now())
  const fields = Object.entries({
    host: "127.0.0.1",
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "kalshi-access-key": key?.keyId,
    "kalshi-access-timestamp": key === undefined ? undefined : timestamp,
    "kalshi-access-signature": key?.sign(`${timestamp}GET${feedPath}`),
    ...headers
  })
  const lines = fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  return [`GET ${feedPath} HTTP/1.1`, ...lines, "", ""].join("\r\n")
}

/** Called with each frame: its opcode, and the bytes that hold its payload. */
export type OnFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void

export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)

  read(chunk: Buffer, onFrame: OnFrame): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (at + 2 <= bytes.length) {
      const short = bytes[at + 1]! & 0x7f
      const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10)
      if (start > bytes.length) break
      const length =
        short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
      const end = start + length
      if (end > bytes.length) break
      onFrame(bytes[at]! & 0x0f, bytes, start, end)
      at = end
    }
    this.#rest = at === bytes.length ? Buffer.alloc(0) : bytes.subarray(at)
  }
}

export class RawFeed {
  readonly socket: Socket
  /** Text messages that `next` has not taken yet. */
  readonly messages: Array<string> = []
  readonly pongs: Array<string> = []
  closeCode: number | undefined
  isEnded = false
  /** If set, receives the text messages instead of `messages`. */
  onText: ((bytes: Buffer, start: number, end: number) => void) | undefined
  /** The status of the handshake's response, after its head has arrived. */
  #status: string | undefined
  #head: Buffer = Buffer.alloc(0)
  readonly #reader = new FrameReader()

  constructor(socket: Socket) {
    this.socket = socket
    socket.on("error", () => {}) // the other side may reset the connection
    socket.on("close", () => (this.isEnded = true))
    socket.on("data", (chunk: Buffer) => this.#receive(chunk))
  }

  /** Opens a connection without a handshake. */
  static async connect(port: number): Promise<RawFeed> {
    const socket = connect(port, "127.0.0.1")
    await once(socket, "connect")
    socket.setNoDelay(true)
    return new RawFeed(socket)
  }

  send(...parts: ReadonlyArray<string | Buffer>): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))))
  }

  command(command: object): void {
    this.send(frame(JSON.stringify(command)))
  }

  async handshake(head: string): Promise<string> {
    this.send(head)
    return this.status()
  }

  /** Waits for the status of the handshake. An empty string if the connection ended without a response. */
  async status(): Promise<string> {
    await this.#until(() => this.#status !== undefined)
    return this.#status ?? ""
  }

  /** Waits for a text message. Undefined if the connection ends before a message arrives. */
  async next(): Promise<string | undefined> {
    await this.#until(() => this.messages.length > 0)
    return this.messages.shift()
  }

  /** Waits for a pong. False if the connection ended before it. */
  async pong(): Promise<boolean> {
    await this.#until(() => this.pongs.length > 0)
    return this.pongs.shift() !== undefined
  }

  async ended(): Promise<number | undefined> {
    await this.#until(() => false)
    return this.closeCode
  }

  #until(isDone: () => boolean): Promise<void> {
    const { socket } = this
    return new Promise((resolve) => {
      const check = () => {
        if (!isDone() && !this.isEnded) return
        socket.off("data", check).off("close", check)
        resolve()
      }
      socket.on("data", check).on("close", check)
      check()
    })
  }

  #receive(chunk: Buffer): void {
    if (this.#status === "101") {
      this.#reader.read(chunk, this.#onFrame)
      return
    }
    this.#head = Buffer.concat([this.#head, chunk])
    const end = this.#head.indexOf("\r\n\r\n")
    if (this.#status === undefined && end !== -1) {
      this.#status = this.#head.toString("latin1", 9, 12)
      if (this.#status === "101") this.#reader.read(this.#head.subarray(end + 4), this.#onFrame)
    }
  }

  readonly #onFrame: OnFrame = (opcode, bytes, start, end) => {
    switch (opcode) {
      case 1:
        if (this.onText === undefined) this.messages.push(bytes.toString("utf8", start, end))
        else this.onText(bytes, start, end)
        return
      case 8:
        this.closeCode = end - start < 2 ? 1005 : bytes.readUInt16BE(start)
        this.send(frame(bytes.subarray(start, end), { opcode: 8 }))
        return
      case 9:
        this.send(frame(bytes.subarray(start, end), { opcode: 10 }))
        return
      case 10:
        this.pongs.push(bytes.toString("latin1", start, end))
    }
  }
}
