/** The scripted environment of a session: sockets, clocks and users. */
import { assert } from "@effect/vitest"
import * as Result from "effect/Result"
import type { ChannelName, Command } from "../../../src/generated/feed.ts"
import type { FeedError, LossCause } from "../../../src/feed/FeedError.ts"
import type { Observer } from "../../../src/feed/session/core.ts"
import type { SessionEvent, Subscriber } from "../../../src/feed/session/events.ts"
import type { SubscriptionRequest } from "../../../src/feed/session/requests.ts"
import { Session, type Subscription } from "../../../src/feed/session/Session.ts"
import type { SessionOptions } from "../../../src/feed/session/settings.ts"

export interface SentCommand {
  readonly generation: number
  readonly id: number
  readonly cmd: Command["cmd"]
  readonly params: {
    readonly action?: string
    readonly channels?: ReadonlyArray<string>
    readonly market_tickers?: ReadonlyArray<string>
    readonly index_ids?: ReadonlyArray<string>
    readonly sid?: number
    readonly sids?: ReadonlyArray<number>
    readonly use_yes_price?: boolean
    readonly send_initial_snapshot?: boolean
  }
}

export class User implements Subscriber {
  readonly events: Array<SessionEvent> = []
  readonly ends: Array<FeedError | undefined> = []
  readonly onEvent = (event: SessionEvent): void => {
    this.events.push(event)
  }
  readonly onEnd = (error: FeedError | undefined): void => {
    this.ends.push(error)
  }

  /** The tags of the events. For a message, its type. */
  get tags(): ReadonlyArray<string> {
    return this.events.map((event) => (event._tag === "Message" ? event.message.type : event._tag))
  }

  of<Tag extends SessionEvent["_tag"]>(tag: Tag): ReadonlyArray<Extract<SessionEvent, { readonly _tag: Tag }>> {
    return this.events.filter((event): event is Extract<SessionEvent, { readonly _tag: Tag }> => event._tag === tag)
  }

  get error(): FeedError | undefined {
    assert.strictEqual(this.ends.length, 1, "ended once")
    return this.ends[0]
  }
}

export class World {
  readonly session: Session
  nowMillis = 1_000_000
  wallOffsetMillis = 1_700_000_000_000
  random = 0.5
  readonly dials: Array<number> = []
  /** For each dial, the loss or the failed attempt before it. */
  readonly dialCauses: Array<LossCause | undefined> = []
  readonly abandoned: Array<number> = []
  readonly sent: Array<SentCommand> = []
  #read = 0

  constructor(options: SessionOptions = {}, observer?: Observer) {
    this.session = new Session(
      options,
      {
        ...(observer === undefined ? {} : { observer }),
        dial: (generation, after) => {
          this.dials.push(generation)
          this.dialCauses.push(after)
        },
        abandon: (generation) => void this.abandoned.push(generation),
        send: (generation, text) => {
          assert.strictEqual(
            generation,
            this.dials.find((dialed) => dialed === generation)
          )
          assert.notInclude(this.abandoned, generation)
          // The session sends only valid commands.
          this.sent.push({ params: {}, ...(JSON.parse(text) as object), generation } as SentCommand)
        }
      },
      { wallMillis: () => this.nowMillis + this.wallOffsetMillis, monotonicMillis: () => this.nowMillis },
      () => this.random
    )
  }

  get generation(): number {
    return this.dials.at(-1)!
  }

  subscribe<Name extends ChannelName>(
    channel: Name,
    params: object = {},
    user = new User()
  ): { user: User; subscription: Subscription } {
    // Tests also pass wrong parameters.
    const request = { channel, params } as SubscriptionRequest<Name>
    const subscription = Result.getOrThrow(
      this.session.subscribe(request, user as Subscriber<never> as Subscriber<Name>)
    )
    return { user, subscription }
  }

  /** Lets the last dial succeed. */
  open(): void {
    this.session.opened(this.generation)
  }

  receive(message: object | string, generation = this.generation): void {
    const text = typeof message === "string" ? message : JSON.stringify(message)
    this.session.received(generation, text, this.nowMillis + this.wallOffsetMillis)
  }

  /** Returns the next commands that the session sent. Each command is returned only once. */
  take(count = 1): ReadonlyArray<SentCommand> {
    const commands = this.sent.slice(this.#read, this.#read + count)
    assert.strictEqual(commands.length, count, `commands sent: ${JSON.stringify(this.sent.slice(this.#read))}`)
    this.#read += count
    return commands
  }

  takeOne(): SentCommand {
    return this.take(1)[0]!
  }

  get unread(): ReadonlyArray<SentCommand> {
    return this.sent.slice(this.#read)
  }

  /** Advances the clock by `millis`, and calls `tick` whenever it is due. */
  pass(millis: number): void {
    const end = this.nowMillis + millis
    for (let ticks = 0; ; ticks++) {
      assert.isBelow(ticks, 100_000, "the session requests ticks without end")
      const next = this.session.nextMillis()
      if (next === undefined || next > end) break
      this.nowMillis = Math.max(this.nowMillis, next)
      this.session.tick()
    }
    this.nowMillis = end
  }

  /** Subscribes, opens the connection and acknowledges the subscription. */
  live(channel: ChannelName, params: object = {}, sid = 1): { user: User; subscription: Subscription } {
    const made = this.subscribe(channel, params)
    if (this.session.state().connections.some(({ status }) => status === "dialing")) this.open()
    const { id } = this.takeOne()
    this.receive({ id, type: "subscribed", msg: { channel, sid } })
    return made
  }

  /** Answers the request for the list of subscriptions on an old connection with its open subscriptions. */
  confirm(old = 1): void {
    const index = this.sent.findLastIndex(({ cmd, generation }) => cmd === "list_subscriptions" && generation === old)
    assert.isAtLeast(index, this.#read, "the list of subscriptions was requested on the old connection")
    const [{ id }] = this.sent.splice(index, 1) as [SentCommand] // the index was checked
    const msg = this.session
      .state()
      .subscriptions.filter((subscription) => subscription.generation === old && subscription.sid !== undefined)
      .map(({ channel, sid }) => ({ channel, sid }))
    this.receive({ id, type: "ok", msg }, old)
  }

  reconnect(): void {
    const count = this.dials.length
    this.session.closed(this.generation, 1006, "")
    while (this.dials.length === count) this.pass(10)
    this.open()
  }
}
