/**
 * Plays the scenarios of the judge with the official TypeScript SDK, `kalshi-typescript`. The SDK has no WebSocket, no
 * pagination and no Ed25519.
 *
 * @module
 */
import type Axios from "axios" with { "resolution-mode": "require" }
import type * as Sdk from "kalshi-typescript"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { inspect } from "node:util"
import { type Assignment, type Driver, inputOf, main, type Result, type Step, unsupported } from "./driver.ts"

const require = createRequire(import.meta.url)

// Node cannot load the ES modules of the SDK, so this file requires its CommonJS modules.
const sdk: typeof Sdk = require("kalshi-typescript")
const axios: typeof Axios = require("axios")

/** Builds the API objects from only a configuration, so they share the SDK's default HTTP client. */
const apisOf = ({ exchange, timeout_millis }: Assignment, account: Assignment["accounts"][number]) => {
  const configuration = new sdk.Configuration({
    apiKey: account.key_id,
    privateKeyPem: account.private_key,
    basePath: exchange.rest,
    baseOptions: { timeout: timeout_millis }
  })
  return {
    orders: new sdk.OrdersApi(configuration),
    portfolio: new sdk.PortfolioApi(configuration),
    groups: new sdk.OrderGroupsApi(configuration)
  }
}

type Apis = ReturnType<typeof apisOf>

const codeOf = (data: unknown): { readonly code?: string } => {
  // `data` can be any value.
  const body = Object(data) as { readonly code?: unknown; readonly error?: { readonly code?: unknown } | string }
  const code = Object(body.error).code ?? body.code
  return typeof code === "string" ? { code } : {}
}

/** The SDK throws the errors of axios. */
const reportError = (error: unknown): Result => {
  // Errors of other classes do not have these fields.
  const { code, message, name, response } = error as Partial<InstanceType<typeof Axios.AxiosError>>
  const status = response?.status
  return {
    error: {
      kind: name ?? "Error",
      ...(status !== undefined && { status }),
      ...(status === undefined ? code !== undefined && { code } : codeOf(response?.data)),
      // A status from 400 to 499 means that the exchange refused the request.
      ...(status !== undefined && status >= 400 && status < 500 ? { placed: "no" as const } : {}),
      text: message === undefined ? String(error) : inspect(error)
    }
  }
}

const orderOf = (input: Pick<Sdk.CreateOrderV2Request, "ticker" | "side" | "count" | "price" | "client_order_id">) => ({
  ...input,
  time_in_force: "good_till_canceled" as const,
  self_trade_prevention_type: "taker_at_cross" as const
})

type OrderInput = Parameters<typeof orderOf>[0]

/** The SDK does not check responses, so any field can be missing. */
type Loose<A> = { readonly [Key in keyof A]?: A[Key] | null } | undefined | null

const listed = (data: Loose<Sdk.GetOrdersResponse>): Result => ({
  value: { order_ids: (data?.orders ?? []).map(({ order_id }) => order_id) }
})

const createOne = async (apis: Apis, input: OrderInput): Promise<Result> => {
  try {
    const { data }: { readonly data: Loose<Sdk.CreateOrderV2Response> } = await apis.orders.createOrderV2(
      orderOf(input)
    )
    return { value: { order_id: data?.order_id ?? null } }
  } catch (error) {
    return reportError(error)
  }
}

const itemOf = (result: Result): unknown =>
  "value" in result ? result.value : "error" in result ? { error: result.error.kind, placed: result.error.placed } : {}

const call = async (apis: Apis, step: Step): Promise<Result> => {
  switch (step.do) {
    case "get_balance": {
      const { data }: { readonly data: Loose<Sdk.GetBalanceResponse> } = await apis.portfolio.getBalance()
      return { value: { balance_dollars: data?.balance_dollars ?? null } }
    }
    case "get_order": {
      const { order_id } = inputOf<{ readonly order_id: string }>(step)
      const { data }: { readonly data: Loose<Sdk.GetOrderResponse> } = await apis.orders.getOrder(order_id)
      const order: Loose<Sdk.Order> = data?.order
      return {
        value: {
          order_id: order?.order_id ?? null,
          status: order?.status ?? null,
          remaining_count_fp: order?.remaining_count_fp ?? null,
          yes_price_dollars: order?.yes_price_dollars ?? null
        }
      }
    }
    case "list_orders_page": {
      const { limit } = inputOf<{ readonly limit: number }>(step)
      const { data } = await apis.orders.getOrders(undefined, undefined, undefined, undefined, undefined, limit)
      return listed(data)
    }
    case "create_order":
      return createOne(apis, inputOf(step))
    case "create_orders": {
      const { orders } = inputOf<{ readonly orders: ReadonlyArray<OrderInput> }>(step)
      const { data }: { readonly data: Loose<Sdk.BatchCreateOrdersV2Response> } = await apis.orders.batchCreateOrdersV2(
        { orders: orders.map(orderOf) }
      )
      return {
        value: {
          results: (data?.orders ?? []).map(({ error, order_id }) =>
            order_id == null ? { error, placed: "no" } : { order_id }
          )
        }
      }
    }
    case "create_orders_at_once": {
      const { orders } = inputOf<{ readonly orders: ReadonlyArray<OrderInput> }>(step)
      const results = await Promise.all(orders.map((order) => createOne(apis, order)))
      return { value: { results: results.map(itemOf) } }
    }
    case "cancel_order":
      await apis.orders.cancelOrderV2(inputOf<{ readonly order_id: string }>(step).order_id)
      return { value: {} }
    case "decrease_order": {
      const { order_id, reduce_by } = inputOf<{ readonly order_id: string; readonly reduce_by: string }>(step)
      await apis.orders.decreaseOrderV2(order_id, { reduce_by })
      return { value: {} }
    }
    case "create_order_group": {
      const { data } = await apis.groups.createOrderGroup(inputOf(step))
      return { value: { order_group_id: data.order_group_id } }
    }
    case "list_orders":
      return unsupported(step.do, "the SDK has no pagination")
    default:
      return unsupported(step.do, "the SDK has no WebSocket")
  }
}

const { version }: { readonly version: string } = require("kalshi-typescript/package.json")

const driver: Driver = {
  client: { name: "kalshi-typescript", version, language: "TypeScript" },
  key: "rsa",
  open: async (assignment) => {
    // The API objects add interceptors to the default HTTP client. The driver removes them, so that each scenario
    // starts as in a new process.
    axios.interceptors.request.clear()
    const isRsa = assignment.accounts.every(({ kind }) => kind === "rsa")
    const apis = isRsa ? assignment.accounts.map((account) => apisOf(assignment, account)) : []
    return {
      call: async (step) => {
        if (!isRsa) return unsupported(step.do, "the SDK signs only with RSA keys")
        try {
          return await call(apis[step.account ?? 0]!, step)
        } catch (error) {
          return reportError(error)
        }
      }
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(driver)
