/**
 * `kalshi replay --serve`: a local exchange whose markets follow a recording.
 *
 * @module
 */
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { CommandError } from "../app/failures.ts"
import { folder } from "../app/folders.ts"
import { stopRequested } from "../app/interruption.ts"
import * as Output from "../output/Output.ts"
import { plain } from "../output/plain.ts"
import { Follower } from "./follow.ts"
import { noticeText } from "./Recorder.ts"
import { play, type Playback } from "./play.ts"
import { reasonOf } from "./parts.ts"
import type { Entry } from "./reading.ts"

export interface ServeOptions {
  readonly entries: Stream.Stream<ReadonlyArray<Entry>, CommandError>
  readonly playback: Playback
  readonly port: number
  readonly isWanted: (ticker: string) => boolean
}

const houseDollars = "999999999"

/** `you` is the user's account. The other accounts replay the recording. */
export const accounts: ReadonlyArray<Sandbox.NewAccount> = [
  { name: "house", dollars: houseDollars },
  { name: "taker", dollars: houseDollars },
  { name: "you" }
]

/** Writes the key to a file, and removes the file when the scope closes. */
const keyFile = (port: number, key: Sandbox.Credentials) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const directory = yield* folder("state")
    const file = path.join(directory, `replay-${port}.pem`)
    const write = Effect.gen(function* () {
      yield* files.makeDirectory(directory, { recursive: true, mode: 0o700 })
      yield* files.remove(file, { force: true })
      yield* files.writeFileString(file, Redacted.value(key.privateKey), { mode: 0o600, flag: "wx" })
    })
    yield* Effect.acquireRelease(write, () => Effect.ignore(files.remove(file, { force: true }))).pipe(
      Effect.mapError(
        (error) =>
          new CommandError({
            exit: "failed",
            message: `Cannot write the key to ${file}: ${error.message}. Make the folder writable, or set KALSHI_STATE_DIR`
          })
      )
    )
    return file
  })

/** The lines before the first message: they name and describe the markets. */
const firstLines = (entries: ServeOptions["entries"]) =>
  entries.pipe(
    Stream.flatMap((chunk) => Stream.fromIterable(chunk)),
    Stream.takeWhile(({ line }) => line.type !== "frame"),
    Stream.runCollect
  )

const follow = (follower: Follower, { entries, playback }: ServeOptions) =>
  Effect.gen(function* () {
    const screen = yield* Output.Output
    let isStarted = false
    yield* play(entries, playback, {
      before: (entry) => follower.skip(entry),
      play: (entry) => {
        const { line } = entry
        if (!isStarted) {
          isStarted = true
          return Effect.andThen(follower.catchUp, follower.play(entry) ?? Effect.void)
        }
        const played = follower.play(entry)
        if (line.type !== "gap" && line.type !== "outage") return played
        const effect = line.channel === "orderbook_delta" ? ". The book does not change until its next snapshot" : ""
        return Effect.andThen(played ?? Effect.void, screen.note(plain(`${noticeText(line)}${effect}`)))
      },
      flush: Effect.void
    })
    if (!isStarted) yield* follower.catchUp
    yield* screen.note("The recording has ended. The exchange keeps its last books until Ctrl-C")
  })

export const serve = (options: ServeOptions) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    const [house, taker, user] = sandbox.credentials
    if (house === undefined || taker === undefined || user === undefined) return
    const follower = new Follower(sandbox, { house: house.accountId, taker: taker.accountId }, options.isWanted)
    yield* follower.prepare(yield* firstLines(options.entries))
    const file = yield* keyFile(Number(new URL(sandbox.url).port), user)
    yield* Output.value(
      { url: sandbox.url, key_id: user.keyId, private_key_path: file, tickers: follower.tickers },
      () =>
        [
          plain(`# A local exchange replays ${follower.tickers.join(", ")}. Press Ctrl-C to stop`),
          `export KALSHI_ENV=${sandbox.url}`,
          `export KALSHI_API_KEY_ID=${user.keyId}`,
          `export KALSHI_PRIVATE_KEY_PATH=${file}`
        ].join("\n")
    )
    yield* Effect.raceFirst(Effect.andThen(follow(follower, options), Effect.never), stopRequested)
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Sandbox.layer({
        port: options.port,
        accounts
      })
    ),
    Effect.catchTags({
      ServeError: ({ cause }) =>
        Effect.fail(
          new CommandError({
            exit: "failed",
            message: `Cannot listen on port ${options.port}: ${reasonOf(cause)}. Pass another --port`
          })
        ),
      SandboxError: ({ reason }) => Effect.fail(new CommandError({ exit: "failed", message: reason }))
    })
  )
