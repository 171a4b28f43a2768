/**
 * The feed of an exchange, without sockets: upgrades, connections, and the schedule of the feed's own actions, such as
 * pings.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Assumptions } from "../Assumptions.ts"
import type { ApiKey } from "../exchange/Entities.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import { Timers } from "../exchange/timers.ts"
import { makeAuthenticate, type Now } from "../rest/authentication.ts"
import { defaultResponse, type RestResponse } from "../rest/errorBody.ts"
import { toWire, type WireRequest, type WireResponse } from "../rest/handler.ts"
import { Audience } from "./audience.ts"
import { channels, type ChannelName } from "./channels.ts"
import { parseMessage, type ParsedMessage } from "./commands.ts"
import { FeedConnection, type Subscription } from "./connection.ts"
import { execute, type Execution } from "./execution.ts"
import { type CommandFault, errorOf, FeedFaults, type UpgradeFault } from "./faults.ts"
import type { FeedError } from "./feedErrors.ts"
import type { Endpoint, FeedFrame, Line, Upgrade } from "./line.ts"
import { MarketIds } from "../exchange/markets/marketIds.ts"
import { Publisher } from "./publisher.ts"
import { periodMillis, type ReferenceChannel, References } from "../exchange/reference/references.ts"

export interface FeedHost {
  readonly exchange: Exchange
  readonly now: () => Now
  /** The clock of `tick`, in Unix milliseconds. Unlike the exchange's clock, it cannot be moved or frozen. */
  readonly clockMillis: () => number
  /**
   * What `clockMillis` returns when the exchange's time reaches `exchangeMillis`. Undefined if the exchange's clock is
   * frozen.
   */
  readonly clockMillisAt: (exchangeMillis: number) => number | undefined
}

/** The documented interval between two pings. */
const pingMillis = 10_000
const pingBody = "heartbeat"

/** The default cost of a request, in tokens. */
const upgradeCost = 10

export class Feed {
  readonly faults = new FeedFaults()
  readonly references: References
  onFrame: ((frame: FeedFrame) => void) | undefined = undefined
  readonly #host: FeedHost
  readonly #assumptions: Assumptions
  #authenticate: ReturnType<typeof makeAuthenticate>
  readonly #connections = new Map<number, FeedConnection>()
  readonly #audience = new Audience()
  readonly #marketIds = new MarketIds()
  readonly #publisher: Publisher
  readonly #execution: Omit<Execution, "errorOf">
  readonly #timers = new Timers<() => void>()
  readonly #reschedules = new Set<() => void>()
  /** The channels of reference prices that have a scheduled tick. */
  readonly #ticking = new Set<ReferenceChannel>()
  #unsubscribe: (() => void) | undefined
  #lastConnection = 0
  #isStopped = false

