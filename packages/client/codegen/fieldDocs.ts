/**
 * The meaning of each request field. The generator writes the doc comments of inputs from these texts.
 *
 * **Details**
 *
 * The generator adds the unit of an integer. It also adds the bounds, the default and `@deprecated` of the document. It
 * omits what the text already states.
 *
 * @module
 */

/** The generator fails if an entry does not apply to the document. */
export interface FieldDocs {
  /**
   * The meaning of a field. There are three kinds of keys, from the most to the least specific: `Operation/parameter`
   * or `Component/property`; the name of a shared parameter of the document; the name of the field. The most specific
   * key that exists applies.
   */
  readonly fields: Readonly<Record<string, string>>
  /** The replacement of a deprecated field, by `Operation/parameter` or `Component/property`. */
  readonly replacements: Readonly<Record<string, string>>
  /** The doc of a whole input, such as the relation between its fields, by operation or component. */
  readonly inputs: Readonly<Record<string, string>>
  /** The response enum whose members an editor suggests for a free-text parameter, by `Operation/parameter`. */
  readonly suggestions: Readonly<Record<string, string>>
}

const account = "0 is the primary account, 1–63 are subaccounts."
const cursor = "The `cursor` of the previous page, unchanged. Leave it out for the first page."
const orderShard = "The shard of the order."
const orderMarket =
  "The ticker of the order's market. If `exchange_index` is absent or −1, the exchange finds the shard by this ticker."
const equalBoth = "If both limits are set, they must be equal."

/**
 * Docs of the Trade API, 3.34.0 (2026-10-26). Sources: the published document, and the exchange's documentation and
 * changelog of 2026.
 */
