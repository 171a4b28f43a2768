/**
 * The core of a relay, without sockets: the connections of its readers (programs and pages), and their commands.
 *
 * @module
 */
import {
  channels,
  type Endpoint,
  execute,
  type Execution,
  failure,
  type FeedCommand,
  FeedConnection,
  type FeedError,
  isChannelName,
  type Line,
  parseMessage,
  type Subscription,
  toWire,
  type Upgrade,
  type Upgrades,
  type WireRequest
} from "@kalshi-effect/sandbox/FeedServer"
import * as Result from "effect/Result"
import { decide, type Rules } from "./access.ts"
import { type Need, needOfCommand } from "./specs.ts"
import { Upstream, type UpstreamEvent, type UpstreamOptions } from "./Upstream.ts"

export type HubEvent =
  | UpstreamEvent
  | { readonly type: "reader_connected"; readonly reader: number; readonly private: boolean; readonly origin?: string }
  | { readonly type: "reader_closed"; readonly reader: number }
  | { readonly type: "reader_refused"; readonly reason: string }
  | { readonly type: "reader_too_slow"; readonly reader: number }

export interface HubOptions extends Omit<UpstreamOptions, "onEvent"> {
  readonly rules: () => Rules
  readonly onEvent: (event: HubEvent) => void
  /** The maximum number of characters that wait for a slow reader in each of its subscriptions. Default: 8,388,608. */
  readonly maxWaitingLength?: number | undefined
}

/** How long a command waits for the exchange. This is shorter than the 5 seconds that the client waits for a reply. */
const holdMillis = 4_000
const pingMillis = 10_000
const pongTimeoutMillis = 120_000
/** The exchange has the same limit for one connection. */
const maxCommandsPerSecond = 10_000

interface Reader {
  readonly connection: FeedConnection
  readonly line: Line
  commands: number
  commandsSince: number
}

interface Held {
  readonly untilMillis: number
  /** Ends the wait: replies with the error, or carries out the command if there is no error. */
  readonly run: (error: FeedError | undefined) => void
}

const noConnection: FeedError = { code: 10, details: "the relay has no connection to the exchange. Subscribe again" }

export class Hub implements Upgrades {
  readonly upstream: Upstream
  sent = 0
  readonly #options: HubOptions
  readonly #readers = new Map<number, Reader>()
  readonly #execution: Execution
  readonly #held = new Set<Held>()
  #lastReader = 0
  #nextPingMillis = 0

