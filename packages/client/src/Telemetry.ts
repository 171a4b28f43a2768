/**
 * What a client tells a tracer and a metrics exporter: names, units and attributes, for dashboards and alerts.
 *
 * **Details**
 *
 * Every call is a span of kind `internal` with the operation's name, such as `OrderGroups.get`; every request that it
 * sends is a child of kind `client`, such as `GET /trade-api/v2/portfolio/order_groups/{order_group_id}`, from the first
 * byte out to the last byte in; a wait of a millisecond or more for the account's tokens is a child named `wait for
 * tokens`. A failure is the tag of its error. Without a tracer there are no spans; metrics are kept at any rate, in
 * Effect's `Metric.MetricRegistry`, until somebody exports them.
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
 * `error.type` is absent where all went well; it is the error's `_tag`, `interrupted`, or `defect`. `kalshi.error.code`
 * is the exchange's or the system's own word where there is one, such as `invalid_order` or `ECONNREFUSED`.
 * `kalshi.client.name` is the layer's option `name`, and absent without it: several accounts of one environment in one
 * process differ in it alone, because no key's id is ever among the attributes.
 *
 * **Gotchas**
 *
 * - No span or metric holds a header, a key's id, a whole address, an input, an answer or an error's message: a request's
 *   address is its template, and the exit of a span names a failure's tag, status and code alone.
 * - No trace header is sent to the exchange.
 * - A tracer, or a registry of metrics, that throws changes nothing of what a call gives; what it received is lost.
 * - Each metric also has the attribute `unit`, which is how Effect's exporters learn of it.
 * - An interrupted span is one that has no `error.type`; Effect's exporter marks it as such.
 *
 * Names and boundaries of `http.client.request.duration` and of the attributes besides `kalshi.…` are those of
 * OpenTelemetry's semantic conventions for HTTP clients, 1.23 and later; `url.full`, which they want on spans, is left
 * out as it holds ids.
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

/** How long each request took, from the first byte out to the last byte in. */
export const requestDuration: Instrument<"histogram"> = {
  name: "http.client.request.duration",
  kind: "histogram",
  unit: "s",
  description: "Duration of HTTP requests sent to the exchange",
  attributes: ["http.request.method", "url.template", "http.response.status_code", "error.type", ...ofClient]
}

/** How long each call took, waits and repeats included. */
export const operationDuration: Instrument<"histogram"> = {
  name: "kalshi.client.operation.duration",
  kind: "histogram",
  unit: "s",
  description: "Duration of calls of operations, waits and repeats included",
  attributes: ["kalshi.operation.name", "error.type", ...ofClient]
}

/** How many requests repeated another, by what that one failed with. */
export const retries: Instrument<"counter"> = {
  name: "kalshi.client.retries",
  kind: "counter",
  unit: "{request}",
  description: "Requests that repeated one that had failed",
  attributes: ["kalshi.operation.name", "error.type", ...ofClient]
}

/** How long those waited for the account's tokens that had to. */
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
  description: "Tokens in a bucket of the account, as reckoned on this side",
  attributes: ["kalshi.rate_limit.bucket", ...ofClient]
}

/** Tokens in a bucket that is full. */
export const capacity: Instrument<"gauge"> = {
  name: "kalshi.client.rate_limit.capacity",
  kind: "gauge",
  unit: "{token}",
  description: "Tokens that a bucket of the account holds when it is full",
  attributes: ["kalshi.rate_limit.bucket", ...ofClient]
}

/** Every metric that there is. */
export const instruments: ReadonlyArray<Instrument> = [
  requestDuration,
  operationDuration,
  retries,
  waitDuration,
  tokens,
  capacity
]
