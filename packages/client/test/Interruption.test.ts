import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schedule, Stream } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Kalshi from "../src/Kalshi.ts"
import * as Orders from "../src/trading/Orders.ts"
import * as RateLimits from "../src/limits/RateLimits.ts"
import * as SendPolicy from "../src/sending/SendPolicy.ts"
import { order } from "./support/orders.ts"
import { environment, signer } from "./support/scripted.ts"

/** What is seen of a case. */
interface Seen {
  /** Where the call is to be interrupted: it stays there. */
  readonly here: Effect.Effect<never>
  /** How often that was told to let go. */
  released: number
  /** Requests that were let go of. */
  sent: number
}

interface Case {
  readonly at: string
  /** What becomes of the request: a body after a success's status, or none; answered 503 where nothing is said. */
  readonly http?: (seen: Seen, refused: HttpClientError.HttpClientError) => Effect.Effect<Body, typeof refused>
  readonly sign?: (seen: Seen) => Effect.Effect<string>
  readonly retry?: (seen: Seen) => SendPolicy.SendPolicy["retry"]
  /** Orders that others have placed before. */
  readonly before?: number
  /** Whether what it stands at is the case's own, and has to let go. */
  readonly letsGo: boolean
  /** How many requests have left, besides those. */
  readonly sent: number
  /** How many orders the bucket has paid for. */
  readonly paid: number
}

type Body = Stream.Stream<Uint8Array>

const cases: ReadonlyArray<Case> = [
  { at: "waiting for its tokens", before: 10, letsGo: false, sent: 0, paid: 10 },
  { at: "signing", sign: ({ here }) => here, letsGo: true, sent: 0, paid: 0 },
  { at: "connecting, or waiting for an answer", http: ({ here }) => here, letsGo: true, sent: 1, paid: 1 },
  {
    at: "reading the body",
    http: ({ here }) => Effect.succeed(Stream.concat(Stream.make(new Uint8Array([0x7b])), Stream.fromEffect(here))),
    letsGo: true,
    sent: 1,
    paid: 1
  },
  { at: "waiting to try again", retry: () => Schedule.spaced("1 second"), letsGo: false, sent: 1, paid: 1 },
  {
    at: "waiting to try again after a connection that was refused",
    http: (_, refused) => Effect.fail(refused),
    retry: () => Schedule.spaced("1 second"),
    letsGo: false,
    sent: 1,
    paid: 0
  },
  {
    at: "asking its policy",
    retry: ({ here }) => Schedule.modifyDelay(Schedule.recurs(3), () => here),
    letsGo: true,
    sent: 1,
    paid: 1
  }
]

const placed = { order_id: "o-1", fill_count: "0.00", remaining_count: "1.00", ts_ms: 1 }

/** A whole client with the limits of the lowest tier, whose requests take no time to arrive. */
const layerOf = (one: Case, seen: Seen) => {
  const http = HttpClient.make((request, url) =>
    Effect.suspend(() => {
      const answer = (status: number, body: unknown) =>
        HttpClientResponse.fromWeb(request, Response.json(body, { status }))
      // The client learns its limits by the way.
      if (url.pathname.includes("/account/")) return Effect.succeed(answer(404, {}))
      if (request.body._tag === "Uint8Array" && new TextDecoder().decode(request.body.body).includes("before")) {
        return Effect.succeed(answer(201, placed))
      }
      seen.sent++
      const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED", syscall: "connect" })
      const refused = new HttpClientError.HttpClientError({
        reason: new HttpClientError.TransportError({ request, cause })
      })
      return one.http === undefined
        ? Effect.succeed(answer(503, {}))
        : Effect.map(one.http(seen, refused), (value) => Object.defineProperty(answer(201, {}), "stream", { value }))
    })
  )
  const { sign } = one
  return Kalshi.layer({
    environment,
    signer: sign === undefined ? signer() : Signer.make({ keyId: "slow", kind: "ed25519", sign: () => sign(seen) }),
    limits: { latency: 0 },
    policy: { retry: one.retry?.(seen) ?? SendPolicy.noRetry, attemptTimeout: "1 hour", totalTimeout: "1 hour" }
  }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, http)))
}

/** Whether the bucket pays for so many orders now. */
const paysFor = (orders: number) =>
  Effect.map(
    RateLimits.waitFor(Orders.batchCreate, { orders: Array.from({ length: orders }, (_, i) => order(`${i}`)) }),
    (millis) => millis === 0
  )

describe("a call that is interrupted while", () => {
  for (const one of cases) {
    it.effect(`${one.at} lets go, is never sent again, and has spent what has left`, () => {
      const seen: Seen = {
        here: Effect.onInterrupt(Effect.never, () => Effect.sync(() => void seen.released++)),
        released: 0,
        sent: 0
      }
      return Effect.gen(function* () {
        for (let i = 0; i < (one.before ?? 0); i++) yield* Orders.create(order(`before ${i}`))
        const fiber = yield* Effect.forkChild(Orders.create(order("mine")))
        yield* TestClock.adjust(0)
        assert.strictEqual(seen.sent, one.sent)
        assert.isUndefined(fiber.pollUnsafe())
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(seen.released, one.letsGo ? 1 : 0)
        if (one.paid < 10) assert.isTrue(yield* paysFor(10 - one.paid))
        if (one.paid > 0) assert.isFalse(yield* paysFor(10 - one.paid + 1))
        yield* TestClock.adjust("2 hours")
        assert.strictEqual(seen.sent, one.sent)
        assert.isTrue(yield* paysFor(10))
      }).pipe(Effect.provide(layerOf(one, seen)))
    })
  }
})
