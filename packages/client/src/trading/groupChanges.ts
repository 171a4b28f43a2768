/**
 * Follows the changes of one order group, over the channel `order_group_updates`.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { InvalidRequest } from "../Errors.ts"
import { Consumer, defaultBufferSize } from "../feed/consumer.ts"
import type { FeedEvent, SubscribeOptions } from "../feed/Feed.ts"
import { describeLoss, FeedClosed, type FeedError } from "../feed/FeedError.ts"
import { KalshiFeed } from "../feed/KalshiFeed.ts"
import type { OrderGroupUpdates, OrderGroupUpdatesMessage } from "../generated/feed.ts"

const channel = "order_group_updates"

/**
 * Why messages about a group may be missing.
 *
 * - `outage`: the subscription was interrupted.
 * - `gap`: the sequence numbers show that a message did not arrive.
 * - `undecodable`: a message did not decode, or has an unknown type.
 */
export interface GroupLoss {
  readonly cause: "outage" | "gap" | "undecodable"
  readonly detail: string
}

/** An update of an order group, or a notice that messages of the group are complete or may be missing. */
export type GroupChange =
  /** The subscription is live. Updates are delivered until the next `Uncertain`. */
  | { readonly _tag: "Live" }
  /** A message about the group. The message about a trigger has the `event_type` `triggered`. */
  | { readonly _tag: "Update"; readonly update: OrderGroupUpdates }
  /** Messages about the group may be missing. After the cause `outage`, `Live` follows when the outage is over. */
  | { readonly _tag: "Uncertain"; readonly loss: GroupLoss }

/** A pushed trigger of an order group. */
export interface Trigger {
  readonly order_group_id: string
  /** When the group was triggered, in Unix milliseconds by the exchange's clock. */
  readonly ts_ms: number
}

/**
 * It is not known whether an order group is triggered: messages may be missing, and no operation returns the status of
 * a group.
 *
 * **Details**
 *
 * Call {@link watch} again. Then put the group into a known state: `OrderGroups.trigger` stops the group, and
 * `OrderGroups.reset` lets it accept orders.
 */
export class TriggerUnknown
  extends /*#__PURE__*/ Data.TaggedError("TriggerUnknown")<{
    readonly order_group_id: string
    readonly loss: GroupLoss
  }>
{
  override get message(): string {
    const { detail } = this.loss
    return `It is not known whether the order group ${this.order_group_id} is triggered: ${detail}. Watch the group again, then trigger or reset it`
  }
}

/** The order group was deleted, so it can no longer be triggered. The exchange has canceled its orders. */
export class OrderGroupDeleted
  extends /*#__PURE__*/ Data.TaggedError("OrderGroupDeleted")<{
    readonly order_group_id: string
    /** When the group was deleted, in Unix milliseconds by the exchange's clock. */
    readonly ts_ms: number
  }>
{
  override get message(): string {
    return `The order group ${this.order_group_id} was deleted: create another group`
  }
}

/** Why no trigger of an order group was received. */
export type TriggerError = TriggerUnknown | OrderGroupDeleted | FeedError

const lossOf = (event: FeedEvent<typeof channel>): GroupLoss | undefined => {
  switch (event._tag) {
    case "Outage":
      return { cause: "outage", detail: describeLoss(event.cause) }
    case "Gap":
      return {
        cause: "gap",
        detail: `the feed lost messages, because it expected seq ${event.expectedSeq} and received ${event.receivedSeq}`
      }
    case "Undecodable":
      return { cause: "undecodable", detail: `a message did not decode (${event.reason} at ${event.pointer})` }
    case "UnknownMessage":
      // Every message of this channel has a sid (subscription id). So an unknown message without a sid does not belong
      // to this channel.
      return event.sid === undefined
        ? undefined
        : { cause: "undecodable", detail: `a message has the unknown type ${event.type}` }
    default:
      return undefined
  }
}

