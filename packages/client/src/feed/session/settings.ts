/**
 * The options of a session, and their defaults.
 *
 * @module
 */

/** The options of a session. */
export interface SessionOptions {
  /**
   * Whether the session connects again after a lost connection or a failed attempt. With `maxAttempts`, the
   * subscriptions fail after this number of attempts without a stable connection. Default: true, without a limit.
   */
  readonly reconnect?: boolean | { readonly maxAttempts: number } | undefined
  /** Means the same as in `FeedMessages.decoder`. Default: true. */
  readonly compiledDecoding?: boolean | undefined
  /** How long a handshake may take. Default: 15,000. */
  readonly dialTimeoutMillis?: number | undefined
  /**
   * The upper bound of the first wait before an attempt to connect. The bound doubles with each attempt. Default: 500.
   */
  readonly minBackoffMillis?: number | undefined
  /** The maximum of the bound that starts at `minBackoffMillis`. Default: 30,000. */
  readonly maxBackoffMillis?: number | undefined
  /**
   * The time after which an open connection or subscription counts as stable. Its waits then start again at
   * `minBackoffMillis`. Default: 30,000.
   */
  readonly stableMillis?: number | undefined
  /** How long the exchange may take to answer a command. Default: 5,000. */
  readonly commandTimeoutMillis?: number | undefined
  /** The maximum number of tries of an unanswered command that subscribes, adds markets or lists names. Default: 3. */
  readonly commandAttempts?: number | undefined
  /**
   * How long a snapshot of a book may take. The session requests a missing snapshot once more. If the whole
   * subscription is silent, the session opens it again once. After that, the market is refused. Default: 5,000.
   */
  readonly snapshotTimeoutMillis?: number | undefined
  /**
   * How often the session checks a connection. If no message and no ping arrived since the last check, the session
   * tests the connection with a command. The session detects a half-open connection within twice this time plus
   * `commandTimeoutMillis`. Default: 10,000.
   */
  readonly probeMillis?: number | undefined
  /**
   * How often the session checks a subscription. If no message arrived since the last check, the session tests the
   * subscription with a command. Default: 60,000.
   */
  readonly silenceMillis?: number | undefined
  /**
   * A jump of the clock beyond this limit ends the connections, because the machine was most likely suspended. Default:
   * 30,000.
   */
  readonly jumpMillis?: number | undefined
  /**
   * The threshold for notices about late messages. The delay of a message is the time from sending to receipt.
   * Subscribers are notified when a delay exceeds the smallest delay so far by more than this value. They are notified
   * again when the excess falls below half of this value. Default: 5,000.
   */
  readonly delayMillis?: number | undefined
  /** The maximum number of markets in one command. Default: 500. */
  readonly batchSize?: number | undefined
  /** The number of commands that a connection may send at once. At least 1. Default: 20. */
  readonly commandBurst?: number | undefined
  /**
   * The time between two commands of a connection after the burst. The session lengthens it when the exchange refuses a
   * command because of the pace (error 27). At least 1. Default: 50.
   */
  readonly commandIntervalMillis?: number | undefined
  /**
   * The maximum number of connections. A second filter of a channel needs a second connection. A changeover may exceed
   * the maximum, because it opens a replacement for each connection. Default: 10.
   */
  readonly maxConnections?: number | undefined
  /**
   * The maximum number of messages that a connection holds back. Before the reply to a subscribe command, messages
   * beyond the maximum are dropped and reported as a gap. If a new connection exceeds the maximum during `changeOver`,
   * the session drops it and keeps the old connection. Default: 10,000.
   */
  readonly maxEarlyMessages?: number | undefined
}

export type Settings = ReturnType<typeof settingsOf>

export const settingsOf = (options: SessionOptions) => ({
  maxAttempts:
    options.reconnect === false
      ? 0
      : typeof options.reconnect === "object"
        ? options.reconnect.maxAttempts
        : Number.POSITIVE_INFINITY,
  reconnects: options.reconnect !== false,
  compiledDecoding: options.compiledDecoding ?? true,
  dialTimeoutMillis: options.dialTimeoutMillis ?? 15_000,
  minBackoffMillis: options.minBackoffMillis ?? 500,
  maxBackoffMillis: options.maxBackoffMillis ?? 30_000,
  stableMillis: options.stableMillis ?? 30_000,
  commandTimeoutMillis: options.commandTimeoutMillis ?? 5_000,
  commandAttempts: options.commandAttempts ?? 3,
  snapshotTimeoutMillis: options.snapshotTimeoutMillis ?? 5_000,
  probeMillis: options.probeMillis ?? 10_000,
  silenceMillis: options.silenceMillis ?? 60_000,
  jumpMillis: options.jumpMillis ?? 30_000,
  delayMillis: options.delayMillis ?? 5_000,
  batchSize: options.batchSize ?? 500,
  commandBurst: options.commandBurst ?? 20,
  commandIntervalMillis: options.commandIntervalMillis ?? 50,
  maxConnections: options.maxConnections ?? 10,
  maxEarlyMessages: options.maxEarlyMessages ?? 10_000
})
