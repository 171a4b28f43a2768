/** Calls of the client against scripted replies on virtual time, and the tests that operations share. */
import { readdirSync, readFileSync } from "node:fs"
import { inspect } from "node:util"
import { assert, it } from "@effect/vitest"
import { Cause, Clock, Effect, Exit, Fiber, Result, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { KalshiPublic, KalshiRead, KalshiWrite } from "../../src/Capability.ts"
import type * as Kalshi from "../../src/Kalshi.ts"
import { Machine } from "./datedExchange.ts"
import { layer, type Reply, Script, type Sent } from "./scripted.ts"

export type Capabilities = KalshiPublic | KalshiRead | KalshiWrite

type AnyCall = Effect.Effect<unknown, unknown, Capabilities>

export interface Setting extends Partial<Kalshi.Options> {
  /** The time at the start, in Unix milliseconds. Default: 0. */
  readonly atMillis?: number
  /** With `clockSteps`: how far the wall clock is ahead of the virtual clock at the start. Default: 0. */
  readonly aheadMillis?: number
  /**
   * Changes of the wall clock. `afterMillis` counts from the previous change. `aheadMillis` is the new distance from
   * the virtual clock.
   */
  readonly clockSteps?: ReadonlyArray<readonly [afterMillis: number, aheadMillis: number]>
  /** Interrupts the call after this time. Default: never. */
  readonly interruptAfterMillis?: number
}

/** Returns the method and the path. The path starts below the API's root, and has no query. */
export const pathOf = ({ method, target }: Sent): string =>
  `${method} ${target.replace("/trade-api/v2", "").replace(/\?.*/, "")}`

export const queryOf = ({ target }: Sent): URLSearchParams => new URLSearchParams(target.split("?")[1])

export class Played<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly sent: ReadonlyArray<Sent>
  readonly endedMillis: number

  constructor(exit: Exit.Exit<A, E>, sent: ReadonlyArray<Sent>, endedMillis: number) {
    this.exit = exit
    this.sent = sent
    this.endedMillis = endedMillis
  }

  get paths(): ReadonlyArray<string> {
    return this.sent.map(pathOf)
  }

  /** Fails the test if the call failed. */
  get value(): A {
    return Exit.isSuccess(this.exit) ? this.exit.value : assert.fail(Cause.pretty(this.exit.cause))
  }

  /** Fails the test if there is no typed error. */
  get error(): E {
    if (Exit.isSuccess(this.exit)) return assert.fail(`the call succeeded: ${inspect(this.exit.value)}`)
    const error = Cause.findError(this.exit.cause)
    return Result.isSuccess(error) ? error.success : assert.fail(Cause.pretty(this.exit.cause))
  }
}

export const play = <A, E, R>(
  call: Effect.Effect<A, E, R>,
  replies: ReadonlyArray<Reply>,
  { aheadMillis = 0, atMillis = 0, clockSteps, interruptAfterMillis, ...options }: Setting = {}
) => {
  const machine = new Machine()
  machine.aheadMillis = aheadMillis
  const played = Effect.gen(function* () {
    yield* TestClock.setTime(atMillis)
    let endedMillis = 0
    const timed = Effect.onExit(call, () =>
      Effect.map(Clock.currentTimeMillis, (millis) => void (endedMillis = millis))
    )
    const fiber = yield* Effect.forkChild(timed)
    for (const [afterMillis, millis] of clockSteps ?? []) {
      yield* TestClock.adjust(afterMillis)
      machine.aheadMillis = millis
    }
    if (interruptAfterMillis !== undefined) {
      yield* TestClock.adjust(interruptAfterMillis)
      yield* Effect.forkChild(Fiber.interrupt(fiber))
    }
    yield* TestClock.adjust("5 minutes")
    const exit = yield* Fiber.await(fiber)
    return new Played(exit, (yield* Script).sent, endedMillis)
  }).pipe(Effect.provide(layer(replies, options)))
  return clockSteps === undefined ? played : machine.run(played)
}

export const collect = <A, R>(
  stream: Stream.Stream<A, unknown, R>
): Effect.Effect<{ readonly items: ReadonlyArray<A>; readonly error: unknown }, never, R> =>
  Effect.suspend(() => {
    const items: Array<A> = []
    return Stream.runForEach(stream, (item) => Effect.sync(() => items.push(item))).pipe(
      Effect.match({ onSuccess: () => undefined, onFailure: (error) => error }),
      Effect.map((error) => ({ items, error }))
    )
  })

interface Row {
  readonly it: string
  readonly call: AnyCall
  /** Method and target below the API's root. */
  readonly request: string
  /** The JSON body of the request. Default: no body. */
  readonly body?: unknown
  readonly reply: Reply
  /** The result. Default: the reply's body. */
  readonly value?: unknown
}

/** Makes one test per row: the call sends one request and returns the decoded response. */
export const itSendsAndDecodes = (rows: ReadonlyArray<Row>): void => {
  for (const { body, call, it: title, reply, request, value: expected } of rows) {
    it.effect(title, () =>
      Effect.gen(function* () {
        const { sent, value } = yield* play(call, [reply])
        const [method, target] = request.split(" ")
        assert.strictEqual(sent.length, 1)
        assert.strictEqual(`${sent[0]!.method} ${sent[0]!.target}`, `${method} /trade-api/v2${target}`)
        assert.deepStrictEqual(sent[0]!.body === undefined ? undefined : JSON.parse(sent[0]!.body), body)
        assert.strictEqual(sent[0]!.headers["content-type"], body === undefined ? undefined : "application/json")
        assert.deepStrictEqual(value, expected ?? ("body" in reply ? reply.body : undefined))
      })
    )
  }
}

/** Makes a test: the call must use all replies, and fail with these fields. */
export const itFails = (title: string, call: AnyCall, replies: ReadonlyArray<Reply>, fields: object = {}): void => {
  it.effect(title, () =>
    Effect.gen(function* () {
      const { error, sent } = yield* play(call, replies)
      assert.strictEqual(sent.length, replies.length)
      assert.include(error as object, fields)
    })
  )
}

/** Makes a test: each call must reject its input with this pointer, and send nothing. */
export const itRejects = (title: string, cases: ReadonlyArray<readonly [call: AnyCall, pointer: string]>): void => {
  it.effect(title, () =>
    Effect.gen(function* () {
      assert.isNotEmpty(cases)
      for (const [call, pointer] of cases) {
        const { error, sent } = yield* play(call, [])
        assert.include(error as object, { _tag: "InvalidRequest", pointer })
        assert.isEmpty(sent)
      }
    })
  )
}

const recordings = new URL("../../../../fixtures/recorded/", import.meta.url)

interface Recording {
  readonly operation?: string
  readonly schema?: string
  readonly body: unknown
}

/** The recorded bodies of an operation or a schema, from all recordings. */
export const recorded = (name: string): ReadonlyArray<unknown> => {
  const bodies = readdirSync(recordings)
    .filter((file) => file.endsWith(".jsonl"))
    .flatMap((file) => readFileSync(new URL(file, recordings), "utf8").trimEnd().split("\n"))
    .map((line) => JSON.parse(line) as Recording)
    .filter(({ operation, schema }) => operation === name || schema === name)
    .map(({ body }) => body)
  if (bodies.length === 0) throw new Error(`fixtures/recorded has no body of the operation or schema ${name}`)
  return bodies
}
