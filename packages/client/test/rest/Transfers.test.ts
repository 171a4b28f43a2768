import { describe } from "@effect/vitest"
import * as Transfers from "../../src/rest/Transfers.ts"
import { itFails, itRejects, itSendsAndDecodes } from "../support/calls.ts"

const root = "/portfolio/intra_exchange_instance_transfer"
const client_transfer_id = "6f1c3a52-7b0e-4d8e-9a53-0d6b5f1f4a11"
const input = { source: "event_contract", destination: "event_contract", amount: 125_000 } as const
const transfer = {
  transfer_id: "t-1",
  source: "event_contract",
  destination: "margined",
  source_exchange_shard: 0,
  destination_exchange_shard: 2,
  amount: "12.5000",
  status: "pending",
  created_ts: 1783302928
}

describe("Transfers.list", () => {
  itSendsAndDecodes([
    {
      it: "reads amounts as dollars",
      call: Transfers.list({ limit: 500, cursor: "c" }),
      request: `GET ${root}s?limit=500&cursor=c`,
      reply: { status: 200, body: { transfers: [transfer], cursor: "" } }
    },
    {
      it: "accepts a response without a cursor",
      call: Transfers.list(),
      request: `GET ${root}s`,
      reply: { status: 200, body: { transfers: [] } }
    }
  ])
})

describe("Transfers.get", () => {
  itSendsAndDecodes([
    {
      it: "reads one transfer with an unknown status",
      call: Transfers.get({ transfer_id: "t-1" }),
      request: `GET ${root}s/t-1`,
      reply: { status: 200, body: { transfer: { ...transfer, status: "reversed" } } }
    }
  ])

  for (const body of [{ error: { code: "not_found", message: "no" } }, { code: "not_found" }]) {
    itFails(
      `fails with NotFound on ${JSON.stringify(body)}`,
      Transfers.get({ transfer_id: "t-2" }),
      [{ status: 404, body }],
      { _tag: "NotFound", code: "not_found", afterLostAnswer: false }
    )
  }
})

describe("Transfers.create", () => {
  const started = { status: 200, body: { transfer_id: "t-1" } }
  itSendsAndDecodes([
    {
      it: "sends the amount as an integer of centicents",
      call: Transfers.create(input),
      request: `POST ${root}`,
      body: input,
      reply: started
    },
    {
      it: "sends all fields of source and destination",
      call: Transfers.create({
        ...input,
        source_exchange_shard: 0,
        destination_exchange_shard: 100,
        source_subaccount: 0,
        destination_subaccount: 3,
        client_transfer_id
      }),
      request: `POST ${root}`,
      body: {
        ...input,
        source_exchange_shard: 0,
        destination_exchange_shard: 100,
        source_subaccount: 0,
        destination_subaccount: 3,
        client_transfer_id
      },
      reply: started
    }
  ])

  const lost = { fault: "ECONNRESET" }
  itFails("retries a transfer with an id after a lost response", Transfers.create({ ...input, client_transfer_id }), [
    lost,
    { status: 400, body: { error: { code: "insufficient_balance", message: "no" } } }
  ])
  itFails("does not retry a transfer without an id after a lost response", Transfers.create(input), [lost])

  itRejects(
    "rejects dollars, a fraction of a centicent, and an unknown instance or shard",
    (
      [
        ["/amount", { amount: "12.50" }],
        ["/amount", { amount: 12.5 }],
        ["/destination", { destination: "perpetual" }],
        ["/destination_exchange_shard", { destination_exchange_shard: 101 }]
      ] as const
    ).map(([pointer, fields]) => [Transfers.create({ ...input, ...fields } as never), pointer])
  )
})

describe("Transfers.targetBalanceAllocation", () => {
  itSendsAndDecodes([
    {
      it: "reads the shares as integer percents",
      call: Transfers.targetBalanceAllocation(),
      request: "GET /portfolio/target_balance_allocation",
      reply: {
        status: 200,
        body: {
          allocations: [
            { exchange_index: 0, percent: 60 },
            { exchange_index: 2, percent: 40 }
          ],
          resting_margin_reservation: "max"
        }
      }
    },
    {
      it: "reads an account without rebalancing",
      call: Transfers.targetBalanceAllocation(),
      request: "GET /portfolio/target_balance_allocation",
      reply: { status: 200, body: { allocations: [] } }
    }
  ])
})

describe("Transfers.setTargetBalanceAllocation", () => {
  const allocations = [{ exchange_index: 2, percent: 100 }]
  itSendsAndDecodes([
    {
      it: "sends the complete allocation",
      call: Transfers.setTargetBalanceAllocation({ allocations, resting_margin_reservation: "sum" }),
      request: "POST /portfolio/target_balance_allocation",
      body: { allocations, resting_margin_reservation: "sum" },
      reply: { status: 200, body: {} }
    },
    {
      it: "sends an empty list",
      call: Transfers.setTargetBalanceAllocation({ allocations: [] }),
      request: "POST /portfolio/target_balance_allocation",
      body: { allocations: [] },
      reply: { status: 200, body: {} }
    }
  ])

  itFails(
    "retries after a 502, because the update is idempotent",
    Transfers.setTargetBalanceAllocation({ allocations }),
    [{ status: 502 }, { status: 403 }],
    { _tag: "Forbidden" }
  )

  itRejects("rejects a fractional percent", [
    [
      Transfers.setTargetBalanceAllocation({ allocations: [{ exchange_index: 0, percent: 33.3 }] }),
      "/allocations/0/percent"
    ]
  ])
})