class Reader {
  readonly #order_group_id: string
  readonly #onChange: (change: GroupChange) => void
  readonly #repeats = new Repeats()
  #isLive = false

  constructor(order_group_id: string, onChange: (change: GroupChange) => void) {
    this.#order_group_id = order_group_id
    this.#onChange = onChange
  }

  onLive(): void {
    this.#isLive = true
    this.#onChange({ _tag: "Live" })
  }

  onEvent(event: FeedEvent<typeof channel>): void {
    if (event._tag === "Message") return this.#onMessage(event.message)
    // A loss before the first `Live` is not reported.
    if (!this.#isLive) return
    const loss = lossOf(event)
    if (loss !== undefined) this.#onChange({ _tag: "Uncertain", loss })
    else if (event._tag === "Restored") this.#onChange({ _tag: "Live" })
  }

  #onMessage({ msg: update, seq }: OrderGroupUpdatesMessage): void {
    this.#repeats.onSequence(seq)
    if (update.order_group_id !== this.#order_group_id || this.#repeats.has(update)) return
    this.#onChange({ _tag: "Update", update })
  }
}

/** How many updates a new connection can repeat. */
const maxRepeated = 1_000

/** Finds the updates that a new connection repeats. */
class Repeats {
  #nextSeq = 0
  /** The last updates as texts, oldest first. */
  readonly #delivered: Array<string> = []
  /** How often the new connection can still repeat each delivered update. */
  #repeatable = new Map<string, number>()