  constructor(options: HubOptions) {
    this.#options = options
    const upstream = new Upstream(options)
    this.upstream = upstream
    this.#execution = {
      audience: upstream.readers,
      maxMarkets: 500_000,
      grantsPyth: true,
      idOfTicker: (ticker) => upstream.idOf(ticker) ?? "",
      // Readers name markets by their tickers. See `needOfCommand`.
      tickerOfId: () => undefined,
      namesOf: (name) => upstream.referencesOf(name) ?? [],
      sendSnapshot: (subscription, ticker, id) => upstream.sendBook(subscription, ticker, id),
      sendTicker: (subscription, ticker) => upstream.sendTicker(subscription, ticker),
      firstSeq: () => undefined,
      onReference: () => {},
      errorOf: () => undefined
    }
  }

  get readers(): number {
    return this.#readers.size
  }

  get subscriptions(): number {
    let count = 0
    for (const { connection } of this.#readers.values()) count += connection.subscriptions.size
    return count
  }

  upgrade(request: WireRequest): Upgrade {
    const decision = decide(request, this.#options.rules())
    if (decision._tag === "Refused") {
      this.#options.onEvent({ type: "reader_refused", reason: decision.reason })
      const code = decision.status === 401 ? "unauthorized" : "permission_denied"
      return { _tag: "Refused", response: toWire(failure(decision.status, code, decision.reason), Date.now()) }
    }
    const { origin } = request.headers
    return { _tag: "Accepted", open: (line) => this.#open(line, decision.isPrivate, origin) }
  }

  tick(): void {
    const nowMillis = this.#options.nowMillis()
    this.upstream.tick()
    for (const held of [...this.#held]) if (held.untilMillis <= nowMillis) held.run(noConnection)
    if (nowMillis < this.#nextPingMillis) return
    this.#nextPingMillis = nowMillis + pingMillis
    for (const { connection, line } of [...this.#readers.values()]) {
      if (nowMillis - connection.lastPongMillis > pongTimeoutMillis) line.drop("reset")
      else line.ping("heartbeat")
    }
  }

  close(): void {
    for (const { line } of this.#readers.values()) line.close(1001, "the relay stops")
    this.upstream.close()
  }

  #open(line: Line, isPrivate: boolean, origin: string | undefined): Endpoint {
    const { maxWaitingLength = 8 * 1024 * 1024, nowMillis, onEvent } = this.#options
    const id = ++this.#lastReader
    const connection = new FeedConnection({
      id,
      key: {
        keyId: "",
        accountId: "",
        name: "",
        scopes: isPrivate ? ["read"] : [],
        subaccount: undefined,
        publicKey: "",
        subtraderId: undefined
      },
      line,
      openedMillis: nowMillis(),
      exchangeMillis: nowMillis,
      maxWaiting: Number.POSITIVE_INFINITY,
      maxWaitingLength,
      later: () => {},
      onSend: () => void this.sent++,
      onEnded: (subscription) => {
        if (subscription.waitingLength > maxWaitingLength) onEvent({ type: "reader_too_slow", reader: id })
        this.upstream.readers.remove(subscription)
      }
    })
    const reader: Reader = { connection, line, commands: 0, commandsSince: 0 }
    this.#readers.set(id, reader)
    onEvent({ type: "reader_connected", reader: id, private: isPrivate, ...(origin === undefined ? {} : { origin }) })
    return {
      receive: (text) => this.#receive(reader, text),
      pong: () => {
        connection.lastPongMillis = nowMillis()
      },
      drained: () => connection.drain(),
      closed: () => {
        connection.close()
        if (this.#readers.delete(id)) onEvent({ type: "reader_closed", reader: id })
      }
    }
  }

  #receive(reader: Reader, text: string): void {
    const { connection } = reader
    if (!connection.isOpen) return
    const { command, id } = parseMessage(text)
    const nowMillis = this.#options.nowMillis()
    if (nowMillis - reader.commandsSince >= 1_000) {
      reader.commandsSince = nowMillis
      reader.commands = 0
    }
    if (++reader.commands > maxCommandsPerSecond) return connection.fail({ code: 27 }, id)
    if (Result.isFailure(command)) return connection.fail(command.failure, id)
    if (command.success.cmd === "subscribe") return this.#subscribe(connection, command.success, id)
    if (command.success.cmd === "update_subscription") return this.#update(connection, command.success, id)
    execute(this.#execution, connection, command.success, id)
  }

  /** Subscribes to the channels of one command separately: each waits for the acknowledgement of the exchange. */
  #subscribe(
    connection: FeedConnection,
    command: FeedCommand & { readonly cmd: "subscribe" },
    id: number | undefined
  ): void {
    for (const name of new Set(command.channels)) {
      const run = (): void => this.#execute(connection, { ...command, channels: [name] }, id)
      if (!isChannelName(name)) {
        run()
        continue
      }
      if (channels[name].isPrivate && !connection.key.scopes.includes("read")) {
        connection.fail({ code: 9, details: `${name} needs the token of kalshi relay --private` }, id)
        continue
      }
      const need = needOfCommand(name, command.parameters)
      // A command that the relay refuses, or that names nothing, needs nothing from the exchange.
      if (need === undefined || need.names?.length === 0) {
        run()
        continue
      }
      const source = this.upstream.prepare(need)
      if ("code" in source) connection.fail(source, id)
      else {
        const proceed = this.#hold(connection, id, run)
        source.whenLive((error) => proceed(error === undefined ? undefined : this.#refusalOf(need, error)))
      }
    }
  }

  #refusalOf(need: Need, error: Error): FeedError {
    return this.upstream.refusalOf(need) ?? { code: 10, details: error.message }
  }

  #update(
    connection: FeedConnection,
    command: FeedCommand & { readonly cmd: "update_subscription" },
    id: number | undefined
  ): void {
    const subscription = connection.subscriptions.get(command.sid)
    const run = (): void => this.#execute(connection, command, id)
    const isList = command.action === "indexlist" || command.action === "underlying_list"
    if (!isList || subscription?.channel.reference === undefined) {
      const refusal = subscription === undefined ? undefined : this.#refusalOfUpdate(subscription, command)
      return refusal === undefined ? run() : connection.fail(refusal, id, subscription)
    }
    const proceed = this.#hold(connection, id, run)
    this.upstream.whenListed(subscription, () => proceed(undefined))
  }

  /** Subscribes to the names that a command adds. Returns the error if that is not possible. */
  #refusalOfUpdate(
    { name }: Subscription,
    { action, parameters }: FeedCommand & { readonly cmd: "update_subscription" }
  ): FeedError | undefined {
    if (action !== "add_markets" && !action.startsWith("subscribe_")) return undefined
    const need = needOfCommand(name, parameters)
    if (need?.names === undefined || need.names.length === 0) return undefined
    const source = this.upstream.prepare(need)
    return "code" in source ? source : undefined
  }

  #execute(connection: FeedConnection, command: FeedCommand, id: number | undefined): void {
    if (!connection.isOpen) return
    execute(this.#execution, connection, command, id)
    if (command.cmd !== "subscribe" && command.cmd !== "update_subscription") return
    // The command can have changed what a subscription without markets receives: its filter, indices or underlyings.
    for (const subscription of connection.subscriptions.values()) {
      if (subscription.channel.markets === "none") this.upstream.readers.sync(subscription)
    }
  }

  /**
   * Delays a command until the returned function is called. After {@link holdMillis}, the command fails instead: the
   * reader would not wait longer for the reply.
   */
  #hold(connection: FeedConnection, id: number | undefined, run: () => void): Held["run"] {
    const held: Held = {
      untilMillis: this.#options.nowMillis() + holdMillis,
      run: (error) => {
        if (!this.#held.delete(held) || !connection.isOpen) return
        if (error === undefined) run()
        else connection.fail(error, id)
      }
    }
    this.#held.add(held)
    return held.run
  }
}
