/**
 * A small client of the exchange, for the tests of the judge (`kalshi-contract serve`, which tests clients). Without
 * faults, the client passes every scenario. Each fault adds one mistake.
 */
import { constants, randomUUID, sign } from "node:crypto"
import { inspect } from "node:util"
import type { Assignment, Driver, Result, Step } from "../../../judges/conformance/driver.ts"
import type { Fault } from "./faults.ts"
import { ScriptedFeed } from "./scriptedFeed.ts"

export type { Fault }

class Failed extends Error {
  readonly status: number | undefined
  readonly code: string | undefined
  readonly request: unknown
  constructor(message: string, status?: number, code?: string, request?: unknown) {
    super(message)
    this.status = status
    this.code = code
    if (request !== undefined) this.request = request
  }
}

interface Call {
  readonly method: string
  readonly path: string
  readonly query?: string
  readonly body?: object
}

type Account = Assignment["accounts"][number]

/** `path` starts at the root of the host and includes the query. */
export const signedHeaders = (
  { key_id, kind, private_key }: Account,
  method: string,
  path: string,
  faults: ReadonlySet<Fault>
): Record<string, string> => {
  const timestamp = String(Date.now())
  const rooted = faults.has("signs the query") ? path : path.split("?")[0]!
  const signed = faults.has("signs without the root path") ? rooted.replace("/trade-api/v2", "") : rooted
  const verb = faults.has("signs the method in lower case") ? method.toLowerCase() : method
  const text = Buffer.from((faults.has("signs without a timestamp") ? "" : timestamp) + verb + signed)
  const saltLength = faults.has("signs with a long salt") ? 100 : 32
  const signature =
    kind === "rsa"
      ? sign("sha256", text, { key: private_key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
      : sign(null, text, private_key)
  return {
    "KALSHI-ACCESS-KEY": key_id,
    "KALSHI-ACCESS-TIMESTAMP": timestamp,
    "KALSHI-ACCESS-SIGNATURE": signature.toString("base64")
  }
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null

const decimal = /^-?\d+(\.\d{1,6})?$/

interface OrderInput {
  readonly count: string
  readonly client_order_id: string
}

class ScriptedClient {
  readonly #assignment: Assignment
  readonly #faults: ReadonlySet<Fault>
  readonly feed: ScriptedFeed

  constructor(assignment: Assignment, faults: ReadonlySet<Fault>) {
    this.#assignment = assignment
    this.#faults = faults
    this.feed = new ScriptedFeed(
      assignment.exchange.feed,
      () => signedHeaders(assignment.accounts[0]!, "GET", "/trade-api/ws/v2", faults),
      faults
    )
  }

  async #attempt(account: Account, { body, method, path, query = "" }: Call): Promise<unknown> {
    const { exchange, timeout_millis } = this.#assignment
    const url = `${exchange.rest}${path}${query}`
    const headers = {
      ...signedHeaders(account, method, `/trade-api/v2${path}${query}`, this.#faults),
      "content-type": "application/json"
    }
    const response = await fetch(url, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
      redirect: this.#faults.has("follows redirects") ? "follow" : "manual",
      signal: AbortSignal.timeout(timeout_millis)
    })
    const bytes = await response.bytes().catch((error: unknown) => {
      if (this.#faults.has("accepts cut responses")) return new TextEncoder().encode('{"order":{}}')
      throw error
    })
    const lenient = this.#faults.has("accepts any body")
    const json = ((): unknown => {
      try {
        return JSON.parse(new TextDecoder("utf-8", { fatal: !lenient }).decode(bytes))
      } catch {
        return undefined
      }
    })()
    if (!(response.status >= 200 && response.status <= 299) && !this.#faults.has("ignores statuses")) {
      const error = isFields(json) ? (isFields(json["error"]) ? json["error"] : json) : {}
      const code = typeof error["code"] === "string" ? error["code"] : undefined
      throw new Failed(
        `status ${response.status}`,
        response.status,
        code,
        this.#faults.has("prints request headers")
          ? headers
          : this.#faults.has("prints the private key")
            ? account.private_key
            : undefined
      )
    }
    if (json === undefined && !lenient) throw new Failed("the body is not JSON")
    return json
  }

  async send(step: Step, call: Call): Promise<unknown> {
    const isFirst =
      this.#faults.has("signs every request with the first key") ||
      (step.do === "create_order" && this.#faults.has("signs orders with the first key"))
    const account = this.#assignment.accounts[isFirst ? 0 : (step.account ?? 0)]!
    const isRepeated =
      call.method === "GET" ? this.#faults.has("retries twenty times") : this.#faults.has("retries writes")
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(account, call)
      } catch (error) {
        const isRefused = error instanceof Failed && error.status !== undefined && error.status < 429
        if (!isRepeated || isRefused || attempt === 20) throw error
      }
    }
  }

  decimal(fields: Fields, name: string): unknown {
    const value = fields[name]
    if (this.#faults.has("accepts any body") || this.#faults.has("accepts cut responses")) return value ?? null
    if (typeof value !== "string" || !decimal.test(value)) throw new Failed(`${name} is not a decimal`)
    return this.#faults.has("reads numbers as doubles") ? Number(value).toFixed(2) : value
  }

  order(response: unknown): Fields {
    const order = isFields(response) ? response["order"] : undefined
    const isLenient = this.#faults.has("accepts any body") || this.#faults.has("ignores statuses")
    if (!isFields(order)) {
      if (isLenient) return { order_id: null }
      throw new Failed("the response has no order")
    }
    if (this.#faults.has("rejects unknown fields") && "new_field" in order) throw new Failed("unknown field")
    const statuses = ["resting", "canceled", "executed"]
    if (this.#faults.has("rejects unknown statuses") && !statuses.includes(String(order["status"]))) {
      throw new Failed("unknown status")
    }
    return {
      order_id: order["order_id"],
      status: order["status"],
      remaining_count_fp: this.decimal(order, "remaining_count_fp"),
      yes_price_dollars: this.decimal(order, "yes_price_dollars")
    }
  }

  async page(
    step: Step,
    limit: number,
    cursor: string
  ): Promise<{ readonly ids: Array<string>; readonly cursor: string }> {
    const text = this.#faults.has("does not escape cursors") ? encodeURI(cursor) : encodeURIComponent(cursor)
    const query = `?limit=${limit}${cursor === "" ? "" : `&cursor=${text}`}`
    const body = await this.send(step, { method: "GET", path: "/portfolio/orders", query })
    const orders = isFields(body) ? body["orders"] : undefined
    if (!Array.isArray(orders) && !this.#faults.has("accepts any body")) throw new Failed("the page has no orders")
    const ids = (Array.isArray(orders) ? orders : []).map(({ order_id }: { readonly order_id: string }) => order_id)
    return { ids, cursor: isFields(body) ? String(body["cursor"] ?? "") : "" }
  }

  async list(step: Step, limit: number): Promise<ReadonlyArray<string>> {
    const seen = new Set<string>()
    const all: Array<string> = []
    for (let cursor = ""; ;) {
      let page: Awaited<ReturnType<ScriptedClient["page"]>>
      try {
        page = await this.page(step, limit, cursor)
      } catch (error) {
        if (cursor !== "" && this.#faults.has("ends lists at a failed page")) return all
        throw error
      }
      all.push(...page.ids)
      if (this.#faults.has("repeats the last item of a page")) all.push(...page.ids.slice(-1))
      if (page.cursor === "" || this.#faults.has("reads only one page")) return all
      if (page.ids.length === 0 && this.#faults.has("stops at an empty page")) return all
      if (seen.has(page.cursor) && !this.#faults.has("does not notice repeated cursors"))
        throw new Failed("repeated cursor")
      seen.add(page.cursor)
      cursor = page.cursor
    }
  }

  async create(step: Step, input: OrderInput): Promise<Fields> {
    const place = (id: string) =>
      this.send(step, {
        method: "POST",
        path: "/portfolio/events/orders",
        body: {
          ...input,
          ...(this.#faults.has("rounds counts") && { count: Math.round(Number(input.count)).toFixed(2) }),
          client_order_id: id,
          time_in_force: "good_till_canceled",
          self_trade_prevention_type: "taker_at_cross"
        }
      })
    if (this.#faults.has("sends orders twice")) await place(randomUUID())
    const response = await place(input.client_order_id).catch((error: unknown) => {
      if (this.#faults.has("reports conflicts as successes") && error instanceof Failed && error.status === 409) {
        return { order_id: randomUUID() }
      }
      if (this.#faults.has("reports failed orders as placed")) return { order_id: randomUUID() }
      if (this.#faults.has("retries under a new id")) return place(randomUUID())
      throw error
    })
    const id = isFields(response) ? response["order_id"] : undefined
    if (this.#faults.has("reports placed orders as refused")) throw new Failed("refused", 400)
    if (typeof id === "string") return { order_id: id }
    if (this.#faults.has("accepts any body")) return { order_id: null }
    if (this.#faults.has("reports failed orders as placed")) return { order_id: randomUUID() }
    if (this.#faults.has("retries under a new id"))
      return this.create(step, { ...input, client_order_id: randomUUID() })
    throw new Failed("the response has no order_id")
  }

  async batch(step: Step, orders: ReadonlyArray<OrderInput>): Promise<ReadonlyArray<unknown>> {
    const send = (idOf: (order: OrderInput) => string) =>
      this.send(step, {
        method: "POST",
        path: "/portfolio/events/orders/batched",
        body: {
          orders: orders.map((order) => ({
            ...order,
            client_order_id: idOf(order),
            time_in_force: "good_till_canceled",
            self_trade_prevention_type: "taker_at_cross"
          }))
        }
      })
    if (this.#faults.has("sends orders twice")) await send(() => randomUUID()).catch(() => undefined)
    // A response of the exchange.
    const response = (await send(({ client_order_id }) => client_order_id)) as {
      readonly orders: ReadonlyArray<Fields>
    }
    const results = response.orders.map(({ error, order_id }) =>
      typeof order_id === "string" ? { order_id } : { error, placed: "no" }
    )
    if (this.#faults.has("reports failed orders as placed"))
      return results.map((result) => ({ order_id: randomUUID(), ...result }))
    return this.#faults.has("omits refused items of batches")
      ? results.filter((result) => "order_id" in result)
      : results
  }

  async atOnce(step: Step, orders: ReadonlyArray<OrderInput>): Promise<ReadonlyArray<unknown>> {
    const results = await Promise.all(
      orders.map((order) => this.create(step, order).catch((error: unknown) => this.report(error).error))
    )
    return this.#faults.has("drops refused orders") ? results.filter((result) => "order_id" in result) : results
  }

  report(error: unknown): { readonly error: NonNullable<Extract<Result, { readonly error: unknown }>["error"]> } {
    const { code, status } = error instanceof Failed ? error : {}
    const isRefused = status !== undefined && status < 500
    const hidesStatus = this.#faults.has("omits the statuses of errors")
    const hidesCode = this.#faults.has("omits the codes of errors")
    return {
      error: {
        kind: error instanceof Error && error.message === "timeout" ? "timeout" : "Failed",
        ...(status !== undefined && !hidesStatus && { status }),
        ...(code !== undefined && !hidesCode && { code }),
        text: hidesCode ? "failed" : inspect(error),
        ...(isRefused || this.#faults.has("reports every failed order as not placed")
          ? { placed: "no" as const }
          : { placed: "maybe" as const })
      }
    }
  }

  async call(step: Step): Promise<Fields> {
    const input = (step.input ?? {}) as Record<string, never> // the judge sends this type
    const path = `/portfolio/events/orders/${input["order_id"]}`
    switch (step.do) {
      case "get_balance": {
        const body = await this.send(step, { method: "GET", path: "/portfolio/balance" })
        return { balance_dollars: this.decimal(isFields(body) ? body : {}, "balance_dollars") }
      }
      case "get_order":
        return this.order(await this.send(step, { method: "GET", path: `/portfolio/orders/${input["order_id"]}` }))
      case "list_orders":
        return { order_ids: await this.list(step, input["limit"]!) }
      case "list_orders_page":
        return { order_ids: (await this.page(step, input["limit"]!, "")).ids }
      case "create_order":
        return this.create(step, input as unknown as OrderInput) // the judge sends this type
      case "create_orders":
        return { results: await this.batch(step, input["orders"]!) }
      case "create_orders_at_once":
        return { results: await this.atOnce(step, input["orders"]!) }
      case "cancel_order":
        await this.send(step, { method: "DELETE", path })
        return {}
      case "decrease_order":
        await this.send(step, { method: "POST", path: `${path}/decrease`, body: { reduce_by: input["reduce_by"] } })
        return {}
      case "create_order_group":
        await this.send(step, { method: "POST", path: "/portfolio/order_groups/create", body: input })
        return {}
      case "watch_book":
        return this.feed.watchBook(input["ticker"]!, input["lines"]!)
      case "read_book":
        return this.feed.readBook(input["ticker"]!)
      case "watch_trades":
        return this.feed.watchTrades(input["ticker"]!, input["lines"]!)
      case "read_trades":
        return this.feed.readTrades()
      default:
        throw new Error(`unknown step ${step.do}`)
    }
  }
}

export const scripted = (...faults: ReadonlyArray<Fault>): Driver => ({
  client: { name: faults.join(", ") || "a good client", version: "1", language: "TypeScript" },
  key: "ed25519",
  open: async (assignment) => {
    const client = new ScriptedClient(assignment, new Set(faults))
    return {
      call: async (step) => {
        try {
          return { value: await client.call(step) }
        } catch (error) {
          return client.report(error)
        }
      },
      close: async () => client.feed.close()
    }
  }
})
