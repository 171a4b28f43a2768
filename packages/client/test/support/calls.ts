/** Tables of calls: what goes on the wire for each, and what comes of its answer. */
import { readdirSync, readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { KalshiPublic, KalshiRead, KalshiWrite } from "../../src/Capability.ts"
import { layer, type Reply, Script } from "./scripted.ts"

type AnyCall<E = unknown> = Effect.Effect<unknown, E, KalshiPublic | KalshiRead | KalshiWrite>

export interface Call {
  /** A sentence of behaviour. */
  readonly it: string
  readonly call: AnyCall
  /** Method and target below the API's root. */
  readonly request: string
  /** The JSON body; none when left out. */
  readonly body?: unknown
  readonly reply: Reply
  /** What the call gives; the reply's body when left out. */
  readonly answer?: unknown
}

/** One test per row. */
export const itCalls = (calls: ReadonlyArray<Call>): void => {
  for (const { answer, body, call, it: sentence, reply, request } of calls) {
    it.effect(sentence, () =>
      Effect.gen(function* () {
        const got = yield* call
        const { sent } = yield* Script
        const [method, target] = request.split(" ")
        assert.strictEqual(sent.length, 1)
        assert.strictEqual(`${sent[0]!.method} ${sent[0]!.target}`, `${method} /trade-api/v2${target}`)
        assert.deepStrictEqual(sent[0]!.body === undefined ? undefined : JSON.parse(sent[0]!.body), body)
        assert.strictEqual(sent[0]!.headers["content-type"], body === undefined ? undefined : "application/json")
        assert.deepStrictEqual(got, answer ?? ("body" in reply ? reply.body : undefined))
      }).pipe(Effect.provide(layer([reply])))
    )
  }
}

/** Plays a call that must fail on virtual time; its error, and how many requests left. */
export const failureOf = <E>(call: AnyCall<E>, replies: ReadonlyArray<Reply>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.flip(call))
    yield* TestClock.adjust("1 minute")
    const error = yield* Fiber.join(fiber)
    const { sent } = yield* Script
    return { error, requests: sent.length }
  }).pipe(Effect.provide(layer(replies)))

const recordings = new URL("../../../../fixtures/recorded/", import.meta.url)

interface Recording {
  readonly operation?: string
  readonly schema?: string
  readonly body: unknown
}

/** The bodies that were recorded of an operation, or of a component, over all recordings. */
export const recorded = (name: string): ReadonlyArray<unknown> => {
  const bodies = readdirSync(recordings)
    .filter((file) => file.endsWith(".jsonl"))
    .flatMap((file) => readFileSync(new URL(file, recordings), "utf8").trimEnd().split("\n"))
    .map((line) => JSON.parse(line) as Recording)
    .filter(({ operation, schema }) => operation === name || schema === name)
    .map(({ body }) => body)
  if (bodies.length === 0) throw new Error(`nothing was recorded of ${name}`)
  return bodies
}
