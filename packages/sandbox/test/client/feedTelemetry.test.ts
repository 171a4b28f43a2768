import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import * as Feed from "@kalshi-effect/client/Feed"
import type * as Signer from "@kalshi-effect/signing/Signer"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"
import { layerTest } from "../../src/Sandbox.ts"
import { collect, type Needs, ticker, type Trader, trading, until } from "../support/feedTrader.ts"

/** The values of metrics, by name. The value of a histogram is the number of its measurements. */
type Values = Readonly<Record<string, number>>

class Watched {
  readonly registry: Metric.MetricRegistry = new Map()
  readonly spans: Array<Tracer.NativeSpan> = []
  readonly tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      if (span.name === "Feed.connect") this.spans.push(span)
      return span
    }
  })

  get snapshots(): ReadonlyArray<Metric.Metric.Snapshot> {
    const all = Effect.runSync(Effect.provideService(Metric.snapshot, Metric.MetricRegistry, this.registry))
    return all.filter(({ id }) => id.startsWith(prefix))
  }

  get values(): Values {
    return Object.fromEntries(
      this.snapshots.map((snapshot) => {
        const { attributes = {}, id } = snapshot
        const { "server.address": address, "server.port": port, unit: _, ...rest } = attributes
        assert.deepStrictEqual([address, port], ["127.0.0.1", "8787"])
        const shown = Object.values(rest).toSorted().join(" ")
        return [`${id.slice(prefix.length)}${shown === "" ? "" : ` ${shown}`}`, valueOf(snapshot)]
      })
    )
  }

  get outcomes() {
    return this.spans.map(({ attributes, status }) => {
      if (status._tag === "Started") return ["started"]
      return [exitOf(status.exit), attributes.get("error.type"), attributes.get("http.response.status_code")]
    })
  }
}

const prefix = "kalshi.client.feed."

const valueOf = (snapshot: Metric.Metric.Snapshot): number => {
  switch (snapshot.type) {
    case "Counter":
    case "Histogram":
      return Number(snapshot.state.count)
    case "Gauge":
      return Number(snapshot.state.value)
    default:
      return assert.fail(snapshot.type)
  }
}

const exitOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return "success"
  if (Cause.hasInterruptsOnly(exit.cause)) return "interrupted"
  return String(Object(Option.getOrUndefined(Exit.findErrorOption(exit))).message)
}

const printAll = (value: unknown): string =>
  inspect(value, { depth: null, customInspect: false, showHidden: true, maxArrayLength: null, maxStringLength: null })

const observed = <E>(
  name: string,
  test: (watched: Watched, trader: Trader) => Effect.Effect<void, E, Needs | Feed.KalshiFeed | Scope.Scope>,
  { after, ...options }: Partial<Feed.Options> & { readonly after?: (watched: Watched) => void } = {}
) =>
  it.effect(name, () =>
    Effect.gen(function* () {
      const watched = new Watched()
      yield* trading((trader) => test(watched, trader), options).pipe(
        Effect.provideService(Metric.MetricRegistry, watched.registry),
        Effect.withSpan("program"),
        Effect.withTracer(watched.tracer)
      )
      after?.(watched)
    }).pipe(Effect.provide(layerTest()))
  )

const broken = () => {
  throw new Error("broken")
}

const book = { market_tickers: [ticker] }
const isLive = Effect.gen(function* () {
  for (let millis = 0; (yield* Feed.state).subscriptions[0]?.status !== "live"; millis += 10) {
    if (millis > 60_000) return yield* Effect.die(new Error("the subscription is not live in time"))
    yield* TestClock.adjust(10)
  }
})

