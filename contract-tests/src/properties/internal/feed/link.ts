/**
 * One connection of the network: a WebSocket that holds, changes, loses and adds frames.
 *
 * @module
 */
import type * as Socket from "effect/socket/Socket"
import type { CommandFault, DialFault, FrameFault } from "./faults.ts"
import { parse, unknownType, Wire, type WireMessage } from "./wire.ts"

type EventType = "open" | "message" | "error" | "close"
type Event = Socket.WebSocketEvent & Readonly<Record<string, unknown>>
type Listener = (event: Socket.WebSocketEvent) => void
type Inner = Socket.WebSocketLike & { readonly terminate?: () => void }

/** This market does not exist. The network refuses the commands that add it. */
export const badMarket = "KXP11-26-BAD"

export interface Behaviour {
  /** Whether snapshots list their levels in reverse. */
  readonly reverses: boolean
  /** Whether the refusal of a market names the market. */
  readonly namesBadMarket: boolean
  /** Whether frames still arrive on a connection that the client has closed. */
  readonly haunts: boolean
  /** Whether `seq` hides lost frames, so that no client can notice them. */
  readonly hidesLosses: boolean
}

export interface Around {
  readonly behaviour: Behaviour
  /** Runs a task after the current task. */
  readonly soon: (task: () => void) => void
  readonly after: (millis: number, task: () => void) => void
  readonly takeCommandFault: () => CommandFault | undefined
  /**
   * Called after the client received a frame. `isPartial`: the next frame completes it, so observers do not read books
   * yet.
   */
  readonly onDelivered: (isPartial: boolean) => void
  readonly onCommand: (name: string) => void
  /** Called when frames are disturbed, for example lost, changed or held. */
  readonly onDisturbed: () => void
  readonly onViolation: (reason: string) => void
}

/** A frame, or the end of the connection, that the client has not received yet. */
interface Waiting {
  readonly text: string | undefined
  readonly close?: { readonly code: number; readonly reason: string }
  /** The next frame completes this frame. */
  readonly isPartial?: boolean
  /** A change that no book can apply. */
  readonly isImpossible?: boolean
}

/** The ids of the suite's own commands are higher than this id. */
const firstOwnId = 1_000_000_000

const slowDialMillis = 700

const [connecting, opened, closed] = [0, 1, 3] as const

const reseq = (text: string, shift: number): string =>
  shift === 0 ? text : text.replace(/"seq":(\d+)/, (_, seq: string) => `"seq":${Number(seq) + shift}`)

export class Link implements Socket.WebSocketLike {
  readyState: number = connecting
  readonly wire = new Wire()
  /** Whether frames wait for a call of `deliver`. */
  isHeld = false
  /** Whether the connection neither reads nor writes. */
  isDead = false
  /** Whether the client has closed the connection. */
  isLeft = false
  /** Whether the connection has had no fault that can lose or delay a frame or a command. */
  isClean = true
  readonly #around: Around
  readonly #listeners = new Map<EventType, Set<Listener>>()
  readonly #onResponse = new Set<(request: unknown, response: unknown) => void>()
  readonly #makeInner: () => Socket.WebSocketLike
  #inner: Inner | undefined
  #arriving: Array<() => void> = []
  #waiting: Array<Waiting> = []
  #faults: Array<FrameFault & { left: number }> = []
  /** The frame to deliver after the next frame. */
  #swapped: Waiting | undefined
  /** For each subscription id, the number to add to `seq`. */
  readonly #shifts = new Map<number, number>()
  readonly #mutedIds = new Set<number>()
  #restarts = 0
  /** The commands that wait for a slow exchange. Undefined if the exchange is not slow. */
  #slow: Array<() => void> | undefined
  #lastOwnId = firstOwnId

