import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import { deflateRawSync } from "node:zlib"
import { type Credentials, layer, Sandbox } from "../../src/Sandbox.ts"
import { feedPath, frame, type Key, RawFeed, upgradeHead } from "../support/rawFeed.ts"
import { send } from "../support/wire.ts"

const ticker = "KXHOSTILE-26-YES"

type Needs = Sandbox | HttpClient.HttpClient

const served = <E>(test: (key: Key) => Effect.Effect<void, E, Needs | Scope.Scope>) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    yield* sandbox.createMarket({ ticker })
    yield* test(keyOf(yield* sandbox.createAccount()))
  }).pipe(Effect.scoped, Effect.provide([layer(), NodeHttpClient.layerUndici]))

const keyOf = ({ keyId, signer }: Credentials): Key => ({
  keyId,
  sign: (text) => Effect.runSync(signer.sign(text))
})

const portOf = Effect.map(Sandbox, ({ url }) => Number(new URL(url).port))

/** Connects without a handshake. The connection closes with the scope. */
const connect = Effect.flatMap(portOf, (port) =>
  Effect.acquireRelease(
    Effect.promise(() => RawFeed.connect(port)),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )
)

const open = (key: Key, headers?: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const feed = yield* connect
    assert.strictEqual(yield* Effect.promise(() => feed.handshake(upgradeHead(key, headers))), "101")
    return feed
  })

const list = { id: 9_999, cmd: "list_subscriptions" }

/** Sends `list` and waits for its reply. Ignores earlier replies. */
const answers = (feed: RawFeed) =>
  Effect.gen(function* () {
    feed.command(list)
    for (;;) {
      const text = yield* Effect.promise(() => feed.next())
      assert.isDefined(text, `the connection ended with ${feed.closeCode}`)
      if ((JSON.parse(text) as { readonly id?: unknown }).id === list.id) return // a text message is a JSON object
    }
  })

const stillServes = (key: Key) =>
  Effect.gen(function* () {
    assert.strictEqual((yield* send({ method: "GET", path: "/exchange/status" })).status, 200)
    yield* Effect.scoped(Effect.flatMap(open(key), answers))
  })

const closeCodeAfter = (key: Key, ...bytes: ReadonlyArray<Buffer>) =>
  Effect.gen(function* () {
    const feed = yield* open(key)
    feed.send(...bytes)
    return yield* Effect.promise(() => feed.ended())
  })

const subscribe = (params: object) => ({
  id: 1,
  cmd: "subscribe",
  params: { channels: ["orderbook_delta"], ...params }
})

