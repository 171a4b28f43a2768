import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import type { Snapshot } from "../../src/exchange/Exchange.ts"
import type { Line } from "../../src/feed/line.ts"
import { gateFeed, holdResponse, refuseIfFailed } from "../../src/persistence/gate.ts"
import { type BodyStream, toWire } from "../../src/rest/handler.ts"
import { layer, type Operator, type Options, Sandbox } from "../../src/Sandbox.ts"
import { listen } from "../../src/serving/httpServer.ts"
import { makeFakeFeed } from "../support/fakeFeed.ts"
import { makeJournaled, never, stepTo, turn } from "../support/journaled.ts"
import { send } from "../support/wire.ts"

const folder = mkdtempSync(join(tmpdir(), "kalshi-state-"))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const newFile = (): string => join(folder, `${++files}.jsonl`)

const ticker = "KXSTATE-26-YES"
const initial = { markets: [{ ticker }], accounts: [{ name: "one" }, { name: "other" }] } as const

const serving = <A, E>(
  file: string,
  use: (operator: Operator) => Effect.Effect<A, E, Sandbox | HttpClient.HttpClient>,
  options: Options = {}
) =>
  Effect.flatMap(Sandbox, use).pipe(
    Effect.provide([layer({ ...initial, state: { file }, ...options }), NodeHttpClient.layerUndici])
  )

const refusal = (file: string, options?: Options) =>
  Effect.map(Effect.flip(serving(file, () => Effect.void, options)), (error) =>
    String("reason" in error && error.reason)
  )

const order = (change: object = {}) => ({
  ticker,
  side: "bid",
  count: "5",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  ...change
})

const nowMillis = ({ view }: Operator): number => Effect.runSync(view).nowMillis

