/**
 * `kalshi record`: writes the messages of the feed, and order books of the REST API, to a file.
 *
 * @module
 */
import * as Feed from "@kalshi-effect/client/Feed"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import { randomUUID } from "node:crypto"
import { environment, feedLayer, publicLayer } from "../app/connection.ts"
import { type CommandError, describeFailure, usage } from "../app/failures.ts"
import { stopRequested } from "../app/interruption.ts"
import { parseDuration } from "../app/parameters.ts"
import { version } from "../app/version.ts"
import * as Output from "../output/Output.ts"
import { plain } from "../output/plain.ts"
import * as capture from "./capture.ts"
import { accountChannels, channelNames, parseChannels, type RecordedChannel } from "./channels.ts"
import { encode, formatVersion, type Notice, type ReadReason } from "./lines.ts"
import { marketLines, orderBookLines } from "./orderBooks.ts"
import { checkContinued, continueFile, create, partPath, plan, type Plan, remove } from "./parts.ts"
import { noticeText, Recorder, type RecorderError } from "./Recorder.ts"
import { formatBytes, formatDuration, parseSize, plural } from "./units.ts"
import { Writer } from "./Writer.ts"

/** A process that is killed loses the lines of about one interval. */
const flushMillis = 500

const duration = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(description),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(parseDuration(text)),
      () => "a duration such as 90s, 5m or 1h"
    )
  )

const flags = {
  out: Flag.String("out").pipe(Flag.withDescription("The new file, or with --append an existing recording")),
  channels: Flag.String("channels").pipe(
    Flag.withDescription(
      `The channels: a list of ${channelNames.join(", ")} (default orderbook,trades,ticker). lifecycle always contains all markets`
    ),
    Flag.withDefault("orderbook,trades,ticker")
  ),
  account: Flag.Boolean("account").pipe(
    Flag.withDescription(
      "Also records the fills, orders and positions of the account. The file then contains private data (default false)"
    ),
    Flag.withDefault(false)
  ),
  snapshotEvery: Flag.String("snapshot-every").pipe(
    Flag.withDescription("How often to read the order books over REST, such as 30s, or off (default 5m)"),
    Flag.filterMap(
      (text) => (text === "off" ? Option.some(0) : Option.fromUndefinedOr(parseDuration(text))),
      () => "a duration such as 30s or 5m, or off"
    ),
    Flag.withDefault(300_000)
  ),
  rotateSize: Flag.String("rotate-size").pipe(
    Flag.withDescription("Begins another file when the current file has this size, such as 256MB"),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(parseSize(text)),
      () => "a size such as 256MB or 1GB"
    ),
    Flag.optional
  ),
  rotateEvery: duration("rotate-every", "Begins another file after this time, such as 1h").pipe(Flag.optional),
  runFor: duration("for", "Ends the recording after this time (default: until Ctrl-C)").pipe(Flag.optional),
  append: Flag.Boolean("append").pipe(
    Flag.withDescription("Continues an existing recording (default false)"),
    Flag.withDefault(false)
  )
}

type Flags = Command.Command.Config.Infer<typeof flags>

const openWriter = (
  options: Flags & { readonly environment: string; readonly tickers: ReadonlyArray<string> },
  where: Plan,
  channels: ReadonlyArray<RecordedChannel>,
  markets: ReadonlyArray<string>,
  onEvent: Pick<ConstructorParameters<typeof Writer>[0], "nowMillis" | "onFailure" | "onRotated">
): Writer => {
  const recordingId = randomUUID()
  const pathOf = (part: number): string => (part === where.part ? where.path : partPath(options.out, part))
  return new Writer({
    ...onEvent,
    firstPart: where.part,
    rotateBytes: Option.getOrUndefined(options.rotateSize),
    rotateMillis: Option.getOrUndefined(options.rotateEvery),
    pathOf,
    open: (part) => {
      const { opened, removedBytes } =
        part === where.part && where.exists
          ? continueFile(where.path)
          : { opened: create(pathOf(part)), removedBytes: 0 }
      const header = encode({
        type: "recording",
        format: formatVersion,
        recording_id: recordingId,
        part,
        at_ms: onEvent.nowMillis(),
        environment: options.environment,
        tickers: options.tickers,
        channels,
        account: options.account,
        continues: part === where.part && where.continues,
        ...(removedBytes > 0 && { removed_bytes: removedBytes }),
        versions: { kalshi: version, node: process.versions.node }
      })
      return { file: opened, head: [header, ...markets].join("\n") }
    }
  })
}

