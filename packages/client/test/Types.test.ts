/** Assertions about types, which `tsc -b` checks. */
import { assert, describe, expectTypeOf, it } from "vitest"
import type { SigningError } from "@kalshi-effect/signing/SigningError"
import { Effect, Layer, Schema } from "effect"
import type { HttpClient } from "effect/http"
import * as DryRun from "../src/trading/DryRun.ts"
import * as Errors from "../src/Errors.ts"
import * as Exchange from "../src/rest/Exchange.ts"
import type { ExchangeStatus, GetOrderGroupResponse } from "../src/generated/responses.ts"
import { EmptyResponse } from "../src/generated/responses.ts"
import * as Kalshi from "../src/Kalshi.ts"
import * as Operation from "../src/Operation.ts"
import * as OrderGroups from "../src/rest/OrderGroups.ts"
import * as Orders from "../src/trading/Orders.ts"
import { environment, layerScript, signer } from "./support/scripted.ts"

type CommonFailure =
  | Errors.TooManyRequests
  | Errors.InternalServerError
  | Errors.BadGateway
  | Errors.ServiceUnavailable
  | Errors.GatewayTimeout
  | Errors.UnexpectedStatus
  | Errors.TransportError
  | Errors.RequestTimeout
  | Errors.ContractError
  | Errors.InvalidRequest
  | SigningError
  | Errors.LimitExceeded

describe("OrderGroups.get", () => {
  const call = OrderGroups.get({ order_group_id: "x" })

  it("returns the response, fails with Unauthorized, NotFound and the common failures, and requires KalshiRead", () => {
    expectTypeOf(call).toEqualTypeOf<
      Effect.Effect<GetOrderGroupResponse, Errors.Unauthorized | Errors.NotFound | CommonFailure, Kalshi.KalshiRead>
    >()
    expectTypeOf<Kalshi.Failure>().toEqualTypeOf<CommonFailure>()
  })

  it("fails only with the common failures if its declared errors are handled", () => {
    const handled = call.pipe(
      Effect.catchTags({
        NotFound: () => Effect.succeed("gone" as const),
        Unauthorized: () => Effect.succeed("key" as const)
      })
    )
    expectTypeOf<Effect.Error<typeof handled>>().toEqualTypeOf<CommonFailure>()
    // @ts-expect-error -- this operation never fails with a Conflict
    void call.pipe(Effect.catchTag("Conflict", () => Effect.void))
  })
})

describe("OrderGroups.reset", () => {
  it("can also fail with NotSent because it is a write", () => {
    const call = OrderGroups.reset({ order_group_id: "x" })
    expectTypeOf<Effect.Error<typeof call>>().toEqualTypeOf<
      Errors.Unauthorized | Errors.NotFound | CommonFailure | Errors.NotSent
    >()
    expectTypeOf<Kalshi.WriteFailure>().toEqualTypeOf<CommonFailure | Errors.NotSent>()
    // @ts-expect-error -- a read is always sent
    void OrderGroups.get({ order_group_id: "x" }).pipe(Effect.catchTag("NotSent", () => Effect.void))
  })
})

describe("Exchange.status", () => {
  it("is public, so it has no SigningError, and its errors have the declared payload", () => {
    type Expected =
      | Errors.InternalServerError<ExchangeStatus>
      | Errors.ServiceUnavailable<ExchangeStatus>
      | Errors.GatewayTimeout<ExchangeStatus>
      | Exclude<
          CommonFailure,
          | SigningError
          | Errors.LimitExceeded
          | Errors.InternalServerError
          | Errors.ServiceUnavailable
          | Errors.GatewayTimeout
        >
    const call = Exchange.status()
    expectTypeOf(call).toEqualTypeOf<Effect.Effect<ExchangeStatus, Expected, Kalshi.KalshiPublic>>()
    // @ts-expect-error -- the operation takes no input
    void Exchange.status({})
  })

  it("can fail with InvalidRequest because of an invalid policy, although it has no input", () => {
    const handled = Exchange.status().pipe(Effect.catchTag("InvalidRequest", (error) => Effect.succeed(error.reason)))
    expectTypeOf<Effect.Success<typeof handled>>().toEqualTypeOf<ExchangeStatus | string>()
    expectTypeOf<Extract<Effect.Error<typeof handled>, Errors.InvalidRequest>>().toEqualTypeOf<never>()
  })
})