describe("Feed.connect", () => {
  observed("is one span per dial, has no parent, and ends when the connection is open", (watched) =>
    Effect.gen(function* () {
      const startedMillis = yield* Clock.currentTimeMillis
      yield* collect(Feed.messages("orderbook_delta", book))
      yield* isLive
      assert.strictEqual(watched.spans.length, 1)
      const { attributes, kind, parent, status } = watched.spans[0]!
      assert.deepStrictEqual(Object.fromEntries(attributes), {
        "server.address": "127.0.0.1",
        "server.port": 8787,
        "kalshi.feed.generation": 1
      })
      assert.strictEqual(kind, "client")
      assert.isTrue(Option.isNone(parent))
      if (status._tag === "Started") return assert.fail("the span never ended")
      assert.isTrue(Exit.isSuccess(status.exit))
      assert.isAtLeast(Number(status.startTime / 1_000_000n), startedMillis)
      assert.isAtLeast(Number(status.endTime), Number(status.startTime))
    })
  )

  observed(
    "has the error type of a dial that timed out",
    (watched) =>
      Effect.gen(function* () {
        yield* collect(Feed.messages("trade"))
        yield* TestClock.adjust(1_000)
        assert.deepStrictEqual(watched.outcomes[0], ["DialTimedOut", "DialTimedOut", undefined])
        const { status } = watched.spans[0]!
        assert.strictEqual(status._tag === "Ended" ? status.endTime - status.startTime : undefined, 1_000_000_000n)
        assert.strictEqual(watched.values["dial.duration DialTimedOut"], 1)
      }),
    { signer: { keyId: "never", kind: "ed25519", sign: () => Effect.never } as never, dialTimeoutMillis: 1_000 } // a dial uses only these fields
  )

  observed(
    "is interrupted when the layer closes",
    (watched) =>
      Effect.gen(function* () {
        yield* collect(Feed.messages("trade"))
        yield* TestClock.adjust(10)
        assert.deepStrictEqual(watched.outcomes, [["started"]])
      }),
    {
      signer: { keyId: "never", kind: "ed25519", sign: () => Effect.never } as never, // a dial uses only these fields
      after: (watched) => {
        assert.deepStrictEqual(watched.outcomes, [["interrupted", undefined, undefined]])
        assert.deepStrictEqual(watched.values, { "dial.duration interrupted": 1 })
      }
    }
  )
})

