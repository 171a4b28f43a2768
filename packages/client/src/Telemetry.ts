/**
 * The spans and metrics of a client: names, units and attributes, for dashboards and alerts.
 *
 * **Details**
 *
 * Every call is a span of kind `internal` with the operation's name, such as `OrderGroups.get`. Every request of the
 * call is a child span of kind `client`, such as `GET /trade-api/v2/portfolio/order_groups/{order_group_id}`. The child
 * span lasts from the call of the HTTP client to the last byte received, including the time to connect. A wait of at
 * least a millisecond for the account's rate-limit tokens is a child span named `wait for tokens`. Without a tracer
 * there are no spans. Metrics are always recorded in Effect's `Metric.MetricRegistry`.
 *
 * | span | attributes |
 * | --- | --- |
 * | the call | `kalshi.operation.name`, `kalshi.operation.id` (the id in the OpenAPI document), `kalshi.attempts` (requests sent), `error.type`, `kalshi.error.code`, `kalshi.client.name` |
 * | a request | `http.request.method`, `url.template`, `server.address`, `server.port`, `http.response.status_code`, `http.request.resend_count` (from the second request on), `error.type`, `kalshi.error.code`, `kalshi.client.name` |
 * | a wait | `kalshi.rate_limit.bucket` (`read` or `write`), `error.type`, `kalshi.client.name` |
 *
 * | metric | kind | unit | measures | attributes |
 * | --- | --- | --- | --- | --- |
 * | `http.client.request.duration` | histogram | `s` | each request sent | `http.request.method`, `url.template`, `server.address`, `server.port`, `http.response.status_code`, `error.type`, `kalshi.client.name` |
 * | `kalshi.client.operation.duration` | histogram | `s` | each call, waits and retries included; its count is the number of calls by outcome | `kalshi.operation.name`, `server.address`, `server.port`, `error.type`, `kalshi.client.name` |
 * | `kalshi.client.retries` | counter | `{request}` | requests that retry an earlier request | `kalshi.operation.name`, `server.address`, `server.port`, `error.type` (of the earlier request), `kalshi.client.name` |
 * | `kalshi.client.rate_limit.wait.duration` | histogram | `s` | each wait of a millisecond or more for tokens | `kalshi.rate_limit.bucket`, `server.address`, `server.port`, `error.type`, `kalshi.client.name` |
 * | `kalshi.client.rate_limit.tokens` | gauge | `{token}` | tokens in a bucket, as the limiter counts them when the metric is read; only for buckets that are in memory and were used | `kalshi.rate_limit.bucket` (`read`, `write`, `write/1` …), `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.rate_limit.capacity` | gauge | `{token}` | tokens in a full bucket | as for `kalshi.client.rate_limit.tokens` |
 *
 * `error.type` is the error's `_tag`, `interrupted`, or `defect`. It is absent after success, and from the span of an
 * interrupted call or request. `kalshi.error.code` is the code of the exchange or the system, if the error has one,
 * such as `invalid_order` or `ECONNREFUSED`. `kalshi.client.name` is the option `name` of the layer. If a process has
 * several accounts of one environment, only this attribute distinguishes them, because key ids are never attributes.
 *
 * **Gotchas**
 *
 * - No span or metric contains a header, a key id, a complete URL, an input, a response or an error message. A request
 *   is described by its URL template. The exit of a span contains only the tag, the status and the code of the failure.
 * - The client sends no trace header to the exchange.
 * - If a tracer or a metric registry throws, the outcome of the call does not change. Only the span or the measurement
 *   is lost.
 * - Each metric also has the attribute `unit`, from which Effect's exporters read the unit.
 * - Effect's exporter marks the span of an interrupted call or request as interrupted.
 *
 * The feed has its own spans and metrics: see `instruments` of `Feed`.
 *
 * `http.client.request.duration`, its boundaries, and all attributes except `kalshi.…` follow OpenTelemetry's semantic
 * conventions for HTTP clients, 1.23 and later. `url.full`, which the conventions require on spans, is omitted because
 * it contains ids.
 *
 * @module
 */

/** The definition of one metric. */
export interface Instrument<Kind extends "histogram" | "counter" | "gauge" = "histogram" | "counter" | "gauge"> {
  readonly name: string
  readonly kind: Kind
  /** The unit in UCUM notation: `s`, `{token}`. */
  readonly unit: string
  readonly description: string
  /** The attributes that the metric may have, besides `unit`. */
  readonly attributes: ReadonlyArray<string>
}

/**
 * The upper bounds of the histograms' buckets, in seconds. Source: OpenTelemetry's advice for
 * `http.client.request.duration`.
 */
export const boundariesSeconds: ReadonlyArray<number> = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10
]

const ofClient = ["server.address", "server.port", "kalshi.client.name"] as const

/** The duration of each request, from the call of the HTTP client to the last byte received. */
export const requestDuration: Instrument<"histogram"> = {
  name: "http.client.request.duration",
  kind: "histogram",
  unit: "s",
  description: "Duration of HTTP requests sent to the exchange",
  attributes: ["http.request.method", "url.template", "http.response.status_code", "error.type", ...ofClient]
}

/** The duration of each call, including waits and retries. */
export const operationDuration: Instrument<"histogram"> = {
  name: "kalshi.client.operation.duration",
  kind: "histogram",
  unit: "s",
  description: "Duration of calls of operations, waits and retries included",
  attributes: ["kalshi.operation.name", "error.type", ...ofClient]
}

/** The number of retries, by the error of the earlier request. */
export const retries: Instrument<"counter"> = {
  name: "kalshi.client.retries",
  kind: "counter",
  unit: "{request}",
  description: "Requests that retried a failed request",
  attributes: ["kalshi.operation.name", "error.type", ...ofClient]
}

/** The duration of each wait of a millisecond or more for the account's rate-limit tokens. */
export const waitDuration: Instrument<"histogram"> = {
  name: "kalshi.client.rate_limit.wait.duration",
  kind: "histogram",
  unit: "s",
  description: "Duration of waits for the account's tokens",
  attributes: ["kalshi.rate_limit.bucket", "error.type", ...ofClient]
}

/** The number of tokens in a bucket. */
export const tokens: Instrument<"gauge"> = {
  name: "kalshi.client.rate_limit.tokens",
  kind: "gauge",
  unit: "{token}",
  description: "Tokens in a bucket of the account, as the client counts them",
  attributes: ["kalshi.rate_limit.bucket", ...ofClient]
}

/** The number of tokens in a full bucket. */
export const capacity: Instrument<"gauge"> = {
  name: "kalshi.client.rate_limit.capacity",
  kind: "gauge",
  unit: "{token}",
  description: "Tokens in a full bucket of the account",
  attributes: ["kalshi.rate_limit.bucket", ...ofClient]
}

/** All metrics, except those of the feed. */
export const instruments: ReadonlyArray<Instrument> = [
  requestDuration,
  operationDuration,
  retries,
  waitDuration,
  tokens,
  capacity
]
