import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Effect, Exit, Fiber, Layer, Metric, Option, Schedule, Tracer } from "effect"
import { Headers, HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { SigningError } from "@kalshi-effect/signing/SigningError"
import * as Environment from "../src/Environment.ts"
import * as Exchange from "../src/rest/Exchange.ts"
import * as Kalshi from "../src/Kalshi.ts"
import * as OrderGroups from "../src/rest/OrderGroups.ts"
import * as RateLimits from "../src/limits/RateLimits.ts"
import * as SendPolicy from "../src/sending/SendPolicy.ts"
import * as Telemetry from "../src/Telemetry.ts"
import { runFor } from "./support/run.ts"
import { layer, layerScript, type Reply, Script, signer } from "./support/scripted.ts"

const id = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"
const template = "/trade-api/v2/portfolio/order_groups/{order_group_id}"
const group: Reply = { status: 200, body: { is_auto_cancel_enabled: false, orders: [] }, delayMillis: 120 }
const notFound: Reply = { status: 404, body: { error: { code: "not_found", message: `no ${id}` } }, delayMillis: 30 }
const get = OrderGroups.get({ order_group_id: id })

const request = {
  "http.request.method": "GET",
  "url.template": template,
  "server.address": "127.0.0.1",
  "server.port": 8787
}
const operation = { "kalshi.operation.name": "OrderGroups.get", "kalshi.operation.id": "GetOrderGroup" }

describe("Telemetry, spans", () => {
  it.effect("are a span for the operation and a child span for its request", () =>
    Effect.gen(function* () {
      const { spans } = yield* play(get, [group])
      assert.deepStrictEqual(spans, [
        {
          name: "OrderGroups.get",
          kind: "internal",
          parent: undefined,
          millis: [0, 120],
          exit: "success",
          attributes: { ...operation, "kalshi.attempts": 1 }
        },
        {
          name: `GET ${template}`,
          kind: "client",
          parent: "OrderGroups.get",
          millis: [0, 120],
          exit: "success",
          attributes: { ...request, "http.response.status_code": 200 }
        }
      ])
    })
  )

  it.effect("include a request span for each retry, with the number of the retry", () =>
    Effect.gen(function* () {
      const { spans } = yield* play(get, [{ status: 503, body: {}, delayMillis: 10 }, group])
      assert.deepStrictEqual(
        spans.map(({ attributes, exit, millis, parent }) => ({ attributes, exit, millis, parent })),
        [
          { attributes: { ...operation, "kalshi.attempts": 2 }, exit: "success", millis: [0, 230], parent: undefined },
          {
            attributes: { ...request, "http.response.status_code": 503, "error.type": "ServiceUnavailable" },
            exit: "ServiceUnavailable: status 503",
            millis: [0, 10],
            parent: "OrderGroups.get"
          },
          {
            attributes: { ...request, "http.response.status_code": 200, "http.request.resend_count": 1 },
            exit: "success",
            millis: [110, 230],
            parent: "OrderGroups.get"
          }
        ]
      )
    })
  )

  it.effect("describe a status error by tag, status and code, without its message", () =>
    Effect.gen(function* () {
      const { spans } = yield* play(get, [notFound])
      const failed = { "error.type": "NotFound", "kalshi.error.code": "not_found" }
      assert.deepStrictEqual(
        spans.map(({ attributes, exit }) => ({ attributes, exit })),
        [
          { attributes: { ...operation, "kalshi.attempts": 1, ...failed }, exit: "NotFound: status 404, not_found" },
          {
            attributes: { ...request, "http.response.status_code": 404, ...failed },
            exit: "NotFound: status 404, not_found"
          }
        ]
      )
    })
  )

  it.effect("contain the system error code of a request without a response", () =>
    Effect.gen(function* () {
      const { spans } = yield* play(get, [{ fault: "ECONNRESET", syscall: "read", delayMillis: 40 }], once)
      assert.deepStrictEqual(spans[1], {
        name: `GET ${template}`,
        kind: "client",
        parent: "OrderGroups.get",
        millis: [0, 40],
        exit: "TransportError: ECONNRESET",
        attributes: { ...request, "error.type": "TransportError", "kalshi.error.code": "ECONNRESET" }
      })
      assert.strictEqual(spans[0]!.exit, "TransportError: ECONNRESET")
    })
  )

  it.effect("mark a request that timed out as timed out, not as interrupted", () =>
    Effect.gen(function* () {
      const { spans } = yield* play(get, [{ ...group, delayMillis: 60_000 }], {
        policy: { ...once.policy, attemptTimeout: "2 seconds" }
      })
      assert.deepStrictEqual(
        spans.map(({ attributes, exit, millis }) => ({ type: attributes["error.type"], exit, millis })),
        [
          { type: "RequestTimeout", exit: "RequestTimeout: RequestTimeout", millis: [0, 2_000] },
          { type: "RequestTimeout", exit: "RequestTimeout: RequestTimeout", millis: [0, 2_000] }
        ]
      )
    })
  )

  it.effect("contain the status and the ContractError of a successful response with an invalid body", () =>
    Effect.gen(function* () {
      const { spans } = yield* play(get, [{ status: 200, body: { orders: "none" } }])
      assert.deepInclude(spans[1]!.attributes, { "http.response.status_code": 200, "error.type": "ContractError" })
    })
  )

  it.effect("end as interrupted, without an error, if the call is interrupted", () =>
    Effect.gen(function* () {
      const { spans } = yield* play(Effect.timeoutOption(get, "50 millis"), [group])
      assert.deepStrictEqual(
        spans.map(({ attributes, exit, millis }) => ({ type: attributes["error.type"], exit, millis })),
        [
          { type: undefined, exit: "interrupted", millis: [0, 50] },
          { type: undefined, exit: "interrupted", millis: [0, 50] }
        ]
      )
    })
  )

  it.effect("include no request span if nothing was sent because of an invalid input", () =>
    Effect.gen(function* () {
      const wrong = yield* play(OrderGroups.get({ order_group_id: "" }), [])
      assert.deepStrictEqual(
        wrong.spans.map(({ attributes, exit, name }) => ({ attributes, exit, name })),
        [
          {
            name: "OrderGroups.get",
            exit: "InvalidRequest: InvalidRequest",
            attributes: { ...operation, "kalshi.attempts": 0, "error.type": "InvalidRequest" }
          }
        ]
      )
    })
  )

  it.effect("include no request span if the request could not be signed", () =>
    Effect.gen(function* () {
      const broken = {
        ...signer(),
        sign: () => Effect.fail(new SigningError({ description: "the module is unavailable" }))
      }
      const { spans } = yield* play(get, [], { signer: broken })
      assert.deepStrictEqual(
        spans.map(({ exit, name }) => [name, exit]),
        [["OrderGroups.get", "SigningError: SigningError"]]
      )
    })
  )

  it.effect("mark a defect, without its message", () =>
    Effect.gen(function* () {
      // The request is not scripted, so the HTTP client dies. The message of the defect contains the complete URL.
      const { exit, spans } = yield* play(get, [])
      assert.isTrue(Exit.isFailure(exit) && Cause.pretty(exit.cause).includes(id))
      assert.deepStrictEqual(
        spans.map((span) => span.exit),
        ["defect: defect", "defect: defect"]
      )
    })
  )

  it.effect("include a child span only if the call waits for tokens", () =>
    Effect.gen(function* () {
      const waiting = yield* play(get, [group], { limits: {} }, store({ waits: [250, 0] }))
      assert.deepStrictEqual(
        waiting.spans.map(({ attributes, kind, millis, name, parent }) => ({ attributes, kind, millis, name, parent })),
        [
          {
            name: "OrderGroups.get",
            kind: "internal",
            parent: undefined,
            millis: [0, 370],
            attributes: { ...operation, "kalshi.attempts": 1 }
          },
          {
            name: "wait for tokens",
            kind: "internal",
            parent: "OrderGroups.get",
            millis: [0, 250],
            attributes: { "kalshi.rate_limit.bucket": "read" }
          },
          {
            name: `GET ${template}`,
            kind: "client",
            parent: "OrderGroups.get",
            millis: [250, 370],
            attributes: { ...request, "http.response.status_code": 200 }
          }
        ]
      )
      const immediate = yield* play(get, [group], { limits: {} }, store({ waits: [0] }))
      assert.deepStrictEqual(
        immediate.spans.map(({ name }) => name),
        ["OrderGroups.get", `GET ${template}`]
      )
    })
  )

  it.effect("show why a wait ended early", () =>
    Effect.gen(function* () {
      const interrupted = yield* play(
        Effect.timeoutOption(get, "50 millis"),
        [],
        { limits: {} },
        store({ waits: [250] })
      )
      assert.deepStrictEqual(
        interrupted.spans.map(({ attributes, exit, millis, name }) => [name, exit, millis, attributes["error.type"]]),
        [
          ["OrderGroups.get", "interrupted", [0, 50], undefined],
          ["wait for tokens", "interrupted", [0, 50], "interrupted"]
        ]
      )
      const exceeded = yield* play(
        Effect.provideService(get, RateLimits.Overrides, { maxWait: 100 }),
        [],
        { limits: {} },
        store({ waits: [60, 250] })
      )
      assert.deepStrictEqual(
        exceeded.spans.map(({ exit, millis, name }) => [name, exit, millis]),
        [
          ["OrderGroups.get", "LimitExceeded: LimitExceeded", [0, 60]],
          ["wait for tokens", "LimitExceeded: LimitExceeded", [0, 60]]
        ]
      )
    })
  )

  it.effect("are part of the application's trace, with its annotations and its sampling decision", () =>
    Effect.gen(function* () {
      const { raw, spans } = yield* play(
        get.pipe(Effect.withSpan("requote", { sampled: false }), Effect.annotateSpans({ strategy: "s-1" })),
        [group],
        { limits: {} },
        store({ waits: [250, 0] })
      )
      assert.deepStrictEqual(
        spans.map(({ attributes, name, parent }) => [name, parent, attributes["strategy"]]),
        [
          ["requote", undefined, "s-1"],
          ["OrderGroups.get", "requote", "s-1"],
          ["wait for tokens", "OrderGroups.get", "s-1"],
          [`GET ${template}`, "OrderGroups.get", "s-1"]
        ]
      )
      assert.strictEqual(new Set(raw.map(({ traceId }) => traceId)).size, 1)
      assert.isTrue(raw.every(({ sampled }) => !sampled))
    })
  )

  it.effect("replace the HTTP client's own spans, and send no trace header", () =>
    Effect.gen(function* () {
      const { sent, spans } = yield* play(
        get.pipe(
          Effect.withSpan("an application's span"),
          Effect.provideService(HttpClient.TracerPropagationEnabled, true),
          Effect.provideService(HttpClient.TracerDisabledWhen, () => false),
          Effect.provideService(HttpClient.TracerHeaderFilter, () => true),
          Effect.provideService(Headers.CurrentRedactedNames, [])
        ),
        [group]
      )
      assert.deepStrictEqual(
        spans.map(({ name }) => name),
        ["an application's span", "OrderGroups.get", `GET ${template}`]
      )
      assert.deepStrictEqual(Object.keys(sent[0]!.headers).sort(), [
        "accept",
        "kalshi-access-key",
        "kalshi-access-signature",
        "kalshi-access-timestamp"
      ])
    })
  )

  it.effect("are not created if tracing is off", () =>
    Effect.gen(function* () {
      const untraced = Effect.withTracerEnabled(get, false)
      const { exit, spans } = yield* play(untraced, [group], { limits: {} }, store({ waits: [250, 0] }))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(spans, [])
    })
  )

  it.effect("contain the client's name, and the server's address", () =>
    Effect.gen(function* () {
      const { spans } = yield* play(
        Exchange.status(),
        [{ status: 200, body: { exchange_active: true, trading_active: true } }],
        {
          environment: Environment.production,
          name: "maker"
        }
      )
      assert.deepInclude(spans[0]!.attributes, { "kalshi.client.name": "maker" })
      assert.deepInclude(spans[1]!.attributes, {
        "kalshi.client.name": "maker",
        "server.address": "external-api.kalshi.com",
        "server.port": 443,
        "url.template": "/trade-api/v2/exchange/status"
      })
    })
  )

  it.effect("contain no key id, header, signature, id, input, response or error text", () =>
    Effect.gen(function* () {
      const keyId = "canary-key-id"
      // Errors show only the first eight characters of the key id.
      const canaries = [keyId.slice(0, 8), id, "canary-response", "kalshi-access", "ACCESS-", "authorization"]
      const replies: ReadonlyArray<Reply> = [
        { status: 200, body: { is_auto_cancel_enabled: false, orders: ["canary-response"] } },
        { status: 200, body: { orders: "canary-response" } },
        ...[302, 400, 401, 403, 404, 409, 418, 429, 500].map((status) => ({
          status,
          body: { error: { code: "canary-response", message: "canary-response", details: `canary-response ${keyId}` } }
        })),
        { fault: "ECONNREFUSED" }
      ]
      const raw: Array<Tracer.Span> = []
      for (const reply of replies) {
        const { exit, raw: some, sent } = yield* play(get, [reply], { ...once, signer: signer(keyId) })
        raw.push(...some)
        canaries.push(sent[0]!.headers["kalshi-access-signature"]!)
        if ("status" in reply && reply.status === 401)
          assert.include(printAll(exit), "canary-response", "the error contains the canary")
      }
      assert.strictEqual(raw.length, replies.length * 2)
      const everything = printAll(raw)
      assert.include(everything, "Unauthorized")
      for (const canary of canaries) assert.notInclude(everything.toLowerCase(), canary.toLowerCase())
    })
  )
})

const server = { "server.address": "127.0.0.1", "server.port": "8787" }
const ofRequest = { "http.request.method": "GET", "url.template": template, ...server, unit: "s" }
const ofCall = { "kalshi.operation.name": "OrderGroups.get", ...server, unit: "s" }

describe("Telemetry with a tracer or a metric that throws", () => {
  const broken = () => {
    throw new Error("the tracer is broken")
  }
  const tracers: Readonly<Record<string, Tracer.Tracer>> = {
    "when a span starts": Tracer.make({ span: broken }),
    "when a span gets an attribute": Tracer.make({
      span: (options) => Object.assign(new Tracer.NativeSpan(options), { attribute: broken })
    }),
    "when a span ends": Tracer.make({
      span: (options) => Object.assign(new Tracer.NativeSpan(options), { end: broken })
    }),
    "when a second span starts": Tracer.make({
      span: (options) => (Option.isSome(options.parent) ? broken() : new Tracer.NativeSpan(options))
    })
  }

  for (const [when, tracer] of Object.entries(tracers)) {
    it.effect(`does not change the result of a call: ${when}`, () =>
      Effect.gen(function* () {
        const [response, error] = yield* runFor(
          "1 minute",
          Effect.withTracer(Effect.all([get, Effect.flip(get)]), tracer)
        )
        assert.deepStrictEqual(response.orders, [])
        assert.strictEqual(error._tag, "NotFound")
        const interrupted = yield* Effect.forkChild(Effect.withTracer(get, tracer))
        yield* TestClock.adjust(1)
        yield* Fiber.interrupt(interrupted)
        const exit = yield* Fiber.await(interrupted)
        assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
      }).pipe(Effect.provide(layer([{ status: 503, body: {} }, group, notFound, group])))
    )
  }

  it.effect("does not change a call that waits for tokens", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        (yield* runFor("1 minute", Effect.withTracer(get, tracers["when a second span starts"]!))).orders,
        []
      )
    }).pipe(
      Effect.provide(
        Kalshi.layer({ environment: Environment.sandbox, signer: signer() }).pipe(
          Layer.provide(store({ waits: [250, 0] })),
          Layer.provide(layerScript([group], withoutLimits))
        )
      )
    )
  )

  it.effect("does not change a call if the metric throws", () =>
    Effect.gen(function* () {
      const registry = new Map<string, never>()
      registry.get = broken
      assert.deepStrictEqual(
        (yield* runFor("1 minute", Effect.provideService(get, Metric.MetricRegistry, registry))).orders,
        []
      )
    }).pipe(Effect.provide(layer([{ status: 503, body: {} }, group])))
  )
})