describe("Sandbox.layer with a state file", () => {
  it.live("continues after a restart, with the keys of its accounts", () =>
    Effect.gen(function* () {
      const file = newFile()
      const place = (by: Operator["credentials"][number], change = {}) =>
        send({ method: "POST", path: "/portfolio/events/orders", by, json: order(change) })
      const before = yield* serving(file, (operator) =>
        Effect.gen(function* () {
          const [one, other] = operator.credentials
          assert.strictEqual((yield* place(one!)).status, 201)
          assert.strictEqual((yield* place(other!, { side: "ask", count: "2" })).status, 201)
          const extra = yield* operator.createAccount({ name: "third", dollars: "5" })
          const read = ["/portfolio/balance", "/portfolio/orders", "/portfolio/fills"]
          const bodies = yield* Effect.forEach(read, (path) => send({ method: "GET", path, by: one! }))
          return { one: one!, extra, read, bodies: bodies.map(({ body }) => body) }
        })
      )
      yield* serving(file, (operator) =>
        Effect.gen(function* () {
          const [one] = operator.credentials
          const privateKeys = [before.one, one!].map(({ privateKey }) => Redacted.value(privateKey))
          assert.strictEqual(privateKeys[1], privateKeys[0])
          assert.strictEqual(one?.keyId, before.one.keyId)
          const bodies = yield* Effect.forEach(before.read, (path) => send({ method: "GET", path, by: before.one }))
          const [balance, ...lists] = bodies.map(({ body }) => body as { readonly balance?: number })
          assert.deepStrictEqual(lists, before.bodies.slice(1))
          assert.strictEqual(balance?.balance, (before.bodies[0] as { readonly balance: number }).balance)
          assert.strictEqual((yield* send({ method: "GET", path: "/portfolio/balance", by: before.extra })).status, 200)
          assert.deepStrictEqual(
            (yield* operator.accounts).map(({ name }) => name),
            ["one", "other", "third"]
          )
        })
      )
    })
  )

  it.live("continues after a reset and after a restored snapshot", () =>
    Effect.gen(function* () {
      const file = newFile()
      const names = ({ accounts }: Operator) => Effect.map(accounts, (list) => list.map(({ name }) => name))
      const snapshot = yield* serving(file, (operator) =>
        Effect.gen(function* () {
          yield* operator.createAccount({ name: "third" })
          const snapshot = yield* operator.snapshot
          yield* operator.reset
          yield* operator.createAccount({ name: "fourth" })
          return snapshot
        })
      )
      yield* serving(file, (operator) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* names(operator), ["one", "other", "fourth"])
          yield* operator.restore(snapshot)
        })
      )
      yield* serving(file, (operator) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* names(operator), ["one", "other", "third"])
          // The keys of the initial accounts stay the same.
          yield* operator.reset
          const [one] = operator.credentials
          assert.strictEqual((yield* send({ method: "GET", path: "/portfolio/balance", by: one! })).status, 200)
        })
      )
    })
  )

  it.live("continues a frozen clock at its last time, and a real clock with its offset", () =>
    Effect.gen(function* () {
      const file = newFile()
      const frozen: Options = { clock: "frozen" }
      const begun = yield* serving(
        file,
        (operator) => Effect.as(Effect.andThen(operator.moveClock(60_000), operator.moveClock(5)), nowMillis(operator)),
        frozen
      )
      yield* serving(
        file,
        (operator) =>
          Effect.sync(() => {
            assert.strictEqual(nowMillis(operator), begun + 60_005)
          }),
        frozen
      )
      const moved = yield* serving(file, (operator) => Effect.as(operator.moveClock(3_600_000), nowMillis(operator)))
      yield* serving(file, (operator) =>
        Effect.sync(() => {
          assert.isAtLeast(nowMillis(operator), moved + 3_600_000)
          assert.isBelow(nowMillis(operator), moved + 3_600_000 + 60_000)
        })
      )
      // If the clock is now frozen, it stops at the last recorded time. Time never goes back.
      yield* serving(
        file,
        (operator) =>
          Effect.sync(() => {
            assert.isAtLeast(nowMillis(operator), moved)
          }),
        frozen
      )
    })
  )

  it.live("keeps the effect of a timer that fired before the clock was moved back", () =>
    Effect.gen(function* () {
      const file = newFile()
      const state = (operator: Operator) =>
        Effect.map(operator.view, (view) => Result.getOrThrow(view.market("KXSOON-26-YES")).closeMillis)
      const closed = yield* serving(file, (operator) =>
        Effect.gen(function* () {
          const now = nowMillis(operator)
          yield* operator.createMarket({ ticker: "KXSOON-26-YES", closeMillis: now + 60_000 })
          yield* operator.moveClock(120_000)
          assert.strictEqual(Result.getOrThrow((yield* operator.view).market("KXSOON-26-YES")).status, "closed")
          yield* operator.moveClock(-120_000)
          return yield* state(operator)
        })
      )
      yield* serving(file, (operator) =>
        Effect.gen(function* () {
          assert.strictEqual(Result.getOrThrow((yield* operator.view).market("KXSOON-26-YES")).status, "closed")
          assert.strictEqual(yield* state(operator), closed)
        })
      )
    })
  )

  it.live("keeps simulated traders' orders from before a clock move, with their times", () =>
    Effect.gen(function* () {
      const file = newFile()
      const orders = ({ dump }: Operator) =>
        Effect.map(dump, (dumped) => {
          const { accounts } = dumped as Snapshot // the test reads only `accounts`
          const all = accounts.flatMap((account) => account.orders)
          return new Map(all.map(({ createdMillis, orderId }) => [orderId, createdMillis]))
        })
      const crowd = { traders: 10, pace: 1_000 }
      const before = yield* serving(
        file,
        (operator) =>
          Effect.gen(function* () {
            yield* operator.view
            yield* Effect.sleep("100 millis")
            yield* operator.moveClock(1_000)
            return yield* orders(operator)
          }),
        { crowd }
      )
      assert.isAbove(before.size, 100)
      const after = yield* serving(file, orders)
      assert.deepStrictEqual(new Map([...before.keys()].map((orderId) => [orderId, after.get(orderId)])), before)
    })
  )

  it.live("refuses numbers that JSON does not have, and restarts with the same state", () =>
    Effect.gen(function* () {
      const file = newFile()
      const state = (operator: Operator) =>
        Effect.map(operator.view, (view) => [view.tickers(), Result.getOrThrow(view.market(ticker)).closeMillis])
      const before = yield* serving(file, (operator) =>
        Effect.gen(function* () {
          const { closeMarket, createCollection, createMarket } = operator
          yield* closeMarket(ticker, nowMillis(operator) + 600_000)
          for (const change of [
            createMarket({ ticker: "KXSTATE-26-OTHER", closeMillis: NaN }),
            closeMarket(ticker, NaN),
            closeMarket(ticker, -Infinity),
            createCollection({
              collectionTicker: "KXMVE-R",
              associatedEvents: [{ eventTicker: "KXA-1", sizeMin: NaN }]
            })
          ]) {
            assert.include((yield* Effect.flip(change)).reason, "a number is NaN or infinite")
          }
          return yield* state(operator)
        })
      )
      assert.deepStrictEqual(yield* serving(file, state), before)
    })
  )

  it.live("creates the markets that the options have and the file lacks", () =>
    Effect.gen(function* () {
      const file = newFile()
      const tickers = ({ view }: Operator) => Effect.map(view, (all) => all.tickers())
      yield* serving(file, tickers)
      const markets = [{ ticker }, { ticker: "KXNEW-26-YES" }]
      assert.deepStrictEqual(yield* serving(file, tickers, { markets }), [ticker, "KXNEW-26-YES"])
      assert.deepStrictEqual(yield* serving(file, tickers), [ticker, "KXNEW-26-YES"])
    })
  )

  it.live("keeps private keys only in their own file, which only the owner can read", () =>
    Effect.gen(function* () {
      const file = newFile()
      yield* serving(file, (operator) =>
        Effect.gen(function* () {
          yield* operator.createAccount({ name: "third" })
          // The operator's effects wait for the disk, too.
          assert.include(readFileSync(file, "utf8"), '"third"')
        })
      )
      assert.notInclude(readFileSync(file, "utf8"), "PRIVATE")
      assert.strictEqual(readFileSync(`${file}.keys`, "utf8").split("BEGIN PRIVATE KEY").length, 3)
      for (const path of [file, `${file}.keys`]) assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      rmSync(`${file}.keys`)
      assert.match(yield* refusal(file), /\.keys does not have the private keys of the initial accounts/)
    })
  )

  it.live("does not write through a link that another user put in place of its temporary file", () =>
    Effect.gen(function* () {
      const file = newFile()
      const other = join(folder, "other.txt")
      writeFileSync(other, "other")
      symlinkSync(other, `${file}.tmp`)
      symlinkSync(other, `${file}.keys.tmp`)
      yield* serving(file, ({ createAccount }) => createAccount())
      assert.strictEqual(readFileSync(other, "utf8"), "other")
      assert.isFalse(lstatSync(file).isSymbolicLink())
      yield* serving(file, () => Effect.void)
    })
  )

  it.live("refuses initial accounts that differ from those in the file", () =>
    Effect.gen(function* () {
      const file = newFile()
      yield* serving(file, () => Effect.void)
      assert.match(
        yield* refusal(file, { accounts: [] }),
        /has the initial accounts one \(ed25519\), other \(ed25519\), not none/
      )
      const rsa = initial.accounts.map((account) => ({ ...account, kind: "rsa" as const }))
      assert.match(
        yield* refusal(file, { accounts: rsa }),
        /not one \(rsa\), other \(rsa\)\. Start with the accounts and key kinds of the file/
      )
    })
  )

  it.live("reports an interrupted write once, and continues after it", () =>
    Effect.gen(function* () {
      const file = newFile()
      yield* serving(file, (operator) => operator.createAccount({ name: "third" }))
      writeFileSync(file, '["0000', { flag: "a" })
      const printed: Array<string> = []
      const { error } = console
      console.error = (line: string) => void printed.push(line)
      const names = yield* Effect.gen(function* () {
        yield* serving(file, (operator) => operator.createAccount({ name: "fourth" }))
        return yield* serving(file, ({ accounts }) => Effect.map(accounts, (list) => list.map(({ name }) => name)))
      }).pipe(Effect.ensuring(Effect.sync(() => (console.error = error))))
      assert.deepStrictEqual(names, ["one", "other", "third", "fourth"])
      assert.strictEqual(printed.length, 1)
      assert.match(printed[0] ?? "", /^kalshi-sandbox: the last write to the state file .* ignored 6 bytes/)
    })
  )
})

