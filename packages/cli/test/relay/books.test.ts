import type { OrderbookDeltaMessage, OrderbookSnapshotMessage } from "@kalshi-effect/client/generated/feed"
import { Audience, channels, FeedConnection, Subscription } from "@kalshi-effect/sandbox/FeedServer"
import { assert, describe, it } from "@effect/vitest"
import { FollowedBooks } from "../../src/relay/books.ts"
import { Market } from "../../src/relay/market.ts"
import type { Message } from "./support.ts"

class World {
  readonly audience = new Audience()
  readonly requested: Array<string> = []
  nowMillis = 0
  #seq = 0
  #lastSid = 0
  readonly market = new Market("A", this.audience, { current: () => this.books.current("A") })
  readonly books = new FollowedBooks(
    {
      replaced: () => this.market.replaced(),
      confirmed: () => this.market.settle(),
      changed: (_, delta) => this.market.delta(delta),
      lost: () => {}
    },
    (markets) => void this.requested.push(...markets),
    () => this.nowMillis
  )

  constructor() {
    this.books.add("A")
  }

  /** Adds a reader. Returns short descriptions of the messages that it receives. */
  reader(): ReadonlyArray<string> {
    const received: Array<string> = []
    const connection = new FeedConnection({
      id: 1,
      key: {
        keyId: "",
        accountId: "",
        name: "",
        scopes: [],
        subaccount: undefined,
        publicKey: "",
        subtraderId: undefined
      },
      line: {
        send: (text) => {
          const { msg = {}, type } = JSON.parse(text) as Message // every frame that the relay sends has this form
          received.push(
            type === "orderbook_snapshot"
              ? `snapshot ${String(msg["clock"])}: ${JSON.stringify(msg["yes_dollars_fp"] ?? [])}`
              : `delta ${String(msg["clock"])}: ${String(msg["price_dollars"])} ${String(msg["delta_fp"])}`
          )
        },
        bufferedBytes: () => 0,
        ping: () => {},
        close: () => {},
        drop: () => {}
      },
      openedMillis: 0,
      exchangeMillis: () => 0,
      maxWaiting: 10,
      later: () => {},
      onSend: () => {},
      onEnded: () => {}
    })
    const subscription = new Subscription(++this.#lastSid, "orderbook_delta", channels.orderbook_delta, connection)
    subscription.useYesPrice = true
    subscription.markets?.add("A")
    this.audience.add(subscription)
    this.market.request(subscription, undefined)
    return received
  }

  snapshot(clock: number, yes: ReadonlyArray<readonly [string, string]>): void {
    const msg = { market_ticker: "A", market_id: "id", clock, yes_dollars_fp: yes }
    // The decimals of this test are valid.
    this.books.message(
      { type: "orderbook_snapshot", sid: 1, seq: ++this.#seq, msg } as unknown as OrderbookSnapshotMessage,
      this.nowMillis
    )
  }

  delta(clock: number, price_dollars: string, delta_fp: string, side: "yes" | "no" = "yes"): void {
    const msg = { market_ticker: "A", market_id: "id", clock, price_dollars, delta_fp, side }
    // The decimals of this test are valid.
    this.books.message(
      { type: "orderbook_delta", sid: 1, seq: ++this.#seq, msg } as unknown as OrderbookDeltaMessage,
      this.nowMillis
    )
  }
}

describe("Market", () => {
  it("sends a snapshot, then the changes", () => {
    const world = new World()
    world.snapshot(1, [["0.4000", "5.00"]])
    const received = world.reader()
    world.delta(2, "0.4100", "1.00")
    assert.deepStrictEqual(received, ['snapshot 1: [["0.4000","5.00"]]', "delta 2: 0.4100 1.00"])
  })

  it("sends nothing before the first snapshot", () => {
    const world = new World()
    const received = world.reader()
    world.delta(1, "0.4100", "1.00")
    assert.deepStrictEqual(received, [])
    world.snapshot(1, [["0.4100", "1.00"]])
    assert.deepStrictEqual(received, ['snapshot 1: [["0.4100","1.00"]]'])
  })

  it("sends a new snapshot, not a change, to a reader whose snapshot has the same clock as the change", () => {
    const world = new World()
    world.snapshot(1, [["0.4000", "5.00"]])
    const early = world.reader()
    world.delta(2, "0.4000", "-1.00")
    const late = world.reader()
    // This is the second change with clock 2. The late reader would ignore it, because its snapshot has clock 2.
    world.delta(2, "0.3900", "1.00")
    world.delta(3, "0.3900", "1.00")
    assert.deepStrictEqual(early.slice(1), ["delta 2: 0.4000 -1.00", "delta 2: 0.3900 1.00", "delta 3: 0.3900 1.00"])
    assert.deepStrictEqual(late, [
      'snapshot 2: [["0.4000","4.00"]]',
      'snapshot 2: [["0.3900","1.00"],["0.4000","4.00"]]',
      "delta 3: 0.3900 1.00"
    ])
  })

  it("makes a reader wait while the book is crossed in the middle of an action", () => {
    const world = new World()
    world.snapshot(1, [["0.4000", "5.00"]])
    world.delta(2, "0.4000", "5.00", "no")
    const received = world.reader()
    assert.deepStrictEqual(received, [])
    world.delta(2, "0.4000", "-5.00")
    assert.deepStrictEqual(received, ["snapshot 2: []"])
  })

  it("sends nothing while the book may be wrong, and then a new snapshot to all readers", () => {
    const world = new World()
    world.snapshot(1, [["0.4000", "5.00"]])
    const early = world.reader()
    world.books.lose(["A"], "a loss", false)
    world.nowMillis = 1_000
    world.books.tick()
    assert.deepStrictEqual(world.requested, ["A"])
    const late = world.reader()
    world.delta(3, "0.4000", "1.00")
    assert.deepStrictEqual([early.length, late.length], [1, 0])
    world.snapshot(4, [["0.4000", "7.00"]])
    assert.deepStrictEqual(
      [early.slice(1), late],
      [['snapshot 4: [["0.4000","7.00"]]'], ['snapshot 4: [["0.4000","7.00"]]']]
    )
  })

  it("does not send a book again if a snapshot confirms it", () => {
    const world = new World()
    world.snapshot(1, [["0.4000", "5.00"]])
    const received = world.reader()
    world.snapshot(1, [["0.4000", "5.00"]])
    assert.strictEqual(received.length, 1)
  })

  it("does not pass on a change that an earlier snapshot contains", () => {
    const world = new World()
    world.snapshot(2, [["0.4000", "5.00"]])
    const received = world.reader()
    world.delta(2, "0.4000", "5.00")
    assert.strictEqual(received.length, 1)
  })
})

describe("FollowedBooks", () => {
  it("ends a book that stays crossed, and requests a snapshot", () => {
    const world = new World()
    world.snapshot(1, [["0.4000", "5.00"]])
    world.delta(2, "0.4000", "5.00", "no")
    world.nowMillis = 1_000
    world.books.tick()
    assert.deepStrictEqual(world.requested, ["A"])
    assert.strictEqual(world.books.current("A"), undefined)
  })
})
