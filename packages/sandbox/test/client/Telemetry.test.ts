import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Telemetry from "@kalshi-effect/client/Telemetry"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Otlp from "effect/observability/Otlp"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { layer, Sandbox } from "../../src/Sandbox.ts"

interface Attributed {
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: Readonly<Record<string, unknown>> }>
}

interface Span extends Attributed {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** 1 is internal, 3 is client. */
  readonly kind: number
  /** 1 is ok, 2 is error. */
  readonly status: { readonly code: number; readonly message?: string }
}

interface Point extends Attributed {
  readonly count?: number
  readonly explicitBounds?: ReadonlyArray<number>
}

interface Collected {
  readonly path: string
  readonly headers: string
  readonly text: string
}

/** A collector of OTLP over HTTP, on loopback. */
const collector: Effect.Effect<{ readonly url: string; readonly got: Array<Collected> }, never, Scope.Scope> =
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly url: string; readonly got: Array<Collected>; readonly close: () => void }>(
        (resume) => {
          const got: Array<Collected> = []
          const server = createServer((request, response) => {
            const chunks: Array<Buffer> = []
            request.on("data", (chunk: Buffer) => chunks.push(chunk))
            request.on("end", () => {
              const { headers, url = "" } = request
              got.push({ path: url, headers: JSON.stringify(headers), text: Buffer.concat(chunks).toString() })
              response.writeHead(200, { "content-type": "application/json" }).end("{}")
            })
          })
          server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as AddressInfo // the address of a TCP server
            const close = () => {
              server.closeAllConnections()
              server.close()
            }
            resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, got, close }))
          })
        }
      ),
      ({ close }) => Effect.sync(close)
    ),
    ({ got, url }) => ({ got, url })
  )

const valueOf = ({ attributes }: Attributed, key: string): unknown => {
  const found = attributes.find((attribute) => attribute.key === key)
  return found === undefined ? undefined : Object.values(found.value)[0]
}

const spansIn = (got: ReadonlyArray<Collected>): ReadonlyArray<Span> =>
  got
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(({ text }) =>
      (JSON.parse(text).resourceSpans as ReadonlyArray<{ scopeSpans: ReadonlyArray<{ spans: ReadonlyArray<Span> }> }>) // in OTLP format
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    )

interface Exported {
  readonly name: string
  readonly unit: string
  readonly histogram?: { readonly dataPoints: ReadonlyArray<Point> }
  readonly sum?: { readonly dataPoints: ReadonlyArray<Point>; readonly isMonotonic: boolean }
  readonly gauge?: { readonly dataPoints: ReadonlyArray<Point> }
}

const metricsIn = (got: ReadonlyArray<Collected>): ReadonlyArray<Exported> => {
  const last = got.findLast(({ path }) => path === "/v1/metrics")
  return last === undefined ? [] : JSON.parse(last.text).resourceMetrics[0].scopeMetrics[0].metrics
}

/** Sends requests with telemetry, and returns the texts that the telemetry must not contain. */
const runBot = (url: string) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const mine = yield* sandbox.createAccount({ kind: "ed25519" })
    // The part of a key id that errors print.
    const shortId = mine.keyId.slice(0, 8)
    const other = yield* ApiKey.generate({ keyId: mine.keyId, kind: "ed25519" })
    const signatures: Array<string> = []
    const watched = (key: ApiKey.ApiKey): Signer.Signer["Service"] => {
      const signer = Signer.fromApiKey(key)
      return {
        ...signer,
        sign: (text) => Effect.tap(signer.sign(text), (signature) => Effect.sync(() => signatures.push(signature)))
      }
    }
    const access = (name: string, key: ApiKey.ApiKey) =>
      Kalshi.layer({
        environment: sandbox.environment,
        name,
        signer: watched(key),
        policy: { retry: Schedule.recurs(3) }
      })
    const key = yield* ApiKey.fromPem({ keyId: mine.keyId, privateKey: mine.privateKey })

    yield* sandbox.plant({ status: 503, operation: "GetOrderGroup", times: 1 })
    const ids: Array<string> = []
    const bot = Effect.gen(function* () {
      const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 10 })
      ids.push(order_group_id)
      yield* OrderGroups.get({ order_group_id })
      const absent = "00000000-0000-4000-8000-000000000000"
      ids.push(absent)
      const missing = yield* Effect.flip(OrderGroups.get({ order_group_id: absent }))
      assert.strictEqual(missing._tag, "NotFound")
      const refused = yield* Effect.flip(
        OrderGroups.list().pipe(Effect.provide(access("impostor", other), { local: true }))
      )
      assert.strictEqual(refused._tag, "Unauthorized")
      assert.include(refused.message, shortId, "the error names the key")
    })
    yield* bot.pipe(
      Effect.withSpan("requote"),
      // Remaining data is exported when this scope closes.
      Effect.provide(
        Layer.merge(access("maker", key), Otlp.layerJson({ baseUrl: url, resource: { serviceName: "bot" } }))
      ),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
    assert.strictEqual(signatures.length, 5)
    const pems = [mine.privateKey, other.privateKeyPem].flatMap((pem) =>
      Redacted.value(pem)
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("-----"))
    )
    assert.isNotEmpty(pems)
    return [...pems, ...signatures, ...ids, shortId, "kalshi-access", "PRIVATE KEY"]
  })