describe("the lock of a state file", () => {
  it.live("refuses a second exchange, and is removed when the first exchange ends", () =>
    Effect.gen(function* () {
      const file = newFile()
      yield* serving(file, () =>
        Effect.gen(function* () {
          assert.match(
            yield* refusal(file),
            new RegExp(
              `is in use by process ${process.pid} on ${hostname()}\\. Stop that process, or name another file`
            )
          )
        })
      )
      assert.isFalse(existsSync(`${file}.lock`))
      yield* serving(file, () => Effect.void)
    })
  )

  it.live("is taken over if its process no longer runs", () =>
    Effect.gen(function* () {
      const file = newFile()
      yield* serving(file, () => Effect.void)
      const child = spawn(process.execPath, ["-e", ""])
      yield* Effect.promise(() => once(child, "exit"))
      const owner = { host: hostname(), pid: child.pid, started: "", id: "x" }
      const otherStart = { ...owner, pid: process.pid, started: "another boot 1" }
      const stale = process.platform === "linux" ? [owner, otherStart] : [owner]
      for (const text of [...stale.map((found) => JSON.stringify(found)), '{"host"']) {
        writeFileSync(`${file}.lock`, text)
        yield* serving(file, () => Effect.void)
      }
      writeFileSync(`${file}.lock`, JSON.stringify({ ...owner, host: "elsewhere" }))
      assert.match(yield* refusal(file), /on elsewhere\. .* If that process no longer runs, remove .*\.lock/)
    })
  )
})

