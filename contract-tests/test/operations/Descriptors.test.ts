import { assert, describe, it } from "@effect/vitest"
import { BadRequest, Conflict, NotFound, Unauthorized } from "@kalshi-effect/client/Errors"
import type * as Operation from "@kalshi-effect/client/Operation"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import * as Descriptors from "../../src/operations/Descriptors.ts"
import { allWith, withDescriptor, document, inputs, named, referenceOf, sourceOf } from "./support/client.ts"

const deprecated = Descriptors.deprecated(document, sourceOf, inputs)

describe("findings", () => {
  it("finds no difference between the client and the document", () => {
    assert.deepStrictEqual(
      Descriptors.findings(ClientOperations.all, document, [...Descriptors.checks(document), deprecated]),
      []
    )
  })
})

describe("the document", () => {
  it("deprecates four operations, and four input fields of other operations", () => {
    assert.deepStrictEqual(
      document.operations.filter((operation) => operation.deprecated).map(({ id }) => id),
      ["DeleteQuote", "GetQuote", "AcceptQuote", "ConfirmQuote"]
    )
    const inputs = document.operations.flatMap(({ id, parameters, requestBody }) => [
      ...parameters.flatMap((parameter) => (parameter.deprecated ? [`${id} ${parameter.name}`] : [])),
      ...Object.entries(requestBody === undefined ? {} : (document.deref(requestBody.schema).properties ?? {})).flatMap(
        ([key, schema]) => (schema.deprecated === true ? [`${id} ${key}`] : [])
      )
    ])
    assert.deepStrictEqual(inputs, [
      "GetQuotes quote_creator_user_id",
      "GetQuotes rfq_creator_user_id",
      "GetRFQs creator_user_id",
      "CreateRFQ target_cost_centi_cents"
    ])
  })

  it("allows an absent or null cursor on every page", () => {
    const paged = document.operations.flatMap((operation) => {
      const found = Descriptors.paging(document, operation)
      return found === undefined ? [] : [{ ...found, id: operation.id, schema: operation.success.schema! }]
    })
    assert.lengthOf(paged, 29)
    for (const { cursor, id, schema } of paged) {
      const { properties, required } = document.deref(schema)
      assert.deepStrictEqual(document.deref(properties![cursor!]!).type, ["string", "null"], id)
      assert.notInclude(required ?? [], cursor, id)
    }
  })

  it("declares a body other than ErrorBody for three errors", () => {
    assert.deepStrictEqual(
      document.operations.flatMap((operation) =>
        Descriptors.payloads(operation).map(({ status }) => `${operation.id} ${status}`)
      ),
      ["GetExchangeStatus 500", "GetExchangeStatus 503", "GetExchangeStatus 504"]
    )
  })
})