  constructor(host: FeedHost) {
    this.#host = host
    this.#assumptions = host.exchange.assumptions
    this.#authenticate = makeAuthenticate(host.exchange)
    this.references = new References(host.exchange.seed)
    // This view does not advance the exchange's time. While an event is published, the view already contains all
    // effects of the command that caused the event.
    const view = () => host.exchange.view(0)
    this.#publisher = new Publisher(this.#audience, this.faults, this.#marketIds, view)
    this.#execution = {
      audience: this.#audience,
      maxMarkets: this.#assumptions.maxFeedMarkets,
      grantsPyth: this.#assumptions.pythFeed === "granted",
      idOfTicker: (ticker) => this.#marketIds.of(ticker),
      tickerOfId: (id) => this.#marketIds.tickerOf(id, () => view().tickers()),
      namesOf: (name) => (isReferenceChannel(name) ? this.references.names(name) : []),
      sendSnapshot: (subscription, ticker, id) => this.#publisher.sendSnapshot(subscription, ticker, id),
      sendTicker: (subscription, ticker) => this.#publisher.sendCurrentTicker(subscription, ticker),
      firstSeq: (name) => this.faults.takeSubscription(name)?.firstSeq,
      onReference: () => this.#startTicking()
    }
  }

  /** The connections, oldest first. */
  get connections(): ReadonlyArray<FeedConnection> {
    return [...this.#connections.values()]
  }

  /** Checks planted faults, the signature, the number of connections and the tokens. */
  upgrade(request: WireRequest): Upgrade {
    const now = this.#host.now()
    const fault = this.faults.takeUpgrade()
    const planted = fault === undefined ? undefined : plantedRefusal(fault, now)
    if (planted !== undefined) {
      return { _tag: "Refused", response: planted }
    }
    const key = this.#admit(request, now)
    return Result.isFailure(key)
      ? { _tag: "Refused", response: toWire(key.failure, now.wallMillis) }
      : { _tag: "Accepted", open: (line) => this.#open(key.success, line, fault?.closeCode) }
  }

  /** Returns the time of the next scheduled action, by the host's `clockMillis`. Undefined if nothing is scheduled. */
  nextMillis(): number | undefined {
    const own = this.#timers.nextMillis()
    const timer = this.#connections.size === 0 ? undefined : this.#host.exchange.nextTimerMillis()
    const exchange = timer === undefined ? undefined : this.#host.clockMillisAt(timer)
    return own === undefined ? exchange : exchange === undefined ? own : Math.min(own, exchange)
  }

  /** Runs all due actions: timers of the exchange, pings, delayed commands and frames, reference prices. */
  tick(): void {
    if (this.#connections.size > 0) {
      this.#host.exchange.view(this.#host.now().exchangeMillis)
    }
    const nowMillis = this.#host.clockMillis()
    for (let due = this.#timers.take(nowMillis); due !== undefined; due = this.#timers.take(nowMillis)) {
      due.value()
    }
  }

  /** Calls back when `nextMillis` may have become earlier. Returns a function that removes the callback. */
  onReschedule(callback: () => void): () => void {
    this.#reschedules.add(callback)
    return () => void this.#reschedules.delete(callback)
  }

  /** Sends a message to the subscriptions of a channel. Without `accountId`, sends it to those of all accounts. */
  publish(message: {
    readonly channel: ChannelName
    readonly type: string
    readonly msg: object
    readonly accountId?: string | undefined
  }): void {
    const body = JSON.stringify(message.msg)
    for (const subscription of this.#audience.of(message.channel)) {
      if (message.accountId === undefined || subscription.connection.key.accountId === message.accountId) {
        this.#publisher.send(subscription, message.type, body)
      }
    }
  }

  closeAll(code: number, reason: string): void {
    for (const connection of this.connections) {
      connection.line.close(code, reason)
      this.#close(connection)
    }
  }

  /**
   * Continues with the host's new exchange. Closes all connections, and removes planted faults and the prices that the
   * operator set.
   */
  restart(): void {
    this.closeAll(1001, "the exchange restarts")
    this.faults.clear()
    this.references.restart(this.#host.exchange.seed)
    this.#authenticate = makeAuthenticate(this.#host.exchange)
  }

  /** Closes all connections. A connection that opens later is closed immediately. */
  stop(): void {
    this.#isStopped = true
    this.closeAll(1001, "the exchange stops")
  }

  #admit(request: WireRequest, now: Now): Result.Result<ApiKey, RestResponse> {
    const path = request.path.replace(/\?.*$/s, "")
    return Result.flatMap(
      this.#authenticate({ method: request.method, path, headers: request.headers }, now),
      (key) => {
        const own = this.connections.filter((connection) => connection.key.accountId === key.accountId)
        return own.length < this.#assumptions.maxFeedConnections &&
          this.#host.exchange.takeTokens(key.accountId, "read", upgradeCost, now.tokenMillis)
          ? Result.succeed(key)
          : Result.fail({ ...defaultResponse(429), headers: { "retry-after": "1" } })
      }
    )
  }

  #open(key: ApiKey, line: Line, closeCode: number | undefined): Endpoint {
    const id = ++this.#lastConnection
    const connection = new FeedConnection({
      id,
      key,
      line,
      openedMillis: this.#host.clockMillis(),
      exchangeMillis: () => this.#host.now().exchangeMillis,
      maxWaiting: this.#assumptions.maxFeedWaitingFrames,
      later: (delayMillis, run) => this.#later(delayMillis, run),
      onSend: (text) => this.onFrame?.({ connectionId: id, direction: "out", text }),
      onEnded: (subscription) => this.#audience.remove(subscription)
    })
    if (this.#isStopped || closeCode !== undefined) {
      line.close(closeCode ?? 1001, "")
      connection.close()
      return closedEndpoint
    }
    this.#connections.set(id, connection)
    this.#unsubscribe ??= this.#host.exchange.subscribe((entry) => {
      if (entry.type === "command") {
        // The command may have added a timer to the exchange.
        this.#rescheduled()
      } else {
        this.#publisher.publish(entry)
      }
    })
    this.#keepAlive(connection)
    const commands = new CommandRate(this.#assumptions.maxFeedCommandsPerSecond)
    this.#rescheduled()
    return {
      receive: (text) => {
        if (connection.isOpen) {
          this.onFrame?.({ connectionId: id, direction: "in", text })
          this.#receive(connection, commands, text)
        }
      },
      pong: () => {
        connection.lastPongMillis = this.#host.clockMillis()
      },
      drained: () => connection.drain(),
      closed: () => this.#close(connection)
    }
  }

  #close(connection: FeedConnection): void {
    connection.close()
    this.#connections.delete(connection.id)
    if (this.#connections.size === 0) {
      this.#unsubscribe?.()
      this.#unsubscribe = undefined
      this.#publisher.reset()
    }
  }

  #receive(connection: FeedConnection, commands: CommandRate, text: string): void {
    // Timers that are due come first, so that a snapshot contains their effects.
    this.#host.exchange.view(this.#host.now().exchangeMillis)
    const message = parseMessage(text)
    if (!commands.take(this.#host.clockMillis())) {
      connection.fail({ code: 27 }, message.id)
      return
    }
    const fault = this.faults.takeCommand(message.cmd, namesOf(message, connection))
    if (fault?.delayMillis !== undefined) {
      this.#later(fault.delayMillis, () => this.#carryOut(connection, message, fault))
    } else {
      this.#carryOut(connection, message, fault)
    }
  }

  #carryOut(connection: FeedConnection, { command, id }: ParsedMessage, fault: CommandFault | undefined): void {
    if (!connection.isOpen) {
      return
    }
    const code = fault === undefined ? undefined : errorOf(fault)
    const planted: FeedError | undefined = code === undefined ? undefined : { code }
    if (Result.isFailure(command)) {
      connection.fail(planted ?? command.failure, id)
      return
    }
    const isPartial = planted !== undefined && fault?.channel !== undefined && fault.isExecuted !== true
    const isExecuted = planted === undefined || isPartial || fault?.isExecuted === true
    connection.isSilent = fault?.isSilent === true || (planted !== undefined && fault?.isExecuted === true)
    if (isExecuted) {
      const errorOfChannel = (name: string) => (isPartial && name === fault?.channel ? planted : undefined)
      execute({ ...this.#execution, errorOf: errorOfChannel }, connection, command.success, id)
    }
    connection.isSilent = false
    if (planted !== undefined && !isPartial && fault?.isSilent !== true) {
      connection.fail(planted, id)
    }
  }

  #keepAlive(connection: FeedConnection): void {
    this.#later(pingMillis, () => {
      if (!connection.isOpen) {
        return
      }
      if (this.#host.clockMillis() - connection.lastPongMillis > this.#assumptions.pongTimeoutMillis) {
        connection.line.drop("reset")
        this.#close(connection)
        return
      }
      connection.line.ping(pingBody)
      this.#keepAlive(connection)
    })
  }

  /** Schedules the ticks of reference prices. If a channel has no receivers at its tick, its ticks stop. */
  #startTicking(): void {
    for (const name of referenceChannels) {
      if (!this.#ticking.has(name)) {
        this.#ticking.add(name)
        this.#scheduleTick(name)
      }
    }
  }

  #scheduleTick(name: ReferenceChannel): void {
    const period = periodMillis[name]
    const now = this.#host.clockMillis()
    this.#later(period - (now % period), () => {
      const receivers = [...this.#audience.of(name)].filter(
        ({ allReferences, references }) => allReferences || references.size > 0
      )
      if (receivers.length === 0) {
        this.#ticking.delete(name)
        return
      }
      this.#sendReferences(name, receivers)
      this.#scheduleTick(name)
    })
  }

  #sendReferences(name: ReferenceChannel, receivers: ReadonlyArray<Subscription>): void {
    const atMillis = this.#host.now().exchangeMillis
    const period = periodMillis[name]
    const sourceMillis = atMillis - (atMillis % period)
    for (const reference of this.references.names(name)) {
      const own = receivers.filter(({ allReferences, references }) => allReferences || references.has(reference))
      if (own.length > 0) {
        const body = JSON.stringify(this.references.body(name, reference, sourceMillis))
        own.forEach((subscription) => this.#publisher.send(subscription, name, body))
      }
    }
  }

  #later(delayMillis: number, run: () => void): void {
    this.#timers.add(this.#host.clockMillis() + delayMillis, run)
    this.#rescheduled()
  }

  #rescheduled(): void {
    this.#reschedules.forEach((callback) => callback())
  }
}

