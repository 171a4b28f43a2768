import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { once } from "node:events"
import { get, type IncomingMessage } from "node:http"
import type { Source, Watcher } from "../../src/operator/watch.ts"
import { Streams } from "../../src/page/stream.ts"
import type { BodyStream } from "../../src/rest/handler.ts"
import { listen } from "../../src/serving/httpServer.ts"
import { makeFloor, terms, ticker, unwrap } from "../support/floor.ts"

type Data = Readonly<Record<string, { readonly items: ReadonlyArray<unknown>; readonly discarded: number }>>

/** A stream to a page, whose `behind` simulates a slow reader. */
const makeBody = () => {
  const body = {
    texts: [] as Array<string>,
    behind: false,
    dropped: false,
    write: (text: string) => void body.texts.push(text),
    isBehind: () => body.behind,
    drop: () => {
      body.dropped = true
    },
    /** Returns the messages since the last call. */
    take: (): ReadonlyArray<Data> =>
      body.texts.splice(0).flatMap((text) => (text.startsWith("data: ") ? [JSON.parse(text.slice(6)) as Data] : [])) // JSON of Streams
  }
  return body satisfies BodyStream
}

const makeStreams = () => {
  const floor = makeFloor()
  const [maker, taker] = [floor.account("maker"), floor.account("taker")]
  let now = 0
  let scheduled: { readonly atMillis: number; readonly run: () => void } | undefined
  const watching = { watcher: undefined as Watcher | undefined, end: () => {} }
  const source: Source = {
    clock: "frozen",
    nowMillis: () => floor.time,
    view: () => {
      now += world.busyMillis
      return floor.view()
    },
    requests: [],
    faults: () => [],
    connections: () => [],
    watch: (watcher) => {
      watching.end()
      watching.watcher = watcher
      watching.end = watcher === undefined ? () => {} : floor.exchange.subscribe(watcher.entry)
    }
  }
  const defects: Array<unknown> = []
  const streams = new Streams(source, (defect) => defects.push(defect), {
    nowMillis: () => now,
    later: (delayMillis, run) => {
      const timer = { atMillis: now + delayMillis, run }
      scheduled = timer
      return () => {
        if (scheduled === timer) scheduled = undefined
      }
    }
  })
  const world = {
    floor,
    maker,
    taker,
    watching,
    streams,
    defects,
    /** The time that a read of the exchange takes, in milliseconds. */
    busyMillis: 0,
    /** Moves the clock, and returns how many timers ran. */
    pass(millis: number): number {
      let runs = 0
      const until = now + millis
      while (scheduled !== undefined && scheduled.atMillis <= until) {
        const { atMillis, run } = scheduled
        scheduled = undefined
        now = Math.max(now, atMillis)
        run()
        runs++
      }
      now = until
      return runs
    },
    hasTimer: () => scheduled !== undefined,
    trade(): void {
      floor.place(maker, terms("bid", 40, 1))
      floor.place(taker, terms("ask", 40, 1))
    },
    frame: (text: string) => watching.watcher?.frame({ connectionId: 1, direction: "out", text })
  }
  return world
}

const selection = (accountId?: string) => ({ ticker, accountId })