describe("Telemetry, metrics", () => {
  it.effect("are the durations of the call and its requests in seconds, by outcome", () =>
    Effect.gen(function* () {
      const { metrics } = yield* play(get, [{ status: 503, body: {}, delayMillis: 10 }, group])
      assert.deepStrictEqual(metrics, [
        {
          id: "http.client.request.duration",
          attributes: { ...ofRequest, "http.response.status_code": "200" },
          count: 1,
          sum: 0.12
        },
        {
          id: "http.client.request.duration",
          attributes: { ...ofRequest, "http.response.status_code": "503", "error.type": "ServiceUnavailable" },
          count: 1,
          sum: 0.01
        },
        { id: "kalshi.client.operation.duration", attributes: ofCall, count: 1, sum: 0.23 },
        {
          id: "kalshi.client.retries",
          attributes: { ...ofCall, unit: "{request}", "error.type": "ServiceUnavailable" },
          count: 1
        }
      ])
    })
  )

  it.effect("add up over calls, in the buckets that OpenTelemetry recommends", () =>
    Effect.gen(function* () {
      const { snapshots } = yield* play(Effect.all([get, get, get]), [
        group,
        { ...group, delayMillis: 4 },
        { ...group, delayMillis: 9_000 }
      ])
      const durations = snapshots.find(({ id: name }) => name === "http.client.request.duration")
      if (durations?.type !== "Histogram") return assert.fail("a histogram")
      assert.deepStrictEqual(durations.state.buckets, [
        [0.005, 1],
        [0.01, 1],
        [0.025, 1],
        [0.05, 1],
        [0.075, 1],
        [0.1, 1],
        [0.25, 2],
        [0.5, 2],
        [0.75, 2],
        [1, 2],
        [2.5, 2],
        [5, 2],
        [7.5, 2],
        [10, 3]
      ])
    })
  )

  it.effect("separate errors and interruptions from successes", () =>
    Effect.gen(function* () {
      const types = (played: { readonly metrics: ReadonlyArray<Series> }) =>
        played.metrics.map(({ attributes, id: name }) => [name, attributes["error.type"]])
      const both = (type: string) => [
        ["http.client.request.duration", type],
        ["kalshi.client.operation.duration", type]
      ]
      assert.deepStrictEqual(types(yield* play(get, [notFound])), both("NotFound"))
      assert.deepStrictEqual(types(yield* play(Effect.timeoutOption(get, 50), [group])), both("interrupted"))
      assert.deepStrictEqual(types(yield* play(OrderGroups.get({ order_group_id: "" }), [])), [
        ["kalshi.client.operation.duration", "InvalidRequest"]
      ])
    })
  )

  it.effect("count waits for tokens, with their durations", () =>
    Effect.gen(function* () {
      const { metrics } = yield* play(
        Effect.all([get, get]),
        [group, group],
        { limits: {} },
        store({ waits: [250, 0, 0] })
      )
      assert.deepStrictEqual(
        metrics.filter(({ id: name }) => name === "kalshi.client.rate_limit.wait.duration"),
        [
          {
            id: "kalshi.client.rate_limit.wait.duration",
            attributes: { ...server, "kalshi.rate_limit.bucket": "read", unit: "s" },
            count: 1,
            sum: 0.25
          }
        ]
      )
    })
  )

  it.effect("show the current tokens of the used buckets, until the layer is closed", () =>
    Effect.gen(function* () {
      const registry = new Map()
      const levels = Effect.map(Metric.snapshot, (all) =>
        all.flatMap(({ attributes, id: name, state, type }) =>
          type === "Gauge" ? [[name, attributes?.["kalshi.rate_limit.bucket"], state.value]] : []
        )
      )
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* levels, [])
        const fiber = yield* Effect.forkChild(get)
        yield* TestClock.adjust(0)
        // The request is in flight, so its tokens are reserved.
        assert.deepStrictEqual(yield* levels, [
          ["kalshi.client.rate_limit.tokens", "read", 190],
          ["kalshi.client.rate_limit.capacity", "read", 200]
        ])
        yield* TestClock.adjust("10 millis")
        yield* Fiber.join(fiber)
        yield* TestClock.adjust("25 millis")
        // The client assumes a rate that is 0.1 % below the exchange's 200 tokens per second.
        assert.closeTo(Number((yield* levels)[0]![2]), 194.995, 1e-6)
      }).pipe(
        Effect.provide(layer([{ ...group, delayMillis: 10 }], { limits: {} })),
        Effect.provideService(Metric.MetricRegistry, registry)
      )
      assert.deepStrictEqual(yield* Effect.provideService(levels, Metric.MetricRegistry, registry), [])
    })
  )

  it.effect("are separate for named clients, shared by unnamed clients, and contain no key id", () =>
    Effect.gen(function* () {
      const counts = (names: ReadonlyArray<string | undefined>) =>
        Effect.gen(function* () {
          const registry = new Map()
          for (const [index, name] of names.entries()) {
            yield* play(get, [group], { name, signer: signer(`canary-key-${index}`) }, Layer.empty, registry)
          }
          assert.notInclude(printAll(registry), "canary")
          const metrics = yield* series(registry)
          return metrics
            .filter(({ id: name }) => name === Telemetry.requestDuration.name)
            .map(({ attributes, count }) => [attributes["kalshi.client.name"], count])
        })
      assert.deepStrictEqual(yield* counts(["maker", "taker"]), [
        ["maker", 1],
        ["taker", 1]
      ])
      assert.deepStrictEqual(yield* counts([undefined, undefined]), [[undefined, 2]])
    })
  )

  it.effect("match Telemetry.instruments and the table in the documentation", () =>
    Effect.gen(function* () {
      const { snapshots } = yield* play(
        get,
        [{ status: 503, body: {} }, group],
        { limits: {}, name: "maker" },
        store({ waits: [250, 0, 0], level: true })
      )
      const seen = new Set<string>()
      for (const { attributes = {}, description, id: name, type } of snapshots) {
        seen.add(name)
        const instrument = Telemetry.instruments.find(({ name: other }) => other === name)
        if (instrument === undefined) return assert.fail(name)
        const { unit, ...rest } = attributes
        assert.deepStrictEqual(
          { kind: type.toLowerCase(), unit, description },
          { kind: instrument.kind, unit: instrument.unit, description: instrument.description }
        )
        assert.includeMembers([...instrument.attributes], Object.keys(rest))
      }
      assert.deepStrictEqual([...seen].sort(), Telemetry.instruments.map(({ name }) => name).sort())

      const source = readFileSync(new URL("../src/Telemetry.ts", import.meta.url), "utf8")
      const rows = [...source.matchAll(/^ \* \| `([\w.]+)` +\| (\w+) +\| `([^`]+)` +\|[^|]*\| (.*) \|$/gm)]
      const named = (text: string) =>
        [...text.matchAll(/`((?:http|url|server|error|kalshi)[.\w]*)`/g)].map(([, one]) => one!)
      assert.deepStrictEqual(
        rows.map(([, name, kind, unit]) => ({ name, kind, unit })),
        Telemetry.instruments.map(({ kind, name, unit }) => ({ name, kind, unit }))
      )
      for (const [, name, , , attributes] of rows) {
        const attributesOf = (metric: string) =>
          Telemetry.instruments.find(({ name: other }) => other === metric)!.attributes
        const [, same] = /^as for `([^`]+)`$/.exec(attributes!) ?? []
        const listed = same === undefined ? named(attributes!) : attributesOf(same)
        assert.sameMembers([...listed], [...attributesOf(name!)], name)
      }
    })
  )
})

