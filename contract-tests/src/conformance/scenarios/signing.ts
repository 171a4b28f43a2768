/**
 * Scenarios of signatures: both kinds of keys, two accounts in one process, a redirect, and the text of errors.
 *
 * @module
 */
import * as Redacted from "effect/Redacted"
import * as Effect from "effect/Effect"
import * as Recorder from "../Recorder.ts"
import { type Finding, found, nothing, type Scenario, type Step } from "../Scenario.ts"
import { errorIn, isSameDecimal, mustFail, mustSucceed, orderInput, ordersOf, place, textIn } from "./support.ts"

const balancePath = "/portfolio/balance"

/** The requests of this scenario differ: one has no query, and the others have a query, a body or an id in the path. */
const signs = (key: "rsa" | "ed25519", name: string): Scenario => ({
  id: `sign-${key}`,
  area: "signing",
  title: `The client signs reads and writes with an ${name} key.`,
  expected: "Every signature is valid: it covers the timestamp, the method and the path without the query.",
  key,
  prepare: (stage) =>
    Effect.map(place(stage, 1), ({ orderId }) => {
      const steps: ReadonlyArray<Step> = [
        { do: "get_balance" },
        { do: "list_orders_page", input: { limit: 5 } },
        { do: "create_order", input: orderInput(2) },
        { do: "cancel_order", input: { order_id: orderId } }
      ]
      return {
        steps,
        judge: (results) => Effect.succeed(results.flatMap((result, index) => mustSucceed(steps[index]!.do, result)))
      }
    })
})

const twoAccounts: Scenario = {
  id: "sign-two-accounts",
  area: "signing",
  title: "One process has two clients with different keys. They send requests in turn.",
  expected: "Each client signs with its own key.",
  accounts: 2,
  prepare: (stage) =>
    Effect.gen(function* () {
      yield* stage.operator.withdraw(stage.accounts[0]!.accountId, "999900.00")
      yield* stage.operator.withdraw(stage.accounts[1]!.accountId, "999800.00")
      return {
        steps: [
          { do: "get_balance", account: 0 },
          { do: "get_balance", account: 1 },
          { do: "get_balance", account: 0 },
          { do: "create_order", account: 1, input: orderInput(1) }
        ],
        judge: (results) =>
          Effect.gen(function* () {
            const wrongOrders = (yield* ordersOf(stage, 0)).length
            return [
              ...["100", "200", "100"].flatMap((dollars, index) => {
                const balance = textIn(results[index], "balance_dollars")
                return balance !== undefined && !isSameDecimal(balance, dollars)
                  ? found("mis-signed", `client ${index % 2} reads the balance of the other account`)
                  : nothing
              }),
              ...(wrongOrders > 0 ? found("mis-signed", "the order of client 1 belongs to account 0") : nothing),
              ...results.flatMap((result, index) => mustSucceed(`call ${index + 1}`, result))
            ]
          })
      }
    })
}

const redirect: Scenario = {
  id: "sign-redirect",
  area: "signing",
  title: "The exchange redirects a signed read to another host.",
  expected: "The client sends no signature to the other host, and reports an error.",
  prepare: (stage) =>
    Effect.gen(function* () {
      const elsewhere = yield* Recorder.make(() => stage.operator.url)
      const location = `${elsewhere.url}/trade-api/v2${balancePath}`
      stage.recorder.add({
        method: "GET",
        path: balancePath,
        respond: () => ({ status: 307, headers: { location }, body: "" })
      })
      return {
        steps: [{ do: "get_balance" }],
        judge: ([result]) =>
          Effect.sync(() => [
            ...(elsewhere.requests.some(({ headers }) => headers["kalshi-access-signature"] !== undefined)
              ? found("leaked", "sends its key id and its signature to the host of the redirect")
              : nothing),
            ...mustFail("reports the balance that the host of the redirect sent", result)
          ])
      }
    })
}

const errorText: Scenario = {
  id: "sign-error-text",
  area: "signing",
  title: "A read fails, and the program prints the error.",
  expected: "The text contains neither the signature of the request nor the private key.",
  prepare: (stage) =>
    Effect.sync(() => {
      stage.recorder.add({
        method: "GET",
        path: balancePath,
        respond: () => ({ status: 400, body: '{"error":{"code":"bad_request","message":"bad request"}}' })
      })
      return {
        steps: [{ do: "get_balance" }],
        judge: ([result]) =>
          Effect.sync((): ReadonlyArray<Finding> => {
            const text = errorIn(result)?.text ?? ""
            const signatures = stage.recorder.requests.map(({ headers }) => headers["kalshi-access-signature"])
            const keyLine = Redacted.value(stage.accounts[0]!.privateKey).trim().split("\n")[1] ?? ""
            return [
              ...mustFail("reports a refused read as a success", result),
              ...(signatures.some((signature) => signature !== undefined && text.includes(signature))
                ? found("leaked", "the text of the error contains the signature of the request")
                : nothing),
              ...(text.includes(keyLine) ? found("leaked", "the text of the error contains the private key") : nothing)
            ]
          })
      }
    })
}

export const signing: ReadonlyArray<Scenario> = [
  signs("ed25519", "Ed25519"),
  signs("rsa", "RSA"),
  twoAccounts,
  redirect,
  errorText
]