describe("Streams", () => {
  it("watches the exchange only while a page is open", () => {
    const world = makeStreams()
    assert.isUndefined(world.watching.watcher)
    const ends = [1, 2].map(() => world.streams.open(makeBody(), selection()))
    assert.isDefined(world.watching.watcher)
    ends[0]?.()
    assert.isDefined(world.watching.watcher)
    assert.isTrue(world.hasTimer())
    ends[1]?.()
    assert.isUndefined(world.watching.watcher)
    assert.isFalse(world.hasTimer())
  })

  it("sends many events as one message, at most five times per second", () => {
    const world = makeStreams()
    const body = makeBody()
    world.streams.open(body, selection())
    world.pass(0)
    assert.strictEqual(body.take().length, 1)
    for (let tenth = 0; tenth < 10; tenth++) {
      for (let n = 0; n < 20; n++) world.trade()
      world.pass(100)
    }
    const messages = body.take()
    assert.isAtMost(messages.length, 5)
    assert.isAtLeast(messages.length, 4)
    world.pass(200)
    const trades = [...messages, ...body.take()].flatMap((message) => message["trades"]?.items ?? [])
    assert.strictEqual(trades.length, 200)
  })

  it("sends the whole state after a reset, also if trades follow before the message is sent", () => {
    const world = makeStreams()
    const { floor } = world
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXOTHER-26-YES" } }))
    world.trade()
    const body = makeBody()
    world.streams.open(body, selection())
    world.trade()
    world.pass(0)
    const whole = (message: Data | undefined): ReadonlyArray<number> => {
      assert.isTrue(message !== undefined && "isWhole" in message)
      return [Array.from(Object(message?.["markets"])).length, message?.["trades"]?.items.length ?? 0]
    }
    assert.deepStrictEqual(whole(body.take()[0]), [2, 2])
    world.watching.watcher?.replaced()
    world.trade()
    world.pass(200)
    assert.deepStrictEqual(whole(body.take()[0]), [2, 3])
  })

  it("spends at most a tenth of the time on reading a large exchange", () => {
    const world = makeStreams()
    const body = makeBody()
    world.streams.open(body, selection())
    world.busyMillis = 300
    world.pass(0)
    let reads = 0
    for (let second = 0; second < 30; second++) {
      world.trade()
      reads += world.pass(1_000)
    }
    assert.isAtMost(reads, 10)
    assert.isAtLeast(reads, 8)
  })

  it("sends nothing without changes, but reads once per second to fire timers", () => {
    const world = makeStreams()
    const body = makeBody()
    world.streams.open(body, selection())
    world.pass(0)
    body.take()
    assert.strictEqual(world.pass(10_000), 10)
    assert.deepStrictEqual(body.take(), [])
  })

  for (const size of [1, 1_000, 100_000]) {
    it(`sends a slow page at most 100 frames of ${size}, and at most 300 trades`, () => {
      const world = makeStreams()
      const body = makeBody()
      world.streams.open(body, selection())
      world.pass(0)
      body.take()
      body.behind = true
      for (let n = 0; n < size; n++) world.frame(`frame ${n}`)
      for (let n = 0; n < Math.min(size, 1_000); n++) world.trade()
      world.pass(1_000)
      assert.deepStrictEqual(body.take(), [])
      // What waits is one market, and at most twice the trades and frames that a message can have.
      assert.isAtMost(world.streams.waiting, 1 + 2 * 300 + 2 * 100)
      body.behind = false
      world.pass(1_000)
      const [message] = body.take()
      const trades = Math.min(size, 1_000)
      assert.strictEqual(message?.["frames"]?.items.length, Math.min(size, 100))
      assert.strictEqual(message?.["frames"]?.discarded, size - Math.min(size, 100))
      assert.deepInclude(message?.["frames"]?.items.at(-1), { text: `frame ${size - 1}` })
      assert.strictEqual(message?.["trades"]?.items.length, Math.min(trades, 300))
      assert.strictEqual(message?.["trades"]?.discarded, trades - Math.min(trades, 300))
      // The message has the current book and not the books in between.
      assert.isBelow(JSON.stringify(message).length, 100_000)
    })
  }

  it("drops a page that is behind for more than 20 seconds", () => {
    const world = makeStreams()
    const [slow, quick, late] = [makeBody(), makeBody(), makeBody()]
    for (const body of [slow, quick, late]) world.streams.open(body, selection())
    world.pass(0)
    slow.behind = true
    late.behind = true
    world.pass(15_000)
    late.behind = false
    world.pass(2_000)
    late.behind = true
    world.pass(10_000)
    assert.deepStrictEqual(
      [slow, quick, late].map(({ dropped }) => dropped),
      [true, false, false]
    )
  })

  it("sends the first 600 characters of a frame", () => {
    const world = makeStreams()
    const body = makeBody()
    world.streams.open(body, selection())
    world.pass(0)
    body.take()
    world.frame("x".repeat(5_000_000))
    world.pass(1_000)
    assert.deepInclude(body.take()[0]?.["frames"]?.items[0], { text: "x".repeat(600), isCut: true })
  })

  it("sends at most 200 changed markets in a message, and the others later", () => {
    const world = makeStreams()
    for (let n = 0; n < 450; n++) {
      world.floor.execute({ type: "createMarket", market: { ticker: `KXMANY-26-${n}` } })
    }
    const body = makeBody()
    world.streams.open(body, selection())
    world.pass(0)
    body.take()
    for (let n = 0; n < 450; n++) world.floor.execute({ type: "pauseMarket", ticker: `KXMANY-26-${n}` })
    world.pass(5_000)
    const lines = body.take().map((message) => (message["markets"] as unknown as ReadonlyArray<unknown>).length) // a list
    assert.deepStrictEqual(lines, [200, 200, 50])
  })

  it("shows the newest 1,000 markets of a large exchange, and the number of all markets", () => {
    const world = makeStreams()
    for (let n = 0; n < 1_500; n++) {
      world.floor.execute({ type: "createMarket", market: { ticker: `KXMANY-26-${n}` } })
    }
    const body = makeBody()
    world.streams.open(body, selection())
    world.pass(0)
    const [whole] = body.take()
    assert.lengthOf(whole?.["markets"] as unknown as ReadonlyArray<unknown>, 1_000) // a list
    assert.strictEqual(whole?.["totalMarkets"] as unknown, 1_501)
  })

  it("shows the fills in the window of an order group, until they leave it", () => {
    const world = makeStreams()
    const { floor, maker, taker } = world
    const orderGroupId = floor.group(maker, 10)
    const body = makeBody()
    world.streams.open(body, selection(maker))
    world.pass(0)
    body.take()
    floor.place(maker, terms("bid", 40, 3, { orderGroupId }))
    floor.place(taker, terms("ask", 40, 3))
    world.pass(1_000)
    const group = () => JSON.stringify(body.take().map((message) => message["account"]))
    assert.include(
      group(),
      `"limit":1000,"triggered":false,"windowCount":300,"restingOrders":0,"fills":[[${floor.time},300]]`
    )
    floor.time += 15_000
    world.pass(1_000)
    assert.include(group(), '"windowCount":0,"restingOrders":0,"fills":[]')
  })

  it("drops its pages and reports the defect if reading the exchange fails", () => {
    const world = makeStreams()
    const body = makeBody()
    world.streams.open(body, selection())
    world.floor.view = () => {
      throw new Error("a defect")
    }
    world.pass(0)
    assert.strictEqual(String(world.defects[0]), "Error: a defect")
    assert.isTrue(body.dropped)
  })
})