interface Series {
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
  readonly count: number
  readonly sum?: number
}

const series = (registry: Metric.MetricRegistry): Effect.Effect<ReadonlyArray<Series>> =>
  Effect.map(Effect.provideService(Metric.snapshot, Metric.MetricRegistry, registry), (all) =>
    all
      .flatMap(({ attributes = {}, id: name, state, type }): ReadonlyArray<Series> => {
        if (type === "Counter") return [{ id: name, attributes, count: Number(state.count) }]
        return type === "Histogram" ? [{ id: name, attributes, count: state.count, sum: state.sum }] : []
      })
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  )

const keyOf = ({ attributes, id: name }: Series): string =>
  [name, attributes["kalshi.client.name"], attributes["http.response.status_code"]].join(" ")

const once = { policy: { retry: SendPolicy.noRetry } }

const play = <A, E>(
  call: Effect.Effect<A, E, Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite>,
  replies: ReadonlyArray<Reply>,
  options: Partial<Kalshi.Options> = {},
  limits: Layer.Layer<never> = Layer.empty,
  registry: Metric.MetricRegistry = new Map()
) =>
  Effect.gen(function* () {
    const raw: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (spanOptions) => {
        const span = new Tracer.NativeSpan(spanOptions)
        if (!isLimitsRequest(span)) raw.push(span)
        return span
      }
    })
    const policy = { retry: Schedule.upTo(Schedule.spaced("100 millis"), { times: 3 }) }
    const startedAt = yield* Clock.currentTimeMillis
    return yield* Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.withTracer(call, tracer))
      yield* TestClock.adjust("1 minute")
      const exit = yield* Fiber.await(fiber)
      const { sent } = yield* Script
      const snapshots = yield* Metric.snapshot
      return {
        exit,
        sent,
        raw,
        snapshots,
        spans: raw.map((span) => spanOf(span, startedAt)),
        metrics: yield* series(registry)
      }
    }).pipe(
      Effect.provide(
        Kalshi.layer({ environment: Environment.sandbox, signer: signer(), limits: false, policy, ...options }).pipe(
          Layer.provide(limits),
          Layer.provideMerge(layerScript(replies, withoutLimits))
        )
      ),
      Effect.provideService(Metric.MetricRegistry, registry)
    )
  })

