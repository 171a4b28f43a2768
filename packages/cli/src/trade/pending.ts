/**
 * Records of orders whose outcome is not known. A record is on the disk before the first byte of its order is sent, and
 * is removed when the outcome is known. So a crash loses no order.
 *
 * @module
 */
import * as Orders from "@kalshi-effect/client/Orders"
import { CreateOrderV2Request } from "@kalshi-effect/client/generated/requests"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Schema from "effect/Schema"
import { hostname } from "node:os"
import { CommandError, usage } from "../app/failures.ts"
import { folder } from "../app/folders.ts"
import type { Connected } from "./confirm.ts"

const Window = Schema.Struct({ fromMillis: Schema.Finite, untilMillis: Schema.Finite })

/** The fields of `Orders.Placement` have the same names here. */
const PendingOrder = Schema.Struct({
  version: Schema.Literal(1),
  environment: Schema.String,
  rest_url: Schema.String,
  key_id: Schema.String,
  client_order_id: Schema.String,
  ticker: Schema.String,
  subaccount: Schema.optionalKey(Schema.Int),
  request: CreateOrderV2Request,
  /** When the command began to send the order, in Unix milliseconds. */
  placedAtMillis: Schema.Finite,
  process_id: Schema.Int,
  host: Schema.String,
  /**
   * What was known when a command ended without an outcome. Absent while the order is being sent, and after a crash.
   */
  unknown: Schema.optionalKey(
    Schema.Struct({
      lastAttemptMillis: Schema.Finite,
      window: Schema.optionalKey(Window),
      clockChanged: Schema.optionalKey(Schema.Boolean),
      exists: Schema.optionalKey(Schema.Boolean),
      reason: Schema.optionalKey(Schema.String)
    })
  )
})

export interface PendingOrder extends Schema.Schema.Type<typeof PendingOrder> {}

/** A file in the folder of the records that cannot be read as a record. */
export interface Unreadable {
  readonly file: string
  readonly reason: string
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(PendingOrder))

const pendingFolder = Effect.gen(function* () {
  const path = yield* Path.Path
  return path.join(yield* folder("state"), "pending")
})

const fileOf = Effect.fnUntraced(function* (clientOrderId: string) {
  const path = yield* Path.Path
  return path.join(yield* pendingFolder, `${clientOrderId}.json`)
})

const isReason = (error: PlatformError, tag: string): boolean => error.reason._tag === tag

/** Some systems cannot sync a folder, so errors are ignored. */
const syncFolder = (folder: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const opened = yield* files.open(folder, { flag: "r" })
    yield* opened.sync
  }).pipe(Effect.scoped, Effect.ignore)

const writeDurably = (file: string, text: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const opened = yield* files.open(file, { flag: "wx", mode: 0o600 })
    yield* opened.writeAll(new TextEncoder().encode(text))
    yield* opened.sync
  }).pipe(Effect.scoped)

const textOf = (order: PendingOrder): string => `${JSON.stringify(order, undefined, 2)}\n`

export const recordOf = Effect.fnUntraced(function* (
  { environment, signer, subaccount }: Connected,
  clientOrderId: string,
  request: Orders.CreateInput
) {
  const checked = yield* Effect.mapError(
    Schema.decodeUnknownEffect(CreateOrderV2Request)(withoutUndefined({ ...request, client_order_id: clientOrderId })),
    ({ message }) => usage(`The order is invalid: ${message}. Nothing was sent`)
  )
  return {
    version: 1,
    environment: environment.name,
    rest_url: environment.restUrl,
    key_id: signer.keyId,
    client_order_id: clientOrderId,
    ticker: request.ticker,
    ...(subaccount === undefined ? {} : { subaccount }),
    request: checked,
    placedAtMillis: yield* Clock.currentTimeMillis,
    process_id: process.pid,
    host: hostname()
  } satisfies PendingOrder
})

const withoutUndefined = (fields: object): unknown => JSON.parse(JSON.stringify(fields))