export const fieldDocs: FieldDocs = {
  fields: {
    // Texts by the name of the field.
    allocations:
      "The share of each shard in percent, as integers that add up to 100. An empty list ends the rebalancing.",
    amount: "The amount to move.",
    amount_cents: "The amount to move.",
    api_key: "The id of the key.",
    associated_event_ticker: "Only collections that accept markets of this event.",
    batch_quote_id: "The `id` of the batch quote, unchanged. A malformed id is a `BadRequest`.",
    bid_dollars:
      "The lowest acceptable bid on the accepted side, in dollars per contract: 0 to 1, with two to four decimals. Normally, this is the best bid that you saw.",
    block_trade_proposal_id: "The id of the block trade proposal.",
    blocked: "True: the subtrader cannot trade the category. False: the block is removed.",
    buyer_subaccount: `The buyer's account: ${account} Not together with \`buyer_subtrader_id\`.`,
    buyer_subtrader_id: "For FCM members: the buyer's subtrader. Not together with `buyer_subaccount`.",
    buyer_user_id: "The user id of the buyer.",
    cancel_order_on_pause: "True: the order is canceled when trading pauses for any reason.",
    centicount: "Size in hundredths of a contract: 1,000 is 10 contracts.",
    children: "The RFQs of the batch, each on a different combo.",
    city: "The id of the city, such as `miami`.",
    client_batch_id:
      "Your own id of the batch, 1 to 64 characters. With this id, the client repeats the request after a lost response.",
    client_order_ids:
      "Only orders with these ids: up to 100, joined by commas. Finds only orders of the last 24 hours.",
    client_transfer_id: "Your own UUID of the transfer. The exchange executes a transfer once per id.",
    collection_ticker: "The ticker of the collection.",
    contracts: "Number of contracts as an integer. Must equal `contracts_fp` if both are set.",
    contracts_fp: "Number of contracts, in steps of 0.01.",
    contracts_limit: `The group's limit as an integer number of contracts, 1 to 1,000,000. ${equalBoth}`,
    contracts_limit_fp: `The group's limit as a decimal count, 1 to 1,000,000. ${equalBoth}`,
    count: "Number of contracts, in steps of 0.01.",
    creator_user_id: "Only RFQs of this user.",
    cursor,
    depth: "The number of price levels on each side. 0 means all levels.",
    destination: "The exchange instance that receives the cash.",
    destination_exchange_shard: "The shard that receives the cash.",
    destination_subaccount: `The account that receives the cash: ${account} A subaccount is valid only if \`source\` and \`destination\` are \`event_contract\`.`,
    detailed:
      "True: adds the reports of each weather station, and the latest minutes, which are `incomplete` and have no value.",
    enabled: "Whether netting is on.",
    end_ts: "The end of the time range.",
    event_ticker: "The ticker of the event.",
    exchange_index: "The index of the shard.",
    exclude_markets: "True: omits the markets. Not together with `with_nested_markets: true`.",
    expiration_ts: "When the proposal expires: RFC 3339, such as `2026-11-22T18:00:00Z`.",
    fcm_subtrader_id:
      "For FCM members: locks the key to this subtrader. The exchange refuses all REST requests with a locked key.",
    from: "The start of the time range, inclusive.",
    from_subaccount: `The account that pays: ${account}`,
    ids: "The ids of the structured targets.",
    incentive_description: "Only programs with exactly this description.",
    include_latest_before_start:
      "True: adds a synthetic first candlestick. It has no prices except `previous_dollars`, the last price before `start_ts`.",
    include_player_stats:
      "True: adds statistics of each player, if the exchange knows the players. Only for Pro Football, Pro Basketball and College Men's Basketball.",
    include_product_metadata: "True: adds `product_metadata`.",
    include_volume: "True: adds `volume_fp`, the number of contracts traded in all events of a series.",
    is_block_trade: "True: only block trades. False: no block trades. Default: both.",
    key_type: "The type of the key. Default: `rsa`.",
    last_sec: "The length of the time range in seconds, up to now. Not together with `from` and `to`.",
    limit: "Items per page.",
    maker_side: "The side of the maker.",
    market_ticker: "The ticker of the market.",
    max_ts: "The end of the time range.",
    milestone_id: "The id of the milestone.",
    milestone_ids: "The ids of the milestones, 1 to 100.",
    min_bids: "The lowest bid that you accept on each RFQ of the batch. Exactly one entry per RFQ.",
    min_ts: "The start of the time range.",
    minimum_start_date: "Only milestones that start at this time or later: RFC 3339.",
    mve_collection_ticker:
      "The ticker of the combos' collection. Required if an RFQ of the batch has `selected_markets`.",
    name: "The name of the key.",
    obscure_creator_id: "True: other users see a placeholder instead of your communications id.",
    order_group_id: "The id of the order group.",
    order_id: "The id of the order.",
    page_size: "Items per page.",
    percent: "The share of the shard in percent.",
    percentiles: "1 to 10 percentiles, each from 0 to 9,999.",
    period_interval: "The length of a candlestick in minutes: 1, 60 (an hour) or 1440 (a day).",
    position_centicount: "Size in hundredths of a contract: 1,000 is 10 contracts.",
    price: "The price of YES, in dollars per contract. Must be on the market's price grid.",
    price_centi_cents: "Price in hundredths of a cent: 5,600 is $0.56.",
    price_centicents: "Price in hundredths of a cent: 5,600 is $0.56.",
    public_key: "The PEM of an RSA or Ed25519 public key. The type of the API key is the type of this key.",
    quote_creator_user_id: "Only quotes of this user.",
    quote_id: "The id of the quote.",
    quotes: "Your prices for each RFQ of the batch. Exactly one entry per RFQ.",
    range:
      "The length of the time range, such as `15min`, `1h` or `1d`. Only for live data types that have `range_options`.",
    reduce_by: "Number of contracts to remove from the remaining contracts of the order.",
    reduce_only:
      "True: the order only reduces your position: it trades at most as many contracts as you hold. Only with `immediate_or_cancel`.",
    reduce_to: "Number of contracts that remain in the order afterwards.",
    related_event_ticker: "Only milestones of this event.",
    resting_margin_reservation:
      "How the exchange computes the cash that it reserves on each shard for resting orders. Default: `sum`.",
    rfq_batch_id: "The `id` of the batch, unchanged. A malformed id is a `BadRequest`.",
    rfq_creator_subtrader_id: "For FCM members: only quotes on RFQs of this subtrader.",
    rfq_creator_user_id: "Only quotes on RFQs of this user.",
    rfq_id: "The id of the RFQ.",
    rfq_user_filter: "`self`: only quotes on your own RFQs.",
    scopes:
      "The operations that the key allows. `write` also requires `read`. A scope with `::` needs no other scope, and allows only the group of operations that it names. Default: all operations.",
    self_trade_prevention_type:
      "What happens if the order would trade with one of your own orders. `taker_at_cross` cancels the new order and keeps the fills that it already has. `maker` cancels your resting order, and the new order continues.",
    seller_subaccount: `The seller's account: ${account} Not together with \`seller_subtrader_id\`.`,
    seller_subtrader_id: "For FCM members: the seller's subtrader. Not together with `seller_subaccount`.",
    seller_user_id: "The user id of the seller.",
    series_ticker: "The ticker of the series.",
    settlement_status: "Only positions with this settlement status. Default: `unsettled`.",
    show_historical: "True: adds past changes.",
    source: "The exchange instance that pays.",
    source_exchange_shard: "The shard that pays.",
    source_id: "Only milestones with this `source_id`.",
    source_subaccount: `The account that pays: ${account} A subaccount is valid only if \`source\` and \`destination\` are \`event_contract\`.`,
    source_subtrader_id: "The id of the subtrader that gives the position.",
    start_ts: "The start of the time range.",
    status: "Only items with this status.",
    structured_target_id: "The id of the structured target.",
    subaccount: account,
    subaccount_number: account,
    subtrader_id: "The id of the subtrader.",
    subtrader_suffix: "The end of the subtrader's id: 1 to 16 ASCII letters and digits, which the exchange checks.",
    tags: "Only series with these tags, as `Search.tagsByCategories` lists them.",
    target_cost_centi_cents: "The amount to spend.",
    target_cost_dollars: "The amount to spend in dollars, with two to four decimals.",
    target_subtrader_id: "The id of the subtrader that receives the position.",
    ticker: "The ticker of the market.",
    time_in_force:
      "`fill_or_kill`: the whole order fills immediately, or nothing fills. `immediate_or_cancel`: as much as possible fills immediately, and the remainder is canceled. `good_till_canceled`: the remainder rests in the book.",
    to: "The end of the time range, inclusive.",
    to_subaccount: `The account that receives the cash: ${account}`,
    transfer_id: "The id from the response of `Transfers.create`.",
    updated_client_order_id: "The new `client_order_id` of the order.",
    user_filter: "`self`: only your own items. Default: the items of all users.",
    with_market_payload: "True: adds the complete `market` to the response.",
    with_milestones: "True: adds the `milestones` of the events.",
    with_nested_markets: "True: adds the `markets` of each event.",

    // Texts by the name of a shared parameter of the document.
    CountFilterQuery:
      "`position`, `total_traded`, or both joined by a comma. Only positions in which at least one of these fields is not zero.",
    EventTickersQuery: "Only these events: tickers, joined by commas.",
    ExchangeIndexFilterQuery: "Only this shard. Default: all shards.",
    ExchangeIndexQuery: "The shard of the group. Default: 0.",
    MarketTickerQuery: "Only this market.",
    MaxCloseTsQuery:
      "Only markets that close at this time or earlier. Only with `status` `closed`, or without `status`.",
    MaxCreatedTsQuery:
      "Only markets created at this time or earlier. Only with `status` `unopened` or `open`, or without `status`.",
    MaxSettledTsQuery:
      "Only markets settled at this time or earlier. Only with `status` `settled`, or without `status`.",
    MaxUpdatedTsQuery: "Only markets whose metadata last changed at this time or earlier. Trades do not count.",
    MinCloseTsQuery: "Only markets that close at this time or later. Only with `status` `closed`, or without `status`.",
    MinCreatedTsQuery:
      "Only markets created at this time or later. Only with `status` `unopened` or `open`, or without `status`.",
    MinSettledTsQuery: "Only markets settled at this time or later. Only with `status` `settled`, or without `status`.",
    MinUpdatedTsQuery:
      'Only markets whose metadata last changed at this time or later. Trades do not count. Only these filters can be added: `mve_filter: "exclude"`, or `mve_filter: "exclude"` with `series_ticker`.',
    MultipleEventTickerQuery: "Only these events: one ticker, or up to 10 joined by commas.",
    MveFilterQuery: "`only`: only combos. `exclude`: no combos. Default: both.",
    MveHistoricalFilterQuery: "`exclude`: no combos. Default: combos are included.",
    OrderIdQuery: "Only this order.",
    PositionsCursorQuery: `${cursor} Valid only together with the \`settlement_status\` of the previous request.`,
    SeriesTickerQuery: "Only this series.",
    SingleEventTickerQuery: "Only this event.",
    SubaccountQuery: `${account} Default: all accounts.`,
    SubaccountQueryDefaultPrimary: `${account} Default: 0.`,
    TickerQuery: "Only this market.",
    TickersQuery: "Only these markets: tickers, joined by commas.",

    // Texts by operation and parameter.
    "BatchGetMarketCandlesticks/end_ts": "The end of the time range: candlesticks that end at this time or earlier.",
    "BatchGetMarketCandlesticks/market_tickers": "Up to 100 market tickers, joined by commas.",
    "BatchGetMarketCandlesticks/period_interval": "The length of a candlestick in minutes.",
    "BatchGetMarketCandlesticks/start_ts": "The start of the time range: candlesticks that end at this time or later.",
    "CancelAllOrders/subaccount": `${account} Default: **all accounts**.`,
    "CancelOrderV2/exchange_index": orderShard,
    "CancelOrderV2/market_ticker": orderMarket,
    "GetApiKeys/fcm_subtrader_id": "For FCM members: only the keys of this subtrader.",
    "GetBalance/exchange_index": "Only the balance of this shard. Default: the sum of all shards.",
    "GetBlockTradeProposals/status": "Only proposals with this status. The document lists no values.",
    "GetEvent/with_nested_markets":
      "True: the markets are in `event.markets`. False: the markets are in `markets`, next to `event`. Default: false.",
    "GetEventFeeChanges/event_ticker": "Only this event. Default: all events.",
    "GetEventForecastPercentilesHistory/period_interval":
      "The length of a period in minutes: 1, 60 (an hour) or 1440 (a day). 0 means five seconds.",
    "GetEventForecastPercentilesHistory/ticker": "The ticker of the event.",
    "GetEvents/min_close_ts": "Only events with a market that closes after this time.",
    "GetEvents/min_updated_ts": "Only events whose own data changed after this time.",
    "GetFCMEventContractDailyCap/subtrader_id":
      "The id of the subtrader. The document does not state which cap the exchange returns without an id.",
    "GetFCMOrders/limit": "Items per page. Default: 100.",
    "GetFCMOrders/subtrader_id": "Only orders of this subtrader. Default: all subtraders.",
    "GetFCMPositions/count_filter":
      "Field names, joined by commas. Only positions in which at least one of these fields is not zero.",
    "GetFCMPositions/event_ticker": "Only this event.",
    "GetFCMPositions/limit": "Items per page. Default: 100.",
    "GetFCMPositions/subtrader_id":
      "If the API key is locked to a subtrader, only this subtrader is valid. Otherwise, this field is required.",
    "GetFCMPositions/ticker": "Only this market.",
    "GetFills/ticker": "Only these markets: one ticker, or up to 100 joined by commas.",
    "GetIncentivePrograms/cursor":
      "The `next_cursor` of the previous page, unchanged. Leave it out for the first page.",
    "GetIncentivePrograms/limit": "Items per page. Default: 100.",
    "GetIncentivePrograms/status": "Only programs with this status. Default: `all`.",
    "GetIncentivePrograms/type": "Only programs of this type. Default: `all`.",
    "GetLiveData/type": "The type of live data, as in `LiveData.type`.",
    "GetMarketCandlesticks/end_ts": "The end of the time range: candlesticks that end at this time or earlier.",
    "GetMarketCandlesticks/start_ts": "The start of the time range: candlesticks that end at this time or later.",
    "GetMarketCandlesticksByEvent/ticker": "The ticker of the event.",
    "GetMarketCandlesticksHistorical/end_ts":
      "The end of the time range: candlesticks that end at this time or earlier.",
    "GetMarketCandlesticksHistorical/start_ts":
      "The start of the time range: candlesticks that end at this time or later.",
    "GetMarketOrderbooks/tickers": "The tickers of the markets, each up to 200 characters. 1 to 100 items.",
    "GetMilestones/category": "Only milestones of this category, such as `Sports` or `Elections`.",
    "GetMilestones/competition": "Only milestones of this competition, such as `Pro Football`.",
    "GetMilestones/min_updated_ts": "Only milestones whose own data changed after this time.",
    "GetMilestones/type": "Only milestones of this type, such as `football_game` or `political_race`.",
    "GetMultivariateEventCollections/series_ticker": "Only this series.",
    "GetMultivariateEvents/collection_ticker": "Only combos of this collection. Not together with `series_ticker`.",
    "GetMultivariateEvents/series_ticker": "Only this series. Not together with `collection_ticker`.",
    "GetOrderQueuePositions/event_ticker": "Only this event.",
    "GetOrderQueuePositions/market_tickers": "Only these markets: one ticker, or several joined by commas.",
    "GetQuotes/max_ts": "Only quotes last updated before this time. Always set it: see `Quotes.list`.",
    "GetQuotes/min_ts": "Only quotes last updated after this time. Always set it: see `Quotes.list`.",
    "GetQuotes/rfq_id": "Only quotes on this RFQ.",
    "GetQuotes/status":
      "Only quotes with this status. The document lists no values. Known values: `open`, `accepted`, `confirmed`, `executed`, `cancelled`.",
    "GetQuotes/user_filter": "`self`: only quotes that you made.",
    "GetRFQBatches/status": "Only batches with this status. Default: every status.",
    "GetRFQBatches/subaccount": account,
    "GetRFQs/status": "Only RFQs with this status. The document lists no values. Known values: `open`, `closed`.",
    "GetRFQs/subaccount": account,
    "GetSeriesFeeChanges/series_ticker": "Only this series. Default: all series.",
    "GetSeriesList/category": "Only series that have this category among their `categories`.",
    "GetSeriesList/min_updated_ts": "Only series whose own data changed after this time.",
    "GetStructuredTargets/competition": "Only targets of this league, conference, division or tour.",
    "GetStructuredTargets/type": "Only targets of this type.",
    "GetTrades/ticker": "Only this market. Default: all markets.",
    "GetTradesHistorical/ticker": "Only this market. Default: all markets.",

    // Texts by component and property.
    "AcceptBlockTradeProposalRequest/subaccount": `${account} Not together with \`subtrader_id\`.`,
    "AcceptBlockTradeProposalRequest/subtrader_id":
      "For FCM members: the id of the subtrader. Not together with `subaccount`.",
    "AcceptQuoteRequest/accepted_side": "Which of the maker's two bids you accept: see `Quotes.accept`.",
    "AcceptRFQBatchRequest/accepted_side": "Which of the makers' two bids you accept, on every RFQ of the batch.",
    "AcceptRFQBatchRequest/client_order_id":
      "Your own id of this acceptance. With this id, the client repeats the request after a lost response.",
    "AmendOrderV2Request/client_order_id":
      "The current `client_order_id` of the order. The exchange refuses any other id.",
    "AmendOrderV2Request/count":
      "The **total** number of contracts: the filled contracts plus the remaining contracts.",
    "AmendOrderV2Request/exchange_index": `${orderShard} If it is −1, the exchange finds the shard by \`ticker\`. Default: −1.`,
    "AmendOrderV2Request/expiration_time": "When the order expires. 0 removes the expiry. Default: the current expiry.",
    "AmendOrderV2Request/side": "The side of the order. The exchange refuses the other side.",
    "AmendOrderV2Request/ticker": "The market of the order. The exchange refuses any other market.",
    "ApplySubaccountTransferRequest/exchange_index": "The shard whose cash moves. Default: 0.",
    "BatchCancelOrdersV2Request/orders":
      "The orders to cancel. An order on another shard than 0 needs `market_ticker` or `exchange_index`.",
    "BatchCancelOrdersV2RequestOrdersItem/exchange_index": orderShard,
    "BatchCancelOrdersV2RequestOrdersItem/market_ticker": orderMarket,
    "BatchCancelOrdersV2RequestOrdersItem/subaccount": `${account} Default: 0.`,
    "BatchCreateOrdersV2Request/orders": "The orders to place.",
    "CreateApiKeyRequest/subaccount": `Locks the key to one account: ${account} Not together with \`fcm_subtrader_id\`.`,
    "CreateMarketInMultivariateEventCollectionRequest/selected_markets":
      "The legs of the combo. Their number is from `size_min` to `size_max` of the collection. If the collection `is_ordered`, the sequence of the legs matters.",
    "CreateOrderGroupRequest/exchange_index": "The shard of the group. Default: 0.",
    "CreateOrderGroupRequest/subaccount": `${account} Default: 0.`,
    "CreateOrderV2Request/client_order_id":
      "Your own id of the order. The exchange returns 409 for a second order with the same id.",
    "CreateOrderV2Request/exchange_index":
      "The shard of the market. If it is −1, the exchange finds the shard by `ticker`, and the request takes tokens from the write buckets of all shards. Default: −1.",
    "CreateOrderV2Request/expiration_time":
      "When the order expires. Only with `good_till_canceled`. Without an expiry, the unfilled contracts rest until they are canceled.",
    "CreateOrderV2Request/order_group_id": "The order group that the order joins.",
    "CreateOrderV2Request/post_only": "True: the order never takes from the book.",
    "CreateOrderV2Request/side":
      "A side of the YES book. `bid` buys YES. `ask` sells YES, which means that it buys NO at one dollar minus the price.",
    "CreateOrderV2Request/subaccount": `${account} Default: 0.`,
    "CreateQuoteRequest/no_bid": 'Dollars per contract at which you buy NO. `"0"`: you do not buy NO.',
    "CreateQuoteRequest/post_only": "True: your order is canceled instead of taking from the book. Default: false.",
    "CreateQuoteRequest/rest_remainder": "True: after the execution, the remainder of the quote rests in the book.",
    "CreateQuoteRequest/yes_bid": 'Dollars per contract at which you buy YES. `"0"`: you do not buy YES.',
    "CreateRFQBatchChild/market_ticker": "An existing combo market.",
    "CreateRFQBatchChild/selected_markets":
      "The legs of the combo, 1 to 6. The exchange finds the combo in `mve_collection_ticker`, or creates it there.",
    "CreateRFQBatchQuoteRequest/post_only":
      "True: your resting orders are canceled instead of taking from the book. Default: false.",
    "CreateRFQBatchQuoteRequest/rest_remainder":
      "True: after the execution, the remainder of each RFQ of the batch rests in the book.",
    "CreateRFQBatchRequest/obscure_creator_id":
      "True: other users see a placeholder instead of your communications id, on the batch and its RFQs.",
    "CreateRFQBatchRequest/replace_existing":
      "True: if you have too many open batches, the exchange closes your oldest ones. It never closes RFQs outside batches.",
    "CreateRFQBatchRequest/rest_remainder":
      "Only `false` is valid: a batch is executed completely or not at all, so it has no remainder.",
    "CreateRFQBatchRequest/subaccount": `For direct members: ${account}`,
    "CreateRFQBatchRequest/subtrader_id": "Reserved for FCM members, who cannot create batches yet.",
    "CreateRFQBatchRequest/target_cost_excludes_fees":
      "True: `target_cost_dollars` does not include fees. Only for RFQs with a `target_cost_dollars`. Default: false.",
    "CreateRFQRequest/replace_existing":
      "True: if you already have an RFQ on the market, the exchange deletes it. False: the request fails.",
    "CreateRFQRequest/rest_remainder": "True: after the execution, the remainder of the RFQ rests in the book.",
    "CreateRFQRequest/subaccount": `For direct members: ${account}`,
    "CreateRFQRequest/subtrader_id": "For FCM members: the id of the subtrader.",
    "CreateRFQRequest/target_cost_dollars":
      "The amount to spend in dollars, instead of a number of contracts. It includes fees, unless `target_cost_excludes_fees` is true.",
    "CreateRFQRequest/target_cost_excludes_fees": "True: the amount to spend does not include fees.",
    "CreateSubaccountRequest/exchange_index": "The shard. Default: 0.",
    "DecreaseOrderV2Request/exchange_index": orderShard,
    "DecreaseOrderV2Request/market_ticker": orderMarket,
    "GenerateApiKeyRequest/subaccount": `Locks the key to one account: ${account} Not together with \`fcm_subtrader_id\`.`,
    "IntraExchangeInstanceTransferRequest/client_transfer_id":
      "Your own UUID of the transfer. The exchange executes a transfer once per id. Only between primary accounts.",
    "RFQBatchAcceptLimit/rfq_id": "The id of the RFQ in the batch.",
    "RFQBatchQuoteEntry/no_bid":
      'Dollars per contract at which you buy NO: 0 to 1, with two to four decimals. `"0"`: you do not buy NO.',
    "RFQBatchQuoteEntry/rfq_id": "The id of the RFQ in the batch.",
    "RFQBatchQuoteEntry/yes_bid":
      'Dollars per contract at which you buy YES: 0 to 1, with two to four decimals. `"0"`: you do not buy YES.',
    "TickerPair/side": "The side of the leg.",
    "UpdateFCMEventContractDailyCapRequest/limit": "The daily cap in dollars, with two to four decimals.",
    "UpdateFCMSubtraderBlockedCategoriesRequest/category": "The category."
  },
  replacements: {
    "CreateRFQRequest/target_cost_centi_cents": "Use `target_cost_dollars`.",
    "GetQuotes/quote_creator_user_id": "Use `user_filter`.",
    "GetQuotes/rfq_creator_user_id": "Use `rfq_user_filter`.",
    "GetRFQs/creator_user_id": "Use `user_filter`."
  },
  inputs: {
    CreateOrderGroup: "Set the limit as an integer or as a decimal count.",
    CreateRFQ: "Set the size either as a number of contracts or as an amount to spend.",
    CreateRFQBatch:
      "An RFQ without a size has the size of the batch. A size is either a number of contracts or an amount to spend.",
    CreateRFQBatchChild:
      "One combo: set either `market_ticker` or `selected_markets`. The size is either a number of contracts or an amount to spend.",
    DecreaseOrderV2: "Set exactly one of `reduce_by` and `reduce_to`.",
    GetWeatherIndex:
      "Set `from` and `to`, or only `last_sec`. Without these fields, the response covers the last 24 hours.",
    RFQBatchAcceptLimit: "The lowest bid that you accept on an RFQ of a batch.",
    RFQBatchQuoteEntry: "The prices at which you buy each side of an RFQ of a batch.",
    UpdateFCMSubtraderBlockedCategories: "Each call blocks or unblocks one category.",
    UpdateOrderGroupLimit: "Set the limit as an integer or as a decimal count."
  },
  suggestions: {
    "GetOrders/status": "OrderStatus"
  }
}