const withoutLimits = (path: string): Reply | undefined =>
  path.startsWith("/trade-api/v2/account/") ? { status: 403, body: {} } : undefined

const isLimitsRequest = ({ name }: Tracer.NativeSpan): boolean =>
  name.startsWith("Account.") || name.includes("/account/")

const spanOf = (span: Tracer.NativeSpan, startedAt: number) => {
  const { attributes, kind, name, parent, status } = span
  if (status._tag === "Started") return assert.fail(`${name} never ended`)
  const above = Option.getOrUndefined(parent)
  return {
    name,
    kind,
    parent: above?._tag === "Span" ? above.name : undefined,
    millis: [status.startTime, status.endTime].map((nanos) => Number(nanos / 1_000_000n) - startedAt),
    exit: exitOf(status.exit),
    attributes: Object.fromEntries(attributes)
  }
}

const printAll = (value: unknown): string =>
  inspect(value, { depth: null, customInspect: false, showHidden: true, maxArrayLength: null, maxStringLength: null })

const exitOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return exit.value === undefined ? "success" : `success: ${String(exit.value)}`
  if (Cause.hasInterruptsOnly(exit.cause)) return "interrupted"
  return Cause.prettyErrors(exit.cause)
    .map(({ stack }) => stack)
    .join("\n")
}

/**
 * A store that makes calls wait. `waits` lists the waits in milliseconds, one after the other. A wait of 0 means that
 * the call has its tokens.
 */
const store = ({ level = false, waits }: { readonly waits: ReadonlyArray<number>; readonly level?: boolean }) => {
  const left = [...waits]
  let readyMillis = 0
  const nothing = () => Effect.void
  return Layer.succeed(RateLimits.Store, {
    take: ({ forced }) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (forced) return 0
        if (now >= readyMillis) readyMillis = now + (left.shift() ?? assert.fail("the call already has its tokens"))
        return readyMillis - now
      }),
    waitFor: () => Effect.succeed(0),
    giveUp: nothing,
    arrived: nothing,
    giveBack: nothing,
    drain: nothing,
    ...(level ? { level: () => ({ tokens: 1, capacity: 2 }) } : {})
  })
}