  constructor(around: Around, dial: DialFault | undefined, makeInner: () => Socket.WebSocketLike) {
    this.#around = around
    this.#makeInner = makeInner
    const { after, soon } = around
    if (dial === "slow") after(slowDialMillis, () => this.#connect())
    else if (dial !== "hang") soon(() => (dial === undefined ? this.#connect() : this.#refuse(dial)))
  }

  get isOpen(): boolean {
    return this.readyState === opened && !this.isLeft
  }

  get isDialing(): boolean {
    return this.readyState === connecting && !this.isLeft
  }

  addEventListener(type: EventType, listener: Listener): void {
    const listeners = this.#listeners.get(type) ?? new Set<Listener>()
    this.#listeners.set(type, listeners.add(listener))
  }

  removeEventListener(type: EventType, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener)
  }

  on(type: "ping" | "unexpected-response", listener: (request: unknown, response: unknown) => void): void {
    if (type === "unexpected-response") this.#onResponse.add(listener)
  }

  send(text: string): void {
    if (this.readyState !== opened || this.isDead) return
    // The client sends only JSON objects.
    const command = parse(text) ?? {}
    if (!this.wire.command(command)) this.#around.onViolation(`the id ${command.id} of a command was used before`)
    this.#around.onCommand(command.params?.action ?? command.cmd ?? "")
    const fault = this.#around.takeCommandFault()
    if (fault === undefined) return this.#pass(command, text)
    this.isClean = false
    switch (fault.kind) {
      case "lose":
        return
      case "late":
        this.#slow ??= []
        this.#around.after(fault.millis, () => this.#passSlow())
        return this.#pass(command, text)
      case "mute":
        this.#mutedIds.add(command.id ?? 0)
        return this.#pass(command, text)
      case "refuse":
        if (fault.code === 18 && fault.isExecuted) {
          this.#mutedIds.add(command.id ?? 0)
          this.#pass(command, text)
        }
        return this.#answer(command, { code: fault.code, msg: "a planted error" })
    }
  }

  close(): void {
    this.isLeft = true
    this.#inner?.terminate?.()
    if (!this.#around.behaviour.haunts) this.#waiting = []
    this.readyState = this.readyState === connecting ? closed : this.readyState
  }

  terminate(): void {
    this.close()
  }

  plant(fault: FrameFault): void {
    this.#faults.push({ ...fault, left: fault.after })
  }

  /** Delivers waiting frames. A frame and its partial frames count as one. */
  deliver(count: number): void {
    for (let left = count; left > 0 && this.#waiting.length > 0; left--) {
      let next: Waiting | undefined
      do {
        next = this.#waiting.shift()
        if (next !== undefined) this.#deliver(next)
      } while (next?.isPartial === true)
    }
  }

  hold(isHeld: boolean): void {
    this.isHeld = isHeld
    this.#disturb()
    if (!isHeld) this.deliver(Number.POSITIVE_INFINITY)
  }

  /**
   * Ends the connection: `close` with a close frame after the waiting frames, `reset` immediately, `silence` without a
   * notification.
   */
  kill(how: "close" | "reset" | "silence"): void {
    if (this.readyState !== opened) return
    if (how === "silence") {
      this.isDead = true
      this.isClean = false
      return
    }
    this.#inner?.terminate?.()
    if (how === "reset") this.#waiting = []
    this.#enqueue({ text: undefined, close: { code: how === "reset" ? 1006 : 1001, reason: "" } })
  }

  endInSilence(sid: number): void {
    this.isClean = false
    this.#inner?.send(JSON.stringify({ id: ++this.#lastOwnId, cmd: "unsubscribe", params: { sids: [sid] } }))
  }

  #disturb(): void {
    this.isClean = false
    this.#around.onDisturbed()
  }

  calm(): void {
    this.#faults = []
    if (this.#swapped !== undefined) this.#enqueueSwapped()
    if (this.isHeld) this.hold(false)
  }

  #connect(): void {
    if (!this.isDialing) return
    const inner: Inner = this.#makeInner()
    this.#inner = inner
    inner.addEventListener("open", () => {
      if (!this.isDialing) return
      this.readyState = opened
      this.#dispatch({ type: "open" })
    })
    inner.addEventListener("message", ({ data }) => this.#soon(() => this.#arrive(String(data))))
    inner.addEventListener("error", () => {})
    inner.addEventListener("close", ({ code = 1006, reason = "" }) =>
      this.#soon(() => this.#enqueue({ text: undefined, close: { code, reason } }))
    )
  }

  /** Delays a task until the sockets that record the exchange have the frame too, so that the record has it first. */
  #soon(task: () => void): void {
    if (this.#arriving.push(task) > 1) return
    this.#around.soon(() => {
      const tasks = this.#arriving
      this.#arriving = []
      for (const arrive of tasks) arrive()
    })
  }

  #refuse(dial: 429 | 503 | "reset"): void {
    if (!this.isDialing) return
    if (dial === "reset") {
      this.readyState = closed
      this.#dispatch({ type: "error", message: "ECONNRESET" })
      this.#dispatch({ type: "close", code: 1006, reason: "" })
      return
    }
    const response = {
      statusCode: dial,
      headers: dial === 429 ? { "retry-after": "1" } : {},
      on: (type: string, listener: () => void) => {
        if (type === "end") this.#around.soon(listener)
      }
    }
    for (const listener of this.#onResponse) listener(undefined, response)
  }

  #passSlow(): void {
    const slow = this.#slow
    this.#slow = undefined
    for (const pass of slow ?? []) pass()
  }

