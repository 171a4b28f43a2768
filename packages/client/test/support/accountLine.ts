/** A connection (line) of a live account. The tests send its events. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { AccountChannel } from "../../src/account/AccountState.ts"
import type { InvalidRequest } from "../../src/Errors.ts"
import type * as Feed from "../../src/feed/Feed.ts"
import type { SessionEvent, Subscriber } from "../../src/feed/session/events.ts"
import type { ChannelMessage } from "../../src/generated/feed.ts"

type Channel = AccountChannel

export type Event = SessionEvent<ChannelMessage<Channel>>

export const channels = ["user_orders", "fill", "market_positions", "order_group_updates"] as const

export class Line {
  /** The subscriptions so far, oldest first. */
  readonly opened: Array<{ readonly channel: Channel; readonly subscriber: Subscriber<Channel> }> = []
  readonly closed: Array<string> = []
  /** The next line, if the account has several. */
  other: Line | undefined
  /** Called when the account subscribes. */
  onSubscribe = (): void => {}
  /** The error of the next subscriptions. Undefined: they succeed. */
  refusal: InvalidRequest | Feed.FeedError | undefined

  get service(): Feed.KalshiFeed["Service"] {
    const unused = (): never => assert.fail("the account does not use this")
    return {
      subscribe: ({ channel }, subscriber) => {
        this.onSubscribe()
        if (this.refusal !== undefined) return Result.fail(this.refusal)
        // The account subscribes only to its own channels.
        this.opened.push({
          channel: channel as Channel,
          subscriber: subscriber as Subscriber<never> as Subscriber<Channel>
        })
        return Result.succeed({
          add: unused,
          remove: unused,
          snapshot: unused,
          list: unused,
          resubscribe: unused,
          close: () => void this.closed.push(channel)
        })
      },
      watchQueue: unused,
      record: unused,
      state: Effect.die("unused"),
      changeOver: Effect.die("unused"),
      openSession: Effect.sync(() => {
        if (this.other === undefined) return unused()
        return this.other.service
      })
    }
  }

  #last(channel: Channel): Subscriber<Channel> {
    return this.opened.findLast((opened) => opened.channel === channel)!.subscriber
  }

  live(...names: ReadonlyArray<Channel>): void {
    for (const name of names) this.#last(name).onLive?.()
  }

  event(channel: Channel, event: Event): void {
    this.#last(channel).onEvent(event)
  }

  message(channel: Channel, message: ChannelMessage<Channel>, receivedMillis = 0): void {
    this.event(channel, { _tag: "Message", message, generation: 1, sid: 1, receivedMillis })
  }

  outage(channel: Channel): void {
    this.event(channel, {
      _tag: "Outage",
      cause: { _tag: "Closed", code: 1006, reason: "" },
      sinceMillis: 0,
      markets: []
    })
  }

  restored(channel: Channel): void {
    this.event(channel, { _tag: "Restored", sinceMillis: 0, durationMillis: 0 })
  }

  gap(channel: Channel): void {
    this.event(channel, {
      _tag: "Gap",
      generation: 1,
      sid: 1,
      reason: "overflow",
      expectedSeq: 3,
      receivedSeq: 5,
      markets: []
    })
  }

  end(channel: Channel, error?: Feed.FeedError): void {
    this.#last(channel).onEnd(error)
  }
}