describe("the feed over sockets, under hostile clients", () => {
  it.live("closes a connection after an invalid, binary or huge frame", () =>
    served((key) =>
      Effect.gen(function* () {
        const invalid = Buffer.from([0x7b, 0xff, 0xfe, 0x7d])
        const cases: ReadonlyArray<readonly [number, string, ReadonlyArray<Buffer>]> = [
          [1007, "invalid UTF-8", [frame(invalid)]],
          [1007, "UTF-8 that is cut off", [frame(Buffer.from('{"a":"€"}').subarray(0, 7))]],
          [1002, "a frame without a mask", [frame("{}", { masked: false })]],
          [1002, "a reserved bit", [frame("{}", { reserved: 1 })]],
          [1002, "a compressed frame without the extension", [frame("{}", { reserved: 4 })]],
          [1002, "an unknown opcode", [frame("{}", { opcode: 3 })]],
          [1002, "an unknown control opcode", [frame("", { opcode: 11 })]],
          [1002, "a continuation without a first fragment", [frame("{}", { opcode: 0 })]],
          [1002, "a message within a message", [frame("{", { fin: false }), frame("{}")]],
          [1002, "a ping in fragments", [frame("a", { opcode: 9, fin: false })]],
          [1002, "a ping of 126 bytes", [frame(Buffer.alloc(126), { opcode: 9 })]],
          [1002, "a close frame of one byte", [frame("a", { opcode: 8 })]],
          [1002, "a close frame with an unused code", [frame(Buffer.from([0x03, 0xec]), { opcode: 8 })]],
          [1007, "a close frame with invalid UTF-8", [frame(Buffer.from([0x03, 0xe8, 0xff]), { opcode: 8 })]],
          [1003, "a binary message", [frame(JSON.stringify(list), { opcode: 2 })]],
          [1009, "a frame of a terabyte", [frame("{}", { length: 2 ** 40 })]]
        ]
        for (const [code, name, bytes] of cases) {
          assert.strictEqual(yield* closeCodeAfter(key, ...bytes), code, name)
        }
        yield* stillServes(key)
      })
    )
  )

  it.live("accepts a message in fragments, with pings between them", () =>
    served((key) =>
      Effect.gen(function* () {
        const feed = yield* open(key)
        const bytes = Buffer.from(JSON.stringify(list))
        for (let at = 0; at < bytes.length; at++) {
          const fin = at === bytes.length - 1
          feed.send(frame(bytes.subarray(at, at + 1), { opcode: at === 0 ? 1 : 0, fin }), frame(`${at}`, { opcode: 9 }))
        }
        assert.include(yield* Effect.promise(() => feed.next()), `"id":${list.id}`)
        yield* answers(feed)
        assert.strictEqual(feed.pongs.length, bytes.length)
      })
    )
  )

  it.live("accepts a frame that arrives byte by byte", () =>
    served((key) =>
      Effect.gen(function* () {
        const feed = yield* open(key)
        for (const byte of frame(JSON.stringify(list))) {
          feed.send(Buffer.of(byte))
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
        assert.include(yield* Effect.promise(() => feed.next()), `"id":${list.id}`)
      })
    )
  )

  it.live("closes a connection whose message never ends", () =>
    served((key) =>
      Effect.gen(function* () {
        const feed = yield* open(key)
        const mebibyte = Buffer.alloc(1024 * 1024, 0x20)
        feed.send(frame("", { fin: false }))
        for (let sent = 0; sent < 200 && !feed.isEnded && feed.closeCode === undefined; sent++) {
          feed.send(frame(mebibyte, { opcode: 0, fin: false }))
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
        assert.strictEqual(yield* Effect.promise(() => feed.ended()), 1009)
        yield* stillServes(key)
      })
    )
  )

  it.live("continues to serve after 200,000 empty fragments", () =>
    served((key) =>
      Effect.gen(function* () {
        const feed = yield* open(key)
        const empty = frame("", { opcode: 0, fin: false })
        feed.send(frame("", { fin: false }), Buffer.concat(Array.from({ length: 200_000 }, () => empty)))
        yield* stillServes(key)
      })
    )
  )

  it.live("does not inflate a small frame into a huge message", () =>
    served((key) =>
      Effect.gen(function* () {
        const feed = yield* open(key, { "sec-websocket-extensions": "permessage-deflate" })
        const bomb = deflateRawSync(Buffer.alloc(100 * 1024 * 1024, 0x20), { level: 1 })
        feed.send(frame(bomb, { reserved: 4 }))
        assert.strictEqual(yield* Effect.promise(() => feed.ended()), 1009)
        const broken = yield* open(key, { "sec-websocket-extensions": "permessage-deflate" })
        broken.send(frame(Buffer.alloc(100, 0xff), { reserved: 4 }))
        yield* Effect.promise(() => broken.ended())
        yield* stillServes(key)
      })
    )
  )

  it.live("replies to each malformed command, and keeps the connection open", () =>
    served((key) =>
      Effect.gen(function* () {
        const feed = yield* open(key)
        const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth)
        const malformed = [
          "",
          "{",
          "nul",
          "null",
          "[]",
          "1",
          '"text"',
          "{}",
          "\u0000",
          "\ufeff{}",
          deep(100_000),
          '{"a":'.repeat(100_000),
          `{"id":1,"cmd":"subscribe","params":${deep(100_000)}}`,
          `{"id":1,"cmd":"subscribe","params":{"channels":${deep(10_000)}}}`,
          `{"id":1,"cmd":${deep(1_000)},"params":{}}`,
          '{"id":1,"cmd":"__proto__","params":{}}',
          '{"id":1,"cmd":"constructor"}',
          '{"id":1,"cmd":"subscribe","params":{"channels":["__proto__"]}}',
          '{"id":1,"cmd":"subscribe","params":{"channels":["toString","constructor"]}}',
          '{"__proto__":{"cmd":"list_subscriptions"}}',
          `{"id":1,"cmd":"${"x".repeat(100_000)}"}`,
          ...["1.5", '"1"', "-1", "null", "true", "[]", "{}", "1e400", "9007199254740993"].map(
            (id) => `{"id":${id},"cmd":"unknown"}`
          ),
          ...["1.5", '"1"', "-1", "0", "null", "[[1]]", "{}", "99999", "[99999]"].map(
            (sids) => `{"id":1,"cmd":"unsubscribe","params":{"sids":${sids}}}`
          ),
          ...['"a"', "[1]", "[null]", "{}", "1", '[["a"]]'].map(
            (tickers) =>
              `{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],"market_tickers":${tickers}}}`
          )
        ]
        for (const text of malformed) {
          feed.send(frame(text))
          const reply = yield* Effect.promise(() => feed.next())
          assert.match(String(reply), /"type":"(?:error|unsubscribed)"/, text.slice(0, 80))
        }
        yield* answers(feed)
      })
    )
  )

  it.live("reads the last value of a duplicate key, as JSON.parse does", () =>
    served((key) =>
      Effect.gen(function* () {
        const feed = yield* open(key)
        feed.send(frame('{"id":1,"cmd":"subscribe","id":2,"cmd":"list_subscriptions","params":1,"params":{}}'))
        const reply = String(yield* Effect.promise(() => feed.next()))
        assert.include(reply, '"id":2')
        assert.include(reply, '"type":"ok"')
      })
    )
  )

  it.live("continues to reply after commands with huge lists", () =>
    served((key) =>
      Effect.gen(function* () {
        const feed = yield* open(key)
        const many = Array.from({ length: 100_000 }, (_, n) => `KXNONE-26-${n}`)
        feed.command(subscribe({ market_tickers: many }))
        feed.command(subscribe({ market_tickers: Array.from({ length: 100_000 }, () => ticker) }))
        feed.command(subscribe({ channels: Array.from({ length: 100_000 }, () => "nothing") }))
        feed.command({ id: 2, cmd: "unsubscribe", params: { sids: Array.from({ length: 10_000 }, (_, n) => n + 1) } })
        yield* answers(feed)
        yield* stillServes(key)
      })
    )
  )

  it.live("serves other connections during a flood of 100,000 commands", () =>
    served((key) =>
      Effect.gen(function* () {
        const feed = yield* open(key)
        const command = frame(JSON.stringify({ id: 1, cmd: "list_subscriptions" }))
        feed.send(Buffer.concat(Array.from({ length: 100_000 }, () => command)))
        yield* stillServes(key)
        yield* Effect.promise(() => feed.next())
        const silent = yield* open(key)
        silent.socket.pause()
        silent.send(Buffer.concat(Array.from({ length: 100_000 }, () => command)))
        yield* stillServes(key)
      })
    )
  )

  it.live("serves other connections during a flood of 100,000 pings", () =>
    served((key) =>
      Effect.gen(function* () {
        const feed = yield* open(key)
        const ping = frame(Buffer.alloc(125, 0x61), { opcode: 9 })
        feed.send(Buffer.concat(Array.from({ length: 100_000 }, () => ping)))
        yield* stillServes(key)
      })
    )
  )

  it.live("serves 1,000 connections, and a new connection after they are all dropped", () =>
    served((key) =>
      Effect.gen(function* () {
        const feeds = yield* Effect.forEach(Array.from({ length: 1_000 }), () => open(key), { concurrency: 100 })
        yield* Effect.forEach(feeds, answers, { concurrency: "unbounded", discard: true })
        for (const [n, { socket }] of feeds.entries()) {
          if (n % 2 === 0) socket.resetAndDestroy()
          else socket.destroy()
        }
        yield* stillServes(key)
      })
    )
  )

  it.live("serves other connections while handshakes, closes and frames are incomplete", () =>
    served((key) =>
      Effect.gen(function* () {
        for (let n = 0; n < 100; n++) {
          const stalled = yield* connect
          stalled.send(upgradeHead(key).slice(0, n % 2 === 0 ? -2 : 40))
          const halfClosed = yield* open(key)
          halfClosed.socket.end()
          const closing = yield* open(key)
          closing.send(frame(Buffer.from([0x03, 0xe8]), { opcode: 8 }))
          closing.socket.pause()
          const cut = yield* open(key)
          cut.send(frame(JSON.stringify(list)).subarray(0, 10))
        }
        yield* stillServes(key)
      })
    )
  )

  it.live("refuses invalid handshakes, but accepts a slow handshake and an early frame", () =>
    served((key) =>
      Effect.gen(function* () {
        const heads = {
          "no key": upgradeHead(key, { "sec-websocket-key": undefined }),
          "a short key": upgradeHead(key, { "sec-websocket-key": "AAAA" }),
          "an old version": upgradeHead(key, { "sec-websocket-version": "7" }),
          "another protocol": upgradeHead(key, { upgrade: "h2c" }),
          "another method": upgradeHead(key).replace("GET", "POST"),
          "no signature": upgradeHead(undefined),
          "another path": upgradeHead(key).replace(feedPath, "/trade-api/v2/markets"),
          "the operator's path": upgradeHead(key).replace(feedPath, "/sandbox/accounts"),
          "a path with dots": upgradeHead(key).replace(feedPath, `/x/..${feedPath}`),
          "an invalid extension": upgradeHead(key, { "sec-websocket-extensions": "permessage-deflate; a=\u0000" })
        }
        for (const [name, head] of Object.entries(heads)) {
          const feed = yield* connect
          assert.match(yield* Effect.promise(() => feed.handshake(head)), /^4\d\d$/, name)
        }
        const slow = yield* connect
        for (const part of upgradeHead(key).match(/[\s\S]{1,20}/g) ?? []) {
          slow.send(part)
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
        assert.strictEqual(yield* Effect.promise(() => slow.status()), "101")
        yield* answers(slow)
        const eager = yield* connect
        eager.send(upgradeHead(key), frame(JSON.stringify(list)))
        assert.include(yield* Effect.promise(() => eager.next()), `"id":${list.id}`)
        yield* stillServes(key)
      })
    )
  )
})
