/**
 * The options of a session, and their defaults.
 *
 * @module
 */

/** The options of a session. */
export interface SessionOptions {
  /**
   * Whether a lost connection is opened again. With `maxAttempts`, the subscriptions fail after that many attempts
   * without a stable connection. Default: true, without a limit.
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
  /** The maximum of that bound. Default: 30,000. */
  readonly maxBackoffMillis?: number | undefined
  /** How long a connection or a subscription must be open until its waits start again from the shortest. Default: 30,000. */
  readonly stableMillis?: number | undefined
  /** How long the exchange may take to answer a command. Default: 5,000. */
  readonly commandTimeoutMillis?: number | undefined
  /** The maximum number of times that a command is sent if the exchange does not answer. Default: 3. */
  readonly commandAttempts?: number | undefined
  /**
   * How long a snapshot of a book may take. A missing snapshot is requested once before its market is refused. Default:
   * 5,000.
   */
  readonly snapshotTimeoutMillis?: number | undefined
  /**
   * How often a connection is checked: a connection without a message or a ping since the last check is probed. A
   * half-open connection is noticed within twice this time plus `commandTimeoutMillis`. Default: 10,000.
   */
  readonly probeMillis?: number | undefined
  /**
   * How often a subscription is checked: a subscription without a message since the last check is probed. Default:
   * 60,000.
   */
  readonly silenceMillis?: number | undefined
  /**
   * A jump of the clock beyond this limit ends the connections: the machine was most likely suspended. Default: 30,000.
   */
  readonly jumpMillis?: number | undefined
  /** The growth of the delay from sending to receipt at which subscribers are notified. Default: 5,000. */
  readonly delayMillis?: number | undefined
  /** The maximum number of markets in one command. Default: 500. */
  readonly batchSize?: number | undefined
  /** The number of commands that a connection may send at once. Default: 20. */
  readonly commandBurst?: number | undefined
  /** After the burst, the time between two commands of a connection. Error 27 lengthens it. Default: 50. */
  readonly commandIntervalMillis?: number | undefined
  /** The maximum number of connections. A second filter of a channel needs a second connection. Default: 10. */
  readonly maxConnections?: number | undefined
  /**
   * The maximum number of messages of a connection that wait for the reply to a subscribe command, or for the
   * changeover. Default: 10,000.
   */
  readonly maxEarlyMessages?: number | undefined
}

/** The settings of a session. */
export type Settings = ReturnType<typeof settingsOf>

/** Returns the settings for some options. */
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