/** Refuses a wrong command line before anything is sent. */
const check = (options: Flags, tickers: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    if ((yield* Output.format) === "csv") return yield* usage("--csv prints lists only. Use --json")
    const channels = yield* Effect.mapError(Effect.fromResult(parseChannels(options.channels)), usage)
    const repeated = tickers.find((ticker, index) => tickers.indexOf(ticker) !== index)
    if (repeated !== undefined) return yield* usage(`${repeated} is listed twice. Name each market once`)
    const rotates = Option.isSome(options.rotateSize) || Option.isSome(options.rotateEvery)
    const where = yield* Effect.fromResult(plan(options.out, { append: options.append, rotates }))
    const { restUrl } = yield* environment
    if (where.exists) yield* Effect.fromResult(checkContinued(where.path, restUrl))
    const all: ReadonlyArray<RecordedChannel> = options.account ? [...channels, ...accountChannels] : channels
    return { channels: all, where, environment: restUrl }
  })

const readBooks = (requests: Queue.Queue<ReadReason>, tickers: ReadonlyArray<string>, recorder: Recorder) =>
  Effect.forever(
    Effect.flatMap(Queue.take(requests), (reason) =>
      orderBookLines(tickers, reason, (line, isRead) => {
        recorder.line(line)
        if (isRead) recorder.counts.orderBooks++
      })
    )
  )

/**
 * Whether a notice is printed while the recording runs. A lost connection interrupts every channel, but only the notice
 * of the first channel is printed.
 */
const isNoted = ({ channel, detail, type }: Notice, channels: ReadonlyArray<string>): boolean =>
  channel === channels[0] ||
  detail.startsWith("SubscriptionLost") ||
  (type !== "outage" && type !== "restored" && type !== "delay")

type RecordError = CommandError | RecorderError

/** A function, so that TypeScript does not assume that the failure stays undefined. */
const failureOf = (writer: Writer): CommandError | undefined => writer.failure

const every = (millis: number, action: () => void) =>
  Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(millis), Effect.sync(action))))