/** The expected capability, signature, retry class, bucket and cost of every operation, and whether it is urgent. */
const pinned = `
Account.endpointCosts                GetAccountEndpointCosts                   public none     idempotent read         10
Account.limits                       GetAccountApiLimits                       read   required idempotent read         10
Account.upgradeUsageLevel            UpgradeAccountApiUsageLevel               write  required never      write/common 30
Account.usageLevelVolumeProgress     GetAccountApiUsageLevelVolumeProgress     read   required idempotent read         10
ApiKeys.create                       CreateApiKey                              write  required never      write/common 10
ApiKeys.delete                       DeleteApiKey                              write  required idempotent write/common 10
ApiKeys.generate                     GenerateApiKey                            write  required never      write/common 10
ApiKeys.list                         GetApiKeys                                read   required idempotent read         10
BlockTrades.accept                   AcceptBlockTradeProposal                  write  required never      write/common 10
BlockTrades.list                     GetBlockTradeProposals                    read   required idempotent read         10
BlockTrades.propose                  ProposeBlockTrade                         write  required never      write/common 10
Events.candlesticks                  GetMarketCandlesticksByEvent              public none     idempotent read         10
Events.feeChanges                    GetEventFeeChanges                        public none     idempotent read         10
Events.forecastPercentileHistory     GetEventForecastPercentilesHistory        read   required idempotent read         10
Events.get                           GetEvent                                  public none     idempotent read         10
Events.list                          GetEvents                                 public none     idempotent read         10
Events.listMultivariate              GetMultivariateEvents                     public none     idempotent read         10
Events.metadata                      GetEventMetadata                          public none     idempotent read         10
Exchange.schedule                    GetExchangeSchedule                       public none     idempotent read         10
Exchange.status                      GetExchangeStatus                         public none     idempotent read         10
Exchange.userDataTimestamp           GetUserDataTimestamp                      public none     idempotent read         10
Fcm.createSubtrader                  CreateFCMSubtrader                        write  required never      write/common 10
Fcm.deleteDailyCap                   DeleteFCMEventContractDailyCap            write  required idempotent write/common 10
Fcm.getBlockedCategories             GetFCMSubtraderBlockedCategories          read   required idempotent read         10
Fcm.getDailyCap                      GetFCMEventContractDailyCap               read   required idempotent read         10
Fcm.listFills                        GetFCMFills                               read   required idempotent read         10
Fcm.listOrders                       GetFCMOrders                              read   required idempotent read         10
Fcm.listPositions                    GetFCMPositions                           read   required idempotent read         10
Fcm.listSubtraders                   ListFCMSubtraders                         read   required idempotent read         10
Fcm.transferPosition                 CreateFCMPositionTransfer                 write  required never      write/common 10
Fcm.updateBlockedCategories          UpdateFCMSubtraderBlockedCategories       write  required idempotent write/common 10
Fcm.updateDailyCap                   UpdateFCMEventContractDailyCap            write  required idempotent write/common 10
Historical.cutoff                    GetHistoricalCutoff                       public none     idempotent read         10
Historical.fills                     GetFillsHistorical                        read   required idempotent read         10
Historical.market                    GetHistoricalMarket                       public none     idempotent read         10
Historical.marketCandlesticks        GetMarketCandlesticksHistorical           public none     idempotent read         10
Historical.markets                   GetHistoricalMarkets                      public none     idempotent read         10
Historical.orders                    GetHistoricalOrders                       read   required idempotent read         10
Historical.positions                 GetHistoricalPositions                    read   required idempotent read         10
Historical.trades                    GetTradesHistorical                       public none     idempotent read         10
IncentivePrograms.list               GetIncentivePrograms                      public none     idempotent read         10
LiveData.batchGet                    GetLiveDatas                              public none     idempotent read         10
LiveData.gameStats                   GetGameStats                              public none     idempotent read         10
LiveData.get                         GetLiveDataByMilestone                    public none     idempotent read         10
LiveData.getByEvent                  GetEventLiveData                          public none     idempotent read         10
LiveData.getByType                   GetLiveData                               public none     idempotent read         10
LiveData.weatherIndex                GetWeatherIndex                           public none     idempotent read         10
LiveData.weatherIndexCalibrations    GetWeatherIndexCalibrations               public none     idempotent read         10
Markets.batchCandlesticks            BatchGetMarketCandlesticks                public none     idempotent read         10
Markets.candlesticks                 GetMarketCandlesticks                     public none     idempotent read         10
Markets.get                          GetMarket                                 public none     idempotent read         10
Markets.list                         GetMarkets                                public none     idempotent read         10
Markets.orderbook                    GetMarketOrderbook                        public optional idempotent read         10
Markets.orderbooks                   GetMarketOrderbooks                       public optional idempotent read         10
Markets.trades                       GetTrades                                 public none     idempotent read         10
Milestones.get                       GetMilestone                              public none     idempotent read         10
Milestones.list                      GetMilestones                             public none     idempotent read         10
MultivariateCollections.createMarket CreateMarketInMultivariateEventCollection write  required never      write/common 10
MultivariateCollections.get          GetMultivariateEventCollection            public none     idempotent read         10
MultivariateCollections.list         GetMultivariateEventCollections           public none     idempotent read         10
OrderGroups.create                   CreateOrderGroup                          write  required never      write/common 10
OrderGroups.delete                   DeleteOrderGroup                          write  required idempotent write/common 10        urgent
OrderGroups.get                      GetOrderGroup                             read   required idempotent read         10
OrderGroups.list                     GetOrderGroups                            read   required idempotent read         10
OrderGroups.reset                    ResetOrderGroup                           write  required never      write/common 10
OrderGroups.trigger                  TriggerOrderGroup                         write  required idempotent write/common 10        urgent
OrderGroups.updateLimit              UpdateOrderGroupLimit                     write  required idempotent write/common 10
Orders.amend                         AmendOrderV2                              write  required never      write/order  10
Orders.batchCancel                   BatchCancelOrdersV2                       write  required idempotent write/common 2 an item urgent
Orders.batchCreate                   BatchCreateOrdersV2                       write  required keyed      write/common 10 an item
Orders.cancel                        CancelOrderV2                             write  required idempotent write/order  2         urgent
Orders.cancelAll                     CancelAllOrders                           write  required never      write/common 2         urgent
Orders.create                        CreateOrderV2                             write  required keyed      write/order  10
Orders.decrease                      DecreaseOrderV2                           write  required never      write/order  10
Orders.get                           GetOrder                                  read   required idempotent read         2
Orders.list                          GetOrders                                 read   required idempotent read         10
Orders.queuePosition                 GetOrderQueuePosition                     read   required idempotent read         10
Orders.queuePositions                GetOrderQueuePositions                    read   required idempotent read         10
Portfolio.balance                    GetBalance                                read   required idempotent read         10
Portfolio.deposits                   GetDeposits                               read   required idempotent read         10
Portfolio.fills                      GetFills                                  read   required idempotent read         10
Portfolio.positions                  GetPositions                              read   required idempotent read         10
Portfolio.restingOrderTotalValue     GetPortfolioRestingOrderTotalValue        read   required idempotent read         10
Portfolio.settlements                GetSettlements                            read   required idempotent read         10
Portfolio.withdrawals                GetWithdrawals                            read   required idempotent read         10
Quotes.accept                        AcceptRFQQuote                            write  required never      write/quotes 10
Quotes.acceptByQuoteId               AcceptQuote                               write  required never      write/quotes 10
Quotes.confirm                       ConfirmRFQQuote                           write  required never      write/quotes 10
Quotes.confirmByQuoteId              ConfirmQuote                              write  required never      write/quotes 10
Quotes.create                        CreateQuote                               write  required never      write/quotes 2
Quotes.delete                        DeleteRFQQuote                            write  required idempotent write/quotes 2         urgent
Quotes.deleteByQuoteId               DeleteQuote                               write  required idempotent write/quotes 2         urgent
Quotes.get                           GetRFQQuote                               read   required idempotent read         10
Quotes.getByQuoteId                  GetQuote                                  read   required idempotent read         2
Quotes.list                          GetQuotes                                 read   required idempotent read         10
RfqBatches.accept                    AcceptRFQBatch                            write  required keyed      write/quotes 10
RfqBatches.bestQuotes                GetRFQBatchBestQuotes                     read   required idempotent read         10
RfqBatches.confirmQuote              ConfirmRFQBatchQuote                      write  required idempotent write/quotes 10
RfqBatches.create                    CreateRFQBatch                            write  required keyed      write/quotes 10
RfqBatches.delete                    DeleteRFQBatch                            write  required idempotent write/quotes 10
RfqBatches.deleteQuote               DeleteRFQBatchQuote                       write  required idempotent write/quotes 10        urgent
RfqBatches.get                       GetRFQBatch                               read   required idempotent read         10
RfqBatches.list                      GetRFQBatches                             read   required idempotent read         10
RfqBatches.quote                     CreateRFQBatchQuote                       write  required idempotent write/quotes 10
RfqBatches.quotes                    GetRFQBatchQuotes                         read   required idempotent read         10
Rfqs.communicationsId                GetCommunicationsID                       read   required idempotent read         10
Rfqs.create                          CreateRFQ                                 write  required never      write/quotes 10
Rfqs.delete                          DeleteRFQ                                 write  required idempotent write/quotes 10
Rfqs.get                             GetRFQ                                    read   required idempotent read         10
Rfqs.list                            GetRFQs                                   read   required idempotent read         10
Search.filtersBySport                GetFiltersForSports                       public none     idempotent read         10
Search.tagsByCategories              GetTagsForSeriesCategories                public none     idempotent read         10
Series.feeChanges                    GetSeriesFeeChanges                       public none     idempotent read         10
Series.get                           GetSeries                                 public none     idempotent read         10
Series.list                          GetSeriesList                             public none     idempotent read         10
StructuredTargets.get                GetStructuredTarget                       public none     idempotent read         10
StructuredTargets.list               GetStructuredTargets                      public none     idempotent read         10
Subaccounts.balances                 GetSubaccountBalances                     read   required idempotent read         10
Subaccounts.create                   CreateSubaccount                          write  required never      write/common 10
Subaccounts.netting                  GetSubaccountNetting                      read   required idempotent read         10
Subaccounts.transfer                 ApplySubaccountTransfer                   write  required keyed      write/common 10
Subaccounts.transfers                GetSubaccountTransfers                    read   required idempotent read         10
Subaccounts.updateNetting            UpdateSubaccountNetting                   write  required idempotent write/common 10
Transfers.create                     IntraExchangeInstanceTransfer             write  required keyed      write/common 10
Transfers.get                        GetIntraExchangeInstanceTransfer          read   required idempotent read         10
Transfers.list                       GetIntraExchangeInstanceTransfers         read   required idempotent read         10
Transfers.setTargetBalanceAllocation SetTargetBalanceAllocation                write  required idempotent write/common 10
Transfers.targetBalanceAllocation    GetTargetBalanceAllocation                read   required idempotent read         10
`