const ok = toWire({ status: 200, body: { done: true } }, 0)

describe("responses and frames", () => {
  it.live("are sent only after the changes before them are on the disk", () =>
    Effect.gen(function* () {
      const world = yield* Effect.promise(() => makeJournaled(never))
      const { disk, journal } = world
      let finish = (): void => {}
      disk.gate = new Promise<void>((resolve) => (finish = resolve))
      const feed = makeFakeFeed()
      const frames: Array<string> = []
      const line: Line = {
        send: (text) => frames.push(text),
        bufferedBytes: () => 0,
        ping: () => frames.push("ping"),
        close: (code) => frames.push(`close ${code}`),
        drop: () => {}
      }
      const decision = gateFeed(feed, journal).upgrade({
        method: "GET",
        path: "/",
        headers: {},
        body: new Uint8Array()
      })
      if (decision._tag === "Accepted") decision.open(line)
      const gated = feed.connections[0]!.line
      gated.send("before")
      const port = yield* listen(
        () => {
          stepTo(world, world.states.length)
          gated.send("of the command")
          return ok
        },
        "127.0.0.1",
        0,
        { hold: holdResponse(journal) }
      )
      let answered = 0
      const request = HttpClientRequest.get(`http://127.0.0.1:${port}/`)
      const client = yield* HttpClient.HttpClient
      const counted = Effect.tap(client.execute(request), () => Effect.sync(() => answered++))
      const all = yield* Effect.forkChild(Effect.forEach([1, 2, 3], () => counted, { concurrency: 3 }))
      while (world.states.length < 4) yield* Effect.promise(turn)
      yield* Effect.sleep("50 millis")
      assert.strictEqual(answered, 0)
      assert.deepStrictEqual(frames, ["before"])
      assert.strictEqual(gated.bufferedBytes(), 3 * "of the command".length)
      gated.close(1000, "")
      assert.deepStrictEqual(frames, ["before"])
      finish()
      yield* Fiber.join(all)
      assert.strictEqual(answered, 3)
      assert.deepStrictEqual(frames, ["before", ...Array.from({ length: 3 }, () => "of the command"), "close 1000"])
      assert.strictEqual(feed.connections[0]?.drains, 1)
    }).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live("of a stream also wait for the disk, and the stream ends when the disk is full", () =>
    Effect.promise(async () => {
      const world = await makeJournaled(never)
      const { disk, journal } = world
      const written: Array<string> = []
      let write = (_text: string): void => {}
      const stream = (body: BodyStream) => {
        write = body.write
        return () => {}
      }
      const body = {
        write: (text: string) => written.push(text),
        isBehind: () => false,
        drop: () => written.push("end")
      }
      holdResponse(journal)({ ...ok, stream }, (response) => response.stream?.(body))
      write("before")
      stepTo(world, 1)
      write("after")
      assert.deepStrictEqual(written, ["before"])
      await journal.close()
      assert.deepStrictEqual(written, ["before", "after"])
      disk.failing.add("append")
      stepTo(world, 2)
      write("lost")
      await journal.close()
      assert.deepStrictEqual(written, ["before", "after", "end"])
    })
  )

  it.live("are replaced by a 503 response with the reason when the disk is full", () =>
    Effect.gen(function* () {
      const world = yield* Effect.promise(() => makeJournaled(never))
      const { disk, journal } = world
      const port = yield* listen(
        () => {
          const refused = refuseIfFailed(journal)
          if (refused === undefined) stepTo(world, world.states.length)
          return refused ?? ok
        },
        "127.0.0.1",
        0,
        { hold: holdResponse(journal) }
      )
      const client = yield* HttpClient.HttpClient
      const get = Effect.gen(function* () {
        const response = yield* client.execute(HttpClientRequest.get(`http://127.0.0.1:${port}/`))
        return { status: response.status, text: yield* response.text }
      })
      assert.strictEqual((yield* get).status, 200)
      disk.failing.add("append")
      for (let times = 0; times < 2; times++) {
        const { status, text } = yield* get
        assert.strictEqual(status, 503)
        assert.match(
          text,
          /"code":"service_unavailable".*cannot write the state file .*ENOSPC: no space left on device/
        )
      }
      const executed = world.states.length
      yield* get
      assert.strictEqual(world.states.length, executed)
      const decision = gateFeed(makeFakeFeed(), journal).upgrade({
        method: "GET",
        path: "/",
        headers: {},
        body: new Uint8Array()
      })
      assert.strictEqual(decision._tag === "Refused" && decision.response.status, 503)
    }).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))
  )
})