const assertSpans = (spans: ReadonlyArray<Span>): void => {
  const root = spans.find(({ name }) => name === "requote")
  assert.strictEqual(new Set(spans.map(({ traceId }) => traceId)).size, 1)
  const tree = spans
    .filter(({ parentSpanId }) => parentSpanId === root!.spanId)
    .map((call) => ({
      call: call.name,
      kind: call.kind,
      ended: call.status.code,
      message: call.status.message,
      client: valueOf(call, "kalshi.client.name"),
      requests: spans
        .filter(({ parentSpanId }) => parentSpanId === call.spanId)
        .map((request) => [
          request.name,
          request.kind,
          valueOf(request, "http.response.status_code"),
          valueOf(request, "http.request.resend_count"),
          request.status.code
        ])
    }))
  const path = "/trade-api/v2/portfolio/order_groups"
  const group = `GET ${path}/{order_group_id}`
  const maker = { kind: 1, client: "maker" }
  assert.deepStrictEqual(tree, [
    {
      ...maker,
      call: "OrderGroups.create",
      ended: 1,
      message: undefined,
      requests: [[`POST ${path}/create`, 3, 201, undefined, 1]]
    },
    {
      ...maker,
      call: "OrderGroups.get",
      ended: 1,
      message: undefined,
      requests: [
        [group, 3, 503, undefined, 2],
        [group, 3, 200, 1, 1]
      ]
    },
    {
      ...maker,
      call: "OrderGroups.get",
      ended: 2,
      message: "status 404, not_found",
      requests: [[group, 3, 404, undefined, 2]]
    },
    {
      call: "OrderGroups.list",
      kind: 1,
      ended: 2,
      message: "status 401, authentication_error",
      client: "impostor",
      requests: [[`GET ${path}`, 3, 401, undefined, 2]]
    }
  ])
  assert.strictEqual(spans.length, 10)
}

const assertMetrics = (metrics: ReadonlyArray<Exported>): void => {
  const durations = metrics.find(({ name }) => name === Telemetry.requestDuration.name)
  assert.strictEqual(durations?.unit, "s")
  const points = durations?.histogram?.dataPoints ?? []
  assert.strictEqual(
    points.reduce((sum, { count = 0 }) => sum + count, 0),
    5
  )
  assert.deepStrictEqual(
    points.map((point) => Number(valueOf(point, "http.response.status_code"))).sort(),
    [200, 201, 401, 404, 503]
  )
  for (const { explicitBounds } of points) assert.deepStrictEqual(explicitBounds, [...Telemetry.boundariesSeconds])
  const retries = metrics.find(({ name }) => name === Telemetry.retries.name)
  assert.strictEqual(retries?.sum?.isMonotonic, true)
  assert.deepStrictEqual(
    retries?.sum?.dataPoints.map((point) => valueOf(point, "error.type")),
    ["ServiceUnavailable"]
  )
}

describe("Telemetry, exported by OTLP", () => {
  it.live("sends spans and metrics of calls to a collector, without secrets", () =>
    Effect.gen(function* () {
      const { got, url } = yield* collector
      const secrets = yield* runBot(url)
      assertSpans(spansIn(got))
      assertMetrics(metricsIn(got))
      const everything = got.flatMap(({ headers, text }) => [headers, text]).join("\n")
      for (const secret of secrets) {
        assert.isFalse(everything.toLowerCase().includes(secret.toLowerCase()), secret.slice(0, 16))
      }
    }).pipe(Effect.provide(Layer.provideMerge(layer(), NodeHttpClient.layerUndici)))
  )
})
