/** Accounts that send signed requests until the exchange is killed, and remember its responses. */
import { randomUUID, sign } from "node:crypto"
import { type Agent, request as httpRequest } from "node:http"
import { feedPath } from "../../src/feed/line.ts"
import { type Served, ticker } from "./stateServer.ts"

interface Response {
  readonly status: number
  readonly body: unknown
}

interface Key {
  readonly keyId: string
  readonly privateKey: string
}

const root = "/trade-api/v2"

/** Sends a request, signed if there is a key. Rejects if the connection ends before the response is complete. */
const call = (
  agent: Agent,
  url: string,
  key: Key | undefined,
  method: string,
  path: string,
  json?: unknown
): Promise<Response> =>
  new Promise((resolve, reject) => {
    const timestamp = String(Date.now())
    const signed = Buffer.from(timestamp + method + path.replace(/\?.*$/, ""))
    const text = json === undefined ? undefined : JSON.stringify(json)
    const headers = {
      ...(key && {
        "kalshi-access-key": key.keyId,
        "kalshi-access-timestamp": timestamp,
        "kalshi-access-signature": sign(null, signed, key.privateKey).toString("base64")
      }),
      ...(text !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    }
    const sent = httpRequest(url + path, { method, headers, agent }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () => {
        if (!response.complete) {
          reject(new Error("the response is incomplete"))
          return
        }
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown })
      })
    })
    sent.on("error", reject)
    sent.end(text)
  })

interface OrderBody {
  readonly order_id: string
  readonly client_order_id: string
  readonly status: string
  readonly fill_count_fp: string
  readonly initial_count_fp: string
}

export class Trader {
  readonly key: Key
  /** By order id: the client order id, and the number of filled contracts in the response. */
  readonly orders = new Map<string, { readonly clientOrderId: string; readonly filled: number }>()
  readonly canceled = new Set<string>()
  readonly fills = new Set<string>()
  /** All sent client order ids, with or without a response. */
  readonly sent = new Set<string>()
  readonly unexpected: Array<string> = []
  answered = 0

  constructor(key: Key) {
    this.key = key
  }

  async trade(url: string, agent: Agent, random: () => number): Promise<void> {
    try {
      for (;;) {
        const choice = random()
        const target = [...this.orders.keys()].at(-1 - Math.floor(random() * 20))
        if (choice < 0.25 && target !== undefined) {
          await this.#cancel(url, agent, target)
        } else if (choice < 0.32) {
          await this.#readFills(url, agent)
        } else {
          await this.#place(url, agent, random)
        }
        this.answered++
      }
    } catch (cause) {
      if (
        !(
          cause instanceof Error &&
          ("code" in cause || cause.message.includes("incomplete") || cause.message.includes("aborted"))
        )
      ) {
        throw cause
      }
    }
  }

  async #place(url: string, agent: Agent, random: () => number): Promise<void> {
    const clientOrderId = randomUUID()
    this.sent.add(clientOrderId)
    const { body, status } = await call(agent, url, this.key, "POST", `${root}/portfolio/events/orders`, {
      ticker,
      client_order_id: clientOrderId,
      side: random() < 0.5 ? "bid" : "ask",
      count: String(1 + Math.floor(random() * 5)),
      price: `0.${48 + Math.floor(random() * 5)}`,
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross"
    })
    const { fill_count, order_id } = body as { readonly order_id: string; readonly fill_count: string } // the body of a 201
    if (status === 201) {
      this.orders.set(order_id, { clientOrderId, filled: Number(fill_count) })
    } else {
      this.unexpected.push(`${status} ${JSON.stringify(body)}`)
    }
  }

  async #cancel(url: string, agent: Agent, orderId: string): Promise<void> {
    const path = `${root}/portfolio/events/orders/${orderId}`
    const { body, status } = await call(agent, url, this.key, "DELETE", path)
    if (status === 200) {
      this.canceled.add(orderId)
    } else if (status !== 404) {
      this.unexpected.push(`${status} ${JSON.stringify(body)}`)
    }
  }

  async #readFills(url: string, agent: Agent): Promise<void> {
    const { body } = await call(agent, url, this.key, "GET", `${root}/portfolio/fills?limit=50`)
    for (const { fill_id } of (body as { readonly fills: ReadonlyArray<{ readonly fill_id: string }> }).fills) {
      this.fills.add(fill_id)
    }
  }

  /** Returns the differences between the restarted exchange and its responses before the kill. */
  async check(url: string, agent: Agent): Promise<ReadonlyArray<string>> {
    const orders = await this.#all<OrderBody>(url, agent, "orders")
    const fills = await this.#all<{ readonly fill_id: string }>(url, agent, "fills")
    const byId = new Map(orders.map((order) => [order.order_id, order]))
    const wrong = [...this.unexpected]
    for (const [orderId, { clientOrderId, filled }] of this.orders) {
      const found = byId.get(orderId)
      if (found?.client_order_id !== clientOrderId) wrong.push(`order ${orderId} is missing`)
      else if (Number(found.fill_count_fp) < filled) wrong.push(`order ${orderId} has lost fills`)
    }
    for (const orderId of this.canceled) {
      if (byId.get(orderId)?.status !== "canceled") wrong.push(`order ${orderId} is not canceled`)
    }
    const clientIds = orders.map((order) => order.client_order_id)
    if (new Set(clientIds).size !== clientIds.length) wrong.push("a client order id occurs twice")
    wrong.push(...clientIds.filter((id) => !this.sent.has(id)).map((id) => `order ${id} was never sent`))
    const fillIds = fills.map(({ fill_id }) => fill_id)
    if (new Set(fillIds).size !== fillIds.length) wrong.push("a fill occurs twice")
    const found = new Set(fillIds)
    wrong.push(...[...this.fills].filter((id) => !found.has(id)).map((id) => `fill ${id} is missing`))
    return wrong
  }

  async #all<A>(url: string, agent: Agent, name: "orders" | "fills"): Promise<ReadonlyArray<A>> {
    const items: Array<A> = []
    let cursor = ""
    do {
      const path = `${root}/portfolio/${name}?limit=1000${cursor === "" ? "" : `&cursor=${cursor}`}`
      const { body } = await call(agent, url, this.key, "GET", path)
      const page = body as Readonly<Record<string, unknown>> // the body of a list response
      items.push(...(page[name] as ReadonlyArray<A>))
      cursor = String(page["cursor"] ?? "")
    } while (cursor !== "")
    return items
  }
}

export const operatorRead = async (url: string, agent: Agent, path: string): Promise<unknown> =>
  (await call(agent, url, undefined, "GET", `/sandbox/${path}`)).body

/** Moves the exchange's clock. Rejects if the exchange does not confirm the move. */
export const moveClock = async (url: string, agent: Agent, millis: number): Promise<void> => {
  const { status } = await call(agent, url, undefined, "POST", "/sandbox/time", { millis })
  if (status !== 200) throw new Error(`the clock was not moved: ${status}`)
}

export const feedHeaders = (key: Key): Record<string, string> => {
  const timestamp = String(Date.now())
  return {
    "kalshi-access-key": key.keyId,
    "kalshi-access-timestamp": timestamp,
    "kalshi-access-signature": sign(null, Buffer.from(`${timestamp}GET${feedPath}`), key.privateKey).toString("base64")
  }
}

export const tradersOf = ({ keys }: Served): ReadonlyArray<Trader> => keys.map((key) => new Trader(key))