describe("Feed.instruments", () => {
  observed(
    "count dials, open connections and messages",
    (watched, { place }) =>
      Effect.gen(function* () {
        const { events } = yield* collect(Feed.messages("orderbook_delta", book))
        yield* until(() => events.length === 1)
        yield* place()
        yield* until(() => events.length === 2)
        assert.notProperty(watched.values, "messages orderbook_delta", "published once a second")
        yield* TestClock.adjust("1 second")
        yield* place({ price: "0.41" })
        yield* until(() => events.length === 3)
        assert.deepStrictEqual(watched.values, {
          connections: 1,
          "dial.duration": 1,
          "messages orderbook_delta": 2,
          "delay orderbook_delta": 3,
          "queue.depth orderbook_delta": 0
        })
        yield* TestClock.adjust("1 second")
        assert.strictEqual(watched.values["messages orderbook_delta"], 3)
        yield* place({ price: "0.42" })
        yield* until(() => events.length === 4)
      }),
    {
      after: ({ values }) => {
        assert.strictEqual(values["connections"], 0, "the layer closed the connection")
        assert.isUndefined(values["losses"], "closing the layer is not a loss")
        assert.strictEqual(values["messages orderbook_delta"], 4, "the last count is published")
        assert.notProperty(values, "queue.depth orderbook_delta")
      }
    }
  )

  observed("count a refused upgrade, by its status, and the reconnect", (watched, { sandbox }) =>
    Effect.gen(function* () {
      yield* sandbox.plant({ feed: "upgrade", status: 503 })
      yield* collect(Feed.messages("trade"))
      yield* isLive
      assert.deepStrictEqual(watched.values, {
        connections: 1,
        "dial.duration": 1,
        "dial.duration 503 Refused": 1,
        "reconnects Refused": 1,
        "queue.depth trade": 0
      })
      assert.deepStrictEqual(watched.outcomes, [
        ["status 503", "Refused", 503],
        ["success", undefined, undefined]
      ])
    })
  )

  observed("count an upgrade without a response", (watched, { sandbox }) =>
    Effect.gen(function* () {
      yield* sandbox.plant({ feed: "upgrade", reset: true })
      yield* collect(Feed.messages("trade"))
      yield* isLive
      assert.deepInclude(watched.values, { "dial.duration Unreachable": 1, "reconnects Unreachable": 1 })
      assert.deepStrictEqual(watched.outcomes[0], ["Unreachable", "Unreachable", undefined])
    })
  )

  observed(
    "count a signer that fails",
    (watched) =>
      Effect.gen(function* () {
        yield* collect(Feed.messages("trade"))
        yield* until(() => watched.values["reconnects Unreachable"] !== undefined)
        const { "dial.duration SigningError": dials, "reconnects Unreachable": reconnects } = watched.values
        assert.strictEqual(dials, reconnects! + 1)
      }),
    { signer: { keyId: "fails", kind: "ed25519", sign: () => Effect.die(new Error("secret")) } as never } // a dial uses only these fields
  )

  observed("count a WebSocket that cannot be made", (watched, { me, sandbox }) =>
    Effect.gen(function* () {
      const layer = Layer.provide(
        Feed.layer({ environment: sandbox.environment, signer: me.signer }),
        Layer.succeed(Socket.WebSocketConstructor, broken)
      )
      yield* collect(Stream.provide(Feed.messages("trade"), layer))
      yield* until(() => watched.values["reconnects Unreachable"] !== undefined)
      const { "dial.duration Unreachable": dials, "reconnects Unreachable": reconnects } = watched.values
      assert.strictEqual(dials, reconnects! + 1)
    })
  )

  observed("count a final refusal, and no reconnect", (watched, { sandbox }) =>
    Effect.gen(function* () {
      yield* sandbox.plant({ feed: "upgrade", status: 403 })
      const { fiber } = yield* collect(Feed.messages("trade"))
      yield* until(() => fiber.pollUnsafe() !== undefined)
      assert.deepStrictEqual(watched.values, { "dial.duration 403 Refused": 1, "queue.depth trade": 0 })
    })
  )

  observed("count a reset connection, by its close code, and the reconnect", (watched, { sandbox }) =>
    Effect.gen(function* () {
      yield* collect(Feed.messages("trade"))
      yield* isLive
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => watched.values["dial.duration"] === 2)
      assert.deepStrictEqual(watched.values, {
        connections: 1,
        "dial.duration": 2,
        "losses 1006 Closed": 1,
        "reconnects Closed": 1,
        "queue.depth trade": 0
      })
    })
  )

  observed("count the loss of a half-open connection, and the reconnect", (watched, { sandbox }) =>
    Effect.gen(function* () {
      yield* collect(Feed.messages("trade"))
      yield* isLive
      yield* sandbox.feed.drop({ how: "silence" })
      yield* until(() => watched.values["losses Unresponsive"] === 1)
      yield* until(() => watched.values["connections"] === 1)
      assert.deepInclude(watched.values, { "reconnects Unresponsive": 1, "dial.duration": 2 })
    })
  )

  observed("count the loss of a connection whose probe was refused, without a close code", (watched, { sandbox }) =>
    Effect.gen(function* () {
      yield* collect(Feed.messages("trade"))
      yield* isLive
      yield* sandbox.plant({ feed: "command", cmd: "list_subscriptions", error: 5, times: 1 })
      yield* until(() => watched.values["reconnects ProbeRefused"] === 1, 120_000)
      assert.deepInclude(watched.values, { "losses ProbeRefused": 1 })
    })
  )

  observed("do not count a dial after an idle time as a reconnect", (watched, { sandbox }) =>
    Effect.gen(function* () {
      yield* Effect.scoped(Effect.andThen(Feed.open("trade"), isLive))
      yield* sandbox.feed.drop({ how: "reset" })
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(watched.values, { connections: 0, "dial.duration": 1, "losses 1006 Closed": 1 })
      yield* collect(Feed.messages("trade"))
      yield* isLive
      assert.deepInclude(watched.values, { connections: 1, "dial.duration": 2 })
      assert.notProperty(watched.values, "reconnects Closed")
    })
  )

  observed("do not count a planned change of connections as a loss", (watched) =>
    Effect.gen(function* () {
      yield* collect(Feed.messages("trade"))
      yield* isLive
      yield* Feed.changeOver
      yield* until(() => watched.values["connections"] === 2)
      yield* until(() => watched.values["connections"] === 1)
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(watched.values, { connections: 1, "dial.duration": 2, "queue.depth trade": 0 })
    })
  )

  observed("count a gap", (watched, { place, sandbox }) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.subscribe("orderbook_delta", book))
      yield* until(() => events.length === 1)
      yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "skip" })
      yield* place()
      yield* place({ price: "0.41" })
      yield* until(() => events.length === 3)
      yield* TestClock.adjust("1 second")
      assert.deepInclude(watched.values, { "gaps missing orderbook_delta": 1, "messages orderbook_delta": 2 })
    })
  )

  observed("count messages that do not decode, and messages of an unknown type", (watched, { place, sandbox }) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.subscribe("orderbook_delta", book))
      yield* until(() => events.length === 1)
      for (const change of ["garble", "garble", "unknownType"] as const) {
        yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change })
        yield* place()
      }
      yield* until(() => events.filter(({ _tag }) => _tag === "Undecodable").length === 2)
      yield* until(() => events.some(({ _tag }) => _tag === "UnknownMessage"))
      yield* TestClock.adjust("1 second")
      assert.deepInclude(watched.values, {
        "decode_failures InvalidMessage": 2,
        "decode_failures UnknownMessage": 1,
        "messages orderbook_delta": 1
      })
    })
  )

  observed("count a message that is not part of its channel", (watched, { sandbox }) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.subscribe("communications"))
      yield* isLive
      const type = "cfbenchmarks_value_5hz_indexlist"
      yield* sandbox.feed.publish({ channel: "communications", type, msg: { index_ids: ["BRTI"] } })
      yield* until(() => events.length === 1)
      assert.deepInclude(events[0], { _tag: "Undecodable", pointer: "/type" })
      assert.deepInclude(watched.values, { "decode_failures InvalidMessage": 1 })
    })
  )

  observed("measure the time from sending to receipt in seconds", (watched, { sandbox, place }) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.messages("orderbook_delta", book))
      yield* until(() => events.length === 1)
      const delay = () => {
        const snapshot = watched.snapshots.find(({ id }) => id === `${prefix}delay`)
        return snapshot?.type === "Histogram" ? snapshot.state : assert.fail("there is no delay")
      }
      const { sum } = delay()
      // The exchange's clock is two seconds ahead, so the delay of the message counts as 0.
      yield* sandbox.moveClock(2_000)
      yield* place()
      yield* until(() => events.length === 2)
      assert.deepInclude({ ...delay() }, { count: 2, sum })
      yield* sandbox.moveClock(-3_500)
      yield* place()
      yield* until(() => events.length === 3)
      assert.strictEqual(delay().count, 3)
      assert.approximately(delay().sum - sum, 1.5, 0.1)
    })
  )

  observed("show the number of waiting events, and count the streams that fail with Lagging", (watched, { place }) =>
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { events } = yield* Feed.open("user_orders", {}, { bufferSize: 2 })
          const second = yield* Feed.open("user_orders")
          yield* isLive
          for (const price of ["0.10", "0.11"] as const) yield* place({ price })
          yield* TestClock.adjust(100)
          assert.strictEqual(watched.values["queue.depth user_orders"], 4, "two streams")
          assert.notProperty(watched.values, "lagging user_orders")
          yield* place({ price: "0.12" })
          yield* place({ price: "0.13" })
          yield* TestClock.adjust(100)
          assert.deepInclude(watched.values, { "lagging user_orders": 1, "queue.depth user_orders": 6 })
          yield* Effect.flip(Stream.runDrain(events))
          yield* Stream.runDrain(Stream.take(second.events, 4))
          assert.strictEqual(watched.values["queue.depth user_orders"], 0)
          yield* place({ price: "0.14" })
          yield* TestClock.adjust(100)
          assert.strictEqual(watched.values["queue.depth user_orders"], 1)
        })
      )
      assert.deepInclude(watched.values, { "queue.depth user_orders": 0, "lagging user_orders": 1 })
    })
  )

  observed("contain no header, no signature and no key, even after a refused signature", (watched, { me, sandbox }) =>
    Effect.gen(function* () {
      const signatures: Array<string> = []
      const signer: Signer.Signer["Service"] = {
        ...me.signer,
        sign: (text) => Effect.tap(me.signer.sign(text), (signature) => Effect.sync(() => signatures.push(signature)))
      }
      const layer = Feed.layer({ environment: sandbox.environment, signer, name: "maker" })
      yield* Effect.gen(function* () {
        yield* sandbox.plant({ feed: "upgrade", status: 503, body: `secret ${me.keyId}` })
        yield* collect(Feed.messages("orderbook_delta", book))
        yield* isLive
        yield* sandbox.moveClock(120_000)
        yield* sandbox.feed.drop({ how: "close", reason: "secret" })
        yield* TestClock.adjust("10 seconds")
      }).pipe(Effect.provide(layer), Effect.scoped)
      assert.isAtLeast(signatures.length, 3)
      assert.deepInclude(watched.outcomes, ["status 401", "Refused", 401])
      assert.isTrue(watched.spans.every(({ attributes }) => attributes.get("kalshi.client.name") === "maker"))
      const printed = printAll([
        watched.spans.map(({ attributes, events, links, status }) => ({ attributes, events, links, status })),
        watched.snapshots
      ])
      assert.include(printed, "maker")
      for (const secret of [me.keyId, me.keyId.slice(0, 8), "KALSHI", "secret", ticker, ...signatures]) {
        assert.notInclude(printed, secret)
      }
    })
  )

  const brokenTracers = {
    "when a span starts": Tracer.make({ span: broken }),
    "when a span ends": Tracer.make({
      span: (options) => Object.assign(new Tracer.NativeSpan(options), { attribute: broken, end: broken })
    })
  }
  for (const [when, tracer] of Object.entries(brokenTracers)) {
    it.effect(`do not disturb the feed if the registry throws, and the tracer throws ${when}`, () =>
      trading(({ me, place, sandbox }) =>
        Effect.gen(function* () {
          const layer = Feed.layer({ environment: sandbox.environment, signer: me.signer })
          const registry: Metric.MetricRegistry = Object.assign(new Map(), { get: broken, set: broken })
          const { events } = yield* collect(
            Feed.messages("orderbook_delta", book).pipe(
              Stream.provide(layer),
              Stream.provideService(Metric.MetricRegistry, registry),
              Stream.provideService(Tracer.Tracer, tracer)
            )
          )
          yield* until(() => events.length === 1)
          yield* place()
          yield* until(() => events.length === 2)
        })
      ).pipe(Effect.provide(layerTest()))
    )
  }

  observed("have the names, kinds, units and attributes of the documentation", (watched, { place, sandbox }) =>
    Effect.gen(function* () {
      yield* sandbox.plant({ feed: "upgrade", status: 503 })
      yield* collect(Feed.subscribe("orderbook_delta", book))
      yield* isLive
      yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "skip" })
      yield* place()
      yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "garble" })
      yield* place()
      yield* place()
      yield* until(() => watched.values["gaps missing orderbook_delta"] === 1)
      yield* Feed.open("orderbook_delta", book, { bufferSize: 1 })
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => watched.values["dial.duration"] === 2)
      yield* TestClock.adjust("1 second")

      const seen = new Set<string>()
      for (const { attributes = {}, description, id: name, type } of watched.snapshots) {
        seen.add(name)
        const instrument = Feed.instruments.find(({ name: other }) => other === name)
        if (instrument === undefined) return assert.fail(name)
        const { unit, ...rest } = attributes
        assert.deepStrictEqual(
          { kind: type.toLowerCase(), unit, description },
          { kind: instrument.kind, unit: instrument.unit, description: instrument.description }
        )
        assert.includeMembers([...instrument.attributes], Object.keys(rest))
      }
      assert.sameMembers(
        [...seen],
        Feed.instruments.map(({ name }) => name)
      )

      const source = readFileSync(new URL("../../../client/src/feed/telemetry.ts", import.meta.url), "utf8")
      const rows = [...source.matchAll(/^ \* \| `([\w.]+)` +\| (\w+) +\| `([^`]+)` +\|[^|]*\| (.*) \|$/gm)]
      assert.deepStrictEqual(
        rows.map(([, name, kind, unit]) => ({ name, kind, unit })),
        Feed.instruments.map(({ kind, name, unit }) => ({ name, kind, unit }))
      )
      for (const [, name, , , attributes] of rows) {
        const instrument = Feed.instruments.find(({ name: other }) => other === name)!
        const named = [...attributes!.matchAll(/`((?:http|server|error|kalshi)[.]\w[.\w]*)`/g)].map(([, one]) => one!)
        assert.sameMembers(named, [...instrument.attributes], name)
      }
    })
  )
})