const rowOf = ({ descriptor, name }: ClientOperations.ClientOperation): string =>
  [
    name.padEnd(36),
    descriptor.operationId.padEnd(41),
    descriptor.access.padEnd(6),
    descriptor.auth.padEnd(8),
    descriptor.retry.padEnd(10),
    (descriptor.limits.bucket === "read" ? "read" : `write/${descriptor.limits.writeBucket}`).padEnd(12),
    (descriptor.limits.costPer === "item"
      ? `${descriptor.limits.cost} an item`
      : String(descriptor.limits.cost)
    ).padEnd(9),
    descriptor.limits.urgent ? "urgent" : ""
  ]
    .join(" ")
    .trimEnd()

const where = (holds: (descriptor: Operation.Descriptor) => boolean): ReadonlyArray<string> =>
  ClientOperations.all.flatMap(({ descriptor }) => (holds(descriptor) ? [descriptor.operationId] : [])).sort()

describe("capability, signature, retry class, bucket and cost", () => {
  it("match the table for every operation", () => {
    assert.deepStrictEqual(
      ClientOperations.all.map(rowOf).sort(),
      pinned.split("\n").filter((row) => row !== "")
    )
  })

  it("describe a retryable read for every GET, and a write for every other operation", () => {
    for (const { descriptor, name } of ClientOperations.all) {
      const {
        access,
        limits: { bucket },
        method,
        retry
      } = descriptor
      if (method === "GET")
        assert.deepStrictEqual([access === "write", retry, bucket], [false, "idempotent", "read"], name)
      else assert.deepStrictEqual([access, bucket], ["write", "write"], name)
    }
  })

  it("include the retry class `idempotent` only for the listed writes, and `keyed` only for writes with an id from the caller", () => {
    const writes = (retry: Operation.RetryClass) =>
      where((descriptor) => descriptor.access === "write" && descriptor.retry === retry)
    assert.deepStrictEqual(writes("idempotent"), [
      "BatchCancelOrdersV2",
      "CancelOrderV2",
      "ConfirmRFQBatchQuote",
      "CreateRFQBatchQuote",
      "DeleteApiKey",
      "DeleteFCMEventContractDailyCap",
      "DeleteOrderGroup",
      "DeleteQuote",
      "DeleteRFQ",
      "DeleteRFQBatch",
      "DeleteRFQBatchQuote",
      "DeleteRFQQuote",
      "SetTargetBalanceAllocation",
      "TriggerOrderGroup",
      "UpdateFCMEventContractDailyCap",
      "UpdateFCMSubtraderBlockedCategories",
      "UpdateOrderGroupLimit",
      "UpdateSubaccountNetting"
    ])
    const keyed = document.operations.filter(({ requestBody }) => {
      const { properties } = requestBody === undefined ? {} : document.deref(requestBody.schema)
      const item = properties?.["orders"]?.items
      const members = { ...properties, ...(typeof item === "object" ? document.deref(item).properties : {}) }
      return (
        "client_transfer_id" in members ||
        "client_batch_id" in members ||
        ("client_order_id" in members && ("time_in_force" in members || "accepted_side" in members))
      )
    })
    assert.deepStrictEqual(writes("keyed"), keyed.map(({ id }) => id).sort())
    assert.deepStrictEqual(keyed.map(({ id }) => id).sort(), [
      "AcceptRFQBatch",
      "ApplySubaccountTransfer",
      "BatchCreateOrdersV2",
      "CreateOrderV2",
      "CreateRFQBatch",
      "IntraExchangeInstanceTransfer"
    ])
  })

  it("include the retry class `never` for ten writes that must not be repeated", () => {
    for (const id of [
      "AcceptQuote",
      "AcceptRFQQuote",
      "AmendOrderV2",
      "CancelAllOrders",
      "ConfirmQuote",
      "ConfirmRFQQuote",
      "CreateFCMPositionTransfer",
      "DecreaseOrderV2",
      "GenerateApiKey",
      "ResetOrderGroup"
    ]) {
      assert.strictEqual(named(id).descriptor.retry, "never", id)
    }
  })

  it("include the cost from the exchange's cost list, or 10 if the list does not contain the operation", () => {
    const lines = fs
      .readFileSync(new URL("../../../fixtures/recorded/demo-2026-07-account-facts.jsonl", import.meta.url), "utf8")
      .split("\n")
    const recorded = lines.flatMap((text) => [
      ...text.matchAll(/\{"cost":(\d+),"method":"(\w+)","path":"\/trade-api\/v2([^"]*)"\}/g)
    ])
    const costs = new Map(
      recorded.map((match) => [`${match[2]} ${match[3]?.replace(/:(\w+)/g, "{$1}")}`, Number(match[1])])
    )
    assert.strictEqual(costs.size, 12)
    // The recording does not contain this operation. Its cost is from the changelog of September 3, 2026.
    costs.set("DELETE /portfolio/events/orders", 2)
    const differing = ClientOperations.all.filter(
      ({
        descriptor: {
          limits: { cost },
          method,
          path
        }
      }) => cost !== (costs.get(`${method} ${path}`) ?? 10)
    )
    assert.deepStrictEqual(
      differing.map(({ name }) => name),
      []
    )
    assert.strictEqual(where(({ limits: { cost } }) => cost !== 10).length, 9)
  })

  it("include a cost per item for lists of orders, and a cost per request otherwise", () => {
    const lists = document.operations.filter(
      ({ requestBody }) =>
        requestBody !== undefined && document.deref(requestBody.schema).properties?.["orders"]?.type === "array"
    )
    assert.deepStrictEqual(
      where(({ limits: { costPer } }) => costPer === "item"),
      lists.map(({ id }) => id).sort()
    )
    assert.strictEqual(lists.length, 2)
  })

  it("include a separate write bucket for single orders, and for quotes, RFQs and RFQ batches", () => {
    const ofBucket = (bucket: Operation.Limits["writeBucket"]) =>
      where((descriptor) => descriptor.limits.writeBucket === bucket)
    assert.deepStrictEqual(ofBucket("order"), ["AmendOrderV2", "CancelOrderV2", "CreateOrderV2", "DecreaseOrderV2"])
    assert.deepStrictEqual(
      ofBucket("quotes"),
      where(({ method, path }) => method !== "GET" && /^\/communications\/(?:quotes|rfqs|rfq_batches)\b/.test(path))
    )
  })

  it("mark as urgent only the requests that reduce risk", () => {
    assert.deepStrictEqual(
      where(({ limits: { urgent } }) => urgent),
      [
        "BatchCancelOrdersV2",
        "CancelAllOrders",
        "CancelOrderV2",
        "DeleteOrderGroup",
        "DeleteQuote",
        "DeleteRFQBatchQuote",
        "DeleteRFQQuote",
        "TriggerOrderGroup"
      ]
    )
  })

  it("mark as secret only the response that contains a private key", () => {
    assert.deepStrictEqual(
      where(({ secret }) => secret),
      ["GenerateApiKey"]
    )
  })
})

