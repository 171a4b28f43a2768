import { describe } from "@effect/vitest"
import * as Subaccounts from "../../src/rest/Subaccounts.ts"
import { itFails, itRejects, itSendsAndDecodes } from "../support/calls.ts"

const transfer = {
  client_transfer_id: "6f1c3a52-7b0e-4d8e-9a53-0d6b5f1f4a11",
  from_subaccount: 0,
  to_subaccount: 3,
  amount_cents: 1250
}

describe("Subaccounts.balances", () => {
  itSendsAndDecodes([
    {
      it: "reads the cash of every subaccount and shard in dollars",
      call: Subaccounts.balances(),
      request: "GET /portfolio/subaccounts/balances",
      reply: {
        status: 200,
        body: {
          subaccount_balances: [
            { subaccount_number: 0, exchange_index: 0, balance: "999.462500", updated_ts: 1783302928 },
            { subaccount_number: 63, exchange_index: 2, balance: "0.00", updated_ts: 1783302928 }
          ]
        }
      }
    }
  ])
})

describe("Subaccounts.create", () => {
  const made = { status: 201, body: { subaccount_number: 1 } }
  itSendsAndDecodes([
    {
      it: "sends an empty object by default, because the exchange requires a body",
      call: Subaccounts.create(),
      request: "POST /portfolio/subaccounts",
      body: {},
      reply: made
    },
    {
      it: "sends the shard of the new subaccount",
      call: Subaccounts.create({ exchange_index: 2 }),
      request: "POST /portfolio/subaccounts",
      body: { exchange_index: 2 },
      reply: made
    }
  ])

  itFails(
    "does not retry after a 504, because a duplicate subaccount cannot be removed",
    Subaccounts.create(),
    [{ status: 504 }],
    { _tag: "GatewayTimeout" }
  )
})

describe("Subaccounts.netting", () => {
  itSendsAndDecodes([
    {
      it: "reads the netting setting of every subaccount",
      call: Subaccounts.netting(),
      request: "GET /portfolio/subaccounts/netting",
      reply: {
        status: 200,
        body: { netting_configs: [{ subaccount_number: 0, enabled: true, exchange_index: 0 }] }
      }
    }
  ])
})

describe("Subaccounts.updateNetting", () => {
  const input = { subaccount_number: 3, enabled: false }
  itSendsAndDecodes([
    {
      it: "sends the netting setting, ignores the response body and returns nothing",
      call: Subaccounts.updateNetting(input),
      request: "PUT /portfolio/subaccounts/netting",
      body: input,
      reply: { status: 200, text: "OK" }
    }
  ])

  itFails("retries after a lost response, because the update is idempotent", Subaccounts.updateNetting(input), [
    { fault: "ECONNRESET" },
    { status: 400, body: { error: { code: "bad_request", message: "no such subaccount" } } }
  ])
})

describe("Subaccounts.transfer", () => {
  itSendsAndDecodes([
    {
      it: "sends the amount in cents with the client_transfer_id",
      call: Subaccounts.transfer({ ...transfer, exchange_index: 1 }),
      request: "POST /portfolio/subaccounts/transfer",
      body: { ...transfer, exchange_index: 1 },
      reply: { status: 200, body: {} }
    }
  ])

  itFails(
    "retries a transfer with the same id, and fails with UnexpectedStatus on the undeclared 409",
    Subaccounts.transfer(transfer),
    [{ fault: "ECONNRESET" }, { status: 409, body: { error: { code: "already_exists", message: "seen" } } }],
    { _tag: "UnexpectedStatus", status: 409, attempts: 2 }
  )

  itRejects("rejects an id that is not a UUID, and a fraction of a cent", [
    [Subaccounts.transfer({ ...transfer, client_transfer_id: "mine" }), "/client_transfer_id"],
    [Subaccounts.transfer({ ...transfer, amount_cents: 12.5 }), "/amount_cents"]
  ])
})

describe("Subaccounts.transfers", () => {
  itSendsAndDecodes([
    {
      it: "reads a page of transfers in cents and Unix seconds",
      call: Subaccounts.transfers({ limit: 1000, cursor: "c" }),
      request: "GET /portfolio/subaccounts/transfers?limit=1000&cursor=c",
      reply: {
        status: 200,
        body: {
          cursor: "",
          transfers: [
            {
              transfer_id: "t",
              from_subaccount: 0,
              to_subaccount: 3,
              amount_cents: 1250,
              created_ts: 1783302928,
              exchange_index: 0
            }
          ]
        }
      }
    }
  ])
})
