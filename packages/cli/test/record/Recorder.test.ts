import { assert, describe, it } from "@effect/vitest"
import type * as Feed from "@kalshi-effect/client/Feed"
import * as Result from "effect/Result"
import { parseLine } from "../../src/record/lines.ts"
import { noticeText, Recorder } from "../../src/record/Recorder.ts"

type Service = Feed.KalshiFeed["Service"]

const start = () => {
  const lines: Array<string> = []
  const snapshots: Array<ReadonlyArray<string>> = []
  const requests: Array<string> = []
  const closed: Array<string> = []
  let onFrame: (frame: Feed.RawFrame) => void = () => {}
  let onEvent: (event: Feed.SessionEvent) => void = () => {}
  const feed = {
    record: (recorder: Parameters<Service["record"]>[0]) => {
      onFrame = recorder.onFrame
      return () => void closed.push("frames")
    },
    subscribe: (request: { readonly channel: string }, subscriber: { readonly onEvent: typeof onEvent }) => {
      if (request.channel === "orderbook_delta") onEvent = subscriber.onEvent
      return Result.succeed({
        snapshot: (markets: ReadonlyArray<string>) => void snapshots.push(markets),
        close: () => void closed.push(request.channel)
      })
    }
  } as unknown as Service // The recorder calls no other functions of the feed.
  const clock = { nowMillis: 5 }
  const recorder = new Recorder({
    writer: { line: (text) => void lines.push(text), flush: () => {} },
    feed,
    tickers: ["A", "B"],
    nowMillis: () => clock.nowMillis,
    requestBooks: (reason) => void requests.push(reason),
    onEnd: () => {},
    onNotice: () => {}
  })
  recorder.start(["orderbook_delta", "trade"])
  const frame = (text: string) => onFrame({ text, generation: 1, receivedMillis: 5 })
  const types = () => lines.map((line) => parseLine(line)?.type)
  return {
    recorder,
    clock,
    frame,
    event: (event: Feed.SessionEvent) => onEvent(event),
    lines,
    types,
    snapshots,
    requests,
    closed
  }
}

const gap: Feed.SessionEvent = {
  _tag: "Gap",
  generation: 1,
  sid: 1,
  reason: "missing",
  expectedSeq: 2,
  receivedSeq: 4,
  markets: ["A"]
}

const outage: Feed.SessionEvent = {
  _tag: "Outage",
  cause: { _tag: "Closed", code: 1006, reason: "" },
  sinceMillis: 5,
  markets: ["A", "B"]
}

describe("Recorder", () => {
  for (const count of [1, 1_000, 100_000]) {
    it(`records ${count} messages at once, each in one line and in order`, () => {
      const { frame, lines, recorder } = start()
      for (let index = 0; index < count; index++) frame(`{"n":${index}}`)
      recorder.stop()
      assert.strictEqual(recorder.counts.frames, count)
      assert.isTrue(lines.every((line, index) => line.endsWith(`"message":{"n":${index}}}`)))
      assert.strictEqual(lines.length, count)
    })
  }

  it("writes a gap before the message that reveals the gap, and other events after the last received message", () => {
    const { event, frame, recorder, requests, snapshots, types } = start()
    frame("1")
    frame("2")
    event(gap)
    frame("3")
    event(outage)
    event({ _tag: "Restored", sinceMillis: 5, durationMillis: 1 })
    recorder.settle()
    assert.deepStrictEqual(types(), ["frame", "gap", "frame", "frame", "outage", "restored"])
    assert.deepStrictEqual(snapshots, [["A"]])
    assert.deepStrictEqual(requests, ["gap", "reconnect"])
    assert.deepInclude(recorder.counts, { frames: 3, gaps: 1, outages: 1 })
  })

  for (const [market, requested] of [
    ["A", ["A"]],
    [undefined, ["A", "B"]]
  ] as const) {
    it(`requests a snapshot after an undecodable message of ${market ?? "an unknown market"}`, () => {
      const { event, recorder, requests, snapshots } = start()
      event({ _tag: "Undecodable", generation: 1, sid: 1, market, pointer: "/msg", reason: "expected", text: "{}" })
      recorder.stop()
      assert.deepStrictEqual([snapshots, requests], [[requested], []])
    })
  }

  it("requests snapshots at most once per second, each market once", () => {
    const { clock, event, recorder, snapshots } = start()
    const fault = (market: string) =>
      event({ _tag: "Undecodable", generation: 1, sid: 1, market, pointer: "/msg", reason: "expected", text: "{}" })
    for (const market of ["A", "A", "B", "A"]) fault(market)
    clock.nowMillis += 999
    recorder.settle()
    assert.deepStrictEqual(snapshots, [["A"]])
    clock.nowMillis += 1
    recorder.settle()
    recorder.settle()
    assert.deepStrictEqual(snapshots, [["A"], ["A", "B"]])
    recorder.stop()
  })

  it("records no event after it has stopped, and closes its subscriptions", () => {
    const { closed, event, frame, lines, recorder } = start()
    frame("1")
    recorder.stop()
    event(outage)
    assert.strictEqual(lines.length, 1)
    assert.deepStrictEqual(closed, ["frames", "orderbook_delta", "trade"])
  })
})

describe("noticeText", () => {
  it("describes an outage by its channel and its first five markets", () => {
    const markets = ["A", "B", "C", "D", "E", "F"]
    assert.strictEqual(
      noticeText({ type: "outage", at_ms: 1, channel: "trade", markets, detail: "Closed" }),
      "outage of trade for A, B, C, D, E and 1 more: Closed"
    )
    assert.strictEqual(noticeText({ type: "read_failed", at_ms: 1, detail: "why" }), "read failed: why")
  })
})