describe("findings for an injected fault", () => {
  const faults: ReadonlyArray<readonly [string, Descriptors.Check, ReadonlyArray<ClientOperations.ClientOperation>]> = [
    [
      "a missing operation",
      "missing-operation",
      ClientOperations.all.filter(({ descriptor }) => descriptor.operationId !== "CancelOrderV2")
    ],
    ["an operation exported twice", "repeated-operation", [...ClientOperations.all, named("GetOrders")]],
    [
      "an operation that the document does not have",
      "extra-operation",
      [...ClientOperations.all, withDescriptor("GetOrders", () => ({ operationId: "GetAllOrders" }))]
    ],
    [
      "an operation with the name of another operation",
      "name",
      allWith(withDescriptor("GetOrders", () => ({ name: "Orders.get" })))
    ],
    ["another method", "method", allWith(withDescriptor("ResetOrderGroup", () => ({ method: "POST" })))],
    ["another path", "path", allWith(withDescriptor("GetOrder", () => ({ path: "/portfolio/order/{order_id}" })))],
    [
      "a renamed parameter",
      "parameter",
      allWith(withDescriptor("GetOrderGroup", ({ query }) => ({ query: { sub_account: query["subaccount"]! } })))
    ],
    ["a missing parameter", "parameter", allWith(withDescriptor("GetOrderGroup", () => ({ query: {} })))],
    [
      "a parameter in the wrong location",
      "parameter",
      allWith(withDescriptor("GetOrder", ({ pathParameters }) => ({ pathParameters: {}, query: pathParameters })))
    ],
    [
      "an optional parameter that is required",
      "parameter",
      allWith(
        withDescriptor("GetOrders", ({ query }) => ({
          query: { ...query, limit: { ...query["limit"]!, required: true } }
        }))
      )
    ],
    [
      "a list joined by commas",
      "parameter",
      allWith(
        withDescriptor("GetMarketOrderbooks", ({ query }) => ({
          query: { tickers: { ...query["tickers"]!, style: "comma" } }
        }))
      )
    ],
    ["a missing body", "body", allWith(withDescriptor("CreateOrderV2", () => ({ body: undefined })))],
    ["an undeclared body", "body", allWith(withDescriptor("CancelOrderV2", () => ({ body: Schema.Struct({}) })))],
    [
      "a wrong status",
      "success",
      allWith(withDescriptor("CreateOrderV2", ({ success }) => ({ success: { ...success, status: 200 } })))
    ],
    [
      "a response body that is not decoded",
      "success",
      allWith(withDescriptor("GetOrder", ({ success }) => ({ success: { ...success, body: undefined } })))
    ],
    ["a missing error class", "errors", allWith(withDescriptor("GetOrder", () => ({ errors: [Unauthorized] })))],
    [
      "a surplus error class",
      "errors",
      allWith(withDescriptor("GetOrder", () => ({ errors: [Unauthorized, NotFound, Conflict] })))
    ],
    [
      "a wrong error class",
      "errors",
      allWith(withDescriptor("GetOrder", () => ({ errors: [Unauthorized, BadRequest] })))
    ],
    [
      "an error class listed twice",
      "errors",
      allWith(withDescriptor("GetOrder", () => ({ errors: [Unauthorized, NotFound, NotFound] })))
    ],
    [
      "a missing payload of an error",
      "payload",
      allWith(withDescriptor("GetExchangeStatus", ({ errors }) => ({ errors: errors.slice(1) })))
    ],
    [
      "an undeclared payload of an error",
      "payload",
      allWith(
        withDescriptor("GetExchangeSchedule", () => ({
          errors: named("GetExchangeStatus").descriptor.errors
        }))
      )
    ],
    ["a private operation that is not signed", "auth", allWith(withDescriptor("GetOrders", () => ({ auth: "none" })))],
    ["a public operation that is signed", "auth", allWith(withDescriptor("GetMarkets", () => ({ auth: "optional" })))],
    [
      "a write that a read-only layer would send",
      "access",
      allWith(withDescriptor("CreateOrderV2", () => ({ access: "read" })))
    ],
    [
      "a read that requires the write capability",
      "access",
      allWith(withDescriptor("GetOrders", () => ({ access: "write" })))
    ],
    ["a list without pages", "pages", allWith(withDescriptor("GetOrders", () => ({ pages: undefined })))],
    [
      "pages on an operation without a cursor",
      "pages",
      allWith(withDescriptor("GetOrderGroups", () => ({ pages: { cursor: "cursor", lists: ["order_groups"] } })))
    ],
    [
      "a wrong cursor field",
      "pages",
      allWith(
        withDescriptor("GetIncentivePrograms", () => ({ pages: { cursor: "cursor", lists: ["incentive_programs"] } }))
      )
    ],
    [
      "a missing list",
      "pages",
      allWith(withDescriptor("GetPositions", () => ({ pages: { cursor: "cursor", lists: ["market_positions"] } })))
    ]
  ]
  for (const [fault, check, clients] of faults) {
    it(`detects ${fault}`, () => {
      const findings = Descriptors.findings(clients, document)
      assert.deepStrictEqual([...new Set(findings.map((finding) => finding.check))], [check])
    })
  }

  const withMark = (what: RegExp) => (source: string) => source.replace(what, "* @deprecated\n $&")
  const withoutMarks = (source: string) => source.replaceAll("@deprecated", "Old.")
  const creators = ["quote_creator_user_id", "rfq_creator_user_id"]

  const operations: ReadonlyArray<readonly [string, string, (source: string) => string]> = [
    ["a deprecated operation without @deprecated", "GetQuote", withoutMarks],
    ["@deprecated on an operation that is not deprecated", "GetQuotes", withMark(/\*\/\s*export const list\b/)],
    [
      "@deprecated on an operation that is exported under another name",
      "DeleteRFQQuote",
      withMark(/\*\/\s*remove as delete\b/)
    ]
  ]
  for (const [fault, id, change] of operations) {
    it(`detects ${fault}`, () => {
      const client = named(id)
      const source = sourceOf(client.module)
      assert.notStrictEqual(change(source), source, "the fault must change the source")
      const check = Descriptors.deprecated(document, () => change(source), inputs)
      assert.deepStrictEqual(
        check(client, referenceOf(client)).map((finding) => finding.at),
        [""]
      )
    })
  }

  const fields: ReadonlyArray<readonly [string, ReadonlyArray<string>, (source: string) => string]> = [
    ["deprecated input fields without @deprecated", creators, withoutMarks],
    [
      "a missing input field",
      ["quote_creator_user_id"],
      (source) => source.replaceAll("quote_creator_user_id", "creator")
    ],
    [
      "@deprecated on an input field that is not deprecated",
      ["rfq_id"],
      (source) => source.replaceAll("  readonly rfq_id", "  /** @deprecated */\n  readonly rfq_id")
    ]
  ]
  for (const [fault, at, change] of fields) {
    it(`detects ${fault}`, () => {
      const client = named("GetQuotes")
      assert.notStrictEqual(change(inputs), inputs, "the fault must change the source")
      const check = Descriptors.deprecated(document, sourceOf, change(inputs))
      assert.deepStrictEqual(
        check(client, referenceOf(client)).map((finding) => finding.at),
        at
      )
    })
  }

  it("are empty if only the sequence of the errors differs", () => {
    const payload = withDescriptor("GetExchangeStatus", ({ errors }) => ({ errors: [...errors].reverse() }))
    assert.deepStrictEqual(Descriptors.findings(allWith(payload), document), [])
  })
})
