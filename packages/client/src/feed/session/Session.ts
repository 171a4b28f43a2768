/**
 * The session of the feed. It restores the wanted subscriptions after connections are lost or replaced.
 *
 * The session has no sockets, no timers and no runtime. Its owner provides sockets (`Outside`), reports what happens to
 * them, and calls `tick` at `nextMillis`. An input changes the state (see `model.ts`), then `#settle` sends what is
 * due. A generation is the number of a connection.
 *
 * | input              | what happens                                                           | where          |
 * | ------------------ | ---------------------------------------------------------------------- | -------------- |
 * | `subscribe`, `add` | the names are wanted, and get a place on a connection                  | `wanted.ts`    |
 * | `opened`           | the connection's subscriptions are opened                              | `dialling.ts`  |
 * | `refused`,`closed` | the session ends, or waits and connects again                          | `dialling.ts`  |
 * | `received`         | data is counted and delivered, a reply changes the state               | `routing.ts`   |
 * | `tick`             | silent connections are tested; late replies and snapshots are handled  | `timers.ts`    |
 * | after an input     | due commands are sent                                                  | `reconcile.ts` |
 * | after an input     | due connections are opened                                             | `dialling.ts`  |
 *
 * @module
 */
import * as Result from "effect/Result"
import type { InvalidRequest } from "../../Errors.ts"
import type { ChannelName } from "../../generated/feed.ts"
import { FeedClosed, type FeedError, type LossCause, TooManyConnections } from "../FeedError.ts"
import { changeOver, copySlots, takeOver } from "./changeover.ts"
import { type Clock, Core, type Outside } from "./core.ts"
import { deliverLatest, end } from "./delivery.ts"
import { close, dial, finish, open, redial, type Refusal, refuseDial } from "./dialling.ts"
import type { Recorder, Subscriber } from "./events.ts"
import type { Member } from "./model.ts"
import { reconcile } from "./reconcile.ts"
import { parse, parseNames, type SubscriptionRequest } from "./requests.ts"
import { route, routeUndecodable } from "./routing.ts"
import type { SessionOptions } from "./settings.ts"
import { requestSnapshots } from "./snapshots.ts"
import { type SessionState, stateOf } from "./state.ts"
import { nextDue, runDue } from "./timers.ts"
import { reopenSlot } from "./transitions.ts"
import { addNames, join, removeNames } from "./wanted.ts"

/** One subscription of one user. After the subscription has ended, its methods have no effect. */
export interface Subscription {
  /** Adds markets, indices or underlyings. An event `Refused` reports the names that fail later. */
  readonly add: (names: ReadonlyArray<string>) => Result.Result<void, InvalidRequest | FeedError>
  /** Removes markets, indices or underlyings. */
  readonly remove: (names: ReadonlyArray<string>) => void
  /**
   * Requests snapshots of books. A market that already waits for a snapshot is not requested again. An event `Refused`
   * reports a market whose snapshot does not arrive.
   */
  readonly snapshot: (markets: ReadonlyArray<string>) => void
  /** Requests the list of all indices or underlyings. It arrives as a message. */
  readonly list: () => void
  /** Ends the subscription at the exchange and opens it again. Use it if the data seems to be stuck. */
  readonly resubscribe: () => void
  readonly close: () => void
}

export class Session {
  /** Called when `nextMillis` may be earlier than before. */
  onReschedule: (() => void) | undefined
  readonly #core: Core
  /** Whether an input is in progress. Commands that result from calls during an input are sent after that input. */
  #isBusy = false
  #dueMillis: number | undefined
  #isDueKnown = false
  #lastWallMillis: number
  #lastMonotonicMillis: number

  constructor(options: SessionOptions, outside: Outside, clock: Clock, random: () => number) {
    this.#core = new Core(options, outside, clock, random)
    this.#lastWallMillis = clock.wallMillis()
    this.#lastMonotonicMillis = clock.monotonicMillis()
  }