  /** Call it for every message. If the number does not continue the sequence, the connection can be new. */
  onSequence(seq: number): void {
    if (seq !== this.#nextSeq) {
      this.#repeatable = new Map()
      for (const text of this.#delivered) this.#repeatable.set(text, (this.#repeatable.get(text) ?? 0) + 1)
    }
    this.#nextSeq = seq + 1
  }

  has(update: OrderGroupUpdates): boolean {
    // Every update is decoded by the same schema, so equal updates have equal texts.
    const text = JSON.stringify(update)
    const count = this.#repeatable.get(text) ?? 0
    if (count > 0) {
      this.#repeatable.set(text, count - 1)
      return true
    }
    this.#delivered.push(text)
    if (this.#delivered.length > maxRepeated) this.#delivered.shift()
    return false
  }
}

const follow = (
  operation: string,
  order_group_id: string,
  onChange: (change: GroupChange) => void,
  onEnd: (error: FeedError | undefined) => void
): Effect.Effect<void, InvalidRequest | FeedError, KalshiFeed | Scope.Scope> =>
  Effect.gen(function* () {
    if (typeof order_group_id !== "string" || order_group_id === "") {
      const reason =
        "the value is not the id of an order group; pass the order_group_id of OrderGroups.create or OrderGroups.list"
      return yield* new InvalidRequest({ operation, pointer: "", reason })
    }
    const feed = yield* KalshiFeed
    const reader = new Reader(order_group_id, onChange)
    yield* Effect.acquireRelease(
      Effect.suspend(() =>
        Effect.fromResult(
          feed.subscribe<typeof channel>(
            { channel },
            { onEvent: (event) => reader.onEvent(event), onLive: () => reader.onLive(), onEnd }
          )
        )
      ),
      (subscription) => Effect.sync(() => subscription.close())
    )
  })

/** An order group that is watched until the scope of {@link watch} closes. */
export interface WatchedGroup {
  /**
   * Waits for the trigger of the group. The first of these events decides. Later events change nothing:
   *
   * - The exchange triggers the group: succeeds with the `Trigger`.
   * - A message about a trigger may be missing: fails with `TriggerUnknown`.
   * - The group is deleted: fails with `OrderGroupDeleted`.
   * - The subscription ends: fails with the error of the feed.
   * - The scope closes: fails with `FeedClosed`.
   */
  readonly triggered: Effect.Effect<Trigger, TriggerError>
}

/**
 * Watches an order group over the feed, to learn at once when the exchange triggers it. Returns when the subscription
 * is live.
 *
 * **Details**
 *
 * The exchange pushes a message about a trigger. No operation returns whether a group is triggered. So `triggered`
 * succeeds only with a pushed message.
 *
 * **Gotchas**
 *
 * - If the exchange triggers the group before the subscription is open, the trigger is not reported. Watch a new group
 *   before you place its first order.
 * - The feed detects a lost message when the next message of the channel arrives, or when it detects that the
 *   connection is lost. So a refused order can be the first sign of a trigger.
 * - The first trigger counts, even if the group was reset afterwards. Watch the group again after a reset.
 *
 * **Example** (Quoting until the group is triggered)
 *
 * ```ts
 * import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
 * import * as Effect from "effect/Effect"
 *
 * const quoteUntilTriggered = (quoting: (order_group_id: string) => Effect.Effect<never>) =>
 *   Effect.gen(function* () {
 *     const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 25 })
 *     const { triggered } = yield* OrderGroups.watch(order_group_id)
 *     return yield* Effect.raceFirst(quoting(order_group_id), triggered)
 *   }).pipe(Effect.scoped)
 * ```
 */
export const watch = (
  order_group_id: string
): Effect.Effect<WatchedGroup, InvalidRequest | FeedError, KalshiFeed | Scope.Scope> =>
  Effect.gen(function* () {
    const live = yield* Deferred.make<void, FeedError>()
    const trigger = yield* Deferred.make<Trigger, TriggerError>()
    const onChange = (change: GroupChange): void => {
      switch (change._tag) {
        case "Live":
          Deferred.doneUnsafe(live, Exit.void)
          return
        case "Uncertain":
          Deferred.doneUnsafe(trigger, Exit.fail(new TriggerUnknown({ order_group_id, loss: change.loss })))
          return
        case "Update": {
          const { event_type, ts_ms } = change.update
          if (event_type === "triggered") Deferred.doneUnsafe(trigger, Exit.succeed({ order_group_id, ts_ms }))
          if (event_type === "deleted") {
            Deferred.doneUnsafe(trigger, Exit.fail(new OrderGroupDeleted({ order_group_id, ts_ms })))
          }
        }
      }
    }
    const onEnd = (error: FeedError = new FeedClosed()): void => {
      Deferred.doneUnsafe(live, Exit.fail(error))
      Deferred.doneUnsafe(trigger, Exit.fail(error))
    }
    yield* follow("OrderGroups.watch", order_group_id, onChange, onEnd)
    yield* Deferred.await(live)
    return { triggered: Deferred.await(trigger) }
  })

/**
 * The changes of an order group: its messages, and notices that messages may be missing. The subscription ends with the
 * stream.
 *
 * **Details**
 *
 * The first element is `Live`, or an `Update` if a message of the group arrives before the subscription is live. The
 * stream ends after the deletion of the group. If the subscription ends earlier, the stream fails with the error of the
 * feed. If more than `bufferSize` changes wait for the consumer, it fails with `Lagging`.
 *
 * **Example** (Printing each new limit of a group)
 *
 * ```ts
 * import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const program = Stream.runForEach(OrderGroups.changes("0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"), (change) =>
 *   change._tag === "Update" && change.update.event_type === "limit_updated"
 *     ? Console.log(change.update.contracts_limit_fp)
 *     : Effect.void
 * )
 * ```
 */
export const changes = (
  order_group_id: string,
  { bufferSize = defaultBufferSize }: SubscribeOptions = {}
): Stream.Stream<GroupChange, InvalidRequest | FeedError, KalshiFeed> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const consumer = yield* Consumer.make<GroupChange>(channel, bufferSize)
      const onChange = (change: GroupChange): void => {
        consumer.offer(change)
        if (change._tag === "Update" && change.update.event_type === "deleted") consumer.end(undefined)
      }
      yield* follow("OrderGroups.changes", order_group_id, onChange, (error) => consumer.end(error))
      return consumer.stream
    })
  )
