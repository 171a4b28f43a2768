/**
 * The spans and metrics of a client: names, units and attributes, for dashboards and alerts.
 *
 * **Details**
 *
 * Every call is a span of kind `internal` with the operation's name, such as `OrderGroups.get`. Every request that it sends
 * is a child of kind `client`, such as `GET /trade-api/v2/portfolio/order_groups/{order_group_id}`, from the first byte
 * sent to the last byte received. A wait of a millisecond or more for the account's tokens is a child named `wait for
 * tokens`. A failure shows the tag of its error. Without a tracer there are no spans. Metrics are always kept, in Effect's
 * `Metric.MetricRegistry`, until they are exported.
 *
 * | span | attributes |
 * | --- | --- |
 * | the call | `kalshi.operation.name`, `kalshi.operation.id` (as the published document has it), `kalshi.attempts` (requests sent), `error.type`, `kalshi.error.code`, `kalshi.client.name` |
 * | a request | `http.request.method`, `url.template`, `server.address`, `server.port`, `http.response.status_code`, `http.request.resend_count` (from the second on), `error.type`, `kalshi.error.code`, `kalshi.client.name` |
 * | a wait | `kalshi.rate_limit.bucket` (`read` or `write`), `error.type`, `kalshi.client.name` |
 *
 * | metric | kind | unit | of | attributes |
 * | --- | --- | --- | --- | --- |
 * | `http.client.request.duration` | histogram | `s` | each request sent | `http.request.method`, `url.template`, `server.address`, `server.port`, `http.response.status_code`, `error.type`, `kalshi.client.name` |
 * | `kalshi.client.operation.duration` | histogram | `s` | each call, waits and repeats included: its count is that of calls by outcome | `kalshi.operation.name`, `server.address`, `server.port`, `error.type`, `kalshi.client.name` |
 * | `kalshi.client.retries` | counter | `{request}` | requests that repeat another | `kalshi.operation.name`, `server.address`, `server.port`, `error.type` (what the one before failed with), `kalshi.client.name` |
 * | `kalshi.client.rate_limit.wait.duration` | histogram | `s` | each wait of a millisecond or more for tokens | `kalshi.rate_limit.bucket`, `server.address`, `server.port`, `error.type`, `kalshi.client.name` |
 * | `kalshi.client.rate_limit.tokens` | gauge | `{token}` | tokens in a bucket as the limiter counts them, when it is read; of buckets in memory that have been used | `kalshi.rate_limit.bucket` (`read`, `write`, `write/1` …), `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.rate_limit.capacity` | gauge | `{token}` | what it holds when it is full | the same |
 *
 * `error.type` is the error's `_tag`, `interrupted`, or `defect`. It is absent after a success. `kalshi.error.code` is the
 * code of the exchange or the system, if there is one, such as `invalid_order` or `ECONNREFUSED`. `kalshi.client.name` is
 * the layer's option `name`, and absent without it. Only the name distinguishes several accounts of one environment in one
 * process, because key ids are never attributes.
 *
 * **Gotchas**
 *
 * - No span or metric contains a header, a key's id, a whole address, an input, a response or an error's message. A request's
 *   address is its template, and the exit of a span names only the failure's tag, status and code.
 * - No trace header is sent to the exchange.
 * - If a tracer or a registry of metrics throws, the outcome of the call does not change. Only the notification is lost.
 * - Each metric also has the attribute `unit`, because Effect's exporters read it there.
 * - An interrupted span has no `error.type`. Effect's exporter marks it as interrupted.
 *
 * `http.client.request.duration`, its boundaries, and all attributes except `kalshi.…` follow OpenTelemetry's semantic
 * conventions for HTTP clients, 1.23 and later. `url.full`, which they require on spans, is omitted because it contains ids.
 *
 * @module
 */

/** One metric as it is exported. */
export interface Instrument<Kind extends "histogram" | "counter" | "gauge" = "histogram" | "counter" | "gauge"> {
  readonly name: string
  readonly kind: Kind
  /** In UCUM's notation: `s`, `{token}`. */
  readonly unit: string
  readonly description: string
  /** Which attributes it may have, besides `unit`. */
  readonly attributes: ReadonlyArray<string>
}

/** A histogram's upper bounds, in seconds. Source: OpenTelemetry's advice for `http.client.request.duration`. */
export const boundariesSeconds: ReadonlyArray<number> = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10
]

const ofClient = ["server.address", "server.port", "kalshi.client.name"] as const

/** How long each request took, from the first byte sent to the last byte received. */
export const requestDuration: Instrument<"histogram"> = {
  name: "http.client.request.duration",
  kind: "histogram",
  unit: "s",
  description: "Duration of HTTP requests sent to the exchange",
  attributes: ["http.request.method", "url.template", "http.response.status_code", "error.type", ...ofClient]
}

/** How long each call took, including waits and retries. */
export const operationDuration: Instrument<"histogram"> = {
  name: "kalshi.client.operation.duration",
  kind: "histogram",
  unit: "s",
  description: "Duration of calls of operations, waits and repeats included",
  attributes: ["kalshi.operation.name", "error.type", ...ofClient]
}

/** How many requests repeated another one, by the failure of that one. */
export const retries: Instrument<"counter"> = {
  name: "kalshi.client.retries",
  kind: "counter",
  unit: "{request}",
  description: "Requests that repeated one that had failed",
  attributes: ["kalshi.operation.name", "error.type", ...ofClient]
}

/** How long calls waited for the account's tokens, if they had to wait. */
export const waitDuration: Instrument<"histogram"> = {
  name: "kalshi.client.rate_limit.wait.duration",
  kind: "histogram",
  unit: "s",
  description: "Duration of waits for the account's tokens",
  attributes: ["kalshi.rate_limit.bucket", "error.type", ...ofClient]
}

/** Tokens in a bucket. */
export const tokens: Instrument<"gauge"> = {
  name: "kalshi.client.rate_limit.tokens",
  kind: "gauge",
  unit: "{token}",
  description: "Tokens in a bucket of the account, as the client counts them",
  attributes: ["kalshi.rate_limit.bucket", ...ofClient]
}

/** Tokens in a full bucket. */
export const capacity: Instrument<"gauge"> = {
  name: "kalshi.client.rate_limit.capacity",
  kind: "gauge",
  unit: "{token}",
  description: "Tokens that a bucket of the account holds when it is full",
  attributes: ["kalshi.rate_limit.bucket", ...ofClient]
}

/** All metrics. */
export const instruments: ReadonlyArray<Instrument> = [
  requestDuration,
  operationDuration,
  retries,
  waitDuration,
  tokens,
  capacity
]