  /** Adds a subscriber. Requests with the same key (see `requests.ts`) share their subscriptions at the exchange. */
  subscribe<Name extends ChannelName>(
    request: SubscriptionRequest<Name>,
    subscriber: Subscriber<Name>
  ): Result.Result<Subscription, InvalidRequest | FeedError> {
    const core = this.#core
    // The cast is safe: the request for one channel is a member of the union of all requests.
    const parsed = parse(request as SubscriptionRequest)
    if (Result.isFailure(parsed)) return Result.fail(parsed.failure)
    if (core.ended !== undefined) return Result.fail(core.ended)
    // The cast is safe: a subscriber receives only messages of its channel.
    const member = join(core, parsed.success, subscriber as Subscriber)
    if (member === undefined) return Result.fail(this.#tooMany(request.channel))
    this.#run(() => deliverLatest(core, member, parsed.success.names))
    return Result.succeed(this.#subscription(member))
  }

  /** Delivers text frames to the recorder. Returns a function that stops the recording. */
  record(recorder: Recorder): () => void {
    const core = this.#core
    if (core.ended === undefined) core.recorders.add(recorder)
    else recorder.onEnd(core.ended)
    return () => void core.recorders.delete(recorder)
  }

  opened(generation: number): void {
    const line = this.#core.byGeneration.get(generation)
    if (line?.status !== "dialing") return
    this.#run(() => open(this.#core, line))
  }

  refused(generation: number, refusal: Refusal): void {
    const line = this.#core.byGeneration.get(generation)
    if (line?.status !== "dialing") return
    this.#run(() => refuseDial(this.#core, line, refusal))
  }

  /** `code` is 1006 if no close frame arrived. */
  closed(generation: number, code: number, reason: string): void {
    const line = this.#core.byGeneration.get(generation)
    if (line === undefined) return
    this.#run(() => close(this.#core, line, code, reason))
  }

  /** `receivedMillis` is in Unix milliseconds. */
  received(generation: number, text: string, receivedMillis: number): void {
    const core = this.#core
    const line = core.byGeneration.get(generation)
    if (line?.status !== "open") {
      core.counters.stale++
      return
    }
    line.isHeard = true
    for (const recorder of core.recorders) recorder.onFrame({ generation, text, receivedMillis })
    const decoded = core.decode(text)
    const wasBusy = this.#isBusy
    this.#isBusy = true
    try {
      if (Result.isFailure(decoded)) routeUndecodable(core, line, decoded.failure, text)
      else route(core, line, decoded.success, receivedMillis, text)
    } finally {
      this.#isBusy = wasBusy
    }
    if (core.isDirty) this.#settle()
  }

  pinged(generation: number): void {
    const line = this.#core.byGeneration.get(generation)
    if (line !== undefined) line.isHeard = true
  }

  /** Returns when `tick` is due, by the monotonic clock, or undefined if never. Every input can change the value. */
  nextMillis(): number | undefined {
    if (!this.#isDueKnown) {
      this.#dueMillis = nextDue(this.#core)
      this.#isDueKnown = true
    }
    return this.#dueMillis
  }

  tick(): void {
    this.#run(() => {
      this.#checkClock()
      runDue(this.#core)
    })
  }

  changeOver(): void {
    this.#run(() => changeOver(this.#core))
  }

  /** Ends the session, which cannot be used again. */
  close(): void {
    finish(this.#core, new FeedClosed())
    this.#isDueKnown = false
  }

  state(): SessionState {
    return stateOf(this.#core)
  }

  #tooMany(channel: ChannelName): TooManyConnections {
    return new TooManyConnections({ channel, maxConnections: this.#core.settings.maxConnections })
  }

  #subscription(member: Member): Subscription {
    const core = this.#core
    const { topic } = member
    const change = (run: () => void): void => {
      if (!member.isOver) this.#run(run)
    }
    return {
      add: (names) => {
        const parsed = parseNames(topic, names)
        if (Result.isFailure(parsed)) return Result.fail(parsed.failure)
        let isPlaced = true
        const fresh = parsed.success.filter((name) => !member.names.has(name))
        change(() => {
          isPlaced = addNames(core, member, parsed.success)
          if (isPlaced) deliverLatest(core, member, fresh)
        })
        return isPlaced ? Result.void : Result.fail(this.#tooMany(topic.channel))
      },
      remove: (names) => change(() => removeNames(core, member, names)),
      snapshot: (markets) =>
        change(() => {
          if (topic.isBook) {
            requestSnapshots(
              core,
              topic,
              markets.filter((market) => member.names.has(market))
            )
          }
        }),
      list: () =>
        change(() => {
          const [slot] = topic.slots
          if (slot === undefined || topic.kind === undefined || topic.kind.parameter.startsWith("market_")) return
          slot.wantsNames = true
          core.touch(slot)
        }),
      resubscribe: () => change(() => topic.slots.forEach((slot) => reopenSlot(core, slot, "a user requested it"))),
      close: () => change(() => end(core, member, undefined))
    }
  }

  #run(input: () => void): void {
    const wasBusy = this.#isBusy
    this.#isBusy = true
    try {
      input()
    } finally {
      this.#isBusy = wasBusy
    }
    this.#settle()
  }

  #settle(): void {
    const core = this.#core
    this.#isDueKnown = false
    if (this.#isBusy) return
    this.#isBusy = true
    try {
      while (core.isDirty) {
        core.isDirty = false
        copySlots(core)
        for (const line of core.lines) reconcile(core, line)
        takeOver(core)
        dial(core)
      }
    } finally {
      this.#isBusy = false
    }
    this.onReschedule?.()
  }

  /** After a sleep of this machine, dead sockets seem open, and the signature of a handshake in progress is too old. */
  #checkClock(): void {
    const core = this.#core
    const [wallMillis, monotonicMillis] = [core.clock.wallMillis(), core.clock.monotonicMillis()]
    const apart = wallMillis - this.#lastWallMillis - (monotonicMillis - this.#lastMonotonicMillis)
    const late = this.#isDueKnown && this.#dueMillis !== undefined ? monotonicMillis - this.#dueMillis : 0
    this.#lastWallMillis = wallMillis
    this.#lastMonotonicMillis = monotonicMillis
    const jumpMillis = Math.max(Math.abs(apart), late)
    if (jumpMillis <= core.settings.jumpMillis) return
    const cause: LossCause = { _tag: "ClockJumped", jumpMillis: Math.round(jumpMillis) }
    for (const line of core.lines) {
      if (line.status !== "open" && line.status !== "dialing") continue
      redial(core, line, cause)
      // The exchange refused nothing, so the next attempt to connect does not wait.
      line.dueMillis = core.now()
    }
  }
}