describe("listen, with a stream", () => {
  it.live("starts no stream for a reader that disconnected while the response was held", () =>
    Effect.gen(function* () {
      const response = { status: 200, headers: {}, body: new Uint8Array(), delayMillis: 0, arrives: "whole" } as const
      let opened = 0
      const held: Array<() => void> = []
      const stream = (): (() => void) => {
        opened++
        return () => opened--
      }
      const port = yield* listen(() => ({ ...response, stream }), "127.0.0.1", 0, {
        hold: (result, send) => held.push(() => send(result))
      })
      yield* Effect.promise(async () => {
        const wait = () => new Promise((resolve) => setTimeout(resolve, 5))
        const request = get(`http://127.0.0.1:${port}/`)
        const closed = new Promise((resolve) => request.on("error", resolve))
        while (held.length === 0) await wait()
        request.destroy()
        await closed
        await wait()
        held.forEach((send) => send())
        await wait()
      })
      assert.strictEqual(opened, 0)
    }).pipe(Effect.scoped)
  )

  it.live("tells the stream whether its reader is behind, and when the connection ends", () =>
    Effect.gen(function* () {
      const opened: Array<BodyStream> = []
      const connection = { ends: 0 }
      const response = { status: 200, headers: {}, body: new Uint8Array(), delayMillis: 0, arrives: "whole" } as const
      const port = yield* listen(
        () => ({
          ...response,
          stream: (body) => {
            opened.push(body)
            body.write("first")
            return () => connection.ends++
          }
        }),
        "127.0.0.1",
        0
      )
      yield* Effect.promise(async () => {
        const request = get(`http://127.0.0.1:${port}/`)
        const [reader] = (await once(request, "response")) as [IncomingMessage] // the event `response` has this value
        reader.on("error", () => {})
        await once(reader, "readable")
        const [body] = opened
        assert.isDefined(body)
        for (let n = 0; n < 200 && body?.isBehind() === false; n++) {
          body.write("x".repeat(1_000_000))
          await new Promise((resolve) => setImmediate(resolve))
        }
        assert.isTrue(body?.isBehind())
        reader.resume()
        while (body?.isBehind() === true) await new Promise((resolve) => setTimeout(resolve, 5))
        assert.strictEqual(connection.ends, 0)
        body?.drop()
        // `once` would fail, because the connection ends before the response.
        await new Promise((resolve) => reader.on("close", resolve))
        while (connection.ends === 0) await new Promise((resolve) => setTimeout(resolve, 5))
        assert.strictEqual(connection.ends, 1)
      })
    }).pipe(Effect.scoped)
  )
})