/** Creates the record. A reader sees the complete record or none. Fails if a record with this id exists. */
export const begin = (order: PendingOrder) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const file = yield* fileOf(order.client_order_id)
    const folder = yield* pendingFolder
    yield* files.makeDirectory(folder, { recursive: true, mode: 0o700 })
    const temporary = `${file}.${yield* Orders.newClientOrderId}.new`
    yield* writeDurably(temporary, textOf(order)).pipe(
      // A link fails if the name exists. A rename would replace the record of another order with the same id.
      Effect.andThen(files.link(temporary, file)),
      Effect.ensuring(Effect.ignore(files.remove(temporary)))
    )
    yield* syncFolder(folder)
  }).pipe(
    Effect.catchTag("PlatformError", (error) =>
      Effect.fail(
        isReason(error, "AlreadyExists")
          ? usage(
              `Nothing was sent, because an order with the id ${order.client_order_id} has no known outcome yet. Run \`kalshi order settle ${order.client_order_id}\` first`
            )
          : new CommandError({
              exit: "failed",
              message: `Nothing was sent, because the order could not be recorded first: ${error.message}. Make the folder writable, or set KALSHI_STATE_DIR`
            })
      )
    )
  )

export const mark = (order: PendingOrder, outcome: Orders.Unknown) =>
  Effect.gen(function* () {
    const { clockChanged, error, exists, lastAttemptMillis, window } = outcome
    const files = yield* FileSystem.FileSystem
    const file = yield* fileOf(order.client_order_id)
    const temporary = `${file}.${yield* Orders.newClientOrderId}.new`
    const unknown = withoutUndefined({ lastAttemptMillis, window, clockChanged, exists, reason: error?.message })
    const marked = yield* Schema.decodeUnknownEffect(PendingOrder)({ ...order, unknown })
    yield* writeDurably(temporary, textOf(marked)).pipe(
      Effect.andThen(files.rename(temporary, file)),
      Effect.ensuring(Effect.ignore(files.remove(temporary)))
    )
    yield* syncFolder(yield* pendingFolder)
  })

/** Removes the record, if no other process has already removed it. */
export const finish = (clientOrderId: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    yield* files.remove(yield* fileOf(clientOrderId), { force: true })
  })

export const readAll = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* pendingFolder
  const names = yield* files.readDirectory(folder).pipe(
    Effect.catchIf(
      (error) => isReason(error, "NotFound"),
      () => Effect.succeed([])
    ),
    Effect.mapError(
      (error) =>
        new CommandError({
          exit: "failed",
          message: `Cannot read ${folder}: ${error.message}. Make the folder readable, or set KALSHI_STATE_DIR`
        })
    )
  )
  const orders: Array<PendingOrder> = []
  const unreadable: Array<Unreadable> = []
  for (const name of names.filter((name) => name.endsWith(".json"))) {
    const file = path.join(folder, name)
    const read = yield* Effect.result(Effect.flatMap(files.readFileString(file), decode))
    if (read._tag === "Success") orders.push(read.success)
    // Another process may have settled the order since the folder was read.
    else if (yield* Effect.orElseSucceed(files.exists(file), () => true)) {
      unreadable.push({ file, reason: read.failure.message })
    }
  }
  return { orders: orders.toSorted((a, b) => a.placedAtMillis - b.placedAtMillis), unreadable }
})

export const placementOf = ({
  client_order_id,
  placedAtMillis,
  request,
  ticker,
  unknown
}: PendingOrder): Orders.Placement => ({
  client_order_id,
  ticker,
  placedAtMillis,
  request,
  ...(unknown === undefined
    ? {}
    : {
        lastAttemptMillis: unknown.lastAttemptMillis,
        window: unknown.window,
        clockChanged: unknown.clockChanged,
        exists: unknown.exists
      })
})

/** How long after `placedAtMillis` a process may still be sending its order, even if the process was suspended. */
const sendingMillis = 600_000

const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // EPERM: the process exists, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM" // Node's errors have a code
  }
}

export const isBeingSent = ({ host, placedAtMillis, process_id, unknown }: PendingOrder, nowMillis: number): boolean =>
  unknown === undefined &&
  host === hostname() &&
  process_id !== process.pid &&
  nowMillis - placedAtMillis < sendingMillis &&
  isAlive(process_id)

export const belongsTo = (
  { environment, key_id, rest_url }: PendingOrder,
  connected: Pick<Connected, "environment" | "signer">
): boolean =>
  key_id === connected.signer.keyId &&
  (rest_url === connected.environment.restUrl || environment === connected.environment.name)
