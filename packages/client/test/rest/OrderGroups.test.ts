import { describe } from "@effect/vitest"
import * as OrderGroups from "../../src/trading/OrderGroups.ts"
import { itSendsAndDecodes } from "../support/calls.ts"

const order_group_id = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"
const root = "/portfolio/order_groups"
const group = `${root}/${order_group_id}`

describe("OrderGroups.list", () => {
  itSendsAndDecodes([
    {
      it: "lists the groups of all subaccounts",
      call: OrderGroups.list(),
      request: `GET ${root}`,
      reply: { status: 200, body: { order_groups: [] } }
    },
    {
      it: "lists the groups of one subaccount",
      call: OrderGroups.list({ subaccount: 3 }),
      request: `GET ${root}?subaccount=3`,
      reply: {
        status: 200,
        body: {
          order_groups: [
            { id: order_group_id, is_auto_cancel_enabled: false, contracts_limit_fp: "10.00", exchange_index: 0 }
          ]
        }
      }
    },
    {
      it: "accepts a response without the list, which is optional in the OpenAPI document",
      call: OrderGroups.list(),
      request: `GET ${root}`,
      reply: { status: 200, body: {} }
    }
  ])
})

describe("OrderGroups.get", () => {
  itSendsAndDecodes([
    {
      it: "reads one group and keeps its limit unchanged",
      call: OrderGroups.get({ order_group_id, subaccount: 0 }),
      request: `GET ${group}?subaccount=0`,
      reply: {
        status: 200,
        body: { is_auto_cancel_enabled: false, orders: ["a", "b"], contracts_limit_fp: "2.50", exchange_index: 0 }
      }
    },
    {
      it: "decodes a new group, as recorded in demo",
      call: OrderGroups.get({ order_group_id }),
      request: `GET ${group}`,
      reply: { status: 200, body: { is_auto_cancel_enabled: false, orders: [] } }
    },
    {
      it: "ignores unknown fields",
      call: OrderGroups.get({ order_group_id }),
      request: `GET ${group}`,
      reply: { status: 200, body: { is_auto_cancel_enabled: true, orders: [], tomorrow: { more: 1 } } },
      value: { is_auto_cancel_enabled: true, orders: [] }
    }
  ])
})

describe("OrderGroups.create", () => {
  itSendsAndDecodes([
    {
      it: "sends its input as the body and omits undefined fields",
      call: OrderGroups.create({ contracts_limit_fp: "25.5", subaccount: undefined, exchange_index: 0 }),
      request: `POST ${root}/create`,
      body: { contracts_limit_fp: "25.5", exchange_index: 0 },
      reply: { status: 201, body: { order_group_id, subaccount: 0, exchange_index: 0 } }
    }
  ])
})

describe("OrderGroups.updateLimit", () => {
  itSendsAndDecodes([
    {
      it: "sends the group in the path, the subaccount and the shard in the query, and the limit in the body",
      call: OrderGroups.updateLimit({ order_group_id, subaccount: 2, exchange_index: 1, contracts_limit: 10 }),
      request: `PUT ${group}/limit?subaccount=2&exchange_index=1`,
      body: { contracts_limit: 10 },
      reply: { status: 200, body: {} }
    }
  ])
})

for (const [name, operation] of [
  ["reset", OrderGroups.reset],
  ["trigger", OrderGroups.trigger]
] as const) {
  describe(`OrderGroups.${name}`, () => {
    itSendsAndDecodes([
      {
        it: "sends an empty JSON object, because the exchange refuses a write without a body",
        call: operation({ order_group_id, exchange_index: 0 }),
        request: `PUT ${group}/${name}?exchange_index=0`,
        body: {},
        reply: { status: 200, body: {} }
      }
    ])
  })
}

describe("OrderGroups.delete", () => {
  itSendsAndDecodes([
    {
      it: "sends no body",
      call: OrderGroups.delete({ order_group_id, subaccount: 1 }),
      request: `DELETE ${group}?subaccount=1`,
      reply: { status: 200, body: {} }
    }
  ])
})