describe("the types of layers", () => {
  const write = OrderGroups.reset({ order_group_id: "x" })

  it("allow a read under the read-only layer", () => {
    const program = OrderGroups.list().pipe(
      Effect.provide(Layer.provide(Kalshi.layerReadOnly({ environment, signer: signer() }), layerScript([])))
    )
    expectTypeOf<Effect.Services<typeof program>>().toEqualTypeOf<never>()
  })

  it("reject a write under the read-only layer", () => {
    const program = write.pipe(
      Effect.provide(Layer.provide(Kalshi.layerReadOnly({ environment, signer: signer() }), layerScript([])))
    )
    expectTypeOf<Effect.Services<typeof program>>().toEqualTypeOf<Kalshi.KalshiWrite>()
    // @ts-expect-error -- KalshiWrite is missing
    // @effect-diagnostics-next-line missingEffectContext:off
    void (() => Effect.runPromise(program))
  })

  it("reject reads and writes under the public layer, and allow public operations", () => {
    const provided = Effect.provide(Layer.provide(Kalshi.layerPublic({ environment }), layerScript([])))
    expectTypeOf<Effect.Services<ReturnType<typeof run>>>().toEqualTypeOf<Kalshi.KalshiRead | Kalshi.KalshiWrite>()
    const run = () => Effect.andThen(OrderGroups.list(), write).pipe(provided)
    // @ts-expect-error -- KalshiRead is missing
    // @effect-diagnostics-next-line missingEffectContext:off
    void (() => Effect.runPromise(OrderGroups.list().pipe(provided)))
    const open = Exchange.status().pipe(provided)
    expectTypeOf<Effect.Services<typeof open>>().toEqualTypeOf<never>()
  })

  it("include writes under the dry-run layer, which is the only layer with a journal", () => {
    expectTypeOf<ReturnType<typeof Kalshi.layerDryRun>>().toEqualTypeOf<
      Layer.Layer<
        Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite | DryRun.DryRun,
        never,
        HttpClient.HttpClient
      >
    >()
    const journal = Effect.provide(
      DryRun.DryRun,
      Layer.provide(Kalshi.layer({ environment, signer: signer() }), layerScript([]))
    )
    expectTypeOf<Effect.Services<typeof journal>>().toEqualTypeOf<DryRun.DryRun>()
  })

  it("include writes under Kalshi.layer, which requires only an HttpClient", () => {
    expectTypeOf<ReturnType<typeof Kalshi.layer>>().toEqualTypeOf<
      Layer.Layer<Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite, never, HttpClient.HttpClient>
    >()
  })
})

describe("Operation.make", () => {
  const description = {
    operationId: "X",
    name: "X.x",
    method: "GET",
    path: "/x",
    success: { status: 200, body: EmptyResponse },
    access: "read",
    retry: "idempotent"
  } as const
  type X<E> = Operation.Operation<void, EmptyResponse, E, Kalshi.KalshiRead>

  it("requires the listed errors to equal the declared errors", () => {
    const exact: X<Errors.NotFound> = Operation.make({ ...description, errors: [Errors.NotFound] })
    expectTypeOf(exact.descriptor.operationId).toEqualTypeOf<string>()
    // @ts-expect-error -- Unauthorized is declared and not listed
    // @effect-diagnostics-next-line missingEffectError:off
    const missing: X<Errors.NotFound | Errors.Unauthorized> = Operation.make({
      ...description,
      errors: [Errors.NotFound]
    })
    // @ts-expect-error -- NotFound is listed and not declared
    const extra: X<never> = Operation.make({ ...description, errors: [Errors.NotFound] })
    void missing
    void extra
  })

  it("requires the declared output, input and service", () => {
    // @ts-expect-error -- the output is EmptyResponse
    const output: Operation.Operation<void, string, never, Kalshi.KalshiRead> = Operation.make({
      ...description,
      errors: []
    })
    // @ts-expect-error -- there is no such input
    const input: Operation.Operation<{ a: string }, EmptyResponse, never, Kalshi.KalshiRead> = Operation.make({
      ...description,
      errors: []
    })
    // @ts-expect-error -- the operation reads
    const capability: Operation.Operation<void, EmptyResponse, never, Kalshi.KalshiWrite> = Operation.make({
      ...description,
      errors: []
    })
    void [output, input, capability]
  })

  it('requires the field of the client-supplied id if `retry` is "keyed", and rejects it otherwise', () => {
    const { retry, ...rest } = { ...description, errors: [] } as const
    const key = { field: "client_order_id" }
    void Operation.make({ ...rest, retry: "keyed", key })
    // @ts-expect-error -- the field of the key is missing
    void Operation.make({ ...rest, retry: "keyed" })
    // @ts-expect-error -- only a keyed operation has a key
    void Operation.make({ ...rest, retry, key })
  })

  it("by default, bills GET as a read and other methods as writes", () => {
    const rest = { ...description, errors: [] } as const
    const plain = { cost: 10, costPer: "request", writeBucket: "common", urgent: false }
    assert.deepStrictEqual(Operation.make(rest).descriptor.limits, { ...plain, bucket: "read" })
    const post = Operation.make({ ...rest, method: "POST", limits: { cost: 2, urgent: true } })
    assert.deepStrictEqual(post.descriptor.limits, {
      ...plain,
      bucket: "write",
      cost: 2,
      urgent: true
    })
    assert.strictEqual(Operation.make({ ...rest, limits: { bucket: "write" } }).descriptor.limits.bucket, "write")
  })

  it("passes the typed input to its rules", () => {
    const query = { a: Operation.optional(Schema.String), b: Operation.required(Schema.Int) }
    void Operation.make({
      ...description,
      errors: [],
      query,
      rules: [
        (input) => {
          expectTypeOf(input.a).toEqualTypeOf<string | undefined>()
          expectTypeOf(input.b).toEqualTypeOf<number>()
          // @ts-expect-error -- there is no such input
          void input.c
          return undefined
        }
      ]
    })
    // @ts-expect-error -- a rule returns a pointer and a reason
    void Operation.make({ ...description, errors: [], query, rules: [() => "wrong"] })
  })
})

describe("Orders.create", () => {
  it("accepts prices and counts as numeric strings only", () => {
    const order = {
      ticker: "T",
      side: "bid",
      time_in_force: "fill_or_kill",
      self_trade_prevention_type: "maker"
    } as const
    void Orders.create({ ...order, count: "1", price: "0.56" })
    // @ts-expect-error -- a number can have lost digits
    void Orders.create({ ...order, count: "1", price: 0.56 })
    // @ts-expect-error -- the text is not a decimal
    void Orders.create({ ...order, count: "one", price: "0.56" })
  })
})