  #pass(command: WireMessage, text: string): void {
    if (this.#slow !== undefined) return void this.#slow.push(() => this.#pass(command, text))
    const { cmd, params } = command
    const adds = cmd === "subscribe" || params?.action === "add_markets"
    if (adds && params?.market_tickers?.includes(badMarket) === true) {
      const named = this.#around.behaviour.namesBadMarket ? { market_tickers: [badMarket] } : {}
      return this.#answer(command, { code: 11, msg: "no such market", ...named })
    }
    if (this.readyState === opened && !this.isLeft && !this.isDead) this.#inner?.send(text)
  }

  #answer({ id }: WireMessage, msg: object): void {
    // A socket never receives while it sends.
    this.#around.soon(() => this.#enqueue({ text: JSON.stringify({ id, type: "error", msg }) }))
  }

  #arrive(original: string): void {
    if (this.isDead) return
    // The exchange sends only JSON objects.
    const frame = parse(original) ?? {}
    this.wire.sent(frame)
    const isData = frame.type?.startsWith("orderbook_") === true
    const isOwn = frame.id !== undefined && frame.id > firstOwnId
    if (isOwn || (frame.id !== undefined && !isData && this.#mutedIds.has(frame.id))) return
    const fault = this.#take(frame, original)
    const text = this.#shifted(frame, this.#around.behaviour.reverses ? reversed(frame, original) : original)
    if (fault === undefined) this.#enqueue({ text })
    else this.#enqueueFaulty(frame, text, fault)
  }

  #shifted({ sid }: WireMessage, text: string): string {
    return sid === undefined ? text : reseq(text, this.#shifts.get(sid) ?? 0)
  }

  #shift({ seq, sid }: WireMessage, by: number): void {
    if (sid !== undefined && seq !== undefined) this.#shifts.set(sid, (this.#shifts.get(sid) ?? 0) + by)
  }

  #take(frame: WireMessage, text: string): FrameFault | undefined {
    const isReply = frame.id !== undefined && !text.includes('"orderbook_')
    const kind = isReply ? "reply" : frame.type?.replace("orderbook_", "")
    for (const fault of this.#faults) {
      const isMeant = fault.of === "any" || fault.of === kind
      if (!isMeant || !this.#canHave(frame, fault)) continue
      if (fault.left-- > 0) continue
      this.#faults = this.#faults.filter((other) => other !== fault)
      return fault
    }
    return undefined
  }

  #canHave(frame: WireMessage, { kind }: FrameFault): boolean {
    switch (kind) {
      case "lose":
      case "swap":
      case "late":
      case "repeat":
        return this.wire.isSequenced(frame)
      case "skip":
        return frame.seq !== undefined && this.wire.isSequenced(frame)
      case "restart":
        // The `seq` restarts at 1. This must be lower than the last `seq`, because an equal `seq` is a repetition.
        return this.wire.isSequenced(frame) && this.#waiting.length === 0 && this.wire.lastSeqOf(frame) > 1
      case "zero":
      case "cross":
      case "below":
        return frame.type === "orderbook_delta"
      default:
        return true
    }
  }

  #enqueueFaulty(frame: WireMessage, text: string, { kind, millis }: FrameFault): void {
    const isHarmless = kind === "zero" || kind === "cross" || (kind === "repeat" && frame.seq !== undefined)
    if (!isHarmless) this.#disturb()
    switch (kind) {
      case "lose":
        if (this.#around.behaviour.hidesLosses) this.#shift(frame, -1)
        return
      case "repeat":
        this.#enqueue({ text })
        return this.#enqueue({ text })
      case "swap":
        if (this.#swapped !== undefined) return this.#enqueue({ text })
        this.#swapped = { text }
        return
      case "late":
        return this.#enqueueAfter(millis, text)
      case "cut":
        return this.#enqueue({ text: text.slice(0, text.length >> 1) })
      case "garble":
        return this.#enqueue({ text: `?${text}` })
      case "unknown":
        return this.#enqueue({ text: text.replace(/"type":"\w+"/, `"type":"${unknownType}"`) })
      case "skip":
        this.#shift(frame, 3)
        return this.#enqueue({ text: reseq(text, 3) })
      case "restart": {
        const shift = 1 - (parse(text)?.seq ?? 1)
        this.#shift(frame, shift)
        // After the restart, the client would take the old `seq` of the swapped frame for a new one.
        this.#swapped = undefined
        this.#restarts++
        return this.#enqueue({ text: reseq(text, shift) })
      }
      case "zero":
        return this.#precede(frame, text, [{ delta_fp: "0.00" }])
      case "cross":
        return this.#precede(frame, text, [
          { side: "yes", price_dollars: "0.9900", delta_fp: "1.00" },
          { side: "yes", price_dollars: "0.9900", delta_fp: "-1.00" }
        ])
      case "below":
        return this.#precede(frame, text, [{ delta_fp: "-99999999.00" }], true)
    }
  }

  #enqueueAfter(millis: number, text: string): void {
    const restarts = this.#restarts
    this.#around.after(millis, () => {
      if (restarts === this.#restarts) this.#enqueue({ text })
    })
  }

  /** Delivers deltas before a frame. The deltas have the clock of the frame, and each delta increments `seq`. */
  #precede(frame: WireMessage, text: string, deltas: ReadonlyArray<object>, isImpossible = false): void {
    const message = parse(text)
    deltas.forEach((delta, index) => {
      const changed = JSON.stringify({ ...message, msg: { ...message?.msg, ...delta } })
      this.#enqueue({ text: reseq(changed, index), isPartial: true, isImpossible })
    })
    this.#shift(frame, deltas.length)
    this.#enqueue({ text: reseq(text, deltas.length) })
  }

  #enqueueSwapped(): void {
    const swapped = this.#swapped
    this.#swapped = undefined
    if (swapped !== undefined) this.#enqueue(swapped)
  }

  #enqueue(waiting: Waiting): void {
    this.#waiting.push(waiting)
    if (waiting.isPartial !== true) this.#enqueueSwapped()
    if (!this.isHeld && waiting.isPartial !== true) this.deliver(Number.POSITIVE_INFINITY)
  }

  #deliver({ close, isImpossible, isPartial, text }: Waiting): void {
    if (this.readyState === closed || this.isDead) return
    if (close !== undefined) {
      this.readyState = closed
      this.#dispatch({ type: "close", ...close })
    } else if (text !== undefined) {
      if (isImpossible === true) this.wire.impossible(text)
      this.wire.delivered(text)
      this.#dispatch({ type: "message", data: text })
    }
    this.#around.onDelivered(isPartial === true)
  }

  #dispatch(event: Event & { readonly type: EventType }): void {
    for (const listener of this.#listeners.get(event.type) ?? []) listener(event)
  }
}

const reversed = (frame: WireMessage, text: string): string => {
  if (frame.type !== "orderbook_snapshot") return text
  const { no_dollars_fp: no, yes_dollars_fp: yes } = (frame.msg ?? {}) as {
    readonly yes_dollars_fp?: ReadonlyArray<unknown>
    readonly no_dollars_fp?: ReadonlyArray<unknown>
  } // These two members contain all levels of a snapshot.
  const sides = {
    ...(yes === undefined ? undefined : { yes_dollars_fp: yes.toReversed() }),
    ...(no === undefined ? undefined : { no_dollars_fp: no.toReversed() })
  }
  return JSON.stringify({ ...frame, msg: { ...frame.msg, ...sides } })
}