const recordFeed = (
  options: Flags,
  tickers: ReadonlyArray<string>,
  { channels, environment, where }: Effect.Success<ReturnType<typeof check>>
) =>
  Effect.gen(function* () {
    const screen = yield* Output.Output
    const clock = yield* Clock.Clock
    const nowMillis = () => clock.currentTimeMillisUnsafe()
    const feed = yield* Feed.KalshiFeed
    // Fails for a market that does not exist, before a file is created.
    const markets = yield* marketLines(tickers)
    const over = yield* Deferred.make<RecordError>()
    const fail = (error: RecordError): void => void Deferred.doneUnsafe(over, Effect.succeed(error))
    const requests = yield* Queue.sliding<ReadReason>(1)
    const requestBooks = (reason: ReadReason): void => void Queue.offerUnsafe(requests, reason)
    const notes = yield* Queue.dropping<string>(100)
    const onRotated = (): void => {
      recorder.requestSnapshots()
      requestBooks("rotation")
    }
    const writer = openWriter({ ...options, environment, tickers }, where, channels, markets, {
      nowMillis,
      onFailure: fail,
      onRotated
    })
    const recorder = new Recorder({
      writer,
      feed,
      tickers,
      nowMillis,
      requestBooks,
      onEnd: fail,
      onNotice: (notice) => {
        if (isNoted(notice, channels)) Queue.offerUnsafe(notes, plain(noticeText(notice)))
      }
    })
    const refused = failureOf(writer)
    if (refused !== undefined) return yield* refused
    const startedNanos = yield* Clock.monotonicTimeNanos
    const finish = (error?: string): void => {
      recorder.stop()
      writer.end(error === undefined ? "stopped" : "failed", error)
    }
    yield* Effect.addFinalizer(() => Effect.sync(() => finish("the command was interrupted")))
    if (options.account) yield* screen.note("The file will contain private data: fills, orders and positions")
    if (screen.isTerminal) {
      yield* screen.note(`Recording ${plural(tickers.length, "market")} to ${where.path}. Press Ctrl-C to stop`)
    }
    recorder.start(channels)
    requestBooks("start")
    yield* Effect.forkScoped(readBooks(requests, tickers, recorder))
    yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(notes), (note) => screen.note(note))))
    yield* every(flushMillis, () => {
      recorder.settle()
      writer.flush()
    })
    if (options.snapshotEvery > 0) yield* every(options.snapshotEvery, () => requestBooks("interval"))
    const ended = Option.match(options.runFor, { onNone: () => Effect.never, onSome: (millis) => Effect.sleep(millis) })
    const error = yield* Effect.raceAllFirst([
      Deferred.await(over),
      Effect.as(Effect.raceFirst(stopRequested, ended), undefined)
    ])
    finish(error === undefined ? undefined : describeFailure(error, "reads")?.message)
    // After an error, a recording without messages is removed.
    if (error !== undefined && recorder.counts.frames === 0 && !where.exists) remove(where.path)
    const failure = error ?? failureOf(writer)
    if (failure !== undefined) {
      const messages = plural(recorder.counts.frames, "message")
      if (recorder.counts.frames > 0) yield* screen.note(`${writer.paths.join(", ")}: ${messages} until the error`)
      return yield* failure
    }
    const durationMillis = Number((yield* Clock.monotonicTimeNanos) - startedNanos) / 1e6
    return { counts: recorder.counts, writer, durationMillis: Math.round(durationMillis) }
  }).pipe(Effect.scoped)

export const record = Command.make(
  "record",
  {
    ...flags,
    tickers: Argument.String("ticker").pipe(Argument.withDescription("The markets to record"), Argument.atLeast(1))
  },
  ({ tickers, ...options }) =>
    Effect.gen(function* () {
      const checked = yield* check(options, tickers)
      const layers = Layer.mergeAll(feedLayer, Layer.provide(publicLayer, capture.layer))
      const { counts, durationMillis, writer } = yield* recordFeed(options, tickers, checked).pipe(
        Effect.provide(layers)
      )
      yield* Output.value(
        {
          files: writer.paths,
          messages: counts.frames,
          order_books: counts.orderBooks,
          outages: counts.outages,
          gaps: counts.gaps,
          bytes: writer.bytes,
          duration_ms: durationMillis
        },
        (screen) =>
          Output.formatFields(screen, [
            ["file", writer.paths.join(", ")],
            ["messages", counts.frames.toLocaleString("en-US")],
            ["order books", counts.orderBooks.toLocaleString("en-US")],
            ["outages", String(counts.outages)],
            ["gaps", String(counts.gaps)],
            ["size", formatBytes(writer.bytes)],
            ["duration", formatDuration(durationMillis)]
          ])
      )
    })
).pipe(
  Command.withDescription(
    "Records the messages of the feed to a file, until Ctrl-C. It also records order books that it reads over REST. Each line is a JSON object. Only the owner of the file can read it, because the messages of an order book contain the client_order_id of your own orders"
  ),
  Command.withExamples([
    {
      command: "kalshi record --out day.ndjson KXHIGHNY-26NOV30-T50",
      description: "The book and the trades of a market"
    },
    {
      command: "kalshi record --out day.ndjson --rotate-every 1h --append KXHIGHNY-26NOV30-T50",
      description: "A file for each hour: day.0001.ndjson, day.0002.ndjson and so on"
    }
  ])
)
