import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schedule, Stream } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Kalshi from "../../src/Kalshi.ts"
import * as Orders from "../../src/trading/Orders.ts"
import * as RateLimits from "../../src/limits/RateLimits.ts"
import * as SendPolicy from "../../src/sending/SendPolicy.ts"
import { order } from "../support/orders.ts"
import { environment, signer } from "../support/scripted.ts"

interface Observed {
  readonly block: Effect.Effect<never>
  blockInterrupts: number
  sent: number
}

interface Case {
  readonly at: string
  /** Default: the exchange responds with 503. */
  readonly http?: (observed: Observed, refused: HttpClientError.HttpClientError) => Effect.Effect<Body, typeof refused>
  readonly sign?: (observed: Observed) => Effect.Effect<string>
  readonly retry?: (observed: Observed) => SendPolicy.SendPolicy["retry"]
  /** The number of orders that are placed before the interrupted call. */
  readonly before?: number
  /** Whether `block` is in progress when the call is interrupted, and must be interrupted too. */
  readonly isBlocked: boolean
  /** The number of requests that the interrupted call sends. */
  readonly sent: number
  /** The number of orders that the bucket is charged for, including `before`. */
  readonly paid: number
}

type Body = Stream.Stream<Uint8Array>

const cases: ReadonlyArray<Case> = [
  { at: "waiting for tokens", before: 10, isBlocked: false, sent: 0, paid: 10 },
  { at: "signing", sign: ({ block }) => block, isBlocked: true, sent: 0, paid: 0 },
  { at: "connecting, or waiting for a response", http: ({ block }) => block, isBlocked: true, sent: 1, paid: 1 },
  {
    at: "reading the body",
    http: ({ block }) => Effect.succeed(Stream.concat(Stream.make(new Uint8Array([0x7b])), Stream.fromEffect(block))),
    isBlocked: true,
    sent: 1,
    paid: 1
  },
  { at: "waiting for a retry", retry: () => Schedule.spaced("1 second"), isBlocked: false, sent: 1, paid: 1 },
  {
    at: "waiting for a retry after a refused connection",
    http: (_, refused) => Effect.fail(refused),
    retry: () => Schedule.spaced("1 second"),
    isBlocked: false,
    sent: 1,
    paid: 0
  },
  {
    at: "evaluating the policy",
    retry: ({ block }) => Schedule.modifyDelay(Schedule.recurs(3), () => block),
    isBlocked: true,
    sent: 1,
    paid: 1
  }
]

const placed = { order_id: "o-1", fill_count: "0.00", remaining_count: "1.00", ts_ms: 1 }

/** A layer with the limits of the lowest tier. It assumes that requests arrive at once. */
const layerOf = (testCase: Case, observed: Observed) => {
  const http = HttpClient.make((request, url) =>
    Effect.suspend(() => {
      const respond = (status: number, body: unknown) =>
        HttpClientResponse.fromWeb(request, Response.json(body, { status }))
      // The client also requests its limits.
      if (url.pathname.includes("/account/")) return Effect.succeed(respond(404, {}))
      if (request.body._tag === "Uint8Array" && new TextDecoder().decode(request.body.body).includes("before")) {
        return Effect.succeed(respond(201, placed))
      }
      observed.sent++
      const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED", syscall: "connect" })
      const refused = new HttpClientError.HttpClientError({
        reason: new HttpClientError.TransportError({ request, cause })
      })
      return testCase.http === undefined
        ? Effect.succeed(respond(503, {}))
        : Effect.map(testCase.http(observed, refused), (value) =>
            Object.defineProperty(respond(201, {}), "stream", { value })
          )
    })
  )
  const { sign } = testCase
  return Kalshi.layer({
    environment,
    signer: sign === undefined ? signer() : Signer.make({ keyId: "slow", kind: "ed25519", sign: () => sign(observed) }),
    limits: { latency: 0 },
    policy: {
      retry: testCase.retry?.(observed) ?? SendPolicy.noRetry,
      attemptTimeout: "1 hour",
      totalTimeout: "1 hour"
    }
  }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, http)))
}

const paysFor = (orders: number) =>
  Effect.map(
    RateLimits.waitFor(Orders.batchCreate, { orders: Array.from({ length: orders }, (_, i) => order(`${i}`)) }),
    (millis) => millis === 0
  )

describe("interruption", () => {
  for (const testCase of cases) {
    it.effect(`while ${testCase.at} ends the call, and charges only for requests that may have arrived`, () => {
      const observed: Observed = {
        block: Effect.onInterrupt(Effect.never, () => Effect.sync(() => void observed.blockInterrupts++)),
        blockInterrupts: 0,
        sent: 0
      }
      return Effect.gen(function* () {
        for (let i = 0; i < (testCase.before ?? 0); i++) yield* Orders.create(order(`before ${i}`))
        const fiber = yield* Effect.forkChild(Orders.create(order("mine")))
        yield* TestClock.adjust(0)
        assert.strictEqual(observed.sent, testCase.sent)
        assert.isUndefined(fiber.pollUnsafe())
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(observed.blockInterrupts, testCase.isBlocked ? 1 : 0)
        if (testCase.paid < 10) assert.isTrue(yield* paysFor(10 - testCase.paid))
        if (testCase.paid > 0) assert.isFalse(yield* paysFor(10 - testCase.paid + 1))
        yield* TestClock.adjust("2 hours")
        assert.strictEqual(observed.sent, testCase.sent)
        assert.isTrue(yield* paysFor(10))
      }).pipe(Effect.provide(layerOf(testCase, observed)))
    })
  }
})