const referenceChannels = ["cfbenchmarks_value", "cfbenchmarks_value_5hz", "pyth_value"] as const

const isReferenceChannel = (name: ChannelName): name is ReferenceChannel => channels[name].reference !== undefined

/** Returns the channels that a command names, directly or by subscription ids. */
const namesOf = ({ command }: ParsedMessage, connection: FeedConnection): ReadonlyArray<string> => {
  if (Result.isFailure(command)) {
    return []
  }
  const found = command.success
  const sids = found.cmd === "unsubscribe" ? found.sids : found.cmd === "update_subscription" ? [found.sid] : []
  return found.cmd === "subscribe"
    ? found.channels
    : sids.flatMap((sid) => connection.subscriptions.get(sid)?.name ?? [])
}

/** Returns the response that refuses the upgrade. Undefined if the fault does not refuse the upgrade. */
const plantedRefusal = (fault: UpgradeFault, { wallMillis }: Now): WireResponse | undefined => {
  const { body, reset, retryAfterSeconds, status } = fault
  if (reset === true) {
    return { ...toWire(defaultResponse(500), wallMillis), arrives: "never" }
  }
  if (status === undefined) {
    return undefined
  }
  const response = body === undefined ? defaultResponse(status) : { status, body }
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }
  return toWire({ ...response, headers }, wallMillis)
}

const closedEndpoint: Endpoint = { receive: () => {}, pong: () => {}, drained: () => {}, closed: () => {} }

class CommandRate {
  readonly #perSecond: number
  #second = 0
  #count = 0

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  take(nowMillis: number): boolean {
    const second = Math.floor(nowMillis / 1_000)
    this.#count = second === this.#second ? this.#count + 1 : 1
    this.#second = second
    return this.#count <= this.#perSecond
  }
}
